//! The words of rows, made ready to be asked of every cell: nearly all texts are told by a few of their characters.

use super::asked::Asked;
use crate::definition::RowWords;

/// A set of characters that lacks none of those put into it, and has no strangers among the common ones: each is there in
/// its full width and in capitals too, so that a text is asked as it stands.
#[derive(Debug)]
pub struct Characters(Box<[u64; 1024]>);

impl Characters {
    pub fn of<'w>(words: impl Iterator<Item = &'w String>, pick: fn(&str) -> Option<char>) -> Characters {
        Characters(Box::new([0; 1024])).and(words.filter_map(|word| pick(word)))
    }

    fn and(mut self, more: impl IntoIterator<Item = char>) -> Characters {
        for c in more {
            for c in [c.to_ascii_lowercase(), c.to_ascii_uppercase()] {
                for c in std::iter::once(c).chain(wide(c)) {
                    self.0[c as usize / 64 % 1024] |= 1 << (c as u32 % 64);
                }
            }
        }
        self
    }

    pub fn may_have(&self, c: char) -> bool {
        self.0[c as usize / 64 % 1024] >> (c as u32 % 64) & 1 == 1
    }

    /// The numbers of all, as they are told apart here.
    fn each(&self) -> impl Iterator<Item = usize> + '_ {
        let words = self.0.iter().enumerate().filter(|(_, word)| **word != 0);
        words.flat_map(|(at, word)| (0..64).filter(move |bit| word >> bit & 1 == 1).map(move |bit| at * 64 + bit))
    }

    /// Whether one of them may be in a text.
    fn may_be_in(&self, text: &str) -> bool {
        text.chars().any(|c| self.may_have(c))
    }
}

