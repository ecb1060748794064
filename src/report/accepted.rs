//! Accepted rows of one form, column by column, without copying them: what the data edition and the Parquet store write.

use super::results::Results;
use crate::definition::{Form, Precision};
use crate::model::{Column, Scalars, Texts};
use crate::rows::{Grid, Origins, ValidatedRows};
use std::sync::Arc;

/// One column with its values.
#[derive(Clone, Copy)]
pub enum Values<'a> {
    Text(&'a Texts),
    /// Roster indices, written as the units' names.
    Unit(&'a Scalars<u32>),
    Integer(&'a Scalars<i64>),
    Number(&'a Scalars<f64>),
    Boolean(&'a Scalars<bool>),
    /// Days since 1970-01-01.
    Date {
        days: &'a Scalars<i32>,
        precision: Precision,
    },
}

impl<'a> Values<'a> {
    fn of(column: &'a Column, precision: Precision) -> Values<'a> {
        match column {
            Column::Text(values) => Values::Text(values),
            Column::Unit(values) => Values::Unit(values),
            Column::Integer(values) => Values::Integer(values),
            Column::Number(values) => Values::Number(values),
            Column::Boolean(values) => Values::Boolean(values),
            Column::Date(days) => Values::Date { days, precision },
        }
    }
}

/// A named column.
pub struct Named<'a> {
    pub name: String,
    /// Its position among the columns of the rows.
    position: usize,
    /// The field of the form that it comes from; `None` where the definition computes it.
    pub field: Option<usize>,
    pub values: Values<'a>,
}

/// The rows of one form with their origin. `mask` tells which of them are accepted; all columns are as long as it.
pub struct Accepted<'a> {
    pub form: &'a Form,
    pub mask: &'a [bool],
    pub origins: &'a Origins,
    pub columns: Vec<Named<'a>>,
    /// Names of the roster's units, by index.
    pub units: Arc<[Arc<str>]>,
    /// The unit that each row is counted for (roster index).
    pub counted_for: &'a Scalars<u32>,
    grid: &'a Grid,
}

impl<'a> Accepted<'a> {
    /// Takes a form's rows apart.
    ///
    /// # Errors
    /// A column is missing: a defect of the program.
    pub fn of(results: &Results<'a>, validated: &'a ValidatedRows) -> Result<Accepted<'a>, String> {
        let ValidatedRows { rows, accepted } = validated;
        let form = results.plan.forms.get(rows.form).ok_or_else(|| defect("", "表式"))?;
        let mut columns = Vec::with_capacity(form.fields.len());
        for column in form.columns() {
            let field = form.fields.get(column.field);
            if field.is_some_and(|field| field.ordinal) {
                continue;
            }
            let precision = field.map_or(Precision::Day, |field| field.ty.precision());
            let values = rows.grid.column(&column.name).ok_or_else(|| defect(&form.title, &column.name))?;
            let position = rows.grid.position(&column.name).unwrap_or(usize::MAX);
            let values = Values::of(values, precision);
            columns.push(Named { name: column.name, position, field: Some(column.field), values });
        }
        // What the definition computes stands behind what the return says.
        for computed in &form.computed {
            let values = rows.grid.column(&computed.name).ok_or_else(|| defect(&form.title, &computed.name))?;
            let position = rows.grid.position(&computed.name).unwrap_or(usize::MAX);
            let values = Values::of(values, Precision::Day);
            columns.push(Named { name: computed.name.clone(), position, field: None, values });
        }
        let units = rows.grid.unit_names();
        Ok(Accepted {
            form,
            mask: accepted,
            origins: &rows.origins,
            columns,
            units,
            counted_for: &rows.units,
            grid: &rows.grid,
        })
    }

    /// Whether any cell waits for a decision, and so is in no figure.
    pub fn holds_cells(&self) -> bool {
        self.grid.holds_cells()
    }

    /// Whether this one does.
    pub fn is_pending(&self, row: usize, column: &Named<'_>) -> bool {
        self.grid.is_pending(row, column.position)
    }

    /// Positions of the rows that count, ascending.
    pub fn rows(&self) -> impl Iterator<Item = usize> + 'a {
        self.mask.iter().enumerate().filter(|(_, counts)| **counts).map(|(row, _)| row)
    }

    /// The name of the unit in a row of a unit column.
    pub fn unit(&self, units: &Scalars<u32>, row: usize) -> Option<&str> {
        self.units.get(units.get(row)? as usize).map(|name| &**name)
    }
}

fn defect(form: &str, column: &str) -> String {
    format!("程序缺陷：表式“{form}”的列“{column}”缺失；没有写出任何结果，请把这句话交给维护人员")
}
