//! A checked term over the rows of a frame, with SQL's three-valued logic.
//!
//! Comparisons, AND, OR, NOT and CASE are polars' own kernels, which keep NULL as SQL does (Kleene). Arithmetic and
//! functions are in [`super::functions`]: polars would wrap a whole number that overflows and give infinity for a zero
//! divisor. Here both are NULL: "not evaluated", never a wrong figure.
//!
//! The kernels are called one by one. A plan of polars' own would say the same of a handful of columns, and is half of
//! polars to build.

use super::context::RunContext;
use super::functions;
use super::term::{Function, Literal, Op, RUN_CONSTANTS, Term, Type};
use polars::prelude::{
    BooleanChunked, ChunkCompareEq, ChunkCompareIneq, DataFrame, DataType, Float64Chunked, Int32Chunked, Int64Chunked,
    IntoSeries, NewChunkedArray, PlSmallStr, PolarsResult, Series, StringChunked,
};

/// Bytes of stack that are made where an eighth of them is not left.
const STACK: usize = 1 << 20;

/// A term's value for every row, or a single one where it is the same for all.
///
/// # Errors
/// A column that the frame does not have, or of another type than the gate knew: a defect of ours.
pub fn evaluate(term: &Term, rows: &DataFrame, context: &RunContext) -> PolarsResult<Series> {
    // A long chain of AND is a deep tree.
    stacker::maybe_grow(STACK / 8, STACK, || evaluate_here(term, rows, context))
}

fn evaluate_here(term: &Term, rows: &DataFrame, context: &RunContext) -> PolarsResult<Series> {
    let of = |term: &Term| evaluate(term, rows, context);
    Ok(match term {
        Term::Column(name) => rows.column(name)?.as_materialized_series().clone(),
        Term::RunConstant(name) => run_constant(name, context),
        Term::Literal(value) => literal(value),
        Term::Not(inner) => (!&truths(&of(inner)?)?).into_series(),
        Term::Negate(inner) => functions::negate(&of(inner)?)?,
        Term::Binary { op, left, right } => binary(*op, &of(left)?, &of(right)?)?,
        Term::In { value, list, negated } => {
            let value = of(value)?;
            let mut any: Option<BooleanChunked> = None;
            for item in list {
                let is = compared(Op::Eq, &value, &literal(item))?;
                any = Some(match any {
                    Some(any) => either(any, is),
                    None => is,
                });
            }
            // An empty list cannot be written; FALSE is what SQL would say of it.
            negate_if(any.unwrap_or_else(|| throughout(Some(false), value.len())), *negated)
        }
        Term::Between { value, low, high, negated } => {
            let value = of(value)?;
            let within = both(compared(Op::GreaterEq, &value, &of(low)?)?, compared(Op::LessEq, &value, &of(high)?)?);
            negate_if(within, *negated)
        }
        Term::IsNull { value, negated } => {
            let value = of(value)?;
            match value.has_nulls() {
                false => throughout(Some(*negated), value.len()),
                true if *negated => value.is_not_null(),
                true => value.is_null(),
            }
            .into_series()
        }
        Term::Like { value, pattern, negated } => negate_if(functions::like(&of(value)?, pattern)?, *negated),
        Term::Case { branches, otherwise } => {
            let mut answer = otherwise.as_deref().map_or_else(|| Ok(literal(&Literal::Null)), of)?;
            for (condition, result) in branches.iter().rev() {
                answer = choose(&truths(&of(condition)?)?, &of(result)?, &answer)?;
            }
            answer
        }
        Term::Call { function: Function::Coalesce, arguments } => {
            let mut answer = literal(&Literal::Null);
            for argument in arguments.iter().rev() {
                let value = of(argument)?;
                answer = choose(&value.is_not_null(), &value, &answer)?;
            }
            answer
        }
        Term::Call { function, arguments } => {
            let arguments: Vec<Series> = arguments.iter().map(of).collect::<PolarsResult<_>>()?;
            functions::call(*function, &arguments, context)?
        }
    })
}

/// A condition's answers.
pub fn truths(series: &Series) -> PolarsResult<BooleanChunked> {
    series.bool().cloned()
}

