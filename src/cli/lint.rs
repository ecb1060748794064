//! `huizong lint`: the definitions and their reference data alone.

use super::arguments::LintOptions;
use super::project::Project;
use super::{Exit, complain, say, summary};

/// Checks one definition or all.
pub fn lint(options: &LintOptions) -> Exit {
    let project = match Project::find(options.pipelines.as_deref()) {
        Ok(project) => project,
        Err(text) => {
            complain(&text);
            return Exit::Usage;
        }
    };
    let names = options.pipeline.clone().map_or_else(|| project.names(), |name| vec![name]);
    if names.is_empty() {
        complain(&format!("“{}”里没有流程定义（应为 流程名/pipeline.toml）。", project.pipelines.display()));
        return Exit::Usage;
    }
    let mut worst = Exit::Clean;
    for name in &names {
        match project.prepare(name, options.reference.as_deref(), None) {
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
    worst
}
