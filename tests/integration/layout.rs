//! Layout at its worst, through the whole program: every record is read once, and a fault blocks its own record alone.

use super::support::Results;
use super::workshop::{
    Cell, FIRST, HEADERS, Page, accepted, column, folder, good_row, page, run_book, run_on, text, xlsx,
};

const UNIT: &str = "合肥市总工会";

/// Record `number`, too small a team.
fn small_team(number: u32) -> Vec<Cell> {
    let mut row = good_row(UNIT, number);
    row[column("人数")] = Cell::Number(2.0);
    row[column("一线人数")] = Cell::Number(2.0);
    row
}

/// Data rows found, accepted and blocked, as `run.json` accounts for them.
fn rows(results: &Results) -> [Option<u64>; 3] {
    let input = results.input("合肥市总工会.xlsx");
    ["data", "accepted", "blocked"].map(|key| input["rows"][key].as_u64())
}

fn names(numbers: &[u32]) -> Vec<String> {
    numbers.iter().map(|number| format!("{number}号班组")).collect()
}

fn sorted(mut words: Vec<String>) -> Vec<String> {
    words.sort();
    words
}

#[test]
fn the_same_form_twice_side_by_side() {
    for gap in [0, 1] {
        let mut sheet = page(UNIT, 3);
        let start = HEADERS.len() + gap;
        let right = [HEADERS.map(text).to_vec(), good_row(UNIT, 4), small_team(5)];
        for (row, cells) in sheet.rows.iter_mut().skip(FIRST - 1).zip(right) {
            row.resize(start, text(""));
            row.extend(cells);
        }
        let results = run_book(&xlsx(&[sheet]));
        let cell = ["AG5", "AH5"][gap];
        assert_eq!(
            results.found("team-too-small"),
            [("block".to_owned(), cell.to_owned())],
            "{:#?}",
            results.findings()
        );
        // Record 2 stands in the same row as the blocked record 5.
        assert_eq!(sorted(accepted(&results, "班组名称")), names(&[1, 2, 3, 4]), "gap {gap}");
        assert_eq!(rows(&results), [Some(5), Some(4), Some(1)]);
    }
}

#[test]
fn a_form_filled_in_across() {
    let records = [good_row(UNIT, 1), small_team(2), good_row(UNIT, 3)];
    let mut sheet = page(UNIT, 0);
    sheet.rows.truncate(FIRST - 1);
    sheet.rows.extend(HEADERS.iter().enumerate().map(|(field, header)| {
        std::iter::once(text(header)).chain(records.iter().map(|record| record[field].clone())).collect()
    }));
    let results = run_book(&xlsx(&[sheet]));
    assert_eq!(results.found("team-too-small"), [("block".to_owned(), "C12".to_owned())], "{:#?}", results.findings());
    assert_eq!(sorted(accepted(&results, "班组名称")), names(&[1, 3]));
    assert_eq!(accepted(&results, "人数"), ["11", "13"]);
    assert_eq!(rows(&results), [Some(3), Some(2), Some(1)]);
}

#[test]
fn one_sheet_a_county_after_instructions() {
    let county = |name: &str, first: u32| {
        let mut sheet = Page { name: name.to_owned(), ..page(UNIT, 0) };
        sheet.rows.extend([good_row(UNIT, first), good_row(UNIT, first + 1)]);
        sheet
    };
    let mut words = Page { name: "填表说明".to_owned(), ..page(UNIT, 0) };
    words.rows = vec![vec![text("填表说明")], vec![text("1.推荐单位填全称。")], vec![text("2.人数填整数。")]];
    let results = run_book(&xlsx(&[words, county("长丰县", 1), county("肥东县", 3)]));
    assert_eq!(sorted(accepted(&results, "班组名称")), names(&[1, 2, 3, 4]));
    assert_eq!(rows(&results), [Some(4), Some(4), Some(0)]);
}

#[test]
fn totals_page_breaks_and_notes_between_rows() {
    let total = |label: &str, people: f64| {
        let mut row = vec![text(""); HEADERS.len()];
        row[1] = text(label);
        row[column("人数")] = Cell::Number(people);
        row
    };
    let mut sheet = page(UNIT, 2);
    sheet.rows.push(total("小计", 23.0));
    sheet.rows.push(vec![text("模范班组申报汇总表（续）")]);
    sheet.rows.push(HEADERS.map(text).to_vec());
    sheet.rows.push(good_row(UNIT, 3));
    sheet.rows.push(total("小计", 13.0));
    // Says nothing of anyone, and is wrong.
    sheet.rows.push(total("合计", 0.0));
    sheet.rows.push(vec![text("注：以上班组均已公示。")]);
    let results = run_book(&xlsx(&[sheet]));
    assert_eq!(sorted(accepted(&results, "班组名称")), names(&[1, 2, 3]));
    assert_eq!(results.found("total-mismatch"), [("verify".to_owned(), "J11".to_owned())], "{:#?}", results.findings());
    assert_eq!(rows(&results), [Some(3), Some(3), Some(0)]);
}

