//! Citizen identification numbers (公民身份号码, GB 11643-1999): 17 digits and a check character.

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

/// A number of 15 digits, as they were before 1999, in the 18 places of today: the century and the check character added
/// (GB 11643-1999). `None` for anything else.
pub fn of_fifteen(number: &str) -> Option<String> {
    let old = number.as_bytes();
    if old.len() != 15 || !old.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let (place, rest) = number.split_at_checked(6)?;
    let body = format!("{place}19{rest}");
    let sum: u32 = body.bytes().zip(WEIGHTS).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    let whole = format!("{body}{}", char::from(*CHECK.get((sum % 11) as usize)?));
    is_valid(&whole).then_some(whole)
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
        assert_eq!(of_fifteen("110105491231002").as_deref(), Some("11010519491231002X"));
        assert_eq!((of_fifteen("110105491331002"), of_fifteen("11010519491231002X")), (None, None));
    }
}
