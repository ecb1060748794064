//! Where the rows of a measure come from, and what it reads of them. Knows definitions, and no rows.

use crate::definition::{
    From, List, ListFrom, ListValue, MeasureKind, Plan, SharePart, Statistic, StatisticRows, Table, TableKind,
};
use crate::language::Checked;
use std::collections::{BTreeMap, BTreeSet};

/// The source of a measure that has one.
pub fn source(kind: &MeasureKind) -> Option<&From> {
    match kind {
        MeasureKind::Count { from, .. }
        | MeasureKind::Sum { from, .. }
        | MeasureKind::Average { from, .. }
        | MeasureKind::Ratio { from, .. }
        | MeasureKind::Rate { from, .. }
        | MeasureKind::Verdict { from, .. } => Some(from),
        _ => None,
    }
}

/// The column of a measure's form that names a row's own unit.
pub fn unit_column<'p>(plan: &'p Plan, kind: &MeasureKind) -> Option<&'p str> {
    let Some(From::Form { form, .. }) = source(kind) else { return None };
    let form = plan.forms.get(*form)?;
    form.fields.get(form.unit_field).map(|field| &*field.name)
}

/// Columns that a measure, its table's rows and its columns by code read.
pub fn columns_of(statistic: &Statistic, kind: &MeasureKind) -> BTreeSet<String> {
    let own: Vec<&Checked> = match kind {
        MeasureKind::Count { filter, .. } => filter.iter().collect(),
        MeasureKind::Sum { value, filter, .. } | MeasureKind::Average { value, filter, .. } => {
            filter.iter().chain([value]).collect()
        }
        MeasureKind::Ratio { of, over, .. } => over.iter().chain([of]).collect(),
        MeasureKind::Rate { of, over, filter, .. } => filter.iter().chain([of, over]).collect(),
        MeasureKind::Verdict { holds, filter, .. } => filter.iter().chain([holds]).collect(),
        _ => Vec::new(),
    };
    let items = match &statistic.rows {
        StatisticRows::Items(items) => items.as_slice(),
        _ => &[],
    };
    let code = match &statistic.rows {
        StatisticRows::Codes { field } => Some(field),
        _ => None,
    };
    let read = own.into_iter().chain(items.iter().map(|item| &item.filter)).flat_map(|checked| checked.columns());
    read.chain(&statistic.across).chain(code).cloned().collect()
}

/// Conditions on the rows that a measure is computed from.
pub fn filters_of(kind: &MeasureKind) -> Vec<&Checked> {
    match kind {
        MeasureKind::Count { filter, .. }
        | MeasureKind::Sum { filter, .. }
        | MeasureKind::Average { filter, .. }
        | MeasureKind::Rate { filter, .. }
        | MeasureKind::Verdict { filter, .. } => filter.iter().collect(),
        MeasureKind::Ratio { over, .. } => over.iter().collect(),
        _ => Vec::new(),
    }
}

/// The fields of a return that these columns are, or are computed from.
pub fn fields_of(form: usize, columns: &BTreeSet<String>, plan: &Plan) -> BTreeSet<String> {
    plan.forms.get(form).map_or_else(BTreeSet::new, |form| form.sources(columns))
}

/// By form, the fields that a table's figures and lines are made from; empty for tables that are not made from rows.
pub fn fields_read(table: &Table, plan: &Plan) -> BTreeMap<usize, BTreeSet<String>> {
    let mut read: BTreeMap<usize, BTreeSet<String>> = BTreeMap::new();
    let mut note = |form: usize, columns: BTreeSet<String>| {
        read.entry(form).or_default().extend(fields_of(form, &columns, plan));
    };
    match &table.kind {
        TableKind::Statistic(statistic) => {
            for measure in &statistic.measures {
                if let Some(From::Form { form, .. }) = source(&measure.kind) {
                    note(*form, columns_of(statistic, &measure.kind));
                }
                if let (MeasureKind::Quota(_), Some(quota)) = (&measure.kind, &plan.quota) {
                    note(quota.form, quota.formal.columns().iter().chain(quota.standby.columns()).cloned().collect());
                }
            }
        }
        TableKind::List(list) => {
            if let ListFrom::Form { form, .. } = &list.from {
                note(*form, columns_of_list(list));
            }
        }
        TableKind::ShareBy { share, .. } => plan.shares.get(*share).into_iter().for_each(|share| {
            share.parts.iter().for_each(|part| note(part.form, columns_of_part(part)));
        }),
        TableKind::Shares => {
            let parts = plan.shares.iter().flat_map(|share| &share.parts);
            parts.for_each(|part| note(part.form, columns_of_part(part)));
        }
        TableKind::Discipline(_) | TableKind::Chase => {}
    }
    read
}

fn columns_of_part(part: &SharePart) -> BTreeSet<String> {
    part.among.iter().chain([&part.counts]).flat_map(|checked| checked.columns()).cloned().collect()
}

/// Columns that a list shows, or that decide which rows stand on it and where.
fn columns_of_list(list: &List) -> BTreeSet<String> {
    let mut columns: BTreeSet<String> = list.filter.iter().flat_map(|filter| filter.columns()).cloned().collect();
    columns.extend(list.criteria.iter().flat_map(|c| &c.when).flat_map(|when| when.columns()).cloned());
    for column in &list.columns {
        match &column.value {
            ListValue::Column { name, .. } => columns.extend([name.clone()]),
            ListValue::Rank(ranking) => columns.extend([ranking.column.clone()]),
            _ => {}
        }
    }
    columns
}

/// (table, unit column) of every measure and every list of outstanding rows that reads a reference table.
pub fn reference_sources(plan: &Plan) -> BTreeSet<(&str, &str)> {
    let mut sources = BTreeSet::new();
    for table in &plan.tables {
        let TableKind::Statistic(statistic) = &table.kind else { continue };
        for measure in &statistic.measures {
            if let Some(From::Reference { name, unit_column }) = source(&measure.kind) {
                sources.insert((name.as_str(), unit_column.as_str()));
            }
        }
    }
    let outstanding =
        plan.lookups.iter().filter_map(|lookup| Some((&lookup.reference, lookup.outstanding_by.as_ref()?)));
    sources.extend(outstanding.map(|(name, unit_column)| (name.as_str(), unit_column.as_str())));
    sources
}
