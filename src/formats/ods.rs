//! OpenDocument spreadsheets: a package in, a raw workbook out. Read here and not by calamine, because repeated cells
//! are how these files grow to billions: blank repeats cost nothing, and filled ones are counted.

use super::allowance::Allowance;
use super::cells;
use super::package::Package;
use super::refusal::{self, Refusal};
use super::xml::{self, Attrs, Token, Xml};
use crate::model::cell::Doubt;
use crate::model::workbook::Format;
use crate::model::{Merge, RawCell, RawSheet, RawValue, RawWorkbook, Unreadable};
use std::collections::HashSet;

/// # Errors
/// Encrypted, damaged, over a limit, or another kind of OpenDocument.
pub fn read(package: &Package) -> Result<RawWorkbook, Refusal> {
    let kind = package.part("mimetype")?.unwrap_or_default();
    if !kind.starts_with(b"application/vnd.oasis.opendocument.spreadsheet") {
        return Err(Refusal::NotATable("是 OpenDocument 文档，不是表格".to_owned()));
    }
    if let Some(manifest) = package.part("META-INF/manifest.xml")?
        && memchr::memmem::find(&manifest, b"encryption-data").is_some()
    {
        return Err(refusal::encrypted("ODF 加密").into());
    }
    let content = package.part("content.xml")?.ok_or_else(|| refusal::damaged("缺少内容部件"))?;
    let mut found = tables(&xml::decode(&content)?, package.allowance)?;
    found.modified = package.part("meta.xml").ok().flatten().and_then(|bytes| stamp(&xml::decode(&bytes).ok()?));
    Ok(found)
}

/// `dc:date` of the document's properties: local time, read as Beijing time.
fn stamp(text: &str) -> Option<i64> {
    let mut xml = Xml::new(text);
    loop {
        match xml.next().ok()? {
            Token::Open { name: "date", .. } => {
                let mut date = String::new();
                xml.text_into(&mut date).ok()?;
                let at =
                    chrono::NaiveDateTime::parse_from_str(date.trim_end_matches('Z'), "%Y-%m-%dT%H:%M:%S%.f").ok()?;
                return Some(at.and_utc().timestamp() - if date.ends_with('Z') { 0 } else { 8 * 3600 });
            }
            Token::End => return None,
            _ => {}
        }
    }
}

fn tables(text: &str, allowance: Allowance) -> Result<RawWorkbook, Unreadable> {
    let mut xml = Xml::new(text);
    let mut found = RawWorkbook { format: Format::Ods, modified: None, sheets: Vec::new(), remarks: Vec::new() };
    let mut hidden_styles: HashSet<String> = HashSet::new();
    let mut style = String::new();
    loop {
        match xml.next()? {
            Token::Open { name: "style", attrs } => style = attrs.get("name").unwrap_or_default().into_owned(),
            Token::Open { name: "table-properties", attrs } if attrs.raw("display") == Some("false") => {
                hidden_styles.insert(std::mem::take(&mut style));
            }
            Token::Open { name: "table", attrs } => {
                let name = attrs.get("name").unwrap_or_default().into_owned();
                let hidden = attrs.raw("style-name").is_some_and(|style| hidden_styles.contains(style));
                let sheet = RawSheet { name, hidden, ..RawSheet::default() };
                let mut table = Table { allowance, xml: &mut xml, sheet, row: 0, scratch: String::new() };
                table.read()?;
                let mut sheet = table.sheet;
                cells::settle(&mut sheet);
                found.sheets.push(sheet);
            }
            Token::End => break,
            _ => {}
        }
    }
    if found.sheets.is_empty() {
        return Err(refusal::damaged("工作簿里没有工作表"));
    }
    Ok(found)
}

struct Table<'a, 'x> {
    allowance: Allowance,
    xml: &'a mut Xml<'x>,
    sheet: RawSheet,
    row: u32,
    scratch: String,
}

fn repeated(attrs: Attrs, name: &str) -> u32 {
    attrs.raw(name).and_then(|value| value.parse::<u64>().ok()).map_or(1, |count| count.clamp(1, 1 << 31) as u32)
}

fn off_grid() -> Unreadable {
    refusal::damaged("单元格地址超出表格范围")
}

