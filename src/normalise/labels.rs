//! Words that make a row something else than a record: totals, notes, footers, examples, nothing to report.
//!
//! The words are data, each kind in one table; where such a word stands decides the classifier, never a word alone.

use crate::text::names::{header_key, tidy};
use crate::text::numbers;

/// What a total adds up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Total {
    /// 小计: the rows of its section.
    Part,
    /// 合计: the table, or all rows above.
    Whole,
    /// 平均, 累计, 承上页: no sum of rows that stand here.
    Other,
}

const TOTALS: [(&str, Total); 34] = [
    ("合计", Total::Whole),
    ("总计", Total::Whole),
    ("共计", Total::Whole),
    ("总合计", Total::Whole),
    ("总和", Total::Whole),
    ("总数", Total::Whole),
    ("汇总", Total::Whole),
    ("total", Total::Whole),
    ("grandtotal", Total::Whole),
    ("sum", Total::Whole),
    ("小计", Total::Part),
    ("分计", Total::Part),
    ("subtotal", Total::Part),
    ("本页", Total::Part),
    ("累计", Total::Other),
    ("本页累计", Total::Other),
    ("承上页", Total::Other),
    ("承前页", Total::Other),
    ("接上页", Total::Other),
    ("过次页", Total::Other),
    ("过下页", Total::Other),
    ("转次页", Total::Other),
    ("转下页", Total::Other),
    ("接下页", Total::Other),
    ("平均", Total::Other),
    ("平均值", Total::Other),
    ("平均数", Total::Other),
    ("均值", Total::Other),
    ("average", Total::Other),
    ("计数", Total::Other),
    ("最大值", Total::Other),
    ("最小值", Total::Other),
    ("max", Total::Other),
    ("min", Total::Other),
];

/// What may stand before a total word without making it a name: 本页小计, 全市合计.
const OF_ALL: [&str; 30] = [
    "本页",
    "本表",
    "本单位",
    "我单位",
    "本市",
    "本县",
    "本区",
    "本省",
    "全市",
    "全县",
    "全区",
    "全省",
    "全系统",
    "全部",
    "所有",
    "以上",
    "上述",
    "各单位",
    "各项",
    "各市",
    "各县",
    "本月",
    "当月",
    "本期",
    "本季",
    "本季度",
    "本年",
    "本年度",
    "人数",
    "金额",
];

/// What may stand behind one: 合计人数, 合计数.
const OF_WHAT: [&str; 9] = ["数", "人数", "人次", "金额", "数量", "件数", "项数", "个数", "栏"];

/// What a label is as a total.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TotalLabel<'t> {
    /// Nothing but a total word, or one with what it is of.
    Total(Total),
    /// Something written before 小计 or 合计 as one word: a total if that is a unit, a code or a group of its own.
    Of(&'t str, Total),
}

/// Whether any word of this page may be in a text: nearly every cell is told by one look at its characters.
pub fn may_be_total(text: &str) -> bool {
    text.chars().any(|c| matches!(c, '计' | '和' | '总' | '页' | '均' | '值' | '数') || c.is_ascii_alphabetic())
}

/// Reads a label as a total. A longer name that merely begins with such a word (总计量站, 小计算机房) is none.
pub fn total<'t>(text: &'t str, compact: &'t mut String) -> Option<TotalLabel<'t>> {
    if text.len() > 120 || !may_be_total(text) {
        return None;
    }
    let key = header_key(text);
    let bare = crate::text::names::without_brackets(&key).unwrap_or(key);
    *compact = bare;
    let key = compact.as_str();
    if let Some(kind) = whole_word(key) {
        return Some(TotalLabel::Total(kind));
    }
    // 甲组 汇总, as Excel writes it; 国有：小计.
    let plain = tidy(text);
    let apart = plain.rsplit_once(|c: char| c.is_whitespace() || matches!(c, ':' | '：' | '-' | '—' | '·'));
    if let Some(kind) = apart.and_then(|(_, last)| whole_word(&header_key(last))) {
        return Some(TotalLabel::Total(kind));
    }
    for (word, kind) in &TOTALS {
        if let Some(rest) = key.strip_prefix(word)
            && (OF_WHAT.contains(&rest) || rest.starts_with(|c: char| c.is_ascii_digit() || c == '('))
        {
            return Some(TotalLabel::Total(*kind));
        }
    }
    let attached = TOTALS.iter().filter(|(word, _)| ["合计", "小计", "总计", "共计"].contains(word));
    attached.filter_map(|(word, kind)| Some(TotalLabel::Of(key.strip_suffix(word)?, *kind))).next()
}

