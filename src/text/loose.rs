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

impl Loose {
    /// `companies`: words for the kind of company (有限公司), the longer before those that they end in. `apart`: words in
    /// brackets that tell two names apart (初赛), as numbers and letters do. Both as [`alike_key`]s.
    pub fn of(name: &str, companies: &[String], apart: &[String]) -> Loose {
        let key = alike_key(name);
        let (mut base, mut added) = (String::with_capacity(key.len()), String::new());
        let mut rest = key.as_str();
        while let Some((before, inside, after)) = bracket(rest) {
            base.push_str(before);
            let tells = |word: &String| inside.contains(word.as_str());
            if inside.contains(char::is_numeric)
                || inside.contains(|c: char| c.is_ascii_alphabetic())
                || apart.iter().any(tells)
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
        for word in companies {
            // A name is not its kind alone.
            if base.contains(word.as_str()) && base.len() > word.len() {
                base = base.replace(word.as_str(), "");
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
        Loose::of(name, &words(&["有限责任公司", "有限公司", "公司"]), &words(&["甲", "乙", "丙", "初赛", "决赛"]))
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
        ] {
            assert!(!loose(one).may_be(&loose(other)), "{one} {other}");
        }
    }
}
