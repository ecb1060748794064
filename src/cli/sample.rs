//! `huizong sample`: fictitious returns for trials.

use super::arguments::SampleOptions;
use super::project::{Project, SAMPLE_MARK};
use super::{Exit, complain, say};
use crate::samples;

const MARK: &str = "这个文件夹里的报表是 huizong sample 生成的虚构数据，只供试用。\r\n\
                    汇总它们时，结果存入 out/sample-history，不会成为真实数据的上期。请不要删除本文件。\r\n";

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
            // Beside the folder of returns; the small sample has none of its own, and a file in it would be one return more.
            if options.units.is_some()
                && let Err(error) = std::fs::write(options.out.join(SAMPLE_MARK), MARK)
            {
                complain(&format!("无法写入 {}：{error}", options.out.join(SAMPLE_MARK).display()));
                return Exit::Machine;
            }
            say(&format!("写出 {} 份报表到 {}\n", summary.files, options.out.display()));
            Exit::Clean
        }
        Err(text) => {
            complain(&text);
            Exit::Machine
        }
    }
}
