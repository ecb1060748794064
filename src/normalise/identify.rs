//! Who sent a return: the cover, else the unit that all rows name, else the folder, else the file name.
//! Exactly one unit of the roster, or a finding; never the nearest name.

use super::lexicon::Lexicon;
use super::meter::Meter;
use super::sink::{Say, Sink};
use crate::definition::Roster;
use crate::model::cell::CellRef;
use crate::model::codes::FindingCode;
use crate::model::normalised::{Sender, SenderEvidence};
use crate::model::{Severity, SourceFile};
use std::collections::BTreeMap;

const ASK_UNIT: &str = "请报送单位在填报单位栏写明名册中的单位全称；名册缺漏的请汇总部门补充别名";

/// The cover's unit as written, and what the roster makes of it.
#[derive(Debug, Clone)]
pub struct CoverUnit {
    pub sheet: u16,
    pub at: CellRef,
    pub written: String,
    pub candidates: Vec<u32>,
}

/// What all sources say.
pub struct Evidence {
    pub covers: Vec<CoverUnit>,
    /// Units that rows name, each with the first cell that names it.
    pub rows: BTreeMap<u32, (u16, CellRef)>,
    pub folder: Option<u32>,
    pub file: Option<u32>,
}

/// The unit that candidates come down to: the only one, or the only one linked to a unit that cover, folder or rows name.
pub fn settle(roster: &Roster, candidates: &[u32], context: &[u32]) -> Option<u32> {
    if let [only] = candidates {
        return Some(*only);
    }
    let exact: Vec<u32> = candidates.iter().copied().filter(|unit| context.contains(unit)).collect();
    if let [only] = exact.as_slice() {
        return Some(*only);
    }
    let mut linked = candidates.iter().copied().filter(|unit| context.iter().any(|other| roster.linked(*unit, *other)));
    let first = linked.next()?;
    linked.next().is_none().then_some(first)
}

/// What to write instead, for a name that is unknown or means several units. Which units an unknown one looks like is said
/// later, of all returns' names together.
pub fn expected_unit(roster: &Roster, candidates: &[u32]) -> String {
    if candidates.is_empty() {
        return "填单位名册中的单位".to_owned();
    }
    let names: Vec<&str> =
        candidates.iter().filter_map(|unit| roster.units.get(*unit as usize)).map(|unit| unit.name.as_ref()).collect();
    format!("写明是哪一个：{}", names.join("、"))
}

/// Folder and file name of a source: the innermost folder that names exactly one unit; zip names count as folders.
pub fn named(lexicon: &Lexicon<'_>, source: &SourceFile) -> (Option<u32>, Option<u32>) {
    let mut parts = source.name.rsplit('/');
    let only = |name: &str| match lexicon.units_within(name) {
        [unit] => Some(*unit),
        _ => None,
    };
    let file = parts.next().map(|name| name.rsplit_once('.').map_or(name, |(stem, _)| stem)).and_then(only);
    (parts.find_map(only), file)
}

/// Decides the sender, and reports what stands against it.
pub fn sender(roster: &Roster, evidence: &Evidence, meter: &Meter, sink: &mut Sink) -> Option<Sender> {
    let context: Vec<u32> = evidence.rows.keys().copied().chain(evidence.folder).chain(evidence.file).collect();
    let mut cover: Option<(u32, &CoverUnit)> = None;
    let mut doubtful = false;
    for said in &evidence.covers {
        if meter.is_over() {
            break;
        }
        match settle(roster, &said.candidates, &context) {
            Some(unit) => match cover {
                Some((first, at)) if !roster.linked(first, unit) => {
                    two_covers(at, said, sink);
                    doubtful = true;
                }
                Some(_) => {}
                None => cover = Some((unit, said)),
            },
            None => {
                unknown_cover(roster, said, sink);
                doubtful = true;
            }
        }
    }
    if let Some((unit, said)) = cover {
        against_rows(roster, unit, said, evidence, sink);
        against_names(roster, unit, Some(said), evidence, sink);
        return Some(Sender { unit, evidence: SenderEvidence::Cover });
    }
    let sender = without_cover(roster, evidence);
    match &sender {
        Some(sender) if sender.evidence == SenderEvidence::Rows => {
            against_names(roster, sender.unit, None, evidence, sink)
        }
        Some(sender) => {
            let strangers = evidence.rows.keys().filter(|unit| !roster.linked(**unit, sender.unit)).count();
            if strangers > 0 {
                at_odds(roster, sender.unit, evidence, sink);
            }
        }
        None if !doubtful => {
            let say = Say {
                code: FindingCode::SenderUnknown,
                severity: Severity::Block,
                found: "表中、文件夹名和文件名都看不出是哪个单位报的".to_owned(),
                expected: "写明填报单位".to_owned(),
                next: ASK_UNIT,
            };
            sink.on_return(None, Vec::new(), say);
        }
        None => {}
    }
    sender
}

fn without_cover(roster: &Roster, evidence: &Evidence) -> Option<Sender> {
    // One unit on all rows, or one that stands above all the others.
    let mut tops = evidence
        .rows
        .keys()
        .copied()
        .filter(|top| evidence.rows.keys().all(|unit| unit == top || chain_has(roster, *unit, *top)));
    if let Some(unit) = tops.next() {
        return Some(Sender { unit, evidence: SenderEvidence::Rows });
    }
    by_name(evidence)
}

