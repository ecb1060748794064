//! Rows added to a reference table that is a csv: in its own encoding, separator and line ends, none of them twice.

use crate::definition::ReferenceSchema;
use crate::definition::reference::columns::{HeadedTable, Want};
use crate::definition::reference::table_file::{self, Datum};
use crate::formats::allowance::Allowance;
use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;

const BOM: &[u8] = b"\xef\xbb\xbf";

/// What became of the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Appended {
    pub added: usize,
    /// Rows that were there already, word for word in the columns given.
    pub already: usize,
}

/// Adds rows to the table at `path`, whole or not at all. `columns` are names of the schema; each row has one text a
/// column.
///
/// # Errors
/// It is no csv, its header lacks a column, a text cannot stand in it, or it cannot be written. In Chinese; nothing was
/// changed.
pub fn append(
    path: &Path,
    schema: &ReferenceSchema,
    columns: &[&str],
    rows: &[Vec<String>],
) -> Result<Appended, String> {
    let shown = path.display();
    let bytes = std::fs::read(path).map_err(|error| format!("打不开 {shown}：{error}"))?;
    if bytes.starts_with(b"PK\x03\x04") || path.extension().is_none_or(|end| !end.eq_ignore_ascii_case("csv")) {
        return Err(format!("{shown} 不是 csv，程序不改写工作簿。请用 Excel 或 WPS 另存为 csv，再运行"));
    }
    let file =
        table_file::read(path, Allowance::default()).map_err(|problem| format!("{shown}：{}", problem.message))?;
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
    let mut known: BTreeSet<Vec<String>> = sheet.records().map(|record| texts(record.cells(), &places)).collect();
    let fresh: Vec<&Vec<String>> = rows.iter().filter(|row| known.insert((*row).clone())).collect();
    if let Some(text) = fresh.iter().flat_map(|row| row.iter()).find(|text| text.starts_with(['=', '+', '@', '\t'])) {
        return Err(format!("“{text}”在 Excel 里会被当成公式，不能写进 {shown}。请核对这条数据，必要时手工登记"));
    }
    let (added, already) = (fresh.len(), rows.len() - fresh.len());
    if added > 0 {
        let file = CsvStyle::like(&bytes);
        let width = sheet.width();
        let mut new = bytes;
        new.extend(file.lines(fresh, &places, width, &new));
        replace(path, &new)
            .map_err(|error| format!("无法改写 {shown}：{error}。请先关闭打开它的程序；台账没有改动"))?;
    }
    Ok(Appended { added, already })
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

    fn lines(&self, rows: Vec<&Vec<String>>, places: &[usize], width: usize, before: &[u8]) -> Vec<u8> {
        let mut text = String::new();
        if !before.ends_with(b"\n") {
            text += self.line_end;
        }
        for row in rows {
            let mut cells = vec![""; width];
            for (at, value) in places.iter().zip(row) {
                if let Some(cell) = cells.get_mut(*at) {
                    *cell = value;
                }
            }
            let quoted = |cell: &&str| {
                let plain = !cell.contains([self.separator, '"', '\n', '\r']) && cell.trim() == *cell;
                if plain { (*cell).to_owned() } else { format!("\"{}\"", cell.replace('"', "\"\"")) }
            };
            let cells: Vec<String> = cells.iter().map(quoted).collect();
            text += &cells.join(&self.separator.to_string());
            text += self.line_end;
        }
        if self.utf8 { text.into_bytes() } else { encoding_rs::GB18030.encode(&text).0.into_owned() }
    }
}

/// A temporary file beside it, on the disk before it takes the table's place.
fn replace(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    if let Ok(old) = std::fs::metadata(path) {
        file.as_file().set_permissions(old.permissions())?;
    }
    file.persist(path).map(|_| ()).map_err(|error| error.error)
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
        let add = || append(&path, &schema(), &columns, &rows).unwrap();
        assert_eq!(add(), Appended { added: 1, already: 2 });
        let written = std::fs::read(&path).unwrap();
        let (text, _, wrong) = encoding_rs::GB18030.decode(&written);
        assert!(!wrong);
        assert_eq!(text, "文号,备注,集体名称,年度\r\n一号,,甲班,2025\r\n\"二\"\"号\",,\"乙,班\",2026\r\n");
        assert_eq!(add(), Appended { added: 0, already: 3 });
        assert_eq!(std::fs::read(&path).unwrap(), written, "not a byte changed");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "no litter");
    }

    #[test]
    fn what_cannot_be_added_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("台账.csv");
        std::fs::write(&path, "年度,名称\n2025,甲\n").unwrap();
        let rows = [row(["2026", "乙", "二号"])];
        let missing = append(&path, &schema(), &["年度", "名称", "文号"], &rows).unwrap_err();
        assert!(missing.contains("文号"), "{missing}");
        let formula = [row(["2026", "=1+1", "二号"])];
        let refused = append(&path, &schema(), &["年度", "名称"], &formula.map(|row| row[..2].to_vec())).unwrap_err();
        assert!(refused.contains("公式"), "{refused}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "年度,名称\n2025,甲\n");
        let book = folder.path().join("台账.xlsx");
        std::fs::write(&book, b"PK\x03\x04").unwrap();
        assert!(append(&book, &schema(), &["年度"], &rows).unwrap_err().contains("另存为 csv"));
    }
}
