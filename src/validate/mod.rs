//! Normalised returns in, verdicts and validated rows out: versions, rules within a row, across rows, against reference
//! tables, reporting discipline. Knows nothing of files or of reports.

pub mod accounting;
mod changes;
mod discipline;
mod drift;
mod files;
mod gone;
mod groups;
mod history;
mod ledger;
mod lookups;
mod outliers;
pub mod replay;
mod rows;
mod strangers;
mod trial;
mod unique;
mod verdicts;
mod versions;

use crate::definition::{Plan, Reference};
use crate::domain::period::Period;
use crate::history::History;
use crate::language::RunContext;
use crate::model::normalised::{NearMiss, NormalisedReturn};
use crate::model::run::{RowAccount, RunVerdict};
use crate::model::{Finding, FormTable, Origin, Place, SourceFile, Unreadable};
use crate::rows::{ValidatedRows, computed};
use crate::rows::{assemble, context, recommenders};
use gone::Heard;
use rows::{FormRows, Places};
use std::collections::{BTreeMap, BTreeSet};
use verdicts::{Blocks, RowVerdicts};

pub use accounting::prove;
pub use files::sort_findings;

/// What became of one file before validation.
#[derive(Debug, Clone, PartialEq)]
pub enum Arrival {
    Return(Box<NormalisedReturn>),
    Unreadable(Unreadable),
    /// No table at all (a document, a picture), with the cause.
    Unrecognised(String),
    Ignored(String),
}

/// One file as validation takes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Arrived {
    pub source: SourceFile,
    pub sha256: Option<[u8; 32]>,
    pub size: u64,
    pub format: &'static str,
    pub arrival: Arrival,
    /// Sheets without a form that come near one, of returns and of unrecognised files alike.
    pub near_misses: Vec<NearMiss>,
    /// The unit that file name, else folder names, for files that say nothing themselves.
    pub named_unit: Option<u32>,
}

/// What all returns are held against.
#[derive(Debug, Clone, Copy)]
pub struct Against<'a> {
    pub plan: &'a Plan,
    pub reference: &'a Reference,
    pub period: &'a Period,
    /// Earlier periods, for rules that look back.
    pub history: &'a History,
}

/// What validation hands on.
#[derive(Debug, Clone)]
pub struct Validated {
    pub verdict: RunVerdict,
    /// One per form of the plan, in its order.
    pub rows: Vec<ValidatedRows>,
    /// Per lookup of the plan: what each row matched and what is outstanding.
    pub lookups: Vec<LookupResult>,
}

pub use crate::rows::LookupResult;

/// Validates all returns of a run together.
///
/// The order matters: versions first (replaced and held-out rows enter no rule), then every rule over all rows, then
/// verdicts, and only then what depends on accepted rows.
pub fn validate(against: Against<'_>, mut arrived: Vec<Arrived>) -> Validated {
    let Against { plan, reference, period, .. } = against;
    let context = context(plan, reference, period);
    let places = places(&arrived);
    let mut decision = versions::decide(plan, &reference.roster, &places, &arrived);
    let ledger = ledger::record(plan, &arrived, &mut decision);
    let unknown_names = strangers::gather(&reference.roster, &decision, &arrived);
    // Before the findings are taken: whether a return is held out is read from them.
    let heard = Heard::of(against, &decision, &arrived);
    let mut sorted = sort_tables(plan, &decision, &mut arrived);
    let mut findings = take_findings(&decision, &sorted, &mut arrived);

    let mut forms: Vec<FormRows> = std::mem::take(&mut sorted.tables)
        .into_iter()
        .zip(&plan.forms)
        .enumerate()
        .map(|(index, (tables, form))| {
            let mut rows = assemble(plan, reference, index, tables);
            computed::append(&mut rows.grid, form, &context);
            FormRows::new(form, rows, &places)
        })
        .collect();
    for rows in &mut forms {
        findings.extend(form_rules(rows, &heard, &context, against));
    }
    let mut matched = Vec::with_capacity(plan.lookups.len());
    for lookup in &plan.lookups {
        // The definition's check resolved the form.
        let Some(rows) = forms.get(lookup.form) else { continue };
        let (one, found) = lookups::check(plan, reference, lookup, rows, &context);
        findings.extend(found);
        matched.push((lookup, one));
    }
    let so_far = Blocks::of(&findings);
    let unplaced: Vec<Finding> = forms.iter().flat_map(|rows| verdicts::unplaced(rows, &so_far)).collect();
    findings.extend(unplaced);

    let blocks = Blocks::of(&findings);
    let verdicts: Vec<RowVerdicts> = forms.iter().map(|rows| blocks.judge(plan, rows)).collect();
    let recommenders = recommenders(&reference.roster);
    let lookups = matched
        .into_iter()
        .map(|(lookup, one)| {
            let accepted = verdicts.get(lookup.form).map_or(&[][..], |form| form.accepted.as_slice());
            lookups::finish(reference, &recommenders, lookup, one, accepted, &forms)
        })
        .collect();
    let named = count_rows(&forms, &verdicts, &mut sorted.accounts);
    let rows = forms
        .into_iter()
        .zip(verdicts)
        .map(|(form, verdict)| ValidatedRows { rows: form.rows, accepted: verdict.accepted })
        .collect();
    let mut verdict = files::close(reference, arrived, &decision, sorted.accounts, findings, &named);
    verdict.drift = drift::drift(plan, &verdict.sources);
    (verdict.ledger, verdict.unknown_names) = (ledger, unknown_names);
    Validated { verdict, rows, lookups }
}

