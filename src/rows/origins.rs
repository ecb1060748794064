//! Where each row of a form came from, by runs: the rows of one table mostly follow one another.

use crate::model::Origin;

/// The origin of each row, 0-based. A run of rows that follow one another in one table is kept as its first one.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Origins {
    /// By run: its first row here, and where that came from.
    runs: Vec<(u32, Origin)>,
    len: u32,
}

impl Origins {
    /// Number of rows.
    pub fn len(&self) -> usize {
        self.len as usize
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Where a row came from; `None` beyond the last.
    pub fn get(&self, row: usize) -> Option<Origin> {
        // Rows are numbered in 32 bits everywhere.
        let row = u32::try_from(row).ok().filter(|row| *row < self.len)?;
        self.in_run(self.run_of(row)?, row)
    }

    /// Where each of these rows came from, in their order; one that stands in the run of the one before costs nothing.
    pub fn of<'a>(
        &'a self,
        rows: impl Iterator<Item = u32> + Clone + 'a,
    ) -> impl Iterator<Item = Option<Origin>> + Clone + 'a {
        let mut run = 0;
        rows.map(move |row| {
            let end = self.runs.get(run + 1).map_or(self.len, |(first, _)| *first);
            if row >= end || self.runs.get(run)?.0 > row {
                run = self.run_of(row)?;
            }
            self.in_run(run, row).filter(|_| row < self.len)
        })
    }

    fn run_of(&self, row: u32) -> Option<usize> {
        self.runs.partition_point(|(first, _)| *first <= row).checked_sub(1)
    }

    fn in_run(&self, run: usize, row: u32) -> Option<Origin> {
        self.runs.get(run).map(|(first, origin)| after(*origin, row - first))
    }

    /// All in the order of the rows.
    pub fn iter(&self) -> impl Iterator<Item = Origin> + Clone {
        let ends = self.runs.iter().skip(1).map(|(first, _)| *first).chain([self.len]);
        self.runs.iter().zip(ends).flat_map(|((first, origin), end)| (0..end - first).map(move |n| after(*origin, n)))
    }

    /// Adds a row.
    pub fn push(&mut self, origin: Origin) {
        let follows = |(first, of): &(u32, Origin)| after(*of, self.len - first) == origin;
        if !self.runs.last().is_some_and(follows) {
            self.runs.push((self.len, origin));
        }
        self.len += 1;
    }
}

/// The origin of the row that stands so many below.
fn after(origin: Origin, rows: u32) -> Origin {
    Origin { row: origin.row.saturating_add(rows), ..origin }
}

impl Extend<Origin> for Origins {
    fn extend<I: IntoIterator<Item = Origin>>(&mut self, origins: I) {
        origins.into_iter().for_each(|origin| self.push(origin));
    }
}

impl FromIterator<Origin> for Origins {
    fn from_iter<I: IntoIterator<Item = Origin>>(origins: I) -> Origins {
        let mut all = Origins::default();
        all.extend(origins);
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_where_it_was() {
        let origin = |source, sheet, row| Origin { source, sheet, row, cols: Origin::WHOLE };
        let mut all: Vec<Origin> = (0..50).map(|n| origin(3, 1, 5 + n + n / 20)).collect();
        all.extend((0..4).map(|_| origin(3, 1, 9)));
        all.extend((0..3).map(|n| origin(4, 0, 9 + n)));
        all.extend((0..3).map(|n| Origin { cols: (n, n), ..origin(4, 0, 12 + u32::from(n)) }));
        all.extend([origin(5, 0, u32::MAX), origin(5, 0, u32::MAX)]);
        let origins: Origins = all.iter().copied().collect();
        assert!(origins.iter().eq(all.iter().copied()));
        assert!((0..all.len()).all(|row| origins.get(row) == Some(all[row])));
        assert_eq!((origins.get(all.len()), Origins::default().get(0)), (None, None));
        let order = [7, 8, 20, 21, 3, 59, 58, 0, 60];
        assert!(origins.of(order.into_iter()).eq(order.map(|row| origins.get(row as usize))), "in any order");
        assert!(origins.runs.len() < 15, "{:?}", origins.runs);
    }
}
