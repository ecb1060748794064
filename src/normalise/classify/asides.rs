//! Rows that look like records and are none: the form's example, a record's second line, a line that nobody filled in.

use super::Classifier;
use crate::model::cell::{CellDoubt, CellRef, RawCell, RawValue};
use crate::normalise::asked::Asked;
use crate::normalise::roles::{ColumnRole, Role};
use crate::normalise::table_rows::Aside;
use crate::text::names::match_key;

impl Classifier<'_, '_> {
    /// A row that the form came with to show how it is filled in.
    pub(super) fn example(&self, cells: &[&RawCell]) -> Option<Aside> {
        if self.is_forms_example(cells) {
            return Some(Aside::Example);
        }
        let mut plausible = false;
        for cell in cells.iter().filter(|cell| matches!(cell.value, RawValue::Text { .. })) {
            match self.shows(cell, self.roles.at(cell.at.col)) {
                Some(Aside::Example) => return Some(Aside::Example),
                Some(_) => plausible = true,
                None => {}
            }
        }
        plausible.then_some(Aside::DoubtfulExample)
    }

    /// Whether a text by itself makes its row an example, or a doubtful one.
    #[inline]
    pub(super) fn shows(&self, cell: &RawCell, column: &ColumnRole) -> Option<Aside> {
        match column.role {
            Role::Name | Role::Word if column.own || column.person => {
                let words = &self.lexicon.rows;
                let may_be = |text: &str| words.is_example_name(text) || words.starts_as_example(text);
                self.view.is(Asked::Example, cell.value, may_be).then(|| match words.is_example_name(self.text(cell)) {
                    true => Aside::Example,
                    false => Aside::DoubtfulExample,
                })
            }
            Role::Ordinal | Role::Remark | Role::Outside => self.remarks(cell, column),
            _ => None,
        }
    }

    fn remarks(&self, cell: &RawCell, column: &ColumnRole) -> Option<Aside> {
        let text = self.text(cell);
        if text.len() > 60 {
            return None;
        }
        if column.role != Role::Remark && self.lexicon.rows.is_example_number(text) {
            return Some(Aside::Example);
        }
        let says = |text: &str| self.lexicon.rows.is_example_word(text);
        self.view.is(Asked::ExampleRemark, cell.value, says).then_some(Aside::DoubtfulExample)
    }

    /// All that the form's own example says stands in the row.
    pub(super) fn is_forms_example(&self, cells: &[&RawCell]) -> bool {
        let says = |(col, word): &(u16, &str)| {
            let cell = cells.iter().find(|cell| cell.at.col == *col);
            cell.is_some_and(|cell| match_key(&self.view.words(cell.value)) == *word)
        };
        !self.example.is_empty() && self.example.iter().all(says)
    }

    /// The second physical row of a record: what names it is merged with the row above, and so is its 序号; or nothing
    /// else that is required stands there.
    pub(super) fn continues(&self, i: usize, cells: &[&RawCell]) -> bool {
        let Some(row) = self.view.rows.get(i).map(|row| row.row) else { return false };
        let own = |cell: &&&RawCell| self.roles.at(cell.at.col).own;
        if !self.view.has_merges_from(row) || cells.iter().any(|cell| own(&cell)) {
            return false;
        }
        let from_above =
            |col: u16| self.view.merge_over(CellRef { row, col }).is_some_and(|merge| merge.first.row < row);
        let mut names = self.roles.own_names().peekable();
        let named = names.peek().is_some() && names.all(from_above);
        let mut numbers = self.roles.of(Role::Ordinal).peekable();
        let numbered = numbers.peek().is_some() && numbers.all(from_above);
        named && (numbered || !cells.iter().any(|cell| self.roles.at(cell.at.col).required))
    }

    /// A line that came with the form, default words and formulas of zero in it, and that nobody filled in.
    pub(super) fn is_prefilled(&self, cells: &[&RawCell]) -> bool {
        let is_default = |cell: &RawCell| match self.role(cell) {
            Role::Ordinal | Role::Outside | Role::Unit => true,
            Role::Word => self.roles.at(cell.at.col).choice,
            Role::Figure => match cell.value {
                RawValue::Number(number) | RawValue::Percent(number) => number == 0.0,
                // A formula over blank cells whose result the writer left out.
                RawValue::Unreadable(doubt) => doubt == CellDoubt::FormulaWithoutValue,
                _ => false,
            },
            Role::Name | Role::Remark => false,
        };
        // Nearly every row fails this at its first name.
        cells.iter().all(|cell| is_default(cell)) && {
            let (filled, all) = self.filled(cells, None, false);
            filled * 2 <= all && self.roles.of(Role::Name).next().is_some()
        }
    }
}
