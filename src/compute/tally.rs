//! Counting into groups and columns, and the proof that the total, found by another way, equals its parts.

use super::axis::{Members, TablePlaces};
use super::lines::Lines;
use std::ops::AddAssign;

/// What can be added up and held against a total.
pub trait Amount: Copy + Default + AddAssign + std::fmt::Display {
    /// So many times this amount, as whole numbers of rows are counted.
    fn times(self, count: usize) -> Self;
    /// Whether two ways of adding up agree.
    fn agrees(self, other: Self) -> bool;
    fn minus(self, other: Self) -> Self;
    fn is_nothing(self) -> bool;
}

impl Amount for i64 {
    fn times(self, count: usize) -> i64 {
        self * count as i64
    }

    fn agrees(self, other: i64) -> bool {
        self == other
    }

    fn minus(self, other: i64) -> i64 {
        self - other
    }

    fn is_nothing(self) -> bool {
        self == 0
    }
}

impl Amount for f64 {
    fn times(self, count: usize) -> f64 {
        self * count as f64
    }

    // Sums of decimals depend on their order in the last digits only.
    fn agrees(self, other: f64) -> bool {
        (self - other).abs() <= 1e-9 * self.abs().max(other.abs()).max(1.0)
    }

    fn minus(self, other: f64) -> f64 {
        self - other
    }

    fn is_nothing(self) -> bool {
        self == 0.0
    }
}

/// Amounts by group and column. The last group is the one left over.
#[derive(Debug, Clone, PartialEq)]
pub struct Tally<T> {
    /// `[group][column]`.
    pub parts: Lines<T>,
    /// Per column, over all rows, each once.
    pub total: Vec<T>,
    /// What rows in several groups add to the parts beyond the total, per column.
    overlap: Vec<T>,
}

impl<T: Amount> Tally<T> {
    /// Adds up `weight` of every row.
    pub fn new(places: &TablePlaces, weight: impl Fn(usize) -> T) -> Tally<T> {
        let TablePlaces { members, groups, slots, width, rows } = places;
        let mut parts = Lines::made(*groups, *width, |_, _| T::default());
        let mut total = vec![T::default(); *width];
        let mut overlap = vec![T::default(); *width];
        let slot = |row: usize| slots.as_ref().map_or(0, |slots| slots[row] as usize);
        match members {
            Members::One(groups) => {
                for (row, group) in groups.iter().enumerate() {
                    parts[*group as usize][slot(row)] += weight(row);
                }
            }
            Members::Several(groups) => {
                let mut times = vec![0_usize; *rows];
                for (part, rows) in parts.iter_mut().zip(groups) {
                    for row in rows.iter().map(|row| *row as usize) {
                        part[slot(row)] += weight(row);
                        times[row] += 1;
                    }
                }
                for (row, times) in times.iter().enumerate() {
                    overlap[slot(row)] += weight(row).times(times.saturating_sub(1));
                }
            }
        }
        for row in 0..*rows {
            total[slot(row)] += weight(row);
        }
        Tally { parts, total, overlap }
    }

    /// Nothing at all in so many groups, that of what is left over included.
    pub fn nothing(groups: usize, width: usize) -> Tally<T> {
        let line = vec![T::default(); width];
        Tally { parts: Lines::made(groups, width, |_, _| T::default()), total: line.clone(), overlap: line }
    }

    /// An amount a unit (a number of the roster, seats), in the one column there is.
    pub fn of_units(groups: usize, amounts: impl Iterator<Item = (Option<usize>, T)>) -> Tally<T> {
        let mut parts = Lines::made(groups + 1, 1, |_, _| T::default());
        let mut total = T::default();
        for (group, amount) in amounts {
            parts[group.unwrap_or(groups)][0] += amount;
            total += amount;
        }
        Tally { parts, total: vec![total], overlap: vec![T::default()] }
    }

    /// Both together, column by column; of the same groups and columns.
    pub fn plus(mut self, other: &Tally<T>) -> Tally<T> {
        let add = |line: &mut [T], other: &[T]| line.iter_mut().zip(other).for_each(|(a, b)| *a += *b);
        self.parts.iter_mut().zip(other.parts.iter()).for_each(|(line, other)| add(line, other));
        add(&mut self.total, &other.total);
        add(&mut self.overlap, &other.overlap);
        self
    }

