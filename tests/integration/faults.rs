//! Faults of the machine, for real: a run that is killed, a full or read-only disk, a second run, a target in the way, a
//! reader who has gone. Old results or new ones, never a mixture, and an error with a next step.

use super::support::{Said, huizong, no_tool, not_run, root, said, say};
use super::workshop::{folder, page, xlsx};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::Path;

/// Two sets of returns whose results differ in every file.
fn returns(rows: u32) -> tempfile::TempDir {
    folder(&[("合肥市总工会.xlsx", &xlsx(&[page("合肥市总工会", rows)])), ("乱.xlsx", b"PK\x03\x04")])
}

fn args<'a>(returns: &'a Path, out: &'a Path) -> [&'a str; 7] {
    let word = |path: &'a Path| path.to_str().expect("UTF-8");
    ["run", "model-teams", "--returns", word(returns), "--out", word(out), "--quiet"]
}

fn run(returns: &Path, out: &Path) -> Said {
    say(&args(returns, out))
}

/// Every file of a results folder with its bytes, the lock aside.
fn content(out: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut open = vec![out.to_path_buf()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let name = path.strip_prefix(out).expect("below").to_string_lossy().replace('\\', "/");
            if path.is_dir() {
                open.push(path);
            } else if name != ".huizong-lock" {
                found.insert(name, std::fs::read(&path).expect("readable"));
            }
        }
    }
    found
}

/// Whether all that a manifest lists is there as listed.
fn is_complete(files: &BTreeMap<String, Vec<u8>>) -> bool {
    let manifest: Value = serde_json::from_slice(&files["明细/run.json"]).expect("run.json is whole");
    let outputs = manifest["outputs"].as_array().expect("outputs");
    outputs.len() > 4
        && outputs.iter().all(|output| {
            let hash = files.get(output["file"].as_str().expect("a name")).map(Sha256::digest);
            hash.is_some_and(|hash| hash.iter().map(|b| format!("{b:02x}")).collect::<String>() == output["sha256"])
        })
}

/// The error of a run that could not write, and the proof that nothing was lost by it.
fn refuses(said: &Said, out: &Path, before: &BTreeMap<String, Vec<u8>>, word: &str) {
    assert_eq!(said.code, 3, "{}{}", said.out, said.err);
    assert!(said.err.starts_with("错误：") && said.err.contains(word), "{}", said.err);
    assert_eq!(said.err.trim().lines().count(), 1, "one sentence: {}", said.err);
    assert_eq!(&content(out), before, "{}", said.err);
}

/// kill -9 at many moments, the short one of moving files into place among them.
#[test]
#[cfg(target_os = "linux")]
fn a_killed_run_leaves_old_results_or_new_ones() {
    let (first, second) = (returns(3), returns(40));
    let out = tempfile::tempdir().expect("a temporary folder");
    assert_eq!(run(first.path(), out.path()).code, 1);
    let old = content(out.path());
    let fresh = tempfile::tempdir().expect("a temporary folder");
    let started = std::time::Instant::now();
    assert_eq!(run(second.path(), fresh.path()).code, 1);
    let (whole, new) = (started.elapsed(), content(fresh.path()));
    // All but the store of the second form, which has no rows.
    assert!(old.iter().filter(|(name, bytes)| new[*name] != **bytes).count() >= 6, "the outputs differ");
    let (mut kept, mut replaced, mut moving) = (0, 0, 0);
    for round in 0..40u32 {
        let mut child = huizong(&args(second.path(), out.path())).spawn().expect("the program starts");
        let journal = out.path().join(format!(".huizong-tmp-{}/committing", child.id()));
        if round % 2 == 0 {
            std::thread::sleep(whole * round / 36);
        } else {
            // At the first sight of the journal: files are being moved.
            while !journal.exists() && child.try_wait().expect("a child").is_none() {
                std::hint::spin_loop();
            }
            for _ in 0..round * 40 {
                std::hint::spin_loop();
            }
        }
        child.kill().expect("SIGKILL");
        child.wait().expect("a child");
        let left = content(out.path());
        if left.contains_key("明细/run.json") {
            assert!(is_complete(&left), "round {round}: a manifest beside files that are not its own");
        }
        moving += u32::from(journal.exists());
        // The next run puts right what is left, even one that comes to nothing itself.
        assert_eq!(run(Path::new("没有这个文件夹"), out.path()).code, 3);
        let healed: BTreeMap<_, _> =
            content(out.path()).into_iter().filter(|(name, _)| !name.starts_with(".huizong-tmp-")).collect();
        assert!(healed == old || healed == new, "round {round}: neither old nor new: {:?}", healed.keys());
        kept += u32::from(healed == old);
        replaced += u32::from(healed == new);
        if healed == new {
            assert_eq!(run(first.path(), out.path()).code, 1);
            assert_eq!(content(out.path()), old, "round {round}: litter");
        }
    }
    println!("killed 40 times: {kept} kept the old results, {replaced} had the new; {moving} while moving");
    assert!(kept > 0 && replaced + moving > 0, "{kept} {replaced} {moving}");
    assert_eq!(run(first.path(), out.path()).code, 1);
    assert_eq!(content(out.path()), old, "nothing of the dead runs is left");
}

