//! Structure drift (表样变动): bindings of all returns in, every renamed, added and missing header out, and the patterns
//! over the province.
//!
//! Returns that a later version replaced are left out: their sender has already done otherwise. So are spellings that
//! differ from the form's only in spaces, marks and remarks in brackets.

use crate::definition::{Field, Form, Plan};
use crate::model::drift::{Advice, Drift, DriftCase, DriftKind, Pattern};
use crate::model::normalised::{Binding, NearMiss};
use crate::model::run::SourceVerdict;
use crate::model::{CellRef, Outcome};
use crate::text::names::{header_key, without_brackets};
use std::collections::{BTreeMap, BTreeSet};

/// So many columns of a form must be there before a sheet is worth mending: fewer are in any address list.
const NEAR: usize = 3;
/// How alike a header and a field must be for a suggestion.
const ALIKE: f64 = 0.75;

/// Same form, kind, field and spelling.
type PatternKey = (u16, DriftKind, Option<u16>, String);

/// What one pattern gathers.
#[derive(Default)]
struct Gathered {
    header: String,
    units: BTreeSet<u32>,
    sources: BTreeSet<u32>,
    /// Fields without a column in every table where the header was met.
    free: Option<BTreeSet<u16>>,
}

/// Gathers over all files.
pub fn drift(plan: &Plan, sources: &[SourceVerdict]) -> Drift {
    let mut drift = Drift::default();
    let mut patterns: BTreeMap<PatternKey, Gathered> = BTreeMap::new();
    let current = sources.iter().filter(|source| !matches!(source.outcome, Outcome::Superseded | Outcome::LeftOut));
    for source in current {
        for binding in source.bindings.iter().filter(|binding| counts(source, binding)) {
            let Some(form) = plan.forms.get(usize::from(binding.form)) else { continue };
            let free = binding.columns.iter().enumerate().filter(|(_, col)| col.is_none()).map(|(at, _)| at as u16);
            let free: BTreeSet<u16> = free.collect();
            for case in of_binding(source, form, binding) {
                gather(&mut patterns, &case, &free);
                drift.cases.push(case);
            }
        }
        for near in source.near_misses.iter().filter(|near| near.bound >= NEAR) {
            let free: BTreeSet<u16> = near.missing.iter().copied().collect();
            for case in of_near_miss(source, near) {
                gather(&mut patterns, &case, &free);
                drift.cases.push(case);
            }
        }
    }
    drift.cases.sort_by(|a, b| {
        let key = |case: &DriftCase| (case.unit.unwrap_or(u32::MAX), case.source, case.sheet, case.form, case.kind);
        key(a).cmp(&key(b)).then_with(|| (a.field, a.at, &a.header).cmp(&(b.field, b.at, &b.header)))
    });
    drift.patterns = patterns.into_iter().map(|(key, gathered)| pattern(plan, key, gathered)).collect();
    // A stable sort: patterns alike in both stay in the order of form, field and spelling.
    drift.patterns.sort_by_key(|pattern| {
        let many = pattern.units.len().max(pattern.sources.len());
        (pattern.kind, std::cmp::Reverse((pattern.units.len(), many)))
    });
    drift
}

/// Whether the table is on a sheet that can count.
fn counts(source: &SourceVerdict, binding: &Binding) -> bool {
    let mut accounts =
        source.sheets.iter().filter(|a| a.sheet == binding.sheet && a.form == Some(binding.form)).peekable();
    accounts.peek().is_none() || accounts.any(|account| account.not_counted.is_none())
}

