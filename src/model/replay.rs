//! What a definition's rules would say of stored periods.

use super::codes::Code;
use super::severity::Severity;
use crate::domain::period::Period;
use std::sync::Arc;

/// A rule that was tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TriedRule {
    pub code: Arc<str>,
    /// What the definition says it weighs, whether on trial or not.
    pub severity: Severity,
    pub trial: bool,
    /// The form's title.
    pub form: String,
}

/// One stored row that a rule would have found.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    pub code: Code,
    /// The form's title.
    pub form: String,
    /// Where it stood then: file, sheet, row.
    pub place: String,
    /// The recommending unit's name; empty where it is not known.
    pub unit: String,
    pub found: String,
}

/// One period.
#[derive(Debug, Clone, PartialEq)]
pub struct ReplayedPeriod {
    pub period: Period,
    /// Stored (accepted) rows of all forms; `Err` says why there are none to read.
    pub rows: Result<usize, String>,
    pub hits: Vec<Hit>,
    /// What could not be held against its past.
    pub remarks: Vec<String>,
}

/// A whole replay.
#[derive(Debug, Clone, PartialEq)]
pub struct Replay {
    pub rules: Vec<TriedRule>,
    pub periods: Vec<ReplayedPeriod>,
}

impl ReplayedPeriod {
    /// Rows and units that a rule would have found.
    pub fn count(&self, code: &str) -> (usize, usize) {
        let hits: Vec<&Hit> = self.hits.iter().filter(|hit| &*hit.code == code).collect();
        let units: std::collections::BTreeSet<&str> =
            hits.iter().map(|hit| hit.unit.as_str()).filter(|unit| !unit.is_empty()).collect();
        (hits.len(), units.len())
    }
}
