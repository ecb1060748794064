//! A plain xlsx package, written straight into the zip: for hundreds of thousands of rows without charts, merges or
//! colours, where a general writer's cell objects cost three times what is written.
//!
//! Parts and their order follow ECMA-376 part 1, §12.3 and §18.3. Texts that recur are shared, all others in-line, so that
//! little is kept in memory.

use super::cell_text;
use std::io::{Seek, Write};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// Index of a cell's format in [`STYLES`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum TidyStyle {
    Plain = 0,
    Date = 1,
    Month = 2,
    Header = 3,
}

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
const STYLES: &str = "<styleSheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">\
<numFmts count=\"2\"><numFmt numFmtId=\"164\" formatCode=\"yyyy\\-mm\\-dd\"/><numFmt numFmtId=\"165\" formatCode=\"yyyy\\-mm\"/></numFmts>\
<fonts count=\"2\"><font><sz val=\"10\"/><name val=\"宋体\"/><family val=\"3\"/><charset val=\"134\"/></font>\
<font><b/><sz val=\"10\"/><name val=\"黑体\"/><family val=\"3\"/><charset val=\"134\"/></font></fonts>\
<fills count=\"3\"><fill><patternFill patternType=\"none\"/></fill><fill><patternFill patternType=\"gray125\"/></fill>\
<fill><patternFill patternType=\"solid\"><fgColor rgb=\"FFE7E6E6\"/><bgColor indexed=\"64\"/></patternFill></fill></fills>\
<borders count=\"1\"><border><left/><right/><top/><bottom/><diagonal/></border></borders>\
<cellStyleXfs count=\"1\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\"/></cellStyleXfs>\
<cellXfs count=\"4\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\"/>\
<xf numFmtId=\"164\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\"/>\
<xf numFmtId=\"165\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\"/>\
<xf numFmtId=\"0\" fontId=\"1\" fillId=\"2\" borderId=\"0\" xfId=\"0\" applyFont=\"1\" applyFill=\"1\"/></cellXfs>\
<cellStyles count=\"1\"><cellStyle name=\"Normal\" xfId=\"0\" builtinId=\"0\"/></cellStyles></styleSheet>";
/// Bytes gathered before they go to the compressor.
const CHUNK: usize = 1 << 16;

/// The package, and the sheet that is being written.
pub struct TidyBook<W: Write + Seek> {
    zip: ZipWriter<W>,
    sheets: Vec<String>,
    buffer: Vec<u8>,
    /// Letters of each column.
    letters: Vec<String>,
    /// 1-based number of the current row, in digits.
    row: Vec<u8>,
    rows: u32,
    options: SimpleFileOptions,
    /// SharedText texts as XML, how many there are, and how often cells use them.
    shared: Vec<u8>,
    texts: u32,
    uses: u64,
    /// Texts that were cut to Excel's limit.
    pub cut: u64,
}

impl<W: Write + Seek> TidyBook<W> {
    /// An empty package.
    pub fn new(target: W) -> TidyBook<W> {
        // Level 1 costs half the time of the usual 6 for a sixth more bytes. The stamp of every part is zip's first day.
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .compression_level(Some(1))
            .last_modified_time(zip::DateTime::default());
        TidyBook {
            zip: ZipWriter::new(target),
            sheets: Vec::new(),
            buffer: Vec::with_capacity(CHUNK * 2),
            letters: Vec::new(),
            row: Vec::new(),
            rows: 0,
            options,
            shared: Vec::new(),
            texts: 0,
            uses: 0,
            cut: 0,
        }
    }

