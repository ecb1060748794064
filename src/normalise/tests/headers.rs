//! What a header's words mean: qualifiers, parents, measures, titles.

use super::fixture::*;
use crate::model::codes::FindingCode;
use crate::model::normalised::NormalisedReturn;
use crate::model::table::Column;
use crate::model::{Effect, RawSheet, Severity};

fn said(read: &NormalisedReturn) -> Vec<(&str, Severity)> {
    let mut codes = codes_of(read);
    codes.retain(|(code, _)| *code != "column-absent");
    codes
}

/// A sheet whose header has one word changed.
fn headed(col: usize, word: &'static str, rows: Vec<Vec<V>>) -> RawSheet {
    let mut header = header();
    header[col] = T(word);
    let mut all = vec![vec![T("班组申报汇总表")], cover(), header];
    all.extend(rows);
    sheet("Sheet1", &all)
}

#[test]
fn a_qualified_header_is_another_column_where_it_says_another_figure() {
    // Optional: not read, and asked about where it holds values.
    let read = run(vec![headed(11, "奖励（计划）", vec![with(11, N(3.0))])]);
    assert_eq!(said(&read), [("column-look-alike", Severity::Verify)]);
    assert_eq!(column(&read, "奖励"), &Column::Number(vec![None].into()));
    assert_eq!(said(&run(vec![headed(11, "奖励（计划）", vec![good()])])), []);
    // Required and alone: read, and asked about.
    let read = run(vec![headed(4, "人数（应到）", vec![good()])]);
    assert_eq!(said(&read), [("column-other-meaning", Severity::Verify)]);
    assert_eq!(column(&read, "人数"), &Column::Integer(vec![Some(12)].into()));
    let read = run(vec![headed(4, "人数（含劳务派遣）", vec![good()])]);
    assert_eq!(said(&read), [("column-qualified", Severity::Verify)]);
    for word in ["人数（人）", "人数（期末）", "人数（必填）", "班组人数（实有）"] {
        assert_eq!(said(&run(vec![headed(4, word, vec![good()])])), [], "{word}");
    }
}

#[test]
fn a_measure_in_a_header_converts_in_any_punctuation() {
    for word in ["奖励/万元", "奖励，万元", "奖励\n单位：万元", "奖励（单位：万元）"] {
        let read = run(vec![headed(11, word, vec![with(11, N(1.5))])]);
        assert_eq!(said(&read), [], "{word}");
        assert_eq!(column(&read, "奖励"), &Column::Number(vec![Some(15_000.0)].into()), "{word}");
    }
}

#[test]
fn the_money_unit_of_the_whole_table_counts_wherever_it_stands() {
    let table = |corner: &'static str, title: &'static str, note: &'static str| {
        let mut header = header();
        header[11] = T("奖励");
        let corner = vec![T("填报单位：合肥市总工会 所属期：2026年"), E, E, E, E, T(corner)];
        run(vec![sheet("Sheet1", &[vec![T(title)], corner, header, with(11, N(1.5)), vec![T(note)]])])
    };
    for (corner, title, note) in [
        ("单位：万元", "班组申报汇总表", ""),
        ("", "班组申报汇总表（单位：万元）", ""),
        ("货币单位：万元", "班组申报汇总表", ""),
        ("", "班组申报汇总表", "注：金额单位：万元"),
        ("", "班组申报汇总表", "注：本表金额均以万元计。"),
        ("", "班组申报汇总表", "说明：人数以人计，奖励以万元为单位，保留两位小数"),
        ("", "班组申报汇总表（金额单位为万元）", ""),
    ] {
        let read = table(corner, title, note);
        assert_eq!(said(&read), [("unit-on-cover", Severity::Verify)], "{corner}{title}{note}");
        assert_eq!(column(&read, "奖励"), &Column::Number(vec![Some(15_000.0)].into()), "{corner}{title}{note}");
    }
    for corner in ["单位：元", "单位：人、元", "单位：合肥市总工会"] {
        assert_eq!(said(&table(corner, "班组申报汇总表", "")), [], "{corner}");
    }
    for note in ["注：奖励以元计，投入以万元计", "注：人数以万元产值计算", "注：按万元/人填报"]
    {
        let read = table("", "班组申报汇总表", note);
        assert_eq!(column(&read, "奖励"), &Column::Number(vec![Some(1.5)].into()), "{note}");
        assert_eq!(said(&read), [], "{note}");
    }
}

/// Parents in the middle of their block, not merged: nothing says where they begin.
#[test]
fn parents_in_the_middle_of_their_block_are_uncertain() {
    let parents = |first: usize, second: usize| {
        let mut top = header();
        top[6..=9].fill(E);
        (top[first], top[second]) = (T("六好"), T("公示时间"));
        let leaves = vec![E, E, E, E, E, E, T("科学管理"), T("劳动竞赛"), T("开始"), T("结束")];
        run(vec![sheet("csv", &[cover(), top, leaves, good()])])
    };
    assert_eq!(said(&parents(6, 8)), []);
    let codes: Vec<String> = said(&parents(7, 9)).into_iter().map(|(code, _)| code.to_owned()).collect();
    assert!(
        codes.contains(&"column-parent-uncertain".to_owned()) || codes.contains(&"column-missing".to_owned()),
        "{codes:?}"
    );
}

#[test]
fn a_table_under_its_title_lacks_a_column_and_is_not_unrecognised() {
    let header = ["推荐单位", "班组名称", "单位性质", "班组长", "人数", "一线人数"].map(T).to_vec();
    let row = vec![T("合肥市总工会"), T("一班"), T("国有"), T("张三"), N(12.0), N(10.0)];
    let read = run(vec![sheet("Sheet1", &[vec![T("2026年班组申报汇总表")], cover(), header, row])]);
    assert!(read.unrecognised.is_none());
    assert!(said(&read).contains(&("column-missing", Severity::Block)), "{:?}", read.findings);
}

