//! What texts were asked before. A sheet keeps a text that recurs in one place, and nearly every text that it holds is asked
//! the same things by several of those who read it, row after row: what was answered once is looked up.

use crate::model::cell::RawValue;
use std::cell::Cell;

/// What is asked of a text alone, whichever cell it stands in. One bit each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u16)]
pub enum Asked {
    /// Whether it names a field of a form.
    HeaderWord = 1,
    /// Whether it reads as the label of a total.
    Total = 1 << 1,
    /// Whether it is 其中, alone or before a stop.
    OfWhich = 1 << 2,
    /// Whether it says nothing beside other marks for nothing.
    Nothing = 1 << 3,
    /// Whether it may be a part of a footer.
    Footer = 1 << 4,
    /// Whether it is a name of nobody, or begins as one.
    Example = 1 << 5,
    /// Whether it calls its row an example from a remark.
    ExampleRemark = 1 << 6,
    /// Whether it begins as a total does.
    TotalLike = 1 << 7,
    /// Whether it may say something of the columns that it stands over.
    Speaks = 1 << 8,
    /// Whether it means a column, alone or with what stands above it.
    Column = 1 << 9,
    /// Whether it takes a record back.
    Void = 1 << 10,
}

/// Words by which texts are asked.
pub trait AskedWords {
    /// What a text plainly is not, as bits of [`Asked`]: it is not asked for that.
    fn plainly_not(&self, text: &str) -> u16;
}

/// A text by its place in the sheet: what it was asked, and which of that is so.
#[derive(Debug, Clone, Copy, Default)]
struct TextAnswers {
    start: u32,
    len: u32,
    asked: u16,
    so: u16,
}

/// Texts of a return that recur are few; where two fall into one slot, the later takes it.
const SLOTS: usize = 512;

/// The answers of one sheet, under one set of words.
#[derive(Debug)]
pub struct AskedTexts(Box<[Cell<TextAnswers>; SLOTS]>);

impl AskedTexts {
    pub fn new() -> AskedTexts {
        AskedTexts(Box::new([const { Cell::new(TextAnswers { start: 0, len: 0, asked: 0, so: 0 }) }; SLOTS]))
    }

    /// Whether a text is so: as `answer` says, which looks at nothing but the text and the words of the run. Of what is no
    /// text nothing is so. A text that is met is looked at once by `plainly_not`: which of all that it is plain that it is
    /// not.
    #[inline]
    pub fn is(
        &self,
        asked: Asked,
        value: RawValue,
        plainly_not: impl FnOnce() -> u16,
        answer: impl FnOnce() -> bool,
    ) -> bool {
        let RawValue::Text { start, len } = value else { return false };
        let bit = asked as u16;
        // The highest bits of a product depend on all bits of what was multiplied.
        let slot = &self.0[(start.wrapping_mul(0x9e37_79b1) >> 23) as usize % SLOTS];
        let known = slot.get();
        if (known.start, known.len) == (start, len) && known.asked & bit != 0 {
            return known.so & bit != 0;
        }
        ask(slot, (start, len), bit, plainly_not, answer)
    }
}

/// Asks a text something for the first time, and notes what it said. Apart from the look-up, which stands in many loops.
#[cold]
fn ask(
    slot: &Cell<TextAnswers>,
    (start, len): (u32, u32),
    bit: u16,
    plainly_not: impl FnOnce() -> u16,
    answer: impl FnOnce() -> bool,
) -> bool {
    let mut known = slot.get();
    if (known.start, known.len) != (start, len) {
        known = TextAnswers { start, len, asked: plainly_not(), so: 0 };
    }
    if known.asked & bit == 0 {
        known.asked |= bit;
        known.so |= if answer() { bit } else { 0 };
    }
    slot.set(known);
    known.so & bit != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_text_is_asked_each_thing_once_and_none_answers_for_another() {
        let asked = AskedTexts::new();
        let mut times = 0;
        // More texts than slots, empty ones and ones that begin where another does among them.
        let texts: Vec<(u32, u32)> = (0..3_000).flat_map(|start| [(start, 0), (start, 3)]).collect();
        // Of some it is plain from the first.
        let not = |start: u32, len: u32| {
            move || {
                let bits = [Asked::TotalLike, Asked::Nothing].map(|which| match (start + len + which as u32) % 3 {
                    0 => 0,
                    _ => which as u16,
                });
                bits[0] | bits[1]
            }
        };
        let so = |(start, len): (u32, u32), which: Asked| (start + len + which as u32).is_multiple_of(3);
        for which in [Asked::HeaderWord, Asked::TotalLike, Asked::HeaderWord] {
            for (start, len) in texts.iter().copied() {
                for _ in 0..2 {
                    let answer = asked.is(which, RawValue::Text { start, len }, not(start, len), || {
                        times += 1;
                        so((start, len), which)
                    });
                    assert_eq!(answer, so((start, len), which), "{start} {len} {which:?}");
                }
            }
        }
        assert!(times <= 3 * texts.len(), "{times}");
        assert!(!asked.is(Asked::Total, RawValue::Number(1.0), || 0, || true));
    }
}
