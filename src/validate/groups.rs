//! Rules over groups of rows, over all returns: what a unit's figures, or a contest's titles, come to together.

use super::agreement::Agreement;
use super::rows::FormRows;
use super::together::{Gaps, together};
use super::weight::Weight;
use crate::definition::{GroupKind, GroupRule, GroupValue};
use crate::language::RunContext;
use crate::model::{Column, Effect, Finding, Fingerprint};
use crate::rows::words::{DateStyle, ValueKind, value_words};
use crate::text::numbers::settled;

/// Findings of every group rule of the form.
pub fn check(rows: &FormRows, context: &RunContext) -> Vec<Finding> {
    rows.form.groups.iter().flat_map(|rule| check_one(rows, rule, context)).collect()
}

fn check_one(rows: &FormRows, rule: &GroupRule, context: &RunContext) -> Vec<Finding> {
    let grid = &rows.rows.grid;
    let groups = together(rows, &rule.by, rule.when.as_ref(), Gaps::TellApart, Agreement::Same(1), context);
    if groups.is_empty() {
        return Vec::new();
    }
    let figures: Vec<(String, Column)> =
        rule.values.iter().map(|value| (value.name.clone(), figures(rows, value, &groups, context))).collect();
    let firsts: Vec<usize> = groups.iter().filter_map(|group| group.first().copied()).collect();
    let fields = rule.by.iter().filter_map(|field| rows.form.fields.get(*field));
    let common: Vec<String> = fields.map(|field| field.name.to_string()).collect();
    let whole = grid.gather(&firsts, &common, figures);
    let failed = rule.check.node().clone().negated();
    let needs = rule.check.columns().iter().map(String::as_str).collect();
    let mut findings = Vec::new();
    let GroupRule { code, severity, effect, trial, line, .. } = rule;
    let weight = Weight { code, severity: *severity, effect: *effect, trial: *trial, line: *line };
    for at in whole.rows_where(&[(failed, needs)], context).into_iter().flatten() {
        let Some(group) = groups.get(at) else { continue };
        let mut own: Vec<(&str, String)> = rule
            .values
            .iter()
            .map(|value| (&*value.name, value_words(whole.value(at, &value.name), ValueKind::Plain, DateStyle::Quoted)))
            .collect();
        own.push(("行数", group.len().to_string()));
        let own: Vec<(&str, &str)> = own.iter().map(|(name, words)| (*name, words.as_str())).collect();
        // What holds rows has to stand on every row that it holds.
        let told = if rule.effect == Effect::Counts { group.get(..1).unwrap_or_default() } else { group.as_slice() };
        let read = Fingerprint::of(own.iter().map(|(_, words)| words));
        findings.extend(told.iter().map(|row| {
            let said = [&rule.found, &rule.expected, &rule.next].map(|part| rows.render(part, *row, &own));
            rows.finding(*row, weight, &rule.cells, read, said)
        }));
    }
    findings
}

/// One figure of every group.
fn figures(rows: &FormRows, value: &GroupValue, groups: &[Vec<usize>], context: &RunContext) -> Column {
    if value.kind == GroupKind::Count {
        let mask = rows.rows.grid.mask(&value.of, context);
        let count = |group: &Vec<usize>| group.iter().filter(|row| mask.get(**row) == Some(&true)).count() as i64;
        return Column::Integer(groups.iter().map(|group| Some(count(group))).collect());
    }
    match rows.rows.grid.values(&value.of, context) {
        Column::Integer(all) => {
            let figure = |group: &Vec<usize>| {
                let some = group.iter().filter_map(|row| all.get(*row));
                match value.kind {
                    GroupKind::Least => some.min(),
                    GroupKind::Most => some.max(),
                    // A sum beyond what can be held is no figure: the rule is not evaluated.
                    _ => some.map(Some).reduce(|sum, next| sum?.checked_add(next?)).flatten(),
                }
            };
            Column::Integer(groups.iter().map(figure).collect())
        }
        Column::Number(all) => {
            let figure = |group: &Vec<usize>| {
                let some = group.iter().filter_map(|row| all.get(*row));
                match value.kind {
                    GroupKind::Least => some.reduce(f64::min),
                    GroupKind::Most => some.reduce(f64::max),
                    _ => some.reduce(|sum, next| settled(sum + next, sum.abs().max(next.abs()))),
                }
            };
            Column::Number(groups.iter().map(figure).collect())
        }
        // The definition's check lets only numbers be added up.
        other => other,
    }
}
