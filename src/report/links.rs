//! Links from the findings workbook to the returns: relative to the output folder where both lie on one root,
//! so that the two folders can be moved or mailed together.

use super::results::Results;
use crate::book::link::{address, within};
use crate::book::listing::ListCell;
use crate::machine::RealPaths;
use crate::model::SourceFile;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Where the files of the run are, as links of one workbook say it: an address is put together when it is asked for.
#[derive(Debug, Clone, Default)]
pub struct Links {
    /// The way to each folder that files lie in; `None` where no link can say it.
    ways: Vec<Option<String>>,
    files: Arc<PlacedFiles>,
}

/// Which folder each file lies in, and under which name.
#[derive(Debug, Default)]
struct PlacedFiles {
    /// By the file's index, the position among the ways; of none where it is not on the disk.
    folders: Vec<Option<u32>>,
    /// Files that a link leads to by another name.
    renamed: BTreeMap<u32, OsString>,
}

impl Links {
    /// Looks for each file on the disk, for workbooks in each of these folders below that of the results (`""`: in it); a
    /// member of a zip links to the zip.
    pub fn find<const N: usize>(results: &Results<'_>, folder: &Path, below: [&str; N]) -> [Links; N] {
        let mut ways = [const { Vec::new() }; N];
        let mut files = PlacedFiles::default();
        if let Ok(folder) = folder.canonicalize() {
            let from = below.map(|below| folder.join(below));
            let mut real = RealPaths::default();
            let mut last: Option<PathBuf> = None;
            for SourceFile { index, path, .. } in results.verdict.sources.iter().map(|verdict| &verdict.source) {
                let Some(there) = real.of_file(path) else { continue };
                let Some((folder, name)) = there.parent().zip(there.file_name()) else { continue };
                // Files of one folder follow one another.
                if last.as_ref().is_none_or(|last| last.as_os_str() != folder.as_os_str()) {
                    ways.iter_mut().zip(&from).for_each(|(ways, from)| ways.push(address(from, folder)));
                    last = Some(folder.to_path_buf());
                }
                let at = *index as usize;
                if files.folders.len() <= at {
                    files.folders.resize(at + 1, None);
                }
                files.folders[at] = ways.first().and_then(|ways| u32::try_from(ways.len()).ok()?.checked_sub(1));
                if path.file_name() != Some(name) {
                    files.renamed.insert(*index, name.to_owned());
                }
            }
        }
        let files = Arc::new(files);
        ways.map(|ways| Links { ways, files: Arc::clone(&files) })
    }

    /// What the link to a file says; `None` where there is no such file on the disk.
    pub fn target(&self, results: &Results<'_>, source: u32) -> Option<String> {
        let way = self.ways.get((*self.files.folders.get(source as usize)?)? as usize)?.as_deref()?;
        let renamed = self.files.renamed.get(&source).map(OsString::as_os_str);
        within(way, renamed.or_else(|| results.source(source)?.source.path.file_name())?)
    }
}

/// A cell with words that open a file, where there is one to open.
pub fn opening<'a>(text: &'a str, target: Option<&'a str>) -> ListCell<'a> {
    target.map_or(ListCell::Text(text), |target| ListCell::Link { text, target })
}
