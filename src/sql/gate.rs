//! SQL text → [`Checked`], or every problem with its place.
use super::{Checked, Literal, Type};
use std::collections::BTreeMap;
use std::ops::Range;

/// Names that an expression may use: columns with their types, and named values of the definition.
/// The run constants ([`super::RUN_CONSTANTS`]) are always there.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    pub columns: BTreeMap<String, Type>,
    pub values: BTreeMap<String, Literal>,
}

/// Why an expression is refused. `span` is a byte range of the expression's own text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqlProblem {
    pub code: &'static str,
    pub span: Range<usize>,
    pub message: String,
    pub help: Option<String>,
}

/// Checks one expression of the wanted type (a rule or filter wants `Boolean`); `None` accepts any type.
///
/// # Errors
/// Every problem that could be found, in order of place.
pub fn check(source: &str, scope: &Scope, wanted: Option<Type>) -> Result<Checked, Vec<SqlProblem>> {
    let _ = (source, scope, wanted);
    todo!()
}
