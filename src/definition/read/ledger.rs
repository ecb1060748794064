//! `[[ledger]]`: which accepted rows are entered into a reference table when a period is issued.

use super::context::{Columns, Context};
use super::cursor::{Section, Word};
use crate::definition::plan::{LedgerEntry, LedgerValue, ReferenceColumn, ReferenceSchema};
use crate::language::Type;
use crate::model::codes::DiagnosticCode;

/// All entries; those with a problem are left out, which was reported.
pub fn ledger(document: &Section<'_>, context: &Context<'_>) -> Vec<LedgerEntry> {
    let mut entries: Vec<LedgerEntry> = Vec::new();
    for section in document.sections("ledger") {
        let form = section.word("form").and_then(|word| context.form(&word));
        let table = section.word("reference");
        let schema = table.as_ref().and_then(|word| context.schema(word));
        let of_form = form.map(|form| context.form_columns(form)).unwrap_or_default();
        let filter = match form {
            Some(_) => context.condition(&section, "where", &of_form),
            None => section.maybe_word("where").and(None),
        };
        section.need_list("columns");
        let parts = section.sections("columns");
        let named: Vec<(String, Option<LedgerValue>)> =
            parts.into_iter().filter_map(|part| column(part, schema, form.map(|_| &of_form), context)).collect();
        let line = section.line();
        if let (Some(schema), Some(table)) = (schema, &table) {
            complete(schema, &named, table);
            if let Some(other) = entries.first().filter(|other| other.reference != schema.name) {
                let message = format!("前面记入的是“{}”，这里是“{}”", other.reference, schema.name);
                let help = "一次印发只记入一个台账，写同一个参照表".to_owned();
                table.report(DiagnosticCode::LedgerAnotherTable, message, Some(help));
            }
        }
        section.finish();
        if let (Some(form), Some(schema)) = (form, schema) {
            let columns = named.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
            entries.push(LedgerEntry { form, filter, reference: schema.name.clone(), columns, line });
        }
    }
    entries
}

/// Columns that the table cannot do without have to come from somewhere.
fn complete(schema: &ReferenceSchema, columns: &[(String, Option<LedgerValue>)], table: &Word<'_>) {
    let missing: Vec<&str> = schema
        .columns
        .iter()
        .filter(|column| column.required && columns.iter().all(|(name, _)| *name != column.name))
        .map(|column| column.name.as_str())
        .collect();
    if !missing.is_empty() {
        let message = format!("“{}”的必填列没有写从哪里来：{}", schema.name, missing.join("、"));
        table.report(DiagnosticCode::LedgerIncomplete, message, Some("在 columns 里补上这些列".to_owned()));
    }
}

/// The column's name, and its value where that is sound: `{ name = "名称", column = "班组名称" }`, or `text = "省级"`, or `value = "year"`,
/// or `holds = "人员类别 = '一线职工'"`.
fn column(
    section: Section<'_>,
    schema: Option<&ReferenceSchema>,
    form: Option<&Columns>,
    context: &Context<'_>,
) -> Option<(String, Option<LedgerValue>)> {
    let name = section.word("name");
    let (from, text) = (section.maybe_word("column"), section.maybe_word("text"));
    let word = section.maybe_word("value");
    let value = word.as_ref().and_then(|_| section.choice("value", &VALUES));
    let holds = section.get("holds").is_some();
    let condition = match form {
        Some(columns) => context.condition(&section, "holds", columns),
        None => section.maybe_word("holds").and(None),
    };
    let given = [from.is_some(), text.is_some(), word.is_some(), holds].into_iter().filter(|given| *given).count();
    if given != 1 {
        let message = "“column”“text”“value”“holds”要写其中一个，也只写一个".to_owned();
        let help = "例如 { name = \"名称\", column = \"班组名称\" }".to_owned();
        section.log.report(DiagnosticCode::LedgerValue, section.span(), message, Some(help));
    }
    section.finish();
    let name = name?;
    let target = schema.and_then(|schema| {
        let found = schema.columns.iter().find(|column| column.name == name.text);
        if found.is_none() {
            name.unknown(DiagnosticCode::UnknownColumn, "列", schema.columns.iter().map(|column| column.name.as_str()));
        }
        found
    });
    let entry = |value: Option<LedgerValue>| Some((name.text.to_owned(), value));
    if given != 1 {
        return entry(None);
    }
    let (value, ty) = match (from, text, value) {
        (Some(from), _, _) => {
            let Some(columns) = form else { return entry(None) };
            let known = context.is_column(&from, columns);
            let ty = columns.scope.columns.get(from.text).copied();
            (LedgerValue::Column(from.text.to_owned()), if known { ty } else { None })
        }
        (_, Some(text), _) => {
            fits_codes(&text, target, context);
            (LedgerValue::Text(text.text.to_owned()), Some(Type::Text))
        }
        (_, _, Some(LedgerWord::Year)) => (LedgerValue::Year, Some(Type::Integer)),
        (_, _, Some(LedgerWord::Number)) => (LedgerValue::Number, Some(Type::Text)),
        (_, _, Some(LedgerWord::City)) => (LedgerValue::City, Some(Type::Text)),
        (_, _, Some(LedgerWord::Source)) => (LedgerValue::Source, Some(Type::Text)),
        _ => match condition {
            Some(condition) => (LedgerValue::Holds(condition), Some(Type::Boolean)),
            None => return entry(None),
        },
    };
    if let (Some(target), Some(ty)) = (target, ty) {
        // A text column takes anything; a number or date has to be one.
        let widened = target.ty == Type::Number && ty == Type::Integer;
        if target.ty != ty && target.ty != Type::Text && !widened {
            let message = format!("“{}”要{}，这里得到的是{}", name.text, target.ty.word(), ty.word());
            name.report(DiagnosticCode::WrongType, message, None);
        }
    }
    entry(Some(value))
}

pub const VALUES: [(&str, LedgerWord); 4] = [
    ("year", LedgerWord::Year),
    ("number", LedgerWord::Number),
    ("city", LedgerWord::City),
    ("source", LedgerWord::Source),
];

#[derive(Clone, Copy)]
pub enum LedgerWord {
    Year,
    Number,
    City,
    Source,
}

/// Words that stand in every row have to be of the column's code list.
fn fits_codes(text: &Word<'_>, target: Option<&ReferenceColumn>, context: &Context<'_>) {
    let list = target.and_then(|column| column.codes).and_then(|list| context.codes.get(list));
    if let Some(list) = list.filter(|list| !list.values.iter().any(|value| value == text.text)) {
        text.unknown(DiagnosticCode::UnknownCodeValue, "代码", list.values.iter().map(String::as_str));
    }
}
