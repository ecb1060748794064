//! The command line as officers meet it: help, mistakes, exit codes.

use super::support::{huizong, not_run, root, said, say};
use std::path::Path;

/// The verbs that the program itself lists.
fn verbs() -> Vec<String> {
    let help = say(&["--help"]).out;
    let (_, list) = help.split_once("命令:\n").expect("the list of verbs");
    let lines = list.lines().take_while(|line| line.starts_with("  "));
    let words = lines.filter_map(|line| line.split_whitespace().next());
    let ascii = words.filter(|word| word.bytes().all(|byte| byte.is_ascii_lowercase()) && *word != "help");
    ascii.map(str::to_owned).collect()
}

#[test]
fn every_code_is_explained_and_an_unknown_one_is_named() {
    let said = say(&["lint", "--explain", "unit-unknown"]);
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(
        said.out.contains("必改") && said.out.contains("单位不在名册中") && said.out.contains("不计入"),
        "{}",
        said.out
    );
    assert!(say(&["lint", "--explain", "unknown-key"]).out.contains("定义错误"));
    assert!(say(&["lint", "--explain", "full-width"]).out.contains("规范化记录"));
    let unknown = say(&["lint", "--explain", "unit-unknwon"]);
    assert_eq!(unknown.code, 2);
    assert!(unknown.err.contains("是不是“unit-unknown”"), "{}", unknown.err);
}

#[test]
fn help_is_chinese_with_an_example_a_verb() {
    let verbs = verbs();
    assert!(verbs.len() > 8 && verbs.iter().any(|verb| verb == "replay"), "{verbs:?}");
    for verb in verbs.iter().map(String::as_str) {
        let help = say(&[verb, "--help"]);
        assert_eq!(help.code, 0, "{verb}");
        assert!(help.out.contains("用法：") && help.out.contains(&format!("例：\n  huizong {verb}")), "{}", help.out);
        for english in ["Usage:", "Options:", "Arguments:", "Print help", "[default:", "[OPTIONS]", "possible values"] {
            assert!(!help.out.contains(english), "{verb}: {english}\n{}", help.out);
        }
    }
    let top = say(&["--help"]);
    assert!(top.out.contains("命令") && top.out.contains("退出码"), "{}", top.out);
}

/// Small as it is, every job of the comparison runs, and has its line.
#[test]
fn bench_says_what_it_measured_and_what_each_stage_cost() {
    let said = say(&["bench", "--files", "3", "--times", "1"]);
    assert_eq!(said.code, 0, "{}", said.err);
    for words in [
        "3 份报表，每份 1 个工作表，最大的 65 行 × 23 列",
        "裸 calamine",
        "预检 + 隔离进程",
        "（不写）",
        "其中查找文件",
        "其中读取报表",
        "其中核对数据",
        "其中计算统计表",
        "其中写出结果",
        "其中存疑",
        "其中写呈报版",
        "其中写处理意见",
        "其中写工作版",
        "内存峰值",
    ] {
        assert!(said.out.contains(words), "{words}\n{}", said.out);
    }
}

#[test]
fn mistakes_in_usage_are_two_with_a_suggestion() {
    for (args, word) in [
        (&["rum", "model-teams"][..], "run"),
        (&["run", "model-team"][..], "model-teams"),
        (&["run", "model-teams", "--retuns", "x"][..], "--returns"),
        (&["run"][..], "缺少参数"),
        (&["run", "model-teams", "--period", "去年"][..], "看不懂报告期"),
        (&["run", "model-teams", "--period", "2026-03"][..], "按年报送"),
        (&["run", "model-teams", "--file-time", "0"][..], "--file-time"),
        (&[][..], "没有写命令"),
    ] {
        let said = say(args);
        assert_eq!(said.code, 2, "{args:?}: {}", said.err);
        assert!(said.err.contains(word), "{args:?}: {}", said.err);
    }
}

