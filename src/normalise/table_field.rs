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
use crate::model::cell::{CellRef, RawValue};
use crate::model::codes::AmendmentRule;
use crate::model::{Column, Scalars};
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
    /// Of the rows that are read together, how many have their values already.
    pub ahead: usize,
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
            ahead: 0,
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

    /// Appends the values of cells below one another, up to the first of which something has to be said, or may have to be;
    /// how many those were. Their sheet must show every cell as it is stored, and no heading and no merge may reach their
    /// rows.
    pub fn put_plain<'d: 'f>(
        &mut self,
        desk: &Desk<'d, '_>,
        rows: &[u32],
        cells: &[Option<RawValue>],
        columns: &mut [Column],
    ) -> usize {
        let Some(col) = self.col.filter(|_| !self.waits && !self.no_rate) else { return 0 };
        let columns = columns.get_mut(self.column..).unwrap_or_default();
        let put = match columns {
            [Column::Integer(_) | Column::Number(_), ..] => self.put_numbers(cells, columns),
            [Column::Date(column), ..] => self.put_days(desk, cells, column),
            _ => self.put_words(desk, cells, columns),
        };
        if let Some(last) = put.checked_sub(1)
            && let (Some(row), Some(raw)) = (rows.get(last), cells.get(last))
        {
            self.above = raw.map(|value| (CellRef { row: *row, col }, value));
            self.ditto = false;
        }
        put
    }

    fn may_lack(&self) -> bool {
        !self.field.required || self.field.ordinal
    }

    fn put_numbers(&mut self, cells: &[Option<RawValue>], columns: &mut [Column]) -> usize {
        let (field, may_lack, own_measure) = (self.field, self.may_lack(), self.factor.0 == 1.0);
        let numbers = &mut self.numbers;
        let put = match (&field.ty, &mut *columns) {
            (FieldType::Integer, [Column::Integer(column), ..]) => run(cells, |cell| {
                let code = match cell {
                    None if may_lack => 0,
                    Some(RawValue::Number(number)) if own_measure => match place_of(numbers, number) {
                        (slot, _, true) => slot.code,
                        (slot, bits, false) => {
                            *slot = MetNumber { bits, code: column.code_of(figures::whole(number)?), grade: 0 };
                            slot.code
                        }
                    },
                    _ => return None,
                };
                column.push_code(code);
                Some(())
            }),
            (FieldType::Number, [Column::Number(column), ..]) => run(cells, |cell| {
                let code = match cell {
                    None if may_lack => 0,
                    Some(RawValue::Number(number)) if own_measure => match place_of(numbers, number) {
                        (slot, _, true) => slot.code,
                        (slot, bits, false) => {
                            figures::is_plain(field, number).then_some(())?;
                            *slot = MetNumber { bits, code: column.code_of(number), grade: 0 };
                            slot.code
                        }
                    },
                    _ => return None,
                };
                column.push_code(code);
                Some(())
            }),
            (FieldType::Score { bands }, [Column::Number(column), Column::Text(grades), ..]) => {
                let codes = &mut self.grades;
                run(cells, |cell| {
                    let (code, grade) = match cell {
                        None if may_lack => (0, 0),
                        Some(RawValue::Number(number)) if own_measure && !field.ordinal => {
                            let (slot, bits, known) = place_of(numbers, number);
                            if !known {
                                let (number, band) = scores::graded(number, bands);
                                let grade = band.and_then(|band| Some((bands.get(band)?, codes.get_mut(band)?)));
                                let grade = grade
                                    .map_or(0, |(band, code)| *code.get_or_insert_with(|| grades.code_of(&band.word)));
                                *slot = MetNumber { bits, code: column.code_of(number), grade };
                            }
                            (slot.code, slot.grade)
                        }
                        _ => return None,
                    };
                    column.push_code(code);
                    grades.push_code(grade);
                    Some(())
                })
            }
            // Shares are read by how their cells show them.
            _ => run(cells, |cell| (cell.is_none() && may_lack).then(|| fill::push_nothing(columns, field))),
        };
        #[cfg(test)]
        assert_put(field, &cells[..put], columns);
        put
    }

    fn put_days(&mut self, desk: &Desk<'_, '_>, cells: &[Option<RawValue>], column: &mut Scalars<i32>) -> usize {
        let (field, may_lack, own_measure) = (self.field, self.may_lack(), self.factor.0 == 1.0);
        let met = &mut self.day;
        run(cells, |cell| {
            let code = match cell {
                None if may_lack => 0,
                Some(value @ RawValue::DateSerial(serial)) if own_measure => match *met {
                    Some((known, code)) if known == serial => code,
                    _ => {
                        let Some(CellValue::Date(day)) = desk.unquestioned(field, value) else { return None };
                        met.insert((serial, column.code_of(day))).1
                    }
                },
                _ => return None,
            };
            column.push_code(code);
            Some(())
        })
    }

    fn put_words<'d: 'f>(&mut self, desk: &Desk<'d, '_>, cells: &[Option<RawValue>], columns: &mut [Column]) -> usize {
        let may_lack = self.may_lack();
        run(cells, |cell| match cell {
            None => may_lack.then(|| fill::push_nothing(columns, self.field)),
            Some(word) => self.put_word(desk, word, columns),
        })
    }

    fn put_word<'d: 'f>(&mut self, desk: &Desk<'d, '_>, word: RawValue, columns: &mut [Column]) -> Option<()> {
        let place = self.place(word)?;
        if self.met.get(place).and_then(Option::as_ref).is_none_or(|met| met.written != word) {
            let read = desk.unquestioned_word(self.field, word)?;
            self.remember(word, &CellValue::Text(Cow::Borrowed(read)));
        }
        let met = self.met.get_mut(place)?.as_mut()?;
        match (&met.read, &mut *columns) {
            (CellValue::Text(text), [Column::Text(column), ..]) => column.push_met(text, &mut met.code),
            (read, _) => push(&mut columns.iter_mut(), self.field, read),
        }
        Some(())
    }
}

