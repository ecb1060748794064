//! The measures of a statistic, each as a grid of cells: counted over rows, taken a unit at a time, or derived from others.

mod rates;

use super::derived::{combine, derive, growth};
use super::facts::Facts;
use super::groups::{Across, Axis, Standing};
use super::pairing::Pairing;
use super::past::columns_of;
use super::periods::{Slice, Slices};
use super::quota::roster_number;
use super::tally::{Amount, Tally};
use crate::definition::{From, Measure, MeasureKind, Statistic, When};
use crate::domain::period::Period;
use crate::language::{Checked, Type};
use crate::model::statistic::StatCell;

/// Stands where there are rows and every one of them was sent back.
const SENT_BACK: &str = "退回";

/// Cells of one measure.
#[derive(Debug, Clone, PartialEq)]
pub struct Grid {
    /// `[group][column]`; the last group is the one left over; with columns by code, the last column is their sum.
    pub parts: Vec<Vec<StatCell>>,
    pub total: Vec<StatCell>,
    /// Computed from other measures, so that it alone never makes a row worth showing.
    pub derived: bool,
    /// Rows lie in several groups.
    pub overlaps: bool,
    /// Rows that count and say no value, where values are added up.
    pub unfilled: i64,
    pub note: Option<String>,
}

impl Grid {
    pub fn filled(groups: usize, width: usize, cell: StatCell) -> Grid {
        let parts = vec![vec![cell.clone(); width]; groups + 1];
        Grid { parts, total: vec![cell; width], derived: true, overlaps: false, unfilled: 0, note: None }
    }
}

/// What a measure is computed within.
#[derive(Clone)]
pub struct Frame<'a> {
    pub statistic: &'a Statistic,
    pub axis: &'a Axis<'a>,
    pub across: &'a Across,
    pub facts: &'a Facts<'a>,
    /// The period that is looked from; `None` is the run's own, and no column of a layout over periods.
    at: Option<&'a Period>,
    /// Rows that count, in a comparison like with like.
    only: Option<&'a Pairing>,
    /// Names the table and the measure if a proof fails.
    pub what: String,
}

/// All measures of a statistic, in order, seen from a period (`None`: the run's own).
///
/// # Errors
/// A total that does not equal its parts; measures that are derived from one another in a circle.
pub fn all(
    table: &str,
    statistic: &Statistic,
    axis: &Axis<'_>,
    across: &Across,
    at: Option<&Period>,
    facts: &Facts<'_>,
) -> Result<Vec<Grid>, String> {
    let mut grids: Vec<Option<Grid>> = Vec::new();
    for measure in &statistic.measures {
        let what = format!("表“{table}”的“{}”", measure.name);
        grids.push(Frame { statistic, axis, across, facts, at, only: None, what }.base(measure)?);
    }
    // A measure may be derived from one that stands to its right, or is itself derived.
    for _ in 0..grids.len() {
        for (index, measure) in statistic.measures.iter().enumerate() {
            if grids[index].is_none() {
                grids[index] = derive(&measure.kind, &grids, axis, facts);
                if let Some(grid) = &mut grids[index] {
                    leave_out_returned(grid, &measure.kind, statistic, axis, facts)?;
                }
            }
        }
    }
    let named = statistic.measures.iter().zip(grids);
    named.map(|(measure, grid)| grid.ok_or_else(|| format!("表“{table}”的“{}”无法推算", measure.name))).collect()
}

