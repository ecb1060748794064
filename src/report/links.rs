//! Links from the findings workbook to the returns: relative to the output folder where both lie on one root,
//! so that the two folders can be moved or mailed together.

use super::results::Results;
use crate::book::link::{address, within};
use crate::book::listing::ListCell;
use crate::machine::RealPaths;
use crate::model::SourceFile;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Per file of the run, what a link to it says.
#[derive(Debug, Clone, Default)]
pub struct Links(BTreeMap<u32, String>);

impl Links {
    /// Looks for each file on the disk, for workbooks in each of these folders below that of the results (`""`: in it); a
    /// member of a zip links to the zip.
    pub fn find<const N: usize>(results: &Results<'_>, folder: &Path, below: [&str; N]) -> [Links; N] {
        let mut links = [const { Links(BTreeMap::new()) }; N];
        let Ok(folder) = folder.canonicalize() else { return links };
        let from = below.map(|below| folder.join(below));
        let mut real = RealPaths::default();
        let mut ways: Option<(PathBuf, [Option<String>; N])> = None;
        for SourceFile { index, path, .. } in results.verdict.sources.iter().map(|verdict| &verdict.source) {
            let Some(there) = real.of_file(path) else { continue };
            let Some((folder, name)) = there.parent().zip(there.file_name()) else { continue };
            // Files of one folder follow one another.
            if ways.as_ref().is_none_or(|(of, _)| of.as_os_str() != folder.as_os_str()) {
                ways = Some((folder.to_path_buf(), from.each_ref().map(|from| address(from, folder))));
            }
            for (way, links) in ways.iter().flat_map(|(_, ways)| ways).zip(&mut links) {
                let address = way.as_deref().and_then(|way| within(way, name));
                links.0.extend(address.map(|address| (*index, address)));
            }
        }
        links
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
