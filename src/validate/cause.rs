//! One cause, one finding: what rules that share a cause find on one record is told once, so that nobody has to mend or
//! settle one slip of the pen fourteen times.

use crate::definition::{Form, Plan};
use crate::model::{CellRef, Effect, Finding, Fingerprint, Severity};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Sentences that one finding is made of; more only name their column.
const TOLD: usize = 3;

/// What a finding is of: its record and the cause of its rule.
type Cause<'p> = (Option<u32>, Option<u16>, Option<u32>, Fingerprint, &'p str);

/// Findings of rules on a form's rows, those of one cause on one record as one: the weightiest, and of these the first,
/// gives it its code and next step.
pub fn fold(plan: &Plan, form: &Form, findings: Vec<Finding>) -> Vec<Finding> {
    if plan.causes.is_empty() {
        return findings;
    }
    let mut folded: Vec<Vec<Finding>> = Vec::with_capacity(findings.len());
    let mut met: BTreeMap<Cause<'_>, usize> = BTreeMap::new();
    for finding in findings {
        // On trial a rule is a remark of its own.
        let cause = plan.causes.get(&*finding.code).filter(|_| finding.severity != Severity::Note);
        let place = &finding.place;
        let cause = cause.filter(|_| place.row.is_some());
        let of = cause.map(|cause| (place.source, place.sheet, place.row, finding.key.record, &**cause));
        let at = of.map(|of| *met.entry(of).or_insert(folded.len()));
        match at.and_then(|at| folded.get_mut(at)) {
            Some(together) => together.push(finding),
            None => folded.push(vec![finding]),
        }
    }
    folded.into_iter().filter_map(|together| one(form, together)).collect()
}

fn one(form: &Form, mut together: Vec<Finding>) -> Option<Finding> {
    together.sort_by_key(|finding| (finding.severity, Reverse(finding.effect)));
    let mut findings = together.into_iter();
    let mut head = findings.next()?;
    let rest: Vec<Finding> = findings.collect();
    if rest.is_empty() {
        return Some(head);
    }
    head.key.read = Fingerprint::of(std::iter::once(&head).chain(&rest).map(|finding| finding.key.read));
    head.effect = rest.iter().fold(head.effect, |effect, other| effect.max(other.effect));
    rest.iter().for_each(|other| head.tells_too(other));
    (head.place.cells, head.effect) = cells(&head, &rest);
    let mut fields = vec![head.key.field];
    let mut unsaid: Vec<&str> = Vec::new();
    for other in &rest {
        // One column is told once, by what weighs most.
        if fields.contains(&other.key.field) {
            continue;
        }
        fields.push(other.key.field);
        if fields.len() <= TOLD {
            head.found = format!("{}；{}", head.found, other.found);
        } else {
            let field = other.key.field.and_then(|field| form.fields.get(usize::from(field)));
            unsaid.extend(field.map(|field| &*field.name));
        }
        if !head.expected.contains(&*other.expected) {
            head.expected = format!("{}；{}", head.expected, other.expected).into();
        }
    }
    if !unsaid.is_empty() {
        head.found = format!("{}；{}也是这样", head.found, unsaid.join("、"));
    }
    Some(head)
}

/// Every cell once, those that are held out first: an effect on cells says how many.
fn cells(head: &Finding, rest: &[Finding]) -> (Vec<CellRef>, Effect) {
    let all = || std::iter::once(head).chain(rest);
    let mut cells: Vec<CellRef> = Vec::new();
    let mut add = |more: &mut dyn Iterator<Item = CellRef>| {
        for cell in more {
            if !cells.contains(&cell) {
                cells.push(cell);
            }
        }
        cells.len()
    };
    let Effect::HoldsCells(_) = head.effect else {
        add(&mut all().flat_map(|finding| finding.place.cells.iter().copied()));
        return (cells, head.effect);
    };
    let held = |finding: &Finding| match finding.effect {
        Effect::HoldsCells(held) => usize::from(held),
        _ => 0,
    };
    let held = add(&mut all().flat_map(|finding| finding.place.cells.iter().take(held(finding)).copied()));
    add(&mut all().flat_map(|finding| finding.place.cells.iter().copied()));
    (cells, Effect::HoldsCells(u8::try_from(held).unwrap_or(u8::MAX)))
}
