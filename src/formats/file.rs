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
    let (mut file, size) = opened(path)?;
    if size > most {
        return Err(refusal::over_limit(format!("文件有 {} MiB，上限 {} MiB", size >> 20, most >> 20)));
    }
    // One byte more than stated: a file that grows while it is read is noticed, not read for ever.
    // Asked for at once: `read_to_end` feels its way, which takes as long as all else about opening a return.
    let mut bytes = vec![0; size as usize + 1];
    let mut read = 0;
    while let Some(room @ [_, ..]) = bytes.get_mut(read..) {
        match file.read(room) {
            Ok(0) => break,
            Ok(more) => read += more,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(unopenable(&error)),
        }
    }
    bytes.truncate(read);
    if read as u64 != size {
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
    opened(path).map(|(file, _)| file)
}

/// As [`open_regular`], with its size.
fn opened(path: &Path) -> Result<(File, u64), Unreadable> {
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
        Ok(meta) if meta.is_file() => Ok((file, meta.len())),
        Ok(_) => Err(refusal::not_regular("这是管道或设备")),
        Err(error) => Err(unopenable(&error)),
    }
}
