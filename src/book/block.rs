//! One [`StatTable`] as a block of a leadership sheet: title, caption, heading rows with merged parents, body, notes.
//!
//! Widths are decided for the whole sheet first, since stacked blocks share their columns.

use super::body::{self, ColumnKinds, Printed, PrintedCell};
use super::columns::SheetColumns;
use super::excel::letters;
use super::live::{LiveColumns, LivePlaces};
use super::measure::single_message;
use super::style::{CellSet, CellStyle, PrintStyles};
use super::{cell_text, measure};
use crate::model::stat_rows::StatRows;
use crate::model::stat_table::{Heading, StatTable};
use crate::model::statistic::RowKind;
use crate::text::masks::mask_within;
use rust_xlsxwriter::{ConditionalFormatFormula, Format, Formula, Worksheet, XlsxError};
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
    /// Where most of the body is still to be written, since it is long.
    pub long: Option<LongBody>,
}

/// The body of a long table: of its rows those are on the sheet that show how cells are set; the others are written straight
/// into the file, since a cell that waits in memory costs a quarter of a kilobyte.
#[derive(Debug, Clone, PartialEq)]
pub struct LongBody {
    /// 0-based row of the sheet that the body begins at; this one is always on the sheet.
    pub first: u32,
    pub samples: Vec<SampleRow>,
    /// The first and last of the sheet's columns that each of the body's columns takes: merged where they are two.
    pub spans: Vec<(u16, u16)>,
}

/// A row on the sheet by which others are written.
#[derive(Debug, Clone, PartialEq)]
pub struct SampleRow {
    pub row: u32,
    pub kind: RowKind,
    /// How each of its cells is set, left to right.
    pub set: Vec<CellSet>,
}

/// Where the rows of a body are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyRows {
    /// All on the sheet.
    Here,
    /// Those of a long body later, straight into the file.
    OrLater,
}

/// Rows from which on a body is long.
const LONG: usize = 2_000;

fn is_long(table: &StatTable) -> bool {
    let count = table.headings.len();
    table.rows.len() > LONG && table.rows.iter().all(|row| row.cells.len() == count)
}

/// The sample rows of a body so far.
#[derive(Default)]
struct Samples(Vec<SampleRow>);

impl Samples {
    /// Whether a row has to be on the sheet, because a cell of it is set as none before.
    fn shows(&mut self, row: u32, kind: RowKind, cells: &[PrintedCell]) -> bool {
        let known = |set: CellSet| self.0.iter().any(|one| one.kind == kind && one.set.contains(&set));
        let new = self.0.is_empty() || cells.iter().any(|cell| !known(cell.set));
        if new {
            self.0.push(SampleRow { row, kind, set: cells.iter().map(|cell| cell.set).collect() });
        }
        new
    }
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
    let text = measure::broken(&cell_text::printable(text).0, widths.room(size));
    let lines = text.lines().count();
    let height = least.max(lines as f64 * (size * 1.35) + 3.0).min(400.0);
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
        sheet.merge_range(rows.0, columns.0, rows.1, columns.1, text, format)?;
    }
    Ok(())
}

impl Stand {
    /// Of the whole block, in points.
    pub fn height(&self) -> f64 {
        self.lines.iter().sum()
    }
}

