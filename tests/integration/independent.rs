//! The sample's statistics against a calculation made by other means: `tests/independent/expected.py` computes them in
//! Python fractions from the rows that the sample's author intended, and never saw the engine.

use super::support::{finished, finished_months_of, root, rules_apart};
use huizong::model::stat_table::StatTable;
use huizong::model::statistic::StatCell;
use huizong::run::Finished;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// One line of an expected table: row label, column label, value, and for proportions the exact fraction.
struct Expected {
    row: String,
    column: String,
    value: String,
    fraction: String,
}

fn expected(name: &str) -> Vec<Expected> {
    let path: PathBuf = root().join("tests/independent/expected").join(format!("{name}.csv"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let lines: Vec<Expected> = text
        .lines()
        .skip(1)
        .map(|line| {
            let mut parts = line.split(',').map(str::to_string);
            let mut next = || parts.next().unwrap_or_default();
            Expected { row: next(), column: next(), value: next(), fraction: next() }
        })
        .collect();
    assert!(!lines.is_empty(), "{name}");
    lines
}

fn table<'a>(run: &'a Finished, id: &str) -> &'a StatTable {
    run.computed.tables.iter().find(|table| table.id == id).unwrap_or_else(|| panic!("no table {id}"))
}

/// What a cell says, in the words of the expected tables.
fn said(cell: &StatCell) -> String {
    match cell {
        StatCell::Text(text) | StatCell::Alarm(text) => text.clone(),
        StatCell::Integer(number) => number.to_string(),
        StatCell::Number(number) => number.to_string(),
        StatCell::Ratio { num, den } => format!("{num}/{den}"),
        StatCell::Points(points) => format!("{points:+.6}"),
        StatCell::Date(day) => day.to_string(),
        StatCell::Month(day) => {
            let (year, month, _) = huizong::domain::period::civil(*day).expect("a real month");
            format!("{year}-{month:02}")
        }
        StatCell::NotReported
        | StatCell::Returned
        | StatCell::Unfilled
        | StatCell::Pending
        | StatCell::NotApplicable => cell.state().expect("a state has a word").to_string(),
        StatCell::Empty => String::new(),
    }
}

fn agrees(cell: &StatCell, expected: &Expected) -> bool {
    let said = said(cell);
    match cell {
        // The Python side knows no "not reported": it counts nothing, or a share of nothing, and compares with that.
        StatCell::NotReported => {
            ["0", "—", "", "未报"].contains(&expected.value.as_str())
                || ["增减", "同比", "增减（可比）", "同比（可比）", "环比（可比）"].contains(&&*expected.column)
        }
        StatCell::NotApplicable => ["—", "", "0"].contains(&expected.value.as_str()),
        StatCell::Number(number) => match expected.fraction.split_once('/') {
            Some((n, d)) => {
                let (n, d): (f64, f64) = (n.parse().expect("a number"), d.parse().expect("a number"));
                (number - n / d).abs() < 1e-9
            }
            // Sums of decimals depend on their order in the last digits only.
            None => expected
                .value
                .parse::<f64>()
                .is_ok_and(|theirs| (number - theirs).abs() <= 1e-9 * theirs.abs().max(1.0)),
        },
        StatCell::Ratio { num, den } => match expected.fraction.split_once('/') {
            Some((n, d)) => {
                let (n, d): (i64, i64) = (n.parse().expect("a number"), d.parse().expect("a number"));
                num * d == n * den
            }
            None => *den == 0 && expected.value == "—",
        },
        // Where all rows were sent back the Python side adds up nothing.
        StatCell::Returned => ["0", "—", "退回"].contains(&expected.value.as_str()),
        _ => said == expected.value,
    }
}

/// Every figure of a cross table that the Python side computed.
fn hold_table(run: &Finished, pipeline: &str, id: &str, wrong: &mut Vec<String>) {
    hold_table_against(run, id, &format!("{pipeline}-{id}"), wrong);
}

