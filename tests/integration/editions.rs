//! 呈报版 and 工作版: one set of figures in two workbooks, and what stands on top of the results.

use super::support::{Results, result, root, say};
use calamine::{Data, Reader};
use std::collections::BTreeMap;
use std::path::Path;

const PIPELINES: [&str; 6] = ["model-teams", "honours", "studios", "innovation", "service", "shock-teams"];

/// The sheets of a workbook in their order, each as rows of what its cells say, empty ones left out.
fn sheets(path: &Path) -> Vec<(String, Vec<Vec<String>>)> {
    let mut book = calamine::open_workbook_auto(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let rows = |range: calamine::Range<Data>| {
        let words =
            |row: &[Data]| row.iter().filter(|cell| **cell != Data::Empty).map(ToString::to_string).collect::<Vec<_>>();
        range.rows().map(words).filter(|row| !row.is_empty()).collect::<Vec<_>>()
    };
    book.worksheets().into_iter().map(|(name, range)| (name, rows(range))).collect()
}

fn numbers(rows: &[Vec<String>]) -> impl Iterator<Item = f64> {
    rows.iter().flatten().filter_map(|cell| cell.parse::<f64>().ok())
}

/// Every figure of what is signed stands in what is worked with, in the same row of the same sheet, with the same value.
#[test]
fn what_is_signed_is_what_is_worked_with() {
    for pipeline in PIPELINES {
        let results = Results::of_sample(pipeline, &[]);
        let signed = sheets(&results.ending("_呈报版.xlsx"));
        let working: BTreeMap<String, Vec<Vec<String>>> = sheets(&results.ending("_工作版.xlsx")).into_iter().collect();
        assert_eq!(signed.first().map(|(name, _)| name.as_str()), Some("首页"), "{pipeline}");
        let all: Vec<f64> = working.values().flat_map(|rows| numbers(rows)).collect();
        let mut compared = 0;
        for (sheet, rows) in &signed {
            if sheet == "首页" {
                for figure in numbers(rows) {
                    let found = all.iter().any(|other| (other - figure).abs() <= 1e-9 * figure.abs().max(1.0));
                    assert!(found, "{pipeline}: {figure} of the first page is nowhere in 工作版");
                    compared += 1;
                }
                continue;
            }
            if sheet == "图" {
                // What charts draw: each a row of the printed table, its name with its figures.
                for row in rows.iter().filter(|row| numbers(std::slice::from_ref(row)).next().is_some()) {
                    let drawn = numbers(std::slice::from_ref(row));
                    let printed = signed.iter().filter(|(name, _)| name != sheet).flat_map(|(_, rows)| rows);
                    let theirs = printed.filter(|other| other.contains(&row[0])).flatten();
                    let theirs: Vec<f64> = theirs.filter_map(|cell| cell.parse::<f64>().ok()).collect();
                    let bound = |figure: f64| [0.5, 1.0].contains(&figure);
                    for figure in drawn {
                        let found = theirs.iter().any(|other| (other - figure).abs() <= 1e-9 * figure.abs().max(1.0));
                        assert!(found || bound(figure), "{pipeline}: {figure} of {row:?} is in no printed row");
                        compared += 1;
                    }
                }
                continue;
            }
            // Sheets that share a page in what is signed are sheets of their own in what is worked with.
            let parts = sheet.split('、').filter_map(|part| working.get(part));
            let whole: Vec<Vec<String>> = parts.flatten().cloned().collect();
            let theirs = working.get(sheet).or((!whole.is_empty()).then_some(&whole));
            let Some(theirs) = theirs else {
                assert_eq!(numbers(rows).count(), 0, "{pipeline}: 工作版 has no sheet {sheet}");
                continue;
            };
            for row in rows.iter().filter(|row| numbers(std::slice::from_ref(row)).next().is_some()) {
                assert!(theirs.contains(row), "{pipeline}, {sheet}: {row:?} is not in 工作版");
                compared += row.len();
            }
        }
        assert!(compared > 60, "{pipeline}: {compared} cells compared");
    }
}

/// The rows of one block of a sheet: below its title, up to the next.
fn block<'r>(rows: &'r [Vec<String>], number: &str) -> &'r [Vec<String>] {
    let titles = ["一、", "二、", "三、", "四、", "五、", "六、", "七、"];
    let at = rows.iter().position(|row| row[0].starts_with(number)).expect("the block");
    let end = rows.iter().skip(at + 1).position(|row| titles.iter().any(|title| row[0].starts_with(title)));
    &rows[at + 1..end.map_or(rows.len(), |end| at + 1 + end)]
}

