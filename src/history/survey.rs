//! What a history folder holds, period by period, without reading any rows: for the list of periods.

use super::head::{PeriodHead, Unusable};
use super::issue::Issued;
use super::layout::periods;
use super::stored::read_head;
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
    let mut strangers: Vec<String> = names.filter(|name| !keys.contains(name)).collect();
    strangers.sort();
    let gaps = gaps(&stored, plan);
    let periods = stored
        .into_iter()
        .map(|period| {
            let folder = folder.join(period.key());
            let head = read_head(&folder, &plan.name, &period);
            let issued = Issued::read(&folder);
            let whole = head.as_ref().is_ok_and(|head| is_whole(&folder, head));
            SurveyedPeriod { period, head, issued, whole }
        })
        .collect();
    StoreSurvey { periods, gaps, strangers }
}

fn is_whole(folder: &Path, head: &PeriodHead) -> bool {
    let rows = head.forms.iter().flat_map(|form| [Some(&form.part), form.not_counted.as_ref().map(|(_, part)| part)]);
    let mut parts = rows.flatten().chain([&head.units, &head.figures]).chain(&head.accounts);
    parts.all(|part| std::fs::metadata(folder.join(&part.file)).is_ok_and(|file| file.len() == part.size))
}

/// Periods that are reported and lie between stored ones without being stored.
fn gaps(stored: &[Period], plan: &Plan) -> Vec<Period> {
    let (Some(first), Some(last)) = (stored.first(), stored.last()) else { return Vec::new() };
    let all = std::iter::successors(Some(first.clone()), Period::next).take_while(|period| period < last);
    all.filter(|period| plan.schedule.reports(period) && !stored.contains(period)).collect()
}
