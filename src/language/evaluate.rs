//! The parts of the language that polars has no exact answer for, as functions over whole columns.
//!
//! Columns of unequal height are constants (height 1) beside rows. Dates are `Int32`, whole numbers `Int64`.

use super::context::RunContext;
use super::term::{Function, Op};
use crate::domain::period::{civil, day};
use crate::text::id_number;
use crate::text::numbers::settled;
use polars::prelude::*;

/// Row `i` of an iterator-less column, a constant repeating its only value.
fn at<T>(values: &[T], row: usize) -> Option<&T> {
    if values.len() == 1 { values.first() } else { values.get(row) }
}

fn height(lengths: &[usize]) -> usize {
    lengths.iter().copied().find(|length| *length != 1).unwrap_or(1)
}

/// A numeric column's values, whole or not.
enum Numbers {
    Days(Vec<Option<i32>>),
    Whole(Vec<Option<i64>>),
    Real(Vec<Option<f64>>),
}

impl Numbers {
    fn of(column: &Column) -> PolarsResult<Numbers> {
        Ok(match column.dtype() {
            DataType::Int32 => Numbers::Days(column.i32()?.iter().collect()),
            DataType::Int64 => Numbers::Whole(column.i64()?.iter().collect()),
            _ => Numbers::Real(column.cast(&DataType::Float64)?.f64()?.iter().collect()),
        })
    }

    fn len(&self) -> usize {
        match self {
            Numbers::Days(v) => v.len(),
            Numbers::Whole(v) => v.len(),
            Numbers::Real(v) => v.len(),
        }
    }

    fn whole(&self, row: usize) -> Option<i64> {
        match self {
            Numbers::Days(v) => at(v, row).copied().flatten().map(i64::from),
            Numbers::Whole(v) => at(v, row).copied().flatten(),
            Numbers::Real(_) => None,
        }
    }

    fn real(&self, row: usize) -> Option<f64> {
        match self {
            Numbers::Real(v) => at(v, row).copied().flatten(),
            _ => self.whole(row).map(|whole| whole as f64),
        }
    }
}

/// The type of `left op right`, by polars types; mirrors the gate's own table.
fn result_type(op: Op, left: &DataType, right: &DataType) -> DataType {
    match (left, right) {
        _ if op == Op::Divide => DataType::Float64,
        (DataType::Int32, DataType::Int32) => DataType::Int64,
        (DataType::Int32, DataType::Int64) => DataType::Int32,
        (DataType::Int64, DataType::Int64) => DataType::Int64,
        _ => DataType::Float64,
    }
}

/// `+ - * /`: overflow, a zero divisor and NULL operands give NULL.
pub fn arithmetic(op: Op, left: Expr, right: Expr) -> Expr {
    let function = move |columns: &mut [Column]| {
        let [left, right] = columns else { return Err(wrong_count()) };
        let dtype = result_type(op, left.dtype(), right.dtype());
        let name = left.name().clone();
        let (a, b) = (Numbers::of(left)?, Numbers::of(right)?);
        let rows = 0..height(&[a.len(), b.len()]);
        let whole = |row: usize| {
            let (a, b) = (a.whole(row)?, b.whole(row)?);
            match op {
                Op::Add => a.checked_add(b),
                Op::Subtract => a.checked_sub(b),
                Op::Multiply => a.checked_mul(b),
                _ => None,
            }
        };
        let real = |row: usize| {
            let (a, b) = (a.real(row)?, b.real(row)?);
            let result = match op {
                Op::Add => settled(a + b, a.abs().max(b.abs())),
                Op::Subtract => settled(a - b, a.abs().max(b.abs())),
                Op::Multiply => settled(a * b, a * b),
                _ => a / b,
            };
            // Zero divisors end up here as infinity or NaN.
            result.is_finite().then_some(result)
        };
        Ok(match dtype {
            DataType::Int32 => {
                let days = rows.map(|row| whole(row).and_then(|day| i32::try_from(day).ok()));
                Int32Chunked::from_iter_options(name, days).into_column()
            }
            DataType::Int64 => Int64Chunked::from_iter_options(name, rows.map(whole)).into_column(),
            _ => Float64Chunked::from_iter_options(name, rows.map(real)).into_column(),
        })
    };
    let output = move |_: &Schema, fields: &[Field]| {
        let [left, right] = fields else { return Err(wrong_count()) };
        Ok(Field::new(left.name().clone(), result_type(op, left.dtype(), right.dtype())))
    };
    left.map_many(function, &[right], output)
}