fn negate_if(truths: BooleanChunked, negated: bool) -> Series {
    if negated { !&truths } else { truths }.into_series()
}

/// One value where a condition is true, the other where it is false or NULL.
fn choose(condition: &BooleanChunked, then: &Series, otherwise: &Series) -> PolarsResult<Series> {
    // The literal NULL is of every type; a truth that is none stands beside no value of another type.
    let is_nothing = |series: &Series| series.dtype() == &DataType::Boolean && series.null_count() == series.len();
    let certain: BooleanChunked = match condition.has_nulls() {
        // As polars takes it, without its zeros.
        true => condition.iter().map(|truth| truth == Some(true)).collect(),
        false => condition.clone(),
    };
    let condition = &certain;
    match then.dtype() == otherwise.dtype() {
        false if is_nothing(otherwise) => then.zip_with(condition, &nothing(then.dtype())),
        false if is_nothing(then) => nothing(otherwise.dtype()).zip_with(condition, otherwise),
        _ => then.zip_with(condition, otherwise),
    }
}

fn binary(op: Op, left: &Series, right: &Series) -> PolarsResult<Series> {
    Ok(match op {
        Op::Eq | Op::NotEq | Op::Less | Op::LessEq | Op::Greater | Op::GreaterEq => compared(op, left, right)?,
        Op::And => both(truths(left)?, truths(right)?),
        Op::Or => either(truths(left)?, truths(right)?),
        Op::Add | Op::Subtract | Op::Multiply | Op::Divide => return functions::arithmetic(op, left, right),
    }
    .into_series())
}

/// A comparison. Beside a single NULL nothing has an answer.
fn compared(op: Op, left: &Series, right: &Series) -> PolarsResult<BooleanChunked> {
    let is_nothing = |series: &Series| series.len() == 1 && series.has_nulls();
    if is_nothing(left) || is_nothing(right) {
        return Ok(throughout(None, if left.len() == 1 { right.len() } else { left.len() }));
    }
    match op {
        Op::Eq => left.equal(right),
        Op::NotEq => left.not_equal(right),
        Op::Less => left.lt(right),
        Op::LessEq => left.lt_eq(right),
        Op::Greater => left.gt(right),
        _ => left.gt_eq(right),
    }
}

fn literal(value: &Literal) -> Series {
    let name = PlSmallStr::EMPTY;
    match value {
        Literal::Text(text) => StringChunked::from_slice(name, &[text.as_str()]).into_series(),
        Literal::Integer(whole) => Int64Chunked::from_slice(name, &[*whole]).into_series(),
        Literal::Number(number) => Float64Chunked::from_slice(name, &[*number]).into_series(),
        Literal::Boolean(truth) => BooleanChunked::from_slice(name, &[*truth]).into_series(),
        Literal::Date(day) => Int32Chunked::from_slice(name, &[*day]).into_series(),
        Literal::Null => nothing(&DataType::Boolean),
    }
}

/// NULL, of one of our types. Written down as a value: the zeros that polars fills with are eight megabytes, made when they
/// are first asked for, a tenth of what the check of one return takes.
fn nothing(dtype: &DataType) -> Series {
    nothings(dtype, 1)
}

/// The same for so many rows.
fn nothings(dtype: &DataType, rows: usize) -> Series {
    let name = PlSmallStr::EMPTY;
    match dtype {
        DataType::String => StringChunked::from_slice_options(name, &vec![None::<&str>; rows]).into_series(),
        DataType::Int64 => Int64Chunked::from_slice_options(name, &vec![None; rows]).into_series(),
        DataType::Float64 => Float64Chunked::from_slice_options(name, &vec![None; rows]).into_series(),
        DataType::Int32 => Int32Chunked::from_slice_options(name, &vec![None; rows]).into_series(),
        _ => throughout(None, rows).into_series(),
    }
}

/// A term's value for each of so many rows, where it may be a single one for all; as [`nothing`], without polars' zeros.
pub fn spread(value: Series, rows: usize) -> Series {
    match value.dtype() {
        _ if value.len() != 1 => value,
        DataType::Boolean => match truths(&value) {
            Ok(truth) => throughout(truth.get(0), rows).into_series(),
            Err(_) => value,
        },
        dtype if value.has_nulls() => nothings(dtype, rows),
        _ => value.new_from_index(0, rows),
    }
}

