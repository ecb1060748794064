//! A finished run's period on its way into the store: everything is packed first, then put in place whole or not at all.
//!
//! The same rows and figures give the same bytes: no clock, no path, nothing of the machine.

use super::figures::PackedFigures;
use super::head::{FormPart, PeriodHead, StoredColumn, StoredFile, sha256};
use super::layout::{FIGURES, HEAD, RESULTS_AHEAD, UNITS};
use super::not_counted::{self, Blocking};
use super::rows::{RunFrame, kept};
use super::{accounts, figures, references, units};
use crate::atomic::journal::Planned;
use crate::atomic::{Lock, Stage};
use crate::definition::{Plan, Reference, Unit};
use crate::domain::period::Period;
use crate::model::OpenCell;
use crate::model::run::{RunVerdict, UnitReport, UnitStatus};
use crate::model::stat_table::StatTable;
use crate::rows::ValidatedRows;
use crate::rows::aside::AsideRows;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// What a run leaves of its period.
#[derive(Debug, Clone, Copy)]
pub struct PeriodResults<'a> {
    pub plan: &'a Plan,
    pub reference: &'a Reference,
    pub period: &'a Period,
    pub verdict: &'a RunVerdict,
    /// Per form of the plan, its rows with their verdicts, and those that entered no rule.
    pub rows: &'a [ValidatedRows],
    pub aside: &'a [AsideRows],
    pub doubts: &'a [OpenCell],
    pub tables: &'a [StatTable],
    /// The number that the period was issued under before.
    pub issued: Option<&'a str>,
}

/// A period's files, the head last: where there is one, all that it lists is there too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackedPeriod {
    pub files: Vec<(String, PartContent)>,
}

/// Where a file's bytes come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PartContent {
    Bytes(Vec<u8>),
    Copy(PathBuf),
    Figures(PackedFigures),
}

/// Files that are written beside their targets and wait to be moved.
pub struct StagedPeriod {
    stage: Stage,
    plan: Vec<Planned>,
}

/// Which of the two commits of a run failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CommitFailure {
    /// Nothing was moved, neither there nor here.
    Results(String),
    /// The results stand, and the period is as it was.
    History(String),
}

/// One hash for all inputs: over their own hashes, sorted, one a line, so that the order of files changes nothing.
pub fn input_hash(verdict: &RunVerdict) -> String {
    let mut hashes: Vec<&str> =
        verdict.sources.iter().map(|source| source.sha256.as_str()).filter(|hash| !hash.is_empty()).collect();
    hashes.sort_unstable();
    sha256(hashes.join("\n").as_bytes())
}

