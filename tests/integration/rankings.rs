//! Rankings as definitions declare them: tables and lists in the order of a rank, cut after some places, ranked anew for
//! each unit. The figures they are held against are those of `tests/independent`.

use super::support::root;
use huizong::model::stat_table::StatTable;
use huizong::model::statistic::StatCell;
use huizong::run::{Finished, prepare};
use std::path::Path;

/// Tables that the shipped definition of shock teams does not have.
const MORE: &str = r#"
[[table]]
id        = "best-units"
sheet     = "先进单位"
title     = "{报告期}先进单位"
rows      = "unit"
label     = "单位"
ranked-by = "名次"
top       = 3
measures  = [
  { name = "平均得分", average = "assessment", value = "复算得分" },
  { name = "名次", rank-of = "平均得分" },
]

[[table]]
id        = "most-accidents"
sheet     = "事故"
title     = "{报告期}一票否决"
rows      = "unit"
label     = "单位"
total     = "合计"
ranked-by = "名次"
top       = 1
measures  = [
  { name = "否决", count = "assessment", where = "一票否决" },
  { name = "名次", rank-of = "否决" },
]

[[table]]
id        = "best-of-units"
sheet     = "各单位第一"
title     = "{报告期}各单位第一名"
kind      = "list"
from      = "assessment"
ranked-by = "名次"
top       = 1
empty     = "没有"
columns = [
  { header = "名次", rank = "复算得分", within = ["单位"] },
  { header = "单位", value = "unit" },
  { header = "突击队名称", column = "突击队名称" },
  { header = "从低到高", rank = "复算得分", direction = "low-first" },
]
"#;

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder").flatten() {
        std::fs::copy(entry.path(), to.join(entry.file_name())).expect("a copy");
    }
}

/// The shipped sample of shock teams under the shipped definition with more tables.
fn with_more() -> Finished {
    with_tables("shock-teams", MORE)
}

/// A shipped sample under its shipped definition with more tables.
fn with_tables(pipeline: &str, more: &str) -> Finished {
    huizong::ingest::use_worker(env!("CARGO_BIN_EXE_huizong").into());
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (shipped, ours) = (root().join("pipelines"), folder.path());
    for part in ["reference", pipeline] {
        copy(&shipped.join(part), &ours.join(part));
    }
    let definition = ours.join(pipeline).join("pipeline.toml");
    let text = std::fs::read_to_string(&definition).expect("the definition");
    std::fs::write(&definition, text.replacen("\n[[chart]]", &format!("{more}\n[[chart]]"), 1)).expect("written");
    let folders =
        huizong::definition::reference::ReferenceFolders::of(vec![ours.join(pipeline), ours.join("reference")]);
    let prepared = prepare(&definition, &folders, None, huizong::formats::allowance::Allowance::default())
        .expect("a sound definition");
    let returns = [root().join(&prepared.plan.sample_returns)];
    let limits = huizong::ingest::Limits::default();
    huizong::run::run(&prepared, &returns, huizong::run::Places::default(), &limits, &huizong::run::Unwatched)
        .expect("the sample runs")
}

fn table<'a>(run: &'a Finished, id: &str) -> &'a StatTable {
    run.computed.tables.iter().find(|table| table.id == id).expect("the table")
}

fn column(table: &StatTable, at: usize) -> Vec<String> {
    let said = |cell: &StatCell| match cell {
        StatCell::Text(text) => text.clone(),
        StatCell::Integer(whole) => whole.to_string(),
        other => format!("{other:?}"),
    };
    table.rows.iter().map(|row| said(&row.cells[at])).collect()
}

/// (row, value) of one column of an expected table.
fn expected(name: &str, column: &str) -> Vec<(String, String)> {
    let path = root().join("tests/independent/expected").join(format!("{name}.csv"));
    let text = std::fs::read_to_string(path).expect("the expected table");
    let lines = text.lines().map(|line| line.split(',').collect::<Vec<_>>());
    lines.filter(|line| line[1] == column).map(|line| (line[0].to_string(), line[2].to_string())).collect()
}

