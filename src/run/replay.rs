//! `replay`: a definition's rules over stored periods, each with the reference data of its own time.

use super::past;
use super::prepare::Prepared;
use super::stop::Stop;
use crate::definition::Plan;
use crate::definition::diagnostic::nearest;
use crate::domain::period::Period;
use crate::history::issue::Issued;
use crate::history::{History, StoredPeriod};
use crate::model::decision::{DecisionState, Decisions, Disposition};
use crate::model::replay::{Replay, ReplayedPeriod};
use crate::report;
use crate::validate::replay;
use crate::validate::yardstick::Yardstick;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

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
        let mut prepared = prepare(period)?;
        let entered = match entered_since(&prepared, history) {
            Ok(numbers) => past::take_out(&mut prepared, &numbers.iter().map(String::as_str).collect()),
            Err(why) => {
                replayed.push(nothing(period, why));
                continue;
            }
        };
        let Prepared { plan, reference, period, .. } = prepared;
        let stored = History::open(Some(history), &plan, &reference, &period);
        let against = Yardstick {
            plan: &plan,
            reference: &reference,
            period: &period,
            history: &stored,
            decisions: &Decisions::default(),
        };
        replayed.push(match stored.own() {
            Some(Ok(own)) => {
                let mut tried = replay::replay(against, own, only);
                let ledger = plan.ledger.first().zip(entered.filter(|rows| *rows > 0));
                tried.remarks.extend(ledger.map(|(entry, rows)| {
                    format!("“{}”里有 {rows} 条是本期及以后各期印发时记入的，不参加核对", entry.reference)
                }));
                tried.remarks.extend(decided(own));
                tried
            }
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

/// Rows that count because somebody said so: rules tried on them find again what was settled.
fn decided(stored: &StoredPeriod) -> Option<String> {
    let decisions = stored.decisions().ok()?;
    let of = |disposition: Disposition| {
        let force = decisions.iter().filter(|(_, state)| *state == DecisionState::InForce);
        let count = force.filter(|(one, _)| one.disposition == disposition).count();
        (count > 0).then(|| format!("{} {count} 处", disposition.word()))
    };
    let counts: Vec<String> =
        [Disposition::Exempted, Disposition::Confirmed, Disposition::Replaced].into_iter().filter_map(of).collect();
    (!counts.is_empty())
        .then(|| format!("本期有处理意见：{}；改过的值按改后的试算，免予和属实的照样列出", counts.join("，")))
}

/// Numbers under which this period and those after it were issued with their ledger: what they entered was not there when
/// the period was first run.
fn entered_since(prepared: &Prepared, history: &Path) -> Result<BTreeSet<String>, String> {
    let Prepared { plan, reference, period, .. } = prepared;
    let mut numbers = BTreeSet::new();
    if plan.ledger.is_empty() {
        return Ok(numbers);
    }
    let stored = History::open(Some(history), plan, reference, period);
    for other in std::iter::once(period).chain(stored.periods().filter(|other| stored.is_before(other))) {
        let issued = Issued::read(&history.join(&plan.name).join(other.key())).map_err(|why| {
            let why = why.words();
            format!("{}的印发记录不能用（{why}），分不清台账里哪些是后来记入的；请从备份恢复", other.title())
        })?;
        numbers.extend(issued.filter(|issued| issued.ledger.is_some()).map(|issued| issued.number));
    }
    Ok(numbers)
}

/// The codes of the rules to try; `None` is all.
///
/// # Errors
/// [`Stop::Usage`]: the definition has no rule of that code that stored rows can be held against.
pub fn asked(plan: &Plan, codes: &[String]) -> Result<Option<BTreeSet<String>>, Stop> {
    let known: Vec<String> = replay::rules(plan).iter().map(|rule| rule.code.to_string()).collect();
    if let Some(code) = codes.iter().find(|code| !known.contains(code)) {
        let near = nearest(code, known.iter().map(String::as_str)).map(|near| format!("是不是“{near}”？"));
        let (name, near, known) = (&plan.name, near.unwrap_or_default(), known.join("、"));
        return Err(Stop::Usage(format!("“{name}”没有能试算的规则“{code}”。{near}可用：{known}。")));
    }
    Ok((!codes.is_empty()).then(|| codes.iter().cloned().collect()))
}

/// Writes the workbook of a replay and says where it is.
///
/// # Errors
/// [`Stop::Output`]: the folder cannot be written.
pub fn write(replay: &Replay, title: &str, out: &Path) -> Result<Vec<PathBuf>, Stop> {
    report::replay::write(replay, title, out).map(|written| written.files).map_err(Stop::Output)
}

fn nothing(period: &Period, why: String) -> ReplayedPeriod {
    ReplayedPeriod { period: period.clone(), rows: Err(why), hits: Vec::new(), remarks: Vec::new() }
}
