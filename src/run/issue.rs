//! Issuing a stored period: its document number is put on record, which locks it, and its selections may be entered into
//! the ledger.

use super::prepare::Prepared;
use super::stop::Stop;
use crate::history::head::Unusable;
use crate::history::issue::Issued;
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

/// Issues a period. The ledger comes first: a run that dies between the two finds its rows there the next time, and
/// enters none twice.
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
    let stored = stored(&past, plan.forms.len(), &title, history)?;
    let folder = past.own_folder().unwrap_or_default();
    // One issue at a time in this history: two ledgers' additions must not overwrite one another.
    let _lock = crate::atomic::lock(history).map_err(Stop::Output)?;
    let unclear = |why: Unusable| {
        Stop::Usage(format!("{title}的印发记录不能用：{}。请从备份恢复 {}。", why.words(), folder.display()))
    };
    let before = Issued::read(&folder).map_err(unclear)?;
    if let Some(before) = before.as_ref().filter(|before| before.number != number) {
        return Err(Stop::Usage(format!("{title}已以“{}”印发，不能再用“{number}”印发。请核对文号。", before.number)));
    }
    let mut issued = before.clone().unwrap_or(Issued { number: number.to_owned(), amended: Vec::new(), ledger: None });
    let mut added = None;
    if with_ledger {
        let entered = enter(prepared, stored, number)?;
        let table = plan.ledger.first().map(|entry| entry.reference.clone()).unwrap_or_default();
        let rows = issued.ledger.as_ref().map_or(0, |(_, rows)| *rows) + entered.added;
        issued.ledger = Some((table, rows));
        added = Some(entered);
    }
    if before.as_ref() != Some(&issued) {
        issued.write(&folder, &stored.head).map_err(Stop::Output)?;
    }
    let mut notes = past.notes();
    if !stored.same_definition() {
        notes.push("这一期存入历史库之后，流程定义改过；印发的是当时的结果".to_owned());
    }
    if with_ledger && !issued.amended.is_empty() {
        notes.push("这一期印发后更正过；更正后不再入选的，请从台账里手工删去".to_owned());
    }
    if !with_ledger && !plan.ledger.is_empty() && issued.ledger.is_none() {
        notes.push("评选结果还没有记入台账；要记入的，加 --ledger 再运行一次".to_owned());
    }
    Ok(Done { before: before.is_some(), ledger: added, notes })
}

/// The stored period with all its files whole: what is issued must be there to be compared with later.
fn stored<'h>(past: &'h History, forms: usize, title: &str, history: &Path) -> Result<&'h StoredPeriod, Stop> {
    let stored = match past.own() {
        None => {
            let at = history.display();
            return Err(Stop::Usage(format!("历史库 {at} 里没有{title}。请先用 huizong run 汇总这一期。")));
        }
        Some(Err(why)) => return Err(Stop::Usage(format!("{title}的{}，不能印发。请重新汇总这一期。", why.words()))),
        Some(Ok(stored)) => stored,
    };
    let whole = (0..forms).all(|form| stored.form(form).is_some() || !stored.knows(form));
    if stored.figures().is_none() || stored.units().is_none() || !whole {
        let why: Vec<String> = past.gaps().iter().map(HistoryGap::words).collect();
        return Err(Stop::Usage(format!("{title}的存档不完整，不能印发：{}。请重新汇总这一期。", why.join("；"))));
    }
    Ok(stored)
}

fn enter(prepared: &Prepared, stored: &StoredPeriod, number: &str) -> Result<Added, Stop> {
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
    let append::Appended { added, already } =
        append::append(path, schema, &columns, &entered.rows).map_err(Stop::Output)?;
    Ok(Added { path: path.clone(), added, already })
}
