//! What the findings come to: which rows count, and the outcome of each file.

use super::rows::FormRows;
use crate::definition::{Count, Plan, Roster};
use crate::model::codes::FindingCode;
use crate::model::{Effect, Finding, Fingerprint, Origin, Place, Severity};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// What became of one form's rows.
pub struct RowVerdicts {
    pub accepted: Vec<bool>,
    /// No 必改 stands on it, but a 核实 that holds it, or it is on a return that is held out whole.
    pub held: Vec<bool>,
}

/// Records that findings hold, by file and row; which of a row's records each is on, [`Origin::holds`] tells.
#[derive(Default)]
pub struct Holds {
    rows: HashMap<(u32, u32), Vec<(Severity, Place)>>,
    /// Files with any 必改.
    returned: BTreeSet<u32>,
}

impl Holds {
    /// `excluded`: records that somebody took out, whatever is found on them.
    pub fn of(findings: &[Finding], excluded: &[Place]) -> Holds {
        let mut holds = Holds::default();
        for place in excluded {
            if let (Some(source), Some(row)) = (place.source, place.row) {
                holds.rows.entry((source, row)).or_default().push((Severity::Note, place.clone()));
            }
        }
        for finding in findings {
            let Some(source) = finding.place.source else { continue };
            if finding.severity == Severity::Block {
                holds.returned.insert(source);
            }
            if let Some(row) = finding.place.row.filter(|_| finding.effect == Effect::HoldsRow) {
                holds.rows.entry((source, row)).or_default().push((finding.severity, finding.place.clone()));
            }
        }
        holds
    }

    /// The verdict on every row of a form.
    pub fn judge(&self, plan: &Plan, rows: &FormRows) -> RowVerdicts {
        let height = rows.rows.origins.len();
        let mut verdicts = RowVerdicts { accepted: vec![true; height], held: vec![false; height] };
        let whole = plan.count == Count::WholeReturns;
        let parts = verdicts.accepted.iter_mut().zip(&mut verdicts.held);
        for ((accepted, held), origin) in parts.zip(rows.rows.origins.iter()) {
            let on = self.on(&origin);
            *held = match on {
                Some(severity) => severity != Severity::Block,
                None => whole && self.returned.contains(&origin.source),
            };
            *accepted = on.is_none() && !*held;
        }
        verdicts
    }

    /// The weightiest finding that holds a record.
    pub fn on(&self, origin: &Origin) -> Option<Severity> {
        let here = self.rows.get(&(origin.source, origin.row))?;
        here.iter().filter(|(_, place)| origin.holds(place)).map(|(severity, _)| *severity).min()
    }
}

/// Rows whose recommending unit cannot be told, where nothing else holds them already: in no table by unit, so they must
/// not slip into the totals either.
pub fn unplaced(rows: &FormRows, holds: &Holds) -> Vec<Finding> {
    let unit_field = rows.form.unit_field;
    let name = rows.form.fields.get(unit_field).map_or("", |field| field.name.as_ref());
    let without = rows.rows.units.iter().enumerate().filter(|(_, unit)| unit.is_none());
    let open = without.filter(|(row, _)| rows.rows.origins.get(*row).is_some_and(|origin| holds.on(&origin).is_none()));
    open.map(|(row, _)| {
        let value = rows.value(row, name);
        let key = rows.key(row, &[unit_field], Fingerprint::of([&value]));
        Finding {
            code: FindingCode::UnitNotExpected.into(),
            severity: Severity::Block,
            place: rows.place(row, &[unit_field]),
            found: format!("{name}“{value}”及其上级都不在本次应报单位之列"),
            expected: "推荐单位在单位名册中，并应报本项目".into(),
            next: "请报送单位改为应报的推荐单位；确应报送的由汇总部门在单位名册“应报”栏补登".into(),
            line: Some(rows.form.line),
            effect: Effect::HoldsRow,
            key,
            rules: Vec::new(),
        }
    })
    .collect()
}

/// Rows whose 推荐单位 is neither the sender that the cover names, nor above or below it. Where all rows are so, the return
/// is held out whole before.
pub fn off_chain(rows: &FormRows, roster: &Roster) -> Vec<Finding> {
    let unit_field = rows.form.unit_field;
    let field = rows.form.fields.get(unit_field).map_or("", |field| field.name.as_ref());
    let name = |unit: u32| roster.units.get(unit as usize).map_or("", |unit| unit.name.as_ref());
    // The rows of a file follow one another, and most name the same unit as the one before.
    let mut fine = None;
    let strange =
        rows.rows.named.iter().zip(rows.rows.origins.iter()).enumerate().filter_map(|(row, (named, origin))| {
            let named = named?;
            if fine == Some((origin.source, named)) {
                return None;
            }
            let sender = *rows.addresses.senders.get(&origin.source)?;
            if !rows.addresses.covered.contains(&origin.source) || roster.linked(named, sender) {
                fine = Some((origin.source, named));
                return None;
            }
            // One that counts under nobody is told as such.
            rows.rows.units.get(row).is_some().then_some((row, named, sender))
        });
    strange
        .map(|(row, named, sender)| Finding {
            code: FindingCode::UnitOffChain.into(),
            severity: Severity::Block,
            place: rows.place(row, &[unit_field]),
            found: format!("{field}“{}”和填报单位“{}”没有隶属关系", name(named), name(sender)),
            expected: format!("{field}与填报单位一致，或是其上下级").into(),
            next: "请报送单位核对这一行是谁推荐的；名册缺上级代码的由汇总部门补上".into(),
            line: Some(rows.form.line),
            effect: Effect::HoldsRow,
            key: rows.key(row, &[unit_field], Fingerprint::of([name(named), name(sender)])),
            rules: Vec::new(),
        })
        .collect()
}

/// Number of 必改 of each file.
pub fn blocking(findings: &[Finding]) -> BTreeMap<u32, usize> {
    let mut counts = BTreeMap::new();
    for finding in findings.iter().filter(|finding| finding.severity == Severity::Block) {
        if let Some(source) = finding.place.source {
            *counts.entry(source).or_insert(0) += 1;
        }
    }
    counts
}