/// Whether a name begins with a word for a total: 总计量站.
pub fn begins_as_total(text: &str) -> bool {
    ["合计", "小计", "总计", "共计", "汇总", "累计"].iter().any(|word| text.trim_start().starts_with(word))
}

fn whole_word(key: &str) -> Option<Total> {
    let exact = |key: &str| TOTALS.iter().find(|(word, _)| *word == key).map(|(_, kind)| *kind);
    exact(key).or_else(|| {
        let of = OF_ALL.iter().find_map(|of| exact(key.strip_prefix(of)?))?;
        // 本页合计 adds up a page.
        Some(if key.starts_with("本页") && of == Total::Whole { Total::Part } else { of })
    })
}

/// 其中, alone or before a stop: 其中：女职工. 其中桥养护班 is a name.
pub fn is_of_which(text: &str) -> bool {
    let text = text.trim_start();
    text.strip_prefix("其中").is_some_and(|rest| {
        rest.chars().next().is_none_or(|c| c.is_whitespace() || matches!(c, ':' | '：' | ',' | '，' | '、'))
    })
}

/// Words for nothing to report where a record would stand.
const NOTHING: [&str; 25] = [
    "零报告",
    "(零报告)",
    "零申报",
    "零上报",
    "无",
    "(无)",
    "没有",
    "暂无",
    "本单位无",
    "我单位无",
    "本期无",
    "本月无",
    "本季无",
    "本季度无",
    "本年无",
    "本年度无",
    "无申报",
    "无推荐",
    "无上报",
    "无数据",
    "无此项",
    "无此项内容",
    "未开展",
    "未发生",
    "本表无数据",
];

pub fn is_nothing(key: &str) -> bool {
    NOTHING.contains(&key)
}

/// A sentence that says so: 本月无活动, 我单位本季度未开展竞赛.
pub fn says_nothing(text: &str) -> bool {
    const WHEN: [&str; 13] = [
        "本月",
        "本期",
        "本季度",
        "本季",
        "本年度",
        "本年",
        "本单位",
        "我单位",
        "当月",
        "当期",
        "今年",
        "我市",
        "我县",
    ];
    let key = header_key(text);
    let mut rest = key.trim_start_matches('(').trim_end_matches(')');
    let mut begun = false;
    while let Some(after) = WHEN.iter().find_map(|word| rest.strip_prefix(word)) {
        (rest, begun) = (after, true);
    }
    let says = ["无", "没有", "未开展", "未发生", "未组织", "未举办", "暂无"].iter().any(|word| rest.starts_with(word));
    begun && says && key.chars().count() <= 24
}

/// Whether a text says that there is nothing to report; 没有的请填“零报告” asks for it and says nothing.
pub fn is_zero_report(text: &str) -> bool {
    let asks = ["请", "须", "应", "如无", "若无", "如没有", "若没有", "制度", "的填", "的报", "的写", "要求", "的，"];
    text.contains("零报告") && !asks.iter().any(|word| text.contains(word))
}

/// Marks for nothing in a cell.
pub fn is_mark(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| matches!(c, '/' | '／' | '\\' | '-' | '－' | '—' | '–' | '―' | '*' | '、'))
}

