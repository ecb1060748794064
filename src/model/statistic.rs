//! Finished tables, laid out but without any format: what the leadership workbook prints.

use super::stat_rows::StatRows;

/// One figure or word. Whole numbers stay whole; the writer alone rounds, by number format.
#[derive(Debug, Clone, PartialEq)]
pub enum StatCell {
    Text(String),
    /// A conclusion that something does not hold (未达标, 退回：…), which the print emphasises.
    Alarm(String),
    Integer(i64),
    Number(f64),
    /// A pooled proportion, printed as a percentage; `den == 0` prints "—".
    Ratio {
        num: i64,
        den: i64,
    },
    /// A signed difference of two proportions in percentage points (1.0 = one point).
    Points(f64),
    /// A date, days since 1970-01-01.
    Date(i32),
    /// A month, days since 1970-01-01 of its first day.
    Month(i32),
    /// Nobody of this row reported, which is not 0.
    NotReported,
    /// There are rows, and every one of them was sent back.
    Returned,
    /// Rows count, and none of them says a value.
    Unfilled,
    /// All that there is here waits for somebody's decision, and is in no figure until then.
    Pending,
    /// Has no meaning here.
    NotApplicable,
    Empty,
}

impl StatCell {
    /// What stands where there is no figure: the state's word; `None` for what is there, and for an empty cell.
    pub fn state(&self) -> Option<&'static str> {
        match self {
            StatCell::NotReported => Some("未报"),
            StatCell::Returned => Some("退回"),
            StatCell::Unfilled => Some("未填"),
            StatCell::Pending => Some("待核实"),
            StatCell::NotApplicable | StatCell::Ratio { den: 0, .. } => Some("—"),
            StatCell::Number(number) | StatCell::Points(number) if !number.is_finite() => Some("—"),
            _ => None,
        }
    }
}

/// A column's heading; columns of one parent that stand side by side share a merged cell above.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    pub parents: Vec<String>,
    pub name: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowKind {
    Body,
    /// A sum over part of the rows.
    Subtotal,
    Total,
}

impl RowKind {
    /// In the order of their numbers.
    pub const ALL: [RowKind; 3] = [RowKind::Body, RowKind::Subtotal, RowKind::Total];
}

/// What a figure rests on that nobody has vouched for yet, and what it would be otherwise. A figure without one rests on
/// nothing doubtful.
#[derive(Debug, Clone, PartialEq)]
pub struct FigureDoubt {
    /// Position among the row's cells.
    pub column: usize,
    /// Cells with an open 核实 among those that the figure is computed from, and how many of them are held out of it; both 0
    /// where doubt comes in only through other figures (a rank, a change).
    pub cells: u32,
    pub held: u32,
    /// Rows that count of the rows that were read, where some of a unit's were sent back: on the unit's name for all its
    /// figures, and on those that look whole all the same: a rate, a mean, a place, a verdict.
    pub rows: Option<(u32, u32)>,
    /// The figure with every such cell missing, where that is another one.
    pub without: Option<StatCell>,
    /// The figure with the cells in that are held out, where that is another one.
    pub with: Option<StatCell>,
}

impl FigureDoubt {
    /// Whether cells with an open 核实 cast it, and not rows that are missing.
    pub fn is_of_cells(&self) -> bool {
        self.cells > 0 || self.without.is_some() || self.with.is_some()
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct StatRow {
    pub kind: RowKind,
    pub cells: Vec<StatCell>,
    /// The figures of this row that rest on doubt, by column.
    pub doubts: Vec<FigureDoubt>,
    /// The figures between which its comparisons of like with like are.
    pub compared: Vec<ComparedFigures>,
    /// Of a list: the row of the form that it shows.
    pub line: Option<usize>,
}

/// Between which figures a change of like with like is: over the units that are whole on both sides, so that it is not the
/// difference of the two figures that stand beside it.
#[derive(Debug, Clone, PartialEq)]
pub struct ComparedFigures {
    /// The column of the change, 0-based.
    pub column: usize,
    /// The figure of this period with what it rests on.
    pub now: (StatCell, Option<FigureDoubt>),
    pub before: (StatCell, Option<FigureDoubt>),
}

impl StatRow {
    /// A row that rests on nothing doubtful.
    pub fn new(kind: RowKind, cells: Vec<StatCell>) -> StatRow {
        StatRow { kind, cells, doubts: Vec::new(), compared: Vec::new(), line: None }
    }

    /// The doubt about one of its figures.
    pub fn doubt(&self, column: usize) -> Option<&FigureDoubt> {
        self.doubts.iter().find(|doubt| doubt.column == column)
    }

    /// Whether some of its unit's rows were sent back: it is in no order with those that are whole.
    pub fn is_partial(&self) -> bool {
        self.doubts.iter().any(|doubt| doubt.rows.is_some())
    }

    /// Whether some of its figures rest on cells with an open 核实.
    pub fn is_doubted(&self) -> bool {
        self.doubts.iter().any(FigureDoubt::is_of_cells)
    }

    /// Between which figures the change in a column is.
    pub fn compared(&self, column: usize) -> Option<&ComparedFigures> {
        self.compared.iter().find(|compared| compared.column == column)
    }
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
