//! The columns of a leadership sheet, decided for all of its blocks at once.

use super::measure::{self, single_message};
use crate::model::stat_table::StatTable;
use crate::model::statistic::{RowKind, StatCell};
use rust_xlsxwriter::{Worksheet, XlsxError};
use std::collections::BTreeMap;

/// Columns of a sheet that its blocks share, in Excel's units, and whether it has to lie on its side.
///
/// Blocks with equally many columns have the same widths. Others get widths of their own over the same page: the sheet's
/// columns are then the pieces between all their edges, and a block's column may take several of them.
#[derive(Debug, Clone, PartialEq)]
pub struct SheetColumns {
    pub widths: Vec<f64>,
    pub landscape: bool,
    /// Per number of columns of a block: the first and last column of the sheet that each takes.
    spans: BTreeMap<usize, Vec<(u16, u16)>>,
}

/// A4 between our margins at 96 dots an inch, upright and on its side, as a sum of column widths.
const UPRIGHT: f64 = 93.0;
const LYING: f64 = 140.0;
/// How much wider a sheet may be than its upright page: eleven points are then printed as more than eight.
const SHRUNK: f64 = 1.35;
/// Longer words are broken; a list's long columns stay readable.
const WIDEST: usize = 42;
/// Edges nearer than this become one; no column is as narrow.
const SNAP: f64 = 2.5;

impl SheetColumns {
    /// A sheet of given widths, printed upright, without blocks.
    pub fn fixed(widths: Vec<f64>) -> SheetColumns {
        SheetColumns { widths, landscape: false, spans: BTreeMap::new() }
    }

    /// Fits the columns of all blocks of one sheet.
    pub fn fit(tables: &[&StatTable]) -> SheetColumns {
        let mut measured: BTreeMap<usize, Vec<ColumnRoom>> = BTreeMap::new();
        // A sentence runs over whatever columns there are.
        let ruled: Vec<&StatTable> = tables.iter().copied().filter(|table| single_message(table).is_none()).collect();
        let tables = if ruled.is_empty() { tables } else { ruled.as_slice() };
        for table in tables {
            let count = table.headings.len().max(1);
            measure(
                table,
                measured
                    .entry(count)
                    .or_insert_with(|| vec![ColumnRoom { full: 6, widest: 6, whole: 5, least: 5 }; count]),
            );
        }
        let of = |room: fn(&ColumnRoom) -> usize| -> BTreeMap<usize, Vec<f64>> {
            let widths = |rooms: &Vec<ColumnRoom>| rooms.iter().map(|one| measure::width(room(one))).collect();
            measured.iter().map(|(count, rooms)| (*count, widths(rooms))).collect()
        };
        let wide = |shapes: &BTreeMap<usize, Vec<f64>>| {
            shapes.values().map(|widths| widths.iter().sum::<f64>()).fold(1.0, f64::max)
        };
        let (mut shapes, least) = (of(|room| room.widest), of(|room| room.least));
        let declared = tables.iter().any(|table| table.landscape);
        let mut landscape = declared || wide(&shapes) > UPRIGHT * SHRUNK;
        if landscape && !declared && wide(&least) <= UPRIGHT * SHRUNK {
            // Long words broken into two lines keep the sheet upright like its neighbours, and on fewer pages.
            landscape = false;
            let whole = of(|room| room.whole);
            for (count, widths) in &mut shapes {
                // A heading in two lines costs one row more, a word one in every row.
                for least in [&whole, &least] {
                    narrow(widths, least.get(count).map_or(&[], Vec::as_slice), UPRIGHT * SHRUNK);
                }
            }
        }
        let page = if landscape { LYING } else { UPRIGHT };
        for (widths, full) in shapes.values_mut().zip(of(|room| room.full).into_values()) {
            // Where the page has room, long words take it before the others are spread.
            let mut wanted = full;
            narrow(&mut wanted, widths, page);
            if wanted.iter().sum::<f64>() <= page {
                *widths = wanted;
            }
        }
        let natural = wide(&shapes);
        // A narrow table is spread over the page, but not beyond what the eye can follow.
        let total = natural.max(page.min(natural * 1.9));
        let edges: BTreeMap<usize, Vec<f64>> =
            shapes.iter().map(|(count, widths)| (*count, right_edges(widths, total))).collect();
        let cuts = cuts(edges.values().flatten().copied().collect());
        let spans: BTreeMap<usize, Vec<(u16, u16)>> =
            edges.into_iter().map(|(count, edges)| (count, spans(&edges, &cuts))).collect();
        let starts = std::iter::once(0.0).chain(cuts.iter().copied());
        let mut widths: Vec<f64> = cuts.iter().zip(starts).map(|(end, start)| end - start).collect();
        // Where edges became one, a column may have lost what its figures need: ### in a signed table.
        for (count, needed) in &shapes {
            for (needed, (first, last)) in needed.iter().zip(spans.get(count).into_iter().flatten()) {
                let (first, last) = (usize::from(*first), usize::from(*last));
                let has: f64 = widths.get(first..=last).into_iter().flatten().sum();
                if let Some(piece) = widths.get_mut(last)
                    && has < *needed
                {
                    *piece += needed - has;
                }
            }
        }
        SheetColumns { widths, landscape, spans }
    }

