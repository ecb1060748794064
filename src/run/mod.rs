//! The run as a table of contents: ingest → normalise → validate → compute → write.
//!
//! In: a definition, reference data and a folder of returns. Out: verdicts, tables, files. Knows no formats.

pub mod issue;
mod past;
mod replay;

pub use replay::replay;

use crate::atomic;
use crate::compute::{self, Computed};
use crate::definition::reference::ReferenceFolders;
use crate::definition::{self, Diagnostic, Plan, Reference};
use crate::domain::period::Period;
use crate::history::History;
use crate::history::keep::PeriodResults;
use crate::ingest::{self, Delivery, Limits};
use crate::model::discipline::PastDiscipline;
use crate::model::outcome::Read;
use crate::model::{Outcome, Severity, SourceFile, Unreadable};
use crate::normalise::{self, Budget, Normaliser, Overrun};
use crate::report::{self, Correction, Edition, Written};
use crate::validate::arrived::{Arrival, Arrived};
use crate::validate::yardstick::Yardstick;
use crate::validate::{self, Validated};
use past::OwnPeriod;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

/// Why a run stopped; nothing was written and earlier results are untouched.
#[derive(Debug, Clone)]
pub enum Stop {
    /// Mistakes in the definition or the reference data, all of them.
    Definition(Vec<Diagnostic>),
    /// The command asks for something that cannot be (a period of the wrong kind).
    Usage(String),
    /// There is nothing to read, or it cannot be read.
    Input(String),
    /// Results cannot be written.
    Output(String),
    /// The run cannot prove its own accounting: a defect of the program, and no reason to print figures.
    Unproven(String),
}

/// Whom a run tells how it is getting on.
pub trait Watch: Sync {
    fn stage(&self, _name: &str) {}
    fn files_found(&self, _count: usize) {}
    /// One more file is done, with this many findings.
    fn file_done(&self, _findings: usize) {}
}

/// Says nothing.
pub struct Unwatched;
impl Watch for Unwatched {}

/// A checked definition with the reference data and period it runs with.
#[derive(Debug, Clone)]
pub struct Prepared {
    pub plan: Plan,
    pub reference: Reference,
    pub period: Period,
    /// The day that the chase list is of (`--as-of`); the last receipt where nobody says.
    pub as_of: Option<i32>,
}

/// Reads and checks the definition and the reference data, before any return is opened.
///
/// # Errors
/// [`Stop::Definition`] with every problem, or [`Stop::Usage`] for a period that does not fit.
pub fn prepare(definition: &Path, folders: &ReferenceFolders, period: Option<&str>) -> Result<Prepared, Stop> {
    let plan = definition::read(definition).map_err(Stop::Definition)?;
    let period = period_of(&plan, period.unwrap_or(&plan.sample_period))?;
    let reference = definition::reference::load(&plan, folders, &period).map_err(Stop::Definition)?;
    Ok(Prepared { plan, reference, period, as_of: None })
}

/// The period that a pipeline is asked for.
///
/// # Errors
/// [`Stop::Usage`]: it does not parse, is of another kind, or nothing is reported in it.
pub fn period_of(plan: &Plan, written: &str) -> Result<Period, Stop> {
    let (schedule, title) = (&plan.schedule, &plan.title);
    let examples = definition::read::period_examples(schedule);
    let Some(period) = schedule.parse(written) else {
        return Err(Stop::Usage(format!("看不懂报告期“{written}”。“{title}”的报告期请写成{examples}。")));
    };
    if period.kind != schedule.kind {
        let (ours, theirs) = (schedule.kind.word(), period.kind.word());
        return Err(Stop::Usage(format!(
            "“{title}”按{ours}报送，而“{written}”是{theirs}。请用 --period 写一个{ours}，写成{examples}。"
        )));
    }
    match &schedule.season {
        Some(season) if !schedule.reports(&period) => Err(Stop::Usage(format!(
            "“{title}”只在{}（{}）报送，“{written}”不在其中。请核对 --period。",
            season.name,
            season.words()
        ))),
        _ => Ok(period),
    }
}

/// Where a run reads earlier periods and puts its results.
#[derive(Debug, Clone, Copy, Default)]
pub struct Places<'a> {
    /// Results; `None` writes nothing at all, the history included.
    pub out: Option<&'a Path>,
    /// The history store; `None` neither reads nor keeps any.
    pub history: Option<&'a Path>,
    /// Why an issued period is run again (更正的理由).
    pub reason: Option<&'a str>,
}