fn hold_table_against(run: &Finished, id: &str, name: &str, wrong: &mut Vec<String>) {
    let table = table(run, id);
    let columns: Vec<(String, String)> = table
        .headings
        .iter()
        .map(|heading| {
            let mut path = heading.parents.clone();
            path.push(heading.name.clone());
            (path.join("/"), heading.name.clone())
        })
        .collect();
    let rows = table.rows.all();
    let rows: BTreeMap<String, &Vec<StatCell>> =
        rows.iter().filter_map(|row| Some((said(row.cells.first()?), &row.cells))).collect();
    for expected in expected(name) {
        // 比例执行 calls the denominator by its name.
        let wanted = if id == "shares" && expected.column == "总数" { "分母" } else { &expected.column };
        let column = columns.iter().position(|(path, name)| path == wanted || name == wanted);
        let cell = column.and_then(|column| rows.get(&expected.row)?.get(column));
        if !cell.is_some_and(|cell| agrees(cell, &expected)) {
            let ours = cell.map_or("nothing".to_string(), said);
            let theirs = if expected.fraction.is_empty() { expected.value } else { expected.fraction };
            wrong.push(format!("{id} · {} · {}: ours {ours}, independently {theirs}", expected.row, expected.column));
        }
    }
}

/// A list's rows as the words of some of its columns, sorted.
fn listed(run: &Finished, id: &str, columns: &[&str]) -> Vec<Vec<String>> {
    let table = table(run, id);
    let at: Vec<usize> = columns
        .iter()
        .map(|column| table.headings.iter().position(|h| h.name == *column).unwrap_or_else(|| panic!("{id}: {column}")))
        .collect();
    let mut rows: Vec<Vec<String>> =
        table.rows.iter().map(|row| at.iter().map(|column| said(&row.cells[*column])).collect()).collect();
    rows.sort();
    rows
}

/// `lot` names the intended files: the pipeline, with its month where there are several.
fn hold_outcomes(run: &Finished, pipeline: &str, lot: &str, wrong: &mut Vec<String>) {
    let verdict = &run.validated.verdict;
    for expected in expected(&format!("outcomes-{pipeline}")) {
        let ours = huizong::model::Outcome::ALL
            .into_iter()
            .find(|outcome| outcome.key() == expected.column)
            .map_or(verdict.sources.len(), |outcome| verdict.count(outcome));
        if ours.to_string() != expected.value {
            wrong.push(format!("{} files: ours {ours}, intended {}", expected.column, expected.value));
        }
    }
    let path = root().join("tests/independent/truth").join(format!("{lot}-files.csv"));
    let text = std::fs::read_to_string(path).expect("the intended outcome of each file");
    for line in text.lines().skip(1) {
        let mut parts = line.split(',');
        let (name, outcome) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let ours = verdict.sources.iter().find(|source| source.source.name == name).map(|source| source.outcome.key());
        if ours != Some(outcome) {
            wrong.push(format!("{name}: ours {ours:?}, intended {outcome}"));
        }
    }
}

#[test]
fn model_teams_agree_with_an_independent_calculation() {
    let run = finished("model-teams");
    let mut wrong = Vec::new();
    hold_outcomes(&run, "model-teams", "model-teams", &mut wrong);
    for id in ["quota", "six-good", "industry", "title-review"] {
        hold_table(&run, "model-teams", id, &mut wrong);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));

    let mut intended: Vec<Vec<String>> =
        expected("model-teams-roll").into_iter().map(|line| vec![line.row, line.column, line.value]).collect();
    intended.sort();
    assert_eq!(listed(&run, "roll", &["所在单位", "班组名称", "申报称号"]), intended);

    let mut intended: Vec<Vec<String>> = expected("model-teams-unreviewed")
        .into_iter()
        .map(|line| {
            let (team, year) = line.column.trim_end_matches('）').split_once('（').expect("team（year）");
            vec![line.row.clone(), team.to_string(), year.to_string()]
        })
        .collect();
    intended.sort();
    assert_eq!(listed(&run, "unreviewed", &["所在单位", "班组名称", "命名年度"]), intended);

    for line in expected("model-teams-benchmark") {
        let rows = listed(&run, "benchmark", &["所在单位", "班组名称", "结论"]);
        let row = rows.iter().find(|row| row[0] == line.row && row[1] == line.column).expect("the team is listed");
        assert_eq!(row[2].starts_with("通过"), line.value == "accepted", "{row:?}");
    }
}

