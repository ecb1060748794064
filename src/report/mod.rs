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
use std::error::Error;
use std::fs::File;
use std::io::{self, BufWriter};
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
    let outputs: Vec<Output> = jobs
        .par_iter()
        .map(|(name, job)| {
            put(&stage, name, |target| match job {
                Job::Leadership => Ok(leadership::leadership(&edition, &account, &input_hash, target)?),
                Job::Findings => Ok(findings::findings(&edition, &links, stage.scratch(), target)?),
                Job::Data => Ok(edition::data_edition(&edition, &forms, style::SHEET_ROWS - 1, target).map(drop)?),
                Job::Store(accepted) => Ok(store::parquet(&edition, accepted, target).map(drop)?),
                Job::Records => Ok(records::findings_ndjson(&edition, target)?),
            })
        })
        .collect::<Result<_, String>>()?;
    put(&stage, "run.json", |target| Ok(manifest::run_json(&edition, &outputs, target)?))?;
    let mut names: Vec<String> = outputs.into_iter().map(|output| output.file).collect();
    names.push("run.json".to_owned());
    Ok(Written { files: stage.commit(&names)? })
}

/// Writes one output to its staged file, piece by piece, and sees it onto the disk.
fn put(
    stage: &Stage,
    name: &str,
    write: impl FnOnce(&mut BufWriter<File>) -> Result<(), Box<dyn Error>>,
) -> Result<Output, String> {
    let path = stage.staged(name)?;
    let machine = |error: io::Error| stage.trouble(name, &error);
    let mut target = BufWriter::with_capacity(1 << 18, File::create(&path).map_err(machine)?);
    unwinding(|| write(&mut target)).map_err(|error| match of_machine(&*error) {
        Some(error) => machine(error),
        None => format!("程序缺陷：无法生成 {name}（{error}）；原有结果没有改动，请联系维护人员"),
    })?;
    let file = target.into_inner().map_err(|error| machine(error.into_error()))?;
    let summed = file.sync_all().and_then(|()| manifest::sha256_of(File::open(&path)?));
    let (sha256, size) = summed.map_err(machine)?;
    Ok(Output { file: name.to_owned(), sha256, size })
}

/// Runs a writer. The one for workbooks panics where a temporary file of its own cannot be written.
fn unwinding(write: impl FnOnce() -> Result<(), Box<dyn Error>>) -> Result<(), Box<dyn Error>> {
    catch_unwind(AssertUnwindSafe(write)).unwrap_or_else(|panic| match system_error(&*panic) {
        Some(error) => Err(error.into()),
        None => resume_unwind(panic),
    })
}

/// The system's error that a panic carries in its words (`Os { code: 28, …`): a full disk is no defect of the program.
fn system_error(panic: &(dyn Any + Send)) -> Option<io::Error> {
    let words = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied())?;
    let (_, rest) = words.split_once("Os { code: ")?;
    let code = rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()?;
    Some(io::Error::from_raw_os_error(code))
}

/// The machine's own error, where a writer wrapped one: a full disk is no defect of ours.
fn of_machine(error: &(dyn Error + 'static)) -> Option<io::Error> {
    let mut next = Some(error);
    while let Some(here) = next {
        if let Some(machine) = here.downcast_ref::<io::Error>() {
            let code = machine.raw_os_error().map(io::Error::from_raw_os_error);
            return Some(code.unwrap_or_else(|| io::Error::new(machine.kind(), machine.to_string())));
        }
        next = here.source();
    }
    None
}

/// A name that every file system takes.
fn file_stem(name: &str) -> String {
    name.chars().map(|c| if c.is_control() || "\\/:*?\"<>|".contains(c) { '_' } else { c }).collect()
}