/// Labels of a footer that are whole without a colon.
const FOOTER: [&str; 42] = [
    "单位负责人",
    "负责人",
    "部门负责人",
    "主要负责人",
    "分管负责人",
    "统计负责人",
    "单位主要负责人",
    "分管领导",
    "主管领导",
    "工会主席",
    "主席",
    "审核人",
    "审批人",
    "复核人",
    "填表人",
    "填报人",
    "制表人",
    "制表",
    "经办人",
    "联系人",
    "联系电话",
    "联系方式",
    "电话",
    "手机",
    "填报日期",
    "填表日期",
    "填报时间",
    "填表时间",
    "报出日期",
    "报出时间",
    "报送日期",
    "报送时间",
    "上报日期",
    "上报时间",
    "制表日期",
    "编制日期",
    "日期",
    "单位盖章",
    "盖章",
    "公章",
    "签发人",
    "签字",
];

/// What a label before a colon ends with: 统计负责人（签字）：.
const FOOTER_ENDS: [&str; 21] = [
    "报单位",
    "负责人",
    "审核人",
    "审批人",
    "复核人",
    "填表人",
    "填报人",
    "制表人",
    "经办人",
    "联系人",
    "电话",
    "手机",
    "日期",
    "签字",
    "签名",
    "签章",
    "盖章",
    "公章",
    "主席",
    "领导",
    "签发人",
];

/// How a cell reads as a part of a footer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FooterPart {
    /// A label whose value stands elsewhere; whether a colon or a place for a seal marks it as one.
    Label {
        marked: bool,
    },
    /// Label and value.
    Whole,
    Other,
}

pub fn footer_part(text: &str) -> FooterPart {
    let text = text.trim();
    if text.len() > 600 {
        return FooterPart::Other;
    }
    if let Some((label, value)) = text.split_once([':', '：']) {
        let key = header_key(label);
        let bare = crate::text::names::without_brackets(&key).unwrap_or(key);
        if bare.chars().count() > 12 || !FOOTER_ENDS.iter().any(|end| bare.ends_with(end)) {
            return FooterPart::Other;
        }
        let empty = value.chars().all(|c| c.is_whitespace() || c == '_');
        return if empty { FooterPart::Label { marked: true } } else { FooterPart::Whole };
    }
    let key = header_key(text);
    match crate::text::names::without_brackets(&key) {
        Some(bare) if FOOTER.contains(&bare.as_str()) => FooterPart::Label { marked: true },
        None if FOOTER.contains(&key.as_str()) => FooterPart::Label { marked: false },
        _ => FooterPart::Other,
    }
}

/// A piece of a date that is spread over cells: 2026 年 3 月 5 日.
pub fn is_date_piece(text: &str) -> bool {
    let text = text.trim();
    !text.is_empty()
        && text
            .chars()
            .all(|c| c.is_numeric() || c.is_whitespace() || matches!(c, '年' | '月' | '日' | '.' | '-' | '/'))
}

const SIGNATURES: [&str; 24] = [
    "单位负责人",
    "负责人签",
    "主要负责人",
    "分管领导",
    "审核人",
    "复核人",
    "填表人",
    "填报人",
    "制表人",
    "经办人",
    "联系人",
    "联系电话",
    "填报日期",
    "填表日期",
    "报送日期",
    "上报日期",
    "报出日期",
    "制表日期",
    "填报时间",
    "报送时间",
    "单位盖章",
    "单位(盖章)",
    "签发人",
    "填报单位",
];

/// What notes and signatures begin with; bracketed ones and those with spaces before them included.
pub const NOTE_INITIALS: [char; 24] = [
    '注', '说', '备', '附', '填', '以', '单', '负', '主', '分', '审', '复', '制', '经', '联', '报', '上', '签', '(',
    '（', '*', '续', '第', '此',
];

pub fn is_signature(key: &str) -> bool {
    SIGNATURES.iter().any(|word| key.starts_with(word))
}

