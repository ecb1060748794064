//! A sheet that is written from top to bottom: lines over its whole width, rows of cells between them.
//!
//! What is printed is passed on: ID numbers and telephones are masked in every line.

use super::columns::SheetColumns;
use super::page::{self, Fold};
use super::style::PrintStyles;
use super::{block, cell_text};
use crate::text::masks::mask_within;
use rust_xlsxwriter::{Format, Worksheet, XlsxError};

/// The sheet, and how far down it has come.
pub struct Paper<'a> {
    pub sheet: Worksheet,
    pub styles: &'a PrintStyles,
    pub columns: SheetColumns,
    /// The next free row, 0-based.
    pub row: u32,
    /// Of all rows so far, in points.
    pub height: f64,
    pub fold: Fold,
}

impl<'a> Paper<'a> {
    /// An empty sheet with columns of these widths; `header` is printed above each of its pages.
    ///
    /// # Errors
    /// Excel takes no sheet of this name.
    pub fn new(
        name: &str,
        header: &str,
        widths: Vec<f64>,
        landscape: bool,
        styles: &'a PrintStyles,
    ) -> Result<Paper<'a>, XlsxError> {
        let mut sheet = Worksheet::new();
        sheet.set_name(name)?;
        let columns = SheetColumns::fixed(widths);
        columns.apply(&mut sheet)?;
        page::page(&mut sheet, header, landscape);
        let fold = Fold::new(&columns.widths, landscape);
        Ok(Paper { sheet, styles, columns, row: 0, height: 0.0, fold })
    }

    /// A line over the whole width; `size` is that of its type and the least height, in points.
    ///
    /// # Errors
    /// The sheet refuses a cell.
    pub fn line(&mut self, text: &str, format: &Format, size: (f64, f64)) -> Result<(), XlsxError> {
        let height = block::line(&mut self.sheet, self.row, &self.columns, &mask_within(text), format, size)?;
        self.took(self.row + 1, height);
        Ok(())
    }

    /// Gives the row that was filled its height, in points, and goes to the next.
    ///
    /// # Errors
    /// The sheet has no more rows.
    pub fn take_row(&mut self, height: f64) -> Result<(), XlsxError> {
        self.sheet.set_row_height(self.row, height)?;
        self.took(self.row + 1, height);
        Ok(())
    }

    /// Goes to `next` behind rows of this height together.
    pub fn took(&mut self, next: u32, height: f64) {
        self.fold.add(height);
        self.height += height;
        self.row = next;
    }

    /// The heading of a section, which never stands alone at the foot of a page.
    ///
    /// # Errors
    /// The sheet refuses a cell.
    pub fn section(&mut self, text: &str) -> Result<(), XlsxError> {
        let styles = self.styles;
        self.fold.keep_together(self.row, 80.0);
        self.line(text, &styles.section, (12.0, 26.0))
    }

    /// A line of plain words.
    ///
    /// # Errors
    /// The sheet refuses a cell.
    pub fn words(&mut self, text: &str) -> Result<(), XlsxError> {
        let styles = self.styles;
        self.line(text, &styles.line, (11.0, 19.0))
    }

    /// Words as a cell of this sheet may show them.
    pub fn shown(text: &str) -> String {
        cell_text::printable(&mask_within(text)).0.into_owned()
    }
}
