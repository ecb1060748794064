//! The same finding in the next run, and another one when what its rule read changed.

use super::fixture::*;
use super::*;
use crate::definition::Count;
use crate::model::codes::{Code, FindingCode};
use crate::model::{CellRef, Effect, FindingKey, Fingerprint, Outcome, Place, Severity};

const SMALL: Row = (Some(0), "甲厂", "小班", "模范", Some(2));
const GOOD: Row = (Some(0), "甲厂", "好班", "模范", Some(9));

fn keys(validated: &Validated) -> Vec<(String, Fingerprint)> {
    validated.verdict.findings.iter().map(|finding| (finding.code.to_string(), finding.key.whole())).collect()
}

fn of(name: &str, rows: &[Row]) -> Vec<(String, Fingerprint)> {
    keys(&run(&plan(vec![]), vec![filed(0, name, 0, vec![table(0, 0, 0, rows)])]))
}

/// A finding of normalisation on a cell that could not be read.
fn unread(row: u32, col: u16, cell: &str) -> Finding {
    Finding {
        code: Code::spelled("number-unclear"),
        severity: Severity::Block,
        place: Place { source: Some(0), sheet: Some(0), row: Some(row), cells: vec![CellRef { row, col }], unit: None },
        found: format!("“{cell}”"),
        expected: "".into(),
        next: "".into(),
        line: None,
        effect: Effect::HoldsRow,
        key: FindingKey::reading([cell]),
        rules: Vec::new(),
    }
}

#[test]
fn a_moved_row_in_a_file_of_another_name_is_the_same_finding() {
    let before = of("甲.xlsx", &[SMALL, GOOD]);
    assert_eq!(before.len(), 1);
    assert_eq!(before, of("甲（改）.xlsx", &[GOOD, GOOD.with("新班"), SMALL]));
    // Another spelling of the record's name is the same record.
    assert_eq!(before, of("甲.xlsx", &[SMALL.with("小 班")]));
}

trait With {
    fn with(self, team: &'static str) -> Self;
}

impl With for Row<'static> {
    fn with(mut self, team: &'static str) -> Self {
        self.2 = team;
        self
    }
}

#[test]
fn what_the_rule_read_tells_and_what_it_did_not_read_does_not() {
    let before = of("甲.xlsx", &[SMALL]);
    let fewer = of("甲.xlsx", &[(Some(0), "甲厂", "小班", "模范", Some(1))]);
    assert_ne!(before, fewer);
    assert_eq!(before, of("甲.xlsx", &[(Some(0), "甲厂", "小班", "先进", Some(2))]));
    assert_ne!(before, of("甲.xlsx", &[SMALL.with("大班")]));
}

#[test]
fn findings_of_one_code_on_one_record_are_told_apart() {
    let with = |findings: Vec<Finding>| {
        let mut file = filed(0, "甲.xlsx", 0, vec![table(0, 0, 0, &[GOOD])]);
        edit(&mut file).findings = findings;
        keys(&run(&plan(vec![]), vec![file]))
    };
    // Two fields; the same field of the same record twice; the sheet's row is not part of the key.
    let fields = with(vec![unread(5, 3, "很多"), unread(5, 5, "很多")]);
    assert_ne!(fields[0], fields[1]);
    let twice = with(vec![unread(5, 5, "很多"), unread(5, 5, "很多")]);
    assert_ne!(twice[0], twice[1]);
    assert_eq!(fields[1], twice[0]);
    assert_ne!(twice[0], with(vec![unread(5, 5, "不少")])[0]);
}

#[test]
fn a_file_that_cannot_be_read_is_told_by_its_bytes() {
    let broken = |index, name: &str, byte: u8| {
        let why =
            crate::model::Unreadable { code: FindingCode::FileDamaged, cause: "坏".into(), next: "重发".into() };
        let mut file = arrival(index, name, arrived::Arrival::Unreadable(why));
        file.sha256 = Some([byte; 32]);
        keys(&run(&plan(vec![]), vec![file]))
    };
    assert_eq!(broken(0, "甲.xlsx", 1), broken(0, "乙.xlsx", 1));
    assert_ne!(broken(0, "甲.xlsx", 1), broken(0, "甲.xlsx", 2));
}

/// What is decided on a finding outlives a better wording of it, on a cell as on the run.
#[test]
fn the_words_of_a_finding_are_no_part_of_its_key() {
    let plan = plan(vec![]);
    let sealed = |place: &Place, key: FindingKey, words: &str| {
        let (found, expected, next) = (words.to_owned(), words.into(), words.into());
        let mut findings = [Finding { place: place.clone(), key, found, expected, next, ..unread(0, 0, "") }];
        super::keys::seal(&plan, &crate::definition::Roster::default(), &mut findings, &[]);
        findings[0].key.whole()
    };
    let cell = Place { row: Some(3), sheet: Some(0), ..Place::default() };
    for place in [Place::default(), Place { unit: Some(0), ..Place::default() }, cell] {
        for key in [FindingKey::default(), FindingKey::reading(["30", "28"])] {
            assert_eq!(sealed(&place, key, "合计 30 个"), sealed(&place, key, "各单位共 30 个"), "{place:?} {key:?}");
        }
        let read = |sum: &str| sealed(&place, FindingKey::reading([sum, "28"]), "合计");
        assert_ne!(read("30"), read("31"), "{place:?}");
    }
}

#[test]
fn no_key_shows_what_it_was_made_of() {
    for (_, key) in of("甲.xlsx", &[SMALL]) {
        let text = key.to_string();
        assert!(text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit()), "{text}");
    }
}

#[test]
fn a_question_may_hold_its_row_and_a_return_of_nothing_else_goes_back() {
    let mut plan = plan(vec![]);
    let rule = plan.forms[0].rules.iter_mut().find(|rule| &*rule.code == "too-small").unwrap();
    (rule.severity, rule.effect) = (Severity::Verify, Effect::HoldsRow);
    let both = run(&plan, vec![filed(0, "甲.xlsx", 0, vec![table(0, 0, 0, &[SMALL, GOOD])])]);
    let source = &both.verdict.sources[0];
    assert_eq!((source.outcome, source.rows.accepted, source.rows.held), (Outcome::Accepted, 1, 1));
    let alone = || vec![filed(0, "甲.xlsx", 0, vec![table(0, 0, 0, &[SMALL])])];
    let held = run(&plan, alone());
    let source = &held.verdict.sources[0];
    assert_eq!((source.outcome, source.rows.accepted), (Outcome::Returned, 0));
    assert_eq!(source.cause, "没有一行计入：1 行待核实");
    // A question that holds nothing sends nothing back.
    plan.forms[0].rules.iter_mut().for_each(|rule| rule.effect = Effect::Counts);
    plan.count = Count::WholeReturns;
    assert_eq!(run(&plan, alone()).verdict.sources[0].outcome, Outcome::Accepted);
}
