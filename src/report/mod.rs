//! Results in, files out, whole or not at all: the leadership workbook, the findings workbook, the chase list as workbook
//! and text, the data edition, the Parquet store, `findings.ndjson` and `run.json`.
//!
//! Knows layouts and formats, and nothing of how a figure came about.

mod accepted;
mod account;
mod chart;
mod chase;
mod correction;
mod edition;
mod findings;
#[cfg(test)]
mod fixture;
mod glossary;
mod leadership;
mod links;
mod listing;
mod manifest;
mod overview;
mod quiet;
mod received;
mod records;
pub mod replay;
mod sheet;
mod style;
#[cfg(test)]
mod tests;
mod tidy;
mod wording;

pub use crate::atomic::probe;

use crate::atomic::Stage;
use crate::domain::period::Period;
use crate::history::FormFile;
use crate::history::correction::Change;
use crate::history::head::sha256;
use crate::model::discipline::ChaseList;
use crate::model::run::RunVerdict;
use crate::model::statistic::StatTable;
use crate::spec::{Plan, Reference};
use crate::sql::ValidatedRows;
use accepted::Accepted;
use links::Links;
use manifest::Output;
use quiet::Quiet;
use rayon::prelude::*;
use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

/// Everything that is written.
#[derive(Debug, Clone, Copy)]
pub struct Edition<'a> {
    pub plan: &'a Plan,
    pub reference: &'a Reference,
    pub period: &'a Period,
    pub verdict: &'a RunVerdict,
    pub rows: &'a [ValidatedRows],
    pub tables: &'a [StatTable],
    /// (holds, sentence) for the overview.
    pub statements: &'a [(Option<bool>, String)],
    pub chase: &'a ChaseList,
    /// What was missing of earlier periods.
    pub history_notes: &'a [String],
    /// Where this run changes a period that was issued.
    pub correction: Option<Correction<'a>>,
}

/// Why an issued period was run again, and every figure that is no longer what was issued.
#[derive(Debug, Clone, Copy)]
pub struct Correction<'a> {
    /// 文号 of the issued one.
    pub number: &'a str,
    pub reason: &'a str,
    pub changes: &'a [Change],
}

/// All outputs, written beside their targets; nothing is in place yet.
pub struct Pending {
    stage: Stage,
    names: Vec<String>,
    /// The accepted rows of each form, packed: what the history keeps too.
    pub forms: Vec<FormFile>,
}

impl Pending {
    /// Moves all outputs into place, or none.
    ///
    /// # Errors
    /// A file could not be moved; earlier results are as they were.
    pub fn commit(self) -> Result<Written, String> {
        Ok(Written { files: self.stage.commit(&self.names)? })
    }
}

/// Paths of what was written, in the order in which officers read them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Written {
    pub files: Vec<PathBuf>,
}

