//! `replay`: a definition's rules over stored periods, each with the reference data of its own time.

use super::{Prepared, Stop};
use crate::domain::period::Period;
use crate::history::History;
use crate::model::replay::{Replay, ReplayedPeriod};
use crate::validate::{Against, replay};
use std::collections::BTreeSet;
use std::path::Path;

/// Tries the rules of these codes (all without any) on each period. `prepare` gives the definition and the reference data
/// as they are for one period.
///
/// # Errors
/// [`Stop::Usage`] where a column means something else today than it did, or whatever `prepare` stops with.
pub fn replay(
    periods: &[Period],
    history: &Path,
    only: Option<&BTreeSet<String>>,
    prepare: impl Fn(&Period) -> Result<Prepared, Stop>,
) -> Result<Replay, Stop> {
    let mut rules = Vec::new();
    let mut replayed = Vec::with_capacity(periods.len());
    for period in periods {
        let Prepared { plan, reference, period, .. } = prepare(period)?;
        let stored = History::open(Some(history), &plan, &reference, &period);
        let against = Against { plan: &plan, reference: &reference, period: &period, history: &stored };
        replayed.push(match stored.own() {
            Some(Ok(own)) => replay::replay(against, own, only),
            Some(Err(why)) => nothing(&period, why.words()),
            None => nothing(&period, "历史库里没有这一期".to_owned()),
        });
        let conflicts = stored.conflicts();
        if !conflicts.is_empty() {
            return Err(Stop::Usage(conflicts.join("\n")));
        }
        rules = replay::rules(&plan);
    }
    rules.retain(|rule| only.is_none_or(|only| only.contains(&*rule.code)));
    Ok(Replay { rules, periods: replayed })
}

fn nothing(period: &Period, why: String) -> ReplayedPeriod {
    ReplayedPeriod { period: period.clone(), rows: Err(why), hits: Vec::new(), remarks: Vec::new() }
}
