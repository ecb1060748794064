//! What is issued stays what was issued: corrections are held against it, and it is locked against everybody who writes at
//! the same time, from whatever history, and against what a store that was copied from somewhere brings along.

use super::shop::{DEFINITION, HEFEI, Shop, WUHU, integers};
use super::support::{all_bytes, huizong, result, say};
use std::path::Path;

const NUMBER: &str = "皖工办〔2026〕5号";

impl Shop {
    fn issue(&self) -> super::support::Said {
        self.verb(&["issue", "tally", "--period", "2026-03", "--number", NUMBER, "--despite", "试验，只报几家"])
    }

    /// How many figures the last correction says it changed.
    fn corrected(&self) -> u64 {
        let manifest = std::fs::read(self.path("out/明细/run.json")).expect("run.json");
        let manifest: serde_json::Value = serde_json::from_slice(&manifest).expect("JSON");
        manifest["correction"]["figures"].as_u64().expect("a correction")
    }
}

#[test]
fn a_correction_is_held_against_what_was_issued_however_often_it_is_run() {
    let shop = Shop::new(DEFINITION);
    let issued = [(HEFEI, "甲", 3), (WUHU, "丙", 5)];
    assert_eq!(shop.run("2026-03", &issued, &[]).code, 0);
    assert_eq!(shop.issue().code, 0);
    let correct = |people: u32| {
        let said = shop.run("2026-03", &[(HEFEI, "甲", people), (WUHU, "丙", 5)], &["--reason", "核对"]);
        assert_eq!(said.code, 0, "{}", said.err);
        shop.corrected()
    };
    assert_eq!(correct(8), 2);
    let once = all_bytes(&shop.path("history"));
    assert_eq!(correct(8), 2, "the same correction again says the same");
    assert!(all_bytes(&shop.path("history")) == once, "and is the same correction");
    assert_eq!(correct(9), 2, "another one too is held against what was issued");
    assert_eq!(correct(3), 0, "back to what was issued: truly nothing");
    assert!(shop.verb(&["history"]).out.contains("更正 3 次"));
    // A figure in the kept copy that somebody changed is noticed.
    let kept = shop.stored("2026-03", "issued-figures.json");
    let text = std::fs::read_to_string(&kept).expect("the issued figures");
    std::fs::write(&kept, text.replacen("[\"integer\",8]", "[\"integer\",7]", 1)).expect("spoilt");
    let said = shop.run("2026-03", &issued, &["--reason", "核对"]);
    assert_eq!(said.code, 2, "{}", said.err);
    assert!(said.err.contains("无法列出更正了什么"), "{}", said.err);
}

/// Doubt does not keep a period from being issued; that it is locked with it is said first.
#[test]
fn what_is_locked_with_its_doubt_is_said() {
    let shop = Shop::new(DEFINITION);
    assert_eq!(shop.run("2026-03", &[(HEFEI, "甲", 3), (HEFEI, "甲", 3), (WUHU, "丙", 5)], &[]).code, 0);
    let said = shop.issue();
    assert_eq!(said.code, 0, "{}", said.err);
    let locked = said.out.lines().find(|line| line.contains("锁定  ")).expect("what is locked");
    assert!(locked.ends_with("计入 2 行，其中 1 处没有核实"), "{locked}");
}

