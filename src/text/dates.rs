//! Dates as people type them.

use crate::domain::period::{civil, day};

/// A complete and unmistakable date: `2026-03-05`, `2026/3/5`, `2026.3.5`, `2026年3月5日`, `20260305`,
/// full-width digits included. Days since 1970-01-01; `None` for anything else.
pub fn parse_day(text: &str) -> Option<i32> {
    let text = super::width::narrow(text);
    let text = text.trim();
    if text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit()) {
        return day(text[..4].parse().ok()?, text[4..6].parse().ok()?, text[6..].parse().ok()?);
    }
    let text = text.strip_suffix('日').or_else(|| text.strip_suffix('号')).unwrap_or(text);
    let parts: Vec<&str> = text.split(['-', '/', '.', '年', '月']).map(str::trim).collect();
    let [year, month, dom] = parts.as_slice() else { return None };
    let digits = |s: &str, most: usize| !s.is_empty() && s.len() <= most && s.bytes().all(|b| b.is_ascii_digit());
    if year.len() != 4 || !digits(year, 4) || !digits(month, 2) || !digits(dom, 2) {
        return None;
    }
    day(year.parse().ok()?, month.parse().ok()?, dom.parse().ok()?)
}

/// What a text says about a day, and how much of it is certain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateReading {
    /// A full date; days since 1970-01-01.
    Day(i32),
    /// Year and month; the day number of the month's first day.
    Month(i32),
    /// `1980.1`: January, or October whose zero a spreadsheet dropped; the year.
    JanuaryOrOctober(i32),
    /// `26年3月5日`: year (0–99), month, day (0 where only the month is given).
    ShortYear(u32, u32, u32),
    /// `3月5日`.
    NoYear,
    Year(i32),
    /// Shaped like a date, but there is no such day (2026-02-30).
    Impossible,
    NotADate,
}

/// Reads every usual shape without inventing a part of it.
pub fn read(text: &str) -> DateReading {
    if let Some(reading) = iso(text.as_bytes()) {
        return reading;
    }
    let plain: String =
        text.chars().filter(|c| !super::width::is_invisible(*c)).map(super::width::narrow_char).collect();
    let mut plain = plain.trim().trim_start_matches('\'').to_owned();
    // A time behind the date says nothing about the day, unless it names another zone than ours.
    let mut later = 0;
    if let Some((date, time)) = plain.split_once([' ', 'T'])
        && time.contains(':')
        && time.chars().all(|c| c.is_ascii_digit() || ":.+-Z ".contains(c))
    {
        later = days_later_in_china(time);
        plain = date.to_owned();
    }
    plain = without_weekday(&plain).to_owned();
    plain = if is_spaced(&plain) {
        plain.split_whitespace().collect::<Vec<_>>().join("-")
    } else {
        plain.chars().filter(|c| !c.is_whitespace()).map(|c| if c == '。' { '.' } else { c }).collect()
    };
    if plain.contains('年') && !plain.contains(|c: char| c.is_ascii_digit()) {
        plain = western(&plain);
    }
    if plain.bytes().all(|b| b.is_ascii_digit()) {
        return digits_only(&plain);
    }
    match separated(&plain) {
        DateReading::Day(day) => DateReading::Day(day + later),
        other => other,
    }
}

/// The day that a text names as the last: 2026年6月30日前, 2026年6月底.
pub fn bound(text: &str) -> Option<i32> {
    let text = text.trim_end();
    let before = ["以前", "之前", "前", "止"].iter().find_map(|word| text.strip_suffix(word)).unwrap_or(text);
    let end = ["月底", "月末"].iter().find_map(|word| before.strip_suffix(word));
    match (read(&end.map_or_else(|| before.to_owned(), |month| format!("{month}月"))), end) {
        (DateReading::Day(day), None) if before.len() < text.len() => Some(day),
        (DateReading::Month(first), Some(_)) => {
            let (year, month, _) = civil(first)?;
            let (year, month) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
            day(year, month, 1).map(|next| next - 1)
        }
        _ => None,
    }
}

