//! Values into their columns.

use super::desk::CellValue;
use crate::definition::{ColumnType, Field, FieldType};
use crate::model::{Column, Scalars, Texts};

/// A column of nothing yet, with room for so many rows.
pub fn empty(ty: ColumnType, rows: usize) -> Column {
    match ty {
        ColumnType::Text => Column::Text(Texts::with_capacity(rows)),
        ColumnType::Integer => Column::Integer(Scalars::with_capacity(rows)),
        ColumnType::Number => Column::Number(Scalars::with_capacity(rows)),
        ColumnType::Boolean => Column::Boolean(Scalars::with_capacity(rows)),
        ColumnType::Date => Column::Date(Scalars::with_capacity(rows)),
        ColumnType::Unit => Column::Unit(Scalars::with_capacity(rows)),
    }
}

/// Appends nothing to a field's column, or to a score's two.
pub fn push_nothing(columns: &mut [Column], field: &Field) {
    let many = if matches!(field.ty, FieldType::Score { .. }) { 2 } else { 1 };
    for column in columns.iter_mut().take(many) {
        match column {
            Column::Text(v) => v.push_code(0),
            Column::Integer(v) => v.push_code(0),
            Column::Number(v) => v.push_code(0),
            Column::Boolean(v) => v.push_code(0),
            Column::Date(v) => v.push_code(0),
            Column::Unit(v) => v.push_code(0),
        }
    }
}

/// Appends a value to its column, or to a score's two. A value of another kind than its column's is nothing.
pub fn push<'c>(columns: &mut impl Iterator<Item = &'c mut Column>, field: &Field, value: &CellValue<'_>) {
    let score;
    let (value, grade) = match value {
        CellValue::Score(number, grade) => {
            score = number.map_or(CellValue::Nothing, CellValue::Number);
            (&score, grade.as_deref())
        }
        value => (value, None),
    };
    if let Some(column) = columns.next() {
        match (column, value) {
            (Column::Text(v), CellValue::Text(text)) => v.push(Some(text)),
            (Column::Text(v), _) => v.push(None),
            (Column::Integer(v), CellValue::Integer(number)) => v.push(Some(*number)),
            (Column::Integer(v), _) => v.push(None),
            (Column::Number(v), CellValue::Number(number)) => v.push(Some(*number)),
            (Column::Number(v), _) => v.push(None),
            (Column::Boolean(v), CellValue::Boolean(yes)) => v.push(Some(*yes)),
            (Column::Boolean(v), _) => v.push(None),
            (Column::Date(v), CellValue::Date(day)) => v.push(Some(*day)),
            (Column::Date(v), _) => v.push(None),
            (Column::Unit(v), CellValue::Unit(unit)) => v.push(Some(*unit)),
            (Column::Unit(v), _) => v.push(None),
        }
    }
    if matches!(field.ty, FieldType::Score { .. })
        && let Some(Column::Text(v)) = columns.next()
    {
        v.push(grade);
    }
}
