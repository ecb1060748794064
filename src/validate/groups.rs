//! Rules over groups of rows, over all returns: what a unit's figures, or a contest's titles, come to together.

use super::rows::FormRows;
use super::unique;
use crate::model::{Finding, Severity};
use crate::spec::{GroupKind, GroupRule, GroupValue};
use crate::sql::frame::{evaluate, filter_mask, values};
use crate::sql::{Context, Type, compile};
use polars::prelude::{Column, DataFrame, IdxCa, IntoColumn, NewChunkedArray};

/// Findings of every group rule of the form.
pub fn check(rows: &FormRows, context: &Context) -> Vec<Finding> {
    rows.form.groups.iter().flat_map(|rule| check_one(rows, rule, context)).collect()
}

fn check_one(rows: &FormRows, rule: &GroupRule, context: &Context) -> Vec<Finding> {
    let df = &rows.read.df;
    let groups = unique::together(rows, &rule.by, rule.when.as_ref(), context);
    if groups.is_empty() {
        return Vec::new();
    }
    let figures: Vec<Figures> = rule.values.iter().map(|value| Figures::of(df, value, &groups, context)).collect();
    let firsts = IdxCa::from_iter_values("".into(), groups.iter().filter_map(|group| group.first()).map(|row| *row as _));
    let common = rule.by.iter().filter_map(|field| rows.form.fields.get(*field));
    let mut columns: Vec<Column> =
        common.filter_map(|field| df.column(&field.name).ok()?.take(&firsts).ok()).collect();
    columns.extend(rule.values.iter().zip(&figures).map(|(value, figures)| figures.column(&value.name)));
    let frame = DataFrame::new(groups.len(), columns).expect("one line a group, and the definition's names differ");
    let answers = evaluate(&frame, &[compile(&rule.check, context)]).pop().unwrap_or_default();
    let mut findings = Vec::new();
    for (at, group) in groups.iter().enumerate().filter(|(at, _)| answers.get(*at) == Some(&Some(false))) {
        let mut own: Vec<(String, String)> =
            rule.values.iter().zip(&figures).map(|(value, figures)| (value.name.clone(), figures.words(at))).collect();
        own.push(("行数".to_owned(), group.len().to_string()));
        let own: Vec<(&str, &str)> = own.iter().map(|(name, words)| (name.as_str(), words.as_str())).collect();
        // What blocks has to stand on every row that it takes out.
        let told = if rule.severity == Severity::Block { group.as_slice() } else { group.get(..1).unwrap_or_default() };
        findings.extend(told.iter().map(|row| Finding {
            code: rule.code.clone(),
            severity: rule.severity,
            place: rows.place(*row, &rule.cells),
            found: rows.render(&rule.found, *row, &own),
            expected: rows.render(&rule.expected, *row, &own),
            next: rows.render(&rule.next, *row, &own),
            line: Some(rule.line),
            holds_return: false,
        }));
    }
    findings
}

/// One figure of every group.
enum Figures {
    Whole(Vec<Option<i64>>),
    Decimal(Vec<Option<f64>>),
}

impl Figures {
    fn of(df: &DataFrame, value: &GroupValue, groups: &[Vec<usize>], context: &Context) -> Figures {
        if value.kind == GroupKind::Count {
            let mask = filter_mask(df, &value.of, context);
            let count = |group: &Vec<usize>| group.iter().filter(|row| mask.get(**row) == Some(&true)).count() as i64;
            return Figures::Whole(groups.iter().map(|group| Some(count(group))).collect());
        }
        let column = values(df, &value.of, context);
        if value.of.ty == Type::Integer {
            let all: Vec<Option<i64>> = column.i64().map(|values| values.iter().collect()).unwrap_or_default();
            let figure = |group: &Vec<usize>| {
                let some = group.iter().filter_map(|row| all.get(*row).copied().flatten());
                match value.kind {
                    GroupKind::Least => some.min(),
                    GroupKind::Most => some.max(),
                    // A sum beyond what can be held is no figure: the rule is not evaluated.
                    _ => some.map(Some).reduce(|sum, next| sum?.checked_add(next?)).flatten(),
                }
            };
            return Figures::Whole(groups.iter().map(figure).collect());
        }
        let all: Vec<Option<f64>> = column.f64().map(|values| values.iter().collect()).unwrap_or_default();
        let figure = |group: &Vec<usize>| {
            let some = group.iter().filter_map(|row| all.get(*row).copied().flatten());
            match value.kind {
                GroupKind::Least => some.reduce(f64::min),
                GroupKind::Most => some.reduce(f64::max),
                _ => some.reduce(|sum, next| sum + next),
            }
        };
        Figures::Decimal(groups.iter().map(figure).collect())
    }

    fn column(&self, name: &str) -> Column {
        match self {
            Figures::Whole(values) => {
                polars::prelude::Int64Chunked::from_iter_options(name.into(), values.iter().copied()).into_column()
            }
            Figures::Decimal(values) => {
                polars::prelude::Float64Chunked::from_iter_options(name.into(), values.iter().copied()).into_column()
            }
        }
    }

    fn words(&self, at: usize) -> String {
        let words = match self {
            Figures::Whole(values) => values.get(at).copied().flatten().map(|whole| whole.to_string()),
            Figures::Decimal(values) => values.get(at).copied().flatten().map(crate::text::numbers::show),
        };
        words.unwrap_or_else(|| "空".to_owned())
    }
}
