//! Files that damage, stall or kill their reader cost themselves and no other: real workers, real signals, and mutations
//! of good files with fixed seeds.

use super::support::{Results, huizong, root, said};
use super::workshop::{accepted, folder, page, run_on, xlsx};
use huizong::ingest::{Limits, discover, read_all};
use huizong::model::cell::RawValue;
use huizong::model::outcome::ReadOutcome;
use huizong::model::{RawSheet, RawWorkbook};
use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::path::Path;

// ── Workers that die or stall ───────────────────────────────────────────────────────────────────────────────────

/// Process ids of the workers of a running huizong.
#[cfg(target_os = "linux")]
pub fn workers(parent: u32) -> Vec<i32> {
    let threads = std::fs::read_dir(format!("/proc/{parent}/task")).into_iter().flatten().flatten();
    let children = threads.filter_map(|thread| std::fs::read_to_string(thread.path().join("children")).ok());
    let pids: Vec<i32> = children
        .flat_map(|list| list.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
        .flat_map(|pid| pid.parse())
        .collect();
    // A child that has not become the worker yet still carries the parent's arguments.
    let is_worker = |pid: &i32| {
        std::fs::read(format!("/proc/{pid}/cmdline")).is_ok_and(|line| line.windows(13).any(|w| w == b"__read-worker"))
    };
    pids.into_iter().filter(is_worker).collect()
}

/// Whether a process has written anything yet, on a busy machine too.
#[cfg(target_os = "linux")]
fn has_written(pid: i32) -> bool {
    let counts = std::fs::read_to_string(format!("/proc/{pid}/io")).unwrap_or_default();
    counts.lines().any(|line| line.strip_prefix("wchar: ").is_some_and(|written| written != "0"))
}

/// Runs huizong over `files` returns, which take a worker much longer than it is left alone, with one thread, and lets `act` at its workers until it has ended or `act` says stop.
#[cfg(target_os = "linux")]
fn run_under_fire(files: u32, more: &[&str], mut act: impl FnMut(i32) -> bool) -> Results {
    let units = ["合肥市总工会", "淮北市总工会", "亳州市总工会", "宿州市总工会", "蚌埠市总工会", "阜阳市总工会"];
    let books: Vec<(String, Vec<u8>)> = (0..files as usize)
        .map(|i| (format!("{i:02}/{}.xlsx", units[i % units.len()]), xlsx(&[page(units[i % units.len()], 16_000)])))
        .collect();
    let files: Vec<(&str, &[u8])> = books.iter().map(|(name, bytes)| (name.as_str(), &bytes[..])).collect();
    let returns = folder(&files);
    let out = tempfile::tempdir().expect("a temporary folder");
    let (from, to) = (returns.path().to_str().expect("UTF-8"), out.path().to_str().expect("UTF-8"));
    let mut args = vec!["run", "model-teams", "--returns", from, "--out", to, "--quiet", "--threads", "1"];
    args.extend(more);
    let mut command = huizong(&args);
    command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    let mut going = true;
    while child.try_wait().expect("a child").is_none() {
        // Not before it has greeted: what dies at birth every time is a broken program, and stops the run.
        for pid in workers(child.id()).into_iter().filter(|pid| has_written(*pid)) {
            going = going && act(pid);
        }
        std::thread::sleep(std::time::Duration::from_micros(300));
    }
    Results { folder: out, said: said(child.wait_with_output().expect("output")) }
}

#[cfg(target_os = "linux")]
fn outcomes(results: &Results) -> BTreeMap<String, u32> {
    let mut counts = BTreeMap::new();
    for input in results.manifest()["inputs"].as_array().expect("inputs") {
        let word = input["code"].as_str().or(input["outcome"].as_str()).expect("an outcome");
        *counts.entry(word.to_owned()).or_default() += 1;
    }
    counts
}

#[cfg(target_os = "linux")]
fn signal(pid: i32, signal: i32) {
    // SAFETY: sends a signal to a worker of this test's own child.
    unsafe { libc::kill(pid, signal) };
}

/// Every worker is killed as soon as it is seen: the run still ends, and each file has a named outcome.
#[test]
#[cfg(target_os = "linux")]
fn workers_killed_from_outside_cost_their_files_only() {
    let results = run_under_fire(6, &[], |pid| {
        signal(pid, libc::SIGKILL);
        true
    });
    assert!(matches!(results.said.code, 0 | 1), "{}", results.said.err);
    let counts = outcomes(&results);
    assert_eq!(counts.values().sum::<u32>(), 6, "{counts:?}");
    let known = ["file-worker-died", "accepted", "returned"];
    assert!(counts.keys().all(|word| known.contains(&word.as_str())), "{counts:?}");
    assert!(counts.get("file-worker-died") > Some(&0), "{counts:?}");

    // Killed once: whatever was lost is at most the one file that was being read.
    let mut kills = 0;
    let results = run_under_fire(6, &[], |pid| {
        signal(pid, libc::SIGKILL);
        kills += 1;
        false
    });
    assert_eq!(kills, 1, "a worker was met and killed");
    assert_eq!(outcomes(&results).values().sum::<u32>(), 6, "{:?}", outcomes(&results));
    assert!(outcomes(&results).get("file-worker-died").is_none_or(|died| *died == 1), "{:?}", outcomes(&results));
}

/// A worker that is stopped answers never: its file is over time, the others are read by its successor.
#[test]
#[cfg(target_os = "linux")]
fn a_stopped_worker_is_over_time() {
    let results = run_under_fire(6, &["--file-time", "4"], |pid| {
        signal(pid, libc::SIGSTOP);
        false
    });
    assert!(matches!(results.said.code, 0 | 1), "{}", results.said.err);
    let counts = outcomes(&results);
    assert_eq!(counts.get("file-over-time"), Some(&1), "{counts:?}");
    assert_eq!(counts.values().sum::<u32>(), 6, "{counts:?}");
    let manifest = results.manifest();
    let late = manifest["inputs"].as_array().expect("inputs").iter().find(|input| input["code"] == "file-over-time");
    let next = late.and_then(|input| input["next"].as_str()).unwrap_or_default();
    assert!(next.contains("--file-time"), "how to lift the limit: {next}");
}

/// A return that needs more memory than a worker may have; the one beside it does not.
#[test]
#[cfg(unix)]
fn a_file_that_outgrows_its_memory_dies_alone() {
    let huge = xlsx(&[page("合肥市总工会", 60_000)]);
    let returns = folder(&[("合肥市总工会.xlsx", &huge), ("淮南市总工会.xlsx", &xlsx(&[page("淮南市总工会", 2)]))]);
    let results = run_on(returns.path(), &["--file-memory", "64"]);
    let input = results.input("合肥市总工会.xlsx");
    assert_eq!(input["code"], "file-worker-died", "{input:#}");
    assert!(input["next"].as_str().is_some_and(|next| next.contains("--file-memory")), "{input:#}");
    assert_eq!(accepted(&results, "人数"), ["11", "12"]);
    // With the usual limit it is read. (The time is that of an unoptimised build on a busy machine.)
    let results = run_on(returns.path(), &["--file-time", "60"]);
    assert_ne!(results.input("合肥市总工会.xlsx")["outcome"], "unreadable");
}

/// The shipped hostile files: each ends in an outcome, and the return among them reads as if it were alone.
#[test]
fn shipped_hostile_files_leave_their_neighbour_alone() {
    let hostile = root().join("tests/hostile");
    let alone = run_on(folder(&[("合肥市总工会.xlsx", &xlsx(&[page("合肥市总工会", 3)]))]).path(), &[]);
    let returns = folder(&[("合肥市总工会.xlsx", &xlsx(&[page("合肥市总工会", 3)]))]);
    for entry in std::fs::read_dir(hostile).expect("shipped files").flatten() {
        std::fs::copy(entry.path(), returns.path().join(entry.file_name())).expect("a copy");
    }
    let among = run_on(returns.path(), &[]);
    for header in ["班组名称", "人数", "公示开始", "行号"] {
        assert_eq!(accepted(&alone, header), accepted(&among, header));
    }
    for input in among.manifest()["inputs"].as_array().expect("inputs") {
        let (outcome, cause) = (input["outcome"].as_str(), input["cause"].as_str().unwrap_or_default());
        assert!(outcome == Some("accepted") || !cause.is_empty(), "{input:#}");
        assert_eq!(outcome == Some("unreadable"), input["code"].is_string(), "{input:#}");
    }
}

// ── Mutations ───────────────────────────────────────────────────────────────────────────────────────────────────

/// One good file of each format.
const SAMPLES: [&str; 7] = [
    "model-teams/合肥/合肥市总工会.xlsx",
    "model-teams/马鞍山/马鞍山市总工会.xlsb",
    "model-teams/淮北/淮北市总工会.xls",
    "model-teams/安庆/安庆市总工会.ods",
    "model-teams/六安/六安市总工会.csv",
    "model-teams/省直系统/省卫生健康系统工会.xls",
    "model-teams/省直系统/省住房城乡建设系统工会.xls",
];

/// SplitMix64: the same mutants everywhere.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.roll() % end.max(1) as u64) as usize
    }
}

