//! What validation says of the whole run: the verdict on each file and unit, and the accounting of rows.

use super::amended::KeptAmendments;
use super::cell::CellRef;
use super::codes::FindingCode;
use super::decision::Settled;
use super::drift::Drift;
use super::finding::{Explanation, Finding, Place};
use super::ledger::Ledger;
use super::normalised::{Binding, Contact, NearMiss, OtherPeriod, Sender};
use super::outcome::{Outcome, SheetAccount, SourceFile};
use std::collections::BTreeMap;
use std::sync::Arc;

/// One file of the run with its verdict.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceVerdict {
    pub source: SourceFile,
    pub outcome: Outcome,
    /// Why, in Chinese; empty for accepted ones.
    pub cause: String,
    /// Who does what next; empty for accepted ones.
    pub next: String,
    /// SHA-256 of the bytes, lower-case hex; empty where they could not be read.
    pub sha256: String,
    pub size: u64,
    /// `xlsx`, `xls` …; empty where it is no workbook.
    pub format: &'static str,
    pub sender: Option<Sender>,
    /// Whom its footer names.
    pub contact: Contact,
    /// The unit the file belongs to for the chase list: the sender, or for unreadable files what the name or folder says.
    pub unit: Option<u32>,
    /// 填报日期 or else the file's stamp, as days since 1970-01-01 (Beijing time).
    pub received: Option<i32>,
    /// Nobody wrote a date: `received` is a stamp, which moves when a file is copied. It is shown as such, and neither
    /// lateness nor points rest on it.
    pub by_stamp: bool,
    /// Working days past the due date; 0 on time.
    pub late_days: i64,
    /// After 补报截止.
    pub overdue: bool,
    pub sheets: Vec<SheetAccount>,
    /// Shared by the files that are bound alike, as those of one template are.
    pub bindings: Vec<Arc<Binding>>,
    /// Sheets without a form that come near one.
    pub near_misses: Vec<NearMiss>,
    pub rows: RowAccount,
    /// Index of the file that replaced this one.
    pub superseded_by: Option<u32>,
    /// The period of a return of another one.
    pub other_period: Option<Box<OtherPeriod>>,
    /// Why it is unreadable; `None` for every other outcome.
    pub code: Option<FindingCode>,
}

/// Where data rows went. `data` is always the sum of the other parts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RowAccount {
    /// All data rows found under a recognised header.
    pub data: u64,
    pub accepted: u64,
    /// Taken out by a 必改 on the row itself.
    pub blocked: u64,
    /// On a return that is held out, or returned whole.
    pub held: u64,
    pub superseded: u64,
    /// On hidden sheets and sheets of another period.
    pub not_counted: u64,
}

/// Where one data row went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowFate {
    Accepted,
    Blocked,
    Held,
    Superseded,
    NotCounted,
}

impl RowFate {
    pub const ALL: [RowFate; 5] =
        [RowFate::Accepted, RowFate::Blocked, RowFate::Held, RowFate::Superseded, RowFate::NotCounted];

    /// The Chinese word on every output.
    pub const fn word(self) -> &'static str {
        match self {
            RowFate::Accepted => "计入",
            RowFate::Blocked => "退回",
            RowFate::Held => "其他未计入",
            RowFate::Superseded => "已被替代",
            RowFate::NotCounted => "不计表页",
        }
    }

    /// The English key in `run.json`.
    pub fn key(self) -> &'static str {
        match self {
            RowFate::Accepted => "accepted",
            RowFate::Blocked => "blocked",
            RowFate::Held => "held",
            RowFate::Superseded => "superseded",
            RowFate::NotCounted => "not_counted",
        }
    }
}

/// A unit's reporting status: the best of its returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum UnitStatus {
    OnTime,
    /// Accepted, and nobody can tell whether in time: the calendar has no due date for the period, or the return no date.
    Undated,
    Late {
        days: i64,
        overdue: bool,
    },
    Returned,
    Unreadable,
    Missing,
}

