use super::*;
use crate::domain::period::day;
use crate::model::Column;
use std::path::Path;
use std::sync::Arc;

fn pipelines() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("pipelines")
}

fn plan(name: &str) -> Plan {
    crate::definition::read(&pipelines().join(name).join("pipeline.toml"))
        .unwrap_or_else(|problems| panic!("{}", crate::definition::diagnostic::render(&problems, false)))
}

fn year(text: &str) -> Period {
    Period::parse(text).unwrap()
}

fn shipped() -> ReferenceFolders {
    ReferenceFolders::of(vec![pipelines().join("reference")])
}

/// Loads with these files in a folder before the shipped ones.
fn with(name: &str, files: &[(&str, &str)]) -> Result<Reference, Vec<Diagnostic>> {
    let folder = tempfile::tempdir().unwrap();
    for (file, text) in files {
        std::fs::write(folder.path().join(file), text).unwrap();
    }
    let folders = ReferenceFolders::of(vec![folder.path().to_path_buf(), pipelines().join("reference")]);
    load(&plan(name), &folders, &year("2026"), Allowance::default())
}

const HEADER: &str = "单位代码,单位名称,别名,上级代码,层级,渠道,地市,行业,所有制,在岗职工人数,启用,停用,应报\n";

fn roster_problems(rows: &str) -> Vec<String> {
    // The cities' table of the trial names no unit that the short roster lacks.
    let cities = "地市,单位代码\n合肥,A\n淮北,A\n";
    let files = [("单位名册.csv", &*format!("{HEADER}{rows}")), ("地市顺序.csv", cities)];
    match with("honours", &files) {
        Ok(_) => Vec::new(),
        Err(problems) => problems.into_iter().map(|problem| format!("{} {}", problem.code, problem.message)).collect(),
    }
}

#[test]
fn the_shipped_reference_loads_for_both_pipelines() {
    for name in ["model-teams", "honours"] {
        let reference = load(&plan(name), &shipped(), &year("2026"), Allowance::default())
            .unwrap_or_else(|problems| panic!("{}", crate::definition::diagnostic::render(&problems, false)));
        let Roster { units, expected, .. } = &reference.roster;
        assert_eq!((reference.cities.len(), expected.len()), (16, 36), "{name}");
        assert!(reference.notes.is_empty(), "{:?}", reference.notes);
        // Official order: the cities, then systems, associations, enterprises.
        let names: Vec<&str> = expected.iter().map(|at| &*units[*at as usize].name).collect();
        assert_eq!(names[..2], ["合肥市总工会", "淮北市总工会"]);
        assert_eq!((names[15], names[16]), ("黄山市总工会", "省教育系统工会"));
        assert!(names[35].ends_with("通信有限公司工会"));
        assert!(reference.due.is_some_and(|due| due.grace > Some(due.due)));
        assert!(reference.files.iter().all(|(_, _, sha)| sha.len() == 64));
        // The spring festival of 2026, and the Saturday before that is worked.
        assert!(!reference.calendar.is_workday(day(2026, 2, 17).unwrap()));
        assert!(reference.calendar.is_workday(day(2026, 2, 14).unwrap()));
    }
}

#[test]
fn units_are_found_by_code_name_and_alias_and_recommended_by_who_owes() {
    let roster = load(&plan("model-teams"), &shipped(), &year("2026"), Allowance::default()).unwrap().roster;
    let hefei = roster.find("340100");
    assert_eq!(roster.find("合肥市总"), hefei);
    assert_eq!(roster.find("合肥市 总工会"), hefei);
    assert_eq!(roster.find("省一建").len(), 2);
    assert!(roster.find("合肥").is_empty());
    let team = roster.find("云岭建设")[0];
    assert_eq!(roster.recommender(team), Some(hefei[0]));
    assert!(roster.linked(hefei[0], team) && !roster.linked(team, roster.find("省教育系统工会")[0]));
    assert_eq!(roster.recommender(roster.find("省属文化系统工会")[0]), None);
}

#[test]
fn a_unit_is_expected_only_while_it_is_enabled() {
    let plan = plan("model-teams");
    let expected = |period: &str| {
        let roster = load(&plan, &shipped(), &year(period), Allowance::default()).unwrap().roster;
        let gone = roster.find("皖辰矿业")[0];
        roster.expected.contains(&gone)
    };
    assert!(expected("2025") && !expected("2026"));
}