#[test]
fn what_cannot_be_read_or_written_is_three_and_leaves_nothing() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let empty = folder.path().join("空");
    std::fs::create_dir(&empty).expect("a folder");
    let out = folder.path().join("结果");
    let out_text = out.to_str().expect("UTF-8 path");
    for returns in [empty.to_str().expect("UTF-8 path"), "没有这个文件夹"] {
        let said = say(&["run", "model-teams", "--returns", returns, "--out", out_text]);
        assert_eq!(said.code, 3, "{}", said.err);
        assert!(said.err.starts_with("错误：") && said.err.contains(returns), "{}", said.err);
    }
    let file = folder.path().join("占用");
    std::fs::write(&file, "不是文件夹").expect("a file");
    let said = say(&["run", "model-teams", "--out", file.to_str().expect("UTF-8 path")]);
    assert_eq!(said.code, 3, "{}", said.err);
    assert_eq!(std::fs::read_to_string(&file).expect("still there"), "不是文件夹");
    assert!(!out.exists() || std::fs::read_dir(&out).expect("a folder").next().is_none(), "nothing half-written");
}

#[test]
fn a_definition_with_mistakes_is_two_and_opens_no_return() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let pipelines = folder.path().join("pipelines");
    let own = pipelines.join("wrong");
    std::fs::create_dir_all(&own).expect("a folder");
    let definition = "name = \"wrong\"\ntitle = 3\nperoid = \"year\"\n";
    std::fs::write(own.join("pipeline.toml"), definition).expect("a file");
    let pipelines = pipelines.to_str().expect("UTF-8 path");
    let said = say(&["run", "wrong", "--pipelines", pipelines, "--returns", "没有这个文件夹"]);
    assert_eq!(said.code, 2, "{}", said.err);
    assert!(said.err.contains("peroid") && said.err.contains("period") && said.err.contains(":3:"), "{}", said.err);
    assert!(said.err.contains("title"), "all mistakes at once: {}", said.err);
}

#[test]
fn lint_passes_on_the_shipped_definitions() {
    let said = say(&["lint"]);
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
    assert!(said.out.contains("model-teams") && said.out.contains("honours"), "{}", said.out);
}

/// What a definition leaves to chance is said by `lint` alone, and stops nothing.
#[test]
fn a_warning_of_lint_is_no_mistake() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let pipelines = folder.path().join("pipelines");
    std::fs::create_dir_all(pipelines.join("warnings")).expect("a folder");
    std::fs::copy(root().join("tests/definitions/warnings.toml"), pipelines.join("warnings/pipeline.toml"))
        .expect("a copy");
    std::fs::create_dir_all(pipelines.join("reference")).expect("a folder");
    let roster = "单位代码,单位名称,层级,渠道,地市,应报\nHF,合肥市总工会,市,市总工会,合肥,warnings\n";
    std::fs::write(pipelines.join("reference/单位名册.csv"), roster).expect("a roster");
    std::fs::write(pipelines.join("reference/地市顺序.csv"), "地市,单位代码\n合肥,HF\n").expect("an order");
    let said = say(&["lint", "warnings", "--pipelines", pipelines.to_str().expect("UTF-8 path")]);
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
    assert!(said.err.contains("提醒[key-not-declared]") && said.err.contains("提醒[forms-alike]"), "{}", said.err);
    assert!(said.out.contains("没有错误，4 处提醒"), "{}", said.out);
    assert!(say(&["lint", "--explain", "forms-alike"]).out.contains("定义提醒"));
}

#[test]
fn a_dry_run_writes_nothing_and_json_is_for_machines() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = folder.path().join("结果");
    let out_text = out.to_str().expect("UTF-8 path");
    let said = said(
        huizong(&["run", "model-teams", "--dry-run", "--json", "--out", out_text])
            .output()
            .expect("the program starts"),
    );
    assert_eq!(said.code, 1, "{}", said.err);
    let summary: serde_json::Value = serde_json::from_str(&said.out).expect("JSON alone on standard output");
    assert_eq!(summary["outputs"], serde_json::json!([]));
    assert!(summary["rows"]["accepted"].as_u64() > Some(0));
    assert!(!out.exists(), "a dry run makes no folder");
}

#[test]
fn a_definition_that_notepad_saved_under_another_name_is_found_out() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let pipelines = folder.path().join("pipelines");
    std::fs::create_dir_all(pipelines.join("mine")).expect("a folder");
    std::fs::write(pipelines.join("mine/pipeline.toml.txt"), "name = \"mine\"\n").expect("a file");
    let said = say(&["lint", "mine", "--pipelines", pipelines.to_str().expect("UTF-8 path")]);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("pipeline.toml.txt") && said.err.contains("改名为 pipeline.toml"), "{}", said.err);
}

