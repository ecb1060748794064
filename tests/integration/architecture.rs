//! Imports go down only, and no stage knows another.

use super::support::root;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Every floor and what it may import. What is not in here may import nothing of the crate.
const MAY_IMPORT: [(&str, &[&str]); 16] = [
    ("main", &["cli", "ingest"]),
    ("cli", &["run", "history", "domain", "spec", "model", "text", "samples", "ingest", "validate"]),
    (
        "run",
        &[
            "ingest",
            "normalise",
            "validate",
            "compute",
            "report",
            "history",
            "spec",
            "sql",
            "model",
            "domain",
            "text",
            "atomic",
        ],
    ),
    ("ingest", &["model", "text", "domain"]),
    ("normalise", &["spec", "model", "text", "domain"]),
    ("validate", &["history", "sql", "spec", "model", "text", "domain"]),
    ("compute", &["history", "sql", "spec", "model", "text", "domain"]),
    ("report", &["history", "sql", "spec", "model", "text", "domain", "atomic"]),
    ("history", &["spec", "sql", "model", "text", "domain", "atomic"]),
    ("atomic", &[]),
    ("samples", &["model", "text", "domain"]),
    ("sql", &["spec", "model", "text", "domain"]),
    ("spec", &["sql", "model", "text", "domain"]),
    ("model", &["text", "domain"]),
    ("text", &["domain"]),
    ("domain", &[]),
];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("src").flatten() {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn imports_go_down_only() {
    let allowed: BTreeMap<&str, &[&str]> = MAY_IMPORT.into_iter().collect();
    let src = root().join("src");
    let mut files = Vec::new();
    sources(&src, &mut files);
    let mut wrong = Vec::new();
    for file in &files {
        let inside = file.strip_prefix(&src).expect("below src").to_string_lossy().replace('\\', "/");
        let floor = inside.split(['/', '.']).next().unwrap_or_default();
        let text = std::fs::read_to_string(file).expect("a source file");
        for (at, _) in text.match_indices("crate::") {
            let name: String = text[at + 7..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            let known = allowed.contains_key(name.as_str());
            if known && name != floor && !allowed.get(floor).is_some_and(|list| list.contains(&name.as_str())) {
                wrong.push(format!("{inside} imports {name}"));
            }
        }
    }
    wrong.dedup();
    assert!(files.len() > 30, "the walk found the sources");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
