//! Small returns as a mistrustful officer would send them to catch a wrong number or a silence: outcomes and figures
//! written down beforehand, everything through the program.

use super::province::{
    AWARDS, LEDGER, PEOPLE, TEAMS, person, row, run, run_with, sheet, team, teams, valid_ids, write,
};
use super::support::result;
use rust_xlsxwriter::{ExcelDateTime, Workbook};
use serde_json::Value;

#[test]
fn one_accepted_row_in_all_is_reported() {
    let run = run("model-teams", &[("甲州.csv", teams(&[team("焊接班", &[])]))]);
    run.holds(&[]);
    assert_eq!((run.said.code, run.accepted()), (0, 1));
    assert_eq!(run.figures("名单", "1")[..3], ["甲州市总工会", "甲州机械厂", "焊接班"]);
}

#[test]
fn team_rules_block_or_ask_as_the_notice_says() {
    let rows = [
        team("甲", &[("一线人数", "13")]),
        team("乙", &[("人数", "2"), ("一线人数", "2")]),
        team("丙", &[("科学管理", "89.99")]),
        team("丁", &[("科学管理", "89"), ("类别", "备选")]),
        team("戊", &[("公示开始", "2026-03-02"), ("公示结束", "2026-03-06")]),
        team("己", &[("公示开始", "2026-03-02"), ("公示结束", "2026-03-07")]),
        team("庚", &[("近三年安全事故", "无")]),
        team("辛", &[("近三年安全事故", "未报")]),
        team("壬", &[("人数", "—")]),
        team("癸", &[("推荐单位", "没听过的工会")]),
        team("老班甲", &[("申报称号", "标杆班组"), ("科学管理", "60")]),
        team("老班丙", &[("申报称号", "标杆班组")]),
        team("十二", &[("人数", "十二人"), ("单位性质", "民营"), ("所属行业", "D")]),
    ];
    let run = run("model-teams", &[("甲州.csv", teams(&rows))]);
    run.holds(&[
        ("block", "C15", "benchmark-without-title"),
        ("block", "H5", "team-too-small"),
        ("block", "H12", "none-in-number"),
        ("block", "I4", "frontline-exceeds-headcount"),
        ("block", "J6", "six-good-not-met"),
        ("block", "P8", "publicity-too-short"),
        ("block", "S11", "not-reported"),
        ("block", "A13", "unit-unknown"),
        ("verify", "J7", "six-good-not-met-standby"),
    ]);
    // 职工人数 名额 正式申报 审核通过 缺额 (未推荐 退回 无法读取 未报) 超额 备选限额 备选申报: 丙州's exact share is below one seat, so it gets one and
    // the other 99 are spread over 6,000; the row of an unknown unit is in no table.
    assert_eq!(
        run.figures("名额执行", "甲州市总工会"),
        ["3000", "50", "9", "3", "47", "41", "6", "0", "0", "0", "10", "1"]
    );
    assert_eq!(run.figures("名额执行", "丙州市总工会")[..2], ["50", "1"]);
    assert_eq!(run.figures("名额执行", "合计")[..2], ["6050", "100"]);
    assert_eq!(run.figures("行业×所有制", "电力、热力、燃气及水生产和供应业").last().map(String::as_str), Some("1"));
}

#[test]
fn a_duplicate_blocks_all_copies_that_are_in_force() {
    let other = |rows: &[String], period: &str| {
        let cover = format!("填报单位：乙州市总工会    所属期：{period}");
        sheet("模范班组申报汇总表", TEAMS, rows, &cover, "2026年3月20日")
    };
    let theirs = [team("焊接（一）班", &[("推荐单位", "乙州市总工会"), ("公示结束", "2026-03-10")])];
    let ours = teams(&[team("焊接(一)班", &[]), team("钳工班", &[])]);
    let both = run("model-teams", &[("甲.csv", ours.clone()), ("乙.csv", other(&theirs, "2026年"))]);
    assert_eq!(both.accepted(), 1);
    both.holds(&[
        ("block", "B4", "team-duplicate"),
        ("block", "B4", "team-duplicate"),
        ("block", "P4", "publicity-too-short"),
    ]);
    // Held out whole, the other return takes part in no rule.
    let held = run("model-teams", &[("甲.csv", ours), ("乙.csv", other(&theirs, "2025年"))]);
    assert_eq!(held.accepted(), 2);
    held.holds(&[("note", "A2", "other-period")]);
    assert_eq!((held.outcome("甲.csv").as_str(), held.outcome("乙.csv").as_str()), ("accepted", "other-period"));
}

