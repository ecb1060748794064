//! Whether a row is a record: each kind of row that is none, beside the names that look like it.

use super::fixture::*;
use crate::model::cell::{CellDoubt, CellRef, RawValue, SeenAs};
use crate::model::normalised::NormalisedReturn;
use crate::model::table::Column;
use crate::model::{RawSheet, Severity};

/// Codes of findings but for the column that the fixture lacks.
fn said(read: &NormalisedReturn) -> Vec<(&str, Severity)> {
    let mut codes = codes_of(read);
    codes.retain(|(code, _)| *code != "column-absent");
    codes
}

fn data(read: &NormalisedReturn) -> u32 {
    read.sheets.iter().map(|account| account.data).sum()
}

fn named(name: &'static str) -> Vec<V> {
    with(1, T(name))
}

/// A row with a label in one column and a headcount.
fn labelled(col: usize, label: &'static str, headcount: f64) -> Vec<V> {
    let mut row = vec![E; 13];
    row[col] = T(label);
    row[4] = N(headcount);
    row
}

fn with_rows(rows: Vec<Vec<V>>) -> NormalisedReturn {
    run(vec![teams(rows)])
}

#[test]
fn totals_under_any_word_and_column_do_not_count() {
    for label in ["合计", "甲组 汇总", "承上页", "过次页", "本页累计", "平均", "Total", "全市合计"]
    {
        for col in [0, 1] {
            let read = with_rows(vec![good(), labelled(col, label, 12.0)]);
            assert_eq!((data(&read), read.sheets[0].totals, said(&read)), (1, 1, vec![]), "{label} {col}");
        }
        let mut beside = labelled(1, label, 12.0);
        beside[0] = T("合肥市总工会");
        let read = with_rows(vec![good(), beside]);
        assert_eq!((data(&read), read.sheets[0].totals), (1, 1), "{label} beside its unit");
    }
}

#[test]
fn names_that_begin_as_totals_do_are_records() {
    for name in ["总计量站", "小计算机房", "共计划班", "其中桥养护班", "合计站", "汇总中心"] {
        let read = with_rows(vec![good(), named(name)]);
        assert_eq!((data(&read), said(&read)), (2, vec![]), "{name}");
    }
    // One that says what all above it add up to is asked about.
    let mut sum = named("合计站");
    sum[4] = N(24.0);
    sum[5] = N(20.0);
    let read = with_rows(vec![good(), named("二班"), sum.clone()]);
    assert_eq!((data(&read), said(&read)), (3, vec![("total-like-name", Severity::Verify)]));
    sum[1] = T("甲组小计");
    assert_eq!(said(&with_rows(vec![good(), sum])), [("total-like-name", Severity::Verify)]);
}

#[test]
fn of_which_is_not_counted() {
    for label in ["其中", "其中：女职工", "其中 一线"] {
        let read = with_rows(vec![good(), labelled(1, label, 5.0)]);
        assert_eq!((data(&read), read.sheets[0].aside), (1, 1), "{label}");
        assert_eq!(said(&read), [("row-of-which", Severity::Note)], "{label}");
    }
}

#[test]
fn footers_in_adjacent_cells_and_in_pairs_are_notes_with_their_date() {
    let day = crate::domain::period::day(2026, 3, 20);
    let adjacent =
        ["单位负责人：张三", "审核人：李四", "填表人：王五", "联系电话：0551-62345678", "报出日期：2026年3月20日"];
    let pairs = ["单位负责人", "张三", "填表人", "李四", "报出日期", "2026-03-20"];
    let spread = ["填表人：", "李四", "报出日期：", "2026", "年3月20日"];
    for footer in [&adjacent[..], &pairs[..], &spread[..]] {
        let read = with_rows(vec![good(), footer.iter().map(|text| T(text)).collect()]);
        assert_eq!((data(&read), said(&read)), (1, vec![]), "{footer:?}");
        assert_eq!(read.version.filled_on, day, "{footer:?}");
    }
    let read = with_rows(vec![good(), vec![E, E, E, T("报出日期：2026年3月20日")]]);
    assert_eq!((data(&read), read.version.filled_on), (1, day));
    // A post is no label.
    let read = with_rows(vec![good(), with(3, T("财务负责人")), with(1, T("单位负责人班"))]);
    assert_eq!(data(&read), 3);
}

