//! Cells that a person sees otherwise than they are stored, and cells that say nothing or too much.

use super::fixture::*;
use crate::model::cell::{CellRef, SeenAs};
use crate::model::normalised::NormalisedReturn;
use crate::model::table::Column;
use crate::model::{Effect, RawWorkbook, Severity};

fn said(read: &NormalisedReturn) -> Vec<(&str, Severity)> {
    let mut codes = codes_of(read);
    codes.retain(|(code, _)| *code != "column-absent");
    codes
}

/// One row with a mark on one cell.
fn marked(col: usize, value: V, how: SeenAs, text: &str) -> NormalisedReturn {
    let mut sheet = teams(vec![with(col, value)]);
    sheet.push_sight(CellRef { row: 3, col: col as u16 }, how, text);
    run(vec![sheet])
}

#[test]
fn what_is_struck_is_gone_and_what_is_left_is_read() {
    let read = marked(3, T("王芳"), SeenAs::PartStruck, "李强王芳");
    assert_eq!(said(&read), [("cell-struck", Severity::Verify)]);
    assert_eq!(column(&read, "班组长"), &Column::Text(vec![text("王芳")].into()));
    let read = marked(11, N(3.0), SeenAs::Struck, "");
    assert_eq!(said(&read), [("cell-struck", Severity::Verify)]);
    assert_eq!(column(&read, "奖励"), &Column::Number(vec![None].into()));
}

#[test]
fn superscripts_are_no_part_of_a_figure_or_a_name() {
    let read = marked(4, T("121"), SeenAs::Superscript, "12");
    assert_eq!(said(&read), [("cell-superscript", Severity::Verify)]);
    assert_eq!(column(&read, "人数"), &Column::Integer(vec![Some(12)].into()));
    assert_eq!(said(&marked(12, T("场地20m2"), SeenAs::Superscript, "场地20m")), []);
}

#[test]
fn a_number_format_is_read_as_it_shows() {
    // The field's own measure says nothing.
    let read = marked(4, N(12.0), SeenAs::Format, "12人");
    assert_eq!((said(&read), read.amendments.len()), (vec![], 0));
    let read = marked(4, N(120.0), SeenAs::Format, "12");
    assert_eq!(said(&read), [("shown-otherwise", Severity::Verify)]);
    assert_eq!(column(&read, "人数"), &Column::Integer(vec![Some(12)].into()));
    let read = marked(1, N(7.0), SeenAs::Format, "焊工7班");
    assert_eq!(said(&read), []);
    assert_eq!(column(&read, "班组名称"), &Column::Text(vec![text("焊工7班")].into()));
    assert_eq!(said(&marked(4, N(12.0), SeenAs::Nothing, "")), [("value-not-shown", Severity::Verify)]);
    let read = marked(11, N(-12.0), SeenAs::MinusHidden, "");
    assert_eq!(said(&read), [("value-not-shown", Severity::Verify)]);
    assert!(read.findings.iter().any(|finding| finding.effect == Effect::HoldsRow));
}

#[test]
fn words_for_nothing_filled_in_are_no_names() {
    for word in ["待定", "略", "详见附件", "请选择", "nan", "NULL", "None", "（待定）"] {
        assert_eq!(said(&run(vec![teams(vec![with(1, T(word))])])), [("required-missing", Severity::Block)], "{word}");
        assert_eq!(said(&run(vec![teams(vec![with(12, T(word))])])), [], "{word} in a remark");
    }
    for name in ["待发班", "略钢焊工班", "附后勤班", "南安班"] {
        assert_eq!(said(&run(vec![teams(vec![with(1, T(name))])])), [], "{name}");
    }
}

#[test]
fn ditto_in_every_usual_spelling() {
    for word in ["同上", "（同上）", "同上。", "〃", "〃〃", "〞", "同 上", "……", "\""] {
        let read = run(vec![teams(vec![good(), with(3, T(word))])]);
        assert_eq!(said(&read), [], "{word}");
        assert_eq!(column(&read, "班组长"), &Column::Text(vec![text("张三"); 2].into()), "{word}");
        assert!(read.amendments.iter().any(|amendment| &*amendment.rule == "ditto"), "{word}");
    }
    assert_eq!(said(&run(vec![teams(vec![with(3, T("同左"))])])), [("ditto-without-source", Severity::Block)]);
}

#[test]
fn two_people_in_one_cell() {
    for name in ["李强\n王伟", "李强、王伟", "赵刚  钱勇", "赵刚 钱勇"] {
        assert_eq!(said(&run(vec![teams(vec![with(3, T(name))])])), [("several-people", Severity::Verify)], "{name}");
    }
    for name in ["张 三", "欧阳 修文", "张  三"] {
        assert_eq!(said(&run(vec![teams(vec![with(3, T(name))])])), [], "{name}");
    }
    // The name that carries the ID number takes one person.
    let header = ["推荐单位", "姓名", "身份证号", "出生年月"].map(T).to_vec();
    let row = vec![T("合肥市总工会"), T("李强、王伟"), T("11010519491231002X"), T("1949-12")];
    let read = run(vec![sheet("Sheet1", &[vec![T("推荐个人汇总表")], cover(), header, row])]);
    assert!(said(&read).contains(&("several-people", Severity::Block)), "{:?}", read.findings);
}

#[test]
fn a_figure_merged_over_several_columns_is_asked_about() {
    let mut row = good();
    row[5] = E;
    let mut sheet = teams(vec![row]);
    merge(&mut sheet, (3, 4), (3, 5));
    let read = run(vec![sheet]);
    assert_eq!(said(&read), [("merged-number", Severity::Verify), ("merged-number", Severity::Block)]);
}

#[test]
fn a_csv_row_longer_than_its_header_is_held() {
    let mut long = good();
    long.push(T("多"));
    let sheet = teams(vec![good(), long]);
    let book = |format| RawWorkbook { format, modified: None, sheets: vec![sheet.clone()], remarks: vec![] };
    let csv = run_book("合肥市总工会.csv", &book(crate::model::workbook::Format::Delimited));
    assert_eq!(said(&csv), [("row-too-long", Severity::Block)]);
    let xlsx = run_book("合肥市总工会.xlsx", &book(crate::model::workbook::Format::Xlsx));
    assert_eq!(said(&xlsx), [("cells-outside", Severity::Note)]);
}
