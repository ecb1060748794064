//! A fictitious province of its own, its returns as text, and what a run over them left: for tests that write their own
//! small returns.

use super::support::{Said, result, say};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Cities stand in another order than the roster's lines, one city has nobody who owes a return, a short name is shared.
const ROSTER: &str = "\
单位代码,单位名称,别名,上级代码,层级,渠道,地市,行业,所有制,在岗职工人数,启用,停用,应报
100001,甲州市总工会,甲州市总,,市,市总工会,甲州,,机关,3000,2000-01-01,,model-teams、honours
100002,乙州市总工会,,,市,市总工会,乙州,,机关,2000,2000-01-01,,model-teams、honours
100003,丙州市总工会,,,市,市总工会,丙州,,机关,50,2000-01-01,,model-teams、honours
200001,省交运系统工会,,,省,省直系统,甲州,,机关,1000,2000-01-01,,model-teams、honours
100103,甲州第一中学工会,一中工会,100001,基层,市总工会,甲州,,事业,80,2000-01-01,,
100203,乙州第一中学工会,一中工会,100002,基层,市总工会,乙州,,事业,90,2000-01-01,,
100009,戊州市总工会,,,市,市总工会,乙州,,机关,900,2000-01-01,2025-12-31,model-teams、honours
";
const CITIES: &str = "地市,单位代码\n丙州,100003\n甲州,100001\n乙州,100002\n";
/// 4 March is a holiday in the middle of a week, and the Saturday after it is worked.
const HOLIDAYS: &str = "日期,类型\n2026-03-04,放假\n2026-03-07,上班\n";
const DUE: &str = "报送项目,报告期,开网,截止,补报截止\nmodel-teams,2026,2026-02-24,2026-04-10,2026-04-24\n\
                   honours,2026,2026-02-24,2026-04-10,2026-04-24\n";
pub const LEDGER: &str = "年度,荣誉名称,级别,对象类型,名称,所在单位,身份证号,文号\n\
                      2021,省模范班组,省级,集体,老班甲,甲州机械厂,,\n\
                      2023,全国工人先锋号,国家级,集体,老班乙,甲州机械厂,,\n\
                      2024,省劳动模范,省级,个人,王前,甲州机械厂,11010519491231002X,\n";

pub const TEAMS: &str = "推荐单位,所在单位,班组名称,申报称号,单位性质,所属行业,班组长,人数,一线人数,思想政治工作,\
                     完成生产工作任务,科学管理,劳动竞赛,组织建设,安全文明生产,公示开始,公示结束,类别,近三年安全事故";
pub const PEOPLE: &str =
    "推荐单位,拟授称号,姓名,性别,身份证号,出生年月,工作单位,职务职称,人员类别,公示开始,公示结束,类别";
pub const AWARDS: &str = "获奖单位,对象类型,获奖对象,荣誉名称,荣誉级别,颁奖单位,获奖时间";

/// One team that is right, with the fields in `but` written otherwise.
pub fn team(name: &str, but: &[(&str, &str)]) -> String {
    row(
        TEAMS,
        "甲州市总工会,甲州机械厂,,省模范班组,国有,制造业,张三,12,10,95,95,95,95,95,95,2026-03-09,2026-03-13,正式,0",
        &{
            let mut all = vec![("班组名称", name)];
            all.extend(but);
            all
        },
    )
}

pub fn person(name: &str, id: &str, but: &[(&str, &str)]) -> String {
    let right = "甲州市总工会,技术能手,,男,,1980-01,甲州机械厂,工人,一线职工,2026-03-09,2026-03-13,正式";
    let mut all = vec![("姓名", name), ("身份证号", id)];
    all.extend(but);
    row(PEOPLE, right, &all)
}

pub fn row(header: &str, right: &str, but: &[(&str, &str)]) -> String {
    let mut cells: Vec<&str> = right.split(',').collect();
    for (field, value) in but {
        let at = header.split(',').position(|name| name == *field).unwrap_or_else(|| panic!("no column {field}"));
        cells[at] = value;
    }
    cells.join(",")
}

/// A return as CSV text: title, cover, header on line 3, rows from line 4, footer.
pub fn sheet(title: &str, header: &str, rows: &[String], cover: &str, filed: &str) -> String {
    format!("{title}\n{cover}\n{header}\n{}\n填表人：孙三    填报日期：{filed}\n", rows.join("\n"))
}

pub fn teams(rows: &[String]) -> String {
    sheet("模范班组申报汇总表", TEAMS, rows, "填报单位（盖章）：甲州市总工会    所属期：2026年", "2026年3月20日")
}

pub struct Run {
    _folder: tempfile::TempDir,
    pub said: Said,
    pub out: PathBuf,
}

/// Writes a province and its returns, and runs a pipeline over them.
pub fn run(pipeline: &str, returns: &[(&str, String)]) -> Run {
    run_with(pipeline, &[], |folder| {
        for (name, text) in returns {
            write(&folder.join(name), text);
        }
    })
}

