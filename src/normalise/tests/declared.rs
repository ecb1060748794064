//! What a definition says of its forms beside headers and types: what tells a record, which years are expected, and whose rows
//! they are where no column says so.

use super::fixture::*;
use crate::definition::{Plan, Years};
use crate::model::RawSheet;
use crate::model::normalised::NormalisedReturn;
use crate::model::table::Column;
use crate::model::workbook::{Format, RawWorkbook};

fn under(plan: &Plan, sheet: RawSheet) -> NormalisedReturn {
    let book = RawWorkbook { format: Format::Xlsx, modified: None, sheets: vec![sheet], remarks: vec![] };
    run_plan(plan, "合肥市总工会.xlsx", &book)
}

fn codes(read: &NormalisedReturn) -> Vec<&str> {
    codes_of(read).into_iter().map(|(code, _)| code).filter(|code| *code != "column-absent").collect()
}

/// 同上 says what two records share; all that tells a record they cannot share.
#[test]
fn a_record_is_not_named_by_the_one_above_it() {
    let mut plan = plan();
    plan.forms[0].key = vec![2, 3];
    for ditto in ["同上", "（同上）", "〃", "……"] {
        let read = under(&plan, teams(vec![good(), with(1, T(ditto)), with(1, T(ditto))]));
        assert_eq!(codes(&read), ["ditto-in-name"; 2], "{ditto}");
        let names = [text("焊工班"), None, None];
        assert_eq!(column(&read, "班组名称"), &Column::Text(names.into_iter().collect()));
    }
    // Another owner: another team of the same name.
    let mut below = with(1, T("同上"));
    below[2] = T("私营");
    assert_eq!(codes(&under(&plan, teams(vec![good(), below]))), Vec::<&str>::new());
    // What all teams share may be 同上 as ever.
    let mut below = with(1, T("二班"));
    (below[0], below[2]) = (T("同上"), T("同上"));
    assert_eq!(codes(&under(&plan, teams(vec![good(), below]))), Vec::<&str>::new());
}

#[test]
fn a_date_may_lie_in_the_years_that_its_field_expects() {
    let mut plan = plan();
    let until = |plan: &Plan, date: &'static str| codes(&under(plan, teams(vec![with(9, T(date))]))).len();
    assert_eq!([until(&plan, "2027-03-12"), until(&plan, "1929-03-12")], [1, 1]);
    plan.forms[0].fields[10].years = Years { first: 1900, ahead: 2 };
    assert_eq!([until(&plan, "2028-03-12"), until(&plan, "1929-03-12"), until(&plan, "2029-01-01")], [0, 0, 1]);
}

/// People with a share, under these headers.
fn shares(header: &'static str, share: V) -> NormalisedReturn {
    let header = ["推荐单位", "姓名", "身份证", "出生年月", "农民工", header].map(T).into();
    let row = vec![T("合肥市总工会"), T("李四"), T("11010519491231002X"), T("1949.12"), T("否"), share];
    run(vec![sheet("人", &[cover(), header, row])])
}

#[test]
fn a_sign_in_the_header_says_that_figures_are_percentages() {
    for (header, share, clean, said) in [
        ("占比（%）", N(35.2), 0.352, vec![]),
        ("占比(％)", T("35.2"), 0.352, vec![]),
        ("占比%", N(100.0), 1.0, vec![]),
        ("占比（%）", N(0.0), 0.0, vec![]),
        ("占比（%）", T("35.2%"), 0.352, vec![]),
        // Nobody can tell whether it is 0.98 per cent.
        ("占比（%）", N(0.98), 0.0098, vec!["percent-scale"]),
        ("占比（%）", N(1.0), 0.01, vec!["percent-scale"]),
        ("占比", N(0.98), 0.98, vec![]),
        ("占比", N(35.2), 0.352, vec!["percent-scale"]),
    ] {
        let read = shares(header, share);
        assert_eq!(column(&read, "占比"), &Column::Number(vec![Some(clean)].into()), "{header}");
        assert_eq!(codes(&read), said, "{header} {clean}");
    }
}

