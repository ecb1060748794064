//! StoredRecords by their key: those of this period, and those of a stored one with their columns by today's names.

use super::rows::FormRows;
use super::yardstick::Yardstick;
use crate::definition::{ColumnType, Form, Roster};
use crate::domain::period::Period;
use crate::history::StoredForm;
use crate::model::{Column, Fingerprint, Scalar, Scalars, Texts};
use crate::rows::computed::append_values;
use crate::rows::record::{self, key_columns, sameness};
use crate::rows::{Grid, context};
use std::collections::{BTreeSet, HashMap};

/// Key of every row of this period; `None` where a part of it is missing.
pub fn keys(rows: &FormRows) -> Vec<Option<String>> {
    let grid = &rows.rows.grid;
    let columns = key_columns(rows.form, |name| grid.column(name));
    (0..grid.height()).map(|row| key(columns.as_deref()?, row)).collect()
}

/// StoredRecords of one stored period by key.
pub struct StoredRecords<'h> {
    pub period: Period,
    pub stored: &'h StoredForm,
    /// `None` where several records share the key.
    by_key: HashMap<String, Option<u32>>,
}

impl<'h> StoredRecords<'h> {
    /// `None` where the period, the form or a column of its key is not there; the store notes which.
    pub fn load(rows: &FormRows, period: &Period, yardstick: Yardstick<'h>) -> Option<StoredRecords<'h>> {
        let stored = yardstick.history.form(period, rows.index)?;
        let columns = key_columns(rows.form, |name| stored.column_named(name))?;
        let mut by_key: HashMap<String, Option<u32>> = HashMap::with_capacity(stored.len());
        for row in 0..stored.len() {
            if let Some(key) = key(&columns, row) {
                by_key.entry(key).and_modify(|known| *known = None).or_insert(Some(row as u32));
            }
        }
        Some(StoredRecords { period: period.clone(), stored, by_key })
    }

    /// The one record of that key.
    pub fn find(&self, key: &str) -> Option<u32> {
        self.by_key.get(key).copied().flatten()
    }

    /// What makes a stored record the same as one of this period.
    pub fn fingerprint(&self, row: usize, form: &Form, roster: &Roster) -> Fingerprint {
        let fields = record::telling_fields(form).into_iter().map(|field| form.fields.get(field));
        let columns = fields.map(|field| self.stored.column_named(&field?.name));
        record::fingerprint(columns, row, &roster.units)
    }

    /// How many keys several records share.
    pub fn shared(&self) -> usize {
        self.by_key.values().filter(|row| row.is_none()).count()
    }

    /// Every record that is alone with its key, in no certain order.
    pub fn alone(&self) -> impl Iterator<Item = (&str, u32)> {
        self.by_key.iter().filter_map(|(key, row)| Some((key.as_str(), (*row)?)))
    }
}

/// Units by their number in the roster, so that a renamed one stays the same; text by its match key.
fn key(columns: &[&Column], row: usize) -> Option<String> {
    let mut key = String::new();
    for column in columns {
        key.push_str(&sameness(column.value(row))?);
        // Cannot occur in a match key, so parts cannot run into one another.
        key.push('\u{1f}');
    }
    Some(key)
}

/// Rows of this period that share no key with another one of it.
pub fn alone(keys: &[Option<String>]) -> Vec<Option<&str>> {
    let mut times: HashMap<&str, usize> = HashMap::with_capacity(keys.len());
    for key in keys.iter().flatten() {
        *times.entry(key).or_default() += 1;
    }
    keys.iter().map(|key| key.as_deref().filter(|key| times.get(key) == Some(&1))).collect()
}

/// Stored columns by today's names; one that did not exist then reads as nothing. What the definition computes is computed
/// from them as it is defined today.
pub fn stored_grid(
    rows: &FormRows,
    records: &StoredRecords<'_>,
    needs: BTreeSet<String>,
    yardstick: Yardstick<'_>,
) -> Grid {
    let (mut names, mut columns) = (Vec::new(), Vec::new());
    let needs = rows.form.sources(&needs);
    for column in rows.form.columns().into_iter().filter(|column| needs.contains(&column.name)) {
        let values = records.stored.column_named(&column.name).cloned();
        columns.push(values.unwrap_or_else(|| nothing(column.ty, records.stored.len())));
        names.push(column.name);
    }
    let Yardstick { plan, reference, .. } = yardstick;
    let mut grid = Grid::new(names, columns, records.stored.len(), &reference.roster);
    append_values(&mut grid, rows.form, &context(plan, reference, &records.period));
    grid
}

/// The values of the matched rows; nothing where there is no match or no such column then.
pub fn gather(values: Option<&Column>, ty: ColumnType, matches: &[Option<u32>]) -> Column {
    fn picked<T: Scalar>(values: Option<&Scalars<T>>, matches: &[Option<u32>]) -> Scalars<T> {
        matches.iter().map(|row| values?.get((*row)? as usize)).collect()
    }
    match (ty, values) {
        (ColumnType::Text, values) => {
            let texts = match values {
                Some(Column::Text(texts)) => Some(texts),
                _ => None,
            };
            let picked = |row: &Option<u32>| -> Option<&str> { texts?.get((*row)? as usize) };
            Column::Text(matches.iter().map(picked).collect::<Texts>())
        }
        (ColumnType::Integer, Some(Column::Integer(values))) => Column::Integer(picked(Some(values), matches)),
        (ColumnType::Integer, _) => Column::Integer(picked(None, matches)),
        (ColumnType::Number, Some(Column::Number(values))) => Column::Number(picked(Some(values), matches)),
        (ColumnType::Number, _) => Column::Number(picked(None, matches)),
        (ColumnType::Boolean, Some(Column::Boolean(values))) => Column::Boolean(picked(Some(values), matches)),
        (ColumnType::Boolean, _) => Column::Boolean(picked(None, matches)),
        (ColumnType::Date, Some(Column::Date(values))) => Column::Date(picked(Some(values), matches)),
        (ColumnType::Date, _) => Column::Date(picked(None, matches)),
        (ColumnType::Unit, Some(Column::Unit(values))) => Column::Unit(picked(Some(values), matches)),
        (ColumnType::Unit, _) => Column::Unit(picked(None, matches)),
    }
}

/// A column of nothing.
pub fn nothing(ty: ColumnType, height: usize) -> Column {
    gather(None, ty, &vec![None; height])
}
