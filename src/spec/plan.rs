//! A checked definition: every name resolved, every expression typed. Nothing here can be wrong any more.
//!
//! Made by [`crate::spec::read`] from `pipelines/<name>/pipeline.toml`; stages only read it.
//! Indices: forms, fields and columns are 0-based positions in the vectors below.

mod discipline;
mod groups;
mod tables;
mod time;

pub use discipline::*;
pub use groups::*;
pub use tables::*;
pub use time::*;

use crate::domain::ranking::Direction;
use crate::model::Severity;
use crate::sql::Checked;
use std::collections::BTreeSet;
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
    /// Where the definition was read from, and the SHA-256 of its bytes (lower-case hex).
    pub path: PathBuf,
    pub sha256: String,
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
    pub value: crate::sql::Literal,
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
    pub name: String,
    pub also: Vec<String>,
    pub ty: crate::sql::Type,
    /// Code list (index) that its words are made canonical by; a word outside it stays as it is.
    pub codes: Option<usize>,
    pub required: bool,
}

/// The definition of one table inside a return (表式).
#[derive(Debug, Clone, Default)]
pub struct Form {
    pub id: String,
    pub title: String,
    pub fields: Vec<Field>,
    /// Index of the field that names the recommending unit.
    pub unit_field: usize,
    /// Columns that the engine computes for every row, in the order in which they may use one another.
    pub computed: Vec<Computed>,
    /// Numbers of rows that a return may state of itself.
    pub stated: Vec<StatedTotal>,
    /// Fields that name the same record in another period; empty where records have no history.
    pub key: Vec<usize>,
    /// What is demanded of a rate where a code says which one it is; the verdicts are computed columns.
    pub standards: Vec<Standard>,
    pub rules: Vec<Rule>,
    pub unique: Vec<Unique>,
    pub groups: Vec<GroupRule>,
    pub gone: Vec<Gone>,
    pub outliers: Vec<Outlier>,
    pub line: u32,
}

/// A column beside those of the return: what it should come to, next to what it claims.
#[derive(Debug, Clone)]
pub struct Computed {
    pub name: String,
    pub ty: ColumnType,
    pub kind: ComputedKind,
    pub line: u32,
}

#[derive(Debug, Clone)]
pub enum ComputedKind {
    Value(Checked),
    /// Among all rows read of the form (returns held out aside).
    Rank(Ranking),
}

/// Places by a column of numbers: equal values share a place, rows without a value have none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ranking {
    pub column: String,
    pub direction: Direction,
    /// Rows that agree in these columns are ranked among themselves.
    pub within: Vec<String>,
}

/// How many rows a return says it has, where it says so: on its cover, in its notes, in its 合计 row.
#[derive(Debug, Clone)]
pub struct StatedTotal {
    pub code: Arc<str>,
    pub severity: Severity,
    /// What stands before the number (工作室总数), and what may stand behind it (个).
    pub labels: Vec<String>,
    pub measured_in: Vec<String>,
    /// Field in whose column a 合计 row may write the number alone.
    pub column: Option<usize>,
    /// Holes: `{自报}`, `{实有}`.
    pub found: Template,
    pub expected: Template,
    pub next: Template,
    pub line: u32,
}

/// One column of the typed table that a field yields. A score yields two: its number, and its grade.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormColumn {
    pub name: String,
    pub ty: ColumnType,
    /// The field it comes from.
    pub field: usize,
}

/// What a column holds; [`crate::model::Column`] has one variant for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnType {
    Text,
    Integer,
    Number,
    Boolean,
    Date,
    Unit,
}

impl Form {
    /// The typed columns in the order in which [`crate::model::FormTable::columns`] holds them:
    /// one a field, and right after a score's number the text column `<name>等次`.
    pub fn columns(&self) -> Vec<FormColumn> {
        let mut columns = Vec::with_capacity(self.fields.len() + 6);
        for (index, field) in self.fields.iter().enumerate() {
            let ty = match field.ty {
                FieldType::Integer => ColumnType::Integer,
                FieldType::Number | FieldType::Percent | FieldType::Score { .. } => ColumnType::Number,
                FieldType::Boolean => ColumnType::Boolean,
                FieldType::Date | FieldType::Month | FieldType::DateOrMonth => ColumnType::Date,
                FieldType::Unit => ColumnType::Unit,
                FieldType::Text
                | FieldType::Name
                | FieldType::Code { .. }
                | FieldType::IdNumber
                | FieldType::DocumentNumber => ColumnType::Text,
            };
            columns.push(FormColumn { name: field.name.to_string(), ty, field: index });
            if matches!(field.ty, FieldType::Score { .. }) {
                columns.push(FormColumn { name: grade_column(&field.name), ty: ColumnType::Text, field: index });
            }
        }
        columns
    }
}

