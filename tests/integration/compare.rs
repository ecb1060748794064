//! Comparisons over time, on a small monthly return. Every expected figure was worked out by hand from
//! [`super::months::MONTHS`].

use super::months::{DEFINITION, Project, ROSTER};
use huizong::domain::period::Period;
use huizong::model::stat_table::StatTable;
use huizong::model::statistic::StatCell;
use huizong::model::{Finding, Severity};
use huizong::run::{Finished, Stop};
use std::path::Path;

fn table<'a>(finished: &'a Finished, id: &str) -> &'a StatTable {
    finished.computed.tables.iter().find(|table| table.id == id).unwrap_or_else(|| panic!("no table {id}"))
}

/// A cell as a short text: `3/12` for a proportion, `—`, `未报`.
fn words(cell: &StatCell) -> String {
    match cell {
        StatCell::Text(text) => text.clone(),
        StatCell::Integer(n) => n.to_string(),
        StatCell::Ratio { num, den } => format!("{num}/{den}"),
        StatCell::Points(points) => format!("{points}点"),
        other => other.state().map_or_else(|| format!("{other:?}"), str::to_owned),
    }
}

/// One column from top to bottom.
fn column(table: &StatTable, name: &str) -> Vec<String> {
    let at = table.headings.iter().position(|heading| heading.name == name).unwrap_or_else(|| panic!("no {name}"));
    table.rows.iter().map(|row| words(&row.cells[at])).collect()
}

fn found<'a>(finished: &'a Finished, code: &str) -> Vec<&'a Finding> {
    finished.validated.verdict.findings.iter().filter(|finding| &*finding.code == code).collect()
}

fn file<'a>(finished: &'a Finished, finding: &Finding) -> &'a str {
    let source = finding.place.source.expect("a finding on a file") as usize;
    Path::new(&finished.validated.verdict.sources[source].source.name).file_stem().unwrap().to_str().unwrap()
}

#[test]
fn what_was_filed_before_is_held_against_what_is_claimed() {
    let project = Project::new();
    // The first month ever has no past: the rules that look back are silent, and that is said.
    let first = project.sound("2025-02");
    assert!(found(&first, "sum-to-date").is_empty());
    let gaps: Vec<&str> = found(&first, "history-gap").iter().map(|gap| gap.found.as_str()).collect();
    assert_eq!(gaps.len(), 3, "上期 and 上年同期 of one form, 上期 of the other: {gaps:?}");
    assert!(gaps.iter().any(|gap| gap.contains("上年同期（2024年2月）")), "{gaps:?}");

    project.sound("2025-12");
    let january = project.sound("2026-01");
    assert!(found(&january, "sum-to-date").is_empty(), "累计 begins anew in January");
    let again = found(&january, "same-again");
    assert_eq!(again.len(), 1);
    assert_eq!(file(&january, again[0]), "乙市总工会");

    let february = project.sound("2026-02");
    let wrong = found(&february, "sum-to-date");
    assert_eq!(wrong.len(), 1, "丁 has no January and is not judged");
    assert_eq!((file(&february, wrong[0]), wrong[0].severity), ("乙市总工会", Severity::Block));
    assert_eq!(wrong[0].found, "累计 41，上期累计 20，本月 22");
    let claimed = found(&february, "year-ago-claim");
    assert_eq!(claimed.len(), 1);
    assert_eq!(claimed[0].found, "上年同期填 8，去年报的是 7");
    assert!(found(&february, "history-gap").is_empty());

    let slip = found(&february, "benefit-outlier");
    assert_eq!(slip.len(), 1, "{slip:?}");
    let series = "创效 300000 万元；以往：2025年2月 30、2025年12月 31、2026年1月 29，中位数 30，\
                  相差约一万倍，疑似按元填报（应为万元）";
    assert_eq!(slip[0].found, series);

    let trial = found(&february, "too-few");
    assert_eq!(trial.len(), 1);
    assert_eq!((file(&february, trial[0]), trial[0].severity), ("丁集团工会", Severity::Note));
    assert!(trial[0].found.starts_with("（试行，启用后为必改）只有 9 件"), "{}", trial[0].found);
    assert!(february.validated.rows[0].accepted.iter().filter(|accepted| **accepted).count() == 2);
}

