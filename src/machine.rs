//! What the machine says when it refuses a file or a stream, in words for officers, and what they can do. Knows nothing of
//! what the file holds.

use std::collections::HashMap;
use std::fs::Metadata;
use std::io::{Error, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// How the program's allocator is told that memory is short; a test has another allocator, and nothing to tell it.
pub static SAVE_MEMORY: OnceLock<fn()> = OnceLock::new();

/// Has memory that is free given back at once, whatever that costs.
pub fn save_memory() {
    if let Some(save) = SAVE_MEMORY.get() {
        save();
    }
}

/// Why it refuses, as half a sentence: `磁盘空间不足`. The system's own words are English, and differ from one to the other:
/// what is none of the usual causes has its number.
pub fn cause(error: &Error) -> String {
    // 32 and 33 are Windows' sharing and lock violations: the file is open in Excel or WPS.
    if cfg!(windows) && matches!(error.raw_os_error(), Some(5 | 32 | 33)) {
        return "文件正被其他程序打开，或没有权限".to_owned();
    }
    match error.kind() {
        ErrorKind::NotFound => "文件或文件夹不存在，可能已被移走",
        ErrorKind::PermissionDenied => "没有权限，或文件正被其他程序打开",
        ErrorKind::ReadOnlyFilesystem => "磁盘是只读的",
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "磁盘空间不足",
        ErrorKind::FileTooLarge => "文件超过系统允许的大小",
        ErrorKind::NotADirectory | ErrorKind::AlreadyExists => "路径中有一段是文件，不是文件夹",
        ErrorKind::IsADirectory => "那里是一个文件夹，不是文件",
        ErrorKind::ResourceBusy | ErrorKind::ExecutableFileBusy => "文件正被其他程序占用",
        ErrorKind::InvalidFilename => "文件名过长或含有系统不允许的字符",
        ErrorKind::StaleNetworkFileHandle
        | ErrorKind::NetworkDown
        | ErrorKind::NetworkUnreachable
        | ErrorKind::HostUnreachable
        | ErrorKind::ConnectionReset
        | ErrorKind::NotConnected
        | ErrorKind::TimedOut => "网络盘连接不上",
        ErrorKind::OutOfMemory => "内存不足",
        ErrorKind::BrokenPipe => "接收结果的程序已经关闭",
        ErrorKind::UnexpectedEof | ErrorKind::InvalidData => "文件不完整",
        _ => {
            return error
                .raw_os_error()
                .map_or_else(|| "系统没有说明原因".to_owned(), |code| format!("系统错误，代码 {code}"));
        }
    }
    .to_owned()
}

/// What to do where a file was to be written.
pub fn remedy(error: &Error) -> &'static str {
    if cfg!(windows) && matches!(error.raw_os_error(), Some(5 | 32 | 33)) {
        return "请先关闭 Excel 或 WPS 里打开的这个文件";
    }
    match error.kind() {
        ErrorKind::PermissionDenied => "请先关闭打开的文件，或换一个能写入的输出文件夹",
        ErrorKind::ReadOnlyFilesystem => "请换一个能写入的输出文件夹",
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "请清理磁盘或换一个输出文件夹",
        ErrorKind::FileTooLarge => "请放宽限制或换一个输出文件夹",
        ErrorKind::NotADirectory | ErrorKind::AlreadyExists | ErrorKind::IsADirectory => "请换一个输出文件夹",
        ErrorKind::ResourceBusy | ErrorKind::ExecutableFileBusy => "请先关闭打开的文件",
        ErrorKind::InvalidFilename => "请换一个路径更短的输出文件夹",
        _ => "请检查输出文件夹所在的磁盘",
    }
}

/// Where files really are, links followed. Many lie in few folders, so each folder is asked once.
#[derive(Debug, Default)]
pub struct RealPaths(HashMap<PathBuf, Option<PathBuf>>);

impl RealPaths {
    /// A path without links; `None` where there is nothing.
    pub fn of(&mut self, path: &Path) -> Option<PathBuf> {
        self.told_by(path, &path.symlink_metadata().ok()?)
    }

    /// The same of a file; `None` for anything else.
    pub fn of_file(&mut self, path: &Path) -> Option<PathBuf> {
        let what = path.symlink_metadata().ok()?;
        let there = self.told_by(path, &what)?;
        (what.is_file() || what.is_symlink() && there.is_file()).then_some(there)
    }

