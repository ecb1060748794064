//! `huizong run`: the main job.

use super::arguments::RunOptions;
use super::screen::{Exit, say};
use super::{summary, watch};
use crate::ingest;
use crate::run::{self, Stop, Watch};
use crate::text::dates::parse_day;
use crate::workspace::Workspace;
use std::path::PathBuf;

/// Runs one pipeline and says how it went.
///
/// # Errors
/// Whatever stops it.
pub fn run(options: &RunOptions) -> Result<Exit, Stop> {
    let reading = &options.reading;
    // Before anything is done on several threads: their number is settled then.
    reading.set_threads();
    let limits = reading.limits();
    ingest::start_early(&limits);
    let workspace = Workspace::find(reading.pipelines.as_deref())?;
    let allowance = limits.allowance();
    let (reference, period) = (reading.reference.as_deref(), reading.period.as_deref());
    let mut prepared = workspace.prepare(&options.pipeline, reference, period, allowance)?;
    prepared.period_confirmed = options.confirm_period;
    if let Some(written) = &options.as_of {
        prepared.as_of = parse_day(written);
        if prepared.as_of.is_none() {
            return Err(Stop::Usage(format!("看不懂 --as-of 的日期“{written}”。请写成 2026-04-20 这样的形式。")));
        }
    }
    let returns = if options.returns.is_empty() {
        vec![workspace.path(&prepared.plan.sample_returns)]
    } else {
        options.returns.clone()
    };
    let default_out = PathBuf::from("out").join(format!("{}-{}", prepared.plan.name, prepared.period.key()));
    let out = options.out.clone().unwrap_or(default_out);
    let progress = watch::Progress::new(options.reading.quiet || options.reading.json);
    let folder = (!options.dry_run).then_some(out.as_path());
    let history = (!options.no_history).then(|| workspace.history(options.past.history.as_deref(), &returns));
    if options.no_history && options.reason.is_some() {
        let words = "--reason 是更正历史库里已印发的一期用的，不能和 --no-history 同用。";
        return Err(Stop::Usage(words.to_owned()));
    }
    let places = run::Places {
        out: folder,
        history: history.as_deref(),
        reason: options.reason.as_deref(),
        decisions: &options.decisions,
    };
    let finished = run::run(&prepared, &returns, places, &reading.limits(), &progress as &dyn Watch);
    progress.finish();
    let finished = finished?;
    if options.reading.json {
        say(&summary::for_machines(&prepared, &finished.validated.verdict, &finished.written.files));
    } else if !options.reading.quiet {
        say(&summary::for_people(&prepared, &finished, options.dry_run));
    } else if !options.dry_run {
        // Whoever wants no summary still has to find what was written.
        say(&format!("结果在 {}\n", out.display()));
    }
    let exit = if finished.blocked() { Exit::Blocked } else { Exit::Clean };
    // The process ends here: giving a million rows back one by one costs a tenth of the run, and nobody needs them.
    std::mem::forget((finished, prepared));
    Ok(exit)
}
