//! Words around a table: labels of its cover, and what stands around the words of its headers.

/// Labels of a cover, and what they say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CoverWords {
    /// Before the name of who sends the return: 填报单位.
    pub units: Vec<String>,
    /// The same where nothing says so better, with a colon behind it: 单位.
    pub plain_units: Vec<String>,
    /// Before the period: 所属期.
    pub periods: Vec<String>,
    /// Before the day on which it was filled in: 填报日期.
    pub dates: Vec<String>,
    /// Before the measure of its figures: 计量单位.
    pub measures: Vec<String>,
    /// How a sentence says it, with # for the measure: 以#为单位.
    pub measured: Vec<String>,
    /// Words before it that mean the whole table: 本表金额.
    pub measured_all: Vec<String>,
    /// Before whom to call, who filled it in, and a telephone: 联系人, 填表人, 联系电话.
    pub contacts: Vec<String>,
    pub clerks: Vec<String>,
    pub phones: Vec<String>,
    /// Labels whose value nobody asks for: 审核人.
    pub others: Vec<String>,
    /// Behind a name, where the seal goes: 盖章.
    pub seals: Vec<String>,
}

/// What stands around a header's own word.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ColumnWords {
    /// What figures are counted in: 元, 人次.
    pub measures: Vec<String>,
    /// Measures of one figure, group by group: 人, 名.
    pub same: Vec<Vec<String>>,
    /// What is written of money, # for a word of its scale: #元, 人民币#元.
    pub money: Vec<String>,
    /// Parts of words for another figure than the period's own: 计划.
    pub other: Vec<String>,
    /// Whole words that take a part of it: 女.
    pub part: Vec<String>,
    /// Parts of words that say how a column is filled in, or what it says anyway: 全称.
    pub neutral: Vec<String>,
    /// Usual words of one parent, block by block: 本月, 当月.
    pub blocks: Vec<Vec<String>>,
}

/// Words before a measure that make it larger.
const SCALES: [(&str, f64); 8] =
    [("", 1.0), ("十", 1e1), ("百", 1e2), ("千", 1e3), ("十万", 1e5), ("百万", 1e6), ("万", 1e4), ("亿", 1e8)];

impl ColumnWords {
    /// What one of a money word is worth in 元; `None` for anything else.
    pub fn money(&self, unit: &str) -> Option<f64> {
        self.money.iter().find_map(|pattern| {
            let Some((before, behind)) = pattern.split_once('#') else { return (pattern == unit).then_some(1.0) };
            let scale = unit.strip_prefix(before)?.strip_suffix(behind)?;
            SCALES.iter().find(|(word, _)| *word == scale).map(|(_, scale)| *scale)
        })
    }

    /// Whether figures in both measures are the same ones.
    pub fn is_same(&self, one: &str, other: &str) -> bool {
        let has = |words: &[String], word: &str| words.iter().any(|known| known == word);
        one == other || self.same.iter().any(|words| has(words, one) && has(words, other))
    }

    /// Whether a measure has others of its kind: it counts things.
    pub fn counts(&self, unit: &str) -> bool {
        self.same.iter().flatten().any(|known| known == unit)
    }

    /// What one of a larger counting unit is worth: 百人 is 100 where 人 is asked.
    pub fn counted(&self, unit: &str, asked: &str) -> Option<f64> {
        SCALES.iter().find_map(|(word, scale)| {
            let rest = unit.strip_prefix(word)?;
            self.is_same(rest, asked).then_some(*scale)
        })
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn larger_counting_units_and_money_have_their_factor() {
        let words = crate::definition::read::words::shipped().headers;
        for (unit, asked, factor) in [
            ("百人", "人", Some(100.0)),
            ("十万人", "人", Some(1e5)),
            ("名", "人", Some(1.0)),
            ("万件", "起", Some(1e4)),
            ("万元", "人", None),
            ("户", "人", None),
        ] {
            assert_eq!(words.counted(unit, asked), factor, "{unit}");
        }
        for (unit, factor) in [
            ("元", Some(1.0)),
            ("元整", Some(1.0)),
            ("人民币", Some(1.0)),
            ("千元", Some(1e3)),
            ("人民币万元", Some(1e4)),
            ("万元人民币", Some(1e4)),
            ("百万元", Some(1e6)),
            ("亿元", Some(1e8)),
            ("单元", None),
            ("人", None),
            ("", None),
        ] {
            assert_eq!(words.money(unit), factor, "{unit}");
        }
    }
}
