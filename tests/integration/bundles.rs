//! Zips as they arrive: every member is an entry of its own, and nothing leaves the zip.

use super::support::Results;
use super::workshop::{folder, page, run_on, xlsx, zip};
use std::io::Write;
use zip::write::SimpleFileOptions;

/// (name, outcome, code) of every input.
fn inputs(results: &Results) -> Vec<(String, String, String)> {
    let manifest = results.manifest();
    let word = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let inputs = manifest["inputs"].as_array().expect("inputs").iter();
    inputs.map(|input| (word(&input["file"]), word(&input["outcome"]), word(&input["code"]))).collect()
}

fn run_zip(bytes: &[u8]) -> Results {
    let returns = folder(&[("上报.zip", bytes)]);
    let results = run_on(returns.path(), &[]);
    assert!(matches!(results.said.code, 0 | 1), "{}", results.said.err);
    results
}

fn good(unit: &str) -> Vec<u8> {
    xlsx(&[page(unit, 1)])
}

/// Puts other bytes of the same length in place of a member's name, wherever it stands.
fn rename(zip: &mut [u8], from: &[u8], to: &[u8]) {
    assert_eq!(from.len(), to.len());
    let places: Vec<usize> =
        zip.windows(from.len()).enumerate().filter(|(_, w)| *w == from).map(|(at, _)| at).collect();
    assert!(places.len() >= 2, "once before the content, once in the directory");
    for at in places {
        zip[at..at + to.len()].copy_from_slice(to);
    }
}

#[test]
fn names_in_gbk_and_utf8_with_folders() {
    let gbk = encoding_rs::GBK.encode("淮南市总工会.xlsx").0.into_owned();
    let plain = "a".repeat(gbk.len());
    let mut bytes = zip(&[
        ("合肥/合肥市总工会.xlsx".into(), good("合肥市总工会")),
        ("合肥/空的/".into(), Vec::new()),
        (plain.clone(), good("淮南市总工会")),
    ]);
    rename(&mut bytes, plain.as_bytes(), &gbk);
    let results = run_zip(&bytes);
    let names: Vec<String> = inputs(&results).into_iter().map(|(name, ..)| name).collect();
    assert!(names.contains(&"上报.zip/合肥/合肥市总工会.xlsx".into()), "{names:?}");
    assert!(names.contains(&"上报.zip/淮南市总工会.xlsx".into()), "{names:?}");
    assert_eq!(results.manifest()["counts"]["files"]["accepted"], 2);
}

#[test]
fn two_members_of_one_name_are_both_kept() {
    let mut bytes = zip(&[("b.xlsx".into(), good("合肥市总工会")), ("c.xlsx".into(), good("淮南市总工会"))]);
    rename(&mut bytes, b"c.xlsx", b"b.xlsx");
    let results = run_zip(&bytes);
    let found = inputs(&results);
    assert_eq!(found.len(), 2, "{found:?}");
    assert_ne!(found[0].0, found[1].0, "they are told apart by name");
    assert_eq!(results.manifest()["counts"]["files"]["accepted"], 2);
}

#[test]
fn names_that_climb_out_are_only_names() {
    let names = ["../../合肥市总工会.xlsx", "/etc/淮南市总工会.xlsx", "C:\\Windows\\铜陵市总工会.xlsx"];
    let units = ["合肥市总工会", "淮南市总工会", "铜陵市总工会"];
    let members: Vec<(String, Vec<u8>)> = names.iter().zip(units).map(|(n, u)| ((*n).to_owned(), good(u))).collect();
    let returns = folder(&[("深/深/上报.zip", &zip(&members)[..])]);
    let results = run_on(returns.path(), &[]);
    let found = inputs(&results);
    assert_eq!(found.len(), 3);
    for (name, ..) in &found {
        assert!(!name.contains("..") && !name.contains('\\') && name.starts_with("深/深/上报.zip/"), "{name}");
    }
    let left: Vec<_> = std::fs::read_dir(returns.path()).expect("a folder").flatten().collect();
    assert_eq!(left.len(), 1, "nothing was unpacked beside the zip");
    assert_eq!(results.manifest()["counts"]["files"]["accepted"], 3);
}

