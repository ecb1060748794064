//! One output on its way to its place: written beside it, summed, seen onto the disk.

use super::target::Target;
use crate::atomic::Stage;
use crate::history::head::sha256_of;
use crate::text::hex::hex;
use crate::text::quote::is_active;
use sha2::{Digest, Sha256};
use std::error::Error;
use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::thread::{self, Scope, ScopedJoinHandle};
use std::time::{Duration, Instant};

/// All outputs, written beside their targets; nothing is in place yet.
pub struct Pending {
    stage: Stage,
    names: Vec<String>,
    took: Vec<Duration>,
}

impl Pending {
    /// What lies complete in a stage, under these names.
    pub fn new(stage: Stage, outputs: Vec<(String, Duration)>) -> Pending {
        let (names, took) = outputs.into_iter().unzip();
        Pending { stage, names, took }
    }

    /// Moves all outputs into place, or none.
    ///
    /// # Errors
    /// A file could not be moved; earlier results are as they were.
    pub fn commit(self) -> Result<Written, String> {
        Ok(Written { files: self.stage.commit(&self.names)?, took: self.took })
    }
}

/// Paths of what was written, in the order in which officers read them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Written {
    pub files: Vec<PathBuf>,
    /// Per file, how long it was written to.
    pub took: Vec<Duration>,
}

/// A written output: name relative to the output folder, hash, size in bytes, and how long it was written to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    pub file: String,
    pub sha256: String,
    pub size: u64,
    pub took: Duration,
}

/// An output that may still be on its way to the disk: a large one is while the others are written. All are there before any
/// is in place.
pub struct OnItsWay<'scope> {
    pub output: Output,
    disk: Option<ScopedJoinHandle<'scope, io::Result<()>>>,
}

impl OnItsWay<'_> {
    /// Waits for the disk.
    ///
    /// # Errors
    /// The disk failed.
    pub fn wait(self, stage: &Stage) -> Result<Output, String> {
        let waited = self.disk.map_or(Ok(()), |disk| disk.join().unwrap_or_else(|_| Err(io::ErrorKind::Other.into())));
        waited.map_err(|error| stage.trouble(&self.output.file, &error))?;
        Ok(self.output)
    }
}

/// Writes one output to its staged file, piece by piece.
///
/// # Errors
/// The file cannot be written, or what is to be written is refused.
pub fn put(
    stage: &Stage,
    name: &str,
    write: impl FnOnce(&mut Target) -> Result<(), Box<dyn Error>>,
) -> Result<Output, String> {
    thread::scope(|scope| begin(scope, stage, name, write)?.wait(stage))
}

/// The same, and whoever writes goes on while the disk takes what is large: who waits for a disk keeps a processor from
/// the next output.
///
/// # Errors
/// As [`put`]; whether the disk took it [`OnItsWay::wait`] says.
pub fn begin<'scope>(
    scope: &'scope Scope<'scope, '_>,
    stage: &Stage,
    name: &str,
    write: impl FnOnce(&mut Target) -> Result<(), Box<dyn Error>>,
) -> Result<OnItsWay<'scope>, String> {
    let began = Instant::now();
    let path = stage.staged(name)?;
    let machine = |error: io::Error| stage.trouble(name, &error);
    let mut target = Target::new(File::create(&path).map_err(machine)?);
    let written = write(&mut target);
    // The machine comes first: what a writer says of a file that failed is no defect of its own.
    let (file, small) = target.whole().map_err(machine)?;
    written.map_err(|error| format!("程序缺陷：无法生成 {name}（{error}）；原有结果没有改动，请联系维护人员"))?;
    let disk = small.is_none().then(|| {
        let file = file.clone();
        thread::Builder::new().spawn_scoped(scope, move || file.sync_all())
    });
    let disk = match disk.transpose() {
        Ok(disk) => disk,
        // A machine that has no thread left has this one.
        Err(_) => file.sync_all().map(|()| None).map_err(machine)?,
    };
    let (sha256, size) = match small {
        Some(bytes) => (hex(&Sha256::digest(&bytes)), bytes.len() as u64),
        None => File::open(&path).and_then(sha256_of).map_err(machine)?,
    };
    Ok(OnItsWay { output: Output { file: name.to_owned(), sha256, size, took: began.elapsed() }, disk })
}

/// A name that every file system takes.
pub fn file_stem(name: &str) -> String {
    name.chars().map(|c| if is_active(c) || "\\/:*?\"<>|".contains(c) { '_' } else { c }).collect()
}
