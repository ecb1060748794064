//! `huizong replay`: what the rules of a (changed) definition would say of stored periods, before they are switched on.

use super::arguments::ReplayOptions;
use super::screen::{Exit, say};
use crate::definition::Plan;
use crate::domain::period::Period;
use crate::formats::allowance::Allowance;
use crate::history::survey::survey;
use crate::model::replay::Replay;
use crate::report::replay::NOTES;
use crate::run::{self, Stop};
use crate::workspace::{self, Workspace};
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// Tries the rules, prints the counts and writes the workbook.
///
/// # Errors
/// There is nothing to try, or it cannot be written.
pub fn replay(options: &ReplayOptions) -> Result<Exit, Stop> {
    let workspace = Workspace::find(options.pipelines.as_deref())?;
    let plan = workspace.plan(&options.pipeline)?;
    let only = run::replay::asked(&plan, &options.rule)?;
    let history = store(options.past.history.as_deref(), &plan)?;
    let periods = periods(&plan, &history, options.periods.as_deref())?;
    let reference = options.reference.as_deref();
    let prepare = |period: &Period| workspace.prepare(&plan.name, reference, Some(&period.key()), Allowance::default());
    let replay = run::replay::replay(&periods, &history, only.as_ref(), prepare)?;
    let out = options.out.clone().unwrap_or_else(|| PathBuf::from("out").join(format!("{}-replay", plan.name)));
    let written = run::replay::write(&replay, &plan.title, &out)?;
    let mut text = format!("{}规则试算（历史库 {}）\n", plan.title, history.display());
    text += &listing(&replay);
    for file in &written {
        let _ = writeln!(text, "  已写出 {}", file.display());
    }
    say(&text);
    Ok(Exit::Clean)
}

/// The folder given, else the one of real returns, else that of the shipped samples; which one it is, is printed.
fn store(given: Option<&Path>, plan: &Plan) -> Result<PathBuf, Stop> {
    let roots = workspace::histories(given);
    let tried = roots.iter().map(|root| format!("“{}”", root.display())).collect::<Vec<_>>().join("、");
    roots.into_iter().find(|root| root.join(&plan.name).is_dir()).ok_or_else(|| {
        Stop::Input(format!(
            "历史库{tried}里没有“{}”的数据。请先用 huizong run 汇总各期，或用 --history 指明。",
            plan.name
        ))
    })
}

/// Stored periods from the first to the last asked for, both included.
fn periods(plan: &Plan, history: &Path, asked: Option<&str>) -> Result<Vec<Period>, Stop> {
    let period = |text: &str| {
        let unreadable = || format!("看不懂报告期“{text}”。请写成 2025-01..2026-03、2026-03.. 或 2026-03 这样的形式。");
        let text = text.trim();
        match text.is_empty() {
            true => Ok(None),
            false => plan.schedule.parse(text).map(Some).ok_or_else(unreadable),
        }
    };
    let (first, last) = match asked {
        None => (None, None),
        Some(text) => {
            let (first, last) = text.split_once("..").unwrap_or((text, text));
            (period(first).map_err(Stop::Usage)?, period(last).map_err(Stop::Usage)?)
        }
    };
    let stored: Vec<Period> = survey(history, plan)
        .periods
        .into_iter()
        .map(|stored| stored.period)
        .filter(|period| first.as_ref().is_none_or(|first| period.first >= first.first))
        .filter(|period| last.as_ref().is_none_or(|last| period.last <= last.last))
        .collect();
    if stored.is_empty() {
        let span = asked.map(|text| format!("在 {text} 内")).unwrap_or_default();
        let history = history.display();
        return Err(Stop::Input(format!("历史库 {history} 里没有“{}”{span}的报告期。", plan.name)));
    }
    Ok(stored)
}

/// Remarks that fit a terminal.
const REMARKS: usize = 6;

/// A line a rule: for each period how many rows and units it would find.
fn listing(replay: &Replay) -> String {
    let mut text = String::from("  各期：");
    text += &replay.periods.iter().map(|period| period.period.title()).collect::<Vec<_>>().join("、");
    text += "（行数/单位数）\n";
    for rule in &replay.rules {
        let trial = if rule.trial { "，试行" } else { "" };
        let counts: Vec<String> = replay
            .periods
            .iter()
            .map(|period| match period.rows {
                Ok(_) => {
                    let (rows, units) = period.count(&rule.code);
                    format!("{rows}/{units}")
                }
                Err(_) => "—".to_owned(),
            })
            .collect();
        let _ = writeln!(text, "  {}（{}{trial}） {}", rule.code, rule.severity.word(), counts.join(" "));
    }
    for period in &replay.periods {
        let title = period.period.title();
        if let Err(why) = &period.rows {
            let _ = writeln!(text, "  {title}没有试算：{why}");
        }
    }
    let remarks: Vec<String> = replay
        .periods
        .iter()
        .flat_map(|period| period.remarks.iter().map(|remark| format!("{}：{remark}", period.period.title())))
        .collect();
    for remark in remarks.iter().take(REMARKS) {
        let _ = writeln!(text, "  {remark}");
    }
    if remarks.len() > REMARKS {
        let _ = writeln!(text, "  另有 {} 条说明，见工作簿的“说明”", remarks.len() - REMARKS);
    }
    for note in NOTES {
        let _ = writeln!(text, "  {note}");
    }
    text
}
