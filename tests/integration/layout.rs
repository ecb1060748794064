//! Layout at its worst, through the whole program: every record is read once, and a fault blocks its own record alone.

use super::support::Results;
use super::workshop::{Cell, FIRST, HEADERS, Page, accepted, column, good_row, page, run_book, text, xlsx};

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