/// Signature lines, 说明 and 注.
pub fn is_note(key: &str) -> bool {
    let key = key.trim_start_matches('(');
    is_signature(key)
        || [
            "注",
            "说明",
            "填表说明",
            "填报说明",
            "填写说明",
            "填写要求",
            "填表要求",
            "填报要求",
            "填表须知",
            "注意事项",
            "备注",
            "附注",
            "以上情况",
            "以上内容",
        ]
        .iter()
        .any(|word| key.starts_with(word))
}

/// 以下空白, 续表, 第 1 页 共 3 页: marks of the page, which say nothing of a record.
pub fn is_page_mark(text: &str) -> bool {
    const MARKS: [&str; 12] = [
        "以下空白",
        "以下无正文",
        "以下无内容",
        "此页空白",
        "此行空白",
        "此处空白",
        "续表",
        "续上表",
        "接续表",
        "转下页",
        "接下页",
        "接上页",
    ];
    let key = header_key(text);
    let bare = key.trim_matches(['(', ')', '=', '~', ' ']);
    if let Some(rest) = MARKS.iter().find_map(|mark| bare.strip_prefix(mark)) {
        // 续表1, 续表二.
        return rest.chars().all(|c| c.is_numeric() || "一二三四五六七八九十()".contains(c));
    }
    let of_page = |part: &str| {
        let part = part.trim_start_matches(['第', '共']);
        part.strip_suffix('页')
            .is_some_and(|n| !n.is_empty() && n.chars().all(|c| c.is_numeric() || "一二三四五六七八九十".contains(c)))
    };
    let pages = bare.split_inclusive('页');
    (bare.ends_with('页') && bare.starts_with(['第', '共']) && pages.clone().all(of_page))
        || bare.strip_prefix("page").is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit() || "of/".contains(c)))
}

/// Words that call a row an example by the number of its line.
pub fn is_example_number(text: &str) -> bool {
    matches!(header_key(text).trim_matches(['(', ')']), "例" | "例如" | "例子" | "如" | "例1" | "例一")
}

/// Words that call it so in a remark or a number, beside what may be a record.
pub fn is_example_word(text: &str) -> bool {
    let key = header_key(text);
    let key = key.trim_matches(['(', ')']);
    let key = ["此行", "本行", "此行为", "本行为", "仅供", "仅作"]
        .iter()
        .find_map(|lead| key.strip_prefix(lead))
        .unwrap_or(key);
    let key = key.trim_start_matches('为');
    [
        "示例",
        "样例",
        "范例",
        "举例",
        "填写示例",
        "填报示例",
        "填表示例",
        "填写样例",
        "填报样例",
        "样表",
        "示例行",
        "参考",
        "填写参考",
    ]
    .contains(&key)
}

/// Whether a name is no name of anybody: 例：张三, 某某公司, 张××. Not 某型号, 2×660MW.
pub fn is_example_name(text: &str) -> bool {
    if !text.chars().any(|c| matches!(c, '例' | '某' | '×' | '✕' | '╳' | 'x' | 'X' | 'ｘ' | 'Ｘ')) {
        return false;
    }
    let text = tidy(text);
    let begins = [
        "例：",
        "例:",
        "示例：",
        "示例:",
        "例如：",
        "例如:",
        "（例）",
        "(例)",
        "【例】",
        "[例]",
        "（示例）",
        "(示例)",
        "【示例】",
    ];
    if begins.iter().any(|word| text.starts_with(word)) {
        return true;
    }
    let chars: Vec<char> = text.chars().map(crate::text::width::narrow_char).collect();
    let beside = |at: usize| [at.checked_sub(1), Some(at + 1)].into_iter().flatten().filter_map(|at| chars.get(at));
    let cross = |c: char| matches!(c, '×' | '✕' | '╳' | 'x' | 'X');
    chars.iter().enumerate().any(|(at, c)| match c {
        '某' => !chars.get(at + 1).is_some_and(|next| "型种些类".contains(*next)),
        '×' | '✕' | '╳' => !beside(at).any(|c| c.is_ascii_alphanumeric()),
        // XX公司: two crosses, with nothing else of the kind beside them.
        'x' | 'X' => {
            let first = at.checked_sub(1).and_then(|at| chars.get(at)).is_none_or(|c| !c.is_ascii_alphanumeric());
            let run = chars.iter().skip(at).take_while(|c| cross(**c)).count();
            first && run >= 2 && chars.get(at + run).is_none_or(|c| !c.is_ascii_alphanumeric())
        }
        _ => false,
    })
}

