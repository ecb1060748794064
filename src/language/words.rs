//! An expression in the words of a printed page. In: what the gate let through. Out: Chinese without a word of SQL, for
//! 口径说明. Named values stand as what they are. Knows nothing of columns and rows.

use super::term::{Function, Literal, Op, Term, Type, split_earlier};
use crate::text::{dates, numbers};

/// A phrase and how tightly it holds together.
struct Phrase {
    words: String,
    bond: Bond,
}

/// The loosest first: what is looser than its surroundings is put in brackets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Bond {
    /// Several clauses with a comma between them.
    Clauses,
    Or,
    And,
    Comparison,
    Sum,
    Product,
    Name,
}

impl Phrase {
    fn new(bond: Bond, words: impl Into<String>) -> Phrase {
        Phrase { words: words.into(), bond }
    }

    /// The phrase where one at least this tight can stand.
    fn within(self, bond: Bond) -> String {
        if self.bond >= bond { self.words } else { format!("（{}）", self.words) }
    }
}

/// `类别 = '正式' AND 学历 IS NULL` is `类别 = “正式” 且 学历 未填`.
pub fn words(term: &Term, ty: Type) -> String {
    match ty {
        Type::Boolean => condition(term).words,
        _ => value(term).words,
    }
}

/// What must hold.
fn condition(term: &Term) -> Phrase {
    let stated = |words: String| Phrase::new(Bond::Comparison, words);
    match term {
        Term::Not(inner) => negated(inner),
        Term::Binary { op: Op::And, left, right } => joined(left, "且", right, Bond::And),
        Term::Binary { op: Op::Or, left, right } => joined(left, "或", right, Bond::Or),
        Term::Binary { op, left, right } if comparison(*op).is_some() => compared(*op, left, right),
        Term::In { value: of, list, negated } => within_list(of, list, *negated),
        Term::Between { value: of, low, high, negated } => {
            let sign = if *negated { "不在" } else { "在" };
            let [of, low, high] = [of, low, high].map(|term| value(term).within(Bond::Sum));
            stated(format!("{of} {sign} {low} 和 {high} 之间"))
        }
        Term::IsNull { value: of, negated } => stated(match (&**of, negated) {
            (Term::Column(_), false) => format!("{} 未填", value(of).words),
            (Term::Column(_), true) => format!("{} 已填", value(of).words),
            (_, false) => format!("{} 没有结果", value(of).within(Bond::Name)),
            (_, true) => format!("{} 有结果", value(of).within(Bond::Name)),
        }),
        Term::Like { value: of, pattern, negated } => {
            stated(format!("{} {}", value(of).within(Bond::Name), like(pattern, *negated)))
        }
        Term::Case { branches, otherwise } => case(branches, otherwise.as_deref(), "须", condition),
        Term::Call { function: Function::Coalesce, arguments } => match arguments.as_slice() {
            // What is not filled in counts as no.
            [first, Term::Literal(Literal::Boolean(false))] => condition(first),
            // What is not filled in counts as yes.
            [first, Term::Literal(Literal::Boolean(true))] => {
                stated(format!("不能断定{}", negated(first).within(Bond::Name)))
            }
            _ => stated(format!("{} 为“是”", value(term).within(Bond::Name))),
        },
        Term::Call { function: Function::IdValid, arguments } => stated(format!("{} 有效", list(arguments))),
        Term::Call { function: Function::RoundsTo, arguments } => match arguments.as_slice() {
            [rate, top, bottom, _] => {
                let [rate, top, bottom] = [rate, top, bottom].map(|term| value(term).within(Bond::Name));
                stated(format!("{rate} 与 {top} ÷ {bottom} 四舍五入后相符"))
            }
            _ => stated(list(arguments)),
        },
        Term::RunConstant(name) => stated(format!("本期为{name}第一期")),
        Term::Literal(Literal::Boolean(truth)) => stated(if *truth { "任何情况" } else { "无此情况" }.to_owned()),
        _ => stated(format!("{} 为“是”", value(term).within(Bond::Name))),
    }
}

