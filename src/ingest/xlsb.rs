//! xlsb: a package with binary parts, read through calamine's streaming reader. May panic on damaged files: workers
//! are for that.

use super::cells;
use super::refusal::{self, Refusal};
use super::xls::push_nonempty;
use super::xlsx::short;
use crate::model::workbook::Format;
use crate::model::{CellRef, RawSheet, RawValue, RawWorkbook};
use calamine::{DataRef, Reader, SheetType, SheetVisible, Xlsb};
use std::io::Cursor;

/// # Errors
/// Damaged, over a limit, or with two sheets of one name.
pub fn read(bytes: &[u8]) -> Result<RawWorkbook, Refusal> {
    let damaged = |_| refusal::damaged("二进制工作簿无法读取");
    let mut workbook = Xlsb::new(Cursor::new(bytes)).map_err(|error| match error {
        calamine::XlsbError::Password => refusal::encrypted(),
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
            if raw.cells.len() >= super::xlsx::MOST_CELLS {
                return Err(super::xlsx::too_many_cells().into());
            }
            push(cell.get_value(), is_1904, at, &mut raw);
        }
        cells::settle(&mut raw);
        found.sheets.push(raw);
    }
    if found.sheets.is_empty() && found.remarks.is_empty() {
        return Err(refusal::damaged("工作簿里没有工作表").into());
    }
    Ok(found)
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
