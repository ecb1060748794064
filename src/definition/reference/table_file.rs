//! One reference file as rows of data, with the rows' numbers as Excel shows them. Read by the same stack as returns:
//! the first sheet of a workbook, or a csv. Knows nothing of what the columns mean.

use crate::definition::diagnostic::Diagnostic;
use crate::formats::allowance::Allowance;
use crate::formats::refusal::{self, Refusal};
use crate::formats::sniff::{self, Intake};
use crate::model::cell::{ERROR_WORDS, SeenAs};
use crate::model::codes::DiagnosticCode;
use crate::model::workbook::Format;
use crate::model::{RawCell, RawSheet, RawValue};
use crate::text::dates::from_serial;
use crate::text::quote::of_inert;
use sha2::{Digest, Sha256};
use std::io::Read;
use std::path::{Path, PathBuf};

/// Cells right of this column are nobody's reference data.
const LAST_COLUMN: u16 = 255;

/// One cell before its column's type is known.
#[derive(Debug, Clone, PartialEq)]
pub enum Datum {
    Empty,
    Text(String),
    Number(f64),
    Boolean(bool),
    /// Days since 1970-01-01, from a cell that is formatted as a date.
    Date(i32),
    /// An error value such as `#REF!`, a date that is none, or a value that is not what a person sees.
    Broken(String),
}

impl Datum {
    /// What the cell says as a text; a day as 2026-03-05.
    pub fn words(&self) -> String {
        match self {
            Datum::Empty => String::new(),
            Datum::Text(text) | Datum::Broken(text) => text.clone(),
            Datum::Number(number) => number.to_string(),
            Datum::Boolean(yes) => if *yes { "是" } else { "否" }.to_owned(),
            Datum::Date(day) => crate::text::dates::show_day(*day),
        }
    }
}

/// A file's rows that hold anything, each with its 1-based number.
#[derive(Debug, Clone, PartialEq)]
pub struct TableFile {
    pub path: PathBuf,
    pub rows: Vec<(u32, Vec<Datum>)>,
    /// A text in GBK, which has no place for rare characters.
    pub narrow: bool,
    /// Lower-case hex.
    pub sha256: String,
}

/// Reads a reference table, whatever format its content has.
///
/// # Errors
/// The file cannot be read as a whole.
pub fn read(path: &Path, allowance: Allowance) -> Result<TableFile, Diagnostic> {
    let problem = |code, message: String, help: &str| Diagnostic::of_file(code, path, message, Some(help.to_owned()));
    let most = allowance.file();
    if std::fs::metadata(path).is_ok_and(|file| !file.is_file() || file.len() > most) {
        return Err(problem(
            DiagnosticCode::FileTooLarge,
            format!("不是普通文件，或超过 {} MB", most >> 20),
            "核对文件",
        ));
    }
    let unreadable = |error: std::io::Error| {
        problem(
            DiagnosticCode::FileUnreadable,
            format!("打不开：{}", crate::machine::cause(&error)),
            "关闭正在使用它的程序，核对文件权限",
        )
    };
    let mut bytes = Vec::new();
    // It may have grown since.
    std::fs::File::open(path).and_then(|file| file.take(most).read_to_end(&mut bytes)).map_err(unreadable)?;
    of_bytes(path, &bytes, allowance)
}

/// The table in the bytes of the file at `path`.
///
/// # Errors
/// They cannot be read as a whole.
pub fn of_bytes(path: &Path, bytes: &[u8], allowance: Allowance) -> Result<TableFile, Diagnostic> {
    let problem = |code, message: String, help: &str| Diagnostic::of_file(code, path, message, Some(help.to_owned()));
    let is_text = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv"));
    let intake = Intake { lone_column: is_text, allowance, ..Intake::default() };
    // Readers may panic on damaged files; that must not take the run down.
    let read = std::panic::catch_unwind(|| sniff::read(bytes, intake))
        .unwrap_or_else(|_| Err(refusal::damaged("内容自相矛盾").into()));
    let help = if is_text { "改正后另存为 UTF-8 的 csv" } else { "用 Excel 或 WPS 打开后另存为 xlsx" };
    let workbook = read.map_err(|refused| {
        let cause = match refused {
            Refusal::Unreadable(unreadable) => unreadable.cause,
            Refusal::NotATable(cause) => cause,
            Refusal::OwnResults => "是本程序写出的结果，不是参照表".to_owned(),
        };
        problem(DiagnosticCode::WorkbookUnreadable, cause, help)
    })?;
    let rows = workbook.sheets.first().map(rows).unwrap_or_default();
    let narrow = workbook.format == Format::Delimited
        && std::str::from_utf8(bytes).is_err()
        && !bytes.starts_with(&[0xff, 0xfe])
        && !bytes.starts_with(&[0xfe, 0xff]);
    Ok(TableFile { path: path.to_path_buf(), rows, narrow, sha256: crate::text::hex::hex(&Sha256::digest(bytes)) })
}

fn rows(sheet: &RawSheet) -> Vec<(u32, Vec<Datum>)> {
    let mut rows: Vec<(u32, Vec<Datum>)> = Vec::new();
    for cell in sheet.cells.iter().filter(|cell| cell.at.col <= LAST_COLUMN) {
        let datum = datum(sheet, cell);
        if datum == Datum::Empty {
            continue;
        }
        if rows.last().is_none_or(|(number, _)| *number != cell.at.row + 1) {
            rows.push((cell.at.row + 1, Vec::new()));
        }
        if let Some((_, data)) = rows.last_mut() {
            data.resize(usize::from(cell.at.col), Datum::Empty);
            data.push(datum);
        }
    }
    rows
}

