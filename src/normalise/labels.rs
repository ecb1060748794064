//! Words that make a row something else than a record: notes, marks of the page, headings, nothing to report.
//!
//! Where such a word stands decides the classifier, never a word alone.

use super::row_lexicon::RowLexicon;
use crate::text::names::{header_key, match_key, tidy};

/// What a text says of nothing, in a row where a record would stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nothing {
    /// It says something.
    Something,
    /// Blank, a stroke, 0.
    Mark,
    /// 无
    Word,
    /// 零报告
    ZeroReport,
}

impl RowLexicon<'_> {
    /// What a text says of nothing.
    pub fn nothing(&self, text: &str) -> Nothing {
        // The longest of these words has seven characters.
        if text.len() > 40 {
            return Nothing::Something;
        }
        let key = header_key(text);
        match () {
            () if self.is_nothing(&key) && key.contains("零报告") => Nothing::ZeroReport,
            () if self.is_nothing(&key) => Nothing::Word,
            () if is_mark(text) || key.is_empty() || key == "0" => Nothing::Mark,
            () => Nothing::Something,
        }
    }

    /// Words for nothing to report where a record would stand.
    pub fn is_nothing(&self, key: &str) -> bool {
        let bare = key.strip_prefix('(').and_then(|key| key.strip_suffix(')')).unwrap_or(key);
        self.words.nothing.iter().any(|word| word == bare)
    }

    /// A sentence that says so: 本月无活动, 我单位本季度未开展竞赛.
    pub fn says_nothing(&self, text: &str) -> bool {
        let key = header_key(text);
        let mut rest = key.trim_start_matches('(').trim_end_matches(')');
        let mut begun = false;
        let when =
            |rest: &str| self.words.nothing_when.iter().find(|word| rest.starts_with(word.as_str())).map(String::len);
        while let Some(length) = when(rest).filter(|length| *length > 0) {
            (rest, begun) = (rest.get(length..).unwrap_or(""), true);
        }
        let says = self.words.nothing_says.iter().any(|word| rest.starts_with(word.as_str()));
        begun && says && key.chars().count() <= 24
    }

    /// Whether a text says that there is nothing to report; 没有的请填“零报告” asks for it and says nothing.
    pub fn is_zero_report(&self, text: &str) -> bool {
        text.contains("零报告") && {
            let key = match_key(text);
            !self.words.zero_report_asked.iter().any(|word| key.contains(word.as_str()))
        }
    }

    pub fn is_signature(&self, key: &str) -> bool {
        self.words.signatures.iter().any(|word| key.starts_with(word.as_str()))
    }

    /// Signature lines, 说明 and 注.
    pub fn is_note(&self, key: &str) -> bool {
        let key = key.trim_start_matches('(');
        self.is_signature(key) || self.words.notes.iter().any(|word| key.starts_with(word.as_str()))
    }

    /// 以下空白, 续表, 第 1 页 共 3 页: marks of the page, which say nothing of a record.
    pub fn is_page_mark(&self, text: &str) -> bool {
        let key = header_key(text);
        let bare = key.trim_matches(['(', ')', '=', '~', ' ']);
        if let Some(rest) = self.words.page_marks.iter().find_map(|mark| bare.strip_prefix(mark.as_str())) {
            // 续表1, 续表二.
            return rest.chars().all(|c| c.is_numeric() || "一二三四五六七八九十()".contains(c));
        }
        let of_page = |part: &str| {
            let part = part.trim_start_matches(['第', '共']);
            part.strip_suffix('页').is_some_and(|n| {
                !n.is_empty() && n.chars().all(|c| c.is_numeric() || "一二三四五六七八九十".contains(c))
            })
        };
        let pages = bare.split_inclusive('页');
        (bare.ends_with('页') && bare.starts_with(['第', '共']) && pages.clone().all(of_page))
            || bare
                .strip_prefix("page")
                .is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit() || "of/".contains(c)))
    }
}

/// Marks for nothing in a cell.
pub fn is_mark(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| matches!(c, '/' | '／' | '\\' | '-' | '－' | '—' | '–' | '―' | '*' | '、'))
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
        let words = crate::definition::read::words::shipped().rows;
        let is_page_mark = |text: &str| RowLexicon::new(&words).is_page_mark(text);
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
        let words = crate::definition::read::words::shipped().rows;
        let says_nothing = |text: &str| RowLexicon::new(&words).says_nothing(text);
        assert!(says_nothing("本月无活动") && says_nothing("我单位本季度未开展竞赛") && says_nothing("（本月无）"));
        assert!(!says_nothing("无锡班组") && !says_nothing("本月无纸化办公推进了三项具体工作并且完成全部指标任务"));
        assert!(!says_nothing("没有"));
    }
}
