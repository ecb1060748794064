//! Where a table's header stands, and what it was recognised as.

use super::fit::{ColumnHeader, FormFit};
use std::sync::Arc;

/// A header block with the form it was recognised as.
#[derive(Debug, Clone)]
pub struct HeaderBlock {
    /// Positions in [`super::view::View::rows`], both included.
    pub rows: (usize, usize),
    pub headings: Arc<[ColumnHeader]>,
    pub fit: FormFit,
    /// The title above it names a form of another pipeline: its place among the plan's others.
    pub other: Option<u16>,
    /// Where the block is the header of several tables side by side: the first and last column that each binds.
    pub beside: Vec<(u16, u16)>,
}

impl HeaderBlock {
    /// First and last column of each table that the block heads.
    pub fn spans(&self) -> Vec<(u16, u16)> {
        if self.beside.is_empty() { self.fit.span().into_iter().collect() } else { self.beside.clone() }
    }
}

/// The rows that a block around one of them may be made of, all included: from the first above it that speaks of columns
/// to the last below it that names some.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlockRows {
    pub top: usize,
    pub at: usize,
    pub bottom: usize,
}
