//! What a BIFF workbook says before its sheets: version, sheets, fonts, number formats, cell formats, shared strings.

use super::records::{BOF, BiffRecords, CONTINUE, EOF, u16_at, u32_at};
use super::strings::Pieces;
use crate::formats::looks::{CellLook, RunText};
use crate::formats::number_format::{NumberFormat, builtin, by_code};
use std::collections::HashMap;

/// Excel 97 and later.
pub const BIFF8: u16 = 0x0600;

/// One sheet as the workbook lists it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BoundSheet {
    pub name: String,
    /// Where in the stream it begins.
    pub at: usize,
    pub worksheet: bool,
    pub hidden: bool,
}

/// The workbook's own records.
#[derive(Default)]
pub struct Globals {
    /// The BOF version: 0x0600 is BIFF8, 0x0500 BIFF5.
    pub version: u16,
    pub encrypted: bool,
    pub is_1904: bool,
    pub sheets: Vec<BoundSheet>,
    pub strings: Vec<RunText>,
    /// By cell format.
    pub looks: Vec<CellLook>,
    /// By font: struck through, superscript.
    fonts: Vec<(bool, bool)>,
}

impl Globals {
    /// The looks of the font with this number: there is none with number 4.
    pub fn font(&self, number: u16) -> (bool, bool) {
        let index = usize::from(number) - usize::from(number > 4);
        self.fonts.get(index).copied().unwrap_or_default()
    }

    /// Bytes as BIFF5 holds text: Chinese programs wrote GBK, whatever the CODEPAGE record says.
    pub fn narrow(bytes: &[u8]) -> String {
        encoding_rs::GBK.decode_without_bom_handling(bytes).0.into_owned()
    }
}

/// Reads the globals; `None` where the stream does not begin like a workbook or its strings are broken.
pub fn read(stream: &[u8]) -> Option<Globals> {
    let mut found = Globals::default();
    let mut codes: HashMap<u16, NumberFormat> = HashMap::new();
    let mut cells: Vec<(u16, u16)> = Vec::new();
    let mut records = BiffRecords { stream, at: 0 };
    let (first, bof) = records.next()?;
    if first != BOF {
        return None;
    }
    found.version = u16_at(bof, 0)?;
    while let Some((kind, body)) = records.next() {
        match kind {
            EOF => break,
            // Nothing behind this can be read without its key.
            0x002f if u16_at(body, 0).is_some_and(|method| method != 0) || body.len() > 4 => {
                found.encrypted = true;
                break;
            }
            0x0022 => found.is_1904 = u16_at(body, 0) == Some(1),
            // FONT: height, flags, colour, weight, and whether it is raised or lowered.
            0x0031 => {
                let struck = u16_at(body, 2).is_some_and(|flags| flags & 8 != 0);
                found.fonts.push((struck, matches!(u16_at(body, 8), Some(1 | 2))));
            }
            0x041e => codes.extend(format(body, found.version)),
            // XF: font, number format.
            0x00e0 => cells.extend(u16_at(body, 0).zip(u16_at(body, 2))),
            0x00fc => found.strings = strings(body, &mut records)?,
            0x0085 => found.sheets.push(bound_sheet(body, found.version)?),
            _ => {}
        }
    }
    let look = |(font, number): &(u16, u16)| CellLook {
        format: codes.get(number).cloned().unwrap_or_else(|| builtin(u32::from(*number))),
        struck: found.font(*font).0,
    };
    found.looks = cells.iter().map(look).collect();
    Some(found)
}

/// The shared strings, whose record goes on in those behind it.
fn strings<'a>(body: &'a [u8], records: &mut BiffRecords<'a>) -> Option<Vec<RunText>> {
    let count = u32_at(body, 4)?;
    let mut pieces = Pieces::of(records.continued(body));
    pieces.skip(8)?;
    let mut strings = Vec::new();
    for _ in 0..count {
        // A count that lies ends with the record; cells that point behind it are doubtful one by one.
        let Some(text) = pieces.text() else { break };
        strings.push(text);
    }
    Some(strings)
}

/// A FORMAT record: its number and its code.
fn format(body: &[u8], version: u16) -> Option<(u16, NumberFormat)> {
    let number = u16_at(body, 0)?;
    let code = if version >= BIFF8 {
        Pieces::of(vec![body.get(2..)?]).text()?.text
    } else {
        let length = usize::from(*body.get(2)?);
        Globals::narrow(body.get(3..3 + length)?)
    };
    Some((number, by_code(&code)))
}

fn bound_sheet(body: &[u8], version: u16) -> Option<BoundSheet> {
    let (state, kind, count) = (*body.get(4)?, *body.get(5)?, usize::from(*body.get(6)?));
    let name = if version >= BIFF8 {
        let wide = body.get(7)? & 1 != 0;
        let bytes = body.get(8..8 + if wide { count * 2 } else { count })?;
        let units: Vec<u16> = match wide {
            true => bytes.as_chunks::<2>().0.iter().map(|unit| u16::from_le_bytes(*unit)).collect(),
            false => bytes.iter().map(|byte| u16::from(*byte)).collect(),
        };
        String::from_utf16_lossy(&units)
    } else {
        Globals::narrow(body.get(7..7 + count)?)
    };
    Some(BoundSheet { name, at: u32_at(body, 0)? as usize, worksheet: kind == 0, hidden: state & 3 != 0 })
}

impl<'a> BiffRecords<'a> {
    /// A record's body and those of the CONTINUE records behind it, which are then behind the reader.
    pub fn continued(&mut self, body: &'a [u8]) -> Vec<&'a [u8]> {
        let mut pieces = vec![body];
        loop {
            let before = self.at;
            match self.next() {
                Some((CONTINUE, more)) => pieces.push(more),
                _ => {
                    self.at = before;
                    return pieces;
                }
            }
        }
    }
}
