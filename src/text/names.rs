//! Names of units, teams and headers, made comparable; those of people are in [`super::people`].

use super::width::{is_invisible, narrow_char};
use std::borrow::Cow;

/// The key under which two spellings of one name meet: full-width to half-width, spaces and line breaks gone,
/// brackets in one form, letters in lower case. Never drops a character that could tell two names apart.
pub fn match_key(name: &str) -> String {
    if is_key(name) {
        return name.to_owned();
    }
    let mut key = String::with_capacity(name.len());
    // Most names are plain from end to end, and what is plain is copied in runs.
    let mut rest = name;
    loop {
        let plain = rest.find(|c| !is_plain(c)).unwrap_or(rest.len());
        let (run, behind) = rest.split_at(plain);
        key.push_str(run);
        let mut odd = behind.chars();
        let Some(c) = odd.next() else { return key };
        push_comparable(&mut key, c);
        rest = odd.as_str();
    }
}

/// Whether the bytes of a text tell already that it is its own key: Chinese characters from U+4000 to U+9FFF, which begin
/// with 0xe4 to 0xe9 and no others do, figures, small letters and brackets. Most texts are so.
pub fn is_key(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, 0x80..=0xbf | 0xe4..=0xe9 | b'0'..=b'9' | b'a'..=b'z' | b'(' | b')'))
}

/// A character that every key keeps as it is.
fn is_plain(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '0'..='9' | 'a'..='z' | '(' | ')')
}

fn push_comparable(key: &mut String, c: char) {
    if !is_invisible(c) {
        let c = match narrow_char(c) {
            c if c.is_whitespace() || c.is_control() => return,
            '〔' | '【' | '[' | '〈' | '{' => '(',
            '〕' | '】' | ']' | '〉' | '}' => ')',
            '“' | '”' | '„' | '‟' | '＂' => '"',
            '‘' | '’' => '\'',
            '—' | '–' | '‐' | '―' => '-',
            '·' | '•' | '・' | '‧' => '·',
            c => c,
        };
        push_lower(key, c);
    }
}

/// Chinese characters have no case, and most characters here are Chinese.
fn push_lower(key: &mut String, c: char) {
    if c >= '\u{2e80}' {
        key.push(c);
    } else {
        key.extend(c.to_lowercase());
    }
}

/// The key under which two spellings of one record's name meet: [`match_key`] without quotes, numbers in figures
/// (装配一班 = “装配1班”, 二十三 = 23).
pub fn alike_key(name: &str) -> String {
    let key = match_key(name);
    let is_quote = |c: char| matches!(c, '"' | '\'' | '「' | '」' | '『' | '』' | '《' | '》');
    let Some(first) = key.find(|c: char| numeral(c).is_some() || is_quote(c)) else { return key };
    let mut out = String::with_capacity(key.len());
    out.push_str(&key[..first]);
    let mut run = Vec::new();
    let mut chars = key[first..].chars().filter(|c| !is_quote(*c)).peekable();
    while let Some(c) = chars.next() {
        let Some(first) = numeral(c) else {
            out.push(c);
            continue;
        };
        run.clear();
        run.push(first);
        while let Some(next) = chars.peek().copied().and_then(numeral) {
            run.push(next);
            chars.next();
        }
        push_numerals(&mut out, &run);
    }
    out
}

/// A Chinese numeral's worth; tens and hundreds are multipliers.
pub(super) fn numeral(c: char) -> Option<u16> {
    // Nearly every other character lies above 十.
    if c > '十' && !matches!(c, '四' | '百' | '零' | '壹' | '贰' | '叁' | '肆' | '柒' | '捌' | '玖' | '拾')
    {
        return None;
    }
    Some(match c {
        '〇' | '零' => 0,
        '一' | '壹' => 1,
        '二' | '贰' => 2,
        '三' | '叁' => 3,
        '四' | '肆' => 4,
        '五' => 5,
        '六' => 6,
        '七' | '柒' => 7,
        '八' | '捌' => 8,
        '九' | '玖' => 9,
        '①'..='⑩' => (c as u32 - '①' as u32) as u16 + 1,
        'ⅰ'..='ⅹ' => (c as u32 - 'ⅰ' as u32) as u16 + 1,
        'Ⅰ'..='Ⅹ' => (c as u32 - 'Ⅰ' as u32) as u16 + 1,
        '十' | '拾' => 10,
        '百' => 100,
        _ => return None,
    })
}

