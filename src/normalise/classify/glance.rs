//! Rows that are records at a glance.

use super::Classifier;
use crate::model::cell::{RawCell, RawValue};
use crate::normalise::asked::Asked;
use crate::normalise::footer_words::FooterPart;
use crate::normalise::roles::Role;
use crate::text::names::tidy;

impl Classifier<'_, '_> {
    /// Whether none of those questions can be answered by anything but "a record", told at a glance: a row of several
    /// cells that begins as neither note nor footer, holds a figure other than 0, is called neither total nor 其中, and has
    /// nothing of an example. Nearly every record is one.
    pub(super) fn is_plain_record(&self, i: usize) -> bool {
        let labelled = |cell: &RawCell| {
            self.view.is(Asked::Total, cell.value, |text| self.lexicon.rows.is_total(text))
                || self.view.is(Asked::OfWhich, cell.value, |text| self.lexicon.rows.is_of_which(text))
        };
        let begins = |first: &RawCell| {
            let may_be = |text: &str| self.footer_part(text) != FooterPart::Other;
            !self.view.is(Asked::Footer, first.value, may_be) && !self.lexicon.rows.may_be_note(&tidy(self.text(first)))
        };
        if self.signed || self.view.turned || !self.view.sheet.sights.is_empty() {
            return false;
        }
        let (mut told, mut said, mut figures, mut labels) = (0, 0, 0, 0);
        for cell in self.view.cells(i) {
            let column = self.roles.at(cell.at.col);
            match cell.value {
                RawValue::Number(number) => figures += usize::from(number != 0.0 && column.role == Role::Figure),
                RawValue::Text { .. } if self.view.is_blank(cell.value) => continue,
                RawValue::Text { .. } => {
                    labels += 1;
                    if told == 0 && !begins(cell)
                        || labels <= Self::LABELS && labelled(cell)
                        || self.shows(cell, column).is_some()
                    {
                        return false;
                    }
                }
                _ => {}
            }
            told += 1;
            said += usize::from(column.role != Role::Ordinal);
        }
        let row = self.view.rows.get(i).map_or(0, |row| row.row);
        let seen = || -> Vec<&RawCell> { self.view.telling(i).collect() };
        told > 2
            && said > 1
            && figures > 0
            && (self.example.is_empty() || !self.is_forms_example(&seen()))
            && (!self.view.has_merges_from(row) || !self.continues(i, &seen()))
    }
}
