//! Words that rows and names in returns are told by; part of the words that all pipelines share.

use crate::text::loose::{Loose, LooseWords};
use crate::text::names::header_key;
use crate::text::people::PeopleWords;

/// What rows say of themselves.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RowWords {
    /// Wholly such a word, a row adds up the table: 合计.
    pub totals: Vec<String>,
    /// Its section: 小计.
    pub subtotals: Vec<String>,
    /// No sum of rows that stand here: 平均, 累计, 承上页.
    pub no_sums: Vec<String>,
    /// What may stand before a total without making it a name: 本页, 全市.
    pub total_of: Vec<String>,
    /// What may stand behind one: 人数.
    pub total_what: Vec<String>,
    /// Totals that a unit or a code may be written before as one word.
    pub total_attached: Vec<String>,
    /// Names that begin so may be totals.
    pub total_like: Vec<String>,
    /// 其中.
    pub of_which: Vec<String>,
    /// Labels of a footer that are whole without a colon.
    pub footers: Vec<String>,
    /// What a label before a colon ends with.
    pub footer_ends: Vec<String>,
    /// What signature lines begin with.
    pub signatures: Vec<String>,
    /// What notes begin with.
    pub notes: Vec<String>,
    /// 以下空白, 续表.
    pub page_marks: Vec<String>,
    /// Nothing to report, where a record would stand.
    pub nothing: Vec<String>,
    /// What a sentence that says so begins with: 本月.
    pub nothing_when: Vec<String>,
    /// How it goes on: 无.
    pub nothing_says: Vec<String>,
    /// Beside 零报告 they ask for it, and say nothing.
    pub zero_report_asked: Vec<String>,
    /// Numbers of lines that call them examples.
    pub example_numbers: Vec<String>,
    /// Before or behind a name, or in brackets beside it, where it is an example: 示例：张三.
    pub example_labels: Vec<String>,
    /// A name that begins so may be an example: 示例竞赛.
    pub example_starts: Vec<String>,
    /// Before a word for an example: 此行.
    pub example_leads: Vec<String>,
    /// Remarks that call a row an example.
    pub examples: Vec<String>,
    /// Behind a code word that heads a section: 名单.
    pub heading_what: Vec<String>,
    /// Remarks that take a record back begin so.
    pub void: Vec<String>,
    /// Remarks that take a record back where they say nothing else: 取消.
    pub void_alone: Vec<String>,
    /// Before such a word: 本行, 已.
    pub void_leads: Vec<String>,
    /// Where nothing was filled in: 待定, NULL.
    pub placeholders: Vec<String>,
    /// 未报.
    pub not_reported: Vec<String>,
    /// 无.
    pub none: Vec<String>,
    /// As above, in words.
    pub dittos: Vec<String>,
    /// As beside, which fills nothing down.
    pub same_as_left: Vec<String>,
    /// A rate over nothing: 不适用.
    pub no_rate: Vec<String>,
    /// Yes, in words and marks.
    pub yes: Vec<String>,
    /// No, likewise.
    pub no: Vec<String>,
    /// Columns of a form filled in across that say what its rows are counted in.
    pub legends: Vec<String>,
    /// Over the figures of a form filled in across that has one record, in the place of its unit: 数量.
    pub figures: Vec<String>,
}

impl RowWords {
    /// Whether a text heads nothing but figures.
    pub fn is_figure(&self, text: &str) -> bool {
        self.figures.contains(&header_key(text))
    }
}

/// What names say, and what they do not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NameWords {
    /// Kinds of company, which two spellings of one name may leave out: 有限公司. The longer before those that they end in.
    pub companies: Vec<String>,
    /// In brackets behind a name they tell two names apart, as numbers do: 甲, 初赛.
    pub apart: Vec<String>,
    /// Surnames of two characters: 欧阳 修文 is one person.
    pub surnames: Vec<String>,
    /// Usual surnames of one character: 李强王芳 may be two people.
    pub usual_surnames: Vec<String>,
    /// Ends of words in brackets that are nobody's name: 高工.
    pub no_name_ends: Vec<String>,
    /// What may be left out before and behind a number: 第, 号.
    pub before_number: Vec<String>,
    pub behind_number: Vec<String>,
    /// Ends of names that say the same: 班, 班组.
    pub ends: Vec<Vec<String>>,
    /// Ends of names of collectives: 班.
    pub collectives: Vec<String>,
}

impl NameWords {
    /// A name as what may be another spelling of it.
    pub fn loose(&self, name: &str) -> Loose {
        let words = LooseWords {
            companies: &self.companies,
            apart: &self.apart,
            before_number: &self.before_number,
            behind_number: &self.behind_number,
            ends: &self.ends,
        };
        Loose::of(name, words)
    }

    /// What is known of people's names.
    pub fn people(&self) -> PeopleWords<'_> {
        PeopleWords { compound: &self.surnames, usual: &self.usual_surnames, no_name_ends: &self.no_name_ends }
    }
}
