//! [`Checked`] → polars expression, with SQL's three-valued logic.
//!
//! Comparisons, AND, OR, NOT and CASE are polars' own, which keep NULL as SQL does (Kleene). Arithmetic and functions
//! are closures over columns: polars would wrap a whole number that overflows and give infinity for a zero divisor.
//! Here both are NULL: "not evaluated", never a wrong figure.

use super::context::RunContext;
use super::evaluate;
use super::gate::Checked;
use super::term::{Function, Literal, Op, RUN_CONSTANTS, Term, Type};
use polars::prelude::{DataType, Expr, LiteralValue, NULL, Scalar, lit, when};

/// Never fails: whatever the gate let through has a meaning in polars.
pub fn compile(checked: &Checked, context: &RunContext) -> Expr {
    expression(checked.node(), context)
}

fn expression(node: &Term, context: &RunContext) -> Expr {
    match node {
        // Not `col()`: that expands `*` and `^…$`.
        Term::Column(name) => Expr::Column(name.as_str().into()),
        Term::RunConstant(name) => run_constant(name, context),
        Term::Literal(value) => literal(value),
        Term::Not(inner) => expression(inner, context).not(),
        Term::Negate(inner) => evaluate::negate(expression(inner, context)),
        Term::Binary { op, left, right } => binary(*op, expression(left, context), expression(right, context)),
        Term::In { value, list, negated } => {
            let value = expression(value, context);
            let hits = list.iter().map(|item| value.clone().eq(literal(item)));
            // An empty list cannot be written; FALSE is what SQL would say of it.
            let any = hits.reduce(Expr::or).unwrap_or_else(|| lit(false));
            negate_if(any, *negated)
        }
        Term::Between { value, low, high, negated } => {
            let value = expression(value, context);
            let above = value.clone().gt_eq(expression(low, context));
            negate_if(above.and(value.lt_eq(expression(high, context))), *negated)
        }
        Term::IsNull { value, negated } => {
            let value = expression(value, context);
            if *negated { value.is_not_null() } else { value.is_null() }
        }
        Term::Like { value, pattern, negated } => {
            negate_if(evaluate::like(expression(value, context), pattern), *negated)
        }
        Term::Case { branches, otherwise } => {
            let last = otherwise.as_ref().map_or_else(|| lit(NULL), |node| expression(node, context));
            branches.iter().rev().fold(last, |otherwise, (condition, result)| {
                when(expression(condition, context)).then(expression(result, context)).otherwise(otherwise)
            })
        }
        Term::Call { function, arguments } => {
            let arguments: Vec<Expr> = arguments.iter().map(|node| expression(node, context)).collect();
            call(*function, arguments, context)
        }
    }
}

fn negate_if(expr: Expr, negated: bool) -> Expr {
    if negated { expr.not() } else { expr }
}

fn binary(op: Op, left: Expr, right: Expr) -> Expr {
    match op {
        Op::Eq => left.eq(right),
        Op::NotEq => left.neq(right),
        Op::Less => left.lt(right),
        Op::LessEq => left.lt_eq(right),
        Op::Greater => left.gt(right),
        Op::GreaterEq => left.gt_eq(right),
        Op::And => left.and(right),
        Op::Or => left.or(right),
        Op::Add | Op::Subtract | Op::Multiply | Op::Divide => evaluate::arithmetic(op, left, right),
    }
}

fn call(function: Function, arguments: Vec<Expr>, context: &RunContext) -> Expr {
    if function == Function::Coalesce {
        let rest = arguments.into_iter().rev();
        return rest
            .reduce(|fallback, value| when(value.clone().is_not_null()).then(value).otherwise(fallback))
            .unwrap_or_else(|| lit(NULL));
    }
    evaluate::call(function, arguments, context)
}

fn literal(value: &Literal) -> Expr {
    match value {
        Literal::Text(text) => lit(text.as_str()),
        // `lit(5i64)` has no type yet, and polars would hand it to a closure as Int32, which means a date here.
        Literal::Integer(whole) => scalar(Scalar::from(*whole)),
        Literal::Number(number) => scalar(Scalar::from(*number)),
        Literal::Boolean(truth) => lit(*truth),
        Literal::Date(day) => scalar(Scalar::from(*day)),
        Literal::Null => lit(NULL),
    }
}

/// A constant of the run; a NULL of its type where the context does not hold it.
fn run_constant(name: &str, context: &RunContext) -> Expr {
    if let Some(value) = context.constants.get(name) {
        return literal(value);
    }
    let ty = RUN_CONSTANTS.iter().find(|(known, _)| *known == name).map_or(Type::Integer, |(_, ty)| *ty);
    let dtype = match ty {
        Type::Date => DataType::Int32,
        Type::Boolean => DataType::Boolean,
        _ => DataType::Int64,
    };
    scalar(Scalar::null(dtype))
}

fn scalar(value: Scalar) -> Expr {
    Expr::Literal(LiteralValue::Scalar(value))
}

#[cfg(test)]
mod tests {
    use super::super::{Literal, Vocabulary, check};
    use super::*;
    use crate::domain::period::day;
    use crate::domain::workdays::Calendar;
    use polars::prelude::{AnyValue, DataFrame, DataType, IntoLazy, df};
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
        let out = frame().lazy().with_columns([compile(&checked, &context()).alias("out")]).collect().unwrap();
        let column = out.column("out").unwrap();
        let wanted = match checked.ty() {
            Type::Text => DataType::String,
            Type::Integer => DataType::Int64,
            Type::Number => DataType::Float64,
            Type::Boolean => DataType::Boolean,
            Type::Date => DataType::Int32,
        };
        assert_eq!(column.dtype(), &wanted, "{source}");
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
        // A bound that decides alone decides although the other one is NULL.
        is("b BETWEEN 1 AND a", ["T", "F", "∅", "T"]);
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
    fn a_column_named_like_a_pattern_is_only_that_column() {
        let frame = df!("^.*$" => [1i64], "other" => [2i64]).unwrap();
        let columns = [("^.*$".to_owned(), Type::Integer)].into_iter().collect();
        let vocabulary = Vocabulary { columns, ..Vocabulary::default() };
        let checked = check("`^.*$`", &vocabulary, None).unwrap();
        let out = frame.lazy().select([compile(&checked, &RunContext::default()).alias("out")]).collect().unwrap();
        assert_eq!(out.shape(), (1, 1));
        assert_eq!(out.column("out").unwrap().get(0).unwrap(), AnyValue::Int64(1));
    }
}
