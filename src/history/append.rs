//! Rows added to a reference table, none of them twice: to a csv in its own encoding, separator and line ends, to an xlsx
//! below its last row.

use super::append_book::{NewCell, with_rows};
use super::trace::trace;
use crate::atomic::{Lock, Stage, trouble};
use crate::definition::ReferenceSchema;
use crate::definition::reference::columns::{HeadedTable, Want};
use crate::definition::reference::table_file::{self, Datum, TableFile};
use crate::formats::allowance::Allowance;
use crate::formats::file::whole_file;
use crate::language::Type;
use crate::text::quote::{inert, of_inert};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::Path;

const BOM: &[u8] = b"\xef\xbb\xbf";
/// The largest table that is read: far more rows than a province has given titles.
const MOST: u64 = 1 << 30;

/// What became of the rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appended {
    pub added: usize,
    /// Rows that were there already, word for word in the columns that tell.
    pub already: usize,
    /// Which of the rows given were there, one each.
    pub held: Vec<bool>,
    /// Rows of the same document number that are not among those given, and go.
    pub taken_out: Vec<Vec<String>>,
    /// Columns given that the table has not.
    pub lacking: Vec<String>,
}

/// The document number that rows are entered under: other rows of it in the table are an earlier selection's.
#[derive(Debug, Clone, Copy)]
pub struct Own<'a> {
    /// Which of the columns given holds it.
    pub column: usize,
    pub number: &'a str,
    /// Columns that say where a row came from, by their places: rows that differ in nothing else are the same.
    pub sources: &'a [usize],
    /// Why rows of it that are no longer selected go; stands in the trace.
    pub reason: &'a str,
}

/// A table that is locked and was read under the lock, with what will be added to it.
#[derive(Debug)]
pub struct Addition {
    pub appended: Appended,
    lock: Lock,
    name: String,
    shown: String,
    /// The whole file with the new rows; `None` where there are none.
    new: Option<Vec<u8>>,
    /// The trace of what goes: a file beside the table, whole.
    trace: Option<(String, Vec<u8>)>,
}

