//! Names and words from outside never act: whatever stands in a file's name reaches the workbooks, the JSON files and the
//! screen as something that is seen.

use super::support::{all_bytes, result, root, say};
use huizong::text::quote::is_active;
use std::io::Read;
use std::path::Path;

/// Everything that acts, each in a file name of its own, and a few that mean something in an address.
#[cfg(unix)]
fn names() -> Vec<String> {
    let acting = (1..=0x1f).chain(0x7f..=0x9f).chain([0x61c, 0x200e, 0x2028, 0x2029, 0x202e, 0x2066, 0xfeff, 0xfffe]);
    let acting = acting.filter_map(char::from_u32).map(|c| format!("亳州{c}[31m市 {:x}.csv", c as u32));
    acting.chain(["=1+1.csv", "-甲.csv", "a:b#?%20&'.csv", "a\\b.csv"].map(str::to_owned)).collect()
}

#[test]
#[cfg(unix)]
fn no_name_of_a_file_breaks_a_workbook_a_line_or_a_screen() {
    let (returns, out) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let sample = std::fs::read(root().join("samples/honours/六安/六安市总工会.csv")).expect("a shipped sample");
    let sample = encoding_of(&sample);
    for (number, name) in names().iter().enumerate() {
        let content = format!("{sample}\r\n注：第 {number} 次报送\r\n");
        std::fs::write(returns.path().join(name), content).expect("a file");
    }
    let (from, to) = (returns.path().to_str().expect("UTF-8"), out.path().to_str().expect("UTF-8"));
    let run = say(&["run", "honours", "--returns", from, "--out", to]);
    assert!(run.code == 0 || run.code == 1, "{} {}", run.code, run.err);
    let checked = say(&["check", from, "--pipeline", "honours"]);
    for said in [&run.out, &run.err, &checked.out, &checked.err] {
        silent(said, "the screen");
    }
    assert!(checked.out.contains("亳州_[31m市 202e.csv"), "what acts is seen: {}", checked.out);
    let mut books = 0;
    for (name, bytes) in all_bytes(out.path()) {
        if name.ends_with(".xlsx") || name.ends_with(".docx") {
            books += 1;
            parts_are_quiet(&name, &bytes);
        } else if !name.ends_with(".parquet") {
            let text = String::from_utf8(bytes).expect("UTF-8");
            silent(text.replace("\r\n", "\n").trim_start_matches('\u{feff}'), &name);
        }
    }
    assert_eq!(books, 7, "the leadership workbooks, the findings, the decisions, the data, the chase list, the notice");
    let findings = std::fs::read_to_string(result(out.path(), "findings.ndjson")).expect("findings");
    let lines = findings.lines().filter(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()).count();
    assert_eq!(lines, findings.split('\n').count() - 1);
    links_lead_to_files(out.path(), names().len());
}

#[test]
fn a_novel_in_a_cell_is_quoted_in_part() {
    let (returns, out) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let sample = std::fs::read(root().join("samples/honours/六安/六安市总工会.csv")).expect("a shipped sample");
    let text = encoding_of(&sample);
    let long = "长".repeat(500_000);
    // Every field of one record, so that whatever is said of any of them quotes it.
    let rows: Vec<&str> = text.lines().collect();
    let data = rows.iter().position(|row| row.starts_with("1,")).expect("a first record");
    let fields = rows[data].split(',').count();
    let novel =
        std::iter::once("1").chain(std::iter::repeat_n(long.as_str(), fields - 1)).collect::<Vec<_>>().join(",");
    let told: Vec<&str> =
        rows.iter().enumerate().map(|(at, row)| if at == data { novel.as_str() } else { row }).collect();
    std::fs::write(returns.path().join("六安市总工会.csv"), told.join("\r\n")).expect("a file");
    let (from, to) = (returns.path().to_str().expect("UTF-8"), out.path().to_str().expect("UTF-8"));
    let run = say(&["run", "honours", "--returns", from, "--out", to]);
    assert_eq!(run.code, 1, "{}", run.err);
    let findings = std::fs::read_to_string(result(out.path(), "findings.ndjson")).expect("findings");
    assert!(findings.contains("已截断；全文 "), "what is cut is said to be");
    let longest = findings.lines().map(|line| line.chars().count()).max().unwrap_or(0);
    assert!(longest < 12_000, "{longest} characters on a line");
    let checked = say(&["check", from, "--pipeline", "honours"]);
    assert!(checked.out.lines().all(|line| line.chars().count() < 6_000), "the screen stays readable");
}

fn encoding_of(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap_or_else(|_| encoding_rs::GBK.decode(bytes).0.into_owned())
}

fn silent(text: &str, place: &str) {
    let acting: Vec<u32> = text.chars().filter(|c| is_active(*c) && *c != '\n').map(u32::from).collect();
    assert!(acting.is_empty(), "{place}: {acting:x?}");
}

fn parts_are_quiet(name: &str, bytes: &[u8]) {
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("a zip");
    for at in 0..zip.len() {
        let mut part = zip.by_index(at).expect("a part");
        let place = format!("{name} {:?}", part.name());
        let mut text = String::new();
        part.read_to_string(&mut text).expect("UTF-8");
        silent(&text, &place);
    }
}

/// Every link of the list of files leads to a file that is there.
#[cfg(unix)]
fn links_lead_to_files(out: &Path, files: usize) {
    let book = result(out, "审核问题.xlsx");
    let mut zip = zip::ZipArchive::new(std::fs::File::open(book).expect("a file")).expect("a zip");
    let mut xml = String::new();
    zip.by_name("xl/worksheets/_rels/sheet3.xml.rels").expect("links").read_to_string(&mut xml).expect("UTF-8");
    let targets: Vec<&str> = xml.split("Target=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert_eq!(targets.len(), files);
    let folder = out.join("明细").canonicalize().expect("the results");
    for target in targets {
        let path = folder.join(percent_decoded(&target.replace("&amp;", "&")));
        assert!(path.is_file(), "{target}");
    }
}

#[cfg(unix)]
fn percent_decoded(text: &str) -> std::path::PathBuf {
    use std::os::unix::ffi::OsStringExt;
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let escaped = after.get(..2).filter(|_| *first == b'%').and_then(|hex| std::str::from_utf8(hex).ok());
        match escaped.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    std::ffi::OsString::from_vec(bytes).into()
}
