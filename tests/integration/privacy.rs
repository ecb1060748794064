//! ID numbers, phones and names: where they may be, and everywhere else they are not. And no network.

use super::support::{Results, huizong, no_tool, not_run, root, said};
use super::workshop::{Cell, Page, all_cells, folder, page, run_on, text, xlsx};
use std::path::Path;

/// ID numbers with right check characters (of the area 3499, which does not exist), and one whose last place is wrong.
const IDS: [&str; 8] = [
    "349901197001011239",
    "349901198102022342",
    "34990119920303345X",
    "349901196504044568",
    "349901197705055675",
    "349901198806066783",
    "349901199007077890",
    "349901196908088901",
];
const PHONES: [&str; 4] = ["13955512345", "18605519876", "15255567890", "0551-62345678"];
const NAMES: [&str; 5] = ["欧阳秘一", "司徒秘二", "上官秘三", "诸葛秘四", "皇甫秘五"];

/// A return that carries them in every position.
fn loaded() -> Vec<u8> {
    let unit = "合肥市总工会";
    let mut book = page(unit, 4);
    book.rows[1].push(text(&format!("联系电话：{}  填表人：{}", PHONES[0], NAMES[0])));
    book.rows[2].push(text(&format!("备用{}", IDS[0])));
    book = book
        .with(0, "备注", text(&format!("{}，身份证{}，手机{}", NAMES[1], IDS[1], PHONES[1])))
        .with(0, "班组长", text(NAMES[2]))
        .with(1, "人数", text(IDS[2]))
        .with(1, "推荐单位", text(IDS[3]))
        .with(1, "申报称号", text(&format!("{}{}", NAMES[1], IDS[4])))
        .with(2, "公示开始", text(IDS[5]))
        .with(2, "班组名称", text(&format!("{}班组", PHONES[2])))
        .with(2, "一线人数", Cell::Number(13_955_512_345.0))
        .with(3, "科学管理", text(PHONES[1]))
        .with(3, "近三年安全事故", text(&format!("有，见{}", IDS[6])));
    book.rows.push(vec![text("填表人："), text(NAMES[3]), text("联系电话："), text(PHONES[3])]);
    book.rows.push(vec![text("单位负责人"), text(NAMES[4]), text("身份证号"), text(IDS[7])]);
    book.rows.push(vec![text(&format!("说明：如有疑问请联系{}（{}）", NAMES[0], PHONES[2]))]);
    let notes =
        Page { name: format!("说明{}", IDS[0]), rows: vec![vec![text(IDS[1]), text(PHONES[0])]], ..page(unit, 0) };
    xlsx(&[book, notes])
}

/// The honours form, where an ID number has a column of its own: right, wrong and lost.
fn honours() -> Vec<u8> {
    let headers = [
        "推荐单位",
        "拟授称号",
        "姓名",
        "性别",
        "身份证号",
        "出生年月",
        "工作单位",
        "职务职称",
        "人员类别",
        "公示开始",
        "公示结束",
    ];
    let person = |name: &str, id: Cell| {
        let mut row: Vec<Cell> = ["合肥市总工会", "劳动模范", name, "男"].map(text).to_vec();
        row.push(id);
        row.extend(["1971-01", "合肥第一厂", "工人", "一线职工", "2026-09-01", "2026-09-10"].map(text));
        row
    };
    let rows = vec![
        vec![text("推荐个人汇总表")],
        vec![text("填报单位：合肥市总工会   所属期：2026年")],
        headers.map(text).to_vec(),
        person(NAMES[0], text(IDS[0])),
        person(NAMES[0], text(IDS[0])),
        person(NAMES[1], text(&format!(" {} ", IDS[7]))),
        person(NAMES[2], Cell::Number(349_901_197_001_011_239.0)),
        person(NAMES[3], text(&IDS[1][..17])),
        person(IDS[2], text(NAMES[4])),
    ];
    xlsx(&[Page { rows, ..page("", 0) }])
}

fn seeds() -> impl Iterator<Item = &'static str> {
    IDS.into_iter().chain(PHONES)
}