/// What was done to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Flip,
    Cut,
    Splice,
    /// An attribute of a part, zipped again with the right checksum: another file, and a lawful one.
    Part,
}

fn mutate(bytes: &[u8], dice: &mut Dice) -> (Kind, Vec<u8>) {
    let mut out = bytes.to_vec();
    match dice.below(if bytes.starts_with(b"PK") { 4 } else { 3 }) {
        0 => {
            for _ in 0..=dice.below(3) {
                let at = dice.below(out.len());
                out[at] ^= 1 << dice.below(8);
            }
            (Kind::Flip, out)
        }
        1 => {
            out.truncate(dice.below(out.len()));
            (Kind::Cut, out)
        }
        2 => {
            let (from, len) = (dice.below(out.len()), dice.below(600) + 1);
            let piece = out[from..(from + len).min(out.len())].to_vec();
            let to = dice.below(out.len());
            let gone = if dice.below(2) == 0 { piece.len() } else { dice.below(200) };
            out.splice(to..(to + gone).min(bytes.len()), piece);
            (Kind::Splice, out)
        }
        _ => (Kind::Part, edit_part(bytes, dice).unwrap_or(out)),
    }
}

/// Changes, drops or doubles the value of an attribute in one XML part.
fn edit_part(bytes: &[u8], dice: &mut Dice) -> Option<Vec<u8>> {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).ok()?;
    let mut members = Vec::new();
    for i in 0..archive.len() {
        let mut member = archive.by_index(i).ok()?;
        let mut content = Vec::new();
        member.read_to_end(&mut content).ok()?;
        members.push((member.name().ok()?.into_owned(), content));
    }
    let texts: Vec<usize> = (0..members.len()).filter(|i| std::str::from_utf8(&members[*i].1).is_ok()).collect();
    let which = *texts.get(dice.below(texts.len()))?;
    let content = &mut members[which].1;
    let quotes: Vec<usize> = (1..content.len()).filter(|at| content[*at] == b'"' && content[*at - 1] == b'=').collect();
    let start = *quotes.get(dice.below(quotes.len()))? + 1;
    let len = content[start..].iter().position(|byte| *byte == b'"')?;
    let values: [&[u8]; 8] = [b"", b"0", b"-1", b"99999999999", b"XFD1048577", b"\xe8\xa1\xa8", b"&lt;", b"A1:A0"];
    let value = values[dice.below(values.len())].to_vec();
    content.splice(start..start + len, value);
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in members {
        writer.start_file(name, zip::write::SimpleFileOptions::default()).ok()?;
        writer.write_all(&content).ok()?;
    }
    Some(writer.finish().ok()?.into_inner())
}

