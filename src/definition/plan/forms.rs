//! A form of a definition: its fields, how their cells are read, and the columns that they yield.

use super::groups::{GroupRule, Standard};
use super::rules::{Rule, Template, Unique};
use super::time::{Gone, Outlier};
use crate::domain::ranking::Direction;
use crate::language::Checked;
use crate::model::Severity;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The definition of one table inside a return (表式).
#[derive(Debug, Clone, Default)]
pub struct Form {
    pub id: String,
    pub title: String,
    pub fields: Vec<Field>,
    /// Index of the field that names the recommending unit.
    pub unit_field: usize,
    /// A file holds one record, so that several of one sender are as many records.
    pub one_record_a_file: bool,
    /// It may come as a card too: one record on labels with what they say beside them.
    pub card: bool,
    /// 必改 of a record that are about one and the same cell make one finding, on that cell.
    pub one_finding_a_cell: bool,
    /// Columns that the engine computes for every row, in the order in which they may use one another.
    pub computed: Vec<Computed>,
    /// Numbers of rows that a return may state of itself.
    pub stated: Vec<StatedTotal>,
    /// Fields that name the same record in another period; empty where records have no history.
    pub key: Vec<usize>,
    /// The row that the form comes with to show how it is filled in: fields with their values as [`crate::text::names::match_key`].
    pub example: Vec<(usize, String)>,
    /// Fields whose rows count all together or not at all: the items of one score sheet, of which a sum needs every one.
    pub stand_together: Vec<usize>,
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
                sources.extend(checked.columns().iter().cloned());
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
    /// The field that a rate is over: where that is 0 there is no rate, and a word that says so is no doubt.
    pub over: Option<Arc<str>>,
    /// Years in which its dates are nothing to ask about.
    pub years: Years,
    /// Ignored for data (序号).
    pub ordinal: bool,
    pub line: u32,
}

/// Years that a date is expected in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Years {
    /// The first of them: before, a slip is likelier.
    pub first: i32,
    /// How many years past that of the period: a contract may end in three years.
    pub ahead: i32,
}

impl Default for Years {
    /// Nobody in these returns was born, and nothing happened, before 1930; plans may reach past the period, but not past its
    /// year.
    fn default() -> Years {
        Years { first: 1930, ahead: 0 }
    }
}

impl Field {
    /// Whether its figures are the summands of a total.
    pub fn adds_up(&self) -> bool {
        !self.ordinal && matches!(self.ty, FieldType::Integer | FieldType::Number)
    }

    /// Said beside the record and no part of it (备注).
    pub fn is_remark(&self) -> bool {
        !self.required && self.ty == FieldType::Text && crate::text::names::header_key(&self.header) == "备注"
    }
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

    /// A count, an amount or a rate.
    pub fn is_figure(&self) -> bool {
        matches!(self, FieldType::Integer | FieldType::Number | FieldType::Percent)
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
