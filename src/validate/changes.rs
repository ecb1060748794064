//! Two versions of one form in, the cells and rows in which they differ out.
//!
//! Rows are matched by the form's unique fields, else by its key, if it has any, else by position. Values are compared as they count, so
//! that a space or a bracket of another width is no change. All changes are counted; as many are listed as there is room
//! for. Does not know which version counts.

use super::addresses::Addresses;
use super::arrived::{Arrival, Arrived};
use crate::definition::{FieldType, Form, Roster};
use crate::model::ledger::{ChangeCounts, ChangeKind, Shown, Side, VersionChange};
use crate::model::{CellRef, Column, Finding, FormTable, Origin, Value};
use crate::rows::words::{DateStyle, ValueKind, value_words};
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

/// What any two versions of a run are compared by.
pub struct Compared<'a> {
    roster: &'a Roster,
    addresses: &'a Addresses,
    /// By file: what was found in it. Files in which nothing was found are not in here.
    findings: HashMap<u32, &'a [Finding]>,
}

impl<'a> Compared<'a> {
    /// Once for a run: no comparison shall look through all files.
    pub fn of(roster: &'a Roster, addresses: &'a Addresses, arrived: &'a [Arrived]) -> Compared<'a> {
        let found = arrived.iter().filter_map(|file| match &file.arrival {
            Arrival::Return(returned) if !returned.findings.is_empty() => {
                Some((file.source.index, returned.findings.as_slice()))
            }
            _ => None,
        });
        Compared { roster, addresses, findings: found.collect() }
    }
}

/// What two versions of one form are compared by.
pub struct Comparison<'a> {
    form: &'a Form,
    index: usize,
    compared: &'a Compared<'a>,
    /// Per field of the form: its columns in the typed tables; none for fields that say nothing (序号).
    columns: Vec<Vec<usize>>,
    /// Fields that tell a row.
    key: Vec<usize>,
}

/// One row of one table.
#[derive(Clone, Copy)]
struct VersionRow<'t> {
    table: &'t FormTable,
    at: usize,
    origin: Origin,
}

/// Where a record stands in its own file: sheet, row, and its part of the row.
type RecordSpot = (u16, u32, (u16, u16));

/// What findings say of cells that could not be read: they differ although no value does.
type Unread<'a> = BTreeMap<(u32, u16, CellRef), &'a str>;

