//! What calamine does not tell of an xls workbook: the version, sheets that are no worksheets, hidden rows and columns,
//! cells whose shared string is missing, and numbers shown as percentages. The workbook stream in, a survey out.

use super::number_format::{Shows, builtin, by_code};
use crate::model::CellRef;
use std::collections::HashMap;

/// One sheet as the workbook globals list it, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Surveyed {
    pub worksheet: bool,
    pub hidden: bool,
    pub hidden_rows: Vec<u32>,
    pub hidden_cols: Vec<u16>,
    /// Cells that point beyond the shared strings.
    pub dangling: Vec<CellRef>,
    /// Cells whose number, if they hold one, is shown as a percentage.
    pub percents: Vec<CellRef>,
    /// Its records come to their end mark; else rows may be missing behind the cut.
    pub whole: bool,
    /// Where in the stream the sheet's stated dimensions stand (offset and length), if they are no honest ones.
    pub false_dimensions: Option<(usize, usize)>,
    /// First and last row and column that hold a value.
    extent: Option<[u16; 4]>,
}

impl Surveyed {
    /// Cells of the rectangle around all values, blank ones included.
    pub fn area(&self) -> u64 {
        self.extent
            .map_or(0, |[top, bottom, left, right]| (u64::from(bottom - top) + 1) * (u64::from(right - left) + 1))
    }

    fn widen(&mut self, row: u16, col: u16) {
        let [top, bottom, left, right] = self.extent.unwrap_or([row, row, col, col]);
        self.extent = Some([top.min(row), bottom.max(row), left.min(col), right.max(col)]);
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Survey {
    /// The BOF version: 0x0600 is BIFF8 (Excel 97 and later), 0x0500 BIFF5.
    pub version: u16,
    pub encrypted: bool,
    pub is_1904: bool,
    pub sheets: Vec<Surveyed>,
}

const BOF: u16 = 0x0809;
const EOF: u16 = 0x000a;

struct Records<'a> {
    stream: &'a [u8],
    at: usize,
}

impl<'a> Iterator for Records<'a> {
    type Item = (u16, &'a [u8]);
    fn next(&mut self) -> Option<Self::Item> {
        let kind = u16_at(self.stream, self.at)?;
        let len = usize::from(u16_at(self.stream, self.at + 2)?);
        let body = self.stream.get(self.at + 4..self.at + 4 + len)?;
        self.at += 4 + len;
        Some((kind, body))
    }
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at.checked_add(2)?)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

/// Stated dimensions beyond this are taken for rubbish; so are reversed ones.
const LARGEST_STATED: u64 = 4_000_000;

/// Whether a DIMENSIONS record states a rectangle that no reader should make room for.
fn is_false(body: &[u8]) -> bool {
    let wide = body.len() >= 12;
    let row = |at: usize| if wide { u32_at(body, at * 4) } else { u16_at(body, at * 2).map(u32::from) };
    let col = |at: usize| u16_at(body, if wide { 8 } else { 4 } + at * 2);
    let (Some(top), Some(bottom), Some(left), Some(right)) = (row(0), row(1), col(0), col(1)) else { return false };
    // Ends are exclusive; an empty sheet states zeros.
    let empty = bottom == 0 || right == 0;
    let reversed = bottom <= top || right <= left;
    let area = u64::from(bottom.saturating_sub(top)) * u64::from(right.saturating_sub(left));
    !empty && (reversed || area > LARGEST_STATED)
}

/// Reads the globals and each sheet's rows; `None` where the stream does not begin like a workbook.
pub fn survey(stream: &[u8]) -> Option<Survey> {
    let mut found = Survey::default();
    let mut strings = 0;
    let mut offsets = Vec::new();
    let mut formats = Formats::default();
    let mut records = Records { stream, at: 0 };
    let (first, bof) = records.next()?;
    if first != BOF {
        return None;
    }
    found.version = u16_at(bof, 0)?;
    for (kind, body) in records {
        match kind {
            EOF => break,
            0x002f if u16_at(body, 0).is_some_and(|method| method != 0) || body.len() > 4 => found.encrypted = true,
            0x0022 => found.is_1904 = u16_at(body, 0) == Some(1),
            0x041e => formats.code(body, found.version),
            0x00e0 => formats.cells.extend(u16_at(body, 2)),
            0x00fc => strings = u32_at(body, 4)?,
            0x0085 => {
                offsets.push(u32_at(body, 0)? as usize);
                let (state, kind) = (*body.get(4)?, *body.get(5)?);
                found.sheets.push(Surveyed { worksheet: kind == 0, hidden: state & 3 != 0, ..Surveyed::default() });
            }
            _ => {}
        }
    }
    let percents = formats.percents();
    for (sheet, at) in found.sheets.iter_mut().zip(offsets) {
        rows(Records { stream, at }, strings, &percents, sheet);
    }
    Some(found)
}

/// Number formats, as far as they make percentages.
#[derive(Default)]
struct Formats {
    /// Custom ones, by their number.
    codes: HashMap<u16, bool>,
    /// Per cell format, the number of its number format.
    cells: Vec<u16>,
}

impl Formats {
    /// A FORMAT record: its number, its length in characters, and the code, of which only ASCII matters.
    fn code(&mut self, body: &[u8], version: u16) {
        let Some(number) = u16_at(body, 0) else { return };
        let code: String = match (version >= 0x0600, body.get(4)) {
            (true, Some(wide)) if wide & 1 == 1 => {
                let text = body.get(5..).unwrap_or_default().chunks_exact(2);
                text.map(|pair| char::from_u32(u32::from(u16::from_le_bytes([pair[0], pair[1]]))).unwrap_or(' '))
                    .collect()
            }
            (true, _) => body.get(5..).unwrap_or_default().iter().map(|byte| char::from(*byte)).collect(),
            (false, _) => body.get(3..).unwrap_or_default().iter().map(|byte| char::from(*byte)).collect(),
        };
        self.codes.insert(number, by_code(&code) == Shows::Percent);
    }

