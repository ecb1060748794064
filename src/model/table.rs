//! Typed columns of one form, each row with the return, sheet and physical row that it came from.

use super::finding::Place;
use super::values::{Scalars, Texts, Value};
use std::collections::BTreeSet;
use std::ops::Range;

/// Where a record came from: a file, a sheet, a physical row, and the part of it that is the record's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin {
    /// Index of the file in the run's list, 0-based.
    pub source: u32,
    /// Index of the sheet in its workbook, 0-based.
    pub sheet: u16,
    /// Physical row, 0-based (officers see it plus one). A record of a form filled in across stands in one column; its
    /// row is that of the form's first field, the same for all records beside it.
    pub row: u32,
    /// First and last physical column that can be the record's: [`Origin::WHOLE`] unless another record stands beside
    /// it in the same row.
    pub cols: (u16, u16),
}

impl Origin {
    /// Every column of the row.
    pub const WHOLE: (u16, u16) = (0, u16::MAX);

    /// Whether a finding's place is this record or a cell of it. A place without a sheet means the row of every sheet,
    /// one without cells the whole row.
    pub fn holds(&self, place: &Place) -> bool {
        #[cfg(test)]
        crate::counted::look();
        place.source == Some(self.source)
            && place.row == Some(self.row)
            && place.sheet.is_none_or(|sheet| sheet == self.sheet)
            && (self.cols == Origin::WHOLE
                || place.cells.is_empty()
                || place.cells.iter().any(|at| (self.cols.0..=self.cols.1).contains(&at.col)))
    }
}

/// One field's values. `None` is "nothing readable here"; a finding says so wherever that matters.
#[derive(Debug, Clone, PartialEq)]
pub enum Column {
    Text(Texts),
    Integer(Scalars<i64>),
    Number(Scalars<f64>),
    Boolean(Scalars<bool>),
    /// Days since 1970-01-01. A month (年月) is its first day.
    Date(Scalars<i32>),
    /// Index into the roster.
    Unit(Scalars<u32>),
}

impl Column {
    /// Number of rows.
    pub fn len(&self) -> usize {
        match self {
            Column::Text(v) => v.len(),
            Column::Integer(v) => v.len(),
            Column::Number(v) => v.len(),
            Column::Boolean(v) => v.len(),
            Column::Date(v) => v.len(),
            Column::Unit(v) => v.len(),
        }
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Room for so many rows that will be appended.
    pub fn reserve(&mut self, rows: usize) {
        match self {
            Column::Text(v) => v.reserve(rows),
            Column::Integer(v) => v.reserve(rows),
            Column::Number(v) => v.reserve(rows),
            Column::Boolean(v) => v.reserve(rows),
            Column::Date(v) => v.reserve(rows),
            Column::Unit(v) => v.reserve(rows),
        }
    }

    /// Replaces one row's value by the first of another column; of a column of another type nothing is taken.
    pub fn take(&mut self, row: usize, from: &Column) {
        match (self, from) {
            (Column::Text(v), Column::Text(from)) => v.set(row, from.get(0)),
            (Column::Integer(v), Column::Integer(from)) => v.set(row, from.get(0)),
            (Column::Number(v), Column::Number(from)) => v.set(row, from.get(0)),
            (Column::Boolean(v), Column::Boolean(from)) => v.set(row, from.get(0)),
            (Column::Date(v), Column::Date(from)) => v.set(row, from.get(0)),
            (Column::Unit(v), Column::Unit(from)) => v.set(row, from.get(0)),
            _ => {}
        }
    }

    /// The same column with nothing in some rows.
    pub fn without(&self, rows: &BTreeSet<usize>) -> Column {
        let kept = |row: &usize| (!rows.contains(row)).then_some(*row);
        let all = 0..self.len();
        match self {
            Column::Text(v) => Column::Text(all.map(|row| v.get(kept(&row)?)).collect()),
            Column::Integer(v) => Column::Integer(all.map(|row| v.get(kept(&row)?)).collect()),
            Column::Number(v) => Column::Number(all.map(|row| v.get(kept(&row)?)).collect()),
            Column::Boolean(v) => Column::Boolean(all.map(|row| v.get(kept(&row)?)).collect()),
            Column::Date(v) => Column::Date(all.map(|row| v.get(kept(&row)?)).collect()),
            Column::Unit(v) => Column::Unit(all.map(|row| v.get(kept(&row)?)).collect()),
        }
    }

    /// One row's value; a unit as its number, for which only the roster has a name.
    pub fn value(&self, row: usize) -> Value<'_> {
        self.value_of(self.code(row))
    }

    /// The row's code: rows of equal codes have equal values (not always the other way round); 0 for nothing.
    pub fn code(&self, row: usize) -> u32 {
        match self {
            Column::Text(v) => v.code(row),
            Column::Integer(v) => v.code(row),
            Column::Number(v) => v.code(row),
            Column::Boolean(v) => v.code(row),
            Column::Date(v) => v.code(row),
            Column::Unit(v) => v.code(row),
        }
    }

    /// The codes of some rows, in order, as [`Column::code`].
    pub fn each_code(&self, rows: Range<usize>, with: impl FnMut(u32)) {
        match self {
            Column::Text(v) => v.each_code(rows, with),
            Column::Integer(v) => v.each_code(rows, with),
            Column::Number(v) => v.each_code(rows, with),
            Column::Boolean(v) => v.each_code(rows, with),
            Column::Date(v) => v.each_code(rows, with),
            Column::Unit(v) => v.each_code(rows, with),
        }
    }

    /// The highest code there is.
    pub fn codes(&self) -> usize {
        match self {
            Column::Text(v) => v.codes(),
            Column::Integer(v) => v.codes(),
            Column::Number(v) => v.codes(),
            Column::Boolean(v) => v.codes(),
            Column::Date(v) => v.codes(),
            Column::Unit(v) => v.codes(),
        }
    }

    /// The value of a code; a unit as its number.
    pub fn value_of(&self, code: u32) -> Value<'_> {
        match self {
            Column::Text(v) => v.word(code).map_or(Value::Nothing, Value::Text),
            Column::Integer(v) => v.value(code).map_or(Value::Nothing, Value::Integer),
            Column::Number(v) => v.value(code).map_or(Value::Nothing, Value::Number),
            Column::Boolean(v) => v.value(code).map_or(Value::Nothing, Value::Boolean),
            Column::Date(v) => v.value(code).map_or(Value::Nothing, Value::Date),
            Column::Unit(v) => v.value(code).map_or(Value::Nothing, |unit| Value::Integer(i64::from(unit))),
        }
    }
}

/// Rows of one form. `columns` follows the plan's *columns* of that form (the form says which in `columns()`);
/// every column is as long as `origins`.
#[derive(Debug, Clone, PartialEq)]
pub struct FormTable {
    /// Index into the plan's forms.
    pub form: u16,
    pub origins: Vec<Origin>,
    pub columns: Vec<Column>,
}
