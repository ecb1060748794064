//! The history store: what a run keeps, what a later one reads of it, and what happens when it is damaged, old, from the
//! future, issued, or written by two at once.

use super::decisions::rows;
use super::shop::{DEFINITION, HEFEI, Shop, WUHU, integers, month};
use super::support::{Said, all_bytes, huizong, root, say, table_text};
use super::workshop::{FIRST, folder, page, xlsx};
use huizong::history::head::{StoredType, Unusable};
use huizong::history::remarks::HistoryGap;
use huizong::model::{Column, Value};
use std::path::{Path, PathBuf};

#[test]
fn a_run_keeps_its_rows_with_units_origins_and_discipline() {
    let shop = Shop::new(DEFINITION);
    let rows = [(HEFEI, "甲", 3), (HEFEI, "乙", 4), (WUHU, "丙", 5)];
    assert_eq!(shop.run("2026-03", &rows, &[]).code, 0);
    shop.read("2026-04", |history, reference| {
        let march = month("2026-03");
        assert_eq!(history.previous(), Some(march.clone()));
        assert_eq!(integers(history, "2026-03", "人数"), [Some(3), Some(4), Some(5)]);
        let form = history.form(&march, 0).expect("stored");
        let names = |column: &str| -> Vec<String> {
            let Some(Column::Unit(units)) = form.column_named(column) else { panic!("units") };
            units.iter().map(|unit| reference.roster.units[unit.expect("known") as usize].name.to_string()).collect()
        };
        assert_eq!(names("单位"), [HEFEI, HEFEI, WUHU]);
        assert!(matches!(form.column_named("金额"), Some(Column::Number(v)) if v.get(2) == Some(1.5)));
        assert_eq!(form.column_named("项目").map(|column| column.value(1)), Some(Value::Text("乙")));
        let origin = form.origin(2).expect("an origin");
        assert_eq!((origin.file, origin.row), ("芜湖市总工会.xlsx", 4));
        assert_eq!(form.units().len(), 3);
        let period = history.get(&march).expect("stored");
        let units = period.units().expect("discipline");
        let reported = units.iter().filter(|unit| unit.received.is_some() || unit.name == HEFEI).count();
        assert!(units.len() > 30 && reported >= 2, "{reported} of {}", units.len());
        assert_eq!(period.figures().expect("figures")[0].id, "count");
        assert!(history.notes().is_empty(), "{:?}", history.notes());
        assert!(history.get(&month("2026-01")).is_none() && history.get(&month("2025-04")).is_none());
        assert!(history.get(&month("2026-04")).is_none(), "the run's own period is no gap");
        let gaps: Vec<String> = history.gaps().iter().map(HistoryGap::words).collect();
        assert_eq!(gaps, ["2025年4月没有历史数据", "2026年1月没有历史数据"]);
    });
    let listed = shop.verb(&["history", "tally"]);
    assert_eq!(listed.code, 0, "{}", listed.err);
    assert!(listed.out.contains("2026年3月") && listed.out.contains("月度登记表 3 行"), "{}", listed.out);
    assert!(listed.out.contains("未印发"), "{}", listed.out);
}