    /// Starts a sheet with these columns (heading, width); `cells` estimates how much will be written.
    ///
    /// # Errors
    /// The compressor fails.
    pub fn open(&mut self, name: String, columns: &[(&str, f64)], cells: u64) -> std::io::Result<()> {
        self.sheets.push(name);
        let part = format!("xl/worksheets/sheet{}.xml", self.sheets.len());
        // A part beyond 4 GiB needs 64-bit sizes in its header; a cell takes some 60 bytes.
        self.zip.start_file(part, self.options.large_file(cells > 50_000_000))?;
        self.letters = (0..columns.len()).map(letters).collect();
        self.rows = 0;
        self.raw(HEAD);
        self.raw("<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetViews>");
        self.raw(if self.sheets.len() == 1 { "<sheetView tabSelected=\"1\"" } else { "<sheetView" });
        self.raw(
            " workbookViewId=\"0\"><pane ySplit=\"1\" topLeftCell=\"A2\" activePane=\"bottomLeft\" state=\"frozen\"/>",
        );
        self.raw("</sheetView></sheetViews><sheetFormatPr defaultRowHeight=\"13.5\"/><cols>");
        for (number, (_, width)) in (1..).zip(columns) {
            self.raw(&format!("<col min=\"{number}\" max=\"{number}\" width=\"{width:.2}\" customWidth=\"1\"/>"));
        }
        self.raw("</cols><sheetData>");
        self.start_row();
        for (column, (heading, _)) in columns.iter().enumerate() {
            self.text(column, heading, TidyStyle::Header);
        }
        self.end_row()
    }

    /// Starts the next row.
    pub fn start_row(&mut self) {
        self.rows += 1;
        self.row.clear();
        digits(&mut self.row, u64::from(self.rows));
        self.buffer.extend_from_slice(b"<row r=\"");
        self.buffer.extend_from_slice(&self.row);
        self.buffer.extend_from_slice(b"\">");
    }

    /// Ends the row.
    ///
    /// # Errors
    /// The compressor fails.
    pub fn end_row(&mut self) -> std::io::Result<()> {
        self.raw("</row>");
        if self.buffer.len() >= CHUNK {
            self.zip.write_all(&self.buffer)?;
            self.buffer.clear();
        }
        Ok(())
    }

    /// Ends the sheet.
    ///
    /// # Errors
    /// The compressor fails.
    pub fn close(&mut self) -> std::io::Result<()> {
        self.raw("</sheetData></worksheet>");
        self.zip.write_all(&self.buffer)?;
        self.buffer.clear();
        Ok(())
    }

    /// A text cell: in-line, and never a formula.
    pub fn text(&mut self, column: usize, text: &str, look: TidyStyle) {
        if is_simple(text) {
            self.cell(column, look);
            self.raw(" t=\"inlineStr\"><is><t>");
            self.raw(text);
            return self.raw("</t></is></c>");
        }
        let (text, cut) = cell_text::printable(text);
        self.cut += u64::from(cut);
        if text.is_empty() {
            return;
        }
        self.cell(column, look);
        self.raw(if keeps_spaces(&text) {
            " t=\"inlineStr\"><is><t xml:space=\"preserve\">"
        } else {
            " t=\"inlineStr\"><is><t>"
        });
        escape(&mut self.buffer, &text);
        self.raw("</t></is></c>");
    }

    /// Adds a text that cells will share; its number is for [`TidyBook::shared`]. `None` for one that leaves cells empty.
    pub fn share(&mut self, text: &str) -> Option<SharedText> {
        let (text, cut) = cell_text::printable(text);
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
        self.cell(column, TidyStyle::Plain);
        self.raw(" t=\"s\"><v>");
        digits(&mut self.buffer, u64::from(shared.number));
        self.raw("</v></c>");
    }

    /// A whole number; Excel keeps 15 digits, a longer one is written as text.
    pub fn integer(&mut self, column: usize, value: i64, look: TidyStyle) {
        if value.unsigned_abs() >= 1_000_000_000_000_000 {
            return self.text(column, &value.to_string(), look);
        }
        self.cell(column, look);
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
        self.cell(column, TidyStyle::Plain);
        self.raw("><v>");
        if value.fract() == 0.0 && (0.0..1e15).contains(&value) && value.is_sign_positive() {
            digits(&mut self.buffer, value as u64);
        } else {
            // Writing to a vector cannot fail.
            let _ = write!(self.buffer, "{value}");
        }
        self.raw("</v></c>");
    }

