//! `findings.ndjson`: one finding a line, for programs. ID numbers and phones are masked: the file may leave the department.

use super::results::Results;
use super::wording::passed_on;
use crate::model::CellRef;
use crate::model::finding::Finding;
use crate::text::json::{Json, JsonFile};
use std::io::{self, Write};

/// Writes the file.
///
/// # Errors
/// The target cannot be written.
pub fn findings_ndjson(results: &Results<'_>, target: &mut impl Write) -> io::Result<()> {
    let mut file = JsonFile::new(target);
    for finding in &results.verdict.findings {
        serde_json::to_writer(&mut file, &record(results, finding, &results.message(finding)))?;
        file.write_all(b"\n")?;
    }
    file.flush()
}

fn record<'a>(results: &Results<'a>, finding: &'a Finding, message: &'a str) -> Json<'a> {
    let place = &finding.place;
    let unit = results.unit_of(place);
    let sheet = place.source.zip(place.sheet).map(|(source, sheet)| results.sheet_name(source, sheet));
    Json::object([
        ("cell", place.cells.first().map(CellRef::to_string).into()),
        ("cells", Json::list(place.cells.iter().map(CellRef::to_string))),
        ("code", (&*finding.code).into()),
        ("definition_line", finding.line.into()),
        ("effect", finding.effect.key().into()),
        ("expected", passed_on(&finding.expected).into()),
        ("file", place.source.map(|source| passed_on(results.file_name(source))).into()),
        ("found", passed_on(&finding.found).into()),
        ("key", finding.key.whole().to_string().into()),
        ("message", passed_on(message).into()),
        ("next", passed_on(&finding.next).into()),
        ("row", place.row.map(|row| u64::from(row) + 1).into()),
        ("severity", finding.severity.key().into()),
        ("severity_zh", finding.severity.word().into()),
        ("sheet", sheet.map(passed_on).into()),
        ("unit", unit.map(|unit| results.unit_name(unit)).into()),
        ("unit_code", unit.map(|unit| results.unit_code(unit)).into()),
    ])
}
