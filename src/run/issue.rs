//! Issuing a stored period: its document number is put on record, which locks it, and its selections may be entered into
//! the ledger.

use super::prepare::Prepared;
use super::stop::Stop;
use crate::atomic::Lock;
use crate::formats::allowance::Allowance;
use crate::formats::file::whole_file;
use crate::history::append::{Addition, Appended, Own};
use crate::history::decisions::sheet::Tag;
use crate::history::head::{StoredFile, Unusable};
use crate::history::issue::{Issued, LedgerRecord};
use crate::history::layout::ISSUED_FIGURES;
use crate::history::ledger::Entered;
use crate::history::remarks::HistoryGap;
use crate::history::selection::Selection;
use crate::history::standing::PeriodStanding;
use crate::history::{History, StoredPeriod, append, ledger, selection};
use crate::report;
use crate::text::masks::mask_within;
use std::path::{Path, PathBuf};

/// What is asked of an issue.
#[derive(Debug, Clone, Default)]
pub struct IssueRequest<'a> {
    /// 文号.
    pub number: &'a str,
    /// Why the period is issued although something is missing.
    pub despite: Option<&'a str>,
    /// Only say what would be locked and entered.
    pub preview: bool,
    pub ledger: LedgerWish<'a>,
}

/// What is to become of the period's selections.
#[derive(Debug, Clone, Default)]
pub enum LedgerWish<'a> {
    #[default]
    Nothing,
    /// Write the list of all that are nominated, for somebody to say who was selected.
    List,
    /// Enter those that this filled-in list selects.
    Enter(&'a Path),
}

/// What an issue came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// What is, or would be, locked.
    pub standing: PeriodStanding,
    /// The inputs of the run that is issued, as its manifest hashes them.
    pub input_sha256: String,
    /// `None` where nothing was locked, because only a preview or a list was asked for.
    pub locked: Option<Locked>,
    pub ledger: Option<Added>,
    /// The list to fill in: its bytes, and how many rows it has.
    pub list: Option<(Vec<u8>, usize)>,
    /// What the reader should know.
    pub notes: Vec<String>,
}

/// That the period is locked now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Locked {
    /// It was issued under the same number before.
    pub before: bool,
}

/// Rows entered into a ledger, those it had already, and those that went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Added {
    pub path: PathBuf,
    pub appended: Appended,
    pub selection: Selection,
}

