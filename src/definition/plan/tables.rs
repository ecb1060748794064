//! What a checked definition prints: tables with their rows and measures, lists.

use super::forms::{ColumnType, Ranking};
use super::rules::{Bound, Compare, Scope, Template};
use super::time::{SideBySide, When};
use crate::domain::ranking::Direction;
use crate::language::Checked;

/// In which of the two leadership workbooks something stands: what is signed stands in what is worked with too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edition {
    /// 呈报版 and 工作版.
    Signed,
    /// 工作版 alone.
    Working,
}

impl Edition {
    /// The word in the workbook's name.
    pub const fn word(self) -> &'static str {
        match self {
            Edition::Signed => "呈报版",
            Edition::Working => "工作版",
        }
    }

    /// Whether the workbook of this edition holds what is declared for that one.
    pub fn holds(self, declared: Edition) -> bool {
        self == Edition::Working || declared == Edition::Signed
    }
}

/// One block of a leadership sheet.
#[derive(Debug, Clone)]
pub struct Table {
    pub id: String,
    /// The first workbook that prints it.
    pub edition: Edition,
    pub sheet: String,
    /// May hold `{报告期}`, and `{前几名}` where it is cut after some places.
    pub title: String,
    pub caption: String,
    /// Printed under the block.
    pub notes: Vec<String>,
    pub landscape: bool,
    /// Who stands on this table (an index) does not stand here: an exposure list rules a unit out of an honour list.
    pub except: Option<usize>,
    pub reconcile: Vec<Reconciliation>,
    pub kind: TableKind,
    pub line: u32,
}

/// Two totals that say one thing and differ: a line under the table takes the one over into the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reconciliation {
    /// Heading of the figure here.
    pub own: String,
    /// The other table, and the figure's heading there.
    pub table: usize,
    pub other: String,
    /// Why they may differ.
    pub why: String,
}

#[derive(Debug, Clone)]
pub enum TableKind {
    Statistic(Statistic),
    List(List),
    /// One share broken down by each of its scopes' values: 对象, 一线, 总数, 占比, 规定, 差额, 结论.
    ShareBy {
        share: usize,
        by: Scope,
    },
    /// All enabled and switched-off shares with their bounds.
    Shares,
    /// Which units reported, late, returned, missing: by unit, city, channel or period, or ranked.
    Discipline(DisciplineBy),
    /// The chase list (催报).
    Chase,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DisciplineBy {
    Unit,
    City,
    Channel,
    /// One row a period, those in the store and this one.
    Period,
    /// Units by their mean points over the periods; needs the definition's rule.
    Ranking,
}

/// A cross-tabulation: rows × (across values ×) measures.
#[derive(Debug, Clone)]
pub struct Statistic {
    pub rows: StatisticRows,
    /// Heading of the label column.
    pub label: String,
    /// Code fields (by name; code columns where the rows come from a reference table) whose values spread over
    /// columns, outermost first; empty for plain measures.
    pub across: Vec<String>,
    pub measures: Vec<Measure>,
    /// Lays all measures out over these periods side by side, the oldest first.
    pub across_periods: Option<SideBySide>,
    /// Label of the total row; `None` for no total.
    pub total: Option<String>,
    /// With `across`: a 合计 column at the right.
    pub across_total: bool,
    /// Rows stand in the order of this measure, which is a rank; those without a place come last.
    pub ranked_by: Option<usize>,
    /// Only rows of the first so many places, all who share the last one included.
    pub top: Option<u32>,
    /// Where there are any, only rows that meet one of these are shown, each with its reasons: conditions over the
    /// measures (`top` is not used here).
    pub criteria: Vec<Criterion>,
    /// Printed instead where no row meets any.
    pub empty: String,
}

/// The rows of a statistic; all are shown, in this order, the empty ones too.
#[derive(Debug, Clone)]
pub enum StatisticRows {
    /// Recommending units of the pipeline in official order.
    Unit,
    /// Cities in official order, then the other channels.
    City,
    /// Values of a code field.
    Codes { field: String },
    /// Named conditions.
    Items(Vec<Item>),
}

#[derive(Debug, Clone)]
pub struct Item {
    pub label: String,
    pub filter: Checked,
    /// Share whose bound this item is held against.
    pub share: Option<usize>,
}

#[derive(Debug, Clone)]
pub struct Measure {
    pub name: String,
    /// Merged heading above, if any.
    pub under: Option<String>,
    /// The period whose rows it is computed from (count, sum and ratio alone).
    pub period: When,
    pub kind: MeasureKind,
    /// Over fewer than so many a proportion is printed with its counts.
    pub parts: Option<u32>,
    /// What its figures have to keep to; what does not is marked.
    pub bound: Option<(Compare, Bound)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// Accepted rows.
    Accepted,
    /// All rows read from returns that are not held out, blocked rows included; the table says so.
    Read,
}

/// Where a measure's rows come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum From {
    Form {
        form: usize,
        basis: Basis,
    },
    /// A reference table; its rows are attributed to units by this column, where rows are units or cities.
    Reference {
        name: String,
        unit_column: String,
    },
}