/// 定稿 is the signed edition with its number and nothing else changed, also where the heads take two lines.
#[test]
fn what_is_issued_is_the_signed_edition_with_its_number() {
    let office = "某某省总工会劳动和经济工作部职工技术创新与劳动竞赛处统计与信息化管理科暨竞赛活动领导小组办公室";
    for office in [office, "某省总工会"] {
        let front = format!("[front]\noffice = \"{office}\"\nsign = [\"单位负责人\"]\n\n[[form]]");
        let shop = Shop::new(&DEFINITION.replacen("[[form]]", &front, 1));
        assert_eq!(shop.run("2026-03", &[(HEFEI, "甲", 3), (WUHU, "丙", 5)], &[]).code, 0);
        let out = shop.word("out");
        let despite = ["--despite", "试验，只报几家", "--out", &out];
        let said = shop.verb(&[&["issue", "tally", "--period", "2026-03", "--number", NUMBER][..], &despite].concat());
        assert!(said.code == 0 && said.out.contains("定稿"), "{}{}", said.out, said.err);
        let cells = |end: &str| -> Vec<String> {
            use calamine::Reader;
            let mut book = calamine::open_workbook_auto(result(&shop.path("out"), end)).expect("a workbook");
            let sheets = book.worksheets().into_iter().flat_map(|(name, range)| {
                let of =
                    move |(row, column, cell): (usize, usize, &calamine::Data)| format!("{name} {row} {column} {cell}");
                range.used_cells().map(of).collect::<Vec<_>>()
            });
            sheets.collect()
        };
        let (signed, issued) = (cells("_呈报版.xlsx"), cells("_呈报版_定稿.xlsx"));
        assert_eq!(signed.len(), issued.len());
        let changed: Vec<&String> = issued.iter().filter(|cell| !signed.contains(cell)).collect();
        assert_eq!(changed.len(), 2, "the standing and the number: {changed:?}");
        assert!(changed[0].ends_with("　　定稿") && changed[1].ends_with(&format!("文号：{NUMBER}")), "{changed:?}");
        assert!(!issued.iter().any(|cell| cell.contains("初步数") || cell.contains("待印发")), "{issued:?}");
        // A correction says that what was issued lies there as it was; the next issue writes it anew.
        let returns = shop.file("2026-03", &[(HEFEI, "甲", 9), (WUHU, "丙", 5)]);
        let args = shop.args(&returns, "2026-03", "out", &["--reason", "合肥更正人数"]);
        let loud: Vec<&str> = args.iter().map(String::as_str).filter(|arg| *arg != "--quiet").collect();
        let said = say(&loud);
        assert!(said.out.contains("_呈报版_定稿.xlsx 还是更正以前印发的数"), "{}{}", said.out, said.err);
        assert_eq!(issued, cells("_呈报版_定稿.xlsx"));
        let said = shop.verb(&[&["issue", "tally", "--period", "2026-03", "--number", NUMBER][..], &despite].concat());
        assert_eq!(said.code, 0, "{}{}", said.out, said.err);
        assert_ne!(issued, cells("_呈报版_定稿.xlsx"));
    }
}

/// An earlier program issued the period and kept its figures only as the last run left them.
#[test]
fn a_period_that_an_earlier_program_issued_keeps_its_figures_with_the_first_correction() {
    let shop = Shop::new(DEFINITION);
    assert_eq!(shop.run("2026-03", &[(HEFEI, "甲", 3)], &[]).code, 0);
    assert_eq!(shop.issue().code, 0);
    std::fs::remove_file(shop.stored("2026-03", "issued-figures.json")).expect("removed");
    reseal(&shop.stored("2026-03", "issued.json"), |record| drop(record.remove("figures")));
    let correct = |people: u32| {
        let said = shop.run("2026-03", &[(HEFEI, "甲", people)], &["--reason", "核对"]);
        assert_eq!(said.code, 0, "{}", said.err);
        shop.corrected()
    };
    assert_eq!((correct(4), correct(4), correct(3)), (2, 2, 0));
}

/// Changes a sealed record as a program that wrote it would.
fn reseal(path: &Path, change: impl FnOnce(&mut serde_json::Map<String, serde_json::Value>)) {
    let mut record: serde_json::Value = serde_json::from_slice(&std::fs::read(path).expect("a record")).expect("JSON");
    let map = record.as_object_mut().expect("an object");
    map.remove("seal");
    change(map);
    std::fs::write(path, huizong::history::head::sealed(record)).expect("written");
}

/// `issue` beside a run: it waits for the one who holds the period, and goes by what he left.
#[test]
fn issue_reads_the_period_under_its_lock() {
    let shop = Shop::new(DEFINITION);
    let period = shop.path("history/tally/2026-03");
    // What the run that is under way will leave.
    assert_eq!(shop.run("2026-03", &[(HEFEI, "甲", 40)], &[]).code, 0);
    let later = all_bytes(&period);
    assert_eq!(shop.run("2026-03", &[(HEFEI, "甲", 3)], &[]).code, 0);
    let lock = huizong::atomic::Lock::wait(&period).expect("the run's lock");
    let (pipelines, history) = (shop.word("pipelines"), shop.word("history"));
    let args = [
        "issue",
        "tally",
        "--period",
        "2026-03",
        "--number",
        NUMBER,
        "--despite",
        "试",
        "--pipelines",
        &pipelines,
        "--history",
        &history,
    ];
    let mut child = huizong(&args).spawn().expect("the program starts");
    std::thread::sleep(std::time::Duration::from_millis(700));
    assert!(child.try_wait().expect("it runs").is_none(), "it waits for the one who holds the period");
    for (name, bytes) in &later {
        if !name.contains(".huizong-lock") {
            std::fs::write(period.join(name), bytes).expect("the run's file");
        }
    }
    drop(lock);
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
    shop.read("2026-04", |history, _| {
        assert_eq!(integers(history, "2026-03", "人数"), [Some(40)]);
        let stored = history.get(&super::shop::month("2026-03")).expect("whole");
        assert!(stored.figures().is_some() && stored.units().is_some() && history.notes().is_empty());
    });
    assert!(shop.verb(&["history"]).out.contains(NUMBER));
}

