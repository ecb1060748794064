//! `run.decisions.parquet`: every decision of a period, with what became of it in the run that the period is of and the
//! inputs of the run that took it in. Replaced and withdrawn ones stay: they are the trail.

use super::register::StoredDecision;
use crate::history::parquet::{ParquetReader, StoredTexts};
use crate::model::Fingerprint;
use crate::model::decision::{Decision, DecisionKey, DecisionState, Disposition, TakenOn};
use crate::text::dates::{parse_day, show_day};
use crate::text::masks::mask_within;
use ::parquet::errors::ParquetError;
use std::fs::File;

/// The name of the file.
pub const DECISIONS: &str = "run.decisions.parquet";

/// What a column holds of a decision.
pub type DecisionText = fn(&Decision, &DecisionState) -> String;

/// The columns of texts, in their order.
pub fn columns() -> [(&'static str, DecisionText); 20] {
    [
        ("key", |one, _| one.key.finding.to_string()),
        ("subject", |one, _| one.key.subject.to_string()),
        ("condition", |one, _| one.key.condition.to_string()),
        ("disposition", |one, _| one.disposition.key().to_owned()),
        ("disposition_zh", |one, _| one.disposition.word().to_owned()),
        ("value", |one, _| one.value.clone()),
        ("reason", |one, _| one.reason.clone()),
        ("officer", |one, _| one.officer.clone()),
        ("decided_on", |one, _| one.day.map(show_day).unwrap_or_default()),
        ("state", |_, state| state.key().to_owned()),
        ("why", |_, state| state.why().to_owned()),
        ("since_input_sha256", |one, _| one.since.clone()),
        ("code", |one, _| one.taken_on.code.clone()),
        ("severity_zh", |one, _| one.taken_on.severity.clone()),
        ("unit", |one, _| one.taken_on.unit.clone()),
        ("return", |one, _| one.taken_on.place.clone()),
        ("record", |one, _| one.taken_on.record.clone()),
        ("field", |one, _| one.taken_on.field.clone()),
        ("cell_value", |one, _| one.taken_on.value.clone()),
        // A sentence, and masked like every one that is kept.
        ("found", |one, _| mask_within(&one.taken_on.found)),
    ]
}

/// Reads the file back.
///
/// # Errors
/// A column is broken or missing, or a row is none that was written here.
pub fn read(file: File) -> Result<Vec<StoredDecision>, ParquetError> {
    let reader = ParquetReader::open(file)?;
    let missing = |name: &str| ParquetError::General(format!("no column {name}"));
    let column =
        |name: &'static str| -> Result<StoredTexts, ParquetError> { reader.texts(name)?.ok_or_else(|| missing(name)) };
    let mut texts = Vec::new();
    for (name, _) in columns() {
        texts.push((name, column(name)?));
    }
    let at = |name: &str, row: usize| -> String {
        let of = texts.iter().find(|(known, _)| *known == name);
        of.and_then(|(_, texts)| texts.get(row)?.as_deref()).unwrap_or_default().to_owned()
    };
    let rows = (0..reader.rows()).map(|row| {
        let print = |name: &str| Fingerprint::parse(&at(name, row));
        let broken = || ParquetError::General(format!("row {row} is no decision"));
        let key = DecisionKey {
            finding: print("key").ok_or_else(broken)?,
            subject: print("subject").ok_or_else(broken)?,
            condition: print("condition").ok_or_else(broken)?,
        };
        let state = match at("state", row).as_str() {
            "in-force" => DecisionState::InForce,
            "open" => DecisionState::Open,
            "expired" => DecisionState::Expired(at("why", row)),
            "refused" => DecisionState::Refused(at("why", row)),
            "replaced" => DecisionState::Replaced,
            _ => return Err(broken()),
        };
        let decision = Decision {
            key,
            disposition: Disposition::of_key(&at("disposition", row)).ok_or_else(broken)?,
            value: at("value", row),
            reason: at("reason", row),
            officer: at("officer", row),
            day: parse_day(&at("decided_on", row)),
            taken_on: TakenOn {
                code: at("code", row),
                severity: at("severity_zh", row),
                unit: at("unit", row),
                place: at("return", row),
                record: at("record", row),
                field: at("field", row),
                value: at("cell_value", row),
                found: at("found", row),
            },
            since: at("since_input_sha256", row),
            source: String::new(),
        };
        Ok((decision, state))
    });
    rows.collect()
}
