//! What every table is computed from: rows of forms and reference tables, each row with the
//! recommending unit it counts under, and which units have reported at all.

use super::Inputs;
use super::past::Past;
use super::quota::Seats;
use crate::definition::reference::ReferenceTable;
use crate::definition::{Basis, From, Plan, Reference, Roster, TableKind};
use crate::domain::period::Period;
use crate::language::{Checked, RunContext, compile};
use crate::model::Severity;
use crate::model::discipline::PastDiscipline;
use crate::model::run::RunVerdict;
use crate::model::{Column, Origin, Value};
use crate::rows::{Grid, ValidatedRows};
use crate::rows::{LookupResult, context, recommenders};
use polars::prelude::{DataType, Expr, PolarsError, PolarsResult, col, lit};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// The engine's own columns: whether a row counts, and whether it has a unit that it counts under.
const ACCEPTED: &str = "#accepted";
const PLACED: &str = "#placed";

/// Everything the tables look at.
pub struct Facts<'a> {
    pub plan: &'a Plan,
    pub reference: &'a Reference,
    pub period: &'a Period,
    pub verdict: &'a RunVerdict,
    pub lookups: &'a [LookupResult],
    pub earlier: &'a [PastDiscipline],
    pub as_of: Option<i32>,
    /// Earlier periods, read when a measure asks for them.
    pub past: Past<'a>,
    pub context: RunContext,
    /// Seats of the plan's quota, where it has one.
    pub seats: Option<Seats>,
    /// One per form of the plan.
    forms: Vec<Rowset<'a>>,
    /// By table name and the column that attributes its rows to units.
    references: BTreeMap<(String, String), Rowset<'a>>,
    /// Per file of the run, how many 必改 it has, and whether one of them holds it out whole.
    pub blocks: Vec<(usize, bool)>,
    /// By roster index: whether anything the unit sent could be read into a table.
    reported: Vec<bool>,
}