/// Every rule of a form over its rows: within a row, across rows, and beside earlier periods.
fn form_rules(rows: &mut FormRows, heard: &Heard, context: &RunContext, against: Against<'_>) -> Vec<Finding> {
    let keys = if rows.form.key.is_empty() { Vec::new() } else { history::keys(rows) };
    let mut findings = history::join(rows, &keys, against);
    findings.extend(rows.check_rules(context));
    findings.extend(unique::check(rows, context));
    findings.extend(groups::check(rows, context));
    findings.extend(outliers::check(rows, &keys, context, against));
    findings.extend(gone::check(rows, &keys, heard, against));
    // Every rule that looks back says what it misses; once is enough.
    let mut said = BTreeSet::new();
    findings.retain(|finding| finding.place != Place::default() || said.insert(finding.found.clone()));
    findings
}

/// Every return's tables, sorted by what becomes of their rows.
struct Sorted {
    /// Per form of the plan: the tables that count, in input order.
    tables: Vec<Vec<FormTable>>,
    /// Per file: rows that do not count, and why not; what is missing is added when the rows are judged.
    accounts: Vec<RowAccount>,
    /// Records that were replaced, by file and row: what was found there is no longer anyone's task.
    replaced: BTreeMap<(u32, u32), Vec<Origin>>,
}

fn sort_tables(plan: &Plan, decision: &versions::Decision, arrived: &mut [Arrived]) -> Sorted {
    let mut sorted = Sorted {
        tables: plan.forms.iter().map(|_| Vec::new()).collect(),
        accounts: vec![RowAccount::default(); arrived.len()],
        replaced: BTreeMap::new(),
    };
    for ((position, file), account) in arrived.iter_mut().enumerate().zip(&mut sorted.accounts) {
        let Arrival::Return(returned) = &mut file.arrival else { continue };
        (account.data, account.not_counted) = accounting::data_rows(&returned.sheets);
        let held = returned.held() || decision.undecidable.contains(&position);
        for table in std::mem::take(&mut returned.tables) {
            let rows = table.origins.len() as u64;
            let replaced = decision.replaced.contains_key(&(position, table.form));
            if decision.copies.contains_key(&position) {
                account.superseded += rows;
            } else if replaced {
                account.superseded += rows;
                for origin in &table.origins {
                    sorted.replaced.entry((origin.source, origin.row)).or_default().push(*origin);
                }
            } else if held {
                account.held += rows;
            } else if let Some(tables) = sorted.tables.get_mut(usize::from(table.form)) {
                tables.push(table);
            }
        }
    }
    sorted
}

/// Names and bindings for addresses.
fn places(arrived: &[Arrived]) -> Places {
    let mut places = Places::default();
    for file in arrived {
        places.names.insert(file.source.index, file.source.name.clone());
        let Arrival::Return(returned) = &file.arrival else { continue };
        for binding in &returned.bindings {
            let key = (file.source.index, binding.sheet, binding.form);
            places.bindings.entry(key).or_default().push(binding.clone());
        }
    }
    for tables in places.bindings.values_mut() {
        tables.sort_by_key(|binding| binding.header);
    }
    places
}

/// Findings of normalisation and of the versions, without those on what was replaced.
fn take_findings(decision: &versions::Decision, sorted: &Sorted, arrived: &mut [Arrived]) -> Vec<Finding> {
    let mut findings = decision.findings.clone();
    for (position, file) in arrived.iter_mut().enumerate() {
        let Arrival::Return(returned) = &mut file.arrival else { continue };
        let taken = std::mem::take(&mut returned.findings);
        if !files::replaced(decision, position, returned).is_empty() {
            continue;
        }
        findings.extend(taken.into_iter().filter(|finding| {
            match (finding.place.source, finding.place.sheet, finding.place.row) {
                (Some(source), Some(_), Some(row)) => !sorted
                    .replaced
                    .get(&(source, row))
                    .is_some_and(|origins| origins.iter().any(|origin| origin.holds(&finding.place))),
                _ => true,
            }
        }));
    }
    findings
}

/// Adds the judged rows to their files' accounts; returns, per file, the recommending units that its rows name.
fn count_rows(
    forms: &[FormRows],
    verdicts: &[RowVerdicts],
    accounts: &mut [RowAccount],
) -> BTreeMap<u32, BTreeSet<u32>> {
    let mut named: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
    for (rows, verdict) in forms.iter().zip(verdicts) {
        for (row, origin) in rows.rows.origins.iter().enumerate() {
            if let Some(Some(unit)) = rows.rows.units.get(row) {
                named.entry(origin.source).or_default().insert(*unit);
            }
            let Some(account) = accounts.get_mut(origin.source as usize) else { continue };
            match (verdict.accepted.get(row), verdict.held.get(row)) {
                (Some(true), _) => account.accepted += 1,
                (_, Some(true)) => account.held += 1,
                _ => account.blocked += 1,
            }
        }
    }
    named
}

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod received_tests;
#[cfg(test)]
mod tests;
