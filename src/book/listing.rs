//! Long lists as filterable sheets: one header row, one line a row, written in one pass with little memory,
//! split into numbered sheets where a sheet is full.

use super::cell_text::{LINK_LIMIT, SHEET_ROWS, numbered, printable};
use super::measure;
use super::package::RowStyle;
use super::row_book::{RowBook, SheetUse};
use std::io::{self, Seek, Write};

/// The size of a list's type, in points.
const TYPE: f64 = 10.0;
/// What stands where a list has no row, and the height of that line in points.
const NONE: &str = "（无）";
const LINE: f64 = 16.5;
/// Excel takes so long an address, in UTF-16 units, with some room.
const ADDRESS: usize = 1_900;

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
    /// To be filled in, with what stands there already.
    Input(&'a str),
    /// For the program that reads the list again; on one line.
    Tag(&'a str),
    Blank,
}

/// A list that is being written.
pub struct Listing<'a, W: Write + Seek> {
    book: &'a mut RowBook<W>,
    name: &'a str,
    title: &'a str,
    /// Heading and width of each column.
    columns: &'a [(&'a str, f64)],
    /// Data rows that a sheet takes.
    room: u32,
    sheets: u32,
    /// Data rows of the current sheet.
    rows: u32,
    total: u64,
    /// Links of the current sheet.
    links: usize,
    unlinked: u64,
    /// Texts of the book that were cut before this list began.
    cut_before: u64,
    /// Lines above the header of each sheet.
    above: &'a [String],
    /// A column of which each cell is one of these words.
    choices: Option<(usize, &'a [&'a str])>,
    /// How many columns are printed; `None` for all.
    printed: Option<usize>,
}

impl<'a, W: Write + Seek> Listing<'a, W> {
    /// Starts a list; `room` is at most what a sheet holds.
    ///
    /// # Errors
    /// The target fails.
    pub fn new(
        book: &'a mut RowBook<W>,
        (name, title): (&'a str, &'a str),
        columns: &'a [(&'a str, f64)],
        room: u32,
    ) -> io::Result<Listing<'a, W>> {
        Listing::under(book, (name, title), &[], columns, room)
    }

    /// Starts a list with lines above its header: what it is called, and how it is to be read.
    ///
    /// # Errors
    /// The target fails.
    pub fn under(
        book: &'a mut RowBook<W>,
        (name, title): (&'a str, &'a str),
        above: &'a [String],
        columns: &'a [(&'a str, f64)],
        room: u32,
    ) -> io::Result<Listing<'a, W>> {
        let room = room.min(SHEET_ROWS - 1 - above.len() as u32);
        let cut_before = book.cells.cut;
        let mut listing = Listing {
            book,
            name,
            title,
            above,
            columns,
            room,
            sheets: 0,
            rows: 0,
            total: 0,
            links: 0,
            unlinked: 0,
            cut_before,
            choices: None,
            printed: None,
        };
        listing.open()?;
        Ok(listing)
    }

    /// Lets the cells of a column be chosen from a list of words.
    pub fn with_choices(mut self, column: usize, words: &'a [&'a str]) -> Self {
        self.choices = Some((column, words));
        self
    }

    /// Prints the first columns alone; the others are for the screen.
    pub fn with_printed(mut self, columns: usize) -> Self {
        self.printed = Some(columns);
        self
    }

    fn close(&mut self) -> io::Result<()> {
        if let Some(columns) = self.printed {
            self.book.print_columns(columns);
        }
        if let Some((column, words)) = self.choices {
            self.book.choices(column, words);
        }
        self.book.close()
    }

    fn open(&mut self) -> io::Result<()> {
        self.sheets += 1;
        (self.rows, self.links) = (0, 0);
        // Excel adds the padding of a cell to the places that a column is asked for.
        let columns: Vec<(&str, f64)> = self
            .columns
            .iter()
            .map(|(heading, width)| (*heading, if *width > 0.0 { width + 0.71 } else { 0.0 }))
            .collect();
        let name = numbered(self.name, self.sheets);
        self.book.open(name, SheetUse::List { title: self.title, above: self.above }, &columns)
    }

    /// Adds a row; `strong` marks the words in it that are to be seen first.
    ///
    /// # Errors
    /// The target fails.
    pub fn push(&mut self, items: &[ListCell<'_>], strong: Option<usize>) -> io::Result<()> {
        if self.rows >= self.room {
            self.close()?;
            self.open()?;
        }
        // Not every program fits rows to wrapped words by itself.
        let lines = items.iter().zip(self.columns).map(|(item, (_, width))| match item {
            ListCell::Text(text) | ListCell::Link { text, .. } | ListCell::Input(text) => {
                measure::lines(text, *width, TYPE)
            }
            ListCell::Count(_) | ListCell::Tag(_) | ListCell::Blank => 1,
        });
        let lines = lines.max().unwrap_or(1);
        self.book.cells.start_row((lines > 1).then(|| height(lines)));
        for (column, item) in items.iter().enumerate() {
            match item {
                ListCell::Text(text) if strong == Some(column) => {
                    self.book.cells.text(column, text, RowStyle::ListStrong)
                }
                ListCell::Text(text) => self.book.cells.text(column, text, RowStyle::ListText),
                ListCell::Count(count) => {
                    self.book.cells.integer(column, i64::try_from(*count).unwrap_or(i64::MAX), RowStyle::ListCount);
                }
                ListCell::Link { text, target } => self.link(column, text, target),
                ListCell::Input("") => self.book.cells.empty(column, RowStyle::ListInput),
                ListCell::Input(text) => self.book.cells.text(column, text, RowStyle::ListInput),
                ListCell::Tag(text) => self.book.cells.text(column, text, RowStyle::ListCount),
                ListCell::Blank => self.book.cells.empty(column, RowStyle::ListText),
            }
        }
        self.rows += 1;
        self.total += 1;
        self.book.end_row()
    }

    fn link(&mut self, column: usize, text: &str, target: &str) {
        // Excel takes so many links a sheet, and so long ones; and none without words.
        if self.links >= LINK_LIMIT || target.encode_utf16().count() > ADDRESS || printable(text).0.is_empty() {
            self.unlinked += 1;
            self.book.cells.text(column, text, RowStyle::ListText);
        } else {
            self.links += 1;
            self.book.cells.link(column, text, target);
        }
    }

    /// Ends the list; returns what an officer has to be told of the splitting and cutting.
    ///
    /// # Errors
    /// The target fails.
    pub fn finish(mut self) -> io::Result<Vec<String>> {
        if self.total == 0 {
            // A header over nothing may look like something lost.
            self.book.line(NONE, RowStyle::ListNote, LINE)?;
        }
        self.close()?;
        let mut said = Vec::new();
        if self.sheets > 1 {
            said.push(format!(
                "“{}”共 {} 行，超过一个工作表的 {} 行，分为 {} 个工作表，按次序编号。",
                self.name, self.total, self.room, self.sheets
            ));
        }
        if self.unlinked > 0 {
            said.push(format!("“{}”有 {} 行的文件没有加链接：超出 Excel 的链接限额。", self.name, self.unlinked));
        }
        let cut = self.book.cells.cut - self.cut_before;
        if cut > 0 {
            said.push(format!("“{}”有 {cut} 个单元格文字超过 32,767 字，已截断并在末尾注明。", self.name));
        }
        Ok(said)
    }
}