/// What must not hold; of what nobody knows neither is said.
fn negated(term: &Term) -> Phrase {
    let stated = |words: String| Phrase::new(Bond::Comparison, words);
    match term {
        Term::Not(inner) => condition(inner),
        Term::Binary { op, left, right } if let Some(op) = opposite(*op) => compared(op, left, right),
        Term::In { value, list, negated } => within_list(value, list, !negated),
        Term::Between { value, low, high, negated } => {
            condition(&Term::Between { value: value.clone(), low: low.clone(), high: high.clone(), negated: !negated })
        }
        Term::IsNull { value, negated } => condition(&Term::IsNull { value: value.clone(), negated: !negated }),
        Term::Like { value, pattern, negated } => {
            condition(&Term::Like { value: value.clone(), pattern: pattern.clone(), negated: !negated })
        }
        Term::Column(_) => stated(format!("{} 为“否”", value(term).words)),
        Term::Call { function: Function::IdValid, arguments } => stated(format!("{} 无效", list(arguments))),
        Term::Call { function: Function::Coalesce, arguments }
            if let [column @ Term::Column(_), Term::Literal(Literal::Boolean(false))] = arguments.as_slice() =>
        {
            stated(format!("{} 不为“是”", value(column).words))
        }
        _ => stated(format!("不是（{}）", condition(term).words)),
    }
}

/// What is counted, added up or compared.
fn value(term: &Term) -> Phrase {
    let named = |words: String| Phrase::new(Bond::Name, words);
    match term {
        Term::Column(name) => named(match split_earlier(name) {
            Some((earlier, own)) => format!("{earlier}的{own}"),
            None => name.clone(),
        }),
        Term::RunConstant(name) => named((*name).to_owned()),
        Term::Literal(literal) => named(literal_words(literal)),
        Term::Negate(inner) => Phrase::new(Bond::Product, format!("−{}", value(inner).within(Bond::Name))),
        Term::Binary { op, left, right } => match op {
            Op::Add => sum(left, "+", right, Bond::Sum),
            // What is taken away or divided by holds together more tightly than what it is taken from.
            Op::Subtract => sum(left, "−", right, Bond::Product),
            Op::Multiply => product(left, "×", right, Bond::Product),
            Op::Divide => product(left, "÷", right, Bond::Name),
            _ => condition(term),
        },
        Term::Case { branches, otherwise } => case(branches, otherwise.as_deref(), "为", value),
        Term::Call { function, arguments } => called(*function, arguments),
        Term::Not(_) | Term::In { .. } | Term::Between { .. } | Term::IsNull { .. } | Term::Like { .. } => {
            condition(term)
        }
    }
}

fn joined(left: &Term, word: &str, right: &Term, bond: Bond) -> Phrase {
    // What is written grows to the right: a long chain is not written anew for each of its links.
    let mut words = condition(left).within(bond);
    [" ", word, " ", &condition(right).within(bond)].into_iter().for_each(|part| words.push_str(part));
    Phrase::new(bond, words)
}

fn sum(left: &Term, sign: &str, right: &Term, tighter: Bond) -> Phrase {
    Phrase::new(Bond::Sum, format!("{} {sign} {}", value(left).within(Bond::Sum), value(right).within(tighter)))
}

fn product(left: &Term, sign: &str, right: &Term, tighter: Bond) -> Phrase {
    let (left, right) = (value(left).within(Bond::Product), value(right).within(tighter));
    Phrase::new(Bond::Product, format!("{left} {sign} {right}"))
}

fn comparison(op: Op) -> Option<&'static str> {
    Some(match op {
        Op::Eq => "=",
        Op::NotEq => "≠",
        Op::Less => "＜",
        Op::LessEq => "≤",
        Op::Greater => "＞",
        Op::GreaterEq => "≥",
        _ => return None,
    })
}

fn opposite(op: Op) -> Option<Op> {
    Some(match op {
        Op::Eq => Op::NotEq,
        Op::NotEq => Op::Eq,
        Op::Less => Op::GreaterEq,
        Op::LessEq => Op::Greater,
        Op::Greater => Op::LessEq,
        Op::GreaterEq => Op::Less,
        _ => return None,
    })
}

fn compared(op: Op, left: &Term, right: &Term) -> Phrase {
    let [left, right] = [left, right].map(|side| value(side).within(Bond::Sum));
    Phrase::new(Bond::Comparison, format!("{left} {} {right}", comparison(op).unwrap_or_default()))
}

