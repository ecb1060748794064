//! What a finding is about, in the words of its record: who or what it is, which field, and what stands there.

use super::form::Rows;
use super::record::telling_fields;
use super::words::{DateStyle, ValueKind, value_words};
use crate::definition::{FieldType, Form, Plan, Roster};
use crate::model::amended::KeptAmendments;
use crate::model::run::RunVerdict;
use crate::model::{CellRef, Finding, Place, Value};
use crate::text::quote::bounded;
use std::collections::{HashMap, HashSet};

/// Fields that name a record in a list; more say no more.
const NAMING: usize = 4;

/// Between the fields that name a record.
const SEPARATOR: &str = " · ";

/// A finding's record, field and value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Subject {
    /// `合肥第一厂 · 张三`; empty for a finding on no record.
    pub record: String,
    pub field: String,
    /// The unit that the field's figures are in.
    pub measured_in: Option<String>,
    /// What stands in the cell.
    pub raw: String,
    /// What is read of it; empty where that is the same, or nothing.
    pub clean: String,
    /// A field of a record of which nothing is read.
    pub is_nothing: bool,
}

/// Rows by where they stand, those that findings are on.
pub struct Subjects<'a> {
    plan: &'a Plan,
    verdict: &'a RunVerdict,
    rows: Vec<&'a Rows>,
    /// File, row of its sheet, which of `rows`, and the row there: sorted, as many rows as findings are on.
    at: Vec<(u32, u32, u16, u32)>,
    /// Cells that were changed, those that findings point at first: (file, sheet, cell) → as they stood there.
    changed: HashMap<(u32, u16, CellRef), Box<str>>,
}

impl<'a> Subjects<'a> {
    /// Looks for the rows of these findings among all that were read.
    pub fn of<'f>(
        plan: &'a Plan,
        verdict: &'a RunVerdict,
        rows: impl Iterator<Item = &'a Rows>,
        findings: impl Iterator<Item = &'f Finding>,
    ) -> Subjects<'a> {
        let mut wanted: HashSet<(u32, u32)> = HashSet::new();
        let mut told: HashSet<(u32, u16, CellRef)> = HashSet::new();
        for Place { source, sheet, row, cells, .. } in findings.map(|finding| &finding.place) {
            wanted.extend(source.zip(*row));
            told.extend(source.zip(*sheet).zip(cells.first()).map(|((source, sheet), at)| (source, sheet, *at)));
        }
        let mut changed = HashMap::new();
        let files: HashSet<u32> = told.iter().map(|(source, ..)| *source).collect();
        let asked = verdict.amendments.iter().filter(|file| files.contains(&file.source));
        for change in asked.flat_map(KeptAmendments::read) {
            let at = (change.source, change.sheet, change.at);
            if told.contains(&at) {
                changed.entry(at).or_insert_with(|| change.raw().into());
            }
        }
        let rows: Vec<&Rows> = rows.collect();
        let mut at = Vec::with_capacity(wanted.len());
        for (which, rows) in (0..).zip(&rows) {
            let here = (0..).zip(rows.origins.iter()).map(|(row, origin)| (origin.source, origin.row, which, row));
            at.extend(here.filter(|(source, row, ..)| wanted.contains(&(*source, *row))));
        }
        at.sort_unstable();
        Subjects { plan, verdict, rows, at, changed }
    }

    fn row(&self, place: &Place) -> Option<(&'a Rows, usize)> {
        let (source, row) = place.source.zip(place.row)?;
        let from = self.at.partition_point(|(one, at, ..)| (*one, *at) < (source, row));
        let here = self.at.iter().skip(from).take_while(|(one, at, ..)| (*one, *at) == (source, row));
        let mut here = here.filter_map(|(.., which, row)| Some((*self.rows.get(usize::from(*which))?, *row as usize)));
        here.find(|(rows, row)| rows.origins.get(*row).is_some_and(|origin| origin.holds(place)))
    }

    /// What a finding is about.
    pub fn tell(&self, finding: &Finding) -> Subject {
        let mut subject = Subject::default();
        let form = finding.key.form.and_then(|form| self.plan.forms.get(usize::from(form)));
        // The number of a row is nothing that is judged: such a place is the sheet's, or its cover's.
        let field = finding.key.field.and_then(|field| form?.fields.get(usize::from(field)));
        let field = field.filter(|field| !field.ordinal);
        if let Some(field) = field {
            subject.field = field.name.to_string();
            subject.measured_in = field.measured_in.clone();
        }
        subject.raw = self.stands(&finding.place).unwrap_or_default();
        let Some((rows, row)) = self.row(&finding.place) else { return subject };
        let Some(form) = self.plan.forms.get(rows.form) else { return subject };
        subject.record = record(form, rows, row);
        if let Some(field) = field {
            let clean = match rows.grid.as_read_at(row, &field.name) {
                Value::Nothing => {
                    subject.is_nothing = true;
                    String::new()
                }
                value => value_words(value, ValueKind::of_field(&field.ty), DateStyle::Quoted),
            };
            if subject.raw.is_empty() {
                subject.raw = clean;
            } else if clean != subject.raw {
                subject.clean = clean;
            }
        }
        subject
    }

    /// Whose record a finding is on, for a message that does not say it: `一车间 · 焊接班`, the reporting unit's own name
    /// aside. `None` where what was found names it, or there is no record.
    pub fn unsaid(&self, finding: &Finding, units: &Roster) -> Option<String> {
        let record = self.tell(finding).record;
        let source = finding.place.source.and_then(|source| self.verdict.sources.get(source as usize));
        let of = [finding.place.unit, source.and_then(|source| source.unit)];
        let is_unit = |part: &str| {
            of.iter().flatten().any(|unit| units.units.get(*unit as usize).is_some_and(|unit| *unit.name == *part))
        };
        let parts: Vec<&str> = record.split(SEPARATOR).filter(|part| !part.is_empty() && !is_unit(part)).collect();
        let says = |part: &&str| part.chars().any(|c| !c.is_ascii_digit()) && finding.found.contains(*part);
        (!parts.is_empty() && !parts.iter().any(says)).then(|| bounded(&parts.join(SEPARATOR)).into_owned())
    }

    /// What stands in the first cell that a finding points at, where that was kept.
    fn stands(&self, place: &Place) -> Option<String> {
        let at = (place.source?, place.sheet?, *place.cells.first()?);
        self.verdict
            .seen
            .get(&at)
            .map(String::as_str)
            .or_else(|| self.changed.get(&at).map(|raw| &**raw))
            .map(str::to_owned)
    }
}

/// The record by what tells it, in few words: a person told by a number by his name before it.
pub fn record(form: &Form, rows: &Rows, row: usize) -> String {
    let mut parts: Vec<String> = Vec::new();
    let telling = telling_fields(form);
    let by_number = |field: &usize| form.fields.get(*field).is_some_and(|field| field.ty == FieldType::IdNumber);
    let named = form.fields.iter().position(|field| field.ty == FieldType::Name);
    let named = named.filter(|_| telling.first().is_some_and(by_number));
    let fields = named.into_iter().chain(telling.into_iter().take(NAMING));
    for field in fields.filter_map(|field| form.fields.get(field)) {
        let value = rows.grid.value(row, &field.name);
        if value != Value::Nothing {
            let words = value_words(value, ValueKind::of_field(&field.ty), DateStyle::Quoted);
            if !parts.contains(&words) {
                parts.push(words);
            }
        }
    }
    parts.join(SEPARATOR)
}
