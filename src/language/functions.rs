//! The parts of the language that polars has no exact answer for, as functions over whole columns.
//!
//! Columns of unequal height are constants (height 1) beside rows. Dates are `Int32`, whole numbers `Int64`.

use super::context::RunContext;
use super::term::{Function, Op};
use crate::domain::period::{civil, day};
use crate::text::id_number;
use crate::text::numbers::settled;
use polars::prelude::{
    BooleanChunked, BooleanType, ChunkedArray, DataType, Float64Type, Int32Type, Int64Type, IntoSeries,
    NewChunkedArray, PlSmallStr, PolarsDataType, PolarsError, PolarsResult, Series, StringType,
};

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
    fn of(column: &Series) -> PolarsResult<Numbers> {
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
pub fn arithmetic(op: Op, left: &Series, right: &Series) -> PolarsResult<Series> {
    let dtype = result_type(op, left.dtype(), right.dtype());
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
        DataType::Int32 => column::<Int32Type, _>(rows.map(|row| i32::try_from(whole(row)?).ok())),
        DataType::Int64 => column::<Int64Type, _>(rows.map(whole)),
        _ => column::<Float64Type, _>(rows.map(real)),
    })
}

/// A column without a name: whoever asked for it knows what it is.
fn column<P, T>(values: impl Iterator<Item = Option<T>>) -> Series
where
    P: PolarsDataType,
    ChunkedArray<P>: NewChunkedArray<P, T> + IntoSeries,
{
    ChunkedArray::from_iter_options(PlSmallStr::EMPTY, values).into_series()
}

fn wrong_count() -> PolarsError {
    PolarsError::ComputeError("wrong number of arguments".into())
}

/// Unary minus; the one whole number without an opposite gives NULL.
pub fn negate(value: &Series) -> PolarsResult<Series> {
    signed(value, i64::checked_neg, |real| -real)
}

fn signed(value: &Series, whole: fn(i64) -> Option<i64>, real: fn(f64) -> f64) -> PolarsResult<Series> {
    Ok(match Numbers::of(value)? {
        Numbers::Real(v) => column::<Float64Type, _>(v.into_iter().map(|v| v.map(real))),
        numbers => column::<Int64Type, _>((0..numbers.len()).map(|row| numbers.whole(row).and_then(whole))),
    })
}

/// `value LIKE pattern`.
pub fn like(value: &Series, pattern: &str) -> PolarsResult<BooleanChunked> {
    let pattern: Vec<char> = pattern.chars().collect();
    let answers = value.str()?.iter().map(|text| Some(matches_like(text?, &pattern)));
    Ok(BooleanChunked::from_iter_options(PlSmallStr::EMPTY, answers))
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

/// Every function but coalesce; the gate counted and typed the arguments.
///
/// # Errors
/// Other arguments than the gate lets through: a defect of ours.
pub fn call(function: Function, arguments: &[Series], context: &RunContext) -> PolarsResult<Series> {
    let [value, rest @ ..] = arguments else { return Err(wrong_count()) };
    let texts = || value.str().map(|texts| texts.iter());
    let days = || value.i32().map(|days| days.iter());
    Ok(match function {
        Function::Length => column::<Int64Type, _>(texts()?.map(|text| Some(text?.chars().count() as i64))),
        Function::Abs => signed(value, i64::checked_abs, f64::abs)?,
        Function::Workdays => workdays(value, rest.first().ok_or_else(wrong_count)?, context)?,
        Function::Year => column::<Int64Type, _>(days()?.map(|day| Some(i64::from(civil(day?)?.0)))),
        Function::MonthStart => column::<Int32Type, _>(days()?.map(|day| month_start(day?))),
        Function::FullYears => column::<Int64Type, _>(days()?.map(|day| full_years(day?, context.as_of))),
        Function::IdValid => column::<BooleanType, _>(texts()?.map(|number| Some(id_number::is_valid(number?)))),
        Function::IdBirthMonth => column::<Int32Type, _>(texts()?.map(|number| {
            let number = number.filter(|number| id_number::is_valid(number))?;
            month_start(id_number::birth_day(number)?)
        })),
        Function::IdSex => column::<StringType, _>(texts()?.map(|number| {
            let number = number.filter(|number| id_number::is_valid(number))?;
            id_number::sex(number)
        })),
        Function::Items => column::<Int64Type, _>(texts()?.map(|text| Some(items(text?)))),
        Function::RoundsTo => rounds_to(arguments)?,
        // Chosen from before it comes here.
        Function::Coalesce => value.clone(),
    })
}

fn items(text: &str) -> i64 {
    let parts = text.split(['、', '，', ',', '；', ';', '/', '／']);
    parts.filter(|part| !part.trim().is_empty()).count() as i64
}

fn rounds_to(arguments: &[Series]) -> PolarsResult<Series> {
    let [rate, top, bottom, places] = arguments else { return Err(wrong_count()) };
    let (rate, top) = (Numbers::of(rate)?, Numbers::of(top)?);
    let (bottom, places) = (Numbers::of(bottom)?, Numbers::of(places)?);
    let rows = 0..height(&[rate.len(), top.len(), bottom.len(), places.len()]);
    Ok(column::<BooleanType, _>(rows.map(|row| {
        let (top, bottom) = (top.whole(row)?, bottom.whole(row).filter(|bottom| *bottom > 0)?);
        Some(is_rounded(rate.real(row)?, top, bottom, places.whole(row)?))
    })))
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

fn workdays(start: &Series, end: &Series, context: &RunContext) -> PolarsResult<Series> {
    let first: Vec<Option<i32>> = start.i32()?.iter().collect();
    let last: Vec<Option<i32>> = end.i32()?.iter().collect();
    let rows = 0..height(&[first.len(), last.len()]);
    // Rows of one return say the same days again and again.
    let mut known = None;
    Ok(column::<Int64Type, _>(rows.map(|row| {
        let days = (at(&first, row).copied().flatten()?, at(&last, row).copied().flatten()?);
        let count = match known {
            Some((same, count)) if same == days => count,
            _ => context.calendar.workdays(days.0, days.1),
        };
        known = Some((days, count));
        Some(count)
    })))
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
