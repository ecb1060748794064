//! Cards: one record a sheet, its fields in pairs of label and value, several a row (审批表, 登记表). Where the definition says
//! that a form may come so, they are laid out as lines of a list: the labels, and for each card what stands beside them;
//! everything after that reads a list. Where it does not, what they are is said.
//!
//! **Never guessed.** A label twice on a card, or a word of the form beside a label with something else beside it, leaves open
//! what belongs to what: then nothing is laid out.

use super::lexicon::Lexicon;
use super::view::View;
use crate::definition::{Form, Plan};
use crate::model::RawWorkbook;
use crate::model::cell::{RawCell, RawValue};
use crate::model::workbook::RawSheet;
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

/// Cards of a form on one sheet.
pub struct Cards {
    /// Index into the plan's forms.
    pub form: usize,
    /// The sheet's row of the first label, 0-based.
    pub first: u32,
    /// The labels, then for each card what stands beside them; a cell a column, or none.
    pub lines: Vec<Vec<Option<RawCell>>>,
}

/// What a sheet is, as cards.
pub enum CardSheet {
    Cards(Cards),
    /// Cards, and nobody can tell for certain what belongs to what.
    Unclear,
}

/// The cards of a sheet, by the forms that the definition lets be one; `None` where it holds something else.
pub fn cards(view: &View<'_>, lexicon: &Lexicon<'_>, plan: &Plan) -> Option<CardSheet> {
    if !plan.forms.iter().any(|form| form.card) || view.len() > LARGEST {
        return None;
    }
    let forms = plan.forms.iter().enumerate().filter(|(_, form)| form.card);
    let read = forms.map(|(form, _)| (form, beside_labels(view, lexicon, form)));
    // Of forms that fit, the one with most labels; the first of equals.
    let (form, pairs) = read.max_by_key(|(form, pairs)| (known(pairs), std::cmp::Reverse(*form)))?;
    let first = pairs.iter().find(|pair| pair.field.is_some())?;
    let rows: BTreeSet<u32> = pairs.iter().filter(|pair| pair.field.is_some()).map(|pair| pair.label.at.row).collect();
    // In the header of a list most of what stands beside a label is one.
    let words = pairs.iter().filter(|pair| pair.is_value_named).count();
    if known(&pairs) < FEWEST_FIELDS || words * 4 > known(&pairs) {
        return None;
    }
    let Some((columns, lines)) = by_card(&pairs, first).filter(|_| !pairs.iter().any(|pair| pair.is_unclear)) else {
        return (rows.len() >= FEWEST_ROWS && known(&pairs) > rows.len()).then_some(CardSheet::Unclear);
    };
    let (high, wide) = (rows.len() / lines.len().max(1), columns.iter().filter(|pair| pair.field.is_some()).count());
    let labels = std::iter::once(columns.iter().map(|pair| Some(pair.label)).collect());
    let lines = labels.chain(lines.into_iter().map(|line| line.into_iter().map(Option::flatten).collect())).collect();
    let cards = Cards { form, first: first.label.at.row, lines };
    (high >= FEWEST_ROWS && wide > high).then_some(CardSheet::Cards(cards))
}

/// Of a card by column: nothing where it has no such label, else what stands beside that.
type CardLine = Vec<Option<Option<RawCell>>>;

/// The labels, and card by card what stands beside them; `None` where one stands twice on a card, or a card lacks most.
fn by_card<'p>(pairs: &'p [CardPair], first: &CardPair) -> Option<(Vec<&'p CardPair>, Vec<CardLine>)> {
    let (mut columns, mut lines): (Vec<&CardPair>, Vec<CardLine>) = (Vec::new(), Vec::new());
    for pair in pairs {
        // A card begins where its first label stands again.
        if pair.field == first.field {
            lines.push(vec![None; columns.len()]);
        }
        let line = lines.last_mut()?;
        let column = columns.iter().position(|known| known.is_of(pair)).unwrap_or_else(|| {
            columns.push(pair);
            columns.len() - 1
        });
        line.resize(line.len().max(column + 1), None);
        match line.get_mut(column) {
            Some(cell @ None) => *cell = Some(pair.value),
            // What nobody reads may stand there as often as it likes.
            _ if pair.field.is_none() => {}
            _ => return None,
        }
    }
    // The header of a list below a card, where its first label stands again, has few of its labels.
    let labels = |line: &CardLine| {
        line.iter().zip(&columns).filter(|(cell, pair)| cell.is_some() && pair.field.is_some()).count()
    };
    let most = lines.iter().map(labels).max()?;
    lines.iter().all(|line| labels(line) * 2 > most).then_some((columns, lines))
}

