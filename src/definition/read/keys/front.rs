//! `[front]`, `[[figure]]` and `[[headline]]`: the first page.

use super::tables::BOUND;
use crate::definition::read::front::BETTER;
use crate::definition::read::shape::KeyHolds::{Text, Texts, Truth, Word};
use crate::definition::read::shape::{Shape, may, must, words};
use crate::definition::read::shares::COMPARE;

pub const FRONT: Shape = Shape::of(&[
    may("office", Text, "汇总单位，例如 省总工会经济技术部"),
    may("annex", Text, "附件号，印在标题左上角，例如 附件1"),
    may("classification", Text, "密级；有个人姓名的写 内部资料。印在标题右上角"),
    may("sign", Texts, "首页最后要签字、填写的各项，例如 单位负责人、审核人、制表人、联系电话、报出日期"),
    may("title-font", Text, "通报（Word 文件）标题的字体，例如 方正小标宋简体"),
    may("heading-font", Text, "通报里“一、”“二、”各标题的字体，例如 黑体"),
    may("text-font", Text, "通报正文的字体，例如 仿宋_GB2312"),
    may("number-font", Text, "通报页码的字体，例如 宋体"),
]);

pub const FIGURE: Shape = Shape::of(&[
    must("name", Text, "这个数叫什么"),
    may("unit", Text, "计量单位，例如 件；比率不写"),
    must("table", Text, "取哪张表的数（它的 id）"),
    may("see", Text, "“见”一栏写哪张表的附表号（它的 id）；不写就是 table"),
    may("row", Text, "取哪一行，写这一行第一栏的字；不写就是合计行"),
    must("column", Text, "取哪一栏；写 行数 就是表里有几行"),
    may("against", Text, "和什么比，例如 上年同期、上期；写了它就要写 before"),
    may("before", Text, "比较的那个数在哪一栏"),
    may("change", Text, "增减在哪一栏"),
    may("better", Word(&words(&BETTER)), "higher 越高越好，lower 越低越好；不写就不评"),
    may("bound", BOUND, "规定的界限：\"50%\"、\"1/2\"，或一个整数；写了它就写 compare"),
    may("compare", Word(&words(&COMPARE)), "at-least 不少于，at-most 不多于；没有 bound 的，和 before 的数比"),
]);

pub const HEADLINE: Shape = Shape::of(&[
    must("table", Text, "用哪张表的数（它的 id）"),
    must(
        "say",
        Text,
        "这句话。{列名} 是合计行的数，{列名|增减} 写成增长、下降或持平，{列名|最高}、{列名|最低} 是哪一行和它的数，{列名|名单} 逐行列出，{列名|各行} 列出不是 0 的各行和它的数，{行数} 是有几行，{附表} 是这张表的附表号",
    ),
    may("when", Text, "合计行的数（和 行数）符合这个条件才说"),
    may("else", Text, "条件不符或缺数时改说什么；不写就不说"),
    may("alarm", Truth, "true：需要处理的事，醒目印出"),
    may("ask", Truth, "true：请领导定的事，印在首页最后"),
]);
