//! Results in, files out, whole or not at all: the leadership workbook, the findings workbook, the data edition,
//! the Parquet store, `findings.ndjson` and `run.json`.
//!
//! Knows layouts and formats, and nothing of how a figure came about.

mod accepted;
mod account;
mod atomic;
mod chart;
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
mod received;
mod records;
mod sheet;
mod store;
mod style;
#[cfg(test)]
mod tests;
mod tidy;
mod wording;

pub use atomic::probe;

use crate::domain::period::Period;
use crate::model::run::RunVerdict;
use crate::model::statistic::StatTable;
use crate::spec::{Plan, Reference};
use crate::sql::ValidatedRows;
use accepted::Accepted;
use atomic::Stage;
use links::Links;
use manifest::Output;
use rayon::prelude::*;
use std::any::Any;
use std::fs::File;
use std::io::BufWriter;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
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
    Store(&'a Accepted<'a>),
    Records,
}

/// Writes all outputs into `folder`, replacing an earlier run's as one.
///
/// # Errors
/// The folder cannot be written, another run writes there, or the accounting does not come out;
/// earlier results stay as they were. The message is Chinese with the next step.
pub fn write(edition: Edition<'_>, folder: &Path) -> Result<Written, String> {
    let account = account::prove(&edition)?;
    let forms: Vec<Accepted<'_>> =
        edition.rows.iter().map(|rows| Accepted::of(&edition, rows)).collect::<Result<_, _>>()?;
    let stage = Stage::open(folder)?;
    let links = Links::find(&edition, folder);
    let input_hash = manifest::input_hash(&edition);
    let name = file_stem(&edition.name());
    let mut jobs = vec![
        (format!("{name}_汇总表.xlsx"), Job::Leadership),
        (format!("{name}_审核问题.xlsx"), Job::Findings),
        (format!("{name}_数据版.xlsx"), Job::Data),
    ];
    for accepted in &forms {
        jobs.push((format!("data/{}.parquet", file_stem(&accepted.form.id)), Job::Store(accepted)));
    }
    jobs.push(("findings.ndjson".to_owned(), Job::Records));
    let scratch = stage.scratch();
    let outputs: Vec<Output> = jobs
        .par_iter()
        .map(|(name, job)| {
            let output = match job {
                Job::Data => {
                    return data_edition(&edition, &forms, &stage, name).map_err(|error| stage.trouble(name, &error));
                }
                Job::Leadership => leadership::leadership(&edition, &account, &input_hash).map_err(workbook_trouble),
                Job::Findings => unwinding(|| findings::findings(&edition, &links, scratch)),
                Job::Store(accepted) => {
                    store::parquet(&edition, accepted).map_err(|error| Trouble::Defect(error.to_string()))
                }
                Job::Records => Ok(records::findings_ndjson(&edition)),
            };
            let bytes = output.map_err(|trouble| match trouble {
                Trouble::Machine(error) => stage.trouble(name, &error),
                Trouble::Defect(what) => {
                    format!("程序缺陷：无法生成 {name}（{what}）；原有结果没有改动，请联系维护人员")
                }
            })?;
            stage.put(name, &bytes)?;
            Ok(Output { file: name.clone(), sha256: manifest::sha256(&bytes), size: bytes.len() as u64 })
        })
        .collect::<Result<_, String>>()?;
    stage.put("run.json", &manifest::run_json(&edition, &outputs))?;
    let mut names: Vec<String> = outputs.into_iter().map(|output| output.file).collect();
    names.push("run.json".to_owned());
    Ok(Written { files: stage.commit(&names)? })
}

/// The data edition goes straight to its staged file.
fn data_edition(edition: &Edition<'_>, forms: &[Accepted<'_>], stage: &Stage, name: &str) -> std::io::Result<Output> {
    let path = stage.staged(name).map_err(std::io::Error::other)?;
    let target = BufWriter::with_capacity(1 << 18, File::create(&path)?);
    let written = edition::data_edition(edition, forms, style::SHEET_ROWS - 1, target)?;
    written.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_all()?;
    let (sha256, size) = manifest::sha256_of(File::open(&path)?)?;
    Ok(Output { file: name.to_owned(), sha256, size })
}

/// Why an output could not be made.
enum Trouble {
    Machine(std::io::Error),
    Defect(String),
}

/// Runs the workbook writer, which panics where a temporary file of its own cannot be written.
fn unwinding(write: impl FnOnce() -> Result<Vec<u8>, rust_xlsxwriter::XlsxError>) -> Result<Vec<u8>, Trouble> {
    match catch_unwind(AssertUnwindSafe(write)) {
        Ok(written) => written.map_err(workbook_trouble),
        Err(panic) => match system_error(&*panic) {
            Some(error) => Err(Trouble::Machine(error)),
            None => resume_unwind(panic),
        },
    }
}

/// The system's error that a panic carries in its words (`Os { code: 28, …`): a full disk is no defect of the program.
pub fn system_error(panic: &(dyn Any + Send)) -> Option<std::io::Error> {
    let words = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied())?;
    let (_, rest) = words.split_once("Os { code: ")?;
    let code = rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()?;
    Some(std::io::Error::from_raw_os_error(code))
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
