//! `words.toml`: the words by which returns say what they are.

use crate::definition::read::shape::KeyHolds::{Table, TextLists, Texts};
use crate::definition::read::shape::{Shape, may};

pub const WORDS: Shape = Shape::of(&[
    may("sheets", Table(&SHEETS), "工作表名里的词"),
    may("files", Table(&FILES), "文件名里的词"),
    may("rows", Table(&ROWS), "表里各行的词"),
    may("names", Table(&NAMES), "名称里的词"),
]);

const ROWS: Shape = Shape::of(&[may("figures", Texts, "横着填的表只有一栏数，栏名是这样一个词的，按填报单位计")]);

const NAMES: Shape = Shape::of(&[
    may("companies", Texts, "两个名称只差这些词的，可能是同一个"),
    may("apart", Texts, "括号里有这些词的，是两个名称"),
]);

const SHEETS: Shape = Shape::of(&[
    may("set-aside", Texts, "去掉标题、数字和括号后只剩这样一个词的，不是要报的表"),
    may("leads", Texts, "可以写在上面这些词前面的"),
    may("plain", Texts, "不说明是哪一张表的名称"),
    may("copies", Texts, "写在名称末尾，说明是另一张表的副本"),
    may("summaries", Texts, "名称里有这些词的表，把别的表又抄了一遍"),
    may("explaining", Texts, "名称里有这些词的表是填表说明"),
    may("explanations", Texts, "报送单位说明数字的列或注叫什么"),
]);

const FILES: Shape = Shape::of(&[
    may("void", Texts, "不作数的文件"),
    may("faulty", Texts, "不作数的文件，旁边写着更正、修订的除外"),
    may("void-beside", Texts, "可以连在上面两种词前后的"),
    may("supplements", Texts, "补报的部分"),
    may("numbered", Texts, "一份名单的第几部分，# 代表一个数，例如 第#批"),
    may("kinds", TextLists, "分开报的几类，例如 [[\"集体\", \"个人\"]]"),
    may("final", Texts, "定稿的标记"),
    may("revised", Texts, "修订稿的标记"),
]);
