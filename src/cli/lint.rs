//! `huizong lint`: the definitions and their reference data alone.

use super::arguments::LintOptions;
use super::screen::{Exit, say};
use super::summary;
use crate::definition::diagnostic::{Diagnostic, nearest};
use crate::definition::read::schema::{FILES, schema};
use crate::formats::allowance::Allowance;
use crate::model::codes::{AmendmentRule, DiagnosticCode, FindingCode};
use crate::run::{Prepared, Stop};
use crate::workspace::Workspace;
use rayon::prelude::*;
use std::fmt::Write as _;

/// Checks one definition or all.
///
/// # Errors
/// There are no definitions to check.
pub fn lint(options: &LintOptions) -> Result<Exit, Stop> {
    if let Some(code) = &options.explain {
        return explain(code);
    }
    if let Some(file) = &options.schema {
        let known = || format!("没有“{file}”的编写规范。可写：{}。", FILES.join("、"));
        say(&schema(file).ok_or_else(|| Stop::Usage(known()))?);
        return Ok(Exit::Clean);
    }
    let workspace = Workspace::find(options.pipelines.as_deref())?.keeping_tables();
    let names = options.pipeline.clone().map_or_else(|| workspace.names(), |name| vec![name]);
    if names.is_empty() {
        let folder = workspace.pipelines.display();
        return Err(Stop::Usage(format!("“{folder}”里没有流程定义（应为 流程名/pipeline.toml）。")));
    }
    let mut worst = Exit::Clean;
    let prepare = |name: &String| workspace.prepare(name, options.reference.as_deref(), None, Allowance::default());
    let all: Vec<_> = names.par_iter().with_max_len(1).map(prepare).collect();
    for (name, ready) in names.iter().zip(all) {
        match ready {
            Ok(ready) => {
                summary::warned(&warnings(&ready));
                if !options.quiet {
                    say(&found_sound(name, &ready));
                }
            }
            Err(stop) => worst = summary::stopped(&stop),
        }
    }
    Ok(worst)
}

/// What leaves something to chance, in the definition and in its reference data.
fn warnings(ready: &Prepared) -> Vec<Diagnostic> {
    [ready.plan.warnings.as_slice(), &ready.reference.warnings].concat()
}

fn found_sound(name: &str, ready: &Prepared) -> String {
    let Prepared { plan, reference, .. } = ready;
    let problems = match warnings(ready).len() {
        0 => "没有问题".to_owned(),
        warnings => format!("没有错误，{warnings} 处提醒"),
    };
    format!(
        "{name}：{}，{} 张表式，{} 张统计表，{} 个报送单位，{problems}\n",
        plan.title,
        plan.forms.len(),
        plan.tables.len(),
        reference.roster.expected.len()
    )
}

/// Says what a code means and what to do. One spelling may be both a finding and a change.
///
/// # Errors
/// There is no such code.
fn explain(code: &str) -> Result<Exit, Stop> {
    let mut text = String::new();
    if let Some(finding) = FindingCode::spelled(code) {
        let entry = finding.entry();
        let words: Vec<&str> = entry.severities.iter().map(|severity| severity.word()).collect();
        let holds = entry.severities.iter().any(|severity| entry.holds(*severity));
        let counts = if holds {
            format!("必改时{}不计入统计", entry.stands.word())
        } else {
            "照常计入统计".to_owned()
        };
        let _ = writeln!(text, "{code}（审核问题，{}）：{}。", words.join("或"), entry.word);
        let _ = writeln!(text, "  {counts}。{}。", entry.next);
    }
    if let Some(rule) = AmendmentRule::spelled(code) {
        let _ = writeln!(text, "{code}（规范化记录）：{}。", rule.entry().word);
    }
    if let Some(diagnostic) = DiagnosticCode::spelled(code) {
        let entry = diagnostic.entry();
        let _ = writeln!(text, "{code}（定义{}）：{}。\n  {}。", entry.gravity.word(), entry.word, entry.next);
    }
    if text.is_empty() {
        let all = FindingCode::ALL.iter().map(|code| code.as_str());
        let all = all.chain(AmendmentRule::ALL.iter().map(|rule| rule.as_str()));
        let near = nearest(code, all.chain(DiagnosticCode::ALL.iter().map(|code| code.as_str())));
        let near = near.map_or_else(String::new, |near| format!("是不是“{near}”？"));
        return Err(Stop::Usage(format!("没有系统自带的代码“{code}”。{near}各项工作自己的规则代码见其定义文件。")));
    }
    say(&text);
    Ok(Exit::Clean)
}
