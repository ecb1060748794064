//! The periods that the quarterly samples cover: the same quarter a year before, then three in a row, the last of which
//! is the one that ships as the sample's own and in which everything odd happens.

use super::form::Sheet;
use super::roster::SampleUnit;
use super::sample::Sample;
use super::teams::folder;

/// A reporting period of the samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quarter {
    /// Names its folder.
    pub key: &'static str,
    /// As returns write it.
    pub title: &'static str,
    pub filed: &'static str,
    pub year: i32,
    /// First and last month.
    pub months: (i32, i32),
}

pub const QUARTERS: [Quarter; 4] = [
    Quarter { key: "2025Q3", title: "2025年第3季度", filed: "2025年10月13日", year: 2025, months: (7, 9) },
    Quarter { key: "2026Q1", title: "2026年第1季度", filed: "2026年4月9日", year: 2026, months: (1, 3) },
    Quarter { key: "2026Q2", title: "2026年第2季度", filed: "2026年7月9日", year: 2026, months: (4, 6) },
    Quarter { key: "2026Q3", title: "2026年第3季度", filed: "2026年10月12日", year: 2026, months: (7, 9) },
];

/// The sample's own period.
pub const MAIN: usize = 3;

impl Quarter {
    /// The file of a unit's return.
    pub fn sample(&self, sender: &SampleUnit, sheet: Sheet) -> Sample {
        let path = format!("{}/{}/{}.xlsx", self.key, folder(sender), sender.name);
        Sample::returned(path, &sender.code, vec![sheet])
    }
}
