//! The verdict on each file, and the closing of the run's books.

use super::arrived::{Arrival, Arrived};
use super::decided::Settlement;
use super::discipline::{beijing_day, early, lateness, units};
use super::ruling::{self, Replaced, Ruling};
use super::sorted::WhoseRows;
use super::verdicts::blocking;
use crate::definition::{Reference, Roster};
use crate::model::codes::{Code, FindingCode};
use crate::model::drift::Drift;
use crate::model::ledger::Ledger;
use crate::model::normalised::{Contact, NormalisedReturn, OtherPeriod};
use crate::model::run::{RowAccount, RunVerdict, SourceVerdict};
use crate::model::{Effect, Explanation, Finding, FindingKey, Outcome, Place, Severity};
use crate::text::hex::hex;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Outcome, cause and next step of every file, the units' standing, and the sorted findings; ledger, drift and unknown
/// names are added by the caller.
pub fn close(
    reference: &Reference,
    arrived: Vec<Arrived>,
    ruling: &Ruling,
    accounts: Vec<RowAccount>,
    mut findings: Vec<Finding>,
    named: &WhoseRows,
    settlement: Settlement,
) -> RunVerdict {
    sort_findings(&mut findings);
    let verdicts = FileFindings::of(&findings, &settlement.excluded);
    let mut amendments = Vec::with_capacity(arrived.len());
    let (mut seen, mut explanations) = (BTreeMap::new(), Vec::new());
    let mut sources = Vec::with_capacity(arrived.len());
    for ((position, mut file), rows) in arrived.into_iter().enumerate().zip(accounts) {
        if let Arrival::Return(returned) = &mut file.arrival
            && file.left_out.is_none()
            && ruling.replacing(position, returned).is_empty()
        {
            amendments.extend(returned.take_amendments());
            let index = file.source.index;
            seen.extend(returned.seen.drain(..).map(|(sheet, at, words)| ((index, sheet, at), words)));
            explanations.append(&mut returned.explanations);
        }
        sources.push(source_verdict(reference, position, file, ruling, rows, &verdicts));
    }
    keep_own_words(&mut explanations);
    let mut total = RowAccount::default();
    sources.iter().for_each(|source| total.add(&source.rows));
    let units = units(&reference.roster, reference.due.is_some(), &sources, named);
    RunVerdict {
        sources,
        findings,
        amendments,
        units,
        rows: total,
        ledger: Ledger::default(),
        drift: Drift::default(),
        unknown_names: Vec::new(),
        decisions: settlement.settled,
        seen,
        explanations,
    }
}

/// Takes out notes below tables that several files hold word for word: they are the form's, and explain nobody's figures.
fn keep_own_words(explanations: &mut Vec<Explanation>) {
    let mut files: BTreeMap<String, BTreeSet<u32>> = BTreeMap::new();
    for one in explanations.iter().filter(|one| one.row.is_none()) {
        files.entry(one.text.clone()).or_default().insert(one.source);
    }
    explanations.retain(|one| one.row.is_some() || files.get(&one.text).is_none_or(|files| files.len() == 1));
}

/// What is found of files as a whole.
pub fn on_files(reference: &Reference, arrived: &[Arrived], ruling: &Ruling) -> Vec<Finding> {
    let early = arrived.iter().enumerate().filter_map(|(position, file)| match &file.arrival {
        Arrival::Return(returned) if file.left_out.is_none() && ruling.replacing(position, returned).is_empty() => {
            early(reference.due.as_ref(), &file.source, returned)
        }
        _ => None,
    });
    arrived.iter().filter_map(on_whole_file).chain(early).collect()
}

/// A file that yields nothing is a finding too, so that one list holds all that somebody has to see to.
fn on_whole_file(file: &Arrived) -> Option<Finding> {
    if file.left_out.is_some() {
        return None;
    }
    let place = Place { source: Some(file.source.index), unit: file.named_unit, ..Place::default() };
    let (code, severity, found, expected, next) = match &file.arrival {
        Arrival::Unreadable(why) => {
            (why.code, Severity::Block, why.cause.clone(), "能打开的报表文件", why.next.clone())
        }
        Arrival::Unrecognised(cause) => {
            let next = "请确认是否放错；是本项报表的，请报送单位按下发的表式填报";
            (FindingCode::FileUnrecognised, Severity::Note, cause.clone(), "本项工作的报表", next.to_owned())
        }
        Arrival::Return(_) | Arrival::Ignored(_) => return None,
    };
    Some(Finding {
        code: code.into(),
        severity,
        place,
        found,
        expected: expected.into(),
        next: next.into(),
        line: None,
        effect: Effect::Counts,
        key: FindingKey::default(),
        rules: Vec::new(),
    })
}

