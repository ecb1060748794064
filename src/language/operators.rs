//! Types of operators: which operands `+ - * /`, comparisons and AND/OR take, and why others are refused.

use super::term::{Op, Term, Type};
use super::walk::{BROKEN, PartType, Walked, Walker, numeric};
use crate::model::codes::DiagnosticCode;
use sqlparser::ast::{BinaryOperator, Expr, Spanned};
use sqlparser::tokenizer::Span;

impl Walker<'_> {
    /// The one type of two alternatives (branches of CASE, arguments of coalesce).
    pub fn unify(&mut self, left: PartType, right: PartType, span: Span) -> PartType {
        match (left, right) {
            (PartType::Broken, _) | (_, PartType::Broken) => PartType::Broken,
            (PartType::Null, other) | (other, PartType::Null) => other,
            (PartType::Known(a), PartType::Known(b)) if a == b => left,
            (PartType::Known(a), PartType::Known(b)) if numeric(a) && numeric(b) => PartType::Known(Type::Number),
            (PartType::Known(a), PartType::Known(b)) => {
                let message = format!("这里是{}，前面却是{}", b.word(), a.word());
                self.refuse(DiagnosticCode::SqlType, span, message, "各个结果的类型要一致").1
            }
        }
    }

    /// Reports an operand that is no condition.
    pub fn truth(&mut self, kind: PartType, span: Span) -> bool {
        match kind {
            PartType::Known(Type::Boolean) => true,
            PartType::Broken => false,
            PartType::Null => {
                self.refuse(DiagnosticCode::SqlNull, span, "这里要条件，写的却是 NULL", "判断是否为空请写 列 IS NULL");
                false
            }
            PartType::Known(ty) => {
                let message = format!("这里要条件，“{}”却是{}", self.text.words(span), ty.word());
                self.refuse(DiagnosticCode::SqlType, span, message, "写成比较，例如 人数 > 0");
                false
            }
        }
    }

    pub fn binary(&mut self, left: &Expr, op: &BinaryOperator, right: &Expr, span: Span) -> Walked {
        use BinaryOperator as B;
        let op = match op {
            B::Eq => Op::Eq,
            B::NotEq => Op::NotEq,
            B::Lt => Op::Less,
            B::LtEq => Op::LessEq,
            B::Gt => Op::Greater,
            B::GtEq => Op::GreaterEq,
            B::And => Op::And,
            B::Or => Op::Or,
            B::Plus => Op::Add,
            B::Minus => Op::Subtract,
            B::Multiply => Op::Multiply,
            B::Divide => Op::Divide,
            B::Xor => {
                let help = "写成 (a AND NOT b) OR (NOT a AND b)";
                return self.refuse(DiagnosticCode::SqlUnsupported, span, "不支持 XOR：它的先后次序容易读错", help);
            }
            B::StringConcat => {
                return self.refuse(
                    DiagnosticCode::SqlUnsupported,
                    span,
                    "不能拼接文字",
                    "要显示的文字写在 found 等模板里",
                );
            }
            _ => {
                return self.refuse(
                    DiagnosticCode::SqlUnsupported,
                    span,
                    "不支持这个运算符",
                    "可用 = <> < <= > >= + - * / AND OR NOT",
                );
            }
        };
        if compares(op) && (is_comparison(left) || is_comparison(right)) {
            let help = "写成 x BETWEEN 1 AND 10，或 1 <= x AND x <= 10";
            return self.refuse(
                DiagnosticCode::SqlChainedComparison,
                span,
                "连写的比较读起来像区间，算出来却不是",
                help,
            );
        }
        let (left_node, left_kind) = self.walk(left);
        let (right_node, right_kind) = self.walk(right);
        let kind = match op {
            Op::And | Op::Or => {
                if self.truth(left_kind, left.span()) & self.truth(right_kind, right.span()) {
                    PartType::Known(Type::Boolean)
                } else {
                    PartType::Broken
                }
            }
            Op::Add | Op::Subtract | Op::Multiply | Op::Divide => {
                self.arithmetic(op, (left, left_kind), (right, right_kind))
            }
            _ => {
                let ordered = !matches!(op, Op::Eq | Op::NotEq);
                if self.comparable(left_kind, right_kind, left.span(), right.span(), ordered) {
                    PartType::Known(Type::Boolean)
                } else {
                    PartType::Broken
                }
            }
        };
        if kind == PartType::Broken {
            return BROKEN;
        }
        (Term::Binary { op, left: Box::new(left_node), right: Box::new(right_node) }, kind)
    }

    fn arithmetic(&mut self, op: Op, left: (&Expr, PartType), right: (&Expr, PartType)) -> PartType {
        let mut types = [Type::Integer; 2];
        for (slot, (expr, kind)) in types.iter_mut().zip([left, right]) {
            match kind {
                PartType::Broken => return PartType::Broken,
                PartType::Null => {
                    return self
                        .refuse(
                            DiagnosticCode::SqlNull,
                            expr.span(),
                            "和 NULL 计算，结果总是空",
                            "空值当 0 请写 coalesce(列, 0)",
                        )
                        .1;
                }
                PartType::Known(ty) => *slot = ty,
            }
        }
        match (types, op) {
            ([a, b], Op::Divide) if numeric(a) && numeric(b) => PartType::Known(Type::Number),
            ([Type::Integer, Type::Integer], _) => PartType::Known(Type::Integer),
            ([a, b], _) if numeric(a) && numeric(b) => PartType::Known(Type::Number),
            // Whole days apart, or a day some days on.
            ([Type::Date, Type::Date], Op::Subtract) => PartType::Known(Type::Integer),
            ([Type::Date, Type::Integer], Op::Add | Op::Subtract) => PartType::Known(Type::Date),
            ([a, b], _) => {
                let wrong = if numeric(a) { right.0 } else { left.0 };
                let message = format!("{}和{}不能这样计算", a.word(), b.word());
                self.refuse(
                    DiagnosticCode::SqlType,
                    wrong.span(),
                    message,
                    "加减乘除只用于数；两个日期可以相减，得到天数",
                )
                .1
            }
        }
    }

    /// Whether two sides may be compared; reports why not.
    pub fn comparable(
        &mut self,
        left: PartType,
        right: PartType,
        left_span: Span,
        right_span: Span,
        ordered: bool,
    ) -> bool {
        let (a, b) = match (left, right) {
            (PartType::Broken, _) | (_, PartType::Broken) => return false,
            (PartType::Null, _) | (_, PartType::Null) => {
                let span = if right == PartType::Null { right_span } else { left_span };
                self.refuse(
                    DiagnosticCode::SqlNull,
                    span,
                    "和 NULL 比较永远不成立",
                    "判断是否为空请写 列 IS NULL 或 列 IS NOT NULL",
                );
                return false;
            }
            (PartType::Known(a), PartType::Known(b)) => (a, b),
        };
        if a != b && !(numeric(a) && numeric(b)) {
            let message = format!(
                "“{}”是{}，不能和{}“{}”比较",
                self.text.words(left_span),
                a.word(),
                b.word(),
                self.text.words(right_span)
            );
            let help = match (a, b) {
                (Type::Text, Type::Integer | Type::Number) => "和文本比较的值要加单引号",
                (Type::Integer | Type::Number, Type::Text) => "数字不加引号",
                (Type::Date, _) | (_, Type::Date) => "日期写成 DATE '2026-01-01'；年份请用 year(日期)",
                _ => "两边的类型要一致",
            };
            self.refuse(DiagnosticCode::SqlType, right_span, message, help);
            return false;
        }
        if ordered && matches!(a, Type::Text | Type::Boolean) {
            let message = format!("{}不能比大小（只会按字符编码排）", a.word());
            self.refuse(DiagnosticCode::SqlType, left_span, message, "用 = 或 IN 列出要的值");
            return false;
        }
        true
    }
}

fn compares(op: Op) -> bool {
    matches!(op, Op::Eq | Op::NotEq | Op::Less | Op::LessEq | Op::Greater | Op::GreaterEq)
}

/// A comparison that stands bare, without brackets around it.
fn is_comparison(expr: &Expr) -> bool {
    use BinaryOperator as B;
    matches!(expr, Expr::BinaryOp { op: B::Eq | B::NotEq | B::Lt | B::LtEq | B::Gt | B::GtEq, .. })
}
