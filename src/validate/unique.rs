//! Rows that may occur once only, over all returns (a duplicate blocks all its copies).

use super::rows::FormRows;
use crate::model::Finding;
use crate::spec::Unique;
use crate::sql::{Checked, Context};
use crate::sql::frame::filter_mask;
use crate::text::names::match_key;
use polars::prelude::{AnyValue, Column};
use std::hash::{DefaultHasher, Hash, Hasher};

/// Most other places that a finding names.
const SHOWN: usize = 3;

/// Findings of every uniqueness rule of the form.
pub fn check(rows: &FormRows, context: &Context) -> Vec<Finding> {
    rows.form.unique.iter().flat_map(|unique| check_one(rows, unique, context)).collect()
}

fn check_one(rows: &FormRows, unique: &Unique, context: &Context) -> Vec<Finding> {
    let mut findings = Vec::new();
    let groups = together(rows, &unique.fields, unique.when.as_ref(), context);
    for group in groups.into_iter().filter(|group| group.len() > 1) {
        for row in &group {
            let others: Vec<String> = group
                .iter()
                .filter(|other| *other != row)
                .take(SHOWN)
                .filter_map(|other| rows.origins.get(*other))
                .map(|origin| rows.places.words(rows.index, *origin))
                .collect();
            let mut other = others.join("；");
            if group.len() - 1 > SHOWN {
                other.push_str(&format!(" 等 {} 处", group.len() - 1));
            }
            let more = [("另一处", other.as_str())];
            findings.push(Finding {
                code: unique.code.clone(),
                severity: unique.severity,
                place: rows.place(*row, &unique.fields),
                found: rows.render(&unique.found, *row, &more),
                expected: rows.render(&unique.expected, *row, &more),
                next: rows.render(&unique.next, *row, &more),
                line: Some(unique.line),
                holds_return: false,
            });
        }
    }
    findings
}

/// Rows that agree in some fields, in order of their first row.
///
/// Sorting 64-bit hashes instead of keeping a million keys as text keeps the memory flat; equal hashes are compared
/// by the keys themselves before anyone is accused of anything.
pub fn together(rows: &FormRows, fields: &[usize], when: Option<&Checked>, context: &Context) -> Vec<Vec<usize>> {
    let df = &rows.read.df;
    let mask = when.map(|when| filter_mask(df, when, context));
    let columns: Vec<&Column> = fields
        .iter()
        .filter_map(|field| rows.form.fields.get(*field))
        .filter_map(|field| df.column(&field.name).ok())
        .collect();
    if columns.is_empty() {
        return Vec::new();
    }
    let mut hashed: Vec<(u64, usize)> = Vec::new();
    for row in 0..df.height() {
        if mask.as_ref().is_some_and(|mask| mask.get(row) != Some(&true)) {
            continue;
        }
        if let Some(key) = key(&columns, row) {
            let mut hasher = DefaultHasher::new();
            key.hash(&mut hasher);
            hashed.push((hasher.finish(), row));
        }
    }
    hashed.sort_unstable();
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for run in hashed.chunk_by(|a, b| a.0 == b.0) {
        if let [(_, row)] = run {
            groups.push(vec![*row]);
            continue;
        }
        let mut keyed: Vec<(Option<String>, usize)> = run.iter().map(|(_, row)| (key(&columns, *row), *row)).collect();
        keyed.sort();
        let same = keyed.chunk_by(|a, b| a.0 == b.0);
        groups.extend(same.map(|same| same.iter().map(|(_, row)| *row).collect::<Vec<_>>()));
    }
    groups.sort();
    groups
}

/// A row's key; `None` where a part is missing: such rows are not compared.
fn key(columns: &[&Column], row: usize) -> Option<String> {
    let mut key = String::new();
    for column in columns {
        key.push_str(&part(&column.get(row).ok()?)?);
        // Cannot occur in a match key, so parts cannot run into one another.
        key.push('\u{1f}');
    }
    Some(key)
}

/// One value under which two spellings of it meet.
pub fn part(value: &AnyValue) -> Option<String> {
    match value {
        AnyValue::Null => None,
        AnyValue::String(text) => Some(match_key(text)).filter(|key| !key.is_empty()),
        AnyValue::StringOwned(text) => Some(match_key(text)).filter(|key| !key.is_empty()),
        // 5 and 5.0 are one number.
        AnyValue::Float64(number) if number.fract() == 0.0 && number.abs() < 9e15 => Some((*number as i64).to_string()),
        AnyValue::Int64(whole) => Some(whole.to_string()),
        AnyValue::Int32(day) => Some(day.to_string()),
        AnyValue::Float64(number) => Some(number.to_string()),
        AnyValue::Boolean(truth) => Some(truth.to_string()),
        other => Some(format!("{other:?}")),
    }
}
