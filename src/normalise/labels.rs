//! Words that make a row something else than a record: notes, marks of the page, headings, nothing to report.
//!
//! The words are data, each kind in one table; where such a word stands decides the classifier, never a word alone.

use crate::text::names::{header_key, tidy};

/// Words for nothing to report where a record would stand.
const NOTHING: [&str; 25] = [
    "零报告",
    "(零报告)",
    "零申报",
    "零上报",
    "无",
    "(无)",
    "没有",
    "暂无",
    "本单位无",
    "我单位无",
    "本期无",
    "本月无",
    "本季无",
    "本季度无",
    "本年无",
    "本年度无",
    "无申报",
    "无推荐",
    "无上报",
    "无数据",
    "无此项",
    "无此项内容",
    "未开展",
    "未发生",
    "本表无数据",
];

pub fn is_nothing(key: &str) -> bool {
    NOTHING.contains(&key)
}

/// A sentence that says so: 本月无活动, 我单位本季度未开展竞赛.
pub fn says_nothing(text: &str) -> bool {
    const WHEN: [&str; 13] = [
        "本月",
        "本期",
        "本季度",
        "本季",
        "本年度",
        "本年",
        "本单位",
        "我单位",
        "当月",
        "当期",
        "今年",
        "我市",
        "我县",
    ];
    let key = header_key(text);
    let mut rest = key.trim_start_matches('(').trim_end_matches(')');
    let mut begun = false;
    while let Some(after) = WHEN.iter().find_map(|word| rest.strip_prefix(word)) {
        (rest, begun) = (after, true);
    }
    let says = ["无", "没有", "未开展", "未发生", "未组织", "未举办", "暂无"].iter().any(|word| rest.starts_with(word));
    begun && says && key.chars().count() <= 24
}

/// Whether a text says that there is nothing to report; 没有的请填“零报告” asks for it and says nothing.
pub fn is_zero_report(text: &str) -> bool {
    let asks = ["请", "须", "应", "如无", "若无", "如没有", "若没有", "制度", "的填", "的报", "的写", "要求", "的，"];
    text.contains("零报告") && !asks.iter().any(|word| text.contains(word))
}

/// Marks for nothing in a cell.
pub fn is_mark(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| matches!(c, '/' | '／' | '\\' | '-' | '－' | '—' | '–' | '―' | '*' | '、'))
}

const SIGNATURES: [&str; 24] = [
    "单位负责人",
    "负责人签",
    "主要负责人",
    "分管领导",
    "审核人",
    "复核人",
    "填表人",
    "填报人",
    "制表人",
    "经办人",
    "联系人",
    "联系电话",
    "填报日期",
    "填表日期",
    "报送日期",
    "上报日期",
    "报出日期",
    "制表日期",
    "填报时间",
    "报送时间",
    "单位盖章",
    "单位(盖章)",
    "签发人",
    "填报单位",
];

/// What notes and signatures begin with; bracketed ones and those with spaces before them included.
pub const NOTE_INITIALS: [char; 24] = [
    '注', '说', '备', '附', '填', '以', '单', '负', '主', '分', '审', '复', '制', '经', '联', '报', '上', '签', '(',
    '（', '*', '续', '第', '此',
];

pub fn is_signature(key: &str) -> bool {
    SIGNATURES.iter().any(|word| key.starts_with(word))
}

/// Signature lines, 说明 and 注.
pub fn is_note(key: &str) -> bool {
    let key = key.trim_start_matches('(');
    is_signature(key)
        || [
            "注",
            "说明",
            "填表说明",
            "填报说明",
            "填写说明",
            "填写要求",
            "填表要求",
            "填报要求",
            "填表须知",
            "注意事项",
            "备注",
            "附注",
            "以上情况",
            "以上内容",
        ]
        .iter()
        .any(|word| key.starts_with(word))
}