#[test]
fn records_below_a_signature_are_never_skipped() {
    let footer = vec![T("单位负责人：张三"), E, E, T("填表人：李四")];
    let read = with_rows(vec![good(), footer.clone(), named("二班")]);
    assert_eq!((data(&read), said(&read)), (2, vec![("row-below-signature", Severity::Block)]));
    // With a header of its own it is the next table's.
    let read = with_rows(vec![good(), footer.clone(), vec![T("班组申报汇总表")], header(), named("二班")]);
    assert_eq!((data(&read), said(&read)), (2, vec![]));
    let read = with_rows(vec![good(), footer, vec![T("注：一线指生产岗位")], vec![T("2. 人数为期末数")]]);
    assert_eq!((data(&read), said(&read)), (1, vec![]));
}

#[test]
fn page_marks_are_notes() {
    for mark in ["（以下空白）", "以下空白", "续表", "第 1 页 共 2 页"] {
        for col in [0, 1] {
            let mut row = vec![E; 13];
            row[col] = T(mark);
            let read = with_rows(vec![good(), row]);
            assert_eq!((data(&read), said(&read)), (1, vec![]), "{mark} {col}");
        }
    }
}

#[test]
fn nothing_to_report_in_a_row_of_its_own() {
    let nil = || {
        let mut row: Vec<V> = vec![E; 13];
        (row[0], row[1], row[4], row[5], row[12]) = (T("合肥市总工会"), T("无"), N(0.0), T("/"), T("—"));
        row
    };
    let read = with_rows(vec![nil()]);
    assert!(read.nil_return && data(&read) == 0, "{:?}", read.findings);
    for words in ["本月无活动", "我单位本年度未开展", "零报告"] {
        assert!(with_rows(vec![vec![T(words)]]).nil_return, "{words}");
    }
    // With a figure it is a record without a name.
    let mut row = nil();
    row[4] = N(12.0);
    assert_eq!(data(&with_rows(vec![row])), 1);
}

#[test]
fn examples_are_set_aside() {
    for name in ["例：焊工班", "某某班组", "XX班", "××班组"] {
        let read = with_rows(vec![named(name), good()]);
        assert_eq!((data(&read), said(&read)), (1, vec![("row-example", Severity::Note)]), "{name}");
    }
    let read = with_rows(vec![with(12, T("示例")), good()]);
    assert_eq!((data(&read), said(&read)), (1, vec![("row-example-doubtful", Severity::Verify)]));
    for (col, word) in [(1, "惯例班"), (12, "示例岗建设先进"), (1, "2×660MW机组班")] {
        assert_eq!(said(&with_rows(vec![with(col, T(word))])), [], "{word}");
    }
}

#[test]
fn a_row_struck_through_is_not_counted() {
    let mut struck = teams(vec![good(), named("二班")]);
    for col in 1..=10 {
        struck.push_sight(CellRef { row: 4, col }, SeenAs::Struck, "");
    }
    let read = run(vec![struck]);
    assert_eq!((data(&read), said(&read)), (1, vec![("row-struck", Severity::Verify)]));
}

#[test]
fn a_remark_takes_a_record_back_and_it_counts() {
    for remark in ["作废", "撤销申报，不计入", "（不计入）"] {
        let read = with_rows(vec![with(12, T(remark))]);
        assert_eq!((data(&read), said(&read)), (1, vec![("remark-says-void", Severity::Verify)]), "{remark}");
    }
    assert_eq!(said(&with_rows(vec![with(12, T("原三班已撤销"))])), []);
}

