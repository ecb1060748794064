//! A `--period` that most returns are not of: more likely mistyped than meant, and nothing of it may be stored.

use super::prepare::Prepared;
use crate::domain::period::Period;
use crate::model::Outcome;
use crate::model::run::{RunVerdict, SourceVerdict};
use std::collections::{BTreeMap, BTreeSet};

/// Why the run stops: not one return is of its period, or one other period has more than half of all returns and more
/// than half of those who sent any have sent that one and nothing of ours. So a folder that holds all months is run for
/// each of them, however many units are still missing. `None` where it goes on.
pub fn mostly_other(prepared: &Prepared, verdict: &RunVerdict) -> Option<String> {
    if prepared.period_confirmed {
        return None;
    }
    let is_other = |source: &&SourceVerdict| source.outcome == Outcome::OtherPeriod;
    let of_ours = [Outcome::Accepted, Outcome::Returned, Outcome::Superseded, Outcome::LeftOut];
    let ours = |source: &&SourceVerdict| of_ours.contains(&source.outcome);
    let (own, other) = (verdict.sources.iter().filter(ours).count(), verdict.sources.iter().filter(is_other).count());
    if other == 0 {
        return None;
    }
    // Who sent it, where that is known; else each file is a sender of its own.
    let sender = |source: &SourceVerdict| source.unit.ok_or(source.source.index);
    let heard: BTreeSet<_> = verdict.sources.iter().filter(ours).map(sender).collect();
    let mut files: BTreeMap<&Period, usize> = BTreeMap::new();
    let mut silent: BTreeMap<&Period, BTreeSet<_>> = BTreeMap::new();
    for source in verdict.sources.iter().filter(is_other) {
        let Some(period) = source.other_period.as_ref().and_then(|other| other.period.as_ref()) else { continue };
        *files.entry(period).or_default() += 1;
        silent.entry(period).or_default().extend(Some(sender(source)).filter(|sender| !heard.contains(sender)));
    }
    // Of periods that equally many say, the latest.
    let most = files.iter().max_by_key(|(period, count)| (**count, **period)).map(|(period, count)| (*period, *count));
    let senders: BTreeSet<_> =
        verdict.sources.iter().filter(|source| ours(source) || is_other(source)).map(sender).collect();
    let wrong = most.is_some_and(|(period, count)| {
        count * 2 > own + other && silent.get(period).map_or(0, BTreeSet::len) * 2 > senders.len()
    });
    (own == 0 || wrong).then(|| words(prepared, own, other, most))
}

fn words(prepared: &Prepared, own: usize, other: usize, most: Option<(&Period, usize)>) -> String {
    let ours = prepared.period.title();
    let all = own + other;
    let counted = if own == 0 { "没有一份是".to_owned() } else { format!("只有 {own} 份是") };
    let (said, instead) = match most {
        Some((period, count)) => (
            format!("收到的 {all} 份报表里{counted}{ours}的，{count} 份是{}的。", period.title()),
            format!("报告期写错了的，改用 --period {} 再运行；", period.key()),
        ),
        None => (
            format!("收到的 {all} 份报表里{counted}{ours}的，其余是其他报告期的。"),
            "报告期写错了的，改正 --period 再运行；".to_owned(),
        ),
    };
    format!("{said}没有写出结果，历史库没有改动。{instead}确实要汇总{ours}的，加上 --confirm-period 再运行。")
}