impl<'a> Comparison<'a> {
    pub fn new(form: &'a Form, index: u16, compared: &'a Compared<'a>) -> Comparison<'a> {
        let mut columns = vec![Vec::new(); form.fields.len()];
        for (at, column) in form.columns().iter().enumerate() {
            let telling = form.fields.get(column.field).is_some_and(|field| !field.ordinal);
            if let Some(columns) = columns.get_mut(column.field).filter(|_| telling) {
                columns.push(at);
            }
        }
        let key = form.unique.first().map_or_else(|| form.key.clone(), |unique| unique.fields.clone());
        Comparison { form, index: usize::from(index), compared, columns, key }
    }

    /// All differences: by the old version's rows, then the added rows.
    pub fn changes(&self, old: &[&FormTable], new: &[&FormTable], room: &mut Room) -> Changes {
        let (old, new) = (rows(old), rows(new));
        let unread = self.unread(old.iter().chain(&new));
        let partner = self.pair(&old, &new);
        let mut changes = Changes { room: room.for_one(), ..Changes::default() };
        for (row, partner) in old.iter().zip(&partner) {
            match partner.and_then(|at| new.get(at)) {
                Some(other) => self.cells(*row, *other, &unread, &mut changes),
                None => changes.add(ChangeKind::RowDropped, || self.whole(*row, ChangeKind::RowDropped)),
            }
        }
        let taken: BTreeSet<usize> = partner.into_iter().flatten().collect();
        for (_, row) in new.iter().enumerate().filter(|(at, _)| !taken.contains(at)) {
            changes.add(ChangeKind::RowAdded, || self.whole(*row, ChangeKind::RowAdded));
        }
        room.spend(changes.listed.len());
        changes
    }

    /// Per old row: the new row that it became.
    fn pair(&self, old: &[VersionRow<'_>], new: &[VersionRow<'_>]) -> Vec<Option<usize>> {
        if self.key.is_empty() {
            return (0..old.len()).map(|at| (at < new.len()).then_some(at)).collect();
        }
        let mut waiting: HashMap<Vec<String>, VecDeque<usize>> = HashMap::new();
        let mut incomplete: HashMap<RecordSpot, usize> = HashMap::new();
        let place = |row: &VersionRow<'_>| (row.origin.sheet, row.origin.row, row.origin.cols);
        for (at, row) in new.iter().enumerate() {
            match self.key_of(*row) {
                Some(key) => waiting.entry(key).or_default().push_back(at),
                None => {
                    incomplete.insert(place(row), at);
                }
            }
        }
        let keys: Vec<Option<Vec<String>>> = old.iter().map(|row| self.key_of(*row)).collect();
        let mut partner: Vec<Option<usize>> =
            keys.iter().map(|key| waiting.get_mut(key.as_ref()?).and_then(VecDeque::pop_front)).collect();
        // A row whose name is missing on one side can only be told by its place.
        let mut left: HashMap<RecordSpot, usize> =
            waiting.into_values().flatten().filter_map(|at| Some((place(new.get(at)?), at))).collect();
        for ((row, key), partner) in old.iter().zip(&keys).zip(&mut partner).filter(|(_, partner)| partner.is_none()) {
            *partner = incomplete.remove(&place(row));
            if partner.is_none() && key.is_none() {
                *partner = left.remove(&place(row));
            }
        }
        partner
    }

    fn key_of(&self, row: VersionRow<'_>) -> Option<Vec<String>> {
        let part = |field: &usize| {
            let column = self.columns.get(*field)?.first()?;
            row.table.columns.get(*column).and_then(|column| cell(column, row.at))
        };
        self.key.iter().map(part).collect()
    }

    fn cells(&self, old: VersionRow<'_>, new: VersionRow<'_>, unread: &Unread<'_>, changes: &mut Changes) {
        for (field, columns) in self.columns.iter().enumerate().filter(|(_, columns)| !columns.is_empty()) {
            let (values, nothing) = sides(columns, old, new);
            if values && !nothing {
                continue;
            }
            // Nothing on both sides may still be two different things that nobody could read.
            let said = |row: VersionRow<'_>| {
                let at = self.compared.addresses.cell(self.index, row.origin, field)?;
                unread.get(&(row.origin.source, row.origin.sheet, at)).copied()
            };
            if values && said(old) == said(new) {
                continue;
            }
            changes.add(ChangeKind::Cell, || VersionChange {
                kind: ChangeKind::Cell,
                row: self.name(old),
                field: Some(field as u16),
                old: Some(self.side(old, field, unread)),
                new: Some(self.side(new, field, unread)),
            });
        }
    }

    fn whole(&self, row: VersionRow<'_>, kind: ChangeKind) -> VersionChange {
        let Origin { source, sheet, row: line, .. } = row.origin;
        let side = Some(Side { source, sheet, row: line, at: None, value: Shown::Nothing });
        let (old, new) = if kind == ChangeKind::RowAdded { (None, side) } else { (side, None) };
        VersionChange { kind, row: self.name(row), field: None, old, new }
    }

    /// What tells the row, in words.
    fn name(&self, row: VersionRow<'_>) -> Vec<(u16, String)> {
        let words = |field: &usize| Some((*field as u16, self.words(row, *field)?));
        self.key.iter().filter_map(words).collect()
    }

    fn side(&self, row: VersionRow<'_>, field: usize, unread: &Unread<'_>) -> Side {
        let Origin { source, sheet, row: line, .. } = row.origin;
        let at = self.compared.addresses.cell(self.index, row.origin, field);
        let said = at.and_then(|at| unread.get(&(source, sheet, at)));
        let value = match (self.words(row, field), said) {
            (Some(words), _) => Shown::Value(words),
            (None, Some(said)) => Shown::Unread((*said).to_owned()),
            (None, None) => Shown::Nothing,
        };
        Side { source, sheet, row: line, at, value }
    }

    /// A field's value as officers read it; of a score the number, else the grade.
    fn words(&self, row: VersionRow<'_>, field: usize) -> Option<String> {
        let ty = &self.form.fields.get(field)?.ty;
        let columns = self.columns.get(field)?.iter().filter_map(|at| row.table.columns.get(*at));
        columns.filter_map(|column| self.value(column, row.at, ty)).next()
    }

    fn value(&self, column: &Column, row: usize, ty: &FieldType) -> Option<String> {
        if let Column::Unit(units) = column {
            let unit = units.get(row)?;
            return self.compared.roster.units.get(unit as usize).map(|unit| unit.name.to_string());
        }
        let value = column.value(row);
        (value != Value::Nothing).then(|| value_words(value, ValueKind::of_field(ty), DateStyle::Quoted))
    }

