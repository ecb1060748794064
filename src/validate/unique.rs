//! Rows that may occur once only, over all returns (a duplicate blocks all its copies).

use super::rows::FormRows;
use super::weight::Weight;
use crate::definition::Unique;
use crate::language::{Checked, RunContext};
use crate::model::{Finding, Fingerprint};
use crate::rows::Grid;
use crate::rows::record::spelling;
use rayon::prelude::*;
use std::hash::{DefaultHasher, Hash, Hasher};

/// Most other places that a finding names.
const SHOWN: usize = 3;

/// Findings of every uniqueness rule of the form.
pub fn check(rows: &FormRows, context: &RunContext) -> Vec<Finding> {
    rows.form.unique.iter().flat_map(|unique| check_one(rows, unique, context)).collect()
}

fn check_one(rows: &FormRows, unique: &Unique, context: &RunContext) -> Vec<Finding> {
    let mut findings = Vec::new();
    let Unique { code, severity, effect, trial, line, .. } = unique;
    let weight = Weight { code, severity: *severity, effect: *effect, trial: *trial, line: *line };
    for group in together(rows, &unique.fields, unique.when.as_ref(), 2, context) {
        // Told by how many there are: one more copy is another matter to decide.
        let read = Fingerprint::of([group.len().to_string()]);
        for row in &group {
            let others: Vec<String> = group
                .iter()
                .filter(|other| *other != row)
                .take(SHOWN)
                .filter_map(|other| rows.rows.origins.get(*other))
                .map(|origin| rows.addresses.words(rows.index, *origin))
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

/// Rows that agree in some fields, in order of their first row; groups of at least so many.
///
/// Sorting 64-bit hashes instead of keeping a million keys as text keeps the memory flat; equal hashes are compared
/// by the keys themselves before anyone is accused of anything.
pub fn together(
    rows: &FormRows,
    fields: &[usize],
    when: Option<&Checked>,
    least: usize,
    context: &RunContext,
) -> Vec<Vec<usize>> {
    let grid = &rows.rows.grid;
    let mask = when.map(|when| grid.mask(when, context));
    let columns: Vec<usize> = fields
        .iter()
        .filter_map(|field| rows.form.fields.get(*field))
        .filter_map(|field| grid.position(&field.name))
        .collect();
    if columns.is_empty() {
        return Vec::new();
    }
    let hash = |row: usize| {
        if mask.as_ref().is_some_and(|mask| mask.get(row) != Some(&true)) {
            return None;
        }
        let mut hasher = DefaultHasher::new();
        key(grid, &columns, row)?.hash(&mut hasher);
        Some((hasher.finish(), row))
    };
    let mut hashed: Vec<(u64, usize)> = (0..grid.height()).into_par_iter().filter_map(hash).collect();
    hashed.par_sort_unstable();
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for run in hashed.chunk_by(|a, b| a.0 == b.0).filter(|run| run.len() >= least) {
        if let [(_, row)] = run {
            groups.push(vec![*row]);
            continue;
        }
        let mut keyed: Vec<(Option<String>, usize)> =
            run.iter().map(|(_, row)| (key(grid, &columns, *row), *row)).collect();
        keyed.sort();
        let same = keyed.chunk_by(|a, b| a.0 == b.0).filter(|same| same.len() >= least);
        groups.extend(same.map(|same| same.iter().map(|(_, row)| *row).collect::<Vec<_>>()));
    }
    groups.sort();
    groups
}

/// A row's key; `None` where a part is missing: such rows are not compared.
fn key(grid: &Grid, columns: &[usize], row: usize) -> Option<String> {
    let mut key = String::new();
    for column in columns {
        key.push_str(&spelling(grid.value_at(row, *column))?);
        // Cannot occur in a match key, so parts cannot run into one another.
        key.push('\u{1f}');
    }
    Some(key)
}
