//! How reporting discipline is scored.

use crate::model::run::UnitStatus;

/// Points for how a unit stands in one period. The reader has seen to it that what is worse never gets more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DisciplineRule {
    pub on_time: u32,
    /// Taken off for each working day after 截止, down to `after_grace`.
    pub late_per_day: u32,
    /// After 补报截止, however late.
    pub after_grace: u32,
    pub returned: u32,
    pub unreadable: u32,
    pub missing: u32,
    /// How many periods, this one included, tables over time look back on.
    pub periods: u32,
}

/// What tables over time look back on where a definition declares no rule.
pub const PERIODS: u32 = 12;

impl DisciplineRule {
    /// The points of one period; `None` where nobody can tell whether the return was in time.
    pub fn points(&self, status: UnitStatus) -> Option<u32> {
        Some(match status {
            UnitStatus::OnTime => self.on_time,
            UnitStatus::Undated => return None,
            UnitStatus::Late { overdue: true, .. } => self.after_grace,
            UnitStatus::Late { days, overdue: false } => {
                let days = u32::try_from(days).unwrap_or(u32::MAX);
                self.on_time.saturating_sub(self.late_per_day.saturating_mul(days)).max(self.after_grace)
            }
            UnitStatus::Returned => self.returned,
            UnitStatus::Unreadable => self.unreadable,
            UnitStatus::Missing => self.missing,
        })
    }

    /// The rule as a sentence for the foot of a table.
    pub fn sentence(&self) -> String {
        let DisciplineRule { on_time, late_per_day, after_grace, returned, unreadable, missing, .. } = self;
        format!(
            "得分：按时 {on_time}；截止后每迟一个工作日扣 {late_per_day}，最低 {after_grace}；补报截止以后 {after_grace}；\
             退回 {returned}；无法读取 {unreadable}；未报 {missing}。"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_never_scores_more() {
        let rule = DisciplineRule {
            on_time: 100,
            late_per_day: 5,
            after_grace: 60,
            returned: 40,
            unreadable: 20,
            missing: 0,
            periods: 12,
        };
        let late = |days, overdue| rule.points(UnitStatus::Late { days, overdue });
        assert_eq!([late(1, false), late(8, false), late(9, false), late(i64::MAX, false)], [95, 60, 60, 60].map(Some));
        assert_eq!(late(1, true), Some(60));
        assert_eq!(rule.points(UnitStatus::Undated), None, "nobody is given points for what is not known");
        let order = [UnitStatus::OnTime, UnitStatus::Returned, UnitStatus::Unreadable, UnitStatus::Missing];
        assert_eq!(order.map(|status| rule.points(status)), [100, 40, 20, 0].map(Some));
    }
}
