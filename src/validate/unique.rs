//! Rows that may occur once only, over all returns (a duplicate blocks all its copies).

use super::agreement::Agreement;
use super::recurrence::Recurrence;
use super::rows::FormRows;
use super::together::{Gaps, together};
use super::weight::Weight;
use crate::definition::Unique;
use crate::language::RunContext;
use crate::model::{Finding, Fingerprint};

/// Most other places that a finding names.
const SHOWN: usize = 3;

/// Findings of every uniqueness rule of the form.
pub fn check(rows: &FormRows, recurrence: &Recurrence, context: &RunContext) -> Vec<Finding> {
    rows.form.unique.iter().flat_map(|unique| check_one(rows, unique, recurrence, context)).collect()
}

fn check_one(rows: &FormRows, unique: &Unique, recurrence: &Recurrence, context: &RunContext) -> Vec<Finding> {
    let mut findings = Vec::new();
    let Unique { code, severity, effect, trial, line, .. } = unique;
    let weight = Weight { code, severity: *severity, effect: *effect, trial: *trial, line: *line };
    for mut group in together(rows, &unique.fields, unique.when.as_ref(), Gaps::TellApart, Agreement::Same(2), context)
    {
        recurrence.leave_out(&mut group);
        if group.len() < 2 {
            continue;
        }
        // Told by how many there are: one more copy is another matter to decide.
        let read = Fingerprint::of([group.len().to_string()]);
        for row in &group {
            let others: Vec<String> = group
                .iter()
                .filter(|other| *other != row)
                .take(SHOWN)
                .filter_map(|other| rows.rows.origins.get(*other))
                .map(|origin| rows.addresses.words(rows.index, origin))
                .collect();
            let mut other = others.join("；");
            if group.len() - 1 > SHOWN {
                other.push_str(&format!(" 等 {} 处", group.len() - 1));
            }
            let more = [("另一处", other.as_str())];
            let said = [&unique.found, &unique.expected, &unique.next].map(|part| rows.render(part, *row, &more));
            findings.push(rows.finding(*row, weight, &unique.fields, read, said));
        }
    }
    findings
}
