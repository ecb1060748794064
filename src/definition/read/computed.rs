//! `[[form.computed]]` and `[[form.stated-total]]`: what the engine works out beside what a return says, and what a
//! return says of itself; and rankings, which forms and lists declare alike.

use super::context::{Columns, Context, name_problem};
use super::cursor::{Section, Word};
use super::ranks::ranking;
use crate::definition::plan::{ColumnType, Computed, ComputedKind, StatedTotal, grade_column};
use crate::language::Type;
use crate::model::codes::DiagnosticCode;

/// Reads a form's computed columns and adds each to the form, so that the next may use it.
pub fn computed(form: &Section<'_>, at: usize, context: &mut Context<'_>) {
    for section in form.sections("computed") {
        let columns = context.form_columns(at);
        let name = section.word("name");
        let kind = kind(&section, &columns, context);
        let line = section.line();
        section.finish();
        let Some(name) = name else { continue };
        check_name(&name, at, &columns, context);
        let Some((kind, ty)) = kind else {
            // What uses it is not judged by it.
            context.doubtful.insert(name.text.to_owned());
            context.untyped.insert(name.text.to_owned());
            continue;
        };
        if let Some(form) = context.forms.get_mut(at) {
            form.computed.push(Computed { name: name.text.to_owned(), ty, kind, line });
        }
    }
}

fn check_name(name: &Word<'_>, at: usize, columns: &Columns, context: &Context<'_>) {
    if let Some(problem) = name_problem(name.text, &context.values) {
        name.report(DiagnosticCode::BadName, format!("“{}”不能作列名：{problem}", name.text), None);
    }
    let grades = context.forms.get(at).map_or(&[][..], |form| &form.fields);
    if columns.names.iter().any(|known| known == name.text)
        || grades.iter().any(|field| grade_column(&field.name) == name.text)
    {
        let help = Some("算出来的列另起一个名字，例如 复算得分".to_owned());
        name.report(DiagnosticCode::DuplicateField, format!("列“{}”已经有了", name.text), help);
    }
}

fn kind(section: &Section<'_>, columns: &Columns, context: &Context<'_>) -> Option<(ComputedKind, ColumnType)> {
    match (section.get("value").is_some(), section.get("rank").is_some()) {
        (true, false) => {
            let checked = context.value(&section.word("value")?, columns)?;
            let ty = match checked.ty() {
                Type::Text => ColumnType::Text,
                Type::Integer => ColumnType::Integer,
                Type::Number => ColumnType::Number,
                Type::Boolean => ColumnType::Boolean,
                Type::Date => ColumnType::Date,
            };
            Some((ComputedKind::Value(checked), ty))
        }
        (false, true) => Some((ComputedKind::Rank(ranking(section, columns, context)?), ColumnType::Integer)),
        _ => {
            let message = "算出来的列写 value 或 rank 中的一个".to_owned();
            section.log.report(DiagnosticCode::ComputedKind, section.span(), message, None);
            for key in ["direction", "within"] {
                let _ = section.get(key);
            }
            None
        }
    }
}

pub fn stated(form: &Section<'_>, at: usize, context: &Context<'_>) -> Vec<StatedTotal> {
    form.sections("stated-total").into_iter().map(|section| stated_total(section, at, context)).collect()
}

fn stated_total(section: Section<'_>, at: usize, context: &Context<'_>) -> StatedTotal {
    let code = context.rule_code(&section);
    let severity = context.severity(&section);
    section.need_list("labels");
    let labels = section.texts("labels");
    let measured_in = section.texts("measured-in");
    let column = section.maybe_word("column").and_then(|word| context.field(at, &word));
    // It speaks of a return and not of a row, so a row's columns mean nothing here.
    let own = ["自报", "实有"];
    let [found, expected, next] =
        ["found", "expected", "next"].map(|key| context.template(&section, key, &Columns::default(), &own));
    let line = section.line();
    section.finish();
    StatedTotal { code, severity, labels, measured_in, column, found, expected, next, line }
}
