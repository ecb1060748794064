//! `pipeline.toml` → [`Plan`](super::Plan), or every problem at once.
//!
//! The file is parsed with byte spans and walked by hand: serde stops at the first problem and loses spans in tagged
//! enums. Parts are read in the order in which they depend on one another; problems are sorted by place at the end.

mod charts;
mod codes;
mod computed;
mod context;
mod cursor;
mod discipline;
mod fit;
mod forms;
mod front;
mod groups;
mod keys;
mod known;
mod ledger;
mod measures;
mod others;
mod ranks;
mod rules;
mod schedule;
pub mod schema;
mod shape;
mod shares;
mod syntax;
mod tables;
mod time;
pub mod words;

#[cfg(test)]
mod tests;

pub use schedule::examples as period_examples;

use super::diagnostic::Diagnostic;
use super::plan::{CodeList, Count, FrontPage, Plan, Words};
use crate::model::Fingerprint;
use crate::model::codes::DiagnosticCode;
use crate::text::hex::hex;
use context::{Context, is_kebab};
use cursor::{Log, Section, Word};
use known::Known;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use syntax::parse;

/// Largest definition that is read at all, in bytes.
const LARGEST: u64 = 4 << 20;

/// Reads and checks `pipelines/<name>/pipeline.toml`. [`Plan::sha256`] is that of the file's bytes followed by the bytes
/// of the files it includes, and of the words that all pipelines share.
///
/// # Errors
/// All problems of the definition, in the order of the file, those of included files and of the shared words behind.
/// Where there are none but warnings, they are with the plan.
pub fn read(path: &Path) -> Result<Plan, Vec<Diagnostic>> {
    // What the definitions beside it are called is read meanwhile.
    let own = || crate::language::with_room(|| read_all(path));
    let beside = || {
        words::shipped();
        others::forms(path, LARGEST)
    };
    let (plan, others) = rayon::join(own, beside);
    plan.map(|plan| Plan { others, ..plan })
}

fn read_all(path: &Path) -> Result<Plan, Vec<Diagnostic>> {
    let text = source(path).map_err(|problem| vec![problem])?;
    let mut hash = Sha256::new();
    hash.update(text.as_bytes());
    let log = Log::new(path.to_path_buf(), text);
    let (document, parsed) = parse(&log);
    let mut others = Vec::new();
    let mut plan = None;
    if parsed {
        let section = Section::new(&log, document.get_ref(), 0..0, "", &keys::DOCUMENT);
        let mut context = Context::new(&log);
        let mut shared = FrontPage::default();
        for file in includes(&section, path) {
            let Some((file, text)) = file else {
                context.codes_incomplete = true;
                continue;
            };
            hash.update(text.as_bytes());
            others.extend(included(file, text, &mut context.codes, &mut shared));
        }
        plan = pipeline(section, context, path).map(|plan| Plan { front: plan.front.or(shared), ..plan });
    }
    drop(document);
    let mut problems = log.into_problems();
    problems.extend(others);
    let (words, others) = shared_words(path, &mut hash);
    problems.extend(others);
    // Where something is wrong, what is merely left to chance can wait.
    let (warnings, errors): (Vec<Diagnostic>, Vec<Diagnostic>) = problems.into_iter().partition(Diagnostic::is_warning);
    match plan {
        Some(plan) if errors.is_empty() => Ok(Plan { words, warnings, sha256: hex(&hash.finalize()), ..plan }),
        _ => Err(errors),
    }
}

/// The words beside the pipelines' folders, else those that the program brings along. Only words of one's own make another
/// definition: what was stored with the program's is not put in doubt by a new program.
fn shared_words(definition: &Path, hash: &mut Sha256) -> (Words, Vec<Diagnostic>) {
    let shipped = words::shipped();
    let Some(path) = words::path(definition) else { return (shipped, Vec::new()) };
    match source(&path) {
        // A test holds that these say no word against themselves.
        Ok(text) if text == words::shipped_text() => (shipped, Vec::new()),
        Ok(text) => {
            hash.update(text.as_bytes());
            words::read(path, text, shipped)
        }
        Err(problem) => (shipped, vec![problem]),
    }
}