/// 数据质量 accounts for what `run.json` accounts for: every row that does not count, every finding, every amendment.
#[test]
fn the_quality_annex_accounts_for_every_row_and_finding() {
    for pipeline in PIPELINES {
        let results = Results::of_sample(pipeline, &[]);
        let counts = &results.manifest()["counts"];
        let count = |of: &str, names: &[&str]| -> i64 {
            names
                .iter()
                .map(|name| counts[of][*name].as_i64().unwrap_or_else(|| panic!("{pipeline}: {of} {name}")))
                .sum()
        };
        let working: BTreeMap<String, Vec<Vec<String>>> = sheets(&results.ending("_工作版.xlsx")).into_iter().collect();
        let annex = &working["数据质量"];
        let total = |number: &str| {
            let rows = block(annex, number);
            rows.iter().find(|row| row[0] == "合计").map_or(0, |row| row[1].parse().expect("a number"))
        };
        assert_eq!(total("二、"), count("rows", &["blocked", "held"]), "{pipeline}: rows that do not count");
        let findings = block(annex, "四、").iter().filter(|row| ["必改", "核实", "提示"].contains(&row[0].as_str()));
        let lines: Vec<&Vec<String>> = findings.collect();
        let told: i64 = lines.iter().map(|row| row[2].parse::<i64>().expect("a number")).sum();
        // One slip that breaks several rules is one finding, and counts under each of them.
        let all = count("findings", &["block", "verify", "note"]);
        let said = block(annex, "四、").iter().any(|row| row[0].contains(&format!("{told} 处，是 {all} 个问题")));
        assert!(told == all || (told > all && said), "{pipeline}: {told} under rules, {all} findings");
        let mut demands: Vec<(&str, &str)> = lines.iter().map(|row| (row[0].as_str(), row[1].as_str())).collect();
        demands.sort_unstable();
        demands.dedup();
        assert_eq!(demands.len(), lines.len(), "{pipeline}: a demand is listed once");
        assert_eq!(total("七、"), counts["amendments"].as_i64().expect("a number"), "{pipeline}: amendments");
    }
}

/// A selection of the year before, in the store, is what page one compares with; where there is none, it compares nothing.
#[test]
fn a_selection_is_held_against_the_one_before_it() {
    let sample = root().join("samples/honours/六安/六安市总工会.csv");
    let this_year = encoding_rs::GBK.decode(&std::fs::read(sample).expect("a shipped sample")).0.into_owned();
    let year_before: Vec<String> =
        this_year.lines().filter(|line| !line.contains("周玉兰")).map(|line| line.replace("2026", "2025")).collect();
    let (returns, history) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let notice = |period: &str, text: &str| {
        std::fs::write(returns.path().join("六安市总工会.csv"), text).expect("a return");
        let [from, kept] = [&returns, &history].map(|folder| folder.path().to_str().expect("UTF-8"));
        let results = Results::of_sample("honours", &["--returns", from, "--period", period, "--history", kept]);
        results.text("_通报.txt")
    };
    let alone = notice("2025", &year_before.join("\n"));
    assert!(alone.contains("1. 推荐个人 3 名。"), "{alone}");
    let beside = notice("2026", &this_year);
    for words in [
        "1. 推荐个人 4 名，上年 3 名，增加 1。",
        "女性占比 50.0%，上年 33.3%，提高 16.7 个百分点。",
        "中共党员占比 50.0%，上年 66.7%，降低 16.7 个百分点。",
    ] {
        assert!(beside.contains(words), "no “{words}”\n{beside}");
    }
}

#[test]
fn the_first_page_says_who_what_when_and_is_passed_on_as_text() {
    for pipeline in PIPELINES {
        let results = Results::of_sample(pipeline, &[]);
        let (_, page) = sheets(&results.ending("_呈报版.xlsx")).remove(0);
        let page = page.concat().join("\n");
        let text = results.text("_通报.txt");
        let text = text.strip_prefix('\u{feff}').expect("a byte order mark");
        for words in ["汇总单位：", "报告期：", "制表日期：", "文号：", "初步数", "应报单位", "主要指标", "请审定"]
        {
            assert!(page.contains(words), "{pipeline}: no “{words}” on the page\n{page}");
            assert!(text.contains(words), "{pipeline}: no “{words}” in the text\n{text}");
        }
        assert!(page.contains("单位负责人：") && page.contains("报出日期："), "{pipeline}: nobody signs");
        let figures =
            text.split("主要指标").nth(1).expect("figures").lines().skip(1).take_while(|line| !line.is_empty());
        let figures = figures.filter(|line| !line.starts_with('（')).count();
        assert_eq!(figures, 10, "{pipeline}: ten figures\n{text}");
        assert!(
            !text.contains('{') && text.lines().all(|line| !line.contains('\n')),
            "{pipeline}: an open hole\n{text}"
        );
    }
}

