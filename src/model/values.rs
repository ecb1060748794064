//! Values of one column, compact: a province has millions of cells, and memory is what a run of all its years costs.
//!
//! A return repeats its unit, its industry, its marks and most of its figures on every row, so a column keeps each value
//! once and says of each row which it has. Rows are 0-based. "Nothing" is a value nobody could read or nobody gave; it is
//! never 0 and never "".

mod codes;
pub mod pack;

use codes::Codes;
use std::collections::HashMap;
use std::ops::Range;

/// One value, borrowed from its column.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value<'a> {
    Nothing,
    Text(&'a str),
    Integer(i64),
    Number(f64),
    Boolean(bool),
    /// Days since 1970-01-01.
    Date(i32),
}

/// Codes given lately, by a hash of what they stand for: most values of a return stand there a row or two above.
#[derive(Debug, Clone, Default)]
struct Recent(Option<Box<[u32; RECENT]>>);

impl Recent {
    fn slot(&mut self, hash: usize) -> &mut u32 {
        &mut self.0.get_or_insert_default()[hash % RECENT]
    }
}

const RECENT: usize = 16;

/// More different values than this are not looked for again when columns are put together: nearly every row has one of
/// its own, as names of people and teams do.
const FEW: usize = 65_000;

/// Codes of values met while columns are put together.
pub type MetValues<V> = HashMap<V, u32, foldhash::fast::RandomState>;

/// Texts; words that recur are kept once.
#[derive(Debug, Clone, Default)]
pub struct Texts {
    codes: Codes,
    /// All different words, one after the other.
    words: String,
    /// Where each word ends in `words`, in 32 bits; code 1 is the first.
    ends: Vec<u32>,
    /// Numbers of words done when `words` passed another 4 GiB; nearly always none.
    passes: Vec<u32>,
    recent: Recent,
}

impl Texts {
    /// Room for so many rows.
    pub fn with_capacity(rows: usize) -> Texts {
        let mut texts = Texts::default();
        texts.codes.reserve(rows);
        texts
    }

