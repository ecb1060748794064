//! Rows added to the first sheet of an xlsx, below its last, and rows taken out of it: everything else in it stays byte for
//! byte, so that widths, drop-downs, notes and what officers did to their table are as they were.

use crate::book::cell_text::printable;
use crate::book::excel::letters;
use crate::book::xml::escape;
use crate::formats::allowance::Allowance;
use crate::formats::sniff::first_sheet;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{Cursor, Read, Write};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

/// One cell of a new row: 0-based column, what stands in it, and whether that is a number.
pub struct NewCell<'a> {
    pub col: usize,
    pub text: &'a str,
    pub number: bool,
}

/// The workbook without the rows `gone`, and with new ones below `last`, the 1-based number of the last row that holds
/// anything. What stands below a row that goes moves up.
///
/// # Errors
/// Its first sheet is not written as a spreadsheet writes it. In Chinese.
pub fn with_rows(bytes: &[u8], last: u32, gone: &BTreeSet<u32>, rows: &[Vec<NewCell<'_>>]) -> Result<Vec<u8>, String> {
    let part = first_sheet(bytes, Allowance::default()).map_err(|why| why.cause)?;
    let broken = |_| "里面有读不出来的部件".to_owned();
    let mut old = ZipArchive::new(Cursor::new(bytes)).map_err(broken)?;
    let mut new = ZipWriter::new(Cursor::new(Vec::with_capacity(bytes.len() + 4_096)));
    let mut written = false;
    for at in 0..old.len() {
        let member = old.by_index_raw(at).map_err(broken)?;
        let name = member.name().map_err(broken)?.into_owned();
        if !name.eq_ignore_ascii_case(&part) {
            new.raw_copy_file(member).map_err(broken)?;
            continue;
        }
        drop(member);
        let mut text = String::new();
        let member = old.by_index(at).map_err(broken)?;
        member.take(MOST).read_to_string(&mut text).map_err(|_| "第一张表的文字编码不是 UTF-8".to_owned())?;
        let text = sheet_with_rows(&text, last, gone, rows).ok_or("第一张表里有公式、合并的单元格，或写法认不出来")?;
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .last_modified_time(zip::DateTime::default());
        new.start_file(name, options).map_err(broken)?;
        new.write_all(text.as_bytes()).map_err(|_| "写不成".to_owned())?;
        written = true;
    }
    let bytes = new.finish().map_err(broken)?.into_inner();
    if written { Ok(bytes) } else { Err("找不到第一张表".to_owned()) }
}

/// The largest sheet that is written anew: far more rows than a ledger has.
const MOST: u64 = 256 << 20;

/// The sheet's XML with the rows put in; `None` where it is not the XML that spreadsheets write.
fn sheet_with_rows(xml: &str, last: u32, gone: &BTreeSet<u32>, rows: &[Vec<NewCell<'_>>]) -> Option<String> {
    let data = xml.find("<sheetData")?;
    let open = data + xml[data..].find('>')?;
    // `<sheetData/>` holds nothing, and then there is no header that was found.
    let end = open + xml[open..].find("</sheetData>")?;
    let body = &xml[open + 1..end];
    // Formulas and merges would still mean the places from before.
    if !gone.is_empty() && (body.contains("<f") || xml.contains("<mergeCell ")) {
        return None;
    }
    let (added, dropped) = (u32::try_from(rows.len()).ok()?, u32::try_from(gone.len()).ok()?);
    let now = last.checked_sub(dropped)?.checked_add(added)?;
    let mut above = 0;
    let (mut before, mut behind) = (String::with_capacity(body.len()), String::new());
    let mut looks = "";
    for (number, row) in row_elements(body)? {
        looks = if number == last { row } else { looks };
        if gone.contains(&number) {
            above += 1;
        } else if number <= last {
            before += &renumbered(row, number, number - above);
        } else if number > now {
            behind += row;
        }
        // Rows in between hold nothing but their looks: the new ones take their place.
    }
    for (number, row) in (last - dropped + 1..).zip(rows) {
        let _ = write!(before, "<row r=\"{number}\">");
        for cell in row.iter().filter(|cell| !cell.text.is_empty()) {
            before +=
                &cell_xml(cell, number, style(looks, last, cell.col).or_else(|| column_style(&xml[..data], cell.col)));
        }
        before += "</row>";
    }
    let head = xml[..open + 1].to_owned();
    Some(stretched(head, last, now) + &before + &behind + &xml[end..])
}

/// A row with its cells under another number.
fn renumbered(row: &str, from: u32, to: u32) -> Cow<'_, str> {
    if from == to {
        return Cow::Borrowed(row);
    }
    let (mut out, mut done) = (String::with_capacity(row.len()), 0);
    let end = format!("{from}\"");
    for (at, mark) in row.match_indices(" r=\"") {
        let place = at + mark.len();
        let letters = row[place..].bytes().take_while(u8::is_ascii_uppercase).count();
        if row[place + letters..].starts_with(&end) {
            out += &row[done..place + letters];
            out += &to.to_string();
            done = place + letters + end.len() - 1;
        }
    }
    Cow::Owned(out + &row[done..])
}

/// The rows of a sheet with their numbers, as they stand.
fn row_elements(body: &str) -> Option<Vec<(u32, &str)>> {
    let mut rows = Vec::new();
    let (mut at, mut number) = (0, 0);
    while let Some(from) = body[at..].find("<row").map(|found| at + found) {
        let tag = from + body[from..].find('>')?;
        let end = if body[..tag].ends_with('/') { tag + 1 } else { tag + body[tag..].find("</row>")? + "</row>".len() };
        number = match attribute(&body[from..tag], "r") {
            Some(said) => said.parse().ok()?,
            None => number + 1,
        };
        rows.push((number, &body[from..end]));
        at = end;
    }
    body[at..].trim().is_empty().then_some(rows)
}

/// An attribute of the tag that a text begins with.
fn attribute<'x>(tag: &'x str, name: &str) -> Option<&'x str> {
    let from = tag.find(&format!(" {name}=\""))? + name.len() + 3;
    tag[from..].split('"').next()
}

