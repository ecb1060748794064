//! The cells of one measure, by group and column.

use crate::compute::lines::Lines;
use crate::compute::tally::Tally;
use crate::model::statistic::{ComparedFigures, FigureDoubt, StatCell};

/// Cells of one measure.
#[derive(Debug, Clone, PartialEq)]
pub struct MeasureCells {
    /// `[group][column]`; the last group is the one left over; with columns by code, the last column is their sum.
    pub parts: Lines<StatCell>,
    pub total: Vec<StatCell>,
    /// Computed from other measures, so that it alone never makes a row worth showing.
    pub derived: bool,
    /// Rows lie in several groups.
    pub overlaps: bool,
    /// Rows that count and say no value, where values are added up.
    pub unfilled: i64,
    pub note: Option<String>,
    /// Doubted cells that the figures are computed from, where there are any.
    pub doubted: Option<DoubtedCells>,
    /// Rows that count and rows that were read, where a unit's rows were sent back in part.
    pub partial: Option<PartialRows>,
    /// What a comparison of like with like covers, in words.
    pub like: Option<String>,
    /// What is compared, where that is less than the whole: now and before, over the units that are whole on both sides.
    pub sides: Option<Box<[MeasureCells; 2]>>,
}

/// Rows that count among the rows that were read: of a rate over five of seven the seven are told.
#[derive(Debug, Clone, PartialEq)]
pub struct PartialRows {
    pub counted: Tally<i64>,
    pub read: Tally<i64>,
}

/// How many cells with an open 核实 each figure of a measure is computed from, and how many of them are held out of it: as
/// [`MeasureCells::parts`] and [`MeasureCells::total`].
#[derive(Debug, Clone, PartialEq)]
pub struct DoubtedCells {
    pub all: Tally<i64>,
    pub held: Tally<i64>,
}

impl MeasureCells {
    pub fn filled(groups: usize, width: usize, cell: StatCell) -> MeasureCells {
        let parts = Lines::made(groups + 1, width, |_, _| cell.clone());
        MeasureCells::derived(parts, vec![cell; width])
    }

    /// The cells of a group; of the total without one.
    pub fn line(&self, group: Option<usize>) -> &[StatCell] {
        group.map_or(Some(&*self.total), |group| self.parts.get(group)).unwrap_or_default()
    }

    /// The two figures that one of its comparisons is between; `None` where nothing is compared.
    pub fn compared(&self, group: Option<usize>, (slot, column): (usize, usize)) -> Option<ComparedFigures> {
        let sides = self.sides.as_ref()?;
        let side = |side: &MeasureCells| {
            let doubt = side.doubt(group, (slot, column), false);
            Some((side.line(group).get(slot)?.clone(), doubt))
        };
        let [now, before] = &**sides;
        Some(ComparedFigures { column, now: side(now)?, before: side(before)? })
    }

    /// What one of its figures rests on, printed as this cell of its row; `None` where nothing is to be said of it. Only
    /// what looks whole though it is not (`marks_parts`: a rate, a mean, a place) is marked for rows that were sent back.
    pub fn doubt(
        &self,
        group: Option<usize>,
        (slot, column): (usize, usize),
        marks_parts: bool,
    ) -> Option<FigureDoubt> {
        let of = |tally: &Tally<i64>| -> u32 {
            let line = group.map_or(Some(&*tally.total), |group| tally.parts.get(group));
            line.and_then(|line| line.get(slot)).map_or(0, |cells| u32::try_from(*cells).unwrap_or(0))
        };
        let (cells, held) = self.doubted.as_ref().map_or((0, 0), |doubted| (of(&doubted.all), of(&doubted.held)));
        let rows = self.partial.as_ref().filter(|_| marks_parts && group.is_some());
        let rows = rows.map(|rows| (of(&rows.counted), of(&rows.read))).filter(|(counted, read)| counted < read);
        let rows = rows.filter(|(counted, _)| *counted > 0);
        (cells > 0 || rows.is_some()).then_some(FigureDoubt { column, cells, held, rows, without: None, with: None })
    }

    /// Rows that count and rows that were read of a group some of whose rows were sent back.
    pub fn part(&self, group: Option<usize>, slot: usize) -> Option<(u32, u32)> {
        self.doubt(group, (slot, 0), true)?.rows
    }

    /// Cells that were computed from those of other measures.
    pub fn derived(parts: Lines<StatCell>, total: Vec<StatCell>) -> MeasureCells {
        MeasureCells {
            parts,
            total,
            derived: true,
            overlaps: false,
            unfilled: 0,
            note: None,
            doubted: None,
            partial: None,
            like: None,
            sides: None,
        }
    }
}

/// Whether a cell says nothing that would make its row or column worth showing.
pub fn is_nothing(cell: &StatCell) -> bool {
    match cell {
        StatCell::Integer(0) | StatCell::NotReported | StatCell::NotApplicable | StatCell::Empty => true,
        StatCell::Ratio { den, .. } => *den == 0,
        StatCell::Number(number) => *number == 0.0,
        _ => false,
    }
}
