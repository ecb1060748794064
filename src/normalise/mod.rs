//! A raw workbook in, typed rows with origin out: find the tables, bind their columns, say who sent it, convert cells.
//!
//! One file at a time, no state; nothing across files. Knows nothing of file formats or of polars.

use crate::domain::period::Period;
use crate::model::normalised::NormalisedReturn;
use crate::model::{RawWorkbook, SourceFile};
use crate::spec::{Plan, Reference};

/// What every file is normalised against.
#[derive(Debug, Clone, Copy)]
pub struct Frame<'a> {
    pub plan: &'a Plan,
    pub reference: &'a Reference,
    pub period: &'a Period,
}

/// Normalises one workbook.
pub fn normalise(frame: Frame<'_>, source: &SourceFile, workbook: &RawWorkbook) -> NormalisedReturn {
    let _ = (frame, source, workbook);
    todo!()
}
