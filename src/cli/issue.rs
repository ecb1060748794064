//! `huizong issue`: a period is issued with its document number, and locked.

use super::arguments::IssueOptions;
use super::screen::{Exit, say};
use crate::formats::allowance::Allowance;
use crate::run::Stop;
use crate::run::issue::{self, Added};
use crate::workspace::Workspace;

/// Locks one period; with `--ledger` also writes its selections into the ledger.
///
/// # Errors
/// It cannot be issued.
pub fn issue(options: &IssueOptions) -> Result<Exit, Stop> {
    let workspace = Workspace::find(options.pipelines.as_deref())?;
    let prepared = workspace.prepare(
        &options.pipeline,
        options.reference.as_deref(),
        Some(&options.period),
        Allowance::default(),
    )?;
    // What is issued is never the sample, unless its history is named.
    let history = workspace.history(options.past.history.as_deref(), &[]);
    let done = issue::issue(&prepared, &history, &options.number, options.ledger)?;
    let title = format!("{}{}", prepared.period.title(), prepared.plan.title);
    let mut out = if done.before {
        format!("{title}此前已以“{}”印发，没有改动。\n", options.number)
    } else {
        format!("{title}已以“{}”印发并锁定。以后重新汇总须加 --reason 更正理由。\n", options.number)
    };
    if let Some(Added { path, added, already }) = &done.ledger {
        out += &format!("  台账  {} 新记 {added} 条{}\n", path.display(), already_words(*already));
    }
    for note in &done.notes {
        out += &format!("  说明  {note}\n");
    }
    say(&out);
    Ok(Exit::Clean)
}

fn already_words(already: usize) -> String {
    if already == 0 { String::new() } else { format!("（另有 {already} 条台账里已有，没有重复记）") }
}
