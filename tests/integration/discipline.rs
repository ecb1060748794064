//! Reporting discipline over months through the program: a calendar with holidays and a make-up workday, a gap in the
//! store that is filled later, points and places, and the chase list that grows with the silence.

use super::support::{Said, result, say};
use calamine::Reader;
use std::path::{Path, PathBuf};

const DEFINITION: &str = r#"
name   = "visits"
title  = "走访月报"
notice = "关于报送走访情况的通知"
period = "month"
sample = { period = "2026-01", returns = "x" }

[codes.channel]
values = ["市总工会", "省直系统"]

[[form]]
id     = "visit"
title  = "走访月报"
unit   = "单位"
fields = [
  { name = "单位", type = "unit", required = true },
  { name = "走访人数", type = "integer", required = true },
]

[discipline]
on-time = 100
late-per-day = 5
after-grace = 60
returned = 40
unreadable = 20
missing = 0
periods = 6

[[table]]
id = "unit"
sheet = "报送情况"
title = "{报告期}报送情况"
kind = "discipline"
by = "unit"

[[table]]
id = "period"
sheet = "历期"
title = "各期报送率"
kind = "discipline"
by = "period"

[[table]]
id = "ranking"
sheet = "排名"
title = "报送纪律排名"
kind = "discipline"
by = "ranking"
"#;

const ROSTER: &str = "单位代码,单位名称,别名,上级代码,层级,渠道,地市,行业,所有制,在岗职工人数,启用,停用,应报\n\
    1,甲州市总工会,,,市,市总工会,甲州,,机关,10,2000-01-01,,visits\n\
    2,乙州市总工会,,,市,市总工会,乙州,,机关,10,2000-01-01,,visits\n\
    3,省交运系统工会,,,省,省直系统,甲州,,机关,10,2000-01-01,,visits\n";

/// The Saturday after the due Friday of January is worked, the week after it is not.
const HOLIDAYS: &str = "日期,类型\n2026-02-14,上班\n2026-02-16,放假\n2026-02-17,放假\n2026-02-18,放假\n\
    2026-02-19,放假\n2026-02-20,放假\n";

const DUE: &str = "报送项目,报告期,开网,截止,补报截止\n\
    visits,2026-01,2026-02-02,2026-02-13,2026-02-25\n\
    走访月报,2026-02,2026-03-02,2026-03-06,2026-03-13\n\
    visits,2026-03,2026-04-01,2026-04-08,2026-04-15\n\
    visits,2026-04,2026-05-06,2026-05-08,2026-05-15\n\
    visits,2026-05,2026-06-01,2026-06-05,2026-06-12\n";

struct Office {
    folder: tempfile::TempDir,
}

impl Office {
    fn new() -> Office {
        let office = Office { folder: tempfile::tempdir().expect("a temporary folder") };
        office.write("pipelines/visits/pipeline.toml", DEFINITION);
        office.write("pipelines/reference/单位名册.csv", ROSTER);
        office.write("pipelines/reference/地市顺序.csv", "地市,单位代码\n甲州,1\n乙州,2\n");
        office.write("pipelines/reference/节假日.csv", HOLIDAYS);
        office.write("pipelines/reference/截止日期.csv", DUE);
        office
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }

    /// A return of one unit: the day it was filled in, and its number.
    fn file(&self, month: &str, unit: &str, filed: &str, visits: &str) {
        let text = format!(
            "走访月报\n填报单位：{unit},所属期：{month}\n单位,走访人数\n{unit},{visits}\n填表人：张三,填报日期：{filed}\n"
        );
        self.write(&format!("{month}/{unit}.csv"), &text);
    }

    fn run(&self, month: &str, more: &[&str]) -> Said {
        let path = |name: &str| self.path(name).to_str().expect("UTF-8 path").to_owned();
        let (pipelines, returns, out, history) =
            (path("pipelines"), path(month), path(&format!("out/{month}")), path("history"));
        let mut args = vec!["run", "visits", "--pipelines", &pipelines, "--period", month, "--returns", &returns];
        args.extend(["--out", &out, "--history", &history]);
        args.extend(more);
        let said = say(&args);
        assert!(said.code < 2, "{month}: {}{}", said.out, said.err);
        said
    }

