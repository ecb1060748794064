//! Names of people: as they are compared, whether a cell holds one or several, and what can be one at all.

use super::names::{is_key, numeral, tidy};
use super::width::is_invisible;
use std::borrow::Cow;

/// A person's name: inner spaces go unless it is written in letters (张 三 → 张三), dots in one form.
pub fn person(text: &str) -> Cow<'_, str> {
    // Nothing of a key is white space, a dot, or other than tidy.
    if is_key(text) {
        return Cow::Borrowed(text);
    }
    let tidy = tidy(text);
    let western = tidy.chars().any(|c| c.is_ascii_alphabetic());
    let odd = |c: char| (c.is_whitespace() && !western) || matches!(c, '•' | '・' | '‧' | '．');
    if !tidy.chars().any(odd) {
        return tidy;
    }
    let dot = |c: char| if matches!(c, '•' | '・' | '‧' | '．') { '·' } else { c };
    Cow::Owned(tidy.chars().filter(|c| western || !c.is_whitespace()).map(dot).collect())
}

/// Two or three Chinese characters and nothing else, as nearly every name is: one person's, and as it stands.
pub fn is_plain_name(text: &str) -> bool {
    (1..=9).contains(&text.len()) && text.chars().all(|c| ('\u{4e00}'..='\u{9fff}').contains(&c) && c != '等')
}

/// How sure it is that a cell of names holds several people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SeveralPeople {
    /// A line break or 、 between them.
    Divided,
    /// Only spaces.
    Spaced,
    /// Nothing divides them, or a mark that one name may have too: it may be one person.
    Joined,
}

/// What is known of people's names.
#[derive(Debug, Clone, Copy, Default)]
pub struct PeopleWords<'w> {
    /// Surnames of two characters.
    pub compound: &'w [String],
    /// Usual surnames of one character.
    pub usual: &'w [String],
    /// Ends of words in brackets that are no names: 高工.
    pub no_name_ends: &'w [String],
}

impl PeopleWords<'_> {
    /// Whether a text looks like a whole name that begins with a usual surname.
    fn is_usual(&self, name: &str) -> bool {
        let mut chars = name.chars();
        let Some(first) = chars.next() else { return false };
        let rest = chars.as_str();
        let compound = self.compound.iter().any(|surname| name.len() > surname.len() && name.starts_with(surname));
        let (fewest, most) = if compound { (3, 4) } else { (2, 3) };
        (fewest..=most).contains(&name.chars().count())
            && rest.chars().all(is_han)
            && (compound || self.usual.iter().any(|surname| surname.chars().eq([first])))
    }

    /// Two names that nothing divides, or a mark that stands in one name too: 李强王芳, 李强·王芳, 李强（王芳）.
    fn joined<'t>(&self, text: &'t str) -> Option<(&'t str, &'t str)> {
        let both = |one: &'t str, other: &'t str| {
            let (one, other) = (one.trim(), other.trim());
            (self.is_usual(one) && self.is_usual(other)).then_some((one, other))
        };
        let text = text.trim();
        // A name of three characters is the usual thing, and every name is asked.
        if text.len() <= 9 {
            return None;
        }
        if let Some((one, other)) = text.split_once(['·', '•', '・', '‧', '．']) {
            return both(one, other);
        }
        if let Some((one, rest)) = text.split_once(['(', '（'])
            && let Some(inside) = rest.strip_suffix([')', '）'])
        {
            let tells = self.no_name_ends.iter().any(|end| inside.ends_with(end.as_str()));
            // 李强（代王芳）.
            let named = inside.trim_start_matches(['代', '替', '原', '现']);
            return both(one, named).filter(|_| !tells);
        }
        if text.contains(char::is_whitespace) {
            return None;
        }
        let ends = text.char_indices().map(|(at, _)| at).skip(2).take(3);
        ends.map(|at| text.split_at(at)).find_map(|(one, other)| both(one, other))
    }
}

fn is_han(c: char) -> bool {
    ('\u{3400}'..='\u{9fff}').contains(&c)
}

