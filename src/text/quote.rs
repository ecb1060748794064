//! Foreign text on its way out, one quoting for each place: names of files, words of cells and definitions may hold
//! whatever a system allows, and none of it may break a file, command a terminal, or compute in a spreadsheet.

use super::width::is_invisible;
use std::borrow::Cow;
use std::fmt::Write;

/// Characters that nobody sees and that act: controls, marks that turn the direction of reading, separators of lines and
/// paragraphs, and code points that are no characters.
pub fn is_active(c: char) -> bool {
    // Nearly all: of ASCII what is seen, what Chinese is written in, and its punctuation.
    if matches!(c, ' '..='~' | '\u{3000}'..='\u{d7ff}' | '\u{ff01}'..='\u{ffe6}') {
        return false;
    }
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        || matches!(c, '\u{feff}' | '\u{fff9}'..='\u{fffb}')
        || (c as u32) & 0xfffe == 0xfffe
}

/// Whether something but a line break may act in a text; `false` only where nothing does. By bytes, and without a way out in
/// the middle, many of them are looked at in one step: what acts is a byte, or begins with two or three that tell.
pub fn may_act(text: &str) -> bool {
    let odd = |one: u8, two: u8, three: u8| {
        (one < 0x20 && one != b'\n')
            | (one == 0x7f)
            | (one == 0xc2 && two < 0xa0)
            | (one == 0xd8 && two == 0x9c)
            | (one == 0xe2 && two == 0x80 && (three & 0xfe == 0x8e || (0xa8..=0xae).contains(&three)))
            | (one == 0xe2 && two == 0x81 && (0xa6..=0xa9).contains(&three))
            | (one == 0xef && two == 0xbb && three == 0xbf)
            | (one == 0xef && two == 0xbf && three >= 0xb9)
            | (one >= 0xf0)
    };
    let bytes = text.as_bytes();
    let (second, third) = (bytes.get(1..).unwrap_or_default(), bytes.get(2..).unwrap_or_default());
    let threes = bytes.iter().zip(second).zip(third);
    let behind = bytes.get(bytes.len().saturating_sub(2)..).unwrap_or_default();
    threes.fold(false, |may, ((one, two), three)| may | odd(*one, *two, *three))
        | matches!(behind, [one, two] if odd(*one, *two, 0) | odd(*two, 0, 0))
        | matches!(behind, [one] if odd(*one, 0, 0))
}

/// Text for a terminal: what acts is shown as a sign (`␛`) or by its number; line breaks stay, for messages have lines of
/// their own.
pub fn for_terminal(text: &str) -> Cow<'_, str> {
    if !text.chars().any(|c| is_active(c) && c != '\n') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        push_seen(&mut out, c, |c| c == '\n');
    }
    Cow::Owned(out)
}

/// Text as part of one line: as for a terminal, and a line break is shown too.
pub fn on_one_line(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_active) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        push_seen(&mut out, c, |_| false);
    }
    Cow::Owned(out)
}

fn push_seen(out: &mut String, c: char, stays: impl Fn(char) -> bool) {
    match c {
        c if stays(c) || !is_active(c) => out.push(c),
        '\t' => out.push(' '),
        // Unicode has a sign for each of them, from U+2400 on.
        '\0'..='\u{1f}' => out.extend(char::from_u32(0x2400 + c as u32)),
        '\u{7f}' => out.push('\u{2421}'),
        c => drop(write!(out, "<U+{:04X}>", c as u32)),
    }
}

/// As much of a text as a sentence about it may quote, in characters.
pub const QUOTED: usize = 1_000;

/// Bytes beyond which a row of digits, however they are spaced, is nobody's number.
const LONGEST_NUMBER: usize = 200;

/// A text that quotes what a return holds, which may be a whole novel in a cell: beyond [`QUOTED`] characters it is cut, and
/// says so.
pub fn bounded(text: &str) -> Cow<'_, str> {
    // A character takes at least one byte.
    if text.len() <= QUOTED {
        return Cow::Borrowed(text);
    }
    match text.char_indices().nth(QUOTED) {
        None => Cow::Borrowed(text),
        Some((end, _)) => {
            // Half of an ID number would no longer be masked as one.
            let digits = |c: char| c.is_numeric() || is_invisible(c) || " 　-－—.．()（）xXＸ".contains(c);
            let head = text[..end].trim_end_matches(digits);
            let head = if end - head.len() > LONGEST_NUMBER { &text[..end] } else { head };
            Cow::Owned(format!("{head}……（文字过长，已截断；全文 {} 字）", text.chars().count()))
        }
    }
}

/// A serialised JSON value for a file of which each line is one value: what acts is escaped, where JSON itself would let it
/// stand. Outside its strings JSON has none of these characters but line breaks of its own.
pub fn for_json(value: &str) -> Cow<'_, str> {
    let acts = |c: char| is_active(c) && c != '\n';
    if !may_act(value) || !value.chars().any(acts) {
        return Cow::Borrowed(value);
    }
    let mut out = String::with_capacity(value.len() + 16);
    for c in value.chars() {
        if acts(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// A value of a csv file, or a line of text that may be pasted into a spreadsheet: one that would be computed there gets an
/// apostrophe before it, and numbers stay numbers. [`of_inert`] takes it off again.
pub fn inert(value: &str) -> Cow<'_, str> {
    if computes(value) { Cow::Owned(format!("'{value}")) } else { Cow::Borrowed(value) }
}

/// The value that [`inert`] wrote.
pub fn of_inert(value: &str) -> &str {
    value.strip_prefix('\'').filter(|rest| computes(rest)).unwrap_or(value)
}

fn computes(value: &str) -> bool {
    // What nobody sees before it hides a formula from people, and not from every program.
    // An apostrophe that was there before takes another one, so that both come off again.
    let seen = value.trim_start_matches(|c: char| c == '\'' || c.is_whitespace() || is_invisible(c) || is_active(c));
    let breaks = value.starts_with(['\t', '\r', '\n']);
    (breaks || seen.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])) && !is_number(value)
}

