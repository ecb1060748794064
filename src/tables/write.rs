//! One table as a workbook: rows as they stand, in cells that keep them.

use super::layout::{ColumnLayout, Holding, TableLayout};
use crate::book::measure::{places, width};
use crate::book::workbook::begun;
use crate::definition::reference::columns::{HeadedTable, Want};
use crate::definition::reference::table_file::{Datum, TableFile};
use crate::domain::period::civil;
use crate::text::dates::parse_day;
use rust_xlsxwriter::{
    DataValidation, DataValidationErrorStyle, ExcelDateTime, Format, FormatAlign, FormatBorder, Formula, Note,
    Worksheet, XlsxError,
};
use std::collections::BTreeMap;

/// Rows that are ready to be filled in below the last.
const SPARE: u32 = 1_000;
/// Bounds of a column's width in half-width places.
const NARROWEST: usize = 8;
const WIDEST: usize = 44;
/// The sheet that drop-downs take their words from.
const WORDS: &str = "可填内容";

/// Words by the table that lists them.
pub type ListedWords = BTreeMap<String, Vec<String>>;

/// Why a table cannot be written anew.
#[derive(Debug)]
pub enum Unconvertible {
    /// In Chinese: no header, or cells that nobody can read.
    Table(Vec<String>),
    Writer(XlsxError),
}

impl From<XlsxError> for Unconvertible {
    fn from(error: XlsxError) -> Unconvertible {
        Unconvertible::Writer(error)
    }
}

/// The workbook of a table. Columns that the layout does not know stay, as texts; so do rows above the header.
///
/// # Errors
/// The header is not there, a cell cannot be read for certain, or the workbook cannot be made.
pub fn workbook(layout: &TableLayout, file: &TableFile, listed: &ListedWords) -> Result<Vec<u8>, Unconvertible> {
    let wants = layout.columns.iter().map(|column| Want {
        name: &column.name,
        also: column.also.iter().map(String::as_str).collect(),
        required: column.required,
    });
    let told = |problems: Vec<crate::definition::Diagnostic>| {
        Unconvertible::Table(problems.into_iter().map(|problem| problem.message).collect())
    };
    let headed = HeadedTable::find(file, wants.collect()).map_err(told)?;
    let broken: Vec<String> = file.rows.iter().filter_map(|(line, cells)| broken(*line, cells)).collect();
    if !broken.is_empty() {
        return Err(Unconvertible::Table(broken));
    }
    let header = headed.header();
    let mut columns: Vec<Option<&ColumnLayout>> = vec![None; headed.width()];
    for (want, column) in layout.columns.iter().enumerate() {
        if let Some(slot) = headed.at(want).and_then(|at| columns.get_mut(at)) {
            *slot = Some(column);
        }
    }
    let mut book = begun(&layout.name, "参照表")?;
    let sheet = book.add_worksheet();
    sheet.set_name(&layout.name)?;
    let lists = rows(sheet, file, header, &columns)?;
    let lists = validated(sheet, lists, &columns, listed)?;
    if !lists.is_empty() {
        let sheet = book.add_worksheet();
        sheet.set_name(WORDS)?;
        for (at, (name, words)) in (0..).zip(&lists) {
            sheet.write_string_with_format(0, at, name, &head())?;
            sheet.set_column_width(
                at,
                width(words.iter().map(|word| places(word)).max().unwrap_or(0).clamp(NARROWEST, WIDEST)),
            )?;
            for (row, word) in (1..).zip(words) {
                sheet.write_string(row, at, word)?;
            }
        }
    }
    Ok(book.save_to_buffer()?)
}

/// Where the rows that may be filled in begin and end.
#[derive(Clone, Copy)]
struct Fillable {
    first: u32,
    last: u32,
}

fn rows(
    sheet: &mut Worksheet,
    file: &TableFile,
    header: usize,
    columns: &[Option<&ColumnLayout>],
) -> Result<Fillable, XlsxError> {
    let text = Format::new().set_num_format("@").set_font_name("宋体");
    let formats: Vec<Format> = columns.iter().map(|column| format(column.map(|column| &column.holds), &text)).collect();
    let mut widths = vec![NARROWEST; columns.len()];
    for (at, format) in (0..).zip(&formats) {
        sheet.set_column_format(at, format)?;
    }
    for (row, (_, cells)) in (0u32..).zip(&file.rows) {
        for (at, cell) in cells.iter().enumerate() {
            let col = u16::try_from(at).unwrap_or(u16::MAX);
            let shown = cell.words();
            if row as usize >= header
                && let Some(width) = widths.get_mut(at)
            {
                *width = (*width).max(places(&shown) + 2);
            }
            if row as usize == header {
                sheet.write_string_with_format(row, col, &shown, &head())?;
            } else if row as usize > header {
                let holds = columns.get(at).copied().flatten().map(|column| &column.holds);
                data(sheet, (row, col), cell, holds, formats.get(at).unwrap_or(&text))?;
            } else if !shown.is_empty() {
                sheet.write_string_with_format(row, col, &shown, &text)?;
            }
        }
    }
    let top = u32::try_from(header).unwrap_or(u32::MAX);
    let last = u32::try_from(file.rows.len()).unwrap_or(u32::MAX).saturating_sub(1).max(top);
    for (at, (width_of, column)) in (0..).zip(widths.iter().zip(columns)) {
        sheet.set_column_width(at, width((*width_of).min(WIDEST)))?;
        if let Some(column) = column {
            sheet.insert_note(top, at, &note(column))?;
        }
    }
    sheet.set_row_height(top, 22)?;
    sheet.set_freeze_panes(top + 1, 0)?;
    sheet.autofilter(top, 0, last.max(top + 1), u16::try_from(columns.len().saturating_sub(1)).unwrap_or(u16::MAX))?;
    sheet.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0).set_repeat_rows(top, top)?;
    Ok(Fillable { first: top + 1, last: last + SPARE })
}