fn source(path: &Path) -> Result<String, Diagnostic> {
    let problem =
        |code, message: &str, help: Option<String>| Err(Diagnostic::of_file(code, path, message.to_owned(), help));
    match std::fs::metadata(path) {
        Ok(file) if !file.is_file() => return problem(DiagnosticCode::NotAFile, "定义不是普通文件", None),
        Ok(file) if file.len() > LARGEST => return problem(DiagnosticCode::FileTooLarge, "定义文件超过 4 MB", None),
        Ok(_) => {}
        Err(_) => {
            let help = Some("核对路径；可用的流程见 `huizong lint`".to_owned());
            return problem(DiagnosticCode::FileMissing, "找不到定义文件", help);
        }
    }
    match std::fs::read(path).map(String::from_utf8) {
        Ok(Ok(text)) => Ok(text),
        Ok(Err(_)) => {
            problem(DiagnosticCode::NotUtf8, "定义文件不是 UTF-8 编码", Some("用记事本另存为 UTF-8".to_owned()))
        }
        Err(_) => problem(DiagnosticCode::FileUnreadable, "定义文件打不开", Some("核对文件权限".to_owned())),
    }
}

/// Files that `include` names, with their texts; one (`None`) that cannot be read is reported where it is named.
fn includes(document: &Section<'_>, path: &Path) -> Vec<Option<(PathBuf, String)>> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut files = Vec::new();
    let mut size = 0;
    for word in document.words("include") {
        let file = beside(folder, word.text);
        if !is_inside(&file, folder) {
            let message = format!("include 的“{}”在定义文件夹以外", word.text);
            word.report(DiagnosticCode::IncludeOutside, message, Some("放到流程定义所在的文件夹里".to_owned()));
            files.push(None);
            continue;
        }
        size += std::fs::metadata(&file).map_or(0, |file| file.len());
        if size > LARGEST {
            let message = format!("include 的文件加起来超过 {} MB", LARGEST >> 20);
            word.report(DiagnosticCode::IncludeUnreadable, message, None);
            files.push(None);
            break;
        }
        match source(&file) {
            Ok(text) => files.push(Some((file, text))),
            Err(problem) => {
                let message = format!("读不到 include 的“{}”：{}", word.text, problem.message);
                word.report(
                    DiagnosticCode::IncludeUnreadable,
                    message,
                    Some("路径从本文件所在的文件夹算起".to_owned()),
                );
                files.push(None);
            }
        }
    }
    files
}

/// Whether a file lies among the definitions: below the folder that holds the pipelines' own. Where links lead counts; a
/// file that is not there is not outside.
fn is_inside(file: &Path, folder: &Path) -> bool {
    let (Ok(file), Ok(folder)) = (file.canonicalize(), folder.canonicalize()) else { return true };
    file.starts_with(folder.parent().unwrap_or(&folder))
}

/// `folder/name` with each `..` taken back where a folder stands before it, so that messages show the plain path.
fn beside(folder: &Path, name: &str) -> PathBuf {
    let mut path = folder.to_path_buf();
    for part in Path::new(name).components() {
        match part {
            Component::ParentDir if path.file_name().is_some() => {
                path.pop();
            }
            part => path.push(part),
        }
    }
    path
}

/// Code lists and the first page of an included file; its problems carry its own path.
fn included(file: PathBuf, text: String, into: &mut Vec<CodeList>, front: &mut FrontPage) -> Vec<Diagnostic> {
    let log = Log::new(file, text);
    let (document, parsed) = parse(&log);
    if parsed {
        let section = Section::new(&log, document.get_ref(), 0..0, "", &keys::INCLUDED);
        codes::codes(&section, into);
        *front = std::mem::take(front).or(front::front(&section));
        section.finish();
    }
    drop(document);
    log.into_problems()
}