/// A text holds none of these; `where_` says which text.
fn holds_none(text: &str, seeds: impl Iterator<Item = &'static str>, where_: &str) {
    for seed in seeds {
        assert!(!text.contains(seed), "{where_} tells {seed}");
    }
}

fn run_honours(returns: &Path) -> Results {
    let out = tempfile::tempdir().expect("a temporary folder");
    let word = |path: &Path| path.to_str().expect("UTF-8").to_owned();
    let said = said(
        huizong(&["run", "honours", "--returns", &word(returns), "--out", &word(out.path())])
            .output()
            .expect("the program starts"),
    );
    Results { folder: out, said }
}

fn hold(results: &Results) {
    assert_eq!(results.said.code, 1, "{}", results.said.err);
    for (text, name) in [(&results.said.out, "standard output"), (&results.said.err, "standard error")] {
        holds_none(text, seeds().chain(NAMES), name);
    }
    // Findings name people where a row needs a name to be found; the manifest needs none.
    holds_none(&results.text("run.json"), seeds().chain(NAMES), "run.json");
    holds_none(&results.text("findings.ndjson"), seeds(), "findings.ndjson");
    holds_none(&all_cells(&results.ending("_工作版.xlsx")).join("\n"), seeds(), "the leadership workbook");
    // Parts that are no cells: headers, footers, comments, properties.
    let bytes = std::fs::read(results.ending("_工作版.xlsx")).expect("written");
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("a zip");
    for i in 0..archive.len() {
        let mut xml = String::new();
        if std::io::Read::read_to_string(&mut archive.by_index(i).expect("a part"), &mut xml).is_ok() {
            holds_none(&xml, seeds(), "a part of the leadership workbook");
        }
    }
}

#[test]
fn seeded_numbers_and_names_stay_where_they_belong() {
    let returns = folder(&[("合肥/合肥市总工会.xlsx", &loaded())]);
    let results = run_on(returns.path(), &[]);
    hold(&results);
    assert!(results.findings().len() >= 6, "the cells in wrong columns are findings");
    // The officer who must mend it sees the real thing.
    let officer = all_cells(&results.ending("_审核问题.xlsx")).join("\n");
    assert!(officer.contains(IDS[2]), "the findings workbook quotes the wrong cell");

    let results = run_honours(folder(&[("合肥市总工会.xlsx", &honours())]).path());
    hold(&results);
    for code in ["id-stored-as-number", "id-number-invalid"] {
        assert!(!results.found(code).is_empty(), "{code}: {:#?}", results.findings());
    }
}

/// What `check` prints goes to a screen, and from there into chats.
#[test]
fn what_check_prints_is_masked() {
    let returns = folder(&[("合肥市总工会.xlsx", &loaded()), ("推荐.xlsx", &honours())]);
    let path = returns.path().to_str().expect("UTF-8");
    for pipeline in ["model-teams", "honours"] {
        for more in [&[][..], &["--json"]] {
            let mut args = vec!["check", path, "--pipeline", pipeline];
            args.extend(more);
            let said = said(huizong(&args).output().expect("the program starts"));
            holds_none(&said.out, seeds(), "check");
            holds_none(&said.err, seeds().chain(NAMES), "check's errors");
        }
    }
}

/// Damaged returns: neither the cause nor the standard error of a dying worker quotes what the file holds.
#[test]
fn damaged_returns_are_not_quoted() {
    let csv = format!("{}\n{},{},{}\n", "模范班组申报汇总表", IDS[0], PHONES[0], NAMES[0]);
    let mut cut = loaded();
    cut.truncate(cut.len() - 700);
    let mut broken = csv.clone().into_bytes();
    broken.extend([0xff, 0xfe, 0x00, 0x01]);
    let page = format!("<html><table><tr><td>{}</td><td>{}", IDS[1], NAMES[1]);
    // Without one return of this pipeline a run writes nothing.
    let ours = xlsx(&[super::workshop::page("淮北市总工会", 2)]);
    let files: [(&str, &[u8]); 5] = [
        ("a.xlsx", &cut),
        ("b.csv", csv.as_bytes()),
        ("c.csv", &broken),
        ("d.xls", page.as_bytes()),
        ("e.xlsx", &ours),
    ];
    let results = run_on(folder(&files).path(), &[]);
    holds_none(&results.said.err, seeds().chain(NAMES), "standard error");
    holds_none(&results.text("run.json"), seeds().chain(NAMES), "run.json");
    holds_none(&results.text("findings.ndjson"), seeds(), "findings.ndjson");
}

