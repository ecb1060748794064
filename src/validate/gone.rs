//! Records of the period before that are missing now, though their unit reported again: no unit is accused of leaving out
//! what it may have written on a return that cannot be read.

use super::history::{Records, gap, shared};
use super::rows::{FormRows, render, words};
use super::trial;
use super::{Against, Arrival, Arrived, versions};
use crate::definition::{Gone, Precision, Template, TemplatePart};
use crate::history::StoredUnit;
use crate::model::run::UnitStatus;
use crate::model::{Finding, Place};
use crate::rows::Grid;
use crate::rows::computed::append_values;
use crate::rows::{context, recommenders};
use std::collections::{BTreeMap, BTreeSet};

/// Which units' silence on a record means something. Units are those that rows count under.
#[derive(Debug, Default)]
pub struct Heard {
    /// By form: units with a return of it that counts, and the file.
    by_form: BTreeMap<u16, BTreeMap<u32, u32>>,
    /// Units with a return that is held out or cannot be read.
    unclear: BTreeSet<u32>,
}

impl Heard {
    pub fn of(against: Against<'_>, decision: &versions::Decision, arrived: &[Arrived]) -> Heard {
        let recommenders = recommenders(&against.reference.roster);
        let under = |unit: u32| recommenders.get(unit as usize).copied().flatten();
        let mut heard = Heard::default();
        for (position, file) in arrived.iter().enumerate() {
            match &file.arrival {
                Arrival::Return(returned) if !decision.copies.contains_key(&position) => {
                    let Some(unit) = returned.sender.as_ref().and_then(|sender| under(sender.unit)) else { continue };
                    if returned.held() || decision.undecidable.contains(&position) {
                        heard.unclear.insert(unit);
                        continue;
                    }
                    for binding in &returned.bindings {
                        if !decision.replaced.contains_key(&(position, binding.form)) {
                            let units = heard.by_form.entry(binding.form).or_default();
                            units.entry(unit).or_insert(file.source.index);
                        }
                    }
                }
                Arrival::Unreadable(_) => heard.unclear.extend(file.named_unit.and_then(under)),
                _ => {}
            }
        }
        heard
    }

    /// Of stored rows, which are the accepted ones: a unit that was sent something back may have named the record there.
    pub fn of_stored(units: &[StoredUnit]) -> Heard {
        let sent_back = |unit: &&StoredUnit| matches!(unit.status, UnitStatus::Returned | UnitStatus::Unreadable);
        Heard { unclear: units.iter().filter(sent_back).filter_map(|unit| unit.unit).collect(), ..Heard::default() }
    }

    /// File of each unit whose records of a form are all known.
    fn complete(&self, rows: &FormRows, keys: &[Option<String>]) -> BTreeMap<u32, u32> {
        let mut complete = self.by_form.get(&(rows.index as u16)).cloned().unwrap_or_default();
        for (unit, origin) in rows.rows.units.iter().zip(&rows.rows.origins) {
            if let Some(unit) = unit {
                complete.entry(*unit).or_insert(origin.source);
            }
        }
        complete.retain(|unit, _| !self.unclear.contains(unit));
        // A row without a key may be any of its unit's records.
        for (unit, _) in rows.rows.units.iter().zip(keys).filter(|(_, key)| key.is_none()) {
            if let Some(unit) = unit {
                complete.remove(unit);
            }
        }
        complete
    }
}

/// Findings of every `[[form.gone]]` of the form.
pub fn check(rows: &FormRows, keys: &[Option<String>], heard: &Heard, against: Against<'_>) -> Vec<Finding> {
    if rows.form.gone.is_empty() {
        return Vec::new();
    }
    let Some(period) = against.history.previous() else { return Vec::new() };
    let Some(records) = Records::load(rows, &period, against) else {
        return vec![gap(rows.form, crate::language::PREVIOUS, &period, against)];
    };
    let here: BTreeSet<&str> = keys.iter().flatten().map(String::as_str).collect();
    let complete = heard.complete(rows, keys);
    let units = records.stored.units();
    let mut missing: Vec<(usize, u32, u32)> = records
        .alone()
        .filter(|(key, _)| !here.contains(key))
        .filter_map(|(_, row)| {
            let unit = units.get(row as usize).copied().flatten()?;
            Some((row as usize, unit, *complete.get(&unit)?))
        })
        .collect();
    missing.sort_unstable();
    let mut findings: Vec<Finding> = shared(rows.form, &records).into_iter().collect();
    for gone in &rows.form.gone {
        findings.extend(check_one(gone, rows, &records, &missing, against));
    }
    findings
}

fn check_one(
    gone: &Gone,
    rows: &FormRows,
    records: &Records<'_>,
    missing: &[(usize, u32, u32)],
    against: Against<'_>,
) -> Vec<Finding> {
    let Against { plan, reference, .. } = against;
    let then = stored_grid(rows, records, needs(gone), against);
    let context = context(plan, reference, &records.period);
    let concerned = gone.when.as_ref().map(|when| then.mask(when, &context));
    let title = records.period.title();
    let precision = |name: &str| {
        let field = rows.form.fields.iter().find(|field| field.name.as_ref() == name);
        field.map_or(Precision::Day, |field| field.ty.precision())
    };
    let concerned = |row: usize| concerned.as_ref().is_none_or(|mask| mask.get(row) == Some(&true));
    missing
        .iter()
        .filter(|(row, ..)| concerned(*row))
        .map(|(row, unit, source)| {
            let said = |template: &Template| {
                render(template, |hole| match hole {
                    "上期" => title.clone(),
                    _ => words(then.value(*row, hole), precision(hole)),
                })
            };
            let (severity, found) = trial::mark(gone.severity, gone.trial, said(&gone.found));
            Finding {
                code: gone.code.clone(),
                severity,
                place: Place { source: Some(*source), unit: Some(*unit), ..Place::default() },
                found,
                expected: said(&gone.expected),
                next: said(&gone.next),
                line: Some(gone.line),
                holds_return: false,
            }
        })
        .collect()
}

/// Columns that the condition and the messages read.
fn needs(gone: &Gone) -> BTreeSet<String> {
    let holes = [&gone.found, &gone.expected, &gone.next].into_iter().flat_map(|template| &template.parts);
    let said = holes.filter_map(|part| match part {
        TemplatePart::Hole(name) => Some(name.clone()),
        TemplatePart::Text(_) => None,
    });
    gone.when.iter().flat_map(|when| when.columns.iter().cloned()).chain(said).collect()
}

/// Stored columns by today's names; one that did not exist then reads as nothing. What the definition computes is computed
/// from them as it is defined today.
pub fn stored_grid(rows: &FormRows, records: &Records<'_>, needs: BTreeSet<String>, against: Against<'_>) -> Grid {
    let (mut names, mut columns) = (Vec::new(), Vec::new());
    let needs = rows.form.sources(&needs);
    for column in rows.form.columns().into_iter().filter(|column| needs.contains(&column.name)) {
        let values = records.stored.column_named(&column.name).cloned();
        columns.push(values.unwrap_or_else(|| super::history::nothing(column.ty, records.stored.len())));
        names.push(column.name);
    }
    let Against { plan, reference, .. } = against;
    let mut grid = Grid::new(names, columns, records.stored.len(), &reference.roster);
    append_values(&mut grid, rows.form, &context(plan, reference, &records.period));
    grid
}
