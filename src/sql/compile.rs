//! [`Checked`] → polars expression, with SQL's three-valued logic.
//!
//! Comparisons, AND, OR, NOT and CASE are polars' own, which keep NULL as SQL does (Kleene). Arithmetic and functions
//! are closures over columns: polars would wrap a whole number that overflows and give infinity for a zero divisor.
//! Here both are NULL: "not evaluated", never a wrong figure.

use super::evaluate;
use super::{Checked, Function, Literal, Node, Op, RUN_CONSTANTS, Type};
use crate::domain::workdays::Calendar;
use polars::prelude::{DataType, Expr, LiteralValue, NULL, Scalar, lit, when};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What an expression needs at run time.
#[derive(Debug, Clone, Default)]
pub struct Context {
    /// Values of [`super::RUN_CONSTANTS`].
    pub constants: BTreeMap<&'static str, Literal>,
    pub calendar: Arc<Calendar>,
    /// The period's last day.
    pub as_of: i32,
}

/// Never fails: whatever the gate let through has a meaning in polars.
pub fn compile(checked: &Checked, context: &Context) -> Expr {
    expression(&checked.node, context)
}

fn expression(node: &Node, context: &Context) -> Expr {
    match node {
        // Not `col()`: that expands `*` and `^…$`.
        Node::Column(name) => Expr::Column(name.as_str().into()),
        Node::RunConstant(name) => run_constant(name, context),
        Node::Literal(value) => literal(value),
        Node::Not(inner) => expression(inner, context).not(),
        Node::Negate(inner) => evaluate::negate(expression(inner, context)),
        Node::Binary { op, left, right } => binary(*op, expression(left, context), expression(right, context)),
        Node::In { value, list, negated } => {
            let value = expression(value, context);
            let hits = list.iter().map(|item| value.clone().eq(literal(item)));
            // An empty list cannot be written; FALSE is what SQL would say of it.
            let any = hits.reduce(Expr::or).unwrap_or_else(|| lit(false));
            negate_if(any, *negated)
        }
        Node::Between { value, low, high, negated } => {
            let value = expression(value, context);
            let above = value.clone().gt_eq(expression(low, context));
            negate_if(above.and(value.lt_eq(expression(high, context))), *negated)
        }
        Node::IsNull { value, negated } => {
            let value = expression(value, context);
            if *negated { value.is_not_null() } else { value.is_null() }
        }
        Node::Like { value, pattern, negated } => {
            negate_if(evaluate::like(expression(value, context), pattern), *negated)
        }
        Node::Case { branches, otherwise } => {
            let last = otherwise.as_ref().map_or_else(|| lit(NULL), |node| expression(node, context));
            branches.iter().rev().fold(last, |otherwise, (condition, result)| {
                when(expression(condition, context)).then(expression(result, context)).otherwise(otherwise)
            })
        }
        Node::Call { function, arguments } => {
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

fn call(function: Function, arguments: Vec<Expr>, context: &Context) -> Expr {
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
        Literal::Integer(whole) => lit(*whole),
        Literal::Number(number) => lit(*number),
        Literal::Boolean(truth) => lit(*truth),
        Literal::Date(day) => lit(*day),
        Literal::Null => lit(NULL),
    }
}

/// A constant of the run; a NULL of its type where the context does not hold it.
fn run_constant(name: &str, context: &Context) -> Expr {
    if let Some(value) = context.constants.get(name) {
        return literal(value);
    }
    let ty = RUN_CONSTANTS.iter().find(|(known, _)| *known == name).map_or(Type::Integer, |(_, ty)| *ty);
    let dtype = if ty == Type::Date { DataType::Int32 } else { DataType::Int64 };
    Expr::Literal(LiteralValue::Scalar(Scalar::null(dtype)))
}
