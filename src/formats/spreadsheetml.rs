//! SpreadsheetML 2003 ("XML 表格 2003"), often saved as `.xls`: text in, a raw workbook out.
//!
//! Ours because no crate reads it; it stands on this floor's tokeniser and adds what the format's own words mean.

use super::allowance::Allowance;
use super::cells;
use super::looks::{self, CellLook, Runs};
use super::number_format::{NumberFormat, by_name_or_code};
use super::refusal::{self, Refusal};
use super::xml::{self, Attrs, Token, Xml};
use crate::model::cell::CellDoubt;
use crate::model::workbook::Format;
use crate::model::{CellRef, RawSheet, RawValue, RawWorkbook, Unreadable};
use std::collections::HashMap;

/// # Errors
/// Cut, hostile, or off the grid.
pub fn read(bytes: &[u8], allowance: Allowance) -> Result<RawWorkbook, Refusal> {
    let text = xml::decode(bytes)?;
    let mut xml = Xml::new(&text);
    let mut found =
        RawWorkbook { format: Format::SpreadsheetMl, modified: None, sheets: Vec::new(), remarks: Vec::new() };
    let mut styles = NamedStyles::default();
    loop {
        match xml.next().map_err(Unreadable::from)? {
            Token::Open { name: "Style", attrs } => styles.open(attrs),
            Token::Open { name: "NumberFormat", attrs } => {
                styles.current().format = Some(by_name_or_code(&attrs.get("Format").unwrap_or_default()));
            }
            Token::Open { name: "Font", attrs } => {
                styles.current().struck = attrs.raw("StrikeThrough").map(|_| attrs.yes("StrikeThrough"));
            }
            Token::Open { name: "Worksheet", attrs } => {
                let name = attrs.get("Name").unwrap_or_default().into_owned();
                let looks = styles.looks();
                let mut sheet = worksheet(&mut xml, name, looks, allowance)?;
                found.remarks.extend(looks::uncover(&mut sheet));
                found.sheets.push(sheet);
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

/// A style as written: what it says itself, and the style that it is based on.
#[derive(Default)]
struct NamedStyle {
    parent: Option<String>,
    format: Option<NumberFormat>,
    struck: Option<bool>,
}

#[derive(Default)]
struct NamedStyles {
    written: HashMap<String, NamedStyle>,
    /// The one being read.
    current: String,
    looks: Option<HashMap<String, CellLook>>,
}

impl NamedStyles {
    fn open(&mut self, attrs: Attrs) {
        self.current = attrs.raw("ID").unwrap_or_default().to_owned();
        let parent = attrs.raw("Parent").map(str::to_owned);
        self.written.insert(self.current.clone(), NamedStyle { parent, ..NamedStyle::default() });
    }

    fn current(&mut self) -> &mut NamedStyle {
        self.written.entry(self.current.clone()).or_default()
    }

    /// The looks of all styles; they stand before the first sheet.
    fn looks(&mut self) -> &HashMap<String, CellLook> {
        let written = &self.written;
        self.looks.get_or_insert_with(|| written.keys().map(|id| (id.clone(), look(written, id))).collect())
    }
}

/// Excel's own % button makes a style that is based on “Percent” and says no format itself.
fn look(styles: &HashMap<String, NamedStyle>, id: &str) -> CellLook {
    let (mut format, mut struck) = (None, None);
    let mut next = Some(id);
    // No chain is that long, and one in a circle never ends.
    for _ in 0..8 {
        let Some(style) = next.and_then(|id| styles.get(id)) else { break };
        format = format.or(style.format.as_ref());
        struck = struck.or(style.struck);
        next = style.parent.as_deref();
    }
    CellLook { format: format.cloned().unwrap_or_default(), struck: struck.unwrap_or(false) }
}

/// The style of the nearest that names one: the cell, its row, its column, the table.
#[derive(Default)]
struct Around<'s> {
    table: Option<&'s CellLook>,
    /// First and last of the columns that name one.
    columns: Vec<(u32, u32, &'s CellLook)>,
    row: Option<&'s CellLook>,
}

impl<'s> Around<'s> {
    fn look(&self, col: u32) -> Option<&'s CellLook> {
        let column =
            || self.columns.iter().find(|(first, last, _)| (*first..=*last).contains(&col)).map(|(.., look)| *look);
        self.row.or_else(column).or(self.table)
    }
}

fn worksheet(
    xml: &mut Xml,
    name: String,
    styles: &HashMap<String, CellLook>,
    allowance: Allowance,
) -> Result<RawSheet, Unreadable> {
    let mut sheet = RawSheet { name, ..RawSheet::default() };
    let (mut row, mut col, mut next_row, mut column) = (0u32, 0u32, 0u32, 0u32);
    let said = |attrs: &Attrs| attrs.raw("StyleID").and_then(|style| styles.get(style));
    let plain = CellLook::default();
    let mut around = Around::default();
    loop {
        match xml.next()? {
            Token::Open { name: "Visible", .. } => {
                let mut state = String::new();
                xml.text_into(&mut state)?;
                sheet.hidden = state.contains("Hidden");
            }
            Token::Open { name: "Table", attrs } => around = Around { table: said(&attrs), ..Around::default() },
            Token::Open { name: "Column", attrs } => {
                column = index(attrs, column)?;
                let last = column.saturating_add(number(attrs, "Span"));
                around.columns.extend(said(&attrs).map(|look| (column, last, look)));
                if attrs.yes("Hidden") || is_nothing(attrs.raw("Width")) {
                    let hidden = (column..=last.min(u32::from(cells::LAST_COL))).map(|col| col as u16);
                    sheet.hidden_cols.extend(hidden);
                }
                column = last.saturating_add(1);
            }
            Token::Open { name: "Row", attrs } => {
                row = index(attrs, next_row)?;
                around.row = said(&attrs);
                if attrs.yes("Hidden") || is_nothing(attrs.raw("Height")) {
                    sheet.hidden_rows.push(row);
                }
                next_row = row.saturating_add(1).saturating_add(number(attrs, "Span"));
                col = 0;
            }
            Token::Open { name: "Cell", attrs } => {
                if sheet.cells.len() >= allowance.cells() {
                    return Err(allowance.too_many_cells());
                }
                col = index(attrs, col)?;
                let (across, down) = (number(attrs, "MergeAcross"), number(attrs, "MergeDown"));
                let first = cells::checked(row, col).ok_or_else(off_grid)?;
                if across > 0 || down > 0 {
                    let last =
                        cells::checked(row.saturating_add(down), col.saturating_add(across)).ok_or_else(off_grid)?;
                    sheet.merges.push(cells::merge(first, last));
                }
                let look = said(&attrs).or_else(|| around.look(col)).unwrap_or(&plain);
                cell(xml, first, attrs.raw("Formula").is_some(), look, &mut sheet)?;
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

/// Whether a height or width is stated, and is none.
fn is_nothing(measure: Option<&str>) -> bool {
    measure.and_then(|measure| measure.parse::<f64>().ok()) == Some(0.0)
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

fn cell(xml: &mut Xml, at: CellRef, formula: bool, look: &CellLook, sheet: &mut RawSheet) -> Result<(), Unreadable> {
    let mut found = false;
    loop {
        match xml.next()? {
            Token::Open { name: "Data", attrs } => {
                found = true;
                let kind = attrs.raw("Type").unwrap_or("String");
                let mut text = String::new();
                let (whole, runs) = rich_text(xml, &mut text)?;
                if !whole {
                    sheet.push(at, RawValue::Unreadable(CellDoubt::UnknownKind));
                    continue;
                }
                let value = text.trim();
                let known = match kind {
                    "Number" => match value.parse() {
                        Ok(number) => {
                            looks::put_number(sheet, at, number, look, false);
                            continue;
                        }
                        Err(_) => None,
                    },
                    "Boolean" => match value {
                        "1" => Some(RawValue::Boolean(true)),
                        "0" => Some(RawValue::Boolean(false)),
                        _ => None,
                    },
                    "DateTime" => cells::iso_serial(value).map(RawValue::DateSerial),
                    "Error" => Some(cells::error(value)),
                    _ => {
                        looks::put_text(sheet, at, &text, runs.as_ref(), look);
                        continue;
                    }
                };
                sheet.push(at, known.unwrap_or(RawValue::Unreadable(CellDoubt::UnknownKind)));
            }
            Token::Open { .. } => xml.skip()?,
            Token::Close { name: "Cell" } => break,
            Token::End => return Err(refusal::damaged("XML 内容不完整")),
            _ => {}
        }
    }
    if formula && !found {
        sheet.push(at, RawValue::Unreadable(CellDoubt::FormulaWithoutValue));
    }
    Ok(())
}

/// The text of the `Data` just opened, which may hold HTML runs; whether all of it could be understood.
fn rich_text(xml: &mut Xml, text: &mut String) -> Result<(bool, Option<Runs>), Unreadable> {
    let (mut struck, mut raised, mut whole) = (0u32, 0u32, true);
    let mut runs: Option<Runs> = None;
    loop {
        match xml.next()? {
            Token::Open { name, .. } => {
                runs.get_or_insert_default();
                struck += u32::from(name == "S");
                raised += u32::from(matches!(name, "Sup" | "Sub"));
            }
            Token::Close { name: "Data" } => return Ok((whole, runs)),
            Token::Close { name } => {
                struck -= u32::from(name == "S").min(struck);
                raised -= u32::from(matches!(name, "Sup" | "Sub")).min(raised);
            }
            Token::Text { raw, verbatim } => {
                let from = text.len();
                if verbatim {
                    text.push_str(raw);
                } else {
                    whole &= xml::unescape(raw, text);
                }
                if let Some(runs) = &mut runs {
                    runs.note(from..text.len(), struck > 0, raised > 0);
                }
            }
            Token::End => return Err(refusal::damaged("XML 内容不完整")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As Excel saves a cell formatted by its % button, and one that has its format from its row, column or table.
    #[test]
    fn a_percentage_by_another_style_or_from_around_the_cell() {
        let text = "<?xml version=\"1.0\"?><Workbook xmlns:ss=\"urn:schemas-microsoft-com:office:spreadsheet\"><Styles>\
            <Style ss:ID=\"s16\" ss:Name=\"Percent\"><NumberFormat ss:Format=\"0%\"/></Style><Style ss:ID=\"s21\" ss:Parent=\"s16\"><Font/></Style>\
            <Style ss:ID=\"s22\" ss:Parent=\"s16\"><NumberFormat/></Style><Style ss:ID=\"c\" ss:Parent=\"c\"/></Styles>\
            <Worksheet ss:Name=\"表\"><Table><Column ss:StyleID=\"s21\" ss:Span=\"1\"/>\
            <Row><Cell ss:StyleID=\"s21\"><Data ss:Type=\"Number\">0.1</Data></Cell><Cell ss:StyleID=\"s22\"><Data ss:Type=\"Number\">0.2</Data></Cell><Cell ss:StyleID=\"c\"><Data ss:Type=\"Number\">0.3</Data></Cell></Row>\
            <Row><Cell ss:Index=\"2\"><Data ss:Type=\"Number\">0.4</Data></Cell><Cell><Data ss:Type=\"Number\">0.5</Data></Cell></Row>\
            <Row ss:StyleID=\"s22\"><Cell><Data ss:Type=\"Number\">0.6</Data></Cell></Row></Table></Worksheet>\
            <Worksheet ss:Name=\"二\"><Table ss:StyleID=\"s16\"><Row><Cell><Data ss:Type=\"Number\">0.7</Data></Cell></Row></Table></Worksheet></Workbook>";
        let workbook = read(text.as_bytes(), Allowance::default()).unwrap();
        let values: Vec<RawValue> =
            workbook.sheets.iter().flat_map(|sheet| &sheet.cells).map(|cell| cell.value).collect();
        use RawValue::{Number, Percent};
        assert_eq!(
            values,
            [Percent(0.1), Number(0.2), Number(0.3), Percent(0.4), Number(0.5), Number(0.6), Percent(0.7)]
        );
    }

    #[test]
    fn what_is_seen_is_told() {
        let text = "<?xml version=\"1.0\"?><Workbook xmlns:ss=\"urn:schemas-microsoft-com:office:spreadsheet\"><Styles>\
            <Style ss:ID=\"s\"><Font ss:StrikeThrough=\"1\"/></Style><Style ss:ID=\"w\"><NumberFormat ss:Format=\"0!.0,&quot;万&quot;\"/></Style></Styles>\
            <Worksheet ss:Name=\"表\"><Table><Column ss:Width=\"0\"/><Row ss:Height=\"0\">\
            <Cell ss:StyleID=\"s\"><Data ss:Type=\"String\">甲</Data></Cell><Cell ss:StyleID=\"w\"><Data ss:Type=\"Number\">9000</Data></Cell>\
            <Cell><ss:Data ss:Type=\"String\"><S>3</S><Font>5</Font><Sup>1</Sup></ss:Data></Cell></Row></Table></Worksheet></Workbook>";
        let workbook = read(text.as_bytes(), Allowance::default()).unwrap();
        let sheet = &workbook.sheets[0];
        let sights = sheet.sights.iter().map(|sight| (sight.at.to_string(), sight.how, sheet.sight_text(sight)));
        use crate::model::cell::SeenAs::*;
        assert_eq!(
            sights.collect::<Vec<_>>(),
            [("A1", Struck, ""), ("B1", Format, "0.9万"), ("C1", PartStruck, "351"), ("C1", Superscript, "5")]
                .map(|(at, how, text)| (at.to_owned(), how, text))
        );
        assert_eq!((&sheet.hidden_rows[..], &sheet.hidden_cols[..]), (&[0][..], &[0][..]));
    }

    #[test]
    fn indices_merges_and_kinds() {
        let text = "<?xml version=\"1.0\"?><Workbook xmlns:ss=\"urn:schemas-microsoft-com:office:spreadsheet\"><Styles><Style ss:ID=\"p\"><NumberFormat ss:Format=\"Percent\"/></Style><Style ss:ID=\"n\"><NumberFormat ss:Format=\"0.0\"/></Style></Styles><Worksheet ss:Name=\"表一\"><Table>\
            <Row><Cell ss:MergeAcross=\"2\"><Data ss:Type=\"String\">题<B>目</B></Data></Cell><Cell><Data ss:Type=\"Number\">3</Data></Cell></Row>\
            <Row ss:Index=\"4\" ss:Hidden=\"1\"><Cell ss:Index=\"5\"><Data ss:Type=\"DateTime\">2024-02-29T00:00:00.000</Data></Cell>\
            <Cell ss:Formula=\"=A1\"/></Row><Row><Cell ss:StyleID=\"p\"><Data ss:Type=\"Number\">0.98</Data></Cell><Cell ss:StyleID=\"n\"><Data ss:Type=\"Number\">1</Data></Cell></Row></Table><WorksheetOptions><Visible>SheetHidden</Visible></WorksheetOptions></Worksheet></Workbook>";
        let workbook = read(text.as_bytes(), Allowance::default()).unwrap();
        let sheet = &workbook.sheets[0];
        let cells: Vec<(String, RawValue)> = sheet.cells.iter().map(|cell| (cell.at.to_string(), cell.value)).collect();
        let expected = [
            ("A1", RawValue::Text { start: 0, len: 6 }),
            ("D1", RawValue::Number(3.0)),
            ("E4", RawValue::DateSerial(45351.0)),
            ("F4", RawValue::Unreadable(CellDoubt::FormulaWithoutValue)),
            ("A5", RawValue::Percent(0.98)),
            ("B5", RawValue::Number(1.0)),
        ];
        assert_eq!(cells, expected.map(|(at, value)| (at.to_owned(), value)));
        assert_eq!((sheet.text(sheet.cells[0].value), sheet.hidden, &sheet.hidden_rows[..]), ("题目", true, &[3][..]));
        assert_eq!(sheet.merges.len(), 1);
    }
}
