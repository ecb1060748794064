//! What a sender says himself of his figures: in a column beside the records (说明, 备注), or in a note below the table.

use super::area::Area;
use super::found::FoundTable;
use crate::definition::{FieldType, Plan};
use crate::model::Explanation;
use crate::text::names::{match_key, tidy};
use crate::text::quote::bounded;

/// The explanations of the tables that count, in the order of the sheets.
pub fn explanations(plan: &Plan, source: u32, areas: &[Area<'_>], found: &[FoundTable<'_>]) -> Vec<Explanation> {
    let mut all = Vec::new();
    let labels = &plan.words.sheets.explanations;
    let is_label = |text: &str| labels.contains(&match_key(text));
    for found in found.iter().filter(|found| found.counts() && !found.turned) {
        let Some(view) = areas.get(found.view).map(|area| &area.view) else { continue };
        let header = &found.table.header;
        let fields = plan.forms.get(usize::from(header.fit.form)).map_or(&[][..], |form| form.fields.as_slice());
        let free = |col: u16| match header.fit.columns.iter().position(|bound| *bound == Some(col)) {
            None => true,
            Some(at) => fields.get(at).is_some_and(|field| field.ty == FieldType::Text && !field.required),
        };
        let named = header.headings.iter().filter(|heading| free(heading.col) && is_label(&heading.text));
        let mut columns: Vec<u16> = named.map(|heading| heading.col).collect();
        columns.sort_unstable();
        columns.dedup();
        let mut add = |row: Option<u32>, text: &str| {
            let text = bounded(&tidy(text)).into_owned();
            if text.chars().any(char::is_alphanumeric) {
                all.push(Explanation { source, sheet: found.account.sheet, row, text });
            }
        };
        for i in found.table.rows.data.iter().filter(|_| !columns.is_empty()) {
            for cell in view.cells_of(*i, &columns) {
                add(Some(cell.at.row), view.sheet.text(cell.value));
            }
        }
        for cell in found.table.rows.notes.iter().flat_map(|i| view.telling(*i)) {
            let text = view.sheet.text(cell.value);
            if let Some((label, words)) = text.split_once([':', '：'])
                && is_label(label)
            {
                add(None, words);
            }
        }
    }
    all
}