/// Works out which rows are to be added to the table at `path`, and holds it against everybody else who adds to it, from
/// whatever history. `columns` are names of the schema; each row has one text a column. A link is followed to the table
/// itself.
///
/// # Errors
/// It is neither csv nor xlsx, its header lacks a column, or it cannot be read or locked. In Chinese; nothing was changed.
pub fn prepare(
    path: &Path,
    schema: &ReferenceSchema,
    columns: &[&str],
    rows: &[Vec<String>],
    own: Option<Own<'_>>,
) -> Result<Addition, String> {
    let shown = path.display().to_string();
    let cannot = |error: &std::io::Error| trouble("读取台账", path, error);
    let real = std::fs::canonicalize(path).map_err(|error| cannot(&error))?;
    let (Some(folder), Some(name)) = (real.parent(), real.file_name().and_then(|name| name.to_str())) else {
        return Err(format!("{shown} 不是可以改写的文件。请把台账放在文件夹里，再运行"));
    };
    let lock = Lock::wait(folder)?;
    let bytes =
        whole_file(&real, MOST).map_err(|why| format!("打不开 {shown}：{}。请核对这个文件，再运行", why.cause))?;
    let is = |extension: &str| path.extension().is_some_and(|end| end.eq_ignore_ascii_case(extension));
    let is_book = bytes.starts_with(b"PK\x03\x04") && is("xlsx");
    if !is_book && (bytes.starts_with(b"PK\x03\x04") || !is("csv")) {
        return Err(format!("{shown} 不是 xlsx，也不是 csv，程序不改写它。请用 Excel 或 WPS 另存为 xlsx，再运行"));
    }
    let file =
        table_file::read(&real, Allowance::default()).map_err(|problem| format!("{shown}：{}", problem.message))?;
    let want = |name: &str| {
        let column = schema.columns.iter().find(|column| column.name == name);
        let also = column.map_or_else(Vec::new, |column| column.also.clone());
        (name.to_owned(), also)
    };
    let wanted: Vec<(String, Vec<String>)> = columns.iter().map(|name| want(name)).collect();
    // A table from before a column was thought of is added to all the same.
    let required = |name: &str| schema.columns.iter().any(|column| column.name == name && column.required);
    let any = columns.iter().any(|name| required(name));
    let wants = wanted
        .iter()
        .map(|(name, also)| Want {
            name,
            also: also.iter().map(String::as_str).collect(),
            required: !any || required(name) || own.is_some_and(|own| columns.get(own.column) == Some(&name.as_str())),
        })
        .collect();
    let sheet = HeadedTable::find(&file, wants).map_err(|problems| {
        problems.first().map_or_else(String::new, |problem| format!("{shown}：{}", problem.message))
    })?;
    let has: Vec<bool> = (0..columns.len()).map(|want| sheet.has(want)).collect();
    let lacking = columns.iter().zip(&has).filter(|(_, has)| !**has).map(|(name, _)| (*name).to_owned()).collect();
    let present = |row: &[String]| -> Vec<String> {
        row.iter().zip(&has).filter(|(_, has)| **has).map(|(text, _)| text.clone()).collect()
    };
    let places = sheet.places();
    // Whether a cell was made inert or not, by us or by hand: the row is the same.
    let plain = |row: &[String]| -> Vec<String> { row.iter().map(|text| of_inert(text).to_owned()).collect() };
    let told = has.iter().enumerate().filter(|(_, has)| **has);
    let told: Vec<bool> = told.map(|(at, _)| own.is_none_or(|own| !own.sources.contains(&at))).collect();
    let telling = |row: &[String]| -> Vec<String> {
        plain(row).into_iter().zip(&told).filter(|(_, tells)| **tells).map(|(text, _)| text).collect()
    };
    let mut known: BTreeSet<Vec<String>> =
        sheet.records().map(|record| telling(&texts(record.cells(), &places))).collect();
    let rows: Vec<Vec<String>> = rows.iter().map(|row| present(row)).collect();
    let given: BTreeSet<Vec<String>> = rows.iter().map(|row| telling(row)).collect();
    let held = rows.iter().map(|row| known.contains(&telling(row))).collect();
    let (mut taken_out, mut lines) = (Vec::new(), BTreeSet::new());
    if let Some(own) = own {
        let at = has.iter().take(own.column).filter(|has| **has).count();
        for record in sheet.records() {
            let row = plain(&texts(record.cells(), &places));
            if row.get(at).is_some_and(|number| number == own.number) && !given.contains(&telling(&row)) {
                lines.insert(record.line);
                taken_out.push(row);
            }
        }
    }
    let fresh: Vec<Vec<String>> = rows.iter().filter(|row| known.insert(telling(row))).cloned().collect();
    let (added, already) = (fresh.len(), rows.len() - fresh.len());
    let style = if is_book { CsvStyle::PLAIN } else { CsvStyle::like(&bytes) };
    let trace = match (&own, taken_out.is_empty()) {
        (Some(own), false) => {
            let names = columns.iter().zip(&has).filter(|(_, has)| **has).map(|(name, _)| *name);
            Some(trace(folder, name, names, &taken_out, own.reason)?)
        }
        _ => None,
    };
    let new = match (added > 0 || !lines.is_empty(), is_book) {
        (false, _) => None,
        (true, true) => {
            let numbers = columns.iter().zip(&has).filter(|(_, has)| **has).map(|(name, _)| is_number(schema, name));
            let (numbers, change): (Vec<bool>, _) = (numbers.collect(), LedgerChange { gone: &lines, fresh: &fresh });
            let new = changed(&real, &bytes, &file, change, (&places, &numbers));
            Some(new.map_err(|why| format!("{shown}：{why}。请用 huizong tables 写成新的工作簿，再运行"))?)
        }
        (true, false) => {
            let kept = without_records(&bytes, &lines);
            let more = if fresh.is_empty() { Vec::new() } else { style.lines(&fresh, &places, sheet.width(), &kept) };
            Some([kept, more].concat())
        }
    };
    let appended = Appended { added, already, held, taken_out, lacking };
    Ok(Addition { appended, lock, name: name.to_owned(), shown, new, trace })
}

/// A csv without some of its records, told by their 1-based numbers, every other byte as it was.
fn without_records(bytes: &[u8], gone: &BTreeSet<u32>) -> Vec<u8> {
    let (mut kept, mut start, mut number, mut quoted) = (Vec::with_capacity(bytes.len()), 0, 1u32, false);
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => {
                if !gone.contains(&number) {
                    kept.extend_from_slice(&bytes[start..=at]);
                }
                (start, number) = (at + 1, number + 1);
            }
            _ => {}
        }
    }
    if !gone.contains(&number) {
        kept.extend_from_slice(&bytes[start..]);
    }
    kept
}

