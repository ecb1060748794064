//! Workers that were killed and are not gone yet: giving their memory back takes them a millisecond, in which the run goes
//! on.

use std::process::Child;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// A lock whose holder panicked still guards sound values here: each is written in one step.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A worker as a process.
pub struct Process {
    pub child: Mutex<Child>,
    /// When the answer is due; `None` while nobody waits for one.
    pub due: Mutex<Option<Instant>>,
    pub overtime: AtomicBool,
}

impl Process {
    /// Until it is gone.
    pub fn wait(&self) {
        let _ = lock(&self.child).wait();
    }
}

static LEAVING: Mutex<Vec<Arc<Process>>> = Mutex::new(Vec::new());

/// Remembers one that was killed.
pub fn add(process: Arc<Process>) {
    lock(&LEAVING).push(process);
}

/// Waits until all that were killed are gone, so that none is left behind.
pub fn see_off() {
    let leaving = std::mem::take(&mut *lock(&LEAVING));
    leaving.iter().for_each(|process| process.wait());
}
