//! The cells of one measure, by group and column.

use crate::model::statistic::StatCell;

/// Cells of one measure.
#[derive(Debug, Clone, PartialEq)]
pub struct MeasureCells {
    /// `[group][column]`; the last group is the one left over; with columns by code, the last column is their sum.
    pub parts: Vec<Vec<StatCell>>,
    pub total: Vec<StatCell>,
    /// Computed from other measures, so that it alone never makes a row worth showing.
    pub derived: bool,
    /// Rows lie in several groups.
    pub overlaps: bool,
    /// Rows that count and say no value, where values are added up.
    pub unfilled: i64,
    pub note: Option<String>,
}

impl MeasureCells {
    pub fn filled(groups: usize, width: usize, cell: StatCell) -> MeasureCells {
        let parts = vec![vec![cell.clone(); width]; groups + 1];
        MeasureCells::derived(parts, vec![cell; width])
    }

    /// Cells that were computed from those of other measures.
    pub fn derived(parts: Vec<Vec<StatCell>>, total: Vec<StatCell>) -> MeasureCells {
        MeasureCells { parts, total, derived: true, overlaps: false, unfilled: 0, note: None }
    }
}

/// Whether a cell says nothing that would make its row or column worth showing.
pub fn is_nothing(cell: &StatCell) -> bool {
    match cell {
        StatCell::Integer(0) | StatCell::NotReported | StatCell::NotApplicable | StatCell::Empty => true,
        StatCell::Ratio { den, .. } => *den == 0,
        StatCell::Number(number) => *number == 0.0,
        _ => false,
    }
}
