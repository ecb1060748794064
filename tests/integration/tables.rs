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

/// Every column of every shipped table × what a spreadsheet does to a cell: refused, by table, row and column, with what
/// to do about it.
#[test]
fn no_cell_of_any_table_is_spoiled_without_a_word() {
    use huizong::definition::reference::{ReferenceFolders, load};
    let (folder, pipelines) = (tempfile::tempdir().expect("a folder"), root().join("pipelines"));
    shipped_reference(folder.path());
    let plans = ["honours", "innovation"].map(|name| {
        let plan = huizong::definition::read(&pipelines.join(name).join("pipeline.toml")).expect("a definition");
        let period = plan.schedule.parse(&plan.sample_period).expect("a period");
        (plan, period, ReferenceFolders::of(vec![folder.path().to_path_buf()]))
    });
    let mut tables: Vec<std::path::PathBuf> = std::fs::read_dir(folder.path())
        .expect("tables")
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "csv"))
        .collect();
    tables.sort();
    let mut cases = 0;
    for path in &tables {
        let sound = std::fs::read(path).expect("a table");
        let text = String::from_utf8(sound.clone()).expect("UTF-8");
        let heads: Vec<&str> = text.lines().next().expect("a header").split(',').collect();
        let table = path.file_stem().expect("a name").to_string_lossy();
        // A remark is read by nobody.
        for (column, head) in heads.iter().enumerate().filter(|(_, head)| **head != "备注") {
            for (typed, gbk) in [("3.4E+17", false), ("Mar-26", false), ("4-Mar", false), ("李?", true)] {
                let mut lines: Vec<Vec<String>> =
                    text.lines().map(|line| line.split(',').map(str::to_owned).collect()).collect();
                if lines.len() < 2 {
                    lines.push(vec![String::new(); heads.len()]);
                }
                lines[1].resize(heads.len(), String::new());
                lines[1][column] = typed.to_owned();
                let spoiled = lines.iter().map(|cells| cells.join(",")).collect::<Vec<_>>().join("\n");
                let bytes = if gbk { encoding_rs::GBK.encode(&spoiled).0.into_owned() } else { spoiled.into_bytes() };
                std::fs::write(path, bytes).expect("spoiled");
                let said: Vec<String> = plans
                    .iter()
                    .filter_map(|(plan, period, folders)| {
                        load(plan, folders, period, huizong::formats::allowance::Allowance::default()).err()
                    })
                    .flatten()
                    .filter(|problem| problem.help.is_some() && problem.path.to_string_lossy().contains(&*table))
                    .map(|problem| problem.message)
                    .collect();
                let named = said.iter().any(|said| said.contains("第 2 行") && said.contains(head));
                assert!(named, "{table} {head} {typed}: {said:#?}");
                cases += 1;
            }
        }
        std::fs::write(path, sound).expect("sound again");
    }
    assert!(cases > 150, "{cases}");
}

#[test]
fn a_number_or_a_date_in_a_column_of_texts_is_named_with_its_row() {
    let folder = tempfile::tempdir().expect("a folder");
    shipped_reference(folder.path());
    std::fs::remove_file(folder.path().join("荣誉台账.csv")).expect("removed");
    let date = rust_xlsxwriter::Format::new().set_num_format("mmm-yy");
    let heads = ["年度", "荣誉名称", "级别", "对象类型", "名称", "所在单位", "身份证号", "文号"];
    type Write<'a> = &'a dyn Fn(&mut rust_xlsxwriter::Worksheet);
    let number = |sheet: &mut rust_xlsxwriter::Worksheet| {
        sheet.write_number(1, 6, 340_101_199_001_011_000.0).expect("a cell");
    };
    let day = |sheet: &mut rust_xlsxwriter::Worksheet| {
        sheet.write_number_with_format(1, 7, 46_082.0, &date).expect("a cell");
    };
    let cases: [(Write, &str, &str); 2] = [(&number, "身份证号", "unreadable-cell"), (&day, "文号", "spoiled-date")];
    for (write, head, code) in cases {
        let mut book = rust_xlsxwriter::Workbook::new();
        let sheet = book.add_worksheet();
        for (at, head) in (0..).zip(heads) {
            sheet.write_string(0, at, head).expect("a cell");
        }
        for (at, text) in [(1, "省劳动模范"), (2, "省级"), (3, "个人"), (4, "张三"), (5, "某厂")] {
            sheet.write_string(1, at, text).expect("a cell");
        }
        sheet.write_number(1, 0, 2021.0).expect("a cell");
        write(sheet);
        book.save(folder.path().join("荣誉台账.xlsx")).expect("saved");
        let said = say(&["lint", "honours", "--reference", folder.path().to_str().expect("UTF-8 path")]);
        let printed = said.err + &said.out;
        assert_eq!(said.code, 2, "{printed}");
        assert!(printed.contains(code) && printed.contains(&format!("第 2 行“{head}”")), "{printed}");
        assert!(printed.contains("文本格式"), "{printed}");
    }
}
