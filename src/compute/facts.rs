//! What every table is computed from: rows of forms and reference tables as polars frames, each row with the
//! recommending unit it counts under, and which units have reported at all.

use super::Inputs;
use super::quota::Seats;
use crate::domain::period::Period;
use crate::model::Severity;
use crate::model::discipline::PastDiscipline;
use crate::model::run::{RunVerdict, UnitStatus};
use crate::spec::reference::ReferenceTable;
use crate::spec::{Basis, From, MeasureKind, Plan, Reference, Roster, TableKind};
use crate::sql::frame::{ACCEPTED, LookupResult, SOURCE, UNIT, context, recommenders, reference_frame};
use crate::sql::{Checked, Context, ValidatedFrame, compile};
use polars::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

const MASK: &str = "#mask";

/// Everything the tables look at.
pub struct Facts<'a> {
    pub plan: &'a Plan,
    pub reference: &'a Reference,
    pub period: &'a Period,
    pub verdict: &'a RunVerdict,
    pub lookups: &'a [LookupResult],
    pub past: &'a [PastDiscipline],
    pub as_of: Option<i32>,
    pub context: Context,
    /// Seats of the plan's quota, where it has one.
    pub seats: Option<Seats>,
    /// One per form of the plan.
    forms: Vec<Rowset>,
    /// By table name and the column that attributes its rows to units.
    references: BTreeMap<(String, String), Rowset>,
    /// Per file of the run, how many 必改 it has, and whether one of them holds it out whole.
    pub blocks: Vec<(usize, bool)>,
    /// By roster index: whether anything the unit sent could be read into a table.
    reported: Vec<bool>,
}