#[test]
fn tick_boxes_in_codes_and_between_yes_and_no() {
    for (text_of, clean, said) in [
        ("☑国有 □集体 □私营", Some("国有"), vec![]),
        ("国有□ 集体□ 民营☑", Some("私营"), vec![]),
        ("国有√", Some("国有"), vec![]),
        ("（√）国有 （ ）集体", Some("国有"), vec![]),
        ("☑国有 ☑集体", None, vec!["code-unknown"]),
        ("□国有 □集体", None, vec!["required-missing"]),
        ("☑国营 □集体", None, vec!["code-unknown"]),
    ] {
        let read = run(vec![teams(vec![with(2, T(text_of))])]);
        assert_eq!(column(&read, "单位性质"), &Column::Text(vec![clean].into_iter().collect()), "{text_of}");
        assert_eq!(codes(&read), said, "{text_of}");
    }
    for (text_of, clean, said) in [
        ("□是 ☑否", Some(false), vec![]),
        ("是☑ 否□", Some(true), vec![]),
        ("是√", Some(true), vec![]),
        ("□是 □否", None, vec![]),
        ("☑是 ☑否", None, vec!["boolean-unknown"]),
    ] {
        let header = ["推荐单位", "姓名", "身份证", "出生年月", "农民工"].map(T).into();
        let row = vec![T("合肥市总工会"), T("李四"), T("11010519491231002X"), T("1949.12"), T(text_of)];
        let read = run(vec![sheet("人", &[cover(), header, row])]);
        assert_eq!(column(&read, "农民工"), &Column::Boolean(vec![clean].into()), "{text_of}");
        assert_eq!(codes(&read), said, "{text_of}");
    }
}

#[test]
fn rows_without_a_column_for_their_unit_are_the_senders() {
    let mut plan = plan();
    plan.forms[0].fields[1].required = false;
    let header: Vec<V> = header().into_iter().skip(1).collect();
    let row: Vec<V> = good().into_iter().skip(1).collect();
    let rows = || sheet("表", &[vec![T("班组申报汇总表")], cover(), header.clone(), row.clone()]);
    let read = under(&plan, rows());
    assert_eq!(codes(&read), Vec::<&str>::new());
    assert_eq!(column(&read, "推荐单位"), &Column::Unit(vec![Some(1)].into()));
    // Where it has to be there it is missing.
    assert_eq!(codes(&run(vec![rows()])), ["column-missing"]);
}

/// A form filled in across whose only column is headed by 数量.
#[test]
fn figures_under_no_units_name_are_the_senders() {
    let across = |heading: &'static str| {
        let mut rows = vec![vec![T("班组申报汇总表")], cover()];
        let record = good();
        for (at, (word, value)) in header().into_iter().zip(record).enumerate() {
            rows.push(vec![word, if at == 0 { T(heading) } else { value }]);
        }
        run(vec![sheet("表", &rows)])
    };
    let read = across("数量");
    assert_eq!(codes(&read), Vec::<&str>::new(), "{:?}", read.findings);
    assert_eq!(column(&read, "推荐单位"), &Column::Unit(vec![Some(1)].into()));
    assert_eq!(codes(&across("数量班")), ["unit-unknown"]);
    assert_eq!(column(&across("合肥市总工会"), "班组名称"), &Column::Text(vec![text("焊工班")].into()));
}

/// A row that says what the form's example says was never taken out.
#[test]
fn the_forms_own_example_is_no_record() {
    let mut plan = plan();
    plan.forms[0].example = vec![(2, "焊工班".to_owned()), (5, "12".to_owned())];
    let read = under(&plan, teams(vec![good(), with(4, N(13.0)), with(1, T("焊 工班"))]));
    assert_eq!(codes(&read), ["row-example"; 2]);
    assert_eq!(read.sheets[0].data, 1);
}

/// Nothing is counted, so there is no rate, however that is written.
#[test]
fn over_nothing_there_is_no_rate() {
    let mut plan = plan();
    let share = |plan: &Plan, over: V, share: V| {
        let header = ["推荐单位", "姓名", "身份证", "出生年月", "工龄", "占比"].map(T).into();
        let row = vec![T("合肥市总工会"), T("李四"), T("11010519491231002X"), T("1949.12"), over, share];
        let read = under(plan, sheet("人", &[cover(), header, row]));
        assert_eq!(column(&read, "占比"), &Column::Number(vec![None::<f64>].into()));
        codes(&read).len()
    };
    assert_eq!(share(&plan, N(0.0), T("—")), 1);
    plan.forms[1].fields[8].over = Some("工龄".into());
    for word in [T("—"), T("/"), T("不适用"), T("无"), E] {
        assert_eq!(share(&plan, N(0.0), word.clone()), 0);
        assert_eq!(share(&plan, T("0"), word), 0);
    }
    assert_eq!([share(&plan, N(5.0), T("—")), share(&plan, N(5.0), T("不适用"))], [1, 1]);
}
