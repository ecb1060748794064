//! Reference tables as workbooks that a spreadsheet cannot spoil.

use super::support::{root, say, shipped_reference, table_text};
use std::io::Read;

/// A part of a workbook as text; empty where it has none.
fn part(bytes: &[u8], name: &str) -> String {
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("a workbook");
    let mut text = String::new();
    if let Ok(mut part) = zip.by_name(name) {
        part.read_to_string(&mut text).expect("XML");
    }
    text
}

#[test]
fn the_shipped_tables_are_what_the_program_writes_of_them() {
    let out = tempfile::tempdir().expect("a temporary folder");
    let said = say(&["tables", "--out", out.path().to_str().expect("UTF-8 path")]);
    assert_eq!(said.code, 0, "{}", said.err);
    let mut seen = 0;
    for entry in std::fs::read_dir(root().join("pipelines/reference")).expect("reference tables").flatten() {
        let path = entry.path();
        assert!(path.extension().is_none_or(|extension| extension != "csv"), "{}", path.display());
        if path.extension().is_some_and(|extension| extension == "xlsx") {
            let (shipped, written) = (
                std::fs::read(&path).expect("shipped"),
                std::fs::read(out.path().join(entry.file_name())).expect("written"),
            );
            assert!(shipped == written, "write it anew: huizong tables --out …: {}", path.display());
            seen += 1;
        }
    }
    assert_eq!(seen, 8);
}

#[test]
fn a_csv_becomes_a_workbook_with_the_same_rows_that_keeps_what_is_typed() {
    let (folder, out) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    shipped_reference(folder.path());
    let word = |folder: &tempfile::TempDir| folder.path().to_str().expect("UTF-8 path").to_owned();
    let said = say(&["tables", "--reference", &word(&folder), "--out", &word(&out)]);
    assert_eq!(said.code, 0, "{}", said.err);
    for name in ["单位名册", "荣誉台账", "截止日期", "节假日"] {
        let (csv, book) = (folder.path().join(format!("{name}.csv")), out.path().join(format!("{name}.xlsx")));
        assert_eq!(table_text(&csv), table_text(&book), "{name}");
        let bytes = std::fs::read(book).expect("a workbook");
        let columns = table_text(&csv).lines().next().expect("a header").split(',').count();
        assert_eq!(
            part(&bytes, "xl/comments1.xml").matches("<comment ").count(),
            columns,
            "{name}: a note on each header"
        );
        let sheet = part(&bytes, "xl/worksheets/sheet1.xml");
        assert!(
            sheet.contains("<dataValidation ") && sheet.contains("<autoFilter "),
            "{name}: drop-downs and a filter"
        );
    }
    // A second file of a table that is there already would leave the choice to chance.
    let said = say(&["tables", "--reference", &word(&out), "--out", &word(&folder)]);
    assert_eq!(said.code, 3, "{}", said.out);
    assert!(said.err.contains("已经在那里"), "{}", said.err);
    std::fs::copy(out.path().join("节假日.xlsx"), folder.path().join("节假日.xlsx")).expect("copied");
    let said = say(&["lint", "honours", "--reference", &word(&folder)]);
    assert!(said.code == 2 && said.err.contains("two-files"), "{}{}", said.out, said.err);
}