#[test]
fn sheets_that_call_themselves_examples_or_copies() {
    let named = |name: &str, rows: Vec<Vec<V>>| RawSheet { name: name.into(), ..teams(rows) };
    let read = run(vec![named("报表", vec![good()]), named("填报样例", vec![with(1, T("二班"))])]);
    assert_eq!((read.tables.len(), said(&read)), (1, vec![("sheet-set-aside", Severity::Verify)]));
    let read = run(vec![named("报表", vec![good()]), named("备份", vec![good()])]);
    assert_eq!((read.tables.len(), said(&read)), (1, vec![("sheet-set-aside", Severity::Note)]));
    let read = run(vec![named("模板", vec![good()])]);
    assert_eq!((read.tables.len(), said(&read)), (1, vec![("sheet-called-aside", Severity::Verify)]));
    for name in ["木工模板班", "旧县镇总工会", "Sheet2"] {
        let read = run(vec![named("报表", vec![good()]), named(name, vec![with(1, T("二班"))])]);
        assert_eq!((read.tables.len(), said(&read)), (2, vec![]), "{name}");
    }
    let read = run(vec![named("报表", vec![good()]), named("报表 (2)", vec![good(), with(1, T("二班"))])]);
    assert_eq!(said(&read), [("sheet-copied", Severity::Verify)]);
    let rows: usize = read.tables.iter().map(|table| table.origins.len()).sum();
    assert_eq!((rows, read.sheets[1].aside), (2, 1));
}

#[test]
fn a_title_of_another_pipeline_is_no_broken_return_of_ours() {
    let titled = |title: &'static str, columns: usize| {
        let cut = |row: Vec<V>| row.into_iter().take(columns).collect::<Vec<V>>();
        let rows = [vec![T(title)], cover(), cut(header()), cut(good())];
        run(vec![sheet("汇总表", &rows)])
    };
    let all = header().len();
    // The fixture's pipeline stands beside one with a 创新成果汇总表.
    let read = titled("2026年创新成果汇总表", 6);
    let cause = read.unrecognised.expect("another pipeline's");
    assert!(cause.contains("标题是“创新成果汇总表”，属于“创新”"), "{cause}");
    let read = titled("2026年创新成果汇总表", all);
    let found = read.findings.iter().find(|finding| finding.code == FindingCode::TitleOfAnotherForm);
    let found = found.expect("both titles");
    assert_eq!((found.severity, found.effect), (Severity::Block, Effect::HoldsReturn));
    assert!(found.found.contains("创新成果汇总表") && found.found.contains("班组申报汇总表"), "{}", found.found);
    // A sentence that mentions it, and the form's own title.
    for title in ["说明：与《创新成果汇总表》一并报送", "班组申报汇总表（与创新成果汇总表一并报送）", "名单"]
    {
        let read = titled(title, all);
        assert!(read.unrecognised.is_none() && said(&read).is_empty(), "{title}: {:?}", said(&read));
    }
}

/// A column by another name in the place of one that is missing: its values are read by nobody, and so somebody is asked.
#[test]
fn what_stands_in_the_place_of_a_missing_column_is_asked_about() {
    let read = run(vec![headed(11, "补贴", vec![with(11, N(3.0))])]);
    assert_eq!(said(&read), [("column-look-alike", Severity::Verify)]);
    assert_eq!(said(&run(vec![headed(11, "补贴", vec![good()])])), [], "empty");
}

#[test]
fn parents_that_nobody_knows_leave_the_words_below_them_headers() {
    let mut top = header();
    (top[6], top[7], top[8], top[9]) = (T("2026年3月"), E, T("2025年3月"), E);
    let mut below = vec![E; 13];
    (below[6], below[7], below[8], below[9]) = (T("科学管理"), T("劳动竞赛"), T("开始"), T("结束"));
    let read = run(vec![sheet("Sheet1", &[vec![T("班组申报汇总表")], cover(), top, below, good()])]);
    assert!(!said(&read).iter().any(|(code, _)| *code == "cells-outside"), "{:?}", said(&read));
}

/// A header merged over two columns that the row below tells apart: never simply the first of them.
#[test]
fn a_merged_header_is_told_apart_by_the_words_below_it() {
    let table = |one: V, other: V| {
        let widen = |row: Vec<V>, value: V| {
            let mut row = row;
            row.insert(5, value);
            row
        };
        let mut below = vec![E; 14];
        (below[4], below[5]) = (one, other);
        let rows = [vec![T("班组申报汇总表")], cover(), widen(header(), E), below, widen(with(4, N(99.0)), N(12.0))];
        let mut sheet = sheet("Sheet1", &rows);
        merge(&mut sheet, (2, 4), (2, 5));
        run(vec![sheet])
    };
    for (one, other) in [("计划", "实有"), ("上年", "本年"), ("本年累计", "本期")] {
        let read = table(T(one), T(other));
        assert_eq!(said(&read), [], "{one} {other}");
        assert_eq!(column(&read, "人数"), &Column::Integer(vec![Some(12)].into()), "{one} {other}");
    }
    let read = table(T("甲车间"), T("乙车间"));
    assert!(said(&read).contains(&("column-twice", Severity::Block)), "{:?}", said(&read));
    let read = table(E, E);
    assert_eq!(said(&read), [("column-look-alike", Severity::Verify)], "nothing tells which");
}
