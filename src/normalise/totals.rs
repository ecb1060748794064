//! 小计 and 合计 rows held against the rows that they add up. Never over an unreadable cell.

use super::asked::Asked;
use super::figures::{column_factor, own_factor, tidy};
use super::found::FoundTable;
use super::row_lexicon::RowLexicon;
use super::rows::SheetTable;
use super::sink::{Say, Sink};
use super::total_words::Total;
use super::view::View;
use crate::definition::plan::ColumnWords;
use crate::definition::{Field, FieldType, Form};
use crate::model::cell::{CellRef, RawValue};
use crate::model::codes::FindingCode;
use crate::model::table::Column;
use crate::model::{FormTable, Severity};
use crate::text::numbers;

/// One column's figures by position in the view, summed from the top, so that a sheet with as many 小计 as rows is
/// checked in one pass.
struct Parts {
    at: Vec<usize>,
    /// Sum of the figures before each part, and how many of those could not be read; one entry more than parts.
    before: Vec<(f64, usize)>,
}

impl Parts {
    fn of(figures: impl Iterator<Item = (usize, Option<f64>)>) -> Parts {
        let mut parts = Parts { at: Vec::new(), before: vec![(0.0, 0)] };
        let (mut sum, mut unread) = (0.0, 0);
        for (at, figure) in figures {
            match figure {
                Some(figure) => sum += figure,
                None => unread += 1,
            }
            parts.at.push(at);
            parts.before.push((sum, unread));
        }
        parts
    }

    /// What adding up decimals may be off by.
    fn noise(&self) -> f64 {
        self.before.last().map_or(0.0, |(sum, _)| sum.abs() * 1e-13).max(1e-6)
    }

    /// Whether there is a part from `from` up to and without `to`.
    fn any(&self, from: usize, to: usize) -> bool {
        self.at.get(self.at.partition_point(|at| *at < from)).is_some_and(|at| *at < to)
    }

    /// Sum over the positions from `from` up to and without `to`; `None` where one of them is unreadable.
    fn sum(&self, from: usize, to: usize) -> Option<f64> {
        let index = |position: usize| self.at.partition_point(|at| *at < position);
        let (first, last) = (self.before.get(index(from))?, self.before.get(index(to).max(index(from)))?);
        (first.1 == last.1).then_some(last.0 - first.0)
    }
}

pub fn check(
    words: &ColumnWords,
    view: &View<'_>,
    form: &Form,
    found: &FoundTable<'_>,
    read: &FormTable,
    sink: &mut Sink,
) {
    let table = &found.table;
    // A 平均 or 累计 adds up no rows that stand here, and parts none from one another.
    let totals: Vec<(usize, Total)> =
        table.rows.totals.iter().copied().filter(|(_, kind)| *kind != Total::Other).collect();
    if totals.is_empty() {
        return;
    }
    let mut column_at = 0;
    for (field, col) in form.fields.iter().zip(&table.header.fit.columns) {
        let column = read.columns.get(column_at);
        column_at += 1 + usize::from(matches!(field.ty, crate::definition::FieldType::Score { .. }));
        let (Some(col), Some(column), true) = (*col, column, field.adds_up()) else { continue };
        let parts = parts(view, &table.rows.data, column, col);
        let heading = table.header.headings.iter().find(|heading| heading.col == col);
        let (factor, _) =
            column_factor(words, &found.cover.measures, heading.map_or("", |heading| &heading.text), field);
        for &(i, kind) in &totals {
            let Some(row) = view.rows.get(i).map(|row| row.row) else { continue };
            let at = CellRef { row, col };
            let Some((said, rounding)) = view.value(at).and_then(|value| figure(words, view, value, factor, field))
            else {
                continue;
            };
            // Whole numbers are counted; what is measured is rounded to the digits that are shown.
            let rounding = if field.ty == FieldType::Integer { 0.0 } else { rounding };
            let sums = plausible(&totals, &parts, i, kind == Total::Part);
            let Some(sums) = sums else { continue };
            if sums.iter().all(|sum| (sum - said).abs() > parts.noise() + rounding) {
                let sum = tidy(sums.first().copied().unwrap_or(0.0));
                let say = Say {
                    code: FindingCode::TotalMismatch,
                    severity: Severity::Verify,
                    found: format!(
                        "“{}”合计填的是 {}，各行相加是 {}",
                        field.name,
                        numbers::show(said),
                        numbers::show(sum)
                    ),
                    expected: "合计等于各行之和".to_owned(),
                    next: "请报送单位核对各行和合计；统计按各行计算",
                };
                sink.on_row(view.index, row, vec![at], say, field.line);
            }
        }
    }
}

