//! Which of several pipelines a file answers: read once, understood by every definition, judged by the one that it fits.

use super::collect::{arrive, discover};
use super::own_results;
use super::prepare::Prepared;
use super::stop::Stop;
use super::watch::Watch;
use crate::definition::Plan;
use crate::history::History;
use crate::ingest::{self, Delivery, Limits};
use crate::model::decision::Decisions;
use crate::model::normalised::NormalisedReturn;
use crate::model::outcome::ReadOutcome;
use crate::model::{RawWorkbook, SourceFile};
use crate::normalise::{Assignment, Normaliser};
use crate::text::names::header_key;
use crate::validate::arrived::{Arrival, Arrived};
use crate::validate::yardstick::Yardstick;
use crate::validate::{self, Validated};
use rayon::prelude::*;
use std::cmp::Reverse;
use std::path::PathBuf;

/// What one pipeline has to say of the files that are its own. The verdict accounts for all files, those of other
/// pipelines as unrecognised.
#[derive(Debug)]
pub struct Answered<'p> {
    pub ready: &'p Prepared,
    pub validated: Validated,
    /// Per file, in the verdict's order: whether it is judged here. Every file is judged somewhere.
    pub own: Vec<bool>,
    /// Files that fit another pipeline just as well, with its title: judged there too.
    pub doubtful: Vec<(usize, String)>,
}

/// How well a workbook fits a definition; the greatest fits best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Fit {
    /// A title of the workbook is a form's.
    titled: bool,
    lacking: Reverse<usize>,
    bound: usize,
    strange: Reverse<usize>,
}

/// One file, seen by all pipelines.
enum Seen {
    /// The pipelines that it fits best, as one of them sees it each.
    Fits(Vec<(usize, Arrived)>),
    /// No return of any: as each pipeline sees it, and which comes nearest, if one comes near.
    Stranger { nearest: Option<usize>, by_all: Vec<Arrived> },
}

/// So many bytes of files are kept as they were read: a unit's own returns are, a province's are read again.
const KEPT: u64 = 4 << 20;

/// The files of a check, and what was read in them where it is little.
#[derive(Debug)]
pub struct Received {
    files: Vec<SourceFile>,
    read: Option<Vec<Delivery>>,
}

impl Received {
    /// Finds all files of the paths given, and reads them if they are few.
    ///
    /// # Errors
    /// As [`super::collect::collect`].
    pub fn find(returns: &[PathBuf], limits: &Limits, watch: &dyn Watch) -> Result<Received, Stop> {
        let files = discover(returns, limits, watch)?.files;
        let few = files.iter().map(|file| file.size).sum::<u64>() <= KEPT;
        let read = few.then(|| ingest::read_all(&files, limits, |_, delivery| delivery)).transpose();
        Ok(Received { read: read.map_err(Stop::Input)?, files })
    }

    /// Hands each file to `take`, whether it was read before or is read now.
    fn each<T: Send>(
        &self,
        limits: &Limits,
        take: impl Fn(&SourceFile, &Delivery) -> T + Sync,
    ) -> Result<Vec<T>, Stop> {
        match &self.read {
            Some(read) => Ok(self.files.par_iter().zip(read).map(|(file, delivery)| take(file, delivery)).collect()),
            None => {
                let take = |file: &SourceFile, delivery: Delivery| take(file, &delivery);
                ingest::read_all(&self.files, limits, take).map_err(Stop::Input)
            }
        }
    }
}

/// Judges each file by the pipeline that it answers; without any history, since whoever sends a return has none.
///
/// # Errors
/// As [`super::collect::collect`].
pub fn recognise<'p>(
    prepared: &'p [Prepared],
    received: &Received,
    limits: &Limits,
    watch: &dyn Watch,
) -> Result<Vec<Answered<'p>>, Stop> {
    let frame = |ready: &'p Prepared| Assignment {
        plan: &ready.plan,
        reference: &ready.reference,
        period: &ready.period,
        confirmed: false,
    };
    let normalisers = prepared.par_iter().with_max_len(1).map(|ready| Normaliser::new(frame(ready)));
    let normalisers: Vec<Normaliser<'_>> = normalisers.collect();
    let own = own_results::find(&received.files);
    let seen = received.each(limits, |source, delivery| {
        let by_all = normalisers.par_iter().with_max_len(1).map(|normaliser| {
            let mut arrived = arrive(normaliser, source, delivery, limits);
            own_results::ignore(&own, &mut arrived);
            arrived
        });
        let workbook = match &delivery.read {
            ReadOutcome::Workbook(workbook) => Some(workbook),
            _ => None,
        };
        let seen = sort(prepared, workbook, by_all.collect());
        watch.file_done(match &seen {
            Seen::Fits(best) => best.iter().map(|(_, arrived)| findings(arrived)).sum(),
            Seen::Stranger { by_all, .. } => by_all.first().map_or(0, findings),
        });
        seen
    })?;
    watch.stage("核对数据");
    judge(prepared, &received.files, seen)
}

fn findings(arrived: &Arrived) -> usize {
    arrived.arrival.findings()
}

