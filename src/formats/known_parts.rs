//! Parts of packages that were inflated before. Returns are one form as it was handed out, filled in: of its ten parts all
//! but the cells and their words are the same in file after file.
//!
//! A part is known again by its packed bytes, compared whole: the same bytes inflate to the same content.

use std::cell::RefCell;

/// Parts that are larger are inflated anew.
const LARGEST: usize = 32 << 10;
/// Among so many the usual names fall into places of their own.
const SLOTS: usize = 75;

struct KnownPart {
    crc: u32,
    packed: Box<[u8]>,
    content: Box<[u8]>,
}

thread_local! {
    /// By the hash of a part's name: the next file has the same parts, and what differs in every file displaces no other.
    static KNOWN: RefCell<[Option<KnownPart>; SLOTS]> = const { RefCell::new([const { None }; SLOTS]) };
}

fn slot(name: &[u8]) -> usize {
    crc32fast::hash(name) as usize % SLOTS
}

/// What a member's packed bytes came to before, if it was of this size and this CRC, which was proven then.
pub fn content(name: &[u8], packed: &[u8], (size, crc): (u64, u32)) -> Option<Vec<u8>> {
    KNOWN.with_borrow(|known| {
        let known = known.get(slot(name))?.as_ref()?;
        let same = known.crc == crc && known.content.len() as u64 == size && *known.packed == *packed;
        same.then(|| known.content.to_vec())
    })
}

/// Keeps a member's content, whose CRC is proven, for the next file.
pub fn remember(name: &[u8], packed: &[u8], (content, crc): (&[u8], u32)) {
    if content.len() <= LARGEST && packed.len() <= LARGEST {
        KNOWN.with_borrow_mut(|known| {
            if let Some(known) = known.get_mut(slot(name)) {
                *known = Some(KnownPart { crc, packed: packed.into(), content: content.into() });
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_part_that_most_files_have_takes_the_place_of_another() {
        let names = [
            "[Content_Types].xml",
            "_rels/.rels",
            "docProps/app.xml",
            "docProps/core.xml",
            "docProps/custom.xml",
            "xl/_rels/workbook.xml.rels",
            "xl/sharedStrings.xml",
            "xl/styles.xml",
            "xl/theme/theme1.xml",
            "xl/workbook.xml",
            "xl/worksheets/sheet1.xml",
            "xl/worksheets/sheet2.xml",
            "xl/worksheets/sheet3.xml",
        ];
        let mut places: Vec<usize> = names.iter().map(|name| slot(name.as_bytes())).collect();
        places.sort_unstable();
        places.dedup();
        assert_eq!(places.len(), names.len());
    }
}