fn of_binding(source: &SourceVerdict, form: &Form, binding: &Binding) -> Vec<DriftCase> {
    let case = |kind, field, header: &str, col: Option<u16>| DriftCase {
        unit: source.unit,
        source: source.source.index,
        sheet: binding.sheet,
        sheet_name: binding.sheet_name.clone(),
        form: binding.form,
        kind,
        field,
        header: header.to_owned(),
        // In a form filled in across, `col` is a row, and which column the headers stand in is not known.
        at: col.filter(|_| !binding.across).map(|col| CellRef { row: binding.header.1, col }),
    };
    let mut cases = Vec::new();
    for (at, (field, col)) in form.fields.iter().zip(&binding.columns).enumerate() {
        if col.is_none() && !field.ordinal {
            let required = field.required && field.absent.is_none();
            let kind = if required { DriftKind::MissingRequired } else { DriftKind::Missing };
            cases.push(case(kind, Some(at as u16), "", None));
        }
    }
    for (at, header) in &binding.renamed {
        let Some(field) = form.fields.get(usize::from(*at)) else { continue };
        // In one line what the form has in two: 本月提出 for 提出 below 本月.
        if bare(header) != bare(&field.header) && bare(header) != bare(&field.name) {
            let col = binding.columns.get(usize::from(*at)).copied().flatten();
            cases.push(case(DriftKind::Renamed, Some(*at), header, col));
        }
    }
    for (col, header) in &binding.extra {
        if !header_key(header).is_empty() {
            cases.push(case(DriftKind::Extra, None, header, Some(*col)));
        }
    }
    cases
}

/// A header's key without remarks in brackets: 人数（人） is 人数.
fn bare(header: &str) -> String {
    let key = header_key(header);
    without_brackets(&key).unwrap_or(key)
}

fn of_near_miss(source: &SourceVerdict, near: &NearMiss) -> Vec<DriftCase> {
    let case = |kind, field, header: &str, at| DriftCase {
        unit: source.unit,
        source: source.source.index,
        sheet: near.sheet,
        sheet_name: near.sheet_name.clone(),
        form: near.form,
        kind,
        field,
        header: header.to_owned(),
        at,
    };
    let missing = near.missing.iter().map(|field| case(DriftKind::NearMiss, Some(*field), "", None));
    let telling = near.extra.iter().filter(|(_, header)| !header_key(header).is_empty());
    missing.chain(telling.map(|(at, header)| case(DriftKind::Extra, None, header, Some(*at)))).collect()
}

fn gather(patterns: &mut BTreeMap<PatternKey, Gathered>, case: &DriftCase, free: &BTreeSet<u16>) {
    let key = (case.form, case.kind, case.field, header_key(&case.header));
    let gathered = patterns.entry(key).or_default();
    if gathered.sources.is_empty() {
        gathered.header.clone_from(&case.header);
    }
    gathered.units.extend(case.unit);
    gathered.sources.insert(case.source);
    gathered.free = Some(match gathered.free.take() {
        Some(before) => before.intersection(free).copied().collect(),
        None => free.clone(),
    });
}

fn pattern(plan: &Plan, (form, kind, field, _): PatternKey, gathered: Gathered) -> Pattern {
    let Gathered { header, units, sources, free } = gathered;
    let definition = plan.forms.get(usize::from(form)).filter(|_| kind == DriftKind::Extra);
    let advice = definition.and_then(|form| advise(form, &header, &free.unwrap_or_default()));
    Pattern {
        form,
        kind,
        field,
        header,
        units: units.into_iter().collect(),
        sources: sources.into_iter().collect(),
        advice,
    }
}

/// The missing field that a header looks most like, if any. A column that some sheet has beside the header is not meant
/// by it.
fn advise(form: &Form, header: &str, free: &BTreeSet<u16>) -> Option<Advice> {
    let own = bare(header);
    let mut best: Option<(f64, u16, &Field)> = None;
    for at in free {
        let Some(field) = form.fields.get(usize::from(*at)).filter(|field| !field.ordinal) else { continue };
        let names = std::iter::once(&field.header).chain(&field.also).map(|name| header_key(name));
        let score = names.map(|name| alike(&own, &name)).fold(0.0, f64::max);
        if score >= ALIKE && best.is_none_or(|(most, ..)| score > most) {
            best = Some((score, *at, field));
        }
    }
    let (_, at, field) = best?;
    let also: Vec<String> = field.also.iter().map(String::as_str).chain([header]).map(quote).collect();
    Some(Advice { field: at, line: field.line, also: format!("also = [{}]", also.join(", ")) })
}

/// One name inside the other, of at least two characters, says more than letters in common.
fn alike(a: &str, b: &str) -> f64 {
    let inside = |short: &str, long: &str| short.chars().count() >= 2 && long.contains(short);
    if inside(a, b) || inside(b, a) { 0.9 } else { strsim::jaro_winkler(a, b) }
}

/// A TOML string on one line.
fn quote(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars().filter(|c| !c.is_control()) {
        if matches!(c, '"' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('"');
    out
}
