//! Rows of one form or reference table as tables read them: each with the recommending unit it counts under, and whether
//! it counts. Knows no table.

use crate::definition::reference::ReferenceTable;
use crate::definition::{Basis, Roster};
use crate::language::{RunContext, Term};
use crate::model::values::{MetValues, Scalar};
use crate::model::{Column, Scalars, Value};
use crate::rows::{Grid, Origins, ValidatedRows, recommenders};
use polars::prelude::{PolarsError, PolarsResult, Series};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The engine's own columns: whether a row counts, and whether it has a unit that it counts under.
pub const ACCEPTED: &str = "#accepted";
pub const PLACED: &str = "#placed";

/// Rows of one form or reference table.
#[derive(Debug, Clone)]
pub struct Rowset<'a> {
    pub grid: Grid,
    /// Recommending unit of each row, as an index of the roster.
    pub units: Cow<'a, Scalars<u32>>,
    pub accepted: Cow<'a, [bool]>,
    /// Rows of a form, and not of a reference table.
    pub of_returns: bool,
    /// Where each row came from; `None` for reference tables and stored rows.
    pub origins: Option<&'a Origins>,
    /// What its expressions are evaluated with, where that is not the run's own: rows of another period.
    pub context: Option<RunContext>,
}

impl<'a> Rowset<'a> {
    pub fn of_form(validated: &'a ValidatedRows) -> Rowset<'a> {
        let ValidatedRows { rows, accepted } = validated;
        let placed = rows.units.iter().map(|unit| unit.is_some());
        let grid = rows.grid.clone().with_truths(ACCEPTED, accepted.iter().copied()).with_truths(PLACED, placed);
        Rowset {
            grid,
            units: Cow::Borrowed(&rows.units),
            accepted: Cow::Borrowed(accepted),
            of_returns: true,
            origins: Some(&rows.origins),
            context: None,
        }
    }

    /// A row belongs to the unit that its text names for certain, else to nobody.
    pub fn of_reference(table: &ReferenceTable, unit_column: &str, roster: &Roster) -> Result<Rowset<'a>, String> {
        let height = table.lines.len();
        let recommenders = recommenders(roster);
        let mut known: BTreeMap<&str, Option<u32>> = BTreeMap::new();
        let plain = Grid::of_reference(table, roster);
        let Some(Column::Text(named)) = plain.column(unit_column) else { return Err(missing(unit_column)) };
        let units: Scalars<u32> = named
            .iter()
            .map(|name| {
                let name = name?;
                *known.entry(name).or_insert_with(|| match roster.find(name) {
                    [unit] => recommenders.get(*unit as usize).copied().flatten(),
                    _ => None,
                })
            })
            .collect();
        let placed: Vec<bool> = units.iter().map(|unit| unit.is_some()).collect();
        let accepted = vec![true; height];
        let grid =
            plain.clone().with_truths(ACCEPTED, accepted.iter().copied()).with_truths(PLACED, placed.into_iter());
        Ok(Rowset {
            grid,
            units: Cow::Owned(units),
            accepted: accepted.into(),
            of_returns: false,
            origins: None,
            context: None,
        })
    }

    /// Accepted rows of an earlier period.
    pub fn of_past(grid: Grid, units: &[Option<u32>], context: RunContext) -> Rowset<'static> {
        let accepted = vec![true; units.len()];
        let placed = units.iter().map(Option::is_some);
        let grid = grid.with_truths(ACCEPTED, accepted.iter().copied()).with_truths(PLACED, placed);
        let units = Cow::Owned(units.iter().copied().collect());
        Rowset { grid, units, accepted: accepted.into(), of_returns: true, origins: None, context: Some(context) }
    }

    pub fn len(&self) -> usize {
        self.units.len()
    }

    /// Whether a row counts. One whose unit nobody knows is in no table, not even among all that was read
    /// (RETURNS.md §8).
    pub fn counts(&self, row: usize, basis: Basis) -> bool {
        match basis {
            Basis::Accepted => self.accepted[row],
            Basis::Read => !self.of_returns || self.units.get(row).is_some(),
        }
    }

    /// Position of a column by its name.
    ///
    /// # Errors
    /// No such column: a defect, since the definition was checked.
    pub fn position(&self, name: &str) -> Result<usize, String> {
        self.grid.position(name).ok_or_else(|| missing(name))
    }

    /// What `of` makes of a text column, row by row; it is asked once a text.
    pub fn each_text<T: Copy>(
        &self,
        name: &str,
        of: impl Fn(Option<&str>) -> T,
    ) -> Result<impl Iterator<Item = T>, String> {
        let column = self.position(name)?;
        let text = |code| match self.grid.value_of(code, column) {
            Value::Text(text) => Some(text),
            _ => None,
        };
        // Rows are numbered in 32 bits everywhere, and no column has more codes.
        let answers: Vec<T> = (0..=self.grid.codes(column) as u32).map(|code| of(text(code))).collect();
        Ok((0..self.len()).map(move |row| answers[self.grid.code_at(row, column) as usize]))
    }

    /// Per row, whether a term is true; NULL is not.
    pub fn truths(&self, term: &Term, needs: &[&str], context: &RunContext) -> Result<Vec<bool>, String> {
        self.grid.truths(term, needs, self.context.as_ref().unwrap_or(context)).map_err(defect)
    }

    /// For how many rows a term is true, found by another way than [`Rowset::truths`].
    pub fn count_true(&self, term: &Term, needs: &[&str], context: &RunContext) -> Result<i64, String> {
        self.grid.count_true(term, needs, self.context.as_ref().unwrap_or(context)).map_err(defect)
    }

    /// A term's values row by row, as `take` finds them in each stretch's.
    pub fn evaluate<T: Scalar + Send + Sync>(
        &self,
        term: Term,
        needs: &[&str],
        context: &RunContext,
        take: impl Fn(&Series) -> PolarsResult<Scalars<T>> + Sync,
    ) -> Result<Scalars<T>, String> {
        let context = self.context.as_ref().unwrap_or(context);
        let answers = self.grid.evaluate(&[term], needs, context, |_, answers| match answers {
            [values] => take(values),
            _ => Ok(Scalars::default()),
        });
        let mut all = Scalars::with_capacity(self.len());
        let mut known = MetValues::default();
        answers.map_err(defect)?.iter().for_each(|stretch| all.append(stretch, &mut known));
        Ok(all)
    }
}

fn missing(column: &str) -> String {
    format!("统计计算出错：没有“{column}”列")
}

/// polars refusing what the gate let through is a defect of ours, and stops the run.
fn defect(error: PolarsError) -> String {
    format!("统计计算出错：{error}")
}
