//! Values of one column, compact: a province has millions of cells, and memory is what a run of all its years costs.
//!
//! Rows are 0-based. "Nothing" is a value nobody could read or nobody gave; it is never 0 and never "".

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

/// Texts. Words that recur nearby are kept once: returns repeat their unit, their industry and their marks on every row.
#[derive(Debug, Clone, Default)]
pub struct Texts {
    /// All different words, one after the other.
    words: String,
    /// Where each word ends in `words`.
    ends: Vec<usize>,
    /// Per row the number of its word; [`NOTHING`] for none.
    numbers: Vec<u32>,
    /// Words seen lately, by a few of their bytes.
    recent: [u32; RECENT],
}

const NOTHING: u32 = u32::MAX;
const RECENT: usize = 16;

impl Texts {
    /// Room for so many rows.
    pub fn with_capacity(rows: usize) -> Texts {
        Texts { numbers: Vec::with_capacity(rows), ..Texts::default() }
    }

    /// Room for the rows and words of others that will be appended.
    pub fn reserve<'a>(&mut self, others: impl Iterator<Item = &'a Texts> + Clone) {
        self.numbers.reserve(others.clone().map(|other| other.numbers.len()).sum());
        self.ends.reserve(others.clone().map(|other| other.ends.len()).sum());
        self.words.reserve(others.map(|other| other.words.len()).sum());
    }

    pub fn len(&self) -> usize {
        self.numbers.len()
    }

    pub fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }

    pub fn get(&self, row: usize) -> Option<&str> {
        self.word(*self.numbers.get(row)?)
    }

    /// Number of the row's word: rows of equal numbers have equal texts (not the other way round).
    pub fn number(&self, row: usize) -> Option<u32> {
        self.numbers.get(row).copied().filter(|number| *number != NOTHING)
    }

    /// How many words there are; numbers are below it.
    pub fn words(&self) -> usize {
        self.ends.len()
    }

    /// A word by its number.
    pub fn word(&self, number: u32) -> Option<&str> {
        let at = number as usize;
        let end = *self.ends.get(at)?;
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        self.words.get(start..end)
    }

    pub fn iter(&self) -> impl Iterator<Item = Option<&str>> + Clone {
        self.numbers.iter().map(|number| self.word(*number))
    }

    pub fn push(&mut self, text: Option<&str>) {
        let number = text.map_or(NOTHING, |text| self.number_of(text));
        self.numbers.push(number);
    }

    /// Replaces one row's text.
    pub fn set(&mut self, row: usize, text: Option<&str>) {
        let number = text.map_or(NOTHING, |text| self.number_of(text));
        if let Some(slot) = self.numbers.get_mut(row) {
            *slot = number;
        }
    }

    /// Appends all rows of another column.
    pub fn append(&mut self, other: &Texts) {
        let (base, shift) = (self.words.len(), self.ends.len() as u32);
        self.words.push_str(&other.words);
        self.ends.extend(other.ends.iter().map(|end| base + end));
        self.numbers.extend(other.numbers.iter().map(|number| match *number {
            NOTHING => NOTHING,
            number => number + shift,
        }));
    }

    fn number_of(&mut self, text: &str) -> u32 {
        let bytes = text.as_bytes();
        let byte = |at: usize| bytes.get(at).map_or(0, |byte| usize::from(*byte));
        let slot = (bytes.len() + byte(2) + byte(5) * 3 + byte(bytes.len().wrapping_sub(1)) * 7) % RECENT;
        let seen = self.recent[slot];
        if self.word(seen) == Some(text) {
            return seen;
        }
        self.words.push_str(text);
        self.ends.push(self.words.len());
        // As many words as there are rows at most, and rows are numbered in 32 bits everywhere.
        let number = (self.ends.len() - 1) as u32;
        self.recent[slot] = number;
        number
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

/// Numbers, days, roster indices or truths.
#[derive(Debug, Clone, Default)]
pub struct Scalars<T> {
    /// Where there is nothing, the type's default stands.
    values: Vec<T>,
    /// One bit a row: whether there is a value.
    present: Vec<u64>,
}

impl<T: Copy + Default> Scalars<T> {
    /// Room for so many rows.
    pub fn with_capacity(rows: usize) -> Scalars<T> {
        Scalars { values: Vec::with_capacity(rows), present: Vec::with_capacity(rows.div_ceil(64)) }
    }

    pub fn len(&self) -> usize {
        self.values.len()
    }

    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    pub fn get(&self, row: usize) -> Option<T> {
        let value = *self.values.get(row)?;
        (self.present.get(row / 64)? >> (row % 64) & 1 == 1).then_some(value)
    }

    pub fn iter(&self) -> impl Iterator<Item = Option<T>> + Clone {
        (0..self.values.len()).map(|row| self.get(row))
    }

    pub fn push(&mut self, value: Option<T>) {
        let row = self.values.len();
        if row.is_multiple_of(64) {
            self.present.push(0);
        }
        if let (Some(bits), true) = (self.present.last_mut(), value.is_some()) {
            *bits |= 1 << (row % 64);
        }
        self.values.push(value.unwrap_or_default());
    }

    /// Room for the rows of others that will be appended.
    pub fn reserve(&mut self, rows: usize) {
        self.values.reserve(rows);
        self.present.reserve(rows.div_ceil(64));
    }

    /// Appends all rows of another column.
    pub fn append(&mut self, other: &Scalars<T>) {
        other.iter().for_each(|value| self.push(value));
    }
}

impl<T: Copy + Default + PartialEq> PartialEq for Scalars<T> {
    fn eq(&self, other: &Scalars<T>) -> bool {
        self.iter().eq(other.iter())
    }
}

impl<T: Copy + Default> FromIterator<Option<T>> for Scalars<T> {
    fn from_iter<I: IntoIterator<Item = Option<T>>>(values: I) -> Scalars<T> {
        let mut all = Scalars::default();
        values.into_iter().for_each(|value| all.push(value));
        all
    }
}

impl<T: Copy + Default> From<Vec<Option<T>>> for Scalars<T> {
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
        let mut texts: Texts = [Some("甲"), None, Some("甲"), Some(""), Some("乙")].into_iter().collect();
        assert_eq!(texts.words(), 3);
        texts.append(&[Some("丙"), None, Some("甲")].into_iter().collect());
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
    fn scalars_tell_nothing_from_zero_over_word_boundaries() {
        let value = |row: i64| (row % 3 != 0).then_some(row % 5);
        let mut numbers: Scalars<i64> = (0..100).map(value).collect();
        numbers.append(&(100..230).map(value).collect());
        assert!(numbers.iter().eq((0..230).map(value)));
        assert_eq!((numbers.get(5), numbers.get(3), numbers.get(230)), (Some(0), None, None));
    }
}
