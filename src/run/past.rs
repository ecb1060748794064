//! The run's own period in the history: locked once it is issued, replaced whole when the results are written.

use super::places::Places;
use super::prepare::Prepared;
use super::stop::Stop;
use crate::atomic::Lock;
use crate::definition::LedgerValue;
use crate::domain::period::Period;
use crate::history::correction::{FigureChange, changes};
use crate::history::decisions::register::in_force;
use crate::history::head::{StoredFile, Unusable};
use crate::history::issue::{Amended, Issued};
use crate::history::keep::{
    FormFile, PackedPeriod, PartContent, PeriodResults, PeriodTables, StagedPeriod, input_hash,
};
use crate::history::layout::{HEAD, ISSUED, ISSUED_FIGURES};
use crate::history::references;
use crate::history::{History, StoredPeriod, figures};
use crate::model::Column;
use crate::model::outcome::Outcome;
use crate::model::run::RunVerdict;
use crate::model::stat_table::StatTable;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// Later periods named in one sentence.
const LATER: usize = 6;

/// What stood in the history where this run's period goes, before any return was read.
pub struct OwnPeriod {
    folder: PathBuf,
    issued: Option<Issued>,
    reason: String,
}

impl OwnPeriod {
    /// Looks before any return is read. `None` for a run that keeps no history.
    ///
    /// # Errors
    /// [`Stop::Usage`]: the period is issued and no reason is given, or the reverse; or what is stored must not be
    /// replaced. [`Stop::Output`]: the store cannot be written.
    pub fn find(history: &History, places: Places<'_>) -> Result<Option<OwnPeriod>, Stop> {
        let Some(folder) = history.own_folder() else { return Ok(None) };
        if places.out.is_some() {
            // What somebody removed was kept until now.
            history.forget_removed();
            // Found out now, and not after minutes of reading.
            let writable = history.recover().and_then(|()| crate::atomic::probe(&folder));
            writable.map_err(|why| Stop::Output(format!("历史库不能用：{why}")))?;
        }
        let reason = places.reason.map(str::trim).unwrap_or_default().to_owned();
        if places.reason.is_some() && reason.is_empty() {
            return Err(Stop::Usage("--reason 后面没有写理由。".to_owned()));
        }
        let title = history.own_title();
        let issued = Issued::read(&folder).map_err(|why| {
            Stop::Usage(format!(
                "{title}已印发，但印发记录不能用：{}。请从备份恢复 {}，再运行。",
                why.words(),
                folder.join(ISSUED).display()
            ))
        })?;
        if let (true, Some(Err(why @ Unusable::Future(_)))) = (places.out.is_some(), history.own()) {
            return Err(Stop::Usage(format!("不能覆盖{title}的历史数据：{}。", why.words())));
        }
        let keeps = places.out.is_some();
        match &issued {
            // A dry run changes nothing, and so it may look at an issued period.
            _ if !keeps => Ok(Some(OwnPeriod { folder, issued, reason })),
            Some(issued) if reason.is_empty() => Err(Stop::Usage(format!(
                "{title}已以“{}”印发，不能直接重新汇总。确需更正的，请加 --reason 更正理由，程序会另出一份更正说明。",
                issued.number
            ))),
            None if !reason.is_empty() => {
                Err(Stop::Usage(format!("{title}还没有印发，重新汇总不需要理由。请去掉 --reason。")))
            }
            _ => Ok(Some(OwnPeriod { folder, issued, reason })),
        }
    }

    /// The run's reference data without what this very period entered into its ledger when it was issued: nobody is to be
    /// told that he already holds the title he is selected for. `None` where there is nothing of that kind.
    pub fn without_entered(&self, prepared: &Prepared) -> Option<Prepared> {
        let issued = self.issued.as_ref().filter(|issued| issued.ledger.is_some())?;
        let mut prepared = prepared.clone();
        let own = take_out(&mut prepared, &BTreeSet::from([issued.number.as_str()]))?;
        let (reference, number) = (&prepared.plan.ledger.first()?.reference, &issued.number);
        prepared.reference.notes.push(format!("“{reference}”里以“{number}”记入的 {own} 条是本期自己的，不参加核对"));
        Some(prepared)
    }

