//! Like with like: which rows of two sides of a comparison belong to units that reported on both, and how many they are.
//!
//! A unit is the one that a row names itself (a county, a factory), not the recommending unit above it: a city with one of
//! its counties missing in one of the periods is compared without that county, and not as a whole.

use super::facts::Facts;
use super::periods::{Slice, Slices};
use crate::definition::When;
use crate::domain::period::Period;
use crate::model::Column;
use std::collections::{BTreeMap, BTreeSet};

/// The rows that count in a comparison, pair of periods by pair of periods, and the units that they are of.
#[derive(Debug, Default)]
pub struct Pairing {
    /// Per row of a period, whether it counts. A period without a counterpart is not in here.
    rows: BTreeMap<Period, Vec<bool>>,
    /// The column that names a row's unit.
    column: String,
    /// By roster index: units that reported in both periods of any pair, in any period now, in any period before.
    both: BTreeSet<u32>,
    now: BTreeSet<u32>,
    before: BTreeSet<u32>,
    /// Of those in both, the ones some of whose rows were sent back this time: their figures are not whole.
    partial: BTreeSet<u32>,
}

/// One period's rows and units, by the column that names a row's unit.
struct PairedSide {
    /// Per row.
    units: Vec<Option<u32>>,
    reported: BTreeSet<u32>,
}

impl PairedSide {
    /// A unit reported if a row of it counts, or if it is a recommending unit whose accepted return has no row at all: that
    /// says "nothing". Rows that were sent back are no report.
    fn of(slice: &Slice<'_>, column: &str, facts: &Facts<'_>) -> Result<PairedSide, String> {
        let Some(Column::Unit(named)) = slice.rows.grid.column(column) else {
            return Err(format!("统计计算出错：没有“{column}”列"));
        };
        let units: Vec<Option<u32>> = named.iter().collect();
        let accepted = units.iter().zip(slice.rows.accepted.iter()).filter(|(_, accepted)| **accepted);
        let mut reported: BTreeSet<u32> = accepted.filter_map(|(unit, _)| *unit).collect();
        reported.extend(if slice.stored { facts.past.empty_returns(&slice.period) } else { facts.empty_returns() });
        Ok(PairedSide { units, reported })
    }

    /// Per row, whether it counts and its unit is one of these.
    fn rows_of(&self, units: &BTreeSet<u32>, slice: &Slice<'_>) -> Vec<bool> {
        let rows = self.units.iter().zip(slice.rows.accepted.iter());
        rows.map(|(unit, accepted)| *accepted && unit.is_some_and(|unit| units.contains(&unit))).collect()
    }
}

impl Pairing {
    /// Pairs each period of `now` with its counterpart of `before`; `column` names a row's unit.
    ///
    /// # Errors
    /// The rows have no such column: a defect, since the slices were asked for with it.
    pub fn new(
        now: &Slices<'_>,
        before: &Slices<'_>,
        before_is: When,
        column: &str,
        facts: &Facts<'_>,
    ) -> Result<Pairing, String> {
        let schedule = &facts.plan.schedule;
        let counterpart = |period: &Period| match before_is {
            When::Previous => schedule.previous(period),
            _ => schedule.year_ago(period),
        };
        let named = |slices: &Slices<'_>| -> Result<Vec<PairedSide>, String> {
            slices.slices.iter().map(|slice| PairedSide::of(slice, column, facts)).collect()
        };
        let (ours, theirs) = (named(now)?, named(before)?);
        let mut pairing = Pairing { column: column.to_owned(), ..Pairing::default() };
        pairing.now.extend(ours.iter().flat_map(|side| &side.reported));
        pairing.before.extend(theirs.iter().flat_map(|side| &side.reported));
        for (here, our) in now.slices.iter().zip(&ours) {
            let Some(other) = counterpart(&here.period) else { continue };
            let there = before.slices.iter().zip(&theirs).find(|(slice, _)| slice.period == other);
            let Some((there, their)) = there else { continue };
            let both: BTreeSet<u32> = our.reported.intersection(&their.reported).copied().collect();
            pairing.rows.insert(here.period.clone(), our.rows_of(&both, here));
            pairing.rows.insert(other, their.rows_of(&both, there));
            // Of stored periods only accepted rows are left.
            let rows = our.units.iter().zip(here.rows.accepted.iter());
            let sent_back = rows.filter(|(_, accepted)| !**accepted).filter_map(|(unit, _)| *unit);
            pairing.partial.extend(sent_back.filter(|unit| both.contains(unit)));
            pairing.both.extend(both);
        }
        Ok(pairing)
    }

    /// Whether a row of a period counts.
    pub fn holds(&self, period: &Period, row: usize) -> bool {
        self.rows.get(period).and_then(|rows| rows.get(row)) == Some(&true)
    }

    /// What the comparison covers, for the line under the table.
    pub fn words(&self, measure: &str, now: When, before: When) -> String {
        let each = if now == When::YearToDate { "逐期" } else { "" };
        let (column, now, before) = (&self.column, now.word(), before.word());
        let partial = match self.partial.len() {
            0 => String::new(),
            count => format!("；其中 {count} 个本期有退回的行，数不全"),
        };
        let counts = [&self.both, &self.now, &self.before].map(BTreeSet::len);
        format!(
            "“{measure}”为可比口径：{each}只计{now}和{before}都报送的单位（按“{column}”栏），\
             可比单位 {} 个，{now}共 {} 个、{before}共 {} 个{partial}。",
            counts[0], counts[1], counts[2]
        )
    }
}
