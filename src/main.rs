//! The program: a worker when its first argument says so, else the command line.

use huizong::cli::{Sampler, Wanted};
use huizong::samples;
use std::ffi::{c_int, c_long};

/// Reading and writing are a great many small allocations; measured, this one halves their cost.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The allocator's option of how many milliseconds freed memory is kept before it goes back to the system.
const PURGE_DELAY: c_int = 15;

unsafe extern "C" {
    fn mi_option_get(option: c_int) -> c_long;
    fn mi_option_set(option: c_int, value: c_long);
}

fn main() -> std::process::ExitCode {
    return_memory_soon();
    let _ = huizong::machine::SAVE_MEMORY.set(return_memory_at_once);
    huizong::machine::refuse_large_files_in_words();
    huizong::machine::leave_no_core();
    let mut args = std::env::args_os();
    if args.nth(1).is_some_and(|first| first == huizong::ingest::worker::ARGUMENT) {
        return std::process::ExitCode::from(huizong::ingest::worker::serve() as u8);
    }
    let exit = huizong::cli::main(std::env::args_os(), &SAMPLER);
    keep_memory();
    std::process::ExitCode::from(exit as u8)
}

/// Called by the system before `main`, and before Rust's own runtime takes the first memory: that would already come in a
/// page of 2 MiB, which costs the half of a millisecond to clear.
#[cfg(target_os = "linux")]
#[used]
#[allow(unsafe_code)]
// SAFETY: the section holds pointers to functions of this kind; this one takes no memory and relies on nothing that is
// not there yet.
#[unsafe(link_section = ".init_array")]
static FIRST: extern "C" fn() = huizong::machine::take_memory_in_small_pages;

/// The verb `sample`: the face asks, the samples make.
const SAMPLER: Sampler = Sampler { pipelines: &samples::PIPELINES, generate };

fn generate(wanted: Wanted) -> Result<usize, String> {
    let Wanted { pipeline, out, units, period, rows, seed, pipelines } = wanted;
    let asked = samples::Options { pipeline, out, units, period, rows, seed, pipelines };
    samples::generate(&asked).map(|made| made.files)
}

/// Milliseconds after which free memory goes back.
const SOON: c_long = 100;
/// Free memory is kept.
const NEVER: c_long = -1;

/// Each stage of a run needs other memory than the one before: kept for a second, as the allocator would, the peaks add
/// up. Measured, giving it back after a tenth of one costs next to nothing.
fn return_memory_soon() {
    set_delay(&[1000], SOON);
}

/// Sets the allocator's delay where it is one of these. Should the pinned allocator ever number its options anew, the value
/// found at first is not its default of a second, and nothing is touched.
#[allow(unsafe_code)]
fn set_delay(from: &[c_long], to: c_long) {
    // SAFETY: plain numbers in and out.
    unsafe {
        if from.contains(&mi_option_get(PURGE_DELAY)) {
            mi_option_set(PURGE_DELAY, to);
        }
    }
}

/// What a run of very many returns asks for: its peak is a seventh lower then, and it takes a fiftieth longer.
fn return_memory_at_once() {
    set_delay(&[SOON], 0);
}

/// The process ends: what is free goes back with it, and not in pieces of 64 KiB before.
fn keep_memory() {
    set_delay(&[SOON, 0], NEVER);
}
