//! The binary parts beside the sheets: the workbook's list, shared strings, styles; and the records that all of them are
//! made of ([MS-XLSB]).

use crate::formats::looks::{CellLook, RunText};
use crate::formats::number_format::{NumberFormat, builtin, by_code};
use std::collections::HashMap;

/// The records of a binary part: kind and body (2.1.4: both numbers in groups of seven bits).
pub struct XlsbRecords<'a> {
    pub rest: &'a [u8],
}

impl<'a> Iterator for XlsbRecords<'a> {
    type Item = (u32, &'a [u8]);
    fn next(&mut self) -> Option<Self::Item> {
        let kind = match *self.rest {
            [low, high, ..] if low & 0x80 != 0 => (u32::from(low & 0x7f) | u32::from(high & 0x7f) << 7, 2),
            [low, ..] => (u32::from(low), 1),
            [] => return None,
        };
        self.rest = self.rest.get(kind.1..)?;
        let mut len = 0usize;
        for group in 0..4 {
            let (byte, rest) = self.rest.split_first()?;
            self.rest = rest;
            len |= usize::from(byte & 0x7f) << (7 * group);
            if byte & 0x80 == 0 {
                break;
            }
        }
        let (body, rest) = self.rest.split_at_checked(len)?;
        self.rest = rest;
        Some((kind.0, body))
    }
}

pub fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at.checked_add(2)?)?.try_into().ok()?))
}

pub fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

/// A counted UTF-16 text at `at`, and where it ends; a count of all ones is no text.
pub fn wide_text(body: &[u8], at: usize) -> Option<(String, usize)> {
    let count = u32_at(body, at)?;
    if count == u32::MAX {
        return Some((String::new(), at + 4));
    }
    let end = (at + 4).checked_add((count as usize).checked_mul(2)?)?;
    let units: Vec<u16> =
        body.get(at + 4..end)?.as_chunks::<2>().0.iter().map(|unit| u16::from_le_bytes(*unit)).collect();
    Some((String::from_utf16_lossy(&units), end))
}

/// A RichStr structure (2.5.121): flags, text, and runs where the flags say so.
pub fn rich_string(body: &[u8], at: usize) -> Option<RunText> {
    let flags = *body.get(at)?;
    let (text, end) = wide_text(body, at + 1)?;
    let mut runs = Vec::new();
    if flags & 1 != 0 {
        let count = u32_at(body, end)? as usize;
        let pairs = body.get(end + 4..)?.as_chunks::<4>().0.iter().take(count);
        runs.extend(
            pairs.map(|[a, b, c, d]| (usize::from(u16::from_le_bytes([*a, *b])), u16::from_le_bytes([*c, *d]))),
        );
    }
    Some(RunText { text, runs })
}

/// One sheet as the workbook part lists it.
pub struct BookSheet {
    pub name: String,
    pub hidden: bool,
    pub relation: String,
}

/// The workbook part.
#[derive(Default)]
pub struct Book {
    pub sheets: Vec<BookSheet>,
    pub is_1904: bool,
}

impl Book {
    /// `None` where a sheet's record is broken.
    pub fn read(part: &[u8]) -> Option<Book> {
        let mut book = Book::default();
        for (kind, body) in (XlsbRecords { rest: part }) {
            match kind {
                // BrtWbProp: flags.
                153 => book.is_1904 = u32_at(body, 0).is_some_and(|flags| flags & 1 != 0),
                // BrtBundleSh: state, id, relation, name.
                156 => {
                    let (relation, end) = wide_text(body, 8)?;
                    let name = wide_text(body, end)?.0;
                    book.sheets.push(BookSheet { name, hidden: u32_at(body, 0)? != 0, relation });
                }
                _ => {}
            }
        }
        Some(book)
    }
}

/// The shared strings; `None` for one that is broken.
#[derive(Default)]
pub struct XlsbStrings(pub Vec<Option<RunText>>);

impl XlsbStrings {
    pub fn read(part: &[u8]) -> XlsbStrings {
        // BrtSSTItem.
        let items = XlsbRecords { rest: part }.filter(|(kind, _)| *kind == 19);
        XlsbStrings(items.map(|(_, body)| rich_string(body, 0)).collect())
    }
}

/// Cell formats and fonts.
#[derive(Default)]
pub struct XlsbStyles {
    pub looks: Vec<CellLook>,
    /// By font: struck through, superscript.
    fonts: Vec<(bool, bool)>,
}

impl XlsbStyles {
    pub fn font(&self, number: u16) -> (bool, bool) {
        self.fonts.get(usize::from(number)).copied().unwrap_or_default()
    }

    pub fn read(part: &[u8]) -> XlsbStyles {
        let mut codes: HashMap<u16, NumberFormat> = HashMap::new();
        let mut styles = XlsbStyles::default();
        let mut in_cells = false;
        for (kind, body) in (XlsbRecords { rest: part }) {
            match kind {
                // BrtFont: height, flags, weight, whether raised or lowered.
                43 => {
                    let struck = u16_at(body, 2).is_some_and(|flags| flags & 8 != 0);
                    styles.fonts.push((struck, matches!(u16_at(body, 6), Some(1 | 2))));
                }
                // BrtFmt: its number and its code.
                44 => {
                    if let (Some(id), Some((code, _))) = (u16_at(body, 0), wide_text(body, 2)) {
                        codes.insert(id, by_code(&code));
                    }
                }
                // BrtBeginCellXFs and its end: other lists hold BrtXF too.
                617 => in_cells = true,
                618 => in_cells = false,
                // BrtXF: parent, number format, font.
                47 if in_cells => {
                    let id = u16_at(body, 2).unwrap_or(0);
                    let format = codes.get(&id).cloned().unwrap_or_else(|| builtin(u32::from(id)));
                    let font = u16_at(body, 4).and_then(|font| styles.fonts.get(usize::from(font)));
                    styles.looks.push(CellLook { format, struck: font.is_some_and(|(struck, _)| *struck) });
                }
                _ => {}
            }
        }
        styles
    }
}