/// Folders, zips and files that are called by numbers, good, damaged, linked and missing: none is spelled out.
#[test]
fn numbers_in_the_names_of_files_are_masked() {
    let book = loaded();
    let inside = super::workshop::zip(&[(format!("{}/{}.xlsx", IDS[3], NAMES[0]), book.clone())]);
    let zip_name = format!("包{}.zip", PHONES[1]);
    let good = format!("合肥{}/{}{}.xlsx", PHONES[0], NAMES[1], IDS[0]);
    let damaged = format!("合肥{}/{} {}.xlsx", PHONES[0], IDS[1], PHONES[3]);
    let returns = folder(&[(&zip_name, &inside), (&good, &book), (&damaged, &book[..book.len() / 2])]);
    let missing = returns.path().join(format!("没有{}.xlsx", IDS[4]));
    let word = |path: &Path| path.to_str().expect("UTF-8").to_owned();
    let results = run_on(returns.path(), &[]);
    assert_eq!(results.manifest()["inputs"].as_array().map(Vec::len), Some(3));
    for name in ["run.json", "findings.ndjson"] {
        holds_none(&results.text(name), seeds(), name);
    }
    holds_none(&all_cells(&results.ending("_工作版.xlsx")).join("\n"), seeds(), "the leadership workbook");
    let out = tempfile::tempdir().expect("a temporary folder");
    for (args, code) in [
        (vec!["run", "model-teams", "--returns", &word(returns.path()), "--out", &word(out.path())], 1),
        (vec!["run", "model-teams", "--returns", &word(returns.path()), "--out", &word(out.path()), "--json"], 1),
        (vec!["run", "model-teams", "--returns", &word(&missing), "--out", &word(out.path())], 3),
        (vec!["run", "model-teams", "--out", &word(&returns.path().join(&good))], 3),
        (vec!["check", &word(returns.path()), "--pipeline", "model-teams"], 1),
        (vec!["check", &word(&missing)], 3),
    ] {
        let said = said(huizong(&args).output().expect("the program starts"));
        assert_eq!(said.code, code, "{args:?}: {}", said.err);
        holds_none(&said.out, seeds(), "standard output");
        holds_none(&said.err, seeds(), "standard error");
    }
}

// ── Network ─────────────────────────────────────────────────────────────────────────────────────────────────────

