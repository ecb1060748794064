//! xls and et (OLE with a BIFF workbook): bytes in, a raw workbook out. Values come from the records; calamine is the
//! second opinion on every one of them. It may panic or run out of memory on damaged files: workers are for that.

use super::allowance::Allowance;
use super::biff::globals::{self, BIFF8, Globals};
use super::biff::sheet::{self, StreamFacts};
use super::compound::Compound;
use super::looks;
use super::opinion::{self, Opinion};
use super::refusal::{self, Refusal, short};
use super::unlock::records;
use crate::model::workbook::Format;
use crate::model::{RawSheet, RawWorkbook};
use calamine::{Data, Reader, Xls, XlsOptions};
use std::borrow::Cow;
use std::io::Cursor;

const UTF16: u16 = 1200;
const GBK: u16 = 936;

/// Reads a compound file: the workbook in it, or what it is instead.
///
/// # Errors
/// Encrypted, damaged, or another kind of document.
pub fn read(bytes: &[u8], allowance: Allowance) -> Result<RawWorkbook, Refusal> {
    read_compound(bytes, &Compound::open(bytes)?, allowance)
}

/// The same of a compound file that is open already.
///
/// # Errors
/// As [`read`].
pub fn read_compound(bytes: &[u8], compound: &Compound<'_>, allowance: Allowance) -> Result<RawWorkbook, Refusal> {
    if !compound.has_stream("Workbook") && !compound.has_stream("Book") {
        let what = if compound.has("WordDocument") {
            "Word 文档（.doc/.wps）"
        } else if compound.has("PowerPoint Document") {
            "演示文稿（.ppt/.dps）"
        } else {
            "不含工作表的复合文档"
        };
        return Err(Refusal::NotATable(format!("是{what}，不是表格")));
    }
    let name = if compound.has_stream("Workbook") { "Workbook" } else { "Book" };
    let stream = compound.stream(name).ok_or_else(|| refusal::damaged("工作簿数据流不完整"))?;
    let book = globals::read(&stream).ok_or_else(|| refusal::damaged("工作簿数据流的开头无法识别"))?;
    if book.encrypted {
        let plain = records::open(&stream).ok_or_else(|| refusal::encrypted("xls 加密"))?;
        let bytes = compound.with_stream(name, &plain).ok_or_else(|| refusal::encrypted("xls 加密"))?;
        return read(&bytes, allowance);
    }
    if book.sheets.is_empty() {
        return Err(refusal::damaged("工作表目录不完整").into());
    }
    let mut read: Vec<Option<(RawSheet, StreamFacts)>> = Vec::new();
    let mut cells = 0;
    for listed in &book.sheets {
        if !listed.worksheet {
            read.push(None);
            continue;
        }
        let (sheet, told) = sheet::read(&stream, listed.at, &book, allowance)?;
        if !told.whole {
            return Err(refusal::damaged("工作表记录中途断开，后面可能还有数据").into());
        }
        cells += sheet.cells.len();
        if cells > allowance.cells() {
            return Err(allowance.too_many_cells().into());
        }
        if told.area() > allowance.rectangle() {
            return Err(refusal::over_limit("工作表的内容散得太开：远处的行列里还有内容").into());
        }
        let sheet = RawSheet { name: listed.name.clone(), hidden: listed.hidden, ..sheet };
        read.push(Some((sheet, told)));
    }
    drop(stream);
    let tolds: Vec<&StreamFacts> = read.iter().flatten().map(|(_, told)| told).collect();
    let honest = with_honest_directory(bytes, compound, name, &tolds);
    let mut second = second_opinion(&honest, &book)?;
    let sheets = read.into_iter().map(|read| read.map(|(sheet, _)| sheet)).collect();
    collect(&mut second, &book, sheets)
}

/// Opens the workbook with calamine.
fn second_opinion<'b>(bytes: &'b [u8], book: &Globals) -> Result<Xls<Cursor<&'b [u8]>>, Refusal> {
    let mut options = XlsOptions::default();
    // The CODEPAGE record lies or is missing in many exports. BIFF8 text is UTF-16 whatever it says; BIFF5 text of
    // Chinese programs is GBK.
    options.force_codepage = Some(if book.version >= BIFF8 { UTF16 } else { GBK });
    Xls::new_with_options(Cursor::new(bytes), options).map_err(|error| match error {
        calamine::XlsError::Password => refusal::encrypted("xls 加密").into(),
        _ => refusal::damaged("工作簿记录无法读取").into(),
    })
}