    /// Per cell format, whether it shows a percentage.
    fn percents(self) -> Vec<bool> {
        let percent = |number: &u16| {
            self.codes.get(number).copied().unwrap_or_else(|| builtin(u32::from(*number)) == Shows::Percent)
        };
        self.cells.iter().map(percent).collect()
    }
}

/// The places of a record of numbers, each with its cell format: one number, an RK, several RKs, a formula.
fn numbers(kind: u16, body: &[u8]) -> impl Iterator<Item = (CellRef, u16)> + '_ {
    let several = kind == 0x00bd;
    let count = match kind {
        0x0203 | 0x027e | 0x0006 => 1,
        0x00bd => body.len().saturating_sub(6) / 6,
        _ => 0,
    };
    (0..count).filter_map(move |index| {
        let (row, first) = (u16_at(body, 0)?, u16_at(body, 2)?);
        let format = u16_at(body, 4 + if several { index * 6 } else { 0 })?;
        Some((CellRef { row: u32::from(row), col: first.checked_add(index as u16)? }, format))
    })
}

fn rows(mut records: Records, strings: u32, percents: &[bool], sheet: &mut Surveyed) {
    let any = percents.contains(&true);
    // Embedded charts are streams within the stream, with cell records of their own.
    let mut depth = 0;
    while let Some((kind, body)) = records.next() {
        // Number, label, rich label, truth or error, RK, several RKs, shared string, formula.
        if depth == 1
            && matches!(kind, 0x0203 | 0x0204 | 0x00d6 | 0x0205 | 0x027e | 0x00bd | 0x00fd | 0x0006)
            && let (Some(row), Some(col)) = (u16_at(body, 0), u16_at(body, 2))
        {
            sheet.widen(row, col);
        }
        if depth == 1 && any {
            let shown = numbers(kind, body).filter(|(_, format)| percents.get(usize::from(*format)) == Some(&true));
            sheet.percents.extend(shown.map(|(at, _)| at));
        }
        match kind {
            BOF => depth += 1,
            EOF if depth <= 1 => {
                sheet.whole = true;
                return;
            }
            EOF => depth -= 1,
            _ if depth != 1 => {}
            0x0200 if is_false(body) => sheet.false_dimensions = Some((records.at - body.len(), body.len())),
            0x0208 if u32_at(body, 12).is_some_and(|flags| flags & 0x20 != 0) => {
                sheet.hidden_rows.extend(u16_at(body, 0).map(u32::from));
            }
            0x007d if u16_at(body, 8).is_some_and(|flags| flags & 1 != 0) => {
                let ends = u16_at(body, 0).zip(u16_at(body, 2));
                sheet.hidden_cols.extend(ends.into_iter().flat_map(|(first, last)| first..=last.min(255)));
            }
            0x00fd if u32_at(body, 6).is_some_and(|index| index >= strings) => {
                let at = u16_at(body, 0).zip(u16_at(body, 2));
                sheet.dangling.extend(at.map(|(row, col)| CellRef { row: u32::from(row), col }));
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(kind: u16, body: &[u8]) -> Vec<u8> {
        [&kind.to_le_bytes()[..], &(body.len() as u16).to_le_bytes(), body].concat()
    }

    #[test]
    fn stated_dimensions_are_not_believed() {
        let stated = |bottom: u32, right: u16| {
            [&[0, 0, 0, 0][..], &bottom.to_le_bytes(), &[0, 0], &right.to_le_bytes(), &[0, 0]].concat()
        };
        assert!(is_false(&stated(65_536, 256)));
        assert!(!is_false(&stated(60, 14)));
        assert!(!is_false(&stated(0, 0)));
    }

    #[test]
    fn hidden_rows_chart_sheets_and_dangling_strings_are_seen() {
        let sheet_bof = record(BOF, &[0, 6, 0x10, 0]);
        let mut row = [0u8; 16];
        (row[0], row[12]) = (4, 0x20);
        let rows = [
            sheet_bof.clone(),
            record(0x0208, &row),
            // A chart inside: its cell records do not count.
            sheet_bof,
            record(0x00fd, &[9, 0, 0, 0, 0, 0, 9, 0, 0, 0]),
            record(EOF, &[]),
            record(0x00fd, &[2, 0, 1, 0, 0, 0, 7, 0, 0, 0]),
            record(0x00fd, &[3, 0, 1, 0, 0, 0, 2, 0, 0, 0]),
            record(EOF, &[]),
        ]
        .concat();
        let head = |at: u32| {
            let bound = |at: u32, state: u8, kind: u8| {
                record(0x0085, &[&at.to_le_bytes()[..], &[state, kind, 1, 0, b'x']].concat())
            };
            let sst = record(0x00fc, &[3, 0, 0, 0, 3, 0, 0, 0]);
            [record(BOF, &[0, 6, 5, 0]), bound(at, 1, 0), bound(at, 0, 2), sst, record(EOF, &[])].concat()
        };
        let at = head(0).len() as u32;
        let survey = survey(&[head(at), rows].concat()).unwrap();
        assert_eq!(survey.version, 0x0600);
        assert_eq!(
            (survey.sheets[0].hidden, survey.sheets[0].worksheet, survey.sheets[1].worksheet),
            (true, true, false)
        );
        assert_eq!(survey.sheets[0].hidden_rows, [4]);
        assert_eq!(survey.sheets[0].area(), 2);
        assert_eq!(survey.sheets[0].dangling, [CellRef { row: 2, col: 1 }]);
    }
}