/// What became of a mutant's cells.
fn compare(good: &RawWorkbook, read: &RawWorkbook) -> &'static str {
    let cells = |sheet: &RawSheet| -> Vec<String> {
        let shown = |value: RawValue| match value {
            RawValue::Text { .. } => sheet.text(value).to_owned(),
            other => format!("{other:?}"),
        };
        sheet.cells.iter().map(|cell| format!("{} {}", cell.at, shown(cell.value))).collect()
    };
    let all = |book: &RawWorkbook| -> Vec<Vec<String>> { book.sheets.iter().map(cells).collect() };
    if all(good) == all(read) {
        "same cells"
    } else if read.sheets.iter().flat_map(|s| &s.cells).any(|cell| matches!(cell.value, RawValue::Unreadable(_))) {
        "changed, with doubtful cells"
    } else if read.remarks.len() > good.remarks.len() {
        "changed, and remarked on"
    } else {
        "changed"
    }
}

/// Reads mutants of every sample in one go, in workers. By format and kind: how many came to what.
fn fuzz(seed: u64, each: usize) -> BTreeMap<(&'static str, Kind, String), u32> {
    huizong::ingest::use_worker(env!("CARGO_BIN_EXE_huizong").into());
    let limits = Limits::default();
    let mut counts = BTreeMap::new();
    for (s, sample) in SAMPLES.into_iter().enumerate() {
        let mut dice = Dice(seed + s as u64);
        let bytes = std::fs::read(root().join("samples").join(sample)).expect("a shipped sample");
        let mutants: Vec<(Kind, Vec<u8>)> = (0..each).map(|_| mutate(&bytes, &mut dice)).collect();
        let extension = sample.rsplit('.').next().expect("an extension");
        let mut files = vec![("a.bin".to_owned(), &bytes[..]), ("z.bin".to_owned(), &bytes[..])];
        files.extend((0..each).map(|i| (format!("m{i:05}.{extension}"), &mutants[i].1[..])));
        let files: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (name.as_str(), *bytes)).collect();
        let returns = folder(&files);
        let reads = read_folder(returns.path(), &limits);
        // The good file, read first and last in the same workers, is the measure.
        let good = match (&reads["a.bin"], &reads["z.bin"]) {
            (ReadOutcome::Workbook(first), ReadOutcome::Workbook(last)) => {
                assert_eq!(first, last, "{sample}: a neighbour changed");
                first
            }
            other => panic!("{sample}: {other:?}"),
        };
        let format = good.format.name();
        for (i, (kind, _)) in mutants.iter().enumerate() {
            let prefix = format!("m{i:05}.{extension}");
            // A mutant may have become a bundle: its members are then named below it.
            for (_, read) in reads.range(prefix.clone()..).take_while(|(name, _)| name.starts_with(&prefix)) {
                let word = match read {
                    ReadOutcome::Workbook(book) => compare(good, book).to_owned(),
                    ReadOutcome::Unreadable(why) => why.code.to_string(),
                    ReadOutcome::NotATable { .. } => "not a table".to_owned(),
                    ReadOutcome::Litter { .. } => "litter".to_owned(),
                };
                *counts.entry((format, *kind, word)).or_default() += 1;
            }
        }
    }
    counts
}

