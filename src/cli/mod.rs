//! The face: arguments in, words and an exit code out. Knows nothing of cells.
//!
//! Exit codes: 0 clean · 1 ran, with findings that block · 2 wrong usage or definition · 3 input unreadable or output
//! impossible.

mod arguments;
mod bench;
mod check;
mod history;
mod issue;
mod lint;
mod project;
mod replay;
mod run;
mod sample;
mod summary;
mod usage;
mod watch;

use std::ffi::OsString;
use std::sync::atomic::{AtomicBool, Ordering};

/// What a verb came to; the number is the process's exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    Clean = 0,
    Blocked = 1,
    Usage = 2,
    Machine = 3,
}

/// Runs one command line (the program's name first) and says how it ended.
pub fn main(args: impl IntoIterator<Item = OsString>) -> Exit {
    // A panic is a defect of ours; its own words could quote what a return holds, so only its place is said.
    std::panic::set_hook(Box::new(|panic| {
        // A disk that is full while a workbook is made; whoever catches it says so in full.
        if panic.payload_as_str().is_some_and(of_system) {
            return;
        }
        let place = panic.location().map_or_else(String::new, |at| {
            let file = at.file().rsplit(['/', '\\']).next().unwrap_or_default();
            format!("{file}:{}", at.line())
        });
        complain(&format!("程序缺陷（{place}）。请把这句话告诉维护人员。"));
    }));
    let run = std::panic::AssertUnwindSafe(|| dispatch(args));
    std::panic::catch_unwind(run).unwrap_or_else(|panic| {
        let words = panic.downcast_ref::<String>().map(String::as_str);
        if words.is_some_and(of_system) {
            complain("磁盘写满或系统出错，没有写出结果，原有结果没有改动。请检查磁盘后再运行。");
        }
        Exit::Machine
    })
}

/// Whether a panic carries an error of the system.
fn of_system(words: &str) -> bool {
    words.contains("Os { code: ")
}

fn dispatch(args: impl IntoIterator<Item = OsString>) -> Exit {
    let parsed = match arguments::parse(args) {
        Ok(parsed) => parsed,
        Err(stop) => return stop.show(),
    };
    let exit = match parsed.verb {
        arguments::Verb::Run(options) => run::run(&options),
        arguments::Verb::History(options) => history::history(&options),
        arguments::Verb::Issue(options) => issue::issue(&options),
        arguments::Verb::Replay(options) => replay::replay(&options),
        arguments::Verb::Check(options) => check::check(&options),
        arguments::Verb::Lint(options) => lint::lint(&options),
        arguments::Verb::Sample(options) => sample::sample(&options),
        arguments::Verb::Bench(options) => bench::bench(&options),
        arguments::Verb::Completions { shell } => usage::completions(shell),
    };
    if UNSAID.load(Ordering::Relaxed) { Exit::Machine } else { exit }
}

/// Standard output took not all of what was to be said.
static UNSAID: AtomicBool = AtomicBool::new(false);

/// Prints to standard output; a closed pipe (`| head`) is no error, a full disk is.
fn say(text: &str) {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            UNSAID.store(true, Ordering::Relaxed);
            complain(&format!("结果没有显示完整：无法写到标准输出（{error}），请换一个输出位置后再运行"));
        }
        _ => {}
    }
}

/// Prints an error to standard error, with the word that opens every error.
fn complain(text: &str) {
    use std::io::Write;
    let mut err = std::io::stderr().lock();
    // A path may carry an ID number, and what stands on a screen is copied into chats.
    let _ = writeln!(err, "错误：{}", crate::text::id_number::mask_within(text));
}

/// Whether colour may be used on this stream (a terminal, and NO_COLOR not set).
fn colour(terminal: bool) -> bool {
    terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}
