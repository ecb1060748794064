//! Cards: what is read of one, and what leaves too much open.

use super::fixture::*;
use crate::definition::Plan;
use crate::model::normalised::NormalisedReturn;
use crate::model::workbook::Format;
use crate::model::{CellRef, Column, RawSheet, RawWorkbook, Severity};

/// The small definition whose people may come as cards.
fn carded() -> Plan {
    let mut plan = plan();
    plan.forms[1].card = true;
    plan
}

fn card(name: &'static str, id: &'static str, born: &'static str) -> Vec<Vec<V>> {
    vec![
        vec![T("五一劳动奖章推荐审批表")],
        vec![T("推荐单位：合肥市总工会")],
        vec![T("姓  名"), T(name), T("性  别"), T("男"), T("民  族"), T("汉族"), T("照\n片")],
        vec![T("出生年月"), T(born), T("工龄"), N(12.0), T("文化程度"), T("大专")],
        vec![T("身份证"), T(id), E, E, T("参加工作时间"), T("2005.07")],
        vec![T("主要先进事迹"), T("扎根一线")],
        vec![T("所在单位\n意见"), T("（盖章）"), E, T("审批意见"), T("（盖章）")],
        vec![T("注：1.本表一式三份。")],
    ]
}

const LI: (&str, &str, &str) = ("李　四", "11010519491231002X", "1949.12");

fn one() -> Vec<Vec<V>> {
    card(LI.0, LI.1, LI.2)
}

fn read(plan: &Plan, sheets: Vec<RawSheet>) -> NormalisedReturn {
    run_plan(plan, "合肥市总工会.xlsx", &RawWorkbook { format: Format::Xlsx, modified: None, sheets, remarks: vec![] })
}

fn cell(row: u32, col: u16) -> Option<CellRef> {
    Some(CellRef { row, col })
}

fn names(read: &NormalisedReturn) -> Vec<String> {
    let at = plan().forms[1].columns().iter().position(|column| column.name == "姓名").expect("a column");
    let of = |column: &Column| match column {
        Column::Text(words) => words.iter().map(|word| word.unwrap_or("").to_owned()).collect(),
        _ => Vec::new(),
    };
    read.tables.iter().filter(|table| table.form == 1).flat_map(|table| of(&table.columns[at])).collect()
}

fn doubts(read: &NormalisedReturn) -> Vec<(&str, Option<CellRef>)> {
    let worse = read.findings.iter().filter(|finding| finding.severity != Severity::Note);
    worse.map(|finding| (finding.code.as_ref(), finding.place.cells.first().copied())).collect()
}

#[test]
fn a_card_is_one_record_with_its_own_cells() {
    let read = read(&carded(), vec![sheet("Sheet1", &one())]);
    assert_eq!((names(&read), doubts(&read)), (vec!["李四".to_owned()], vec![]));
    let table = &read.tables[0];
    assert_eq!(table.origins[0].row, 2, "the first row of the card");
    assert_eq!(read.sheets[0].data, 1);
    let [(row, cells)] = &read.bindings[0].cards[..] else { panic!("{:?}", read.bindings) };
    let at = |name: &str| carded().forms[1].fields.iter().position(|field| &*field.name == name).expect("a field");
    assert_eq!((*row, cells[at("工龄")], cells[at("身份证号")]), (2, cell(3, 3), cell(4, 1)));
    assert_eq!(cells[at("参加工作时间")], cell(4, 5));
    // A required field without a value is told at its label, and a bad one at its cell.
    let mut odd = one();
    odd[4][1] = E;
    odd[3][3] = T("十来年");
    let read = self::read(&carded(), vec![sheet("Sheet1", &odd)]);
    let said = doubts(&read);
    assert!(said.iter().any(|(_, at)| *at == cell(3, 3)), "{said:?}");
    assert!(said.contains(&("required-missing", cell(4, 0))), "{said:?}");
}

#[test]
fn several_cards_are_several_records_on_sheets_and_on_one() {
    let other = || card("王五", "110105194912310011", "1949.12");
    let apart = read(&carded(), vec![sheet("李四", &one()), sheet("王五", &other())]);
    assert_eq!(names(&apart), ["李四", "王五"]);
    let below: Vec<Vec<V>> = one().into_iter().chain([vec![]]).chain(other()).collect();
    let below = read(&carded(), vec![sheet("表", &below)]);
    assert_eq!(names(&below), ["李四", "王五"]);
    let rows: Vec<u32> = below.tables.iter().flat_map(|table| table.origins.iter().map(|origin| origin.row)).collect();
    assert_eq!(rows, [2, 11]);
}

#[test]
fn what_is_no_card_for_certain_is_not_read_as_one() {
    // The definition does not let it be one: nothing is read, and that is said.
    let read = read(&plan(), vec![sheet("Sheet1", &one())]);
    assert!(names(&read).is_empty() && read.unrecognised.is_some_and(|why| why.contains("卡片")));
    // A label twice on one card.
    let mut twice = one();
    twice.insert(5, vec![T("工龄"), N(13.0)]);
    assert!(names(&self::read(&carded(), vec![sheet("Sheet1", &twice)])).is_empty());
    // A word of the form beside a label, with something of its own beside it.
    let mut beside = one();
    beside[3] = vec![T("出生年月"), T("工龄"), N(12.0)];
    assert!(names(&self::read(&carded(), vec![sheet("Sheet1", &beside)])).is_empty());
    // Beyond an empty cell stands the next label and no value; where nothing stands beside it, nobody knows.
    let mut gap = one();
    gap[3] = vec![T("出生年月"), T("1949.12"), T("工龄"), E, T("文化程度"), T("大专")];
    let gap = self::read(&carded(), vec![sheet("Sheet1", &gap)]);
    assert_eq!((names(&gap), doubts(&gap)), (vec!["李四".to_owned()], vec![]));
    let mut lone = one();
    lone[3] = vec![T("出生年月"), T("1949.12"), T("工龄"), E, T("12")];
    assert!(names(&self::read(&carded(), vec![sheet("Sheet1", &lone)])).is_empty());
    // The header of a list below a card begins with a label of it.
    let family = [T("姓名"), T("关系"), T("工龄")];
    let below: Vec<Vec<V>> = one().into_iter().chain([family.into(), vec![T("李小四"), T("儿子"), N(3.0)]]).collect();
    assert!(names(&self::read(&carded(), vec![sheet("Sheet1", &below)])).is_empty());
    // Two cards beside one another.
    let beside = one().into_iter().zip(card("王五", "110105194912310011", "1949.12")).map(|(mut left, right)| {
        left.resize(8, E);
        left.into_iter().chain(right).collect()
    });
    assert!(names(&self::read(&carded(), vec![sheet("Sheet1", &beside.collect::<Vec<_>>())])).is_empty());
    // Lists stay lists.
    let list = vec![
        vec![T("推荐个人汇总表")],
        ["推荐单位", "姓名", "身份证号", "出生年月", "农民工"].map(T).into(),
        vec![T("合肥市总工会"), T("李四"), T("11010519491231002X"), T("1949-12"), T("是")],
        vec![T("合肥市总工会"), T("王五"), T("110105194912310011"), T("1949-12"), T("否")],
    ];
    let list = self::read(&carded(), vec![sheet("表", &list)]);
    assert_eq!((names(&list), list.tables[0].origins[0].row), (vec!["李四".to_owned(), "王五".to_owned()], 2));
}
