//! Which column of a found table is which field, as the store and the list of drift keep it.

use super::area::Area;
use super::found::FoundTable;
use crate::definition::Plan;
use crate::model::Origin;
use crate::model::normalised::Binding;
use std::sync::Arc;

pub fn binding(plan: &Plan, found: &FoundTable<'_>, areas: &[Area<'_>]) -> Binding {
    let area = areas.get(found.view);
    let header = &found.table.header;
    let fields = plan.forms.get(usize::from(header.fit.form)).map_or(&[][..], |form| form.fields.as_slice());
    let (mut renamed, mut extra) = (Vec::new(), Vec::new());
    for heading in &header.headings {
        match header.fit.columns.iter().position(|col| *col == Some(heading.col)) {
            None => extra.push((heading.col, heading.text.clone())),
            Some(at) if fields.get(at).is_some_and(|field| field.header != heading.text) => {
                renamed.push((at as u16, heading.text.clone()));
            }
            Some(_) => {}
        }
    }
    renamed.sort();
    Binding {
        form: header.fit.form,
        sheet: found.account.sheet,
        sheet_name: Arc::from(found.sheet.name.as_str()),
        header: found.header_rows,
        cols: area.map_or(Origin::WHOLE, |area| area.view.cols),
        across: area.is_some_and(|area| area.view.turned),
        columns: header.fit.columns.clone(),
        renamed,
        extra,
    }
}
