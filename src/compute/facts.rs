//! What every table is computed from: rows of forms and reference tables, each row with the
//! recommending unit it counts under, and which units have reported at all.

use super::inputs::Inputs;
use super::rowset::{ACCEPTED, PLACED, Rowset};
use super::seats::Seats;
use super::source::reference_sources;
use super::stored::StoredPeriods;
use crate::definition::{Basis, From, Plan, Reference, Roster};
use crate::domain::period::Period;
use crate::language::{Checked, Literal, RunContext, Term};
use crate::model::discipline::PastDiscipline;
use crate::model::run::RunVerdict;
use crate::model::{Column, Effect, OpenCell, Scalars, Severity};
use crate::rows::{LookupResult, context};
use polars::prelude::DataType;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

/// Everything the tables look at.
pub struct Facts<'a> {
    pub plan: &'a Plan,
    pub reference: &'a Reference,
    pub period: &'a Period,
    pub verdict: &'a RunVerdict,
    pub lookups: &'a [LookupResult],
    pub earlier: &'a [PastDiscipline],
    pub as_of: Option<i32>,
    /// Earlier periods, read when a measure asks for them, by all that look at the same run.
    pub past: Arc<StoredPeriods<'a>>,
    pub doubts: &'a [OpenCell],
    pub context: RunContext,
    /// Seats of the plan's quota, where it has one; they are told from the other facts.
    pub seats: Option<Seats>,
    /// One per form of the plan.
    forms: Vec<Rowset<'a>>,
    /// Per form, by roster index, whose figures are in, once somebody asks.
    counted: Vec<OnceLock<Arc<Vec<bool>>>>,
    /// By table name and the column that attributes its rows to units.
    references: Arc<BTreeMap<(String, String), Rowset<'a>>>,
    /// Per file of the run, how many 必改 it has, and whether one of them holds it out whole.
    pub blocks: Vec<(usize, bool)>,
    /// By roster index: whether anything the unit sent could be read into a table.
    reported: Vec<bool>,
}

impl<'a> Facts<'a> {
    /// # Errors
    /// A frame that is missing or lacks the engine's columns: a defect.
    pub fn gather(inputs: Inputs<'a>) -> Result<Facts<'a>, String> {
        let Inputs { plan, reference, .. } = inputs;
        let past = Arc::new(StoredPeriods::new(plan, reference, inputs.history));
        let mut references = BTreeMap::new();
        for (name, unit_column) in reference_sources(plan) {
            if let Some(table) = reference.tables.get(name) {
                let rows = Rowset::of_reference(table, unit_column, &reference.roster)?;
                references.insert((name.to_string(), unit_column.to_string()), rows);
            }
        }
        Facts::of(inputs, past, Arc::new(references))
    }

    /// The same of other rows of the returns: what was read and told of everything else is told already.
    ///
    /// # Errors
    /// As [`Facts::gather`].
    pub fn beside(&self, inputs: Inputs<'a>) -> Result<Facts<'a>, String> {
        Facts::of(inputs, Arc::clone(&self.past), Arc::clone(&self.references))
    }

    fn of(
        inputs: Inputs<'a>,
        past: Arc<StoredPeriods<'a>>,
        references: Arc<BTreeMap<(String, String), Rowset<'a>>>,
    ) -> Result<Facts<'a>, String> {
        let Inputs { plan, reference, period, rows, doubts, lookups, verdict, history: _, earlier, as_of } = inputs;
        let forms: Vec<Rowset<'_>> = (0..plan.forms.len())
            .map(|form| {
                let rows = rows.iter().find(|validated| validated.rows.form == form);
                let rows = rows.ok_or_else(|| format!("缺少表式“{}”的数据", plan.forms[form].title))?;
                Ok(Rowset::of_form(rows))
            })
            .collect::<Result<_, String>>()?;
        let reported = reported(&reference.roster, verdict, &forms);
        let context = context(plan, reference, period);
        let blocks = blocks(verdict);
        Ok(Facts {
            plan,
            reference,
            period,
            verdict,
            lookups,
            earlier,
            as_of,
            past,
            doubts,
            context,
            seats: None,
            counted: forms.iter().map(|_| OnceLock::new()).collect(),
            forms,
            references,
            blocks,
            reported,
        })
    }

    /// Rows of a form, by its index.
    ///
    /// # Errors
    /// No such form.
    pub fn form(&self, form: usize) -> Result<&Rowset<'a>, String> {
        self.forms.get(form).ok_or_else(|| format!("没有第 {} 个表式", form + 1))
    }

    /// By roster index, whether the unit's figures of a form are in: accepted rows, or an accepted return without any.
    ///
    /// # Errors
    /// No such form.
    pub fn counted(&self, form: usize) -> Result<Arc<Vec<bool>>, String> {
        let rows = self.form(form)?;
        let find = || {
            let mut counted = vec![false; self.reference.roster.units.len()];
            let accepted = rows.units.iter().zip(rows.accepted.iter()).filter(|(_, accepted)| **accepted);
            let returned = self.verdict.units.iter().filter(|unit| unit.status.is_accepted()).map(|unit| unit.unit);
            for unit in accepted.filter_map(|(unit, _)| unit).chain(returned) {
                if let Some(counted) = counted.get_mut(unit as usize) {
                    *counted = true;
                }
            }
            Arc::new(counted)
        };
        Ok(self.counted.get(form).map_or_else(find, |known| Arc::clone(known.get_or_init(find))))
    }

    /// Recommending units whose return came and has no row of any form.
    pub fn empty_returns(&self) -> BTreeSet<u32> {
        let filled: BTreeSet<u32> = self.forms.iter().flat_map(|rows| rows.units.iter().flatten()).collect();
        let returned = self.verdict.units.iter().filter(|unit| unit.status.is_accepted()).map(|unit| unit.unit);
        returned.filter(|unit| !filled.contains(unit)).collect()
    }

