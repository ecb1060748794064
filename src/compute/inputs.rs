//! What the figures are computed from, as the run hands it over.

use crate::definition::{Plan, Reference};
use crate::domain::period::Period;
use crate::history::History;
use crate::model::OpenCell;
use crate::model::discipline::PastDiscipline;
use crate::model::run::RunVerdict;
use crate::rows::{LookupResult, ValidatedRows};

/// What the figures are computed from.
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'a> {
    pub plan: &'a Plan,
    pub reference: &'a Reference,
    pub period: &'a Period,
    pub rows: &'a [ValidatedRows],
    /// Cells that an open 核实 points at; those held out are nothing in `rows`.
    pub doubts: &'a [OpenCell],
    pub lookups: &'a [LookupResult],
    pub verdict: &'a RunVerdict,
    /// Earlier periods, for measures over time.
    pub history: &'a History,
    /// How units stood in the periods of the store, in any order; empty without a store.
    pub earlier: &'a [PastDiscipline],
    /// The day that the chase list is of; the last receipt where nobody says.
    pub as_of: Option<i32>,
}