#[derive(Debug, Clone)]
pub enum MeasureKind {
    Count {
        from: From,
        filter: Option<Checked>,
    },
    Sum {
        from: From,
        value: Checked,
        filter: Option<Checked>,
    },
    /// Pooled mean of a value over the rows that have one.
    Average {
        from: From,
        value: Checked,
        filter: Option<Checked>,
    },
    /// The place of each row by another measure (index); rows that did not report have none.
    Rank {
        of: usize,
        direction: Direction,
    },
    /// Pooled: rows where `of` over rows where `over`.
    Ratio {
        from: From,
        of: Checked,
        over: Option<Checked>,
    },
    /// Pooled: the sum of one whole-number column over the sum of another, over rows that have both.
    Rate {
        from: From,
        of: Checked,
        over: Checked,
        filter: Option<Checked>,
    },
    /// A word and no count: whether a condition holds for every row here that it can be judged for.
    Verdict {
        from: From,
        holds: Checked,
        filter: Option<Checked>,
        /// 达标 and 未达标.
        met: String,
        unmet: String,
    },
    /// This row's part of the total of another measure (index).
    Portion {
        of: usize,
    },
    /// A number of the roster.
    Roster {
        column: String,
    },
    Quota(QuotaPart),
    /// Rows of a lookup's reference table that nobody answered.
    Outstanding {
        lookup: usize,
    },
    /// Bound of the item's share, and how many percentage points this row lies above (+) or below (−) it.
    ItemBound,
    ItemMargin {
        portion: usize,
    },
    /// One measure minus another (indices).
    Difference {
        left: usize,
        right: usize,
        /// As of [`MeasureKind::Growth`].
        comparable: bool,
    },
    /// (now − before) / before, "—" over a zero base (indices).
    Growth {
        now: usize,
        before: usize,
        /// Only over what units reported whole in both periods: so wherever the two are of different ones, unless the
        /// definition says otherwise.
        comparable: bool,
    },
    /// One proportion minus another in percentage points, "—" where either has no denominator (indices).
    Points {
        now: usize,
        before: usize,
        /// As of [`MeasureKind::Growth`].
        comparable: bool,
    },
}

impl MeasureKind {
    /// Where a measure's rows come from, if it counts rows.
    pub fn source(&self) -> Option<&From> {
        match self {
            MeasureKind::Count { from, .. }
            | MeasureKind::Sum { from, .. }
            | MeasureKind::Average { from, .. }
            | MeasureKind::Ratio { from, .. }
            | MeasureKind::Rate { from, .. }
            | MeasureKind::Verdict { from, .. } => Some(from),
            MeasureKind::Portion { .. }
            | MeasureKind::Roster { .. }
            | MeasureKind::Quota(_)
            | MeasureKind::Outstanding { .. }
            | MeasureKind::ItemBound
            | MeasureKind::ItemMargin { .. }
            | MeasureKind::Difference { .. }
            | MeasureKind::Rank { .. }
            | MeasureKind::Growth { .. }
            | MeasureKind::Points { .. } => None,
        }
    }

    /// What a criterion reads a measure as.
    pub fn column(&self) -> ColumnType {
        match self {
            MeasureKind::Count { .. }
            | MeasureKind::Roster { .. }
            | MeasureKind::Quota(_)
            | MeasureKind::Outstanding { .. }
            | MeasureKind::Rank { .. } => ColumnType::Integer,
            MeasureKind::Sum { value, .. } if value.ty() == crate::language::Type::Integer => ColumnType::Integer,
            MeasureKind::Verdict { .. } => ColumnType::Text,
            MeasureKind::Sum { .. }
            | MeasureKind::Average { .. }
            | MeasureKind::Ratio { .. }
            | MeasureKind::Rate { .. }
            | MeasureKind::Portion { .. }
            | MeasureKind::ItemBound
            | MeasureKind::ItemMargin { .. }
            | MeasureKind::Difference { .. }
            | MeasureKind::Growth { .. }
            | MeasureKind::Points { .. } => ColumnType::Number,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuotaPart {
    Seats,
    /// max(0, seats − accepted formal).
    Gap,
    /// The part of the gap that nobody was put forward for; that was sent back; whose unit's files cannot be read; whose
    /// unit did not report. Together they are the gap.
    GapNotNominated,
    GapReturned,
    GapUnreadable,
    GapMissing,
    /// max(0, accepted formal − seats).
    Excess,
    StandbyLimit,
}

/// Rows, one line each.
#[derive(Debug, Clone)]
pub struct List {
    pub from: ListFrom,
    pub columns: Vec<ListColumn>,
    pub filter: Option<Checked>,
    /// Rows are ordered by unit, then by these columns of the form, then by origin.
    pub sort: Vec<String>,
    /// Index of the column, a rank, in whose order the rows stand instead; rows without a place come last.
    pub ranked_by: Option<usize>,
    /// Only rows of the first so many places of that rank, all who share the last one included.
    pub top: Option<u32>,
    /// Only rows that meet one of these, where any are declared; a row that meets several shows all reasons.
    pub criteria: Vec<Criterion>,
    /// Printed instead when there is no row.
    pub empty: String,
    /// A longer list is not printed (the sheet says so, with the count): the data edition holds the rows.
    pub most: usize,
}

/// Why a row is on a list.
#[derive(Debug, Clone)]
pub struct Criterion {
    pub when: Option<Checked>,
    /// Among the first so many places of the list's rank.
    pub top: Option<u32>,
    /// Holes: the form's columns, and `{本表名次}` for the place in the list's rank.
    pub reason: Template,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ListFrom {
    Form {
        form: usize,
        basis: Basis,
    },
    /// Outstanding rows of a lookup.
    Outstanding {
        lookup: usize,
    },
}

#[derive(Debug, Clone)]
pub struct ListColumn {
    pub header: String,
    pub value: ListValue,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ListValue {
    /// 1, 2, 3 … over the list.
    Number,
    /// A column of the form (or of the reference table).
    Column { name: String, private: bool },
    /// What a lookup shows for the row; "—" without a match.
    Lookup { lookup: usize },
    /// 通过 or 退回（with the codes of the row's 必改).
    Verdict,
    /// The recommending unit's name.
    Unit,
    /// The row's place among the rows of the list's source that its `where` takes.
    Rank(Ranking),
    /// Which of the list's criteria the row meets, in words.
    Reason,
}
