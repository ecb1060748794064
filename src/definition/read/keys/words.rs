//! `words.toml`: the words by which returns say what they are.

use crate::definition::read::shape::KeyHolds::{Table, TextLists, Texts};
use crate::definition::read::shape::{Shape, may};

pub const WORDS: Shape = Shape::of(&[
    may("sheets", Table(&SHEETS), "工作表名里的词"),
    may("files", Table(&FILES), "文件名里的词"),
    may("cover", Table(&COVER), "表头以上和表尾的栏目"),
    may("headers", Table(&HEADERS), "列名前后的词"),
    may("rows", Table(&ROWS), "表里各行的词"),
    may("names", Table(&NAMES), "名称里的词"),
]);

const ROWS: Shape = Shape::of(&[
    may("totals", Texts, "整个是这样一个词的，是合计行：各行都加进去"),
    may("subtotals", Texts, "小计行：只加本段的行"),
    may("no-sums", Texts, "不是各行之和的行：平均、累计、承上页"),
    may("total-of", Texts, "可以写在合计、小计前面的"),
    may("total-what", Texts, "可以写在合计、小计后面的"),
    may("total-attached", Texts, "直接连在单位名、代码词后面也算的：合肥市小计"),
    may("total-like", Texts, "记录的名称以这些词开头、各数又等于上面各行之和的，请人核实"),
    may("of-which", Texts, "单独写，或后面有冒号、逗号、空格的，是其中数，不计入"),
    may("footers", Texts, "表尾的栏目，不带冒号也算：单独成格，值在旁边的格里"),
    may("footer-ends", Texts, "表尾的栏目带冒号时以这些词结尾：统计负责人（签字）："),
    may("signatures", Texts, "签字行以这些词开头"),
    may("notes", Texts, "说明、注以这些词开头"),
    may("page-marks", Texts, "页面上的记号，不是数据"),
    may("nothing", Texts, "没有要报的，写在数据行的位置上"),
    may("nothing-when", Texts, "“本月无活动”这样的话前半句的词，可以连写几个"),
    may("nothing-says", Texts, "后半句开头的词"),
    may("zero-report-asked", Texts, "写着“零报告”又有这些词的，是要求，不是零报告"),
    may("example-numbers", Texts, "序号写成这样的，是示例行"),
    may("example-starts", Texts, "名称以这些词开头的，像是示例：示例竞赛"),
    may("example-labels", Texts, "写在名称前面（后面有冒号）、写在旁边括号里的，是示例：例：张三"),
    may("example-leads", Texts, "可以写在示例一词前面的：此行为示例"),
    may("examples", Texts, "备注、序号写成这样的，像是示例行，请人核实"),
    may("heading-what", Texts, "分段标题里可以写在代码词后面的：三、备选名单"),
    may("void", Texts, "备注以这些词开头的，这一行可能不报了，请人核实"),
    may("void-alone", Texts, "备注或其中一句整个是这样一个词的，同样请人核实"),
    may("void-leads", Texts, "可以写在上面这些词前面的"),
    may("placeholders", Texts, "等于没有填：必填的文字列写这些，按没有填处理"),
    may("not-reported", Texts, "应报而没有报"),
    may("none", Texts, "没有"),
    may("dittos", Texts, "同上的各种写法；引号和省略号不用列在这里"),
    may("same-as-left", Texts, "指左右的格，不能照抄，请报送单位补填"),
    may("no-rate", Texts, "分母是 0 的比例可以写这些"),
    may("yes", Texts, "是否列里的是"),
    may("no", Texts, "是否列里的否"),
    may("legends", Texts, "横着填的表里说明计量单位、代码的列，不是记录"),
    may("figures", Texts, "横着填的表只有一栏数，栏名是这样一个词的，按填报单位计"),
]);

const COVER: Shape = Shape::of(&[
    may("units", Texts, "后面是报送单位"),
    may("plain-units", Texts, "后面有冒号时是报送单位；别处写明了的以别处为准"),
    may("periods", Texts, "后面是报告期"),
    may("dates", Texts, "后面是填报日期"),
    may("measures", Texts, "后面是计量单位"),
    may("measured", Texts, "说明里这样写的也是计量单位，# 是计量单位的词"),
    may("measured-all", Texts, "计量单位前面写着这些词的，管全表"),
    may("contacts", Texts, "后面是联系人，催报时找他"),
    may("clerks", Texts, "后面是填表的人，没有写联系人的找他"),
    may("phones", Texts, "后面是联系电话"),
    may("others", Texts, "别的栏目，后面的内容不用"),
    may("seals", Texts, "写在单位名称后面的盖章处"),
]);

const HEADERS: Shape = Shape::of(&[
    may("measures", Texts, "计量单位"),
    may("same", TextLists, "说的是同一个数的计量单位，例如 [[\"人\", \"名\"]]"),
    may("money", Texts, "钱的几种写法，# 代表千、万一类的词"),
    may("other", Texts, "列名前后有这些词的，是另一个数"),
    may("part", Texts, "列名后面的括号里整个是这样一个词的，是其中一部分"),
    may("neutral", Texts, "列名后面的括号里有这些词的，还是这一列"),
    may("blocks", TextLists, "上级表头的几种写法，例如 [[\"本月\", \"当月\"]]"),
]);

const NAMES: Shape = Shape::of(&[
    may("companies", Texts, "两个名称只差这些词的，可能是同一个"),
    may("apart", Texts, "括号里有这些词的，是两个名称"),
    may("surnames", Texts, "复姓：“欧阳 修文”是一个人"),
    may("usual-surnames", Texts, "常见的单姓：连在一起的“李强王芳”像是两个人"),
    may("no-name-ends", Texts, "括号里以这些字结尾的，不是另一个人的姓名"),
    may("before-number", Texts, "数字前面可有可无的：第一班和一班可能是同一个"),
    may("behind-number", Texts, "数字后面可有可无的：1号班和1班可能是同一个"),
    may("ends", TextLists, "名称末尾的几种写法，例如 [[\"班\", \"班组\"]]"),
    may("collectives", Texts, "集体的名称以这些词结尾：“一、二班”是两个班"),
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