/// A sheet beside a recognised one that is nearly the form: its rows are read nowhere, so somebody must look.
#[test]
fn a_sheet_that_nearly_matches_is_asked_about() {
    let keep = |row: Vec<Cell>| -> Vec<Cell> {
        let kept = ["推荐单位", "所在单位", "班组名称", "申报称号", "单位性质", "人数"].map(column);
        row.into_iter().enumerate().filter(|(col, _)| kept.contains(col)).map(|(_, cell)| cell).collect()
    };
    let mut short = Page { name: "补报".to_owned(), ..page(UNIT, 0) };
    short.rows.pop();
    short.rows.extend([keep(HEADERS.map(text).to_vec()), keep(good_row(UNIT, 8)), keep(good_row(UNIT, 9))]);
    let results = run_book(&xlsx(&[page(UNIT, 2), short.clone()]));
    assert_eq!(accepted(&results, "人数"), ["11", "12"]);
    assert_eq!(results.found("sheet-near-form"), [("verify".to_owned(), "A3".to_owned())], "{:#?}", results.findings());
    // Explanations of the form are no form, and neither are a few words of it.
    short.name = "填表说明".to_owned();
    assert_eq!(run_book(&xlsx(&[page(UNIT, 2), short])).found("sheet-near-form"), []);
}

#[test]
fn zero_report_beside_rows_is_asked_about() {
    let with = |word: &str, rows: u32| {
        let mut sheet = page(UNIT, rows);
        sheet.rows.push(vec![text(word)]);
        run_book(&xlsx(&[sheet]))
    };
    let results = with("零报告", 2);
    assert_eq!(results.found("nil-beside-rows"), [("verify".to_owned(), "A6".to_owned())]);
    assert_eq!(accepted(&results, "人数"), ["11", "12"]);
    assert_eq!(with("无", 2).found("nil-beside-rows"), [("note".to_owned(), "A6".to_owned())]);
    // Asking for a zero report is not one, beside rows or without.
    let asks = "说明：本期没有申报的，请填写“零报告”后盖章报送。";
    assert_eq!(with(asks, 2).found("nil-beside-rows"), []);
    assert_eq!(with(asks, 0).found("no-rows").len(), 1);
    assert_eq!(with("零报告", 0).found("no-rows"), []);
}

/// 填报单位 and 所属期 on a sheet of their own.
#[test]
fn a_cover_on_its_own_sheet_speaks_for_the_tables() {
    let book = |said: &str| {
        let mut table = page("合肥市总工会", 1);
        table.rows.remove(1);
        // Rows name a unit below the sender, so that only the cover can be right about who sent it.
        table.rows[2][column("推荐单位")] = text("合肥市总工会");
        let rows =
            vec![vec![text("封面")], vec![text("填报单位："), text(said)], vec![text("所属期："), text("2026年")]];
        let cover = Page { name: "封面".to_owned(), rows, ..page("", 0) };
        run_book(&xlsx(&[cover, table]))
    };
    let results = book("合肥市总工会");
    let input = results.input("合肥市总工会.xlsx");
    assert_eq!((&input["sender_evidence"], &input["outcome"]), (&"填报单位栏".into(), &"accepted".into()), "{input:#}");
    assert_eq!(results.found("period-missing"), []);
    // A cover at odds with the rows is found at its own cell.
    let results = book("淮北市总工会");
    assert_eq!(results.found("sender-conflict"), [("block".to_owned(), "B2".to_owned())], "{:#?}", results.findings());
    assert!(results.findings().iter().any(|f| f["code"] == "sender-conflict" && f["sheet"] == "封面"));
}

#[test]
fn a_month_in_the_period_of_a_yearly_return_is_asked_about() {
    let said = |period: &str| {
        let mut sheet = page(UNIT, 1);
        sheet.rows[1] = vec![text(&format!("填报单位：{UNIT}    所属期：{period}"))];
        let returns = folder(&[("合肥/合肥市总工会.xlsx", &xlsx(&[sheet]))]);
        let results = run_on(returns.path(), &["--confirm-period"]);
        (results.found("period-other-kind"), results.found("other-period").len(), accepted(&results, "人数").len())
    };
    assert_eq!(said("2026年3月"), (vec![("verify".to_owned(), "A2".to_owned())], 0, 1));
    for whole in ["2026年", "2026年度", "2026年1月-12月", "2026年1月1日至2026年12月31日"] {
        assert_eq!(said(whole), (vec![], 0, 1), "{whole}");
    }
    assert_eq!(said("2025年3月"), (vec![], 1, 0));
}

/// A usual table and, above or below it, a form filled in across: both are read.
#[test]
fn a_table_and_a_form_filled_in_across_on_one_sheet() {
    let records = [good_row(UNIT, 7), small_team(8)];
    let across: Vec<Vec<Cell>> = HEADERS
        .iter()
        .enumerate()
        .map(|(field, header)| {
            std::iter::once(text(header)).chain(records.iter().map(|record| record[field].clone())).collect()
        })
        .collect();
    for above in [true, false] {
        let mut sheet = page(UNIT, 2);
        let at = if above { FIRST - 1 } else { sheet.rows.len() };
        sheet.rows.splice(at..at, across.iter().cloned());
        let results = run_book(&xlsx(&[sheet]));
        assert_eq!(sorted(accepted(&results, "班组名称")), names(&[1, 2, 7]), "{above}: {:#?}", results.findings());
        let cell = if above { "C12" } else { "C15" };
        assert_eq!(results.found("team-too-small"), [("block".to_owned(), cell.to_owned())], "{above}");
        assert_eq!(rows(&results), [Some(4), Some(3), Some(1)]);
    }
}

#[test]
fn cells_beside_the_table_are_said() {
    let mut sheet = page(UNIT, 2);
    sheet.rows[FIRST + 1].extend([text(""), text("另报"), Cell::Number(3.0)]);
    let results = run_book(&xlsx(&[sheet]));
    assert_eq!(results.found("cells-outside"), [("note".to_owned(), "Y5".to_owned())]);
    assert_eq!(accepted(&results, "人数"), ["11", "12"]);
}
