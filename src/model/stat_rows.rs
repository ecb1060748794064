//! The rows of a finished table. Those of very many units wait in pieces of bytes: each is asked for a few times, one after
//! the other, and a row that stands ready takes half a kilobyte.

use super::statistic::{ComparedFigures, FigureDoubt, RowKind, StatCell, StatRow};
use super::values::pack::{Packed, Packer};
use std::borrow::Cow;

/// Rows from which on they are put away.
const MANY: usize = 5_000;
/// Rows of one piece.
const PIECE: usize = 256;

/// Either all are ready or all are put away.
#[derive(Debug, Clone, Default)]
pub struct StatRows {
    ready: Vec<StatRow>,
    away: Vec<Box<[u8]>>,
    /// How many are put away.
    waiting: usize,
}

impl StatRows {
    /// Rows that nobody changes any more: very many wait where they take little room, few in just theirs.
    pub fn of(mut rows: Vec<StatRow>) -> StatRows {
        if rows.len() < MANY {
            rows.shrink_to_fit();
            return rows.into();
        }
        let waiting = rows.len();
        let (mut rows, mut away) = (rows.into_iter(), Vec::with_capacity(waiting.div_ceil(PIECE)));
        while rows.len() > 0 {
            away.push(pack(rows.by_ref().take(PIECE)));
        }
        StatRows { ready: Vec::new(), away, waiting }
    }

    pub fn len(&self) -> usize {
        self.ready.len() + self.waiting
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Those of a table that is not very long.
    pub fn ready(&self) -> Option<&[StatRow]> {
        self.away.is_empty().then_some(self.ready.as_slice())
    }

    /// All of them at once.
    pub fn all(&self) -> Cow<'_, [StatRow]> {
        match self.away.as_slice() {
            [] => Cow::Borrowed(&self.ready),
            pieces => Cow::Owned(pieces.iter().flat_map(|piece| unpack(piece)).collect()),
        }
    }

    /// All of them, for somebody who changes some and puts them back.
    pub fn into_all(self) -> Vec<StatRow> {
        match self.all() {
            Cow::Borrowed(_) => self.ready,
            Cow::Owned(rows) => rows,
        }
    }

    /// One after the other.
    pub fn iter(&self) -> impl Iterator<Item = Cow<'_, StatRow>> {
        let away = self.away.iter().flat_map(|piece| unpack(piece));
        self.ready.iter().map(Cow::Borrowed).chain(away.map(Cow::Owned))
    }
}

impl From<Vec<StatRow>> for StatRows {
    fn from(rows: Vec<StatRow>) -> StatRows {
        StatRows { ready: rows, ..StatRows::default() }
    }
}

impl PartialEq for StatRows {
    fn eq(&self, other: &StatRows) -> bool {
        self.len() == other.len() && self.iter().eq(other.iter())
    }
}

fn pack(rows: impl Iterator<Item = StatRow>) -> Box<[u8]> {
    let mut to = Packer::default();
    for StatRow { kind, cells, doubts, compared, line } in rows {
        // A byte before each row, so that the end is known.
        to.kind(1 + kind as u8);
        to.number(cells.len() as u64);
        cells.iter().for_each(|cell| put_cell(&mut to, cell));
        to.number(doubts.len() as u64);
        doubts.iter().for_each(|doubt| put_doubt(&mut to, doubt));
        to.number(compared.len() as u64);
        for ComparedFigures { column, now, before } in &compared {
            to.number(*column as u64);
            for (cell, doubt) in [now, before] {
                put_cell(&mut to, cell);
                option(&mut to, doubt.as_ref(), put_doubt);
            }
        }
        option(&mut to, line.as_ref(), |to, line| to.number(*line as u64));
    }
    to.done()
}

fn unpack(piece: &[u8]) -> Vec<StatRow> {
    let mut from = Packed::new(piece);
    let mut rows = Vec::with_capacity(PIECE);
    while let Some(kind) = from.kind().checked_sub(1).and_then(|kind| RowKind::ALL.get(usize::from(kind))) {
        let cells = several(&mut from, take_cell);
        let doubts = several(&mut from, take_doubt);
        let compared = several(&mut from, |from| {
            let column = from.number() as usize;
            let mut side = || (take_cell(from), maybe(from, take_doubt));
            let now = side();
            ComparedFigures { column, now, before: side() }
        });
        let line = maybe(&mut from, |from| from.number() as usize);
        rows.push(StatRow { kind: *kind, cells, doubts, compared, line });
    }
    rows
}

fn put_cell(to: &mut Packer, cell: &StatCell) {
    to.kind(match cell {
        StatCell::Empty => 0,
        StatCell::NotReported => 1,
        StatCell::Returned => 2,
        StatCell::Unfilled => 3,
        StatCell::Pending => 4,
        StatCell::NotApplicable => 5,
        StatCell::Text(_) => 6,
        StatCell::Alarm(_) => 7,
        StatCell::Integer(_) => 8,
        StatCell::Number(_) => 9,
        StatCell::Ratio { .. } => 10,
        StatCell::Points(_) => 11,
        StatCell::Date(_) => 12,
        StatCell::Month(_) => 13,
    });
    match cell {
        StatCell::Text(words) | StatCell::Alarm(words) => to.text(words),
        StatCell::Integer(number) => to.signed(*number),
        StatCell::Number(number) | StatCell::Points(number) => to.number(number.to_bits()),
        StatCell::Ratio { num, den } => [num, den].into_iter().for_each(|number| to.signed(*number)),
        StatCell::Date(day) | StatCell::Month(day) => to.signed((*day).into()),
        _ => {}
    }
}

