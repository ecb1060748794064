//! A return after its tables were found, bound and converted; nothing checked across rows yet.

use super::amended::KeptAmendments;
use super::cell::CellRef;
use super::effect::Effect;
use super::finding::{Amendment, Explanation, Finding};
use super::kept::KeptTable;
use super::outcome::SheetAccount;
use super::overflow::Overflow;
use crate::domain::period::Period;
use std::sync::Arc;

/// How one table's columns map to a form's fields (列对应).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// Index into the plan's forms.
    pub form: u16,
    /// 0-based index of the sheet in its workbook, and its name.
    pub sheet: u16,
    pub sheet_name: Arc<str>,
    /// 0-based rows of the header, both included.
    pub header: (u32, u32),
    /// First and last physical column of the table where others stand beside it, else every column.
    pub cols: (u16, u16),
    /// Filled in across: fields stand in rows and records in columns. `columns` and `extra` then hold physical rows,
    /// and `header` is the first and last of them.
    pub across: bool,
    /// Per field of the form: the 0-based physical column, or `None` where the sheet has none.
    pub columns: Vec<Option<u16>>,
    /// Headers that were accepted as another spelling: (field index, what the sheet says).
    pub renamed: Vec<(u16, String)>,
    /// Headers that belong to no field, with their column.
    pub extra: Vec<(u16, String)>,
    /// Of cards, which are `across` too: each record's row with the cell of each field, or of its label where that is empty.
    pub cards: Vec<(u32, Vec<Option<CellRef>>)>,
}

/// A sheet without a form that comes near one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NearMiss {
    /// Index into the plan's forms.
    pub form: u16,
    /// 0-based index of the sheet in its workbook, and its name.
    pub sheet: u16,
    pub sheet_name: Arc<str>,
    /// 0-based last row of what looks like its header.
    pub row: u32,
    /// Fields whose columns were found, and required fields whose were not (indices).
    pub bound: usize,
    pub missing: Vec<u16>,
    /// Headers that belong to no field, with their cells.
    pub extra: Vec<(CellRef, String)>,
}

/// A unit's name that the roster does not know, as a return writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownUnit {
    pub written: String,
    /// 0-based index of the sheet in its workbook, and the cell.
    pub sheet: u16,
    pub at: CellRef,
}

/// The period of a return that is not the run's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherPeriod {
    /// The words that say so, in quotation marks.
    pub said: String,
    /// Where they name one period.
    pub period: Option<Period>,
}

impl OtherPeriod {
    /// `2026年2月`, else the words themselves.
    pub fn words(&self) -> String {
        self.period.as_ref().map_or_else(|| self.said.clone(), Period::title)
    }
}

/// Whom a return is from, and how that was decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sender {
    /// Index into the roster.
    pub unit: u32,
    pub evidence: SenderEvidence,
}

/// The strongest source that named the sender, strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SenderEvidence {
    Cover,
    Rows,
    Folder,
    FileName,
}

impl SenderEvidence {
    pub fn word(self) -> &'static str {
        match self {
            SenderEvidence::Cover => "填报单位栏",
            SenderEvidence::Rows => "推荐单位列",
            SenderEvidence::Folder => "文件夹名",
            SenderEvidence::FileName => "文件名",
        }
    }
}

/// What tells whether a return is a version of another, and which is the later, in the order in which it decides.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VersionEvidence {
    /// 填报日期, days since 1970-01-01.
    pub filled_on: Option<i32>,
    /// Rank of the marks in the file's name: (最终版/终稿/定稿 = 2 · 修订 = 1 · none = 0, the n of "(n)", else 0).
    pub mark: (u8, u32),
    /// The modified stamp inside the file, seconds since 1970 UTC.
    pub modified: Option<i64>,
    /// The stamp of the file itself, likewise: whoever copied or unpacked it last may have set it.
    pub file_modified: Option<i64>,
    /// The part that it says to be.
    pub part: PartName,
    /// The word by which its name says that it does not count: 作废.
    pub void: Option<String>,
    /// Somebody decided that this one counts.
    pub chosen: bool,
}

impl VersionEvidence {
    /// When it was made, as far as stamps say: the one inside, else the file's own.
    pub fn stamp(&self) -> Option<i64> {
        self.modified.or(self.file_modified)
    }
}

