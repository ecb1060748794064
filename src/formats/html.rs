//! Web pages saved as `.xls`: every table with content becomes a sheet, one inside another too; spans become merges. Tags
//! need not be balanced.
//!
//! Ours and not an HTML crate's: those build the tree that a browser would, and know no places of cells. Measured, `scraper`
//! 0.29 on html5ever: forty more crates; 2.5 MiB in 390 ms, here 250 with their places; text between rows is moved out of the
//! table, and one that was cut off in the middle of a row is closed without a word. Entities are a crate's.

use super::allowance::Allowance;
use super::cells;
use super::delimited;
use super::html_classes::{self, HtmlClasses};
use super::html_numbers::HtmlNumber;
use super::looks::{self, CellLook, Runs};
use super::refusal::{self, Refusal};
use crate::model::cell::CellDoubt;
use crate::model::workbook::Format;
use crate::model::{CellRef, Merge, RawSheet, RawValue, RawWorkbook};
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
    let mut page = HtmlPage { allowance, ..HtmlPage::default() };
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
struct HtmlPage {
    allowance: Allowance,
    /// What the page's own style sheet says of its classes: Excel says nearly everything there.
    classes: HtmlClasses,
    /// Finished tables that hold something, with the order in which they began.
    done: Vec<(usize, RawSheet)>,
    /// Tables that are open, the innermost last: pages lay themselves out with tables around the one that counts.
    open: Vec<PageTable>,
    begun: usize,
    cells: usize,
}

#[derive(Default)]
struct PageTable {
    order: usize,
    sheet: RawSheet,
    row: Option<u32>,
    col: u32,
    /// Per column: the first row that is free again below a row span.
    taken: HashMap<u32, u32>,
    cell: Option<PageCell>,
    marks: Marks,
    /// The next column that a `<col>` is about.
    column: u32,
}

struct PageCell {
    text: String,
    runs: Runs,
    /// An entity in it means nothing.
    doubtful: bool,
    /// Not shown as a whole.
    unseen: bool,
    /// What its tag says of the number that it shows.
    number: Option<HtmlNumber>,
    across: u32,
    down: u32,
}

/// Elements that bear on how the text inside them is seen.
#[derive(Default)]
struct Marks {
    /// Open elements with their names: struck, raised, not shown.
    open: Vec<(String, [bool; 3])>,
}

impl Marks {
    fn any(&self, which: usize) -> bool {
        self.open.iter().any(|(_, marks)| marks[which])
    }

    /// Takes note of a tag; only those that mark something, and those inside them of the same name, are kept.
    fn tag(&mut self, name: &str, tag: &str, classes: &HtmlClasses) {
        if let Some(closed) = name.strip_prefix('/') {
            if let Some(at) = self.open.iter().rposition(|(open, _)| open == closed) {
                self.open.truncate(at);
            }
            return;
        }
        let mut marks = classes.of(tag);
        marks[0] |= matches!(name, "s" | "strike" | "del");
        marks[1] |= matches!(name, "sup" | "sub");
        // A cell keeps its value, and its column is a hidden one.
        marks[2] &= !matches!(name, "td" | "th");
        let inside = self.open.iter().any(|(open, _)| open == name);
        if (marks.contains(&true) || inside) && self.open.len() < DEEPEST {
            self.open.push((name.to_owned(), marks));
        }
    }
}

/// Whether the tag states a height or width of nothing.
fn is_flat(tag: &str, measure: &str) -> bool {
    attribute(tag, measure).and_then(|value| value.parse::<f64>().ok()) == Some(0.0)
}

