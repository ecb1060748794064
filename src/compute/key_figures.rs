//! The figures of the first page, taken from the tables: each with what it is compared with, its change and what is
//! thought of it. A table of its own, and no figure in it that is not in another.

use super::facts::Facts;
use super::headlines::{SpokenTable, SpokenTables};
use super::words;
use crate::definition::{Bound, Compare, KeyFigure};
use crate::domain::ranking::Direction;
use crate::model::stat_table::{BuiltTable, Heading, StatTable};
use crate::model::statistic::{FigureDoubt, RowKind, StatCell, StatRow};
use std::cmp::Ordering;

/// Columns of the whole table, 0-based.
pub const VALUE: usize = 2;
const NOW: usize = 4;
const BEFORE: usize = 5;
const CHANGE: usize = 6;
const JUDGED: usize = 7;
/// Of the units that are whole on both sides: a change is between this and what is compared with, so that it can be
/// checked on the page.
const LIKE: &str = "可比本期";
const HEADINGS: [&str; 9] = ["指标", "单位", "本期", "比较", LIKE, "比较数", "增减", "评价", "见"];

/// The table; without rows where the definition names no figures. `tables` are all of the plan's, in its order.
pub fn table(tables: &[StatTable], facts: &Facts<'_>) -> BuiltTable {
    let (figures, mut tables) = (facts.plan.figures.iter(), SpokenTables::new(tables));
    let rows: Vec<StatRow> = figures.filter_map(|figure| row(figure, tables.of(figure.table)?, facts)).collect();
    let kept: Vec<usize> = (0..HEADINGS.len()).filter(|column| says_something(*column, &rows)).collect();
    let heading = |column: &usize| Heading { parents: Vec::new(), name: HEADINGS[*column].to_owned() };
    BuiltTable {
        id: String::new(),
        sheet: String::new(),
        title: String::new(),
        caption: String::new(),
        headings: kept.iter().map(heading).collect(),
        notes: notes(&rows, &kept),
        rows: rows.into_iter().map(|row| narrowed(row, &kept)).collect(),
        withheld: 0,
        label_columns: 2,
        private_columns: Vec::new(),
        definitions: Vec::new(),
        landscape: false,
        parts: Vec::new(),
        bounds: Vec::new(),
    }
}

/// Whether a column stands in print: some figure says something in it, and the comparable figures are not all the whole ones.
fn says_something(column: usize, rows: &[StatRow]) -> bool {
    rows.iter().any(|row| {
        let said = row.cells.get(column).is_some_and(|cell| *cell != StatCell::NotApplicable);
        column <= VALUE || (said && (column != NOW || row.cells.get(NOW) != row.cells.get(VALUE)))
    })
}

/// A row with these columns alone.
fn narrowed(row: StatRow, kept: &[usize]) -> StatRow {
    let place = |column: usize| kept.iter().position(|kept| *kept == column);
    let doubts =
        row.doubts.iter().filter_map(|doubt| Some(FigureDoubt { column: place(doubt.column)?, ..doubt.clone() }));
    let cells = kept.iter().filter_map(|column| row.cells.get(*column).cloned()).collect();
    StatRow { doubts: doubts.collect(), ..StatRow::new(row.kind, cells) }
}

/// What the figures have in common, said once.
fn notes(rows: &[StatRow], kept: &[usize]) -> Vec<String> {
    let mut said = Vec::new();
    if kept.contains(&NOW) {
        said.push(format!("“{LIKE}”和比较数只算两期都全部计入的单位，增减是这两个数的比较"));
    }
    if rows.iter().any(StatRow::is_doubted) {
        said.push("＊ 含待核实的数".to_owned());
    }
    if rows.iter().any(StatRow::is_partial) {
        said.push("＊ 有退回的行，数不全".to_owned());
    }
    if rows.iter().any(|row| {
        row.cells.iter().enumerate().any(|(at, cell)| kept.contains(&at) && *cell == StatCell::NotApplicable)
    }) {
        said.push("— 不适用或没有可比的数".to_owned());
    }
    if said.is_empty() { Vec::new() } else { vec![format!("{}。", said.join("；"))] }
}

