//! Lines between records that head what follows, and the code words that they say: 三、备选名单.

use super::Classifier;
use crate::definition::FieldType;
use crate::model::cell::{RawCell, RawValue};
use crate::normalise::labels;
use crate::normalise::roles::Role;
use crate::normalise::table_rows::SectionHeading;

impl<'v> Classifier<'v, '_> {
    /// A line with nothing but a code word, or with a number before its words, heads what follows.
    pub fn heading(&self, cells: &[&RawCell]) -> Option<SectionHeading> {
        let mut said = cells.iter().filter(|cell| !self.is_number_of_row(cell));
        if self.in_notes {
            return None;
        }
        let (first, None) = (said.next()?, said.next()) else { return None };
        let RawValue::Text { .. } = first.value else { return None };
        let (words, level) = labels::heading(self.text(first));
        let numbered = level != 0;
        let word = self.heading_word(&words);
        let heads = numbered || word.is_some();
        // 三 in one column, 备选 in the next; the name of a record is not its heading.
        // A word in its own column is a value that the form came with.
        let is_value = self.role(first) == Role::Name || self.roles.at(first.at.col).choice;
        let place = numbered || self.spans(first) || !is_value;
        (heads && place).then(|| SectionHeading {
            at: first.at,
            level: level.max(1),
            fills: word.map(|(field, word)| (field, word.to_owned())),
        })
    }

    /// The code word that a heading is: 备选, 备选名单, 备用班组.
    fn heading_word(&self, words: &str) -> Option<(u16, &'v str)> {
        let what = &self.lexicon.rows.words.heading_what;
        let mut rest = words;
        loop {
            if let Some(word) = self.code_word(rest) {
                return Some(word);
            }
            let shorter = what.iter().filter_map(|what| rest.strip_suffix(what.as_str()));
            rest = shorter.filter(|rest| !rest.is_empty()).min_by_key(|rest| rest.len())?;
        }
    }

    /// The only code field of the form that knows a word, with the word.
    pub fn code_word(&self, words: &str) -> Option<(u16, &'v str)> {
        let mut known = self.form.fields.iter().enumerate().filter_map(|(at, field)| match field.ty {
            FieldType::Code { list } => Some((at as u16, self.lexicon.codes.get(list)?.find(words)?)),
            _ => None,
        });
        let only = known.next().filter(|_| !words.is_empty())?;
        known.next().is_none().then_some(only)
    }
}
