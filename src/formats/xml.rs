//! A pull tokeniser for well-formed XML that is already in memory: no copies, no recursion, no entities of its own.
//!
//! Text in, tokens out. A document type declaration is refused (entity bombs, external files); depth is bounded; elements
//! that overlap are refused. Not `quick-xml`, which calamine reads by: it proves each attribute's name unique as it goes, and
//! takes 456 ms for the tags and attributes of worksheets that are gone through here in 173.

use super::refusal;
use crate::model::Unreadable;
use std::borrow::Cow;

/// One piece of markup. Names are local: `ss:Row` and `Row` are both `Row`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Token<'a> {
    Open {
        name: &'a str,
        attrs: Attrs<'a>,
    },
    /// Also follows the `Open` of an empty element, so that every `Open` has its `Close`.
    Close {
        name: &'a str,
    },
    /// Raw text, entities not replaced; `verbatim` inside CDATA.
    Text {
        raw: &'a str,
        verbatim: bool,
    },
    End,
}

/// Why a part can't be read on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    Truncated,
    Doctype,
    TooDeep,
    Misnested,
}

impl From<Fault> for Unreadable {
    fn from(fault: Fault) -> Unreadable {
        match fault {
            Fault::Truncated => refusal::damaged("XML 内容不完整"),
            Fault::Doctype => refusal::hazardous("XML 文档类型声明（实体炸弹或外部文件引用的做法）"),
            Fault::Misnested => refusal::damaged("XML 的开始与结束标记不配对"),
            Fault::TooDeep => refusal::damaged("XML 嵌套过深"),
        }
    }
}

/// Real workbooks nest about ten deep.
const DEEPEST: usize = 1_000;

pub struct Xml<'a> {
    text: &'a str,
    at: usize,
    /// Names of the elements that are open.
    open: Vec<&'a str>,
    /// The innermost one is empty: its `Close` is due.
    due: bool,
}

impl<'a> Xml<'a> {
    pub fn new(text: &'a str) -> Xml<'a> {
        Xml { text, at: 0, open: Vec::with_capacity(16), due: false }
    }

    fn slice(&self, from: usize, to: usize) -> &'a str {
        // Every bound stands before or after an ASCII byte.
        self.text.get(from..to).unwrap_or("")
    }

