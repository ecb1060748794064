//! `huizong check`: one return or many, findings only. What a unit runs before it sends.

use super::arguments::CheckOptions;
use super::screen::{Exit, complain, say};
use super::{summary, watch};
use crate::ingest;
use crate::model::codes::FindingCode;
use crate::model::run::{RunVerdict, SourceVerdict};
use crate::model::{Finding, Outcome, Severity};
use crate::rows::subject::Subjects;
use crate::run::{self, Answered, Prepared, Received, Stop, Watch};
use crate::text::masks::mask_within;
use crate::workspace::Workspace;
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::PathBuf;

/// Checks files and prints every finding.
///
/// # Errors
/// Whatever stops it before a file is judged.
pub fn check(options: &CheckOptions) -> Result<Exit, Stop> {
    options.reading.set_threads();
    ingest::start_early(&options.reading.limits());
    let workspace = Workspace::find(options.reading.pipelines.as_deref())?.keeping_tables();
    let (asked, paths) = asked(&workspace, options)?;
    let prepared = prepare(options, &workspace, asked.as_deref())?;
    let progress = watch::Progress::new(options.reading.quiet || options.reading.json);
    let received = Received::find(paths, &options.reading.limits(), &progress as &dyn Watch)?;
    let judge = |prepared| run::recognise(prepared, &received, &options.reading.limits(), &progress as &dyn Watch);
    let mut answered = judge(&prepared)?;
    // Where nobody says which period is meant, each return is judged by its own.
    let said = if options.reading.period.is_none() { other_periods(&answered) } else { BTreeSet::new() };
    let mut later = Vec::new();
    for (name, period) in &said {
        let reading = &options.reading;
        let allowance = reading.limits().allowance();
        let Some(ready) = prepared.iter().find(|ready| ready.plan.name == *name) else { continue };
        // One that nobody owes in that period stays a return of another one.
        later.extend(workspace.prepare_again(ready, reading.reference.as_deref(), period, allowance).ok());
    }
    for ready in &later {
        for mut answer in judge(std::slice::from_ref(ready))? {
            take_over(&mut answered, &mut answer);
            answered.push(answer);
        }
    }
    answered.retain(|answer| answer.own.contains(&true));
    progress.finish();
    for answer in &answered {
        if options.reading.json {
            say(&summary::for_machines(answer.ready, &own_alone(answer), &[]));
        } else if !options.reading.quiet {
            say(&listing(answer, options.reading.period.is_none()));
        }
    }
    // Findings first, then that there was nothing to judge.
    if let [only] = answered.as_slice()
        && let Some(text) = run::none_of_ours(only.ready, &only.validated)
    {
        complain(&text);
        return Ok(Exit::Machine);
    }
    let blocked = answered.iter().any(|answer| blocks(&own_alone(answer)));
    Ok(if blocked { Exit::Blocked } else { Exit::Clean })
}

/// The pipeline that was named, with --pipeline or before the files as every other verb has it, and the files. What is
/// there as a file or a folder is one, whatever its name.
fn asked<'o>(workspace: &Workspace, options: &'o CheckOptions) -> Result<(Option<String>, &'o [PathBuf]), Stop> {
    let paths = options.paths.as_slice();
    let Some((first, rest)) = paths.split_first() else { return Ok((options.pipeline.clone(), paths)) };
    let named = first.to_str().filter(|_| !first.exists()).and_then(|name| workspace.name(name).ok());
    match named {
        None => Ok((options.pipeline.clone(), paths)),
        Some(name) if rest.is_empty() => {
            let told = first.display();
            Err(Stop::Usage(format!("“{told}”是流程名，后面还要写核对哪些文件，例如 huizong check {name} 申报表.xlsx")))
        }
        Some(name) => match &options.pipeline {
            Some(other) if workspace.name(other)? != name => {
                let told = first.display();
                Err(Stop::Usage(format!("前面写的流程是“{told}”，--pipeline 写的是“{other}”，请只留一个")))
            }
            _ => Ok((Some(name), rest)),
        },
    }
}

/// The pipeline that is named; where none is, all of which the period can be.
fn prepare(options: &CheckOptions, workspace: &Workspace, named: Option<&str>) -> Result<Vec<Prepared>, Stop> {
    let reading = &options.reading;
    let (reference, period) = (reading.reference.as_deref(), reading.period.as_deref());
    let prepare = |name: &str| workspace.prepare_to_check(name, reference, period, reading.limits().allowance());
    if let Some(name) = named {
        return Ok(vec![prepare(name)?]);
    }
    let names = workspace.names();
    let all: Vec<_> = names.par_iter().with_max_len(1).map(|name| prepare(name)).collect();
    let mut prepared = Vec::new();
    for ready in all {
        match ready {
            Ok(ready) => prepared.push(ready),
            // A period that is none of this pipeline's kind: its returns cannot be meant.
            Err(Stop::Usage(_)) if names.len() > 1 => {}
            Err(stop) => return Err(stop),
        }
    }
    if prepared.is_empty() {
        return Err(Stop::Usage("没有一个流程用得上这个报告期。请检查 --period。".to_owned()));
    }
    Ok(prepared)
}

/// Whether anything in these returns blocks.
fn blocks(verdict: &RunVerdict) -> bool {
    let block = |finding: &Finding| finding.severity == Severity::Block;
    verdict.findings.iter().any(block) || verdict.count(Outcome::Unreadable) > 0
}

