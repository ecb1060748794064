//! A field as one table binds it; and its cells of which nothing has to be said, which go straight into its columns.
//!
//! Nearly every cell is one of those: nothing where nothing is asked, a figure or a day that needs no word, a word that
//! was read some rows above. [`super::convert`] reads each of them to the same value and says as little about it, at many
//! times the price; its tests hold the two against each other.

use super::desk::{CellValue, Desk};
use super::figures;
use super::fill::{self, push};
use super::scores;
use crate::definition::{Field, FieldType};
use crate::model::Column;
use crate::model::cell::{CellRef, RawValue};
use crate::model::codes::AmendmentRule;
use std::borrow::Cow;

pub struct TableField<'f> {
    pub field: &'f Field,
    pub col: Option<u16>,
    /// Its first column in what is made of the table.
    pub column: usize,
    pub factor: (f64, AmendmentRule),
    pub names: bool,
    pub carries: bool,
    /// Part of what the record is told by.
    pub tells: bool,
    /// Its value is settled only when the rest of its row is read: it tells the record, or is its own name.
    pub waits: bool,
    /// Value and place of the cell above, for filling down.
    pub above: Option<(CellRef, RawValue)>,
    /// The cell of this row says 同上, and was filled.
    pub ditto: bool,
    /// Of a rate: the field that it is over.
    pub over: Option<usize>,
    /// That field is 0 in this row, so that there is no rate.
    pub no_rate: bool,
    /// Its words are read by nothing but their own text.
    pub remembers: bool,
    /// Words met in this column of which nothing had to be said, by their place in the sheet: most recur row after row.
    met: [Option<MetWord<'f>>; MET],
    /// The word of this row is the one that is remembered there.
    pub again: Option<usize>,
    /// Numbers met in this column of which nothing had to be said.
    numbers: [MetNumber; NUMBERS],
    /// The serial of the day read last, and its code in the column.
    day: Option<(f64, u32)>,
    /// Codes of a score's grades in their column, once a row has them.
    grades: Vec<Option<u32>>,
}

const MET: usize = 16;

/// A word met in a column.
struct MetWord<'f> {
    written: RawValue,
    read: CellValue<'f>,
    /// Its code in the column, once a row has it.
    code: Option<u32>,
}

/// A number met in a column, and the codes that it came to there: its own, and its grade's. Without a code nothing was
/// met yet.
#[derive(Debug, Clone, Copy, Default)]
struct MetNumber {
    bits: u64,
    code: u32,
    grade: u32,
}

const NUMBERS: usize = 32;

impl<'f> TableField<'f> {
    /// A field of which the table says nothing yet.
    pub fn of(field: &'f Field) -> TableField<'f> {
        TableField {
            field,
            col: None,
            column: usize::MAX,
            factor: (1.0, AmendmentRule::UnitInHeader),
            names: false,
            carries: false,
            tells: false,
            waits: false,
            above: None,
            ditto: false,
            over: None,
            no_rate: false,
            remembers: false,
            met: Default::default(),
            again: None,
            numbers: [MetNumber::default(); NUMBERS],
            day: None,
            grades: match &field.ty {
                FieldType::Score { bands } => vec![None; bands.len()],
                _ => Vec::new(),
            },
        }
    }

    /// Where a word is remembered; `None` for what is no word, or is read by more than its own text.
    fn place(&self, value: RawValue) -> Option<usize> {
        match value {
            // Texts lie one behind the other: a few bits of where they begin spread them well.
            RawValue::Text { start, .. } if self.remembers => Some((start ^ start >> 4) as usize % MET),
            _ => None,
        }
    }

    pub fn known(&mut self, value: RawValue) -> Option<CellValue<'f>> {
        let place = self.place(value)?;
        let met = self.met.get(place)?.as_ref().filter(|met| met.written == value)?;
        self.again = Some(place);
        Some(met.read.clone())
    }

    pub fn remember(&mut self, written: RawValue, read: &CellValue<'f>) {
        let place = self.place(written);
        if let Some(slot) = place.and_then(|place| self.met.get_mut(place)) {
            *slot = Some(MetWord { written, read: read.clone(), code: None });
            self.again = place;
        }
    }

    /// Appends a value to the field's columns.
    pub fn put(&mut self, value: &CellValue<'_>, columns: &mut [Column]) {
        let met = self.again.and_then(|place| self.met.get_mut(place)?.as_mut());
        match (value, met, columns.get_mut(self.column)) {
            (CellValue::Text(text), Some(met), Some(Column::Text(column))) => column.push_met(text, &mut met.code),
            _ => push(&mut columns.iter_mut().skip(self.column), self.field, value),
        }
    }

