//! The first three stages: files in, verdicts out.

use super::alike::KnownBindings;
use super::claimed::Claims;
use super::prepare::Prepared;
use super::stop::Stop;
use super::watch::Watch;
use super::{decided, own_results};
use crate::history::History;
use crate::ingest::{self, Delivery, Discovery, Limits};
use crate::machine;
use crate::model::codes::FindingCode;
use crate::model::decision::Decisions;
use crate::model::outcome::ReadOutcome;
use crate::model::overflow::Overflow;
use crate::model::{Outcome, Severity, SourceFile, Unreadable};
use crate::normalise::{self, Budget, Normaliser, Overrun};
use crate::validate::arrived::{Arrival, Arrived};
use crate::validate::yardstick::Yardstick;
use crate::validate::{self, Validated};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;

/// Bytes of packed rows that wait in memory for the other files; the disk keeps those beyond: a province of two
/// thousand returns never asks it.
const WAITING: usize = 16 << 20;

/// So many returns that what is free between the stages counts for more than the time that giving it back takes.
const MANY: usize = 5_000;

/// Reads all returns and validates them together, decisions applied: the first three stages.
///
/// # Errors
/// [`Stop::Input`] when there is nothing to read, [`Stop::Unproven`] when the accounting does not come out.
pub fn collect(
    prepared: &Prepared,
    returns: &[PathBuf],
    (history, decisions): (&History, &Decisions),
    limits: &Limits,
    watch: &dyn Watch,
) -> Result<Validated, Stop> {
    let Prepared { plan, reference, period, .. } = prepared;
    let found = discover(returns, limits, watch)?;
    let own = own_results::find(&found.files);
    let claims = Claims::of(history);
    let frame = normalise::Assignment { plan, reference, period, confirmed: false };
    let normaliser = Normaliser::new(frame);
    let overflow = Overflow::new(WAITING);
    let bindings = KnownBindings::default();
    let arrived = ingest::read_all(&found.files, limits, |source, delivery| {
        let mut arrived = arrive(&normaliser, source, &delivery, limits);
        if let Arrival::Return(returned) = &mut arrived.arrival {
            bindings.share(returned);
            returned.send_away(&overflow);
        }
        own_results::ignore(&own, &mut arrived);
        claims.ask(&mut arrived);
        watch.file_done(arrived.arrival.findings());
        arrived
    })
    .map_err(Stop::Input)?;
    watch.stage("核对数据");
    // What says another period was not read as a return of this one: where somebody says that it is, it is read again.
    let as_ours = |index: u32| {
        let source = found.files.iter().find(|source| source.index == index)?;
        let normaliser = Normaliser::new(normalise::Assignment { confirmed: true, ..frame });
        let read = |source: &SourceFile, delivery: Delivery| {
            let mut arrived = arrive(&normaliser, source, &delivery, limits);
            claims.ask(&mut arrived);
            arrived
        };
        ingest::read_all(std::slice::from_ref(source), limits, read).ok()?.pop()
    };
    let yardstick = Yardstick { plan, reference, period, history, decisions };
    let validated = decided::validate(&normaliser, yardstick, arrived, &as_ours);
    if overflow.lost() {
        return Err(lost());
    }
    validate::accounting::prove(&validated.verdict).map_err(Stop::Unproven)?;
    Ok(validated)
}

/// What waited on the disk cannot be read back: nothing can be told of what lacks it.
pub fn lost() -> Stop {
    let folder = std::env::temp_dir();
    Stop::Input(format!(
        "暂存在临时文件夹“{}”里的报表数据读不回来，没有出结果。请检查这个磁盘，再运行一次。",
        folder.display()
    ))
}

/// All files of the paths given, in the order of the run.
///
/// # Errors
/// [`Stop::Input`] when there is nothing to read.
pub fn discover(returns: &[PathBuf], limits: &Limits, watch: &dyn Watch) -> Result<Discovery, Stop> {
    watch.stage("查找文件");
    let found = ingest::discover(returns, limits).map_err(Stop::Input)?;
    if found.files.is_empty() {
        let folders: Vec<String> = returns.iter().map(|path| format!("“{}”", path.display())).collect();
        return Err(Stop::Input(format!("{}里没有文件。请检查路径，或把报表放进去再运行。", folders.join("、"))));
    }
    if found.files.len() >= MANY {
        machine::save_memory();
    }
    watch.files_found(found.files.len());
    watch.stage("读取报表");
    Ok(found)
}

