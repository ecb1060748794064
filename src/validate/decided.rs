//! Decisions applied: findings that somebody settled leave the list, rows that somebody took out do not count, and cells
//! that somebody corrected get their value before anything is judged.
//!
//! A decision is on a finding that this run makes anew: where it is not made, nothing is applied.

use super::arrived::{Arrival, Arrived};
use super::keys::FileIdentity;
use crate::definition::{FieldType, Form, Plan};
use crate::model::amended::KeptAmendments;
use crate::model::codes::{AmendmentRule, Code, FindingCode, Stands};
use crate::model::decision::{Decision, DecisionKey, DecisionState, Decisions, Disposition, Settled};
use crate::model::finding::FoundRecord;
use crate::model::finding::RawAndClean;
use crate::model::kept::KeptTable;
use crate::model::normalised::{NormalisedReturn, Sender, SenderEvidence, UnknownUnit};
use crate::model::{Amendment, CellRef, Column, Effect, Finding, Fingerprint, Place, Severity};
use crate::rows::words::{DateStyle, ValueKind, value_words};
use crate::text::names::match_key;
use std::collections::{BTreeSet, HashMap, HashSet};

/// What settling came to, beside the findings that are left.
#[derive(Debug, Clone, Default)]
pub struct Settlement {
    pub settled: Vec<Settled>,
    /// Records that do not count because somebody said so.
    pub excluded: Vec<Place>,
}

/// Settles findings that are sorted and sealed: those that are closed go, and the others stay in their order.
pub fn settle(plan: &Plan, decisions: &Decisions, findings: &mut Vec<Finding>, files: &[FileIdentity]) -> Settlement {
    let mut settlement = Settlement::default();
    if decisions.is_empty() {
        return settlement;
    }
    let decisions = &decisions.told_by_key(findings);
    let mut left = Vec::with_capacity(findings.len());
    for mut finding in std::mem::take(findings) {
        let Some(decision) = decisions.on(&finding) else {
            left.push(finding);
            continue;
        };
        let file = finding.place.source.and_then(|source| files.get(source as usize));
        let held = DecisionKey::of_file(file.map_or("", |(_, sha256)| sha256));
        let state = judge(plan, decision, &finding, held);
        let on = finding.clone();
        match (&state, decision.disposition) {
            (DecisionState::InForce, of) if waits(of, &finding) => left.push(finding),
            (DecisionState::InForce, Disposition::Excluded) if !finding.code.is_unread() => {
                settlement.excluded.push(finding.place);
            }
            (DecisionState::InForce, _) => {}
            (DecisionState::Open, Disposition::Pending) if finding.place.row.is_some() && !finding.code.is_unread() => {
                // Where one cell is held out, it goes on to be that cell.
                if finding.effect == Effect::Counts {
                    finding.effect = Effect::HoldsRow;
                }
                left.push(finding);
            }
            _ => left.push(finding),
        }
        settlement.settled.push(Settled { decision: decision.clone(), state, finding: Some(on), along: Vec::new() });
    }
    *findings = left;
    if !settlement.excluded.is_empty() {
        take_along(decisions, &mut settlement.settled, findings);
    }
    settlement
}

/// Nobody has to mend or vouch for a record that somebody took out: what else is found on it goes with it, but what has a
/// decision of its own.
fn take_along(decisions: &Decisions, settled: &mut [Settled], findings: &mut Vec<Finding>) {
    let mut out: HashMap<FoundRecord, &mut Settled> = HashMap::new();
    for one in settled.iter_mut().filter(|one| takes_out(one)) {
        if let Some(record) = one.finding.as_ref().and_then(Finding::record) {
            out.entry(record).or_insert(one);
        }
    }
    let mut left = Vec::with_capacity(findings.len());
    for finding in std::mem::take(findings) {
        let with = finding.record().and_then(|record| out.get_mut(&record));
        match with.filter(|_| decisions.on(&finding).is_none()) {
            Some(one) => one.along.push(finding),
            None => left.push(finding),
        }
    }
    *findings = left;
}

