//! One reference file as rows of cells, with the rows' numbers as Excel shows them. CSV in UTF-8 or GB18030, or the first
//! sheet of an xlsx. Knows nothing of what the columns mean.

use crate::definition::Diagnostic;
use crate::domain::period::day;
use crate::model::codes::DiagnosticCode;
use calamine::{DataRef, Reader, Xlsx};
use sha2::{Digest, Sha256};
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};

/// Largest file taken, and largest unpacked part of an xlsx, in bytes.
const LARGEST: u64 = 64 << 20;
const LARGEST_PART: u64 = 256 << 20;
/// Cells right of this column are nobody's reference data.
const LAST_COLUMN: u32 = 255;

/// One cell before its column's type is known.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    Empty,
    Text(String),
    Number(f64),
    Boolean(bool),
    /// Days since 1970-01-01, from a cell that is formatted as a date.
    Date(i32),
    /// An error value such as `#REF!`, or a date that is none.
    Broken(String),
}

/// A file's rows that hold anything, each with its 1-based number.
#[derive(Debug, Clone, PartialEq)]
pub struct Grid {
    pub path: PathBuf,
    pub rows: Vec<(u32, Vec<Cell>)>,
    /// Lower-case hex.
    pub sha256: String,
}

/// Reads a `.csv` or `.xlsx`.
///
/// # Errors
/// The file cannot be read as a whole.
pub fn read(path: &Path) -> Result<Grid, Diagnostic> {
    let problem = |code, message: String, help: &str| Diagnostic::of_file(code, path, message, Some(help.to_owned()));
    if std::fs::metadata(path).is_ok_and(|file| !file.is_file() || file.len() > LARGEST) {
        return Err(problem(DiagnosticCode::FileTooLarge, "不是普通文件，或超过 64 MB".to_owned(), "核对文件"));
    }
    let bytes = std::fs::read(path).map_err(|error| {
        problem(DiagnosticCode::FileUnreadable, format!("打不开（{error}）"), "关闭正在使用它的程序，核对文件权限")
    })?;
    // By content: an xlsx is a zip, whatever the name says.
    let rows = if bytes.starts_with(b"PK\x03\x04") {
        xlsx(&bytes)
            .map_err(|why| problem(DiagnosticCode::WorkbookUnreadable, why, "用 Excel 或 WPS 打开后另存为 xlsx"))?
    } else if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("xlsx")) {
        let why = "扩展名是 xlsx，内容却不是".to_owned();
        return Err(problem(
            DiagnosticCode::WorkbookUnreadable,
            why,
            "用 Excel 或 WPS 打开后另存为 xlsx，或另存为 csv",
        ));
    } else {
        let text = decode(&bytes).ok_or_else(|| {
            problem(DiagnosticCode::CsvEncoding, "不是 UTF-8，也不是 GB18030".to_owned(), "另存为 UTF-8 的 csv")
        })?;
        csv(&text).map_err(|row| {
            problem(DiagnosticCode::CsvQuote, format!("第 {row} 行的双引号没有配对"), "补上双引号，或用 Excel 另存一次")
        })?
    };
    Ok(Grid { path: path.to_path_buf(), rows, sha256: crate::definition::read::hex(&Sha256::digest(&bytes)) })
}

fn decode(bytes: &[u8]) -> Option<String> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Some(text.to_owned());
    }
    let (text, wrong) = encoding_rs::GB18030.decode_without_bom_handling(bytes);
    (!wrong).then(|| text.into_owned())
}

/// RFC 4180 with LF or CRLF, comma or (where the first line has tabs and no comma) tab.
/// `Err` is the row whose quote is never closed.
fn csv(text: &str) -> Result<Vec<(u32, Vec<Cell>)>, u32> {
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or("");
    let separator = if first.contains('\t') && !first.contains(',') { '\t' } else { ',' };
    let mut rows = Vec::new();
    let (mut row, mut field, mut number) = (Vec::new(), String::new(), 1u32);
    let mut quoted = false;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                field.push('"');
            }
            '"' if quoted => quoted = false,
            '"' if field.is_empty() => quoted = true,
            '\r' if !quoted && chars.peek() == Some(&'\n') => {}
            '\n' if !quoted => {
                row.push(text_cell(std::mem::take(&mut field)));
                push_row(&mut rows, number, std::mem::take(&mut row));
                number += 1;
            }
            c if c == separator && !quoted => row.push(text_cell(std::mem::take(&mut field))),
            c => field.push(c),
        }
    }
    if quoted {
        return Err(number);
    }
    row.push(text_cell(field));
    push_row(&mut rows, number, row);
    Ok(rows)
}

fn text_cell(text: String) -> Cell {
    if text.trim().is_empty() { Cell::Empty } else { Cell::Text(text.trim().to_owned()) }
}

fn push_row(rows: &mut Vec<(u32, Vec<Cell>)>, number: u32, row: Vec<Cell>) {
    if row.iter().any(|cell| *cell != Cell::Empty) {
        rows.push((number, row));
    }
}

/// Cells of the first sheet. The streaming reader, because a range over far corners can ask for all memory there is.
fn xlsx(bytes: &[u8]) -> Result<Vec<(u32, Vec<Cell>)>, String> {
    preflight(bytes)?;
    // calamine panics on some damaged files; that must not take the run down.
    std::panic::catch_unwind(|| cells(bytes)).unwrap_or_else(|_| Err("工作簿已损坏".to_owned()))
}