fn sort(prepared: &[Prepared], workbook: Option<&RawWorkbook>, by_all: Vec<Arrived>) -> Seen {
    let fit = |ready: &Prepared, arrived: &Arrived| match (&arrived.arrival, workbook) {
        (Arrival::Return(returned), Some(workbook)) => Some(fit(&ready.plan, workbook, returned)),
        _ => None,
    };
    let fits: Vec<Option<Fit>> = prepared.iter().zip(&by_all).map(|(ready, arrived)| fit(ready, arrived)).collect();
    let Some(best) = fits.iter().flatten().max().copied() else {
        let near =
            |arrived: &Arrived| arrived.near_misses.iter().map(|near| (near.bound, Reverse(near.missing.len()))).max();
        let nearest = by_all.iter().enumerate().filter_map(|(at, arrived)| Some((near(arrived)?, Reverse(at)))).max();
        return Seen::Stranger { nearest: nearest.map(|(_, Reverse(at))| at), by_all };
    };
    let best = by_all.into_iter().enumerate().zip(fits).filter(|(_, fit)| *fit == Some(best)).map(|(seen, _)| seen);
    Seen::Fits(best.collect())
}

/// How well the tables of a return fit the forms that they were read as.
fn fit(plan: &Plan, workbook: &RawWorkbook, returned: &NormalisedReturn) -> Fit {
    let mut fit = Fit { titled: false, lacking: Reverse(0), bound: 0, strange: Reverse(0) };
    for binding in &returned.bindings {
        let (Some(form), Some(sheet)) =
            (plan.forms.get(usize::from(binding.form)), workbook.sheets.get(usize::from(binding.sheet)))
        else {
            continue;
        };
        let title = header_key(&form.title);
        let above = sheet.cells.iter().take_while(|cell| binding.across || cell.at.row < binding.header.0);
        let mut said = above.map(|cell| sheet.text(cell.value)).chain([sheet.name.as_str()]);
        fit.titled |= said.any(|text| header_key(text).contains(&title));
        for (field, column) in form.fields.iter().zip(&binding.columns) {
            fit.bound += usize::from(column.is_some());
            fit.lacking.0 += usize::from(column.is_none() && field.required && field.absent.is_none());
        }
        fit.strange.0 += binding.extra.len();
    }
    fit
}

/// Validates every pipeline that has a return, each file in the one that it answers; what answers none goes where it
/// comes nearest, else to the first.
fn judge<'p>(prepared: &'p [Prepared], files: &[SourceFile], seen: Vec<Seen>) -> Result<Vec<Answered<'p>>, Stop> {
    let fits = |at: usize| {
        seen.iter().any(|file| matches!(file, Seen::Fits(best) if best.iter().any(|(pipeline, _)| *pipeline == at)))
    };
    let mut judges: Vec<usize> = (0..prepared.len()).filter(|at| fits(*at)).collect();
    if judges.is_empty() {
        let near = seen.iter().find_map(|file| match file {
            Seen::Stranger { nearest, .. } => *nearest,
            Seen::Fits(_) => None,
        });
        judges.push(near.unwrap_or(0));
    }
    let mut lots: Vec<Vec<Arrived>> = judges.iter().map(|_| Vec::with_capacity(files.len())).collect();
    let mut own: Vec<Vec<bool>> = judges.iter().map(|_| Vec::with_capacity(files.len())).collect();
    let mut doubtful: Vec<Vec<(usize, String)>> = judges.iter().map(|_| Vec::new()).collect();
    for (position, file) in seen.into_iter().enumerate() {
        let (answers, other): (Vec<usize>, Arrived) = match &file {
            Seen::Fits(best) => {
                let Some((first, arrived)) = best.first() else { continue };
                let title = prepared.get(*first).map_or("", |ready| ready.plan.title.as_str());
                (best.iter().map(|(at, _)| *at).collect(), strange(arrived, format!("是“{title}”的报表")))
            }
            Seen::Stranger { nearest, by_all } => {
                let at = nearest.filter(|at| judges.contains(at)).or(judges.first().copied()).unwrap_or(0);
                let Some(arrived) = by_all.get(at) else { continue };
                (vec![at], strange(arrived, String::new()))
            }
        };
        let mut mine: Vec<(usize, Arrived)> = match file {
            Seen::Fits(best) => best,
            Seen::Stranger { by_all, .. } => by_all.into_iter().enumerate().collect(),
        };
        for (lot, at) in judges.iter().enumerate() {
            let is_own = answers.contains(at);
            own[lot].push(is_own);
            let arrived = mine.iter().position(|(pipeline, _)| is_own && pipeline == at).map(|n| mine.swap_remove(n).1);
            lots[lot].push(arrived.unwrap_or_else(|| other.clone()));
            let others = answers.iter().filter(|other| is_own && *other != at);
            doubtful[lot].extend(others.filter_map(|at| Some((position, prepared.get(*at)?.plan.title.clone()))));
        }
    }
    let mut answered = Vec::with_capacity(judges.len());
    for (((at, arrived), own), doubtful) in judges.into_iter().zip(lots).zip(own).zip(doubtful) {
        let Some(ready) = prepared.get(at) else { continue };
        let Prepared { plan, reference, period, .. } = ready;
        // A unit has no other periods at hand, and its return is judged by itself.
        let history = History::open(None, plan, reference, period);
        let validated = validate::validate(
            Yardstick { plan, reference, period, history: &history, decisions: &Decisions::default() },
            arrived,
        );
        validate::accounting::prove(&validated.verdict).map_err(Stop::Unproven)?;
        answered.push(Answered { ready, validated, own, doubtful });
    }
    Ok(answered)
}

/// A file as a pipeline sees it that it does not answer.
fn strange(arrived: &Arrived, cause: String) -> Arrived {
    Arrived {
        source: arrived.source.clone(),
        sha256: arrived.sha256,
        size: arrived.size,
        format: arrived.format,
        arrival: Arrival::Unrecognised(cause),
        near_misses: Vec::new(),
        named_unit: None,
        left_out: None,
    }
}
