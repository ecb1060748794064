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
mod grid;
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

use crate::atomic::Stage;
use crate::definition::{Plan, Reference};
use crate::domain::period::Period;
use crate::history::correction::FigureChange;
use crate::history::keep::FormFile;
use crate::history::rows::form_rows;
use crate::model::discipline::ChaseList;
use crate::model::run::RunVerdict;
use crate::model::statistic::StatTable;
use crate::rows::ValidatedRows;
use accepted::Accepted;
use links::Links;
use manifest::Output;
use quiet::Quiet;
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
    pub changes: &'a [FigureChange],
}

/// All outputs, written beside their targets; nothing is in place yet.
pub struct Pending {
    stage: Stage,
    names: Vec<String>,
    /// The accepted rows of each form, still beside their places: what the history keeps too.
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

impl Job<'_> {
    /// Which to begin with: what takes longest in a large run. The chase list grows with the units, not with the rows.
    fn rank(&self) -> u8 {
        match self {
            Job::Data => 0,
            Job::Findings => 1,
            Job::Rows(_) => 2,
            Job::Leadership => 3,
            Job::Records | Job::Correction(_) => 4,
            Job::Chase | Job::ChaseText => 5,
        }
    }
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
    let input_hash = crate::history::keep::input_hash(edition.verdict);
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
    // The longest first, each thread taking the next when it is free: none waits for another's last one.
    let mut queue: Vec<(usize, &(String, Job<'_>))> = jobs.iter().enumerate().collect();
    queue.sort_by_key(|(_, (_, job))| job.rank());
    let make = |(at, (name, job)): (usize, &(String, Job<'_>))| {
        let mut kept = None;
        let output = put(&stage, name, |target| match job {
            Job::Leadership => Ok(leadership::leadership(&edition, &account, &input_hash, stage.scratch(), target)?),
            Job::Correction(correction) => Ok(correction::correction(&edition, *correction, target)?),
            Job::Findings => Ok(findings::findings(&edition, &links, stage.scratch(), target)?),
            Job::Data => Ok(edition::data_edition(&edition, &forms, style::SHEET_ROWS - 1, target).map(drop)?),
            Job::Rows(rows) => {
                let (count, _) = form_rows(edition.plan, edition.reference, edition.verdict, rows, target)?;
                kept = Some((rows.rows.form, count));
                Ok(())
            }
            Job::Chase => Ok(chase::workbook(&edition, target)?),
            Job::ChaseText => Ok(chase::text(&edition, target)?),
            Job::Records => Ok(records::findings_ndjson(&edition, target)?),
        })?;
        let path = stage.staged(name)?;
        let (sha256, size) = (output.sha256.clone(), output.size);
        Ok((at, output, kept.map(|(form, rows)| FormFile { form, rows, path, sha256, size })))
    };
    let mut made: Vec<(usize, Output, Option<FormFile>)> =
        queue.into_iter().par_bridge().map(make).collect::<Result<_, String>>()?;
    made.sort_unstable_by_key(|(at, ..)| *at);
    let (outputs, forms): (Vec<Output>, Vec<Option<FormFile>>) =
        made.into_iter().map(|(_, output, form)| (output, form)).unzip();
    put(&stage, "run.json", |target| Ok(manifest::run_json(&edition, &outputs, target)?))?;
    let mut names: Vec<String> = outputs.into_iter().map(|output| output.file).collect();
    names.push("run.json".to_owned());
    Ok(Pending { stage, names, forms: forms.into_iter().flatten().collect() })
}

/// Writes one output to its staged file, piece by piece, and sees it onto the disk.
fn put(
    stage: &Stage,
    name: &str,
    write: impl FnOnce(&mut BufWriter<Quiet>) -> Result<(), Box<dyn Error>>,
) -> Result<Output, String> {
    let path = stage.staged(name)?;
    let machine = |error: io::Error| stage.trouble(name, &error);
    let mut target = BufWriter::with_capacity(1 << 18, Quiet::new(File::create(&path).map_err(machine)?));
    unwinding(|| write(&mut target)).map_err(|error| match of_machine(&*error) {
        Some(error) => machine(error),
        None => format!("程序缺陷：无法生成 {name}（{error}）；原有结果没有改动，请联系维护人员"),
    })?;
    let file = target.into_inner().map_err(|error| machine(error.into_error()))?;
    let summed = file.file.sync_all().and_then(|()| manifest::sha256_of(File::open(&path)?));
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
