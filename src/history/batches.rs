//! Values of a column on their way into a file: many at a time, so that a column costs a call now and then and not one a
//! row, and texts lie in one piece.

use super::coded::{CodedValues, CodedWords};

/// Some values: of each row whether it has one, and those that there are.
#[derive(Default)]
pub struct Batch<V> {
    /// 1 for a row with a value, 0 for one without.
    pub levels: Vec<i16>,
    pub present: V,
}

/// Texts one after the other, and where each ends.
#[derive(Default)]
pub struct TextBatch {
    pub text: String,
    pub ends: Vec<usize>,
}

impl<T> Batch<Vec<T>> {
    fn push(&mut self, value: Option<T>) {
        self.levels.push(i16::from(value.is_some()));
        self.present.extend(value);
    }
}

impl Batch<TextBatch> {
    fn push(&mut self, text: Option<&str>) {
        self.write(text, |text, to| to.push_str(text));
    }

    fn write<T>(&mut self, value: Option<T>, write: impl FnOnce(T, &mut String)) {
        self.levels.push(i16::from(value.is_some()));
        if let Some(value) = value {
            write(value, &mut self.present.text);
            self.present.ends.push(self.present.text.len());
        }
    }
}

/// Adds the values of so many more rows, or of all that are left.
pub type Next<'a, V> = Box<dyn FnMut(usize, &mut Batch<V>) + 'a>;

/// One column's values, in the order of the rows.
pub enum ParquetValues<'a> {
    Text(Next<'a, TextBatch>),
    Integer(Next<'a, Vec<i64>>),
    Number(Next<'a, Vec<f64>>),
    Boolean(Next<'a, Vec<bool>>),
    /// Days since 1970-01-01.
    Date(Next<'a, Vec<i32>>),
    /// Words that recur, and of which it is known where.
    Coded(CodedValues<'a>),
}

impl<'a> ParquetValues<'a> {
    pub fn text(values: impl Iterator<Item = Option<&'a str>> + 'a) -> ParquetValues<'a> {
        ParquetValues::Text(each(values, Batch::<TextBatch>::push))
    }

    /// Texts of other values, written on the way.
    pub fn made<T>(values: impl Iterator<Item = Option<T>> + 'a, write: impl Fn(T, &mut String) + 'a) -> Self {
        ParquetValues::Text(each(values, move |to: &mut Batch<TextBatch>, value| to.write(value, &write)))
    }

    pub fn integer(values: impl Iterator<Item = Option<i64>> + 'a) -> ParquetValues<'a> {
        ParquetValues::Integer(each(values, Batch::<Vec<i64>>::push))
    }

    pub fn number(values: impl Iterator<Item = Option<f64>> + 'a) -> ParquetValues<'a> {
        ParquetValues::Number(each(values, Batch::<Vec<f64>>::push))
    }

    pub fn boolean(values: impl Iterator<Item = Option<bool>> + 'a) -> ParquetValues<'a> {
        ParquetValues::Boolean(each(values, Batch::<Vec<bool>>::push))
    }

    pub fn date(values: impl Iterator<Item = Option<i32>> + 'a) -> ParquetValues<'a> {
        ParquetValues::Date(each(values, Batch::<Vec<i32>>::push))
    }

    /// These values, and behind them others of the same type; of another type the column ends early.
    pub fn then(self, more: ParquetValues<'a>) -> ParquetValues<'a> {
        use ParquetValues as V;
        match (self.plain(), more.plain()) {
            (V::Text(one), V::Text(more)) => V::Text(chained(one, more)),
            (V::Integer(one), V::Integer(more)) => V::Integer(chained(one, more)),
            (V::Number(one), V::Number(more)) => V::Number(chained(one, more)),
            (V::Boolean(one), V::Boolean(more)) => V::Boolean(chained(one, more)),
            (V::Date(one), V::Date(more)) => V::Date(chained(one, more)),
            (alone, _) => alone,
        }
    }

    /// The same values without codes.
    fn plain(self) -> ParquetValues<'a> {
        let ParquetValues::Coded(CodedValues { mut codes, words }) = self else { return self };
        let mut next = move |count: usize| {
            let mut some = Vec::with_capacity(count);
            codes(count, &mut some);
            some.into_iter()
        };
        match words {
            CodedWords::Text(word) => {
                ParquetValues::Text(Box::new(move |count, to| next(count).for_each(|code| to.push(word(code)))))
            }
            CodedWords::One(word) => {
                ParquetValues::Text(Box::new(move |count, to| next(count).for_each(|_| to.push(Some(&word)))))
            }
            CodedWords::Integer(word) => {
                ParquetValues::Integer(Box::new(move |count, to| next(count).for_each(|code| to.push(word(code)))))
            }
            CodedWords::Date(word) => {
                ParquetValues::Date(Box::new(move |count, to| next(count).for_each(|code| to.push(word(code)))))
            }
        }
    }
}

fn each<'a, T, V>(
    mut values: impl Iterator<Item = T> + 'a,
    mut push: impl FnMut(&mut Batch<V>, T) + 'a,
) -> Next<'a, V> {
    Box::new(move |count, to| values.by_ref().take(count).for_each(|value| push(to, value)))
}

fn chained<'a, V: 'a>(mut one: Next<'a, V>, mut more: Next<'a, V>) -> Next<'a, V> {
    Box::new(move |count, to| {
        let before = to.levels.len();
        one(count, to);
        more(count - (to.levels.len() - before), to);
    })
}
