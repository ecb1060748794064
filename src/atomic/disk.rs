//! The only calls that change a disk, private to their owner, one step each: tests stop the program before any of them,
//! and take back what a power cut may lose.
//!
//! A folder that its owner has made one for a group (`chmod g+ws`: group may write, new files take its group) is shared:
//! what is written there is for owner and group. Everything else is for the owner alone, since it holds ID numbers.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Makes a folder; its parent is there.
fn create_folder(path: &Path) -> io::Result<()> {
    step::take(Change::Created(path))?;
    fs::create_dir(path)?;
    protect(path)
}

/// Makes a folder and those above it that are missing.
pub fn create_folders(path: &Path) -> io::Result<()> {
    if path.as_os_str().is_empty() || path.is_dir() {
        return Ok(());
    }
    if let Some(parent) = path.parent() {
        create_folders(parent)?;
    }
    match create_folder(path) {
        // Another run was faster.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
        made => made,
    }
}

/// A new file, private from its first byte. What stands there is never written through: it must not be there.
pub fn create_file(path: &Path) -> io::Result<File> {
    step::take(Change::Created(path))?;
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    protect(path)?;
    Ok(file)
}

/// Writes a new file and sees it onto the disk.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    sync(&write_for_now(path, bytes)?)
}

/// Writes a new file; who relies on it sees it onto the disk first ([`sync_files`]).
pub fn write_for_now(path: &Path, bytes: &[u8]) -> io::Result<File> {
    let mut file = create_file(path)?;
    if let Err(killed) = step::take(Change::Nothing) {
        // Killed while writing: half of it is there.
        let _ = file.write_all(&bytes[..bytes.len() / 2]);
        return Err(killed);
    }
    file.write_all(bytes)?;
    Ok(file)
}

/// Sees a file onto the disk. The tests' machine loses what it is told to lose, and needs no slow disk for it.
fn sync(file: &File) -> io::Result<()> {
    if cfg!(test) { Ok(()) } else { file.sync_all() }
}

pub fn rename(from: &Path, to: &Path) -> io::Result<()> {
    step::take(Change::Renamed(from, to))?;
    fs::rename(from, to)
}

pub fn remove_file(path: &Path) -> io::Result<()> {
    step::take(Change::Removed(path))?;
    fs::remove_file(path)
}

/// The same for several at once: a disk may take its time over each.
pub fn remove_files(paths: &[PathBuf]) -> io::Result<()> {
    paths.iter().try_for_each(|path| step::take(Change::Removed(path)))?;
    let remove: Waited = |path| fs::remove_file(path);
    at_once(&paths.iter().map(|path| (path.as_path(), remove)).collect::<Vec<_>>())
}

/// Removes a folder if it is empty.
pub fn remove_folder(path: &Path) -> io::Result<()> {
    step::take(Change::Nothing)?;
    fs::remove_dir(path)
}

/// Removes a folder with all that is in it; links in it are removed and not followed.
pub fn remove_all(path: &Path) -> io::Result<()> {
    step::take(Change::Nothing)?;
    fs::remove_dir_all(path)
}

/// Sees a folder's names onto the disk. Systems that cannot do so for a folder order them themselves.
pub fn sync_folder(path: &Path) -> io::Result<()> {
    step::take(Change::Synced(path))?;
    sync_names(path)
}

/// The same for several at once: a disk takes as long for all of them as for one.
pub fn sync_folders<'p>(paths: impl IntoIterator<Item = &'p PathBuf>) -> io::Result<()> {
    sync_files(&[], paths)
}

/// Sees files and folders' names onto the disk, all at once: which of them is there first does not matter to who waits for
/// all.
pub fn sync_files<'p>(files: &'p [PathBuf], folders: impl IntoIterator<Item = &'p PathBuf>) -> io::Result<()> {
    let folders: Vec<&Path> = folders.into_iter().map(PathBuf::as_path).collect();
    folders.iter().try_for_each(|path| step::take(Change::Synced(path)))?;
    // A file is seen onto the disk only by who may write it, as some systems have it.
    let file: Waited = |path| sync(&OpenOptions::new().write(true).open(path)?);
    let files = files.iter().map(|path| (path.as_path(), file));
    let all: Vec<(&Path, Waited)> = files.chain(folders.into_iter().map(|path| (path, sync_names as Waited))).collect();
    at_once(&all)
}

/// So many threads wait for the disk at a time.
const WAITING: usize = 16;

/// What is waited for of a path.
type Waited = fn(&Path) -> io::Result<()>;

/// Waits for each path; the first error in their order.
fn at_once(paths: &[(&Path, Waited)]) -> io::Result<()> {
    let all = |paths: &[(&Path, Waited)]| paths.iter().try_for_each(|(path, wait)| wait(path));
    let share = paths.len().div_ceil(WAITING).max(1);
    std::thread::scope(|scope| {
        let (mine, others) = paths.split_at(paths.len().min(share));
        let spawn = |paths| std::thread::Builder::new().spawn_scoped(scope, move || all(paths)).map_err(|_| paths);
        let waiting: Vec<_> = others.chunks(share).map(spawn).collect();
        let joined = waiting.into_iter().map(|spawned| match spawned {
            Ok(thread) => thread.join().unwrap_or_else(|_| Err(io::ErrorKind::Other.into())),
            // A machine that has no thread left has this one.
            Err(paths) => all(paths),
        });
        std::iter::once(all(mine)).chain(joined).fold(Ok(()), Result::and)
    })
}

