//! Charts: which rows of a table they draw, in which order, and what their titles say of them.

use super::tables::Edition;
use crate::domain::ranking::Direction;

/// A chart of one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chart {
    pub title: String,
    /// The first workbook that draws it; one that prints its table.
    pub edition: Edition,
    /// Index of the table, and of the columns that it draws (by heading).
    pub table: usize,
    pub series: Vec<String>,
    pub kind: ChartKind,
    /// What the figures of `about` say, behind the title: the first whose holes ([`ChartHole`]) can all be filled.
    pub findings: Vec<String>,
    /// The column that they are about, and that rows are ordered and chosen by; one of the series.
    pub about: String,
    /// In the order of `about`; `None` is that of the table.
    pub order: Option<Direction>,
    /// Only rows that miss the bound of `about`.
    pub missed: bool,
    /// At most so many rows, the first in order.
    pub top: Option<u32>,
}

/// A hole of a chart's finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChartHole {
    /// The rows with the most, with the figure.
    Highest,
    Lowest,
    /// The rows whose figure is 0, and how many they are.
    Zeros,
    ZeroCount,
    /// The rows that miss the column's bound, and how many they are.
    Missed,
    MissedCount,
}

impl ChartHole {
    pub const ALL: [ChartHole; 6] = [
        ChartHole::Highest,
        ChartHole::Lowest,
        ChartHole::Zeros,
        ChartHole::ZeroCount,
        ChartHole::Missed,
        ChartHole::MissedCount,
    ];

    /// As a definition writes it, between braces.
    pub const fn word(self) -> &'static str {
        match self {
            ChartHole::Highest => "最高",
            ChartHole::Lowest => "最低",
            ChartHole::Zeros => "为零",
            ChartHole::ZeroCount => "为零个数",
            ChartHole::Missed => "不合规定",
            ChartHole::MissedCount => "不合规定个数",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChartKind {
    Column,
    Bar,
    Pie,
}
