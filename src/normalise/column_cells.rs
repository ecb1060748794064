//! The cells of some rows of a view by column: a sheet stands row by row, and what it is read into column by column.

use super::view::View;
use crate::model::cell::RawValue;

/// So many rows are taken together: few enough that a wide table's stay at hand.
pub const ROWS: usize = 64;

/// Up to [`ROWS`] rows.
pub struct ColumnCells {
    rows: Vec<u32>,
    /// Column after column, [`ROWS`] each.
    values: Vec<Option<RawValue>>,
}

impl ColumnCells {
    /// Room for so many columns.
    pub fn new(width: usize) -> ColumnCells {
        ColumnCells { rows: Vec::with_capacity(ROWS), values: vec![None; width * ROWS] }
    }

    /// Takes the cells of other rows, by their positions in the view.
    pub fn read(&mut self, view: &View<'_>, rows: &[usize]) {
        self.rows.clear();
        self.values.fill(None);
        for i in rows.iter().take(ROWS) {
            let Some(row) = view.rows.get(*i) else { continue };
            for cell in view.cells(*i) {
                if let Some(value) = self.values.get_mut(usize::from(cell.at.col) * ROWS + self.rows.len()) {
                    *value = Some(cell.value);
                }
            }
            self.rows.push(row.row);
        }
    }

    /// The numbers of the rows.
    pub fn rows(&self) -> &[u32] {
        &self.rows
    }

    /// The cells of a column, one a row; none of a column beyond the last.
    pub fn of(&self, col: u16) -> &[Option<RawValue>] {
        let from = usize::from(col) * ROWS;
        self.values.get(from..from + self.rows.len()).unwrap_or_default()
    }

    /// The cell of one of the rows.
    pub fn at(&self, nth: usize, col: u16) -> Option<RawValue> {
        self.of(col).get(nth).copied().flatten()
    }
}