/// Both commits are whole, and between them one of them says so.
#[test]
fn results_that_are_ahead_of_the_history_are_said_and_cannot_be_issued() {
    let shop = Shop::new(DEFINITION);
    assert_eq!(shop.run("2026-03", &[(HEFEI, "甲", 3)], &[]).code, 0);
    let mark = shop.stored("2026-03", "results-ahead");
    assert!(!mark.exists());
    std::fs::write(&mark, "").expect("what a killed run leaves");
    let listed = shop.verb(&["history"]).out;
    assert!(listed.contains("没来得及存入历史库"), "{listed}");
    shop.read("2026-04", |history, _| {
        assert_eq!(integers(history, "2026-03", "人数"), [Some(3)]);
        let notes = history.notes();
        assert!(notes.len() == 1 && notes[0].contains("2026年3月上次汇总写出了结果"), "{notes:?}");
    });
    let refused = shop.issue();
    assert_eq!(refused.code, 2, "{}", refused.out);
    assert!(refused.err.contains("不能印发") && refused.err.contains("重新汇总"), "{}", refused.err);
    assert_eq!(shop.run("2026-03", &[(HEFEI, "甲", 3)], &[]).code, 0);
    assert!(!mark.exists());
    assert_eq!(shop.issue().code, 0);
}

/// A run that came to nothing leaves no period behind.
#[test]
fn a_run_that_comes_to_nothing_leaves_no_period() {
    let shop = Shop::new(DEFINITION);
    std::fs::create_dir_all(shop.path("out")).expect("a folder");
    assert_eq!(shop.run("2026-03", &[(HEFEI, "甲", 3)], &[]).code, 0);
    let refused = shop.verb(&["issue", "tally", "--period", "2026-05", "--number", NUMBER]);
    assert_eq!(refused.code, 2);
    assert!(!shop.path("history/tally/2026-05").exists());
}

#[test]
#[cfg(unix)]
fn pipes_and_links_in_a_store_are_said_and_never_waited_for() {
    let shop = Shop::new(DEFINITION);
    for at in ["2026-01", "2026-02", "2026-03"] {
        assert_eq!(shop.run(at, &[(HEFEI, "甲", 3)], &[]).code, 0);
    }
    let pipe = |path: &Path| {
        std::fs::remove_file(path).expect("removed");
        assert!(std::process::Command::new("mkfifo").arg(path).status().expect("mkfifo").success());
    };
    pipe(&shop.stored("2026-01", "period.json"));
    pipe(&shop.stored("2026-02", "tally.parquet"));
    let head = shop.stored("2026-03", "period.json");
    let moved = shop.path("elsewhere.json");
    std::fs::rename(&head, &moved).expect("moved");
    std::os::unix::fs::symlink(&moved, &head).expect("a link");
    let listed = shop.verb(&["history", "tally"]).out;
    assert!(listed.contains("管道") && listed.contains("链接"), "{listed}");
    shop.read("2026-04", |history, _| {
        for at in ["2026-01", "2026-02", "2026-03"] {
            assert!(history.form(&super::shop::month(at), 0).is_none(), "{at}");
        }
        assert_eq!(history.notes().len(), 3, "{:?}", history.notes());
    });
}

/// A store that was copied from somewhere: its journal makes nobody change anything outside, and who only reads nothing
/// at all.
#[test]
fn a_copied_stores_journal_leads_nowhere() {
    let shop = Shop::new(DEFINITION);
    assert_eq!(shop.run("2026-03", &[(HEFEI, "甲", 3)], &[]).code, 0);
    std::fs::write(shop.path("victim.txt"), "theirs").expect("a file");
    let dead = shop.path("history/tally/2026-03/.huizong-tmp-1");
    for part in ["new", "old"] {
        std::fs::create_dir_all(dead.join(part)).expect("a folder");
    }
    for journal in ["../../../victim.txt".to_owned(), shop.word("victim.txt")] {
        std::fs::write(dead.join("committing"), &journal).expect("a journal");
        let left = all_bytes(shop.path("").as_path());
        let listed = shop.verb(&["history", "tally"]);
        assert!(listed.out.contains("存档打不开"), "{}", listed.out);
        assert!(all_bytes(shop.path("").as_path()) == left, "a reader changed something");
        for said in [shop.run("2026-03", &[(HEFEI, "甲", 4)], &[]), shop.issue()] {
            assert_eq!(said.code, 3, "{}", said.err);
            assert!(said.err.contains("不是本程序写的恢复记录"), "{}", said.err);
        }
        assert_eq!(std::fs::read_to_string(shop.path("victim.txt")).expect("there"), "theirs");
    }
}

