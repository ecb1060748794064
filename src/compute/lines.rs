//! A value for each group and column, in one piece of memory: there may be ten thousand groups, most of one column.

use std::ops::{Index, IndexMut};

/// By line and column, both from 0; every line has as many columns.
#[derive(Debug, Clone, PartialEq)]
pub struct Lines<T> {
    count: usize,
    width: usize,
    cells: Vec<T>,
}

impl<T> Lines<T> {
    /// So many lines of so many columns.
    pub fn made(count: usize, width: usize, mut value: impl FnMut(usize, usize) -> T) -> Lines<T> {
        let cells = (0..count).flat_map(|line| (0..width).map(move |column| (line, column)));
        let mut all = Vec::with_capacity(count * width);
        all.extend(cells.map(|(line, column)| value(line, column)));
        Lines { count, width, cells: all }
    }

    /// How many lines.
    pub fn len(&self) -> usize {
        self.count
    }

    /// A line; `None` behind the last.
    pub fn get(&self, line: usize) -> Option<&[T]> {
        (line < self.count).then(|| &self[line])
    }

    /// One value; `None` where there is no such line or column.
    pub fn at(&self, line: usize, column: usize) -> Option<&T> {
        self.get(line)?.get(column)
    }

    pub fn iter(&self) -> impl Iterator<Item = &[T]> {
        (0..self.count).map(|line| &self[line])
    }

    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut [T]> {
        // Lines without a column hold nothing that could be changed.
        self.cells.chunks_mut(self.width.max(1))
    }

    /// As many lines and columns, each value made of the one here and of its line and column.
    pub fn map<U>(&self, mut value: impl FnMut(usize, usize, &T) -> U) -> Lines<U> {
        Lines::made(self.count, self.width, |line, column| value(line, column, &self[line][column]))
    }

    /// With one column more, made of the others.
    pub fn with_last(&self, value: impl Fn(&[T]) -> T) -> Lines<T>
    where
        T: Clone,
    {
        Lines::made(self.count, self.width + 1, |line, column| {
            self[line].get(column).cloned().unwrap_or_else(|| value(&self[line]))
        })
    }
}

impl<T> Index<usize> for Lines<T> {
    type Output = [T];

    fn index(&self, line: usize) -> &[T] {
        &self.cells[line * self.width..(line + 1) * self.width]
    }
}

impl<T> IndexMut<usize> for Lines<T> {
    fn index_mut(&mut self, line: usize) -> &mut [T] {
        &mut self.cells[line * self.width..(line + 1) * self.width]
    }
}