#[test]
fn a_second_run_replaces_its_period_and_the_same_input_gives_the_same_bytes() {
    let shop = Shop::new(DEFINITION);
    shop.run("2026-03", &[(HEFEI, "甲", 3), (WUHU, "丙", 5)], &[]);
    shop.run("2026-03", &[(HEFEI, "甲", 9)], &["--threads", "1"]);
    shop.read("2026-04", |history, _| assert_eq!(integers(history, "2026-03", "人数"), [Some(9)]));
    let first = all_bytes(&shop.path("history"));
    std::fs::remove_dir_all(shop.path("history")).expect("removed");
    shop.run("2026-03", &[(HEFEI, "甲", 9)], &["--threads", "2"]);
    assert_eq!(first, all_bytes(&shop.path("history")));
    let data = std::fs::read(shop.path("out/明细/data/tally.parquet")).expect("the data edition's file");
    assert_eq!(data, std::fs::read(shop.stored("2026-03", "tally.parquet")).expect("stored"), "one and the same");
    shop.run("2026-05", &[(HEFEI, "甲", 1)], &["--dry-run"]);
    assert!(!shop.path("history/tally/2026-05").exists(), "a dry run keeps nothing");
    shop.run("2026-05", &[(HEFEI, "甲", 1)], &[]);
    let listed = shop.verb(&["history"]).out;
    assert!(listed.contains("缺：2026年4月"), "{listed}");
    // Who changes an earlier period is told which later ones stand on it.
    let told = |people: u32| {
        let returns = shop.file("2026-03", &[(HEFEI, "甲", people)]);
        let args = shop.args(&returns, "2026-03", "out", &[]);
        let loud: Vec<&str> = args.iter().map(String::as_str).filter(|arg| *arg != "--quiet").collect();
        say(&loud).out.contains("已有后面的2026年5月")
    };
    assert!(told(10) && !told(10), "once, and not for the same returns again");
}

#[test]
fn an_issued_period_needs_a_reason_and_yields_a_correction() {
    let shop = Shop::new(DEFINITION);
    shop.run("2026-03", &[(HEFEI, "甲", 3), (WUHU, "丙", 5)], &[]);
    let issue =
        |number: &str| shop.verb(&["issue", "tally", "--period", "2026-03", "--number", number, "--despite", "试"]);
    assert_eq!(shop.run("2026-03", &[(HEFEI, "甲", 3)], &["--reason", "无故"]).code, 2, "nothing is issued yet");
    assert_eq!(issue("皖工办〔2026〕5号").code, 0);
    let before = all_bytes(&shop.path("history"));
    assert!(issue("皖工办〔2026〕5号").out.contains("没有改动"));
    let other = issue("皖工办〔2026〕6号");
    assert_eq!(other.code, 2);
    assert!(other.err.contains("〔2026〕5号"), "{}", other.err);

    let refused = shop.run("2026-03", &[(HEFEI, "甲", 8), (WUHU, "丙", 5)], &[]);
    assert_eq!(refused.code, 2, "{}", refused.err);
    assert!(refused.err.contains("已以“皖工办〔2026〕5号”印发") && refused.err.contains("--reason"), "{}", refused.err);
    assert!(all_bytes(&shop.path("history")) == before, "something changed");
    assert_eq!(shop.run("2026-03", &[(HEFEI, "甲", 8)], &["--dry-run"]).code, 0, "a dry run may look");

    let said = shop.run("2026-03", &[(HEFEI, "甲", 8), (WUHU, "丙", 5)], &["--reason", "合肥更正人数"]);
    assert_eq!(said.code, 0, "{}", said.err);
    let book = shop.path("out/2026年3月月度登记_更正说明.xlsx");
    // First in one paragraph what, why, and what it does to the totals; then those; then every figure.
    let first = sheet(&book, 0);
    let said = &first[2][0];
    for part in ["因合肥更正人数", "“2026年3月统计”的人数由 8 更正为 13", "共 2 处数字与印发时不同"]
    {
        assert!(said.contains(part), "{part}: {said}");
    }
    let of = |lines: &[Vec<String>], wanted: &str, cells: usize| -> Vec<Vec<String>> {
        let told = lines.iter().filter(|line| line.len() > cells && line[1].ends_with(wanted) && line[0].len() == 1);
        told.map(|line| line[1..=cells].to_vec()).collect()
    };
    assert_eq!(of(&first, "统计", 5), [["附表1 统计", "人数", "8", "13", "+5"]]);
    assert_eq!(
        of(&sheet(&book, 1), "统计", 4),
        [["附表1 统计", HEFEI, "1", "人数 3 → 8"], ["附表1 统计", "合计", "1", "人数 8 → 13"]],
        "every figure that changed and no other"
    );
    let manifest: serde_json::Value =
        serde_json::from_slice(&std::fs::read(shop.path("out/明细/run.json")).expect("run.json")).expect("JSON");
    assert_eq!(manifest["correction"]["number"], "皖工办〔2026〕5号");
    assert_eq!(manifest["correction"]["figures"], 2);
    let listed = shop.verb(&["history"]).out;
    assert!(listed.contains("已印发（皖工办〔2026〕5号，更正 1 次）"), "{listed}");
    assert_eq!(shop.run("2026-03", &[(HEFEI, "甲", 8)], &[]).code, 2, "still locked");
    // Without its record the period is no less issued, corrected ones included.
    std::fs::remove_file(shop.stored("2026-03", "issued.json")).expect("removed");
    for said in [shop.run("2026-03", &[(HEFEI, "甲", 8)], &[]), issue("皖工办〔2026〕6号")] {
        assert_eq!(said.code, 2);
        assert!(said.err.contains("issued.json 不见了，而本期已以“皖工办〔2026〕5号”印发"), "{}", said.err);
    }
    let listed = shop.verb(&["history"]).out;
    assert!(listed.contains("印发记录不能用"), "{listed}");
}