impl Table<'_, '_> {
    fn read(&mut self) -> Result<(), Unreadable> {
        let mut column = 0u32;
        loop {
            match self.xml.next()? {
                Token::Open { name: "table-column", attrs } => {
                    let last = column.saturating_add(repeated(attrs, "number-columns-repeated"));
                    if matches!(attrs.raw("visibility"), Some("collapse" | "filter")) {
                        let hidden = (column..last.min(u32::from(cells::LAST_COL) + 1)).map(|col| col as u16);
                        self.sheet.hidden_cols.extend(hidden);
                    }
                    column = last;
                }
                Token::Open { name: "table-row", attrs } => self.row(attrs)?,
                // A table inside a cell would be this one's content, not its rows.
                Token::Open { name: "shapes" | "forms", .. } => self.xml.skip()?,
                Token::Close { name: "table" } => return Ok(()),
                Token::End => return Err(refusal::damaged("XML 内容不完整")),
                _ => {}
            }
        }
    }

    fn row(&mut self, attrs: Attrs) -> Result<(), Unreadable> {
        let times = repeated(attrs, "number-rows-repeated");
        let from = self.sheet.cells.len();
        let mut col = 0u32;
        loop {
            match self.xml.next()? {
                Token::Open { name: "table-cell", attrs } => col = self.cell(attrs, col)?,
                Token::Open { name: "covered-table-cell", attrs } => {
                    col = col.saturating_add(repeated(attrs, "number-columns-repeated"));
                    self.xml.skip()?;
                }
                Token::Close { name: "table-row" } => break,
                Token::End => return Err(refusal::damaged("XML 内容不完整")),
                _ => {}
            }
        }
        if matches!(attrs.raw("visibility"), Some("collapse" | "filter")) {
            let last = self.row.saturating_add(times).min(cells::LAST_ROW + 1);
            self.sheet.hidden_rows.extend(self.row..last);
        }
        let filled = self.sheet.cells.len() - from;
        if filled > 0 && times > 1 {
            let all = filled.saturating_mul(times as usize);
            if self.sheet.cells.len().saturating_add(all) > self.allowance.cells() {
                return Err(self.allowance.too_many_cells());
            }
            let row: Vec<RawCell> = self.sheet.cells[from..].to_vec();
            for below in 1..times {
                for cell in &row {
                    let place = cells::checked(cell.at.row.saturating_add(below), u32::from(cell.at.col));
                    self.sheet.push(place.ok_or_else(off_grid)?, cell.value);
                }
            }
        }
        self.row = self.row.saturating_add(times);
        Ok(())
    }

    /// Reads one cell (repeated as stated) and answers the next column.
    fn cell(&mut self, attrs: Attrs, col: u32) -> Result<u32, Unreadable> {
        self.scratch.clear();
        let whole = self.paragraphs()?;
        let times = repeated(attrs, "number-columns-repeated");
        let next = col.saturating_add(times);
        let value = self.value(attrs, whole);
        let (across, down) = (repeated(attrs, "number-columns-spanned"), repeated(attrs, "number-rows-spanned"));
        if across > 1 || down > 1 {
            let first = cells::checked(self.row, col).ok_or_else(off_grid)?;
            let last = cells::checked(self.row.saturating_add(down - 1), col.saturating_add(across - 1));
            self.sheet.merges.push(Merge { first, last: last.ok_or_else(off_grid)? });
        }
        let Some(value) = value else { return Ok(next) };
        if self.sheet.cells.len().saturating_add(times as usize) > self.allowance.cells() {
            return Err(self.allowance.too_many_cells());
        }
        for col in col..next {
            self.sheet.push(cells::checked(self.row, col).ok_or_else(off_grid)?, value);
        }
        Ok(next)
    }

    fn value(&mut self, attrs: Attrs, whole: bool) -> Option<RawValue> {
        let kind = attrs.raw("value-type");
        let number = || attrs.raw("value").and_then(|value| value.parse::<f64>().ok());
        let doubt = RawValue::Unreadable(Doubt::UnknownKind);
        let error = self.scratch.starts_with('#') && crate::model::cell::ERROR_WORDS.contains(&self.scratch.as_str());
        match kind {
            // LibreOffice saves errors as empty strings or zeros that show the error word.
            Some("float" | "string") if error && attrs.raw("formula").is_some() => Some(cells::error(&self.scratch)),
            Some("percentage") => Some(number().map_or(doubt, cells::percent)),
            Some("float" | "currency") => Some(number().map_or(doubt, |number| cells::number(number, false, false))),
            Some("boolean") => Some(match attrs.raw("boolean-value") {
                Some("true") => RawValue::Boolean(true),
                Some("false") => RawValue::Boolean(false),
                _ => doubt,
            }),
            Some("date") => {
                Some(attrs.raw("date-value").and_then(cells::iso_serial).map_or(doubt, RawValue::DateSerial))
            }
            Some("time") => Some(attrs.raw("time-value").and_then(duration).map_or(doubt, RawValue::DateSerial)),
            Some("string") | None => {
                if self.scratch.is_empty() {
                    let lost = kind.is_none() && attrs.raw("formula").is_some();
                    return lost.then_some(RawValue::Unreadable(Doubt::FormulaWithoutValue));
                }
                if !whole {
                    return Some(doubt);
                }
                let start = self.sheet.arena.len() as u32;
                self.sheet.arena.push_str(&self.scratch);
                Some(RawValue::Text { start, len: self.scratch.len() as u32 })
            }
            Some(_) => Some(doubt),
        }
    }

