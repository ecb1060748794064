//! Normalised returns in, verdicts and validated frames out: versions, rules within a row, across rows, against reference
//! tables, reporting discipline. Knows nothing of files or of reports.

use crate::domain::period::Period;
use crate::model::normalised::NormalisedReturn;
use crate::model::run::RunVerdict;
use crate::model::{SourceFile, Unreadable};
use crate::spec::{Plan, Reference};
use crate::sql::ValidatedFrame;

/// What became of one file before validation.
#[derive(Debug, Clone, PartialEq)]
pub enum Arrival {
    Return(Box<NormalisedReturn>),
    Unreadable(Unreadable),
    /// No table at all (a document, a picture), with the cause.
    Unrecognised(String),
    Ignored(String),
}

/// One file as validation takes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Arrived {
    pub source: SourceFile,
    pub sha256: Option<[u8; 32]>,
    pub size: u64,
    pub format: &'static str,
    pub arrival: Arrival,
    /// The unit that file name, else folder names, for files that say nothing themselves.
    pub named_unit: Option<u32>,
}

/// What validation hands on.
#[derive(Debug, Clone)]
pub struct Validated {
    pub verdict: RunVerdict,
    /// One per form of the plan, in its order.
    pub frames: Vec<ValidatedFrame>,
    /// Per lookup of the plan: what each row matched and what is outstanding.
    pub lookups: Vec<LookupResult>,
}

pub use crate::sql::frame::LookupResult;

/// Validates all returns of a run together.
pub fn validate(plan: &Plan, reference: &Reference, period: &Period, arrived: Vec<Arrived>) -> Validated {
    let _ = (plan, reference, period, arrived);
    todo!()
}
