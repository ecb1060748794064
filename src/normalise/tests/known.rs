//! What was learnt of one return's header changes nothing in another's.

use super::fixture::*;
use super::paths::Dice;
use crate::model::cell::{RawCell, RawValue};
use crate::model::workbook::{Format, RawSheet, RawWorkbook};
use crate::normalise::header_block::BlockRows;
use crate::normalise::known_blocks::KnownBlocks;
use crate::normalise::view::View;

/// A form as it was handed out, or one that somebody changed: other words, rows between, merges, figures in the header.
fn handed_out(dice: &mut Dice) -> RawSheet {
    let mut rows = vec![vec![T(dice.of(&["班组申报汇总表", "班组申报汇总表", "推荐个人汇总表", "人数（其中）"]))]];
    rows.push(match dice.of(&[0, 0, 0, 1, 2]) {
        0 => cover(),
        1 => vec![T("填报单位：芜湖市总工会"), E, T("所属期：2025年")],
        _ => vec![T("公示时间"), T("备注"), N(3.0)],
    });
    let mut header = header();
    for _ in 0..dice.of(&[0, 0, 1, 2]) {
        let col = dice.of(&[0, 1, 3, 4, 5, 8, 11, 12]);
        let words = [T("人数（计划）"), T("班组名称"), E, N(4.0), T("奖励/元"), T("开始"), T("说明"), T("其中：一线")];
        header[col] = dice.of(&words);
    }
    let parents = dice.of(&[0, 0, 1, 2]);
    if parents > 0 {
        let mut above = vec![E; 13];
        (above[6], above[8]) = (T("六好"), T(dice.of(&["公示时间", "公示", "上年"])));
        above[4] = dice.of(&[E, E, T("人数"), N(1.0)]);
        (header[8], header[9]) = (T("开始"), T("结束"));
        rows.push(above);
    }
    let top = rows.len() as u32 - 1;
    rows.push(header.clone());
    if dice.of(&[false, false, true]) {
        rows.push(vec![T("甲"), T("乙"), T("丙"), T("丁"), N(1.0), N(2.0)]);
    }
    let names = ["焊工班", "班组", "人数", "备注", "合计"];
    rows.extend((0..3).map(|_| with(1, T(dice.of(&names)))));
    if dice.of(&[false, false, true]) {
        rows.push(header);
        rows.push(good());
    }
    let mut sheet = sheet("Sheet1", &rows);
    if parents == 2 {
        merge(&mut sheet, (top, 6), (top, 7));
        merge(&mut sheet, (top, 8), (top, dice.of(&[9, 10])));
    }
    if dice.of(&[false, false, true]) {
        merge(&mut sheet, (0, 0), (dice.of(&[0, 1, 2]), 12));
    }
    // A row left empty.
    let gap = dice.of(&[100, 100, 1, 2, 3, 4]);
    for cell in sheet.cells.iter_mut().filter(|cell| cell.at.row >= gap) {
        cell.at.row += 1;
    }
    sheet
}

#[test]
fn a_return_reads_the_same_alone_and_after_others() {
    let mut dice = Dice(5);
    let book = |sheets| RawWorkbook { format: Format::Xlsx, modified: None, sheets, remarks: vec![] };
    let books: Vec<RawWorkbook> = (0..600).map(|_| book(vec![handed_out(&mut dice)])).collect();
    let (mut tables, mut findings) = (0, 0);
    for (at, [alone, among]) in run_alone_and_among(&books).into_iter().enumerate() {
        assert_eq!(alone, among, "{at}: {:?}", books[at].sheets);
        tables += alone.tables.len();
        findings += alone.findings.len();
    }
    assert!(tables > 300 && findings > 600, "{tables} {findings}");
}

#[test]
fn a_header_is_laid_out_once_whoever_sends_it() {
    let known = KnownBlocks::default();
    let is_new = |sheet: &RawSheet| {
        let mut new = false;
        known.of(&View::new(sheet, 0), BlockRows { top: 2, at: 2, bottom: 2 }, || {
            new = true;
            None
        });
        new
    };
    let plain = teams(vec![good()]);
    assert!(is_new(&plain) && !is_new(&plain));
    let mut other = teams(vec![with(1, T("铆工班")), good()]);
    other.cells[0].at.col = 3;
    assert!(!is_new(&other), "title, cover and records are its own");
    let mut lower = plain.clone();
    lower.cells.iter_mut().for_each(|cell| cell.at.row += 4);
    assert!(!is_new(&lower));
    let mut merged = plain.clone();
    merge(&mut merged, (1, 0), (2, 3));
    assert!(is_new(&merged));
    let header = |sheet: &RawSheet, change: fn(&mut RawCell)| {
        let mut sheet = sheet.clone();
        sheet.cells.iter_mut().filter(|cell| cell.at.row == 2).take(1).for_each(change);
        sheet
    };
    assert!(is_new(&header(&plain, |cell| cell.value = RawValue::Number(1.0))));
    let last = plain.cells.iter().rfind(|cell| cell.at.row == 2).map_or(0, |cell| cell.at.col);
    let mut wider = plain.clone();
    wider.cells.iter_mut().filter(|cell| cell.at.row == 2 && cell.at.col == last).for_each(|cell| cell.at.col += 1);
    assert!(is_new(&wider) && !is_new(&wider));
}
