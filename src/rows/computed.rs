//! Columns that a definition computes for every row of a form: values by expression, and places in a ranking.
//!
//! Added before any rule is evaluated, so that rules, lists and measures use them like the return's own.

use super::grid::Grid;
use crate::definition::{Computed, ComputedKind, Form, Ranking};
use crate::domain::ranking::places_within;
use crate::language::RunContext;
use crate::model::{Column as Values, Value};
use std::collections::BTreeMap;

/// Adds the form's computed columns to its rows, in the order in which they may use one another.
pub fn append(grid: &mut Grid, form: &Form, context: &RunContext) {
    for computed in &form.computed {
        add(grid, computed, context);
    }
}

/// As [`append`], to rows of which only some columns are there and only those that count: values that can be computed
/// from them. A ranking is among all rows that were read, and cannot be told from these.
pub fn append_values(grid: &mut Grid, form: &Form, context: &RunContext) {
    for computed in &form.computed {
        if let ComputedKind::Value(checked) = &computed.kind
            && checked.columns().iter().all(|name| grid.position(name).is_some())
        {
            add(grid, computed, context);
        }
    }
}

/// Computes the form's columns anew, after cells that they read were left out.
pub fn renew(grid: &mut Grid, form: &Form, context: &RunContext) {
    for computed in &form.computed {
        let read: Vec<&str> = match &computed.kind {
            ComputedKind::Value(checked) => checked.columns().iter().map(String::as_str).collect(),
            ComputedKind::Rank(ranking) => vec![&ranking.column],
        };
        let values = values(grid, computed, context);
        grid.renew(&computed.name, values, &read);
    }
}

fn add(grid: &mut Grid, computed: &Computed, context: &RunContext) {
    let values = values(grid, computed, context);
    grid.join(vec![(computed.name.clone(), values)]);
}

fn values(grid: &Grid, computed: &Computed, context: &RunContext) -> Values {
    match &computed.kind {
        ComputedKind::Value(checked) => grid.values(checked, context),
        ComputedKind::Rank(ranking) => ranks(grid, ranking),
    }
}

/// The place of each row; what the definition's check let through is a column of numbers.
fn ranks(grid: &Grid, ranking: &Ranking) -> Values {
    let rows = 0..grid.height();
    let values: Vec<Option<f64>> = rows.clone().map(|row| number(grid.value(row, &ranking.column))).collect();
    let group = |row: usize| ranking.within.iter().map(|name| grid.value(row, name)).collect();
    let groups: Vec<Vec<Value<'_>>> = rows.map(group).collect();
    let places = places_within(&values, &grouped(&groups), ranking.direction);
    Values::Integer(places.into_iter().map(|place| place.map(i64::from)).collect())
}

/// A value as a number, where it is one.
pub fn number(value: Value<'_>) -> Option<f64> {
    match value {
        Value::Integer(whole) => Some(whole as f64),
        Value::Number(number) => Some(number),
        _ => None,
    }
}

/// Per row, the number of its group: rows that agree in all values are of one.
pub fn grouped(values: &[Vec<Value<'_>>]) -> Vec<usize> {
    let mut known: BTreeMap<Vec<String>, usize> = BTreeMap::new();
    let words = |value: &Value<'_>| match value {
        Value::Nothing => String::new(),
        Value::Text(text) => (*text).to_owned(),
        Value::Integer(whole) => whole.to_string(),
        Value::Number(number) => number.to_string(),
        Value::Boolean(yes) => yes.to_string(),
        Value::Date(day) => day.to_string(),
    };
    let of = |row: &Vec<Value<'_>>| {
        let next = known.len();
        *known.entry(row.iter().map(words).collect()).or_insert(next)
    };
    values.iter().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::definition::ColumnType;
    use crate::domain::ranking::Direction;
    use crate::language::{Type, Vocabulary, check};
    use crate::model::Texts;

    #[test]
    fn values_and_places_stand_beside_what_is_claimed() {
        let units = ["甲", "甲", "乙", "甲"];
        let mut texts = Texts::default();
        units.iter().for_each(|unit| texts.push(Some(unit)));
        let scores = [Some(90.0), Some(80.0), Some(70.0), None];
        let safety = [Some(0.0), Some(90.0), Some(90.0), Some(90.0)];
        let values = vec![
            Values::Text(texts),
            Values::Number(scores.into_iter().collect()),
            Values::Number(safety.into_iter().collect()),
        ];
        let names = ["单位", "得分", "安全"].map(str::to_string).to_vec();
        let mut grid = Grid::new(names, values, 4, &crate::definition::Roster::default());
        let columns = [("得分", Type::Number), ("安全", Type::Number)];
        let scope = Vocabulary {
            columns: columns.iter().map(|(name, ty)| ((*name).to_string(), *ty)).collect(),
            ..Vocabulary::default()
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
        append(&mut grid, &form, &RunContext::default());
        let column = |name: &str| (0..4).map(|row| number(grid.value(row, name))).collect::<Vec<_>>();
        assert_eq!(column("复算"), [Some(0.0), Some(80.0), Some(70.0), None]);
        assert_eq!(column("名次"), [Some(2.0), Some(1.0), Some(1.0), None]);
        // Of stored rows, what can be computed from the columns that are there.
        let mut part = Grid::new(
            vec!["得分".into()],
            vec![Values::Number([Some(1.0)].into_iter().collect())],
            1,
            &Default::default(),
        );
        append_values(&mut part, &form, &RunContext::default());
        assert_eq!(part.position("复算"), None);
    }
}
