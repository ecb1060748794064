//! Pooled rates of sums, verdicts in words, and what stands where everything was sent back.

use super::super::facts::{Facts, Rowset};
use super::super::groups::Standing;
use super::super::periods::Slices;
use super::super::tally::Tally;
use super::{Frame, Grid, SENT_BACK};
use crate::definition::Basis;
use crate::language::{Checked, Type};
use crate::model::statistic::StatCell;

/// Stands where rows count and none of them says a value.
const UNFILLED: &str = "未填";

impl Frame<'_> {
    /// Where rows count and none of them says a value, their sum is not 0: nobody said how much. Where some say none, the
    /// table has to say how many.
    pub(super) fn unfilled(
        &self,
        mut grid: Grid,
        slices: &Slices<'_>,
        value: &Checked,
        filters: &[&Checked],
    ) -> Result<Grid, String> {
        let filled = self.sum(slices, filters, |facts, rows| {
            Ok(facts.numbers(rows, value)?.into_iter().map(|value| value.map(|_| 1_i64)).collect())
        })?;
        let (Some(filled), Some(counted)) = (filled, self.count(slices, filters)?) else { return Ok(grid) };
        let lines = grid.parts.iter_mut().chain([&mut grid.total]);
        let counts = counted.parts.iter().chain([&counted.total]).zip(filled.parts.iter().chain([&filled.total]));
        for (cells, (counted, filled)) in lines.zip(counts) {
            for (cell, (counted, filled)) in cells.iter_mut().zip(counted.iter().zip(filled)) {
                if *counted > 0 && *filled == 0 {
                    *cell = StatCell::Text(UNFILLED.to_string());
                }
            }
        }
        // The last is the sum of all columns, or the only one.
        let last = |line: &[i64]| line.last().copied().unwrap_or(0);
        grid.unfilled = last(&counted.total) - last(&filled.total);
        Ok(grid)
    }

    /// Where all rows of a unit's cell were sent back its sum is not 0: it is not known.
    pub(super) fn sent_back(&self, mut grid: Grid, slices: &Slices<'_>, filters: &[&Checked]) -> Result<Grid, String> {
        if !self.axis.is_by_unit() || self.only.is_some() {
            return Ok(grid);
        }
        let Some(counted) = self.count(slices, filters)? else { return Ok(grid) };
        let sent = self.sent(slices, filters)?;
        for (cells, (counted, sent)) in grid.parts.iter_mut().zip(counted.parts.iter().zip(&sent.parts)) {
            for (cell, (counted, sent)) in cells.iter_mut().zip(counted.iter().zip(sent)) {
                if *counted == 0 && *sent > 0 {
                    *cell = StatCell::Text(SENT_BACK.to_string());
                }
            }
        }
        Ok(grid)
    }

    /// Pooled sums; a row that lacks either number is in neither.
    pub(super) fn rate(
        &self,
        slices: &Slices<'_>,
        pair: (&Checked, &Checked),
        filters: &[&Checked],
    ) -> Result<Grid, String> {
        let (of, over) = pair;
        let both = |which: fn((i64, i64)) -> i64| {
            move |facts: &Facts<'_>, rows: &Rowset| -> Result<Vec<Option<i64>>, String> {
                let (of, over) = (facts.integers(rows, of)?, facts.integers(rows, over)?);
                Ok(of.into_iter().zip(over).map(|(of, over)| of.zip(over).map(which)).collect())
            }
        };
        let nums = self.whole_sum(slices, filters, both(|(of, _)| of))?;
        let dens = self.whole_sum(slices, filters, both(|(_, over)| over))?;
        let (Some(nums), Some(dens)) = (nums, dens) else {
            return Ok(Grid::filled(self.axis.groups.len(), self.width(), StatCell::NotApplicable));
        };
        let line = |nums: &[i64], dens: &[i64]| nums.iter().copied().zip(dens.iter().copied()).collect::<Vec<_>>();
        let parts = nums.parts.iter().zip(&dens.parts).map(|(nums, dens)| line(nums, dens)).collect();
        let total = line(&nums.total, &dens.total);
        let cell = |(num, den)| StatCell::Ratio { num, den };
        Ok(self.cells(parts, total, dens.overlaps(), slices, |(num, den)| *num == 0 && *den == 0, cell))
    }

    /// Rows that were read at all, blocked ones included; of stored periods only accepted ones are left.
    pub(super) fn sent(&self, slices: &Slices<'_>, filters: &[&Checked]) -> Result<Tally<i64>, String> {
        let mut all: Option<Tally<i64>> = None;
        for slice in &slices.slices {
            let mask = self.facts.mask(&slice.rows, Basis::Read, filters)?;
            let members = self.axis.members(&slice.rows, self.facts)?;
            let slots = self.across.slots(&slice.rows)?;
            let tally = Tally::new(&members, &slots, self.across.width(), |row| i64::from(mask[row]));
            all = Some(all.map_or_else(|| tally.clone(), |all| all.plus(&tally)));
        }
        let none = || Tally::new(&vec![Vec::new(); self.axis.groups.len() + 1], &[], self.across.width(), |_| 0);
        Ok(self.closed(all.unwrap_or_else(none)))
    }

    /// One word a cell; over all rows, the share of those that hold among those that can be judged.
    pub(super) fn verdict(
        &self,
        slices: &Slices<'_>,
        holds: &Checked,
        filters: &[&Checked],
        words: (&str, &str),
    ) -> Result<Grid, String> {
        let judged = Checked {
            node: crate::language::Term::IsNull { value: Box::new(holds.node.clone()), negated: true },
            ty: Type::Boolean,
            ..holds.clone()
        };
        let with = |more: &[&Checked]| self.count(slices, &[filters, more].concat());
        let (Some(seen), Some(dens), Some(nums)) = (with(&[])?, with(&[&judged])?, with(&[holds])?) else {
            return Ok(Grid::filled(self.axis.groups.len(), self.width(), StatCell::NotApplicable));
        };
        let standings = self.standings(slices);
        let sent = self.sent(slices, filters)?;
        let word = |group: usize, slot: usize| match (nums.parts[group][slot], dens.parts[group][slot]) {
            (_, 0) if seen.parts[group][slot] > 0 => StatCell::NotApplicable,
            // Everything here was sent back: not judged, and not missing either.
            (_, 0) if sent.parts[group][slot] > 0 => StatCell::Text(SENT_BACK.to_string()),
            (_, 0) => match standings.get(group) {
                Some(Standing::NobodyExpected) | None => StatCell::NotApplicable,
                // Who reported and left this out has not reported it.
                Some(Standing::Reported | Standing::Silent) if self.axis.is_by_unit() => StatCell::NotReported,
                Some(_) => StatCell::NotApplicable,
            },
            (num, den) if num == den => StatCell::Text(words.0.to_string()),
            _ => StatCell::Alarm(words.1.to_string()),
        };
        let parts = (0..nums.parts.len()).map(|group| (0..nums.total.len()).map(|slot| word(group, slot)).collect());
        let pair = nums.total.iter().zip(&dens.total);
        let total = pair.map(|(num, den)| StatCell::Ratio { num: *num, den: *den }).collect();
        let overlaps = dens.overlaps();
        Ok(Grid { parts: parts.collect(), total, derived: false, overlaps, unfilled: 0, note: None })
    }
}
