//! One record given more than once by one sender, and what only looks like it.

use super::fixture::*;
use super::*;
use crate::definition::Plan;
use crate::model::FormTable;
use crate::model::Outcome;
use std::sync::Arc;

const TEAM: Row = (Some(0), "甲厂", "一班", "模范", Some(9));

/// The small province with 所在单位 and 班组名称 as key.
fn keyed() -> Plan {
    let mut plan = plan(vec![]);
    plan.forms[0].key = vec![WORKPLACE, TEAM_NAME];
    plan
}

const TEAM_NAME: usize = super::fixture::TEAM;

fn of(plan: &Plan, tables: Vec<FormTable>) -> Validated {
    run(plan, vec![filed(0, "甲.xlsx", 0, tables)])
}

#[test]
fn an_equal_row_counts_once() {
    for plan in [keyed(), plan(vec![])] {
        let validated = of(&plan, vec![table(0, 0, 0, &[TEAM, TEAM])]);
        assert_eq!(codes(&validated), [("record-repeated", Some(6))]);
        assert_eq!(accepted(&validated, 0), [true, false]);
        let source = &validated.verdict.sources[0];
        assert_eq!((source.outcome, source.rows.accepted, source.rows.held), (Outcome::Accepted, 1, 1));
    }
}

#[test]
fn spellings_of_one_record_are_one() {
    for other in ["1班", "“一班”", "一 班", "１班"] {
        let again = (Some(0), "甲厂", other, "模范", Some(9));
        assert_eq!(
            codes(&of(&keyed(), vec![table(0, 0, 0, &[TEAM, again])])),
            [("record-repeated", Some(6))],
            "{other}"
        );
    }
    for other in ["一班组", "第一班", "1号班", "1#班", "01班", "(1)班"] {
        let alike = (Some(0), "甲厂", other, "模范", Some(9));
        let validated = of(&keyed(), vec![table(0, 0, 0, &[TEAM, alike])]);
        let said = codes(&validated);
        assert!(said.iter().all(|(code, _)| *code == "record-spelled-alike") && said.len() == 2, "{other} {said:?}");
    }
    for other in ["二班", "11班", "第二班", "甲一班"] {
        let another = (Some(0), "甲厂", other, "模范", Some(9));
        assert_eq!(codes(&of(&keyed(), vec![table(0, 0, 0, &[TEAM, another])])), [], "{other}");
    }
}

#[test]
fn rows_of_one_key_that_differ_are_both_held_and_said_once() {
    let other = (Some(0), "甲厂", "一班", "模范", Some(12));
    let validated = of(&keyed(), vec![table(0, 0, 0, &[TEAM, other])]);
    // The form's own rule of uniqueness says nothing more.
    assert_eq!(codes(&validated), [("record-contradicting", Some(5)), ("record-contradicting", Some(6))]);
    let found = &validated.verdict.findings[0].found;
    assert_eq!(found, "与甲.xlsx · 表“申报” · 第 7 行的所在单位、班组名称相同，人数不同");
    assert_eq!(accepted(&validated, 0), [false, false]);
}

#[test]
fn over_two_senders_the_forms_own_rule_speaks() {
    let files = vec![
        filed(0, "甲.xlsx", 0, vec![table(0, 0, 0, &[TEAM])]),
        filed(1, "乙.xlsx", 1, vec![table(1, 0, 0, &[(Some(1), "甲厂", "一班", "模范", Some(9))])]),
    ];
    assert_eq!(codes(&run(&keyed(), files.clone())), [("twice", Some(5)), ("twice", Some(5))]);
    let mut without = keyed();
    without.forms[0].unique.clear();
    // Equal but for the unit is not equal; equal rows are asked about and count.
    assert_eq!(codes(&run(&without, files)), []);
    let files = vec![
        filed(0, "甲.xlsx", 0, vec![table(0, 0, 0, &[TEAM])]),
        filed(1, "乙.xlsx", 1, vec![table(1, 0, 0, &[TEAM])]),
    ];
    let validated = run(&without, files);
    assert_eq!(codes(&validated), [("record-in-two-returns", Some(5)), ("record-in-two-returns", Some(5))]);
    assert_eq!(accepted(&validated, 0), [true, true]);
}

#[test]
fn a_row_without_its_key_contradicts_nothing() {
    let nameless = (Some(0), "甲厂", "", "模范", Some(9));
    let other = (Some(0), "甲厂", "", "模范", Some(12));
    assert_eq!(codes(&of(&keyed(), vec![table(0, 0, 0, &[nameless, other])])), []);
}

#[test]
fn of_a_summary_sheet_and_its_parts_the_parts_count() {
    let mut file = filed(0, "甲.xlsx", 0, vec![table(0, 0, 0, &[TEAM]), table(0, 0, 1, &[TEAM])]);
    Arc::make_mut(&mut edit(&mut file).bindings[0]).sheet_name = "汇总".into();
    edit(&mut file).sheets[1].sheet = 1;
    let validated = run(&keyed(), vec![file]);
    let places: Vec<_> = validated.verdict.findings.iter().map(|f| (f.code.to_string(), f.place.sheet)).collect();
    assert_eq!(places, [("record-repeated".to_string(), Some(0))]);
    assert_eq!(accepted(&validated, 0), [false, true]);
}

/// What rows are compared by is made once for each value: more rules over the same fields, and rows of the same words,
/// cost none of it anew.
#[test]
fn what_rows_are_compared_by_is_made_once() {
    let made = |rules: usize, times: usize| {
        let names: Vec<String> = (0..50).map(|n| format!("{n}班")).collect();
        let row = |n: usize| (Some(0), "甲厂", names[n % 50].as_str(), "模范", Some(n as i64 + 10));
        let rows: Vec<Row<'_>> = (0..50 * times).map(row).collect();
        let mut plan = plan(vec![]);
        let unique = plan.forms[0].unique[0].clone();
        plan.forms[0].unique = vec![unique; rules];
        let files = vec![filed(0, "甲.xlsx", 0, vec![table(0, 0, 0, &rows)])];
        // Counted by thread, and rows are looked at in parallel.
        let alone = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        alone.install(|| {
            let before = crate::rows::record::work::MADE.with(std::cell::Cell::get);
            run(&plan, files);
            crate::rows::record::work::MADE.with(std::cell::Cell::get) - before
        })
    };
    let one = made(1, 1);
    assert_eq!(made(4, 1), one, "four rules that compare the same");
}