#[test]
fn honours_agree_with_an_independent_calculation() {
    let run = finished("honours");
    let mut wrong = Vec::new();
    hold_outcomes(&run, "honours", "honours", &mut wrong);
    for id in [
        "frontline-unit",
        "frontline-title",
        "shares",
        "structure-sex",
        "structure-age",
        "structure-education",
        "structure-party",
        "awards-period",
        "awards-year",
        "awards-last-year",
        "awards-compare",
    ] {
        hold_table(&run, "honours", id, &mut wrong);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));

    let mut intended: Vec<Vec<String>> =
        expected("honours-awards-outside").into_iter().map(|l| vec![l.row, l.column, l.value]).collect();
    intended.sort();
    assert_eq!(listed(&run, "awards-outside", &["获奖对象", "荣誉名称", "获奖时间"]), intended);

    let share =
        run.validated.verdict.findings.iter().find(|f| &*f.code == "share-frontline").expect("the share is short");
    let fillers = expected("honours-fillers");
    assert!(share.next.contains("还差 2 名"), "{}", share.next);
    assert!(share.next.contains(&format!("{} 名", fillers.len())), "{}", share.next);
    assert!(fillers.iter().any(|line| share.next.contains(&line.row)), "{}", share.next);
}

/// The rows of a list against (row, column, value) lines, whatever their order.
fn hold_list(run: &Finished, pipeline: &str, id: &str, columns: &[&str]) {
    let mut intended: Vec<Vec<String>> =
        expected(&format!("{pipeline}-{id}")).into_iter().map(|line| vec![line.row, line.column, line.value]).collect();
    intended.sort();
    assert_eq!(listed(run, id, columns), intended, "{pipeline} {id}");
}

