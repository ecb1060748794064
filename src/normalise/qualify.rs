//! What stands around a header's own word: brackets behind it, its measure, the parent above it. Of three sorts: it says
//! nothing new, it says that this is another figure, or nobody knows.

use super::cover::is_measure;
use crate::text::names::header_key;

/// What a qualifier means for its column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Qualifier {
    Neutral,
    /// 计划, 上年, 其中女: not the figure that the header alone would name.
    OtherMeaning,
    Unknown,
}

/// Parts of words for another figure than the period's own.
const OTHER: [&str; 29] = [
    "计划",
    "上年",
    "去年",
    "上期",
    "上月",
    "上季",
    "上半年",
    "同期",
    "同比",
    "环比",
    "预算",
    "预计",
    "预测",
    "预期",
    "应到",
    "应参",
    "应报",
    "应收",
    "应有",
    "累计",
    "年初",
    "期初",
    "下年",
    "下月",
    "下季",
    "明年",
    "目标",
    "拟",
    "未完成",
];

/// Whole words that take a part of it.
const PART: [&str; 6] = ["女", "女性", "女职工", "女同志", "女工", "男"];

/// Words that say how to fill a column in, or what it says anyway.
const NEUTRAL: [&str; 50] = [
    "全称",
    "简称",
    "盖章",
    "公章",
    "签字",
    "签章",
    "签名",
    "必填",
    "选填",
    "可选",
    "填",
    "写",
    "选",
    "格式",
    "文本",
    "位",
    "打",
    "√",
    "勾",
    "是否",
    "是或否",
    "有无",
    "单位",
    "保留",
    "精确",
    "小数",
    "截至",
    "截止",
    "起止",
    "时间",
    "日期",
    "期末",
    "期内",
    "本期",
    "本月",
    "当月",
    "本年",
    "实际",
    "实有",
    "现有",
    "在岗",
    "在册",
    "姓名",
    "名称",
    "详",
    "如",
    "例",
    "数字",
    "汉字",
    "百分",
];

/// Characters that the words of [`OTHER`] begin with: hardly any header has one of them, and every header is asked.
const OTHER_BEGIN: [char; 15] =
    ['计', '上', '去', '同', '环', '预', '应', '累', '年', '期', '下', '明', '目', '拟', '未'];

/// Whether words say that this is another figure.
pub fn other_meaning(words: &str) -> bool {
    if words.is_empty() {
        return false;
    }
    let other = |(at, c): (usize, char)| {
        OTHER_BEGIN.contains(&c) && OTHER.iter().any(|word| words.get(at..).is_some_and(|rest| rest.starts_with(word)))
    };
    if words.char_indices().any(other) {
        return true;
    }
    let bare = words.trim_start_matches("其中").trim_end_matches('数').trim_end_matches("人");
    PART.contains(&bare)
}

/// What brackets behind a header say of its column.
pub fn qualifier(inside: &str) -> Qualifier {
    let plain = |c: char| c.is_numeric() || "年月日、".contains(c);
    if other_meaning(inside) {
        Qualifier::OtherMeaning
    } else if inside.chars().all(plain)
        || inside.contains(|c: char| c.is_ascii_alphanumeric())
        || is_measure(inside)
        || NEUTRAL.iter().any(|word| inside.contains(word))
    {
        Qualifier::Neutral
    } else {
        Qualifier::Unknown
    }
}

/// Whether a header offers words to choose from: 集体类别（班组/科室/车间）.
pub fn offers_choice(header: &str) -> bool {
    let inside = header.split_once(['(', '（']).map_or("", |(_, inside)| inside);
    inside.contains(['/', '／', '、', '|', '或']) && !other_meaning(&header_key(inside))
}

/// What stands in the brackets of a key, put together.
pub fn inside(key: &str) -> String {
    let mut depth = 0usize;
    let mut out = String::new();
    for c in key.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            c if depth > 0 => out.push(c),
            _ => {}
        }
    }
    out
}

/// Usual other words of a parent, block by block.
const BLOCKS: [&[&str]; 4] = [
    &["本月", "当月", "本期", "当期", "本月数", "当月数", "本期数", "本月完成", "本月发生", "本月实绩"],
    &["本年累计", "累计", "年累计", "累计数", "本年累计数", "年初累计", "自年初累计", "年度累计", "本年至今累计"],
    &["上年同期", "去年同期", "同期", "同期数", "上年同期数", "去年同期数", "上年同月", "去年同月"],
    &["公示时间", "公示起止时间", "公示起止日期", "公示日期", "公示期", "公示期限", "公示起止"],
];