/// The bytes as calamine can be trusted with them. It makes room for all cells that a sheet states, and sheets formatted
/// down to row 65,536 state sixteen million: false dimensions are blanked. It takes a workbook by its name wherever it
/// lies: those of embedded ones are changed.
fn with_honest_directory<'b>(
    bytes: &'b [u8],
    compound: &Compound,
    name: &str,
    sheets: &[&StreamFacts],
) -> Cow<'b, [u8]> {
    let mut bytes = Cow::Borrowed(bytes);
    for (from, len) in sheets.iter().filter_map(|told| told.false_dimensions) {
        for at in from..from + len {
            if let Some(byte) = compound.position(name, at).and_then(|place| bytes.to_mut().get_mut(place)) {
                *byte = 0;
            }
        }
    }
    for place in compound.embedded_names() {
        if let Some(byte) = bytes.to_mut().get_mut(place) {
            *byte = b'_';
        }
    }
    bytes
}

fn collect(
    second: &mut Xls<Cursor<&[u8]>>,
    book: &Globals,
    sheets: Vec<Option<RawSheet>>,
) -> Result<RawWorkbook, Refusal> {
    let modified = second
        .workbook_properties()
        .ok()
        .and_then(|properties| properties.modified)
        .and_then(|stamp| chrono::DateTime::parse_from_rfc3339(&stamp).ok())
        .map(|at| at.timestamp());
    let mut found = RawWorkbook { format: Format::Xls, modified, sheets: Vec::new(), remarks: Vec::new() };
    for (index, (listed, sheet)) in book.sheets.iter().zip(sheets).enumerate() {
        let Some(mut sheet) = sheet else {
            found.remarks.push(format!("“{}”是图表或宏表，已跳过", short(&listed.name)));
            continue;
        };
        let twin = |other: &&globals::BoundSheet| other.name.eq_ignore_ascii_case(&listed.name);
        if book.sheets[..index].iter().any(|other| twin(&other)) {
            found.remarks.push(format!("有两个同名工作表“{}”，都已读取", short(&listed.name)));
        }
        // calamine keeps sheets by name, so of two only one can be had: neither has a second opinion.
        if book.sheets.iter().filter(twin).count() == 1 {
            let range = second.worksheet_range(&listed.name).map_err(|_| refusal::damaged("工作表无法读取"))?;
            let (top, left) = range.start().unwrap_or((0, 0));
            let cells = range.used_cells().filter_map(|(row, col, value)| {
                let at = opinion::place(top, left, row, col)?;
                Some((at, said(value)?))
            });
            opinion::hold_against(&mut sheet, cells, book.is_1904);
        }
        found.remarks.extend(looks::uncover(&mut sheet));
        found.sheets.push(sheet);
    }
    Ok(found)
}

/// What calamine says of a cell; `None` where nothing.
fn said(value: &Data) -> Option<Opinion<'_>> {
    Some(match value {
        Data::Empty => return None,
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => Opinion::Text(text),
        Data::Int(number) => Opinion::Number(*number as f64),
        Data::Float(number) => Opinion::Number(*number),
        Data::Bool(value) => Opinion::Boolean(*value),
        Data::DateTime(date) => Opinion::Number(date.as_f64()),
        Data::Error(_) => Opinion::Error,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    macro_rules! hostile {
        ($name:literal) => {
            &include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/hostile/", $name))[..]
        };
    }

    /// The CODEPAGE record of the first says 936 over UTF-16, that of the second 1252 over GBK.
    #[test]
    fn chinese_text_is_read_whatever_the_codepage_record_says() {
        for bytes in [hostile!("codepage_biff8_says_936.xls"), hostile!("codepage_biff5_says_1252.xls")] {
            let workbook = read(bytes, Allowance::default()).unwrap();
            assert!(workbook.sheets[0].arena.starts_with("工会会员"), "{:?}", workbook.sheets[0]);
        }
    }

    /// Its dimensions state sixteen million cells; it holds two.
    #[test]
    fn false_dimensions_are_blanked() {
        let bytes = hostile!("false_dimensions.xls");
        let seen = |bytes: &[u8]| {
            let stream = Compound::open(bytes).unwrap().stream("Workbook").unwrap();
            let book = globals::read(&stream).unwrap();
            sheet::read(&stream, book.sheets[0].at, &book, Allowance::default()).unwrap().1
        };
        let told = seen(bytes);
        assert!(told.false_dimensions.is_some());
        let mended = with_honest_directory(bytes, &Compound::open(bytes).unwrap(), "Workbook", &[&told]);
        assert_eq!(seen(&mended).false_dimensions, None);
        assert_eq!(read(bytes, Allowance::default()).unwrap().sheets[0].cells.len(), 2);
    }

    #[test]
    fn broken_chains_are_found_before_calamine_follows_them() {
        for bytes in [hostile!("fat_chain_broken.xls"), hostile!("directory_cut.xls")] {
            assert!(
                matches!(read(bytes, Allowance::default()), Err(Refusal::Unreadable(unreadable)) if unreadable.code == "file-damaged")
            );
        }
    }
}
