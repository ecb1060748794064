//! xls and et (OLE with a BIFF workbook): bytes in, a raw workbook out. Values come from calamine, the rest from
//! [`biff::survey`]. May panic or run out of memory on damaged files: workers are for that.

use super::allowance::Allowance;
use super::biff::{self, Survey, Surveyed};
use super::cells::{self, push_nonempty};
use super::compound::Compound;
use super::refusal::{self, Refusal, short};
use calamine::{Data, Reader, Xls, XlsOptions};
use std::borrow::Cow;
use std::collections::HashSet;
use std::io::Cursor;

use crate::model::cell::Doubt;
use crate::model::workbook::Format;
use crate::model::{CellRef, Merge, RawSheet, RawValue, RawWorkbook};

const BIFF8: u16 = 0x0600;
const UTF16: u16 = 1200;
const GBK: u16 = 936;

/// Reads a compound file: the workbook in it, or what it is instead.
///
/// # Errors
/// Encrypted, damaged, or another kind of document.
pub fn read(bytes: &[u8], allowance: Allowance) -> Result<RawWorkbook, Refusal> {
    let compound = Compound::open(bytes)?;
    if compound.has("EncryptedPackage") || compound.has("EncryptionInfo") {
        return Err(refusal::encrypted("Office 加密").into());
    }
    if !compound.has("Workbook") && !compound.has("Book") {
        let what = if compound.has("WordDocument") {
            "Word 文档（.doc/.wps）"
        } else if compound.has("PowerPoint Document") {
            "演示文稿（.ppt/.dps）"
        } else {
            "不含工作表的复合文档"
        };
        return Err(Refusal::NotATable(format!("是{what}，不是表格")));
    }
    let name = if compound.has("Workbook") { "Workbook" } else { "Book" };
    let stream = compound.stream(name).ok_or_else(|| refusal::damaged("工作簿数据流不完整"))?;
    let survey = biff::survey(&stream).ok_or_else(|| refusal::damaged("工作簿数据流的开头无法识别"))?;
    if survey.encrypted {
        return Err(refusal::encrypted("xls 加密").into());
    }
    drop(stream);
    if survey.sheets.iter().any(|sheet| sheet.area() > allowance.rectangle()) {
        return Err(refusal::over_limit("工作表的内容散得太开：远处的行列里还有内容").into());
    }
    let bytes = &*with_honest_dimensions(bytes, &compound, name, &survey);
    let mut options = XlsOptions::default();
    // The CODEPAGE record lies or is missing in many exports. BIFF8 text is UTF-16 whatever it says; BIFF5 text of
    // Chinese programs is GBK.
    options.force_codepage = Some(if survey.version >= BIFF8 { UTF16 } else { GBK });
    let mut workbook = Xls::new_with_options(Cursor::new(bytes), options).map_err(|error| match error {
        calamine::XlsError::Password => refusal::encrypted("xls 加密"),
        _ => refusal::damaged("工作簿记录无法读取"),
    })?;
    collect(&mut workbook, survey)
}

/// The bytes with false dimensions blanked: calamine makes room for all cells that a sheet states, and sheets formatted
/// down to row 65,536 state sixteen million.
fn with_honest_dimensions<'b>(bytes: &'b [u8], compound: &Compound, name: &str, survey: &Survey) -> Cow<'b, [u8]> {
    let mut bytes = Cow::Borrowed(bytes);
    for (from, len) in survey.sheets.iter().filter_map(|sheet| sheet.false_dimensions) {
        for at in from..from + len {
            if let Some(byte) = compound.position(name, at).and_then(|place| bytes.to_mut().get_mut(place)) {
                *byte = 0;
            }
        }
    }
    bytes
}

