//! The keys of a definition, section by section: what the reader asks for, and what editors show of it.

mod forms;
mod front;
mod rules;
mod tables;
pub mod words;

use super::shape::KeyHolds::{Any, Number, Table, Tables, Text, Texts, Truth, Whole, Word};
use super::shape::{KeyHolds, Shape, may, must, words};
use crate::definition::read::{codes, ledger, schedule, shares};

/// `pipeline.toml`.
pub const DOCUMENT: Shape = Shape::of(&[
    must("name", Text, "流程名：小写英文和连字符，和所在文件夹同名，例如 model-teams"),
    must("title", Text, "这项工作的名称，用在工作簿标题和文件名里"),
    must("notice", Text, "依据的通知或文件"),
    must(
        "period",
        Word(&words(&schedule::KINDS)),
        "多久报一次：month 月、quarter 季、half-year 半年、year 年、season 每年一季、campaign 专项期",
    ),
    may("season", Table(&SEASON), "只在一年里的一段时间报送时写，例如采暖期"),
    may("campaigns", Tables(&CAMPAIGN), "period = \"campaign\" 时各次专项期的名称和起止日期"),
    may(
        "count",
        Word(&words(&schedule::COUNTS)),
        "有“必改”时不计入什么：rows 只是那几行（默认），whole-returns 整份报表",
    ),
    may("include", Texts, "共用的代码表文件，路径从本文件所在的文件夹算起，例如 \"../reference/codes.toml\""),
    must("sample", Table(&SAMPLE), "自带的试用数据：报告期和所在文件夹"),
    may("values", Table(&VALUES), "起了名字的数值（界限、比例），表达式和说明文字里都可以用"),
    may("codes", Table(&CODE_LISTS), "代码表：一栏只能填的那几个词"),
    may("reference", Tables(&REFERENCE), "除自带的以外要用的参照表"),
    must("form", Tables(&forms::FORM), "表式：一张上报的表，它的各列和审核规则"),
    may("lookup", Tables(&rules::LOOKUP), "拿上报的行和台账等参照表核对"),
    may("ledger", Tables(&LEDGER), "印发时把哪些行记入哪个台账"),
    may("quota", Table(&QUOTA), "名额：总数和怎么分到各单位"),
    may("share", Tables(&SHARE), "比例要求，例如一线职工不少于一半"),
    may("discipline", Table(&DISCIPLINE), "报送纪律得分；有它才能排报送名次"),
    must("table", Tables(&tables::TABLE), "呈报版、工作版里的一张统计表或名单"),
    may("chart", Tables(&tables::CHART), "呈报版、工作版里的图"),
    may("front", Table(&front::FRONT), "首页：汇总单位、密级、签字各项；没有写的照 include 的文件"),
    may("figure", Tables(&front::FIGURE), "首页上的一个主要指标"),
    may("headline", Tables(&front::HEADLINE), "首页上的一句话，用一张统计表里的数写成"),
]);

/// A file that `include` names.
pub const INCLUDED: Shape = Shape::of(&[
    may("codes", Table(&CODE_LISTS), "代码表"),
    may("front", Table(&front::FRONT), "首页：汇总单位、密级、签字各项"),
]);

const VALUE: KeyHolds = Any(&[Number, Text, Truth]);
const VALUES: Shape = Shape::named(&VALUE);

const CODE_LISTS: Shape = Shape::named(&Table(&CODE_LIST));

const CODE_LIST: Shape = Shape::of(&[
    may("table", Text, "有这个名字的参照表时，次序和内容以参照表为准"),
    must("values", Texts, "正式写法，按正式次序"),
    may("also", Table(&SYNONYMS), "别的写法（左）和它的正式写法（右）"),
    may("prefixes", Texts, "前面带上这些字也是同一个词，例如“安徽省”"),
]);

const SYNONYMS: Shape = Shape::named(&Text);

const SEASON: Shape = Shape::of(&[
    must("name", Text, "这一季的名称，例如 采暖期"),
    may("also", Texts, "报表里对这一季的别的叫法"),
    must("first", Text, "第一天，写成 月-日，例如 \"11-15\""),
    must("last", Text, "最后一天，写成 月-日，例如 \"03-15\"；可以在第二年"),
]);

const CAMPAIGN: Shape = Shape::of(&[
    must("name", Text, "专项期的名称，例如 百日攻坚"),
    must("first", Text, "第一天，例如 \"2026-03-01\""),
    must("last", Text, "最后一天，例如 \"2026-06-08\""),
]);