#[test]
fn a_heading_that_is_a_code_word_fills_the_records_below_it() {
    let two = |first: &'static str, second: &'static str| {
        with_rows(vec![vec![T(first)], good(), vec![T(second)], named("二班"), named("三班")])
    };
    let read = two("一、正式", "二、备选（共 2 个）");
    assert_eq!((data(&read), said(&read)), (3, vec![]));
    assert_eq!(column(&read, "类别"), &Column::Text(vec![text("正式"), text("备选"), text("备选")].into()));
    assert_eq!(read.amendments.iter().filter(|amendment| &*amendment.rule == "heading-fills").count(), 3);
    let read = two("一、机械行业", "二、纺织行业");
    assert_eq!((data(&read), said(&read)), (3, vec![("section-heading", Severity::Note); 2]));
    assert_eq!(column(&read, "类别"), &Column::Text(vec![text("正式"); 3].into()));
    // A cell that says otherwise is asked about.
    let read = with_rows(vec![vec![T("一、私营")], good()]);
    assert_eq!(said(&read), [("section-at-odds", Severity::Verify)]);
}

/// An indicator of a fixed list may be called so, and its row fills a code.
#[test]
fn of_which_beside_a_code_is_a_record() {
    let mut row = labelled(1, "其中：女职工", 5.0);
    row[2] = T("国有");
    assert_eq!(data(&with_rows(vec![good(), row])), 2);
}

/// Two physical rows under one name are one record.
#[test]
fn the_second_row_of_a_record_is_no_record() {
    let mut second = vec![E; 13];
    second[11] = N(1.0);
    let mut sheet: RawSheet = teams(vec![good(), second]);
    for col in 0..=10 {
        merge(&mut sheet, (3, col), (4, col));
    }
    let read = run(vec![sheet]);
    assert_eq!((data(&read), said(&read)), (1, vec![("row-continued", Severity::Verify)]));
}

#[test]
fn lines_that_came_with_the_form_are_no_records() {
    let mut line: Vec<V> = vec![E; 13];
    (line[0], line[2], line[10]) = (T("合肥市总工会"), T("国有"), N(0.0));
    let read = with_rows(vec![good(), line.clone(), line.clone()]);
    assert_eq!((data(&read), said(&read)), (1, vec![("rows-prefilled", Severity::Note)]));
    // A default word alone in its column heads nothing.
    let mut default: Vec<V> = vec![E; 13];
    default[2] = T("私营");
    let read = with_rows(vec![default, good()]);
    assert_eq!((data(&read), said(&read)), (1, vec![("rows-prefilled", Severity::Note)]));
    // A formula of the form's own, whose result the writer left out.
    line[10] = Raw(RawValue::Unreadable(CellDoubt::FormulaWithoutValue));
    let read = with_rows(vec![good(), line.clone()]);
    assert_eq!((data(&read), said(&read)), (1, vec![("rows-prefilled", Severity::Note)]));
    // With a figure in it somebody began to fill it in.
    line[4] = N(12.0);
    assert_eq!(data(&with_rows(vec![good(), line])), 2);
}

/// Whatever its words are, a row of labels with colons is a footer; one label beside values is somebody's record.
#[test]
fn footers_are_told_by_their_shape() {
    for footer in [
        vec![T("分管领导："), T("王刚"), E, T("拟稿："), T("赵五")],
        vec![T("签发：王刚"), E, T("核稿：李四"), T("拟稿：赵五")],
        vec![T("法定代表人：王刚"), T("统计员：赵五")],
        vec![T("（盖章）"), E, T("2026年4月2日")],
    ] {
        let read = with_rows(vec![good(), named("二班"), footer]);
        assert_eq!((data(&read), said(&read)), (2, vec![]));
    }
    let mut record = named("三班：乙组");
    record[3] = T("赵五");
    assert_eq!(data(&with_rows(vec![good(), record])), 2);
}

