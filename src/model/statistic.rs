//! The figures of tables and what they rest on, by rows.

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
