//! One [`StatTable`] as a block of a leadership sheet: title, caption, heading rows with merged parents, body, notes.
//!
//! Widths are decided for the whole sheet first, since stacked blocks share their columns.

use super::columns::SheetColumns;
use super::excel::serial;
use super::measure::single_message;
use super::style::{CellStyle, PrintStyles};
use super::{cell_text, measure};
use crate::model::statistic::{Heading, RowKind, StatCell, StatRow, StatTable};
use crate::text::dates::show_day;
use crate::text::masks::{mask, mask_within};
use rust_xlsxwriter::{Format, Worksheet, XlsxError};
use std::ops::Range;

/// Where a block's parts came to stand; rows and columns 0-based.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Stand {
    pub sheet: String,
    /// Heading rows, both included.
    pub headings: (u32, u32),
    /// Body rows without subtotals and totals, both included; `None` where they are not in one piece.
    pub body: Option<(u32, u32)>,
    /// The first row that is free.
    pub next: u32,
    /// The sheet's column that each of the block's columns begins at.
    pub columns: Vec<u16>,
    /// The height of each of its rows, in points.
    pub lines: Vec<f64>,
    /// The rows of `lines` that are body, totals included.
    pub filled: Range<usize>,
}

/// Writes one line over the whole width of the widths, as high as it needs; returns its height in points.
pub fn line(
    sheet: &mut Worksheet,
    row: u32,
    widths: &SheetColumns,
    text: &str,
    format: &Format,
    (size, least): (f64, f64),
) -> Result<f64, XlsxError> {
    let text = cell_text::printable(text).0;
    let lines = measure::lines(&text, widths.total(), size);
    let height = least.max(f64::from(lines) * (size * 1.35) + 3.0).min(400.0);
    sheet.set_row_height(row, height)?;
    span(sheet, (row, row), (0, widths.last()), &text, format)?;
    Ok(height)
}

/// Writes a text into a region, merged where it is more than one cell.
pub fn span(
    sheet: &mut Worksheet,
    rows: (u32, u32),
    columns: (u16, u16),
    text: &str,
    format: &Format,
) -> Result<(), XlsxError> {
    if rows.0 == rows.1 && columns.0 == columns.1 {
        sheet.write_string_with_format(rows.0, columns.0, text, format)?;
    } else {
        // merge_range would read a text of digits or one that starts with "=" as something else: the words come after.
        sheet.merge_range(rows.0, columns.0, rows.1, columns.1, "", format)?;
        sheet.write_string_with_format(rows.0, columns.0, text, format)?;
    }
    Ok(())
}

impl Stand {
    /// Of the whole block, in points.
    pub fn height(&self) -> f64 {
        self.lines.iter().sum()
    }
}

/// Writes a block from `top` on.
///
/// # Errors
/// The sheet refuses a cell (a row or column beyond its limits).
pub fn block(
    sheet: &mut Worksheet,
    styles: &PrintStyles,
    widths: &SheetColumns,
    table: &StatTable,
    top: u32,
) -> Result<Stand, XlsxError> {
    let mut row = top;
    let mut lines = vec![line(sheet, row, widths, &mask_within(&table.title), &styles.title, (16.0, 30.0))?];
    row += 1;
    if !table.caption.is_empty() {
        lines.push(line(sheet, row, widths, &mask_within(&table.caption), &styles.caption, (10.0, 18.0))?);
        row += 1;
    }
    let first_heading = row;
    lines.extend(headings(sheet, styles, widths, &table.headings, row)?);
    let first_row = top + lines.len() as u32;
    row = first_row;
    let mut body = body_range(&table.rows, row);
    if let Some(message) = single_message(table) {
        let format = styles.cell(CellStyle::Centre, RowKind::Body);
        span(sheet, (row, row), (0, widths.last()), &cell_text::printable(&mask_within(message)).0, format)?;
        sheet.set_row_height(row, 24)?;
        lines.push(24.0);
        body = None;
        row += 1;
    } else {
        let kinds = ColumnKinds::of(table);
        for stat in &table.rows {
            lines.push(body_row(sheet, styles, widths, &kinds, stat, row)?);
            row += 1;
        }
    }
    let filled = (first_row - top) as usize..lines.len();
    for text in numbered_notes(&table.notes) {
        lines.push(line(sheet, row, widths, &mask_within(&text), &styles.note, (10.0, 16.0))?);
        row += 1;
    }
    let count = table.headings.len();
    Ok(Stand {
        sheet: sheet.name(),
        headings: (first_heading, first_row.saturating_sub(1)),
        body,
        next: row,
        columns: (0..count).map(|column| widths.span(count, column).0).collect(),
        lines,
        filled,
    })
}

