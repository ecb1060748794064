//! A sheet of finished tables, stacked, with the lines to sign last.

use super::block::{self, Stand};
use super::columns::SheetColumns;
use super::measure;
use super::page::{self, Fold};
use super::style::PrintStyles;
use crate::model::statistic::StatTable;
use rust_xlsxwriter::{Worksheet, XlsxError};

/// A sheet of these tables stacked and the signature line last; says where each came to stand.
///
/// # Errors
/// The writer refuses a cell.
pub fn table_sheet(
    name: &str,
    tables: &[&StatTable],
    styles: &PrintStyles,
    title: &str,
) -> Result<(Worksheet, Vec<Stand>), XlsxError> {
    let mut sheet = Worksheet::new();
    sheet.set_name(name)?;
    let mut widths = SheetColumns::fit(tables);
    widths.apply(&mut sheet)?;
    page::page(&mut sheet, title, widths.landscape);
    let mut stands: Vec<Stand> = Vec::with_capacity(tables.len());
    let (mut row, mut height) = (0, SIGNATURE);
    for table in tables {
        let stand = block::block(&mut sheet, styles, &widths, table, row)?;
        height += stand.height() + EMPTY_ROW;
        row = stand.next + 1;
        stands.push(stand);
    }
    // The signature line ends the sheet, whatever stands on it.
    block::line(&mut sheet, row, &widths, &signature(&widths), &styles.signature, (11.0, SIGNATURE))?;
    let fold = Fold::new(&widths.widths, widths.landscape);
    if fold.fits_one_page(height) {
        // A table with its signatures is one sheet of paper wherever that can be read.
        sheet.set_print_fit_to_pages(1, 1);
    } else {
        let tallest = stands.iter().map(|stand| stand.height()).fold(0.0, f64::max) + EMPTY_ROW + SIGNATURE;
        if let Some(by) = fold.widening(tallest).filter(|_| tables.len() > 1) {
            // Else its last rows would stand on a page of their own, without headings.
            widths.widen(by);
            widths.apply(&mut sheet)?;
        }
        paginate(&widths, &stands).apply(&mut sheet)?;
    }
    if let ([table], [stand]) = (tables, stands.as_slice()) {
        // With several blocks no one header belongs to all pages.
        sheet.set_repeat_rows(stand.headings.0, stand.headings.1)?;
        let labels = if table.headings.len() > table.label_columns + 3 { table.label_columns as u16 } else { 0 };
        sheet.set_freeze_panes(stand.headings.1 + 1, labels)?;
    }
    let last = widths.widths.len() as u16 - 1;
    sheet.set_print_area(0, 0, row, last)?;
    Ok((sheet, stands))
}

/// Where pages end: before a block that fits on one, or with the last rows of a longer one beside its notes.
fn paginate(widths: &SheetColumns, stands: &[Stand]) -> Fold {
    let mut fold = Fold::new(&widths.widths, widths.landscape);
    let mut row = 0;
    for stand in stands {
        fold.keep_together(row, stand.height());
        if fold.is_over(stand.height() + EMPTY_ROW + SIGNATURE) {
            // With several blocks no headings are repeated.
            let repeated = if stands.len() == 1 { headings_of(stand, row) } else { 0.0 };
            fold.spread(row, &stand.lines, stand.filled.clone(), repeated, EMPTY_ROW + SIGNATURE);
        } else {
            fold.add(stand.height() + EMPTY_ROW);
        }
        row = stand.next + 1;
    }
    fold
}

/// The height of a block's heading rows; `top` is its first row.
fn headings_of(stand: &Stand, top: u32) -> f64 {
    let (first, last) = stand.headings;
    stand.lines.iter().skip((first - top) as usize).take((last - first) as usize + 1).sum()
}

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