/// Records whose name begins or ends with a total word: 总计量站 is a name; one that says what the rows above add up to, or
/// that ends as totals do, is for somebody to look at.
pub fn look_alikes(
    view: &View<'_>,
    form: &Form,
    words: &RowLexicon<'_>,
    table: &SheetTable,
    read: &FormTable,
    sink: &mut Sink,
) {
    // What the row above says in these places and is no total: most rows name the same unit there.
    let mut above: [Option<RawValue>; 3] = [None; 3];
    for (k, &i) in table.rows.data.iter().enumerate() {
        let texts = view.cells(i).iter().filter(|cell| matches!(cell.value, RawValue::Text { .. }));
        let Some((at, ends)) = texts.zip(&mut above).find_map(|(cell, above)| {
            if *above == Some(cell.value) {
                return None;
            }
            // Wholly a total word, a label is only here where the row fills in what records do.
            let ends = view.is(Asked::Total, cell.value, |text| words.is_total(text));
            let alike = ends || view.is(Asked::TotalLike, cell.value, |text| words.begins_as_total(text));
            *above = Some(cell.value).filter(|_| !alike);
            alike.then_some((cell.at, ends))
        }) else {
            continue;
        };
        if !ends && !equals_sum_above(form, table, read, k) {
            continue;
        }
        let name = view.value(at).map_or_else(String::new, |value| view.words(value).into_owned());
        let say = Say {
            code: FindingCode::TotalLikeName,
            severity: Severity::Verify,
            found: format!(
                "“{name}”像是合计行的名称{}，已按一条记录计入",
                if ends { "" } else { "，各数又等于以上各行之和" }
            ),
            expected: "合计行只写“合计”或“小计”".to_owned(),
            next: "请报送单位核实：是合计的改写“合计”，是一条记录的不用改",
        };
        sink.on_line(view.index, at.row, vec![at], say);
    }
}

/// Whether all figures of a record that add up are the sums of two or more records above it, and not all zero.
fn equals_sum_above(form: &Form, table: &SheetTable, read: &FormTable, k: usize) -> bool {
    let (mut any, mut column_at) = (false, 0);
    for (field, col) in form.fields.iter().zip(&table.header.fit.columns) {
        let column = read.columns.get(column_at);
        column_at += 1 + usize::from(matches!(field.ty, crate::definition::FieldType::Score { .. }));
        let (Some(_), Some(column), true) = (col, column, field.adds_up()) else { continue };
        let value = |k: usize| match column {
            Column::Integer(v) => v.get(k).map_or(0.0, |number| number as f64),
            Column::Number(v) => v.get(k).unwrap_or(0.0),
            _ => 0.0,
        };
        let sum: f64 = (0..k).map(value).sum();
        if (sum - value(k)).abs() > 1e-6 {
            return false;
        }
        any |= sum != 0.0;
    }
    any && k >= 2
}

/// Readable figures of a column. Blank cells add nothing; anything else without a value is unreadable.
fn parts(view: &View<'_>, data: &[usize], column: &Column, col: u16) -> Parts {
    let value = |k: usize| match column {
        Column::Integer(v) => v.get(k).map(|number| number as f64),
        Column::Number(v) => v.get(k),
        _ => None,
    };
    Parts::of(data.iter().enumerate().map(|(k, &i)| {
        let blank = view
            .rows
            .get(i)
            .is_none_or(|row| view.value(CellRef { row: row.row, col }).is_none_or(|value| view.is_blank(value)));
        (i, value(k).or(blank.then_some(0.0)))
    }))
}

