//! What a chart draws of its table, and what its figures say: the rows in their order, the sentence of the title. Knows
//! no sheet.

use crate::book::measure;
use crate::book::style::MARK;
use crate::definition::{Chart, ChartHole, ChartKind};
use crate::domain::ranking::Direction;
use crate::model::stat_table::{ColumnBound, StatTable};
use crate::model::statistic::{RowKind, StatCell, StatRow};
use crate::text::masks::mask_within;

/// Names that a title holds; more are counted.
const NAMED: usize = 3;

/// The part of a table that a chart draws.
pub struct Drawing<'a> {
    pub kind: ChartKind,
    pub title: String,
    pub table: &'a StatTable,
    /// Positions of its columns among those of the table.
    pub columns: Vec<usize>,
    /// Positions of its rows among those of the table, in the order in which they are drawn.
    pub rows: Vec<usize>,
    /// These rows.
    pub lines: Vec<StatRow>,
    /// What its figures have to keep to, where that is to be seen.
    pub bound: Option<&'a ColumnBound>,
    /// What a reader has to know of rows that are not drawn.
    pub remark: String,
}

impl<'a> Drawing<'a> {
    /// `None` where the table has no such columns, or no rows to draw.
    pub fn of(declared: &Chart, table: &'a StatTable) -> Option<Drawing<'a>> {
        let mut columns: Vec<usize> = declared.series.iter().filter_map(|series| column_of(table, series)).collect();
        let about = column_of(table, &declared.about).or(columns.first().copied())?;
        if declared.kind == ChartKind::Pie {
            columns.truncate(1);
        }
        let bound = table.bound(about);
        let all_rows = table.rows.all();
        let body = all_rows.iter().enumerate().filter(|(_, row)| row.kind == RowKind::Body);
        let figures: Vec<(usize, Option<f64>)> =
            body.map(|(at, row)| (at, row.cells.get(about).and_then(amount).map(|(value, _)| value))).collect();
        let mut rows = figures.clone();
        if declared.missed {
            let missed =
                |at: usize| all_rows.get(at)?.cells.get(about).map(|cell| bound.is_some_and(|b| b.is_missed(cell)));
            rows.retain(|(at, _)| missed(*at) == Some(true));
        }
        if let Some(order) = declared.order {
            // What has no figure has no place; equal figures keep the table's order, since the sort is stable.
            rows.retain(|(_, figure)| figure.is_some());
            rows.sort_by(|(_, a), (_, b)| {
                let by = a.unwrap_or_default().total_cmp(&b.unwrap_or_default());
                if order == Direction::HighFirst { by.reverse() } else { by }
            });
        }
        let all = rows.len();
        rows.truncate(declared.top.map_or(usize::MAX, |top| top as usize));
        let lines: Vec<StatRow> = rows.iter().filter_map(|(at, _)| all_rows.get(*at).cloned()).collect();
        let drawn = lines.iter().any(|row| columns.iter().any(|column| row.cells.get(*column).is_some_and(is_figure)));
        if !drawn {
            return None;
        }
        let said = finding(&declared.findings, table, about);
        let title = said.map_or_else(|| declared.title.clone(), |said| format!("{}：{said}", declared.title));
        let silent = figures.iter().filter(|(_, figure)| figure.is_none()).count();
        Some(Drawing {
            kind: declared.kind,
            title,
            table,
            columns,
            bound: bound.filter(|bound| bound.num != 0),
            remark: remark(&declared.title, (rows.len(), all), if declared.missed { 0 } else { silent }),
            rows: rows.into_iter().map(|(at, _)| at).collect(),
            lines,
        })
    }

    /// The cells of its rows in its columns, row by row.
    fn cells(&self) -> impl Iterator<Item = &StatCell> {
        self.lines.iter().flat_map(|row| self.columns.iter().filter_map(|column| row.cells.get(*column)))
    }

    /// The column that its rows are called by.
    pub fn label(&self) -> usize {
        self.table.label_columns.saturating_sub(1)
    }

    /// The places of the longest of its figures.
    pub fn longest(&self) -> usize {
        self.cells().map(|cell| measure::places(&measure::shown(cell))).max().unwrap_or(0)
    }

    /// The least of its figures.
    pub fn least(&self) -> Option<f64> {
        self.cells().filter_map(|cell| amount(cell).map(|(value, _)| value)).reduce(f64::min)
    }

    /// Which bars of a series are too low for a figure to stand within them.
    pub fn low(&self, series: usize) -> Vec<bool> {
        let figure = |row: &StatRow| {
            let cell = self.columns.get(series).and_then(|column| row.cells.get(*column));
            cell.and_then(amount).map(|(value, _)| value)
        };
        let figures: Vec<Option<f64>> = self.lines.iter().map(figure).collect();
        let bound = self.bound.map(ColumnBound::value);
        let most = figures.iter().flatten().copied().chain(bound).fold(0.0, f64::max);
        figures.into_iter().map(|figure| figure.is_some_and(|figure| figure < most * 0.15)).collect()
    }

    /// Whether all of its figures are of a kind.
    pub fn all(&self, kind: impl Fn(&StatCell) -> bool) -> bool {
        self.cells().filter(|cell| is_figure(cell)).all(kind)
    }
}

/// What is not to be seen in a chart: the rows behind the first, and those without a figure.
fn remark(title: &str, (drawn, all): (usize, usize), silent: usize) -> String {
    let mut said = Vec::new();
    if drawn < all {
        said.push(format!("只画前 {drawn} 个，共 {all} 个"));
    }
    if silent > 0 {
        said.push(format!("{silent} 个没有数（未报、退回或不适用），没有画，不等于 0"));
    }
    if said.is_empty() { String::new() } else { format!("“{title}”：{}。", said.join("；")) }
}

/// What the figures of a column say: the first of these sentences whose holes can all be filled.
fn finding(sentences: &[String], table: &StatTable, column: usize) -> Option<String> {
    let label = table.label_columns.saturating_sub(1);
    let mut figures: Vec<(f64, &str, String)> = Vec::new();
    // Who was sent back in part is in no order with the others.
    let mut parts: Vec<f64> = Vec::new();
    let mut missed: Vec<&str> = Vec::new();
    let rows = table.rows.all();
    for row in rows.iter().filter(|row| row.kind == RowKind::Body) {
        let (Some(StatCell::Text(name)), Some(cell)) = (row.cells.get(label), row.cells.get(column)) else { continue };
        let Some((value, words)) = amount(cell) else { continue };
        if table.bound(column).is_some_and(|bound| bound.is_missed(cell)) {
            missed.push(name);
        }
        if row.is_partial() {
            parts.push(value);
            continue;
        }
        let mark = if row.doubt(column).is_some() { MARK } else { "" };
        figures.push((value, name, format!("{words}{mark}")));
    }
    let ends = |least: bool| {
        let best = figures.iter().map(|(value, ..)| *value).reduce(if least { f64::min } else { f64::max })?;
        let at: Vec<&(f64, &str, String)> = figures.iter().filter(|(value, ..)| *value == best).collect();
        // What most have in common is no end of anything.
        let tells = at.len() * 2 < figures.len();
        let words = at.first().map(|(.., words)| words.as_str())?;
        let each = if at.len() > 1 { "各" } else { "" };
        let ahead = parts.iter().any(|part| if least { *part <= best } else { *part >= best });
        let but = if ahead { "（不含数不全的）" } else { "" };
        tells.then(|| format!("{}{each} {words}{but}", names(at.iter().map(|(_, name, _)| *name))))
    };
    let zeros: Vec<&str> = figures.iter().filter(|(value, ..)| *value == 0.0).map(|(_, name, _)| *name).collect();
    let those = |some: &[&str]| (!some.is_empty()).then(|| names(some.iter().copied()));
    let count = |some: &[&str]| (!some.is_empty()).then(|| some.len().to_string());
    let fill = |hole: ChartHole| match hole {
        ChartHole::Highest => ends(false),
        ChartHole::Lowest => ends(true),
        ChartHole::Zeros => those(&zeros),
        ChartHole::ZeroCount => count(&zeros),
        ChartHole::Missed => those(&missed),
        ChartHole::MissedCount => count(&missed),
    };
    sentences.iter().find_map(|sentence| {
        ChartHole::ALL.into_iter().try_fold(sentence.clone(), |said, hole| {
            let open = format!("{{{}}}", hole.word());
            if said.contains(&open) { Some(said.replace(&open, &mask_within(&fill(hole)?))) } else { Some(said) }
        })
    })
}

/// Some names, and how many there are where they are more.
fn names<'n>(all: impl Iterator<Item = &'n str> + Clone) -> String {
    let count = all.clone().count();
    let more = if count > NAMED { format!("等 {count} 个") } else { String::new() };
    all.take(NAMED).collect::<Vec<_>>().join("、") + &more
}