fn cells(bytes: &[u8]) -> Result<Vec<(u32, Vec<Cell>)>, String> {
    let damaged = |_| "工作簿已损坏或加密，读不出来".to_owned();
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(damaged)?;
    let sheet = book.sheet_names().first().cloned().ok_or("工作簿里没有工作表")?;
    let mut reader = book.worksheet_cells_reader(&sheet).map_err(damaged)?;
    let mut rows: Vec<(u32, Vec<Cell>)> = Vec::new();
    while let Some(cell) = reader.next_cell().map_err(damaged)? {
        let (row, column) = cell.get_position();
        let value = value(cell.get_value());
        if column > LAST_COLUMN || value == Cell::Empty {
            continue;
        }
        if rows.last().is_none_or(|(number, _)| *number != row + 1) {
            rows.push((row + 1, Vec::new()));
        }
        if let Some((_, cells)) = rows.last_mut() {
            let at = column as usize;
            if cells.len() <= at {
                cells.resize(at + 1, Cell::Empty);
            }
            cells[at] = value;
        }
    }
    Ok(rows)
}

fn value(value: &DataRef<'_>) -> Cell {
    match value {
        DataRef::Empty => Cell::Empty,
        DataRef::Int(n) => Cell::Number(*n as f64),
        DataRef::Float(n) if n.is_finite() => Cell::Number(*n),
        DataRef::Float(_) => Cell::Broken("不是数".to_owned()),
        DataRef::String(text) => text_cell(text.clone()),
        DataRef::SharedString(text) => text_cell((*text).to_owned()),
        DataRef::Bool(yes) => Cell::Boolean(*yes),
        DataRef::DateTime(stamp) => {
            let (year, month, dom, ..) = stamp.to_ymd_hms_milli();
            // Excel's serial 60 is 1900-02-29, which never was: `day` refuses it.
            match day(i32::from(year), u32::from(month), u32::from(dom)) {
                Some(day) if stamp.is_datetime() => Cell::Date(day),
                _ => Cell::Broken("不是日期".to_owned()),
            }
        }
        DataRef::DateTimeIso(text) => {
            let date = text.split('T').next().unwrap_or("");
            crate::text::dates::parse_day(date).map_or_else(|| Cell::Broken(text.clone()), Cell::Date)
        }
        DataRef::DurationIso(text) => Cell::Broken(text.clone()),
        DataRef::Error(error) => Cell::Broken(error.to_string()),
    }
}

/// Reads every part to its end, which checks its CRC (calamine does not), and refuses shared strings that claim to be
/// more than they are (calamine would reserve memory for all of them).
fn preflight(bytes: &[u8]) -> Result<(), String> {
    let damaged = |_| "压缩包已损坏".to_owned();
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(damaged)?;
        let shared = part.name().is_ok_and(|name| name.ends_with("sharedStrings.xml"));
        let mut content = Vec::new();
        part.take(LARGEST_PART + 1).read_to_end(&mut content).map_err(|_| "压缩包已损坏（校验不符）".to_owned())?;
        if content.len() as u64 > LARGEST_PART {
            return Err("解压后过大".to_owned());
        }
        if shared && claimed_strings(&content) > content.len() {
            return Err("共享字符串的个数不实".to_owned());
        }
    }
    Ok(())
}

/// The larger of `count` and `uniqueCount` in the root element; a number too long to read counts as too many.
fn claimed_strings(xml: &[u8]) -> usize {
    let head = String::from_utf8_lossy(&xml[..xml.len().min(2048)]).into_owned();
    let claims = head.match_indices("ount=").filter_map(|(at, _)| {
        let rest = head.get(at + "ount=".len() + 1..)?;
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        Some(digits.parse::<usize>().unwrap_or(usize::MAX))
    });
    claims.max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Cell {
        Cell::Text(text.to_owned())
    }

    #[test]
    fn csv_with_quotes_blank_lines_and_both_line_ends() {
        let rows = csv("名称,说明\r\n\n甲,\"一,\"\"二\"\"\n三\"\n乙,").unwrap();
        assert_eq!(
            rows,
            [
                (1, vec![text("名称"), text("说明")]),
                (3, vec![text("甲"), text("一,\"二\"\n三")]),
                (4, vec![text("乙"), Cell::Empty]),
            ]
        );
        assert_eq!(csv("a,b\n\"c,d\n"), Err(2));
    }

    #[test]
    fn gb18030_and_bom() {
        let (gbk, _, _) = encoding_rs::GB18030.encode("单位名称");
        assert_eq!(decode(&gbk).as_deref(), Some("单位名称"));
        assert_eq!(decode("\u{feff}单位".as_bytes()).as_deref(), Some("单位"));
        assert_eq!(decode(&[0xff, 0xff, 0xff]), None);
    }

    #[test]
    fn shared_strings_that_lie_are_refused() {
        assert_eq!(claimed_strings(b"<sst count=\"3\" uniqueCount=\"9999999999\">"), 9_999_999_999);
        assert_eq!(claimed_strings(b"<sst>"), 0);
    }
}
