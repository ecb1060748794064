//! For tests: memory, counted. What grows is held by counts; clocks and resident pages say something else each time.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

thread_local! {
    /// Bytes that this thread took and has not given back.
    static LIVE: Cell<i64> = const { Cell::new(0) };
}

struct Counting;

#[global_allocator]
static COUNTING: Counting = Counting;

// SAFETY: every call goes to the system's allocator as it came; a number is kept beside it.
#[allow(unsafe_code)]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as i64);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        count(-(layout.size() as i64));
        unsafe { System.dealloc(place, layout) }
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size as i64 - layout.size() as i64);
        unsafe { System.realloc(place, layout, size) }
    }
}

fn count(bytes: i64) {
    // A thread that ends frees things after its counter is gone.
    let _ = LIVE.try_with(|live| live.set(live.get() + bytes));
}

/// Bytes that are still held of what `make` took on this thread, and what it made.
pub fn held<T>(make: impl FnOnce() -> T) -> (i64, T) {
    let before = LIVE.with(Cell::get);
    let made = make();
    (LIVE.with(Cell::get) - before, made)
}
