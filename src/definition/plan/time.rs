//! What a definition says about other periods: records that vanished, values out of line, and which period is meant.

use super::rules::Template;
use crate::language::Checked;
use crate::model::{Effect, Severity};
use std::sync::Arc;

/// Records of the period before whose unit reported again and left them out.
#[derive(Debug, Clone)]
pub struct Gone {
    pub code: Arc<str>,
    pub severity: Severity,
    /// As in [`super::rules::Rule::trial`].
    pub trial: bool,
    /// Earlier records it concerns, over the form's columns as they were then.
    pub when: Option<Checked>,
    /// Holes: the earlier record's columns, and `{上期}` for the period it stands in.
    pub found: Template,
    pub expected: Template,
    pub next: Template,
    pub line: u32,
}

/// A value out of line with the record's own history, or with the other records of the form.
#[derive(Debug, Clone)]
pub struct Outlier {
    pub code: Arc<str>,
    pub severity: Severity,
    /// As in [`super::rules::Rule::effect`].
    pub effect: Effect,
    /// Likewise of a value that is off by ten thousand: the unit of money was mistaken.
    pub slip_effect: Effect,
    /// As in [`super::rules::Rule::trial`].
    pub trial: bool,
    pub when: Option<Checked>,
    /// A number over the form's columns.
    pub value: Checked,
    /// The unit of money that the value is asked in, where it is one column's.
    pub money: Option<crate::domain::outlier::Money>,
    pub against: Against,
    pub bounds: crate::domain::outlier::Bounds,
    /// Holes: the form's columns and `{值}`; the engine adds what the value was held against.
    pub found: Template,
    pub expected: Template,
    pub next: Template,
    pub cells: Vec<usize>,
    pub line: u32,
}

/// What a value is held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Against {
    /// The same record in so many stored periods before this one, at most.
    History { periods: u32 },
    /// The other records of this period.
    Peers,
}

/// Which periods' rows a measure is computed from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum When {
    #[default]
    This,
    /// 上期.
    Previous,
    /// 上年同期.
    YearAgo,
    /// 本年累计: this period and those of its year before it.
    YearToDate,
    /// 上年同期累计.
    YearAgoToDate,
}

impl When {
    /// As tables and notes say it.
    pub fn word(self) -> &'static str {
        match self {
            When::This => "本期",
            When::Previous => "上期",
            When::YearAgo => "上年同期",
            When::YearToDate => "本年累计",
            When::YearAgoToDate => "上年同期累计",
        }
    }
}

/// The periods that a table is laid out over, the last of them the run's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SideBySide {
    /// So many.
    Last(u32),
    /// All of its calendar year so far.
    Year,
    /// All of its season so far.
    Season,
}
