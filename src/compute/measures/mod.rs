//! The measures of a statistic, each as cells by group and column: counted over rows, taken a unit at a time, or derived
//! from others.

mod by_unit;
mod cells;
mod counted;
mod derived;
mod frame;
mod verdict;
#[cfg(test)]
pub mod work;

pub use self::cells::{MeasureCells, is_nothing};

use self::derived::{combine, derive, difference, growth, points};
use self::frame::{MeasureFrame, PlacedRows};
use super::axis::{Across, Axis, Reporting};
use super::facts::Facts;
use super::pairing::Pairing;
use super::periods::Slices;
use super::quota::roster_number;
use super::source::{columns_of, fields_of, filters_of, source, unit_column};
use crate::definition::{From, Measure, MeasureKind, Statistic, When};
use crate::domain::period::Period;
use crate::model::statistic::StatCell;

/// All measures of a statistic, in order, seen from a period (`None`: the run's own).
///
/// # Errors
/// A total that does not equal its parts; measures that are derived from one another in a circle.
pub fn all(
    table: &str,
    statistic: &Statistic,
    axis: &Axis<'_>,
    across: &Across,
    at: Option<&Period>,
    facts: &Facts<'_>,
) -> Result<Vec<MeasureCells>, String> {
    let mut grids: Vec<Option<MeasureCells>> = Vec::new();
    let placed = PlacedRows::default();
    for measure in &statistic.measures {
        let what = format!("表“{table}”的“{}”", measure.name);
        let frame = MeasureFrame { statistic, axis, across, facts, placed: &placed, at, only: None, what };
        grids.push(frame.base(measure)?);
    }
    // A measure may be derived from one that stands to its right, or is itself derived.
    for _ in 0..grids.len() {
        for (index, measure) in statistic.measures.iter().enumerate() {
            if grids[index].is_none() {
                grids[index] = derive(&measure.kind, &grids, axis, facts);
                if let Some(grid) = &mut grids[index] {
                    leave_out_returned(grid, &measure.kind, statistic, axis, facts)?;
                }
            }
        }
    }
    let named = statistic.measures.iter().zip(grids);
    named.map(|(measure, grid)| grid.ok_or_else(|| format!("表“{table}”的“{}”无法推算", measure.name))).collect()
}

/// A group whose rows were all sent back counts 0 this time, and that is said under the table; growth from it would look
/// like a fall, so there is none.
fn leave_out_returned(
    grid: &mut MeasureCells,
    kind: &MeasureKind,
    statistic: &Statistic,
    axis: &Axis<'_>,
    facts: &Facts<'_>,
) -> Result<(), String> {
    let (MeasureKind::Growth { now, .. } | MeasureKind::Points { now, .. }) = kind else { return Ok(()) };
    let now = statistic.measures.get(*now).filter(|now| now.period == When::This);
    let Some(From::Form { form, .. }) = now.and_then(|now| source(&now.kind)) else { return Ok(()) };
    let counted = axis.reporting(&[&facts.counted(*form)?], facts);
    for ((line, group), counted) in grid.parts.iter_mut().zip(&axis.groups).zip(counted) {
        if group.reporting == Reporting::Reported && counted != Reporting::Reported {
            line.fill(StatCell::NotApplicable);
        }
    }
    Ok(())
}

