//! Reporting periods (报告期) as values: a kind, a first and a last day.

use chrono::{Datelike, NaiveDate};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Month,
    Quarter,
    HalfYear,
    Year,
}

impl Kind {
    /// 月, 季度, 半年, 年.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Month => "月",
            Kind::Quarter => "季度",
            Kind::HalfYear => "半年",
            Kind::Year => "年",
        }
    }
}

/// Days since 1970-01-01, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Period {
    pub kind: Kind,
    pub first: i32,
    pub last: i32,
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

impl Period {
    /// Reads `2026`, `2026年`, `2026-03`, `2026年3月`, `2026Q1`, `2026年第1季度`, `2026年一季度`, `2026H1`, `2026年上半年`.
    /// Full-width digits are accepted. `None` for anything else.
    pub fn parse(text: &str) -> Option<Period> {
        let text: String = text
            .trim()
            .chars()
            .filter(|c| !c.is_whitespace())
            .map(|c| match c {
                '０'..='９' => char::from(b'0' + (c as u32 - '０' as u32) as u8),
                'Ｑ' | 'q' => 'Q',
                'Ｈ' | 'h' => 'H',
                c => c,
            })
            .collect();
        let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
        if digits.len() == 6 && text.len() == 6 {
            return Period::month(digits[..4].parse().ok()?, digits[4..].parse().ok()?);
        }
        if digits.len() != 4 {
            return None;
        }
        let year: i32 = digits.parse().ok()?;
        let rest = text[digits.len()..].trim_start_matches(['年', '-', '/', '.']).trim_end_matches('度');
        let rest = rest.trim_start_matches('第');
        let quarter = |q: u32| Period::new(Kind::Quarter, year, q * 3 - 2, q * 3);
        match rest {
            "" => Period::new(Kind::Year, year, 1, 12),
            "Q1" | "1季" | "一季" => quarter(1),
            "Q2" | "2季" | "二季" => quarter(2),
            "Q3" | "3季" | "三季" => quarter(3),
            "Q4" | "4季" | "四季" => quarter(4),
            "H1" | "上半年" => Period::new(Kind::HalfYear, year, 1, 6),
            "H2" | "下半年" => Period::new(Kind::HalfYear, year, 7, 12),
            month => {
                let month = month.trim_end_matches("月份").trim_end_matches('月');
                (1..=2).contains(&month.len()).then(|| month.parse().ok())?.and_then(|m| Period::month(year, m))
            }
        }
    }

    fn month(year: i32, month: u32) -> Option<Period> {
        Period::new(Kind::Month, year, month, month)
    }

    fn new(kind: Kind, year: i32, from: u32, to: u32) -> Option<Period> {
        let next = if to == 12 { day(year + 1, 1, 1)? } else { day(year, to + 1, 1)? };
        Some(Period { kind, first: day(year, from, 1)?, last: next - 1 })
    }

    /// Calendar year of the first day.
    pub fn year(&self) -> i32 {
        civil(self.first).map_or(0, |(year, _, _)| year)
    }

    /// The key in folder names: `2026`, `2026-03`, `2026Q1`, `2026H1`.
    pub fn key(&self) -> String {
        let (year, month, _) = civil(self.first).unwrap_or((0, 1, 1));
        match self.kind {
            Kind::Month => format!("{year}-{month:02}"),
            Kind::Quarter => format!("{year}Q{}", month.div_ceil(3)),
            Kind::HalfYear => format!("{year}H{}", month.div_ceil(6)),
            Kind::Year => year.to_string(),
        }
    }

    /// As titles say it: `2026年`, `2026年3月`, `2026年第1季度`, `2026年上半年`.
    pub fn title(&self) -> String {
        let (year, month, _) = civil(self.first).unwrap_or((0, 1, 1));
        match self.kind {
            Kind::Month => format!("{year}年{month}月"),
            Kind::Quarter => format!("{year}年第{}季度", month.div_ceil(3)),
            Kind::HalfYear => format!("{year}年{}半年", if month == 1 { "上" } else { "下" }),
            Kind::Year => format!("{year}年"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_what_people_type() {
        for (text, key) in [
            ("2026", "2026"),
            ("2026年", "2026"),
            ("2026年度", "2026"),
            ("２０２６年３月", "2026-03"),
            ("2026-03", "2026-03"),
            ("202603", "2026-03"),
            ("2026年第1季度", "2026Q1"),
            ("2026年一季度", "2026Q1"),
            ("2026q4", "2026Q4"),
            ("2026年上半年", "2026H1"),
            ("2026年12月份", "2026-12"),
        ] {
            assert_eq!(Period::parse(text).map(|p| p.key()).as_deref(), Some(key), "{text}");
        }
        for text in ["", "26", "2026-13", "2026年三", "去年", "2026-0"] {
            assert_eq!(Period::parse(text), None, "{text}");
        }
    }
}
