//! A file that fails once and then keeps silent.

use std::fs::File;
use std::io::{Seek, SeekFrom, Write};

/// A file whose first failure is told once: a zip that is given up tries to close itself, and would print its own words
/// about failing again. What comes after the failure goes nowhere, as if it were written.
pub struct Quiet {
    pub file: File,
    failed: bool,
    at: u64,
    end: u64,
}

impl Quiet {
    pub fn new(file: File) -> Quiet {
        Quiet { file, failed: false, at: 0, end: 0 }
    }
}

impl Write for Quiet {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = if self.failed { Ok(bytes.len()) } else { self.file.write(bytes) };
        self.failed |= written.as_ref().is_err_and(|error| error.kind() != std::io::ErrorKind::Interrupted);
        self.at += *written.as_ref().unwrap_or(&0) as u64;
        self.end = self.end.max(self.at);
        written
    }

    fn flush(&mut self) -> std::io::Result<()> {
        if self.failed { Ok(()) } else { self.file.flush() }
    }
}

impl Seek for Quiet {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        self.at = match to {
            _ if !self.failed => self.file.seek(to)?,
            SeekFrom::Start(at) => at,
            SeekFrom::Current(by) => self.at.saturating_add_signed(by),
            SeekFrom::End(by) => self.end.saturating_add_signed(by),
        };
        Ok(self.at)
    }
}
