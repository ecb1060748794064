//! Slips of an officer, month after month, that once cost a figure or made a wrong one: the wrong folder over a month that
//! is stored, a column nobody filled in, a month without a due date.

use super::province::{row, sheet, write};
use super::support::{Said, all_bytes, result, say};
use std::path::PathBuf;

const DEFINITION: &str = r#"
name   = "monthly"
title  = "月度登记"
notice = "登记通知"
period = "month"
sample = { period = "2026-03", returns = "samples/model-teams" }

[codes.channel]
values = ["市总工会"]

[discipline]
on-time      = 100
late-per-day = 5
after-grace  = 60
returned     = 40
unreadable   = 20
missing      = 0
periods      = 3

[[form]]
id     = "tally"
title  = "月度登记表"
unit   = "单位"
key    = ["单位"]
fields = [
  { name = "单位", type = "unit", required = true },
  { name = "人数", type = "integer", required = true },
  { name = "金额", type = "number" },
]

[[table]]
id       = "sums"
sheet    = "统计"
title    = "{报告期}统计"
rows     = "unit"
label    = "单位"
total    = "合计"
measures = [
  { name = "人数", sum = "tally", value = "人数" },
  { name = "金额", sum = "tally", value = "金额" },
  { name = "上月金额", sum = "tally", value = "金额", period = "previous" },
  { name = "环比", growth = { now = "金额", before = "上月金额", comparable = false } },
]

[[table]]
id    = "cities"
sheet = "报送率"
title = "{报告期}报送率"
kind  = "discipline"
by    = "city"
"#;
const ROSTER: &str = "单位代码,单位名称,别名,上级代码,层级,渠道,地市,行业,所有制,在岗职工人数,启用,停用,应报\n\
                      1,甲州市总工会,,,市,市总工会,甲州,,,10,2000-01-01,,monthly\n\
                      2,乙州市总工会,,,市,市总工会,乙州,,,10,2000-01-01,,monthly\n";
const HEADER: &str = "单位,人数,金额";

struct Shop {
    folder: tempfile::TempDir,
}

impl Shop {
    fn new(due: &str) -> Shop {
        let shop = Shop { folder: tempfile::tempdir().expect("a temporary folder") };
        let put = |name: &str, text: &str| write(&shop.folder.path().join(name), text);
        put("pipelines/monthly/pipeline.toml", DEFINITION);
        put("pipelines/reference/单位名册.csv", ROSTER);
        put("pipelines/reference/地市顺序.csv", "地市,单位代码\n甲州,1\n乙州,2\n");
        put("pipelines/reference/节假日.csv", "日期,类型\n2026-01-01,放假\n");
        put("pipelines/reference/截止日期.csv", &format!("报送项目,报告期,开网,截止,补报截止\n{due}"));
        shop
    }

    /// One return: its unit, and 人数 and 金额 as written.
    fn file(&self, month: &str, unit: &str, people: &str, money: &str) {
        let rows = [row(HEADER, "甲州市总工会,5,", &[("单位", unit), ("人数", people), ("金额", money)])];
        let cover = format!("填报单位：{unit}    所属期：{month}");
        let name = format!("returns-{month}/{unit}.csv");
        write(&self.folder.path().join(name), &sheet("月度登记表", HEADER, &rows, &cover, "2026年3月2日"));
    }

