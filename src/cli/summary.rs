//! The closing words of a run, for people on one screen and for machines as JSON.

use super::screen::{Exit, colour, complain, warn};
use crate::definition::{Diagnostic, Reference};
use crate::model::run::RunVerdict;
use crate::model::{Finding, Outcome, Severity};
use crate::report::DETAIL;
use crate::report::shelf::TopBook;
use crate::run::{Finished, Prepared, Stop};
use crate::text::masks::mask_within;
use crate::text::quote::for_json;
use serde_json::{Map, Value, json};
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// Prints why a run stopped.
pub fn stopped(stop: &Stop) -> Exit {
    match stop {
        Stop::Definition(diagnostics) => {
            warned(diagnostics);
            complain("定义或参照表有误，没有读取任何报表。请按上面的提示改好后再运行。");
            Exit::Usage
        }
        Stop::Usage(text) => {
            complain(text);
            Exit::Usage
        }
        Stop::Input(text) | Stop::Output(text) => {
            complain(text);
            Exit::Machine
        }
        Stop::Unproven(text) => {
            let text = mask_within(text);
            complain(&format!("本次运行的账对不上，为免出错没有写出任何结果：{text}。请把这句话告诉维护人员。"));
            Exit::Machine
        }
    }
}

/// Prints what is wrong in a definition, or left to chance.
pub fn warned(diagnostics: &[Diagnostic]) {
    if !diagnostics.is_empty() {
        let coloured = colour(std::io::IsTerminal::is_terminal(&std::io::stderr()));
        warn(&format!("{}\n", crate::definition::diagnostic::render(diagnostics, coloured).trim_end()));
    }
}

/// Files by outcome, rows by fate, findings by severity, where the workbooks are, what to do next.
pub fn for_people(prepared: &Prepared, finished: &Finished, dry_run: bool) -> String {
    let (verdict, written) = (&finished.validated.verdict, &finished.written.files);
    let mut out = String::new();
    let _ = writeln!(out, "{}{}", prepared.period.title(), prepared.plan.title);
    let outcomes: Vec<String> =
        Outcome::ALL.iter().map(|outcome| format!("{} {}", outcome.word(), verdict.count(*outcome))).collect();
    let _ = writeln!(out, "  文件  共 {} = {}", verdict.sources.len(), outcomes.join(" + "));
    let rows = verdict.rows;
    let _ = writeln!(out, "  数据行 共 {} = {}", rows.data, rows.words());
    let severities: Vec<String> = [Severity::Block, Severity::Verify, Severity::Note]
        .into_iter()
        .map(|severity| format!("{} {}", severity.word(), count(&verdict.findings, severity)))
        .collect();
    let _ = writeln!(out, "  问题  {}", severities.join("，"));
    let _ = writeln!(out, "  催报  {}", finished.computed.chase.summary);
    for note in prepared.reference.notes.iter().chain(&finished.history_notes) {
        let _ = writeln!(out, "  说明  {note}");
    }
    if dry_run {
        let _ = writeln!(out, "试算完毕，没有写任何文件。");
    }
    let _ = writeln!(out, "下一步：{}", next_step(verdict));
    out += &to_open(written);
    out
}

/// What was written, that which is opened first last on the screen: each file on top of the results, and what it is for.
fn to_open(written: &[PathBuf]) -> String {
    let (below, top): (Vec<&PathBuf>, Vec<&PathBuf>) =
        written.iter().partition(|path| path.parent().is_some_and(|folder| folder.ends_with(DETAIL)));
    let mut out = String::new();
    let left = left_behind(&top);
    if !left.is_empty() {
        let _ = writeln!(out, "  说明  结果文件夹里还有以前的 {}，不是这一次写的，不用的请删去", left.join("、"));
    }
    if let Some(issued) = issued_before(&top) {
        let _ = writeln!(
            out,
            "  说明  {issued} 还是更正以前印发的数；更正以后的看呈报版，要写成定稿的，再运行一次 huizong issue"
        );
    }
    let detail = below.iter().find_map(|path| path.parent());
    if let Some(folder) = detail {
        let _ = writeln!(out, "  明细  工作版、审核问题、数据版等在 {}", folder.display());
    }
    for book in TopBook::ALL {
        for path in top.iter().filter(|path| told(path).is_some_and(|(known, _)| known == book)) {
            let _ = writeln!(out, "  打开  {}（{}）", path.display(), book.usage());
        }
    }
    out
}

/// What a workbook on top of the results is, with the beginning that the names of its run share.
fn told(path: &Path) -> Option<(TopBook, &str)> {
    TopBook::of(path.file_name()?.to_str()?)
}

