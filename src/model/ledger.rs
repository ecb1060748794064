//! The ledger of returns (报表台账): every version that a unit sent of a form, which one counts and why, and the cells
//! in which two versions differ. Values only, no formats.

use super::cell::CellRef;
use super::normalised::VersionEvidence;
use std::borrow::Cow;

/// The whole ledger of one run.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Ledger {
    /// By unit in roster order (returns of nobody last), then form, then in input order.
    pub versions: Vec<Version>,
    /// By unit, form and earlier file. Copies, which differ in nothing, are not in here.
    pub differences: Vec<Difference>,
}

/// One form in one file: one version of what a unit sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Version {
    /// Index into the roster; `None` where nobody could tell who sent it.
    pub unit: Option<u32>,
    /// Index into the plan's forms.
    pub form: u16,
    /// Index of the file.
    pub source: u32,
    pub evidence: VersionEvidence,
    /// Data rows on sheets that can count.
    pub rows: u64,
    pub standing: Standing,
    /// Why it stands so, in Chinese.
    pub why: Cow<'static, str>,
}

/// What became of one version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// The one that counts; rows of it may still be blocked.
    Counts,
    Superseded,
    /// The same bytes as another file of the sender.
    Copy,
    /// Nobody can tell which is the later: neither counts.
    Undecided,
    /// Held out whole: wrong period, unlinked sender, missing column.
    Held,
    /// A header without rows: it neither replaces nor is replaced.
    Empty,
    /// Only on hidden sheets or sheets of another period.
    NotCounted,
}

impl Standing {
    /// The Chinese word on every output.
    pub fn word(self) -> &'static str {
        match self {
            Standing::Counts => "为准",
            Standing::Superseded => "已被替代",
            Standing::Copy => "相同副本",
            Standing::Undecided => "分不出先后",
            Standing::Held => "整份不计",
            Standing::Empty => "没有数据行",
            Standing::NotCounted => "不计表页",
        }
    }

    /// The English key in `run.json`.
    pub fn key(self) -> &'static str {
        match self {
            Standing::Counts => "counts",
            Standing::Superseded => "superseded",
            Standing::Copy => "copy",
            Standing::Undecided => "undecided",
            Standing::Held => "held",
            Standing::Empty => "empty",
            Standing::NotCounted => "not-counted",
        }
    }
}

/// How one version differs from what counts in its place, or from its rival where nothing could be decided.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    pub unit: u32,
    pub form: u16,
    /// The superseded file; where undecided, the rival that comes first in the list.
    pub earlier: u32,
    /// What replaced it: several files where each brought a part of its 推荐单位 anew.
    pub later: Vec<u32>,
    /// Whether `later` is known to be the later.
    pub decided: bool,
    /// All changes, counted.
    pub counts: ChangeCounts,
    /// By the rows of the earlier version, then the added ones; of very many the first. Empty where nothing differs.
    pub changes: Vec<VersionChange>,
}

impl Difference {
    /// Number of changes that are counted and not listed.
    pub fn unlisted(&self) -> usize {
        self.counts.all().saturating_sub(self.changes.len())
    }
}

/// Number of changes of each kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ChangeCounts {
    pub cells: usize,
    pub rows_dropped: usize,
    pub rows_added: usize,
}

impl ChangeCounts {
    /// One more of a kind.
    pub fn add(&mut self, kind: ChangeKind) {
        match kind {
            ChangeKind::Cell => self.cells += 1,
            ChangeKind::RowDropped => self.rows_dropped += 1,
            ChangeKind::RowAdded => self.rows_added += 1,
        }
    }

    /// Changes of every kind.
    pub fn all(&self) -> usize {
        self.cells + self.rows_dropped + self.rows_added
    }
}

/// One cell that changed, or one row that came or went.
#[derive(Debug, Clone, PartialEq)]
pub struct VersionChange {
    pub kind: ChangeKind,
    /// What tells the row: (field index, value) of the form's unique fields; empty where rows are told by position.
    pub row: Vec<(u16, String)>,
    /// The field that changed; `None` for whole rows.
    pub field: Option<u16>,
    /// `None` for an added row.
    pub old: Option<Side>,
    /// `None` for a dropped row.
    pub new: Option<Side>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChangeKind {
    Cell,
    RowDropped,
    RowAdded,
}

impl ChangeKind {
    /// The Chinese word on every output.
    pub fn word(self) -> &'static str {
        match self {
            ChangeKind::Cell => "改动",
            ChangeKind::RowDropped => "少了一行",
            ChangeKind::RowAdded => "多了一行",
        }
    }

    /// The English key in `run.json`.
    pub fn key(self) -> &'static str {
        match self {
            ChangeKind::Cell => "cell",
            ChangeKind::RowDropped => "row-dropped",
            ChangeKind::RowAdded => "row-added",
        }
    }
}

/// One side of a change.
#[derive(Debug, Clone, PartialEq)]
pub struct Side {
    /// Index of the file, and 0-based sheet and physical row.
    pub source: u32,
    pub sheet: u16,
    pub row: u32,
    /// The cell; `None` for a whole row, and for a field whose column the sheet lacks.
    pub at: Option<CellRef>,
    pub value: Shown,
}

/// A value as officers read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown {
    Nothing,
    Value(String),
    /// What the finding on a cell says whose value could not be read.
    Unread(String),
}
