//! The shared strings of a package: one arena and a range per string. The stated counts are not believed.

use super::plain;
use crate::formats::allowance::Allowance;
use crate::formats::looks::Runs;
use crate::formats::refusal;
use crate::formats::xml::{Token, Xml};
use crate::model::Unreadable;
use std::collections::HashMap;

#[derive(Debug, Default, PartialEq)]
pub struct XlsxStrings {
    arena: String,
    /// `None`: the string holds an entity that means nothing.
    ranges: Vec<Option<(u32, u32)>>,
    /// Of the strings that have runs of their own looks.
    runs: HashMap<usize, Runs>,
}

impl XlsxStrings {
    /// # Errors
    /// The part is cut, hostile, or over a limit.
    pub fn read(text: &str, allowance: Allowance) -> Result<XlsxStrings, Unreadable> {
        XlsxStrings::read_by(true, text, allowance)
    }

    /// As [`XlsxStrings::read`]; `leaps`: plain strings in one step, and not by the tokeniser too.
    pub fn read_by(leaps: bool, text: &str, allowance: Allowance) -> Result<XlsxStrings, Unreadable> {
        let mut strings = XlsxStrings { arena: String::with_capacity(text.len() / 2), ..XlsxStrings::default() };
        let mut scratch = String::new();
        let mut xml = Xml::new(text);
        let most = allowance.shared_strings();
        loop {
            while leaps
                && strings.ranges.len() < most
                && let Some((text, len)) = xml.ahead().and_then(plain::string)
            {
                strings.ranges.push(Some((strings.arena.len() as u32, text.len() as u32)));
                strings.arena.push_str(text);
                xml.leap(len);
            }
            match xml.next()? {
                Token::Open { name: "si", .. } => {
                    if strings.ranges.len() >= most {
                        return Err(refusal::over_limit(format!("共享文字超过 {most} 条")));
                    }
                    let start = strings.arena.len();
                    let read = rich_text(&mut xml, "si", &mut strings.arena, &mut scratch)?;
                    let len = strings.arena.len() - start;
                    strings.runs.extend(read.runs.map(|runs| (strings.ranges.len(), runs)));
                    // Parts are at most 256 MiB, so both fit.
                    strings.ranges.push(read.whole.then_some((start as u32, len as u32)));
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

    /// The runs of the string at an index, where it has any.
    pub fn runs(&self, index: usize) -> Option<&Runs> {
        if self.runs.is_empty() { None } else { self.runs.get(&index) }
    }

    /// The string at an index; `None` where there is none that can be read for certain.
    pub fn get(&self, index: usize) -> Option<&str> {
        let (start, len) = (*self.ranges.get(index)?)?;
        self.arena.get(start as usize..(start + len) as usize)
    }
}

/// What [`rich_text`] found.
pub struct RichText {
    /// All of it could be understood.
    pub whole: bool,
    /// `None` where no run has looks of its own. Ranges count from where the text began.
    pub runs: Option<Runs>,
}

/// Appends the runs of the `<si>` or `<is>` just opened, up to its close; the phonetic runs are left out.
///
/// # Errors
/// As [`Xml::next`].
pub fn rich_text(xml: &mut Xml, outer: &str, out: &mut String, scratch: &mut String) -> Result<RichText, Unreadable> {
    let began = out.len();
    let mut found = RichText { whole: true, runs: None };
    let (mut struck, mut raised) = (false, false);
    loop {
        match xml.next()? {
            Token::Open { name: "r", .. } => (struck, raised) = (false, false),
            Token::Open { name: "rPr", .. } => drop(found.runs.get_or_insert_default()),
            Token::Open { name: "strike", attrs } => struck = !matches!(attrs.raw("val"), Some("0" | "false")),
            Token::Open { name: "vertAlign", attrs } => {
                raised = matches!(attrs.raw("val"), Some("superscript" | "subscript"))
            }
            Token::Open { name: "t", .. } => {
                let from = out.len() - began;
                scratch.clear();
                found.whole &= xml.text_into(scratch)?;
                push_escaped(scratch, out);
                if let Some(runs) = &mut found.runs {
                    runs.note(from..out.len() - began, struck, raised);
                }
            }
            Token::Open { name: "rPh", .. } => xml.skip()?,
            Token::Close { name } if name == outer => return Ok(found),
            Token::End => return Ok(RichText { whole: false, ..found }),
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
        let strings = XlsxStrings::read(text, Allowance::default()).unwrap();
        assert_eq!(strings.len(), 4);
        assert_eq!(strings.get(0), Some("总 工会 "));
        assert_eq!(strings.get(1), Some("a\rb😀_x_"));
        assert_eq!(strings.get(2), Some(""));
        assert_eq!((strings.get(3), strings.get(4)), (None, None));
    }
}
