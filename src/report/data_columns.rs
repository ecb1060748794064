//! The columns of the data edition: who sent a row and for when, what it says, where it came from.

use super::accepted::{Accepted, Named, Values};
use crate::book::measure;
use crate::definition::Precision;

/// Who sent a row and for when, before what it says. The names give way to a form's own columns.
pub const SENT: [(&str, f64); 5] =
    [("报送单位", 24.0), ("报送单位代码", 13.0), ("渠道", 12.0), ("地市", 8.0), ("报告期", 12.0)];

/// Where a row came from, with widths.
pub const ORIGIN: [(&str, f64); 3] = [("报表文件", 36.0), ("工作表", 18.0), ("行号", 8.0)];

/// What stands in a cell that is in no figure until someone decides.
pub const PENDING: &str = "待核实";
/// What stands where the roster says nothing, or where nobody knows the unit.
pub const NONE: &str = "—";

/// A column of a sheet: its heading, its width, and what stands in it.
pub struct SheetColumn {
    pub heading: String,
    pub width: f64,
    pub content: ColumnContent,
}

/// What a column holds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum ColumnContent {
    /// Of [`SENT`], by position.
    Sent(usize),
    /// Of the form's columns, by position.
    Own(usize),
    /// The unit code beside one of them.
    Code(usize),
    /// Of [`ORIGIN`], by position.
    From(usize),
}

/// The columns of a form's sheets, each of another name.
pub fn columns(accepted: &Accepted<'_>) -> Vec<SheetColumn> {
    let own_width = |named: &Named<'_>| {
        let least = match named.values {
            Values::Text(_) | Values::Unit(_) => 18.0,
            Values::Date { precision: Precision::Day | Precision::DayOrMonth, .. } => 12.0,
            _ => 10.0,
        };
        f64::max(least, measure::width(measure::places(&named.name)))
    };
    let flat = |name: &str| name.replace('\n', " ");
    let own: Vec<String> = accepted.columns.iter().map(|named| flat(&named.name)).collect();
    let other = |name: &str| {
        // What a form says itself keeps its name.
        let taken = own.iter().any(|own| own.eq_ignore_ascii_case(name));
        if taken { format!("{name}（汇总）") } else { name.to_owned() }
    };
    let column = |heading, width, content| SheetColumn { heading, width, content };
    let mut all: Vec<SheetColumn> = SENT
        .iter()
        .enumerate()
        .map(|(at, (name, width))| column(other(name), *width, ColumnContent::Sent(at)))
        .collect();
    for (at, (named, heading)) in accepted.columns.iter().zip(&own).enumerate() {
        all.push(column(heading.clone(), own_width(named), ColumnContent::Own(at)));
        if matches!(named.values, Values::Unit(_)) {
            all.push(column(other(&format!("{heading}代码")), 13.0, ColumnContent::Code(at)));
        }
    }
    all.extend(
        ORIGIN.iter().enumerate().map(|(at, (name, width))| column(other(name), *width, ColumnContent::From(at))),
    );
    all
}
