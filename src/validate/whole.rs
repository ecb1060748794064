//! Rows that count all together or not at all, as their form declares: a sum over part of a score sheet is no score.

use super::agreement::Agreement;
use super::rows::FormRows;
use super::together::{Gaps, together};
use super::verdicts::Holds;
use crate::language::RunContext;
use crate::model::codes::FindingCode;
use crate::model::{Effect, Finding, Fingerprint, Severity};

/// The rows that nothing else holds of a set with a row that is held.
pub fn check(rows: &FormRows, holds: &Holds, context: &RunContext) -> Vec<Finding> {
    let fields = &rows.form.stand_together;
    if fields.is_empty() {
        return Vec::new();
    }
    let is_held = |row: &usize| rows.rows.origins.get(*row).is_some_and(|origin| holds.on(&origin).is_some());
    let mut findings = Vec::new();
    for set in together(rows, fields, None, Gaps::Agree, Agreement::Same(2), context) {
        let (held, open): (Vec<usize>, Vec<usize>) = set.into_iter().partition(is_held);
        if !held.is_empty() {
            findings.extend(open.into_iter().map(|row| finding(rows, fields, row, &held)));
        }
    }
    findings
}

fn finding(rows: &FormRows, fields: &[usize], row: usize, held: &[usize]) -> Finding {
    let names = fields.iter().filter_map(|at| rows.form.fields.get(*at));
    let set: Vec<String> = names.map(|field| rows.value(row, &field.name)).collect();
    let first = held.first().and_then(|row| rows.rows.origins.get(*row));
    let place = first.map(|origin| rows.addresses.words(rows.index, origin)).unwrap_or_default();
    Finding {
        code: FindingCode::RowOfBrokenSet.into(),
        severity: Severity::Verify,
        place: rows.place(row, fields),
        key: rows.key(row, fields, Fingerprint::of([held.len().to_string()])),
        found: format!("“{}”的各行要一并计入，其中 {} 行没有计入（{place}）", set.join("、"), held.len()),
        expected: "同一组的各行都能计入".into(),
        next: "本行暂不计入；没有计入的行改正后一并计入".into(),
        line: Some(rows.form.line),
        effect: Effect::HoldsRow,
        rules: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::*;

    #[test]
    fn a_set_with_a_row_that_is_held_does_not_count() {
        let mut plan = plan(vec![]);
        plan.forms[0].stand_together = vec![WORKPLACE];
        let (good, small) = ((Some(0), "甲厂", "一班", "模范", Some(9)), (Some(0), "甲厂", "二班", "模范", Some(2)));
        let other = (Some(0), "乙厂", "三班", "模范", Some(9));
        let validated = run(&plan, vec![filed(0, "甲.xlsx", 0, vec![table(0, 0, 0, &[good, small, other])])]);
        assert_eq!(codes(&validated), [("too-small", Some(6)), ("row-of-broken-set", Some(5))]);
        assert_eq!(accepted(&validated, 0), [false, false, true]);
        plan.forms[0].stand_together = vec![];
        let validated = run(&plan, vec![filed(0, "甲.xlsx", 0, vec![table(0, 0, 0, &[good, small, other])])]);
        assert_eq!(accepted(&validated, 0), [true, false, true]);
    }
}