impl<'a> Facts<'a> {
    /// # Errors
    /// A frame that is missing or lacks the engine's columns: a defect.
    pub fn gather(inputs: Inputs<'a>) -> Result<Facts<'a>, String> {
        let Inputs { plan, reference, period, rows, lookups, verdict, history, earlier, as_of } = inputs;
        let forms: Vec<Rowset<'_>> = (0..plan.forms.len())
            .map(|form| {
                let rows = rows.iter().find(|validated| validated.rows.form == form);
                let rows = rows.ok_or_else(|| format!("缺少表式“{}”的数据", plan.forms[form].title))?;
                Ok(Rowset::of_form(rows))
            })
            .collect::<Result<_, String>>()?;
        let reported = reported(&reference.roster, verdict, &forms);
        let mut references = BTreeMap::new();
        for (name, unit_column) in reference_sources(plan) {
            if let Some(table) = reference.tables.get(name) {
                let rows = Rowset::of_reference(table, unit_column, &reference.roster)?;
                references.insert((name.to_string(), unit_column.to_string()), rows);
            }
        }
        let context = context(plan, reference, period);
        let blocks = blocks(verdict);
        let mut facts = Facts {
            plan,
            reference,
            period,
            verdict,
            lookups,
            earlier,
            as_of,
            past: Past::new(plan, reference, history),
            context,
            seats: None,
            forms,
            references,
            blocks,
            reported,
        };
        facts.seats = Seats::new(&facts)?;
        Ok(facts)
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
    pub fn counted(&self, form: usize) -> Result<Rc<Vec<bool>>, String> {
        let rows = self.form(form)?;
        let mut counted = vec![false; self.reference.roster.units.len()];
        let accepted = rows.units.iter().zip(rows.accepted.iter()).filter(|(_, accepted)| **accepted);
        let returned = self.verdict.units.iter().filter(|unit| unit.status.is_accepted()).map(|unit| unit.unit);
        for unit in accepted.filter_map(|(unit, _)| *unit).chain(returned) {
            if let Some(counted) = counted.get_mut(unit as usize) {
                *counted = true;
            }
        }
        Ok(Rc::new(counted))
    }

    /// Recommending units whose return came and has no row of any form.
    pub fn empty_returns(&self) -> BTreeSet<u32> {
        let filled: BTreeSet<u32> = self.forms.iter().flat_map(|rows| rows.units.iter().copied().flatten()).collect();
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
        let Some(condition) = self.all_of(rows, filters) else { return Ok(vec![true; rows.len()]) };
        rows.evaluate(condition, &needs(filters), |values| {
            Ok(values.bool()?.iter().map(|holds| holds == Some(true)).collect())
        })
    }

    /// The same count by another way, inside polars, to prove totals against.
    pub fn count(&self, rows: &Rowset<'_>, basis: Basis, filters: &[&Checked]) -> Result<i64, String> {
        let counts = match basis {
            Basis::Accepted => col(ACCEPTED),
            Basis::Read if rows.of_returns => col(PLACED),
            Basis::Read => lit(true),
        };
        let condition = self.all_of(rows, filters).map_or(counts.clone(), |all| all.and(counts));
        let mut columns = needs(filters);
        columns.extend([ACCEPTED, PLACED]);
        let sums = rows.evaluate(condition, &columns, |values| Ok(vec![values.bool()?.sum().map_or(0, i64::from)]))?;
        Ok(sums.into_iter().sum())
    }

    /// Per row, an expression's value; NULL stays `None`.
    pub fn integers(&self, rows: &Rowset<'_>, value: &Checked) -> Result<Vec<Option<i64>>, String> {
        let expression = compile(value, rows.context.as_ref().unwrap_or(&self.context)).cast(DataType::Int64);
        rows.evaluate(expression, &needs(&[value]), |values| Ok(values.i64()?.iter().collect()))
    }

    /// As [`Facts::integers`], for numbers with decimals.
    pub fn numbers(&self, rows: &Rowset<'_>, value: &Checked) -> Result<Vec<Option<f64>>, String> {
        let expression = compile(value, rows.context.as_ref().unwrap_or(&self.context)).cast(DataType::Float64);
        rows.evaluate(expression, &needs(&[value]), |values| Ok(values.f64()?.iter().collect()))
    }

    fn all_of(&self, rows: &Rowset<'_>, filters: &[&Checked]) -> Option<Expr> {
        let context = rows.context.as_ref().unwrap_or(&self.context);
        filters.iter().map(|filter| compile(filter, context)).reduce(|all, next| all.and(next))
    }
}

fn needs<'c>(filters: &[&'c Checked]) -> Vec<&'c str> {
    let columns: BTreeSet<&str> = filters.iter().flat_map(|filter| filter.columns.iter().map(String::as_str)).collect();
    columns.into_iter().collect()
}

/// Rows of one form or reference table.
#[derive(Debug, Clone)]
pub struct Rowset<'a> {
    pub grid: Grid,
    /// Recommending unit of each row, as an index of the roster.
    pub units: Cow<'a, [Option<u32>]>,
    pub accepted: Cow<'a, [bool]>,
    /// Rows of a form, and not of a reference table.
    pub of_returns: bool,
    /// Where each row came from; empty for reference tables and stored rows.
    pub origins: &'a [Origin],
    /// What its expressions are evaluated with, where that is not the run's own: rows of another period.
    context: Option<RunContext>,
}

impl<'a> Rowset<'a> {
    fn of_form(validated: &'a ValidatedRows) -> Rowset<'a> {
        let ValidatedRows { rows, accepted } = validated;
        let placed = rows.units.iter().map(Option::is_some);
        let grid = rows.grid.clone().with_truths(ACCEPTED, accepted.iter().copied()).with_truths(PLACED, placed);
        Rowset {
            grid,
            units: Cow::Borrowed(&rows.units),
            accepted: Cow::Borrowed(accepted),
            of_returns: true,
            origins: &rows.origins,
            context: None,
        }
    }

    /// A row belongs to the unit that its text names for certain, else to nobody.
    fn of_reference(table: &ReferenceTable, unit_column: &str, roster: &Roster) -> Result<Rowset<'a>, String> {
        let height = table.lines.len();
        let recommenders = recommenders(roster);
        let mut known: BTreeMap<&str, Option<u32>> = BTreeMap::new();
        let plain = Grid::of_reference(table, roster);
        let Some(Column::Text(named)) = plain.column(unit_column) else { return Err(missing(unit_column)) };
        let units: Vec<Option<u32>> = named
            .iter()
            .map(|name| {
                let name = name?;
                *known.entry(name).or_insert_with(|| match roster.find(name) {
                    [unit] => recommenders.get(*unit as usize).copied().flatten(),
                    _ => None,
                })
            })
            .collect();
        let placed: Vec<bool> = units.iter().map(Option::is_some).collect();
        let accepted = vec![true; height];
        let grid =
            plain.clone().with_truths(ACCEPTED, accepted.iter().copied()).with_truths(PLACED, placed.into_iter());
        Ok(Rowset {
            grid,
            units: units.into(),
            accepted: accepted.into(),
            of_returns: false,
            origins: &[],
            context: None,
        })
    }