/// Whether a decision takes its record, or its whole return, out of every figure for good.
pub fn takes_out(settled: &Settled) -> bool {
    settled.state == DecisionState::InForce && settled.decision.disposition == Disposition::Excluded
}

/// Whether a decision is on what a file is as a whole, and takes or holds all of it out.
pub fn of_whole_file(disposition: Disposition, finding: &Finding) -> bool {
    let takes = match disposition {
        Disposition::Excluded => true,
        // What holds the return already goes on to hold it, and whatever else hangs on it.
        Disposition::Pending => finding.effect != Effect::HoldsReturn,
        _ => false,
    };
    takes && finding.place.row.is_none() && !finding.code.is_unread()
}

/// Whether what is decided has to be done to the return itself before its rows are judged anew.
pub fn waits(disposition: Disposition, finding: &Finding) -> bool {
    match disposition {
        Disposition::Replaced | Disposition::ThisVersion | Disposition::ThisPeriod | Disposition::SameUnit => true,
        Disposition::Excluded | Disposition::Pending => of_whole_file(disposition, finding),
        Disposition::Exempted | Disposition::Confirmed => finding.effect == Effect::HoldsReturn,
        _ => false,
    }
}

/// `held`: what the finding's file holds now.
fn judge(plan: &Plan, decision: &Decision, finding: &Finding, held: Fingerprint) -> DecisionState {
    let condition = decision.key.condition;
    match &finding.code {
        Code::Rule(code) if condition != plan.condition(code) => {
            return DecisionState::Expired("这条规则的条件改过了，请按现在的规则重新处理".to_owned());
        }
        // A finding on a cover may stay the same in a return that was sent anew; what was taken out is all that it said then.
        // Earlier programs did not note it.
        Code::Engine(_)
            if of_whole_file(decision.disposition, finding) && condition != held && !condition.is_nothing() =>
        {
            return DecisionState::Expired("这份报表的内容改动了，整份计不计请重新处理".to_owned());
        }
        _ => {}
    }
    match possible(decision.disposition, finding) {
        Err(why) => DecisionState::Refused(why.to_owned()),
        Ok(()) => match decision.disposition {
            Disposition::Pending | Disposition::Contacted => DecisionState::Open,
            _ => DecisionState::InForce,
        },
    }
}

/// Whether a finding can be settled so.
///
/// # Errors
/// Why it cannot, and what can be done instead.
pub fn possible(disposition: Disposition, finding: &Finding) -> Result<(), &'static str> {
    let stands = |on: &[Stands]| matches!(&finding.code, Code::Engine(code) if on.contains(&code.entry().stands));
    let on_file = stands(&[Stands::File]);
    let unread = finding.code.is_unread();
    match disposition {
        Disposition::Confirmed | Disposition::Exempted if unread => {
            Err("这里的内容没有读入，认可了也不会计入；不必计的请选“不计入”，应计的请报送单位改好重报")
        }
        Disposition::Pending | Disposition::Excluded if finding.code == FindingCode::TotalMismatch => {
            Err("合计行本来就不计入，统计按各行计算；核对无误的请选“属实”")
        }
        Disposition::Confirmed | Disposition::Exempted | Disposition::Replaced
            if finding.code == FindingCode::OtherPeriod =>
        {
            Err("这份报表写的是别的报告期，没有计入；确是本期的请选“计入本期”，不必计的请选“不计入”")
        }
        Disposition::ThisPeriod if finding.code != FindingCode::OtherPeriod => {
            Err("只有写着别的报告期、整份没有计入的报表可以“计入本期”")
        }
        Disposition::Confirmed if finding.severity != Severity::Verify => {
            Err("“属实”只用于“核实”；“必改”请选“改为”“免予”或“不计入”")
        }
        Disposition::Exempted if finding.severity != Severity::Block => {
            Err("“免予”只用于“必改”；“核实”核对无误的请选“属实”")
        }
        Disposition::Exempted if on_file => Err("文件读不出来，没有可以计入的内容，不能“免予”"),
        Disposition::Exempted if finding.code == FindingCode::VersionUndecidable => {
            Err("两份都计入会重复；请在有效的一份上选“采用此版”")
        }
        Disposition::Replaced if finding.key.field.is_none() || finding.place.row.is_none() => {
            Err("这个问题不在某一条记录的某一格上，不能“改为”")
        }
        Disposition::Pending | Disposition::Excluded
            if finding.place.row.is_none()
                && (finding.place.source.is_none() || !(unread || stands(&[Stands::File, Stands::Return]))) =>
        {
            Err("这个问题不在某一条记录或某一份报表上，不能“不计入”")
        }
        Disposition::ThisVersion
            if finding.code != FindingCode::VersionUndecidable && finding.code != FindingCode::ReturnCalledVoid =>
        {
            Err("只有分不出先后、或名称说不作数的报表可以“采用此版”")
        }
        Disposition::SameUnit
            if finding.code != FindingCode::UnitUnknown && finding.code != FindingCode::SenderUnknown =>
        {
            Err("只有名册不认识的单位名可以“是同一单位”")
        }
        _ => Ok(()),
    }
}

