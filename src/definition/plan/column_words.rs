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
    /// Parts of words for another figure than the period's own: 计划.
    pub other: Vec<String>,
    /// Whole words that take a part of it: 女.
    pub part: Vec<String>,
    /// Parts of words that say how a column is filled in, or what it says anyway: 全称.
    pub neutral: Vec<String>,
    /// Usual words of one parent, block by block: 本月, 当月.
    pub blocks: Vec<Vec<String>>,
}