/// A sheet's cells, row by row.
fn sheet(path: &Path, at: usize) -> Vec<Vec<String>> {
    use calamine::{Reader, Xlsx, open_workbook};
    let mut book: Xlsx<_> = open_workbook(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let range = book.worksheet_range_at(at).expect("a sheet").expect("readable");
    range.rows().map(|row| row.iter().map(ToString::to_string).collect()).collect()
}

#[test]
fn what_is_damaged_or_from_the_future_counts_as_absent_is_said_and_stays() {
    let shop = Shop::new(DEFINITION);
    for at in ["2026-01", "2026-02", "2026-03"] {
        shop.run(at, &[(HEFEI, "甲", 3)], &[]);
    }
    let spoil = |path: PathBuf, change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = std::fs::read(&path).expect("stored");
        change(&mut bytes);
        std::fs::write(&path, &bytes).expect("spoilt");
        bytes
    };
    let middle = |bytes: &mut Vec<u8>| {
        let at = bytes.len() / 2;
        bytes[at] ^= 1;
    };
    let rows = spoil(shop.stored("2026-01", "tally.parquet"), &middle);
    spoil(shop.stored("2026-02", "period.json"), &|bytes| bytes.truncate(200));
    let future = spoil(shop.stored("2026-03", "period.json"), &|bytes| {
        *bytes = String::from_utf8_lossy(bytes).replace("\"format\": 2", "\"format\": 9").into_bytes();
    });
    shop.read("2026-04", |history, _| {
        assert!(history.form(&month("2026-01"), 0).is_none(), "a flipped bit is no row");
        assert!(history.get(&month("2026-01")).is_some_and(|stored| stored.units().is_some()), "the rest is whole");
        assert!(history.get(&month("2026-02")).is_none() && history.get(&month("2026-03")).is_none());
        let notes = history.notes();
        assert_eq!(notes.len(), 3, "{notes:?}");
        assert!(notes[0].contains("2026年1月《月度登记表》的存档损坏") && notes[0].contains("按没有处理"), "{notes:?}");
        assert!(notes[1].contains("2026年2月的存档损坏"), "{notes:?}");
        assert!(notes[2].contains("2026年3月的存档是更新版本的程序写的（格式 9"), "{notes:?}");
        assert!(history.gaps().iter().any(|gap| { matches!(gap, HistoryGap::Unusable(_, _, Unusable::Future(9))) }));
    });
    let listed = shop.verb(&["history"]).out;
    assert!(listed.contains("文件原样保留") && listed.contains("更新版本"), "{listed}");
    assert_eq!(std::fs::read(shop.stored("2026-01", "tally.parquet")).expect("left"), rows);
    let issue = shop.verb(&["issue", "tally", "--period", "2026-01", "--number", "一号", "--despite", "试"]);
    assert_eq!(issue.code, 2, "{}", issue.out);
    assert!(issue.err.contains("不完整，不能印发"), "{}", issue.err);
    // What a later program wrote is never overwritten; what is broken may be run again.
    let refused = shop.run("2026-03", &[(HEFEI, "甲", 4)], &[]);
    assert_eq!(refused.code, 2, "{}", refused.err);
    assert_eq!(std::fs::read(shop.stored("2026-03", "period.json")).expect("left"), future);
    assert_eq!(shop.run("2026-02", &[(HEFEI, "甲", 4)], &[]).code, 0);
    shop.read("2026-04", |history, _| assert_eq!(integers(history, "2026-02", "人数"), [Some(4)]));
}