/// No file may grow beyond 8 KiB: what a full disk or a quota does, and it needs no mount.
#[test]
#[cfg(unix)]
fn a_write_that_fails_half_way_leaves_the_old_results() {
    use std::os::unix::process::CommandExt;
    let (first, second) = (returns(3), returns(40));
    let out = tempfile::tempdir().expect("a temporary folder");
    assert_eq!(run(first.path(), out.path()).code, 1);
    let old = content(out.path());
    let mut command = huizong(&args(second.path(), out.path()));
    // SAFETY: the call is async-signal-safe and touches only the child, which has to see to it itself that the system
    // refuses instead of killing.
    unsafe {
        command.pre_exec(|| {
            let limit = libc::rlimit { rlim_cur: 8 << 10, rlim_max: 8 << 10 };
            libc::setrlimit(libc::RLIMIT_FSIZE, &raw const limit);
            Ok(())
        });
    }
    let said = said(command.output().expect("the program starts"));
    refuses(&said, out.path(), &old, "原有结果没有改动");
    assert!(said.err.contains("文件超过系统允许的大小"), "{}", said.err);
}

/// Small disks, each in a mount namespace of its own, that fill up at different outputs: the findings workbook, which
/// writes temporary files of its own, among them.
#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_named() {
    let second = returns(400);
    for size in ["64k", "96k", "128k", "160k"] {
        full_disk(&second, size);
    }
}

#[cfg(target_os = "linux")]
fn full_disk(second: &tempfile::TempDir, size: &str) {
    let out = tempfile::tempdir().expect("a temporary folder");
    let script = "mount -t tmpfs -o size=$SIZE none \"$1\" || exit 77; echo 旧 > \"$1\"/旧文件; shift; out=\"$1\"; shift; \
                  \"$@\"; code=$?; ls -A \"$out\"; cat \"$out\"/旧文件; exit $code";
    let target = out.path().to_str().expect("UTF-8");
    let output = std::process::Command::new("unshare")
        .args(["-rm", "sh", "-c", script, "sh", target, target, env!("CARGO_BIN_EXE_huizong")])
        .args(args(second.path(), out.path()))
        .env("SIZE", size)
        .arg("--no-history")
        .current_dir(root())
        .output();
    let Ok(output) = output else {
        return no_tool("a_full_disk_is_named", "unshare");
    };
    let said = said(output);
    if said.code == 77 || said.err.contains("unshare") {
        not_run("a_full_disk_is_named", &format!("this machine lets no one mount ({})", said.err.trim()));
        return;
    }
    assert_eq!(said.code, 3, "{size}: {}{}", said.out, said.err);
    assert!(said.err.contains("磁盘空间不足") && said.err.contains("请清理磁盘"), "{}", said.err);
    let left: Vec<&str> = said.out.lines().filter(|line| *line != ".huizong-lock").collect();
    assert_eq!(left, ["旧文件", "旧"], "no litter: {}", said.out);
}

#[test]
#[cfg(unix)]
fn a_read_only_folder_is_named_before_anything_is_read() {
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::CommandExt;
    let (first, second) = (returns(3), returns(40));
    let out = tempfile::tempdir().expect("a temporary folder");
    assert_eq!(run(first.path(), out.path()).code, 1);
    let old = content(out.path());
    let mode =
        |path: &Path, mode: u32| std::fs::set_permissions(path, PermissionsExt::from_mode(mode)).expect("a mode");
    for path in [first.path(), second.path()] {
        mode(path, 0o755);
    }
    mode(out.path(), 0o555);
    let mut command = huizong(&args(second.path(), out.path()));
    // SAFETY: asks for this process's user, nothing else.
    if unsafe { libc::geteuid() } == 0 {
        // Nothing is read-only to root.
        command.uid(65_534);
    }
    let output = command.output();
    mode(out.path(), 0o755);
    let Ok(output) = output else {
        return not_run("a_read_only_folder_is_named_before_anything_is_read", "nobody may not start the program here");
    };
    refuses(&said(output), out.path(), &old, "没有权限");
}