/// While it runs, neither the program nor a worker has a socket.
#[test]
#[cfg(target_os = "linux")]
fn no_socket_is_ever_open() {
    let out = tempfile::tempdir().expect("a temporary folder");
    let mut child = huizong(&["run", "model-teams", "--quiet", "--out", out.path().to_str().expect("UTF-8")])
        .spawn()
        .expect("starts");
    let (mut looks, mut workers) = (0, 0);
    while child.try_wait().expect("a child").is_none() {
        let threads = std::fs::read_dir(format!("/proc/{}/task", child.id())).into_iter().flatten().flatten();
        let mut pids = vec![child.id().to_string()];
        for thread in threads {
            let children = std::fs::read_to_string(thread.path().join("children")).unwrap_or_default();
            pids.extend(children.split_whitespace().map(str::to_owned));
        }
        workers = workers.max(pids.len() - 1);
        for pid in pids {
            for entry in std::fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().flatten() {
                let target = std::fs::read_link(entry.path()).unwrap_or_default();
                assert!(!target.to_string_lossy().starts_with("socket:"), "{pid} has {}", target.display());
                looks += 1;
            }
        }
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    assert!(looks > 10 && workers > 0, "the run was seen at work: {looks} {workers}");
}

/// And asks the system for none, at no moment: seen by strace, where there is one.
#[test]
#[cfg(target_os = "linux")]
fn no_network_call_is_ever_made() {
    let out = tempfile::tempdir().expect("a temporary folder");
    let calls = out.path().join("calls");
    let mut command = std::process::Command::new("strace");
    command.args(["-f", "-qq", "-e", "trace=%network", "-e", "signal=none", "-o"]).arg(&calls);
    command.arg(env!("CARGO_BIN_EXE_huizong")).args(["run", "model-teams", "--quiet", "--out"]).arg(out.path());
    let Ok(output) = command.current_dir(root()).output() else {
        return no_tool("no_network_call_is_ever_made", "strace");
    };
    if output.status.code() != Some(1) {
        let why = format!("strace may not trace here ({})", String::from_utf8_lossy(&output.stderr).trim());
        return not_run("no_network_call_is_ever_made", &why);
    }
    // A worker that dies as strace lets go of it leaves `???( <detached ...>`: the end of a process, no call.
    let seen = std::fs::read_to_string(&calls).expect("what strace saw");
    let made: Vec<_> = seen.lines().filter(|line| !line.contains("???( <detached")).collect();
    assert_eq!(made, Vec::<&str>::new());
    // It does see them: a shell that asks for a socket is seen.
    let mut command = std::process::Command::new("strace");
    command.args(["-f", "-qq", "-e", "trace=%network", "-e", "signal=none", "-o"]).arg(&calls);
    command.args(["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/9"]);
    if command.output().is_ok() {
        assert!(std::fs::read_to_string(&calls).expect("what strace saw").contains("socket("));
    }
}

/// A process that dies leaves no picture of what it held: it asks for none before it reads anything.
#[test]
#[cfg(target_os = "linux")]
#[allow(unsafe_code)]
fn a_run_that_dies_leaves_no_core() {
    use std::os::unix::process::CommandExt;
    let limits = |path: &str| {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        let line = text.lines().find(|line| line.starts_with("Max core file size")).unwrap_or_default().to_owned();
        line.split_whitespace().skip(4).take(2).map(str::to_owned).collect::<Vec<_>>()
    };
    if limits("/proc/self/limits").get(1).is_none_or(|most| most == "0") {
        return not_run("a_run_that_dies_leaves_no_core", "nobody may write a core here");
    }
    let out = tempfile::tempdir().expect("a temporary folder");
    let mut command = huizong(&["run", "model-teams", "--quiet"]);
    command.arg("--out").arg(out.path());
    // SAFETY: only system calls between fork and exec.
    unsafe {
        command.pre_exec(|| {
            let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
            libc::getrlimit(libc::RLIMIT_CORE, &raw mut limit);
            limit.rlim_cur = limit.rlim_max;
            libc::setrlimit(libc::RLIMIT_CORE, &raw const limit);
            Ok(())
        });
    }
    let mut child = command.spawn().expect("the program starts");
    let path = format!("/proc/{}/limits", child.id());
    let mut seen = Vec::new();
    while child.try_wait().expect("a child").is_none() && limits(&path).first().is_none_or(|now| now != "0") {
        seen = limits(&path);
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    let now = limits(&path);
    let _ = child.kill();
    let _ = child.wait();
    assert_eq!(now.first().map(String::as_str), Some("0"), "before: {seen:?}");
}

/// Nothing in the source knows how to open one.
#[test]
fn the_source_knows_no_network() {
    let mut open = vec![root().join("src")];
    let mut files = 0;
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).expect("the source").flatten() {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            files += 1;
            let source = std::fs::read_to_string(&path).expect("UTF-8");
            for word in ["std::net", "TcpStream", "UdpSocket", "UnixStream", "ToSocketAddrs"] {
                assert!(!source.contains(word), "{}: {word}", path.display());
            }
        }
    }
    assert!(files > 100);
}
