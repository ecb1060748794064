//! Files that appear together or not at all, whoever else is writing and whenever the power goes.
//!
//! Everything is written into a temporary folder inside the target folder (one file system, so that a rename is enough)
//! and seen onto the disk, then moved into place file by file under a journal, the old ones moved aside first. Until the
//! journal is gone the commit counts for nothing: the next one who writes there puts everything back, and who only reads
//! looks through it ([`view::FolderView`]) and changes nothing. Knows nothing of what the files hold.
//!
//! The protocol, each step on the disk before the next: 1 the lock · 2 new versions in `.huizong-tmp-<pid>` · 3 the
//! journal, whole by a rename · 4 old versions there too, new ones into place · 5 all folders synced · 6 the journal
//! removed, which is the commit · 7 the temporary folder removed. `disk` is the only file that changes anything, so that
//! the tests stop it at every step.

mod disk;
pub mod journal;
pub mod lock;
mod stage;
mod trouble;
pub mod view;

#[cfg(test)]
pub use disk::step;
pub use lock::{Lock, probe, recover};
pub use stage::Stage;
pub use trouble::trouble;

#[cfg(test)]
mod tests;
