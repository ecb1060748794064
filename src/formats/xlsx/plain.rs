//! A plain cell and a plain shared string in one step, as Excel, WPS and the usual libraries write nearly all of them:
//! `<c r="B7" s="3" t="s"><v>12</v></c>` and `<si><t>省一建</t></si>`, attributes in this order, nothing else inside.
//!
//! What is not exactly so is `None` and the tokeniser's to read, which takes three times as long and has the last word:
//! where both can read a cell they read the same, and a test holds them together on every workbook here and its mutants.

use crate::formats::cells;
use crate::model::CellRef;

/// A cell's own statements, and how many bytes they take.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PlainCell {
    pub len: usize,
    /// Where it says that it stands.
    pub at: Option<CellRef>,
    /// Index of its format.
    pub style: Option<usize>,
    pub value: PlainValue,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum PlainValue {
    Nothing,
    /// Index of a shared string.
    Shared(usize),
    Number(f64),
}

/// Digits that a whole number in 64 bits certainly holds, and that a double holds exactly.
const EXACT: usize = 15;
/// No program writes longer numbers.
const LONGEST: usize = 40;

/// The cell that these bytes begin with.
#[inline]
pub fn cell(bytes: &[u8]) -> Option<PlainCell> {
    let mut text = Ahead { rest: bytes };
    text.take(b"<c").then_some(())?;
    let at = if text.take(b" r=\"") { Some(text.place()?) } else { None };
    let style = if text.take(b" s=\"") { Some(text.whole(b"\"")?) } else { None };
    let shared = text.take(b" t=\"s\"");
    if !shared {
        text.take(b" t=\"n\"");
    }
    let value = if text.take(b"/>") || text.take(b"></c>") {
        PlainValue::Nothing
    } else if !text.take(b"><v>") {
        return None;
    } else if shared {
        PlainValue::Shared(text.whole(b"</v></c>")?)
    } else {
        PlainValue::Number(text.number(b"</v></c>")?)
    };
    Some(PlainCell { len: bytes.len() - text.rest.len(), at, style, value })
}

/// The text of the shared string that `text` begins with, and how many bytes the string takes. Without entities, line
/// ends and escapes: these are the tokeniser's.
pub fn string(text: &str) -> Option<(&str, usize)> {
    let lead = ["<si><t>", "<si><t xml:space=\"preserve\">"].into_iter().find(|lead| text.starts_with(lead))?.len();
    let len = memchr::memchr(b'<', &text.as_bytes()[lead..])?;
    let inside = text.get(lead..lead + len)?;
    let close = "</t></si>";
    // An escape begins with `_`; what else does is read to the same text.
    let is_plain =
        text.get(lead + len..)?.starts_with(close) && memchr::memchr3(b'&', b'\r', b'_', inside.as_bytes()).is_none();
    is_plain.then_some((inside, lead + len + close.len()))
}

struct Ahead<'a> {
    rest: &'a [u8],
}

impl Ahead<'_> {
    #[inline(always)]
    fn take(&mut self, wanted: &[u8]) -> bool {
        let rest = self.rest.strip_prefix(wanted);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// A number of digits alone, at least one and at most [`EXACT`].
    #[inline(always)]
    fn digits(&mut self) -> Option<u64> {
        let mut number = 0;
        let from = self.rest.len();
        while let [digit @ b'0'..=b'9', rest @ ..] = self.rest {
            if from - self.rest.len() == EXACT {
                return None;
            }
            number = number * 10 + u64::from(digit - b'0');
            self.rest = rest;
        }
        (self.rest.len() < from).then_some(number)
    }

    #[inline(always)]
    fn whole(&mut self, end: &[u8]) -> Option<usize> {
        let number = self.digits()?;
        self.take(end).then(|| usize::try_from(number).ok())?
    }

    #[inline(always)]
    fn number(&mut self, end: &[u8]) -> Option<f64> {
        let all = self.rest;
        let minus = self.take(b"-");
        if let Some(number) = self.digits()
            && self.take(end)
        {
            let number = number as f64;
            return Some(if minus { -number } else { number });
        }
        let len = all.iter().take(LONGEST).position(|byte| *byte == b'<')?;
        let is_number = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'+' | b'e' | b'E');
        let (text, rest) = all.split_at_checked(len)?;
        let text = std::str::from_utf8(text).ok().filter(|text| text.as_bytes().iter().all(is_number))?;
        self.rest = rest;
        self.take(end).then(|| text.parse().ok())?
    }

    /// A place as every writer puts it, and its closing quote.
    #[inline(always)]
    fn place(&mut self) -> Option<CellRef> {
        let mut col = 0u32;
        while let [letter @ b'A'..=b'Z', rest @ ..] = self.rest {
            col = col * 26 + u32::from(letter - b'A') + 1;
            if col > u32::from(cells::LAST_COL) + 1 {
                return None;
            }
            self.rest = rest;
        }
        let row = u32::try_from(self.digits()?).ok()?.checked_sub(1)?;
        self.take(b"\"").then(|| cells::checked(row, col.checked_sub(1)?))?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_exactly_plain_is_left() {
        let plain =
            |text: &str| cell(text.as_bytes()).map(|cell| (cell.len == text.len(), cell.at, cell.style, cell.value));
        let b7 = Some(CellRef { row: 6, col: 1 });
        let shared = plain("<c r=\"B7\" s=\"3\" t=\"s\"><v>12</v></c>");
        assert_eq!(shared, Some((true, b7, Some(3), PlainValue::Shared(12))));
        assert_eq!(plain("<c><v>-0.5e3</v></c>"), Some((true, None, None, PlainValue::Number(-500.0))));
        assert_eq!(plain("<c r=\"B7\" t=\"n\"><v>7</v></c>"), Some((true, b7, None, PlainValue::Number(7.0))));
        assert_eq!(plain("<c r=\"B7\" s=\"3\"/>"), Some((true, b7, Some(3), PlainValue::Nothing)));
        for other in [
            "<c r=\"B7\" t=\"s\"><f>A1</f><v>1</v></c>",
            "<c r=\"B7\" t=\"str\"><v>1</v></c>",
            "<c s=\"3\" r=\"B7\"><v>1</v></c>",
            "<c r=\"b7\"><v>1</v></c>",
            "<c r=\"XFE7\"><v>1</v></c>",
            "<c r=\"A1048577\"><v>1</v></c>",
            "<c r=\"B0\"><v>1</v></c>",
            "<c r=\"B\"><v>1</v></c>",
            "<c r=\"B7\"><v> 1</v></c>",
            "<c r=\"B7\"><v></v></c>",
            "<c r=\"B7\"><v>inf</v></c>",
            "<c r=\"B7\"><v>1.2.3</v></c>",
            "<c r=\"B7\"><v>1</v></d>",
            "<c r=\"B7\"><v>1",
            "<col r=\"B7\"><v>1</v></c>",
        ] {
            assert_eq!(plain(other), None, "{other}");
        }
        assert_eq!(string("<si><t>省 一建</t></si><si>"), Some(("省 一建", 26)));
        for other in
            ["<si><t>a&amp;</t></si>", "<si><t>a_x000D_</t></si>", "<si><t>a\r\n</t></si>", "<si><r><t>a</t></r></si>"]
        {
            assert_eq!(string(other), None, "{other}");
        }
    }
}