#[test]
fn growth_is_said_raw_and_over_the_units_of_both_periods() {
    let project = Project::new();
    let february = project.up_to("2026-02");
    let compare = table(&february, "compare");
    let is = |name: &str, expected: [&str; 5]| assert_eq!(column(compare, name), expected, "{name}");
    // 甲, 乙 (its row is blocked), 丙 (silent), 丁, 合计.
    is("本月", ["15", "退回", "未报", "9", "24"]);
    is("上月", ["12", "20", "33", "未报", "65"]);
    is("上年同月", ["10", "20", "未报", "7", "37"]);
    is("累计", ["27", "20", "33", "9", "89"]);
    is("上年累计", ["10", "20", "未报", "7", "37"]);
    // What was sent back is no fall to nothing.
    is("环比", ["3/12", "—", "未报", "—", "-41/65"]);
    is("可比环比", ["3/12", "—", "未报", "—", "3/12"]);
    // Between which figures it is; what is not compared has none, and no 0.
    let at = compare.headings.iter().position(|heading| heading.name == "可比环比").expect("the column");
    let sides =
        compare.rows.iter().map(|row| row.compared(at).map(|sides| [sides.now.0.clone(), sides.before.0.clone()]));
    let whole = Some([15, 12].map(StatCell::Integer));
    let nobody = Some([const { StatCell::NotApplicable }; 2]);
    assert_eq!(sides.collect::<Vec<_>>(), [whole.clone(), nobody.clone(), nobody.clone(), nobody, whole]);
    is("同比", ["5/10", "—", "未报", "2/7", "-13/37"]);
    is("可比同比", ["5/10", "—", "未报", "2/7", "7/17"]);
    // January 2025 is not stored, so only the Februaries make a pair.
    is("可比累计同比", ["5/10", "—", "—", "2/7", "7/17"]);
    is("达标率", ["0/1", "0/0", "未报", "1/1", "1/2"]);
    is("上月达标率", ["1/1", "1/1", "0/1", "未报", "2/3"]);
    is("达标率变化", ["-100点", "—", "未报", "—", &format!("{}点", (1.0 * 3.0 - 2.0 * 2.0) * 100.0 / 6.0)]);
    // 口径说明 says every condition in words, however it was typed.
    let definitions = compare.definitions.join("\n");
    assert!(definitions.contains("能判定的行都符合"), "{definitions}");
    for typed in ["AND", "NOT", "NULL", ">=", "<"] {
        assert!(!definitions.contains(typed), "{typed}: {definitions}");
    }
    let notes = compare.notes.join("\n");
    assert!(
        notes.contains(
            "“可比环比”（合计 15 比 12）为可比口径：只计本期和上期都报全的单位（按“单位”栏），可比单位 1 个，本期共 2 个、上期共 3 个。"
        ),
        "{notes}"
    );
    assert!(notes.contains("可比单位 2 个，本期共 2 个、上年同期共 3 个。"), "{notes}");
    assert!(notes.contains("上年同期累计不全：2025年1月没有存档；按有数的 2025年2月计算。"), "{notes}");

    let months = table(&february, "months");
    let names: Vec<&str> = months.headings.iter().map(|heading| heading.name.as_str()).collect();
    assert_eq!(names, ["单位", "2025年12月", "2026年1月", "2026年2月"]);
    assert_eq!(column(months, "2025年12月"), ["10", "20", "30", "未报", "60"]);
    assert_eq!(column(months, "2026年2月"), ["15", "退回", "未报", "9", "24"]);
    let year = table(&february, "year");
    let heads: Vec<String> = year.headings.iter().map(|h| format!("{}{}", h.parents.concat(), h.name)).collect();
    assert_eq!(heads, ["单位", "2026年1月提出", "2026年1月份数", "2026年2月提出", "2026年2月份数"]);
}