/// Whether nothing but spaces stands between year, month and day: 2026 5 6.
fn is_spaced(text: &str) -> bool {
    let digits = |part: &str, most: usize| part.len() <= most && part.bytes().all(|b| b.is_ascii_digit());
    let mut parts = text.split_whitespace();
    parts.next().is_some_and(|year| year.len() == 4 && digits(year, 4))
        && (1..=2).contains(&parts.clone().count())
        && parts.all(|part| digits(part, 2))
}

/// A day of the week, or the half of the day, behind a date: it tells nothing that the date does not.
fn without_weekday(text: &str) -> &str {
    let bare = text.trim_end().trim_end_matches([')', '。', '.', ',', ';']);
    let bare = bare.strip_suffix("上午").or_else(|| bare.strip_suffix("下午")).unwrap_or(bare).trim_end();
    let last = bare.char_indices().next_back().filter(|(_, c)| "一二三四五六日天".contains(*c)).map(|(at, _)| at);
    let before = last.and_then(|at| ["星期", "礼拜", "周"].iter().find_map(|word| bare[..at].strip_suffix(word)));
    match before {
        Some(before) => before.trim_end().trim_end_matches('(').trim_end(),
        None if bare.ends_with(|c: char| c.is_ascii_digit() || matches!(c, '日' | '号' | '月')) => bare,
        None => text,
    }
}

/// How many days later it is in China than in the zone that a time of day names (`16:00:00.000Z`, `23:30+00:00`); a time
/// that names none is ours.
fn days_later_in_china(time: &str) -> i32 {
    let time = time.trim();
    let (clock, ahead) = match time.strip_suffix('Z') {
        Some(clock) => (clock, Some(0)),
        None => match time.rsplit_once(['+', '-']) {
            Some((clock, zone)) => {
                let minutes = zone
                    .split_once(':')
                    .and_then(|(hours, minutes)| Some(hours.parse::<i32>().ok()? * 60 + minutes.parse::<i32>().ok()?));
                let sign = if time[clock.len()..].starts_with('-') { -1 } else { 1 };
                (clock, minutes.filter(|minutes| *minutes <= 14 * 60).map(|minutes| sign * minutes))
            }
            None => (time, None),
        },
    };
    let mut parts = clock.trim().split(':').map(|part| part.parse::<i32>().unwrap_or(0));
    let (hour, minute) = (parts.next().unwrap_or(0), parts.next().unwrap_or(0));
    match ahead {
        Some(ahead) if (0..24).contains(&hour) && (0..60).contains(&minute) => {
            (hour * 60 + minute + 8 * 60 - ahead).div_euclid(24 * 60)
        }
        _ => 0,
    }
}

/// Whether a text already stands in the form that clean dates have.
pub fn is_iso(text: &str) -> bool {
    iso(text.as_bytes()).is_some()
}

/// `2026-03-05`, the commonest shape, without a copy.
fn iso(text: &[u8]) -> Option<DateReading> {
    let [a, b, c, d, b'-', m, n, b'-', x, y] = text else { return None };
    let number = |digits: &[u8]| {
        digits.iter().try_fold(0u32, |sum, b| b.is_ascii_digit().then(|| sum * 10 + u32::from(b - b'0')))
    };
    Some(full(number(&[*a, *b, *c, *d])?, number(&[*m, *n])?, number(&[*x, *y])?))
}

/// 二〇二六年三月十五日 in western digits; unreadable parts stay and fail later.
fn western(text: &str) -> String {
    let mut out = String::new();
    let mut part = String::new();
    for c in text.chars() {
        if matches!(c, '年' | '月' | '日' | '号') {
            match super::numbers::chinese_whole(&part) {
                Some(number) => out.push_str(&number.to_string()),
                None => out.push('?'),
            }
            part.clear();
            out.push(c);
        } else {
            part.push(c);
        }
    }
    out + &part
}

fn digits_only(text: &str) -> DateReading {
    let number = |from: usize, to: usize| text.get(from..to).and_then(|s| s.parse::<u32>().ok()).unwrap_or(0);
    match text.len() {
        8 => full(number(0, 4), number(4, 6), number(6, 8)),
        6 => month(number(0, 4), number(4, 6)),
        4 if (1900..=2200).contains(&number(0, 4)) => DateReading::Year(number(0, 4) as i32),
        _ => DateReading::NotADate,
    }
}