/// Whether a cell of names holds several people, and what parts they stand in: 欧阳 修文 is one person.
pub fn several_people(text: &str, words: PeopleWords<'_>) -> Option<(SeveralPeople, Vec<String>)> {
    // Two people take more, but for 李强等.
    if text.len() <= 9 && is_key(text) && !text.contains(['(', ')', '等']) {
        return None;
    }
    if let Some((one, other)) = words.joined(text).filter(|_| named_together(text.trim()).is_none()) {
        return Some((SeveralPeople::Joined, vec![one.to_owned(), other.to_owned()]));
    }
    let bare: Cow<'_, str> = if is_key(text) && !text.contains(['(', ')']) {
        Cow::Borrowed(text)
    } else {
        let mut depth = 0usize;
        let keep = |c: &char| {
            match c {
                '(' | '（' => depth += 1,
                ')' | '）' => {
                    depth = depth.saturating_sub(1);
                    return false;
                }
                _ => {}
            }
            depth == 0
        };
        Cow::Owned(text.trim().chars().filter(|c| !is_invisible(*c)).filter(keep).collect())
    };
    let divides = |c: char| {
        matches!(c, '\n' | '\r' | '、' | '，' | ',' | '；' | ';' | '/' | '／' | '|' | '｜' | '+' | '＋' | '&' | '＆')
    };
    let is_name = |part: &str| part.chars().count() >= 2 && part.chars().all(|c| is_han(c) || c == '·');
    let parts = |parts: Vec<&str>| -> Vec<String> { parts.into_iter().map(str::to_owned).collect() };
    if !bare.chars().any(|c| c.is_whitespace() || divides(c)) {
        if let Some(words) = named_together(&bare).filter(|words| words.iter().all(|word| is_name(word))) {
            return Some((SeveralPeople::Spaced, parts(words)));
        }
        // 李强（正）王芳（副）.
        let apart = words.joined(&bare);
        return apart.map(|(one, other)| (SeveralPeople::Joined, parts(vec![one, other])));
    }
    let squeeze = |part: &str| part.split_whitespace().collect::<String>();
    // 李强 等.
    if bare.contains('等')
        && let Some(words) = named_together(&squeeze(&bare))
    {
        return Some((SeveralPeople::Spaced, parts(words)));
    }
    let divided: Vec<String> = bare.split(divides).map(squeeze).filter(|part| !part.is_empty()).collect();
    if divided.len() > 1 {
        return divided.iter().all(|part| is_name(part)).then_some((SeveralPeople::Divided, divided));
    }
    let words_compound = words.compound;
    let words: Vec<&str> = bare.split_whitespace().collect();
    let wide = bare.contains("  ") || bare.contains("\u{3000}\u{3000}");
    let pairs = words.len() == 2 && words.iter().all(|word| word.chars().count() == 2);
    let compound = words.first().is_some_and(|first| words_compound.iter().any(|surname| surname == first));
    let several =
        words.len() > 1 && words.iter().all(|word| is_name(word)) && (wide || pairs) && !(compound && words.len() == 2);
    several.then(|| (SeveralPeople::Spaced, parts(words)))
}

/// Whether a text can be one person's name: letters or characters, with a dot between them or a remark in brackets. Not a
/// name are figures, other marks, and more characters than any name has.
pub fn may_be_person(text: &str) -> bool {
    // A few characters and nothing else, as nearly every name is.
    if (1..=3 * LONGEST_NAME).contains(&text.len()) && text.chars().all(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)) {
        return true;
    }
    let (mut depth, mut letters, mut latin) = (0usize, 0, false);
    for c in text.trim().chars().filter(|c| !is_invisible(*c)) {
        match c {
            '(' | '（' => depth += 1,
            ')' | '）' => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            // Chinese characters, as nearly all here are, are letters.
            '\u{4e00}'..='\u{9fff}' => letters += 1,
            c if c.is_alphabetic() => {
                letters += 1;
                latin |= c.is_ascii_alphabetic();
            }
            c if c.is_whitespace() || matches!(c, '·' | '•' | '・' | '‧' | '．') => {}
            '.' | '-' | '\'' | '’' if latin || letters > 0 => {
                // Latin names have them; between characters only a dot stands for the middle dot.
                if !latin && c != '.' {
                    return false;
                }
            }
            _ => return false,
        }
    }
    let dotted = text.contains(['·', '•', '・', '‧', '．', '.']);
    letters > 0 && (latin || dotted || letters <= LONGEST_NAME)
}

/// Characters of the longest names that are written without a dot.
const LONGEST_NAME: usize = 8;

