//! Commits that are stopped at every step, locks, links and rights.

use super::disk::step;
use super::journal::Planned;
use super::view::FolderView;
use super::{Lock, Stage};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

const LOCK: &str = ".huizong-lock";
const JOURNAL: &str = "committing";

fn names(of: &[&str]) -> Vec<String> {
    of.iter().map(|name| (*name).to_owned()).collect()
}

fn read(folder: &Path, name: &str) -> Option<String> {
    fs::read_to_string(folder.join(name)).ok()
}

fn put(stage: &Stage, name: &str) {
    fs::write(stage.staged(name).unwrap(), "new").unwrap();
}

fn entries(folder: &Path) -> Vec<String> {
    let mut all: Vec<String> =
        fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().to_string_lossy().into_owned()).collect();
    all.sort();
    all
}

#[test]
fn a_commit_replaces_its_own_files_and_no_others() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.txt"), "old").unwrap();
    fs::write(folder.path().join("foreign.txt"), "mine").unwrap();
    let stage = Stage::open(folder.path()).unwrap();
    put(&stage, "a.txt");
    put(&stage, "data/b.txt");
    assert_eq!(read(folder.path(), "a.txt").as_deref(), Some("old"), "nothing is in place before the commit");
    stage.commit(&names(&["a.txt", "data/b.txt"])).unwrap();
    assert_eq!(read(folder.path(), "a.txt").as_deref(), Some("new"));
    assert_eq!(read(folder.path(), "data/b.txt").as_deref(), Some("new"));
    assert_eq!(entries(folder.path()), [".huizong-lock", "a.txt", "data", "foreign.txt"]);
    assert_eq!(read(folder.path(), LOCK).as_deref(), Some(""));
}

#[test]
fn a_failing_move_puts_everything_back() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.txt"), "old").unwrap();
    fs::write(folder.path().join("b.txt"), "old").unwrap();
    let stage = Stage::open(folder.path()).unwrap();
    put(&stage, "a.txt");
    put(&stage, "data/c.txt");
    // b.txt was never staged, so moving it fails after a.txt and c.txt were moved.
    let message = stage.commit(&names(&["a.txt", "data/c.txt", "b.txt"])).unwrap_err();
    assert!(message.contains("b.txt") && message.contains("原有结果没有改动"), "{message}");
    assert_eq!(read(folder.path(), "a.txt").as_deref(), Some("old"));
    assert_eq!(read(folder.path(), "b.txt").as_deref(), Some("old"));
    assert_eq!(entries(folder.path()), [".huizong-lock", "a.txt", "b.txt"]);
}

#[test]
fn the_next_run_undoes_one_that_was_killed_while_moving() {
    let folder = tempfile::tempdir().unwrap();
    let dead = folder.path().join(".huizong-tmp-999999999");
    for part in ["new", "old"] {
        fs::create_dir_all(dead.join(part)).unwrap();
    }
    fs::write(dead.join("old/a.txt"), "old").unwrap();
    fs::write(folder.path().join("a.txt"), "new").unwrap();
    fs::write(dead.join("new/b.txt"), "new").unwrap();
    fs::write(folder.path().join("b.txt"), "old").unwrap();
    fs::write(folder.path().join("c.txt"), "new").unwrap();
    fs::write(dead.join(JOURNAL), "a.txt\nb.txt\nc.txt").unwrap();
    drop(Stage::open(folder.path()).unwrap());
    assert_eq!(read(folder.path(), "a.txt").as_deref(), Some("old"));
    assert_eq!(read(folder.path(), "b.txt").as_deref(), Some("old"));
    assert_eq!(entries(folder.path()), [".huizong-lock", "a.txt", "b.txt"]);
}

