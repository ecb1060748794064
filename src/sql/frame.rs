//! polars tables with origin: before ([`ReadFrame`]) and after ([`ValidatedFrame`]) validation.
//!
//! Columns: the form's columns by name (a unit column as the unit's name), and the engine's own:
//! `#source`, `#sheet`, `#row` (u32, 0-based physical row), `#unit` (u32 roster index of the recommending unit; null where it
//! cannot be told). The sign `#` cannot occur in a field's name.

use super::{Checked, Context, Literal, compile};
use crate::domain::period::{Period, day};
use crate::model::{Column as Values, FormTable};
use crate::spec::reference::ReferenceTable;
use crate::spec::{Plan, Reference, Roster};
use polars::prelude::{
    BooleanChunked, BooleanChunkedBuilder, ChunkedBuilder, Column, DataFrame, Expr, Float64Type, Int32Type, Int64Type,
    IntoColumn, IntoLazy, NewChunkedArray, PlSmallStr, PolarsResult, PrimitiveChunkedBuilder, StringChunkedBuilder,
    UInt32Type,
};
use std::sync::Arc;

pub const SOURCE: &str = "#source";
pub const SHEET: &str = "#sheet";
pub const ROW: &str = "#row";
/// First column in the upper 16 bits, last in the lower ([`crate::model::Origin::cols`]): tells records of one row apart.
pub const COLS: &str = "#cols";
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

/// Builds one form's frame; consumes the tables one by one, so their text is freed as it is copied.
pub fn assemble(
    plan: &Plan,
    reference: &Reference,
    form_index: usize,
    tables: impl Iterator<Item = FormTable>,
) -> ReadFrame {
    let Some(form) = plan.forms.get(form_index) else {
        return ReadFrame { form: form_index, df: DataFrame::empty() };
    };
    let tables: Vec<FormTable> = tables.filter(|table| usize::from(table.form) == form_index).collect();
    let height = tables.iter().map(|table| table.origins.len()).sum();
    let columns = form.columns();
    let unit_column = columns.iter().position(|column| column.field == form.unit_field);
    let mut builders: Vec<Builder> =
        columns.iter().map(|column| Builder::new(&column.name, column.ty, height)).collect();
    let recommenders = recommenders(&reference.roster);
    let mut source = PrimitiveChunkedBuilder::<UInt32Type>::new(SOURCE.into(), height);
    let mut sheet = PrimitiveChunkedBuilder::<UInt32Type>::new(SHEET.into(), height);
    let mut row = PrimitiveChunkedBuilder::<UInt32Type>::new(ROW.into(), height);
    let mut cols = PrimitiveChunkedBuilder::<UInt32Type>::new(COLS.into(), height);
    let mut unit = PrimitiveChunkedBuilder::<UInt32Type>::new(UNIT.into(), height);
    for table in tables {
        for origin in &table.origins {
            source.append_value(origin.source);
            sheet.append_value(u32::from(origin.sheet));
            row.append_value(origin.row);
            cols.append_value(u32::from(origin.cols.0) << 16 | u32::from(origin.cols.1));
        }
        let units = unit_column.and_then(|at| match table.columns.get(at) {
            Some(Values::Unit(units)) => Some(units.as_slice()),
            _ => None,
        });
        for at in 0..table.origins.len() {
            let named = units.and_then(|units| units.get(at).copied().flatten());
            unit.append_option(named.and_then(|named| recommenders.get(named as usize).copied().flatten()));
        }
        let rows = table.origins.len();
        let mut values = table.columns.into_iter();
        for builder in &mut builders {
            builder.extend(values.next(), rows, &reference.roster);
        }
    }
    let mut all: Vec<Column> = builders.into_iter().map(Builder::finish).collect();
    all.extend([source, sheet, row, cols, unit].map(|builder| builder.finish().into_column()));
    let df = DataFrame::new(height, all).expect("names are unique by the definition's check, heights by `extend`");
    ReadFrame { form: form_index, df }
}

