//! Records that one sender gives more than once (RETURNS.md §9 "Records"): rows of one key that are equal but for 序号 and
//! 备注 are one record, of which one counts; rows of one key that differ contradict each other. Where the form has no key,
//! only rows equal in all that they say are told to be one.

use super::agreement::Agreement;
use super::rows::FormRows;
use super::together::{Gaps, together};
use crate::definition::SheetWords;
use crate::language::RunContext;
use crate::model::codes::FindingCode;
use crate::model::{Effect, Finding, Fingerprint, Origin, Severity};
use crate::rows::record::sameness;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Most other places that a finding names.
const SHOWN: usize = 3;

/// What was found, and what rules of uniqueness need not say again.
#[derive(Default)]
pub struct Recurrence {
    pub findings: Vec<Finding>,
    /// Rows that repeat another one and do not count.
    repeated: BTreeSet<usize>,
    /// Rows that contradict another of the same key, by the first of them.
    contradicting: HashMap<usize, usize>,
}

impl Recurrence {
    /// Without the rows that are known to be one record: what is left to say of a group of equal rows.
    pub fn leave_out(&self, group: &mut Vec<usize>) {
        group.retain(|row| !self.repeated.contains(row));
        let first = group.first().and_then(|row| self.contradicting.get(row));
        if first.is_some() && group.iter().all(|row| self.contradicting.get(row) == first) {
            group.clear();
        }
    }
}

/// Rows of the form that recur within one sender's returns.
pub fn check(rows: &FormRows, context: &RunContext, words: &SheetWords) -> Recurrence {
    let telling = telling(rows);
    let fields = if rows.form.key.is_empty() { telling.clone() } else { rows.form.key.clone() };
    let mut recurrence = Recurrence::default();
    for group in together(rows, &fields, None, Gaps::Agree, Agreement::Same(2), context) {
        let mut by_sender: BTreeMap<(bool, u32), Vec<usize>> = BTreeMap::new();
        for row in group {
            let Some(origin) = rows.rows.origins.get(row) else { continue };
            let sender = rows.addresses.senders.get(&origin.source);
            let sender = sender.map_or((false, origin.source), |unit| (true, *unit));
            by_sender.entry(sender).or_default().push(row);
        }
        if rows.form.unique.is_empty() {
            of_several_senders(rows, &by_sender, &telling, &mut recurrence);
        }
        for mut same in by_sender.into_values() {
            if same.len() > 1 {
                same.sort_by_key(|row| (summary(rows, *row, words), *row));
                of_one_sender(rows, &same, &telling, &mut recurrence);
            }
        }
    }
    recurrence
}

/// Fields whose values make two rows differ.
fn telling(rows: &FormRows) -> Vec<usize> {
    let fields = rows.form.fields.iter().enumerate();
    fields.filter(|(_, field)| !field.ordinal && !field.is_remark()).map(|(at, _)| at).collect()
}

/// Whether a row stands on a sheet that repeats what others hold; the others' rows are those that count.
fn summary(rows: &FormRows, row: usize, words: &SheetWords) -> bool {
    let sheet = rows.rows.origins.get(row).and_then(|origin| rows.addresses.sheet(rows.index, origin));
    sheet.is_some_and(|name| name != rows.form.title && words.is_summary(name))
}

fn of_one_sender(rows: &FormRows, same: &[usize], telling: &[usize], recurrence: &mut Recurrence) {
    let Some((first, others)) = same.split_first() else { return };
    let unlike: BTreeSet<usize> = others.iter().flat_map(|row| unlike(rows, *first, *row, telling)).collect();
    if unlike.is_empty() {
        let place = rows.rows.origins.get(*first).map(|origin| rows.addresses.words(rows.index, origin));
        for row in others {
            recurrence.repeated.insert(*row);
            let found = format!("与{}是同一条记录，各栏相同", place.as_deref().unwrap_or_default());
            recurrence.findings.push(repeated(rows, *row, found));
        }
        return;
    }
    // Where a part of the key is not filled in, nobody can say that it is the same record.
    if gaps(rows, *first) {
        return;
    }
    for row in same {
        recurrence.contradicting.insert(*row, *first);
        let elsewhere = same.iter().filter(|other| *other != row).filter_map(|other| rows.rows.origins.get(*other));
        let mut places = shown(rows, elsewhere.take(SHOWN));
        if same.len() - 1 > SHOWN {
            places.push_str(&format!(" 等 {} 处", same.len() - 1));
        }
        recurrence.findings.push(contradicting(rows, *row, &places, &unlike));
    }
}