fn datum(sheet: &RawSheet, cell: &RawCell) -> Datum {
    for sight in sheet.sights_at(cell.at) {
        match sight.how {
            SeenAs::Format => return text(sheet.sight_text(sight)),
            // A reference table is the department's own: what is struck or hidden there is asked about, never guessed.
            SeenAs::PartStruck | SeenAs::Struck => return Datum::Broken("划了删除线的内容".to_owned()),
            SeenAs::Nothing | SeenAs::MinusHidden => return Datum::Broken("数字格式没有显示的内容".to_owned()),
            SeenAs::Superscript | SeenAs::Money => {}
        }
    }
    match cell.value {
        RawValue::Text { .. } => text(sheet.text(cell.value)),
        RawValue::Number(number) | RawValue::Percent(number) => Datum::Number(number),
        RawValue::Boolean(yes) => Datum::Boolean(yes),
        RawValue::DateSerial(serial) => {
            from_serial(serial).map_or_else(|| Datum::Broken("不是日期".to_owned()), Datum::Date)
        }
        RawValue::Error(word) => {
            Datum::Broken(ERROR_WORDS.get(usize::from(word)).copied().unwrap_or("#ERROR!").to_owned())
        }
        RawValue::Unreadable(doubt) => Datum::Broken(doubt.words().to_owned()),
    }
}

fn text(text: &str) -> Datum {
    // What was entered by us as no formula is read as it was.
    let text = of_inert(text.trim());
    if text.is_empty() { Datum::Empty } else { Datum::Text(text.to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_as(name: &str, bytes: &[u8]) -> Result<TableFile, Diagnostic> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        read(&path, Allowance::default())
    }

    #[test]
    fn a_csv_keeps_its_rows_and_says_where_a_quote_is_open() {
        let text = |text: &str| Datum::Text(text.to_owned());
        let gbk = encoding_rs::GB18030.encode("名称,说明\r\n\n甲,\"一,\"\"二\"\"\n三\"\n乙, \n").0.into_owned();
        let rows = [
            (1, vec![text("名称"), text("说明")]),
            (3, vec![text("甲"), text("一,\"二\"\n三")]),
            (4, vec![text("乙")]),
        ];
        assert_eq!(read_as("表.csv", &gbk).unwrap().rows, rows);
        let held = read_as("表.csv", "名称\n'=1+1\n'甲\n".as_bytes()).unwrap().rows;
        assert_eq!(
            held[1..],
            [(2, vec![text("=1+1")]), (3, vec![text("'甲")])],
            "an apostrophe that we wrote comes off"
        );
        assert_eq!(read_as("表.csv", "代码\n国有\n".as_bytes()).unwrap().rows.len(), 2, "one column");
        let open = read_as("表.csv", b"a,b\n\"c,d\n").unwrap_err();
        assert_eq!(open.code, DiagnosticCode::WorkbookUnreadable);
        assert!(open.message.contains("第 2 行"), "{}", open.message);
        assert_eq!(read_as("表.csv", &[0xff, 0xff, 0xff]).unwrap_err().code, DiagnosticCode::WorkbookUnreadable);
    }

    /// The same holidays, saved by LibreOffice in both formats.
    #[test]
    fn workbooks_of_other_formats_are_read_as_a_csv_is() {
        let ods = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/formats/holidays_libreoffice.ods"));
        let xls = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/formats/holidays_libreoffice.xls"));
        let day = |dom| crate::domain::period::day(2026, 10, dom).unwrap();
        let text = |text: &str| Datum::Text(text.to_owned());
        let rows = [
            (1, vec![text("日期"), text("类型")]),
            (2, vec![Datum::Date(day(1)), text("放假")]),
            (4, vec![Datum::Date(day(10)), text("上班")]),
        ];
        assert_eq!(read_as("节假日.ods", ods).unwrap().rows, rows);
        assert_eq!(read_as("节假日.xls", xls).unwrap().rows, rows);
    }

    /// What `--file-memory` lifts for returns it lifts for reference tables.
    #[test]
    fn a_table_obeys_the_memory_allowed() {
        use std::io::{Cursor, Write};
        let sheet =
            "<worksheet><sheetData><row><c t='inlineStr'><is><t>代码</t></is></c></row></sheetData></worksheet>";
        let parts = [
            ("[Content_Types].xml", "<Types/>".to_owned()),
            ("xl/workbook.xml", "<workbook><sheets><sheet name='表' r:id='a'/></sheets></workbook>".to_owned()),
            (
                "xl/_rels/workbook.xml.rels",
                "<Relationships><Relationship Id='a' Type='x/worksheet' Target='sheet.xml'/></Relationships>"
                    .to_owned(),
            ),
            // A part of 33 MiB that packs a thousandfold.
            ("xl/sheet.xml", format!("{sheet}<!--{}-->", "x".repeat(33 << 20))),
        ];
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in parts {
            writer.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
            writer.write_all(content.as_bytes()).unwrap();
        }
        let bytes = writer.finish().unwrap().into_inner();
        let of = |allowance| of_bytes(Path::new("表.xlsx"), &bytes, allowance).map(|table| table.rows);
        assert!(of(Allowance::default()).unwrap_err().message.contains("膨胀"));
        assert_eq!(of(Allowance::of(8 << 30)).unwrap(), [(1, vec![Datum::Text("代码".to_owned())])]);
    }
}
