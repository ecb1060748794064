//! One thing wrong in a definition or in reference data.

use std::ops::Range;
use std::path::PathBuf;

/// Where it is, what is wrong, and what the writer probably meant. All texts in Chinese, `code` in English.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    pub code: &'static str,
    pub path: PathBuf,
    /// Byte range of the source text; `None` where the whole file is meant (missing, not UTF-8).
    pub span: Option<Range<usize>>,
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
}
