//! The words by which returns say what they are, the same for all pipelines: `pipelines/words.toml`.
//!
//! Lists are compared by [`match_key`], and hold keys; their order is that of the file.

use super::column_words::{ColumnWords, CoverWords};
use super::row_words::{NameWords, RowWords};
use crate::text::names::match_key;

/// All of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Words {
    pub sheets: SheetWords,
    pub files: FileWords,
    pub cover: CoverWords,
    pub headers: ColumnWords,
    pub rows: RowWords,
    pub names: NameWords,
}

/// What names of sheets say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SheetWords {
    /// A sheet that is no return: 示例, 作废.
    pub set_aside: Vec<String>,
    /// What may stand before such a word: 填报.
    pub leads: Vec<String>,
    /// Names of any form or sheet: 汇总表.
    pub plain: Vec<String>,
    /// At the end of a copy's name: 副本.
    pub copies: Vec<String>,
    /// Within the name of a sheet that repeats what others hold: 汇总.
    pub summaries: Vec<String>,
    /// Within the name of a sheet that explains the form.
    pub explaining: Vec<String>,
    /// What a column or a note is called in which a sender explains his figures: 说明.
    pub explanations: Vec<String>,
}

impl SheetWords {
    /// Whether a sheet's name says that it explains the form.
    pub fn explains(&self, name: &str) -> bool {
        let name = match_key(name);
        self.explaining.iter().any(|word| name.contains(word.as_str()))
    }

    /// Whether a sheet's name says that it repeats what other sheets hold.
    pub fn is_summary(&self, name: &str) -> bool {
        let name = match_key(name);
        self.summaries.iter().any(|word| name.contains(word.as_str()))
    }
}

/// What names of files say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileWords {
    /// A file that does not count: 作废.
    pub void: Vec<String>,
    /// One that does not, unless a mark of a correction stands beside the word: 错误.
    pub faulty: Vec<String>,
    /// What may be written beside either: 已, 件.
    pub void_beside: Vec<String>,
    /// A part that comes on top of what was sent: 补报.
    pub supplements: Vec<String>,
    /// A part with its number, `#` standing for it: 第#批.
    pub numbered: Vec<String>,
    /// Kinds that are listed apart, each list by itself: 集体, 个人.
    pub kinds: Vec<Vec<String>>,
    /// Marks of the last version, and of a corrected one.
    pub last: Vec<String>,
    pub revised: Vec<String>,
}
