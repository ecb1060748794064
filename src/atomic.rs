//! Output files that appear together or not at all.
//!
//! Everything is written into a temporary folder inside the target folder (one file system, so that a rename is enough),
//! then moved into place file by file, the old ones moved aside first and put back when anything fails. A run that died
//! half-way through moving is undone by the next one. Knows nothing of what the files hold.

use crate::machine;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

const LOCK: &str = ".huizong-lock";
const TEMPORARY: &str = ".huizong-tmp-";
/// How long a run waits for one that is moving its files, and how often it looks.
const PATIENCE: Duration = Duration::from_secs(20);
const STEP: Duration = Duration::from_millis(20);
/// Lists the names of an unfinished commit, one a line.
const JOURNAL: &str = "committing";

/// A target folder that one run is writing to.
pub struct Stage {
    folder: PathBuf,
    temporary: PathBuf,
    /// Held until the stage is dropped; the system lets go of it when a process dies.
    lock: File,
}

impl Stage {
    /// Creates the folder where it is missing, locks it against a second run, and clears what dead runs left.
    ///
    /// # Errors
    /// Another run is writing there, or the folder cannot be written.
    pub fn open(folder: &Path) -> Result<Stage, String> {
        Stage::lock(folder, Duration::ZERO)
    }

    /// As [`Self::open`], for a folder that runs hold only while they move their files: another one is waited for.
    ///
    /// # Errors
    /// Another run does not come to an end, or the folder cannot be written.
    pub fn wait(folder: &Path) -> Result<Stage, String> {
        Stage::lock(folder, PATIENCE)
    }

    fn lock(folder: &Path, patience: Duration) -> Result<Stage, String> {
        fs::create_dir_all(folder).map_err(|error| trouble("建立输出文件夹", folder, &error))?;
        let lock = take_lock(folder, patience)?;
        clear_dead_runs(folder)?;
        let temporary = folder.join(format!("{TEMPORARY}{}", std::process::id()));
        for part in ["new", "old"] {
            let path = temporary.join(part);
            fs::create_dir_all(&path).map_err(|error| trouble("写入输出文件夹", folder, &error))?;
        }
        Ok(Stage { folder: folder.to_path_buf(), temporary, lock })
    }

    /// Where an output stands once it is in place.
    pub fn target(&self, name: &str) -> PathBuf {
        // A part at a time, so that every system shows them with its own separator.
        name.split('/').fold(self.folder.clone(), |path, part| path.join(part))
    }

    /// Where the new version of an output is written; `name` is relative to the target folder.
    ///
    /// # Errors
    /// Its folder cannot be made.
    pub fn staged(&self, name: &str) -> Result<PathBuf, String> {
        let path = self.temporary.join("new").join(name);
        make_parent(&path).map_err(|error| trouble("写入", &self.folder.join(name), &error))?;
        Ok(path)
    }