fn read_folder(folder: &Path, limits: &Limits) -> BTreeMap<String, ReadOutcome> {
    let found = discover(&[folder.to_owned()], limits).expect("a folder");
    let reads = read_all(&found.files, limits, |file, delivery| (file.name.clone(), delivery.read));
    reads.expect("workers start").into_iter().collect()
}

fn hold(counts: &BTreeMap<(&'static str, Kind, String), u32>) {
    for ((format, kind, word), count) in counts {
        // Checksums cover every part of these, so that no accident goes unseen. Formats without (xls, csv, HTML,
        // XML-2003) cannot tell a changed digit from a typed one; nor can anyone tell a lawful edit.
        let proven = matches!(*format, "xlsx" | "xlsb" | "ods");
        assert!(!proven || *kind == Kind::Part || word != "changed", "{format} {kind:?}: {count} silent changes");
        assert!(word != "litter");
    }
}

#[test]
fn mutants_end_in_an_outcome_and_leave_their_neighbours_alone() {
    let counts = fuzz(2026, 60);
    let total: u32 = counts.values().sum();
    assert!(total >= 7 * 60, "each mutant has an outcome: {total}");
    let words: std::collections::BTreeSet<&str> = counts.keys().map(|(_, _, word)| word.as_str()).collect();
    assert!(words.contains("same cells") && words.contains("file-damaged"), "{words:?}");
    hold(&counts);
}

/// The same mutants through the whole program: no stop, and the neighbour's numbers as if it were alone.
#[test]
fn mutants_never_stop_a_run_nor_change_their_neighbours_numbers() {
    let neighbour = xlsx(&[page("合肥市总工会", 3)]);
    let mut files = vec![("合肥市总工会.xlsx".to_owned(), neighbour.clone())];
    let mut dice = Dice(7);
    for sample in SAMPLES {
        let bytes = std::fs::read(root().join("samples").join(sample)).expect("a shipped sample");
        // Its own folder: duplicates among mutants block one another, and that is right.
        files.extend((0..12).map(|i| (format!("突变/{i}-{}", sample.replace('/', "-")), mutate(&bytes, &mut dice).1)));
    }
    let borrowed: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (name.as_str(), &bytes[..])).collect();
    let among = run_on(folder(&borrowed).path(), &[]);
    assert_eq!(among.said.code, 1, "{}", among.said.err);
    let alone = run_on(folder(&[("合肥市总工会.xlsx", &neighbour)]).path(), &[]);
    let own = |results: &Results, header: &str| -> Vec<String> {
        let (files, values) = (accepted(results, "报表文件"), accepted(results, header));
        files.into_iter().zip(values).filter(|(file, _)| file == "合肥市总工会.xlsx").map(|(_, value)| value).collect()
    };
    for header in ["班组名称", "人数", "一线人数", "科学管理", "公示开始", "公示结束"] {
        assert_eq!(own(&alone, header).len(), 3);
        assert_eq!(own(&alone, header), own(&among, header), "{header}");
    }
}