/// A group whose rows were all sent back counts 0 this time, and that is said under the table; growth from it would look
/// like a fall, so there is none.
fn leave_out_returned(
    grid: &mut Grid,
    kind: &MeasureKind,
    statistic: &Statistic,
    axis: &Axis<'_>,
    facts: &Facts<'_>,
) -> Result<(), String> {
    let (MeasureKind::Growth { now, .. } | MeasureKind::Points { now, .. }) = kind else { return Ok(()) };
    let now = statistic.measures.get(*now).filter(|now| now.period == When::This);
    let Some(From::Form { form, .. }) = now.and_then(|now| super::statistics::from(&now.kind)) else { return Ok(()) };
    let counted = axis.standings(&[&facts.counted(*form)?], facts);
    for ((line, group), counted) in grid.parts.iter_mut().zip(&axis.groups).zip(counted) {
        if group.standing == Standing::Reported && counted != Standing::Reported {
            line.fill(StatCell::NotApplicable);
        }
    }
    Ok(())
}

/// Whether a cell says nothing that would make its row or column worth showing.
pub fn is_nothing(cell: &StatCell) -> bool {
    match cell {
        StatCell::Integer(0) | StatCell::NotReported | StatCell::NotApplicable | StatCell::Empty => true,
        StatCell::Ratio { den, .. } => *den == 0,
        StatCell::Number(number) => *number == 0.0,
        _ => false,
    }
}

