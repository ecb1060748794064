//! A workbook of rows, written straight into the zip: for hundreds of thousands of rows without charts, merges or
//! colours, where a general writer's cell objects cost three times what is written, and its temporary files fail by a
//! panic.
//!
//! Texts that recur are shared, all others in-line, so that little is kept in memory. What cannot be written is the
//! target's error and nobody else's.

use super::cell_text::printable;
use super::package::{self, DataTable, RowStyle, SheetEntry};
use super::row_cells::{RowCells, SheetXml};
use super::row_paper;
use super::xml::{HEAD, escaped};
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
    /// The list that a column of the current sheet is chosen from.
    validation: Option<String>,
    /// How many columns of the current sheet are printed; `None` for all.
    printed: Option<usize>,
    options: SimpleFileOptions,
    /// What is gathered of the current sheet before it goes to the compressor.
    pub cells: RowCells,
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
            validation: None,
            printed: None,
            options,
            cells: RowCells::default(),
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
        self.cells.begin(columns.len());
        self.cells.raw(HEAD);
        self.cells.raw("<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"");
        self.cells.raw(" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\">");
        self.cells.raw(if spread {
            "<sheetViews>"
        } else {
            "<sheetPr><pageSetUpPr fitToPage=\"1\"/></sheetPr><sheetViews>"
        });
        // Two sheets selected at once would be written to together. Data stand behind what explains them.
        let selected = list.is_some() && !self.selected;
        self.selected |= selected;
        self.cells.raw(if selected { "<sheetView tabSelected=\"1\"" } else { "<sheetView" });
        // Who sent a row of data stays in sight beside its last column.
        let (split, corner, pane) = match list {
            Some(_) => ("", 'A', "bottomLeft"),
            None => (" xSplit=\"1\"", 'B', "bottomRight"),
        };
        self.cells.raw(&format!(
            " workbookViewId=\"0\"><pane{split} ySplit=\"{header}\" topLeftCell=\"{corner}{}\" activePane=\"{pane}\" \
             state=\"frozen\"/>",
            header + 1
        ));
        self.cells.raw("</sheetView></sheetViews>");
        self.cells.raw(match list {
            Some(_) => "<sheetFormatPr defaultRowHeight=\"16.5\" customHeight=\"1\"/><cols>",
            None => "<sheetFormatPr defaultRowHeight=\"13.5\"/><cols>",
        });
        // Words that are left out have their column's format, borders and all.
        let style = list.map_or_else(String::new, |_| format!(" style=\"{}\"", RowStyle::ListText as u8));
        for (number, (_, width)) in (1..).zip(columns) {
            let hidden = if *width > 0.0 { "" } else { " hidden=\"1\"" };
            self.cells.raw(&format!(
                "<col min=\"{number}\" max=\"{number}\" width=\"{width:.2}\"{style}{hidden} customWidth=\"1\"/>"
            ));
        }
        self.cells.raw("</cols><sheetData>");
        for (at, line) in above.iter().enumerate() {
            let (style, height) = if at == 0 { (RowStyle::ListTitle, 26.0) } else { (RowStyle::ListNote, 16.5) };
            self.line(line, style, height)?;
        }
        let (header, height) = match list {
            Some(_) => (RowStyle::ListHeader, Some(24.0)),
            None => (RowStyle::Header, None),
        };
        self.cells.start_row(height);
        for (column, (heading, _)) in columns.iter().enumerate() {
            self.cells.text(column, heading, header);
        }
        self.end_row()
    }

    /// A row of words that run over all columns.
    ///
    /// # Errors
    /// The target fails.
    pub fn line(&mut self, words: &str, style: RowStyle, height: f64) -> io::Result<()> {
        // The row's own style keeps the columns' borders out of its empty cells.
        self.cells.start_row(None);
        self.cells.xml.pop();
        self.cells.raw(&format!(" ht=\"{height}\" customHeight=\"1\" s=\"{}\" customFormat=\"1\">", style as u8));
        self.cells.text(0, words, style);
        self.end_row()
    }

    /// Ends the row.
    ///
    /// # Errors
    /// The target fails.
    pub fn end_row(&mut self) -> io::Result<()> {
        self.cells.end_row();
        if self.cells.is_full() {
            self.zip.write_all(self.cells.xml.bytes())?;
            self.cells.xml.clear();
        }
        Ok(())
    }

    /// Ends the sheet, with its links.
    ///
    /// # Errors
    /// The target fails.
    pub fn close(&mut self) -> io::Result<()> {
        self.cells.raw("</sheetData>");
        self.sheet_ends();
        let table = self.table.take();
        if table.is_some() {
            self.cells.raw("<tableParts count=\"1\"><tablePart r:id=\"rId1\"/></tableParts>");
        }
        self.cells.raw("</worksheet>");
        self.zip.write_all(self.cells.xml.bytes())?;
        self.cells.xml.clear();
        let targets: Vec<String> = self.cells.links.drain(..).map(|(_, target)| target).collect();
        if table.is_none() && targets.is_empty() {
            return Ok(());
        }
        self.tables += usize::from(table.is_some());
        let part = format!("xl/worksheets/_rels/sheet{}.xml.rels", self.sheets.len());
        self.zip.start_file(part, self.options)?;
        self.zip.write_all(package::relations(table.as_ref().map(|_| self.tables), &targets).as_bytes())?;
        if let Some(table) = table {
            self.zip.start_file(format!("xl/tables/table{}.xml", self.tables), self.options)?;
            self.zip.write_all(package::table(&table, self.tables, self.cells.rows.max(2)).as_bytes())?;
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
            let last = self.cells.letters.last().map_or("A", String::as_str);
            let header = self.header();
            let rows = self.cells.rows.max(header + 1);
            let (to, absolute) = (format!("{last}{rows}"), format!("${last}${rows}"));
            self.cells.raw(&format!("<autoFilter ref=\"A{header}:{to}\"/>"));
            if let Some(sheet) = self.sheets.last_mut() {
                sheet.filtered_to = Some(absolute);
            }
        }
        let count = self.printed.take();
        let printed = count.and_then(|count| self.cells.letters.get(count.saturating_sub(1)));
        let printed = printed.map(|letters| format!("${letters}${}", self.cells.rows));
        if let Some(sheet) = self.sheets.last_mut() {
            sheet.printed_to = printed;
        }
        if let Some(validation) = self.validation.take() {
            self.cells.raw(&validation);
        }
        if !self.cells.links.is_empty() {
            let links =
                (1..).zip(&self.cells.links).map(|(id, (at, _))| format!("<hyperlink ref=\"{at}\" r:id=\"rId{id}\"/>"));
            let links: String = links.collect();
            self.cells.raw(&format!("<hyperlinks>{links}</hyperlinks>"));
        }
        let spread = self.sheets.last().is_some_and(|sheet| sheet.spread);
        let printed = self.widths.get(..count.unwrap_or(usize::MAX)).unwrap_or(&self.widths);
        let paper = row_paper::paper(&self.title, printed, spread);
        self.cells.raw(&paper);
    }

    /// Lets the cells of a column of the current sheet be chosen from a list of words, whatever rows are sorted or added.
    pub fn choices(&mut self, column: usize, words: &[&str]) {
        let Some(letters) = self.cells.letters.get(column) else { return };
        let list = escaped(&words.join(","));
        let first = self.header() + 1;
        self.validation = Some(format!(
            "<dataValidations count=\"1\"><dataValidation type=\"list\" allowBlank=\"1\" showErrorMessage=\"1\" \
             errorTitle=\"请从下拉表里选\" error=\"只能从下拉表里选一个词，或留空。\" sqref=\"{letters}{first}:{letters}{}\">\
             <formula1>\"{list}\"</formula1></dataValidation></dataValidations>",
            self.cells.rows.max(first)
        ));
    }

    /// Adds what binds the sheets together and returns where it all went.
    ///
    /// # Errors
    /// The target fails.
    pub fn finish(mut self, title: &str) -> io::Result<W> {
        self.zip.start_file("xl/sharedStrings.xml", self.options)?;
        let (uses, texts) = (self.cells.uses, self.cells.texts);
        write!(
            self.zip,
            "{HEAD}<sst xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" count=\"{uses}\" uniqueCount=\"{texts}\">"
        )?;
        self.cells.shared.iter().try_for_each(|piece| self.zip.write_all(piece))?;
        self.zip.write_all(b"</sst>")?;
        for (name, xml) in package::parts(&self.sheets, self.tables, &printable(title).0) {
            self.zip.start_file(name, self.options)?;
            self.zip.write_all(xml.as_bytes())?;
        }
        Ok(self.zip.finish()?)
    }
}