/// What a decision says of a name, a cell or a file, read.
#[derive(Debug, Clone, PartialEq)]
pub enum Said {
    Nothing,
    /// The whole file is out, for good and why, in words; or until somebody knows better.
    Out(Option<String>),
    /// One column a column of the field, one row each.
    Value(Vec<Column>),
    /// Index into the roster.
    Unit(u32),
}

/// By the match key of a name that the roster does not know, the files that write it, by their places in the list.
#[derive(Default)]
pub struct UnknownIn(HashMap<String, BTreeSet<usize>>);

impl UnknownIn {
    /// Takes in the names of a file.
    pub fn add(&mut self, position: usize, file: &Arrived) {
        let Arrival::Return(returned) = &file.arrival else { return };
        for one in &returned.unknown_units {
            self.0.entry(match_key(&one.written)).or_default().insert(position);
        }
    }
}

/// Does to the returns what was decided of a finding: puts the value into the cell, takes a return's 必改 away, lets a
/// version count, or lets a name be a unit wherever it is written. Findings that go with it come back.
///
/// # Errors
/// The cell or the finding is not there, in words; nothing was changed.
pub fn change(
    plan: &Plan,
    arrived: &mut [Arrived],
    settled: &Settled,
    said: &Said,
    unknown: &UnknownIn,
) -> Result<Vec<Finding>, &'static str> {
    let finding = settled.finding.as_ref().ok_or(GONE)?;
    if let Said::Unit(unit) = said {
        return name_unit(plan, arrived, finding, (*unit, unknown));
    }
    if let Said::Out(why) = said {
        return leave_out(arrived, finding, why.as_deref());
    }
    let file = file_on(arrived, finding).ok_or(GONE)?;
    let Arrival::Return(returned) = &mut file.arrival else { return Err(GONE) };
    let Said::Value(value) = said else {
        returned.findings.retain(|other| !is_same(other, finding));
        if finding.code == FindingCode::VersionUndecidable || finding.code == FindingCode::ReturnCalledVoid {
            (returned.version.chosen, returned.version.void) = (true, None);
        }
        return Ok(Vec::new());
    };
    correct(plan, returned, finding, value)
}

const GONE: &str = "找不到这一格或这份报表";

/// Where the file of this index in the run's list stands: as a rule in the place of that number.
pub fn file_of(arrived: &[Arrived], source: u32) -> Option<usize> {
    let (is_it, own) = (|file: &Arrived| file.source.index == source, source as usize);
    arrived.get(own).is_some_and(is_it).then_some(own).or_else(|| arrived.iter().position(is_it))
}