#[test]
fn the_later_filing_date_counts_and_odd_evidence_is_asked_about() {
    let of = |headcount: &str, filed: &str| {
        let rows = [team("焊接班", &[("人数", headcount)])];
        sheet("模范班组申报汇总表", TEAMS, &rows, "填报单位：甲州市总工会    所属期：2026年", filed)
    };
    let run = run("model-teams", &[("表(2).csv", of("12", "2026年3月20日")), ("表.csv", of("20", "2026年3月21日"))]);
    assert_eq!((run.outcome("表(2).csv").as_str(), run.outcome("表.csv").as_str()), ("superseded", "accepted"));
    run.holds(&[("verify", "-", "version-evidence-conflict")]);
    assert_eq!(run.figures("名单", "1")[5], "20");
}

#[test]
fn marks_in_names_decide_where_dates_are_equal() {
    let of = |headcount: &str| teams(&[team("焊接班", &[("人数", headcount)])]);
    let returns =
        [("表（3）.csv", of("13")), ("表最终版.csv", of("14")), ("表(2).csv", of("15")), ("表.csv", of("16"))];
    let run = run("model-teams", &returns);
    for (file, _) in &returns {
        assert_eq!(run.outcome(file), if file.contains("最终版") { "accepted" } else { "superseded" }, "{file}");
    }
    assert_eq!(run.figures("名单", "1")[5], "14");
}

#[test]
fn a_short_name_of_two_units_is_resolved_by_folder_or_recommender_only() {
    let of = |unit: &str| {
        let rows = [team("语文组", &[("推荐单位", unit)])];
        sheet("模范班组申报汇总表", TEAMS, &rows, "填报单位：一中工会    所属期：2026年", "2026年3月20日")
    };
    let nobody = run("model-teams", &[("表.csv", of("一中工会"))]);
    assert_eq!((nobody.accepted(), nobody.outcome("表.csv").as_str()), (0, "returned"));
    for (file, unit) in [("乙州市总工会/表.csv", "一中工会"), ("表.csv", "乙州市总工会")] {
        let run = run("model-teams", &[(file, of(unit))]);
        run.holds(&[]);
        assert_eq!(run.manifest()["inputs"][0]["sender"], "乙州第一中学工会", "{file}");
        assert_eq!(run.figures("名额执行", "乙州市总工会")[3], "1", "{file}");
    }
}

#[test]
fn nothing_to_report_is_told_from_nothing_filled_in() {
    for (line, expected) in
        [("零报告", &[][..]), ("本单位今年没有申报，零报告。", &[]), ("无", &[]), ("", &[("verify", "-", "no-rows")])]
    {
        let run = run("model-teams", &[("表.csv", teams(&[line.to_string()]))]);
        assert_eq!((run.outcome("表.csv").as_str(), run.accepted()), ("accepted", 0), "{line}");
        run.holds(expected);
    }
}

#[test]
fn totals_are_never_rows_and_wrong_ones_are_asked_about() {
    let total = |people: &str, frontline: &str| format!(",合 计,,,,,,{people},{frontline},,,,,,,,,,");
    let rows =
        [team("甲", &[]), team("乙", &[("人数", "未报")]), total("99", "21"), team("丙", &[]), total("36", "30")];
    let run = run("model-teams", &[("表.csv", teams(&rows))]);
    // 人数 is not checked over a cell that cannot be read; 一线人数 is: 20, not 21.
    run.holds(&[("block", "H5", "not-reported"), ("verify", "I6", "total-mismatch")]);
    assert_eq!(run.accepted(), 2);
}

#[test]
fn a_larger_unit_in_the_header_is_applied_and_on_the_cover_asked_about() {
    let rows = [team("甲", &[]), team("乙", &[("人数", "20人")]), ",合计,,,,,,12.2,20,,,,,,,,,,".to_string()];
    let of = |header: &str, measure: &str| {
        let cover = format!("填报单位：甲州市总工会    所属期：2026年    计量单位：{measure}");
        sheet("模范班组申报汇总表", header, &rows, &cover, "2026年3月20日")
    };
    let header = TEAMS.replacen(",人数,", ",人数（百人）,", 1);
    let hundreds = run("model-teams", &[("表.csv", of(&header, "人"))]);
    let listed: Vec<String> = ["1", "2"].iter().map(|row| hundreds.figures("名单", row)[5].clone()).collect();
    // 乙 comes before 甲 in the list, and says 20人 itself.
    assert_eq!(listed, ["20", "1200"]);
    hundreds.holds(&[]);
    assert!(hundreds.amendments().contains("unit-in-header"));
    let doubtful = run("model-teams", &[("表.csv", of(TEAMS, "百人"))]);
    doubtful.holds(&[("verify", "A2", "unit-on-cover"), ("verify", "H6", "total-mismatch")]);
}

