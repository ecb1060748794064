//! A row's value as a table shows it and as a sentence says it, by the field that it is of.

use super::facts::Facts;
use super::words;
use crate::definition::{FieldType, Form, Precision};
use crate::model::Value;
use crate::model::statistic::StatCell;
use crate::text::numbers;

/// A row's value as sentences write it; 空 for nothing.
pub fn said(value: Value<'_>, name: &str, form: Option<usize>, facts: &Facts<'_>) -> String {
    match (field(name, form, facts), value) {
        (Some(FieldType::Percent), Value::Number(share)) => numbers::percent(share),
        (ty, value) => match cell(value, ty) {
            StatCell::Text(text) => text,
            StatCell::Integer(number) => number.to_string(),
            StatCell::Number(number) => numbers::show(number),
            StatCell::Date(day) | StatCell::Month(day) => words::date(day),
            _ => "空".to_string(),
        },
    }
}

pub fn cell(value: Value<'_>, ty: Option<&FieldType>) -> StatCell {
    /// Percentages as whole numbers over this; no rate is written finer.
    const FINEST: f64 = 1e9;
    let precision = ty.map_or(Precision::Day, FieldType::precision);
    match value {
        Value::Number(share) if ty == Some(&FieldType::Percent) => {
            StatCell::Ratio { num: (share * FINEST).round() as i64, den: FINEST as i64 }
        }
        Value::Nothing => StatCell::Empty,
        Value::Boolean(yes) => StatCell::Text(if yes { "是" } else { "否" }.to_string()),
        Value::Text(text) => StatCell::Text(text.to_string()),
        Value::Date(day) if precision.is_month(day) => StatCell::Month(day),
        Value::Date(day) => StatCell::Date(day),
        Value::Integer(number) => StatCell::Integer(number),
        Value::Number(number) => StatCell::Number(number),
    }
}

/// The type of a form's field; `None` for what is none.
pub fn field<'a>(name: &str, form: Option<usize>, facts: &Facts<'a>) -> Option<&'a FieldType> {
    let form: &Form = facts.plan.forms.get(form?)?;
    form.fields.iter().find(|field| *field.name == *name).map(|field| &field.ty)
}
