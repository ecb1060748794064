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
mod replay;
mod run;
mod sample;
mod screen;
mod summary;
mod tables;
mod usage;
mod watch;

pub use sample::{Sampler, Wanted};
pub use screen::Exit;

use screen::complain;
use std::ffi::OsString;

/// Runs one command line (the program's name first) and says how it ended. `sampler` is what the verb `sample` calls:
/// nothing of the program depends on the samples.
pub fn main(args: impl IntoIterator<Item = OsString>, sampler: &Sampler) -> Exit {
    // A panic is a defect of ours; its own words could quote what a return holds, so only its place is said.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map_or_else(String::new, |at| {
            let file = at.file().rsplit(['/', '\\']).next().unwrap_or_default();
            format!("{file}:{}", at.line())
        });
        complain(&format!("程序缺陷（{place}）。请把这句话告诉维护人员。"));
    }));
    let run = std::panic::AssertUnwindSafe(|| dispatch(args, sampler));
    std::panic::catch_unwind(run).unwrap_or(Exit::Machine)
}

fn dispatch(args: impl IntoIterator<Item = OsString>, sampler: &Sampler) -> Exit {
    let parsed = match arguments::parse(args) {
        Ok(parsed) => parsed,
        Err(refusal) => return refusal.show(arguments::command()),
    };
    let exit = match parsed.verb {
        arguments::Verb::Run(options) => run::run(&options),
        arguments::Verb::History(options) => history::history(&options),
        arguments::Verb::Issue(options) => issue::issue(&options),
        arguments::Verb::Replay(options) => replay::replay(&options),
        arguments::Verb::Check(options) => check::check(&options),
        arguments::Verb::Lint(options) => lint::lint(&options),
        arguments::Verb::Tables(options) => tables::tables(&options),
        arguments::Verb::Sample(options) => sample::sample(&options, sampler),
        arguments::Verb::Bench(options) => bench::bench(&options),
        arguments::Verb::Completions { shell } => Ok(usage::completions(shell, &mut arguments::command())),
    };
    let exit = exit.unwrap_or_else(|stop| summary::stopped(&stop));
    crate::ingest::see_off();
    if screen::unsaid() { Exit::Machine } else { exit }
}