impl Form {
    /// The columns of a return that these columns come from: computed ones stand for what they read, those that need
    /// all rows of a period (ranks) for themselves.
    pub fn sources(&self, columns: &BTreeSet<String>) -> BTreeSet<String> {
        let mut sources = columns.clone();
        for computed in self.computed.iter().rev() {
            if let ComputedKind::Value(checked) = &computed.kind
                && sources.remove(&computed.name)
            {
                sources.extend(checked.columns.iter().cloned());
            }
        }
        sources
    }
}

/// Name of a score's grade column.
pub fn grade_column(field: &str) -> String {
    format!("{field}等次")
}

/// One column of a form.
#[derive(Debug, Clone)]
pub struct Field {
    /// Name in expressions and outputs, unique in the form (公示开始).
    pub name: Arc<str>,
    /// The header printed on the form (开始), and the merged header above it (公示时间), if any.
    pub header: String,
    pub under: Option<String>,
    /// Other headers that mean the same, without needing the parent.
    pub also: Vec<String>,
    /// Names that this field had in earlier definitions: what the history calls it.
    pub was: Vec<String>,
    pub ty: FieldType,
    /// The cell may not be empty.
    pub required: bool,
    /// The column may be absent even though the cells are required, in which case every row takes this value
    /// (honours: 类别, "where the column is missing all are 正式"). A required field without it must have its column.
    pub absent: Option<String>,
    /// 无, — and / mean 0 here.
    pub none_is_zero: bool,
    /// The unit that figures are asked in (万元, 人), for 10⁴ slips and units typed into cells.
    pub measured_in: Option<String>,
    /// Ignored for data (序号).
    pub ordinal: bool,
    pub line: u32,
}

/// How cells of a field are read.
#[derive(Debug, Clone, PartialEq)]
pub enum FieldType {
    Text,
    /// A person's name: inner spaces go (张 三).
    Name,
    Integer,
    Number,
    Percent,
    Date,
    Month,
    /// A date, or a year and month where nobody knows the day: 参加工作时间 1998.07. A month is kept as its first day, and
    /// what falls on a first day is shown as its month, so that no day is shown that nobody wrote.
    DateOrMonth,
    /// Index into the plan's code lists.
    Code {
        list: usize,
    },
    Boolean,
    /// A reporting unit of the roster.
    Unit,
    /// 0–100 or a grade word; a number takes the first band whose bound it reaches.
    Score {
        bands: Vec<Band>,
    },
    /// An 18-digit citizen number; private.
    IdNumber,
    /// 文号 with 〔〕.
    DocumentNumber,
}

impl FieldType {
    /// How much of its dates is shown.
    pub fn precision(&self) -> Precision {
        match self {
            FieldType::Month => Precision::Month,
            FieldType::DateOrMonth => Precision::DayOrMonth,
            _ => Precision::Day,
        }
    }
}

/// How much of a date is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precision {
    Day,
    Month,
    /// The month where it falls on a first day.
    DayOrMonth,
}

