//! `huizong check`: one return or many, findings only. What a unit runs before it sends.

use super::arguments::CheckOptions;
use super::screen::{Exit, complain, say};
use super::{summary, watch};
use crate::history::History;
use crate::model::{Outcome, Severity};
use crate::run::{self, Prepared, Stop, Watch};
use crate::text::id_number::mask_within;
use crate::validate::Validated;
use crate::workspace::Workspace;
use std::fmt::Write;

/// Checks files and prints every finding.
///
/// # Errors
/// Whatever stops it before a file is judged.
pub fn check(options: &CheckOptions) -> Result<Exit, Stop> {
    let workspace = Workspace::find(options.reading.pipelines.as_deref())?;
    let names = options.pipeline.clone().map_or_else(|| workspace.names(), |name| vec![name]);
    let mut prepared = Vec::new();
    for name in &names {
        let reading = &options.reading;
        let allowance = reading.limits().allowance();
        match workspace.prepare(name, reading.reference.as_deref(), reading.period.as_deref(), allowance) {
            Ok(ready) => prepared.push(ready),
            // A period that is none of this pipeline's kind: its returns cannot be meant.
            Err(Stop::Usage(_)) if options.pipeline.is_none() && names.len() > 1 => {}
            Err(stop) => return Err(stop),
        }
    }
    if prepared.is_empty() {
        return Err(Stop::Usage("没有一个流程用得上这个报告期。请检查 --period。".to_owned()));
    }
    options.reading.set_threads();
    let progress = watch::Progress::new(options.reading.quiet || options.reading.json);
    let mut results = Vec::new();
    for ready in &prepared {
        // A unit has no other periods at hand, and its return is judged by itself.
        let history = History::open(None, &ready.plan, &ready.reference, &ready.period);
        match run::collect(ready, &options.paths, &history, &options.reading.limits(), &progress as &dyn Watch) {
            Ok(validated) => results.push((ready, validated)),
            Err(stop) => {
                progress.finish();
                return Err(stop);
            }
        }
    }
    progress.finish();
    keep_recognised(&mut results);
    let blocked = results.iter().any(|(_, validated)| run::blocked(validated));
    // Findings first, then that there was nothing to judge.
    let stranger = results.first().and_then(|(ready, validated)| run::none_of_ours(ready, validated));
    for (ready, validated) in &results {
        if options.reading.json {
            say(&summary::for_machines(ready, &validated.verdict, &[]));
        } else if !options.reading.quiet {
            say(&listing(ready, validated));
        }
    }
    if let Some(text) = stranger {
        complain(&text);
        return Ok(Exit::Machine);
    }
    Ok(if blocked { Exit::Blocked } else { Exit::Clean })
}

/// With several pipelines tried, keeps those that recognised a file (or the first, so that there is something to say).
fn keep_recognised(results: &mut Vec<(&Prepared, Validated)>) {
    let recognised = |validated: &Validated| {
        let verdict = &validated.verdict;
        [Outcome::Accepted, Outcome::Returned, Outcome::Superseded].iter().any(|outcome| verdict.count(*outcome) > 0)
    };
    if results.iter().any(|(_, validated)| recognised(validated)) {
        results.retain(|(_, validated)| recognised(validated));
    } else {
        results.truncate(1);
    }
}

fn listing(ready: &Prepared, validated: &Validated) -> String {
    let verdict = &validated.verdict;
    let mut out = String::new();
    for source in &verdict.sources {
        let mut line = format!("{}：{}", source.source.name, source.outcome.word());
        if !source.cause.is_empty() {
            let why = [&source.cause, &source.next].into_iter().filter(|part| !part.is_empty());
            line += &format!("（{}）", why.map(String::as_str).collect::<Vec<_>>().join("；"));
        }
        let _ = writeln!(out, "{}", mask_within(&line));
    }
    for finding in &verdict.findings {
        let _ = writeln!(out, "{}", summary::sentence(finding, verdict, &ready.reference));
    }
    let block = verdict.findings.iter().filter(|finding| finding.severity == Severity::Block).count();
    let _ = writeln!(
        out,
        "{}：共 {} 份文件，{} 处问题，其中必改 {block} 处。{}",
        ready.plan.title,
        verdict.sources.len(),
        verdict.findings.len(),
        if block > 0 {
            "请改正后再报。"
        } else if run::none_of_ours(ready, validated).is_some() {
            "没有认出报表。"
        } else {
            "可以报送。"
        }
    );
    out
}
