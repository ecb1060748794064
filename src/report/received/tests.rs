//! The sheets and `run.json` read back.

use crate::report::fixture::{Fixture, ID, fixture};
use crate::report::{manifest, write};
use calamine::{Data, Reader, Xlsx, open_workbook};
use serde_json::Value;
use std::path::Path;

fn sheet(fixture: &Fixture, out: &Path, name: &str) -> Vec<Vec<String>> {
    write(fixture.results(), out).unwrap();
    let mut book: Xlsx<_> = open_workbook(out.join("明细/2026年评先评优推荐与获奖统计_审核问题.xlsx")).unwrap();
    let range = book.worksheet_range(name).unwrap();
    range.rows().map(|row| row.iter().map(Data::to_string).collect()).collect()
}

fn case() -> (tempfile::TempDir, Fixture) {
    let root = tempfile::tempdir().unwrap();
    let fixture = fixture(20, root.path());
    (root, fixture)
}

#[test]
fn the_ledger_says_which_version_counts_and_what_changed() {
    let (root, fixture) = case();
    let versions = sheet(&fixture, &root.path().join("out"), "版本台账");
    assert_eq!(versions.len(), 3, "a header and two versions");
    assert_eq!(versions[1][3..6], ["2", "淮北.xls", "为准"]);
    assert_eq!(versions[2][5..7], ["已被替代", "已被“淮北.xls”替代，填报日期较晚"]);
    // 1,770,000,000 is 02:40 UTC of 2026-02-02.
    assert_eq!(versions[1][7..10], ["2026-03-05", "最终版(3)", "2026-02-02 10:40"]);
    let changes = sheet(&fixture, &root.path().join("out"), "版本差异");
    assert_eq!(changes.len(), 3);
    assert_eq!(changes[1][2..7], ["已分清", "合肥/旧.xlsx", "推荐个人 G7", "淮北.xls", "推荐个人 G7"]);
    assert_eq!(changes[1][10], ID, "officers see the number that changed");
    assert_eq!(changes[2][9..11], ["旧单位", "新单位"]);
}

#[test]
fn run_json_holds_the_ledger_without_private_values() {
    let (_root, fixture) = case();
    let mut bytes = Vec::new();
    manifest::run_json(&fixture.results(), &[], &mut bytes).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    assert!(!text.contains(ID) && !text.contains("1101051949123100"), "an ID number, whole or broken");
    let run: Value = serde_json::from_str(&text).unwrap();
    let group = &run["versions"][0];
    assert_eq!(group["received"].as_array().map(Vec::len), Some(2));
    assert_eq!(group["received"][1]["standing"], "superseded");
    let changes = &group["differences"][0]["changes"];
    assert_eq!(changes[0]["new"]["value"], "***");
    assert_eq!((&changes[1]["old"]["value"], &changes[1]["new"]["cell"]), (&"旧单位".into(), &"G7".into()));
    assert_eq!(run["drift"][0]["kind"], "missing-required");
    assert_eq!(run["drift"][1]["advice"]["also"], "also = [\"电话\"]");
}

#[test]
fn drift_shows_the_pattern_first_and_three_units_reach_the_overview() {
    let (root, mut fixture) = case();
    let rows = sheet(&fixture, &root.path().join("out"), "表样变动");
    assert_eq!(rows.len(), 11, "a header, two patterns, eight cases");
    assert!(rows[1][5].starts_with("4 个单位缺少“"), "{:?}", rows[1]);
    assert_eq!((rows[1][0].as_str(), rows[3][0].as_str()), ("全省", "单位"));
    assert!(rows[2][9].contains("also = [\"电话\"]"), "{:?}", rows[2]);
    let said = |fixture: &Fixture| super::drift::remarks(&fixture.results());
    assert_eq!(said(&fixture).len(), 1, "the extra column is no matter of the overview");
    fixture.verdict.drift.patterns[0].units.truncate(2);
    assert!(said(&fixture).is_empty(), "two units are no pattern");
}

#[test]
fn unknown_names_come_as_lines_of_the_alias_table() {
    let (root, fixture) = case();
    let rows = sheet(&fixture, &root.path().join("out"), "别名建议");
    assert_eq!(rows[0][..3], ["写法", "单位代码", "备注"]);
    assert_eq!(rows.len(), 4, "two suggestions for one name, none for the other");
    assert_eq!(rows[1][0], rows[2][0]);
    assert_ne!(rows[1][1], rows[2][1]);
    assert_eq!(rows[3][1], "");
    assert!(rows[1][5].ends_with("等 4 处"), "{}", rows[1][5]);
}
