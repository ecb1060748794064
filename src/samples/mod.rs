//! Fictitious returns by code: the small sample that ships, its intended truth, and large trials of any size.
//!
//! In: a pipeline's name and the folder of the definitions. Out: files. Takes headers and types from the definition and
//! knows its fields and rules, as test data may; what each row should come to is written by intent.

mod form;
mod forms;
mod honours;
mod honours_odd;
mod innovation;
mod innovation_odd;
mod large;
mod monthly;
mod prng;
mod quarters;
mod request;
mod roster;
mod sample;
mod service;
mod service_odd;
mod sheet;
mod shock_teams;
mod shock_teams_odd;
mod studios;
mod studios_odd;
mod teams;
mod teams_odd;

pub use request::{Options, Summary};

use forms::Forms;
use request::{REFERENCE, write};
use roster::SampleRoster;
use sample::{Content, Sample};
use std::path::Path;

/// Pipelines there are samples of.
pub const PIPELINES: [&str; 6] = ["model-teams", "honours", "studios", "innovation", "service", "shock-teams"];

/// The seed of the shipped sample.
pub const SHIPPED_SEED: u64 = 2026;

/// Generates returns.
///
/// # Errors
/// A sentence: an unknown pipeline, a reference table that can't be read, a file that can't be written.
pub fn generate(options: &Options) -> Result<Summary, String> {
    if let Some(units) = options.units {
        return large::generate(options, units);
    }
    let samples = samples(&options.pipeline, &options.pipelines, options.seed)?;
    let mut files = 0;
    for sample in &samples {
        // Files of other programs are made by samples/foreign.py and are not written here.
        if let Some(bytes) = sample.bytes()? {
            write(&options.out.join(&sample.path), &bytes)?;
            files += 1;
        }
    }
    let rows = sample::counted(&samples).iter().flat_map(|s| &s.sheets).map(|sheet| sheet.records.len()).sum();
    Ok(Summary { files, rows })
}

fn samples(pipeline: &str, pipelines: &Path, seed: u64) -> Result<Vec<Sample>, String> {
    if !PIPELINES.contains(&pipeline) {
        return Err(format!("没有 {pipeline} 的样例；只有 {}", PIPELINES.join("、")));
    }
    let roster = SampleRoster::read(&pipelines.join(REFERENCE))?;
    let forms = Forms::read(pipelines, pipeline)?;
    match pipeline {
        "honours" => honours_odd::samples(&forms, &roster, seed),
        "studios" => studios_odd::samples(&forms, &roster, seed),
        "shock-teams" => shock_teams_odd::samples(&forms, &roster, seed),
        "innovation" => innovation_odd::samples(&forms, &roster, seed),
        "service" => service_odd::samples(&forms, &roster, seed),
        _ => teams_odd::samples(&forms, &roster, seed),
    }
}

/// The seed workbooks of the files that other programs save, by the path of the file to come.
///
/// # Errors
/// As [`generate`].
pub fn foreign_seeds(pipeline: &str, pipelines: &Path, seed: u64) -> Result<Vec<(String, Vec<u8>)>, String> {
    let samples = samples(pipeline, pipelines, seed)?;
    let foreign = samples.iter().filter(|sample| matches!(sample.content, Content::Foreign));
    foreign
        .filter(|sample| !sample.sheets.is_empty())
        .map(|sample| Ok((format!("{}.xlsx", sample.path), sample.seed()?)))
        .collect()
}

/// The intended truth as CSV files: (file name, text).
///
/// # Errors
/// As [`generate`].
pub fn truth(pipeline: &str, pipelines: &Path, seed: u64) -> Result<Vec<(String, String)>, String> {
    let samples = samples(pipeline, pipelines, seed)?;
    let forms = Forms::read(pipelines, pipeline)?;
    let fields = forms.fields();
    let mut all = Vec::new();
    for (period, samples) in by_period(samples) {
        let name = if period.is_empty() { pipeline.to_string() } else { format!("{pipeline}-{period}") };
        let one =
            |(form, fields): &(&str, Vec<&str>)| (format!("{name}-{form}.csv"), sample::truth(&samples, form, fields));
        all.extend(fields.iter().map(one));
        all.push((format!("{name}-files.csv"), sample::outcomes(&samples)));
    }
    Ok(all)
}