fn row(figure: &KeyFigure, spoken: &SpokenTable<'_>, facts: &Facts<'_>) -> Option<StatRow> {
    let of = |column: &str| spoken.of_row(figure.row.as_deref(), column);
    let (value, doubt) = match &figure.column {
        None => (StatCell::Integer(i64::try_from(spoken.count()).ok()?), None),
        Some(column) => of(column).map_or((StatCell::NotApplicable, None), |(cell, doubt)| (cell.clone(), doubt)),
    };
    let label = figure.row.as_deref();
    let compared = figure.change.as_ref().and_then(|column| spoken.compared(label, column));
    let raw = figure.against.as_ref().and_then(|(_, column)| of(column));
    let (now, before) = match compared {
        Some(compared) => (owned(&compared.now), owned(&compared.before)),
        None => (raw.map(|_| (value.clone(), doubt.cloned())), raw.map(|(cell, doubt)| (cell.clone(), doubt.cloned()))),
    };
    let (change, shaken) = figure.change.as_ref().and_then(|column| of(column)).unzip();
    let shaken = shaken.flatten();
    let now = now.filter(|_| before.is_some());
    // What prints as nothing is no change.
    let change = change.map(seen);
    let said = change.and_then(super::headlines::change);
    let limit = figure.compare.zip(figure.bound);
    let beside = figure.compare.zip(before.as_ref());
    let judge = |value: &StatCell, change: Option<&StatCell>| match (limit, beside) {
        (Some(limit), _) => held(value, limit),
        (None, Some((compare, (other, _)))) => held_beside(value, compare, other),
        (None, None) => figure.better.zip(change).and_then(|(better, change)| trend(change, better)),
    };
    // Of nothing there is nothing to be thought: that no row counts keeps to no bound.
    let mut forms = 0..facts.plan.forms.len();
    let counted = forms.any(|form| facts.form(form).is_ok_and(|rows| rows.accepted.contains(&true)));
    let verdict = judge(&value, change).filter(|_| counted);
    // What is thought of a figure is as doubtful as whatever would turn it.
    let turned = |doubt: &FigureDoubt, judge: &dyn Fn(&StatCell) -> Option<StatCell>| {
        let mut others = [&doubt.without, &doubt.with].into_iter().flatten();
        others.any(|other| judge(other) != verdict)
    };
    let turns = match figure.compare {
        Some(_) => doubt.filter(|doubt| turned(doubt, &|other| judge(other, None))),
        None => shaken.filter(|doubt| turned(doubt, &|other| judge(&value, Some(seen(other))))),
    };
    let (shaken, turns) = (shaken.cloned(), turns.cloned());
    let or_none = |text: Option<String>| text.map_or(StatCell::NotApplicable, StatCell::Text);
    let against = match (&figure.against, limit) {
        (Some((against, _)), _) => before.as_ref().map(|_| against.clone()),
        (None, Some((Compare::AtMost, Bound::Count(0)))) => Some("应为 0".to_owned()),
        (None, Some((compare, bound))) => Some(format!("规定{}", words::bound(compare, bound))),
        (None, None) => None,
    };
    let place = facts.plan.tables.get(figure.see).and_then(|table| facts.plan.annex_number(&table.id));
    let cells = vec![
        StatCell::Text(figure.name.clone()),
        if figure.unit.is_empty() { StatCell::NotApplicable } else { StatCell::Text(figure.unit.clone()) },
        value,
        or_none(against),
        now.as_ref().map_or(StatCell::NotApplicable, |(cell, _)| cell.clone()),
        before.as_ref().map_or(StatCell::NotApplicable, |(cell, _)| cell.clone()),
        or_none(said),
        verdict.unwrap_or(StatCell::NotApplicable),
        or_none(place.map(|number| format!("附表{number}"))),
    ];
    let marked = [
        (VALUE, doubt.cloned()),
        (NOW, now.and_then(|now| now.1)),
        (BEFORE, before.and_then(|before| before.1)),
        (CHANGE, shaken.filter(|_| cells.get(CHANGE) != Some(&StatCell::NotApplicable))),
        (JUDGED, turns),
    ];
    let doubts = marked.into_iter().filter_map(|(column, doubt)| Some(FigureDoubt { column, ..doubt? }));
    Some(StatRow { doubts: doubts.collect(), ..StatRow::new(RowKind::Body, cells) })
}

/// A side of a comparison; `None` where there is nothing on it.
fn owned((cell, doubt): &(StatCell, Option<FigureDoubt>)) -> Option<(StatCell, Option<FigureDoubt>)> {
    let nothing = matches!(cell, StatCell::NotApplicable | StatCell::NotReported | StatCell::Ratio { den: 0, .. });
    (!nothing).then(|| (cell.clone(), doubt.clone()))
}

