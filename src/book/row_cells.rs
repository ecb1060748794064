//! Rows of a sheet as XML, gathered before they go to the compressor: the cells of a row, and the texts that cells share.
//!
//! Of a cell that many rows fill alike, what tells where it stands comes last in its tag: the compressor finds the rest of
//! the tag again, whole, in the cell before (a twentieth of the file, and of the work).

use super::cell_text::printable;
use super::excel::letters;
use super::package::RowStyle;
use super::xml::{Piece, escape, escape_to, is_simple, keeps_spaces};

/// Bytes gathered before they go to the compressor.
const CHUNK: usize = 1 << 16;
/// What stands between a cell's address and its number or the number of its text, and behind that.
const NUMBER: &[u8] = b"\"><v>";
const END: &[u8] = b"</v></c>";
/// The same, and what stands around the rows, as pieces.
const BEFORE_NUMBER: Piece = Piece::of(NUMBER);
const CELL_END: Piece = Piece::of(END);
const ROW_HEAD: Piece = Piece::of(b"<row r=\"");
const ROW_TAIL: Piece = Piece::of(b"\">");
const ROW_HEIGHT: Piece = Piece::of(b"\" ht=\"");
const ROW_END: Piece = Piece::of(b"</row>");
const NO_PIECE: Piece = Piece::of(b"");
/// How a cell begins that stands in no column of the sheet.
const OUTSIDE: CellHeads = CellHeads::of(b"");
/// Room for a row's number, and for a cell whose pieces lie one over the other.
const ROW: usize = 16;
const CELL: usize = 96;
/// The first number of more digits than Excel keeps.
const LONGEST_NUMBER: u64 = 1_000_000_000_000_000;

/// What a cell holds that many rows fill alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CellKind {
    Number,
    /// A text that cells share.
    Text,
    Date,
    Month,
}

impl CellKind {
    const ALL: [CellKind; 4] = [CellKind::Number, CellKind::Text, CellKind::Date, CellKind::Month];

    const fn tag(self) -> &'static [u8] {
        match self {
            CellKind::Number => b"<c r=\"",
            CellKind::Text => b"<c t=\"s\" r=\"",
            CellKind::Date => b"<c s=\"1\" r=\"",
            CellKind::Month => b"<c s=\"2\" r=\"",
        }
    }

    /// How whole numbers of this style are written; `None` for the styles of lists.
    fn of(style: RowStyle) -> Option<CellKind> {
        match style {
            RowStyle::Plain => Some(CellKind::Number),
            RowStyle::Date => Some(CellKind::Date),
            RowStyle::Month => Some(CellKind::Month),
            _ => None,
        }
    }
}

/// How the cells of a column begin, up to the number of their row.
#[derive(Debug, Clone, Copy)]
struct CellHeads([Piece; CellKind::ALL.len()]);

impl CellHeads {
    const fn of(letters: &[u8]) -> CellHeads {
        let mut heads = [Piece::of(b""); CellKind::ALL.len()];
        let mut at = 0;
        while at < heads.len() {
            heads[at] = Piece::of(CellKind::ALL[at].tag()).and(letters);
            at += 1;
        }
        CellHeads(heads)
    }

    fn for_kind(&self, kind: CellKind) -> &Piece {
        &self.0[kind as usize]
    }
}

/// What is gathered of a sheet, and what is shared among all sheets of its book.
#[derive(Default)]
pub struct RowCells {
    pub(super) xml: SheetXml,
    /// Letters of each column of the sheet, and how its cells begin.
    pub(super) letters: Vec<String>,
    heads: Vec<CellHeads>,
    /// Rows of the sheet so far; the current one is the last.
    pub(super) rows: u32,
    /// Its 1-based number in digits.
    row: Piece,
    /// Cells of the sheet that open a file, with the address of each.
    pub(super) links: Vec<(String, String)>,
    /// Shared texts as XML, how many there are, and how often cells use them.
    pub(super) shared: Vec<Vec<u8>>,
    pub(super) texts: u32,
    pub(super) uses: u64,
    /// Texts that were cut to Excel's limit.
    pub cut: u64,
}

impl RowCells {
    /// Begins a sheet with so many columns.
    pub(super) fn begin(&mut self, columns: usize) {
        self.letters = (0..columns).map(letters).collect();
        self.heads = self.letters.iter().map(|letters| CellHeads::of(letters.as_bytes())).collect();
        self.rows = 0;
    }

    /// Whether as much is gathered as goes to the compressor at a time.
    pub(super) fn is_full(&self) -> bool {
        self.xml.bytes().len() >= CHUNK
    }

    /// Starts the next row, of this height in points or that of all.
    pub fn start_row(&mut self, height: Option<f64>) {
        self.rows += 1;
        self.row = Piece::number(self.rows.into());
        let Some(height) = height else { return self.xml.cell(&ROW_HEAD, &self.row, &ROW_TAIL) };
        self.xml.cell(&ROW_HEAD, &self.row, &ROW_HEIGHT);
        // Most are of halves, and as many as the lines of a list.
        match height.fract() {
            part if part == 0.0 || part == 0.5 => {
                self.xml.piece(&Piece::number(height as u64).and(if part == 0.0 { b"" } else { b".5" }));
            }
            _ => self.raw(&height.to_string()),
        }
        self.raw("\" customHeight=\"1\">");
    }

    /// Ends the row.
    pub fn end_row(&mut self) {
        self.xml.piece(&ROW_END);
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
        escape_to(&text, |part| self.xml.put(part));
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
        self.shared_text(text).map(Filling::text)
    }

