//! Which of several returns counts (RETURNS.md §0 "once only", §8 "version" and "copies").
//!
//! Two returns are *versions* of one another when one sender sent the same form twice and both hold rows of a common
//! 推荐单位. So:
//! - The ruling is taken form by form. A file with two forms, one of which was sent again, keeps its other form's rows:
//!   nothing is lost because something else was corrected. Its outcome is *superseded* only when nothing of it counts.
//! - A city that sends one file for each of its 推荐单位 sends no versions: their units do not overlap, all of them count.
//! - Where a later version lacks rows that the earlier one had, a finding on the later one says how many, and weighs
//!   more when a whole 推荐单位 is gone. The earlier rows are in the ledger as superseded; they never count beside the
//!   later ones.
//! - Tables without rows (a form sent along empty) neither replace nor are replaced.
//! - Held-out returns take no part: what cannot count cannot replace what does.
//! - Identical bytes of one sender are copies: the first in the list counts.

use super::addresses::Addresses;
use super::arrived::{Arrival, Arrived};
use super::changes::{Changes, Compared, Comparison, Room, cell};
use super::ruling::{Replaced, Ruling};
use crate::definition::{Form, Plan, Roster};
use crate::model::codes::FindingCode;
use crate::model::ledger::{ChangeCounts, Difference};
use crate::model::normalised::{NormalisedReturn, VersionEvidence};
use crate::model::{Column, Effect, Finding, FindingKey, FormTable, Place, Severity, SourceFile};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

/// What made one return the later one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum DecidedBy {
    FilledOn,
    Mark,
    Modified,
    Nothing,
}

impl DecidedBy {
    fn word(self) -> &'static str {
        match self {
            DecidedBy::FilledOn => "填报日期较晚",
            DecidedBy::Mark => "文件名的版本标记较新",
            DecidedBy::Modified => "文件修改时间较晚",
            DecidedBy::Nothing => "",
        }
    }
}

struct Candidate<'a> {
    position: usize,
    source: u32,
    name: &'a str,
    sha256: &'a [u8],
    sender: u32,
    version: &'a VersionEvidence,
    tables: Vec<&'a FormTable>,
    /// 推荐单位 that its rows name; empty where none could be read, which overlaps with everything.
    units: BTreeSet<u32>,
}

impl Candidate<'_> {
    fn overlaps(&self, other: &Candidate) -> bool {
        self.units.is_empty() || other.units.is_empty() || !self.units.is_disjoint(&other.units)
    }

    fn rows(&self) -> usize {
        self.tables.iter().map(|table| table.origins.len()).sum()
    }
}

/// Decides over all returns of the run, and notes what changed between versions.
pub fn decide(plan: &Plan, roster: &Roster, addresses: &Addresses, arrived: &[Arrived]) -> Ruling {
    let mut ruling = Ruling { copies: copies(arrived), ..Ruling::default() };
    let mut groups: BTreeMap<(u32, u16), Vec<Candidate>> = BTreeMap::new();
    for (position, file) in arrived.iter().enumerate() {
        let Some(returned) = taking_part(file) else { continue };
        if ruling.copies.contains_key(&position) {
            continue;
        }
        let Some(sender) = &returned.sender else { continue };
        for (form, tables) in tables_by_form(returned) {
            let units = plan.forms.get(usize::from(form)).map(|f| units(f, &tables)).unwrap_or_default();
            groups.entry((sender.unit, form)).or_default().push(Candidate {
                position,
                source: file.source.index,
                name: &file.source.name,
                sha256: file.sha256.as_ref().map_or(&[], |hash| hash.as_slice()),
                sender: sender.unit,
                version: &returned.version,
                tables,
                units,
            });
        }
    }
    let compared = Compared::of(roster, addresses, arrived);
    for ((_, form), candidates) in groups.iter().filter(|(_, candidates)| candidates.len() > 1) {
        if let Some(definition) = plan.forms.get(usize::from(*form)) {
            let comparison = Comparison::new(definition, *form, &compared);
            ruling.room.next_group();
            settle(definition, *form, candidates, &comparison, &mut ruling);
        }
    }
    ruling
}