/// Writes a block from `top` on, under a title that may be none; `unsaid` are notes that stand somewhere else for all, and
/// `rows` says whether those of a long body may come later.
///
/// # Errors
/// The sheet refuses a cell (a row or column beyond its limits).
pub fn block(
    sheet: &mut Worksheet,
    styles: &PrintStyles,
    widths: &SheetColumns,
    (title, table): (&str, &StatTable),
    (unsaid, rows): (&[String], BodyRows),
    top: u32,
) -> Result<Stand, XlsxError> {
    let mut row = top;
    let mut lines = Vec::new();
    if !title.is_empty() {
        let title = measure::evenly_broken(&cell_text::printable(&mask_within(title)).0, widths.room(16.0));
        lines.push(line(sheet, row, widths, &title, &styles.title, (16.0, 30.0))?);
        row += 1;
    }
    if !table.caption.is_empty() {
        lines.push(line(sheet, row, widths, &mask_within(&table.caption), &styles.caption, (10.0, 18.0))?);
        row += 1;
    }
    let first_heading = row;
    // Where there is nothing to list, a sentence says so, and headings over it would say nothing.
    if single_message(table).is_none() {
        lines.extend(headings(sheet, styles, widths, &table.headings, row)?);
    }
    let first_row = top + lines.len() as u32;
    row = first_row;
    let mut body = body_range(&table.rows, row);
    let mut long = None;
    let count = table.headings.len();
    let spans: Vec<(u16, u16)> = (0..count).map(|column| widths.span(count, column)).collect();
    let columns: Vec<u16> = spans.iter().map(|(first, _)| *first).collect();
    if let Some(message) = single_message(table) {
        lines.push(line(sheet, row, widths, &mask_within(message), &styles.line, (11.0, 24.0))?);
        body = None;
        row += 1;
    } else {
        let kinds = ColumnKinds::of(table);
        let mut samples = (rows == BodyRows::OrLater && is_long(table)).then(Samples::default);
        // Rows of a long body are written elsewhere, as they are.
        let live = (styles.live && samples.is_none()).then(|| LiveColumns::of(table));
        for stat in table.rows.iter() {
            let mut cells = kinds.print(&stat);
            if samples.is_some() {
                // Rows are set like their sample, whose words would stand behind figures of others.
                cells.iter_mut().for_each(|cell| cell.behind = None);
            }
            let at = LivePlaces { row, body, columns: &columns };
            let formula = |column| {
                let cell = stat.cells.get(column)?;
                live.as_ref()?.formula(&stat, cell, column, at)
            };
            let height = body::height(&cells, |at| widths.width_of(widths.span(cells.len(), at)));
            if samples.as_mut().is_none_or(|samples| samples.shows(row, stat.kind, &cells)) {
                body_row(sheet, styles, widths, (stat.kind, &cells, &formula), row)?;
                sheet.set_row_height(row, height)?;
            }
            lines.push(height);
            row += 1;
        }
        long = samples.map(|samples| LongBody { first: first_row, samples: samples.0, spans });
    }
    if styles.live && row > first_row {
        shortfalls(sheet, styles, table, &columns, (first_row, row - 1))?;
    }
    let filled = (first_row - top) as usize..lines.len();
    let notes: Vec<&String> = table.notes.iter().filter(|note| !unsaid.contains(note)).collect();
    for text in numbered_notes(&notes) {
        lines.push(line(sheet, row, widths, &mask_within(&text), &styles.note, (10.0, 16.0))?);
        row += 1;
    }
    Ok(Stand {
        sheet: sheet.name(),
        headings: (first_heading, first_row.saturating_sub(1)),
        body,
        next: row,
        columns,
        lines,
        filled,
        long,
    })
}

/// Marks what does not keep to the bound of its column, also once somebody has changed a figure.
fn shortfalls(
    sheet: &mut Worksheet,
    styles: &PrintStyles,
    table: &StatTable,
    columns: &[u16],
    (first, last): (u32, u32),
) -> Result<(), XlsxError> {
    for bound in &table.bounds {
        let Some(column) = columns.get(bound.column).copied() else { continue };
        let cell = format!("{}{}", letters(usize::from(column)), first + 1);
        let side = if bound.at_least { '<' } else { '>' };
        // Excel takes words for more than any number.
        let rule = format!("=AND(ISNUMBER({cell}),{cell}{side}{}/{})", bound.num, bound.den);
        let mark = ConditionalFormatFormula::new().set_rule(rule.as_str()).set_format(&styles.short);
        sheet.add_conditional_format(first, column, last, column, &mark)?;
    }
    Ok(())
}

fn numbered_notes(notes: &[&String]) -> Vec<String> {
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
fn body_range(rows: &StatRows, top: u32) -> Option<(u32, u32)> {
    let body: Vec<bool> = rows.iter().map(|row| row.kind == RowKind::Body).collect();
    let first = body.iter().position(|body| *body)?;
    let count = body.iter().skip(first).take_while(|body| **body).count();
    let all = body.iter().filter(|body| **body).count();
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

/// Writes the cells of a row of the body.
fn body_row(
    sheet: &mut Worksheet,
    styles: &PrintStyles,
    widths: &SheetColumns,
    (kind, cells, formula): (RowKind, &[PrintedCell], &dyn Fn(usize) -> Option<String>),
    row: u32,
) -> Result<(), XlsxError> {
    for (index, cell) in cells.iter().enumerate() {
        let (column, last) = widths.span(cells.len(), index);
        if last > column {
            // Merged first and filled after; the pieces keep the borders.
            sheet.merge_range(row, column, row, last, "", styles.cell(CellStyle::Left, kind))?;
        }
        let own = cell.behind.as_ref().map(|words| styles.behind(cell.set, kind, words));
        let format = own.as_ref().unwrap_or_else(|| styles.set(cell.set, kind));
        match &cell.printed {
            Printed::Words(words) => sheet.write_string_with_format(row, column, words, format)?,
            Printed::State(word) => sheet.write_string_with_format(row, column, *word, format)?,
            Printed::Figure(figure) if let Some(formula) = formula(index) => {
                let formula = Formula::new(formula).set_result(figure.to_string());
                sheet.write_formula_with_format(row, column, formula, format)?
            }
            Printed::Figure(figure) => sheet.write_number_with_format(row, column, *figure, format)?,
            Printed::Nothing => sheet.write_blank(row, column, format)?,
        };
    }
    Ok(())
}