/// A figure to compare by, and as a title says it.
fn amount(cell: &StatCell) -> Option<(f64, String)> {
    match cell {
        StatCell::Integer(value) => Some((*value as f64, value.to_string())),
        StatCell::Number(value) if value.is_finite() => Some((*value, format!("{value:.1}"))),
        StatCell::Points(value) if value.is_finite() => Some((*value, format!("{value:+.1}"))),
        StatCell::Ratio { num, den } if *den != 0 => {
            let rate = *num as f64 / *den as f64;
            Some((rate, format!("{:.1}%", rate * 100.0)))
        }
        _ => None,
    }
}

/// Whether a bar can be drawn of it.
fn is_figure(cell: &StatCell) -> bool {
    amount(cell).is_some()
}

/// The column that a series names: by its heading, or by its heading with the parents before it (`本期/正式`).
fn column_of(table: &StatTable, series: &str) -> Option<usize> {
    table.headings.iter().position(|heading| heading.name == series).or_else(|| {
        table.headings.iter().position(|heading| {
            let mut path = heading.parents.join("/");
            path.push('/');
            path.push_str(&heading.name);
            path == series
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::definition::Edition;
    use crate::model::statistic::StatRow;
    use crate::report::fixture::tables::table;

    fn shares(cells: &[(&str, StatCell)]) -> StatTable {
        let rows = cells
            .iter()
            .map(|(name, cell)| StatRow::new(RowKind::Body, vec![StatCell::Text((*name).to_owned()), cell.clone()]))
            .collect();
        let headings = ["单位", "占比"]
            .map(|name| crate::model::stat_table::Heading { parents: Vec::new(), name: name.to_owned() });
        let mut table = table("x", "x", "x", headings.to_vec(), rows);
        table.bounds = vec![ColumnBound { column: 1, at_least: true, num: 1, den: 2, words: "≥50%".to_owned() }];
        table
    }

    fn said(cells: &[(&str, StatCell)], sentences: &[&str]) -> Option<String> {
        finding(&sentences.iter().map(|words| (*words).to_owned()).collect::<Vec<_>>(), &shares(cells), 1)
    }

    fn rate(num: i64) -> StatCell {
        StatCell::Ratio { num, den: 8 }
    }

    #[test]
    fn a_title_says_the_first_finding_that_the_figures_bear() {
        let sentences = ["{为零个数} 个为 0：{为零}", "最高{最高}，最低{最低}"];
        let some = [("甲", rate(8)), ("乙", rate(3)), ("丙", rate(5)), ("丁", StatCell::NotReported)];
        assert_eq!(said(&some, &sentences).as_deref(), Some("最高甲 100.0%，最低乙 37.5%"));
        assert_eq!(said(&some, &["{不合规定个数} 个低于规定：{不合规定}"]).as_deref(), Some("1 个低于规定：乙"));
        let mut zeros = some.to_vec();
        zeros.extend(["戊", "己", "庚", "辛"].map(|name| (name, rate(0))));
        assert_eq!(said(&zeros, &sentences).as_deref(), Some("4 个为 0：戊、己、庚等 4 个"));
        let same = [("甲", rate(8)), ("乙", rate(8)), ("丙", rate(8))];
        assert_eq!(said(&same, &sentences), None, "nothing stands out");
        assert_eq!(said(&[("丁", StatCell::NotReported)], &sentences), None);
    }

    #[test]
    fn what_misses_its_bound_is_drawn_from_the_lowest_and_what_is_left_out_is_said() {
        let table = shares(&[
            ("甲", rate(8)),
            ("乙", rate(3)),
            ("丙", rate(4)),
            ("丁", StatCell::NotReported),
            ("戊", rate(1)),
            ("己", rate(2)),
        ]);
        let mut chart = Chart {
            title: "占比".to_owned(),
            edition: Edition::Signed,
            table: 0,
            series: vec!["占比".to_owned()],
            kind: ChartKind::Column,
            findings: Vec::new(),
            about: "占比".to_owned(),
            order: Some(Direction::LowFirst),
            missed: true,
            top: Some(2),
        };
        let drawn = Drawing::of(&chart, &table).expect("rows");
        assert_eq!((drawn.rows, drawn.remark.as_str()), (vec![4, 5], "“占比”：只画前 2 个，共 3 个。"));
        assert!(drawn.bound.is_some(), "the bound is a line");
        (chart.missed, chart.top) = (false, None);
        let drawn = Drawing::of(&chart, &table).expect("rows");
        assert_eq!(drawn.rows, [4, 5, 1, 2, 0], "half is enough, and who did not report has no place");
        assert!(drawn.remark.contains("1 个没有数"), "{}", drawn.remark);
    }
}
