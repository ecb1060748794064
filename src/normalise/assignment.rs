//! What every file of a run is normalised against.

use crate::definition::{Plan, Reference};
use crate::domain::period::Period;

/// What every file is normalised against.
#[derive(Debug, Clone, Copy)]
pub struct Assignment<'a> {
    pub plan: &'a Plan,
    pub reference: &'a Reference,
    pub period: &'a Period,
    /// Somebody decided that a return which says another period is of this one.
    pub confirmed: bool,
}
