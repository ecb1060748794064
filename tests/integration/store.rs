//! The store as others read it: the schema of its Parquet files by the `parquet` crate alone, what is in them of a run
//! with something of everything, and a store that an earlier version of the program wrote.

use super::shop::{DEFINITION, HEFEI, Shop, WUHU, integers, month};
use super::support::{root, say};
use parquet::basic::{LogicalType, Type as Physical};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;

const PERIOD: [&str; 3] = ["period text", "period_first date", "period_last date"];
const ROWS: [&str; 11] = [
    "单位#code text",
    "单位 text",
    "项目 text",
    "人数 integer",
    "金额 number",
    "日期 date",
    "return text",
    "sheet text",
    "row integer",
    "#unit text",
    "record text",
];

/// `name type` of every column of a file, as its own schema says.
fn schema(path: &Path) -> Vec<String> {
    let reader = SerializedFileReader::new(File::open(path).expect("a file")).expect("Parquet");
    let schema = reader.metadata().file_metadata().schema_descr();
    let word = |physical: Physical, logical: Option<&LogicalType>| match (physical, logical) {
        (Physical::BYTE_ARRAY, Some(LogicalType::String)) => "text",
        (Physical::INT64, None) => "integer",
        (Physical::DOUBLE, None) => "number",
        (Physical::BOOLEAN, None) => "boolean",
        (Physical::INT32, Some(LogicalType::Date)) => "date",
        other => panic!("a type that README does not name: {other:?}"),
    };
    let columns = schema.columns().iter();
    columns
        .map(|column| format!("{} {}", column.name(), word(column.physical_type(), column.logical_type_ref())))
        .collect()
}

/// Every record of a file: name → value, as text.
fn records(path: &Path) -> Vec<BTreeMap<String, String>> {
    let reader = SerializedFileReader::new(File::open(path).expect("a file")).expect("Parquet");
    let rows = reader.get_row_iter(None).expect("rows");
    let text = |field: &Field| match field {
        Field::Null => String::new(),
        Field::Str(text) => text.clone(),
        other => other.to_string(),
    };
    let record = |row: parquet::record::Row| {
        row.get_column_iter().map(|(name, field)| (name.clone(), text(field))).collect::<BTreeMap<_, _>>()
    };
    rows.map(|row| record(row.expect("a row"))).collect()
}

fn words(columns: &[&[&str]]) -> Vec<String> {
    columns.concat().into_iter().map(str::to_owned).collect()
}

#[test]
fn every_file_has_the_schema_that_readme_names_and_the_period_in_every_row() {
    let shop = Shop::new(DEFINITION);
    assert_eq!(shop.run("2026-03", &[(HEFEI, "甲", 3), (WUHU, "丙", 5)], &[]).code, 0);
    let folder = shop.path("history/tally/2026-03");
    let of = |file: &str| schema(&folder.join(file));
    assert_eq!(of("tally.parquet"), words(&[&PERIOD, &ROWS, &["held text", "doubted text"]]));
    let reasons = ["reason text", "reason_zh text", "codes text"];
    assert_eq!(of("tally.not-counted.parquet"), words(&[&PERIOD, &ROWS, &reasons]));
    let readme = std::fs::read_to_string(root().join("README.md")).expect("README.md");
    let mut files = 0;
    for entry in std::fs::read_dir(&folder).expect("the period").flatten() {
        let name = entry.file_name().into_string().expect("UTF-8");
        if !name.ends_with(".parquet") {
            continue;
        }
        files += 1;
        let columns = schema(&entry.path());
        assert!(columns.starts_with(&words(&[&PERIOD])), "{name}: {columns:?}");
        if let Some(table) = name.strip_prefix("run.") {
            let plain: Vec<&str> = columns.iter().skip(3).map(|word| word.as_str()).collect();
            let line = format!("| `run.{table}` | {} |", plain.join(", "));
            assert!(readme.contains(&line), "README.md lacks\n{line}");
        }
        for record in records(&entry.path()) {
            assert_eq!(record["period"], "2026-03", "{name}");
            assert_eq!((&*record["period_first"], &*record["period_last"]), ("2026-03-01", "2026-03-31"));
        }
    }
    assert_eq!(files, 8, "a form's two files and six of the run");
    // The data edition's file is the very same.
    let data = std::fs::read(shop.path("out/明细/data/tally.parquet")).expect("the data edition's file");
    assert_eq!(data, std::fs::read(folder.join("tally.parquet")).expect("stored"));
}