impl Addition {
    /// Puts the new rows into the table, whole or not at all: the old one is there until the new one is.
    ///
    /// # Errors
    /// It cannot be written; nothing was changed.
    pub fn write(self) -> Result<(), String> {
        let Some(bytes) = &self.new else { return Ok(()) };
        let stage = Stage::under(self.lock)?;
        let written = stage.put(&self.name, bytes).and_then(|()| match &self.trace {
            None => stage.replace(&self.name).map(drop),
            Some((trace, bytes)) => {
                stage.put(trace, bytes)?;
                stage.commit(&[trace.clone(), self.name.clone()]).map(drop)
            }
        });
        written.map_err(|why| format!("没有记入 {}：{why}", self.shown))
    }
}

fn is_number(schema: &ReferenceSchema, name: &str) -> bool {
    let column = schema.columns.iter().find(|column| column.name == name);
    column.is_some_and(|column| matches!(column.ty, Type::Integer | Type::Number))
}

/// What is done to a table.
#[derive(Clone, Copy)]
struct LedgerChange<'a> {
    /// 1-based numbers of the rows that go.
    gone: &'a BTreeSet<u32>,
    fresh: &'a [Vec<String>],
}

/// The workbook with its rows changed, read back before anybody relies on it.
fn changed(
    path: &Path,
    bytes: &[u8],
    file: &TableFile,
    change: LedgerChange<'_>,
    (places, numbers): (&[usize], &[bool]),
) -> Result<Vec<u8>, String> {
    let last = file.rows.last().map_or(1, |(line, _)| *line);
    let lines: Vec<Vec<NewCell<'_>>> = change.fresh.iter().map(|row| new_cells(row, places, numbers)).collect();
    let new = with_rows(bytes, last, change.gone, &lines)?;
    let read = table_file::of_bytes(path, &new, Allowance::default()).map_err(|problem| problem.message)?;
    let stays = |(line, _): &&(u32, Vec<Datum>)| !change.gone.contains(line);
    let old: Vec<&Vec<Datum>> = file.rows.iter().filter(stays).map(|(_, cells)| cells).collect();
    let (kept, added) = read.rows.split_at_checked(old.len()).unwrap_or((&[], &[]));
    let as_before = kept.iter().map(|(_, cells)| cells).eq(old);
    let as_given = added.iter().map(|(_, cells)| texts(cells, places)).eq(change.fresh.iter().cloned());
    if as_before && as_given { Ok(new) } else { Err("改过的表读回来不一样".to_owned()) }
}

/// The cells of a new row, from left to right.
fn new_cells<'r>(row: &'r [String], places: &[usize], numbers: &[bool]) -> Vec<NewCell<'r>> {
    let is_plain = |text: &str| text.len() <= 15 && !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let cells = places.iter().zip(numbers).zip(row);
    let cell = |((col, number), text): ((&usize, &bool), &'r String)| NewCell {
        col: *col,
        text,
        number: *number && is_plain(text),
    };
    let mut cells: Vec<NewCell<'r>> = cells.map(cell).collect();
    cells.sort_by_key(|cell| cell.col);
    cells
}

fn texts(cells: &[Datum], places: &[usize]) -> Vec<String> {
    let text = |at: &usize| match cells.get(*at) {
        Some(Datum::Text(text)) => text.clone(),
        Some(Datum::Number(number)) => number.to_string(),
        _ => String::new(),
    };
    places.iter().map(text).collect()
}

/// How a csv is written.
struct CsvStyle {
    utf8: bool,
    separator: char,
    line_end: &'static str,
}

impl CsvStyle {
    /// What Excel opens by itself.
    const PLAIN: CsvStyle = CsvStyle { utf8: true, separator: ',', line_end: "\r\n" };

    fn like(bytes: &[u8]) -> CsvStyle {
        let utf8 = std::str::from_utf8(bytes.strip_prefix(BOM).unwrap_or(bytes)).is_ok();
        let first = bytes.split(|b| *b == b'\n').find(|line| !line.trim_ascii().is_empty()).unwrap_or_default();
        let tabs = first.contains(&b'\t') && !first.contains(&b',');
        let crlf = bytes.windows(2).any(|pair| pair == b"\r\n");
        CsvStyle { utf8, separator: if tabs { '\t' } else { ',' }, line_end: if crlf { "\r\n" } else { "\n" } }
    }

