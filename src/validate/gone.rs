//! StoredRecords of the period before that are missing now, though their unit reported again: no unit is accused of leaving out
//! what it may have written on a return that cannot be read.

use super::arrived::{Arrival, Arrived};
use super::history::{gap, shared};
use super::records::{StoredRecords, stored_grid};
use super::rows::{FormRows, render};
use super::ruling::Ruling;
use super::weight::Weight;
use super::yardstick::Yardstick;
use crate::definition::{Gone, Roster, Template, TemplatePart};
use crate::history::units::StoredUnit;
use crate::model::run::UnitStatus;
use crate::model::{Column, Effect, Finding, FindingKey, Fingerprint, Place};
use crate::rows::context;
use crate::rows::words::{DateStyle, ValueKind, value_words};
use std::collections::{BTreeMap, BTreeSet};

/// Which units' silence on a record means something. Units are those that owe what a record says.
#[derive(Debug, Default)]
pub struct Heard {
    /// By form: units with a return of it that counts, and the file.
    by_form: BTreeMap<u16, BTreeMap<u32, u32>>,
    /// Units with a return that is held out or cannot be read.
    unclear: BTreeSet<u32>,
}

impl Heard {
    pub fn of(yardstick: Yardstick<'_>, ruling: &Ruling, arrived: &[Arrived]) -> Heard {
        let under = |unit: u32| yardstick.reference.roster.owing(unit);
        let mut heard = Heard::default();
        for (position, file) in arrived.iter().enumerate() {
            match &file.arrival {
                Arrival::Return(returned)
                    if !ruling.copies.contains_key(&position) && returned.other_period.is_none() =>
                {
                    let Some(unit) = returned.sender.as_ref().and_then(|sender| under(sender.unit)) else { continue };
                    if returned.held() || file.left_out.is_some() || ruling.undecidable.contains(&position) {
                        heard.unclear.insert(unit);
                        continue;
                    }
                    for binding in &returned.bindings {
                        if !ruling.replaced.contains_key(&(position, binding.form)) {
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
    fn complete(&self, rows: &FormRows, keys: &[Option<String>], roster: &Roster) -> BTreeMap<u32, u32> {
        let mut complete = self.by_form.get(&(rows.index as u16)).cloned().unwrap_or_default();
        let owing = |named: Option<u32>| named.and_then(|unit| roster.owing(unit));
        for (named, origin) in rows.rows.named.iter().zip(rows.rows.origins.iter()) {
            if let Some(unit) = owing(named) {
                complete.entry(unit).or_insert(origin.source);
            }
        }
        complete.retain(|unit, _| !self.unclear.contains(unit));
        // A row without a key may be any of its unit's records.
        for (named, _) in rows.rows.named.iter().zip(keys).filter(|(_, key)| key.is_none()) {
            if let Some(unit) = owing(named) {
                complete.remove(&unit);
            }
        }
        complete
    }
}

/// Findings of every `[[form.gone]]` of the form.
pub fn check(rows: &FormRows, keys: &[Option<String>], heard: &Heard, yardstick: Yardstick<'_>) -> Vec<Finding> {
    if rows.form.gone.is_empty() {
        return Vec::new();
    }
    let Some(period) = yardstick.history.previous() else { return Vec::new() };
    let Some(records) = StoredRecords::load(rows, &period, yardstick) else {
        return vec![gap(rows.form, crate::language::PREVIOUS, &period, yardstick)];
    };
    let here: BTreeSet<&str> = keys.iter().flatten().map(String::as_str).collect();
    let complete = heard.complete(rows, keys, &yardstick.reference.roster);
    let roster = &yardstick.reference.roster;
    let unit_field = rows.form.fields.get(rows.form.unit_field);
    let named = match unit_field.and_then(|field| records.stored.column_named(&field.name)) {
        Some(Column::Unit(named)) => Some(named),
        _ => None,
    };
    let units = records.stored.units();
    let mut missing: Vec<(usize, u32, u32)> = records
        .alone()
        .filter(|(key, _)| !here.contains(key))
        .filter_map(|(_, row)| {
            let named = named.and_then(|named| named.get(row as usize)).and_then(|unit| roster.owing(unit));
            let unit = named.or_else(|| units.get(row as usize).copied().flatten())?;
            Some((row as usize, unit, *complete.get(&unit)?))
        })
        .collect();
    missing.sort_unstable();
    let mut findings: Vec<Finding> = shared(rows.form, &records).into_iter().collect();
    for gone in &rows.form.gone {
        findings.extend(check_one(gone, rows, &records, &missing, yardstick));
    }
    findings
}

fn check_one(
    gone: &Gone,
    rows: &FormRows,
    records: &StoredRecords<'_>,
    missing: &[(usize, u32, u32)],
    yardstick: Yardstick<'_>,
) -> Vec<Finding> {
    let Yardstick { plan, reference, .. } = yardstick;
    let then = stored_grid(rows, records, needs(gone), yardstick);
    let context = context(plan, reference, &records.period);
    let concerned = gone.when.as_ref().map(|when| then.mask(when, &context));
    let title = records.period.title();
    let Gone { code, severity, trial, line, .. } = gone;
    let weight = Weight { code, severity: *severity, effect: Effect::Counts, trial: *trial, line: *line };
    let concerned = |row: usize| concerned.as_ref().is_none_or(|mask| mask.get(row) == Some(&true));
    missing
        .iter()
        .filter(|(row, ..)| concerned(*row))
        .map(|(row, unit, source)| {
            let said = |template: &Template| {
                render(template, |hole| match hole {
                    "上期" => title.clone(),
                    _ => value_words(then.value(*row, hole), ValueKind::of_column(rows.form, hole), DateStyle::Quoted),
                })
            };
            let place = Place { source: Some(*source), unit: Some(*unit), ..Place::default() };
            let record = records.fingerprint(*row, rows.form, &reference.roster);
            let key = FindingKey::on_record(rows.index, None, record, Fingerprint::of([&title]));
            weight.finding(place, key, [&gone.found, &gone.expected, &gone.next].map(said))
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
    gone.when.iter().flat_map(|when| when.columns().iter().cloned()).chain(said).collect()
}
