//! Numbers of rows that a return states of itself, held against the rows that it lists.

use super::found::FoundTable;
use super::sink::Sink;
use super::stated::{StatedCount, of_row, whole};
use super::total_words::Total;
use super::view::View;
use crate::definition::{Field, Form, StatedTotal, Template, TemplatePart};
use crate::model::cell::CellRef;
use crate::model::{Effect, Finding, FindingKey, Place};

/// Holds what a table's surroundings state against its own rows, or against those of all tables of the form, which
/// `all` counts: a return on two sheets states its total once.
pub fn check(form: &Form, view: &View<'_>, found: &FoundTable<'_>, all: usize, sink: &mut Sink) {
    let own = found.table.rows.data.len();
    for stated in &form.stated {
        for statement in statements(form, stated, view, found) {
            let fits = [own, all].iter().any(|count| i64::try_from(*count) == Ok(statement.number));
            if !fits {
                sink.findings.push(finding(stated, found, statement, all, sink.source));
            }
        }
    }
}

fn finding(stated: &StatedTotal, found: &FoundTable<'_>, statement: StatedCount, all: usize, source: u32) -> Finding {
    let render = |template: &Template| -> String {
        let part = |part: &TemplatePart| match part {
            TemplatePart::Text(text) => text.clone(),
            TemplatePart::Hole(hole) if hole == "自报" => statement.number.to_string(),
            TemplatePart::Hole(_) => all.to_string(),
        };
        template.parts.iter().map(part).collect()
    };
    Finding {
        code: (&stated.code).into(),
        severity: stated.severity,
        place: Place {
            source: Some(source),
            sheet: Some(found.account.sheet),
            row: None,
            cells: vec![statement.at],
            unit: None,
        },
        found: render(&stated.found),
        expected: render(&stated.expected).into(),
        next: render(&stated.next).into(),
        line: Some(stated.line),
        effect: Effect::Counts,
        key: FindingKey::default(),
        rules: Vec::new(),
    }
}

/// What title, notes and 合计 rows state. A 小计 is of a part only, and says nothing here.
fn statements(form: &Form, stated: &StatedTotal, view: &View<'_>, found: &FoundTable<'_>) -> Vec<StatedCount> {
    let rows = &found.table.rows;
    let mut statements = Vec::new();
    let top = found.table.header.rows.0;
    for i in rows.frame.iter().copied().filter(|i| *i < top).chain(rows.notes.iter().copied()) {
        statements.extend(of_row(stated, view, i));
    }
    for i in rows.totals.iter().filter(|(_, kind)| *kind == Total::Whole).map(|(i, _)| *i) {
        // A figure in its own column is that column's sum and no number of rows.
        let fit = &found.table.header.fit;
        let sum = |at: CellRef| {
            let field =
                fit.columns.iter().position(|col| *col == Some(at.col)).and_then(|field| form.fields.get(field));
            field.is_some_and(Field::adds_up)
        };
        let said: Vec<StatedCount> = of_row(stated, view, i).into_iter().filter(|count| !sum(count.at)).collect();
        statements.extend(if said.is_empty() { of_column(stated, view, i, found).into_iter().collect() } else { said });
    }
    statements
}

/// A 合计 row may write the number in the column of the names: 12, 12个.
fn of_column(stated: &StatedTotal, view: &View<'_>, i: usize, found: &FoundTable<'_>) -> Option<StatedCount> {
    let col = found.table.header.fit.columns.get(stated.column?).copied().flatten()?;
    let at = CellRef { row: view.rows.get(i)?.row, col };
    Some(StatedCount { at, number: whole(stated, view, view.value(at)?)? })
}
