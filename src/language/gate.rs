//! SQL text → [`Checked`], or every problem with its place.
//!
//! Two steps, each of which may refuse: the text's own grammar in [`super::grammar`], and the allow-list walk in
//! [`super::walk`].

use super::grammar::tree;
use super::source::{SourceText, SqlProblem};
use super::term::{Op, Term, Type};
use super::vocabulary::Vocabulary;
use super::walk::{Walker, fits, numeric};
use super::words::words;

/// A typed, resolved expression. It comes out of this gate and from nowhere else: its parts are nobody else's to write.
#[derive(Debug, Clone, PartialEq)]
pub struct Checked {
    source: String,
    words: String,
    node: Term,
    ty: Type,
    columns: Vec<String>,
}

impl Checked {
    /// As written.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The same in words, for 口径说明.
    pub fn words(&self) -> &str {
        &self.words
    }

    pub fn node(&self) -> &Term {
        &self.node
    }

    pub fn ty(&self) -> Type {
        self.ty
    }

    /// Names of the columns that it reads, in order of first use, without repeats.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The parts that all have to hold: of `a AND b` a and b, of anything else itself; `source` and words are the whole's.
    pub fn conjuncts(&self) -> Vec<Checked> {
        let of = |term: &Term| {
            let columns = term.columns().into_iter().map(str::to_owned).collect();
            Checked { node: term.clone(), columns, ..self.clone() }
        };
        self.node.conjuncts().into_iter().map(of).collect()
    }

    /// Whether a row has an answer at all: the condition that this is not NULL.
    pub fn is_known(&self) -> Checked {
        let node = Term::IsNull { value: Box::new(self.node.clone()), negated: true };
        Checked { node, ty: Type::Boolean, ..self.clone() }
    }
}

/// Checks one expression of the wanted type (a rule or filter wants `Boolean`); `None` accepts any type.
///
/// # Errors
/// Every problem that could be found, in order of place.
pub fn check(source: &str, scope: &Vocabulary, wanted: Option<Type>) -> Result<Checked, Vec<SqlProblem>> {
    let text = SourceText::new(source);
    let expr = tree(&text)?;
    let mut walker = Walker::new(&text, scope);
    let (node, ty) = walker.root(&expr, wanted);
    let (mut problems, columns) = walker.finish();
    match ty {
        Some(ty) if problems.is_empty() => {
            let words = words(&node, ty);
            Ok(Checked { source: source.to_string(), words, node, ty, columns })
        }
        _ => {
            problems.sort_by_key(|problem| (problem.span.start, problem.span.end));
            Err(problems)
        }
    }
}

/// An expression that a definition says in another form than SQL (a table of bounds), under the same rules of types;
/// `source` is what stands for it in 口径说明. `None` where the terms do not fit.
pub fn admit(source: &str, node: Term, scope: &Vocabulary) -> Option<Checked> {
    let mut columns = Vec::new();
    let ty = typed(&node, scope, &mut columns)?;
    let (source, words) = (source.to_owned(), source.to_owned());
    Some(Checked { source, words, node, ty, columns })
}

