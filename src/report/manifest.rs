//! `run.json`: what went in, by which definition, what became of it, and what came out, each with its hash.
//!
//! No clock, no absolute path, no ID number: the same input gives the same bytes anywhere.

use super::output::Output;
use super::received::ledger::{group_json, groups};
use super::results::Results;
use super::wording::{passed_on, public_path};
use crate::history::decisions::register::in_force;
use crate::model::amended::KeptAmendments;
use crate::model::run::{RowAccount, SourceVerdict, UnitReport};
use crate::model::{Outcome, Severity, SheetAccount};
use crate::text::dates::show_day;
use crate::text::quote::for_json;
use rayon::prelude::*;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// Records of a list that are made before they are written.
const AT_A_TIME: usize = 256;

/// Writes the file, its lists a record at a time: of a province's year they are long.
///
/// # Errors
/// The target cannot be written.
pub fn run_json(results: &Results<'_>, outputs: &[&Output], target: &mut impl Write) -> io::Result<()> {
    let plan = results.plan;
    let references = results
        .reference
        .files
        .iter()
        .map(|(table, path, hash)| json!({ "table": table, "file": public_path(path), "sha256": hash }));
    let outputs =
        outputs.iter().map(|output| json!({ "file": output.file, "sha256": output.sha256, "size": output.size }));
    let unit = |unit: &UnitReport| {
        json!({
            "code": results.unit_code(unit.unit),
            "name": results.unit_name(unit.unit),
            "status": unit.status.key(),
            "status_zh": unit.status.words(),
            "received": unit.received.map(show_day),
            "received_by_stamp": unit.by_stamp,
        })
    };
    let definition = json!({ "file": public_path(&plan.path), "sha256": plan.sha256 });
    let correction = results.correction.map(|correction| {
        json!({
            "number": passed_on(correction.number),
            "reason": passed_on(correction.reason),
            "figures": correction.changes.len(),
        })
    });
    // In the order of the alphabet, as serde_json keeps the keys within.
    let mut object = Object { target, first: true };
    let chase = json!({ "as_of": results.chase.as_of.map(show_day), "units": results.chase.units().count() });
    object.value("chase", &chase)?;
    object.value("correction", &json!(correction))?;
    object.value("counts", &counts(results))?;
    object.value("decisions", &decisions(results))?;
    object.value("definition", &definition)?;
    object.value("doubts", &doubts(results))?;
    object.list("drift", super::received::drift::json(results))?;
    object.list("history", results.history_notes.iter().map(|note| passed_on(note).into()))?;
    // Proven before anything is written; a run that cannot prove it writes nothing.
    object.value("identity", &json!({ "holds": true }))?;
    object.value("input_sha256", &json!(crate::history::keep::input_hash(results.verdict)))?;
    object.records("inputs", &results.verdict.sources, |source| input(results, source))?;
    object.list("outputs", outputs)?;
    object.value("period", &json!(results.period.key()))?;
    object.value("pipeline", &json!(plan.name))?;
    object.list("references", references)?;
    object.value("title", &json!(plan.title))?;
    object.records("units", &results.verdict.units, unit)?;
    object.value("version", &json!(env!("CARGO_PKG_VERSION")))?;
    object.records("versions", &groups(results), |group| group_json(results, group))?;
    object.target.write_all(b"\n}\n")
}

/// How many decisions are in which state, and a hash of those that the run went by.
fn decisions(results: &Results<'_>) -> Value {
    let mut states: BTreeMap<&str, u64> = BTreeMap::new();
    for settled in &results.verdict.decisions {
        *states.entry(settled.state.key()).or_default() += 1;
    }
    json!({ "states": states, "in_force_sha256": in_force(results.verdict.decisions.iter().map(|one| (&one.decision, &one.state))) })
}

/// An object whose values are written as they come.
struct Object<'a, W> {
    target: &'a mut W,
    first: bool,
}

impl<W: Write> Object<'_, W> {
    fn key(&mut self, key: &str) -> io::Result<()> {
        let before = if std::mem::take(&mut self.first) { "{" } else { "," };
        write!(self.target, "{before}\n  {}: ", json!(key))
    }

    fn value(&mut self, key: &str, value: &Value) -> io::Result<()> {
        self.key(key)?;
        self.target.write_all(indented(value, "\n  ")?.as_bytes())
    }

    fn list(&mut self, key: &str, values: impl Iterator<Item = Value>) -> io::Result<()> {
        self.texts(key, values.map(|value| indented(&value, "\n    ")))
    }

    /// A long list: nothing else is left to do beside it, so its records are made in parallel, some at a time.
    fn records<T: Sync>(&mut self, key: &str, all: &[T], of: impl Fn(&T) -> Value + Sync) -> io::Result<()> {
        let some = |some: &[T]| -> Vec<io::Result<String>> {
            some.par_iter().map(|one| indented(&of(one), "\n    ")).collect()
        };
        self.texts(key, all.chunks(AT_A_TIME).flat_map(some))
    }

    fn texts(&mut self, key: &str, texts: impl Iterator<Item = io::Result<String>>) -> io::Result<()> {
        self.key(key)?;
        let mut before = "[\n    ";
        for text in texts {
            self.target.write_all(before.as_bytes())?;
            self.target.write_all(text?.as_bytes())?;
            before = ",\n    ";
        }
        self.target.write_all(if before.starts_with('[') { b"[]" } else { b"\n  ]" })
    }
}

