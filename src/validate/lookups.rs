//! A form's rows held against a reference table: hash join on match keys, findings for what should be there and is not
//! (or the reverse), and what nobody answered.

use super::rows::{FormRows, render};
use super::weight::Weight;
use crate::definition::{CodeList, ColumnType, FieldType, Lookup, LookupRule, Plan, Reference};
use crate::language::RunContext;
use crate::model::{Finding, Fingerprint, Value};
use crate::rows::Grid;
use crate::rows::LookupResult;
use crate::rows::record::spelling;
use crate::rows::words::{DateStyle, ValueKind, value_words};
use crate::text::names::match_key;
use std::cell::{LazyCell, OnceCell};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A lookup after matching, before anyone knows which rows are accepted.
pub struct Matched {
    table: Grid,
    /// Reference rows that pass the lookup's filter.
    counted: Vec<bool>,
    /// By row of the form, the key under which it was found.
    matches: BTreeMap<usize, usize>,
    /// Per key that was found, the reference rows under it, in the table's order.
    hits: Vec<Hits>,
}

/// Reference rows of one key, and what a list says of them.
struct Hits {
    rows: Vec<u32>,
    shown: OnceCell<Option<String>>,
}

/// Matches one lookup and reports what its rule forbids.
pub fn check(
    plan: &Plan,
    reference: &Reference,
    lookup: &Lookup,
    rows: &FormRows,
    context: &RunContext,
) -> (Matched, Vec<Finding>) {
    let height = rows.rows.grid.height();
    let table = match reference.tables.get(&lookup.reference) {
        Some(table) => Grid::of_reference(table, &reference.roster),
        None => Grid::default(),
    };
    let counted = match &lookup.filter {
        Some(filter) if table.height() > 0 => table.mask(filter, context),
        _ => vec![true; table.height()],
    };
    let (index, hits) = index(plan, reference, lookup, rows, &table, &counted);
    let concerned = lookup.when.as_ref().map(|when| rows.rows.grid.mask(when, context));
    let mut matched = Matched { table, counted, matches: BTreeMap::new(), hits };
    let fields = lookup.on.iter().map(|(field, _)| rows.form.fields.get(*field).map(|field| &field.name));
    let columns: Vec<Option<usize>> = fields.map(|name| rows.rows.grid.position(name?)).collect();
    let mut findings = Vec::new();
    for row in 0..height {
        if concerned.as_ref().is_some_and(|mask| mask.get(row) != Some(&true)) {
            continue;
        }
        // A missing part cannot be looked up; that it is missing is a finding of its own.
        let Some(key) = form_key(&rows.rows.grid, &columns, row) else { continue };
        let at = index.get(&key).copied();
        let shown = at.and_then(|at| matched.shown(lookup, at));
        if let Some(rule) = &lookup.expect
            && rule.present == at.is_none()
        {
            let more = [("台账", shown.unwrap_or("没有记载"))];
            let said = [&rule.found, &rule.expected, &rule.next].map(|part| rows.render(part, row, &more));
            let LookupRule { code, severity, effect, trial, .. } = rule;
            let weight = Weight { code, severity: *severity, effect: *effect, trial: *trial, line: lookup.line };
            let read = Fingerprint::of(key.iter().map(String::as_str).chain(shown));
            findings.push(rows.finding(row, weight, &rule.cells, read, said));
        }
        matched.matches.extend(at.map(|at| (row, at)));
    }
    (matched, findings)
}

impl Matched {
    /// What a list says of the reference rows under a key; told once, however many rows ask.
    fn shown(&self, lookup: &Lookup, at: usize) -> Option<&str> {
        let Hits { rows, shown } = self.hits.get(at)?;
        shown.get_or_init(|| show(lookup, &self.table, rows)).as_deref()
    }
}

/// Reference rows by key: the place of each key, and in its place what is under it.
fn index(
    plan: &Plan,
    reference: &Reference,
    lookup: &Lookup,
    rows: &FormRows,
    table: &Grid,
    counted: &[bool],
) -> (HashMap<Vec<String>, usize>, Vec<Hits>) {
    let canonical: Vec<Canonical> = lookup
        .on
        .iter()
        .map(|(field, _)| Canonical::of(plan, reference, rows.form.fields.get(*field).map(|field| &field.ty)))
        .collect();
    let mut index: HashMap<Vec<String>, usize> = HashMap::new();
    let mut hits: Vec<Hits> = Vec::new();
    for row in (0..table.height()).filter(|row| counted.get(*row) == Some(&true)) {
        let parts = lookup
            .on
            .iter()
            .zip(&canonical)
            .map(|((_, column), canonical)| canonical.spelling(table.value(row, column)));
        if let Some(key) = parts.collect::<Option<Vec<String>>>() {
            let at = *index.entry(key).or_insert(hits.len());
            match hits.get_mut(at) {
                Some(hits) => hits.rows.push(row as u32),
                None => hits.push(Hits { rows: vec![row as u32], shown: OnceCell::new() }),
            }
        }
    }
    (index, hits)
}

/// How a reference value is brought into the form's own words before it is compared.
enum Canonical<'a> {
    AsIs,
    /// match key of every spelling → match key of the canonical word.
    Codes(HashMap<String, String>),
    Unit(&'a Reference),
}

