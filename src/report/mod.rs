//! Results in, files out, whole or not at all: the two leadership workbooks, the findings workbook, the chase list as workbook
//! and text, the data edition, the Parquet store, `findings.ndjson` and `run.json`.
//!
//! Knows layouts and formats, and nothing of how a figure came about.

mod accepted;
mod account;
mod chart;
mod chase;
mod correction;
mod data_columns;
mod data_edition;
mod data_notes;
mod decisions;
mod drawing;
mod findings;
#[cfg(test)]
mod fixture;
mod front;
mod glossary;
pub mod issued;
mod leadership;
mod links;
mod manifest;
mod notice;
pub mod output;
mod overview;
mod problems;
mod quality;
mod received;
mod records;
pub mod replay;
pub mod results;
pub mod selection;
pub mod shelf;
mod target;
#[cfg(test)]
mod tests;
mod wording;

use crate::atomic::Stage;
use crate::book::cell_text;
use crate::definition::Edition;
use crate::history::keep::FormFile;
use crate::history::rows::form_rows;
use crate::rows::ValidatedRows;
use accepted::Accepted;
use account::Account;
use links::Links;
use manifest::run_json;
use output::{OnItsWay, Output, Pending, Written, file_stem};
use rayon::prelude::*;
use results::{Correction, Results};
use shelf::TopBook;
use std::error::Error;
use std::io::{Seek, Write};
use std::path::{Path, PathBuf};
use std::thread::{self, Scope};
use std::time::Duration;

/// One output before it is written.
enum Job<'a> {
    Leadership(Edition),
    Findings,
    Decisions,
    Data,
    Chase,
    ChaseText,
    Notice,
    NoticeText,
    Rows(&'a ValidatedRows),
    Correction(Correction<'a>),
    Records,
}

impl Job<'_> {
    /// Which to begin with: what takes longest in a large run, and rows while those of the data edition beside them share few
    /// texts yet. The chase list grows with the units, not with the rows.
    fn rank(&self) -> u8 {
        match self {
            Job::Data => 0,
            Job::Rows(_) => 1,
            Job::Findings | Job::Decisions => 2,
            Job::Leadership(_) => 3,
            Job::Records | Job::Correction(_) => 4,
            Job::Chase | Job::ChaseText | Job::Notice | Job::NoticeText => 5,
        }
    }
}

/// The list of what a run wrote, in [`DETAIL`]; the names in it begin at the folder of the results.
pub const MANIFEST: &str = "run.json";
/// The folder below the results in which everything stands but what is opened first.
pub const DETAIL: &str = "明细";

/// Every output by its name, in the order in which officers read them: on top what is signed, answered and sent out.
fn jobs<'a>(results: &Results<'a>, forms: &[Accepted<'_>]) -> Vec<(String, Job<'a>)> {
    let name = file_stem(&results.name());
    let mut jobs = vec![
        (TopBook::Signed.beside(&name), Job::Leadership(Edition::Signed)),
        (TopBook::Decisions.beside(&name), Job::Decisions),
        (TopBook::Chase.beside(&name), Job::Chase),
        (format!("{DETAIL}/{name}_{}.xlsx", Edition::Working.word()), Job::Leadership(Edition::Working)),
        (format!("{DETAIL}/{name}_通报.docx"), Job::Notice),
        (format!("{DETAIL}/{name}_通报.txt"), Job::NoticeText),
        (format!("{DETAIL}/{name}_审核问题.xlsx"), Job::Findings),
        (format!("{DETAIL}/{name}_催报.txt"), Job::ChaseText),
        (format!("{DETAIL}/{name}_数据版.xlsx"), Job::Data),
    ];
    if let Some(correction) = results.correction {
        jobs.insert(1, (TopBook::Correction.beside(&name), Job::Correction(correction)));
    }
    for (accepted, rows) in forms.iter().zip(results.rows) {
        jobs.push((format!("{DETAIL}/data/{}.parquet", file_stem(&accepted.form.id)), Job::Rows(rows)));
    }
    jobs.push((format!("{DETAIL}/findings.ndjson"), Job::Records));
    jobs
}

/// Writes all outputs into `folder`, replacing an earlier run's as one.
///
/// # Errors
/// See [`stage`] and [`begin`].
pub fn write(results: Results<'_>, folder: &Path) -> Result<Written, String> {
    let stage = stage(&results, folder)?;
    let outputs = thread::scope(|scope| begin(scope, &stage, results, folder)?.listed(scope, &results))?;
    Pending::new(stage, outputs).commit()
}

/// Where outputs are written beside their places in `folder`.
///
/// # Errors
/// The folder cannot be written, another run writes there, or the accounting does not come out.
pub fn stage(results: &Results<'_>, folder: &Path) -> Result<Stage, String> {
    account::prove(results)?;
    Stage::open(folder)
}

/// Outputs that are written beside their places, all but the list of them; some may still be on their way to the disk.
pub struct Unlisted<'scope> {
    stage: &'scope Stage,
    outputs: Vec<OnItsWay<'scope>>,
    /// The accepted rows of each form: what the history keeps too.
    pub forms: Vec<FormFile>,
}

