//! Issuing a stored period: its document number is put on record, which locks it, and its selections may be entered into
//! the ledger.

use super::prepare::Prepared;
use super::stop::Stop;
use crate::atomic::Lock;
use crate::history::append::{Addition, Appended};
use crate::history::head::{StoredFile, Unusable};
use crate::history::issue::{Issued, LedgerRecord};
use crate::history::layout::ISSUED_FIGURES;
use crate::history::remarks::HistoryGap;
use crate::history::{History, StoredPeriod, append, ledger};
use std::path::{Path, PathBuf};

/// What an issue came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// It was issued under the same number before.
    pub before: bool,
    pub ledger: Option<Added>,
    /// What the reader should know.
    pub notes: Vec<String>,
}

/// Rows entered into a ledger, and those it had already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Added {
    pub path: PathBuf,
    pub added: usize,
    pub already: usize,
}

/// Issues a period, all of it under the period's lock. That rows are entered into the ledger is on record before the first
/// one is: wherever a run dies, the next one enters what is missing, and no run takes the period's own rows for titles
/// that somebody held before.
///
/// # Errors
/// [`Stop::Usage`]: the period is not stored or not whole, or is issued under another number, or the definition names no
/// ledger; [`Stop::Output`]: it cannot be written.
pub fn issue(prepared: &Prepared, history: &Path, number: &str, with_ledger: bool) -> Result<Done, Stop> {
    let Prepared { plan, reference, period, .. } = prepared;
    let number = number.trim();
    if number.is_empty() {
        return Err(Stop::Usage("--number 后面没有写文号。".to_owned()));
    }
    let past = History::open(Some(history), plan, reference, period);
    let title = format!("{}{}", period.title(), plan.title);
    let Some(folder) = past.own_folder().filter(|folder| folder.is_dir()) else {
        return Err(not_stored(&title, history));
    };
    let mut lock = Some(Lock::wait(&folder).map_err(Stop::Output)?);
    let stored = stored(&past, plan.forms.len(), &title, history)?;
    let unclear = |why: Unusable| {
        Stop::Usage(format!("{title}的印发记录不能用：{}。请从备份恢复 {}。", why.words(), folder.display()))
    };
    let before = Issued::read(&folder).map_err(unclear)?;
    if let Some(before) = before.as_ref().filter(|before| before.number != number) {
        return Err(Stop::Usage(format!("{title}已以“{}”印发，不能再用“{number}”印发。请核对文号。", before.number)));
    }
    let (mut issued, figures) = record(before.clone(), stored, number).map_err(unclear)?;
    let addition = with_ledger.then(|| enter(prepared, stored, number)).transpose()?;
    if let (Some((_, addition)), Some(table)) = (&addition, plan.ledger.first().map(|entry| entry.reference.clone())) {
        let Appended { added, already } = addition.appended;
        issued.ledger = Some(LedgerRecord { table, rows: added + already, entered: added == 0 });
    }
    let mut write = |issued: &Issued, figures: Option<&[u8]>| -> Result<(), Stop> {
        let held = lock.take().map_or_else(|| Lock::wait(&folder), Ok).map_err(Stop::Output)?;
        lock = issued.write(held, &stored.head, figures).map_err(Stop::Output)?;
        Ok(())
    };
    if before.as_ref() != Some(&issued) {
        write(&issued, figures.as_deref())?;
    }
    let mut added = None;
    if let Some((path, addition)) = addition {
        let Appended { added: new, already } = addition.appended;
        addition.write().map_err(Stop::Output)?;
        if let Some(ledger) = issued.ledger.as_mut().filter(|ledger| !ledger.entered) {
            ledger.entered = true;
            write(&issued, None)?;
        }
        added = Some(Added { path, added: new, already });
    }
    Ok(Done { before: before.is_some(), ledger: added, notes: notes(prepared, &past, stored, &issued, with_ledger) })
}