#[test]
fn the_comparable_are_paired_by_the_unit_that_a_row_names_and_not_by_who_sent_it() {
    let project = Project::new();
    let counties =
        "11,甲一县总工会,,1,县,市总工会,甲,,,10,2000-01-01,,\n12,甲二县总工会,,1,县,市总工会,甲,,,10,2000-01-01,,\n";
    project.write("pipelines/reference/单位名册.csv", &format!("{ROSTER}{counties}"));
    let months = ["2025-01", "2025-02", "2026-01", "2026-02"];
    let due: String =
        months.iter().map(|month| format!("monthly,{month},2020-01-01,2030-01-01,2030-02-01\n")).collect();
    project.write("pipelines/reference/截止日期.csv", &format!("报送项目,报告期,开网,截止,补报截止\n{due}"));
    for month in months {
        let _ = std::fs::remove_dir_all(project.path(&format!("returns/{month}")));
    }
    let header = "单位,提出,采纳,累计提出,去年提出,创效";
    let sent = |month: &str, unit: &str, rows: &str| {
        project.write(&format!("returns/{month}/{unit}.csv"), &format!("填报单位：{unit}\n{header}\n{rows}"));
    };
    sent("2025-01", "甲市总工会", "甲一县总工会,5,1,5,,1\n甲二县总工会,50,1,50,,1\n");
    sent("2025-02", "甲市总工会", "甲一县总工会,10,1,15,,1\n甲二县总工会,20,1,70,,1\n");
    // 甲二县 is missing in January, and in February 甲一县 is sent back: no 提出.
    sent("2026-01", "甲市总工会", "甲一县总工会,6,2,6,5,1\n");
    sent("2026-02", "甲市总工会", "甲一县总工会,,1,1,,1\n甲二县总工会,25,2,25,20,1\n");
    // 乙 says in February that there was nothing; 丙 sends another form, and of this one says nothing at all.
    sent("2026-01", "乙市总工会", "乙市总工会,20,10,20,,1\n");
    sent("2026-02", "乙市总工会", "零报告\n");
    sent("2026-01", "丙市总工会", "丙市总工会,33,2,33,,1\n");
    project.write("returns/2026-02/丙市总工会.csv", "单位,竞赛名称,状态\n丙市总工会,瓦工赛,进行\n");
    let finished = months.map(|month| project.sound(month));
    let compare = table(&finished[3], "compare");
    let is = |name: &str, expected: [&str; 5]| assert_eq!(column(compare, name), expected, "{name}");
    is("本月", ["25", "0", "0", "未报", "25"]);
    is("上月", ["6", "20", "33", "未报", "59"]);
    // 甲: by city this would be 19/6, between two different counties.
    is("可比环比", ["—", "-20/20", "—", "未报", "-20/20"]);
    is("可比同比", ["5/20", "—", "—", "未报", "5/20"]);
    // January: 甲一县, 6 on 5; February: 甲二县, 25 on 20.
    is("可比累计同比", ["6/25", "—", "—", "未报", "6/25"]);
    let notes = compare.notes.join("\n");
    // Now 甲二县 and 乙; in January 甲一县, 乙 and 丙; a year ago both counties.
    for said in [
        "可比单位 1 个，本期共 2 个、上期共 3 个。",
        "可比单位 1 个，本期共 2 个、上年同期共 2 个。",
        "可比单位 2 个，本年累计共 4 个、上年同期累计共 2 个。",
    ] {
        assert!(notes.contains(said), "{notes}");
    }
}