/// Which part of what a unit sends a return says to be, by its name or its titles.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PartName {
    /// On top of what was sent: 补报.
    pub supplement: bool,
    /// 第二批, 之二.
    pub number: Option<u32>,
    /// One of the kinds that are listed apart (集体, 个人): which set of kinds, and which of it.
    pub kind: Option<(u16, u16)>,
}

impl PartName {
    pub fn is_some(self) -> bool {
        self != PartName::default()
    }

    /// Whether two returns say to be different parts. One that says nothing may be the first part, or the whole.
    pub fn differs(self, other: PartName) -> bool {
        let kinds = matches!((self.kind, other.kind), (Some(a), Some(b)) if a.0 == b.0 && a.1 != b.1);
        let numbers = match (self.number, other.number) {
            (Some(a), Some(b)) => a != b,
            (Some(one), None) | (None, Some(one)) => one > 1,
            (None, None) => false,
        };
        kinds || numbers || self.supplement != other.supplement
    }
}

/// Whom to call about a return: what its footer or the roster says. Personal data, shown where officers chase and mend.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contact {
    pub person: String,
    pub phone: String,
}

impl Contact {
    pub fn is_empty(&self) -> bool {
        self.person.is_empty() && self.phone.is_empty()
    }
}

/// One return, normalised.
#[derive(Debug, Clone, PartialEq)]
pub struct NormalisedReturn {
    /// Index of the file in the run's list.
    pub source: u32,
    /// One per table found, in sheet order; rows of hidden sheets or of another period are not in here,
    /// they are counted in `sheets`.
    pub tables: Vec<KeptTable>,
    /// One per table found, the uncounted ones included.
    pub bindings: Vec<Arc<Binding>>,
    /// Sheets without a form that come near one.
    pub near_misses: Vec<NearMiss>,
    /// Names of units, in cover or rows, that the roster does not know; in the order in which they were met.
    pub unknown_units: Vec<UnknownUnit>,
    /// One per sheet and table; every occupied row is in exactly one.
    pub sheets: Vec<SheetAccount>,
    /// Why there is nothing of this pipeline in the file; `None` when a form was recognised.
    pub unrecognised: Option<String>,
    /// All its tables are of another period.
    pub other_period: Option<OtherPeriod>,
    pub sender: Option<Sender>,
    pub contact: Contact,
    pub version: VersionEvidence,
    /// Headers only, and the sheet says 零报告 or 无.
    pub nil_return: bool,
    pub findings: Vec<Finding>,
    /// Findings on it as a whole under which somebody holds it out until he knows better.
    pub pending: Vec<Finding>,
    pub amendments: Vec<Amendment>,
    /// Those that were put away; they come before `amendments`.
    pub kept_amendments: Option<KeptAmendments>,
    /// Cells that findings point at, as they stand there: (sheet, cell, words).
    pub seen: Vec<(u16, CellRef, String)>,
    /// What the sender says himself of its figures.
    pub explanations: Vec<Explanation>,
}

impl NormalisedReturn {
    /// Packs what nobody looks at for a while.
    pub fn put_away(&mut self) {
        self.tables.iter_mut().for_each(KeptTable::put_away);
        if self.kept_amendments.is_none() {
            self.kept_amendments = KeptAmendments::of(&std::mem::take(&mut self.amendments));
        }
        self.findings.shrink_to_fit();
    }

    /// Lets it wait where there is room.
    pub fn send_away(&mut self, overflow: &Arc<Overflow>) {
        self.tables.iter_mut().for_each(|table| table.send_away(overflow));
        self.kept_amendments = self.kept_amendments.take().map(|kept| kept.send_away(overflow));
    }

    /// All amendments in their order, packed.
    pub fn take_amendments(&mut self) -> Option<KeptAmendments> {
        match self.kept_amendments.take() {
            Some(kept) if self.amendments.is_empty() => Some(kept),
            kept => {
                let mut all = kept.map_or_else(Vec::new, |kept| kept.read());
                all.append(&mut self.amendments);
                KeptAmendments::of(&all)
            }
        }
    }

    /// Whether a return-level 必改 holds all its rows out (wrong period, unlinked sender, missing column).
    pub fn held(&self) -> bool {
        self.findings.iter().chain(&self.pending).any(|finding| finding.effect == Effect::HoldsReturn)
    }
}
