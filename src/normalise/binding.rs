//! Which column of a found table is which field, as the store and the list of drift keep it.

use super::area::Area;
use super::found::FoundTable;
use crate::definition::Plan;
use crate::model::normalised::Binding;
use crate::model::{CellRef, Origin};
use std::sync::Arc;

pub fn binding(plan: &Plan, found: &FoundTable<'_>, areas: &[Area<'_>]) -> Binding {
    let area = areas.get(found.view);
    let header = &found.table.header;
    let fields = plan.forms.get(usize::from(header.fit.form)).map_or(&[][..], |form| form.fields.as_slice());
    let (mut renamed, mut extra) = (Vec::new(), Vec::new());
    for heading in header.headings.iter() {
        match header.fit.columns.iter().position(|col| *col == Some(heading.col)) {
            None => {
                let card = area.filter(|area| area.view.is_card());
                let at = card.map_or(heading.col, |area| label_row(area, found, heading.col));
                extra.push((at, heading.text.clone()));
            }
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
        columns: match area.filter(|area| area.view.is_card()) {
            // Across, a field's place is its row on the sheet.
            Some(area) => header.fit.columns.iter().map(|col| Some(label_row(area, found, (*col)?))).collect(),
            None => header.fit.columns.clone(),
        },
        renamed,
        extra,
        cards: area.filter(|area| area.view.is_card()).map_or_else(Vec::new, |area| cards(area, found)),
    }
}

/// Each card's row, and where its fields stand.
fn cards(area: &Area<'_>, found: &FoundTable<'_>) -> Vec<(u32, Vec<Option<CellRef>>)> {
    let lines = found.table.rows.data.iter().filter_map(|i| area.view.rows.get(*i));
    let of = |line: u32| {
        let place = |col: &Option<u16>| Some(area.view.physical(CellRef { row: line, col: (*col)? }));
        Some((area.view.card_row(line)?, found.table.header.fit.columns.iter().map(place).collect()))
    };
    lines.filter_map(|line| of(line.row)).collect()
}

/// The row of the sheet that the label of a card's column stands on.
fn label_row(area: &Area<'_>, found: &FoundTable<'_>, col: u16) -> u16 {
    let row = area.view.rows.get(found.table.header.rows.1).map_or(0, |row| row.row);
    u16::try_from(area.view.physical(CellRef { row, col }).row).unwrap_or(u16::MAX)
}
