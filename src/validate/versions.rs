//! Which of several returns counts (RETURNS.md §9 "Versions or parts", §8 "copies").
//!
//! - The ruling is taken form by form. A file with two forms, one of which was sent again, keeps its other form's rows:
//!   nothing is lost because something else was corrected. Its outcome is *superseded* only when nothing of it counts.
//! - Whether two returns are versions of one list, parts of it or neither, [`super::kinship`] says. Parts all count; of
//!   versions the later does, by 填报日期, marks, stamps in that order, and every record that it lacks is named. Where the
//!   order is open, or the later lacks more than half of the earlier, neither counts.
//! - A file that calls itself 作废 replaces nothing: beside another it is superseded, alone it is held.
//! - Tables without rows (a form sent along empty) neither replace nor are replaced.
//! - Held-out returns take no part: what cannot count cannot replace what does.
//! - Identical bytes of one sender are copies: the first in the list counts that does not call itself 作废.

use super::addresses::Addresses;
use super::arrived::Arrived;
use super::candidate::{Candidate, DecidedBy, Family};
use super::changes::{Changes, Compared, Comparison, Room};
use super::kinship::{Contacts, Identity, Kinship, Records, kinship};
use super::ruling::{Replaced, Ruling};
use super::version_findings as said;
use crate::definition::{Form, Plan, Roster};
use crate::model::ledger::Difference;
use crate::model::normalised::{NormalisedReturn, VersionEvidence};
use crate::model::{Column, FormTable, SourceFile};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

/// A return by its position in the run's list.
type Sent<'a> = (usize, &'a Arrived, &'a NormalisedReturn);
/// A file by its position, and whether its name says that it does not count.
type SameBytes<'a> = (usize, &'a SourceFile, bool);

/// Decides over all returns of the run, and notes what changed between versions.
pub fn decide(plan: &Plan, roster: &Roster, addresses: &Addresses, arrived: &[Arrived]) -> Ruling {
    let mut ruling = Ruling { copies: copies(arrived), ..Ruling::default() };
    let identities: Vec<Identity> = plan.forms.iter().map(Identity::of).collect();
    let mut groups: BTreeMap<(u32, u16), Vec<Sent<'_>>> = BTreeMap::new();
    for (position, file) in arrived.iter().enumerate() {
        let Some(returned) = taking_part(file) else { continue };
        if ruling.copies.contains_key(&position) {
            continue;
        }
        let Some(sender) = &returned.sender else { continue };
        let forms: BTreeSet<u16> =
            returned.tables.iter().filter(|table| table.rows() > 0).map(|table| table.form).collect();
        for form in forms {
            groups.entry((sender.unit, form)).or_default().push((position, file, returned));
        }
    }
    let compared = Compared::of(roster, addresses, arrived);
    for ((sender, form), files) in &groups {
        // Nearly every unit sends a form once: its rows are not looked at, and need no room here.
        if files.len() == 1 && files.iter().all(|(.., returned)| returned.version.void.is_none()) {
            continue;
        }
        let at = usize::from(*form);
        let (Some(definition), Some(identity)) = (plan.forms.get(at), identities.get(at)) else { continue };
        let candidates: Vec<Candidate<'_>> = files
            .iter()
            .map(|(position, file, returned)| {
                candidate(definition, identity, (*sender, *form), *position, file, returned)
            })
            .collect();
        let comparison = Comparison::new(definition, *form, &compared);
        ruling.room.next_group();
        let family = Family { form: definition, index: *form, roster, comparison };
        settle(&family, &candidates, &mut ruling);
    }
    ruling
}

fn candidate<'a>(
    definition: &Form,
    identity: &'a Identity,
    (sender, form): (u32, u16),
    position: usize,
    file: &'a Arrived,
    returned: &'a NormalisedReturn,
) -> Candidate<'a> {
    let of_form = returned.tables.iter().filter(|table| table.form == form && table.rows() > 0);
    let tables: Vec<&FormTable> = of_form.map(|table| &**table).collect();
    Candidate {
        position,
        source: file.source.index,
        name: &file.source.name,
        sha256: file.sha256.as_ref().map_or(&[], |hash| hash.as_slice()),
        sender,
        version: &returned.version,
        units: units(definition, &tables),
        records: Records::of(identity, &tables),
        tables,
    }
}

