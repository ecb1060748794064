//! Numbers as people type them: full-width digits, thousands separators, Chinese numerals, a unit behind the figure.
//!
//! Knows nothing of fields; what a unit means for a column is the caller's question.

use super::width::{is_invisible, narrow_char};

/// A figure that can be read for certain, and what stands behind it.
#[derive(Debug, Clone, PartialEq)]
pub struct WrittenFigure {
    pub value: f64,
    /// 万 or 亿 and the like behind the figure, already part of nothing: `2000万元` is 2000, 10⁴, `元`.
    pub scale: f64,
    /// What follows (`人`, `元`), without 万/亿; empty where nothing does.
    pub unit: String,
    pub percent: bool,
    /// Written in Chinese numerals.
    pub chinese: bool,
}

/// Why a text is no certain number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberDoubt {
    /// 约30, 30左右, 三十余.
    Approximate,
    /// 10-20.
    Range,
    /// 3.4E+17: digits are lost.
    Scientific,
    /// 12,34: the separators stand in the wrong places.
    Separators,
    NotANumber,
}

impl NumberDoubt {
    /// The cause in words for officers.
    pub fn words(self) -> &'static str {
        match self {
            NumberDoubt::Approximate => "是约数",
            NumberDoubt::Range => "是范围",
            NumberDoubt::Scientific => "是科学计数法，尾数可能已丢失",
            NumberDoubt::Separators => "分隔符位置不对",
            NumberDoubt::NotANumber => "不是数",
        }
    }
}

const APPROXIMATE: [&str; 16] = [
    "约", "大概", "左右", "上下", "近", "余", "多", "几", "以上", "以下", "不足", "超过", "不到", "至少", "数十",
    "数百",
];

/// Reads one figure.
///
/// # Errors
/// Why it can't be read for certain.
pub fn read(text: &str) -> Result<WrittenFigure, NumberDoubt> {
    let clean: String = text.chars().filter(|c| !is_invisible(*c)).map(narrow_char).collect();
    let clean = clean.trim().trim_start_matches(['\'', '’']).trim();
    if clean.is_empty() {
        return Err(NumberDoubt::NotANumber);
    }
    if APPROXIMATE.iter().any(|word| clean.contains(word)) && clean.chars().any(is_numeral) {
        return Err(NumberDoubt::Approximate);
    }
    let (negative, body) = sign(clean);
    // ¥350000 is in 元, ¥35万 in 万元.
    let (is_money, body) = match body.strip_prefix(['¥', '￥']) {
        Some(rest) => (true, rest.trim_start()),
        None => (false, body),
    };
    let mut figure =
        if body.starts_with(|c: char| c.is_ascii_digit() || c == '.') { arabic(body)? } else { chinese(body)? };
    if is_money {
        if figure.percent {
            return Err(NumberDoubt::NotANumber);
        }
        if figure.unit.is_empty() {
            figure.unit.push('元');
        }
    }
    if negative {
        figure.value = -figure.value;
    }
    Ok(figure)
}

fn sign(text: &str) -> (bool, &str) {
    match text.strip_prefix(['-', '−', '负']) {
        Some(rest) => (true, rest.trim_start()),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    }
}

fn is_numeral(c: char) -> bool {
    c.is_ascii_digit() || digit(c).is_some() || place(c).is_some()
}

