//! Names of units, people, teams and headers, made comparable.

use super::width::{is_invisible, narrow_char};

/// The key under which two spellings of one name meet: full-width to half-width, spaces and line breaks gone,
/// brackets in one form, letters in lower case. Never drops a character that could tell two names apart.
pub fn match_key(name: &str) -> String {
    name.chars()
        .filter(|c| !is_invisible(*c))
        .map(narrow_char)
        .filter(|c| !c.is_whitespace() && !c.is_control())
        .map(|c| match c {
            '〔' | '【' | '[' | '〈' | '{' => '(',
            '〕' | '】' | ']' | '〉' | '}' => ')',
            '“' | '”' | '„' | '‟' | '＂' => '"',
            '‘' | '’' => '\'',
            '—' | '–' | '‐' | '―' => '-',
            '·' | '•' | '・' | '‧' => '·',
            c => c,
        })
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::match_key;

    #[test]
    fn spellings_of_one_name_meet_and_different_names_do_not() {
        assert_eq!(match_key("合肥 市总工会（本级）\n"), match_key("合肥市总工会(本级)"));
        assert_eq!(match_key("ＡＢ班组\u{200b}"), match_key("ab班组"));
        assert_ne!(match_key("第1班组"), match_key("第①班组"));
        assert_ne!(match_key("一班"), match_key("二班"));
    }
}