pub fn run_with(pipeline: &str, more_reference: &[(&str, &str)], returns: impl Fn(&Path)) -> Run {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let reference = folder.path().join("参照");
    let common =
        [("单位名册", ROSTER), ("地市顺序", CITIES), ("节假日", HOLIDAYS), ("截止日期", DUE), ("荣誉台账", LEDGER)];
    for (name, text) in common.iter().chain(more_reference) {
        write(&reference.join(format!("{name}.csv")), text);
    }
    let inbox = folder.path().join("上报");
    std::fs::create_dir_all(&inbox).expect("a folder");
    returns(&inbox);
    let out = folder.path().join("结果");
    let path = |path: &Path| path.to_str().expect("UTF-8 path").to_string();
    let (inbox, reference, to) = (path(&inbox), path(&reference), path(&out));
    let said = say(&[
        "run",
        pipeline,
        "--period",
        "2026",
        "--returns",
        &inbox,
        "--reference",
        &reference,
        "--out",
        &to,
        "--quiet",
    ]);
    assert!(out.join("明细/run.json").is_file(), "no results: {}{}", said.out, said.err);
    Run { _folder: folder, said, out }
}

pub fn write(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    std::fs::write(path, text).expect("a file");
}

impl Run {
    pub fn manifest(&self) -> Value {
        serde_json::from_str(&std::fs::read_to_string(result(&self.out, "run.json")).expect("run.json")).expect("JSON")
    }

    /// Outcome of one file.
    pub fn outcome(&self, file: &str) -> String {
        let manifest = self.manifest();
        let inputs = manifest["inputs"].as_array().expect("inputs");
        let input = inputs.iter().find(|input| input["file"] == file).unwrap_or_else(|| panic!("no {file}"));
        input["outcome"].as_str().expect("an outcome").to_string()
    }

    pub fn accepted(&self) -> u64 {
        self.manifest()["counts"]["rows"]["accepted"].as_u64().expect("a count")
    }

    /// (severity, cell, code) of every finding about a file, sorted.
    pub fn findings(&self) -> Vec<(String, String, String)> {
        let text = std::fs::read_to_string(result(&self.out, "findings.ndjson")).expect("findings");
        let words = |value: &Value| value.as_str().unwrap_or("-").to_string();
        let mut found: Vec<_> = text
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).expect("a JSON line"))
            .filter(|finding| !finding["file"].is_null())
            .map(|finding| (words(&finding["severity"]), words(&finding["cell"]), words(&finding["code"])))
            .collect();
        found.sort();
        found
    }

    pub fn holds(&self, expected: &[(&str, &str, &str)]) {
        let mut expected: Vec<(String, String, String)> =
            expected.iter().map(|(a, b, c)| (a.to_string(), b.to_string(), c.to_string())).collect();
        expected.sort();
        assert_eq!(self.findings(), expected);
    }

    /// All rows of one sheet of the leadership workbook, empty cells left out.
    pub fn sheet(&self, name: &str) -> Vec<Vec<String>> {
        self.sheet_of("_工作版.xlsx", name)
    }

    /// Rules of all automatic changes.
    pub fn amendments(&self) -> BTreeSet<String> {
        let rows = self.sheet_of("_审核问题.xlsx", "规范化记录");
        rows.into_iter().skip(1).filter_map(|mut row| row.pop()).collect()
    }

    pub fn sheet_of(&self, ending: &str, name: &str) -> Vec<Vec<String>> {
        use calamine::Reader;
        let book = result(&self.out, ending);
        let mut book = calamine::open_workbook_auto(book).expect("an xlsx");
        let range = book.worksheet_range(name).expect("the sheet");
        let words = |row: &[calamine::Data]| {
            row.iter().filter(|cell| **cell != calamine::Data::Empty).map(ToString::to_string).collect()
        };
        range.rows().map(words).collect()
    }

    /// The first row of a sheet that begins so.
    pub fn figures(&self, sheet: &str, label: &str) -> Vec<String> {
        let rows = self.sheet(sheet);
        let row = rows.iter().find(|row| row.first().is_some_and(|first| first == label));
        row.unwrap_or_else(|| panic!("{sheet} has no row {label}: {rows:?}"))[1..].to_vec()
    }
}

/// ID numbers of men born on 15 January 1980, their check characters worked out here.
pub fn valid_ids(count: usize) -> Vec<String> {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    (0..count)
        .map(|at| {
            let stem = format!("11010519800115{:03}", 2 * at + 101);
            let sum: u32 = stem.bytes().zip(WEIGHTS).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
            format!("{stem}{}", ["1", "0", "X", "9", "8", "7", "6", "5", "4", "3", "2"][sum as usize % 11])
        })
        .collect()
}
