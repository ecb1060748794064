//! The run as a table of contents: ingest → normalise → validate → compute → write.
//!
//! In: a definition, reference data and a folder of returns. Out: verdicts, tables, files. Knows no formats.

mod alike;
mod answers;
mod claimed;
mod collect;
mod decided;
#[cfg(test)]
mod growth_tests;
pub mod issue;
mod other_period;
mod own_results;
mod past;
mod places;
mod prepare;
mod recognise;
pub mod replay;
mod stop;
mod watch;

pub use collect::{blocked, collect, none_of_ours};
pub use places::Places;
pub use prepare::{Prepared, period_of, prepare, prepare_to_check};
pub use recognise::{Answered, Received, recognise};
pub use stop::Stop;
pub use watch::{Unwatched, Watch};

use crate::atomic;
use crate::compute::{self, ComputedTables};
use crate::definition::{self, Plan};
use crate::domain::period::Period;
use crate::history::History;
use crate::history::keep::{CommitFailure, PeriodResults, PeriodTables};
use crate::ingest::Limits;
use crate::machine::RealPaths;
use crate::model::Outcome;
use crate::model::amended::KeptAmendments;
use crate::model::discipline::PastDiscipline;
use crate::model::run::{RunVerdict, SourceVerdict};
use crate::report;
use crate::report::output::{Pending, Written};
use crate::report::results::{Correction, Results};
use crate::validate::yardstick::Yardstick;
use crate::validate::{self, Validated};
use answers::Answers;
use decided::TakenIn;
use past::{HeldPeriod, OwnPeriod};
use std::path::{Path, PathBuf};
use std::thread;

/// A finished run.
#[derive(Debug, Clone)]
pub struct Finished {
    pub validated: Validated,
    /// Its findings are among the verdict's.
    pub computed: ComputedTables,
    /// Empty for a dry run.
    pub written: Written,
    /// What the history lacks, and which of its periods this run has overtaken.
    pub history_notes: Vec<String>,
}

impl Finished {
    /// Whether anything blocks: a 必改 finding, or a file that could not be read.
    pub fn blocked(&self) -> bool {
        blocked(&self.validated)
    }
}

/// How units stood in the stored periods that tables over time look back on.
fn earlier_discipline(history: &History, plan: &Plan, period: &Period) -> Vec<PastDiscipline> {
    let most = plan.discipline.map_or(definition::PERIODS, |rule| rule.periods);
    let before = plan.schedule.before(period, most.saturating_sub(1) as usize);
    // A period without a folder is not asked for: one before the first is no gap, and what lies between is told apart.
    let stored = before.iter().filter(|period| history.has(period)).filter_map(|period| {
        let stored = history.get(period)?;
        let units = stored.units()?.iter().map(|unit| (unit.code.clone(), unit.status)).collect();
        Some(PastDiscipline { period: period.clone(), dated: stored.head.due.is_some(), units })
    });
    stored.collect()
}

/// The whole run. With [`Places::out`] absent nothing is written.
///
/// # Errors
/// See [`Stop`].
pub fn run(
    prepared: &Prepared,
    returns: &[PathBuf],
    places: Places<'_>,
    limits: &Limits,
    watch: &dyn Watch,
) -> Result<Finished, Stop> {
    if let Some(folder) = places.out {
        atomic::probe(folder).map_err(Stop::Output)?;
    }
    let history = History::open(places.history, &prepared.plan, &prepared.reference, &prepared.period);
    let own = OwnPeriod::find(&history, places)?;
    let before_issue = own.as_ref().and_then(|own| own.without_entered(prepared));
    let prepared = before_issue.as_ref().unwrap_or(prepared);
    let Prepared { plan, reference, period, .. } = prepared;
    let answers = Answers::find(prepared, places.out, places.decisions, limits.allowance())?;
    let register = decided::register(&history, answers)?;
    let decisions = register.register.decisions();
    let mut validated = collect(prepared, returns, (&history, &decisions), limits, watch)?;
    if let Some(other) = other_period::mostly_other(prepared, &validated.verdict) {
        return Err(Stop::Usage(other));
    }
    if let Some(strangers) = none_of_ours(prepared, &validated) {
        return Err(Stop::Input(format!("{strangers}没有写出任何结果，原有结果没有改动。")));
    }
    watch.stage("计算统计表");
    let mut computed = computed(prepared, &validated, &history)?;
    // What was stored of a column means something else today: no figure beside it could be trusted.
    let conflicts = history.conflicts();
    if !conflicts.is_empty() {
        return Err(Stop::Usage(conflicts.join("\n")));
    }
    let yardstick = Yardstick { plan, reference, period, history: &history, decisions: &decisions };
    validate::add_findings(yardstick, &mut validated.verdict, std::mem::take(&mut computed.findings));
    register.close(prepared, &mut validated);
    let mut written = Written::default();
    let mut overtaken = None;
    if let Some(folder) = places.out {
        let held = own.as_ref().map(|own| own.hold(&history)).transpose()?;
        if let Some(held) = &held {
            held.keeps_something(&validated.verdict)?;
            overtaken = held.outdated(&history, prepared, &validated.verdict);
        }
        watch.stage("写出结果");
        let taken = &register;
        written = write(prepared, &history, own.as_ref().zip(held), (&validated, &computed), taken, folder)?;
    }
    let mut history_notes = history.notes();
    history_notes.extend(overtaken);
    if places.out.is_some() && own.as_ref().is_some_and(|own| own.issued().is_some()) {
        history_notes.extend(places.history.and_then(|root| issue::left_in_ledger(prepared, root)));
    }
    history_notes.extend(claimed::unknown(&history));
    history_notes.extend(claimed::counted_before(&history, &validated.verdict));
    history_notes.extend(register.notes(&validated.verdict));
    Ok(Finished { validated, computed, written, history_notes })
}

