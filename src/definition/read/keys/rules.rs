//! Rules: what they look at, and what they say.

use crate::definition::read::context::SEVERITIES;
use crate::definition::read::rules::EXPECTATIONS;
use crate::definition::read::shape::KeyHolds::{Any, Number, Table, Tables, Text, Texts, Truth, Whole, Word};
use crate::definition::read::shape::{SectionKey, Shape, may, must, words};
use crate::definition::read::time::AGAINST;

pub const CODE: SectionKey = must("code", Text, "审核代码：小写英文和连字符，全定义里不重复，定了就不再改");
pub const SEVERITY: SectionKey = must("severity", Word(&words(&SEVERITIES)), "block 必改、verify 核实、note 提示");
pub const FOUND: SectionKey = must("found", Text, "发现了什么；{列名} 换成这一行的值");
pub const EXPECTED: SectionKey = must("expected", Text, "应当怎样");
pub const NEXT: SectionKey = must("next", Text, "下一步请谁做什么");
const HOLDS_CELLS: SectionKey = may(
    "holds",
    Any(&[Truth, Texts]),
    "只用于“核实”。true：定下来以前这一行不计入；写列名（例如 [\"创效\"]）：只有这几格不计入，记作“待核实”",
);
const HOLDS: SectionKey = may("holds", Truth, "只用于“核实”。true：定下来以前这一行不计入");
const TRIAL: SectionKey = may("trial", Truth, "true 试行：只作提示，不退回");
const CAUSE: SectionKey = may(
    "cause",
    Text,
    "同一条记录上，写着同一个 cause 的几条规则只报一条问题（最重的、先写的打头），一处错不必答复几遍",
);
const CELLS: SectionKey = must("cells", Texts, "指给人看的列，最要紧的写在前面");
const WHEN: SectionKey = may("when", Text, "只看符合这个条件的行；不写就是全部");

pub const RULE: Shape = Shape::of(&[
    CODE,
    SEVERITY,
    HOLDS_CELLS,
    TRIAL,
    CAUSE,
    WHEN,
    must("check", Text, "要成立的条件"),
    FOUND,
    EXPECTED,
    NEXT,
    CELLS,
]);

pub const UNIQUE: Shape = Shape::of(&[
    CODE,
    SEVERITY,
    HOLDS,
    TRIAL,
    must("fields", Texts, "放在一起不许重复的列"),
    WHEN,
    FOUND,
    EXPECTED,
    NEXT,
]);

pub const GROUP: Shape = Shape::of(&[
    CODE,
    SEVERITY,
    HOLDS_CELLS,
    TRIAL,
    must("by", Texts, "这些列相同的行放在一起"),
    WHEN,
    must("values", Tables(&GROUP_VALUE), "每一组算哪些数"),
    must("check", Text, "这些数要符合的条件"),
    FOUND,
    EXPECTED,
    NEXT,
    CELLS,
]);

const GROUP_VALUE: Shape = Shape::of(&[
    must("name", Text, "这个数叫什么"),
    may("count", Text, "符合这个条件的行数"),
    may("sum", Text, "合计"),
    may("least", Text, "最小值"),
    may("most", Text, "最大值"),
]);

pub const GONE: Shape =
    Shape::of(&[CODE, SEVERITY, TRIAL, may("when", Text, "只看上期符合这个条件的记录"), FOUND, EXPECTED, NEXT]);

pub const OUTLIER: Shape = Shape::of(&[
    CODE,
    SEVERITY,
    HOLDS,
    TRIAL,
    CAUSE,
    WHEN,
    must("value", Text, "看哪个数（列名或算式）"),
    must("against", Word(&words(&AGAINST)), "history 和自己以前比，peers 和本期别的记录比"),
    may("periods", Whole, "history：最多看几期存档；不写就是 12"),
    may("least", Whole, "至少有几个数才比"),
    may("spread", Number, "离中位数多少倍离差才算"),
    may("ratio", Number, "并且是中位数的多少倍（或几分之一）才算"),
    may("floor", Number, "相差不到这么多就不提"),
    may("slip-holds", Texts, "相差约一万倍（元和万元疑似填错）时，定下来以前这几格不计入"),
    FOUND,
    EXPECTED,
    NEXT,
    CELLS,
]);

pub const LOOKUP: Shape = Shape::of(&[
    must("id", Text, "给名单和统计表引用的名字"),
    must("form", Text, "核对哪个表式（它的 id）"),
    must("reference", Text, "和哪个参照表核对，例如 荣誉台账"),
    WHEN,
    may("where", Text, "只用参照表里符合这个条件的行"),
    must("on", Table(&PAIRS), "哪些列要相同：表式的列（左）= 参照表的列（右）"),
    must("show", Text, "对上的那一行怎么写给人看"),
    may("outstanding-by", Text, "参照表里没有对上的行归哪个单位（参照表的列）"),
    may("expect", Word(&words(&EXPECTATIONS)), "present 应当在台账里，absent 不应当在台账里"),
    may("code", Text, "写了 expect 时的审核代码"),
    may("severity", Word(&words(&SEVERITIES)), "block 必改、verify 核实、note 提示"),
    HOLDS_CELLS,
    TRIAL,
    may("found", Text, "发现了什么；{台账} 换成对上的那一行"),
    may("expected", Text, "应当怎样"),
    may("next", Text, "下一步请谁做什么"),
    may("cells", Texts, "指给人看的列"),
]);

const PAIRS: Shape = Shape::named(&Text);
