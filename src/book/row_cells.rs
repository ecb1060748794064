//! Rows of a sheet as XML, gathered before they go to the compressor: the cells of a row, and the texts that cells share.

use super::cell_text::printable;
use super::excel::letters;
use super::package::RowStyle;
use super::xml::{Piece, digits, escape, is_simple, keeps_spaces};
use std::io::Write;

/// Bytes gathered before they go to the compressor.
const CHUNK: usize = 1 << 16;
/// What stands between a cell's address and its number or the number of its text, and behind that.
const NUMBER: &[u8] = b"\"><v>";
const TEXT: &[u8] = b"\" t=\"s\"><v>";
/// How a cell begins that stands in no column of the sheet.
const OUTSIDE: Piece = Piece::of(b"<c r=\"");
const END: &[u8] = b"</v></c>";
/// Room for a row's number, and for a cell whose pieces lie one over the other.
const ROW: usize = 16;
const CELL: usize = 64;
/// The first number of more digits than Excel keeps.
const LONGEST_NUMBER: u64 = 1_000_000_000_000_000;

/// What is gathered of a sheet, and what is shared among all sheets of its book.
pub struct RowCells {
    pub(super) xml: Vec<u8>,
    /// Letters of each column of the sheet, and how its cells begin.
    pub(super) letters: Vec<String>,
    heads: Vec<Piece>,
    /// Rows of the sheet so far; the current one is the last.
    pub(super) rows: u32,
    /// Its 1-based number in digits.
    row: Piece,
    /// Cells of the sheet that open a file, with the address of each.
    pub(super) links: Vec<(String, String)>,
    /// Shared texts as XML, how many there are, and how often cells use them.
    pub(super) shared: Vec<u8>,
    pub(super) texts: u32,
    pub(super) uses: u64,
    /// Texts that were cut to Excel's limit.
    pub cut: u64,
}

impl Default for RowCells {
    fn default() -> RowCells {
        RowCells {
            xml: Vec::with_capacity(CHUNK * 2),
            letters: Vec::new(),
            heads: Vec::new(),
            rows: 0,
            row: Piece::default(),
            links: Vec::new(),
            shared: Vec::new(),
            texts: 0,
            uses: 0,
            cut: 0,
        }
    }
}

impl RowCells {
    /// Begins a sheet with so many columns.
    pub(super) fn begin(&mut self, columns: usize) {
        self.letters = (0..columns).map(letters).collect();
        self.heads = self.letters.iter().map(|letters| Piece::of(b"<c r=\"").and(letters.as_bytes())).collect();
        self.rows = 0;
    }

    /// Whether as much is gathered as goes to the compressor at a time.
    pub(super) fn is_full(&self) -> bool {
        self.xml.len() >= CHUNK
    }

    /// Starts the next row, of this height in points or that of all.
    pub fn start_row(&mut self, height: Option<f64>) {
        self.rows += 1;
        self.row = Piece::number(self.rows.into());
        self.xml.extend_from_slice(b"<row r=\"");
        self.row.add_to(&mut self.xml);
        match height {
            // Writing to a vector cannot fail.
            Some(height) => drop(write!(self.xml, "\" ht=\"{height}\" customHeight=\"1\">")),
            None => self.raw("\">"),
        }
    }

