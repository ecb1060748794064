//! Figures and templates as sentences say them.

use crate::definition::{Bound, Compare, Ranking, Template, TemplatePart};
use crate::domain::ranking::Cut;

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
    fn long_lists_of_names_are_cut_and_say_so() {
        let all: Vec<String> = ["甲", "乙", "丙"].map(String::from).to_vec();
        assert_eq!(names(&all, 5), "甲、乙、丙");
        assert_eq!(names(&all, 2), "甲、乙等 3 个");
    }
}