#[test]
fn what_is_not_whole_among_the_comparable_is_said() {
    let project = Project::new();
    // A unit of two records, of which one is sent back.
    let two = DEFINITION.replace("key    = [\"单位\"]", "key    = [\"单位\", \"采纳\"]");
    project.write("pipelines/monthly/pipeline.toml", &two);
    project.sound("2026-01");
    let rows = "甲市总工会,15,6,27,10,30\n甲市总工会,,1,1,,\n";
    project.write("returns/2026-02/甲市总工会.csv", &format!("单位,提出,采纳,累计提出,去年提出,创效\n{rows}"));
    let february = project.sound("2026-02");
    let notes = table(&february, "compare").notes.join("\n");
    let said = "可比单位 1 个，本期共 3 个、上期共 3 个；另有 1 个单位有一期数不全（有退回的行或待核实的数），不参加比较：甲市总工会。";
    assert!(notes.contains(said), "{notes}");
}

#[test]
fn a_gap_is_computed_around_and_said() {
    let project = Project::new();
    let april = project.up_to("2026-04");
    let compare = table(&april, "compare");
    assert_eq!(column(compare, "上月"), ["—"; 5]);
    assert_eq!(column(compare, "环比"), ["—", "未报", "未报", "—", "—"]);
    // January 12 + February 15 + April 16; 丁: 9 + 11.
    assert_eq!(column(compare, "累计"), ["43", "20", "33", "20", "116"]);
    let notes = compare.notes.join("\n");
    assert!(notes.contains("2026年3月没有存档，上期各栏为“—”。"), "{notes}");
    assert!(
        notes.contains("本年累计不全：2026年3月没有存档；按有数的 2026年1月、2026年2月、2026年4月计算。"),
        "{notes}"
    );
    assert_eq!(column(table(&april, "months"), "2026年3月"), ["—"; 5]);
    assert!(table(&april, "months").notes.join("").contains("2026年3月没有存档，2026年3月各栏为“—”。"));
    assert!(found(&april, "sum-to-date").is_empty(), "without March nobody's 累计 can be judged");
    assert!(found(&april, "history-gap").iter().any(|gap| gap.found.contains("上期（2026年3月）")));
}

#[test]
fn a_record_that_vanished_is_asked_for_where_its_unit_reported_again() {
    let project = Project::new();
    let contests = |month: &str, unit: &str, rows: &str| {
        project.write(&format!("returns/{month}/{unit}竞赛.csv"), &format!("单位,竞赛名称,状态\n{rows}"));
    };
    contests("2026-01", "甲市总工会", "甲市总工会,焊工赛,进行\n甲市总工会,钳工赛,结束\n甲市总工会,车工赛,进行\n");
    contests("2026-01", "丙市总工会", "丙市总工会,瓦工赛,进行\n乙市总工会,电工赛,进行\n");
    contests("2026-01", "乙市总工会", "乙市总工会,电工赛,进行\n");
    contests("2026-02", "甲市总工会", "甲市总工会,焊 工 赛,进行\n甲市总工会,钳工赛,进行\n");
    contests("2026-02", "乙市总工会", "乙市总工会,木工赛,进行\n");
    project.sound("2026-01");
    let february = project.sound("2026-02");
    let gone = found(&february, "contest-gone");
    let reopened: Vec<&str> =
        found(&february, "contest-reopened").iter().map(|reopened| reopened.found.as_str()).collect();
    assert_eq!(reopened, ["钳工赛上期已结束，本期又是进行"]);
    // 焊工赛 and 钳工赛 are there, 丙 is silent, and which 电工赛 is which cannot be told.
    assert_eq!(gone.iter().map(|gone| gone.found.as_str()).collect::<Vec<_>>(), ["2026年1月的“车工赛”本期没有报"]);
    assert_eq!(file(&february, gone[0]), "甲市总工会竞赛");
    let ambiguous = found(&february, "history-ambiguous");
    assert_eq!(ambiguous.len(), 1);
    assert!(ambiguous[0].found.contains("1 处几条记录的单位、竞赛名称相同"), "{}", ambiguous[0].found);
}

