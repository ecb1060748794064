//! One stored period, read on demand: its head at once, a form's file when the form is asked for, a column when the
//! column is.
//!
//! Columns are matched to today's definition by name, renamed ones by what a field says it `was`. Units are told by code
//! in today's roster, never by name.

use super::decisions::register::StoredDecision;
use super::decisions::store::{self, DECISIONS};
use super::folder::PeriodFolder;
use super::head::{FormPart, PeriodHead, StoredColumn, StoredFile, StoredType, Unusable, code_column};
use super::layout::{FIGURES, HEAD};
use super::parquet::{ParquetReader, StoredTexts};
use super::remarks::{HistoryGap, StoredSpot};
use super::today::Today;
use super::units::StoredUnit;
use super::{figures, units};
use crate::definition::{CodeList, FieldType, Form, FormColumn, grade_column};
use crate::domain::period::Period;
use crate::model::run::RowFate;
use crate::model::stat_table::StatTable;
use crate::model::{self, Column};
use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// Columns of a form's file that are the engine's own.
pub const RETURN: &str = "return";
pub const SHEET: &str = "sheet";
pub const ROW: &str = "row";
/// Code of the recommending unit that a row counted under.
pub const UNIT: &str = "#unit";
/// The period's key and its first and last day.
pub const PERIOD: &str = "period";
pub const PERIOD_FIRST: &str = "period_first";
pub const PERIOD_LAST: &str = "period_last";
/// Of rows that did not count: why not.
pub const REASON: &str = "reason";
/// Cells of a row with an open 核实, as they were read: those that are held out (their own columns say nothing), and those
/// that count all the same.
pub const HELD: &str = "held";
pub const DOUBTED: &str = "doubted";
/// Which record a row is, the same in every period.
pub const RECORD: &str = "record";

/// What an earlier run left of its period.
pub struct StoredPeriod {
    pub period: Period,
    pub head: PeriodHead,
    folder: PeriodFolder,
    today: Arc<Today>,
    /// By today's forms.
    forms: Vec<OnceLock<Option<Box<StoredForm>>>>,
    units: OnceLock<Option<Vec<StoredUnit>>>,
    figures: OnceLock<Option<Vec<StatTable>>>,
}

/// Accepted rows of one form in one stored period.
pub struct StoredForm {
    period: Period,
    title: String,
    rows: usize,
    today: Arc<Today>,
    /// By today's columns of the form ([`Form::columns`]): the stored column's name and type, where there is one.
    sources: Vec<ColumnSource>,
    reader: Mutex<ParquetReader>,
    columns: Vec<OnceLock<Option<Column>>>,
    units: OnceLock<Vec<Option<u32>>>,
    origins: OnceLock<StoredOrigins>,
}

/// One of today's columns, and what is stored of it.
struct ColumnSource {
    today: FormColumn,
    /// The unit that figures are asked in today.
    measured_in: Option<String>,
    /// Today's code list of a coded column.
    list: Option<usize>,
    stored: Option<StoredColumn>,
}

#[derive(Default)]
struct StoredOrigins {
    returns: StoredTexts,
    sheets: StoredTexts,
    rows: Vec<Option<i64>>,
}

/// Where a stored row came from, as it was called then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoredOrigin<'a> {
    /// The file's name.
    pub file: &'a str,
    pub sheet: &'a str,
    /// 1-based physical row.
    pub row: u64,
}

impl StoredPeriod {
    /// Opens a period's folder, as it was before a replacement that did not come to its end.
    ///
    /// # Errors
    /// The head is damaged, of another period or pipeline, or from the future.
    pub fn open(folder: &Path, period: &Period, today: Arc<Today>) -> Result<StoredPeriod, Unusable> {
        let folder = PeriodFolder::open(folder)?;
        let head = read_head(&folder, &today.pipeline, period)?;
        let forms = today.forms.iter().map(|_| OnceLock::new()).collect();
        let (units, figures) = (OnceLock::new(), OnceLock::new());
        Ok(StoredPeriod { period: period.clone(), head, folder, today, forms, units, figures })
    }

    /// Whether the definition was the same, byte by byte.
    pub fn same_definition(&self) -> bool {
        self.head.definition_sha256 == self.today.sha256
    }

    /// Whether the definition of that time had today's form of this index.
    pub fn knows(&self, form: usize) -> bool {
        self.today.forms.get(form).is_some_and(|today| self.head.forms.iter().any(|part| part.id == today.id))
    }

