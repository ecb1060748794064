//! Figures and templates as sentences say them.

use crate::definition::{Bound, Compare, Ranking, Template, TemplatePart};
use crate::domain::ranking::Cut;
use crate::model::stat_table::ColumnBound;
use crate::model::statistic::StatCell;
use crate::text::numbers::grouped;

/// A template with its holes filled; a hole that nobody knows stays visible, in braces.
pub fn fill(template: &Template, value: impl Fn(&str) -> Option<String>) -> String {
    let mut text = String::new();
    for part in &template.parts {
        match part {
            TemplatePart::Text(words) => text.push_str(words),
            TemplatePart::Hole(name) => text.push_str(&value(name).unwrap_or_else(|| format!("{{{name}}}"))),
        }
    }
    text
}

/// `47.8%`, rounded half up; `—` over zero. Only for sentences: comparisons are made in whole numbers.
pub fn percent(num: u64, den: u64) -> String {
    if den == 0 {
        return "—".to_string();
    }
    let (num, den) = (u128::from(num), u128::from(den));
    let tenths = (num * 2_000 + den) / (2 * den);
    match tenths % 10 {
        0 if num * 1_000 % den == 0 => format!("{}%", tenths / 10),
        tenth => format!("{}.{tenth}%", tenths / 10),
    }
}

/// `≥50%`, `≤20%`, `≥3`.
pub fn bound(compare: Compare, bound: Bound) -> String {
    let sign = match compare {
        Compare::AtLeast => "≥",
        Compare::AtMost => "≤",
    };
    match bound {
        Bound::Ratio { num, den } => format!("{sign}{}", percent(u64::from(num), u64::from(den))),
        Bound::Count(count) => format!("{sign}{count}"),
    }
}

/// A bound on a column of a table.
pub fn column_bound(column: usize, (compare, limit): (Compare, Bound)) -> ColumnBound {
    let (num, den) = match limit {
        Bound::Ratio { num, den } => (i64::from(num), i64::from(den)),
        Bound::Count(count) => (i64::from(count), 1),
    };
    ColumnBound { column, at_least: compare == Compare::AtLeast, num, den, words: bound(compare, limit) }
}

/// How a list that is cut after some places falls: `取前 3 名；第 3 名有 2 个并列，都列出，共 4 个。`
pub fn cut(top: u32, cut: Cut) -> String {
    match cut.last {
        None => format!("取前 {top} 名；没有排出名次的。"),
        Some((_, 1)) => format!("取前 {top} 名，共 {} 个；相同的并列，其后的名次顺延（1、2、2、4）。", cut.listed),
        Some((last, tied)) => format!(
            "取前 {top} 名；第 {last} 名有 {tied} 个并列，都列出，共 {} 个；其后的名次顺延（1、2、2、4）。",
            cut.listed
        ),
    }
}

/// The first `most` names, and how many there are where some are left out: `甲、乙等 7 个`.
pub fn names(all: &[String], most: usize) -> String {
    let shown = all.iter().take(most).cloned().collect::<Vec<_>>().join("、");
    if all.len() > most { format!("{shown}等 {} 个", all.len()) } else { shown }
}

/// A figure as sentences write it, `1,980`, `48.0%`, `1.5 个百分点`; `None` where there is no figure.
pub fn figure(cell: &StatCell) -> Option<String> {
    Some(match cell {
        StatCell::Integer(whole) => grouped(*whole as f64, 0),
        StatCell::Number(number) if number.is_finite() => grouped(*number, decimals(*number, 2)),
        StatCell::Points(points) if points.is_finite() => {
            format!("{} 个百分点", grouped(*points, tenths(*points)))
        }
        StatCell::Ratio { num, den } if *den != 0 => {
            let percent = *num as f64 * 100.0 / *den as f64;
            format!("{}%", grouped(percent, tenths(percent)))
        }
        StatCell::Text(text) | StatCell::Alarm(text) if !text.is_empty() => text.clone(),
        _ => return None,
    })
}

/// One decimal where there is one, as the tables print rates; a second where one would make it nothing.
fn tenths(number: f64) -> usize {
    decimals(number, if number != 0.0 && number.abs() < 0.05 { 2 } else { 1 })
}

/// As many decimals as a number has, up to `most`.
fn decimals(number: f64, most: usize) -> usize {
    let printed = format!("{number:.most$}");
    let rest = printed.split_once('.').map_or("", |(_, rest)| rest);
    rest.trim_end_matches('0').len()
}

/// A number as a sentence says it.
pub fn short(amount: f64) -> String {
    shown(&StatCell::Number(amount))
}

/// The same of any cell: where there is no figure, what stands there instead.
pub fn shown(cell: &StatCell) -> String {
    figure(cell).unwrap_or_else(|| cell.state().unwrap_or("—").to_owned())
}

/// `前十名`, and how many that are where more share the last place: `前十名，含并列共 12 个`.
pub fn places(top: u32, listed: usize) -> String {
    let tied = if listed > top as usize { format!("，含并列共 {listed} 个") } else { String::new() };
    format!("前{}名{tied}", chinese(top))
}

/// A whole number below a hundred in characters; a larger one in digits.
fn chinese(number: u32) -> String {
    const DIGITS: [&str; 10] = ["", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    let digit = |at: u32| DIGITS.get(at as usize).copied().unwrap_or_default();
    match number {
        1..=9 => digit(number).to_owned(),
        10..=19 => format!("十{}", digit(number - 10)),
        20..=99 => format!("{}十{}", digit(number / 10), digit(number % 10)),
        _ => format!(" {number} "),
    }
}

/// How a rank comes about.
pub fn ranking(ranking: &Ranking) -> String {
    let within: Vec<String> = ranking.within.iter().map(|name| format!("“{name}”")).collect();
    let among =
        if within.is_empty() { String::new() } else { format!("，在{}相同的行之间排", within.join("、")) };
    format!("“{}”{}的名次{among}；相同的并列，没有得数的不排", ranking.column, ranking.direction.word())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_in_words() {
        assert_eq!(percent(43, 90), "47.8%");
        assert_eq!(percent(1, 2), "50%");
        assert_eq!(percent(0, 0), "—");
        // Rounded in words only; the counts stand beside it and decide.
        assert_eq!(percent(4_999_999, 10_000_000), "50.0%");
        assert_eq!(bound(Compare::AtMost, Bound::Ratio { num: 1, den: 5 }), "≤20%");
        assert_eq!(bound(Compare::AtLeast, Bound::Count(3)), "≥3");
    }

    #[test]
    fn places_in_words_say_who_shares_the_last() {
        assert_eq!((places(10, 10), places(10, 12)), ("前十名".to_owned(), "前十名，含并列共 12 个".to_owned()));
        assert_eq!((places(3, 2), places(25, 25)), ("前三名".to_owned(), "前二十五名".to_owned()));
    }

    #[test]
    fn long_lists_of_names_are_cut_and_say_so() {
        let all: Vec<String> = ["甲", "乙", "丙"].map(String::from).to_vec();
        assert_eq!(names(&all, 5), "甲、乙、丙");
        assert_eq!(names(&all, 2), "甲、乙等 3 个");
    }
}
