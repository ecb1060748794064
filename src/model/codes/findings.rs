//! What the engine itself finds in submitted data. Rules of definitions have codes of their own.

use super::registry::registry;
use crate::model::severity::Severity;

/// What a finding stands on, and so what it holds: 必改 on a cell or row holds the row, on a file or return all its
/// rows, on a unit, the run or what was not read nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stands {
    Row,
    Return,
    File,
    /// What was not read: it counts nowhere, and no word of anybody's brings it in.
    Unread,
    Run,
}

impl Stands {
    /// The word in README.md's tables.
    pub const fn key(self) -> &'static str {
        match self {
            Stands::Row => "row",
            Stands::Return => "return",
            Stands::File => "file",
            Stands::Unread => "unread",
            Stands::Run => "run",
        }
    }

    /// In Chinese, for officers.
    pub const fn word(self) -> &'static str {
        match self {
            Stands::Row => "数据行",
            Stands::Return => "整份报表",
            Stands::File => "整个文件",
            Stands::Unread => "没有读入的内容",
            Stands::Run => "本次汇总",
        }
    }
}

/// What is known of a finding of the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FindingEntry {
    /// The usual one first.
    pub severities: &'static [Severity],
    pub stands: Stands,
    /// What it is, in Chinese.
    pub word: &'static str,
    /// In English, for README.md.
    pub meaning: &'static str,
    /// Who does what, in Chinese; the finding itself often says it more exactly.
    pub next: &'static str,
}

impl FindingEntry {
    /// Whether what a finding of this severity stands on is held, or counts.
    pub fn holds(&self, severity: Severity) -> bool {
        severity == Severity::Block && !matches!(self.stands, Stands::Run | Stands::Unread)
    }
}

const BLOCK: &[Severity] = &[Severity::Block];
const VERIFY: &[Severity] = &[Severity::Verify];
const NOTE: &[Severity] = &[Severity::Note];
const BLOCK_OR_VERIFY: &[Severity] = &[Severity::Block, Severity::Verify];
const BLOCK_OR_NOTE: &[Severity] = &[Severity::Block, Severity::Note];
const VERIFY_OR_NOTE: &[Severity] = &[Severity::Verify, Severity::Note];

const fn file(
    severities: &'static [Severity],
    word: &'static str,
    meaning: &'static str,
    next: &'static str,
) -> FindingEntry {
    FindingEntry { severities, stands: Stands::File, word, meaning, next }
}

const fn whole(
    severities: &'static [Severity],
    word: &'static str,
    meaning: &'static str,
    next: &'static str,
) -> FindingEntry {
    FindingEntry { severities, stands: Stands::Return, word, meaning, next }
}

const fn row(
    severities: &'static [Severity],
    word: &'static str,
    meaning: &'static str,
    next: &'static str,
) -> FindingEntry {
    FindingEntry { severities, stands: Stands::Row, word, meaning, next }
}

const fn unread(
    severities: &'static [Severity],
    word: &'static str,
    meaning: &'static str,
    next: &'static str,
) -> FindingEntry {
    FindingEntry { severities, stands: Stands::Unread, word, meaning, next }
}

const fn run(
    severities: &'static [Severity],
    word: &'static str,
    meaning: &'static str,
    next: &'static str,
) -> FindingEntry {
    FindingEntry { severities, stands: Stands::Run, word, meaning, next }
}

/// Who mends a cell.
const MEND: &str = "请报送单位改正后重新报送";
/// Who looks at a doubtful one.
const ASK: &str = "请核对原件，不对的请报送单位改正";
const RESAVE: &str = "请报送单位用 Excel 或 WPS 打开、另存后重新发送";

