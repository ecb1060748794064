//! A second reader's opinion on every cell of a sheet: what it lost is ours, and where the two say different things nobody
//! knows which is right.

use super::cells;
use crate::model::cell::{CellDoubt, SeenAs};
use crate::model::{CellRef, RawCell, RawSheet, RawValue};

/// What the other reader says stands in a cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Opinion<'a> {
    Text(&'a str),
    /// A number, whatever its format makes of it.
    Number(f64),
    Boolean(bool),
    Error,
}

/// The place of a cell that stands `row` and `col` from the top left of a range; `None` off the grid.
pub fn place(top: u32, left: u32, row: usize, col: usize) -> Option<CellRef> {
    let row = u32::try_from(row).ok()?.checked_add(top)?;
    let col = u32::try_from(col).ok()?.checked_add(left)?;
    cells::checked(row, col)
}

/// Holds the sheet against the other reader's cells, which come in the order of rows. The sheet is settled.
pub fn hold_against<'a>(sheet: &mut RawSheet, others: impl Iterator<Item = (CellRef, Opinion<'a>)>, is_1904: bool) {
    let mut at = 0;
    let mut disputed: Vec<usize> = Vec::new();
    let mut lost: Vec<CellRef> = Vec::new();
    for (place, opinion) in others {
        while sheet.cells.get(at).is_some_and(|cell| cell.at < place) {
            at += 1;
        }
        match sheet.cells.get(at).filter(|cell| cell.at == place) {
            Some(cell) if agrees(sheet, cell, opinion, is_1904) => {}
            Some(_) => disputed.push(at),
            // Blank text is nothing in both.
            None if matches!(opinion, Opinion::Text("")) => {}
            None => lost.push(place),
        }
    }
    for at in disputed {
        if let Some(cell) = sheet.cells.get_mut(at) {
            cell.value = RawValue::Unreadable(CellDoubt::Disputed);
        }
    }
    for place in lost {
        sheet.push(place, RawValue::Unreadable(CellDoubt::Disputed));
    }
    cells::settle(sheet);
}

fn agrees(sheet: &RawSheet, cell: &RawCell, opinion: Opinion, is_1904: bool) -> bool {
    match (cell.value, opinion) {
        // The other reader knows no runs: it has the whole text.
        (RawValue::Text { .. }, Opinion::Text(text)) => {
            let struck = sheet.sights_at(cell.at).iter().find(|sight| sight.how == SeenAs::PartStruck);
            let whole = struck.map_or_else(|| sheet.text(cell.value), |sight| sheet.sight_text(sight));
            whole == text
        }
        (RawValue::Number(ours) | RawValue::Percent(ours), Opinion::Number(theirs)) => ours == theirs,
        (RawValue::DateSerial(ours), Opinion::Number(theirs)) => {
            ours == theirs || (is_1904 && cells::number(theirs, true, true) == cell.value)
        }
        (RawValue::Boolean(ours), Opinion::Boolean(theirs)) => ours == theirs,
        // Which error it is, is the record's to say.
        (RawValue::Error(_), Opinion::Error) => true,
        // A doubt of ours stands whatever the other says.
        (RawValue::Unreadable(_), _) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_lost_is_taken_and_what_differs_is_doubtful() {
        let at = |row| CellRef { row, col: 0 };
        let mut sheet = RawSheet::default();
        sheet.push(at(0), RawValue::Number(1.0));
        sheet.push(at(1), RawValue::Number(18.0));
        sheet.push_text(at(2), "甲");
        sheet.push(at(4), RawValue::DateSerial(1463.0));
        let others = [
            (at(0), Opinion::Number(1.0)),
            (at(2), Opinion::Text("乙")),
            (at(3), Opinion::Text("丙")),
            (at(4), Opinion::Number(1.0)),
        ];
        hold_against(&mut sheet, others.into_iter(), true);
        let values: Vec<RawValue> = sheet.cells.iter().map(|cell| cell.value).collect();
        let doubt = RawValue::Unreadable(CellDoubt::Disputed);
        assert_eq!(values, [RawValue::Number(1.0), RawValue::Number(18.0), doubt, doubt, RawValue::DateSerial(1463.0)]);
    }
}
