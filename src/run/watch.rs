//! Whom a run tells how it is getting on.

/// Whom a run tells how it is getting on.
pub trait Watch: Sync {
    fn stage(&self, _name: &str) {}
    fn files_found(&self, _count: usize) {}
    /// One more file is done, with this many findings.
    fn file_done(&self, _findings: usize) {}
}

/// Says nothing.
pub struct Unwatched;
impl Watch for Unwatched {}
