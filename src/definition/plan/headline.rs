//! Sentences of the first page, made of figures of the tables.

use crate::language::Checked;

/// One sentence of 主要结论.
#[derive(Debug, Clone)]
pub struct Headline {
    /// Index of the table whose figures it says.
    pub table: usize,
    /// Said only where this holds of the table's total row and of `行数`, the number of its other rows.
    pub when: Option<Checked>,
    pub say: Vec<HeadlinePart>,
    /// Said instead, where the condition does not hold or a figure is missing; `None` for nothing.
    pub otherwise: Option<String>,
    /// Something that has to be mended, which the print emphasises.
    pub alarm: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HeadlinePart {
    Words(String),
    /// A figure of the total row: `1,980`, `48.02%`.
    Total(String),
    /// The same as a change: 增长 3.2%, 减少 12, 持平.
    Change(String),
    /// The rows with the most or the least of a column, with the figure: 合肥（48.02%）.
    Highest(String),
    Lowest(String),
    /// The words of a column, row by row.
    Names(String),
    /// How many rows there are, totals aside.
    Rows,
}
