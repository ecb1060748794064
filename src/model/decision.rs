//! What a person settled about a finding (处理意见): which, how, why and by whom; and what became of it in a run.

use super::finding::Finding;
use super::finding_key::Fingerprint;
use std::collections::{HashMap, HashSet};
use std::fmt;

/// How a finding was settled. The words are those of the drop-down in the decisions workbook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Disposition {
    /// What was reported is true: it counts, and is no longer in doubt.
    Confirmed,
    /// Another value stands for the cell's.
    Replaced,
    /// The row does not count until somebody knows better; of a finding on a return the whole of it.
    Pending,
    /// The row does not count; of a finding on a return the whole of it.
    Excluded,
    /// A 必改 is waived: the row or the return counts as it is.
    Exempted,
    /// Of versions that cannot be told apart, this one.
    ThisVersion,
    /// A return that says another period is of the run's.
    ThisPeriod,
    /// A name that the roster does not know is this unit.
    SameUnit,
    /// The sender was asked; nothing is settled.
    Contacted,
    /// An earlier decision is taken back.
    Withdrawn,
}

impl Disposition {
    pub const ALL: [Disposition; 10] = [
        Disposition::Confirmed,
        Disposition::Replaced,
        Disposition::Pending,
        Disposition::Excluded,
        Disposition::Exempted,
        Disposition::ThisVersion,
        Disposition::ThisPeriod,
        Disposition::SameUnit,
        Disposition::Contacted,
        Disposition::Withdrawn,
    ];

    /// The Chinese word, as officers choose it.
    pub fn word(self) -> &'static str {
        match self {
            Disposition::Confirmed => "属实",
            Disposition::Replaced => "改为",
            Disposition::Pending => "暂不计入",
            Disposition::Excluded => "不计入",
            Disposition::Exempted => "免予",
            Disposition::ThisVersion => "采用此版",
            Disposition::ThisPeriod => "计入本期",
            Disposition::SameUnit => "是同一单位",
            Disposition::Contacted => "已联系待回复",
            Disposition::Withdrawn => "撤回",
        }
    }

    /// The English key in the store and in `run.json`.
    pub fn key(self) -> &'static str {
        match self {
            Disposition::Confirmed => "confirmed",
            Disposition::Replaced => "replaced",
            Disposition::Pending => "pending",
            Disposition::Excluded => "excluded",
            Disposition::Exempted => "exempted",
            Disposition::ThisVersion => "this-version",
            Disposition::ThisPeriod => "this-period",
            Disposition::SameUnit => "same-unit",
            Disposition::Contacted => "contacted",
            Disposition::Withdrawn => "withdrawn",
        }
    }

    pub fn of_key(key: &str) -> Option<Disposition> {
        Disposition::ALL.into_iter().find(|disposition| disposition.key() == key)
    }

    /// What it does, for whoever fills in the workbook.
    pub fn meaning(self) -> &'static str {
        match self {
            Disposition::Confirmed => "“核实”专用：核对过，所报属实，照计，不再标注存疑",
            Disposition::Replaced => "在“改为”栏写正确的值（按本栏的计量单位），以此值核对和计算；报表原件不改动",
            Disposition::Pending => {
                "问题在一行上的，本行暂不计入（只有某一格未计入的，仍是那一格）；在整份报表上的，整份暂不计入。问题仍列为待处理"
            }
            Disposition::Excluded => {
                "问题在一行上的，本行不计入；在整份报表或读不出来的文件上的，整份不计入。问题办结，在口径说明里列名"
            }
            Disposition::Exempted => "“必改”专用：不要求改正，照所报计入，在口径说明里列名",
            Disposition::ThisVersion => "几份报表分不出先后时，以这一份为准，其余按被替代处理",
            Disposition::ThisPeriod => {
                "“他期”的报表专用：写错了报告期，确是本期的，整份按本期核对和计入；报表原件不改动。汇总它写的那一期时，请对它选“不计入”"
            }
            Disposition::SameUnit => "名册不认识的单位名就是“改为”栏所写的单位（写名册里的全称或代码）",
            Disposition::Contacted => "已联系报送单位，等待回复；只作记录，不改变计算",
            Disposition::Withdrawn => "撤回以前的处理意见，恢复待处理",
        }
    }

    /// Whether somebody has to say why.
    pub fn needs_reason(self) -> bool {
        self != Disposition::Contacted
    }

    /// Whether the column 改为 has to be filled in.
    pub fn needs_value(self) -> bool {
        matches!(self, Disposition::Replaced | Disposition::SameUnit)
    }
}

