//! `[[table]]` and `[[chart]]`.

use super::forms::{DIRECTION, WITHIN};
use crate::definition::read::charts::{CHART_KINDS, ONLY, ORDERS};
use crate::definition::read::measures::{BASES, LINES, QUOTA_PARTS, ROSTER_COLUMNS};
use crate::definition::read::shape::KeyHolds::{Any, Table, Tables, Text, Texts, Truth, Whole, Word};
use crate::definition::read::shape::{KeyHolds, SectionKey, Shape, may, must, words};
use crate::definition::read::shares::COMPARE;
use crate::definition::read::tables::{EDITIONS, KINDS, LIST_WORDS};
use crate::definition::read::time::{PERIODS, SPANS};

const BASIS: SectionKey = may("basis", Word(&words(&BASES)), "accepted 计入的行（默认），read 读到的全部行");
const TOP: SectionKey = may("top", Whole, "只取前几名，并列的都列");
/// `"50%"`, `"1/2"`, or a whole number.
pub const BOUND: KeyHolds = Any(&[Text, Whole]);

const EDITION: SectionKey = may(
    "edition",
    Word(&words(&EDITIONS)),
    "signed 呈报版和工作版都有（统计表、名单、比例的默认），working 只在工作版（报送情况和催报的默认）；图不写就随它的表",
);
const RANKED_BY: SectionKey = may("ranked-by", Text, "按哪一个名次排列");

pub const TABLE: Shape = Shape::of(&[
    must("id", Text, "给图引用的名字"),
    must("sheet", Text, "放在哪张工作表，最多 31 个字；同名的排在一张上"),
    must("title", Text, "表名；可以写 {报告期}，写了 top 的可以写 {前几名}（前十名，含并列共 12 个）"),
    may("caption", Text, "表名下面的一行说明"),
    may("notes", Texts, "表下的注"),
    EDITION,
    may("landscape", Truth, "true：横向打印"),
    may("except", Text, "已经列在那张表上的（它的 id，例如曝光台），不列在这张表上"),
    may("reconcile", Tables(&RECONCILIATION), "和另一张表里同一个数的合计对不上时，表下注明相差多少、差在哪里"),
    may(
        "kind",
        Word(&words(&KINDS)),
        "statistic 统计表（默认）、list 名单、share 一项比例、shares 各项比例、discipline 报送情况、chase 催报",
    ),
    may("rows", Any(&[Word(&words(&LINES)), Table(&ROWS)]), "统计表的行：unit 各单位、city 各市，或写明的代码、条件"),
    may("label", Text, "统计表第一栏叫什么"),
    may("across", Texts, "统计表横向按哪些代码列展开"),
    may("across-total", Truth, "true：横向加一栏合计"),
    may("across-periods", Any(&[Whole, Word(&words(&SPANS))]), "各期并列：几期，或 year 本年各期、season 本季各期"),
    may("measures", Tables(&MEASURE), "统计表的各栏"),
    may("total", Text, "合计行叫什么；不写就没有合计行"),
    RANKED_BY,
    TOP,
    may("criteria", Tables(&CRITERION), "符合哪些条件才列出，各写原因"),
    may("empty", Text, "一行也没有时印什么"),
    may("from", Any(&[Text, Table(&OUTSTANDING)]), "名单从哪个表式来；或 { outstanding = 台账核对 }，列没有对上的"),
    BASIS,
    may("where", Text, "名单只列符合这个条件的行"),
    may("sort", Texts, "名单按哪些列排"),
    may("columns", Tables(&LIST_COLUMN), "名单的各栏"),
    may("most", Whole, "名单最多印几行；不写就是 5000"),
    may("share", Text, "kind = \"share\" 时是哪一项比例（它的 id）"),
    may("by", Text, "share：unit 或一个代码列；discipline：unit、city、channel、period、ranking"),
]);

const RECONCILIATION: Shape = Shape::of(&[
    must("own", Text, "这张表的哪一栏"),
    must("table", Text, "另一张表（它的 id）"),
    must("other", Text, "另一张表的哪一栏"),
    must("why", Text, "两个数为什么会不同"),
]);

const ROWS: Shape =
    Shape::of(&[may("codes", Text, "每个代码一行：写代码列的名字"), may("items", Tables(&ITEM), "每个条件一行")]);

const ITEM: Shape = Shape::of(&[
    must("label", Text, "这一行叫什么"),
    must("where", Text, "条件"),
    may("share", Text, "这一行对应的比例（它的 id），item-bound 和 item-margin 用"),
]);

