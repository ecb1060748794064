//! Open 核实 on cells of records: which cells a figure must not rest on without saying so.

use super::rows::FormRows;
use super::verdicts::RowVerdicts;
use crate::definition::FieldType;
use crate::model::{CellRef, Effect, Finding, OpenCell, Severity};
use crate::rows::computed::number;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// Every cell of a record that an open 核实 points at, form by form and row by row. A finding that holds cells casts
/// doubt on those alone; one that holds the whole record casts no doubt on a figure, for the record is in none. The recommending unit's
/// cell is not among them: where a record belongs was settled before, and moves no amount.
pub fn gather(forms: &[FormRows<'_>], verdicts: &[RowVerdicts], findings: &[Finding]) -> Vec<OpenCell> {
    let mut open: HashMap<(u32, u32), Vec<&Finding>> = HashMap::new();
    for finding in findings.iter().filter(|finding| finding.severity == Severity::Verify) {
        if let (Some(source), Some(row), Effect::Counts | Effect::HoldsCells(_)) =
            (finding.place.source, finding.place.row, finding.effect)
        {
            open.entry((source, row)).or_default().push(finding);
        }
    }
    if open.is_empty() {
        return Vec::new();
    }
    let mut doubts = Vec::new();
    for (rows, verdict) in forms.iter().zip(verdicts) {
        for (row, origin) in rows.rows.origins.iter().enumerate() {
            let Some(findings) = open.get(&(origin.source, origin.row)) else { continue };
            let here: Vec<&Finding> = findings.iter().filter(|finding| origin.holds(&finding.place)).copied().collect();
            if !here.is_empty() {
                of_row(rows, row, verdict, &here, &mut doubts);
            }
        }
    }
    doubts
}

/// The doubted cells of one record, each once: by what holds it, else by what was found first.
fn of_row(rows: &FormRows<'_>, row: usize, verdict: &RowVerdicts, findings: &[&Finding], doubts: &mut Vec<OpenCell>) {
    let Some(origin) = rows.rows.origins.get(row) else { return };
    let mut cells: BTreeMap<CellRef, Vec<&Finding>> = BTreeMap::new();
    for finding in findings {
        let most = if let Effect::HoldsCells(held) = finding.effect { usize::from(held) } else { usize::MAX };
        for cell in finding.place.cells.iter().take(most) {
            cells.entry(*cell).or_default().push(finding);
        }
    }
    for (at, field) in rows.form.fields.iter().enumerate() {
        let address = rows.addresses.cell(rows.index, origin, at);
        let Some(cast) = address.and_then(|cell| cells.get(&cell)) else { continue };
        if field.ordinal || field.ty == FieldType::Unit {
            continue;
        }
        let holding = cast.iter().find(|finding| finding.effect != Effect::Counts);
        let Some(finding) = holding.or(cast.first()) else { continue };
        let value = rows.rows.grid.value(row, &field.name);
        doubts.push(OpenCell {
            form: rows.index,
            row,
            column: field.name.clone(),
            held: holding.is_some(),
            counts: verdict.accepted.get(row) == Some(&true),
            value: rows.value(row, &field.name),
            amount: number(value),
            unit: rows.rows.units.get(row),
            record: record(rows, row),
            place: rows.place(row, &[at]),
            code: Arc::from(&*finding.code),
            found: finding.found.clone(),
        });
    }
}

/// What names a record to people: the words of its key but its own cell's.
fn record(rows: &FormRows<'_>, row: usize) -> String {
    let named = |field: &usize| {
        let field = rows.form.fields.get(*field)?;
        let name = matches!(field.ty, FieldType::Unit | FieldType::Name | FieldType::Text | FieldType::Code { .. });
        name.then(|| rows.value(row, &field.name)).filter(|words| words != "未填")
    };
    let words: Vec<String> = rows.form.key.iter().filter_map(named).take(2).collect();
    words.join(" ")
}
