//! `huizong sample`: fictitious returns for trials. How they are made is no business of the face: whoever starts the
//! program joins the two.

use super::arguments::SampleOptions;
use super::screen::{Exit, say};
use crate::run::Stop;
use crate::workspace::{SAMPLE_MARK, Workspace};
use std::path::PathBuf;

const MARK: &str = "这个文件夹里的报表是 huizong sample 生成的虚构数据，只供试用。\r\n\
                    汇总它们时，结果存入 out/sample-history，不会成为真实数据的上期。请不要删除本文件。\r\n";

/// What the verb asks for.
#[derive(Debug, Clone)]
pub struct Wanted {
    pub pipeline: String,
    pub out: PathBuf,
    /// `None`: the small shipped sample.
    pub units: Option<u32>,
    /// The month of a large trial of monthly returns.
    pub period: Option<String>,
    /// Rows a return of a large trial.
    pub rows: u32,
    pub seed: u64,
    /// The folder that holds the definitions and the shared reference tables.
    pub pipelines: PathBuf,
}

/// Who makes samples.
#[derive(Debug, Clone, Copy)]
pub struct Sampler {
    /// Pipelines there are samples of.
    pub pipelines: &'static [&'static str],
    /// Writes them and says how many files; or why not, in Chinese.
    pub generate: fn(Wanted) -> Result<usize, String>,
}

/// Writes sample returns.
///
/// # Errors
/// There are none of this pipeline, or they cannot be written.
pub fn sample(options: &SampleOptions, sampler: &Sampler) -> Result<Exit, Stop> {
    let workspace = Workspace::find(options.pipelines.as_deref())?;
    // By its title too; a name that no definition has is one that there are no samples of.
    let pipeline = workspace.name(&options.pipeline).unwrap_or_else(|_| options.pipeline.clone());
    if !sampler.pipelines.contains(&pipeline.as_str()) {
        let known = sampler.pipelines.join("、");
        return Err(Stop::Usage(format!("没有“{pipeline}”的样例。可用的流程：{known}。")));
    }
    let files = (sampler.generate)(Wanted {
        pipeline,
        out: options.out.clone(),
        units: options.units,
        period: options.period.clone(),
        rows: options.rows,
        seed: options.seed,
        pipelines: workspace.pipelines,
    });
    let files = files.map_err(Stop::Output)?;
    // Beside the folder of returns; the small sample has none of its own, and a file in it would be one return more.
    let mark = options.out.join(SAMPLE_MARK);
    if options.units.is_some() {
        std::fs::write(&mark, MARK)
            .map_err(|error| Stop::Output(format!("无法写入 {}：{}", mark.display(), crate::machine::cause(&error))))?;
    }
    say(&format!("写出 {files} 份报表到 {}\n", options.out.display()));
    Ok(Exit::Clean)
}
