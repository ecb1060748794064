//! What a number format makes of a number: one language of codes for every kind of workbook.

/// What a number format makes of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Shows {
    #[default]
    Number,
    Date,
    /// `[h]:mm`: a length of time, not a point in it.
    Duration,
    /// Shown times a hundred.
    Percent,
}

/// Formats that a file need not spell out; 27–36 and 50–58 are the dates of Chinese, Japanese and Korean Excel.
pub fn builtin(id: u32) -> Shows {
    match id {
        9 | 10 => Shows::Percent,
        14..=22 | 27..=36 | 45 | 47 | 50..=58 => Shows::Date,
        46 => Shows::Duration,
        _ => Shows::Number,
    }
}

/// Reads the first section of a format code, as calamine does: an unquoted d, m, y, h or s makes a date, `[h]` and its
/// like a duration; `\`, `_` and `*` make the next character a literal. An unquoted % makes a percentage.
pub fn by_code(code: &str) -> Shows {
    let (mut quoted, mut literal, mut brackets, mut letters_in_bracket) = (false, false, 0u32, String::new());
    for c in code.chars() {
        match c {
            _ if literal => literal = false,
            '"' => quoted = !quoted,
            _ if quoted => {}
            '\\' | '_' | '*' => literal = true,
            '[' => {
                brackets += 1;
                letters_in_bracket.clear();
            }
            ']' => {
                brackets = brackets.saturating_sub(1);
                let word = letters_in_bracket.to_ascii_lowercase();
                if matches!(word.as_str(), "h" | "hh" | "m" | "mm" | "s" | "ss") {
                    return Shows::Duration;
                }
            }
            c if brackets > 0 => letters_in_bracket.push(c),
            ';' => return Shows::Number,
            '%' => return Shows::Percent,
            'd' | 'm' | 'h' | 'y' | 's' | 'D' | 'M' | 'H' | 'Y' | 'S' => return Shows::Date,
            _ => {}
        }
    }
    Shows::Number
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_durations_and_percentages_by_code() {
        for code in ["yyyy\"年\"m\"月\"d\"日\"", "[$-804]yyyy-mm", "h:mm AM/PM", "[DBNum1]m月", "yyyy/m/d;@"] {
            assert_eq!(by_code(code), Shows::Date, "{code}");
        }
        for code in ["General", "0.00_ ", "#,##0\"days\"", "[Red]0.0", "0\\d", "@", "0\"人\""] {
            assert_eq!(by_code(code), Shows::Number, "{code}");
        }
        assert_eq!(by_code("[h]:mm"), Shows::Duration);
        for code in ["0%", "0.00%;[Red]-0.00%", "0%;yyyy", "0.0_ %"] {
            assert_eq!(by_code(code), Shows::Percent, "{code}");
        }
        assert_eq!(by_code("0\"%\""), Shows::Number, "a sign that is only written");
    }
}
