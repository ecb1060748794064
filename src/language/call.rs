//! Function calls of the gate: which functions there are, and what they take and give.

use super::term::{FUNCTIONS, Function, Term, Type};
use super::walk::{BROKEN, FUNCTION_HELP, PartType, Walked, Walker, fits, nearest};
use crate::model::codes::DiagnosticCode;
use sqlparser::ast::{
    Expr, Function as SqlFunction, FunctionArg, FunctionArgExpr, FunctionArgumentList, FunctionArguments, Ident,
    ObjectName, ObjectNamePart, Spanned,
};
use sqlparser::tokenizer::Span;

/// Functions over many rows, refused by name because a row rule would broadcast their one answer to every row.
const AGGREGATES: [&str; 12] =
    ["sum", "count", "avg", "mean", "min", "max", "median", "first", "last", "string_agg", "row_number", "rank"];

impl Walker<'_> {
    pub fn call(&mut self, function: &SqlFunction) -> Walked {
        let SqlFunction { name, uses_odbc_syntax, parameters, args, within_group, filter, null_treatment, over } =
            function;
        let ObjectName(parts) = name;
        let [ObjectNamePart::Identifier(Ident { value: written, quote_style, span })] = parts.as_slice() else {
            return self.refuse(DiagnosticCode::SqlUnknownFunction, function.span(), "没有这个函数", FUNCTION_HELP);
        };
        let lower = written.to_ascii_lowercase();
        if over.is_some() {
            let help = "跨行的统计写在 [[table]] 里，重复检查写 [[form.unique]]";
            return self.refuse(DiagnosticCode::SqlAggregate, *span, "不能用窗口函数（OVER）", help);
        }
        if AGGREGATES.contains(&lower.as_str()) {
            let help = "表达式一次只看一行；计数、求和写在 [[table]] 的 measures 里";
            return self.refuse(DiagnosticCode::SqlAggregate, *span, format!("不能用聚合函数 {written}"), help);
        }
        let Some((_, known)) = FUNCTIONS.iter().find(|(name, _)| *name == lower) else {
            let help = match nearest(&lower, FUNCTIONS.iter().map(|(name, _)| *name)) {
                Some(near) => format!("是不是 {near}？{FUNCTION_HELP}"),
                None => FUNCTION_HELP.to_string(),
            };
            return self.refuse(DiagnosticCode::SqlUnknownFunction, *span, format!("没有函数 {written}"), help);
        };
        let plain = !uses_odbc_syntax
            && quote_style.is_none()
            && *parameters == FunctionArguments::None
            && within_group.is_empty()
            && filter.is_none()
            && null_treatment.is_none();
        let arguments = match args {
            FunctionArguments::List(FunctionArgumentList { duplicate_treatment: None, args, clauses })
                if plain && clauses.is_empty() =>
            {
                plain_arguments(args)
            }
            _ => None,
        };
        match arguments {
            Some(arguments) => self.arguments(*known, &lower, &arguments, *span),
            None => {
                let help = "写成 函数名(参数, 参数)";
                self.refuse(DiagnosticCode::SqlUnsupported, *span, format!("函数 {written} 的这种写法不支持"), help)
            }
        }
    }

    fn arguments(&mut self, function: Function, name: &str, arguments: &[&Expr], span: Span) -> Walked {
        let walked: Vec<Walked> = arguments.iter().map(|argument| self.walk(argument)).collect();
        if function == Function::Coalesce {
            return self.coalesce(walked, arguments, span);
        }
        let wanted = parameters(function);
        if arguments.len() != wanted.len() {
            let message = format!("{name} 要 {} 个参数，写了 {} 个", wanted.len(), arguments.len());
            let words: Vec<&str> = wanted.iter().map(|ty| ty.word()).collect();
            return self.refuse(
                DiagnosticCode::SqlArguments,
                span,
                message,
                format!("写成 {name}({})", words.join(", ")),
            );
        }
        let mut fine = true;
        let mut first = None;
        let mut nodes = Vec::with_capacity(walked.len());
        for (((node, kind), wanted), argument) in walked.into_iter().zip(wanted).zip(arguments) {
            match kind {
                PartType::Known(ty) if fits(ty, *wanted) => {
                    first.get_or_insert(ty);
                }
                PartType::Broken => fine = false,
                PartType::Null => {
                    self.refuse(
                        DiagnosticCode::SqlNull,
                        argument.span(),
                        format!("{name} 的参数不能是 NULL"),
                        "写列名",
                    );
                    fine = false;
                }
                PartType::Known(ty) => {
                    let message =
                        format!("{name} 要{}，“{}”是{}", wanted.word(), self.text.words(argument.span()), ty.word());
                    self.refuse(DiagnosticCode::SqlType, argument.span(), message, "检查列的类型");
                    fine = false;
                }
            }
            nodes.push(node);
        }
        if !fine {
            return BROKEN;
        }
        let result = match function {
            // abs of a whole number is a whole number.
            Function::Abs => first.unwrap_or(Type::Number),
            Function::Length | Function::Workdays | Function::Year | Function::FullYears | Function::Items => {
                Type::Integer
            }
            Function::MonthStart | Function::IdBirthMonth => Type::Date,
            Function::IdValid | Function::RoundsTo => Type::Boolean,
            Function::IdSex | Function::Coalesce => Type::Text,
        };
        (Term::Call { function, arguments: nodes }, PartType::Known(result))
    }

    fn coalesce(&mut self, walked: Vec<Walked>, arguments: &[&Expr], span: Span) -> Walked {
        if walked.len() < 2 {
            let help = "例如 coalesce(县处级, false)";
            return self.refuse(DiagnosticCode::SqlArguments, span, "coalesce 至少要 2 个参数", help);
        }
        let mut ty = PartType::Null;
        let mut nodes = Vec::with_capacity(walked.len());
        for ((node, kind), argument) in walked.into_iter().zip(arguments) {
            ty = self.unify(ty, kind, argument.span());
            nodes.push(node);
        }
        (Term::Call { function: Function::Coalesce, arguments: nodes }, ty)
    }
}

/// Types of a function's parameters; coalesce takes any and is checked apart.
fn parameters(function: Function) -> &'static [Type] {
    match function {
        Function::Length | Function::IdValid | Function::IdBirthMonth | Function::IdSex | Function::Items => {
            &[Type::Text]
        }
        Function::RoundsTo => &[Type::Number, Type::Integer, Type::Integer, Type::Integer],
        Function::Abs => &[Type::Number],
        Function::Workdays => &[Type::Date, Type::Date],
        Function::Year | Function::MonthStart | Function::FullYears => &[Type::Date],
        Function::Coalesce => &[],
    }
}

/// Positional arguments only.
fn plain_arguments(arguments: &[FunctionArg]) -> Option<Vec<&Expr>> {
    arguments
        .iter()
        .map(|argument| match argument {
            FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Some(expr),
            _ => None,
        })
        .collect()
}
