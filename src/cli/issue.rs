//! `huizong issue`: a period is issued with its document number, and locked.

use super::arguments::IssueOptions;
use super::screen::{Exit, say};
use crate::atomic::Stage;
use crate::formats::allowance::Allowance;
use crate::report::issued;
use crate::report::shelf::TopBook;
use crate::run::issue::{self, Added, IssueRequest, LedgerWish, Locked};
use crate::run::{Prepared, Stop};
use crate::workspace::Workspace;
use std::path::PathBuf;

/// Locks one period; with `--ledger` first writes the list of the nominated, and then enters those that were selected.
///
/// # Errors
/// It cannot be issued.
pub fn issue(options: &IssueOptions) -> Result<Exit, Stop> {
    let workspace = Workspace::find(options.pipelines.as_deref())?;
    let prepared = workspace.prepare(
        &options.pipeline,
        options.reference.as_deref(),
        Some(&options.period),
        Allowance::default(),
    )?;
    // What is issued is never the sample, unless its history is named.
    let history = workspace.history(options.past.history.as_deref(), &[]);
    let ledger = match (&options.selected, options.ledger) {
        (Some(list), _) => LedgerWish::Enter(list),
        (None, true) => LedgerWish::List,
        (None, false) => LedgerWish::Nothing,
    };
    let despite = options.despite.as_deref();
    let request = IssueRequest { number: &options.number, despite, preview: options.preview, ledger };
    let done = issue::issue(&prepared, &history, &request)?;
    let title = format!("{}{}", prepared.period.title(), prepared.plan.title);
    let mut out = String::new();
    if let Some((bytes, rows)) = &done.list {
        let path = list(options, &prepared, &title, bytes)?;
        out += &format!(
            "没有印发。入选名单（申报且通过的 {rows} 条）写在 {}：请在“入选”栏逐条填“是”或“否”，保存后加 --ledger --selected 这个文件 再运行。\n",
            path.display()
        );
    }
    out += &match &done.locked {
        Some(Locked { before: true }) => format!("{title}此前已以“{}”印发，没有改动。\n", options.number),
        Some(Locked { before: false }) => {
            format!("{title}已以“{}”印发并锁定。以后重新汇总须加 --reason 更正理由。\n", options.number)
        }
        None if options.preview => format!("{title}将以“{}”印发并锁定；这里只是查看，什么都没有写。\n", options.number),
        None => String::new(),
    };
    out += &format!("  锁定  {}\n", done.standing.words());
    for objection in done.standing.objections() {
        out += &format!("  欠缺  {objection}\n");
    }
    if done.locked.is_some() {
        out += &final_copy(options, &prepared, &title, &done.input_sha256);
    }
    if let Some(added) = &done.ledger {
        out += &entered(added, options.preview);
    }
    for note in &done.notes {
        out += &format!("  说明  {note}\n");
    }
    say(&out);
    Ok(Exit::Clean)
}

/// Where the results of the period are, unless told otherwise.
fn results(options: &IssueOptions, prepared: &Prepared) -> PathBuf {
    let default = PathBuf::from("out").join(format!("{}-{}", prepared.plan.name, prepared.period.key()));
    options.out.clone().unwrap_or(default)
}

/// Writes the signed edition with its document number beside the results, where they are those that were issued.
fn final_copy(options: &IssueOptions, prepared: &Prepared, title: &str, input: &str) -> String {
    let folder = results(options, prepared);
    let Some(bytes) = issued::of_results(&folder, title, input, options.number.trim()) else {
        let shown = folder.display();
        return format!("  说明  {shown} 里没有这一期的呈报版，没有另写定稿；结果在别处的，用 --out 指明再运行一次\n");
    };
    let name = TopBook::Issued.name(title);
    let written = Stage::open(&folder)
        .and_then(|stage| stage.put(&name, &bytes).and_then(|()| stage.commit(std::slice::from_ref(&name))));
    match written {
        Ok(_) => format!("  定稿  {}（首页印上文号）\n", folder.join(name).display()),
        // The period is locked all the same, and the copy can be made again.
        Err(why) => format!("  说明  定稿没有写出：{why}\n"),
    }
}

/// Writes the list of the nominated beside the results of the period.
fn list(options: &IssueOptions, prepared: &Prepared, title: &str, bytes: &[u8]) -> Result<PathBuf, Stop> {
    let folder = results(options, prepared);
    let name = TopBook::Selection.name(title);
    if folder.join(&name).exists() {
        let path = folder.join(&name);
        return Err(Stop::Usage(format!(
            "{} 已经有了，里面可能已经填过，没有覆盖。要重新写出的，请先把它移走。",
            path.display()
        )));
    }
    let stage = Stage::open(&folder).map_err(Stop::Output)?;
    let written = stage.put(&name, bytes).and_then(|()| stage.commit(std::slice::from_ref(&name)));
    written.map_err(Stop::Output)?;
    Ok(folder.join(name))
}

/// What was entered into the ledger, or would be.
fn entered(added: &Added, preview: bool) -> String {
    let Added { path, appended, selection } = added;
    let will = if preview { "将" } else { "" };
    let mut out = format!(
        "  台账  {} {will}新记 {} 条{}；名单里未入选 {} 条{}\n",
        path.display(),
        appended.added,
        already_words(appended.already),
        selection.no,
        if selection.absent > 0 {
            format!("，名单里没有的 {} 条按未入选", selection.absent)
        } else {
            String::new()
        },
    );
    if !appended.taken_out.is_empty() {
        out += &format!("  撤出  {will}从台账撤出 {} 条，记在旁边的撤出记录里\n", appended.taken_out.len());
    }
    if !appended.lacking.is_empty() {
        out += &format!("  说明  台账没有这几栏，没有记：{}\n", appended.lacking.join("、"));
    }
    out
}

fn already_words(already: usize) -> String {
    if already == 0 { String::new() } else { format!("（另有 {already} 条台账里已有，没有重复记）") }
}