#[test]
fn a_store_of_an_older_definition_reads_through_names_and_was() {
    let shop = Shop::new(DEFINITION);
    shop.run("2026-03", &[(HEFEI, "甲", 3)], &[]);
    let renamed = DEFINITION
        .replace(
            "{ name = \"人数\", type = \"integer\", required = true }",
            "{ name = \"职工数\", was = [\"人数\"], type = \"integer\" }, { name = \"新列\", type = \"text\" }",
        )
        .replace("value = \"人数\"", "value = \"职工数\"")
        .replace("{ name = \"日期\", type = \"date\" }", "{ name = \"日期\", type = \"text\" }");
    assert_ne!(renamed, DEFINITION);
    shop.define(&renamed);
    shop.read("2026-04", |history, _| {
        assert!(!history.get(&month("2026-03")).expect("stored").same_definition());
        assert_eq!(integers(history, "2026-03", "职工数"), [Some(3)]);
        let form = history.form(&month("2026-03"), 0).expect("stored");
        assert!(form.column_named("新列").is_none());
        assert!(history.conflicts().is_empty(), "nobody asked for the changed column yet");
        assert!(form.column_named("日期").is_none(), "a date is no text");
        let conflicts = history.conflicts();
        assert_eq!(conflicts.len(), 1);
        assert!(conflicts[0].contains("“日期”存的是日期，现在的定义是文字"), "{conflicts:?}");
        let notes = history.notes();
        assert!(notes.iter().any(|note| note.contains("“新列”在2026年3月还没有")), "{notes:?}");
        assert_eq!(StoredType::Integer.word(), "整数");
    });
    // A unit that leaves the roster keeps its rows, and is told by the name it had.
    let roster = shop.path("pipelines/reference/单位名册.csv");
    let text = std::fs::read_to_string(&roster).expect("the roster");
    let line = text.lines().find(|line| line.contains(HEFEI)).expect("合肥");
    let code = line.split(',').next().expect("a code").to_owned();
    std::fs::write(&roster, text.replace(&format!("{code},"), "HF-NEW,").replace(&format!(",{code},"), ",HF-NEW,"))
        .expect("written");
    let cities = shop.path("pipelines/reference/地市顺序.csv");
    let text = std::fs::read_to_string(&cities).expect("cities");
    std::fs::write(&cities, text.replace(&code, "HF-NEW")).expect("written");
    shop.read("2026-04", |history, _| {
        let form = history.form(&month("2026-03"), 0).expect("stored");
        assert!(matches!(form.column_named("单位"), Some(Column::Unit(units)) if units.get(0).is_none()));
        let notes = history.notes();
        let said = format!("“{HEFEI}”（代码 {code}）已不在单位名册里");
        assert!(notes.iter().any(|note| note.contains(&said)), "{notes:?}");
    });
}

#[test]
fn two_runs_at_once_leave_one_of_them_whole() {
    let shop = Shop::new(DEFINITION);
    for round in 0..3u32 {
        let children: Vec<_> = [3, 40]
            .map(|people| {
                let returns = shop.file("2026-03", &[(HEFEI, "甲", people + round)]);
                let args = shop.args(&returns, "2026-03", &format!("out-{people}"), &[]);
                let args: Vec<&str> = args.iter().map(String::as_str).collect();
                huizong(&args).spawn().expect("the program starts")
            })
            .into_iter()
            .collect();
        for mut child in children {
            assert_eq!(child.wait().expect("it ends").code(), Some(0), "both runs come to their end");
        }
        shop.read("2026-04", |history, _| {
            let people = integers(history, "2026-03", "人数");
            assert!(people == [Some(i64::from(3 + round))] || people == [Some(i64::from(40 + round))], "{people:?}");
            let stored = history.get(&month("2026-03")).expect("whole");
            assert!(stored.units().is_some() && stored.figures().is_some() && history.notes().is_empty());
        });
    }
}

