//! The rows that a stored period enters into its ledger when it is issued.

use super::head::day_words;
use super::stored::{StoredForm, StoredPeriod};
use crate::definition::{LedgerEntry, LedgerValue, Plan, Reference};
use crate::domain::period::Period;
use crate::model::{Column, Fingerprint, Value};
use crate::rows::{Grid, context};
use crate::text::masks::mask_within;
use std::collections::BTreeSet;

/// The entries' columns in one order, and the rows with a text for each.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Entered {
    pub columns: Vec<String>,
    pub rows: Vec<Vec<String>>,
    /// Which of the columns holds the document number.
    pub number: Option<usize>,
    /// Columns that say where a row came from: it stays the same row in a return that was sent again.
    pub sources: Vec<usize>,
}

impl Entered {
    /// What tells a row, whatever number it will be entered under and wherever it stood.
    pub fn print(&self, row: &[String]) -> Fingerprint {
        let tells = |at: &usize| Some(*at) != self.number && !self.sources.contains(at);
        Fingerprint::of(row.iter().enumerate().filter(|(at, _)| tells(at)).map(|(_, text)| text))
    }

    /// Only the rows that somebody selected.
    pub fn only(mut self, selected: &BTreeSet<Fingerprint>) -> Entered {
        let rows = std::mem::take(&mut self.rows);
        self.rows = rows.into_iter().filter(|row| selected.contains(&self.print(row))).collect();
        self
    }
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
    for (name, value) in plan.ledger.iter().flat_map(|entry| &entry.columns) {
        if !all.columns.contains(name) {
            match value {
                LedgerValue::Number => all.number = Some(all.columns.len()),
                LedgerValue::Source => all.sources.push(all.columns.len()),
                _ => {}
            }
            all.columns.push(name.clone());
        }
    }
    let of = |row: &LedgerRow, name: &String| {
        row.iter().find(|(known, _)| known == name).map_or_else(String::new, |(_, text)| text.clone())
    };
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
                    // Gathered with the row, under the column's own name.
                    Some(LedgerValue::City | LedgerValue::Source | LedgerValue::Holds(_)) => of(&row, name),
                    Some(LedgerValue::Column(column)) => of(&row, column),
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
    let judged = entry.columns.iter().filter_map(|(_, value)| match value {
        LedgerValue::Holds(condition) => Some(condition),
        _ => None,
    });
    let judged = entry.filter.iter().chain(judged).flat_map(|condition| condition.columns());
    for name in judged.chain(read) {
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
    let context = context(plan, reference, period);
    let mask = entry.filter.as_ref().map(|filter| grid.mask(filter, &context));
    let mut beside: Vec<(String, Vec<String>)> = Vec::new();
    for (name, value) in &entry.columns {
        let texts: Vec<String> = match value {
            LedgerValue::Holds(condition) => {
                grid.mask(condition, &context).into_iter().map(|yes| if yes { "是" } else { "否" }.to_owned()).collect()
            }
            LedgerValue::City => {
                let city = |unit: &Option<u32>| Some(reference.roster.units.get((*unit)? as usize)?.city.to_string());
                form.units().iter().map(|unit| city(unit).unwrap_or_default()).collect()
            }
            LedgerValue::Source => (0..form.len()).map(|row| source(form, row)).collect(),
            _ => continue,
        };
        beside.push((name.clone(), texts));
    }
    let counts = |row: &usize| mask.as_ref().is_none_or(|mask| mask.get(*row) == Some(&true));
    let texts = |row: usize| {
        let own = names.iter().map(|name| (name.clone(), words(grid.value(row, name))));
        let beside = beside.iter().map(|(name, texts)| (name.clone(), texts.get(row).cloned().unwrap_or_default()));
        beside.chain(own).collect()
    };
    Ok((0..form.len()).filter(counts).map(texts).collect())
}

/// `合肥/省一建.xls 第 7 行`.
fn source(form: &StoredForm, row: usize) -> String {
    form.origin(row).map_or_else(String::new, |origin| mask_within(&format!("{} 第 {} 行", origin.file, origin.row)))
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