#[test]
fn tables_and_lists_stand_in_the_order_of_their_ranks_and_say_how_ties_fall() {
    let run = with_more();
    let best = table(&run, "best-units");
    let mut intended: Vec<(u32, String)> = expected("shock-teams-unit", "名次")
        .into_iter()
        .filter_map(|(unit, place)| Some((place.parse().ok()?, unit)))
        .filter(|(place, _)| *place <= 3)
        .collect();
    intended.sort();
    assert_eq!(column(best, 0), intended.iter().map(|(_, unit)| unit.clone()).collect::<Vec<_>>());
    assert_eq!(column(best, 2), ["1", "2", "3"]);
    assert!(best.notes.iter().any(|note| note.starts_with("取前 3 名，共 3 个")), "{:?}", best.notes);

    // Two units have one accident each, both are first, and the total is that of all rows.
    let accidents = table(&run, "most-accidents");
    assert_eq!(column(accidents, 0), ["淮南市总工会", "滁州市总工会", "合计"]);
    assert_eq!(column(accidents, 2)[..2], ["1", "1"]);
    let note = accidents.notes.iter().find(|note| note.contains("并列")).expect("the tie is said");
    assert!(note.contains("第 1 名有 2 个并列，都列出，共 2 个") && note.contains("合计仍按全部行"), "{note}");

    let own = table(&run, "best-of-units");
    let mut first: Vec<String> = Vec::new();
    for line in std::fs::read_to_string(root().join("tests/independent/expected/shock-teams-ranking.csv"))
        .expect("the expected ranking")
        .lines()
    {
        let parts: Vec<&str> = line.split(',').collect();
        if parts[1].ends_with("/1") {
            first.push(parts[0].to_string());
        }
    }
    let mut listed = column(own, 2);
    // Units in official order, a tie within 阜阳 listed whole.
    assert_eq!(column(own, 1)[..2], ["合肥市总工会", "淮北市总工会"]);
    assert_eq!(column(own, 1).iter().filter(|unit| *unit == "阜阳市总工会").count(), 2);
    listed.sort();
    first.sort();
    assert_eq!(listed, first);
    assert!(column(own, 3).iter().any(|place| place == "44"), "the province's first is last from below");
}

#[test]
fn what_the_definition_computes_stands_in_the_data_edition_and_is_explained() {
    let results = super::support::Results::of_sample("shock-teams", &[]);
    let cells = super::workshop::all_cells(&results.ending("_数据版.xlsx"));
    for header in ["复算得分", "复算名次", "应曝光"] {
        assert!(cells.iter().any(|cell| cell == header), "{header}");
    }
    let leadership = super::workshop::all_cells(&results.ending("_工作版.xlsx"));
    let told = |words: &str| leadership.iter().filter(|cell| cell.contains(words)).count();
    // Once for each table that reads it, with what it is made of in turn.
    assert_eq!((told("复算得分＝一票否决 为“是” 时为 0，其他情况为 "), told("；一票否决＝安全 = 0")), (5, 5));
}

#[test]
fn a_reason_says_a_month_as_a_month_and_no_day_that_nobody_wrote() {
    let list = r#"
[[table]]
id        = "born"
sheet     = "出生"
title     = "{报告期}出生年月"
kind      = "list"
from      = "individual"
criteria  = [{ when = "性别 IS NOT NULL", reason = "{姓名}生于{出生年月}" }]
empty     = "没有"
columns = [
  { header = "出生年月", column = "出生年月" },
  { header = "原因", value = "reason" },
]
"#;
    let run = with_tables("honours", list);
    let table = table(&run, "born");
    assert!(table.rows.len() > 50, "{} rows", table.rows.len());
    for row in table.rows.iter() {
        let [StatCell::Month(day), StatCell::Text(reason)] = row.cells.as_slice() else { panic!("{row:?}") };
        let (year, month, _) = huizong::domain::period::civil(*day).expect("a month");
        assert!(reason.ends_with(&format!("生于{year}年{month}月")), "{reason}");
    }
}
