//! The rows that a stored period enters into its ledger when it is issued.

use super::head::day_words;
use super::stored::StoredPeriod;
use crate::definition::{LedgerEntry, LedgerValue, Plan, Reference};
use crate::domain::period::Period;
use crate::model::{Column, Value};
use crate::rows::{Grid, context};

/// The entries' columns in one order, and the rows with a text for each.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Entered {
    pub columns: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

/// Gathers the rows of all entries.
///
/// # Errors
/// A form or column that is needed cannot be read: what would be entered is then not certain.
pub fn entered(
    plan: &Plan,
    reference: &Reference,
    period: &Period,
    stored: &StoredPeriod,
    number: &str,
) -> Result<Entered, String> {
    let mut all = Entered::default();
    for (name, _) in plan.ledger.iter().flat_map(|entry| &entry.columns) {
        if !all.columns.contains(name) {
            all.columns.push(name.clone());
        }
    }
    for entry in &plan.ledger {
        let rows = rows(plan, reference, period, stored, entry)?;
        for row in rows {
            let text = |name: &String| {
                let value = entry.columns.iter().find(|(column, _)| column == name).map(|(_, value)| value);
                match value {
                    None => String::new(),
                    Some(LedgerValue::Text(text)) => text.clone(),
                    Some(LedgerValue::Year) => period.year().to_string(),
                    Some(LedgerValue::Number) => number.to_owned(),
                    Some(LedgerValue::Column(column)) => {
                        row.iter().find(|(known, _)| known == column).map_or_else(String::new, |(_, text)| text.clone())
                    }
                }
            };
            all.rows.push(all.columns.iter().map(text).collect());
        }
    }
    Ok(all)
}

type LedgerRow = Vec<(String, String)>;

/// The accepted rows of one entry, as texts by column.
fn rows(
    plan: &Plan,
    reference: &Reference,
    period: &Period,
    stored: &StoredPeriod,
    entry: &LedgerEntry,
) -> Result<Vec<LedgerRow>, String> {
    let title = plan.forms.get(entry.form).map_or("", |form| form.title.as_str());
    let form = stored.form(entry.form).ok_or_else(|| format!("《{title}》的存档不能用"))?;
    let mut names: Vec<String> = Vec::new();
    let read = entry.columns.iter().filter_map(|(_, value)| match value {
        LedgerValue::Column(column) => Some(column),
        _ => None,
    });
    for name in entry.filter.iter().flat_map(|filter| &filter.columns).chain(read) {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    let column = |name: &String| {
        let column = form.column_named(name).cloned();
        column.ok_or_else(|| format!("《{title}》的存档里没有“{name}”，或者类型变了"))
    };
    let columns = names.iter().map(column).collect::<Result<Vec<Column>, String>>()?;
    let heights_agree = columns.iter().all(|column| column.len() == form.len());
    if !heights_agree {
        return Err(format!("《{title}》的存档各列长短不一"));
    }
    let grid = Grid::new(names.clone(), columns, form.len(), &reference.roster);
    let mask = entry.filter.as_ref().map(|filter| grid.mask(filter, &context(plan, reference, period)));
    let counts = |row: &usize| mask.as_ref().is_none_or(|mask| mask.get(*row) == Some(&true));
    let texts = |row: usize| names.iter().map(|name| (name.clone(), words(grid.value(row, name)))).collect();
    Ok((0..form.len()).filter(counts).map(texts).collect())
}

fn words(value: Value<'_>) -> String {
    match value {
        Value::Nothing => String::new(),
        Value::Text(text) => text.to_owned(),
        Value::Integer(value) => value.to_string(),
        Value::Number(value) => value.to_string(),
        Value::Boolean(yes) => if yes { "是" } else { "否" }.to_owned(),
        Value::Date(day) => day_words(day),
    }
}
