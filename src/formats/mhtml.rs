//! MHTML (a page as a mail message, `.mht` or saved as `.xls`): finds the HTML parts, undoes their transfer encoding.

use super::allowance::Allowance;
use super::html;
use super::refusal::{self, Refusal};
use crate::model::RawWorkbook;
use memchr::memmem;

/// Reads the first HTML part that holds a table.
///
/// # Errors
/// No such part, or it can't be read.
pub fn read(bytes: &[u8], allowance: Allowance) -> Result<RawWorkbook, Refusal> {
    let mut last = Refusal::NotATable("是网页存档，里面没有表格".to_owned());
    let mut found: Option<RawWorkbook> = None;
    for part in parts(bytes) {
        let (head, body) = split_head(part);
        let head = String::from_utf8_lossy(head).to_ascii_lowercase();
        if !head.contains("text/html") {
            continue;
        }
        let charset = head.split_once("charset=").map(|(_, rest)| {
            let label = rest.trim_start_matches(['"', '\'', ' ']);
            let end = label.find(|c: char| !c.is_ascii_alphanumeric() && !"-_".contains(c)).unwrap_or(label.len());
            &label[..end]
        });
        let content = if head.contains("quoted-printable") {
            quoted_printable(body)
        } else if head.contains("base64") {
            base64(body).ok_or_else(|| refusal::damaged("网页存档的编码不完整"))?
        } else {
            body.to_vec()
        };
        match (html::read(&content, charset, allowance), &mut found) {
            // Excel writes one part a sheet.
            (Ok(workbook), Some(all)) => all.sheets.extend(workbook.sheets),
            (Ok(workbook), none) => *none = Some(workbook),
            (Err(refusal @ Refusal::Unreadable(_)), _) => return Err(refusal),
            (Err(refusal), _) => last = refusal,
        }
    }
    found.ok_or(last)
}

/// Whether the message carries files beside its text: then what was sent is in them.
pub fn has_attachments(bytes: &[u8]) -> bool {
    let mixed = String::from_utf8_lossy(split_head(bytes).0).to_ascii_lowercase().contains("multipart/mixed");
    parts(bytes).into_iter().any(|part| {
        let head = String::from_utf8_lossy(split_head(part).0).to_ascii_lowercase();
        head.contains("content-disposition: attachment")
            || mixed
                && ["spreadsheet", "ms-excel", "application/zip", "octet-stream", "msword"]
                    .iter()
                    .any(|kind| head.contains(kind))
    })
}

fn split_head(part: &[u8]) -> (&[u8], &[u8]) {
    for mark in [&b"\r\n\r\n"[..], b"\n\n"] {
        if let Some(at) = memmem::find(part, mark) {
            return (&part[..at], &part[at + mark.len()..]);
        }
    }
    (part, b"")
}

/// The parts between boundaries; the whole message where it has none.
fn parts(bytes: &[u8]) -> Vec<&[u8]> {
    let (head, _) = split_head(bytes);
    let head = String::from_utf8_lossy(head);
    let lower = head.to_ascii_lowercase();
    let boundary = lower.find("boundary=").map(|at| {
        let rest = head[at + 9..].trim_start();
        let quoted = rest.strip_prefix('"').and_then(|rest| rest.split_once('"'));
        quoted.map_or_else(|| rest.split([';', '\r', '\n', ' ']).next().unwrap_or(""), |(name, _)| name).to_owned()
    });
    let Some(boundary) = boundary.filter(|name| !name.is_empty()) else { return vec![bytes] };
    let mark = format!("--{boundary}");
    let starts: Vec<usize> = memmem::find_iter(bytes, mark.as_bytes()).collect();
    starts
        .iter()
        .enumerate()
        .map(|(i, &start)| {
            let from = start + mark.len();
            let part = &bytes[from..starts.get(i + 1).copied().unwrap_or(bytes.len()).max(from)];
            part.strip_prefix(b"\r\n").or_else(|| part.strip_prefix(b"\n")).unwrap_or(part)
        })
        .collect()
}

fn quoted_printable(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len());
    let mut at = 0;
    while let Some(&byte) = body.get(at) {
        at += 1;
        if byte != b'=' {
            out.push(byte);
            continue;
        }
        let hex = |i: usize| body.get(i).and_then(|digit| char::from(*digit).to_digit(16));
        match (hex(at), hex(at + 1)) {
            (Some(high), Some(low)) => {
                // Two hex digits make one byte.
                out.push((high * 16 + low) as u8);
                at += 2;
            }
            // A soft line break.
            _ if body.get(at) == Some(&b'\n') => at += 1,
            _ if body.get(at..at + 2) == Some(b"\r\n") => at += 2,
            _ => out.push(b'='),
        }
    }
    out
}

pub fn base64(body: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(body.len() * 3 / 4);
    let (mut bits, mut count) = (0u32, 0);
    for &byte in body {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' => break,
            byte if byte.is_ascii_whitespace() => continue,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count & 0xff) as u8);
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_in_both_transfer_encodings() {
        let message = "MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=\"b\"\r\n\r\n--b\r\n\
            Content-Type: image/png\r\n\r\nx\r\n--b\r\nContent-Type: text/html; charset=\"gb2312\"\r\n\
            Content-Transfer-Encoding: quoted-printable\r\n\r\n<table><tr><td colspan=3D2>=B9=A4=\r\n=BB=E1</td></tr></table>\r\n\
            --b\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n\
            PHRhYmxlPjx0cj48dGQ+5bel\r\n5LyaPC90ZD48L3RyPjwvdGFibGU+\r\n--b--\r\n";
        let workbook = read(message.as_bytes(), Allowance::default()).unwrap();
        let texts: Vec<&str> = workbook.sheets.iter().map(|sheet| sheet.arena.as_str()).collect();
        assert_eq!(texts, ["工会", "工会"]);
        assert_eq!(workbook.sheets[0].merges.len(), 1);
    }
}
