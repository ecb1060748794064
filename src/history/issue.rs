//! `issued.json`: a period that was issued (印发) with a document number is locked. What changes it afterwards needs a
//! reason, and every correction stays on record here.

use super::folder::PeriodFolder;
use super::head::{FORMAT, PeriodHead, StoredFile, Unusable, sealed, unsealed};
use super::layout::{HEAD, ISSUED, ISSUED_FIGURES};
use crate::atomic::journal::Planned;
use crate::atomic::{Lock, Stage};
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
    /// What was entered into a ledger; `None` where nothing was asked for.
    pub ledger: Option<LedgerRecord>,
    /// The figures as they were issued; `None` where an earlier program issued the period, which did not keep them apart.
    pub figures: Option<StoredFile>,
    /// Why it was issued although units, files or corrections were missing; empty where nothing was.
    pub despite: String,
}

/// A period's selections in a ledger. It stands here before the first row is entered there: rows of a period's own are
/// never somebody else's titles, whenever the program dies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerRecord {
    /// The reference table.
    pub table: String,
    /// Rows of the period that stand there.
    pub rows: usize,
    /// Whether all of them were entered; `false` is what a run that died leaves.
    pub entered: bool,
    /// Rows that a later selection took out again, with the trace beside the table.
    pub taken_out: usize,
}

impl Issued {
    pub fn bytes(&self) -> Vec<u8> {
        let amended: Vec<Value> = self
            .amended
            .iter()
            .map(|one| json!({ "reason": one.reason, "input_sha256": one.input_sha256, "figures": one.figures }))
            .collect();
        let ledger = self.ledger.as_ref().map(|of| {
            json!({
                "table": of.table, "rows": of.rows, "entered": of.entered, "taken_out": of.taken_out,
            })
        });
        let figures = self.figures.as_ref().map(StoredFile::json);
        sealed(json!({
            "format": FORMAT, "number": self.number, "amended": amended, "ledger": ledger, "figures": figures,
            "despite": self.despite,
        }))
    }

    /// The record in a period's folder; `None` where the period is not issued.
    ///
    /// # Errors
    /// There is one that cannot be read: the period counts as issued all the same, by a number that nobody knows.
    pub fn read(folder: &Path) -> Result<Option<Issued>, Unusable> {
        Issued::of(&PeriodFolder::open(folder)?)
    }

    /// The same in a folder that is open.
    ///
    /// # Errors
    /// The same.
    pub fn of(folder: &PeriodFolder) -> Result<Option<Issued>, Unusable> {
        let Some(bytes) = folder.record(ISSUED)? else {
            let head = folder.record(HEAD).ok().flatten().and_then(|bytes| PeriodHead::read(&bytes).ok());
            return match head.and_then(|head| head.issued) {
                Some(number) => Err(Unusable::Damaged(format!("{ISSUED} 不见了，而本期已以“{number}”印发"))),
                None => Ok(None),
            };
        };
        let record = unsealed(&bytes, ISSUED)?;
        read(&record).map(Some).ok_or_else(|| Unusable::Damaged(format!("{ISSUED} 的内容不全")))
    }

    /// Puts the record into a period's folder, with the figures that it is of where they are not there yet, and its
    /// number into the period's head, whole or not at all. Hands the lock back.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn write(&self, lock: Lock, head: &PeriodHead, figures: Option<&[u8]>) -> Result<Option<Lock>, String> {
        let stage = Stage::under(lock)?;
        let mut plan = Vec::new();
        if let Some(bytes) = figures {
            stage.put(ISSUED_FIGURES, bytes)?;
            plan.push(Planned::Replaced(ISSUED_FIGURES.to_owned()));
        }
        stage.put(ISSUED, &self.bytes())?;
        stage.put(HEAD, &PeriodHead { issued: Some(self.number.clone()), ..head.clone() }.bytes())?;
        plan.extend([ISSUED, HEAD].map(|name| Planned::Replaced(name.to_owned())));
        stage.commit_plan(&plan)
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
        of => Some(LedgerRecord {
            table: of["table"].as_str()?.to_owned(),
            rows: count(&of["rows"])?,
            // An earlier program wrote its record behind the rows.
            entered: of["entered"].as_bool().unwrap_or(true),
            taken_out: count(&of["taken_out"]).unwrap_or(0),
        }),
    };
    let figures = match record.get("figures") {
        None | Some(Value::Null) => None,
        Some(part) => Some(StoredFile::read(part)?),
    };
    let number = record.get("number")?.as_str()?.to_owned();
    let despite = record.get("despite").and_then(Value::as_str).unwrap_or_default().to_owned();
    Some(Issued { number, amended: amended.collect::<Option<_>>()?, ledger, figures, despite })
}