/// What is kept of a period beside the rows that count: it can be made while those are written.
pub struct PeriodTables {
    /// By form, how many rows do not count, and their file.
    not_counted: BTreeMap<usize, (usize, Vec<u8>)>,
    accounts: Vec<(&'static str, Vec<u8>)>,
    units: Vec<u8>,
    figures: PackedFigures,
}

/// Why a period cannot be packed.
fn defect(error: impl std::fmt::Display) -> String {
    format!("程序缺陷：无法生成历史存档（{error}）；没有写出任何结果，请联系维护人员")
}

impl PeriodTables {
    /// Packs them.
    ///
    /// # Errors
    /// A column is missing or refused: a defect of the program.
    pub fn of(entry: PeriodResults<'_>) -> Result<PeriodTables, String> {
        let PeriodResults { plan, reference, period, verdict, doubts, .. } = entry;
        let frame = RunFrame { plan, reference, period, verdict, doubts };
        let blocking = Blocking::of(&verdict.findings);
        let not_counted = entry.rows.iter().map(|validated| {
            let form = validated.rows.form;
            let aside = entry.aside.iter().find(|aside| aside.rows.form == form);
            Ok((form, not_counted::file(frame, validated, aside, &blocking).map_err(defect)?))
        });
        Ok(PeriodTables {
            not_counted: not_counted.collect::<Result<_, String>>()?,
            accounts: accounts::tables(frame).map_err(defect)?,
            units: units::bytes(discipline(entry)).map_err(defect)?,
            figures: figures::pack(entry.tables).map_err(defect)?,
        })
    }
}

impl PackedPeriod {
    /// Makes a period's files around its packed rows.
    ///
    /// # Errors
    /// Its figures cannot be unpacked: a defect of the program.
    pub fn of(entry: PeriodResults<'_>, rows: Vec<FormFile>, tables: PeriodTables) -> Result<PackedPeriod, String> {
        let PeriodResults { plan, reference, verdict, .. } = entry;
        let PeriodTables { mut not_counted, accounts, units, figures } = tables;
        let stored_figures = StoredFile::of_read(FIGURES, figures.reader()).map_err(defect)?;
        let mut files = Vec::new();
        let mut forms = Vec::new();
        for FormFile { form: index, rows, path, sha256, size } in rows {
            // Packed with this very plan.
            let (Some(form), Some((others, bytes))) = (plan.forms.get(index), not_counted.remove(&index)) else {
                continue;
            };
            let beside = StoredFile::of(&format!("{}.not-counted.parquet", form.id), &bytes);
            files.push((beside.file.clone(), PartContent::Bytes(bytes)));
            let file = format!("{}.parquet", form.id);
            let columns = kept(form)
                .map(|(column, ty)| StoredColumn {
                    measured_in: form.fields.get(column.field).and_then(|field| field.measured_in.clone()),
                    name: column.name,
                    ty,
                })
                .collect();
            let part = StoredFile { file: file.clone(), sha256, size };
            let (id, title) = (form.id.clone(), form.title.clone());
            forms.push(FormPart { id, title, rows, part, columns, not_counted: Some((others, beside)) });
            files.push((file, PartContent::Copy(path)));
        }
        let mut tables = Vec::new();
        for (name, bytes) in accounts {
            tables.push(StoredFile::of(name, &bytes));
            files.push((name.to_owned(), PartContent::Bytes(bytes)));
        }
        let head = PeriodHead {
            pipeline: plan.name.clone(),
            period: entry.period.clone(),
            definition_sha256: plan.sha256.clone(),
            input_sha256: input_hash(verdict),
            forms,
            units: StoredFile::of(UNITS, &units),
            figures: stored_figures,
            accounts: tables,
            references: Some(references::hashes(reference)),
            expected: verdict.units.len(),
            reported: verdict.units.iter().filter(|unit| unit.status.is_accepted()).count(),
            files: verdict.sources.len() as u64,
            rows: verdict.rows,
            due: entry.reference.due,
            issued: entry.issued.map(str::to_owned),
        };
        files.push((UNITS.to_owned(), PartContent::Bytes(units)));
        files.push((FIGURES.to_owned(), PartContent::Figures(figures)));
        files.push((HEAD.to_owned(), PartContent::Bytes(head.bytes())));
        Ok(PackedPeriod { files })
    }

    /// Writes the files beside their targets in the period's folder; nothing is in place yet. `before` is what is stored
    /// there: files that are not written anew go, so that nobody who reads the folder finds rows of two runs in it.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn stage(&self, lock: Lock, before: Option<&PeriodHead>) -> Result<StagedPeriod, String> {
        let stage = Stage::under(lock)?;
        for (name, content) in &self.files {
            match content {
                PartContent::Bytes(bytes) => stage.put(name, bytes)?,
                PartContent::Copy(from) => stage.put_copy(name, from)?,
                PartContent::Figures(figures) => stage.put_read(name, || Ok(figures.reader()))?,
            }
        }
        let stays = |name: &str| self.files.iter().any(|(file, _)| file == name);
        let stale = before.into_iter().flat_map(PeriodHead::files).filter(|part| !stays(&part.file));
        // Before the head, which is last.
        let mut plan: Vec<Planned> = stale.map(|part| Planned::Gone(part.file.clone())).collect();
        plan.push(Planned::Gone(RESULTS_AHEAD.to_owned()));
        plan.extend(self.files.iter().map(|(name, _)| Planned::Replaced(name.clone())));
        Ok(StagedPeriod { stage, plan })
    }
}