    fn result(&self, month: &str, end: &str) -> PathBuf {
        result(&self.path(&format!("out/{month}")), end)
    }

    /// Rows of a sheet, cells joined, empty ones left out.
    fn sheet(&self, month: &str, end: &str, sheet: &str) -> Vec<String> {
        let mut book = calamine::open_workbook_auto(self.result(month, end)).expect("a workbook");
        let range = book.worksheet_range(sheet).expect("the sheet");
        let words = |row: &[calamine::Data]| {
            let cells = row.iter().map(ToString::to_string).filter(|cell| !cell.is_empty());
            cells.collect::<Vec<_>>().join("|")
        };
        range.rows().map(words).collect()
    }

    fn text(&self, month: &str) -> String {
        std::fs::read_to_string(self.result(month, "_催报.txt")).expect("a text file")
    }
}

fn has(rows: &[String], start: &str) {
    assert!(rows.iter().any(|row| row.starts_with(start)), "no “{start}” in {rows:#?}");
}

fn bytes(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found: Vec<(String, Vec<u8>)> = std::fs::read_dir(folder)
        .expect("results")
        .flatten()
        .filter(|entry| entry.path().is_file())
        .map(|entry| (entry.file_name().to_string_lossy().into_owned(), std::fs::read(entry.path()).expect("readable")))
        .collect();
    found.sort();
    found
}

const JIA: &str = "甲州市总工会";
const SHENG: &str = "省交运系统工会";

/// January to May without February: 乙州 is silent throughout.
fn spring() -> Office {
    let office = Office::new();
    office.file("2026-01", JIA, "2026年2月13日", "5");
    // Friday 13 February is due; Saturday 14 is worked, the next week is off: Monday 23 is the second working day.
    office.file("2026-01", SHENG, "2026年2月23日", "5");
    office.file("2026-03", JIA, "2026年4月7日", "5");
    office.file("2026-03", SHENG, "2026年4月7日", "许多");
    office.file("2026-04", JIA, "2026年5月18日", "5");
    office.write("2026-04/省交运系统工会.xlsx", "");
    office.file("2026-05", JIA, "2026年5月29日", "5");
    for month in ["2026-01", "2026-03", "2026-04"] {
        office.run(month, &[]);
    }
    office
}

#[test]
fn months_are_counted_scored_and_ranked_and_a_gap_is_said() {
    let office = spring();
    let said = office.run("2026-05", &["--as-of", "2026-06-10"]);
    assert!(said.out.contains("催报  截至2026年6月10日，应报 3 个单位，未报 2 个。"), "{}", said.out);

    let january = office.sheet("2026-01", "_工作版.xlsx", "报送情况");
    // 状态, 报送时间 (a serial), 迟报工作日, 报表份数, 通过, 退回, 得分
    has(&january, "省交运系统工会|迟报|46076|2|1|1|0|90");
    has(&january, "乙州市总工会|未报|—|—|0|0|0|0");
    let months = office.sheet("2026-05", "_工作版.xlsx", "历期");
    // 应报 按时 迟报 其中逾期 退回 无法读取 未报 报送率 按时率 平均得分
    has(&months, "2026年1月|3|1|1|0|0|0|1|0.6666666666666666|0.3333333333333333|63.3333333333333");
    has(&months, "2026年3月|3|1|0|0|1|0|1|");
    has(&months, "2026年4月|3|0|1|1|0|1|1|");
    has(&months, "2026年5月|3|1|0|0|0|0|2|");
    assert!(!months.iter().any(|row| row.starts_with("2026年2月")), "{months:#?}");
    assert!(months.iter().any(|row| row.contains("没有2026年2月的存档")), "{months:#?}");

    let ranking = office.sheet("2026-05", "_工作版.xlsx", "排名");
    // 名次 单位 平均得分 应报期数 按时 迟报 迟报工作日 退回 无法读取 未报 连续未报: 100, 100, 60 (6 days, after grace), 100;
    // 90, 40, 20, 0; nothing.
    has(&ranking, "1|甲州市总工会|90|4|3|1|6|0|0|0|0");
    has(&ranking, "2|省交运系统工会|37.5|4|0|1|2|1|1|1|1");
    has(&ranking, "3|乙州市总工会|0|4|0|0|0|0|0|4|3");

    // A return of the days before the opening counts, and is remarked on.
    let findings = std::fs::read_to_string(office.result("2026-05", "findings.ndjson")).expect("findings");
    assert!(findings.contains("filed-before-open") && findings.contains("早于开网日期 2026-06-01"), "{findings}");
}