    /// Number of rows, those with nothing included.
    pub fn len(&self) -> usize {
        self.codes.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A row's text; `None` for nothing and beyond the last row.
    pub fn get(&self, row: usize) -> Option<&str> {
        self.word(self.codes.get(row))
    }

    /// The row's code: rows of equal codes have equal texts (not always the other way round); 0 for nothing.
    pub fn code(&self, row: usize) -> u32 {
        self.codes.get(row)
    }

    /// Appends the codes of these rows, in any order.
    pub fn codes_of(&self, rows: &[u32], to: &mut Vec<u32>) {
        self.codes.append_to(to, rows);
    }

    /// The codes of some rows, in order.
    pub fn each_code(&self, rows: Range<usize>, with: impl FnMut(u32)) {
        self.codes.each_of(rows, with);
    }

    /// The highest code there is.
    pub fn codes(&self) -> usize {
        self.ends.len()
    }

    /// Whether words recur: on the average one is said on more than two rows.
    pub fn recurs(&self) -> bool {
        self.codes() < FEW && self.codes() * 2 < self.len()
    }

    /// The word of a code.
    pub fn word(&self, code: u32) -> Option<&str> {
        let end = self.end(code)?;
        self.words.get(self.end(code - 1).unwrap_or(0)..end)
    }

    fn end(&self, code: u32) -> Option<usize> {
        let low = *self.ends.get((code as usize).checked_sub(1)?)? as usize;
        Some(self.passes.partition_point(|done| *done < code) << 32 | low)
    }

    /// All rows in order.
    pub fn iter(&self) -> impl Iterator<Item = Option<&str>> + Clone {
        self.codes.iter().map(|code| self.word(code))
    }

    /// Adds a row.
    pub fn push(&mut self, text: Option<&str>) {
        let code = text.map_or(0, |text| self.code_of(text));
        self.codes.push(code);
    }

    /// Adds a row with a text that was added before, which has this code, or will be: then the code is told.
    #[inline]
    pub fn push_met(&mut self, text: &str, code: &mut Option<u32>) {
        let code = *code.get_or_insert_with(|| self.code_of(text));
        self.codes.push(code);
    }

    /// Adds a row with the text of a code.
    #[inline]
    pub fn push_code(&mut self, code: u32) {
        self.codes.push(code);
    }

    /// Replaces one row's text.
    pub fn set(&mut self, row: usize, text: Option<&str>) {
        let code = text.map_or(0, |text| self.code_of(text));
        self.codes.set(row, code);
    }

    /// Room for so many rows that will be appended.
    pub fn reserve(&mut self, rows: usize) {
        self.codes.reserve(rows);
    }

    /// Appends all rows of another column; `known` remembers the words between calls.
    pub fn append(&mut self, other: &Texts, known: &mut MetValues<Box<str>>) {
        let mut codes = Vec::with_capacity(other.ends.len() + 1);
        codes.push(0);
        for code in 1..=other.ends.len() as u32 {
            let word = other.word(code).unwrap_or_default();
            codes.push(match known.get(word) {
                Some(code) => *code,
                None => {
                    let code = self.add(word);
                    if self.ends.len() < FEW {
                        known.insert(Box::from(word), code);
                    } else {
                        *known = MetValues::default();
                    }
                    code
                }
            });
        }
        self.codes.append(&other.codes, &codes);
    }

    /// The code of a text, for rows that are added by it.
    pub fn code_of(&mut self, text: &str) -> u32 {
        let bytes = text.as_bytes();
        let byte = |at: usize| bytes.get(at).map_or(0, |byte| usize::from(*byte));
        let hash = bytes.len() + byte(2) + byte(5) * 3 + byte(bytes.len().wrapping_sub(1)) * 7;
        let seen = *self.recent.slot(hash);
        if self.word(seen) == Some(text) {
            return seen;
        }
        let code = self.add(text);
        *self.recent.slot(hash) = code;
        code
    }

    fn add(&mut self, text: &str) -> u32 {
        self.words.push_str(text);
        self.end_word(self.words.len())
    }

    /// Notes where the next word ends; its code.
    fn end_word(&mut self, end: usize) -> u32 {
        let passed = self.passes.len();
        if end >> 32 != passed {
            self.passes.push(self.ends.len() as u32);
        }
        self.ends.push(end as u32);
        // As many words as there are rows at most, and rows are numbered in 32 bits everywhere.
        self.ends.len() as u32
    }
}

impl PartialEq for Texts {
    fn eq(&self, other: &Texts) -> bool {
        self.iter().eq(other.iter())
    }
}

impl<S: AsRef<str>> FromIterator<Option<S>> for Texts {
    fn from_iter<I: IntoIterator<Item = Option<S>>>(texts: I) -> Texts {
        let mut all = Texts::default();
        texts.into_iter().for_each(|text| all.push(text.as_ref().map(AsRef::as_ref)));
        all
    }
}

/// What a column of scalars holds: something with bits that tell it from every other.
pub trait Scalar: Copy {
    /// Equal only for equal values; 0.0 and -0.0 differ.
    fn bits(self) -> u64;
}

impl Scalar for i64 {
    fn bits(self) -> u64 {
        self as u64
    }
}

impl Scalar for f64 {
    fn bits(self) -> u64 {
        self.to_bits()
    }
}

impl Scalar for i32 {
    fn bits(self) -> u64 {
        u64::from(self as u32)
    }
}

impl Scalar for u32 {
    fn bits(self) -> u64 {
        u64::from(self)
    }
}

impl Scalar for bool {
    fn bits(self) -> u64 {
        u64::from(self)
    }
}

/// Numbers, days, roster indices or truths; those that recur are kept once.
#[derive(Debug, Clone)]
pub struct Scalars<T> {
    codes: Codes,
    /// All different values; code 1 is the first.
    values: Vec<T>,
    recent: Recent,
}

impl<T> Default for Scalars<T> {
    fn default() -> Scalars<T> {
        Scalars { codes: Codes::default(), values: Vec::new(), recent: Recent::default() }
    }
}

impl<T: Scalar> Scalars<T> {
    /// Room for so many rows.
    pub fn with_capacity(rows: usize) -> Scalars<T> {
        let mut scalars = Scalars::default();
        scalars.codes.reserve(rows);
        scalars
    }