fn full(year: u32, month: u32, dom: u32) -> DateReading {
    day(year as i32, month, dom).map_or(DateReading::Impossible, DateReading::Day)
}

fn month(year: u32, month: u32) -> DateReading {
    day(year as i32, month, 1).map_or(DateReading::Impossible, DateReading::Month)
}

fn separated(text: &str) -> DateReading {
    let chinese = text.contains(['年', '月']);
    let body = text.strip_suffix(['日', '号']).unwrap_or(text);
    let body = body.strip_suffix("月份").or_else(|| body.strip_suffix('月')).unwrap_or(body);
    let body = body.strip_suffix("年度").or_else(|| body.strip_suffix('年')).unwrap_or(body);
    let divides = |c: char| matches!(c, '-' | '/' | '.' | '年' | '月' | '—' | '–' | '、' | ',');
    let mut marks = body.matches(divides);
    // 2026.4-5, 2026年4-5月: a span of months is no day.
    if let (Some(one), Some(other)) = (marks.next(), marks.next())
        && (text.ends_with(['月', '份'])
            || !(one == other || other == "月" || (one == "年" && matches!(other, "." | "/"))))
    {
        return DateReading::NotADate;
    }
    let mut parts = [""; 3];
    let mut count = 0;
    for part in body.split(divides) {
        if count == 3 || part.is_empty() || part.len() > 4 || !part.bytes().all(|b| b.is_ascii_digit()) {
            return DateReading::NotADate;
        }
        parts[count] = part;
        count += 1;
    }
    let number = |i: usize| parts[i].parse::<u32>().unwrap_or(0);
    match (count, parts[0].len()) {
        (1, 4) if text.contains('年') => DateReading::Year(number(0) as i32),
        (2, 4) if parts[1] == "1" && !chinese && text.contains('.') => DateReading::JanuaryOrOctober(number(0) as i32),
        (2, 4) if parts[1].len() <= 2 => month(number(0), number(1)),
        (2, 2) if text.contains('年') => DateReading::ShortYear(number(0), number(1), 0),
        (2, 1 | 2) => DateReading::NoYear,
        (3, 4) if parts[1].len() <= 2 && parts[2].len() <= 2 => full(number(0), number(1), number(2)),
        // 26-3-5 may be the 26th, or the 5th: only 年 makes the order certain.
        (3, 2) if chinese => DateReading::ShortYear(number(0), number(1), number(2)),
        _ => DateReading::NotADate,
    }
}

/// Day number of an Excel serial in the 1900 system. Serial 60 is 1900-02-29, a day that never was: `None`,
/// as for anything below 1 or past 2200.
pub fn from_serial(serial: f64) -> Option<i32> {
    if !(1.0..=110_000.0).contains(&serial) {
        return None;
    }
    let whole = serial.floor() as i32;
    match whole {
        60 => None,
        1..60 => Some(whole - 25_568),
        _ => Some(whole - 25_569),
    }
}

/// `2026-03-05`.
pub fn show_day(day: i32) -> String {
    civil(day).map_or_else(|| "?".to_owned(), |(y, m, d)| format!("{y:04}-{m:02}-{d:02}"))
}

/// `2026年5月20日`, in sentences.
pub fn say_day(day: i32) -> String {
    civil(day).map_or_else(|| "日期不明".to_owned(), |(year, month, day)| format!("{year}年{month}月{day}日"))
}

/// `2026年5月`, in sentences.
pub fn say_month(day: i32) -> String {
    civil(day).map_or_else(|| "日期不明".to_owned(), |(year, month, _)| format!("{year}年{month}月"))
}

