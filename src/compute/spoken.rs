//! Conditions in the words of a printed page. In: an expression's text as the definition has it, already through the
//! gate. Out: the same in Chinese, for 口径说明. Knows nothing of columns or values.

/// The words of SQL, and what a reader who never wrote any says instead; longer ones before those that they start with.
const WORDS: [(&str, &str); 9] = [
    ("IS NOT NULL", "已填"),
    ("IS NULL", "未填"),
    ("NOT IN", "不属于"),
    ("BETWEEN", "介于"),
    ("LIKE", "形如"),
    ("AND", "且"),
    ("NOT", "不是"),
    ("OR", "或"),
    ("IN", "属于"),
];
const SIGNS: [(&str, &str); 4] = [(">=", "≥"), ("<=", "≤"), ("<>", "≠"), ("!=", "≠")];
const FUNCTIONS: [(&str, &str); 4] =
    [("full_years", "周岁"), ("workdays", "工作日数"), ("year", "年份"), ("length", "字数")];

/// `类别 = '正式' AND 学历 IS NULL` is 类别 = “正式” 且 学历 未填. Texts in quotes stay as they are.
pub fn spoken(source: &str) -> String {
    let mut said = String::new();
    // The AND of a BETWEEN joins two bounds, not two conditions.
    let mut between = false;
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        if let Some(inner) = rest.strip_prefix('\'') {
            let (text, after) = quoted(inner);
            said += &format!("“{text}”");
            rest = after;
        } else if let Some((sql, word)) = SIGNS.iter().find(|(sql, _)| rest.starts_with(sql)) {
            said += word;
            rest = &rest[sql.len()..];
        } else if is_word(first) {
            let (sql, word) = match WORDS.iter().find(|(sql, _)| starts(rest, sql)) {
                Some((sql @ "AND", _)) if std::mem::take(&mut between) => (*sql, "和"),
                Some((sql, word)) => {
                    between |= *sql == "BETWEEN";
                    (*sql, *word)
                }
                None => {
                    let end = rest.find(|sign| !is_word(sign)).unwrap_or(rest.len());
                    let own = &rest[..end];
                    (own, FUNCTIONS.iter().find(|(name, _)| *name == own).map_or(own, |(_, word)| word))
                }
            };
            said += word;
            rest = &rest[sql.len()..];
        } else {
            said.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    said
}

/// What stands before the closing quote, a doubled one being one of the text, and what comes after it.
fn quoted(inner: &str) -> (String, &str) {
    let mut text = String::new();
    let mut rest = inner;
    while let Some((before, after)) = rest.split_once('\'') {
        text += before;
        match after.strip_prefix('\'') {
            Some(more) => {
                text.push('\'');
                rest = more;
            }
            None => return (text, after),
        }
    }
    (text + rest, "")
}

fn is_word(sign: char) -> bool {
    sign.is_alphanumeric() || sign == '_'
}

/// Whether a text starts with this word, in any case, and the word ends there.
fn starts(text: &str, word: &str) -> bool {
    let same = text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
    same && !text[word.len()..].starts_with(is_word)
}

#[cfg(test)]
mod tests {
    use super::spoken;

    #[test]
    fn conditions_are_said_without_sql() {
        for (source, said) in [
            ("申报称号 = '省模范班组' AND 类别 = '正式'", "申报称号 = “省模范班组” 且 类别 = “正式”"),
            ("思想政治工作等次 IS NOT NULL OR 学历 is null", "思想政治工作等次 已填 或 学历 未填"),
            ("full_years(出生年月) BETWEEN 41 AND 60 AND 非公", "周岁(出生年月) 介于 41 和 60 且 非公"),
            ("人员类别 NOT IN ('农民', '机关 AND 事业')", "人员类别 不属于 (“农民”, “机关 AND 事业”)"),
            ("NOT (人数 >= 3) AND 名称 LIKE '%''%'", "不是 (人数 ≥ 3) 且 名称 形如 “%'%”"),
            // A column whose name only starts like a word of SQL, and a quote that never closes.
            ("INDEX <> 'x", "INDEX ≠ “x”"),
        ] {
            assert_eq!(spoken(source), said);
        }
    }
}