impl<W: Write + Seek + Send> RowBook<W> {
    /// Adds rows, each of which `make` starts and ends: while some are compressed the next are made, where another thread
    /// is free for it.
    ///
    /// # Errors
    /// The target fails.
    pub fn add_rows<T>(
        &mut self,
        mut rows: impl Iterator<Item = T> + Send,
        mut make: impl FnMut(&mut RowCells, T) + Send,
    ) -> io::Result<()> {
        let mut fill = |cells: &mut RowCells| {
            while !cells.is_full()
                && let Some(row) = rows.next()
            {
                make(cells, row);
            }
        };
        let RowBook { zip, cells, .. } = self;
        fill(cells);
        let mut full = SheetXml::default();
        while cells.is_full() {
            std::mem::swap(&mut cells.xml, &mut full);
            let (written, ()) = rayon::join(|| zip.write_all(full.bytes()), || fill(cells));
            written?;
            full.clear();
        }
        Ok(())
    }
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
            book.cells.start_row(None);
            book.cells.text(0, text, RowStyle::Plain);
            book.cells.integer(1, integer, RowStyle::Plain);
            book.cells.number(2, 0.1 * integer as f64);
            book.end_row().unwrap();
        }
        for text in texts {
            let shared = book.cells.share(text).unwrap();
            book.cells.start_row(None);
            book.cells.filled(0, &shared);
            book.cells.filled(1, &shared);
            book.end_row().unwrap();
        }
        assert_eq!(book.cells.share(""), None);
        book.cells.start_row(None);
        book.cells.integer(1, i64::MIN, RowStyle::Plain);
        book.cells.number(2, f64::NAN);
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
