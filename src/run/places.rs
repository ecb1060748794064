//! Where a run reads earlier periods and puts its results.

use std::path::{Path, PathBuf};

/// Where a run reads earlier periods and puts its results.
#[derive(Debug, Clone, Copy, Default)]
pub struct Places<'a> {
    /// Results; `None` writes nothing at all, the history included.
    pub out: Option<&'a Path>,
    /// The history store; `None` neither reads nor keeps any.
    pub history: Option<&'a Path>,
    /// Why an issued period is run again (更正的理由).
    pub reason: Option<&'a str>,
    /// Decisions workbooks (处理意见) beside those in the results folder.
    pub decisions: &'a [PathBuf],
}
