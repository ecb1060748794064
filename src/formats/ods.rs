//! OpenDocument spreadsheets: a package in, a raw workbook out. Read here and not by calamine, because repeated cells
//! are how these files grow to billions: blank repeats cost nothing, and filled ones are counted.

mod styles;

use super::allowance::Allowance;
use super::cells;
use super::looks::{self, CellLook, Runs};
use super::package::Package;
use super::refusal::{self, Refusal};
use super::xml::{self, Attrs, Token, Xml};
use crate::model::cell::{CellDoubt, SeenAs, Sight};
use crate::model::workbook::Format;
use crate::model::{CellRef, Merge, RawCell, RawSheet, RawValue, RawWorkbook, Unreadable};
use styles::OdsStyles;

/// # Errors
/// Encrypted, damaged, over a limit, or another kind of OpenDocument.
pub fn read(package: &Package) -> Result<RawWorkbook, Refusal> {
    // Whoever packs the parts anew often leaves the first one out; the manifest says the same.
    let kind = match package.part("mimetype")? {
        Some(kind) => kind,
        None => package.part("META-INF/manifest.xml")?.unwrap_or_default(),
    };
    if memchr::memmem::find(&kind, b"application/vnd.oasis.opendocument.spreadsheet").is_none() {
        return Err(Refusal::NotATable("是 OpenDocument 文档，不是表格".to_owned()));
    }
    if let Some(manifest) = package.part("META-INF/manifest.xml")?
        && memchr::memmem::find(&manifest, b"encryption-data").is_some()
    {
        return Err(refusal::encrypted("ODF 加密").into());
    }
    let content = package.part("content.xml")?.ok_or_else(|| refusal::damaged("缺少内容部件"))?;
    let mut styles = OdsStyles::default();
    if let Some(named) = package.part("styles.xml")? {
        let text = xml::decode(&named)?;
        let mut xml = Xml::new(&text);
        while let token @ (Token::Open { .. } | Token::Close { .. } | Token::Text { .. }) =
            xml.next().map_err(Unreadable::from)?
        {
            styles.take(token);
        }
    }
    let mut found = tables(&xml::decode(&content)?, styles, package.allowance)?;
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

fn tables(text: &str, mut styles: OdsStyles, allowance: Allowance) -> Result<RawWorkbook, Unreadable> {
    let mut xml = Xml::new(text);
    let mut found = RawWorkbook { format: Format::Ods, modified: None, sheets: Vec::new(), remarks: Vec::new() };
    loop {
        match xml.next()? {
            Token::Open { name: "table", attrs } => {
                let name = attrs.get("name").unwrap_or_default().into_owned();
                let hidden = attrs.raw("style-name").is_some_and(|style| styles.is_hidden(style));
                let sheet = RawSheet { name, hidden, ..RawSheet::default() };
                let mut table = TableReader {
                    allowance,
                    styles: &mut styles,
                    xml: &mut xml,
                    sheet,
                    row: 0,
                    columns: Vec::new(),
                    row_style: None,
                    scratch: String::new(),
                    runs: Runs::default(),
                };
                table.read()?;
                let mut sheet = table.sheet;
                cells::settle(&mut sheet);
                found.remarks.extend(looks::uncover(&mut sheet));
                found.sheets.push(sheet);
            }
            Token::End => break,
            token => styles.take(token),
        }
    }
    if found.sheets.is_empty() {
        return Err(refusal::damaged("工作簿里没有工作表"));
    }
    Ok(found)
}

struct TableReader<'a, 'x> {
    allowance: Allowance,
    styles: &'a mut OdsStyles,
    /// Last column and cell style of each stretch of columns.
    columns: Vec<(u32, Option<&'x str>)>,
    row_style: Option<&'x str>,
    xml: &'a mut Xml<'x>,
    sheet: RawSheet,
    row: u32,
    scratch: String,
    /// Of the text in `scratch`.
    runs: Runs,
}

fn repeated(attrs: Attrs, name: &str) -> u32 {
    times(attrs.raw(name))
}

/// How often something stands; once where nobody says.
fn times(said: Option<&str>) -> u32 {
    said.and_then(|value| value.parse::<u64>().ok()).map_or(1, |count| count.clamp(1, 1 << 31) as u32)
}

/// The attributes of a cell that are read, gathered in one pass: a search for each took almost half of the reading. Of two
/// that have one name in different namespaces the first counts.
#[derive(Default, Clone, Copy)]
struct CellAttrs<'x> {
    style: Option<&'x str>,
    kind: Option<&'x str>,
    number: Option<&'x str>,
    boolean: Option<&'x str>,
    date: Option<&'x str>,
    time: Option<&'x str>,
    formula: Option<&'x str>,
    repeated: Option<&'x str>,
    across: Option<&'x str>,
    down: Option<&'x str>,
}

impl<'x> CellAttrs<'x> {
    fn of(attrs: Attrs<'x>) -> CellAttrs<'x> {
        let mut found = CellAttrs::default();
        for (name, value) in attrs {
            let place = match name {
                "style-name" => &mut found.style,
                "value-type" => &mut found.kind,
                "value" => &mut found.number,
                "boolean-value" => &mut found.boolean,
                "date-value" => &mut found.date,
                "time-value" => &mut found.time,
                "formula" => &mut found.formula,
                "number-columns-repeated" => &mut found.repeated,
                "number-columns-spanned" => &mut found.across,
                "number-rows-spanned" => &mut found.down,
                _ => continue,
            };
            place.get_or_insert(value);
        }
        found
    }
}

fn off_grid() -> Unreadable {
    refusal::damaged("单元格地址超出表格范围")
}

impl<'x> TableReader<'_, 'x> {
    fn read(&mut self) -> Result<(), Unreadable> {
        let mut column = 0u32;
        loop {
            match self.xml.next()? {
                Token::Open { name: "table-column", attrs } => {
                    let last = column.saturating_add(repeated(attrs, "number-columns-repeated"));
                    self.columns.push((last, attrs.raw("default-cell-style-name")));
                    let flat = attrs.raw("style-name").is_some_and(|style| self.styles.is_flat(style));
                    if flat || matches!(attrs.raw("visibility"), Some("collapse" | "filter")) {
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

    fn row(&mut self, attrs: Attrs<'x>) -> Result<(), Unreadable> {
        let times = repeated(attrs, "number-rows-repeated");
        let (from, seen_from) = (self.sheet.cells.len(), self.sheet.sights.len());
        self.row_style = attrs.raw("default-cell-style-name");
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
        let flat = attrs.raw("style-name").is_some_and(|style| self.styles.is_flat(style));
        if flat || matches!(attrs.raw("visibility"), Some("collapse" | "filter")) {
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
            let sights: Vec<Sight> = self.sheet.sights[seen_from..].to_vec();
            for below in 1..times {
                self.sheet.sights.extend(sights.iter().map(|sight| {
                    let row = sight.at.row.saturating_add(below);
                    Sight { at: CellRef { row, ..sight.at }, ..*sight }
                }));
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
    fn cell(&mut self, attrs: Attrs<'x>, col: u32) -> Result<u32, Unreadable> {
        self.scratch.clear();
        self.runs = Runs::default();
        let whole = self.paragraphs()?;
        let attrs = CellAttrs::of(attrs);
        let repeats = times(attrs.repeated);
        let next = col.saturating_add(repeats);
        let value = self.value(attrs, whole);
        let (across, down) = (times(attrs.across), times(attrs.down));
        if across > 1 || down > 1 {
            let first = cells::checked(self.row, col).ok_or_else(off_grid)?;
            let last = cells::checked(self.row.saturating_add(down - 1), col.saturating_add(across - 1));
            self.sheet.merges.push(Merge { first, last: last.ok_or_else(off_grid)? });
        }
        let Some(value) = value else { return Ok(next) };
        let look = self.look(attrs, col);
        if self.sheet.cells.len().saturating_add(repeats as usize) > self.allowance.cells() {
            return Err(self.allowance.too_many_cells());
        }
        for col in col..next {
            let at = cells::checked(self.row, col).ok_or_else(off_grid)?;
            self.put(at, value, &look);
            if self.sheet.arena.len() > self.allowance.text() {
                return Err(self.allowance.too_much_text());
            }
        }
        Ok(next)
    }

    /// The look of the style of the nearest that names one: the cell, its row, its column.
    fn look(&mut self, attrs: CellAttrs<'x>, col: u32) -> CellLook {
        let column = || self.columns.iter().find(|(last, _)| col < *last).and_then(|(_, style)| *style);
        match attrs.style.or(self.row_style).or_else(column) {
            Some(style) => self.styles.look(style),
            None => CellLook::default(),
        }
    }

    fn put(&mut self, at: CellRef, value: OdsValue, look: &CellLook) {
        match value {
            OdsValue::Number(number) => looks::put_number(&mut self.sheet, at, number, look, false),
            OdsValue::Text(text) if self.runs.is_empty() => {
                // Its paragraphs are what the number format made of it already.
                self.sheet.push(at, text);
                if look.struck {
                    self.sheet.push_sight(at, SeenAs::Struck, "");
                }
            }
            OdsValue::Text(_) => {
                looks::put_text(&mut self.sheet, at, &self.scratch, Some(&self.runs), &CellLook::default())
            }
            OdsValue::Other(value) => {
                self.sheet.push(at, value);
                if look.struck {
                    self.sheet.push_sight(at, SeenAs::Struck, "");
                }
            }
        }
    }

    fn value(&mut self, attrs: CellAttrs<'_>, whole: bool) -> Option<OdsValue> {
        let kind = attrs.kind;
        let number = || attrs.number.and_then(|value| value.parse::<f64>().ok());
        let doubt = RawValue::Unreadable(CellDoubt::UnknownKind);
        let error = self.scratch.starts_with('#') && crate::model::cell::ERROR_WORDS.contains(&self.scratch.as_str());
        let value = match kind {
            // LibreOffice saves errors as empty strings or zeros that show the error word.
            Some("float" | "string") if error && attrs.formula.is_some() => cells::error(&self.scratch),
            Some("percentage") => number().map_or(doubt, cells::percent),
            Some("float" | "currency") => match number() {
                Some(number) => return Some(OdsValue::Number(number)),
                None => doubt,
            },
            Some("boolean") => match attrs.boolean {
                Some("true") => RawValue::Boolean(true),
                Some("false") => RawValue::Boolean(false),
                _ => doubt,
            },
            Some("date") => attrs.date.and_then(cells::iso_serial).map_or(doubt, RawValue::DateSerial),
            Some("time") => attrs.time.and_then(duration).map_or(doubt, RawValue::DateSerial),
            Some("string") | None => {
                if self.scratch.is_empty() {
                    let lost = kind.is_none() && attrs.formula.is_some();
                    return lost.then_some(OdsValue::Other(RawValue::Unreadable(CellDoubt::FormulaWithoutValue)));
                }
                if !whole {
                    return Some(OdsValue::Other(doubt));
                }
                let start = self.sheet.arena.len() as u32;
                self.sheet.arena.push_str(&self.scratch);
                return Some(OdsValue::Text(RawValue::Text { start, len: self.scratch.len() as u32 }));
            }
            Some(_) => doubt,
        };
        Some(OdsValue::Other(value))
    }

    /// Gathers the paragraphs of the cell just opened; comments are left out.
    fn paragraphs(&mut self) -> Result<bool, Unreadable> {
        let (mut whole, mut depth, mut started) = (true, 0u32, false);
        // The styles of the spans that are open, the innermost last.
        let mut spans: Vec<(bool, bool)> = Vec::new();
        loop {
            match self.xml.next()? {
                Token::Open { name: "annotation" | "shape" | "frame" | "ruby-text", .. } => self.xml.skip()?,
                Token::Open { name: "p" | "h", .. } => {
                    if started {
                        self.scratch.push('\n');
                    }
                    started = true;
                    depth += 1;
                }
                Token::Open { name: "span", attrs } => {
                    let style = attrs.raw("style-name").map(|style| self.styles.run(style)).unwrap_or_default();
                    let (struck, raised) = spans.last().copied().unwrap_or_default();
                    spans.push((struck || style.0, raised || style.1));
                }
                Token::Close { name: "span" } => drop(spans.pop()),
                Token::Open { name: "s", attrs } => {
                    let spaces = repeated(attrs, "c").min(1_000);
                    self.scratch.extend(std::iter::repeat_n(' ', spaces as usize));
                }
                Token::Open { name: "line-break", .. } => self.scratch.push('\n'),
                Token::Open { name: "tab", .. } => self.scratch.push('\t'),
                Token::Close { name: "p" | "h" } => depth = depth.saturating_sub(1),
                Token::Close { name: "table-cell" } => return Ok(whole),
                Token::Text { raw, verbatim } if depth > 0 => {
                    let from = self.scratch.len();
                    if verbatim {
                        self.scratch.push_str(raw);
                    } else {
                        whole &= xml::unescape(raw, &mut self.scratch);
                    }
                    let (struck, raised) = spans.last().copied().unwrap_or_default();
                    self.runs.note(from..self.scratch.len(), struck, raised);
                }
                Token::End => return Err(refusal::damaged("XML 内容不完整")),
                _ => {}
            }
        }
    }
}

/// A cell's value before its looks.
#[derive(Clone, Copy)]
enum OdsValue {
    Number(f64),
    /// Of the paragraphs just gathered.
    Text(RawValue),
    Other(RawValue),
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
        tables(
            &format!("<d><b><table:table table:name='表'>{rows}</table:table></b></d>"),
            OdsStyles::default(),
            Allowance::default(),
        )
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
        let (date, lost) = (RawValue::DateSerial(45351.0), RawValue::Unreadable(CellDoubt::FormulaWithoutValue));
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

    /// As LibreOffice saves struck and raised runs, a struck cell, and number formats.
    #[test]
    fn what_is_seen_is_told() {
        let text = "<d><automatic-styles><style style:name='T1'><text-properties text-line-through-style='solid'/></style>\
            <style style:name='T2'><text-properties text-position='super 58%'/></style>\
            <number-style style:name='N1'><number min-integer-digits='2' decimal-places='0' display-factor='1000'><embedded-text number:position='1'>.</embedded-text></number><text>万</text></number-style>\
            <number-style style:name='N2P0'><text>男</text></number-style><number-style style:name='N2'><text>女</text><map condition='value()=1' apply-style-name='N2P0'/></number-style>\
            <style style:name='c1' data-style-name='N1'/><style style:name='c2' parent-style-name='c1'><text-properties text-line-through-type='single'/></style>\
            <style style:name='c3' data-style-name='N2'/><style style:name='r0'><table-row-properties row-height='0cm'/></style></automatic-styles>\
            <table table:name='表'><table-row style-name='r0'><table-cell value-type='string'><p><span style-name='T1'>3</span>5<span style-name='T2'>1</span></p></table-cell>\
            <table-cell style-name='c1' value-type='float' value='9000'/><table-cell style-name='c2' value-type='string'><p>甲</p></table-cell>\
            <table-cell style-name='c3' value-type='float' value='1' number-columns-repeated='2'/></table-row></table></d>";
        let workbook = tables(text, OdsStyles::default(), Allowance::default()).unwrap();
        let sheet = &workbook.sheets[0];
        let sights = sheet.sights.iter().map(|sight| (sight.at.to_string(), sight.how, sheet.sight_text(sight)));
        use SeenAs::*;
        let expected = [
            ("A1", PartStruck, "351"),
            ("A1", Superscript, "5"),
            ("B1", Format, "0.9万"),
            ("C1", Struck, ""),
            ("D1", Format, "男"),
            ("E1", Format, "男"),
        ];
        assert_eq!(sights.collect::<Vec<_>>(), expected.map(|(at, how, text)| (at.to_owned(), how, text)));
        assert_eq!(sheet.hidden_rows, [0]);
    }

    #[test]
    fn filled_repeats_are_counted_before_they_are_made() {
        let bomb = "<table-row number-rows-repeated='1048576'><table-cell value-type='string' number-columns-repeated='16384'><p>x</p></table-cell></table-row>";
        assert_eq!(table(bomb).unwrap_err().code, "file-over-limit");
    }
}
