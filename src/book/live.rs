//! Which figures of a table can be formulas over others of it: totals of their column, proportions and differences of two
//! columns. A formula is written only where it comes to the very figure in every row, so that what is live is also right.

use super::excel::letters;
use crate::model::stat_table::StatTable;
use crate::model::statistic::{RowKind, StatCell, StatRow};

/// A difference of fewer rows may be chance.
const ROWS: usize = 3;
/// A longer number is text, which no formula can add.
const LARGEST: i64 = 999_999_999_999_999;

/// By column, what its cells may be computed from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveColumns {
    totals: Vec<bool>,
    pairs: Vec<Option<Pair>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pair {
    Quotient(usize, usize),
    Difference(usize, usize),
    /// By which part of the second the first is more; only in rows where that is the figure.
    Growth(usize, usize),
}

/// Where the cells of a formula stand: rows 0-based, columns of the sheet by those of the table.
#[derive(Debug, Clone, Copy)]
pub struct LivePlaces<'a> {
    pub row: u32,
    /// First and last row of the body, where it is in one piece.
    pub body: Option<(u32, u32)>,
    pub columns: &'a [u16],
}

fn whole(cell: Option<&StatCell>) -> Option<i64> {
    match cell {
        Some(StatCell::Integer(value)) if (-LARGEST..=LARGEST).contains(value) => Some(*value),
        _ => None,
    }
}

impl LiveColumns {
    pub fn of(table: &StatTable) -> LiveColumns {
        let columns = table.label_columns..table.headings.len();
        let of = |column| if columns.contains(&column) { pair(table, column) } else { None };
        LiveColumns {
            totals: (0..table.headings.len())
                .map(|column| columns.contains(&column) && adds_up(table, column))
                .collect(),
            pairs: (0..table.headings.len()).map(of).collect(),
        }
    }

    /// The formula of a figure; `None` where it is none of others.
    pub fn formula(&self, of: &StatRow, cell: &StatCell, column: usize, at: LivePlaces<'_>) -> Option<String> {
        let kind = of.kind;
        let letter = |column: usize| at.columns.get(column).map(|column| letters(usize::from(*column)));
        let row = at.row + 1;
        match (self.pairs.get(column).copied().flatten(), cell) {
            (Some(Pair::Quotient(num, den)), StatCell::Ratio { den: 1.., .. }) => {
                return Some(format!("={}{row}/{}{row}", letter(num)?, letter(den)?));
            }
            (Some(Pair::Growth(now, before)), StatCell::Ratio { num, den })
                if has_grown(of, (now, before), (*num, *den)) =>
            {
                return Some(format!("={0}{row}/{1}{row}-1", letter(now)?, letter(before)?));
            }
            (Some(Pair::Difference(from, less)), StatCell::Integer(_)) if kind != RowKind::Total => {
                return Some(format!("={}{row}-{}{row}", letter(from)?, letter(less)?));
            }
            _ => {}
        }
        let (first, last) = at.body?;
        let sums = kind == RowKind::Total && self.totals.get(column).copied().unwrap_or(false);
        let letter = letter(column)?;
        sums.then(|| format!("=SUM({letter}{}:{letter}{})", first + 1, last + 1))
    }
}

/// Whether a figure is by which part of the second the first of two whole numbers is more.
fn has_grown(row: &StatRow, (now, before): (usize, usize), (num, den): (i64, i64)) -> bool {
    let both = whole(row.cells.get(now)).zip(whole(row.cells.get(before)));
    den > 0 && both.is_some_and(|(now, before)| before == den && now.checked_sub(before) == Some(num))
}

/// Whether the one total is the sum of the whole numbers above it; words among them add nothing.
fn adds_up(table: &StatTable, column: usize) -> bool {
    let rows = table.rows.all();
    let of = |kind| rows.iter().filter(move |row| row.kind == kind);
    let mut totals = of(RowKind::Total);
    let (Some(total), None) = (totals.next(), totals.next()) else { return false };
    let Some(stated) = whole(total.cells.get(column)) else { return false };
    let mut sum = Some(0i64);
    let mut parts = 0;
    for row in of(RowKind::Body) {
        match row.cells.get(column) {
            Some(cell @ StatCell::Integer(_)) => {
                sum = sum.zip(whole(Some(cell))).and_then(|(sum, value)| sum.checked_add(value));
                parts += 1;
            }
            Some(StatCell::Number(_) | StatCell::Ratio { .. } | StatCell::Points(_)) => return false,
            Some(StatCell::Date(_) | StatCell::Month(_)) => return false,
            _ => {}
        }
    }
    parts > 1 && sum == Some(stated)
}

