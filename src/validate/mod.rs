//! Normalised returns in, verdicts and validated rows out: versions, rules within a row, across rows, against reference
//! tables, reporting discipline. Knows nothing of files or of reports.

pub mod accounting;
mod addresses;
mod agreement;
mod alike;
pub mod arrived;
mod blame;
mod candidate;
mod cause;
mod changes;
pub mod decided;
mod discipline;
mod doubts;
mod drift;
mod files;
mod gone;
mod groups;
mod history;
mod keys;
mod kinship;
mod ledger;
mod lookups;
mod outliers;
mod parents;
mod records;
mod recurrence;
pub mod replay;
mod rows;
mod rules;
mod ruling;
mod sorted;
mod strangers;
mod together;
mod unique;
mod verdicts;
mod version_findings;
mod versions;
mod weight;
mod whole;
pub mod yardstick;

use crate::definition::{Plan, Reference};
use crate::model::kept::KeptTable;
use crate::model::run::RunVerdict;
use crate::model::{Finding, OpenCell, Scalars};
use crate::rows::aside::{AsideReason, AsideRows};
use crate::rows::{LookupResult, Rows, ValidatedRows, assemble, computed, context, recommenders};
use addresses::Addresses;
use arrived::{Arrival, Arrived};
use decided::Settlement;
use gone::Heard;
use rows::FormRows;
use sorted::{Sorted, count_rows, take_findings};
use verdicts::{Holds, RowVerdicts};
use yardstick::Yardstick;

/// What validation hands on.
#[derive(Debug, Clone)]
pub struct Validated {
    pub verdict: RunVerdict,
    /// One per form of the plan, in its order.
    pub rows: Vec<ValidatedRows>,
    /// The same for rows that entered no rule.
    pub aside: Vec<AsideRows>,
    /// Cells that an open 核实 points at; those that are held out are nothing in `rows`.
    pub doubts: Vec<OpenCell>,
    /// Per lookup of the plan: what each row matched and what is outstanding.
    pub lookups: Vec<LookupResult>,
}

/// Validates all returns of a run together.
///
/// The order matters: versions first (replaced and held-out rows enter no rule), then every rule over all rows, then
/// verdicts, and only then what depends on accepted rows.
pub fn validate(yardstick: Yardstick<'_>, mut arrived: Vec<Arrived>) -> Validated {
    let Yardstick { plan, reference, period, decisions, .. } = yardstick;
    let context = context(plan, reference, period);
    let addresses = Addresses::of(&arrived);
    let mut ruling = versions::decide(plan, &reference.roster, &addresses, &arrived);
    put_away(&mut arrived);
    let ledger = ledger::record(plan, &arrived, &mut ruling);
    let unknown_names = strangers::gather(&reference.roster, &ruling, &mut arrived);
    // Before the findings are taken: whether a return is held out is read from them.
    let heard = Heard::of(yardstick, &ruling, &arrived);
    for file in &mut arrived {
        if let Arrival::Return(returned) = &mut file.arrival {
            keys::tell(plan, &reference.roster, &addresses, returned);
            returned.tables.iter_mut().for_each(KeptTable::put_away);
        }
    }
    let mut sorted = Sorted::of(plan, &ruling, &mut arrived);
    let mut findings = take_findings(&ruling, &sorted, &mut arrived);

    let mut forms: Vec<FormRows> = std::mem::take(&mut sorted.tables)
        .into_iter()
        .zip(&plan.forms)
        .enumerate()
        .map(|(index, (tables, form))| {
            let mut rows = assemble(plan, reference, index, tables, &addresses.senders);
            computed::append(&mut rows.grid, form, &context);
            FormRows::new(form, rows, &addresses, &reference.roster)
        })
        .collect();
    for rows in &mut forms {
        let broken = rules::check(rows, &heard, &context, yardstick);
        findings.extend(cause::fold(plan, rows.form, blame::one_a_cell(plan, rows.form, broken)));
    }
    let mut matched = Vec::with_capacity(plan.lookups.len());
    for lookup in &plan.lookups {
        // The definition's check resolved the form.
        let Some(rows) = forms.get(lookup.form) else { continue };
        let (one, found) = lookups::check(plan, reference, lookup, rows, &context);
        findings.extend(found);
        matched.push((lookup, one));
    }
    findings.extend(forms.iter().flat_map(|rows| verdicts::off_chain(rows, &reference.roster)));
    findings.extend(files::on_files(reference, &arrived, &ruling));
    files::sort_findings(&mut findings);
    let settlement = match decisions.is_empty() {
        true => Settlement::default(),
        false => {
            let files = keys::files(&arrived);
            keys::seal(plan, &reference.roster, &mut findings, &files);
            decided::settle(plan, decisions, &mut findings, &files)
        }
    };
    let so_far = Holds::of(&findings, &settlement.excluded);
    let unplaced: Vec<Finding> = forms.iter().flat_map(|rows| verdicts::unplaced(rows, &so_far)).collect();
    findings.extend(unplaced);
    let so_far = Holds::of(&findings, &settlement.excluded);
    let broken: Vec<Finding> = forms.iter().flat_map(|rows| whole::check(rows, &so_far, &context)).collect();
    findings.extend(broken);

    let holds = Holds::of(&findings, &settlement.excluded);
    let verdicts: Vec<RowVerdicts> = forms.iter().map(|rows| holds.judge(plan, rows)).collect();
    let recommenders = recommenders(&reference.roster);
    let lookups = matched
        .into_iter()
        .map(|(lookup, one)| {
            let accepted = verdicts.get(lookup.form).map_or(&[][..], |form| form.accepted.as_slice());
            lookups::finish(reference, &recommenders, lookup, one, accepted, &forms)
        })
        .collect();
    let named = count_rows(&reference.roster, &forms, &verdicts, &mut sorted.accounts);
    findings.extend(discipline::by_others(&reference.roster, &addresses, &named));
    let doubts = doubts::gather(&forms, &verdicts, &findings);
    let rows = forms
        .into_iter()
        .zip(verdicts)
        .map(|(form, verdict)| {
            let rows = Rows { named: Scalars::default(), ..form.rows };
            ValidatedRows { rows, accepted: verdict.accepted }
        })
        .map(|rows| rows.holding(plan, &doubts, &context))
        .collect();
    let aside = set_aside(plan, reference, &addresses, sorted.aside);
    let mut verdict = files::close(reference, arrived, &ruling, sorted.accounts, findings, &named, settlement);
    verdict.drift = drift::drift(plan, &verdict.sources);
    (verdict.ledger, verdict.unknown_names) = (ledger, unknown_names);
    seal(plan, reference, &mut verdict);
    Validated { verdict, rows, aside, doubts, lookups }
}

