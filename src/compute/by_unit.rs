//! Measures that are taken a unit at a time, and not counted over rows: numbers of the roster, seats, what nobody answered.

use super::facts::Facts;
use super::measures::{Frame, Grid};
use super::tally::Tally;
use crate::definition::QuotaPart;
use crate::model::statistic::StatCell;

impl Frame<'_> {
    /// A number a unit, by its position among the expected ones; has no meaning in rows that are not of units.
    pub fn by_unit(&self, mut amount: impl FnMut(usize, u32) -> Result<Option<i64>, String>) -> Result<Grid, String> {
        let groups = self.axis.groups.len();
        let mut grid = Grid::filled(groups, self.width(), StatCell::NotApplicable);
        if !self.axis.is_by_unit() {
            return Ok(grid);
        }
        let mut amounts = Vec::new();
        for (position, unit) in self.facts.reference.roster.expected.iter().enumerate() {
            if let Some(amount) = amount(position, *unit)? {
                amounts.push((self.axis.group_of(Some(*unit)), amount));
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
        Ok(Grid { derived: false, ..grid })
    }

    /// Reference rows that nobody answered, under the unit that they belong to.
    pub fn outstanding(&self, lookup: usize) -> Result<Grid, String> {
        let groups = self.axis.groups.len();
        let mut grid = Grid::filled(groups, self.width(), StatCell::NotApplicable);
        let found = self.facts.lookups.get(lookup).ok_or_else(|| format!("{}缺少台账核对的结果", self.what))?;
        let last = self.width() - 1;
        grid.total[last] = StatCell::Integer(found.outstanding.len() as i64);
        if self.axis.is_by_unit() {
            let ones = found.outstanding.iter().map(|(_, unit)| (self.axis.group_of(*unit), 1_i64));
            let tally = Tally::of_units(groups, ones);
            tally.prove(found.outstanding.len() as i64, &self.what)?;
            for (line, part) in grid.parts.iter_mut().zip(&tally.parts) {
                line[last] = StatCell::Integer(part[0]);
            }
        }
        Ok(Grid { derived: false, ..grid })
    }
}

/// How a part of the quota comes about.
pub fn quota_definition(part: QuotaPart, facts: &Facts<'_>) -> String {
    let Some(quota) = &facts.plan.quota else { return String::new() };
    let formal = &quota.formal.source;
    match part {
        QuotaPart::Seats if facts.seats.as_ref().is_some_and(|seats| seats.issued) => {
            format!("下达的“{}”", quota.issued.as_deref().unwrap_or_default())
        }
        QuotaPart::Seats => format!(
            "总名额 {} 个按{}以最大余数法分配，每个单位至少 {} 个，余数相同按名册次序",
            quota.total, quota.weight, quota.minimum
        ),
        QuotaPart::Gap => format!("名额减审核通过的正式申报（{formal}），不小于 0"),
        QuotaPart::Excess => format!("审核通过的正式申报（{formal}）减名额，不小于 0"),
        QuotaPart::StandbyLimit => {
            let (num, den) = quota.standby_rate;
            let rate = super::words::percent(u64::from(num), u64::from(den));
            format!("名额的 {rate}，去尾，至少 {} 个", quota.standby_minimum)
        }
    }
}