/// Drop-downs, and what they choose from: the columns of the sheet of words.
fn validated(
    sheet: &mut Worksheet,
    Fillable { first, last }: Fillable,
    columns: &[Option<&ColumnLayout>],
    listed: &ListedWords,
) -> Result<Vec<(String, Vec<String>)>, XlsxError> {
    let mut lists: Vec<(String, Vec<String>)> = Vec::new();
    for (at, column) in (0..).zip(columns) {
        let Some(column) = column else { continue };
        let words = match &column.holds {
            Holding::OneOf { words, table } => {
                let kept = table.as_ref().and_then(|table| listed.get(table));
                kept.unwrap_or(words).clone()
            }
            Holding::Truth => ["是", "否"].map(str::to_owned).to_vec(),
            Holding::Text | Holding::IdNumber | Holding::Number | Holding::Date => continue,
        };
        if words.is_empty() {
            continue;
        }
        let from = format!("'{WORDS}'!${0}$2:${0}${1}", letters(lists.len()), words.len() + 1);
        let choice = DataValidation::new()
            .allow_list_formula(Formula::new(from))
            .set_error_style(DataValidationErrorStyle::Warning)
            .set_error_title("不在列表里")?
            .set_error_message(format!("“{}”请从下拉列表里选", column.name))?;
        sheet.add_data_validation(first, at, last, at, &choice)?;
        lists.push((column.name.clone(), words));
    }
    Ok(lists)
}

/// `A` of a 0-based column; a table has fewer than 26 lists.
fn letters(at: usize) -> char {
    (b'A'..=b'Z').nth(at).map_or('Z', char::from)
}

fn head() -> Format {
    Format::new()
        .set_bold()
        .set_font_name("黑体")
        .set_background_color("E7E6E6")
        .set_border(FormatBorder::Thin)
        .set_align(FormatAlign::Center)
        .set_align(FormatAlign::VerticalCenter)
}

fn format(holds: Option<&Holding>, text: &Format) -> Format {
    match holds {
        Some(Holding::Number) => Format::new().set_num_format("General").set_font_name("宋体"),
        Some(Holding::Date) => Format::new().set_num_format("yyyy-mm-dd").set_font_name("宋体"),
        _ => text.clone(),
    }
}

fn note(column: &ColumnLayout) -> Note {
    let required = if column.required { "必填。" } else { "" };
    let says = if column.says.is_empty() { String::new() } else { format!("{}。", column.says) };
    Note::new(format!("{required}{says}{}。", column.holds.says()))
        .add_author_prefix(false)
        .set_author("汇总")
        .set_width(220)
        .set_height(90)
}

/// A cell below the header, as what its column holds; what does not fit there stays the text that it is, for lint to name.
fn data(
    sheet: &mut Worksheet,
    (row, col): (u32, u16),
    cell: &Datum,
    holds: Option<&Holding>,
    format: &Format,
) -> Result<(), XlsxError> {
    let number = match cell {
        Datum::Number(number) => Some(*number),
        // Fifteen digits at most: exact.
        Datum::Text(text) if is_plain(text) => text.parse().ok(),
        _ => None,
    };
    match (holds, number, day(cell)) {
        _ if *cell == Datum::Empty => {}
        (Some(Holding::Number), Some(number), _) => {
            sheet.write_number_with_format(row, col, number, format)?;
        }
        (Some(Holding::Date), _, Some(day)) => {
            sheet.write_datetime_with_format(row, col, &day, format)?;
        }
        _ => {
            sheet.write_string_with_format(row, col, cell.words(), format)?;
        }
    }
    Ok(())
}

fn day(cell: &Datum) -> Option<ExcelDateTime> {
    let day = match cell {
        Datum::Date(day) => *day,
        Datum::Text(text) => parse_day(text)?,
        _ => return None,
    };
    let (year, month, day) = civil(day)?;
    ExcelDateTime::from_ymd(u16::try_from(year).ok()?, u8::try_from(month).ok()?, u8::try_from(day).ok()?).ok()
}

fn is_plain(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    (1..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn broken(line: u32, cells: &[Datum]) -> Option<String> {
    let broken = cells.iter().find_map(|cell| match cell {
        Datum::Broken(what) => Some(what),
        _ => None,
    })?;
    Some(format!("第 {line} 行有读不出来的内容（{broken}）"))
}
