//! What a measure is computed within, and its rows sorted and sifted: into groups and columns once, through its filters
//! once, whatever is then counted or added up of them.

use super::cells::{DoubtedCells, MeasureCells, PartialRows};
use crate::compute::axis::{Across, Axis, Reporting, TablePlaces};
use crate::compute::facts::Facts;
use crate::compute::lines::Lines;
use crate::compute::pairing::Pairing;
use crate::compute::periods::{PeriodRows, Slice, Slices};
use crate::compute::rowset::Rowset;
use crate::compute::source::{columns_of, source};
use crate::compute::tally::{Amount, Tally};
use crate::definition::{Basis, Measure, Statistic};
use crate::domain::period::Period;
use crate::language::Checked;
use crate::model::statistic::StatCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

/// What a measure is computed within.
#[derive(Clone)]
pub struct MeasureFrame<'a> {
    pub statistic: &'a Statistic,
    pub axis: &'a Axis<'a>,
    pub across: &'a Across,
    pub facts: &'a Facts<'a>,
    pub placed: &'a PlacedRows,
    /// The period that is looked from; `None` is the run's own, and no column of a layout over periods.
    pub at: Option<&'a Period>,
    /// Rows that count, in a comparison like with like.
    pub only: Option<&'a Pairing>,
    /// Names the table and the measure if a proof fails.
    pub what: String,
}

/// The places of this run's rows in one table, by where the rows lie in memory, which is the same place as long as there are
/// facts: all measures of a table are mostly of the same rows.
#[derive(Default)]
pub struct PlacedRows(Mutex<Vec<(usize, Arc<TablePlaces>)>>);

impl PlacedRows {
    fn of(
        &self,
        rows: &Rowset<'_>,
        find: impl FnOnce() -> Result<TablePlaces, String>,
    ) -> Result<Arc<TablePlaces>, String> {
        let at = std::ptr::from_ref(rows).addr();
        // Each entry is whole or not there, so a thread that panicked left nothing broken.
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, places)) = known.iter().find(|(known, _)| *known == at) {
            return Ok(Arc::clone(places));
        }
        let places = Arc::new(find()?);
        known.push((at, Arc::clone(&places)));
        Ok(places)
    }
}

/// The rows of a measure, period by period, each in its group and column.
pub struct SortedRows<'s> {
    pub slices: &'s Slices<'s>,
    /// Per slice.
    places: Vec<Arc<TablePlaces>>,
}

/// Which of the rows pass a measure's filters, by slice.
pub struct SiftedRows<'f> {
    pub filters: Vec<&'f Checked>,
    /// Whether the filters hold, of rows that count and of others.
    holds: Vec<Vec<bool>>,
    /// Whether the row counts as well.
    counts: Vec<Vec<bool>>,
}