/// A run that was killed while it moved its files: who reads finds the old period whole and changes nothing, and the next
/// run, of whichever period, puts it back.
#[test]
fn a_killed_replacement_is_read_through_and_undone_by_whoever_writes_next() {
    let shop = Shop::new(DEFINITION);
    shop.run("2026-03", &[(HEFEI, "甲", 3)], &[]);
    let folder = shop.path("history/tally/2026-03");
    let dead = folder.join(".huizong-tmp-999999999");
    for part in ["new", "old"] {
        std::fs::create_dir_all(dead.join(part)).expect("a folder");
    }
    std::fs::write(dead.join("committing"), "tally.parquet\nunits.json\nfigures.json\nperiod.json").expect("a journal");
    for name in ["period.json", "tally.parquet"] {
        std::fs::rename(folder.join(name), dead.join("old").join(name)).expect("moved aside");
    }
    std::fs::write(folder.join("tally.parquet"), b"half").expect("half-way");
    shop.read("2026-04", |history, _| assert_eq!(integers(history, "2026-03", "人数"), [Some(3)]));
    let left = all_bytes(&shop.path("history"));
    let listed = shop.verb(&["history", "tally"]).out;
    assert!(listed.contains("月度登记表 1 行") && listed.contains("上次写入中断"), "{listed}");
    assert!(all_bytes(&shop.path("history")) == left && dead.exists(), "who only reads changes nothing");
    assert_eq!(shop.run("2026-04", &[(HEFEI, "甲", 3)], &[]).code, 0);
    assert!(!dead.exists(), "no litter");
    let listed = shop.verb(&["history", "tally"]).out;
    assert!(listed.contains("月度登记表 1 行") && !listed.contains("中断"), "{listed}");
}

/// Killed at whatever moment: the period is the old one or the new one, whole.
#[test]
#[cfg(unix)]
fn a_run_killed_at_any_moment_leaves_a_whole_period() {
    let shop = Shop::new(DEFINITION);
    assert_eq!(shop.run("2026-03", &[(HEFEI, "甲", 3)], &[]).code, 0);
    let returns = shop.file("2026-03", &[(HEFEI, "甲", 40)]);
    let args = shop.args(&returns, "2026-03", "out", &[]);
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let began = std::time::Instant::now();
    assert_eq!(huizong(&args).status().expect("the program starts").code(), Some(0));
    let whole = began.elapsed();
    for moment in 1..=16 {
        let mut child = huizong(&args).spawn().expect("the program starts");
        // The second half, where results are written.
        std::thread::sleep(whole * (16 + moment) / 32);
        child.kill().expect("killed");
        child.wait().expect("gone");
        shop.read("2026-04", |history, _| {
            let people = integers(history, "2026-03", "人数");
            assert!(people == [Some(3)] || people == [Some(40)], "{people:?}");
            let stored = history.get(&month("2026-03")).expect("whole");
            assert!(stored.units().is_some() && stored.figures().is_some());
            // Killed between its two commits, the period says that its results are ahead, and nothing else.
            let notes = history.notes();
            assert!(notes.iter().all(|note| note.contains("没来得及存入历史库")), "{notes:?}");
        });
    }
    assert_eq!(shop.run("2026-03", &[(HEFEI, "甲", 5)], &[]).code, 0, "the next run trips over nothing");
    let litter = all_bytes(&shop.path("history"));
    assert!(litter.keys().all(|name| !name.contains("huizong-tmp")), "{:?}", litter.keys());
}

#[test]
fn a_history_that_cannot_be_written_stops_the_run_before_anything_is_replaced() {
    let shop = Shop::new(DEFINITION);
    std::fs::write(shop.path("history"), "不是文件夹").expect("a file");
    let said = shop.run("2026-03", &[(HEFEI, "甲", 3)], &[]);
    assert_eq!(said.code, 3, "{}", said.err);
    assert!(said.err.contains("历史库不能用") && said.err.contains("不是文件夹"), "{}", said.err);
    assert!(!shop.path("out/明细/run.json").exists());
}

