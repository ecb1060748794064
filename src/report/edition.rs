//! The data edition (数据版): accepted rows as tidy sheets, one a form, one header row, real dates and numbers,
//! each row with the file, sheet and row it came from.
//!
//! This is the second cost of a run after reading: rows go from the columns straight to the sheet, in one pass.

use super::accepted::{Accepted, Named, Values};
use super::sheet::serial;
use super::style::{self, HEI, SONG};
use super::{Edition, listing};
use rust_xlsxwriter::{Color, Format, FormatAlign, Workbook, Worksheet, XlsxError};
use std::path::Path;

/// Columns that say where a row came from.
pub const ORIGIN: [&str; 3] = ["报表文件", "工作表", "行号"];

/// The workbook's bytes; `scratch` is a folder for its temporary files.
///
/// # Errors
/// The writer refuses a cell, or the disk is full.
pub fn data_edition(edition: &Edition<'_>, forms: &[Accepted<'_>], scratch: &Path) -> Result<Vec<u8>, XlsxError> {
    let mut book = style::workbook(&format!("{}数据版", edition.name()))?;
    book.set_tempdir(scratch)?;
    // Level 1 costs half the time of the usual 6 for a sixth more bytes.
    book.set_zip_compression_level(1);
    let mut said = vec![
        "每行是一条审核通过、计入统计的记录；报表文件、工作表、行号指明它在上报件中的位置。".to_owned(),
        "本册含身份证号、姓名等个人信息，未作遮盖，请妥善保管，不要外传。".to_owned(),
    ];
    for accepted in forms {
        let sheets = form_sheets(edition, accepted, &mut book, style::SHEET_ROWS - 1)?;
        said.push(format!("{}：{} 行。", accepted.form.title, sheets.rows));
        if sheets.sheets > 1 {
            said.push(format!(
                "{}超过一个工作表的行数，分为 {} 个工作表，按次序编号。",
                accepted.form.title, sheets.sheets
            ));
        }
        if sheets.cut > 0 {
            said.push(format!("{}有 {} 个单元格文字过长，已截断并在末尾注明。", accepted.form.title, sheets.cut));
        }
    }
    listing::remarks(&mut book, &said)?;
    book.save_to_buffer()
}

struct Written {
    rows: u64,
    sheets: u32,
    cut: u64,
}