/// Reads all returns and validates them together: the first three stages.
///
/// # Errors
/// [`Stop::Input`] when there is nothing to read, [`Stop::Unproven`] when the accounting does not come out.
pub fn collect(
    prepared: &Prepared,
    returns: &[PathBuf],
    history: &History,
    limits: &Limits,
    watch: &dyn Watch,
) -> Result<Validated, Stop> {
    let Prepared { plan, reference, period, .. } = prepared;
    watch.stage("查找文件");
    let found = ingest::discover(returns, limits).map_err(Stop::Input)?;
    if found.files.is_empty() {
        let folders: Vec<String> = returns.iter().map(|path| format!("“{}”", path.display())).collect();
        return Err(Stop::Input(format!("{}里没有文件。请检查路径，或把报表放进去再运行。", folders.join("、"))));
    }
    watch.files_found(found.files.len());
    watch.stage("读取报表");
    let normaliser = Normaliser::new(normalise::Frame { plan, reference, period });
    let arrived = ingest::read_all(&found.files, limits, |source, delivery| {
        let arrived = arrive(&normaliser, source, delivery, limits);
        watch.file_done(match &arrived.arrival {
            Arrival::Return(normalised) => normalised.findings.len(),
            Arrival::Unreadable(_) => 1,
            _ => 0,
        });
        arrived
    })
    .map_err(Stop::Input)?;
    watch.stage("核对数据");
    let validated = validate::validate(Yardstick { plan, reference, period, history }, arrived);
    validate::accounting::prove(&validated.verdict).map_err(Stop::Unproven)?;
    Ok(validated)
}

/// What to say where not one file is a return of this pipeline: another pipeline's folder, most likely, and a province
/// of which nobody reported would be nobody's result. `None` where one is, or where files could not be read: they may be,
/// and whose they are stands in the results.
pub fn none_of_ours(prepared: &Prepared, validated: &Validated) -> Option<String> {
    let verdict = &validated.verdict;
    let count = |outcome| verdict.count(outcome);
    let ours = count(Outcome::Accepted) + count(Outcome::Returned) + count(Outcome::Superseded);
    let all = verdict.sources.len();
    if ours > 0 || count(Outcome::Unreadable) > 0 {
        return None;
    }
    let others = [Outcome::Unrecognised, Outcome::Ignored].iter().filter(|of| count(**of) > 0);
    let others: Vec<String> = others.map(|outcome| format!("{} {}", outcome.word(), count(*outcome))).collect();
    let first = verdict.sources.iter().find(|source| source.outcome == Outcome::Unrecognised);
    let first = first.map_or_else(String::new, |source| format!("例如 {}：{}。", source.source.name, source.cause));
    Some(format!(
        "收到的 {all} 个文件里没有一份是“{}”的报表（{}）。{first}请核对流程名和文件夹有没有拿错；\
         不知道是哪项工作的报表，可以运行 huizong check 加上文件或文件夹，不写流程名。",
        prepared.plan.title,
        others.join("，"),
    ))
}

fn arrive(normaliser: &Normaliser<'_>, source: &SourceFile, delivery: Delivery, limits: &Limits) -> Arrived {
    let mut format = "";
    let mut near_misses = Vec::new();
    let arrival = match delivery.read {
        Read::Workbook(workbook) => {
            format = workbook.format.name();
            let budget = Budget::of(limits.time.saturating_sub(delivery.spent), limits.memory);
            // A file that defeats the program costs itself and not the run; it is named, and counts nowhere.
            let normalised = catch_unwind(AssertUnwindSafe(|| normaliser.normalise_within(source, &workbook, budget)));
            match normalised {
                Ok(Err(overrun)) => Arrival::Unreadable(too_dear(overrun, &budget, limits)),
                Ok(Ok(mut normalised)) => {
                    near_misses = std::mem::take(&mut normalised.near_misses);
                    match normalised.unrecognised {
                        Some(cause) => Arrival::Unrecognised(cause),
                        None => Arrival::Return(Box::new(normalised)),
                    }
                }
                Err(_) => Arrival::Unreadable(Unreadable {
                    code: "file-damaged",
                    cause: "文件的内容让程序无法核对（程序缺陷）".to_owned(),
                    next: "请把这份文件交给维护人员；可先请报送单位用下发的表式重新填报".to_owned(),
                }),
            }
        }
        Read::Unreadable(why) => Arrival::Unreadable(why),
        Read::NotATable { cause } => Arrival::Unrecognised(cause),
        Read::Litter { cause } => Arrival::Ignored(cause),
    };
    let named_unit = match arrival {
        Arrival::Return(_) | Arrival::Ignored(_) => None,
        _ => normaliser.named_unit(source),
    };
    Arrived {
        source: source.clone(),
        sha256: delivery.sha256,
        size: delivery.size,
        format,
        arrival,
        near_misses,
        named_unit,
    }
}