    /// Number of rows, those with nothing included.
    pub fn len(&self) -> usize {
        self.codes.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A row's value; `None` for nothing and beyond the last row.
    pub fn get(&self, row: usize) -> Option<T> {
        self.value(self.codes.get(row))
    }

    /// The row's code: rows of equal codes have equal values (not always the other way round); 0 for nothing.
    pub fn code(&self, row: usize) -> u32 {
        self.codes.get(row)
    }

    /// Appends the codes of these rows, in any order.
    pub fn codes_of(&self, rows: &[u32], to: &mut Vec<u32>) {
        self.codes.append_to(to, rows);
    }

    /// The codes of some rows, in order.
    pub fn each_code(&self, rows: Range<usize>, with: impl FnMut(u32)) {
        self.codes.each_of(rows, with);
    }

    /// The highest code there is.
    pub fn codes(&self) -> usize {
        self.values.len()
    }

    /// Whether values recur: on the average one is said on more than two rows.
    pub fn recurs(&self) -> bool {
        self.codes() * 2 < self.len()
    }

    /// The value of a code.
    pub fn value(&self, code: u32) -> Option<T> {
        self.values.get((code as usize).checked_sub(1)?).copied()
    }

    /// All rows in order.
    pub fn iter(&self) -> impl Iterator<Item = Option<T>> + Clone {
        self.codes.iter().map(|code| self.value(code))
    }

    /// Adds a row.
    pub fn push(&mut self, value: Option<T>) {
        let code = value.map_or(0, |value| self.code_of(value));
        self.codes.push(code);
    }

    /// Adds a row with the value of a code.
    #[inline]
    pub fn push_code(&mut self, code: u32) {
        self.codes.push(code);
    }

    /// Replaces one row's value.
    pub fn set(&mut self, row: usize, value: Option<T>) {
        let code = value.map_or(0, |value| self.code_of(value));
        self.codes.set(row, code);
    }

    /// Room for so many rows that will be appended.
    pub fn reserve(&mut self, rows: usize) {
        self.codes.reserve(rows);
    }

    /// Appends all rows of another column; `known` remembers the values, by their bits, between calls.
    pub fn append(&mut self, other: &Scalars<T>, known: &mut MetValues<u64>) {
        let mut codes = Vec::with_capacity(other.values.len() + 1);
        codes.push(0);
        for value in &other.values {
            codes.push(match known.get(&value.bits()) {
                Some(code) => *code,
                None => {
                    let code = self.add(*value);
                    if self.values.len() < FEW {
                        known.insert(value.bits(), code);
                    } else {
                        *known = MetValues::default();
                    }
                    code
                }
            });
        }
        self.codes.append(&other.codes, &codes);
    }

    /// The code of a value, for rows that are added by it.
    pub fn code_of(&mut self, value: T) -> u32 {
        let bits = value.bits();
        let hash = (bits ^ bits >> 45 ^ bits >> 51) as usize;
        let seen = *self.recent.slot(hash);
        if self.value(seen).is_some_and(|known| known.bits() == bits) {
            return seen;
        }
        let code = self.add(value);
        *self.recent.slot(hash) = code;
        code
    }

    fn add(&mut self, value: T) -> u32 {
        self.values.push(value);
        // As many values as there are rows at most, and rows are numbered in 32 bits everywhere.
        self.values.len() as u32
    }
}

impl<T: Scalar + PartialEq> PartialEq for Scalars<T> {
    fn eq(&self, other: &Scalars<T>) -> bool {
        self.iter().eq(other.iter())
    }
}

impl<T: Scalar> FromIterator<Option<T>> for Scalars<T> {
    fn from_iter<I: IntoIterator<Item = Option<T>>>(values: I) -> Scalars<T> {
        let mut all = Scalars::default();
        values.into_iter().for_each(|value| all.push(value));
        all
    }
}

impl<T: Scalar> From<Vec<Option<T>>> for Scalars<T> {
    fn from(values: Vec<Option<T>>) -> Scalars<T> {
        values.into_iter().collect()
    }
}

impl<S: AsRef<str>> From<Vec<Option<S>>> for Texts {
    fn from(texts: Vec<Option<S>>) -> Texts {
        texts.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_come_back_row_by_row_whatever_was_appended_or_replaced() {
        let mut texts = Texts::default();
        let mut known = MetValues::default();
        texts.append(&[Some("甲"), None, Some("甲"), Some(""), Some("乙")].into_iter().collect(), &mut known);
        assert_eq!(texts.codes(), 3);
        texts.append(&[Some("丙"), None, Some("甲")].into_iter().collect(), &mut known);
        assert_eq!(texts.codes(), 4, "甲 is known from before");
        texts.set(1, Some("丁"));
        texts.set(0, None);
        let all: Vec<Option<&str>> = texts.iter().collect();
        let wanted = [None, Some("丁"), Some("甲"), Some(""), Some("乙"), Some("丙"), None, Some("甲")];
        assert_eq!(all, wanted);
        assert_eq!((texts.get(3), texts.get(6), texts.get(8)), (Some(""), None, None));
        assert_eq!(texts, wanted.into_iter().collect());
    }

    #[test]
    fn words_that_share_a_place_among_the_recent_are_kept_apart() {
        let words: Vec<String> = (0..1000).map(|n| format!("班组{}", n % 97)).collect();
        let texts: Texts = words.iter().map(Some).collect();
        assert!(texts.iter().eq(words.iter().map(|word| Some(word.as_str()))));
    }

    #[test]
    fn codes_grow_with_the_number_of_values_and_nothing_is_lost() {
        let value = |row: i64| (row % 1000 != 3).then_some(row);
        let (mut numbers, mut known) = (Scalars::default(), MetValues::default());
        for first in (0..140_000).step_by(7_000) {
            numbers.append(&(first..first + 7_000).map(value).collect(), &mut known);
        }
        assert!(numbers.iter().eq((0..140_000).map(value)));
        let (mut names, mut known) = (Texts::default(), MetValues::default());
        for first in (0..140_000).step_by(7_000) {
            let part: Texts = (first..first + 7_000).map(value).map(|n| n.map(|n| n.to_string())).collect();
            names.append(&part, &mut known);
        }
        assert!(
            (0..140_000).all(|row| names.get(row as usize).map(str::to_owned) == value(row).map(|n| n.to_string()))
        );
    }

    #[test]
    fn scalars_tell_nothing_from_zero_and_zero_from_minus_zero() {
        let values = [Some(0.0), None, Some(-0.0), Some(1.5), None, Some(0.0)];
        let numbers: Scalars<f64> = values.into_iter().collect();
        let bits = |value: Option<f64>| value.map(f64::to_bits);
        assert!(numbers.iter().map(bits).eq(values.into_iter().map(bits)));
        assert_eq!(numbers.get(6), None);
    }
}