    /// Ends the row.
    pub fn end_row(&mut self) {
        self.raw("</row>");
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
        escape(&mut self.xml, &text);
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

    /// Adds a text that cells will share, for [`RowCells::filled`]. `None` for one that leaves cells empty.
    pub fn share(&mut self, text: &str) -> Option<Filling> {
        let (text, cut) = printable(text);
        if text.is_empty() {
            return None;
        }
        self.shared.extend_from_slice(if keeps_spaces(&text) { b"<si><t xml:space=\"preserve\">" } else { b"<si><t>" });
        escape(&mut self.shared, &text);
        self.shared.extend_from_slice(b"</t></si>");
        self.texts += 1;
        let number = Piece::number(u64::from(self.texts) - 1);
        Some(Filling { tail: Piece::of(TEXT).and(number.bytes()).and(END), uses: 1, cuts: u8::from(cut) })
    }

    /// A cell of what many cells hold.
    pub fn filled(&mut self, column: usize, filling: &Filling) {
        self.uses += u64::from(filling.uses);
        self.cut += u64::from(filling.cuts);
        let (head, row, tail) = (self.heads.get(column).unwrap_or(&OUTSIDE), &self.row, &filling.tail);
        // The three pieces lie one over the other, each with its room: nothing is copied by its length.
        let whole = self.xml.len() + head.length() + row.length() + tail.length();
        self.xml.extend_from_slice(head.room());
        self.xml.extend_from_slice(&[0; CELL - Piece::ROOM]);
        if let Some(cell) = self.xml.last_chunk_mut::<CELL>() {
            let (at, value) = (head.length(), head.length() + row.length());
            // Five places before the letters and three of them, ten digits: both pieces end within the cell.
            cell[at..at + ROW].copy_from_slice(&row.room()[..ROW]);
            cell[value..value + Piece::ROOM].copy_from_slice(tail.room());
        }
        self.xml.truncate(whole);
    }

    /// A whole number; Excel keeps 15 digits, a longer one is written as text.
    pub fn integer(&mut self, column: usize, value: i64, style: RowStyle) {
        if value.unsigned_abs() >= LONGEST_NUMBER {
            return self.text(column, &value.to_string(), style);
        }
        if style == RowStyle::Plain && value >= 0 {
            return self.plain(column, value.unsigned_abs());
        }
        self.cell(column, style);
        self.raw("><v>");
        if value < 0 {
            self.xml.push(b'-');
        }
        digits(&mut self.xml, value.unsigned_abs());
        self.raw("</v></c>");
    }

    /// A number; one that is not finite leaves the cell empty.
    pub fn number(&mut self, column: usize, value: f64) {
        if !value.is_finite() {
            return;
        }
        if is_plain(value) {
            return self.plain(column, value as u64);
        }
        self.cell(column, RowStyle::Plain);
        // Writing to a vector cannot fail.
        let _ = write!(self.xml, "><v>{value}</v></c>");
    }

    /// A cell without a style that holds a whole number, as most do.
    fn plain(&mut self, column: usize, number: u64) {
        self.head(column).add_to(&mut self.xml);
        self.row.add_to(&mut self.xml);
        self.xml.extend_from_slice(NUMBER);
        Piece::number(number).add_to(&mut self.xml);
        self.xml.extend_from_slice(END);
    }

    fn head(&self, column: usize) -> Piece {
        self.heads.get(column).copied().unwrap_or(OUTSIDE)
    }

    fn cell(&mut self, column: usize, style: RowStyle) {
        self.head(column).add_to(&mut self.xml);
        self.row.add_to(&mut self.xml);
        self.xml.push(b'"');
        if style != RowStyle::Plain {
            self.xml.extend_from_slice(b" s=\"");
            digits(&mut self.xml, style as u64);
            self.xml.push(b'"');
        }
    }

    pub(super) fn raw(&mut self, xml: &str) {
        self.xml.extend_from_slice(xml.as_bytes());
    }
}

/// Whether a number is written by its digits alone.
fn is_plain(value: f64) -> bool {
    value.fract() == 0.0 && (0.0..1e15).contains(&value) && value.is_sign_positive()
}

/// What many cells hold: all that stands behind a cell's address, and what the cell counts for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Filling {
    tail: Piece,
    /// Whether it is a text that cells share, and one that was cut to Excel's limit.
    uses: u8,
    cuts: u8,
}

impl Filling {
    /// A whole number that is none of more digits than Excel keeps, in cells of this style.
    pub fn whole(value: i64, style: RowStyle) -> Option<Filling> {
        let before = match style {
            RowStyle::Plain => Piece::of(NUMBER),
            style => Piece::of(b"\" s=\"").and(Piece::number(style as u64).bytes()).and(NUMBER),
        };
        let sign: &[u8] = if value < 0 { b"-" } else { b"" };
        let digits = Piece::number(value.unsigned_abs());
        let fits = before.length() + sign.len() + digits.length() + END.len() <= Piece::ROOM;
        let tail = before.and(sign).and(digits.bytes()).and(END);
        (fits && value.unsigned_abs() < LONGEST_NUMBER).then_some(Filling { tail, uses: 0, cuts: 0 })
    }

    /// A number without parts that is not negative, as most are.
    pub fn number(value: f64) -> Option<Filling> {
        is_plain(value).then(|| Filling::whole(value as i64, RowStyle::Plain)).flatten()
    }
}
