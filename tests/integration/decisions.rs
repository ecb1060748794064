//! Decisions (处理意见) from end to end: a workbook that the run writes, filled in, taken by the next run before it writes
//! anything, kept with the history, and expired once what it was taken on changes.

use super::shop::{DEFINITION, HEFEI, Shop, WUHU, integers};
use super::support::Said;
use super::workshop::{Page, page, text, xlsx};
use calamine::{Data, Reader, open_workbook_auto};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Rules of each severity, with and without a hold.
const RULES: &str = r#"
[[form.rule]]
code     = "too-many"
severity = "verify"
check    = "人数 <= 100"
found    = "人数 {人数}，超过 100"
expected = "人数不超过 100"
next     = "请核实"
cells    = ["人数"]

[[form.rule]]
code     = "no-people"
severity = "block"
check    = "人数 > 0"
found    = "人数 {人数}，没有人"
expected = "人数大于 0"
next     = "请改正"
cells    = ["人数"]

[[form.rule]]
code     = "held"
severity = "verify"
holds    = true
check    = "项目 <> '存疑'"
found    = "项目叫“{项目}”"
expected = "写明项目"
next     = "请核实"
cells    = ["项目"]
"#;

pub fn definition(bound: u32) -> String {
    let rules = RULES.replace("人数 <= 100", &format!("人数 <= {bound}"));
    let keyed = DEFINITION.replacen("unit  = \"单位\"", "unit  = \"单位\"\nkey   = [\"单位\", \"项目\"]", 1);
    keyed.replacen("\n[[table]]", &format!("{rules}\n[[table]]"), 1)
}

pub const FIELDS: [&str; 5] = ["处理", "改为", "理由", "经办人", "日期"];

