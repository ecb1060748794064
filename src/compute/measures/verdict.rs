//! Verdicts in words: one a cell, and over all rows the share of those that hold among those that can be judged.

use super::cells::MeasureCells;
use super::frame::{MeasureFrame, SiftedRows, SortedRows};
use crate::compute::axis::Reporting;
use crate::compute::lines::Lines;
use crate::language::Checked;
use crate::model::statistic::StatCell;

impl MeasureFrame<'_> {
    pub fn verdict(
        &self,
        sorted: &SortedRows<'_>,
        all: &SiftedRows<'_>,
        holds: &Checked,
        words: (&str, &str),
    ) -> Result<MeasureCells, String> {
        let judged = holds.is_known();
        let with = |more| self.count(sorted, &self.sift(sorted, &[&all.filters[..], &[more]].concat())?);
        let (Some(seen), Some(dens), Some(nums)) = (self.count(sorted, all)?, with(&judged)?, with(holds)?) else {
            return Ok(self.without_rows());
        };
        let reporting = self.reporting(sorted.slices);
        let read = self.read(sorted, all);
        let word = |group: usize, slot: usize| match (nums.parts[group][slot], dens.parts[group][slot]) {
            (_, 0) if seen.parts[group][slot] > 0 => StatCell::NotApplicable,
            // Everything here was sent back: not judged, and not missing either.
            (_, 0) if read.parts[group][slot] > 0 => StatCell::Returned,
            (_, 0) => match reporting.get(group) {
                Some(Reporting::NobodyExpected) | None => StatCell::NotApplicable,
                // Who reported and left this out has not reported it.
                Some(Reporting::Reported | Reporting::Silent) if self.axis.is_by_unit() => StatCell::NotReported,
                Some(_) => StatCell::NotApplicable,
            },
            (num, den) if num == den => StatCell::Text(words.0.to_string()),
            _ => StatCell::Alarm(words.1.to_string()),
        };
        let parts = Lines::made(nums.parts.len(), nums.total.len(), word);
        let pair = nums.total.iter().zip(&dens.total);
        let total = pair.map(|(num, den)| StatCell::Ratio { num: *num, den: *den }).collect();
        let cells = MeasureCells::derived(parts, total);
        Ok(MeasureCells { derived: false, overlaps: dens.overlaps(), ..cells })
    }
}
