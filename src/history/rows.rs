//! Rows of a form on their way into a Parquet file: which period, which record, where from, and for those that do not
//! count why not.

use super::head::{StoredType, code_column};
use super::parquet::{self, ParquetColumn, ParquetValues, texts, whole};
use super::stored::{DOUBTED, HELD, PERIOD, PERIOD_FIRST, PERIOD_LAST, RECORD, RETURN, ROW, SHEET, UNIT};
use crate::definition::{Form, FormColumn, Plan, Reference, Unit};
use crate::domain::period::Period;
use crate::model::run::RunVerdict;
use crate::model::{Column, OpenCell, Origin};
use crate::rows::record::{RecordKeys, key_columns};
use crate::rows::{Rows, ValidatedRows};
use ::parquet::errors::ParquetError;
use std::collections::BTreeMap;
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
    let picked: Vec<usize> = accepted.iter().enumerate().filter(|(_, yes)| **yes).map(|(row, _)| row).collect();
    let by_row = doubted(frame.doubts, rows.form);
    let mut columns = columns(frame, rows, &picked)?;
    let words = |held: bool| picked.iter().map(move |row| (*row, held));
    for (name, held) in [(HELD, true), (DOUBTED, false)] {
        let said = words(held).map(|place| by_row.get(&place).map(String::as_str));
        let values = ParquetValues::Text(Box::new(said));
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

/// The columns of some rows of a form, and where each row comes from.
pub fn columns<'a>(
    frame: RunFrame<'a>,
    rows: &'a Rows,
    picked: &'a [usize],
) -> Result<Vec<ParquetColumn<'a>>, ParquetError> {
    let RunFrame { plan, reference, period, verdict, .. } = frame;
    let missing = |what: &str| ParquetError::General(format!("缺少“{what}”"));
    let form = plan.forms.get(rows.form).ok_or_else(|| missing("表式"))?;
    let units = reference.roster.units.as_slice();
    let mut columns = period_columns(period, picked.len());
    for (column, _) in kept(form) {
        let values = rows.grid.column(&column.name).ok_or_else(|| missing(&column.name))?;
        if let Column::Unit(of) = values {
            let code = move |row: &usize| units.get(of.get(*row)? as usize).map(|unit| unit.code.as_str());
            columns.push(texts(code_column(&column.name), picked.iter().map(code)));
        }
        columns.push(ParquetColumn {
            name: column.name,
            values: values_of(values, picked, units),
            recurs: matches!(values, Column::Unit(_)) || matches!(values, Column::Text(texts) if texts.recurs()),
        });
    }
    let origin = |row: &usize| rows.origins.get(*row);
    let source = |origin: &Origin| verdict.sources.get(origin.source as usize);
    let file = move |row: &usize| Some(source(origin(row)?)?.source.name.as_str());
    columns.push(texts(RETURN, picked.iter().map(file)));
    let sheet = move |row: &usize| origin(row).and_then(|at| source(at)?.sheet_name(at.sheet));
    columns.push(texts(SHEET, picked.iter().map(sheet)));
    let line = move |row: &usize| Some(i64::from(origin(row)?.row) + 1);
    columns.push(whole(ROW, picked.iter().map(line)));
    let unit = |row: &usize| units.get((*rows.units.get(*row)?)? as usize).map(|unit| unit.code.as_str());
    columns.push(texts(UNIT, picked.iter().map(unit)));
    let keys = key_columns(form, |name| rows.grid.column(name)).map(|columns| RecordKeys::of(columns, units));
    let record = move |row: &usize| Some(keys.as_ref()?.key(*row)?.to_string());
    columns.push(ParquetColumn {
        name: RECORD.to_owned(),
        values: ParquetValues::Owned(Box::new(picked.iter().map(record))),
        recurs: false,
    });
    Ok(columns)
}

/// The period, in every row of every file: a folder's name says nothing, and a query over all of them needs no path.
pub fn period_columns<'a>(period: &Period, rows: usize) -> Vec<ParquetColumn<'a>> {
    let day = |name: &str, day: i32| ParquetColumn {
        name: name.to_owned(),
        values: ParquetValues::Date(Box::new(std::iter::repeat_n(Some(day), rows))),
        recurs: true,
    };
    let key = ParquetValues::Owned(Box::new(std::iter::repeat_n(Some(period.key()), rows)));
    vec![
        ParquetColumn { name: PERIOD.to_owned(), values: key, recurs: true },
        day(PERIOD_FIRST, period.first),
        day(PERIOD_LAST, period.last),
    ]
}

/// A column's values in these rows; a unit as its name.
fn values_of<'a>(column: &'a Column, rows: &'a [usize], units: &'a [Unit]) -> ParquetValues<'a> {
    match column {
        Column::Text(of) => ParquetValues::Text(Box::new(rows.iter().map(|row| of.get(*row)))),
        Column::Unit(of) => {
            let name = |row: &usize| units.get(of.get(*row)? as usize).map(|unit| &*unit.name);
            ParquetValues::Text(Box::new(rows.iter().map(name)))
        }
        Column::Integer(of) => ParquetValues::Integer(Box::new(rows.iter().map(|row| of.get(*row)))),
        Column::Number(of) => ParquetValues::Number(Box::new(rows.iter().map(|row| of.get(*row)))),
        Column::Boolean(of) => ParquetValues::Boolean(Box::new(rows.iter().map(|row| of.get(*row)))),
        Column::Date(of) => ParquetValues::Date(Box::new(rows.iter().map(|row| of.get(*row)))),
    }
}
