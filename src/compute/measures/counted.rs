//! Measures over rows: counts, sums, means and pooled proportions; and what stands where rows say no value, or all of
//! them were sent back.

use super::cells::MeasureCells;
use super::frame::{MeasureFrame, SiftedRows, SortedRows};
use crate::compute::tally::Tally;
use crate::language::{Checked, Type};
use crate::model::Scalars;
use crate::model::statistic::StatCell;
use crate::model::values::Scalar;
use crate::text::numbers::settled;
use std::borrow::Cow;

impl MeasureFrame<'_> {
    /// How many rows pass.
    pub fn counted(&self, sorted: &SortedRows<'_>, sifted: &SiftedRows<'_>) -> Result<MeasureCells, String> {
        Ok(self.grid(self.count(sorted, sifted)?, sorted.slices, StatCell::Integer))
    }

    /// The sum of a value over the rows that pass and have one.
    pub fn summed(
        &self,
        sorted: &SortedRows<'_>,
        sifted: &SiftedRows<'_>,
        value: &Checked,
    ) -> Result<MeasureCells, String> {
        let (mut cells, filled) = if value.ty() == Type::Integer {
            let values = self.values(sorted, |facts, rows| facts.integers(rows, value))?;
            let sum = self.whole_sum(sorted, sifted, |at, row| values[at].get(row))?;
            let filled = self.filled(sorted, sifted, &values)?;
            (self.grid(sum, sorted.slices, StatCell::Integer), filled)
        } else {
            let values = self.values(sorted, |facts, rows| facts.numbers(rows, value))?;
            let sum = self.sum(sorted, sifted, |at, row| values[at].get(row))?;
            let filled = self.filled(sorted, sifted, &values)?;
            (self.grid(sum, sorted.slices, |sum| StatCell::Number(settled(sum, sum))), filled)
        };
        let counted = self.count(sorted, sifted)?;
        if let (Some(filled), Some(counted)) = (filled, counted) {
            unfilled(&mut cells, &counted, &filled);
            if let Some(held) = self.held(sorted, sifted, value) {
                pending(&mut cells, &held, &filled);
            }
            self.sent_back(&mut cells, &counted, sorted, sifted);
        }
        Ok(cells)
    }

    /// The mean over the rows that have a value: values and rows are added up apart, in the total row too. Over no such
    /// row there is none.
    pub fn average(
        &self,
        sorted: &SortedRows<'_>,
        sifted: &SiftedRows<'_>,
        value: &Checked,
    ) -> Result<MeasureCells, String> {
        let values = self.values(sorted, |facts, rows| facts.numbers(rows, value))?;
        let sums = self.sum(sorted, sifted, |at, row| values[at].get(row))?;
        let counts = self.filled(sorted, sifted, &values)?;
        let cell = |(sum, count)| match count {
            0 => StatCell::NotApplicable,
            count => StatCell::Number(sum / count as f64),
        };
        Ok(self.pairs((sums, counts), sorted.slices, |(_, count)| *count == 0, cell))
    }

    /// Pooled: numerators and denominators are added up apart, in the total row too.
    pub fn ratio(&self, sorted: &SortedRows<'_>, among: &SiftedRows<'_>, of: &Checked) -> Result<MeasureCells, String> {
        let counts = self.sift(sorted, &[&among.filters[..], &[of]].concat())?;
        let (nums, dens) = (self.count(sorted, &counts)?, self.count(sorted, among)?);
        let cell = |(num, den)| StatCell::Ratio { num, den };
        Ok(self.pairs((nums, dens), sorted.slices, |(_, den)| *den == 0, cell))
    }

    /// Pooled sums; a row that lacks either number is in neither.
    pub fn rate(
        &self,
        sorted: &SortedRows<'_>,
        sifted: &SiftedRows<'_>,
        pair: (&Checked, &Checked),
    ) -> Result<MeasureCells, String> {
        let both =
            self.values(sorted, |facts, rows| Ok((facts.integers(rows, pair.0)?, facts.integers(rows, pair.1)?)))?;
        let pair = |at: usize, row: usize| both[at].0.get(row).zip(both[at].1.get(row));
        let nums = self.whole_sum(sorted, sifted, |at, row| pair(at, row).map(|(of, _)| of))?;
        let dens = self.whole_sum(sorted, sifted, |at, row| pair(at, row).map(|(_, over)| over))?;
        let cell = |(num, den)| StatCell::Ratio { num, den };
        Ok(self.pairs((nums, dens), sorted.slices, |(num, den)| *num == 0 && *den == 0, cell))
    }

    /// Rows that pass and whose value is held out until someone decides; `None` where no cell is.
    fn held(&self, sorted: &SortedRows<'_>, sifted: &SiftedRows<'_>, value: &Checked) -> Option<Tally<i64>> {
        if !sorted.slices.slices.iter().any(|slice| slice.rows.grid.holds_cells()) {
            return None;
        }
        let read = self.values(sorted, |_, rows| {
            Ok(value.columns().iter().filter_map(|name| rows.grid.position(name)).collect::<Vec<usize>>())
        });
        let read = read.ok()?;
        let held = |slice: usize, row: usize| {
            let grid = &sorted.slices.slices[slice].rows.grid;
            read[slice].iter().any(|at| grid.is_pending(row, *at)).then_some(1_i64)
        };
        self.sum(sorted, sifted, held).ok()?
    }

    /// How many of the rows that pass have a value.
    fn filled<T: Scalar>(
        &self,
        sorted: &SortedRows<'_>,
        sifted: &SiftedRows<'_>,
        values: &[Cow<'_, Scalars<T>>],
    ) -> Result<Option<Tally<i64>>, String> {
        self.sum(sorted, sifted, |at, row| values[at].get(row).map(|_| 1))
    }

    /// Where all rows of a unit's cell were sent back its sum is not 0: it is not known. A row that was sent back and whose
    /// code cannot be told may belong into any cell of its unit.
    fn sent_back(
        &self,
        cells: &mut MeasureCells,
        counted: &Tally<i64>,
        sorted: &SortedRows<'_>,
        sifted: &SiftedRows<'_>,
    ) {
        if !self.axis.is_by_unit() || self.only.is_some() {
            return;
        }
        let read = self.read(sorted, sifted);
        let unplaced = (!self.across.is_plain()).then(|| self.across.width().saturating_sub(1));
        for ((cells, counted), read) in cells.parts.iter_mut().zip(counted.parts.iter()).zip(read.parts.iter()) {
            let sent_back = |at: usize| read.get(at) > counted.get(at);
            let anywhere = unplaced.is_some_and(sent_back);
            for (at, (cell, counted)) in cells.iter_mut().zip(counted).enumerate() {
                if *counted == 0 && (anywhere || sent_back(at)) {
                    *cell = StatCell::Returned;
                }
            }
        }
    }
}