#[test]
fn confirmed_aliases_are_read_beside_the_roster_and_checked() {
    let sound = "写法,单位代码,备注\n合淝市总工会,340100,来电确认\n合肥市总,340100,\n";
    let roster = with("model-teams", &[("单位别名.csv", sound)]).unwrap().roster;
    assert_eq!(roster.find("合淝市 总工会"), roster.find("340100"));
    // One that the roster had already is no second alias.
    let hefei = &roster.units[roster.find("340100")[0] as usize];
    assert_eq!(hefei.aliases.iter().filter(|alias| *alias == "合肥市总").count(), 1);

    let wrong = "写法,单位代码,备注\n某市总,999999,\n合肥市总,340600,\n庐州总工会,340100,\n庐州总工会,340600,\n省一建,340100,\n";
    let problems = with("model-teams", &[("单位别名.csv", wrong)]).unwrap_err();
    let said: Vec<String> = problems.iter().map(|problem| format!("{} {}", problem.code, problem.message)).collect();
    let starts = [
        "unknown-unit 第 2 行“单位代码”：名册里没有代码为“999999”的单位",
        "alias-taken 第 3 行“写法”：“合肥市总”在名册里已经表示“合肥市总工会”",
        "alias-taken 第 5 行“写法”：“庐州总工会”在第 4 行已经表示“合肥市总工会”",
        "alias-taken 第 6 行“写法”：“省一建”在名册里已经表示",
    ];
    assert_eq!(said.len(), starts.len(), "{said:#?}");
    for (problem, start) in said.iter().zip(starts) {
        assert!(problem.starts_with(start), "{problem} / {start}");
    }
    assert!(problems.iter().all(|problem| problem.path.ends_with("单位别名.csv")));
}

#[test]
fn roster_mistakes_all_at_once_with_their_rows() {
    let problems = roster_problems(
        "A,甲,,,市,市总工会,合肥,,,120,2000-01-01,,honours\n\
         B,乙,,X9,乡,市总工会,合肥,,,约80,2000-13-01,,honours\n\
         A,甲,,,市,省直部门,蚌埠,,,1,,,\n\
         ,丙,,,市,市总工会,合肥,,,1,,,honour\n",
    );
    let starts = [
        "unreadable-cell 第 3 行“在岗职工人数”：“约80”",
        "unreadable-cell 第 3 行“启用”：“2000-13-01”",
        "missing-cell 第 5 行“单位代码”",
        "unknown-pipeline 第 5 行“应报”：没有报送项目“honour”",
        "unknown-word 第 3 行“层级”：“乡”",
        "unknown-word 第 4 行“渠道”：“省直部门”",
        "unknown-word 第 4 行“地市”：“蚌埠”",
        "duplicate-unit 第 4 行“单位代码”：“A”重复，第 2 行",
        "duplicate-unit 第 4 行“单位名称”",
        "unknown-parent 第 3 行“上级代码”：名册里没有代码为“X9”",
    ];
    assert_eq!(problems.len(), starts.len(), "{problems:#?}");
    for (problem, start) in problems.iter().zip(starts) {
        assert!(problem.starts_with(start), "{problem} / {start}");
    }
}

#[test]
fn chains_of_parents_have_an_end() {
    let rows = |count: usize| -> String {
        let row = |at: usize| {
            let parent = if at == 0 { String::new() } else { format!("U{}", at - 1) };
            format!("U{at},单位{at},,{parent},市,市总工会,合肥,,,1,,,honours\n")
        };
        (0..count).map(row).collect()
    };
    assert!(roster_problems(&rows(51)).iter().all(|problem| !problem.contains("parents-too-many")));
    let problems = roster_problems(&rows(50_000));
    assert_eq!(problems.iter().filter(|problem| problem.starts_with("parents-too-many")).count(), 1);
}

#[test]
fn circles_of_parents_are_refused() {
    let rows = "A,甲,,C,市,市总工会,合肥,,,1,,,honours\nB,乙,,A,市,市总工会,合肥,,,1,,,\nC,丙,,B,市,市总工会,合肥,,,1,,,\n\
                D,丁,,A,市,市总工会,合肥,,,1,,,\n";
    let problems = roster_problems(rows);
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(problems[0].starts_with("parent-circle 第 2 行"), "{problems:?}");
}

#[test]
fn a_weight_is_needed_where_seats_are_apportioned_and_only_there() {
    let roster = format!("{HEADER}A,甲,,,市,市总工会,合肥,,,,,,honours、省模范班组评选\n");
    let ledger = "年度,荣誉名称,级别,名称\n";
    let cities = "地市,单位代码\n合肥,A\n";
    let files = [("单位名册.csv", roster.as_str()), ("地市顺序.csv", cities), ("荣誉台账.csv", ledger)];
    assert!(with("honours", &files).is_ok());
    let problems = with("model-teams", &files).unwrap_err();
    assert_eq!(problems.iter().map(|problem| problem.code.as_str()).collect::<Vec<_>>(), ["missing-weight"]);
    let issued = [&files[..], &[("名额分配表.csv", "推荐单位,名额\n甲,5\n")]].concat();
    assert!(with("model-teams", &issued).is_ok());
}

