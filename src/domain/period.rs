//! Reporting periods (报告期) as values: a kind, a first and a last day. They know their order, the one before, the same a
//! year ago, and how officers write them. What a pipeline declares of its own (seasons, campaigns) is in [`super::schedule`].

use chrono::{Datelike, NaiveDate};
use std::sync::Arc;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PeriodKind {
    Month,
    Quarter,
    HalfYear,
    #[default]
    Year,
    /// Declared by its first and last month-day (采暖期); may run over the turn of the year.
    Season,
    /// Declared by name and dates (百日攻坚).
    Campaign,
}

impl PeriodKind {
    /// 月, 季度, 半年, 年, 季, 专项期.
    pub fn word(self) -> &'static str {
        match self {
            PeriodKind::Month => "月",
            PeriodKind::Quarter => "季度",
            PeriodKind::HalfYear => "半年",
            PeriodKind::Year => "年",
            PeriodKind::Season => "季（如采暖期）",
            PeriodKind::Campaign => "专项期",
        }
    }

    /// How many months a period of the calendar has; `None` for the declared kinds.
    fn months(self) -> Option<i32> {
        match self {
            PeriodKind::Month => Some(1),
            PeriodKind::Quarter => Some(3),
            PeriodKind::HalfYear => Some(6),
            PeriodKind::Year => Some(12),
            PeriodKind::Season | PeriodKind::Campaign => None,
        }
    }
}

/// Days since 1970-01-01, both included. Ordered by time, then by length.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    pub first: i32,
    pub last: i32,
    pub kind: PeriodKind,
    /// Of a season or campaign; empty for the others.
    pub name: Arc<str>,
}

/// Days since 1970-01-01 of a civil date; `None` when there is no such day or it lies outside 1900–2200.
pub fn day(year: i32, month: u32, day: u32) -> Option<i32> {
    if !(1900..=2200).contains(&year) {
        return None;
    }
    let date = NaiveDate::from_ymd_opt(year, month, day)?;
    Some(date.num_days_from_ce() - UNIX_FROM_CE)
}

const UNIX_FROM_CE: i32 = 719_163;

/// Year, month and day of a day number; `None` outside chrono's range.
pub fn civil(day: i32) -> Option<(i32, u32, u32)> {
    let date = NaiveDate::from_num_days_from_ce_opt(day.checked_add(UNIX_FROM_CE)?)?;
    Some((date.year(), date.month(), date.day()))
}

/// Digits and letters of one width, no spaces, single dashes of one kind; a year in Chinese digits (二〇二六) in Arabic
/// ones.
pub(super) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars().filter(|c| !c.is_whitespace()) {
        match c {
            '-' | '－' | '–' | '—' | '―' | '‐' | '‑' | '−' | '─' if plain.ends_with('-') => {}
            '–' | '—' | '―' | '‐' | '‑' | '−' | '─' => plain.push('-'),
            '！'..='～' => plain.push(char::from_u32(c as u32 - 0xFEE0).unwrap_or(c)),
            c => plain.push(c),
        }
    }
    let digits: Option<String> = plain.chars().take(4).map(chinese_digit).collect();
    if let Some(year) = digits.filter(|year| year.len() == 4) {
        let rest = plain.char_indices().nth(4).map_or("", |(at, _)| &plain[at..]);
        plain = year + rest;
    }
    plain
}

fn chinese_digit(c: char) -> Option<char> {
    let at = "〇一二三四五六七八九".chars().position(|digit| digit == c).or_else(|| (c == '零').then_some(0))?;
    char::from_digit(at as u32, 10)
}

/// 1–12 as `3`, `03`, `3月`, `三月`, `十二月` or `元月`.
fn month_number(text: &str) -> Option<u32> {
    const SPOKEN: [&str; 13] =
        ["元月", "一月", "二月", "三月", "四月", "五月", "六月", "七月", "八月", "九月", "十月", "十一月", "十二月"];
    let spoken = SPOKEN.iter().position(|word| *word == text);
    let digits = text.strip_suffix('月').unwrap_or(text);
    let plain = || (1..=2).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    spoken.map(|at| (at as u32).max(1)).or_else(|| plain().then(|| digits.parse().ok()).flatten())
}

impl Period {
    /// Reads `2026`, `2026年度`, `2026-03`, `202603`, `2026年3月份`, `二〇二六年三月`, `2026Q1`, `2026年第1季度`,
    /// `2026年一季度`, `2026年1-3月`, `2026H1`, `2026年上半年`. Full-width digits are accepted. `None` for anything else.
    pub fn parse(text: &str) -> Option<Period> {
        Period::parse_plain(&plain(text))
    }

