//! SpreadsheetML 2003 ("XML 表格 2003"), often saved as `.xls`: text in, a raw workbook out.

use super::cells;
use super::refusal::{self, Refusal};
use super::xls::push_nonempty;
use super::xlsx::styles::{Shows, by_code};
use super::xlsx::{most_cells, too_many_cells};
use super::xml::{self, Attrs, Token, Xml};
use crate::model::cell::Doubt;
use crate::model::workbook::Format;
use crate::model::{CellRef, Merge, RawSheet, RawValue, RawWorkbook, Unreadable};
use std::collections::HashSet;

/// # Errors
/// Cut, hostile, or off the grid.
pub fn read(bytes: &[u8]) -> Result<RawWorkbook, Refusal> {
    let text = xml::decode(bytes)?;
    let mut xml = Xml::new(&text);
    let mut found =
        RawWorkbook { format: Format::SpreadsheetMl, modified: None, sheets: Vec::new(), remarks: Vec::new() };
    let mut percents = HashSet::new();
    let mut style = String::new();
    loop {
        match xml.next().map_err(Unreadable::from)? {
            Token::Open { name: "Style", attrs } => style = attrs.raw("ID").unwrap_or_default().to_owned(),
            Token::Open { name: "NumberFormat", attrs } => {
                let format = attrs.get("Format").unwrap_or_default();
                if format == "Percent" || by_code(&format) == Shows::Percent {
                    percents.insert(style.clone());
                }
            }
            Token::Open { name: "Worksheet", attrs } => {
                let name = attrs.get("Name").unwrap_or_default().into_owned();
                found.sheets.push(worksheet(&mut xml, name, &percents)?);
            }
            Token::Open { name: "LastSaved", .. } => {
                let mut stamp = String::new();
                xml.text_into(&mut stamp).map_err(Unreadable::from)?;
                found.modified = chrono::DateTime::parse_from_rfc3339(stamp.trim()).ok().map(|at| at.timestamp());
            }
            Token::End => break,
            _ => {}
        }
    }
    if found.sheets.is_empty() {
        return Err(refusal::damaged("工作簿里没有工作表").into());
    }
    Ok(found)
}

fn worksheet(xml: &mut Xml, name: String, percents: &HashSet<String>) -> Result<RawSheet, Unreadable> {
    let mut sheet = RawSheet { name, ..RawSheet::default() };
    let (mut row, mut col, mut next_row, mut column) = (0u32, 0u32, 0u32, 0u32);
    loop {
        match xml.next()? {
            Token::Open { name: "Visible", .. } => {
                let mut state = String::new();
                xml.text_into(&mut state)?;
                sheet.hidden = state.contains("Hidden");
            }
            Token::Open { name: "Column", attrs } => {
                column = index(attrs, column)?;
                let last = column.saturating_add(number(attrs, "Span"));
                if attrs.yes("Hidden") {
                    let hidden = (column..=last.min(u32::from(cells::LAST_COL))).map(|col| col as u16);
                    sheet.hidden_cols.extend(hidden);
                }
                column = last.saturating_add(1);
            }
            Token::Open { name: "Row", attrs } => {
                row = index(attrs, next_row)?;
                if attrs.yes("Hidden") {
                    sheet.hidden_rows.push(row);
                }
                next_row = row.saturating_add(1).saturating_add(number(attrs, "Span"));
                col = 0;
            }
            Token::Open { name: "Cell", attrs } => {
                if sheet.cells.len() >= most_cells() {
                    return Err(too_many_cells());
                }
                col = index(attrs, col)?;
                let (across, down) = (number(attrs, "MergeAcross"), number(attrs, "MergeDown"));
                let first = cells::checked(row, col).ok_or_else(off_grid)?;
                if across > 0 || down > 0 {
                    let last =
                        cells::checked(row.saturating_add(down), col.saturating_add(across)).ok_or_else(off_grid)?;
                    sheet.merges.push(Merge { first, last });
                }
                let percent = attrs.raw("StyleID").is_some_and(|style| percents.contains(style));
                cell(xml, first, (attrs.raw("Formula").is_some(), percent), &mut sheet)?;
                col = col.saturating_add(1).saturating_add(across);
            }
            Token::Close { name: "Worksheet" } => break,
            Token::End => return Err(refusal::damaged("XML 内容不完整")),
            _ => {}
        }
    }
    cells::settle(&mut sheet);
    Ok(sheet)
}

