//! What rows are compared by: how two values agree, and a hash of what each value is compared by.

use crate::definition::NameWords;
use crate::model::Value;
use crate::rows::Grid;
use crate::rows::record::sameness;
use rayon::prelude::*;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// How two values agree.
#[derive(Clone, Copy)]
pub enum Agreement<'w> {
    /// As two spellings of one value; groups of at least so many rows.
    Same(usize),
    /// Names as what may be two spellings of one; groups of two rows and more.
    Loose(&'w NameWords),
}

impl Agreement<'_> {
    pub fn least(self) -> usize {
        match self {
            Agreement::Same(least) => least,
            Agreement::Loose(_) => 2,
        }
    }

    pub fn part(self, value: Value<'_>, is_name: bool) -> Option<String> {
        match (self, value) {
            (Agreement::Loose(words), Value::Text(text)) if is_name => {
                Some(words.loose(text).base).filter(|base| !base.is_empty())
            }
            (_, value) => sameness(value),
        }
    }
}

/// A column that rows are compared in.
pub struct ComparedColumn {
    pub column: usize,
    pub optional: bool,
    pub is_name: bool,
}

/// A hash of what each value of a column is compared by, by its code; 0 where there is nothing to compare.
pub type ValueHashes = Arc<[u32]>;

/// Hashes of the values of a form's columns, by position and whether names are read loosely: every rule that compares rows
/// asks for the same few columns, and a value is made comparable once, however many rows and rules it stands in.
#[derive(Default)]
pub struct KnownHashes(Mutex<HashMap<(usize, bool), ValueHashes>>);

impl KnownHashes {
    pub fn of(&self, grid: &Grid, compared: &ComparedColumn, agreement: Agreement<'_>) -> ValueHashes {
        let ComparedColumn { column, is_name, .. } = *compared;
        let place = (column, is_name && matches!(agreement, Agreement::Loose(_)));
        // Entries are whole or not there, so a thread that panicked left nothing broken.
        let known = |of: &Self| of.0.lock().unwrap_or_else(PoisonError::into_inner).get(&place).cloned();
        known(self).unwrap_or_else(|| {
            let value =
                |code: u32| agreement.part(grid.value_of(code, column), is_name).map_or(0, |part| folded(&part));
            let hashes: ValueHashes =
                (0..=grid.codes(column) as u32).into_par_iter().map(value).collect::<Vec<_>>().into();
            self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(place, Arc::clone(&hashes));
            hashes
        })
    }
}

/// A hash that is never 0: eight bytes at a time are mixed in by a multiplication.
pub fn folded(part: &str) -> u32 {
    let eight = |bytes: &[u8]| bytes.iter().fold(0u64, |word, byte| word << 8 | u64::from(*byte));
    let mixed = part.as_bytes().chunks(8).fold(part.len() as u64, |hash, bytes| mixed(hash, eight(bytes)));
    ((mixed >> 32) as u32).max(1)
}

pub fn mixed(hash: u64, word: u64) -> u64 {
    (hash.rotate_left(23) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}
