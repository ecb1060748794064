//! Measures that are taken a unit at a time, and not counted over rows: numbers of the roster, seats, what nobody answered.

use super::cells::MeasureCells;
use super::frame::MeasureFrame;
use crate::compute::tally::Tally;
use crate::model::statistic::StatCell;

impl MeasureFrame<'_> {
    /// A number a unit, by its position among the recommending ones; has no meaning in rows that are not of units.
    pub fn by_unit(
        &self,
        mut amount: impl FnMut(usize, u32) -> Result<Option<i64>, String>,
    ) -> Result<MeasureCells, String> {
        let groups = self.axis.groups.len();
        let mut grid = MeasureCells::filled(groups, self.width(), StatCell::NotApplicable);
        if !self.axis.is_by_unit() {
            return Ok(grid);
        }
        let mut amounts = Vec::new();
        for (position, unit) in self.facts.reference.roster.recommending().into_iter().enumerate() {
            if let Some(amount) = amount(position, unit)? {
                amounts.push((self.axis.group_of(Some(unit)), amount));
            }
        }
        let tally = Tally::of_units(groups, amounts.iter().copied());
        tally.prove(amounts.iter().map(|(_, amount)| amount).sum(), &self.what)?;
        let known: std::collections::BTreeSet<usize> =
            amounts.iter().map(|(group, _)| group.unwrap_or(groups)).collect();
        let last = self.width() - 1;
        for group in known {
            grid.parts[group][last] = StatCell::Integer(tally.parts[group][0]);
        }
        if !amounts.is_empty() {
            grid.total[last] = StatCell::Integer(tally.total[0]);
        }
        Ok(MeasureCells { derived: false, ..grid })
    }

    /// Reference rows that nobody answered, under the unit that they belong to.
    pub fn outstanding(&self, lookup: usize) -> Result<MeasureCells, String> {
        let groups = self.axis.groups.len();
        let mut grid = MeasureCells::filled(groups, self.width(), StatCell::NotApplicable);
        let found = self.facts.lookups.get(lookup).ok_or_else(|| format!("{}缺少台账核对的结果", self.what))?;
        let last = self.width() - 1;
        grid.total[last] = StatCell::Integer(found.outstanding.len() as i64);
        if self.axis.is_by_unit() {
            let ones = found.outstanding.iter().map(|(_, unit)| (self.axis.group_of(*unit), 1_i64));
            let tally = Tally::of_units(groups, ones);
            tally.prove(found.outstanding.len() as i64, &self.what)?;
            for (line, part) in grid.parts.iter_mut().zip(tally.parts.iter()) {
                line[last] = StatCell::Integer(part[0]);
            }
        }
        Ok(MeasureCells { derived: false, ..grid })
    }
}
