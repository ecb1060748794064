//! What a definition demands: of rows, between rows, against reference tables, of units and of shares.

use crate::language::Checked;
use crate::model::{Effect, Severity};
use std::sync::Arc;

/// A row rule: where `when` holds, `check` must. NULL is "not evaluated", neither pass nor fail.
#[derive(Debug, Clone)]
pub struct Rule {
    pub code: Arc<str>,
    pub severity: Severity,
    /// Whether the row counts while the finding stands: a 必改 always holds it, a 核实 where the definition says so.
    pub effect: Effect,
    /// On trial: reported as a remark that holds nothing, whatever its severity will be.
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
    /// As in [`Rule::effect`].
    pub effect: Effect,
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

#[derive(Debug, Clone)]
pub enum LedgerValue {
    /// A column of the form.
    Column(String),
    /// 是 or 否: whether a condition over the form holds of the row.
    Holds(Checked),
    /// The same words in every row.
    Text(String),
    /// The year of the period.
    Year,
    /// The document number (文号) of the issue.
    Number,
    /// The city of the recommending unit.
    City,
    /// The return that the row was read from, and its row there.
    Source,
}

#[derive(Debug, Clone)]
pub struct LookupRule {
    pub code: Arc<str>,
    pub severity: Severity,
    /// As in [`Rule::effect`].
    pub effect: Effect,
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
