//! One form's rows under examination: their frame, their origins and how their values read in a message;
//! and the rules within a row, all of a form in one pass.

use super::addresses::Addresses;
use super::agreement::KnownHashes;
use super::blame::{Blame, Blamed};
use super::weight::Weight;
use crate::definition::{Form, Roster, Rule, Template, TemplatePart};
use crate::language::RunContext;
use crate::model::{CellRef, Effect, Finding, FindingKey, Fingerprint, Origin, Place};
use crate::rows::words::{DateStyle, ValueKind, value_words};
use crate::rows::{Rows, record};

/// The rows of one form.
pub struct FormRows<'a> {
    pub index: usize,
    pub form: &'a Form,
    pub rows: Rows,
    pub addresses: &'a Addresses,
    pub roster: &'a Roster,
    /// Names of the columns that tell a record.
    telling: Vec<String>,
    /// What its values are compared by.
    pub hashes: KnownHashes,
}

impl<'a> FormRows<'a> {
    pub fn new(form: &'a Form, rows: Rows, addresses: &'a Addresses, roster: &'a Roster) -> FormRows<'a> {
        let fields = record::telling_fields(form).into_iter().filter_map(|field| form.fields.get(field));
        let telling = fields.map(|field| field.name.to_string()).collect();
        FormRows { index: rows.form, form, rows, addresses, roster, telling, hashes: KnownHashes::default() }
    }

    /// What makes a row's record the same in another run; its place where nothing in it tells.
    fn record(&self, row: usize) -> Fingerprint {
        let columns = self.telling.iter().map(|name| self.rows.grid.column(name));
        let record = record::fingerprint(columns, row, &self.roster.units);
        match self.rows.origins.get(row) {
            Some(origin) if record.is_nothing() => self.addresses.fingerprint(origin),
            _ => record,
        }
    }

    /// What a rule read of a row, column by column.
    pub fn read<'n>(&self, row: usize, names: impl IntoIterator<Item = &'n str>) -> Fingerprint {
        Fingerprint::of(
            names
                .into_iter()
                .map(|name| value_words(self.rows.grid.value(row, name), ValueKind::Plain, DateStyle::Quoted)),
        )
    }

    /// A finding of a rule on a row: `cells` are the fields that it points at, `read` what it was judged by.
    pub fn finding(
        &self,
        row: usize,
        rule: Weight<'_>,
        cells: &[usize],
        read: Fingerprint,
        said: [String; 3],
    ) -> Finding {
        let effect = match rule.effect {
            // A field that the sheet lacks has no cell to hold.
            Effect::HoldsCells(held) => {
                let there = |field: &&usize| {
                    let origin = self.rows.origins.get(row);
                    origin.and_then(|origin| self.addresses.cell(self.index, origin, **field)).is_some()
                };
                match cells.iter().take(usize::from(held)).filter(there).count() {
                    0 => Effect::Counts,
                    held => Effect::HoldsCells(held as u8),
                }
            }
            effect => effect,
        };
        Weight { effect, ..rule }.finding(self.place(row, cells), self.key(row, cells, read), said)
    }

    pub fn key(&self, row: usize, cells: &[usize], read: Fingerprint) -> FindingKey {
        FindingKey::on_record(self.index, cells.first().copied(), self.record(row), read)
    }

    /// A row's value as messages write it: 2026-03-05, 2026-03, 12.5, 是; 空 for nothing.
    pub fn value(&self, row: usize, name: &str) -> String {
        value_words(self.rows.grid.value(row, name), ValueKind::of_column(self.form, name), DateStyle::Quoted)
    }

    /// A template with the row's values; `more` answers the rule's own holes.
    pub fn render(&self, template: &Template, row: usize, more: &[(&str, &str)]) -> String {
        render(template, |hole| match more.iter().find(|(name, _)| *name == hole) {
            Some((_, words)) => (*words).to_string(),
            None => self.value(row, hole),
        })
    }

    /// The place of a row, with the cells of some fields; fields without a column in the sheet have no cell.
    pub fn place(&self, row: usize, fields: &[usize]) -> Place {
        let Some(origin) = self.rows.origins.get(row) else { return Place::default() };
        let cell = |field: &usize| self.addresses.cell(self.index, origin, *field);
        let mut cells: Vec<CellRef> = fields.iter().filter_map(cell).collect();
        if cells.is_empty() && origin.cols != Origin::WHOLE {
            // Without any cell the finding would be on the records beside it as well.
            cells.push(CellRef { row: origin.row, col: origin.cols.0 });
        }
        Place {
            source: Some(origin.source),
            sheet: Some(origin.sheet),
            row: Some(origin.row),
            cells,
            unit: self.rows.units.get(row),
        }
    }

    /// Findings of the form's row rules. A check that is NULL was not evaluated: neither pass nor fail.
    pub fn check_rules(&self, context: &RunContext) -> Vec<Blamed> {
        let rules = &self.form.rules;
        let failing: Vec<_> = rules
            .iter()
            .map(|rule| {
                let failed = rule.check.node().clone().negated();
                let needs = rule.when.iter().chain([&rule.check]).flat_map(|part| part.columns().iter());
                let needs = needs.map(String::as_str).collect();
                // FALSE where either part is false; NULL, and so no finding, where the answer hangs on a NULL.
                match &rule.when {
                    Some(when) => (when.node().clone().and(failed), needs),
                    None => (failed, needs),
                }
            })
            .collect();
        let mut broken = Vec::new();
        for (rule, failed) in rules.iter().zip(self.rows.grid.rows_where(&failing, context)) {
            let Rule { code, severity, effect, trial, line, .. } = rule;
            let weight = Weight { code, severity: *severity, effect: *effect, trial: *trial, line: *line };
            let judged =
                || rule.when.iter().chain([&rule.check]).flat_map(|part| part.columns().iter().map(String::as_str));
            let blame = Blame::of(rule, self.form, &self.rows.grid, &failed, context);
            broken.extend(failed.iter().map(|row| {
                let said = [&rule.found, &rule.expected, &rule.next].map(|part| self.render(part, *row, &[]));
                let (cells, at_fault) = blame.cells(*row);
                let finding = self.finding(*row, weight, &cells, self.read(*row, judged()), said);
                let origin = self.rows.origins.get(*row);
                let cell = |field: &usize| {
                    let cell = self.addresses.cell(self.index, origin?, *field)?;
                    Some((u16::try_from(*field).ok()?, cell))
                };
                Blamed { finding, at_fault: at_fault.iter().filter_map(cell).collect() }
            }));
        }
        broken
    }
}

/// A template with its holes filled.
pub fn render(template: &Template, hole: impl Fn(&str) -> String) -> String {
    let parts = template.parts.iter().map(|part| match part {
        TemplatePart::Text(text) => text.clone(),
        TemplatePart::Hole(name) => hole(name),
    });
    parts.collect()
}