/// The return, where it can be a version at all.
fn taking_part(file: &Arrived) -> Option<&NormalisedReturn> {
    file.taken().filter(|returned| returned.unrecognised.is_none() && !returned.held())
}

/// Files whose bytes another file of the same sender has.
fn copies(arrived: &[Arrived]) -> BTreeMap<usize, Replaced> {
    let mut same: BTreeMap<(&[u8; 32], Option<u32>), Vec<SameBytes<'_>>> = BTreeMap::new();
    for (position, file) in arrived.iter().enumerate() {
        let Some(returned) = file.taken() else { continue };
        let Some(hash) = file.sha256.as_ref().filter(|_| returned.unrecognised.is_none()) else { continue };
        let sender = returned.sender.as_ref().map(|sender| sender.unit);
        same.entry((hash, sender)).or_default().push((position, &file.source, returned.version.void.is_some()));
    }
    let mut copies = BTreeMap::new();
    for files in same.values() {
        let Some((counts, by, _)) = files.iter().find(|(.., void)| !void).or(files.first()) else { continue };
        for (position, ..) in files.iter().filter(|(position, ..)| position != counts) {
            let why = format!("与“{}”内容完全相同，只计一份", by.name);
            copies.insert(
                *position,
                Replaced { by: by.index, why, reason: "内容完全相同的只计一份", changed: String::new() },
            );
        }
    }
    copies
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

/// Which is the later, and by what: a person's decision, 填报日期 where both have one, then marks, then the stamps inside, then those of the
/// files.
fn compare(a: &VersionEvidence, b: &VersionEvidence) -> (Ordering, DecidedBy) {
    if a.chosen != b.chosen {
        return (a.chosen.cmp(&b.chosen), DecidedBy::Person);
    }
    if let (Some(x), Some(y)) = (a.filled_on, b.filled_on)
        && x != y
    {
        return (x.cmp(&y), DecidedBy::FilledOn);
    }
    if a.mark != b.mark {
        return (a.mark.cmp(&b.mark), DecidedBy::Mark);
    }
    for (one, other, by) in
        [(a.modified, b.modified, DecidedBy::Modified), (a.file_modified, b.file_modified, DecidedBy::FileStamp)]
    {
        if let (Some(x), Some(y)) = (one, other)
            && x != y
        {
            return (x.cmp(&y), by);
        }
    }
    (Ordering::Equal, DecidedBy::Nothing)
}

/// Whether marks or stamps say the opposite of what 填报日期 decided.
fn at_odds(later: &VersionEvidence, earlier: &VersionEvidence) -> Option<&'static str> {
    if later.mark < earlier.mark {
        return Some("文件名的版本标记");
    }
    match (later.stamp(), earlier.stamp()) {
        (Some(x), Some(y)) if x < y => Some("文件修改时间"),
        _ => None,
    }
}

/// How each two of some returns stand to each other, by their places in the list.
struct Kin(Vec<Vec<Kinship>>);

impl Kin {
    fn of(form: &Form, candidates: &[Candidate]) -> Kin {
        let mut all = vec![vec![Kinship::None; candidates.len()]; candidates.len()];
        let contacts = Contacts::among(&candidates.iter().map(|candidate| &candidate.records).collect::<Vec<_>>());
        for (i, a) in candidates.iter().enumerate() {
            for (j, b) in candidates.iter().enumerate().take(i) {
                let later = if compare(a.version, b.version).0 == Ordering::Less { b } else { a };
                // The later says so only where its mark is what the other's is not.
                let says = later.version.mark > a.version.mark.min(b.version.mark);
                let recurs = || contacts.recurs((i, &a.records), (j, &b.records));
                let kin = kinship(form, (&a.relative(), &b.relative()), says, recurs);
                (all[i][j], all[j][i]) = (kin, kin);
            }
        }
        Kin(all)
    }