/// Samples of several periods stand in a folder each (`2026-03/…`) and are run one by one: each with its period, paths
/// as the run sees them. Samples without periods are one lot.
fn by_period(samples: Vec<Sample>) -> Vec<(String, Vec<Sample>)> {
    let mut lots: Vec<(String, Vec<Sample>)> = Vec::new();
    for mut sample in samples {
        let folder = sample.path.split_once('/').filter(|(folder, _)| folder.starts_with(|c: char| c.is_ascii_digit()));
        let (period, path) = match folder {
            Some((period, path)) => (period.to_string(), path.to_string()),
            None => (String::new(), sample.path.clone()),
        };
        sample.path = path;
        match lots.iter_mut().find(|(known, _)| *known == period) {
            Some((_, lot)) => lot.push(sample),
            None => lots.push((period, vec![sample])),
        }
    }
    lots
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::path::PathBuf;

    fn home() -> PathBuf {
        PathBuf::from(env!("CARGO_MANIFEST_DIR"))
    }

    fn pipelines() -> PathBuf {
        home().join("pipelines")
    }

    /// Writes the shipped sample, the truth and (where HUIZONG_SEEDS says) the seeds of foreign files anew:
    /// `HUIZONG_SEEDS=/tmp/seeds cargo test --release --lib samples -- --ignored`.
    #[test]
    #[ignore = "writes the shipped files"]
    fn write_anew() -> Result<(), String> {
        for pipeline in PIPELINES {
            let options = Options {
                pipeline: pipeline.into(),
                out: home().join("samples").join(pipeline),
                units: None,
                period: None,
                rows: 60,
                seed: SHIPPED_SEED,
                pipelines: pipelines(),
            };
            generate(&options)?;
            for (name, text) in truth(pipeline, &pipelines(), SHIPPED_SEED)? {
                write(&home().join("tests/independent/truth").join(name), text.as_bytes())?;
            }
            let Ok(folder) = std::env::var("HUIZONG_SEEDS") else { continue };
            for (name, bytes) in foreign_seeds(pipeline, &pipelines(), SHIPPED_SEED)? {
                write(&PathBuf::from(&folder).join(pipeline).join(name), &bytes)?;
            }
        }
        write(&home().join("samples/README.md"), readme()?.as_bytes())
    }

    fn readme() -> Result<String, String> {
        let mut text = std::fs::read_to_string(home().join("src/samples/readme.md")).map_err(|e| e.to_string())?;
        for pipeline in PIPELINES {
            text.push_str(&format!(
                "\n## {pipeline}\n\n| file | outcome | what is odd, what it should get |\n|---|---|---|\n"
            ));
            let samples = samples(pipeline, &pipelines(), SHIPPED_SEED)?;
            let mut earlier: BTreeSet<String> =
                by_period(samples.clone()).into_iter().map(|(period, _)| period).collect();
            earlier.pop_last();
            for sample in samples {
                if sample.odd.is_empty()
                    && sample.path.split_once('/').is_some_and(|(folder, _)| earlier.contains(folder))
                {
                    // Good returns of earlier periods say nothing but their numbers.
                    continue;
                }
                let mut row = |path: &str, sample: &Sample, outcome: &str| {
                    let odd = if sample.odd.is_empty() { "nothing; a good return" } else { &sample.odd };
                    text.push_str(&format!("| {path} | {outcome} | {odd} |\n"));
                };
                let Content::Zip(members) = &sample.content else {
                    row(&sample.path, &sample, sample.outcome.key());
                    continue;
                };
                row(&sample.path, &sample, "container");
                for member in members {
                    row(&format!("{}/{}", sample.path, member.path), member, member.outcome.key());
                }
            }
        }
        Ok(text)
    }

    #[test]
    #[cfg_attr(windows, ignore = "a zip names the kind of system that it was made on")]
    fn committed_files_are_what_the_code_generates() -> Result<(), String> {
        for pipeline in PIPELINES {
            let folder = home().join("samples").join(pipeline);
            let samples = samples(pipeline, &pipelines(), SHIPPED_SEED)?;
            for sample in &samples {
                let committed = std::fs::read(folder.join(&sample.path));
                match sample.bytes()? {
                    Some(bytes) => assert!(committed.ok() == Some(bytes), "{pipeline}/{} differs", sample.path),
                    None => assert!(committed.is_ok(), "{pipeline}/{} is missing", sample.path),
                }
            }
            let known: BTreeSet<PathBuf> = samples.iter().map(|sample| folder.join(&sample.path)).collect();
            assert_eq!(known.len(), samples.len(), "two samples of one path");
            let mut found = BTreeSet::new();
            walk(&folder, &mut found);
            assert_eq!(found.difference(&known).collect::<Vec<_>>(), Vec::<&PathBuf>::new());
            for (name, text) in truth(pipeline, &pipelines(), SHIPPED_SEED)? {
                let committed = std::fs::read_to_string(home().join("tests/independent/truth").join(&name));
                assert!(committed.ok() == Some(text), "{name} differs");
            }
        }
        assert!(std::fs::read_to_string(home().join("samples/README.md")).ok() == readme().ok(), "README.md differs");
        Ok(())
    }

    fn walk(folder: &Path, found: &mut BTreeSet<PathBuf>) {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            if entry.path().is_dir() {
                walk(&entry.path(), found)
            } else {
                found.insert(entry.path());
            }
        }
    }

    #[test]
    fn a_large_trial_is_the_same_each_time() -> Result<(), String> {
        let mut runs = Vec::new();
        for _ in 0..2 {
            let out = tempfile::tempdir().map_err(|e| e.to_string())?;
            let options = Options {
                pipeline: "model-teams".into(),
                out: out.path().to_path_buf(),
                units: Some(20),
                period: None,
                rows: 5,
                seed: 1,
                pipelines: pipelines(),
            };
            assert_eq!(generate(&options)?, Summary { files: 20, rows: 100 });
            let mut found = BTreeSet::new();
            walk(out.path(), &mut found);
            let read =
                |path: &PathBuf| (path.strip_prefix(out.path()).ok().map(Path::to_path_buf), std::fs::read(path).ok());
            runs.push(found.iter().map(read).collect::<Vec<_>>());
        }
        assert!(runs[0] == runs[1]);
        Ok(())
    }
}
