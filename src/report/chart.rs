//! Charts, native and to be edited: greys that a black-and-white print keeps apart, the bound as a line. What a chart draws
//! stands beside it, outside of what is printed, in the order in which it is drawn; in the working edition each of these
//! cells points at the cell of the printed table.

use super::drawing::Drawing;
use crate::book::block::Stand;
use crate::book::body::{ColumnKinds, Printed};
use crate::book::cell_text::printable;
use crate::book::excel::letters;
use crate::book::paper::Paper;
use crate::book::style::{CellStyle, SONG};
use crate::definition::ChartKind;
use crate::model::statistic::{RowKind, StatCell};
use crate::text::masks::mask_within;
use rust_xlsxwriter::{
    Chart, ChartDataLabel, ChartDataLabelPosition, ChartEmptyCells, ChartFont, ChartFormat, ChartLegendPosition,
    ChartLine, ChartLineDashType, ChartMarker, ChartSolidFill, ChartType, Format, Formula, XlsxError,
};

/// Dark, light, middle, white: apart from one another in a black-and-white print.
const SERIES: [u32; 4] = [0x0059_5959, 0x00D9_D9D9, 0x00A6_A6A6, 0x00FF_FFFF];
/// Of bars on which figures stand.
const LINED: u32 = 0x00D0_D0D0;
const BORDER: u32 = 0x0040_4040;
/// Beyond so many columns, labels that stand upright do not fit below one another.
const UPRIGHT: usize = 12;
/// Pixels that a digit of a figure on a column takes.
const DIGIT: u32 = 6;
/// The first of the columns that hold what charts draw, 0-based; one is left empty before it.
const DATA: u16 = 9;

/// Where the figures of a chart stand on its sheet: rows 0-based, both included.
struct DrawnCells {
    sheet: String,
    rows: (u32, u32),
    /// The row of the headings.
    heading: u32,
}

/// Writes what a chart draws beside it, from the current row on.
fn data(drawing: &Drawing<'_>, stand: &Stand, paper: &mut Paper<'_>) -> Result<DrawnCells, XlsxError> {
    let styles = paper.styles;
    let top = paper.row;
    let words = format!("画图用的数，不打印，取自“{}”：{}", stand.sheet, drawing.table.title);
    paper.sheet.write_string_with_format(top, DATA, printable(&mask_within(&words)).0, &Format::default())?;
    let heading = top + 1;
    let columns: Vec<usize> = std::iter::once(drawing.label()).chain(drawing.columns.iter().copied()).collect();
    for (place, column) in (DATA..).zip(&columns) {
        let name = drawing.table.headings.get(*column).map_or("", |heading| heading.name.as_str());
        paper.sheet.write_string_with_format(heading, place, printable(name).0, &styles.heading)?;
    }
    let bound_column = DATA + columns.len() as u16;
    if let Some(bound) = drawing.bound {
        let words = format!("规定{}", bound.words);
        paper.sheet.write_string_with_format(heading, bound_column, words, &styles.heading)?;
    }
    let kinds = ColumnKinds::of(drawing.table);
    let mut row = heading;
    for (at, stat) in drawing.rows.iter().zip(&drawing.lines) {
        row += 1;
        let cells = kinds.print(stat);
        for (place, column) in (DATA..).zip(&columns) {
            let Some(cell) = cells.get(*column) else { continue };
            let format = styles.set(cell.set, RowKind::Body);
            let letter = stand.columns.get(*column).map(|column| letters(usize::from(*column)));
            let source = letter.map(|letter| {
                format!("='{}'!{letter}{}", stand.sheet.replace('\'', "''"), stand.headings.1 + 2 + *at as u32)
            });
            let shown = match &cell.printed {
                Printed::Words(words) => words.clone(),
                Printed::Figure(figure) => figure.to_string(),
                // What is no figure is a gap, not a bar of no height.
                Printed::State(_) | Printed::Nothing => continue,
            };
            match (&cell.printed, source.filter(|_| styles.live && stand.long.is_none())) {
                (_, Some(source)) => {
                    paper.sheet.write_formula_with_format(row, place, Formula::new(source).set_result(shown), format)?
                }
                (Printed::Figure(figure), None) => paper.sheet.write_number_with_format(row, place, *figure, format)?,
                (_, None) => paper.sheet.write_string_with_format(row, place, shown, format)?,
            };
        }
        if let Some(bound) = drawing.bound {
            let rate = drawing.all(|cell| matches!(cell, StatCell::Ratio { .. }));
            let style = if rate { CellStyle::Percent } else { CellStyle::Integer };
            let format = styles.cell(style, RowKind::Body);
            paper.sheet.write_number_with_format(row, bound_column, bound.value(), format)?;
        }
    }
    for (place, width) in (DATA..).zip(std::iter::once(26.0).chain(std::iter::repeat_n(12.0, columns.len()))) {
        paper.sheet.set_column_width(place, width)?;
    }
    Ok(DrawnCells { sheet: paper.sheet.name(), rows: (heading + 1, row), heading })
}

