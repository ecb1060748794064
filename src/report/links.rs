//! Links from the findings workbook to the returns: relative to the output folder where both lie on one root,
//! so that the two folders can be moved or mailed together.

use super::Edition;
use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

/// Per file of the run, what a link to it says.
#[derive(Debug, Clone, Default)]
pub struct Links(BTreeMap<u32, String>);

impl Links {
    /// Looks for each file on the disk; a member of a zip links to the zip.
    pub fn find(edition: &Edition<'_>, folder: &Path) -> Links {
        let Ok(from) = folder.canonicalize() else { return Links::default() };
        let link = |path: &Path| {
            let there = path.canonicalize().ok().filter(|path| path.is_file())?;
            Some(escape(&relative(&from, &there)?))
        };
        let sources = edition.verdict.sources.iter().map(|verdict| &verdict.source);
        Links(sources.filter_map(|source| Some((source.index, link(&source.path)?))).collect())
    }

    /// What the link to a file says; `None` where there is no such file on the disk.
    pub fn target(&self, source: u32) -> Option<&str> {
        self.0.get(&source).map(String::as_str)
    }
}

/// The way from a folder to a file, both absolute and free of links; `None` across drives.
fn relative(from: &Path, to: &Path) -> Option<String> {
    let (from, to): (Vec<Component>, Vec<Component>) = (from.components().collect(), to.components().collect());
    let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    if shared == 0 {
        return None;
    }
    let mut way = PathBuf::new();
    from[shared..].iter().for_each(|_| way.push(".."));
    to[shared..].iter().for_each(|part| way.push(part));
    way.to_str().map(|way| way.replace('\\', "/"))
}

/// A link as the writer takes it whole: characters that mean something in an address are escaped here, so that the
/// writer, which escapes only what holds no escape yet, leaves it alone.
fn escape(way: &str) -> String {
    let mut out = String::from("file:///");
    for c in way.chars() {
        match c {
            '%' | '#' | ' ' | '"' | '<' | '>' | '[' | ']' | '`' | '^' | '{' | '}' | '|' => {
                out.push_str(&format!("%{:02X}", c as u32));
            }
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_lead_from_the_output_folder_to_the_file() {
        let way = relative(Path::new("/a/out/x"), Path::new("/a/in/合肥/表 1.xls"));
        assert_eq!(way.as_deref(), Some("../../in/合肥/表 1.xls"));
        assert_eq!(escape("../表 #1 100%.xls"), "file:///../表%20%231%20100%25.xls");
    }
}
