//! What can be wrong in a definition, in an expression of it, or in reference data.

use super::registry::registry;

/// How much a diagnostic weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gravity {
    /// The definition does not hold: nothing runs.
    Error,
    /// It holds, and leaves something to chance that one line more would settle.
    Warning,
}

impl Gravity {
    /// In Chinese, for those who keep definitions.
    pub const fn word(self) -> &'static str {
        match self {
            Gravity::Error => "错误",
            Gravity::Warning => "提醒",
        }
    }
}

/// What is known of a diagnostic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DiagnosticEntry {
    pub gravity: Gravity,
    /// What is wrong, in Chinese.
    pub word: &'static str,
    /// What to write instead, in Chinese; the diagnostic itself often says it more exactly.
    pub next: &'static str,
}

const fn entry(word: &'static str, next: &'static str) -> DiagnosticEntry {
    DiagnosticEntry { gravity: Gravity::Error, word, next }
}

const fn warning(word: &'static str, next: &'static str) -> DiagnosticEntry {
    DiagnosticEntry { gravity: Gravity::Warning, word, next }
}

const SPELLING: &str = "核对写法；建议里有最接近的名字";
const ONE_ROW: &str = "只留一行";

registry! {
    /// A mistake in a definition.
    DiagnosticCode: DiagnosticEntry {
        // Files.
        FileMissing "file-missing" = entry("找不到定义文件", "核对路径和流程名");
        NotAFile "not-a-file" = entry("定义不是普通文件", "换成普通的文本文件");
        FileTooLarge "file-too-large" = entry("文件太大", "核对是不是放错了文件");
        FileUnreadable "file-unreadable" = entry("文件打不开", "核对文件权限，关闭正在使用它的程序");
        NotUtf8 "not-utf8" = entry("定义文件不是 UTF-8 编码", "用记事本另存为 UTF-8");
        IncludeUnreadable "include-unreadable" = entry("读不到 include 写的文件", "路径从本文件所在的文件夹算起");
        IncludeOutside "include-outside" = entry("include 写的文件在定义文件夹以外", "放到流程定义所在的文件夹里");
        NameNotFolder "name-not-folder" = entry("流程名和文件夹名不同", "两处写成一样");
        // The text of a definition.
        TomlSyntax "toml-syntax" = entry("不合 TOML 的写法", "文字加引号，一行一项，段名用方括号");
        FullWidth "full-width" = entry("引号外面有全角标点", "切换到英文输入法，改成半角");
        DuplicateKey "duplicate-key" = entry("同一段里一个名字写了两次", "删去其中一个");
        UnknownKey "unknown-key" = entry("这一段不认识这个名字", SPELLING);
        MissingKey "missing-key" = entry("缺少必须写的一项", "补上这一项");
        WrongType "wrong-type" = entry("值的类型不对", "按要求写文字、数、是非、列表或表");
        EmptyText "empty-text" = entry("不能是空的", "写上内容，或删去这一项");
        EmptyList "empty-list" = entry("至少要有一项", "写上内容，或删去这一项");
        TooMany "too-many" = entry("同一种段写得太多", "拆成几个流程，或把长名单放进参照表");
        UnknownWord "unknown-word" = entry("没有这个选项", "从建议列出的选项中选一个");
        BadCode "bad-code" = entry("不能作代码或名称", "用小写英文和连字符，例如 team-too-small");
        BadName "bad-name" = entry("不能作列名或数值的名字", "只用汉字、字母、数字和下划线，不以数字开头");
        BadDate "bad-date" = entry("不是日期", "写成 2026-03-01");
        DatesOrder "dates-order" = entry("日期的先后不对", "前一个日期不能晚于后一个");
        DuplicateId "duplicate-id" = entry("id 重复", "换一个 id");
        DuplicateCode "duplicate-code" = entry("审核代码重复，或是系统自带的", "每条规则用自己的代码");
        DuplicateWord "duplicate-word" = entry("同一列词里有一个写了两次", "删去其中一个");
        BadPattern "bad-pattern" = entry("写法里没有 #，或不止一个", "写成 第#批，# 代表数");
        DuplicateField "duplicate-field" = entry("列名重复", "换一个列名");
        DuplicateHeader "duplicate-header" = entry("两列用了同一个表头", "从其中一列的 also 里删去，或用 under 写明上级表头");
        // Periods.
        BadPeriod "bad-period" = entry("不是报告期", "按 period 的种类写，例如 2026-03");
        BadPeriodName "bad-period-name" = entry("不能作报告期的名称", "只用汉字、字母和数字，不超过 30 个字");
        BadMonthDay "bad-month-day" = entry("不是每年都有的月、日", "写成 月-日，例如 11-15");
        SeasonMissing "season-missing" = entry("按季节报送，没有写 season", "加一行 season = { … }");
        SeasonNotHere "season-not-here" = entry("season 不能和这种 period 一起用", "删去 season，或改 period");
        CampaignNotHere "campaign-not-here" = entry("campaigns 不能和这种 period 一起用", "删去 campaigns，或改 period");
        DuplicateCampaign "duplicate-campaign" = entry("同名的专项期日期重叠", "改名称或日期");
        NoPeriods "no-periods" = entry("periods 至少是 1", "写 12 就是连本期在内看 12 期");
        // Names that are not there.
        UnknownForm "unknown-form" = entry("没有这个表式", SPELLING);
        UnknownField "unknown-field" = entry("表式没有这一列", SPELLING);
        UnknownColumn "unknown-column" = entry("没有这一列", SPELLING);
        UnknownCodes "unknown-codes" = entry("没有这个代码表", SPELLING);
        UnknownCodeColumn "unknown-code-column" = entry("没有这个有代码表的列", SPELLING);
        UnknownCodeValue "unknown-code-value" = entry("代码表里没有这个词", SPELLING);
        UnknownReference "unknown-reference" = entry("没有这个参照表", SPELLING);
        UnknownLookup "unknown-lookup" = entry("没有这个台账核对", SPELLING);
        UnknownShare "unknown-share" = entry("没有这个占比", SPELLING);
        UnknownTable "unknown-table" = entry("没有这张统计表", SPELLING);
        UnknownMeasure "unknown-measure" = entry("这张表里没有这个指标", SPELLING);
        UnknownRank "unknown-rank" = entry("没有这个名次列", SPELLING);
        ChartWithoutTable "chart-without-table" = entry("图在呈报版，它的表不在", "表也写 edition = \"signed\"，或图也写 working");
        UnknownSeries "unknown-series" = entry("表里没有可以画图的这一栏", SPELLING);
        UnknownScope "unknown-scope" = entry("没有这个范围", "写 province、unit，或每个表式都有的代码列");
        UnknownHole "unknown-hole" = entry("花括号里的名字不是这里的列，也不是 [values] 里的名字", SPELLING);
        UnpairedBrace "unpaired-brace" = entry("花括号不成对或是全角的", "用英文的花括号，写成 {列名}");
        // Columns of a form.
        AbsentNotHere "absent-not-here" = entry("absent 不能用在这种列", "absent 只用在 text 和 code 列");
        NoneNotZero "none-not-zero" = entry("none 不能这样用", "none 只能写 0，只用在 integer、number、percent 列");
        NotMeasured "not-measured" = entry("measured-in 不能用在这种列", "measured-in 只用在 integer 和 number 列");
        BandsOrder "bands-order" = entry("等次没有从高到低写", "按分数从高到低排");
        WasNotClear "was-not-clear" = entry("was 的旧名不清楚", "只写这一列自己以前的、现在不再用的名字");
        UnitNotAUnit "unit-not-a-unit" = entry("推荐单位列的类型不是 unit", "这一列写 type = \"unit\"");
        KeyMissing "key-missing" = entry("要认出上期的同一条记录，表式没有写 key", "在 [[form]] 里写 key = [列名]");
        KeyNotDeclared "key-not-declared" = warning("表式没有写 key，同一条记录报了两次、改了一处，都要靠猜", "在 [[form]] 里写 key = [列名]，例如所在单位和名称");
        CauseAlone "cause-alone" = warning("cause 只有一条规则写，和别的规则合不成一条", "同一处毛病会引出的几条规则写同一个 cause");
        FormsAlike "forms-alike" = warning("两张表式的列一样，收到的报表只能靠标题分辨", "给其中一张加一列必填的，或核对两张的 title 写得够不够分明");
        KeyNotAName "key-not-a-name" = entry("这一列认不出同一条记录", "用名称、单位、代码、编号、日期或整数列，各写一次");
        KeyNotHere "key-not-here" = entry("这一项不能写在这里", "删去这一项");
        DuplicateCodeValue "duplicate-code-value" = entry("代码或它的写法重复", "删去其中一个");
        // Rules.
        ComputedKind "computed-kind" = entry("算出来的列要写 value 或 rank 中的一个", "留下其中一个");
        GroupValue "group-value" = entry("没有写怎么算，或写了几种", "写 count、sum、least、most 中的一个");
        DuplicateBound "duplicate-bound" = entry("同一个代码的界限写了两次", ONE_ROW);
        BadBound "bad-bound" = entry("比例或个数写得不对", "写成不超过 100% 的百分数或一个整数");
        PointsOrder "points-order" = entry("表现差的得分反而高", "按时、迟报、退回、未报的得分依次不增");
        LedgerValue "ledger-value" = entry("台账的列要写 column、text、value、holds 中的一个", "留下其中一个");
        LedgerIncomplete "ledger-incomplete" = entry("记入台账的列不全", "在 columns 里补上");
        LedgerAnotherTable "ledger-another-table" = entry("一次印发记入了几个台账", "写同一个参照表");
        WrongForm "wrong-form" = entry("核对的不是这张名单的表式", "换成同一个表式的台账核对");
        // Tables.
        BadSheetName "bad-sheet-name" = entry("不能作工作表名", "不超过 31 个字，不用 : \\ / ? * [ ]");
        DuplicateMeasure "duplicate-measure" = entry("指标重名", "换一个名字");
        MeasureKind "measure-kind" = entry("指标没有写怎么算，或写了几种", "只写一种算法");
        MeasureDoesNotFit "measure-does-not-fit" = entry("指标放不进这张表", "按建议改这个指标或这张表");
        ListColumn "list-column" = entry("名单的列没有写取什么，或取不到", "写 value、column、lookup、rank 中的一个");
        CriteriaNotHere "criteria-not-here" = entry("有 criteria 的表不能这样写", "删去 across、across-periods 和 total");
        CriterionEmpty "criterion-empty" = entry("入选条件是空的", "写 when 或 top");
        ReasonsMissing "reasons-missing" = entry("有原因栏，没有写 criteria", "写 criteria，或删去这一列");
        ReasonsNotShown "reasons-not-shown" = entry("写了 criteria，没有列出原因", "加一列 value = \"reason\"");
        TopWithoutRank "top-without-rank" = entry("top 没有名次可依", "用 ranked-by 写明按哪个名次取");
        NotOutstanding "not-outstanding" = entry("没有说未对上的记录归谁", "在 [[lookup]] 里写 outstanding-by");
        DisciplineUnscored "discipline-unscored" = entry("没有规定得分，不能排名", "写一段 [discipline]");
        // Expressions.
        SqlSyntax "sql-syntax" = entry("表达式读不懂", "写成 列名 比较符 值，例如 人数 >= 3");
        SqlComment "sql-comment" = entry("表达式里不能有注释", "说明写在 TOML 的 # 后面");
        SqlTooLong "sql-too-long" = entry("表达式太长", "拆成几条规则，或把长名单放进参照表");
        SqlTooDeep "sql-too-deep" = entry("括号嵌套太深", "拆成几条规则");
        SqlFullWidth "sql-full-width" = entry("表达式里有全角符号", "改用半角；列名带这个符号的用反引号括起来");
        SqlSign "sql-sign" = entry("表达式里不能用书上的符号", "写成 <=、>=、<>、*、/");
        SqlUnknownName "sql-unknown-name" = entry("没有这个列或值", SPELLING);
        SqlUnknownFunction "sql-unknown-function" = entry("没有这个函数", SPELLING);
        SqlArguments "sql-arguments" = entry("函数的参数个数不对", "按建议的写法写");
        SqlType "sql-type" = entry("类型对不上", "核对列的类型");
        SqlNull "sql-null" = entry("这里不能用 NULL", "判断是否为空写 列 IS NULL");
        SqlNumber "sql-number" = entry("数写得不对或太大", "编号是文字的，加单引号");
        SqlDate "sql-date" = entry("日期常量不对", "写成 DATE '2026-01-01'");
        SqlDoubleQuotes "sql-double-quotes" = entry("双引号会被当成列名", "文字用半角单引号");
        SqlChainedComparison "sql-chained-comparison" = entry("比较连写了", "写成 x BETWEEN 1 AND 10");
        SqlAggregate "sql-aggregate" = entry("行规则里不能用聚合函数", "计数、求和写在 [[table]] 的 measures 里");
        SqlNoEarlier "sql-no-earlier" = entry("这里没有上期的数", "只有写了 key 的表式，规则里才能用");
        SqlUnsupported "sql-unsupported" = entry("不支持这种写法", "按建议改写");
        // Reference data.
        ReferenceMissing "reference-missing" = entry("找不到参照表", "放进参照表文件夹，或用 --reference 指定");
        TwoFiles "two-files" = entry("同一个参照表有两个文件", "留下要用的一个");
        WorkbookUnreadable "workbook-unreadable" = entry("参照表读不出来：工作簿损坏，或 csv 的编码、引号不对", "用 Excel 或 WPS 另存为 xlsx，或另存为 UTF-8 的 csv");
        MissingColumn "missing-column" = entry("参照表缺少列", "补上这一列，列名见 README");
        MissingCell "missing-cell" = entry("参照表必填的格是空的", "补填");
        UnreadableCell "unreadable-cell" = entry("参照表的格读不出来", "在表中改正后重新运行");
        EmptyTable "empty-table" = entry("参照表一行也没有", "填写内容或移走这个文件");
        UnknownUnit "unknown-unit" = entry("单位不在名册中", "核对单位代码，或补进单位名册");
        UnknownParent "unknown-parent" = entry("上级代码不在名册中", "核对上级代码");
        ParentCircle "parent-circle" = entry("上级代码绕成了圈", "核对这些单位的上级代码");
        ParentsTooMany "parents-too-many" = entry("上级一层套一层，层数太多", "核对上级代码，每个单位只写直接上级");
        UnknownPipeline "unknown-pipeline" = entry("没有这个报送项目", SPELLING);
        NobodyOwes "nobody-owes" = entry("没有一个单位应报", "在“应报”列写明，并核对启用、停用日期");
        DuplicateUnit "duplicate-unit" = entry("单位重复", "每个单位只留一行");
        AliasTaken "alias-taken" = entry("一个写法表示了两个单位", "删去这一行，或请报送单位写全称");
        MissingWeight "missing-weight" = entry("没有在岗职工人数，名额分不下去", "填写整数");
        CountTooLarge "count-too-large" = entry("人数大得不可能", "核对人数");
        NegativeCount "negative-count" = entry("人数或名额小于 0", "核对这个数");
        NotExpected "not-expected" = entry("不应报送的单位有名额", "核对单位名册的应报、启用、停用");
        IssuedTotal "issued-total" = entry("名额分配表的合计不对", "核对各单位名额和合计");
        DuplicateCity "duplicate-city" = entry("地市重复", "每个地市只留一行");
        DuplicateDue "duplicate-due" = entry("截止日期重复", ONE_ROW);
        SpoiledNumber "spoiled-number" = entry("表格软件把长数字改坏了，后面的数字已经丢了", "把这一列设成文本格式，照原件重新填");
        SpoiledDate "spoiled-date" = entry("表格软件把文字改成了日期", "把这一列设成文本格式，重新填");
        SpoiledText "spoiled-text" = entry("存成 csv 时有字丢了", "照原件补上，另存为 xlsx");
        LostZero "lost-zero" = entry("代码前面的 0 丢了", "把这一列设成文本格式，补上前面的 0");
        IdNumberWrong "id-number-wrong" = warning("身份证号校验不对", "照原件核对；改正以前查不出这个人是否重复");
        ColumnEmpty "column-empty" = warning("核对要用的列整列是空的", "照原件补上，否则什么也核对不出来");
        HolidayConflict "holiday-conflict" = entry("同一天又放假又上班", ONE_ROW);
        SynonymIsCode "synonym-is-code" = entry("一个词在表里是代码，在定义里是别的写法", "从定义的 also 里删去");
        SynonymTargetGone "synonym-target-gone" = entry("写法指向的代码不在表中", "在表中补上，或改定义的 also");
    }
}