    fn told_by(&mut self, path: &Path, what: &Metadata) -> Option<PathBuf> {
        if what.is_symlink() {
            return path.canonicalize().ok();
        }
        let Some((folder, name)) = path.parent().zip(path.file_name()) else { return path.canonicalize().ok() };
        // The folder of a bare name is the current one.
        let folder = if folder == Path::new("") { Path::new(".") } else { folder };
        if let Some(known) = self.0.get(folder) {
            return known.as_ref().map(|folder| folder.join(name));
        }
        let real = folder.canonicalize().ok();
        self.0.insert(folder.to_path_buf(), real.clone());
        real.map(|folder| folder.join(name))
    }
}

/// A write beyond the limit of a file's size is refused with an error, as one on a full disk is; as the system has it, it
/// would end the process without a word.
#[cfg(unix)]
#[allow(unsafe_code)]
pub fn refuse_large_files_in_words() {
    // SAFETY: a signal is ignored, and no code of ours runs in its place.
    unsafe {
        libc::signal(libc::SIGXFSZ, libc::SIG_IGN);
    }
}

#[cfg(not(unix))]
pub fn refuse_large_files_in_words() {}

/// Memory in pages of 4 KiB and not of 2 MiB, here and in the workers: what is given back lies scattered, and a large page
/// goes back to the system only whole. Measured on 2,000 returns: 88 MiB instead of 143, for a fiftieth more time.
#[cfg(target_os = "linux")]
#[allow(unsafe_code)]
pub extern "C" fn take_memory_in_small_pages() {
    let (on, none): (libc::c_ulong, libc::c_ulong) = (1, 0);
    // SAFETY: plain numbers in and out; a system that does not know the option refuses it, and nothing changes.
    unsafe { libc::prctl(libc::PR_SET_THP_DISABLE, on, none, none, none) };
}

/// No core file, should the program ever die: it would hold what the returns hold.
#[cfg(unix)]
#[allow(unsafe_code)]
pub fn leave_no_core() {
    let none = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: passes a pointer to a live local that the call only reads.
    unsafe { libc::setrlimit(libc::RLIMIT_CORE, &raw const none) };
}

#[cfg(not(unix))]
pub fn leave_no_core() {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_where_the_system_says_that_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::create_dir_all(at("甲/乙")).unwrap();
        std::fs::write(at("甲/乙/表.xlsx"), "").unwrap();
        let mut paths =
            vec!["甲/乙/表.xlsx", "甲/../甲/乙/表.xlsx", "甲/乙", "甲/乙/..", "甲/丙/表.xlsx", "甲/没有.xlsx"];
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(at("甲/乙"), at("丁")).unwrap();
            std::os::unix::fs::symlink(at("甲/乙/表.xlsx"), at("甲/戊.xlsx")).unwrap();
            std::os::unix::fs::symlink(at("没有"), at("甲/己.xlsx")).unwrap();
            paths.extend(["丁/表.xlsx", "丁", "甲/戊.xlsx", "甲/己.xlsx"]);
        }
        let mut real = RealPaths::default();
        for path in paths.iter().map(|path| at(path)).chain(["Cargo.toml", ".", "/"].map(PathBuf::from)) {
            for _ in 0..2 {
                let there = path.canonicalize().ok();
                assert_eq!(real.of(&path), there, "{path:?}");
                assert_eq!(real.of_file(&path), there.filter(|there| there.is_file()), "{path:?}");
            }
        }
    }

    #[test]
    fn every_refusal_is_said_in_chinese() {
        for code in 1..140 {
            let error = Error::from_raw_os_error(code);
            let said = cause(&error) + remedy(&error);
            let letters = said.replace("Excel", "").replace("WPS", "");
            assert!(!letters.chars().any(|c| c.is_ascii_alphabetic()), "{code}: {said}");
        }
        let own = Error::other("/tmp/.tmpAbCdEf: broken");
        assert_eq!(cause(&own), "系统没有说明原因");
        #[cfg(unix)]
        assert_eq!(cause(&Error::from_raw_os_error(libc::ENOSPC)), "磁盘空间不足");
    }
}