/// What the findings say of whole files.
struct FileFindings {
    /// Number of 必改.
    blocking: BTreeMap<u32, usize>,
    /// What holds the file out, in words.
    holding: BTreeMap<u32, String>,
    /// Records that somebody took out.
    excluded: BTreeMap<u32, BTreeSet<u32>>,
}

impl FileFindings {
    fn of(findings: &[Finding], taken_out: &[Place]) -> FileFindings {
        let mut excluded: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
        for (source, row) in taken_out.iter().filter_map(|place| place.source.zip(place.row)) {
            excluded.entry(source).or_default().insert(row);
        }
        let mut holding = BTreeMap::new();
        for finding in findings.iter().filter(|finding| finding.effect == Effect::HoldsReturn) {
            if let Some(source) = finding.place.source {
                holding.entry(source).or_insert_with(|| finding.found.clone());
            }
        }
        FileFindings { blocking: blocking(findings), holding, excluded }
    }
}

/// By severity, then place, then code, then words; each cut to what a sentence takes.
pub fn sort_findings(findings: &mut [Finding]) {
    findings.iter_mut().for_each(Finding::bound);
    findings.sort_by(|a, b| (a.severity, &a.place, &a.code, &a.found).cmp(&(b.severity, &b.place, &b.code, &b.found)));
    share_words(findings);
}

/// What findings of one code that follow one another ask for alike is kept once: there may be one on every unit.
fn share_words(findings: &mut [Finding]) {
    let mut last: BTreeMap<Code, [Arc<str>; 2]> = BTreeMap::new();
    for finding in findings {
        let words = [&mut finding.expected, &mut finding.next];
        match last.get_mut(&finding.code) {
            None => drop(last.insert(finding.code.clone(), words.map(|words| Arc::clone(words)))),
            Some(last) => last.iter_mut().zip(words).for_each(|(last, words)| {
                let (from, to) = if *last == *words { (last, words) } else { (words, last) };
                *to = Arc::clone(from);
            }),
        }
    }
}

fn source_verdict(
    reference: &Reference,
    position: usize,
    file: Arrived,
    ruling: &Ruling,
    rows: RowAccount,
    findings: &FileFindings,
) -> SourceVerdict {
    let Arrived { source, sha256, size, format, arrival, near_misses, named_unit, left_out } = file;
    let mut verdict = SourceVerdict {
        outcome: Outcome::Accepted,
        cause: String::new(),
        next: String::new(),
        sha256: sha256.map(|hash| hex(&hash)).unwrap_or_default(),
        size,
        format,
        sender: None,
        contact: Contact::default(),
        unit: named_unit,
        received: source.modified.and_then(beijing_day),
        by_stamp: true,
        late_days: 0,
        overdue: false,
        sheets: Vec::new(),
        bindings: Vec::new(),
        near_misses,
        rows,
        superseded_by: None,
        other_period: None,
        code: None,
        source,
    };
    match arrival {
        Arrival::Unreadable(unreadable) => {
            verdict.outcome = Outcome::Unreadable;
            verdict.code = Some(unreadable.code);
            verdict.cause = unreadable.cause;
            verdict.next = unreadable.next;
        }
        Arrival::Unrecognised(cause) => unrecognised(&mut verdict, cause),
        Arrival::Ignored(cause) => {
            verdict.outcome = Outcome::Ignored;
            verdict.cause = cause;
        }
        Arrival::Return(returned) => {
            let replaced = ruling.replacing(position, &returned);
            let NormalisedReturn {
                bindings, sheets, unrecognised: cause, other_period, sender, contact, version, ..
            } = *returned;
            verdict.unit = sender.as_ref().map(|sender| sender.unit).or(named_unit);
            let filed = version.filled_on.or_else(|| version.stamp().and_then(beijing_day));
            verdict.received = filed.or(verdict.received);
            verdict.by_stamp = version.filled_on.is_none();
            (verdict.sender, verdict.sheets, verdict.bindings) = (sender, sheets, bindings);
            verdict.contact = contact;
            match (cause, replaced.first()) {
                (Some(cause), _) => unrecognised(&mut verdict, cause),
                (None, Some(first)) => {
                    verdict.outcome = Outcome::Superseded;
                    verdict.cause = ruling::cause(&replaced);
                    verdict.next = "不需要处理".into();
                    verdict.superseded_by = Some(first.by);
                }
                (None, None) if other_period.is_some() => of_other_period(&mut verdict, other_period),
                (None, None) => returned_or_accepted(&mut verdict, position, reference, ruling, findings),
            }
        }
    }
    if let Some(why) = left_out {
        (verdict.outcome, verdict.code) = (Outcome::LeftOut, None);
        (verdict.cause, verdict.next) = (why, "不需要处理；要重新计入的，在处理意见工作簿里撤回".into());
    }
    if matches!(verdict.outcome, Outcome::Accepted | Outcome::Returned) {
        let said = verdict.received.filter(|_| !verdict.by_stamp);
        (verdict.late_days, verdict.overdue) = lateness(reference.due.as_ref(), &reference.calendar, said);
    }
    verdict
}

