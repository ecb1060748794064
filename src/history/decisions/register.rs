//! The decisions that a run goes by: those of the history, with what officers wrote since. Of two answers to one finding
//! none is taken by chance.

use super::sheet::{Answer, AnswerBook};
use crate::history::head::sha256;
use crate::model::Fingerprint;
use crate::model::decision::{Decision, DecisionState, Decisions, Disposition};
use std::collections::BTreeMap;

/// A decision of the history with what became of it in the last run.
pub type StoredDecision = (Decision, DecisionState);

/// An answer that is not taken: it goes back into the workbook with the reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Untaken {
    pub answer: Answer,
    pub why: String,
}

/// What a run goes by.
#[derive(Debug, Clone, Default)]
pub struct Register {
    /// At most one a finding.
    pub current: Vec<Decision>,
    /// Replaced and withdrawn ones: the trail.
    pub past: Vec<Decision>,
    pub untaken: Vec<Untaken>,
    pub remarks: Vec<String>,
}

impl Register {
    /// Merges what is stored with what the books say, in their order.
    pub fn of(stored: Vec<StoredDecision>, books: Vec<AnswerBook>) -> Register {
        let mut register = Register::default();
        let mut current: BTreeMap<Fingerprint, Decision> = BTreeMap::new();
        for (decision, state) in stored {
            match state {
                DecisionState::Replaced => register.past.push(decision),
                // It never held, and stands in the workbook for whoever wrote it to mend.
                DecisionState::Refused(_) => {}
                _ => drop(current.insert(decision.key.finding, decision)),
            }
        }
        let mut answers: BTreeMap<Fingerprint, Vec<Answer>> = BTreeMap::new();
        for book in books {
            register.remarks.extend(book.remarks);
            for answer in book.answers {
                match &answer.read {
                    Ok(_) => answers.entry(answer.tag.key.finding).or_default().push(answer),
                    Err(why) => {
                        let why = why.clone();
                        register.untaken.push(Untaken { answer, why });
                    }
                }
            }
        }
        for (finding, answers) in answers {
            let stands = current.remove(&finding);
            if let Some(decision) = register.settle(stands, answers) {
                current.insert(finding, decision);
            }
        }
        register.current = current.into_values().collect();
        register
    }

    pub fn decisions(&self) -> Decisions {
        self.current.iter().cloned().collect()
    }

    /// What stands after these answers to one finding.
    fn settle(&mut self, stands: Option<Decision>, answers: Vec<Answer>) -> Option<Decision> {
        let mut fresh: Vec<Answer> = Vec::new();
        for answer in answers {
            let Ok(decision) = &answer.read else { continue };
            let same = |other: &Decision| other.answer() == decision.answer();
            // What the run wrote itself and nobody changed, or what stands already.
            let known =
                stands.as_ref().is_some_and(|stands| same(stands) || decision.answer_print() == answer.tag.base);
            let repeated = fresh.iter().any(|other| other.read.as_ref().is_ok_and(same));
            if !known && !repeated {
                fresh.push(answer);
            }
        }
        let [only] = fresh.as_slice() else {
            self.contradict(stands.as_ref(), fresh);
            return stands;
        };
        let Ok(decision) = only.read.clone() else { return stands };
        match stands {
            None if decision.disposition == Disposition::Withdrawn => {
                self.untaken
                    .push(Untaken { answer: only.clone(), why: "没有可以撤回的处理意见".to_owned() });
                None
            }
            // Written on a sheet from before what stands was taken in: whoever wrote it had not seen it.
            Some(stands) if only.tag.base != stands.answer_print() => {
                let why = format!(
                    "这张表写出以后，已另有处理意见“{}”（{}），没有采用；要改的请在新写出的处理意见里改",
                    stands.words(),
                    who(&stands)
                );
                self.untaken.push(Untaken { answer: only.clone(), why });
                Some(stands)
            }
            stands => {
                self.past.extend(stands);
                if decision.disposition == Disposition::Withdrawn {
                    self.past.push(decision);
                    return None;
                }
                Some(decision)
            }
        }
    }

    /// Several answers to one finding: each says where the others stand, and none is taken.
    fn contradict(&mut self, stands: Option<&Decision>, fresh: Vec<Answer>) {
        let said = |answer: &Answer| match &answer.read {
            Ok(decision) => format!("“{}”（{}）", decision.words(), answer.place),
            Err(_) => String::new(),
        };
        let all: Vec<String> = fresh.iter().map(said).collect();
        let still = stands.map_or_else(String::new, |stands| format!("，原来的“{}”照旧有效", stands.words()));
        for (at, answer) in fresh.into_iter().enumerate() {
            let others: Vec<&str> =
                all.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, words)| words.as_str()).collect();
            let why = format!("同一个问题另有不同的处理意见{}，都没有采用{still}；请商定后只留一种", others.join("、"));
            self.untaken.push(Untaken { answer, why });
        }
    }
}

