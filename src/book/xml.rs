//! Text and numbers as the XML of a workbook's parts holds them.

use crate::text::quote::is_active;

/// How every part begins.
pub const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";

/// Whether a text can be written as it is: nothing to escape, to cut, to leave out or to keep apart. Most are.
pub fn is_simple(text: &str) -> bool {
    // Bytes that begin or are something else than a plain character: among those that 0xC2, 0xD8, 0xEF and those from 0xF0
    // on begin are some that act, and some more among the dashes and quotes of 0xE2.
    let plain = |byte: u8| {
        byte > b' ' && byte < 0xf0 && !matches!(byte, b'&' | b'<' | b'>' | b'"' | b'_' | 0x7f | 0xc2 | 0xd8 | 0xef)
    };
    let bytes = text.as_bytes();
    !bytes.is_empty()
        && bytes.len() < 8_192
        && bytes.iter().all(|byte| plain(*byte))
        && (!bytes.contains(&0xe2) || !text.chars().any(is_active))
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

pub fn escaped(text: &str) -> String {
    let mut out = Vec::new();
    escape(&mut out, text);
    // What went in was UTF-8, and only whole characters were replaced.
    String::from_utf8(out).unwrap_or_default()
}

/// XML text, in which Excel would read `_x0041_` as an escape too: such an underscore is escaped itself.
pub fn escape(out: &mut Vec<u8>, text: &str) {
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
        out.extend_from_slice(&bytes[done..at]);
        out.extend_from_slice(entity);
        done = at + 1;
    }
    out.extend_from_slice(&bytes[done..]);
}

fn looks_escaped(bytes: &[u8]) -> bool {
    matches!(bytes, [b'_', b'x', a, b, c, d, b'_', ..] if [a, b, c, d].iter().all(|byte| byte.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_simple_holds_nothing_that_acts() {
        let all = (0..=0x10_ffff).filter_map(char::from_u32);
        for c in all.filter(|c| is_active(*c)) {
            assert!(!is_simple(&format!("甲{c}乙")), "{:x}", c as u32);
        }
        for plain in ["甲", "a-b", "“甲”—乙…", "2026"] {
            assert!(is_simple(plain), "{plain}");
        }
    }
}
