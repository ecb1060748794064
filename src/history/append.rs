//! Rows added to a reference table that is a csv: in its own encoding, separator and line ends, none of them twice.

use crate::atomic::{Lock, Stage, trouble};
use crate::definition::ReferenceSchema;
use crate::definition::reference::columns::{HeadedTable, Want};
use crate::definition::reference::table_file::{self, Datum};
use crate::formats::allowance::Allowance;
use crate::formats::file::whole_file;
use crate::text::quote::{inert, of_inert};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::Path;

const BOM: &[u8] = b"\xef\xbb\xbf";
/// The largest table that is read: far more rows than a province has given titles.
const MOST: u64 = 1 << 30;

/// What became of the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Appended {
    pub added: usize,
    /// Rows that were there already, word for word in the columns given.
    pub already: usize,
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
}

/// Works out which rows are to be added to the table at `path`, and holds it against everybody else who adds to it, from
/// whatever history. `columns` are names of the schema; each row has one text a column. A link is followed to the table
/// itself.
///
/// # Errors
/// It is no csv, its header lacks a column, or it cannot be read or locked. In Chinese; nothing was changed.
pub fn prepare(
    path: &Path,
    schema: &ReferenceSchema,
    columns: &[&str],
    rows: &[Vec<String>],
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
    if bytes.starts_with(b"PK\x03\x04") || path.extension().is_none_or(|end| !end.eq_ignore_ascii_case("csv")) {
        return Err(format!("{shown} 不是 csv，程序不改写工作簿。请用 Excel 或 WPS 另存为 csv，再运行"));
    }
    let file =
        table_file::read(&real, Allowance::default()).map_err(|problem| format!("{shown}：{}", problem.message))?;
    let want = |name: &str| {
        let column = schema.columns.iter().find(|column| column.name == name);
        let also = column.map_or_else(Vec::new, |column| column.also.clone());
        (name.to_owned(), also)
    };
    let wanted: Vec<(String, Vec<String>)> = columns.iter().map(|name| want(name)).collect();
    let wants = wanted
        .iter()
        .map(|(name, also)| Want { name, also: also.iter().map(String::as_str).collect(), required: true })
        .collect();
    let sheet = HeadedTable::find(&file, wants).map_err(|problems| {
        problems.first().map_or_else(String::new, |problem| format!("{shown}：{}", problem.message))
    })?;
    let places = sheet.places();
    // Whether a cell was made inert or not, by us or by hand: the row is the same.
    let plain = |row: &[String]| -> Vec<String> { row.iter().map(|text| of_inert(text).to_owned()).collect() };
    let mut known: BTreeSet<Vec<String>> =
        sheet.records().map(|record| plain(&texts(record.cells(), &places))).collect();
    let fresh: Vec<Vec<String>> = rows.iter().filter(|row| known.insert(plain(row))).cloned().collect();
    let (added, already) = (fresh.len(), rows.len() - fresh.len());
    let new = (added > 0).then(|| {
        let style = CsvStyle::like(&bytes);
        let lines = style.lines(&fresh, &places, sheet.width(), &bytes);
        [bytes, lines].concat()
    });
    Ok(Addition { appended: Appended { added, already }, lock, name: name.to_owned(), shown, new })
}

impl Addition {
    /// Puts the new rows into the table, whole or not at all: the old one is there until the new one is.
    ///
    /// # Errors
    /// It cannot be written; nothing was changed.
    pub fn write(self) -> Result<(), String> {
        let Some(bytes) = &self.new else { return Ok(()) };
        let stage = Stage::under(self.lock)?;
        let written = stage.put(&self.name, bytes).and_then(|()| stage.replace(&self.name).map(drop));
        written.map_err(|why| format!("没有记入 {}：{why}", self.shown))
    }
}

fn texts(cells: &[Datum], places: &[usize]) -> Vec<String> {
    let text = |at: &usize| match cells.get(*at) {
        Some(Datum::Text(text)) => text.clone(),
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
    use crate::language::Type;

    fn schema() -> ReferenceSchema {
        let column = |name: &str, also: &[&str]| ReferenceColumn {
            name: name.into(),
            also: also.iter().map(|also| (*also).to_owned()).collect(),
            ty: Type::Text,
            codes: None,
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
            let addition = prepare(&path, &schema(), &columns, &rows).unwrap();
            let appended = addition.appended;
            addition.write().unwrap();
            appended
        };
        assert_eq!(add(), Appended { added: 1, already: 2 });
        let written = std::fs::read(&path).unwrap();
        let (text, _, wrong) = encoding_rs::GB18030.decode(&written);
        assert!(!wrong);
        assert_eq!(text, "文号,备注,集体名称,年度\r\n一号,,甲班,2025\r\n\"二\"\"号\",,\"乙,班\",2026\r\n");
        assert_eq!(add(), Appended { added: 0, already: 3 });
        assert_eq!(std::fs::read(&path).unwrap(), written, "not a byte changed");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2, "the lock, and no litter");
    }

    #[test]
    fn what_cannot_be_added_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("台账.csv");
        std::fs::write(&path, "年度,名称\n2025,甲\n").unwrap();
        let rows = [row(["2026", "乙", "二号"])];
        let missing = prepare(&path, &schema(), &["年度", "名称", "文号"], &rows).unwrap_err();
        assert!(missing.contains("文号"), "{missing}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "年度,名称\n2025,甲\n");
        let book = folder.path().join("台账.xlsx");
        std::fs::write(&book, b"PK\x03\x04").unwrap();
        assert!(prepare(&book, &schema(), &["年度"], &rows).unwrap_err().contains("另存为 csv"));
    }

    #[test]
    fn what_a_spreadsheet_would_compute_is_entered_as_a_name_and_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("台账.csv");
        std::fs::write(&path, "年度,名称\n2025,甲\n").unwrap();
        let odd = ["=1+1", "-1+1", "＝1+1", "＠SUM(A1)", "+cmd|' /C calc'!A0", "\t=1+1", "-5"];
        let rows: Vec<Vec<String>> = odd.iter().map(|name| vec!["2026".to_owned(), (*name).to_owned()]).collect();
        let add = || {
            let addition = prepare(&path, &schema(), &["年度", "名称"], &rows).unwrap();
            let appended = addition.appended;
            addition.write().unwrap();
            appended
        };
        assert_eq!(add(), Appended { added: odd.len(), already: 0 });
        let text = std::fs::read_to_string(&path).unwrap();
        for line in text.lines().skip(2) {
            let cell = line.split_once(',').unwrap().1.trim_matches('"');
            assert!(cell.starts_with('\'') || cell == "-5", "{line}");
        }
        assert_eq!(add(), Appended { added: 0, already: odd.len() }, "{text}");
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
        prepare(&link, &schema(), &["年度", "名称", "文号"], &rows).unwrap().write().unwrap();
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
        let first = prepare(&path, &schema(), &columns, &[row(["2026", "甲", "一号"])]).unwrap();
        let other = std::thread::spawn({
            let path = path.clone();
            move || prepare(&path, &schema(), &columns, &[row(["2026", "乙", "二号"])]).and_then(Addition::write)
        });
        std::thread::sleep(std::time::Duration::from_millis(100));
        assert!(!other.is_finished(), "it waits");
        first.write().unwrap();
        other.join().unwrap().unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "年度,名称,文号\n2026,甲,一号\n2026,乙,二号\n");
    }
}
