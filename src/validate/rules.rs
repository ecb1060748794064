//! Every rule of a form over its rows, in the order in which their findings are met.

use super::blame::Blamed;
use super::gone::{self, Heard};
use super::rows::FormRows;
use super::yardstick::Yardstick;
use super::{alike, groups, history, outliers, parents, records, recurrence, unique};
use crate::language::RunContext;
use crate::model::{Finding, Place};
use std::collections::BTreeSet;

/// Every rule of a form over its rows: within a row, across rows, and beside earlier periods.
pub fn check(rows: &mut FormRows, heard: &Heard, context: &RunContext, yardstick: Yardstick<'_>) -> Vec<Blamed> {
    // Only rules that look back tell records by their keys.
    let form = rows.form;
    let looks_back = history::looks_back(form) || !form.outliers.is_empty() || !form.gone.is_empty();
    let keys = if form.key.is_empty() || !looks_back { Vec::new() } else { records::keys(rows) };
    let mut broken: Vec<Blamed> = history::join(rows, &keys, yardstick).into_iter().map(Blamed::from).collect();
    broken.extend(rows.check_rules(context));
    let mut findings: Vec<Finding> = Vec::new();
    let recurrence = recurrence::check(rows, context, &yardstick.plan.words.sheets);
    findings.extend(unique::check(rows, &recurrence, context));
    findings.extend(recurrence.findings);
    findings.extend(alike::check(rows, &yardstick.plan.words.names, context));
    findings.extend(parents::check(rows));
    findings.extend(groups::check(rows, context));
    findings.extend(outliers::check(rows, &keys, context, yardstick));
    findings.extend(gone::check(rows, &keys, heard, yardstick));
    broken.extend(findings.into_iter().map(Blamed::from));
    // Every rule that looks back says what it misses; once is enough.
    let mut said = BTreeSet::new();
    broken.retain(|Blamed { finding, .. }| {
        finding.place != Place::default() || said.insert((finding.code.clone(), finding.key.read))
    });
    broken
}
