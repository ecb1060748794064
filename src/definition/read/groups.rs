//! `[[form.standard]]` and `[[form.group]]`.

use super::context::{Columns, Context, name_problem};
use super::cursor::{Section, Word};
use super::shares;
use crate::definition::plan::{
    Bound, ColumnType, Computed, ComputedKind, Demand, FieldType, GroupKind, GroupRule, GroupValue, Standard,
};
use crate::language::{Literal, Op, Term, Type, admit};
use crate::model::codes::DiagnosticCode;

/// Reads a form's standards; the two columns that each computes are added to the form.
pub fn standards(form: &Section<'_>, at: usize, context: &mut Context<'_>) {
    for section in form.sections("standard") {
        let columns = context.form_columns(at);
        let Some((standard, computed)) = standard(section, at, &columns, context) else { continue };
        if let Some(form) = context.forms.get_mut(at) {
            form.standards.push(standard);
            form.computed.extend(computed);
        }
    }
}

/// Whether the name is one that an expression can hold and that nothing else has.
fn free(name: &Word<'_>, columns: &Columns, context: &Context<'_>) -> bool {
    let taken = columns.scope.columns.contains_key(name.text);
    let problem =
        name_problem(name.text, &context.values).or_else(|| taken.then(|| "这个表式里已有这个名字".to_owned()));
    if let Some(problem) = &problem {
        name.report(DiagnosticCode::BadName, format!("“{}”不能作列名：{problem}", name.text), None);
    }
    problem.is_none()
}

/// How a rate is held against its bound.
#[derive(Debug, Clone, Copy)]
pub struct Comparator {
    op: Op,
    sign: &'static str,
}

pub const COMPARATORS: [(&str, Comparator); 5] = [
    ("at-least", Comparator { op: Op::GreaterEq, sign: "≥" }),
    ("at-most", Comparator { op: Op::LessEq, sign: "≤" }),
    ("above", Comparator { op: Op::Greater, sign: "＞" }),
    ("below", Comparator { op: Op::Less, sign: "＜" }),
    ("equal", Comparator { op: Op::Eq, sign: "＝" }),
];

/// A table of code, comparator and bound becomes two computed columns: whether the row meets its bound, in whole numbers
/// (numerator × lower ≥ denominator × upper) so that 98% itself is never a matter of the last binary digit;
/// and what the bound says. Without a bound, or over a denominator of 0, nothing is judged (NULL).
fn standard(
    section: Section<'_>,
    at: usize,
    columns: &Columns,
    context: &Context<'_>,
) -> Option<(Standard, [Computed; 2])> {
    let (name, words) = (section.word("name"), section.word("words"));
    let code = section.word("by").and_then(|word| code_field(&word, at, context));
    let [numerator, denominator] =
        ["numerator", "denominator"].map(|key| section.word(key).filter(|word| whole(word, at, context)));
    section.need_list("bounds");
    let mut cases: Vec<(Term, Term, Demand)> = Vec::new();
    for bound in section.sections("bounds") {
        let value = bound.word("value");
        let compare = bound.choice("compare", &COMPARATORS);
        let limit = bound.need("bound").and_then(|node| shares::bound(&node).map(|limit| (limit, node)));
        bound.finish();
        let (Some(value), Some(compare), Some((limit, node))) = (value, compare, limit) else { continue };
        let Bound::Ratio { num, den } = limit else {
            node.wrong("比例，如 \"98%\"");
            continue;
        };
        let (Some((field, values)), Some(top), Some(bottom)) = (&code, &numerator, &denominator) else { continue };
        if !values.iter().any(|known| known == value.text) {
            value.unknown(DiagnosticCode::UnknownCodeValue, "代码", values.iter().map(String::as_str));
            continue;
        }
        if cases.iter().any(|(_, _, demand)| demand.value == value.text) {
            value.report(DiagnosticCode::DuplicateBound, format!("“{}”的界限写了两次", value.text), None);
            continue;
        }
        let is = binary(Op::Eq, column(field), Term::Literal(Literal::Text(value.text.to_owned())));
        let times =
            |field: &str, by: u32| binary(Op::Multiply, column(field), Term::Literal(Literal::Integer(i64::from(by))));
        let meets = binary(compare.op, times(top.text, den), times(bottom.text, num));
        let said = node.as_word().map_or_else(String::new, |word| word.text.trim().to_owned());
        let words = format!("{}{said}", compare.sign);
        cases.push((is, meets, Demand { value: value.text.to_owned(), words }));
    }
    let line = section.line();
    section.finish();
    let (name, words, _, top, bottom) = (name?, words?, code?, numerator?, denominator?);
    if name.text == words.text {
        words.report(DiagnosticCode::BadName, format!("“{}”两处同名", words.text), None);
        return None;
    }
    if !free(&name, columns, context) || !free(&words, columns, context) || cases.is_empty() {
        return None;
    }
    let demands: Vec<Demand> = cases.iter().map(|(_, _, demand)| demand.clone()).collect();
    let source: Vec<String> = demands.iter().map(|demand| format!("{}{}", demand.value, demand.words)).collect();
    let source = format!("{}÷{}：{}", top.text, bottom.text, source.join("，"));
    let judged = binary(Op::Greater, column(bottom.text), Term::Literal(Literal::Integer(0)));
    let branches = cases.iter().map(|(is, meets, _)| (binary(Op::And, judged.clone(), is.clone()), meets.clone()));
    let verdict = Term::Case { branches: branches.collect(), otherwise: None };
    let spoken = cases.into_iter().map(|(is, _, demand)| (is, Term::Literal(Literal::Text(demand.words))));
    let said = Term::Case { branches: spoken.collect(), otherwise: None };
    // Its columns were proven above to be there, and of these types.
    let (verdict, said) = (admit(&source, verdict, &columns.scope)?, admit(&source, said, &columns.scope)?);
    let column = |name: &Word<'_>, ty, checked| Computed {
        name: name.text.to_owned(),
        ty,
        kind: ComputedKind::Value(checked),
        line,
    };
    let columns = [column(&name, ColumnType::Boolean, verdict), column(&words, ColumnType::Text, said)];
    Some((Standard { verdict: name.text.to_owned(), demands }, columns))
}

