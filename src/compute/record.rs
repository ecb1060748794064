//! How units reported over the periods in the store and this one: how often in time, late, missing, silent how long, and
//! their mean points. Knows no table.

use super::facts::Facts;
use crate::definition::{DisciplineRule, PERIODS};
use crate::domain::period::Period;
use crate::model::discipline::PastDiscipline;
use crate::model::run::UnitStatus;

/// The periods looked back on.
pub struct ReportingRecord<'a> {
    /// Newest first, this period not included.
    past: Vec<&'a PastDiscipline>,
    /// Periods between the oldest in the store and this one that are not there, oldest first.
    pub gaps: Vec<Period>,
    /// How many periods a table over time looks back on at most, this one included.
    pub most: u32,
    rule: Option<DisciplineRule>,
    /// Whether this period has a due date.
    dated: bool,
}

/// The reported period that comes before; `None` where nobody can tell.
fn before(facts: &Facts<'_>, period: &Period) -> Option<Period> {
    facts.plan.schedule.before(period, 1).pop()
}

/// What one unit, or a group of them, did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StatusTally {
    pub expected: i64,
    pub on_time: i64,
    /// Accepted, in time or not nobody knows.
    pub undated: i64,
    /// After 截止, `overdue` among them after 补报截止.
    pub late: i64,
    pub overdue: i64,
    /// Working days of all that was late.
    pub late_days: i64,
    pub returned: i64,
    pub unreadable: i64,
    pub missing: i64,
    /// Sum of the points, and how many standings they are of.
    pub points: i64,
    pub scored: i64,
}

impl StatusTally {
    pub fn add(&mut self, status: UnitStatus, rule: Option<&DisciplineRule>) {
        self.expected += 1;
        match status {
            UnitStatus::OnTime => self.on_time += 1,
            UnitStatus::Undated => self.undated += 1,
            UnitStatus::Late { days, overdue } => {
                self.late += 1;
                self.overdue += i64::from(overdue);
                self.late_days += days;
            }
            UnitStatus::Returned => self.returned += 1,
            UnitStatus::Unreadable => self.unreadable += 1,
            UnitStatus::Missing => self.missing += 1,
        }
        if let Some(points) = rule.and_then(|rule| rule.points(status)) {
            self.points += i64::from(points);
            self.scored += 1;
        }
    }

    pub fn accepted(&self) -> i64 {
        self.on_time + self.undated + self.late
    }

    pub fn merge(&mut self, other: &StatusTally) {
        self.expected += other.expected;
        self.on_time += other.on_time;
        self.undated += other.undated;
        self.late += other.late;
        self.overdue += other.overdue;
        self.late_days += other.late_days;
        self.returned += other.returned;
        self.unreadable += other.unreadable;
        self.missing += other.missing;
        self.points += other.points;
        self.scored += other.scored;
    }

    /// Mean points; `None` where nothing could be scored.
    pub fn mean(&self) -> Option<f64> {
        (self.scored > 0).then(|| self.points as f64 / self.scored as f64)
    }
}

impl<'a> ReportingRecord<'a> {
    pub fn new(facts: &Facts<'a>) -> ReportingRecord<'a> {
        let rule = facts.plan.discipline;
        let most = rule.map_or(PERIODS, |rule| rule.periods);
        let this = facts.period;
        let mut earlier: Vec<&PastDiscipline> = facts
            .earlier
            .iter()
            .filter(|past| past.period.kind == this.kind && past.period.last < this.first)
            .collect();
        earlier.sort_by_key(|past| std::cmp::Reverse(past.period.first));
        let mut past = Vec::new();
        let mut gaps = Vec::new();
        let mut at = before(facts, this);
        let mut rest = earlier.into_iter().peekable();
        // Back period by period; what lies before the oldest in the store is no gap.
        for _ in 1..most {
            let Some(next) = rest.peek() else { break };
            match &at {
                Some(wanted) if *wanted != next.period => gaps.push(wanted.clone()),
                _ => past.extend(rest.next()),
            }
            at = match at {
                Some(period) => before(facts, &period),
                None => None,
            };
        }
        gaps.reverse();
        ReportingRecord { past, gaps, most, rule, dated: facts.reference.due.is_some() }
    }

    /// Periods that there is something about, oldest first, this one left out.
    pub fn periods(&self) -> impl Iterator<Item = &'a PastDiscipline> {
        self.past.iter().rev().copied()
    }

    /// How many periods there is something about, this one included.
    pub fn looked(&self) -> u32 {
        self.past.len() as u32 + 1
    }

    pub fn rule(&self) -> Option<&DisciplineRule> {
        self.rule.as_ref()
    }

    /// What a period's standings are scored by: where it had no due date nothing, for then only who failed would have points.
    pub fn rule_of(&self, dated: bool) -> Option<&DisciplineRule> {
        self.rule().filter(|_| dated)
    }

    /// A unit over all periods in which it was expected.
    pub fn of_unit(&self, code: &str, now: UnitStatus) -> StatusTally {
        let mut tally = StatusTally::default();
        tally.add(now, self.rule_of(self.dated));
        for past in &self.past {
            if let Some(status) = past.units.get(code) {
                tally.add(*status, self.rule_of(past.dated));
            }
        }
        tally
    }

    /// Periods in a row without anything from the unit, this one included; a gap in the store ends the row, for nobody
    /// knows what came then.
    pub fn silent(&self, facts: &Facts<'_>, code: &str, now: UnitStatus) -> u32 {
        if now != UnitStatus::Missing {
            return 0;
        }
        let mut silent = 1;
        let mut at = before(facts, facts.period);
        for past in &self.past {
            if at.as_ref().is_some_and(|wanted| *wanted != past.period)
                || past.units.get(code) != Some(&UnitStatus::Missing)
            {
                break;
            }
            silent += 1;
            at = before(facts, &past.period);
        }
        silent
    }

    /// What has to be said under every table over time.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if self.past.is_empty() {
            notes.push("没有以前各期的存档，只有本期。".to_owned());
        }
        if !self.gaps.is_empty() {
            let names: Vec<String> = self.gaps.iter().map(Period::title).collect();
            notes.push(format!("没有{}的存档，按已有的各期计算；连续未报的期数只算到缺的一期为止。", names.join("、")));
        }
        notes
    }
}
