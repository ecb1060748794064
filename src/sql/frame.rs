//! polars tables with origin: before ([`ReadFrame`]) and after ([`ValidatedFrame`]) validation.
//!
//! Columns: the form's columns by name (a unit column as the unit's name), and the engine's own:
//! `#source`, `#sheet`, `#row` (u32, 0-based physical row), `#unit` (u32 roster index of the recommending unit; null where it
//! cannot be told). The sign `#` cannot occur in a field's name.

use polars::prelude::DataFrame;

pub const SOURCE: &str = "#source";
pub const SHEET: &str = "#sheet";
pub const ROW: &str = "#row";
pub const UNIT: &str = "#unit";
/// Boolean, in validated frames only: the row counts.
pub const ACCEPTED: &str = "#accepted";

/// All rows of one form over all returns that are not held out or superseded, in input order.
#[derive(Debug, Clone)]
pub struct ReadFrame {
    /// Index into the plan's forms.
    pub form: usize,
    pub df: DataFrame,
}

/// The same rows with a verdict each ([`ACCEPTED`]).
#[derive(Debug, Clone)]
pub struct ValidatedFrame {
    pub form: usize,
    pub df: DataFrame,
    /// Per row, codes of the findings with 必改 on it (empty for most).
    pub blocked_by: Vec<Vec<std::sync::Arc<str>>>,
}

/// What a lookup found, as labels for lists and as outstanding rows for statistics.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LookupResult {
    /// Per row of the form's frame: what `show` says of its match, or `None`.
    pub shown: Vec<Option<String>>,
    /// Rows of the reference table (0-based) that pass the filter and that no *accepted* row matched,
    /// with the recommending unit that they belong to (`None` where the roster cannot tell).
    pub outstanding: Vec<(usize, Option<u32>)>,
}
