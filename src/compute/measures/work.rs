//! How often rows were looked for, for the test that holds it.

use std::cell::Cell;

thread_local! {
    /// Times that rows were sifted.
    pub static SIFTED: Cell<usize> = const { Cell::new(0) };
    /// Sums, counts and averages that were computed, and times that rows were sifted for them.
    pub static SUMS: Cell<(usize, usize)> = const { Cell::new((0, 0)) };
}