/// A cell, the form's field that it names, and its key.
type CardWord = (RawCell, Option<usize>, String);

/// A label with what stands to its right, if anything does.
struct CardPair {
    /// Index of the form's field; `None` for a label that is none of its.
    field: Option<usize>,
    key: String,
    label: RawCell,
    value: Option<RawCell>,
    /// What stands beside it is a word of the form, too.
    is_value_named: bool,
    /// And has something else beside it: nobody knows whose value that is.
    is_unclear: bool,
}

impl CardPair {
    fn is_of(&self, other: &CardPair) -> bool {
        self.field == other.field && (self.field.is_some() || self.key == other.key)
    }
}

/// How many labels are fields.
fn known(pairs: &[CardPair]) -> usize {
    let fields: BTreeSet<usize> = pairs.iter().filter_map(|pair| pair.field).collect();
    fields.len()
}

/// The form's field that a text names as its label.
fn field_of(lexicon: &Lexicon<'_>, form: usize, key: &str) -> Option<usize> {
    let of = |key: &str| {
        let named = lexicon.fields(key).iter().find(|entry| usize::from(entry.form) == form);
        named.map(|entry| usize::from(entry.field))
    };
    of(key).or_else(|| of(&without_brackets(key)?))
}

/// The pairs of a sheet from the first label of a form's field to the row of its last one.
fn beside_labels(view: &View<'_>, lexicon: &Lexicon<'_>, form: usize) -> Vec<CardPair> {
    let (mut pairs, mut last): (Vec<CardPair>, usize) = (Vec::new(), 0);
    for at in 0..view.rows.len() {
        let named = |cell: &RawCell| {
            let key = header_key(view.sheet.text(cell.value));
            (*cell, field_of(lexicon, form, &key), key)
        };
        let cells: Vec<CardWord> = view.telling(at).map(named).collect();
        let mut rest = cells.as_slice();
        let mut ours = false;
        while let [(label, field, key), after @ ..] = rest {
            let (is_value, is_unclear) = value_beside(view, (label, *field), after);
            let next = after.first().filter(|_| is_value);
            rest = after.get(usize::from(next.is_some())..).unwrap_or_default();
            let pair = CardPair {
                field: *field,
                key: key.clone(),
                label: *label,
                value: next.map(|(cell, ..)| *cell),
                is_value_named: next.is_some_and(|(_, named, _)| named.is_some()),
                is_unclear,
            };
            ours |= pair.field.is_some();
            if pair.field.is_some() || (pair.value.is_some() && !pairs.is_empty()) {
                pairs.push(pair);
            }
        }
        if ours {
            last = pairs.len();
        }
    }
    pairs.truncate(last);
    pairs
}

/// Whether the first of the cells behind a label is what it says, and whether nobody can tell.
fn value_beside(view: &View<'_>, (label, field): (&RawCell, Option<usize>), after: &[CardWord]) -> (bool, bool) {
    let [(next, named, _), beyond @ ..] = after else { return (false, false) };
    let beside = |one: &RawCell, other: &RawCell| {
        let end = view.merge_over(one.at).map_or(one.at.col, |merge| merge.last.col);
        other.at.col == end + 1
    };
    match (field, named) {
        (None, named) => (named.is_none(), false),
        (Some(_), None) if beside(label, next) => (true, false),
        // Beyond a gap stands the next label, if something stands beside it; else nobody knows what that is.
        (Some(_), None) => {
            let is_label = matches!(beyond.first(), Some((cell, None, _)) if beside(next, cell));
            (!is_label, !is_label)
        }
        // A word of the form where the value should be, and perhaps with a value of its own.
        (Some(_), Some(_)) if beside(label, next) => (true, matches!(beyond.first(), Some((_, None, _)))),
        (Some(_), Some(_)) => (false, false),
    }
}

/// Fields of a form whose label has something else than a label to its right, each with its row.
fn pairs(sheet: &RawSheet, lexicon: &Lexicon<'_>, form: usize) -> Vec<(usize, u32)> {
    let field = |value: RawValue| field_of(lexicon, form, &header_key(sheet.text(value)));
    let beside = |pair: &[RawCell]| {
        let [label, value] = pair else { return None };
        let known = field(label.value).filter(|_| label.at.row == value.at.row)?;
        field(value.value).is_none().then_some((known, label.at.row))
    };
    sheet.cells.windows(2).filter_map(beside).collect()
}