#[test]
fn two_runs_do_not_share_a_folder_and_an_impossible_folder_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let first = Stage::open(folder.path()).unwrap();
    let message = Stage::open(folder.path()).err().unwrap();
    assert!(message.contains("另一次汇总") && message.contains(&std::process::id().to_string()), "{message}");
    drop(first);
    assert!(Stage::open(folder.path()).is_ok());
    let file = folder.path().join("file");
    fs::write(&file, "x").unwrap();
    let below = file.join("out");
    let message = Stage::open(&below).err().unwrap();
    assert!(message.contains(below.to_str().unwrap()) && message.contains("请换一个输出文件夹"), "{message}");
}

/// Every file below a folder with its bytes, our own things aside.
fn tree(folder: &Path) -> BTreeMap<String, String> {
    fn walk(base: &Path, folder: &Path, into: &mut BTreeMap<String, String>) {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if entry.file_type().unwrap().is_dir() {
                walk(base, &path, into);
            } else {
                let name = path.strip_prefix(base).unwrap().to_string_lossy().into_owned();
                into.insert(name, fs::read_to_string(&path).unwrap_or_default());
            }
        }
    }
    let mut all = BTreeMap::new();
    walk(folder, folder, &mut all);
    all.remove(LOCK);
    all
}

fn of(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
}

