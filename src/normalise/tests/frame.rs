//! Who sent it, and of which period it is.

use super::fixture::*;
use crate::model::CellRef;
use crate::model::normalised::{NormalisedReturn, SenderEvidence};
use crate::model::{Effect, RawSheet, Severity};

fn covered(cover: &'static str, rows: Vec<Vec<V>>) -> RawSheet {
    let mut all = vec![vec![T(cover)], header()];
    all.extend(rows);
    sheet("表", &all)
}

fn has(read: &NormalisedReturn, code: &str) -> Option<(Severity, bool, String)> {
    let finding = read.findings.iter().find(|finding| finding.code.as_ref() == code)?;
    Some((finding.severity, finding.effect == Effect::HoldsReturn, format!("{}，{}", finding.found, finding.expected)))
}

#[test]
fn cover_then_rows_then_folder_then_file() {
    let by = |read: NormalisedReturn| read.sender.map(|sender| (sender.unit, sender.evidence));
    let read = run(vec![covered("填报单位：合肥市总  所属期：2026年", vec![with(0, T("合肥甲公司工会"))])]);
    assert!(!read.held(), "the cover may stand above the rows: {:?}", read.findings);
    assert_eq!(by(read), Some((1, SenderEvidence::Cover)));
    let read = run_named("x.xlsx", vec![covered("2026年", vec![good(), with(0, T("A0101"))])]);
    assert_eq!(by(read), Some((1, SenderEvidence::Rows)));
    let mixed = || vec![covered("2026年", vec![good(), with(0, T("芜湖市总"))])];
    assert_eq!(by(run_named("交通系统工会/合肥市总.xlsx", mixed())), Some((5, SenderEvidence::Folder)));
    assert_eq!(by(run_named("2026合肥市总工会（修订）.xlsx", mixed())), Some((1, SenderEvidence::FileName)));
    let read = run_named("x.xlsx", mixed());
    assert_eq!(has(&read, "sender-unknown").map(|found| found.1), Some(true));
}

#[test]
fn unknown_unlinked_and_ambiguous_senders_hold_the_return() {
    let read = run_named("x.xlsx", vec![covered("填报单位：合肥总工会 所属期：2026", vec![good()])]);
    let (severity, holds, words) = has(&read, "sender-unknown").expect("unknown");
    assert!(severity == Severity::Block && holds && words.ends_with("填单位名册中的单位"), "{words}");
    let read = run_named("x.xlsx", vec![covered("填报单位：芜湖市总", vec![good()])]);
    assert_eq!(has(&read, "sender-conflict").map(|found| found.1), Some(true));
    let read = run_named("x.xlsx", vec![covered("填报单位：一公司", vec![with(0, T("一公司"))])]);
    assert!(has(&read, "sender-ambiguous").expect("ambiguous").2.contains("芜湖乙公司工会"));
    assert!(has(&read, "unit-ambiguous").is_some());
    let read = run_named("芜湖市总/一公司.xlsx", vec![covered("填报单位：一公司", vec![with(0, T("一公司"))])]);
    assert_eq!(read.sender.map(|sender| sender.unit), Some(3), "the folder leaves only one");
    let read = run_named("芜湖市总/x.xlsx", vec![covered("填报单位：合肥市总", vec![good()])]);
    assert_eq!(has(&read, "sender-doubtful").map(|found| (found.0, found.1)), Some((Severity::Verify, false)));
}

#[test]
fn a_row_of_an_unknown_unit_blocks_the_row() {
    let read = run(vec![teams(vec![good(), with(0, T("合肥市总工"))])]);
    let (severity, holds, words) = has(&read, "unit-unknown").expect("unknown");
    assert!(severity == Severity::Block && !holds && words.ends_with("填单位名册中的单位"), "{words}");
}

#[test]
fn periods() {
    let ours = |cover| run(vec![covered(cover, vec![good()])]);
    let read = ours("填报单位：合肥市总 所属期：2025年");
    assert_eq!(has(&read, "other-period").map(|found| (found.0, found.1)), Some((Severity::Note, false)));
    assert!(read.tables.is_empty() && read.sheets[0].data == 1, "not counted, not lost");
    assert_eq!(read.other_period.and_then(|other| other.period).map(|period| period.key()), Some("2025".to_owned()));
    assert_eq!(read.sender.map(|sender| sender.unit), Some(1), "whose it is stays known");
    assert_eq!(has(&ours("填报单位：合肥市总"), "period-missing").map(|found| found.0), Some(Severity::Note));
    assert!(ours("2026年度班组申报汇总表").findings.iter().all(|finding| !finding.code.starts_with("period")));
    assert!(has(&ours("2025年班组申报汇总表"), "other-period").is_some());
    let read = run(vec![
        covered("填报单位：合肥市总 所属期：2025年", vec![good(), good()]),
        covered("填报单位：合肥市总 所属期：2026年", vec![good()]),
    ]);
    assert!(has(&read, "sheet-other-period").expect("said").2.contains("2 行"));
    assert!(!read.held() && read.tables.len() == 1 && read.bindings.len() == 2);
    assert!(read.sheets[0].not_counted.is_some() && read.sheets[0].data == 2);
}

#[test]
fn hidden_sheets_are_counted_and_do_not_count() {
    let hidden = RawSheet { hidden: true, ..teams(vec![good(), good()]) };
    let read = run(vec![hidden, teams(vec![good()])]);
    assert_eq!(read.tables.len(), 1);
    assert!(has(&read, "sheet-hidden").expect("said").2.contains("2 行"));
}

#[test]
fn a_sheet_that_comes_near_a_form_is_kept_with_its_headers() {
    // Five columns of the teams' form and three of the people's: what it has says what it was meant to be.
    let header = ["推荐单位", "班组名称", "单位性质", "班组长", "备注", "职工数"].map(T).to_vec();
    let read = run(vec![sheet("乱表", &[vec![T("情况表")], header, vec![T("合肥市总工会"), T("一班")]])]);
    assert!(read.unrecognised.is_some());
    let [near] = read.near_misses.as_slice() else { panic!("{:?}", read.near_misses) };
    assert_eq!((near.form, near.bound, &*near.sheet_name), (0, 5, "乱表"));
    assert!(near.missing.contains(&5), "人数 is missing: {:?}", near.missing);
    assert_eq!(near.extra, [(CellRef { row: 1, col: 5 }, "职工数".to_owned())]);
}

#[test]
fn unknown_names_are_kept_with_their_cells() {
    let read = run(vec![teams(vec![with(0, T("合淝市总")), good()])]);
    let unknown: Vec<_> = read.unknown_units.iter().map(|unit| (unit.written.as_str(), unit.at)).collect();
    assert_eq!(unknown, [("合淝市总", CellRef { row: 3, col: 0 })]);
    assert!(run(vec![teams(vec![good()])]).unknown_units.is_empty());
}

/// Of a return that says no period itself, the folder it lies in says it; against one that does, it says nothing.
#[test]
fn a_folder_says_the_period_where_nothing_else_does() {
    let silent = || vec![covered("填报单位：合肥市总", vec![good()])];
    assert!(run_named("2025年/合肥市总.xlsx", silent()).other_period.is_some());
    assert!(run_named("2025年/2026年/合肥市总.xlsx", silent()).other_period.is_none(), "the innermost");
    let says = || vec![covered("填报单位：合肥市总 所属期：2026年", vec![good()])];
    let read = run_named("2025年/合肥市总.xlsx", says());
    assert!(read.other_period.is_none() && has(&read, "period-at-odds").is_none());
}