    /// Appends the value of a cell of which nothing has to be said. Its sheet must show every cell as it is stored, and no
    /// heading and no merge may reach its row. `false` where that cannot be told at a glance: then nothing was done.
    pub fn put_plain<'d: 'f>(
        &mut self,
        desk: &Desk<'d, '_>,
        raw: Option<RawValue>,
        row: u32,
        columns: &mut [Column],
    ) -> bool {
        let Some(col) = self.col.filter(|_| !self.waits && !self.no_rate) else { return false };
        let put = match raw {
            None => self.put_nothing(columns),
            Some(RawValue::Number(number)) => self.put_number(number, columns),
            Some(RawValue::DateSerial(serial)) => self.put_day(desk, serial, columns),
            Some(word @ RawValue::Text { .. }) => self.put_word(desk, word, columns),
            Some(_) => false,
        };
        if put {
            self.above = raw.map(|value| (CellRef { row, col }, value));
            self.ditto = false;
        }
        put
    }

    fn put_nothing(&self, columns: &mut [Column]) -> bool {
        let may_lack = !self.field.required || self.field.ordinal;
        if may_lack {
            fill::push_nothing(columns.get_mut(self.column..).unwrap_or_default(), self.field);
        }
        may_lack
    }

    fn put_number(&mut self, number: f64, columns: &mut [Column]) -> bool {
        if self.factor.0 != 1.0 {
            return false;
        }
        let bits = number.to_bits();
        // The highest bits of a product depend on all bits of what was multiplied.
        let slot = &mut self.numbers[(bits.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 59) as usize % NUMBERS];
        let known = slot.code > 0 && slot.bits == bits;
        let columns = columns.get_mut(self.column..).unwrap_or_default();
        match (&self.field.ty, &mut *columns) {
            (FieldType::Integer, [Column::Integer(column), ..]) if known => column.push_code(slot.code),
            (FieldType::Integer, [Column::Integer(column), ..]) => {
                let Some(whole) = figures::whole(number) else { return false };
                *slot = MetNumber { bits, code: column.push_new(whole), grade: 0 };
            }
            (FieldType::Number, [Column::Number(column), ..]) if known => column.push_code(slot.code),
            (FieldType::Number, [Column::Number(column), ..]) if figures::is_plain(self.field, number) => {
                *slot = MetNumber { bits, code: column.push_new(number), grade: 0 };
            }
            (FieldType::Score { .. }, [Column::Number(column), Column::Text(grades), ..]) if known => {
                column.push_code(slot.code);
                grades.push_code(slot.grade);
            }
            (FieldType::Score { bands }, [Column::Number(column), Column::Text(grades), ..]) if !self.field.ordinal => {
                let (number, band) = scores::graded(number, bands);
                let grade = match band.and_then(|band| Some((bands.get(band)?, self.grades.get_mut(band)?))) {
                    Some((band, code)) => {
                        grades.push_met(&band.word, code);
                        code.unwrap_or_default()
                    }
                    None => {
                        grades.push_code(0);
                        0
                    }
                };
                *slot = MetNumber { bits, code: column.push_new(number), grade };
            }
            _ => return false,
        }
        #[cfg(test)]
        assert_put(self.field, number, columns);
        true
    }

    fn put_day(&mut self, desk: &Desk<'_, '_>, serial: f64, columns: &mut [Column]) -> bool {
        let Some(Column::Date(column)) = columns.get_mut(self.column) else { return false };
        if self.factor.0 != 1.0 {
            return false;
        }
        if let Some((_, code)) = self.day.filter(|(known, _)| *known == serial) {
            column.push_code(code);
            return true;
        }
        let Some(CellValue::Date(day)) = desk.unquestioned(self.field, RawValue::DateSerial(serial)) else {
            return false;
        };
        self.day = Some((serial, column.push_new(day)));
        true
    }

    fn put_word<'d: 'f>(&mut self, desk: &Desk<'d, '_>, word: RawValue, columns: &mut [Column]) -> bool {
        let Some(place) = self.place(word) else { return false };
        if self.met.get(place).and_then(Option::as_ref).is_none_or(|met| met.written != word) {
            let Some(read) = desk.unquestioned_word(self.field, word) else { return false };
            self.remember(word, &CellValue::Text(Cow::Borrowed(read)));
        }
        let Some(Some(met)) = self.met.get_mut(place) else { return false };
        match (&met.read, columns.get_mut(self.column)) {
            (CellValue::Text(text), Some(Column::Text(column))) => column.push_met(text, &mut met.code),
            (read, _) => push(&mut columns.iter_mut().skip(self.column), self.field, read),
        }
        true
    }
}

/// Holds what a number was put as, known from above or not, against what it is read as.
#[cfg(test)]
fn assert_put(field: &Field, number: f64, columns: &[Column]) {
    use crate::model::Value;
    fn last(column: &Column) -> Value<'_> {
        column.value_of(column.code(column.len() - 1))
    }
    match &field.ty {
        FieldType::Score { bands } => {
            let (number, band) = scores::graded(number, bands);
            assert_eq!(last(&columns[0]), Value::Number(number));
            assert_eq!(last(&columns[1]), band.map_or(Value::Nothing, |band| Value::Text(&bands[band].word)));
        }
        FieldType::Integer => assert_eq!(last(&columns[0]), Value::Integer(number as i64)),
        _ => assert_eq!(last(&columns[0]), Value::Number(number)),
    }
}