/// `2026-03`.
pub fn show_month(day: i32) -> String {
    civil(day).map_or_else(|| "?".to_owned(), |(y, m, _)| format!("{y:04}-{m:02}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_spellings_of_a_certain_day_and_spans_that_are_none() {
        let sixth = DateReading::Day(day(2026, 5, 6).unwrap_or(0));
        for text in [
            "2026 5 6",
            "2026 05 06",
            "２０２６　５　６",
            "2026。5。6",
            "2026,5,6",
            "2026，5，6",
            "2026.05.06.",
            "2026年05月06日（周三）",
            "2026-05-06 星期三",
            "2026/5/6 上午",
            "2026 年 5 月 6 日",
            "2026年5.6",
            "2026 0506",
        ] {
            assert_eq!(read(text), sixth, "{text}");
        }
        assert_eq!(read("1985 4"), read("1985-4"));
        for text in ["2026.4-5", "2026年4-5月", "2026年4-5", "2026/05/06-09", "2026-5/6", "2026年5月上旬", "2026 5 6 7"]
        {
            assert_eq!(read(text), DateReading::NotADate, "{text}");
        }
        for (text, wanted) in [
            ("2026年6月30日前", day(2026, 6, 30)),
            ("2026-6-30以前", day(2026, 6, 30)),
            ("2026年6月底", day(2026, 6, 30)),
            ("2026年12月底前", day(2026, 12, 31)),
            ("2026年6月30日", None),
            ("2026年6月前", None),
            ("长期", None),
        ] {
            assert_eq!(bound(text), wanted, "{text}");
        }
    }

    #[test]
    fn complete_dates_only() {
        for text in
            ["2026-03-05", "2026/3/5", "2026.3.5", "2026年3月5日", "20260305", "２０２６年３月５日", " 2026-3-05 "]
        {
            assert_eq!(parse_day(text), day(2026, 3, 5), "{text}");
        }
        for text in ["2026-02-30", "26-3-5", "2026年3月", "3/5/2026", "", "2026-03-05-01"] {
            assert_eq!(parse_day(text), None, "{text}");
        }
    }

    #[test]
    fn shapes_without_inventing_a_part() {
        let first = |y, m| day(y, m, 1).unwrap_or(0);
        let fifth = day(2026, 3, 5).unwrap_or(0);
        for (text, reading) in [
            ("2026-03-05", DateReading::Day(fifth)),
            ("2026/3/5 00:00:00", DateReading::Day(fifth)),
            ("2026、3、5", DateReading::Day(fifth)),
            ("2026-03-04T16:00:00.000Z", DateReading::Day(fifth)),
            ("2026-03-05T15:59:59Z", DateReading::Day(fifth)),
            ("2026-03-04T18:00:00+00:00", DateReading::Day(fifth)),
            ("2026-03-05T00:00:00+08:00", DateReading::Day(fifth)),
            ("2026-03-04T12:00-05:00", DateReading::Day(fifth)),
            ("二〇二六年三月五日", DateReading::Day(fifth)),
            ("20260305", DateReading::Day(fifth)),
            ("2026年3月", DateReading::Month(first(2026, 3))),
            ("2026.03", DateReading::Month(first(2026, 3))),
            ("202603", DateReading::Month(first(2026, 3))),
            ("1980.10", DateReading::Month(first(1980, 10))),
            ("1980.1", DateReading::JanuaryOrOctober(1980)),
            ("80年10月", DateReading::ShortYear(80, 10, 0)),
            ("26年3月5日", DateReading::ShortYear(26, 3, 5)),
            ("26-3-5", DateReading::NotADate),
            ("3月5日", DateReading::NoYear),
            ("2026年", DateReading::Year(2026)),
            ("2026-02-30", DateReading::Impossible),
            ("待定", DateReading::NotADate),
        ] {
            assert_eq!(read(text), reading, "{text}");
        }
    }

    #[test]
    fn serials() {
        assert_eq!(from_serial(1.0), day(1900, 1, 1));
        assert_eq!(from_serial(59.0), day(1900, 2, 28));
        assert_eq!(from_serial(60.0), None);
        assert_eq!(from_serial(61.0), day(1900, 3, 1));
        assert_eq!(from_serial(46086.5), day(2026, 3, 5));
        assert_eq!(from_serial(-3.0), None);
    }
}
