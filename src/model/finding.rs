//! What is wrong or doubtful in submitted data, and what was changed automatically.

use super::cell::CellRef;
use std::sync::Arc;

/// How much a finding weighs. Ordered: `Block` first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// 必改: the row (or return) does not count until it is mended.
    Block,
    /// 核实: counts, until someone decides.
    Verify,
    /// 提示: a remark.
    Note,
}

impl Severity {
    /// The Chinese word on every output.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Block => "必改",
            Severity::Verify => "核实",
            Severity::Note => "提示",
        }
    }

    /// The English key in definitions and `findings.ndjson`.
    pub fn key(self) -> &'static str {
        match self {
            Severity::Block => "block",
            Severity::Verify => "verify",
            Severity::Note => "note",
        }
    }
}

/// Where a finding or an amendment stands. Everything but `source` narrows it down further.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Index of the file in the run's list (0-based); `None` for a finding on a unit or on the run.
    pub source: Option<u32>,
    /// 0-based index of the sheet in its workbook.
    pub sheet: Option<u16>,
    /// 0-based physical row of the record, where the finding is about one record.
    pub row: Option<u32>,
    /// The cells concerned, the most telling first; the first one is the address that officers see.
    pub cells: Vec<CellRef>,
    /// The reporting unit, as an index of the roster.
    pub unit: Option<u32>,
}

/// One thing wrong or doubtful. A sentence is made of its parts:
/// `{place}：{found}，{expected}，{next}`.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// Stable, kebab-case, English; engine codes are listed in README.md, rule codes in the definition.
    pub code: Arc<str>,
    pub severity: Severity,
    pub place: Place,
    /// What was found, in Chinese ("一线人数 12 大于人数 9").
    pub found: String,
    /// What was expected ("一线人数不超过人数").
    pub expected: String,
    /// Who does what next ("请申报单位核对后改正").
    pub next: String,
    /// 1-based line of the definition whose rule this is.
    pub line: Option<u32>,
    /// Whether a blocking finding holds the whole return out, not just its row.
    pub holds_return: bool,
}

/// One automatic change of a cell: raw → clean.
#[derive(Debug, Clone, PartialEq)]
pub struct Amendment {
    /// The rule that changed it, kebab-case (`full-width`, `unit-in-cell`, `synonym` …).
    pub rule: &'static str,
    pub source: u32,
    pub sheet: u16,
    pub at: CellRef,
    /// The field's name.
    pub field: Arc<str>,
    pub raw: String,
    pub clean: String,
}
