//! Rows that did not count, with the reason: beside the accepted ones and apart from them, so that a sum over a form's
//! file never counts what the province did not.

use super::parquet::{self, texts};
use super::rows::{RunFrame, columns};
use super::stored::REASON;
use crate::model::effect::Effect;
use crate::model::run::RowFate;
use crate::model::{Finding, Origin};
use crate::rows::ValidatedRows;
use crate::rows::aside::{AsideReason, AsideRows};
use ::parquet::errors::ParquetError;
use std::collections::HashMap;

/// What holds rows, by file and row, and those on a file as a whole (no row).
pub struct Blocking<'a> {
    by_place: HashMap<(u32, Option<u32>), Vec<&'a Finding>>,
}

impl<'a> Blocking<'a> {
    pub fn of(findings: &'a [Finding]) -> Blocking<'a> {
        let mut by_place: HashMap<(u32, Option<u32>), Vec<&Finding>> = HashMap::new();
        let holding = |finding: &&Finding| matches!(finding.effect, Effect::HoldsRow | Effect::HoldsReturn);
        for finding in findings.iter().filter(holding) {
            if let Some(source) = finding.place.source {
                by_place.entry((source, finding.place.row)).or_default().push(finding);
            }
        }
        Blocking { by_place }
    }

    /// Codes of what stands on a record, each once, in the order of the alphabet; empty where nothing does.
    fn on(&self, origin: &Origin) -> String {
        let here = self.by_place.get(&(origin.source, Some(origin.row))).into_iter().flatten();
        codes(here.filter(|finding| origin.holds(&finding.place)))
    }

    fn on_return(&self, source: u32) -> String {
        codes(self.by_place.get(&(source, None)).into_iter().flatten())
    }
}

fn codes<'f>(findings: impl Iterator<Item = &'f &'f Finding>) -> String {
    let mut codes: Vec<&str> = findings.map(|finding| &*finding.code).collect();
    codes.sort_unstable();
    codes.dedup();
    codes.join(",")
}

/// A form's rows that did not count as a Parquet file, and how many: a file without rows too, so that
/// an earlier run's never stays.
///
/// # Errors
/// A column is missing or refused.
pub fn file(
    frame: RunFrame<'_>,
    validated: &ValidatedRows,
    aside: Option<&AsideRows>,
    blocking: &Blocking<'_>,
) -> Result<(usize, Vec<u8>), ParquetError> {
    let ValidatedRows { rows, accepted } = validated;
    let picked: Vec<u32> = (0..).zip(accepted).filter(|(_, yes)| !**yes).map(|(row, _)| row).collect();
    let beside: Vec<u32> = aside.map_or_else(Vec::new, |aside| (0..aside.rows.origins.len() as u32).collect());
    let mut reasons: Vec<(RowFate, String)> = Vec::new();
    for origin in rows.origins.of(picked.iter().copied()).flatten() {
        let codes = blocking.on(&origin);
        let held = codes.is_empty();
        let codes = if held { blocking.on_return(origin.source) } else { codes };
        reasons.push((if held { RowFate::Held } else { RowFate::Blocked }, codes));
    }
    let mut all = columns(frame, rows, &picked)?;
    if let Some(aside) = aside.filter(|_| !beside.is_empty()) {
        for (origin, reason) in aside.rows.origins.iter().zip(&aside.reasons) {
            reasons.push(match reason {
                AsideReason::Superseded => (RowFate::Superseded, String::new()),
                AsideReason::Held => (RowFate::Held, blocking.on_return(origin.source)),
                AsideReason::LeftOut => (RowFate::Held, String::new()),
            });
        }
        all = all.into_iter().zip(columns(frame, &aside.rows, &beside)?).map(|(one, other)| one.then(other)).collect();
    }
    let codes = reasons.iter().map(|(_, codes)| Some(codes.as_str()).filter(|codes| !codes.is_empty()));
    all.extend([
        texts(REASON, reasons.iter().map(|(reason, _)| Some(reason.key()))),
        texts("reason_zh", reasons.iter().map(|(reason, _)| Some(reason.word()))),
        texts("codes", codes),
    ]);
    let count = reasons.len();
    parquet::write(all, count, Vec::new()).map(|bytes| (count, bytes))
}