/// One truth, or none, for so many rows.
fn throughout(truth: Option<bool>, rows: usize) -> BooleanChunked {
    match truth {
        Some(truth) => BooleanChunked::from_slice(PlSmallStr::EMPTY, &vec![truth; rows]),
        None => BooleanChunked::from_slice_options(PlSmallStr::EMPTY, &vec![None; rows]),
    }
}

/// AND. Where one side is nowhere true, polars would make the answer of its zeros, as in [`nothing`]: there it is asked by
/// De Morgan's law, which holds of three values too.
fn both(left: BooleanChunked, right: BooleanChunked) -> BooleanChunked {
    match left.any() && right.any() {
        true => &left & &right,
        false => !&either(!&left, !&right),
    }
}

/// OR. A single NULL beside many rows is one for each, which polars would make of its zeros.
fn either(left: BooleanChunked, right: BooleanChunked) -> BooleanChunked {
    let whole = |one: BooleanChunked, other: usize| match one.len() == 1 && other > 1 && one.get(0).is_none() {
        true => throughout(None, other),
        false => one,
    };
    let (rows, others) = (left.len(), right.len());
    &whole(left, others) | &whole(right, rows)
}

/// A constant of the run; a NULL of its type where the context does not hold it.
fn run_constant(name: &str, context: &RunContext) -> Series {
    if let Some(value) = context.constants.get(name) {
        return literal(value);
    }
    let ty = RUN_CONSTANTS.iter().find(|(known, _)| *known == name).map_or(Type::Integer, |(_, ty)| *ty);
    nothing(&dtype(ty))
}