fn numbered_notes(notes: &[String]) -> Vec<String> {
    match notes {
        [] => Vec::new(),
        [only] => vec![format!("注：{only}")],
        several => several
            .iter()
            .enumerate()
            .map(|(index, note)| format!("{}{}. {note}", if index == 0 { "注：" } else { "　　" }, index + 1))
            .collect(),
    }
}

/// First and last row of the body where its rows follow one another without a subtotal between.
fn body_range(rows: &[StatRow], top: u32) -> Option<(u32, u32)> {
    let body = |row: &&StatRow| row.kind == RowKind::Body;
    let first = rows.iter().position(|row| body(&row))?;
    let count = rows.iter().skip(first).take_while(body).count();
    let all = rows.iter().filter(body).count();
    (count == all).then(|| (top + first as u32, top + (first + count) as u32 - 1))
}

/// Writes heading rows; equal parents side by side share a cell, a heading without parents takes all rows.
/// Returns the height of each, in points.
fn headings(
    sheet: &mut Worksheet,
    styles: &PrintStyles,
    widths: &SheetColumns,
    headings: &[Heading],
    top: u32,
) -> Result<Vec<f64>, XlsxError> {
    let depth = headings.iter().map(|heading| heading.parents.len()).max().unwrap_or(0) + 1;
    let bottom = top + depth as u32 - 1;
    let format = &styles.heading;
    let place = |column: usize| widths.span(headings.len(), column);
    for level in 0..depth {
        let row = top + level as u32;
        let mut column = 0;
        while let Some(heading) = headings.get(column) {
            let mut end = column + 1;
            if heading.parents.len() > level {
                let shared = &heading.parents[..=level];
                while headings.get(end).is_some_and(|next| next.parents.get(..=level) == Some(shared)) {
                    end += 1;
                }
                let text = cell_text::printable(&heading.parents[level]).0;
                span(sheet, (row, row), (place(column).0, place(end - 1).1), &text, format)?;
            } else if heading.parents.len() == level {
                let text = cell_text::printable(&heading.name).0;
                span(sheet, (row, bottom), place(column), &text, format)?;
            }
            column = end;
        }
        sheet.set_row_height(row, 22)?;
    }
    let lines = |(column, heading): (usize, &Heading)| {
        let rows_taken = (depth - heading.parents.len()).max(1) as u32;
        measure::lines(&heading.name, widths.width_of(place(column)), 11.0).div_ceil(rows_taken)
    };
    let most = headings.iter().enumerate().map(lines).max().unwrap_or(1);
    let height = (f64::from(most) * 15.5 + 8.0).clamp(24.0, 200.0);
    sheet.set_row_height(bottom, height)?;
    let mut heights = vec![22.0; depth - 1];
    heights.push(height);
    Ok(heights)
}

/// What the columns of a table have in common, decided once.
struct ColumnKinds {
    labels: usize,
    /// Words of at most six characters stand in the middle.
    short: Vec<bool>,
    decimals: Vec<CellStyle>,
    /// Years and the like: numbers that are names.
    plain: Vec<bool>,
    private: Vec<bool>,
}

impl ColumnKinds {
    fn of(table: &StatTable) -> ColumnKinds {
        let column_cells = |column: usize| table.rows.iter().filter_map(move |row| row.cells.get(column));
        let short = |column: usize| {
            column_cells(column)
                .all(|cell| !matches!(cell, StatCell::Text(t) | StatCell::Alarm(t) if measure::places(t) > 12 || t.contains('\n')))
        };
        let decimals = |column: usize| {
            let tenths =
                |cell: &StatCell| matches!(cell, StatCell::Number(v) if (v * 10.0 - (v * 10.0).round()).abs() > 1e-6);
            let parts = |cell: &StatCell| matches!(cell, StatCell::Number(v) if v.fract() != 0.0);
            if column_cells(column).any(tenths) {
                CellStyle::Decimal2
            } else if column_cells(column).any(parts) {
                CellStyle::Decimal1
            } else {
                CellStyle::Integer
            }
        };
        let names = || table.headings.iter().map(|heading| heading.name.as_str());
        let count = table.headings.len();
        ColumnKinds {
            labels: table.label_columns,
            short: (0..count).map(short).collect(),
            decimals: (0..count).map(decimals).collect(),
            plain: names().map(|name| ["年度", "年份", "序号"].iter().any(|word| name.ends_with(word))).collect(),
            private: (0..count).map(|column| table.private_columns.contains(&column)).collect(),
        }
    }

