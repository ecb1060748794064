//! Which cell of a broken rule is named first, and what is told as one finding.

use super::fixture::*;
use crate::definition::{Rule, Template};
use crate::model::{Effect, Severity};

fn rule(code: &str, check: &str, cells: &[usize]) -> Rule {
    let said = |text: &str| -> Template { template(text) };
    Rule {
        code: code.into(),
        severity: Severity::Block,
        effect: Effect::HoldsRow,
        trial: false,
        when: None,
        check: sql(check, &COLUMNS),
        found: said(code),
        expected: said(&format!("{code}对")),
        next: said("请核对"),
        cells: cells.to_vec(),
        line: 7,
    }
}

/// The rows' findings as (code, row, first column, what was found).
fn told(rules: Vec<Rule>, once: bool, rows: &[Row<'_>]) -> Vec<(String, u32, u16, String)> {
    let mut plan = plan(vec![]);
    plan.forms[0].rules = rules;
    plan.forms[0].one_finding_a_cell = once;
    let validated = run(&plan, vec![filed(0, "甲.xlsx", 0, vec![table(0, 0, 0, rows)])]);
    let of = |found: &crate::model::Finding| {
        let first = found.place.cells[0];
        assert!(found.key.field.is_some_and(|field| u32::from(field) + 1 == u32::from(first.col)), "改为 is for it");
        (found.code.to_string(), found.place.row.unwrap(), first.col, found.found.clone())
    };
    validated.verdict.findings.iter().map(of).collect()
}

const ODD: [Row<'static>; 3] = [
    (Some(0), "甲厂", "一班", "模范", Some(-1)),
    (Some(0), "甲厂", "坏班", "模范", Some(9)),
    (Some(0), "甲厂", "好班", "模范", Some(9)),
];

#[test]
fn the_cell_of_the_part_that_does_not_hold_comes_first() {
    let both = || rule("both", "班组名称 <> '坏班' AND 人数 > 0", &[TEAM, HEADS]);
    let of = |told: Vec<(String, u32, u16, String)>| told.into_iter().map(|(_, row, col, _)| (row, col)).collect();
    let places: Vec<(u32, u16)> = of(told(vec![both()], false, &ODD));
    assert_eq!(places, [(5, HEADS as u16 + 1), (6, TEAM as u16 + 1)]);
    // A check of one part names its cells as the definition has them, whatever it reads.
    let one = Rule { cells: vec![TEAM, HEADS], ..rule("one", "人数 > 0", &[]) };
    let places: Vec<(u32, u16)> = of(told(vec![one], false, &ODD));
    assert_eq!(places, [(5, TEAM as u16 + 1)]);
}

#[test]
fn one_slip_is_one_finding_where_the_form_says_so_and_two_are_two() {
    let rules = || {
        vec![
            rule("甲", "班组名称 <> '坏班' AND 人数 > 0", &[TEAM, HEADS]),
            rule("乙", "人数 >= length(称号)", &[HEADS, TITLE]),
            rule("丙", "班组名称 <> '坏班'", &[TEAM]),
            rule("丁", "称号 <> '模范' OR 所在单位 <> '甲厂'", &[TITLE, WORKPLACE]),
        ]
    };
    let apart: Vec<String> = told(rules(), false, &ODD[..2]).into_iter().map(|(code, ..)| code).collect();
    assert_eq!(apart, ["丁", "甲", "乙", "丙", "甲", "丁"].map(String::from), "by place and code");
    let once = told(rules(), true, &ODD[..2]);
    let once: Vec<(&str, u16, &str)> =
        once.iter().map(|(code, _, col, found)| (code.as_str(), *col, found.as_str())).collect();
    let (title, team, heads) = (TITLE as u16 + 1, TEAM as u16 + 1, HEADS as u16 + 1);
    // 乙 and 丁 share 称号, which 甲 does not blame: 乙 went to 甲.
    assert_eq!(once, [("丁", title, "丁"), ("甲", heads, "甲；乙"), ("甲", team, "甲；丙"), ("丁", title, "丁")]);
}

#[test]
fn a_changed_rule_that_was_told_with_another_is_another_finding() {
    let key = |condition: &str| {
        let mut plan = plan(vec![]);
        plan.forms[0].rules = vec![rule("甲", "人数 > 0", &[HEADS]), rule("乙", "人数 >= 0", &[HEADS])];
        plan.forms[0].one_finding_a_cell = true;
        plan.conditions.insert("乙".into(), crate::model::Fingerprint::of([condition]));
        let validated = run(&plan, vec![filed(0, "甲.xlsx", 0, vec![table(0, 0, 0, &ODD[..1])])]);
        assert_eq!(validated.verdict.findings.len(), 1);
        let rules: Vec<&str> = validated.verdict.findings[0].each_rule().map(|(code, _)| &**code).collect();
        assert_eq!(rules, ["甲", "乙"], "each of them was broken");
        validated.verdict.findings[0].key.whole()
    };
    assert_eq!(key("一"), key("一"));
    assert_ne!(key("一"), key("二"));
}