    /// As [`Period::parse`], of a text that is [`plain`] already.
    pub(super) fn parse_plain(text: &str) -> Option<Period> {
        let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
        if digits.len() == 6 && text.len() == 6 {
            return Period::calendar(PeriodKind::Month, digits[..4].parse().ok()?, digits[4..].parse().ok()?);
        }
        if digits.len() != 4 {
            return None;
        }
        let year: i32 = digits.parse().ok()?;
        let rest = text[digits.len()..].trim_start_matches(['年', '度', '-', '/', '.']).trim_end_matches('度');
        let rest = rest.strip_prefix('第').unwrap_or(rest);
        let quarter = |q: u32| Period::calendar(PeriodKind::Quarter, year, q * 3 - 2);
        match rest {
            "" => Period::calendar(PeriodKind::Year, year, 1),
            "Q1" | "q1" | "1季" | "一季" => quarter(1),
            "Q2" | "q2" | "2季" | "二季" => quarter(2),
            "Q3" | "q3" | "3季" | "三季" => quarter(3),
            "Q4" | "q4" | "4季" | "四季" => quarter(4),
            "H1" | "h1" | "上半年" => Period::calendar(PeriodKind::HalfYear, year, 1),
            "H2" | "h2" | "下半年" => Period::calendar(PeriodKind::HalfYear, year, 7),
            months => {
                let months = months.trim_end_matches('份');
                match months.split_once(['-', '至', '~', '到']) {
                    None => Period::calendar(PeriodKind::Month, year, month_number(months)?),
                    Some((from, to)) => Period::of_months(year, month_number(from)?, month_number(to)?),
                }
            }
        }
    }

    /// The quarter, half-year or year that these months make up; other runs of months are no reporting period.
    fn of_months(year: i32, from: u32, to: u32) -> Option<Period> {
        let kind = match to.checked_sub(from)? {
            0 => PeriodKind::Month,
            2 if from % 3 == 1 => PeriodKind::Quarter,
            5 if from % 6 == 1 => PeriodKind::HalfYear,
            11 => PeriodKind::Year,
            _ => return None,
        };
        Period::calendar(kind, year, from)
    }

    /// The calendar period of this kind that begins with a month; `None` for the declared kinds.
    pub fn calendar(kind: PeriodKind, year: i32, month: u32) -> Option<Period> {
        let months = u32::try_from(kind.months()?).ok()?;
        let next = month.checked_add(months)?;
        let end = if next > 12 { day(year + 1, next - 12, 1)? } else { day(year, next, 1)? };
        Some(Period { kind, first: day(year, month, 1)?, last: end - 1, name: Arc::from("") })
    }

    /// The period of the same kind before; a campaign's is known to its schedule only.
    pub fn previous(&self) -> Option<Period> {
        self.step(-1)
    }

    /// The period of the same kind after.
    pub fn next(&self) -> Option<Period> {
        self.step(1)
    }

    fn step(&self, by: i32) -> Option<Period> {
        let Some(months) = self.kind.months() else { return self.years_on(by) };
        let (year, month, _) = civil(self.first)?;
        let at = year * 12 + month as i32 - 1 + by * months;
        Period::calendar(self.kind, at.div_euclid(12), u32::try_from(at.rem_euclid(12)).ok()? + 1)
    }

    /// The same period of the year before; a campaign's is known to its schedule only.
    pub fn year_ago(&self) -> Option<Period> {
        self.years_on(-1)
    }

    fn years_on(&self, by: i32) -> Option<Period> {
        let (year, month, first) = civil(self.first)?;
        match self.kind {
            PeriodKind::Campaign => None,
            PeriodKind::Season => {
                let (end, last_month, last) = civil(self.last)?;
                // A declared season never begins or ends on 29 February, so these days exist every year.
                let first = day(year + by, month, first)?;
                Some(Period { first, last: day(end + by, last_month, last)?, ..self.clone() })
            }
            kind => Period::calendar(kind, year + by, month),
        }
    }

    /// Whether the two share a day.
    pub fn overlaps(&self, other: &Period) -> bool {
        self.first <= other.last && other.first <= self.last
    }

    /// Calendar year of the first day.
    pub fn year(&self) -> i32 {
        civil(self.first).map_or(0, |(year, _, _)| year)
    }