/// All tables of what was validated.
fn computed(prepared: &Prepared, validated: &Validated, history: &History) -> Result<ComputedTables, Stop> {
    let Prepared { plan, reference, period, as_of, .. } = prepared;
    let earlier = earlier_discipline(history, plan, period);
    let inputs = compute::Inputs {
        plan,
        reference,
        period,
        rows: &validated.rows,
        doubts: &validated.doubts,
        lookups: &validated.lookups,
        verdict: &validated.verdict,
        history,
        earlier: &earlier,
        as_of: *as_of,
    };
    compute::compute(inputs).map_err(Stop::Unproven)
}

/// Writes the results and the history: both are complete beside their places before either is moved there.
fn write(
    prepared: &Prepared,
    history: &History,
    own: Option<(&OwnPeriod, HeldPeriod<'_>)>,
    (validated, computed): (&Validated, &ComputedTables),
    taken: &TakenIn,
    folder: &Path,
) -> Result<Written, Stop> {
    let Prepared { plan, reference, period, .. } = prepared;
    let (own, mut held) = own.unzip();
    let changes = held.as_mut().map(|held| held.changes(&computed.tables)).transpose()?.flatten();
    let mut notes = history.notes();
    notes.extend(changes.as_ref().and_then(|changes| changes.note.clone()));
    let issued = own.and_then(OwnPeriod::issued).zip(changes.as_ref().map(|changes| changes.changes.as_slice()));
    let results = Results {
        plan,
        reference,
        period,
        verdict: &validated.verdict,
        rows: &validated.rows,
        aside: &validated.aside,
        doubts: &validated.doubts,
        tables: &computed.tables,
        conclusions: &computed.conclusions,
        key_figures: &computed.key_figures,
        chase: &computed.chase,
        moves: &computed.moves,
        history_notes: &notes,
        correction: issued.map(|((number, reason), changes)| Correction { number, reason, changes }),
        untaken: &taken.register.untaken,
        decision_remarks: &taken.register.remarks,
    };
    let entry = PeriodResults {
        plan,
        reference,
        period,
        verdict: &validated.verdict,
        rows: &validated.rows,
        aside: &validated.aside,
        doubts: &validated.doubts,
        tables: &computed.tables,
        issued: issued.map(|((number, _), _)| number),
    };
    let keeps = held.is_some();
    let stage = report::stage(&results, folder).map_err(Stop::Output)?;
    let (outputs, kept) = thread::scope(|disk| {
        let (unlisted, tables) = rayon::join(
            || report::begin(disk, &stage, results, folder).map_err(Stop::Output),
            || keeps.then(|| PeriodTables::of(entry).map_err(Stop::Unproven)).transpose(),
        );
        let (mut unlisted, tables) = (unlisted?, tables?);
        if validated.verdict.amendments.iter().any(KeptAmendments::lost) {
            return Err(collect::lost());
        }
        replaces_no_return(unlisted.targets(), &validated.verdict)?;
        let forms = std::mem::take(&mut unlisted.forms);
        let changed = changes.as_ref().map(|changes| changes.changes.len());
        let (outputs, kept) = rayon::join(
            || unlisted.listed(disk, &results).map_err(Stop::Output),
            || held.zip(tables).map(|(held, tables)| held.stage(entry, (forms, tables), changed)).transpose(),
        );
        Ok::<_, Stop>((outputs?, kept?))
    })?;
    // The last thing that is asked: nothing is in place yet.
    taken.answers.are_all_taken()?;
    let pending = Pending::new(stage, outputs);
    match kept {
        None => pending.commit().map_err(Stop::Output),
        Some(kept) => kept.commit_after(|| pending.commit()).map_err(|failure| match failure {
            CommitFailure::Results(why) => Stop::Output(why),
            CommitFailure::History(why) => Stop::Output(format!("结果已写出，但没有存入历史库，请再运行一次：{why}")),
        }),
    }
}

/// Results may lie among returns, and may replace earlier results there, but no return.
fn replaces_no_return(targets: impl Iterator<Item = PathBuf>, verdict: &RunVerdict) -> Result<(), Stop> {
    let there: Vec<(PathBuf, PathBuf)> =
        targets.filter_map(|target| Some((target.canonicalize().ok()?, target))).collect();
    if there.is_empty() {
        return Ok(());
    }
    let mut real = RealPaths::default();
    let mut returns = verdict.sources.iter().filter(|source| source.outcome != Outcome::Ignored);
    let replaced = returns.find_map(|SourceVerdict { source, .. }| {
        let path = real.of(&source.path)?;
        let target = there.iter().find(|(target, _)| *target == path)?;
        Some((&source.name, &target.1))
    });
    replaced.map_or(Ok(()), |(name, target)| {
        Err(Stop::Usage(format!(
            "结果 {} 会替换收到的文件“{name}”。没有写出结果，收到的文件没有改动。请用 --out 换一个文件夹，或把这个文件移走。",
            target.display()
        )))
    })
}