/// One column being read row by row.
enum Cursor<'a> {
    Text(Box<dyn Iterator<Item = Option<&'a str>> + 'a>),
    Integer(Box<dyn Iterator<Item = Option<i64>> + 'a>),
    Number(Box<dyn Iterator<Item = Option<f64>> + 'a>),
    Boolean(Box<dyn Iterator<Item = Option<bool>> + 'a>),
    Date(Box<dyn Iterator<Item = Option<i32>> + 'a>),
}

impl<'a> Cursor<'a> {
    fn of(column: &Named<'a>) -> Cursor<'a> {
        match column.values {
            Values::Text(values) => Cursor::Text(Box::new(values.iter())),
            Values::Integer(values) => Cursor::Integer(Box::new(values.iter())),
            Values::Number(values) => Cursor::Number(Box::new(values.iter())),
            Values::Boolean(values) => Cursor::Boolean(Box::new(values.iter())),
            Values::Date { days, .. } => Cursor::Date(Box::new(days.iter())),
        }
    }

    fn skip(&mut self) {
        match self {
            Cursor::Text(values) => drop(values.next()),
            Cursor::Integer(values) => drop(values.next()),
            Cursor::Number(values) => drop(values.next()),
            Cursor::Boolean(values) => drop(values.next()),
            Cursor::Date(values) => drop(values.next()),
        }
    }

    /// Writes the next value; a null leaves the cell empty.
    fn write(&mut self, sheet: &mut Worksheet, row: u32, column: u16, cut: &mut u64) -> Result<(), XlsxError> {
        match self {
            Cursor::Text(values) => {
                if let Some(text) = values.next().flatten() {
                    text_cell(sheet, row, column, text, cut)?;
                }
            }
            Cursor::Integer(values) => match values.next().flatten() {
                Some(value) if value.unsigned_abs() >= 1_000_000_000_000_000 => {
                    sheet.write_string(row, column, value.to_string())?;
                }
                Some(value) => {
                    sheet.write_number(row, column, value as f64)?;
                }
                None => {}
            },
            Cursor::Number(values) => {
                if let Some(value) = values.next().flatten().filter(|value| value.is_finite()) {
                    sheet.write_number(row, column, value)?;
                }
            }
            Cursor::Boolean(values) => {
                if let Some(value) = values.next().flatten() {
                    sheet.write_string(row, column, if value { "是" } else { "否" })?;
                }
            }
            Cursor::Date(values) => match values.next().flatten().map(|day| (day, serial(day))) {
                Some((_, Some(serial))) => {
                    sheet.write_number(row, column, serial)?;
                }
                Some((day, None)) => {
                    sheet.write_string(row, column, super::wording::day_word(day))?;
                }
                None => {}
            },
        }
        Ok(())
    }
}

fn text_cell(sheet: &mut Worksheet, row: u32, column: u16, text: &str, cut: &mut u64) -> Result<(), XlsxError> {
    let (text, was_cut) = style::printable(text);
    *cut += u64::from(was_cut);
    sheet.write_string(row, column, text)?;
    Ok(())
}

/// Writes the accepted rows of a form, `room` rows a sheet.
fn form_sheets(
    edition: &Edition<'_>,
    accepted: &Accepted<'_>,
    book: &mut Workbook,
    room: u32,
) -> Result<Written, XlsxError> {
    let mut done = Written { rows: 0, sheets: 0, cut: 0 };
    let mut cursors: Vec<Cursor<'_>> = accepted.columns.iter().map(Cursor::of).collect();
    let mut sheet: Option<Worksheet> = None;
    let mut row = 0;
    for (counts, (source, tab, line)) in accepted.counts().zip(accepted.origins()) {
        if !counts {
            cursors.iter_mut().for_each(Cursor::skip);
            continue;
        }
        if row >= room {
            if let Some(full) = sheet.take() {
                book.push_worksheet(full);
            }
            row = 0;
        }
        let sheet = match &mut sheet {
            Some(open) => open,
            none => {
                done.sheets += 1;
                none.insert(open(accepted, book, done.sheets)?)
            }
        };
        row += 1;
        for (column, cursor) in (0u16..).zip(&mut cursors) {
            cursor.write(sheet, row, column, &mut done.cut)?;
        }
        let origin = cursors.len() as u16;
        text_cell(sheet, row, origin, edition.file_name(source), &mut done.cut)?;
        text_cell(sheet, row, origin + 1, edition.sheet_name(source, tab as u16), &mut done.cut)?;
        sheet.write_number(row, origin + 2, f64::from(line) + 1.0)?;
        done.rows += 1;
    }
    if done.sheets == 0 {
        // A form without rows still has its header: "none" is not "forgotten".
        done.sheets = 1;
        sheet = Some(open(accepted, book, 1)?);
    }
    if let Some(last) = sheet {
        book.push_worksheet(last);
    }
    Ok(done)
}

/// A new sheet with its header; dates get their format from the column, so that no cell needs one.
fn open(accepted: &Accepted<'_>, book: &mut Workbook, number: u32) -> Result<Worksheet, XlsxError> {
    let header = Format::new()
        .set_font_name(HEI)
        .set_font_size(10)
        .set_align(FormatAlign::VerticalCenter)
        .set_background_color(Color::RGB(0x00E7_E6E6));
    let song = || Format::new().set_font_name(SONG).set_font_size(10);
    let plain = song();
    let date = song().set_num_format("yyyy\\-mm\\-dd");
    let month = song().set_num_format("yyyy\\-mm");
    let mut sheet = book.new_worksheet_with_constant_memory()?;
    sheet.set_name(style::numbered(&accepted.form.title, number))?;
    sheet.set_freeze_panes(1, 0)?;
    let mut column = 0u16;
    for named in &accepted.columns {
        let (format, width) = match named.values {
            Values::Text(_) => (&plain, 18.0),
            Values::Integer(_) | Values::Number(_) | Values::Boolean(_) => (&plain, 10.0),
            Values::Date { month: false, .. } => (&date, 12.0),
            Values::Date { month: true, .. } => (&month, 10.0),
        };
        let width = f64::max(width, style::width(style::places(&named.name)));
        sheet.set_column_format(column, format)?.set_column_width(column, width)?;
        sheet.write_string_with_format(0, column, named.name.as_str(), &header)?;
        column += 1;
    }
    for (name, width) in ORIGIN.iter().zip([36.0, 18.0, 8.0]) {
        sheet.set_column_format(column, &plain)?.set_column_width(column, width)?;
        sheet.write_string_with_format(0, column, *name, &header)?;
        column += 1;
    }
    Ok(sheet)
}