/// What a decision was taken on: a finding with all that its rule read, and the rule's own condition at that time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DecisionKey {
    /// [`super::FindingKey::whole`].
    pub finding: Fingerprint,
    /// [`super::FindingKey::subject`]: the same without what was read, to say that it changed.
    pub subject: Fingerprint,
    /// Of a code of the engine, whose condition is the program's, what the finding's file held ([`DecisionKey::of_file`]).
    pub condition: Fingerprint,
}

/// Three fingerprints in hexadecimal digits, between hyphens.
impl fmt::Display for DecisionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}-{}", self.finding, self.subject, self.condition)
    }
}

impl DecisionKey {
    /// What a file held, by the SHA-256 of its bytes; nothing for one that was not read.
    pub fn of_file(sha256: &str) -> Fingerprint {
        if sha256.is_empty() { Fingerprint::default() } else { Fingerprint::of(["file", sha256]) }
    }

    /// The inverse of `Display`.
    pub fn parse(text: &str) -> Option<DecisionKey> {
        let mut parts = text.split('-').map(Fingerprint::parse);
        let (finding, subject, condition) = (parts.next()??, parts.next()??, parts.next()??);
        parts.next().is_none().then_some(DecisionKey { finding, subject, condition })
    }
}

/// One decision as somebody wrote it down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    pub key: DecisionKey,
    pub disposition: Disposition,
    /// What stands in 改为; empty where nothing is needed.
    pub value: String,
    pub reason: String,
    pub officer: String,
    /// Days since 1970-01-01.
    pub day: Option<i32>,
    /// What it was taken on, in words: for lists of decisions whose finding is no more.
    pub taken_on: TakenOn,
    /// The inputs of the run that took it in ([`crate::model`] knows no more of runs); empty in the run that does.
    pub since: String,
    /// File and cell that it was read from; empty for one of the history.
    pub source: String,
}

/// What a decision was taken on, in words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TakenOn {
    pub code: String,
    pub severity: String,
    pub unit: String,
    pub place: String,
    pub record: String,
    pub field: String,
    /// The cell's value as it stood there.
    pub value: String,
    pub found: String,
}

impl Decision {
    /// What of it makes it another decision: place and run do not.
    pub fn answer(&self) -> (Disposition, &str, &str, &str, Option<i32>) {
        (self.disposition, &self.value, &self.reason, &self.officer, self.day)
    }

    /// A hash of the answer, for telling whether somebody changed it since.
    pub fn answer_print(&self) -> Fingerprint {
        let day = self.day.map(|day| day.to_string()).unwrap_or_default();
        Fingerprint::of([self.disposition.key(), &self.value, &self.reason, &self.officer, &day])
    }

    /// `属实（张某，2026-04-08）：与原件相符`, the reason last.
    pub fn words(&self) -> String {
        let value = if self.value.is_empty() { String::new() } else { format!("“{}”", self.value) };
        format!("{}{value}", self.disposition.word())
    }
}

/// Decisions by the finding that each is on, at most one a finding.
#[derive(Debug, Clone, Default)]
pub struct Decisions {
    by_finding: HashMap<Fingerprint, Decision>,
    /// By [`stand`], the finding that was decided there before another decision gave its record another name.
    stands: HashMap<Fingerprint, Fingerprint>,
}

impl Decisions {
    /// The decision on a finding: by its key, else by where it stands and what its rule read there. A corrected name makes
    /// the same cells those of another record, and nothing that was decided of them became less true.
    pub fn on(&self, finding: &Finding) -> Option<&Decision> {
        // A run without decisions asks for none of its million findings.
        if self.by_finding.is_empty() {
            return None;
        }
        let known = || if self.stands.is_empty() { None } else { self.stands.get(&stand(finding)) };
        self.by_finding.get(&finding.key.whole()).or_else(|| self.by_finding.get(known()?))
    }

    pub fn is_empty(&self) -> bool {
        self.by_finding.is_empty()
    }

    /// In no certain order.
    pub fn iter(&self) -> impl Iterator<Item = &Decision> {
        self.by_finding.values()
    }