#[test]
fn a_season_is_a_year_of_its_own() {
    let project = Project::new();
    let seasonal = DEFINITION
        .replace(
            "period = \"month\"",
            "period = \"month\"\nseason = { name = \"采暖期\", first = \"11-15\", last = \"03-15\" }",
        )
        .replace("across-periods = \"year\"", "across-periods = \"season\"");
    project.write("pipelines/monthly/pipeline.toml", &seasonal);
    project.sound("2025-12");
    let january = project.sound("2026-01");
    let year = table(&january, "year");
    let months: Vec<&str> = year.headings.iter().skip(1).step_by(2).map(|head| head.parents[0].as_str()).collect();
    assert_eq!(months, ["2025年11月", "2025年12月", "2026年1月"]);
    assert!(year.notes.join("").contains("2025年11月没有存档"));
    // The season goes on over the turn of the year, and so does 累计: all three began anew and should not have.
    assert_eq!(found(&january, "sum-to-date").len(), 3);
    let compare = table(&january, "compare");
    assert_eq!(column(compare, "累计")[..3], ["10", "20", "30"], "all of January is sent back");
}

#[test]
fn a_changed_code_list_is_read_in_todays_words() {
    let project = Project::new();
    project.write("returns/2026-01/甲竞赛.csv", "单位,竞赛名称,状态\n甲市总工会,钳工赛,结束\n甲市总工会,车工赛,进行\n");
    project.write("returns/2026-02/甲竞赛.csv", "单位,竞赛名称,状态\n甲市总工会,焊工赛,进行\n");
    project.sound("2026-01");
    let also = "values = [\"开展\", \"完成\"]\nalso = { \"进行\" = \"开展\", \"结束\" = \"完成\" }";
    let renamed = DEFINITION
        .replace("values = [\"进行\", \"结束\"]", also)
        .replace("状态 <> '结束'", "状态 <> '完成'")
        .replace("“{竞赛名称}”本期", "“{竞赛名称}”（{状态}）本期");
    project.write("pipelines/monthly/pipeline.toml", &renamed);
    let february = project.sound("2026-02");
    let gone: Vec<&str> = found(&february, "contest-gone").iter().map(|gone| gone.found.as_str()).collect();
    assert_eq!(gone, ["2026年1月的“车工赛”（开展）本期没有报"]);
}

#[test]
fn a_value_far_from_its_peers_is_asked_about() {
    let project = Project::new();
    let peers = DEFINITION.replace(
        "value    = \"创效\"\nagainst  = \"history\"\nleast    = 2",
        "value    = \"提出\"\nagainst  = \"peers\"",
    );
    project.write("pipelines/monthly/pipeline.toml", &peers);
    // Ten to nineteen, 1000, and one of nothing, which is no peer.
    let rows = (10..20).chain([1000, 0]).map(|n| format!("甲市总工会,{n},0,{n},,\n")).collect::<String>();
    project.write("returns/2026-01/甲市总工会.csv", &format!("单位,提出,采纳,累计提出,去年提出,创效\n{rows}"));
    for unit in ["乙市总工会", "丙市总工会"] {
        std::fs::remove_file(project.path(&format!("returns/2026-01/{unit}.csv"))).expect("it is there");
    }
    let january = project.sound("2026-01");
    let far: Vec<&str> = found(&january, "benefit-outlier").iter().map(|far| far.found.as_str()).collect();
    assert_eq!(far, ["创效 1000 万元；同表 11 条记录的中位数 15"]);
}

#[test]
fn without_a_store_nothing_is_compared_and_each_form_says_so_once() {
    let project = Project::new();
    project.sound("2026-01");
    let february = project.run_against("2026-02", None).expect("a sound run");
    let gaps: Vec<&str> = found(&february, "history-gap").iter().map(|gap| gap.found.as_str()).collect();
    assert_eq!(
        gaps,
        ["《建议月报》没有与往期核对：本次没有使用历史库", "《竞赛月报》没有与往期核对：本次没有使用历史库"]
    );
    assert_eq!(column(table(&february, "compare"), "上月"), ["—"; 5]);
}