fn arabic(body: &str) -> Result<WrittenFigure, NumberDoubt> {
    let end = body.find(|c: char| !(c.is_ascii_digit() || c == ',' || c == '.')).unwrap_or(body.len());
    let (number, rest) = body.split_at(end);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if fraction.contains(['.', ',']) || (fraction.is_empty() && number.contains('.')) {
        return Err(NumberDoubt::NotANumber);
    }
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or("");
    let mut grouped = false;
    for group in groups {
        grouped = true;
        if group.len() != 3 {
            return Err(NumberDoubt::Separators);
        }
    }
    if grouped && !(1..=3).contains(&first.len()) {
        return Err(NumberDoubt::Separators);
    }
    let digits: String = number.chars().filter(|c| *c != ',').collect();
    let value: f64 = digits.parse().map_err(|_| NumberDoubt::NotANumber)?;
    let after = rest.trim();
    if let Some(tail) = after.strip_prefix(['e', 'E']) {
        return Err(if tail.starts_with(|c: char| c.is_ascii_digit() || c == '+' || c == '-') {
            NumberDoubt::Scientific
        } else {
            NumberDoubt::NotANumber
        });
    }
    if let Some(tail) = after.strip_prefix(['-', '~', '—', '–', '至', '到', '～']) {
        return Err(if tail.chars().any(is_numeral) { NumberDoubt::Range } else { NumberDoubt::NotANumber });
    }
    suffix(value, after, false)
}

/// Splits what stands behind a figure into scale, unit and percent sign.
fn suffix(value: f64, after: &str, chinese: bool) -> Result<WrittenFigure, NumberDoubt> {
    let percent = matches!(after, "%" | "％");
    if percent {
        return Ok(WrittenFigure { value, scale: 1.0, unit: String::new(), percent, chinese });
    }
    let (scale, unit) = match after.chars().next() {
        Some('千') => (1e3, &after[3..]),
        Some('万' | '萬') => (1e4, &after[3..]),
        Some('百') if after.starts_with("百万") => (1e6, &after[6..]),
        Some('亿') => (1e8, &after[3..]),
        _ => (1.0, after),
    };
    let unit: String = unit.chars().filter(|c| !c.is_whitespace()).collect();
    if unit.chars().any(|c| c.is_ascii_digit() || place(c).is_some() || digit(c).is_some() || c.is_ascii_punctuation())
    {
        return Err(NumberDoubt::NotANumber);
    }
    Ok(WrittenFigure { value, scale, unit, percent, chinese })
}

fn digit(c: char) -> Option<u64> {
    Some(match c {
        '零' | '〇' => 0,
        '一' | '壹' => 1,
        '二' | '贰' | '两' => 2,
        '三' | '叁' => 3,
        '四' | '肆' => 4,
        '五' | '伍' => 5,
        '六' | '陆' => 6,
        '七' | '柒' => 7,
        '八' | '捌' => 8,
        '九' | '玖' => 9,
        _ => return None,
    })
}

fn place(c: char) -> Option<u64> {
    Some(match c {
        '十' | '拾' => 10,
        '百' | '佰' => 100,
        '千' | '仟' => 1000,
        '万' | '萬' => 10_000,
        '亿' => 100_000_000,
        _ => return None,
    })
}

fn chinese(body: &str) -> Result<WrittenFigure, NumberDoubt> {
    let end = body.find(|c: char| digit(c).is_none() && place(c).is_none()).unwrap_or(body.len());
    let (numeral, rest) = body.split_at(end);
    let value = chinese_whole(numeral).ok_or(NumberDoubt::NotANumber)?;
    if let Some(tail) = rest.trim().strip_prefix(['-', '~', '—', '至', '到']) {
        return Err(if tail.chars().any(is_numeral) { NumberDoubt::Range } else { NumberDoubt::NotANumber });
    }
    suffix(value as f64, rest.trim(), true)
}

