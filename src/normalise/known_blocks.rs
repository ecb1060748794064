//! Header blocks that were met before. Thousands of returns are one form as it was handed out, filled in: what its header
//! means is worked out once.
//!
//! A block is known again by everything that its meaning depends on, compared whole: the texts of its rows and where they
//! stand among each other, which cells are no texts, and the merges that reach into these rows, with what is written in
//! them: that may stand above.

use super::header_block::{BlockRows, HeaderBlock};
use super::quick::Quick;
use super::view::View;
use crate::model::cell::RawValue;
use crate::model::workbook::Merge;
use std::collections::HashMap;
use std::hash::Hasher;
use std::sync::{Arc, PoisonError, RwLock};

/// So many blocks are remembered; when there are more, remembering begins anew.
const MOST: usize = 1_024;
/// Larger ones are not: cells, bytes of text, and merges.
const LARGEST: (usize, usize, usize) = (384, 8 << 10, 256);

/// The blocks met before, by a hash of what they are made of.
#[derive(Debug, Default)]
pub struct KnownBlocks(RwLock<HashMap<u64, Arc<KnownBlock>>>);

/// First row, first column, last row, last column of a merge.
type RelativeMerge = (i64, u16, i64, u16);

/// Rows as they stood, and what they came to: positions of rows count from the first of these.
#[derive(Debug)]
struct KnownBlock {
    rows: BlockRows,
    /// Numbers of the rows, counted from the first.
    numbers: Vec<u32>,
    /// Row by row, its cells that say anything: their column, and their text where they are texts.
    cells: Vec<Vec<(u16, Option<Box<str>>)>>,
    /// With rows counted from the first, which may lie above it, and the text that they show.
    merges: Vec<(RelativeMerge, Box<str>)>,
    merged: bool,
    block: Option<HeaderBlock>,
}

impl KnownBlocks {
    /// The best block of some rows: as `lay_out` finds it, or as it was found for rows that are the same.
    pub fn of(
        &self,
        view: &View<'_>,
        rows: BlockRows,
        lay_out: impl FnOnce() -> Option<HeaderBlock>,
    ) -> Option<HeaderBlock> {
        let Some(hash) = hash_of(view, rows) else { return lay_out() };
        // Each entry is whole or not there, so a thread that panicked left nothing broken.
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner).get(&hash).cloned();
        if let Some(known) = known.filter(|known| known.is(view, rows)) {
            return known.block.as_ref().map(|block| block.moved(0, rows.top));
        }
        let block = lay_out();
        // What ran out of its time was not laid out to the end.
        if !view.meter.is_over() {
            let new = Arc::new(KnownBlock::new(view, rows, block.as_ref().map(|block| block.moved(rows.top, 0))));
            let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
            if known.len() >= MOST {
                known.clear();
            }
            known.insert(hash, new);
        }
        block
    }
}

impl HeaderBlock {
    /// The same block with its rows counted from elsewhere.
    fn moved(&self, from: usize, to: usize) -> HeaderBlock {
        let (top, bottom) = self.rows;
        HeaderBlock { rows: (top - from + to, bottom - from + to), ..self.clone() }
    }
}

/// The number of a row of the view.
fn number(view: &View<'_>, i: usize) -> u32 {
    view.rows.get(i).map_or(0, |row| row.row)
}

fn merges_of<'v>(view: &'v View<'_>, rows: BlockRows) -> impl Iterator<Item = (RelativeMerge, &'v str)> {
    let (first, last) = (number(view, rows.top), number(view, rows.bottom));
    let relative = move |merge: &Merge| {
        let row = |row: u32| i64::from(row) - i64::from(first);
        let text = view.value(merge.first).map_or("", |value| view.sheet.text(value));
        ((row(merge.first.row), merge.first.col, row(merge.last.row), merge.last.col), text)
    };
    view.merges_between(first, last).map(relative)
}

/// Cells of a row that say anything: their column, and their text where they are texts.
fn cells_of<'v>(view: &'v View<'_>, i: usize) -> impl Iterator<Item = (u16, Option<&'v str>)> {
    view.telling(i).map(|cell| {
        let text = matches!(cell.value, RawValue::Text { .. }).then(|| view.sheet.text(cell.value));
        (cell.at.col, text)
    })
}

/// A hash of what a block is made of; `None` for one that is too large to be remembered.
fn hash_of(view: &View<'_>, rows: BlockRows) -> Option<u64> {
    let (mut cells, mut bytes) = (0, 0);
    let mut hasher = Quick::default();
    hasher.write_u64((rows.bottom - rows.top) as u64);
    for i in rows.top..=rows.bottom {
        for (col, text) in cells_of(view, i) {
            hasher.write_u64(u64::from(col));
            hasher.write(text.unwrap_or_default().as_bytes());
            (cells, bytes) = (cells + 1, bytes + text.map_or(0, str::len));
        }
    }
    let merges = merges_of(view, rows).take(LARGEST.2 + 1).count();
    (cells <= LARGEST.0 && bytes <= LARGEST.1 && merges <= LARGEST.2).then(|| hasher.finish())
}

impl KnownBlock {
    fn new(view: &View<'_>, rows: BlockRows, block: Option<HeaderBlock>) -> KnownBlock {
        let all = rows.top..=rows.bottom;
        let first = number(view, rows.top);
        let owned = |(col, text): (u16, Option<&str>)| (col, text.map(Box::from));
        KnownBlock {
            rows: BlockRows { top: 0, at: rows.at - rows.top, bottom: rows.bottom - rows.top },
            numbers: all.clone().map(|i| number(view, i) - first).collect(),
            cells: all.map(|i| cells_of(view, i).map(owned).collect()).collect(),
            merges: merges_of(view, rows).map(|(merge, text)| (merge, text.into())).collect(),
            merged: view.has_merges(),
            block,
        }
    }

    /// Whether some rows of a sheet are these, in everything that their meaning depends on.
    fn is(&self, view: &View<'_>, rows: BlockRows) -> bool {
        let all = rows.top..=rows.bottom;
        let first = number(view, rows.top);
        let known = |cells: &Vec<(u16, Option<Box<str>>)>, i: usize| {
            cells_of(view, i).eq(cells.iter().map(|(col, text)| (*col, text.as_deref())))
        };
        (self.rows.at, self.rows.bottom) == (rows.at - rows.top, rows.bottom - rows.top)
            && self.merged == view.has_merges()
            && all.clone().map(|i| number(view, i) - first).eq(self.numbers.iter().copied())
            && self.cells.iter().zip(all).all(|(cells, i)| known(cells, i))
            && merges_of(view, rows).eq(self.merges.iter().map(|(merge, text)| (*merge, &**text)))
    }
}
