//! Rows of a form on their way into a Parquet file: which period, which record, where from, and for those that do not
//! count why not.

use super::batches::ParquetValues;
use super::coded::CodedWords;
use super::head::{StoredType, code_column};
use super::parquet::{self, ParquetColumn, coded, coded_rows, same};
use super::stored::{DOUBTED, HELD, PERIOD, PERIOD_FIRST, PERIOD_LAST, RECORD, RETURN, ROW, SHEET, UNIT};
use crate::definition::{Form, FormColumn, Plan, Reference};
use crate::domain::period::Period;
use crate::model::run::RunVerdict;
use crate::model::{Column, OpenCell};
use crate::rows::record::{RecordKeys, key_columns};
use crate::rows::{Rows, ValidatedRows};
use crate::text::hex::push_hex;
use ::parquet::errors::ParquetError;
use std::collections::{BTreeMap, HashMap};
use std::io::Write;

/// What the rows of a run are told by.
#[derive(Debug, Clone, Copy)]
pub struct RunFrame<'a> {
    pub plan: &'a Plan,
    pub reference: &'a Reference,
    pub period: &'a Period,
    pub verdict: &'a RunVerdict,
    /// Cells with an open 核实.
    pub doubts: &'a [OpenCell],
}

/// The columns of a form that are kept: all but 序号, which numbers lines and says nothing.
pub fn kept(form: &Form) -> impl Iterator<Item = (FormColumn, StoredType)> {
    form.columns().into_iter().filter(|column| form.fields.get(column.field).is_none_or(|field| !field.ordinal)).map(
        |column| {
            let ty = StoredType::of(form, &column);
            (column, ty)
        },
    )
}

/// Writes the rows of a form that count to `target`, and says how many they are.
///
/// # Errors
/// A column is missing or refused, or the target cannot be written.
pub fn form_rows<W: Write + Send>(
    frame: RunFrame<'_>,
    validated: &ValidatedRows,
    target: W,
) -> Result<(usize, W), ParquetError> {
    let ValidatedRows { rows, accepted } = validated;
    let picked: Vec<u32> = (0..).zip(accepted).filter(|(_, yes)| **yes).map(|(row, _)| row).collect();
    let by_row = &doubted(frame.doubts, rows.form);
    let mut columns = columns(frame, rows, &picked)?;
    let said = |held: bool| picked.iter().map(move |row| by_row.get(&(*row as usize, held)).map(String::as_str));
    for (name, held) in [(HELD, true), (DOUBTED, false)] {
        let values = match by_row.is_empty() {
            true => ParquetValues::text(std::iter::repeat_n(None, picked.len())),
            false => ParquetValues::text(said(held)),
        };
        columns.push(ParquetColumn { name: name.to_owned(), values, recurs: false });
    }
    Ok((picked.len(), parquet::write(columns, picked.len(), target)?))
}

/// By row and whether they are held out: the cells of a form with an open 核实, `本月创效=420000`, several with `;` between.
fn doubted(doubts: &[OpenCell], form: usize) -> BTreeMap<(usize, bool), String> {
    let mut by_row: BTreeMap<(usize, bool), String> = BTreeMap::new();
    for doubt in doubts.iter().filter(|doubt| doubt.form == form) {
        let said = by_row.entry((doubt.row, doubt.held)).or_default();
        if !said.is_empty() {
            said.push(';');
        }
        said.push_str(&format!("{}={}", doubt.column, doubt.value));
    }
    by_row
}