fn take_cell(from: &mut Packed<'_>) -> StatCell {
    // What was packed fitted these types.
    match from.kind() {
        1 => StatCell::NotReported,
        2 => StatCell::Returned,
        3 => StatCell::Unfilled,
        4 => StatCell::Pending,
        5 => StatCell::NotApplicable,
        6 => StatCell::Text(from.text().to_owned()),
        7 => StatCell::Alarm(from.text().to_owned()),
        8 => StatCell::Integer(from.signed()),
        9 => StatCell::Number(f64::from_bits(from.number())),
        10 => StatCell::Ratio { num: from.signed(), den: from.signed() },
        11 => StatCell::Points(f64::from_bits(from.number())),
        12 => StatCell::Date(from.signed() as i32),
        13 => StatCell::Month(from.signed() as i32),
        _ => StatCell::Empty,
    }
}

fn put_doubt(to: &mut Packer, doubt: &FigureDoubt) {
    let FigureDoubt { column, cells, held, rows, without, with } = doubt;
    [*column as u64, (*cells).into(), (*held).into()].into_iter().for_each(|number| to.number(number));
    option(to, rows.as_ref(), |to, (counted, read)| {
        to.number((*counted).into());
        to.number((*read).into());
    });
    option(to, without.as_ref(), put_cell);
    option(to, with.as_ref(), put_cell);
}

fn take_doubt(from: &mut Packed<'_>) -> FigureDoubt {
    let [column, cells, held] = std::array::from_fn(|_| from.number());
    FigureDoubt {
        column: column as usize,
        cells: cells as u32,
        held: held as u32,
        rows: maybe(from, |from| (from.number() as u32, from.number() as u32)),
        without: maybe(from, take_cell),
        with: maybe(from, take_cell),
    }
}

fn option<T>(to: &mut Packer, value: Option<&T>, put: impl FnOnce(&mut Packer, &T)) {
    to.kind(value.is_some().into());
    if let Some(value) = value {
        put(to, value);
    }
}

fn maybe<T>(from: &mut Packed<'_>, take: impl FnOnce(&mut Packed<'_>) -> T) -> Option<T> {
    (from.kind() == 1).then(|| take(from))
}

fn several<T>(from: &mut Packed<'_>, mut take: impl FnMut(&mut Packed<'_>) -> T) -> Vec<T> {
    (0..from.number()).map(|_| take(from)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows with every kind of cell, doubt and comparison.
    fn rows(count: usize) -> Vec<StatRow> {
        let cells = |n: i64| {
            vec![
                StatCell::Text(format!("第{n}个单位")),
                StatCell::Alarm("未达标".to_owned()),
                StatCell::Integer(if n == 7 { i64::MIN } else { -n }),
                StatCell::Number(n as f64 / -3.0),
                StatCell::Ratio { num: n, den: 0 },
                StatCell::Points(0.5),
                StatCell::Date(-3),
                StatCell::Month(20_000),
                StatCell::NotReported,
                StatCell::Returned,
                StatCell::Unfilled,
                StatCell::Pending,
                StatCell::NotApplicable,
                StatCell::Empty,
            ]
        };
        let doubt = |n: u32, cell: Option<StatCell>| FigureDoubt {
            column: n as usize,
            cells: n,
            held: u32::MAX,
            rows: n.is_multiple_of(2).then_some((n, 9)),
            without: cell.clone(),
            with: cell.filter(|_| n.is_multiple_of(3)),
        };
        let row = |n: usize| {
            let mut row = StatRow::new(RowKind::ALL[n % RowKind::ALL.len()], cells(n as i64));
            if n.is_multiple_of(5) {
                row.doubts = vec![doubt(n as u32, None), doubt(2, Some(StatCell::Integer(4)))];
                let side = |doubt| (StatCell::Integer(n as i64), doubt);
                row.compared = vec![ComparedFigures { column: 3, now: side(Some(doubt(1, None))), before: side(None) }];
                row.line = Some(n);
            }
            row
        };
        (0..count).map(row).collect()
    }

    #[test]
    fn what_was_put_away_is_as_it_was() {
        for count in [MANY, MANY + PIECE + 1] {
            let ready = rows(count);
            let kept = StatRows::of(ready.clone());
            assert!(kept.ready.is_empty() && kept.len() == count);
            assert!(kept.all() == ready.as_slice() && kept.iter().map(Cow::into_owned).eq(ready.iter().cloned()));
            assert!(kept == StatRows::from(ready.clone()) && kept.ready().is_none());
        }
        let few = StatRows::of(rows(MANY - 1));
        assert!(few.away.is_empty(), "few are asked for as they are");
    }

    #[test]
    fn twice_the_rows_take_at_most_twice_the_room() {
        let room = |count: usize| {
            let kept = StatRows::of(rows(count));
            kept.away.iter().map(|piece| piece.len()).sum::<usize>()
        };
        let (once, twice) = (room(MANY), room(2 * MANY));
        assert!(twice < once * 23 / 10 && once < MANY * 110, "{once} {twice}");
    }
}