    /// The next token; `End` once, at the end, when every element is closed.
    ///
    /// # Errors
    /// The document ends inside an element, nests too deep, or declares a document type.
    #[inline]
    pub fn next(&mut self) -> Result<Token<'a>, Fault> {
        if self.due {
            self.due = false;
            let name = self.open.pop().unwrap_or("");
            return Ok(Token::Close { name });
        }
        let bytes = self.text.as_bytes();
        loop {
            if self.at >= bytes.len() {
                return if self.open.is_empty() { Ok(Token::End) } else { Err(Fault::Truncated) };
            }
            if bytes[self.at] != b'<' {
                let end = memchr::memchr(b'<', &bytes[self.at..]).map_or(bytes.len(), |found| self.at + found);
                let raw = self.slice(self.at, end);
                self.at = end;
                return Ok(Token::Text { raw, verbatim: false });
            }
            match bytes.get(self.at + 1) {
                Some(b'/') => return self.close(),
                Some(b'!') => {
                    if let Some(token) = self.declaration()? {
                        return Ok(token);
                    }
                }
                Some(b'?') => self.skip_past("?>")?,
                Some(_) => return self.open(),
                None => return Err(Fault::Truncated),
            }
        }
    }

    /// What comes next, for who knows a whole element when he sees one; `None` where markup is due that is not in the text.
    #[inline]
    pub fn ahead(&self) -> Option<&'a str> {
        // Where elements nest deep, the next one may be one too many.
        if self.due || self.open.len() > DEEPEST / 2 { None } else { self.text.get(self.at..) }
    }

    /// Goes on behind the next `len` bytes: whole elements, and nothing else.
    #[inline]
    pub fn leap(&mut self, len: usize) {
        self.at += len;
    }

    fn close(&mut self) -> Result<Token<'a>, Fault> {
        let bytes = self.text.as_bytes();
        let from = self.at + 2;
        let end = from + memchr::memchr(b'>', &bytes[from..]).ok_or(Fault::Truncated)?;
        self.at = end + 1;
        let name = local(self.slice(from, end).trim_end());
        // Elements that overlap would let a reader take one cell's content for another's.
        if self.open.pop() == Some(name) { Ok(Token::Close { name }) } else { Err(Fault::Misnested) }
    }

    fn open(&mut self) -> Result<Token<'a>, Fault> {
        let bytes = self.text.as_bytes();
        let from = self.at + 1;
        let mut end = from;
        let mut name_end = None;
        loop {
            match *bytes.get(end).ok_or(Fault::Truncated)? {
                b'>' => break,
                quote @ (b'"' | b'\'') => {
                    end += 1 + memchr::memchr(quote, &bytes[end + 1..]).ok_or(Fault::Truncated)?;
                }
                b' ' | b'\n' | b'\t' | b'\r' if name_end.is_none() => name_end = Some(end),
                _ => {}
            }
            end += 1;
        }
        self.at = end + 1;
        let empty = bytes[end - 1] == b'/' && end > from;
        let stop = if empty { end - 1 } else { end };
        let name_end = name_end.unwrap_or(stop).min(stop);
        let name = local(self.slice(from, name_end));
        if self.open.len() >= DEEPEST {
            return Err(Fault::TooDeep);
        }
        self.open.push(name);
        self.due = empty;
        Ok(Token::Open { name, attrs: Attrs { rest: self.slice(name_end, stop) } })
    }

    /// `<!…`: a comment is skipped, CDATA is text, anything else is refused.
    fn declaration(&mut self) -> Result<Option<Token<'a>>, Fault> {
        let rest = &self.text[self.at..];
        if rest.starts_with("<!--") {
            self.skip_past("-->")?;
            return Ok(None);
        }
        if rest.starts_with("<![CDATA[") {
            let from = self.at + 9;
            self.skip_past("]]>")?;
            return Ok(Some(Token::Text { raw: self.slice(from, self.at - 3), verbatim: true }));
        }
        Err(Fault::Doctype)
    }

    fn skip_past(&mut self, mark: &str) -> Result<(), Fault> {
        let found = memchr::memmem::find(&self.text.as_bytes()[self.at..], mark.as_bytes()).ok_or(Fault::Truncated)?;
        self.at += found + mark.len();
        Ok(())
    }

    /// Skips to the `Close` of the element just opened.
    ///
    /// # Errors
    /// As [`Xml::next`].
    pub fn skip(&mut self) -> Result<(), Fault> {
        let target = self.open.len().saturating_sub(1);
        while self.open.len() > target {
            if self.next()? == Token::End {
                return Err(Fault::Truncated);
            }
        }
        Ok(())
    }

    /// Appends all text up to the `Close` of the element just opened, entities replaced; answers whether all of it
    /// could be understood.
    ///
    /// # Errors
    /// As [`Xml::next`].
    pub fn text_into(&mut self, out: &mut String) -> Result<bool, Fault> {
        let target = self.open.len().saturating_sub(1);
        let mut whole = true;
        while self.open.len() > target {
            match self.next()? {
                Token::Text { raw, verbatim: true } => out.push_str(raw),
                Token::Text { raw, .. } => whole &= unescape(raw, out),
                Token::End => return Err(Fault::Truncated),
                _ => {}
            }
        }
        Ok(whole)
    }
}

fn local(name: &str) -> &str {
    match memchr::memchr(b':', name.as_bytes()) {
        Some(colon) => name.get(colon + 1..).unwrap_or(name),
        None => name,
    }
}

/// The attributes of one element, as `(local name, raw value)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attrs<'a> {
    rest: &'a str,
}

impl<'a> Attrs<'a> {
    /// Value of the attribute with this local name, entities replaced.
    pub fn get(self, name: &str) -> Option<Cow<'a, str>> {
        self.raw(name).map(replaced)
    }

    /// Raw value: right for numbers, references and keywords.
    pub fn raw(self, name: &str) -> Option<&'a str> {
        self.into_iter().find(|(key, _)| *key == name).map(|(_, value)| value)
    }

    /// Whether the attribute says yes (`1`, `true`).
    pub fn yes(self, name: &str) -> bool {
        matches!(self.raw(name), Some("1" | "true"))
    }
}

impl<'a> IntoIterator for Attrs<'a> {
    type Item = (&'a str, &'a str);
    type IntoIter = AttrIter<'a>;
    fn into_iter(self) -> AttrIter<'a> {
        AttrIter { text: self.rest, at: 0 }
    }
}

pub struct AttrIter<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Iterator for AttrIter<'a> {
    type Item = (&'a str, &'a str);
    #[inline]
    fn next(&mut self) -> Option<(&'a str, &'a str)> {
        let bytes = self.text.as_bytes();
        while bytes.get(self.at).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
        }
        let from = self.at;
        let mut colon = from;
        while !matches!(*bytes.get(self.at)?, b'=' | b' ' | b'\t' | b'\n' | b'\r') {
            if bytes[self.at] == b':' {
                colon = self.at + 1;
            }
            self.at += 1;
        }
        let name = self.text.get(colon..self.at)?;
        while !matches!(*bytes.get(self.at)?, b'"' | b'\'') {
            self.at += 1;
        }
        let quote = bytes[self.at];
        let value = self.at + 1;
        let end = value + memchr::memchr(quote, bytes.get(value..)?)?;
        self.at = end + 1;
        Some((name, self.text.get(value..end)?))
    }
}

