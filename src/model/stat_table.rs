//! Tables, laid out but without any format: what the leadership workbook prints.

use super::stat_rows::StatRows;
use super::statistic::{RowKind, StatCell, StatRow};
use std::borrow::Cow;
use std::ops::Deref;

/// A column's heading; columns of one parent that stand side by side share a merged cell above.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    pub parents: Vec<String>,
    pub name: String,
}

/// What the figures of a column have to keep to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnBound {
    /// Position among the table's columns.
    pub column: usize,
    /// Not less; else not more.
    pub at_least: bool,
    pub num: i64,
    /// Above 0.
    pub den: i64,
    /// `≥50%`.
    pub words: String,
}

impl ColumnBound {
    /// Whether a figure does not keep to it, judged by whole numbers where it is a proportion; what is no figure misses
    /// nothing.
    pub fn is_missed(&self, cell: &StatCell) -> bool {
        let side = match cell {
            StatCell::Ratio { num, den: den @ 1.. } => {
                Some((i128::from(*num) * i128::from(self.den)).cmp(&(i128::from(self.num) * i128::from(*den))))
            }
            StatCell::Integer(count) => Some((i128::from(*count) * i128::from(self.den)).cmp(&i128::from(self.num))),
            StatCell::Number(number) => number.partial_cmp(&self.value()),
            _ => None,
        };
        side.is_some_and(|side| if self.at_least { side.is_lt() } else { side.is_gt() })
    }

    pub fn value(&self) -> f64 {
        self.num as f64 / self.den as f64
    }
}

/// One block on a leadership sheet. Every row has as many cells as there are headings, always.
#[derive(Debug, Clone, PartialEq)]
pub struct StatTable<R = StatRows> {
    /// The table's id in the definition.
    pub id: String,
    /// Sheet it is printed on; blocks of one sheet are stacked in order.
    pub sheet: String,
    pub title: String,
    /// "计量单位：个" and the like, printed right above the table; may be empty.
    pub caption: String,
    pub headings: Vec<Heading>,
    pub rows: R,
    /// Lines printed under the table: basis, exclusions, ties.
    pub notes: Vec<String>,
    /// Rows that there are and that are too many to print.
    pub withheld: usize,
    /// How many leading columns are labels and not figures.
    pub label_columns: usize,
    /// Columns that hold ID numbers or phones, to be masked by the writer.
    pub private_columns: Vec<usize>,
    /// Per column: the definition it was computed by, as written ("正式申报：从 申报表 计数，条件 …"), for 口径说明.
    pub definitions: Vec<String>,
    pub landscape: bool,
    /// Columns of proportions of counts, each with the denominator below which the counts are printed too.
    pub parts: Vec<(usize, i64)>,
    /// What columns have to keep to, at most one a column.
    pub bounds: Vec<ColumnBound>,
}

/// A table that is being computed: its rows stand ready and may change.
pub type BuiltTable = StatTable<Vec<StatRow>>;

/// A finished table with all its rows at hand, while somebody goes through them.
pub struct OpenTable<'t> {
    pub table: &'t StatTable,
    pub rows: Cow<'t, [StatRow]>,
}

impl Deref for OpenTable<'_> {
    type Target = StatTable;

    fn deref(&self) -> &StatTable {
        self.table
    }
}

impl StatTable {
    pub fn opened(&self) -> OpenTable<'_> {
        OpenTable { table: self, rows: self.rows.all() }
    }
}

impl<R> StatTable<R> {
    /// The same table with other rows.
    pub fn with_rows<T>(&self, rows: T) -> StatTable<T> {
        StatTable {
            id: self.id.clone(),
            sheet: self.sheet.clone(),
            title: self.title.clone(),
            caption: self.caption.clone(),
            headings: self.headings.clone(),
            rows,
            notes: self.notes.clone(),
            withheld: self.withheld,
            label_columns: self.label_columns,
            private_columns: self.private_columns.clone(),
            definitions: self.definitions.clone(),
            landscape: self.landscape,
            parts: self.parts.clone(),
            bounds: self.bounds.clone(),
        }
    }

    /// The counts that are printed behind a proportion of few: ` (4/6)`.
    pub fn parts_of(&self, column: usize, cell: &StatCell) -> Option<String> {
        let (_, below) = self.parts.iter().find(|(known, _)| *known == column)?;
        match cell {
            StatCell::Ratio { num, den: den @ 1.. } if den < below => Some(format!(" ({num}/{den})")),
            _ => None,
        }
    }

    /// What a column's figures have to keep to.
    pub fn bound(&self, column: usize) -> Option<&ColumnBound> {
        self.bounds.iter().find(|bound| bound.column == column)
    }
}

impl BuiltTable {
    /// The table as it stays to the end of the run.
    pub fn finished(mut self) -> StatTable {
        let rows = std::mem::take(&mut self.rows);
        self.with_rows(StatRows::of(rows))
    }

    /// Closes a table that lists only some rows: a last column with the reason of each, or one line that there is none.
    pub fn listed(&mut self, reasons: impl Iterator<Item = String>, empty: &str, definition: &str) {
        self.headings.push(Heading { parents: Vec::new(), name: "原因".to_owned() });
        self.definitions.push(definition.to_owned());
        for (row, reason) in self.rows.iter_mut().zip(reasons) {
            row.cells.push(StatCell::Text(reason));
        }
        if self.rows.is_empty() {
            let mut cells = vec![StatCell::Empty; self.headings.len()];
            if let Some(first) = cells.first_mut() {
                *first = StatCell::Text(empty.to_owned());
            }
            self.rows.push(StatRow::new(RowKind::Body, cells));
        }
    }
}