/// A remark that is or begins with words that take the record back. 原三班已撤销 tells of something else.
pub fn is_void(text: &str) -> bool {
    const VOID: [&str; 14] = [
        "作废",
        "撤销申报",
        "撤回申报",
        "取消申报",
        "放弃申报",
        "退出申报",
        "不计入",
        "不参评",
        "不纳入统计",
        "不统计",
        "不予统计",
        "撤销推荐",
        "取消推荐",
        "不再申报",
    ];
    let key = header_key(text);
    let mut rest = key.trim_start_matches('(');
    for lead in ["本行", "此行", "该行", "本条", "此条", "该条", "已", "予以", "申请"] {
        rest = rest.strip_prefix(lead).unwrap_or(rest);
    }
    VOID.iter().any(|word| rest.starts_with(word))
}

/// A heading's own words, without its number and what is counted behind it: 三、备选（共 5 个） → 备选; and the level that
/// its number says, 0 for none.
pub fn heading(text: &str) -> (String, u8) {
    let text = tidy(text);
    let numeral = |c: char| c.is_numeric() || "一二三四五六七八九十".contains(c);
    let opened = text.trim_start_matches(['(', '（', '第']);
    let body = opened.trim_start_matches(numeral);
    let body = body.strip_prefix("部分").unwrap_or(body);
    let after = body.trim_start_matches(['、', '.', '．', ')', '）', '：', ':', ' ', '\u{3000}']);
    let numbered = body.len() < opened.len() && after.len() < body.len();
    let rest = if numbered { after } else { text.as_ref() };
    let rest = rest.split(['(', '（', ':', '：']).next().unwrap_or(rest).trim();
    let chinese = opened.starts_with(|c| "一二三四五六七八九十".contains(c));
    let level = match (text.starts_with(['(', '（']), chinese) {
        _ if !numbered => 0,
        (false, true) => 1,
        (true, true) => 2,
        (false, false) => 3,
        (true, false) => 4,
    };
    (rest.to_owned(), level)
}