/// Packs the tables again that were looked into.
fn put_away(arrived: &mut [Arrived]) {
    for file in arrived {
        if let Arrival::Return(returned) = &mut file.arrival {
            returned.tables.iter_mut().for_each(KeptTable::put_away);
        }
    }
}

/// Rows that entered no rule, form by form, each with its reason.
fn set_aside(
    plan: &Plan,
    reference: &Reference,
    addresses: &Addresses,
    aside: Vec<Vec<(KeptTable, AsideReason)>>,
) -> Vec<AsideRows> {
    let forms = aside.into_iter().enumerate().map(|(form, tables)| {
        let reasons = tables.iter().flat_map(|(table, reason)| std::iter::repeat_n(*reason, table.rows())).collect();
        let tables = tables.into_iter().map(|(table, _)| table).collect();
        AsideRows { rows: assemble(plan, reference, form, tables, &addresses.senders), reasons }
    });
    forms.collect()
}

/// Takes in what later stages found, in the order of the others, each with its key; what was decided of them is applied.
pub fn add_findings(yardstick: Yardstick<'_>, verdict: &mut RunVerdict, mut more: Vec<Finding>) {
    let Yardstick { plan, reference, decisions, .. } = yardstick;
    files::sort_findings(&mut more);
    if !decisions.is_empty() {
        let files: Vec<_> = verdict.sources.iter().map(|file| (file.unit, file.sha256.clone())).collect();
        keys::seal(plan, &reference.roster, &mut more, &files);
        verdict.decisions.extend(decided::settle(plan, decisions, &mut more, &files).settled);
    }
    verdict.findings.append(&mut more);
    files::sort_findings(&mut verdict.findings);
    seal(plan, reference, verdict);
}

/// Takes in findings that nobody decides, in the order of the others.
pub fn add_remarks(plan: &Plan, reference: &Reference, verdict: &mut RunVerdict, more: Vec<Finding>) {
    verdict.findings.extend(more);
    files::sort_findings(&mut verdict.findings);
    seal(plan, reference, verdict);
}

fn seal(plan: &Plan, reference: &Reference, verdict: &mut RunVerdict) {
    let files: Vec<_> = verdict.sources.iter().map(|file| (file.unit, file.sha256.clone())).collect();
    keys::seal(plan, &reference.roster, &mut verdict.findings, &files);
}

#[cfg(test)]
mod alike_tests;
#[cfg(test)]
mod belonging_tests;
#[cfg(test)]
mod blame_tests;
#[cfg(test)]
mod fixture;
#[cfg(test)]
mod key_tests;
#[cfg(test)]
mod received_tests;
#[cfg(test)]
mod recurrence_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod version_tests;
