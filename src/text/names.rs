//! Names of units, people, teams and headers, made comparable.

use super::width::{is_invisible, narrow_char};
use std::borrow::Cow;

/// The key under which two spellings of one name meet: full-width to half-width, spaces and line breaks gone,
/// brackets in one form, letters in lower case. Never drops a character that could tell two names apart.
pub fn match_key(name: &str) -> String {
    let mut key = String::with_capacity(name.len());
    for c in name.chars().filter(|c| !is_invisible(*c)) {
        let c = match narrow_char(c) {
            c if c.is_whitespace() || c.is_control() => continue,
            '〔' | '【' | '[' | '〈' | '{' => '(',
            '〕' | '】' | ']' | '〉' | '}' => ')',
            '“' | '”' | '„' | '‟' | '＂' => '"',
            '‘' | '’' => '\'',
            '—' | '–' | '‐' | '―' => '-',
            '·' | '•' | '・' | '‧' => '·',
            c => c,
        };
        push_lower(&mut key, c);
    }
    key
}

/// Chinese characters have no case, and most characters here are Chinese.
fn push_lower(key: &mut String, c: char) {
    if c >= '\u{2e80}' {
        key.push(c);
    } else {
        key.extend(c.to_lowercase());
    }
}

/// The key under which two spellings of one header meet: [`match_key`] without required marks and punctuation,
/// so that 职务/职称, 职务、职称 and `*职务职称：` are one. Brackets stay.
pub fn header_key(header: &str) -> String {
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

/// A person's name: inner spaces go unless it is written in letters (张 三 → 张三), dots in one form.
pub fn person(text: &str) -> Cow<'_, str> {
    let tidy = tidy(text);
    let western = tidy.chars().any(|c| c.is_ascii_alphabetic());
    let odd = |c: char| (c.is_whitespace() && !western) || matches!(c, '•' | '・' | '‧' | '．');
    if !tidy.chars().any(odd) {
        return tidy;
    }
    let dot = |c: char| if matches!(c, '•' | '・' | '‧' | '．') { '·' } else { c };
    Cow::Owned(tidy.chars().filter(|c| western || !c.is_whitespace()).map(dot).collect())
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

    #[test]
    fn headers_meet_whatever_their_marks() {
        assert_eq!(header_key("✱ 职务/职称："), header_key("职务、职称"));
        assert_eq!(without_brackets(&header_key("一线人数\n（人）")).as_deref(), Some("一线人数"));
        assert_eq!(without_brackets("(人)"), None);
    }

    #[test]
    fn texts_names_and_document_numbers() {
        assert_eq!(tidy(" 一\n二\u{200b} "), "一 二");
        assert!(matches!(tidy("一 二"), Cow::Borrowed(_)));
        assert_eq!(person("张　三"), "张三");
        assert_eq!(person("阿不都•买买提"), "阿不都·买买提");
        assert_eq!(person("John Smith"), "John Smith");
        assert_eq!(document_number("皖工[2026]3号（附件）"), "皖工〔2026〕3号（附件）");
    }
}
