//! Full-width forms and the space characters people cannot see.

/// One character in its half-width form where it has one (`１` → `1`, `（` → `(`, ideographic space → space);
/// every other character as it is. Not NFKC: that would turn ① into 1.
pub fn narrow_char(c: char) -> char {
    match c {
        '\u{3000}' | '\u{a0}' => ' ',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        _ => c,
    }
}

/// A text in half-width forms.
pub fn narrow(text: &str) -> String {
    text.chars().map(narrow_char).collect()
}

/// Characters that show nothing and mean nothing: zero-width ones, the byte order mark, direction marks, soft hyphens.
pub fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{ad}')
}
