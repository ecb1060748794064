//! One cell as it was read, and where it stands.

use std::fmt;

/// A cell's place on its sheet, both parts 0-based and absolute (never relative to a used range).
/// `Display` writes the A1 form that officers read (`row: 6, col: 6` is `G7`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CellRef {
    /// 0-based row, at most 1,048,575.
    pub row: u32,
    /// 0-based column, at most 16,383.
    pub col: u16,
}

impl fmt::Display for CellRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (room, at) = self.written();
        f.write_str(str::from_utf8(&room[at..]).unwrap_or_default())
    }
}

impl CellRef {
    /// Appends what is displayed.
    pub fn push_to(self, text: &mut String) {
        let (room, at) = self.written();
        text.push_str(str::from_utf8(&room[at..]).unwrap_or_default());
    }

    /// Appends the letters of the column.
    pub fn push_letters(self, text: &mut String) {
        let mut room = [0u8; 3];
        let at = letters(self.col, &mut room);
        text.push_str(str::from_utf8(&room[at..]).unwrap_or_default());
    }

    /// What is displayed, and where it begins.
    fn written(self) -> ([u8; 13], usize) {
        // Three letters and seven digits; 4,294,967,296 would fit.
        let mut room = [0u8; 13];
        let mut at = room.len();
        let mut left = u64::from(self.row) + 1;
        while left > 0 && at > 0 {
            at -= 1;
            room[at] = b'0' + (left % 10) as u8;
            left /= 10;
        }
        at = letters(self.col, &mut room[..at]);
        (room, at)
    }
}

/// Writes the letters of a column at the end; where they begin.
fn letters(col: u16, room: &mut [u8]) -> usize {
    let mut at = room.len();
    let mut left = u32::from(col) + 1;
    while left > 0 && at > 0 {
        at -= 1;
        room[at] = b'A' + ((left - 1) % 26) as u8;
        left = (left - 1) / 26;
    }
    at
}

/// What a cell held, before anyone interprets it. Text lies in the sheet's arena
/// ([`crate::model::RawSheet::text`]), so a cell is small and copying one is free.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum RawValue {
    /// Byte range of the sheet's arena.
    Text {
        start: u32,
        len: u32,
    },
    /// Always finite: a reader turns NaN and infinities into [`RawValue::Unreadable`].
    Number(f64),
    Boolean(bool),
    /// A number that the file formats as a date, time or both: an Excel serial in the 1900 system
    /// (readers convert 1904 workbooks).
    DateSerial(f64),
    /// A number that the file shows as a percentage: 0.98 stands there as 98%.
    Percent(f64),
    /// `#REF!`, `#N/A` …: the index of [`ERROR_WORDS`].
    Error(u8),
    /// There is something here that cannot be read for certain.
    Unreadable(CellDoubt),
}

/// Spellings of Excel's error values, indexed by [`RawValue::Error`]; the last stands for any other.
pub const ERROR_WORDS: [&str; 9] =
    ["#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA", "#ERROR!"];

/// Why a cell is there and yet cannot be read for certain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum CellDoubt {
    /// A formula whose result was never saved (openpyxl and some web exports write such files).
    FormulaWithoutValue = 0,
    /// `NaN`, `inf` or a number beyond the range of Excel.
    NotFinite = 1,
    /// A shared-string index that points nowhere.
    DanglingString = 2,
    /// The reader met a value of an unknown kind.
    UnknownKind = 3,
    /// Two readings of the same cell give two values.
    Disputed = 4,
    /// A quote of a delimited text that is not closed where it should be: what follows it is lost in this cell.
    OpenQuote = 5,
}

impl CellDoubt {
    /// The cause in words for officers.
    pub fn words(self) -> &'static str {
        match self {
            CellDoubt::FormulaWithoutValue => "公式没有保存计算结果",
            CellDoubt::NotFinite => "数值超出范围",
            CellDoubt::DanglingString => "文字内容在文件中缺失",
            CellDoubt::UnknownKind => "单元格类型无法识别",
            CellDoubt::Disputed => "两种读取方法得到的内容不同",
            CellDoubt::OpenQuote => "引号没有配对，后面的单元格或行可能被并进了这一格",
        }
    }

    /// The inverse of `self as u8`.
    pub fn from_u8(byte: u8) -> Option<CellDoubt> {
        use CellDoubt::*;
        [FormulaWithoutValue, NotFinite, DanglingString, UnknownKind, Disputed, OpenQuote]
            .into_iter()
            .find(|doubt| *doubt as u8 == byte)
    }
}

/// One occupied cell. Formatted but empty cells do not occur.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RawCell {
    pub at: CellRef,
    pub value: RawValue,
}

/// Where a person who opens the file sees something else in a cell than its stored value says. Sparse: nearly every cell
/// is seen as it is stored. What is not seen at all (values beneath merges) is no cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sight {
    pub at: CellRef,
    pub how: SeenAs,
    /// Byte range of the sheet's arena ([`crate::model::RawSheet::sight_text`]); what it holds says `how`.
    pub start: u32,
    pub len: u32,
}

/// How what is seen differs from what is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum SeenAs {
    /// Part of the text is struck through. The cell's value is what is left; the text here is all that the file holds.
    PartStruck = 0,
    /// All of the cell is struck through, by its runs or by its font: to a person it is gone. The value stays, because a
    /// whole row struck is another matter than one cell. No text.
    Struck = 1,
    /// Characters of the value are set as superscripts; the text here is the value without them. In a text they may belong
    /// (m²); in a figure, a date, an ID or a name they are note marks.
    Superscript = 2,
    /// The number format shows the value with a scale, a unit, padding or words of its own; the text here is that, exact
    /// and never rounded to the digits shown: 9000 as `0.9万`, 7 as `000007`, 1 as `男`.
    Format = 3,
    /// The number format shows nothing of a value that is not zero. No text.
    Nothing = 4,
    /// The number format leaves out the minus sign of a negative number. No text.
    MinusHidden = 5,
    /// The number format puts a sign of money before the value: `¥5`. In a column of 万元 that leaves open which of the two
    /// was meant. No text.
    Money = 6,
}

impl SeenAs {
    /// The inverse of `self as u8`.
    pub fn from_u8(byte: u8) -> Option<SeenAs> {
        use SeenAs::*;
        [PartStruck, Struck, Superscript, Format, Nothing, MinusHidden, Money]
            .into_iter()
            .find(|how| *how as u8 == byte)
    }
}