/// The sender by folder or file name alone, for a return none of whose tables counts.
pub fn by_name(evidence: &Evidence) -> Option<Sender> {
    let folder = evidence.folder.map(|unit| Sender { unit, evidence: SenderEvidence::Folder });
    folder.or_else(|| evidence.file.map(|unit| Sender { unit, evidence: SenderEvidence::FileName }))
}

fn chain_has(roster: &Roster, below: u32, top: u32) -> bool {
    let mut at = roster.units.get(below as usize).and_then(|unit| unit.parent);
    for _ in 0..=roster.units.len() {
        match at {
            Some(unit) if unit == top => return true,
            Some(unit) => at = roster.units.get(unit as usize).and_then(|unit| unit.parent),
            None => return false,
        }
    }
    false
}

fn name(roster: &Roster, unit: u32) -> &str {
    roster.units.get(unit as usize).map_or("?", |unit| unit.name.as_ref())
}

fn unknown_cover(roster: &Roster, said: &CoverUnit, sink: &mut Sink) {
    let (code, why) = if said.candidates.is_empty() {
        sink.unknown_unit(&said.written, said.sheet, said.at);
        (FindingCode::SenderUnknown, "不在单位名册中")
    } else {
        (FindingCode::SenderAmbiguous, "在单位名册中对应不止一个单位")
    };
    let say = Say {
        code,
        severity: Severity::Block,
        found: format!("填报单位“{}”{why}", said.written),
        expected: expected_unit(roster, &said.candidates),
        next: ASK_UNIT,
    };
    sink.on_return(Some(said.sheet), vec![said.at], say);
}

fn two_covers(first: &CoverUnit, other: &CoverUnit, sink: &mut Sink) {
    let say = Say {
        code: FindingCode::SenderConflict,
        severity: Severity::Block,
        found: format!(
            "一份文件里有两个填报单位：{}（{}）和{}（{}）",
            first.written, first.at, other.written, other.at
        ),
        expected: "一份文件只由一个单位填报".to_owned(),
        next: "请报送单位分开报送，或改正填报单位栏",
    };
    sink.on_return(Some(other.sheet), vec![other.at], say);
}

/// Cover and 推荐单位 may differ only along the roster's 上级 chain. Where some rows are of it, only the others are wrong,
/// which is told of each when all rows are judged.
fn against_rows(roster: &Roster, unit: u32, said: &CoverUnit, evidence: &Evidence, sink: &mut Sink) {
    let strangers: Vec<(&u32, &(u16, CellRef))> =
        evidence.rows.iter().filter(|(other, _)| !roster.linked(**other, unit)).collect();
    if strangers.is_empty() || strangers.len() < evidence.rows.len() {
        return;
    }
    let names: Vec<&str> = strangers.iter().take(3).map(|(other, _)| name(roster, **other)).collect();
    let more = if strangers.len() > 3 { format!("等 {} 个单位", strangers.len()) } else { String::new() };
    let cells = std::iter::once(said.at)
        .chain(strangers.iter().filter(|(_, (sheet, _))| *sheet == said.sheet).take(3).map(|(_, (_, at))| *at))
        .collect();
    let say = Say {
        code: FindingCode::SenderConflict,
        severity: Severity::Block,
        found: format!("填报单位是“{}”，表中推荐单位却有“{}”{more}", said.written, names.join("”“")),
        expected: "推荐单位与填报单位一致，或是其上下级".to_owned(),
        next: "请报送单位核对填报单位栏和推荐单位列后改正",
    };
    sink.on_return(Some(said.sheet), cells, say);
}

/// A folder or file name at odds with what the return says is 核实 only.
fn against_names(roster: &Roster, unit: u32, said: Option<&CoverUnit>, evidence: &Evidence, sink: &mut Sink) {
    let (other, what) = match (evidence.folder, evidence.file) {
        (Some(folder), _) if !roster.linked(folder, unit) => (folder, "所在文件夹"),
        (_, Some(file)) if !roster.linked(file, unit) => (file, "文件名"),
        _ => return,
    };
    let say = Say {
        code: FindingCode::SenderDoubtful,
        severity: Severity::Verify,
        found: format!("表中是“{}”报的，{what}却是“{}”", name(roster, unit), name(roster, other)),
        expected: "表中单位与文件夹、文件名一致".to_owned(),
        next: "以表中为准计入；请汇总部门核实文件是否放错",
    };
    sink.on_return(said.map(|said| said.sheet), said.map(|said| said.at).into_iter().collect(), say);
}

fn at_odds(roster: &Roster, unit: u32, evidence: &Evidence, sink: &mut Sink) {
    let names: Vec<&str> = evidence.rows.keys().take(3).map(|other| name(roster, *other)).collect();
    let first = evidence.rows.values().next();
    let say = Say {
        code: FindingCode::SenderDoubtful,
        severity: Severity::Verify,
        found: format!(
            "没有填报单位栏，按文件夹或文件名记为“{}”，表中推荐单位有“{}”",
            name(roster, unit),
            names.join("”“")
        ),
        expected: "写明填报单位，与推荐单位一致或为其上下级".to_owned(),
        next: "请汇总部门核实是哪个单位报的",
    };
    sink.on_return(first.map(|(sheet, _)| *sheet), first.map(|(_, at)| *at).into_iter().collect(), say);
}