    /// Writes an output's new version and sees it onto the disk.
    ///
    /// # Errors
    /// The file cannot be written; the message names the target.
    pub fn put(&self, name: &str, bytes: &[u8]) -> Result<(), String> {
        let path = self.staged(name)?;
        let written = File::create(&path).and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()));
        written.map_err(|error| self.trouble(name, &error))
    }

    /// The same, with the content of another file.
    ///
    /// # Errors
    /// The file cannot be written; the message names the target.
    pub fn put_copy(&self, name: &str, from: &Path) -> Result<(), String> {
        let path = self.staged(name)?;
        let copied = fs::copy(from, &path).and_then(|_| OpenOptions::new().write(true).open(&path)?.sync_all());
        copied.map_err(|error| self.trouble(name, &error))
    }

    /// The sentence for an error while writing an output's new version.
    pub fn trouble(&self, name: &str, error: &io::Error) -> String {
        trouble("写入", &self.folder.join(name), error)
    }

    /// Moves all outputs into place, or none.
    ///
    /// # Errors
    /// A file could not be moved; everything is as it was before.
    pub fn commit(self, names: &[String]) -> Result<Vec<PathBuf>, String> {
        let journal = self.temporary.join(JOURNAL);
        fs::write(&journal, names.join("\n")).map_err(|error| trouble("写入", &self.folder, &error))?;
        if let Err(message) = self.move_all(names) {
            return match undo(&self.folder, &self.temporary, names) {
                Ok(()) => Err(message),
                Err(error) => {
                    Err(format!("{message}；恢复原有结果时又出错：{}，请再运行一次以恢复", machine::cause(&error)))
                }
            };
        }
        // From here on the new files stand: without its journal the temporary folder is litter.
        fs::remove_file(&journal).map_err(|error| trouble("写入", &self.folder, &error))?;
        #[cfg(unix)]
        if let Ok(folder) = File::open(&self.folder) {
            let _ = folder.sync_all();
        }
        // A part at a time, so that every system shows them with its own separator.
        Ok(names.iter().map(|name| name.split('/').fold(self.folder.clone(), |path, part| path.join(part))).collect())
    }

    fn move_all(&self, names: &[String]) -> Result<(), String> {
        let moved = |name: &str, from: &Path, to: &Path| {
            make_parent(to)
                .and_then(|()| fs::rename(from, to))
                .map_err(|error| trouble("替换", &self.folder.join(name), &error))
        };
        // Backwards, for the manifest comes last: it leaves first and arrives last, so that where there is one, all that
        // it lists is there too, at whatever moment this process is killed.
        for name in names.iter().rev() {
            let target = self.folder.join(name);
            if target.is_dir() {
                return Err(format!("无法替换 {}：那里有一个同名文件夹，请先移走；原有结果没有改动", target.display()));
            }
            if target.symlink_metadata().is_ok() {
                moved(name, &target, &self.temporary.join("old").join(name))?;
            }
        }
        for name in names {
            moved(name, &self.temporary.join("new").join(name), &self.folder.join(name))?;
        }
        Ok(())
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        // A journal that is still there means that undoing failed: the next run needs what lies here.
        if !self.temporary.join(JOURNAL).exists() {
            let _ = fs::remove_dir_all(&self.temporary);
        }
        // The lock file itself stays: removing it would let two later runs lock two different files of that name.
        let _ = self.lock.set_len(0);
    }
}

/// Puts everything back that a commit moved. Each name is in one of four states: untouched (its new version is still
/// staged and no old one lies aside), old one aside, both moved, or a new one where there was none.
fn undo(folder: &Path, temporary: &Path, names: &[String]) -> io::Result<()> {
    // The manifest, last of the names, leaves first and comes back last here too.
    for name in names.iter().rev() {
        let (target, new) = (folder.join(name), temporary.join("new").join(name));
        if !new.exists() && target.exists() {
            make_parent(&new).and_then(|()| fs::rename(&target, &new))?;
        }
    }
    for name in names {
        let (target, old) = (folder.join(name), temporary.join("old").join(name));
        if old.symlink_metadata().is_ok() {
            make_parent(&target).and_then(|()| fs::rename(&old, &target))?;
        }
        if let Some(parent) = target.parent().filter(|parent| *parent != folder) {
            // Succeeds only on a folder that is empty, that is, on one that this commit made.
            let _ = fs::remove_dir(parent);
        }
    }
    fs::remove_file(temporary.join(JOURNAL))
}

