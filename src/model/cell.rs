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
        let mut letters = [0u8; 3];
        let mut at = letters.len();
        let mut left = u32::from(self.col) + 1;
        while left > 0 && at > 0 {
            at -= 1;
            letters[at] = b'A' + ((left - 1) % 26) as u8;
            left = (left - 1) / 26;
        }
        for letter in &letters[at..] {
            write!(f, "{}", char::from(*letter))?;
        }
        write!(f, "{}", self.row + 1)
    }
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
    Unreadable(Doubt),
}

/// Spellings of Excel's error values, indexed by [`RawValue::Error`]; the last stands for any other.
pub const ERROR_WORDS: [&str; 9] =
    ["#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA", "#ERROR!"];

/// Why a cell is there and yet cannot be read for certain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Doubt {
    /// A formula whose result was never saved (openpyxl and some web exports write such files).
    FormulaWithoutValue = 0,
    /// `NaN`, `inf` or a number beyond the range of Excel.
    NotFinite = 1,
    /// A shared-string index that points nowhere.
    DanglingString = 2,
    /// The reader met a value of an unknown kind.
    UnknownKind = 3,
}

impl Doubt {
    /// The cause in words for officers.
    pub fn words(self) -> &'static str {
        match self {
            Doubt::FormulaWithoutValue => "公式没有保存计算结果",
            Doubt::NotFinite => "数值超出范围",
            Doubt::DanglingString => "文字内容在文件中缺失",
            Doubt::UnknownKind => "单元格类型无法识别",
        }
    }

    /// The inverse of `self as u8`.
    pub fn from_u8(byte: u8) -> Option<Doubt> {
        [Doubt::FormulaWithoutValue, Doubt::NotFinite, Doubt::DanglingString, Doubt::UnknownKind]
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
