//! Labels of a footer: who signs, when, and how to reach them. A word alone makes no footer; the row that it stands in does.

use crate::text::names::header_key;

/// Labels of a footer that are whole without a colon.
const FOOTER: [&str; 42] = [
    "单位负责人",
    "负责人",
    "部门负责人",
    "主要负责人",
    "分管负责人",
    "统计负责人",
    "单位主要负责人",
    "分管领导",
    "主管领导",
    "工会主席",
    "主席",
    "审核人",
    "审批人",
    "复核人",
    "填表人",
    "填报人",
    "制表人",
    "制表",
    "经办人",
    "联系人",
    "联系电话",
    "联系方式",
    "电话",
    "手机",
    "填报日期",
    "填表日期",
    "填报时间",
    "填表时间",
    "报出日期",
    "报出时间",
    "报送日期",
    "报送时间",
    "上报日期",
    "上报时间",
    "制表日期",
    "编制日期",
    "日期",
    "单位盖章",
    "盖章",
    "公章",
    "签发人",
    "签字",
];

/// What a label before a colon ends with: 统计负责人（签字）：.
const FOOTER_ENDS: [&str; 21] = [
    "报单位",
    "负责人",
    "审核人",
    "审批人",
    "复核人",
    "填表人",
    "填报人",
    "制表人",
    "经办人",
    "联系人",
    "电话",
    "手机",
    "日期",
    "签字",
    "签名",
    "签章",
    "盖章",
    "公章",
    "主席",
    "领导",
    "签发人",
];

/// How a cell reads as a part of a footer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FooterPart {
    /// A label whose value stands elsewhere; whether a colon or a place for a seal marks it as one.
    Label {
        marked: bool,
    },
    /// Label and value.
    Whole,
    Other,
}

pub fn footer_part(text: &str) -> FooterPart {
    let text = text.trim();
    if text.len() > 600 {
        return FooterPart::Other;
    }
    if let Some((label, value)) = text.split_once([':', '：']) {
        let key = header_key(label);
        let bare = crate::text::names::without_brackets(&key).unwrap_or(key);
        if bare.chars().count() > 12 || !FOOTER_ENDS.iter().any(|end| bare.ends_with(end)) {
            return FooterPart::Other;
        }
        let empty = value.chars().all(|c| c.is_whitespace() || c == '_');
        return if empty { FooterPart::Label { marked: true } } else { FooterPart::Whole };
    }
    let key = header_key(text);
    match crate::text::names::without_brackets(&key) {
        Some(bare) if FOOTER.contains(&bare.as_str()) => FooterPart::Label { marked: true },
        None if FOOTER.contains(&key.as_str()) => FooterPart::Label { marked: false },
        _ => FooterPart::Other,
    }
}

/// A piece of a date that is spread over cells: 2026 年 3 月 5 日.
pub fn is_date_piece(text: &str) -> bool {
    let text = text.trim();
    !text.is_empty()
        && text
            .chars()
            .all(|c| c.is_numeric() || c.is_whitespace() || matches!(c, '年' | '月' | '日' | '.' | '-' | '/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn footers_by_their_labels() {
        assert_eq!(footer_part("单位负责人：张三"), FooterPart::Whole);
        assert_eq!(footer_part("统计负责人（签字）："), FooterPart::Label { marked: true });
        assert_eq!(footer_part("填报日期"), FooterPart::Label { marked: false });
        assert_eq!(footer_part("单位负责人（签章）"), FooterPart::Label { marked: true });
        for text in ["财务负责人", "张三", "审核人员", "联系人班组", "班组长：张三"] {
            assert_eq!(footer_part(text), FooterPart::Other, "{text}");
        }
    }
}
