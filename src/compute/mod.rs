//! Validated frames in, finished tables out. Every figure is a whole number or a pair of whole numbers until it is printed.
//!
//! Totals are proven against their parts; knows nothing of cells, files or formats.

use crate::domain::period::Period;
use crate::model::Finding;
use crate::model::run::RunVerdict;
use crate::model::statistic::StatTable;
use crate::spec::{Plan, Reference};
use crate::sql::ValidatedFrame;
use crate::sql::frame::LookupResult;

/// What the figures are computed from.
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'a> {
    pub plan: &'a Plan,
    pub reference: &'a Reference,
    pub period: &'a Period,
    pub frames: &'a [ValidatedFrame],
    pub lookups: &'a [LookupResult],
    pub verdict: &'a RunVerdict,
}

/// All tables of the pipeline, the charts' series resolved by the writer.
#[derive(Debug, Clone, PartialEq)]
pub struct Computed {
    /// One per table of the plan, in its order.
    pub tables: Vec<StatTable>,
    /// Findings on units and on the run: over quota, shares below their bound.
    pub findings: Vec<Finding>,
    /// Sentences for the overview: what holds, what does not, who could fill a gap.
    pub statements: Vec<Statement>,
}

/// One line of the overview's conclusions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// `None` where nothing is to be judged.
    pub holds: Option<bool>,
    pub text: String,
}

/// Computes every table of the plan.
///
/// # Errors
/// A total that does not equal its parts, in Chinese: a defect that must stop the run.
pub fn compute(inputs: Inputs<'_>) -> Result<Computed, String> {
    let _ = inputs;
    todo!()
}
