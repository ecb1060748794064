//! A number as a section writes it: every digit that the value has, with the section's scale, padding and words.

use super::code::{FormatPiece, FormatSection, is_decoration};
use std::fmt::Write;

/// A number as its decimal digits, as many as a spreadsheet keeps.
pub struct Decimal {
    negative: bool,
    /// Without zeros at either end.
    digits: Vec<u8>,
    /// Where the point stands: behind so many of the digits.
    point: i32,
}

/// Digits that Excel keeps of a number: what binary arithmetic adds behind them nobody typed.
const KEPT: usize = 15;

impl Decimal {
    pub fn of(number: f64) -> Decimal {
        let mut written = String::new();
        // Writing to a string does not fail.
        let _ = write!(written, "{:.*e}", KEPT - 1, number.abs());
        let (mantissa, power) = written.split_once('e').unwrap_or((&written, "0"));
        let mut digits: Vec<u8> = mantissa.bytes().filter(u8::is_ascii_digit).collect();
        while digits.last() == Some(&b'0') {
            digits.pop();
        }
        let point = if digits.is_empty() { 0 } else { power.parse::<i32>().unwrap_or(0) + 1 };
        Decimal { negative: number < 0.0 && !digits.is_empty(), digits, point }
    }

    fn whole(&self) -> String {
        let at =
            |place: i32| usize::try_from(place).ok().and_then(|place| self.digits.get(place)).copied().unwrap_or(b'0');
        (0..self.point.max(0)).map(|place| char::from(at(place))).collect()
    }

    fn fraction(&self) -> String {
        let lead = std::iter::repeat_n('0', usize::try_from(-self.point).unwrap_or(0));
        let from = usize::try_from(self.point).unwrap_or(0).min(self.digits.len());
        if self.digits.is_empty() {
            return String::new();
        }
        lead.chain(self.digits[from..].iter().map(|digit| char::from(*digit))).collect()
    }

    /// As one types it.
    pub fn text(&self) -> String {
        let (whole, fraction) = (self.whole(), self.fraction());
        let sign = if self.negative { "-" } else { "" };
        let whole = if whole.is_empty() { "0" } else { &whole };
        if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
    }
}

impl FormatSection {
    /// The number with the section's scale, padding and words.
    pub fn render(&self, number: f64) -> String {
        let mut pieces = self.pieces.clone();
        let mut decimal = Decimal::of(number);
        decimal.point -= 3 * i32::try_from(self.thousands).unwrap_or(0);
        // `0!.0,` shows tens of thousands: a point that is only written divides as well.
        if !pieces.contains(&FormatPiece::Point)
            && let Some(written) = self.written_point()
        {
            let digits = pieces[written..].iter().filter(|piece| matches!(piece, FormatPiece::Digit { .. })).count();
            decimal.point -= i32::try_from(digits).unwrap_or(0);
            pieces[written] = FormatPiece::Point;
        }
        let end = pieces.iter().position(|piece| *piece == FormatPiece::Point).unwrap_or(pieces.len());
        let figures: Vec<usize> =
            (0..end).filter(|at| matches!(pieces[*at], FormatPiece::Digit { .. } | FormatPiece::General)).collect();
        let decorated = |c: &char| !is_decoration(*c) || *c == ' ';
        let literal = |pieces: &[FormatPiece]| -> String {
            let all =
                pieces.iter().filter_map(|piece| if let FormatPiece::Literal(c) = piece { Some(*c) } else { None });
            all.filter(decorated).collect()
        };
        let (first, last) = match (figures.first(), figures.last()) {
            (Some(first), Some(last)) => (*first, *last),
            _ => (end, end),
        };
        let behind = pieces
            .iter()
            .rposition(|piece| matches!(piece, FormatPiece::Digit { .. } | FormatPiece::Point | FormatPiece::General));
        let behind = behind.map_or(end, |at| at + 1);
        let mut text = literal(&pieces[..first]).trim_start().to_owned();
        if decimal.negative {
            text.push('-');
        }
        text.push_str(&fill(pieces.get(first..(last + 1).min(end)).unwrap_or_default(), &decimal.whole()));
        let fraction = decimal.fraction();
        if !fraction.is_empty() {
            text.push('.');
            text.push_str(&fraction);
        }
        text.push_str(&literal(pieces.get(behind..).unwrap_or_default()));
        text.trim_end().to_owned()
    }

    /// The place of a `.` that is a literal between digits.
    fn written_point(&self) -> Option<usize> {
        let is_digit = |piece: &FormatPiece| matches!(piece, FormatPiece::Digit { .. });
        let at = self.pieces.iter().position(|piece| *piece == FormatPiece::Literal('.'))?;
        (self.pieces[..at].iter().any(is_digit) && self.pieces[at..].iter().any(is_digit)).then_some(at)
    }
}

/// The whole digits laid over a section's places, from the right: `000-0000` over 5551234 is 555-1234.
fn fill(places: &[FormatPiece], whole: &str) -> String {
    let mut left: Vec<char> = whole.chars().collect();
    let mut reversed: Vec<char> = Vec::new();
    let first = places.iter().position(|place| matches!(place, FormatPiece::Digit { .. }));
    let pads_from = places.iter().position(|place| matches!(place, FormatPiece::Digit { pads: true }));
    for (at, place) in places.iter().enumerate().rev() {
        match place {
            FormatPiece::Digit { .. } => {
                match left.pop() {
                    Some(digit) => reversed.push(digit),
                    None if pads_from.is_some_and(|from| at >= from) => reversed.push('0'),
                    None => {}
                }
                // What has no place of its own stands before the first.
                if Some(at) == first {
                    reversed.extend(left.drain(..).rev());
                }
            }
            FormatPiece::General => reversed.extend(left.drain(..).rev()),
            FormatPiece::Literal(c) if !is_decoration(*c) || *c == '-' => reversed.push(*c),
            _ => {}
        }
    }
    reversed.extend(left.drain(..).rev());
    let text: String = reversed.into_iter().rev().collect();
    if text.is_empty() { "0".to_owned() } else { text }
}