/// The value of an attribute with its entities replaced.
pub fn replaced(raw: &str) -> Cow<'_, str> {
    if memchr::memchr(b'&', raw.as_bytes()).is_none() {
        return Cow::Borrowed(raw);
    }
    let mut out = String::new();
    unescape(raw, &mut out);
    Cow::Owned(out)
}

/// Appends text with entities replaced and line ends as `\n`; `false` where an entity is unknown (it is kept as written).
pub fn unescape(raw: &str, out: &mut String) -> bool {
    let mut rest = raw;
    let mut whole = true;
    while let Some(at) = memchr::memchr2(b'&', b'\r', rest.as_bytes()) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some(after) = rest.strip_prefix('\r') {
            out.push('\n');
            rest = after.strip_prefix('\n').unwrap_or(after);
            continue;
        }
        // No entity is longer; looking further would read the whole text once for every bare "&".
        let end = rest.bytes().take(13).position(|byte| byte == b';');
        let known = end.and_then(|end| Some((entity(&rest[1..end])?, end)));
        match known {
            Some((c, end)) => {
                out.push(c);
                rest = &rest[end + 1..];
            }
            None => {
                whole = false;
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    whole
}

fn entity(name: &str) -> Option<char> {
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)?
        }
    })
}

/// A part's bytes as text: UTF-8, or UTF-16 with its mark, or the encoding that the declaration names.
///
/// # Errors
/// Bytes that are not what they should be: then no character is certain.
pub fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, Unreadable> {
    let wrong = || refusal::damaged("XML 的文字编码无法确定");
    if let Some((encoding, mark)) = encoding_rs::Encoding::for_bom(bytes) {
        let text = encoding.decode_without_bom_handling_and_without_replacement(&bytes[mark..]);
        return text.ok_or_else(wrong);
    }
    let head = &bytes[..bytes.len().min(200)];
    let declared = memchr::memmem::find(head, b"encoding=").and_then(|at| {
        let value = head.get(at + 10..)?;
        let end = value.iter().position(|byte| matches!(byte, b'"' | b'\''))?;
        encoding_rs::Encoding::for_label(&value[..end])
    });
    match declared {
        // The declaration is in ASCII, so it can't be UTF-16 whatever it says.
        Some(encoding)
            if encoding != encoding_rs::UTF_8
                && encoding != encoding_rs::UTF_16LE
                && encoding != encoding_rs::UTF_16BE =>
        {
            encoding.decode_without_bom_handling_and_without_replacement(bytes).ok_or_else(wrong)
        }
        _ => simdutf8::basic::from_utf8(bytes).map(Cow::Borrowed).map_err(|_| wrong()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_open_has_its_close() {
        let mut xml =
            Xml::new("<?xml version='1.0'?><a x:k=\"1>2\" j='&lt;'><!-- <b> --><x:b/>t&amp;<![CDATA[<&]]></a>");
        let Token::Open { name: "a", attrs } = xml.next().unwrap() else { panic!() };
        assert_eq!((attrs.raw("k"), attrs.get("j").as_deref()), (Some("1>2"), Some("<")));
        assert!(matches!(xml.next(), Ok(Token::Open { name: "b", .. })));
        assert_eq!(xml.next(), Ok(Token::Close { name: "b" }));
        let mut text = String::new();
        assert_eq!(xml.text_into(&mut text), Ok(true));
        assert_eq!(text, "t&<&");
        assert_eq!(xml.next(), Ok(Token::End));
    }

    #[test]
    fn what_is_cut_deep_or_declares_a_type_is_refused() {
        let all = |text: &str| {
            let mut xml = Xml::new(text);
            loop {
                match xml.next() {
                    Ok(Token::End) => return Ok(()),
                    Ok(_) => {}
                    Err(fault) => return Err(fault),
                }
            }
        };
        let whole = "<a b='c'>甲<d/><![CDATA[x]]></a>";
        assert_eq!(all(whole), Ok(()));
        for (cut, _) in whole.char_indices().skip(1) {
            assert!(all(&whole[..cut]).is_err(), "{cut}");
        }
        assert_eq!(all("<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><a/>"), Err(Fault::Doctype));
        assert_eq!(all(&"<a>".repeat(5_000)), Err(Fault::TooDeep));
        assert_eq!(all("<c><v>1</c></v>"), Err(Fault::Misnested));
        assert_eq!(all("</c>"), Err(Fault::Misnested));
    }

    #[test]
    fn entities() {
        let mut out = String::new();
        assert!(unescape("&#24037;&#x4F1A;\r\n&quot;", &mut out));
        assert_eq!(out, "工会\n\"");
        assert!(!unescape("&lol;", &mut out));
        assert!(!unescape("&#xD800;", &mut out));
    }
}
