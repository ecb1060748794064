//! The figures of the first page, taken from the tables: each with what it is compared with, its change and what is
//! thought of it. A table of its own, and no figure in it that is not in another.

use super::facts::Facts;
use super::headlines::SpokenTable;
use super::words;
use crate::definition::{Bound, Compare, KeyFigure, TableKind};
use crate::domain::ranking::Direction;
use crate::model::statistic::{FigureDoubt, Heading, RowKind, StatCell, StatRow, StatTable};

/// Columns of the finished table, 0-based.
const VALUE: usize = 2;
const BEFORE: usize = 4;
const HEADINGS: [&str; 8] = ["指标", "单位", "本期", "比较", "比较数", "增减", "评价", "见"];

/// The table; without rows where the definition names no figures. `tables` are all of the plan's, in its order.
pub fn table(tables: &[StatTable], facts: &Facts<'_>) -> StatTable {
    let figures = facts.plan.figures.iter();
    let rows: Vec<StatRow> = figures.filter_map(|figure| row(figure, tables.get(figure.table)?, facts)).collect();
    StatTable {
        id: String::new(),
        sheet: String::new(),
        title: String::new(),
        caption: String::new(),
        headings: HEADINGS.map(|name| Heading { parents: Vec::new(), name: name.to_owned() }).to_vec(),
        notes: notes(&rows, facts),
        rows,
        withheld: 0,
        label_columns: 2,
        private_columns: Vec::new(),
        definitions: Vec::new(),
        landscape: false,
    }
}

/// What the figures have in common, said once.
fn notes(rows: &[StatRow], facts: &Facts<'_>) -> Vec<String> {
    let comparable = |figure: &KeyFigure| {
        let table = facts.plan.tables.get(figure.table);
        let Some(TableKind::Statistic(statistic)) = table.map(|table| &table.kind) else { return false };
        let change = statistic.measures.iter().find(|measure| figure.change.as_ref() == Some(&measure.name));
        change.is_some_and(|measure| measure.kind.is_comparable())
    };
    let mut said = Vec::new();
    if facts.plan.figures.iter().any(comparable) {
        said.push("增减只按两期都全部计入的单位计算");
    }
    if rows.iter().any(|row| !row.doubts.is_empty()) {
        said.push("＊ 含待核实的数");
    }
    if said.is_empty() {
        Vec::new()
    } else {
        vec![format!("{}；— 不适用或没有可比的数。", said.join("；"))]
    }
}

fn row(figure: &KeyFigure, table: &StatTable, facts: &Facts<'_>) -> Option<StatRow> {
    let spoken = SpokenTable { table };
    let of = |column: &str| spoken.of_row(figure.row.as_deref(), column);
    let (value, doubt) = match &figure.column {
        None => (StatCell::Integer(i64::try_from(spoken.count()).ok()?), None),
        Some(column) => of(column).map_or((StatCell::NotApplicable, None), |(cell, doubt)| (cell.clone(), doubt)),
    };
    let before = figure.against.as_ref().and_then(|(_, column)| of(column));
    let change = figure.change.as_ref().and_then(|column| of(column)).map(|(cell, _)| cell);
    // What prints as nothing is no change.
    let change = change.map(|cell| if is_slight(cell) { &StatCell::Integer(0) } else { cell });
    let said = change.and_then(super::headlines::change);
    let verdict = match figure.bound {
        Some(bound) => held(&value, bound),
        None => figure.better.zip(change).and_then(|(better, change)| trend(change, better)),
    };
    let or_none = |text: Option<String>| text.map_or(StatCell::NotApplicable, StatCell::Text);
    let against = match (&figure.against, figure.bound) {
        (Some((against, _)), _) => Some(against.clone()),
        (None, Some((Compare::AtMost, Bound::Count(0)))) => Some("应为 0".to_owned()),
        (None, Some((compare, bound))) => Some(format!("规定{}", words::bound(compare, bound))),
        (None, None) => None,
    };
    let place = facts.plan.tables.get(figure.table).and_then(|table| facts.plan.annex_number(&table.id));
    let cells = vec![
        StatCell::Text(figure.name.clone()),
        if figure.unit.is_empty() { StatCell::NotApplicable } else { StatCell::Text(figure.unit.clone()) },
        value,
        or_none(against),
        before.map_or(StatCell::NotApplicable, |(cell, _)| cell.clone()),
        or_none(said),
        verdict.unwrap_or(StatCell::NotApplicable),
        or_none(place.map(|number| format!("附表{number}"))),
    ];
    let marked = [(VALUE, doubt), (BEFORE, before.and_then(|(_, doubt)| doubt))];
    let doubts = marked.into_iter().filter_map(|(column, doubt)| Some(FigureDoubt { column, ..doubt?.clone() }));
    Some(StatRow { doubts: doubts.collect(), ..StatRow::new(RowKind::Body, cells) })
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
    Some(match compare {
        Compare::AtLeast if side.is_ge() => StatCell::Text("达标".to_owned()),
        Compare::AtLeast => StatCell::Alarm("未达标".to_owned()),
        Compare::AtMost if side.is_le() => StatCell::Text("符合".to_owned()),
        Compare::AtMost => StatCell::Alarm("超出".to_owned()),
    })
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
        _ => StatCell::Text("持平".to_owned()),
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
        assert!(is_slight(&StatCell::Points(-0.04)) && !is_slight(&StatCell::Ratio { num: 1, den: 1_000 }));
        assert_eq!(word(trend(&StatCell::Points(-1.5), Direction::LowFirst)), "向好");
        assert_eq!(word(trend(&StatCell::Ratio { num: -1, den: 9 }, Direction::HighFirst)), "变差");
        assert_eq!(word(trend(&StatCell::Integer(0), Direction::HighFirst)), "持平");
    }
}