/// Where somebody looks first there is what he opens first.
#[test]
fn few_files_stand_on_top() {
    let results = Results::of_sample("shock-teams", &[]);
    let mut top: Vec<String> = std::fs::read_dir(results.folder.path())
        .expect("results")
        .flatten()
        .filter(|entry| entry.path().is_file())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| !name.starts_with('.'))
        .collect();
    top.sort();
    let ends: Vec<&str> = top.iter().filter_map(|name| name.rsplit_once('_')).map(|(_, end)| end).collect();
    assert_eq!(ends, ["催报.xlsx", "呈报版.xlsx", "处理意见.xlsx"], "{top:?}");
    for end in [
        "_工作版.xlsx",
        "_审核问题.xlsx",
        "_数据版.xlsx",
        "_通报.docx",
        "_通报.txt",
        "_催报.txt",
        "run.json",
        "findings.ndjson",
    ] {
        assert!(result(&results.folder.path().join("明细"), end).is_file());
    }
}

/// What the first page compares it shows: the change is that of the two figures beside it, and both stand in 工作版.
#[test]
fn changes_of_the_first_page_are_between_the_figures_beside_them() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let word = |name: &str| folder.path().join(name).to_str().expect("UTF-8").to_owned();
    for month in ["2025-03", "2026-03"] {
        let returns = format!("samples/innovation/{month}");
        let (out, history) = (word(month), word("history"));
        let args = ["run", "innovation", "--quiet", "--period", month, "--returns", &returns];
        assert!(say(&[&args[..], &["--out", &out, "--history", &history]].concat()).code < 2);
    }
    let signed = sheets(&result(&folder.path().join("2026-03"), "_呈报版.xlsx")).remove(0).1;
    let head = signed.iter().position(|row| row[0] == "指标").expect("the figures");
    let place = |name: &str| signed[head].iter().position(|heading| heading == name).expect(name);
    let [now, before, change] = ["可比本期", "比较数", "增减"].map(place);
    let working = sheets(&result(&folder.path().join("2026-03"), "_工作版.xlsx"));
    let working: String = working.into_iter().flat_map(|(_, rows)| rows).flatten().collect();
    let mut held = 0;
    for row in signed[head + 1..].iter().take_while(|row| row.len() > change) {
        let [Ok(now), Ok(before)] = [now, before].map(|at| row[at].parse::<f64>()) else { continue };
        let said = &row[change];
        let expected = match (said.contains("个百分点"), now == before) {
            (_, true) => "持平".to_owned(),
            (true, _) => format!("{:.1}", ((now - before) * 100.0).abs()),
            (false, _) => format!("{:.1}%", ((now / before - 1.0) * 100.0).abs()),
        };
        assert!(said.contains(&expected.replace(".0", "")), "{row:?}: {expected}");
        let rising = ["增长", "提高"].iter().any(|word| said.contains(word));
        assert_eq!(rising, now > before, "{row:?}");
        assert!(working.contains(" 比 "), "the note of what is compared");
        held += 1;
    }
    assert!(held > 6, "{held} figures compared");
}

/// A workbook of an earlier program in the same folder is not taken for one of this run.
#[test]
fn what_an_earlier_run_left_is_said() {
    let results = Results::of_sample("shock-teams", &[]);
    let signed = results.ending("_呈报版.xlsx");
    let stem = signed.file_name().expect("a name").to_string_lossy().replace("_呈报版.xlsx", "");
    assert!(!results.said.out.contains("还有以前的"), "{}", results.said.out);
    let old = format!("{stem}_汇总表.xlsx");
    std::fs::write(results.folder.path().join(&old), b"old").expect("written");
    let out = results.folder.path().to_string_lossy().into_owned();
    let again = super::support::say(&["run", "shock-teams", "--out", &out]);
    assert!(again.out.contains(&format!("还有以前的 {old}，不是这一次写的")), "{}{}", again.out, again.err);
    assert!(results.folder.path().join(&old).is_file(), "and is left where it is");
}
