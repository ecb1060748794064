//! A row's value as a table shows it and as a sentence says it, by the column that it is of.

use super::facts::Facts;
use crate::definition::FieldType;
use crate::model::Value;
use crate::model::statistic::StatCell;
use crate::rows::words::{DateStyle, ValueKind, value_words};

/// A row's value as sentences write it; 空 for nothing.
pub fn said(value: Value<'_>, name: &str, form: Option<usize>, facts: &Facts<'_>) -> String {
    value_words(value, kind(name, form, facts), DateStyle::Official)
}

/// A row's value as a cell of a table.
pub fn cell(value: Value<'_>, kind: ValueKind) -> StatCell {
    /// Percentages as whole numbers over this; no rate is written finer.
    const FINEST: f64 = 1e9;
    match value {
        Value::Number(share) if kind == ValueKind::Percent => {
            StatCell::Ratio { num: (share * FINEST).round() as i64, den: FINEST as i64 }
        }
        Value::Nothing => StatCell::Empty,
        Value::Boolean(_) => StatCell::Text(value_words(value, kind, DateStyle::Official)),
        Value::Text(text) => StatCell::Text(text.to_string()),
        Value::Date(day) if kind.is_month(day) => StatCell::Month(day),
        Value::Date(day) => StatCell::Date(day),
        Value::Integer(number) => StatCell::Integer(number),
        Value::Number(number) => StatCell::Number(number),
    }
}

/// What a form's column holds; of a reference table's column (no form) nothing more is known than its values.
pub fn kind(name: &str, form: Option<usize>, facts: &Facts<'_>) -> ValueKind {
    let form = form.and_then(|form| facts.plan.forms.get(form));
    form.map_or(ValueKind::Plain, |form| ValueKind::of_column(form, name))
}

/// The type of a form's field; `None` for what is none.
pub fn field<'a>(name: &str, form: Option<usize>, facts: &Facts<'a>) -> Option<&'a FieldType> {
    facts.plan.forms.get(form?)?.fields.iter().find(|field| *field.name == *name).map(|field| &field.ty)
}