    fn is(&self, a: usize, b: usize, kin: Kinship) -> bool {
        a != b && self.0.get(a).and_then(|row| row.get(b)) == Some(&kin)
    }
}

/// Settles one sender's returns of one form. Round by round the latest are taken, and what they replace leaves.
fn settle(family: &Family<'_>, candidates: &[Candidate], ruling: &mut Ruling) {
    let kin = Kin::of(family.form, candidates);
    let versions = |a: &usize, b: &usize| kin.is(*a, *b, Kinship::Versions);
    let (live, void): (Vec<usize>, Vec<usize>) =
        (0..candidates.len()).partition(|at| candidates[*at].version.void.is_none());
    let mut left = live.clone();
    while !left.is_empty() {
        let beaten = |c: &usize| {
            let later = |o: &usize| compare(candidates[*o].version, candidates[*c].version).0 == Ordering::Greater;
            left.iter().any(|o| versions(o, c) && later(o))
        };
        let mut latest: Vec<usize> = left.iter().copied().filter(|c| !beaten(c)).collect();
        if latest.is_empty() {
            // Evidence that goes round in a circle (a date here, a mark there) decides nothing.
            latest = left.clone();
        }
        leave_open(family, candidates, &latest, &kin, ruling);
        for earlier in left.iter().filter(|c| !latest.contains(c)) {
            // Of those that cannot be told apart one stands for all: what changed is told once, not once for each.
            let mut later: Vec<usize> = Vec::new();
            for candidate in latest.iter().filter(|later| versions(later, earlier)) {
                if !later.iter().any(|known| versions(known, candidate)) {
                    later.push(*candidate);
                }
            }
            let later: Vec<&Candidate> = later.into_iter().map(|at| &candidates[at]).collect();
            succeed(family, &later, &candidates[*earlier], ruling);
        }
        let replaced = |at: &usize| ruling.replaced.contains_key(&(candidates[*at].position, family.index));
        left.retain(|at| !latest.contains(at) && !replaced(at));
    }
    void_ones(family, candidates, (&live, &void), &kin, ruling);
    let counts = |at: &usize| !ruling.replaced.contains_key(&(candidates[*at].position, family.index));
    let survivors: Vec<usize> = live.into_iter().filter(counts).collect();
    let mut parts = vec![false; candidates.len()];
    for (n, at) in survivors.iter().enumerate() {
        let others = survivors.iter().take(n).filter(|other| kin.is(*at, **other, Kinship::Parts));
        let others: Vec<&Candidate> =
            others.inspect(|other| parts[**other] = true).map(|at| &candidates[*at]).collect();
        if !others.is_empty() {
            parts[*at] = true;
            ruling.findings.push(said::in_parts(family, &candidates[*at], &others));
        }
    }
    let parts = candidates.iter().zip(parts).filter(|(_, is_part)| *is_part);
    ruling.parts.extend(parts.map(|(candidate, _)| (candidate.source, family.index)));
}

/// An earlier version and what came in its place; several where each brings a part of the units anew.
fn succeed(family: &Family<'_>, later: &[&Candidate], earlier: &Candidate, ruling: &mut Ruling) {
    let Some(first) = later.first() else { return };
    let records: Vec<&Records<'_>> = later.iter().map(|later| &later.records).collect();
    let lacking = earlier.records.lacking(&records);
    let by = compare(first.version, earlier.version).1;
    if by == DecidedBy::Person || lacking.len() * 2 <= earlier.records.len() {
        return replace(family, later, earlier, by, ruling);
    }
    let difference = difference(family, earlier, later, false, &mut ruling.room);
    ruling.differences.push(difference);
    for candidate in later.iter().copied().chain([earlier]) {
        let words = said::lacks_most(family, later, earlier, lacking.len());
        ruling.open.entry((candidate.position, family.index)).or_insert_with(|| words.found.clone());
        if ruling.undecidable.insert(candidate.position) {
            let others: Vec<&Candidate> =
                later.iter().copied().chain([earlier]).filter(|other| other.position != candidate.position).collect();
            ruling.findings.push(said::undecidable(family, candidate, &others, words));
        }
    }
}