/// One output before it is written.
enum Job<'a> {
    Leadership,
    Findings,
    Data,
    Chase,
    ChaseText,
    Rows(&'a ValidatedRows),
    Correction(Correction<'a>),
    Records,
}

/// Writes all outputs into `folder`, replacing an earlier run's as one.
///
/// # Errors
/// See [`prepare`].
pub fn write(edition: Edition<'_>, folder: &Path) -> Result<Written, String> {
    prepare(edition, folder)?.commit()
}

/// Writes all outputs beside their places in `folder`.
///
/// # Errors
/// The folder cannot be written, another run writes there, or the accounting does not come out;
/// earlier results stay as they were. The message is Chinese with the next step.
pub fn prepare(edition: Edition<'_>, folder: &Path) -> Result<Pending, String> {
    let account = account::prove(&edition)?;
    let forms: Vec<Accepted<'_>> =
        edition.rows.iter().map(|rows| Accepted::of(&edition, rows)).collect::<Result<_, _>>()?;
    let stage = Stage::open(folder)?;
    let links = Links::find(&edition, folder);
    let input_hash = crate::history::input_hash(edition.verdict);
    let name = file_stem(&edition.name());
    let mut jobs = vec![
        (format!("{name}_汇总表.xlsx"), Job::Leadership),
        (format!("{name}_审核问题.xlsx"), Job::Findings),
        (format!("{name}_催报.xlsx"), Job::Chase),
        (format!("{name}_催报.txt"), Job::ChaseText),
        (format!("{name}_数据版.xlsx"), Job::Data),
    ];
    if let Some(correction) = edition.correction {
        jobs.insert(1, (format!("{name}_更正说明.xlsx"), Job::Correction(correction)));
    }
    for (accepted, rows) in forms.iter().zip(edition.rows) {
        jobs.push((format!("data/{}.parquet", file_stem(&accepted.form.id)), Job::Rows(rows)));
    }
    jobs.push(("findings.ndjson".to_owned(), Job::Records));
    let scratch = stage.scratch();
    let made: Vec<(Output, Option<FormFile>)> = jobs
        .par_iter()
        .map(|(name, job)| {
            let output = match job {
                Job::Data => {
                    let output = data_edition(&edition, &forms, &stage, name);
                    return output.map(|output| (output, None)).map_err(|error| stage.trouble(name, &error));
                }
                Job::Rows(rows) => {
                    let packed = FormFile::of(edition.plan, edition.reference, edition.verdict, rows)?;
                    return Ok((put(&stage, name, &packed.bytes)?, Some(packed)));
                }
                Job::Correction(correction) => correction::correction(&edition, *correction).map_err(workbook_trouble),
                Job::Leadership => leadership::leadership(&edition, &account, &input_hash).map_err(workbook_trouble),
                Job::Findings => findings::findings(&edition, &links, scratch).map_err(workbook_trouble),
                Job::Chase => chase::workbook(&edition).map_err(workbook_trouble),
                Job::ChaseText => Ok(chase::text(&edition)),
                Job::Records => Ok(records::findings_ndjson(&edition)),
            };
            let bytes = output.map_err(|trouble| match trouble {
                Trouble::Machine(error) => stage.trouble(name, &error),
                Trouble::Defect(what) => {
                    format!("程序缺陷：无法生成 {name}（{what}）；原有结果没有改动，请联系维护人员")
                }
            })?;
            Ok((put(&stage, name, &bytes)?, None))
        })
        .collect::<Result<_, String>>()?;
    let (outputs, forms): (Vec<Output>, Vec<Option<FormFile>>) = made.into_iter().unzip();
    stage.put("run.json", &manifest::run_json(&edition, &outputs))?;
    let mut names: Vec<String> = outputs.into_iter().map(|output| output.file).collect();
    names.push("run.json".to_owned());
    Ok(Pending { stage, names, forms: forms.into_iter().flatten().collect() })
}

fn put(stage: &Stage, name: &str, bytes: &[u8]) -> Result<Output, String> {
    stage.put(name, bytes)?;
    Ok(Output { file: name.to_owned(), sha256: sha256(bytes), size: bytes.len() as u64 })
}

/// The data edition goes straight to its staged file.
fn data_edition(edition: &Edition<'_>, forms: &[Accepted<'_>], stage: &Stage, name: &str) -> std::io::Result<Output> {
    let path = stage.staged(name).map_err(std::io::Error::other)?;
    let target = BufWriter::with_capacity(1 << 18, Quiet::new(File::create(&path)?));
    let written = edition::data_edition(edition, forms, style::SHEET_ROWS - 1, target)?;
    written.into_inner().map_err(std::io::IntoInnerError::into_error)?.file.sync_all()?;
    let (sha256, size) = manifest::sha256_of(File::open(&path)?)?;
    Ok(Output { file: name.to_owned(), sha256, size })
}

/// Why an output could not be made.
enum Trouble {
    Machine(std::io::Error),
    Defect(String),
}

fn workbook_trouble(error: rust_xlsxwriter::XlsxError) -> Trouble {
    match error {
        rust_xlsxwriter::XlsxError::IoError(error) => Trouble::Machine(error),
        other => Trouble::Defect(other.to_string()),
    }
}

/// A name that every file system takes.
fn file_stem(name: &str) -> String {
    name.chars().map(|c| if c.is_control() || "\\/:*?\"<>|".contains(c) { '_' } else { c }).collect()
}
