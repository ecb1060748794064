//! Results of earlier runs that lie among the returns, as their manifest lists them: no returns, whatever they look like.

use crate::formats::own::CAUSE;
use crate::model::SourceFile;
use crate::report::{DETAIL, MANIFEST};
use crate::validate::arrived::{Arrival, Arrived};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// A manifest of ours is a list of files; what is larger is none.
const LARGEST: u64 = 256 << 20;

/// Paths of results among these files: every manifest of ours, and what it lists in the folder that it belongs to: the one
/// above its own, since it lies in the subfolder of results; an earlier program put it beside them.
pub fn find(files: &[SourceFile]) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    let manifests = files.iter().filter(|file| file.member.is_empty() && file.size <= LARGEST);
    for file in manifests.filter(|file| file.path.file_name().is_some_and(|name| name == MANIFEST)) {
        let (Some(own), Some(names)) = (file.path.parent(), listed(&file.path)) else { continue };
        let folder = own.parent().filter(|_| own.ends_with(DETAIL)).unwrap_or(own);
        found.extend(names.iter().map(|name| name.split('/').fold(folder.to_path_buf(), |path, part| path.join(part))));
        found.insert(file.path.clone());
    }
    found
}

/// Takes a file of earlier results for what it is, whatever was read of it.
pub fn ignore(own: &BTreeSet<PathBuf>, arrived: &mut Arrived) {
    if own.contains(&arrived.source.path) {
        (arrived.arrival, arrived.near_misses) = (Arrival::Ignored(CAUSE.to_owned()), Vec::new());
    }
}

/// The names of the outputs of a manifest; `None` for any other file of that name.
fn listed(path: &Path) -> Option<Vec<String>> {
    let manifest: Value = serde_json::from_slice(&std::fs::read(path).ok()?).ok()?;
    manifest.get("pipeline")?.as_str()?;
    manifest.get("input_sha256")?.as_str()?;
    let outputs = manifest.get("outputs")?.as_array()?;
    Some(outputs.iter().filter_map(|output| Some(output.get("file")?.as_str()?.to_owned())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_manifest_of_ours_lists_beside_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let manifest =
            r#"{"pipeline":"x","input_sha256":"0","outputs":[{"file":"a_呈报版.xlsx"},{"file":"data/f.parquet"}]}"#;
        let path = folder.path().join(MANIFEST);
        std::fs::write(&path, manifest).expect("a file");
        let file = |path: PathBuf| SourceFile {
            index: 0,
            name: MANIFEST.into(),
            path,
            member: vec![],
            size: 10,
            modified: None,
        };
        let found = find(&[file(path.clone()), file(folder.path().join("b.xlsx"))]);
        let expected = ["a_呈报版.xlsx", "data/f.parquet", MANIFEST].map(|name| folder.path().join(name));
        assert_eq!(found, BTreeSet::from(expected));
        let below = folder.path().join(DETAIL).join(MANIFEST);
        std::fs::create_dir_all(below.parent().expect("a folder")).expect("a folder");
        std::fs::write(&below, manifest).expect("a file");
        let expected = ["a_呈报版.xlsx", "data/f.parquet"].map(|name| folder.path().join(name));
        assert_eq!(
            find(&[file(below.clone())]),
            expected.into_iter().chain([below]).collect(),
            "from its own folder up"
        );
        std::fs::write(&path, r#"{"outputs":[{"file":"合肥.xlsx"}]}"#).expect("a file");
        assert!(find(&[file(path)]).is_empty(), "somebody else's run.json");
    }
}
