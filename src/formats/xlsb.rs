//! xlsb: a package with binary parts, read through calamine's streaming reader. May panic on damaged files: workers
//! are for that.

use super::cells::{self, push_nonempty};
use super::number_format::{Shows, builtin, by_code};
use super::package::Package;
use super::refusal::{self, Refusal, short};
use crate::model::workbook::Format;
use crate::model::{CellRef, Merge, RawSheet, RawValue, RawWorkbook};
use calamine::{DataRef, Reader, SheetType, SheetVisible, Xlsb};
use std::collections::HashMap;
use std::io::Cursor;

/// Reads the package `bytes`, whose main part is `main`.
///
/// # Errors
/// Damaged, over a limit, or with two sheets of one name.
pub fn read(package: &Package, main: &str, bytes: &[u8]) -> Result<RawWorkbook, Refusal> {
    let damaged = |_| refusal::damaged("二进制工作簿无法读取");
    let mut workbook = Xlsb::new(Cursor::new(bytes)).map_err(|error| match error {
        calamine::XlsbError::Password => refusal::encrypted("Office 加密"),
        other => damaged(other),
    })?;
    let listed = workbook.sheets_metadata().to_vec();
    let is_1904 = workbook.has_1904_epoch();
    let mut found = RawWorkbook { format: Format::Xlsb, modified: None, sheets: Vec::new(), remarks: Vec::new() };
    found.modified = workbook
        .workbook_properties()
        .ok()
        .and_then(|properties| properties.modified)
        .and_then(|stamp| chrono::DateTime::parse_from_rfc3339(&stamp).ok())
        .map(|at| at.timestamp());
    let parts = sheet_parts(package, main)?;
    let percents = percent_formats(package, main)?;
    for (index, sheet) in listed.iter().enumerate() {
        if sheet.typ != SheetType::WorkSheet {
            found.remarks.push(format!("“{}”是图表或宏表，已跳过", short(&sheet.name)));
            continue;
        }
        if listed.iter().enumerate().any(|(other, twin)| other != index && twin.name == sheet.name) {
            return Err(refusal::damaged("有两个同名工作表，不能确定哪个有效").into());
        }
        let hidden = sheet.visible != SheetVisible::Visible;
        let mut raw = RawSheet { name: sheet.name.clone(), hidden, ..RawSheet::default() };
        let mut reader = workbook.worksheet_cells_reader(&sheet.name).map_err(damaged)?;
        while let Some(cell) = reader.next_cell().map_err(damaged)? {
            let (row, col) = cell.get_position();
            let at = cells::checked(row, col).ok_or_else(|| refusal::damaged("单元格地址超出表格范围"))?;
            if raw.cells.len() >= package.allowance.cells() {
                return Err(package.allowance.too_many_cells().into());
            }
            push(cell.get_value(), is_1904, at, &mut raw);
        }
        cells::settle(&mut raw);
        if let Some((_, part)) = parts.iter().find(|(name, _)| *name == sheet.name)
            && let Some(bytes) = package.part(part)?
        {
            shape(&bytes, &percents, &mut raw);
        }
        found.sheets.push(raw);
    }
    if found.sheets.is_empty() && found.remarks.is_empty() {
        return Err(refusal::damaged("工作簿里没有工作表").into());
    }
    Ok(found)
}

/// The records of a binary part: kind and body ([MS-XLSB] 2.1.4: both numbers in groups of seven bits).
struct Records<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Records<'a> {
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

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

/// A counted UTF-16 text at `at`, and where it ends.
fn wide_text(body: &[u8], at: usize) -> Option<(String, usize)> {
    let end = (at + 4).checked_add((u32_at(body, at)? as usize).checked_mul(2)?)?;
    let units: Vec<u16> =
        body.get(at + 4..end)?.as_chunks::<2>().0.iter().map(|unit| u16::from_le_bytes(*unit)).collect();
    Some((String::from_utf16_lossy(&units), end))
}

/// Sheet names with their parts, which calamine keeps to itself.
fn sheet_parts(package: &Package, main: &str) -> Result<Vec<(String, String)>, Refusal> {
    let relations = package.relations_of(main)?;
    let book = package.part(main)?.unwrap_or_default();
    // BrtBundleSh: state, id, relation, name.
    let listed = Records { rest: &book }.filter(|(kind, _)| *kind == 156).filter_map(|(_, body)| {
        let (relation, end) = wide_text(body, 8)?;
        Some((wide_text(body, end)?.0, relation))
    });
    let target = |id: &str| relations.iter().find(|relation| relation.id == id).map(|relation| relation.target.clone());
    Ok(listed.filter_map(|(name, relation)| Some((name, target(&relation)?))).collect())
}

/// Per cell format, whether it shows a percentage; empty where the workbook has no styles.
fn percent_formats(package: &Package, main: &str) -> Result<Vec<bool>, Refusal> {
    let relations = package.relations_of(main)?;
    let styles = relations.iter().find(|relation| relation.kind.ends_with("/styles"));
    let Some(part) = styles.map(|relation| package.part(&relation.target)).transpose()?.flatten() else {
        return Ok(Vec::new());
    };
    Ok(percents_of(&part))
}