/// A unit that checks the wrong file must not read 可以报送, and a province of nobody is no result.
#[test]
fn returns_of_another_pipeline_are_three_and_replace_nothing() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = folder.path().join("结果");
    std::fs::create_dir(&out).expect("a folder");
    std::fs::write(out.join("上次.txt"), "上次的结果").expect("a file");
    let out_text = out.to_str().expect("UTF-8 path");
    let history = folder.path().join("历史");
    let history = history.to_str().expect("UTF-8 path");
    let of_honours = "samples/honours/合肥/合肥市总工会.xlsx";
    let said = say(&["run", "model-teams", "--returns", of_honours, "--out", out_text, "--history", history]);
    assert_eq!(said.code, 3, "{}{}", said.out, said.err);
    assert!(
        said.err.contains("没有一份是“省模范班组评选”的报表（未识别 1）") && said.err.contains("check"),
        "{}",
        said.err
    );
    let left: Vec<_> =
        std::fs::read_dir(&out).expect("a folder").map(|entry| entry.expect("an entry").file_name()).collect();
    assert_eq!(left, ["上次.txt"], "earlier results untouched");
    let said = say(&["check", of_honours, "--pipeline", "model-teams"]);
    assert_eq!(said.code, 3, "{}{}", said.out, said.err);
    assert!(!said.out.contains("可以报送") && said.err.contains("没有一份"), "{}{}", said.out, said.err);
    // Where one cannot be read it may be ours: it is named and explained, as ever.
    let empty = folder.path().join("空.xlsx");
    std::fs::write(&empty, "").expect("a file");
    let empty = empty.to_str().expect("UTF-8 path");
    for files in [&[empty][..], &[empty, of_honours]] {
        let said = say(&[&["check", "--pipeline", "model-teams"], files].concat());
        assert_eq!(said.code, 1, "{}{}", said.out, said.err);
        assert!(said.out.contains("空.xlsx"), "{}", said.out);
    }
}

/// A unit that checks a month's return without saying which month is told of that month, and of the one that was guessed
/// where the return says none.
#[test]
fn check_without_a_period_takes_the_one_that_the_return_says() {
    let february = "samples/innovation/2026-02/亳州/亳州市总工会.xlsx";
    let said = say(&["check", february]);
    assert!(said.out.contains("（2026年2月）") && !said.out.contains("他期"), "{}{}", said.out, said.err);
    let said = say(&["check", february, "--pipeline", "innovation", "--period", "2026-04"]);
    assert!(said.out.contains("他期"), "{}{}", said.out, said.err);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let silent = folder.path().join("合肥市总工会.csv");
    let header = "获奖单位,对象类型,获奖对象,荣誉名称,荣誉级别,颁奖单位,获奖时间";
    let row = "合肥市总工会,集体,焊接一班,工人先锋号,省级,省总工会,2026-03";
    let table = format!("获奖登记表\n填报单位：合肥市总工会\n{header}\n{row}\n");
    std::fs::write(&silent, table).expect("a file");
    let said = say(&["check", silent.to_str().expect("UTF-8"), "--pipeline", "honours"]);
    assert!(said.out.contains("看不出是哪一期的，按2026年核对"), "{}{}", said.out, said.err);
}

/// The form of another pipeline that looks like one of ours is told by its title.
#[test]
fn a_title_of_another_pipeline_is_no_broken_return_of_ours() {
    let teams = "samples/model-teams/合肥/合肥市总工会.xlsx";
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = folder.path().join("结果");
    let out = out.to_str().expect("UTF-8");
    let said = say(&["run", "honours", "--returns", teams, "--out", out, "--no-history"]);
    assert_eq!(said.code, 3, "{}{}", said.out, said.err);
    assert!(said.err.contains("属于“省模范班组评选”"), "{}", said.err);
}