/// What to say where not one file is a return of this pipeline: another pipeline's folder, most likely, and a province
/// of which nobody reported would be nobody's result. `None` where one is, or where files could not be read: they may be,
/// and whose they are stands in the results.
pub fn none_of_ours(prepared: &Prepared, validated: &Validated) -> Option<String> {
    let verdict = &validated.verdict;
    let count = |outcome| verdict.count(outcome);
    let of_ours = [Outcome::Accepted, Outcome::Returned, Outcome::Superseded, Outcome::OtherPeriod, Outcome::LeftOut];
    let ours: usize = of_ours.into_iter().map(count).sum();
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

/// One file as a pipeline sees it, before anything is held against other files.
pub fn arrive(normaliser: &Normaliser<'_>, source: &SourceFile, delivery: &Delivery, limits: &Limits) -> Arrived {
    let mut format = "";
    let mut near_misses = Vec::new();
    let arrival = match &delivery.read {
        ReadOutcome::Workbook(workbook) => {
            format = workbook.format.name();
            let budget = Budget::of(limits.time.saturating_sub(delivery.spent), limits.memory);
            // A file that defeats the program costs itself and not the run; it is named, and counts nowhere.
            let normalised = catch_unwind(AssertUnwindSafe(|| normaliser.normalise_within(source, workbook, budget)));
            match normalised {
                Ok(Err(overrun)) => Arrival::Unreadable(too_dear(overrun, &budget, limits)),
                Ok(Ok(mut normalised)) => {
                    near_misses = std::mem::take(&mut normalised.near_misses);
                    normalised.put_away();
                    match normalised.unrecognised {
                        Some(cause) => Arrival::Unrecognised(cause),
                        None => Arrival::Return(Box::new(normalised)),
                    }
                }
                Err(_) => Arrival::Unreadable(Unreadable {
                    code: FindingCode::FileDamaged,
                    cause: "文件的内容让程序无法核对（程序缺陷）".to_owned(),
                    next: "请把这份文件交给维护人员；可先请报送单位用下发的表式重新填报".to_owned(),
                }),
            }
        }
        ReadOutcome::Unreadable(why) => Arrival::Unreadable(why.clone()),
        ReadOutcome::NotATable { cause } => Arrival::Unrecognised(cause.clone()),
        ReadOutcome::Litter { cause } => Arrival::Ignored(cause.clone()),
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
        left_out: None,
    }
}

/// A file that reads, and costs too much to understand.
fn too_dear(overrun: Overrun, budget: &Budget, limits: &Limits) -> Unreadable {
    let over = |what: &str, most: usize| Unreadable {
        code: FindingCode::FileOverLimit,
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

/// Whether anything in these returns blocks.
pub fn blocked(validated: &Validated) -> bool {
    let verdict = &validated.verdict;
    verdict.findings.iter().any(|finding| finding.severity == Severity::Block) || verdict.count(Outcome::Unreadable) > 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::counted::held;
    use crate::model::kept::KeptTable;
    use crate::samples;
    use crate::workspace::Workspace;

    #[test]
    fn a_file_that_waits_for_the_others_takes_little_room() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let out = tempfile::tempdir().unwrap();
        let asked = samples::Options {
            pipeline: "model-teams".into(),
            out: out.path().to_owned(),
            units: Some(8),
            period: None,
            rows: 60,
            seed: 1,
            pipelines: root.join("pipelines"),
        };
        samples::generate(&asked).unwrap();
        let workspace = Workspace::find(Some(&root.join("pipelines"))).unwrap();
        let limits = Limits::default();
        let reference = out.path().join("reference");
        let prepared = workspace.prepare("model-teams", Some(&reference), None, limits.allowance()).unwrap();
        let normaliser = Normaliser::new(normalise::Assignment {
            plan: &prepared.plan,
            reference: &prepared.reference,
            period: &prepared.period,
            confirmed: false,
        });
        let found = ingest::discover(&[out.path().join("returns")], &limits).unwrap();
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        let reads = std::sync::Mutex::new(Vec::new());
        pool.install(|| ingest::read_here(&found.files, &limits, |read| reads.lock().unwrap().push(read)));
        let reads = reads.into_inner().unwrap();
        for (source, read) in found.files.iter().zip(reads) {
            let delivery = ingest::Delivery { read, sha256: Some([0; 32]), size: 1, spent: std::time::Duration::ZERO };
            let mut arrived = arrive(&normaliser, source, &delivery, &limits);
            let Arrival::Return(returned) = &mut arrived.arrival else { panic!("{:?}", arrived.arrival) };
            assert_eq!(returned.tables.iter().map(KeptTable::rows).sum::<usize>(), 60);
            let tables = std::mem::take(&mut returned.tables);
            let packed = -held(|| drop(tables)).0;
            let rest = -held(|| drop(arrived)).0;
            println!("{packed} {rest}");
            assert!(packed < 3_500, "the rows of a file take {packed} bytes while they wait");
            assert!(rest < 3_000, "and all else that is known of it {rest}");
        }
    }
}