/// All lines, the total last.
fn lines(tally: &Tally<i64>) -> impl Iterator<Item = &[i64]> {
    tally.parts.iter().chain([&*tally.total])
}

/// Where rows count and none of them says a value, their sum is not 0: nobody said how much. Where some say none, the
/// table has to say how many.
fn unfilled(cells: &mut MeasureCells, counted: &Tally<i64>, filled: &Tally<i64>) {
    let amounts = lines(counted).zip(lines(filled));
    let lines = cells.parts.iter_mut().chain([&mut *cells.total]).zip(amounts);
    mark(lines, &StatCell::Unfilled, |counted, filled| counted > 0 && filled == 0);
    // The last is the sum of all columns, or the only one.
    let last = |line: &[i64]| line.last().copied().unwrap_or(0);
    cells.unfilled = last(&counted.total) - last(&filled.total);
}

/// Where nothing is left but values that wait for a decision, there is no sum yet.
fn pending(cells: &mut MeasureCells, held: &Tally<i64>, filled: &Tally<i64>) {
    let amounts = lines(held).zip(lines(filled));
    let lines = cells.parts.iter_mut().chain([&mut *cells.total]).zip(amounts);
    mark(lines, &StatCell::Pending, |held, filled| held > 0 && filled == 0);
}

/// Puts `state` where the two amounts of a cell ask for it.
fn mark<'c>(
    lines: impl Iterator<Item = (&'c mut [StatCell], (&'c [i64], &'c [i64]))>,
    state: &StatCell,
    wanted: impl Fn(i64, i64) -> bool,
) {
    for (cells, (left, right)) in lines {
        for (cell, (left, right)) in cells.iter_mut().zip(left.iter().zip(right)) {
            if wanted(*left, *right) {
                *cell = state.clone();
            }
        }
    }
}
