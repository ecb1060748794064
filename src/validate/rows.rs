//! One form's rows under examination: their frame, their origins and how their values read in a message;
//! and the rules within a row, all of a form in one pass.

use crate::domain::period::civil;
use crate::model::normalised::Binding;
use crate::model::{CellRef, Finding, Origin, Place};
use crate::spec::{FieldType, Form, Template, TemplatePart};
use crate::sql::frame::{ReadFrame, UNIT, evaluate};
use crate::sql::{Context, compile};
use polars::prelude::AnyValue;
use std::collections::HashMap;

/// Where sheets stand and what they are called, for addresses in messages.
#[derive(Debug, Default)]
pub struct Places {
    /// File index → its name.
    pub names: HashMap<u32, String>,
    /// (file index, sheet, form) → its tables' bindings, top to bottom.
    pub bindings: HashMap<(u32, u16, u16), Vec<Binding>>,
}

impl Places {
    /// The binding of the table that a row stands in: the last whose header lies above it.
    fn binding(&self, form: usize, origin: Origin) -> Option<&Binding> {
        let tables = self.bindings.get(&(origin.source, origin.sheet, form as u16))?;
        tables.iter().rfind(|binding| binding.header.1 < origin.row).or_else(|| tables.first())
    }

    /// The cell of a row's field; `None` where the sheet has no such column.
    pub fn cell(&self, form: usize, origin: Origin, field: usize) -> Option<CellRef> {
        let col = self.binding(form, origin)?.columns.get(field).copied().flatten()?;
        Some(CellRef { row: origin.row, col })
    }

    /// "合肥/a.xlsx · 表“Sheet1” · 第 7 行".
    pub fn words(&self, form: usize, origin: Origin) -> String {
        let name = self.names.get(&origin.source).map_or("", String::as_str);
        let row = u64::from(origin.row) + 1;
        match self.binding(form, origin) {
            Some(binding) => format!("{name} · 表“{}” · 第 {row} 行", binding.sheet_name),
            None => format!("{name} · 第 {row} 行"),
        }
    }
}

/// The rows of one form.
pub struct FormRows<'a> {
    pub index: usize,
    pub form: &'a Form,
    pub read: ReadFrame,
    /// As long as the frame.
    pub origins: Vec<Origin>,
    /// Recommending unit of each row.
    pub units: Vec<Option<u32>>,
    pub places: &'a Places,
}

impl<'a> FormRows<'a> {
    pub fn new(form: &'a Form, read: ReadFrame, origins: Vec<Origin>, places: &'a Places) -> FormRows<'a> {
        let units = match read.df.column(UNIT).and_then(|column| column.u32()) {
            Ok(units) => units.iter().collect(),
            Err(_) => vec![None; origins.len()],
        };
        FormRows { index: read.form, form, read, origins, units, places }
    }

    /// A row's value as messages write it: 2026-03-05, 2026-03, 12.5, 是; 空 for nothing.
    pub fn value(&self, row: usize, name: &str) -> String {
        let value = self.read.df.column(name).ok().and_then(|column| column.get(row).ok());
        let month = self.form.fields.iter().any(|f| f.name.as_ref() == name && f.ty == FieldType::Month);
        value.map_or_else(|| "空".into(), |value| words(&value, month))
    }

    /// A template with the row's values; `more` answers the rule's own holes.
    pub fn render(&self, template: &Template, row: usize, more: &[(&str, &str)]) -> String {
        render(template, |hole| match more.iter().find(|(name, _)| *name == hole) {
            Some((_, words)) => (*words).to_string(),
            None => self.value(row, hole),
        })
    }

    /// The place of a row, with the cells of some fields; fields without a column in the sheet have no cell.
    pub fn place(&self, row: usize, fields: &[usize]) -> Place {
        let Some(origin) = self.origins.get(row).copied() else { return Place::default() };
        let columns = self.places.binding(self.index, origin).map_or(&[][..], |binding| binding.columns.as_slice());
        let cells = fields.iter().filter_map(|field| columns.get(*field).copied().flatten());
        Place {
            source: Some(origin.source),
            sheet: Some(origin.sheet),
            row: Some(origin.row),
            cells: cells.map(|col| CellRef { row: origin.row, col }).collect(),
            unit: self.units.get(row).copied().flatten(),
        }
    }

    /// Findings of the form's row rules. A check that is NULL was not evaluated: neither pass nor fail.
    pub fn check_rules(&self, context: &Context) -> Vec<Finding> {
        let rules = &self.form.rules;
        let exprs: Vec<_> = rules
            .iter()
            .map(|rule| {
                let failed = compile(&rule.check, context).not();
                // FALSE where either part is false; NULL, and so no finding, where the answer hangs on a NULL.
                match &rule.when {
                    Some(when) => compile(when, context).and(failed),
                    None => failed,
                }
            })
            .collect();
        let answers = evaluate(&self.read.df, &exprs);
        let mut findings = Vec::new();
        for (rule, failed) in rules.iter().zip(answers) {
            let rows = failed.iter().enumerate().filter(|(_, failed)| **failed == Some(true));
            findings.extend(rows.map(|(row, _)| Finding {
                code: rule.code.clone(),
                severity: rule.severity,
                place: self.place(row, &rule.cells),
                found: self.render(&rule.found, row, &[]),
                expected: self.render(&rule.expected, row, &[]),
                next: self.render(&rule.next, row, &[]),
                line: Some(rule.line),
                holds_return: false,
            }));
        }
        findings
    }
}

/// A template with its holes filled.
pub fn render(template: &Template, hole: impl Fn(&str) -> String) -> String {
    let parts = template.parts.iter().map(|part| match part {
        TemplatePart::Text(text) => text.clone(),
        TemplatePart::Hole(name) => hole(name),
    });
    parts.collect()
}

/// A value in words; `Int32` is a date here, as everywhere in these frames.
pub fn words(value: &AnyValue, month: bool) -> String {
    match value {
        AnyValue::String(text) => (*text).to_string(),
        AnyValue::StringOwned(text) => text.to_string(),
        AnyValue::Int64(whole) => whole.to_string(),
        AnyValue::Float64(number) => number_words(*number),
        AnyValue::Boolean(truth) => if *truth { "是" } else { "否" }.to_string(),
        AnyValue::Int32(day) => match civil(*day) {
            Some((year, m, _)) if month => format!("{year:04}-{m:02}"),
            Some((year, m, d)) => format!("{year:04}-{m:02}-{d:02}"),
            None => "空".into(),
        },
        AnyValue::Null => "空".into(),
        other => other.to_string(),
    }
}

/// Without trailing zeros, and never `-0`.
fn number_words(number: f64) -> String {
    if number == 0.0 { "0".into() } else { format!("{number}") }
}
