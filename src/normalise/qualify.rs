//! What stands around a header's own word: brackets behind it, its measure, the parent above it. Of three sorts: it says
//! nothing new, it says that this is another figure, or nobody knows.

use super::row_lexicon::Characters;
use crate::definition::ColumnWords;
use crate::text::names::header_key;

/// What a qualifier means for its column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Qualifier {
    Neutral,
    /// 计划, 上年, 其中女: not the figure that the header alone would name.
    OtherMeaning,
    Unknown,
}

/// The words around headers, ready to be asked of every header.
#[derive(Debug)]
pub struct HeaderLexicon<'a> {
    words: &'a ColumnWords,
    /// Characters that words for another figure begin with: hardly any header has one of them, and every header is asked.
    begins: Characters,
}

impl<'a> HeaderLexicon<'a> {
    pub fn new(words: &'a ColumnWords) -> HeaderLexicon<'a> {
        HeaderLexicon { words, begins: Characters::of(words.other.iter(), |word| word.chars().next()) }
    }

    /// Whether a text names one or several measures: 元, 人、万元.
    pub fn is_measure(&self, text: &str) -> bool {
        let narrow = crate::text::width::narrow(text);
        let mut parts = narrow
            .split(['、', ',', '，', '/', ';', '；', ' ', '和', '(', ')'])
            .filter(|part| !part.is_empty())
            .peekable();
        let known = |part: &str| self.words.measures.iter().any(|word| word == part);
        parts.peek().is_some() && parts.all(|part| known(part.trim_start_matches("人民币")) || part == "人民币")
    }

    /// Whether words say that this is another figure.
    pub fn other_meaning(&self, words: &str) -> bool {
        if words.is_empty() {
            return false;
        }
        let other = |(at, c): (usize, char)| {
            self.begins.may_have(c)
                && self
                    .words
                    .other
                    .iter()
                    .any(|word| words.get(at..).is_some_and(|rest| rest.starts_with(word.as_str())))
        };
        if words.char_indices().any(other) {
            return true;
        }
        let bare = words.trim_start_matches("其中").trim_end_matches('数').trim_end_matches("人");
        self.words.part.iter().any(|word| word == bare)
    }

    /// What brackets behind a header say of its column.
    pub fn qualifier(&self, inside: &str) -> Qualifier {
        let plain = |c: char| c.is_numeric() || "年月日、".contains(c);
        if self.other_meaning(inside) {
            Qualifier::OtherMeaning
        } else if inside.chars().all(plain)
            || inside.contains(|c: char| c.is_ascii_alphanumeric())
            || self.is_measure(inside)
            || self.words.neutral.iter().any(|word| inside.contains(word.as_str()))
        {
            Qualifier::Neutral
        } else {
            Qualifier::Unknown
        }
    }

    /// Whether a header offers words to choose from: 集体类别（班组/科室/车间）.
    pub fn offers_choice(&self, header: &str) -> bool {
        let inside = header.split_once(['(', '（']).map_or("", |(_, inside)| inside);
        inside.contains(['/', '／', '、', '|', '或']) && !self.other_meaning(&header_key(inside))
    }

    /// Whether two parents are usual words for one block.
    pub fn same_block(&self, one: &str, other: &str) -> bool {
        let has = |block: &[String], word: &str| block.iter().any(|known| known == word);
        self.words.blocks.iter().any(|block| has(block, one) && has(block, other))
    }

    /// Whether a parent is the one that a field stands under. 本月（计划） is not 本月.
    pub fn same_parent(&self, parent: &str, under: &str) -> bool {
        let bare = crate::text::names::without_brackets(parent);
        if bare.is_some() && self.other_meaning(&inside(parent)) {
            return false;
        }
        let bare = bare.as_deref().unwrap_or(parent);
        if bare == under || self.same_block(bare, under) {
            return true;
        }
        // Of two texts only the longer can hold the other, and a search costs more than a look at their lengths.
        let held = if bare.len() < under.len() { None } else { bare.split_once(under) };
        match held {
            Some((before, after)) => !self.other_meaning(before) && !self.other_meaning(after),
            None if bare.len() > under.len() => false,
            None => {
                bare.chars().count() >= 2
                    && under.contains(bare)
                    && !(self.other_meaning(under) && !self.other_meaning(bare))
            }
        }
    }

    /// A header without the measure behind it, in whatever punctuation: 创效/元, 创效，元, 创效 单位：元.
    pub fn without_measure(&self, header: &str) -> Option<String> {
        let divides = |c: char| {
            matches!(c, '/' | '／' | ',' | '，' | ':' | '：' | ';' | '；' | '、' | '|' | '-' | '—') || c.is_whitespace()
        };
        let header = header.trim_end_matches(['）', ')']).trim_end();
        // 占比% needs nothing between.
        let sign = header.strip_suffix(['%', '％', '‰']).filter(|before| !before.trim_end().ends_with(['(', '（']));
        let (before, after) = sign.map(|before| (before, "%")).or_else(|| header.rsplit_once(divides))?;
        let after = after.trim_start_matches("单位");
        if !self.is_measure(after) {
            return None;
        }
        let before = before.trim_end_matches(divides);
        let before =
            ["计量单位", "金额单位", "单位"].iter().find_map(|word| before.strip_suffix(word)).unwrap_or(before);
        let key = header_key(before.trim_end_matches(|c: char| divides(c) || matches!(c, '(' | '（')));
        (!key.is_empty()).then_some(key)
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::definition::read::words::shipped;

    #[test]
    fn qualifiers_are_of_three_sorts() {
        let words = shipped().headers;
        let around = HeaderLexicon::new(&words);
        for words in ["计划", "上年", "去年同期", "预算", "应到", "其中女", "累计", "女"] {
            assert_eq!(around.qualifier(words), Qualifier::OtherMeaning, "{words}");
        }
        for words in ["全称", "盖章", "万元", "人", "必填", "18位", "年月", "yyyy-mm-dd", "按身份证填写", "实际"]
        {
            assert_eq!(around.qualifier(words), Qualifier::Neutral, "{words}");
        }
        assert_eq!(around.qualifier("含离退休"), Qualifier::Unknown);
        assert!(words.other.iter().all(|word| around.other_meaning(word)));
        assert_eq!(inside("提出(计划)"), "计划");
        assert!(
            around.offers_choice("集体类别（班组/科室/车间）")
                && !around.offers_choice("提出（计划/实际）")
                && !around.offers_choice("人数（含派遣）")
        );
    }

    #[test]
    fn parents_by_their_usual_words_and_not_by_another_figure() {
        let words = shipped().headers;
        let around = HeaderLexicon::new(&words);
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
            assert!(around.same_parent(parent, under), "{parent} {under}");
        }
        for (parent, under) in
            [("本月(计划)", "本月"), ("本月计划", "本月"), ("上年本月", "本月"), ("计划", "本月"), ("本月累计", "本月")]
        {
            assert!(!around.same_parent(parent, under), "{parent} {under}");
        }
    }

    #[test]
    fn a_sign_behind_a_header() {
        let words = shipped().headers;
        let around = HeaderLexicon::new(&words);
        for header in ["占比%", "占比 ％", "占比/%"] {
            assert_eq!(around.without_measure(header).as_deref(), Some("占比"), "{header}");
        }
        assert_eq!(around.without_measure("%"), None);
    }

    #[test]
    fn a_measure_behind_a_header_in_any_punctuation() {
        let words = shipped().headers;
        let around = HeaderLexicon::new(&words);
        for header in ["创效/元", "创效，元", "创效 单位：元", "创效\n单位：元", "创效、元", "创效（单位：元）"]
        {
            assert_eq!(around.without_measure(header).as_deref(), Some("创效"), "{header}");
        }
        for header in ["创效", "技术/标兵", "职务/职称", "元"] {
            assert_eq!(around.without_measure(header), None, "{header}");
        }
    }
}
