//! What a definition says beyond single columns of single rows: standards that depend on a code, and rules over groups
//! of rows.

use super::rules::Template;
use crate::language::Checked;
use crate::model::{Effect, Severity};
use std::sync::Arc;

/// A table of codes and bounds, from which two columns are computed: whether a row meets its bound, and what that is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standard {
    /// Name of the computed verdict (是非; NULL where nothing is judged).
    pub verdict: String,
    /// For notes, in the definition's order.
    pub demands: Vec<Demand>,
}

/// What a standard demands where a code column has this value: `报修及时率`, `＝100%`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Demand {
    pub value: String,
    pub words: String,
}

/// A rule over the rows that agree in some fields, over all returns: all figures of one unit, all titles of one contest.
///
/// A group with 必改 blocks all its rows; any other finding stands once, on the group's first row.
#[derive(Debug, Clone)]
pub struct GroupRule {
    pub code: Arc<str>,
    pub severity: Severity,
    /// As in [`super::rules::Rule::effect`].
    pub effect: Effect,
    /// As in [`super::rules::Rule::trial`].
    pub trial: bool,
    /// Rows without one of these are in no group.
    pub by: Vec<usize>,
    /// Rows that are looked at.
    pub when: Option<Checked>,
    pub values: Vec<GroupValue>,
    /// Over the names of `values` and the columns of `by`.
    pub check: Checked,
    /// Holes: the form's columns (of the first row), the names of `values`, and `{行数}`.
    pub found: Template,
    pub expected: Template,
    pub next: Template,
    pub cells: Vec<usize>,
    pub line: u32,
}

/// One figure of a group.
#[derive(Debug, Clone)]
pub struct GroupValue {
    pub name: String,
    pub kind: GroupKind,
    /// A condition for `Count`, else a number. NULL is left out; over nothing but NULL the figure is NULL.
    pub of: Checked,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupKind {
    /// Rows where it holds.
    Count,
    Sum,
    Least,
    Most,
}
