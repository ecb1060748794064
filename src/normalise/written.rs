//! A value that an officer wrote for a field, read by the rules that its cells are read by.

use super::assignment::Assignment;
use super::desk::{Desk, FieldCell};
use super::fill::{empty, push};
use super::lexicon::Lexicon;
use super::meter::UNLIMITED;
use super::sink::Sink;
use super::view::View;
use crate::definition::FieldType;
use crate::model::codes::AmendmentRule;
use crate::model::{CellRef, Column, RawSheet, RawValue, Severity};

/// The value, one column a column of the field, one row each. What is doubtful in a return is refused here: whoever
/// corrects a value can write it plainly.
///
/// # Errors
/// It cannot be read for certain, in words.
pub fn written(
    frame: Assignment<'_>,
    lexicon: &Lexicon<'_>,
    form: usize,
    field: usize,
    text: &str,
) -> Result<Vec<Column>, String> {
    let index = lexicon.forms.get(form).ok_or("没有这个表式")?;
    let definition = frame.plan.forms.get(form).and_then(|form| form.fields.get(field)).ok_or("没有这一栏")?;
    let at = CellRef { row: 0, col: 0 };
    let mut sheet = RawSheet::default();
    // Whoever corrects a rate writes it in the column's measure; 1 alone may be either.
    let bare = definition.ty == FieldType::Percent && text.parse::<f64>().is_ok_and(|number| number > 1.0);
    sheet.push_text(at, &if bare { format!("{text}%") } else { text.to_owned() });
    let raw: Option<RawValue> = sheet.cells.first().map(|cell| cell.value);
    let view = View::metered(&sheet, 0, &UNLIMITED, None);
    let mut sink = Sink::default();
    let mut desk = Desk {
        frame,
        lexicon,
        view: &view,
        sink: &mut sink,
        columns: Vec::new(),
        context: &[],
        birth: None,
        last_unit: None,
        money_asked: Vec::new(),
    };
    let cell = FieldCell {
        field: definition,
        at,
        factor: 1.0,
        factor_by: AmendmentRule::UnitInHeader,
        names: index.in_key.get(field) == Some(&true),
        carries: index.carries.get(field) == Some(&true),
        filled: None,
    };
    let value = desk.read(cell, raw).into_owned();
    if let Some(doubt) = sink.findings.iter().find(|finding| finding.severity != Severity::Note) {
        return Err(format!("{}；应为：{}", doubt.found, doubt.expected));
    }
    let mut columns: Vec<Column> =
        index.columns.iter().filter(|column| column.field == field).map(|column| empty(column.ty, 1)).collect();
    push(&mut columns.iter_mut(), definition, &value);
    Ok(columns)
}
