//! Which cells of a broken rule are at fault: where a check has several parts (`a >= 0 AND b >= 0`), those that a part
//! reads that does not hold. They come first, because the first cell is what officers see and what 改为 corrects.
//!
//! And one slip, one finding: 必改 of a record that share a cell at fault are told once, on that cell.

use crate::definition::{Form, Plan, Rule};
use crate::language::RunContext;
use crate::model::{CellRef, Effect, Finding, Fingerprint, Severity};
use crate::rows::Grid;
use std::collections::{BTreeMap, HashSet};

/// A finding of a form's rule.
pub struct Blamed {
    pub finding: Finding,
    /// Of a row rule the fields that are at fault, with their cells.
    pub at_fault: Vec<(u16, CellRef)>,
}

impl From<Finding> for Blamed {
    fn from(finding: Finding) -> Blamed {
        Blamed { finding, at_fault: Vec::new() }
    }
}

/// The fields that a rule points at, row by row of those that break it.
pub struct Blame<'r> {
    rule: &'r Rule,
    /// Per part of the check: which of the rule's fields it reads, and the rows for which it does not hold.
    parts: Vec<(Vec<usize>, HashSet<usize>)>,
}

impl<'r> Blame<'r> {
    /// `failed`: the rows that break the rule.
    pub fn of(rule: &'r Rule, form: &Form, grid: &Grid, failed: &[usize], context: &RunContext) -> Blame<'r> {
        let parts = if failed.is_empty() { Vec::new() } else { rule.check.conjuncts() };
        let read = |name: &str| form.fields.iter().position(|field| &*field.name == name);
        let fields = |columns: &[String]| {
            let read: Vec<usize> = columns.iter().filter_map(|name| read(name)).collect();
            rule.cells.iter().copied().filter(|field| read.contains(field)).collect()
        };
        let rows = match &parts[..] {
            [] => Vec::new(),
            [_] => vec![failed.iter().copied().collect()],
            several => {
                let asked = several.iter().map(|part| {
                    let needs = part.columns().iter().map(String::as_str).collect();
                    (part.node().clone().negated(), needs)
                });
                grid.rows_where(&asked.collect::<Vec<_>>(), context).into_iter().map(HashSet::from_iter).collect()
            }
        };
        Blame { rule, parts: parts.iter().map(|part| fields(part.columns())).zip(rows).collect() }
    }

    /// The rule's fields for a row that breaks it, and those of them that are at fault; all where no part alone is.
    ///
    /// Where the whole check does not hold, the definition's own order stands.
    pub fn cells(&self, row: usize) -> (Vec<usize>, Vec<usize>) {
        let cells = &self.rule.cells;
        let blamed =
            |field: &&usize| self.parts.iter().any(|(fields, rows)| fields.contains(field) && rows.contains(&row));
        let at_fault: Vec<usize> = cells.iter().filter(blamed).copied().collect();
        if at_fault.is_empty() {
            return (cells.clone(), cells.clone());
        }
        let whole = self.parts.iter().all(|(_, rows)| rows.contains(&row));
        // Cells that are held out are the first ones by declaration.
        if whole || matches!(self.rule.effect, Effect::HoldsCells(_)) {
            return (cells.clone(), at_fault);
        }
        let rest = cells.iter().filter(|field| !blamed(field));
        (at_fault.iter().chain(rest).copied().collect(), at_fault)
    }
}

/// The findings; where the form says so, 必改 of one record that share a cell at fault as one. Rules that share a `cause`
/// are left to it.
pub fn one_a_cell(plan: &Plan, form: &Form, broken: Vec<Blamed>) -> Vec<Finding> {
    if !form.one_finding_a_cell {
        return broken.into_iter().map(|one| one.finding).collect();
    }
    let mut told: Vec<Blamed> = Vec::with_capacity(broken.len());
    let mut on_record: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for one in broken {
        let place = &one.finding.place;
        let record = (place.source, place.sheet, place.row, one.finding.key.record);
        let blocks = one.finding.severity == Severity::Block && one.finding.effect == Effect::HoldsRow;
        if place.row.is_none() || !blocks {
            told.push(one);
            continue;
        }
        let others = on_record.entry(record).or_default();
        let same = |at: &&usize| told.get(**at).is_some_and(|other| is_one_slip(plan, other, &one));
        match others.iter().find(same).and_then(|at| told.get_mut(*at)) {
            Some(other) => join(plan, other, one),
            None => {
                others.push(told.len());
                told.push(one);
            }
        }
    }
    told.into_iter().map(|one| one.finding).collect()
}

fn is_one_slip(plan: &Plan, one: &Blamed, other: &Blamed) -> bool {
    let cause = |broken: &Blamed| plan.causes.get(&*broken.finding.code);
    let apart = cause(one).is_none() || cause(one) != cause(other);
    apart && one.at_fault.iter().any(|cell| other.at_fault.contains(cell))
}

/// Tells one finding with another, both on the cell that they share.
fn join(plan: &Plan, told: &mut Blamed, other: Blamed) {
    told.at_fault.retain(|cell| other.at_fault.contains(cell));
    let (head, other) = (&mut told.finding, other.finding);
    head.tells_too(&other);
    let condition = plan.condition(&other.code);
    head.key.read = Fingerprint::of([head.key.read, other.key.read, condition]);
    head.key.field = told.at_fault.first().map(|(field, _)| *field).or(head.key.field);
    let mut cells: Vec<CellRef> = Vec::new();
    let shared = told.at_fault.iter().map(|(_, cell)| *cell);
    for cell in shared.chain(head.place.cells.iter().copied()).chain(other.place.cells.iter().copied()) {
        if !cells.contains(&cell) {
            cells.push(cell);
        }
    }
    head.place.cells = cells;
    head.found = format!("{}；{}", head.found, other.found);
    if !head.expected.contains(&*other.expected) {
        head.expected = format!("{}；{}", head.expected, other.expected).into();
    }
}
