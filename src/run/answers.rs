//! Decisions workbooks found before a run: in the results folder, where officers fill them in, and those named on the
//! command line. All answers are taken before anything is written, and what was read is still there when it is replaced.

use super::prepare::Prepared;
use super::stop::Stop;
use crate::definition::Plan;
use crate::domain::period::Period;
use crate::formats::allowance::Allowance;
use crate::formats::file::whole_file;
use crate::history::decisions::sheet::{self, AnswerBook, Tag};
use crate::history::head::sha256;
use crate::report::shelf::TopBook;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// Endings of workbooks; Excel's lock files and other litter have none of them or begin with a mark.
const ENDINGS: [&str; 6] = ["xlsx", "xlsm", "xls", "ods", "et", "xlsb"];

/// The workbooks of a run.
#[derive(Debug, Default)]
pub struct Answers {
    pub books: Vec<AnswerBook>,
    pub remarks: Vec<String>,
    /// What this run will replace, with the hash of what was read; `None` where nothing was there.
    replaced: Option<(PathBuf, Option<String>)>,
}

impl Answers {
    /// Reads them all, the results folder's first, in the order of their names.
    ///
    /// # Errors
    /// [`Stop::Usage`]: one that was named is not of this period, or what would be replaced holds something else;
    /// [`Stop::Input`]: it cannot be read, so that its answers would be lost.
    pub fn find(
        prepared: &Prepared,
        out: Option<&Path>,
        named: &[PathBuf],
        allowance: Allowance,
    ) -> Result<Answers, Stop> {
        let Prepared { plan, period, .. } = prepared;
        let tag = (plan, &*Tag::period_of(&plan.name, period));
        let own = TopBook::Decisions.name(&format!("{}{}", period.title(), plan.title));
        let mut answers = Answers::default();
        if let Some(folder) = out {
            answers.replaced = Some((folder.join(&own), None));
            for path in beside(folder) {
                let is_own = path.file_name() == Some(OsStr::new(&own));
                answers.take(&path, tag, allowance, if is_own { BookRole::Replaced } else { BookRole::Beside })?;
            }
        }
        for path in named {
            answers.take(path, tag, allowance, BookRole::Named)?;
        }
        Ok(answers)
    }

    fn take(
        &mut self,
        path: &Path,
        (plan, tag): (&Plan, &str),
        allowance: Allowance,
        role: BookRole,
    ) -> Result<(), Stop> {
        let shown = path.display();
        let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let unread = |why: String| {
            let next = "没有写出任何结果，以免丢掉里面填好的处理意见。请关闭正在使用它的程序，或把它移走，再运行";
            Stop::Input(format!("处理意见 {shown} 读不出来：{why}。{next}。"))
        };
        let bytes = whole_file(path, allowance.file()).map_err(|why| unread(why.cause))?;
        if role == BookRole::Replaced {
            self.replaced = Some((path.to_path_buf(), Some(sha256(&bytes))));
        }
        match sheet::read(&name, &bytes, tag, allowance) {
            Err(why) if role == BookRole::Beside => self.remarks.push(format!("结果文件夹里的“{name}”没有采用：{why}")),
            Err(why) => return Err(unread(why)),
            Ok(book) if book.is_of_another() => {
                let others: Vec<String> = book.others.keys().map(|other| said(plan, other)).collect();
                let words = format!("是{}的处理意见，不是本期的", others.join("、"));
                match role {
                    BookRole::Beside => self.remarks.push(format!("结果文件夹里的“{name}”{words}，没有采用")),
                    BookRole::Named => {
                        return Err(Stop::Usage(format!("{shown} {words}。请核对 --decisions 和 --period。")));
                    }
                    BookRole::Replaced => {
                        return Err(Stop::Usage(format!(
                            "{shown} {words}；写出本期结果会替换它，没有运行。请把它移走，或用 --out 换一个文件夹。"
                        )));
                    }
                }
            }
            Ok(book) => {
                let answered: usize = book.others.values().sum();
                if answered > 0 {
                    let of = book.others.iter().filter(|(_, answered)| **answered > 0);
                    let of: Vec<String> = of.map(|(other, _)| said(plan, other)).collect();
                    self.remarks.push(format!("“{name}”里有 {answered} 条是{}的，没有采用", of.join("、")));
                }
                self.books.push(book);
            }
        }
        Ok(())
    }

    /// Nobody filled in anything since it was read.
    ///
    /// # Errors
    /// [`Stop::Input`]: somebody did; the answers would be lost.
    pub fn are_all_taken(&self) -> Result<(), Stop> {
        let Some((path, before)) = &self.replaced else { return Ok(()) };
        let now = if path.exists() { whole_file(path, u64::MAX).ok().map(|bytes| sha256(&bytes)) } else { None };
        if now == *before {
            return Ok(());
        }
        Err(Stop::Input(format!(
            "运行期间有人改动了 {}。没有写出任何结果，以免丢掉刚填的处理意见。请保存关闭后再运行一次。",
            path.display()
        )))
    }
}

/// The period of a tag as people call it: `2026年2月群众性经济技术创新月报`.
fn said(plan: &Plan, tag: &str) -> String {
    let (name, key) = tag.split_once('/').unwrap_or(("", tag));
    let own = (name == plan.name).then(|| (plan.title.as_str(), plan.schedule.parse(key)));
    let other = || {
        let other = plan.others.iter().find(|other| other.name == name);
        (other.map_or("其他工作", |other| &other.pipeline), Period::parse(key))
    };
    let (title, period) = own.unwrap_or_else(other);
    format!("{}{title}", period.map_or_else(|| format!("{key} "), |period| period.title()))
}

/// What a workbook is to the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum BookRole {
    /// The run writes another one in its place.
    Replaced,
    /// Lies in the results folder under another name.
    Beside,
    /// Was named on the command line.
    Named,
}

fn beside(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = entries
        .filter(|entry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
            TopBook::Decisions.is_named_in(&name)
                && !name.starts_with(['~', '.'])
                && ending.is_some_and(|ending| ENDINGS.contains(&ending.as_str()))
        })
        .map(|entry| entry.path())
        .collect();
    found.sort();
    found
}
