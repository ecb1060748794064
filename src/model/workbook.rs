//! A workbook as it was read: every sheet's occupied cells at absolute positions, nothing interpreted.

use super::cell::{CellRef, RawCell, RawValue, SeenAs, Sight};

/// The container a file turned out to be, by content and never by its extension.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Format {
    Xlsx = 0,
    Xlsb = 1,
    Xls = 2,
    Ods = 3,
    Delimited = 4,
    Html = 5,
    /// "XML 表格 2003", often saved as `.xls`.
    SpreadsheetMl = 6,
}

impl Format {
    /// The name officers see in the list of files.
    pub fn name(self) -> &'static str {
        match self {
            Format::Xlsx => "xlsx",
            Format::Xlsb => "xlsb",
            Format::Xls => "xls",
            Format::Ods => "ods",
            Format::Delimited => "csv",
            Format::Html => "html",
            Format::SpreadsheetMl => "xml2003",
        }
    }

    /// The inverse of `self as u8`.
    pub fn from_u8(byte: u8) -> Option<Format> {
        use Format::*;
        [Xlsx, Xlsb, Xls, Ods, Delimited, Html, SpreadsheetMl].into_iter().find(|f| *f as u8 == byte)
    }
}

/// A merged region, both corners included, 0-based and absolute. Only its first cell carries a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Merge {
    pub first: CellRef,
    pub last: CellRef,
}

/// One worksheet. `cells` is sorted by row, then column, without repeats.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RawSheet {
    pub name: String,
    /// Hidden and "very hidden" sheets are read but not counted.
    pub hidden: bool,
    pub cells: Vec<RawCell>,
    pub arena: String,
    pub merges: Vec<Merge>,
    /// 0-based rows that the sheet hides, by a mark or by a height of 0 (empty where the format does not tell).
    pub hidden_rows: Vec<u32>,
    /// 0-based columns that the sheet hides, by a mark or by a width of 0.
    pub hidden_cols: Vec<u16>,
    /// Cells that a person sees otherwise than they are stored, sorted by place, then by `how`.
    pub sights: Vec<Sight>,
}

impl RawSheet {
    /// The text of a text value of this sheet; `""` for any other kind.
    pub fn text(&self, value: RawValue) -> &str {
        match value {
            RawValue::Text { start, len } => {
                let (start, len) = (start as usize, len as usize);
                self.arena.get(start..start.saturating_add(len)).unwrap_or("")
            }
            _ => "",
        }
    }

    /// Appends a text cell; the caller keeps the order of `cells`.
    pub fn push_text(&mut self, at: CellRef, text: &str) {
        let start = self.arena.len() as u32;
        self.arena.push_str(text);
        self.cells.push(RawCell { at, value: RawValue::Text { start, len: text.len() as u32 } });
    }

    /// Appends a cell of any other kind; the caller keeps the order of `cells`.
    pub fn push(&mut self, at: CellRef, value: RawValue) {
        self.cells.push(RawCell { at, value });
    }

    /// How a person sees the cell at a place otherwise than it is stored; empty for nearly every cell.
    pub fn sights_at(&self, at: CellRef) -> &[Sight] {
        let from = self.sights.partition_point(|sight| sight.at < at);
        let to = from + self.sights[from..].partition_point(|sight| sight.at == at);
        &self.sights[from..to]
    }

    /// The text that belongs to a mark of this sheet.
    pub fn sight_text(&self, sight: &Sight) -> &str {
        self.text(RawValue::Text { start: sight.start, len: sight.len })
    }

    /// Notes that a cell is seen otherwise; the caller keeps the order of `sights`.
    pub fn push_sight(&mut self, at: CellRef, how: SeenAs, text: &str) {
        let start = self.arena.len() as u32;
        self.arena.push_str(text);
        self.sights.push(Sight { at, how, start, len: text.len() as u32 });
    }

    /// Number of rows that hold at least one cell.
    pub fn occupied_rows(&self) -> u32 {
        let mut rows = 0;
        let mut last = None;
        for cell in &self.cells {
            if last != Some(cell.at.row) {
                rows += 1;
                last = Some(cell.at.row);
            }
        }
        rows
    }
}

/// One file's content.
#[derive(Debug, Clone, PartialEq)]
pub struct RawWorkbook {
    pub format: Format,
    /// The "last modified" stamp inside the file, seconds since 1970 UTC, where it has one.
    pub modified: Option<i64>,
    pub sheets: Vec<RawSheet>,
    /// Things about the reading itself that an officer should know, in Chinese, without any cell's content:
    /// "two sheets of one name", "chart sheet skipped".
    pub remarks: Vec<String>,
}