/// Every shipped sample is judged by the pipeline that it is of, and by no other, whatever lies beside it.
#[test]
fn check_without_a_pipeline_judges_each_file_by_its_own() {
    huizong::ingest::use_worker(std::path::PathBuf::from(env!("CARGO_BIN_EXE_huizong")));
    let pipelines = ["honours", "innovation", "model-teams", "service", "shock-teams", "studios"];
    let prepared: Vec<_> = pipelines
        .iter()
        .map(|name| {
            let folders = [root().join("pipelines").join(name), root().join("pipelines/reference")];
            let folders = huizong::definition::reference::ReferenceFolders::of(folders.to_vec());
            let definition = root().join("pipelines").join(name).join("pipeline.toml");
            huizong::run::prepare(&definition, &folders, None, huizong::formats::allowance::Allowance::default())
                .expect("a shipped definition")
        })
        .collect();
    let returns: Vec<_> = prepared.iter().map(|ready| root().join(&ready.plan.sample_returns)).collect();
    let limits = huizong::ingest::Limits::default();
    let watch = huizong::run::Unwatched;
    let received = huizong::run::Received::find(&returns, &limits, &watch).expect("the samples are found");
    let answered = huizong::run::recognise(&prepared, &received, &limits, &watch).expect("the samples are read");
    assert_eq!(answered.len(), pipelines.len());
    let mut judged = 0;
    for answer in &answered {
        let name = &answer.ready.plan.name;
        assert!(answer.doubtful.is_empty(), "{name}: {:?}", answer.doubtful);
        for (source, own) in answer.validated.verdict.sources.iter().zip(&answer.own) {
            judged += usize::from(*own);
            let is_return = !source.bindings.is_empty();
            let of_name = source.source.path.starts_with(root().join(&answer.ready.plan.sample_returns));
            assert!(
                !is_return || (*own && of_name),
                "{} is judged as a return of {name}",
                source.source.path.display()
            );
        }
    }
    assert_eq!(judged, answered[0].validated.verdict.sources.len(), "every file is judged once");
}

/// Whoever names no pipeline has his files understood by each, and read once: seen by strace, where there is one.
#[test]
#[cfg(target_os = "linux")]
fn check_without_a_pipeline_reads_each_file_once() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let opened = |file: &str, more: &[&str]| -> Option<usize> {
        let calls = folder.path().join("calls");
        let mut command = std::process::Command::new("strace");
        command.args(["-f", "-qq", "-e", "trace=open,openat", "-e", "signal=none", "-o"]).arg(&calls);
        command.args([env!("CARGO_BIN_EXE_huizong"), "check", file]);
        let output = command.args(more).current_dir(root()).output().ok()?;
        let seen = std::fs::read(&calls).ok().filter(|_| !output.stdout.is_empty())?;
        // What is no ASCII stands there in octal.
        let name: String = file
            .bytes()
            .map(|byte| match byte {
                0x80.. => format!("\\{byte:o}"),
                byte => char::from(byte).to_string(),
            })
            .collect();
        Some(String::from_utf8_lossy(&seen).lines().filter(|line| line.contains(&name)).count())
    };
    let teams = "samples/model-teams/合肥/合肥市总工会.xlsx";
    let (Some(by_all), Some(by_one)) = (opened(teams, &[]), opened(teams, &["--pipeline", "model-teams"])) else {
        return not_run("check_without_a_pipeline_reads_each_file_once", "strace may not trace here");
    };
    assert!(by_one > 0, "strace sees the file being opened");
    assert_eq!(by_all, by_one);
    // And judged by the month that it says itself, where nobody says which is meant.
    let february = "samples/innovation/2026-02/亳州/亳州市总工会.xlsx";
    let (told, guessed) = (opened(february, &["--period", "2026-02"]), opened(february, &[]));
    assert!(told.is_some_and(|told| told > 0) && told == guessed, "{told:?} {guessed:?}");
}

#[test]
fn check_names_the_form_and_a_title_names_a_pipeline() {
    let teams = "samples/model-teams/合肥/合肥市总工会.xlsx";
    let said = say(&["check", teams]);
    assert!(said.out.contains("合肥市总工会.xlsx · 模范班组申报汇总表、称号复核表：通过"), "{}{}", said.out, said.err);
    assert!(said.out.contains("省模范班组评选（2026年）：共 1 份文件"), "{}", said.out);
    assert_eq!(said.out, say(&["check", teams, "--pipeline", "省模范班组评选"]).out);
    // Before the files, as every other verb has it.
    for name in ["model-teams", "省模范班组评选"] {
        assert_eq!(said.out, say(&["check", name, teams]).out);
        let alone = say(&["check", name]);
        assert!(alone.code == 2 && alone.err.contains("huizong check model-teams 申报表.xlsx"), "{}", alone.err);
    }
    let both = say(&["check", "honours", teams, "--pipeline", "model-teams"]);
    assert!(both.code == 2 && both.err.contains("请只留一个"), "{}", both.err);
    // A folder of that name is a folder.
    let folder = tempfile::tempdir().expect("a temporary folder");
    copied(&root().join("samples/model-teams/合肥"), &folder.path().join("honours"));
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_huizong"));
    let pipelines = root().join("pipelines");
    let pipelines = pipelines.to_str().expect("UTF-8");
    let args = ["check", "honours", "--pipeline", "model-teams", "--pipelines", pipelines];
    let there = super::support::said(command.args(args).current_dir(folder.path()).output().expect("it starts"));
    assert!(there.out.contains("合肥市总工会.xlsx"), "{}{}", there.out, there.err);
    let said = say(&["lint", "省模范班组评先"]);
    assert!(said.code == 2 && said.err.contains("没有“省模范班组评先”这个流程"), "{}", said.err);
}

