//! Text and numbers as the XML of a workbook's parts holds them.

use crate::text::quote::is_active;

/// How every part begins.
pub const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";

/// Whether a text can be written as it is: nothing to escape, to cut, to leave out or to keep apart. Most are.
pub fn is_simple(text: &str) -> bool {
    // Bytes that begin or are something else than a plain character: among those that 0xC2, 0xD8 and those from 0xF0 on begin
    // are some that act, and some more among the dashes and quotes of 0xE2 and the full-width signs of 0xEF.
    let odd = |byte: u8| {
        !(b' '..0xf0).contains(&byte) || matches!(byte, b'&' | b'<' | b'>' | b'"' | b'_' | 0x7f | 0xc2 | 0xd8)
    };
    let bytes = text.as_bytes();
    let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else { return false };
    let spaces = |(here, next): (&u8, &u8)| *here == b' ' && *next == b' ';
    // Without a way out in the middle many bytes are looked at in one step.
    bytes.len() < 8_192
        && !bytes.iter().fold(false, |is_odd, byte| is_odd | odd(*byte))
        && *first != b' '
        && *last != b' '
        && !bytes.iter().zip(&bytes[1..]).fold(false, |apart, two| apart | spaces(two))
        && (!bytes.iter().fold(false, |may, byte| may | matches!(byte, 0xe2 | 0xef)) || !text.chars().any(is_active))
}

pub fn keeps_spaces(text: &str) -> bool {
    text.contains('\n') || text.starts_with(' ') || text.ends_with(' ') || text.contains("  ")
}

pub fn digits(out: &mut Vec<u8>, mut value: u64) {
    let mut places = [0u8; 20];
    let mut at = places.len();
    loop {
        at -= 1;
        places[at] = b'0' + (value % 10) as u8;
        value /= 10;
        if value == 0 || at == 0 {
            break;
        }
    }
    out.extend_from_slice(&places[at..]);
}

/// A short piece of a cell in room of one size, which is copied faster than a piece of its own length.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Piece {
    room: [u8; Piece::ROOM],
    /// In a byte: a workbook of very many units keeps a hundred thousand pieces.
    len: u8,
}

impl Piece {
    pub const ROOM: usize = 32;

    /// As much of some bytes as there is room for.
    pub const fn of(bytes: &[u8]) -> Piece {
        Piece { room: [0; Piece::ROOM], len: 0 }.and(bytes)
    }

    /// The same with more bytes behind it, as much as there is room for.
    pub const fn and(mut self, bytes: &[u8]) -> Piece {
        let mut at = 0;
        while at < bytes.len() && self.length() < Piece::ROOM {
            self.room[self.length()] = bytes[at];
            self.len += 1;
            at += 1;
        }
        self
    }

    /// A whole number in digits; of twenty there is room for all.
    pub fn number(mut number: u64) -> Piece {
        let mut piece = Piece { room: [0; Piece::ROOM], len: number.checked_ilog10().unwrap_or(0) as u8 + 1 };
        let digits = piece.length();
        for place in piece.room.iter_mut().take(digits).rev() {
            *place = b'0' + (number % 10) as u8;
            number /= 10;
        }
        piece
    }

    pub fn bytes(&self) -> &[u8] {
        self.room.get(..self.length()).unwrap_or_default()
    }

    /// The whole room, whatever stands in it; [`Piece::length`] bytes of it are the piece.
    pub fn room(&self) -> &[u8; Piece::ROOM] {
        &self.room
    }

    pub const fn length(&self) -> usize {
        self.len as usize
    }
}

pub fn escaped(text: &str) -> String {
    let mut out = Vec::new();
    escape(&mut out, text);
    // What went in was UTF-8, and only whole characters were replaced.
    String::from_utf8(out).unwrap_or_default()
}

/// XML text for programs to which `_x0041_` is what it says.
pub fn escaped_as_markup(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// XML text, in which Excel would read `_x0041_` as an escape too: such an underscore is escaped itself.
pub fn escape(out: &mut Vec<u8>, text: &str) {
    escape_to(text, |part| out.extend_from_slice(part));
}

/// The same, part by part.
pub fn escape_to(text: &str, mut put: impl FnMut(&[u8])) {
    let bytes = text.as_bytes();
    let mut done = 0;
    for (at, byte) in bytes.iter().enumerate() {
        let entity: &[u8] = match byte {
            b'&' => b"&amp;",
            b'<' => b"&lt;",
            b'>' => b"&gt;",
            b'"' => b"&quot;",
            b'_' if looks_escaped(&bytes[at..]) => b"_x005F_",
            _ => continue,
        };
        put(&bytes[done..at]);
        put(entity);
        done = at + 1;
    }
    put(&bytes[done..]);
}

fn looks_escaped(bytes: &[u8]) -> bool {
    matches!(bytes, [b'_', b'x', a, b, c, d, b'_', ..] if [a, b, c, d].iter().all(|byte| byte.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_say_what_was_put_into_them() {
        let said = |pieces: &[Piece]| {
            let parts: Vec<&[u8]> = pieces.iter().map(Piece::bytes).collect();
            format!("x{}", String::from_utf8(parts.concat()).unwrap())
        };
        for number in [0, 1, 9, 10, 99, 100, 12_345, 999_999_999_999_999, u64::MAX] {
            let cell =
                [Piece::of(b"<c r=\"AB"), Piece::number(12).and(b"\"><v>"), Piece::number(number), Piece::of(b"</v>")];
            assert_eq!(said(&cell), format!("x<c r=\"AB12\"><v>{number}</v>"));
        }
        assert_eq!(
            said(&[Piece::default(), Piece::of(b"0123456789abcdefghijklmnopqrstu").and(b"vwxy")]),
            "x0123456789abcdefghijklmnopqrstuv"
        );
    }

    #[test]
    fn what_is_simple_holds_nothing_that_acts() {
        let all = (0..=0x10_ffff).filter_map(char::from_u32);
        for c in all.filter(|c| is_active(*c)) {
            assert!(!is_simple(&format!("甲{c}乙")), "{:x}", c as u32);
        }
        for plain in ["甲", "a-b", "“甲”—乙…", "2026", "甲，乙（丙）：丁 12 个"] {
            assert!(is_simple(plain), "{plain}");
        }
        for kept in ["", " 甲", "甲 ", "甲  乙", "甲\n乙", "甲<乙", "_x0041_"] {
            assert!(!is_simple(kept), "{kept}");
        }
    }
}