    /// Rows of a measure's source; `None` where an optional reference table is not there.
    pub fn rows(&self, from: &From) -> Result<Option<&Rowset<'a>>, String> {
        match from {
            From::Form { form, .. } => self.form(*form).map(Some),
            From::Reference { name, unit_column } => Ok(self.references.get(&(name.clone(), unit_column.clone()))),
        }
    }

    /// The reference rows that a lookup's outstanding ones are among.
    pub fn outstanding_rows(&self, lookup: usize) -> Option<&Rowset<'a>> {
        let lookup = self.plan.lookups.get(lookup)?;
        self.references.get(&(lookup.reference.clone(), lookup.outstanding_by.clone()?))
    }

    pub fn has_reported(&self, unit: u32) -> bool {
        self.reported.get(unit as usize).copied().unwrap_or(false)
    }

    pub fn unit_name(&self, unit: u32) -> &str {
        self.reference.roster.units.get(unit as usize).map_or("", |unit| &unit.name)
    }

    pub fn unit_code(&self, unit: u32) -> &str {
        self.reference.roster.units.get(unit as usize).map_or("", |unit| &unit.code)
    }

    /// Per row, whether it counts under `basis` and all `filters` hold.
    pub fn mask(&self, rows: &Rowset<'_>, basis: Basis, filters: &[&Checked]) -> Result<Vec<bool>, String> {
        let mut mask = self.holds(rows, filters)?;
        for (row, holds) in mask.iter_mut().enumerate() {
            *holds &= rows.counts(row, basis);
        }
        Ok(mask)
    }

    /// Per row, whether all `filters` hold; NULL does not.
    pub fn holds(&self, rows: &Rowset<'_>, filters: &[&Checked]) -> Result<Vec<bool>, String> {
        let Some(condition) = all_of(filters) else { return Ok(vec![true; rows.len()]) };
        rows.truths(&condition, &needs(filters), &self.context)
    }

    /// The same count by another way, without groups or columns, to prove totals against.
    pub fn count(&self, rows: &Rowset<'_>, basis: Basis, filters: &[&Checked]) -> Result<i64, String> {
        let counts = match basis {
            Basis::Accepted => Term::Column(ACCEPTED.to_owned()),
            Basis::Read if rows.of_returns => Term::Column(PLACED.to_owned()),
            Basis::Read => Term::Literal(Literal::Boolean(true)),
        };
        let condition = all_of(filters).map_or(counts.clone(), |all| all.and(counts));
        let mut columns = needs(filters);
        columns.push(if basis == Basis::Accepted { ACCEPTED } else { PLACED });
        rows.count_true(&condition, &columns, &self.context)
    }

    /// Per row, an expression's value; NULL stays `None`. One that is but a column is that column.
    pub fn integers<'r>(&self, rows: &'r Rowset<'_>, value: &Checked) -> Result<Cow<'r, Scalars<i64>>, String> {
        if let Some(Column::Integer(column)) = plain(rows, value) {
            return Ok(Cow::Borrowed(column));
        }
        let values = rows.evaluate(value.node().clone(), &needs(&[value]), &self.context, |values| {
            Ok(values.cast(&DataType::Int64)?.i64()?.iter().collect())
        });
        values.map(Cow::Owned)
    }

    /// As [`Facts::integers`], for numbers with decimals.
    pub fn numbers<'r>(&self, rows: &'r Rowset<'_>, value: &Checked) -> Result<Cow<'r, Scalars<f64>>, String> {
        if let Some(Column::Number(column)) = plain(rows, value) {
            return Ok(Cow::Borrowed(column));
        }
        let values = rows.evaluate(value.node().clone(), &needs(&[value]), &self.context, |values| {
            Ok(values.cast(&DataType::Float64)?.f64()?.iter().collect())
        });
        values.map(Cow::Owned)
    }
}

/// The column that an expression is, where it is nothing else.
fn plain<'r>(rows: &'r Rowset<'_>, value: &Checked) -> Option<&'r Column> {
    match value.node() {
        Term::Column(name) => rows.grid.column(name),
        _ => None,
    }
}

fn all_of(filters: &[&Checked]) -> Option<Term> {
    filters.iter().map(|filter| filter.node().clone()).reduce(Term::and)
}

fn needs<'c>(filters: &[&'c Checked]) -> Vec<&'c str> {
    let columns: BTreeSet<&str> =
        filters.iter().flat_map(|filter| filter.columns().iter().map(String::as_str)).collect();
    columns.into_iter().collect()
}

fn blocks(verdict: &RunVerdict) -> Vec<(usize, bool)> {
    let mut blocks = vec![(0, false); verdict.sources.len()];
    for finding in verdict.findings.iter().filter(|finding| finding.severity == Severity::Block) {
        if let Some((count, holds)) = finding.place.source.and_then(|source| blocks.get_mut(source as usize)) {
            *count += 1;
            *holds |= finding.effect == Effect::HoldsReturn;
        }
    }
    blocks
}

fn reported(roster: &Roster, verdict: &RunVerdict, forms: &[Rowset<'_>]) -> Vec<bool> {
    let mut reported = vec![false; roster.units.len()];
    let mut note = |unit: u32| {
        if let Some(reported) = reported.get_mut(unit as usize) {
            *reported = true;
        }
    };
    for unit in &verdict.units {
        if unit.status.is_accepted() {
            note(unit.unit);
        }
    }
    // Somebody else may have sent its rows, or its return was sent back for a few of them: those figures are there.
    for unit in forms.iter().flat_map(|rows| rows.units.iter()).flatten() {
        note(unit);
    }
    reported
}
