//! What a stored period still lacks: what somebody should know before it is locked.

use super::accounts::{FILES, FINDINGS};
use super::parquet::ParquetReader;
use super::stored::StoredPeriod;
use crate::model::run::UnitStatus;
use crate::model::{Outcome, Severity};

/// Names said in one sentence.
const NAMED: usize = 5;

/// What is in a stored period, and what is missing of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PeriodStanding {
    pub expected: usize,
    pub accepted: usize,
    pub rows: u64,
    /// Units that sent nothing, and units of which nothing could be read.
    pub missing: Vec<String>,
    pub unreadable: Vec<String>,
    /// Files that could not be read, and open 必改; `None` in a period of format 1, which did not keep them.
    pub unreadable_files: Option<usize>,
    pub blocks: Option<usize>,
    /// Open 核实: figures that are locked with their doubt.
    pub doubts: Option<usize>,
}

impl StoredPeriod {
    /// What stands in the period, as far as it is kept.
    pub fn standing(&self) -> PeriodStanding {
        let units = self.units().unwrap_or_default();
        let named = |status: UnitStatus| -> Vec<String> {
            units.iter().filter(|unit| unit.status == status).map(|unit| unit.name.clone()).collect()
        };
        PeriodStanding {
            expected: self.head.expected,
            accepted: self.head.reported,
            rows: self.head.rows.accepted,
            missing: named(UnitStatus::Missing),
            unreadable: named(UnitStatus::Unreadable),
            unreadable_files: self.count(FILES, "outcome", Outcome::Unreadable.key()),
            blocks: self.count(FINDINGS, "severity", Severity::Block.key()),
            doubts: self.count(FINDINGS, "severity", Severity::Verify.key()),
        }
    }

    /// Whether rows of a file with these bytes count in the period; `None` where nobody knows.
    pub fn counts_file(&self, sha256: &str) -> Option<bool> {
        let part = self.head.accounts.iter().find(|part| part.file == FILES)?;
        let reader = ParquetReader::open(self.file_of(part).ok()?).ok()?;
        let (hashes, rows) = (reader.texts("sha256").ok()??, reader.integers("rows_accepted").ok()??);
        let counts = |rows: &Option<i64>| rows.is_some_and(|rows| rows > 0);
        Some(hashes.iter().zip(&rows).any(|(hash, rows)| hash.as_deref() == Some(sha256) && counts(rows)))
    }

    /// Rows of one of the run's tables whose column says this; `None` where there is no such table.
    fn count(&self, table: &str, column: &str, word: &str) -> Option<usize> {
        let part = self.head.accounts.iter().find(|part| part.file == table)?;
        let reader = ParquetReader::open(self.file_of(part).ok()?).ok()?;
        let texts = reader.texts(column).ok().flatten()?;
        Some(texts.iter().filter(|text| text.as_deref() == Some(word)).count())
    }
}

impl PeriodStanding {
    /// What speaks against locking the period, one sentence each; empty where nothing does.
    pub fn objections(&self) -> Vec<String> {
        let named = |what: &str, units: &[String]| {
            let more = if units.len() > NAMED { " 等" } else { "" };
            let names: Vec<&str> = units.iter().take(NAMED).map(String::as_str).collect();
            (!units.is_empty()).then(|| format!("{what} {} 个单位（{}{more}）", units.len(), names.join("、")))
        };
        let mut all: Vec<String> =
            [named("未报", &self.missing), named("报表无法读取", &self.unreadable)].into_iter().flatten().collect();
        if let Some(files) = self.unreadable_files.filter(|files| *files > 0) {
            all.push(format!("无法读取 {files} 个文件"));
        }
        if let Some(blocks) = self.blocks.filter(|blocks| *blocks > 0) {
            all.push(format!("“必改” {blocks} 处没有改正，也没有处理意见"));
        }
        all
    }

    /// What will be locked, in one sentence.
    pub fn words(&self) -> String {
        let PeriodStanding { expected, accepted, rows, .. } = self;
        let doubts = self.doubts.filter(|doubts| *doubts > 0);
        let doubts = doubts.map(|doubts| format!("，其中 {doubts} 处没有核实"));
        format!("应报 {expected} 个单位，通过 {accepted} 个，计入 {rows} 行{}", doubts.unwrap_or_default())
    }
}