    /// Writes the widths to the sheet.
    pub fn apply(&self, sheet: &mut Worksheet) -> Result<(), XlsxError> {
        for (column, width) in (0u16..).zip(&self.widths) {
            sheet.set_column_width(column, *width)?;
        }
        Ok(())
    }

    /// Makes every column wider by the same factor; beyond what a page takes, that prints it smaller.
    pub fn widen(&mut self, by: f64) {
        self.widths.iter_mut().for_each(|width| *width *= by);
    }

    /// The sheet's columns that a block's column takes.
    pub fn span(&self, columns: usize, column: usize) -> (u16, u16) {
        let known = self.spans.get(&columns.max(1)).and_then(|spans| spans.get(column));
        known.copied().unwrap_or((column as u16, column as u16))
    }

    /// The width of these columns of the sheet together, in Excel's units.
    pub fn width_of(&self, (first, last): (u16, u16)) -> f64 {
        self.widths.iter().take(usize::from(last) + 1).skip(usize::from(first)).sum()
    }

    /// The width of all columns, in Excel's units.
    pub fn total(&self) -> f64 {
        self.widths.iter().sum()
    }

    /// How many half-width places of this type a line over all columns takes, in points; with some room, since a program
    /// that has another font draws digits wider.
    pub fn room(&self, size: f64) -> usize {
        let points: f64 = self.widths.iter().map(|width| (width * 7.0 + 5.0) * 0.75).sum();
        (points * 0.95 / (size / 2.0)) as usize
    }

    /// The last column, 0-based.
    pub fn last(&self) -> u16 {
        self.widths.len().max(1) as u16 - 1
    }
}

/// The right edge of every column of a shape that is stretched to this total.
fn right_edges(widths: &[f64], total: f64) -> Vec<f64> {
    let stretch = total / widths.iter().sum::<f64>();
    let mut at = 0.0;
    let edges = widths.iter().map(|width| {
        at += width * stretch;
        at
    });
    edges.collect()
}

/// Where the sheet's columns end: at every edge, those that nearly meet made one.
fn cuts(mut edges: Vec<f64>) -> Vec<f64> {
    edges.sort_by(f64::total_cmp);
    let mut cuts: Vec<f64> = Vec::new();
    for edge in edges {
        if cuts.last().is_none_or(|last| edge - last > SNAP) {
            cuts.push(edge);
        }
    }
    cuts
}

/// The first and last of the sheet's columns that each column of a shape takes.
fn spans(edges: &[f64], cuts: &[f64]) -> Vec<(u16, u16)> {
    let column_of = |edge: f64| cuts.iter().rposition(|cut| *cut <= edge).unwrap_or(0) as u16;
    let mut first = 0;
    let spans = edges.iter().map(|edge| {
        let last = column_of(*edge).max(first);
        let span = (first, last);
        first = last + 1;
        span
    });
    spans.collect()
}

/// What a column needs, in half-width places.
#[derive(Debug, Clone, Copy)]
struct ColumnRoom {
    /// However long the words are.
    full: usize,
    widest: usize,
    /// With headings broken, and words in one line.
    whole: usize,
    /// With long words in two lines.
    least: usize,
}

/// Makes the widest columns narrower, none below its least, until they come to no more than `total`.
fn narrow(widths: &mut [f64], least: &[f64], total: f64) {
    let mut cap = widths.iter().copied().fold(0.0, f64::max);
    while widths.iter().sum::<f64>() > total && cap > 0.0 {
        cap -= 0.5;
        for (width, least) in widths.iter_mut().zip(least) {
            *width = width.min(cap.max(*least));
        }
    }
}

