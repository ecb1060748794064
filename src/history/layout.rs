//! Names inside a store: the files of a period's folder, and which folders are periods.

use crate::atomic::lock::LOCK;
use crate::domain::period::Period;
use crate::domain::schedule::Schedule;
use std::path::Path;

pub const HEAD: &str = "period.json";
pub const UNITS: &str = "units.json";
pub const FIGURES: &str = "figures.json";
pub const ISSUED: &str = "issued.json";
/// The figures as they were issued: `figures.json` is what the last run made of the period.
pub const ISSUED_FIGURES: &str = "issued-figures.json";
/// Lies here from before a run moves its results into place until the period is kept too: each of the two commits is
/// whole, and where this is left, they are not of one run.
pub const RESULTS_AHEAD: &str = "results-ahead";

/// Where a period that somebody removed is kept until the next run of its pipeline.
pub const REMOVED: &str = ".removed";

/// Periods that have a folder; folders of other names are none of ours.
pub fn periods(folder: &Path, schedule: &Schedule) -> Vec<Period> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()) && holds_something(&entry.path()))
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            schedule.parse(&name).filter(|period| period.key() == name && period.kind == schedule.kind)
        })
        .collect()
}

/// Whether a folder holds more than the lock of a run that came to nothing.
fn holds_something(folder: &Path) -> bool {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let own = |name: &std::ffi::OsStr| name == LOCK;
    // A folder that cannot be listed is not an empty one.
    std::fs::read_dir(folder).is_err() || entries.into_iter().any(|entry| !own(&entry.file_name()))
}
