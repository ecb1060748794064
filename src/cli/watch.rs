//! Progress on a terminal: files done, findings so far, time left. Silent elsewhere.

use super::screen::colour;
use crate::run::Watch;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use std::fmt::Write;
use std::io::IsTerminal;
use std::sync::atomic::{AtomicUsize, Ordering};

const NONE: &str = "发现问题 0 处";

/// Seconds as `5 秒`, `2 分 5 秒`.
fn left(seconds: u64) -> String {
    match (seconds / 60, seconds % 60) {
        (0, seconds) => format!("{seconds} 秒"),
        (minutes, seconds) => format!("{minutes} 分 {seconds} 秒"),
    }
}

/// A progress line on standard error.
pub struct Progress {
    bar: ProgressBar,
    findings: AtomicUsize,
}

impl Progress {
    /// Shows nothing when `quiet` or when standard error is no terminal.
    pub fn new(quiet: bool) -> Progress {
        let bar = ProgressBar::no_length();
        let shown = !quiet && std::io::stderr().is_terminal();
        bar.set_draw_target(if shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() });
        let layout = if colour(shown) { "{prefix:.cyan} {bar:24} " } else { "{prefix} {bar:24} " };
        let words = format!("{layout}{{pos}}/{{len}} 份，{{msg}}，还需 {{left}}");
        if let Ok(style) = ProgressStyle::with_template(&words) {
            bar.set_style(style.with_key("left", |state: &ProgressState, out: &mut dyn Write| {
                // A screen that cannot be written is no reason to stop.
                let _ = out.write_str(&left(state.eta().as_secs()));
            }));
        }
        bar.set_message(NONE);
        Progress { bar, findings: AtomicUsize::new(0) }
    }

    /// Takes the line away.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

impl Watch for Progress {
    fn stage(&self, name: &str) {
        self.bar.set_prefix(name.to_string());
    }

    fn files_found(&self, count: usize) {
        self.bar.set_length(count as u64);
    }

    fn file_done(&self, findings: usize) {
        let all = self.findings.fetch_add(findings, Ordering::Relaxed) + findings;
        self.bar.inc(1);
        if findings > 0 {
            self.bar.set_message(format!("发现问题 {all} 处"));
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn time_left_is_said_in_chinese() {
        assert_eq!([5, 125].map(super::left), ["5 秒", "2 分 5 秒"]);
    }
}
