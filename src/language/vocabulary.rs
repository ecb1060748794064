//! The names that an expression may use.

use super::term::{Literal, Type};
use std::collections::BTreeMap;

/// Names that an expression may use: columns with their types, and named values of the definition.
/// The run constants ([`super::term::RUN_CONSTANTS`]) are always there.
#[derive(Debug, Clone, Default)]
pub struct Vocabulary {
    pub columns: BTreeMap<String, Type>,
    pub values: BTreeMap<String, Literal>,
}
