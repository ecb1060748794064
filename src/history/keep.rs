//! A finished run's period on its way into the store: everything is packed first, then put in place whole or not at all.
//!
//! The same rows and figures give the same bytes: no clock, no path, nothing of the machine.

use super::head::{FIGURES, FormPart, HEAD, Head, Part, StoredType, UNITS, code_column, sha256};
use super::parquet::{self, Named, Values};
use super::stored::{RETURN, ROW, SHEET, UNIT};
use super::{StoredUnit, figures, units};
use crate::atomic::Stage;
use crate::domain::period::Period;
use crate::model::run::{RunVerdict, UnitStatus};
use crate::model::statistic::StatTable;
use crate::spec::{Form, Plan, Reference};
use crate::sql::ValidatedFrame;
use crate::sql::frame;
use std::collections::HashMap;
use std::path::Path;

/// What a run leaves of its period.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'a> {
    pub plan: &'a Plan,
    pub reference: &'a Reference,
    pub period: &'a Period,
    pub verdict: &'a RunVerdict,
    pub frames: &'a [ValidatedFrame],
    pub tables: &'a [StatTable],
}

/// A period's files, the head last: where there is one, all that it lists is there too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packed {
    pub files: Vec<(String, Vec<u8>)>,
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
    /// Makes a period's files.
    ///
    /// # Errors
    /// A column is missing or refused: a defect of the program.
    pub fn of(entry: Entry<'_>) -> Result<Packed, String> {
        let Entry { plan, verdict, .. } = entry;
        let mut files = Vec::new();
        let mut forms = Vec::new();
        for validated in entry.frames {
            let Some(form) = plan.forms.get(validated.form) else { continue };
            let (bytes, rows) = rows(entry, form, validated)?;
            let file = format!("{}.parquet", form.id);
            let columns = kept(form).map(|(column, ty)| (column.name, ty)).collect();
            let part = Part::of(&file, &bytes);
            forms.push(FormPart { id: form.id.clone(), title: form.title.clone(), rows, part, columns });
            files.push((file, bytes));
        }
        let units = units::bytes(&discipline(entry));
        let figures = figures::bytes(entry.tables);
        let reported = |status: UnitStatus| matches!(status, UnitStatus::OnTime | UnitStatus::Late { .. });
        let head = Head {
            pipeline: plan.name.clone(),
            period: entry.period.clone(),
            definition_sha256: plan.sha256.clone(),
            input_sha256: input_hash(verdict),
            forms,
            units: Part::of(UNITS, &units),
            figures: Part::of(FIGURES, &figures),
            expected: verdict.units.len(),
            reported: verdict.units.iter().filter(|unit| reported(unit.status)).count(),
            files: verdict.sources.len() as u64,
            rows: verdict.rows,
            due: entry.reference.due,
        };
        files.push((UNITS.to_owned(), units));
        files.push((FIGURES.to_owned(), figures));
        files.push((HEAD.to_owned(), head.bytes()));
        Ok(Packed { files })
    }

    /// Writes the files beside their targets in the period's folder. Another run that is moving its files there is waited
    /// for; nothing is in place yet.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn stage(&self, folder: &Path) -> Result<Ready, String> {
        let stage = Stage::wait(folder)?;
        for (name, bytes) in &self.files {
            stage.put(name, bytes)?;
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
fn kept(form: &Form) -> impl Iterator<Item = (crate::spec::FormColumn, StoredType)> {
    form.columns().into_iter().filter(|column| form.fields.get(column.field).is_none_or(|field| !field.ordinal)).map(
        |column| {
            let ty = StoredType::of(form, &column);
            (column, ty)
        },
    )
}

/// One form's accepted rows as a file, and how many they are.
fn rows(entry: Entry<'_>, form: &Form, validated: &ValidatedFrame) -> Result<(Vec<u8>, usize), String> {
    let defect = |what: &str| {
        format!("程序缺陷：表式“{}”的“{what}”不能存入历史库；没有写出任何结果，请联系维护人员", form.title)
    };
    let df = &validated.df;
    let series = |name: &str| df.column(name).map(|column| column.as_materialized_series()).map_err(|_| defect(name));
    let mask = series(frame::ACCEPTED)?.bool().map_err(|_| defect("审核结论"))?;
    let picked: Vec<usize> =
        mask.iter().enumerate().filter(|(_, yes)| *yes == Some(true)).map(|(row, _)| row).collect();
    let rows = &picked;
    let units = &entry.reference.roster.units;
    let codes: HashMap<&str, &str> = units.iter().map(|unit| (&*unit.name, unit.code.as_str())).collect();
    let codes = &codes;
    let mut columns = Vec::new();
    for (column, _) in kept(form) {
        use crate::spec::ColumnType as T;
        let values = series(&column.name)?;
        let wrong = |_| defect(&column.name);
        let values = match column.ty {
            T::Text => {
                let values = values.str().map_err(wrong)?;
                Values::Text(Box::new(rows.iter().map(|row| values.get(*row))))
            }
            T::Unit => {
                let values = values.str().map_err(wrong)?;
                let code = rows.iter().map(|row| codes.get(values.get(*row)?).copied());
                let name = code_column(&column.name);
                columns.push(Named { name, values: Values::Text(Box::new(code)) });
                Values::Text(Box::new(rows.iter().map(|row| values.get(*row))))
            }
            T::Integer => {
                let values = values.i64().map_err(wrong)?;
                Values::Integer(Box::new(rows.iter().map(|row| values.get(*row))))
            }
            T::Number => {
                let values = values.f64().map_err(wrong)?;
                Values::Number(Box::new(rows.iter().map(|row| values.get(*row))))
            }
            T::Boolean => {
                let values = values.bool().map_err(wrong)?;
                Values::Boolean(Box::new(rows.iter().map(|row| values.get(*row))))
            }
            T::Date => {
                let values = values.i32().map_err(wrong)?;
                Values::Date(Box::new(rows.iter().map(|row| values.get(*row))))
            }
        };
        columns.push(Named { name: column.name, values });
    }
    let index = |name: &str| series(name)?.u32().map_err(|_| defect(name));
    let (source, sheet, line, unit) =
        (index(frame::SOURCE)?, index(frame::SHEET)?, index(frame::ROW)?, index(frame::UNIT)?);
    let file = move |row: usize| entry.verdict.sources.get(source.get(row)? as usize);
    columns.push(Named {
        name: RETURN.to_owned(),
        values: Values::Text(Box::new(rows.iter().map(move |row| Some(file(*row)?.source.name.as_str())))),
    });
    columns.push(Named {
        name: SHEET.to_owned(),
        values: Values::Text(Box::new(rows.iter().map(move |row| file(*row)?.sheet_name(sheet.get(*row)? as u16)))),
    });
    columns.push(Named {
        name: ROW.to_owned(),
        values: Values::Integer(Box::new(rows.iter().map(|row| line.get(*row).map(|line| i64::from(line) + 1)))),
    });
    let code = rows.iter().map(|row| units.get(unit.get(*row)? as usize).map(|unit| unit.code.as_str()));
    columns.push(Named { name: UNIT.to_owned(), values: Values::Text(Box::new(code)) });
    let bytes = parquet::write(columns, rows.len()).map_err(|error| defect(&error.to_string()))?;
    Ok((bytes, rows.len()))
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
