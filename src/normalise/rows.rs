//! A sheet's header blocks in, its tables out: each occupied row of the sheet in exactly one class of one table.

use super::classify::Classifier;
use super::labels;
use super::layout::HeaderBlock;
use super::lexicon::Lexicon;
use super::total_words::{self, Total};
use super::view::View;
use crate::definition::{FieldType, Plan};
use crate::model::SheetAccount;
use crate::model::cell::{CellRef, RawCell, RawValue};
use crate::text::names::header_key;
use std::collections::HashSet;
use std::sync::Arc;

/// Which word says that there is nothing to report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nil {
    /// 零报告 speaks of the whole return.
    ZeroReport,
    /// 无 may speak of one section of several.
    Nothing,
}

/// Why a row that looks like a record does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Aside {
    Struck,
    /// 其中：…
    OfWhich,
    Example,
    /// Only a remark says so, and the row may be a record.
    DoubtfulExample,
    /// The second physical row of the record above.
    Continued,
    /// Default words and zeros that came with the form.
    Prefilled,
    /// Stands on the sheet that this one is a copy of.
    Copied,
}

/// A line between records.
#[derive(Debug, Clone)]
pub struct SectionHeading {
    pub at: CellRef,
    /// 一、 is 1, （一） 2, 1. 3, (1) 4: what a heading ends are those of its level and below.
    pub level: u8,
    /// The code field that its words fill in the records below it, with the word.
    pub fills: Option<(u16, String)>,
}

impl SectionHeading {
    /// The word that it fills into a field, with its own cell.
    pub fn word_for(&self, field: usize) -> Option<(&str, CellRef)> {
        let (filled, word) = self.fills.as_ref()?;
        (usize::from(*filled) == field).then_some((word.as_str(), self.at))
    }
}

/// What a row of a table is. Values are positions in [`View::rows`].
#[derive(Debug, Clone, Default)]
pub struct TableRows {
    pub data: Vec<usize>,
    pub totals: Vec<(usize, Total)>,
    /// Rows that look like records and do not count.
    pub aside: Vec<(usize, Aside)>,
    /// Lines between records, each with the number of records above it.
    pub headings: Vec<(usize, SectionHeading)>,
    /// Those of `data` that stand below the table's signatures.
    pub below_signature: Vec<usize>,
    /// Title, cover, header, blank and numbering rows.
    pub frame: Vec<usize>,
    pub repeated: Vec<usize>,
    pub notes: Vec<usize>,
    /// 零报告 or 无 stands where the rows would be, in the first of these rows.
    pub nil: Option<(usize, Nil)>,
}

impl TableRows {
    pub fn says_nil(&mut self, i: usize, nil: Nil) {
        if self.nil.is_none_or(|(_, known)| known == Nil::Nothing && nil == Nil::ZeroReport) {
            self.nil = Some((i, nil));
        }
    }

    /// Sets records aside that stand elsewhere as well; how many are left.
    pub fn hold(&mut self, held: &HashSet<usize>) -> usize {
        self.aside.extend(self.data.iter().filter(|i| held.contains(i)).map(|i| (*i, Aside::Copied)));
        self.aside.sort_unstable();
        // Headings count the records above them.
        for (above, _) in &mut self.headings {
            *above -= self.data.iter().take(*above).filter(|i| held.contains(i)).count();
        }
        self.data.retain(|i| !held.contains(i));
        self.data.len()
    }

    /// The accounting of these rows.
    pub fn account(&self, view: &View<'_>, form: u16) -> SheetAccount {
        let count = |rows: usize| rows as u32;
        let mut account = SheetAccount {
            name: Arc::from(view.sheet.name.as_str()),
            sheet: view.index,
            form: Some(form),
            not_counted: None,
            rows: 0,
            frame: count(self.frame.len()),
            data: count(self.data.len()),
            totals: count(self.totals.len()),
            repeated_headers: count(self.repeated.len()),
            notes: count(self.notes.len()),
            aside: count(self.aside.len()),
        };
        account.rows = account.parts().iter().sum();
        account
    }
}

/// One table: its header, and its rows.
pub struct SheetTable {
    pub header: HeaderBlock,
    pub rows: TableRows,
}

impl SheetTable {
    /// The first cell of a table's header.
    pub fn header_cell(&self, view: &View<'_>) -> CellRef {
        let col = self.header.headings.iter().map(|heading| heading.col).min().unwrap_or(0);
        let row = view.rows.get(self.header.rows.0).map_or(0, |row| row.row);
        CellRef { row, col }
    }
}

/// Shares a sheet's rows out among its tables. A header that repeats the one before it (page breaks) opens no table.
pub fn tables(view: &View<'_>, plan: &Plan, lexicon: &Lexicon<'_>, headers: Vec<HeaderBlock>) -> Vec<SheetTable> {
    let mut tables: Vec<SheetTable> = Vec::new();
    let mut next_row = 0;
    let mut headers = headers.into_iter().peekable();
    while let Some(header) = headers.next() {
        let (top, bottom) = header.rows;
        let end = headers.peek().map_or(view.rows.len(), |next| frame_above(view, bottom + 1, next.rows.0));
        let repeats = tables.last().is_some_and(|table| {
            table.header.fit.form == header.fit.form && table.header.fit.columns == header.fit.columns
        });
        if !repeats {
            tables.push(SheetTable { header, rows: TableRows::default() });
        }
        let Some(table) = tables.last_mut() else { continue };
        table.rows.frame.extend(next_row..top);
        if repeats { &mut table.rows.repeated } else { &mut table.rows.frame }.extend(top..=bottom);
        let at = usize::from(table.header.fit.form);
        let (Some(form), Some(index)) = (plan.forms.get(at), lexicon.forms.get(at)) else { continue };
        let classifier = Classifier::new(view, form, index, lexicon, &table.header.fit.columns);
        classifier.classify(bottom + 1, end, &mut table.rows);
        next_row = end;
    }
    tables
}

/// Where the title and cover rows above a later header begin: at most two cells each, no numbers.
pub fn frame_above(view: &View<'_>, floor: usize, top: usize) -> usize {
    let mut start = top;
    while start > floor {
        let cells: Vec<&RawCell> = view.telling(start - 1).collect();
        let texts = cells.iter().all(|cell| matches!(cell.value, RawValue::Text { .. }));
        let cover = cells.iter().any(|cell| super::cover::is_cover_label(view.sheet.text(cell.value)));
        let note = cells.first().is_some_and(|cell| labels::is_note(&header_key(view.sheet.text(cell.value))));
        let total = cells
            .first()
            .is_some_and(|cell| total_words::total(view.sheet.text(cell.value), &mut String::new()).is_some());
        if !cover && (cells.len() > 2 || !texts || note || total) {
            break;
        }
        start -= 1;
    }
    start
}

/// Whether a field's figures add up.
pub fn adds_up(field: &crate::definition::Field) -> bool {
    !field.ordinal && matches!(field.ty, FieldType::Integer | FieldType::Number)
}