const SAMPLE: Shape = Shape::of(&[
    must("period", Text, "试用数据的报告期，例如 \"2026-03\""),
    must("returns", Text, "试用数据所在的文件夹"),
]);

const REFERENCE: Shape = Shape::of(&[
    must("name", Text, "参照表的名字，也就是文件名（不带 .csv、.xlsx）"),
    may("optional", Truth, "true：没有这张表也能运行"),
    must("columns", Tables(&REFERENCE_COLUMN), "参照表的各列"),
]);

const REFERENCE_COLUMN: Shape = Shape::of(&[
    must("name", Text, "列名"),
    may("also", Texts, "表头别的写法"),
    must(
        "type",
        Word(&words(&codes::COLUMN_TYPES)),
        "text 文字、integer 整数、number 小数、boolean 是否、date 日期、id-number 身份证号",
    ),
    may("codes", Text, "只能填这个代码表里的词"),
    may("required", Truth, "true：每一行都要填"),
]);

const LEDGER: Shape = Shape::of(&[
    must("form", Text, "从哪个表式记入（它的 id）"),
    must("reference", Text, "记入哪个参照表，例如 荣誉台账"),
    may("where", Text, "只记入符合这个条件的行"),
    must("columns", Tables(&LEDGER_COLUMN), "台账的每一列从哪里来"),
]);

const LEDGER_COLUMN: Shape = Shape::of(&[
    must("name", Text, "台账的列名"),
    may("column", Text, "取表式的这一列"),
    may("text", Text, "每一行都写这几个字"),
    may(
        "value",
        Word(&words(&ledger::VALUES)),
        "year 取年度，number 取印发文号，city 取推荐单位的地市，source 取来自哪份报表",
    ),
    may("holds", Text, "这个条件成立的写“是”，不成立的写“否”"),
]);

const QUOTA: Shape = Shape::of(&[
    must("form", Text, "申报名额的表式（它的 id）"),
    must("total", Whole, "名额总数"),
    must("weight", Word(&words(&shares::WEIGHTS)), "按名册的哪一列分"),
    must("method", Word(&words(&shares::METHODS)), "largest-remainder：最大余数法"),
    may("minimum", Whole, "每个单位至少几个；不写就是 0"),
    may("issued", Text, "已经下达名额时，名额分配表的名字；有它就不再计算"),
    must("formal", Text, "哪些行是正式申报（条件）"),
    must("standby", Text, "哪些行是备选（条件）"),
    must("standby-rate", Text, "备选最多占名额的多少，例如 \"20%\""),
    may("standby-minimum", Whole, "备选至少可以有几个；不写就是 0"),
    must("over", Table(&UNIT_RULE), "超过名额时怎么说"),
    must("over-standby", Table(&UNIT_RULE), "备选超过限额时怎么说"),
]);

const UNIT_RULE: Shape = Shape::of(&[rules::CODE, rules::SEVERITY, rules::FOUND, rules::EXPECTED, rules::NEXT]);

const SHARE: Shape = Shape::of(&[
    must("id", Text, "给统计表和图引用的名字"),
    must("title", Text, "这项比例的名称"),
    may("enabled", Truth, "false：先不用"),
    must("bound", tables::BOUND, "界限：\"50%\"、\"1/2\"，或一个个数"),
    must("compare", Word(&words(&shares::COMPARE)), "at-least 不少于，at-most 不多于"),
    must("parts", Tables(&SHARE_PART), "分子和分母从哪些表式来；各部分分别加起来再比"),
    may("fillers", Tables(&SHARE_PART), "不够时可以从哪里补，例如备选名单"),
    must("scopes", Texts, "在什么范围内比：province 全省、unit 各单位，或一个代码列"),
    rules::CODE,
    rules::SEVERITY,
    must("counted", Text, "分子叫什么，例如 一线"),
    must("notice", Text, "依据的文件"),
]);

const SHARE_PART: Shape = Shape::of(&[
    must("form", Text, "表式（它的 id）"),
    may("among", Text, "分母：符合这个条件的行；不写就是全部"),
    must("counts", Text, "分子：其中符合这个条件的行"),
]);

const DISCIPLINE: Shape = Shape::of(&[
    must("on-time", Whole, "按时报送得几分"),
    must("after-grace", Whole, "补报截止以后才报得几分"),
    must("returned", Whole, "退回未重报得几分"),
    must("unreadable", Whole, "文件打不开得几分"),
    must("missing", Whole, "未报得几分"),
    must("late-per-day", Whole, "迟报一个工作日扣几分"),
    may("periods", Whole, "连本期在内看几期；不写就是 12"),
]);
