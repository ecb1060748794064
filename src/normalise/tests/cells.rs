//! Each kind of cell, what it becomes and what is said about it.

use super::fixture::*;
use crate::domain::period::day;
use crate::model::cell::{CellDoubt, RawValue};
use crate::model::normalised::NormalisedReturn;
use crate::model::table::Column;
use crate::model::{RawSheet, Severity};

/// The one finding (besides the absent column), as code and severity.
fn said(read: &NormalisedReturn) -> Option<(&str, Severity)> {
    let found: Vec<_> = codes_of(read).into_iter().filter(|(code, _)| *code != "column-absent").collect();
    assert!(found.len() <= 1, "{:?}", read.findings);
    found.first().copied()
}

fn rule(read: &NormalisedReturn) -> Option<&str> {
    assert!(read.amendments.len() <= 1, "{:?}", read.amendments);
    read.amendments.first().map(|amendment| amendment.rule.as_str())
}

const BLOCK: Severity = Severity::Block;
const VERIFY: Severity = Severity::Verify;

#[test]
fn whole_numbers() {
    for (value, clean, finding, amended) in [
        (T("１２"), Some(12), None, Some("full-width")),
        (T("1,200"), Some(1200), None, Some("thousands-separator")),
        (T("二十一"), Some(21), None, Some("chinese-numeral")),
        (T("壹佰贰拾人"), Some(120), None, Some("unit-in-cell")),
        (T("3 名"), Some(3), None, Some("unit-in-cell")),
        (T("1.2万"), Some(12000), None, Some("unit-in-cell")),
        (T("12 "), Some(12), None, Some("number-text")),
        (T("12"), Some(12), None, None),
        (N(2.9999999999999996), Some(3), None, Some("float-noise")),
        (N(-3.0), Some(-3), None, None),
        (N(0.0), Some(0), None, None),
        (E, None, Some(("required-missing", BLOCK)), None),
        (T("  "), None, Some(("required-missing", BLOCK)), None),
        (T("无"), None, Some(("none-in-number", BLOCK)), None),
        (T("未报"), None, Some(("not-reported", BLOCK)), None),
        (N(12.5), None, Some(("not-whole", BLOCK)), None),
        (T("约30"), None, Some(("number-unreadable", BLOCK)), None),
        (T("10-20"), None, Some(("number-unreadable", BLOCK)), None),
        (T("50%"), None, Some(("number-unreadable", BLOCK)), None),
        (Raw(RawValue::Percent(0.5)), None, Some(("number-unreadable", BLOCK)), None),
        (T("12元"), None, Some(("unit-contradicts", BLOCK)), None),
        (B(true), None, Some(("wrong-kind", BLOCK)), None),
        (D(3.0), None, Some(("wrong-kind", BLOCK)), None),
        (Raw(RawValue::Error(3)), None, Some(("cell-error", BLOCK)), None),
        (Raw(RawValue::Unreadable(CellDoubt::FormulaWithoutValue)), None, Some(("cell-unreadable", BLOCK)), None),
    ] {
        let read = run(vec![teams(vec![with(4, value)])]);
        assert_eq!(column(&read, "人数"), &Column::Integer(vec![clean].into()));
        assert_eq!((said(&read), rule(&read)), (finding, amended), "{:?} {:?}", read.findings, read.amendments);
    }
}

#[test]
fn money_keeps_its_factor() {
    // The header says 万元, the form asks 元.
    for (value, clean, finding) in [
        (N(3.0), Some(30_000.0), None),
        (T("3"), Some(30_000.0), None),
        (T("2000万"), Some(20_000_000.0), Some(("unit-differs", VERIFY))),
        (T("500元"), Some(500.0), None),
        (T("/"), None, Some(("none-in-number", VERIFY))),
        (T("未报"), None, Some(("not-reported", Severity::Note))),
        (E, None, None),
    ] {
        let read = run(vec![teams(vec![with(11, value)])]);
        assert_eq!(column(&read, "奖励"), &Column::Number(vec![clean].into()));
        assert_eq!(said(&read), finding, "{:?}", read.findings);
    }
}