impl StagedPeriod {
    /// Moves a run's results into place, then the period's files; each of them all or none. Between the two the period
    /// says that its results are ahead of it.
    ///
    /// # Errors
    /// One of the two failed.
    pub fn commit_after<T>(self, results: impl FnOnce() -> Result<T, String>) -> Result<T, CommitFailure> {
        self.stage.mark(RESULTS_AHEAD).map_err(CommitFailure::Results)?;
        let written = match results() {
            Ok(written) => written,
            Err(message) => {
                self.stage.unmark(RESULTS_AHEAD);
                return Err(CommitFailure::Results(message));
            }
        };
        self.stage.commit_plan(&self.plan).map_err(CommitFailure::History)?;
        Ok(written)
    }
}

/// One form's accepted rows as a Parquet file that was written for the results, and is kept too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormFile {
    /// Index into the plan's forms.
    pub form: usize,
    pub rows: usize,
    /// Where it lies now.
    pub path: PathBuf,
    /// Lower-case hex.
    pub sha256: String,
    pub size: u64,
}

fn discipline(entry: PeriodResults<'_>) -> impl Iterator<Item = (&Unit, UnitStatus, Option<i32>)> {
    let unit = move |report: &UnitReport| entry.reference.roster.units.get(report.unit as usize);
    entry.verdict.units.iter().filter_map(move |report| Some((unit(report)?, report.status, report.received)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::atomic::step;
    use crate::history::folder::PeriodFolder;
    use std::fs;
    use std::path::Path;

    /// Stopped at any step of the two commits of a run, with any part of what was not on the disk lost: results and
    /// history are of one run, or the period says that they are not.
    #[test]
    fn results_and_history_are_of_one_run_or_the_period_says_so() {
        let project = || {
            let home = tempfile::tempdir().unwrap();
            let (out, period) = (home.path().join("out"), home.path().join("period"));
            for folder in [&out, &period] {
                fs::create_dir(folder).unwrap();
            }
            fs::write(out.join("run.json"), "old").unwrap();
            fs::write(period.join(HEAD), "old").unwrap();
            (home, out, period)
        };
        let run = |out: &Path, period: &Path| -> Result<(), String> {
            let packed = PackedPeriod { files: vec![(HEAD.to_owned(), PartContent::Bytes(b"new".to_vec()))] };
            let results = Stage::open(out)?;
            results.put("run.json", b"new")?;
            let staged = packed.stage(Lock::wait(period)?, None)?;
            let committed = staged.commit_after(|| results.commit(&["run.json".to_owned()]).map(drop));
            committed.map_err(|failure| format!("{failure:?}"))
        };
        let (_home, out, period) = project();
        let (_, steps, done) = step::stopped_at(None, || run(&out, &period));
        done.unwrap();
        let (mut walked, mut ahead) = (0, 0);
        for at in 0..=steps {
            let mut kept = 0;
            loop {
                let (_home, out, period) = project();
                let (_, _, done) = step::stopped_at(Some(at), || run(&out, &period));
                let at_risk = step::at_risk();
                if kept > at_risk {
                    break;
                }
                step::power_cut(kept);
                let when = format!("stopped before step {at} of {steps}, {kept} of {at_risk} kept");
                // As the next command finds them: results are put back by who writes there, the period is looked at.
                drop(Lock::at_once(&out).unwrap());
                let results = fs::read_to_string(out.join("run.json")).unwrap();
                let folder = PeriodFolder::open(&period).unwrap();
                let stored = String::from_utf8(folder.record(HEAD).unwrap().unwrap()).unwrap();
                assert!(results == stored || folder.results_ahead(), "{when}: results {results}, history {stored}");
                assert!(done.is_err() || (stored == "new" && !folder.results_ahead()), "{when}: it said it was done");
                ahead += usize::from(folder.results_ahead());
                // And the next run makes them one.
                run(&out, &period).unwrap_or_else(|why| panic!("{when}: {why}"));
                assert!(!PeriodFolder::open(&period).unwrap().results_ahead(), "{when}");
                walked += 1;
                kept += 1;
            }
        }
        println!("{walked} interleavings of a run's two commits, {ahead} of them say that the results are ahead");
        assert!(walked > 150 && ahead > 20, "{walked}, {ahead}");
    }
}
