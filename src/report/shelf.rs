//! The workbooks on top of the results: what each is called and for, and whose it is. A name that is made here is known here.

use super::output::file_stem;
use crate::definition::Edition;

/// A workbook on top of the results.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TopBook {
    Signed,
    /// What was issued, as it was issued.
    Issued,
    Correction,
    Decisions,
    Chase,
    /// Who of the nominated was selected, filled in before the ledger has them.
    Selection,
}

impl TopBook {
    /// In the order in which a screen lists them: that which is opened first comes last, where the eye is.
    pub const ALL: [TopBook; 6] =
        [TopBook::Selection, TopBook::Issued, TopBook::Decisions, TopBook::Chase, TopBook::Correction, TopBook::Signed];

    /// The word in its name.
    pub const fn word(self) -> &'static str {
        match self {
            TopBook::Signed => Edition::Signed.word(),
            TopBook::Issued => "定稿",
            TopBook::Correction => "更正说明",
            TopBook::Decisions => "处理意见",
            TopBook::Chase => "催报",
            TopBook::Selection => "入选名单",
        }
    }

    /// What it is opened for.
    pub const fn usage(self) -> &'static str {
        match self {
            TopBook::Signed => "先看首页，送审用这一份",
            TopBook::Issued => "印发的原样，首页印有文号",
            TopBook::Correction => "印发后改了哪些数",
            TopBook::Decisions => "逐条填写怎样处理，放在原处再运行一次",
            TopBook::Chase => "该催谁，催什么",
            TopBook::Selection => "逐条填是否入选",
        }
    }

    /// Whether people write in it, or keep it as it is: never to be taken for left over.
    pub const fn is_theirs(self) -> bool {
        matches!(self, TopBook::Issued | TopBook::Decisions | TopBook::Selection)
    }

    /// Its name for results of this title (`2026年3月群众性经济技术创新月报`).
    pub fn name(self, title: &str) -> String {
        self.beside(&file_stem(title))
    }

    /// The same behind the beginning that the names of one run share.
    pub fn beside(self, stem: &str) -> String {
        match self {
            TopBook::Issued => format!("{stem}_{}_{}.xlsx", TopBook::Signed.word(), self.word()),
            _ => format!("{stem}_{}.xlsx", self.word()),
        }
    }

    /// What a file's name says it is, with the beginning that the names of one run share; `None` for any other.
    pub fn of(name: &str) -> Option<(TopBook, &str)> {
        TopBook::ALL.into_iter().find_map(|book| Some((book, name.strip_suffix(&book.beside(""))?)))
    }

    /// Whether a name holds this one's word, however somebody renamed his copy.
    pub fn is_named_in(self, name: &str) -> bool {
        name.contains(self.word())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_known_for_what_it_is() {
        for book in TopBook::ALL {
            let name = book.name("2026年3月月报/一");
            assert_eq!(TopBook::of(&name), Some((book, "2026年3月月报_一")), "{name}");
            assert_eq!(book.beside("2026年3月月报_一"), name);
        }
        assert_eq!(TopBook::of("2026年3月月报_工作版.xlsx"), None);
    }
}
