//! Where the rows of a measure come from, and what it reads of them. Knows definitions, and no rows.

use crate::definition::{From, MeasureKind, Plan, Statistic, StatisticRows, TableKind};
use crate::language::Checked;
use std::collections::BTreeSet;

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
    let read = own.into_iter().chain(items.iter().map(|item| &item.filter)).flat_map(|checked| &checked.columns);
    read.chain(&statistic.across).chain(code).cloned().collect()
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
