//! Cards: one record a sheet, its fields in pairs of label and value, several a row (审批表, 登记表). No list of records, and no
//! form filled in across; they are not read, and what they are is said.

use super::lexicon::Lexicon;
use crate::definition::{Form, Plan};
use crate::model::workbook::RawSheet;
use crate::model::{RawValue, RawWorkbook};
use crate::text::names::{header_key, without_brackets};
use std::collections::BTreeSet;

/// A card has so many fields of a form at least, on so many rows.
const FEWEST_FIELDS: usize = 4;
const FEWEST_ROWS: usize = 2;
/// Cards are no larger than this many cells.
const LARGEST: usize = 2_000;

/// The form whose fields a sheet has as a card, with the fields.
pub fn card<'p>(plan: &'p Plan, lexicon: &Lexicon<'_>, workbook: &RawWorkbook) -> Option<(&'p Form, Vec<&'p str>)> {
    let small = workbook.sheets.iter().filter(|sheet| sheet.cells.len() <= LARGEST);
    let found = small.flat_map(|sheet| (0..plan.forms.len()).map(move |form| (form, pairs(sheet, lexicon, form))));
    let (form, pairs) = found.max_by_key(|(form, pairs)| (pairs.len(), std::cmp::Reverse(*form)))?;
    let rows: BTreeSet<u32> = pairs.iter().map(|(_, row)| *row).collect();
    let fields: BTreeSet<usize> = pairs.iter().map(|(field, _)| *field).collect();
    let form = plan.forms.get(form)?;
    let is_card = fields.len() >= FEWEST_FIELDS && rows.len() >= FEWEST_ROWS && fields.len() > rows.len();
    let names = fields.iter().filter_map(|field| form.fields.get(*field)).map(|field| &*field.name);
    is_card.then(|| (form, names.collect()))
}

/// Fields of a form whose label has something else than a label to its right, each with its row.
fn pairs(sheet: &RawSheet, lexicon: &Lexicon<'_>, form: usize) -> Vec<(usize, u32)> {
    let field = |value: RawValue| {
        let key = header_key(sheet.text(value));
        let of = |key: &str| {
            let named = lexicon.fields(key).iter().find(|entry| usize::from(entry.form) == form);
            named.map(|entry| usize::from(entry.field))
        };
        of(&key).or_else(|| of(&without_brackets(&key)?))
    };
    let beside = |pair: &[crate::model::RawCell]| {
        let [label, value] = pair else { return None };
        let known = field(label.value).filter(|_| label.at.row == value.at.row)?;
        field(value.value).is_none().then_some((known, label.at.row))
    };
    sheet.cells.windows(2).filter_map(beside).collect()
}
