//! Long lists as filterable sheets: one header row, one line a row, written in one pass with little memory,
//! split into numbered sheets where a sheet is full.

use super::cell_text;
use super::measure;
use super::page;
use super::style::{ListStyles, SONG};
use rust_xlsxwriter::{Format, Url, Workbook, Worksheet, XlsxError};

/// One cell of a list.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ListCell<'a> {
    Text(&'a str),
    Count(u64),
    /// Words that open a file.
    Link {
        text: &'a str,
        target: &'a str,
    },
    Blank,
}

/// A list that is being written.
pub struct Listing<'a> {
    styles: &'a ListStyles,
    name: &'a str,
    title: &'a str,
    /// Heading and width of each column.
    columns: &'a [(&'a str, f64)],
    /// Data rows that a sheet takes.
    room: u32,
    sheet: Worksheet,
    full: Vec<Worksheet>,
    /// Rows written to the current sheet, header included.
    rows: u32,
    total: u64,
    links: usize,
    pub unlinked: u64,
    pub cut: u64,
}

impl<'a> Listing<'a> {
    /// Starts a list; `room` is at most what a sheet holds.
    ///
    /// # Errors
    /// No temporary file for the sheet's rows.
    pub fn new(
        book: &mut Workbook,
        styles: &'a ListStyles,
        (name, title): (&'a str, &'a str),
        columns: &'a [(&'a str, f64)],
        room: u32,
    ) -> Result<Listing<'a>, XlsxError> {
        let sheet = book.new_worksheet_with_constant_memory()?;
        let room = room.min(cell_text::SHEET_ROWS - 1);
        let mut listing = Listing {
            styles,
            name,
            title,
            columns,
            room,
            sheet,
            full: Vec::new(),
            rows: 0,
            total: 0,
            links: 0,
            unlinked: 0,
            cut: 0,
        };
        listing.open()?;
        Ok(listing)
    }

    fn open(&mut self) -> Result<(), XlsxError> {
        self.sheet.set_name(cell_text::numbered(self.name, self.full.len() as u32 + 1))?;
        page::page(&mut self.sheet, self.title, true);
        self.sheet.set_screen_gridlines(true).set_freeze_panes(1, 0)?.set_repeat_rows(0, 0)?;
        self.sheet.set_default_row_height(height(1));
        self.sheet.set_row_height(0, 24)?;
        for (column, (heading, width)) in (0u16..).zip(self.columns) {
            self.sheet.set_column_width(column, *width)?;
            // Words take their column's format: a format named cell by cell costs more than the words do.
            self.sheet.set_column_format(column, &self.styles.text)?;
            self.sheet.write_string_with_format(0, column, *heading, &self.styles.header)?;
        }
        self.rows = 1;
        self.links = 0;
        Ok(())
    }

    fn close(&mut self) -> Result<(), XlsxError> {
        let last = self.columns.len().max(1) as u16 - 1;
        self.sheet.autofilter(0, 0, self.rows.saturating_sub(1).max(1), last)?;
        Ok(())
    }

    /// Adds a row; `strong` marks the first words in it that are to be seen.
    ///
    /// # Errors
    /// The sheet refuses a cell, or the disk is full.
    pub fn push(
        &mut self,
        book: &mut Workbook,
        items: &[ListCell<'_>],
        strong: Option<usize>,
    ) -> Result<(), XlsxError> {
        if self.rows > self.room {
            self.close()?;
            let next = book.new_worksheet_with_constant_memory()?;
            self.full.push(std::mem::replace(&mut self.sheet, next));
            self.open()?;
        }
        let row = self.rows;
        // Not every program fits rows to wrapped words by itself.
        let lines = items.iter().zip(self.columns).map(|(item, (_, width))| match item {
            ListCell::Text(text) | ListCell::Link { text, .. } => measure::lines(text, *width, 10.0),
            ListCell::Count(_) | ListCell::Blank => 1,
        });
        let lines = lines.max().unwrap_or(1);
        if lines > 1 {
            self.sheet.set_row_height(row, height(lines))?;
        }
        for (index, item) in items.iter().enumerate() {
            let column = index as u16;
            match item {
                ListCell::Text(text) => {
                    let (text, cut) = cell_text::printable(text);
                    self.cut += u64::from(cut);
                    if strong == Some(index) {
                        self.sheet.write_string_with_format(row, column, text, &self.styles.strong)?;
                    } else {
                        self.sheet.write_string(row, column, text)?;
                    }
                }
                ListCell::Count(count) => {
                    self.sheet.write_number_with_format(row, column, *count as f64, &self.styles.count)?;
                }
                ListCell::Link { text, target } => self.link(row, column, text, target)?,
                ListCell::Blank => {
                    self.sheet.write_blank(row, column, &self.styles.text)?;
                }
            }
        }
        self.rows += 1;
        self.total += 1;
        Ok(())
    }

    fn link(&mut self, row: u32, column: u16, text: &str, target: &str) -> Result<(), XlsxError> {
        let (words, cut) = cell_text::printable(text);
        self.cut += u64::from(cut);
        // Excel takes so many links a sheet, and so long ones.
        if self.links >= cell_text::LINK_LIMIT || target.encode_utf16().count() > 1_900 {
            self.unlinked += 1;
            self.sheet.write_string_with_format(row, column, words, &self.styles.text)?;
        } else {
            self.links += 1;
            let url = Url::new(target).set_text(words);
            self.sheet.write_url_with_format(row, column, url, &self.styles.link)?;
        }
        Ok(())
    }

    /// Hands the sheets to the workbook; returns what an officer has to be told of the splitting and cutting.
    ///
    /// # Errors
    /// The sheet refuses its filter.
    pub fn finish(mut self, book: &mut Workbook) -> Result<Vec<String>, XlsxError> {
        self.close()?;
        let mut said = Vec::new();
        let sheets = self.full.len() + 1;
        if sheets > 1 {
            said.push(format!(
                "“{}”共 {} 行，超过一个工作表的 {} 行，分为 {sheets} 个工作表，按次序编号。",
                self.name, self.total, self.room
            ));
        }
        if self.unlinked > 0 {
            said.push(format!("“{}”有 {} 行的文件没有加链接：超出 Excel 的链接限额。", self.name, self.unlinked));
        }
        if self.cut > 0 {
            said.push(format!("“{}”有 {} 个单元格文字超过 32,767 字，已截断并在末尾注明。", self.name, self.cut));
        }
        for sheet in self.full {
            book.push_worksheet(sheet);
        }
        book.push_worksheet(self.sheet);
        Ok(said)
    }
}

/// The height of a row of so many lines.
fn height(lines: u32) -> f64 {
    (f64::from(lines) * 13.5 + 3.0).min(400.0)
}

/// A sheet of remarks, where there is something to say.
///
/// # Errors
/// The sheet refuses a cell.
pub fn remarks(book: &mut Workbook, said: &[String]) -> Result<(), XlsxError> {
    if said.is_empty() {
        return Ok(());
    }
    let format = Format::new().set_font_name(SONG).set_font_size(11).set_text_wrap();
    let sheet = book.add_worksheet();
    sheet.set_name("说明")?.set_column_width(0, 90)?;
    for (row, words) in (0u32..).zip(said) {
        sheet.write_string_with_format(row, 0, words, &format)?;
    }
    Ok(())
}
