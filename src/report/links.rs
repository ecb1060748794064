//! Links from the findings workbook to the returns: relative to the output folder where both lie on one root,
//! so that the two folders can be moved or mailed together.

use super::results::Results;
use crate::book::link::address;
use crate::book::listing::ListCell;
use std::collections::BTreeMap;
use std::path::Path;

/// Per file of the run, what a link to it says.
#[derive(Debug, Clone, Default)]
pub struct Links(BTreeMap<u32, String>);

impl Links {
    /// Looks for each file on the disk, for a workbook in this folder below that of the results (`""`: in it); a member
    /// of a zip links to the zip.
    pub fn find(results: &Results<'_>, folder: &Path, below: &str) -> Links {
        let Ok(from) = folder.canonicalize().map(|folder| folder.join(below)) else { return Links::default() };
        let link = |path: &Path| {
            let there = path.canonicalize().ok().filter(|path| path.is_file())?;
            address(&from, &there)
        };
        let sources = results.verdict.sources.iter().map(|verdict| &verdict.source);
        Links(sources.filter_map(|source| Some((source.index, link(&source.path)?))).collect())
    }

    /// A cell of a list with a file's name, which opens it where it is on the disk.
    pub fn item<'a>(&'a self, results: &Results<'a>, source: Option<u32>) -> ListCell<'a> {
        let Some(source) = source else { return ListCell::Blank };
        let text = results.file_name(source);
        self.target(source).map_or(ListCell::Text(text), |target| ListCell::Link { text, target })
    }

    /// What the link to a file says; `None` where there is no such file on the disk.
    pub fn target(&self, source: u32) -> Option<&str> {
        self.0.get(&source).map(String::as_str)
    }
}
