//! A pipe where a file should be: whoever opens one waits for a writer who never comes. It is named, and nobody waits.
#![cfg(unix)]

use super::support::{Said, huizong, root, said};
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

/// What the program says; one that does not come to its end is a failure.
fn in_time(args: &[&str]) -> Said {
    let mut command = huizong(args);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
    let begun = Instant::now();
    while child.try_wait().expect("a child").is_none() {
        if begun.elapsed() > Duration::from_secs(60) {
            let _ = child.kill();
            panic!("it waits: {args:?}");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    said(child.wait_with_output().expect("what it said"))
}

fn pipe(path: &Path) {
    let _ = std::fs::remove_file(path);
    assert!(std::process::Command::new("mkfifo").arg(path).status().expect("mkfifo").success());
}

/// The shipped definitions, to put a pipe among them.
fn pipelines() -> tempfile::TempDir {
    let home = tempfile::tempdir().expect("a temporary folder");
    for folder in ["studios", "reference"] {
        std::fs::create_dir(home.path().join(folder)).expect("a folder");
        for entry in std::fs::read_dir(root().join("pipelines").join(folder)).expect("shipped").flatten() {
            std::fs::copy(entry.path(), home.path().join(folder).join(entry.file_name())).expect("copied");
        }
    }
    home
}

#[test]
fn a_pipe_in_place_of_a_definition_an_included_file_or_a_reference_table_is_named() {
    for (file, named) in [
        ("studios/pipeline.toml", "不是普通文件"),
        ("reference/codes.toml", "不是普通文件"),
        ("reference/单位名册.xlsx", "不是普通文件"),
        ("reference/单位别名.xlsx", "不是普通文件"),
    ] {
        let home = pipelines();
        pipe(&home.path().join(file));
        let folder = home.path().to_str().expect("UTF-8");
        for args in [&["lint", "studios", "--pipelines", folder][..], &["lint", "--pipelines", folder]] {
            let said = in_time(args);
            assert_eq!(said.code, 2, "{file}: {}{}", said.out, said.err);
            assert!(said.err.contains(named), "{file}: {}{}", said.out, said.err);
        }
        let returns = root().join("samples/studios/2026Q1");
        let returns = returns.to_str().expect("UTF-8");
        let out = home.path().join("out");
        let out = out.to_str().expect("UTF-8");
        let run = ["run", "studios", "--returns", returns, "--period", "2026Q1", "--pipelines", folder, "--out", out];
        assert_eq!(in_time(&run).code, 2, "{file}");
    }
}
