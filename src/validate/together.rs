//! Rows that agree in some fields.

use super::agreement::{Agreement, ComparedColumn, ValueHashes, mixed};
use super::rows::FormRows;
use crate::definition::FieldType;
use crate::language::{Checked, RunContext};
use crate::rows::Grid;
use rayon::prelude::*;

/// What an empty cell says of whether two rows agree.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Gaps {
    /// Nothing: a row with a gap is compared with none.
    TellApart,
    /// In a field that need not be filled in, two gaps agree.
    Agree,
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
    let known: Vec<ValueHashes> = columns.iter().map(|compared| rows.hashes.of(grid, compared, agreement)).collect();
    // 0 for a row that is compared with none.
    let hash = |row: usize| {
        if mask.as_ref().is_some_and(|mask| mask.get(row) != Some(&true)) {
            return 0;
        }
        let (mut whole, mut parts) = (0, 0);
        for (compared, known) in columns.iter().zip(&known) {
            let part = known.get(grid.code_at(row, compared.column) as usize).copied().unwrap_or(0);
            if part == 0 && !compared.optional {
                return 0;
            }
            parts += usize::from(part > 0);
            whole = mixed(whole, u64::from(part));
        }
        if parts > 0 { whole.max(1) } else { 0 }
    };
    // Most rows that agree are written alike, and need no key to be told so.
    let alike = |run: &[(u64, usize)]| {
        run.windows(2).all(|pair| {
            let code = |at: usize, column| pair.get(at).map(|(_, row)| grid.code_at(*row, column));
            columns.iter().all(|compared| code(0, compared.column) == code(1, compared.column))
        })
    };
    let hashes: Vec<u64> = (0..grid.height()).into_par_iter().map(hash).collect();
    let mut hashed = if least > 1 { without_single(&hashes) } else { with_rows(&hashes).collect() };
    drop(hashes);
    hashed.par_sort_unstable();
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for run in hashed.chunk_by(|a, b| a.0 == b.0).filter(|run| run.len() >= least) {
        if alike(run) {
            groups.push(run.iter().map(|(_, row)| *row).collect());
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

/// The hashes that there are, each with its row.
fn with_rows(hashes: &[u64]) -> impl Iterator<Item = (u64, usize)> {
    hashes.iter().enumerate().filter(|(_, hash)| **hash > 0).map(|(row, hash)| (*hash, row))
}

/// The same without most hashes that only one row has, which nearly all are: what is left is sorted in a tenth of the time.
fn without_single(hashes: &[u64]) -> Vec<(u64, usize)> {
    const BITS_EACH: usize = 8;
    let slots = (hashes.len() * BITS_EACH).next_power_of_two();
    let words = slots.div_ceil(64);
    let (mut met, mut again) = (vec![0u64; words], vec![0u64; words]);
    // The highest bits of a product depend on all bits of what was multiplied.
    let slot = |hash: u64| ((hash >> 32) as usize % slots / 64, 1 << ((hash >> 32) % 64));
    for (hash, _) in with_rows(hashes) {
        let (word, bit) = slot(hash);
        again[word] |= met[word] & bit;
        met[word] |= bit;
    }
    let meets_another = |(hash, _): &(u64, usize)| {
        let (word, bit) = slot(*hash);
        again[word] & bit != 0
    };
    with_rows(hashes).filter(meets_another).collect()
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
