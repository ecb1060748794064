//! Labels of a footer: who signs, when, and how to reach them. A word alone makes no footer; the row that it stands in does.

use super::row_lexicon::RowLexicon;
use crate::text::names::header_key;

/// How a cell reads as a part of a footer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FooterPart {
    /// A label whose value stands elsewhere; whether a colon or a place for a seal marks it as one.
    Label {
        marked: bool,
    },
    /// Label and value.
    Whole,
    /// A short label of any words before a colon: it makes a footer only together with others.
    Said,
    Other,
}

impl RowLexicon<'_> {
    /// How a cell reads as a part of a footer.
    pub fn footer_part(&self, text: &str) -> FooterPart {
        let text = text.trim();
        if text.len() > 600 {
            return FooterPart::Other;
        }
        if let Some((label, value)) = text.split_once([':', '：']) {
            let key = header_key(label);
            let bare = crate::text::names::without_brackets(&key).unwrap_or(key);
            let known = self.words.footer_ends.iter().any(|end| bare.ends_with(end.as_str()));
            if bare.chars().count() > 12 || !known {
                return if is_short_label(&bare, value) { FooterPart::Said } else { FooterPart::Other };
            }
            let empty = value.chars().all(|c| c.is_whitespace() || c == '_');
            return if empty { FooterPart::Label { marked: true } } else { FooterPart::Whole };
        }
        let key = header_key(text);
        match crate::text::names::without_brackets(&key) {
            Some(bare) if self.words.footers.contains(&bare) => FooterPart::Label { marked: true },
            None if self.words.footers.contains(&key) => FooterPart::Label { marked: false },
            // （盖章）, （签字）: a place for one.
            _ if key
                .strip_prefix('(')
                .and_then(|key| key.strip_suffix(')'))
                .is_some_and(|place| self.words.footers.iter().any(|word| word == place)) =>
            {
                FooterPart::Label { marked: true }
            }
            _ => FooterPart::Other,
        }
    }
}

/// 分管领导：王刚, 拟稿：: a few characters, and behind the colon no sentence.
fn is_short_label(label: &str, value: &str) -> bool {
    let plain = |c: char| c.is_alphabetic() || c == '/';
    (1..=8).contains(&label.chars().count()) && label.chars().all(plain) && value.trim().chars().count() <= 20
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
        let words = crate::definition::read::words::shipped().rows;
        let footer_part = |text: &str| RowLexicon::new(&words).footer_part(text);
        assert_eq!(footer_part("单位负责人：张三"), FooterPart::Whole);
        assert_eq!(footer_part("统计负责人（签字）："), FooterPart::Label { marked: true });
        assert_eq!(footer_part("填报日期"), FooterPart::Label { marked: false });
        assert_eq!(footer_part("单位负责人（签章）"), FooterPart::Label { marked: true });
        assert_eq!(footer_part("班组长：张三"), FooterPart::Said);
        for text in [
            "财务负责人",
            "张三",
            "审核人员",
            "联系人班组",
            "12：30",
            "注：以上各数以当月的为准，不含上年结转的各项数字",
        ] {
            assert_eq!(footer_part(text), FooterPart::Other, "{text}");
        }
    }
}
