//! What was received: the ledger of returns, structure drift and confirmed aliases, on the shipped samples.

use super::support::{Results, root};
use calamine::{Data, Reader, Xlsx, open_workbook};
use serde_json::Value;

fn cells(results: &Results, sheet: &str) -> Vec<Vec<String>> {
    let mut book: Xlsx<_> = open_workbook(results.ending("审核问题.xlsx")).expect("the findings workbook");
    let range = book.worksheet_range(sheet).unwrap_or_else(|error| panic!("{sheet}: {error}"));
    range.rows().map(|row| row.iter().map(Data::to_string).collect()).collect()
}

/// The entry of a unit and form in `versions`.
fn group<'a>(run: &'a Value, unit: &str, form: &str) -> &'a Value {
    let all = run["versions"].as_array().expect("versions");
    all.iter().find(|group| group["unit"] == unit && group["form"] == form).expect("the unit's form")
}

#[test]
fn the_ledger_shows_the_corrected_cells_and_hides_people_in_run_json() {
    let results = Results::of_sample("model-teams", &[]);
    let run = results.manifest();
    // The second version mended 人数 of its first row; samples/README.md says so.
    let post = group(&run, "S0800", "nomination");
    let standing: Vec<&Value> = post["received"].as_array().expect("files").iter().map(|v| &v["standing"]).collect();
    assert_eq!(standing, ["counts", "superseded"]);
    let changes = post["differences"][0]["changes"].as_array().expect("changes");
    let heads = changes.iter().find(|change| change["field"] == "人数").expect("人数 changed");
    assert_eq!(heads["old"]["cell"], heads["new"]["cell"]);
    assert_ne!(heads["old"]["value"], heads["new"]["value"]);
    // A 班组长 changed between two versions: the workbook shows the names, run.json does not.
    let steel = &group(&run, "Q0200", "nomination")["differences"][0]["changes"][0];
    assert_eq!((&steel["field"], &steel["new"]["value"]), (&"班组长".into(), &"***".into()));
    let sheet = cells(&results, "版本差异");
    let row = sheet.iter().find(|row| row[8] == "班组长").expect("the change");
    assert!(row[9] != row[10] && !row[9].contains('*'), "{row:?}");
}

#[test]
fn a_missing_required_column_is_drift() {
    let results = Results::of_sample("model-teams", &[]);
    let run = results.manifest();
    let first = &run["drift"][0];
    assert_eq!((&first["kind"], &first["field"]), (&"missing-required".into(), &"班组长".into()));
    assert_eq!(first["units"], serde_json::json!(["Q0300"]));
    let sheet = cells(&results, "表样变动");
    assert_eq!(sheet[1][0], "全省");
    assert!(sheet[1][5].contains("1 个单位缺少“班组长”列"), "{:?}", sheet[1]);
    assert!(sheet.iter().any(|row| row[0] == "单位" && row[8].contains("徽远汽车集团有限公司工会.xlsx")));
}

#[test]
fn an_alias_confirmed_once_is_remembered() {
    let returns = root().join("samples/model-teams/待分拣/上报表1.xlsx");
    let returns = returns.to_str().expect("UTF-8 path");
    let before = Results::of_sample("model-teams", &["--returns", returns]);
    assert_eq!(before.manifest()["inputs"][0]["outcome"], "returned");
    let suggested = cells(&before, "别名建议");
    assert_eq!(suggested[0][..3], ["写法", "单位代码", "备注"]);
    let line = suggested.iter().find(|row| row[0] == "合淝市总工会" && row[1] == "340100").expect("the right unit");

    // The officer copies the first three cells of the line, and nothing else.
    let folder = tempfile::tempdir().expect("a temporary folder");
    let table = format!("{}\n{}\n", suggested[0][..3].join(","), line[..3].join(","));
    std::fs::write(folder.path().join("单位别名.csv"), table).expect("a file");
    let reference = folder.path().to_str().expect("UTF-8 path");
    let after = Results::of_sample("model-teams", &["--returns", returns, "--reference", reference]);
    let run = after.manifest();
    assert_eq!(
        (&run["inputs"][0]["outcome"], &run["inputs"][0]["sender"]),
        (&"accepted".into(), &"合肥市总工会".into())
    );
    assert_eq!(run["inputs"][0]["rows"]["accepted"], 1);
    let left: Vec<String> = cells(&after, "别名建议").into_iter().skip(1).map(|row| row[0].clone()).collect();
    assert_eq!(left, ["（无）"], "nothing is left to confirm");
    let amended = cells(&after, "规范化记录");
    assert!(
        amended.iter().any(|row| row[4] == "合淝市总工会" && row[5] == "合肥市总工会"),
        "the alias is an amendment like any other"
    );
}

#[test]
fn an_alias_that_means_another_unit_stops_the_run_with_its_row() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("单位别名.csv"), "写法,单位代码\n合肥市总,340600\n").expect("a file");
    let reference = folder.path().to_str().expect("UTF-8 path");
    let said = super::support::say(&["lint", "model-teams", "--reference", reference]);
    assert_eq!(said.code, 2, "{}", said.err);
    assert!(said.err.contains("单位别名.csv") && said.err.contains("第 2 行"), "{}", said.err);
    assert!(said.err.contains("已经表示“合肥市总工会”"), "{}", said.err);
}

#[test]
fn thread_counts_change_nothing_in_what_was_received() {
    let runs = ["1", "4"].map(|threads| Results::of_sample("honours", &["--threads", threads]));
    let bytes = runs.each_ref().map(|run| std::fs::read(run.ending("审核问题.xlsx")).expect("the workbook"));
    assert!(!bytes[0].is_empty());
    assert_eq!(runs[0].text("run.json"), runs[1].text("run.json"));
    for sheet in ["版本台账", "版本差异", "表样变动", "别名建议"] {
        assert_eq!(cells(&runs[0], sheet), cells(&runs[1], sheet), "{sheet}");
    }
}

/// A sender who sends the same return hundreds of times: every version is listed, what changed is told once for each, and
/// the last ones, which nobody can tell apart, are held out together.
#[test]
fn hundreds_of_versions_of_one_return() {
    let (old, last) = (280, 20);
    let version = |n: usize| {
        let day = if n < old { format!("2026-03-{:02}", n / 10 + 1) } else { "2026-04-01".to_owned() };
        let mut page = super::workshop::page("合肥市总工会", 5);
        page.rows[1] = vec![super::workshop::text(&format!("填报单位：合肥市总工会  所属期：2026年  填报日期：{day}"))];
        super::workshop::xlsx(&[page.with(0, "备注", super::workshop::text(&format!("第{n}稿")))])
    };
    let files: Vec<(String, Vec<u8>)> = (0..old + last).map(|n| (format!("{n:04}.xlsx"), version(n))).collect();
    let files: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (name.as_str(), &bytes[..])).collect();
    let results = super::workshop::run_on(super::workshop::folder(&files).path(), &[]);
    let run = results.manifest();
    assert_eq!(
        (&run["counts"]["files"]["superseded"], &run["counts"]["files"]["returned"]),
        (&old.into(), &last.into())
    );
    let differences = group(&run, "340100", "nomination")["differences"].as_array().expect("differences");
    assert_eq!(differences.len(), old + last - 1);
    for difference in differences {
        let changes = difference["changes"].as_array().expect("changes");
        assert!(changes.len() == 1 && changes[0]["field"] == "备注", "{difference:#}");
    }
}
