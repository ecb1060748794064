//! A monthly return of four units, small enough to be worked out by hand: its definition, its roster, and five months over a
//! year boundary, with a gap, with a unit that reported in one of two periods only.

use super::support::{Said, say};
use huizong::run::{Finished, Places, Stop};
use std::path::{Path, PathBuf};

pub const DEFINITION: &str = r#"name   = "monthly"
title  = "合理化建议月报"
notice = "试验"
period = "month"
sample = { period = "2026-02", returns = "samples/monthly" }

[codes.channel]
values = ["市总工会", "大型企业"]

[codes.state]
values = ["进行", "结束"]

[[form]]
id     = "proposals"
title  = "建议月报"
unit   = "单位"
key    = ["单位"]
fields = [
  { name = "单位", type = "unit", required = true },
  { name = "提出", type = "integer", measured-in = "件", required = true },
  { name = "采纳", type = "integer", measured-in = "件", required = true },
  { name = "累计提出", type = "integer", measured-in = "件", required = true },
  { name = "去年提出", type = "integer", measured-in = "件" },
  { name = "创效", type = "number", measured-in = "万元" },
]

[[form.rule]]
code     = "sum-to-date"
severity = "block"
check    = "CASE WHEN 年初 THEN 累计提出 = 提出 ELSE 累计提出 = 上期.累计提出 + 提出 END"
found    = "累计 {累计提出}，上期累计 {上期.累计提出}，本月 {提出}"
expected = "累计等于上期累计加本月"
next     = "请核对"
cells    = ["累计提出"]

[[form.rule]]
code     = "year-ago-claim"
severity = "verify"
check    = "去年提出 = 上年同期.提出"
found    = "上年同期填 {去年提出}，去年报的是 {上年同期.提出}"
expected = "与去年报的一致"
next     = "请核对"
cells    = ["去年提出"]

[[form.rule]]
code     = "same-again"
severity = "verify"
check    = "NOT (提出 = 上期.提出 AND 采纳 = 上期.采纳 AND 创效 = 上期.创效)"
found    = "与上期完全相同"
expected = "本期的数"
next     = "请核对"
cells    = ["提出"]

[[form.rule]]
code     = "too-few"
severity = "block"
trial    = true
check    = "提出 >= 10"
found    = "只有 {提出} 件"
expected = "不少于 10 件"
next     = "请核对"
cells    = ["提出"]

[[form.outlier]]
code     = "benefit-outlier"
severity = "verify"
value    = "创效"
against  = "history"
least    = 2
found    = "创效 {值} 万元"
expected = "与以往相当"
next     = "请核对计量单位"
cells    = ["创效"]

[[form]]
id     = "contest"
title  = "竞赛月报"
unit   = "单位"
key    = ["单位", "竞赛名称"]
fields = [
  { name = "单位", type = "unit", required = true },
  { name = "竞赛名称", type = "text", required = true },
  { name = "状态", type = "code", codes = "state", required = true },
]

[[form.rule]]
code     = "contest-reopened"
severity = "verify"
check    = "NOT (上期.状态 = '结束' AND 状态 <> '结束')"
found    = "{竞赛名称}上期已{上期.状态}，本期又是{状态}"
expected = "结束后不再报"
next     = "请核对"
cells    = ["状态"]

[[form.gone]]
code     = "contest-gone"
severity = "verify"
when     = "状态 <> '结束'"
found    = "{上期}的“{竞赛名称}”本期没有报"
expected = "结束前每期都报"
next     = "请补报或说明"

[[table]]
id       = "compare"
sheet    = "比较"
title    = "{报告期}比较"
rows     = "unit"
label    = "单位"
total    = "合计"
measures = [
  { name = "本月", sum = "proposals", value = "提出" },
  { name = "上月", sum = "proposals", value = "提出", period = "previous" },
  { name = "上年同月", sum = "proposals", value = "提出", period = "year-ago" },
  { name = "累计", sum = "proposals", value = "提出", period = "year-to-date" },
  { name = "上年累计", sum = "proposals", value = "提出", period = "year-ago-to-date" },
  { name = "环比", growth = { now = "本月", before = "上月", comparable = false } },
  { name = "可比环比", growth = ["本月", "上月"] },
  { name = "同比", growth = { now = "本月", before = "上年同月", comparable = false } },
  { name = "可比同比", growth = { now = "本月", before = "上年同月", comparable = true } },
  { name = "可比累计同比", growth = { now = "累计", before = "上年累计", comparable = true } },
  { name = "达标率", ratio = "proposals", of = "采纳 * 2 >= 提出" },
  { name = "上月达标率", ratio = "proposals", of = "采纳 * 2 >= 提出", period = "previous" },
  { name = "达标率变化", points = { now = "达标率", before = "上月达标率", comparable = false } },
  { name = "结论", verdict = "proposals", holds = "采纳 IS NOT NULL AND NOT (采纳 * 2 < 提出)" },
]

[[table]]
id             = "months"
sheet          = "各月"
title          = "各月提出"
rows           = "unit"
label          = "单位"
total          = "合计"
across-periods = 3
measures       = [{ name = "提出", sum = "proposals", value = "提出" }]