/// A sheet of the workbook as rows by heading; one that has nothing to list is not there, but for the one of open questions.
pub fn rows(path: &Path, sheet: &str) -> Vec<BTreeMap<String, String>> {
    let mut book = open_workbook_auto(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    if sheet != "待处理" && !book.sheet_names().iter().any(|name| name == sheet) {
        return Vec::new();
    }
    let range = book.worksheet_range(sheet).expect("the sheet");
    let mut rows = range.rows().filter(|row| row.len() > 1 && row[0] != Data::String("（无）".to_owned()));
    let heads: Vec<String> = rows.next().into_iter().flatten().map(Data::to_string).collect();
    rows.map(|row| heads.iter().cloned().zip(row.iter().map(Data::to_string)).collect()).collect()
}

/// A workbook with these rows, as another program would save it: sorted otherwise, with fewer columns, as plain texts.
pub fn saved(path: &Path, rows: &[BTreeMap<String, String>]) {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    let heads = ["标识", "规则代码", "日期", "经办人", "理由", "改为", "处理", "记录", "原值"];
    for (column, head) in (0..).zip(heads) {
        sheet.write_string(3, column, head).expect("a cell");
        for (row, of) in (4..).zip(rows.iter().rev()) {
            sheet.write_string(row, column, of.get(head).map_or("", String::as_str)).expect("a cell");
        }
    }
    book.save(path).expect("saved");
}

impl Shop {
    pub fn decisions(&self) -> PathBuf {
        self.path("out/2026年3月月度登记_处理意见.xlsx")
    }

    pub fn asked(&self, sheet: &str) -> Vec<BTreeMap<String, String>> {
        rows(&self.decisions(), sheet)
    }

    /// Fills in the row of a record and a code.
    pub fn answer(&self, answers: &[(&str, &str, [&str; 3])]) {
        let mut all = self.asked("待处理");
        all.extend(self.asked("已处理"));
        for (record, code, said) in answers {
            let row = all.iter_mut().find(|row| row["记录"].contains(record) && row["规则代码"] == *code);
            let row = row.unwrap_or_else(|| panic!("{record} {code}"));
            for (field, said) in FIELDS.iter().zip(said.iter().chain(&["张某", "2026-04-08"])) {
                row.insert((*field).to_owned(), (*said).to_owned());
            }
        }
        saved(&self.decisions(), &all);
    }

    pub fn again(&self, items: &[(&str, &str, u32)]) -> Said {
        self.run("2026-03", items, &[])
    }

    /// (处理, 情况) of a record's row on a sheet.
    pub fn state(&self, sheet: &str, record: &str) -> Vec<(String, String)> {
        let of = self.asked(sheet).into_iter().filter(|row| row["记录"].contains(record));
        of.map(|row| (row["处理"].clone(), row["情况"].clone())).collect()
    }

    pub fn people(&self) -> Vec<Option<i64>> {
        self.read("2026-04", |history, _| integers(history, "2026-03", "人数"))
    }

    fn open(&self) -> usize {
        self.asked("待处理").len()
    }
}

const ITEMS: [(&str, &str, u32); 6] =
    [(HEFEI, "甲", 420), (HEFEI, "乙", 0), (HEFEI, "丙", 0), (HEFEI, "存疑", 7), (WUHU, "丁", 500), (WUHU, "戊", 300)];

#[test]
fn each_kind_of_decision_is_taken_kept_and_expires_with_what_it_was_taken_on() {
    let shop = Shop::new(&definition(100));
    assert_eq!(shop.again(&ITEMS).code, 1);
    assert_eq!(shop.people(), [Some(420), Some(500), Some(300)]);
    assert_eq!(shop.open(), 6);
    shop.answer(&[
        ("甲", "too-many", ["改为", "42", "误多写一个零"]),
        ("乙", "no-people", ["免予", "", "确无人员"]),
        ("丙", "no-people", ["不计入", "", "项目取消"]),
        ("存疑", "held", ["属实", "", "名称如此"]),
        ("丁", "too-many", ["暂不计入", "", "待查"]),
        ("戊", "too-many", ["已联系待回复", "", ""]),
    ]);
    let said = shop.again(&ITEMS);
    assert_eq!(said.code, 0, "no 必改 is left: {}{}", said.out, said.err);
    assert_eq!(shop.people(), [Some(42), Some(0), Some(7), Some(300)], "丙 and 丁 do not count");
    assert_eq!(shop.open(), 2);
    assert_eq!(shop.asked("已处理").len(), 4);
    assert!(shop.state("待处理", "戊")[0].1.contains("仍待处理"));
    // The workbook is gone; the history knows.
    std::fs::remove_dir_all(shop.path("out")).expect("the results");
    assert_eq!(shop.again(&ITEMS).code, 0);
    assert_eq!(shop.people(), [Some(42), Some(0), Some(7), Some(300)]);
    let once = super::support::all_bytes(&shop.path("history/tally"));
    assert_eq!(shop.again(&ITEMS).code, 0);
    assert!(super::support::all_bytes(&shop.path("history/tally")) == once, "the same again, byte for byte");
    // What 甲 says changes: its decision expires, and the others hold.
    let mut changed = ITEMS;
    changed[0].2 = 430;
    assert_eq!(shop.again(&changed).code, 0);
    assert_eq!(shop.people(), [Some(430), Some(0), Some(7), Some(300)]);
    assert!(shop.state("已失效", "甲")[0].1.contains("内容改动了"), "{:?}", shop.state("已失效", "甲"));
    assert_eq!(shop.state("待处理", "甲"), [(String::new(), String::new())], "asked anew");
    // The rule changes: what was decided under the old one holds no more.
    shop.define(&definition(99));
    assert_eq!(shop.again(&ITEMS).code, 0);
    let open = shop.state("待处理", "甲");
    assert!(open[0].1.contains("规则") && open[0].1.contains("改过"), "{open:?}");
    assert_eq!(shop.people(), [Some(420), Some(0), Some(7), Some(500), Some(300)]);
    shop.define(&definition(100).replace("请核实", "请再核实"));
    assert_eq!(shop.again(&ITEMS).code, 0);
    assert_eq!(shop.people(), [Some(42), Some(0), Some(7), Some(300)], "words of a rule are not its condition");
}

#[test]
fn what_cannot_be_is_named_with_its_cell_and_goes_back_to_whoever_wrote_it() {
    let shop = Shop::new(&definition(100));
    assert_eq!(shop.again(&ITEMS).code, 1);
    shop.answer(&[
        ("甲", "too-many", ["改为", "约四十", "笔误"]),
        ("乙", "no-people", ["属实", "", "如此"]),
        ("丙", "no-people", ["免予", "", ""]),
        ("丁", "too-many", ["同意", "", "好"]),
    ]);
    for _ in 0..2 {
        let said = shop.again(&ITEMS);
        assert_eq!(said.code, 1);
        assert_eq!(shop.people(), [Some(420), Some(500), Some(300)]);
        for (record, word, why) in [
            ("甲", "改为", "不能用"),
            ("乙", "属实", "只用于“核实”"),
            ("丙", "免予", "没有写"),
            ("丁", "同意", "下拉表"),
        ] {
            let state = shop.state("待处理", record);
            assert!(state[0].0 == word && state[0].1.contains(why), "{state:?}");
        }
        let told = std::fs::read_to_string(shop.path("out/明细/findings.ndjson")).expect("findings");
        let told: Vec<&str> = told.lines().filter(|line| line.contains("decision-not-taken")).collect();
        assert_eq!(told.len(), 4, "{told:#?}");
        assert!(told.iter().all(|line| line.contains("处理意见.xlsx · 表")), "{told:#?}");
    }
}

#[test]
fn workbooks_of_two_officers_and_of_other_periods_are_merged_or_named() {
    let shop = Shop::new(&definition(100));
    assert_eq!(shop.again(&ITEMS).code, 1);
    let blank = std::fs::read(shop.decisions()).expect("the workbook");
    // Two officers, one row twice and otherwise, one alike.
    shop.answer(&[("乙", "no-people", ["免予", "", "甲说"]), ("甲", "too-many", ["属实", "", "查过"])]);
    let other = shop.path("out/处理意见（李）.xlsx");
    std::fs::rename(shop.decisions(), &other).expect("renamed");
    std::fs::write(shop.decisions(), &blank).expect("written");
    shop.answer(&[("乙", "no-people", ["不计入", "", "乙说"]), ("甲", "too-many", ["属实", "", "查过"])]);
    assert_eq!(shop.again(&ITEMS).code, 1);
    assert_eq!(shop.people(), [Some(420), Some(500), Some(300)]);
    assert_eq!(shop.state("已处理", "甲").len(), 1, "both say the same");
    assert!(shop.state("待处理", "乙")[0].1.contains("处理意见（李）.xlsx"), "{:?}", shop.state("待处理", "乙"));
    // Of another period: named on the command line it stops the run, and beside the results it is passed over.
    std::fs::remove_file(&other).expect("removed");
    assert_eq!(shop.run("2026-04", &[(HEFEI, "甲", 500)], &[]).code, 0);
    let april = shop.word("out/2026年4月月度登记_处理意见.xlsx");
    let returns = shop.file("2026-03", &ITEMS);
    let args = shop.args(&returns, "2026-03", "out", &["--decisions", &april]);
    let refused = super::support::say(&args.iter().map(String::as_str).collect::<Vec<_>>());
    assert!(refused.code == 2 && refused.err.contains("是2026年4月月度登记的处理意见，不是本期的"), "{}", refused.err);
    assert_eq!(shop.again(&ITEMS).code, 1);
    // What cannot be read is not written over.
    std::fs::write(shop.decisions(), b"PK\x03\x04 torn").expect("written");
    let refused = shop.again(&ITEMS);
    assert!(refused.code == 3 && refused.err.contains("没有写出任何结果"), "{}", refused.err);
    assert_eq!(std::fs::read(shop.decisions()).expect("still there"), b"PK\x03\x04 torn");
}

#[test]
fn a_decision_is_changed_where_it_stands_or_taken_back() {
    let shop = Shop::new(&definition(100));
    assert_eq!(shop.again(&ITEMS).code, 1);
    shop.answer(&[("甲", "too-many", ["不计入", "", "先不算"])]);
    assert_eq!(shop.again(&ITEMS).code, 1);
    assert_eq!(shop.people(), [Some(500), Some(300)]);
    shop.answer(&[("甲", "too-many", ["改为", "42", "查清了"])]);
    assert_eq!(shop.again(&ITEMS).code, 1);
    assert_eq!(shop.people(), [Some(42), Some(500), Some(300)]);
    shop.answer(&[("甲", "too-many", ["撤回", "", "再议"])]);
    assert_eq!(shop.again(&ITEMS).code, 1);
    assert_eq!(shop.people(), [Some(420), Some(500), Some(300)]);
    assert_eq!(shop.state("待处理", "甲"), [(String::new(), String::new())]);
    let stored = shop.read("2026-04", |history, _| {
        let period = history.get(&super::shop::month("2026-03")).expect("stored");
        period
            .decisions()
            .expect("whole")
            .into_iter()
            .map(|(one, state)| (one.words(), state.key()))
            .collect::<Vec<_>>()
    });
    assert_eq!(stored.len(), 3, "the trail: {stored:?}");
}

/// A return with its own file name, date and rows: (单位, 项目, 人数, 说明).
pub fn filed(shop: &Shop, name: &str, cover: &str, rows: &[(&str, &str, u32, &str)]) {
    filed_for(shop, name, (cover, "2026年3月", "2026-04-01"), rows);
}

/// The same for a month that it says, and filled in on a day.
pub fn filed_for(shop: &Shop, name: &str, (cover, month, day): (&str, &str, &str), rows: &[(&str, &str, u32, &str)]) {
    let mut cells = vec![
        vec![text("月度登记表")],
        vec![text(&format!("填报单位：{cover}    所属期：{month}    填报日期：{day}"))],
        ["单位", "项目", "人数", "金额", "日期", "说明"].map(text).to_vec(),
    ];
    cells.extend(rows.iter().map(|(unit, what, people, why)| {
        [*unit, *what, &people.to_string(), "1.5", "2026-03-02", *why].map(text).to_vec()
    }));
    let path = shop.path("returns").join(name);
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    std::fs::write(path, xlsx(&[Page { rows: cells, ..page(HEFEI, 0) }])).expect("a return");
}

/// 处理, 改为 and 理由 that somebody writes into the row of an open finding.
type Choose<'a> = &'a dyn Fn(&BTreeMap<String, String>) -> Option<[&'static str; 3]>;

#[test]
fn versions_names_and_what_senders_say_themselves() {
    let shop = Shop::new(&definition(100));
    // Two versions of one day, with other figures; a unit by a name that nobody knows; a figure with a reason beside it.
    filed(&shop, "一/合肥市总工会.xlsx", HEFEI, &[(HEFEI, "甲", 3, ""), (HEFEI, "乙", 4, ""), (HEFEI, "丙", 5, "")]);
    filed(&shop, "二/合肥市总工会.xlsx", HEFEI, &[(HEFEI, "甲", 6, ""), (HEFEI, "乙", 4, ""), (HEFEI, "丙", 5, "")]);
    filed(&shop, "芜湖市总工会.xlsx", WUHU, &[(WUHU, "丁", 500, "含外包人员"), ("鸠兹联合会", "戊", 7, "")]);
    let returns = shop.word("returns");
    let run = || {
        let args = shop.args(&returns, "2026-03", "out", &[]);
        super::support::say(&args.iter().map(String::as_str).collect::<Vec<_>>())
    };
    assert_eq!(run().code, 1);
    let asked = shop.asked("待处理");
    let open: Vec<&str> = asked.iter().map(|row| row["规则代码"].as_str()).collect();
    assert_eq!(open.iter().filter(|code| **code == "version-undecidable").count(), 2, "{open:?}");
    let explained = asked.iter().find(|row| row["规则代码"] == "too-many").expect("asked");
    assert_eq!((&*explained["报送单位说明"], &*explained["理由"]), ("含外包人员", "报送单位说明：含外包人员"));
    let fill = |choose: Choose| {
        let mut all = shop.asked("待处理");
        for row in &mut all {
            if let Some(said) = choose(row) {
                for (field, said) in FIELDS.iter().zip(said) {
                    row.insert((*field).to_owned(), said.to_owned());
                }
            }
        }
        saved(&shop.decisions(), &all);
    };
    // Both versions chosen: neither counts, and both are told.
    fill(&|row| (row["规则代码"] == "version-undecidable").then_some(["采用此版", "", "来电说明"]));
    assert_eq!(run().code, 1);
    assert_eq!(shop.people(), [Some(500)]);
    fill(&|row| match row["规则代码"].as_str() {
        "version-undecidable" if row["文件"].contains("二/") => Some(["采用此版", "", "来电说明"]),
        "version-undecidable" => Some(["", "", ""]),
        "unit-unknown" => Some(["是同一单位", "芜湖市总工会", "该市对外的名称"]),
        "too-many" => Some(["属实", "", "报送单位说明：含外包人员"]),
        _ => None,
    });
    let said = run();
    assert_eq!(said.code, 0, "{}{:?}", said.err, shop.asked("待处理"));
    let mut people = shop.people();
    people.sort_unstable();
    assert_eq!(people, [Some(4), Some(5), Some(6), Some(7), Some(500)]);
    assert_eq!(shop.asked("已处理").len(), 3);
    // The same from the history alone.
    std::fs::remove_dir_all(shop.path("out")).expect("the results");
    assert_eq!(run().code, 0);
    assert_eq!(shop.asked("已处理").len(), 3);
}

/// Sorted by a column or two, with 标识 left where it was: every answer stands beside another finding.
#[test]
fn answers_that_were_sorted_away_from_their_findings_are_not_taken_and_not_lost() {
    let shop = Shop::new(&definition(100));
    assert_eq!(shop.again(&ITEMS).code, 1);
    let mut all = shop.asked("待处理");
    for row in &mut all {
        for (field, said) in FIELDS.iter().zip(["不计入", "", "查过", "张某", "2026-04-08"]) {
            row.insert((*field).to_owned(), said.to_owned());
        }
    }
    let heads: Vec<String> = all[0].keys().cloned().collect();
    let written = |turned: usize| {
        let mut book = rust_xlsxwriter::Workbook::new();
        let sheet = book.add_worksheet();
        for (column, head) in (0..).zip(&heads) {
            sheet.write_string(0, column, head).expect("a cell");
            for row in 0..all.len() {
                let of = if head == "标识" { row } else { (row + turned) % all.len() };
                sheet.write_string(row as u32 + 1, column, &all[of][head]).expect("a cell");
            }
        }
        book.save(shop.decisions()).expect("saved");
        std::fs::read(shop.decisions()).expect("the workbook")
    };
    let apart = written(1);
    let said = shop.again(&ITEMS);
    assert!(said.code == 3 && said.err.contains("6 行") && said.err.contains("只排序了一部分列"), "{}", said.err);
    assert!(said.err.contains("没有写出任何结果"), "{}", said.err);
    assert!(std::fs::read(shop.decisions()).expect("still there") == apart, "nothing is written over");
    // Whole rows in another order are what they were.
    all.reverse();
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (column, head) in (0..).zip(&heads) {
        sheet.write_string(0, column, head).expect("a cell");
        for (row, of) in (1..).zip(&all) {
            sheet.write_string(row, column, &of[head]).expect("a cell");
        }
    }
    book.save(shop.decisions()).expect("saved");
    assert_eq!((shop.again(&ITEMS).code, shop.people().len()), (0, 0));
}
