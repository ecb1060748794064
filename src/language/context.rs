//! What a run gives its expressions.

use super::term::Literal;
use crate::domain::workdays::Calendar;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What an expression needs at run time.
#[derive(Debug, Clone, Default)]
pub struct RunContext {
    /// Values of [`super::term::RUN_CONSTANTS`].
    pub constants: BTreeMap<&'static str, Literal>,
    pub calendar: Arc<Calendar>,
    /// The period's last day.
    pub as_of: i32,
}
