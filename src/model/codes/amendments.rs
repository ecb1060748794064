//! Automatic changes of a cell (规范化记录), raw → clean.

use super::registry::registry;

/// What is known of a rule that changes cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AmendmentEntry {
    /// In Chinese, for officers.
    pub word: &'static str,
    /// In English, for README.md.
    pub meaning: &'static str,
}

const fn entry(word: &'static str, meaning: &'static str) -> AmendmentEntry {
    AmendmentEntry { word, meaning }
}

registry! {
    /// The rule by which a cell was changed.
    AmendmentRule: AmendmentEntry {
        TidyText "tidy-text" = entry("去掉空格、换行和看不见的字符", "spaces, line breaks and invisible characters taken out");
        NameSpaces "name-spaces" = entry("去掉姓名中的空格", "张 三 → 张三");
        DocumentBrackets "document-brackets" = entry("文号的年份改用六角括号", "(2026) → 〔2026〕");
        Synonym "synonym" = entry("同义的说法改为代码表中的词", "民营 → 私营");
        UnitAlias "unit-alias" = entry("单位别名改为全称", "a roster alias → the full name");
        YesNoMark "yes-no-mark" = entry("勾、叉等记号改为是、否", "√ → 是");
        TickBox "tick-box" = entry("按打勾的一项读", "☑合格 □整改 → 合格");
        MarkForNone "mark-for-none" = entry("选填列中表示没有的记号改为空", "/ or — in an optional field → empty");
        NoneIsZero "none-is-zero" = entry("该列的“无”按 0 计", "无 → 0 where the column says so");
        FullWidth "full-width" = entry("全角数字改为半角", "１２ → 12");
        ChineseNumeral "chinese-numeral" = entry("中文数字改为阿拉伯数字", "二十一 → 21");
        ThousandsSeparator "thousands-separator" = entry("去掉千位分隔符", "1,200 → 1200");
        UnitInCell "unit-in-cell" = entry("去掉数后面的单位", "12人 → 12");
        UnitInHeader "unit-in-header" = entry("按表头写明的单位换算", "the unit stands in the header");
        NumberText "number-text" = entry("文本格式的数改为数", "a number stored as text");
        FloatNoise "float-noise" = entry("去掉计算留下的尾数", "0.30000000000000004 → 0.3");
        PercentSign "percent-sign" = entry("百分数改为比例", "98% → 0.98");
        PercentScale "percent-scale" = entry("没有百分号的百分数改为比例", "98 → 0.98");
        DateShape "date-shape" = entry("日期改为统一写法", "2026.3.5 → 2026-03-05");
        DateSerial "date-serial" = entry("日期序号改为日期", "a plain number → its date");
        DateAsText "date-as-text" = entry("文字列中的日期按显示的样子读", "a date cell in a text field");
        DayDropped "day-dropped" = entry("只要年月的列去掉日", "2026.3.5 in a month field → 2026-03");
        TimeDropped "time-dropped" = entry("去掉日期后面的钟点", "the time of day taken off");
        ShortYear "short-year" = entry("两位年份补为四位", "26 → 2026, 80 → 1980");
        MonthByIdNumber "month-by-id-number" = entry(
            "按身份证号补出月份末尾的 0",
            "1980.1 → 1980-10, because the ID number says so",
        );
        IdTidied "id-tidied" = entry(
            "去掉身份证号中的空格、全角和小写 x",
            "spaces, full-width digits and a small x in an ID number",
        );
        Ditto "ditto" = entry("“同上”改为上一行的内容", "同上 → the text above");
        MergedDown "merged-down" = entry("合并单元格的内容填到其中各行", "a merged cell's text fills its rows");
        ShownByFormat "shown-by-format" = entry("按显示的样子读", "a number format adds words, zeros or a unit");
        UnitOnCoverFactor "unit-on-cover-factor" = entry("按表上写明的单位换算", "the money unit stands in the corner, the title or a note");
        HeadingFills "heading-fills" = entry("按分段标题填入", "a code word in a heading above (三、备选) fills the records below it");
        Decided "decided" = entry("经人工认定改值", "a person's decision (处理意见) gives the cell another value");
    }
}
