//! `[[form.rule]]`, `[[form.unique]]` and `[[lookup]]`.

use super::context::{Columns, Context};
use super::cursor::Section;
use super::time;
use crate::definition::plan::{FieldType, Lookup, LookupRule, ReferenceSchema, Rule, Unique};
use crate::language::Type;
use crate::model::codes::DiagnosticCode;

pub fn rules(form: &Section<'_>, at: usize, context: &Context<'_>) -> Vec<Rule> {
    let own = context.form_columns(at);
    let columns = context.forms.get(at).map_or_else(Columns::default, |form| time::with_earlier(own, form));
    form.sections("rule").into_iter().filter_map(|section| rule(section, at, &columns, context)).collect()
}

fn rule(section: Section<'_>, at: usize, columns: &Columns, context: &Context<'_>) -> Option<Rule> {
    let code = context.rule_code(&section);
    context.cause(&section, &code);
    let severity = context.severity(&section);
    let trial = section.flag("trial", false);
    let when = context.condition(&section, "when", columns);
    let check = context.needed_condition(&section, "check", columns);
    let [found, expected, next] = context.texts(&section, columns, &[]);
    let cells = context.cells(&section, at);
    let (effect, cells) = context.held_cells(&section, "holds", severity, at, cells);
    let line = section.line();
    section.finish();
    Some(Rule { code, severity, effect, trial, when, check: check?, found, expected, next, cells, line })
}

pub fn uniques(form: &Section<'_>, at: usize, context: &Context<'_>) -> Vec<Unique> {
    let columns = context.form_columns(at);
    form.sections("unique").into_iter().map(|section| unique(section, at, &columns, context)).collect()
}

fn unique(section: Section<'_>, at: usize, columns: &Columns, context: &Context<'_>) -> Unique {
    let code = context.rule_code(&section);
    let severity = context.severity(&section);
    let effect = context.effect(&section, severity);
    let trial = section.flag("trial", false);
    section.need_list("fields");
    let words = section.words("fields");
    let fields = context.fields(at, &words);
    let when = context.condition(&section, "when", columns);
    let [found, expected, next] = context.texts(&section, columns, &["另一处"]);
    let line = section.line();
    section.finish();
    Unique { code, severity, effect, trial, fields, when, found, expected, next, line }
}

/// Whether what is looked up has to be there.
pub const EXPECTATIONS: [(&str, bool); 2] = [("present", true), ("absent", false)];

/// One entry per `[[lookup]]`; `None` where it has a problem.
pub fn lookups(document: &Section<'_>, context: &Context<'_>) -> Vec<Option<Lookup>> {
    document.sections("lookup").into_iter().map(|section| lookup(section, context)).collect()
}

fn lookup(section: Section<'_>, context: &Context<'_>) -> Option<Lookup> {
    let id = section.text("id");
    let form = section.word("form").and_then(|word| context.form(&word));
    let schema = section.word("reference").and_then(|word| context.schema(&word));
    let ours = form.map(|form| context.form_columns(form));
    let theirs = schema.map(|schema| context.reference_columns(schema));
    // Without a form or a table, what names their columns cannot be judged; it is asked for, so that it is known.
    for key in ["when", "where", "on", "show", "outstanding-by"] {
        let _ = section.get(key);
    }
    let when = ours.as_ref().and_then(|columns| context.condition(&section, "when", columns));
    let filter = theirs.as_ref().and_then(|columns| context.condition(&section, "where", columns));
    let show = theirs.as_ref().map(|columns| context.template(&section, "show", columns, &[]));
    let on = match (form, schema) {
        (Some(form), Some(schema)) => pairs(&section, form, schema, context),
        _ => Vec::new(),
    };
    let outstanding_by = section
        .maybe_word("outstanding-by")
        .filter(|word| theirs.as_ref().is_some_and(|columns| context.is_column(word, columns)))
        .map(|word| word.text.to_owned());
    let expect = expectation(&section, form, ours.as_ref(), context);
    let line = section.line();
    section.finish();
    let reference = schema?.name.clone();
    Some(Lookup { id, form: form?, when, reference, filter, on, expect, show: show?, outstanding_by, line })
}

fn pairs(section: &Section<'_>, form: usize, schema: &ReferenceSchema, context: &Context<'_>) -> Vec<(usize, String)> {
    section.need_list("on");
    let Some(table) = section.get("on").and_then(|node| node.section()) else { return Vec::new() };
    let entries = table.entries();
    let theirs = context.reference_columns(schema);
    let mut pairs = Vec::new();
    for (ours, node) in entries {
        let field = context.field(form, &ours);
        let Some(column) = node.word().filter(|word| context.is_column(word, &theirs)) else { continue };
        let Some(field) = field else { continue };
        let ty = context.forms.get(form).and_then(|form| form.fields.get(field)).map(|field| &field.ty);
        let same = theirs.scope.columns.get(column.text).is_none_or(|theirs| comparable(ty, *theirs));
        if !same && !context.doubtful.contains(ours.text) {
            let message = format!("“{}”和参照表的“{}”类型不同，比不了", ours.text, column.text);
            column.report(DiagnosticCode::WrongType, message, Some("两列要同为文字、同为整数或同为日期".to_owned()));
        }
        pairs.push((field, column.text.to_owned()));
    }
    pairs
}

fn comparable(ours: Option<&FieldType>, theirs: Type) -> bool {
    match ours {
        None => true,
        Some(FieldType::Integer) => theirs == Type::Integer,
        Some(FieldType::Number | FieldType::Percent | FieldType::Score { .. }) => theirs == Type::Number,
        Some(FieldType::Date | FieldType::Month | FieldType::DateOrMonth) => theirs == Type::Date,
        Some(FieldType::Boolean) => theirs == Type::Boolean,
        Some(
            FieldType::Text
            | FieldType::Name
            | FieldType::Code { .. }
            | FieldType::Unit
            | FieldType::IdNumber
            | FieldType::DocumentNumber,
        ) => theirs == Type::Text,
    }
}

fn expectation(
    section: &Section<'_>,
    form: Option<usize>,
    columns: Option<&Columns>,
    context: &Context<'_>,
) -> Option<LookupRule> {
    let _ = section.get("expect")?;
    let present = section.choice("expect", &EXPECTATIONS).unwrap_or(true);
    let code = context.rule_code(section);
    let severity = context.severity(section);
    let trial = section.flag("trial", false);
    for key in ["found", "expected", "next", "cells", "holds"] {
        let _ = section.get(key);
    }
    let [found, expected, next] = context.texts(section, columns?, &["台账"]);
    let cells = context.cells(section, form?);
    let (effect, cells) = context.held_cells(section, "holds", severity, form?, cells);
    Some(LookupRule { code, severity, effect, trial, present, found, expected, next, cells })
}
