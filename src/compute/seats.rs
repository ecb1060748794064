//! Seats of the recommending units and how they are used. Knows not where they come from.

use crate::definition::QuotaPart;
use crate::model::Finding;

/// Seats and their use, by position among the recommending units.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Seats {
    /// `None` where seats could not be told at all; a finding says why.
    pub seats: Option<Vec<u32>>,
    pub limits: Vec<i64>,
    pub formal: Vec<i64>,
    pub standby: Vec<i64>,
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
            QuotaPart::Excess => (formal - seats).max(0),
            QuotaPart::StandbyLimit => *self.limits.get(position)?,
        })
    }

    /// Where the seats come from, in words.
    pub fn origin(&self) -> &'static str {
        if self.issued { "按下达的名额分配表" } else { "按最大余数法分配" }
    }
}
