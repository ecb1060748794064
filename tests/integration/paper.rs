//! What is printed and passed on, as another program sees it: pages of the signed edition, and 通报 as a document.

use super::support::{Results, all_saved_by_libreoffice, saved_as};
use std::path::{Path, PathBuf};

/// What leadership reads in ten minutes.
const MOST_PAGES: usize = 10;
const PIPELINES: [&str; 6] = ["model-teams", "honours", "studios", "innovation", "service", "shock-teams"];

/// How many pages a PDF of LibreOffice has: one page object each, none of them in a compressed stream.
fn pages(pdf: &Path) -> usize {
    let bytes = std::fs::read(pdf).expect("a PDF");
    let text = String::from_utf8_lossy(&bytes);
    text.split("/Type/Page").skip(1).filter(|rest| !rest.starts_with('s')).count()
}

#[test]
fn the_signed_edition_is_ten_pages_at_most_and_the_notice_says_the_same_as_document_and_as_text() {
    const TEST: &str = "the_signed_edition_is_ten_pages_at_most_and_the_notice_says_the_same_as_document_and_as_text";
    let runs = PIPELINES.map(|pipeline| Results::of_sample(pipeline, &[]));
    let made = tempfile::tempdir().expect("a folder");
    let saved = |end: &str, format: &str| {
        let ours: Vec<PathBuf> = runs.iter().map(|results| results.ending(end)).collect();
        let is_here = all_saved_by_libreoffice(TEST, &ours, format, made.path());
        is_here.then(|| ours.iter().map(|path| saved_as(path, format, made.path())).collect::<Vec<PathBuf>>())
    };
    let Some(printed) = saved("_呈报版.xlsx", "pdf") else { return };
    for path in &printed {
        let pages = pages(path);
        assert!((3..=MOST_PAGES).contains(&pages), "{}: {pages} pages", path.display());
    }
    let lines = |text: &str| -> Vec<String> {
        let lines = text.trim_start_matches('\u{feff}').lines().map(str::to_owned);
        lines.filter(|line| !line.is_empty()).collect()
    };
    for (results, path) in runs.iter().zip(saved("_通报.docx", "txt").expect("as before")) {
        let read = std::fs::read_to_string(&path).expect("UTF-8");
        assert_eq!(lines(&read), lines(&results.text("_通报.txt")), "{}", path.display());
    }
}
