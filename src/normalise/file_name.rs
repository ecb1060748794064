//! What a name says beside unit, form and period: that the file does not count, which part of a list it is, whether it is
//! a corrected version. The words are data (`pipelines/words.toml`); a word within another (木工模板, 手续) says nothing.

use super::lexicon::Lexicon;
use crate::definition::{FileWords, Plan};
use crate::model::normalised::PartName;
use crate::text::names::{alike_key, match_key};

/// 最终版 = 2 · 修订 = 1 · none = 0, and the n of "(n)", else 0.
pub type Mark = (u8, u32);

/// The name of a file without its folders and its extension.
pub fn stem(name: &str) -> &str {
    let file = name.rsplit('/').next().unwrap_or(name);
    file.rsplit_once('.').map_or(file, |(stem, _)| stem)
}

/// 最终版, 终稿 and 定稿 outrank 修订, which outranks "(3)", which outranks none. 副本 and 复件 say nothing.
pub fn mark(stem: &str, words: &FileWords) -> Mark {
    let stem = match_key(stem);
    let says = |words: &[String]| words.iter().any(|word| stem.contains(word.as_str()));
    let word = if says(&words.last) { 2 } else { u8::from(says(&words.revised)) };
    // A year in brackets is no version.
    let number = stem
        .split('(')
        .skip(1)
        .filter_map(|rest| rest.split_once(')'))
        .filter(|(number, _)| (1..=3).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit()))
        .filter_map(|(number, _)| number.parse().ok())
        .last();
    (word, number.unwrap_or(0))
}

/// What is left of a name after the units and the titles in it; a bar stands where something was.
pub fn rest(lexicon: &Lexicon<'_>, name: &str) -> String {
    let mut rest = match_key(name);
    for title in &lexicon.own_titles {
        if rest.contains(title.as_str()) {
            rest = rest.replace(title.as_str(), "|");
        }
    }
    lexicon.without_units(&rest)
}

/// The word by which a name says that its file does not count.
pub fn void(plan: &Plan, rest: &str, mark: Mark) -> Option<String> {
    let (files, sheets) = (&plan.words.files, &plan.words.sheets);
    let mut rest = rest.to_owned();
    for word in files.last.iter().chain(&files.revised).chain(&sheets.copies) {
        if rest.contains(word.as_str()) {
            rest = rest.replace(word.as_str(), "|");
        }
    }
    let pieces = rest.split(|c: char| !c.is_alphabetic());
    let pieces =
        pieces.map(|piece| piece.trim_start_matches(|c| "年月日季度号期份".contains(c)).trim_end_matches('第'));
    let beside: Vec<&str> = files.void_beside.iter().chain(&sheets.plain).map(String::as_str).collect();
    // Beside a mark 错误 is what was mended.
    let faulty = files.faulty.iter().filter(|_| mark.0 == 0);
    let words: Vec<&str> = files.void.iter().chain(faulty).map(String::as_str).collect();
    pieces
        .filter(|piece| !piece.is_empty() && piece.chars().count() <= LONGEST)
        .find_map(|piece| bare(piece, &words, &beside))
}

/// A piece of a name that only says that it does not count is no longer than this.
const LONGEST: usize = 12;

/// The word that a piece is, but for words that say nothing before and behind it.
fn bare(piece: &str, words: &[&str], beside: &[&str]) -> Option<String> {
    if words.contains(&piece) {
        return Some(piece.to_owned());
    }
    let shorter = |word: &&str| piece.strip_prefix(*word).into_iter().chain(piece.strip_suffix(*word));
    beside.iter().flat_map(shorter).filter(|rest| !rest.is_empty()).find_map(|rest| bare(rest, words, beside))
}

/// The part that a name says.
pub fn part(words: &FileWords, rest: &str) -> PartName {
    let pieces = || rest.split(|c: char| !c.is_alphanumeric()).filter(|piece| !piece.is_empty());
    let says = |word: &str| match word.chars().count() {
        // 续 alone, and not the one in 手续.
        1 => pieces().any(|piece| piece.trim_end_matches(|c: char| c.is_numeric()) == word),
        _ => rest.contains(word),
    };
    let kinds = words.kinds.iter().enumerate().find_map(|(set, kinds)| {
        let mut said = kinds.iter().enumerate().filter(|(_, kind)| rest.contains(kind.as_str()));
        match (said.next(), said.next()) {
            (Some((kind, _)), None) => Some((set as u16, kind as u16)),
            _ => None,
        }
    });
    let figures = alike_key(rest);
    PartName {
        supplement: words.supplements.iter().any(|word| says(word)),
        number: words.numbered.iter().find_map(|pattern| numbered(&figures, pattern)),
        kind: kinds,
    }
}

/// The number that a text writes in the place of `#`: at most two figures, and not a part of a longer number.
fn numbered(text: &str, pattern: &str) -> Option<u32> {
    let (before, behind) = pattern.split_once('#')?;
    let starts: Vec<usize> = match before {
        "" => text.char_indices().map(|(at, _)| at).collect(),
        before => text.match_indices(before).map(|(at, _)| at + before.len()).collect(),
    };
    starts.into_iter().find_map(|at| {
        let (head, tail) = text.split_at(at);
        let figures = tail.bytes().take_while(u8::is_ascii_digit).count();
        let whole = !head.ends_with(|c: char| c.is_ascii_digit()) && tail[figures..].starts_with(behind);
        if !whole || !(1..=2).contains(&figures) {
            return None;
        }
        tail[..figures].parse().ok().filter(|number| *number > 0)
    })
}