    /// Takes the period's lock, and looks again at what is there: what follows goes by what is seen under it.
    ///
    /// # Errors
    /// Another run does not let go of it, or issued or corrected the period meanwhile.
    pub fn hold<'a>(&'a self, history: &History) -> Result<HeldPeriod<'a>, Stop> {
        let lock = Lock::wait(&self.folder).map_err(|why| Stop::Output(format!("历史库不能用：{why}")))?;
        if Issued::read(&self.folder).ok().flatten() != self.issued {
            return Err(Stop::Usage("运行期间本期已被印发或更正。请再运行一次。".to_owned()));
        }
        let (own, title) = (self, history.own_title());
        Ok(HeldPeriod { own, lock, stored: history.own_now(), title, as_issued: None })
    }

    /// The number under which the period was issued, and why it changes now.
    pub fn issued(&self) -> Option<(&str, &str)> {
        self.issued.as_ref().map(|issued| (issued.number.as_str(), self.reason.as_str()))
    }
}

/// The run's own period while nobody else writes to it.
pub struct HeldPeriod<'a> {
    own: &'a OwnPeriod,
    lock: Lock,
    stored: Option<Result<StoredPeriod, Unusable>>,
    title: String,
    /// The figures as they were issued, where an earlier program did not keep them apart.
    as_issued: Option<Vec<u8>>,
}

impl HeldPeriod<'_> {
    /// Every figure that this run changes, with the document number and the reason; `None` where nothing was issued.
    ///
    /// They are held against what was *issued*, kept as it was issued, however often the period is corrected.
    ///
    /// # Errors
    /// What was issued cannot be read any more, so nobody can say what changed.
    pub fn changes(&mut self, tables: &[StatTable]) -> Result<Option<IssuedChanges>, Stop> {
        let Some(issued) = &self.own.issued else { return Ok(None) };
        let (title, folder) = (&self.title, self.own.folder.display());
        let lost = |why: String| {
            Stop::Usage(format!(
                "{title}已印发，但存档里的原有数字不能用（{why}），无法列出更正了什么。请从备份恢复 {folder}，再运行。"
            ))
        };
        let stored = match &self.stored {
            None => return Err(lost(format!("缺少 {HEAD}"))),
            Some(Err(why)) => return Err(lost(why.words())),
            Some(Ok(stored)) => stored,
        };
        let (bytes, note) = match &issued.figures {
            Some(part) => (stored.bytes_of(part), None),
            // Nothing was corrected yet: what is stored is what was issued.
            None if issued.amended.is_empty() => (stored.figure_bytes(), None),
            None => {
                let note = "本期由旧版程序印发并更正过，印发时的数字没有单独留存；更正说明是与上一次更正后的数字比较的";
                (stored.figure_bytes(), Some(note.to_owned()))
            }
        };
        let bytes = bytes.map_err(|why| lost(why.words()))?;
        let before = figures::read(&bytes).map_err(|why| lost(why.words()))?;
        if issued.figures.is_none() {
            self.as_issued = Some(bytes);
        }
        Ok(Some(IssuedChanges { changes: changes(&before, tables), note }))
    }

    /// Which stored periods looked back at this one as it was before: their figures are not computed again by themselves.
    pub fn outdated(&self, history: &History, prepared: &Prepared, verdict: &RunVerdict) -> Option<String> {
        let Prepared { plan, reference, .. } = prepared;
        let later: Vec<String> =
            history.periods().filter(|other| history.is_before(other)).map(Period::title).collect();
        if later.is_empty() {
            return None;
        }
        let shown: Vec<&str> = later.iter().take(LATER).map(String::as_str).collect();
        let more = if later.len() > LATER { format!("等 {} 期", later.len()) } else { String::new() };
        let standing = format!("历史库里已有后面的{}{more}", shown.join("、"));
        let Some(Ok(stored)) = &self.stored else {
            return Some(format!("{standing}，其中的上期、同期和累计是在没有本期数据时算的；请按先后次序重新运行"));
        };
        let mut changed = Vec::new();
        if stored.head.input_sha256 != input_hash(verdict) {
            changed.push("报表".to_owned());
        }
        if stored.head.definition_sha256 != plan.sha256 {
            changed.push("流程定义".to_owned());
        }
        let then = stored.decisions().unwrap_or_default();
        if in_force(then.iter().map(|(one, state)| (one, state)))
            != in_force(verdict.decisions.iter().map(|one| (&one.decision, &one.state)))
        {
            changed.push("处理意见".to_owned());
        }
        let tables =
            stored.head.references.as_ref().map(|then| references::changed(then, &references::hashes(reference)));
        changed.extend(tables.iter().flatten().map(|table| format!("“{table}”")));
        if !changed.is_empty() {
            return Some(format!(
                "本期的{}与上次存入时不同；{standing}，其中的上期、同期和累计还是按本期原来的数据算的；请按先后次序重新运行",
                changed.join("、")
            ));
        }
        tables.is_none().then(|| {
            format!(
                "{standing}；本期上次由旧版程序存入，没有记下当时的参考数据，看不出名册和代码表改过没有；改过的，请按先后次序重新运行"
            )
        })
    }

    /// Nothing of what came counts, and the store holds the period with rows: the wrong folder or the wrong period, and
    /// figures would be lost.
    ///
    /// # Errors
    /// [`Stop::Usage`], before anything is written.
    pub fn keeps_something(&self, verdict: &RunVerdict) -> Result<(), Stop> {
        let counted =
            verdict.rows.accepted > 0 || verdict.sources.iter().any(|source| source.outcome == Outcome::Accepted);
        let Some(Ok(stored)) = &self.stored else { return Ok(()) };
        if counted || stored.head.rows.accepted == 0 {
            return Ok(());
        }
        let title = &self.title;
        Err(Stop::Usage(format!(
            "收到的报表没有一份、一行能计入{title}，而历史库里{title}已有计入的 {} 行。结果和历史库都原样保留，没有改动。\
             请核对 --returns 和 --period；要看逐份退回的原因，请加 --no-history 并用 --out 写到别的文件夹。",
            stored.head.rows.accepted
        )))
    }

    /// Writes the period's new files beside their places; a correction goes on record with them.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn stage(
        self,
        entry: PeriodResults<'_>,
        (rows, tables): (Vec<FormFile>, PeriodTables),
        changed: Option<usize>,
    ) -> Result<StagedPeriod, Stop> {
        let mut packed = PackedPeriod::of(entry, rows, tables).map_err(Stop::Output)?;
        if let (Some(issued), Some(figures)) = (&self.own.issued, changed) {
            let mut issued = issued.clone();
            let (reason, input_sha256) = (self.own.reason.clone(), input_hash(entry.verdict));
            let amended = Amended { reason, input_sha256, figures };
            // The same correction run again is the same correction.
            if issued.amended.last() != Some(&amended) {
                issued.amended.push(amended);
            }
            if let Some(bytes) = self.as_issued {
                issued.figures = Some(StoredFile::of(ISSUED_FIGURES, &bytes));
                packed.files.insert(0, (ISSUED_FIGURES.to_owned(), PartContent::Bytes(bytes)));
            }
            // Before the head, which is last.
            packed.files.insert(0, (ISSUED.to_owned(), PartContent::Bytes(issued.bytes())));
        }
        let before = self.stored.as_ref().and_then(|stored| stored.as_ref().ok()).map(|stored| &stored.head);
        packed.stage(self.lock, before).map_err(Stop::Output)
    }
}

