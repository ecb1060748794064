//! Which rows of a statistic are on it, and why: conditions over its measures, as they stand in the printed row.

use super::facts::Facts;
use super::measures::MeasureCells;
use super::words;
use crate::definition::{ColumnType, Criterion, Statistic};
use crate::model::Column;
use crate::model::statistic::StatCell;
use crate::rows::Grid;
use crate::text::numbers::{percent, show};
use std::collections::BTreeMap;

/// Per group that meets a criterion, all its reasons in one line. What a group did not report, and what has no meaning
/// there, is NULL to the conditions: nobody is praised or blamed for it.
pub fn reasons(
    statistic: &Statistic,
    grids: &[MeasureCells],
    groups: usize,
    facts: &Facts<'_>,
) -> BTreeMap<usize, String> {
    let cell = |measure: usize, group: usize| grids.get(measure)?.parts.get(group)?.first();
    let (names, columns): (Vec<String>, Vec<Column>) = statistic
        .measures
        .iter()
        .enumerate()
        .map(|(at, measure)| {
            let cells = (0..groups).map(|group| cell(at, group));
            let column = match measure.kind.column() {
                ColumnType::Integer => Column::Integer(cells.map(|cell| cell.and_then(whole)).collect()),
                ColumnType::Text => {
                    let mut texts = crate::model::Texts::default();
                    cells.for_each(|cell| texts.push(cell.and_then(text)));
                    Column::Text(texts)
                }
                _ => Column::Number(cells.map(|cell| cell.and_then(number)).collect()),
            };
            (measure.name.clone(), column)
        })
        .unzip();
    let lines = Grid::new(names, columns, groups, &facts.reference.roster);
    let mut reasons: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    for criterion in &statistic.criteria {
        let Criterion { when, top: _, reason } = criterion;
        let Some(when) = when else { continue };
        let holds = lines.mask(when, &facts.context);
        for group in holds.iter().enumerate().filter(|(_, holds)| **holds).map(|(group, _)| group) {
            let said = |name: &str| {
                let at = statistic.measures.iter().position(|measure| measure.name == name)?;
                Some(cell(at, group).map_or_else(|| "未填".to_owned(), words_of))
            };
            reasons.entry(group).or_default().push(words::fill(reason, said));
        }
    }
    reasons.into_iter().map(|(group, why)| (group, why.join("；"))).collect()
}

fn whole(cell: &StatCell) -> Option<i64> {
    match cell {
        StatCell::Integer(whole) => Some(*whole),
        _ => None,
    }
}

fn number(cell: &StatCell) -> Option<f64> {
    match cell {
        StatCell::Integer(whole) => Some(*whole as f64),
        StatCell::Number(number) | StatCell::Points(number) => Some(*number),
        StatCell::Ratio { num, den } if *den != 0 => Some(*num as f64 / *den as f64),
        _ => None,
    }
}

fn text(cell: &StatCell) -> Option<&str> {
    match cell {
        StatCell::Text(text) | StatCell::Alarm(text) => Some(text),
        _ => None,
    }
}

fn words_of(cell: &StatCell) -> String {
    match cell {
        StatCell::Ratio { num, den } if *den != 0 => percent((*num as f64 / *den as f64 * 1e4).round() / 1e4),
        cell => whole(cell)
            .map(|whole| whole.to_string())
            .or_else(|| number(cell).map(show))
            .or_else(|| text(cell).map(str::to_owned))
            .unwrap_or_else(|| cell.state().unwrap_or("—").to_owned()),
    }
}
