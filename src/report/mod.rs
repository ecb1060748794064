//! Results in, files out, whole or not at all: the leadership workbook, the findings workbook, the data edition,
//! `findings.ndjson` and `run.json`.
//!
//! Knows layouts and formats, and nothing of how a figure came about.

use crate::domain::period::Period;
use crate::model::run::RunVerdict;
use crate::model::statistic::StatTable;
use crate::spec::{Plan, Reference};
use crate::sql::ValidatedFrame;
use std::path::{Path, PathBuf};

/// Everything that is written.
#[derive(Debug, Clone, Copy)]
pub struct Edition<'a> {
    pub plan: &'a Plan,
    pub reference: &'a Reference,
    pub period: &'a Period,
    pub verdict: &'a RunVerdict,
    pub frames: &'a [ValidatedFrame],
    pub tables: &'a [StatTable],
    /// (holds, sentence) for the overview.
    pub statements: &'a [(Option<bool>, String)],
    /// Folder the returns came from, for links in the findings workbook.
    pub returns: &'a [PathBuf],
}

/// Paths of what was written, in the order in which officers read them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Written {
    pub files: Vec<PathBuf>,
}

/// Writes all outputs into `folder`, replacing an earlier run's as one.
///
/// # Errors
/// The folder cannot be written; earlier results stay as they were. The message is Chinese with the next step.
pub fn write(edition: Edition<'_>, folder: &Path) -> Result<Written, String> {
    let _ = (edition, folder);
    todo!()
}