/// The return, where it can be a version at all.
fn taking_part(file: &Arrived) -> Option<&NormalisedReturn> {
    match &file.arrival {
        Arrival::Return(returned) if returned.unrecognised.is_none() && !returned.held() => Some(returned),
        _ => None,
    }
}

/// Files whose bytes were already seen from the same sender.
fn copies(arrived: &[Arrived]) -> BTreeMap<usize, Replaced> {
    let mut first: BTreeMap<(&[u8; 32], Option<u32>), &SourceFile> = BTreeMap::new();
    let mut copies = BTreeMap::new();
    for (position, file) in arrived.iter().enumerate() {
        let Arrival::Return(returned) = &file.arrival else { continue };
        let Some(hash) = file.sha256.as_ref().filter(|_| returned.unrecognised.is_none()) else { continue };
        let key = (hash, returned.sender.as_ref().map(|sender| sender.unit));
        match first.get(&key) {
            Some(by) => {
                let why = format!("与“{}”内容完全相同，只计一份", by.name);
                copies.insert(
                    position,
                    Replaced { by: by.index, why, reason: "内容完全相同的只计一份", changed: String::new() },
                );
            }
            None => {
                first.insert(key, &file.source);
            }
        }
    }
    copies
}

fn tables_by_form(returned: &NormalisedReturn) -> BTreeMap<u16, Vec<&FormTable>> {
    let mut forms: BTreeMap<u16, Vec<&FormTable>> = BTreeMap::new();
    for table in returned.tables.iter().filter(|table| !table.origins.is_empty()) {
        forms.entry(table.form).or_default().push(table);
    }
    forms
}

fn units(form: &Form, tables: &[&FormTable]) -> BTreeSet<u32> {
    let at = form.columns().iter().position(|column| column.field == form.unit_field);
    let columns = tables.iter().filter_map(|table| table.columns.get(at?));
    columns
        .filter_map(|column| match column {
            Column::Unit(units) => Some(units.iter().flatten()),
            _ => None,
        })
        .flatten()
        .collect()
}

/// Which is the later, and by what: 填报日期 where both have one, then marks, then the modified stamp.
fn compare(a: &VersionEvidence, b: &VersionEvidence) -> (Ordering, DecidedBy) {
    if let (Some(x), Some(y)) = (a.filled_on, b.filled_on)
        && x != y
    {
        return (x.cmp(&y), DecidedBy::FilledOn);
    }
    if a.mark != b.mark {
        return (a.mark.cmp(&b.mark), DecidedBy::Mark);
    }
    match (a.modified, b.modified) {
        (Some(x), Some(y)) if x != y => (x.cmp(&y), DecidedBy::Modified),
        _ => (Ordering::Equal, DecidedBy::Nothing),
    }
}

/// Whether marks or stamps say the opposite of what 填报日期 decided.
fn at_odds(later: &VersionEvidence, earlier: &VersionEvidence) -> Option<&'static str> {
    if later.mark < earlier.mark {
        return Some("文件名的版本标记");
    }
    match (later.modified, earlier.modified) {
        (Some(x), Some(y)) if x < y => Some("文件修改时间"),
        _ => None,
    }
}

/// Settles one sender's returns of one form. Round by round the latest are taken, and what they replace leaves.
fn settle(form: &Form, index: u16, candidates: &[Candidate], comparison: &Comparison<'_>, ruling: &mut Ruling) {
    let mut left: Vec<&Candidate> = candidates.iter().collect();
    while !left.is_empty() {
        let beaten = |c: &Candidate| {
            left.iter().any(|o| {
                o.position != c.position && o.overlaps(c) && compare(o.version, c.version).0 == Ordering::Greater
            })
        };
        let mut latest: Vec<&Candidate> = left.iter().copied().filter(|c| !beaten(c)).collect();
        if latest.is_empty() {
            // Evidence that goes round in a circle (a date here, a mark there) decides nothing.
            latest = left.clone();
        }
        leave_open(form, index, &latest, comparison, ruling);
        let taken: BTreeSet<usize> = latest.iter().map(|c| c.position).collect();
        for earlier in left.iter().filter(|c| !taken.contains(&c.position)) {
            // Of those that cannot be told apart one stands for all: what changed is told once, not once for each.
            let mut later: Vec<&Candidate> = Vec::new();
            for &candidate in latest.iter().filter(|later| later.overlaps(earlier)) {
                if !later.iter().any(|known| known.overlaps(candidate)) {
                    later.push(candidate);
                }
            }
            if !later.is_empty() {
                replace(form, index, &later, earlier, comparison, ruling);
            }
        }
        left.retain(|c| !taken.contains(&c.position) && !ruling.replaced.contains_key(&(c.position, index)));
    }
}

