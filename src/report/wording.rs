//! Words that several outputs share: paths and hashes as they may be shown.

use crate::text::masks::mask_within;
use crate::text::quote::bounded;
use std::path::{Component, Path};

/// A path that may leave this machine: as given when relative, relative to the working folder when it lies there,
/// else its last two parts; numbers of persons in it masked. `/`-separated.
pub fn public_path(path: &Path) -> String {
    let here = std::env::current_dir().ok();
    let within = here.as_deref().and_then(|here| path.strip_prefix(here).ok());
    let parts: Vec<String> = within
        .unwrap_or(path)
        .components()
        .filter(|part| matches!(part, Component::Normal(_) | Component::ParentDir))
        .map(|part| part.as_os_str().to_string_lossy().into_owned())
        .collect();
    let keep = if within.is_none() && path.is_absolute() { parts.len().saturating_sub(2) } else { 0 };
    mask_within(&parts[keep..].join("/"))
}

/// The first places of a hash, enough to tell files apart on paper.
pub fn short_hash(hash: &str) -> &str {
    hash.get(..12).unwrap_or(hash)
}

/// Foreign text as a file for programs may pass it on: masked, and no longer than a sentence takes.
pub fn passed_on(text: &str) -> String {
    bounded(&mask_within(text)).into_owned()
}
