//! The first page of what is signed: who speaks, which figures it shows, and its sentences.

use super::rules::{Bound, Compare};
use crate::domain::ranking::Direction;
use crate::language::Checked;
use crate::model::conclusion::About;

/// What stands around the news of the period; empty where nothing is declared.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FrontPage {
    /// 汇总单位: who made it.
    pub office: String,
    /// 附件1, above the title at the left.
    pub annex: String,
    /// 密级, or 内部资料 where names stand: above the title at the right.
    pub classification: String,
    /// What is to be filled in below by hand: 单位负责人, 审核人 …
    pub sign: Vec<String>,
    /// Typefaces of 通报 as a document.
    pub title_font: String,
    pub heading_font: String,
    pub text_font: String,
    /// Of its page numbers.
    pub number_font: String,
}

impl FrontPage {
    /// What this one leaves open is as in the other.
    pub fn or(self, other: FrontPage) -> FrontPage {
        let or = |own: String, other: String| if own.is_empty() { other } else { own };
        FrontPage {
            office: or(self.office, other.office),
            annex: or(self.annex, other.annex),
            classification: or(self.classification, other.classification),
            sign: if self.sign.is_empty() { other.sign } else { self.sign },
            title_font: or(self.title_font, other.title_font),
            heading_font: or(self.heading_font, other.heading_font),
            text_font: or(self.text_font, other.text_font),
            number_font: or(self.number_font, other.number_font),
        }
    }
}

/// One of the figures of the first page.
#[derive(Debug, Clone)]
pub struct KeyFigure {
    pub name: String,
    /// 件, 万元; empty for proportions.
    pub unit: String,
    /// Index of the table whose figure it is.
    pub table: usize,
    /// Index of the table that a reader is sent to: that one, where no other shows more of it.
    pub see: usize,
    /// Label of the row that it stands in; `None` for the total.
    pub row: Option<String>,
    /// `None` for the number of the table's rows.
    pub column: Option<String>,
    /// 上年同期, and the column with that figure.
    pub against: Option<(String, String)>,
    /// The column with the change.
    pub change: Option<String>,
    /// Which way is better; `None` where neither is.
    pub better: Option<Direction>,
    /// Not less or not more than the bound, else than the figure that it is compared with.
    pub compare: Option<Compare>,
    pub bound: Option<Bound>,
}

/// One sentence of the first page.
#[derive(Debug, Clone)]
pub struct Headline {
    /// Index of the table whose figures it says.
    pub table: usize,
    /// Said only where this holds of the table's total row and of `行数`, the number of its other rows.
    pub when: Option<Checked>,
    pub say: Vec<HeadlinePart>,
    /// Said instead, where the condition does not hold or a figure is missing; `None` for nothing.
    pub otherwise: Option<String>,
    /// Something that has to be mended, which the print emphasises.
    pub alarm: bool,
    /// News, or what the reader is asked to do.
    pub about: About,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HeadlinePart {
    Words(String),
    /// A figure of the total row: `1,980`, `48.0%`.
    Total(String),
    /// The same as a change: 增长 3.2%, 减少 12, 持平.
    Change(String),
    /// The rows with the most or the least of a column, with the figure: 合肥（48.0%）.
    Highest(String),
    Lowest(String),
    /// The words of a column, row by row.
    Names(String),
    /// The rows whose figure in a column is not 0, with it: 合肥市 3、芜湖市 1.
    Each(String),
    /// How many rows there are, totals aside.
    Rows,
}
