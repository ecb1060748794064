//! The rows and findings of all returns, sorted by what becomes of them: which tables enter the rules, and what is nobody's
//! task any more because a later version replaced it.

use super::accounting;
use super::arrived::{Arrival, Arrived};
use super::rows::FormRows;
use super::ruling::Ruling;
use super::verdicts::RowVerdicts;
use crate::definition::{Plan, Roster};
use crate::model::kept::KeptTable;
use crate::model::run::RowAccount;
use crate::model::{Finding, Origin};
use crate::rows::aside::AsideReason;
use std::collections::BTreeMap;

/// Every return's tables, sorted by what becomes of their rows.
pub struct Sorted {
    /// Per form of the plan: the tables that count, in input order.
    pub tables: Vec<Vec<KeptTable>>,
    /// Per form: the tables that do not, and why.
    pub aside: Vec<Vec<(KeptTable, AsideReason)>>,
    /// Per file: rows that do not count, and why not; what is missing is added when the rows are judged.
    pub accounts: Vec<RowAccount>,
    /// Records that were replaced, by file and row: what was found there is no longer anyone's task.
    replaced: BTreeMap<(u32, u32), Vec<Origin>>,
}

impl Sorted {
    pub fn of(plan: &Plan, ruling: &Ruling, arrived: &mut [Arrived]) -> Sorted {
        let mut sorted = Sorted {
            tables: plan.forms.iter().map(|_| Vec::new()).collect(),
            aside: plan.forms.iter().map(|_| Vec::new()).collect(),
            accounts: vec![RowAccount::default(); arrived.len()],
            replaced: BTreeMap::new(),
        };
        for ((position, file), account) in arrived.iter_mut().enumerate().zip(&mut sorted.accounts) {
            let Arrival::Return(returned) = &mut file.arrival else { continue };
            (account.data, account.not_counted) = accounting::data_rows(&returned.sheets);
            let left_out = file.left_out.is_some();
            let held = returned.held() || ruling.undecidable.contains(&position);
            for table in std::mem::take(&mut returned.tables) {
                let rows = table.rows() as u64;
                let replaced = ruling.replaced.contains_key(&(position, table.form));
                let form = usize::from(table.form);
                let reason = if ruling.copies.contains_key(&position) {
                    account.superseded += rows;
                    AsideReason::Superseded
                } else if replaced {
                    account.superseded += rows;
                    for origin in table.look(|table| table.origins.clone()) {
                        sorted.replaced.entry((origin.source, origin.row)).or_default().push(origin);
                    }
                    AsideReason::Superseded
                } else if left_out {
                    account.held += rows;
                    AsideReason::LeftOut
                } else if held {
                    account.held += rows;
                    AsideReason::Held
                } else {
                    if let Some(tables) = sorted.tables.get_mut(form) {
                        tables.push(table);
                    }
                    continue;
                };
                if let Some(aside) = sorted.aside.get_mut(form) {
                    aside.push((table, reason));
                }
            }
        }
        sorted
    }
}

/// Findings of normalisation and of the versions, without those on what was replaced.
pub fn take_findings(ruling: &Ruling, sorted: &Sorted, arrived: &mut [Arrived]) -> Vec<Finding> {
    let mut findings = ruling.findings.clone();
    for (position, file) in arrived.iter_mut().enumerate() {
        let Arrival::Return(returned) = &mut file.arrival else { continue };
        let taken = std::mem::take(&mut returned.findings);
        // Nobody has to mend what somebody took out.
        if file.left_out.is_some() || !ruling.replacing(position, returned).is_empty() {
            continue;
        }
        findings.append(&mut returned.pending);
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

/// Per file: the units that owe what its rows say, each with whether any of its rows counts.
pub type WhoseRows = BTreeMap<u32, BTreeMap<u32, bool>>;

/// The unit that owes what a row says: its file, the unit that it names, and the one that it counts under.
fn whose(roster: &Roster, rows: &FormRows, (file, named, counts): (u32, Option<u32>, Option<u32>)) -> Option<u32> {
    let whose = named.and_then(|unit| roster.owing(unit));
    // Who is recommended through the unit above has not reported for it.
    let sender = rows.addresses.senders.get(&file);
    let whose = whose.filter(|unit| sender.is_none_or(|sender| unit == sender || !roster.above(*unit, *sender)));
    let whose = whose.or_else(|| sender.and_then(|sender| roster.owing(*sender)));
    // Of a unit that owes nothing and has nobody above that does, its rows count under the sender's.
    whose.or(counts)
}

/// Adds the judged rows to their files' accounts; returns whose rows they are.
pub fn count_rows(
    roster: &Roster,
    forms: &[FormRows],
    verdicts: &[RowVerdicts],
    accounts: &mut [RowAccount],
) -> WhoseRows {
    let mut named = WhoseRows::new();
    for (rows, verdict) in forms.iter().zip(verdicts) {
        // Nearly every row names the unit of the row above it, and counts as that does.
        let (mut above, mut told) = (None, None);
        for (row, origin) in rows.rows.origins.iter().enumerate() {
            let says = (origin.source, rows.rows.named.get(row), rows.rows.units.get(row));
            let unit = match above {
                Some((said, unit)) if said == says => unit,
                _ => whose(roster, rows, says),
            };
            above = Some((says, unit));
            let tells = (origin.source, unit, verdict.accepted.get(row) == Some(&true));
            if let (Some(unit), true) = (unit, told != Some(tells)) {
                *named.entry(origin.source).or_default().entry(unit).or_default() |= tells.2;
                told = Some(tells);
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