    fn flag(flags: &[bool], column: usize) -> bool {
        flags.get(column).copied().unwrap_or(false)
    }

    fn text_kind(&self, column: usize) -> CellStyle {
        if Self::flag(&self.short, column) && !(column == 0 && self.labels > 0) {
            CellStyle::Centre
        } else {
            CellStyle::Left
        }
    }
}

fn body_row(
    sheet: &mut Worksheet,
    styles: &PrintStyles,
    widths: &SheetColumns,
    columns: &ColumnKinds,
    stat: &StatRow,
    row: u32,
) -> Result<f64, XlsxError> {
    let mut most = 1;
    for (index, cell) in stat.cells.iter().enumerate() {
        let (column, last) = widths.span(stat.cells.len(), index);
        if last > column {
            // Merged first and filled after; the pieces keep the borders.
            sheet.merge_range(row, column, row, last, "", styles.cell(CellStyle::Left, stat.kind))?;
        }
        let style_of = |kind| styles.cell(kind, stat.kind);
        match cell {
            StatCell::Text(text) | StatCell::Alarm(text) => {
                let alarm = matches!(cell, StatCell::Alarm(_));
                let kind = if alarm { CellStyle::Alarm } else { columns.text_kind(index) };
                let text = printed(text, ColumnKinds::flag(&columns.private, index));
                most = most.max(measure::lines(&text, widths.width_of((column, last)), 11.0));
                // The label of a total stands in the middle, as on every official form.
                let kind = if stat.kind == RowKind::Total && index == 0 { CellStyle::Centre } else { kind };
                sheet.write_string_with_format(row, column, text, style_of(kind))?;
            }
            StatCell::Integer(value) => {
                let name = index < columns.labels || ColumnKinds::flag(&columns.plain, index);
                let kind = if name { CellStyle::Plain } else { CellStyle::Integer };
                integer(sheet, (row, column), *value, style_of(kind))?;
            }
            StatCell::Number(value) if value.is_finite() => {
                let kind = columns.decimals.get(index).copied().unwrap_or(CellStyle::Decimal2);
                sheet.write_number_with_format(row, column, *value, style_of(kind))?;
            }
            StatCell::Ratio { num, den } if *den != 0 => {
                sheet.write_number_with_format(row, column, *num as f64 / *den as f64, style_of(CellStyle::Percent))?;
            }
            StatCell::Points(points) if points.is_finite() => {
                sheet.write_number_with_format(row, column, *points, style_of(CellStyle::Points))?;
            }
            StatCell::Date(day) => date(sheet, (row, column), *day, style_of(CellStyle::Date))?,
            StatCell::Month(day) => date(sheet, (row, column), *day, style_of(CellStyle::Month))?,
            state => match state.state() {
                Some(word) => {
                    let kind = if *state == StatCell::NotReported { CellStyle::Faint } else { CellStyle::Centre };
                    sheet.write_string_with_format(row, column, word, style_of(kind))?;
                }
                None => {
                    sheet.write_blank(row, column, style_of(CellStyle::Left))?;
                }
            },
        }
    }
    let height = (f64::from(most) * 15.0 + 5.0).clamp(20.0, 400.0);
    sheet.set_row_height(row, height)?;
    Ok(height)
}

/// Words as they are printed: numbers of people masked, and a private column's words altogether.
fn printed(text: &str, private: bool) -> String {
    let masked = if private { mask_within(&mask(text)) } else { mask_within(text) };
    cell_text::printable(&masked).0.into_owned()
}

/// Excel keeps 15 digits of a number; a longer one is written as text, whole.
fn integer(sheet: &mut Worksheet, at: (u32, u16), value: i64, format: &Format) -> Result<(), XlsxError> {
    if value.unsigned_abs() < 1_000_000_000_000_000 {
        sheet.write_number_with_format(at.0, at.1, value as f64, format)?;
    } else {
        sheet.write_string_with_format(at.0, at.1, value.to_string(), format)?;
    }
    Ok(())
}

fn date(sheet: &mut Worksheet, at: (u32, u16), day: i32, format: &Format) -> Result<(), XlsxError> {
    match serial(day) {
        Some(serial) => sheet.write_number_with_format(at.0, at.1, serial, format)?,
        None => sheet.write_string_with_format(at.0, at.1, show_day(day), format)?,
    };
    Ok(())
}