fn typed(term: &Term, vocabulary: &Vocabulary, columns: &mut Vec<String>) -> Option<Type> {
    match term {
        Term::Column(name) => {
            if !columns.contains(name) {
                columns.push(name.clone());
            }
            vocabulary.columns.get(name).copied()
        }
        Term::Literal(literal) => literal.ty(),
        Term::Binary { op, left, right } => {
            let (left, right) = (typed(left, vocabulary, columns)?, typed(right, vocabulary, columns)?);
            match op {
                Op::And | Op::Or => (left == Type::Boolean && right == Type::Boolean).then_some(Type::Boolean),
                Op::Eq | Op::NotEq => (fits(left, right) || fits(right, left)).then_some(Type::Boolean),
                Op::Less | Op::LessEq | Op::Greater | Op::GreaterEq => (numeric(left) && numeric(right)
                    || left == Type::Date && right == Type::Date)
                    .then_some(Type::Boolean),
                Op::Divide => (numeric(left) && numeric(right)).then_some(Type::Number),
                Op::Add | Op::Subtract | Op::Multiply => {
                    let whole = left == Type::Integer && right == Type::Integer;
                    (numeric(left) && numeric(right)).then_some(if whole { Type::Integer } else { Type::Number })
                }
            }
        }
        Term::Case { branches, otherwise } => {
            let mut ty = None;
            for (condition, result) in branches {
                if typed(condition, vocabulary, columns)? != Type::Boolean {
                    return None;
                }
                let result = typed(result, vocabulary, columns)?;
                if *ty.get_or_insert(result) != result {
                    return None;
                }
            }
            match otherwise {
                Some(otherwise) => (ty == Some(typed(otherwise, vocabulary, columns)?)).then_some(ty).flatten(),
                None => ty,
            }
        }
        // Nothing says these but SQL.
        Term::RunConstant(_)
        | Term::Not(_)
        | Term::Negate(_)
        | Term::In { .. }
        | Term::Between { .. }
        | Term::IsNull { .. }
        | Term::Like { .. }
        | Term::Call { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::term::Literal;
    use super::*;

    fn scope() -> Vocabulary {
        let columns = [
            ("人数", Type::Integer),
            ("得分", Type::Number),
            ("类别", Type::Text),
            ("县处级", Type::Boolean),
            ("公示开始", Type::Date),
            ("公示结束", Type::Date),
            ("职务（职称）", Type::Text),
            ("上期.人数", Type::Integer),
            ("上期.类别", Type::Text),
        ];
        Vocabulary {
            columns: columns.into_iter().map(|(name, ty)| (name.to_string(), ty)).collect(),
            values: [("人数下限".to_string(), Literal::Integer(3))].into_iter().collect(),
        }
    }

    fn refused(source: &str) -> Vec<(&'static str, String)> {
        match check(source, &scope(), Some(Type::Boolean)) {
            Ok(checked) => panic!("{source} was let through as {:?}", checked.node),
            Err(problems) => {
                problems.into_iter().map(|p| (p.code.as_str(), source.get(p.span).unwrap_or("?").to_string())).collect()
            }
        }
    }

    #[test]
    fn accepts_the_language_and_lists_columns_in_order_of_use() {
        let checked = check("得分 >= 80 AND (人数 > 人数下限 OR 得分 < 1.5)", &scope(), Some(Type::Boolean)).unwrap();
        assert_eq!(checked.columns, ["得分", "人数"]);
        for source in [
            "NOT coalesce(县处级, false)",
            "类别 IN ('正式', '备选') AND 类别 NOT IN ('无')",
            "公示开始 BETWEEN DATE '2026-01-01' AND 本期止",
            "workdays(公示开始, 公示结束) >= 5",
            "abs(人数 - 得分) <= 1",
            "类别 LIKE '%正%'",
            "CASE WHEN 人数 > 3 THEN true ELSE 县处级 END",
            "公示结束 - 公示开始 > -3",
            "人数 <> -9223372036854775808",
            "`职务（职称）` IS NOT NULL",
            "COALESCE(人数, NULL, 得分) = 1",
            "(人数 > 1) = (得分 > 2)",
            "CASE WHEN 年初 THEN 人数 = 3 ELSE 人数 = 上期.人数 + 3 END",
            "上期 . `类别` = '正式'",
        ] {
            assert!(check(source, &scope(), Some(Type::Boolean)).is_ok(), "{source}");
        }
    }

    #[test]
    fn a_conjunction_comes_apart_and_its_parts_know_their_columns() {
        let whole = "人数 > 1 AND (得分 > 2 AND NOT coalesce(县处级, false)) AND (类别 = '甲' OR 人数 = 上期.人数)";
        let whole = check(whole, &scope(), Some(Type::Boolean)).unwrap();
        let parts: Vec<Vec<String>> = whole.conjuncts().into_iter().map(|part| part.columns).collect();
        assert_eq!(parts, [vec!["人数"], vec!["得分"], vec!["县处级"], vec!["类别", "人数", "上期.人数"]]);
        // What the gate found by its own walk is the same.
        assert_eq!(whole.node.columns(), whole.columns);
        let case =
            "CASE WHEN 年初 THEN 人数 = 3 WHEN 得分 BETWEEN 人数 AND 9 THEN 类别 LIKE '正%' ELSE 类别 IN ('备') END";
        let case = check(case, &scope(), Some(Type::Boolean)).unwrap();
        assert_eq!(case.node.columns(), case.columns);
        assert_eq!(case.conjuncts().len(), 1);
    }

    #[test]
    fn refuses_with_code_and_place() {
        for (source, code, place) in [
            ("1 <= 人数 <= 10", "sql-chained-comparison", "1 <= 人数 <= 10"),
            ("类别 = \"正式\"", "sql-double-quotes", "\"正式\""),
            ("县处级 XOR 县处级", "sql-unsupported", "县处级 XOR 县处级"),
            ("人数 = NULL", "sql-null", "NULL"),
            ("类别 NOT IN ('a', NULL)", "sql-null", "NULL"),
            ("sum(人数) > 3", "sql-aggregate", "sum"),
            ("人数 > avg(人数)", "sql-aggregate", "avg"),
            ("sum(人数) OVER () > 1", "sql-aggregate", "sum"),
            ("人数 > (SELECT 1)", "sql-unsupported", "SELECT 1"),
            ("CAST(类别 AS INT) = 1", "sql-unsupported", "类别"),
            ("县处级 IS TRUE", "sql-unsupported", "县处级"),
            ("人数 = 'a'", "sql-type", "'a'"),
            ("类别 < '正式'", "sql-type", "类别"),
            ("人数", "sql-type", "人数"),
            ("班数 > 3", "sql-unknown-name", "班数"),
            ("人数 > 3 人数", "sql-syntax", "人数"),
            ("人数 > 99999999999999999999", "sql-number", "99999999999999999999"),
            ("人数 > 3 -- 完", "sql-comment", "-- 完"),
            ("人数 ＞ 3", "sql-full-width", "＞"),
            ("公示开始 > DATE '2026-02-30'", "sql-date", "'2026-02-30'"),
            ("round(得分) > 3", "sql-unknown-function", "round"),
            ("read_csv('/etc/passwd') = 1", "sql-unknown-function", "read_csv"),
            ("columns('.*') > 1", "sql-unknown-function", "columns"),
            ("length(类别, 类别) > 1", "sql-arguments", "length"),
            ("类别 LIKE 类别", "sql-type", "类别"),
            ("人数 % 2 = 0", "sql-unsupported", "人数 % 2"),
            ("类别 || 'a' = 'b'", "sql-unsupported", "类别 || 'a'"),
            ("上期.类别类 = '正式'", "sql-unknown-name", "类别类"),
            ("上周.人数 > 3", "sql-unknown-name", "上周"),
            ("上年同期.人数 > 3", "sql-no-earlier", "上年同期.人数"),
            ("上期.人数.人数 > 3", "sql-unsupported", "上期.人数.人数"),
            ("上期.类别 > 3", "sql-type", "3"),
            ("人数 >", "sql-syntax", ""),
            ("类别 = '正式", "sql-syntax", "'正式"),
            ("", "sql-syntax", ""),
        ] {
            let found = refused(source);
            assert_eq!(found.first(), Some(&(code, place.to_string())), "{source}: {found:?}");
        }
    }

    #[test]
    fn statements_and_other_tricks_do_not_pass() {
        for source in [
            "DROP TABLE x",
            "人数 > 3; DROP TABLE x",
            "*",
            "count(*) > 1",
            "\"^.*$\" > 1",
            "t.人数 > 1",
            "人数 > ?",
            "EXISTS (SELECT 1)",
            "人数 IN (SELECT 1)",
            "类别 ILIKE '%a%'",
            "类别 ~ '^a'",
            "类别 SIMILAR TO 'a'",
            "[1,2] = 人数",
            "人数::text = '1'",
            "INTERVAL '1' DAY = 人数",
            "(人数, 人数) = (1, 2)",
            "NULL",
            "人数 IS DISTINCT FROM 3",
            "abs(DISTINCT 人数) = 1",
            "人数 + '1' = 2",
            "-类别 = 'a'",
            "NOT 人数",
            "人数 AND 县处级",
            "coalesce(人数, '无') = 1",
        ] {
            assert!(!refused(source).is_empty(), "{source}");
        }
    }

    #[test]
    fn every_problem_in_order_of_place_with_suggestions() {
        let source = "类别别 = '正式'\n  AND 人数 = '三' AND lenght(类别) > 3";
        let problems = check(source, &scope(), Some(Type::Boolean)).unwrap_err();
        let places: Vec<&str> = problems.iter().map(|p| source.get(p.span.clone()).unwrap_or("?")).collect();
        assert_eq!(places, ["类别别", "'三'", "lenght"]);
        assert_eq!(problems[0].help.as_deref(), Some("是不是“类别”？"));
        assert!(problems[2].help.as_deref().unwrap_or("").contains("length"));
    }

    #[test]
    fn hostile_text_is_refused_quickly() {
        let started = std::time::Instant::now();
        let long_and = vec!["人数 > 1"; 100_000].join(" AND ");
        let many = vec!["县处级"; 900].join(" OR ");
        for source in [
            "(".repeat(10_000),
            format!("{}县处级{}", "(".repeat(500), ")".repeat(500)),
            format!("{}县处级", "NOT ".repeat(900)),
            format!("人数 = {}1", "- ".repeat(900)),
            "CASE WHEN ".repeat(300),
            "coalesce(".repeat(300),
            format!("{}人数{} = 1", "((".repeat(14), "))".repeat(14)),
            "人数 IN (".repeat(200),
            "\u{0}\u{7}\u{202e}".to_string(),
            "'".to_string(),
            "`".to_string(),
            "DATE ".repeat(300),
            "a.".repeat(400),
            "x -> ".repeat(300),
            "{".repeat(300),
            long_and,
            many,
        ] {
            let _ = check(&source, &scope(), Some(Type::Boolean));
        }
        assert!(started.elapsed().as_secs() < 10, "{:?}", started.elapsed());
        let deep = format!("{}县处级{}", "(".repeat(25), ")".repeat(25));
        assert!(check(&deep, &scope(), Some(Type::Boolean)).is_ok());
    }

    #[test]
    fn what_a_table_of_bounds_says_passes_under_the_same_types() {
        let column = |name: &str| Box::new(Term::Column(name.to_owned()));
        let three = || Box::new(Term::Literal(Literal::Integer(3)));
        let more = |name: &str| Term::Binary { op: Op::Greater, left: column(name), right: three() };
        let checked = admit("人数超过 3", more("人数"), &scope()).expect("two numbers");
        assert_eq!((checked.ty, checked.columns.as_slice()), (Type::Boolean, &["人数".to_owned()][..]));
        assert_eq!(admit("", more("类别"), &scope()), None);
        assert_eq!(admit("", more("没有"), &scope()), None);
        let text = Term::Literal(Literal::Text("多".to_owned()));
        let case = |result: Term| Term::Case {
            branches: vec![(more("人数"), text.clone()), (more("得分"), result)],
            otherwise: None,
        };
        assert_eq!(admit("", case(text.clone()), &scope()).map(|checked| checked.ty), Some(Type::Text));
        assert_eq!(admit("", case(Term::Literal(Literal::Integer(1))), &scope()), None);
    }
}
