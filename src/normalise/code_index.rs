//! The words of code lists, as returns write them.

use super::quick::QuickMap;
use crate::definition::CodeList;
use crate::text::names::match_key;

/// The words of one code list.
#[derive(Debug)]
pub struct CodeIndex<'a> {
    exact: QuickMap<&'a str, &'a str>,
    keyed: QuickMap<String, &'a str>,
}

impl<'a> CodeIndex<'a> {
    /// The canonical word of a written one.
    pub fn find(&self, written: &str) -> Option<&'a str> {
        if let Some(word) = self.exact.get(written) {
            return Some(word);
        }
        let key = match_key(written);
        if let Some(word) = self.keyed.get(&key) {
            return Some(word);
        }
        if let Some(word) = unnumbered(&key).and_then(|bare| self.keyed.get(bare)) {
            return Some(word);
        }
        // "B采矿业": letter and name must mean the same.
        let letter = key.chars().next().filter(char::is_ascii_alphabetic)?;
        let name = key.get(1..)?.trim_start_matches(['.', '-', ':', '、']);
        let by_name = self.keyed.get(name)?;
        let by_letter = self.keyed.get(letter.to_string().as_str());
        by_letter.is_none_or(|word| word == by_name).then_some(*by_name)
    }

    /// The nearest spelling, as a suggestion only.
    pub fn nearest(&self, written: &str) -> Option<&'a str> {
        let key = match_key(written);
        let mut best: Option<(f64, &'a str, &str)> = None;
        for (known, word) in &self.keyed {
            let score = strsim::jaro_winkler(&key, known);
            // Ties by spelling: hash order must not show.
            if score >= 0.7 && best.is_none_or(|(most, _, by)| score > most || (score == most && known.as_str() < by)) {
                best = Some((score, word, known));
            }
        }
        best.map(|(_, word, _)| word)
    }
}

/// A key without the number of its item before it, a stop or a sign of its measure behind it: 1.用户满意率, ③报修及时率：,
/// 室温合格率(%). `None` where it has none of them.
fn unnumbered(key: &str) -> Option<&str> {
    let number = |c: char| c.is_ascii_digit() || ('①'..='⑳').contains(&c);
    let numbered = key.trim_start_matches('(');
    let behind = numbered.trim_start_matches(number);
    let bare = match behind.len() < numbered.len() {
        true => behind.trim_start_matches([')', '.', '、', ':', ',', '-']),
        false => key,
    };
    let bare = bare.trim_end_matches([':', '。', ';', ',', '.']);
    let bare = bare.strip_suffix("(%)").unwrap_or(bare);
    (bare.len() < key.len() && !bare.is_empty()).then_some(bare)
}

/// A list's words by how they may be written.
pub fn index_codes(list: &CodeList) -> CodeIndex<'_> {
    let mut keyed = QuickMap::default();
    // Canonical words last: a word that is both canonical and a synonym of another is canonical.
    for (also, word) in &list.synonyms {
        keyed.insert(match_key(also), word.as_str());
    }
    for word in &list.values {
        keyed.insert(match_key(word), word.as_str());
    }
    CodeIndex { exact: list.values.iter().map(|word| (word.as_str(), word.as_str())).collect(), keyed }
}