/// A run of numerals in figures: a number where it is one (二十三, 一百零五), else each by itself (五一, 二〇二六).
fn push_numerals(out: &mut String, run: &[u16]) {
    if !run.iter().any(|worth| *worth >= 10) {
        out.extend(run.iter().filter_map(|worth| char::from_digit(u32::from(*worth), 10)));
        return;
    }
    let (mut number, mut digit) = (0u32, None);
    for worth in run {
        match worth {
            0..10 => digit = Some(digit.unwrap_or(0) * 10 + u32::from(*worth)),
            worth => {
                number += u32::from(*worth) * digit.take().unwrap_or(1);
            }
        }
        if number > 1_000_000 || digit.is_some_and(|digit| digit > 1_000_000) {
            break;
        }
    }
    out.push_str(&(number + digit.unwrap_or(0)).to_string());
}

/// The key under which two spellings of one header meet: [`match_key`] without required marks and punctuation,
/// so that 职务/职称, 职务、职称 and `*职务职称：` are one. Brackets stay.
pub fn header_key(header: &str) -> String {
    if is_key(header) {
        return header.to_owned();
    }
    let mut key = match_key(header);
    key.retain(|c| {
        !matches!(
            c,
            '*' | '✱'
                | '★'
                | '☆'
                | '※'
                | '#'
                | ':'
                | ';'
                | ','
                | '、'
                | '。'
                | '.'
                | '/'
                | '\\'
                | '_'
                | '-'
                | '"'
                | '\''
                | '|'
                | '·'
        )
    });
    key
}

/// A key without its bracketed remarks: `一线人数(人)` → `一线人数`. `None` where there are none, or nothing is left.
pub fn without_brackets(key: &str) -> Option<String> {
    if !key.contains('(') {
        return None;
    }
    let mut depth = 0usize;
    let mut out = String::with_capacity(key.len());
    for c in key.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            c if depth == 0 => out.push(c),
            _ => {}
        }
    }
    (!out.is_empty()).then_some(out)
}