#[test]
fn periods_of_a_season_and_names_that_are_none() {
    let season = DEFINITION.replace(
        "period = \"month\"",
        "period = \"month\"\nseason = { name = \"采暖期\", first = \"11-15\", last = \"03-15\" }",
    );
    let shop = Shop::new(&season);
    let outside = shop.run("2026-07", &[(HEFEI, "甲", 3)], &[]);
    assert_eq!(outside.code, 2, "{}", outside.err);
    assert!(outside.err.contains("11月15日至次年3月15日"), "{}", outside.err);
    for at in ["2025-11", "2026-01"] {
        assert_eq!(shop.run(at, &[(HEFEI, "甲", 3)], &[]).code, 0);
    }
    std::fs::create_dir_all(shop.path("history/tally/备份")).expect("a folder");
    let listed = shop.verb(&["history"]).out;
    assert!(listed.contains("缺：2025年12月\n"), "only months of the season are missing: {listed}");
    assert!(listed.contains("没有使用：备份"), "{listed}");
    shop.read("2026-11", |history, _| assert_eq!(history.previous(), None, "a season's first month"));
}

/// Fictitious rows never become somebody's past, and without a word real ones always do.
#[test]
fn the_sample_has_a_history_of_its_own() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let pipelines = root().join("pipelines");
    let pipelines = pipelines.to_str().expect("UTF-8");
    let run = |more: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_huizong"));
        command.args(["run", "honours", "--quiet", "--pipelines", pipelines]).args(more).current_dir(home.path());
        command.output().expect("the program starts").status.code()
    };
    let sample = root().join("samples/honours/合肥");
    let code = run(&["--returns", sample.to_str().expect("UTF-8"), "--period", "2026"]);
    assert!(matches!(code, Some(0 | 1)), "{code:?}");
    assert!(home.path().join("out/sample-history/honours/2026/period.json").is_file());
    assert!(!home.path().join("out/history").exists());
    let own = home.path().join("报表");
    std::fs::create_dir_all(&own).expect("a folder");
    for entry in std::fs::read_dir(&sample).expect("the sample").flatten() {
        std::fs::copy(entry.path(), own.join(entry.file_name())).expect("copied");
    }
    run(&["--returns", "报表", "--period", "2026"]);
    assert!(home.path().join("out/history/honours/2026/period.json").is_file());
    std::fs::remove_dir_all(home.path().join("out")).expect("removed");
    let trial = home.path().join("试验");
    let trial = trial.to_str().expect("UTF-8");
    assert_eq!(say(&["sample", "honours", "--units", "2", "--rows", "2", "--out", trial]).code, 0);
    run(&["--returns", "试验/returns", "--reference", "试验/reference", "--period", "2026"]);
    assert!(home.path().join("out/sample-history").exists() && !home.path().join("out/history").exists());
    run(&["--returns", "报表", "--period", "2026", "--no-history"]);
    assert!(!home.path().join("out/history").exists());
}