impl<'a> Canonical<'a> {
    fn of(plan: &Plan, reference: &'a Reference, ty: Option<&FieldType>) -> Canonical<'a> {
        match ty {
            Some(FieldType::Code { list }) => {
                // After the reference tables overrode them, where they were loaded.
                let codes = reference.codes.get(*list).or_else(|| plan.codes.get(*list));
                Canonical::Codes(codes.map(spellings).unwrap_or_default())
            }
            Some(FieldType::Unit) => Canonical::Unit(reference),
            _ => Canonical::AsIs,
        }
    }

    fn spelling(&self, value: Value<'_>) -> Option<String> {
        let plain = spelling(value)?;
        Some(match self {
            Canonical::AsIs => plain,
            Canonical::Codes(spellings) => spellings.get(&plain).cloned().unwrap_or(plain),
            Canonical::Unit(reference) => match reference.roster.find(&plain) {
                [unit] => reference.roster.units.get(*unit as usize).map_or(plain, |unit| match_key(&unit.name)),
                _ => plain,
            },
        })
    }
}

fn spellings(codes: &CodeList) -> HashMap<String, String> {
    let also = codes.synonyms.iter().map(|(also, canonical)| (match_key(also), match_key(canonical)));
    also.chain(codes.values.iter().map(|value| (match_key(value), match_key(value)))).collect()
}

fn form_key(grid: &Grid, columns: &[Option<usize>], row: usize) -> Option<Vec<String>> {
    columns.iter().map(|column| spelling(grid.value_at(row, (*column)?))).collect()
}

/// What a list says of the matches: each once, three at most.
fn show(lookup: &Lookup, table: &Grid, hits: &[u32]) -> Option<String> {
    let mut shown: Vec<String> = Vec::new();
    let mut more = false;
    for hit in hits {
        let words = render(&lookup.show, |column| {
            match table.value(*hit as usize, column) {
                // A gap in the ledger is left out of the sentence.
                Value::Nothing => String::new(),
                value => value_words(value, ValueKind::Plain, DateStyle::Quoted),
            }
        });
        if shown.contains(&words) {
            continue;
        }
        if shown.len() == 3 {
            more = true;
            break;
        }
        shown.push(words);
    }
    let mut words = (!shown.is_empty()).then(|| shown.join("、"))?;
    if more {
        words.push_str(" 等");
    }
    Some(words)
}

/// Reference rows that no accepted row answered, with the recommending unit that each belongs to.
pub fn finish(
    reference: &Reference,
    recommenders: &[Option<u32>],
    lookup: &Lookup,
    matched: Matched,
    accepted: &[bool],
    forms: &[FormRows],
) -> LookupResult {
    let shown = matched.matches.iter().filter_map(|(row, at)| Some((*row, matched.shown(lookup, *at)?.to_owned())));
    let shown = shown.collect();
    let Some(column) = &lookup.outstanding_by else { return LookupResult { shown, outstanding: Vec::new() } };
    let Matched { table, counted, matches, hits } = matched;
    let mut answered = vec![false; table.height()];
    let met = matches.iter().filter(|(row, _)| accepted.get(**row) == Some(&true)).map(|(_, at)| *at);
    for hit in met.collect::<BTreeSet<usize>>().into_iter().filter_map(|at| hits.get(at)).flat_map(|hits| &hits.rows) {
        if let Some(slot) = answered.get_mut(*hit as usize) {
            *slot = true;
        }
    }
    // Asked for what the roster does not know, which in most ledgers is nothing.
    let workplaces = LazyCell::new(|| workplaces(lookup, column, forms));
    let outstanding = (0..table.height())
        .filter(|row| counted.get(*row) == Some(&true) && answered.get(*row) != Some(&true))
        .map(|row| {
            let value = spelling(table.value(row, column));
            let unit = value.and_then(|key| match reference.roster.find(&key) {
                [unit] => recommenders.get(*unit as usize).copied().flatten(),
                [] => workplaces.get(&key).copied().flatten(),
                // A name that several units share tells nothing.
                _ => None,
            });
            (row, unit)
        })
        .collect();
    LookupResult { shown, outstanding }
}

/// Workplaces that the roster does not know, with the recommending unit that the returns give for them: the lookup's
/// own form first, then the others. Two units for one workplace tell nothing.
fn workplaces(lookup: &Lookup, column: &str, forms: &[FormRows]) -> BTreeMap<String, Option<u32>> {
    let own = forms.iter().find(|rows| rows.index == lookup.form);
    let field = lookup.on.iter().find(|(_, reference)| reference == column).map(|(field, _)| *field);
    let name = field.and_then(|field| own?.form.fields.get(field)).map_or(column, |field| field.name.as_ref());
    let mut found: BTreeMap<String, Option<u32>> = BTreeMap::new();
    let others = forms.iter().filter(|rows| rows.index != lookup.form);
    for rows in own.into_iter().chain(others) {
        let is_text = rows.form.columns().iter().any(|c| c.name == name && c.ty == ColumnType::Text);
        let Some(column) = rows.rows.grid.position(name).filter(|_| is_text) else { continue };
        let grid = &rows.rows.grid;
        // The only unit of a code's rows, or of a name's; nothing within for several. Most names stand on many rows.
        let joined = |known: Option<Option<u32>>, unit: Option<u32>| match known {
            Some(known) if known != unit => None,
            _ => unit,
        };
        let mut by_code: Vec<Option<Option<u32>>> = vec![None; grid.codes(column) + 1];
        for (row, unit) in rows.rows.units.iter().enumerate().filter(|(_, unit)| unit.is_some()) {
            if let Some(only) = by_code.get_mut(grid.code_at(row, column) as usize) {
                *only = Some(joined(*only, unit));
            }
        }
        let mut here: BTreeMap<String, Option<u32>> = BTreeMap::new();
        for (code, only) in (0..).zip(by_code) {
            if let (Some(only), Some(key)) = (only, spelling(grid.value_of(code, column))) {
                let joined = joined(here.get(&key).copied(), only);
                here.insert(key, joined);
            }
        }
        for (key, only) in here {
            found.entry(key).or_insert(only);
        }
    }
    found
}
