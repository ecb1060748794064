//! What finished tables say of one another: who is ruled out of a list by another, how many a list of first places came to,
//! and where two totals that say one thing differ.

use super::words::{names, places, shown};
use crate::definition::{Plan, Reconciliation, Table, TableKind};
use crate::model::stat_rows::StatRows;
use crate::model::stat_table::{OpenTable, StatTable};
use crate::model::statistic::{RowKind, StatCell, StatRow};
use std::collections::BTreeSet;

/// Names in one sentence.
const NAMED: usize = 5;

/// Settles tables with one another; one that was not computed says nothing.
pub fn settle(tables: &mut [Option<StatTable>], plan: &Plan) {
    for (at, declared) in plan.tables.iter().enumerate() {
        if let Some(other) = declared.except {
            let out = standing(tables, other);
            let title = plan.tables.get(other).map_or("", |table| &table.sheet);
            if let (Some(out), Some(Some(table))) = (out, tables.get_mut(at)) {
                rule_out(table, declared, &out, title);
            }
        }
        let notes: Vec<String> =
            declared.reconcile.iter().filter_map(|pair| reconciled(tables, at, pair, plan)).collect();
        if let Some(Some(table)) = tables.get_mut(at) {
            table.notes.extend(notes);
            if let Some(top) = top(declared) {
                let listed = table.rows.iter().filter(|row| is_entry(row)).count();
                table.title = table.title.replace("{前几名}", &places(top, listed));
            }
        }
    }
}

fn top(table: &Table) -> Option<u32> {
    match &table.kind {
        TableKind::Statistic(statistic) => statistic.top,
        TableKind::List(list) => list.top,
        _ => None,
    }
}

/// What rows of a list are told by: the row of the form where both lists show one, else their words.
fn key(row: &StatRow) -> Option<(Option<usize>, &str)> {
    let name = row.cells.iter().find_map(|cell| match cell {
        StatCell::Text(text) if !text.is_empty() => Some(text.as_str()),
        _ => None,
    })?;
    Some((row.line, name))
}

/// Whether a row stands for something, and is not the line that there is nothing.
fn is_entry(row: &StatRow) -> bool {
    row.kind == RowKind::Body && row.cells.iter().skip(1).any(|cell| *cell != StatCell::Empty)
}

fn standing(tables: &[Option<StatTable>], at: usize) -> Option<BTreeSet<(Option<usize>, String)>> {
    let table = tables.get(at)?.as_ref()?;
    let entries = table.rows.iter().filter(|row| is_entry(row));
    Some(entries.filter_map(|row| key(&row).map(|(line, name)| (line, name.to_owned()))).collect())
}

fn rule_out(table: &mut StatTable, declared: &Table, out: &BTreeSet<(Option<usize>, String)>, by: &str) {
    let is_out = |row: &StatRow| key(row).is_some_and(|(line, name)| out.contains(&(line, name.to_owned())));
    let rows = std::mem::take(&mut table.rows).into_all();
    let (gone, mut kept): (Vec<StatRow>, Vec<StatRow>) =
        rows.into_iter().partition(|row| row.kind == RowKind::Body && is_out(row));
    if gone.is_empty() {
        table.rows = StatRows::of(kept);
        return;
    }
    let named: Vec<String> = gone.iter().filter_map(|row| Some(key(row)?.1.to_owned())).collect();
    table.notes.push(format!("符合条件、但已列入“{by}”的不列入：{}。", names(&named, NAMED)));
    let numbers: Vec<usize> =
        table.headings.iter().enumerate().filter(|(_, heading)| heading.name == "序号").map(|(at, _)| at).collect();
    for (number, row) in (1..).zip(&mut kept) {
        for at in &numbers {
            if let Some(cell) = row.cells.get_mut(*at) {
                *cell = StatCell::Integer(number);
            }
        }
    }
    let empty = match &declared.kind {
        TableKind::Statistic(statistic) => Some(&statistic.empty),
        TableKind::List(list) => Some(&list.empty),
        _ => None,
    };
    if let Some(empty) = empty.filter(|_| kept.is_empty()) {
        let mut cells = vec![StatCell::Empty; table.headings.len()];
        if let Some(first) = cells.first_mut() {
            *first = StatCell::Text(empty.clone());
        }
        kept.push(StatRow::new(RowKind::Body, cells));
    }
    table.rows = StatRows::of(kept);
}

/// The column of a heading, by its name alone.
fn column(table: &StatTable, name: &str) -> Option<usize> {
    table.headings.iter().position(|heading| heading.name == name)
}

fn amount(cell: Option<&StatCell>) -> Option<f64> {
    match cell? {
        StatCell::Integer(whole) => Some(*whole as f64),
        StatCell::Number(number) => Some(*number),
        // Nobody reported, or all was sent back: no part of the sum.
        StatCell::NotReported | StatCell::Returned | StatCell::NotApplicable | StatCell::Unfilled => Some(0.0),
        _ => None,
    }
}

/// `本表“本年提出”2,864，“建议累计”所列 2,084，相差 780，差在合肥 +120、…：why`; nothing where they are one.
fn reconciled(tables: &[Option<StatTable>], at: usize, pair: &Reconciliation, plan: &Plan) -> Option<String> {
    let (own, other) = (tables.get(at)?.as_ref()?.opened(), tables.get(pair.table)?.as_ref()?.opened());
    let (here, there) = (column(&own, &pair.own)?, column(&other, &pair.other)?);
    let total = |table: &OpenTable<'_>, column: usize| {
        let row = table.rows.iter().find(|row| row.kind == RowKind::Total)?;
        amount(row.cells.get(column))
    };
    let (mine, theirs) = (total(&own, here)?, total(&other, there)?);
    let apart = mine - theirs;
    if apart.abs() < 1e-6 {
        return None;
    }
    let body = |table: &OpenTable<'_>, label: &str, column: usize| {
        let row = table.rows.iter().find(|row| key(row).is_some_and(|(_, name)| name == label))?;
        amount(row.cells.get(column))
    };
    let labels = own.rows.iter().filter(|row| row.kind == RowKind::Body).filter_map(key);
    let mut parts: Vec<(f64, &str)> = labels
        .filter_map(|(_, label)| Some((body(&own, label, here)? - body(&other, label, there)?, label)))
        .filter(|(apart, _)| apart.abs() > 1e-6)
        .collect();
    parts.sort_by(|a, b| b.0.abs().total_cmp(&a.0.abs()));
    let said = |number: f64| shown(&StatCell::Number(number));
    let parts: Vec<String> = parts
        .into_iter()
        .map(|(apart, label)| format!("{label} {}{}", if apart > 0.0 { "+" } else { "" }, said(apart)))
        .collect();
    let sheet = plan.tables.get(pair.table).map_or("", |table| &table.sheet);
    let title = if sheet == own.sheet { other.title.as_str() } else { sheet };
    Some(format!(
        "本表“{}”合计 {}，“{title}”所列 {}，相差 {}，差在{}：{}",
        pair.own,
        said(mine),
        said(theirs),
        said(apart.abs()),
        names(&parts, NAMED),
        pair.why
    ))
}
