//! The run as a table of contents: ingest → normalise → validate → compute → write.
//!
//! In: a definition, reference data and a folder of returns. Out: verdicts, tables, files. Knows no formats.

use crate::compute::{self, Computed};
use crate::domain::period::Period;
use crate::ingest::{self, Delivery, Limits};
use crate::model::outcome::Read;
use crate::model::{Severity, SourceFile, Unreadable};
use crate::normalise::{self, Budget, Normaliser, Overrun};
use crate::report::{self, Edition, Written};
use crate::spec::reference::ReferenceFolders;
use crate::spec::{self, Diagnostic, Plan, Reference};
use crate::validate::{self, Arrival, Arrived, Validated};
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
}

/// Reads and checks the definition and the reference data, before any return is opened.
///
/// # Errors
/// [`Stop::Definition`] with every problem, or [`Stop::Usage`] for a period that does not fit.
pub fn prepare(definition: &Path, folders: &ReferenceFolders, period: Option<&str>) -> Result<Prepared, Stop> {
    let plan = spec::read(definition).map_err(Stop::Definition)?;
    let written = period.unwrap_or(&plan.sample_period);
    let Some(period) = Period::parse(written) else {
        return Err(Stop::Usage(format!(
            "看不懂报告期“{written}”。请写成 2026、2026-03、2026Q1 或 2026H1 这样的形式。"
        )));
    };
    if period.kind != plan.period_kind {
        return Err(Stop::Usage(format!(
            "“{}”按{}报送，而“{written}”是{}。请用 --period 写一个{}。",
            plan.title,
            plan.period_kind.word(),
            period.kind.word(),
            plan.period_kind.word()
        )));
    }
    let reference = spec::reference::load(&plan, folders, &period).map_err(Stop::Definition)?;
    Ok(Prepared { plan, reference, period })
}

/// Reads all returns and validates them together: the first three stages.
///
/// # Errors
/// [`Stop::Input`] when there is nothing to read, [`Stop::Unproven`] when the accounting does not come out.
pub fn collect(
    prepared: &Prepared,
    returns: &[PathBuf],
    limits: &Limits,
    watch: &dyn Watch,
) -> Result<Validated, Stop> {
    let Prepared { plan, reference, period } = prepared;
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
    let validated = validate::validate(plan, reference, period, arrived);
    validate::prove(&validated.verdict).map_err(Stop::Unproven)?;
    Ok(validated)
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
        Overrun::Time => ingest::over_time(limits),
    }
}

/// A finished run.
#[derive(Debug, Clone)]
pub struct Finished {
    pub validated: Validated,
    pub computed: Computed,
    /// Empty for a dry run.
    pub written: Written,
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
    verdict.findings.iter().any(|finding| finding.severity == Severity::Block)
        || verdict.count(crate::model::Outcome::Unreadable) > 0
}

/// The whole run. With `out` absent nothing is written.
///
/// # Errors
/// See [`Stop`].
pub fn run(
    prepared: &Prepared,
    returns: &[PathBuf],
    out: Option<&Path>,
    limits: &Limits,
    watch: &dyn Watch,
) -> Result<Finished, Stop> {
    if let Some(folder) = out {
        report::probe(folder).map_err(Stop::Output)?;
    }
    let mut validated = collect(prepared, returns, limits, watch)?;
    watch.stage("计算统计表");
    let Prepared { plan, reference, period } = prepared;
    let computed = compute::compute(compute::Inputs {
        plan,
        reference,
        period,
        rows: &validated.rows,
        lookups: &validated.lookups,
        verdict: &validated.verdict,
    })
    .map_err(Stop::Unproven)?;
    validated.verdict.findings.extend(computed.findings.iter().cloned());
    validate::sort_findings(&mut validated.verdict.findings);
    let mut written = Written::default();
    if let Some(folder) = out {
        watch.stage("写出结果");
        let statements: Vec<(Option<bool>, String)> =
            computed.statements.iter().map(|statement| (statement.holds, statement.text.clone())).collect();
        let edition = Edition {
            plan,
            reference,
            period,
            verdict: &validated.verdict,
            rows: &validated.rows,
            tables: &computed.tables,
            statements: &statements,
        };
        written = report::write(edition, folder).map_err(Stop::Output)?;
    }
    Ok(Finished { validated, computed, written })
}