/// Equal records of two senders, where no rule of the form says what that means.
fn of_several_senders(
    rows: &FormRows,
    by_sender: &BTreeMap<(bool, u32), Vec<usize>>,
    telling: &[usize],
    recurrence: &mut Recurrence,
) {
    let firsts: Vec<usize> = by_sender.values().filter_map(|same| same.first().copied()).collect();
    let Some((first, others)) = firsts.split_first() else { return };
    let equal = others.iter().copied().filter(|row| unlike(rows, *first, *row, telling).is_empty());
    let equal: Vec<usize> = std::iter::once(*first).chain(equal).collect();
    for row in equal.iter().filter(|_| equal.len() > 1) {
        let elsewhere = equal.iter().filter(|other| *other != row).filter_map(|other| rows.rows.origins.get(*other));
        let found = format!("与{}的记录各栏相同", shown(rows, elsewhere.take(SHOWN)));
        let cells = cells(rows);
        recurrence.findings.push(Finding {
            code: FindingCode::RecordInTwoReturns.into(),
            severity: Severity::Verify,
            place: rows.place(*row, &cells),
            key: rows.key(*row, &cells, Fingerprint::of([equal.len().to_string()])),
            found,
            expected: "一条记录由一个单位报送".into(),
            next: "两处都计入；请与两个单位核实，是同一条的请其中一个单位删去后重新报送".into(),
            line: Some(rows.form.line),
            effect: Effect::Counts,
            rules: Vec::new(),
        });
    }
}

fn shown(rows: &FormRows, origins: impl Iterator<Item = Origin>) -> String {
    origins.map(|origin| rows.addresses.words(rows.index, origin)).collect::<Vec<_>>().join("；")
}

/// Fields in which two rows say different things.
fn unlike(rows: &FormRows, a: usize, b: usize, telling: &[usize]) -> Vec<usize> {
    let grid = &rows.rows.grid;
    let columns = rows.form.columns();
    let differs = |field: &usize| {
        columns.iter().filter(|column| column.field == *field).any(|column| {
            let at = grid.position(&column.name);
            at.is_some_and(|at| sameness(grid.value_at(a, at)) != sameness(grid.value_at(b, at)))
        })
    };
    telling.iter().copied().filter(differs).collect()
}

fn gaps(rows: &FormRows, row: usize) -> bool {
    let field = |at: &usize| rows.form.fields.get(*at).map_or("", |field| &field.name);
    rows.form.key.iter().any(|at| sameness(rows.rows.grid.value(row, field(at))).is_none())
}

fn names(rows: &FormRows, fields: impl Iterator<Item = usize>) -> String {
    let names = fields.filter_map(|field| rows.form.fields.get(field)).map(|field| field.name.as_ref());
    names.collect::<Vec<_>>().join("、")
}

/// The cells that a finding points at: the key's, else the first that are filled in.
fn cells(rows: &FormRows) -> Vec<usize> {
    if rows.form.key.is_empty() { crate::rows::record::telling_fields(rows.form) } else { rows.form.key.clone() }
}

fn repeated(rows: &FormRows, row: usize, found: String) -> Finding {
    let cells = cells(rows);
    Finding {
        code: FindingCode::RecordRepeated.into(),
        severity: Severity::Verify,
        place: rows.place(row, &cells),
        key: rows.key(row, &cells, Fingerprint::default()),
        found,
        expected: "一条记录只填一次".into(),
        next: "只计一次，本行不计入；确是两条记录的，请报送单位写出区别后重新报送".into(),
        line: Some(rows.form.line),
        effect: Effect::HoldsRow,
        rules: Vec::new(),
    }
}

fn contradicting(rows: &FormRows, row: usize, places: &str, unlike: &BTreeSet<usize>) -> Finding {
    let cells = cells(rows);
    let key = names(rows, rows.form.key.iter().copied());
    let differing = names(rows, unlike.iter().copied().take(SHOWN));
    let more = if unlike.len() > SHOWN { format!("等 {} 栏", unlike.len()) } else { String::new() };
    let read = rows.read(row, unlike.iter().filter_map(|field| Some(&*rows.form.fields.get(*field)?.name)));
    Finding {
        code: FindingCode::RecordContradicting.into(),
        severity: Severity::Block,
        place: rows.place(row, &cells),
        key: rows.key(row, &cells, read),
        found: format!("与{places}的{key}相同，{differing}{more}不同"),
        expected: "一条记录只填一次，内容一致".into(),
        next: "分清前各处都不计入；请报送单位只留正确的一条，或改正写错的一条后重新报送".into(),
        line: Some(rows.form.line),
        effect: Effect::HoldsRow,
        rules: Vec::new(),
    }
}
