//! Words in a cell that hold no value of their own: nothing there, not filled in, as above; and words for yes and no.

use super::labels;
use super::qualify::inside;
use super::row_lexicon::{AROUND, DITTO_MARKS, RowLexicon};
use crate::text::names::{header_key, match_key, tidy, without_brackets};

/// What a cell says that holds no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Silence {
    /// 无
    NoneWord,
    /// —, /
    Mark,
    /// 未报
    NotReported,
    /// 待定, 详见附件, NULL: nobody has filled it in.
    Placeholder,
}

impl RowLexicon<'_> {
    /// Whether a tidied text says nothing, and how.
    pub fn silence(&self, text: &str) -> Option<Silence> {
        match text {
            _ if labels::is_mark(text) => return Some(Silence::Mark),
            _ if says_nothing(text) => return Some(Silence::Placeholder),
            _ if !self.may_be_silent(text) => return None,
            _ => {}
        }
        let is = |words: &[String], key: &str| words.iter().any(|word| word == key);
        if is(&self.words.none, text) {
            return Some(Silence::NoneWord);
        }
        if is(&self.words.not_reported, text) {
            return Some(Silence::NotReported);
        }
        let key = header_key(text);
        let bare = key.trim_matches(['(', ')']);
        // 见附表2.
        let unnumbered = bare.trim_end_matches(|c: char| c.is_numeric());
        // #VALUE!, of which a header's key would leave less.
        let whole = match_key(text);
        let placeholder = [bare, unnumbered, &whole].into_iter().any(|key| is(&self.words.placeholders, key));
        placeholder.then_some(Silence::Placeholder)
    }

    /// Whether a text says "as above", in any of its spellings.
    pub fn is_ditto(&self, text: &str) -> bool {
        if !self.may_be_ditto(text) {
            return false;
        }
        let bare = text.trim_matches(|c: char| c.is_whitespace() || AROUND.contains(&c));
        if bare.is_empty() {
            return false;
        }
        // Quotes and dots are words for it where nothing else stands there.
        if bare.chars().all(|c| DITTO_MARKS.contains(&c) || c.is_whitespace()) {
            return bare != "'" && bare != "’";
        }
        // ↑ alone says it, and beside 同上 nothing.
        let words = bare.chars().filter(|c| !c.is_whitespace() && *c != '↑');
        let key: String = words.map(|c| c.to_ascii_lowercase()).collect();
        self.words.dittos.contains(&key)
    }

    /// Whether it says so of the cell to its left, which fills nothing down.
    pub fn is_same_as_left(&self, text: &str) -> bool {
        if !self.may_be_same_as_left(text) {
            return false;
        }
        let bare = text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '（' | '）' | '(' | ')' | '。'));
        let numbered = with_numbers_as_signs(bare);
        self.words.same_as_left.contains(&numbered)
    }

    /// Whether a word says that there is no rate, where nothing is counted that it could be of.
    pub fn is_no_rate(&self, text: &str) -> bool {
        let key = match_key(text);
        matches!(self.silence(&tidy(text)), Some(Silence::NoneWord | Silence::Mark))
            || self.words.no_rate.iter().any(|word| word == key.trim_matches(['(', ')']))
    }

    /// What a word or mark says of yes or no.
    pub fn yes_or_no(&self, text: &str) -> Option<bool> {
        let key = match_key(text);
        match () {
            () if self.words.yes.contains(&key) => Some(true),
            () if self.words.no.contains(&key) => Some(false),
            () => None,
        }
    }

    /// An answer with something behind it, or in the words of its question: 是（班组）, and 一线 or 非一线 to 是否一线.
    pub fn answer_to(&self, question: &str, text: &str) -> Option<bool> {
        let key = header_key(text);
        if let Some(bare) = without_brackets(&key).filter(|bare| !bare.is_empty()) {
            let inside = inside(&key);
            return self.yes_or_no(&bare).filter(|yes| self.yes_or_no(&inside).is_none_or(|other| other == *yes));
        }
        let bare = key.trim_end_matches(['。', '.', '!', ';', ',']);
        if bare.len() < key.len() {
            return self.yes_or_no(bare);
        }
        let name = header_key(question);
        let asked = name.strip_prefix("是否").filter(|asked| !asked.is_empty())?;
        match ["不是", "非", "不"].iter().find_map(|not| key.strip_prefix(not)) {
            Some(rest) => (rest == asked).then_some(false),
            None => (key == asked).then_some(true),
        }
    }
}

/// Marks without a letter or a figure, or several that stand for anything: …, ？, ××, xxx, ○○.
fn says_nothing(text: &str) -> bool {
    let mark = |c: char| matches!(c, 'x' | 'X' | 'ｘ' | 'Ｘ' | '〇');
    // Chinese characters are letters, and most texts begin with one.
    if text.chars().next().is_some_and(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)) {
        return false;
    }
    let Some(first) = text.chars().next().filter(|c| mark(*c) || !c.is_alphanumeric()) else { return false };
    // A tick is an answer.
    let tick = |c: char| matches!(c, '√' | '✓' | '✔' | '☑' | '■' | '●');
    let any = text.chars().all(|c| mark(c) || !(c.is_alphanumeric() || tick(c)));
    any && (!mark(first) || text.chars().nth(1).is_some())
}

/// 同第3行 → 同第#行.
fn with_numbers_as_signs(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let c =
            if c.is_ascii_digit() || crate::text::numbers::chinese_whole(&c.to_string()).is_some() { '#' } else { c };
        if !(c == '#' && out.ends_with('#')) {
            out.push(c);
        }
    }
    out
}
