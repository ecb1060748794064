//! What every reader does with one cell: its place on the grid, its number, its error word, and the order of all.

use crate::model::cell::{CellDoubt, ERROR_WORDS};
use crate::model::{CellRef, Merge, RawSheet, RawValue};
use chrono::{NaiveDate, NaiveDateTime, TimeDelta};
use std::borrow::Cow;

pub const LAST_ROW: u32 = 1_048_575;
pub const LAST_COL: u16 = 16_383;

/// 0-based place, if it lies on the grid.
pub fn checked(row: u32, col: u32) -> Option<CellRef> {
    let col = u16::try_from(col).ok().filter(|col| *col <= LAST_COL)?;
    (row <= LAST_ROW).then_some(CellRef { row, col })
}

/// The place that an A1 reference names (`$` and lower case accepted); `None` off the grid.
#[inline]
pub fn place(reference: &str) -> Option<CellRef> {
    let (mut row, mut col, mut digits) = (0u32, 0u32, false);
    for byte in reference.bytes() {
        match byte {
            b'0'..=b'9' if col > 0 => {
                digits = true;
                row = row.checked_mul(10)?.checked_add(u32::from(byte - b'0'))?;
            }
            b'A'..=b'Z' | b'a'..=b'z' if !digits => {
                col = col.checked_mul(26)?.checked_add(u32::from(byte.to_ascii_uppercase() - b'A') + 1)?;
            }
            b'$' => {}
            _ => return None,
        }
    }
    checked(row.checked_sub(1)?, col.checked_sub(1)?)
}

/// A merged region by two of its corners; some writers name the last one first.
pub fn merge(one: CellRef, other: CellRef) -> Merge {
    Merge {
        first: CellRef { row: one.row.min(other.row), col: one.col.min(other.col) },
        last: CellRef { row: one.row.max(other.row), col: one.col.max(other.col) },
    }
}

/// Days between the 1900 and 1904 systems.
const EPOCH_1904: f64 = 1462.0;

/// A number as a cell, finite or doubtful. `date`: its format shows a date or time; `shift`: it counts from 1904.
/// Times of day (below 1) are the same in both systems.
pub fn number(number: f64, date: bool, shift: bool) -> RawValue {
    match (number.is_finite(), date) {
        (false, _) => RawValue::Unreadable(CellDoubt::NotFinite),
        (true, false) => RawValue::Number(number),
        (true, true) if shift && number >= 1.0 => RawValue::DateSerial(number + EPOCH_1904),
        (true, true) => RawValue::DateSerial(number),
    }
}

/// A number that its format shows as a percentage, finite or doubtful.
pub fn percent(number: f64) -> RawValue {
    if number.is_finite() { RawValue::Percent(number) } else { RawValue::Unreadable(CellDoubt::NotFinite) }
}

/// An error word as a cell; one that Excel added later is the last of the list.
pub fn error(word: &str) -> RawValue {
    let index = ERROR_WORDS.iter().position(|known| known.eq_ignore_ascii_case(word)).unwrap_or(ERROR_WORDS.len() - 1);
    RawValue::Error(index as u8)
}

/// China's time is eight hours ahead of UTC.
const CHINA: i64 = 8 * 3600;

/// The 1900 serial of an ISO date, date-time or time of day (`2024-02-29`, `2024-02-29T08:00`, `2024-02-28T16:00:00Z`);
/// a moment that names its zone is told in China's time.
pub fn iso_serial(text: &str) -> Option<f64> {
    let (text, zone) = split_zone(text);
    let moment = |text: &str| {
        let with_seconds = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f");
        with_seconds.or_else(|_| NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M")).ok()
    };
    let midnight = |text: &str| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0);
    let at = match zone {
        Some(ahead) => moment(text)?.checked_add_signed(TimeDelta::seconds(CHINA - ahead))?,
        None => moment(text).or_else(|| midnight(text))?,
    };
    let epoch = NaiveDate::from_ymd_opt(1899, 12, 30)?.and_hms_opt(0, 0, 0)?;
    let seconds = (at - epoch).num_milliseconds() as f64 / 1000.0;
    let serial = seconds / 86400.0;
    // Excel counts a 29 February 1900 that never was: serials below 61 are one less.
    Some(if serial < 61.0 { serial - 1.0 } else { serial }).filter(|serial| *serial >= 0.0)
}