#[test]
fn a_definition_that_changed_meaning_stops_or_says_so() {
    let project = Project::new();
    project.up_to("2026-01");
    // A column of a new name did not exist in January: no figure, and said so.
    let renamed = DEFINITION
        .replace("提出 >= 10", "发现 >= 10")
        .replace("{ name = \"创效\", type", "{ name = \"发现\", type = \"integer\" },\n  { name = \"创效\", type");
    let renamed = renamed.replace(
        "name = \"上月\", sum = \"proposals\", value = \"提出\"",
        "name = \"上月\", sum = \"proposals\", value = \"发现\"",
    );
    project.write("pipelines/monthly/pipeline.toml", &renamed);
    let february = project.sound("2026-02");
    let compare = table(&february, "compare");
    assert_eq!(column(compare, "上月"), ["—"; 5]);
    let notes = compare.notes.join("\n");
    assert!(notes.contains("2026年1月的存档里没有“发现”，上期各栏为“—”。"), "{notes}");
    // A column of another type cannot be compared at all.
    let retyped = DEFINITION.replace("{ name = \"提出\", type = \"integer\"", "{ name = \"提出\", type = \"number\"");
    project.write("pipelines/monthly/pipeline.toml", &retyped);
    assert!(project.run("2026-02").is_ok(), "whole numbers are numbers");
    let retyped = DEFINITION.replace("{ name = \"创效\", type = \"number\"", "{ name = \"创效\", type = \"integer\"");
    project.write("pipelines/monthly/pipeline.toml", &retyped);
    let Err(Stop::Usage(why)) = project.run("2026-02") else { panic!("a number is no whole number") };
    assert!(why.contains("2026年1月《建议月报》的“创效”"), "{why}");
    // 万元 then, 元 now: ten thousand times off, and every figure plausible.
    let money = DEFINITION.replace("measured-in = \"万元\"", "measured-in = \"元\"");
    project.write("pipelines/monthly/pipeline.toml", &money);
    let Err(Stop::Usage(why)) = project.run("2026-02") else { panic!("元 is not 万元") };
    assert!(why.contains("万元") && why.contains("“创效”"), "{why}");
}

#[test]
fn a_rule_is_replayed_before_it_is_switched_on() {
    let project = Project::new();
    project.up_to("2026-04");
    let said = project.replay(&["--rule", "too-few"]);
    assert_eq!(said.code, 0, "{}", said.err);
    let lines: Vec<&str> = said.out.lines().filter(|line| line.contains("too-few")).collect();
    assert_eq!(lines.len(), 1, "{}", said.out);
    // 丁 sent 7 in February 2025 and 9 in February 2026.
    let counts: Vec<&str> = lines[0].split_whitespace().filter(|word| word.contains('/')).collect();
    assert_eq!(counts, ["1/1", "0/0", "0/0", "1/1", "0/0"], "{}", said.out);
    assert!(said.out.contains("只存审核通过的行"), "{}", said.out);
    assert!(said.out.contains("规则试算.xlsx"), "{}", said.out);
    // A changed bound, some periods only.
    project.write("pipelines/monthly/pipeline.toml", &DEFINITION.replace("提出 >= 10", "提出 >= 13"));
    let said = project.replay(&["--rule", "too-few", "--periods", "2025-12..2026-02"]);
    let line = said.out.lines().find(|line| line.contains("too-few")).unwrap_or_else(|| panic!("{}", said.out));
    let counts: Vec<&str> = line.split_whitespace().filter(|word| word.contains('/')).collect();
    assert_eq!(counts, ["1/1", "1/1", "1/1"], "{}", said.out);
    // 甲 repeats nothing; 乙's January row is that of December.
    let said = project.replay(&["--rule", "same-again", "--periods", "2026-01"]);
    assert!(said.out.contains("1/1"), "{}", said.out);
    let said = project.replay(&["--rule", "too-fwe"]);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("是不是“too-few”"), "{}", said.err);
    let said = project.replay(&["--periods", "2027-01..2027-03"]);
    assert_eq!(said.code, 3, "{}", said.err);
    assert!(Period::parse("2027-01").is_some());
}
