//! `huizong run`: the main job.

use super::arguments::{Reading, RunOptions};
use super::project::Project;
use super::{Exit, complain, say, summary, watch};
use crate::ingest::Limits;
use crate::run::{self, Watch};
use crate::text::dates::parse_day;
use std::path::PathBuf;
use std::time::Duration;

/// Runs one pipeline and says how it went.
pub fn run(options: &RunOptions) -> Exit {
    let project = match Project::find(options.reading.pipelines.as_deref()) {
        Ok(project) => project,
        Err(text) => {
            complain(&text);
            return Exit::Usage;
        }
    };
    let reading = &options.reading;
    let prepared = project.prepare(&options.pipeline, reading.reference.as_deref(), reading.period.as_deref());
    let mut prepared = match prepared {
        Ok(prepared) => prepared,
        Err(stop) => return summary::stopped(&stop),
    };
    if let Some(written) = &options.as_of {
        prepared.as_of = parse_day(written);
        if prepared.as_of.is_none() {
            complain(&format!("看不懂 --as-of 的日期“{written}”。请写成 2026-04-20 这样的形式。"));
            return Exit::Usage;
        }
    }
    let returns = if options.returns.is_empty() {
        vec![project.path(&prepared.plan.sample_returns)]
    } else {
        options.returns.clone()
    };
    let default_out = PathBuf::from("out").join(format!("{}-{}", prepared.plan.name, prepared.period.key()));
    let out = options.out.clone().unwrap_or(default_out);
    set_threads(&options.reading);
    let progress = watch::Progress::new(options.reading.quiet || options.reading.json);
    let folder = (!options.dry_run).then_some(out.as_path());
    let history = (!options.no_history).then(|| project.history(options.past.history.as_deref(), &returns));
    if options.no_history && options.reason.is_some() {
        complain("--reason 是更正历史库里已印发的一期用的，不能和 --no-history 同用。");
        return Exit::Usage;
    }
    let places = run::Places { out: folder, history: history.as_deref(), reason: options.reason.as_deref() };
    let finished = run::run(&prepared, &returns, places, &limits(&options.reading), &progress as &dyn Watch);
    progress.finish();
    let finished = match finished {
        Ok(finished) => finished,
        Err(stop) => return summary::stopped(&stop),
    };
    if options.reading.json {
        say(&summary::for_machines(&prepared, &finished.validated.verdict, &finished.written.files));
    } else if !options.reading.quiet {
        say(&summary::for_people(&prepared, &finished, options.dry_run));
    }
    let exit = if finished.blocked() { Exit::Blocked } else { Exit::Clean };
    // The process ends here: giving a million rows back one by one costs a tenth of the run, and nobody needs them.
    std::mem::forget(finished);
    exit
}

/// Limits as the command line gives them.
pub fn limits(reading: &Reading) -> Limits {
    Limits::of(reading.file_memory << 20, Duration::from_secs(reading.file_time))
}

/// Sets rayon's threads once; later calls in one process change nothing.
pub fn set_threads(reading: &Reading) {
    if let Some(threads) = reading.threads {
        let _ = rayon::ThreadPoolBuilder::new().num_threads(usize::from(threads)).build_global();
    }
}
