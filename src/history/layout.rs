//! Names inside a store: the files of a period's folder, and which folders are periods.

use crate::domain::period::Period;
use crate::domain::schedule::Schedule;
use std::path::Path;

pub const HEAD: &str = "period.json";
pub const UNITS: &str = "units.json";
pub const FIGURES: &str = "figures.json";
pub const ISSUED: &str = "issued.json";

/// Periods that have a folder; folders of other names are none of ours.
pub fn periods(folder: &Path, schedule: &Schedule) -> Vec<Period> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            schedule.parse(&name).filter(|period| period.key() == name && period.kind == schedule.kind)
        })
        .collect()
}
