//! Like with like: which rows of two sides of a comparison belong to units that reported on both, and how many they are.
//!
//! A unit is the one that a row names itself (a county, a factory), not the recommending unit above it: a city with one of
//! its counties missing in one of the periods is compared without that county, and not as a whole.

use super::axis::Axis;
use super::facts::Facts;
use super::periods::{Slice, Slices};
use super::words::names as names_of;
use crate::definition::When;
use crate::domain::period::Period;
use crate::model::Column;
use crate::rows::recommenders;
use std::collections::{BTreeMap, BTreeSet};

/// The rows that count in a comparison, pair of periods by pair of periods, and the units that they are of.
#[derive(Debug, Default)]
pub struct Pairing {
    /// Per row of a period, whether it counts. A period without a counterpart is not in here.
    rows: BTreeMap<Period, Vec<bool>>,
    /// The column that names a row's unit.
    column: String,
    /// By roster index: units that reported whole in both periods of any pair, in any period now, in any period before.
    both: BTreeSet<u32>,
    now: BTreeSet<u32>,
    before: BTreeSet<u32>,
    /// Units that reported on both sides, and on one of them not whole: left out.
    partial: BTreeSet<u32>,
}

/// One period's rows and units, by the column that names a row's unit.
struct PairedSide {
    /// Per row.
    units: Vec<Option<u32>>,
    reported: BTreeSet<u32>,
    /// Units some of whose rows were sent back, or one of whose values waits for a decision.
    partial: BTreeSet<u32>,
}

impl PairedSide {
    /// A unit reported if a row of it counts, or if it is a recommending unit whose accepted return has no row at all: that
    /// says "nothing". Rows that were sent back are no report.
    ///
    /// Of a rate or a mean, who says "nothing" has none: `sums` tells.
    fn of(
        slice: &Slice<'_>,
        column: &str,
        (read, sums): (&BTreeSet<String>, bool),
        facts: &Facts<'_>,
    ) -> Result<PairedSide, String> {
        let grid = &slice.rows.grid;
        let Some(Column::Unit(named)) = grid.column(column) else {
            return Err(format!("统计计算出错：没有“{column}”列"));
        };
        let units: Vec<Option<u32>> = named.iter().collect();
        let rows = || units.iter().zip(slice.rows.accepted.iter()).enumerate();
        let mut reported: BTreeSet<u32> =
            rows().filter_map(|(_, (unit, accepted))| unit.filter(|_| *accepted)).collect();
        if sums {
            reported.extend(if slice.stored { facts.past.empty_returns(&slice.period) } else { facts.empty_returns() });
        }
        let read: Vec<usize> = read.iter().filter_map(|name| grid.position(name)).collect();
        let lacks = |(row, (_, accepted)): &(usize, (_, &bool))| {
            !**accepted || read.iter().any(|at| grid.is_pending(*row, *at))
        };
        let mut partial: BTreeSet<u32> = rows().filter(lacks).filter_map(|(_, (unit, _))| *unit).collect();
        if slice.stored {
            partial.extend(facts.past.partly_counted(&slice.period, slice.form, column));
        }
        Ok(PairedSide { units, reported, partial })
    }

    /// Per row, whether it counts and its unit is one of these.
    fn rows_of(&self, units: &BTreeSet<u32>, slice: &Slice<'_>) -> Vec<bool> {
        let rows = self.units.iter().zip(slice.rows.accepted.iter());
        rows.map(|(unit, accepted)| *accepted && unit.is_some_and(|unit| units.contains(&unit))).collect()
    }
}

impl Pairing {
    /// Pairs each period now with its counterpart before; `column` names a row's unit, `read` are the columns that the
    /// figures are made from, and whether these are sums.
    ///
    /// # Errors
    /// The rows have no such column: a defect, since the slices were asked for with it.
    pub fn new(
        (now, before): (&Slices<'_>, &Slices<'_>),
        before_is: When,
        column: &str,
        read: (&BTreeSet<String>, bool),
        facts: &Facts<'_>,
    ) -> Result<Pairing, String> {
        let schedule = &facts.plan.schedule;
        let counterpart = |period: &Period| match before_is {
            When::Previous => schedule.previous(period),
            _ => schedule.year_ago(period),
        };
        let named = |slices: &Slices<'_>| -> Result<Vec<PairedSide>, String> {
            slices.slices.iter().map(|slice| PairedSide::of(slice, column, read, facts)).collect()
        };
        let (ours, theirs) = (named(now)?, named(before)?);
        let mut pairing = Pairing { column: column.to_owned(), ..Pairing::default() };
        pairing.now.extend(ours.iter().flat_map(|side| &side.reported));
        pairing.before.extend(theirs.iter().flat_map(|side| &side.reported));
        for (here, our) in now.slices.iter().zip(&ours) {
            let Some(other) = counterpart(&here.period) else { continue };
            let there = before.slices.iter().zip(&theirs).find(|(slice, _)| slice.period == other);
            let Some((there, their)) = there else { continue };
            let reported = our.reported.intersection(&their.reported).copied();
            let (partial, both): (BTreeSet<u32>, BTreeSet<u32>) =
                reported.partition(|unit| our.partial.contains(unit) || their.partial.contains(unit));
            pairing.rows.insert(here.period.clone(), our.rows_of(&both, here));
            pairing.rows.insert(other, their.rows_of(&both, there));
            pairing.partial.extend(partial);
            pairing.both.extend(both);
        }
        Ok(pairing)
    }

    /// Whether a row of a period counts.
    pub fn holds(&self, period: &Period, row: usize) -> bool {
        self.rows.get(period).and_then(|rows| rows.get(row)) == Some(&true)
    }

    /// Whether no unit is compared at all.
    pub fn is_empty(&self) -> bool {
        self.both.is_empty()
    }

    /// The groups of an axis by unit or city that somebody who is compared belongs to.
    pub fn groups(&self, axis: &Axis<'_>, facts: &Facts<'_>) -> BTreeSet<usize> {
        let recommenders = recommenders(&facts.reference.roster);
        let of = |unit: &u32| {
            let above = recommenders.get(*unit as usize).copied().flatten();
            axis.group_of(above).or_else(|| axis.group_of(Some(*unit)))
        };
        self.both.iter().filter_map(of).collect()
    }

    /// What the comparison covers, for the line under the table, behind the names of the measures.
    pub fn words(&self, now: When, before: When, facts: &Facts<'_>) -> String {
        let each = if now == When::YearToDate { "逐期" } else { "" };
        let (column, now, before) = (&self.column, now.word(), before.word());
        let partial = match self.partial.len() {
            0 => String::new(),
            count => {
                let names: Vec<String> = self.partial.iter().map(|unit| facts.unit_name(*unit).to_owned()).collect();
                format!(
                    "；另有 {count} 个单位有一期数不全（有退回的行或待核实的数），不参加比较：{}",
                    names_of(&names, 3)
                )
            }
        };
        let counts = [&self.both, &self.now, &self.before].map(BTreeSet::len);
        format!(
            "为可比口径：{each}只计{now}和{before}都报全的单位（按“{column}”栏），\
             可比单位 {} 个，{now}共 {} 个、{before}共 {} 个{partial}。",
            counts[0], counts[1], counts[2]
        )
    }
}
