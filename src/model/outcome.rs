//! What became of each file and each row: the accounting that a run must prove.

use super::codes::FindingCode;
use std::path::PathBuf;
use std::sync::Arc;

/// A file found among the returns, or one member of a zip bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// 0-based position in the run's sorted list.
    pub index: u32,
    /// Path relative to the folder given, `/`-separated; a zip's member reads `包.zip/里面.xlsx`.
    pub name: String,
    /// Where the bytes lie on disk (the zip itself for a member).
    pub path: PathBuf,
    /// The member of the zip, where it is one: its 0-based index in the central directory, outermost zip first.
    pub member: Vec<u32>,
    /// Size in bytes as the directory states it.
    pub size: u64,
    /// The file's own modified stamp, seconds since 1970 UTC (for zip members the member's stamp, read as Beijing time).
    pub modified: Option<i64>,
}

/// Why a file yielded no workbook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// One of those that stand on a file.
    pub code: FindingCode,
    /// The cause in Chinese, without any cell's content.
    pub cause: String,
    /// What the sender or the officer does next.
    pub next: String,
}

/// What reading one file came to, before anyone asks whether it holds a form.
#[derive(Debug, Clone, PartialEq)]
pub enum ReadOutcome {
    Workbook(super::workbook::RawWorkbook),
    /// Could not be read: damaged, encrypted, over a limit …
    Unreadable(Unreadable),
    /// A readable thing that is no table: a document, a picture, a web page.
    NotATable {
        cause: String,
    },
    /// Lock files and system litter.
    Litter {
        cause: String,
    },
}

/// The one outcome of each file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    Accepted,
    Returned,
    Unreadable,
    Unrecognised,
    Superseded,
    /// A return of another period: it counts when that one is run.
    OtherPeriod,
    /// Somebody decided that nothing of it counts.
    LeftOut,
    Ignored,
}

impl Outcome {
    pub const ALL: [Outcome; 8] = [
        Outcome::Accepted,
        Outcome::Returned,
        Outcome::Unreadable,
        Outcome::Unrecognised,
        Outcome::Superseded,
        Outcome::OtherPeriod,
        Outcome::LeftOut,
        Outcome::Ignored,
    ];

    /// The Chinese word on every output.
    pub fn word(self) -> &'static str {
        match self {
            Outcome::Accepted => "通过",
            Outcome::Returned => "退回",
            Outcome::Unreadable => "无法读取",
            Outcome::Unrecognised => "未识别",
            Outcome::Superseded => "已被替代",
            Outcome::OtherPeriod => "他期",
            Outcome::LeftOut => "认定不计入",
            Outcome::Ignored => "忽略",
        }
    }

    /// The English key in `run.json`.
    pub fn key(self) -> &'static str {
        match self {
            Outcome::Accepted => "accepted",
            Outcome::Returned => "returned",
            Outcome::Unreadable => "unreadable",
            Outcome::Unrecognised => "unrecognised",
            Outcome::Superseded => "superseded",
            Outcome::OtherPeriod => "other-period",
            Outcome::LeftOut => "left-out",
            Outcome::Ignored => "ignored",
        }
    }
}

/// Where the occupied rows of one sheet went. `rows` is always the sum of the parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetAccount {
    pub name: Arc<str>,
    /// 0-based index of the sheet in its workbook.
    pub sheet: u16,
    /// The form recognised on it (index into the plan's forms); several tables on one sheet give several accounts.
    pub form: Option<u16>,
    /// Why its data rows are not counted although it holds the form (hidden, another period).
    pub not_counted: Option<String>,
    /// All occupied rows.
    pub rows: u32,
    /// Title, cover, header and 甲/乙/1/2 rows, and everything on a sheet without a form.
    pub frame: u32,
    pub data: u32,
    /// 小计 / 合计 rows.
    pub totals: u32,
    /// Headers repeated by page breaks.
    pub repeated_headers: u32,
    /// Signature lines, 说明 and 注.
    pub notes: u32,
    /// Rows that look like records and do not count: examples, struck rows, 其中, second lines of a record.
    pub aside: u32,
}

impl SheetAccount {
    /// What `rows` is the sum of.
    pub fn parts(&self) -> [u32; 6] {
        [self.frame, self.data, self.totals, self.repeated_headers, self.notes, self.aside]
    }
}
