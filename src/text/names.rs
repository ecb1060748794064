//! Names of units, people, teams and headers, made comparable.

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
fn numeral(c: char) -> Option<u16> {
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
            return both(one, inside).filter(|_| !tells);
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
    // Two or three characters and nothing between them, as nearly every name is: two people take more, but for 李强等.
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
                        assert_eq!(person(&format!(" {text}")), person(&text));
                        assert_eq!(
                            several_people(&format!("{text}\u{200b}"), PeopleWords::default()),
                            several_people(&text, PeopleWords::default())
                        );
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
