//! Names as a reader takes them who is not sure: two that agree so may be two spellings of one.

use super::names::alike_key;

/// A name without what says little of which one is meant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Loose {
    /// [`alike_key`] without words for the kind of company, and without brackets that tell nothing apart.
    pub base: String,
    /// What stood in those brackets.
    pub added: String,
}

/// What tells little of which name is meant; all as [`alike_key`]s.
#[derive(Debug, Clone, Copy, Default)]
pub struct LooseWords<'w> {
    /// Words for the kind of company (有限公司), the longer before those that they end in.
    pub companies: &'w [String],
    /// In brackets they tell two names apart (初赛), as numbers and letters do.
    pub apart: &'w [String],
    /// What may be left out before a number, 第, and behind it, 号.
    pub before_number: &'w [String],
    pub behind_number: &'w [String],
    /// Ends of names that say the same: 班, 班组.
    pub ends: &'w [Vec<String>],
}

impl LooseWords<'_> {
    /// A key without what may be left out around its numbers: 第1班, 1号班, 1#班, 01班 → 1班.
    fn bare(self, key: String) -> String {
        let is_digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
        if !key.contains(|c: char| c.is_ascii_digit()) {
            return key;
        }
        let mut bare = String::with_capacity(key.len());
        let mut rest = key.as_str();
        while let Some(c) = rest.chars().next() {
            let after_digit = is_digit(bare.chars().next_back());
            let before =
                self.before_number.iter().filter(|_| !after_digit).find_map(|word| rest.strip_prefix(word.as_str()));
            if let Some(left) = before.filter(|left| is_digit(left.chars().next())) {
                rest = left;
                continue;
            }
            let behind =
                self.behind_number.iter().filter(|_| after_digit).find_map(|word| rest.strip_prefix(word.as_str()));
            if let Some(left) = behind.filter(|left| !left.is_empty() && !is_digit(left.chars().next())) {
                rest = left;
                continue;
            }
            if !(c == '0' && !after_digit && !bare.ends_with('.') && is_digit(rest.chars().nth(1))) {
                bare.push(c);
            }
            rest = rest.get(c.len_utf8()..).unwrap_or("");
        }
        bare
    }
}

impl Loose {
    /// Reads a name loosely.
    pub fn of(name: &str, words: LooseWords<'_>) -> Loose {
        let key = words.bare(alike_key(name).trim_end_matches(['。', '.', ',', ';', '、']).to_owned());
        let (mut base, mut added) = (String::with_capacity(key.len()), String::new());
        let mut rest = key.as_str();
        while let Some((before, inside, after)) = bracket(rest) {
            base.push_str(before);
            let tells = |word: &String| inside.contains(word.as_str());
            if !inside.is_empty() && inside.chars().all(|c| c.is_ascii_digit()) {
                // 装配(1)班 is 装配1班.
                base.push_str(inside);
            } else if inside.contains(char::is_numeric)
                || inside.contains(|c: char| c.is_ascii_alphabetic())
                || words.apart.iter().any(tells)
            {
                base.push('(');
                base.push_str(inside);
                base.push(')');
            } else {
                added.push_str(inside);
            }
            rest = after;
        }
        base.push_str(rest);
        for word in words.companies {
            // A name is not its kind alone.
            if base.contains(word.as_str()) && base.len() > word.len() {
                base = base.replace(word.as_str(), "");
            }
        }
        for ends in words.ends {
            let Some((first, others)) = ends.split_first() else { continue };
            if let Some(stem) = others.iter().find_map(|end| base.strip_suffix(end.as_str())).map(str::len) {
                base.truncate(stem);
                base.push_str(first);
            }
        }
        match base.is_empty() {
            true => Loose { base: key, added: String::new() },
            false => Loose { base, added },
        }
    }

    /// Whether both may be one: what is added in brackets is the same, or one has nothing added.
    pub fn may_be(&self, other: &Loose) -> bool {
        self.base == other.base && (self.added == other.added || self.added.is_empty() || other.added.is_empty())
    }
}

/// A text up to its first outermost bracket, what stands in that, and what follows.
fn bracket(text: &str) -> Option<(&str, &str, &str)> {
    let open = text.find('(')?;
    let mut depth = 0usize;
    for (at, c) in text.get(open..)?.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            let close = open + at;
            return Some((text.get(..open)?, text.get(open + 1..close)?, text.get(close + 1..)?));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loose(name: &str) -> Loose {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let known = LooseWords {
            companies: &words(&["有限责任公司", "有限公司", "公司"]),
            apart: &words(&["甲", "乙", "丙", "初赛", "决赛"]),
            before_number: &words(&["第"]),
            behind_number: &words(&["号", "#"]),
            ends: &[words(&["班", "班组"])],
        };
        Loose::of(name, known)
    }

    #[test]
    fn names_that_may_be_one() {
        for (one, other) in [
            ("庐阳机械有限公司", "庐阳机械有限责任公司"),
            ("庐阳机械有限公司", "庐阳机械"),
            ("庐阳机械公司工会", "庐阳机械工会"),
            ("装配一班", "装配1班（机械）"),
            ("装配班（机加）", "装配班"),
            ("“庐阳机械”（集团）有限公司", "庐阳机械"),
            ("装配一班", "装配1#班"),
            ("装配1号班", "装配第一班"),
            ("第十二车间", "12车间"),
            ("装配01班", "装配1班"),
            ("装配一班组", "装配一班"),
            ("装配(1)班", "装配一班"),
            ("装配壹班", "装配一班。"),
        ] {
            assert!(loose(one).may_be(&loose(other)), "{one} {other}");
        }
    }

    #[test]
    fn names_that_are_told_apart() {
        for (one, other) in [
            ("装配班（一车间）", "装配班（二车间）"),
            ("装配班（一车间）", "装配班"),
            ("运维班（白班）", "运维班（夜班）"),
            ("焊工竞赛（初赛）", "焊工竞赛（决赛）"),
            ("焊工竞赛（初赛）", "焊工竞赛"),
            ("装配班（甲）", "装配班"),
            ("检修班（A）", "检修班"),
            ("庐阳机械股份有限公司", "庐阳机械有限公司"),
            ("庐阳分公司", "庐阳公司"),
            ("有限公司", "公司"),
            ("一号", "一"),
            ("2号11班", "21班"),
            ("装配10班", "装配1班"),
            ("2.05型班", "2.5型班"),
            ("运维班（1）", "运维班（2）"),
            ("第一线班", "一车间线班"),
        ] {
            assert!(!loose(one).may_be(&loose(other)), "{one} {other}");
        }
    }
}
