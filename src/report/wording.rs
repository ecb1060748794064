//! Words that several outputs share: standings of units, paths and hashes as they may be shown.

use crate::model::run::UnitStatus;
use std::path::{Component, Path};

/// A unit's reporting status in words.
pub fn status_word(status: UnitStatus) -> String {
    match status {
        UnitStatus::OnTime => "按时通过".to_owned(),
        UnitStatus::Undated => "通过，迟早不明".to_owned(),
        UnitStatus::Late { days, overdue: false } => format!("迟报 {days} 个工作日"),
        UnitStatus::Late { days, overdue: true } => format!("逾期 {days} 个工作日"),
        UnitStatus::Returned => "退回".to_owned(),
        UnitStatus::Unreadable => "无法读取".to_owned(),
        UnitStatus::Missing => "未报".to_owned(),
    }
}

/// A unit's reporting status as a key.
pub fn status_key(status: UnitStatus) -> &'static str {
    match status {
        UnitStatus::OnTime => "on-time",
        UnitStatus::Undated => "undated",
        UnitStatus::Late { overdue: false, .. } => "late",
        UnitStatus::Late { overdue: true, .. } => "overdue",
        UnitStatus::Returned => "returned",
        UnitStatus::Unreadable => "unreadable",
        UnitStatus::Missing => "missing",
    }
}

/// A path that may leave this machine: as given when relative, relative to the working folder when it lies there,
/// else its last two parts. `/`-separated.
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
    parts[keep..].join("/")
}

/// The first places of a hash, enough to tell files apart on paper.
pub fn short_hash(hash: &str) -> &str {
    hash.get(..12).unwrap_or(hash)
}