    /// Rows of a form (index into today's plan); `None` where that definition had no such form or its file is damaged,
    /// which is then a gap.
    pub fn form(&self, form: usize) -> Option<&StoredForm> {
        let today = self.today.forms.get(form)?;
        let open = || {
            let Some(part) = self.head.forms.iter().find(|part| part.id == today.id) else {
                self.today.remarks.gap(HistoryGap::NoForm(self.period.clone(), today.title.clone()));
                return None;
            };
            match self.open_form(part, today) {
                Ok(form) => Some(Box::new(form)),
                Err(why) => {
                    self.today.remarks.gap(HistoryGap::Unusable(self.period.clone(), today.title.clone(), why));
                    None
                }
            }
        };
        self.forms.get(form)?.get_or_init(open).as_deref()
    }

    fn open_form(&self, part: &FormPart, today: &Form) -> Result<StoredForm, Unusable> {
        let file = self.folder.file(&part.part)?;
        let broken = |error: &dyn std::fmt::Display| Unusable::Damaged(format!("{} 读不出来：{error}", part.part.file));
        let reader = ParquetReader::open(file).map_err(|error| broken(&error))?;
        if reader.rows() != part.rows {
            return Err(Unusable::Damaged(format!("{} 的行数与 {HEAD} 不符", part.part.file)));
        }
        let sources: Vec<_> = today
            .columns()
            .into_iter()
            .map(|column| {
                let stored = stored_names(today, &column)
                    .find_map(|name| part.columns.iter().find(|stored| stored.name == name).cloned());
                let field = today.fields.get(column.field);
                let measured_in = field.and_then(|field| field.measured_in.clone());
                let list = field.and_then(|field| match field.ty {
                    FieldType::Code { list } => Some(list),
                    _ => None,
                });
                ColumnSource { today: column, measured_in, list, stored }
            })
            .collect();
        Ok(StoredForm {
            period: self.period.clone(),
            title: today.title.clone(),
            rows: part.rows,
            today: self.today.clone(),
            columns: sources.iter().map(|_| OnceLock::new()).collect(),
            sources,
            reader: Mutex::new(reader),
            units: OnceLock::new(),
            origins: OnceLock::new(),
        })
    }

    /// Units in today's roster that rows of a form are of which did not count then, versions that were replaced left out:
    /// `column` is the form's column that names a row's unit. None where nobody knows.
    pub fn not_counted_units(&self, form: usize, column: &str) -> BTreeSet<u32> {
        let part = self.today.forms.get(form).and_then(|today| self.head.forms.iter().find(|part| part.id == today.id));
        let Some((rows, file)) = part.and_then(|part| part.not_counted.as_ref()) else { return BTreeSet::new() };
        if *rows == 0 {
            return BTreeSet::new();
        }
        let read = || {
            let broken = |_| Unusable::Damaged(format!("{} 读不出来", file.file));
            let reader = ParquetReader::open(self.folder.file(file)?).map_err(broken)?;
            let texts = |name: &str| reader.texts(name).map(Option::unwrap_or_default).map_err(broken);
            let (units, reasons) = (texts(&code_column(column))?, texts(REASON)?);
            let replaced = RowFate::Superseded.key();
            let rows = units.iter().zip(&reasons).filter(|(_, reason)| reason.as_deref() != Some(replaced));
            Ok(rows.filter_map(|(unit, _)| self.today.codes.get(unit.as_deref()?).copied()).collect())
        };
        self.or_gap(read(), "没有计入的行").unwrap_or_default()
    }

    /// How every expected unit reported; `None` where that file is damaged, which is then a gap.
    pub fn units(&self) -> Option<&[StoredUnit]> {
        let read = || {
            let bytes = self.folder.bytes(&self.head.units)?;
            units::read(&bytes, |code| self.today.codes.get(code).copied())
        };
        self.units.get_or_init(|| self.or_gap(read(), "报送情况")).as_deref()
    }

    /// Every figure that was printed; `None` where that file is damaged, which is then a gap.
    pub fn figures(&self) -> Option<&[StatTable]> {
        let read = || figures::read(&self.folder.bytes(&self.head.figures)?);
        self.figures.get_or_init(|| self.or_gap(read(), FIGURES)).as_deref()
    }

    /// What people decided of the period; none in one that an earlier program stored.
    ///
    /// # Errors
    /// The file is damaged.
    pub fn decisions(&self) -> Result<Vec<StoredDecision>, Unusable> {
        let Some(part) = self.head.accounts.iter().find(|part| part.file == DECISIONS) else { return Ok(Vec::new()) };
        let file = self.folder.file(part)?;
        store::read(file).map_err(|error| Unusable::Damaged(format!("{DECISIONS} 读不出来：{error}")))
    }

