//! Labels of rows that add others up. The words are data; where a label stands decides the classifier.

use crate::text::names::{header_key, tidy};
use crate::text::numbers;

/// What a total adds up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Total {
    /// 小计: the rows of its section.
    Part,
    /// 合计: the table, or all rows above.
    Whole,
    /// 平均, 累计, 承上页: no sum of rows that stand here.
    Other,
}

const TOTALS: [(&str, Total); 34] = [
    ("合计", Total::Whole),
    ("总计", Total::Whole),
    ("共计", Total::Whole),
    ("总合计", Total::Whole),
    ("总和", Total::Whole),
    ("总数", Total::Whole),
    ("汇总", Total::Whole),
    ("total", Total::Whole),
    ("grandtotal", Total::Whole),
    ("sum", Total::Whole),
    ("小计", Total::Part),
    ("分计", Total::Part),
    ("subtotal", Total::Part),
    ("本页", Total::Part),
    ("累计", Total::Other),
    ("本页累计", Total::Other),
    ("承上页", Total::Other),
    ("承前页", Total::Other),
    ("接上页", Total::Other),
    ("过次页", Total::Other),
    ("过下页", Total::Other),
    ("转次页", Total::Other),
    ("转下页", Total::Other),
    ("接下页", Total::Other),
    ("平均", Total::Other),
    ("平均值", Total::Other),
    ("平均数", Total::Other),
    ("均值", Total::Other),
    ("average", Total::Other),
    ("计数", Total::Other),
    ("最大值", Total::Other),
    ("最小值", Total::Other),
    ("max", Total::Other),
    ("min", Total::Other),
];

/// What may stand before a total word without making it a name: 本页小计, 全市合计.
const OF_ALL: [&str; 30] = [
    "本页",
    "本表",
    "本单位",
    "我单位",
    "本市",
    "本县",
    "本区",
    "本省",
    "全市",
    "全县",
    "全区",
    "全省",
    "全系统",
    "全部",
    "所有",
    "以上",
    "上述",
    "各单位",
    "各项",
    "各市",
    "各县",
    "本月",
    "当月",
    "本期",
    "本季",
    "本季度",
    "本年",
    "本年度",
    "人数",
    "金额",
];

/// What may stand behind one: 合计人数, 合计数.
const OF_WHAT: [&str; 9] = ["数", "人数", "人次", "金额", "数量", "件数", "项数", "个数", "栏"];

/// What a label is as a total.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TotalLabel<'t> {
    /// Nothing but a total word, or one with what it is of.
    Total(Total),
    /// Something written before 小计 or 合计 as one word: a total if that is a unit, a code or a group of its own.
    Of(&'t str, Total),
}

/// Whether any word of this page may be in a text: nearly every cell is told by one look at its characters.
pub fn may_be_total(text: &str) -> bool {
    text.chars().any(|c| matches!(c, '计' | '和' | '总' | '页' | '均' | '值' | '数') || c.is_ascii_alphabetic())
}

/// Reads a label as a total. A longer name that merely begins with such a word (总计量站, 小计算机房) is none.
pub fn total<'t>(text: &'t str, compact: &'t mut String) -> Option<TotalLabel<'t>> {
    if text.len() > 120 || !may_be_total(text) {
        return None;
    }
    let key = header_key(text);
    let bare = crate::text::names::without_brackets(&key).unwrap_or(key);
    *compact = bare;
    let key = compact.as_str();
    if let Some(kind) = whole_word(key) {
        return Some(TotalLabel::Total(kind));
    }
    // 甲组 汇总, as Excel writes it; 国有：小计.
    let plain = tidy(text);
    let apart = plain.rsplit_once(|c: char| c.is_whitespace() || matches!(c, ':' | '：' | '-' | '—' | '·'));
    if let Some(kind) = apart.and_then(|(_, last)| whole_word(&header_key(last))) {
        return Some(TotalLabel::Total(kind));
    }
    for (word, kind) in &TOTALS {
        if let Some(rest) = key.strip_prefix(word)
            && (OF_WHAT.contains(&rest) || rest.starts_with(|c: char| c.is_ascii_digit() || c == '('))
        {
            return Some(TotalLabel::Total(*kind));
        }
    }
    let attached = TOTALS.iter().filter(|(word, _)| ["合计", "小计", "总计", "共计"].contains(word));
    attached.filter_map(|(word, kind)| Some(TotalLabel::Of(key.strip_suffix(word)?, *kind))).next()
}

/// Whether a name begins with a word for a total: 总计量站.
pub fn begins_as_total(text: &str) -> bool {
    ["合计", "小计", "总计", "共计", "汇总", "累计"].iter().any(|word| text.trim_start().starts_with(word))
}

fn whole_word(key: &str) -> Option<Total> {
    let exact = |key: &str| TOTALS.iter().find(|(word, _)| *word == key).map(|(_, kind)| *kind);
    exact(key).or_else(|| {
        let of = OF_ALL.iter().find_map(|of| exact(key.strip_prefix(of)?))?;
        // 本页合计 adds up a page.
        Some(if key.starts_with("本页") && of == Total::Whole { Total::Part } else { of })
    })
}

/// 其中, alone or before a stop: 其中：女职工. 其中桥养护班 is a name.
pub fn is_of_which(text: &str) -> bool {
    let text = text.trim_start();
    text.strip_prefix("其中").is_some_and(|rest| {
        rest.chars().next().is_none_or(|c| c.is_whitespace() || matches!(c, ':' | '：' | ',' | '，' | '、'))
    })
}

/// Whether a text is a count and no name: 12个 in the column of names of a 合计 row.
pub fn is_count(text: &str) -> bool {
    numbers::read(text).is_ok() || numbers::read(text.trim_start_matches(['共', '计', '合'])).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_total_is_the_whole_label_and_never_part_of_a_name() {
        let kind = |text: &str| match total(text, &mut String::new()) {
            Some(TotalLabel::Total(kind)) => Some(kind),
            _ => None,
        };
        for (text, wanted) in [
            ("合 计", Total::Whole),
            ("小计：", Total::Part),
            ("甲组 汇总", Total::Whole),
            ("总计", Total::Whole),
            ("合计（人）", Total::Whole),
            ("合计12个", Total::Whole),
            ("合计人数", Total::Whole),
            ("Total", Total::Whole),
            ("Grand Total", Total::Whole),
            ("本页小计", Total::Part),
            ("本页合计", Total::Part),
            ("全市合计", Total::Whole),
            ("国有：小计", Total::Part),
            ("承上页", Total::Other),
            ("过次页", Total::Other),
            ("本页累计", Total::Other),
            ("平均", Total::Other),
            ("甲组 平均值", Total::Other),
        ] {
            assert_eq!(kind(text), Some(wanted), "{text}");
        }
        for text in [
            "总计量站职工之家",
            "小计算机房",
            "合计站",
            "共计划科",
            "累计差错班",
            "统计科",
            "审计处",
            "汇总表编制组",
            "平均年龄组",
        ] {
            assert_eq!(kind(text), None, "{text}");
            assert_eq!(total(text, &mut String::new()), None, "{text}");
        }
        assert_eq!(total("合肥市小计", &mut String::new()), Some(TotalLabel::Of("合肥市", Total::Part)));
    }

    #[test]
    fn of_which_needs_a_stop_behind_it() {
        assert!(["其中", "其中：女职工", "其中 一线", "其中，产业工人"].iter().all(|text| is_of_which(text)));
        assert!(!is_of_which("其中桥养护班") && !is_of_which("其中一班"));
    }
}