#[test]
fn selections_are_entered_into_the_ledger_once() {
    let home = folder(&[("returns/合肥市总工会.xlsx", &xlsx(&[page(HEFEI, 3)]))]);
    let word = |name: &str| home.path().join(name).to_str().expect("UTF-8").to_owned();
    std::fs::create_dir_all(home.path().join("reference")).expect("a folder");
    let ledger = home.path().join("reference/荣誉台账.xlsx");
    std::fs::copy(root().join("pipelines/reference/荣誉台账.xlsx"), &ledger).expect("copied");
    let before = table_text(&ledger);
    let (returns, out, history, reference) = (word("returns"), word("out"), word("history"), word("reference"));
    let run = |more: &[&str]| {
        let mut args = vec!["run", "model-teams", "--returns", &returns, "--out", &out, "--history", &history];
        args.extend(["--reference", &reference, "--period", "2026"]);
        args.extend(more);
        say(&args)
    };
    let issue = |more: &[&str]| {
        let mut args = vec!["issue", "model-teams", "--period", "2026", "--number", "皖工发〔2026〕12号"];
        args.extend(["--history", &history, "--reference", &reference]);
        args.extend(more);
        say(&args)
    };
    assert_eq!(issue(&["--ledger"]).code, 2, "nothing is stored yet");
    let accepted = |said: &Said| {
        let manifest: serde_json::Value =
            serde_json::from_slice(&std::fs::read(home.path().join("out/明细/run.json")).expect("run.json"))
                .expect("JSON");
        (said.code, manifest["counts"]["rows"]["accepted"].as_u64())
    };
    let first = accepted(&run(&[]));
    assert_eq!(first.1, Some(3));
    let replay = || {
        let out = word("tried");
        let args = ["replay", "model-teams", "--history", &history, "--reference", &reference, "--out", &out];
        let said = say(&args);
        assert_eq!(said.code, 0, "{}", said.err);
        said.out
    };
    let tried = replay();
    // Nominated is not awarded: the list comes first, and nothing is locked or entered by it.
    let listed = issue(&["--ledger", "--out", &out]);
    assert!(listed.code == 0 && listed.out.contains("没有印发"), "{}{}", listed.out, listed.err);
    assert_eq!(table_text(&ledger), before);
    let list = word("out/2026年省模范班组评选_入选名单.xlsx");
    let open = issue(&["--ledger", "--selected", &list, "--despite", "试"]);
    assert!(open.code == 2 && open.err.contains("没有填"), "{}", open.err);
    super::support::select(Path::new(&list), &["3号班组"]);
    let refused = issue(&["--ledger", "--selected", &list]);
    assert!(refused.code == 2 && refused.err.contains("未报") && refused.err.contains("--despite"), "{}", refused.err);
    let enter = || issue(&["--ledger", "--selected", &list, "--despite", "其余另发"]);
    // Open in a spreadsheet: said before anything is locked.
    let mark = home.path().join("reference/~$荣誉台账.xlsx");
    std::fs::write(&mark, "").expect("a mark");
    let held = enter();
    assert!(held.code == 2 && held.err.contains("打开着"), "{}", held.err);
    std::fs::remove_file(&mark).expect("removed");
    let seen = issue(&["--ledger", "--selected", &list, "--preview"]);
    assert!(seen.code == 0 && seen.out.contains("将新记 2 条"), "{}{}", seen.out, seen.err);
    assert_eq!(table_text(&ledger), before);
    let said = enter();
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(said.out.contains("新记 2 条") && said.out.contains("未入选 1 条"), "{}", said.out);
    let after = table_text(&ledger);
    let added = after.strip_prefix(&before).expect("only added to");
    assert_eq!(added.lines().count(), 2, "{added}");
    assert!(added.lines().all(|line| {
        line.starts_with("2026,省模范班组,省级,集体,")
            && line.contains(",皖工发〔2026〕12号,制造业,合肥,是,,合肥市总工会.xlsx 第 ")
    }));
    assert!(enter().out.contains("新记 0 条"));
    assert_eq!(table_text(&ledger), after, "never twice");
    // Rules tried on the period find what they would have found then, and say what they left out.
    let left_out = "2026年：“荣誉台账”里有 2 条是本期及以后各期印发时记入的，不参加核对";
    let again = replay();
    let (remarks, rest): (Vec<&str>, Vec<&str>) = again.lines().partition(|line| line.contains(left_out));
    assert_eq!((remarks.len(), rest), (1, tried.lines().collect()), "{again}");
    // A correction is not held against the titles that this very issue entered.
    let corrected = accepted(&run(&["--reason", "核对"]));
    assert_eq!(corrected, first);
    // Another selection takes wrong entries back out, with a trace.
    super::support::select(Path::new(&list), &["1号班组"]);
    let said = enter();
    assert!(said.code == 0 && said.out.contains("新记 1 条") && said.out.contains("撤出 1 条"), "{}", said.out);
    let now = table_text(&ledger);
    let own: Vec<&str> = now.strip_prefix(&before).expect("the rest stays").lines().collect();
    assert!(own.len() == 2 && own.iter().all(|line| !line.contains("1号班组")), "{own:?}");
    let trace = || table_text(&home.path().join("reference/荣誉台账_撤出记录.xlsx"));
    assert!(trace().lines().count() == 2 && trace().contains("1号班组") && trace().contains("核对"), "{}", trace());
    // The unit takes a team back that was selected, and what stands below it moves up: the run says whose title it was, the
    // list is written with what was selected, and only that title goes.
    let mut without = page(HEFEI, 3);
    without.rows.remove(FIRST + 1);
    std::fs::write(home.path().join("returns/合肥市总工会.xlsx"), xlsx(&[without])).expect("sent again");
    // Where nobody can tell, that is said and not passed over.
    let gone = home.path().join("reference/荣誉台账_撤出记录.xlsx");
    let kept = std::fs::read(&gone).expect("the trace");
    std::fs::write(&gone, "PK torn").expect("written");
    let said = run(&["--reason", "撤回2号班组"]);
    assert!(said.out.contains("没有能和更正后的申报核对") && said.out.contains("撤出记录"), "{}", said.out);
    std::fs::write(&gone, kept).expect("written");
    let said = run(&["--reason", "撤回2号班组"]);
    assert!(said.out.contains("1 条，现在不在计入的申报里") && said.out.contains("2号班组"), "{}", said.out);
    assert!(!said.out.contains("不用的请删去"), "{}", said.out);
    let old = enter();
    assert!(old.code == 2 && old.err.contains("2号班组") && old.err.contains("重新写出名单"), "{}", old.err);
    std::fs::remove_file(&list).expect("put away");
    let listed = issue(&["--ledger", "--out", &out]);
    assert!(listed.out.contains("2号班组"), "{}", listed.out);
    let said: Vec<String> = rows(Path::new(&list), "入选名单").iter().map(|row| row["入选"].clone()).collect();
    assert_eq!(said, ["", "是"]);
    super::support::select(Path::new(&list), &["1号班组"]);
    let said = enter();
    assert!(said.code == 0 && said.out.contains("新记 0 条") && said.out.contains("撤出 1 条"), "{}", said.out);
    assert!(trace().lines().count() == 3 && trace().contains("撤回2号班组"), "{}", trace());
}

