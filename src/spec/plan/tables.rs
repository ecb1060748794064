//! What a checked definition prints: tables with their rows and measures, lists, charts.

use super::{Scope, SideBySide, When};
use crate::sql::Checked;

/// One block of a leadership sheet.
#[derive(Debug, Clone)]
pub struct Table {
    pub id: String,
    pub sheet: String,
    /// May hold `{报告期}` .
    pub title: String,
    pub caption: String,
    /// Printed under the block.
    pub notes: Vec<String>,
    pub landscape: bool,
    pub kind: TableKind,
    pub line: u32,
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
    pub rows: Rows,
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
}

/// The rows of a statistic; all are shown, in this order, the empty ones too.
#[derive(Debug, Clone)]
pub enum Rows {
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
    /// Pooled: rows where `of` over rows where `over`.
    Ratio {
        from: From,
        of: Checked,
        over: Option<Checked>,
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
    },
    /// (now − before) / before, "—" over a zero base (indices).
    Growth {
        now: usize,
        before: usize,
        /// Only over what units reported in both periods.
        comparable: bool,
    },
    /// One proportion minus another in percentage points, "—" where either has no denominator (indices).
    Points {
        now: usize,
        before: usize,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuotaPart {
    Seats,
    /// max(0, seats − accepted formal).
    Gap,
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
    /// Printed instead when there is no row.
    pub empty: String,
    /// A longer list is not printed (the sheet says so, with the count): the data edition holds the rows.
    pub most: usize,
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
}

/// A chart on the overview sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chart {
    pub title: String,
    /// Index of the table, and of the columns that it draws (by heading).
    pub table: usize,
    pub series: Vec<String>,
    pub kind: ChartKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChartKind {
    Column,
    Bar,
    Pie,
}