/// One hash for the decisions that a run went by, whatever their order; nothing where there are none.
pub fn in_force<'d>(decisions: impl Iterator<Item = (&'d Decision, &'d DecisionState)>) -> String {
    let force = decisions.filter(|(_, state)| matches!(state, DecisionState::InForce | DecisionState::Open));
    let mut lines: Vec<String> = force.map(|(one, _)| format!("{} {}", one.key.finding, one.answer_print())).collect();
    lines.sort_unstable();
    if lines.is_empty() { String::new() } else { sha256(lines.join("\n").as_bytes()) }
}

/// Who decided, and when.
pub fn who(decision: &Decision) -> String {
    let day = decision.day.map(crate::text::dates::show_day);
    let officer = Some(decision.officer.clone()).filter(|officer| !officer.is_empty());
    let parts: Vec<String> = officer.into_iter().chain(day).collect();
    if parts.is_empty() { "没有写经办人".to_owned() } else { parts.join("，") }
}

#[cfg(test)]
mod tests {
    use super::super::sheet::Tag;
    use super::*;
    use crate::model::decision::{DecisionKey, TakenOn};

    fn decision(disposition: Disposition, reason: &str) -> Decision {
        Decision {
            key: DecisionKey { finding: Fingerprint::of(["甲"]), ..DecisionKey::default() },
            disposition,
            value: String::new(),
            reason: reason.to_owned(),
            officer: "张某".to_owned(),
            day: None,
            taken_on: TakenOn::default(),
            since: String::new(),
            source: String::new(),
        }
    }

    fn book(name: &str, base: Option<&Decision>, decision: Decision) -> AnswerBook {
        let base = base.map(Decision::answer_print).unwrap_or_default();
        let tag = Tag { period: "x/2026".into(), key: decision.key, base, row: Fingerprint::default() };
        let answer = Answer { tag, written: Default::default(), place: name.to_owned(), read: Ok(decision) };
        AnswerBook { name: name.to_owned(), answers: vec![answer], ..AnswerBook::default() }
    }

    fn came(stored: Option<&Decision>, books: Vec<AnswerBook>) -> (Vec<String>, usize, Vec<String>) {
        let stored = stored.map(|one| (one.clone(), DecisionState::InForce)).into_iter().collect();
        let register = Register::of(stored, books);
        let current = register.current.iter().map(|one| format!("{} {}", one.words(), one.reason)).collect();
        (current, register.past.len(), register.untaken.into_iter().map(|untaken| untaken.why).collect())
    }

    #[test]
    fn an_answer_is_taken_once_changed_where_it_was_seen_and_never_by_chance() {
        let (yes, other) = (decision(Disposition::Confirmed, "相符"), decision(Disposition::Excluded, "不符"));
        let none: Vec<String> = vec![];
        assert_eq!(came(None, vec![book("一", None, yes.clone())]), (vec!["属实 相符".into()], 0, none.clone()));
        // Twice the same, from two officers or from a sheet that was left lying.
        let twice = vec![book("一", None, yes.clone()), book("二", None, yes.clone())];
        assert_eq!(came(None, twice), (vec!["属实 相符".into()], 0, none.clone()));
        assert_eq!(came(Some(&yes), vec![book("一", None, yes.clone())]), (vec!["属实 相符".into()], 0, none.clone()));
        // Changed on the sheet that showed it.
        let changed = came(Some(&yes), vec![book("一", Some(&yes), other.clone())]);
        assert_eq!(changed, (vec!["不计入 不符".into()], 1, none.clone()));
        // A stale copy nobody touched says nothing; one that somebody filled in without having seen it is named.
        let untouched = came(Some(&other), vec![book("旧", Some(&yes), yes.clone())]);
        assert_eq!(untouched, (vec!["不计入 不符".into()], 0, none));
        let (current, past, why) = came(Some(&other), vec![book("旧", None, yes.clone())]);
        assert_eq!((current.as_slice(), past), (&["不计入 不符".to_owned()][..], 0));
        assert!(why.len() == 1 && why[0].contains("已另有处理意见"), "{why:?}");
        let (current, _, why) = came(None, vec![book("一", None, yes.clone()), book("二", None, other.clone())]);
        assert!(current.is_empty() && why.len() == 2 && why[0].contains("（二）"), "{why:?}");
        // Taken back, with a trail.
        let back = decision(Disposition::Withdrawn, "写错");
        assert_eq!(came(Some(&yes), vec![book("一", Some(&yes), back.clone())]), (vec![], 2, vec![]));
        assert_eq!(came(None, vec![book("一", None, back)]).2, ["没有可以撤回的处理意见"]);
    }
}
