//! What reading one file may cost.

use crate::formats::allowance;
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
        Limits { memory: 512 << 20, time: Duration::from_secs(10), file_size: 128 << 20 }
    }
}

impl Limits {
    /// Limits on memory (bytes) and time; what a file may be in size grows with the memory allowed for it.
    pub fn of(memory: u64, time: Duration) -> Limits {
        Limits { memory, time, file_size: allowance::of(Limits::default().file_size, memory) }
    }
}