impl MeasureFrame<'_> {
    /// A measure that does not depend on others; `None` for a derived one.
    fn base(&self, measure: &Measure) -> Result<Option<MeasureCells>, String> {
        Ok(Some(match &measure.kind {
            MeasureKind::Count { .. }
            | MeasureKind::Sum { .. }
            | MeasureKind::Average { .. }
            | MeasureKind::Ratio { .. }
            | MeasureKind::Rate { .. }
            | MeasureKind::Verdict { .. } => self.over_rows(measure, &self.slices(measure)?)?,
            MeasureKind::Growth { now, before, comparable: true } => {
                self.comparable(measure, (*now, *before), growth)?
            }
            MeasureKind::Points { now, before, comparable: true } => {
                self.comparable(measure, (*now, *before), points)?
            }
            MeasureKind::Difference { left, right, comparable: true } => {
                self.comparable(measure, (*left, *right), difference)?
            }
            MeasureKind::Roster { column } => {
                let mut unknown = 0;
                let amounts = self.by_unit(|_, unit| {
                    let number = roster_number(self.facts, column, unit)?;
                    unknown += usize::from(number.is_none());
                    Ok(number.map(|number| i64::try_from(number).unwrap_or(i64::MAX)))
                })?;
                let note = format!("名册中 {unknown} 个单位没有填{column}，未计入。");
                MeasureCells { note: (unknown > 0).then_some(note), ..amounts }
            }
            MeasureKind::Quota(part) => {
                let seats = self.facts.seats.as_ref();
                self.by_unit(|position, _| Ok(seats.and_then(|seats| seats.part(*part, position))))?
            }
            MeasureKind::Outstanding { lookup } => self.outstanding(*lookup)?,
            MeasureKind::Portion { .. }
            | MeasureKind::ItemBound
            | MeasureKind::ItemMargin { .. }
            | MeasureKind::Difference { comparable: false, .. }
            | MeasureKind::Growth { comparable: false, .. }
            | MeasureKind::Points { comparable: false, .. }
            | MeasureKind::Rank { .. } => return Ok(None),
        }))
    }

    /// A measure over these rows; "—" where there are none at all.
    fn over_rows(&self, measure: &Measure, slices: &Slices<'_>) -> Result<MeasureCells, String> {
        #[cfg(test)]
        let before = work::SIFTED.with(std::cell::Cell::get);
        let sorted = self.sort(slices)?;
        let sifted = self.sift(&sorted, &filters_of(&measure.kind))?;
        let cells = match &measure.kind {
            MeasureKind::Count { .. } => self.counted(&sorted, &sifted)?,
            MeasureKind::Sum { value, .. } => self.summed(&sorted, &sifted, value)?,
            MeasureKind::Average { value, .. } => self.average(&sorted, &sifted, value)?,
            MeasureKind::Ratio { of, .. } => self.ratio(&sorted, &sifted, of)?,
            MeasureKind::Rate { of, over, .. } => self.rate(&sorted, &sifted, (of, over))?,
            MeasureKind::Verdict { holds, met, unmet, .. } => self.verdict(&sorted, &sifted, holds, (met, unmet))?,
            _ => return Err(format!("{}不是按行计算的", self.what)),
        };
        let doubted = match source(&measure.kind) {
            Some(From::Form { form, .. }) if !self.facts.doubts.is_empty() => {
                let read = fields_of(*form, &columns_of(self.statistic, &measure.kind), self.facts.plan);
                self.doubted(&sorted, &sifted, (*form, &read))
            }
            _ => None,
        };
        let partial = self.partial(&sorted, &sifted);
        #[cfg(test)]
        if matches!(measure.kind, MeasureKind::Sum { .. } | MeasureKind::Count { .. } | MeasureKind::Average { .. }) {
            let times = work::SIFTED.with(std::cell::Cell::get) - before;
            work::SUMS.with(|sums| sums.set((sums.get().0 + 1, sums.get().1 + times)));
        }
        Ok(MeasureCells { note: slices.note.clone(), doubted, partial, ..cells })
    }

    /// A comparison over the units that are whole on both sides.
    fn comparable(
        &self,
        measure: &Measure,
        (now, before): (usize, usize),
        compare: fn(&StatCell, &StatCell) -> StatCell,
    ) -> Result<MeasureCells, String> {
        let (Some(now), Some(before)) = (self.statistic.measures.get(now), self.statistic.measures.get(before)) else {
            return Err(format!("{}指向的指标不存在", self.what));
        };
        let Some(column) = unit_column(self.facts.plan, &now.kind) else {
            return Err(format!("{}没有按单位报送的来源", self.what));
        };
        let (ours, theirs) = (self.slices_with(now, Some(column))?, self.slices_with(before, Some(column))?);
        let read = columns_of(self.statistic, &now.kind);
        let sums = matches!(now.kind, MeasureKind::Count { .. } | MeasureKind::Sum { .. });
        let pairing = Pairing::new((&ours, &theirs), before.period, column, (&read, sums), self.facts)?;
        let like = MeasureFrame { only: Some(&pairing), ..self.clone() };
        let mut sides = [like.over_rows(now, &ours)?, like.over_rows(before, &theirs)?];
        let doubted = sides[0].doubted.clone();
        let mut grown = combine(&sides[0], &sides[1], compare);
        // Where nobody is whole on both sides there is nothing to compare, and no difference of 0.
        let compared = pairing.groups(self.axis, self.facts);
        for cells in sides.iter_mut().chain([&mut grown]) {
            for (group, line) in cells.parts.iter_mut().enumerate() {
                if self.axis.is_by_unit() && !compared.contains(&group) {
                    line.fill(StatCell::NotApplicable);
                }
            }
            if pairing.is_empty() {
                cells.total.fill(StatCell::NotApplicable);
            }
        }
        // A unit that did not report now has nothing to compare; that it did not must stay visible.
        let raw = self.over_rows(now, &ours)?;
        let seen = combine(&raw, &grown, |raw, grown| match raw {
            StatCell::NotReported => StatCell::NotReported,
            _ => grown.clone(),
        });
        let like_words = (!theirs.is_empty()).then(|| pairing.words(now.period, before.period, self.facts));
        // What only this comparison lacks, the notes of the two measures do not say.
        let (our, their) = (self.slices(now)?.note, self.slices(before)?.note);
        let lacking = [(ours.note, our), (theirs.note, their)].into_iter().filter(|(here, said)| here != said);
        let lacking = lacking.filter_map(|(here, _)| Some(format!("“{}”：{}", measure.name, here?)));
        let notes: Vec<String> = lacking.collect();
        let note = (!notes.is_empty()).then(|| notes.concat());
        Ok(MeasureCells { note, doubted, like: like_words, sides: Some(Box::new(sides)), ..seen })
    }
}