/// The height of a row of so many lines, in points.
fn height(lines: u32) -> f64 {
    (f64::from(lines) * 13.5 + 3.0).min(400.0)
}

/// A sheet of remarks, where there is something to say.
///
/// # Errors
/// The target fails.
pub fn remarks<W: Write + Seek>(book: &mut RowBook<W>, title: &str, said: &[String]) -> io::Result<()> {
    if said.is_empty() {
        return Ok(());
    }
    let columns = [("说明", 90.0)];
    let mut sheet = Listing::new(book, ("说明", title), &columns, u32::MAX)?;
    said.iter().try_for_each(|words| sheet.push(&[ListCell::Text(words)], None))?;
    sheet.finish().map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use calamine::{Data, Reader, Xlsx};
    use std::io::{Cursor, Read};

    fn part(bytes: &[u8], name: &str) -> String {
        let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        let mut xml = String::new();
        zip.by_name(name).unwrap().read_to_string(&mut xml).unwrap();
        xml
    }

    #[test]
    fn a_list_is_split_linked_filtered_and_read_back() {
        let mut book = RowBook::new(Cursor::new(Vec::new()));
        let columns = [("文件", 20.0), ("数", 6.0), ("级别", 6.0)];
        let list = Listing::new(&mut book, ("清 单'表", "题目&1"), &columns, 2).unwrap();
        let mut list = list.with_printed(2);
        let long = "长".repeat(40_000);
        for text in ["甲 & 乙", "=1+1", &long] {
            let link = ListCell::Link { text, target: "../a%20b/%231.xlsx" };
            list.push(&[link, ListCell::Count(1_234), ListCell::Text("必改")], Some(2)).unwrap();
        }
        let said = list.finish().unwrap();
        assert!(said[0].contains("共 3 行") && said[0].contains("分为 2 个"), "{said:?}");
        assert!(said[1].contains("有 1 个单元格文字超过"), "{said:?}");
        remarks(&mut book, "题目", &said).unwrap();
        let bytes = book.finish("题目").unwrap().into_inner();
        let mut read: Xlsx<_> = Xlsx::new(Cursor::new(&bytes)).unwrap();
        assert_eq!(read.sheet_names(), ["清 单'表", "清 单'表(2)", "说明"]);
        let first = read.worksheet_range("清 单'表").unwrap();
        assert_eq!(first.get_value((2, 0)), Some(&Data::String("=1+1".to_owned())), "no formula");
        assert_eq!(first.get_value((1, 1)), Some(&Data::Float(1_234.0)));
        let sheet = part(&bytes, "xl/worksheets/sheet1.xml");
        assert!(
            sheet.contains("<autoFilter ref=\"A1:C3\"/><hyperlinks><hyperlink ref=\"A2\" r:id=\"rId1\"/>"),
            "{sheet}"
        );
        assert!(part(&bytes, "xl/worksheets/_rels/sheet1.xml.rels").contains("Target=\"../a%20b/%231.xlsx\""));
        let names = part(&bytes, "xl/workbook.xml");
        assert!(names.contains(">'清 单''表'!$A$1:$C$3<"), "{names}");
        assert!(names.contains("Print_Area\" localSheetId=\"1\">'清 单''表(2)'!$A$1:$B$2<"), "{names}");
    }
}