#[test]
fn hidden_sheets_and_other_periods_give_neither_rows_nor_filing_dates() {
    let run = run_with("model-teams", &[], |inbox| {
        let mut book = Workbook::new();
        let sheets = [
            ("本年", "2026年", "2026年4月9日"),
            ("旧稿", "2026年", "2026年5月30日"),
            ("去年", "2025年", "2026年6月1日"),
        ];
        for (at, (name, period, filed)) in sheets.into_iter().enumerate() {
            let cover = format!("填报单位：甲州市总工会    所属期：{period}");
            let text = sheet("模范班组申报汇总表", TEAMS, &[team(name, &[]), team("两处都有", &[])], &cover, filed);
            let page = book.add_worksheet();
            page.set_name(name).expect("a name");
            page.set_hidden(at == 1);
            for (r, line) in text.lines().enumerate() {
                for (c, cell) in line.split(',').enumerate().filter(|(_, cell)| !cell.is_empty()) {
                    page.write(r as u32, c as u16, cell).expect("a cell");
                }
            }
        }
        book.save(inbox.join("甲州.xlsx")).expect("saved");
    });
    run.holds(&[("note", "-", "sheet-hidden"), ("note", "A2", "sheet-other-period")]);
    let input = &run.manifest()["inputs"][0];
    assert_eq!((&input["rows"]["accepted"], &input["rows"]["not_counted"]), (&Value::from(2), &Value::from(4)));
    // Filed before the due date; the later dates stand on sheets that do not count.
    assert_eq!((input["received"].as_str(), input["late_days"].as_u64()), (Some("2026-04-09"), Some(0)));
}

#[test]
fn lateness_is_in_working_days_and_an_unreadable_filing_date_is_told() {
    let of = |filed: &str| {
        let rows = [team("焊接班", &[])];
        sheet("模范班组申报汇总表", TEAMS, &rows, "填报单位：甲州市总工会    所属期：2026年", filed)
    };
    for (filed, days, overdue) in
        [("2026年4月12日", 0, false), ("2026年4月13日", 1, false), ("2026年4月27日", 11, true)]
    {
        let run = run("model-teams", &[("表.csv", of(filed))]);
        let input = &run.manifest()["inputs"][0];
        assert_eq!((input["late_days"].as_i64(), input["overdue"].as_bool()), (Some(days), Some(overdue)), "{filed}");
    }
    let run = run("model-teams", &[("表.csv", of("3月20日"))]);
    run.holds(&[("note", "A5", "filing-date-unclear")]);
}

#[test]
fn id_numbers_are_held_against_birth_sex_and_ledger() {
    // 11010519491231002X is the standard's own example: a woman born in December 1949.
    let id = "11010519491231002X";
    let woman = [("性别", "女"), ("出生年月", "1949-12")];
    let with = |more: &[(&'static str, &'static str)]| [&woman[..], more].concat();
    let rows = [
        person("甲", "110105194912310021", &woman),
        person("乙", "1.10105E+17", &woman),
        person("丙", "11010519491231002x", &with(&[("性别", "男")])),
        person("丁", "110105 19491231 002X", &with(&[("拟授称号", "劳动模范"), ("推荐单位", "甲州市总工会")])),
    ];
    let cover = "填报单位：甲州市总工会    所属期：2026年";
    let of = |rows: &[String]| sheet("推荐个人汇总表", PEOPLE, rows, cover, "2026年3月20日");
    let all = run("honours", &[("表.csv", of(&rows))]);
    assert_eq!(all.accepted(), 0);
    all.holds(&[
        ("block", "B7", "title-already-held"),
        ("block", "D6", "id-sex-mismatch"),
        ("block", "E4", "id-number-invalid"),
        ("block", "E5", "id-stored-as-number"),
        ("block", "E6", "record-contradicting"),
        ("block", "E7", "record-contradicting"),
    ]);
    let alone = run("honours", &[("表.csv", of(&[person("戊", id, &woman)]))]);
    alone.holds(&[]);
    assert_eq!(alone.figures("荣誉结构", "61岁及以上")[0], "1");
    // A title that was entered under the fifteen digits of old is held under the number of today.
    let old = LEDGER.replace("11010519491231002X", "110105491231002");
    let rows = [person("丁", id, &with(&[("拟授称号", "劳动模范")]))];
    let again = run_with("honours", &[("荣誉台账", &old)], |folder| write(&folder.join("表.csv"), &of(&rows)));
    again.holds(&[("block", "B4", "title-already-held")]);
}