[[table]]
id             = "year"
sheet          = "各月"
title          = "本年各月"
rows           = "unit"
label          = "单位"
across-periods = "year"
measures       = [{ name = "提出", sum = "proposals", value = "提出" }, { name = "份数", count = "proposals" }]
"#;

pub const ROSTER: &str = "单位代码,单位名称,别名,上级代码,层级,渠道,地市,行业,所有制,在岗职工人数,启用,停用,应报
1,甲市总工会,,,市,市总工会,甲,,,100,2000-01-01,,monthly
2,乙市总工会,,,市,市总工会,乙,,,100,2000-01-01,,monthly
3,丙市总工会,,,市,市总工会,丙,,,100,2000-01-01,,monthly
4,丁集团工会,,,基层,大型企业,甲,,,100,2000-01-01,,monthly
";

/// Unit, 提出, 采纳, 累计提出, 去年提出, 创效.
pub type Row = (&'static str, &'static str);

/// What each unit sent, month by month.
pub const MONTHS: [(&str, &[Row]); 5] = [
    ("2025-02", &[("甲市总工会", "10,5,21,,30"), ("乙市总工会", "20,9,40,,31"), ("丁集团工会", "7,7,14,,5")]),
    ("2025-12", &[("甲市总工会", "10,5,110,,31"), ("乙市总工会", "20,10,220,,30"), ("丙市总工会", "30,1,330,,9")]),
    // A new year: 累计 begins anew. 乙 sends the month's figures of December again.
    ("2026-01", &[("甲市总工会", "12,6,12,,29"), ("乙市总工会", "20,10,20,,30"), ("丙市总工会", "33,2,33,,8")]),
    // 乙: 20 + 22 is not 41. 丙 is silent. 丁 was silent in January, and said 7 a year ago. 甲 writes 元.
    ("2026-02", &[("甲市总工会", "15,6,27,10,300000"), ("乙市总工会", "22,11,41,20,31"), ("丁集团工会", "9,9,9,8,5")]),
    // March was never filed.
    ("2026-04", &[("甲市总工会", "16,8,60,,30"), ("丁集团工会", "11,11,30,,5")]),
];

pub struct Project {
    folder: tempfile::TempDir,
}

impl Project {
    pub fn new() -> Project {
        let project = Project { folder: tempfile::tempdir().expect("a temporary folder") };
        project.write("pipelines/monthly/pipeline.toml", DEFINITION);
        project.write("pipelines/reference/单位名册.csv", ROSTER);
        project.write("pipelines/reference/地市顺序.csv", "地市,单位代码\n甲,1\n乙,2\n丙,3\n");
        project.write("pipelines/reference/节假日.csv", "日期,类型\n2026-01-01,放假\n");
        let due = MONTHS.iter().map(|(month, _)| format!("monthly,{month},2020-01-01,2030-01-01,2030-02-01\n"));
        let due: String = due.collect();
        project.write("pipelines/reference/截止日期.csv", &format!("报送项目,报告期,开网,截止,补报截止\n{due}"));
        for (month, rows) in MONTHS {
            for (unit, figures) in rows {
                let text = format!("单位,提出,采纳,累计提出,去年提出,创效\n{unit},{figures}\n");
                project.write(&format!("returns/{month}/{unit}.csv"), &text);
            }
        }
        project
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("a folder above")).expect("folders");
        std::fs::write(path, text).expect("a file");
    }

    /// Runs one month against the history so far, and adds it there.
    pub fn run(&self, month: &str) -> Result<Finished, Stop> {
        self.run_against(month, Some(&self.path("history")))
    }

    pub fn run_against(&self, month: &str, history: Option<&Path>) -> Result<Finished, Stop> {
        huizong::ingest::use_worker(PathBuf::from(env!("CARGO_BIN_EXE_huizong")));
        let folders = huizong::definition::reference::ReferenceFolders::of(vec![self.path("pipelines/reference")]);
        let definition = self.path("pipelines/monthly/pipeline.toml");
        let prepared = huizong::run::prepare(
            &definition,
            &folders,
            Some(month),
            huizong::formats::allowance::Allowance::default(),
        )?;
        let out = self.path(&format!("out/{month}"));
        let places = Places { out: Some(&out), history, ..Places::default() };
        let returns = [self.path(&format!("returns/{month}"))];
        huizong::run::run(&prepared, &returns, places, &huizong::ingest::Limits::default(), &huizong::run::Unwatched)
    }

    pub fn sound(&self, month: &str) -> Finished {
        self.run(month).unwrap_or_else(|stop| panic!("{month}: {stop:?}"))
    }

    /// Runs all months up to this one and returns the last.
    pub fn up_to(&self, last: &str) -> Finished {
        let mut finished = None;
        for (month, _) in MONTHS.iter().filter(|(month, _)| *month <= last) {
            finished = Some(self.sound(month));
        }
        finished.expect("a month")
    }

    pub fn replay(&self, more: &[&str]) -> Said {
        let path = |name: &str| self.path(name).to_string_lossy().into_owned();
        let (pipelines, history, out) = (path("pipelines"), path("history"), path("out/replay"));
        let mut args = vec!["replay", "monthly", "--pipelines", &pipelines, "--history", &history, "--out", &out];
        args.extend(more);
        say(&args)
    }
}
