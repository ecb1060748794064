//! How much room words and figures take, as Chinese fonts draw them.

use crate::model::stat_table::StatTable;
use crate::model::statistic::{RowKind, StatCell};

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
    let one = memchr::memchr(b'\n', text.as_bytes()).is_none();
    // No character takes more places than bytes.
    if one && text.len() as f64 <= room {
        return 1;
    }
    // Where a line breaks before a number or a closing mark, it stays shorter than its room.
    let broken = (room - 1.5).max(room * 0.9).max(1.0);
    let of = |line: &str| match (places(line) as f64 / room).ceil() as u32 {
        few @ 0..=3 => few.max(1),
        _ => (places(line) as f64 / broken).ceil() as u32,
    };
    if one { of(text) } else { text.split('\n').map(of).sum() }
}

/// What no line begins with, and what none ends with.
const CLOSING: &str = "。，、；：！？）》」』】”’…＊%,.;:!?)";
const OPENING: &str = "（《「『【“‘(";

/// A text with its lines broken as official papers break them, wherever one of this many half-width places is full: no line begins with
/// a closing mark, no number and no `附表3` is taken apart. Programs differ in this, and so in how many lines they make.
pub fn broken(text: &str, room: usize) -> String {
    let room = room.max(12);
    text.split('\n').map(|line| broken_line(line, room)).collect::<Vec<_>>().join("\n")
}

/// The same where the lines stand in the middle: as long as one another, so that no last line is of one or two characters.
pub fn evenly_broken(text: &str, room: usize) -> String {
    let most = broken(text, room).lines().count();
    let least = places(text).div_ceil(most.max(1));
    let rooms = (least.min(room)..room).map(|room| broken(text, room));
    rooms.into_iter().find(|lines| lines.lines().count() == most).unwrap_or_else(|| broken(text, room))
}

fn broken_line(line: &str, room: usize) -> String {
    if places(line) <= room {
        return line.to_owned();
    }
    let mut said = String::new();
    let mut used = 0;
    for piece in pieces(line) {
        let wide = places(piece);
        if used > 0 && used + wide > room {
            said.truncate(said.trim_end_matches(' ').len());
            said.push('\n');
            used = 0;
        }
        let piece = if used == 0 && !said.is_empty() { piece.trim_start_matches(' ') } else { piece };
        said.push_str(piece);
        used += places(piece);
    }
    said
}

/// The pieces of a line that stay whole.
fn pieces(line: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let (mut start, mut before) = (0, None::<char>);
    for (at, c) in line.char_indices() {
        let joined = before.is_none_or(|before| {
            CLOSING.contains(c)
                || OPENING.contains(before)
                || (before.is_ascii_graphic() && c.is_ascii_graphic())
                // Room to write in stays with what it is for, and a gap with what follows it.
                || before == '\u{3000}'
                || (before == '：' && c == '\u{3000}')
                // 附表5, 742＊ 件: a number stays with what names or measures it.
                || (c.is_ascii_digit() && line.get(..at).is_some_and(|said| said.ends_with("附表")))
                || (c == '表' && before == '附')
        });
        if !joined {
            pieces.push(line.get(start..at).unwrap_or_default());
            start = at;
        }
        before = Some(c);
    }
    pieces.push(line.get(start..).unwrap_or_default());
    pieces
}

/// The widest line of what a cell shows, in half-width places.
pub fn widest(cell: &StatCell) -> usize {
    let of = |text: &str| text.lines().map(places).max().unwrap_or(0);
    match cell {
        StatCell::Text(text) | StatCell::Alarm(text) => of(text),
        StatCell::Integer(value) => {
            let digits = value.unsigned_abs().checked_ilog10().unwrap_or(0) as usize + 1;
            usize::from(*value < 0) + digits + (digits - 1) / 3
        }
        state if let Some(word) = state.state() => of(word),
        // Most are no wider than the column's least.
        StatCell::Ratio { num, den } if (-99.9..999.9).contains(&percent(*num, *den)) => LEAST,
        StatCell::Points(points) if (-999.9..999.9).contains(points) => LEAST,
        other => of(&shown(other)),
    }
}