#[test]
fn links_overlaps_and_passwords_are_refused_by_name_and_the_others_are_read() {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let plain = SimpleFileOptions::default();
    writer.add_symlink("链接.xlsx", "/etc/passwd", plain).expect("a link");
    for (name, unit) in [("a.xlsx", "合肥市总工会"), ("locked.xlsx", "铜陵市总工会")] {
        writer.start_file(name, plain).expect("a member");
        writer.write_all(&good(unit)).expect("in memory");
    }
    let mut bytes = writer.finish().expect("in memory").into_inner();
    // The directory's entry of the last says "encrypted".
    let name_at = bytes.windows(11).rposition(|w| w == b"locked.xlsx").expect("in the directory");
    bytes[name_at - 46 + 8] |= 1;
    let results = run_zip(&bytes);
    let code = |end: &str| results.input(end)["code"].as_str().unwrap_or_default().to_owned();
    assert_eq!((code("链接.xlsx"), code("locked.xlsx")), ("file-not-regular".into(), "file-encrypted".into()));
    assert_eq!(results.input("/a.xlsx")["outcome"], "accepted");
    assert!(results.input("locked.xlsx")["cause"].as_str().is_some_and(|cause| cause.contains("压缩包密码")));

    // Two entries that name the same bytes.
    let mut bytes = zip(&[("a.xlsx".into(), good("合肥市总工会")), ("b.xlsx".into(), good("淮南市总工会"))]);
    let name_at = bytes.windows(6).rposition(|w| w == b"b.xlsx").expect("in the directory");
    bytes[name_at - 46 + 42..name_at - 46 + 46].fill(0);
    let found = inputs(&run_zip(&bytes));
    assert!(found.iter().all(|(_, outcome, code)| outcome == "unreadable" && code == "file-unsafe"), "{found:?}");
}

#[test]
fn one_zip_inside_another_is_opened_and_a_third_is_named() {
    let third = zip(&[("铜陵市总工会.xlsx".into(), good("铜陵市总工会"))]);
    let second = zip(&[("淮南市总工会.xlsx".into(), good("淮南市总工会")), ("三.zip".into(), third)]);
    let results = run_zip(&zip(&[("合肥市总工会.xlsx".into(), good("合肥市总工会")), ("二.zip".into(), second)]));
    assert_eq!(results.input("二.zip/淮南市总工会.xlsx")["outcome"], "accepted");
    assert_eq!(results.input("合肥市总工会.xlsx")["outcome"], "accepted");
    let deep = results.input("二.zip/三.zip");
    assert_eq!((deep["outcome"].as_str(), deep["code"].as_str()), (Some("unreadable"), Some("file-unsupported")));
    assert!(deep["cause"].as_str().is_some_and(|cause| cause.contains("三层")), "{deep:#}");
}

/// What is packed otherwise may hold returns: it is not "no form in it".
#[test]
fn other_archives_are_unreadable_with_a_next_step() {
    let heads: [(&str, &[u8]); 3] =
        [("a.rar", b"Rar!\x1a\x07\x01\x00"), ("b.7z", b"7z\xbc\xaf\x27\x1c"), ("c.gz", b"\x1f\x8b\x08")];
    let results = run_on(folder(&heads).path(), &[]);
    for (name, _) in heads {
        let input = results.input(name);
        assert_eq!((input["outcome"].as_str(), input["code"].as_str()), (Some("unreadable"), Some("file-unsupported")));
        assert!(input["next"].as_str().is_some_and(|next| next.contains("zip")), "{input:#}");
    }
    assert_eq!(results.said.code, 1);
}