/// A moment without its zone, and how many seconds that is ahead of UTC.
fn split_zone(text: &str) -> (&str, Option<i64>) {
    if let Some(rest) = text.strip_suffix(['Z', 'z']) {
        return (rest, Some(0));
    }
    let Some(at) = text.len().checked_sub(6).filter(|at| text.is_char_boundary(*at) && text.contains('T')) else {
        return (text, None);
    };
    let (rest, zone) = text.split_at(at);
    let ahead = |zone: &str| {
        let (hours, minutes) = zone.split_once(':')?;
        let (hours, minutes): (i64, i64) = (hours.parse().ok()?, minutes.parse().ok()?);
        (hours <= 14 && minutes < 60).then_some(hours * 3600 + minutes * 60)
    };
    match (zone.strip_prefix('+').and_then(ahead), zone.strip_prefix('-').and_then(ahead)) {
        (Some(ahead), _) => (rest, Some(ahead)),
        (_, Some(behind)) => (rest, Some(-behind)),
        _ => (text, None),
    }
}

/// Puts cells in order and makes places unique: where a file gives one place two different values, which one holds is
/// not certain.
pub fn settle(sheet: &mut RawSheet) {
    if !sheet.sights.is_sorted_by(|a, b| (a.at, a.how) < (b.at, b.how)) {
        sheet.sights.sort_by_key(|sight| (sight.at, sight.how));
        sheet.sights.dedup_by_key(|sight| (sight.at, sight.how));
    }
    if sheet.cells.is_sorted_by(|a, b| a.at < b.at) {
        return;
    }
    sheet.cells.sort_by_key(|cell| cell.at);
    let arena = std::mem::take(&mut sheet.arena);
    let text = |value: RawValue| match value {
        RawValue::Text { start, len } => arena.get(start as usize..(start + len) as usize),
        _ => None,
    };
    sheet.cells.dedup_by(|later, kept| {
        if later.at != kept.at {
            return false;
        }
        let same = later.value == kept.value || (text(later.value).is_some() && text(later.value) == text(kept.value));
        if !same {
            kept.value = RawValue::Unreadable(CellDoubt::UnknownKind);
        }
        true
    });
    sheet.arena = arena;
}

/// The text that `="…"` holds, as exports shield texts that Excel would turn into numbers; any other text as it is.
pub fn unshielded(text: &str) -> Cow<'_, str> {
    let inner = text.trim().strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"'));
    match inner {
        Some(inner) if !inner.contains('"') => Cow::Borrowed(inner),
        Some(inner) if !inner.replace("\"\"", "").contains('"') => Cow::Owned(inner.replace("\"\"", "\"")),
        _ => Cow::Borrowed(text),
    }
}

/// A text cell, unless there is no text: Excel shows nothing there.
pub fn push_nonempty(sheet: &mut RawSheet, at: CellRef, text: &str) {
    if !text.is_empty() {
        sheet.push_text(at, text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_lie_on_the_grid_or_nowhere() {
        assert_eq!(place("G7"), Some(CellRef { row: 6, col: 6 }));
        assert_eq!(place("$a$1"), Some(CellRef { row: 0, col: 0 }));
        assert_eq!(place("XFD1048576"), Some(CellRef { row: LAST_ROW, col: LAST_COL }));
        for wrong in ["XFE1", "A1048577", "A0", "1", "A", "", "AAAAAAAAAA99999999999", "A1B"] {
            assert_eq!(place(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn serials() {
        assert_eq!(iso_serial("2024-02-29T12:00:00"), Some(45351.5));
        assert_eq!(iso_serial("1900-01-01"), Some(1.0));
        assert_eq!(iso_serial("2024-02-29T12:00"), Some(45351.5));
        assert_eq!(iso_serial("2024-02-28T16:00:00.000Z"), Some(45351.0), "midnight in China");
        assert_eq!(iso_serial("2024-02-29T00:00:00+08:00"), Some(45351.0));
        assert_eq!(iso_serial("2024-02-28T20:00:00-04:00"), Some(45351.0 + 8.0 / 24.0));
        for wrong in ["2024-02-29Z", "2024-02-29T08", "2024-02-29T08:00:00+99:00", "第一T：+08:00"] {
            assert_eq!(iso_serial(wrong), None, "{wrong}");
        }
        assert_eq!(number(0.5, true, true), RawValue::DateSerial(0.5));
        assert_eq!(number(0.0 + 1.0, true, true), RawValue::DateSerial(1463.0));
        assert_eq!(number(f64::INFINITY, false, false), RawValue::Unreadable(CellDoubt::NotFinite));
        assert_eq!(error("#SPILL!"), RawValue::Error(8));
    }

    #[test]
    fn one_place_with_two_values_is_doubtful() {
        let mut sheet = RawSheet::default();
        let (a, b) = (CellRef { row: 2, col: 0 }, CellRef { row: 0, col: 0 });
        sheet.push(a, RawValue::Number(1.0));
        sheet.push_text(b, "x");
        sheet.push(a, RawValue::Number(77.0));
        sheet.push_text(b, "x");
        settle(&mut sheet);
        let values: Vec<RawValue> = sheet.cells.iter().map(|cell| cell.value).collect();
        assert_eq!(values, [RawValue::Text { start: 0, len: 1 }, RawValue::Unreadable(CellDoubt::UnknownKind)]);
    }
}