fn unrecognised(verdict: &mut SourceVerdict, cause: String) {
    verdict.outcome = Outcome::Unrecognised;
    verdict.cause = cause;
    verdict.next = "如应是报表，请按表式的表头重新填报；不是报表则不需要处理".into();
}

fn of_other_period(verdict: &mut SourceVerdict, other: Option<OtherPeriod>) {
    verdict.outcome = Outcome::OtherPeriod;
    let words = other.as_ref().map(OtherPeriod::words).unwrap_or_default();
    verdict.cause = format!("是{words}的报表，没有计入本期");
    verdict.next = "不必退回：汇总那一期时自会计入；写错报告期的，请报送单位改正后重报".into();
    verdict.other_period = other.map(Box::new);
}

fn returned_or_accepted(
    verdict: &mut SourceVerdict,
    position: usize,
    reference: &Reference,
    ruling: &Ruling,
    findings: &FileFindings,
) {
    let index = verdict.source.index;
    let partly: Vec<&Replaced> =
        ruling.replaced.range((position, 0)..=(position, u16::MAX)).map(|(_, replaced)| replaced).collect();
    let mut causes = Vec::new();
    if !partly.is_empty() {
        causes.push(format!("其中一部分{}，其余照计", ruling::cause(&partly)));
    }
    verdict.superseded_by = partly.first().map(|replaced| replaced.by);
    let taken_out = findings.excluded.get(&index).map_or(0, |rows| rows.len() as u64);
    if let Some(count) = findings.blocking.get(&index) {
        verdict.outcome = Outcome::Returned;
        let cause = match findings.holding.get(&index) {
            Some(found) => format!("有 {count} 处必改，整份不计：{found}"),
            None => format!("有 {count} 处必改"),
        };
        causes.insert(0, cause);
    } else if verdict.rows.accepted == 0 && verdict.rows.held > taken_out {
        verdict.outcome = Outcome::Returned;
        let cause = match findings.holding.get(&index) {
            Some(found) => format!("整份待核实，暂不计入：{found}"),
            None => format!("没有一行计入：{} 行待核实", verdict.rows.held - taken_out),
        };
        causes.insert(0, cause);
    }
    if taken_out > 0 {
        causes.push(format!("经认定不计入 {taken_out} 行"));
    }
    if verdict.outcome == Outcome::Returned {
        let who = name(&reference.roster, verdict.unit).unwrap_or("报送单位");
        verdict.next = format!("请{who}按审核问题逐条改正后重新报送");
    }
    verdict.cause = causes.join("；");
}

fn name(roster: &Roster, unit: Option<u32>) -> Option<&str> {
    roster.units.get(unit? as usize).map(|unit| unit.name.as_ref())
}