impl UnitStatus {
    /// The Chinese word on every output.
    pub fn word(self) -> &'static str {
        match self {
            UnitStatus::OnTime => "按时",
            UnitStatus::Undated => "已报",
            UnitStatus::Late { overdue: false, .. } => "迟报",
            UnitStatus::Late { overdue: true, .. } => "逾期",
            UnitStatus::Returned => "退回",
            UnitStatus::Unreadable => "无法读取",
            UnitStatus::Missing => "未报",
        }
    }

    /// The same for a unit that stands alone, with its days: `迟报 3 个工作日`.
    pub fn words(self) -> String {
        match self {
            UnitStatus::OnTime => "按时通过".to_owned(),
            UnitStatus::Undated => "通过，迟早不明".to_owned(),
            UnitStatus::Late { days, .. } => format!("{} {days} 个工作日", self.word()),
            _ => self.word().to_owned(),
        }
    }

    /// The English key in `run.json` and in the store, which keeps the days beside it.
    pub fn key(self) -> &'static str {
        match self {
            UnitStatus::OnTime => "on-time",
            UnitStatus::Undated => "undated",
            UnitStatus::Late { overdue: false, .. } => "late",
            UnitStatus::Late { overdue: true, .. } => "overdue",
            UnitStatus::Returned => "returned",
            UnitStatus::Unreadable => "unreadable",
            UnitStatus::Missing => "missing",
        }
    }

    /// The status of a key, with the days that stand beside it.
    pub fn of_key(key: &str, days: i64) -> Option<UnitStatus> {
        let all = [
            UnitStatus::OnTime,
            UnitStatus::Undated,
            UnitStatus::Late { days, overdue: false },
            UnitStatus::Late { days, overdue: true },
            UnitStatus::Returned,
            UnitStatus::Unreadable,
            UnitStatus::Missing,
        ];
        all.into_iter().find(|status| status.key() == key)
    }

    /// Working days past the due date; 0 where it is not late.
    pub fn late_days(self) -> i64 {
        if let UnitStatus::Late { days, .. } = self { days } else { 0 }
    }

    /// Whether one of its returns was accepted, in time or not.
    pub fn is_accepted(self) -> bool {
        matches!(self, UnitStatus::OnTime | UnitStatus::Undated | UnitStatus::Late { .. })
    }
}

/// One expected unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitReport {
    /// Index into the roster.
    pub unit: u32,
    pub status: UnitStatus,
    /// Its files, by index, in order.
    pub sources: Vec<u32>,
    /// Latest receipt, days since 1970-01-01; by a file's stamp where none of its returns says a date.
    pub received: Option<i32>,
    pub by_stamp: bool,
}

/// A unit's name that the roster does not know, over all returns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownName {
    /// In the spelling met first.
    pub written: String,
    /// Units of the roster that look alike, the most alike first. Suggestions, never a match.
    pub similar: Vec<u32>,
    /// Where it stands: (file, sheet, cell), in input order.
    pub places: Vec<(u32, u16, CellRef)>,
}

/// Everything about the run but the figures themselves.
#[derive(Debug, Clone, PartialEq)]
pub struct RunVerdict {
    /// In input order.
    pub sources: Vec<SourceVerdict>,
    /// Sorted by severity, then place, then code.
    pub findings: Vec<Finding>,
    /// By file, in input order; most files have some.
    pub amendments: Vec<KeptAmendments>,
    /// Expected units in official order, which is that of their places in the roster.
    pub units: Vec<UnitReport>,
    pub rows: RowAccount,
    /// Every version received, and what changed between them.
    pub ledger: Ledger,
    /// Headers that differ from the forms'.
    pub drift: Drift,
    /// In the order in which they were met.
    pub unknown_names: Vec<UnknownName>,
    /// What people decided of findings: those that the run went by, and those that hold no more. A finding that was
    /// settled stands here and no longer among `findings`.
    pub decisions: Vec<Settled>,
    /// Cells that findings point at, as they stand there: (file, sheet, cell) → words.
    pub seen: BTreeMap<(u32, u16, CellRef), String>,
    /// What senders say themselves of their figures.
    pub explanations: Vec<Explanation>,
}

impl RunVerdict {
    /// Number of files with this outcome.
    pub fn count(&self, outcome: Outcome) -> usize {
        self.sources.iter().filter(|source| source.outcome == outcome).count()
    }