fn notes(
    prepared: &Prepared,
    past: &History,
    stored: &StoredPeriod,
    issued: &Issued,
    with_ledger: bool,
) -> Vec<String> {
    let mut notes = past.notes();
    if !stored.same_definition() {
        notes.push("这一期存入历史库之后，流程定义改过；印发的是当时的结果".to_owned());
    }
    if with_ledger && !issued.amended.is_empty() {
        notes.push("这一期印发后更正过；更正后不再入选的，请从台账里手工删去".to_owned());
    }
    if !with_ledger && !prepared.plan.ledger.is_empty() && issued.ledger.is_none() {
        notes.push("评选结果还没有记入台账；要记入的，加 --ledger 再运行一次".to_owned());
    }
    if issued.ledger.as_ref().is_some_and(|ledger| !ledger.entered) {
        notes.push("上次记入台账时中断，可能没有记全；请加 --ledger 再运行一次".to_owned());
    }
    notes
}

/// The record of the issue, and the figures to keep with it: what is stored now, unless the period was issued before.
fn record(before: Option<Issued>, stored: &StoredPeriod, number: &str) -> Result<(Issued, Option<Vec<u8>>), Unusable> {
    match before {
        Some(before) if before.figures.is_some() || !before.amended.is_empty() => Ok((before, None)),
        before => {
            let bytes = stored.figure_bytes()?;
            let figures = Some(StoredFile::of(ISSUED_FIGURES, &bytes));
            let (amended, ledger) = before.map_or_else(|| (Vec::new(), None), |before| (before.amended, before.ledger));
            Ok((Issued { number: number.to_owned(), amended, ledger, figures }, Some(bytes)))
        }
    }
}

fn not_stored(title: &str, history: &Path) -> Stop {
    Stop::Usage(format!("历史库 {} 里没有{title}。请先用 huizong run 汇总这一期。", history.display()))
}

/// The stored period with all its files whole: what is issued must be there to be compared with later.
fn stored<'h>(past: &'h History, forms: usize, title: &str, history: &Path) -> Result<&'h StoredPeriod, Stop> {
    let stored = match past.own() {
        None => return Err(not_stored(title, history)),
        Some(Err(why)) => return Err(Stop::Usage(format!("{title}的{}，不能印发。请重新汇总这一期。", why.words()))),
        Some(Ok(stored)) => stored,
    };
    if stored.results_ahead() {
        return Err(Stop::Usage(format!(
            "{title}上次汇总时写出了结果，没来得及存入历史库：现有的汇总表可能比历史库新，不能印发。请重新汇总这一期，再印发。"
        )));
    }
    let whole = (0..forms).all(|form| stored.form(form).is_some() || !stored.knows(form));
    if stored.figures().is_none() || stored.units().is_none() || !whole {
        let why: Vec<String> = past.gaps().iter().map(HistoryGap::words).collect();
        return Err(Stop::Usage(format!("{title}的存档不完整，不能印发：{}。请重新汇总这一期。", why.join("；"))));
    }
    Ok(stored)
}

