//! What the findings come to: which rows count, and the outcome of each file.

use super::rows::FormRows;
use crate::definition::{Count, Plan};
use crate::model::codes::FindingCode;
use crate::model::{Finding, Origin, Place, Severity};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// 必改 on one form's rows.
pub struct RowVerdicts {
    pub accepted: Vec<bool>,
    /// Not blocked itself, but on a return that is held out whole.
    pub held: Vec<bool>,
}

/// Rows with their 必改, by file and row; which of a row's records each is on, [`Origin::holds`] tells.
#[derive(Default)]
pub struct Blocks {
    rows: HashMap<(u32, u32), Vec<Place>>,
    returns: BTreeSet<u32>,
}

impl Blocks {
    pub fn of(findings: &[Finding]) -> Blocks {
        let mut blocks = Blocks::default();
        for finding in findings.iter().filter(|finding| finding.severity == Severity::Block) {
            let Some(source) = finding.place.source else { continue };
            blocks.returns.insert(source);
            if let Some(row) = finding.place.row {
                blocks.rows.entry((source, row)).or_default().push(finding.place.clone());
            }
        }
        blocks
    }

    /// Files with any 必改.
    pub fn returned(&self, source: u32) -> bool {
        self.returns.contains(&source)
    }

    /// The verdict on every row of a form.
    pub fn judge(&self, plan: &Plan, rows: &FormRows) -> RowVerdicts {
        let height = rows.rows.origins.len();
        let mut verdicts = RowVerdicts { accepted: vec![true; height], held: vec![false; height] };
        let whole = plan.count == Count::WholeReturns;
        let parts = verdicts.accepted.iter_mut().zip(&mut verdicts.held);
        for ((accepted, held), origin) in parts.zip(&rows.rows.origins) {
            let blocked = self.on(origin);
            *held = whole && !blocked && self.returned(origin.source);
            *accepted = !blocked && !*held;
        }
        verdicts
    }

    /// Whether a 必改 stands on a record.
    fn on(&self, origin: &Origin) -> bool {
        let here = self.rows.get(&(origin.source, origin.row));
        here.is_some_and(|places| places.iter().any(|place| origin.holds(place)))
    }
}

/// Rows whose recommending unit cannot be told, where no other 必改 says so already: in no table by unit, so they must
/// not slip into the totals either.
pub fn unplaced(rows: &FormRows, blocks: &Blocks) -> Vec<Finding> {
    let unit_field = rows.form.unit_field;
    let name = rows.form.fields.get(unit_field).map_or("", |field| field.name.as_ref());
    let without = rows.rows.units.iter().enumerate().filter(|(_, unit)| unit.is_none());
    let open = without.filter(|(row, _)| rows.rows.origins.get(*row).is_some_and(|origin| !blocks.on(origin)));
    open.map(|(row, _)| Finding {
        code: FindingCode::UnitNotExpected.into(),
        severity: Severity::Block,
        place: rows.place(row, &[unit_field]),
        found: format!("{name}“{}”及其上级都不在本次应报单位之列", rows.value(row, name)),
        expected: "推荐单位在单位名册中，并应报本项目".into(),
        next: "请报送单位改为应报的推荐单位；确应报送的由汇总部门在单位名册“应报”栏补登".into(),
        line: Some(rows.form.line),
        holds_return: false,
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