impl MeasureFrame<'_> {
    /// The rows of a measure that has a source, period by period.
    pub fn slices(&self, measure: &Measure) -> Result<Slices<'_>, String> {
        self.slices_with(measure, None)
    }

    /// The same where one more column is read.
    pub fn slices_with(&self, measure: &Measure, more: Option<&str>) -> Result<Slices<'_>, String> {
        let Some(from) = source(&measure.kind) else { return Err(format!("{}没有来源", self.what)) };
        let mut columns = columns_of(self.statistic, &measure.kind);
        columns.extend(more.map(str::to_owned));
        Slices::of(from, measure.period, self.at, &columns, self.facts)
    }

    pub fn width(&self) -> usize {
        self.across.width() + usize::from(!self.across.is_plain())
    }

    /// Cells of a measure that has no rows at all to be computed from.
    pub fn without_rows(&self) -> MeasureCells {
        MeasureCells::filled(self.axis.groups.len(), self.width(), StatCell::NotApplicable)
    }

    /// Every row of the slices in its group and column.
    pub fn sort<'s>(&self, slices: &'s Slices<'s>) -> Result<SortedRows<'s>, String> {
        let find = |rows: &Rowset<'_>| self.axis.places(self.across, rows, self.facts);
        let place = |slice: &Slice<'_>| match &slice.rows {
            PeriodRows::Here(rows) => self.placed.of(rows, || find(rows)),
            PeriodRows::Stored(rows) => find(rows).map(Arc::new),
        };
        Ok(SortedRows { slices, places: slices.slices.iter().map(place).collect::<Result<_, String>>()? })
    }

    /// The rows that pass all `filters`.
    pub fn sift<'f>(&self, sorted: &SortedRows<'_>, filters: &[&'f Checked]) -> Result<SiftedRows<'f>, String> {
        #[cfg(test)]
        super::work::SIFTED.with(|sifted| sifted.set(sifted.get() + 1));
        let slices = &sorted.slices.slices;
        let holds = slices.iter().map(|slice| self.facts.holds(&slice.rows, filters)).collect::<Result<Vec<_>, _>>()?;
        let counts = |(slice, holds): (&Slice<'_>, &Vec<bool>)| -> Vec<bool> {
            let only = |row| self.only.is_none_or(|only| only.holds(&slice.period, row));
            let rows = holds.iter().enumerate();
            rows.map(|(row, holds)| *holds && slice.rows.counts(row, slice.basis) && only(row)).collect()
        };
        let counts = slices.iter().zip(&holds).map(counts).collect();
        Ok(SiftedRows { filters: filters.to_vec(), holds, counts })
    }

    /// What `value` makes of each slice's rows, slice by slice.
    pub fn values<'s, V>(
        &self,
        sorted: &SortedRows<'s>,
        value: impl Fn(&Facts<'_>, &'s Rowset<'_>) -> Result<V, String>,
    ) -> Result<Vec<V>, String> {
        sorted.slices.slices.iter().map(|slice| value(self.facts, &slice.rows)).collect()
    }

    /// Counted by group and column, and proven; `None` where there are no rows to count.
    pub fn count(&self, sorted: &SortedRows<'_>, sifted: &SiftedRows<'_>) -> Result<Option<Tally<i64>>, String> {
        let mut all: Option<Tally<i64>> = None;
        for (at, slice) in sorted.slices.slices.iter().enumerate() {
            let mask = &sifted.counts[at];
            let tally = self.tally(sorted, at, |row| i64::from(mask[row]));
            let independent = match self.only {
                Some(_) => mask.iter().map(|counts| i64::from(*counts)).sum(),
                None => self.facts.count(&slice.rows, slice.basis, &sifted.filters)?,
            };
            tally.prove(independent, &self.what)?;
            add(&mut all, tally);
        }
        Ok(all.map(|tally| self.closed(tally)))
    }

    /// Summed by group and column, and proven; `value` is that of a row of a slice. A row without one adds nothing.
    pub fn sum<T: Amount>(
        &self,
        sorted: &SortedRows<'_>,
        sifted: &SiftedRows<'_>,
        value: impl Fn(usize, usize) -> Option<T>,
    ) -> Result<Option<Tally<T>>, String> {
        let mut all: Option<Tally<T>> = None;
        for (at, mask) in sifted.counts.iter().enumerate() {
            let tally = self.tally(sorted, at, |row| if mask[row] { value(at, row) } else { None }.unwrap_or_default());
            let mut independent = T::default();
            let counted = mask.iter().enumerate().filter(|(_, counts)| **counts);
            counted.for_each(|(row, _)| independent += value(at, row).unwrap_or_default());
            tally.prove(independent, &self.what)?;
            add(&mut all, tally);
        }
        Ok(all.map(|tally| self.closed(tally)))
    }

    /// A sum of whole numbers that is exact, or an error: sums that wrapped would agree with one another, and be wrong.
    pub fn whole_sum(
        &self,
        sorted: &SortedRows<'_>,
        sifted: &SiftedRows<'_>,
        value: impl Fn(usize, usize) -> Option<i64>,
    ) -> Result<Option<Tally<i64>>, String> {
        let slices = sorted.slices.slices.iter().enumerate();
        let rows = slices.flat_map(|(at, slice)| (0..slice.rows.len()).map(move |row| (at, row)));
        let all: i128 = rows.filter_map(|(at, row)| value(at, row)).map(|value| i128::from(value.unsigned_abs())).sum();
        if i64::try_from(all).is_err() {
            return Err(format!("{}的合计超出能准确计算的范围", self.what));
        }
        self.sum(sorted, sifted, value)
    }

    /// Rows that count and rows that were read, where some of a unit's were sent back; `None` where all of them count.
    pub fn partial(&self, sorted: &SortedRows<'_>, sifted: &SiftedRows<'_>) -> Option<PartialRows> {
        let sent_back = |slice: &Slice<'_>| {
            !slice.stored && slice.basis == Basis::Accepted && slice.rows.accepted.iter().any(|accepted| !accepted)
        };
        if !self.axis.is_by_unit() || self.only.is_some() || !sorted.slices.slices.iter().any(sent_back) {
            return None;
        }
        Some(PartialRows { counted: self.count(sorted, sifted).ok()??, read: self.read(sorted, sifted) })
    }

    /// The doubted cells of `columns` in the rows that pass, by group and column; `None` where there are none. Of stored
    /// periods nobody knows any: what was held out then is nothing in them.
    pub fn doubted(
        &self,
        sorted: &SortedRows<'_>,
        sifted: &SiftedRows<'_>,
        (form, columns): (usize, &BTreeSet<String>),
    ) -> Option<DoubtedCells> {
        let mine = self.facts.doubts.iter().filter(|doubt| doubt.form == form && columns.contains(&*doubt.column));
        let mut by_row: BTreeMap<usize, (i64, i64)> = BTreeMap::new();
        for doubt in mine {
            let (all, held) = by_row.entry(doubt.row).or_default();
            *all += 1;
            *held += i64::from(doubt.held);
        }
        if by_row.is_empty() {
            return None;
        }
        let (mut all, mut held): (Option<Tally<i64>>, Option<Tally<i64>>) = (None, None);
        for (at, slice) in sorted.slices.slices.iter().enumerate() {
            let here = !slice.stored && slice.rows.of_returns;
            // A held cell may be what a filter asks for, so its row need not pass.
            let of = |row: usize| by_row.get(&row).filter(|_| here).copied().unwrap_or_default();
            let open = |row: usize| if sifted.counts[at][row] { of(row).0 - of(row).1 } else { 0 };
            let out = |row: usize| if slice.rows.counts(row, slice.basis) { of(row).1 } else { 0 };
            add(&mut all, self.tally(sorted, at, |row| open(row) + out(row)));
            add(&mut held, self.tally(sorted, at, out));
        }
        let all = all.filter(|all| all.total.iter().any(|cells| *cells > 0))?;
        Some(DoubtedCells { all: self.closed(all), held: self.closed(held?) })
    }

    /// Rows that were read at all, blocked ones included; of stored periods only accepted ones are left.
    pub fn read(&self, sorted: &SortedRows<'_>, sifted: &SiftedRows<'_>) -> Tally<i64> {
        let mut all: Option<Tally<i64>> = None;
        for (at, (slice, holds)) in sorted.slices.slices.iter().zip(&sifted.holds).enumerate() {
            let read = |row: usize| holds[row] && slice.rows.counts(row, Basis::Read);
            add(&mut all, self.tally(sorted, at, |row| i64::from(read(row))));
        }
        let none = || Tally::nothing(self.axis.groups.len() + 1, self.across.width());
        self.closed(all.unwrap_or_else(none))
    }

    /// The `weight` of one slice's rows, by group and column.
    fn tally<T: Amount>(&self, sorted: &SortedRows<'_>, slice: usize, weight: impl Fn(usize) -> T) -> Tally<T> {
        Tally::new(&sorted.places[slice], weight)
    }

    fn closed<T: Amount>(&self, tally: Tally<T>) -> Tally<T> {
        if self.across.is_plain() { tally } else { tally.with_sum() }
    }

    /// A tally as cells.
    pub fn grid<T: Amount>(
        &self,
        tally: Option<Tally<T>>,
        slices: &Slices<'_>,
        cell: impl Fn(T) -> StatCell,
    ) -> MeasureCells {
        let Some(tally) = tally else { return self.without_rows() };
        let overlaps = tally.overlaps();
        self.cells(tally.parts, tally.total, overlaps, slices, |amount| amount.is_nothing(), cell)
    }

    /// Two tallies as cells of pairs, the parts that overlap being those of the second.
    pub fn pairs<A: Amount, B: Amount>(
        &self,
        tallies: (Option<Tally<A>>, Option<Tally<B>>),
        slices: &Slices<'_>,
        nothing: impl Fn(&(A, B)) -> bool,
        cell: impl Fn((A, B)) -> StatCell,
    ) -> MeasureCells {
        let (Some(left), Some(right)) = tallies else { return self.without_rows() };
        let parts =
            left.parts.map(|group, column, left| (*left, right.parts.at(group, column).copied().unwrap_or_default()));
        let total = left.total.iter().copied().zip(right.total.iter().copied()).collect();
        self.cells(parts, total, right.overlaps(), slices, nothing, cell)
    }

    /// Whether figures of a group can be there: of this run as the axis says, of stored periods by who reported then.
    pub fn reporting(&self, slices: &Slices<'_>) -> Vec<Reporting> {
        let now: Vec<Reporting> = self.axis.groups.iter().map(|group| group.reporting).collect();
        let stored: Vec<&[bool]> =
            slices.slices.iter().filter(|slice| slice.stored).map(|slice| slice.reported.as_slice()).collect();
        let then = self.axis.reporting(&stored, self.facts);
        let both = now.iter().zip(&then);
        match (stored.len() == slices.slices.len(), stored.is_empty()) {
            (_, true) => now,
            (true, false) => then,
            (false, false) => both.map(|(now, then)| if *then == Reporting::Reported { *then } else { *now }).collect(),
        }
    }

    /// Amounts as cells: where nobody reported, nothing is "not reported" and not zero.
    fn cells<V: Copy>(
        &self,
        parts: Lines<V>,
        total: Vec<V>,
        overlaps: bool,
        slices: &Slices<'_>,
        nothing: impl Fn(&V) -> bool,
        cell: impl Fn(V) -> StatCell,
    ) -> MeasureCells {
        let from_returns = slices.slices.iter().any(|slice| slice.rows.of_returns);
        let reporting = self.reporting(slices);
        let place = |group: usize, _: usize, amount: &V| match reporting.get(group) {
            Some(Reporting::Silent) if from_returns && nothing(amount) => StatCell::NotReported,
            Some(Reporting::NobodyExpected) if from_returns && nothing(amount) => StatCell::NotApplicable,
            _ => cell(*amount),
        };
        MeasureCells {
            parts: parts.map(place),
            total: total.into_iter().map(cell).collect(),
            derived: false,
            overlaps,
            unfilled: 0,
            note: None,
            doubted: None,
            partial: None,
            like: None,
            sides: None,
        }
    }
}

fn add<T: Amount>(all: &mut Option<Tally<T>>, tally: Tally<T>) {
    *all = Some(match all.take() {
        Some(before) => before.plus(&tally),
        None => tally,
    });
}