/// The two columns that a column is computed of in every row, the nearest first.
fn pair(table: &StatTable, column: usize) -> Option<Pair> {
    let mut others: Vec<usize> = (table.label_columns..table.headings.len()).filter(|other| *other != column).collect();
    others.sort_by_key(|other| other.abs_diff(column));
    let pairs = || others.iter().flat_map(|a| others.iter().map(move |b| (*a, *b))).filter(|(a, b)| a != b);
    let rows = table.rows.all();
    let rows = || rows.iter().filter(|row| row.kind != RowKind::Subtotal);
    let shares = || {
        rows().filter_map(|row| match row.cells.get(column) {
            Some(StatCell::Ratio { num, den: den @ 1.. }) => Some((row, *num, *den)),
            _ => None,
        })
    };
    if shares().count() > 1 {
        let holds = |(a, b): &(usize, usize)| {
            shares()
                .all(|(row, num, den)| whole(row.cells.get(*a)) == Some(num) && whole(row.cells.get(*b)) == Some(den))
        };
        let whole = pairs().find(holds).map(|(a, b)| Pair::Quotient(a, b));
        // Where two periods are compared over the units that are whole in both, other rows compare fewer.
        let grown =
            |pair: &(usize, usize)| shares().filter(|(row, num, den)| has_grown(row, *pair, (*num, *den))).count();
        return whole.or_else(|| pairs().find(|pair| grown(pair) >= ROWS).map(|(a, b)| Pair::Growth(a, b)));
    }
    let whole_numbers = || rows().filter_map(|row| Some((row, whole(row.cells.get(column))?)));
    let telling = whole_numbers().filter(|(_, value)| *value != 0).count();
    // A sum is told from a difference by nothing: only what falls somewhere is a change.
    if telling < ROWS || !whole_numbers().any(|(_, value)| value < 0) {
        return None;
    }
    let holds = |(a, b): &(usize, usize)| {
        whole_numbers().all(|(row, value)| {
            let both = whole(row.cells.get(*a)).zip(whole(row.cells.get(*b)));
            both.and_then(|(a, b)| a.checked_sub(b)) == Some(value)
        })
    };
    pairs().find(holds).map(|(a, b)| Pair::Difference(a, b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::stat_table::Heading;
    use crate::model::statistic::StatRow;

    fn table(rows: &[(RowKind, &[StatCell])]) -> StatTable {
        let width = rows[0].1.len();
        StatTable {
            id: String::new(),
            sheet: String::new(),
            title: String::new(),
            caption: String::new(),
            headings: vec![Heading { parents: Vec::new(), name: "栏".to_owned() }; width],
            rows: rows.iter().map(|(kind, cells)| StatRow::new(*kind, cells.to_vec())).collect::<Vec<_>>().into(),
            notes: Vec::new(),
            withheld: 0,
            label_columns: 1,
            private_columns: Vec::new(),
            definitions: Vec::new(),
            landscape: false,
            parts: Vec::new(),
            bounds: Vec::new(),
        }
    }

    #[test]
    fn only_what_comes_to_the_very_figure_is_live() {
        use StatCell::*;
        let row = |part: i64, whole: i64, before: i64| {
            [
                Empty,
                Integer(part),
                Integer(whole),
                Ratio { num: part, den: whole },
                Integer(before),
                Integer(part - before),
            ]
        };
        let rows = [row(3, 4, 5), row(2, 7, 1), row(6, 9, 2)];
        let silent = [Empty, NotReported, NotReported, NotApplicable, NotReported, NotApplicable];
        let mut all: Vec<(RowKind, &[StatCell])> = rows.iter().map(|row| (RowKind::Body, &row[..])).collect();
        all.push((RowKind::Body, &silent));
        let total = row(11, 20, 8);
        all.push((RowKind::Total, &total));
        let table_of = table(&all);
        let live = LiveColumns::of(&table_of);
        let columns = [0, 1, 2, 3, 4, 5];
        let at = |row| LivePlaces { row, body: Some((4, 7)), columns: &columns };
        let formula = |nth: usize, column: usize, row| {
            let line = &table_of.rows.all()[nth];
            live.formula(line, &line.cells[column], column, at(row))
        };
        assert_eq!(formula(0, 3, 4).as_deref(), Some("=B5/C5"));
        assert_eq!(formula(0, 5, 4).as_deref(), Some("=B5-E5"));
        assert_eq!(formula(4, 1, 8).as_deref(), Some("=SUM(B5:B8)"));
        assert_eq!(formula(4, 3, 8).as_deref(), Some("=B9/C9"));
        assert_eq!(formula(0, 1, 4), None, "what was counted is a number");
        assert_eq!(formula(3, 3, 7), None, "a state is no figure");
        // A total that counts something once that stands in several rows is no sum.
        let other = row(10, 20, 8);
        *all.last_mut().unwrap() = (RowKind::Total, &other);
        let table_of = table(&all);
        let (live, line) = (LiveColumns::of(&table_of), &table_of.rows.all()[4]);
        assert_eq!(live.formula(line, &other[1], 1, at(8)), None);
        assert!(live.formula(line, &other[2], 2, at(8)).is_some());
    }

    #[test]
    fn growth_is_live_where_the_row_compares_what_it_shows() {
        use StatCell::*;
        let row =
            |now: i64, before: i64, num: i64, den: i64| [Empty, Integer(now), Integer(before), Ratio { num, den }];
        let rows = [row(12, 10, 2, 10), row(5, 10, -5, 10), row(9, 9, 0, 9), row(30, 40, -7, 36)];
        let all: Vec<(RowKind, &[StatCell])> = rows.iter().map(|row| (RowKind::Body, &row[..])).collect();
        let table_of = table(&all);
        let live = LiveColumns::of(&table_of);
        let at = LivePlaces { row: 4, body: Some((4, 7)), columns: &[0, 1, 2, 3] };
        let formula = |nth: usize| live.formula(&table_of.rows.all()[nth], &table_of.rows.all()[nth].cells[3], 3, at);
        assert_eq!(formula(1).as_deref(), Some("=B5/C5-1"));
        assert_eq!(formula(3), None, "over fewer units than the row shows");
    }
}