fn wrong_count() -> PolarsError {
    PolarsError::ComputeError("wrong number of arguments".into())
}

/// Unary minus; the one whole number without an opposite gives NULL.
pub fn negate(value: Expr) -> Expr {
    signed(value, i64::checked_neg, |real| -real)
}

fn signed(value: Expr, whole: fn(i64) -> Option<i64>, real: fn(f64) -> f64) -> Expr {
    let function = move |column: Column| {
        let name = column.name().clone();
        Ok(match Numbers::of(&column)? {
            Numbers::Real(v) => {
                Float64Chunked::from_iter_options(name, v.into_iter().map(|v| v.map(real))).into_column()
            }
            numbers => {
                let rows = 0..numbers.len();
                let values = rows.map(|row| numbers.whole(row).and_then(whole));
                Int64Chunked::from_iter_options(name, values).into_column()
            }
        })
    };
    let output = |_: &Schema, field: &Field| {
        let whole = matches!(field.dtype(), DataType::Int64 | DataType::Int32);
        Ok(Field::new(field.name().clone(), if whole { DataType::Int64 } else { DataType::Float64 }))
    };
    value.map(function, output)
}

/// `value LIKE pattern`.
pub fn like(value: Expr, pattern: &str) -> Expr {
    let pattern: Vec<char> = pattern.chars().collect();
    text_to_boolean(value, move |text| matches_like(text, &pattern))
}

/// `%` any run of characters, `_` exactly one; remembers one place to fall back to, so no input makes it slow.
fn matches_like(text: &str, pattern: &[char]) -> bool {
    let text: Vec<char> = text.chars().collect();
    let (mut t, mut p) = (0, 0);
    let mut fallback: Option<(usize, usize)> = None;
    while let Some(c) = text.get(t) {
        match pattern.get(p) {
            Some('%') => {
                fallback = Some((p + 1, t));
                p += 1;
            }
            Some(wanted) if *wanted == '_' || wanted == c => {
                t += 1;
                p += 1;
            }
            _ => match fallback {
                Some((after, from)) => {
                    fallback = Some((after, from + 1));
                    (p, t) = (after, from + 1);
                }
                None => return false,
            },
        }
    }
    pattern.get(p..).is_none_or(|rest| rest.iter().all(|c| *c == '%'))
}

fn text_to_boolean(value: Expr, f: impl Fn(&str) -> bool + Send + Sync + 'static) -> Expr {
    let function = move |column: Column| {
        let values = column.str()?.iter().map(|text| text.map(&f));
        Ok(BooleanChunked::from_iter_options(column.name().clone(), values).into_column())
    };
    value.map(function, typed(DataType::Boolean))
}

fn text_to_day(value: Expr, f: impl Fn(&str) -> Option<i32> + Send + Sync + 'static) -> Expr {
    let function = move |column: Column| {
        let values = column.str()?.iter().map(|text| text.and_then(&f));
        Ok(Int32Chunked::from_iter_options(column.name().clone(), values).into_column())
    };
    value.map(function, typed(DataType::Int32))
}