#[test]
fn studios_agree_with_an_independent_calculation() {
    let run = finished("studios");
    let mut wrong = Vec::new();
    hold_outcomes(&run, "studios", "studios-2026Q3", &mut wrong);
    for id in ["level-kind", "city", "seven", "seven-level", "topics", "funds", "discipline"] {
        hold_table(&run, "studios", id, &mut wrong);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    hold_list(&run, "studios", "top-benefit", &["工作室名称", "创效", "名次"]);
    hold_list(&run, "studios", "attention", &["工作室名称", "推荐单位", "原因"]);
}

#[test]
fn shock_teams_agree_with_an_independent_calculation() {
    let run = finished("shock-teams");
    let mut wrong = Vec::new();
    hold_outcomes(&run, "shock-teams", "shock-teams-2026Q3", &mut wrong);
    for id in ["unit", "dimensions", "discipline"] {
        hold_table(&run, "shock-teams", id, &mut wrong);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    hold_list(&run, "shock-teams", "honour", &["突击队名称", "名次", "上榜原因"]);

    let mut intended: Vec<Vec<String>> = expected("shock-teams-ranking")
        .into_iter()
        .map(|line| {
            let (all, own) = line.column.split_once('/').expect("two places");
            vec![line.row, all.to_string(), own.to_string(), line.value]
        })
        .collect();
    intended.sort();
    assert_eq!(listed(&run, "ranking", &["突击队名称", "全省名次", "单位内名次", "复算得分"]), intended);
    // In the order of the places, and a tie leaves the next place out.
    let places: Vec<i64> = listed_in_order(&run, "ranking", "全省名次");
    assert!(places.is_sorted() && places.starts_with(&[1, 2, 3, 3, 5]), "{places:?}");

    for line in expected("shock-teams-exposure") {
        let rows = listed(&run, "exposure", &["突击队名称", "审核", "曝光原因"]);
        let row = rows.iter().find(|row| row[0] == line.row).expect("the team is exposed");
        assert_eq!((row[1].starts_with("通过"), &row[2]), (line.column == "accepted", &line.value), "{row:?}");
    }
    assert_eq!(table(&run, "exposure").rows.len(), expected("shock-teams-exposure").len());
}

fn listed_in_order(run: &Finished, id: &str, column: &str) -> Vec<i64> {
    let table = table(run, id);
    let at = table.headings.iter().position(|heading| heading.name == column).expect("the column");
    table.rows.iter().map(|row| said(&row.cells[at]).parse().expect("a whole number")).collect()
}

/// A quarterly sample, its earlier quarters first, each against the history of those before it.
fn quarters(pipeline: &str) -> Vec<Finished> {
    huizong::ingest::use_worker(PathBuf::from(env!("CARGO_BIN_EXE_huizong")));
    let pipelines = root().join("pipelines");
    let folders = huizong::definition::reference::ReferenceFolders::of(vec![
        pipelines.join(pipeline),
        pipelines.join("reference"),
    ]);
    let definition = pipelines.join(pipeline).join("pipeline.toml");
    let kept = tempfile::tempdir().expect("a temporary folder");
    let (history, limits) = (kept.path().join("history"), huizong::ingest::Limits::default());
    ["2025Q3", "2026Q1", "2026Q2", "2026Q3"]
        .into_iter()
        .map(|quarter| {
            let prepared = huizong::run::prepare(
                &definition,
                &folders,
                Some(quarter),
                huizong::formats::allowance::Allowance::default(),
            )
            .expect("the shipped definition");
            let returns = [root().join("samples").join(pipeline).join(quarter)];
            let out = kept.path().join(quarter);
            let places = huizong::run::Places { out: Some(&out), history: Some(&history), ..Default::default() };
            huizong::run::run(&prepared, &returns, places, &limits, &huizong::run::Unwatched).expect("it runs")
        })
        .collect()
}

#[test]
fn quarters_are_held_against_those_before() {
    let studios = quarters("studios");
    let gone = |run: &Finished| -> Vec<String> {
        let findings = run.validated.verdict.findings.iter().filter(|finding| &*finding.code == "studio-gone");
        findings.map(|finding| finding.found.clone()).collect()
    };
    assert!(studios[..3].iter().all(|run| gone(run).is_empty()), "{:?}", studios.iter().map(gone).collect::<Vec<_>>());
    // 黄山's was 摘牌 a quarter before; only 铜陵's is missed.
    let [missed] = gone(&studios[3]).try_into().expect("one studio");
    let truth = std::fs::read_to_string(root().join("tests/independent/truth/studios-2026Q2-studio.csv")).expect("it");
    let third = truth.lines().filter(|line| line.starts_with("铜陵/")).nth(2).expect("three studios");
    let name = third.split(',').nth(7).expect("its name");
    assert!(missed.contains(name) && missed.contains("2026年第2季度"), "{missed}: {name}");
    let mut wrong = Vec::new();
    hold_table_against(&studios[3], "city", "studios-city-before", &mut wrong);
    let teams = quarters("shock-teams");
    hold_table_against(&teams[3], "unit", "shock-teams-unit-before", &mut wrong);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn innovation_agrees_with_an_independent_calculation() {
    let run = finished("innovation");
    let mut wrong = Vec::new();
    hold_outcomes(&run, "innovation", "innovation-2026-03", &mut wrong);
    for id in [
        "funnel-month",
        "funnel-year",
        "funnel-last-year",
        "contests",
        "contest-people",
        "results",
        "results-city",
        "top-units",
        "discipline",
    ] {
        hold_table(&run, "innovation", id, &mut wrong);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let units: BTreeMap<String, ()> = expected("innovation-top-units").into_iter().map(|line| (line.row, ())).collect();
    assert_eq!(listed(&run, "top-units", &["单位"]).concat(), units.into_keys().collect::<Vec<_>>());
    hold_list(&run, "innovation", "top-benefit", &["单位", "名次", "创效（万元）"]);
}

#[test]
fn service_agrees_with_an_independent_calculation() {
    let run = finished("service");
    let mut wrong = Vec::new();
    hold_outcomes(&run, "service", "service-2026-01", &mut wrong);
    for id in ["verdicts", "indicators", "cities", "discipline", "stars", "honour", "exposure"] {
        hold_table(&run, "service", id, &mut wrong);
    }
    for id in ["stars", "honour", "exposure"] {
        let mut units: Vec<String> = expected(&format!("service-{id}")).into_iter().map(|line| line.row).collect();
        units.sort();
        units.dedup();
        assert_eq!(listed(&run, id, &["单位"]).concat(), units, "{id}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let mut intended: Vec<Vec<String>> = expected("service-missed")
        .into_iter()
        .map(|line| {
            let (top, bottom) = line.value.split_once('/').expect("numerator/denominator");
            vec![line.row, line.column, top.to_string(), bottom.to_string()]
        })
        .collect();
    intended.sort();
    assert_eq!(listed(&run, "missed", &["单位", "指标", "分子", "分母"]), intended);
}

/// Findings over all months against the intended ones, `month | code | severity | file | sheet | cell` a line.
fn hold_months(pipeline: &str, months: &[&str], found: &[(Finished, Vec<String>)]) {
    let mut ours: Vec<String> = Vec::new();
    for (month, (_, findings)) in months.iter().zip(found) {
        ours.extend(findings.iter().map(|line| format!("{month} | {line}")));
    }
    ours.sort();
    let path = root().join("tests/integration/findings").join(format!("{pipeline}-months.txt"));
    let intended = std::fs::read_to_string(path).expect("the intended findings");
    let intended: Vec<&str> = intended.lines().collect();
    let lacking: Vec<&&str> = intended.iter().filter(|line| !ours.iter().any(|our| our == **line)).collect();
    let surplus: Vec<&String> = ours.iter().filter(|our| !intended.contains(&our.as_str())).collect();
    assert!(lacking.is_empty() && surplus.is_empty(), "lacking: {lacking:#?}\nsurplus: {surplus:#?}");
    assert_eq!(ours.len(), intended.len(), "the same line twice");
}

#[test]
fn innovation_month_after_month_agrees_with_an_independent_calculation() {
    let months = ["2025-03", "2026-01", "2026-02", "2026-03"];
    let apart = rules_apart();
    let runs = finished_months_of(apart.path(), "innovation", &months);
    hold_months("innovation", &months, &runs);
    let (main, _) = runs.last().expect("the main month");
    let mut wrong = Vec::new();
    for id in ["funnel-month", "funnel-year", "funnel-last-year", "funnel-compare", "funnel-to-date", "months"] {
        hold_table(main, "innovation-history", id, &mut wrong);
    }
    let covered: Vec<String> = expected("innovation-history-coverage").into_iter().map(|line| line.value).collect();
    let covered = format!("可比单位 {} 个，本期共 {} 个、上年同期共 {} 个", covered[0], covered[1], covered[2]);
    let notes = &table(main, "funnel-compare").notes;
    assert!(notes.iter().any(|note| note.contains(&covered)), "{covered}: {notes:?}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn service_month_after_month_agrees_with_an_independent_calculation() {
    let months = ["2025-01", "2025-11", "2025-12", "2026-01"];
    let apart = rules_apart();
    let runs = finished_months_of(apart.path(), "service", &months);
    hold_months("service", &months, &runs);
    let (main, _) = runs.last().expect("the main month");
    let mut wrong = Vec::new();
    for id in ["indicators", "season"] {
        hold_table(main, "service-history", id, &mut wrong);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
