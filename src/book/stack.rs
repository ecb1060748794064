//! A sheet of finished tables, stacked, with the line to sign last where each sheet has one.

use super::block::{self, BodyRows, Stand};
use super::columns::SheetColumns;
use super::measure;
use super::page::{self, Fold};
use super::style::PrintStyles;
use crate::model::stat_table::StatTable;
use crate::text::masks::mask_within;
use rust_xlsxwriter::{Format, Worksheet, XlsxError};

/// A table to be printed, with its number among the annexed ones.
#[derive(Debug, Clone, Copy)]
pub struct PrintedTable<'a> {
    pub table: &'a StatTable,
    pub number: Option<usize>,
}

impl PrintedTable<'_> {
    /// `附表2　` and the table's own title.
    fn title(&self) -> String {
        let number = self.number.map(|number| format!("附表{number}　")).unwrap_or_default();
        format!("{number}{}", self.table.title)
    }
}

/// A sheet of these tables stacked, the signature line last where it is `signed` on its own, without the rows of long tables:
/// [`super::long::save`] writes them, and whoever does not call it has a workbook that lacks them. Says where each came to
/// stand.
///
/// # Errors
/// The writer refuses a cell.
pub fn long_table_sheet(
    name: &str,
    tables: &[PrintedTable<'_>],
    styles: &PrintStyles,
    title: &str,
    signed: bool,
) -> Result<(Worksheet, Vec<Stand>), XlsxError> {
    stacked(name, (&[], tables), styles, title, signed, BodyRows::OrLater)
}

/// Rows up to which it is worth finding out whether tables share a page.
const FEW: usize = 60;

/// Whether these tables, stacked, stand on one page as large as they would alone, each lying as it would.
///
/// # Errors
/// The writer refuses a cell.
pub fn share_a_page(tables: &[PrintedTable<'_>], styles: &PrintStyles) -> Result<bool, XlsxError> {
    if tables.iter().map(|one| one.table.rows.len()).sum::<usize>() > FEW {
        return Ok(false);
    }
    let all = SheetColumns::fit(&tables.iter().map(|one| one.table).collect::<Vec<_>>());
    let alike = |one: &PrintedTable<'_>| {
        let alone = SheetColumns::fit(&[one.table]);
        alone.landscape == all.landscape && alone.total().max(PAGE) * SMALLER >= all.total()
    };
    if !tables.iter().all(alike) {
        return Ok(false);
    }
    let mut sheet = Worksheet::new();
    let (mut row, mut height) = (0, 0.0);
    for table in tables {
        let stand = block::block(&mut sheet, styles, &all, (&table.title(), table.table), (&[], BodyRows::Here), row)?;
        height += stand.height() + EMPTY_ROW;
        row = stand.next + 1;
    }
    Ok(!Fold::new(&all.widths, all.landscape).is_over(height))
}

/// The width of an upright page, in Excel's units, and how much smaller a table may be printed beside a wider one.
const PAGE: f64 = 93.0;
const SMALLER: f64 = 1.15;

/// A line above the tables of a sheet: its words, how they are set, and the size of its type with the least height.
pub type LeadLine<'a> = (&'a str, &'a Format, (f64, f64));

/// The same with all rows, and with lines of words over the whole width before the first table.
///
/// # Errors
/// The writer refuses a cell.
pub fn sheet_under(
    name: &str,
    lead: &[LeadLine<'_>],
    tables: &[PrintedTable<'_>],
    styles: &PrintStyles,
    title: &str,
    signed: bool,
) -> Result<(Worksheet, Vec<Stand>), XlsxError> {
    stacked(name, (lead, tables), styles, title, signed, BodyRows::Here)
}

fn stacked(
    name: &str,
    (lead, tables): (&[LeadLine<'_>], &[PrintedTable<'_>]),
    styles: &PrintStyles,
    title: &str,
    signed: bool,
    rows: BodyRows,
) -> Result<(Worksheet, Vec<Stand>), XlsxError> {
    let mut sheet = Worksheet::new();
    sheet.set_name(name)?;
    let mut widths = SheetColumns::fit(&tables.iter().map(|one| one.table).collect::<Vec<_>>());
    let ending = if signed { SIGNATURE } else { 0.0 };
    widths.apply(&mut sheet)?;
    page::page(&mut sheet, title, widths.landscape);
    let mut stands: Vec<Stand> = Vec::with_capacity(tables.len());
    let shared = shared_notes(tables);
    let unsaid: Vec<String> = shared.iter().map(|(note, _)| (*note).clone()).collect();
    let (mut row, mut led) = (0, 0.0);
    for (words, format, size) in lead {
        led += block::line(&mut sheet, row, &widths, &mask_within(words), format, *size)?;
        row += 1;
    }
    let (first, mut height) = (row, ending + led);
    for table in tables {
        let of = (table.title(), table.table);
        let stand = block::block(&mut sheet, styles, &widths, (&of.0, of.1), (&unsaid, rows), row)?;
        height += stand.height() + EMPTY_ROW;
        row = stand.next + 1;
        stands.push(stand);
    }
    for (note, whose) in &shared {
        height += block::line(&mut sheet, row, &widths, &format!("{whose}：{note}"), &styles.note, (10.0, 16.0))?;
        row += 1;
    }
    if !signed && !shared.is_empty() {
        // The last of these lines ends the sheet.
        row -= 1;
    }
    if signed {
        // It ends the sheet, whatever stands on it.
        block::line(&mut sheet, row, &widths, &signature(&widths), &styles.signature, (11.0, SIGNATURE))?;
    }
    let fold = Fold::new(&widths.widths, widths.landscape);
    if fold.fits_one_page(height) {
        // A table with its signatures is one sheet of paper wherever that can be read.
        sheet.set_print_fit_to_pages(1, 1);
    } else {
        let tallest = stands.iter().map(|stand| stand.height()).fold(0.0, f64::max) + EMPTY_ROW + ending;
        if let Some(by) = fold.widening(tallest).filter(|_| tables.len() > 1) {
            // Else its last rows would stand on a page of their own, without headings.
            widths.widen(by);
            widths.apply(&mut sheet)?;
        }
        paginate(&widths, &stands, (first, led), ending).apply(&mut sheet)?;
    }
    // With several blocks that have one no one header belongs to all pages; sentences have none.
    if let (Some((0, stand)), Some(table)) = (only_ruled(&stands), tables.first()) {
        sheet.set_repeat_rows(stand.headings.0, stand.headings.1)?;
        let table = table.table;
        let labels = if table.headings.len() > table.label_columns + 3 { table.label_columns as u16 } else { 0 };
        sheet.set_freeze_panes(stand.headings.1 + 1, labels)?;
    }
    let last = widths.widths.len() as u16 - 1;
    sheet.set_print_area(0, 0, row, last)?;
    Ok((sheet, stands))
}

/// Notes that all tables of a sheet have, or several that are numbered, each with whose it is: said once below them.
fn shared_notes<'a>(tables: &[PrintedTable<'a>]) -> Vec<(&'a String, String)> {
    let mut shared: Vec<(&String, String)> = Vec::new();
    for note in tables.iter().flat_map(|table| &table.table.notes) {
        let of: Vec<&PrintedTable<'_>> = tables.iter().filter(|table| table.table.notes.contains(note)).collect();
        if of.len() < 2 || shared.iter().any(|(known, _)| *known == note) {
            continue;
        }
        let numbers: Option<Vec<String>> = of.iter().map(|table| Some(format!("附表{}", table.number?))).collect();
        match numbers {
            Some(numbers) => shared.push((note, numbers.join("、"))),
            None if of.len() == tables.len() => shared.push((note, "以上各表".to_owned())),
            None => {}
        }
    }
    shared
}

/// Where pages end: before a block that fits on one, or with the last rows of a longer one beside its notes.
fn paginate(widths: &SheetColumns, stands: &[Stand], (first, led): (u32, f64), ending: f64) -> Fold {
    let mut fold = Fold::new(&widths.widths, widths.landscape);
    fold.add(led);
    let mut row = first;
    for stand in stands {
        // What no page holds begins where there is room for its title, headings and some rows.
        let whole = if fold.is_over(stand.height()) {
            let begins = stand.filled.start + BEGINS;
            stand.lines.iter().take(begins).sum()
        } else {
            stand.height()
        };
        fold.keep_together(row, whole);
        if fold.is_over(stand.height() + EMPTY_ROW + ending) {
            // With several blocks no headings are repeated.
            let repeated =
                if only_ruled(stands).is_some_and(|(at, _)| at == 0) { headings_of(stand, row) } else { 0.0 };
            fold.spread(row, &stand.lines, stand.filled.clone(), repeated, EMPTY_ROW + ending);
        } else {
            fold.add(stand.height() + EMPTY_ROW);
        }
        row = stand.next + 1;
    }
    fold
}

/// The block that has headings, with its place, where there is one such and no more.
fn only_ruled(stands: &[Stand]) -> Option<(usize, &Stand)> {
    let mut ruled = stands.iter().enumerate().filter(|(_, stand)| stand.headings.0 <= stand.headings.1);
    ruled.next().filter(|_| ruled.next().is_none())
}

/// The height of a block's heading rows; `top` is its first row.
fn headings_of(stand: &Stand, top: u32) -> f64 {
    let (first, last) = stand.headings;
    stand.lines.iter().skip((first - top) as usize).take((last + 1).saturating_sub(first) as usize).sum()
}

/// Rows of a long table that stand with its headings.
const BEGINS: usize = 5;
/// An empty row between blocks and the row of signatures, in points.
const EMPTY_ROW: f64 = 15.0;
const SIGNATURE: f64 = 30.0;

/// Who made, checked and answers for the table, spread over its width.
fn signature(widths: &SheetColumns) -> String {
    let quarter = (widths.widths.iter().sum::<f64>() / 1.06 / 4.0) as usize;
    let part = |words: &str| {
        let blank = quarter.saturating_sub(measure::places(words)) / 2;
        format!("{words}{}", "　".repeat(blank.clamp(3, 20)))
    };
    ["制表：", "审核：", "负责人："].map(part).concat() + "日期："
}
