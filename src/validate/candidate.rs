//! A return that may be a version or a part of another, and what makes one the later.

use super::changes::Comparison;
use super::kinship::{Records, Relative};
use crate::definition::{Form, Roster};
use crate::model::FormTable;
use crate::model::normalised::VersionEvidence;
use std::collections::BTreeSet;

/// What made one return the later one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DecidedBy {
    FilledOn,
    Mark,
    /// The stamp inside.
    Modified,
    /// The file's own stamp.
    FileStamp,
    /// The other one calls itself 作废.
    Void,
    /// Somebody decided so.
    Person,
    Nothing,
}

impl DecidedBy {
    pub fn word(self) -> &'static str {
        match self {
            DecidedBy::FilledOn => "填报日期较晚",
            DecidedBy::Mark => "文件名的版本标记较新",
            DecidedBy::Modified => "文件里的修改时间较晚",
            DecidedBy::FileStamp => "文件的修改时间较晚",
            DecidedBy::Void => "另一份的名称说明它不作数",
            DecidedBy::Person => "经人工认定采用此版",
            DecidedBy::Nothing => "",
        }
    }
}

/// One return as a candidate for counting, with all that it says of one form.
pub struct Candidate<'a> {
    pub position: usize,
    pub source: u32,
    pub name: &'a str,
    pub sha256: &'a [u8],
    pub sender: u32,
    pub version: &'a VersionEvidence,
    pub tables: Vec<&'a FormTable>,
    pub records: Records<'a>,
    /// 推荐单位 that its rows name; empty where none could be read, which overlaps with everything.
    pub units: BTreeSet<u32>,
}

impl Candidate<'_> {
    pub fn relative(&self) -> Relative<'_> {
        Relative { version: self.version, units: &self.units }
    }
}

/// One form as its versions are told apart.
pub struct Family<'a> {
    pub form: &'a Form,
    pub index: u16,
    pub roster: &'a Roster,
    pub comparison: Comparison<'a>,
}
