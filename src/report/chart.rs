//! Charts of the overview: native Excel charts whose series refer to the cells of the printed tables.

use crate::book::block::Stand;
use crate::book::cell_text::printable;
use crate::book::style::{MARK, SONG};
use crate::definition::{Chart as Declared, ChartHole, ChartKind};
use crate::model::statistic::{RowKind, StatCell, StatTable};
use crate::text::masks::mask_within;
use rust_xlsxwriter::{
    Chart, ChartDataLabel, ChartDataLabelPosition, ChartEmptyCells, ChartFont, ChartFormat, ChartLegendPosition,
    ChartLine, ChartSolidFill, ChartType,
};

/// Dark, light, middle: apart from one another in a black-and-white print too.
const SERIES: [u32; 4] = [0x001F_3864, 0x00BF_BFBF, 0x005B_7FB5, 0x007F_7F7F];
/// Beyond so many bars, figures on them would overlap.
const LABELLED: usize = 24;

/// A chart with its height in pixels; `None` where the table has no rows, or none of the columns, to draw.
pub fn chart(declared: &Declared, table: &StatTable, stand: &Stand, width: u32) -> Option<(Chart, u32)> {
    let (first, last) = stand.body?;
    let columns: Vec<usize> = declared.series.iter().filter_map(|series| column_of(table, series)).collect();
    if columns.is_empty() || stand.sheet.is_empty() {
        return None;
    }
    let points = (last - first + 1) as usize;
    let bars = points * columns.len();
    let place = |column: usize| stand.columns.get(column).copied();
    let label = place(table.label_columns.saturating_sub(1))?;
    let mut chart = Chart::new(match declared.kind {
        ChartKind::Column => ChartType::Column,
        ChartKind::Bar => ChartType::Bar,
        ChartKind::Pie => ChartType::Pie,
    });
    let drawn = if declared.kind == ChartKind::Pie { &columns[..1] } else { &columns[..] };
    for (index, column) in drawn.iter().enumerate() {
        let (sheet, place) = (stand.sheet.as_str(), place(*column)?);
        let series = chart.add_series();
        series
            .set_name((sheet, name_row(table, stand, *column), place))
            .set_categories((sheet, first, label, last, label))
            .set_values((sheet, first, place, last, place));
        if declared.kind == ChartKind::Pie {
            series.set_data_label(ChartDataLabel::new().show_category_name().show_percentage());
        } else {
            series.set_format(&mut fill(SERIES[index % SERIES.len()])).set_gap(60);
            if bars <= LABELLED {
                labels(series, table, *column);
            }
        }
    }
    let said = column_of(table, &declared.about).and_then(|column| finding(&declared.findings, table, column));
    let title = said.map_or_else(|| declared.title.clone(), |said| format!("{}：{said}", declared.title));
    let title = printable(&title).0;
    chart.title().set_name(&*title).set_font(&font(12, true));
    chart.show_empty_cells_as(ChartEmptyCells::Gaps);
    let legend = chart.legend();
    legend.set_position(ChartLegendPosition::Bottom).set_font(&font(9, false));
    if drawn.len() == 1 && declared.kind != ChartKind::Pie {
        legend.set_hidden();
    }
    let height = axes(&mut chart, declared.kind, points, drawn.len());
    if few_whole_numbers(table, drawn) {
        // Otherwise the axis would count people in halves.
        let values = if declared.kind == ChartKind::Bar { chart.x_axis() } else { chart.y_axis() };
        values.set_major_unit(1);
    }
    if shares(table, drawn) {
        let values = if declared.kind == ChartKind::Bar { chart.x_axis() } else { chart.y_axis() };
        values.set_num_format("0%").set_min(0).set_max(1);
    }
    chart.set_width(width).set_height(height).set_alt_text(&*title);
    Some((chart, height))
}

/// Names that a title holds; more are counted.
const NAMED: usize = 3;

/// What the figures of a column say: the first of these sentences whose holes can all be filled.
fn finding(sentences: &[String], table: &StatTable, column: usize) -> Option<String> {
    let label = table.label_columns.saturating_sub(1);
    let mut figures: Vec<(f64, String, String)> = Vec::new();
    for row in table.rows.iter().filter(|row| row.kind == RowKind::Body) {
        let (Some(StatCell::Text(name)), Some(cell)) = (row.cells.get(label), row.cells.get(column)) else { continue };
        let Some((value, words)) = amount(cell) else { continue };
        let mark = if row.doubt(column).is_some() { MARK } else { "" };
        figures.push((value, name.clone(), format!("{words}{mark}")));
    }
    let ends = |least: bool| {
        let best = figures.iter().map(|(value, ..)| *value).reduce(if least { f64::min } else { f64::max })?;
        let at: Vec<&(f64, String, String)> = figures.iter().filter(|(value, ..)| *value == best).collect();
        // What most have in common is no end of anything.
        let tells = at.len() * 2 < figures.len();
        let words = at.first().map(|(.., words)| words.clone())?;
        tells.then(|| format!("{}（{words}）", names(at.iter().map(|(_, name, _)| name.as_str()))))
    };
    let zeros: Vec<&str> = figures.iter().filter(|(value, ..)| *value == 0.0).map(|(_, name, _)| &**name).collect();
    let fill = |hole: ChartHole| match hole {
        ChartHole::Highest => ends(false),
        ChartHole::Lowest => ends(true),
        ChartHole::Zeros => (!zeros.is_empty()).then(|| names(zeros.iter().copied())),
        ChartHole::ZeroCount => (!zeros.is_empty()).then(|| zeros.len().to_string()),
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
        StatCell::Ratio { num, den } if *den != 0 => {
            let rate = *num as f64 / *den as f64;
            Some((rate, format!("{:.1}%", rate * 100.0)))
        }
        _ => None,
    }
}