/// A file that reads, and costs too much to understand.
fn too_dear(overrun: Overrun, budget: &Budget, limits: &Limits) -> Unreadable {
    let over = |what: &str, most: usize| Unreadable {
        code: "file-over-limit",
        cause: format!("这份文件{what}超过 {most}"),
        next: "请报送单位删去与报表无关的内容、按表式分开填报后重新发送；确需照收的，用 --file-memory 放宽上限再运行"
            .to_owned(),
    };
    match overrun {
        Overrun::Rows => over("的数据行数", budget.rows),
        Overrun::Tables => over("里表的张数", budget.tables),
        Overrun::Findings => over("的审核问题数", budget.findings),
        Overrun::Amendments => over("需要规范化的单元格数", budget.amendments),
        Overrun::Time => limits.over_time(),
    }
}

/// A finished run.
#[derive(Debug, Clone)]
pub struct Finished {
    pub validated: Validated,
    pub computed: Computed,
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

/// Whether anything in these returns blocks.
pub fn blocked(validated: &Validated) -> bool {
    let verdict = &validated.verdict;
    verdict.findings.iter().any(|finding| finding.severity == Severity::Block) || verdict.count(Outcome::Unreadable) > 0
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
    let mut validated = collect(prepared, returns, &history, limits, watch)?;
    if let Some(strangers) = none_of_ours(prepared, &validated) {
        return Err(Stop::Input(format!("{strangers}没有写出任何结果，原有结果没有改动。")));
    }
    watch.stage("计算统计表");
    let earlier = earlier_discipline(&history, plan, period);
    let computed = compute::compute(compute::Inputs {
        plan,
        reference,
        period,
        rows: &validated.rows,
        lookups: &validated.lookups,
        verdict: &validated.verdict,
        history: &history,
        earlier: &earlier,
        as_of: prepared.as_of,
    })
    .map_err(Stop::Unproven)?;
    // What was stored of a column means something else today: no figure beside it could be trusted.
    let conflicts = history.conflicts();
    if !conflicts.is_empty() {
        return Err(Stop::Usage(conflicts.join("\n")));
    }
    validated.verdict.findings.extend(computed.findings.iter().cloned());
    validate::files::sort_findings(&mut validated.verdict.findings);
    let mut written = Written::default();
    if let Some(folder) = places.out {
        if own.is_some() {
            OwnPeriod::keeps_something(&history, &validated.verdict)?;
        }
        watch.stage("写出结果");
        written = write(prepared, &history, own.as_ref(), &validated, &computed, folder)?;
    }
    let mut history_notes = history.notes();
    let keeps = own.as_ref().filter(|_| places.out.is_some());
    history_notes.extend(keeps.and_then(|own| own.outdated(&history, plan, &validated.verdict)));
    Ok(Finished { validated, computed, written, history_notes })
}

/// Writes the results and the history: both are complete beside their places before either is moved there.
fn write(
    prepared: &Prepared,
    history: &History,
    own: Option<&OwnPeriod>,
    validated: &Validated,
    computed: &Computed,
    folder: &Path,
) -> Result<Written, Stop> {
    let Prepared { plan, reference, period, .. } = prepared;
    let statements: Vec<(Option<bool>, String)> =
        computed.statements.iter().map(|statement| (statement.holds, statement.text.clone())).collect();
    let changes = own.map(|own| own.changes(history, &computed.tables)).transpose()?.flatten();
    let issued = own.and_then(OwnPeriod::issued).zip(changes.as_deref());
    let edition = Edition {
        plan,
        reference,
        period,
        verdict: &validated.verdict,
        rows: &validated.rows,
        tables: &computed.tables,
        statements: &statements,
        chase: &computed.chase,
        history_notes: &history.notes(),
        correction: issued.map(|((number, reason), changes)| Correction { number, reason, changes }),
    };
    let mut pending = report::prepare(edition, folder).map_err(Stop::Output)?;
    let forms = std::mem::take(&mut pending.forms);
    let entry = PeriodResults {
        plan,
        reference,
        period,
        verdict: &validated.verdict,
        tables: &computed.tables,
        issued: issued.map(|((number, _), _)| number),
    };
    let kept = own.map(|own| own.stage(entry, forms, changes.as_ref().map(Vec::len))).transpose()?;
    let written = pending.commit().map_err(Stop::Output)?;
    if let Some(kept) = kept {
        kept.commit().map_err(|error| Stop::Output(format!("结果已写出，但没有存入历史库：{error}")))?;
    }
    Ok(written)
}