/// The format of the cell above, by its index.
fn style(row: &str, number: u32, col: usize) -> Option<&str> {
    let at = row.find(&format!("r=\"{}{number}\"", letters(col)))?;
    let start = row[..at].rfind("<c ")?;
    attribute(&row[start..start + row[start..].find('>')?], "s")
}

/// The format of a whole column, by its index.
fn column_style(head: &str, col: usize) -> Option<&str> {
    let col = col + 1;
    head.match_indices("<col ").find_map(|(at, _)| {
        let tag = &head[at..at + head[at..].find('>')?];
        let bound = |name| attribute(tag, name)?.parse::<usize>().ok();
        (bound("min")? <= col && col <= bound("max")?).then(|| attribute(tag, "style"))?
    })
}

fn cell_xml(cell: &NewCell<'_>, number: u32, style: Option<&str>) -> String {
    let at = letters(cell.col);
    let style = style.map_or_else(String::new, |style| format!(" s=\"{style}\""));
    if cell.number {
        return format!("<c r=\"{at}{number}\"{style}><v>{}</v></c>", cell.text);
    }
    let mut text = Vec::new();
    escape(&mut text, &printable(cell.text).0);
    let text = String::from_utf8_lossy(&text);
    format!("<c r=\"{at}{number}\"{style} t=\"inlineStr\"><is><t xml:space=\"preserve\">{text}</t></is></c>")
}

/// The stated range of the sheet, and that of its filter, where they end with the last row.
fn stretched(head: String, last: u32, now: u32) -> String {
    let Some(at) = head.find("<dimension ") else { return head };
    let Some(end) = head[at..].find('>').map(|end| at + end) else { return head };
    let tag = &head[at..end];
    let digits = last.to_string();
    match tag.rfind(&format!("{digits}\"")).filter(|place| tag[..*place].ends_with(|c: char| c.is_ascii_uppercase())) {
        Some(place) => format!("{}{now}{}", &head[..at + place], &head[at + place + digits.len()..]),
        None => head,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(col: usize, text: &str, number: bool) -> NewCell<'_> {
        NewCell { col, text, number }
    }

    #[test]
    fn rows_go_below_the_last_and_take_the_looks_above_them() {
        let xml = "<worksheet><dimension ref=\"A1:C2\"/><cols><col min=\"3\" max=\"3\" style=\"9\"/></cols><sheetData>\
            <row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c></row><row r=\"2\"><c r=\"A2\" s=\"4\"><v>2025</v></c></row>\
            <row r=\"3\" s=\"1\"/><row r=\"9\" s=\"1\"/></sheetData><autoFilter ref=\"A1:C2\"/></worksheet>";
        let rows =
            [vec![cell(0, "2026", true), cell(1, "甲<乙", false), cell(2, "340", false)], vec![cell(1, "", false)]];
        assert_eq!(
            sheet_with_rows(xml, 2, &BTreeSet::new(), &rows).unwrap(),
            "<worksheet><dimension ref=\"A1:C4\"/><cols><col min=\"3\" max=\"3\" style=\"9\"/></cols><sheetData>\
             <row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c></row><row r=\"2\"><c r=\"A2\" s=\"4\"><v>2025</v></c></row>\
             <row r=\"3\"><c r=\"A3\" s=\"4\"><v>2026</v></c>\
             <c r=\"B3\" t=\"inlineStr\"><is><t xml:space=\"preserve\">甲&lt;乙</t></is></c>\
             <c r=\"C3\" s=\"9\" t=\"inlineStr\"><is><t xml:space=\"preserve\">340</t></is></c></row><row r=\"4\"></row>\
             <row r=\"9\" s=\"1\"/></sheetData><autoFilter ref=\"A1:C2\"/></worksheet>"
        );
        for other in ["<x:sheetData></x:sheetData>", "<sheetData/>", "<sheetData>甲</sheetData>"] {
            assert_eq!(sheet_with_rows(other, 1, &BTreeSet::new(), &rows), None, "{other}");
        }
    }

    #[test]
    fn a_row_that_goes_lets_those_below_it_move_up() {
        let xml = "<worksheet><sheetData><row r=\"1\"><c r=\"A1\"><v>1</v></c></row><row r=\"2\"><c r=\"A2\"><v>2</v></c></row>\
            <row r=\"3\" spans=\"1:2\"><c r=\"A3\"><v>3</v></c></row></sheetData></worksheet>";
        assert_eq!(
            sheet_with_rows(xml, 3, &[2].into(), &[vec![cell(0, "4", true)]]).unwrap(),
            "<worksheet><sheetData><row r=\"1\"><c r=\"A1\"><v>1</v></c></row><row r=\"2\" spans=\"1:2\"><c r=\"A2\"><v>3</v></c></row>\
             <row r=\"3\"><c r=\"A3\"><v>4</v></c></row></sheetData></worksheet>"
        );
        let computed = xml.replace("<v>3</v>", "<f>A2+1</f><v>3</v>");
        assert_eq!(sheet_with_rows(&computed, 3, &[2].into(), &[]), None, "a formula would mean another row");
    }
}
