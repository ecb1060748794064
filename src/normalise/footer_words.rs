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
            if bare.chars().count() > 12 || !self.words.footer_ends.iter().any(|end| bare.ends_with(end.as_str())) {
                return FooterPart::Other;
            }
            let empty = value.chars().all(|c| c.is_whitespace() || c == '_');
            return if empty { FooterPart::Label { marked: true } } else { FooterPart::Whole };
        }
        let key = header_key(text);
        match crate::text::names::without_brackets(&key) {
            Some(bare) if self.words.footers.contains(&bare) => FooterPart::Label { marked: true },
            None if self.words.footers.contains(&key) => FooterPart::Label { marked: false },
            _ => FooterPart::Other,
        }
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
        let words = crate::definition::read::words::shipped().rows;
        let footer_part = |text: &str| RowLexicon::new(&words).footer_part(text);
        assert_eq!(footer_part("单位负责人：张三"), FooterPart::Whole);
        assert_eq!(footer_part("统计负责人（签字）："), FooterPart::Label { marked: true });
        assert_eq!(footer_part("填报日期"), FooterPart::Label { marked: false });
        assert_eq!(footer_part("单位负责人（签章）"), FooterPart::Label { marked: true });
        for text in ["财务负责人", "张三", "审核人员", "联系人班组", "班组长：张三"] {
            assert_eq!(footer_part(text), FooterPart::Other, "{text}");
        }
    }
}
