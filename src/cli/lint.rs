//! `huizong lint`: the definitions and their reference data alone.

use super::arguments::LintOptions;
use super::screen::{Exit, say};
use super::summary;
use crate::formats::allowance::Allowance;
use crate::run::Stop;
use crate::workspace::Workspace;

/// Checks one definition or all.
///
/// # Errors
/// There are no definitions to check.
pub fn lint(options: &LintOptions) -> Result<Exit, Stop> {
    let workspace = Workspace::find(options.pipelines.as_deref())?;
    let names = options.pipeline.clone().map_or_else(|| workspace.names(), |name| vec![name]);
    if names.is_empty() {
        let folder = workspace.pipelines.display();
        return Err(Stop::Usage(format!("“{folder}”里没有流程定义（应为 流程名/pipeline.toml）。")));
    }
    let mut worst = Exit::Clean;
    for name in &names {
        match workspace.prepare(name, options.reference.as_deref(), None, Allowance::default()) {
            Ok(ready) if !options.quiet => say(&format!(
                "{name}：{}，{} 张表式，{} 张统计表，{} 个报送单位，没有问题\n",
                ready.plan.title,
                ready.plan.forms.len(),
                ready.plan.tables.len(),
                ready.reference.roster.expected.len()
            )),
            Ok(_) => {}
            Err(stop) => worst = summary::stopped(&stop),
        }
    }
    Ok(worst)
}