/// Issues a period, all of it under the period's lock. That rows are entered into the ledger is on record before the first
/// one is: wherever a run dies, the next one enters what is missing, and no run takes the period's own rows for titles
/// that somebody held before.
///
/// # Errors
/// [`Stop::Usage`]: the period is not stored or not whole, lacks something and no reason is given, or is issued under
/// another number; the definition names no ledger, or the list of the selected leaves something open;
/// [`Stop::Output`]: it cannot be written.
pub fn issue(prepared: &Prepared, history: &Path, request: &IssueRequest<'_>) -> Result<Done, Stop> {
    let Prepared { plan, reference, period, .. } = prepared;
    let number = request.number.trim();
    if number.is_empty() {
        return Err(Stop::Usage("--number 后面没有写文号。".to_owned()));
    }
    let despite = request.despite.map(str::trim);
    if despite == Some("") {
        return Err(Stop::Usage("--despite 后面没有写理由。".to_owned()));
    }
    let past = History::open(Some(history), plan, reference, period);
    let title = format!("{}{}", period.title(), plan.title);
    let Some(folder) = past.own_folder().filter(|folder| folder.is_dir()) else {
        return Err(not_stored(&title, history));
    };
    nobody_has_open(prepared)?;
    let mut lock = Some(Lock::wait(&folder).map_err(Stop::Output)?);
    let stored = stored(&past, plan.forms.len(), &title, history)?;
    let unclear = |why: Unusable| {
        Stop::Usage(format!("{title}的印发记录不能用：{}。请从备份恢复 {}。", why.words(), folder.display()))
    };
    let before = Issued::read(&folder).map_err(unclear)?;
    if let Some(before) = before.as_ref().filter(|before| before.number != number) {
        return Err(Stop::Usage(format!("{title}已以“{}”印发，不能再用“{number}”印发。请核对文号。", before.number)));
    }
    let standing = stored.standing();
    let input_sha256 = stored.head.input_sha256.clone();
    let mut done = Done { standing, input_sha256, locked: None, ledger: None, list: None, notes: Vec::new() };
    if let LedgerWish::List = request.ledger {
        let entered = nominated(prepared, stored, number)?;
        let tag = Tag::period_of(&plan.name, period);
        // What was selected before is not asked again.
        let known = match before.as_ref().filter(|before| before.ledger.is_some()) {
            Some(before) => Some(addition(prepared, &entered, before)?.1.appended),
            None => None,
        };
        done.notes.extend(known.as_ref().and_then(|known| strayed(&known.taken_out)));
        let held = known.map(|known| known.held).unwrap_or_default();
        let bytes = report::selection::selection(&format!("{title}入选名单"), &tag, &entered, &held);
        let bytes = bytes.map_err(|error| Stop::Output(format!("入选名单写不出来（{error}）")))?;
        done.list = Some((bytes, entered.rows.len()));
        return Ok(done);
    }
    let objections = done.standing.objections();
    if !objections.is_empty() && despite.is_none() && before.is_none() && !request.preview {
        return Err(Stop::Usage(format!(
            "{title}还不能印发：{}。请先催报、改正或在处理意见里处理；确要现在印发的，加 --despite 理由，理由随这一期保存。",
            objections.join("；")
        )));
    }
    let (mut issued, figures) = record(before.clone(), stored, number).map_err(unclear)?;
    if issued.despite.is_empty() && !objections.is_empty() {
        issued.despite = despite.unwrap_or_default().to_owned();
    }
    let entry = match request.ledger {
        LedgerWish::Enter(list) => Some(enter(prepared, stored, &issued, list)?),
        _ => None,
    };
    if request.preview {
        done.ledger = entry.map(|(path, addition, selection)| Added { path, appended: addition.appended, selection });
        return Ok(done);
    }
    if let (Some((_, addition, _)), Some(table)) = (&entry, plan.ledger.first().map(|entry| entry.reference.clone())) {
        let Appended { added, already, taken_out, .. } = &addition.appended;
        let gone = issued.ledger.as_ref().map_or(0, |before| before.taken_out) + taken_out.len();
        let entered = *added == 0 && taken_out.is_empty();
        issued.ledger = Some(LedgerRecord { table, rows: added + already, entered, taken_out: gone });
    }
    let mut write = |issued: &Issued, figures: Option<&[u8]>| -> Result<(), Stop> {
        let held = lock.take().map_or_else(|| Lock::wait(&folder), Ok).map_err(Stop::Output)?;
        lock = issued.write(held, &stored.head, figures).map_err(Stop::Output)?;
        Ok(())
    };
    if before.as_ref() != Some(&issued) {
        write(&issued, figures.as_deref())?;
    }
    if let Some((path, addition, selection)) = entry {
        let appended = addition.appended.clone();
        addition.write().map_err(Stop::Output)?;
        if let Some(ledger) = issued.ledger.as_mut().filter(|ledger| !ledger.entered) {
            ledger.entered = true;
            write(&issued, None)?;
        }
        done.ledger = Some(Added { path, appended, selection });
    }
    done.locked = Some(Locked { before: before.is_some() });
    done.notes = notes(prepared, &past, stored, &issued, &request.ledger);
    Ok(done)
}

/// Tables that the issue reads or writes and that somebody has open in a spreadsheet: what is saved there later would
/// undo what is entered, or what was read is not what he sees.
fn nobody_has_open(prepared: &Prepared) -> Result<(), Stop> {
    let ledger = prepared.plan.ledger.first().map(|entry| entry.reference.as_str());
    for (table, path, _) in &prepared.reference.files {
        let (Some(folder), Some(name)) = (path.parent(), path.file_name().and_then(|name| name.to_str())) else {
            continue;
        };
        let marks = [format!("~${name}"), format!(".~{name}"), format!(".~lock.{name}#")];
        let marked = marks.iter().any(|mark| folder.join(mark).exists());
        // Windows refuses a second writer while a spreadsheet has the file.
        let held = || std::fs::OpenOptions::new().append(true).open(path).is_err_and(|error| is_shared(&error));
        if marked || (Some(table.as_str()) == ledger && held()) {
            return Err(Stop::Usage(format!(
                "“{table}”（{}）正在 Excel 或 WPS 里打开着。请保存并关闭它，再印发；现在什么都没有锁定。",
                path.display()
            )));
        }
    }
    Ok(())
}

/// ERROR_SHARING_VIOLATION and ERROR_LOCK_VIOLATION.
fn is_shared(error: &std::io::Error) -> bool {
    cfg!(windows) && matches!(error.raw_os_error(), Some(32 | 33))
}