/// What goes is shown first, an issued period stays, and the copy is kept until the next run.
#[test]
fn a_period_is_removed_once_it_was_shown() {
    let shop = Shop::new(DEFINITION);
    for month in ["2026-01", "2026-02"] {
        assert_eq!(shop.run(month, &[(HEFEI, "甲", 3)], &[]).code, 0);
    }
    let remove = |more: &[&str]| shop.verb(&[&["history", "tally", "--remove", "2026-01"], more].concat());
    let shown = remove(&[]);
    assert!(shown.code == 0 && shown.out.contains("现在没有删") && shown.out.contains("1 行"), "{}", shown.out);
    assert!(shop.stored("2026-01", "period.json").is_file());
    assert_eq!(remove(&["--yes"]).code, 0);
    assert!(!shop.path("history/tally/2026-01").exists());
    assert!(shop.path("history/tally/.removed/2026-01/period.json").is_file());
    let listed = shop.verb(&["history"]).out;
    assert!(listed.contains("2026年2月") && !listed.contains("removed"), "{listed}");
    assert_eq!(remove(&["--yes"]).code, 2, "it is gone");
    assert_eq!(shop.run("2026-02", &[(HEFEI, "甲", 3)], &[]).code, 0);
    assert!(!shop.path("history/tally/.removed").exists());
    assert_eq!(shop.verb(&["issue", "tally", "--period", "2026-02", "--number", "一号", "--despite", "试"]).code, 0);
    let refused = shop.verb(&["history", "tally", "--remove", "2026-02", "--yes"]);
    assert!(refused.code == 2 && refused.err.contains("已经印发"), "{}", refused.err);
}