/// A reference table as a frame, its columns by name.
pub fn reference_frame(table: &ReferenceTable, roster: &Roster) -> DataFrame {
    let height = table.lines.len();
    let columns = table.column_names.iter().zip(&table.columns).map(|(name, values)| {
        let mut builder = Builder::new(name, kind(values), height);
        builder.extend(Some(values.clone()), height, roster);
        builder.finish()
    });
    DataFrame::new(height, columns.collect()).expect("a schema's names are unique, heights are equal by `extend`")
}

/// Per unit of the roster, the recommending unit that its rows count under ([`Roster::recommender`], for all at once).
pub fn recommenders(roster: &Roster) -> Vec<Option<u32>> {
    let mut owes = vec![false; roster.units.len()];
    for unit in &roster.expected {
        if let Some(slot) = owes.get_mut(*unit as usize) {
            *slot = true;
        }
    }
    let nearest = |unit: usize| {
        let mut here = unit;
        for _ in 0..=roster.units.len() {
            if *owes.get(here)? {
                return Some(here as u32);
            }
            here = roster.units.get(here)?.parent? as usize;
        }
        None
    };
    (0..roster.units.len()).map(nearest).collect()
}

/// Which rows an expression is true for; NULL is not true.
pub fn filter_mask(df: &DataFrame, checked: &Checked, context: &Context) -> Vec<bool> {
    evaluate(df, &[compile(checked, context)])
        .pop()
        .map(|column| column.into_iter().map(|value| value == Some(true)).collect())
        .unwrap_or_default()
}

/// Boolean expressions over all rows in one pass, each as long as the frame.
pub fn evaluate(df: &DataFrame, exprs: &[Expr]) -> Vec<Vec<Option<bool>>> {
    let height = df.height();
    if height == 0 || exprs.is_empty() {
        return vec![Vec::new(); exprs.len()];
    }
    let named: Vec<Expr> = exprs.iter().enumerate().map(|(at, expr)| expr.clone().alias(format!("#{at}"))).collect();
    let collect = || -> PolarsResult<Vec<Vec<Option<bool>>>> {
        // with_columns and not select: it stretches constants over all rows.
        let answer = df.clone().lazy().with_columns(named).collect()?;
        (0..exprs.len()).map(|at| Ok(answer.column(&format!("#{at}"))?.bool()?.iter().collect())).collect()
    };
    // The gate typed every expression against these very columns. Should polars refuse one all the same, stopping is
    // right: every other answer would let rows pass unexamined.
    collect().unwrap_or_else(|error| panic!("polars refused an expression that the gate had typed: {error}"))
}

/// An expression's value for every row, as long as the frame.
pub fn values(df: &DataFrame, checked: &Checked, context: &Context) -> Column {
    let answer = df.clone().lazy().with_columns([compile(checked, context).alias("#0")]).collect();
    // As in [`evaluate`]: the gate typed it, and stopping is right.
    let answer = answer.and_then(|answer| answer.column("#0").cloned());
    answer.unwrap_or_else(|error| panic!("polars refused an expression that the gate had typed: {error}"))
}

/// What expressions need at run time.
pub fn context(reference: &Reference, period: &Period) -> Context {
    let year = period.year();
    let year_start = day(year, 1, 1).unwrap_or(period.first);
    let constants = [
        ("本期起", Literal::Date(period.first)),
        ("本期止", Literal::Date(period.last)),
        ("本年起", Literal::Date(year_start)),
        ("本年", Literal::Integer(i64::from(year))),
        ("上年", Literal::Integer(i64::from(year) - 1)),
        ("年初", Literal::Boolean(period.first == year_start)),
    ];
    Context {
        constants: constants.into_iter().collect(),
        calendar: Arc::new(reference.calendar.clone()),
        as_of: period.last,
    }
}

/// A typed column under construction.
enum Builder {
    Text(StringChunkedBuilder),
    Integer(PrimitiveChunkedBuilder<Int64Type>),
    Number(PrimitiveChunkedBuilder<Float64Type>),
    Boolean(BooleanChunkedBuilder),
    Date(PrimitiveChunkedBuilder<Int32Type>),
    Unit(StringChunkedBuilder),
}

