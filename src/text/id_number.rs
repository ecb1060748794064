//! Citizen identification numbers (公民身份号码, GB 11643-1999): 17 digits and a check character.

use super::width::narrow_char;
use crate::domain::period::day;

const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECK: [u8; 11] = *b"10X98765432";

/// Whether the number has 18 places, a real birth date and the right check character (`x` counts as `X`).
pub fn is_valid(number: &str) -> bool {
    let bytes = number.as_bytes();
    let (Some(body), Some(last)) = (bytes.get(..17), bytes.get(17)) else { return false };
    if bytes.len() != 18 || !body.iter().all(u8::is_ascii_digit) {
        return false;
    }
    let sum: u32 = body.iter().zip(WEIGHTS).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    birth_day(number).is_some() && CHECK.get((sum % 11) as usize) == Some(&last.to_ascii_uppercase())
}

/// Birth date in days since 1970-01-01, read from places 7 to 14; `None` where there is no such day.
/// The check character is not looked at.
pub fn birth_day(number: &str) -> Option<i32> {
    let part = |from: usize, to: usize| number.get(from..to).filter(|s| s.bytes().all(|b| b.is_ascii_digit()));
    day(part(6, 10)?.parse().ok()?, part(10, 12)?.parse().ok()?, part(12, 14)?.parse().ok()?)
}

/// 男 or 女 by place 17.
pub fn sex(number: &str) -> Option<&'static str> {
    let digit = number.as_bytes().get(16).filter(|b| b.is_ascii_digit())?;
    Some(if (digit - b'0') % 2 == 1 { "男" } else { "女" })
}

/// Keeps the first six and the last character: `340102********123X` → `340102***********X`.
pub fn mask(number: &str) -> String {
    let count = number.chars().count();
    number.chars().enumerate().map(|(i, c)| if i < 6 || i + 1 == count { c } else { '*' }).collect()
}

/// Lengths of the groups that ID, mobile and fixed-line numbers are written in, with one space or hyphen between.
/// Dates (4-2-2) and sums in thousands are none of them.
const GROUPS: [&[usize]; 9] =
    [&[6, 8, 4], &[6, 8, 3], &[6, 4, 4, 4], &[6, 4, 4, 3], &[3, 4, 4], &[3, 8], &[4, 8], &[4, 7], &[3, 3, 5]];
/// As many digits in a row are no count of anything.
const LONG: usize = 11;

/// Masks ID numbers and phone numbers inside a text that may leave the department: every run of 11 or more digits (an X
/// may end it), full-width ones too, and shorter runs that stand together as such numbers are written
/// (`110105 19491231 002X`, `138-1234-5678`).
pub fn mask_within(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(c) = chars.get(at) {
        let end = private_end(&chars, at).unwrap_or(at);
        if end == at {
            // The rest of a run that is no such number is none either.
            let step = digits(&chars, at).max(1);
            out.extend(chars.get(at..at + step).unwrap_or(std::slice::from_ref(c)));
            at += step;
            continue;
        }
        for (i, c) in (at..end).zip(&chars[at..end]) {
            let keep = i < at + 3 || i + 2 >= end || !is_digit(*c);
            out.push(if keep { *c } else { '*' });
        }
        at = end;
    }
    out
}

fn is_digit(c: char) -> bool {
    narrow_char(c).is_ascii_digit()
}

/// Number of digits from `at` on.
fn digits(chars: &[char], at: usize) -> usize {
    chars.iter().skip(at).take_while(|c| is_digit(**c)).count()
}

/// Where a private number that begins at `at` ends.
fn private_end(chars: &[char], at: usize) -> Option<usize> {
    let with_check = |end: usize| {
        let check = chars.get(end).is_some_and(|c| matches!(narrow_char(*c), 'x' | 'X'));
        if check { end + 1 } else { end }
    };
    let first = digits(chars, at);
    if first >= LONG {
        return Some(with_check(at + first));
    }
    if !(3..=6).contains(&first) {
        return None;
    }
    let mut groups = vec![first];
    let mut end = at + first;
    while groups.len() < 4
        && chars.get(end).is_some_and(|c| matches!(narrow_char(*c), ' ' | '-'))
        && digits(chars, end + 1) > 0
    {
        groups.push(digits(chars, end + 1));
        end += 1 + digits(chars, end + 1);
    }
    // A fixed line begins with 0, a mobile number with 1.
    let phone = chars.get(at).is_some_and(|c| matches!(narrow_char(*c), '0' | '1'));
    let known = GROUPS.contains(&groups.as_slice()) && (first == 6 || phone);
    known.then(|| with_check(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_character_birth_and_sex() {
        // The standard's own example.
        assert!(is_valid("11010519491231002X"));
        assert!(is_valid("11010519491231002x"));
        assert!(!is_valid("110105194912310021"));
        assert!(!is_valid("11010519490231002X"));
        assert!(!is_valid("1101051949123100"));
        assert_eq!(sex("11010519491231002X"), Some("女"));
        assert_eq!(birth_day("11010519491231002X"), day(1949, 12, 31));
    }

    #[test]
    fn masks() {
        assert_eq!(mask("11010519491231002X"), "110105***********X");
        assert_eq!(
            mask_within("张三 11010519491231002X 电话13812345678。"),
            "张三 110*************2X 电话138******78。"
        );
        for (text, masked) in [
            ("110105 19491231 002X", "110*** ******** **2X"),
            ("１１０１０５１９４９１２３１００２Ｘ", "１１０*************２Ｘ"),
            ("138-1234-5678", "138-****-**78"),
            ("0551-62345678，", "055*-******78，"),
        ] {
            assert_eq!(mask_within(text), masked);
        }
        for plain in ["共 120 人", "2026-03-05 2026-03-12", "合计 1234 5678 元", "340100", "12,345,678.90", ""] {
            assert_eq!(mask_within(plain), plain);
        }
    }
}