fn percents_of(styles: &[u8]) -> Vec<bool> {
    let number = |body: &[u8], at: usize| Some(u16::from_le_bytes(body.get(at..at + 2)?.try_into().ok()?));
    let mut codes: HashMap<u16, bool> = HashMap::new();
    let mut formats = Vec::new();
    let mut in_cells = false;
    for (kind, body) in (Records { rest: styles }) {
        match kind {
            // BrtFmt: its number and its code.
            44 => {
                if let (Some(id), Some((code, _))) = (number(body, 0), wide_text(body, 2)) {
                    codes.insert(id, by_code(&code) == Shows::Percent);
                }
            }
            // BrtBeginCellXFs and its end: other lists hold BrtXF too.
            617 => in_cells = true,
            618 => in_cells = false,
            // BrtXF: parent, number format.
            47 if in_cells => {
                let id = number(body, 2).unwrap_or(0);
                let percent = || builtin(u32::from(id)) == Shows::Percent;
                formats.push(codes.get(&id).copied().unwrap_or_else(percent));
            }
            _ => {}
        }
    }
    formats
}

/// Merges, hidden rows and columns, and numbers shown as percentages, which calamine does not tell of this format.
fn shape(part: &[u8], percents: &[bool], sheet: &mut RawSheet) {
    let mut row = 0;
    for (kind, body) in (Records { rest: part }) {
        let number = |index: usize| u32_at(body, index * 4);
        match kind {
            // BrtRowHdr: row, format, height, then two bytes of flags.
            0 => {
                row = number(0).unwrap_or(row);
                if body.get(11).is_some_and(|flags| flags & 0x10 != 0) && row <= cells::LAST_ROW {
                    sheet.hidden_rows.push(row);
                }
            }
            // A number as RK, as a whole, as a formula's result: column, then three bytes of cell format.
            2 | 5 | 9 => {
                let format = number(1).map_or(0, |format| format as usize & 0xff_ffff);
                let at = number(0).filter(|_| percents.get(format) == Some(&true));
                let found = at.and_then(|col| cells::checked(row, col)).and_then(|at| {
                    let place = sheet.cells.binary_search_by_key(&at, |cell| cell.at).ok()?;
                    sheet.cells.get_mut(place)
                });
                if let Some(cell) = found
                    && let RawValue::Number(share) = cell.value
                {
                    cell.value = RawValue::Percent(share);
                }
            }
            // BrtColInfo: first, last, width, format, flags.
            60 if body.get(16).is_some_and(|flags| flags & 1 != 0) => {
                let ends = number(0).zip(number(1)).map(|(first, last)| first..=last.min(u32::from(cells::LAST_COL)));
                // Bounded by the last column, so each fits.
                sheet.hidden_cols.extend(ends.into_iter().flatten().map(|col| col as u16));
            }
            // BrtMergeCell: first and last row, first and last column.
            176 => {
                let first = number(0).zip(number(2)).and_then(|(row, col)| cells::checked(row, col));
                let last = number(1).zip(number(3)).and_then(|(row, col)| cells::checked(row, col));
                let corners = first.zip(last).filter(|(first, last)| first.row <= last.row && first.col <= last.col);
                sheet.merges.extend(corners.map(|(first, last)| Merge { first, last }));
            }
            _ => {}
        }
    }
}

fn push(value: &DataRef, is_1904: bool, at: CellRef, sheet: &mut RawSheet) {
    match value {
        DataRef::Empty => {}
        DataRef::String(text) => push_nonempty(sheet, at, text),
        DataRef::SharedString(text) => push_nonempty(sheet, at, text),
        DataRef::Int(number) => sheet.push(at, RawValue::Number(*number as f64)),
        DataRef::Float(number) => sheet.push(at, cells::number(*number, false, false)),
        DataRef::Bool(value) => sheet.push(at, RawValue::Boolean(*value)),
        DataRef::DateTime(date) => sheet.push(at, cells::number(date.as_f64(), true, is_1904 && date.is_datetime())),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => push_nonempty(sheet, at, text),
        DataRef::Error(error) => sheet.push(at, cells::error(&error.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn merges_and_hidden_rows_and_columns() {
        let record = |kind: &[u8], numbers: &[u32], tail: &[u8]| {
            let body: Vec<u8> =
                numbers.iter().flat_map(|number| number.to_le_bytes()).chain(tail.iter().copied()).collect();
            [kind, &[body.len() as u8], &body].concat()
        };
        let part = [
            record(&[60], &[2, 3, 9, 0], &[1, 0]),
            record(&[0], &[4, 0], &[0, 0, 0, 0x10, 0]),
            record(&[0], &[5, 0], &[0, 0, 0, 0, 0]),
            // 176 needs two groups of seven bits.
            record(&[0xb0, 0x01], &[0, 1, 0, 13], &[]),
            record(&[0xb0, 0x01], &[0, 1 << 30, 0, 13], &[]),
        ]
        .concat();
        let mut sheet = RawSheet::default();
        shape(&part, &[], &mut sheet);
        assert_eq!((&sheet.hidden_rows[..], &sheet.hidden_cols[..]), (&[4][..], &[2, 3][..]));
        assert_eq!(sheet.merges, [Merge { first: CellRef { row: 0, col: 0 }, last: CellRef { row: 1, col: 13 } }]);
    }
}
