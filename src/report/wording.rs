//! Words that several outputs share: paths and hashes as they may be shown.

use crate::text::masks::{mask_within, masked};
use crate::text::quote::bounded;
use std::borrow::Cow;
use std::path::{Component, Path};

/// A path that may leave this machine, and the same wherever one stands: the file and the folder that holds it
/// (`model-teams/pipeline.toml`, `reference/单位名册.csv`), where links lead; numbers of persons in it masked. `/`-separated.
pub fn public_path(path: &Path) -> String {
    let path = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    let parts: Vec<String> = path
        .components()
        .filter(|part| matches!(part, Component::Normal(_)))
        .map(|part| part.as_os_str().to_string_lossy().into_owned())
        .collect();
    mask_within(&parts[parts.len().saturating_sub(2)..].join("/"))
}

/// The first places of a hash, enough to tell files apart on paper.
pub fn short_hash(hash: &str) -> &str {
    hash.get(..12).unwrap_or(hash)
}

/// Foreign text as a file for programs may pass it on: masked, and no longer than a sentence takes.
pub fn passed_on(text: &str) -> Cow<'_, str> {
    match masked(text) {
        Cow::Borrowed(text) => bounded(text),
        Cow::Owned(masked) => Cow::Owned(bounded(&masked).into_owned()),
    }
}
