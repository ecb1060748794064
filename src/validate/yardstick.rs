//! What all returns of a run are held against.

use crate::definition::{Plan, Reference};
use crate::domain::period::Period;
use crate::history::History;
use crate::model::decision::Decisions;

/// What all returns are held against.
#[derive(Debug, Clone, Copy)]
pub struct Yardstick<'a> {
    pub plan: &'a Plan,
    pub reference: &'a Reference,
    pub period: &'a Period,
    /// Earlier periods, for rules that look back.
    pub history: &'a History,
    /// What people settled about findings.
    pub decisions: &'a Decisions,
}