impl Frame<'_> {
    /// A measure that does not depend on others; `None` for a derived one.
    fn base(&self, measure: &Measure) -> Result<Option<Grid>, String> {
        Ok(Some(match &measure.kind {
            MeasureKind::Count { .. }
            | MeasureKind::Sum { .. }
            | MeasureKind::Average { .. }
            | MeasureKind::Ratio { .. }
            | MeasureKind::Rate { .. }
            | MeasureKind::Verdict { .. } => self.counted(measure, &self.slices(measure)?)?,
            MeasureKind::Growth { now, before, comparable: true } => self.comparable(measure, *now, *before)?,
            MeasureKind::Roster { column } => {
                let mut unknown = 0;
                let amounts = self.by_unit(|_, unit| {
                    let number = roster_number(self.facts, column, unit)?;
                    unknown += usize::from(number.is_none());
                    Ok(number.map(|number| i64::try_from(number).unwrap_or(i64::MAX)))
                })?;
                let note = format!("名册中 {unknown} 个单位没有填{column}，未计入。");
                Grid { note: (unknown > 0).then_some(note), ..amounts }
            }
            MeasureKind::Quota(part) => {
                let seats = self.facts.seats.as_ref();
                self.by_unit(|position, _| Ok(seats.and_then(|seats| seats.part(*part, position))))?
            }
            MeasureKind::Outstanding { lookup } => self.outstanding(*lookup)?,
            MeasureKind::Portion { .. }
            | MeasureKind::ItemBound
            | MeasureKind::ItemMargin { .. }
            | MeasureKind::Difference { .. }
            | MeasureKind::Growth { comparable: false, .. }
            | MeasureKind::Rank { .. }
            | MeasureKind::Points { .. } => return Ok(None),
        }))
    }

    /// The rows of a measure that has a source, period by period.
    fn slices(&self, measure: &Measure) -> Result<Slices<'_>, String> {
        self.slices_with(measure, None)
    }

    /// The same where one more column is read.
    fn slices_with(&self, measure: &Measure, more: Option<&str>) -> Result<Slices<'_>, String> {
        let Some(from) = super::statistics::from(&measure.kind) else {
            return Err(format!("{}没有来源", self.what));
        };
        let mut columns = columns_of(self.statistic, &measure.kind);
        columns.extend(more.map(str::to_owned));
        Slices::of(from, measure.period, self.at, &columns, self.facts)
    }

    /// A count, sum or ratio over these rows; "—" where there are none at all.
    fn counted(&self, measure: &Measure, slices: &Slices<'_>) -> Result<Grid, String> {
        let grid = match &measure.kind {
            MeasureKind::Count { filter, .. } => {
                let counted = self.count(slices, &filter.iter().collect::<Vec<_>>())?;
                self.grid(counted, slices, StatCell::Integer)
            }
            MeasureKind::Sum { value, filter, .. } => {
                let filters: Vec<&Checked> = filter.iter().collect();
                let grid = if value.ty == Type::Integer {
                    let summed = self.whole_sum(slices, &filters, |facts, rows| facts.integers(rows, value))?;
                    self.grid(summed, slices, StatCell::Integer)
                } else {
                    let summed = self.sum(slices, &filters, |facts, rows| facts.numbers(rows, value))?;
                    self.grid(summed, slices, StatCell::Number)
                };
                let grid = self.unfilled(grid, slices, value, &filters)?;
                self.sent_back(grid, slices, &filters)?
            }
            MeasureKind::Average { value, filter, .. } => self.average(slices, value, filter.as_ref())?,
            MeasureKind::Ratio { of, over, .. } => self.ratio(slices, of, over.as_ref())?,
            MeasureKind::Rate { of, over, filter, .. } => {
                self.rate(slices, (of, over), &filter.iter().collect::<Vec<_>>())?
            }
            MeasureKind::Verdict { holds, filter, met, unmet, .. } => {
                self.verdict(slices, holds, &filter.iter().collect::<Vec<_>>(), (met, unmet))?
            }
            _ => return Err(format!("{}不是按行计算的", self.what)),
        };
        Ok(Grid { note: slices.note.clone(), ..grid })
    }

    /// Growth over the units that reported on both sides.
    fn comparable(&self, measure: &Measure, now: usize, before: usize) -> Result<Grid, String> {
        let (Some(now), Some(before)) = (self.statistic.measures.get(now), self.statistic.measures.get(before)) else {
            return Err(format!("{}指向的指标不存在", self.what));
        };
        let Some(column) = super::past::unit_column(self.facts.plan, &now.kind) else {
            return Err(format!("{}没有按单位报送的来源", self.what));
        };
        let (ours, theirs) = (self.slices_with(now, Some(column))?, self.slices_with(before, Some(column))?);
        let pairing = Pairing::new(&ours, &theirs, before.period, column, self.facts)?;
        let like = Frame { only: Some(&pairing), ..self.clone() };
        let grown = combine(&like.counted(now, &ours)?, &like.counted(before, &theirs)?, growth);
        // A unit that did not report now has nothing to compare; that it did not must stay visible.
        let raw = self.counted(now, &ours)?;
        let seen = combine(&raw, &grown, |raw, grown| match raw {
            StatCell::NotReported => StatCell::NotReported,
            _ => grown.clone(),
        });
        let words = (!theirs.is_empty()).then(|| pairing.words(&measure.name, now.period, before.period));
        // What only this comparison lacks, the notes of the two measures do not say.
        let (our, their) = (self.slices(now)?.note, self.slices(before)?.note);
        let lacking = [(ours.note, our), (theirs.note, their)].into_iter().filter(|(here, said)| here != said);
        let lacking = lacking.filter_map(|(here, _)| Some(format!("“{}”：{}", measure.name, here?)));
        let notes: Vec<String> = words.into_iter().chain(lacking).collect();
        Ok(Grid { note: (!notes.is_empty()).then(|| notes.concat()), ..seen })
    }

    pub fn width(&self) -> usize {
        self.across.width() + usize::from(!self.across.is_plain())
    }

    fn closed<T: Amount>(&self, tally: Tally<T>) -> Tally<T> {
        if self.across.is_plain() { tally } else { tally.with_sum() }
    }

    fn mask(&self, slice: &Slice<'_>, filters: &[&Checked]) -> Result<Vec<bool>, String> {
        let mut mask = self.facts.mask(&slice.rows, slice.basis, filters)?;
        if let Some(only) = self.only {
            for (row, counts) in mask.iter_mut().enumerate() {
                *counts &= only.holds(&slice.period, row);
            }
        }
        Ok(mask)
    }

    /// Counted by group and column, and proven; `None` where there are no rows to count.
    fn count(&self, slices: &Slices<'_>, filters: &[&Checked]) -> Result<Option<Tally<i64>>, String> {
        let mut all: Option<Tally<i64>> = None;
        for slice in &slices.slices {
            let rows = &slice.rows;
            let mask = self.mask(slice, filters)?;
            let members = self.axis.members(rows, self.facts)?;
            let slots = self.across.slots(rows)?;
            let tally = Tally::new(&members, &slots, self.across.width(), |row| i64::from(mask[row]));
            let independent = match self.only {
                Some(_) => mask.iter().map(|counts| i64::from(*counts)).sum(),
                None => self.facts.count(rows, slice.basis, filters)?,
            };
            tally.prove(independent, &self.what)?;
            all = Some(all.map_or_else(|| tally.clone(), |all| all.plus(&tally)));
        }
        Ok(all.map(|tally| self.closed(tally)))
    }

    /// Summed by group and column, and proven. A row without a value adds nothing.
    fn sum<T: Amount>(
        &self,
        slices: &Slices<'_>,
        filters: &[&Checked],
        mut values: impl FnMut(&Facts<'_>, &super::facts::Rowset<'_>) -> Result<Vec<Option<T>>, String>,
    ) -> Result<Option<Tally<T>>, String> {
        let mut all: Option<Tally<T>> = None;
        for slice in &slices.slices {
            let rows = &slice.rows;
            let mask = self.mask(slice, filters)?;
            let values = values(self.facts, rows)?;
            let weight = |row: usize| values[row].filter(|_| mask[row]).unwrap_or_default();
            let members = self.axis.members(rows, self.facts)?;
            let tally = Tally::new(&members, &self.across.slots(rows)?, self.across.width(), weight);
            let mut independent = T::default();
            let counted = mask.iter().zip(&values).filter(|(counts, _)| **counts);
            counted.for_each(|(_, value)| independent += value.unwrap_or_default());
            tally.prove(independent, &self.what)?;
            all = Some(all.map_or_else(|| tally.clone(), |all| all.plus(&tally)));
        }
        Ok(all.map(|tally| self.closed(tally)))
    }

    /// Pooled: numerators and denominators are added up apart, in the total row too.
    fn ratio(&self, slices: &Slices<'_>, of: &Checked, over: Option<&Checked>) -> Result<Grid, String> {
        let mut filters: Vec<&Checked> = over.into_iter().collect();
        let dens = self.count(slices, &filters)?;
        filters.push(of);
        let (Some(nums), Some(dens)) = (self.count(slices, &filters)?, dens) else {
            return Ok(Grid::filled(self.axis.groups.len(), self.width(), StatCell::NotApplicable));
        };
        let pair = |nums: &[i64], dens: &[i64]| -> Vec<(i64, i64)> {
            nums.iter().copied().zip(dens.iter().copied()).collect()
        };
        let parts = nums.parts.iter().zip(&dens.parts).map(|(nums, dens)| pair(nums, dens)).collect();
        let total = pair(&nums.total, &dens.total);
        let cell = |(num, den)| StatCell::Ratio { num, den };
        Ok(self.cells(parts, total, dens.overlaps(), slices, |(_, den)| *den == 0, cell))
    }

    /// A sum of whole numbers that is exact, or an error: sums that wrapped would agree with one another, and be wrong.
    fn whole_sum(
        &self,
        slices: &Slices<'_>,
        filters: &[&Checked],
        values: impl Fn(&Facts<'_>, &super::facts::Rowset) -> Result<Vec<Option<i64>>, String>,
    ) -> Result<Option<Tally<i64>>, String> {
        let mut all: i128 = 0;
        self.sum(slices, filters, |facts, rows| {
            let values = values(facts, rows)?;
            all += values.iter().flatten().map(|value| i128::from(value.unsigned_abs())).sum::<i128>();
            let fits = i64::try_from(all).is_ok();
            if fits { Ok(values) } else { Err(format!("{}的合计超出能准确计算的范围", self.what)) }
        })
    }

    /// The mean over the rows that have a value: values and rows are added up apart, in the total row too. Over no such
    /// row there is none.
    fn average(&self, slices: &Slices<'_>, value: &Checked, filter: Option<&Checked>) -> Result<Grid, String> {
        let filters: Vec<&Checked> = filter.into_iter().collect();
        let sums = self.sum(slices, &filters, |facts, rows| facts.numbers(rows, value))?;
        let counts = self.sum(slices, &filters, |facts, rows| {
            Ok(facts.numbers(rows, value)?.into_iter().map(|value| value.map(|_| 1_i64)).collect())
        })?;
        let (Some(sums), Some(counts)) = (sums, counts) else {
            return Ok(Grid::filled(self.axis.groups.len(), self.width(), StatCell::NotApplicable));
        };
        let pair = |sums: &[f64], counts: &[i64]| -> Vec<(f64, i64)> {
            sums.iter().copied().zip(counts.iter().copied()).collect()
        };
        let parts = sums.parts.iter().zip(&counts.parts).map(|(sums, counts)| pair(sums, counts)).collect();
        let total = pair(&sums.total, &counts.total);
        let cell = |(sum, count)| match count {
            0 => StatCell::NotApplicable,
            count => StatCell::Number(sum / count as f64),
        };
        Ok(self.cells(parts, total, counts.overlaps(), slices, |(_, count)| *count == 0, cell))
    }

    fn grid<T: Amount>(&self, tally: Option<Tally<T>>, slices: &Slices<'_>, cell: impl Fn(T) -> StatCell) -> Grid {
        let Some(tally) = tally else {
            return Grid::filled(self.axis.groups.len(), self.width(), StatCell::NotApplicable);
        };
        let overlaps = tally.overlaps();
        self.cells(tally.parts, tally.total, overlaps, slices, |amount| amount.is_nothing(), cell)
    }

    /// Whether figures of a group can be there: of this run as the axis says, of stored periods by who reported then.
    fn standings(&self, slices: &Slices<'_>) -> Vec<Standing> {
        let now: Vec<Standing> = self.axis.groups.iter().map(|group| group.standing).collect();
        let stored: Vec<&[bool]> =
            slices.slices.iter().filter(|slice| slice.stored).map(|slice| slice.reported.as_slice()).collect();
        let then = self.axis.standings(&stored, self.facts);
        let both = now.iter().zip(&then);
        match (stored.len() == slices.slices.len(), stored.is_empty()) {
            (_, true) => now,
            (true, false) => then,
            (false, false) => both.map(|(now, then)| if *then == Standing::Reported { *then } else { *now }).collect(),
        }
    }

    /// Amounts as cells: where nobody reported, nothing is "not reported" and not zero.
    fn cells<V: Copy>(
        &self,
        parts: Vec<Vec<V>>,
        total: Vec<V>,
        overlaps: bool,
        slices: &Slices<'_>,
        nothing: impl Fn(&V) -> bool,
        cell: impl Fn(V) -> StatCell,
    ) -> Grid {
        let from_returns = slices.slices.iter().any(|slice| slice.rows.of_returns);
        let standings = self.standings(slices);
        let place = |(group, line): (usize, Vec<V>)| -> Vec<StatCell> {
            let standing = standings.get(group).copied().unwrap_or(Standing::Reported);
            line.into_iter()
                .map(|amount| match standing {
                    Standing::Silent if from_returns && nothing(&amount) => StatCell::NotReported,
                    Standing::NobodyExpected if from_returns && nothing(&amount) => StatCell::NotApplicable,
                    _ => cell(amount),
                })
                .collect()
        };
        Grid {
            parts: parts.into_iter().enumerate().map(place).collect(),
            total: total.into_iter().map(cell).collect(),
            derived: false,
            overlaps,
            unfilled: 0,
            note: None,
        }
    }
}
