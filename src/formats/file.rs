//! Files of the disk as bytes: regular ones only, at most so large, and whole.

use super::refusal;
use crate::model::Unreadable;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// A regular file of at most `most` bytes, whole.
///
/// # Errors
/// See [`open_regular`]; larger than `most`, or it changes while it is read.
pub fn whole_file(path: &Path, most: u64) -> Result<Vec<u8>, Unreadable> {
    let mut file = open_regular(path)?;
    let size = file.metadata().map_err(|error| unopenable(&error))?.len();
    if size > most {
        return Err(refusal::over_limit(format!("文件有 {} MiB，上限 {} MiB", size >> 20, most >> 20)));
    }
    // One byte more than stated: a file that grows while it is read is noticed, not read for ever.
    let mut bytes = Vec::with_capacity(size as usize + 1);
    (&mut file).take(size + 1).read_to_end(&mut bytes).map_err(|error| unopenable(&error))?;
    if bytes.len() as u64 != size {
        return Err(refusal::unopenable("读取时文件正在被改动"));
    }
    Ok(bytes)
}

fn unopenable(error: &std::io::Error) -> Unreadable {
    refusal::unopenable(match error.kind() {
        std::io::ErrorKind::NotFound => "文件不见了",
        std::io::ErrorKind::PermissionDenied => "没有权限",
        _ => "系统读取出错",
    })
}

/// Opens a regular file; links, pipes and devices are refused without opening them (a pipe would block for ever).
///
/// # Errors
/// Not a regular file, or the system says no.
pub fn open_regular(path: &Path) -> Result<File, Unreadable> {
    let meta = std::fs::symlink_metadata(path).map_err(|error| unopenable(&error))?;
    let kind = meta.file_type();
    if kind.is_symlink() {
        return Err(refusal::not_regular("这是快捷链接"));
    }
    if kind.is_dir() {
        return Err(refusal::not_regular("这是无法列出内容的文件夹"));
    }
    if !kind.is_file() {
        return Err(refusal::not_regular("这是管道或设备"));
    }
    let mut options = std::fs::OpenOptions::new();
    options.read(true);
    // Should it become a pipe or a link in between: do not wait, do not follow.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NONBLOCK | libc::O_NOFOLLOW);
    let file = options.open(path).map_err(|error| unopenable(&error))?;
    match file.metadata() {
        Ok(meta) if meta.is_file() => Ok(file),
        Ok(_) => Err(refusal::not_regular("这是管道或设备")),
        Err(error) => Err(unopenable(&error)),
    }
}
