//! A workbook of rows, written straight into the zip: for hundreds of thousands of rows without charts, merges or
//! colours, where a general writer's cell objects cost three times what is written, and its temporary files fail by a
//! panic.
//!
//! Texts that recur are shared, all others in-line, so that little is kept in memory. What cannot be written is the
//! target's error and nobody else's.

use super::cell_text::printable;
use super::excel::letters;
use super::package::{self, DataTable, RowStyle, SheetEntry};
use super::row_paper;
use super::xml::{HEAD, Piece, digits, escape, escaped, figure, is_simple, keeps_spaces};
use std::io::{self, Seek, Write};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// What a sheet is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SheetUse<'a> {
    /// Rows for pivot tables and programs, marked up as a table of this name (letters and `_`, one in the workbook); the
    /// estimate of its cells tells whether its part grows beyond 4 GiB.
    Data { title: &'a str, table: &'a str, cells: u64 },
    /// A list that people read, filter and print, with this title above every page, and with these lines above its header:
    /// what it is called, and how it is to be read.
    List { title: &'a str, above: &'a [String] },
}

/// Bytes gathered before they go to the compressor.
const CHUNK: usize = 1 << 16;
/// What stands between a cell's address and its number or the number of its text, and behind that.
const NUMBER: Piece = Piece::of(b"\"><v>");
const TEXT: Piece = Piece::of(b"\" t=\"s\"><v>");
/// How a cell begins that stands in no column of the sheet.
const OUTSIDE: Piece = Piece::of(b"<c r=\"");
const END: Piece = Piece::of(b"</v></c>");

/// The package, and the sheet that is being written.
pub struct RowBook<W: Write + Seek> {
    zip: ZipWriter<W>,
    sheets: Vec<SheetEntry>,
    /// What is printed around the current sheet.
    title: String,
    /// What the current sheet is marked up as, where it is more than a list.
    table: Option<DataTable>,
    /// Tables of the book so far.
    tables: usize,
    /// Whether a sheet is the one that opens.
    selected: bool,
    /// How wide its columns are.
    widths: Vec<f64>,
    /// Cells of the current sheet that open a file, with the address of each.
    links: Vec<(String, String)>,
    /// The list that a column of the current sheet is chosen from.
    validation: Option<String>,
    /// How many columns of the current sheet are printed; `None` for all.
    printed: Option<usize>,
    buffer: Vec<u8>,
    /// Letters of each column, and how its cells begin.
    letters: Vec<String>,
    heads: Vec<Piece>,
    /// 1-based number of the current row, in digits.
    row: Piece,
    rows: u32,
    options: SimpleFileOptions,
    /// Shared texts as XML, how many there are, and how often cells use them.
    shared: Vec<u8>,
    texts: u32,
    uses: u64,
    /// Texts that were cut to Excel's limit.
    pub cut: u64,
}

impl<W: Write + Seek> RowBook<W> {
    /// An empty package.
    pub fn new(target: W) -> RowBook<W> {
        // Level 1 costs half the time of the usual 6 for a sixth more bytes. The stamp of every part is zip's first day.
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .compression_level(Some(1))
            .last_modified_time(zip::DateTime::default());
        RowBook {
            zip: ZipWriter::new(target),
            sheets: Vec::new(),
            title: String::new(),
            table: None,
            tables: 0,
            selected: false,
            widths: Vec::new(),
            links: Vec::new(),
            validation: None,
            printed: None,
            buffer: Vec::with_capacity(CHUNK * 2),
            letters: Vec::new(),
            heads: Vec::new(),
            row: Piece::default(),
            rows: 0,
            options,
            shared: Vec::new(),
            texts: 0,
            uses: 0,
            cut: 0,
        }
    }

