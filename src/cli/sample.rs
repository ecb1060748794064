//! `huizong sample`: fictitious returns for trials.

use super::arguments::SampleOptions;
use super::project::Project;
use super::{Exit, complain, say};
use crate::samples;

/// Writes sample returns.
pub fn sample(options: &SampleOptions) -> Exit {
    let project = match Project::find(options.pipelines.as_deref()) {
        Ok(project) => project,
        Err(text) => {
            complain(&text);
            return Exit::Usage;
        }
    };
    if !samples::PIPELINES.contains(&options.pipeline.as_str()) {
        complain(&format!("没有“{}”的样例。可用的流程：{}。", options.pipeline, samples::PIPELINES.join("、")));
        return Exit::Usage;
    }
    let wanted = samples::Options {
        pipeline: options.pipeline.clone(),
        out: options.out.clone(),
        units: options.units,
        period: options.period.clone(),
        rows: options.rows,
        seed: options.seed,
        reference: project.pipelines.join("reference"),
    };
    match samples::generate(&wanted) {
        Ok(summary) => {
            say(&format!("写出 {} 份报表到 {}\n", summary.files, options.out.display()));
            Exit::Clean
        }
        Err(text) => {
            complain(&text);
            Exit::Machine
        }
    }
}
