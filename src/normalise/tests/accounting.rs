//! Every row in one class; totals held against their parts.

use super::fixture::*;
use crate::model::table::Column;
use crate::model::{RawValue, Severity};

#[test]
fn totals_notes_repeats_and_numbered_blanks_are_counted_apart() {
    let total = |label: &'static str, sum: f64| vec![T(label), E, E, E, N(sum)];
    let mut rows = vec![good(), good(), total("小计", 24.0)];
    rows.push(vec![T("班组申报汇总表")]);
    rows.push(header());
    rows.push(good());
    rows.push(total("合 计", 36.0));
    rows.push(vec![T("单位负责人：王五"), E, T("审核人：赵六"), E, T("填表人：钱七"), E, T("填报日期：2026年3月20日")]);
    rows.push(vec![T("注：1.人数按在岗人数填写。")]);
    rows.push(vec![T("2.一式两份。")]);
    let read = run(vec![teams(rows)]);
    let account = &read.sheets[0];
    assert_eq!((account.data, account.totals, account.repeated_headers, account.notes, account.frame), (3, 2, 1, 3, 4));
    assert_eq!(read.version.filled_on, crate::domain::period::day(2026, 3, 20));
    assert_eq!(codes_of(&read), [("column-absent", Severity::Note)], "{:?}", read.findings);
}

#[test]
fn a_wrong_total_is_doubtful_and_none_is_checked_over_an_unreadable_cell() {
    let total = || vec![T("合计"), E, E, E, N(25.0), N(20.0)];
    let read = run(vec![teams(vec![good(), good(), total()])]);
    let wrong: Vec<_> = read.findings.iter().filter(|finding| finding.code.as_ref() == "total-mismatch").collect();
    assert_eq!(wrong.len(), 1);
    assert_eq!(wrong[0].place.cells[0].to_string(), "E6");
    // So it is where the cell of the sum was given the format of a percentage.
    let shown = vec![T("合计"), E, E, E, Raw(RawValue::Percent(25.0)), N(20.0)];
    let read = run(vec![teams(vec![good(), good(), shown])]);
    assert!(codes_of(&read).iter().any(|(code, _)| *code == "total-mismatch"));
    let read = run(vec![teams(vec![good(), with(4, T("约30")), total()])]);
    assert!(!codes_of(&read).iter().any(|(code, _)| *code == "total-mismatch"));
}

/// What is measured is rounded to the digits shown; what is counted is not.
#[test]
fn a_rounded_total_agrees_within_its_digits() {
    let mismatches = |total: V| {
        let mut row = vec![T("合计"), E, E, E, N(24.0), N(20.0)];
        row.resize(11, E);
        row.push(total);
        let read = run(vec![teams(vec![with(11, N(3.514)), with(11, N(2.5)), row])]);
        codes_of(&read).iter().filter(|(code, _)| *code == "total-mismatch").count()
    };
    for total in [N(6.014), N(6.01), N(6.0), T("6"), T("6.0万元")] {
        assert_eq!(mismatches(total), 0);
    }
    for total in [N(6.1), N(7.0), T("6.00"), N(6.02)] {
        assert_eq!(mismatches(total), 1);
    }
}

#[test]
fn texts_fill_down_and_numbers_never() {
    let mut below = good();
    below[0] = T("同上");
    below[1] = T("〃");
    below[2] = E;
    below[4] = T("同上");
    let mut sheet = teams(vec![with(0, T("合肥市总")), below]);
    merge(&mut sheet, (3, 2), (4, 2));
    let read = run(vec![sheet]);
    assert_eq!(column(&read, "推荐单位"), &Column::Unit(vec![Some(1), Some(1)].into()));
    assert_eq!(column(&read, "班组名称"), &Column::Text(vec![text("焊工班"); 2].into()));
    assert_eq!(column(&read, "单位性质"), &Column::Text(vec![text("国有"); 2].into()));
    assert_eq!(column(&read, "人数"), &Column::Integer(vec![Some(12), None].into()));
    assert!(codes_of(&read).contains(&("ditto-in-number", Severity::Block)));
    let rules: Vec<&str> = read.amendments.iter().map(|amendment| amendment.rule.as_str()).collect();
    assert_eq!(rules, ["unit-alias", "ditto", "ditto", "merged-down"]);
    assert_eq!(read.amendments[1].raw(), "同上");
}

#[test]
fn nothing_to_report_is_said_or_asked() {
    let read = run(vec![teams(vec![vec![T("零报告")]])]);
    assert!(read.nil_return && read.tables[0].origins.is_empty());
    for word in ["无", "零报告"] {
        let mut top = header();
        top.insert(0, T("序号"));
        let read = run(vec![sheet("表", &[cover(), top, vec![T(word)], vec![N(1.0)], vec![N(2.0)]])]);
        assert!(read.nil_return && read.sheets[0].notes == 1 && read.sheets[0].frame == 4, "{:?}", read.sheets);
    }
    let read = run(vec![teams(vec![])]);
    assert!(!read.nil_return);
    assert!(codes_of(&read).contains(&("no-rows", Severity::Verify)));
}

/// Words and values that mean something to some part of the stage, thrown together: nothing panics, every occupied row
/// is in one class (the fixture's `run` holds that), and columns are as long as their origins.
#[test]
fn any_sheet_is_accounted_for() {
    let words = [
        "合计",
        "小计",
        "注：",
        "零报告",
        "无",
        "同上",
        "推荐单位",
        "班组名称",
        "单位性质",
        "班组长",
        "人数",
        "其中：一线",
        "六好",
        "公示时间",
        "开始",
        "填报单位（盖章）：",
        "所属期：2025年",
        "（",
        "(人",
        "３．",
        "1,2,3万",
        "2026-13-40",
        "年月日",
        "百万",
        "-",
        "1980.1",
        "负",
        "1e5",
        "B国有",
        "",
        " ",
        "\u{200b}",
        "填报单位（",
        "年度：",
    ];
    let mut seed = 12345u64;
    let mut next = move |below: u64| {
        seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (seed >> 33) % below
    };
    for round in 0..400 {
        let mut rows: Vec<Vec<V>> = Vec::new();
        for _ in 0..12 {
            let row = match next(5) {
                0 => header(),
                1 => good(),
                _ => (0..13)
                    .map(|_| match next(8) {
                        0 => E,
                        1 => N(next(50_000) as f64 / 10.0),
                        2 => D(next(50_000) as f64),
                        3 => B(next(2) == 0),
                        _ => T(words[next(words.len() as u64) as usize]),
                    })
                    .collect(),
            };
            rows.push(row);
        }
        let mut sheet = sheet("2026", &rows);
        for _ in 0..next(6) {
            let (row, col) = (next(12) as u32, next(13) as u16);
            merge(&mut sheet, (row, col), (row + next(4) as u32, col + next(4) as u16));
        }
        let read = run(vec![sheet]);
        for table in &read.tables {
            assert!(table.columns.iter().all(|column| column.len() == table.origins.len()), "round {round}");
        }
    }
}