/// The file that a finding is on.
fn file_on<'a>(arrived: &'a mut [Arrived], finding: &Finding) -> Option<&'a mut Arrived> {
    let at = file_of(arrived, finding.place.source?)?;
    arrived.get_mut(at)
}

/// Takes a file out with its copies, or holds it out under the finding that asks about it.
fn leave_out(arrived: &mut [Arrived], finding: &Finding, why: Option<&str>) -> Result<Vec<Finding>, &'static str> {
    let sent = |file: &Arrived| {
        let sender = file.taken().and_then(|returned| returned.sender.as_ref()).map(|sender| sender.unit);
        (file.sha256, sender.or(file.named_unit))
    };
    let file = file_on(arrived, finding).ok_or(GONE)?;
    let Some(why) = why else {
        // What cannot be read counts nowhere as it is.
        if let Arrival::Return(returned) = &mut file.arrival {
            returned.findings.retain(|other| !is_same(other, finding));
            returned.pending.push(Finding { effect: Effect::HoldsReturn, ..finding.clone() });
        }
        return Ok(Vec::new());
    };
    let of = sent(file);
    file.left_out = Some(why.to_owned());
    for copy in arrived.iter_mut().filter(|copy| of.0.is_some() && sent(copy) == of) {
        copy.left_out = Some(why.to_owned());
    }
    Ok(Vec::new())
}

/// Lets a name that the roster does not know be a unit, in every return that writes it so.
fn name_unit(
    plan: &Plan,
    arrived: &mut [Arrived],
    finding: &Finding,
    (unit, unknown): (u32, &UnknownIn),
) -> Result<Vec<Finding>, &'static str> {
    let at = |place: &Place| Some((place.sheet?, *place.cells.first()?));
    let here = |one: &&UnknownUnit| Some((one.sheet, one.at)) == at(&finding.place);
    let file = file_on(arrived, finding);
    let name = file.and_then(|file| match &file.arrival {
        Arrival::Return(returned) => returned.unknown_units.iter().find(here).map(|one| one.written.clone()),
        _ => None,
    });
    let name = match_key(&name.ok_or("找不到这个单位名写在哪里")?);
    let mut along = Vec::new();
    for position in unknown.0.get(&name).into_iter().flatten() {
        let Some(Arrival::Return(returned)) = arrived.get_mut(*position).map(|file| &mut file.arrival) else {
            continue;
        };
        let mut written: HashSet<(u16, CellRef)> = HashSet::new();
        returned.unknown_units.retain(|one| {
            let is_it = match_key(&one.written) == name;
            written.extend(is_it.then_some((one.sheet, one.at)));
            !is_it
        });
        for other in std::mem::take(&mut returned.findings) {
            let sender = other.code == FindingCode::SenderUnknown;
            if !(sender || other.code == FindingCode::UnitUnknown)
                || !at(&other.place).is_some_and(|at| written.contains(&at))
            {
                returned.findings.push(other);
                continue;
            }
            if sender {
                returned.sender = Some(Sender { unit, evidence: SenderEvidence::Cover });
            } else if let Some((form, field)) = unit_field(plan, returned, &other.place) {
                let definition = plan.forms.get(usize::from(form)).ok_or(GONE)?;
                let value = [Column::Unit(std::iter::once(Some(unit)).collect())];
                put(definition, &mut returned.tables, &other.place, (form, field), &value).ok_or(GONE)?;
            }
            if !is_same(&other, finding) || other.place.source != finding.place.source {
                along.push(other);
            }
        }
    }
    Ok(along)
}