const MEASURE: Shape = Shape::of(&[
    must("name", Text, "这一栏叫什么"),
    may("under", Text, "上一级表头"),
    may(
        "period",
        Word(&words(&PERIODS)),
        "this 本期（默认）、previous 上期、year-ago 上年同期、year-to-date 本年累计、year-ago-to-date 上年同期累计",
    ),
    may("count", SOURCE, "数行数"),
    may("sum", SOURCE, "合计 value"),
    may("average", SOURCE, "平均 value"),
    may("ratio", SOURCE, "符合 of 的行占符合 over 的行的比例"),
    may("rate", SOURCE, "of 一列的合计占 over 一列的合计的比例"),
    may("verdict", SOURCE, "每一行都符合 holds 就是达标"),
    BASIS,
    may("where", Text, "只算符合这个条件的行"),
    may("value", Text, "sum、average 算哪个数"),
    may("of", Text, "ratio 的分子条件；rate 的分子列"),
    may("over", Text, "ratio 的分母条件，不写就是全部；rate 的分母列"),
    may("holds", Text, "verdict：要成立的条件"),
    may("met", Text, "verdict：成立时印什么，默认“达标”"),
    may("unmet", Text, "verdict：不成立时印什么，默认“未达标”"),
    may("rank-of", Text, "按这一栏排名次"),
    DIRECTION,
    may("portion-of", Text, "占这一栏合计的比例"),
    may("roster", Word(&words(&ROSTER_COLUMNS)), "名册里的数"),
    may(
        "quota",
        Word(&words(&QUOTA_PARTS)),
        "seats 名额、gap 缺额（其中 gap-not-nominated 未推荐、gap-returned 退回、gap-unreadable 无法读取、gap-missing 未报）、excess 超额、standby-limit 备选限额",
    ),
    may("outstanding", Text, "台账里没有对上的有几个（台账核对的 id）"),
    may("item-bound", Truth, "这一行对应的比例的规定"),
    may("item-margin", Text, "这一栏的比例离规定差多少"),
    may(
        "difference",
        Any(&[Texts, Table(&COMPARED)]),
        "两栏相减：[\"被减的\", \"减去的\"]；两期相减只算两期都报全的单位，照原数减的写 { now = …, before = …, comparable = false }",
    ),
    may(
        "growth",
        Any(&[Texts, Table(&COMPARED)]),
        "增长：[\"现在\", \"以前\"]；只算两期都报全的单位，照原数比的写 { now = …, before = …, comparable = false }",
    ),
    may("points", Any(&[Texts, Table(&COMPARED)]), "百分点的变化，写法同 growth"),
    may("parts", Whole, "ratio：分母不到这个数的，比率后面写明分子和分母，例如 66.7% (4/6)"),
    may("bound", BOUND, "这一栏的规定：\"50%\"、\"1/2\"，或一个整数；写了它就写 compare，不合规定的在工作版里标出"),
    may("compare", Word(&words(&COMPARE)), "at-least 不少于，at-most 不多于"),
]);

/// What a measure counts: the rows of a form, or those of a reference table.
const SOURCE: KeyHolds = Any(&[Text, Table(&COUNTED_REFERENCE)]);

const COUNTED_REFERENCE: Shape =
    Shape::of(&[must("reference", Text, "参照表的名字"), must("unit", Text, "参照表里哪一列是单位")]);

const COMPARED: Shape = Shape::of(&[
    must("now", Text, "现在的一栏"),
    must("before", Text, "以前的一栏"),
    may("comparable", Truth, "false：照原数比；不写的，两期相比只算两期都报全的单位"),
]);

const CRITERION: Shape =
    Shape::of(&[may("when", Text, "条件"), TOP, must("reason", Text, "列出的原因；{列名} 换成这一行的值")]);

const OUTSTANDING: Shape = Shape::of(&[must("outstanding", Text, "台账核对的 id")]);

const LIST_COLUMN: Shape = Shape::of(&[
    must("header", Text, "这一栏的表头"),
    may("value", Word(&words(&LIST_WORDS)), "number 序号、unit 推荐单位、verdict 审核结论、reason 原因"),
    may("column", Text, "表式或参照表的这一列"),
    may("lookup", Text, "台账里对上的那一行（台账核对的 id）"),
    may("rank", Text, "按这一列排的名次"),
    DIRECTION,
    WITHIN,
]);

pub const CHART: Shape = Shape::of(&[
    must("title", Text, "图名"),
    must("table", Text, "画哪张表（它的 id）"),
    must("series", Texts, "画哪几栏"),
    must("kind", Word(&words(&CHART_KINDS)), "column 柱形、bar 条形、pie 饼图"),
    may(
        "findings",
        Texts,
        "图名后面的话，说图上看出了什么；逐句试，用第一句填得满的。可以写 {最高} {最低}（名称和数）、{为零}（数是 0 的名称）、{为零个数}、{不合规定}、{不合规定个数}",
    ),
    may("about", Text, "这些话说的是哪一栏，也按这一栏排序和挑选，默认 series 的第一栏"),
    may("order", Word(&words(&ORDERS)), "high-first 大的在前，low-first 小的在前；不写就照表的次序"),
    may("only", Word(&words(&ONLY)), "missed：只画不合规定的（那一栏要有 bound）"),
    may("top", Whole, "最多画几个；另外的在图下说明"),
    EDITION,
]);
