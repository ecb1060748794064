//! A sheet's header blocks in, its tables out: each occupied row of the sheet in exactly one class of one table.

use super::assignment::Assignment;
use super::classify::Classifier;
use super::cover::Cover;
use super::header_block::HeaderBlock;
use super::lexicon::Lexicon;
use super::period::{self, PeriodSaid};
use super::table_rows::TableRows;
use super::view::View;
use crate::model::cell::{CellRef, RawCell, RawValue};
use crate::text::names::header_key;
use std::ops::Range;

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

/// Shares a sheet's rows out among its tables. A header that repeats the one before it (page breaks) opens no table,
/// unless what stands above it says that it is another's, or of another period.
pub fn tables(
    view: &View<'_>,
    run: Assignment<'_>,
    lexicon: &Lexicon<'_>,
    headers: Vec<HeaderBlock>,
) -> Vec<SheetTable> {
    let plan = run.plan;
    let mut tables: Vec<SheetTable> = Vec::new();
    let mut next_row = 0;
    let mut headers = headers.into_iter().peekable();
    while let Some(header) = headers.next() {
        let (top, bottom) = header.rows;
        let end = headers.peek().map_or(view.rows.len(), |next| frame_above(view, lexicon, bottom + 1, next.rows.0));
        let repeats = tables.last().is_some_and(|table| {
            table.header.fit.form == header.fit.form
                && table.header.fit.columns == header.fit.columns
                && !is_apart(view, run, lexicon, table, next_row..top)
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

/// Whether the rows above a repeated header say another period than those above the table so far, or, where rows do not
/// name their unit, another sender.
fn is_apart(
    view: &View<'_>,
    run: Assignment<'_>,
    lexicon: &Lexicon<'_>,
    table: &SheetTable,
    above: Range<usize>,
) -> bool {
    let heard = |rows: &[usize]| {
        let mut cover = Cover::default();
        for i in rows {
            lexicon.cover.scan_row(&lexicon.around, view, *i, &mut cover);
        }
        let at = CellRef { row: 0, col: 0 };
        let told = period::said(view, &cover, rows, at, &run.plan.schedule, run.period);
        (cover, matches!(told.said, PeriodSaid::Other(..)))
    };
    let rows: Vec<usize> = above.collect();
    if rows.is_empty() || view.turned {
        return false;
    }
    let first: Vec<usize> = table.rows.frame.iter().copied().filter(|i| *i < table.header.rows.0).collect();
    let ((one, other_one), (two, other_two)) = (heard(&first), heard(&rows));
    let fit = &table.header.fit;
    let unit = run.plan.forms.get(usize::from(fit.form)).and_then(|form| fit.columns.get(form.unit_field));
    let names = |cover: &Cover| cover.units.first().map(|(_, name)| name.clone());
    let sender = || names(&two).is_some_and(|name| names(&one).is_some_and(|first| first != name));
    other_one != other_two || (unit.copied().flatten().is_none() && sender())
}

/// Where the title and cover rows above a later header begin: at most two cells each, no numbers.
pub fn frame_above(view: &View<'_>, lexicon: &Lexicon<'_>, floor: usize, top: usize) -> usize {
    let mut start = top;
    while start > floor {
        let cells: Vec<&RawCell> = view.telling(start - 1).collect();
        let texts = cells.iter().all(|cell| matches!(cell.value, RawValue::Text { .. }));
        let cover = cells.iter().any(|cell| lexicon.cover.is_label(view.sheet.text(cell.value)));
        let note = cells.first().is_some_and(|cell| lexicon.rows.is_note(&header_key(view.sheet.text(cell.value))));
        let total = cells
            .first()
            .is_some_and(|cell| lexicon.rows.total(view.sheet.text(cell.value), &mut String::new()).is_some());
        if !cover && (cells.len() > 2 || !texts || note || total) {
            break;
        }
        start -= 1;
    }
    start
}
