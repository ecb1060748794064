//! The allow-list: sqlparser's tree → [`Term`], names resolved and types checked; everything not named here is refused.
//!
//! sqlparser's structs are taken apart in full, so that a part it learns later is a compile error here and not
//! something silently ignored.

use super::source::{SourceText, SqlProblem};
use super::term::{EARLIER, FUNCTIONS, Literal, RUN_CONSTANTS, Term, Type, earlier_column, split_earlier};
use super::vocabulary::Vocabulary;
use crate::model::codes::DiagnosticCode;
use sqlparser::ast::{CaseWhen, DataType, Expr, Ident, Spanned, TypedString, UnaryOperator, Value, ValueWithSpan};
use sqlparser::tokenizer::Span;

/// What is known of a part's type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartType {
    Known(Type),
    /// The word NULL, which takes the type of its surroundings.
    Null,
    /// A problem was already reported; nothing more is said about it.
    Broken,
}

pub type Walked = (Term, PartType);
pub const BROKEN: Walked = (Term::Literal(Literal::Null), PartType::Broken);

pub struct Walker<'a> {
    pub text: &'a SourceText<'a>,
    scope: &'a Vocabulary,
    problems: Vec<SqlProblem>,
    columns: Vec<String>,
}

impl<'a> Walker<'a> {
    pub fn new(text: &'a SourceText<'a>, scope: &'a Vocabulary) -> Walker<'a> {
        Walker { text, scope, problems: Vec::new(), columns: Vec::new() }
    }

    pub fn finish(self) -> (Vec<SqlProblem>, Vec<String>) {
        (self.problems, self.columns)
    }

    /// The whole expression, of the wanted type.
    pub fn root(&mut self, expr: &Expr, wanted: Option<Type>) -> (Term, Option<Type>) {
        let (node, kind) = self.walk(expr);
        let ty = match (kind, wanted) {
            (PartType::Broken, _) => None,
            (PartType::Null, _) => {
                self.refuse(
                    DiagnosticCode::SqlType,
                    expr.span(),
                    "整个表达式只是 NULL，没有意义",
                    "写一个条件或一个值",
                );
                None
            }
            (PartType::Known(ty), None) => Some(ty),
            (PartType::Known(ty), Some(wanted)) if fits(ty, wanted) => Some(ty),
            (PartType::Known(ty), Some(wanted)) => {
                let help = match wanted {
                    Type::Boolean => "条件要能回答“是”或“否”，例如 人数 >= 3",
                    Type::Number | Type::Integer => "这里要一个数",
                    Type::Text => "这里要一段文字",
                    Type::Date => "这里要一个日期，例如 DATE '2026-01-01'",
                };
                let message = format!("这里要{}，表达式得到的却是{}", wanted.word(), ty.word());
                self.refuse(DiagnosticCode::SqlType, expr.span(), message, help);
                None
            }
        };
        (node, ty)
    }

    pub fn refuse(
        &mut self,
        code: DiagnosticCode,
        span: Span,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Walked {
        let problem =
            SqlProblem { code, span: self.text.range(span), message: message.into(), help: Some(help.into()) };
        self.problems.push(problem);
        BROKEN
    }

    pub fn walk(&mut self, expr: &Expr) -> Walked {
        match expr {
            Expr::Identifier(ident) => self.name(ident),
            Expr::CompoundIdentifier(parts) => self.qualified(parts, expr.span()),
            Expr::Nested(inner) => self.walk(inner),
            Expr::Value(value) => self.value(value, false),
            Expr::TypedString(typed) => self.date(typed),
            Expr::UnaryOp { op, expr: inner } => self.unary(*op, inner, expr.span()),
            Expr::BinaryOp { left, op, right } => self.binary(left, op, right, expr.span()),
            Expr::IsNull(inner) => self.is_null(inner, false),
            Expr::IsNotNull(inner) => self.is_null(inner, true),
            Expr::InList { expr: value, list, negated } => self.in_list(value, list, *negated),
            Expr::Between { expr: value, negated, low, high } => self.between(value, low, high, *negated),
            Expr::Like { negated, any, expr: value, pattern, escape_char } => {
                if *any || escape_char.is_some() {
                    return self.refuse(
                        DiagnosticCode::SqlUnsupported,
                        expr.span(),
                        "LIKE 不支持 ANY 和 ESCAPE",
                        "只用 % 和 _",
                    );
                }
                self.like(value, pattern, *negated)
            }
            Expr::Case { case_token: _, end_token: _, operand, conditions, else_result } => {
                if operand.is_some() {
                    let help = "写成 CASE WHEN 条件 THEN 值 … ELSE 值 END";
                    return self.refuse(
                        DiagnosticCode::SqlUnsupported,
                        expr.span(),
                        "不支持 CASE 后面带值的写法",
                        help,
                    );
                }
                self.case(conditions, else_result.as_deref())
            }
            Expr::Function(function) => self.call(function),
            other => self.unsupported(other),
        }
    }

    /// Everything that is not on the list, with a word on what to write instead where there is one.
    fn unsupported(&mut self, expr: &Expr) -> Walked {
        let (message, help) = match expr {
            Expr::Subquery(_) | Expr::Exists { .. } | Expr::InSubquery { .. } => {
                ("不能用子查询", "要和别的表核对，请在定义里写 [[lookup]]")
            }
            Expr::IsTrue(_)
            | Expr::IsFalse(_)
            | Expr::IsNotTrue(_)
            | Expr::IsNotFalse(_)
            | Expr::IsUnknown(_)
            | Expr::IsNotUnknown(_) => ("不支持 IS TRUE、IS FALSE、IS UNKNOWN", "空值算“否”请写 coalesce(列, false)"),
            Expr::IsDistinctFrom(..) | Expr::IsNotDistinctFrom(..) => {
                ("不支持 IS DISTINCT FROM", "写成 a <> b OR a IS NULL")
            }
            Expr::Cast { .. } | Expr::Convert { .. } => {
                ("不能转换类型", "列的类型在表式的 type 里定，读不成的单元格另有审核问题")
            }
            Expr::ILike { .. } | Expr::SimilarTo { .. } | Expr::RLike { .. } => {
                ("不支持 ILIKE 和正则匹配", "用 LIKE，% 代表任意几个字，_ 代表一个字")
            }
            Expr::Wildcard(_) | Expr::QualifiedWildcard(..) => ("不能用 *", "写出列名"),
            Expr::CompoundFieldAccess { .. } => ("列名里不能有点号", "直接写列名；列名本身带点时用反引号括起来"),
            Expr::Substring { .. } | Expr::Trim { .. } | Expr::Position { .. } | Expr::Extract { .. } => {
                ("没有这个函数", FUNCTION_HELP)
            }
            Expr::Ceil { .. } | Expr::Floor { .. } => ("不能取整", "取整只在打印时做"),
            Expr::Tuple(_) => ("这里不能写一组值", "一组值只能写在 IN 后面"),
            _ => (
                "不支持这种写法",
                "只能用列名、值、比较、AND、OR、NOT、IN、BETWEEN、LIKE、IS NULL、CASE WHEN 和列出的函数",
            ),
        };
        self.refuse(DiagnosticCode::SqlUnsupported, expr.span(), message, help)
    }

    fn name(&mut self, ident: &Ident) -> Walked {
        let Ident { value, quote_style, span } = ident;
        if *quote_style == Some('"') {
            let help = format!("文字用半角单引号：'{value}'；列名不加引号");
            return self.refuse(
                DiagnosticCode::SqlDoubleQuotes,
                *span,
                format!("双引号里的“{value}”会被当成列名"),
                help,
            );
        }
        if let Some(ty) = self.scope.columns.get(value) {
            if !self.columns.contains(value) {
                self.columns.push(value.clone());
            }
            return (Term::Column(value.clone()), PartType::Known(*ty));
        }
        if let Some(literal) = self.scope.values.get(value) {
            return (Term::Literal(literal.clone()), literal_kind(literal));
        }
        if let Some((name, ty)) = RUN_CONSTANTS.iter().find(|(name, _)| name == value) {
            return (Term::RunConstant(name), PartType::Known(*ty));
        }
        let known = self
            .scope
            .columns
            .keys()
            .chain(self.scope.values.keys())
            .map(String::as_str)
            .chain(RUN_CONSTANTS.iter().map(|(name, _)| *name));
        let help = match nearest(value, known.chain(FUNCTIONS.iter().map(|(name, _)| *name))) {
            Some(near) => format!("是不是“{near}”？"),
            None => format!("可用的列：{}；文字请加单引号：'{value}'", self.column_list()),
        };
        self.refuse(DiagnosticCode::SqlUnknownName, *span, format!("没有叫“{value}”的列或值"), help)
    }

    /// `上期.人数`: the value of the same record in another period.
    fn qualified(&mut self, parts: &[Ident], span: Span) -> Walked {
        let [earlier, column] = parts else {
            return self.refuse(DiagnosticCode::SqlUnsupported, span, "列名里不能有点号", EARLIER_HELP);
        };
        if [earlier, column].iter().any(|part| part.quote_style == Some('"')) {
            return self.refuse(DiagnosticCode::SqlDoubleQuotes, span, "列名不加引号", EARLIER_HELP);
        }
        if !EARLIER.contains(&earlier.value.as_str()) {
            let message = format!("点号前面不能写“{}”", earlier.value);
            return self.refuse(DiagnosticCode::SqlUnknownName, earlier.span, message, EARLIER_HELP);
        }
        let name = earlier_column(&earlier.value, &column.value);
        if let Some(ty) = self.scope.columns.get(&name) {
            if !self.columns.contains(&name) {
                self.columns.push(name.clone());
            }
            return (Term::Column(name), PartType::Known(*ty));
        }
        let known = self.scope.columns.keys().filter_map(|name| split_earlier(name));
        let known: Vec<&str> = known.filter(|(of, _)| *of == earlier.value).map(|(_, column)| column).collect();
        if known.is_empty() {
            let help = "只有写了 key（哪几列认出同一条记录）的表式，它的规则里才能用";
            return self.refuse(DiagnosticCode::SqlNoEarlier, span, format!("这里没有“{}”的数", earlier.value), help);
        }
        let help = match nearest(&column.value, known.iter().copied()) {
            Some(near) => format!("是不是“{}”？", earlier_column(&earlier.value, near)),
            None => format!("可用的列：{}", first_names(known.into_iter())),
        };
        self.refuse(DiagnosticCode::SqlUnknownName, column.span, format!("没有叫“{}”的列", column.value), help)
    }

    fn column_list(&self) -> String {
        first_names(self.scope.columns.keys().map(String::as_str).filter(|name| split_earlier(name).is_none()))
    }

    /// A constant; `negative` where a minus stands before it.
    fn value(&mut self, value: &ValueWithSpan, negative: bool) -> Walked {
        let ValueWithSpan { value, span } = value;
        match value {
            Value::Number(digits, false) => self.number(digits, *span, negative),
            Value::SingleQuotedString(text) if !negative => {
                (Term::Literal(Literal::Text(text.clone())), PartType::Known(Type::Text))
            }
            Value::Boolean(truth) if !negative => {
                (Term::Literal(Literal::Boolean(*truth)), PartType::Known(Type::Boolean))
            }
            Value::Null if !negative => (Term::Literal(Literal::Null), PartType::Null),
            Value::DoubleQuotedString(text) => {
                let help = format!("文字用半角单引号：'{text}'");
                self.refuse(DiagnosticCode::SqlDoubleQuotes, *span, "双引号里的文字会被当成列名", help)
            }
            Value::Placeholder(_) => {
                self.refuse(DiagnosticCode::SqlUnsupported, *span, "不能用占位符", "写出值，或在 [values] 里起个名字")
            }
            _ => self.refuse(
                DiagnosticCode::SqlUnsupported,
                *span,
                "不支持这种常量",
                "文字用半角单引号，数字直接写，日期写成 DATE '2026-01-01'",
            ),
        }
    }

    fn number(&mut self, digits: &str, span: Span, negative: bool) -> Walked {
        let signed = if negative { format!("-{digits}") } else { digits.to_string() };
        if digits.bytes().all(|b| b.is_ascii_digit()) {
            return match signed.parse::<i64>() {
                Ok(whole) => (Term::Literal(Literal::Integer(whole)), PartType::Known(Type::Integer)),
                Err(_) => {
                    let help = "整数最多 18 位；身份证号等编号是文字，请加单引号";
                    self.refuse(DiagnosticCode::SqlNumber, span, format!("整数 {digits} 太大"), help)
                }
            };
        }
        match signed.parse::<f64>() {
            Ok(number) if number.is_finite() => (Term::Literal(Literal::Number(number)), PartType::Known(Type::Number)),
            _ => self.refuse(DiagnosticCode::SqlNumber, span, format!("读不懂数字 {digits}"), "数字写成 3、0.5 这样"),
        }
    }

    fn date(&mut self, typed: &TypedString) -> Walked {
        let TypedString { data_type, value: ValueWithSpan { value, span }, uses_odbc_syntax } = typed;
        let day = match value {
            Value::SingleQuotedString(text) if *data_type == DataType::Date && !uses_odbc_syntax => {
                crate::text::dates::parse_day(text)
            }
            _ => None,
        };
        match day {
            Some(day) => (Term::Literal(Literal::Date(day)), PartType::Known(Type::Date)),
            None => self.refuse(DiagnosticCode::SqlDate, *span, "日期常量不对", "写成 DATE '2026-01-01'"),
        }
    }

    fn unary(&mut self, op: UnaryOperator, inner: &Expr, span: Span) -> Walked {
        match op {
            UnaryOperator::Not => {
                let (node, kind) = self.walk(inner);
                self.truth(kind, inner.span());
                (Term::Not(Box::new(node)), keep(kind, Type::Boolean))
            }
            UnaryOperator::Minus => {
                if let Expr::Value(value) = inner {
                    return self.value(value, true);
                }
                let (node, kind) = self.walk(inner);
                match kind {
                    PartType::Known(Type::Integer | Type::Number) => (Term::Negate(Box::new(node)), kind),
                    PartType::Broken => BROKEN,
                    _ => self.refuse(DiagnosticCode::SqlType, inner.span(), "负号后面要一个数", "检查列的类型"),
                }
            }
            UnaryOperator::Plus => self.walk(inner),
            _ => self.refuse(DiagnosticCode::SqlUnsupported, span, "不支持这个符号", "“非”写成 NOT 条件"),
        }
    }

    fn is_null(&mut self, inner: &Expr, negated: bool) -> Walked {
        let (node, kind) = self.walk(inner);
        if kind == PartType::Null {
            return self.refuse(DiagnosticCode::SqlNull, inner.span(), "NULL 总是空", "IS NULL 前面写列名");
        }
        (Term::IsNull { value: Box::new(node), negated }, keep(kind, Type::Boolean))
    }

    fn in_list(&mut self, value: &Expr, list: &[Expr], negated: bool) -> Walked {
        let (node, kind) = self.walk(value);
        let mut literals = Vec::with_capacity(list.len());
        let mut broken = kind == PartType::Broken;
        for item in list {
            match self.walk(item) {
                (_, PartType::Broken) => broken = true,
                (_, PartType::Null) => {
                    let (message, help) = if negated {
                        ("NOT IN 的名单里有 NULL，条件就永远不成立", "删去 NULL，另写 AND 列 IS NOT NULL")
                    } else {
                        ("IN 的名单里不能有 NULL", "删去 NULL，另写 OR 列 IS NULL")
                    };
                    self.refuse(DiagnosticCode::SqlNull, item.span(), message, help);
                    broken = true;
                }
                (Term::Literal(literal), item_kind) => {
                    broken |= !self.comparable(kind, item_kind, value.span(), item.span(), false);
                    literals.push(literal);
                }
                _ => {
                    self.refuse(
                        DiagnosticCode::SqlUnsupported,
                        item.span(),
                        "IN 的名单里只能写常量",
                        "列与列比较请写 a = b OR a = c",
                    );
                    broken = true;
                }
            }
        }
        if kind == PartType::Null {
            return self.refuse(
                DiagnosticCode::SqlNull,
                value.span(),
                "NULL 和什么比都不成立",
                "判断是否为空请写 列 IS NULL",
            );
        }
        if broken {
            return BROKEN;
        }
        (Term::In { value: Box::new(node), list: literals, negated }, PartType::Known(Type::Boolean))
    }

    fn between(&mut self, value: &Expr, low: &Expr, high: &Expr, negated: bool) -> Walked {
        let (node, kind) = self.walk(value);
        let (low_node, low_kind) = self.walk(low);
        let (high_node, high_kind) = self.walk(high);
        let fine = self.comparable(kind, low_kind, value.span(), low.span(), true)
            & self.comparable(kind, high_kind, value.span(), high.span(), true);
        if !fine {
            return BROKEN;
        }
        let node = Term::Between { value: Box::new(node), low: Box::new(low_node), high: Box::new(high_node), negated };
        (node, PartType::Known(Type::Boolean))
    }

    fn like(&mut self, value: &Expr, pattern: &Expr, negated: bool) -> Walked {
        let (node, kind) = self.walk(value);
        let pattern = match self.walk(pattern) {
            (Term::Literal(Literal::Text(pattern)), _) => pattern,
            (_, PartType::Broken) => return BROKEN,
            _ => {
                return self.refuse(
                    DiagnosticCode::SqlType,
                    pattern.span(),
                    "LIKE 后面要一段带引号的文字",
                    "例如 LIKE '%公司%'",
                );
            }
        };
        match kind {
            PartType::Known(Type::Text) => {
                (Term::Like { value: Box::new(node), pattern, negated }, PartType::Known(Type::Boolean))
            }
            PartType::Broken => BROKEN,
            _ => self.refuse(
                DiagnosticCode::SqlType,
                value.span(),
                "LIKE 只能用在文本列上",
                "数和日期请用 =、<、BETWEEN",
            ),
        }
    }

    fn case(&mut self, conditions: &[CaseWhen], otherwise: Option<&Expr>) -> Walked {
        let mut ty = PartType::Null;
        let mut branches = Vec::with_capacity(conditions.len());
        for CaseWhen { condition, result } in conditions {
            let (when, when_kind) = self.walk(condition);
            self.truth(when_kind, condition.span());
            let (then, then_kind) = self.walk(result);
            ty = self.unify(ty, then_kind, result.span());
            branches.push((when, then));
        }
        let otherwise = otherwise.map(|expr| {
            let (node, kind) = self.walk(expr);
            ty = self.unify(ty, kind, expr.span());
            Box::new(node)
        });
        (Term::Case { branches, otherwise }, ty)
    }
}

pub const FUNCTION_HELP: &str = "可用的函数：length、abs、coalesce、workdays、year、month_start、full_years、id_valid、id_birth_month、id_sex、items、rounds_to";

pub fn numeric(ty: Type) -> bool {
    matches!(ty, Type::Integer | Type::Number)
}

/// Whether a value of this type may stand where another is wanted.
pub fn fits(ty: Type, wanted: Type) -> bool {
    ty == wanted || (ty == Type::Integer && wanted == Type::Number)
}

fn keep(kind: PartType, ty: Type) -> PartType {
    if kind == PartType::Broken { PartType::Broken } else { PartType::Known(ty) }
}

fn literal_kind(literal: &Literal) -> PartType {
    literal.ty().map_or(PartType::Null, PartType::Known)
}

const EARLIER_HELP: &str = "点号只用来写别的报告期的数：上期.列名、上年同期.列名";

/// A dozen names, and a sign that there are more.
fn first_names<'n>(names: impl Iterator<Item = &'n str>) -> String {
    let mut names: Vec<&str> = names.collect();
    if names.len() > 12 {
        names.truncate(12);
        names.push("…");
    }
    names.join("、")
}

/// The known name that looks most like what was written, if one does.
pub fn nearest<'n>(written: &str, known: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    known
        .map(|name| (strsim::jaro_winkler(written, name), name))
        .filter(|(score, _)| *score >= 0.7)
        .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(a.1)))
        .map(|(_, name)| name)
}
