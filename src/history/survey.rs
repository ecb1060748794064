//! What a history folder holds, period by period, without reading any rows: for the list of periods.

use super::folder::PeriodFolder;
use super::head::{PeriodHead, Unusable};
use super::issue::Issued;
use super::layout::{REMOVED, periods};
use super::stored::read_head;
use crate::atomic::lock::LOCK;
use crate::definition::Plan;
use crate::domain::period::Period;
use std::path::Path;

/// One stored period. What cannot be read is said in its place.
#[derive(Debug, Clone, PartialEq)]
pub struct SurveyedPeriod {
    pub period: Period,
    pub head: Result<PeriodHead, Unusable>,
    pub issued: Result<Option<Issued>, Unusable>,
    /// Whether every file that the head names has the size it should have.
    pub whole: bool,
    /// A write that did not come to its end lies there; what is read is what was there before it.
    pub halfway: bool,
    /// A run wrote its results and did not come to keep them here.
    pub results_ahead: bool,
}

/// One pipeline's part of a history.
#[derive(Debug, Clone, PartialEq)]
pub struct StoreSurvey {
    /// In the order of time.
    pub periods: Vec<SurveyedPeriod>,
    /// Periods between the first and the last one that have no folder.
    pub gaps: Vec<Period>,
    /// Entries that are no period of this pipeline.
    pub strangers: Vec<String>,
}

/// Surveys `<root>/<pipeline>`.
pub fn survey(root: &Path, plan: &Plan) -> StoreSurvey {
    let folder = root.join(&plan.name);
    let mut stored = periods(&folder, &plan.schedule);
    stored.sort();
    let keys: Vec<String> = stored.iter().map(Period::key).collect();
    let entries = std::fs::read_dir(&folder).into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut strangers: Vec<String> =
        names.filter(|name| name != REMOVED && !keys.contains(name) && !is_empty_period(&folder, name, plan)).collect();
    strangers.sort();
    let gaps = gaps(&stored, plan);
    let periods = stored
        .into_iter()
        .map(|period| {
            let folder = PeriodFolder::open(&folder.join(period.key()));
            let head = folder.as_ref().map_err(Unusable::clone).and_then(|f| read_head(f, &plan.name, &period));
            let issued = folder.as_ref().map_err(Unusable::clone).and_then(Issued::of);
            let (whole, halfway, results_ahead) = folder.map_or((false, false, false), |folder| {
                let whole = head.as_ref().is_ok_and(|head| is_whole(&folder, head));
                (whole, folder.is_halfway(), folder.results_ahead())
            });
            SurveyedPeriod { period, head, issued, whole, halfway, results_ahead }
        })
        .collect();
    StoreSurvey { periods, gaps, strangers }
}

/// A period's folder that a run made and left without keeping anything: no stranger.
fn is_empty_period(folder: &Path, name: &str, plan: &Plan) -> bool {
    let entries = std::fs::read_dir(folder.join(name)).ok();
    let is_lock = |entry: std::io::Result<std::fs::DirEntry>| entry.is_ok_and(|entry| entry.file_name() == LOCK);
    plan.schedule.parse(name).is_some_and(|period| period.key() == name)
        && entries.is_some_and(|mut all| all.all(is_lock))
}

fn is_whole(folder: &PeriodFolder, head: &PeriodHead) -> bool {
    head.files().all(|part| folder.has(part))
}

/// Periods that are reported and lie between stored ones without being stored.
fn gaps(stored: &[Period], plan: &Plan) -> Vec<Period> {
    let (Some(first), Some(last)) = (stored.first(), stored.last()) else { return Vec::new() };
    let all = std::iter::successors(Some(first.clone()), Period::next).take_while(|period| period < last);
    all.filter(|period| plan.schedule.reports(period) && !stored.contains(period)).collect()
}