    /// Findings on single cells of the files concerned.
    fn unread<'r>(&self, rows: impl Iterator<Item = &'r VersionRow<'r>>) -> Unread<'a> {
        let sources: BTreeSet<u32> = rows.map(|row| row.origin.source).collect();
        let mut unread = BTreeMap::new();
        for source in sources {
            #[cfg(test)]
            work::LOOKED_AT.with(|looked| looked.set(looked.get() + 1));
            for finding in self.compared.findings.get(&source).copied().unwrap_or_default() {
                if let (Some(sheet), Some(at), Some(_)) =
                    (finding.place.sheet, finding.place.cells.first(), finding.place.row)
                {
                    unread.entry((source, sheet, *at)).or_insert(finding.found.as_str());
                }
            }
        }
        unread
    }
}

/// Differences of two versions: all counted, the first listed.
#[derive(Debug, Default)]
pub struct Changes {
    pub counts: ChangeCounts,
    pub listed: Vec<VersionChange>,
    room: usize,
}

impl Changes {
    fn add(&mut self, kind: ChangeKind, change: impl FnOnce() -> VersionChange) {
        self.counts.add(kind);
        if self.listed.len() < self.room {
            self.listed.push(change());
        }
    }
}

/// So many changes of one version are listed: one with more is no correction but another list.
const LISTED: usize = 200;
/// And so many of all versions of one unit and form: a template sent on with the unit filled in takes no other's room.
const LISTED_OF_GROUP: usize = 2_000;
/// And so many of a run: nobody reads more.
const LISTED_OF_RUN: usize = 50_000;

/// How many more changes may be listed.
#[derive(Debug)]
pub struct Room {
    group: usize,
    run: usize,
}

impl Default for Room {
    fn default() -> Room {
        Room { group: LISTED_OF_GROUP, run: LISTED_OF_RUN }
    }
}

impl Room {
    /// The next unit and form begin.
    pub fn next_group(&mut self) {
        self.group = LISTED_OF_GROUP;
    }

    fn for_one(&self) -> usize {
        LISTED.min(self.group).min(self.run)
    }

    fn spend(&mut self, listed: usize) {
        self.group = self.group.saturating_sub(listed);
        self.run = self.run.saturating_sub(listed);
    }
}

/// Whether a field's values are the same on both sides, and whether there is nothing on both.
fn sides(columns: &[usize], old: VersionRow<'_>, new: VersionRow<'_>) -> (bool, bool) {
    let (mut same, mut nothing) = (true, true);
    for at in columns {
        let (before, after) = (old.table.columns.get(*at), new.table.columns.get(*at));
        let value = |column: Option<&Column>, row: usize| column.is_some_and(|of| of.value(row) != Value::Nothing);
        nothing &= !value(before, old.at) && !value(after, new.at);
        same &= match (before, after) {
            // Most cells are the same to the letter; what is not may still be the same as it counts.
            (Some(before), Some(after)) => {
                before.value(old.at) == after.value(new.at) || cell(before, old.at) == cell(after, new.at)
            }
            (before, after) => !value(before, old.at) && !value(after, new.at),
        };
    }
    (same, nothing)
}

fn rows<'t>(tables: &[&'t FormTable]) -> Vec<VersionRow<'t>> {
    let of = |table: &&'t FormTable| {
        let table: &'t FormTable = table;
        table.origins.iter().enumerate().map(move |(at, origin)| VersionRow { table, at, origin: *origin })
    };
    tables.iter().flat_map(of).collect()
}

/// A cell's identity; text under its match key.
pub fn cell(column: &Column, row: usize) -> Option<String> {
    match column {
        Column::Text(v) => v.get(row).map(crate::text::names::match_key),
        Column::Integer(v) => v.get(row).map(|v| v.to_string()),
        Column::Number(v) => v.get(row).map(|v| v.to_string()),
        Column::Boolean(v) => v.get(row).map(|v| v.to_string()),
        Column::Date(v) => v.get(row).map(|v| v.to_string()),
        Column::Unit(v) => v.get(row).map(|v| v.to_string()),
    }
}

/// How much was looked at, for tests that hold how it grows.
#[cfg(test)]
pub mod work {
    use std::cell::Cell;

    thread_local! {
        /// Files whose findings were looked through.
        pub static LOOKED_AT: Cell<usize> = const { Cell::new(0) };
    }
}
