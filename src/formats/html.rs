//! Web pages saved as `.xls`: every table with content becomes a sheet, one inside another too; spans become merges. Tags need not be balanced.

use super::allowance::Allowance;
use super::cells;
use super::delimited;
use super::refusal::{self, Refusal};
use super::xml;
use crate::model::workbook::Format;
use crate::model::{Merge, RawSheet, RawWorkbook};
use std::collections::HashMap;

const MOST_TABLES: usize = 1_000;
const DEEPEST: usize = 50;

/// Reads a page; `charset` is what a mail header says of it.
///
/// # Errors
/// No table in it, or an encoding that can't be determined.
pub fn read(bytes: &[u8], charset: Option<&str>, allowance: Allowance) -> Result<RawWorkbook, Refusal> {
    let unknown = || refusal::damaged("网页的文字编码无法确定");
    // What the bytes are proves more than what the page says of itself.
    if std::str::from_utf8(bytes).is_ok() || encoding_rs::Encoding::for_bom(bytes).is_some() {
        return read_text(&delimited::decode(bytes).ok_or_else(unknown)?, allowance);
    }
    let declared = charset.map(str::to_owned).or_else(|| declared(bytes));
    let encoding = declared
        .and_then(|label| encoding_rs::Encoding::for_label(label.as_bytes()))
        .filter(|encoding| *encoding != encoding_rs::UTF_8 && *encoding != encoding_rs::UTF_16LE)
        .unwrap_or(encoding_rs::GB18030);
    let text = encoding.decode_without_bom_handling_and_without_replacement(bytes).ok_or_else(unknown)?;
    read_text(&text, allowance)
}

fn declared(bytes: &[u8]) -> Option<String> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(4096)]).to_ascii_lowercase();
    let rest = &head[head.find("charset=")? + 8..];
    let label: String = rest
        .trim_start_matches(['"', '\''])
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c))
        .collect();
    Some(label)
}

/// Reads a page that is text already.
///
/// # Errors
/// No table in it, or over a limit.
pub fn read_text(text: &str, allowance: Allowance) -> Result<RawWorkbook, Refusal> {
    let mut page = Page { allowance, ..Page::default() };
    page.walk(text)?;
    // Rows may be left unclosed; a table that is still open at the end was cut off, and who knows how many rows with it.
    if !page.open.is_empty() {
        return Err(refusal::damaged("网页在表格中间断开，后面可能还有数据").into());
    }
    page.done.sort_by_key(|(order, _)| *order);
    let mut sheets: Vec<RawSheet> = page.done.into_iter().map(|(_, sheet)| sheet).collect();
    if sheets.is_empty() {
        return Err(Refusal::NotATable("是网页，里面没有表格".to_owned()));
    }
    for (sheet, number) in sheets.iter_mut().zip(1..) {
        sheet.name = format!("表{number}");
        cells::settle(sheet);
    }
    Ok(RawWorkbook { format: Format::Html, modified: None, sheets, remarks: Vec::new() })
}

#[derive(Default)]
struct Page {
    allowance: Allowance,
    /// Finished tables that hold something, with the order in which they began.
    done: Vec<(usize, RawSheet)>,
    /// Tables that are open, the innermost last: pages lay themselves out with tables around the one that counts.
    open: Vec<Table>,
    begun: usize,
    cells: usize,
}

#[derive(Default)]
struct Table {
    order: usize,
    sheet: RawSheet,
    row: Option<u32>,
    col: u32,
    /// Per column: the first row that is free again below a row span.
    taken: HashMap<u32, u32>,
    cell: Option<Cell>,
}

struct Cell {
    text: String,
    across: u32,
    down: u32,
}

