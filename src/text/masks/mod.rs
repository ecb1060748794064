//! Masks over numbers of persons, for everything that may leave the department. In: any text. Out: the same with ID and
//! telephone numbers made unreadable, and nothing else.
//!
//! The notion. Private is what has the *length and shape* of an ID number (a birth date of a person inside, right check
//! character or not, the last place missing or one too many) or of a telephone (a mobile number, a fixed line with its
//! area code), and is *bounded*: no more digits stand right before or behind it. How it is written says nothing: digits
//! may be full-width or Chinese, stand apart (spaces, dots, hyphens, brackets, line breaks) where people set such numbers
//! apart, and hold characters that nobody sees. Dates, spans of days, decimals, money, document numbers and codes have
//! other shapes, and stay. See [`numerals`] for how digits stand together, [`shapes`] for which of them are private.

mod numerals;
mod shapes;

use numerals::Numerals;
use std::borrow::Cow;

/// Keeps the first six and the last character of a whole ID number: `340102********123X` → `340102***********X`.
pub fn mask(number: &str) -> String {
    let count = number.chars().count();
    number.chars().enumerate().map(|(i, c)| if i < 6 || i + 1 == count { c } else { '*' }).collect()
}

/// Places of a private number that stay readable, so that its owner can tell which one it is.
const FIRST: usize = 3;
const LAST: usize = 2;

/// Masks ID and telephone numbers inside a text; whatever else stands in it is left as it is.
pub fn mask_within(text: &str) -> String {
    masked(text).into_owned()
}

/// The same, which copies no text that holds nothing private.
pub fn masked(text: &str) -> Cow<'_, str> {
    // Nearly all texts hold no number that long.
    if numerals::may_hold(text, shapes::SHORTEST) { mask_numerals(text) } else { Cow::Borrowed(text) }
}

fn mask_numerals(text: &str) -> Cow<'_, str> {
    let mut chars: Vec<char> = text.chars().collect();
    let mut hidden = Vec::new();
    for numerals in Numerals::all(&chars) {
        for found in shapes::private(&numerals) {
            let places = numerals.places(found);
            hidden.extend_from_slice(places.get(FIRST..places.len().saturating_sub(LAST)).unwrap_or_default());
        }
    }
    if hidden.is_empty() {
        return Cow::Borrowed(text);
    }
    for at in hidden {
        if let Some(c) = chars.get_mut(at) {
            *c = '*';
        }
    }
    Cow::Owned(chars.into_iter().collect())
}

#[cfg(test)]
mod tests;