/// The columns of some rows of a form (0-based), and where each row comes from.
pub fn columns<'a>(
    frame: RunFrame<'a>,
    rows: &'a Rows,
    picked: &'a [u32],
) -> Result<Vec<ParquetColumn<'a>>, ParquetError> {
    let RunFrame { plan, reference, period, verdict, .. } = frame;
    let missing = |what: &str| ParquetError::General(format!("缺少“{what}”"));
    let form = plan.forms.get(rows.form).ok_or_else(|| missing("表式"))?;
    let units = reference.roster.units.as_slice();
    let mut columns = period_columns(period, picked.len());
    for (column, _) in kept(form) {
        let values = rows.grid.column(&column.name).ok_or_else(|| missing(&column.name))?;
        if let Column::Unit(of) = values {
            let unit = move |code: u32| units.get(of.value(code)? as usize);
            let code = CodedWords::Text(Box::new(move |code| Some(unit(code)?.code.as_str())));
            columns.push(coded_rows(code_column(&column.name), picked, |rows, to| of.codes_of(rows, to), code));
            let name = CodedWords::Text(Box::new(move |code| Some(&*unit(code)?.name)));
            columns.push(coded_rows(column.name, picked, |rows, to| of.codes_of(rows, to), name));
            continue;
        }
        if let Column::Text(of) = values
            && of.recurs()
        {
            let words = CodedWords::Text(Box::new(|code| of.word(code)));
            columns.push(coded_rows(column.name, picked, |rows, to| of.codes_of(rows, to), words));
            continue;
        }
        columns.push(ParquetColumn { name: column.name, values: values_of(values, picked), recurs: false });
    }
    let origins = || rows.origins.of(picked.iter().copied());
    // One more than a number that may be 0, which as a code is nothing.
    let place = |number: usize| u32::try_from(number + 1).unwrap_or(0);
    let index = |code: u32| (code as usize).checked_sub(1);
    let sources = &verdict.sources;
    let source = origins().map(move |origin| origin.map_or(0, |origin| place(origin.source as usize)));
    let file = CodedWords::Text(Box::new(move |code| Some(sources.get(index(code)?)?.source.name.as_str())));
    columns.push(coded(RETURN, source, file));
    let sheet = origins().map(|origin| origin.map(|origin| (origin.source, origin.sheet)));
    columns.push(sheet_names(sheet, |(source, sheet)| sources.get(source as usize)?.sheet_name(sheet)));
    let line = origins().map(move |origin| origin.map_or(0, |origin| place(origin.row as usize)));
    let number = CodedWords::Integer(Box::new(|line| Some(i64::from(line))));
    columns.push(coded(ROW, line, number));
    let unit = move |row: &u32| rows.units.get(*row as usize).map_or(0, |unit| place(unit as usize));
    let code = CodedWords::Text(Box::new(move |code| Some(units.get(index(code)?)?.code.as_str())));
    columns.push(coded_rows(UNIT, picked, move |rows, to| to.extend(rows.iter().map(unit)), code));
    let keys = key_columns(form, |name| rows.grid.column(name)).map(|columns| RecordKeys::of(columns, units));
    let record = picked.iter().map(move |row| keys.as_ref()?.key(*row as usize));
    let values = ParquetValues::made(record, |key, to| push_hex(to, key.as_ref()));
    columns.push(ParquetColumn { name: RECORD.to_owned(), values, recurs: false });
    Ok(columns)
}

/// The sheet that each row stands on, by its file and number; rows of one sheet follow one another.
fn sheet_names<'a>(
    sheets: impl Iterator<Item = Option<(u32, u16)>>,
    name: impl Fn((u32, u16)) -> Option<&'a str>,
) -> ParquetColumn<'a> {
    let (mut names, mut known): (Vec<&str>, HashMap<&str, u32>) = Default::default();
    // By run of rows of one sheet: how many, and the code of its name.
    let mut runs: Vec<(usize, u32)> = Vec::new();
    let mut last = None;
    for sheet in sheets {
        match runs.last_mut().filter(|_| last == Some(sheet)) {
            Some((rows, _)) => *rows += 1,
            None => {
                let code = sheet.and_then(&name).map_or(0, |name| {
                    *known.entry(name).or_insert_with(|| {
                        names.push(name);
                        names.len() as u32
                    })
                });
                runs.push((1, code));
                last = Some(sheet);
            }
        }
    }
    let codes = runs.into_iter().flat_map(|(rows, code)| std::iter::repeat_n(code, rows));
    let words = move |code: u32| names.get((code as usize).checked_sub(1)?).copied();
    coded(SHEET, codes, CodedWords::Text(Box::new(words)))
}

/// The period, in every row of every file: a folder's name says nothing, and a query over all of them needs no path.
pub fn period_columns<'a>(period: &Period, rows: usize) -> Vec<ParquetColumn<'a>> {
    let all = |name: &str, words: CodedWords<'a>| same(name, rows, words);
    let day = |name: &str, day: i32| all(name, CodedWords::Date(Box::new(move |_| Some(day))));
    vec![all(PERIOD, CodedWords::One(period.key())), day(PERIOD_FIRST, period.first), day(PERIOD_LAST, period.last)]
}

/// A column's values in these rows, one by one; a unit as its number.
fn values_of<'a>(column: &'a Column, rows: &'a [u32]) -> ParquetValues<'a> {
    match column {
        Column::Text(of) => ParquetValues::text(rows.iter().map(|row| of.get(*row as usize))),
        Column::Unit(of) => ParquetValues::integer(rows.iter().map(|row| of.get(*row as usize).map(i64::from))),
        Column::Integer(of) => ParquetValues::integer(rows.iter().map(|row| of.get(*row as usize))),
        Column::Number(of) => ParquetValues::number(rows.iter().map(|row| of.get(*row as usize))),
        Column::Boolean(of) => ParquetValues::boolean(rows.iter().map(|row| of.get(*row as usize))),
        Column::Date(of) => ParquetValues::date(rows.iter().map(|row| of.get(*row as usize))),
    }
}
