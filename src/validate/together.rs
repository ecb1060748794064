//! Rows that agree in some fields.

use super::rows::FormRows;
use crate::definition::{FieldType, NameWords};
use crate::language::{Checked, RunContext};
use crate::model::Value;
use crate::rows::Grid;
use crate::rows::record::sameness;
use rayon::prelude::*;
use std::hash::{DefaultHasher, Hash, Hasher};

/// What an empty cell says of whether two rows agree.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Gaps {
    /// Nothing: a row with a gap is compared with none.
    TellApart,
    /// In a field that need not be filled in, two gaps agree.
    Agree,
}

/// How two values agree.
#[derive(Clone, Copy)]
pub enum Agreement<'w> {
    /// As two spellings of one value; groups of at least so many rows.
    Same(usize),
    /// Names as what may be two spellings of one; groups of two rows and more.
    Loose(&'w NameWords),
}

impl Agreement<'_> {
    fn least(self) -> usize {
        match self {
            Agreement::Same(least) => least,
            Agreement::Loose(_) => 2,
        }
    }

    fn part(self, value: Value<'_>, is_name: bool) -> Option<String> {
        match (self, value) {
            (Agreement::Loose(words), Value::Text(text)) if is_name => {
                Some(words.loose(text).base).filter(|base| !base.is_empty())
            }
            (_, value) => sameness(value),
        }
    }
}

/// A column that rows are compared in.
struct ComparedColumn {
    column: usize,
    optional: bool,
    is_name: bool,
}

/// Rows that agree in some fields, in order of their first row.
///
/// Sorting 64-bit hashes instead of keeping a million keys as text keeps the memory flat; equal hashes are compared
/// by the keys themselves before anyone is accused of anything.
pub fn together(
    rows: &FormRows,
    fields: &[usize],
    when: Option<&Checked>,
    gaps: Gaps,
    agreement: Agreement<'_>,
    context: &RunContext,
) -> Vec<Vec<usize>> {
    let grid = &rows.rows.grid;
    let mask = when.map(|when| grid.mask(when, context));
    let of_form = rows.form.columns();
    let least = agreement.least();
    let columns: Vec<ComparedColumn> = fields
        .iter()
        .filter_map(|at| Some((*at, rows.form.fields.get(*at)?)))
        .flat_map(|(at, field)| {
            let own: Vec<&str> = of_form.iter().filter(|c| c.field == at).map(|column| column.name.as_str()).collect();
            // A score has two columns, of which one is empty.
            let optional = gaps == Gaps::Agree && (!field.required || own.len() > 1);
            let wanted = if gaps == Gaps::Agree { own.len() } else { 1 };
            let is_name = matches!(field.ty, FieldType::Text | FieldType::Name);
            let compared = |name| Some(ComparedColumn { column: grid.position(name)?, optional, is_name });
            own.into_iter().take(wanted).filter_map(compared).collect::<Vec<_>>()
        })
        .collect();
    if columns.is_empty() {
        return Vec::new();
    }
    let hash = |row: usize| {
        if mask.as_ref().is_some_and(|mask| mask.get(row) != Some(&true)) {
            return None;
        }
        let mut hasher = DefaultHasher::new();
        key(grid, &columns, agreement, row)?.hash(&mut hasher);
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
            run.iter().map(|(_, row)| (key(grid, &columns, agreement, *row), *row)).collect();
        keyed.sort();
        let same = keyed.chunk_by(|a, b| a.0 == b.0).filter(|same| same.len() >= least);
        groups.extend(same.map(|same| same.iter().map(|(_, row)| *row).collect::<Vec<_>>()));
    }
    groups.sort();
    groups
}

/// A row's key; `None` where a part is missing that may not be, or nothing at all is there.
fn key(grid: &Grid, columns: &[ComparedColumn], agreement: Agreement<'_>, row: usize) -> Option<String> {
    let mut key = String::new();
    let mut parts = 0;
    for ComparedColumn { column, optional, is_name } in columns {
        match agreement.part(grid.value_at(row, *column), *is_name) {
            Some(part) => {
                key.push_str(&part);
                parts += 1;
            }
            None if *optional => {}
            None => return None,
        }
        // Cannot occur in a match key, so parts cannot run into one another.
        key.push('\u{1f}');
    }
    (parts > 0).then_some(key)
}