#[test]
fn an_issued_table_adds_up_and_names_expected_units() {
    let sound = "省模范班组名额分配表\n单位,备注,名额\n合肥市总,,60\n340600,,40\n合计,,100\n";
    let reference = with("model-teams", &[("名额分配表.csv", sound)]).unwrap();
    let table = &reference.tables["名额分配表"];
    assert_eq!(table.columns[1], Column::Integer(vec![Some(60), Some(40)].into()));
    assert_eq!(table.columns[0], Column::Text(vec![Some("合肥市总工会"), Some("淮北市总工会")].into()));
    assert_eq!(table.lines, [3, 4]);
    assert!(reference.notes.iter().any(|note| note.contains("亳州市总工会")), "{:?}", reference.notes);

    let broken = "推荐单位,名额\n合肥市总,60\n省一建,1\n合肥市总工会,2\n云岭建设,1\n合计,99\n";
    let problems = with("model-teams", &[("名额分配表.csv", broken)]).unwrap_err();
    let codes: Vec<&str> = problems.iter().map(|problem| problem.code.as_str()).collect();
    assert_eq!(codes, ["issued-total", "unknown-unit", "duplicate-unit", "not-expected"]);
    assert!(problems[0].message.contains("第 6 行") && problems[0].message.contains("64"), "{problems:?}");
}

#[test]
fn code_tables_override_and_their_synonyms_have_to_fit() {
    let fewer = "所有制\n国有\n集体\n私营\n港澳台\n外商\n机关\n事业\n其他\n混合\n";
    let reference = with("honours", &[("所有制代码.csv", fewer)]).unwrap();
    let list = reference.codes.iter().find(|list| list.id == "ownership").unwrap();
    assert_eq!(list.values.last().map(String::as_str), Some("混合"));
    let problems = with("honours", &[("所有制代码.csv", "所有制代码\n国有\n国有\n民营\n")]).unwrap_err();
    let codes: Vec<&str> = problems.iter().map(|problem| problem.code.as_str()).collect();
    assert_eq!(codes[..2], ["duplicate-code-value", "synonym-is-code"]);
    assert!(codes[2..].iter().all(|code| *code == "synonym-target-gone") && codes.len() > 3, "{codes:?}");
}

#[test]
fn the_ledger_is_typed_and_its_words_made_canonical() {
    let ledger = "荣誉台账\n级别,名称,荣誉名称,年度,备注\n全国,甲班,工人先锋号,2021,x\n别的,乙班,先进集体,2022,\n";
    let reference = with("honours", &[("荣誉台账.csv", ledger)]).unwrap();
    let table = &reference.tables["荣誉台账"];
    assert_eq!(table.columns[0], Column::Integer(vec![Some(2021), Some(2022)].into()));
    assert_eq!(table.columns[2], Column::Text(vec![Some("国家级"), Some("别的")].into()));
    let problems = with("honours", &[("荣誉台账.csv", "年度,荣誉名称,级别\n2021,x,省级\n")]).unwrap_err();
    assert_eq!(problems[0].code, "missing-column");
    assert!(problems[0].message.contains("“名称”"), "{problems:?}");
}

#[test]
fn what_is_missing_is_said_with_the_folders_searched() {
    let folder = tempfile::tempdir().unwrap();
    let folders = ReferenceFolders::of(vec![folder.path().to_path_buf()]);
    let problems = load(&plan("honours"), &folders, &year("2026"), Allowance::default()).unwrap_err();
    let missing: Vec<&str> = problems.iter().map(|problem| problem.code.as_str()).collect();
    assert_eq!(missing, ["reference-missing"; 3]);
    assert!(problems[0].message.contains(&folder.path().display().to_string()), "{problems:?}");
    assert!(problems[0].help.as_deref().unwrap_or("").contains("--reference"));

    for file in ["单位名册.xlsx", "地市顺序.xlsx", "荣誉台账.xlsx"] {
        std::fs::copy(pipelines().join("reference").join(file), folder.path().join(file)).unwrap();
    }
    let reference = load(&plan("honours"), &folders, &year("2026"), Allowance::default()).unwrap();
    assert_eq!(reference.notes.len(), 2, "{:?}", reference.notes);
    assert_eq!(reference.due, None);
    std::fs::write(folder.path().join("单位名册.csv"), b"x").unwrap();
    assert_eq!(load(&plan("honours"), &folders, &year("2026"), Allowance::default()).unwrap_err()[0].code, "two-files");
}