/// A number as spreadsheets read it: `-3`, `+0.5`, `-1.5E-3`.
fn is_number(value: &str) -> bool {
    value.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'-' | b'+' | b'e' | b'E'))
        && value.parse::<f64>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every control, C0 and C1, the marks of direction, the separators of lines, and what is no character.
    fn acting() -> impl Iterator<Item = char> {
        let ranges = [0..=0x1f, 0x7f..=0x9f, 0x61c..=0x61c, 0x200e..=0x200f, 0x2028..=0x202e, 0x2066..=0x2069];
        let others = [0xfeff, 0xfff9, 0xfffe, 0xffff, 0x1_fffe, 0x10_ffff];
        ranges.into_iter().flatten().chain(others).filter_map(char::from_u32)
    }

    #[test]
    fn no_text_in_which_something_acts_is_passed_over() {
        for c in (0..=0x10_ffff).filter_map(char::from_u32).filter(|c| *c != '\n') {
            for text in [format!("{c}"), format!("甲{c}"), format!("{c}乙丙"), format!("a{c}b")] {
                // Beyond the first plane all characters may act: they are looked at one by one.
                assert_eq!(
                    may_act(&text),
                    is_active(c) || c > '\u{ffff}' || matches!(c, '\u{fffc}' | '\u{fffd}'),
                    "{:x}",
                    c as u32
                );
            }
        }
        assert!(!may_act("“甲”，乙；\n—（丙）…×"));
    }

    #[test]
    fn nothing_that_acts_reaches_a_terminal_or_leaves_its_line() {
        for c in acting() {
            let text = format!("甲{c}乙");
            assert!(is_active(c), "{:x}", c as u32);
            let line = on_one_line(&text);
            assert!(!line.chars().any(is_active) && line.chars().count() > 2, "{line:?}");
            let shown = for_terminal(&text);
            assert!(shown.chars().all(|c| c == '\n' || !is_active(c)), "{shown:?}");
            assert_eq!(shown.contains('\n'), c == '\n');
        }
        assert_eq!(on_one_line("a\u{1b}[31m\u{202e}"), "a␛[31m<U+202E>");
        for plain in ["合肥/省一建 推荐表#1.xlsx", "𠮷野家", "é", "👷\u{200d}♂", "　全角"] {
            assert!(matches!(on_one_line(plain), Cow::Borrowed(_)), "{plain}");
        }
    }

    #[test]
    fn a_json_line_is_one_line_and_says_the_same() {
        for c in acting().chain(['𠮷', '\\', '"']) {
            let value = serde_json::json!({ "甲": format!("乙{c}丙"), format!("键{c}"): 1 });
            let text = value.to_string();
            let line = for_json(&text);
            assert!(!line.chars().any(is_active), "{line:?}");
            assert_eq!(serde_json::from_str::<serde_json::Value>(&line).unwrap(), value);
        }
        let several = format!("{:#}", serde_json::json!({ "甲": ["\u{2028}"] }));
        assert_eq!(for_json(&several), "{\n  \"甲\": [\n    \"\\u2028\"\n  ]\n}");
    }

    #[test]
    fn a_novel_is_quoted_in_part_and_said_to_be() {
        let (fits, long) = ("长".repeat(QUOTED), "长".repeat(500_000));
        assert!(matches!(bounded(&fits), Cow::Borrowed(_)));
        let cut = bounded(&long);
        assert!(cut.chars().count() < QUOTED + 40 && cut.ends_with("（文字过长，已截断；全文 500000 字）"), "{cut}");
        let number = format!("{}身份证 110105 1949 1231 002X，", "长".repeat(QUOTED - 12));
        assert!(bounded(&number).contains("身份证……"), "{}", bounded(&number));
        assert!(bounded(&"1".repeat(5_000)).starts_with(&"1".repeat(QUOTED)));
    }

    #[test]
    fn what_a_spreadsheet_would_compute_is_held_and_comes_back() {
        for formula in [
            "=1+1",
            "-1+1",
            "+cmd|' /C calc'!A0",
            "@SUM(1)",
            "＝1+1",
            "＋1",
            "－1",
            "＠SUM",
            "\t=1",
            "\r=1",
            "\n甲",
            " =1",
            "　=1",
            "\u{feff}=1",
            "\u{200b}=1",
            "-",
            "--",
            "-甲",
            "=",
            "-inf",
            "+nan",
            "'=1",
            "''-甲",
        ] {
            assert_eq!(inert(formula), format!("'{formula}"), "{formula:?}");
            assert_eq!(of_inert(&inert(formula)), formula);
        }
        for value in [
            "-3",
            "+0.5",
            "-1.5E-3",
            "3",
            "",
            "甲-乙",
            "a=b",
            "'甲",
            "''",
            "皖工发〔2026〕3号",
            "2026-03-05",
            "—",
            "−3",
            "’=1",
            " 甲",
        ] {
            assert_eq!(inert(value), value);
            assert_eq!(of_inert(value), value);
        }
    }
}