/// A growth may be of any size; a column is no narrower than for the whole.
const LEAST: usize = 6;

fn percent(num: i64, den: i64) -> f64 {
    num as f64 * 100.0 / den.max(1) as f64
}

/// What a cell shows, to measure it by.
pub fn shown(cell: &StatCell) -> String {
    match cell {
        StatCell::Text(text) | StatCell::Alarm(text) => text.clone(),
        StatCell::Integer(value) => grouped(&value.to_string()),
        StatCell::Number(value) => grouped(&format!("{value:.2}")),
        state if let Some(word) = state.state() => word.to_owned(),
        StatCell::Ratio { num, den } => {
            format!("{:>LEAST$}", grouped(&format!("{:.1}%", percent(*num, *den))))
        }
        StatCell::Points(points) => format!("{:>LEAST$}", format!("{points:+.1}")),
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
    match table.rows.ready()? {
        [] => Some("（无）"),
        [row] if row.kind == RowKind::Body && row.cells.len() > 1 => match row.cells.as_slice() {
            [StatCell::Text(words), rest @ ..] if rest.iter().all(|cell| *cell == StatCell::Empty) => Some(words),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_begins_with_a_closing_mark_or_in_the_middle_of_a_number() {
        let text =
            "3. 未达标的指标涉及合肥市煦庐热力有限公司（附表7）。本月职工提出合理化建议 1,742＊ 件，采纳率 61.3%＊。";
        for width in 24..60 {
            let lines = broken(text, width);
            for line in lines.lines() {
                let first = line.chars().next().expect("a line");
                assert!(!CLOSING.contains(first), "{width}: {lines}");
                assert!(!line.ends_with('（') && !line.ends_with("附表") && !line.ends_with("附"), "{width}: {lines}");
                assert!(places(line) <= width, "{width}: {line}");
            }
            assert_eq!(lines.replace([' ', '\n'], ""), text.replace(' ', ""), "nothing is lost");
        }
        assert_eq!(broken("短句。", 40), "短句。");
    }

    #[test]
    fn a_cell_is_as_wide_as_what_it_shows() {
        let mut cells = vec![StatCell::Empty, StatCell::NotReported, StatCell::Text("甲\n乙丙 d".to_owned())];
        for value in [0, 9, 10, 999, 1_000, 999_999, 1_000_000, i64::MAX] {
            for value in [value, -value] {
                cells.push(StatCell::Integer(value));
                cells.extend([0, 1, 3, 1_000].map(|den| StatCell::Ratio { num: value, den }));
                cells.extend([0.0, 0.04, 0.05, 0.06].map(|part| StatCell::Points(value as f64 - part)));
                cells.push(StatCell::Number(value as f64 / 3.0));
            }
        }
        cells.extend([f64::NAN, f64::INFINITY].map(StatCell::Points));
        // About the widest that the least takes.
        for num in [999_849, 999_850, 999_899, 999_900, 999_949, 999_950, -99_899, -99_900, -99_949, -99_950] {
            cells.push(StatCell::Ratio { num, den: 100_000 });
            cells.push(StatCell::Ratio { num: num * 10, den: 100_000 });
            cells.push(StatCell::Points(num as f64 / 1_000.0));
        }
        for cell in cells {
            let shown = shown(&cell).lines().map(places).max().unwrap_or(0);
            assert_eq!(widest(&cell), shown, "{cell:?}");
        }
        assert_eq!(widest(&StatCell::Integer(i64::MIN)), shown(&StatCell::Integer(i64::MIN)).len());
    }

    #[test]
    fn a_title_of_two_lines_has_lines_of_like_length() {
        let title = "附表3　2026年3月合理化建议实施件数排名（前十名，含并列共 11 个）";
        for room in 40..66 {
            let lines = evenly_broken(title, room);
            let wide: Vec<usize> = lines.lines().map(places).collect();
            assert_eq!(wide.len(), broken(title, room).lines().count(), "{lines}");
            assert!(wide.last().is_some_and(|last| *last > 14), "{room}: {lines}");
        }
        assert_eq!(evenly_broken("附表1　短", 40), "附表1　短");
    }
}
