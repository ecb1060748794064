//! Validated rows in, finished tables out. Every figure is a whole number or a pair of whole numbers until it is printed.
//!
//! Totals are proven against their parts; knows nothing of cells, files or formats.

mod axis;
mod between;
mod chase;
mod criteria;
mod discipline;
mod doubted;
mod facts;
mod headlines;
mod inputs;
mod key_figures;
mod lines;
mod list_places;
mod lists;
mod measures;
mod moved;
mod notes;
mod pairing;
mod periods;
mod quota;
mod record;
mod rowset;
mod seats;
mod shares;
mod shown;
mod source;
mod statistics;
mod stored;
mod tally;
#[cfg(test)]
mod tests;
mod words;

pub use self::inputs::Inputs;
pub use self::moved::Moves;

use self::facts::Facts;
use crate::definition::{Table, TableKind};
use crate::model::conclusion::{About, Conclusion};
use crate::model::discipline::ChaseList;
use crate::model::stat_table::{BuiltTable, StatTable};
use crate::model::{Finding, Severity};
use crate::rows::ValidatedRows;
use crate::rows::subject::Subjects;
use rayon::prelude::*;

/// All tables of the pipeline, the charts' series resolved by the writer.
#[derive(Debug, Clone, PartialEq)]
pub struct ComputedTables {
    /// One per table of the plan, in its order.
    pub tables: Vec<StatTable>,
    /// Findings on units and on the run: over quota, shares below their bound.
    pub findings: Vec<Finding>,
    /// Sentences of the first page, in its order: what holds, what does not, who could fill a gap.
    pub conclusions: Vec<Conclusion>,
    /// The figures of the first page; no rows where the definition names none.
    pub key_figures: StatTable,
    pub chase: ChaseList,
    /// What each open finding on a record moves, by the finding's key.
    pub moves: Moves,
}

/// Computes every table of the plan.
///
/// # Errors
/// A total that does not equal its parts, in Chinese: a defect that must stop the run.
pub fn compute(inputs: Inputs<'_>) -> Result<ComputedTables, String> {
    let mut facts = Facts::gather(inputs)?;
    facts.seats = quota::seats(&facts)?;
    let blocks = inputs.verdict.findings.iter().filter(|finding| finding.severity == Severity::Block);
    let subjects = Subjects::of(inputs.plan, inputs.verdict, inputs.rows.iter().map(|of| &of.rows), blocks);
    let chase = chase::list(&facts, &subjects);
    let mut tables: Vec<StatTable> = build_all(&facts, &chase, |_| true)?.into_iter().flatten().collect();
    let (doubtful, moves) = weighed(inputs, &facts, &chase, &mut tables)?;
    notes::decided(&mut tables, &facts);
    let (mut findings, judged) = shares::judge(&facts)?;
    let mut conclusions: Vec<Conclusion> = headlines::coverage(&facts).into_iter().collect();
    conclusions.extend(headlines::conclusions(&tables, &facts));
    conclusions.extend(doubtful);
    conclusions.extend(notes::decided_in_all(&facts));
    conclusions.extend(judged);
    findings.extend(facts.seats.as_mut().map(|seats| std::mem::take(&mut seats.findings)).into_iter().flatten());
    if let Some(seats) = &facts.seats {
        conclusions.extend(quota::conclusions(seats, &facts));
    }
    conclusions.extend(outstanding(&facts));
    // Stable: what is about the same stays in the order in which it was said.
    conclusions.sort_by_key(|conclusion| conclusion.about);
    let key_figures = key_figures::table(&tables, &facts).finished();
    Ok(ComputedTables { tables, findings, conclusions, key_figures, chase, moves })
}