fn notes(
    prepared: &Prepared,
    past: &History,
    stored: &StoredPeriod,
    issued: &Issued,
    wish: &LedgerWish<'_>,
) -> Vec<String> {
    let with_ledger = matches!(wish, LedgerWish::Enter(_));
    let mut notes = past.notes();
    if !stored.same_definition() {
        notes.push("这一期存入历史库之后，流程定义改过；印发的是当时的结果".to_owned());
    }
    if !with_ledger && !issued.amended.is_empty() && issued.ledger.is_some() {
        notes.push(
            "这一期印发后更正过；台账要跟着改的，请加 --ledger 重新确认入选名单，不再入选的会从台账撤出".to_owned(),
        );
    }
    if !issued.despite.is_empty() {
        notes.push(format!("印发时尚有欠缺，理由：{}", issued.despite));
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
            let despite = String::new();
            Ok((Issued { number: number.to_owned(), amended, ledger, figures, despite }, Some(bytes)))
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
            "{title}上次汇总时写出了结果，没来得及存入历史库：现有的结果可能比历史库新，不能印发。请重新汇总这一期，再印发。"
        )));
    }
    let whole = (0..forms).all(|form| stored.form(form).is_some() || !stored.knows(form));
    if stored.figures().is_none() || stored.units().is_none() || !whole {
        let why: Vec<String> = past.gaps().iter().map(HistoryGap::words).collect();
        return Err(Stop::Usage(format!("{title}的存档不完整，不能印发：{}。请重新汇总这一期。", why.join("；"))));
    }
    Ok(stored)
}

/// Every row that the period nominates, as it would stand in the ledger.
fn nominated(prepared: &Prepared, stored: &StoredPeriod, number: &str) -> Result<Entered, Stop> {
    let Prepared { plan, reference, period, .. } = prepared;
    if plan.ledger.is_empty() {
        let path = plan.path.display();
        return Err(Stop::Usage(format!(
            "“{}”的定义里没有写 [[ledger]]，不知道记入哪个台账。请去掉 --ledger，或在 {path} 里补上。",
            plan.title
        )));
    }
    ledger::entered(plan, reference, period, stored, number)
        .map_err(|why| Stop::Usage(format!("不能记入台账：{why}。请用现在的定义重新汇总这一期，再印发。")))
}

fn enter(
    prepared: &Prepared,
    stored: &StoredPeriod,
    issued: &Issued,
    list: &Path,
) -> Result<(PathBuf, Addition, Selection), Stop> {
    let Prepared { plan, period, .. } = prepared;
    let entered = nominated(prepared, stored, &issued.number)?;
    let allowance = Allowance::default();
    let again = if issued.ledger.is_some() {
        "；印发后更正过的，请把旧名单移走，只写 --ledger 重新写出名单（已记入台账的已填好“是”）"
    } else {
        ""
    };
    let open = |why: String| {
        Stop::Usage(format!("入选名单 {} 不能用：{why}{again}。请改好后再运行；现在什么都没有锁定。", list.display()))
    };
    let bytes = whole_file(list, allowance.file()).map_err(|why| open(why.cause))?;
    let tag = Tag::period_of(&plan.name, period);
    let selection = selection::read(&bytes, &tag, &entered, allowance).map_err(open)?;
    let (path, addition) = addition(prepared, &entered.only(&selection.yes), issued)?;
    Ok((path, addition, selection))
}

/// The ledger with these rows, and without those that were entered under the number and are not among them.
fn addition(prepared: &Prepared, entered: &Entered, issued: &Issued) -> Result<(PathBuf, Addition), Stop> {
    let Prepared { plan, reference, .. } = prepared;
    let Some(first) = plan.ledger.first() else { return Err(Stop::Usage("没有台账。".to_owned())) };
    let schema = plan.references.iter().find(|schema| schema.name == first.reference);
    let path = reference.files.iter().find(|(table, ..)| *table == first.reference).map(|(_, path, _)| path);
    let (Some(schema), Some(path)) = (schema, path) else {
        return Err(Stop::Usage(format!("找不到“{}”，无处记入。请先建好这张表。", first.reference)));
    };
    let columns: Vec<&str> = entered.columns.iter().map(String::as_str).collect();
    let reason = issued.amended.last().map_or("重新确认入选名单", |amended| amended.reason.as_str());
    let own = entered.number.map(|column| Own { column, number: &issued.number, sources: &entered.sources, reason });
    let addition = append::prepare(path, schema, &columns, &entered.rows, own).map_err(Stop::Output)?;
    Ok((path.clone(), addition))
}

/// Rows of the ledger that are named in one sentence.
const NAMED: usize = 5;

/// What was entered and is nominated no more, in words.
fn strayed(gone: &[Vec<String>]) -> Option<String> {
    let words = |row: &Vec<String>| {
        let cells = row.iter().filter(|cell| !cell.is_empty()).take(selection::SHOWN);
        cells.cloned().collect::<Vec<_>>().join(" ")
    };
    let shown: Vec<String> = gone.iter().take(NAMED).map(|row| mask_within(&words(row))).collect();
    let more = if gone.len() > NAMED { format!("等 {} 条", gone.len()) } else { String::new() };
    (!gone.is_empty()).then(|| {
        format!(
            "台账里以本期文号记入的 {} 条，现在不在计入的申报里：{}{more}；请用 huizong issue 加 --ledger 重新确认入选名单，确认后从台账撤出",
            gone.len(),
            shown.join("；")
        )
    })
}