/// Whether two parents are usual words for one block.
pub fn same_block(one: &str, other: &str) -> bool {
    BLOCKS.iter().any(|block| block.contains(&one) && block.contains(&other))
}

/// Whether a parent is the one that a field stands under. 本月（计划） is not 本月.
pub fn same_parent(parent: &str, under: &str) -> bool {
    let bare = crate::text::names::without_brackets(parent);
    if bare.is_some() && other_meaning(&inside(parent)) {
        return false;
    }
    let bare = bare.as_deref().unwrap_or(parent);
    if bare == under || same_block(bare, under) {
        return true;
    }
    // Of two texts only the longer can hold the other, and a search costs more than a look at their lengths.
    let held = if bare.len() < under.len() { None } else { bare.split_once(under) };
    match held {
        Some((before, after)) => !other_meaning(before) && !other_meaning(after),
        None if bare.len() > under.len() => false,
        None => bare.chars().count() >= 2 && under.contains(bare) && !(other_meaning(under) && !other_meaning(bare)),
    }
}

/// A header without the measure behind it, in whatever punctuation: 创效/元, 创效，元, 创效 单位：元.
pub fn without_measure(header: &str) -> Option<String> {
    let divides = |c: char| {
        matches!(c, '/' | '／' | ',' | '，' | ':' | '：' | ';' | '；' | '、' | '|' | '-' | '—') || c.is_whitespace()
    };
    let header = header.trim_end_matches(['）', ')']).trim_end();
    // 占比% needs nothing between.
    let sign = header.strip_suffix(['%', '％', '‰']).filter(|before| !before.trim_end().ends_with(['(', '（']));
    let (before, after) = sign.map(|before| (before, "%")).or_else(|| header.rsplit_once(divides))?;
    let after = after.trim_start_matches("单位");
    if !is_measure(after) {
        return None;
    }
    let before = before.trim_end_matches(divides);
    let before = ["计量单位", "金额单位", "单位"].iter().find_map(|word| before.strip_suffix(word)).unwrap_or(before);
    let key = header_key(before.trim_end_matches(|c: char| divides(c) || matches!(c, '(' | '（')));
    (!key.is_empty()).then_some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn qualifiers_are_of_three_sorts() {
        for words in ["计划", "上年", "去年同期", "预算", "应到", "其中女", "累计", "女"] {
            assert_eq!(qualifier(words), Qualifier::OtherMeaning, "{words}");
        }
        for words in ["全称", "盖章", "万元", "人", "必填", "18位", "年月", "yyyy-mm-dd", "按身份证填写", "实际"]
        {
            assert_eq!(qualifier(words), Qualifier::Neutral, "{words}");
        }
        assert_eq!(qualifier("含离退休"), Qualifier::Unknown);
        let begins = |word: &&str| OTHER_BEGIN.iter().any(|c| word.starts_with(*c));
        assert!(OTHER.iter().all(|word| begins(word) && other_meaning(word)));
        assert_eq!(inside("提出(计划)"), "计划");
        assert!(
            offers_choice("集体类别（班组/科室/车间）")
                && !offers_choice("提出（计划/实际）")
                && !offers_choice("人数（含派遣）")
        );
    }

    #[test]
    fn parents_by_their_usual_words_and_not_by_another_figure() {
        for (parent, under) in [
            ("本月", "本月"),
            ("当月", "本月"),
            ("本期", "本月"),
            ("去年同期", "上年同期"),
            ("公示起止时间", "公示时间"),
            ("公示", "公示时间"),
            ("本月情况", "本月"),
            ("本月(件)", "本月"),
        ] {
            assert!(same_parent(parent, under), "{parent} {under}");
        }
        for (parent, under) in
            [("本月(计划)", "本月"), ("本月计划", "本月"), ("上年本月", "本月"), ("计划", "本月"), ("本月累计", "本月")]
        {
            assert!(!same_parent(parent, under), "{parent} {under}");
        }
    }

    #[test]
    fn a_sign_behind_a_header() {
        for header in ["占比%", "占比 ％", "占比/%"] {
            assert_eq!(without_measure(header).as_deref(), Some("占比"), "{header}");
        }
        assert_eq!(without_measure("%"), None);
    }

    #[test]
    fn a_measure_behind_a_header_in_any_punctuation() {
        for header in ["创效/元", "创效，元", "创效 单位：元", "创效\n单位：元", "创效、元", "创效（单位：元）"]
        {
            assert_eq!(without_measure(header).as_deref(), Some("创效"), "{header}");
        }
        for header in ["创效", "技术/标兵", "职务/职称", "元"] {
            assert_eq!(without_measure(header), None, "{header}");
        }
    }
}