/// Whether a figure keeps to its bound; judged by whole numbers where it is a proportion.
fn held(value: &StatCell, (compare, bound): (Compare, Bound)) -> Option<StatCell> {
    let side = match (value, bound) {
        (StatCell::Ratio { num, den }, Bound::Ratio { num: part, den: whole }) if *den > 0 => {
            (i128::from(*num) * i128::from(whole)).cmp(&(i128::from(part) * i128::from(*den)))
        }
        (StatCell::Integer(count), Bound::Count(bound)) => count.cmp(&i64::from(bound)),
        (StatCell::Number(number), Bound::Count(bound)) => number.partial_cmp(&f64::from(bound))?,
        _ => return None,
    };
    Some(judged(compare, side, bound == Bound::Count(0)))
}

/// Whether a figure keeps to another one, as a number of nominations does to a limit.
fn held_beside(value: &StatCell, compare: Compare, other: &StatCell) -> Option<StatCell> {
    let (value, other) = (super::headlines::amount(value)?, super::headlines::amount(other)?);
    Some(judged(compare, value.partial_cmp(&other)?, false))
}

/// What is thought of a figure beside its bound; of `nothing` there can be no more.
fn judged(compare: Compare, side: Ordering, nothing: bool) -> StatCell {
    match compare {
        Compare::AtLeast if side.is_ge() => StatCell::Text("达标".to_owned()),
        Compare::AtLeast => StatCell::Alarm("未达标".to_owned()),
        Compare::AtMost if side.is_le() => StatCell::Text("符合".to_owned()),
        Compare::AtMost if nothing => StatCell::Alarm("不符合".to_owned()),
        Compare::AtMost => StatCell::Alarm("超出".to_owned()),
    }
}

/// A change as it prints.
fn seen(change: &StatCell) -> &StatCell {
    if is_slight(change) { &StatCell::Integer(0) } else { change }
}

/// Whether a change is less than its print can show.
fn is_slight(change: &StatCell) -> bool {
    match change {
        StatCell::Points(points) => points.abs() < 0.05,
        StatCell::Ratio { num, den } if *den != 0 => (*num as f64 / *den as f64).abs() < 0.0005,
        StatCell::Number(number) => number.abs() < 0.005,
        _ => false,
    }
}

fn trend(change: &StatCell, better: Direction) -> Option<StatCell> {
    let by = super::headlines::amount(change)?;
    let by = if better == Direction::HighFirst { by } else { -by };
    Some(match by {
        by if by > 0.0 => StatCell::Text("向好".to_owned()),
        by if by < 0.0 => StatCell::Text("变差".to_owned()),
        // That it stayed the change says already.
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_is_judged_by_the_counts_and_a_trend_by_its_direction() {
        let half = (Compare::AtLeast, Bound::Ratio { num: 1, den: 2 });
        let word = |cell: Option<StatCell>| match cell {
            Some(StatCell::Text(word) | StatCell::Alarm(word)) => word,
            other => format!("{other:?}"),
        };
        assert_eq!(word(held(&StatCell::Ratio { num: 4_999_999, den: 10_000_000 }, half)), "未达标");
        assert_eq!(word(held(&StatCell::Ratio { num: 1, den: 2 }, half)), "达标");
        assert_eq!(held(&StatCell::Ratio { num: 0, den: 0 }, half), None);
        assert_eq!(word(held(&StatCell::Integer(3), (Compare::AtMost, Bound::Count(2)))), "超出");
        let beside =
            |own, other| word(held_beside(&StatCell::Integer(own), Compare::AtMost, &StatCell::Integer(other)));
        assert_eq!((beside(18, 38), beside(39, 38)), ("符合".to_owned(), "超出".to_owned()));
        assert!(is_slight(&StatCell::Points(-0.04)) && !is_slight(&StatCell::Ratio { num: 1, den: 1_000 }));
        assert_eq!(word(trend(&StatCell::Points(-1.5), Direction::LowFirst)), "向好");
        assert_eq!(word(trend(&StatCell::Ratio { num: -1, den: 9 }, Direction::HighFirst)), "变差");
        assert_eq!(trend(&StatCell::Integer(0), Direction::HighFirst), None);
    }
}