impl<'a> Facts<'a> {
    /// # Errors
    /// A frame that is missing or lacks the engine's columns: a defect.
    pub fn gather(inputs: Inputs<'a>) -> Result<Facts<'a>, String> {
        let Inputs { plan, reference, period, frames, lookups, verdict, history: _, past, as_of } = inputs;
        let forms: Vec<Rowset> = (0..plan.forms.len())
            .map(|form| {
                let frame = frames.iter().find(|frame| frame.form == form);
                Rowset::of_form(frame.ok_or_else(|| format!("缺少表式“{}”的数据", plan.forms[form].title))?)
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
        let context = context(reference, period);
        let blocks = blocks(verdict);
        let mut facts = Facts {
            plan,
            reference,
            period,
            verdict,
            lookups,
            past,
            as_of,
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
    pub fn form(&self, form: usize) -> Result<&Rowset, String> {
        self.forms.get(form).ok_or_else(|| format!("没有第 {} 个表式", form + 1))
    }

    /// Rows of a measure's source; `None` where an optional reference table is not there.
    pub fn rows(&self, from: &From) -> Result<Option<&Rowset>, String> {
        match from {
            From::Form { form, .. } => self.form(*form).map(Some),
            From::Reference { name, unit_column } => Ok(self.references.get(&(name.clone(), unit_column.clone()))),
        }
    }

    /// The reference rows that a lookup's outstanding ones are among.
    pub fn outstanding_rows(&self, lookup: usize) -> Option<&Rowset> {
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
    pub fn mask(&self, rows: &Rowset, basis: Basis, filters: &[&Checked]) -> Result<Vec<bool>, String> {
        let mut mask = self.holds(rows, filters)?;
        for (row, holds) in mask.iter_mut().enumerate() {
            *holds &= rows.counts(row, basis);
        }
        Ok(mask)
    }

    /// Per row, whether all `filters` hold; NULL does not.
    pub fn holds(&self, rows: &Rowset, filters: &[&Checked]) -> Result<Vec<bool>, String> {
        let Some(condition) = self.all_of(filters) else { return Ok(vec![true; rows.len()]) };
        let held = rows.evaluate(condition)?;
        Ok(held.bool().map_err(defect)?.iter().map(|holds| holds == Some(true)).collect())
    }

    /// The same count by another way, inside polars, to prove totals against.
    pub fn count(&self, rows: &Rowset, basis: Basis, filters: &[&Checked]) -> Result<i64, String> {
        let counts = match basis {
            Basis::Accepted => col(ACCEPTED),
            Basis::Read if rows.of_returns => col(UNIT).is_not_null(),
            Basis::Read => lit(true),
        };
        let condition = self.all_of(filters).map_or(counts.clone(), |all| all.and(counts));
        Ok(rows.evaluate(condition)?.bool().map_err(defect)?.sum().map_or(0, i64::from))
    }

    /// Per row, an expression's value; NULL stays `None`.
    pub fn integers(&self, rows: &Rowset, value: &Checked) -> Result<Vec<Option<i64>>, String> {
        let values = rows.evaluate(compile(value, &self.context).cast(DataType::Int64))?;
        Ok(values.i64().map_err(defect)?.iter().collect())
    }

    /// As [`Facts::integers`], for numbers with decimals.
    pub fn numbers(&self, rows: &Rowset, value: &Checked) -> Result<Vec<Option<f64>>, String> {
        let values = rows.evaluate(compile(value, &self.context).cast(DataType::Float64))?;
        Ok(values.f64().map_err(defect)?.iter().collect())
    }

    fn all_of(&self, filters: &[&Checked]) -> Option<Expr> {
        filters.iter().map(|filter| compile(filter, &self.context)).reduce(|all, next| all.and(next))
    }
}

/// Rows of one form or reference table.
#[derive(Debug, Clone)]
pub struct Rowset {
    df: DataFrame,
    /// Recommending unit of each row, as an index of the roster.
    pub units: Vec<Option<u32>>,
    pub accepted: Vec<bool>,
    /// Rows of a form, and not of a reference table.
    pub of_returns: bool,
    /// File of each row; empty for reference tables.
    pub sources: Vec<u32>,
}

impl Rowset {
    fn of_form(frame: &ValidatedFrame) -> Result<Rowset, String> {
        let df = frame.df.clone();
        let u32s = |name: &str| -> Result<Vec<Option<u32>>, String> {
            Ok(df.column(name).map_err(defect)?.u32().map_err(defect)?.iter().collect())
        };
        let units = u32s(UNIT)?;
        let sources = u32s(SOURCE)?.into_iter().map(|source| source.unwrap_or(u32::MAX)).collect();
        let accepted = df.column(ACCEPTED).map_err(defect)?.bool().map_err(defect)?;
        let accepted = accepted.iter().map(|accepted| accepted == Some(true)).collect();
        Ok(Rowset { units, accepted, of_returns: true, sources, df })
    }

    /// A row belongs to the unit that its text names for certain, else to nobody.
    fn of_reference(table: &ReferenceTable, unit_column: &str, roster: &Roster) -> Result<Rowset, String> {
        let height = table.lines.len();
        let mut df = reference_frame(table, roster);
        df.with_column(Column::new(ACCEPTED.into(), vec![true; height])).map_err(defect)?;
        let recommenders = recommenders(roster);
        let mut known: BTreeMap<&str, Option<u32>> = BTreeMap::new();
        let named = df.column(unit_column).map_err(defect)?.str().map_err(defect)?;
        let units = named
            .iter()
            .map(|name| {
                let name = name?;
                *known.entry(name).or_insert_with(|| match roster.find(name) {
                    [unit] => recommenders.get(*unit as usize).copied().flatten(),
                    _ => None,
                })
            })
            .collect();
        let accepted = vec![true; height];
        Ok(Rowset { units, accepted, of_returns: false, sources: Vec::new(), df })
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

    /// A column by its name.
    ///
    /// # Errors
    /// No such column: a defect, since the definition was checked.
    pub fn column(&self, name: &str) -> Result<&Column, String> {
        self.df.column(name).map_err(defect)
    }

    /// A text column, row by row.
    pub fn texts(&self, name: &str) -> Result<Vec<Option<&str>>, String> {
        Ok(self.column(name)?.str().map_err(defect)?.iter().collect())
    }

    /// An engine column of whole numbers, row by row.
    pub fn whole(&self, name: &str) -> Result<Vec<u32>, String> {
        let column = self.column(name)?.cast(&DataType::UInt32).map_err(defect)?;
        Ok(column.u32().map_err(defect)?.iter().map(|value| value.unwrap_or(u32::MAX)).collect())
    }

    /// One value a row, constants spread over all rows.
    fn evaluate(&self, expression: Expr) -> Result<Column, String> {
        let lazy = self.df.clone().lazy().with_columns([expression.alias(MASK)]).select([col(MASK)]);
        let df = lazy.collect().map_err(defect)?;
        df.column(MASK).cloned().map_err(defect)
    }
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

fn reported(roster: &Roster, verdict: &RunVerdict, forms: &[Rowset]) -> Vec<bool> {
    let mut reported = vec![false; roster.units.len()];
    let mut note = |unit: u32| {
        if let Some(reported) = reported.get_mut(unit as usize) {
            *reported = true;
        }
    };
    for unit in &verdict.units {
        if matches!(unit.status, UnitStatus::OnTime | UnitStatus::Undated | UnitStatus::Late { .. }) {
            note(unit.unit);
        }
    }
    // Somebody else may have sent its rows, or its return was sent back for a few of them: those figures are there.
    for unit in forms.iter().flat_map(|rows| &rows.units).flatten() {
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
            if let MeasureKind::Count { from, .. } | MeasureKind::Sum { from, .. } | MeasureKind::Ratio { from, .. } =
                &measure.kind
                && let From::Reference { name, unit_column } = from
            {
                sources.insert((name.as_str(), unit_column.as_str()));
            }
        }
    }
    let outstanding =
        plan.lookups.iter().filter_map(|lookup| Some((&lookup.reference, lookup.outstanding_by.as_ref()?)));
    sources.extend(outstanding.map(|(name, unit_column)| (name.as_str(), unit_column.as_str())));
    sources
}
