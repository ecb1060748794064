//! A checked definition: every name resolved, every expression typed. Nothing here can be wrong any more.
//!
//! Made by [`crate::definition::read`] from `pipelines/<name>/pipeline.toml`; stages only read it.
//! Indices: forms, fields and columns are 0-based positions in the vectors below.

pub mod charts;
pub mod column_words;
pub mod discipline;
pub mod forms;
pub mod front;
pub mod groups;
pub mod row_words;
pub mod rules;
pub mod tables;
pub mod time;
pub mod words;

pub use charts::*;
pub use column_words::*;
pub use discipline::*;
pub use forms::*;
pub use front::*;
pub use groups::*;
pub use row_words::*;
pub use rules::*;
pub use tables::*;
pub use time::*;
pub use words::*;

use super::diagnostic::Diagnostic;
use crate::model::Fingerprint;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

/// One pipeline.
#[derive(Debug, Clone)]
pub struct Plan {
    /// `model-teams`: names the folder, the outputs' folder and the 应报 entry of the roster.
    pub name: String,
    /// 省模范班组评选.
    pub title: String,
    /// The notice the rules come from, for 口径说明.
    pub notice: String,
    /// In which periods it is reported.
    pub schedule: crate::domain::schedule::Schedule,
    /// Period of the shipped sample, used when `--period` is not given.
    pub sample_period: String,
    /// Folder of the shipped sample, relative to the project's root.
    pub sample_returns: PathBuf,
    pub count: Count,
    pub values: Vec<NamedValue>,
    pub codes: Vec<CodeList>,
    /// Tables that expressions and lookups may use besides the roster, cities, holidays and due dates.
    pub references: Vec<ReferenceSchema>,
    pub forms: Vec<Form>,
    pub lookups: Vec<Lookup>,
    /// Which accepted rows are entered into which reference table when a period is issued; all into the same one.
    pub ledger: Vec<LedgerEntry>,
    pub quota: Option<Quota>,
    pub shares: Vec<Share>,
    /// Points for reporting discipline; `None` where nothing is scored.
    pub discipline: Option<DisciplineRule>,
    pub tables: Vec<Table>,
    pub charts: Vec<Chart>,
    pub front: FrontPage,
    /// In the order in which the first page shows them.
    pub figures: Vec<KeyFigure>,
    /// In the order in which the first page says them.
    pub headlines: Vec<Headline>,
    /// By which returns say what they are, the same for all pipelines.
    pub words: Words,
    /// Forms of the pipelines beside this one, so that a return of theirs is not judged as a broken one of ours.
    pub others: Vec<OtherForm>,
    /// What the definition leaves to chance, for `huizong lint`.
    pub warnings: Vec<Diagnostic>,
    /// By code, a hash of all that its rule asks, messages and severity aside: what somebody decided of a finding holds
    /// until this changes.
    pub conditions: BTreeMap<Arc<str>, Fingerprint>,
    /// By code, the cause that its rule shares with others: what rules of one cause find on one record is one finding.
    pub causes: BTreeMap<Arc<str>, Arc<str>>,
    /// Where the definition was read from, and the SHA-256 of its bytes (lower-case hex).
    pub path: PathBuf,
    pub sha256: String,
}

impl Plan {
    /// Names of a form's columns whose values some table adds up: years and scores are in none.
    pub fn summed(&self, form: usize) -> BTreeSet<&str> {
        let measures = self.tables.iter().flat_map(|table| match &table.kind {
            TableKind::Statistic(statistic) => statistic.measures.as_slice(),
            _ => &[],
        });
        let added = measures.filter_map(|measure| match &measure.kind {
            MeasureKind::Sum { from, value, .. } => Some((from, [Some(value), None])),
            MeasureKind::Rate { from, of, over, .. } => Some((from, [Some(of), Some(over)])),
            _ => None,
        });
        let mine = added.filter(|(from, _)| matches!(from, From::Form { form: of, .. } if *of == form));
        mine.flat_map(|(_, values)| values).flatten().flat_map(|value| value.columns()).map(String::as_str).collect()
    }

    /// The number of a table among those that are signed, from 1: 附表 2; `None` for one that is not.
    pub fn annex_number(&self, id: &str) -> Option<usize> {
        let signed = self.tables.iter().filter(|table| table.edition == Edition::Signed);
        signed.into_iter().position(|table| table.id == id).map(|at| at + 1)
    }

    /// What the rule of a code asks, as a hash; nothing for a code of the engine.
    pub fn condition(&self, code: &str) -> Fingerprint {
        self.conditions.get(code).copied().unwrap_or_default()
    }
}

/// A form of another pipeline, by its title.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherForm {
    pub title: String,
    /// Title of its pipeline, and the name that commands know it by.
    pub pipeline: String,
    pub name: String,
}

/// What a 必改 takes out of the statistics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    /// The row alone.
    Rows,
    /// The whole return.
    WholeReturns,
}

/// A threshold with a name (`得分下限 = 80`), usable in every expression.
#[derive(Debug, Clone, PartialEq)]
pub struct NamedValue {
    pub name: String,
    pub value: crate::language::Literal,
}

/// A code list: canonical words in official order, and what else means the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeList {
    pub id: String,
    /// Reference table that overrides `values` where it is present (one column).
    pub table: Option<String>,
    pub values: Vec<String>,
    /// (also, canonical).
    pub synonyms: Vec<(String, String)>,
}

/// Columns of a reference table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReferenceSchema {
    /// Also the file's stem: 荣誉台账.
    pub name: String,
    pub columns: Vec<ReferenceColumn>,
    /// Whether a run can do without it.
    pub optional: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReferenceColumn {
    /// Its texts are ID numbers (公民身份号码).
    pub id_number: bool,
    pub name: String,
    pub also: Vec<String>,
    pub ty: crate::language::Type,
    /// Code list (index) that its words are made canonical by; a word outside it stays as it is.
    pub codes: Option<usize>,
    pub required: bool,
}