    /// Gathers the paragraphs of the cell just opened; comments are left out.
    fn paragraphs(&mut self) -> Result<bool, Unreadable> {
        let (mut whole, mut depth, mut started) = (true, 0u32, false);
        loop {
            match self.xml.next()? {
                Token::Open { name: "annotation" | "shape" | "frame", .. } => self.xml.skip()?,
                Token::Open { name: "p" | "h", .. } => {
                    if started {
                        self.scratch.push('\n');
                    }
                    started = true;
                    depth += 1;
                }
                Token::Open { name: "s", attrs } => {
                    let spaces = repeated(attrs, "c").min(1_000);
                    self.scratch.extend(std::iter::repeat_n(' ', spaces as usize));
                }
                Token::Open { name: "line-break", .. } => self.scratch.push('\n'),
                Token::Open { name: "tab", .. } => self.scratch.push('\t'),
                Token::Close { name: "p" | "h" } => depth = depth.saturating_sub(1),
                Token::Close { name: "table-cell" } => return Ok(whole),
                Token::Text { raw, verbatim } if depth > 0 => {
                    if verbatim {
                        self.scratch.push_str(raw);
                    } else {
                        whole &= xml::unescape(raw, &mut self.scratch);
                    }
                }
                Token::End => return Err(refusal::damaged("XML 内容不完整")),
                _ => {}
            }
        }
    }
}

/// Days of a duration like `PT08H30M00S`.
fn duration(text: &str) -> Option<f64> {
    let mut seconds = 0.0;
    let mut number = String::new();
    for c in text.strip_prefix("PT")?.chars() {
        let unit = match c {
            'H' => 3600.0,
            'M' => 60.0,
            'S' => 1.0,
            c => {
                number.push(c);
                continue;
            }
        };
        seconds += number.parse::<f64>().ok()? * unit;
        number.clear();
    }
    Some(seconds / 86400.0).filter(|days| days.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: &str) -> Result<RawWorkbook, Unreadable> {
        tables(&format!("<d><b><table:table table:name='表'>{rows}</table:table></b></d>"), Allowance::default())
    }

    #[test]
    fn repeats_spans_and_kinds() {
        let workbook = table(
            "<table-row><table-cell value-type='string' number-columns-spanned='2'><p>a<s c='2'/>b</p><p>c</p></table-cell><covered-table-cell/>\
             <table-cell value-type='float' value='3' number-columns-repeated='2'/></table-row>\
             <table-row number-rows-repeated='1048000'><table-cell number-columns-repeated='16384'/></table-row>\
             <table-row number-rows-repeated='2' visibility='collapse'><table-cell value-type='date' date-value='2024-02-29'/><table-cell formula='x'/></table-row>",
        )
        .unwrap();
        let sheet = &workbook.sheets[0];
        let cells: Vec<(String, RawValue)> = sheet.cells.iter().map(|cell| (cell.at.to_string(), cell.value)).collect();
        let (date, lost) = (RawValue::DateSerial(45351.0), RawValue::Unreadable(Doubt::FormulaWithoutValue));
        let expected = [
            ("A1", RawValue::Text { start: 0, len: 6 }),
            ("C1", RawValue::Number(3.0)),
            ("D1", RawValue::Number(3.0)),
            ("A1048002", date),
            ("B1048002", lost),
            ("A1048003", date),
            ("B1048003", lost),
        ];
        assert_eq!(cells, expected.map(|(at, value)| (at.to_owned(), value)));
        assert_eq!((sheet.arena.as_str(), sheet.merges.len(), sheet.hidden_rows.len()), ("a  b\nc", 1, 2));
    }

    #[test]
    fn filled_repeats_are_counted_before_they_are_made() {
        let bomb = "<table-row number-rows-repeated='1048576'><table-cell value-type='string' number-columns-repeated='16384'><p>x</p></table-cell></table-row>";
        assert_eq!(table(bomb).unwrap_err().code, "file-over-limit");
    }
}