/// The rows of a sheet that a chart takes, or what it draws beside it; one is 20 pixels high by default.
fn rows(drawing: &Drawing<'_>) -> u32 {
    let height = height(drawing.kind, drawing.rows.len(), drawing.columns.len());
    (height + 24).div_ceil(20).max(drawing.rows.len() as u32 + 3)
}

/// The height of a chart with the room below it, in points.
pub fn tall(drawing: &Drawing<'_>) -> f64 {
    f64::from(rows(drawing) * 15)
}

/// Draws a chart of this width in pixels from the current row on, what it draws beside it, and goes below both.
///
/// # Errors
/// The sheet refuses a cell.
pub fn draw(drawing: &Drawing<'_>, stand: &Stand, width: u32, paper: &mut Paper<'_>) -> Result<(), XlsxError> {
    let places = data(drawing, stand, paper)?;
    let height = height(drawing.kind, drawing.rows.len(), drawing.columns.len());
    let chart = chart(drawing, &places, (width, height));
    paper.sheet.insert_chart_with_offset(paper.row, 0, &chart, 4, 4)?;
    paper.row += rows(drawing);
    paper.fold.add(tall(drawing));
    Ok(())
}

fn chart(drawing: &Drawing<'_>, places: &DrawnCells, (width, height): (u32, u32)) -> Chart {
    let kind = drawing.kind;
    let mut chart = Chart::new(match kind {
        ChartKind::Column => ChartType::Column,
        ChartKind::Bar => ChartType::Bar,
        ChartKind::Pie => ChartType::Pie,
    });
    let (points, series) = (drawing.rows.len(), drawing.columns.len());
    let (first, last) = places.rows;
    let sheet = places.sheet.as_str();
    let column = |at: usize| DATA + 1 + at as u16;
    let lined = kind == ChartKind::Column && drawing.bound.is_some();
    // Figures that would overlap are left out: they stand in the table.
    let figure = drawing.longest() as u32 * DIGIT + 8;
    let labelled = kind == ChartKind::Bar || (points * series) as u32 * figure <= width;
    for at in 0..series {
        let one = chart.add_series();
        one.set_name((sheet, places.heading, column(at)))
            .set_categories((sheet, first, DATA, last, DATA))
            .set_values((sheet, first, column(at), last, column(at)));
        let mut label = ChartDataLabel::new();
        if kind == ChartKind::Pie {
            one.set_data_label(label.show_category_name().show_percentage());
            continue;
        }
        // Above its bar a figure would stand on the line of the bound.
        let (color, place) = if lined {
            (LINED, ChartDataLabelPosition::InsideEnd)
        } else {
            (SERIES[at % SERIES.len()], ChartDataLabelPosition::OutsideEnd)
        };
        one.set_format(&mut fill(color)).set_gap(60);
        if labelled {
            label.show_value().set_font(&font(8, false)).set_position(place);
            one.set_data_label(&label);
            if lined {
                // Within a bar of hardly any height a figure would stand below the axis; so it stands on it.
                let based = label.clone().set_position(ChartDataLabelPosition::InsideBase).to_custom();
                let low = drawing.low(at).into_iter();
                let labels: Vec<ChartDataLabel> =
                    low.map(|low| if low { based.clone() } else { ChartDataLabel::default() }).collect();
                one.set_custom_data_labels(&labels);
            }
        }
    }
    if lined {
        let mut line = Chart::new(ChartType::Line);
        let mut dashed = ChartFormat::new();
        dashed.set_line(ChartLine::new().set_color(0).set_width(1.5).set_dash_type(ChartLineDashType::Dash));
        line.add_series()
            .set_name((sheet, places.heading, column(series)))
            .set_categories((sheet, first, DATA, last, DATA))
            .set_values((sheet, first, column(series), last, column(series)))
            .set_format(&mut dashed)
            .set_marker(ChartMarker::new().set_none());
        chart.combine(&line);
    }
    let title = printable(&drawing.title).0;
    chart.title().set_name(&*title).set_font(&font(11, true));
    chart.show_empty_cells_as(ChartEmptyCells::Gaps);
    let legend = chart.legend();
    legend.set_position(ChartLegendPosition::Bottom).set_font(&font(9, false));
    if series == 1 && kind != ChartKind::Pie && !lined {
        legend.set_hidden();
    }
    axes(&mut chart, kind, points);
    let values = if kind == ChartKind::Bar { chart.x_axis() } else { chart.y_axis() };
    if drawing.all(|cell| matches!(cell, StatCell::Integer(0..=8))) {
        // Otherwise the axis would count people in halves.
        values.set_major_unit(1).set_min(0);
    }
    if drawing.all(|cell| matches!(cell, StatCell::Integer(_))) {
        values.set_num_format("#,##0");
    }
    if drawing.all(|cell| matches!(cell, StatCell::Ratio { num, den } if (0..=*den).contains(num))) {
        values.set_num_format("0%").set_min(0).set_max(1);
    }
    if let Some(least) = drawing.least().filter(|least| *least < 0.0) {
        // Names stand at the left; the figure of the longest bar needs room before them.
        let step = 10f64.powf((-least).log10().floor()) / 2.0;
        values.set_min((least * 1.25 / step).floor() * step);
    }
    chart.set_width(width).set_height(height).set_alt_text(&*title);
    chart
}