#[test]
fn a_month_that_may_be_january_or_october_is_asked_about_and_stays_in_the_tables() {
    let awards: Vec<String> = ["2026.1", "2025.1", "2026-05"]
        .iter()
        .enumerate()
        .map(|(at, month)| format!("甲州市总工会,集体,{at}班,工人先锋号,省级,省总工会,{month}"))
        .collect();
    let cover = "填报单位：甲州市总工会    所属期：2026年";
    let run = run("honours", &[("表.csv", sheet("获奖登记表", AWARDS, &awards, cover, "2026年3月20日"))]);
    run.holds(&[
        ("verify", "G4", "month-uncertain"),
        ("verify", "G5", "award-outside-period"),
        ("verify", "G5", "month-uncertain"),
    ]);
    assert_eq!(run.accepted(), 3);
    assert_eq!(run.figures("获奖统计", "甲州").last().map(String::as_str), Some("2"));
    assert_eq!(run.figures("获奖统计", "1")[1], "1班");
}

#[test]
fn half_is_enough_and_standby_counts_for_nothing() {
    // Valid numbers of men born in January 1980.
    let ids = valid_ids(5);
    let kinds =
        [("一线职工", "正式"), ("班组长", "正式"), ("管理人员", "正式"), ("企业负责人", "备选"), ("农民", "正式")];
    let rows: Vec<String> = kinds
        .iter()
        .zip(&ids)
        .map(|((kind, class), id)| person("张三", id, &[("人员类别", kind), ("类别", class)]))
        .collect();
    let cover = "填报单位：甲州市总工会    所属期：2026年";
    let of = |rows: &[String]| sheet("推荐个人汇总表", PEOPLE, rows, cover, "2026年3月20日");
    let half = run("honours", &[("表.csv", of(&rows))]);
    // The standby leader lacks 征求意见, and is blocked; two of four are frontline.
    half.holds(&[("block", "I7", "consultation-missing")]);
    assert_eq!(half.figures("一线占比", "甲州市总工会")[..3], ["2", "4", "0.5"]);
}

#[test]
fn an_issued_quota_overrides_and_going_over_drops_no_row() {
    let issued = "推荐单位,名额\n100001,1\n乙州市总工会,59\n丙州市总工会,20\n省交运系统工会,20\n合计,100\n";
    let rows = [team("甲", &[]), team("乙", &[]), team("丙", &[("类别", "备选")]), team("丁", &[("类别", "备选")])];
    let run =
        run_with("model-teams", &[("名额分配表", issued)], |inbox| write(&inbox.join("表.csv"), &teams(&rows)));
    assert_eq!((run.outcome("表.csv").as_str(), run.accepted()), ("accepted", 4));
    assert_eq!(
        run.figures("名额执行", "甲州市总工会"),
        ["3000", "1", "2", "2", "0", "0", "0", "0", "0", "1", "1", "2"]
    );
    let findings = std::fs::read_to_string(result(&run.out, "findings.ndjson")).expect("findings");
    assert!(findings.contains("quota-exceeded") && findings.contains("standby-exceeded"), "{findings}");
    assert_eq!(run.said.code, 1);
}

#[test]
fn every_change_to_a_cell_is_written_down() {
    let header = format!("{PEOPLE},政治面貌,产业工人");
    let changed = row(
        &header,
        "甲州市总工会,技术能手,李 四,男,,1980年1月15日,甲州机械厂,工人,一线职工,26年3月9日,2026.3.13,正式,无,√",
        &[("身份证号", &valid_ids(1)[0])],
    );
    let cover = "填报单位：甲州市总工会    所属期：2026年";
    let people = run("honours", &[("表.csv", sheet("推荐个人汇总表", &header, &[changed], cover, "2026年3月20日"))]);
    assert_eq!(people.accepted(), 1);
    people.holds(&[("verify", "J4", "year-two-digits")]);
    let rules = people.amendments();
    for rule in ["date-shape", "day-dropped", "mark-for-none", "short-year", "yes-no-mark"] {
        assert!(rules.contains(rule), "{rule}: {rules:?}");
    }
    let header = format!("{AWARDS},文号");
    let award = "甲州市总工会,集体,焊接班,工人先锋号,省级,省总工会,2026-05,总工发[2026]1号".to_string();
    let slip = award.replace("2026-05", "2062-05");
    let awards = run("honours", &[("表.csv", sheet("获奖登记表", &header, &[award, slip], cover, "2026年3月20日"))]);
    awards.holds(&[("verify", "G5", "award-outside-period"), ("verify", "G5", "date-implausible")]);
    assert!(awards.amendments().contains("document-brackets"));
}