impl Precision {
    /// Whether this day (since 1970-01-01) is shown as its month.
    pub fn is_month(self, day: i32) -> bool {
        let first = || crate::domain::period::civil(day).is_some_and(|(.., dom)| dom == 1);
        self == Precision::Month || (self == Precision::DayOrMonth && first())
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Band {
    pub word: String,
    pub from: f64,
}

/// A row rule: where `when` holds, `check` must. NULL is "not evaluated", neither pass nor fail.
#[derive(Debug, Clone)]
pub struct Rule {
    pub code: Arc<str>,
    pub severity: Severity,
    /// On trial: reported as a remark, whatever its severity will be.
    pub trial: bool,
    pub when: Option<Checked>,
    pub check: Checked,
    /// Templates; `{字段}` is the row's value.
    pub found: Template,
    pub expected: Template,
    pub next: Template,
    /// Fields whose cells the finding points at, the most telling first.
    pub cells: Vec<usize>,
    pub line: u32,
}

/// Text with `{字段}` holes, every hole resolved to a column name of the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    pub parts: Vec<TemplatePart>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TemplatePart {
    Text(String),
    /// A column's name, or one of the rule's own holes (`{另一处}` names the other place of a duplicate).
    Hole(String),
}

/// No two rows over all returns may agree in these fields. A duplicate blocks all its copies.
#[derive(Debug, Clone)]
pub struct Unique {
    pub code: Arc<str>,
    pub severity: Severity,
    /// As in [`Rule::trial`].
    pub trial: bool,
    pub fields: Vec<usize>,
    pub when: Option<Checked>,
    /// Holes: the form's columns, and `{另一处}`.
    pub found: Template,
    pub expected: Template,
    pub next: Template,
    pub line: u32,
}

/// A form's rows held against a reference table.
#[derive(Debug, Clone)]
pub struct Lookup {
    pub id: String,
    pub form: usize,
    /// Rows of the form it concerns.
    pub when: Option<Checked>,
    /// Name of the reference table, and its rows that count (over the table's columns).
    pub reference: String,
    pub filter: Option<Checked>,
    /// (field of the form, column of the reference table); text is compared after [`crate::text::match_key`].
    pub on: Vec<(usize, String)>,
    /// A finding where rows have no match (`Present`) or have one (`Absent`); `None` only joins.
    pub expect: Option<LookupRule>,
    /// Which reference columns a list shows for a match ("2021年省模范班组"), as a template over them.
    pub show: Template,
    /// Where given, matched against nobody's row, reference rows are outstanding: rows that nobody of the form answered,
    /// attributed to the recommending unit of this reference column.
    pub outstanding_by: Option<String>,
    pub line: u32,
}

/// Accepted rows of a form that become rows of a reference table (荣誉台账) when the period is issued.
#[derive(Debug, Clone)]
pub struct LedgerEntry {
    pub form: usize,
    pub filter: Option<Checked>,
    /// Name of the reference table.
    pub reference: String,
    /// Columns of that table by name, each with where its value comes from.
    pub columns: Vec<(String, LedgerValue)>,
    pub line: u32,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LedgerValue {
    /// A column of the form.
    Column(String),
    /// The same words in every row.
    Text(String),
    /// The year of the period.
    Year,
    /// The document number (文号) of the issue.
    Number,
}

#[derive(Debug, Clone)]
pub struct LookupRule {
    pub code: Arc<str>,
    pub severity: Severity,
    /// As in [`Rule::trial`].
    pub trial: bool,
    pub present: bool,
    /// Holes: the form's columns, and `{台账}` for what `show` says of the match.
    pub found: Template,
    pub expected: Template,
    pub next: Template,
    pub cells: Vec<usize>,
}

/// Seats over recommending units.
#[derive(Debug, Clone)]
pub struct Quota {
    pub form: usize,
    pub total: u32,
    /// Roster column of the weights.
    pub weight: String,
    pub minimum: u32,
    /// Reference table that overrides the apportionment where it is present.
    pub issued: Option<String>,
    /// Rows that take a seat, and rows that stand by.
    pub formal: Checked,
    pub standby: Checked,
    /// Standby limit = max(minimum, floor(quota × num / den)).
    pub standby_rate: (u32, u32),
    pub standby_minimum: u32,
    pub over: UnitRule,
    pub over_standby: UnitRule,
}

/// A finding on a unit. Holes of the templates are named where it is used.
#[derive(Debug, Clone)]
pub struct UnitRule {
    pub code: Arc<str>,
    pub severity: Severity,
    /// Holes: `{单位}`, `{名额}`, `{实报}`, `{超出}`.
    pub found: Template,
    pub expected: Template,
    pub next: Template,
    pub line: u32,
}

/// A declared proportion rule (占比).
#[derive(Debug, Clone)]
pub struct Share {
    pub id: String,
    pub title: String,
    /// Numerators and denominators of the parts are pooled; a part's numerator lies within its denominator.
    pub parts: Vec<SharePart>,
    pub compare: Compare,
    pub bound: Bound,
    pub scopes: Vec<Scope>,
    /// Severity of a breach over the whole province; unit and title are only reported.
    pub severity: Severity,
    pub code: Arc<str>,
    /// "一线职工、班组长或班组", for "还差 3 名…".
    pub counted: String,
    /// Rows that could fill a gap (standby rows that would count).
    pub fillers: Vec<SharePart>,
    pub notice: String,
    pub enabled: bool,
    pub line: u32,
}

#[derive(Debug, Clone)]
pub struct SharePart {
    pub form: usize,
    /// Denominator filter; all rows where absent.
    pub among: Option<Checked>,
    /// Numerator filter, within `among`.
    pub counts: Checked,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compare {
    AtLeast,
    AtMost,
}

/// A bound as a proportion in lowest whole numbers, or as a count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    Ratio { num: u32, den: u32 },
    Count(u32),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    Province,
    Unit,
    /// Each value of this column, which every part's form has (拟授称号).
    Field(String),
}