/// What a correction changes of what was issued.
pub struct IssuedChanges {
    pub changes: Vec<FigureChange>,
    /// Where it is not what was issued that it is held against.
    pub note: Option<String>,
}

/// Takes what was entered under these numbers out of the definition's ledger and says how many rows they are; `None` where
/// the definition enters nothing.
pub fn take_out(prepared: &mut Prepared, entered: &BTreeSet<&str>) -> Option<usize> {
    let entry = prepared.plan.ledger.first()?;
    let (column, _) = entry.columns.iter().find(|(_, value)| matches!(value, LedgerValue::Number))?;
    let table = prepared.reference.tables.get_mut(&entry.reference)?;
    let numbers = table.column_names.iter().position(|name| name == column)?;
    let Some(Column::Text(numbers)) = table.columns.get(numbers) else { return None };
    let stays: Vec<bool> = numbers.iter().map(|number| number.is_none_or(|number| !entered.contains(number))).collect();
    let taken = stays.iter().filter(|stays| !**stays).count();
    table.columns = table.columns.iter().map(|column| only(column, &stays)).collect();
    let mut stay = stays.iter();
    table.lines.retain(|_| stay.next() == Some(&true));
    Some(taken)
}

/// The rows of a column that stay.
fn only(column: &Column, stays: &[bool]) -> Column {
    fn kept<T>(values: impl Iterator<Item = T>, stays: &[bool]) -> impl Iterator<Item = T> {
        values.zip(stays).filter(|(_, stays)| **stays).map(|(value, _)| value)
    }
    match column {
        Column::Text(of) => Column::Text(kept(of.iter(), stays).collect()),
        Column::Integer(of) => Column::Integer(kept(of.iter(), stays).collect()),
        Column::Number(of) => Column::Number(kept(of.iter(), stays).collect()),
        Column::Boolean(of) => Column::Boolean(kept(of.iter(), stays).collect()),
        Column::Date(of) => Column::Date(kept(of.iter(), stays).collect()),
        Column::Unit(of) => Column::Unit(kept(of.iter(), stays).collect()),
    }
}
