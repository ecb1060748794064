//! Validated rows in, finished tables out. Every figure is a whole number or a pair of whole numbers until it is printed.
//!
//! Totals are proven against their parts; knows nothing of cells, files or formats.

mod axis;
mod chase;
mod conclusion;
mod criteria;
mod discipline;
mod facts;
mod headlines;
mod inputs;
mod list_places;
mod lists;
mod measures;
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

pub use self::conclusion::Conclusion;
pub use self::inputs::Inputs;

use self::facts::Facts;
use crate::definition::{Table, TableKind};
use crate::model::Finding;
use crate::model::discipline::ChaseList;
use crate::model::statistic::StatTable;

/// All tables of the pipeline, the charts' series resolved by the writer.
#[derive(Debug, Clone, PartialEq)]
pub struct ComputedTables {
    /// One per table of the plan, in its order.
    pub tables: Vec<StatTable>,
    /// Findings on units and on the run: over quota, shares below their bound.
    pub findings: Vec<Finding>,
    /// Sentences for the overview: what holds, what does not, who could fill a gap.
    pub conclusions: Vec<Conclusion>,
    pub chase: ChaseList,
}

/// Computes every table of the plan.
///
/// # Errors
/// A total that does not equal its parts, in Chinese: a defect that must stop the run.
pub fn compute(inputs: Inputs<'_>) -> Result<ComputedTables, String> {
    let mut facts = Facts::gather(inputs)?;
    facts.seats = quota::seats(&facts)?;
    let chase = chase::list(&facts);
    let tables =
        facts.plan.tables.iter().map(|table| build(table, &chase, &facts)).collect::<Result<Vec<_>, String>>()?;
    let (mut findings, judged) = shares::judge(&facts)?;
    let mut conclusions: Vec<Conclusion> = headlines::coverage(&facts).into_iter().collect();
    conclusions.extend(headlines::conclusions(&tables, &facts));
    conclusions.extend(judged);
    if let Some(seats) = &facts.seats {
        findings.extend(seats.findings.iter().cloned());
        conclusions.extend(quota::conclusions(seats, &facts));
    }
    conclusions.extend(outstanding(&facts));
    Ok(ComputedTables { tables, findings, conclusions, chase })
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
fn outstanding(facts: &Facts<'_>) -> Vec<Conclusion> {
    let owed = facts.plan.lookups.iter().zip(facts.lookups).filter(|(lookup, _)| lookup.outstanding_by.is_some());
    owed.map(|(lookup, found)| {
        let form = facts.plan.forms.get(lookup.form).map_or("", |form| &form.title);
        match found.outstanding.len() {
            0 => Conclusion {
                holds: Some(true),
                text: format!("“{}”应列入《{form}》的记录都已列入", lookup.reference),
            },
            count => Conclusion {
                holds: Some(false),
                text: format!("“{}”中有 {count} 条记录没有单位在《{form}》中报送", lookup.reference),
            },
        }
    })
    .collect()
}