/// 以下空白, 续表, 第 1 页 共 3 页: marks of the page, which say nothing of a record.
pub fn is_page_mark(text: &str) -> bool {
    const MARKS: [&str; 12] = [
        "以下空白",
        "以下无正文",
        "以下无内容",
        "此页空白",
        "此行空白",
        "此处空白",
        "续表",
        "续上表",
        "接续表",
        "转下页",
        "接下页",
        "接上页",
    ];
    let key = header_key(text);
    let bare = key.trim_matches(['(', ')', '=', '~', ' ']);
    if let Some(rest) = MARKS.iter().find_map(|mark| bare.strip_prefix(mark)) {
        // 续表1, 续表二.
        return rest.chars().all(|c| c.is_numeric() || "一二三四五六七八九十()".contains(c));
    }
    let of_page = |part: &str| {
        let part = part.trim_start_matches(['第', '共']);
        part.strip_suffix('页')
            .is_some_and(|n| !n.is_empty() && n.chars().all(|c| c.is_numeric() || "一二三四五六七八九十".contains(c)))
    };
    let pages = bare.split_inclusive('页');
    (bare.ends_with('页') && bare.starts_with(['第', '共']) && pages.clone().all(of_page))
        || bare.strip_prefix("page").is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit() || "of/".contains(c)))
}

/// A heading's own words, without its number and what is counted behind it: 三、备选（共 5 个） → 备选; and the level that
/// its number says, 0 for none.
pub fn heading(text: &str) -> (String, u8) {
    let text = tidy(text);
    let numeral = |c: char| c.is_numeric() || "一二三四五六七八九十".contains(c);
    let opened = text.trim_start_matches(['(', '（', '第']);
    let body = opened.trim_start_matches(numeral);
    let body = body.strip_prefix("部分").unwrap_or(body);
    let after = body.trim_start_matches(['、', '.', '．', ')', '）', '：', ':', ' ', '\u{3000}']);
    let numbered = body.len() < opened.len() && after.len() < body.len();
    let rest = if numbered { after } else { text.as_ref() };
    let rest = rest.split(['(', '（', ':', '：']).next().unwrap_or(rest).trim();
    let chinese = opened.starts_with(|c| "一二三四五六七八九十".contains(c));
    let level = match (text.starts_with(['(', '（']), chinese) {
        _ if !numbered => 0,
        (false, true) => 1,
        (true, true) => 2,
        (false, false) => 3,
        (true, false) => 4,
    };
    (rest.to_owned(), level)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn page_marks_and_names_that_look_like_them() {
        for text in ["以下空白", "（以下空白）", "续表", "续表1", "第 1 页 共 3 页", "第2页", "共3页", "Page 1 of 3"]
        {
            assert!(is_page_mark(text), "{text}");
        }
        for text in ["续表班", "第一页岩矿", "第三班", "共青团号", "以下空白班组"] {
            assert!(!is_page_mark(text), "{text}");
        }
    }

    #[test]
    fn headings_lose_their_number_and_their_count() {
        for (text, words, level) in [
            ("三、备选", "备选", 1),
            ("（一）正式（共 5 个）", "正式", 2),
            ("备选：", "备选", 0),
            ("2. 标杆班组", "标杆班组", 3),
            ("第一部分 正式", "正式", 1),
            ("第一批", "第一批", 0),
            ("第二分公司", "第二分公司", 0),
            ("第三车间", "第三车间", 0),
            ("一班", "一班", 0),
        ] {
            assert_eq!(heading(text), (words.to_owned(), level), "{text}");
        }
    }

    #[test]
    fn sentences_of_nothing() {
        assert!(says_nothing("本月无活动") && says_nothing("我单位本季度未开展竞赛") && says_nothing("（本月无）"));
        assert!(!says_nothing("无锡班组") && !says_nothing("本月无纸化办公推进了三项具体工作并且完成全部指标任务"));
        assert!(!says_nothing("没有"));
    }
}
