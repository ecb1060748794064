//! README.md and the code say the same: commands, finding codes, amendment rules.

use super::support::{Results, root};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn readme() -> String {
    std::fs::read_to_string(root().join("README.md")).expect("README.md")
}

/// The first words in back quotes of each table line between the markers.
fn listed() -> BTreeSet<String> {
    let text = readme();
    let (_, rest) = text.split_once("<!-- codes: begin -->").expect("the list begins");
    let (list, _) = rest.split_once("<!-- codes: end -->").expect("the list ends");
    list.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).map(str::to_string).collect()
}

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Kebab-case words in double quotes.
fn kebab_words(text: &str) -> BTreeSet<String> {
    text.split('"')
        .filter(|word| word.contains('-') && !word.starts_with('-') && !word.ends_with('-'))
        .filter(|word| word.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'))
        .map(str::to_string)
        .collect()
}

/// The code of the stages that find something, and everything that tests it, as two texts.
fn code_and_tests() -> (String, String) {
    let (mut code, mut tests) = (String::new(), String::new());
    let mut files = Vec::new();
    for stage in ["formats", "ingest", "normalise", "validate", "compute"] {
        rust_files(&root().join("src").join(stage), &mut files);
    }
    for file in files {
        let text = std::fs::read_to_string(&file).expect("a source file");
        let name = file.to_string_lossy().replace('\\', "/");
        if name.contains("/tests") || name.contains("fixture") {
            tests += &text;
        } else {
            let (before, after) = text.split_once("\nmod tests {").unwrap_or((&text, ""));
            code += before;
            tests += after;
        }
    }
    let mut files = Vec::new();
    rust_files(&root().join("tests"), &mut files);
    for file in files.iter().filter(|file| !file.ends_with("readme.rs")) {
        tests += &std::fs::read_to_string(file).expect("a test file");
    }
    (code, tests)
}

/// Words of the stages that are no codes: names in file formats, and words of definitions and records.
const NO_CODES: [&str; 15] = [
    "line-break",
    "covered-table-cell",
    "boolean-value",
    "date-value",
    "encryption-data",
    "quoted-printable",
    "style-name",
    "table-cell",
    "table-column",
    "table-properties",
    "table-row",
    "time-value",
    "value-type",
    "whole-return",
    "number-columns-repeated",
];

#[test]
fn every_code_of_the_engine_is_in_the_readme_and_the_reverse() {
    let listed = listed();
    assert!(listed.len() > 80, "{}", listed.len());
    let (code, _) = code_and_tests();
    let known = kebab_words(&code);
    let dead: Vec<&String> = listed.iter().filter(|word| word.contains('-') && !known.contains(*word)).collect();
    assert!(dead.is_empty(), "listed, but not in the code: {dead:?}");
    let format_words = ["number-", "encoding", "utf-", "iso-"];
    let missing: Vec<&String> = known
        .iter()
        .filter(|word| !listed.contains(*word) && !NO_CODES.contains(&word.as_str()))
        .filter(|word| !format_words.iter().any(|start| word.starts_with(start)))
        .collect();
    assert!(missing.is_empty(), "in the code, but not listed: {missing:?}");
}

#[test]
fn every_listed_code_is_known_to_a_test() {
    let (_, mut tests) = code_and_tests();
    for pipeline in ["model-teams", "honours"] {
        let results = Results::of_sample(pipeline, &[]);
        tests += &results.text("findings.ndjson");
        tests += &results.manifest().to_string();
    }
    let unknown: Vec<String> = listed().into_iter().filter(|code| !tests.contains(code.as_str())).collect();
    assert!(unknown.is_empty(), "no test knows {unknown:?}");
}

#[test]
fn the_two_commands_stand_alone_on_their_lines() {
    let text = readme();
    for command in ["cargo run --release -- run model-teams", "cargo test --release"] {
        assert!(text.lines().any(|line| line == command), "{command}");
    }
    let ci = std::fs::read_to_string(root().join(".ci/run")).expect(".ci/run");
    assert!(ci.contains("cargo test --release"), "CI runs the README's command");
}
