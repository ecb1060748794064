//! What can hardly be the name of one team, contest or result: a mark, its own label, several of them.

/// Why a text is hardly a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OddName {
    /// One mark, figures alone, or nothing but a word for what it is: *, 1, 班组.
    Bare,
    /// A rule to write on before it, or its label: ———竞赛, 名称：甲.
    Form,
    /// 一、二班; 焊工班、钳工班; 焊工班等3个班.
    Several,
}

impl OddName {
    /// What is wrong with it, behind the text.
    pub fn words(self) -> &'static str {
        match self {
            OddName::Bare => "不像一个完整的名称",
            OddName::Form => "带着表式上的横线或栏目名",
            OddName::Several => "像是几个写在一格里",
        }
    }
}

/// What makes a tidy text hardly the name in a `field`; `collectives` are the ends of names of teams.
pub fn odd(text: &str, field: &str, collectives: &[String]) -> Option<OddName> {
    // Nearly all names are longer and have none of these marks.
    let mut chars = text.chars();
    let first = chars.next()?;
    // 甲 or A may be all that a team is called.
    if (chars.next().is_none() && first.is_ascii_punctuation())
        || text.bytes().all(|b| b.is_ascii_digit())
        || (text.len() > 3 && (field.ends_with(text) || field.starts_with(text)))
    {
        return Some(OddName::Bare);
    }
    if matches!(first, '—' | '－' | '_' | '＿' | '-') {
        return Some(OddName::Form);
    }
    if !text.contains(['、', '，', ',', '/', '：', ':', '等']) {
        return None;
    }
    if let Some((label, _)) = text.split_once(['：', ':'])
        && label.chars().nth(1).is_some()
        && field.contains(label.trim())
    {
        return Some(OddName::Form);
    }
    let is_of = |part: &str| collectives.iter().any(|end| part.ends_with(end.as_str()));
    if text.split_once('等').is_some_and(|(before, behind)| is_of(before) && behind.len() <= 12 && is_of(behind)) {
        return Some(OddName::Several);
    }
    let parts: Vec<&str> = text.split(['、', '，', ',', '/']).map(str::trim).filter(|part| !part.is_empty()).collect();
    let (last, others) = parts.split_last()?;
    let number = |part: &&str| part.chars().all(|c| c.is_ascii_digit() || "一二三四五六七八九十甲乙丙丁".contains(c));
    let several = !others.is_empty() && is_of(last) && others.iter().all(|part| is_of(part) || number(part));
    several.then_some(OddName::Several)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_whole_and_of_one() {
        let ends = ["班", "组", "队", "工作室"].map(str::to_owned);
        let odd = |text: &str| odd(text, "班组名称", &ends);
        for (text, wanted) in [
            ("1", OddName::Bare),
            ("*", OddName::Bare),
            ("202", OddName::Bare),
            ("名称", OddName::Bare),
            ("班组", OddName::Bare),
            ("———竞赛", OddName::Form),
            ("名称：甲班", OddName::Form),
            ("班组名称:焊工班", OddName::Form),
            ("一、二班", OddName::Several),
            ("焊工班、钳工班", OddName::Several),
            ("1，2，3组", OddName::Several),
            ("焊工班等3个班", OddName::Several),
        ] {
            assert_eq!(odd(text), Some(wanted), "{text}");
        }
        for text in [
            "一班",
            "甲",
            "a",
            "A1班",
            "采煤、掘进综合班",
            "水、电班",
            "焊工、钳工技能竞赛",
            "农、林、牧渔服务队",
            "二〇二厂一班",
            "3×660MW机组运行班",
            "等离子切割班",
            "主题：安全生产月竞赛",
            "1-3班",
        ] {
            assert_eq!(odd(text), None, "{text}");
        }
    }
}
