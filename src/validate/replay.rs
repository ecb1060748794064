//! The definition's rules over the stored rows of a period, as if they had come in anew: what a changed rule would do.
//!
//! Only accepted rows are stored, so rows that were sent back then are not seen again.

use super::addresses::Addresses;
use super::gone::Heard;
use super::lookups;
use super::records::nothing;
use super::rows::FormRows;
use super::rules;
use super::yardstick::Yardstick;
use crate::definition::Plan;
use crate::history::StoredPeriod;
use crate::model::replay::{Hit, ReplayedPeriod, TriedRule};
use crate::model::{Column, Finding, Origin};
use crate::rows::context;
use crate::rows::{Grid, Rows, computed};
use std::collections::{BTreeMap, BTreeSet};

/// Every rule of the definition that stored rows can be held yardstick, in its order.
pub fn rules(plan: &Plan) -> Vec<TriedRule> {
    let mut all = Vec::new();
    for (at, form) in plan.forms.iter().enumerate() {
        let mut add = |code: &std::sync::Arc<str>, severity, trial| {
            all.push(TriedRule { code: code.clone(), severity, trial, form: form.title.clone() });
        };
        form.rules.iter().for_each(|rule| add(&rule.code, rule.severity, rule.trial));
        form.unique.iter().for_each(|unique| add(&unique.code, unique.severity, unique.trial));
        form.groups.iter().for_each(|group| add(&group.code, group.severity, group.trial));
        form.gone.iter().for_each(|gone| add(&gone.code, gone.severity, gone.trial));
        form.outliers.iter().for_each(|outlier| add(&outlier.code, outlier.severity, outlier.trial));
        for rule in plan.lookups.iter().filter(|lookup| lookup.form == at).filter_map(|lookup| lookup.expect.as_ref()) {
            add(&rule.code, rule.severity, rule.trial);
        }
    }
    all
}

/// One period; `stored` is what the history has of `yardstick`'s own period. With `only`, the rules of these codes.
pub fn replay(yardstick: Yardstick<'_>, stored: &StoredPeriod, only: Option<&BTreeSet<String>>) -> ReplayedPeriod {
    let Yardstick { plan, reference, period, .. } = yardstick;
    let context = context(plan, reference, period);
    let mut names: BTreeMap<String, u32> = BTreeMap::new();
    let rows: Vec<Rows> = (0..plan.forms.len()).map(|form| rows(form, yardstick, stored, &mut names)).collect();
    let mut addresses = Addresses::default();
    addresses.names.extend(names.into_iter().map(|(name, index)| (index, name)));
    let mut forms: Vec<FormRows> = rows
        .into_iter()
        .zip(&plan.forms)
        .map(|(rows, form)| FormRows::new(form, rows, &addresses, &reference.roster))
        .collect();
    let count = forms.iter().map(|form| form.rows.origins.len()).sum();
    let heard = Heard::of_stored(stored.units().unwrap_or_default());
    let mut found: Vec<(usize, Finding)> = Vec::new();
    for (at, rows) in forms.iter_mut().enumerate() {
        found.extend(rules::check(rows, &heard, &context, yardstick).into_iter().map(|broken| (at, broken.finding)));
    }
    for lookup in &plan.lookups {
        let Some(rows) = forms.get(lookup.form) else { continue };
        let (_, findings) = lookups::check(plan, reference, lookup, rows, &context);
        found.extend(findings.into_iter().map(|finding| (lookup.form, finding)));
    }
    let wanted = |code: &str| only.is_none_or(|only| only.contains(code));
    let (mut hits, mut remarks) = (Vec::new(), Vec::new());
    for (form, finding) in found {
        // What a rule could not look back to is no row's fault.
        if finding.place.source.is_none() && finding.place.unit.is_none() {
            remarks.push(finding.found);
        } else if wanted(&finding.code) {
            let unit = finding.place.unit.and_then(|unit| reference.roster.units.get(unit as usize));
            hits.push(Hit {
                form: plan.forms.get(form).map_or_else(String::new, |form| form.title.clone()),
                place: place(&finding, form, &forms),
                unit: unit.map_or_else(String::new, |unit| unit.name.to_string()),
                code: finding.code,
                found: finding.found,
            });
        }
    }
    remarks.extend(unread(plan, stored));
    ReplayedPeriod { period: period.clone(), rows: Ok(count), hits, remarks }
}

/// Forms of the definition that the period does not have, or not usably: none of their rules was tried.
fn unread(plan: &Plan, stored: &StoredPeriod) -> Vec<String> {
    let missing = plan.forms.iter().enumerate().filter(|(at, _)| stored.form(*at).is_none());
    missing.map(|(_, form)| format!("存档里没有可用的《{}》，它的规则没有试算", form.title)).collect()
}

fn place(finding: &Finding, form: usize, forms: &[FormRows]) -> String {
    let Some(rows) = forms.get(form) else { return String::new() };
    let place = &finding.place;
    let origin = rows.rows.origins.iter().find(|origin| place.row.is_some() && origin.holds(place));
    match (origin, place.source) {
        (Some(origin), _) => rows.addresses.words(form, origin),
        (None, Some(source)) => rows.addresses.names.get(&source).cloned().unwrap_or_default(),
        (None, None) => String::new(),
    }
}

/// A form's stored rows as they would stand after reading; a column that did not exist then reads as nothing.
fn rows(form: usize, yardstick: Yardstick<'_>, stored: &StoredPeriod, names: &mut BTreeMap<String, u32>) -> Rows {
    let empty = Rows { form, ..Rows::default() };
    let (Some(known), Some(stored)) = (yardstick.plan.forms.get(form), stored.form(form)) else { return empty };
    let height = stored.len();
    let unit_column = known.columns().iter().position(|column| column.field == known.unit_field);
    let named = match unit_column.and_then(|at| stored.column(at)) {
        Some(Column::Unit(named)) => (0..height).map(|row| named.get(row)).collect(),
        _ => stored.units().iter().copied().collect(),
    };
    let (labels, columns) = known
        .columns()
        .into_iter()
        .enumerate()
        .map(|(at, column)| {
            let values = stored.column(at).cloned().unwrap_or_else(|| nothing(column.ty, height));
            (column.name, values)
        })
        .unzip();
    let origins = (0..height)
        .map(|row| {
            let origin = stored.origin(row);
            let name = origin.map_or_else(String::new, |origin| format!("{} · 表“{}”", origin.file, origin.sheet));
            let next = names.len() as u32;
            let source = *names.entry(name).or_insert(next);
            let row = origin.map_or(0, |origin| u32::try_from(origin.row.saturating_sub(1)).unwrap_or(u32::MAX));
            Origin { source, sheet: 0, row, cols: Origin::WHOLE }
        })
        .collect();
    let mut grid = Grid::new(labels, columns, height, &yardstick.reference.roster);
    // Only rows that counted are stored, so a rank is among those here.
    computed::append(&mut grid, known, &context(yardstick.plan, yardstick.reference, yardstick.period));
    Rows { form, grid, origins, units: stored.units().iter().copied().collect(), named }
}