    /// Starts a sheet with these columns (heading, width; one of width 0 is hidden), its header row written.
    ///
    /// # Errors
    /// The target fails.
    pub fn open(&mut self, name: String, sheet_use: SheetUse<'_>, columns: &[(&str, f64)]) -> io::Result<()> {
        let (list, title, above, cells) = match sheet_use {
            SheetUse::Data { title, table, cells } => {
                let columns = columns.iter().map(|(heading, _)| printable(heading).0.into_owned()).collect();
                self.table = Some(DataTable { name: table.to_owned(), columns });
                (None, title, &[][..], cells)
            }
            SheetUse::List { title, above } => (Some(title), title, above, 0),
        };
        let part = self.sheets.len() + 1;
        let header = above.len() + 1;
        let widths: Vec<f64> = columns.iter().map(|(_, width)| *width).collect();
        // Shrunk to one page, so many columns could not be read.
        let spread = list.is_none() && row_paper::is_too_wide(&widths);
        self.sheets.push(SheetEntry { name, part, header, filtered_to: None, printed_to: None, spread });
        let part = format!("xl/worksheets/sheet{part}.xml");
        // A part beyond 4 GiB needs 64-bit sizes in its header; a cell takes some 60 bytes.
        self.zip.start_file(part, self.options.large_file(cells > 50_000_000))?;
        title.clone_into(&mut self.title);
        self.widths = widths;
        self.letters = (0..columns.len()).map(letters).collect();
        self.heads = self.letters.iter().map(|letters| Piece::of(format!("<c r=\"{letters}").as_bytes())).collect();
        self.rows = 0;
        self.raw(HEAD);
        self.raw("<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"");
        self.raw(" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\">");
        self.raw(if spread { "<sheetViews>" } else { "<sheetPr><pageSetUpPr fitToPage=\"1\"/></sheetPr><sheetViews>" });
        // Two sheets selected at once would be written to together. Data stand behind what explains them.
        let selected = list.is_some() && !self.selected;
        self.selected |= selected;
        self.raw(if selected { "<sheetView tabSelected=\"1\"" } else { "<sheetView" });
        // Who sent a row of data stays in sight beside its last column.
        let (split, corner, pane) = match list {
            Some(_) => ("", 'A', "bottomLeft"),
            None => (" xSplit=\"1\"", 'B', "bottomRight"),
        };
        self.raw(&format!(
            " workbookViewId=\"0\"><pane{split} ySplit=\"{header}\" topLeftCell=\"{corner}{}\" activePane=\"{pane}\" \
             state=\"frozen\"/>",
            header + 1
        ));
        self.raw("</sheetView></sheetViews>");
        self.raw(match list {
            Some(_) => "<sheetFormatPr defaultRowHeight=\"16.5\" customHeight=\"1\"/><cols>",
            None => "<sheetFormatPr defaultRowHeight=\"13.5\"/><cols>",
        });
        // Words that are left out have their column's format, borders and all.
        let style = list.map_or_else(String::new, |_| format!(" style=\"{}\"", RowStyle::ListText as u8));
        for (number, (_, width)) in (1..).zip(columns) {
            let hidden = if *width > 0.0 { "" } else { " hidden=\"1\"" };
            self.raw(&format!(
                "<col min=\"{number}\" max=\"{number}\" width=\"{width:.2}\"{style}{hidden} customWidth=\"1\"/>"
            ));
        }
        self.raw("</cols><sheetData>");
        for (at, line) in above.iter().enumerate() {
            let (style, height) = if at == 0 { (RowStyle::ListTitle, 26.0) } else { (RowStyle::ListNote, 16.5) };
            self.line(line, style, height)?;
        }
        let (header, height) = match list {
            Some(_) => (RowStyle::ListHeader, Some(24.0)),
            None => (RowStyle::Header, None),
        };
        self.start_row(height);
        for (column, (heading, _)) in columns.iter().enumerate() {
            self.text(column, heading, header);
        }
        self.end_row()
    }

    /// A row of words that run over all columns.
    ///
    /// # Errors
    /// The target fails.
    pub fn line(&mut self, words: &str, style: RowStyle, height: f64) -> io::Result<()> {
        // The row's own style keeps the columns' borders out of its empty cells.
        self.start_row(None);
        self.buffer.pop();
        self.raw(&format!(" ht=\"{height}\" customHeight=\"1\" s=\"{}\" customFormat=\"1\">", style as u8));
        self.text(0, words, style);
        self.end_row()
    }

    /// Starts the next row, of this height in points or that of all.
    pub fn start_row(&mut self, height: Option<f64>) {
        self.rows += 1;
        self.row = Piece::of(self.rows.to_string().as_bytes());
        self.buffer.extend_from_slice(b"<row r=\"");
        self.buffer.extend_from_slice(self.row.bytes());
        match height {
            Some(height) => self.raw(&format!("\" ht=\"{height}\" customHeight=\"1\">")),
            None => self.raw("\">"),
        }
    }

    /// Ends the row.
    ///
    /// # Errors
    /// The target fails.
    pub fn end_row(&mut self) -> io::Result<()> {
        self.raw("</row>");
        if self.buffer.len() >= CHUNK {
            self.zip.write_all(&self.buffer)?;
            self.buffer.clear();
        }
        Ok(())
    }

    /// Ends the sheet, with its links.
    ///
    /// # Errors
    /// The target fails.
    pub fn close(&mut self) -> io::Result<()> {
        self.raw("</sheetData>");
        self.sheet_ends();
        let table = self.table.take();
        if table.is_some() {
            self.raw("<tableParts count=\"1\"><tablePart r:id=\"rId1\"/></tableParts>");
        }
        self.raw("</worksheet>");
        self.zip.write_all(&self.buffer)?;
        self.buffer.clear();
        let targets: Vec<String> = self.links.drain(..).map(|(_, target)| target).collect();
        if table.is_none() && targets.is_empty() {
            return Ok(());
        }
        self.tables += usize::from(table.is_some());
        let part = format!("xl/worksheets/_rels/sheet{}.xml.rels", self.sheets.len());
        self.zip.start_file(part, self.options)?;
        self.zip.write_all(package::relations(table.as_ref().map(|_| self.tables), &targets).as_bytes())?;
        if let Some(table) = table {
            self.zip.start_file(format!("xl/tables/table{}.xml", self.tables), self.options)?;
            self.zip.write_all(package::table(&table, self.tables, self.rows.max(2)).as_bytes())?;
        }
        Ok(())
    }

    /// Puts the last sheets, as many as these, before all others.
    pub fn put_first(&mut self, count: usize) {
        let count = count.min(self.sheets.len());
        self.sheets.rotate_right(count);
    }

    /// 1-based header row of the current sheet.
    fn header(&self) -> u32 {
        self.sheets.last().map_or(1, |sheet| sheet.header as u32)
    }

    /// Prints the first columns of the current sheet alone; the others are for the screen.
    pub fn print_columns(&mut self, count: usize) {
        self.printed = Some(count);
    }

    /// Filter, links and paper, in the order in which a sheet has them.
    fn sheet_ends(&mut self) {
        // A filter over a header alone is none, and a table has its own.
        if self.table.is_none() {
            let last = self.letters.last().map_or("A", String::as_str);
            let header = self.header();
            let rows = self.rows.max(header + 1);
            let (to, absolute) = (format!("{last}{rows}"), format!("${last}${rows}"));
            self.raw(&format!("<autoFilter ref=\"A{header}:{to}\"/>"));
            if let Some(sheet) = self.sheets.last_mut() {
                sheet.filtered_to = Some(absolute);
            }
        }
        let count = self.printed.take();
        let printed = count.and_then(|count| self.letters.get(count.saturating_sub(1)));
        let printed = printed.map(|letters| format!("${letters}${}", self.rows));
        if let Some(sheet) = self.sheets.last_mut() {
            sheet.printed_to = printed;
        }
        if let Some(validation) = self.validation.take() {
            self.raw(&validation);
        }
        if !self.links.is_empty() {
            let links =
                (1..).zip(&self.links).map(|(id, (at, _))| format!("<hyperlink ref=\"{at}\" r:id=\"rId{id}\"/>"));
            let links: String = links.collect();
            self.raw(&format!("<hyperlinks>{links}</hyperlinks>"));
        }
        let spread = self.sheets.last().is_some_and(|sheet| sheet.spread);
        let printed = self.widths.get(..count.unwrap_or(usize::MAX)).unwrap_or(&self.widths);
        let paper = row_paper::paper(&self.title, printed, spread);
        self.raw(&paper);
    }

    /// A text cell: in-line, and never a formula.
    pub fn text(&mut self, column: usize, text: &str, style: RowStyle) {
        if is_simple(text) {
            self.cell(column, style);
            self.raw(" t=\"inlineStr\"><is><t>");
            self.raw(text);
            return self.raw("</t></is></c>");
        }
        let (text, cut) = printable(text);
        self.cut += u64::from(cut);
        if text.is_empty() {
            return;
        }
        self.cell(column, style);
        self.raw(if keeps_spaces(&text) {
            " t=\"inlineStr\"><is><t xml:space=\"preserve\">"
        } else {
            " t=\"inlineStr\"><is><t>"
        });
        escape(&mut self.buffer, &text);
        self.raw("</t></is></c>");
    }

    /// A cell whose words open a file; `target` is its address, whole.
    pub fn link(&mut self, column: usize, text: &str, target: &str) {
        if let Some(letters) = self.letters.get(column) {
            self.links.push((format!("{letters}{}", self.rows), target.to_owned()));
        }
        self.text(column, text, RowStyle::ListLink);
    }

    /// A cell of a list without words.
    pub fn empty(&mut self, column: usize, style: RowStyle) {
        self.cell(column, style);
        self.raw("/>");
    }

    /// Lets the cells of a column of the current sheet be chosen from a list of words, whatever rows are sorted or added.
    pub fn choices(&mut self, column: usize, words: &[&str]) {
        let Some(letters) = self.letters.get(column) else { return };
        let list = escaped(&words.join(","));
        let first = self.header() + 1;
        self.validation = Some(format!(
            "<dataValidations count=\"1\"><dataValidation type=\"list\" allowBlank=\"1\" showErrorMessage=\"1\" \
             errorTitle=\"请从下拉表里选\" error=\"只能从下拉表里选一个词，或留空。\" sqref=\"{letters}{first}:{letters}{}\">\
             <formula1>\"{list}\"</formula1></dataValidation></dataValidations>",
            self.rows.max(first)
        ));
    }

    /// Adds a text that cells will share; its number is for [`RowBook::shared`]. `None` for one that leaves cells empty.
    pub fn share(&mut self, text: &str) -> Option<SharedText> {
        let (text, cut) = printable(text);
        if text.is_empty() {
            return None;
        }
        self.shared.extend_from_slice(if keeps_spaces(&text) { b"<si><t xml:space=\"preserve\">" } else { b"<si><t>" });
        escape(&mut self.shared, &text);
        self.shared.extend_from_slice(b"</t></si>");
        self.texts += 1;
        Some(SharedText { number: self.texts - 1, cut })
    }

    /// A cell with a shared text.
    pub fn shared(&mut self, column: usize, shared: SharedText) {
        self.cut += u64::from(shared.cut);
        self.uses += 1;
        self.plain(column, &TEXT, u64::from(shared.number));
    }

    /// A whole number; Excel keeps 15 digits, a longer one is written as text.
    pub fn integer(&mut self, column: usize, value: i64, style: RowStyle) {
        if value.unsigned_abs() >= 1_000_000_000_000_000 {
            return self.text(column, &value.to_string(), style);
        }
        if style == RowStyle::Plain && value >= 0 {
            return self.plain(column, &NUMBER, value.unsigned_abs());
        }
        self.cell(column, style);
        self.raw("><v>");
        if value < 0 {
            self.buffer.push(b'-');
        }
        digits(&mut self.buffer, value.unsigned_abs());
        self.raw("</v></c>");
    }

    /// A number; one that is not finite leaves the cell empty.
    pub fn number(&mut self, column: usize, value: f64) {
        if !value.is_finite() {
            return;
        }
        if value.fract() == 0.0 && (0.0..1e15).contains(&value) && value.is_sign_positive() {
            return self.plain(column, &NUMBER, value as u64);
        }
        self.cell(column, RowStyle::Plain);
        // Writing to a vector cannot fail.
        let _ = write!(self.buffer, "><v>{value}</v></c>");
    }

    /// A cell without a style that holds a whole number, as most do: put together in one place and added at once.
    fn plain(&mut self, column: usize, head: &Piece, number: u64) {
        let first = self.heads.get(column).unwrap_or(&OUTSIDE);
        figure(&mut self.buffer, [first, &self.row, head], number, &END);
    }

    fn cell(&mut self, column: usize, style: RowStyle) {
        self.buffer.extend_from_slice(self.heads.get(column).unwrap_or(&OUTSIDE).bytes());
        self.buffer.extend_from_slice(self.row.bytes());
        self.buffer.push(b'"');
        if style != RowStyle::Plain {
            self.buffer.extend_from_slice(b" s=\"");
            digits(&mut self.buffer, style as u64);
            self.buffer.push(b'"');
        }
    }

    fn raw(&mut self, xml: &str) {
        self.buffer.extend_from_slice(xml.as_bytes());
    }

    /// Adds what binds the sheets together and returns where it all went.
    ///
    /// # Errors
    /// The target fails.
    pub fn finish(mut self, title: &str) -> io::Result<W> {
        self.zip.start_file("xl/sharedStrings.xml", self.options)?;
        let (uses, texts) = (self.uses, self.texts);
        write!(
            self.zip,
            "{HEAD}<sst xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" count=\"{uses}\" uniqueCount=\"{texts}\">"
        )?;
        self.zip.write_all(&self.shared)?;
        self.zip.write_all(b"</sst>")?;
        for (name, xml) in package::parts(&self.sheets, self.tables, &printable(title).0) {
            self.zip.start_file(name, self.options)?;
            self.zip.write_all(xml.as_bytes())?;
        }
        Ok(self.zip.finish()?)
    }
}

/// A text that cells share: its number, and whether it was cut to Excel's limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SharedText {
    number: u32,
    cut: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use calamine::{Data, Reader, Xlsx};
    use std::io::Cursor;