/// Where the list is written, from the folder of the results.
fn list() -> String {
    format!("{DETAIL}/{MANIFEST}")
}

impl<'scope> Unlisted<'scope> {
    /// Where the outputs will stand, with their list.
    pub fn targets(&self) -> impl Iterator<Item = PathBuf> {
        let names = self.outputs.iter().map(|one| one.output.file.clone()).chain([list()]);
        names.map(|name| self.stage.target(&name))
    }

    /// Writes the list of the outputs, and waits until all are on the disk: the name of each and how long it was written to.
    ///
    /// # Errors
    /// The list cannot be written, or the disk failed.
    pub fn listed(
        self,
        scope: &'scope Scope<'scope, '_>,
        results: &Results<'_>,
    ) -> Result<Vec<(String, Duration)>, String> {
        let Unlisted { stage, outputs, .. } = self;
        let all: Vec<&Output> = outputs.iter().map(|one| &one.output).collect();
        let last = output::begin(scope, stage, &list(), |target| Ok(run_json(results, &all, target)?))?;
        let waited = outputs.into_iter().chain([last]).map(|output| output.wait(stage));
        waited.map(|output| output.map(|Output { file, took, .. }| (file, took))).collect()
    }
}

/// Writes all outputs beside their places in `folder`, but the list of them.
///
/// # Errors
/// They cannot be written, or the accounting does not come out; earlier results stay as they were. The message is Chinese
/// with the next step.
pub fn begin<'scope>(
    scope: &'scope Scope<'scope, '_>,
    stage: &'scope Stage,
    results: Results<'_>,
    folder: &Path,
) -> Result<Unlisted<'scope>, String> {
    let account = account::prove(&results)?;
    let forms: Vec<Accepted<'_>> =
        results.rows.iter().map(|rows| Accepted::of(&results, rows)).collect::<Result<_, _>>()?;
    let [links, links_below] = Links::find(&results, folder, ["", DETAIL]);
    let input_hash = crate::history::keep::input_hash(results.verdict);
    let jobs = jobs(&results, &forms);
    let making = Making { results, account, forms: &forms, input_hash, links, links_below };
    // The longest first, each thread taking the next when it is free: none waits for another's last one.
    let mut queue: Vec<(usize, &(String, Job<'_>))> = jobs.iter().enumerate().collect();
    queue.sort_by_key(|(_, (_, job))| job.rank());
    let make = |(at, (name, job)): (usize, &(String, Job<'_>))| {
        let mut kept = None;
        let made = output::begin(scope, stage, name, |target| {
            kept = making.write(job, target)?;
            Ok(())
        })?;
        let path = stage.staged(name)?;
        let (sha256, size) = (made.output.sha256.clone(), made.output.size);
        Ok((at, made, kept.map(|(form, rows)| FormFile { form, rows, path, sha256, size })))
    };
    let mut made: Vec<(usize, OnItsWay<'_>, Option<FormFile>)> =
        queue.into_iter().par_bridge().map(make).collect::<Result<_, String>>()?;
    made.sort_unstable_by_key(|(at, ..)| *at);
    let (outputs, forms): (Vec<OnItsWay<'_>>, Vec<Option<FormFile>>) =
        made.into_iter().map(|(_, made, form)| (made, form)).unzip();
    Ok(Unlisted { stage, outputs, forms: forms.into_iter().flatten().collect() })
}

/// What all outputs are made of.
struct Making<'m, 'a> {
    results: Results<'a>,
    account: Account,
    forms: &'m [Accepted<'m>],
    input_hash: String,
    /// From the folder of the results, and from the one below it.
    links: Links,
    links_below: Links,
}

impl Making<'_, '_> {
    /// Writes one output; of rows of a form says which form that is and how many they are.
    fn write<W: Write + Seek + Send>(
        &self,
        job: &Job<'_>,
        target: &mut W,
    ) -> Result<Option<(usize, usize)>, Box<dyn Error>> {
        let results = &self.results;
        match job {
            Job::Leadership(edition) => {
                leadership::leadership(results, &self.account, &self.input_hash, *edition, target)?;
            }
            Job::Correction(correction) => correction::correction(results, *correction, target)?,
            Job::Findings => findings::findings(results, &self.links_below, target)?,
            Job::Decisions => decisions::decisions(results, &self.links, target)?,
            Job::Data => drop(data_edition::data_edition(results, self.forms, cell_text::SHEET_ROWS - 1, target)?),
            Job::Rows(rows) => return Ok(Some((rows.rows.form, form_rows(results.frame(), rows, target)?.0))),
            Job::Chase => chase::workbook(results, target)?,
            Job::Notice => notice::document(results, target)?,
            Job::NoticeText => notice::text(results, target)?,
            Job::ChaseText => chase::text(results, target)?,
            Job::Records => records::findings_ndjson(results, target)?,
        }
        Ok(None)
    }
}
