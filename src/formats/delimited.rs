//! Delimited text: comma, tab or semicolon; quoted fields may hold delimiters, doubled quotes and line breaks.
//! All values are text: what a field means is not this module's to say.

use super::allowance::Allowance;
use super::cells::{self, push_nonempty};
use super::refusal::{self, Refusal};
use crate::model::workbook::Format;
use crate::model::{RawSheet, RawWorkbook};
use std::borrow::Cow;

/// Text in UTF-8 (with or without its mark), UTF-16 with its mark, or GB18030; `None` where bytes fit none of them.
pub fn decode(bytes: &[u8]) -> Option<Cow<'_, str>> {
    if let Some((encoding, mark)) = encoding_rs::Encoding::for_bom(bytes) {
        return encoding.decode_without_bom_handling_and_without_replacement(&bytes[mark..]);
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Some(Cow::Borrowed(text)),
        Err(_) => encoding_rs::GB18030.decode_without_bom_handling_and_without_replacement(bytes),
    }
}

/// # Errors
/// Plain text without any delimiter, an open quote, or over a limit.
pub fn read(text: &str, allowance: Allowance) -> Result<RawWorkbook, Refusal> {
    // Excel's own hint, which it reads and hides.
    let (hint, text) = match text.strip_prefix("sep=").and_then(|rest| rest.split_once('\n')) {
        Some((mark, rest)) => (mark.trim_end().bytes().next(), rest),
        None => (None, text),
    };
    let Some(delimiter) = hint.or_else(|| delimiter(text)) else {
        return Err(Refusal::NotATable("是纯文本，没有列".to_owned()));
    };
    let mut sheet = RawSheet { name: "Sheet1".to_owned(), ..RawSheet::default() };
    fields(text, delimiter, allowance, &mut sheet)?;
    let mut remarks = Vec::new();
    // Every program ends the last line; text has no other mark of being whole.
    if !text.ends_with(['\n', '\r']) {
        remarks.push("文字文件的最后一行没有结束，可能没有传完，请核对行数".to_owned());
    }
    Ok(RawWorkbook { format: Format::Delimited, modified: None, sheets: vec![sheet], remarks })
}

/// The delimiter that stands most often outside quotes in the first lines; tab, then comma, when they are equal.
fn delimiter(text: &str) -> Option<u8> {
    let mut counts = [(b'\t', 0u32), (b',', 0), (b';', 0)];
    let mut quoted = false;
    for byte in text.bytes().take(20_000) {
        if byte == b'"' {
            quoted = !quoted;
        } else if !quoted && let Some((_, count)) = counts.iter_mut().find(|(mark, _)| *mark == byte) {
            *count += 1;
        }
    }
    let most = counts.iter().map(|(_, count)| *count).max().filter(|count| *count > 0)?;
    counts.iter().find(|(_, count)| *count == most).map(|(mark, _)| *mark)
}

fn fields(text: &str, delimiter: u8, allowance: Allowance, sheet: &mut RawSheet) -> Result<(), Refusal> {
    let bytes = text.as_bytes();
    let (mut row, mut col, mut at) = (0u32, 0u32, 0usize);
    let mut field = String::new();
    while at < bytes.len() {
        field.clear();
        if bytes[at] == b'"' {
            at = quoted(text, at + 1, &mut field)?;
        }
        let end = memchr::memchr3(delimiter, b'\n', b'\r', &bytes[at..]).map_or(bytes.len(), |found| at + found);
        // What follows a closing quote belongs to the field too. All bounds stand beside ASCII bytes.
        field.push_str(text.get(at..end).unwrap_or(""));
        if !field.is_empty() {
            let place = cells::checked(row, col).ok_or_else(|| refusal::over_limit("行或列超出 Excel 表格的范围"))?;
            if sheet.cells.len() >= allowance.cells() {
                return Err(allowance.too_many_cells().into());
            }
            push_nonempty(sheet, place, &field);
        }
        match bytes.get(end) {
            Some(&mark) if mark == delimiter => col = col.saturating_add(1),
            Some(b'\r') if bytes.get(end + 1) == Some(&b'\n') => {
                at = end + 2;
                (row, col) = (row.saturating_add(1), 0);
                continue;
            }
            _ => (row, col) = (row.saturating_add(1), 0),
        }
        at = end + 1;
    }
    Ok(())
}

/// Appends a quoted field from behind its opening quote; answers where it goes on behind the closing one.
fn quoted(text: &str, from: usize, field: &mut String) -> Result<usize, Refusal> {
    let bytes = text.as_bytes();
    let mut at = from;
    loop {
        let Some(found) = bytes.get(at..).and_then(|rest| memchr::memchr(b'"', rest)) else {
            return Err(refusal::damaged("引号没有闭合，后面的内容无法分列").into());
        };
        field.push_str(text.get(at..at + found).unwrap_or(""));
        at += found + 1;
        if bytes.get(at) != Some(&b'"') {
            return Ok(at);
        }
        field.push('"');
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::CellRef;

    fn cells(text: &str) -> Vec<(String, String)> {
        let workbook = read(text, Allowance::default()).unwrap();
        let sheet = &workbook.sheets[0];
        sheet.cells.iter().map(|cell| (cell.at.to_string(), sheet.text(cell.value).to_owned())).collect()
    }

    fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
        expected.iter().map(|(at, text)| ((*at).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn quotes_line_breaks_and_empty_fields() {
        let text = "单位,\"人,\n\"\"数\"\"\"\r\n甲,,1\n\n,尾";
        let expected = [("A1", "单位"), ("B1", "人,\n\"数\""), ("A2", "甲"), ("C2", "1"), ("B4", "尾")];
        assert_eq!(cells(text), pairs(&expected));
        assert_eq!(cells("a\tb,c\n1\t2"), pairs(&[("A1", "a"), ("B1", "b,c"), ("A2", "1"), ("B2", "2")]));
        assert_eq!(cells("sep=;\na;b\n"), pairs(&[("A1", "a"), ("B1", "b")]));
        assert!(
            matches!(read("a,\"b\nc", Allowance::default()), Err(Refusal::Unreadable(unreadable)) if unreadable.code == "file-damaged")
        );
        assert!(matches!(read("说明\n文字", Allowance::default()), Err(Refusal::NotATable(_))));
    }

    #[test]
    fn three_encodings() {
        let text = "单位,1";
        let wide: Vec<u8> = [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        assert_eq!(decode(&wide).unwrap(), text);
        assert_eq!(decode(&encoding_rs::GB18030.encode(text).0).unwrap(), text);
        assert_eq!(decode("\u{feff}单位,1".as_bytes()).unwrap(), text);
        assert_eq!(decode(b"\xff\xff\xff"), None);
        assert_eq!(CellRef { row: 0, col: 0 }.to_string(), "A1");
    }
}