/// The form and the field of a cell that names a unit.
fn unit_field(plan: &Plan, returned: &NormalisedReturn, place: &Place) -> Option<(u16, u16)> {
    let at = *place.cells.first()?;
    returned.bindings.iter().find_map(|binding| {
        let form = plan.forms.get(usize::from(binding.form))?;
        let fields = form.fields.iter().enumerate().filter(|(_, field)| field.ty == FieldType::Unit);
        let fields = fields.filter_map(|(field, _)| u16::try_from(field).ok());
        fields.map(|field| (binding.form, field)).find(|of| is_cell_of(returned, place, at, *of))
    })
}

/// Puts a value into the cell that a finding is on.
fn correct(
    plan: &Plan,
    returned: &mut NormalisedReturn,
    finding: &Finding,
    value: &[Column],
) -> Result<Vec<Finding>, &'static str> {
    let (form, field) = finding.key.form.zip(finding.key.field).ok_or(GONE)?;
    let definition = plan.forms.get(usize::from(form)).ok_or(GONE)?;
    let at = *finding.place.cells.first().ok_or("这份报表没有这一栏，不能“改为”")?;
    if !is_cell_of(returned, &finding.place, at, (form, field)) {
        return Err("这个问题牵涉几栏，看不出改的是哪一格；请报送单位改正，或选别的处理");
    }
    let said = put(definition, &mut returned.tables, &finding.place, (form, field), value).ok_or(GONE)?;
    let name = definition.fields.get(usize::from(field)).map(|field| field.name.clone()).ok_or(GONE)?;
    let sheet = finding.place.sheet.unwrap_or_default();
    let stood = returned.seen.iter().find(|(on, cell, _)| *on == sheet && *cell == at).map(|(.., words)| words.clone());
    let kept = returned.kept_amendments.as_ref().map_or_else(Vec::new, KeptAmendments::read);
    let read = kept.iter().chain(&returned.amendments).find(|change| change.sheet == sheet && change.at == at);
    let raw = stood.or_else(|| read.map(|change| change.raw().to_owned())).unwrap_or_else(|| said.0.clone());
    returned.amendments.push(Amendment {
        rule: AmendmentRule::Decided,
        source: finding.place.source.unwrap_or_default(),
        sheet,
        at,
        field: name,
        words: RawAndClean::new(&raw, &said.1),
    });
    let here = |other: &Finding| {
        other.place.sheet == finding.place.sheet && other.place.row.is_some() && other.place.cells.first() == Some(&at)
    };
    let (along, left) = std::mem::take(&mut returned.findings).into_iter().partition(here);
    returned.findings = left;
    Ok(along.into_iter().filter(|other: &Finding| !is_same(other, finding)).collect())
}

/// The same finding before and after its unit was told.
fn is_same(one: &Finding, other: &Finding) -> bool {
    one.code == other.code
        && one.found == other.found
        && (one.place.sheet, one.place.row, &one.place.cells)
            == (other.place.sheet, other.place.row, &other.place.cells)
}

/// Whether a cell is that of a field in one of the return's tables.
fn is_cell_of(returned: &NormalisedReturn, place: &Place, at: CellRef, (form, field): (u16, u16)) -> bool {
    returned.bindings.iter().filter(|binding| binding.form == form && Some(binding.sheet) == place.sheet).any(
        |binding| {
            let line = binding.columns.get(usize::from(field)).copied().flatten().map(u32::from);
            line == Some(if binding.across { at.row } else { u32::from(at.col) })
        },
    )
}

