//! One binary worksheet part: its cells with what a person sees of them, merges, hidden rows and columns.

use super::parts::{XlsbRecords, XlsbStrings, XlsbStyles, rich_string, u16_at, u32_at, wide_text};
use crate::formats::allowance::Allowance;
use crate::formats::biff::records::{error_word, f64_at, packed};
use crate::formats::cells;
use crate::formats::looks::{self, CellLook, RunText};
use crate::formats::refusal;
use crate::model::cell::CellDoubt;
use crate::model::{CellRef, RawSheet, RawValue, Unreadable};

/// What a sheet's cells point into.
pub struct CellTargets<'a> {
    pub strings: &'a XlsbStrings,
    pub styles: &'a XlsbStyles,
    pub is_1904: bool,
    pub allowance: Allowance,
}

/// Fills `sheet` from its part.
///
/// # Errors
/// A cell off the grid, the part is cut, or over a limit.
pub fn read(part: &[u8], known: &CellTargets, mut sheet: RawSheet) -> Result<RawSheet, Unreadable> {
    let off_grid = || refusal::damaged("单元格地址超出表格范围");
    let (mut row, mut col, mut whole) = (0u32, 0u32, false);
    for (kind, body) in (XlsbRecords { rest: part }) {
        match kind {
            0 => {
                row = u32_at(body, 0).unwrap_or(row);
                if row > cells::LAST_ROW {
                    return Err(off_grid());
                }
                (col, whole) = (0, whole);
                hide_row(body, row, &mut sheet);
            }
            // Cells with their column in front, and those that stand behind the one before.
            1..=11 | 62 => {
                col = u32_at(body, 0).ok_or_else(off_grid)?;
                cell(
                    kind,
                    body.get(4..).unwrap_or_default(),
                    cells::checked(row, col).ok_or_else(off_grid)?,
                    known,
                    &mut sheet,
                );
            }
            12..=18 => {
                col += 1;
                cell(kind - 11, body, cells::checked(row, col).ok_or_else(off_grid)?, known, &mut sheet);
            }
            // BrtEndSheetData.
            146 => whole = true,
            _ => shape(kind, body, &mut sheet),
        }
        if sheet.cells.len() > known.allowance.cells() {
            return Err(known.allowance.too_many_cells());
        }
        if sheet.arena.len() > known.allowance.text() {
            return Err(known.allowance.too_much_text());
        }
    }
    if !whole {
        return Err(refusal::damaged("工作表记录中途断开，后面可能还有数据"));
    }
    cells::settle(&mut sheet);
    Ok(sheet)
}

/// One cell: its format and its value, the column taken off.
fn cell(kind: u32, body: &[u8], at: CellRef, known: &CellTargets, sheet: &mut RawSheet) {
    let plain = CellLook::default();
    let format = u32_at(body, 0).map_or(0, |format| format as usize & 0xff_ffff);
    let look = known.styles.looks.get(format).unwrap_or(&plain);
    let number = match kind {
        2 => u32_at(body, 4).map(packed),
        5 | 9 => f64_at(body, 4),
        _ => None,
    };
    if let Some(number) = number {
        return looks::put_number(sheet, at, number, look, known.is_1904);
    }
    let rich = |sheet: &mut RawSheet, text: &RunText| {
        looks::put_text(sheet, at, &text.text, text.looks(look.struck, |font| known.styles.font(font)).as_ref(), look);
    };
    let value = match (kind, body.get(4)) {
        (1, _) => return,
        (3 | 11, Some(code)) => cells::error(error_word(*code)),
        (4 | 10, Some(value)) => RawValue::Boolean(*value != 0),
        (6 | 8, _) => match wide_text(body, 4) {
            Some((text, _)) => return looks::put_text(sheet, at, &text, None, look),
            None => RawValue::Unreadable(CellDoubt::UnknownKind),
        },
        (7, _) => match u32_at(body, 4).and_then(|index| known.strings.0.get(index as usize)?.as_ref()) {
            Some(text) => return rich(sheet, text),
            None => RawValue::Unreadable(CellDoubt::DanglingString),
        },
        (62, _) => match rich_string(body, 4) {
            Some(text) => return rich(sheet, &text),
            None => RawValue::Unreadable(CellDoubt::UnknownKind),
        },
        _ => RawValue::Unreadable(CellDoubt::UnknownKind),
    };
    sheet.push(at, value);
}