fn day_to_whole(value: Expr, f: impl Fn(i32) -> Option<i64> + Send + Sync + 'static) -> Expr {
    let function = move |column: Column| {
        let values = column.i32()?.iter().map(|day| day.and_then(&f));
        Ok(Int64Chunked::from_iter_options(column.name().clone(), values).into_column())
    };
    value.map(function, typed(DataType::Int64))
}

fn typed(dtype: DataType) -> impl Fn(&Schema, &Field) -> PolarsResult<Field> + Send + Sync + 'static {
    move |_, field| Ok(Field::new(field.name().clone(), dtype.clone()))
}

/// Every function but coalesce; the gate counted and typed the arguments.
pub fn call(function: Function, arguments: Vec<Expr>, context: &RunContext) -> Expr {
    let mut arguments = arguments.into_iter();
    let value = arguments.next().unwrap_or_else(|| lit(NULL));
    match function {
        Function::Length => {
            let length = |column: Column| {
                let values = column.str()?.iter().map(|text| text.map(|text| text.chars().count() as i64));
                Ok(Int64Chunked::from_iter_options(column.name().clone(), values).into_column())
            };
            value.map(length, typed(DataType::Int64))
        }
        Function::Abs => signed(value, i64::checked_abs, f64::abs),
        Function::Workdays => {
            let end = arguments.next().unwrap_or_else(|| lit(NULL));
            workdays(value, end, context)
        }
        Function::Year => day_to_whole(value, |day| Some(i64::from(civil(day)?.0))),
        Function::MonthStart => {
            let function = |column: Column| {
                let values = column.i32()?.iter().map(|day| month_start(day?));
                Ok(Int32Chunked::from_iter_options(column.name().clone(), values).into_column())
            };
            value.map(function, typed(DataType::Int32))
        }
        Function::FullYears => {
            let as_of = context.as_of;
            day_to_whole(value, move |from| full_years(from, as_of))
        }
        Function::IdValid => text_to_boolean(value, id_number::is_valid),
        Function::IdBirthMonth => text_to_day(value, |number| {
            id_number::is_valid(number).then(|| id_number::birth_day(number)).flatten().and_then(month_start)
        }),
        Function::IdSex => {
            let function = |column: Column| {
                let sex = |number: &str| if id_number::is_valid(number) { id_number::sex(number) } else { None };
                let values = column.str()?.iter().map(|text| text.and_then(sex));
                Ok(StringChunked::from_iter_options(column.name().clone(), values).into_column())
            };
            value.map(function, typed(DataType::String))
        }
        Function::Items => {
            let items = |column: Column| {
                let values = column.str()?.iter().map(|text| text.map(items));
                Ok(Int64Chunked::from_iter_options(column.name().clone(), values).into_column())
            };
            value.map(items, typed(DataType::Int64))
        }
        Function::RoundsTo => {
            let rest: Vec<Expr> = arguments.collect();
            value.map_many(rounds_to, &rest, |_, fields| {
                let name = fields.first().map_or_else(PlSmallStr::default, |field| field.name().clone());
                Ok(Field::new(name, DataType::Boolean))
            })
        }
        // Compiled to WHEN … THEN before it comes here.
        Function::Coalesce => value,
    }
}

fn items(text: &str) -> i64 {
    let parts = text.split(['、', '，', ',', '；', ';', '/', '／']);
    parts.filter(|part| !part.trim().is_empty()).count() as i64
}

fn rounds_to(columns: &mut [Column]) -> PolarsResult<Column> {
    let [rate, top, bottom, places] = columns else { return Err(wrong_count()) };
    let name = rate.name().clone();
    let (rate, top) = (Numbers::of(rate)?, Numbers::of(top)?);
    let (bottom, places) = (Numbers::of(bottom)?, Numbers::of(places)?);
    let rows = 0..height(&[rate.len(), top.len(), bottom.len(), places.len()]);
    let values = rows.map(|row| {
        let (top, bottom) = (top.whole(row)?, bottom.whole(row).filter(|bottom| *bottom > 0)?);
        Some(is_rounded(rate.real(row)?, top, bottom, places.whole(row)?))
    });
    Ok(BooleanChunked::from_iter_options(name, values).into_column())
}

