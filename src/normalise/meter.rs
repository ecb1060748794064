//! What one file may cost here. Reading is bounded by the worker's limits; understanding happens in the run's own process,
//! and a sheet of shuffled headers or of nothing but mistakes must not stall it or fill its memory.

use std::sync::atomic::{AtomicU8, AtomicU32, Ordering};
use std::time::Duration;

/// Bounds for one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Of this thread's work, so that a busy machine makes nobody's file too dear.
    pub time: Duration,
    /// Data rows, tables, findings, amendments: what stays in memory until the end of the run.
    pub rows: usize,
    pub tables: usize,
    pub findings: usize,
    pub amendments: usize,
}

impl Budget {
    /// What a file may cost under a limit on time and on memory (bytes): with 512 MiB 131,072 rows and findings, 2,048
    /// tables and 524,288 amendments, each with room to spare.
    pub fn of(time: Duration, memory: u64) -> Budget {
        let share = |bytes: u64| usize::try_from(memory / bytes).unwrap_or(usize::MAX);
        Budget {
            time,
            rows: share(4 << 10),
            tables: share(256 << 10),
            findings: share(4 << 10),
            amendments: share(1 << 10),
        }
    }
}

/// Which bound a file went over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overrun {
    Time,
    Rows,
    Tables,
    Findings,
    Amendments,
}

const ALL: [Overrun; 5] = [Overrun::Time, Overrun::Rows, Overrun::Tables, Overrun::Findings, Overrun::Amendments];

/// Measures one file. What has run over stops at its next look; its result is thrown away.
#[derive(Debug)]
pub struct Meter {
    /// With when its time is up, by [`worked`].
    budget: Option<(Budget, Duration)>,
    /// 0, or one more than the position in [`ALL`]; the first to run over stays.
    over: AtomicU8,
    /// How often it was asked: the clock is a call into the system, dearer than what most rows cost.
    asked: AtomicU32,
}

/// The clock is looked at once in so many times.
const LOOK: u32 = 32;

/// Without bounds.
pub static UNLIMITED: Meter = Meter { budget: None, over: AtomicU8::new(0), asked: AtomicU32::new(0) };

impl Meter {
    pub fn new(budget: Budget) -> Meter {
        Meter { budget: Some((budget, worked() + budget.time)), over: AtomicU8::new(0), asked: AtomicU32::new(0) }
    }

    /// Which bound was run over, if any.
    pub fn overrun(&self) -> Option<Overrun> {
        ALL.get(usize::from(self.over.load(Ordering::Relaxed)).checked_sub(1)?).copied()
    }

    /// Whether to stop. On the thread that made it only.
    pub fn is_over(&self) -> bool {
        self.count(|_| None) || self.overrun().is_some()
    }

    /// Whether to stop, now that there are so many findings and amendments.
    pub fn said(&self, findings: usize, amendments: usize) -> bool {
        self.count(|budget| match () {
            () if findings > budget.findings => Some(Overrun::Findings),
            () if amendments > budget.amendments => Some(Overrun::Amendments),
            () => None,
        })
    }

    /// Whether to stop, now that there are so many tables with so many data rows.
    pub fn held(&self, tables: usize, rows: usize) -> bool {
        self.count(|budget| match () {
            () if tables > budget.tables => Some(Overrun::Tables),
            () if rows > budget.rows => Some(Overrun::Rows),
            () => None,
        })
    }

    fn count(&self, over: impl Fn(&Budget) -> Option<Overrun>) -> bool {
        let Some((budget, until)) = &self.budget else { return false };
        if self.overrun().is_some() {
            return true;
        }
        let due = || self.asked.fetch_add(1, Ordering::Relaxed).is_multiple_of(LOOK);
        let late = || (due() && worked() >= *until).then_some(Overrun::Time);
        let Some(found) = over(budget).or_else(late) else { return false };
        let code = ALL.iter().position(|one| *one == found).map_or(0, |at| at as u8 + 1);
        self.over.store(code, Ordering::Relaxed);
        true
    }
}

/// The processor time that this thread has used.
#[cfg(unix)]
fn worked() -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: writes to a live local; where the system has no such clock it stays 0, and the other bounds hold.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) };
    Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec.unsigned_abs() as u32)
}

/// Elsewhere the time on the wall.
#[cfg(not(unix))]
fn worked() -> Duration {
    use std::time::Instant;
    static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    START.get_or_init(Instant::now).elapsed()
}
