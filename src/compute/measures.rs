//! The measures of a statistic, each as a grid of cells: counted over rows, taken a unit at a time, or derived from others.

use super::facts::Facts;
use super::groups::{Across, Axis, Standing};
use super::quota::roster_number;
use super::tally::{Amount, Tally};
use crate::domain::ranking::{Direction, places};
use crate::model::statistic::StatCell;
use crate::spec::{Basis, Bound, From, MeasureKind, QuotaPart, Share, Statistic};
use crate::sql::{Checked, Type};

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
    pub note: Option<String>,
}

impl Grid {
    fn filled(groups: usize, width: usize, cell: StatCell) -> Grid {
        let parts = vec![vec![cell.clone(); width]; groups + 1];
        Grid { parts, total: vec![cell; width], derived: true, overlaps: false, note: None }
    }
}

/// What a measure is computed within.
struct Frame<'a> {
    axis: &'a Axis<'a>,
    across: &'a Across,
    facts: &'a Facts<'a>,
    /// Names the table and the measure if a proof fails.
    what: String,
}

/// All measures of a statistic, in order.
///
/// # Errors
/// A total that does not equal its parts; measures that are derived from one another in a circle.
pub fn all(
    table: &str,
    statistic: &Statistic,
    axis: &Axis<'_>,
    across: &Across,
    facts: &Facts<'_>,
) -> Result<Vec<Grid>, String> {
    let mut grids: Vec<Option<Grid>> = Vec::new();
    for measure in &statistic.measures {
        let what = format!("表“{table}”的“{}”", measure.name);
        grids.push(Frame { axis, across, facts, what }.base(&measure.kind)?);
    }
    // A measure may be derived from one that stands to its right, or is itself derived.
    for _ in 0..grids.len() {
        for (index, measure) in statistic.measures.iter().enumerate() {
            if grids[index].is_none() {
                grids[index] = derive(&measure.kind, &grids, axis, facts);
            }
        }
    }
    let named = statistic.measures.iter().zip(grids);
    named.map(|(measure, grid)| grid.ok_or_else(|| format!("表“{table}”的“{}”无法推算", measure.name))).collect()
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
    fn base(&self, kind: &MeasureKind) -> Result<Option<Grid>, String> {
        Ok(Some(match kind {
            MeasureKind::Count { from, filter } => {
                let counted = self.count(from, &filter.iter().collect::<Vec<_>>())?;
                self.grid(counted, from, StatCell::Integer)
            }
            MeasureKind::Sum { from, value, filter } => {
                let filters: Vec<&Checked> = filter.iter().collect();
                if value.ty == Type::Integer {
                    let summed = self.sum(from, &filters, |facts, rows| {
                        let values = facts.integers(rows, value)?;
                        // Sums that wrapped would agree with one another, and be wrong.
                        let all: i128 = values.iter().flatten().map(|value| i128::from(value.unsigned_abs())).sum();
                        let fits = i64::try_from(all).is_ok();
                        if fits {
                            Ok(values)
                        } else {
                            Err(format!("{}的合计超出能准确计算的范围", self.what))
                        }
                    })?;
                    self.grid(summed, from, StatCell::Integer)
                } else {
                    let summed = self.sum(from, &filters, |facts, rows| facts.numbers(rows, value))?;
                    self.grid(summed, from, StatCell::Number)
                }
            }
            MeasureKind::Average { from, value, filter } => self.average(from, value, filter.as_ref())?,
            MeasureKind::Ratio { from, of, over } => self.ratio(from, of, over.as_ref())?,
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
            | MeasureKind::Rank { .. }
            | MeasureKind::Growth { .. } => return Ok(None),
        }))
    }

    fn width(&self) -> usize {
        self.across.width() + usize::from(!self.across.is_plain())
    }

    fn closed<T: Amount>(&self, tally: Tally<T>) -> Tally<T> {
        if self.across.is_plain() { tally } else { tally.with_sum() }
    }

    fn basis(from: &From) -> Basis {
        match from {
            From::Form { basis, .. } => *basis,
            From::Reference { .. } => Basis::Read,
        }
    }

    /// Counted by group and column, and proven; `None` where the reference table is not there.
    fn count(&self, from: &From, filters: &[&Checked]) -> Result<Option<Tally<i64>>, String> {
        let Some(rows) = self.facts.rows(from)? else { return Ok(None) };
        let basis = Frame::basis(from);
        let mask = self.facts.mask(rows, basis, filters)?;
        let members = self.axis.members(rows, self.facts)?;
        let tally = Tally::new(&members, &self.across.slots(rows)?, self.across.width(), |row| i64::from(mask[row]));
        tally.prove(self.facts.count(rows, basis, filters)?, &self.what)?;
        Ok(Some(self.closed(tally)))
    }

    /// Summed by group and column, and proven. A row without a value adds nothing.
    fn sum<T: Amount>(
        &self,
        from: &From,
        filters: &[&Checked],
        values: impl Fn(&Facts<'_>, &super::facts::Rowset) -> Result<Vec<Option<T>>, String>,
    ) -> Result<Option<Tally<T>>, String> {
        let Some(rows) = self.facts.rows(from)? else { return Ok(None) };
        let mask = self.facts.mask(rows, Frame::basis(from), filters)?;
        let values = values(self.facts, rows)?;
        let weight = |row: usize| values[row].filter(|_| mask[row]).unwrap_or_default();
        let members = self.axis.members(rows, self.facts)?;
        let tally = Tally::new(&members, &self.across.slots(rows)?, self.across.width(), weight);
        let mut independent = T::default();
        mask.iter().zip(&values).filter(|(counts, _)| **counts).for_each(|(_, v)| independent += v.unwrap_or_default());
        tally.prove(independent, &self.what)?;
        Ok(Some(self.closed(tally)))
    }

    /// Pooled: numerators and denominators are added up apart, in the total row too.
    fn ratio(&self, from: &From, of: &Checked, over: Option<&Checked>) -> Result<Grid, String> {
        let mut filters: Vec<&Checked> = over.into_iter().collect();
        let dens = self.count(from, &filters)?;
        filters.push(of);
        let (Some(nums), Some(dens)) = (self.count(from, &filters)?, dens) else {
            return Ok(Grid::filled(self.axis.groups.len(), self.width(), StatCell::NotApplicable));
        };
        let pair = |nums: &[i64], dens: &[i64]| -> Vec<(i64, i64)> {
            nums.iter().copied().zip(dens.iter().copied()).collect()
        };
        let parts = nums.parts.iter().zip(&dens.parts).map(|(nums, dens)| pair(nums, dens)).collect();
        let total = pair(&nums.total, &dens.total);
        let cell = |(num, den)| StatCell::Ratio { num, den };
        Ok(self.cells(parts, total, dens.overlaps(), from, |(_, den)| *den == 0, cell))
    }

    /// The mean over the rows that have a value: values and rows are added up apart, in the total row too. Over no such
    /// row there is none.
    fn average(&self, from: &From, value: &Checked, filter: Option<&Checked>) -> Result<Grid, String> {
        let filters: Vec<&Checked> = filter.into_iter().collect();
        let sums = self.sum(from, &filters, |facts, rows| facts.numbers(rows, value))?;
        let counts = self.sum(from, &filters, |facts, rows| {
            Ok(facts.numbers(rows, value)?.into_iter().map(|value| value.map(|_| 1_i64)).collect())
        })?;
        let (Some(sums), Some(counts)) = (sums, counts) else {
            return Ok(self.grid::<i64>(None, from, StatCell::Integer));
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
        Ok(self.cells(parts, total, counts.overlaps(), from, |(_, count)| *count == 0, cell))
    }

    fn grid<T: Amount>(&self, tally: Option<Tally<T>>, from: &From, cell: impl Fn(T) -> StatCell) -> Grid {
        let Some(tally) = tally else {
            let grid = Grid::filled(self.axis.groups.len(), self.width(), StatCell::NotApplicable);
            return Grid {
                note: Some("所需的参照表没有提供，相应栏目为“—”。".to_string()), ..grid
            };
        };
        let overlaps = tally.overlaps();
        self.cells(tally.parts, tally.total, overlaps, from, |amount| amount.is_nothing(), cell)
    }

    /// Amounts as cells: where nobody reported, nothing is "not reported" and not zero.
    fn cells<V: Copy>(
        &self,
        parts: Vec<Vec<V>>,
        total: Vec<V>,
        overlaps: bool,
        from: &From,
        nothing: impl Fn(&V) -> bool,
        cell: impl Fn(V) -> StatCell,
    ) -> Grid {
        let from_returns = matches!(from, From::Form { .. });
        let place = |(group, line): (usize, Vec<V>)| -> Vec<StatCell> {
            let standing = self.axis.groups.get(group).map_or(Standing::Reported, |group| group.standing);
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
            note: None,
        }
    }

    /// A number a unit, by its position among the expected ones; has no meaning in rows that are not of units.
    fn by_unit(&self, mut amount: impl FnMut(usize, u32) -> Result<Option<i64>, String>) -> Result<Grid, String> {
        let groups = self.axis.groups.len();
        let mut grid = Grid::filled(groups, self.width(), StatCell::NotApplicable);
        if !self.axis.is_by_unit() {
            return Ok(grid);
        }
        let mut amounts = Vec::new();
        for (position, unit) in self.facts.reference.roster.expected.iter().enumerate() {
            if let Some(amount) = amount(position, *unit)? {
                amounts.push((self.axis.group_of(Some(*unit)), amount));
            }
        }
        let tally = Tally::of_units(groups, amounts.iter().copied());
        tally.prove(amounts.iter().map(|(_, amount)| amount).sum(), &self.what)?;
        let known: std::collections::BTreeSet<usize> =
            amounts.iter().map(|(group, _)| group.unwrap_or(groups)).collect();
        let last = self.width() - 1;
        for group in known {
            grid.parts[group][last] = StatCell::Integer(tally.parts[group][0]);
        }
        if !amounts.is_empty() {
            grid.total[last] = StatCell::Integer(tally.total[0]);
        }
        Ok(Grid { derived: false, ..grid })
    }

    /// Reference rows that nobody answered, under the unit that they belong to.
    fn outstanding(&self, lookup: usize) -> Result<Grid, String> {
        let groups = self.axis.groups.len();
        let mut grid = Grid::filled(groups, self.width(), StatCell::NotApplicable);
        let found = self.facts.lookups.get(lookup).ok_or_else(|| format!("{}缺少台账核对的结果", self.what))?;
        let last = self.width() - 1;
        grid.total[last] = StatCell::Integer(found.outstanding.len() as i64);
        if self.axis.is_by_unit() {
            let ones = found.outstanding.iter().map(|(_, unit)| (self.axis.group_of(*unit), 1_i64));
            let tally = Tally::of_units(groups, ones);
            tally.prove(found.outstanding.len() as i64, &self.what)?;
            for (line, part) in grid.parts.iter_mut().zip(&tally.parts) {
                line[last] = StatCell::Integer(part[0]);
            }
        }
        Ok(Grid { derived: false, ..grid })
    }
}

/// A measure computed from others; `None` while those are not there yet.
fn derive(kind: &MeasureKind, grids: &[Option<Grid>], axis: &Axis<'_>, facts: &Facts<'_>) -> Option<Grid> {
    let other = |index: &usize| grids.get(*index).and_then(Option::as_ref);
    Some(match kind {
        MeasureKind::Portion { of } => {
            let of = other(of)?;
            let line =
                |line: &[StatCell]| line.iter().zip(&of.total).map(|(part, whole)| portion(part, whole)).collect();
            derived(of.parts.iter().map(|part| line(part)).collect(), line(&of.total))
        }
        MeasureKind::Difference { left, right } => combine(other(left)?, other(right)?, difference),
        MeasureKind::Growth { now, before } => combine(other(now)?, other(before)?, growth),
        MeasureKind::Rank { of, direction } => rank(other(of)?, *direction, axis.groups.len()),
        MeasureKind::ItemBound => {
            let width = grids.iter().flatten().next().map_or(1, |grid| grid.total.len());
            let mut grid = Grid::filled(axis.groups.len(), width, StatCell::NotApplicable);
            for group in 0..axis.groups.len() {
                if let Some(share) = rule(group, axis, facts) {
                    grid.parts[group].fill(bound(share.bound));
                }
            }
            grid
        }
        MeasureKind::ItemMargin { portion } => {
            let of = other(portion)?;
            let mut grid = Grid::filled(axis.groups.len(), of.total.len(), StatCell::NotApplicable);
            for group in 0..axis.groups.len() {
                if let Some(share) = rule(group, axis, facts) {
                    grid.parts[group] =
                        of.parts[group].iter().map(|cell| difference(cell, &bound(share.bound))).collect();
                }
            }
            grid
        }
        _ => return None,
    })
}

/// The rule that an item is held against, where it is in force.
fn rule<'a>(group: usize, axis: &Axis<'_>, facts: &Facts<'a>) -> Option<&'a Share> {
    let share = axis.item(group)?.share?;
    facts.plan.shares.get(share).filter(|share| share.enabled)
}

fn bound(bound: Bound) -> StatCell {
    match bound {
        Bound::Ratio { num, den } => StatCell::Ratio { num: i64::from(num), den: i64::from(den) },
        Bound::Count(count) => StatCell::Integer(i64::from(count)),
    }
}

fn derived(parts: Vec<Vec<StatCell>>, total: Vec<StatCell>) -> Grid {
    Grid { parts, total, derived: true, overlaps: false, note: None }
}

fn combine(left: &Grid, right: &Grid, cell: impl Fn(&StatCell, &StatCell) -> StatCell) -> Grid {
    let line = |left: &[StatCell], right: &[StatCell]| -> Vec<StatCell> {
        left.iter().zip(right).map(|(left, right)| cell(left, right)).collect()
    };
    let parts = left.parts.iter().zip(&right.parts).map(|(left, right)| line(left, right)).collect();
    derived(parts, line(&left.total, &right.total))
}

/// Places of the rows by another measure. The rows left over and the total are in no ranking.
fn rank(of: &Grid, direction: Direction, groups: usize) -> Grid {
    let value = |part: &Vec<StatCell>| match part.first() {
        Some(StatCell::Integer(value)) => Some(*value as f64),
        Some(StatCell::Number(value) | StatCell::Points(value)) => Some(*value),
        Some(StatCell::Ratio { num, den }) if *den != 0 => Some(*num as f64 / *den as f64),
        _ => None,
    };
    let values: Vec<Option<f64>> = of.parts.iter().take(groups).map(value).collect();
    let mut grid = Grid::filled(groups, of.total.len(), StatCell::NotApplicable);
    for ((place, part), of) in places(&values, direction).into_iter().zip(&mut grid.parts).zip(&of.parts) {
        match (place, of.first()) {
            (Some(place), _) => part.fill(StatCell::Integer(i64::from(place))),
            (None, Some(StatCell::NotReported)) => part.fill(StatCell::NotReported),
            (None, _) => {}
        }
    }
    grid
}

/// Decimals enter a proportion with four places, which is finer than any percentage printed.
fn whole(number: f64) -> i64 {
    (number * 10_000.0).round() as i64
}

fn portion(part: &StatCell, all: &StatCell) -> StatCell {
    match (part, all) {
        (StatCell::Integer(num), StatCell::Integer(den)) => StatCell::Ratio { num: *num, den: *den },
        (StatCell::Number(num), StatCell::Number(den)) => StatCell::Ratio { num: whole(*num), den: whole(*den) },
        (StatCell::NotReported, _) => StatCell::NotReported,
        _ => StatCell::NotApplicable,
    }
}

/// Whole numbers and decimals subtract; proportions differ by percentage points.
fn difference(left: &StatCell, right: &StatCell) -> StatCell {
    match (left, right) {
        (StatCell::NotReported, _) | (_, StatCell::NotReported) => StatCell::NotReported,
        (StatCell::Integer(left), StatCell::Integer(right)) => StatCell::Integer(left - right),
        (StatCell::Number(left), StatCell::Number(right)) => StatCell::Number(left - right),
        (StatCell::Ratio { num: a, den: b }, StatCell::Ratio { num: c, den: d }) if *b != 0 && *d != 0 => {
            let (a, b, c, d) = (i128::from(*a), i128::from(*b), i128::from(*c), i128::from(*d));
            StatCell::Points((a * d - c * b) as f64 * 100.0 / (b * d) as f64)
        }
        _ => StatCell::NotApplicable,
    }
}

fn growth(now: &StatCell, before: &StatCell) -> StatCell {
    match (now, before) {
        (StatCell::NotReported, _) | (_, StatCell::NotReported) => StatCell::NotReported,
        (StatCell::Integer(now), StatCell::Integer(before)) => StatCell::Ratio { num: now - before, den: *before },
        (StatCell::Number(now), StatCell::Number(before)) => {
            StatCell::Ratio { num: whole(*now) - whole(*before), den: whole(*before) }
        }
        _ => StatCell::NotApplicable,
    }
}

/// How a part of the quota comes about.
pub fn quota_definition(part: QuotaPart, facts: &Facts<'_>) -> String {
    let Some(quota) = &facts.plan.quota else { return String::new() };
    let formal = &quota.formal.source;
    match part {
        QuotaPart::Seats if facts.seats.as_ref().is_some_and(|seats| seats.issued) => {
            format!("下达的“{}”", quota.issued.as_deref().unwrap_or_default())
        }
        QuotaPart::Seats => format!(
            "总名额 {} 个按{}以最大余数法分配，每个单位至少 {} 个，余数相同按名册次序",
            quota.total, quota.weight, quota.minimum
        ),
        QuotaPart::Gap => format!("名额减审核通过的正式申报（{formal}），不小于 0"),
        QuotaPart::Excess => format!("审核通过的正式申报（{formal}）减名额，不小于 0"),
        QuotaPart::StandbyLimit => {
            let (num, den) = quota.standby_rate;
            let rate = super::words::percent(u64::from(num), u64::from(den));
            format!("名额的 {rate}，去尾，至少 {} 个", quota.standby_minimum)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derived_cells() {
        let whole = StatCell::Integer(8);
        assert_eq!(portion(&StatCell::Integer(2), &whole), StatCell::Ratio { num: 2, den: 8 });
        assert_eq!(portion(&StatCell::NotReported, &whole), StatCell::NotReported);
        assert_eq!(growth(&StatCell::Integer(6), &whole), StatCell::Ratio { num: -2, den: 8 });
        assert_eq!(difference(&StatCell::NotReported, &whole), StatCell::NotReported);
        let (half, third) = (StatCell::Ratio { num: 1, den: 2 }, StatCell::Ratio { num: 1, den: 5 });
        assert_eq!(difference(&half, &third), StatCell::Points(30.0));
        let nothing = StatCell::Ratio { num: 0, den: 0 };
        assert_eq!(difference(&nothing, &third), StatCell::NotApplicable);
    }
}
