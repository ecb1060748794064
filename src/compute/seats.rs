//! Seats of the recommending units and how they are used. Knows not where they come from.

use crate::definition::QuotaPart;
use crate::model::Finding;
use crate::model::run::UnitStatus;

/// Seats and their use, by position among the recommending units.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Seats {
    /// `None` where seats could not be told at all; a finding says why.
    pub seats: Option<Vec<u32>>,
    pub limits: Vec<i64>,
    pub formal: Vec<i64>,
    pub standby: Vec<i64>,
    /// Formal ones that were sent back.
    pub returned: Vec<i64>,
    /// How each unit stands.
    pub standing: Vec<UnitStatus>,
    /// Whether the issued table and not the apportionment gave them.
    pub issued: bool,
    pub findings: Vec<Finding>,
}

impl Seats {
    /// One part of the quota for the unit at this position; `None` where seats could not be told.
    pub fn part(&self, part: QuotaPart, position: usize) -> Option<i64> {
        let seats = i64::from(*self.seats.as_ref()?.get(position)?);
        let formal = *self.formal.get(position)?;
        Some(match part {
            QuotaPart::Seats => seats,
            QuotaPart::Gap => (seats - formal).max(0),
            QuotaPart::GapNotNominated => self.gap(position, seats, formal)[0],
            QuotaPart::GapReturned => self.gap(position, seats, formal)[1],
            QuotaPart::GapUnreadable => self.gap(position, seats, formal)[2],
            QuotaPart::GapMissing => self.gap(position, seats, formal)[3],
            QuotaPart::Excess => (formal - seats).max(0),
            QuotaPart::StandbyLimit => *self.limits.get(position)?,
        })
    }

    /// A unit's gap by its cause: not nominated, sent back, unreadable, not reported.
    fn gap(&self, position: usize, seats: i64, formal: i64) -> [i64; 4] {
        let gap = (seats - formal).max(0);
        let returned = self.returned.get(position).copied().unwrap_or(0).min(gap);
        match self.standing.get(position) {
            // Who sent nothing that can be read was asked for all of it.
            Some(UnitStatus::Missing) if returned == 0 && formal == 0 => [0, 0, 0, gap],
            Some(UnitStatus::Unreadable) if returned == 0 && formal == 0 => [0, 0, gap, 0],
            // Its return was sent back whole: what it nominates nobody read.
            Some(UnitStatus::Returned) if returned == 0 && formal == 0 => [0, gap, 0, 0],
            _ => [gap - returned, returned, 0, 0],
        }
    }

    /// Where the seats come from, in words.
    pub fn origin(&self) -> &'static str {
        if self.issued { "按下达的名额分配表" } else { "按最大余数法分配" }
    }
}
