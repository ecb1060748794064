//! Files in, raw workbooks out: discover, look into bundles, parse apart in worker processes.
//!
//! Knows nothing of forms, units or rules.

mod discover;
mod limits;
mod pool;
mod wire;
pub mod worker;

pub use limits::Limits;
pub use pool::use_worker;

use crate::formats::refusal;
use crate::model::SourceFile;
use crate::model::outcome::Read;
use std::path::PathBuf;
use std::time::Duration;

/// Everything found, sorted by name, `index` = position. A file is in here whatever it is: litter, symlinks and FIFOs too
/// (their reading says what they are). A zip that can't be opened is one file; one that can is its members.
#[derive(Debug, Clone, Default)]
pub struct Discovery {
    pub files: Vec<SourceFile>,
}

/// One file's reading with what identifies its bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct Delivery {
    pub read: Read,
    /// SHA-256 of the bytes; `None` where they could not be read at all.
    pub sha256: Option<[u8; 32]>,
    /// Bytes actually read.
    pub size: u64,
    /// What the reading took, by the worker's own clock.
    pub spent: Duration,
}

/// A file that takes longer than it may, wherever the time goes.
pub fn over_time(limits: &Limits) -> crate::model::Unreadable {
    refusal::over_time(limits.time.as_secs())
}

/// Walks folders, zips and single files. `limits.file_size` bounds what is opened.
///
/// # Errors
/// A root that does not exist or cannot be listed, in Chinese.
pub fn discover(roots: &[PathBuf], limits: &Limits) -> Result<Discovery, String> {
    discover::discover(roots, limits)
}

/// Reads every file in this very process: what isolation costs is measured against it. For files that one has made
/// oneself; any other may take the process along.
pub fn read_here<T: Send>(files: &[SourceFile], limits: &Limits, take: impl Fn(Read) -> T + Sync) -> Vec<T> {
    pool::read_here(files, limits, take)
}

/// Reads every file on rayon's threads, each in a worker process, and hands each to `take` on the thread that read it.
/// Results come back in the order of `files`, whatever the thread count.
///
/// # Errors
/// Worker processes cannot be started at all.
pub fn read_all<T: Send>(
    files: &[SourceFile],
    limits: &Limits,
    take: impl Fn(&SourceFile, Delivery) -> T + Sync,
) -> Result<Vec<T>, String> {
    pool::read_all(files, limits, take)
}