#[test]
fn the_chase_list_names_the_longest_silent_first_and_grows_when_the_gap_is_filled() {
    let office = spring();
    office.run("2026-05", &["--as-of", "2026-06-10"]);
    let text = office.text("2026-05");
    let asked = "截至2026年6月10日，已超过截止日期 3 个工作日，尚未收到报表的有：乙州市总工会（连续 3 期未报）。\
                 请以上单位于2026年6月12日前报齐，确有困难的请及时与我们联系。感谢支持！\r\n";
    assert!(text.contains(asked) && text.contains("没有2026年2月的存档"), "{text}");
    let often = office.sheet("2026-05", "_催报.xlsx", "屡次未报迟报");
    has(&often, "1|乙州|乙州市总工会|未报|3|4|—|3|—|没有收到报表");

    // February comes in at last: nothing from 乙州, so five months in a row, and no gap any more.
    office.file("2026-02", JIA, "2026年3月6日", "5");
    office.run("2026-02", &[]);
    office.run("2026-05", &["--as-of", "2026-06-16"]);
    let text = office.text("2026-05");
    assert!(text.contains("乙州市总工会（连续 5 期未报）。请以上单位尽快报齐"), "past 补报截止: {text}");
    assert!(!text.contains("没有2026年2月的存档"), "{text}");

    // The same again gives the same bytes, and a wrong day is refused before anything is read.
    let before = bytes(&office.path("out/2026-05"));
    office.run("2026-05", &["--as-of", "2026年6月16日", "--threads", "1"]);
    assert!(before == bytes(&office.path("out/2026-05")), "the same day in other words");
    let pipelines = office.path("pipelines");
    let said = say(&["run", "visits", "--pipelines", pipelines.to_str().expect("UTF-8 path"), "--as-of", "昨天"]);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("昨天") && said.err.contains("2026-04-20"), "{}", said.err);
}

#[test]
fn a_calendar_without_the_period_is_said_and_one_out_of_order_stops_the_run() {
    let office = spring();
    let without: String =
        DUE.lines().filter(|line| !line.contains("2026-05")).map(|line| format!("{line}\n")).collect();
    office.write("pipelines/reference/截止日期.csv", &without);
    let said = office.run("2026-05", &[]);
    assert!(said.out.contains("截止日期表里没有“走访月报”2026年5月"), "{}", said.out);
    let unit = office.sheet("2026-05", "_工作版.xlsx", "报送情况");
    has(&unit, "甲州市总工会|已报|");
    assert!(unit.iter().any(|row| row.contains("不判断是否按时")), "{unit:#?}");
    let text = office.text("2026-05");
    assert!(
        text.contains("不判断是否按时") && text.contains("请以上单位尽快报齐") && !text.contains("超过截止"),
        "{text}"
    );

    office.write("pipelines/reference/截止日期.csv", &DUE.replace("2026-06-01,2026-06-05", "2026-06-08,2026-06-05"));
    let pipelines = office.path("pipelines");
    let said = say(&["lint", "visits", "--pipelines", pipelines.to_str().expect("UTF-8 path")]);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("第 6 行“开网”：开网 2026-06-08 晚于截止 2026-06-05"), "{}", said.err);
}
