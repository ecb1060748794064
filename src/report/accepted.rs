//! Accepted rows of one form, column by column, without copying them: what the data edition and the Parquet store write.

use super::Edition;
use crate::spec::{ColumnType, FieldType, Form};
use crate::sql::ValidatedFrame;
use crate::sql::frame::{ACCEPTED, ROW, SHEET, SOURCE};
use polars::prelude::{
    BooleanChunked, DataFrame, Float64Chunked, Int32Chunked, Int64Chunked, StringChunked, UInt32Chunked,
};

/// One column with its values, null where there is nothing readable.
pub enum Values<'a> {
    Text(&'a StringChunked),
    Integer(&'a Int64Chunked),
    Number(&'a Float64Chunked),
    Boolean(&'a BooleanChunked),
    /// Days since 1970-01-01.
    Date {
        days: &'a Int32Chunked,
        month: bool,
    },
}

/// A named column.
pub struct Named<'a> {
    pub name: String,
    pub values: Values<'a>,
}

/// The rows of one form with their origin. `mask` tells which of them are accepted; all columns are as long as it.
pub struct Accepted<'a> {
    pub form: &'a Form,
    pub mask: &'a BooleanChunked,
    pub source: &'a UInt32Chunked,
    pub sheet: &'a UInt32Chunked,
    pub row: &'a UInt32Chunked,
    pub columns: Vec<Named<'a>>,
}

impl<'a> Accepted<'a> {
    /// Takes a frame apart.
    ///
    /// # Errors
    /// A column is missing or of another type: a defect of the program.
    pub fn of(edition: &Edition<'a>, frame: &'a ValidatedFrame) -> Result<Accepted<'a>, String> {
        let form = edition.plan.forms.get(frame.form).ok_or_else(|| defect("", "表式"))?;
        let wrong = |name: &str| defect(&form.title, name);
        let df = &frame.df;
        let mut columns = Vec::with_capacity(form.fields.len());
        for column in form.columns() {
            let field = form.fields.get(column.field);
            if field.is_some_and(|field| field.ordinal) {
                continue;
            }
            let month = field.is_some_and(|field| field.ty == FieldType::Month);
            let values = values(df, &column.name, column.ty, month).ok_or_else(|| wrong(&column.name))?;
            columns.push(Named { name: column.name, values });
        }
        let index = |name: &str| df.column(name).ok().and_then(|c| c.as_materialized_series().u32().ok());
        let mask = df.column(ACCEPTED).ok().and_then(|c| c.as_materialized_series().bool().ok());
        Ok(Accepted {
            form,
            mask: mask.ok_or_else(|| wrong(ACCEPTED))?,
            source: index(SOURCE).ok_or_else(|| wrong(SOURCE))?,
            sheet: index(SHEET).ok_or_else(|| wrong(SHEET))?,
            row: index(ROW).ok_or_else(|| wrong(ROW))?,
            columns,
        })
    }

    /// Per row, whether it counts.
    pub fn counts(&self) -> impl Iterator<Item = bool> + 'a {
        self.mask.iter().map(|accepted| accepted == Some(true))
    }

    /// Per row: file, sheet and 0-based physical row.
    pub fn origins(&self) -> impl Iterator<Item = (u32, u32, u32)> + 'a {
        let parts = self.source.iter().zip(self.sheet.iter()).zip(self.row.iter());
        parts.map(|((source, sheet), row)| {
            // The engine's own columns have no nulls; an index beyond all files names none.
            (source.unwrap_or(u32::MAX), sheet.unwrap_or(u32::MAX), row.unwrap_or(0))
        })
    }
}

fn values<'a>(df: &'a DataFrame, name: &str, ty: ColumnType, month: bool) -> Option<Values<'a>> {
    let series = df.column(name).ok()?.as_materialized_series();
    match ty {
        ColumnType::Text | ColumnType::Unit => series.str().ok().map(Values::Text),
        ColumnType::Integer => series.i64().ok().map(Values::Integer),
        ColumnType::Number => series.f64().ok().map(Values::Number),
        ColumnType::Boolean => series.bool().ok().map(Values::Boolean),
        ColumnType::Date => series.i32().ok().map(|days| Values::Date { days, month }),
    }
}

fn defect(form: &str, column: &str) -> String {
    format!("程序缺陷：表式“{form}”的列“{column}”缺失或类型不符；没有写出任何结果，请把这句话交给维护人员")
}