fn within_list(of: &Term, list: &[Literal], negated: bool) -> Phrase {
    let of = value(of).within(Bond::Sum);
    let said: Vec<String> = list.iter().map(literal_words).collect();
    let sign = match (said.len(), negated) {
        (1, false) => "=",
        (1, true) => "≠",
        (_, false) => "属于",
        (_, true) => "不属于",
    };
    Phrase::new(Bond::Comparison, format!("{of} {sign} {}", said.join("、")))
}

/// A pattern of LIKE: where its words stand, and what may stand around them.
fn like(pattern: &str, negated: bool) -> String {
    let not = if negated { "不" } else { "" };
    let inner = pattern.trim_matches('%');
    if inner.contains(['%', '_']) {
        let shown = pattern.replace('%', "…").replace('_', "□");
        return format!("{not}形如“{shown}”（…是任意几个字，□是一个字）");
    }
    match (pattern.starts_with('%'), pattern.ends_with('%')) {
        (true, true) => format!("{not}含有“{inner}”"),
        (false, true) => format!("{not}以“{inner}”开头"),
        (true, false) => format!("{not}以“{inner}”结尾"),
        (false, false) => format!("{} “{inner}”", if negated { "≠" } else { "=" }),
    }
}

fn case(branches: &[(Term, Term)], otherwise: Option<&Term>, is: &str, result: fn(&Term) -> Phrase) -> Phrase {
    let branch = |(when, then): &(Term, Term)| {
        format!("{} 时{is} {}", condition(when).within(Bond::Or), result(then).within(Bond::Or))
    };
    let mut clauses: Vec<String> = branches.iter().map(branch).collect();
    clauses.extend(otherwise.map(|term| format!("其他情况{is} {}", result(term).within(Bond::Or))));
    Phrase::new(Bond::Clauses, clauses.join("，"))
}

fn called(function: Function, arguments: &[Term]) -> Phrase {
    let said = |at: usize| arguments.get(at).map_or_else(String::new, |term| value(term).within(Bond::Name));
    let named = |words: String| Phrase::new(Bond::Name, words);
    match function {
        Function::Length => named(format!("{}的字数", said(0))),
        Function::Abs => named(format!("{}的绝对值", said(0))),
        Function::Workdays => named(format!("{}至{}的工作日数", said(0), said(1))),
        Function::Year => named(format!("{}的年份", said(0))),
        Function::MonthStart => named(format!("{}所在的月", said(0))),
        Function::FullYears => named(format!("{}至本期末的整年数", said(0))),
        Function::IdBirthMonth => named(format!("{}中的出生年月", said(0))),
        Function::IdSex => named(format!("{}中的性别", said(0))),
        Function::Items => named(format!("{}列出的项数", said(0))),
        Function::Coalesce => match arguments {
            [first, Term::Literal(Literal::Boolean(_))] => condition(first),
            [first, Term::Literal(literal)] => {
                named(format!("{}（未填按 {} 计）", value(first).within(Bond::Name), literal_words(literal)))
            }
            _ => {
                let parts: Vec<String> = (0..arguments.len()).map(said).collect();
                Phrase::new(Bond::Clauses, parts.join("，没有时取 "))
            }
        },
        Function::IdValid | Function::RoundsTo => condition(&Term::Call { function, arguments: arguments.to_vec() }),
    }
}

fn list(arguments: &[Term]) -> String {
    arguments.iter().map(|term| value(term).within(Bond::Name)).collect::<Vec<_>>().join("、")
}

