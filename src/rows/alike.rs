//! Rows that are alike in the columns that a condition reads: it is asked once of each kind.
//!
//! Every expression that the gate lets through looks at one row alone, so rows with the same values in the columns that it
//! reads get the same answer. Columns know which of their values each row has, and what conditions read (marks, codes,
//! scores) has few: a hundred questions then stand for a hundred thousand. Where the values are many, nobody asks so.

use super::grid::Grid;
use crate::language::evaluate::truths;
use crate::language::{RunContext, Term};
use crate::model::{Column, Scalars};
use polars::prelude::PolarsResult;
use std::ops::Range;

/// Kinds that there may be at most; and so many rows a kind at least, or else asking of all rows costs less.
const MOST: usize = 4_096;
const ROWS_A_KIND: usize = 4;
/// Rows that are told apart at a time.
const STRETCH: usize = 1_024;

/// The rows of a grid by their kind.
pub struct AlikeRows<'g> {
    grid: &'g Grid,
    /// Per row, its kind.
    kinds: Vec<u16>,
    /// Per kind, its first row.
    first: Vec<usize>,
}

impl Grid {
    /// The rows by what stands in these columns; `None` where that tells too many kinds apart.
    pub(super) fn alike(&self, needs: &[&str]) -> Option<AlikeRows<'_>> {
        let mut read = Vec::with_capacity(needs.len());
        let mut combinations = 1usize;
        for name in needs {
            // As `series` finds it; a column that is not there is none of the frame either.
            let column = match self.extra.get(name) {
                Some(truths) => AskedColumn::Truths(truths),
                None => match self.position(name).and_then(|at| self.at(at)) {
                    Some(values) => AskedColumn::Values(values),
                    None => continue,
                },
            };
            combinations = combinations.checked_mul(column.values()).filter(|all| *all <= MOST)?;
            read.push(column);
        }
        if combinations * ROWS_A_KIND > self.height {
            return None;
        }
        let (mut kind_of, mut first) = (vec![None; combinations], Vec::new());
        let mut kinds = Vec::with_capacity(self.height);
        let mut places = [0u32; STRETCH];
        for from in (0..self.height).step_by(STRETCH) {
            let rows = from..self.height.min(from + STRETCH);
            let places = places.get_mut(..rows.len())?;
            places.fill(0);
            for column in &read {
                column.place(rows.clone(), places);
            }
            for (row, place) in rows.zip(places.iter()) {
                let kind: &mut Option<u16> = kind_of.get_mut(*place as usize)?;
                kinds.push(*kind.get_or_insert_with(|| {
                    first.push(row);
                    // There are no more kinds than `MOST`.
                    (first.len() - 1) as u16
                }));
            }
        }
        Some(AlikeRows { grid: self, kinds, first })
    }

    /// Per row, whether a term is true that reads the columns `needs`; NULL is not.
    ///
    /// # Errors
    /// The term does not fit these columns: a defect of ours, since the gate typed it against them.
    pub fn truths(&self, term: &Term, needs: &[&str], context: &RunContext) -> PolarsResult<Vec<bool>> {
        if let Some(alike) = self.alike(needs) {
            let answers = alike.answers(term, needs, context)?;
            return Ok(alike.kinds.iter().map(|kind| answers.get(usize::from(*kind)) == Some(&true)).collect());
        }
        let stretches = self.evaluate(std::slice::from_ref(term), needs, context, |_, answers| match answers {
            [values] => Ok(truths(values)?.iter().map(|holds| holds == Some(true)).collect()),
            _ => Ok(Vec::new()),
        })?;
        Ok(stretches.concat())
    }

    /// For how many rows a term is true: found from how many rows there are of each kind, or by polars, and never from
    /// [`Grid::truths`].
    ///
    /// # Errors
    /// As [`Grid::truths`].
    pub fn count_true(&self, term: &Term, needs: &[&str], context: &RunContext) -> PolarsResult<i64> {
        if let Some(alike) = self.alike(needs) {
            let mut rows = vec![0i64; alike.first.len()];
            for kind in &alike.kinds {
                if let Some(rows) = rows.get_mut(usize::from(*kind)) {
                    *rows += 1;
                }
            }
            let answers = alike.answers(term, needs, context)?;
            return Ok(rows.iter().zip(answers).filter(|(_, holds)| *holds).map(|(rows, _)| rows).sum());
        }
        let stretches = self.evaluate(std::slice::from_ref(term), needs, context, |_, answers| match answers {
            [values] => Ok(truths(values)?.num_trues() as i64),
            _ => Ok(0),
        })?;
        Ok(stretches.into_iter().sum())
    }
}

/// A column that is read.
enum AskedColumn<'g> {
    Values(&'g Column),
    Truths(&'g Scalars<bool>),
}

impl AskedColumn<'_> {
    /// How many values there are at most, nothing being one.
    fn values(&self) -> usize {
        1 + match self {
            AskedColumn::Values(values) => values.codes(),
            AskedColumn::Truths(truths) => truths.codes(),
        }
    }

    /// Moves each row's place among all combinations one column further.
    fn place(&self, rows: Range<usize>, places: &mut [u32]) {
        let values = self.values() as u32;
        let mut places = places.iter_mut();
        // Below `MOST`, since a code is less than the number of values.
        let step = |code| {
            if let Some(place) = places.next() {
                *place = *place * values + code;
            }
        };
        match self {
            AskedColumn::Values(values) => values.each_code(rows, step),
            AskedColumn::Truths(truths) => truths.each_code(rows, step),
        }
    }
}

