//! A return that somebody let count in another period than it says (计入本期) is not of that period too, unless somebody says
//! so: it is held out and asked about.

use crate::domain::period::Period;
use crate::history::History;
use crate::history::decisions::register::who;
use crate::model::codes::FindingCode;
use crate::model::decision::{Decision, DecisionKey, DecisionState, Disposition};
use crate::model::run::RunVerdict;
use crate::model::{Effect, Finding, FindingKey, Fingerprint, Place, Severity};
use crate::text::hex::hex;
use crate::validate::arrived::{Arrival, Arrived};
use std::collections::BTreeMap;

/// Returns that stored periods count because somebody said so, by what they hold: the period in words, and the decision.
#[derive(Debug, Default)]
pub struct Claims(BTreeMap<Fingerprint, (String, Decision)>);

impl Claims {
    /// Those of every stored period but the run's own.
    pub fn of(history: &History) -> Claims {
        let mut claims = BTreeMap::new();
        for period in history.periods() {
            let decisions = history.get(period).and_then(|stored| stored.decisions().ok()).unwrap_or_default();
            for (decision, state) in decisions {
                let claims_file = state == DecisionState::InForce && decision.disposition == Disposition::ThisPeriod;
                if claims_file && !decision.key.condition.is_nothing() {
                    claims.insert(decision.key.condition, (period.title(), decision));
                }
            }
        }
        Claims(claims)
    }

    /// Holds a return of this period out that is one of them.
    pub fn ask(&self, file: &mut Arrived) {
        let (Arrival::Return(returned), Some(sha256)) = (&mut file.arrival, &file.sha256) else { return };
        if self.0.is_empty() || returned.other_period.is_some() || returned.unrecognised.is_some() {
            return;
        }
        let Some((period, decision)) = self.0.get(&DecisionKey::of_file(&hex(sha256))) else { return };
        let code = FindingCode::CountedElsewhere;
        let reason = format!("{}；{}", who(decision), decision.reason);
        returned.findings.push(Finding {
            code: code.into(),
            severity: Severity::Verify,
            place: Place { source: Some(file.source.index), ..Place::default() },
            found: format!("汇总{period}时这份报表已认定“计入本期”（{reason}），这一期再计就重了，暂未计入"),
            expected: "一份报表只计入一期".into(),
            next: code.entry().next.into(),
            line: None,
            effect: Effect::HoldsReturn,
            key: FindingKey::reading([period.as_str(), decision.reason.as_str()]),
            rules: Vec::new(),
        });
    }
}

/// Stored periods of which nobody can tell whether they count a return of this one because somebody said so.
pub fn unknown(history: &History) -> Vec<String> {
    let why = |period: &Period| Some((period.title(), history.get(period)?.decisions().err()?.words()));
    let said = |(title, why): (String, String)| {
        format!(
            "{title}的处理意见在历史库里读不出来（{why}），不知道那一期有没有把本期的报表认定计入；请重新汇总那一期，或从备份恢复"
        )
    };
    history.periods().filter_map(why).map(said).collect()
}

/// Stored periods that count a return which this run counts because somebody said so, or of which nobody can tell: each
/// return there once more.
pub fn counted_before(history: &History, verdict: &RunVerdict) -> Vec<String> {
    let decided = verdict
        .decisions
        .iter()
        .filter(|one| one.state == DecisionState::InForce && one.decision.disposition == Disposition::ThisPeriod);
    let sources = decided.filter_map(|one| verdict.sources.get(one.finding.as_ref()?.place.source? as usize));
    let mut said = Vec::new();
    for source in sources {
        let name = &source.source.name;
        said.extend(history.periods().filter_map(|period| {
            let title = period.title();
            match history.get(period)?.counts_file(&source.sha256) {
                Some(true) => Some(format!(
                    "{name}经认定计入本期，而历史库里{title}也计入了这一份，两期重复；请重新汇总{title}，在处理意见里对它选“不计入”"
                )),
                Some(false) => None,
                None => Some(format!(
                    "{name}经认定计入本期，历史库里看不出{title}有没有也计入这一份；请核对，或重新汇总{title}"
                )),
            }
        }));
    }
    said
}