fn literal_words(literal: &Literal) -> String {
    match literal {
        Literal::Text(text) => format!("“{text}”"),
        Literal::Integer(whole) => whole.to_string(),
        Literal::Number(number) => numbers::show(*number),
        Literal::Boolean(truth) => if *truth { "“是”" } else { "“否”" }.to_owned(),
        Literal::Date(day) => dates::say_day(*day),
        Literal::Null => "空".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Vocabulary, check};
    use super::*;

    fn said(source: &str) -> String {
        let names = [
            ("类别", Type::Text),
            ("学历", Type::Text),
            ("名称", Type::Text),
            ("出生年月", Type::Date),
            ("身份证号", Type::Text),
            ("非公", Type::Boolean),
            ("一票否决", Type::Boolean),
            ("人数", Type::Integer),
            ("加分", Type::Integer),
            ("扣分", Type::Integer),
            ("得分", Type::Number),
            ("上期.人数", Type::Integer),
            ("INDEX", Type::Text),
        ];
        let vocabulary = Vocabulary {
            columns: names.into_iter().map(|(name, ty)| (name.to_owned(), ty)).collect(),
            values: [("人数下限".to_owned(), Literal::Integer(3))].into(),
        };
        let checked = check(source, &vocabulary, None).unwrap_or_else(|problems| panic!("{source}: {problems:?}"));
        checked.words().to_owned()
    }

    #[test]
    fn conditions_are_said_without_sql() {
        for (source, words) in [
            ("类别 = '正式' AND 学历 IS NULL", "类别 = “正式” 且 学历 未填"),
            ("学历 IS NOT NULL OR 名称 is null", "学历 已填 或 名称 未填"),
            ("(类别 = '甲' OR 非公) AND NOT 一票否决", "（类别 = “甲” 或 非公 为“是”） 且 一票否决 为“否”"),
            (
                "full_years(出生年月) BETWEEN 41 AND 60 AND 非公",
                "出生年月至本期末的整年数 在 41 和 60 之间 且 非公 为“是”",
            ),
            ("类别 NOT IN ('农民', '机关 AND 事业')", "类别 不属于 “农民”、“机关 AND 事业”"),
            ("类别 IN ('正式')", "类别 = “正式”"),
            ("NOT (人数 >= 人数下限) AND 名称 LIKE '%''%'", "人数 ＜ 3 且 名称 含有“'”"),
            ("名称 LIKE '安%' OR 名称 NOT LIKE '%班'", "名称 以“安”开头 或 名称 不以“班”结尾"),
            ("名称 LIKE '甲_%乙'", "名称 形如“甲□…乙”（…是任意几个字，□是一个字）"),
            ("coalesce(非公, false) AND NOT coalesce(一票否决, false)", "非公 为“是” 且 一票否决 不为“是”"),
            ("NOT (人数 > 3 AND 非公)", "不是（人数 ＞ 3 且 非公 为“是”）"),
            (
                "id_valid(身份证号) AND rounds_to(得分, 人数, 加分, 2)",
                "身份证号 有效 且 得分 与 人数 ÷ 加分 四舍五入后相符",
            ),
            (
                "CASE WHEN 年初 THEN 人数 = 加分 ELSE 人数 = 上期.人数 + 加分 END",
                "本期为年初第一期 时须 人数 = 加分，其他情况须 人数 = 上期的人数 + 加分",
            ),
            ("出生年月 >= DATE '1966-01-01'", "出生年月 ≥ 1966年1月1日"),
            // A column whose name only starts like a word of SQL.
            ("INDEX <> 'x'", "INDEX ≠ “x”"),
        ] {
            assert_eq!(said(source), words, "{source}");
        }
    }

    #[test]
    fn values_are_said_without_sql() {
        for (source, words) in [
            ("人数 - (加分 - coalesce(扣分, 0))", "人数 − （加分 − 扣分（未填按 0 计））"),
            ("(人数 + 加分) * 100 / 人数 / (加分 * 2)", "（人数 + 加分） × 100 ÷ 人数 ÷ （加分 × 2）"),
            (
                "CASE WHEN 一票否决 THEN 0 ELSE (人数 * 30 + 加分) / 100 END",
                "一票否决 为“是” 时为 0，其他情况为 （人数 × 30 + 加分） ÷ 100",
            ),
            (
                "CASE WHEN 人数 >= 100 THEN '一' WHEN 人数 >= 50 THEN '二' END",
                "人数 ≥ 100 时为 “一”，人数 ≥ 50 时为 “二”",
            ),
            ("abs(得分 - 1.5) * 2", "（得分 − 1.5）的绝对值 × 2"),
            ("coalesce(学历, 类别, '无')", "学历，没有时取 类别，没有时取 “无”"),
            ("year(出生年月)", "出生年月的年份"),
        ] {
            assert_eq!(said(source), words, "{source}");
        }
    }
}
