//! Columns that a definition computes for every row of a form: values by expression, and places in a ranking.
//!
//! Added before any rule is evaluated, so that rules, lists and measures use them like the return's own.

use super::{Context, compile};
use crate::domain::ranking::places_within;
use crate::spec::{ColumnType, ComputedKind, Form, Ranking};
use polars::prelude::{
    AnyValue, Column, DataFrame, DataType, Float64Chunked, Int64Chunked, IntoColumn, IntoLazy, NewChunkedArray,
    PolarsResult,
};

/// Adds the form's computed columns to its rows, in the order in which they may use one another.
pub fn append(df: &mut DataFrame, form: &Form, context: &Context) {
    for computed in &form.computed {
        let added = match &computed.kind {
            ComputedKind::Value(checked) => {
                let value = compile(checked, context).cast(dtype(computed.ty)).alias(&*computed.name);
                // with_columns and not select: it stretches constants over all rows.
                df.clone().lazy().with_columns([value]).collect()
            }
            ComputedKind::Rank(ranking) => with_rank(df, ranking, &computed.name),
        };
        // As with rules: the gate typed the expression against these very columns, and no answer but the right one
        // may stand in for it.
        *df = added.unwrap_or_else(|error| panic!("polars refused a computed column that the gate had typed: {error}"));
    }
}

fn dtype(ty: ColumnType) -> DataType {
    match ty {
        ColumnType::Text | ColumnType::Unit => DataType::String,
        ColumnType::Integer => DataType::Int64,
        ColumnType::Number => DataType::Float64,
        ColumnType::Boolean => DataType::Boolean,
        ColumnType::Date => DataType::Int32,
    }
}

fn with_rank(df: &DataFrame, ranking: &Ranking, name: &str) -> PolarsResult<DataFrame> {
    let values = numbers(df.column(&ranking.column)?)?;
    let columns = ranking.within.iter().map(|name| df.column(name)).collect::<PolarsResult<Vec<_>>>()?;
    let groups = (0..df.height()).map(|row| group(&columns, row)).collect::<PolarsResult<Vec<_>>>()?;
    let places = places_within(&values, &groups, ranking.direction);
    let places = Int64Chunked::from_iter_options(name.into(), places.into_iter().map(|place| place.map(i64::from)));
    let mut df = df.clone();
    df.with_column(places.into_column())?;
    Ok(df)
}

/// A column of numbers, row by row.
///
/// # Errors
/// The column does not hold numbers.
pub fn numbers(column: &Column) -> PolarsResult<Vec<Option<f64>>> {
    let numbers = column.cast(&DataType::Float64)?;
    let numbers: &Float64Chunked = numbers.f64()?;
    Ok(numbers.iter().collect())
}

/// What a row is ranked among: its values in these columns.
fn group(columns: &[&Column], row: usize) -> PolarsResult<Vec<String>> {
    let words = |column: &&Column| {
        Ok(match column.get(row)? {
            AnyValue::Null => String::new(),
            AnyValue::String(text) => text.to_owned(),
            other => other.to_string(),
        })
    };
    columns.iter().map(words).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ranking::Direction;
    use crate::spec::Computed;
    use crate::sql::{Scope, Type, check};
    use polars::prelude::df;

    #[test]
    fn values_and_places_stand_beside_what_is_claimed() {
        let mut frame = df!(
            "单位" => ["甲", "甲", "乙", "甲"],
            "得分" => [Some(90.0), Some(80.0), Some(70.0), None],
            "安全" => [Some(0.0), Some(90.0), Some(90.0), Some(90.0)],
        )
        .expect("a frame");
        let columns = [("得分", Type::Number), ("安全", Type::Number)];
        let scope = Scope {
            columns: columns.iter().map(|(name, ty)| ((*name).to_string(), *ty)).collect(),
            ..Scope::default()
        };
        let score = check("CASE WHEN 安全 = 0 THEN 0 ELSE 得分 END", &scope, None).expect("an expression");
        let ranking =
            Ranking { column: "复算".into(), direction: Direction::HighFirst, within: vec!["单位".to_string()] };
        let column = |name: &str, ty, kind| Computed { name: name.into(), ty, kind, line: 1 };
        let form = Form {
            computed: vec![
                column("复算", ColumnType::Number, ComputedKind::Value(score)),
                column("名次", ColumnType::Integer, ComputedKind::Rank(ranking)),
            ],
            ..Form::default()
        };
        append(&mut frame, &form, &Context::default());
        let scores = numbers(frame.column("复算").expect("the column")).expect("numbers");
        assert_eq!(scores, [Some(0.0), Some(80.0), Some(70.0), None]);
        let places: Vec<Option<i64>> = frame.column("名次").expect("it").i64().expect("whole").iter().collect();
        assert_eq!(places, [Some(2), Some(1), Some(1), None]);
    }
}
