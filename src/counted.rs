//! For tests: memory and looks, counted. What grows is held by counts; clocks and resident pages say something else each
//! time.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

thread_local! {
    /// Bytes that this thread took and has not given back.
    static LIVE: Cell<i64> = const { Cell::new(0) };
    /// Bytes that this thread took, whether it gave them back or not.
    static TAKEN: Cell<i64> = const { Cell::new(0) };
    /// Records that this thread held against a place.
    static LOOKS: Cell<i64> = const { Cell::new(0) };
}

struct Counting;

#[global_allocator]
static COUNTING: Counting = Counting;

// SAFETY: every call goes to the system's allocator as it came; a number is kept beside it.
#[allow(unsafe_code)]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as i64);
        add(&TAKEN, layout.size() as i64);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        count(-(layout.size() as i64));
        unsafe { System.dealloc(place, layout) }
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size as i64 - layout.size() as i64);
        // What grows is copied.
        add(&TAKEN, size as i64);
        unsafe { System.realloc(place, layout, size) }
    }
}

fn count(bytes: i64) {
    add(&LIVE, bytes);
}

fn add(counter: &'static std::thread::LocalKey<Cell<i64>>, count: i64) {
    // A thread that ends frees things after its counter is gone.
    let _ = counter.try_with(|counter| counter.set(counter.get() + count));
}

/// Notes that a record is held against a place.
pub fn look() {
    add(&LOOKS, 1);
}

/// Bytes taken and looks at records while `work` is done on this thread.
pub fn work(work: impl FnOnce()) -> [i64; 2] {
    let so_far = || [TAKEN.with(Cell::get), LOOKS.with(Cell::get)];
    let before = so_far();
    work();
    let after = so_far();
    [after[0] - before[0], after[1] - before[1]]
}

/// Bytes that are still held of what `make` took on this thread, and what it made.
pub fn held<T>(make: impl FnOnce() -> T) -> (i64, T) {
    let before = LIVE.with(Cell::get);
    let made = make();
    (LIVE.with(Cell::get) - before, made)
}
