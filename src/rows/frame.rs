//! A [`Grid`] under expressions: checked expression and rows in, truths or values by row out.
//!
//! A polars frame is made on demand, of the columns that an expression reads and of a stretch of rows at a time. Every
//! expression that the gate lets through looks at one row alone, so the stretches may be answered apart.

use super::grid::{Grid, empty};
use crate::definition::ColumnType;
use crate::language::evaluate::{spread, truths};
use crate::language::{Checked, RunContext, Term, Type, evaluate};
use crate::model::Column as Values;
use polars::prelude::{
    BooleanChunked, ChunkTake, Column, DataFrame, DataType, Float64Chunked, IdxCa, Int32Chunked, Int64Chunked,
    IntoColumn, NewChunkedArray, PlSmallStr, PolarsResult, Series, StringChunked, StringChunkedBuilder,
};
use rayon::prelude::*;

/// Rows that are answered at a time: large enough that the cost of asking vanishes, small enough that what is needed on
/// the way does.
const STRETCH: usize = 4_096;

impl Grid {
    /// A polars column of some rows; `None` for one that is not there.
    fn series(&self, name: &str, rows: impl ExactSizeIterator<Item = usize> + Clone) -> Option<Column> {
        let label = PlSmallStr::from(name);
        if let Some(truths) = self.extra.get(name) {
            return Some(all_or_some::<BooleanChunked, _, _>(label, rows.map(|row| truths.get(row))).into_column());
        }
        let at = self.position(name)?;
        Some(match self.at(at)? {
            // Joined columns have no words of their own here; most are numbers. What stands in for a column has other codes.
            Values::Text(v) if v.recurs() && at < self.words.len() && !self.instead.contains_key(&at) => {
                let words = self.words.get(at)?.get_or_init(|| {
                    StringChunked::from_iter_options(PlSmallStr::EMPTY, (1..=v.codes() as u32).map(|code| v.word(code)))
                });
                picked(label, words, rows.map(|row| v.code(row).checked_sub(1)))?
            }
            Values::Text(v) => texts(label, rows.map(|row| v.get(row))),
            Values::Unit(v) => {
                let names = || self.units.iter().map(|name| Some(&**name));
                let words =
                    self.unit_words.get_or_init(|| StringChunked::from_iter_options(PlSmallStr::EMPTY, names()));
                let known = |unit: &u32| (*unit as usize) < self.units.len();
                picked(label, words, rows.map(|row| v.get(row).filter(known)))?
            }
            Values::Integer(v) => all_or_some::<Int64Chunked, _, _>(label, rows.map(|row| v.get(row))).into_column(),
            Values::Number(v) => all_or_some::<Float64Chunked, _, _>(label, rows.map(|row| v.get(row))).into_column(),
            Values::Boolean(v) => all_or_some::<BooleanChunked, _, _>(label, rows.map(|row| v.get(row))).into_column(),
            Values::Date(v) => all_or_some::<Int32Chunked, _, _>(label, rows.map(|row| v.get(row))).into_column(),
        })
    }

    fn frame(&self, needs: &[&str], rows: impl ExactSizeIterator<Item = usize> + Clone) -> PolarsResult<DataFrame> {
        let height = rows.len();
        DataFrame::new(height, needs.iter().filter_map(|name| self.series(name, rows.clone())).collect())
    }

    /// Evaluates terms that read the columns `needs`, some rows at a time, in parallel; `take` gets the first row of a
    /// stretch and its answers, each as long as the stretch, and what it makes of them comes back in row order.
    ///
    /// # Errors
    /// A term does not fit these columns: a defect of ours, since the gate typed it against them.
    pub fn evaluate<T: Send>(
        &self,
        terms: &[Term],
        needs: &[&str],
        context: &RunContext,
        take: impl Fn(usize, &[Series]) -> PolarsResult<T> + Sync,
    ) -> PolarsResult<Vec<T>> {
        let stretches: Vec<usize> = (0..self.height).step_by(STRETCH).collect();
        let answers = stretches.par_iter().map(|first| {
            let rows = *first..self.height.min(first + STRETCH);
            take(*first, &self.answers(terms, needs, rows, context)?)
        });
        answers.collect()
    }

    /// What each term comes to for some rows, one after the other.
    pub(super) fn answers(
        &self,
        terms: &[Term],
        needs: &[&str],
        rows: impl ExactSizeIterator<Item = usize> + Clone,
        context: &RunContext,
    ) -> PolarsResult<Vec<Series>> {
        let frame = self.frame(needs, rows)?;
        let answer = |term| {
            // What is the same for all rows comes once.
            Ok(spread(evaluate(term, &frame, context)?, frame.height()))
        };
        terms.iter().map(answer).collect()
    }