fn sync_names(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    match sync(&File::open(path)?) {
        // Some network drives refuse it for folders.
        Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => {}
        synced => synced?,
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

/// Gives a file or folder the rights that its folder asks for.
pub fn protect(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let is_folder = path.is_dir();
        let shared = path.parent().is_some_and(is_shared);
        let mode = match (is_folder, shared) {
            (true, true) => 0o2770,
            (true, false) => 0o700,
            (false, true) => 0o660,
            (false, false) => 0o600,
        };
        match fs::set_permissions(path, fs::Permissions::from_mode(mode)) {
            // It is ours: a stick or a network drive that keeps no rights of files cannot be given any.
            Err(error) if matches!(error.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::Unsupported) => {}
            given => given?,
        }
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

#[cfg(unix)]
fn is_shared(folder: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    fs::metadata(folder).is_ok_and(|meta| meta.permissions().mode() & 0o2020 == 0o2020)
}

/// What a step changes on the disk.
#[cfg_attr(not(test), allow(dead_code, reason = "what a step changes is for the tests"))]
pub enum Change<'a> {
    Created(&'a Path),
    Renamed(&'a Path, &'a Path),
    Removed(&'a Path),
    Synced(&'a Path),
    Nothing,
}

/// Where a test stops the program. Outside of tests every step is taken.
#[cfg(not(test))]
mod step {
    use crate::atomic::disk::Change;

    #[inline]
    pub fn take(_: Change<'_>) -> std::io::Result<()> {
        Ok(())
    }
}

/// A machine that stops before a certain step of this thread, and may then lose what was not synced.
#[cfg(test)]
pub mod step {
    use crate::atomic::disk::Change;
    use std::cell::RefCell;
    use std::fs;
    use std::io;
    use std::path::{Path, PathBuf};

    enum Undo {
        Remove(PathBuf),
        /// With what stood in the new place before.
        Rename(PathBuf, PathBuf, Option<Vec<u8>>),
        Write(PathBuf, Vec<u8>),
    }

    impl Undo {
        fn folders(&self) -> Vec<PathBuf> {
            let paths = match self {
                Undo::Remove(path) | Undo::Write(path, _) => vec![path],
                Undo::Rename(from, to, _) => vec![from, to],
            };
            paths.into_iter().filter_map(|path| path.parent().map(Path::to_path_buf)).collect()
        }

        fn apply(self) {
            let _ = match self {
                Undo::Remove(path) => fs::remove_dir_all(&path).or_else(|_| fs::remove_file(&path)),
                Undo::Rename(from, to, stood) => {
                    let back = fs::rename(&to, from);
                    stood.map_or(back, |bytes| fs::write(to, bytes))
                }
                Undo::Write(path, bytes) => fs::write(path, bytes),
            };
        }
    }

    #[derive(Default)]
    struct Machine {
        /// Steps that are still taken; `None`: all.
        left: Option<usize>,
        taken: usize,
        dead: bool,
        unsynced: Vec<(Undo, Vec<PathBuf>)>,
    }

    thread_local! {
        static MACHINE: RefCell<Machine> = RefCell::default();
    }

    pub fn take(change: Change<'_>) -> io::Result<()> {
        MACHINE.with_borrow_mut(|machine| {
            if machine.dead || machine.left == Some(0) {
                machine.dead = true;
                return Err(io::Error::other("killed"));
            }
            machine.left = machine.left.map(|left| left - 1);
            machine.taken += 1;
            let undo = match change {
                Change::Created(path) => Undo::Remove(path.to_path_buf()),
                Change::Renamed(from, to) => Undo::Rename(from.to_path_buf(), to.to_path_buf(), fs::read(to).ok()),
                Change::Removed(path) => Undo::Write(path.to_path_buf(), fs::read(path).unwrap_or_default()),
                Change::Synced(folder) => {
                    for (_, folders) in &mut machine.unsynced {
                        folders.retain(|of| of != folder);
                    }
                    machine.unsynced.retain(|(_, folders)| !folders.is_empty());
                    return Ok(());
                }
                Change::Nothing => return Ok(()),
            };
            let folders = undo.folders();
            machine.unsynced.push((undo, folders));
            Ok(())
        })
    }

    /// Runs something that is stopped before its step `at` (0-based); says whether it was, and how many steps it took.
    pub fn stopped_at<T>(at: Option<usize>, run: impl FnOnce() -> T) -> (bool, usize, T) {
        MACHINE.with_borrow_mut(|machine| *machine = Machine { left: at, ..Machine::default() });
        let came = run();
        MACHINE.with_borrow_mut(|machine| {
            let (dead, taken) = (machine.dead, machine.taken);
            machine.dead = false;
            machine.left = None;
            (dead, taken, came)
        })
    }

    /// How many changes a power cut may still lose.
    pub fn at_risk() -> usize {
        MACHINE.with_borrow(|machine| machine.unsynced.len())
    }

    /// The power went: of what was not synced only the first `kept` changes reached the disk.
    pub fn power_cut(kept: usize) {
        let lost = MACHINE.with_borrow_mut(|machine| machine.unsynced.split_off(kept));
        lost.into_iter().rev().for_each(|(undo, _)| undo.apply());
        MACHINE.with_borrow_mut(|machine| machine.unsynced.clear());
    }
}