    fn lines(&self, rows: &[Vec<String>], places: &[usize], width: usize, before: &[u8]) -> Vec<u8> {
        let mut text = String::new();
        if !before.ends_with(b"\n") {
            text += self.line_end;
        }
        for row in rows {
            let mut cells = vec![Cow::Borrowed(""); width];
            for (at, value) in places.iter().zip(row) {
                if let Some(cell) = cells.get_mut(*at) {
                    // What a spreadsheet would compute is a name here, and no formula.
                    *cell = inert(value);
                }
            }
            let quoted = |cell: &Cow<'_, str>| {
                let plain = !cell.contains([self.separator, '"', '\n', '\r']) && cell.trim() == *cell;
                if plain { cell.to_string() } else { format!("\"{}\"", cell.replace('"', "\"\"")) }
            };
            let cells: Vec<String> = cells.iter().map(quoted).collect();
            text += &cells.join(&self.separator.to_string());
            text += self.line_end;
        }
        if self.utf8 { text.into_bytes() } else { encoding_rs::GB18030.encode(&text).0.into_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::definition::ReferenceColumn;

    fn schema() -> ReferenceSchema {
        let column = |name: &str, also: &[&str]| ReferenceColumn {
            name: name.into(),
            also: also.iter().map(|also| (*also).to_owned()).collect(),
            ty: Type::Text,
            codes: None,
            id_number: false,
            required: true,
        };
        let columns = vec![column("年度", &[]), column("名称", &["集体名称"]), column("文号", &[])];
        ReferenceSchema { name: "台账".into(), columns, optional: false }
    }

    fn row(cells: [&str; 3]) -> Vec<String> {
        cells.iter().map(|cell| (*cell).to_owned()).collect()
    }

    #[test]
    fn rows_are_added_once_in_the_files_own_way() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("台账.csv");
        let (gbk, _, _) = encoding_rs::GB18030.encode("文号,备注,集体名称,年度\r\n一号,,甲班,2025");
        std::fs::write(&path, &gbk).unwrap();
        let columns = ["年度", "名称", "文号"];
        let rows = [row(["2025", "甲班", "一号"]), row(["2026", "乙,班", "二\"号"]), row(["2026", "乙,班", "二\"号"])];
        let add = || {
            let addition = prepare(&path, &schema(), &columns, &rows, None).unwrap();
            let counts = (addition.appended.added, addition.appended.already);
            addition.write().unwrap();
            counts
        };
        assert_eq!(add(), (1, 2));
        let written = std::fs::read(&path).unwrap();
        let (text, _, wrong) = encoding_rs::GB18030.decode(&written);
        assert!(!wrong);
        assert_eq!(text, "文号,备注,集体名称,年度\r\n一号,,甲班,2025\r\n\"二\"\"号\",,\"乙,班\",2026\r\n");
        assert_eq!(add(), (0, 3));
        assert_eq!(std::fs::read(&path).unwrap(), written, "not a byte changed");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2, "the lock, and no litter");
    }

    #[test]
    fn what_cannot_be_added_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("台账.csv");
        std::fs::write(&path, "年度,名称\n2025,甲\n").unwrap();
        let rows = [row(["2026", "乙", "二号"])];
        let missing = prepare(&path, &schema(), &["年度", "名称", "文号"], &rows, None).unwrap_err();
        assert!(missing.contains("文号"), "{missing}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "年度,名称\n2025,甲\n");
        let book = folder.path().join("台账.ods");
        std::fs::write(&book, b"PK\x03\x04").unwrap();
        assert!(prepare(&book, &schema(), &["年度"], &rows, None).unwrap_err().contains("另存为 xlsx"));
    }

    #[test]
    fn what_a_spreadsheet_would_compute_is_entered_as_a_name_and_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("台账.csv");
        std::fs::write(&path, "年度,名称\n2025,甲\n").unwrap();
        let odd = ["=1+1", "-1+1", "＝1+1", "＠SUM(A1)", "+cmd|' /C calc'!A0", "\t=1+1", "-5"];
        let rows: Vec<Vec<String>> = odd.iter().map(|name| vec!["2026".to_owned(), (*name).to_owned()]).collect();
        let add = || {
            let addition = prepare(&path, &schema(), &["年度", "名称"], &rows, None).unwrap();
            let counts = (addition.appended.added, addition.appended.already);
            addition.write().unwrap();
            counts
        };
        assert_eq!(add(), (odd.len(), 0));
        let text = std::fs::read_to_string(&path).unwrap();
        for line in text.lines().skip(2) {
            let cell = line.split_once(',').unwrap().1.trim_matches('"');
            assert!(cell.starts_with('\'') || cell == "-5", "{line}");
        }
        assert_eq!(add(), (0, odd.len()), "{text}");
    }

    #[test]
    fn a_workbook_takes_the_rows_below_its_last_and_keeps_the_rest() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("台账.xlsx");
        let mut book = rust_xlsxwriter::Workbook::new();
        let sheet = book.add_worksheet();
        for (col, header) in (0..).zip(["文号", "集体名称", "备注", "年度"]) {
            sheet.write_string(0, col, header).unwrap();
        }
        sheet.write_string(1, 0, "一号").unwrap().write_string(1, 1, "甲班").unwrap().write_number(1, 3, 2025).unwrap();
        sheet.insert_note(0, 0, &rust_xlsxwriter::Note::new("说明")).unwrap();
        book.save(&path).unwrap();
        let columns = ["年度", "名称", "文号"];
        let rows = [row(["2025", "甲班", "一号"]), row(["2026", "=1+1&<乙>", "二\"号"]), row(["2026", "丙", "340000"])];
        let add = || {
            let addition = prepare(&path, &schema(), &columns, &rows, None).unwrap();
            let counts = (addition.appended.added, addition.appended.already);
            addition.write().unwrap();
            counts
        };
        assert_eq!(add(), (2, 1));
        let written = std::fs::read(&path).unwrap();
        let read = table_file::read(&path, Allowance::default()).unwrap();
        let lines: Vec<Vec<String>> = read.rows.iter().map(|(_, cells)| texts(cells, &[0, 1, 2, 3])).collect();
        assert_eq!(lines[2], ["二\"号", "=1+1&<乙>", "", "2026"]);
        assert_eq!((read.rows[3].0, &lines[3][0]), (4, &"340000".to_owned()));
        let mut zip = zip::ZipArchive::new(std::io::Cursor::new(&written)).unwrap();
        assert!(zip.by_name("xl/comments1.xml").is_ok(), "the note on the header is still there");
        assert_eq!(add(), (0, 3));
        assert_eq!(std::fs::read(&path).unwrap(), written, "not a byte changed");
    }

    /// A table that is a link is added to where it lies; the link stays one.
    #[test]
    #[cfg(unix)]
    fn a_link_is_written_through_to_its_table() {
        let (folder, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (link, real) = (folder.path().join("台账.csv"), elsewhere.path().join("总台账.csv"));
        std::fs::write(&real, "年度,名称,文号\n2025,甲,一号\n").unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        let rows = [row(["2026", "乙", "二号"])];
        prepare(&link, &schema(), &["年度", "名称", "文号"], &rows, None).unwrap().write().unwrap();
        assert!(std::fs::symlink_metadata(&link).unwrap().file_type().is_symlink());
        assert_eq!(std::fs::read_to_string(&real).unwrap(), "年度,名称,文号\n2025,甲,一号\n2026,乙,二号\n");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing lies beside the link");
    }

    /// Two who add at once: the second one reads under the lock what the first one wrote.
    #[test]
    fn nobody_reads_a_table_that_another_is_adding_to() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("台账.csv");
        std::fs::write(&path, "年度,名称,文号\n").unwrap();
        let columns = ["年度", "名称", "文号"];
        let first = prepare(&path, &schema(), &columns, &[row(["2026", "甲", "一号"])], None).unwrap();
        let other = std::thread::spawn({
            let path = path.clone();
            move || prepare(&path, &schema(), &columns, &[row(["2026", "乙", "二号"])], None).and_then(Addition::write)
        });
        std::thread::sleep(std::time::Duration::from_millis(100));
        assert!(!other.is_finished(), "it waits");
        first.write().unwrap();
        other.join().unwrap().unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "年度,名称,文号\n2026,甲,一号\n2026,乙,二号\n");
    }
}
