//! A row's value in words, by the column that it is of: the one place where a value enters a sentence.

use crate::definition::{ComputedKind, FieldType, Form, Precision};
use crate::language::{Function, Term, split_earlier};
use crate::model::Value;
use crate::text::{dates, numbers};

/// What of a column's kind matters where its values are said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueKind {
    Plain,
    Percent,
    /// Of dates: how much of them anybody wrote.
    Dated(Precision),
}

/// How dates stand in a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateStyle {
    /// `2026-03-05`, as cells are quoted.
    Quoted,
    /// `2026年3月5日`.
    Official,
}

impl ValueKind {
    pub fn of_field(ty: &FieldType) -> ValueKind {
        match ty {
            FieldType::Percent => ValueKind::Percent,
            ty => ValueKind::Dated(ty.precision()),
        }
    }

    /// Of a form's column: a field, one of an earlier period (`上期.人数`), or one that the definition computes.
    pub fn of_column(form: &Form, name: &str) -> ValueKind {
        let own = split_earlier(name).map_or(name, |(_, own)| own);
        if let Some(field) = form.fields.iter().find(|field| *field.name == *own) {
            return ValueKind::of_field(&field.ty);
        }
        let computed = form.computed.iter().position(|computed| computed.name == own);
        match computed.and_then(|at| Some((at, &form.computed.get(at)?.kind))) {
            Some((at, ComputedKind::Value(checked))) => ValueKind::of_term(form, checked.node(), at),
            _ => ValueKind::Plain,
        }
    }

    /// Of what a term gives; it reads fields and the first `known` of the computed columns.
    fn of_term(form: &Form, term: &Term, known: usize) -> ValueKind {
        match term {
            Term::Column(name) => match form.computed.iter().position(|computed| computed.name == *name) {
                // A column reads those before it; what says otherwise never passed the check.
                Some(at) if at >= known => ValueKind::Plain,
                _ => ValueKind::of_column(form, name),
            },
            Term::Call { function: Function::MonthStart | Function::IdBirthMonth, .. } => {
                ValueKind::Dated(Precision::Month)
            }
            Term::Call { function: Function::Coalesce, arguments } => {
                arguments.first().map_or(ValueKind::Plain, |first| ValueKind::of_term(form, first, known))
            }
            Term::Case { branches, .. } => {
                branches.first().map_or(ValueKind::Plain, |(_, result)| ValueKind::of_term(form, result, known))
            }
            _ => ValueKind::Plain,
        }
    }

    /// Whether this day stands for its month.
    pub fn is_month(self, day: i32) -> bool {
        matches!(self, ValueKind::Dated(precision) if precision.is_month(day))
    }
}

/// A value in words; 空 for nothing.
pub fn value_words(value: Value<'_>, kind: ValueKind, style: DateStyle) -> String {
    match value {
        Value::Text(text) => text.to_owned(),
        Value::Integer(whole) => whole.to_string(),
        Value::Number(share) if kind == ValueKind::Percent => numbers::percent(share),
        Value::Number(number) => numbers::show(number),
        Value::Boolean(truth) => if truth { "是" } else { "否" }.to_owned(),
        Value::Date(day) => match (style, kind.is_month(day)) {
            (DateStyle::Quoted, true) => dates::show_month(day),
            (DateStyle::Quoted, false) => dates::show_day(day),
            (DateStyle::Official, true) => dates::say_month(day),
            (DateStyle::Official, false) => dates::say_day(day),
        },
        Value::Nothing => "未填".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::definition::{ColumnType, Computed, Field};
    use crate::domain::period::day;
    use crate::language::{Type, Vocabulary, check};

    #[test]
    fn a_date_is_said_as_far_as_its_column_goes() {
        let fields = [("出生年月", FieldType::Month), ("期限", FieldType::Date), ("完成", FieldType::DateOrMonth)];
        let field = |(name, ty): (&str, FieldType)| Field {
            name: name.into(),
            header: name.into(),
            under: None,
            also: Vec::new(),
            was: Vec::new(),
            ty,
            required: false,
            absent: None,
            none_is_zero: false,
            over: None,
            years: crate::definition::Years::default(),
            measured_in: None,
            ordinal: false,
            line: 1,
        };
        let columns = ["出生年月", "期限", "完成", "最早"].map(|name| (name.to_owned(), Type::Date));
        let vocabulary = Vocabulary { columns: columns.into(), ..Vocabulary::default() };
        let computed = |name: &str, source: &str| Computed {
            name: name.into(),
            ty: ColumnType::Date,
            kind: ComputedKind::Value(check(source, &vocabulary, None).expect("an expression")),
            line: 1,
        };
        let form = Form {
            fields: fields.map(field).into(),
            computed: vec![
                computed("最早", "coalesce(出生年月, 期限)"),
                computed("复算", "CASE WHEN 期限 IS NULL THEN 最早 END"),
                computed("所在月", "month_start(期限)"),
                // Reads itself: refused by the check, and here no endless walk.
                computed("自身", "期限"),
            ],
            ..Form::default()
        };
        let (first, fifth) = (Value::Date(day(1971, 1, 1).unwrap()), Value::Date(day(1971, 1, 5).unwrap()));
        let said = |name: &str, value| value_words(value, ValueKind::of_column(&form, name), DateStyle::Official);
        for column in ["出生年月", "上期.出生年月", "完成", "最早", "复算", "所在月"] {
            assert_eq!(said(column, first), "1971年1月", "{column}");
        }
        assert_eq!(said("完成", fifth), "1971年1月5日");
        assert_eq!((said("期限", first), said("自身", first)), ("1971年1月1日".to_owned(), "1971年1月1日".to_owned()));
        let quoted = |name: &str| value_words(first, ValueKind::of_column(&form, name), DateStyle::Quoted);
        assert_eq!((quoted("期限"), quoted("出生年月")), ("1971-01-01".to_owned(), "1971-01".to_owned()));
    }

    #[test]
    fn a_percentage_is_said_as_one() {
        let said = |value| value_words(value, ValueKind::Percent, DateStyle::Official);
        assert_eq!((said(Value::Number(0.987)), said(Value::Nothing)), ("98.7%".to_owned(), "未填".to_owned()));
    }
}