/// Files and folders of the examples, and what stands for them in a project of its own.
const PLACES: [(&str, &str); 8] = [
    ("D:\\汇总历史", "out/history"),
    ("D:\\2026模范班组", "收到/model-teams"),
    ("2026年评优", "收到/honours"),
    ("报表", "收到/honours"),
    ("D:\\参照表", "pipelines/reference"),
    ("参照表", "pipelines/reference"),
    ("那个文件夹", "pipelines/reference"),
    ("D:\\2026结果", "结果"),
];

fn copied(from: &Path, into: &Path) {
    std::fs::create_dir_all(into).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder").flatten() {
        let (path, name) = (entry.path(), into.join(entry.file_name()));
        if path.is_dir() { copied(&path, &name) } else { assert!(std::fs::copy(&path, name).is_ok()) }
    }
}

/// What the help and the manual print as a command does what it says, but for what only the reader has.
#[test]
fn every_example_of_the_help_and_of_the_manual_runs() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for name in ["pipelines", "samples"] {
        copied(&root().join(name), &folder.path().join(name));
    }
    // Beside the samples they are somebody's own returns, and go into his history.
    for name in ["model-teams", "honours"] {
        copied(&root().join("samples").join(name), &folder.path().join("收到").join(name));
    }
    let run = |args: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_huizong"));
        super::support::said(command.args(args).current_dir(folder.path()).output().expect("it starts"))
    };
    let issue = ["issue", "model-teams", "--period", "2026", "--number", "皖工发〔2026〕12号", "--despite", "先发"];
    let mut examples: Vec<String> = Vec::new();
    for verb in verbs() {
        let help = say(&[&verb, "--help"]).out;
        let (_, tail) = help.split_once("例：").expect("examples");
        examples.extend(tail.lines().filter_map(|line| line.trim().strip_prefix("huizong ")).map(str::to_owned));
    }
    let manual = std::fs::read_to_string(root().join("README.zh.md")).expect("the manual");
    // What the last chapter defines, the tutorial's own test runs.
    let own =
        manual.lines().filter_map(|line| line.strip_prefix("huizong ")).filter(|line| !line.contains("staff-homes"));
    let quoted = manual.split('`').skip(1).step_by(2).filter_map(|code| code.strip_prefix("huizong "));
    examples.extend(own.chain(quoted.filter(|code| !code.contains("代码"))).map(str::to_owned));
    examples.sort();
    examples.dedup();
    // A period is run before it is issued, and issued before it is corrected.
    let rank = |line: &str| match line.split(' ').next() {
        _ if line.contains("--reason") => 3,
        Some("run") => 0,
        Some("issue") => 2,
        _ => 1,
    };
    examples.sort_by_key(|line| rank(line));
    assert!(examples.len() > 20, "{examples:#?}");
    for example in &examples {
        let line = example.split(" > ").next().unwrap_or_default().trim();
        let mut args: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        for arg in &mut args {
            if let Some((_, there)) = PLACES.iter().find(|(here, _)| here == arg) {
                *arg = (*there).to_owned();
            } else if arg.ends_with("申报表.xlsx") {
                let sample = root().join("samples/model-teams/合肥/合肥市总工会.xlsx");
                std::fs::copy(sample, folder.path().join(&arg)).expect("a return");
            } else if arg.ends_with("入选名单.xlsx") {
                let list = folder.path().join("out/model-teams-2026/2026年省模范班组评选_入选名单.xlsx");
                if !list.exists() {
                    let said = run(&[&issue[..], &["--ledger"]].concat());
                    assert_eq!(said.code, 0, "the list is written first: {}{}", said.out, said.err);
                }
                let filled = folder.path().join(&arg);
                std::fs::copy(list, &filled).expect("the list");
                super::support::select(&filled, &[]);
            } else if arg == "20000" || arg == "2000" {
                *arg = "4".to_owned();
            }
        }
        if args[0] == "bench" {
            continue;
        }
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        if args.contains(&"--reason") {
            assert_eq!(run(&issue).code, 0, "what is corrected was issued");
        }
        let said = run(&args);
        // What is not there yet, or not ripe, is said in words; no example may be no command.
        let waits = ["还不能印发", "里没有", "历史库", "不能从历史库删去"].iter().any(|word| said.err.contains(word));
        assert!(
            matches!(said.code, 0 | 1) || matches!(said.code, 2 | 3) && waits,
            "huizong {line}: {}{}",
            said.out,
            said.err
        );
        assert!(!said.err.contains("不认识") && !said.err.contains("看用法"), "huizong {line}: {}", said.err);
    }
}

