//! Decisions on the shipped samples, of every kind, in workbooks as officers hand them on: sorted, with rows and columns
//! gone, saved by LibreOffice as ods and xls, filled in by two; then with rows moved, figures changed and files taken away.

use super::decisions::{FIELDS, rows, saved};
use super::support::{Said, root, saved_by_libreoffice, say};
use calamine::{Data, Reader, open_workbook_auto};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Part of a row's place or record, its code, and 处理, 改为 and 理由.
type Choice = (&'static str, &'static str, [&'static str; 3]);

/// A sample's returns, results and history in a folder of their own.
struct Desk {
    folder: tempfile::TempDir,
    pipeline: &'static str,
    period: &'static str,
}

impl Desk {
    fn new(pipeline: &'static str, period: &'static str, returns: &str) -> Desk {
        let desk = Desk { folder: tempfile::tempdir().expect("a temporary folder"), pipeline, period };
        let mut open = vec![root().join("samples").join(returns)];
        let from = open[0].clone();
        while let Some(below) = open.pop() {
            let into = desk.path("returns").join(below.strip_prefix(&from).expect("below"));
            std::fs::create_dir_all(&into).expect("a folder");
            for entry in std::fs::read_dir(&below).expect("returns").flatten() {
                match entry.path() {
                    path if path.is_dir() => open.push(path),
                    path => drop(std::fs::copy(&path, into.join(entry.file_name())).expect("a copy")),
                }
            }
        }
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn run_as(&self, period: &str, returns: &Path, out: &str) -> Said {
        let (returns, out, history) = (returns.to_path_buf(), self.path(out), self.path("history"));
        let word = |path: &Path| path.to_str().expect("UTF-8").to_owned();
        let (returns, out, history) = (word(&returns), word(&out), word(&history));
        let args = ["run", self.pipeline, "--quiet", "--period", period, "--returns", &returns];
        say(&[&args[..], &["--out", &out, "--history", &history]].concat())
    }

    fn run(&self) -> Said {
        self.run_as(self.period, &self.path("returns"), "out")
    }

    fn book(&self) -> PathBuf {
        let found = std::fs::read_dir(self.path("out")).expect("results").flatten().map(|entry| entry.path());
        found.into_iter().find(|path| path.to_string_lossy().ends_with("_处理意见.xlsx")).expect("the workbook")
    }

    fn asked(&self, sheet: &str) -> Vec<BTreeMap<String, String>> {
        rows(&self.book(), sheet)
    }

    /// Rows of a sheet that are of a choice.
    fn of(&self, sheet: &str, (part, code, _): &Choice) -> Vec<BTreeMap<String, String>> {
        self.asked(sheet).into_iter().filter(|row| is_of(row, part, code)).collect()
    }

    /// Fills in the rows that are open, and drops those that nobody answered.
    fn answer(&self, path: &Path, choices: &[Choice]) {
        let mut all = Vec::new();
        for (part, code, said) in choices {
            let asked = self.asked("待处理").into_iter().chain(self.asked("已处理"));
            let mut row = asked.into_iter().find(|row| is_of(row, part, code)).unwrap_or_else(|| {
                panic!("{}: no row {part} {code}", self.pipeline);
            });
            for (field, said) in FIELDS.iter().zip(said.iter().chain(&["张某", "2026-04-18"])) {
                row.insert((*field).to_owned(), (*said).to_owned());
            }
            all.push(row);
        }
        saved(path, &all);
    }
}

fn is_of(row: &BTreeMap<String, String>, part: &str, code: &str) -> bool {
    row["规则代码"] == code && (row["文件"].contains(part) || row["记录"].contains(part))
}

/// Has LibreOffice save a workbook in another format, and takes the first away; whether it is here.
fn converted(path: &Path, format: &str) -> bool {
    let folder = path.parent().expect("a folder");
    if !saved_by_libreoffice("decisions that LibreOffice saved", path, format, folder) {
        return false;
    }
    std::fs::remove_file(path).expect("removed");
    true
}

const INNOVATION: [Choice; 17] = [
    ("第8场", "investment-per-head-high", ["暂不计入", "", "待查"]),
    ("亳州", "month-negative", ["不计入", "", "冲减以前月份"]),
    ("", "result-benefit-negative", ["改为", "2", "误写负号"]),
    ("安庆振风", "last-year-funnel", ["免予", "", "去年如此"]),
    ("安庆市菱湖", "last-year-negative", ["不计入", "", "误填"]),
    ("", "finalists-exceed-entrants", ["改为", "13", "笔误"]),
    ("", "workforce-not-positive", ["改为", "3200", "漏填"]),
    ("", "benefit-ten-thousand", ["改为", "42", "按元填报"]),
    ("", "result-benefit-high", ["改为", "26", "按元填报"]),
    ("", "grade-at-odds", ["改为", "三", "按分档"]),
    ("", "result-after-period", ["暂不计入", "", "待查"]),
    ("", "month-benefit-without-implementation", ["属实", "", "上月实施"]),
    ("马鞍山翠屏", "month-adoption-rate-high", ["属实", "", "集中评审"]),
    ("", "contest-ends-before-start", ["改为", "2026-03-20", "笔误"]),
    ("C9", "record-contradicting", ["不计入", "", "以下一行为准"]),
    ("铜陵", "year-below-month-people", ["免予", "", "上月已更正"]),
    ("", "total-mismatch", ["已联系待回复", "", ""]),
];

const MODEL_TEAMS: [Choice; 10] = [
    ("上报表1", "sender-unknown", ["是同一单位", "合肥市总工会", "笔误"]),
    ("", "cell-unreadable", ["改为", "14", "来电告知"]),
    ("", "safety-accident", ["不计入", "", "一票否决"]),
    ("", "team-too-small", ["免予", "", "边远班组"]),
    ("", "not-reported", ["改为", "36", "来电告知"]),
    ("", "date-incomplete", ["改为", "2026-03-02", "补上年份"]),
    ("", "sender-doubtful", ["属实", "", "放错了文件夹"]),
    ("", "publicity-too-short", ["暂不计入", "", "等重新公示"]),
    ("", "review-score-out-of-range", ["改为", "92", "笔误"]),
    ("", "six-good-not-met-standby", ["已联系待回复", "", ""]),
];

const HONOURS: [Choice; 8] = [
    ("合肥", "person-duplicate", ["不计入", "", "以省直为准"]),
    ("", "title-already-held", ["免予", "", "台账记错"]),
    ("", "id-sex-mismatch", ["改为", "女", "笔误"]),
    ("V5", "consultation-missing", ["免予", "", "已另行征求"]),
    ("", "collective-headcount", ["改为", "21", "漏填"]),
    ("", "award-outside-period", ["属实", "", "上年漏报"]),
    ("", "service-years-mismatch", ["属实", "", "工龄间断"]),
    ("", "no-rows", ["属实", "", "确无推荐"]),
];

/// Answers, has them saved in a format, and runs; then without the workbooks, from the history alone.
fn settle(desk: &Desk, choices: &[Choice], format: &str) {
    assert_eq!(desk.run().code, 1);
    let before = desk.asked("待处理").len();
    desk.answer(&desk.book(), choices);
    if format != "xlsx" && !converted(&desk.book(), format) {
        return;
    }
    assert_eq!(desk.run().code, 1);
    let waits = |choice: &&Choice| matches!(choice.2[0], "暂不计入" | "已联系待回复");
    for again in 0..2 {
        for choice in choices {
            let sheet = if waits(&choice) { "待处理" } else { "已处理" };
            let found = desk.of(sheet, choice);
            let row = found.first().unwrap_or_else(|| panic!("{choice:?} is not in {sheet} ({again})"));
            assert_eq!((&*row["处理"], &*row["改为"], &*row["理由"]), (choice.2[0], choice.2[1], choice.2[2]));
            let state = if waits(&choice) { "仍待处理" } else { "有效" };
            assert!(row["情况"].contains(state), "{choice:?}: {}", row["情况"]);
        }
        assert_eq!(desk.asked("已处理").len(), choices.iter().filter(|choice| !waits(choice)).count());
        assert!(desk.asked("待处理").len() < before);
        std::fs::remove_dir_all(desk.path("out")).expect("the results");
        assert_eq!(desk.run().code, 1);
    }
}

#[test]
fn thirty_decisions_of_every_kind_are_taken_whatever_program_saved_them() {
    let desk = Desk::new("innovation", "2026-03", "innovation/2026-03");
    for month in ["2025-03", "2026-01", "2026-02"] {
        assert!(desk.run_as(month, &root().join("samples/innovation").join(month), month).code < 2);
    }
    settle(&desk, &INNOVATION, "ods");
    let cells = super::workshop::all_cells(&desk.path("out/明细/2026年3月群众性经济技术创新月报_数据版.xlsx"));
    assert!(cells.iter().any(|cell| cell.contains("年创效 原值 260000，认定为 26（张某")), "raw beside decided");
    let held = desk.of("待处理", &INNOVATION[0]);
    assert!(held[0]["影响"].starts_with("本格暂未计入，其余照计"), "one cell, as before: {held:?}");
    settle(&Desk::new("model-teams", "2026", "model-teams"), &MODEL_TEAMS, "xls");
    settle(&Desk::new("honours", "2026", "honours"), &HONOURS, "xlsx");
}

/// The sheets of a return as another program would save them, each row where `place` puts it, with other figures.
fn rewritten(path: &Path, moved: u32, change: &dyn Fn(&str) -> Option<f64>) {
    let mut book = open_workbook_auto(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut copy = rust_xlsxwriter::Workbook::new();
    let date = rust_xlsxwriter::Format::new().set_num_format("yyyy-mm-dd");
    for (name, range) in book.worksheets() {
        let sheet = copy.add_worksheet().set_name(name).expect("a name");
        let (top, left) = range.start().expect("cells");
        for (row, cells) in (top + moved..).zip(range.rows()) {
            let record = cells.iter().map(Data::to_string).collect::<Vec<_>>().join("|");
            for (col, cell) in (left as u16..).zip(cells) {
                match cell {
                    Data::Float(number) => drop(sheet.write_number(row, col, *number).expect("a cell")),
                    Data::Int(number) => drop(sheet.write_number(row, col, *number as f64).expect("a cell")),
                    Data::DateTime(day) => {
                        sheet.write_number_with_format(row, col, day.as_f64(), &date).expect("a cell");
                    }
                    Data::Empty => {}
                    other => drop(sheet.write_string(row, col, other.to_string()).expect("a cell")),
                }
                if let (Data::Float(_) | Data::Int(_), Some(number)) = (cell, change(&format!("{record}#{col}"))) {
                    sheet.write_number(row, col, number).expect("a cell");
                }
            }
        }
    }
    copy.save(path).expect("saved");
}

#[test]
fn decisions_outlive_moved_rows_and_expire_with_figures_and_files() {
    let desk = Desk::new("model-teams", "2026", "model-teams");
    settle(&desk, &MODEL_TEAMS, "xlsx");
    let (small, accident, score) = (MODEL_TEAMS[3], MODEL_TEAMS[2], MODEL_TEAMS[8]);
    // The same records lower down, under another name.
    let huainan = desk.path("returns/淮南/淮南市总工会.xlsx");
    rewritten(&huainan, 2, &|_| None);
    std::fs::rename(&huainan, huainan.with_file_name("淮南市总工会（重存）.xlsx")).expect("renamed");
    assert_eq!(desk.run().code, 1);
    assert_eq!(desk.of("已处理", &small).len(), 1, "{:?}", desk.of("待处理", &small));
    // A figure that the rule reads; and a file that is gone.
    let huainan = huainan.with_file_name("淮南市总工会（重存）.xlsx");
    rewritten(&huainan, 0, &|cell| {
        (cell.contains("污水处理") && cell.contains("客服一班") && cell.ends_with("#9")).then_some(1.0)
    });
    std::fs::remove_file(desk.path("returns/铜陵/铜陵市总工会.et")).expect("removed");
    let said = desk.run();
    assert_eq!(said.code, 1);
    let (gone, open) = (desk.of("已失效", &small), desk.of("待处理", &small));
    assert!(gone.len() == 1 && open.len() == 1, "{gone:?} {open:?}");
    assert!(gone[0]["情况"].contains("内容改动了") && open[0]["处理"].is_empty(), "{gone:?}");
    let gone = desk.of("已失效", &score);
    assert!(gone.len() == 1 && gone[0]["情况"].contains("不在其中"), "{gone:?}");
    assert_eq!(desk.of("已处理", &accident).len(), 1, "the others hold");
    let told = std::fs::read_to_string(desk.path("out/明细/findings.ndjson")).expect("findings");
    assert_eq!(told.lines().filter(|line| line.contains("\"decision-expired\"")).count(), 2);
}

#[test]
fn what_contradicts_or_cannot_be_is_named_and_never_half_applied() {
    let desk = Desk::new("innovation", "2026-03", "innovation/2026-03");
    assert_eq!(desk.run().code, 1);
    let before = rows(&desk.path("out/明细/2026年3月群众性经济技术创新月报_数据版.xlsx"), "合理化建议月报").len();
    let wrong: [Choice; 6] = [
        // One record, taken out and corrected.
        ("淮南", "month-excellent-over-adopted", ["不计入", "", "待报送单位更正"]),
        ("淮南", "last-year-excellent-over-adopted", ["改为", "30", "来电告知"]),
        ("", "file-empty", ["免予", "", "不要紧"]),
        ("", "workforce-not-positive", ["改为", "约三千", "来电告知"]),
        ("", "last-year-funnel", ["属实", "", "去年如此"]),
        ("", "benefit-ten-thousand", ["改为", "42", ""]),
    ];
    let other = desk.path("out/处理意见 李某.xlsx");
    desk.answer(&other, &[("", "grade-at-odds", ["属实", "", "按旧分档"])]);
    desk.answer(&desk.book(), &[&wrong[..], &[("", "grade-at-odds", ["改为", "三", "按分档"])]].concat());
    for _ in 0..2 {
        assert_eq!(desk.run().code, 1);
        let out = desk.of("已处理", &wrong[0]);
        assert!(out.len() == 1 && out[0]["情况"].contains("一并办结"), "{out:?}");
        let refused = desk.of("已失效", &wrong[1]);
        assert!(refused.len() == 1 && refused[0]["情况"].contains("另有处理意见“不计入”"), "{refused:?}");
        for (choice, why) in wrong[2..].iter().zip(["读不出来", "不能用", "只用于“核实”", "没有写"])
        {
            let open = desk.of("待处理", choice);
            assert!(open[0]["情况"].contains(why), "{choice:?}: {open:?}");
        }
        let both = desk.of("待处理", &("", "grade-at-odds", ["", "", ""]));
        assert!(both[0]["情况"].contains("同一个问题另有不同的处理意见"), "{both:?}");
        let after = rows(&desk.path("out/明细/2026年3月群众性经济技术创新月报_数据版.xlsx"), "合理化建议月报").len();
        assert_eq!(before, after + 1, "one record was taken out, and nothing else moved");
    }
}

#[test]
fn what_one_slip_breaks_is_one_finding_and_one_decision() {
    let desk = Desk::new("innovation", "2026-03", "innovation/2026-03");
    assert_eq!(desk.run().code, 1);
    let asked = desk.asked("待处理");
    let of = |record: &str| asked.iter().filter(|row| row["记录"].contains(record)).collect::<Vec<_>>();
    // Seven totals of the year are smaller than the month's.
    let [one] = of("铜陵天井")[..] else { panic!("{:#?}", of("铜陵天井")) };
    assert!(one["存疑或有误之处"].contains("累计实施、累计优秀、累计创效、累计奖励也是这样"), "{one:?}");
    assert!(one["影响"].starts_with("本条未计入："), "{one:?}");
    // A negative total of the year is smaller than the month's, too: told once, on the cell that is wrong.
    let [one] = of("杏花")[..] else { panic!("{:#?}", of("杏花")) };
    assert_eq!((&*one["规则代码"], &*one["栏目"], &*one["原值"]), ("year-negative", "累计奖励", "-1"));
    let found = &one["存疑或有误之处"];
    assert!(found.contains("本年累计有负数") && found.contains("小于本月 1365 元"), "{found}");
    // A million yuan in a column of ten thousands: what each rule says of it is held out with it.
    let [one] = of("阜阳颍禾")[..] else { panic!("{:#?}", of("阜阳颍禾")) };
    assert_eq!((&*one["原值"], &*one["栏目"]), ("420000", "本月创效"));
    assert!(one["影响"].contains("暂未计入") && one["影响"].contains("如属实，"), "{one:?}");
    // So one answer mends it, in that cell: of the seven figures no other changes.
    desk.answer(&desk.book(), &[("杏花", "year-negative", ["改为", "4947", "来电告知"])]);
    assert_eq!(desk.run().code, 1);
    assert!(desk.asked("待处理").iter().all(|row| !row["记录"].contains("杏花")));
    let counted = rows(&desk.path("out/明细/2026年3月群众性经济技术创新月报_数据版.xlsx"), "合理化建议月报");
    let one = counted.iter().find(|row| row["单位"].contains("杏花")).expect("it counts");
    assert_eq!((&*one["累计奖励"], &*one["累计参与"]), ("4947", "124"));
}

/// What a return's csv says in a column of a row, replaced.
fn retyped(path: &Path, gbk: bool, record: &str, column: usize, with: &str) {
    let bytes = std::fs::read(path).expect("a return");
    let text =
        if gbk { encoding_rs::GBK.decode(&bytes).0.into_owned() } else { String::from_utf8(bytes).expect("UTF-8") };
    let line = |line: &str| {
        let mut cells: Vec<&str> = line.split(',').collect();
        if line.contains(record) {
            cells[column] = with;
        }
        cells.join(",")
    };
    let text = text.lines().map(line).collect::<Vec<_>>().join("\n");
    let bytes = if gbk { encoding_rs::GBK.encode(&text).0.into_owned() } else { text.into_bytes() };
    std::fs::write(path, bytes).expect("a return");
}

/// 元 in a column of 万元, and 万元 in one of 元: held out until somebody decides, whichever column it is, and that alone.
#[test]
fn amounts_in_the_wrong_measure_are_held_out_in_every_column_of_money() {
    let months = ("innovation", "2026-03", "innovation/2026-03", "亳州/亳州市总工会.csv", "丰圩供水");
    let studios = ("studios", "2026Q3", "studios/2026Q3", "安庆/安庆市总工会.csv", "郑敏检修");
    let slips = [
        (months, 8, "192000", "本月创效"),
        (months, 9, "0.2365", "本月奖励"),
        (months, 15, "548000", "累计创效"),
        (months, 16, "0.5563", "累计奖励"),
        (months, 22, "114000", "同期创效"),
        (months, 23, "0.1917", "同期奖励"),
        (studios, 14, "34000", "行政拨付"),
        (studios, 15, "5000", "工会拨付"),
        (studios, 29, "700000", "创效"),
    ];
    for ((pipeline, period, samples, file, record), column, typed, field) in slips {
        let desk = Desk::new(pipeline, period, samples);
        retyped(&desk.path("returns").join(file), pipeline == "studios", record, column, typed);
        assert!(desk.run().code < 2);
        let asked = desk.asked("待处理");
        let held = asked.iter().filter(|row| row["影响"].starts_with("本格暂未计入") && row["记录"].contains(record));
        let held: Vec<&BTreeMap<String, String>> = held.collect();
        assert!(held.len() == 1 && held[0]["栏目"] == field, "{field}: {held:#?}");
    }
}
