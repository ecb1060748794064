//! A finished run's period on its way into the store: everything is packed first, then put in place whole or not at all.
//!
//! The same rows and figures give the same bytes: no clock, no path, nothing of the machine.

use super::head::{FIGURES, FormPart, HEAD, Head, Part, StoredColumn, StoredType, UNITS, code_column, sha256};
use super::parquet::{self, Named, Values};
use super::stored::{RETURN, ROW, SHEET, UNIT};
use super::{StoredUnit, figures, units};
use crate::atomic::Stage;
use crate::definition::{Form, Plan, Reference, Unit};
use crate::domain::period::Period;
use crate::model::run::RunVerdict;
use crate::model::statistic::StatTable;
use crate::model::{Column, Origin};
use crate::rows::ValidatedRows;
use ::parquet::errors::ParquetError;
use std::io::Write;
use std::path::{Path, PathBuf};

/// What a run leaves of its period.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'a> {
    pub plan: &'a Plan,
    pub reference: &'a Reference,
    pub period: &'a Period,
    pub verdict: &'a RunVerdict,
    pub tables: &'a [StatTable],
    /// The number that the period was issued under before.
    pub issued: Option<&'a str>,
}

/// A period's files, the head last: where there is one, all that it lists is there too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packed {
    pub files: Vec<(String, Content)>,
}

/// Where a file's bytes come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    Bytes(Vec<u8>),
    Copy(PathBuf),
}

/// Files that are written beside their targets and wait to be moved.
pub struct Ready {
    stage: Stage,
    names: Vec<String>,
}

/// One hash for all inputs: over their own hashes, sorted, one a line, so that the order of files changes nothing.
pub fn input_hash(verdict: &RunVerdict) -> String {
    let mut hashes: Vec<&str> =
        verdict.sources.iter().map(|source| source.sha256.as_str()).filter(|hash| !hash.is_empty()).collect();
    hashes.sort_unstable();
    sha256(hashes.join("\n").as_bytes())
}

impl Packed {
    /// Makes a period's files around its packed rows.
    pub fn of(entry: Entry<'_>, rows: Vec<FormFile>) -> Packed {
        let Entry { plan, verdict, .. } = entry;
        let mut files = Vec::new();
        let mut forms = Vec::new();
        for FormFile { form, rows, path, sha256, size } in rows {
            // Packed with this very plan.
            let Some(form) = plan.forms.get(form) else { continue };
            let file = format!("{}.parquet", form.id);
            let columns = kept(form)
                .map(|(column, ty)| StoredColumn {
                    measured_in: form.fields.get(column.field).and_then(|field| field.measured_in.clone()),
                    name: column.name,
                    ty,
                })
                .collect();
            let part = Part { file: file.clone(), sha256, size };
            forms.push(FormPart { id: form.id.clone(), title: form.title.clone(), rows, part, columns });
            files.push((file, Content::Copy(path)));
        }
        let units = units::bytes(&discipline(entry));
        let figures = figures::bytes(entry.tables);
        let head = Head {
            pipeline: plan.name.clone(),
            period: entry.period.clone(),
            definition_sha256: plan.sha256.clone(),
            input_sha256: input_hash(verdict),
            forms,
            units: Part::of(UNITS, &units),
            figures: Part::of(FIGURES, &figures),
            expected: verdict.units.len(),
            reported: verdict.units.iter().filter(|unit| unit.status.is_accepted()).count(),
            files: verdict.sources.len() as u64,
            rows: verdict.rows,
            due: entry.reference.due,
            issued: entry.issued.map(str::to_owned),
        };
        files.push((UNITS.to_owned(), Content::Bytes(units)));
        files.push((FIGURES.to_owned(), Content::Bytes(figures)));
        files.push((HEAD.to_owned(), Content::Bytes(head.bytes())));
        Packed { files }
    }

    /// Writes the files beside their targets in the period's folder. Another run that is moving its files there is waited
    /// for; nothing is in place yet.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn stage(&self, folder: &Path) -> Result<Ready, String> {
        let stage = Stage::wait(folder)?;
        for (name, content) in &self.files {
            match content {
                Content::Bytes(bytes) => stage.put(name, bytes)?,
                Content::Copy(from) => stage.put_copy(name, from)?,
            }
        }
        Ok(Ready { stage, names: self.files.iter().map(|(name, _)| name.clone()).collect() })
    }
}

impl Ready {
    /// Moves all files into place, or none.
    ///
    /// # Errors
    /// A file could not be moved; everything is as it was before.
    pub fn commit(self) -> Result<(), String> {
        self.stage.commit(&self.names).map(|_| ())
    }
}

/// The columns of a form that are kept: all but 序号, which numbers lines and says nothing.
fn kept(form: &Form) -> impl Iterator<Item = (crate::definition::FormColumn, StoredType)> {
    form.columns().into_iter().filter(|column| form.fields.get(column.field).is_none_or(|field| !field.ordinal)).map(
        |column| {
            let ty = StoredType::of(form, &column);
            (column, ty)
        },
    )
}

/// One form's accepted rows as a Parquet file that was written for the results, and is kept too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormFile {
    /// Index into the plan's forms.
    pub form: usize,
    pub rows: usize,
    /// Where it lies now.
    pub path: PathBuf,
    /// Lower-case hex.
    pub sha256: String,
    pub size: u64,
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
        columns.push(Named {
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
    columns.push(Named {
        name: ROW.to_owned(),
        values: Values::Integer(Box::new(picked.iter().map(line))),
        recurs: true,
    });
    let unit = |row: &usize| units.get((*rows.units.get(*row)?)? as usize).map(|unit| unit.code.as_str());
    columns.push(text(UNIT.to_owned(), picked.iter().map(unit)));
    Ok((picked.len(), parquet::write(columns, picked.len(), target)?))
}

fn text<'a>(name: String, values: impl Iterator<Item = Option<&'a str>> + 'a) -> Named<'a> {
    Named { name, values: Values::Text(Box::new(values)), recurs: true }
}

/// A column's values in these rows; a unit as its name.
fn values_of<'a>(column: &'a Column, rows: &'a [usize], units: &'a [Unit]) -> Values<'a> {
    match column {
        Column::Text(of) => Values::Text(Box::new(rows.iter().map(|row| of.get(*row)))),
        Column::Unit(of) => {
            let name = |row: &usize| units.get(of.get(*row)? as usize).map(|unit| &*unit.name);
            Values::Text(Box::new(rows.iter().map(name)))
        }
        Column::Integer(of) => Values::Integer(Box::new(rows.iter().map(|row| of.get(*row)))),
        Column::Number(of) => Values::Number(Box::new(rows.iter().map(|row| of.get(*row)))),
        Column::Boolean(of) => Values::Boolean(Box::new(rows.iter().map(|row| of.get(*row)))),
        Column::Date(of) => Values::Date(Box::new(rows.iter().map(|row| of.get(*row)))),
    }
}

fn discipline(entry: Entry<'_>) -> Vec<StoredUnit> {
    let units = entry.verdict.units.iter().filter_map(|report| {
        let unit = entry.reference.roster.units.get(report.unit as usize)?;
        Some(StoredUnit {
            code: unit.code.clone(),
            name: unit.name.to_string(),
            channel: unit.channel.clone(),
            city: unit.city.clone(),
            status: report.status,
            received: report.received,
            unit: Some(report.unit),
        })
    });
    units.collect()
}
