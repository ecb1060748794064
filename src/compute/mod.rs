//! Validated rows in, finished tables out. Every figure is a whole number or a pair of whole numbers until it is printed.
//!
//! Totals are proven against their parts; knows nothing of cells, files or formats.

mod by_unit;
mod chase;
mod criteria;
mod derived;
mod discipline;
mod facts;
mod groups;
mod lists;
mod measures;
mod notes;
mod pairing;
mod past;
mod periods;
mod quota;
mod record;
mod shares;
mod spoken;
mod standing;
mod statistics;
mod tally;
#[cfg(test)]
mod tests;
mod words;

use self::facts::Facts;
use crate::definition::{Plan, Reference, Table, TableKind};
use crate::domain::period::Period;
use crate::history::History;
use crate::model::Finding;
use crate::model::discipline::{ChaseList, PastDiscipline};
use crate::model::run::RunVerdict;
use crate::model::statistic::StatTable;
use crate::rows::LookupResult;
use crate::rows::ValidatedRows;

/// What the figures are computed from.
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'a> {
    pub plan: &'a Plan,
    pub reference: &'a Reference,
    pub period: &'a Period,
    pub rows: &'a [ValidatedRows],
    pub lookups: &'a [LookupResult],
    pub verdict: &'a RunVerdict,
    /// Earlier periods, for measures over time.
    pub history: &'a History,
    /// How units stood in the periods of the store, in any order; empty without a store.
    pub earlier: &'a [PastDiscipline],
    /// The day that the chase list is of; the last receipt where nobody says.
    pub as_of: Option<i32>,
}

/// All tables of the pipeline, the charts' series resolved by the writer.
#[derive(Debug, Clone, PartialEq)]
pub struct Computed {
    /// One per table of the plan, in its order.
    pub tables: Vec<StatTable>,
    /// Findings on units and on the run: over quota, shares below their bound.
    pub findings: Vec<Finding>,
    /// Sentences for the overview: what holds, what does not, who could fill a gap.
    pub statements: Vec<Statement>,
    pub chase: ChaseList,
}

/// One line of the overview's conclusions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// `None` where nothing is to be judged.
    pub holds: Option<bool>,
    pub text: String,
}

/// Computes every table of the plan.
///
/// # Errors
/// A total that does not equal its parts, in Chinese: a defect that must stop the run.
pub fn compute(inputs: Inputs<'_>) -> Result<Computed, String> {
    let facts = Facts::gather(inputs)?;
    let chase = chase::list(&facts);
    let tables = facts.plan.tables.iter().map(|table| build(table, &chase, &facts)).collect::<Result<_, String>>()?;
    let (mut findings, mut statements) = shares::judge(&facts)?;
    if let Some(seats) = &facts.seats {
        findings.extend(seats.findings.iter().cloned());
        statements.extend(seats.statements(&facts));
    }
    statements.extend(outstanding(&facts));
    Ok(Computed { tables, findings, statements, chase })
}

fn build(table: &Table, chase: &ChaseList, facts: &Facts<'_>) -> Result<StatTable, String> {
    match &table.kind {
        TableKind::Statistic(statistic) => statistics::table(table, statistic, facts),
        TableKind::List(list) => lists::table(table, list, facts),
        TableKind::ShareBy { share, by } => shares::table_by(table, *share, by, facts),
        TableKind::Shares => shares::table_of_all(table, facts),
        TableKind::Discipline(by) => discipline::table(table, *by, facts),
        TableKind::Chase => Ok(chase::table(table, chase, facts)),
    }
}

/// Reference rows that somebody should have answered and nobody did.
fn outstanding(facts: &Facts<'_>) -> Vec<Statement> {
    let owed = facts.plan.lookups.iter().zip(facts.lookups).filter(|(lookup, _)| lookup.outstanding_by.is_some());
    owed.map(|(lookup, found)| {
        let form = facts.plan.forms.get(lookup.form).map_or("", |form| &form.title);
        match found.outstanding.len() {
            0 => Statement {
                holds: Some(true), text: format!("“{}”应列入《{form}》的记录都已列入", lookup.reference)
            },
            count => Statement {
                holds: Some(false),
                text: format!("“{}”中有 {count} 条记录没有单位在《{form}》中报送", lookup.reference),
            },
        }
    })
    .collect()
}