/// A whole number in Chinese numerals: 二十一, 壹佰贰拾, 两万, 二〇二六. `None` for colloquial or ambiguous
/// shapes (一百二, 三五).
pub fn chinese_whole(text: &str) -> Option<u64> {
    let chars: Vec<char> = text.chars().collect();
    if chars.is_empty() || chars.len() > 20 {
        return None;
    }
    if chars.iter().all(|c| digit(*c).is_some()) {
        // A bare run of digits is a year or a single figure; "三五" means "a few".
        let spelled = chars.len() == 1 || chars.len() == 4 || chars.iter().any(|c| matches!(c, '〇' | '零'));
        return spelled.then(|| chars.iter().fold(0, |sum, c| sum * 10 + digit(*c).unwrap_or(0)));
    }
    let (mut total, mut section, mut pending) = (0u64, 0u64, None);
    let (mut last_place, mut last_large, mut after_zero) = (u64::MAX, u64::MAX, false);
    for (index, c) in chars.iter().enumerate() {
        if let Some(value) = digit(*c) {
            if pending.is_some() {
                return None;
            }
            if value == 0 {
                after_zero = true;
            } else {
                pending = Some(value);
            }
            continue;
        }
        let unit = place(*c)?;
        if unit >= 10_000 {
            let part = section.checked_add(pending.take().unwrap_or(0))?;
            // 一亿万 and 一万二万 are no numbers.
            if part == 0 && (total == 0 || unit < last_large) || part > 0 && unit == last_large {
                return None;
            }
            total = if total > 0 && unit < last_large {
                // 一亿二千万: 万 counts what stands behind 亿, and not 亿 again.
                total.checked_add(part.checked_mul(unit)?)?
            } else {
                total.checked_add(part)?.checked_mul(unit)?
            };
            (section, last_place, last_large, after_zero) = (0, u64::MAX, unit, false);
            continue;
        }
        if unit >= last_place {
            return None;
        }
        let count = match pending.take() {
            Some(count) => count,
            None if unit == 10 && index == 0 => 1,
            None => return None,
        };
        section = section.checked_add(count.checked_mul(unit)?)?;
        (last_place, after_zero) = (unit, false);
    }
    if let Some(value) = pending {
        // 一百二 may mean 120 or 102: only 一百零二 and 二十二 are certain.
        if last_place > 10 && !after_zero {
            return None;
        }
        section += value;
    }
    total.checked_add(section)
}

/// How a number reads in messages and clean values: no trailing zeros, no exponent.
pub fn show(value: f64) -> String {
    if value.fract() == 0.0 && value.abs() < 1e15 { format!("{}", value as i64) } else { format!("{value}") }
}

/// The proportion that a percentage is, as exactly as its digits say: 98.96 / 100 would be 0.9895999999999999 and no longer
/// the rounding of 95 ÷ 96.
pub fn share_of(percentage: f64) -> f64 {
    format!("{percentage}e-2").parse().unwrap_or(percentage / 100.0)
}

/// What adding, subtracting or multiplying decimals comes to, as the decimal that it means: 0.1 + 0.2 is 0.3, and no rule may
/// fail by the last binary digit. `magnitude` is that of the largest number that went in; thirteen of its digits are kept.
pub fn settled(result: f64, magnitude: f64) -> f64 {
    const KEPT: i32 = 13;
    // Powers of ten are exact up to here, so that the quotient is the double nearest to the decimal.
    const EXACT: i32 = 22;
    if magnitude == 0.0 || !magnitude.is_finite() {
        return result;
    }
    let places = KEPT - 1 - magnitude.abs().log10().floor() as i32;
    if !(0..=EXACT).contains(&places) {
        return result;
    }
    let power = 10f64.powi(places);
    let scaled = result * power;
    if scaled.abs() < 9e15 { scaled.round() / power } else { result }
}

/// A proportion as a percentage, without what binary arithmetic adds: 0.987 → 98.7%.
pub fn percent(share: f64) -> String {
    let rounded = (share * 1e12).round() / 1e10;
    // The largest have no room for the rounding.
    if rounded.is_finite() { format!("{}%", show(rounded)) } else { format!("{share:e}×100%") }
}

