//! What reading one file may take: every limit of this floor in one place. They are set for 512 MiB a file and grow with
//! the memory allowed (`--file-memory`), so that one option lifts whichever of them a lawful file runs into. They never
//! shrink: less memory ends the worker instead.

use super::refusal;
use crate::model::Unreadable;

/// What the limits in the code are set for, bytes.
const USUAL: u64 = 512 << 20;

/// Cells of one file; a province has less.
const CELLS: u64 = 5_000_000;
/// Texts of one sheet together, bytes.
const TEXT: u64 = 128 << 20;
const MERGES: u64 = 200_000;
/// Excel itself stops at 2^31 characters; returns hold some thousands of strings.
const SHARED_STRINGS: u64 = 4_000_000;
/// Largest single part of a package, inflated, bytes.
const PART: u64 = 256 << 20;
/// All parts of a package together, as the directory states them, bytes.
const PACKAGE: u64 = 512 << 20;
/// calamine lays every sheet of an xls out as a full rectangle, blanks included: two far corners would take all memory.
const RECTANGLE: u64 = 4_000_000;
/// A file at all, bytes.
const FILE: u64 = 128 << 20;

/// The memory that one file may take; the limits follow from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    memory: u64,
}

impl Default for Allowance {
    fn default() -> Allowance {
        Allowance { memory: USUAL }
    }
}

impl Allowance {
    /// For this much memory, bytes.
    pub fn of(memory: u64) -> Allowance {
        Allowance { memory }
    }

    /// A limit set for the usual memory, under the memory allowed here.
    pub fn lifted(self, limit: u64) -> u64 {
        let lifted = u128::from(limit) * u128::from(self.memory.max(USUAL)) / u128::from(USUAL);
        u64::try_from(lifted).unwrap_or(u64::MAX)
    }

    fn count(self, limit: u64) -> usize {
        usize::try_from(self.lifted(limit)).unwrap_or(usize::MAX)
    }

    /// Cells that a file may hold.
    pub fn cells(self) -> usize {
        self.count(CELLS)
    }

    /// Bytes of text that a sheet may hold; places in it are counted in 32 bits.
    pub fn text(self) -> usize {
        self.count(TEXT).min(u32::MAX as usize)
    }

    pub fn merges(self) -> usize {
        self.count(MERGES)
    }

    pub fn shared_strings(self) -> usize {
        self.count(SHARED_STRINGS)
    }

    pub fn part(self) -> u64 {
        self.lifted(PART)
    }

    pub fn package(self) -> u64 {
        self.lifted(PACKAGE)
    }

    pub fn rectangle(self) -> u64 {
        self.lifted(RECTANGLE)
    }

    pub fn file(self) -> u64 {
        self.lifted(FILE)
    }

    /// The refusal of a file with more cells than [`Allowance::cells`].
    pub fn too_many_cells(self) -> Unreadable {
        refusal::over_limit(format!("有内容的单元格超过 {} 个", self.cells()))
    }

    /// The refusal of a sheet with more text than [`Allowance::text`].
    pub fn too_much_text(self) -> Unreadable {
        refusal::over_limit(format!("文字内容超过 {} MiB", self.text() >> 20))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_grow_with_memory_and_never_shrink() {
        let of = |memory| Allowance::of(memory).lifted(100);
        assert_eq!([of(64 << 20), of(512 << 20), of(1 << 30)], [100, 100, 200]);
        assert_eq!(Allowance::of(u64::MAX).lifted(u64::MAX), u64::MAX);
        assert_eq!(Allowance::of(u64::MAX).text(), u32::MAX as usize);
    }
}
