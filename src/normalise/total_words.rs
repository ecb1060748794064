//! Labels of rows that add others up. Where such a label stands decides the classifier.

use super::row_lexicon::RowLexicon;
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

/// What a label is as a total.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TotalLabel<'t> {
    /// Nothing but a total word, or one with what it is of.
    Total(Total),
    /// Something written before 小计 or 合计 as one word: a total if that is a unit, a code or a group of its own.
    Of(&'t str, Total),
}

impl RowLexicon<'_> {
    /// Reads a label as a total. A longer name that merely begins with such a word (总计量站, 小计算机房) is none.
    pub fn total<'t>(&self, text: &'t str, compact: &'t mut String) -> Option<TotalLabel<'t>> {
        if text.len() > 120 || !self.may_be_total(text) {
            return None;
        }
        let key = header_key(text);
        let bare = crate::text::names::without_brackets(&key).unwrap_or(key);
        *compact = bare;
        let key = compact.as_str();
        if let Some(kind) = self.whole_total(key) {
            return Some(TotalLabel::Total(kind));
        }
        // 甲组 汇总, as Excel writes it; 国有：小计.
        let plain = tidy(text);
        let apart = plain.rsplit_once(|c: char| c.is_whitespace() || matches!(c, ':' | '：' | '-' | '—' | '·'));
        if let Some(kind) = apart.and_then(|(_, last)| self.whole_total(&header_key(last))) {
            return Some(TotalLabel::Total(kind));
        }
        for (word, kind) in self.totals() {
            if let Some(rest) = key.strip_prefix(word)
                && (self.words.total_what.iter().any(|what| what == rest)
                    || rest.starts_with(|c: char| c.is_ascii_digit() || c == '('))
            {
                return Some(TotalLabel::Total(kind));
            }
        }
        let attached = self.totals().filter(|(word, _)| self.words.total_attached.iter().any(|known| known == word));
        attached.filter_map(|(word, kind)| Some(TotalLabel::Of(key.strip_suffix(word)?, kind))).next()
    }

    /// Whether it reads as one at all.
    pub fn is_total(&self, text: &str) -> bool {
        self.total(text, &mut String::new()).is_some()
    }

    /// Whether a name begins with a word for a total: 总计量站.
    pub fn begins_as_total(&self, text: &str) -> bool {
        let text = text.trim_start();
        self.words.total_like.iter().any(|word| text.starts_with(word.as_str()))
    }

    /// 其中, alone or before a stop: 其中：女职工. 其中桥养护班 is a name.
    pub fn is_of_which(&self, text: &str) -> bool {
        let text = text.trim_start();
        self.words.of_which.iter().filter_map(|word| text.strip_prefix(word.as_str())).any(|rest| {
            rest.chars().next().is_none_or(|c| c.is_whitespace() || matches!(c, ':' | '：' | ',' | '，' | '、'))
        })
    }

    fn totals(&self) -> impl Iterator<Item = (&str, Total)> {
        let kinds = [
            (&self.words.totals, Total::Whole),
            (&self.words.subtotals, Total::Part),
            (&self.words.no_sums, Total::Other),
        ];
        kinds.into_iter().flat_map(|(words, kind)| words.iter().map(move |word| (word.as_str(), kind)))
    }

    fn whole_total(&self, key: &str) -> Option<Total> {
        let exact = |key: &str| self.totals().find(|(word, _)| *word == key).map(|(_, kind)| kind);
        exact(key).or_else(|| {
            let of = self.words.total_of.iter().find_map(|of| exact(key.strip_prefix(of.as_str())?))?;
            // 本页合计 adds up a page.
            Some(if key.starts_with("本页") && of == Total::Whole { Total::Part } else { of })
        })
    }
}

/// Whether a text is a count and no name: 12个 in the column of names of a 合计 row.
pub fn is_count(text: &str) -> bool {
    numbers::read(text).is_ok() || numbers::read(text.trim_start_matches(['共', '计', '合'])).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::definition::read::words::shipped;

    #[test]
    fn a_total_is_the_whole_label_and_never_part_of_a_name() {
        let words = shipped().rows;
        let rows = RowLexicon::new(&words);
        let kind = |text: &str| match rows.total(text, &mut String::new()) {
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
            assert_eq!(rows.total(text, &mut String::new()), None, "{text}");
        }
        assert_eq!(rows.total("合肥市小计", &mut String::new()), Some(TotalLabel::Of("合肥市", Total::Part)));
    }

    #[test]
    fn of_which_needs_a_stop_behind_it() {
        let words = shipped().rows;
        let rows = RowLexicon::new(&words);
        assert!(["其中", "其中：女职工", "其中 一线", "其中，产业工人"].iter().all(|text| rows.is_of_which(text)));
        assert!(!rows.is_of_which("其中桥养护班") && !rows.is_of_which("其中一班"));
    }
}