fn fill(folder: &Path, files: &BTreeMap<String, String>) {
    for (name, text) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

/// Stops something at every step, and lets a power cut lose what it may: `check` sees each folder that is left, with
/// whether the thing said that it was done. Says how many interleavings there were.
fn walk_all(
    before: &BTreeMap<String, String>,
    act: impl Fn(&Path) -> Result<(), String>,
    check: impl Fn(&Path, bool, &str),
) -> usize {
    let fresh = || {
        let folder = tempfile::tempdir().unwrap();
        fill(folder.path(), before);
        folder
    };
    let whole = fresh();
    let (_, steps, done) = step::stopped_at(None, || act(whole.path()));
    done.unwrap();
    let mut walked = 0;
    for at in 0..=steps {
        let mut kept = 0;
        loop {
            let folder = fresh();
            let (_, _, done) = step::stopped_at(Some(at), || act(folder.path()));
            let at_risk = step::at_risk();
            if kept > at_risk {
                break;
            }
            step::power_cut(kept);
            check(
                folder.path(),
                done.is_ok(),
                &format!("stopped before step {at} of {steps}, {kept} of {at_risk} kept"),
            );
            walked += 1;
            kept += 1;
        }
    }
    walked
}

/// A folder of results, replaced: two files that change, one that goes, one that is new in a folder of its own.
#[test]
fn killed_or_without_power_at_any_step_a_folder_is_the_old_one_or_the_new_one() {
    let before = of(&[("a.txt", "old"), ("run.json", "old"), ("gone.txt", "old"), ("foreign.txt", "mine")]);
    let after = of(&[("a.txt", "new"), ("run.json", "new"), ("data/b.txt", "new"), ("foreign.txt", "mine")]);
    let act = |folder: &Path| {
        let stage = Stage::open(folder)?;
        let replaced = ["a.txt", "data/b.txt", "run.json"];
        for name in replaced {
            stage.put(name, b"new")?;
        }
        let mut plan = vec![Planned::Gone("gone.txt".to_owned())];
        plan.extend(replaced.map(|name| Planned::Replaced(name.to_owned())));
        stage.commit_plan(&plan).map(drop)
    };
    let seen = std::cell::RefCell::new((0, 0));
    let walked = walk_all(&before, act, |folder, done, when| {
        // Who reads sees one of the two, and touches nothing.
        let left = tree(folder);
        let view = FolderView::of(folder).unwrap_or_else(|why| panic!("{when}: {why}"));
        let seen_there: BTreeMap<String, String> = before
            .keys()
            .chain(after.keys())
            .filter_map(|name| Some((name.clone(), fs::read_to_string(view.path(name)?).unwrap())))
            .collect();
        assert!(seen_there == before || seen_there == after, "{when}: {seen_there:?}");
        assert_eq!(tree(folder), left, "{when}: a reader changed something");
        // Who writes next puts it back.
        drop(Lock::at_once(folder).unwrap_or_else(|why| panic!("{when}: {why}")));
        let now = tree(folder);
        assert!(now == before || now == after, "{when}: {now:?}");
        assert_eq!(now, seen_there, "{when}: the reader saw what there was");
        assert!(!done || now == after, "{when}: it said that it was done");
        let mut seen = seen.borrow_mut();
        if now == before {
            seen.0 += 1;
        } else {
            seen.1 += 1;
        }
    });
    let (old, new) = seen.into_inner();
    println!("{walked} interleavings of a commit: {old} old, {new} new");
    assert!(walked > 80 && old > 50 && new > 1, "{walked}: {old}, {new}");
}

#[test]
fn killed_or_without_power_at_any_step_a_table_is_there_whole() {
    let before = of(&[("台账.csv", "old")]);
    let act = |folder: &Path| {
        let stage = Stage::open(folder)?;
        stage.put("台账.csv", b"new and longer")?;
        stage.replace("台账.csv").map(drop)
    };
    let walked = walk_all(&before, act, |folder, done, when| {
        let text = fs::read_to_string(folder.join("台账.csv")).unwrap_or_else(|error| panic!("{when}: {error}"));
        assert!(text == "new and longer" || (text == "old" && !done), "{when}: {text}");
        drop(Lock::at_once(folder).unwrap());
        assert_eq!(entries(folder), [LOCK, "台账.csv"], "{when}");
    });
    println!("{walked} interleavings of a replaced file");
    assert!(walked > 20, "{walked}");
}

/// What undoes is killed as well: whoever comes next goes on with it.
#[test]
fn an_undo_that_is_killed_at_any_step_is_undone_by_the_next() {
    let before = of(&[("a.txt", "old"), ("b.txt", "old")]);
    let act = |folder: &Path| {
        let stage = Stage::open(folder)?;
        for name in ["a.txt", "b.txt", "c.txt"] {
            stage.put(name, b"new")?;
        }
        stage.commit(&names(&["a.txt", "b.txt", "c.txt"])).map(drop)
    };
    let halfway = || {
        let folder = tempfile::tempdir().unwrap();
        fill(folder.path(), &before);
        // Somewhere among the moves.
        let (_, steps, _) = step::stopped_at(None, || Stage::open(folder.path()).map(drop));
        (folder, steps)
    };
    let mut walked = 0;
    for at in 0..60 {
        let (probe, _) = halfway();
        let (dead, ..) = step::stopped_at(Some(at), || act(probe.path()));
        if !dead {
            break;
        }
        for second in 0..40 {
            let (folder, _) = halfway();
            step::stopped_at(Some(at), || act(folder.path()).is_ok());
            let (dead, ..) = step::stopped_at(Some(second), || Lock::at_once(folder.path()).map(drop).is_ok());
            drop(Lock::at_once(folder.path()).unwrap());
            let now = tree(folder.path());
            let new = of(&[("a.txt", "new"), ("b.txt", "new"), ("c.txt", "new")]);
            assert!(now == before || now == new, "stopped at {at}, then {second}: {now:?}");
            walked += 1;
            if !dead {
                break;
            }
        }
    }
    println!("{walked} interleavings of a commit and its undo");
    assert!(walked > 100, "{walked}");
}

#[test]
fn an_empty_or_half_journal_is_an_undo() {
    // What format 2 left, and 3.
    let two = ("old/data/a.txt.old", "new/data/a.txt.new");
    let three = ("data%2Fa.txt.old", "data%2Fa.txt.new");
    for (journal, (old, new)) in [
        ("", two),
        ("huizong-jour", two),
        ("huizong-journal 2\n+ data/a.txt\n+ b.t", two),
        ("", three),
        ("huizong-journal ", three),
        ("huizong-journal 3\n+ data/a.txt\n+ b.t", three),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let dead = folder.path().join(".huizong-tmp-999999999");
        fill(&dead, &of(&[(old, "old"), (new, "new"), (JOURNAL, journal)]));
        fs::write(folder.path().join("b.txt"), "old").unwrap();
        let view = FolderView::of(folder.path()).unwrap();
        assert_eq!(fs::read_to_string(view.path("data/a.txt").unwrap()).unwrap(), "old");
        drop(Lock::at_once(folder.path()).unwrap());
        assert_eq!(tree(folder.path()), of(&[("data/a.txt", "old"), ("b.txt", "old")]), "{journal:?}, {old}");
    }
}

/// A run of the program before this one died while it moved its files.
#[test]
fn a_whole_journal_of_format_2_is_undone() {
    let folder = tempfile::tempdir().unwrap();
    let dead = folder.path().join(".huizong-tmp-999999999");
    let journal = "huizong-journal 2\n- gone.txt\n+ data/a.txt\n+ b.txt\n. 3\n";
    let aside = [("old/gone.txt.old", "old"), ("old/data/a.txt.old", "old"), ("new/b.txt.new", "new")];
    fill(&dead, &of(&[aside[0], aside[1], aside[2], (JOURNAL, journal)]));
    fill(folder.path(), &of(&[("data/a.txt", "new"), ("b.txt", "old")]));
    drop(Lock::at_once(folder.path()).unwrap());
    assert_eq!(tree(folder.path()), of(&[("data/a.txt", "old"), ("b.txt", "old"), ("gone.txt", "old")]));
}

/// A store that was copied from somewhere brings its journal along.
#[test]
#[cfg(unix)]
fn a_foreign_journal_changes_nothing_outside_and_nobody_follows_its_links() {
    let (folder, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let victim = outside.path().join("victim.txt");
    let absolute = victim.to_str().unwrap().to_owned();
    let up = format!("../{}/victim.txt", outside.path().file_name().unwrap().to_str().unwrap());
    for name in [absolute.as_str(), up.as_str(), "x/../../y", ".huizong-lock"] {
        fs::write(&victim, "theirs").unwrap();
        let dead = folder.path().join(".huizong-tmp-1");
        fs::create_dir_all(dead.join("old")).unwrap();
        fs::write(dead.join(JOURNAL), format!("huizong-journal 2\n+ {name}\n. 1\n")).unwrap();
        let left = tree(folder.path());
        assert!(FolderView::of(folder.path()).unwrap_err().contains("指向文件夹以外"), "{name}");
        assert!(Lock::at_once(folder.path()).unwrap_err().contains("不是本程序写的恢复记录"), "{name}");
        assert_eq!(tree(folder.path()), left, "{name}");
        assert_eq!(fs::read_to_string(&victim).unwrap(), "theirs", "{name}");
        fs::remove_dir_all(&dead).unwrap();
    }
    // A name that leads down, through a link that leads out.
    let dead = folder.path().join(".huizong-tmp-1");
    fs::create_dir_all(dead.join("old/data")).unwrap();
    fs::write(dead.join("old/data/victim.txt.old"), "planted").unwrap();
    std::os::unix::fs::symlink(outside.path(), folder.path().join("data")).unwrap();
    fs::write(dead.join(JOURNAL), "huizong-journal 2\n+ data/victim.txt\n. 1\n").unwrap();
    assert!(Lock::at_once(folder.path()).is_err());
    assert_eq!(fs::read_to_string(&victim).unwrap(), "theirs");
}

#[test]
#[cfg(unix)]
fn links_are_not_written_through() {
    use std::os::unix::fs::symlink;
    let (folder, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let victim = outside.path().join("victim.txt");
    fs::write(&victim, "theirs").unwrap();
    // The lock.
    symlink(&victim, folder.path().join(LOCK)).unwrap();
    let message = Stage::open(folder.path()).unwrap_err();
    assert!(message.contains(LOCK) && message.contains("链接"), "{message}");
    fs::remove_file(folder.path().join(LOCK)).unwrap();
    // A folder of outputs.
    symlink(outside.path(), folder.path().join("data")).unwrap();
    let stage = Stage::open(folder.path()).unwrap();
    put(&stage, "data/victim.txt");
    let message = stage.commit(&names(&["data/victim.txt"])).unwrap_err();
    assert!(message.contains("链接") && message.contains("没有改动"), "{message}");
    fs::remove_file(folder.path().join("data")).unwrap();
    // An output: the link goes, what it led to stays.
    symlink(&victim, folder.path().join("a.txt")).unwrap();
    let stage = Stage::open(folder.path()).unwrap();
    put(&stage, "a.txt");
    stage.commit(&names(&["a.txt"])).unwrap();
    assert!(!folder.path().join("a.txt").is_symlink());
    // A temporary folder.
    symlink(outside.path(), folder.path().join(format!(".huizong-tmp-{}", std::process::id()))).unwrap();
    let stage = Stage::open(folder.path()).unwrap();
    put(&stage, "a.txt");
    stage.commit(&names(&["a.txt"])).unwrap();
    assert_eq!((fs::read_to_string(&victim).unwrap().as_str(), entries(outside.path()).len()), ("theirs", 1));
}

#[test]
#[cfg(unix)]
fn what_is_written_is_its_owners_alone_unless_the_folder_is_a_groups() {
    use std::os::unix::fs::PermissionsExt;
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o7777;
    let home = tempfile::tempdir().unwrap();
    let write = |folder: &Path| {
        let stage = Stage::open(folder).unwrap();
        put(&stage, "a.txt");
        put(&stage, "data/b.txt");
        stage.commit(&names(&["a.txt", "data/b.txt"])).unwrap();
        ["", "a.txt", "data", "data/b.txt", LOCK].map(|name| mode(&folder.join(name)))
    };
    assert_eq!(write(&home.path().join("own/out")), [0o700, 0o600, 0o700, 0o600, 0o600]);
    let shared = home.path().join("shared");
    fs::create_dir(&shared).unwrap();
    fs::set_permissions(&shared, fs::Permissions::from_mode(0o2770)).unwrap();
    assert_eq!(write(&shared.join("out")), [0o2770, 0o660, 0o2770, 0o660, 0o660]);
}

/// On demand: commits killed at random, with a random part of what was not synced lost, for as long as is asked for.
#[test]
#[ignore = "a trial of minutes: HUIZONG_TRIAL_SECONDS says how many seconds"]
fn commits_killed_at_random() {
    let seconds = std::env::var("HUIZONG_TRIAL_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(60);
    let until = std::time::Instant::now() + std::time::Duration::from_secs(seconds);
    let mut random = 0x2545_F491_4F6C_DD1D_u64;
    let mut next = |below: usize| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        (random % below as u64) as usize
    };
    let folder = tempfile::tempdir().unwrap();
    let (mut version, mut rounds) = (0usize, 0);
    while std::time::Instant::now() < until {
        let files: Vec<String> =
            (0..=next(6)).map(|n| format!("{}{n}.txt", if n % 2 == 0 { "" } else { "data/" })).collect();
        step::stopped_at(Some(next(80)), || {
            let stage = Stage::open(folder.path()).ok()?;
            for name in &files {
                stage.put(name, (version + 1).to_string().as_bytes()).ok()?;
            }
            let gone = (0..6).map(|n| format!("{}{n}.txt", if n % 2 == 0 { "" } else { "data/" }));
            let mut plan: Vec<Planned> = gone.filter(|name| !files.contains(name)).map(Planned::Gone).collect();
            plan.extend(files.iter().cloned().map(Planned::Replaced));
            stage.commit_plan(&plan).ok().map(drop)
        });
        step::power_cut(next(step::at_risk() + 1));
        drop(Lock::at_once(folder.path()).unwrap());
        let now = tree(folder.path());
        let texts: std::collections::BTreeSet<&str> = now.values().map(String::as_str).collect();
        assert!(texts.len() <= 1, "a folder of two versions: {now:?}");
        version = texts.first().and_then(|text| text.parse().ok()).unwrap_or(version).max(version);
        rounds += 1;
    }
    println!("{rounds} commits killed at random");
}