fn column(name: &str) -> Term {
    Term::Column(name.to_owned())
}

fn binary(op: Op, left: Term, right: Term) -> Term {
    Term::Binary { op, left: Box::new(left), right: Box::new(right) }
}

/// A code field and the words of its list.
fn code_field(word: &Word<'_>, at: usize, context: &Context<'_>) -> Option<(String, Vec<String>)> {
    let field = context.field(at, word)?;
    match context.forms.get(at)?.fields.get(field)?.ty {
        FieldType::Code { list } => Some((word.text.to_owned(), context.codes.get(list)?.values.clone())),
        _ if context.doubtful.contains(word.text) => None,
        _ => {
            word.report(DiagnosticCode::WrongType, format!("“{}”不是代码列，不能按它定界限", word.text), None);
            None
        }
    }
}

fn whole(word: &Word<'_>, at: usize, context: &Context<'_>) -> bool {
    let Some(field) = context.field(at, word) else { return false };
    let ty = context.forms.get(at).and_then(|form| form.fields.get(field)).map(|field| &field.ty);
    let whole = ty == Some(&FieldType::Integer);
    if !whole && !context.doubtful.contains(word.text) {
        let help = Some("分子和分母用整数列，才比得准".to_owned());
        word.report(DiagnosticCode::WrongType, format!("“{}”不是整数列", word.text), help);
    }
    whole
}

pub fn groups(form: &Section<'_>, at: usize, context: &Context<'_>) -> Vec<GroupRule> {
    let columns = context.form_columns(at);
    form.sections("group").into_iter().filter_map(|section| group(section, at, &columns, context)).collect()
}

fn group(section: Section<'_>, at: usize, columns: &Columns, context: &Context<'_>) -> Option<GroupRule> {
    let code = context.rule_code(&section);
    let severity = context.severity(&section);
    let trial = section.flag("trial", false);
    section.need_list("by");
    let by = context.fields(at, &section.words("by"));
    let when = context.condition(&section, "when", columns);
    section.need_list("values");
    let mut values: Vec<GroupValue> = Vec::new();
    let mut complete = true;
    for entry in section.sections("values") {
        match value(entry, columns, &values, context) {
            Some(value) => values.push(value),
            None => complete = false,
        }
    }
    // The check sees the group, not its rows: its figures, and what all its rows have in common.
    let mut common = Columns { names: Vec::new(), scope: columns.scope.clone() };
    common.scope.columns.clear();
    let fields = context.forms.get(at).map_or(&[][..], |form| &form.fields);
    for name in by.iter().filter_map(|field| fields.get(*field)).map(|field| field.name.to_string()) {
        if let Some(ty) = columns.scope.columns.get(&name) {
            common.scope.columns.insert(name.clone(), *ty);
            common.names.push(name);
        }
    }
    for value in &values {
        let ty = if value.kind == GroupKind::Count { Type::Integer } else { value.of.ty() };
        common.scope.columns.insert(value.name.clone(), ty);
        common.names.push(value.name.clone());
    }
    let _ = section.need("check");
    let check = if complete { context.needed_condition(&section, "check", &common) } else { None };
    let own: Vec<&str> = values.iter().map(|value| value.name.as_str()).chain(["行数"]).collect();
    for key in ["found", "expected", "next"] {
        let _ = section.get(key);
    }
    let texts = complete.then(|| context.texts(&section, columns, &own));
    let cells = context.cells(&section, at);
    let (effect, cells) = context.held_cells(&section, "holds", severity, at, cells);
    let line = section.line();
    section.finish();
    let [found, expected, next] = texts?;
    Some(GroupRule {
        code,
        severity,
        effect,
        trial,
        by,
        when,
        values,
        check: check?,
        found,
        expected,
        next,
        cells,
        line,
    })
}

fn value(section: Section<'_>, columns: &Columns, earlier: &[GroupValue], context: &Context<'_>) -> Option<GroupValue> {
    const KINDS: [(&str, GroupKind); 4] =
        [("count", GroupKind::Count), ("sum", GroupKind::Sum), ("least", GroupKind::Least), ("most", GroupKind::Most)];
    let name = section.word("name");
    let given: Vec<(&'static str, GroupKind)> =
        KINDS.into_iter().filter(|(key, _)| section.get(key).is_some()).collect();
    let of = match given.as_slice() {
        [(key, GroupKind::Count)] => context.needed_condition(&section, key, columns),
        [(key, _)] => section.word(key).and_then(|word| context.number(&word, columns)),
        _ => {
            let message = "每一项写 count、sum、least、most 中的一个".to_owned();
            section.log.report(DiagnosticCode::GroupValue, section.span(), message, None);
            None
        }
    };
    section.finish();
    let (name, (_, kind)) = (name?, *given.first()?);
    let taken = columns.scope.columns.contains_key(name.text) || earlier.iter().any(|value| value.name == name.text);
    let problem = name_problem(name.text, &context.values).or_else(|| taken.then(|| "这个名字已经有了".to_owned()));
    if let Some(problem) = problem {
        name.report(DiagnosticCode::BadName, format!("“{}”不能作名字：{problem}", name.text), None);
        return None;
    }
    Some(GroupValue { name: name.text.to_owned(), kind, of: of? })
}
