//! How much room words and figures take, as Chinese fonts draw them.

use crate::model::statistic::{RowKind, StatCell, StatTable};

/// Width of a line in half-width places, as Chinese fonts draw it.
pub fn places(line: &str) -> usize {
    line.chars().map(|c| if (c as u32) < 0x2000 && !matches!(c, '×' | '÷' | '±' | '·' | '°') { 1 } else { 2 }).sum()
}

/// Width of a column that holds so many half-width places of 11-point type.
pub fn width(places: usize) -> f64 {
    places as f64 * 1.06 + 1.6
}

/// How many lines a text takes in a column of this width (in Excel's units), at this font size.
pub fn lines(text: &str, width: f64, size: f64) -> u32 {
    let room = ((width - 1.0) / 1.06 * 11.0 / size).max(1.0);
    text.split('\n').map(|line| ((places(line) as f64 / room).ceil() as u32).max(1)).sum()
}
/// What a cell shows, to measure it by.
pub fn shown(cell: &StatCell) -> String {
    match cell {
        StatCell::Text(text) | StatCell::Alarm(text) => text.clone(),
        StatCell::Integer(value) => grouped(&value.to_string()),
        StatCell::Number(value) => grouped(&format!("{value:.2}")),
        state if let Some(word) = state.state() => word.to_owned(),
        StatCell::Ratio { .. } => "100.0%".to_owned(),
        StatCell::Points(_) => "+100.0".to_owned(),
        StatCell::Date(_) => "2026-12-31".to_owned(),
        StatCell::Month(_) => "2026年12月".to_owned(),
        _ => String::new(),
    }
}

fn grouped(digits: &str) -> String {
    let whole = digits.split('.').next().unwrap_or(digits).trim_start_matches('-').len();
    format!("{digits}{}", ",".repeat(whole.saturating_sub(1) / 3))
}

/// The words of a table that has nothing to show.
pub fn single_message(table: &StatTable) -> Option<&str> {
    match table.rows.as_slice() {
        [] => Some("（无）"),
        [row] if row.kind == RowKind::Body && row.cells.len() > 1 => match row.cells.as_slice() {
            [StatCell::Text(words), rest @ ..] if rest.iter().all(|cell| *cell == StatCell::Empty) => Some(words),
            _ => None,
        },
        _ => None,
    }
}