/// BrtRowHdr: row, format, height, then two bytes of flags.
fn hide_row(body: &[u8], row: u32, sheet: &mut RawSheet) {
    if u16_at(body, 8) == Some(0) || body.get(11).is_some_and(|flags| flags & 0x10 != 0) {
        sheet.hidden_rows.push(row);
    }
}

fn shape(kind: u32, body: &[u8], sheet: &mut RawSheet) {
    let number = |index: usize| u32_at(body, index * 4);
    match kind {
        // BrtColInfo: first, last, width, format, flags.
        60 if number(2) == Some(0) || body.get(16).is_some_and(|flags| flags & 1 != 0) => {
            let ends = number(0).zip(number(1)).map(|(first, last)| first..=last.min(u32::from(cells::LAST_COL)));
            // Bounded by the last column, so each fits.
            sheet.hidden_cols.extend(ends.into_iter().flatten().map(|col| col as u16));
        }
        // BrtMergeCell: first and last row, first and last column.
        176 => {
            let corner = |row, col| cells::checked(number(row)?, number(col)?);
            let corners = corner(0, 2).zip(corner(1, 3));
            sheet.merges.extend(corners.map(|(first, last)| cells::merge(first, last)));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Merge;

    fn record(kind: &[u8], numbers: &[u32], tail: &[u8]) -> Vec<u8> {
        let body: Vec<u8> =
            numbers.iter().flat_map(|number| number.to_le_bytes()).chain(tail.iter().copied()).collect();
        [kind, &[body.len() as u8], &body].concat()
    }

    fn read_part(part: &[u8]) -> Result<RawSheet, Unreadable> {
        let (strings, styles) = (XlsbStrings::default(), XlsbStyles::default());
        let known = CellTargets { strings: &strings, styles: &styles, is_1904: false, allowance: Allowance::default() };
        read(part, &known, RawSheet::default())
    }

    #[test]
    fn cells_merges_and_hidden_rows_and_columns() {
        let end = [0x92, 0x01, 0];
        let part = [
            record(&[60], &[2, 3, 9, 0], &[1, 0]),
            record(&[60], &[5, 5, 0, 0], &[0, 0]),
            record(&[0], &[4, 0], &[9, 0, 0, 0x10, 0]),
            // A formula that ends in an error, and a rich text.
            record(&[11], &[1, 0], &[0x07]),
            record(&[62], &[2, 0], &[1, 1, 0, 0, 0, 0x32, 0x75, 1, 0, 0, 0, 0, 0, 0, 0]),
            record(&[0], &[5, 0], &[9, 0, 0, 0, 0]),
            record(&[0], &[6, 0], &[0, 0, 0, 0, 0]),
            end.to_vec(),
            // 176 needs two groups of seven bits.
            record(&[0xb0, 0x01], &[0, 1, 0, 13], &[]),
            record(&[0xb0, 0x01], &[0, 1 << 30, 0, 13], &[]),
        ]
        .concat();
        let sheet = read_part(&part).unwrap();
        assert_eq!((&sheet.hidden_rows[..], &sheet.hidden_cols[..]), (&[4, 6][..], &[2, 3, 5][..]));
        assert_eq!(sheet.merges, [Merge { first: CellRef { row: 0, col: 0 }, last: CellRef { row: 1, col: 13 } }]);
        let values: Vec<RawValue> = sheet.cells.iter().map(|cell| cell.value).collect();
        assert_eq!(values, [RawValue::Error(1), RawValue::Text { start: 0, len: 3 }]);
        let cut = part.windows(3).position(|window| window == end).unwrap();
        assert_eq!(read_part(&part[..cut]).unwrap_err().code.to_string(), "file-damaged");
    }
}
