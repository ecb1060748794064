//! Words that rows and names in returns are told by; part of the words that all pipelines share.

use crate::text::loose::Loose;
use crate::text::names::header_key;

/// What rows say of themselves.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RowWords {
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
}

impl NameWords {
    /// A name as what may be another spelling of it.
    pub fn loose(&self, name: &str) -> Loose {
        Loose::of(name, &self.companies, &self.apart)
    }
}