#[test]
fn what_did_not_count_is_kept_apart_with_its_reason() {
    let shop = Shop::new(DEFINITION);
    let keyed = DEFINITION.replace("unit  = \"单位\"", "unit  = \"单位\"\nkey   = [\"单位\", \"项目\"]");
    shop.define(&keyed);
    let returns = shop.path("returns");
    std::fs::create_dir_all(&returns).expect("a folder");
    let write = |name: &str, unit: &str, day: &str, rows: &str| {
        let text = format!(
            "月度登记表,,,,\n填报单位：{unit}    所属期：2026年3月    填报日期：{day},,,,\n单位,项目,人数,金额,日期\n{rows}"
        );
        std::fs::write(returns.join(name), text).expect("a return");
    };
    write(
        "合肥.csv",
        HEFEI,
        "2026-04-01",
        "合肥市总工会,甲,１２,1.5,2026-03-02\n合肥市总工会,乙,很多,1.5,2026-03-02\n",
    );
    write("芜湖.csv", WUHU, "2026-04-01", "芜湖市总工会,丙,5,,\n");
    write("芜湖(2).csv", WUHU, "2026-04-02", "芜湖市总工会,丙,6,,\n");
    let (returns, out) = (returns.to_str().expect("UTF-8"), "out");
    let args = shop.args(returns, "2026-03", out, &[]);
    say(&args.iter().map(String::as_str).collect::<Vec<_>>());
    let folder = shop.path("history/tally/2026-03");
    let counted = records(&folder.join("tally.parquet"));
    let people: Vec<&str> = counted.iter().map(|record| record["人数"].as_str()).collect();
    assert_eq!(people, ["12", "6"], "a sum over the form's own file is the province's");
    let others = records(&folder.join("tally.not-counted.parquet"));
    let seen: Vec<[&str; 4]> =
        others.iter().map(|record| ["项目", "return", "reason", "codes"].map(|name| record[name].as_str())).collect();
    assert_eq!(seen, [["乙", "合肥.csv", "blocked", "number-unreadable"], ["丙", "芜湖.csv", "superseded", ""]]);
    // One record is one key, whichever version holds it.
    assert_eq!(others[1]["record"], counted[1]["record"]);
    assert_eq!(others[1]["record"].len(), 32);
    assert_ne!(others[0]["record"], counted[0]["record"]);
    let findings = records(&folder.join("run.findings.parquet"));
    assert!(
        findings.iter().any(|finding| finding["code"] == "number-unreadable" && finding["cell"] == "C5"),
        "{findings:?}"
    );
    let bound = records(&folder.join("run.bindings.parquet"));
    let people = bound.iter().find(|bound| bound["field"] == "人数" && bound["return"] == "合肥.csv").expect("bound");
    assert_eq!((&*people["column"], &*people["header"], &*people["header_last"]), ("C", "人数", "3"));
    let amended = records(&folder.join("run.amendments.parquet"));
    assert!(
        amended.iter().any(|one| (&*one["cell"], &*one["raw"], &*one["clean"]) == ("C4", "１２", "12")),
        "{amended:?}"
    );
    let files = records(&folder.join("run.files.parquet"));
    let file = files.iter().find(|file| file["return"] == "芜湖.csv").expect("the earlier version");
    assert_eq!((&*file["outcome"], &*file["superseded_by"], file["sha256"].len()), ("superseded", "芜湖(2).csv", 64));
}

/// A sheet of rows that all count leaves no earlier run's others behind.
#[test]
fn what_an_earlier_run_kept_apart_does_not_stay() {
    let shop = Shop::new(DEFINITION);
    let rows = |people: &str| {
        let returns = shop.path("returns");
        std::fs::create_dir_all(&returns).expect("a folder");
        let text = format!(
            "月度登记表,,,,\n填报单位：{HEFEI}    所属期：2026年3月,,,,\n单位,项目,人数,金额,日期\n{HEFEI},甲,{people},,\n{HEFEI},乙,1,,\n"
        );
        std::fs::write(returns.join("合肥.csv"), text).expect("a return");
        let args = shop.args(returns.to_str().expect("UTF-8"), "2026-03", "out", &[]);
        say(&args.iter().map(String::as_str).collect::<Vec<_>>());
        records(&shop.stored("2026-03", "tally.not-counted.parquet")).len()
    };
    assert_eq!((rows("很多"), rows("3")), (1, 0));
}