/// The files that are judged here.
fn own_sources<'a>(answer: &'a Answered<'_>) -> impl Iterator<Item = (usize, &'a SourceVerdict)> {
    let sources = answer.validated.verdict.sources.iter().enumerate();
    sources.filter(|(at, _)| answer.own.get(*at).copied().unwrap_or(true))
}

/// (pipeline, period) of the returns that are of another period than the one they were judged by.
fn other_periods(answered: &[Answered<'_>]) -> BTreeSet<(String, String)> {
    let of = |answer: &Answered<'_>| -> Vec<(String, String)> {
        let others = own_sources(answer).filter_map(|(_, source)| source.other_period.as_ref()?.period.as_ref());
        others.map(|period| (answer.ready.plan.name.clone(), period.key())).collect()
    };
    answered.iter().flat_map(of).collect()
}

/// Returns that are of the period of a later answer are judged there and nowhere else.
fn take_over(answered: &mut [Answered<'_>], later: &mut Answered<'_>) {
    let (plan, period) = (&later.ready.plan.name, &later.ready.period);
    let mut taken = vec![false; later.own.len()];
    for answer in answered.iter_mut().filter(|answer| answer.ready.plan.name == *plan) {
        let sources = answer.validated.verdict.sources.iter().map(|source| &source.other_period);
        let theirs: Vec<bool> =
            sources.map(|other| other.as_ref().is_some_and(|other| other.period.as_ref() == Some(period))).collect();
        for ((own, theirs), taken) in answer.own.iter_mut().zip(theirs).zip(&mut taken) {
            *taken |= *own && theirs;
            *own &= !theirs;
        }
    }
    later.own = taken;
    later.doubtful.clear();
}

/// The verdict on the files that are judged here, for counting.
fn own_alone(answer: &Answered<'_>) -> RunVerdict {
    let mut verdict = answer.validated.verdict.clone();
    let is_own = |index: u32| answer.own.get(index as usize).copied().unwrap_or(true);
    verdict.sources.retain(|source| is_own(source.source.index));
    verdict.findings.retain(|finding| finding.place.source.is_none_or(is_own));
    verdict
}

/// What stands for a person; `guessed` where nobody said which period is meant.
fn listing(answer: &Answered<'_>, guessed: bool) -> String {
    let (plan, verdict) = (&answer.ready.plan, &answer.validated.verdict);
    let own = own_alone(answer);
    let mut out = String::new();
    for source in &own.sources {
        let mut forms: Vec<&str> = Vec::new();
        for form in source.bindings.iter().filter_map(|binding| plan.forms.get(usize::from(binding.form))) {
            if !forms.contains(&form.title.as_str()) {
                forms.push(&form.title);
            }
        }
        let form = if forms.is_empty() { String::new() } else { format!(" · {}", forms.join("、")) };
        let mut line = format!("{}{form}：{}", source.source.name, source.outcome.word());
        if !source.cause.is_empty() {
            let why = [&source.cause, &source.next].into_iter().filter(|part| !part.is_empty());
            line += &format!("（{}）", why.map(String::as_str).collect::<Vec<_>>().join("；"));
        }
        let _ = writeln!(out, "{}", mask_within(&line));
    }
    let silent = |source: &&SourceVerdict| {
        let unsaid = |finding: &&Finding| {
            finding.code == FindingCode::PeriodMissing || finding.code == FindingCode::PeriodUnclear
        };
        own.findings.iter().filter(unsaid).any(|finding| finding.place.source == Some(source.source.index))
    };
    for source in own.sources.iter().filter(|_| guessed).filter(silent) {
        let (name, period) = (&source.source.name, answer.ready.period.title());
        let _ = writeln!(
            out,
            "{}",
            mask_within(&format!("{name}：看不出是哪一期的，按{period}核对；不是这一期的，请用 --period 写明"))
        );
    }
    for (position, title) in &answer.doubtful {
        let name = verdict.sources.get(*position).map_or("", |source| source.source.name.as_str());
        let _ = writeln!(out, "{name}：看表头也像“{title}”的报表，两项都核对了；请用 --pipeline 指明是哪一项");
    }
    let (reference, rows) = (&answer.ready.reference, answer.validated.rows.iter().map(|of| &of.rows));
    let subjects = Subjects::of(plan, verdict, rows, own.findings.iter());
    for finding in &own.findings {
        let who = subjects.unsaid(finding, &reference.roster);
        let _ = writeln!(out, "{}", summary::sentence(finding, who.as_deref(), verdict, reference));
    }
    if !answer.ready.unchecked.is_empty() {
        let names: Vec<String> = answer.ready.unchecked.iter().map(|name| format!("“{name}”")).collect();
        let _ = writeln!(out, "手头没有{}，与它核对的规则没有检查，由汇总部门核对。", names.join("、"));
    }
    let block = own.findings.iter().filter(|finding| finding.severity == Severity::Block).count();
    let _ = writeln!(
        out,
        "{}（{}）：共 {} 份文件，{} 处问题，其中必改 {block} 处。{}",
        plan.title,
        answer.ready.period.title(),
        own.sources.len(),
        own.findings.len(),
        if block > 0 {
            "请改正后再报。"
        } else if run::none_of_ours(answer.ready, &answer.validated).is_some() {
            "没有认出报表。"
        } else {
            "可以报送。"
        }
    );
    out
}
