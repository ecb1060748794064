//! Reporting discipline beyond one run: how units stood in earlier periods, and whom to chase for what.

use super::run::UnitStatus;
use crate::domain::period::Period;
use std::collections::BTreeMap;

/// How every expected unit stood in an earlier period, as the store keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastDiscipline {
    pub period: Period,
    /// Whether it had a due date: without one nobody was in time or late, and nobody has points.
    pub dated: bool,
    /// By unit code; a unit that was not expected is not in it.
    pub units: BTreeMap<String, UnitStatus>,
}

/// Whom to chase (催报), by city and channel in official order; groups without anyone are left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChaseList {
    /// The list in one sentence: how many are expected, missing, returned; the due dates.
    pub summary: String,
    /// What an officer has to know before sending it: no due date, gaps in the store.
    pub notes: Vec<String>,
    pub groups: Vec<ChaseGroup>,
    /// The day that the list is of; days since 1970-01-01.
    pub as_of: Option<i32>,
    /// How many periods, this one included, `missed` and `late` look back on.
    pub looked: u32,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChaseGroup {
    /// A city or channel.
    pub label: String,
    /// Units expected here.
    pub expected: usize,
    /// The longest silent first.
    pub units: Vec<ChaseUnit>,
    /// The paragraph to send, its heading not included.
    pub letter: String,
}

/// One unit that owes something, or sent it late.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChaseUnit {
    /// Other periods whose returns came in place of this one's, in words; empty where none did.
    pub instead: String,
    /// Index of the roster.
    pub unit: u32,
    pub name: String,
    pub status: UnitStatus,
    /// Periods in a row without anything, this one included; 0 where something came.
    pub silent: u32,
    /// Of the periods looked back on: without anything, and late.
    pub missed: u32,
    pub late: u32,
    /// Working days past the due date: of what came late, and of what is missing as of the list's day.
    pub late_days: Option<i64>,
    /// 必改 to be mended in files sent back.
    pub problems: usize,
    /// What is wrong, file by file.
    pub trouble: String,
    /// The first thing to be mended, in few words.
    pub first_problem: String,
    /// The whole text to the unit, every problem on a line of its own; one sentence where there is none.
    pub letter: String,
}

impl ChaseList {
    pub fn units(&self) -> impl Iterator<Item = &ChaseUnit> {
        self.groups.iter().flat_map(|group| &group.units)
    }
}