/// Of the latest, those that overlap cannot be told apart: all of them are held out, and how they differ is noted.
fn leave_open(form: &Form, index: u16, latest: &[&Candidate], comparison: &Comparison<'_>, ruling: &mut Ruling) {
    for candidate in latest {
        let rivals: Vec<&Candidate> =
            latest.iter().copied().filter(|o| o.position != candidate.position && o.overlaps(candidate)).collect();
        let Some(first) = rivals.first() else { continue };
        ruling.rivals.insert((candidate.position, index), quoted(&rivals));
        // Each is held against the first of its rivals, once.
        if first.position < candidate.position {
            let difference = difference(index, first, &[candidate], false, comparison, &mut ruling.room);
            ruling.differences.push(difference);
        }
        // One finding holds the whole file out, whatever its other forms say.
        if ruling.undecidable.insert(candidate.position) {
            ruling.findings.push(undecidable(form, index, candidate, &rivals));
        }
    }
}

fn difference(
    index: u16,
    earlier: &Candidate,
    later: &[&Candidate],
    decided: bool,
    comparison: &Comparison<'_>,
    room: &mut Room,
) -> Difference {
    let new: Vec<&FormTable> = later.iter().flat_map(|later| later.tables.iter().copied()).collect();
    let Changes { counts, listed, .. } = comparison.changes(&earlier.tables, &new, room);
    Difference {
        unit: earlier.sender,
        form: index,
        earlier: earlier.source,
        later: later.iter().map(|later| later.source).collect(),
        decided,
        counts,
        changes: listed,
    }
}

/// `others` are all the later versions that overlap: each may bring a part of the units anew.
fn replace(
    form: &Form,
    index: u16,
    others: &[&Candidate],
    earlier: &Candidate,
    comparison: &Comparison<'_>,
    ruling: &mut Ruling,
) {
    let Some(later) = others.first() else { return };
    let (_, by) = compare(later.version, earlier.version);
    let why = format!("已被“{}”替代，{}", later.name, by.word());
    let difference = difference(index, earlier, others, true, comparison, &mut ruling.room);
    let rows = others.iter().map(|later| later.rows()).sum();
    let changed = format!("《{}》{}", form.title, changed(difference.counts, rows, earlier.rows()));
    ruling.differences.push(difference);
    let replaced = Replaced { by: later.source, why, reason: by.word(), changed };
    ruling.replaced.insert((earlier.position, index), replaced);
    if by == DecidedBy::FilledOn
        && let Some(other) = at_odds(later.version, earlier.version)
        // Said once, however many forms the two files share.
        && ruling.at_odds.insert((later.position, earlier.position))
    {
        ruling.findings.push(Finding {
            code: FindingCode::VersionEvidenceConflict.into(),
            severity: Severity::Verify,
            place: place(later),
            found: format!("按填报日期替代了“{}”，{other}却说后者更新", earlier.name),
            expected: "同一单位的两份报表，新旧应当一致可辨".into(),
            next: "先按填报日期较晚的一份计算；请汇总部门向报送单位核实哪一份有效".into(),
            line: None,
            effect: Effect::Counts,
            key: key(index, [*later, earlier]),
        });
    }
    if let Some(finding) = dropped(form, index, others, earlier) {
        ruling.findings.push(finding);
    }
}

fn place(candidate: &Candidate) -> Place {
    let origin = candidate.tables.first().and_then(|table| table.origins.first());
    Place {
        source: Some(candidate.source),
        sheet: origin.map(|origin| origin.sheet),
        unit: Some(candidate.sender),
        ..Place::default()
    }
}