/// The tables that are wanted, in the plan's order, settled with one another.
fn build_all(
    facts: &Facts<'_>,
    chase: &ChaseList,
    wanted: impl Fn(&Table) -> bool + Sync,
) -> Result<Vec<Option<StatTable>>, String> {
    let tables = facts.plan.tables.par_iter().with_max_len(1);
    let built = tables.map(|table| wanted(table).then(|| build(table, chase, facts)).transpose());
    // Of several errors the first in the plan's order.
    let built: Vec<Result<Option<StatTable>, String>> = built.collect();
    let mut tables = built.into_iter().collect::<Result<Vec<_>, String>>()?;
    between::settle(&mut tables, facts.plan);
    Ok(tables)
}

fn build(table: &Table, chase: &ChaseList, facts: &Facts<'_>) -> Result<StatTable, String> {
    let built = match &table.kind {
        TableKind::Statistic(statistic) => statistics::table(table, statistic, facts),
        TableKind::List(list) => lists::table(table, list, facts),
        TableKind::ShareBy { share, by } => shares::table_by(table, *share, by, facts),
        TableKind::Shares => shares::table_of_all(table, facts),
        TableKind::Discipline(by) => discipline::table(table, *by, facts),
        TableKind::Chase => Ok(chase::table(table, chase, facts)),
    };
    built.map(BuiltTable::finished)
}

/// Computes the tables made from rows a second time with every doubted cell missing, and a third with those in that are
/// held out; what changes is marked on the figures, and said.
fn weighed(
    inputs: Inputs<'_>,
    facts: &Facts<'_>,
    chase: &ChaseList,
    tables: &mut [StatTable],
) -> Result<(Vec<Conclusion>, Moves), String> {
    let Inputs { plan, rows, doubts, .. } = inputs;
    let again = |rows: Vec<ValidatedRows>| -> Result<Vec<Option<StatTable>>, String> {
        let mut facts = facts.beside(Inputs { rows: &rows, ..inputs })?;
        facts.seats = quota::seats(&facts)?;
        build_all(&facts, chase, |table| !matches!(table.kind, TableKind::Discipline(_) | TableKind::Chase))
    };
    if doubts.is_empty() {
        return Ok((Vec::new(), moved::moves(inputs, facts, tables, &again)?));
    }
    let (without, with) = rayon::join(
        || again(rows.iter().map(|rows| rows.without_doubt(plan, doubts, &facts.context)).collect()),
        || match doubts.iter().any(|doubt| doubt.held) {
            true => again(rows.iter().map(ValidatedRows::as_read).collect()),
            false => Ok(vec![None; tables.len()]),
        },
    );
    let (without, with) = (without?, with?);
    let mut changes = [Vec::new(), Vec::new()];
    let others = without.iter().zip(&with).zip(&plan.tables);
    for (table, ((without, with), declared)) in tables.iter_mut().zip(others) {
        let weighed = doubted::Weighed { without: without.as_ref(), with: with.as_ref() };
        let found = doubted::weigh(table, declared, &weighed, facts);
        changes.iter_mut().zip(found).for_each(|(all, found)| all.extend(found));
    }
    let marked = tables.iter().any(|table| table.rows.iter().any(|row| row.is_doubted()));
    let moves = moved::moves(inputs, facts, tables, &again)?;
    let figures = doubted::of_figures(&key_figures::table(tables, facts));
    Ok((doubted::conclusions(figures, changes, marked, facts), moves))
}

/// Reference rows that somebody should have answered and nobody did.
fn outstanding(facts: &Facts<'_>) -> Vec<Conclusion> {
    let owed = facts.plan.lookups.iter().zip(facts.lookups).filter(|(lookup, _)| lookup.outstanding_by.is_some());
    owed.map(|(lookup, found)| {
        let form = facts.plan.forms.get(lookup.form).map_or("", |form| &form.title);
        match found.outstanding.len() {
            0 => {
                let text = format!("“{}”应列入《{form}》的记录都已列入。", lookup.reference);
                Conclusion::new(About::News, Some(true), text)
            }
            count => {
                let text = format!("“{}”中有 {count} 条记录没有单位在《{form}》中报送。", lookup.reference);
                Conclusion::new(About::News, Some(false), text)
            }
        }
    })
    .collect()
}