/// Where a number is remembered, its bits, and whether it was met.
#[inline]
fn place_of(numbers: &mut [MetNumber; NUMBERS], number: f64) -> (&mut MetNumber, u64, bool) {
    let bits = number.to_bits();
    // The highest bits of a product depend on all bits of what was multiplied.
    let slot = &mut numbers[(bits.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 59) as usize % NUMBERS];
    let known = slot.code > 0 && slot.bits == bits;
    (slot, bits, known)
}

/// Does a thing with one cell after the other until it is not to be done; with how many it was.
#[inline]
fn run(cells: &[Option<RawValue>], mut put: impl FnMut(Option<RawValue>) -> Option<()>) -> usize {
    cells.iter().take_while(|cell| put(**cell).is_some()).count()
}

/// Holds what numbers were put as, known from above or not, against what they are read as.
#[cfg(test)]
fn assert_put(field: &Field, cells: &[Option<RawValue>], columns: &[Column]) {
    use crate::model::Value;
    fn put(column: &Column, back: usize) -> Value<'_> {
        column.value_of(column.code(column.len() - back))
    }
    for (back, cell) in (1..).zip(cells.iter().rev()) {
        let number = match cell {
            Some(RawValue::Number(number)) => *number,
            _ => {
                assert_eq!((*cell, put(&columns[0], back)), (None, Value::Nothing));
                continue;
            }
        };
        match &field.ty {
            FieldType::Score { bands } => {
                let (number, band) = scores::graded(number, bands);
                assert_eq!(put(&columns[0], back), Value::Number(number));
                assert_eq!(put(&columns[1], back), band.map_or(Value::Nothing, |band| Value::Text(&bands[band].word)));
            }
            FieldType::Integer => assert_eq!(put(&columns[0], back), Value::Integer(number as i64)),
            _ => assert_eq!(put(&columns[0], back), Value::Number(number)),
        }
    }
}
