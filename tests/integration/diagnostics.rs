//! Mistakes in definitions, each shown where it stands: `tests/definitions/*.toml` hold definitions with mistakes, and below
//! each line what is said of it, as `#! ^^^^ code: message → what to write`, the carets under the place.
//!
//! `HUIZONG_UPDATE=1 cargo test --release --test integration diagnostics` writes what is said anew; read it before it is kept.

use super::support::{root, say};
use huizong::definition::Diagnostic;
use huizong::model::codes::DiagnosticCode;
use std::collections::BTreeSet;
use std::path::PathBuf;

const MARK: &str = "#! ";

/// Codes that a text in `tests/definitions` cannot bring forth: of whole files, of words.toml, of folders and of sizes
/// (`src/definition/read/tests.rs`, `src/definition/read/words.rs`, `src/definition/reference/tests.rs`).
const OF_FILES: &[&str] = &[
    "bad-pattern",
    "duplicate-word",
    "file-missing",
    "file-too-large",
    "file-unreadable",
    "include-outside",
    "not-a-file",
    "not-expected",
    "not-utf8",
    "reference-missing",
    "too-many",
];

fn fixtures() -> Vec<PathBuf> {
    let folder = std::fs::read_dir(root().join("tests/definitions")).expect("tests/definitions");
    let mut files: Vec<PathBuf> = folder.flatten().map(|entry| entry.path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    files
}

/// What is read from a definition without its remarks.
fn problems(stem: &str, text: &str) -> Vec<Diagnostic> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join(stem).join("pipeline.toml");
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    std::fs::write(&path, text).expect("a definition");
    huizong::definition::read(&path).map_or_else(|problems| problems, |plan| plan.warnings)
}

/// The definition with what is said of each line below it.
fn remarked(text: &str, problems: &[Diagnostic]) -> String {
    let mut out = String::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        out += line;
        let end = start + line.len();
        for problem in problems {
            let span = problem.span.clone().unwrap_or(0..0);
            if !(start..end).contains(&span.start) {
                continue;
            }
            let width = |text: &str| text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum::<usize>();
            let before = width(&text[start..span.start]);
            let within = width(text[span.start..span.end.clamp(span.start, end)].trim_end()).max(1);
            // The mark takes three places of the line's own.
            let lead = " ".repeat(before.saturating_sub(MARK.len()));
            let help = problem.help.as_ref().map_or_else(String::new, |help| format!(" → {help}"));
            let said = format!("{MARK}{lead}{} {}: {}{help}", "^".repeat(within), problem.code, problem.message);
            out += &said.replace('\n', " ");
            out.push('\n');
        }
        start = end;
    }
    out
}

/// All that `lint` prints of each definition with mistakes, as it stands on a screen without colours: heading, place, line,
/// carets, help, and how many there are. It stands beside the definition, as `<name>.lint`.
#[test]
fn what_lint_prints_is_kept_beside_each_definition() {
    let mut wrong = Vec::new();
    for path in fixtures() {
        let home = tempfile::tempdir().expect("a temporary folder");
        let stem = path.file_stem().expect("a name").to_string_lossy().into_owned();
        let pipelines = home.path().join("pipelines");
        let written = std::fs::read_to_string(&path).expect("a definition");
        let text: String = written.split_inclusive('\n').filter(|line| !line.starts_with(MARK)).collect();
        std::fs::create_dir_all(pipelines.join(&stem)).expect("a folder");
        std::fs::write(pipelines.join(&stem).join("pipeline.toml"), text).expect("a definition");
        let said = say(&["lint", &stem, "--pipelines", pipelines.to_str().expect("UTF-8 path")]);
        assert_eq!((said.code, said.out.as_str()), (2, ""), "{stem}");
        assert!(!said.err.contains('\x1b'), "{stem}: colours where nobody sees them");
        let home = home.path().to_str().expect("UTF-8 path");
        let now = said.err.replace(home, "").replace('\\', "/");
        let kept = path.with_extension("lint");
        if std::env::var_os("HUIZONG_UPDATE").is_some() {
            std::fs::write(&kept, now).expect("what lint prints");
        } else if std::fs::read_to_string(&kept).unwrap_or_default() != now {
            wrong.push(format!("{}:\n{now}", kept.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Codes that what `lint` prints shows.
fn codes_in(printed: &str) -> impl Iterator<Item = &str> {
    let code = |line: &'_ str| -> Option<(usize, usize)> { Some((line.find('[')? + 1, line.find("]:")?)) };
    printed.lines().filter_map(move |line| line.get(code(line)?.0..code(line)?.1))
}

/// Reference data with mistakes: `tests/definitions/reference/<pipeline>.<what>/`, with what `lint` prints as `lint.txt`.
fn reference_cases() -> Vec<PathBuf> {
    let folder = std::fs::read_dir(root().join("tests/definitions/reference")).expect("cases");
    let mut cases: Vec<PathBuf> = folder.flatten().map(|entry| entry.path()).collect();
    cases.sort();
    cases
}

#[test]
fn what_lint_prints_of_spoiled_reference_data_is_kept_beside_it() {
    let mut wrong = Vec::new();
    for case in reference_cases() {
        let name = case.file_name().expect("a name").to_string_lossy().into_owned();
        let pipeline = name.split('.').next().expect("a pipeline");
        let reference = format!("tests/definitions/reference/{name}");
        let said = say(&["lint", pipeline, "--reference", &reference]);
        let now = (said.err + &said.out).replace('\\', "/");
        let kept = case.join("lint.txt");
        if std::env::var_os("HUIZONG_UPDATE").is_some() {
            std::fs::write(&kept, now).expect("what lint prints");
        } else if std::fs::read_to_string(&kept).unwrap_or_default() != now {
            wrong.push(format!("{}:\n{now}", kept.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_mistake_is_said_where_it_stands() {
    let mut shown = BTreeSet::new();
    let mut wrong = Vec::new();
    let fixtures = fixtures();
    assert!(fixtures.len() > 3, "{fixtures:?}");
    for path in fixtures {
        let written = std::fs::read_to_string(&path).expect("a definition");
        let text: String = written.split_inclusive('\n').filter(|line| !line.starts_with(MARK)).collect();
        let stem = path.file_stem().expect("a name").to_string_lossy().into_owned();
        let problems = problems(&stem, &text);
        shown.extend(problems.iter().map(|problem| problem.code.as_str()));
        let now = remarked(&text, &problems);
        if std::env::var_os("HUIZONG_UPDATE").is_some() {
            std::fs::write(&path, now).expect("a definition");
        } else if now != written {
            wrong.push(format!("{}:\n{now}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let printed: Vec<String> = reference_cases()
        .iter()
        .map(|case| std::fs::read_to_string(case.join("lint.txt")).expect("what lint prints"))
        .collect();
    shown.extend(printed.iter().flat_map(|printed| codes_in(printed)));
    let hidden: BTreeSet<&str> =
        DiagnosticCode::ALL.iter().map(|code| code.as_str()).filter(|code| !shown.contains(code)).collect();
    let known: BTreeSet<&str> = OF_FILES.iter().copied().collect();
    assert_eq!(hidden, known, "codes that no fixture shows, and those that need more than texts to be shown");
}
