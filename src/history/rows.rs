//! Rows of a form on their way into a Parquet file, with unit codes and the place that each comes from.

use super::head::{StoredType, code_column};
use super::parquet::{self, ParquetColumn, ParquetValues};
use super::stored::{RETURN, ROW, SHEET, UNIT};
use crate::definition::{Form, FormColumn, Plan, Reference, Unit};
use crate::model::run::RunVerdict;
use crate::model::{Column, Origin};
use crate::rows::ValidatedRows;
use ::parquet::errors::ParquetError;
use std::io::Write;

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
    plan: &Plan,
    reference: &Reference,
    verdict: &RunVerdict,
    validated: &ValidatedRows,
    target: W,
) -> Result<(usize, W), ParquetError> {
    let ValidatedRows { rows, accepted } = validated;
    let missing = |what: &str| ParquetError::General(format!("缺少“{what}”"));
    let form = plan.forms.get(rows.form).ok_or_else(|| missing("表式"))?;
    let picked: Vec<usize> = accepted.iter().enumerate().filter(|(_, yes)| **yes).map(|(row, _)| row).collect();
    let picked = picked.as_slice();
    let units = reference.roster.units.as_slice();
    let mut columns = Vec::new();
    for (column, _) in kept(form) {
        let values = rows.grid.column(&column.name).ok_or_else(|| missing(&column.name))?;
        if let Column::Unit(of) = values {
            let code = move |row: &usize| units.get(of.get(*row)? as usize).map(|unit| unit.code.as_str());
            columns.push(text(code_column(&column.name), picked.iter().map(code)));
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
    columns.push(text(RETURN.to_owned(), picked.iter().map(file)));
    let sheet = move |row: &usize| origin(row).and_then(|at| source(at)?.sheet_name(at.sheet));
    columns.push(text(SHEET.to_owned(), picked.iter().map(sheet)));
    let line = move |row: &usize| Some(i64::from(origin(row)?.row) + 1);
    columns.push(ParquetColumn {
        name: ROW.to_owned(),
        values: ParquetValues::Integer(Box::new(picked.iter().map(line))),
        recurs: true,
    });
    let unit = |row: &usize| units.get((*rows.units.get(*row)?)? as usize).map(|unit| unit.code.as_str());
    columns.push(text(UNIT.to_owned(), picked.iter().map(unit)));
    Ok((picked.len(), parquet::write(columns, picked.len(), target)?))
}

fn text<'a>(name: String, values: impl Iterator<Item = Option<&'a str>> + 'a) -> ParquetColumn<'a> {
    ParquetColumn { name, values: ParquetValues::Text(Box::new(values)), recurs: true }
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
