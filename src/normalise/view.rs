//! A raw sheet with its rows indexed: which rows are occupied, what stands at an address, which merge covers it.

use crate::model::cell::{CellRef, ERROR_WORDS, RawCell, RawValue};
use crate::model::workbook::{Merge, RawSheet};
use std::borrow::Cow;

/// One occupied row: its physical number and its cells' range in the sheet.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    pub row: u32,
    from: usize,
    to: usize,
}

/// A sheet by rows.
pub struct View<'a> {
    pub sheet: &'a RawSheet,
    pub index: u16,
    /// Occupied rows, top to bottom.
    pub rows: Vec<Row>,
}

impl<'a> View<'a> {
    pub fn new(sheet: &'a RawSheet, index: u16) -> View<'a> {
        let mut rows: Vec<Row> = Vec::new();
        for (at, cell) in sheet.cells.iter().enumerate() {
            match rows.last_mut() {
                Some(last) if last.row == cell.at.row => last.to = at + 1,
                _ => rows.push(Row { row: cell.at.row, from: at, to: at + 1 }),
            }
        }
        View { sheet, index, rows }
    }

    /// Cells of the `i`-th occupied row, left to right.
    pub fn cells(&self, i: usize) -> &'a [RawCell] {
        self.rows.get(i).and_then(|row| self.sheet.cells.get(row.from..row.to)).unwrap_or(&[])
    }

    /// Cells of the `i`-th occupied row that say anything (blank texts do not).
    pub fn telling(&self, i: usize) -> impl Iterator<Item = &'a RawCell> + '_ {
        self.cells(i).iter().filter(|cell| !self.is_blank(cell.value))
    }

    pub fn is_blank(&self, value: RawValue) -> bool {
        let says_nothing = |c: char| c.is_whitespace() || crate::text::width::is_invisible(c);
        matches!(value, RawValue::Text { .. }) && self.sheet.text(value).chars().all(says_nothing)
    }

    /// The merge that covers an address, if any.
    pub fn merge_over(&self, at: CellRef) -> Option<&'a Merge> {
        self.sheet.merges.iter().find(|merge| {
            (merge.first.row..=merge.last.row).contains(&at.row) && (merge.first.col..=merge.last.col).contains(&at.col)
        })
    }

    /// The value at an address.
    pub fn value(&self, at: CellRef) -> Option<RawValue> {
        let i = self.sheet.cells.binary_search_by_key(&at, |cell| cell.at).ok()?;
        self.sheet.cells.get(i).map(|cell| cell.value)
    }

    /// A value as an officer sees it on screen.
    pub fn words(&self, value: RawValue) -> Cow<'a, str> {
        match value {
            RawValue::Text { .. } => Cow::Borrowed(self.sheet.text(value)),
            RawValue::Number(number) => Cow::Owned(crate::text::numbers::show(number)),
            RawValue::Boolean(yes) => Cow::Borrowed(if yes { "TRUE" } else { "FALSE" }),
            RawValue::DateSerial(serial) => Cow::Owned(match crate::text::dates::from_serial(serial) {
                Some(day) => crate::text::dates::show_day(day),
                None => crate::text::numbers::show(serial),
            }),
            RawValue::Error(kind) => Cow::Borrowed(ERROR_WORDS.get(usize::from(kind)).copied().unwrap_or("#ERROR!")),
            RawValue::Unreadable(doubt) => Cow::Borrowed(doubt.words()),
        }
    }
}