/// What a type is as a column of polars: dates are days.
pub fn dtype(ty: Type) -> DataType {
    match ty {
        Type::Text => DataType::String,
        Type::Integer => DataType::Int64,
        Type::Number => DataType::Float64,
        Type::Boolean => DataType::Boolean,
        Type::Date => DataType::Int32,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Literal, Vocabulary, check, with_room};
    use super::*;
    use crate::counted;
    use crate::domain::period::day;
    use crate::domain::workdays::Calendar;
    use polars::prelude::{AnyValue, DataFrame, df};
    use std::sync::Arc;

    fn frame() -> DataFrame {
        df!(
            "a" => [Some(5i64), None, Some(-3), Some(i64::MAX)],
            "b" => [Some(2i64), Some(0), None, Some(1)],
            "x" => [Some(1.5f64), Some(0.0), None, Some(-2.0)],
            "t" => [Some("一班"), Some("A%_"), None, Some("")],
            "p" => [Some(true), Some(false), None, Some(true)],
            "q" => [None, None, None, Some(false)],
            "d" => [day(2026, 9, 28), day(2026, 2, 28), None, day(2000, 2, 29)],
            "e" => [day(2026, 10, 9), day(2026, 3, 1), day(2026, 1, 1), day(1999, 1, 1)],
            "n" => [Some("11010519491231002X"), Some("110105194912310021"), None, Some("340102199003071234")],
        )
        .unwrap()
    }

    fn context() -> RunContext {
        let mut calendar = Calendar::default();
        for d in 1..=8 {
            calendar.exceptions.insert(day(2026, 10, d).unwrap(), false);
        }
        RunContext {
            constants: [("本年", Literal::Integer(2026)), ("本期止", Literal::Date(day(2026, 12, 31).unwrap()))]
                .into_iter()
                .collect(),
            calendar: Arc::new(calendar),
            as_of: day(2026, 2, 28).unwrap(),
        }
    }

    fn values(source: &str) -> Vec<String> {
        let ty = |name: &str| match name {
            "a" | "b" => Type::Integer,
            "x" => Type::Number,
            "p" | "q" => Type::Boolean,
            "d" | "e" => Type::Date,
            _ => Type::Text,
        };
        let names = ["a", "b", "x", "t", "p", "q", "d", "e", "n"];
        let scope = Vocabulary {
            columns: names.iter().map(|name| (name.to_string(), ty(name))).collect(),
            values: [("三".to_string(), Literal::Integer(3))].into_iter().collect(),
        };
        let checked = check(source, &scope, None).unwrap_or_else(|problems| panic!("{source}: {problems:?}"));
        let rows = frame();
        let answer = evaluate(checked.node(), &rows, &context()).unwrap();
        assert_eq!(answer.dtype(), &dtype(checked.ty()), "{source}");
        let column = spread(answer, rows.height());
        (0..column.len())
            .map(|row| match column.get(row).unwrap() {
                AnyValue::Null => "∅".to_string(),
                AnyValue::Boolean(true) => "T".into(),
                AnyValue::Boolean(false) => "F".into(),
                AnyValue::Int64(v) => v.to_string(),
                AnyValue::Int32(v) => v.to_string(),
                AnyValue::Float64(v) => v.to_string(),
                AnyValue::String(v) => v.to_string(),
                AnyValue::StringOwned(v) => v.to_string(),
                other => format!("{other:?}"),
            })
            .collect()
    }

    fn is(source: &str, wanted: [&str; 4]) {
        assert_eq!(values(source), wanted, "{source}");
    }

    #[test]
    fn three_valued_logic() {
        is("p AND q", ["∅", "F", "∅", "F"]);
        is("p OR q", ["T", "∅", "∅", "T"]);
        is("NOT p", ["F", "T", "∅", "F"]);
        is("a > 0", ["T", "∅", "F", "T"]);
        is("a = b", ["F", "∅", "∅", "F"]);
        is("a <> 5", ["F", "∅", "T", "T"]);
        is("a IS NULL", ["F", "T", "F", "F"]);
        is("q IS NOT NULL", ["F", "F", "F", "T"]);
        is("a IN (5, -3)", ["T", "∅", "T", "F"]);
        is("a NOT IN (5, -3)", ["F", "∅", "F", "T"]);
        is("t IN ('一班')", ["T", "F", "∅", "F"]);
        is("x IN (0, 1.5)", ["T", "T", "∅", "F"]);
        is("a BETWEEN b AND 5", ["T", "∅", "∅", "F"]);
        is("a NOT BETWEEN 0 AND 5", ["F", "∅", "T", "T"]);
        is("coalesce(p, false) OR coalesce(q, true)", ["T", "T", "T", "T"]);
        is("CASE WHEN q THEN 1 WHEN p THEN 三 ELSE a END", ["3", "∅", "-3", "3"]);
        is("CASE WHEN p THEN t END", ["一班", "∅", "∅", ""]);
        // A single NULL beside rows, and one side that is nowhere true.
        is("本期起 > 本期止 AND p", ["∅", "F", "∅", "∅"]);
        is("p AND 本期起 > 本期止", ["∅", "F", "∅", "∅"]);
        is("p OR 本期起 > 本期止", ["T", "∅", "∅", "T"]);
        is("本期起 > 本期止", ["∅"; 4]);
        is("q AND a > 100", ["F", "∅", "F", "F"]);
        is("CASE WHEN 本期起 > 本期止 THEN 1 END", ["∅"; 4]);
        // A bound that decides alone decides although the other one is NULL.
        is("b BETWEEN 1 AND a", ["T", "F", "∅", "T"]);
    }

    /// They are eight megabytes, and two thousand page faults of a run of one return.
    #[test]
    fn no_answer_wakes_the_zeros_of_polars() {
        let (held, ()) = counted::held(|| {
            is("p AND q", ["∅", "F", "∅", "F"]);
            is("q AND 本期起 > 本期止", ["∅", "∅", "∅", "F"]);
            is("本期起 > 本期止 OR q", ["∅"; 4]);
            is("CASE WHEN q THEN 1 END", ["∅"; 4]);
            is("本年 IS NULL", ["F"; 4]);
            is("e IS NULL", ["F"; 4]);
            is("t IN ('甲')", ["F", "F", "∅", "F"]);
        });
        assert!(held < 1 << 20, "{held} bytes stay");
    }

    #[test]
    fn decimals_agree_as_decimals() {
        is("0.1 + 0.2 = 0.3", ["T"; 4]);
        is("420031.8 - 31.8 = 420000", ["T"; 4]);
        is("1.1 * 1.1 > 1.21", ["F"; 4]);
    }

    #[test]
    fn arithmetic_never_wraps_and_never_is_infinite() {
        is("a + 1", ["6", "∅", "-2", "∅"]);
        is("a * 2", ["10", "∅", "-6", "∅"]);
        is("a - b", ["3", "∅", "∅", "9223372036854775806"]);
        is("a / b", ["2.5", "∅", "∅", "9223372036854776000"]);
        is("1 / b", ["0.5", "∅", "∅", "1"]);
        is("x / x", ["1", "∅", "∅", "1"]);
        is("x + a", ["6.5", "∅", "∅", "9223372036854776000"]);
        is("-a", ["-5", "∅", "3", "-9223372036854775807"]);
        is("abs(a)", ["5", "∅", "3", "9223372036854775807"]);
        is("abs(x)", ["1.5", "0", "∅", "2"]);
        is("1 + 2 * 3", ["7", "7", "7", "7"]);
        is("e - d", ["11", "1", "∅", "-424"]);
        is("d + 1 = e", ["F", "T", "∅", "F"]);
    }

    #[test]
    fn text_dates_and_id_numbers() {
        is("length(t)", ["2", "3", "∅", "0"]);
        is("t LIKE '%班'", ["T", "F", "∅", "F"]);
        is("t LIKE '__'", ["T", "F", "∅", "F"]);
        is("t NOT LIKE '%'", ["F", "F", "∅", "F"]);
        is("t LIKE ''", ["F", "F", "∅", "T"]);
        is("n LIKE '%0%5%2X'", ["T", "F", "∅", "F"]);
        // 28 September (Monday) to 9 October with the holiday of the 1st to the 8th: 28, 29, 30, 9.
        is("workdays(d, e)", ["4", "0", "∅", "0"]);
        is("year(d)", ["2026", "2026", "∅", "2000"]);
        is("month_start(d) = DATE '2026-02-01'", ["F", "T", "∅", "F"]);
        // Born on 29 February: the year is not full on the 28th.
        is("full_years(d)", ["-1", "0", "∅", "25"]);
        is("id_valid(n)", ["T", "F", "∅", "F"]);
        is("items(t)", ["1", "1", "∅", "0"]);
        is("items('焊工、电工，钳工/')", ["3", "3", "3", "3"]);
        is("rounds_to(x, 3, 2, 2)", ["T", "F", "∅", "F"]);
        is("rounds_to(1.5, a, b, 0)", ["F", "∅", "∅", "F"]);
        is("id_sex(n)", ["女", "∅", "∅", "∅"]);
        is("id_birth_month(n) = DATE '1949-12-01'", ["T", "∅", "∅", "∅"]);
        is("year(本期止) = 本年", ["T", "T", "T", "T"]);
        is("本期起 IS NULL", ["T", "T", "T", "T"]);
    }

    #[test]
    fn the_longest_chain_fits_a_small_stack() {
        let columns = [("p".to_owned(), Type::Boolean)].into_iter().collect();
        let vocabulary = Vocabulary { columns, ..Vocabulary::default() };
        let source = vec!["p"; 500].join(" AND ");
        let checked = with_room(|| check(&source, &vocabulary, None)).unwrap();
        let answer = move || evaluate(checked.node(), &frame(), &context()).unwrap();
        let small = std::thread::Builder::new().stack_size(256 << 10);
        let answer = small.spawn(answer).unwrap().join().unwrap();
        assert_eq!(answer.bool().unwrap().iter().collect::<Vec<_>>(), [Some(true), Some(false), None, Some(true)]);
    }

    #[test]
    fn a_column_named_like_a_pattern_is_only_that_column() {
        let frame = df!("^.*$" => [1i64], "other" => [2i64]).unwrap();
        let columns = [("^.*$".to_owned(), Type::Integer)].into_iter().collect();
        let vocabulary = Vocabulary { columns, ..Vocabulary::default() };
        let checked = check("`^.*$`", &vocabulary, None).unwrap();
        let out = evaluate(checked.node(), &frame, &RunContext::default()).unwrap();
        assert_eq!(out.len(), 1);
        assert_eq!(out.get(0).unwrap(), AnyValue::Int64(1));
    }
}