/// A text as it should have been typed: no outer spaces, no invisible characters, line breaks as one space.
/// Borrowed where nothing changes.
pub fn tidy(text: &str) -> Cow<'_, str> {
    if is_tidy(text.as_bytes()) {
        return Cow::Borrowed(text);
    }
    let odd = |c: char| is_invisible(c) || c.is_control() || c == '\u{a0}';
    let trimmed = text.trim_matches(|c: char| c.is_whitespace() || is_invisible(c));
    // Odd characters begin with one of these bytes; most texts have none of them.
    let suspicious = |b: u8| b < 0x20 || matches!(b, 0x7f | 0xc2 | 0xe2 | 0xef);
    if !trimmed.bytes().any(suspicious) || !trimmed.chars().any(odd) {
        return Cow::Borrowed(trimmed);
    }
    let mut out = String::with_capacity(trimmed.len());
    for c in trimmed.chars().filter(|c| !is_invisible(*c)) {
        let c = if c.is_control() || c == '\u{a0}' { ' ' } else { c };
        if !(c == ' ' && out.ends_with(' ')) {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// Whether the bytes of a text tell already that nothing in it would change: no control character, none that may be
/// invisible, and at neither end one that may be white space. Most texts are so.
fn is_tidy(text: &[u8]) -> bool {
    // Odd characters begin with 0xc2, 0xe2 or 0xef, and other wide spaces with 0xe1 or 0xe3; no byte but a first one is so high.
    let odd = |byte: u8| byte < 0x20 || byte == 0x7f || byte == 0xc2 || byte == 0xe2 || byte == 0xef;
    let edge = |byte: Option<&u8>| byte.is_some_and(|byte| *byte > 0x20 && *byte != 0xe1 && *byte != 0xe3);
    let last = if text.last().is_some_and(|byte| *byte < 0x80) { text.last() } else { text.iter().rev().nth(2) };
    edge(text.first()) && edge(last) && !text.iter().fold(false, |met, byte| met | odd(*byte))
}

/// A document number with its year in 〔〕: `皖工〔2026〕3号`. Only brackets around four digits change.
pub fn document_number(text: &str) -> Cow<'_, str> {
    let tidy = tidy(text);
    let chars: Vec<char> = tidy.chars().collect();
    let opens = |c: char| matches!(c, '(' | '（' | '[' | '［' | '【' | '〈' | '{' | '「');
    let closes = |c: char| matches!(c, ')' | '）' | ']' | '］' | '】' | '〉' | '}' | '」');
    let mut out: Vec<char> = chars.clone();
    for at in 0..chars.len().saturating_sub(5) {
        let year = chars[at + 1..at + 5].iter().all(|c| narrow_char(*c).is_ascii_digit());
        if opens(chars[at]) && year && closes(chars[at + 5]) {
            out[at] = '〔';
            out[at + 5] = '〕';
        }
    }
    if out == chars { tidy } else { Cow::Owned(out.into_iter().collect()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_name_meet_and_different_names_do_not() {
        assert_eq!(match_key("合肥 市总工会（本级）\n"), match_key("合肥市总工会(本级)"));
        assert_eq!(match_key("ＡＢ班组\u{200b}"), match_key("ab班组"));
        assert_ne!(match_key("第1班组"), match_key("第①班组"));
        assert_ne!(match_key("一班"), match_key("二班"));
    }

    /// Texts of every two characters of many kinds, whole and with a third: what is told by bytes is what the long way says.
    #[test]
    fn what_is_its_own_key_is_so_the_long_way_too() {
        let kinds = [
            '一', '鿿', '㐀', '䀀', '豈', 'ａ', '（', '(', ')', '7', 'z', 'Z', ' ', '　', '·', '"', '-', '、', 'é',
            '𠀀',
        ];
        let odd = ['\u{200b}', '\u{ad}', '\n', '*', '/', '_', '.', '“', '①'];
        let all: Vec<char> = kinds.into_iter().chain(odd).collect();
        for one in &all {
            for two in &all {
                for text in [format!("{one}{two}"), format!("张{one}{two}"), format!("{one}班{two}"), one.to_string()]
                {
                    if is_key(&text) {
                        let mut long = String::new();
                        text.chars().for_each(|c| push_comparable(&mut long, c));
                        assert_eq!(long, text);
                        assert_eq!(header_key(&format!("{text}*")), text);
                    }
                }
            }
        }
        assert!(is_key("合肥市总工会(本级)3班a") && is_key("") && !is_key("Ａ") && !is_key("一 二"));
    }

    #[test]
    fn headers_meet_whatever_their_marks() {
        assert_eq!(header_key("✱ 职务/职称："), header_key("职务、职称"));
        assert_eq!(without_brackets(&header_key("一线人数\n（人）")).as_deref(), Some("一线人数"));
        assert_eq!(without_brackets("(人)"), None);
    }

    #[test]
    fn texts_and_document_numbers() {
        assert_eq!(tidy(" 一\n二\u{200b} "), "一 二");
        assert!(matches!(tidy("一 二"), Cow::Borrowed(_)));
        assert_eq!(document_number("皖工[2026]3号（附件）"), "皖工〔2026〕3号（附件）");
    }
}
