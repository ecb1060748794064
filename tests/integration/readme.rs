//! README.md and the code say the same: commands, and the tables of codes, which are written from the registry.

use super::support::root;
use huizong::model::codes::{AmendmentRule, DiagnosticCode, FindingCode};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

const BEGIN: &str = "<!-- codes: begin -->\n";
const END: &str = "<!-- codes: end -->";

fn readme() -> String {
    std::fs::read_to_string(root().join("README.md")).expect("README.md")
}

/// The tables between the markers, as the registry says them.
fn tables() -> String {
    let mut text = String::from("| code | severity | on | meaning |\n|---|---|---|---|\n");
    for code in FindingCode::ALL {
        let entry = code.entry();
        let words: Vec<&str> = entry.severities.iter().map(|severity| severity.word()).collect();
        let _ = writeln!(text, "| `{code}` | {} | {} | {} |", words.join(", "), entry.stands.key(), entry.meaning);
    }
    text += "\nAutomatic changes are amendments (规范化记录), raw → clean, each with its rule:\n\n";
    text += "| rule | what it changes |\n|---|---|\n";
    for rule in AmendmentRule::ALL {
        let _ = writeln!(text, "| `{rule}` | {} |", rule.entry().meaning);
    }
    text += "\nMistakes in definitions and reference data (定义错误), with what to write instead. A warning (提醒) stops nothing: only\n";
    text += "`huizong lint` says it, and its exit code stays 0.\n\n";
    text += "| code | weight | what is wrong | what to write |\n|---|---|---|---|\n";
    for code in DiagnosticCode::ALL {
        let entry = code.entry();
        let (weight, next) = (entry.gravity.word(), entry.next.replace('|', "\\|"));
        let _ = writeln!(text, "| `{code}` | {weight} | {} | {next} |", entry.word);
    }
    text
}

/// `HUIZONG_UPDATE=1 cargo test --release --test integration readme` writes the tables anew.
#[test]
fn the_tables_of_codes_are_those_of_the_registry() {
    let text = readme();
    let (before, rest) = text.split_once(BEGIN).expect("the tables begin");
    let (written, after) = rest.split_once(END).expect("the tables end");
    let tables = tables();
    if std::env::var_os("HUIZONG_UPDATE").is_some() {
        std::fs::write(root().join("README.md"), format!("{before}{BEGIN}{tables}{END}{after}")).expect("README.md");
    } else {
        assert!(written == tables, "README.md has other tables of codes: run with HUIZONG_UPDATE=1");
    }
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

/// A code that nothing says any more goes.
#[test]
fn every_code_is_said_somewhere() {
    let mut files = Vec::new();
    rust_files(&root().join("src"), &mut files);
    let mut source = String::new();
    for file in files.iter().filter(|file| !file.to_string_lossy().replace('\\', "/").contains("/model/codes/")) {
        let text = std::fs::read_to_string(file).expect("a source file");
        // Tests may name a code that nothing says.
        source += text.split("\n#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    }
    let said = |path: String| {
        let mut rest = source.as_str();
        while let Some(at) = rest.find(&path) {
            rest = &rest[at + path.len()..];
            if !rest.starts_with(|c: char| c.is_alphanumeric()) {
                return true;
            }
        }
        false
    };
    let findings = FindingCode::ALL.map(|code| format!("FindingCode::{code:?}"));
    let diagnostics = DiagnosticCode::ALL.map(|code| format!("DiagnosticCode::{code:?}"));
    let rules = AmendmentRule::ALL.map(|rule| format!("AmendmentRule::{rule:?}"));
    let dead: Vec<String> =
        findings.into_iter().chain(diagnostics).chain(rules).filter(|path| !said(path.clone())).collect();
    assert!(dead.is_empty(), "{dead:?}");
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