#[test]
fn a_store_of_format_1_reads_and_says_what_it_does_not_know() {
    let shop = Shop::new(DEFINITION);
    let folder = shop.path("history/tally/2026-03");
    std::fs::create_dir_all(&folder).expect("a folder");
    for entry in std::fs::read_dir(root().join("tests/store/format-1/2026-03")).expect("the sample").flatten() {
        std::fs::copy(entry.path(), folder.join(entry.file_name())).expect("copied");
    }
    shop.read("2026-04", |history, _| {
        assert_eq!(integers(history, "2026-03", "人数"), [Some(3), Some(4), Some(5)]);
        let stored = history.get(&month("2026-03")).expect("it reads");
        assert!(stored.units().is_some() && stored.figures().is_some() && stored.head.references.is_none());
        assert!(history.notes().is_empty(), "{:?}", history.notes());
    });
    let listed = shop.verb(&["history", "tally"]).out;
    assert!(listed.contains("月度登记表 3 行") && !listed.contains("损坏"), "{listed}");
    assert_eq!(shop.run("2026-04", &[(HEFEI, "甲", 3)], &[]).code, 0);
    // The same returns again, byte for byte: whether the roster has changed nobody can say.
    let returns = shop.path("returns");
    std::fs::create_dir_all(&returns).expect("a folder");
    for (unit, rows) in [(HEFEI, &[("甲", 3), ("乙", 4)][..]), (WUHU, &[("丙", 5)])] {
        let head = format!("月度登记表,,,,\n填报单位：{unit}    所属期：2026年3月,,,,\n单位,项目,人数,金额,日期\n");
        let rows: String = rows.iter().map(|(what, n)| format!("{unit},{what},{n},1.5,2026-03-02\n")).collect();
        std::fs::write(returns.join(format!("{unit}.csv")), head + &rows).expect("a return");
    }
    let again = || loud(&shop, returns.to_str().expect("UTF-8"));
    let said = again();
    assert!(said.contains("由旧版程序存入") && said.contains("2026年4月"), "{said}");
    let said = again();
    assert!(!said.contains("2026年4月"), "now it is stored with them: {said}");
}

fn loud(shop: &Shop, returns: &str) -> String {
    let args = shop.args(returns, "2026-03", "out", &[]);
    let loud: Vec<&str> = args.iter().map(String::as_str).filter(|arg| *arg != "--quiet").collect();
    say(&loud).out
}

#[test]
fn a_changed_roster_or_code_list_is_a_change_that_later_periods_rest_on() {
    let shop = Shop::new(DEFINITION);
    for at in ["2026-03", "2026-04"] {
        assert_eq!(shop.run(at, &[(HEFEI, "甲", 3)], &[]).code, 0);
    }
    let returns = shop.file("2026-03", &[(HEFEI, "甲", 3)]);
    assert!(!loud(&shop, &returns).contains("2026年4月"), "nothing has changed");
    let roster = shop.path("pipelines/reference/单位名册.csv");
    let text = std::fs::read_to_string(&roster).expect("the roster");
    std::fs::write(&roster, text.replacen("芜湖市总工会", "芜湖市总工会（筹）", 1)).expect("written");
    let said = loud(&shop, &returns);
    assert!(said.contains("本期的“单位名册”与上次存入时不同") && said.contains("2026年4月"), "{said}");
    assert!(!said.contains("报表、") && !loud(&shop, &returns).contains("2026年4月"), "once, and nothing else: {said}");
    let holidays = shop.path("pipelines/reference/节假日.csv");
    let text = std::fs::read_to_string(&holidays).expect("holidays");
    std::fs::write(&holidays, text.trim_end().to_owned() + "\n2026-12-31,放假\n").expect("written");
    let other = shop.file("2026-03", &[(HEFEI, "甲", 4)]);
    let said = loud(&shop, &other);
    assert!(said.contains("本期的报表、“节假日”与上次存入时不同"), "{said}");
}