/// Wherever the name of a pipeline stands, its Chinese title may stand; and where nothing is printed but the results' place,
/// that is.
#[test]
fn a_title_serves_as_a_name_for_every_verb_and_quiet_says_where_the_results_are() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let at = |name: &str| folder.path().join(name).to_str().expect("UTF-8").to_owned();
    let (history, out) = (at("history"), at("out"));
    let run = ["run", "省模范班组评选", "--quiet", "--history", &history, "--out", &out];
    let said = say(&run);
    assert!(said.code == 1 && said.out.contains(&format!("结果在 {out}")), "{}{}", said.out, said.err);
    let list = at("list");
    for args in [
        &["lint", "省模范班组评选"][..],
        &["check", "samples/model-teams/合肥/合肥市总工会.xlsx", "--pipeline", "省模范班组评选"],
        &["check", "省模范班组评选", "samples/model-teams/合肥/合肥市总工会.xlsx"],
        &["history", "省模范班组评选", "--history", &history],
        &["history", "省模范班组评选", "--remove", "2026", "--history", &history],
        &["replay", "省模范班组评选", "--history", &history, "--out", &at("replay")],
        &["sample", "省模范班组评选", "--units", "4", "--out", &at("sample")],
        &["issue", "省模范班组评选", "--period", "2026", "--number", "一号", "--preview", "--history", &history],
        &[
            "issue",
            "省模范班组评选",
            "--period",
            "2026",
            "--number",
            "一号",
            "--ledger",
            "--despite",
            "先发",
            "--history",
            &history,
            "--out",
            &list,
        ],
    ] {
        let said = say(args);
        assert!(matches!(said.code, 0 | 1), "{args:?}: {}{}", said.out, said.err);
    }
}

/// A unit that checks its own return has no ledger of persons, and is told what was not held against it.
#[test]
fn a_check_without_the_ledger_says_what_it_could_not_check() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    copied(&root().join("pipelines"), &folder.path().join("pipelines"));
    std::fs::remove_file(folder.path().join("pipelines/reference/荣誉台账.xlsx")).expect("the ledger");
    let pipelines = folder.path().join("pipelines").to_str().expect("UTF-8").to_owned();
    let args = ["check", "samples/honours/合肥/合肥市总工会.xlsx", "--pipeline", "honours", "--pipelines", &pipelines];
    let said = say(&args);
    assert!(said.code == 0 && said.out.contains("手头没有“荣誉台账”"), "{}{}", said.out, said.err);
    assert!(!said.out.contains("没有问题"), "{}", said.out);
    // No less where the return is of another year than the one that was guessed.
    let earlier = folder.path().join("合肥市总工会.csv");
    let header = "获奖单位,对象类型,获奖对象,荣誉名称,荣誉级别,颁奖单位,获奖时间";
    let row = "合肥市总工会,集体,焊接一班,工人先锋号,省级,省总工会,2025-03";
    let table = format!("获奖登记表\n填报单位：合肥市总工会\n所属期：2025年\n{header}\n{row}\n");
    std::fs::write(&earlier, table).expect("a file");
    let earlier = earlier.to_str().expect("UTF-8");
    let said = say(&["check", earlier, "--pipeline", "honours", "--pipelines", &pipelines]);
    assert!(said.out.contains("（2025年）") && said.out.contains("手头没有“荣誉台账”"), "{}{}", said.out, said.err);
}
