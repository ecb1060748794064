//! What reading one file may cost.

use crate::formats::allowance::Allowance;
use crate::formats::refusal;
use crate::model::Unreadable;
use std::time::Duration;

/// What one file may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Address space of a worker, bytes (512 MiB).
    pub memory: u64,
    /// Wall time for one file (10 s).
    pub time: Duration,
    /// Largest file taken at all, bytes (128 MiB).
    pub file_size: u64,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits::of(512 << 20, Duration::from_secs(10))
    }
}

impl Limits {
    /// Limits on memory (bytes) and time; what a file may be in size grows with the memory allowed for it.
    pub fn of(memory: u64, time: Duration) -> Limits {
        Limits { memory, time, file_size: Allowance::of(memory).file() }
    }

    /// What the readers may take under these.
    pub fn allowance(&self) -> Allowance {
        Allowance::of(self.memory)
    }

    /// The refusal of a file that takes longer than it may, wherever the time goes.
    pub fn over_time(&self) -> Unreadable {
        refusal::over_time(self.time.as_secs())
    }
}
