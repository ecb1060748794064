//! A raw sheet, or a part of it, with its rows indexed: which rows are occupied, what stands at an address, which merge
//! covers it.
//!
//! A view may be *turned*: its rows are the sheet's columns, for forms that are filled in across. Whoever reads a view
//! need not know; addresses that leave the stage are turned back by [`View::physical`].

use super::asked::{Asked, AskedTexts, AskedWords};
use super::meter::Meter;
use crate::model::cell::{CellRef, ERROR_WORDS, RawCell, RawValue};
use crate::model::workbook::{Merge, RawSheet};
use std::borrow::Cow;

/// One occupied row: its number and its cells' range.
#[derive(Debug, Clone, Copy)]
pub struct OccupiedRow {
    pub row: u32,
    from: usize,
    to: usize,
}

/// A sheet by rows.
pub struct View<'a> {
    pub sheet: &'a RawSheet,
    pub index: u16,
    /// Occupied rows, top to bottom.
    pub rows: Vec<OccupiedRow>,
    /// First and last column of this part; all columns for a whole sheet.
    pub cols: (u16, u16),
    /// Its rows are not the sheet's: rows and columns are exchanged, or its cells were taken from a card.
    pub turned: bool,
    /// Of a card: where each of its cells stands on the sheet.
    placed: Option<Placed>,
    /// What the file may cost.
    pub meter: &'a Meter,
    /// The words of the run, where texts are asked by them.
    words: Option<&'a dyn AskedWords>,
    cells: Cow<'a, [RawCell]>,
    merges: Merges,
    asked: AskedTexts,
}

impl<'a> View<'a> {
    #[cfg(test)]
    pub fn new(sheet: &'a RawSheet, index: u16) -> View<'a> {
        View::metered(sheet, index, &super::meter::UNLIMITED, None)
    }

    pub fn metered(sheet: &'a RawSheet, index: u16, meter: &'a Meter, words: Option<&'a dyn AskedWords>) -> View<'a> {
        let (cells, merges) = (Cow::Borrowed(sheet.cells.as_slice()), Merges::of(sheet.merges.clone()));
        View {
            sheet,
            index,
            rows: rows(&cells),
            cols: (0, u16::MAX),
            turned: false,
            placed: None,
            meter,
            words,
            cells,
            merges,
            asked: AskedTexts::new(),
        }
    }

    /// Cells of the sheet laid out as a table, line by line from the `first` row on: each line with a cell a column, or none.
    pub fn laid_out(&self, first: u32, lines: &[Vec<Option<RawCell>>]) -> View<'a> {
        let at = |line: usize, col: usize| CellRef { row: first + line as u32, col: col as u16 };
        let mut cells = Vec::new();
        for (line, row) in lines.iter().enumerate() {
            let here = row.iter().enumerate().filter_map(|(col, cell)| Some((at(line, col), (*cell)?)));
            cells.extend(here.map(|(at, cell)| RawCell { at, value: cell.value }));
        }
        let places = lines.iter().map(|row| row.iter().map(|cell| cell.map(|cell| cell.at)).collect()).collect();
        View {
            sheet: self.sheet,
            index: self.index,
            rows: rows(&cells),
            cols: (0, u16::MAX),
            turned: true,
            placed: Some(Placed { first, places }),
            meter: self.meter,
            words: self.words,
            cells: Cow::Owned(cells),
            merges: Merges::of(Vec::new()),
            asked: AskedTexts::new(),
        }
    }

    /// The cells that `keep` keeps, as a view of their own over these columns.
    pub fn part(&self, cols: (u16, u16), keep: impl Fn(CellRef) -> bool) -> View<'a> {
        let cells: Vec<RawCell> = self.cells.iter().copied().filter(|cell| keep(cell.at)).collect();
        let merges = Merges::of(self.merges.sorted.iter().copied().filter(|merge| keep(merge.first)).collect());
        View {
            sheet: self.sheet,
            index: self.index,
            rows: rows(&cells),
            cols,
            turned: self.turned,
            placed: self.placed.clone(),
            meter: self.meter,
            words: self.words,
            cells: Cow::Owned(cells),
            merges,
            asked: AskedTexts::new(),
        }
    }

