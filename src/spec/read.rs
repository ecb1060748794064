//! `pipeline.toml` → [`Plan`](super::Plan), or every problem at once.
use super::{Diagnostic, Plan};
use std::path::Path;

/// Reads and checks `pipelines/<name>/pipeline.toml`.
///
/// # Errors
/// All problems of the definition, in the order of the file.
pub fn read(path: &Path) -> Result<Plan, Vec<Diagnostic>> {
    let _ = path;
    todo!()
}