registry! {
    /// A code of the engine.
    FindingCode: FindingEntry {
        FileNotRegular "file-not-regular" = file(BLOCK, "不是普通文件", "a symlink, FIFO or device; never opened", "请报送单位直接发送文件本身");
        FileUnopenable "file-unopenable" = file(BLOCK, "文件打不开", "the system refuses to open the file", "请检查文件权限，或关闭占用它的程序后重试");
        FileEmpty "file-empty" = file(BLOCK, "文件是空的", "no bytes at all", "请报送单位重新发送");
        FileOverLimit "file-over-limit" = file(BLOCK, "文件超过上限", "over a limit on size, parts, cells or ratio; the cause says which and how to lift it", "请报送单位删去多余的格式、图片或空行；确需照收的，用 --file-memory 放宽");
        FileOverTime "file-over-time" = file(BLOCK, "读取超时", "reading took longer than `--file-time`", "请报送单位另存为 xlsx 后重新发送；确需读取的，用 --file-time 放宽");
        FileDamaged "file-damaged" = file(BLOCK, "文件已损坏", "truncated, broken or failing its checksum", RESAVE);
        FileEncrypted "file-encrypted" = file(BLOCK, "文件设有打开密码", "protected by a password", "请报送单位取消打开密码后重新发送");
        FileUnsafe "file-unsafe" = file(BLOCK, "文件含有危险内容", "content that a workbook has no business to hold (entities, overlapping members)", "请核实来源；确为报表的，请报送单位另存后重新发送");
        FileUnsupported "file-unsupported" = file(BLOCK, "不支持的文件格式", "a workbook format or variant that is not read", "请报送单位用 Excel 或 WPS 另存为 xlsx 后重新发送");
        FileWorkerDied "file-worker-died" = file(BLOCK, "读取进程在这份文件上中断", "the reader did not survive the file", RESAVE);
        FileUnrecognised "file-unrecognised" = file(NOTE, "没有本项工作的表", "readable, but no form of this pipeline", "请确认是否放错；是本项报表的，请报送单位按下发的表式填报");
        ColumnMissing "column-missing" = whole(BLOCK, "缺少必需的列", "a required column is absent; look-alike headers are named", "请报送单位按下发的表式补上这一列");
        TitleOfAnotherForm "title-of-another-form" = whole(BLOCK, "标题是另一项工作的表", "all required columns fit, and the title names a form of another pipeline", "请报送单位核对报的是哪一张表，改正标题后重新报送");
        ColumnTwice "column-twice" = whole(BLOCK, "两列都像同一个栏目", "two columns claim one field", "请报送单位只留一列");
        ColumnAbsent "column-absent" = whole(NOTE, "可省略的列没有填报", "a column left out by right; the declared value was taken", "按定义写明的值计，无须处理");
        OtherPeriod "other-period" = whole(NOTE, "是其他报告期的报表", "the return is of another period: neither sent back nor counted", "不必退回；本期还没有报的请催报，写错报告期的请改正后重报");
        CountedElsewhere "counted-elsewhere" = whole(VERIFY, "已认定计入另一期", "a return that somebody let count in another period than it says (计入本期 there): held until somebody says that it counts here too", "请核实：只算那一期的选“不计入”；这一期也要计的选“属实”，并重新汇总那一期");
        PeriodAtOdds "period-at-odds" = whole(VERIFY, "工作表名、文件名等说的是另一期", "title, sheet name or file name say another period than what stands above them in weight (所属期, title, sheet name, file name)", ASK);
        PeriodUnclear "period-unclear" = whole(VERIFY, "所属期读不出来", "所属期 cannot be read", ASK);
        PeriodOtherKind "period-other-kind" = whole(VERIFY, "报告期的长短和本项工作不同", "a period of another length: a year in a monthly return, a month in a quarterly one, a span of months, a cumulation", ASK);
        PeriodMissing "period-missing" = whole(NOTE, "没有写所属期", "no 所属期", "按本期计，无须处理");
        FiledBeforeOpen "filed-before-open" = whole(NOTE, "填报日期早于开网日期", "填报日期 is before 开网 of the calendar: a wrong date, or last period's return", "请核对是不是上一期的报表");
        FilingDateUnclear "filing-date-unclear" = whole(NOTE, "填报日期读不出来", "填报日期 is no whole date; the file's own stamp stands in for it", ASK);
        SheetNearForm "sheet-near-form" = unread(VERIFY, "工作表像本项的表，缺的列太多", "a sheet beside a recognised one looks like a form and lacks too many columns: its rows are not read", "请核对其中有没有应报的数据");
        SheetOtherPeriod "sheet-other-period" = whole(NOTE, "工作表是别的报告期的", "a sheet of another period, not counted", "不计入本期，无须处理");
        SheetHidden "sheet-hidden" = whole(NOTE, "隐藏的工作表里有数据", "a hidden sheet with data, not counted", "应当计入的，请报送单位取消隐藏后重新报送");
        RowsHidden "rows-hidden" = whole(NOTE, "有隐藏或筛掉的行", "hidden or filtered rows, counted", "已经计入；不应计入的，请报送单位删去");
        ColumnsHidden "columns-hidden" = whole(NOTE, "有隐藏的列", "hidden columns of the form, read", "已经读取，请留意");
        UnitOnCover "unit-on-cover" = whole(VERIFY, "计量单位和表式要求的不同", "计量单位 says another unit than the form asks, and the column's own header leaves it open", "请报送单位核实各数没有差十倍、百倍或一万倍");
        SenderUnknown "sender-unknown" = whole(BLOCK, "认不出报送单位", "the cover's unit is not in the roster, or nothing names a unit", "请报送单位填写名册中的单位全称；名册缺漏的补充别名");
        SenderAmbiguous "sender-ambiguous" = whole(BLOCK, "报送单位的简称对应几个单位", "the cover's short name fits several units", "请报送单位填写单位全称");
        SenderConflict "sender-conflict" = whole(BLOCK, "填报单位和推荐单位没有隶属关系", "cover and 推荐单位 are not linked in the roster", "请核对两处单位，或在名册中补上级代码");
        SenderDoubtful "sender-doubtful" = whole(VERIFY, "文件夹或文件名和报表里的单位不同", "folder or file name at odds with the return", "请核对报表是谁报的");
        CellsOutside "cells-outside" = whole(NOTE, "表头以外的列有内容", "cells of data rows under no header: not read", "没有读取；有用的内容请报送单位填到表内");
        ColumnParentUncertain "column-parent-uncertain" = unread(VERIFY, "看不出列属于哪个上级表头", "parents neither merged nor above their first child: their columns are not read", "请报送单位把上级表头合并，或写在它管的第一列上");
        ColumnLookAlike "column-look-alike" = unread(VERIFY, "选填列没有读到，却有相近的列", "an optional column is missing while a look-alike holds values that nobody reads", "请报送单位把列名改成表式的写法");
        ColumnQualified "column-qualified" = whole(VERIFY, "列名里有不认得的限定词", "a header with an unknown qualifier was read as the field", ASK);
        ColumnOtherMeaning "column-other-meaning" = whole(VERIFY, "列名里的限定词另有含义", "a required column whose header is qualified to another meaning (计划, 上年 …) was read for want of another", "请报送单位核对这一列填的是什么");
        SheetCopied "sheet-copied" = whole(VERIFY, "工作表是另一张的副本", "a copy of another sheet: equal rows do not count, others do", "请报送单位核实以哪一张为准");
        SheetSetAside "sheet-set-aside" = unread(VERIFY_OR_NOTE, "工作表的名称说明它不算", "a sheet called 示例, 模板, 作废, 备份 … beside others: held out; 提示 where its rows stand elsewhere too", "请报送单位核实：要报的改写工作表名，不用的删去");
        SheetCalledAside "sheet-called-aside" = whole(VERIFY, "唯一有数据的工作表名称像不用的表", "the only sheet with records is called 示例, 模板, 作废, 备份 …: it counts", "请报送单位核实：要报的改写工作表名，不是的补报");
        RemarkSaysVoid "remark-says-void" = whole(VERIFY, "备注说这一行不算，或者还没有定", "a remark that takes the record back or doubts it; it counts", "请报送单位核实：删去这一行，或改正备注");
        TotalLikeName "total-like-name" = whole(VERIFY, "记录的名称像合计", "a record whose name ends as a total does, or whose figures are the sum of the rows above; it counts", "请报送单位核实：是合计的改写“合计”");
        SectionHeading "section-heading" = whole(NOTE, "数据行之间的分段标题", "a heading between records that is no code word", "没有读取，请留意");
        RowsPrefilled "rows-prefilled" = whole(NOTE, "只有预填内容的行", "rows with nothing but units, choices and zeros that the form came with", "没有计入；要报的请报送单位补填名称");
        RowContinued "row-continued" = unread(VERIFY, "一条记录占了两行", "the second row of a record whose naming cells are merged with the row above; not read", "请报送单位核实：内容并入一行，或取消合并后填全");
        RowExampleDoubtful "row-example-doubtful" = unread(VERIFY, "注明是示例的行", "a plausible row whose remark or number says 示例, not counted", "请报送单位核实：删去这一行，或删去“示例”二字");
        RowExample "row-example" = whole(NOTE, "填写示例的行", "an example row, not counted", "没有计入；是真实记录的，请报送单位填写真实名称");
        RowOfWhich "row-of-which" = whole(NOTE, "其中数的行", "a row that says 其中, not counted", "没有计入，无须处理");
        RowStruck "row-struck" = unread(VERIFY, "整行划了删除线", "a row struck through, not counted", "请报送单位核实：删去这一行，或取消删除线");
        NoRows "no-rows" = whole(VERIFY, "只有表头", "headers only, without 零报告 or 无", "请报送单位确认是不是零报告");
        NilBesideRows "nil-beside-rows" = whole(VERIFY_OR_NOTE, "写着零报告或无，却有数据行", "零报告 (核实) or 无 (提示) beside rows that count", ASK);
        TableEmpty "table-empty" = whole(NOTE, "几张表中有一张是空的", "one of several tables is empty", "请核对是不是漏填");
        WorkbookRemark "workbook-remark" = whole(NOTE, "读取时的提醒", "a remark of the reader (two sheets of one name, chart sheets, formulas not calculated by Excel, a csv without its last line end)", "请按提醒核对");
        RequiredMissing "required-missing" = row(BLOCK, "必填的没有填", "a required cell is empty", "请报送单位补填");
        NotReported "not-reported" = row(BLOCK_OR_NOTE, "填的是未报", "未报", "请报送单位补报");
        NoneInNumber "none-in-number" = row(BLOCK_OR_VERIFY, "数字列填了无", "无, — or / in a number where it does not mean 0", "没有的请填 0，不掌握的请补报");
        NumberUnreadable "number-unreadable" = row(BLOCK, "不是确切的数", "about, range, scientific notation, or no number", MEND);
        NotWhole "not-whole" = row(BLOCK, "应为整数", "decimals in a whole-number field", MEND);
        UnitContradicts "unit-contradicts" = row(BLOCK, "单位和表头不符", "the unit in the cell is not the one asked", MEND);
        UnitDiffers "unit-differs" = row(VERIFY, "金额按另一个单位换算", "money converted from another unit", ASK);
        PercentScale "percent-scale" = row(VERIFY, "百分数没有百分号", "a percentage without its sign", ASK);
        PercentOutOfRange "percent-out-of-range" = row(BLOCK, "百分数超出 0 至 100%", "a percentage outside 0–100", MEND);
        WrongKind "wrong-kind" = row(BLOCK, "内容的类型不对", "a date, boolean or number where it cannot be", MEND);
        CellError "cell-error" = row(BLOCK, "单元格是错误值", "an Excel error value", "请报送单位改正公式或直接填数");
        CellUnreadable "cell-unreadable" = row(BLOCK, "单元格读不出来", "a formula without a saved value and the like", "请报送单位重新计算并保存，或直接填数");
        DateIncomplete "date-incomplete" = row(BLOCK, "日期不完整", "year, month or day missing", MEND);
        DateImpossible "date-impossible" = row(BLOCK, "没有这一天", "no such day (serial 60, 1900-02-29, included)", MEND);
        DateUnreadable "date-unreadable" = row(BLOCK, "读不出日期", "no certain date", MEND);
        DateImplausible "date-implausible" = row(VERIFY, "日期太早或太晚", "a real date before 1930, or after the year of the period", ASK);
        DateSerialUnformatted "date-serial-unformatted" = row(VERIFY, "把数字按日期读", "a plain number read as a date", ASK);
        DateBound "date-bound" = row(VERIFY, "日期写的是“……前”“……底”", "a deadline or the end of a month where a day is asked; that day was read", ASK);
        YearTwoDigits "year-two-digits" = row(VERIFY, "年份只有两位", "a two-digit year", ASK);
        MonthUncertain "month-uncertain" = row(VERIFY, "月份可能丢了末尾的 0", "1980.1: January or October, and the ID number does not say October; read as January until someone decides", ASK);
        CodeUnknown "code-unknown" = row(BLOCK, "不在代码表中", "not in the code list", MEND);
        BooleanUnknown "boolean-unknown" = row(BLOCK, "看不出是还是否", "neither yes nor no", MEND);
        ScoreUnknown "score-unknown" = row(BLOCK, "不是得分也不是等次", "neither a score nor a grade", MEND);
        UnitUnknown "unit-unknown" = row(BLOCK, "单位不在名册中", "the unit is not in the roster", "请报送单位改填单位全称；名册缺漏的补充别名");
        UnitAmbiguous "unit-ambiguous" = row(BLOCK, "单位名对应不止一个单位", "several units of that name", "请报送单位改填单位全称");
        UnitNotExpected "unit-not-expected" = row(BLOCK, "推荐单位不在应报之列", "the recommending unit owes no return, neither does any unit above it, and it is not in line with the sender", "请核对推荐单位；应报的请改单位名册");
        UnitOffChain "unit-off-chain" = row(BLOCK, "推荐单位和报送单位没有隶属关系", "a row whose recommending unit is neither above nor below the sender that the cover names", "请核对这一行是谁推荐的，或在名册中补上级代码");
        IdStoredAsNumber "id-stored-as-number" = row(BLOCK, "身份证号存成了数字", "an ID number stored as a number has lost digits", "请报送单位设为文本格式后重新填写");
        IdFifteenDigits "id-fifteen-digits" = row(BLOCK, "15 位的旧身份证号", "an old 15-digit ID number", MEND);
        DittoInName "ditto-in-name" = row(BLOCK, "名称填了同上", "同上 for a record's own name, so that it would be the record above", "请报送单位写明这一条自己的名称");
        DittoInNumber "ditto-in-number" = row(BLOCK, "数、日期或证号填了同上", "同上 in a number, date or ID", MEND);
        DittoWithoutSource "ditto-without-source" = row(BLOCK, "同上的上面没有内容", "同上 with nothing above", MEND);
        MergedNumber "merged-number" = row(BLOCK_OR_VERIFY, "数、日期或证号在合并单元格下", "a number, date or ID under a merge", "请报送单位取消合并，逐行填写");
        ValueNotShown "value-not-shown" = row(VERIFY, "有数而不显示", "a number that is not zero and that its format shows as nothing, or without its minus sign (then the row is held)", ASK);
        ShownOtherwise "shown-otherwise" = row(VERIFY, "单元格显示的和存的不同", "a number format shows another value than is stored; what is shown was read", ASK);
        CellSuperscript "cell-superscript" = row(VERIFY, "数或名称带上标、下标", "superscript and subscript marks are no part of a number, date, ID or name", ASK);
        CellStruck "cell-struck" = row(VERIFY, "单元格划了删除线", "struck text: what is left is read", "请报送单位核实后删去划线的内容");
        NameUnclear "name-unclear" = row(VERIFY, "姓名不像一个人的姓名", "a text in a column of names that can be no one person's name", "请报送单位核实姓名");
        RecordNameOdd "record-name-odd" = row(VERIFY, "名称不像一个完整的名称", "what names a record is a figure or a mark, has the form's own rule or label in it, or names several; it counts", "请报送单位核实：填全称，几个的一个一行");
        SeveralPeople "several-people" = row(BLOCK_OR_VERIFY, "一格里像有两个人名", "two people in one cell of names", "请报送单位一人一行填写");
        RowTooLong "row-too-long" = row(BLOCK, "一行的内容比表头多", "a csv row with more filled cells than its header, so that values may stand one column off", "请报送单位核对这一行的分隔符和引号后重新导出");
        SectionAtOdds "section-at-odds" = row(VERIFY, "与分段标题不一致", "a cell at odds with the heading above it", ASK);
        RowBelowSignature "row-below-signature" = unread(BLOCK, "数据写在签字栏以下", "a record below the signatures, without a header of its own", "请报送单位移到签字栏以上，或补上表头");
        TotalMismatch "total-mismatch" = whole(VERIFY, "合计和各行之和不符", "a 合计 that is not the sum of its rows", ASK);
        ParentRowBesideParts "parent-row-beside-parts" = row(VERIFY, "上级单位的一行可能含有下级各行", "a unit's row that is at least the sum of its subordinates' rows beside it in every count; all of them count", "请报送单位核实：已含下级的改填本级的数");
        RecordRepeated "record-repeated" = row(VERIFY, "同一条记录填了两次", "rows of one sender that are one record (equal but for 序号 and 备注); one counts, the others are held", "请核对；确是两条的请写出区别后重新报送");
        RecordContradicting "record-contradicting" = row(BLOCK, "同一条记录前后不一致", "rows of one sender that share their `key` and say different things; none counts", "请报送单位只留正确的一条后重新报送");
        RowOfBrokenSet "row-of-broken-set" = row(VERIFY, "同一组的其他行没有计入", "a row of a set that `stand-together` declares to count as a whole, of which another row is held; it is held as well", "其他行改正后一并计入");
        RecordSpelledAlike "record-spelled-alike" = row(VERIFY, "名称像是同一个的两种写法", "records whose names differ only in the kind of company or in an addition in brackets, within one sender or where they may occur once only; both count", "请核实：是同一条记录的只留一条");
        RecordInTwoReturns "record-in-two-returns" = row(VERIFY, "两个单位报了同一条记录", "equal records of two senders, where no rule of the form speaks of it; both count", "请与两个单位核实");
        ReportedByAnother "reported-by-another" = whole(NOTE, "由别的单位代报", "a unit that owes a return and sent none: its rows count in another unit's list, so it has reported", "已算作报送，不必催报");
        VersionUndecidable "version-undecidable" = whole(BLOCK, "两个版本分不出先后", "two versions, and nothing tells which is later", "请报送单位说明以哪一份为准");
        VersionEvidenceConflict "version-evidence-conflict" = whole(VERIFY, "版本先后的依据不一致", "填报日期, marks and stamps disagree; the later 填报日期 counts", "请核对以哪一份为准");
VersionByStamp "version-by-stamp" = whole(VERIFY, "只凭修改时间分出新旧", "a version replaced another by its modified stamp alone, inside or of the file", "请汇总部门向报送单位核实哪一份有效");
        ReturnInParts "return-in-parts" = whole(VERIFY, "一张表分几份报", "several returns of one unit, form and period that share no record or name different parts: all count", "请核实是分几次报的，还是后一份替代前一份");
        ReturnCalledVoid "return-called-void" = whole(VERIFY, "文件名说它不作数", "a file that calls itself 作废, 旧版, 备份, with nothing else of the unit's in its place: held", "请核实：有效的改名后重新汇总，作废的请报送单位另报");
                VersionRowsDropped "version-rows-dropped" = whole(VERIFY, "后一版比前一版少了行", "a later version lacks rows of the earlier", "请报送单位确认是不是有意删去");
        QuotaWeightMissing "quota-weight-missing" = run(BLOCK, "应报单位没有在岗职工人数", "an expected unit has no weight, so no seats are apportioned", "请在单位名册中补填后重新汇总");
        QuotaNotApportioned "quota-not-apportioned" = run(BLOCK, "总名额不够每个单位的下限", "the total cannot give each unit its minimum", "请改总名额或下限");
        QuotaIssuedRow "quota-issued-row" = run(BLOCK, "名额分配表有行认不出单位", "a row of 名额分配表 belongs to no expected unit", "请改正名额分配表后重新汇总");
        QuotaIssuedTotal "quota-issued-total" = run(BLOCK, "名额分配表的合计不等于总名额", "名额分配表 adds up to another total than the definition's", "请改正名额分配表后重新汇总");
        DecisionNotTaken "decision-not-taken" = run(VERIFY, "处理意见没有采用", "an answer in the decisions workbook (处理意见) that is impossible, incomplete or contradicts another; nothing of it was applied", "请在处理意见工作簿里改好这一行后重新汇总");
        DecisionExpired "decision-expired" = run(NOTE, "处理意见已失效", "a decision whose finding is no more, or whose cells or rule changed since", "问题还在的，请在处理意见工作簿里重新处理");
        HistoryGap "history-gap" = run(NOTE, "要对照的那一期没有可用的数据", "rules that look back were not evaluated: that period is not stored, or not usably", "请先汇总那一期");
        HistoryAmbiguous "history-ambiguous" = run(NOTE, "历史中有几条记录的标识相同", "stored records that share their key; they were not compared", "请核对那一期的数据");
    }
}