#[test]
fn what_stands_above_fills_words_only() {
    let rows = [
        team("甲", &[("所在单位", "同上")]),
        team("乙", &[]),
        team("丙", &[("所在单位", "〃"), ("申报称号", "同上")]),
        team("丁", &[("人数", "同上")]),
    ];
    let cover = "填报单位：甲州市总工会    所属期：今年";
    let text = sheet("模范班组申报汇总表", TEAMS, &rows, cover, "2026年3月20日");
    let run = run("model-teams", &[("表.csv", text)]);
    run.holds(&[
        ("verify", "A2", "period-unclear"),
        ("block", "B4", "ditto-without-source"),
        ("block", "H7", "ditto-in-number"),
    ]);
    assert_eq!(run.accepted(), 2);
}

#[test]
fn merged_numbers_and_hidden_rows_are_told() {
    let run = run_with("model-teams", &[("名额分配表", "推荐单位,名额\n甲州市总工会,90\n")], |inbox| {
        let mut book = Workbook::new();
        let page = book.add_worksheet();
        let text = teams(&[team("甲", &[]), team("乙", &[("人数", "")]), team("丙", &[])]);
        for (r, line) in text.lines().enumerate() {
            for (c, cell) in line.split(',').enumerate().filter(|(_, cell)| !cell.is_empty()) {
                page.write(r as u32, c as u16, cell).expect("a cell");
            }
        }
        page.merge_range(3, 7, 4, 7, "12", &rust_xlsxwriter::Format::new()).expect("a merge");
        page.set_row_hidden(5).expect("a hidden row");
        page.set_column_hidden(5).expect("a hidden column");
        let format = rust_xlsxwriter::Format::new().set_num_format("yyyy-mm-dd hh:mm");
        let moment = ExcelDateTime::from_ymd(2026, 3, 9).and_then(|day| day.and_hms(8, 30, 0)).expect("a moment");
        for col in [2, 15] {
            page.write_with_format(5, col, &moment, &format).expect("a moment");
        }
        book.save(inbox.join("甲州.xlsx")).expect("saved");
    });
    let hidden = [("note", "F3", "columns-hidden"), ("note", "-", "rows-hidden")];
    run.holds(&[("block", "H5", "merged-number"), hidden[0], hidden[1]]);
    let rules = run.amendments();
    assert!(rules.contains("time-dropped") && rules.contains("date-as-text"), "{rules:?}");
    assert_eq!(run.accepted(), 2);
    // The definition's total is 100.
    let findings = std::fs::read_to_string(result(&run.out, "findings.ndjson")).expect("findings");
    assert!(findings.contains("quota-issued-total"), "{findings}");
}

/// The ledger writes 安徽省劳动模范 where the return says 劳动模范, or the reverse: one title. The national one is another.
#[test]
fn a_title_with_the_provinces_name_is_the_title() {
    const ID: &str = "11010519491231002X";
    let ledger = |title: &str| {
        format!(
            "年度,荣誉名称,级别,对象类型,名称,所在单位,身份证号,文号\n2024,{title},省级,个人,王前,甲州机械厂,{ID},\n"
        )
    };
    let said = |title: &str| {
        let row = person("王前", ID, &[("性别", "女"), ("出生年月", "1949-12"), ("拟授称号", title)]);
        let cover = "填报单位：甲州市总工会    所属期：2026年";
        sheet("推荐个人汇总表", PEOPLE, &[row], cover, "2026年3月20日")
    };
    for (ours, theirs, held) in [
        ("劳动模范", "安徽省劳动模范", 1),
        ("安徽省劳动模范", "省劳动模范", 1),
        ("劳动模范", "全国劳动模范", 0),
        ("技术能手", "安徽省劳动模范", 0),
    ] {
        let run = run_with("honours", &[("荣誉台账", &ledger(theirs))], |folder| {
            write(&folder.join("表.csv"), &said(ours))
        });
        let found = run.findings().iter().filter(|finding| finding.2 == "title-already-held").count();
        assert_eq!(found, held, "{ours} {theirs}");
    }
}
