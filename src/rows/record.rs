//! What makes two rows the same record: the form's `key` fields, whatever the spelling.

use crate::definition::{Form, Unit};
use crate::model::{Column, Fingerprint, Value};
use crate::text::names::{alike_key, match_key};
use std::borrow::Cow;

/// One value under which two spellings of it meet; `None` where there is nothing to compare.
pub fn spelling(value: Value<'_>) -> Option<String> {
    match value {
        Value::Nothing => None,
        Value::Text(text) => Some(match_key(text)).filter(|key| !key.is_empty()),
        // 5 and 5.0 are one number.
        Value::Number(number) if number.fract() == 0.0 && number.abs() < 9e15 => Some((number as i64).to_string()),
        Value::Integer(whole) => Some(whole.to_string()),
        Value::Date(day) => Some(day.to_string()),
        Value::Number(number) => Some(number.to_string()),
        Value::Boolean(truth) => Some(truth.to_string()),
    }
}

/// As [`spelling`], and whatever says nothing of which record is meant is gone: quotes, and whether a number is written in
/// figures or in characters.
pub fn sameness(value: Value<'_>) -> Option<String> {
    #[cfg(test)]
    work::MADE.with(|made| made.set(made.get() + 1));
    match value {
        Value::Text(text) => Some(alike_key(text)).filter(|key| !key.is_empty()),
        other => spelling(other),
    }
}

/// The form's key columns, by name; `None` where it has no key or a column is missing.
pub fn key_columns<'c>(form: &Form, column: impl Fn(&str) -> Option<&'c Column>) -> Option<Vec<&'c Column>> {
    let columns: Option<Vec<&Column>> = form.key.iter().map(|field| column(&form.fields.get(*field)?.name)).collect();
    columns.filter(|columns| !columns.is_empty())
}

/// The records that rows are. What recurs in a column is made comparable once, and not for every row.
pub struct RecordKeys<'c> {
    units: &'c [Unit],
    /// Each column, and by its codes what it is told by where its words recur.
    columns: Vec<(&'c Column, Vec<Option<String>>)>,
}

impl<'c> RecordKeys<'c> {
    pub fn of(columns: Vec<&'c Column>, units: &'c [Unit]) -> RecordKeys<'c> {
        let known = |column: &'c Column| match column {
            Column::Text(texts) if texts.recurs() => {
                (0..=texts.codes() as u32).map(|code| sameness(column.value_of(code))).collect()
            }
            _ => Vec::new(),
        };
        RecordKeys { units, columns: columns.into_iter().map(|column| (column, known(column))).collect() }
    }

    /// The record that a row is, the same in every period and every run; hashed, since a key may be an ID number. `None`
    /// where a part of the key is missing.
    pub fn key(&self, row: usize) -> Option<Fingerprint> {
        Fingerprint::of_all(self.columns.iter().map(|(column, known)| match known.is_empty() {
            false => known.get(column.code(row) as usize)?.as_ref().map(|known| Cow::Borrowed(known.as_bytes())),
            true => part(column, self.units, row),
        }))
    }
}

/// A unit enters by its code, which outlives its place in the roster.
fn part<'u>(column: &Column, units: &'u [Unit], row: usize) -> Option<Cow<'u, [u8]>> {
    match column {
        Column::Unit(of) => Some(Cow::Borrowed(units.get(of.get(row)? as usize)?.code.as_bytes())),
        other => sameness(other.value(row)).map(|text| Cow::Owned(text.into_bytes())),
    }
}

/// Fields by which a record is told where it must be told somehow: the form's key, else what its first rule of uniqueness
/// compares, else its required fields.
pub fn telling_fields(form: &Form) -> Vec<usize> {
    if !form.key.is_empty() {
        return form.key.clone();
    }
    if let Some(unique) = form.unique.first() {
        return unique.fields.clone();
    }
    let required = form.fields.iter().enumerate().filter(|(_, field)| field.required && !field.ordinal);
    required.map(|(at, _)| at).collect()
}

/// A row told by the columns of its telling fields, its [`RecordKeys::key`] where they are complete; nothing where all are empty.
pub fn fingerprint<'c>(columns: impl Iterator<Item = Option<&'c Column>>, row: usize, units: &[Unit]) -> Fingerprint {
    let parts = columns.map(|column| column.and_then(|column| part(column, units, row)).unwrap_or_default());
    let parts: Vec<Cow<'_, [u8]>> = parts.collect();
    if parts.iter().all(|part| part.is_empty()) {
        return Fingerprint::default();
    }
    Fingerprint::of(parts)
}

/// How often values were made comparable, for tests that hold it.
#[cfg(test)]
pub mod work {
    use std::cell::Cell;

    thread_local! {
        /// Values of this thread that were made comparable.
        pub static MADE: Cell<usize> = const { Cell::new(0) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_the_same_whatever_its_spelling_and_place_in_the_roster() {
        let unit = |code: &str| Unit { code: code.to_owned(), ..Unit::default() };
        let now = [unit("A"), unit("B")];
        let later = [unit("B"), unit("A")];
        let record_key = |columns: &[&Column], units: &[Unit], row| RecordKeys::of(columns.to_vec(), units).key(row);
        let names = Column::Text(["甲 班", "甲班"].map(Some).into_iter().collect());
        let (first, second) =
            (Column::Unit([Some(0), Some(0)].into_iter().collect()), Column::Unit([Some(1)].into_iter().collect()));
        let key = record_key(&[&first, &names], &now, 0);
        assert_eq!(key.map(|key| key.to_string().len()), Some(32));
        assert_eq!(key, record_key(&[&first, &names], &now, 1), "a space makes no other record");
        assert_eq!(key, record_key(&[&second, &names], &later, 0), "the roster's order says nothing");
        assert_ne!(key, record_key(&[&first, &names], &later, 0), "another unit is another record");
        let missing = Column::Text([None::<&str>].into_iter().collect());
        assert_eq!(record_key(&[&first, &missing], &now, 0), None);
        let (left, right) =
            (Column::Text([Some("ab")].into_iter().collect()), Column::Text([Some("c")].into_iter().collect()));
        let (other, rest) =
            (Column::Text([Some("a")].into_iter().collect()), Column::Text([Some("bc")].into_iter().collect()));
        assert_ne!(record_key(&[&left, &right], &now, 0), record_key(&[&other, &rest], &now, 0));
    }

    #[test]
    fn words_that_recur_are_made_comparable_once() {
        let (rows, kinds) = (1_000, ["甲", "乙方班", "丙方第一工段"]);
        let recurring = Column::Text((0..rows).map(|row| Some(kinds[row % 3])).collect());
        let own = Column::Text((0..rows).map(|row| Some(format!("{row}组"))).collect());
        let before = work::MADE.with(std::cell::Cell::get);
        let keys = RecordKeys::of(vec![&recurring, &own], &[]);
        assert!((0..rows).all(|row| keys.key(row).is_some()));
        let made = work::MADE.with(std::cell::Cell::get) - before;
        assert!(made <= rows + kinds.len() + 1, "{made}");
    }
}