/// Whether the folder could be written, found out without leaving anything behind: a run asks before it reads for minutes.
/// What a run left that died while it moved its files is put back here, so that old results are whole again even if this
/// run comes to nothing.
///
/// # Errors
/// It is a file, or cannot be written.
pub fn probe(folder: &Path) -> Result<(), String> {
    if unfinished(folder) {
        let _lock = take_lock(folder, Duration::ZERO)?;
        clear_dead_runs(folder)?;
    }
    let nearest = folder.ancestors().find(|path| path.as_os_str().is_empty() || path.symlink_metadata().is_ok());
    let nearest = nearest.filter(|path| !path.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !nearest.is_dir() {
        return Err(trouble("建立输出文件夹", folder, &io::ErrorKind::NotADirectory.into()));
    }
    tempfile::tempfile_in(nearest).map(drop).map_err(|error| trouble("写入输出文件夹", folder, &error))
}

/// Undoes a commit that a dead run left half-way in a folder which is about to be read; one that is still going on is
/// waited for.
///
/// # Errors
/// It cannot be undone, or does not end.
pub fn recover(folder: &Path) -> Result<(), String> {
    if unfinished(folder) {
        let _lock = take_lock(folder, PATIENCE)?;
        clear_dead_runs(folder)?;
    }
    Ok(())
}

/// Holds a folder against others who lock it, until the file is dropped; they are waited for.
///
/// # Errors
/// Another does not let go, or the folder cannot be written.
pub fn lock(folder: &Path) -> Result<File, String> {
    take_lock(folder, PATIENCE)
}

/// Whether a journal lies in the folder: a dead run's, or that of one which is moving its files at this moment.
fn unfinished(folder: &Path) -> bool {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter(|entry| is_temporary(&entry.file_name())).any(|entry| entry.path().join(JOURNAL).exists())
}

fn is_temporary(name: &std::ffi::OsStr) -> bool {
    name.to_str().is_some_and(|name| {
        name.strip_prefix(TEMPORARY).is_some_and(|pid| !pid.is_empty() && pid.bytes().all(|b| b.is_ascii_digit()))
    })
}

/// Waits `patience` for another run to let go.
fn take_lock(folder: &Path, patience: Duration) -> Result<File, String> {
    let path = folder.join(LOCK);
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .map_err(|error| trouble("写入输出文件夹", folder, &error))?;
    let mut waited = Duration::ZERO;
    let taken = loop {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) if waited < patience => {
                std::thread::sleep(STEP);
                waited += STEP;
            }
            taken => break taken,
        }
    };
    match taken {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let holder = fs::read_to_string(&path).unwrap_or_default();
            let holder = if holder.is_empty() { String::new() } else { format!("（进程号 {}）", holder.trim()) };
            return Err(format!("另一次汇总{holder}正在写入 {}，请等它结束后再运行", folder.display()));
        }
        // Some network drives know no locks: the run goes on, as it would have without asking.
        Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {}
        Err(TryLockError::Error(error)) => return Err(trouble("锁定输出文件夹", folder, &error)),
    }
    let noted = file.set_len(0).and_then(|()| (&file).write_all(std::process::id().to_string().as_bytes()));
    noted.map_err(|error| trouble("写入输出文件夹", folder, &error))?;
    Ok(file)
}

/// With the lock held, every temporary folder is a dead run's.
fn clear_dead_runs(folder: &Path) -> Result<(), String> {
    let entries = fs::read_dir(folder).map_err(|error| trouble("查看输出文件夹", folder, &error))?;
    for entry in entries.flatten() {
        if !is_temporary(&entry.file_name()) || !entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            continue;
        }
        let dead = entry.path();
        if let Ok(journal) = fs::read_to_string(dead.join(JOURNAL)) {
            let names: Vec<String> = journal.lines().map(str::to_owned).collect();
            undo(folder, &dead, &names).map_err(|error| trouble("恢复上次中断的结果", folder, &error))?;
        }
        fs::remove_dir_all(&dead).map_err(|error| trouble("清理上次中断的临时文件", &dead, &error))?;
    }
    Ok(())
}

fn make_parent(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), fs::create_dir_all)
}

fn trouble(doing: &str, path: &Path, error: &io::Error) -> String {
    let (cause, remedy) = (machine::cause(error), machine::remedy(error));
    format!("无法{doing} {}：{cause}，{remedy}后再运行；原有结果没有改动", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