/// Widens the rooms to what a table's columns need.
fn measure(table: &StatTable, rooms: &mut [ColumnRoom]) {
    for (room, heading) in rooms.iter_mut().zip(&table.headings) {
        // A heading may break into two lines, with room for a word that does not; a figure may not.
        let places = measure::places(&heading.name);
        // One of a word and a short remark (同比（可比）) stays whole: broken, its bracket would stand alone.
        let heading = if places > 12 { places.div_ceil(2) + 2 } else { places };
        room.full = room.full.max(heading);
        room.widest = room.widest.max(heading.min(WIDEST));
        let broken = if places > 6 { places.div_ceil(2) + 1 } else { places }.min(WIDEST);
        (room.whole, room.least) = (room.whole.max(broken), room.least.max(broken));
    }
    if single_message(table).is_some() {
        return;
    }
    for row in table.rows.iter() {
        for (at, (room, cell)) in rooms.iter_mut().zip(&row.cells).enumerate() {
            let longest = measure::widest(cell);
            // The mark of doubt takes the room of a character; words stand a little off their border.
            let figure = !matches!(cell, StatCell::Text(_) | StatCell::Alarm(_)) && cell.state().is_none();
            // Long figures add up what another font draws them wider.
            let longest = if figure && longest > 8 { longest + longest / 5 } else { longest };
            let mark = if figure || row.doubt(at).is_some() { 2 } else { 0 };
            let longest = longest + table.parts_of(at, cell).map_or(0, |words| words.len());
            let off = usize::from(matches!(cell, StatCell::Text(_)));
            // A total is bold, and stands off its border; a figure that does not fit is printed as ###.
            let bold = if row.kind == RowKind::Total { 1 + longest / 8 } else { 0 };
            room.full = room.full.max(longest + mark + off + bold);
            let whole = (longest + mark + off + bold).min(WIDEST);
            (room.widest, room.whole) = (room.widest.max(whole), room.whole.max(whole));
            // Words may break where a figure may not; a short word is not worth a second line.
            let broken = matches!(cell, StatCell::Text(_) | StatCell::Alarm(_)) && whole > 12;
            room.least = room.least.max(if broken { whole.div_ceil(2) + 3 } else { whole });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::stat_table::Heading;
    use crate::model::statistic::StatRow;

    fn empty_table() -> StatTable {
        StatTable {
            id: "t".to_owned(),
            sheet: "t".to_owned(),
            title: "t".to_owned(),
            caption: String::new(),
            headings: Vec::new(),
            rows: Vec::new().into(),
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

    /// Many short figures beside a long name stay upright: headings break first, words only where that is not enough.
    #[test]
    fn a_table_of_many_figures_stays_upright_and_its_names_whole() {
        let of = |name: &str, count: usize| {
            let cells =
                std::iter::once(StatCell::Text(name.to_owned())).chain((1..count).map(|_| StatCell::Integer(18)));
            let heading = |at: usize| Heading {
                parents: Vec::new(),
                name: if at == 0 { "推荐单位".to_owned() } else { "备选申报数".to_owned() },
            };
            let rows = vec![StatRow::new(RowKind::Body, cells.collect())];
            StatTable { headings: (0..count).map(heading).collect(), rows: rows.into(), ..empty_table() }
        };
        let fit = |table: &StatTable| SheetColumns::fit(&[table]);
        let name = "铜岭有色集团有限公司工会";
        let twelve = of(name, 12);
        let columns = fit(&twelve);
        assert!(!columns.landscape && columns.total() <= UPRIGHT * SHRUNK + 1e-9, "{columns:?}");
        let label = columns.width_of(columns.span(12, 0));
        assert!(label >= measure::width(measure::places(name)), "the name stays whole: {label}");
        assert!(fit(&of(name, 20)).landscape, "what no page takes upright lies");
        // Sixty characters break into lines, and keep to the page.
        let long = fit(&of(&"长".repeat(60), 8));
        assert!(!long.landscape && long.total() <= UPRIGHT * SHRUNK + 1e-9, "{long:?}");
    }

    /// Blocks of 11 and 12 columns over one page have edges that nearly meet.
    #[test]
    fn no_column_is_narrower_than_its_figures() {
        const NAMES: [&str; 12] = [
            "地区",
            "应报",
            "按时",
            "迟报",
            "其中逾期",
            "退回",
            "无法读取",
            "未报",
            "报送率",
            "按时率",
            "平均得分",
            "名次",
        ];
        let table = |first: &str, count: usize| {
            let cell = |column: usize| match column {
                0 => StatCell::Text(first.to_owned()),
                8 | 9 => StatCell::Ratio { num: 1, den: 1 },
                10 => StatCell::Number(97.5),
                _ => StatCell::Integer(24),
            };
            let row = StatRow::new(RowKind::Body, (0..count).map(cell).collect());
            let headings =
                NAMES.iter().take(count).map(|name| Heading { parents: Vec::new(), name: (*name).to_owned() });
            StatTable { headings: headings.collect(), rows: vec![row].into(), ..empty_table() }
        };
        let tables = [table("大型企业", 12), table("2026年1月", 11)];
        let grid = SheetColumns::fit(&tables.iter().collect::<Vec<_>>());
        for table in &tables {
            for (column, cell) in table.rows.all()[0].cells.iter().enumerate() {
                let (has, needs) = (
                    grid.width_of(grid.span(table.headings.len(), column)),
                    measure::width(measure::places(&measure::shown(cell))),
                );
                assert!(has >= needs - 1e-9, "column {column} of {}: {has} < {needs}", table.headings.len());
            }
        }
    }
}
