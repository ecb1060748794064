//! 小计 and 合计 rows held against the rows that they add up. Never over an unreadable cell.

use super::figures::header_factor;
use super::rows::{Table, adds_up};
use super::sink::{Say, Sink};
use super::view::View;
use crate::model::cell::{CellRef, RawValue};
use crate::model::table::Column;
use crate::model::{FormTable, Severity};
use crate::spec::Form;
use crate::text::numbers;

/// One column's figures by position in the view; `None` for a cell that could not be read.
type Parts = Vec<(usize, Option<f64>)>;

pub fn check(view: &View<'_>, form: &Form, table: &Table, read: &FormTable, sink: &mut Sink) {
    if table.rows.totals.is_empty() {
        return;
    }
    let mut column_at = 0;
    for (field, col) in form.fields.iter().zip(&table.header.fit.columns) {
        let column = read.columns.get(column_at);
        column_at += 1 + usize::from(matches!(field.ty, crate::spec::FieldType::Score { .. }));
        let (Some(col), Some(column), true) = (*col, column, adds_up(field)) else { continue };
        let parts = parts(view, &table.rows.data, column, col);
        let heading = table.header.headings.iter().find(|heading| heading.col == col);
        let factor = heading.map_or(1.0, |heading| header_factor(&heading.text, field));
        for &(i, sub) in &table.rows.totals {
            let Some(row) = view.rows.get(i).map(|row| row.row) else { continue };
            let at = CellRef { row, col };
            let Some(said) = view.value(at).and_then(|value| figure(view, value, factor)) else { continue };
            let sums = plausible(table, &parts, i, sub);
            let Some(sums) = sums else { continue };
            if sums.iter().all(|sum| (sum - said).abs() > 1e-6) {
                let sum = sums.first().copied().unwrap_or(0.0);
                let say = Say {
                    code: "total-mismatch",
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

/// Readable figures of a column. Blank cells add nothing; anything else without a value is unreadable.
fn parts(view: &View<'_>, data: &[usize], column: &Column, col: u16) -> Parts {
    let value = |k: usize| match column {
        Column::Integer(v) => v.get(k).copied().flatten().map(|number| number as f64),
        Column::Number(v) => v.get(k).copied().flatten(),
        _ => None,
    };
    data.iter()
        .enumerate()
        .map(|(k, &i)| {
            let blank = view
                .rows
                .get(i)
                .is_none_or(|row| view.value(CellRef { row: row.row, col }).is_none_or(|value| view.is_blank(value)));
            (i, value(k).or(blank.then_some(0.0)))
        })
        .collect()
}

/// What a total may rightly say, the likeliest first: the rows since the total before, all rows above, the whole
/// table, the rows below it. `None` where one of the parts is unreadable.
fn plausible(table: &Table, parts: &Parts, i: usize, sub: bool) -> Option<Vec<f64>> {
    let totals = &table.rows.totals;
    let before = totals.iter().map(|(at, _)| *at).rfind(|at| *at < i);
    let after = totals.iter().map(|(at, _)| *at).find(|at| *at > i);
    let sum = |from: usize, to: usize| {
        parts.iter().filter(|(at, _)| (from..to).contains(at)).map(|(_, part)| *part).sum::<Option<f64>>()
    };
    let section = sum(before.map_or(0, |at| at + 1), i)?;
    if sub {
        let below = sum(i + 1, after.unwrap_or(usize::MAX))?;
        return Some(if parts.iter().any(|(at, _)| *at < i) { vec![section, below] } else { vec![below] });
    }
    let all = sum(0, usize::MAX)?;
    Some(vec![all, sum(0, i)?, section])
}

fn figure(view: &View<'_>, value: RawValue, factor: f64) -> Option<f64> {
    match value {
        RawValue::Number(number) => Some(number * factor),
        RawValue::Text { .. } => {
            let figure = numbers::read(view.sheet.text(value)).ok()?;
            let factor = if figure.unit.is_empty() { factor } else { 1.0 };
            (!figure.percent && figure.scale == 1.0).then_some(figure.value * factor)
        }
        _ => None,
    }
}