/// `None` where a part is missing altogether; that was reported.
fn pipeline<'a>(document: Section<'a>, mut context: Context<'a>, path: &Path) -> Option<Plan> {
    let name = name(&document, path);
    let (title, notice) = (document.text("title"), document.text("notice"));
    let schedule = schedule::schedule(&document);
    let count = document.choice_or("count", &schedule::COUNTS, Count::Rows);
    let sample = schedule::sample(&document, schedule.as_ref());

    context.values = codes::values(&document);
    codes::codes(&document, &mut context.codes);
    codes::references(&document, &mut context);
    context.form_ids = ids(&document, "form", "表式");
    context.lookup_ids = ids(&document, "lookup", "台账核对");
    context.share_ids = ids(&document, "share", "占比");
    context.table_ids = ids(&document, "table", "统计表");
    document.need_list("form");
    forms::forms(&document, &mut context);
    let lookups = rules::lookups(&document, &context);
    let ledger = ledger::ledger(&document, &context);
    let quota = shares::quota(&document, &context);
    let shares = shares::shares(&document, &context);
    let discipline = discipline::discipline(&document);
    let known = Known {
        lookups: &lookups,
        shares: &shares,
        has_quota: document.get("quota").is_some(),
        has_points: document.get("discipline").is_some(),
    };
    document.need_list("table");
    let tables = tables::tables(&document, known, &context);
    let charts = charts::charts(&document, &tables, known, &context);
    let figures = front::figures(&document, &tables, &shares, &context);
    let headlines = front::headlines(&document, &tables, &shares, &context);
    let front = front::front(&document);
    context.lonely_causes();
    document.finish();
    let (sample_period, sample_returns) = sample?;
    let causes = std::mem::take(&mut *context.causes.borrow_mut());
    Some(Plan {
        name,
        title,
        notice,
        schedule: schedule?,
        sample_period,
        sample_returns,
        count,
        values: context.values,
        codes: context.codes,
        references: context.references,
        forms: context.forms,
        lookups: lookups.into_iter().flatten().collect(),
        ledger,
        quota,
        shares: shares.into_iter().flatten().collect(),
        discipline,
        tables: tables.into_iter().flatten().collect(),
        charts,
        front,
        figures,
        headlines,
        words: Words::default(),
        others: Vec::new(),
        warnings: Vec::new(),
        conditions: of_causes(context.conditions.into_inner(), &causes),
        causes,
        path: path.to_path_buf(),
        sha256: String::new(),
    })
}

/// What rules of one cause ask together: a finding of theirs is judged by all of them.
fn of_causes(
    mut conditions: BTreeMap<Arc<str>, Fingerprint>,
    causes: &BTreeMap<Arc<str>, Arc<str>>,
) -> BTreeMap<Arc<str>, Fingerprint> {
    let mut together: BTreeMap<&str, Vec<Fingerprint>> = BTreeMap::new();
    for (code, cause) in causes {
        together.entry(cause).or_default().extend(conditions.get(code).copied());
    }
    let together: BTreeMap<&str, Fingerprint> =
        together.into_iter().map(|(cause, parts)| (cause, Fingerprint::of(parts))).collect();
    for (code, cause) in causes {
        conditions.extend(together.get(&**cause).map(|all| (Arc::clone(code), *all)));
    }
    conditions
}

fn name(document: &Section<'_>, path: &Path) -> String {
    let Some(word) = document.word("name") else { return String::new() };
    if !is_kebab(word.text) {
        let help = Some("用小写英文和连字符，例如 model-teams".to_owned());
        word.report(DiagnosticCode::BadCode, format!("“{}”不能作流程名", word.text), help);
    }
    let folder = path.parent().and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
    if let Some(folder) = folder.filter(|folder| folder != word.text) {
        let message = format!("流程名“{}”和文件夹“{folder}”不同", word.text);
        word.report(DiagnosticCode::NameNotFolder, message, Some(format!("两处写成一样，例如都用 {folder}")));
    }
    word.text.to_owned()
}

/// Ids of `[[key]]`, in order; one that is missing is "" here and reported where the section is read.
fn ids<'a>(document: &Section<'a>, key: &'static str, what: &str) -> Vec<&'a str> {
    let Some(node) = document.get(key) else { return Vec::new() };
    let mut ids: Vec<&str> = Vec::new();
    let mut known: BTreeSet<&str> = BTreeSet::new();
    for section in node.items().iter().filter_map(cursor::Node::as_section) {
        let word: Option<Word<'_>> = section.get("id").and_then(|node| node.as_word());
        let Some(word) = word else {
            ids.push("");
            continue;
        };
        if !known.insert(word.text) {
            word.report(
                DiagnosticCode::DuplicateId,
                format!("{what}的 id“{}”重复", word.text),
                Some("换一个 id".to_owned()),
            );
        }
        ids.push(word.text);
    }
    ids
}