/// On demand: `HUIZONG_FUZZ_MUTANTS=5000 cargo test --release --test integration long_fuzz -- --ignored --nocapture`.
#[test]
#[ignore = "minutes; for a search beyond the fixed seeds"]
fn long_fuzz() {
    let setting = |name: &str| std::env::var(name).ok().and_then(|text| text.parse().ok());
    let each = setting("HUIZONG_FUZZ_MUTANTS").unwrap_or(1_000) as usize;
    let seed = setting("HUIZONG_FUZZ_SEED").unwrap_or(1);
    let mut sum: BTreeMap<(&'static str, Kind, String), u32> = BTreeMap::new();
    for round in 0..each.div_ceil(500) as u64 {
        for (key, count) in fuzz(seed + round * 1_000, each.min(500)) {
            *sum.entry(key).or_default() += count;
        }
    }
    let mut outcomes: BTreeMap<&str, u32> = BTreeMap::new();
    for ((format, kind, word), count) in &sum {
        println!("{format:8} {kind:6?} {word:28} {count}");
        *outcomes.entry(word).or_default() += count;
    }
    println!("{} mutants: {outcomes:?}", sum.values().sum::<u32>());
    hold(&sum);
}

// ── What reads, and costs too much to understand ────────────────────────────────────────────────────────────────────

/// The run's own process understands what a worker read: that is bounded too, and the neighbour does not feel it.
#[test]
fn sheets_that_cost_too_much_to_understand_end_in_an_outcome() {
    use super::workshop::{HEADERS, Page, good_row, text};
    let neighbour = ("淮南市总工会.xlsx".to_owned(), xlsx(&[page("淮南市总工会", 2)]));
    // One row of 16,384 headers; the form's words again and again in 2,500 orders; nothing but mistakes.
    let wide: Vec<_> = (0..16_384).map(|col| text(HEADERS[col % HEADERS.len()])).collect();
    let below: Vec<_> = (0..16_384).map(|col| text(HEADERS[col * 7 % HEADERS.len()])).collect();
    let wide = Page { rows: vec![wide, below], ..page("", 0) };
    let mut shuffled = page("合肥市总工会", 0);
    let mut wrong = page("合肥市总工会", 0);
    for i in 0..2_500 {
        let mut headers = HEADERS.map(text).to_vec();
        let mut record = good_row("合肥市总工会", i);
        headers.rotate_left(1 + i as usize % 7);
        record.rotate_left(1 + i as usize % 7);
        shuffled.rows.extend([headers, record]);
        wrong.rows.push((0..HEADERS.len()).map(|col| text(&format!("错{i}之{col}"))).collect());
    }
    let started = std::time::Instant::now();
    let results = run_on(folder(&[("宽.xlsx", &xlsx(&[wide]))]).path(), &[]);
    assert_eq!(results.input("宽.xlsx")["outcome"], "returned");
    let files = [("乱.xlsx", shuffled), ("错.xlsx", wrong)].map(|(name, page)| (name, xlsx(&[page])));
    let mut all: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (*name, &bytes[..])).collect();
    all.push((&neighbour.0, &neighbour.1));
    // 128 MiB: 32,768 findings and 512 tables.
    let results = run_on(folder(&all).path(), &["--file-memory", "128"]);
    assert!(started.elapsed().as_secs() < 60, "{:?}", started.elapsed());
    for (name, word) in [("乱.xlsx", "表的张数"), ("错.xlsx", "审核问题数")] {
        let input = results.input(name);
        assert_eq!(input["code"], "file-over-limit", "{input:#}");
        assert!(input["cause"].as_str().is_some_and(|cause| cause.contains(word)), "{input:#}");
        assert!(input["next"].as_str().is_some_and(|next| next.contains("--file-memory")), "{input:#}");
    }
    assert_eq!(accepted(&results, "人数"), ["11", "12"]);
}