/// A number as tables print it: rounded to so many decimals, thousands apart: `420,000.0`.
pub fn grouped(number: f64, decimals: usize) -> String {
    let digits = format!("{:.*}", decimals, number.abs());
    let (whole, rest) = digits.split_at(digits.find('.').unwrap_or(digits.len()));
    let mut said = String::with_capacity(digits.len() + whole.len() / 3 + 1);
    if number < 0.0 && digits.bytes().any(|digit| matches!(digit, b'1'..=b'9')) {
        said.push('-');
    }
    for (at, digit) in whole.char_indices() {
        if at > 0 && (whole.len() - at) % 3 == 0 {
            said.push(',');
        }
        said.push(digit);
    }
    said + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_add_up_as_decimals() {
        for (result, magnitude, decimal) in [
            (0.1 + 0.2, 0.2, 0.3),
            (827.5999999999998, 827.6, 827.6),
            (1.1 - 1.0, 1.1, 0.1),
            (0.1 + 0.2 - 0.3, 0.3, 0.0),
            (420_031.8 - 31.8, 420_031.8, 420_000.0),
            (1.15 * 100.0, 115.0, 115.0),
            (80_000_000.03 + 0.04, 80_000_000.03, 80_000_000.07),
            (1e300, 1e300, 1e300),
            (0.0, 0.0, 0.0),
        ] {
            assert_eq!(settled(result, magnitude), decimal, "{result}");
        }
    }

    #[test]
    fn reads_what_is_certain() {
        for (text, value, scale, unit) in [
            ("12", 12.0, 1.0, ""),
            ("１２", 12.0, 1.0, ""),
            (" 1,234.5 ", 1234.5, 1.0, ""),
            ("1，234", 1234.0, 1.0, ""),
            ("12人", 12.0, 1.0, "人"),
            ("3 名", 3.0, 1.0, "名"),
            ("2000万", 2000.0, 1e4, ""),
            ("2000万元", 2000.0, 1e4, "元"),
            ("-5", -5.0, 1.0, ""),
            ("壹佰贰拾", 120.0, 1.0, ""),
            ("两万", 20000.0, 1.0, ""),
            ("二十一人", 21.0, 1.0, "人"),
            ("十", 10.0, 1.0, ""),
            ("一百零五", 105.0, 1.0, ""),
            ("二〇二六", 2026.0, 1.0, ""),
            ("一万二千", 12000.0, 1.0, ""),
            ("一亿二千万", 120_000_000.0, 1.0, ""),
            ("一亿零五百万三千", 105_003_000.0, 1.0, ""),
            ("二十万三千亿", 20_300_000_000_000.0, 1.0, ""),
        ] {
            let figure = read(text).unwrap_or_else(|doubt| panic!("{text}: {doubt:?}"));
            assert_eq!((figure.value, figure.scale, figure.unit.as_str()), (value, scale, unit), "{text}");
        }
        assert_eq!([percent(0.987), percent(-0.07), percent(0.0)], ["98.7%", "-7%", "0%"]);
        assert_eq!([share_of(98.96), share_of(100.0), share_of(-7.0), share_of(0.07)], [0.9896, 1.0, -0.07, 0.0007]);
        assert_eq!([percent(1e300), percent(-1e-20)], ["1e300×100%", "0%"]);
        assert!(read("50%").is_ok_and(|figure| figure.percent));
    }

    #[test]
    fn doubts_are_named() {
        for (text, doubt) in [
            ("约30", NumberDoubt::Approximate),
            ("30左右", NumberDoubt::Approximate),
            ("三十余人", NumberDoubt::Approximate),
            ("10-20", NumberDoubt::Range),
            ("10～20人", NumberDoubt::Range),
            ("3.4E+17", NumberDoubt::Scientific),
            ("12,34", NumberDoubt::Separators),
            ("一百二", NumberDoubt::NotANumber),
            ("三五", NumberDoubt::NotANumber),
            ("一万二万", NumberDoubt::NotANumber),
            ("一亿万", NumberDoubt::NotANumber),
            ("1 2", NumberDoubt::NotANumber),
            ("12+3", NumberDoubt::NotANumber),
            ("3.", NumberDoubt::NotANumber),
            ("较多", NumberDoubt::NotANumber),
            ("", NumberDoubt::NotANumber),
        ] {
            assert_eq!(read(text), Err(doubt), "{text}");
        }
    }

    #[test]
    fn thousands_stand_apart() {
        assert_eq!(grouped(420_000.0, 1), "420,000.0");
        assert_eq!(
            (grouped(-1_234.5, 0), grouped(-0.2, 0), grouped(999.0, 0)),
            ("-1,234".into(), "0".into(), "999".into())
        );
    }
}
