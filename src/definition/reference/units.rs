//! Reporting units and their roster: who is above whom, who owes, and which units a written name may mean.

use crate::model::normalised::Contact;
use std::collections::BTreeMap;
use std::sync::Arc;

/// 省 市 县 基层 and what may come between them; every look up the chain costs its length.
pub const MOST_PARENTS: usize = 50;

/// A unit of the roster; its index in [`Roster::units`] is its id everywhere.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Unit {
    pub code: String,
    pub name: Arc<str>,
    pub aliases: Vec<String>,
    /// Index of 上级.
    pub parent: Option<u32>,
    /// One of [`Roster::channels`], or empty.
    pub channel: Arc<str>,
    pub city: Arc<str>,
    /// 在岗职工人数; `None` where the roster leaves it empty.
    pub workers: Option<u64>,
    /// Days since 1970-01-01; expected only from `enabled` to `disabled`, both included.
    pub enabled: Option<i32>,
    pub disabled: Option<i32>,
    /// Whom to call.
    pub contact: Contact,
    /// Whether it owes the returns of the pipeline that the roster was read for, on the days on which it is expected.
    pub owes: bool,
}

/// The roster in official order: the units of the cities by city order, then the other channels in their order, then
/// units without a channel; within each by the file's order.
#[derive(Debug, Clone, Default)]
pub struct Roster {
    pub units: Vec<Unit>,
    /// Channels (渠道) in official order; units of the first one stand under their cities.
    pub channels: Vec<String>,
    /// Units that owe this pipeline in this period, in official order: ascending, which [`Self::owes`] relies on.
    pub expected: Vec<u32>,
    /// match key of name, alias or code → units (several where it is ambiguous).
    pub keys: BTreeMap<String, Vec<u32>>,
}

impl Roster {
    /// Whether a unit owes this pipeline in this period.
    pub fn owes(&self, unit: u32) -> bool {
        self.expected.binary_search(&unit).is_ok()
    }

    /// The unit whose return a unit's figures belong in: itself or the nearest 上级 that owes this pipeline.
    pub fn owing(&self, unit: u32) -> Option<u32> {
        std::iter::once(unit).chain(self.chain(unit)).find(|unit| self.owes(*unit))
    }

    /// The recommending unit that a unit's rows count under: of the unit that owes them and the units above it that owe too
    /// and are of its channel, the topmost (RETURNS.md §9 "Recommending units").
    pub fn recommender(&self, unit: u32) -> Option<u32> {
        let owing = self.owing(unit)?;
        let channel = |unit: u32| self.units.get(unit as usize).map(|unit| &*unit.channel);
        let above = self.chain(owing).filter(|above| self.owes(*above) && channel(*above) == channel(owing));
        above.last().or(Some(owing))
    }

    /// Units that hold seats and have rows of their own in tables by unit, in official order: those that owe, and whose rows
    /// count under no other one.
    pub fn recommending(&self) -> Vec<u32> {
        self.expected.iter().copied().filter(|unit| self.recommender(*unit) == Some(*unit)).collect()
    }

    /// The units above one, from the nearest on.
    fn chain(&self, unit: u32) -> impl Iterator<Item = u32> + '_ {
        let parent = |unit: &u32| self.units.get(*unit as usize).and_then(|unit| unit.parent);
        // Loading refuses loops and longer chains, and asks this of a roster that it is still to refuse.
        std::iter::successors(parent(&unit), parent).take(MOST_PARENTS)
    }

    /// Whether one of the two is above the other, or they are the same.
    pub fn linked(&self, a: u32, b: u32) -> bool {
        self.above(a, b) || self.above(b, a)
    }

    /// Whether one unit is the other or stands above it.
    pub fn above(&self, top: u32, below: u32) -> bool {
        below == top || self.chain(below).any(|above| above == top)
    }

    /// Units that a written name may mean: by code, full name or alias. Exactly one is a match, several are
    /// ambiguous, none is unknown; never the nearest name.
    pub fn find(&self, written: &str) -> &[u32] {
        self.keys.get(&crate::text::names::match_key(written)).map_or(&[], Vec::as_slice)
    }
}
