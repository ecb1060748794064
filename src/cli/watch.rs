//! Progress on a terminal: files done, findings so far, time left. Silent elsewhere.

use crate::run::Watch;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::sync::atomic::{AtomicUsize, Ordering};

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
        let layout = if super::colour(shown) { "{prefix:.cyan} {bar:24} " } else { "{prefix} {bar:24} " };
        if let Ok(style) = ProgressStyle::with_template(&format!("{layout}{{pos}}/{{len}} 份，{{msg}}，还需 {{eta}}"))
        {
            bar.set_style(style);
        }
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
        self.bar.set_message("发现问题 0 处");
    }

    fn file_done(&self, findings: usize) {
        let all = self.findings.fetch_add(findings, Ordering::Relaxed) + findings;
        self.bar.inc(1);
        if findings > 0 {
            self.bar.set_message(format!("发现问题 {all} 处"));
        }
    }
}