/// Whether a decimal is a quotient rounded at the decimal's last place, or at a later one. In whole numbers:
/// |rate × 10ᵈ × bottom − top × 10ᵈ| ≤ bottom ÷ 2, where a formula's full digits are held at the twelfth place.
fn is_rounded(rate: f64, top: i64, bottom: i64, least: i64) -> bool {
    const MOST: u32 = 12;
    let shown = format!("{rate}");
    let written = shown.split_once('.').map_or(0, |(_, decimals)| decimals.len() as u32);
    let places = written.max(u32::try_from(least).unwrap_or(0)).min(MOST);
    let scale = 10i128.pow(places);
    let scaled = (rate * 10f64.powi(places as i32)).round();
    // What lies beyond any proportion of whole numbers is none; the rest fits easily.
    if scaled.abs() > 1e18 {
        return false;
    }
    let off = (scaled as i128 * i128::from(bottom) - i128::from(top) * scale).abs();
    off * 2 <= i128::from(bottom)
}

fn workdays(start: Expr, end: Expr, context: &RunContext) -> Expr {
    let calendar = context.calendar.clone();
    let function = move |columns: &mut [Column]| {
        let [start, end] = columns else { return Err(wrong_count()) };
        let first: Vec<Option<i32>> = start.i32()?.iter().collect();
        let last: Vec<Option<i32>> = end.i32()?.iter().collect();
        let values = (0..height(&[first.len(), last.len()])).map(|row| {
            let (first, last) = (at(&first, row).copied().flatten()?, at(&last, row).copied().flatten()?);
            Some(calendar.workdays(first, last))
        });
        Ok(Int64Chunked::from_iter_options(start.name().clone(), values).into_column())
    };
    let output = |_: &Schema, fields: &[Field]| {
        let name = fields.first().map_or_else(PlSmallStr::default, |field| field.name().clone());
        Ok(Field::new(name, DataType::Int64))
    };
    start.map_many(function, &[end], output)
}

fn month_start(date: i32) -> Option<i32> {
    let (year, month, _) = civil(date)?;
    day(year, month, 1)
}

/// Whole years from one day to another, as ages are counted: the year is full on the same day of the year.
fn full_years(from: i32, to: i32) -> Option<i64> {
    let (a, b) = (civil(from)?, civil(to)?);
    Some(i64::from(b.0 - a.0) - i64::from((b.1, b.2) < (a.1, a.2)))
}

#[cfg(test)]
mod tests {
    use super::is_rounded;

    #[test]
    fn a_rate_is_its_quotient_at_the_places_it_shows() {
        // 2/3 as 66.67%, 66.7%, 67%, and as a formula leaves it.
        for rate in [0.6667, 0.667, 0.67, 2.0 / 3.0] {
            assert!(is_rounded(rate, 2, 3, 2), "{rate}");
        }
        for rate in [0.6666, 0.66, 0.668, 0.7, 2.0 / 3.0 - 1e-9] {
            assert!(!is_rounded(rate, 2, 3, 2), "{rate}");
        }
        // Half a unit of the last place either way; 100% is written without any place.
        assert!(is_rounded(0.98, 195, 200, 2) && is_rounded(0.97, 195, 200, 2) && !is_rounded(0.97, 1951, 2000, 2));
        assert!(is_rounded(1.0, 199, 200, 2) && !is_rounded(1.0, 994, 1000, 2) && is_rounded(0.0, 0, 7, 2));
        assert!(is_rounded(0.3, 1, 3, 0) && !is_rounded(f64::MAX, 1, 3, 2) && !is_rounded(-0.5, 1, 2, 2));
        assert!(is_rounded(1.0, i64::MAX, i64::MAX, 2));
    }
}
