//! What is asked of the samples, and what was written.

use std::path::{Path, PathBuf};

/// The folder of shared reference tables beside the definitions.
pub const REFERENCE: &str = "reference";

/// What to generate.
#[derive(Debug, Clone)]
pub struct Options {
    /// The name of a pipeline that has samples.
    pub pipeline: String,
    pub out: PathBuf,
    /// `None`: the small shipped sample. `Some(n)`: a large trial of n returns in `out/returns`, with its own
    /// reference tables in `out/reference`.
    pub units: Option<u32>,
    /// The month of a large trial of `innovation` (`2026-03`); its main sample's where it is not given.
    pub period: Option<String>,
    /// Rows a return of a large trial.
    pub rows: u32,
    pub seed: u64,
    /// The folder of the definitions; its `reference` holds 单位名册.csv and the other shared tables.
    pub pipelines: PathBuf,
}

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Summary {
    pub files: usize,
    /// Records of the forms, over all files.
    pub rows: usize,
}

impl Options {
    /// The folder with 单位名册.csv and the other shared tables.
    pub fn reference(&self) -> PathBuf {
        self.pipelines.join(REFERENCE)
    }
}

/// Writes a file and the folders above it.
///
/// # Errors
/// A sentence with the path.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), String> {
    let told = |error: std::io::Error| format!("{}：{}", path.display(), crate::machine::cause(&error));
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(told)?;
    }
    std::fs::write(path, bytes).map_err(told)
}