/// Of the latest, those that are versions of one another cannot be told apart: all of them are held out, and how they
/// differ is noted.
fn leave_open(family: &Family<'_>, candidates: &[Candidate], latest: &[usize], kin: &Kin, ruling: &mut Ruling) {
    for at in latest {
        let candidate = &candidates[*at];
        let rivals = latest.iter().filter(|other| kin.is(*at, **other, Kinship::Versions));
        let rivals: Vec<&Candidate> = rivals.map(|at| &candidates[*at]).collect();
        let Some(first) = rivals.first() else { continue };
        ruling.open.insert((candidate.position, family.index), said::open(&rivals));
        // Each is held against the first of its rivals, once.
        if first.position < candidate.position {
            let difference = difference(family, first, &[candidate], false, &mut ruling.room);
            ruling.differences.push(difference);
        }
        // One finding holds the whole file out, whatever its other forms say.
        if ruling.undecidable.insert(candidate.position) {
            let words = said::no_order(family, &rivals);
            ruling.findings.push(said::undecidable(family, candidate, &rivals, words));
        }
    }
}

/// Files that call themselves 作废: superseded beside another of the same part, else held.
fn void_ones(
    family: &Family<'_>,
    candidates: &[Candidate],
    (live, void): (&[usize], &[usize]),
    kin: &Kin,
    ruling: &mut Ruling,
) {
    for at in void {
        let candidate = &candidates[*at];
        let related = |other: &&usize| {
            let differs = candidates[**other].version.part.differs(candidate.version.part);
            !kin.is(*at, **other, Kinship::None) && !differs
        };
        let counts = |other: &&usize| !ruling.replaced.contains_key(&(candidates[**other].position, family.index));
        let beside = live.iter().filter(related).find(counts).map(|other| &candidates[*other]);
        match beside {
            Some(other) => replace(family, &[other], candidate, DecidedBy::Void, ruling),
            None => {
                let finding = said::void_alone(family, candidate);
                ruling.open.entry((candidate.position, family.index)).or_insert_with(|| finding.found.clone());
                ruling.void.insert(candidate.position);
                if ruling.undecidable.insert(candidate.position) {
                    ruling.findings.push(finding);
                }
            }
        }
    }
}

fn difference(
    family: &Family<'_>,
    earlier: &Candidate,
    later: &[&Candidate],
    decided: bool,
    room: &mut Room,
) -> Difference {
    let new: Vec<&FormTable> = later.iter().flat_map(|later| later.tables.iter().copied()).collect();
    let Changes { counts, listed, .. } = family.comparison.changes(&earlier.tables, &new, room);
    Difference {
        unit: earlier.sender,
        form: family.index,
        earlier: earlier.source,
        later: later.iter().map(|later| later.source).collect(),
        decided,
        counts,
        changes: listed,
    }
}

/// `others` are all the later versions of it: each may bring a part of the units anew.
fn replace(family: &Family<'_>, others: &[&Candidate], earlier: &Candidate, by: DecidedBy, ruling: &mut Ruling) {
    let Some(later) = others.first() else { return };
    let why = format!("已被“{}”替代，{}", later.name, by.word());
    let difference = difference(family, earlier, others, true, &mut ruling.room);
    let rows = others.iter().map(|later| later.records.len()).sum();
    let changed = format!("《{}》{}", family.form.title, said::changed(difference.counts, rows, earlier.records.len()));
    ruling.differences.push(difference);
    let replaced = Replaced { by: later.source, why, reason: by.word(), changed };
    ruling.replaced.insert((earlier.position, family.index), replaced);
    if by == DecidedBy::FilledOn
        && let Some(other) = at_odds(later.version, earlier.version)
        // Said once, however many forms the two files share.
        && ruling.at_odds.insert((later.position, earlier.position))
    {
        ruling.findings.push(said::at_odds(family, later, earlier, other));
    }
    if matches!(by, DecidedBy::Modified | DecidedBy::FileStamp)
        && ruling.at_odds.insert((later.position, earlier.position))
    {
        ruling.findings.push(said::by_stamp(family, later, earlier, by));
    }
    ruling.findings.extend(said::dropped(family, others, earlier));
}