#[test]
fn dates() {
    let fifth = day(2026, 3, 5);
    for (value, clean, finding) in [
        (D(46086.0), fifth, None),
        (D(46086.75), fifth, None),
        (T("2026年3月5日"), fifth, None),
        (T("2026.3.5"), fifth, None),
        (N(20260305.0), fifth, None),
        (N(46086.0), fifth, Some(("date-serial-unformatted", VERIFY))),
        (T("26年3月5日"), fifth, Some(("year-two-digits", VERIFY))),
        (Raw(RawValue::Percent(46086.0)), None, Some(("wrong-kind", BLOCK))),
        (Raw(RawValue::Percent(20.2635)), None, Some(("wrong-kind", BLOCK))),
        (T("26-3-5"), None, Some(("date-unreadable", BLOCK))),
        (T("3月5日"), None, Some(("date-incomplete", BLOCK))),
        (T("2026年3月"), None, Some(("date-incomplete", BLOCK))),
        (T("2026-02-30"), None, Some(("date-impossible", BLOCK))),
        (D(60.0), None, Some(("date-impossible", BLOCK))),
        (T("待定"), None, Some(("date-unreadable", BLOCK))),
    ] {
        let read = run(vec![teams(vec![with(8, value)])]);
        assert_eq!(column(&read, "公示开始"), &Column::Date(vec![clean].into()));
        assert_eq!(said(&read), finding, "{:?}", read.findings);
    }
}

#[test]
fn codes_scores_and_names() {
    let read = run(vec![teams(vec![with(2, T("民 营"))])]);
    assert_eq!((column(&read, "单位性质"), rule(&read)), (&Column::Text(vec![text("私营")].into()), Some("synonym")));
    let read = run(vec![teams(vec![with(2, T("国有独资"))])]);
    assert_eq!(said(&read), Some(("code-unknown", BLOCK)));
    let words = &read.findings.last().expect("said").found;
    assert!(words.contains("国有独资") && words.contains("“国有”"), "{words}");
    let read = run(vec![teams(vec![with(7, T("95分"))])]);
    assert_eq!(column(&read, "劳动竞赛"), &Column::Number(vec![Some(95.0)].into()));
    let read = run(vec![teams(vec![with(7, N(89.9))])]);
    assert_eq!(column(&read, "劳动竞赛等次"), &Column::Text(vec![text("较好")].into()));
    let read = run(vec![teams(vec![with(7, N(150.0))])]);
    assert_eq!(column(&read, "劳动竞赛等次"), &Column::Text(vec![None::<&str>].into()));
    assert_eq!(said(&run(vec![teams(vec![with(7, T("优"))])])), Some(("score-unknown", BLOCK)));
    let read = run(vec![teams(vec![with(1, T(" 焊工\n一班\u{200b}"))])]);
    assert_eq!(
        (column(&read, "班组名称"), rule(&read)),
        (&Column::Text(vec![text("焊工 一班")].into()), Some("tidy-text"))
    );
}

fn person(id: V, birth: V, flag: V, number: V) -> RawSheet {
    let header = ["推荐单位", "姓名", "身份证", "出生年月", "农民工", "文号"].map(T).into();
    sheet("人", &[cover(), header, vec![T("合肥市总工会"), T("李四"), id, birth, flag, number]])
}

#[test]
fn percentages() {
    for (value, clean, finding) in [
        (Raw(RawValue::Percent(0.95)), Some(0.95), None),
        (Raw(RawValue::Percent(1.0)), Some(1.0), None),
        // 1-0.9-0.1 and 0.1*3+0.7, as a formula has them.
        (Raw(RawValue::Percent(-2.7e-17)), Some(0.0), None),
        (Raw(RawValue::Percent(1.000_000_000_000_000_2)), Some(1.0), None),
        (Raw(RawValue::Percent(95.0)), None, Some(("percent-out-of-range", BLOCK))),
        (Raw(RawValue::Percent(-0.05)), None, Some(("percent-out-of-range", BLOCK))),
        (T("150%"), None, Some(("percent-out-of-range", BLOCK))),
        (N(95.0), Some(0.95), Some(("percent-scale", VERIFY))),
    ] {
        let header = ["推荐单位", "姓名", "身份证", "出生年月", "农民工", "占比"].map(T).into();
        let row = vec![T("合肥市总工会"), T("李四"), T("11010519491231002X"), T("1949.12"), T("否"), value];
        let read = run(vec![sheet("人", &[cover(), header, row])]);
        assert_eq!(column(&read, "占比"), &Column::Number(vec![clean].into()));
        assert_eq!(said(&read), finding, "{:?}", read.findings);
    }
}