    /// Without those on these findings; the others are known by where `met` found them, too.
    pub fn without<'s>(&self, findings: &HashSet<Fingerprint>, met: impl Iterator<Item = &'s Settled>) -> Decisions {
        let left = self.by_finding.iter().filter(|(finding, _)| !findings.contains(finding));
        let by_finding: HashMap<_, _> = left.map(|(finding, decision)| (*finding, decision.clone())).collect();
        let mut stands: HashMap<Fingerprint, Option<Fingerprint>> = HashMap::new();
        for settled in met {
            let (Some(on), finding) = (&settled.finding, settled.decision.key.finding) else { continue };
            if by_finding.contains_key(&finding) {
                // Two that cannot be told apart so are not told so.
                stands.entry(stand(on)).and_modify(|known| *known = None).or_insert(Some(finding));
            }
        }
        let stands = stands.into_iter().filter_map(|(stand, finding)| Some((stand, finding?))).collect();
        Decisions { by_finding, stands }
    }

    /// Without what tells them otherwise than by their findings' keys, for those whose own finding is among these.
    pub fn told_by_key(&self, findings: &[Finding]) -> Decisions {
        let mut one = self.clone();
        if !one.stands.is_empty() {
            let keys: HashSet<Fingerprint> = findings.iter().map(|finding| finding.key.whole()).collect();
            one.stands.retain(|_, finding| !keys.contains(finding));
        }
        one
    }
}

impl FromIterator<Decision> for Decisions {
    fn from_iter<I: IntoIterator<Item = Decision>>(decisions: I) -> Decisions {
        let by_finding = decisions.into_iter().map(|decision| (decision.key.finding, decision)).collect();
        Decisions { by_finding, stands: HashMap::new() }
    }
}

/// Where a finding stands within one run, and what its rule read.
fn stand(finding: &Finding) -> Fingerprint {
    let place = &finding.place;
    let number = |n: Option<u32>| n.map_or_else(String::new, |n| n.to_string());
    let cells = place.cells.iter().map(|cell| cell.to_string());
    let parts = [
        finding.code.to_string(),
        number(place.source),
        number(place.sheet.map(u32::from)),
        number(place.row),
        number(finding.key.field.map(u32::from)),
        finding.key.read.to_string(),
    ];
    Fingerprint::of(parts.into_iter().chain(cells))
}

/// What became of a decision in a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DecisionState {
    /// It stands, and the run went by it.
    InForce,
    /// It stands, and its finding stays open (暂不计入, 已联系待回复).
    Open,
    /// What it was taken on is another, or no more; why, in words.
    Expired(String),
    /// It cannot be; why, in words.
    Refused(String),
    /// Another one of the same finding came after it, or it was taken back.
    Replaced,
}

impl DecisionState {
    /// The English key in the store.
    pub fn key(&self) -> &'static str {
        match self {
            DecisionState::InForce => "in-force",
            DecisionState::Open => "open",
            DecisionState::Expired(_) => "expired",
            DecisionState::Refused(_) => "refused",
            DecisionState::Replaced => "replaced",
        }
    }

    /// The Chinese word.
    pub fn word(&self) -> &'static str {
        match self {
            DecisionState::InForce => "有效",
            DecisionState::Open => "仍待处理",
            DecisionState::Expired(_) => "已失效",
            DecisionState::Refused(_) => "没有采用",
            DecisionState::Replaced => "已改",
        }
    }

    pub fn why(&self) -> &str {
        match self {
            DecisionState::Expired(why) | DecisionState::Refused(why) => why,
            _ => "",
        }
    }

    /// Whether the next run goes by it, should its finding be there.
    pub fn is_kept(&self) -> bool {
        !matches!(self, DecisionState::Refused(_) | DecisionState::Replaced)
    }
}

/// A decision with what became of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Settled {
    pub decision: Decision,
    pub state: DecisionState,
    /// The finding that it settles; `None` where there is none any more.
    pub finding: Option<Finding>,
    /// Findings on the same cell that went with it.
    pub along: Vec<Finding>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_reads_back_and_a_damaged_one_does_not() {
        let key =
            DecisionKey { finding: Fingerprint::of(["甲"]), subject: Fingerprint::of(["乙"]), ..Default::default() };
        assert_eq!(DecisionKey::parse(&key.to_string()), Some(key));
        for odd in ["", "-", "0-0-0", &format!("{key}-"), &key.to_string()[1..]] {
            assert_eq!(DecisionKey::parse(odd), None, "{odd}");
        }
    }

    #[test]
    fn every_word_is_one_of_the_drop_down() {
        let words: std::collections::BTreeSet<&str> = Disposition::ALL.map(Disposition::word).into_iter().collect();
        assert_eq!(words.len(), Disposition::ALL.len());
        // Excel takes a list of at most 255 characters.
        assert!(Disposition::ALL.map(Disposition::word).join(",").chars().count() < 255);
        for disposition in Disposition::ALL {
            assert_eq!(Disposition::of_key(disposition.key()), Some(disposition));
        }
    }
}