    /// The bytes of the figures, as they are stored.
    ///
    /// # Errors
    /// They are damaged.
    pub fn figure_bytes(&self) -> Result<Vec<u8>, Unusable> {
        self.folder.bytes(&self.head.figures)
    }

    /// A file of the period that the head does not name.
    ///
    /// # Errors
    /// It is damaged.
    pub fn bytes_of(&self, part: &StoredFile) -> Result<Vec<u8>, Unusable> {
        self.folder.bytes(part)
    }

    /// A file of the period, open.
    ///
    /// # Errors
    /// It is damaged.
    pub fn file_of(&self, part: &StoredFile) -> Result<std::fs::File, Unusable> {
        self.folder.file(part)
    }

    /// See [`PeriodFolder::results_ahead`].
    pub fn results_ahead(&self) -> bool {
        self.folder.results_ahead()
    }

    fn or_gap<T>(&self, read: Result<T, Unusable>, what: &str) -> Option<T> {
        read.map_err(|why| self.today.remarks.gap(HistoryGap::Unusable(self.period.clone(), what.to_owned(), why))).ok()
    }
}

/// A period's head, held against the folder that it stands in.
///
/// # Errors
/// Damaged, of another period or pipeline, or from the future.
pub fn read_head(folder: &PeriodFolder, pipeline: &str, period: &Period) -> Result<PeriodHead, Unusable> {
    let Some(bytes) = folder.record(HEAD)? else {
        return Err(match folder.results_ahead() {
            true => Unusable::Damaged("上次汇总写出了结果，没来得及存入历史库".to_owned()),
            false => Unusable::Damaged(format!("缺少 {HEAD}")),
        });
    };
    let head = PeriodHead::read(&bytes)?;
    if head.pipeline != pipeline || head.period != *period {
        let whose = format!("{} {}", head.pipeline, head.period.title());
        return Err(Unusable::Damaged(format!("{HEAD} 说的是“{whose}”，与所在文件夹不符")));
    }
    Ok(head)
}

/// Names that a column may have in the store: today's, then what its field was called before.
fn stored_names(form: &Form, column: &FormColumn) -> impl Iterator<Item = String> {
    let field = form.fields.get(column.field);
    let is_grade = field.is_some_and(|field| *field.name != *column.name);
    let was = field.map_or_else(Vec::new, |field| field.was.clone());
    let earlier = was.into_iter().map(move |name| if is_grade { grade_column(&name) } else { name });
    std::iter::once(column.name.clone()).chain(earlier)
}

impl StoredForm {
    /// Number of rows.
    pub fn len(&self) -> usize {
        self.rows
    }

    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// A column by its index in today's [`Form::columns`], decoded when it is first asked for. `None` where the
    /// definition of that time did not have it (a note), or had it of another type (a conflict): it reads as nothing.
    pub fn column(&self, column: usize) -> Option<&Column> {
        self.columns.get(column)?.get_or_init(|| self.decode(column)).as_ref()
    }

    /// The same by today's name.
    pub fn column_named(&self, name: &str) -> Option<&Column> {
        self.column(self.sources.iter().position(|source| source.today.name == name)?)
    }

    fn decode(&self, column: usize) -> Option<Column> {
        let ColumnSource { today, measured_in, list, stored } = self.sources.get(column)?;
        let spot = || StoredSpot { form: self.title.clone(), column: today.name.clone() };
        let Some(StoredColumn { name, ty: stored, measured_in: then }) = stored else {
            self.today.remarks.missing(&self.period, spot());
            return None;
        };
        if !stored.reads_as(today.ty) {
            self.today.remarks.conflict(&self.period, spot(), stored.word(), StoredType::plain(today.ty).word());
            return None;
        }
        // 元 then and 万元 now: every figure plausible, and ten thousand times off.
        if let (Some(then), Some(now)) = (then, measured_in)
            && then != now
        {
            self.today.remarks.conflict(&self.period, spot(), then, now);
            return None;
        }
        if *stored == StoredType::Unit && today.ty == crate::definition::ColumnType::Unit {
            return Some(Column::Unit(self.resolve(name).into_iter().collect()));
        }
        let reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        let widen = today.ty == crate::definition::ColumnType::Number;
        match reader.column(name, widen) {
            Ok(Some(Column::Text(words))) => {
                let list = list.and_then(|list| self.today.lists.get(list));
                Some(Column::Text(list.map_or(words.clone(), |list| self.in_todays_words(&words, list, &spot()))))
            }
            Ok(Some(values)) => Some(values),
            // The hash agreed, so the program that wrote it left this column out or broke it.
            Ok(None) | Err(_) => {
                let why = Unusable::Damaged(format!("“{name}”读不出来"));
                self.today.remarks.gap(HistoryGap::Unusable(self.period.clone(), self.title.clone(), why));
                None
            }
        }
    }