fn enter(prepared: &Prepared, stored: &StoredPeriod, number: &str) -> Result<(PathBuf, Addition), Stop> {
    let Prepared { plan, reference, period, .. } = prepared;
    let Some(first) = plan.ledger.first() else {
        let path = plan.path.display();
        return Err(Stop::Usage(format!(
            "“{}”的定义里没有写 [[ledger]]，不知道记入哪个台账。请去掉 --ledger，或在 {path} 里补上。",
            plan.title
        )));
    };
    let schema = plan.references.iter().find(|schema| schema.name == first.reference);
    let path = reference.files.iter().find(|(table, ..)| *table == first.reference).map(|(_, path, _)| path);
    let (Some(schema), Some(path)) = (schema, path) else {
        return Err(Stop::Usage(format!("找不到“{}”，无处记入。请先建好这张表。", first.reference)));
    };
    let entered = ledger::entered(plan, reference, period, stored, number)
        .map_err(|why| Stop::Usage(format!("不能记入台账：{why}。请用现在的定义重新汇总这一期，再印发。")))?;
    let columns: Vec<&str> = entered.columns.iter().map(String::as_str).collect();
    let addition = append::prepare(path, schema, &columns, &entered.rows).map_err(Stop::Output)?;
    Ok((path.clone(), addition))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::atomic::step;
    use crate::definition::reference::ReferenceFolders;
    use crate::formats::allowance::Allowance;
    use crate::run::prepare::prepare;
    use std::collections::BTreeMap;
    use std::fs;

    const DEFINITION: &str = include_str!("../../tests/store/issue/pipeline.toml");
    const LEDGER: &str = "年度,名称,文号\n2025,旧班组,一号\n";

    /// A definition that enters its rows into a ledger, and a period that is stored and not issued.
    fn project() -> (tempfile::TempDir, Prepared) {
        let home = tempfile::tempdir().unwrap();
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let period = home.path().join("history/tally/2026-03");
        let reference = home.path().join("reference");
        for folder in [&period, &reference] {
            fs::create_dir_all(folder).unwrap();
        }
        for entry in fs::read_dir(root.join("tests/store/format-1/2026-03")).unwrap().flatten() {
            fs::copy(entry.path(), period.join(entry.file_name())).unwrap();
        }
        for entry in fs::read_dir(root.join("pipelines/reference")).unwrap().flatten() {
            let text = fs::read_to_string(entry.path()).unwrap().replace("model-teams、honours", "tally");
            fs::write(reference.join(entry.file_name()), text).unwrap();
        }
        fs::write(reference.join("荣誉台账.csv"), LEDGER).unwrap();
        let definition = home.path().join("tally/pipeline.toml");
        fs::create_dir_all(home.path().join("tally")).unwrap();
        fs::write(&definition, DEFINITION).unwrap();
        let folders = ReferenceFolders(vec![reference]);
        let prepared = prepare(&definition, &folders, Some("2026-03"), Allowance::default()).unwrap();
        (home, prepared)
    }

    fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
        let entries = fs::read_dir(folder).unwrap().flatten().filter(|entry| entry.path().is_file());
        let named = entries.map(|entry| (entry.file_name().to_string_lossy().into_owned(), entry.path()));
        named.filter(|(name, _)| name != ".huizong-lock").map(|(name, path)| (name, fs::read(path).unwrap())).collect()
    }

    /// Stopped at any step, with any part of what was not on the disk lost: rows that stand in the ledger are on record as
    /// the period's own, and issuing again comes to the same as if nothing had happened.
    #[test]
    fn an_issue_that_is_killed_at_any_step_is_finished_by_the_next() {
        let issue = |home: &Path, prepared: &Prepared| issue(prepared, &home.join("history"), "二号", true);
        let (home, prepared) = project();
        let (_, steps, done) = step::stopped_at(None, || issue(home.path(), &prepared));
        assert_eq!(done.unwrap().ledger.map(|ledger| (ledger.added, ledger.already)), Some((3, 0)));
        let period = |home: &Path| home.join("history/tally/2026-03");
        let (whole, ledger) = (files(&period(home.path())), files(&home.path().join("reference")));
        let mut walked = 0;
        for at in 0..=steps {
            let mut kept = 0;
            loop {
                let (home, prepared) = project();
                let (_, _, _) = step::stopped_at(Some(at), || issue(home.path(), &prepared).is_ok());
                let at_risk = step::at_risk();
                if kept > at_risk {
                    break;
                }
                step::power_cut(kept);
                let when = format!("stopped before step {at} of {steps}, {kept} of {at_risk} kept");
                let text = fs::read_to_string(home.path().join("reference/荣誉台账.csv")).unwrap();
                assert!(text.starts_with(LEDGER), "{when}: {text}");
                let record = Issued::read(&period(home.path())).unwrap_or_else(|why| panic!("{when}: {}", why.words()));
                let entered = text.lines().count() - LEDGER.lines().count();
                assert!(entered == 0 || entered == 3, "{when}: whole or not at all");
                assert!(
                    entered == 0 || record.is_some_and(|record| record.ledger.is_some()),
                    "{when}: on record first"
                );
                issue(home.path(), &prepared).unwrap_or_else(|why| panic!("{when}: {why:?}"));
                assert!(files(&period(home.path())) == whole, "{when}: the period is another");
                assert!(files(&home.path().join("reference")) == ledger, "{when}: the ledger is another");
                walked += 1;
                kept += 1;
            }
        }
        println!("{walked} interleavings of an issue with its ledger");
        assert!(walked > 100, "{walked}");
    }
}