    fn cell(&mut self, column: usize, look: TidyStyle) {
        self.buffer.extend_from_slice(b"<c r=\"");
        if let Some(letters) = self.letters.get(column) {
            self.buffer.extend_from_slice(letters.as_bytes());
        }
        self.buffer.extend_from_slice(&self.row);
        self.buffer.push(b'"');
        if look != TidyStyle::Plain {
            self.buffer.extend_from_slice(b" s=\"");
            self.buffer.push(b'0' + look as u8);
            self.buffer.push(b'"');
        }
    }

    fn raw(&mut self, xml: &str) {
        self.buffer.extend_from_slice(xml.as_bytes());
    }

    /// Adds what binds the sheets together and returns where it all went.
    ///
    /// # Errors
    /// The compressor fails.
    pub fn finish(mut self, title: &str) -> std::io::Result<W> {
        const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
        const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";
        const SHEET_ML: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml";
        let mut types = format!(
            "{HEAD}<Types xmlns=\"{PACKAGE}/content-types\"><Default Extension=\"rels\" \
             ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
             <Default Extension=\"xml\" ContentType=\"application/xml\"/>\
             <Override PartName=\"/xl/workbook.xml\" ContentType=\"{SHEET_ML}.sheet.main+xml\"/>\
             <Override PartName=\"/xl/styles.xml\" ContentType=\"{SHEET_ML}.styles+xml\"/>\
             <Override PartName=\"/xl/sharedStrings.xml\" ContentType=\"{SHEET_ML}.sharedStrings+xml\"/>\
             <Override PartName=\"/docProps/core.xml\" ContentType=\"application/vnd.openxmlformats-package.core-properties+xml\"/>"
        );
        let mut book = format!(
            "{HEAD}<workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" xmlns:r=\"{OFFICE}\"><sheets>"
        );
        let mut links = format!("{HEAD}<Relationships xmlns=\"{PACKAGE}/relationships\">");
        for (number, name) in (1..).zip(&self.sheets) {
            types += &format!(
                "<Override PartName=\"/xl/worksheets/sheet{number}.xml\" ContentType=\"{SHEET_ML}.worksheet+xml\"/>"
            );
            book += &format!("<sheet name=\"{}\" sheetId=\"{number}\" r:id=\"rId{number}\"/>", escaped(name));
            links += &format!(
                "<Relationship Id=\"rId{number}\" Type=\"{OFFICE}/worksheet\" Target=\"worksheets/sheet{number}.xml\"/>"
            );
        }
        types += "</Types>";
        book += "</sheets></workbook>";
        let after = self.sheets.len() + 1;
        links += &format!(
            "<Relationship Id=\"rId{after}\" Type=\"{OFFICE}/styles\" Target=\"styles.xml\"/>\
             <Relationship Id=\"rId{}\" Type=\"{OFFICE}/sharedStrings\" Target=\"sharedStrings.xml\"/></Relationships>",
            after + 1
        );
        let root = format!(
            "{HEAD}<Relationships xmlns=\"{PACKAGE}/relationships\">\
             <Relationship Id=\"rId1\" Type=\"{OFFICE}/officeDocument\" Target=\"xl/workbook.xml\"/>\
             <Relationship Id=\"rId2\" Type=\"{PACKAGE}/relationships/metadata/core-properties\" Target=\"docProps/core.xml\"/>\
             </Relationships>"
        );
        let core = format!(
            "{HEAD}<cp:coreProperties xmlns:cp=\"{PACKAGE}/metadata/core-properties\" \
             xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:dcterms=\"http://purl.org/dc/terms/\" \
             xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><dc:title>{}</dc:title><dc:creator>汇总</dc:creator>\
             <dcterms:created xsi:type=\"dcterms:W3CDTF\">2020-01-01T00:00:00Z</dcterms:created></cp:coreProperties>",
            escaped(title)
        );
        self.zip.start_file("xl/sharedStrings.xml", self.options)?;
        let (uses, texts) = (self.uses, self.texts);
        write!(
            self.zip,
            "{HEAD}<sst xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" count=\"{uses}\" uniqueCount=\"{texts}\">"
        )?;
        self.zip.write_all(&self.shared)?;
        self.zip.write_all(b"</sst>")?;
        let parts = [
            ("xl/workbook.xml", book),
            ("xl/_rels/workbook.xml.rels", links),
            ("xl/styles.xml", format!("{HEAD}{STYLES}")),
            ("docProps/core.xml", core),
            ("_rels/.rels", root),
            ("[Content_Types].xml", types),
        ];
        for (name, xml) in parts {
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

/// Whether a text can be written as it is: nothing to escape, to cut, to leave out or to keep apart. Most are.
fn is_simple(text: &str) -> bool {
    // Bytes that begin or are something else than a plain character; 0xC2 and 0xEF begin controls among others.
    let plain = |byte: u8| byte > b' ' && !matches!(byte, b'&' | b'<' | b'>' | b'"' | b'_' | 0x7f | 0xc2 | 0xef);
    !text.is_empty() && text.len() < 8_192 && text.bytes().all(plain)
}

fn keeps_spaces(text: &str) -> bool {
    text.contains('\n') || text.starts_with(' ') || text.ends_with(' ') || text.contains("  ")
}

/// The letters of a 0-based column.
pub fn letters(column: usize) -> String {
    let address = crate::model::CellRef { row: 0, col: column as u16 }.to_string();
    address.trim_end_matches(|c: char| c.is_ascii_digit()).to_owned()
}

fn digits(out: &mut Vec<u8>, mut value: u64) {
    let mut places = [0u8; 20];
    let mut at = places.len();
    loop {
        at -= 1;
        places[at] = b'0' + (value % 10) as u8;
        value /= 10;
        if value == 0 || at == 0 {
            break;
        }
    }
    out.extend_from_slice(&places[at..]);
}

fn escaped(text: &str) -> String {
    let mut out = Vec::new();
    escape(&mut out, text);
    // What went in was UTF-8, and only whole characters were replaced.
    String::from_utf8(out).unwrap_or_default()
}

/// XML text, in which Excel would read `_x0041_` as an escape too: such an underscore is escaped itself.
fn escape(out: &mut Vec<u8>, text: &str) {
    let bytes = text.as_bytes();
    let mut done = 0;
    for (at, byte) in bytes.iter().enumerate() {
        let entity: &[u8] = match byte {
            b'&' => b"&amp;",
            b'<' => b"&lt;",
            b'>' => b"&gt;",
            b'"' => b"&quot;",
            b'_' if looks_escaped(&bytes[at..]) => b"_x005F_",
            _ => continue,
        };
        out.extend_from_slice(&bytes[done..at]);
        out.extend_from_slice(entity);
        done = at + 1;
    }
    out.extend_from_slice(&bytes[done..]);
}

fn looks_escaped(bytes: &[u8]) -> bool {
    matches!(bytes, [b'_', b'x', a, b, c, d, b'_', ..] if [a, b, c, d].iter().all(|byte| byte.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use calamine::{Data, Reader, Xlsx};
    use std::io::Cursor;

    #[test]
    fn what_is_written_reads_back_as_it_was() {
        let mut book = TidyBook::new(Cursor::new(Vec::new()));
        book.open("甲<乙".to_owned(), &[("文字&", 10.0), ("整数", 8.0), ("小数", 8.0)], 0).unwrap();
        let texts = ["=1+1", "a<b & \"c\"", " 前后 ", "两\n行", "（_x0041_）"];
        for (text, integer) in texts.iter().zip([0, -12, 999_999_999_999_999, 1, 2]) {
            book.start_row();
            book.text(0, text, TidyStyle::Plain);
            book.integer(1, integer, TidyStyle::Plain);
            book.number(2, 0.1 * integer as f64);
            book.end_row().unwrap();
        }
        for text in texts {
            let shared = book.share(text).unwrap();
            book.start_row();
            book.shared(0, shared);
            book.shared(1, shared);
            book.end_row().unwrap();
        }
        assert_eq!(book.share(""), None);
        book.start_row();
        book.integer(1, i64::MIN, TidyStyle::Plain);
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