    /// Per condition, the rows (ascending) for which it is true; NULL is not true.
    pub fn rows_where(&self, conditions: &[(Term, Vec<&str>)], context: &RunContext) -> Vec<Vec<usize>> {
        // Several share the columns that they read; one that reads columns of few values is asked of what differs in them.
        if let [(term, needs)] = conditions
            && let Some(alike) = self.alike(needs)
        {
            return vec![alike.rows_where(term, needs, context)];
        }
        let terms: Vec<Term> = conditions.iter().map(|(term, _)| term.clone()).collect();
        let mut needs: Vec<&str> = conditions.iter().flat_map(|(_, needs)| needs.iter().copied()).collect();
        needs.sort_unstable();
        needs.dedup();
        let hits = |first: usize, answers: &[Series]| {
            let rows = |answer: &Series| {
                let truths = truths(answer)?;
                let hits = truths.iter().enumerate().filter(|(_, truth)| *truth == Some(true));
                Ok(hits.map(|(row, _)| first + row).collect::<Vec<usize>>())
            };
            answers.iter().map(rows).collect::<PolarsResult<Vec<_>>>()
        };
        // The gate typed every expression against these very columns. Should polars refuse one all the same, stopping
        // is right: every other answer would let rows pass unexamined.
        let stretches = self
            .evaluate(&terms, &needs, context, hits)
            .unwrap_or_else(|error| panic!("polars refused an expression that the gate had typed: {error}"));
        let mut all = vec![Vec::new(); conditions.len()];
        for stretch in stretches {
            all.iter_mut().zip(stretch).for_each(|(all, hits)| all.extend(hits));
        }
        all
    }

    /// An expression's value for every row.
    pub fn values(&self, checked: &Checked, context: &RunContext) -> Values {
        let needs: Vec<&str> = checked.columns().iter().map(String::as_str).collect();
        let terms = [checked.node().clone()];
        let taken = self.evaluate(&terms, &needs, context, |_, answers| Ok(answers.first().cloned()));
        // As in `rows_where`: the gate typed it, and stopping is right.
        let stretches =
            taken.unwrap_or_else(|error| panic!("polars refused an expression that the gate had typed: {error}"));
        let mut all = empty(match checked.ty() {
            Type::Text => ColumnType::Text,
            Type::Integer => ColumnType::Integer,
            Type::Number => ColumnType::Number,
            Type::Boolean => ColumnType::Boolean,
            Type::Date => ColumnType::Date,
        });
        for stretch in stretches.into_iter().flatten() {
            let wanted = "polars answers in the type that the gate found";
            match &mut all {
                Values::Text(all) => stretch.str().expect(wanted).iter().for_each(|value| all.push(value)),
                Values::Integer(all) => stretch.i64().expect(wanted).iter().for_each(|value| all.push(value)),
                Values::Number(all) => {
                    let real = stretch.cast(&DataType::Float64).expect(wanted);
                    real.f64().expect(wanted).iter().for_each(|value| all.push(value));
                }
                Values::Boolean(all) => stretch.bool().expect(wanted).iter().for_each(|value| all.push(value)),
                Values::Date(all) => stretch.i32().expect(wanted).iter().for_each(|value| all.push(value)),
                Values::Unit(_) => {}
            }
        }
        all
    }

    /// Per row, whether an expression is true; NULL is not true.
    pub fn mask(&self, checked: &Checked, context: &RunContext) -> Vec<bool> {
        let mut mask = vec![false; self.height];
        let needs = checked.columns().iter().map(String::as_str).collect();
        for row in self.rows_where(&[(checked.node().clone(), needs)], context).into_iter().flatten() {
            if let Some(slot) = mask.get_mut(row) {
                *slot = true;
            }
        }
        mask
    }
}

/// A column of values; most have one in every row, and none is then asked for whether it is there.
fn all_or_some<C, T, N>(name: PlSmallStr, values: impl Iterator<Item = Option<N>> + Clone) -> C
where
    C: NewChunkedArray<T, N>,
{
    let mut all = Vec::with_capacity(values.size_hint().0);
    for value in values.clone() {
        match value {
            Some(value) => all.push(value),
            None => return C::from_iter_options(name, values),
        }
    }
    C::from_slice(name, &all)
}

/// The words at these positions: views of them, without a copy of their bytes.
fn picked(name: PlSmallStr, words: &StringChunked, at: impl Iterator<Item = Option<u32>> + Clone) -> Option<Column> {
    let at: IdxCa = all_or_some(PlSmallStr::EMPTY, at);
    Some(words.take(&at).ok()?.with_name(name).into_column())
}

fn texts<'a>(name: PlSmallStr, values: impl ExactSizeIterator<Item = Option<&'a str>>) -> Column {
    let mut builder = StringChunkedBuilder::new(name, values.len());
    values.for_each(|value| builder.append_option(value));
    builder.finish().into_column()
}
