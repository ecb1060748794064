//! Words and sentences that several outputs share: places, messages, units, paths as they may be shown.

use super::Edition;
use crate::domain::period::civil;
use crate::model::finding::{Finding, Place};
use crate::model::run::{SourceVerdict, UnitStatus};
use std::path::{Component, Path};

impl<'a> Edition<'a> {
    /// The verdict on a file by its index in the run's list.
    pub(super) fn source(&self, index: u32) -> Option<&'a SourceVerdict> {
        let direct = self.verdict.sources.get(index as usize).filter(|verdict| verdict.source.index == index);
        direct.or_else(|| self.verdict.sources.iter().find(|verdict| verdict.source.index == index))
    }

    /// A file's name as officers see it; empty for an index that no file has.
    pub(super) fn file_name(&self, index: u32) -> &'a str {
        self.source(index).map_or("", |verdict| verdict.source.name.as_str())
    }

    /// The name of a sheet, where its file tells one.
    pub(super) fn sheet_name(&self, source: u32, sheet: u16) -> &'a str {
        self.source(source).and_then(|verdict| verdict.sheet_name(sheet)).unwrap_or_default()
    }

    /// A unit's name; empty for an index outside the roster.
    pub(super) fn unit_name(&self, unit: u32) -> &'a str {
        self.reference.roster.units.get(unit as usize).map_or("", |unit| &*unit.name)
    }

    /// A unit's code; empty for an index outside the roster.
    pub(super) fn unit_code(&self, unit: u32) -> &'a str {
        self.reference.roster.units.get(unit as usize).map_or("", |unit| unit.code.as_str())
    }

    /// `{报告期}{名称}`, what every output is called by.
    pub(super) fn name(&self) -> String {
        format!("{}{}", self.period.title(), self.plan.title)
    }

    /// The unit that a finding is about: its own, else the one its file belongs to.
    pub(super) fn unit_of(&self, place: &Place) -> Option<u32> {
        place.unit.or_else(|| self.source(place.source?)?.unit)
    }

    /// A finding as one line: place, found, expected, next step.
    pub(super) fn message(&self, finding: &Finding) -> String {
        finding.sentence(&self.verdict.place_words(&finding.place, |unit| self.unit_name(unit).to_owned()))
    }
}

/// A unit's reporting status in words.
pub(super) fn status_word(status: UnitStatus) -> String {
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
pub(super) fn status_key(status: UnitStatus) -> &'static str {
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

/// A day as `yyyy-mm-dd`; empty outside the calendar.
pub(super) fn day_word(day: i32) -> String {
    civil(day).map_or_else(String::new, |(year, month, day)| format!("{year:04}-{month:02}-{day:02}"))
}

/// A path that may leave this machine: as given when relative, relative to the working folder when it lies there,
/// else its last two parts. `/`-separated.
pub(super) fn public_path(path: &Path) -> String {
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
pub(super) fn short_hash(hash: &str) -> &str {
    hash.get(..12).unwrap_or(hash)
}