    /// Words of a code list that has changed since: one that means another now is read as that, one that is in the list no
    /// more stays as it was, and is said.
    fn in_todays_words(&self, words: &model::Texts, list: &CodeList, spot: &StoredSpot) -> model::Texts {
        let mut known: HashMap<&str, &str> = list.values.iter().map(|value| (value.as_str(), value.as_str())).collect();
        for (also, canonical) in &list.synonyms {
            known.entry(also).or_insert(canonical);
        }
        let todays = |word: &str| {
            known.get(word).copied().map_or_else(
                || {
                    self.today.remarks.strange(&self.period, spot.clone(), word);
                    word.to_owned()
                },
                str::to_owned,
            )
        };
        words.iter().map(|word| word.map(todays)).collect()
    }

    /// Units of a stored unit column in today's roster; a code that is gone is told with the name it had.
    fn resolve(&self, name: &str) -> Vec<Option<u32>> {
        let codes = self.texts(&code_column(name));
        let units: Vec<Option<u32>> =
            codes.iter().map(|code| self.today.codes.get(code.as_deref()?).copied()).collect();
        if codes.iter().zip(&units).any(|(code, unit)| code.is_some() && unit.is_none()) {
            let names = self.texts(name);
            for ((code, unit), name) in codes.iter().zip(&units).zip(&names) {
                if let (Some(code), None) = (code, unit) {
                    let name = name.as_deref().unwrap_or_default();
                    self.today.remarks.gone(&self.period, code.to_string(), name.to_owned());
                }
            }
        }
        units
    }

    /// Per row, the recommending unit that it counted under then, in today's roster; `None` where that unit is gone.
    pub fn units(&self) -> &[Option<u32>] {
        self.units.get_or_init(|| {
            let codes = self.texts(UNIT);
            codes.iter().map(|code| self.today.codes.get(code.as_deref()?).copied()).collect()
        })
    }

    /// Cells that were held out then, by row and the column's name.
    pub fn held(&self) -> Vec<(usize, String)> {
        self.open_cells(HELD)
    }

    /// Cells that counted then with a 核实 on them, by row and the column's name.
    pub fn doubted(&self) -> Vec<(usize, String)> {
        self.open_cells(DOUBTED)
    }

    fn open_cells(&self, of: &str) -> Vec<(usize, String)> {
        let reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        // Earlier programs kept none.
        let Ok(Some(texts)) = reader.texts(of) else { return Vec::new() };
        let said = texts.iter().enumerate().filter_map(|(row, said)| Some((row, said.as_deref()?)));
        let named = said.flat_map(|(row, said)| said.split(';').map(move |cell| (row, cell)));
        named.filter_map(|(row, cell)| Some((row, cell.split_once('=')?.0.to_owned()))).collect()
    }

    /// Whether some row counted under the unit of this code then, today's roster or not.
    pub fn counts_for(&self, code: &str) -> bool {
        self.texts(UNIT).iter().any(|of| of.as_deref() == Some(code))
    }

    /// Where a row came from.
    pub fn origin(&self, row: usize) -> Option<StoredOrigin<'_>> {
        let origins = self.origins.get_or_init(|| {
            let reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
            let rows = reader.integers(ROW).ok().flatten().unwrap_or_default();
            drop(reader);
            StoredOrigins { returns: self.texts(RETURN), sheets: self.texts(SHEET), rows }
        });
        Some(StoredOrigin {
            file: origins.returns.get(row)?.as_deref()?,
            sheet: origins.sheets.get(row)?.as_deref()?,
            row: origins.rows.get(row).copied().flatten().and_then(|row| u64::try_from(row).ok())?,
        })
    }

    /// A text column of the engine's; rows of one that cannot be read are nothing.
    fn texts(&self, name: &str) -> StoredTexts {
        let reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        match reader.texts(name) {
            Ok(Some(texts)) => texts,
            Ok(None) | Err(_) => {
                let why = Unusable::Damaged(format!("“{name}”读不出来"));
                self.today.remarks.gap(HistoryGap::Unusable(self.period.clone(), self.title.clone(), why));
                vec![None; self.rows]
            }
        }
    }
}
