//! `huizong issue`: a period is issued with its document number, and locked.

use super::arguments::IssueOptions;
use super::project::Project;
use super::{Exit, complain, say, summary};
use crate::run::issue::{self, Added};
use std::path::Path;

/// Locks one period; with `--ledger` also writes its selections into the ledger.
pub fn issue(options: &IssueOptions) -> Exit {
    let project = match Project::find(options.pipelines.as_deref()) {
        Ok(project) => project,
        Err(text) => {
            complain(&text);
            return Exit::Usage;
        }
    };
    let prepared = project.prepare(&options.pipeline, options.reference.as_deref(), Some(&options.period));
    let prepared = match prepared {
        Ok(prepared) => prepared,
        Err(stop) => return summary::stopped(&stop),
    };
    // What is issued is never the sample, unless its history is named.
    let history = project.history(options.past.history.as_deref(), &[]);
    match issue::issue(&prepared, &history, &options.number, options.ledger) {
        Ok(done) => {
            let title = format!("{}{}", prepared.period.title(), prepared.plan.title);
            let mut out = if done.before {
                format!("{title}此前已以“{}”印发，没有改动。\n", options.number)
            } else {
                format!("{title}已以“{}”印发并锁定。以后重新汇总须加 --reason 更正理由。\n", options.number)
            };
            if let Some(Added { path, added, already }) = &done.ledger {
                out += &format!("  台账  {} 新记 {added} 条{}\n", shown(path), already_words(*already));
            }
            for note in &done.notes {
                out += &format!("  说明  {note}\n");
            }
            say(&out);
            Exit::Clean
        }
        Err(stop) => summary::stopped(&stop),
    }
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

fn already_words(already: usize) -> String {
    if already == 0 { String::new() } else { format!("（另有 {already} 条台账里已有，没有重复记）") }
}