/// 李强和王芳, 李强等3人: two names of the usual length with a word between them, or one with the others counted.
fn named_together(text: &str) -> Option<Vec<&str>> {
    let usual = |name: &str| (2..=3).contains(&name.chars().count());
    if let Some((first, others)) = text.split_once('等') {
        let counted = if others.is_empty() { "" } else { others.strip_suffix('人')? };
        let numeral = |c: char| c.is_numeric() || numeral(c).is_some();
        return (usual(first) && counted.chars().all(numeral)).then(|| vec![first, "等人"]);
    }
    let (at, c) = text.char_indices().find(|(_, c)| matches!(c, '和' | '及' | '与'))?;
    let (first, second) = (text.get(..at)?, text.get(at + c.len_utf8()..)?);
    (usual(first) && usual(second)).then(|| vec![first, second])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is told by bytes is what the long way says.
    #[test]
    fn a_name_that_is_its_own_key_is_told_the_long_way_too() {
        let kinds = ['一', '鿿', '㐀', '䀀', '(', ')', '7', 'z', '、', '·', '和', '等', '王'];
        for one in kinds {
            for two in kinds {
                for text in [format!("{one}{two}"), format!("张{one}{two}"), format!("{one}班{two}"), one.to_string()]
                {
                    if is_key(&text) {
                        assert_eq!(person(&format!(" {text}")), person(&text));
                        let words = PeopleWords::default();
                        assert_eq!(several_people(&format!("{text}\u{200b}"), words), several_people(&text, words));
                    }
                    assert_eq!(may_be_person(&format!("{text}\u{200b}")), may_be_person(&text));
                    if is_plain_name(&text) {
                        let words = PeopleWords::default();
                        assert_eq!(several_people(&format!("{text}\u{200b}"), words), None, "{text}");
                        assert!(may_be_person(&text) && person(&format!("{text}\u{200b}")) == text, "{text}");
                    }
                }
            }
        }
    }

    #[test]
    fn two_people_in_one_cell_and_one_written_wide() {
        let compound = ["欧阳", "司马", "诸葛"].map(str::to_owned);
        let usual = ["李", "王", "张", "赵", "马", "高"].map(str::to_owned);
        let no_name_ends = ["族", "工", "山"].map(str::to_owned);
        let people = PeopleWords { compound: &compound, usual: &usual, no_name_ends: &no_name_ends };
        use SeveralPeople::{Divided, Joined, Spaced};
        for (text, kind) in [
            ("李强\n王伟", Divided),
            ("李强、王伟", Divided),
            ("李强，王伟、赵刚", Divided),
            ("赵刚  钱勇", Spaced),
            ("赵刚 钱勇", Spaced),
            ("欧阳修  李白", Spaced),
            ("李强|王芳", Divided),
            ("李强和王芳", Spaced),
            ("李强等3人", Spaced),
            ("李强等三人", Spaced),
            ("李强等", Spaced),
            ("李强 等", Spaced),
            ("李强（正）王芳（副）", Joined),
            ("李强王芳", Joined),
            ("李强王芳芳", Joined),
            ("王芳芳李小强", Joined),
            ("李强欧阳修", Joined),
            ("李强·王芳", Joined),
            ("李强（王芳）", Joined),
            ("李强(欧阳修文)", Joined),
        ] {
            assert_eq!(several_people(text, people).map(|found| found.0), Some(kind), "{text}");
        }
        for text in [
            "张 三",
            "张  三",
            "张　三",
            "欧阳 修文",
            "张和平",
            "努尔和卓",
            "王等伟",
            "欧阳 修",
            "李\n强",
            "买买提·阿不都",
            "John Smith",
            "张三（组长、书记）",
            "张三 13900000000",
            "欧阳修文",
            "欧阳王芳",
            "王子涵",
            "李王子涵",
            "扎西多吉",
            "斯琴高娃",
            "巴特尔",
            "买买提江",
            "阿不都热西提·买买提",
            "马合木提·马木提",
            "李强（女）",
            "李强（高工）",
            "李强（马鞍山）",
            "李强（回族）",
            "李强（曾用名王芳）",
            "李强芳",
        ] {
            assert_eq!(several_people(text, people), None, "{text}");
        }
    }

    #[test]
    fn a_name_written_wide_is_the_name() {
        assert_eq!(person("张　三"), "张三");
        assert_eq!(person("阿不都•买买提"), "阿不都·买买提");
        assert_eq!(person("John Smith"), "John Smith");
    }

    #[test]
    fn what_can_be_one_persons_name() {
        for text in [
            "李强",
            "欧阳修文",
            "阿不都热西提·买买提",
            "阿依古丽.买买提",
            "古丽仙阿依木汗",
            "张　三",
            "李强（2组）",
            "John O'Neil",
            "Mary-Jane Li",
            "𠮷田",
        ] {
            assert!(may_be_person(text), "{text}");
        }
        for text in [
            "李强→王芳",
            "李强-王芳",
            "李强:王芳",
            "李？",
            "李□",
            "1.李强2.王芳",
            "0",
            "组长李强副组长王芳",
            "李强13900000000",
        ] {
            assert!(!may_be_person(text), "{text}");
        }
    }
}