    /// The same for somebody who has very many of them.
    pub fn shared_text(&mut self, text: &str) -> Option<SharedText> {
        let (text, cut) = printable(text);
        if text.is_empty() {
            return None;
        }
        // In pieces: one vector for all would take twice its room whenever it grows.
        if self.shared.last().is_none_or(|piece| piece.len() >= CHUNK) {
            self.shared.push(Vec::with_capacity(CHUNK + CHUNK / 8));
        }
        let piece = self.shared.last_mut()?;
        piece.extend_from_slice(if keeps_spaces(&text) { b"<si><t xml:space=\"preserve\">" } else { b"<si><t>" });
        escape(piece, &text);
        piece.extend_from_slice(b"</t></si>");
        self.texts += 1;
        Some(SharedText { number: self.texts - 1, cut })
    }

    /// A cell of what many cells hold.
    #[inline]
    pub fn filled(&mut self, column: usize, filling: &Filling) {
        self.uses += u64::from(filling.uses);
        self.cut += u64::from(filling.cuts);
        let head = self.heads.get(column).unwrap_or(&OUTSIDE).for_kind(filling.kind);
        self.xml.cell(head, &self.row, &filling.tail);
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
            self.raw("-");
        }
        self.xml.piece(&Piece::number(value.unsigned_abs()));
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
        self.raw(&format!("><v>{value}</v></c>"));
    }

    /// A cell without a style that holds a whole number, as most do.
    fn plain(&mut self, column: usize, number: u64) {
        let head = self.heads.get(column).unwrap_or(&OUTSIDE).for_kind(CellKind::Number);
        self.xml.cell(head, &self.row, &BEFORE_NUMBER);
        self.xml.cell(&Piece::number(number), &NO_PIECE, &CELL_END);
    }

    fn cell(&mut self, column: usize, style: RowStyle) {
        self.xml.piece(self.heads.get(column).unwrap_or(&OUTSIDE).for_kind(CellKind::Number));
        self.xml.piece(&self.row);
        self.raw("\"");
        if style != RowStyle::Plain {
            self.raw(" s=\"");
            self.xml.piece(&Piece::number(style as u64));
            self.raw("\"");
        }
    }

    pub(super) fn raw(&mut self, xml: &str) {
        self.xml.put(xml.as_bytes());
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
    kind: CellKind,
    /// Whether it is a text that cells share, and one that was cut to Excel's limit.
    uses: u8,
    cuts: u8,
}

/// A text that cells share: its number, and whether it was cut to Excel's limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SharedText {
    number: u32,
    cut: bool,
}

impl Filling {
    pub fn text(SharedText { number, cut }: SharedText) -> Filling {
        let tail = Piece::of(NUMBER).and(Piece::number(number.into()).bytes()).and(END);
        Filling { tail, kind: CellKind::Text, uses: 1, cuts: u8::from(cut) }
    }

    /// A whole number that is none of more digits than Excel keeps, in cells of this style; `None` for the styles of lists.
    pub fn whole(value: i64, style: RowStyle) -> Option<Filling> {
        let kind = CellKind::of(style)?;
        let sign: &[u8] = if value < 0 { b"-" } else { b"" };
        let digits = Piece::number(value.unsigned_abs());
        let fits = NUMBER.len() + sign.len() + digits.length() + END.len() <= Piece::ROOM;
        let tail = Piece::of(NUMBER).and(sign).and(digits.bytes()).and(END);
        (fits && value.unsigned_abs() < LONGEST_NUMBER).then_some(Filling { tail, kind, uses: 0, cuts: 0 })
    }

    /// A number without parts that is not negative, as most are.
    pub fn number(value: f64) -> Option<Filling> {
        is_plain(value).then(|| Filling::whole(value as i64, RowStyle::Plain)).flatten()
    }
}

/// Bytes on their way to the compressor, in room that is there before it is used: pieces are laid into it whole, one over
/// the end of the other, and none is copied by its length.
pub(super) struct SheetXml {
    room: Vec<u8>,
    used: usize,
}

impl Default for SheetXml {
    fn default() -> SheetXml {
        SheetXml { room: vec![0; CHUNK * 2], used: 0 }
    }
}

impl SheetXml {
    pub fn bytes(&self) -> &[u8] {
        self.room.get(..self.used).unwrap_or_default()
    }

    pub fn clear(&mut self) {
        self.used = 0;
    }

    /// Takes the last byte off again.
    pub fn pop(&mut self) {
        self.used = self.used.saturating_sub(1);
    }

    pub fn put(&mut self, bytes: &[u8]) {
        self.at_least(bytes.len());
        if let Some(room) = self.room.get_mut(self.used..self.used + bytes.len()) {
            room.copy_from_slice(bytes);
            self.used += bytes.len();
        }
    }

    fn piece(&mut self, piece: &Piece) {
        self.cell(piece, &NO_PIECE, &NO_PIECE);
    }

    /// Three pieces, the one in the middle of [`ROW`] bytes at most.
    #[inline]
    fn cell(&mut self, head: &Piece, row: &Piece, tail: &Piece) {
        self.at_least(CELL);
        let rest = self.room.get_mut(self.used..).unwrap_or_default();
        let Some(cell) = rest.first_chunk_mut::<CELL>() else { return };
        let (at, value) = (head.length(), head.length() + row.length());
        cell[..Piece::ROOM].copy_from_slice(head.room());
        cell[at..at + ROW].copy_from_slice(&row.room()[..ROW]);
        cell[value..value + Piece::ROOM].copy_from_slice(tail.room());
        self.used += value + tail.length();
    }

    /// Sees that there is room for so many bytes more.
    #[inline]
    fn at_least(&mut self, bytes: usize) {
        if self.room.len().saturating_sub(self.used) < bytes {
            self.grow(bytes);
        }
    }

    #[cold]
    fn grow(&mut self, bytes: usize) {
        self.room.resize((self.used + bytes).next_power_of_two(), 0);
    }
}
