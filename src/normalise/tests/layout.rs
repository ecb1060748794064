//! Where tables stand and how their columns are bound.

use super::fixture::*;
use crate::model::cell::RawValue;
use crate::model::table::Column;
use crate::model::{Effect, RawSheet, Severity};

#[test]
fn a_good_return_has_nothing_to_say() {
    let read = run(vec![teams(vec![good(), good()])]);
    assert_eq!(codes_of(&read), [("column-absent", Severity::Note)]);
    assert!(read.amendments.is_empty(), "{:?}", read.amendments);
    assert_eq!(column(&read, "类别"), &Column::Text(vec![text("正式"); 2].into()));
    assert_eq!(column(&read, "科学管理等次"), &Column::Text(vec![text("好"); 2].into()));
    assert_eq!(column(&read, "人数"), &Column::Integer(vec![Some(12); 2].into()));
    assert_eq!(read.tables[0].origins[1].row, 4);
    assert_eq!(read.sheets[0].frame, 3);
    assert_eq!(read.version.stamp(), Some(5));
}

/// Three header rows: a group over everything, parents, leaves; the same word under another parent is another thing.
fn three_rows() -> RawSheet {
    let mut sheet = sheet(
        "表",
        &[
            vec![T("附件2")],
            vec![T("班组申报汇总表")],
            cover(),
            vec![T("基本情况"), E, E, E, E, E, T("评价"), E, E, E, E, T("公示时间"), E],
            vec![
                T("✱ 推荐\n单位"),
                T("班组 名称*"),
                T("所有制"),
                T("班组长"),
                T("人数"),
                E,
                T("六好"),
                E,
                T("活动"),
                E,
                T("安全事故"),
                T("开始"),
                T("结束"),
            ],
            vec![E, E, E, E, T("总数"), T("其中：一线"), T("劳动竞赛"), T("科学管理"), T("劳动竞赛"), T("经费（元）")],
            vec![T("甲"), T("乙"), T("丙"), T("丁"), N(1.0), N(2.0), N(3.0), N(4.0), N(5.0)],
            vec![
                T("合肥市总"),
                T("焊工班"),
                T("民营"),
                T("张 三"),
                N(12.0),
                N(10.0),
                T("较好"),
                N(95.0),
                N(3.0),
                N(7.0),
                T("无"),
                D(46086.0),
                D(46093.0),
            ],
        ],
    );
    merge(&mut sheet, (3, 0), (3, 5));
    merge(&mut sheet, (3, 6), (3, 10));
    merge(&mut sheet, (3, 11), (3, 12));
    merge(&mut sheet, (4, 4), (4, 5));
    merge(&mut sheet, (4, 6), (4, 7));
    merge(&mut sheet, (4, 8), (4, 9));
    for col in [0, 1, 2, 3, 10, 11, 12] {
        merge(&mut sheet, (4, col), (5, col));
    }
    sheet
}

#[test]
fn three_header_rows_with_merged_parents() {
    let read = run(vec![three_rows()]);
    assert_eq!(codes_of(&read), [("column-absent", Severity::Note)], "{:#?}", read.findings);
    let binding = &read.bindings[0];
    assert_eq!(binding.header, (3, 5));
    let expected = [None, Some(0), Some(1), Some(2), Some(3), Some(4), Some(5), Some(7), Some(6), Some(11), Some(12)];
    assert_eq!(&binding.columns[..11], &expected);
    assert_eq!(binding.extra, [(8, "劳动竞赛".to_owned()), (9, "经费（元）".to_owned())]);
    assert_eq!(column(&read, "劳动竞赛等次"), &Column::Text(vec![text("较好")].into()));
    assert_eq!(column(&read, "安全事故"), &Column::Integer(vec![Some(0)].into()));
    let mut rules: Vec<&str> = read.amendments.iter().map(|amendment| amendment.rule.as_str()).collect();
    rules.sort_unstable();
    assert_eq!(rules, ["name-spaces", "none-is-zero", "synonym", "unit-alias"]);
}

/// The column of shares keeps its format down to the line that numbers the columns.
#[test]
fn the_number_of_a_column_that_is_formatted_as_a_percentage() {
    let mut numbers: Vec<V> = (1..=10).map(|number| N(f64::from(number))).collect();
    numbers[4] = Raw(RawValue::Percent(5.0));
    let read = run(vec![sheet("表", &[cover(), header(), numbers, good()])]);
    assert_eq!(codes_of(&read), [("column-absent", Severity::Note)], "{:#?}", read.findings);
    assert_eq!(read.sheets[0].data, 1);
}

#[test]
fn parents_spread_right_where_nothing_is_merged() {
    let mut top = header();
    for (col, word) in [(6, T("六好")), (7, E), (8, T("公示时间")), (9, E)] {
        top[col] = word;
    }
    let leaves = vec![E, E, E, E, E, E, T("科学管理"), T("劳动竞赛"), T("开始"), T("结束")];
    let read = run(vec![sheet("csv", &[cover(), top, leaves, good()])]);
    assert_eq!(codes_of(&read), [("column-absent", Severity::Note)]);
    assert_eq!(read.bindings[0].header, (1, 2));
    assert_eq!(&read.bindings[0].columns[7..11], &[Some(6), Some(7), Some(8), Some(9)]);
}

#[test]
fn a_missing_required_column_holds_the_return() {
    let mut top = header();
    top[4] = T("在册人员数");
    let read = run(vec![sheet("表", &[cover(), top, good()])]);
    let missing = read.findings.iter().find(|finding| finding.code.as_ref() == "column-missing").expect("found");
    assert!(missing.effect == Effect::HoldsReturn && missing.found.contains("人数"), "{missing:?}");
    assert_eq!(missing.place.cells[0].to_string(), "A2");
    assert_eq!(read.tables[0].origins.len(), 1);
}

#[test]
fn two_columns_for_one_field() {
    let mut top = header();
    top[12] = T("人 数");
    let read = run(vec![sheet("表", &[cover(), top, good()])]);
    let twice = read.findings.iter().find(|finding| finding.code.as_ref() == "column-twice").expect("found");
    assert_eq!(twice.effect, Effect::HoldsReturn);
    assert_eq!(twice.place.cells.len(), 2);
}

#[test]
fn no_form_says_what_was_there() {
    let read = run(vec![sheet("通知", &[vec![T("关于报送的通知")], vec![T("班组名称"), T("人数"), T("电话")]])]);
    let cause = read.unrecognised.expect("unrecognised");
    assert!(
        cause.contains("通知") && cause.contains("最接近“班组申报汇总表”") && cause.contains("推荐单位"),
        "{cause}"
    );
    assert!(read.tables.is_empty() && read.sheets[0].frame == 2);
}

#[test]
fn two_forms_stacked_on_one_sheet() {
    let mut rows = vec![vec![T("班组申报汇总表")], cover(), header(), good(), vec![], vec![T("推荐个人汇总表")]];
    rows.push(["推荐单位", "姓名", "身份证号", "出生年月", "农民工"].map(T).into());
    rows.push(vec![T("合肥市总工会"), T("李四"), T("11010519491231002x"), T("1949年12月"), T("√")]);
    let read = run(vec![sheet("表", &rows)]);
    assert_eq!(read.tables.iter().map(|table| table.form).collect::<Vec<_>>(), [0, 1]);
    assert_eq!(read.sheets.iter().map(|account| (account.rows, account.data)).collect::<Vec<_>>(), [(4, 1), (3, 1)]);
    assert!(read.findings.iter().all(|finding| finding.severity == Severity::Note), "{:?}", read.findings);
}
