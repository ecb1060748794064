//! What the rows of a table are: each in one class, and what the classes keep.

use super::total_words::Total;
use super::view::View;
use crate::model::SheetAccount;
use crate::model::cell::CellRef;
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