/// A value over several lines; JSON texts hold no line break of their own.
fn indented(value: &Value, line: &str) -> io::Result<String> {
    Ok(for_json(&serde_json::to_string_pretty(value)?).replace('\n', line))
}

fn input(results: &Results<'_>, source: &SourceVerdict) -> Value {
    let name = |index: u32| passed_on(results.file_name(index));
    json!({
        "file": passed_on(&source.source.name),
        "sha256": source.sha256,
        "size": source.size,
        "outcome": source.outcome.key(),
        "code": source.code.map(|code| code.as_str()),
        "cause": passed_on(&source.cause),
        "next": passed_on(&source.next),
        "sender": source.sender.as_ref().map(|sender| results.unit_name(sender.unit)),
        "sender_evidence": source.sender.as_ref().map(|sender| sender.evidence.word()),
        "unit": source.unit.map(|unit| results.unit_code(unit)),
        "format": source.format,
        "received": source.received.map(show_day),
        "received_by_stamp": source.by_stamp,
        "late_days": source.late_days,
        "overdue": source.overdue,
        "superseded_by": source.superseded_by.map(name),
        "rows": rows(source.rows),
        "sheets": source.sheets.iter().map(|account| sheet(results, account)).collect::<Vec<_>>(),
    })
}

fn sheet(results: &Results<'_>, account: &SheetAccount) -> Value {
    let form = account.form.and_then(|form| results.plan.forms.get(usize::from(form)));
    json!({
        "name": passed_on(&account.name),
        "form": form.map(|form| form.id.as_str()),
        "not_counted": account.not_counted.as_deref().map(passed_on),
        "rows": account.rows,
        "frame": account.frame,
        "data": account.data,
        "totals": account.totals,
        "repeated_headers": account.repeated_headers,
        "notes": account.notes,
        "aside": account.aside,
    })
}

fn rows(rows: RowAccount) -> Value {
    rows.by_key().map(|(key, count)| (key.to_owned(), Value::from(count))).collect::<Map<_, _>>().into()
}

/// What figures rest on that nobody has vouched for: by column, how many cells and how much, held out or counted, and how
/// many figures of the tables are marked for it.
fn doubts(results: &Results<'_>) -> Value {
    let mut columns: BTreeMap<(usize, &str), [(u64, f64); 2]> = BTreeMap::new();
    for doubt in results.doubts.iter().filter(|doubt| doubt.counts) {
        let (cells, amount) = &mut columns.entry((doubt.form, &*doubt.column)).or_default()[usize::from(doubt.held)];
        *cells += 1;
        *amount += doubt.amount.unwrap_or(0.0);
    }
    let by_column: Vec<Value> = columns
        .iter()
        .map(|((form, column), [(open, amount), (held, held_amount)])| {
            json!({
                "form": results.plan.forms.get(*form).map(|form| form.id.as_str()),
                "column": column,
                "counted": { "cells": open, "amount": amount },
                "held": { "cells": held, "amount": held_amount },
            })
        })
        .collect();
    let marked: usize = results.tables.iter().flat_map(|table| table.rows.iter()).map(|row| row.doubts.len()).sum();
    json!({ "by_column": by_column, "figures": marked })
}

fn counts(results: &Results<'_>) -> Value {
    let files: Map<String, Value> = Outcome::ALL
        .into_iter()
        .map(|outcome| (outcome.key().to_owned(), results.verdict.count(outcome).into()))
        .collect();
    let mut by_severity: BTreeMap<&str, u64> =
        [Severity::Block, Severity::Verify, Severity::Note].into_iter().map(|severity| (severity.key(), 0)).collect();
    let mut by_code: BTreeMap<&str, u64> = BTreeMap::new();
    for finding in &results.verdict.findings {
        *by_severity.entry(finding.severity.key()).or_default() += 1;
        *by_code.entry(&finding.code).or_default() += 1;
    }
    json!({
        "files": files,
        "rows": rows(results.verdict.rows),
        "findings": by_severity,
        "findings_by_code": by_code,
        "amendments": results.verdict.amendments.iter().map(KeptAmendments::count).sum::<usize>(),
    })
}
