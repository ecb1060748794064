//! One writer a folder: a lock file that the system lets go of when a process dies. Who will write takes it first, and
//! reads what he goes by under it.

use super::disk;
use super::journal::{clear_dead_runs, unfinished};
use super::trouble::trouble;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Name of the lock file.
pub const LOCK: &str = ".huizong-lock";
/// How long one waits for another who is moving files, and how often he looks.
const PATIENCE: Duration = Duration::from_secs(20);
/// Of one who does not wait: a process that is just being started holds what its parent has let go of, for this long at
/// most.
const MOMENT: Duration = Duration::from_millis(300);
const STEP: Duration = Duration::from_millis(20);

/// A folder that nobody else writes to until this is dropped.
#[derive(Debug)]
pub struct Lock {
    folder: PathBuf,
    file: File,
    /// The folder was made for the lock, and goes with it if nothing came into it.
    made: bool,
}

impl Lock {
    /// Creates the folder where it is missing, locks it, and puts back what a dead run left half-way. Another writer is
    /// waited for.
    ///
    /// # Errors
    /// He does not come to his end, or the folder cannot be written.
    pub fn wait(folder: &Path) -> Result<Lock, String> {
        Lock::take(folder, PATIENCE)
    }

    /// The same without waiting for another run.
    ///
    /// # Errors
    /// Another run is writing there, or the folder cannot be written.
    pub fn at_once(folder: &Path) -> Result<Lock, String> {
        Lock::take(folder, MOMENT)
    }

    fn take(folder: &Path, patience: Duration) -> Result<Lock, String> {
        let made = !folder.is_dir();
        disk::create_folders(folder).map_err(|error| trouble("建立输出文件夹", folder, &error))?;
        let file = take_file(folder, patience)?;
        let lock = Lock { folder: folder.to_path_buf(), file, made };
        clear_dead_runs(folder).map_err(|error| match error.kind() {
            io::ErrorKind::InvalidData => format!(
                "{} 里留有一份不是本程序写的恢复记录（{error}），没有照它改动任何文件。请核对这个文件夹的来历，\
                 把其中名为“.huizong-tmp-…”的文件夹移走后再运行",
                folder.display()
            ),
            _ => trouble("恢复上次中断的结果", folder, &error),
        })?;
        Ok(lock)
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        let _ = self.file.set_len(0);
        // A lock file that is removed would let two others lock two files of that name, did they not look again
        // whether theirs is still the one that lies there; which only Unix can tell.
        if cfg!(unix) && self.made {
            let path = self.folder.join(LOCK);
            let alone = fs::read_dir(&self.folder)
                .is_ok_and(|mut entries| entries.all(|entry| entry.is_ok_and(|entry| entry.file_name() == LOCK)));
            if alone && disk::remove_file(&path).is_ok() {
                let _ = disk::remove_folder(&self.folder);
            }
        }
    }
}

fn not_a_lock(path: &Path) -> String {
    format!("{} 是链接或不是普通文件，不能用来锁定文件夹。请移走它再运行；原有结果没有改动", path.display())
}

/// Opens the lock file itself, never what a link of that name leads to.
fn open(path: &Path, write: bool) -> io::Result<Option<File>> {
    let mut options = OpenOptions::new();
    options.read(true).write(write);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NONBLOCK | libc::O_NOFOLLOW);
    match fs::symlink_metadata(path) {
        Ok(meta) if meta.is_file() => {}
        Ok(_) => return Ok(None),
        Err(error) if error.kind() == io::ErrorKind::NotFound && write => {
            match disk::create_file(path) {
                Ok(_) => {}
                // Another was faster.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Err(error) => return Err(error),
    }
    let file = options.open(path)?;
    Ok(file.metadata()?.is_file().then_some(file))
}

/// Whether an open lock file is still the one that lies at the path.
fn is_still(file: &File, path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let (Ok(here), Ok(there)) = (file.metadata(), fs::symlink_metadata(path)) else { return false };
        (here.dev(), here.ino()) == (there.dev(), there.ino())
    }
    #[cfg(not(unix))]
    {
        let _ = file;
        path.exists()
    }
}