    /// The key in folder names and on the command line: `2026`, `2026-03`, `2026Q1`, `2026H1`, `2025-2026采暖期`,
    /// `2026-03-01_2026-06-08_百日攻坚`. A schedule reads it back.
    pub fn key(&self) -> String {
        let (year, month, first) = civil(self.first).unwrap_or((0, 1, 1));
        let (end, last_month, last) = civil(self.last).unwrap_or((0, 1, 1));
        match self.kind {
            PeriodKind::Month => format!("{year}-{month:02}"),
            PeriodKind::Quarter => format!("{year}Q{}", month.div_ceil(3)),
            PeriodKind::HalfYear => format!("{year}H{}", month.div_ceil(6)),
            PeriodKind::Year => year.to_string(),
            PeriodKind::Season if year == end => format!("{year}{}", self.name),
            PeriodKind::Season => format!("{year}-{end}{}", self.name),
            PeriodKind::Campaign => {
                format!("{year}-{month:02}-{first:02}_{end}-{last_month:02}-{last:02}_{}", self.name)
            }
        }
    }

    /// As titles say it: `2026年`, `2026年3月`, `2026年第1季度`, `2026年上半年`, `2025–2026采暖期`, `2026年百日攻坚`.
    pub fn title(&self) -> String {
        let (year, month, _) = civil(self.first).unwrap_or((0, 1, 1));
        let (end, _, _) = civil(self.last).unwrap_or((0, 1, 1));
        match self.kind {
            PeriodKind::Month => format!("{year}年{month}月"),
            PeriodKind::Quarter => format!("{year}年第{}季度", month.div_ceil(3)),
            PeriodKind::HalfYear => format!("{year}年{}半年", if month == 1 { "上" } else { "下" }),
            PeriodKind::Year => format!("{year}年"),
            PeriodKind::Season if year != end => format!("{year}–{end}{}", self.name),
            // A campaign may carry its year in its name already.
            PeriodKind::Season | PeriodKind::Campaign if self.name.starts_with(&year.to_string()) => {
                self.name.to_string()
            }
            PeriodKind::Season | PeriodKind::Campaign => format!("{year}年{}", self.name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> Option<String> {
        Period::parse(text).map(|period| period.key())
    }

    #[test]
    fn parses_what_people_type() {
        for (text, expected) in [
            ("2026", "2026"),
            ("2026年", "2026"),
            ("2026年度", "2026"),
            ("２０２６年３月", "2026-03"),
            ("2026-03", "2026-03"),
            ("2026—03", "2026-03"),
            ("202603", "2026-03"),
            ("二〇二六年十二月", "2026-12"),
            ("二零二六年度", "2026"),
            ("2026年元月", "2026-01"),
            ("2026年第1季度", "2026Q1"),
            ("2026年度第三季度", "2026Q3"),
            ("2026年一季度", "2026Q1"),
            ("2026年1—3月", "2026Q1"),
            ("2026年1月至6月", "2026H1"),
            ("2026年1-12月", "2026"),
            ("2026q4", "2026Q4"),
            ("2026年上半年", "2026H1"),
            ("2026年12月份", "2026-12"),
        ] {
            assert_eq!(key(text).as_deref(), Some(expected), "{text}");
        }
        let wrong = [
            "",
            "26",
            "2026-13",
            "2026年三",
            "去年",
            "2026-0",
            "2026-2027",
            "2026年2-4月",
            "2026年3-1月",
            "2026年1-2月",
        ];
        for text in wrong {
            assert_eq!(key(text), None, "{text}");
        }
    }

    #[test]
    fn calendar_periods_know_their_neighbours() {
        for (text, before, after, year_ago) in [
            ("2026-01", "2025-12", "2026-02", "2025-01"),
            ("2026Q1", "2025Q4", "2026Q2", "2025Q1"),
            ("2026H1", "2025H2", "2026H2", "2025H1"),
            ("2026", "2025", "2027", "2025"),
        ] {
            let period = Period::parse(text).unwrap();
            let keys = [period.previous(), period.next(), period.year_ago()].map(|other| other.unwrap().key());
            assert_eq!(keys, [before, after, year_ago], "{text}");
            assert_eq!(period.previous().unwrap().next().unwrap(), period);
            assert_eq!(period.previous().unwrap().last + 1, period.first, "nothing lies between");
        }
        let leap = Period::parse("2024-02").unwrap();
        assert_eq!(leap.last - leap.first + 1, 29);
        assert!(Period::parse("1900-01").unwrap().previous().is_none());
    }

    #[test]
    fn periods_stand_in_the_order_of_time() {
        let mut periods: Vec<Period> = ["2026-02", "2026", "2025Q4", "2026-01", "2026Q1"]
            .iter()
            .map(|text| Period::parse(text).unwrap())
            .collect();
        periods.sort();
        let keys: Vec<String> = periods.iter().map(Period::key).collect();
        assert_eq!(keys, ["2025Q4", "2026-01", "2026Q1", "2026", "2026-02"]);
    }
}
