//! Strings of BIFF workbooks: counted, in two widths, with formatting runs, and broken over CONTINUE records wherever
//! one was full.

use crate::formats::looks::RunText;

/// The body of a record and of the CONTINUE records behind it, read as one.
pub struct Pieces<'a> {
    pieces: Vec<&'a [u8]>,
    /// The piece being read, and how far.
    piece: usize,
    at: usize,
}

impl<'a> Pieces<'a> {
    pub fn of(pieces: Vec<&'a [u8]>) -> Pieces<'a> {
        Pieces { pieces, piece: 0, at: 0 }
    }

    fn byte(&mut self) -> Option<u8> {
        while let Some(piece) = self.pieces.get(self.piece) {
            if let Some(byte) = piece.get(self.at) {
                self.at += 1;
                return Some(*byte);
            }
            (self.piece, self.at) = (self.piece + 1, 0);
        }
        None
    }

    fn u16(&mut self) -> Option<u16> {
        Some(u16::from_le_bytes([self.byte()?, self.byte()?]))
    }

    fn u32(&mut self) -> Option<u32> {
        Some(u32::from(self.u16()?) | u32::from(self.u16()?) << 16)
    }

    pub fn skip(&mut self, mut count: usize) -> Option<()> {
        while count > 0 {
            let left = self.pieces.get(self.piece)?.len().saturating_sub(self.at);
            if count <= left {
                self.at += count;
                return Some(());
            }
            count -= left;
            (self.piece, self.at) = (self.piece + 1, 0);
        }
        Some(())
    }

    /// A string of BIFF8: its count, flags, the counts of runs and of what Asian programs add, characters, and those.
    pub fn text(&mut self) -> Option<RunText> {
        let count = usize::from(self.u16()?);
        let flags = self.byte()?;
        let runs = if flags & 8 != 0 { self.u16()? } else { 0 };
        let added = if flags & 4 != 0 { self.u32()? as usize } else { 0 };
        let text = self.characters(count, flags & 1 != 0)?;
        let runs = (0..runs).map(|_| Some((usize::from(self.u16()?), self.u16()?))).collect::<Option<Vec<_>>>()?;
        self.skip(added)?;
        Some(RunText { text, runs })
    }

    /// Characters, whose width is said anew where a record ends among them.
    fn characters(&mut self, count: usize, mut wide: bool) -> Option<String> {
        let mut units: Vec<u16> = Vec::with_capacity(count);
        while units.len() < count {
            let piece = self.pieces.get(self.piece)?;
            let rest = piece.get(self.at..)?;
            if rest.is_empty() {
                (self.piece, self.at) = (self.piece + 1, 0);
                wide = self.byte()? & 1 != 0;
                continue;
            }
            let left = count - units.len();
            if wide {
                let taken = &rest[..rest.len().min(left * 2) & !1];
                // Half a character at the end of a record: no writer does that.
                if taken.is_empty() {
                    return None;
                }
                units.extend(taken.as_chunks::<2>().0.iter().map(|unit| u16::from_le_bytes(*unit)));
                self.at += taken.len();
            } else {
                let taken = &rest[..rest.len().min(left)];
                units.extend(taken.iter().map(|byte| u16::from(*byte)));
                self.at += taken.len();
            }
        }
        Some(String::from_utf16_lossy(&units))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_broken_over_records_changes_its_width() {
        // Four characters: two narrow before the break, two wide behind it.
        let first = [4, 0, 0, b'a', b'b'];
        let second = [1, 0xe5, 0x5d, 0x1a, 0x4f];
        let read = Pieces::of(vec![&first, &second]).text().unwrap();
        assert_eq!(read.text, "ab工会");
        assert!(Pieces::of(vec![&first, &second[..4]]).text().is_none());
    }
}
