//! The rows of a measure, period by period: this run's own and those of the store. What a period lacks is said under the
//! table and never counted as 0.

use super::facts::Facts;
use super::rowset::Rowset;
use super::source::source;
use super::stored::Absent;
use crate::definition::{Basis, From, SideBySide, Statistic, When};
use crate::domain::period::Period;
use crate::domain::schedule::Span;
use std::collections::BTreeSet;
use std::ops::Deref;
use std::sync::Arc;

/// One period's rows.
pub struct Slice<'a> {
    pub period: Period,
    /// Index of the form among the plan's; of a reference table 0.
    pub form: usize,
    pub rows: PeriodRows<'a>,
    pub basis: Basis,
    /// By roster index: whether the unit's figures are in (accepted rows, or an accepted return without any).
    pub reported: Arc<Vec<bool>>,
    /// From the store.
    pub stored: bool,
}

/// This run's rows, or stored ones.
pub enum PeriodRows<'a> {
    Here(&'a Rowset<'a>),
    Stored(Arc<Rowset<'static>>),
}

impl<'a> Deref for PeriodRows<'a> {
    type Target = Rowset<'a>;

    fn deref(&self) -> &Rowset<'a> {
        match self {
            PeriodRows::Here(rows) => rows,
            PeriodRows::Stored(rows) => rows,
        }
    }
}

/// All periods of one measure that are there, in the order of time.
pub struct Slices<'a> {
    pub slices: Vec<Slice<'a>>,
    /// What is not there, in words.
    pub note: Option<String>,
}

impl<'a> Slices<'a> {
    /// The rows of `from` in the periods that `when` means, seen from `at` (the run's own period where it is `None`).
    /// `columns` are those that will be read: a period that holds one of them with another meaning is left out.
    pub fn of(
        from: &From,
        when: When,
        at: Option<&Period>,
        columns: &BTreeSet<String>,
        facts: &'a Facts<'_>,
    ) -> Result<Slices<'a>, String> {
        let (form, basis) = match from {
            From::Form { form, basis } => (*form, *basis),
            From::Reference { .. } => {
                let Some(rows) = facts.rows(from)? else {
                    let note = "所需的参照表没有提供，相应栏目为“—”。".to_string();
                    return Ok(Slices { slices: Vec::new(), note: Some(note) });
                };
                let reported = Arc::new(Vec::new());
                let (period, rows) = (facts.period.clone(), PeriodRows::Here(rows));
                let slice = Slice { period, form: 0, rows, basis: Basis::Read, reported, stored: false };
                return Ok(Slices { slices: vec![slice], note: None });
            }
        };
        let periods = meant(when, at.unwrap_or(facts.period), facts);
        let mut slices = Vec::new();
        let mut absent: Vec<(Period, Absent)> = Vec::new();
        for period in &periods {
            if period == facts.period {
                let rows = facts.form(form)?;
                let reported = facts.counted(form)?;
                slices.push(Slice {
                    period: period.clone(),
                    form,
                    rows: PeriodRows::Here(rows),
                    basis,
                    reported,
                    stored: false,
                });
                continue;
            }
            match facts.past.rows(form, period, columns) {
                Ok(past) => slices.push(Slice {
                    period: period.clone(),
                    form,
                    rows: PeriodRows::Stored(past.rows),
                    basis: Basis::Accepted,
                    reported: past.reported,
                    stored: true,
                }),
                Err(why) => absent.push((period.clone(), why)),
            }
        }
        let note = note(when, at, &periods, &slices, &absent);
        Ok(Slices { slices, note })
    }

    pub fn is_empty(&self) -> bool {
        self.slices.is_empty()
    }
}

/// The periods that a word means, seen from one.
fn meant(when: When, at: &Period, facts: &Facts<'_>) -> Vec<Period> {
    let schedule = &facts.plan.schedule;
    match when {
        When::This => vec![at.clone()],
        When::Previous => schedule.previous(at).into_iter().collect(),
        When::YearAgo => schedule.year_ago(at).into_iter().collect(),
        When::YearToDate => schedule.year_to_date(at),
        When::YearAgoToDate => {
            schedule.year_to_date(at).iter().filter_map(|period| schedule.year_ago(period)).collect()
        }
    }
}

/// What measures of a statistic read of the store: each form and period once.
pub fn looked_back(statistic: &Statistic, facts: &Facts<'_>) -> BTreeSet<(Period, usize)> {
    let from = match statistic.across_periods {
        Some(over) => side_by_side(over, facts),
        None => vec![facts.period.clone()],
    };
    let mut read = BTreeSet::new();
    for measure in &statistic.measures {
        let Some(From::Form { form, .. }) = source(&measure.kind) else { continue };
        let periods = from.iter().flat_map(|at| meant(measure.period, at, facts));
        read.extend(periods.filter(|period| period != facts.period).map(|period| (period, *form)));
    }
    read
}

/// The periods that a table is laid out over, the oldest first; what is not stored keeps its column.
pub fn side_by_side(over: SideBySide, facts: &Facts<'_>) -> Vec<Period> {
    let schedule = &facts.plan.schedule;
    match over {
        SideBySide::Last(count) => {
            let mut periods = schedule.before(facts.period, count.saturating_sub(1) as usize);
            periods.push(facts.period.clone());
            periods
        }
        SideBySide::Year => schedule.to_date(facts.period, Span::Year),
        SideBySide::Season => schedule.to_date(facts.period, Span::Season),
    }
}

/// Titles with 、 between them.
fn titles<'p>(periods: impl Iterator<Item = &'p Period>) -> String {
    periods.map(Period::title).collect::<Vec<_>>().join("、")
}

fn note(
    when: When,
    at: Option<&Period>,
    periods: &[Period],
    slices: &[Slice<'_>],
    absent: &[(Period, Absent)],
) -> Option<String> {
    let what = at.map_or_else(|| when.word().to_string(), Period::title);
    if periods.is_empty() {
        return Some(format!("本期之前没有可比的{what}，{what}各栏为“—”。"));
    }
    if absent.is_empty() {
        return None;
    }
    // Periods that are absent for one reason share a clause.
    let mut reasons: Vec<(String, Vec<&Period>)> = Vec::new();
    for (period, why) in absent {
        let why = why.words();
        match reasons.iter_mut().find(|(known, _)| *known == why) {
            Some((_, periods)) => periods.push(period),
            None => reasons.push((why, vec![period])),
        }
    }
    let reasons: Vec<String> =
        reasons.iter().map(|(why, periods)| format!("{}{why}", titles(periods.iter().copied()))).collect();
    let reasons = reasons.join("；");
    Some(if slices.is_empty() {
        format!("{reasons}，{what}各栏为“—”。")
    } else {
        format!("{what}不全：{reasons}；按有数的 {}计算。", titles(slices.iter().map(|slice| &slice.period)))
    })
}