/// A heading that takes several rows keeps its words in the first of them, right under its parents.
fn name_row(table: &StatTable, stand: &Stand, column: usize) -> u32 {
    stand.headings.0 + table.headings.get(column).map_or(0, |heading| heading.parents.len() as u32)
}

fn axes(chart: &mut Chart, kind: ChartKind, points: usize, series: usize) -> u32 {
    // The writer names its axes by their place on the page: a bar chart's categories stand on the y axis.
    let bar = kind == ChartKind::Bar;
    let values = if bar { chart.x_axis() } else { chart.y_axis() };
    values.set_font(&font(9, false)).set_major_gridlines(true);
    values.set_major_gridlines_line(ChartLine::new().set_color(0x00D9_D9D9));
    let mut names = font(9, false);
    if !bar && points > 8 {
        names.set_rotation(if points > 20 { -90 } else { -45 });
    }
    let categories = if bar { chart.y_axis() } else { chart.x_axis() };
    categories.set_font(&names).set_label_interval(1).set_major_gridlines(false);
    match kind {
        ChartKind::Bar => {
            // Bars start at the bottom; reversed, they read in the table's order.
            categories.set_reverse();
            (110 + points as u32 * (8 + 9 * series as u32)).clamp(240, 860)
        }
        ChartKind::Column if points > 20 => 420,
        ChartKind::Column | ChartKind::Pie => 300,
    }
}

/// Figures on the bars, none where there is no figure: a unit that did not report is a gap, not a zero.
fn labels(series: &mut rust_xlsxwriter::ChartSeries, table: &StatTable, column: usize) {
    let mut label = ChartDataLabel::new();
    label.show_value().set_font(&font(8, false)).set_position(ChartDataLabelPosition::OutsideEnd);
    let one_by_one: Vec<ChartDataLabel> = table
        .rows
        .iter()
        .filter(|row| row.kind == RowKind::Body)
        .map(|row| {
            let mut own = label.clone();
            if !row.cells.get(column).is_some_and(is_figure) {
                own.set_hidden();
            }
            own.to_custom()
        })
        .collect();
    let gaps = one_by_one.len() != table.rows.iter().filter(|r| r.cells.get(column).is_some_and(is_figure)).count();
    series.set_data_label(&label);
    if gaps {
        series.set_custom_data_labels(&one_by_one);
    }
}

/// Whether all figures are shares of a whole: their axis ends at 100%.
fn shares(table: &StatTable, columns: &[usize]) -> bool {
    let body = table.rows.iter().filter(|row| row.kind == RowKind::Body);
    let mut figures =
        body.flat_map(|row| columns.iter().filter_map(|column| row.cells.get(*column))).filter(|c| is_figure(c));
    figures.all(|cell| matches!(cell, StatCell::Ratio { num, den } if (0..=*den).contains(num)))
}

fn few_whole_numbers(table: &StatTable, columns: &[usize]) -> bool {
    let body = table.rows.iter().filter(|row| row.kind == RowKind::Body);
    let mut cells = body.flat_map(|row| columns.iter().filter_map(|column| row.cells.get(*column)));
    cells.all(|cell| matches!(cell, StatCell::Integer(0..=8)) || !is_figure(cell))
}

fn is_figure(cell: &StatCell) -> bool {
    matches!(cell, StatCell::Integer(_) | StatCell::Number(_) | StatCell::Points(_))
        || matches!(cell, StatCell::Ratio { den, .. } if *den != 0)
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

fn fill(color: u32) -> ChartFormat {
    let mut format = ChartFormat::new();
    format
        .set_solid_fill(ChartSolidFill::new().set_color(color))
        .set_border(ChartLine::new().set_color(0x0040_4040).set_width(0.5));
    format
}

fn font(size: u8, bold: bool) -> ChartFont {
    let mut font = ChartFont::new();
    font.set_name(SONG).set_size(size);
    if bold {
        font.set_bold();
    } else {
        font.unset_bold();
    }
    font
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::statistic::StatRow;
    use crate::report::fixture::tables::table;

    fn said(cells: &[(&str, StatCell)], sentences: &[&str]) -> Option<String> {
        let rows = cells
            .iter()
            .map(|(name, cell)| StatRow::new(RowKind::Body, vec![StatCell::Text((*name).to_owned()), cell.clone()]))
            .collect();
        let table = table("x", "x", "x", Vec::new(), rows);
        finding(&sentences.iter().map(|words| (*words).to_owned()).collect::<Vec<_>>(), &table, 1)
    }

    #[test]
    fn a_title_says_the_first_finding_that_the_figures_bear() {
        let sentences = ["{为零个数} 个为 0：{为零}", "最高{最高}，最低{最低}"];
        let rate = |num| StatCell::Ratio { num, den: 8 };
        let some = [("甲", rate(8)), ("乙", rate(3)), ("丙", rate(5)), ("丁", StatCell::NotReported)];
        assert_eq!(said(&some, &sentences).as_deref(), Some("最高甲（100.0%），最低乙（37.5%）"));
        let mut zeros = some.to_vec();
        zeros.extend(["戊", "己", "庚", "辛"].map(|name| (name, rate(0))));
        assert_eq!(said(&zeros, &sentences).as_deref(), Some("4 个为 0：戊、己、庚等 4 个"));
        let same = [("甲", rate(8)), ("乙", rate(8)), ("丙", rate(8))];
        assert_eq!(said(&same, &sentences), None, "nothing stands out");
        assert_eq!(said(&[("丁", StatCell::NotReported)], &sentences), None);
    }
}