#[test]
fn headings_fill_what_follows_with_the_code_word_in_them() {
    let absent = |words: &'static str| {
        let read = with_rows(vec![good(), vec![T(words)], named("二班")]);
        let Column::Text(class) = column(&read, "类别") else { panic!("a code is text") };
        (data(&read), class.get(1).map(str::to_owned))
    };
    for words in ["三、备选", "备选名单", "二、备选班组（1个）", "（二）备选推荐对象"] {
        assert_eq!(absent(words), (2, Some("备选".to_owned())), "{words}");
    }
    assert_eq!(absent("二、先进班组"), (2, Some("正式".to_owned())));
}

#[test]
fn a_name_in_marks_is_nobodys() {
    for name in ["○○班", "**班", "二班（示例）", "如：二班"] {
        let read = with_rows(vec![good(), named(name)]);
        assert_eq!((data(&read), said(&read)), (1, vec![("row-example", Severity::Note)]), "{name}");
    }
}

#[test]
fn a_card_is_no_list_and_is_told_as_one() {
    let sheet = sheet(
        "Sheet1",
        &[
            vec![T("模范班组审批表")],
            vec![T("所在单位"), T("庐阳机械"), T("班组名称"), T("装配一班")],
            vec![T("单位性质"), T("国有"), T("班组长"), T("李强")],
            vec![T("人数（人）"), N(12.0), T("一线人数"), N(10.0)],
            vec![T("主要事迹"), T("扎根一线")],
        ],
    );
    let cause = run(vec![sheet]).unrecognised.unwrap();
    assert!(cause.contains("像是一张卡片") && cause.contains("等 5 项"), "{cause}");
    let other = super::fixture::sheet("Sheet1", &[vec![T("班组长"), T("李强")], vec![T("人数"), N(3.0)]]);
    assert!(!run(vec![other]).unrecognised.unwrap().contains("卡片"));
}

/// A total by another word, where nothing is filled in that every record has; and a record by a total's word.
#[test]
fn a_label_that_ends_as_a_total_is_one_where_no_record_could_be() {
    for label in ["三项合计", "市直小计", "全年合计", "占比", "人均", "去年同期", "合计行"] {
        let read = with_rows(vec![good(), labelled(1, label, 12.0)]);
        assert_eq!((data(&read), read.sheets[0].totals), (1, 1), "{label}");
    }
    let read = with_rows(vec![good(), named("合计")]);
    assert_eq!((data(&read), said(&read)), (2, vec![("total-like-name", Severity::Verify)]));
}

#[test]
fn a_name_that_takes_the_record_back_is_asked_about() {
    let read = with_rows(vec![named("焊工班（已撤销）")]);
    assert_eq!((data(&read), said(&read)), (1, vec![("remark-says-void", Severity::Verify)]));
    assert_eq!(said(&with_rows(vec![named("焊工班（原三班已撤销）")])), []);
    assert_eq!(said(&with_rows(vec![named("焊工班（撤销站）")])), []);
}

/// The same header again under a cover of another period is another table, and does not count.
#[test]
fn a_block_of_another_period_on_the_same_sheet_does_not_count() {
    let block = |period: &'static str| {
        let rows = [vec![T("班组申报汇总表")], cover(), header(), good(), vec![T("班组申报汇总表")], vec![T(period)]];
        run(vec![sheet("Sheet1", &[rows.to_vec(), vec![header(), named("钳工班")]].concat())])
    };
    let read = block("填报单位：合肥市总工会 所属期：2025年");
    let counted = |read: &NormalisedReturn| -> u32 {
        read.sheets.iter().filter(|sheet| sheet.not_counted.is_none()).map(|sheet| sheet.data).sum()
    };
    assert_eq!((data(&read), counted(&read)), (2, 1));
    assert_eq!(said(&read), [("sheet-other-period", Severity::Note)]);
    let read = block("填报单位：合肥市总工会 所属期：2026年");
    assert_eq!((counted(&read), said(&read)), (2, vec![]));
}
