//! Amendments of one file that wait in one piece of memory, or on the disk: most are asked for once, at the end of the run.

use super::cell::CellRef;
use super::codes::AmendmentRule;
use super::finding::{Amendment, RawAndClean};
use super::overflow::{Overflow, Waiting};
use super::values::pack::{Packed, Packer};
use std::sync::Arc;

/// The amendments of one file, packed.
#[derive(Debug, Clone)]
pub struct KeptAmendments {
    /// Index of the file in the run's list.
    pub source: u32,
    count: u32,
    packed: Waiting,
}

impl KeptAmendments {
    /// All are of one file. `None` where there are none.
    pub fn of(amendments: &[Amendment]) -> Option<KeptAmendments> {
        let source = amendments.first()?.source;
        let mut to = Packer::default();
        let mut fields: Vec<&Arc<str>> = Vec::new();
        let mut places = Vec::with_capacity(amendments.len());
        for Amendment { field, .. } in amendments {
            places.push(fields.iter().position(|known| known == &field).unwrap_or_else(|| {
                fields.push(field);
                fields.len() - 1
            }));
        }
        to.number(fields.len() as u64);
        fields.iter().for_each(|field| to.text(field));
        for (Amendment { rule, sheet, at, words, .. }, field) in amendments.iter().zip(places) {
            let lengths = [words.raw().len() as u64, words.clean().len() as u64];
            let numbers = [u64::from(rule.index()), (*sheet).into(), at.row.into(), at.col.into(), field as u64];
            numbers.into_iter().chain(lengths).for_each(|number| to.number(number));
        }
        amendments.iter().for_each(|amendment| {
            to.bytes(amendment.raw().as_bytes());
            to.bytes(amendment.clean().as_bytes());
        });
        // A file has as many as its budget allows, which is far less.
        let count = u32::try_from(amendments.len()).ok()?;
        Some(KeptAmendments { source, count, packed: Waiting::Here(to.done()) })
    }

    /// How many they are.
    pub fn count(&self) -> usize {
        self.count as usize
    }

    /// Whether they could not be read back: whoever asked for them got none.
    pub fn lost(&self) -> bool {
        matches!(&self.packed, Waiting::There { overflow, .. } if overflow.lost())
    }

    /// Lets them wait where there is room.
    pub fn send_away(self, overflow: &Arc<Overflow>) -> KeptAmendments {
        let packed = match self.packed {
            Waiting::Here(bytes) => overflow.put(bytes),
            there => there,
        };
        KeptAmendments { packed, ..self }
    }

    /// The rule of each, in their order.
    pub fn rules(&self) -> Vec<AmendmentRule> {
        self.packed.look(|bytes| {
            let mut from = Packed::new(bytes);
            for _ in 0..from.number() {
                from.text();
            }
            let rule = |_| {
                let [rule, ..]: [u64; 7] = std::array::from_fn(|_| from.number());
                AmendmentRule::from_index(rule as u16)
            };
            (0..if bytes.is_empty() { 0 } else { self.count }).filter_map(rule).collect()
        })
    }

    /// Them, in their order; they share one text.
    pub fn read(&self) -> Vec<Amendment> {
        self.packed.look(|bytes| {
            let mut from = Packed::new(bytes);
            let fields: Vec<Arc<str>> = (0..from.number()).map(|_| Arc::from(from.text())).collect();
            // Bytes that were lost hold none; whoever keeps them says so.
            let count = if bytes.is_empty() { 0 } else { self.count() };
            let mut ends = 0;
            let mut places = Vec::with_capacity(count);
            for _ in 0..count {
                let [rule, sheet, row, col, field, raw, clean] = std::array::from_fn(|_| from.number());
                let begins = ends;
                ends += raw + clean;
                // What was packed fitted these types.
                let at = CellRef { row: row as u32, col: col as u16 };
                places.push((rule as u16, sheet as u16, at, field as usize, [begins, begins + raw, ends]));
            }
            let text: Arc<str> = Arc::from(from.rest());
            let amendment = |(rule, sheet, at, field, words): (u16, u16, CellRef, usize, [u64; 3])| {
                let words = RawAndClean::within(&text, words)?;
                Some(Amendment {
                    rule: AmendmentRule::from_index(rule)?,
                    source: self.source,
                    sheet,
                    at,
                    field: Arc::clone(fields.get(field)?),
                    words,
                })
            };
            places.into_iter().filter_map(amendment).collect()
        })
    }
}

impl PartialEq for KeptAmendments {
    fn eq(&self, other: &KeptAmendments) -> bool {
        self.read() == other.read()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_packed_comes_back_in_its_order() {
        let amendment = |n: u32, field: &str, raw: &str, clean: &str| Amendment {
            rule: AmendmentRule::ALL[n as usize % AmendmentRule::ALL.len()],
            source: 70_000,
            sheet: n as u16,
            at: CellRef { row: n * 1000, col: u16::MAX - n as u16 },
            field: field.into(),
            words: RawAndClean::new(raw, clean),
        };
        let words = [("人数", "１２", "12"), ("是否达标", "", "是"), ("人数", "／", ""), ("", "", "")];
        let all: Vec<Amendment> = (0..200)
            .map(|n| words[n as usize % 4])
            .zip(0..)
            .map(|((f, raw, clean), n)| amendment(n, f, raw, clean))
            .collect();
        for room in [0, usize::MAX] {
            for count in [200, 1] {
                let kept = KeptAmendments::of(&all[..count]).unwrap().send_away(&Overflow::new(room));
                assert_eq!((kept.count(), kept.read()), (count, all[..count].to_vec()));
                assert!(kept.rules().into_iter().eq(all[..count].iter().map(|one| one.rule)));
            }
        }
        let overflow = Overflow::new(0);
        let torn = KeptAmendments::of(&all).unwrap().send_away(&overflow);
        assert!(!torn.lost());
        overflow.tear(40);
        assert_eq!((torn.read(), torn.rules(), torn.lost()), (vec![], vec![], true), "none, and it is known");
        assert!(KeptAmendments::of(&[]).is_none());
        assert!(KeptAmendments::of(&all).unwrap().packed.look(<[u8]>::len) < 200 * 20);
    }
}