/// After a correction: what the period entered into its ledger and nominates no more, or why nobody can tell. `None` where
/// it entered nothing, or nothing strayed.
pub fn left_in_ledger(prepared: &Prepared, history: &Path) -> Option<String> {
    let Prepared { plan, reference, period, .. } = prepared;
    let past = History::open(Some(history), plan, reference, period);
    let held = |issued: &Issued| -> Result<Option<String>, Stop> {
        let title = format!("{}{}", period.title(), plan.title);
        let entered = nominated(prepared, stored(&past, plan.forms.len(), &title, history)?, &issued.number)?;
        Ok(strayed(&addition(prepared, &entered, issued)?.1.appended.taken_out))
    };
    match Issued::read(&past.own_folder()?) {
        Ok(issued) => {
            let issued = issued.filter(|issued| issued.ledger.is_some())?;
            held(&issued).unwrap_or_else(|why| Some(unheld(&issued.number, why.words())))
        }
        Err(why) => Some(unheld("", &why.words())),
    }
}

/// What is to be done where nobody can tell what the ledger still holds.
fn unheld(number: &str, why: &str) -> String {
    format!(
        "台账里以本期文号{}记入的，没有能和更正后的申报核对（{}）；请改好后用 huizong issue 加 --ledger 重新确认入选名单，以免不再入选的留在台账里",
        if number.is_empty() { String::new() } else { format!("“{number}”") },
        why.trim_end_matches('。')
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::atomic::step;
    use crate::definition::reference::ReferenceFolders;
    use crate::definition::reference::table_file::{self, Datum};
    use crate::formats::allowance::Allowance;
    use crate::run::prepare::prepare;
    use std::collections::BTreeMap;
    use std::fs;

    const DEFINITION: &str = include_str!("../../tests/store/issue/pipeline.toml");
    const LEDGER: &str = "年度,名称,文号\n2025,旧班组,一号\n";

    /// The list with 是 in every row.
    fn all_selected(bytes: &[u8]) -> Vec<u8> {
        use calamine::Reader;
        let mut book: calamine::Xlsx<_> = calamine::Xlsx::new(std::io::Cursor::new(bytes)).unwrap();
        let range = book.worksheet_range("入选名单").unwrap();
        let mut filled = rust_xlsxwriter::Workbook::new();
        let sheet = filled.add_worksheet();
        for (row, cells) in (0..).zip(range.rows()) {
            for (col, cell) in (0..).zip(cells) {
                let text = if row > 0 && col == 1 { "是".to_owned() } else { cell.to_string() };
                sheet.write_string(row, col, text).unwrap();
            }
        }
        filled.save_to_buffer().unwrap()
    }

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
            let path = entry.path();
            if path.extension().is_none_or(|extension| extension != "xlsx") || path.ends_with("荣誉台账.xlsx") {
                continue;
            }
            let rows = table_file::read(&path, Allowance::default()).unwrap().rows;
            let line = |cells: &[Datum]| cells.iter().map(Datum::words).collect::<Vec<_>>().join(",") + "\n";
            let text: String = rows.iter().map(|(_, cells)| line(cells)).collect();
            let text = text.replace("model-teams、honours", "tally");
            fs::write(reference.join(entry.file_name()).with_extension("csv"), text).unwrap();
        }
        fs::write(reference.join("荣誉台账.csv"), LEDGER).unwrap();
        let definition = home.path().join("tally/pipeline.toml");
        fs::create_dir_all(home.path().join("tally")).unwrap();
        fs::write(&definition, DEFINITION).unwrap();
        let folders = ReferenceFolders::of(vec![reference]);
        let prepared = prepare(&definition, &folders, Some("2026-03"), Allowance::default()).unwrap();
        let wish = IssueRequest { number: "二号", ledger: LedgerWish::List, ..IssueRequest::default() };
        let (bytes, rows) = issue(&prepared, &home.path().join("history"), &wish).unwrap().list.unwrap();
        assert_eq!(rows, 3);
        fs::write(home.path().join("入选名单.xlsx"), all_selected(&bytes)).unwrap();
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
        let issue = |home: &Path, prepared: &Prepared| {
            let list = home.join("入选名单.xlsx");
            let request = IssueRequest {
                number: "二号",
                despite: Some("试验"),
                preview: false,
                ledger: LedgerWish::Enter(&list),
            };
            issue(prepared, &home.join("history"), &request)
        };
        let (home, prepared) = project();
        let (_, steps, done) = step::stopped_at(None, || issue(home.path(), &prepared));
        assert_eq!(done.unwrap().ledger.map(|ledger| (ledger.appended.added, ledger.appended.already)), Some((3, 0)));
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