impl HtmlPage {
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
                let end = skip_raw(text, at, &name);
                if name == "style" {
                    self.classes.take(text.get(at..end).unwrap_or(""));
                }
                at = end;
                continue;
            }
            self.tag(&name, tag)?;
        }
        Ok(())
    }

    fn text(&mut self, raw: &str) {
        let Some(table) = self.open.last_mut() else { return };
        let (struck, raised, unseen) = (table.marks.any(0), table.marks.any(1), table.marks.any(2));
        let Some(cell) = table.cell.as_mut().filter(|_| !unseen) else { return };
        let start = cell.text.len();
        for word in raw.split_inclusive(|c: char| c.is_ascii_whitespace()) {
            let trimmed = word.trim_end_matches(|c: char| c.is_ascii_whitespace());
            cell.doubtful |= !unescape(trimmed, &mut cell.text);
            // Runs of white space show as one space.
            let breaks = trimmed.len() < word.len() && !cell.text.ends_with([' ', '\n']);
            if breaks && (cell.text.len() > start || start > 0) {
                cell.text.push(' ');
            }
        }
        cell.runs.note(start..cell.text.len(), struck, raised);
    }

    fn tag(&mut self, name: &str, tag: &str) -> Result<(), Refusal> {
        if name == "table" {
            if self.open.len() >= DEEPEST || self.begun >= MOST_TABLES {
                return Err(refusal::over_limit("网页里的表格太多或嵌套太深").into());
            }
            self.open.push(PageTable { order: self.begun, ..PageTable::default() });
            self.begun += 1;
            return Ok(());
        }
        let Some(table) = self.open.last_mut() else { return Ok(()) };
        if table.cell.is_some() && !matches!(name, "td" | "th" | "/td" | "/th" | "tr" | "/tr" | "/table") {
            table.marks.tag(name, tag, &self.classes);
        }
        match name {
            "/table" => return self.finish_table(),
            "col" => {
                let last = table.column.saturating_add(span(tag, "span", 1000));
                if self.classes.of(tag)[2] || is_flat(tag, "width") || html_classes::is_flat(tag, "width") {
                    let hidden = table.column..last.min(u32::from(cells::LAST_COL) + 1);
                    table.sheet.hidden_cols.extend(hidden.map(|col| col as u16));
                }
                table.column = last;
            }
            "tr" => {
                self.finish_cell()?;
                if let Some(table) = self.open.last_mut() {
                    let row = table.row.map_or(0, |row| row.saturating_add(1));
                    (table.row, table.col) = (Some(row), 0);
                    if self.classes.of(tag)[2] || is_flat(tag, "height") || html_classes::is_flat(tag, "height") {
                        table.sheet.hidden_rows.push(row);
                    }
                }
            }
            "td" | "th" => {
                self.finish_cell()?;
                let cell = PageCell {
                    text: String::new(),
                    runs: Runs::default(),
                    doubtful: false,
                    unseen: self.classes.of(tag)[2],
                    number: HtmlNumber::of(tag, &self.classes),
                    across: span(tag, "colspan", 1000),
                    down: span(tag, "rowspan", 65_534),
                };
                if let Some(table) = self.open.last_mut() {
                    table.row.get_or_insert(0);
                    table.cell = Some(cell);
                    table.marks = Marks::default();
                    // The cell's own tag is the outermost element around its text.
                    table.marks.tag(name, tag, &self.classes);
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
        table.put(first, &cell);
        if cell.unseen && !cell.text.trim().is_empty() && !table.sheet.hidden_cols.contains(&first.col) {
            table.sheet.hidden_cols.push(first.col);
        }
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

impl PageTable {
    /// Puts a finished cell on the sheet.
    fn put(&mut self, at: CellRef, cell: &PageCell) {
        let text = cell.text.trim();
        if cell.doubtful {
            self.sheet.push(at, RawValue::Unreadable(CellDoubt::UnknownKind));
        } else if let Some(number) = cell.number.as_ref().filter(|_| cell.runs.is_empty()) {
            number.put(&mut self.sheet, at, &cells::unshielded(text));
        } else if cell.runs.is_empty() {
            cells::push_nonempty(&mut self.sheet, at, &cells::unshielded(text));
        } else {
            let runs = cell.runs.shifted(cell.text.len() - cell.text.trim_start().len(), text.len());
            looks::put_text(&mut self.sheet, at, text, Some(&runs), &CellLook::default());
        }
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

/// How many rows, columns or cells a tag stands for.
fn span(tag: &str, name: &str, most: u32) -> u32 {
    attribute(tag, name).and_then(|value| value.parse().ok()).unwrap_or(1u32).clamp(1, most)
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
            let end = value.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(value.len());
            return Some(&value[..end]);
        }
    }
    None
}

/// Appends text with entities replaced, those that end without their semicolon too; `false` where one means nothing.
fn unescape(raw: &str, out: &mut String) -> bool {
    let (mut rest, mut whole) = (raw, true);
    while let Some(at) = memchr::memchr(b'&', rest.as_bytes()) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let name: usize =
            1 + rest[1..].bytes().take(32).take_while(|b| b.is_ascii_alphanumeric() || *b == b'#').count();
        let closed = rest.as_bytes().get(name) == Some(&b';');
        let written = &rest[..name + usize::from(closed)];
        // A bare "&" between words is one.
        if name == 1 || (!closed && written != "&nbsp") {
            out.push_str(written);
            rest = &rest[written.len()..];
            continue;
        }
        let decoded = if closed { html_escape::decode_html_entities(written) } else { "\u{a0}".into() };
        whole &= decoded != written;
        out.push_str(&decoded);
        rest = &rest[written.len()..];
    }
    out.push_str(rest);
    whole
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
    fn what_is_seen_of_a_page() {
        let page = "<table><col width=0><col><tr style='display: none'><td>1</td></tr><tr style='mso-height-source:userset;height:0pt'><td>2</td><td><s>3</s>5<sup>1</sup></td></tr>\
                    <tr><td style='text-decoration:line-through'>甲</td><td><span style=\"display:none\">暗</span>乙<del>丙</del></td><td>a &lt; b</td></tr></table>";
        let sheet = &read_text(page, Allowance::default()).unwrap().sheets[0];
        let cells: Vec<(String, &str)> =
            sheet.cells.iter().map(|cell| (cell.at.to_string(), sheet.text(cell.value))).collect();
        let expected = [("A1", "1"), ("A2", "2"), ("B2", "51"), ("A3", "甲"), ("B3", "乙"), ("C3", "a < b")];
        assert_eq!(cells, expected.map(|(at, text)| (at.to_owned(), text)));
        use crate::model::cell::SeenAs::*;
        let sights = sheet.sights.iter().map(|sight| (sight.at.to_string(), sight.how, sheet.sight_text(sight)));
        let expected =
            [("B2", PartStruck, "351"), ("B2", Superscript, "5"), ("A3", Struck, ""), ("B3", PartStruck, "乙丙")];
        assert_eq!(sights.collect::<Vec<_>>(), expected.map(|(at, how, text)| (at.to_owned(), how, text)));
        assert_eq!((&sheet.hidden_rows[..], &sheet.hidden_cols[..]), (&[0, 1][..], &[0][..]));
    }

    #[test]
    fn entities_are_read_or_doubted() {
        let page = "<table><tr><td>&mdash;</td><td>甲&emsp;乙&nbsp丙</td><td>&lol;</td><td>A&B; C</td><td>R&D</td><td>&#24037;&#x4F1A;</td></tr></table>";
        let sheet = &read_text(page, Allowance::default()).unwrap().sheets[0];
        let words: Vec<&str> = sheet.cells.iter().map(|cell| sheet.text(cell.value)).collect();
        assert_eq!(words, ["—", "甲\u{2003}乙\u{a0}丙", "", "", "R&D", "工会"]);
        assert_eq!(sheet.cells[2].value, RawValue::Unreadable(CellDoubt::UnknownKind));
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
