//! What the rows of a table print: per cell the words or the figure, and how they are set. Knows no sheet.

use super::excel::serial;
use super::style::{CellSet, CellStyle};
use super::{cell_text, measure};
use crate::model::stat_table::StatTable;
use crate::model::statistic::{RowKind, StatCell, StatRow};
use crate::text::dates::show_day;
use crate::text::masks::{mask, mask_within};

/// What the columns of a table have in common, decided once.
pub struct ColumnKinds<'t> {
    labels: usize,
    /// Words of at most six characters stand in the middle.
    short: Vec<bool>,
    decimals: Vec<CellStyle>,
    /// Years and the like: numbers that are names.
    plain: Vec<bool>,
    private: Vec<bool>,
    /// The table, for what stands behind its figures.
    table: &'t StatTable,
}

impl<'t> ColumnKinds<'t> {
    pub fn of(table: &'t StatTable) -> ColumnKinds<'t> {
        let count = table.headings.len();
        let (mut short, mut decimals) = (vec![true; count], vec![CellStyle::Integer; count]);
        for row in table.rows.iter() {
            for ((short, decimals), cell) in short.iter_mut().zip(&mut decimals).zip(&row.cells) {
                match cell {
                    StatCell::Text(t) | StatCell::Alarm(t) => {
                        *short = *short && measure::places(t) <= 12 && !t.contains('\n');
                    }
                    StatCell::Number(v) if (v * 10.0 - (v * 10.0).round()).abs() > 1e-6 => {
                        *decimals = CellStyle::Decimal2;
                    }
                    StatCell::Number(v) if v.fract() != 0.0 && *decimals == CellStyle::Integer => {
                        *decimals = CellStyle::Decimal1;
                    }
                    _ => {}
                }
            }
        }
        let names = || table.headings.iter().map(|heading| heading.name.as_str());
        ColumnKinds {
            labels: table.label_columns,
            short,
            decimals,
            plain: names().map(|name| ["年度", "年份", "序号"].iter().any(|word| name.ends_with(word))).collect(),
            private: (0..count).map(|column| table.private_columns.contains(&column)).collect(),
            table,
        }
    }

    fn flag(flags: &[bool], column: usize) -> bool {
        flags.get(column).copied().unwrap_or(false)
    }

    fn text_kind(&self, column: usize) -> CellStyle {
        if Self::flag(&self.short, column) && !(column == 0 && self.labels > 0) {
            CellStyle::Centre
        } else {
            CellStyle::Left
        }
    }

    /// The cells of a row, left to right.
    pub fn print(&self, row: &StatRow) -> Vec<PrintedCell> {
        let cell = |(index, cell)| {
            let (printed, style) = self.cell(row.kind, index, cell);
            let behind = self.table.parts_of(index, cell);
            PrintedCell { printed, set: CellSet { style, marked: row.doubt(index).is_some() }, behind }
        };
        row.cells.iter().enumerate().map(cell).collect()
    }

    fn cell(&self, row: RowKind, index: usize, cell: &StatCell) -> (Printed, CellStyle) {
        match cell {
            StatCell::Text(text) | StatCell::Alarm(text) => {
                let alarm = matches!(cell, StatCell::Alarm(_));
                let style = if alarm { CellStyle::Alarm } else { self.text_kind(index) };
                // The label of a total stands in the middle, as on every official form.
                let style = if row == RowKind::Total && index == 0 { CellStyle::Centre } else { style };
                (Printed::Words(printed(text, Self::flag(&self.private, index))), style)
            }
            StatCell::Integer(value) => {
                let name = index < self.labels || Self::flag(&self.plain, index);
                (integer(*value), if name { CellStyle::Plain } else { CellStyle::Integer })
            }
            StatCell::Number(value) if value.is_finite() => {
                (Printed::Figure(*value), self.decimals.get(index).copied().unwrap_or(CellStyle::Decimal2))
            }
            StatCell::Ratio { num, den } if *den != 0 => {
                (Printed::Figure(*num as f64 / *den as f64), CellStyle::Percent)
            }
            StatCell::Points(points) if points.is_finite() => (Printed::Figure(*points), CellStyle::Points),
            StatCell::Date(day) => (date(*day), CellStyle::Date),
            StatCell::Month(day) => (date(*day), CellStyle::Month),
            state => match state.state() {
                Some(word) => {
                    let faint = *state == StatCell::NotReported;
                    (Printed::State(word), if faint { CellStyle::Faint } else { CellStyle::Centre })
                }
                None => (Printed::Nothing, CellStyle::Left),
            },
        }
    }
}

/// A cell as it is printed.
pub struct PrintedCell {
    pub printed: Printed,
    pub set: CellSet,
    /// Words behind its figure, which stays a number.
    pub behind: Option<String>,
}

/// What stands in a cell.
pub enum Printed {
    Words(String),
    Figure(f64),
    /// What stands in a figure's place.
    State(&'static str),
    Nothing,
}

/// The height of a row with these cells, in points; `width` says how wide each is.
pub fn height(cells: &[PrintedCell], width: impl Fn(usize) -> f64) -> f64 {
    let lines = cells.iter().enumerate().map(|(index, cell)| match &cell.printed {
        Printed::Words(words) if cell.set.style.number_format().is_none() => {
            // Words at the left stand a little off their border.
            let off = if cell.set.style == CellStyle::Left { 1.5 } else { 0.0 };
            measure::lines(words, width(index) - off, 11.0)
        }
        _ => 1,
    });
    (f64::from(lines.max().unwrap_or(1)) * 15.0 + 5.0).clamp(20.0, 400.0)
}

/// Words as they are printed: numbers of people masked, and a private column's words altogether.
fn printed(text: &str, private: bool) -> String {
    let masked = if private { mask_within(&mask(text)) } else { mask_within(text) };
    cell_text::printable(&masked).0.into_owned()
}

/// Excel keeps 15 digits of a number; a longer one is written as text, whole.
fn integer(value: i64) -> Printed {
    if value.unsigned_abs() < 1_000_000_000_000_000 {
        Printed::Figure(value as f64)
    } else {
        Printed::Words(value.to_string())
    }
}

fn date(day: i32) -> Printed {
    serial(day).map_or_else(|| Printed::Words(show_day(day)), Printed::Figure)
}