    /// How an expected unit stands, by its place in the roster.
    pub fn report(&self, unit: u32) -> Option<&UnitReport> {
        let at = self.units.binary_search_by_key(&unit, |report| report.unit).ok()?;
        self.units.get(at)
    }

    /// Where something stands: `合肥/省一建.xls · 表“申报汇总表” · G7`; without a file the unit, by the name that `unit`
    /// gives for its index, or the whole run.
    pub fn place_words(&self, place: &Place, unit: impl Fn(u32) -> String) -> String {
        let Some(source) = place.source else { return place.unit.map_or_else(|| "全部报表".to_owned(), unit) };
        let file = self.sources.get(source as usize);
        let mut words = file.map_or_else(String::new, |file| file.source.name.clone());
        let sheet = place.sheet.zip(file).and_then(|(sheet, file)| file.sheet_name(sheet));
        if let Some(sheet) = sheet.filter(|name| !name.is_empty()) {
            words += &format!(" · 表“{sheet}”");
        }
        if let Some(cell) = place.cells.first() {
            words += &format!(" · {cell}");
        } else if let Some(row) = place.row {
            words += &format!(" · 第 {} 行", u64::from(row) + 1);
        }
        words
    }
}

impl SourceVerdict {
    /// The name of a sheet by its 0-based index in the workbook.
    pub fn sheet_name(&self, sheet: u16) -> Option<&str> {
        let account = self.sheets.iter().find(|account| account.sheet == sheet).map(|account| &*account.name);
        account.or_else(|| self.bindings.iter().find(|binding| binding.sheet == sheet).map(|b| &*b.sheet_name))
    }
}

impl RowAccount {
    /// Sum of the parts; equal to `data` in every account that holds.
    pub fn parts(&self) -> u64 {
        RowFate::ALL.into_iter().map(|fate| self.of(fate)).sum()
    }

    /// The rows that went one way.
    pub fn of(&self, fate: RowFate) -> u64 {
        match fate {
            RowFate::Accepted => self.accepted,
            RowFate::Blocked => self.blocked,
            RowFate::Held => self.held,
            RowFate::Superseded => self.superseded,
            RowFate::NotCounted => self.not_counted,
        }
    }

    /// `计入 45 + 退回 5 + …`: what all data rows come to.
    pub fn words(&self) -> String {
        RowFate::ALL.map(|fate| format!("{} {}", fate.word(), self.of(fate))).join(" + ")
    }

    /// Rows by where they went, by keys, with their sum as `data`.
    pub fn by_key(&self) -> impl Iterator<Item = (&'static str, u64)> {
        RowFate::ALL.into_iter().map(|fate| (fate.key(), self.of(fate))).chain([("data", self.data)])
    }

    /// Adds another account, part by part.
    pub fn add(&mut self, other: &RowAccount) {
        let RowAccount { data, accepted, blocked, held, superseded, not_counted } = other;
        self.data += data;
        self.accepted += accepted;
        self.blocked += blocked;
        self.held += held;
        self.superseded += superseded;
        self.not_counted += not_counted;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_known_by_its_key_again() {
        for late in [false, true] {
            let status = UnitStatus::Late { days: 3, overdue: late };
            assert_eq!(UnitStatus::of_key(status.key(), status.late_days()), Some(status));
        }
        for status in [UnitStatus::OnTime, UnitStatus::Undated, UnitStatus::Returned, UnitStatus::Missing] {
            assert_eq!(UnitStatus::of_key(status.key(), 0), Some(status));
        }
        assert_eq!(UnitStatus::of_key("soon", 0), None);
        assert_eq!(UnitStatus::Late { days: 3, overdue: true }.words(), "逾期 3 个工作日");
    }

    #[test]
    fn rows_come_to_the_sum_of_where_they_went() {
        let rows = RowAccount { data: 15, accepted: 1, blocked: 2, held: 3, superseded: 4, not_counted: 5 };
        assert_eq!(rows.parts(), rows.data);
        assert_eq!(rows.words(), "计入 1 + 退回 2 + 其他未计入 3 + 已被替代 4 + 不计表页 5");
    }
}