#[test]
fn id_numbers_are_never_repaired_nor_spelled_out() {
    let id = "11010519491231002X";
    let read = run(vec![person(T("110105 19491231 002x"), T("1949-12"), E, E)]);
    assert_eq!(column(&read, "身份证号"), &Column::Text(vec![text(id)].into()));
    assert!(!read.amendments[0].clean().contains("1949") && rule(&read) == Some("id-tidied"));
    for (value, code) in [
        (N(110105194912310000.0), "id-stored-as-number"),
        (T("1.10105E+17"), "id-stored-as-number"),
        (Raw(RawValue::Percent(110105194912310000.0)), "id-stored-as-number"),
        (T("110105491231002"), "id-fifteen-digits"),
        (T("同上"), "ditto-in-number"),
    ] {
        let read = run(vec![person(value, T("1949-12"), E, E)]);
        assert_eq!(said(&read), Some((code, BLOCK)));
        assert!(!read.findings[0].found.contains("110105"));
        assert_eq!(column(&read, "身份证号"), &Column::Text(vec![None::<&str>].into()));
    }
}

#[test]
fn months() {
    let born = |value, id| run(vec![person(T(id), value, E, E)]);
    let tenth = day(1980, 10, 1);
    for (value, clean) in [
        (T("1980年10月"), tenth),
        (T("1980.10"), tenth),
        (N(198010.0), tenth),
        (T("1980-10-15"), tenth),
        (N(1980.11), day(1980, 11, 1)),
    ] {
        let read = born(value, "x");
        assert_eq!((column(&read, "出生年月"), said(&read)), (&Column::Date(vec![clean].into()), None));
    }
    let valid = |month: &str| -> &'static str {
        let id = (0..=10)
            .map(|n| format!("1101051980{month}0100{}{}", 2, if n == 10 { "X".to_owned() } else { n.to_string() }))
            .find(|id| crate::text::id_number::is_valid(id))
            .expect("one check character is right");
        Box::leak(id.into_boxed_str())
    };
    let read = born(N(1980.1), valid("10"));
    assert_eq!(
        (column(&read, "出生年月"), rule(&read)),
        (&Column::Date(vec![tenth].into()), Some("month-by-id-number"))
    );
    // January by the ID number is still asked about: the zero may be lost all the same.
    for id in ["x", valid("01")] {
        let read = born(N(1980.1), id);
        assert_eq!(
            (column(&read, "出生年月"), said(&read)),
            (&Column::Date(vec![day(1980, 1, 1)].into()), Some(("month-uncertain", VERIFY)))
        );
    }
}

#[test]
fn marks_and_document_numbers() {
    for (value, clean) in [
        (T("√"), Some(true)),
        (T("否"), Some(false)),
        (T("×"), Some(false)),
        (N(1.0), Some(true)),
        (E, None),
        (T("/"), None),
    ] {
        let read = run(vec![person(T("11010519491231002X"), T("1949-12"), value, T("皖工[2026]3号"))]);
        assert_eq!((column(&read, "农民工"), said(&read)), (&Column::Boolean(vec![clean].into()), None));
        assert_eq!(column(&read, "文号"), &Column::Text(vec![text("皖工〔2026〕3号")].into()));
    }
    let read = run(vec![person(T("11010519491231002X"), T("1949-12"), T("v"), E)]);
    assert_eq!(said(&read), Some(("boolean-unknown", BLOCK)));
}

/// A year and month where nobody knows the day is a month, and no day is shown that nobody wrote.
#[test]
fn dates_whose_day_nobody_knows() {
    use crate::definition::Precision::DayOrMonth;
    let header: Vec<V> = ["推荐单位", "姓名", "身份证", "出生年月", "参加工作时间"].map(T).into();
    let begun = |value: V| {
        let row = vec![T("合肥市总工会"), T("李四"), T("X"), T("1980-10"), value];
        run(vec![sheet("人", &[cover(), header.clone(), row])])
    };
    let (july, fifteenth) = (day(1998, 7, 1), day(1998, 7, 15));
    for (value, clean, amended) in [
        (T("1998.07"), july, Some("date-shape")),
        (N(1998.07), july, Some("date-shape")),
        (T("1998年7月"), july, Some("date-shape")),
        (T("1998-07"), july, None),
        (T("1998.7.15"), fifteenth, Some("date-shape")),
        (D(35_991.0), fifteenth, None),
    ] {
        let read = begun(value);
        assert_eq!((column(&read, "参加工作时间"), said(&read)), (&Column::Date(vec![clean].into()), None));
        assert_eq!(rule(&read), amended);
        assert!(amended.is_none() || !read.amendments[0].clean().ends_with("-01"), "{:?}", read.amendments);
    }
    assert_eq!([july, fifteenth].map(|day| DayOrMonth.is_month(day.expect("a day"))), [true, false]);
    assert_eq!(said(&begun(N(1998.1))), Some(("month-uncertain", VERIFY)));
    assert_eq!(said(&begun(T("98年7月"))), Some(("year-two-digits", VERIFY)));
    assert_eq!(said(&begun(T("1998年"))), Some(("date-incomplete", BLOCK)));
}