impl Page {
    fn walk(&mut self, text: &str) -> Result<(), Refusal> {
        let bytes = text.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            let open = memchr::memchr(b'<', &bytes[at..]).map_or(bytes.len(), |found| at + found);
            self.text(text.get(at..open).unwrap_or(""));
            if open >= bytes.len() {
                break;
            }
            let rest = &text[open..];
            if let Some(comment) = rest.strip_prefix("<!--") {
                at = comment.find("-->").map_or(bytes.len(), |end| open + 4 + end + 3);
                continue;
            }
            // A bare "<" is text.
            if !rest[1..].starts_with(|c: char| c.is_ascii_alphabetic() || "/!?".contains(c)) {
                self.text("<");
                at = open + 1;
                continue;
            }
            let end = tag_end(bytes, open);
            let tag = text.get(open + 1..end).unwrap_or("");
            at = (end + 1).min(bytes.len());
            let name: String = tag.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '/').collect();
            let name = name.to_ascii_lowercase();
            if name == "script" || name == "style" {
                at = skip_raw(text, at, &name);
                continue;
            }
            self.tag(&name, tag)?;
        }
        Ok(())
    }

    fn text(&mut self, raw: &str) {
        let Some(cell) = self.open.last_mut().and_then(|table| table.cell.as_mut()) else { return };
        let start = cell.text.len();
        for word in raw.split_inclusive(|c: char| c.is_ascii_whitespace()) {
            let trimmed = word.trim_end_matches(|c: char| c.is_ascii_whitespace());
            unescape(trimmed, &mut cell.text);
            // Runs of white space show as one space.
            let breaks = trimmed.len() < word.len() && !cell.text.ends_with([' ', '\n']);
            if breaks && (cell.text.len() > start || start > 0) {
                cell.text.push(' ');
            }
        }
    }

    fn tag(&mut self, name: &str, tag: &str) -> Result<(), Refusal> {
        if name == "table" {
            if self.open.len() >= DEEPEST || self.begun >= MOST_TABLES {
                return Err(refusal::over_limit("网页里的表格太多或嵌套太深").into());
            }
            self.open.push(Table { order: self.begun, ..Table::default() });
            self.begun += 1;
            return Ok(());
        }
        let Some(table) = self.open.last_mut() else { return Ok(()) };
        match name {
            "/table" => return self.finish_table(),
            "tr" => {
                self.finish_cell()?;
                if let Some(table) = self.open.last_mut() {
                    table.row = Some(table.row.map_or(0, |row| row.saturating_add(1)));
                    table.col = 0;
                }
            }
            "td" | "th" => {
                self.finish_cell()?;
                let span = |name: &str, most: u32| {
                    attribute(tag, name).and_then(|value| value.parse().ok()).unwrap_or(1u32).clamp(1, most)
                };
                let cell = Cell { text: String::new(), across: span("colspan", 1000), down: span("rowspan", 65_534) };
                if let Some(table) = self.open.last_mut() {
                    table.row.get_or_insert(0);
                    table.cell = Some(cell);
                }
            }
            "/td" | "/th" | "/tr" => self.finish_cell()?,
            "br" | "br/" | "p" | "/p" | "div" => {
                if let Some(cell) = &mut table.cell
                    && !cell.text.trim_end().is_empty()
                {
                    cell.text.truncate(cell.text.trim_end_matches(' ').len());
                    cell.text.push('\n');
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn finish_cell(&mut self) -> Result<(), Refusal> {
        let Some(table) = self.open.last_mut() else { return Ok(()) };
        let (Some(cell), Some(row)) = (table.cell.take(), table.row) else { return Ok(()) };
        self.cells += 1;
        if self.cells > self.allowance.cells() {
            return Err(self.allowance.too_many_cells().into());
        }
        while table.taken.get(&table.col).is_some_and(|free| *free > row) {
            table.col += 1;
        }
        let off = || refusal::over_limit("行或列超出 Excel 表格的范围");
        let first = cells::checked(row, table.col).ok_or_else(off)?;
        let last = cells::checked(row + cell.down - 1, table.col + cell.across - 1).ok_or_else(off)?;
        cells::push_nonempty(&mut table.sheet, first, &cells::unshielded(cell.text.trim()));
        if first != last {
            table.sheet.merges.push(Merge { first, last });
        }
        if cell.down > 1 {
            table.taken.extend((first.col..=last.col).map(|col| (u32::from(col), row + cell.down)));
        }
        table.col += cell.across;
        Ok(())
    }

    fn finish_table(&mut self) -> Result<(), Refusal> {
        self.finish_cell()?;
        if let Some(table) = self.open.pop()
            && !table.sheet.cells.is_empty()
        {
            self.done.push((table.order, table.sheet));
        }
        Ok(())
    }
}

/// Position of the `>` that ends the tag opened at `open`, quotes respected.
fn tag_end(bytes: &[u8], open: usize) -> usize {
    let mut quote = None;
    for (at, &byte) in bytes.iter().enumerate().skip(open) {
        match quote {
            Some(mark) if byte == mark => quote = None,
            Some(_) => {}
            None if byte == b'>' => return at,
            // A quote opens only after "=": `<td don't>` is common.
            None if matches!(byte, b'"' | b'\'') && bytes[at - 1] == b'=' => quote = Some(byte),
            None => {}
        }
    }
    bytes.len()
}

fn skip_raw(text: &str, from: usize, name: &str) -> usize {
    let mut at = from;
    while let Some(found) = text.get(at..).and_then(|rest| rest.find("</")) {
        at += found + 2;
        let word = text.as_bytes().get(at..at + name.len()).unwrap_or_default();
        if word.eq_ignore_ascii_case(name.as_bytes()) {
            return at;
        }
    }
    text.len()
}

fn attribute<'t>(tag: &'t str, name: &str) -> Option<&'t str> {
    let lower = tag.to_ascii_lowercase();
    let mut from = 0;
    while let Some(found) = lower[from..].find(name) {
        let at = from + found;
        from = at + name.len();
        let apart = tag.as_bytes().get(at.wrapping_sub(1)).is_some_and(u8::is_ascii_whitespace);
        if let Some(value) = tag[from..].trim_start().strip_prefix('=')
            && apart
        {
            let value = value.trim_start().trim_start_matches(['"', '\'']);
            let end = value.find(|c: char| !c.is_ascii_digit()).unwrap_or(value.len());
            return Some(&value[..end]);
        }
    }
    None
}

fn unescape(raw: &str, out: &mut String) {
    if !raw.contains('&') {
        out.push_str(raw);
        return;
    }
    let named = raw.replace("&nbsp;", "\u{a0}").replace("&nbsp", "\u{a0}").replace("&middot;", "·");
    xml::unescape(&named, out);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(a1: &str) -> crate::model::CellRef {
        cells::place(a1).unwrap()
    }

    #[test]
    fn spans_become_merges_and_push_cells_aside() {
        let page = "<html><style>td{}</style><table><tr><td colspan=3>总工会<br>统计 表&nbsp;</td></tr>\
                    <tr><td rowspan='2'>甲</td><td>1 &lt; 2<td>3</tr><tr><td>4</td><td></td></tr></table>\
                    <TABLE><TR><TH>二</TH></TR></TABLE>";
        let workbook = read_text(page, Allowance::default()).unwrap();
        let sheet = &workbook.sheets[0];
        let cells: Vec<(String, &str)> =
            sheet.cells.iter().map(|cell| (cell.at.to_string(), sheet.text(cell.value))).collect();
        let expected = [("A1", "总工会\n统计 表"), ("A2", "甲"), ("B2", "1 < 2"), ("C2", "3"), ("B3", "4")];
        assert_eq!(cells, expected.map(|(at, text)| (at.to_owned(), text)));
        assert_eq!(
            sheet.merges,
            [Merge { first: at("A1"), last: at("C1") }, Merge { first: at("A2"), last: at("A3") }]
        );
        assert_eq!(workbook.sheets.len(), 2);
    }

    #[test]
    fn a_table_inside_a_layout_table_is_a_sheet_of_its_own() {
        let page = "<table><tr><td><table><tr><td>单位<td>人数</tr></table></td></tr><tr><td>页脚</td></tr></table>";
        let sheets = read_text(page, Allowance::default()).unwrap().sheets;
        let arenas: Vec<&str> = sheets.iter().map(|sheet| sheet.arena.as_str()).collect();
        assert_eq!(arenas, ["页脚", "单位人数"]);
    }

    #[test]
    fn gbk_pages_are_read_whatever_they_say() {
        let page = "<meta charset=iso-8859-1><table><tr><td>工会</td></tr></table>";
        let bytes = encoding_rs::GBK.encode(&page.replace("iso-8859-1", "gb2312")).0.into_owned();
        assert_eq!(read(&bytes, None, Allowance::default()).unwrap().sheets[0].arena, "工会");
        assert_eq!(read(page.as_bytes(), None, Allowance::default()).unwrap().sheets[0].arena, "工会");
        assert!(matches!(read(b"<html>hello</html>", None, Allowance::default()), Err(Refusal::NotATable(_))));
    }
}