fn collect(workbook: &mut Xls<Cursor<&[u8]>>, survey: Survey) -> Result<RawWorkbook, Refusal> {
    let listed = workbook.sheets_metadata().to_vec();
    if listed.is_empty() || listed.len() != survey.sheets.len() {
        return Err(refusal::damaged("工作表目录不完整").into());
    }
    let mut found = RawWorkbook { format: Format::Xls, modified: None, sheets: Vec::new(), remarks: Vec::new() };
    found.modified = workbook
        .workbook_properties()
        .ok()
        .and_then(|properties| properties.modified)
        .and_then(|stamp| chrono::DateTime::parse_from_rfc3339(&stamp).ok())
        .map(|at| at.timestamp());
    for (index, (sheet, seen)) in listed.iter().zip(&survey.sheets).enumerate() {
        if !seen.worksheet {
            found.remarks.push(format!("“{}”是图表或宏表，已跳过", short(&sheet.name)));
            continue;
        }
        if !seen.whole {
            return Err(refusal::damaged("工作表记录中途断开，后面可能还有数据").into());
        }
        // calamine keeps sheets by name, so of two only one can be had.
        if listed.iter().enumerate().any(|(other, twin)| other != index && twin.name == sheet.name) {
            return Err(refusal::damaged("有两个同名工作表，不能确定哪个有效").into());
        }
        let range = workbook.worksheet_range(&sheet.name).map_err(|_| refusal::damaged("工作表无法读取"))?;
        let merges = workbook.merge_cells_by_sheet_name(&sheet.name).unwrap_or_default();
        let mut raw = RawSheet { name: sheet.name.clone(), hidden: seen.hidden, ..RawSheet::default() };
        push_range(&range, survey.is_1904, &mut raw);
        show_percents(&mut raw, &seen.percents);
        for area in merges {
            let corners = cells::checked(area.start.0, area.start.1).zip(cells::checked(area.end.0, area.end.1));
            if let Some((first, last)) = corners.filter(|(first, last)| first.row <= last.row && first.col <= last.col)
            {
                raw.merges.push(Merge { first, last });
            }
        }
        finish(raw, seen, &mut found);
    }
    Ok(found)
}

fn finish(mut raw: RawSheet, seen: &Surveyed, found: &mut RawWorkbook) {
    for at in &seen.dangling {
        raw.push(*at, RawValue::Unreadable(Doubt::DanglingString));
    }
    raw.hidden_rows.clone_from(&seen.hidden_rows);
    raw.hidden_cols.clone_from(&seen.hidden_cols);
    cells::settle(&mut raw);
    found.sheets.push(raw);
}

/// Numbers at these places are percentages.
fn show_percents(raw: &mut RawSheet, percents: &[CellRef]) {
    if percents.is_empty() {
        return;
    }
    let percents: HashSet<CellRef> = percents.iter().copied().collect();
    for cell in &mut raw.cells {
        if let RawValue::Number(number) = cell.value
            && percents.contains(&cell.at)
        {
            cell.value = RawValue::Percent(number);
        }
    }
}

/// Appends the cells of a calamine range at their absolute places.
pub fn push_range(range: &calamine::Range<Data>, is_1904: bool, sheet: &mut RawSheet) {
    let (top, left) = range.start().unwrap_or((0, 0));
    for (row, col, value) in range.used_cells() {
        let row = u32::try_from(row).ok().and_then(|row| row.checked_add(top));
        let col = u32::try_from(col).ok().and_then(|col| col.checked_add(left));
        // Both indices of this format are 16 bits wide; columns beyond the grid do not come from Excel.
        let Some(at) = row.zip(col).and_then(|(row, col)| cells::checked(row, col)) else { continue };
        push_data(value, is_1904, at, sheet);
    }
}

fn push_data(value: &Data, is_1904: bool, at: CellRef, sheet: &mut RawSheet) {
    match value {
        Data::Empty => {}
        Data::String(text) => push_nonempty(sheet, at, text),
        Data::Int(number) => sheet.push(at, RawValue::Number(*number as f64)),
        Data::Float(number) => sheet.push(at, cells::number(*number, false, false)),
        Data::Bool(value) => sheet.push(at, RawValue::Boolean(*value)),
        Data::DateTime(date) => sheet.push(at, cells::number(date.as_f64(), true, is_1904 && date.is_datetime())),
        Data::DateTimeIso(text) | Data::DurationIso(text) => match cells::iso_serial(text) {
            Some(serial) => sheet.push(at, RawValue::DateSerial(serial)),
            None => push_nonempty(sheet, at, text),
        },
        Data::Error(error) => sheet.push(at, cells::error(&error.to_string())),
    }
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
        let seen = |bytes: &[u8]| biff::survey(&Compound::open(bytes).unwrap().stream("Workbook").unwrap()).unwrap();
        let survey = seen(bytes);
        assert!(survey.sheets[0].false_dimensions.is_some());
        let mended = with_honest_dimensions(bytes, &Compound::open(bytes).unwrap(), "Workbook", &survey);
        assert_eq!(seen(&mended).sheets[0].false_dimensions, None);
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
