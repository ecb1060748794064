//! `[values]`, `[codes.*]`, `[[reference]]`.

use super::context::{Context, is_kebab, name_problem};
use super::cursor::{Node, Section, Word};
use crate::definition::plan::{CodeList, NamedValue, ReferenceColumn, ReferenceSchema};
use crate::language::{Literal, Type};
use crate::model::codes::DiagnosticCode;
use crate::text::names::match_key;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

pub fn values(document: &Section<'_>) -> Vec<NamedValue> {
    let Some(section) = document.get("values").and_then(|node| node.section()) else { return Vec::new() };
    let mut values: Vec<NamedValue> = Vec::new();
    for (name, node) in section.entries() {
        if let Some(problem) = name_problem(name.text, &values) {
            name.report(DiagnosticCode::BadName, format!("“{}”不能作数值的名字：{problem}", name.text), None);
        }
        match literal(&node) {
            Some(value) => values.push(NamedValue { name: name.text.to_owned(), value }),
            None => node.wrong("数、文字或 true/false"),
        }
    }
    values
}

fn literal(node: &Node<'_>) -> Option<Literal> {
    let text = || node.as_word().map(|word| Literal::Text(word.text.to_owned()));
    (node.as_integer().map(Literal::Integer))
        .or_else(|| node.as_number().map(Literal::Number))
        .or_else(|| node.as_boolean().map(Literal::Boolean))
        .or_else(text)
}

/// Adds the `[codes.*]` of one file; an id that is already there is a problem.
pub fn codes(document: &Section<'_>, into: &mut Vec<CodeList>) {
    let Some(section) = document.get("codes").and_then(|node| node.section()) else { return };
    for (id, node) in section.entries() {
        let Some(section) = node.section() else { continue };
        if !is_kebab(id.text) {
            id.report(
                DiagnosticCode::BadCode,
                format!("“{}”不能作代码表的名字", id.text),
                Some("用小写英文和连字符".to_owned()),
            );
        }
        if into.iter().any(|list| list.id == id.text) {
            id.report(DiagnosticCode::DuplicateId, format!("代码表“{}”已经定义过", id.text), None);
        }
        into.push(code_list(id.text, section));
    }
}

fn code_list(id: &str, section: Section<'_>) -> CodeList {
    let table = section.maybe_word("table").map(|word| word.text.to_owned());
    section.need_list("values");
    let mut meanings: BTreeMap<String, String> = BTreeMap::new();
    let mut values = Vec::new();
    for word in section.words("values") {
        if meanings.insert(match_key(word.text), word.text.to_owned()).is_some() {
            word.report(DiagnosticCode::DuplicateCodeValue, format!("“{}”写了两次", word.text), None);
        }
        values.push(word.text.to_owned());
    }
    let mut synonyms = Vec::new();
    let also = section.get("also").and_then(|node| node.section()).map(|also| also.entries()).unwrap_or_default();
    for (written, node) in also {
        let Some(canonical) = node.word() else { continue };
        if !values.iter().any(|value| value == canonical.text) {
            canonical.unknown(DiagnosticCode::UnknownCodeValue, "代码", values.iter().map(String::as_str));
        }
        if let Some(other) = meanings.insert(match_key(written.text), canonical.text.to_owned()) {
            report_double_meaning(&written, &other);
        }
        synonyms.push((written.text.to_owned(), canonical.text.to_owned()));
    }
    for prefix in section.words("prefixes") {
        with_prefix(prefix.text, &mut meanings, &mut synonyms);
    }
    section.finish();
    CodeList { id: id.to_owned(), table, values, synonyms }
}

/// Every word behind a prefix means what it means without: 安徽省劳动模范 is 劳动模范. What was written out keeps its own
/// meaning.
fn with_prefix(prefix: &str, meanings: &mut BTreeMap<String, String>, synonyms: &mut Vec<(String, String)>) {
    let words: Vec<(String, String)> = meanings.iter().map(|(word, means)| (word.clone(), means.clone())).collect();
    for (word, means) in words {
        let written = format!("{prefix}{word}");
        if let Entry::Vacant(free) = meanings.entry(match_key(&written)) {
            free.insert(means.clone());
            synonyms.push((written, means));
        }
    }
}

fn report_double_meaning(written: &Word<'_>, other: &str) {
    let message = format!("“{}”已经表示“{other}”，不能再写一次", written.text);
    written.report(DiagnosticCode::DuplicateCodeValue, message, Some("删去其中一个".to_owned()));
}

pub fn references(document: &Section<'_>, context: &mut Context<'_>) {
    for section in document.sections("reference") {
        let Some(name) = section.word("name") else { continue };
        if context.references.iter().any(|schema| schema.name == name.text) {
            name.report(DiagnosticCode::DuplicateId, format!("参照表“{}”已经定义过", name.text), None);
        }
        let optional = section.flag("optional", false);
        section.need_list("columns");
        let mut columns: Vec<ReferenceColumn> = Vec::new();
        for column in section.sections("columns") {
            if let Some(column) = reference_column(column, &columns, context) {
                columns.push(column);
            }
        }
        section.finish();
        context.references.push(ReferenceSchema { name: name.text.to_owned(), columns, optional });
    }
}

/// The type of a column, and whether it holds ID numbers.
pub const COLUMN_TYPES: [(&str, (Type, bool)); 6] = [
    ("text", (Type::Text, false)),
    ("integer", (Type::Integer, false)),
    ("number", (Type::Number, false)),
    ("boolean", (Type::Boolean, false)),
    ("date", (Type::Date, false)),
    ("id-number", (Type::Text, true)),
];

fn reference_column(
    section: Section<'_>,
    before: &[ReferenceColumn],
    context: &Context<'_>,
) -> Option<ReferenceColumn> {
    let name = section.word("name");
    let also = section.texts("also");
    let (ty, id_number) = section.choice("type", &COLUMN_TYPES).unwrap_or((Type::Text, false));
    let codes = section.maybe_word("codes").and_then(|word| context.code_list(&word));
    let required = section.flag("required", false);
    section.finish();
    let name = name?;
    if let Some(problem) = name_problem(name.text, &context.values) {
        name.report(DiagnosticCode::BadName, format!("“{}”不能作列名：{problem}", name.text), None);
    }
    if before.iter().any(|column| column.name == name.text || column.also.iter().any(|also| also == name.text)) {
        name.report(DiagnosticCode::DuplicateField, format!("列“{}”已经有了", name.text), None);
    }
    Some(ReferenceColumn { name: name.text.to_owned(), also, ty, id_number, codes, required })
}