/// Waits `patience` for another to let go.
fn take_file(folder: &Path, patience: Duration) -> Result<File, String> {
    let path = folder.join(LOCK);
    let mut waited = Duration::ZERO;
    let file = loop {
        if !folder.is_dir() {
            // Another let go of a folder that he had made for nothing.
            disk::create_folders(folder).map_err(|error| trouble("建立输出文件夹", folder, &error))?;
        }
        let file = match open(&path, true) {
            Ok(Some(file)) => file,
            Ok(None) => return Err(not_a_lock(&path)),
            Err(error) if error.kind() == io::ErrorKind::NotFound && waited < patience => {
                waited += STEP;
                continue;
            }
            Err(error) => return Err(trouble("写入输出文件夹", folder, &error)),
        };
        match file.try_lock() {
            Ok(()) if is_still(&file, &path) => break file,
            Ok(()) => {}
            Err(TryLockError::WouldBlock) if waited < patience => {
                std::thread::sleep(STEP);
                waited += STEP;
            }
            Err(TryLockError::WouldBlock) => return Err(busy(folder, &path)),
            // Some network drives know no locks: the run goes on, as it would have without asking.
            Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => break file,
            Err(TryLockError::Error(error)) => return Err(trouble("锁定输出文件夹", folder, &error)),
        }
    };
    let noted = file.set_len(0).and_then(|()| (&file).write_all(std::process::id().to_string().as_bytes()));
    noted.map_err(|error| trouble("写入输出文件夹", folder, &error))?;
    Ok(file)
}

fn busy(folder: &Path, path: &Path) -> String {
    let holder = fs::read_to_string(path).unwrap_or_default();
    let holder = if holder.is_empty() { String::new() } else { format!("（进程号 {}）", holder.trim()) };
    format!("另一次汇总{holder}正在写入 {}，请等它结束后再运行", folder.display())
}

/// Waits for one who is moving files in a folder, without changing anything there.
///
/// # Errors
/// He does not come to his end.
pub fn wait_for_writer(folder: &Path) -> Result<(), String> {
    let path = folder.join(LOCK);
    let Ok(Some(file)) = open(&path, false) else { return Ok(()) };
    let mut waited = Duration::ZERO;
    while let Err(TryLockError::WouldBlock) = file.try_lock_shared() {
        if waited >= PATIENCE {
            return Err(busy(folder, &path));
        }
        std::thread::sleep(STEP);
        waited += STEP;
    }
    Ok(())
}

/// Whether the folder could be written, found out without leaving anything behind: a run asks before it reads for minutes.
/// What a run left that died while it moved its files is put back here, so that old results are whole again even if this
/// run comes to nothing.
///
/// # Errors
/// It is a file, or cannot be written.
pub fn probe(folder: &Path) -> Result<(), String> {
    if unfinished(folder) {
        drop(Lock::at_once(folder)?);
    }
    let nearest = folder.ancestors().find(|path| path.as_os_str().is_empty() || path.symlink_metadata().is_ok());
    let nearest = nearest.filter(|path| !path.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !nearest.is_dir() {
        return Err(trouble("建立输出文件夹", folder, &io::ErrorKind::NotADirectory.into()));
    }
    tempfile::tempfile_in(nearest).map(drop).map_err(|error| trouble("写入输出文件夹", folder, &error))
}

/// Undoes a commit that a dead run left half-way in a folder that a writer is about to go by; one that is still going on
/// is waited for.
///
/// # Errors
/// It cannot be undone, or does not end.
pub fn recover(folder: &Path) -> Result<(), String> {
    if unfinished(folder) {
        drop(Lock::wait(folder)?);
    }
    Ok(())
}