fn undecidable(form: &Form, index: u16, candidate: &Candidate, rivals: &[&Candidate]) -> Finding {
    let others = quoted(rivals);
    Finding {
        code: FindingCode::VersionUndecidable.into(),
        severity: Severity::Block,
        place: place(candidate),
        found: format!("同一单位的《{}》还有{others}，内容不同，分不出先后", form.title),
        expected: "填报日期、文件名的版本标记或修改时间能分出先后".into(),
        next: "请报送单位只留有效的一份，或在有效的一份上写明较晚的填报日期后重报；分清前都不计入".into(),
        line: None,
        effect: Effect::HoldsReturn,
        key: key(index, [candidate].into_iter().chain(rivals.iter().copied())),
    }
}

/// Told by the contents of the files that it is about.
fn key<'c>(form: u16, files: impl IntoIterator<Item = &'c Candidate<'c>>) -> FindingKey {
    let mut key = FindingKey::reading(files.into_iter().map(|file| file.sha256));
    key.form = Some(form);
    key
}

/// Up to three names.
fn quoted(files: &[&Candidate]) -> String {
    files.iter().take(3).map(|file| format!("“{}”", file.name)).collect::<Vec<_>>().join("、")
}

/// How two versions differ, in words.
fn changed(counts: ChangeCounts, new: usize, old: usize) -> String {
    let ChangeCounts { cells, rows_dropped: dropped, rows_added: added } = counts;
    match (cells, dropped + added) {
        (0, 0) => "内容没有变化".into(),
        (cells, 0) => format!("{cells} 个单元格不同"),
        (cells, _) => format!("原 {old} 行，现 {new} 行（少 {dropped} 行，多 {added} 行，{cells} 个单元格不同）"),
    }
}

/// Rows of the earlier version that the later one lacks, told by the form's own identity of a row.
fn dropped(form: &Form, index: u16, others: &[&Candidate], earlier: &Candidate) -> Option<Finding> {
    let later = others.first()?;
    let unclear = others.iter().any(|later| later.units.is_empty());
    let gone = earlier.units.iter().filter(|unit| !others.iter().any(|later| later.units.contains(unit))).count();
    let gone_units = if unclear { 0 } else { gone };
    let columns = form.columns();
    let at: Vec<usize> = match form.unique.first() {
        Some(unique) => {
            unique.fields.iter().filter_map(|field| columns.iter().position(|c| c.field == *field)).collect()
        }
        None => Vec::new(),
    };
    let keys = |c: &Candidate| {
        let mut keys = BTreeSet::new();
        for table in &c.tables {
            for row in 0..table.origins.len() {
                let parts = at.iter().map(|at| table.columns.get(*at).and_then(|column| cell(column, row)));
                if let Some(parts) = parts.collect::<Option<Vec<String>>>() {
                    keys.insert(parts);
                }
            }
        }
        keys
    };
    let missing = if at.is_empty() {
        earlier.rows().saturating_sub(others.iter().map(|later| later.rows()).sum())
    } else {
        let new: BTreeSet<Vec<String>> = others.iter().flat_map(|later| keys(later)).collect();
        keys(earlier).into_iter().filter(|key| !new.contains(key)).count()
    };
    if missing == 0 && gone_units == 0 {
        return None;
    }
    let what = match gone_units {
        0 => format!("旧版有的 {missing} 行"),
        gone => format!("旧版有的 {missing} 行、{gone} 个推荐单位"),
    };
    Some(Finding {
        code: FindingCode::VersionRowsDropped.into(),
        // Whether they were taken out or are another part of the list, only the unit knows.
        severity: Severity::Verify,
        place: place(later),
        found: format!("被替代的“{}”中{what}在这一版里没有", earlier.name),
        expected: "新版包含仍然有效的全部行".into(),
        next: "以新版为准，旧版的行不计入；如系漏报，请报送单位补全后重报".into(),
        line: None,
        effect: Effect::Counts,
        key: key(index, others.iter().copied().chain([earlier])),
    })
}
