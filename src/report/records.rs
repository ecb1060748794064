//! `findings.ndjson`: one finding a line, for programs. ID numbers and phones are masked: the file may leave the department.

use super::results::Results;
use super::wording::passed_on;
use crate::model::CellRef;
use crate::model::finding::Finding;
use crate::text::quote::for_json;
use serde_json::{Value, json};
use std::io::{self, Write};

/// Writes the file.
///
/// # Errors
/// The target cannot be written.
pub fn findings_ndjson(results: &Results<'_>, target: &mut impl Write) -> io::Result<()> {
    results
        .verdict
        .findings
        .iter()
        .try_for_each(|finding| writeln!(target, "{}", for_json(&record(results, finding).to_string())))
}

fn record(results: &Results<'_>, finding: &Finding) -> Value {
    let place = &finding.place;
    let cells: Vec<String> = place.cells.iter().map(CellRef::to_string).collect();
    let unit = results.unit_of(place);
    json!({
        "severity": finding.severity.key(),
        "severity_zh": finding.severity.word(),
        "code": &*finding.code,
        "file": place.source.map(|source| passed_on(results.file_name(source))),
        "sheet": place.source.zip(place.sheet).map(|(source, sheet)| passed_on(results.sheet_name(source, sheet))),
        "cell": cells.first(),
        "cells": cells,
        "row": place.row.map(|row| u64::from(row) + 1),
        "unit": unit.map(|unit| results.unit_name(unit)),
        "unit_code": unit.map(|unit| results.unit_code(unit)),
        "found": passed_on(&finding.found),
        "expected": passed_on(&finding.expected),
        "next": passed_on(&finding.next),
        "message": passed_on(&results.message(finding)),
        "definition_line": finding.line,
        "effect": finding.effect.key(),
        "key": finding.key.whole().to_string(),
    })
}
