//! Numbers of rows that a row states (工作室总数：12, 合计 12 个), read.

use super::view::View;
use crate::definition::{Form, StatedTotal};
use crate::model::cell::{CellRef, RawValue};
use crate::text::names::tidy;
use crate::text::numbers;

/// One statement, with its cell.
#[derive(Debug, PartialEq)]
pub struct StatedCount {
    pub at: CellRef,
    pub number: i64,
}

/// Label and number in one cell, or in two side by side.
pub fn of_row(stated: &StatedTotal, view: &View<'_>, i: usize) -> Vec<StatedCount> {
    let cells: Vec<_> = view.cells(i).iter().filter(|cell| !view.is_blank(cell.value)).collect();
    let mut statements = Vec::new();
    for (at, cell) in cells.iter().enumerate() {
        let text = tidy(view.sheet.text(cell.value));
        for label in &stated.labels {
            let Some((_, rest)) = text.split_once(label.as_str()) else { continue };
            let rest = rest.trim_start_matches(SEPARATORS);
            let here = leading(stated, rest).map(|number| (cell.at, number));
            let beside = || {
                let next = cells.get(at + 1).filter(|_| rest.is_empty())?;
                Some((next.at, whole(stated, view, next.value)?))
            };
            if let Some((at, number)) = here.or_else(beside) {
                statements.push(StatedCount { at, number });
                break;
            }
        }
    }
    statements
}

/// What may stand between a label and its number.
const SEPARATORS: [char; 12] = [':', '：', ' ', '\u{3000}', '为', '共', '有', '计', '_', '(', '（', '是'];

/// A cell that is a whole number, with or without what it is counted in.
pub fn whole(stated: &StatedTotal, view: &View<'_>, value: RawValue) -> Option<i64> {
    match value {
        RawValue::Number(number) | RawValue::Percent(number) => exact(number),
        RawValue::Text { .. } => {
            let text = tidy(view.sheet.text(value));
            leading(stated, text.trim_start_matches(SEPARATORS))
        }
        _ => None,
    }
}

/// The number that a text begins with, where nothing but what it is counted in, a stop or another label follows:
/// `12 个`, `12，其中…`, `12 填表人：…`, and not `12 万元`.
fn leading(stated: &StatedTotal, text: &str) -> Option<i64> {
    let clause = text.split(|c: char| "，,。；;）)、".contains(c)).next().unwrap_or("");
    let mut words = clause.split_whitespace();
    let figure = numbers::read(words.next()?).ok()?;
    let counted = |unit: &str| stated.measured_in.iter().any(|known| unit.starts_with(known.as_str()));
    let fits = match words.next() {
        _ if !figure.unit.is_empty() => stated.measured_in.contains(&figure.unit),
        None => true,
        Some(next) => counted(next) || next.contains([':', '：']),
    };
    (fits && figure.scale == 1.0 && !figure.percent).then(|| exact(figure.value)).flatten()
}

fn exact(number: f64) -> Option<i64> {
    (number.fract() == 0.0 && (0.0..1e9).contains(&number)).then_some(number as i64)
}

/// Whether a row without data states such a number: a line of its own below the table, whatever column it stands in.
pub fn is_statement(form: &Form, view: &View<'_>, i: usize) -> bool {
    form.stated.iter().any(|stated| {
        let begins = view.telling(i).next().is_some_and(|cell| {
            let text = tidy(view.sheet.text(cell.value));
            stated.labels.iter().any(|label| text.starts_with(label.as_str()))
        });
        begins && !of_row(stated, view, i).is_empty()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::definition::Template;
    use crate::model::{RawSheet, Severity};

    fn stated() -> StatedTotal {
        let nothing = Template { parts: vec![] };
        StatedTotal {
            code: "count".into(),
            severity: Severity::Verify,
            labels: vec!["工作室总数".into(), "合计".into()],
            measured_in: vec!["个".into()],
            column: None,
            found: nothing.clone(),
            expected: nothing.clone(),
            next: nothing,
            line: 1,
        }
    }

    fn said(cells: &[&str]) -> Vec<i64> {
        let mut sheet = RawSheet::default();
        for (col, text) in cells.iter().enumerate() {
            sheet.push_text(CellRef { row: 0, col: col as u16 }, text);
        }
        of_row(&stated(), &View::new(&sheet, 0), 0).into_iter().map(|statement| statement.number).collect()
    }

    #[test]
    fn numbers_behind_their_labels_and_no_others() {
        for cells in [
            &["工作室总数：12 个"][..],
            &["合计", "12个"],
            &["本单位工作室总数为十二个，其中省级 3 个"],
            &["填报单位：某市总工会", "工作室总数：", "１２"],
            &["合计：12"],
            &["合计（共 12 个）"],
            &["工作室总数：12 填表人：张三"],
        ] {
            assert_eq!(said(cells), [12], "{cells:?}");
        }
        for cells in
            [&["合计 12 万元"][..], &["合计", "", "3.5"], &["工作室总数：约12个"], &["工作室总数："], &["小记 12 个"]]
        {
            assert!(said(cells).is_empty(), "{cells:?}");
        }
    }
}
