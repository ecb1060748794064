//! Measures computed from other measures of the table, cell by cell: portions, differences, growth, percentage points.

use super::cells::MeasureCells;
use crate::compute::axis::Axis;
use crate::compute::facts::Facts;
use crate::definition::{Bound, MeasureKind, Share};
use crate::domain::ranking::{Direction, places};
use crate::model::statistic::StatCell;
use crate::text::numbers::settled;

/// A measure computed from others; `None` while those are not there yet.
pub fn derive(
    kind: &MeasureKind,
    grids: &[Option<MeasureCells>],
    axis: &Axis<'_>,
    facts: &Facts<'_>,
) -> Option<MeasureCells> {
    let other = |index: &usize| grids.get(*index).and_then(Option::as_ref);
    Some(match kind {
        MeasureKind::Portion { of } => {
            let of = other(of)?;
            let parts = of.parts.map(|_, column, part| {
                of.total.get(column).map_or(StatCell::NotApplicable, |total| portion(part, total))
            });
            MeasureCells::derived(parts, of.total.iter().map(|total| portion(total, total)).collect())
        }
        MeasureKind::Difference { left, right, comparable: false } => combine(other(left)?, other(right)?, difference),
        MeasureKind::Growth { now, before, comparable: false } => combine(other(now)?, other(before)?, growth),
        MeasureKind::Points { now, before, comparable: false } => combine(other(now)?, other(before)?, points),
        MeasureKind::Rank { of, direction } => {
            let of = other(of)?;
            MeasureCells { partial: of.partial.clone(), ..rank(of, *direction, axis.groups.len()) }
        }
        MeasureKind::ItemBound => {
            let width = grids.iter().flatten().next().map_or(1, |grid| grid.total.len());
            let mut grid = MeasureCells::filled(axis.groups.len(), width, StatCell::NotApplicable);
            for group in 0..axis.groups.len() {
                if let Some(share) = rule(group, axis, facts) {
                    grid.parts[group].fill(bound(share.bound));
                }
            }
            grid
        }
        MeasureKind::ItemMargin { portion } => {
            let of = other(portion)?;
            let mut grid = MeasureCells::filled(axis.groups.len(), of.total.len(), StatCell::NotApplicable);
            for group in 0..axis.groups.len() {
                if let Some(share) = rule(group, axis, facts) {
                    for (cell, of) in grid.parts[group].iter_mut().zip(&of.parts[group]) {
                        *cell = difference(of, &bound(share.bound));
                    }
                }
            }
            grid
        }
        _ => return None,
    })
}

/// Places of the rows by another measure. The rows left over and the total are in no ranking.
fn rank(of: &MeasureCells, direction: Direction, groups: usize) -> MeasureCells {
    let value = |part: &[StatCell]| match part.first() {
        Some(StatCell::Integer(value)) => Some(*value as f64),
        Some(StatCell::Number(value) | StatCell::Points(value)) => Some(*value),
        Some(StatCell::Ratio { num, den }) if *den != 0 => Some(*num as f64 / *den as f64),
        _ => None,
    };
    let values: Vec<Option<f64>> = of.parts.iter().take(groups).map(value).collect();
    let mut grid = MeasureCells::filled(groups, of.total.len(), StatCell::NotApplicable);
    for ((place, part), of) in places(&values, direction).into_iter().zip(grid.parts.iter_mut()).zip(of.parts.iter()) {
        match (place, of.first()) {
            (Some(place), _) => part.fill(StatCell::Integer(i64::from(place))),
            (None, Some(StatCell::NotReported)) => part.fill(StatCell::NotReported),
            (None, _) => {}
        }
    }
    grid
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

pub fn combine(
    left: &MeasureCells,
    right: &MeasureCells,
    cell: impl Fn(&StatCell, &StatCell) -> StatCell,
) -> MeasureCells {
    let nothing = StatCell::NotApplicable;
    let parts = left.parts.map(|group, column, left| cell(left, right.parts.at(group, column).unwrap_or(&nothing)));
    let total = left.total.iter().zip(&right.total).map(|(left, right)| cell(left, right)).collect();
    MeasureCells::derived(parts, total)
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
pub fn difference(left: &StatCell, right: &StatCell) -> StatCell {
    match (left, right) {
        (StatCell::NotReported, _) | (_, StatCell::NotReported) => StatCell::NotReported,
        (StatCell::Integer(left), StatCell::Integer(right)) => StatCell::Integer(left - right),
        (StatCell::Number(left), StatCell::Number(right)) => {
            StatCell::Number(settled(left - right, left.abs().max(right.abs())))
        }
        (StatCell::Ratio { num: a, den: b }, StatCell::Ratio { num: c, den: d }) if *b != 0 && *d != 0 => {
            let (a, b, c, d) = (i128::from(*a), i128::from(*b), i128::from(*c), i128::from(*d));
            StatCell::Points((a * d - c * b) as f64 * 100.0 / (b * d) as f64)
        }
        _ => StatCell::NotApplicable,
    }
}

/// Over a base of nothing, or one that nobody reported, there is no growth: "—".
pub fn growth(now: &StatCell, before: &StatCell) -> StatCell {
    let (now, before) = match (now, before) {
        (StatCell::NotReported, _) => return StatCell::NotReported,
        (StatCell::Integer(now), StatCell::Integer(before)) => (*now, *before),
        (StatCell::Number(now), StatCell::Number(before)) => (whole(*now), whole(*before)),
        _ => return StatCell::NotApplicable,
    };
    match now.checked_sub(before) {
        Some(num) if before > 0 => StatCell::Ratio { num, den: before },
        _ => StatCell::NotApplicable,
    }
}

/// As [`difference`], of proportions; a side that nobody reported leaves nothing to compare with.
pub fn points(now: &StatCell, before: &StatCell) -> StatCell {
    match (now, before) {
        (StatCell::NotReported, _) => StatCell::NotReported,
        (StatCell::Ratio { .. }, StatCell::Ratio { .. }) => difference(now, before),
        _ => StatCell::NotApplicable,
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
        assert_eq!(growth(&whole, &StatCell::Integer(0)), StatCell::NotApplicable);
        assert_eq!(growth(&whole, &StatCell::NotReported), StatCell::NotApplicable);
        assert_eq!(growth(&StatCell::NotReported, &whole), StatCell::NotReported);
        assert_eq!(points(&StatCell::Ratio { num: 1, den: 2 }, &StatCell::NotReported), StatCell::NotApplicable);
        assert_eq!(difference(&StatCell::NotReported, &whole), StatCell::NotReported);
        let (half, third) = (StatCell::Ratio { num: 1, den: 2 }, StatCell::Ratio { num: 1, den: 5 });
        assert_eq!(difference(&half, &third), StatCell::Points(30.0));
        let nothing = StatCell::Ratio { num: 0, den: 0 };
        assert_eq!(difference(&nothing, &third), StatCell::NotApplicable);
    }
}