    fn word(&self, name: &str) -> String {
        self.path(name).to_str().expect("UTF-8 path").to_owned()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn run(&self, returns: &str, month: &str) -> Said {
        self.run_with(returns, month, &[])
    }

    fn run_with(&self, returns: &str, month: &str, more: &[&str]) -> Said {
        let (pipelines, history) = (self.word("pipelines"), self.word("history"));
        let (returns, out) = (self.word(&format!("returns-{returns}")), self.word(&format!("out-{month}")));
        let mut args = vec!["run", "monthly", "--quiet", "--period", month, "--returns", &returns];
        args.extend(["--out", &out, "--history", &history, "--pipelines", &pipelines]);
        args.extend(more);
        say(&args)
    }

    /// Cells of a row of the leadership workbook, spaces between them.
    fn line(&self, month: &str, sheet: &str, label: &str) -> String {
        let rows = self.rows(month, sheet);
        rows.into_iter().find(|row| row.first().is_some_and(|first| first == label)).expect("the row")[1..].join(" ")
    }

    /// Whether one of the lines of a sheet holds these words.
    fn says(&self, month: &str, sheet: &str, words: &str) -> bool {
        self.rows(month, sheet).concat().iter().any(|cell| cell.replace('\n', "").contains(words))
    }

    /// A sheet of the leadership workbook, without its empty cells.
    fn rows(&self, month: &str, sheet: &str) -> Vec<Vec<String>> {
        use calamine::Reader;
        let path = result(&self.path(&format!("out-{month}")), "_工作版.xlsx");
        let range = calamine::open_workbook_auto(path).expect("an xlsx").worksheet_range(sheet).expect("the sheet");
        let words =
            |row: &[calamine::Data]| row.iter().map(ToString::to_string).filter(|cell| !cell.is_empty()).collect();
        range.rows().map(words).collect()
    }
}

const DUE: &str =
    "monthly,2026-02,2026-02-01,2026-03-10,2026-03-20\nmonthly,2026-03,2026-03-01,2026-04-10,2026-04-20\n";

#[test]
fn the_wrong_folder_takes_nothing_from_a_stored_month() {
    let shop = Shop::new(DUE);
    for month in ["2026-02", "2026-03"] {
        shop.file(month, "甲州市总工会", "5", "10");
        assert_eq!(shop.run(month, month).code, 0);
    }
    let before = (all_bytes(&shop.path("history")), all_bytes(&shop.path("out-2026-03")));
    let said = shop.run("2026-02", "2026-03");
    assert_eq!(said.code, 2, "{}", said.err);
    assert!(said.err.contains("1 份是2026年2月的") && said.err.contains("--period 2026-02"), "{}", said.err);
    let said = shop.run_with("2026-02", "2026-03", &["--confirm-period"]);
    assert_eq!(said.code, 2, "{}", said.err);
    assert!(said.err.contains("没有一份、一行能计入2026年3月") && said.err.contains("已有计入的 1 行"), "{}", said.err);
    assert!(
        (all_bytes(&shop.path("history")), all_bytes(&shop.path("out-2026-03"))) == before,
        "something was changed"
    );
    // Where nothing is stored yet, nothing can be lost, and whoever says that the period is right gets his results.
    assert_eq!(shop.run("2026-02", "2026-04").code, 2);
    assert_eq!(shop.run_with("2026-02", "2026-04", &["--confirm-period"]).code, 0);
}

#[test]
fn a_sum_that_nobody_filled_in_is_not_0() {
    let shop = Shop::new(DUE);
    shop.file("2026-02", "甲州市总工会", "5", "10");
    shop.file("2026-02", "乙州市总工会", "6", "20");
    shop.file("2026-03", "甲州市总工会", "5", "未报");
    shop.file("2026-03", "乙州市总工会", "6", "30");
    assert_eq!((shop.run("2026-02", "2026-02").code, shop.run("2026-03", "2026-03").code), (0, 0));
    // 人数 金额 上月金额 环比: no fall by 100%.
    assert_eq!(shop.line("2026-03", "统计", "甲州市总工会"), "5 未填 10 —");
    assert_eq!(shop.line("2026-03", "统计", "乙州市总工会"), "6 30 20 0.5");
    // The total holds what was filled in, and the table says how much was not.
    assert_eq!(shop.line("2026-03", "统计", "合计"), "11 30 30 0");
    assert!(shop.says("2026-03", "统计", "没有填的：“金额” 1 行。"));
    assert!(!shop.says("2026-02", "统计", "没有填的"));
}

/// In the next month its column shows 未报, and not why.
#[test]
fn what_a_month_sent_back_is_said_under_the_tables_of_the_next() {
    let shop = Shop::new(DUE);
    shop.file("2026-02", "甲州市总工会", "若干", "10");
    shop.file("2026-02", "乙州市总工会", "6", "20");
    shop.file("2026-03", "甲州市总工会", "5", "10");
    shop.file("2026-03", "乙州市总工会", "6", "30");
    assert_eq!((shop.run("2026-02", "2026-02").code, shop.run("2026-03", "2026-03").code), (1, 0));
    assert_eq!(shop.line("2026-03", "统计", "甲州市总工会"), "5 10 未报 —");
    assert!(shop.says(
        "2026-03",
        "统计",
        "当时退回的：2026年2月（甲州市总工会的报表、1 行）。整份没有计入的，表中列为未报。"
    ));
    assert!(!shop.says("2026-03", "报送率", "当时退回的"), "figures of this month alone");
}

/// Part of its return counted then, and counts now; that its code is gone since does not make it one without.
#[test]
fn a_unit_that_is_gone_is_not_said_to_be_left_out_where_it_counts() {
    let shop = Shop::new(DUE);
    let put = |name: &str, text: &str| write(&shop.path(name), text);
    let part = "3,丙公司工会,,1,基层,市总工会,甲州,,,10,2000-01-01,,\n";
    put("pipelines/reference/单位名册.csv", &format!("{ROSTER}{part}"));
    let rows = ["甲州市总工会,5,10", "丙公司工会,若干,10"].map(|text| row(HEADER, text, &[]));
    let cover = "填报单位：甲州市总工会    所属期：2026-02";
    put("returns-2026-02/甲.csv", &sheet("月度登记表", HEADER, &rows, cover, "2026年3月2日"));
    shop.file("2026-02", "乙州市总工会", "6", "20");
    shop.file("2026-03", "乙州市总工会", "6", "30");
    assert_eq!(shop.run("2026-02", "2026-02").code, 1);
    put("pipelines/reference/单位名册.csv", &ROSTER.replace("\n1,甲州", "\n9,甲州"));
    put("pipelines/reference/地市顺序.csv", "地市,单位代码\n甲州,9\n乙州,2\n");
    let said = shop.run("2026-03", "2026-03");
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(shop.says("2026-03", "统计", "往期各栏没有计入当时退回的：2026年2月（1 行）。"));
    assert!(!shop.says("2026-03", "统计", "列为未报"));
    assert!(shop.line("2026-03", "统计", "合计").contains(" 30 30 "), "{}", shop.line("2026-03", "统计", "合计"));
}

#[test]
fn without_a_due_date_who_was_sent_back_is_not_first() {
    let shop = Shop::new("");
    shop.file("2026-02", "甲州市总工会", "若干", "10");
    shop.file("2026-02", "乙州市总工会", "6", "20");
    assert_eq!(shop.run("2026-02", "2026-02").code, 1);
    // 应报 按时 迟报 其中逾期 已报 退回 无法读取 未报 报送率 按时率 平均得分 名次
    assert_eq!(shop.line("2026-02", "报送率", "甲州"), "1 0 0 0 0 1 0 0 1 0 — —");
    assert_eq!(shop.line("2026-02", "报送率", "乙州"), "1 0 0 0 1 0 0 0 1 — — —");
    assert_eq!(shop.line("2026-02", "报送率", "合计"), "2 0 0 0 1 1 0 0 1 — —");
    let listed =
        say(&["history", "monthly", "--history", &shop.word("history"), "--pipelines", &shop.word("pipelines")]);
    assert!(listed.out.contains("2 个应报单位中 1 个通过"), "{}{}", listed.out, listed.err);
}