/// What a chart's bars and their labels take, in pixels.
fn height(kind: ChartKind, points: usize, series: usize) -> u32 {
    match kind {
        // Many bars are thinner, so that two charts share a page; names need their room where each has one bar.
        ChartKind::Bar if series > 2 || (series == 2 && points > UPRIGHT) => {
            (100 + points as u32 * (6 + 11 * series as u32)).clamp(160, 860)
        }
        ChartKind::Bar => (100 + points as u32 * (9 + 13 * series as u32)).clamp(160, 860),
        ChartKind::Column if points > 20 => 420,
        ChartKind::Column | ChartKind::Pie => 280,
    }
}

fn axes(chart: &mut Chart, kind: ChartKind, points: usize) {
    // The writer names its axes by their place on the page: a bar chart's categories stand on the y axis.
    let bar = kind == ChartKind::Bar;
    let values = if bar { chart.x_axis() } else { chart.y_axis() };
    values.set_font(&font(9, false)).set_major_gridlines(true);
    values.set_major_gridlines_line(ChartLine::new().set_color(0x00D9_D9D9));
    // Not every font is as low as the usual one, and not every program shows names that would touch.
    let mut names = font(if bar && points > UPRIGHT { 8 } else { 9 }, false);
    if !bar {
        // Upright words break into lines; what does not fit so is turned.
        names.set_rotation(match points {
            0..=UPRIGHT => 0,
            13..=20 => -45,
            _ => -90,
        });
    }
    let categories = if bar { chart.y_axis() } else { chart.x_axis() };
    categories.set_font(&names).set_label_interval(1).set_major_gridlines(false);
    categories.set_label_position(rust_xlsxwriter::ChartAxisLabelPosition::Low);
    if bar {
        // Bars start at the bottom; reversed, they read in the order of the data.
        categories.set_reverse();
    }
}

fn fill(color: u32) -> ChartFormat {
    let mut format = ChartFormat::new();
    format
        .set_solid_fill(ChartSolidFill::new().set_color(color))
        .set_border(ChartLine::new().set_color(BORDER).set_width(0.5));
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