#[test]
fn a_second_run_on_the_same_folder_is_turned_away() {
    let (first, second) = (returns(3), returns(40));
    let out = tempfile::tempdir().expect("a temporary folder");
    assert_eq!(run(first.path(), out.path()).code, 1);
    let old = content(out.path());
    // This test is the other run: it holds the lock for as long as it likes.
    let lock = std::fs::OpenOptions::new().write(true).open(out.path().join(".huizong-lock")).expect("the lock file");
    lock.try_lock().expect("nobody else holds it");
    refuses(&run(second.path(), out.path()), out.path(), &old, "另一次汇总");
    drop(lock);
    // Two real ones at once: each either writes all or is turned away, and the folder ends with one of the two.
    let mut pair = [first.path(), second.path()].map(|returns| {
        huizong(&args(returns, out.path())).stderr(std::process::Stdio::piped()).spawn().expect("starts")
    });
    let codes = pair.each_mut().map(|child| child.wait().expect("a child").code());
    assert!(codes.iter().all(|code| matches!(code, Some(1 | 3))) && codes.contains(&Some(1)), "{codes:?}");
    let left = content(out.path());
    assert!(is_complete(&left) && left.len() == old.len(), "{:?}", left.keys());
}

/// The results of last time are open in Excel, which lets nobody else write or move them.
#[test]
#[cfg(windows)]
fn a_workbook_that_is_open_elsewhere_is_named() {
    use std::os::windows::fs::OpenOptionsExt;
    let (first, second) = (returns(3), returns(40));
    let out = tempfile::tempdir().expect("a temporary folder");
    assert_eq!(run(first.path(), out.path()).code, 1);
    let before = content(out.path());
    for name in before.keys() {
        // FILE_SHARE_READ alone.
        let open = std::fs::OpenOptions::new().read(true).share_mode(1).open(out.path().join(name)).expect("an output");
        refuses(&run(second.path(), out.path()), out.path(), &before, "Excel");
        drop(open);
    }
    assert_eq!(run(second.path(), out.path()).code, 1);
}

#[test]
fn a_folder_in_the_place_of_an_output_is_named() {
    let (first, second) = (returns(3), returns(40));
    let out = tempfile::tempdir().expect("a temporary folder");
    assert_eq!(run(first.path(), out.path()).code, 1);
    let names: Vec<String> = content(out.path()).into_keys().collect();
    for name in names {
        let target = out.path().join(&name);
        let kept = std::fs::read(&target).expect("an output");
        std::fs::remove_file(&target).expect("removed");
        std::fs::create_dir(&target).expect("a folder");
        std::fs::write(target.join("别人的.txt"), "别人的").expect("a file");
        let before = content(out.path());
        // What people fill in is read before anything is written.
        let word = if name.ends_with("_处理意见.xlsx") { "不是普通文件" } else { "同名文件夹" };
        refuses(&run(second.path(), out.path()), out.path(), &before, word);
        std::fs::remove_dir_all(&target).expect("removed");
        std::fs::write(&target, kept).expect("put back");
    }
}