/// A limit that a lawful file runs into says how it is lifted, and is.
#[test]
fn limits_are_lifted_as_their_message_says() {
    // A part of 34 MiB that packs a thousandfold.
    let filler = format!("<!--{}-->", "x".repeat(34 << 20));
    let long = page("合肥市总工会", 12).with(0, "备注", super::workshop::raw("", &filler));
    let returns = folder(&[("合肥市总工会.xlsx", &xlsx(&[long]))]);
    let results = run_on(returns.path(), &[]);
    let input = results.input("合肥市总工会.xlsx");
    assert_eq!(input["code"], "file-over-limit", "{input:#}");
    assert!(input["next"].as_str().is_some_and(|next| next.contains("--file-memory")), "{input:#}");
    let results = run_on(returns.path(), &["--file-memory", "8192"]);
    assert_eq!(accepted(&results, "人数").len(), 12, "{:#}", results.input("合肥市总工会.xlsx"));
}

/// A workbook whose shared texts are gone: it is damaged, and not a readable file without a form.
#[test]
fn a_workbook_without_its_texts_is_damaged() {
    let mut members = super::workshop::parts(&[page("合肥市总工会", 2)], "");
    let before = members.len();
    for (name, content) in &mut members {
        if name.contains("worksheets/") {
            let xml = String::from_utf8(content.clone()).expect("UTF-8");
            *content = xml.replace("t=\"inlineStr\"", "t=\"s\"").into_bytes();
        }
    }
    assert_eq!(members.len(), before);
    let other = super::workshop::zip(&super::workshop::parts(&[page("淮北市总工会", 2)], ""));
    let files: [(&str, &[u8]); 2] =
        [("合肥市总工会.xlsx", &super::workshop::zip(&members)), ("淮北市总工会.xlsx", &other)];
    let results = run_on(folder(&files).path(), &[]);
    let input = results.input("合肥市总工会.xlsx");
    let said = (input["outcome"].as_str(), input["code"].as_str());
    assert_eq!(said, (Some("unreadable"), Some("file-damaged")), "{input:#}");
    assert!(input["cause"].as_str().is_some_and(|cause| cause.contains("文字")), "{input:#}");
}
