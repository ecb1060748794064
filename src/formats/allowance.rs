//! How far the limits of this stage are lifted: they are set for 512 MiB a file and grow with `--file-memory`, so that one
//! option lifts whichever of them a lawful file runs into. They never shrink: less memory ends the worker instead.

use std::sync::OnceLock;

/// What the limits in the code are set for, bytes.
const USUAL: u64 = 512 << 20;

static MEMORY: OnceLock<u64> = OnceLock::new();

/// Says what a file may take, bytes; the first word counts. A worker learns it as it starts.
pub fn set(memory: u64) {
    let _ = MEMORY.set(memory);
}

/// A limit under the memory allowed here.
pub fn lifted(limit: u64) -> u64 {
    of(limit, MEMORY.get().copied().unwrap_or(USUAL))
}

/// A limit under this much memory.
pub fn of(limit: u64, memory: u64) -> u64 {
    let lifted = u128::from(limit) * u128::from(memory.max(USUAL)) / u128::from(USUAL);
    u64::try_from(lifted).unwrap_or(u64::MAX)
}

/// As [`lifted`], for counts of things in memory.
pub fn count(limit: usize) -> usize {
    usize::try_from(lifted(limit as u64)).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_grow_with_memory_and_never_shrink() {
        assert_eq!([of(100, 64 << 20), of(100, 512 << 20), of(100, 1 << 30)], [100, 100, 200]);
        assert_eq!(of(u64::MAX, u64::MAX), u64::MAX);
    }
}