    /// The same cells with rows and columns exchanged; `None` where rows are too many to be columns.
    pub fn turn(&self) -> Option<View<'a>> {
        let turn = |at: CellRef| Some(CellRef { row: u32::from(at.col), col: u16::try_from(at.row).ok()? });
        let cell = |cell: &RawCell| Some(RawCell { at: turn(cell.at)?, value: cell.value });
        let mut cells: Vec<RawCell> = self.cells.iter().map(cell).collect::<Option<_>>()?;
        cells.sort_by_key(|cell| cell.at);
        let merge = |merge: &Merge| Some(Merge { first: turn(merge.first)?, last: turn(merge.last)? });
        let merges = Merges::of(self.merges.sorted.iter().filter_map(merge).collect());
        Some(View {
            sheet: self.sheet,
            index: self.index,
            rows: rows(&cells),
            cols: (0, u16::MAX),
            turned: !self.turned,
            placed: None,
            meter: self.meter,
            words: self.words,
            cells: Cow::Owned(cells),
            merges,
            asked: AskedTexts::new(),
        })
    }

    /// Where an address of this view stands on the sheet.
    pub fn physical(&self, at: CellRef) -> CellRef {
        if let Some(placed) = &self.placed {
            return placed.at(at).unwrap_or(at);
        }
        // A turned view was made of addresses that fit both ways.
        if self.turned { CellRef { row: u32::from(at.col), col: at.row as u16 } } else { at }
    }

    /// Where the record of a line of a card stands: its first row on the sheet. `None` for a view of any other kind.
    pub fn card_row(&self, line: u32) -> Option<u32> {
        let placed = self.placed.as_ref()?;
        let line = placed.places.get(line.checked_sub(placed.first)? as usize)?;
        line.iter().flatten().map(|at| at.row).min()
    }

    /// Whether it was laid out from a card.
    pub fn is_card(&self) -> bool {
        self.placed.is_some()
    }

    /// Number of cells.
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// Whether anything is merged.
    pub fn has_merges(&self) -> bool {
        !self.merges.sorted.is_empty()
    }

    /// The merges that cover anything between two rows.
    pub fn merges_between(&self, first: u32, last: u32) -> impl Iterator<Item = &Merge> {
        let above = self.merges.sorted.iter().take_while(move |merge| merge.first.row <= last);
        above.filter(move |merge| merge.last.row >= first)
    }

    /// Whether a merge covers anything in a row or below it.
    pub fn has_merges_from(&self, row: u32) -> bool {
        self.merges.reach.last().is_some_and(|reach| *reach >= row)
    }

    /// Cells of the `i`-th occupied row, left to right.
    #[inline]
    pub fn cells(&self, i: usize) -> &[RawCell] {
        self.rows.get(i).and_then(|row| self.cells.get(row.from..row.to)).unwrap_or(&[])
    }

    /// The cells of some columns (ascending) in the `i`-th occupied row.
    pub fn cells_of<'s>(&'s self, i: usize, cols: &'s [u16]) -> impl Iterator<Item = &'s RawCell> {
        let cells = self.cells(i);
        let first = cells.first().map_or(0, |cell| cell.at.col);
        cols.iter().filter_map(move |col| {
            // In a row without gaps a cell stands as far from the first as its column does.
            let near = col.checked_sub(first).and_then(|away| cells.get(usize::from(away)));
            let searched = || cells.get(cells.binary_search_by_key(col, |cell| cell.at.col).ok()?);
            near.filter(|cell| cell.at.col == *col).or_else(searched)
        })
    }

    /// Cells of the `i`-th occupied row that say anything (blank texts do not).
    pub fn telling(&self, i: usize) -> impl Iterator<Item = &RawCell> + '_ {
        self.cells(i).iter().filter(|cell| !self.is_blank(cell.value))
    }

    #[inline]
    pub fn is_blank(&self, value: RawValue) -> bool {
        let RawValue::Text { start, len } = value else { return false };
        // White space and what nobody sees begin with none of these bytes, and most texts with one.
        let first = self.sheet.arena.as_bytes().get(start as usize).filter(|_| len > 0);
        !matches!(first, Some(0x21..=0x7e | 0xe4..=0xe9)) && self.is_blank_text(value)
    }

    fn is_blank_text(&self, value: RawValue) -> bool {
        self.sheet.text(value).chars().all(|c| c.is_whitespace() || crate::text::width::is_invisible(c))
    }

    /// Whether a text of the sheet is so, by `answer`, which looks at nothing but the text and the words of the run: each
    /// is asked once. Of what is no text nothing is so.
    #[inline]
    pub fn is(&self, asked: Asked, value: RawValue, answer: impl FnOnce(&str) -> bool) -> bool {
        let plainly_not = || self.words.map_or(0, |words| words.plainly_not(self.sheet.text(value)));
        self.asked.is(asked, value, plainly_not, || answer(self.sheet.text(value)))
    }

    /// The merge that covers an address, if any.
    pub fn merge_over(&self, at: CellRef) -> Option<Merge> {
        self.merges.over(at)
    }

    /// The value at an address.
    pub fn value(&self, at: CellRef) -> Option<RawValue> {
        let i = self.cells.binary_search_by_key(&at, |cell| cell.at).ok()?;
        self.cells.get(i).map(|cell| cell.value)
    }

    /// A value as an officer sees it on screen.
    pub fn words(&self, value: RawValue) -> Cow<'a, str> {
        value_words(self.sheet, value)
    }
}

