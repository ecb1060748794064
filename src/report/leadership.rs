//! The leadership workbook (汇总表): 总览, one sheet a sheet name of the tables, 口径说明.

use super::account::Account;
use super::grid::Grid;
use super::sheet::{self, Stand};
use super::style::{self, Styles};
use super::{Edition, glossary, overview};
use crate::model::statistic::StatTable;
use rust_xlsxwriter::{Worksheet, XlsxError};
use std::io::{Seek, Write};
use std::path::Path;

/// Writes the workbook to `target`; `scratch` is a folder for its temporary files.
///
/// # Errors
/// The writer refuses a cell, or the disk is full.
pub fn leadership<W: Write + Seek + Send>(
    edition: &Edition<'_>,
    account: &Account,
    input_hash: &str,
    scratch: &Path,
    target: W,
) -> Result<(), XlsxError> {
    let styles = Styles::default();
    let title = edition.name();
    let mut book = style::workbook(&format!("{title}汇总表"))?;
    book.set_tempdir(scratch)?;
    let mut sheets = Vec::new();
    // One stand per table of the edition, in its order.
    let mut stands = vec![Stand::default(); edition.tables.len()];
    for (name, tables) in by_sheet(edition.tables, &[overview::NAME, glossary::NAME]) {
        let printed: Vec<&StatTable> = tables.iter().filter_map(|index| edition.tables.get(*index)).collect();
        let empty = if is_long(&printed) { book.new_worksheet_with_constant_memory()? } else { Worksheet::new() };
        let (sheet, placed) = table_sheet(empty, &name, &printed, &styles, &title)?;
        for (index, stand) in tables.into_iter().zip(placed) {
            if let Some(slot) = stands.get_mut(index) {
                *slot = stand;
            }
        }
        sheets.push(sheet);
    }
    book.push_worksheet(overview::overview(edition, account, &styles, &stands)?);
    for sheet in sheets {
        book.push_worksheet(sheet);
    }
    book.push_worksheet(glossary::glossary(edition, &styles, input_hash)?);
    book.save_to_writer(target)
}

/// Sheet names in order of first use, each with its tables; names that Excel would take for the same get a number.
fn by_sheet(tables: &[StatTable], taken: &[&str]) -> Vec<(String, Vec<usize>)> {
    let mut groups: Vec<(&str, Vec<usize>)> = Vec::new();
    for (index, table) in tables.iter().enumerate() {
        match groups.iter_mut().find(|(sheet, _)| *sheet == table.sheet) {
            Some((_, known)) => known.push(index),
            None => groups.push((&table.sheet, vec![index])),
        }
    }
    let mut used: Vec<String> = taken.iter().map(|name| (*name).to_owned()).collect();
    let mut named = Vec::with_capacity(groups.len());
    for (wanted, tables) in groups {
        let mut number = 1;
        let mut name = style::sheet_name(wanted);
        while used.iter().any(|known| known.to_lowercase() == name.to_lowercase()) {
            number += 1;
            name = style::numbered(wanted, number);
        }
        used.push(name.clone());
        named.push((name, tables));
    }
    named
}

/// Rows from which on a sheet goes to the disk row by row: cells that wait in memory cost a quarter of a kilobyte each.
const LONG: usize = 5_000;

/// Whether a sheet is to be written row by row. Headings merged over several rows would need to go back to a row that is
/// gone already.
fn is_long(tables: &[&StatTable]) -> bool {
    let rows: usize = tables.iter().map(|table| table.rows.len()).sum();
    let flat = tables.iter().flat_map(|table| &table.headings).all(|heading| heading.parents.is_empty());
    rows > LONG && flat
}

/// Fills a sheet with its tables stacked and the signature line last; says where each came to stand.
///
/// # Errors
/// The writer refuses a cell.
pub fn table_sheet(
    mut sheet: Worksheet,
    name: &str,
    tables: &[&StatTable],
    styles: &Styles,
    title: &str,
) -> Result<(Worksheet, Vec<Stand>), XlsxError> {
    sheet.set_name(name)?;
    let mut grid = Grid::fit(tables);
    grid.apply(&mut sheet)?;
    style::page(&mut sheet, title, grid.landscape);
    let mut stands: Vec<Stand> = Vec::with_capacity(tables.len());
    let (mut row, mut height) = (0, SIGNATURE);
    for table in tables {
        let stand = sheet::block(&mut sheet, styles, &grid, table, row)?;
        height += stand.height() + EMPTY_ROW;
        row = stand.next + 1;
        stands.push(stand);
    }
    // The signature line ends the sheet, whatever stands on it.
    sheet::line(&mut sheet, row, &grid, &signature(&grid), &styles.signature, (11.0, SIGNATURE))?;
    let fold = style::Fold::new(&grid.widths, grid.landscape);
    if fold.fits_one_page(height) {
        // A table with its signatures is one sheet of paper wherever that can be read.
        sheet.set_print_fit_to_pages(1, 1);
    } else {
        let tallest = stands.iter().map(|stand| stand.height()).fold(0.0, f64::max) + EMPTY_ROW + SIGNATURE;
        if let Some(by) = fold.widening(tallest).filter(|_| tables.len() > 1) {
            // Else its last rows would stand on a page of their own, without headings.
            grid.widen(by);
            grid.apply(&mut sheet)?;
        }
        paginate(&grid, &stands).apply(&mut sheet)?;
    }
    if let ([table], [stand]) = (tables, stands.as_slice()) {
        // With several blocks no one header belongs to all pages.
        sheet.set_repeat_rows(stand.headings.0, stand.headings.1)?;
        let labels = if table.headings.len() > table.label_columns + 3 { table.label_columns as u16 } else { 0 };
        sheet.set_freeze_panes(stand.headings.1 + 1, labels)?;
    }
    let last = grid.widths.len() as u16 - 1;
    sheet.set_print_area(0, 0, row, last)?;
    Ok((sheet, stands))
}

/// Where pages end: before a block that fits on one, or with the last rows of a longer one beside its notes.
fn paginate(grid: &Grid, stands: &[Stand]) -> style::Fold {
    let mut fold = style::Fold::new(&grid.widths, grid.landscape);
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
fn signature(grid: &Grid) -> String {
    let quarter = (grid.widths.iter().sum::<f64>() / 1.06 / 4.0) as usize;
    let part = |words: &str| {
        let blank = quarter.saturating_sub(style::places(words)) / 2;
        format!("{words}{}", "　".repeat(blank.clamp(3, 20)))
    };
    ["制表：", "审核：", "负责人："].map(part).concat() + "日期："
}
