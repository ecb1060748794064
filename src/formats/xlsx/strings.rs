//! The shared strings of a package: one arena and a range per string. The stated counts are not believed.

use crate::formats::allowance::Allowance;
use crate::formats::refusal;
use crate::formats::xml::{Token, Xml};
use crate::model::Unreadable;

#[derive(Default)]
pub struct Strings {
    arena: String,
    /// `None`: the string holds an entity that means nothing.
    ranges: Vec<Option<(u32, u32)>>,
}

impl Strings {
    /// # Errors
    /// The part is cut, hostile, or over a limit.
    pub fn read(text: &str, allowance: Allowance) -> Result<Strings, Unreadable> {
        let mut strings = Strings { arena: String::with_capacity(text.len() / 2), ranges: Vec::new() };
        let mut scratch = String::new();
        let mut xml = Xml::new(text);
        loop {
            match xml.next()? {
                Token::Open { name: "si", .. } => {
                    if strings.ranges.len() >= allowance.shared_strings() {
                        return Err(refusal::over_limit(format!("共享文字超过 {} 条", allowance.shared_strings())));
                    }
                    let start = strings.arena.len();
                    let whole = rich_text(&mut xml, "si", &mut strings.arena, &mut scratch)?;
                    let len = strings.arena.len() - start;
                    // Parts are at most 256 MiB, so both fit.
                    strings.ranges.push(whole.then_some((start as u32, len as u32)));
                }
                Token::End => return Ok(strings),
                _ => {}
            }
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.ranges.len()
    }

    /// The string at an index; `None` where there is none that can be read for certain.
    pub fn get(&self, index: usize) -> Option<&str> {
        let (start, len) = (*self.ranges.get(index)?)?;
        self.arena.get(start as usize..(start + len) as usize)
    }
}

/// Appends the runs of the `<si>` or `<is>` just opened, up to its close; the phonetic runs are left out. Answers
/// whether all of it could be understood.
///
/// # Errors
/// As [`Xml::next`].
pub fn rich_text(xml: &mut Xml, outer: &str, out: &mut String, scratch: &mut String) -> Result<bool, Unreadable> {
    let mut whole = true;
    loop {
        match xml.next()? {
            Token::Open { name: "t", .. } => {
                scratch.clear();
                whole &= xml.text_into(scratch)?;
                push_escaped(scratch, out);
            }
            Token::Open { name: "rPh", .. } => xml.skip()?,
            Token::Close { name } if name == outer => return Ok(whole),
            Token::End => return Ok(false),
            _ => {}
        }
    }
}

/// Appends text with `_x000D_` replaced by the character it stands for (ECMA-376, ST_Xstring).
pub fn push_escaped(text: &str, out: &mut String) {
    let mut rest = text;
    while let Some(at) = memchr::memmem::find(rest.as_bytes(), b"_x") {
        out.push_str(&rest[..at]);
        match escape(&rest[at..]) {
            Some((c, len)) => {
                out.push(c);
                rest = &rest[at + len..];
            }
            None => {
                out.push_str("_x");
                rest = &rest[at + 2..];
            }
        }
    }
    out.push_str(rest);
}

fn unit(text: &str) -> Option<u32> {
    let hex = text.get(2..6).filter(|hex| hex.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
    if !text.starts_with("_x") || text.as_bytes().get(6) != Some(&b'_') {
        return None;
    }
    u32::from_str_radix(hex, 16).ok()
}

/// The character of the escape that `text` starts with, and its length in bytes; a surrogate pair is one character.
fn escape(text: &str) -> Option<(char, usize)> {
    let high = unit(text)?;
    if (0xd800..0xdc00).contains(&high)
        && let Some(low @ 0xdc00..0xe000) = text.get(7..).and_then(unit)
    {
        let code = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
        return Some((char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER), 14));
    }
    Some((char::from_u32(high).unwrap_or(char::REPLACEMENT_CHARACTER), 7))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rich_runs_phonetics_escapes_and_lying_counts() {
        let text = "<sst uniqueCount='9999999999'><si><r><t>总</t></r><r><t> 工会 </t></r><rPh><t>zong</t></rPh></si>\
                    <si><t>a_x000D_b_xD83D__xDE00__x_</t></si><si/><si><t>&lol;</t></si></sst>";
        let strings = Strings::read(text, Allowance::default()).unwrap();
        assert_eq!(strings.len(), 4);
        assert_eq!(strings.get(0), Some("总 工会 "));
        assert_eq!(strings.get(1), Some("a\rb😀_x_"));
        assert_eq!(strings.get(2), Some(""));
        assert_eq!((strings.get(3), strings.get(4)), (None, None));
    }
}