#[test]
#[cfg(unix)]
fn results_and_history_are_their_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let shop = Shop::new(DEFINITION);
    assert_eq!(shop.run("2026-03", &[(HEFEI, "甲", 3)], &[]).code, 0);
    assert_eq!(shop.issue().code, 0);
    fn walk(folder: &Path, seen: &mut usize) {
        for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
            let meta = entry.metadata().expect("there");
            let mode = meta.permissions().mode() & 0o777;
            assert_eq!(mode, if meta.is_dir() { 0o700 } else { 0o600 }, "{}", entry.path().display());
            *seen += 1;
            if meta.is_dir() {
                walk(&entry.path(), seen);
            }
        }
    }
    let mut seen = 0;
    walk(&shop.path("out"), &mut seen);
    walk(&shop.path("history"), &mut seen);
    assert!(seen > 15, "{seen}");
}

/// Told by the system, not ended by it.
#[test]
#[cfg(target_os = "linux")]
fn a_limit_on_the_size_of_files_is_said_in_words() {
    let shop = Shop::new(DEFINITION);
    let returns = shop.file("2026-03", &[(HEFEI, "甲", 3)]);
    let args = shop.args(&returns, "2026-03", "out", &[]);
    let mut command = std::process::Command::new("bash");
    // Blocks of 1024 bytes: enough for the lock, not for a workbook.
    command.args(["-c", "ulimit -f 4; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_huizong")]).args(&args);
    let output = command.output().expect("bash");
    let err = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{err}");
    assert!(err.contains("文件超过系统允许的大小") && !shop.path("out/明细/run.json").exists(), "{err}");
}

/// Two histories, one folder of reference data: what both enter is in the ledger.
#[test]
fn two_issues_at_once_enter_all_their_rows() {
    let ledger = DEFINITION.to_owned()
        + r#"
[[reference]]
name = "荣誉台账"
columns = [{ name = "年度", type = "integer" }, { name = "名称", type = "text" }, { name = "文号", type = "text" }]

[[ledger]]
form      = "tally"
reference = "荣誉台账"
columns   = [{ name = "年度", value = "year" }, { name = "名称", column = "项目" }, { name = "文号", value = "number" }]
"#;
    let shop = Shop::new(&ledger);
    let table = shop.path("pipelines/reference/荣誉台账.csv");
    let head = "年度,名称,文号\n";
    std::fs::write(&table, head).expect("a ledger");
    let histories = ["one", "two", "three"];
    for (n, history) in histories.iter().enumerate() {
        let returns = shop.file("2026-03", &[(HEFEI, &format!("项目{n}"), n as u32 + 1)]);
        let out = format!("out-{n}");
        let mut args = shop.args(&returns, "2026-03", &out, &[]);
        let at = args.iter().position(|arg| arg == "--history").expect("a history") + 1;
        args[at] = shop.word(history);
        assert_eq!(say(&args.iter().map(String::as_str).collect::<Vec<_>>()).code, 0);
    }
    let pipelines = shop.word("pipelines");
    for history in histories {
        let (number, history, out) =
            (format!("{history}号"), shop.word(history), shop.word(&format!("list-{history}")));
        let args = ["issue", "tally", "--period", "2026-03", "--number", &number, "--ledger", "--out", &out];
        let listed = say(&[&args[..], &["--pipelines", &pipelines, "--history", &history]].concat());
        assert_eq!(listed.code, 0, "{}", listed.err);
        super::support::select(&Path::new(&out).join("2026年3月月度登记_入选名单.xlsx"), &[]);
    }
    let children: Vec<_> = histories
        .iter()
        .map(|name| {
            let (number, history) = (format!("{name}号"), shop.word(name));
            let list = shop.word(&format!("list-{name}/2026年3月月度登记_入选名单.xlsx"));
            let args = ["issue", "tally", "--period", "2026-03", "--number", &number, "--ledger", "--despite", "试"];
            let more = ["--selected", &list, "--pipelines", &pipelines, "--history", &history];
            huizong(&[&args[..], &more].concat()).spawn().expect("the program starts")
        })
        .collect();
    for mut child in children {
        assert_eq!(child.wait().expect("it ends").code(), Some(0));
    }
    let text = std::fs::read_to_string(&table).expect("the ledger");
    let mut rows: Vec<&str> = text.strip_prefix(head).expect("only added to").lines().collect();
    rows.sort_unstable();
    assert_eq!(rows, ["2026,项目0,one号", "2026,项目1,two号", "2026,项目2,three号"]);
}