fn kind(values: &Values) -> crate::spec::ColumnType {
    use crate::spec::ColumnType as T;
    match values {
        Values::Text(_) => T::Text,
        Values::Integer(_) => T::Integer,
        Values::Number(_) => T::Number,
        Values::Boolean(_) => T::Boolean,
        Values::Date(_) => T::Date,
        Values::Unit(_) => T::Unit,
    }
}

impl Builder {
    fn new(name: &str, ty: crate::spec::ColumnType, capacity: usize) -> Builder {
        use crate::spec::ColumnType as T;
        let name = PlSmallStr::from(name);
        match ty {
            T::Text => Builder::Text(StringChunkedBuilder::new(name, capacity)),
            T::Integer => Builder::Integer(PrimitiveChunkedBuilder::new(name, capacity)),
            T::Number => Builder::Number(PrimitiveChunkedBuilder::new(name, capacity)),
            T::Boolean => Builder::Boolean(BooleanChunkedBuilder::new(name, capacity)),
            T::Date => Builder::Date(PrimitiveChunkedBuilder::new(name, capacity)),
            T::Unit => Builder::Unit(StringChunkedBuilder::new(name, capacity)),
        }
    }

    /// Appends exactly `rows` values; a column that is missing or of another kind reads as nothing.
    fn extend(&mut self, values: Option<Values>, rows: usize, roster: &Roster) {
        match (self, values) {
            (Builder::Text(b), Some(Values::Text(v))) => padded(v, rows, |v| b.append_option(v)),
            (Builder::Integer(b), Some(Values::Integer(v))) => padded(v, rows, |v| b.append_option(v)),
            (Builder::Number(b), Some(Values::Number(v))) => padded(v, rows, |v| b.append_option(v)),
            (Builder::Boolean(b), Some(Values::Boolean(v))) => padded(v, rows, |v| b.append_option(v)),
            (Builder::Date(b), Some(Values::Date(v))) => padded(v, rows, |v| b.append_option(v)),
            (Builder::Unit(b), Some(Values::Unit(v))) => padded(v, rows, |v| {
                b.append_option(v.and_then(|unit| roster.units.get(unit as usize)).map(|unit| unit.name.as_ref()));
            }),
            (builder, _) => (0..rows).for_each(|_| builder.append_null()),
        }
    }

    fn append_null(&mut self) {
        match self {
            Builder::Text(b) | Builder::Unit(b) => b.append_null(),
            Builder::Integer(b) => b.append_null(),
            Builder::Number(b) => b.append_null(),
            Builder::Boolean(b) => b.append_null(),
            Builder::Date(b) => b.append_null(),
        }
    }

    fn finish(self) -> Column {
        match self {
            Builder::Text(b) | Builder::Unit(b) => b.finish().into_column(),
            Builder::Integer(b) => b.finish().into_column(),
            Builder::Number(b) => b.finish().into_column(),
            Builder::Boolean(b) => b.finish().into_column(),
            Builder::Date(b) => b.finish().into_column(),
        }
    }
}

fn padded<T>(values: Vec<Option<T>>, rows: usize, mut append: impl FnMut(Option<T>)) {
    let short = rows.saturating_sub(values.len());
    values.into_iter().take(rows).for_each(&mut append);
    (0..short).for_each(|_| append(None));
}

/// Adds [`ACCEPTED`] to a frame.
pub fn with_verdicts(read: ReadFrame, accepted: &[bool], blocked_by: Vec<Vec<Arc<str>>>) -> ValidatedFrame {
    let ReadFrame { form, mut df } = read;
    let column = BooleanChunked::from_slice(ACCEPTED.into(), accepted).into_column();
    // One verdict a row, and no other column of that name: `#` cannot occur in a field's name.
    let _ = df.with_column(column);
    ValidatedFrame { form, df, blocked_by }
}