/// What a total may rightly say, the likeliest first: a 小计 the rows since the total before it, or those down to the
/// next; any other the whole table, all rows above it, or the rows between it and its like on either side, with the 小计
/// among them. A section without rows says nothing. `None` where one of the parts is unreadable.
fn plausible(totals: &[(usize, Total)], parts: &Parts, i: usize, sub: bool) -> Option<Vec<f64>> {
    let here = totals.partition_point(|(at, _)| *at < i);
    let before = here.checked_sub(1).and_then(|last| totals.get(last)).map(|(at, _)| *at);
    let after = totals.get(totals.partition_point(|(at, _)| *at <= i)).map(|(at, _)| *at);
    let mut sums = Vec::with_capacity(6);
    let mut offer = |from: usize, to: usize| {
        if parts.any(from, to) {
            sums.push(parts.sum(from, to)?);
        }
        Some(())
    };
    if sub {
        offer(before.map_or(0, |at| at + 1), i)?;
        // 本页合计 below 合计.
        let alike = totals.iter().take(here).rfind(|(_, kind)| *kind == Total::Part);
        offer(alike.map_or(0, |(at, _)| at + 1), i)?;
        offer(i + 1, after.unwrap_or(usize::MAX))?;
    } else {
        let alike = |(_, kind): &&(usize, Total)| *kind != Total::Part;
        let above = totals.iter().take(here).rfind(alike).map_or(0, |(at, _)| at + 1);
        let below = totals.iter().skip(here + 1).find(alike).map_or(usize::MAX, |(at, _)| *at);
        offer(0, usize::MAX)?;
        offer(0, i)?;
        offer(before.map_or(0, |at| at + 1), i)?;
        offer(above, i)?;
        offer(i + 1, below)?;
    }
    // A total over no rows at all says 0.
    Some(if sums.is_empty() { vec![0.0] } else { sums })
}

/// A total with half of what its last digit is worth.
fn figure(words: &ColumnWords, view: &View<'_>, value: RawValue, factor: f64, field: &Field) -> Option<(f64, f64)> {
    match value {
        // A sum is no percentage, whatever format its cell was given.
        RawValue::Number(number) | RawValue::Percent(number) => {
            Some((number * factor, half_a_digit(&numbers::show(number)) * factor))
        }
        RawValue::Text { .. } => {
            let text = view.sheet.text(value);
            let figure = numbers::read(text).ok().filter(|figure| !figure.percent)?;
            let bare = figure.unit.is_empty() && figure.scale == 1.0;
            let factor = if bare { factor } else { own_factor(words, &figure, field)? };
            Some((figure.value * factor, half_a_digit(text) * factor))
        }
        _ => None,
    }
}

/// Half of the last digit behind the point that a figure is written with: 0.05 for 3.5, 0.5 for 12.
fn half_a_digit(written: &str) -> f64 {
    let narrow = crate::text::width::narrow(written);
    let behind = narrow.split_once('.').map_or("", |(_, behind)| behind);
    let digits = behind.chars().take_while(char::is_ascii_digit).count();
    0.5 * 10f64.powi(-i32::try_from(digits).unwrap_or(i32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_the_last_digit_that_is_shown() {
        for (written, half) in [("12", 0.5), ("3.5", 0.05), ("３．５０万元", 0.005), ("1,200.0", 0.05)] {
            assert_eq!(half_a_digit(written), half, "{written}");
        }
    }

    #[test]
    fn sums_between_positions_and_over_gaps() {
        let parts = Parts::of([(2, Some(1.0)), (3, Some(2.0)), (5, None), (6, Some(4.0))].into_iter());
        assert_eq!((parts.sum(0, 5), parts.sum(3, 4), parts.sum(6, usize::MAX)), (Some(3.0), Some(2.0), Some(4.0)));
        assert_eq!((parts.sum(0, usize::MAX), parts.sum(5, 6)), (None, None));
        assert_eq!((parts.sum(9, 9), parts.sum(4, 1)), (Some(0.0), Some(0.0)));
    }
}