fn off_grid() -> Unreadable {
    refusal::damaged("单元格地址超出表格范围")
}

fn number(attrs: Attrs, name: &str) -> u32 {
    attrs.raw(name).and_then(|value| value.parse().ok()).unwrap_or(0)
}

/// `ss:Index` is 1-based; without it, the place goes on from the last one.
fn index(attrs: Attrs, next: u32) -> Result<u32, Unreadable> {
    match attrs.raw("Index") {
        Some(value) => value.parse::<u32>().ok().and_then(|index| index.checked_sub(1)).ok_or_else(off_grid),
        None => Ok(next),
    }
}

fn cell(xml: &mut Xml, at: CellRef, (formula, percent): (bool, bool), sheet: &mut RawSheet) -> Result<(), Unreadable> {
    let mut found = false;
    loop {
        match xml.next()? {
            Token::Open { name: "Data", attrs } => {
                found = true;
                let kind = attrs.raw("Type").unwrap_or("String");
                let mut text = String::new();
                if !xml.text_into(&mut text)? {
                    sheet.push(at, RawValue::Unreadable(Doubt::UnknownKind));
                    continue;
                }
                let value = text.trim();
                let known = match kind {
                    "Number" if percent => value.parse().ok().map(cells::percent),
                    "Number" => value.parse().ok().map(|number| cells::number(number, false, false)),
                    "Boolean" => match value {
                        "1" => Some(RawValue::Boolean(true)),
                        "0" => Some(RawValue::Boolean(false)),
                        _ => None,
                    },
                    "DateTime" => cells::iso_serial(value).map(RawValue::DateSerial),
                    "Error" => Some(cells::error(value)),
                    _ => {
                        push_nonempty(sheet, at, &text);
                        continue;
                    }
                };
                sheet.push(at, known.unwrap_or(RawValue::Unreadable(Doubt::UnknownKind)));
            }
            Token::Open { .. } => xml.skip()?,
            Token::Close { name: "Cell" } => break,
            Token::End => return Err(refusal::damaged("XML 内容不完整")),
            _ => {}
        }
    }
    if formula && !found {
        sheet.push(at, RawValue::Unreadable(Doubt::FormulaWithoutValue));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indices_merges_and_kinds() {
        let text = "<?xml version=\"1.0\"?><Workbook xmlns:ss=\"urn:schemas-microsoft-com:office:spreadsheet\"><Styles><Style ss:ID=\"p\"><NumberFormat ss:Format=\"Percent\"/></Style><Style ss:ID=\"n\"><NumberFormat ss:Format=\"0.0\"/></Style></Styles><Worksheet ss:Name=\"表一\"><Table>\
            <Row><Cell ss:MergeAcross=\"2\"><Data ss:Type=\"String\">题<B>目</B></Data></Cell><Cell><Data ss:Type=\"Number\">3</Data></Cell></Row>\
            <Row ss:Index=\"4\" ss:Hidden=\"1\"><Cell ss:Index=\"5\"><Data ss:Type=\"DateTime\">2024-02-29T00:00:00.000</Data></Cell>\
            <Cell ss:Formula=\"=A1\"/></Row><Row><Cell ss:StyleID=\"p\"><Data ss:Type=\"Number\">0.98</Data></Cell><Cell ss:StyleID=\"n\"><Data ss:Type=\"Number\">1</Data></Cell></Row></Table><WorksheetOptions><Visible>SheetHidden</Visible></WorksheetOptions></Worksheet></Workbook>";
        let workbook = read(text.as_bytes()).unwrap();
        let sheet = &workbook.sheets[0];
        let cells: Vec<(String, RawValue)> = sheet.cells.iter().map(|cell| (cell.at.to_string(), cell.value)).collect();
        let expected = [
            ("A1", RawValue::Text { start: 0, len: 6 }),
            ("D1", RawValue::Number(3.0)),
            ("E4", RawValue::DateSerial(45351.0)),
            ("F4", RawValue::Unreadable(Doubt::FormulaWithoutValue)),
            ("A5", RawValue::Percent(0.98)),
            ("B5", RawValue::Number(1.0)),
        ];
        assert_eq!(cells, expected.map(|(at, value)| (at.to_owned(), value)));
        assert_eq!((sheet.text(sheet.cells[0].value), sheet.hidden, &sheet.hidden_rows[..]), ("题目", true, &[3][..]));
        assert_eq!(sheet.merges.len(), 1);
    }
}
