//! Long lists as filterable sheets: one header row, one line a row, written in one pass with little memory,
//! split into numbered sheets where a sheet is full.

use super::style::{self, HEI, SONG};
use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder, Url, Workbook, Worksheet, XlsxError};

/// One cell of a list.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Item<'a> {
    Text(&'a str),
    Count(u64),
    /// Words that open a file.
    Link {
        text: &'a str,
        target: &'a str,
    },
    Blank,
}

/// Formats that all lists of a workbook share.
pub struct Look {
    header: Format,
    text: Format,
    count: Format,
    link: Format,
    /// 必改 in bold, so that it is seen in a black-and-white print too.
    strong: Format,
}

impl Default for Look {
    fn default() -> Look {
        let base = || {
            Format::new()
                .set_font_name(SONG)
                .set_font_size(10)
                .set_align(FormatAlign::Top)
                .set_border(FormatBorder::Thin)
        };
        Look {
            header: Format::new()
                .set_font_name(HEI)
                .set_font_size(10)
                .set_align(FormatAlign::Center)
                .set_align(FormatAlign::VerticalCenter)
                .set_border(FormatBorder::Thin)
                .set_background_color(Color::RGB(0x00E7_E6E6))
                .set_text_wrap(),
            text: base().set_text_wrap(),
            count: base().set_num_format("#,##0"),
            link: base().set_text_wrap().set_font_color(Color::RGB(0x0005_63C1)),
            strong: base().set_bold().set_font_color(Color::RGB(0x009C_0006)),
        }
    }
}

/// A list that is being written.
pub struct Listing<'a> {
    look: &'a Look,
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
        look: &'a Look,
        (name, title): (&'a str, &'a str),
        columns: &'a [(&'a str, f64)],
        room: u32,
    ) -> Result<Listing<'a>, XlsxError> {
        let sheet = book.new_worksheet_with_constant_memory()?;
        let room = room.min(style::SHEET_ROWS - 1);
        let mut listing = Listing {
            look,
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
        self.sheet.set_name(style::numbered(self.name, self.full.len() as u32 + 1))?;
        style::page(&mut self.sheet, self.title, true);
        self.sheet.set_screen_gridlines(true).set_freeze_panes(1, 0)?.set_repeat_rows(0, 0)?;
        self.sheet.set_default_row_height(height(1));
        self.sheet.set_row_height(0, 24)?;
        for (column, (heading, width)) in (0u16..).zip(self.columns) {
            self.sheet.set_column_width(column, *width)?;
            // Words take their column's format: a format named cell by cell costs more than the words do.
            self.sheet.set_column_format(column, &self.look.text)?;
            self.sheet.write_string_with_format(0, column, *heading, &self.look.header)?;
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
    pub fn push(&mut self, book: &mut Workbook, items: &[Item<'_>], strong: Option<usize>) -> Result<(), XlsxError> {
        if self.rows > self.room {
            self.close()?;
            let next = book.new_worksheet_with_constant_memory()?;
            self.full.push(std::mem::replace(&mut self.sheet, next));
            self.open()?;
        }
        let row = self.rows;
        // Not every program fits rows to wrapped words by itself.
        let lines = items.iter().zip(self.columns).map(|(item, (_, width))| match item {
            Item::Text(text) | Item::Link { text, .. } => style::lines(text, *width, 10.0),
            Item::Count(_) | Item::Blank => 1,
        });
        let lines = lines.max().unwrap_or(1);
        if lines > 1 {
            self.sheet.set_row_height(row, height(lines))?;
        }
        for (index, item) in items.iter().enumerate() {
            let column = index as u16;
            match item {
                Item::Text(text) => {
                    let (text, cut) = style::printable(text);
                    self.cut += u64::from(cut);
                    if strong == Some(index) {
                        self.sheet.write_string_with_format(row, column, text, &self.look.strong)?;
                    } else {
                        self.sheet.write_string(row, column, text)?;
                    }
                }
                Item::Count(count) => {
                    self.sheet.write_number_with_format(row, column, *count as f64, &self.look.count)?;
                }
                Item::Link { text, target } => self.link(row, column, text, target)?,
                Item::Blank => {
                    self.sheet.write_blank(row, column, &self.look.text)?;
                }
            }
        }
        self.rows += 1;
        self.total += 1;
        Ok(())
    }

    fn link(&mut self, row: u32, column: u16, text: &str, target: &str) -> Result<(), XlsxError> {
        let (words, cut) = style::printable(text);
        self.cut += u64::from(cut);
        // Excel takes so many links a sheet, and so long ones.
        if self.links >= style::LINK_LIMIT || target.encode_utf16().count() > 1_900 {
            self.unlinked += 1;
            self.sheet.write_string_with_format(row, column, words, &self.look.text)?;
        } else {
            self.links += 1;
            let url = Url::new(target).set_text(words);
            self.sheet.write_url_with_format(row, column, url, &self.look.link)?;
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