    /// Appends a column that holds each row's sum over all columns.
    pub fn with_sum(mut self) -> Tally<T> {
        let all = |line: &[T]| {
            let mut sum = T::default();
            line.iter().for_each(|amount| sum += *amount);
            sum
        };
        self.parts = self.parts.with_last(all);
        self.total.push(all(&self.total));
        self.overlap.push(all(&self.overlap));
        self
    }

    /// Whether any row counts more than once among the parts.
    pub fn overlaps(&self) -> bool {
        self.overlap.iter().any(|amount| !amount.is_nothing())
    }

    /// Holds the total against its parts, column by column, and the whole against `independent`, which was found without
    /// groups or columns. To be called before [`Tally::with_sum`].
    ///
    /// # Errors
    /// They differ: a defect that must stop the run.
    pub fn prove(&self, independent: T, what: &str) -> Result<(), String> {
        let mut whole = T::default();
        for (column, total) in self.total.iter().enumerate() {
            let mut sum = T::default();
            self.parts.iter().for_each(|part| sum += part[column]);
            let sum = sum.minus(self.overlap[column]);
            if !sum.agrees(*total) {
                return Err(format!("{what}：各行之和 {sum} 不等于合计 {total}"));
            }
            whole += *total;
        }
        if whole.agrees(independent) {
            return Ok(());
        }
        Err(format!("{what}：合计 {whole} 不等于另行计算的 {independent}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(members: Members, slots: Option<Vec<u16>>, rows: usize) -> TablePlaces {
        let width = if slots.is_some() { 2 } else { 1 };
        TablePlaces { members, groups: 3, slots, width, rows }
    }

    fn overlapping() -> Members {
        // Row 1 lies in both groups, row 3 in none.
        Members::Several(vec![vec![0, 1], vec![1, 2], vec![3]])
    }

    #[test]
    fn parts_less_overlap_make_the_total() {
        let tally = Tally::new(&places(overlapping(), Some(vec![0, 1, 1, 0]), 4), |_| 1_i64);
        assert_eq!(tally.parts.iter().collect::<Vec<_>>(), [[1, 1], [0, 2], [1, 0]]);
        assert_eq!(tally.total, vec![2, 2]);
        assert!(tally.overlaps());
        assert_eq!(tally.prove(4, "甲"), Ok(()));
        assert_eq!(tally.with_sum().total, vec![2, 2, 4]);
    }

    #[test]
    fn rows_of_one_group_each_are_counted_as_lists_of_them_are() {
        let (one, lists) = (Members::One(vec![1, 0, 1, 2]), Members::Several(vec![vec![1], vec![0, 2], vec![3]]));
        for slots in [None, Some(vec![1, 0, 1, 1])] {
            let amount = |row: usize| row as i64 * 10 + 1;
            let tally = Tally::new(&places(one.clone(), slots.clone(), 4), amount);
            assert_eq!(tally, Tally::new(&places(lists.clone(), slots, 4), amount));
            assert_eq!(tally.prove(64, "甲"), Ok(()));
        }
    }

    #[test]
    fn a_lost_row_is_caught() {
        for lost in [Members::Several(vec![vec![0], vec![2], vec![3]]), Members::One(vec![0, 1, 2])] {
            let tally = Tally::new(&places(lost, None, 4), |_| 1_i64);
            assert_eq!(tally.prove(4, "甲"), Err("甲：各行之和 3 不等于合计 4".to_string()));
        }
        let whole = Tally::new(&places(overlapping(), None, 4), |_| 1_i64);
        assert_eq!(whole.prove(5, "甲"), Err("甲：合计 4 不等于另行计算的 5".to_string()));
    }

    #[test]
    fn decimals_agree_but_for_the_last_digits() {
        let tally = Tally::new(&places(Members::One(vec![0; 10]), None, 10), |_| 0.1_f64);
        assert_eq!(tally.prove(1.0, "元"), Ok(()));
        assert!(tally.prove(1.01, "元").is_err());
    }
}
