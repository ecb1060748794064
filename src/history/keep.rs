//! A finished run's period on its way into the store: everything is packed first, then put in place whole or not at all.
//!
//! The same rows and figures give the same bytes: no clock, no path, nothing of the machine.

use super::head::{FormPart, PeriodHead, StoredColumn, StoredFile, sha256};
use super::layout::{FIGURES, HEAD, UNITS};
use super::not_counted::{self, Blocking};
use super::rows::{RunFrame, kept};
use super::units::StoredUnit;
use super::{accounts, figures, references, units};
use crate::atomic::Stage;
use crate::definition::{Plan, Reference};
use crate::domain::period::Period;
use crate::model::run::RunVerdict;
use crate::model::statistic::StatTable;
use crate::rows::ValidatedRows;
use crate::rows::aside::AsideRows;
use ::parquet::errors::ParquetError;
use std::path::{Path, PathBuf};

/// What a run leaves of its period.
#[derive(Debug, Clone, Copy)]
pub struct PeriodResults<'a> {
    pub plan: &'a Plan,
    pub reference: &'a Reference,
    pub period: &'a Period,
    pub verdict: &'a RunVerdict,
    /// Per form of the plan, its rows with their verdicts, and those that entered no rule.
    pub rows: &'a [ValidatedRows],
    pub aside: &'a [AsideRows],
    pub tables: &'a [StatTable],
    /// The number that the period was issued under before.
    pub issued: Option<&'a str>,
}

/// A period's files, the head last: where there is one, all that it lists is there too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackedPeriod {
    pub files: Vec<(String, PartContent)>,
}

/// Where a file's bytes come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PartContent {
    Bytes(Vec<u8>),
    Copy(PathBuf),
}

/// Files that are written beside their targets and wait to be moved.
pub struct StagedPeriod {
    stage: Stage,
    names: Vec<String>,
}

/// One hash for all inputs: over their own hashes, sorted, one a line, so that the order of files changes nothing.
pub fn input_hash(verdict: &RunVerdict) -> String {
    let mut hashes: Vec<&str> =
        verdict.sources.iter().map(|source| source.sha256.as_str()).filter(|hash| !hash.is_empty()).collect();
    hashes.sort_unstable();
    sha256(hashes.join("\n").as_bytes())
}

impl PackedPeriod {
    /// Makes a period's files around its packed rows.
    ///
    /// # Errors
    /// A column is missing or refused: a defect of the program.
    pub fn of(entry: PeriodResults<'_>, rows: Vec<FormFile>) -> Result<PackedPeriod, String> {
        let PeriodResults { plan, reference, period, verdict, .. } = entry;
        let frame = RunFrame { plan, reference, period, verdict };
        let defect =
            |error: ParquetError| format!("程序缺陷：无法生成历史存档（{error}）；没有写出任何结果，请联系维护人员");
        let blocking = Blocking::of(&verdict.findings);
        let mut files = Vec::new();
        let mut forms = Vec::new();
        for FormFile { form: index, rows, path, sha256, size } in rows {
            // Packed with this very plan.
            let Some(form) = plan.forms.get(index) else { continue };
            let Some(validated) = entry.rows.iter().find(|validated| validated.rows.form == index) else { continue };
            let aside = entry.aside.iter().find(|aside| aside.rows.form == index);
            let (others, bytes) = not_counted::file(frame, validated, aside, &blocking).map_err(defect)?;
            let beside = StoredFile::of(&format!("{}.not-counted.parquet", form.id), &bytes);
            files.push((beside.file.clone(), PartContent::Bytes(bytes)));
            let file = format!("{}.parquet", form.id);
            let columns = kept(form)
                .map(|(column, ty)| StoredColumn {
                    measured_in: form.fields.get(column.field).and_then(|field| field.measured_in.clone()),
                    name: column.name,
                    ty,
                })
                .collect();
            let part = StoredFile { file: file.clone(), sha256, size };
            let (id, title) = (form.id.clone(), form.title.clone());
            forms.push(FormPart { id, title, rows, part, columns, not_counted: Some((others, beside)) });
            files.push((file, PartContent::Copy(path)));
        }
        let mut tables = Vec::new();
        for (name, bytes) in accounts::tables(frame).map_err(defect)? {
            tables.push(StoredFile::of(name, &bytes));
            files.push((name.to_owned(), PartContent::Bytes(bytes)));
        }
        let units = units::bytes(&discipline(entry));
        let figures = figures::bytes(entry.tables);
        let head = PeriodHead {
            pipeline: plan.name.clone(),
            period: entry.period.clone(),
            definition_sha256: plan.sha256.clone(),
            input_sha256: input_hash(verdict),
            forms,
            units: StoredFile::of(UNITS, &units),
            figures: StoredFile::of(FIGURES, &figures),
            accounts: tables,
            references: Some(references::hashes(reference)),
            expected: verdict.units.len(),
            reported: verdict.units.iter().filter(|unit| unit.status.is_accepted()).count(),
            files: verdict.sources.len() as u64,
            rows: verdict.rows,
            due: entry.reference.due,
            issued: entry.issued.map(str::to_owned),
        };
        files.push((UNITS.to_owned(), PartContent::Bytes(units)));
        files.push((FIGURES.to_owned(), PartContent::Bytes(figures)));
        files.push((HEAD.to_owned(), PartContent::Bytes(head.bytes())));
        Ok(PackedPeriod { files })
    }

    /// Writes the files beside their targets in the period's folder. Another run that is moving its files there is waited
    /// for; nothing is in place yet.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn stage(&self, folder: &Path) -> Result<StagedPeriod, String> {
        let stage = Stage::wait(folder)?;
        for (name, content) in &self.files {
            match content {
                PartContent::Bytes(bytes) => stage.put(name, bytes)?,
                PartContent::Copy(from) => stage.put_copy(name, from)?,
            }
        }
        Ok(StagedPeriod { stage, names: self.files.iter().map(|(name, _)| name.clone()).collect() })
    }
}

impl StagedPeriod {
    /// Moves all files into place, or none.
    ///
    /// # Errors
    /// A file could not be moved; everything is as it was before.
    pub fn commit(self) -> Result<(), String> {
        self.stage.commit(&self.names).map(|_| ())
    }
}

/// One form's accepted rows as a Parquet file that was written for the results, and is kept too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormFile {
    /// Index into the plan's forms.
    pub form: usize,
    pub rows: usize,
    /// Where it lies now.
    pub path: PathBuf,
    /// Lower-case hex.
    pub sha256: String,
    pub size: u64,
}

fn discipline(entry: PeriodResults<'_>) -> Vec<StoredUnit> {
    let units = entry.verdict.units.iter().filter_map(|report| {
        let unit = entry.reference.roster.units.get(report.unit as usize)?;
        Some(StoredUnit {
            code: unit.code.clone(),
            name: unit.name.to_string(),
            channel: unit.channel.clone(),
            city: unit.city.clone(),
            status: report.status,
            received: report.received,
            unit: Some(report.unit),
        })
    });
    units.collect()
}
