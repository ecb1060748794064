//! `issued.json`: a period that was issued (印发) with a document number is locked. What changes it afterwards needs a
//! reason, and every correction stays on record here.

use super::head::{FORMAT, PeriodHead, Unusable, sealed, unsealed};
use super::layout::{HEAD, ISSUED};
use crate::atomic::Stage;
use serde_json::{Map, Value, json};
use std::path::Path;

/// One run of a period after it was issued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Amended {
    pub reason: String,
    /// The inputs of that run, as the manifest hashes them.
    pub input_sha256: String,
    /// How many figures it changed.
    pub figures: usize,
}

/// The record of an issued period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issued {
    /// 文号.
    pub number: String,
    pub amended: Vec<Amended>,
    /// Rows added to a ledger at issue: (reference table, rows); `None` where none was asked for.
    pub ledger: Option<(String, usize)>,
}

impl Issued {
    pub fn bytes(&self) -> Vec<u8> {
        let amended: Vec<Value> = self
            .amended
            .iter()
            .map(|one| json!({ "reason": one.reason, "input_sha256": one.input_sha256, "figures": one.figures }))
            .collect();
        let ledger = self.ledger.as_ref().map(|(table, rows)| json!({ "table": table, "rows": rows }));
        sealed(json!({ "format": FORMAT, "number": self.number, "amended": amended, "ledger": ledger }))
    }

    /// The record in a period's folder; `None` where the period is not issued.
    ///
    /// # Errors
    /// There is one that cannot be read: the period counts as issued all the same, by a number that nobody knows.
    pub fn read(folder: &Path) -> Result<Option<Issued>, Unusable> {
        crate::atomic::recover(folder).map_err(Unusable::Damaged)?;
        let bytes = match std::fs::read(folder.join(ISSUED)) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let head = std::fs::read(folder.join(HEAD)).ok().and_then(|bytes| PeriodHead::read(&bytes).ok());
                return match head.and_then(|head| head.issued) {
                    Some(number) => Err(Unusable::Damaged(format!("{ISSUED} 不见了，而本期已以“{number}”印发"))),
                    None => Ok(None),
                };
            }
            Err(error) => return Err(Unusable::Damaged(format!("{ISSUED} 打不开：{error}"))),
        };
        let record = unsealed(&bytes, ISSUED)?;
        read(&record).map(Some).ok_or_else(|| Unusable::Damaged(format!("{ISSUED} 的内容不全")))
    }

    /// Puts the record into a period's folder, and its number into the period's head, whole or not at all.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn write(&self, folder: &Path, head: &PeriodHead) -> Result<(), String> {
        let stage = Stage::wait(folder)?;
        stage.put(ISSUED, &self.bytes())?;
        stage.put(HEAD, &PeriodHead { issued: Some(self.number.clone()), ..head.clone() }.bytes())?;
        stage.commit(&[ISSUED.to_owned(), HEAD.to_owned()]).map(|_| ())
    }
}

fn read(record: &Map<String, Value>) -> Option<Issued> {
    let count = |value: &Value| usize::try_from(value.as_u64()?).ok();
    let amended = record.get("amended")?.as_array()?.iter().map(|one| {
        Some(Amended {
            reason: one["reason"].as_str()?.to_owned(),
            input_sha256: one["input_sha256"].as_str()?.to_owned(),
            figures: count(&one["figures"])?,
        })
    });
    let ledger = match record.get("ledger")? {
        Value::Null => None,
        ledger => Some((ledger["table"].as_str()?.to_owned(), count(&ledger["rows"])?)),
    };
    let number = record.get("number")?.as_str()?.to_owned();
    Some(Issued { number, amended: amended.collect::<Option<_>>()?, ledger })
}
