//! One table in, with what its surroundings say of it: cover, period, what is hidden.

use super::assignment::Assignment;
use super::cover::Cover;
use super::lexicon::Lexicon;
use super::period::{self, PeriodTold};
use super::rows::SheetTable;
use super::view::View;
use crate::model::{CellRef, RawSheet, SheetAccount};
use std::collections::HashSet;

/// One table found on a visible sheet, with what its surroundings say.
pub struct FoundTable<'w> {
    /// Position of the area that it stands in.
    pub view: usize,
    pub table: SheetTable,
    pub cover: Cover,
    pub told: PeriodTold,
    /// The sheet that the cover stands on.
    pub cover_sheet: u16,
    pub account: SheetAccount,
    /// First cell of the header, and its first and last row; physical.
    pub header_at: CellRef,
    pub header_rows: (u32, u32),
    /// First and last column of its area.
    pub cols: (u16, u16),
    pub cover_says_nil: bool,
    /// Data lines that the sheet hides.
    pub hidden: usize,
    /// Filled in across: its columns are the sheet's rows; or a card.
    pub turned: bool,
    pub card: bool,
    pub sheet: &'w RawSheet,
}

impl<'w> FoundTable<'w> {
    /// A table with what its title, its cover and its notes say.
    pub fn new(
        run: Assignment<'_>,
        lexicon: &Lexicon<'_>,
        at: usize,
        view: &View<'w>,
        around: Option<&View<'w>>,
        table: SheetTable,
    ) -> FoundTable<'w> {
        let header_at = view.physical(table.header_cell(view));
        let mut account = table.rows.account(view, table.header.fit.form);
        let mut title: Vec<usize> = table.rows.frame.iter().copied().filter(|i| *i < table.header.rows.0).collect();
        let mut notes = table.rows.notes.clone();
        let frame = around.unwrap_or(view);
        if around.is_some() {
            (title, notes) = (0..frame.rows.len()).partition(|i| frame.rows[*i].row < header_at.row);
            account.frame += title.len() as u32;
            account.notes += notes.len() as u32;
            account.rows += frame.rows.len() as u32;
        }
        let mut cover = Cover::default();
        if around.is_some() || !view.turned {
            for &i in title.iter().chain(&notes) {
                lexicon.cover.scan_row(&lexicon.around, frame, i, &mut cover);
            }
        }
        let Assignment { plan, period, .. } = run;
        if let Some(form) = plan.forms.get(usize::from(table.header.fit.form)) {
            cover.name_fields(form);
        }
        let told = period::said(frame, &cover, &title, header_at, &plan.schedule, period);
        let row_of = |i: usize| view.rows.get(i).map_or(0, |row| row.row);
        let cover_says_nil = title
            .iter()
            .flat_map(|i| frame.cells(*i))
            .any(|cell| lexicon.rows.is_zero_report(view.sheet.text(cell.value)));
        let hidden_lines: HashSet<u32> = match view.turned {
            true if view.is_card() => HashSet::new(),
            true => view.sheet.hidden_cols.iter().map(|col| u32::from(*col)).collect(),
            false => view.sheet.hidden_rows.iter().copied().collect(),
        };
        let header_rows = match view.turned {
            true if view.is_card() => (header_at.row, header_at.row),
            true => table.header.fit.span().map_or((0, 0), |(first, last)| (u32::from(first), u32::from(last))),
            false => (row_of(table.header.rows.0), row_of(table.header.rows.1)),
        };
        let hidden = table.rows.data.iter().filter(|i| hidden_lines.contains(&row_of(**i))).count();
        FoundTable {
            view: at,
            table,
            cover,
            told,
            cover_sheet: view.index,
            account,
            header_at,
            header_rows,
            cols: view.cols,
            cover_says_nil,
            hidden,
            turned: view.turned,
            card: view.is_card(),
            sheet: view.sheet,
        }
    }

    /// The texts above its header, the cover's among them.
    pub fn texts_above<'v>(&'v self, view: &'v View<'w>) -> impl Iterator<Item = &'w str> + 'v {
        let above = self.table.rows.frame.iter().filter(|i| **i < self.table.header.rows.0);
        above.flat_map(|i| view.telling(*i)).map(|cell| view.sheet.text(cell.value))
    }

    /// Whether its rows count.
    pub fn counts(&self) -> bool {
        self.account.not_counted.is_none()
    }
}
