//! New versions of a folder's files beside their places, and the commit that moves them there.

use super::disk;
use super::journal::{Planned, Temporary, folders_above, is_plain, is_there, no_link_between, undo};
use super::lock::Lock;
use super::trouble::trouble;
use crate::machine;
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// A target folder that one run is writing to.
#[derive(Debug)]
pub struct Stage {
    /// Held until the stage is dropped or hands it back.
    lock: Option<Lock>,
    folder: PathBuf,
    temporary: Temporary,
}

impl Stage {
    /// Creates the folder where it is missing, locks it against a second run, and clears what dead runs left.
    ///
    /// # Errors
    /// Another run is writing there, or the folder cannot be written.
    pub fn open(folder: &Path) -> Result<Stage, String> {
        Stage::under(Lock::at_once(folder)?)
    }

    /// In a folder that is locked already.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn under(lock: Lock) -> Result<Stage, String> {
        let folder = lock.folder().to_path_buf();
        let temporary = Temporary::of_this_process(&folder);
        let stage = Stage { lock: Some(lock), folder, temporary };
        disk::create_folders(&stage.temporary.path)
            .map_err(|error| trouble("写入输出文件夹", &stage.folder, &error))?;
        Ok(stage)
    }

    /// Where the new version of an output is written; `name` is relative to the target folder.
    ///
    /// # Errors
    /// It leads elsewhere.
    pub fn staged(&self, name: &str) -> Result<PathBuf, String> {
        match is_plain(name) {
            true => Ok(self.temporary.fresh(name)),
            false => Err(self.trouble(name, &io::ErrorKind::InvalidFilename.into())),
        }
    }

    /// Where an output stands once it is in place.
    pub fn target(&self, name: &str) -> PathBuf {
        // A part at a time, so that every system shows them with its own separator.
        name.split('/').fold(self.folder.clone(), |path, part| path.join(part))
    }

    /// Writes an output's new version; it is seen onto the disk before it is moved into place.
    ///
    /// # Errors
    /// The file cannot be written; the message names the target.
    pub fn put(&self, name: &str, bytes: &[u8]) -> Result<(), String> {
        let path = self.staged(name)?;
        disk::write_for_now(&path, bytes).map(drop).map_err(|error| self.trouble(name, &error))
    }

    /// The same, with the content of another file.
    ///
    /// # Errors
    /// The file cannot be written; the message names the target.
    pub fn put_copy(&self, name: &str, from: &Path) -> Result<(), String> {
        self.put_read(name, || File::open(from))
    }

    /// The same, with all that a reader gives.
    ///
    /// # Errors
    /// The file cannot be written, or nothing be read; the message names the target.
    pub fn put_read<R: Read>(&self, name: &str, from: impl FnOnce() -> io::Result<R>) -> Result<(), String> {
        let path = self.staged(name)?;
        let copied = disk::create_file(&path).and_then(|mut file| io::copy(&mut from()?, &mut file).map(drop));
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
        let plan: Vec<Planned> = names.iter().cloned().map(Planned::Replaced).collect();
        let targets = names.iter().map(|name| self.target(name)).collect();
        self.commit_plan(&plan)?;
        Ok(targets)
    }

    /// Does all that is planned or nothing, and hands the lock back. What replaces comes in the plan's order, the last
    /// one last.
    ///
    /// # Errors
    /// A file could not be moved; everything is as it was before.
    pub fn commit_plan(mut self, plan: &[Planned]) -> Result<Option<Lock>, String> {
        // The journal lies on the disk before it is one, and is one only when all that it is about lies there.
        let draft = self.temporary.prepare(plan).map_err(|error| trouble("写入", &self.folder, &error))?;
        self.prepare(plan, vec![draft])?;
        let begun = self.temporary.begin().map_err(|error| trouble("写入", &self.folder, &error));
        let moved = begun.and_then(|()| self.move_all(plan));
        if let Err(message) = moved {
            return match is_there(&self.temporary.journal()) {
                false => Err(message),
                true => match undo(&self.folder, &self.temporary, plan) {
                    Ok(()) => Err(message),
                    Err(error) => {
                        Err(format!("{message}；恢复原有结果时又出错：{}，请再运行一次以恢复", machine::cause(&error)))
                    }
                },
            };
        }
        // From here on the new files stand: without its journal the temporary folder is litter.
        let removed =
            disk::remove_file(&self.temporary.journal()).and_then(|()| disk::sync_folder(&self.temporary.path));
        removed.map_err(|error| trouble("写入", &self.folder, &error))?;
        let old = plan.iter().map(|planned| self.temporary.old(planned.name())).filter(|old| is_there(old));
        let _ = disk::remove_files(&old.collect::<Vec<_>>()).and_then(|()| disk::remove_all(&self.temporary.path));
        Ok(self.lock.take())
    }

    /// Puts the new version of one file in the place of the old one, which is there until that moment.
    ///
    /// # Errors
    /// It could not be moved; the old one stands.
    pub fn replace(mut self, name: &str) -> Result<Option<Lock>, String> {
        let plan = [Planned::Replaced(name.to_owned())];
        self.prepare(&plan, Vec::new())?;
        let moved = self.put_in_place(name);
        moved.map_err(|error| trouble("替换", &self.folder.join(name), &error))?;
        let _ = disk::remove_all(&self.temporary.path);
        Ok(self.lock.take())
    }

    /// Puts an empty file into the folder at once, before any commit.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn mark(&self, name: &str) -> Result<(), String> {
        let path = self.staged(name)?;
        disk::write(&path, b"").and_then(|()| self.put_in_place(name)).map_err(|error| self.trouble(name, &error))
    }

    /// Moves one new version into place, over the old one, and sees the names onto the disk.
    fn put_in_place(&self, name: &str) -> io::Result<()> {
        let new = self.temporary.fresh(name);
        disk::rename(&new, &self.folder.join(name))?;
        disk::sync_folders(&folders_above(&self.folder, &new))
    }

    /// Takes it away again.
    pub fn unmark(&self, name: &str) {
        let _ = disk::remove_file(&self.folder.join(name)).and_then(|()| disk::sync_folder(&self.folder));
    }

    /// All that must be true before anything is moved: every new version is there, private and on the disk with its
    /// name, and every place is inside the folder. `files` are seen onto the disk with them.
    fn prepare(&self, plan: &[Planned], mut files: Vec<PathBuf>) -> Result<(), String> {
        let mut folders = BTreeSet::from([self.folder.clone(), self.temporary.path.clone()]);
        for planned in plan {
            let (name, target) = (planned.name(), self.folder.join(planned.name()));
            let there = |error: io::Error| trouble("替换", &target, &error);
            if target.is_dir() && !target.is_symlink() {
                let at = target.display();
                return Err(format!("无法替换 {at}：那里有一个同名文件夹，请先移走；原有结果没有改动"));
            }
            if let Err(error) = no_link_between(&self.folder, &target) {
                return Err(format!(
                    "无法写入 {}：{error}，程序不往链接指向的别处写，请移走这个链接后再运行；原有结果没有改动",
                    target.display()
                ));
            }
            if matches!(planned, Planned::Replaced(_)) {
                let new = self.temporary.fresh(name);
                if !is_there(&new) {
                    return Err(there(io::ErrorKind::NotFound.into()));
                }
                disk::protect(&new).map_err(there)?;
                folders.extend(folders_above(&self.folder, &new));
                files.push(new);
            }
        }
        disk::sync_files(&files, &folders).map_err(|error| trouble("写入", &self.folder, &error))
    }

    fn move_all(&self, plan: &[Planned]) -> Result<(), String> {
        // Backwards, for the manifest comes last: it leaves first and arrives last, so that where there is one, all that
        // it lists is there too, at whatever moment this process is killed.
        let leaving = plan.iter().rev().map(Planned::name).filter(|name| is_there(&self.folder.join(name)));
        self.move_each(leaving.map(|name| (name, self.folder.join(name), self.temporary.old(name))))?;
        // All of the old ones are aside on the disk before the first new one is in place: no disk that keeps names in
        // another order than they were given shows both.
        let arriving = plan.iter().filter(|planned| matches!(planned, Planned::Replaced(_))).map(Planned::name);
        self.move_each(arriving.map(|name| (name, self.temporary.fresh(name), self.folder.join(name))))
    }

    /// Moves files, and sees the names onto the disk.
    fn move_each<'n>(&self, moves: impl Iterator<Item = (&'n str, PathBuf, PathBuf)>) -> Result<(), String> {
        let mut folders = BTreeSet::new();
        for (name, from, to) in moves {
            let made = to.parent().map_or(Ok(()), disk::create_folders);
            let moved = made.and_then(|()| disk::rename(&from, &to));
            moved.map_err(|error| trouble("替换", &self.folder.join(name), &error))?;
            folders.extend([&from, &to].into_iter().flat_map(|path| folders_above(&self.folder, path)));
        }
        disk::sync_folders(&folders).map_err(|error| trouble("写入", &self.folder, &error))
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        // A journal that is still there means that undoing failed: the next run needs what lies here.
        if self.lock.is_some() && !is_there(&self.temporary.journal()) {
            let _ = disk::remove_all(&self.temporary.path);
        }
    }
}
