//! What the monthly samples share: months, cells with their types, and a return around sheets. Nothing here knows a
//! pipeline's rules.

use super::form::{Record, Sheet, Status};
use super::roster::SampleUnit;
use super::sample::{Content, Returns, Sample};
use super::teams::folder;
use crate::model::Outcome;

/// A month of the Gregorian calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Month {
    pub year: i32,
    pub month: i32,
}

impl Month {
    pub const fn new(year: i32, month: i32) -> Month {
        Month { year, month }
    }

    /// `2026-03`: the folder of its returns.
    pub fn key(self) -> String {
        format!("{}-{:02}", self.year, self.month)
    }

    /// `2026-03`; `None` for anything else.
    pub fn parse(text: &str) -> Option<Month> {
        let (year, month) = text.split_once('-')?;
        let month = Month::new(year.parse().ok()?, month.parse().ok()?);
        ((2000..=2199).contains(&month.year) && (1..=12).contains(&month.month) && month.key() == text).then_some(month)
    }

    /// As 所属期 says it.
    pub fn title(self) -> String {
        format!("{}年{}月", self.year, self.month)
    }

    pub fn before(self) -> Month {
        if self.month == 1 { Month::new(self.year - 1, 12) } else { Month::new(self.year, self.month - 1) }
    }

    pub fn year_ago(self) -> Month {
        Month::new(self.year - 1, self.month)
    }

    /// A day of the month after, when the return is filed.
    pub fn filed(self, day: i32) -> String {
        let (year, month) = if self.month == 12 { (self.year + 1, 1) } else { (self.year, self.month + 1) };
        format!("{year}年{month}月{day}日")
    }

    /// A day of this month.
    pub fn day(self, day: i32) -> String {
        format!("{}-{:02}-{day:02}", self.year, self.month)
    }
}

/// A number, meant and typed plainly.
pub fn number(record: &mut Record, field: &'static str, clean: &str) {
    record.set(field, clean);
    record.raw.remove(field);
}

/// A whole number, meant and typed plainly.
pub fn whole(record: &mut Record, field: &'static str, value: i64) {
    number(record, field, &value.to_string());
}

/// A number in tenths as people write it: 125 → 12.5, 120 → 12.
pub fn tenths(value: i64) -> String {
    let (whole, rest) = (value / 10, (value % 10).abs());
    if rest == 0 { whole.to_string() } else { format!("{whole}.{rest}") }
}

/// A return in the month's folder.
pub fn returned(sender: &SampleUnit, month: Month, sheets: Vec<Sheet>) -> Sample {
    let path = format!("{}/{}/{}.xlsx", month.key(), folder(sender), sender.name);
    Sample::returned(path, &sender.code, sheets)
}

/// Another ending, with the file's kind.
pub fn saved_as(sample: &mut Sample, ending: &str, content: Content) {
    sample.path = format!("{}.{ending}", sample.path.trim_end_matches(".xlsx"));
    sample.content = content;
}

/// Says of a return what is odd; it is sent back where a row is blocked.
pub fn close(all: &mut Returns) {
    for sample in all.values_mut() {
        let blocked =
            sample.sheets.iter().flat_map(|sheet| &sheet.records).any(|record| record.status == Status::Blocked);
        if blocked && sample.outcome == Outcome::Accepted {
            sample.outcome = Outcome::Returned;
        }
    }
}
