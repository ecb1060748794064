//! Text as cells, names of sheets and their limits allow it.

use crate::text::quote::{is_active, may_act};
use std::borrow::Cow;

/// Excel's limit of a cell, in UTF-16 units.
pub const CELL_LIMIT: usize = 32_767;
/// Rows of a sheet, header included.
pub const SHEET_ROWS: u32 = 1_048_576;
/// Excel's limit of links on a sheet.
pub const LINK_LIMIT: usize = 65_000;
/// A text that a cell can hold: nothing in it that acts but line breaks, at most [`CELL_LIMIT`] units, and said where it
/// was cut. The second part tells whether it was.
pub fn printable(text: &str) -> (Cow<'_, str>, bool) {
    let stays = |c: char| c == '\n' || !is_active(c);
    let mut out = if !may_act(text) || text.chars().all(stays) {
        Cow::Borrowed(text)
    } else {
        let parts = |c: char| matches!(c, '\t' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}');
        Cow::Owned(text.chars().map(|c| if parts(c) { ' ' } else { c }).filter(|c| stays(*c)).collect())
    };
    // A UTF-16 unit takes at least one byte of UTF-8.
    if out.len() <= CELL_LIMIT || out.encode_utf16().count() <= CELL_LIMIT {
        return (out, false);
    }
    let mark = format!("……（文字过长，已截断；全文 {} 字）", out.chars().count());
    let room = CELL_LIMIT - mark.encode_utf16().count();
    let mut used = 0;
    let end = out.char_indices().find(|(_, c)| {
        used += c.len_utf16();
        used > room
    });
    if let Some((end, _)) = end {
        out = Cow::Owned(format!("{}{mark}", &out[..end]));
    }
    (out, true)
}

/// A name that a sheet can bear: at most 31 characters, none of `[]:*?/\`, no apostrophe at either end.
pub fn sheet_name(wanted: &str) -> String {
    let cleaned: String = printable(wanted).0.chars().map(|c| if "[]:*?/\\\n".contains(c) { '_' } else { c }).collect();
    let mut units = 0;
    let short: String = cleaned
        .trim_matches('\'')
        .chars()
        .take_while(|c| {
            units += c.len_utf16();
            units <= 31
        })
        .collect();
    // Excel keeps "History" to itself.
    if short.is_empty() || short.eq_ignore_ascii_case("history") { format!("表{short}") } else { short }
}

/// The `number`th (1-based) sheet of a name, with room for its number; the first has none.
pub fn numbered(name: &str, number: u32) -> String {
    if number <= 1 {
        return sheet_name(name);
    }
    let tail = format!("({number})");
    let room = 31 - tail.len();
    let head: String = sheet_name(name).chars().take(room).collect();
    format!("{head}{tail}")
}
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_cells_cannot_hold_is_mended_and_said() {
        assert_eq!(printable("=1+1\u{1}\t甲\n乙"), (Cow::Owned::<str>("=1+1 甲\n乙".to_owned()), false));
        for c in (0..=0x1f).chain(0x7f..=0x9f).chain([0x200e, 0x2028, 0x202e, 0x2066, 0xfeff, 0xfffe, 0xffff]) {
            let text = format!("甲{}乙", char::from_u32(c).unwrap_or_default());
            assert!(printable(&text).0.chars().all(|c| c == '\n' || !is_active(c)), "{c:x}");
            assert!(!sheet_name(&text).chars().any(is_active), "{c:x}");
        }
        assert!(matches!(printable("一线人数 12"), (Cow::Borrowed(_), false)));
        let long = "长".repeat(40_000);
        let (cut, was_cut) = printable(&long);
        assert!(was_cut && cut.encode_utf16().count() <= CELL_LIMIT && cut.ends_with("全文 40000 字）"));
        assert!(!printable(&"长".repeat(32_767)).1);
    }

    #[test]
    fn sheet_names_keep_to_the_rules_of_excel() {
        assert_eq!(sheet_name("行业×所有制[1/2]"), "行业×所有制_1_2_");
        assert_eq!(sheet_name(&"长".repeat(40)).chars().count(), 31);
        assert_eq!(numbered("获奖登记表", 2), "获奖登记表(2)");
        assert_eq!(numbered(&"长".repeat(40), 12).chars().count(), 31);
    }
}