    #[test]
    fn what_is_written_reads_back_as_it_was() {
        let mut book = RowBook::new(Cursor::new(Vec::new()));
        book.open(
            "甲<乙".to_owned(),
            SheetUse::Data { title: "题", table: "表_甲", cells: 0 },
            &[("文字&", 10.0), ("整数", 8.0), ("小数", 8.0)],
        )
        .unwrap();
        let texts = ["=1+1", "a<b & \"c\"", " 前后 ", "两\n行", "（_x0041_）"];
        for (text, integer) in texts.iter().zip([0, -12, 999_999_999_999_999, 1, 2]) {
            book.start_row(None);
            book.text(0, text, RowStyle::Plain);
            book.integer(1, integer, RowStyle::Plain);
            book.number(2, 0.1 * integer as f64);
            book.end_row().unwrap();
        }
        for text in texts {
            let shared = book.share(text).unwrap();
            book.start_row(None);
            book.shared(0, shared);
            book.shared(1, shared);
            book.end_row().unwrap();
        }
        assert_eq!(book.share(""), None);
        book.start_row(None);
        book.integer(1, i64::MIN, RowStyle::Plain);
        book.number(2, f64::NAN);
        book.end_row().unwrap();
        book.close().unwrap();
        let mut read: Xlsx<_> = Xlsx::new(book.finish("题 & 目").unwrap()).unwrap();
        let sheet = read.worksheet_range("甲<乙").unwrap();
        for (row, text) in (1u32..).zip(texts) {
            assert_eq!(sheet.get_value((row, 0)), Some(&Data::String(text.to_owned())));
        }
        assert_eq!(sheet.get_value((2, 1)), Some(&Data::Float(-12.0)));
        assert_eq!(sheet.get_value((3, 2)), Some(&Data::Float(0.1 * 999_999_999_999_999.0)));
        for (row, text) in (6u32..).zip(texts) {
            assert_eq!(sheet.get_value((row, 0)), Some(&Data::String(text.to_owned())));
            assert_eq!(sheet.get_value((row, 1)), Some(&Data::String(text.to_owned())));
        }
        assert_eq!(sheet.get_value((11, 1)), Some(&Data::String(i64::MIN.to_string())), "digits that Excel would lose");
        assert!(matches!(sheet.get_value((11, 2)), None | Some(Data::Empty)));
    }
}
