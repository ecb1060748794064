//! `[[form]]`: its fields and computed columns.

use super::rules::{self, CODE, EXPECTED, FOUND, NEXT, SEVERITY};
use crate::definition::read::forms::TYPES;
use crate::definition::read::groups::COMPARATORS;
use crate::definition::read::ranks::DIRECTIONS;
use crate::definition::read::shape::KeyHolds::{Any, Number, Table, Tables, Text, Texts, Truth, Whole, Word};
use crate::definition::read::shape::{SectionKey, Shape, may, must, words};

pub const FORM: Shape = Shape::of(&[
    must("id", Text, "表式的名字，小写英文和连字符，供规则和统计表引用"),
    must("title", Text, "表名，和上报表的标题一致"),
    must("unit", Text, "推荐单位（报送单位）是哪一列，它的 type 要是 unit"),
    may("key", Texts, "认得出同一条记录的列，例如 [\"所在单位\", \"班组名称\"]"),
    may("stand-together", Texts, "在这些列相同的行同计同不计，例如一张考核表的各项"),
    may("example", Table(&EXAMPLE), "表式上印的示例行：列 = 示例的内容；和它相同的行不计入"),
    may("one-record-a-file", Truth, "true：一份文件就是一条记录，同一单位的几份不是新旧版本"),
    may("card", Truth, "true：也可以是卡片（审批表、登记表）：一条记录一张，栏目名在左、填的内容在右"),
    may(
        "one-finding-a-cell",
        Truth,
        "true：一条记录上的几处必改都出在同一格的，只报一条，指着那一格；一处错不必答复几遍",
    ),
    may("bands", Tables(&BAND), "得分列的等次，从高到低"),
    must("fields", Tables(&FIELD), "各列，按表上的次序"),
    may("standard", Tables(&STANDARD), "按代码各有界限的达标标准"),
    may("computed", Tables(&COMPUTED), "由系统算出来的列"),
    may("rule", Tables(&rules::RULE), "一行之内的审核规则"),
    may("unique", Tables(&rules::UNIQUE), "不许重复的列"),
    may("group", Tables(&rules::GROUP), "几行放在一起看的审核规则"),
    may("gone", Tables(&rules::GONE), "上期有、本期没有报的记录"),
    may("outlier", Tables(&rules::OUTLIER), "和自己的历史或和别人相比过大过小的数"),
    may("stated-total", Tables(&STATED_TOTAL), "表上自己写的总数，和列出的行数核对"),
]);

const EXAMPLE: Shape = Shape::named(&Text);

const FIELD: Shape = Shape::of(&[
    must("name", Text, "列名，表达式和统计表里用它"),
    may("header", Text, "表头上的字，和列名不同时写"),
    may("under", Text, "上一级表头，例如 公示时间"),
    may("also", Texts, "表头别的写法"),
    may("was", Texts, "这一列以前的名字；存档里的旧数据靠它接上"),
    must(
        "type",
        Word(&words(&TYPES)),
        "text 文字、name 姓名或名称、integer 整数、number 小数、percent 百分数、date 日期、month 年月、date-or-month 日期或年月、code 代码、boolean 是否、unit 单位、score 得分或等次、id-number 身份证号、document-number 文号、ordinal 序号",
    ),
    may("codes", Text, "type = \"code\" 时用哪个代码表"),
    may("required", Truth, "true：必填"),
    may("absent", Text, "报表缺这一列时每行当作这个值"),
    may("none", Whole, "写 0：填“无”“—”“/”就是 0"),
    may("measured-in", Text, "计量单位，例如 人、万元"),
    may("over", Text, "percent 列的分母是哪一列；分母是 0 时，空着、“—”、“不适用”都对"),
    may("years-from", Whole, "日期列：早于这一年的要问，不写是 1930"),
    may("years-ahead", Whole, "日期列：晚于报告期所在年份这么多年以内的不问，不写是 0"),
]);

const BAND: Shape = Shape::of(&[must("word", Text, "等次，例如 好"), must("from", Number, "从多少分起")]);

const COMPUTED: Shape = Shape::of(&[
    must("name", Text, "算出来的列叫什么"),
    may("value", Text, "怎么算（表达式）"),
    may("rank", Text, "按这一列排名次；和 value 只写一个"),
    DIRECTION,
    WITHIN,
]);

/// Which end of a ranking comes first.
pub const DIRECTION: SectionKey =
    may("direction", Word(&words(&DIRECTIONS)), "high-first 大的在前（默认），low-first 小的在前");

/// What a ranking is made apart by.
pub const WITHIN: SectionKey = may("within", Texts, "在这些列相同的行里分别排");

const STANDARD: Shape = Shape::of(&[
    must("name", Text, "是否达标这一列叫什么"),
    must("words", Text, "标准怎么说这一列叫什么"),
    must("by", Text, "按哪个代码列分别定标准"),
    must("numerator", Text, "分子：一个整数列"),
    must("denominator", Text, "分母：一个整数列"),
    must("bounds", Tables(&STANDARD_BOUND), "各代码的界限"),
]);

const STANDARD_BOUND: Shape = Shape::of(&[
    must("value", Text, "代码表里的一个词"),
    must("compare", Word(&words(&COMPARATORS)), "at-least 不低于、at-most 不高于、above 高于、below 低于、equal 等于"),
    must("bound", Any(&[Text, Whole]), "界限，例如 \"98%\""),
]);

const STATED_TOTAL: Shape = Shape::of(&[
    CODE,
    SEVERITY,
    must("labels", Texts, "表上怎么写的，例如 [\"工作室总数\"]"),
    may("measured-in", Texts, "数后面的单位，例如 [\"个\"]"),
    may("column", Text, "数的是哪一列填了的行；不写就是全部行"),
    FOUND,
    EXPECTED,
    NEXT,
]);
