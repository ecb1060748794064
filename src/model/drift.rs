//! Structure drift (表样变动): which headers units renamed, added or dropped, so that the form or its aliases can be
//! mended once. Values only, no formats.

use super::cell::CellRef;
use std::sync::Arc;

/// All drift of one run.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Drift {
    /// The most pressing kind first; within one by number of units, most first, then in the form's order.
    pub patterns: Vec<Pattern>,
    /// Every single one, by unit in roster order (files of nobody last), then file, sheet and place.
    pub cases: Vec<DriftCase>,
}

/// The same thing done by one or more units.
#[derive(Debug, Clone, PartialEq)]
pub struct Pattern {
    /// Index into the plan's forms.
    pub form: u16,
    pub kind: DriftKind,
    /// The field renamed or missing.
    pub field: Option<u16>,
    /// What the sheets say, in the spelling met first; empty for a missing column.
    pub header: String,
    /// Units that did it, in roster order.
    pub units: Vec<u32>,
    /// Files that it was met in, in input order.
    pub sources: Vec<u32>,
    /// An alias that could be added to the definition.
    pub advice: Option<Advice>,
}

/// One header of one sheet.
#[derive(Debug, Clone, PartialEq)]
pub struct DriftCase {
    pub unit: Option<u32>,
    pub source: u32,
    pub sheet: u16,
    pub sheet_name: Arc<str>,
    pub form: u16,
    pub kind: DriftKind,
    pub field: Option<u16>,
    pub header: String,
    /// The header's cell; `None` for a missing column.
    pub at: Option<CellRef>,
}

/// Kinds of drift, the most pressing first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DriftKind {
    /// A column without which the return is held out.
    MissingRequired,
    /// A column of a sheet that was not recognised at all, though it comes near the form.
    NearMiss,
    /// A header of no field.
    Extra,
    /// A column that a return may lack.
    Missing,
    /// Another spelling that was understood.
    Renamed,
}

impl DriftKind {
    /// The Chinese words on every output.
    pub fn word(self) -> &'static str {
        match self {
            DriftKind::MissingRequired => "缺少必需列",
            DriftKind::NearMiss => "整页未识别，缺列",
            DriftKind::Extra => "多出的列",
            DriftKind::Missing => "缺少可选列",
            DriftKind::Renamed => "换了列名（已认得）",
        }
    }

    /// The English key in `run.json`.
    pub fn key(self) -> &'static str {
        match self {
            DriftKind::MissingRequired => "missing-required",
            DriftKind::NearMiss => "near-miss",
            DriftKind::Extra => "extra",
            DriftKind::Missing => "missing-optional",
            DriftKind::Renamed => "renamed",
        }
    }
}

/// An alias that looks right. By similarity, so a person decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advice {
    /// The field that the header seems to mean, and its line in the definition.
    pub field: u16,
    pub line: u32,
    /// The field's aliases with the new one, as the definition writes them: `also = ["…", "…"]`.
    pub also: String,
}