/// Whether a text is a count and no name: 12个 in the column of names of a 合计 row.
pub fn is_count(text: &str) -> bool {
    numbers::read(text).is_ok() || numbers::read(text.trim_start_matches(['共', '计', '合'])).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_total_is_the_whole_label_and_never_part_of_a_name() {
        let kind = |text: &str| match total(text, &mut String::new()) {
            Some(TotalLabel::Total(kind)) => Some(kind),
            _ => None,
        };
        for (text, wanted) in [
            ("合 计", Total::Whole),
            ("小计：", Total::Part),
            ("甲组 汇总", Total::Whole),
            ("总计", Total::Whole),
            ("合计（人）", Total::Whole),
            ("合计12个", Total::Whole),
            ("合计人数", Total::Whole),
            ("Total", Total::Whole),
            ("Grand Total", Total::Whole),
            ("本页小计", Total::Part),
            ("本页合计", Total::Part),
            ("全市合计", Total::Whole),
            ("国有：小计", Total::Part),
            ("承上页", Total::Other),
            ("过次页", Total::Other),
            ("本页累计", Total::Other),
            ("平均", Total::Other),
            ("甲组 平均值", Total::Other),
        ] {
            assert_eq!(kind(text), Some(wanted), "{text}");
        }
        for text in [
            "总计量站职工之家",
            "小计算机房",
            "合计站",
            "共计划科",
            "累计差错班",
            "统计科",
            "审计处",
            "汇总表编制组",
            "平均年龄组",
        ] {
            assert_eq!(kind(text), None, "{text}");
            assert_eq!(total(text, &mut String::new()), None, "{text}");
        }
        assert_eq!(total("合肥市小计", &mut String::new()), Some(TotalLabel::Of("合肥市", Total::Part)));
    }

    #[test]
    fn of_which_needs_a_stop_behind_it() {
        assert!(["其中", "其中：女职工", "其中 一线", "其中，产业工人"].iter().all(|text| is_of_which(text)));
        assert!(!is_of_which("其中桥养护班") && !is_of_which("其中一班"));
    }

    #[test]
    fn footers_by_their_labels() {
        assert_eq!(footer_part("单位负责人：张三"), FooterPart::Whole);
        assert_eq!(footer_part("统计负责人（签字）："), FooterPart::Label { marked: true });
        assert_eq!(footer_part("填报日期"), FooterPart::Label { marked: false });
        assert_eq!(footer_part("单位负责人（签章）"), FooterPart::Label { marked: true });
        for text in ["财务负责人", "张三", "审核人员", "联系人班组", "班组长：张三"] {
            assert_eq!(footer_part(text), FooterPart::Other, "{text}");
        }
    }

    #[test]
    fn page_marks_and_names_that_look_like_them() {
        for text in ["以下空白", "（以下空白）", "续表", "续表1", "第 1 页 共 3 页", "第2页", "共3页", "Page 1 of 3"]
        {
            assert!(is_page_mark(text), "{text}");
        }
        for text in ["续表班", "第一页岩矿", "第三班", "共青团号", "以下空白班组"] {
            assert!(!is_page_mark(text), "{text}");
        }
    }

    #[test]
    fn examples_and_names_that_look_like_them() {
        for text in ["例：张三", "某某公司", "张某", "XX班组", "××市总工会", "张××", "（示例）焊工班", "某市总工会"]
        {
            assert!(is_example_name(text), "{text}");
        }
        for text in ["2×660MW机组改造", "某型发动机攻关", "XL型", "3x3班", "惯例班", "案例研究室", "XXL号", "SX公司"]
        {
            assert!(!is_example_name(text), "{text}");
        }
        assert!(is_example_number("例") && is_example_number("（例）") && !is_example_number("例会"));
        assert!(is_example_word("示例") && is_example_word("此行为示例") && !is_example_word("示例岗"));
    }

    #[test]
    fn remarks_that_take_a_record_back() {
        for text in ["作废", "（作废）", "撤销申报，不计入", "已撤销申报", "本行作废", "不计入"]
        {
            assert!(is_void(text), "{text}");
        }
        for text in ["原三班已撤销", "作业废料回收先进", "撤销后重组", "由原作废班组改建"] {
            assert!(!is_void(text), "{text}");
        }
    }

    #[test]
    fn headings_lose_their_number_and_their_count() {
        for (text, words, level) in [
            ("三、备选", "备选", 1),
            ("（一）正式（共 5 个）", "正式", 2),
            ("备选：", "备选", 0),
            ("2. 标杆班组", "标杆班组", 3),
            ("第一部分 正式", "正式", 1),
            ("第一批", "第一批", 0),
            ("第二分公司", "第二分公司", 0),
            ("第三车间", "第三车间", 0),
            ("一班", "一班", 0),
        ] {
            assert_eq!(heading(text), (words.to_owned(), level), "{text}");
        }
    }

    #[test]
    fn sentences_of_nothing() {
        assert!(says_nothing("本月无活动") && says_nothing("我单位本季度未开展竞赛") && says_nothing("（本月无）"));
        assert!(!says_nothing("无锡班组") && !says_nothing("本月无纸化办公推进了三项具体工作并且完成全部指标任务"));
        assert!(!says_nothing("没有"));
    }
}