/// `huizong … | head`: whoever reads has gone.
#[test]
fn a_closed_pipe_is_no_error_and_a_full_one_is() {
    let many = folder(&[("a.xlsx", &xlsx(&[page("没有这个单位", 3_000)]))]);
    let out = tempfile::tempdir().expect("a temporary folder");
    let path = many.path().to_str().expect("UTF-8");
    let mut child = huizong(&["check", path, "--pipeline", "model-teams"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("the program starts");
    drop(child.stdout.take());
    let said = said(child.wait_with_output().expect("output"));
    assert_eq!((said.code, said.err.as_str()), (1, ""), "findings that block, and no word about the pipe");

    let returns = returns(3);
    let mut child = huizong(&args(returns.path(), out.path())[..6])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("the program starts");
    drop(child.stdout.take());
    assert_eq!(child.wait().expect("a child").code(), Some(1));
    assert!(is_complete(&content(out.path())), "the results are written all the same");

    #[cfg(target_os = "linux")]
    {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("a full disk");
        let output = huizong(&["check", path, "--pipeline", "model-teams"]).stdout(full).output();
        let said = super::support::said(output.expect("the program starts"));
        assert_eq!(said.code, 3, "{}", said.err);
        assert!(said.err.contains("无法写到标准输出"), "{}", said.err);
    }
}

/// Killed at every single step of putting the results in place, one after the other: strace kills at the n-th call.
#[test]
#[cfg(target_os = "linux")]
fn killed_at_every_rename_and_removal() {
    let (first, second) = (returns(3), returns(40));
    let out = tempfile::tempdir().expect("a temporary folder");
    assert_eq!(run(first.path(), out.path()).code, 1);
    let old = content(out.path());
    let fresh = tempfile::tempdir().expect("a temporary folder");
    assert_eq!(run(second.path(), fresh.path()).code, 1);
    let new = content(fresh.path());
    let (mut kept, mut replaced) = (0, 0);
    for call in ["rename", "unlink", "fsync"] {
        for step in 1..60 {
            let mut command = std::process::Command::new("strace");
            let inject = format!("inject={call}:signal=SIGKILL:when={step}");
            // Without -f only the first thread is traced: the one that puts the results in place.
            command.args(["-qq", "-e", &format!("trace={call}"), "-e", &inject, "-o", "/dev/null"]);
            command.arg(env!("CARGO_BIN_EXE_huizong")).args(args(second.path(), out.path())).current_dir(root());
            let Ok(output) = command.output() else {
                return no_tool("killed_at_every_rename_and_removal", "strace");
            };
            if String::from_utf8_lossy(&output.stderr).contains("strace:") {
                return not_run("killed_at_every_rename_and_removal", "strace may not trace here");
            }
            let died = output.status.code().is_none() || output.status.code() == Some(137);
            // The next run puts right what is left, even one that comes to nothing itself.
            assert_eq!(run(Path::new("没有这个文件夹"), out.path()).code, 3);
            let healed: BTreeMap<_, _> =
                content(out.path()).into_iter().filter(|(name, _)| !name.starts_with(".huizong-tmp-")).collect();
            assert!(healed == old || healed == new, "{call} {step}: neither old nor new: {:?}", healed.keys());
            if !died {
                assert_eq!((output.status.code(), &healed), (Some(1), &new), "{call} {step}: it ran to its end");
                assert!(step > 1, "{call} is called at least once");
                break;
            }
            kept += u32::from(healed == old);
            replaced += u32::from(healed == new);
            if healed == new {
                assert_eq!(run(first.path(), out.path()).code, 1);
            }
        }
        assert_eq!(run(first.path(), out.path()).code, 1);
        assert_eq!(content(out.path()), old, "{call}: nothing of the dead runs is left");
    }
    println!("killed at {} steps: {kept} kept the old results, {replaced} had the new", kept + replaced);
    assert!(kept > 8 && replaced > 0, "{kept} {replaced}");
}

/// A worker that hangs when its run is killed is not left behind for ever.
#[test]
#[cfg(target_os = "linux")]
fn a_killed_run_leaves_no_worker_behind() {
    let many = folder(&[("a.xlsx", &xlsx(&[page("合肥市总工会", 60_000)]))]);
    let out = tempfile::tempdir().expect("a temporary folder");
    let mut child = huizong(&args(many.path(), out.path())).spawn().expect("the program starts");
    let mut worker = None;
    // Past its start: what it asks of the system first makes it die with its run.
    while worker.is_none() && child.try_wait().expect("a child").is_none() {
        worker = super::hostile::workers(child.id()).first().copied();
    }
    let worker = worker.expect("a worker was seen");
    // Its limit of memory is what it asks for next.
    let is_limited = || {
        let limits = std::fs::read_to_string(format!("/proc/{worker}/limits")).unwrap_or_default();
        limits.lines().any(|line| line.starts_with("Max address space") && !line.contains("unlimited  "))
    };
    let begun = std::time::Instant::now();
    while !is_limited() && begun.elapsed().as_secs() < 10 {
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    // Stopped, it can neither see that its input has closed nor end by itself.
    // SAFETY: sends a signal to a worker of this test's own child.
    unsafe { libc::kill(worker, libc::SIGSTOP) };
    child.kill().expect("SIGKILL");
    child.wait().expect("a child");
    let is_gone = || {
        let stat = std::fs::read_to_string(format!("/proc/{worker}/stat")).unwrap_or_default();
        // Where nobody waits for orphans, a dead one stays listed.
        stat.rsplit(')')
            .next()
            .is_none_or(|rest| rest.trim_start().is_empty() || rest.trim_start().starts_with(['Z', 'X']))
    };
    let started = std::time::Instant::now();
    while !is_gone() && started.elapsed().as_secs() < 10 {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    assert!(is_gone(), "worker {worker} outlived its run");
}
