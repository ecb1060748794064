//! Typed columns of one form, each row with the return, sheet and physical row that it came from.

/// Where a row came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin {
    /// Index of the file in the run's list, 0-based.
    pub source: u32,
    /// Index of the sheet in its workbook, 0-based.
    pub sheet: u16,
    /// Physical row, 0-based (officers see it plus one).
    pub row: u32,
}

/// One field's values. `None` is "nothing readable here"; a finding says so wherever that matters.
#[derive(Debug, Clone, PartialEq)]
pub enum Column {
    Text(Vec<Option<Box<str>>>),
    Integer(Vec<Option<i64>>),
    Number(Vec<Option<f64>>),
    Boolean(Vec<Option<bool>>),
    /// Days since 1970-01-01. A month (年月) is its first day.
    Date(Vec<Option<i32>>),
    /// Index into the roster.
    Unit(Vec<Option<u32>>),
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