    /// Accepted rows of an earlier period.
    pub fn of_past(grid: Grid, units: &[Option<u32>], context: RunContext) -> Rowset<'static> {
        let accepted = vec![true; units.len()];
        let placed = units.iter().map(Option::is_some);
        let grid = grid.with_truths(ACCEPTED, accepted.iter().copied()).with_truths(PLACED, placed);
        let (units, accepted) = (units.to_vec().into(), accepted.into());
        Rowset { grid, units, accepted, of_returns: true, origins: &[], context: Some(context) }
    }

    pub fn len(&self) -> usize {
        self.units.len()
    }

    /// Whether a row counts. One whose unit nobody knows is in no table, not even among all that was read
    /// (RETURNS.md §8).
    pub fn counts(&self, row: usize, basis: Basis) -> bool {
        match basis {
            Basis::Accepted => self.accepted[row],
            Basis::Read => !self.of_returns || self.units[row].is_some(),
        }
    }

    /// Position of a column by its name.
    ///
    /// # Errors
    /// No such column: a defect, since the definition was checked.
    pub fn position(&self, name: &str) -> Result<usize, String> {
        self.grid.position(name).ok_or_else(|| missing(name))
    }

    /// A text column, row by row.
    pub fn texts(&self, name: &str) -> Result<Vec<Option<&str>>, String> {
        let column = self.position(name)?;
        let text = |row| match self.grid.value_at(row, column) {
            Value::Text(text) => Some(text),
            _ => None,
        };
        Ok((0..self.len()).map(text).collect())
    }

    /// What `take` makes of each stretch of an expression's values, one after the other.
    fn evaluate<T: Send>(
        &self,
        expression: Expr,
        needs: &[&str],
        take: impl Fn(&polars::prelude::Column) -> PolarsResult<Vec<T>> + Sync,
    ) -> Result<Vec<T>, String> {
        let answers = self.grid.evaluate(&[expression], needs, |_, answers| match answers {
            [values] => take(values),
            _ => Ok(Vec::new()),
        });
        Ok(answers.map_err(defect)?.into_iter().flatten().collect())
    }
}

fn missing(column: &str) -> String {
    format!("统计计算出错：没有“{column}”列")
}

/// polars refusing what the gate let through is a defect of ours, and stops the run.
fn defect(error: PolarsError) -> String {
    format!("统计计算出错：{error}")
}

fn blocks(verdict: &RunVerdict) -> Vec<(usize, bool)> {
    let mut blocks = vec![(0, false); verdict.sources.len()];
    for finding in verdict.findings.iter().filter(|finding| finding.severity == Severity::Block) {
        if let Some((count, holds)) = finding.place.source.and_then(|source| blocks.get_mut(source as usize)) {
            *count += 1;
            *holds |= finding.holds_return;
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
        note(*unit);
    }
    reported
}

/// (table, unit column) of every measure and every list of outstanding rows that reads a reference table.
fn reference_sources(plan: &Plan) -> BTreeSet<(&str, &str)> {
    let mut sources = BTreeSet::new();
    for table in &plan.tables {
        let TableKind::Statistic(statistic) = &table.kind else { continue };
        for measure in &statistic.measures {
            if let Some(From::Reference { name, unit_column }) = super::statistics::from(&measure.kind) {
                sources.insert((name.as_str(), unit_column.as_str()));
            }
        }
    }
    let outstanding =
        plan.lookups.iter().filter_map(|lookup| Some((&lookup.reference, lookup.outstanding_by.as_ref()?)));
    sources.extend(outstanding.map(|(name, unit_column)| (name.as_str(), unit_column.as_str())));
    sources
}
