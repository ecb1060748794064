//! Digits as they stand together in a text: runs without anything between them, and stretches of runs with only such
//! signs between them as set the parts of one number apart.

use crate::text::width::{is_invisible, narrow_char};

/// The value of a digit: half or full width, or Chinese as numbers are spelled out (一三八〇); ○ and 零 for 〇, 幺 for 1, as
/// they are read out and typed.
pub fn digit(c: char) -> Option<u8> {
    Some(match c {
        '0'..='9' => c as u8 - b'0',
        '０'..='９' => (c as u32 - '０' as u32) as u8,
        '〇' | '○' | '零' => 0,
        '一' | '幺' => 1,
        '二' => 2,
        '三' => 3,
        '四' => 4,
        '五' => 5,
        '六' => 6,
        '七' => 7,
        '八' => 8,
        '九' => 9,
        _ => return None,
    })
}

/// Signs that set the parts of one number apart. Commas and 、 stand between numbers, not within them.
fn is_separator(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            narrow_char(c),
            '-' | '.' | '(' | ')' | '[' | ']' | '{' | '}' | '/' | '\\' | '_' | '~' | '=' | '+' | '|' | '\'' | '"'
        )
        || matches!(c, '‐'..='―' | '−' | '─' | '·' | '•' | '・' | '。' | '【' | '】' | '「' | '」' | '“' | '”')
}

/// Whether a character stands in a hash: at least 32 hexadecimal digits, letters among them, as no person writes a number.
fn within_hash(text: &[char], at: usize) -> bool {
    const HASH: usize = 32;
    let hex = |c: &&char| c.is_ascii_hexdigit();
    let before = text[..at].iter().rev().take(2 * HASH).take_while(hex);
    let token: Vec<&char> = before.chain(text[at..].iter().take(2 * HASH).take_while(hex)).collect();
    token.len() >= HASH && token.iter().any(|c| c.is_ascii_alphabetic())
}

/// Whether so many digits may stand in one stretch of a text; `false` only where they do not.
pub fn may_hold(text: &str, digits: usize) -> bool {
    let mut here = 0;
    text.chars().any(|c| {
        if digit(c).is_some() {
            here += 1;
        } else if ends_stretch(c) {
            here = 0;
        }
        here >= digits
    })
}

/// Characters that stand in no stretch, as most do: letters, but for the X of an ID, Chinese, and what sets sentences apart.
fn ends_stretch(c: char) -> bool {
    matches!(c, '\u{4e00}'..='\u{9fff}' | '，' | '、' | '；' | '：')
        || (c.is_ascii_alphabetic() && !matches!(c, 'x' | 'X'))
}

/// As many separators may stand between two parts; more are a gap in a table.
const APART: usize = 4;

/// A stretch of digits: nothing but separators stands between its runs.
pub struct Numerals<'t> {
    text: &'t [char],
    /// The digits' values.
    pub digits: Vec<u8>,
    /// Where each digit stands in the text.
    at: Vec<usize>,
    /// The first digit of each run, as positions in `digits`.
    pub runs: Vec<usize>,
    /// An X behind the last digit, where it can only be a check character.
    check: Option<usize>,
}

/// Some digits of a stretch, and the check character behind them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DigitSpan {
    pub from: usize,
    pub to: usize,
    pub check: bool,
}

impl<'t> Numerals<'t> {
    /// All stretches of a text, in their order.
    pub fn all(text: &'t [char]) -> Vec<Numerals<'t>> {
        let mut all = Vec::new();
        let mut at = 0;
        while at < text.len() {
            match digit(text[at]) {
                Some(_) if !within_hash(text, at) => {
                    let (numerals, end) = Numerals::from(text, at);
                    all.push(numerals);
                    at = end;
                }
                _ => at += 1,
            }
        }
        all
    }

    /// The stretch that begins with the digit at `start`, and where the text goes on behind it.
    fn from(text: &'t [char], start: usize) -> (Numerals<'t>, usize) {
        let mut numerals = Numerals { text, digits: Vec::new(), at: Vec::new(), runs: Vec::new(), check: None };
        let (mut at, mut apart, mut end) = (start, 0, start);
        // 张三13812345678: digits of two scripts never make one run.
        let mut script = None;
        while let Some(c) = text.get(at) {
            if let Some(value) = digit(*c) {
                let own = Some(narrow_char(*c).is_ascii_digit());
                if apart > 0 || script != own {
                    numerals.runs.push(numerals.digits.len());
                }
                numerals.digits.push(value);
                numerals.at.push(at);
                (apart, end, script) = (0, at + 1, own);
            } else if matches!(narrow_char(*c), 'x' | 'X') && !numerals.goes_on_in_letters(at + 1) {
                numerals.check = Some(at);
                // Behind a check character a new number begins.
                return (numerals, at + 1);
            } else if is_separator(*c) && apart < APART {
                apart += 1;
            } else if !is_invisible(*c) {
                break;
            }
            at += 1;
        }
        (numerals, end)
    }

    fn goes_on_in_letters(&self, at: usize) -> bool {
        self.text.get(at).is_some_and(|c| c.is_ascii_alphanumeric())
    }

    /// The run that begins at this digit: where it ends.
    pub fn run_end(&self, run: usize) -> usize {
        self.runs.get(run + 1).copied().unwrap_or(self.digits.len())
    }

    /// What stands between a run and the one before it, invisible characters aside.
    pub fn between(&self, run: usize) -> String {
        let first = self.runs.get(run).copied().unwrap_or(0);
        let (Some(before), Some(here)) = (first.checked_sub(1).and_then(|at| self.at.get(at)), self.at.get(first))
        else {
            return String::new();
        };
        self.text[before + 1..*here].iter().filter(|c| !is_invisible(**c)).map(|c| narrow_char(*c)).collect()
    }

    /// Whether a check character stands behind the digit before `to`.
    pub fn checked(&self, to: usize) -> bool {
        self.check.is_some() && to == self.digits.len()
    }

    /// What stands right before the stretch and right behind it, blanks aside, a few characters of each.
    pub fn before(&self) -> Option<char> {
        let first = *self.at.first()?;
        self.text[..first].iter().rev().copied().find(|c| !c.is_whitespace() && !is_invisible(*c))
    }

    pub fn behind(&self, to: usize) -> String {
        let Some(last) = to.checked_sub(1).and_then(|at| self.at.get(at)) else { return String::new() };
        let rest = self.text[last + 1..].iter().filter(|c| !c.is_whitespace() && !is_invisible(**c));
        rest.take(5).map(|c| narrow_char(*c)).collect()
    }

    /// Where the digits of a span stand in the text, its check character with them.
    pub fn places(&self, span: DigitSpan) -> Vec<usize> {
        let mut places = self.at.get(span.from..span.to).unwrap_or_default().to_vec();
        if span.check {
            places.extend(self.check);
        }
        places
    }
}
