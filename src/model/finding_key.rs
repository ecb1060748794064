//! What makes a finding the same finding in the next run, though rows moved and the file has another name: the unit, the
//! form, the record, the field and the code, and a hash of what its rule read, so that it is another finding once that
//! changes. Decisions, correction copies and "already mended" rest on it.
//!
//! Everything read from a return enters as a hash, so that no personal data stands in a key.

use crate::text::hex::hex;
use sha2::{Digest as _, Sha256};
use std::fmt;

/// The first 128 bits of a SHA-256 over parts, each with its length before it; nothing at all is all zeros.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint([u8; 16]);

impl Fingerprint {
    pub fn of<P: AsRef<[u8]>>(parts: impl IntoIterator<Item = P>) -> Fingerprint {
        Fingerprint::of_all(parts.into_iter().map(Some)).unwrap_or_default()
    }

    /// The same of parts of which one may be missing: then there is none.
    pub fn of_all<P: AsRef<[u8]>>(parts: impl IntoIterator<Item = Option<P>>) -> Option<Fingerprint> {
        let mut hash = Sha256::new();
        for part in parts {
            let part = part?;
            let part = part.as_ref();
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        let mut first = [0; 16];
        first.copy_from_slice(&hash.finalize()[..16]);
        Some(Fingerprint(first))
    }

    pub fn is_nothing(self) -> bool {
        self == Fingerprint::default()
    }

    /// The inverse of `Display`; `None` for anything but 32 hexadecimal digits.
    pub fn parse(text: &str) -> Option<Fingerprint> {
        if text.len() != 32 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        u128::from_str_radix(text, 16).ok().map(|number| Fingerprint(number.to_be_bytes()))
    }
}

impl AsRef<[u8]> for Fingerprint {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

/// 32 lower-case hexadecimal digits.
impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

/// What a finding is about, apart from where it stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FindingKey {
    /// Index into the plan's forms.
    pub form: Option<u16>,
    /// Index of the form's field.
    pub field: Option<u16>,
    /// The record by its identity; of findings on a return or the run their place.
    pub record: Fingerprint,
    /// The cells, figures or files that the rule read.
    pub read: Fingerprint,
    /// The whole, from [`FindingKey::seal`].
    whole: Fingerprint,
    /// The same without `read`.
    subject: Fingerprint,
}

impl FindingKey {
    /// Of a finding that is on no record: told by what it read.
    pub fn reading<P: AsRef<[u8]>>(parts: impl IntoIterator<Item = P>) -> FindingKey {
        FindingKey { read: Fingerprint::of(parts), ..FindingKey::default() }
    }

    /// Of a finding on a record, told by one of its fields.
    pub fn on_record(form: usize, field: Option<usize>, record: Fingerprint, read: Fingerprint) -> FindingKey {
        let index = |at: usize| u16::try_from(at).ok();
        FindingKey { form: index(form), field: field.and_then(index), record, read, ..FindingKey::default() }
    }

    /// Joins the parts under the names that stay the same from run to run: the unit's code, the form's id, the field's
    /// name, the finding's code. `nth` tells apart findings alike in all of that (0 for the first).
    pub fn seal(&mut self, unit: &str, form: &str, field: &str, code: &str, nth: usize) {
        let nth = (nth as u64).to_le_bytes();
        let record = self.record;
        let joined = |read: Fingerprint| {
            let parts: [&[u8]; 7] = [
                unit.as_bytes(),
                form.as_bytes(),
                record.as_ref(),
                field.as_bytes(),
                code.as_bytes(),
                read.as_ref(),
                &nth,
            ];
            Fingerprint::of(parts)
        };
        (self.whole, self.subject) = (joined(self.read), joined(Fingerprint::default()));
    }

    /// The key as it is stored and compared: 32 hexadecimal digits, all zeros before it is sealed.
    pub fn whole(&self) -> Fingerprint {
        self.whole
    }

    /// What the finding is about, whatever was read there: the same key for a value that changed and is still wrong.
    pub fn subject(&self) -> Fingerprint {
        self.subject
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_do_not_run_into_one_another() {
        assert_ne!(Fingerprint::of(["ab", "c"]), Fingerprint::of(["a", "bc"]));
        assert_ne!(Fingerprint::of(["a", ""]), Fingerprint::of(["a"]));
        assert_eq!(Fingerprint::of(["汇总"]).to_string().len(), 32);
    }

    #[test]
    fn every_part_tells() {
        let key = |unit, form, field, code, nth, read: &str| {
            let mut key = FindingKey::reading([read]);
            key.seal(unit, form, field, code, nth);
            key.whole()
        };
        let one = key("A", "teams", "人数", "x", 0, "12");
        assert_eq!(one, key("A", "teams", "人数", "x", 0, "12"));
        for other in [
            key("B", "teams", "人数", "x", 0, "12"),
            key("A", "titles", "人数", "x", 0, "12"),
            key("A", "teams", "一线人数", "x", 0, "12"),
            key("A", "teams", "人数", "y", 0, "12"),
            key("A", "teams", "人数", "x", 1, "12"),
            key("A", "teams", "人数", "x", 0, "13"),
        ] {
            assert_ne!(one, other);
        }
    }
}
