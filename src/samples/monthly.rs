//! What the monthly samples share: months, cells with their types, and a return around sheets. Nothing here knows a
//! pipeline's rules.

use super::form::{Column, Header, Record, Sheet, Status};
use super::roster::Unit;
use super::sample::{Content, Outcome, Sample};
use super::sheet::{Value, serial};
use super::teams::folder;
use std::collections::BTreeMap;

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

/// A record of a unit that counts under `recommender`.
pub fn record(recommender: &str) -> Record {
    Record {
        unit: recommender.to_string(),
        clean: BTreeMap::new(),
        raw: BTreeMap::new(),
        status: Status::Accepted,
        findings: vec![],
    }
}

/// A number, meant and typed.
pub fn number(record: &mut Record, field: &'static str, clean: &str) {
    record.set(field, clean);
    match clean.parse() {
        Ok(value) => record.raw.insert(field, Value::Number(value)),
        Err(_) => record.raw.remove(field),
    };
}

/// A whole number, meant and typed.
pub fn whole(record: &mut Record, field: &'static str, value: i64) {
    number(record, field, &value.to_string());
}

/// A day (`2026-03-05`), meant and typed as a date; nothing where it is empty.
pub fn day(record: &mut Record, field: &'static str, clean: &str) {
    record.set(field, clean);
    let parts: Vec<i32> = clean.split('-').filter_map(|part| part.parse().ok()).collect();
    if let [y, m, d] = parts[..] {
        record.raw.insert(field, Value::Date(serial(y, m, d)));
    }
}

/// A number in tenths as people write it: 125 → 12.5, 120 → 12.
pub fn tenths(value: i64) -> String {
    let (whole, rest) = (value / 10, (value % 10).abs());
    if rest == 0 { whole.to_string() } else { format!("{whole}.{rest}") }
}

/// A sheet with the frame of the notice.
pub fn sheet(
    form: &'static str,
    title: &str,
    sender: &Unit,
    month: Month,
    columns: Vec<Column>,
    records: Vec<Record>,
) -> Sheet {
    Sheet {
        name: title.to_string(),
        form,
        annex: String::new(),
        title: title.to_string(),
        unit: sender.name.clone(),
        period: month.title(),
        columns,
        header: Header::Two,
        notation: false,
        records,
        between: vec![],
        merge_down: vec![],
        filed: month.filed(3),
        remarks: vec![],
        hidden: false,
    }
}

/// A return in the month's folder.
pub fn returned(sender: &Unit, month: Month, sheets: Vec<Sheet>) -> Sample {
    Sample {
        path: format!("{}/{}/{}.xlsx", month.key(), folder(sender), sender.name),
        outcome: Outcome::Accepted,
        sender: sender.code.clone(),
        odd: String::new(),
        before: vec![],
        sheets,
        content: Content::Xlsx,
    }
}

/// Another ending, with the file's kind.
pub fn saved_as(sample: &mut Sample, ending: &str, content: Content) {
    sample.path = format!("{}.{ending}", sample.path.trim_end_matches(".xlsx"));
    sample.content = content;
}

/// Says of a return what is odd; it is sent back where a row is blocked.
pub fn close(all: &mut BTreeMap<String, Sample>) {
    for sample in all.values_mut() {
        let blocked =
            sample.sheets.iter().flat_map(|sheet| &sheet.records).any(|record| record.status == Status::Blocked);
        if blocked && sample.outcome == Outcome::Accepted {
            sample.outcome = Outcome::Returned;
        }
    }
}