/// Where the cells of a view that was laid out stand on the sheet.
#[derive(Clone)]
struct Placed {
    /// The view's row of the first line.
    first: u32,
    /// Line by line, a cell a column.
    places: Vec<Vec<Option<CellRef>>>,
}

impl Placed {
    /// A cell's own place; of an empty one that of the label over it.
    fn at(&self, at: CellRef) -> Option<CellRef> {
        let line = at.row.checked_sub(self.first)? as usize;
        let of = |line: usize| *self.places.get(line)?.get(usize::from(at.col))?;
        of(line).or_else(|| of(0))
    }
}

/// A value of a sheet as an officer sees it on screen.
pub fn value_words(sheet: &RawSheet, value: RawValue) -> Cow<'_, str> {
    match value {
        RawValue::Text { .. } => Cow::Borrowed(sheet.text(value)),
        RawValue::Number(number) => Cow::Owned(crate::text::numbers::show(number)),
        RawValue::Percent(share) => Cow::Owned(crate::text::numbers::percent(share)),
        RawValue::Boolean(yes) => Cow::Borrowed(if yes { "TRUE" } else { "FALSE" }),
        RawValue::DateSerial(serial) => Cow::Owned(match crate::text::dates::from_serial(serial) {
            Some(day) => crate::text::dates::show_day(day),
            None => crate::text::numbers::show(serial),
        }),
        RawValue::Error(kind) => Cow::Borrowed(ERROR_WORDS.get(usize::from(kind)).copied().unwrap_or("#ERROR!")),
        RawValue::Unreadable(doubt) => Cow::Borrowed(doubt.words()),
    }
}

/// Merges by their first row. A sheet may have as many as it has rows, and every blank cell asks for its own.
struct Merges {
    sorted: Vec<Merge>,
    /// The last row that any merge up to here covers.
    reach: Vec<u32>,
}

impl Merges {
    fn of(mut merges: Vec<Merge>) -> Merges {
        merges.sort_by_key(|merge| (merge.first, merge.last));
        let reach = merges.iter().scan(0, |far, merge| {
            *far = merge.last.row.max(*far);
            Some(*far)
        });
        Merges { reach: reach.collect(), sorted: merges }
    }

    fn over(&self, at: CellRef) -> Option<Merge> {
        if self.reach.last().is_none_or(|reach| *reach < at.row) {
            return None;
        }
        let above = self.sorted.partition_point(|merge| merge.first.row <= at.row);
        // Cut before they are zipped: taking from a zip's end walks over all that is left out.
        let (merges, reach) = (self.sorted.get(..above)?, self.reach.get(..above)?);
        let candidates = merges.iter().zip(reach).rev();
        candidates
            .take_while(|(_, reach)| **reach >= at.row)
            .map(|(merge, _)| *merge)
            .find(|merge| merge.last.row >= at.row && (merge.first.col..=merge.last.col).contains(&at.col))
    }
}

fn rows(cells: &[RawCell]) -> Vec<OccupiedRow> {
    let mut rows: Vec<OccupiedRow> = Vec::new();
    let (mut from, mut len) = (0, 0);
    while let Some(first) = cells.get(from) {
        let row = first.at.row;
        let is_here = |at: usize| cells.get(at).is_some_and(|cell| cell.at.row == row);
        // Cells stand in order, and a row mostly has as many as the one above it.
        let mut to = if len > 0 && is_here(from + len - 1) { from + len } else { from + 1 };
        while is_here(to) {
            to += 1;
        }
        rows.push(OccupiedRow { row, from, to });
        (from, len) = (to, to - from);
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_merge_over_a_cell_is_found_among_many() {
        let at = |row: u32, col: u16| CellRef { row, col };
        let merge = |top, left, bottom, right| Merge { first: at(top, left), last: at(bottom, right) };
        let mut all = vec![merge(0, 0, 900, 0), merge(2, 1, 2, 3)];
        all.extend((3..1_000).map(|row| merge(row, 4, row, 5)));
        let merges = Merges::of(all.clone());
        for (row, col) in [(0, 0), (450, 0), (901, 0), (2, 2), (3, 2), (700, 5), (700, 6), (999, 4), (1_000, 4)] {
            let holds =
                |m: &Merge| (m.first.row..=m.last.row).contains(&row) && (m.first.col..=m.last.col).contains(&col);
            assert_eq!(merges.over(at(row, col)), all.iter().copied().find(holds), "{row} {col}");
        }
    }
}