/// Puts the value into the record's columns of the field; what was there and is there now, in words.
fn put(
    form: &Form,
    tables: &mut [KeptTable],
    place: &Place,
    (index, field): (u16, u16),
    value: &[Column],
) -> Option<(String, String)> {
    let same = tables.iter_mut().filter(|table| table.form == index);
    let (table, row) = same
        .filter_map(|table| {
            let table = table.change()?;
            // Rows of a table stand in the order of its sheet.
            let from = table.origins.partition_point(|origin| place.row.is_some_and(|row| origin.row < row));
            let row = table.origins.iter().skip(from).position(|origin| origin.holds(place))? + from;
            Some((table, row))
        })
        .next()?;
    let kind = ValueKind::of_field(&form.fields.get(usize::from(field))?.ty);
    let columns = form.columns();
    let places = columns.iter().enumerate().filter(|(_, column)| column.field == usize::from(field));
    let places: Vec<usize> = places.map(|(at, _)| at).collect();
    if places.len() != value.len() {
        return None;
    }
    let (mut before, mut after) = (Vec::new(), Vec::new());
    for (at, value) in places.into_iter().zip(value) {
        let column = table.columns.get_mut(at)?;
        before.push(value_words(column.value(row), kind, DateStyle::Quoted));
        after.push(value_words(value.value(0), kind, DateStyle::Quoted));
        column.take(row, value);
    }
    Some((before.join(" "), after.join(" ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::FindingKey;

    fn finding(code: &str, severity: Severity, row: Option<u32>) -> Finding {
        let mut key = FindingKey::on_record(0, Some(1), Fingerprint::of(["甲"]), Fingerprint::of(["1"]));
        key.seal("A", "teams", "人数", code, 0);
        Finding {
            code: Code::spelled(code),
            severity,
            place: Place { source: Some(0), sheet: Some(0), row, cells: vec![CellRef { row: 4, col: 1 }], unit: None },
            found: "人数 12".into(),
            expected: "".into(),
            next: "".into(),
            line: None,
            effect: Effect::on_record(severity),
            key,
            rules: Vec::new(),
        }
    }

    #[test]
    fn what_cannot_be_is_refused_with_what_can() {
        let verify = finding("outlier", Severity::Verify, Some(4));
        let block = finding("too-many", Severity::Block, Some(4));
        let whole = finding("version-undecidable", Severity::Block, None);
        let unread = finding("file-damaged", Severity::Block, None);
        let (struck, sheet) =
            (finding("row-struck", Severity::Verify, Some(4)), finding("sheet-near-form", Severity::Verify, None));
        let total = finding("total-mismatch", Severity::Verify, Some(4));
        for (disposition, on) in [(Disposition::Confirmed, &struck), (Disposition::Confirmed, &sheet)] {
            assert!(possible(disposition, on).is_err_and(|why| why.contains("没有读入")), "{on:?}");
        }
        assert!(possible(Disposition::Excluded, &total).is_err_and(|why| why.contains("属实")));
        // Agreeing that it does not count takes nothing else out.
        assert_eq!(possible(Disposition::Excluded, &sheet), Ok(()));
        assert!(!of_whole_file(Disposition::Excluded, &sheet) && of_whole_file(Disposition::Excluded, &whole));
        // A rule on no record: what is missing of the period before.
        let rule = finding("record-gone", Severity::Verify, None);
        let refused = |disposition, finding: &Finding| possible(disposition, finding).err().unwrap_or("");
        assert!(refused(Disposition::Confirmed, &block).contains("免予"));
        assert!(refused(Disposition::Exempted, &verify).contains("属实"));
        assert!(refused(Disposition::Exempted, &whole).contains("采用此版"));
        assert!(refused(Disposition::Exempted, &unread).contains("读不出来"));
        assert!(refused(Disposition::Excluded, &rule).contains("某一份报表上"));
        assert!(refused(Disposition::Replaced, &whole).contains("某一格"));
        for (disposition, finding) in [
            (Disposition::Confirmed, &verify),
            (Disposition::Exempted, &block),
            (Disposition::Replaced, &block),
            (Disposition::Excluded, &verify),
            (Disposition::Contacted, &unread),
            (Disposition::Excluded, &whole),
            (Disposition::Pending, &whole),
            (Disposition::Excluded, &unread),
        ] {
            assert_eq!(possible(disposition, finding), Ok(()), "{disposition:?}");
        }
    }
}