impl AlikeRows<'_> {
    /// Per kind, whether the term is true.
    fn answers(&self, term: &Term, needs: &[&str], context: &RunContext) -> PolarsResult<Vec<bool>> {
        let terms = std::slice::from_ref(term);
        let answers = self.grid.answers(terms, needs, self.first.iter().copied(), context)?;
        match answers.as_slice() {
            [values] => Ok(truths(values)?.iter().map(|holds| holds == Some(true)).collect()),
            _ => Ok(Vec::new()),
        }
    }

    /// The rows (ascending) for which the term is true.
    pub(super) fn rows_where(&self, term: &Term, needs: &[&str], context: &RunContext) -> Vec<usize> {
        // As in `Grid::rows_where`: the gate typed it, and stopping is right.
        let answers = self
            .answers(term, needs, context)
            .unwrap_or_else(|error| panic!("polars refused an expression that the gate had typed: {error}"));
        let holds = |(_, kind): &(usize, &u16)| answers.get(usize::from(**kind)) == Some(&true);
        self.kinds.iter().enumerate().filter(holds).map(|(row, _)| row).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::definition::Roster;
    use crate::language::{Type, Vocabulary, check};
    use crate::model::Texts;
    use crate::model::values::MetValues;

    /// Columns of few and of many values, with nothing here and there.
    fn grid(height: usize) -> Grid {
        let lacks = |row: usize, n: usize| row.is_multiple_of(n);
        let code = |row: usize| (!lacks(row, 7)).then(|| ["正式", "备选", "其他"][row * 31 % 3]);
        let score = |row: usize| (!lacks(row, 5)).then_some((row * 17 % 40) as f64);
        let people = |row: usize| (!lacks(row, 11)).then_some((row * 13 % 9) as i64);
        // Put together as the tables of returns are: each value once.
        let (mut scores, mut counts) = (Scalars::default(), Scalars::default());
        scores.append(&(0..height).map(score).collect(), &mut MetValues::default());
        counts.append(&(0..height).map(people).collect(), &mut MetValues::default());
        let columns = vec![
            Column::Text((0..height).map(code).collect::<Texts>()),
            Column::Number(scores),
            Column::Integer(counts),
            Column::Text((0..height).map(|row| Some(row.to_string())).collect()),
        ];
        let names = ["类别", "得分", "人数", "名称"].map(str::to_owned).to_vec();
        let truths = (0..height).map(|row| row % 4 != 1);
        Grid::new(names, columns, height, &Roster::default()).with_truths("#accepted", truths)
    }

    #[test]
    fn what_is_asked_of_kinds_is_what_is_asked_of_all_rows() {
        let vocabulary = Vocabulary {
            columns: [("类别", Type::Text), ("得分", Type::Number), ("人数", Type::Integer), ("名称", Type::Text)]
                .map(|(name, ty)| (name.to_owned(), ty))
                .into(),
            ..Vocabulary::default()
        };
        let context = RunContext::default();
        let accepted = Term::Column("#accepted".to_owned());
        for height in [0, 3, 100, 5_000] {
            let (grid, mut of_kinds) = (grid(height), 0);
            for text in [
                "类别 = '正式'",
                "得分 >= 20",
                "类别 = '备选' AND 得分 < 9.5",
                "类别 IS NULL OR 人数 > 得分",
                "NOT (人数 IN (1, 2, 3))",
                "名称 = '17'",
                "1 = 1",
            ] {
                let checked =
                    check(text, &vocabulary, Some(Type::Boolean)).unwrap_or_else(|error| panic!("{text}: {error:?}"));
                let mut needs: Vec<&str> = checked.columns().iter().map(String::as_str).collect();
                for term in [checked.node().clone(), checked.node().clone().and(accepted.clone())] {
                    let one = std::slice::from_ref(&term);
                    let all = grid.evaluate(one, &needs, &context, |first, answers| {
                        let truths = truths(&answers[0])?;
                        let holds = truths.iter().enumerate().filter(|(_, holds)| *holds == Some(true));
                        Ok(holds.map(|(row, _)| first + row).collect::<Vec<usize>>())
                    });
                    let rows = all.expect("it fits").concat();
                    assert_eq!(
                        grid.rows_where(&[(term.clone(), needs.clone())], &context),
                        std::slice::from_ref(&rows),
                        "{text}"
                    );
                    let mask = grid.truths(&term, &needs, &context).expect("it fits");
                    assert!((0..height).all(|row| mask[row] == rows.binary_search(&row).is_ok()), "{text}");
                    assert_eq!(grid.count_true(&term, &needs, &context).expect("it fits"), rows.len() as i64, "{text}");
                    of_kinds += usize::from(grid.alike(&needs).is_some());
                    needs.push("#accepted");
                }
            }
            assert_eq!(
                of_kinds,
                if height == 5_000 { 10 } else { of_kinds },
                "names and many combinations are asked one by one"
            );
        }
    }
}
