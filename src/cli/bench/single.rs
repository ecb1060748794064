//! What a process of the comparison does by itself: the yardstick, reading alone, and a whole run that tells its stages.

use super::cost::spent;
use crate::compute::{Inputs, compute};
use crate::definition::Edition;
use crate::history::History;
use crate::ingest::{self, Limits};
use crate::model::Severity;
use crate::model::outcome::ReadOutcome;
use crate::report::output::Written;
use crate::report::shelf::TopBook;
use crate::run::{self, Places, Prepared, Stop, Watch};
use crate::validate::Validated;
use crate::workspace::Workspace;
use rayon::prelude::*;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Reads every cell of every workbook with calamine alone, on `threads` threads; how many there are.
///
/// # Errors
/// A file that calamine cannot read.
pub fn bare(folder: &Path, threads: usize) -> Result<String, String> {
    let _ = rayon::ThreadPoolBuilder::new().num_threads(threads).build_global();
    let mut files = Vec::new();
    list(folder, &mut files);
    files.sort();
    let cells = files.par_iter().map(|path| cells_of(path)).collect::<Result<Vec<usize>, String>>()?;
    Ok(format!("{}\n", cells.iter().sum::<usize>()))
}

/// Reads every file and throws it away: with preflight, in worker processes or in this one.
///
/// # Errors
/// The folder cannot be listed, or no worker starts.
pub fn read(folder: &Path, threads: usize, here: bool) -> Result<String, String> {
    let _ = rayon::ThreadPoolBuilder::new().num_threads(threads).build_global();
    let limits = Limits::default();
    let is_read = |read: &ReadOutcome| u32::from(matches!(read, ReadOutcome::Workbook(_)));
    let read = ingest::discover(&[folder.to_path_buf()], &limits).and_then(|found| match here {
        true => Ok(ingest::read_here(&found.files, &limits, |read| is_read(&read))),
        false => ingest::read_all(&found.files, &limits, |_, delivery| is_read(&delivery.read)),
    })?;
    Ok(format!("{}\n", read.iter().sum::<u32>()))
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            list(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "xlsx") {
            files.push(path);
        }
    }
}

fn cells_of(path: &Path) -> Result<usize, String> {
    use calamine::{Data, Reader, Xlsx, open_workbook};
    let wrong = |error: calamine::XlsxError| format!("calamine 读不了 {}：{error}", path.display());
    let mut workbook: Xlsx<_> = open_workbook(path).map_err(wrong)?;
    let mut cells = 0;
    for name in workbook.sheet_names() {
        let range = workbook.worksheet_range(&name).map_err(wrong)?;
        cells += range.used_cells().filter(|(_, _, data)| !matches!(data, Data::Empty)).count();
    }
    Ok(cells)
}

/// Sheets of the first workbook, and rows and columns of its largest.
///
/// # Errors
/// There is none, or calamine cannot read it.
pub fn shape(folder: &Path) -> Result<(usize, usize, usize), String> {
    use calamine::{Reader, Xlsx, open_workbook};
    let mut files = Vec::new();
    list(folder, &mut files);
    files.sort();
    let first = files.first().ok_or("没有生成报表")?;
    let wrong = |error: calamine::XlsxError| format!("calamine 读不了 {}：{error}", first.display());
    let mut workbook: Xlsx<_> = open_workbook(first).map_err(wrong)?;
    let names = workbook.sheet_names();
    let mut sizes = Vec::new();
    for name in &names {
        sizes.push(workbook.worksheet_range(name).map_err(wrong)?.get_size());
    }
    let (rows, columns) = sizes.into_iter().max().unwrap_or_default();
    Ok((names.len(), rows, columns))
}

/// Notes when each stage of a run began, and what had been spent until then.
struct StageClock(Mutex<Vec<(String, Instant, f64)>>);

impl Watch for StageClock {
    fn stage(&self, name: &str) {
        // What workers took is known once they are gone.
        ingest::see_off();
        let mut begun = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        begun.push((name.to_owned(), Instant::now(), spent()));
    }
}

/// What doubt adds to the tables: they are computed once more as they are, and once with nothing open.
fn doubt(prepared: &Prepared, validated: &Validated) -> Result<String, Stop> {
    let Prepared { plan, reference, period, .. } = prepared;
    let Validated { rows, doubts, lookups, verdict, .. } = validated;
    let history = History::open(None, plan, reference, period);
    let mut calm = verdict.clone();
    calm.findings.retain(|finding| finding.severity == Severity::Note);
    let as_is = Inputs {
        plan,
        reference,
        period,
        rows,
        doubts,
        lookups,
        verdict,
        history: &history,
        earlier: &[],
        as_of: None,
    };
    let cost = |inputs: Inputs<'_>| {
        let (began, before) = (Instant::now(), spent());
        std::mem::forget(compute(inputs).map_err(Stop::Unproven)?);
        Ok((spent() - before, began.elapsed().as_secs_f64()))
    };
    // What the first one finds cold is none of the difference.
    cost(as_is)?;
    let without = cost(Inputs { doubts: &[], verdict: &calm, ..as_is })?;
    let with = cost(as_is)?;
    Ok(format!("存疑（各表再算） {} {}\n", with.0 - without.0, with.1 - without.1))
}

/// How long each edition for leadership and the decisions workbook was written to, beside the others.
fn editions(written: &Written) -> String {
    let of = |(path, took): (&PathBuf, &Duration)| {
        let name = path.file_stem()?.to_str()?;
        let word = [Edition::Signed.word(), Edition::Working.word(), TopBook::Decisions.word()]
            .into_iter()
            .find(|w| name.ends_with(w))?;
        Some(format!("写{word} NaN {}\n", took.as_secs_f64()))
    };
    written.files.iter().zip(&written.took).filter_map(of).collect()
}

/// A whole run of the files in `folder`, kept beside them; a line a stage: its name, CPU and wall seconds. Behind them what
/// doubt, the decisions workbook and the two editions have in them.
///
/// # Errors
/// As a run.
pub fn stages(folder: &Path, out: &Path, threads: usize) -> Result<String, Stop> {
    let _ = rayon::ThreadPoolBuilder::new().num_threads(threads).build_global();
    let clock = StageClock(Mutex::default());
    clock.stage("准备定义和参照表");
    let limits = Limits::default();
    let reference = folder.join("reference");
    let prepared = Workspace::find(None)?.prepare("model-teams", Some(&reference), None, limits.allowance())?;
    let history = out.with_extension("history");
    let places = Places { out: Some(out), history: Some(&history), ..Places::default() };
    let finished = run::run(&prepared, &[folder.join("returns")], places, &limits, &clock)?;
    clock.stage("");
    let apart = doubt(&prepared, &finished.validated)? + &editions(&finished.written);
    std::mem::forget(finished);
    let begun = clock.0.into_inner().unwrap_or_else(PoisonError::into_inner);
    let line = |pair: &[(String, Instant, f64)]| match pair {
        [(name, at, cpu), (_, next_at, next_cpu)] => {
            format!("{name} {} {}\n", next_cpu - cpu, (*next_at - *at).as_secs_f64())
        }
        _ => String::new(),
    };
    Ok(begun.windows(2).map(line).collect::<String>() + &apart)
}