#[test]
fn an_xlsx_is_read_as_a_csv_is() {
    let folder = tempfile::tempdir().unwrap();
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write(0, 0, "节假日安排").unwrap();
    sheet.write(2, 1, "类型").unwrap();
    sheet.write(2, 2, "日期").unwrap();
    let format = rust_xlsxwriter::Format::new().set_num_format("yyyy-mm-dd");
    let date = rust_xlsxwriter::ExcelDateTime::from_ymd(2026, 7, 1).unwrap();
    sheet.write(3, 1, "放假").unwrap();
    sheet.write_with_format(3, 2, &date, &format).unwrap();
    book.save(folder.path().join("节假日.xlsx")).unwrap();
    let folders = ReferenceFolders::of(vec![folder.path().to_path_buf(), pipelines().join("reference")]);
    let reference = load(&plan("honours"), &folders, &year("2026"), Allowance::default()).unwrap();
    assert_eq!(reference.calendar.exceptions.into_iter().collect::<Vec<_>>(), [(day(2026, 7, 1).unwrap(), false)]);
}

#[test]
fn a_workbook_that_is_none_or_damaged_is_a_diagnostic() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("节假日.xlsx");
    let folders = ReferenceFolders::of(vec![folder.path().to_path_buf(), pipelines().join("reference")]);
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write(0, 0, "日期").unwrap();
    sheet.write(0, 1, "类型").unwrap();
    let whole = book.save_to_buffer().unwrap();
    let mut flipped = whole.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 0x40;
    for bytes in [b"PK\x03\x04".to_vec(), b"date".to_vec(), whole[..whole.len() / 2].to_vec(), flipped] {
        std::fs::write(&path, bytes).unwrap();
        let problems = load(&plan("honours"), &folders, &year("2026"), Allowance::default()).unwrap_err();
        assert_eq!(problems.iter().map(|problem| problem.code.as_str()).collect::<Vec<_>>(), ["workbook-unreadable"]);
    }
    std::fs::write(&path, whole).unwrap();
    assert!(load(&plan("honours"), &folders, &year("2026"), Allowance::default()).is_ok());
}

#[test]
fn who_asks_for_several_pipelines_or_periods_reads_each_table_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("节假日.csv");
    let folders = ReferenceFolders::of(vec![folder.path().to_path_buf(), pipelines().join("reference")]);
    let shared = folders.clone().sharing(&Arc::default());
    let days = |folders: &ReferenceFolders| {
        let loaded = load(&plan("honours"), folders, &year("2026"), Allowance::default()).unwrap();
        loaded.calendar.exceptions.len()
    };
    std::fs::write(&path, "日期,类型\n2026-10-01,放假\n").unwrap();
    assert_eq!((days(&folders), days(&shared)), (1, 1));
    std::fs::write(&path, "日期,类型\n2026-10-01,放假\n2026-10-02,放假\n").unwrap();
    assert_eq!((days(&folders), days(&shared)), (2, 1));
}

#[test]
fn twenty_thousand_units_load_at_once() {
    let mut rows = String::from("A,甲,,,市,市总工会,合肥,,,1,,,honours\n");
    for n in 0..20_000 {
        let parent = if n % 40 == 0 { "A".to_owned() } else { format!("B{}", n - 1) };
        rows.push_str(&format!("B{n},单位{n},,{parent},基层,市总工会,合肥,,,1,,,honours\n"));
    }
    let start = std::time::Instant::now();
    assert_eq!(roster_problems(&rows), Vec::<String>::new());
    // Quadratic work over so many units takes minutes; the bound is wide because machines are busy.
    assert!(start.elapsed().as_secs() < 10, "{:?}", start.elapsed());
}

#[test]
fn due_dates_that_do_not_follow_one_another_are_named_by_column() {
    let due = |row: &str| {
        let text = format!("报送项目,报告期,开网,截止,补报截止\n{row}\n");
        with("honours", &[("截止日期.csv", &text)])
    };
    for (row, said) in [
        ("honours,2026,2026-05-01,2026-04-10,", "第 2 行“开网”：开网 2026-05-01 晚于截止 2026-04-10"),
        ("model-teams,2025,,2026-04-10,2026-04-09", "第 2 行“补报截止”：补报截止 2026-04-09 早于截止 2026-04-10"),
    ] {
        let problems = due(row).unwrap_err();
        let said_of: Vec<_> =
            problems.iter().map(|problem| (problem.code.as_str(), problem.message.as_str())).collect();
        assert_eq!(said_of, [("dates-order", said)]);
    }
    let missing = due("honours,2025,,2025-04-10,").unwrap();
    assert_eq!(missing.due, None, "another year's date is not taken");
    assert!(
        missing.notes.iter().any(|note| note.contains("没有“评先评优推荐与获奖统计”2026年")),
        "{:?}",
        missing.notes
    );
}