/// Workbooks of this name on top of the results that this run did not write: of an earlier program, or of a run that had
/// more to say. What was issued is meant to stay.
fn left_behind(top: &[&PathBuf]) -> Vec<String> {
    let name = |path: &PathBuf| path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let written: Vec<String> = top.iter().map(|path| name(path)).collect();
    let signed = top.iter().find(|path| told(path).is_some_and(|(book, _)| book == TopBook::Signed));
    let Some(((_, stem), folder)) = signed.and_then(|path| told(path).zip(path.parent())) else { return Vec::new() };
    let beside = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| name(&entry.path()));
    let ours = |name: &String| name.starts_with(&format!("{stem}_")) && name.ends_with(".xlsx");
    // However somebody renamed his copy of what he filled in.
    let theirs = |name: &String| TopBook::ALL.iter().any(|book| book.is_theirs() && book.is_named_in(name));
    let mut left: Vec<String> = beside.filter(|name| ours(name) && !written.contains(name) && !theirs(name)).collect();
    left.sort();
    left
}

/// The issued workbook beside the results of a correction: it says what was signed, and no longer what is so.
fn issued_before(top: &[&PathBuf]) -> Option<String> {
    let book = top.iter().find_map(|path| {
        let (_, stem) = told(path).filter(|(book, _)| *book == TopBook::Correction)?;
        Some(path.with_file_name(TopBook::Issued.beside(stem)))
    })?;
    book.exists().then(|| book.file_name().map(|name| name.to_string_lossy().into_owned())).flatten()
}

fn count(findings: &[Finding], severity: Severity) -> usize {
    findings.iter().filter(|finding| finding.severity == severity).count()
}

fn next_step(verdict: &RunVerdict) -> String {
    let returned = verdict.count(Outcome::Returned);
    let unreadable = verdict.count(Outcome::Unreadable);
    if returned + unreadable > 0 {
        let parts = [(returned, "退回"), (unreadable, "无法读取")].into_iter().filter(|(count, _)| *count > 0);
        let parts: Vec<String> = parts.map(|(count, word)| format!("{count} 份{word}")).collect();
        return format!(
            "有 {}，请按“审核问题”工作簿逐份联系报送单位改正后重新运行；统计表下注明了没有计入的部分。",
            parts.join("、")
        );
    }
    let silent = verdict.units.iter().filter(|unit| !unit.status.is_accepted()).count();
    let missing =
        if silent > 0 { format!("还有 {silent} 个单位未报，见催报名单。") } else { String::new() };
    if count(&verdict.findings, Severity::Block) > 0 {
        return format!("收到的报表都已计入，但有单位或全省层面的“必改”问题，请看工作版“总览”和“审核问题”。{missing}");
    }
    let doubtful = count(&verdict.findings, Severity::Verify);
    if doubtful > 0 {
        let out = match verdict.rows.held {
            0 => "收到的报表都已计入；".to_owned(),
            rows => format!("没有退回的报表，{rows} 行待核实或经认定没有计入；"),
        };
        return format!("{out}有 {doubtful} 处“核实”，请在“处理意见”里逐条处理，再运行一次。{missing}");
    }
    match silent {
        0 => "没有问题，可以打印呈报版送审。".to_string(),
        silent => format!("收到的报表没有问题；还有 {silent} 个单位未报，见催报名单，报齐后再送审。"),
    }
}

/// The same for other programs.
pub fn for_machines(prepared: &Prepared, verdict: &RunVerdict, written: &[PathBuf]) -> String {
    let files: Map<String, Value> =
        Outcome::ALL.iter().map(|outcome| (outcome.key().to_string(), json!(verdict.count(*outcome)))).collect();
    let findings: Map<String, Value> = [Severity::Block, Severity::Verify, Severity::Note]
        .into_iter()
        .map(|severity| (severity.key().to_string(), json!(count(&verdict.findings, severity))))
        .collect();
    let rows: Map<String, Value> = verdict.rows.by_key().map(|(key, count)| (key.to_string(), json!(count))).collect();
    let outputs: Vec<String> = written.iter().map(|path| path.to_string_lossy().into_owned()).collect();
    let summary = json!({
        "pipeline": prepared.plan.name,
        "period": prepared.period.key(),
        "files": files,
        "rows": rows,
        "findings": findings,
        "outputs": outputs,
    });
    format!("{}\n", for_json(&summary.to_string()))
}

/// One finding on a line: `[必改] 合肥/省一建.xls · 表“申报汇总表” · G7（焊接班）：…`, `who` its record. ID and phone numbers are masked: screens
/// are read by many and copied anywhere.
pub fn sentence(finding: &Finding, who: Option<&str>, verdict: &RunVerdict, reference: &Reference) -> String {
    let name =
        |unit: u32| reference.roster.units.get(unit as usize).map_or_else(String::new, |unit| unit.name.to_string());
    let who = who.map_or_else(String::new, |who| format!("（{who}）"));
    let said = finding.sentence(&(verdict.place_words(&finding.place, name) + &who));
    mask_within(&format!("[{}] {said}", finding.severity.word()))
}
