//! What the face says: results on standard output, errors on standard error, and the number that a verb ends with.

use crate::machine::cause;
use crate::text::masks::mask_within;
use crate::text::quote::for_terminal;
use std::io::Write;
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

/// Standard output took not all of what was to be said.
static UNSAID: AtomicBool = AtomicBool::new(false);

/// Prints to standard output, numbers of persons masked: what stands on a screen is copied into chats. A closed pipe
/// (`| head`) is no error, a full disk is.
pub fn say(text: &str) {
    let mut out = std::io::stdout().lock();
    match out.write_all(for_terminal(&mask_within(text)).as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            UNSAID.store(true, Ordering::Relaxed);
            complain(&format!("结果没有显示完整：无法写到标准输出（{}），请换一个输出位置后再运行", cause(&error)));
        }
        _ => {}
    }
}

/// Whether something that was to be said could not be.
pub fn unsaid() -> bool {
    UNSAID.load(Ordering::Relaxed)
}

/// Prints an error to standard error, with the word that opens every error.
pub fn complain(text: &str) {
    let mut err = std::io::stderr().lock();
    let _ = writeln!(err, "错误：{}", for_terminal(&mask_within(text)));
}

/// Prints several lines to standard error, numbers of persons masked; one that takes nothing is no reason to end otherwise.
pub fn warn(text: &str) {
    let _ = std::io::stderr().lock().write_all(mask_within(text).as_bytes());
}

/// Whether colour may be used on this stream (a terminal, and NO_COLOR not set).
pub fn colour(terminal: bool) -> bool {
    terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}
