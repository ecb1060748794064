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
use crate::text::json::{Each, Json, JsonFile};
use serde_core::ser::{SerializeMap, Serializer};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// Writes the file, its lists a record at a time: of a province's year they are long.
///
/// # Errors
/// The target cannot be written.
pub fn run_json(results: &Results<'_>, outputs: &[&Output], target: &mut impl Write) -> io::Result<()> {
    let mut file = JsonFile::new(target);
    object(results, outputs, &mut serde_json::Serializer::pretty(&mut file))?;
    file.write_all(b"\n")?;
    file.flush()
}

fn object<S: Serializer>(results: &Results<'_>, outputs: &[&Output], serializer: S) -> Result<S::Ok, S::Error> {
    let plan = results.plan;
    let correction = results.correction.map(|correction| {
        json!({
            "number": passed_on(correction.number),
            "reason": passed_on(correction.reason),
            "figures": correction.changes.len(),
        })
    });
    let verdict = results.verdict;
    // In the order of the alphabet, as serde_json keeps the keys within.
    let mut object = serializer.serialize_map(None)?;
    let chase = json!({ "as_of": results.chase.as_of.map(show_day), "units": results.chase.units().count() });
    object.serialize_entry("chase", &chase)?;
    object.serialize_entry("correction", &correction)?;
    object.serialize_entry("counts", &counts(results))?;
    object.serialize_entry("decisions", &decisions(results))?;
    object.serialize_entry("definition", &json!({ "file": public_path(&plan.path), "sha256": plan.sha256 }))?;
    object.serialize_entry("doubts", &doubts(results))?;
    object.serialize_entry("drift", &super::received::drift::json(results).collect::<Vec<_>>())?;
    object.serialize_entry("history", &Each::of(results.history_notes, |note| Json::from(passed_on(note))))?;
    // Proven before anything is written; a run that cannot prove it writes nothing.
    object.serialize_entry("identity", &json!({ "holds": true }))?;
    object.serialize_entry("input_sha256", &crate::history::keep::input_hash(verdict))?;
    object.serialize_entry("inputs", &Each::of(&verdict.sources, |source| input(results, source)))?;
    object.serialize_entry("outputs", &Each::of(outputs, |one| output(one)))?;
    object.serialize_entry("period", &results.period.key())?;
    object.serialize_entry("pipeline", &plan.name)?;
    object.serialize_entry(
        "references",
        &Each::of(
            &results.reference.files,
            |(table, path, hash)| json!({ "table": table, "file": public_path(path), "sha256": hash }),
        ),
    )?;
    object.serialize_entry("title", &plan.title)?;
    object.serialize_entry("units", &Each::of(&verdict.units, |report| unit(results, report)))?;
    object.serialize_entry("version", env!("CARGO_PKG_VERSION"))?;
    object.serialize_entry("versions", &Each::of(&groups(results), |group| group_json(results, group)))?;
    object.end()
}

fn output(output: &Output) -> Json<'_> {
    Json::object([
        ("file", output.file.as_str().into()),
        ("sha256", output.sha256.as_str().into()),
        ("size", output.size.into()),
    ])
}

fn unit<'a>(results: &Results<'a>, unit: &UnitReport) -> Json<'a> {
    Json::object([
        ("code", results.unit_code(unit.unit).into()),
        ("name", results.unit_name(unit.unit).into()),
        ("received", unit.received.map(show_day).into()),
        ("received_by_stamp", unit.by_stamp.into()),
        ("status", unit.status.key().into()),
        ("status_zh", unit.status.words().into()),
    ])
}

/// How many decisions are in which state, and a hash of those that the run went by.
fn decisions(results: &Results<'_>) -> Value {
    let mut states: BTreeMap<&str, u64> = BTreeMap::new();
    for settled in &results.verdict.decisions {
        *states.entry(settled.state.key()).or_default() += 1;
    }
    json!({ "states": states, "in_force_sha256": in_force(results.verdict.decisions.iter().map(|one| (&one.decision, &one.state))) })
}

fn input<'a>(results: &Results<'a>, source: &'a SourceVerdict) -> Json<'a> {
    let sender = source.sender.as_ref();
    Json::object([
        ("cause", passed_on(&source.cause).into()),
        ("code", source.code.map(|code| code.as_str()).into()),
        ("file", passed_on(&source.source.name).into()),
        ("format", source.format.into()),
        ("late_days", Value::from(source.late_days).into()),
        ("next", passed_on(&source.next).into()),
        ("outcome", source.outcome.key().into()),
        ("overdue", source.overdue.into()),
        ("received", source.received.map(show_day).into()),
        ("received_by_stamp", source.by_stamp.into()),
        ("rows", rows(source.rows)),
        ("sender", sender.map(|sender| results.unit_name(sender.unit)).into()),
        ("sender_evidence", sender.map(|sender| sender.evidence.word()).into()),
        ("sha256", source.sha256.as_str().into()),
        ("sheets", Json::list(source.sheets.iter().map(|account| sheet(results, account)))),
        ("size", source.size.into()),
        ("superseded_by", source.superseded_by.map(|index| passed_on(results.file_name(index))).into()),
        ("unit", source.unit.map(|unit| results.unit_code(unit)).into()),
    ])
}

fn sheet<'a>(results: &Results<'a>, account: &'a SheetAccount) -> Json<'a> {
    let form = account.form.and_then(|form| results.plan.forms.get(usize::from(form)));
    Json::object([
        ("aside", account.aside.into()),
        ("data", account.data.into()),
        ("form", form.map(|form| form.id.as_str()).into()),
        ("frame", account.frame.into()),
        ("name", passed_on(&account.name).into()),
        ("not_counted", account.not_counted.as_deref().map(passed_on).into()),
        ("notes", account.notes.into()),
        ("repeated_headers", account.repeated_headers.into()),
        ("rows", account.rows.into()),
        ("totals", account.totals.into()),
    ])
}

fn rows(rows: RowAccount) -> Json<'static> {
    let mut entries: Vec<(&str, Json<'_>)> = rows.by_key().map(|(key, count)| (key, count.into())).collect();
    entries.sort_unstable_by_key(|(key, _)| *key);
    Json::Object(entries)
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

fn counts<'a>(results: &Results<'a>) -> Json<'a> {
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
    let amendments: usize = results.verdict.amendments.iter().map(KeptAmendments::count).sum();
    Json::object([
        ("amendments", (amendments as u64).into()),
        ("files", json!(files).into()),
        ("findings", json!(by_severity).into()),
        ("findings_by_code", json!(by_code).into()),
        ("rows", rows(results.verdict.rows)),
    ])
}