/// What [`narrow_char`](crate::text::width::narrow_char) makes a character of.
fn wide(c: char) -> Vec<char> {
    match c {
        ' ' => vec!['\u{3000}', '\u{a0}'],
        '!'..='~' => char::from_u32(c as u32 + 0xfee0).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// Marks that say "as above" where nothing else stands there.
pub const DITTO_MARKS: [char; 19] =
    ['〃', '″', '〞', '〝', '’', '↑', '"', '”', '“', '＂', '…', '⋯', '\'', '′', '`', '´', '々', 'ゝ', '^'];
/// What may stand around words that say so, besides white space.
pub const AROUND: [char; 15] = ['（', '）', '(', ')', '【', '】', '[', ']', '。', '．', '.', '、', '-', '－', '—'];

/// Marks that stand for any name: 某, ×× and ○○.
const ANYBODY: [char; 14] = ['某', '×', '✕', '╳', 'x', 'X', 'ｘ', 'Ｘ', '○', '〇', '*', '＊', '□', '△'];
/// What stands around a word that calls a name an example.
pub const OPEN: [char; 4] = ['(', '（', '【', '['];
pub const CLOSE: [char; 4] = [')', '）', '】', ']'];

/// What a character lets its text be, as bits of [`Asked`]: wherever it stands, and as the first. Several share a place, so
/// that now and then one lets it be too much.
#[derive(Debug)]
struct Plainly {
    within: Box<[u16; PLACES]>,
    begins: Box<[u16; PLACES]>,
    /// All that is told so.
    all: u16,
}

const PLACES: usize = 4096;

impl Plainly {
    fn of(within: &[(&Characters, Asked)], begins: &[(&Characters, Asked)]) -> Plainly {
        let places = |sets: &[(&Characters, Asked)]| {
            let mut places = Box::new([0; PLACES]);
            for (set, asked) in sets {
                for c in set.each() {
                    places[c % PLACES] |= *asked as u16;
                }
            }
            places
        };
        let all = within.iter().chain(begins).fold(0, |all, (_, asked)| all | *asked as u16);
        Plainly { within: places(within), begins: places(begins), all }
    }
}

/// The words with what tells at a glance that a text is none of them.
#[derive(Debug)]
pub struct RowLexicon<'a> {
    pub words: &'a RowWords,
    total_ends: Characters,
    note_starts: Characters,
    silent_starts: Characters,
    ditto_starts: Characters,
    left_starts: Characters,
    label_starts: Characters,
    example_ends: Characters,
    anybody: Characters,
    void_starts: Characters,
    plainly: Plainly,
    /// Bytes of the longest word for nothing filled in.
    longest_silence: usize,
}

impl<'a> RowLexicon<'a> {
    pub fn new(words: &'a RowWords) -> RowLexicon<'a> {
        let totals = || words.totals.iter().chain(&words.subtotals).chain(&words.no_sums);
        let notes = || words.notes.iter().chain(&words.signatures).chain(&words.page_marks);
        let silent = || words.placeholders.iter().chain(&words.not_reported).chain(&words.none);
        let labels = || words.example_labels.iter().chain(&words.examples);
        let first = |words: &[String]| Characters::of(words.iter(), |word| word.chars().next());
        let total_ends = Characters::of(totals(), |word| word.chars().next_back());
        let label_starts = Characters::of(labels(), |word| word.chars().next()).and(OPEN);
        let example_ends = Characters::of(words.examples.iter(), |word| word.chars().next_back());
        let anybody = Characters::of(std::iter::empty(), |_| None).and(ANYBODY);
        let void_starts = Characters::of(words.void.iter().chain(&words.void_alone), |word| word.chars().next());
        let plainly = Plainly::of(
            &[
                (&total_ends, Asked::Total),
                (&anybody, Asked::Example),
                (&example_ends, Asked::ExampleRemark),
                (&void_starts, Asked::Void),
            ],
            &[
                (&first(&words.of_which), Asked::OfWhich),
                (&first(&words.total_like), Asked::TotalLike),
                (&label_starts, Asked::Example),
                (&first(&words.example_starts), Asked::Example),
            ],
        );
        RowLexicon {
            words,
            total_ends,
            note_starts: Characters::of(notes(), |word| word.chars().next()),
            silent_starts: Characters::of(silent(), |word| word.chars().next()),
            ditto_starts: first(&words.dittos).and(DITTO_MARKS).and(AROUND),
            left_starts: first(&words.same_as_left).and(AROUND),
            label_starts,
            example_ends,
            anybody,
            void_starts,
            plainly,
            longest_silence: silent().map(String::len).max().unwrap_or(0),
        }
    }

    /// What a text is not, by which characters it has and by its first; `None` where they are not all such that nobody who
    /// reads a text makes anything else of them.
    pub fn plainly_not(&self, text: &str) -> Option<u16> {
        let mut may_be = self.plainly.begins[text.chars().next()? as usize % PLACES];
        for c in text.chars() {
            if !matches!(c, '\u{4000}'..='\u{9fff}' | '0'..='9' | 'a'..='z') {
                return None;
            }
            may_be |= self.plainly.within[c as usize % PLACES];
        }
        Some(self.plainly.all & !may_be)
    }

    /// Whether a word for a total may be in a text.
    pub fn may_be_total(&self, text: &str) -> bool {
        self.total_ends.may_be_in(text)
    }

    /// Whether a word for an example may be in a text.
    pub fn may_be_example(&self, text: &str) -> bool {
        self.example_ends.may_be_in(text)
    }

    /// Whether a word that takes a record back may be in a text.
    pub fn may_be_void(&self, text: &str) -> bool {
        self.void_starts.may_be_in(text)
    }

    /// Whether a text may begin as a note, a signature or a mark of the page does.
    pub fn may_be_note(&self, text: &str) -> bool {
        let first = text.chars().next().map(crate::text::width::narrow_char);
        first.is_some_and(|c| matches!(c, '(' | '*' | '第' | '共' | '=' | '~') || self.note_starts.may_have(c))
    }

    /// Whether a text may say "as above": asked of every cell, and its first character tells nearly all of them.
    pub fn may_be_ditto(&self, text: &str) -> bool {
        text.chars().next().is_some_and(|c| self.ditto_starts.may_have(c) || c.is_whitespace())
    }

    /// Whether a text may be called an example by a word before it, around it or behind it.
    pub fn may_be_labelled(&self, text: &str) -> bool {
        text.chars().next().is_some_and(|c| self.label_starts.may_have(c)) || text.ends_with(CLOSE)
    }

    /// Whether a mark that stands for any name may be in a text.
    pub fn may_be_anybody(&self, text: &str) -> bool {
        self.anybody.may_be_in(text)
    }

    /// `true` for texts of which the first character tells that they hold a value of their own: they say neither that
    /// nothing is there nor "as above" or "as to the left".
    pub fn holds_value(&self, first: char) -> bool {
        ('\u{4e00}'..='\u{9fff}').contains(&first)
            && !self.silent_starts.may_have(first)
            && !self.ditto_starts.may_have(first)
            && !self.left_starts.may_have(first)
    }

    /// Whether a text may say "as to the left".
    pub fn may_be_same_as_left(&self, text: &str) -> bool {
        text.chars().next().is_some_and(|c| self.left_starts.may_have(c) || c.is_whitespace())
    }

    /// Whether a text may say that nothing was filled in.
    pub fn may_be_silent(&self, text: &str) -> bool {
        let mut chars = text.chars().map(crate::text::width::narrow_char);
        let first = chars.find(|c| !matches!(c, '(' | '【' | '['));
        // Full-width letters and brackets take more bytes than the words themselves.
        text.len() <= self.longest_silence * 3 + 12 && first.is_some_and(|c| self.silent_starts.may_have(c))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::width::narrow_char;

    /// What is plainly not so is not so when asked.
    #[test]
    fn what_a_text_plainly_is_not_it_is_not() {
        let words = crate::definition::read::words::shipped().rows;
        let rows = RowLexicon::new(&words);
        let lists = [&words.totals, &words.subtotals, &words.no_sums, &words.of_which, &words.total_like];
        let more = [&words.examples, &words.example_labels, &words.example_starts, &words.void, &words.void_alone];
        let words: Vec<&str> = lists.into_iter().chain(more).flatten().map(String::as_str).collect();
        let parts =
            || words.iter().copied().chain(["", "第一班组", "a1", "某", "x", "：", "（", "）", " ", "\u{200b}"]);
        let (mut told, mut all) = (0, 0);
        for text in
            parts().flat_map(|one| parts().flat_map(move |two| [format!("{one}{two}"), format!("{two}甲{one}")]))
        {
            let not = rows.plainly_not(&text).unwrap_or_default();
            for (asked, is_so) in [
                (Asked::Total, rows.is_total(&text)),
                (Asked::OfWhich, rows.is_of_which(&text)),
                (Asked::TotalLike, rows.begins_as_total(&text)),
                (Asked::Example, rows.is_example_name(&text) || rows.starts_as_example(&text)),
                (Asked::ExampleRemark, rows.is_example_word(&text)),
                (Asked::Void, rows.is_void(&text)),
            ] {
                assert!(!is_so || not & asked as u16 == 0, "{text} {asked:?}");
                told += usize::from(not & asked as u16 != 0);
                all += 1;
            }
        }
        assert!(told * 4 > all, "{told} of {all}");
        assert_eq!(rows.plainly_not("第一班组").map(u16::count_ones), Some(6));
    }

    #[test]
    fn a_set_has_its_characters_in_every_width_and_case() {
        let words = ["计", "total", "X", "(", " "].map(str::to_owned);
        let set = Characters::of(words.iter(), |word| word.chars().next());
        let all = (0..=0x10_ffff).filter_map(char::from_u32);
        let own = |c: char| {
            words.iter().any(|word| {
                word.starts_with(narrow_char(c).to_ascii_lowercase())
                    || word.starts_with(narrow_char(c).to_ascii_uppercase())
            })
        };
        for c in all.filter(|c| own(*c)) {
            assert!(set.may_have(c), "{c:?}");
        }
        let common = ('\u{3000}'..='\u{9fff}').filter(|c| !own(*c));
        assert!(common.into_iter().all(|c| !set.may_have(c)), "asked of every cell, it lets hardly any through");
        assert!(!set.may_have('班') && set.may_be_in("班Ｔ") && !set.may_be_in("班"));
    }
}
