//! What is written is read back and compared as cells.

use super::fixture::{Fixture, ID, fixture};
use super::write;
use crate::definition::Edition;
use calamine::{Data, Reader, Xlsx, open_workbook};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

const BOOKS: [&str; 3] = [
    "明细/2026年评先评优推荐与获奖统计_工作版.xlsx",
    "明细/2026年评先评优推荐与获奖统计_审核问题.xlsx",
    "明细/2026年评先评优推荐与获奖统计_数据版.xlsx",
];

struct Case {
    root: tempfile::TempDir,
    fixture: Fixture,
}

fn case(rows: usize) -> Case {
    let root = tempfile::tempdir().unwrap();
    let returns = root.path().join("returns");
    fs::create_dir_all(returns.join("合肥")).unwrap();
    fs::write(returns.join("合肥/省一建 推荐表#1.xlsx"), "x").unwrap();
    let fixture = fixture(rows, &returns);
    Case { root, fixture }
}

impl Case {
    fn out(&self) -> PathBuf {
        self.root.path().join("out")
    }

    /// Writes, and hands over the folder that keeps `out`.
    fn write_kept(self) -> tempfile::TempDir {
        self.write();
        self.root
    }

    fn write(&self) -> PathBuf {
        write(self.fixture.results(), &self.out()).unwrap();
        self.out()
    }
}

fn open(path: &Path) -> Xlsx<std::io::BufReader<fs::File>> {
    open_workbook(path).unwrap()
}

fn text(cell: Option<&Data>) -> String {
    cell.map(ToString::to_string).unwrap_or_default()
}

/// All files of a folder with their bytes, temporary ones included.
fn snapshot(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(snapshot(&path));
        } else {
            all.insert(path.clone(), fs::read(&path).unwrap());
        }
    }
    all
}

/// A long table goes to the disk row by row; what a reader sees of it is the same.
#[test]
fn a_long_table_reads_as_a_short_one() {
    let [short, mut long] = [case(50), case(50)];
    let list = long.fixture.tables.iter_mut().find(|table| table.id == "list").unwrap();
    let count = list.rows.len();
    let times = 5_001usize.div_ceil(count);
    let rows: Vec<_> = list.rows.all().iter().cycle().take(count * times).cloned().collect();
    list.rows = crate::model::stat_rows::StatRows::of(rows);
    let sheet = |case: &Case| open(&case.write().join(BOOKS[0])).worksheet_range("名单").unwrap();
    let (short, long) = (sheet(&short), sheet(&long));
    assert_eq!(long.height() - short.height(), count * (times - 1));
    let first = short.rows().position(|row| text(row.first()) == "1").unwrap();
    for (at, row) in long.rows().enumerate() {
        let same = match at {
            at if at < first => at,
            at if at < first + count * times => first + (at - first) % count,
            at => at - count * (times - 1),
        };
        assert_eq!(Some(row), short.rows().nth(same), "row {at}");
    }
}

#[test]
fn the_leadership_workbook_holds_the_tables_as_they_are() {
    let case = case(50);
    let mut book = open(&case.write().join(BOOKS[0]));
    assert_eq!(book.sheet_names(), ["总览", "名额执行", "获奖统计", "名单", "数据质量", "口径说明"]);
    let quota = book.worksheet_range("名额执行").unwrap();
    let at = |row, col| quota.get_value((row, col)).cloned();
    assert_eq!(text(at(0, 0).as_ref()), "附表1　2026年省模范班组名额执行情况表");
    assert_eq!(text(at(2, 1).as_ref()), "职工人数");
    assert_eq!(at(3, 1), Some(Data::Float(12_345.0)));
    assert_eq!(at(3, 5), Some(Data::String("—".to_owned())), "a share of nothing");
    assert_eq!(at(4, 5), Some(Data::Float(1.0)), "a ratio stays unrounded: 1 of 1");
    assert_eq!(at(8, 3), Some(Data::String("未报".to_owned())), "not reported is not 0");
    assert_eq!(at(3, 3), Some(Data::Float(0.0)), "0 is not \"not reported\"");
    assert_eq!(text(at(39, 0).as_ref()), "合计");
    assert_eq!(at(39, 5), Some(Data::Float(48.0 / 62.0)));
    let all: Vec<String> = quota.used_cells().map(|(_, _, cell)| cell.to_string()).collect();
    assert!(all.iter().any(|cell| cell.starts_with("制表：")), "the signature line");
    let awards = book.worksheet_range("获奖统计").unwrap();
    let merges = book.merge_cells_by_sheet_name("获奖统计").unwrap();
    // The blocks of this sheet differ in shape, so a column may take several of the sheet's: ask by what a cell says.
    let rows_of = |words: &str, nth: usize| {
        let (row, col, _) = awards.used_cells().filter(|(_, _, cell)| text(Some(cell)) == words).nth(nth).unwrap();
        let merge = merges.iter().find(|merge| merge.start == (row as u32, col as u32));
        merge.map_or((row as u32, row as u32, col as u32), |merge| (merge.start.0, merge.end.0, merge.end.1))
    };
    assert_eq!((rows_of("地区", 0).0, rows_of("地区", 0).1), (2, 4), "no parents: all three heading rows");
    assert_eq!((rows_of("合计", 0).0, rows_of("合计", 0).1), (3, 4), "one parent: the two rows under it");
    assert_eq!(rows_of("本期", 0).2, rows_of("合计", 0).2, "a parent ends where its last column ends");
    assert_eq!(
        rows_of("占比", 0).2,
        rows_of("台账中的称号都已复核", 0).2,
        "blocks of different shape are equally wide"
    );
    assert!(!awards.used_cells().any(|(_, _, cell)| text(Some(cell)) == "荣誉名称"), "no headings over a sentence");
    let list = book.worksheet_range("名单").unwrap();
    assert_eq!(text(list.get_value((2, 3))), "110105***********X", "private columns are masked");
    assert_eq!(
        list.get_value((4, 9)),
        Some(&Data::String("=1+1".to_owned())),
        "text that looks like a formula is text"
    );
    let glossary = book.worksheet_range("口径说明").unwrap();
    assert!(glossary.used_cells().any(|(_, _, cell)| text(Some(cell)) == "说明：没有节假日表。"), "notes are printed");
}

#[test]
fn the_overview_proves_the_accounting_and_draws_the_declared_charts() {
    let case = case(50);
    let path = case.write().join(BOOKS[0]);
    let overview = open(&path).worksheet_range("总览").unwrap();
    let said: Vec<String> = overview.used_cells().map(|(_, _, cell)| cell.to_string()).collect();
    let beside = overview.used_cells().filter(|(_, column, _)| *column >= 8).map(|(_, column, _)| column);
    assert!(
        beside.min().is_some_and(|first| first >= 9),
        "what charts draw stands apart from the page's eight columns"
    );
    // Sentences are broken into lines.
    let whole = |words: &str| words.replace([' ', '\n'], "");
    let says = |words: &str| said.iter().any(|cell| whole(cell).contains(&whole(words)));
    assert!(says(
        "找到文件 7 个 = 通过 2 + 退回 1 + 无法读取 1 + 未识别 1 + 已被替代 1 + 他期 0 + 认定不计入 0 + 忽略 1"
    ));
    assert!(says("数据行 54 行 = 计入 45 + 退回 5 + 其他未计入 0 + 已被替代 4 + 不计表页 0"));
    assert!(says(". 蚌埠市总工会正式申报 5 个") && says(". 一线占比"));
    let mut zip = zip::ZipArchive::new(fs::File::open(&path).unwrap()).unwrap();
    let mut xml = String::new();
    std::io::Read::read_to_string(&mut zip.by_name("xl/charts/chart1.xml").unwrap(), &mut xml).unwrap();
    // 36 units; the total row is not drawn.
    let places = |column: char| {
        let (_, after) = xml.split_once(&format!("总览!${column}$")).unwrap();
        let (first, after) = after.split_once(&format!(":${column}$")).unwrap();
        let last = after.split('<').next().unwrap();
        (first.parse::<u32>().unwrap(), last.parse::<u32>().unwrap())
    };
    let (first, last) = places('J');
    assert_eq!(last - first, 35, "{xml}");
    assert!(
        xml.contains(&format!("总览!$K${first}:$K${last}")) && xml.contains(&format!("总览!$L${first}:$L${last}")),
        "{xml}"
    );
    let mut sheet = String::new();
    std::io::Read::read_to_string(&mut zip.by_name("xl/worksheets/sheet1.xml").unwrap(), &mut sheet).unwrap();
    assert!(sheet.contains("<f>'名额执行'!C4</f>"), "what is drawn points at what is printed");
    let mut names = String::new();
    std::io::Read::read_to_string(&mut zip.by_name("xl/workbook.xml").unwrap(), &mut names).unwrap();
    assert!(names.contains("总览!$A$1:$H$"), "and is not printed: {names}");
    assert!(xml.contains("<c:dispBlanksAs val=\"gap\"/>"));
    assert!(zip.by_name("xl/charts/chart3.xml").is_ok() && zip.by_name("xl/charts/chart4.xml").is_err());
}

#[test]
fn an_account_that_does_not_come_out_writes_nothing() {
    let mut case = case(20);
    case.fixture.verdict.sources[0].rows.accepted -= 1;
    let message = write(case.fixture.results(), &case.out()).unwrap_err();
    assert!(message.contains("账目不平") && message.contains("省一建"), "{message}");
    assert!(!case.out().exists());
}

#[test]
fn the_findings_workbook_says_where_and_links_to_the_file() {
    let case = case(30);
    let path = case.write().join(BOOKS[1]);
    let mut book = open(&path);
    assert_eq!(
        book.sheet_names(),
        ["审核问题", "按单位", "文件清单", "版本台账", "版本差异", "表样变动", "别名建议", "规范化记录", "列对应"]
    );
    let list = book.worksheet_range("审核问题").unwrap();
    // Title, legend and header come before.
    let row: Vec<String> = (0..18).map(|col| text(list.get_value((5, col)))).collect();
    assert_eq!(row[1..3], ["必改", "亳州市总工会"]);
    assert_eq!(row[7..10], ["皖岭煤电/上报 11010519491231002X.xlsx", "推荐个人", "G7 H7"]);
    assert_eq!(row[16..], ["frontline-exceeds-headcount", "88"]);
    assert!(text(list.get_value((6, 4))).contains(ID), "those who mend a return see the number");
    let units = book.worksheet_range("按单位").unwrap();
    let last = units.end().unwrap().0;
    assert_eq!(
        (text(units.get_value((last, 1))), text(units.get_value((last, 7)))),
        ("合计".to_owned(), "5".to_owned())
    );
    let columns = book.worksheet_range("列对应").unwrap();
    assert_eq!(text(columns.get_value((1, 4))), "身份证号");
    assert_eq!(text(columns.get_value((1, 6))), "D");
    let mut zip = zip::ZipArchive::new(fs::File::open(&path).unwrap()).unwrap();
    let mut xml = String::new();
    std::io::Read::read_to_string(&mut zip.by_name("xl/worksheets/_rels/sheet1.xml.rels").unwrap(), &mut xml).unwrap();
    assert!(xml.contains("Target=\"../../returns/合肥/省一建%20推荐表%231.xlsx\""), "{xml}");
}

#[test]
fn the_chase_list_is_a_workbook_by_city_and_text_ready_to_paste() {
    let out = case(30).write_kept();
    let name = "2026年评先评优推荐与获奖统计_催报";
    let mut book = open(&out.path().join(format!("out/{name}.xlsx")));
    assert_eq!(book.sheet_names(), ["催报名单", "屡次未报迟报", "催报文字", "逐单位文字"]);
    let list = book.worksheet_range("催报名单").unwrap();
    let rows: Vec<String> = list
        .rows()
        .map(|row| row.iter().map(ToString::to_string).filter(|cell| !cell.is_empty()).collect::<Vec<_>>().join("|"))
        .collect();
    assert_eq!(rows[4], "合肥：应报 2 个单位，催报 2 个，未报 1 个，退回 1 个", "{rows:?}");
    let contact = "周航|0551-60000000";
    assert_eq!(rows[5], format!("1|合肥|合肥市\n总工会|未报|3|3|—|4|—|没有收到报表|{contact}"));
    assert!(rows[6].starts_with("2|合肥|合肥某厂工会|退回|—|—|—|4|3|上报 ") && !rows[6].contains(ID), "{rows:?}");
    let one = format!("3|省直系统|省教育厅系统工会|未报|1|1|—|4|—|没有收到报表|{contact}");
    assert_eq!(rows[7], one, "numbered through, and no heading over a single unit");
    let whole = book.worksheet_range("逐单位文字").unwrap();
    assert_eq!(text(whole.get_value((4, 3))), "省教育厅系统工会：请报送。", "the whole text for each unit");
    let often = book.worksheet_range("屡次未报迟报").unwrap();
    assert_eq!(often.rows().filter(|row| text(row.get(3)) == "未报").count(), 1);

    let bytes = fs::read(out.path().join(format!("out/明细/{name}.txt"))).unwrap();
    let pasted = String::from_utf8(bytes).unwrap();
    let lines: Vec<&str> = pasted.strip_prefix('\u{feff}').expect("a byte order mark").split("\r\n").collect();
    assert!(!lines.iter().any(|line| line.contains(['\r', '\n'])), "every line end is CRLF");
    assert_eq!(
        lines[..4],
        ["2026年评先评优推荐与获奖统计催报", "应报 36 个单位，未报 2 个，退回 1 个。", "（没有2026年2月的存档。）", ""]
    );
    assert_eq!(lines[4], "【合肥】");
    assert!(
        lines[5].starts_with("尚未收到的有：合肥市 总工会（") && !lines[5].contains(ID),
        "one paragraph is one line"
    );
    assert_eq!(lines[6..9], ["", "【省直系统】", "尚未收到。感谢支持！"]);
}

#[test]
fn the_data_edition_and_the_store_hold_the_accepted_rows_with_their_origin() {
    let case = case(50);
    let out = case.write();
    let mut book = open(&out.join(BOOKS[2]));
    let rows = book.worksheet_range("推荐个人汇总表").unwrap();
    let what = "45 accepted rows and a header; no 序号, who sent them, a unit's code, three columns of origin";
    assert_eq!(rows.get_size(), (46, 22), "{what}");
    let whole = |at| (0..22).map(|col| rows.get_value((at, col)).cloned().unwrap_or_default()).collect::<Vec<_>>();
    let head: Vec<String> = whole(0).iter().map(ToString::to_string).collect();
    assert_eq!(head[..7], ["报送单位", "报送单位代码", "渠道", "地市", "报告期", "推荐单位", "推荐单位代码"]);
    assert_eq!(head[19..], ["报表文件", "工作表", "行号"]);
    let sent: Vec<String> = whole(2)[..7].iter().map(ToString::to_string).collect();
    let unit = &case.fixture.reference.roster.units[1];
    assert_eq!(sent, [&*unit.name, &unit.code, "—", "—", "2026年", &unit.name, &unit.code]);
    // What the form itself says, its unit first.
    let row = |at| {
        whole(at)
            .into_iter()
            .enumerate()
            .filter(|(col, _)| *col == 5 || *col > 6)
            .map(|(_, cell)| cell)
            .collect::<Vec<_>>()
    };
    let second = row(2);
    assert_eq!(second[2], Data::String(ID.to_owned()));
    assert!(matches!(&second[4], Data::DateTime(date) if date.as_f64() == 46_084.0), "{:?}", second[4]);
    assert_eq!(second[5], Data::Float(1.0));
    assert_eq!(second[7], Data::String("否".to_owned()));
    assert_eq!(second[9], Data::String("=HYPERLINK(1)".to_owned()));
    assert_eq!(second[13], Data::String("合肥/省一建 推荐表#1.xlsx".to_owned()));
    assert_eq!(second[15], Data::Float(6.0), "0-based row 5 is row 6 to people");
    // The tenth row is blocked; the eleventh follows the ninth.
    assert_eq!(row(10)[15], Data::Float(15.0));
    let file = fs::File::open(out.join("明细/data/individual.parquet")).unwrap();
    let reader = parquet::file::reader::SerializedFileReader::new(file).unwrap();
    use parquet::file::reader::FileReader;
    let stored: Vec<_> = reader.get_row_iter(None).unwrap().map(|row| row.unwrap()).collect();
    assert_eq!(stored.len(), 45);
    let second = stored[1].to_string();
    for part in [
        "身份证号: \"11010519491231002X\"",
        "公示开始: 2026-03-03",
        "得分: 91.5",
        "农民工: false",
        "备注: null",
        "row: 6",
    ] {
        assert!(second.contains(part), "{part} in {second}");
    }
}

#[test]
fn a_form_with_more_rows_than_a_sheet_is_split_and_said() {
    let case = case(30);
    let results = case.fixture.results();
    let forms = [super::accepted::Accepted::of(&results, &case.fixture.rows[0]).unwrap()];
    let bytes =
        super::data_edition::data_edition(&results, &forms, 10, std::io::Cursor::new(Vec::new())).unwrap().into_inner();
    let mut book: Xlsx<_> = Xlsx::new(std::io::Cursor::new(bytes)).unwrap();
    let names = ["说明", "列说明", "推荐个人汇总表", "推荐个人汇总表(2)", "推荐个人汇总表(3)"];
    assert_eq!(book.sheet_names(), names, "what is to be read before comes first");
    let sizes = [1, 2, 3].map(|number| {
        let name = super::cell_text::numbered("推荐个人汇总表", number);
        book.worksheet_range(&name).unwrap().height()
    });
    assert_eq!(sizes, [11, 11, 8], "27 rows, and a header on each");
    let said: String =
        book.worksheet_range("说明").unwrap().used_cells().map(|(_, _, cell)| cell.to_string()).collect();
    assert!(said.contains("分为 3 个工作表"), "{said}");
}

/// As the UK Analysis Function has it for statistical spreadsheets ("Releasing statistics in spreadsheets"): notes first, one
/// table a sheet and marked up as one, one header row of names that differ, nothing merged, every symbol and every column
/// explained.
#[test]
fn the_data_edition_keeps_to_the_guidance_for_statistical_spreadsheets() {
    let case = case(30);
    let out = case.write();
    let file = fs::File::open(out.join(BOOKS[2])).unwrap();
    let mut zip = zip::ZipArchive::new(file).unwrap();
    let mut part = |name: &str| {
        let mut xml = String::new();
        std::io::Read::read_to_string(&mut zip.by_name(name).unwrap_or_else(|_| panic!("{name}")), &mut xml).unwrap();
        xml
    };
    // Written first, the third sheet.
    let (data, table, rels) =
        (part("xl/worksheets/sheet1.xml"), part("xl/tables/table1.xml"), part("xl/worksheets/_rels/sheet1.xml.rels"));
    assert!(part("xl/workbook.xml").contains("<sheets><sheet name=\"说明\""));
    assert!(part("[Content_Types].xml").contains("/xl/tables/table1.xml"));
    assert_eq!((data.matches("<tablePart ").count(), rels.matches("../tables/table1.xml").count()), (1, 1));
    for needed in ["state=\"frozen\"", "pageOrder=\"overThenDown\"", "orientation=\"landscape\"", "<oddFooter>"] {
        assert!(data.contains(needed), "{needed}");
    }
    for number in 1..=3 {
        let sheet = part(&format!("xl/worksheets/sheet{number}.xml"));
        assert!(!sheet.contains("mergeCell") && !sheet.contains("hidden=\"1\""), "{sheet}");
        assert_eq!(sheet.contains("tabSelected"), number == 2, "one sheet alone is selected");
    }
    let mut book = open(&out.join(BOOKS[2]));
    let rows = book.worksheet_range("推荐个人汇总表").unwrap();
    assert!(table.contains(&format!("ref=\"A1:V{}\"", rows.height())), "{table}");
    let head: Vec<String> = rows.rows().next().unwrap().iter().map(ToString::to_string).collect();
    let differ: std::collections::BTreeSet<String> = head.iter().map(|name| name.to_lowercase()).collect();
    assert!(differ.len() == head.len() && !differ.contains(""), "{head:?}");
    let told = book.worksheet_range("列说明").unwrap();
    let told: Vec<String> = told.rows().skip(1).map(|row| row[1].to_string()).collect();
    assert_eq!(told, head, "every column is explained, in order");
    for name in &head {
        assert!(table.contains(&format!(" name=\"{name}\"/>")), "{name} in {table}");
    }
    let said: Vec<String> =
        book.worksheet_range("说明").unwrap().rows().skip(1).map(|row| row[0].to_string()).collect();
    for needed in ["内容", "来源", "空单元格", super::data_columns::PENDING, super::data_columns::NONE] {
        assert!(said.iter().any(|line| line == needed), "{needed} in {said:?}");
    }
}

#[test]
fn findings_and_manifest_parse_and_hold_no_private_number() {
    let case = case(30);
    let out = case.write();
    let findings = fs::read_to_string(out.join("明细/findings.ndjson")).unwrap();
    let records: Vec<Value> = findings.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(findings, records.iter().map(|record| format!("{record}\n")).collect::<String>());
    assert_eq!((records.len(), &records[0]["cell"], &records[0]["row"]), (5, &"G7".into(), &7.into()));
    assert_eq!(
        records[3]["message"],
        "合肥/省一建 推荐表#1.xlsx · 表“推荐个人” · L9：工龄 30 年，相差超过 1 年。应为：一线人数不超过人数。请申报单位核对后改正。"
    );
    assert_eq!(records[2]["unit"], "蚌埠市总工会");
    let manifest = fs::read_to_string(out.join("明细/run.json")).unwrap();
    let run: Value = serde_json::from_str(&manifest).unwrap();
    assert_eq!(manifest, format!("{}\n", serde_json::to_string_pretty(&run).unwrap()), "keys as in the alphabet");
    assert_eq!(run["identity"]["holds"], true);
    assert_eq!(run["counts"]["rows"]["accepted"], 27);
    assert_eq!(run["inputs"][2]["outcome"], "returned");
    assert_eq!(run["references"][1]["file"], "ref/荣誉台账.xlsx", "no absolute path");
    for output in run["outputs"].as_array().unwrap() {
        let bytes = fs::read(out.join(output["file"].as_str().unwrap())).unwrap();
        assert_eq!(output["sha256"], crate::history::head::sha256(&bytes));
        assert_eq!(output["size"], bytes.len());
    }
    assert_eq!(run["outputs"].as_array().unwrap().len(), 11);
    assert_eq!(run["chase"], serde_json::json!({ "as_of": "2026-04-28", "units": 3 }));
    let pasted = fs::read_to_string(out.join("明细/2026年评先评优推荐与获奖统计_催报.txt")).unwrap();
    let mut leadership = open(&out.join(BOOKS[0]));
    let mut printed = String::new();
    for (_, sheet) in leadership.worksheets() {
        sheet.used_cells().for_each(|(_, _, cell)| printed += &cell.to_string());
    }
    for (name, content) in
        [("findings.ndjson", &findings), ("run.json", &manifest), ("leadership", &printed), ("chase", &pasted)]
    {
        assert!(!content.contains("19491231") && !content.contains("13812345678"), "{name}");
    }
}

#[test]
fn the_same_input_gives_the_same_bytes_and_foreign_files_stay() {
    let case = case(40);
    let first = snapshot(&case.write());
    fs::write(case.out().join("领导批示.docx"), "mine").unwrap();
    let mut second = snapshot(&case.write());
    assert_eq!(second.remove(&case.out().join("领导批示.docx")).as_deref(), Some(&b"mine"[..]));
    assert!(first == second, "the bytes differ between two writes");
    assert_eq!(first.len(), 13, "eleven outputs, the manifest, the lock: {:?}", first.keys());
}

#[test]
fn an_output_that_cannot_be_replaced_leaves_all_as_it_was() {
    let case = case(20);
    let out = case.write();
    let before = snapshot(&out);
    // A folder in the place of the last output cannot be replaced.
    fs::remove_file(out.join("明细/run.json")).unwrap();
    fs::create_dir(out.join("明细/run.json")).unwrap();
    let mut changed = fixture(10, &case.root.path().join("returns"));
    changed.plan.notice = "另一个通知".to_owned();
    let message = write(changed.results(), &out).unwrap_err();
    assert!(message.contains("run.json") && message.contains("原有结果没有改动"), "{message}");
    fs::remove_dir(out.join("明细/run.json")).unwrap();
    let mut after = snapshot(&out);
    after.insert(out.join("明细/run.json"), before[&out.join("明细/run.json")].clone());
    assert!(before == after);
}

/// The list alone is long: every byte of a smaller book is tried beside [`crate::book::output_file`].
#[test]
fn no_output_panics_or_is_taken_for_whole_on_a_disk_that_fills_up() {
    use crate::book::output_file::tests::every_room;
    let case = case(20);
    let results = case.fixture.results();
    let account = super::account::prove(&results).unwrap();
    let [links] = super::links::Links::find(&results, case.root.path(), [""]);
    let forms = [super::accepted::Accepted::of(&results, &case.fixture.rows[0]).unwrap()];
    for edition in [Edition::Signed, Edition::Working] {
        every_room(1_999, |target| super::leadership::leadership(&results, &account, "", edition, target).unwrap());
    }
    every_room(499, |target| super::findings::findings(&results, &links, target).unwrap());
    every_room(499, |target| super::data_edition::data_edition(&results, &forms, 1_000, target).map(drop).unwrap());
    every_room(499, |target| super::chase::workbook(&results, target).unwrap());
    every_room(1, |target| super::chase::text(&results, target).unwrap());
    every_room(97, |target| super::records::findings_ndjson(&results, target).unwrap());
    every_room(97, |target| super::manifest::run_json(&results, &[], target).unwrap());
    every_room(97, |target| {
        super::form_rows(results.frame(), &case.fixture.rows[0], target).unwrap();
    });
}

/// Writes a large results and prints what it took; run by hand: `cargo test --release --lib report -- --ignored --nocapture`.
#[test]
#[ignore = "a measurement"]
fn measure() {
    let rows: usize = std::env::var("ROWS").ok().and_then(|rows| rows.parse().ok()).unwrap_or(120_000);
    let case = case(rows);
    let results = case.fixture.results();
    let forms = vec![super::accepted::Accepted::of(&results, &case.fixture.rows[0]).unwrap()];
    let start = std::time::Instant::now();
    let bytes = super::data_edition::data_edition(&results, &forms, 1_048_575, std::io::Cursor::new(Vec::new()))
        .unwrap()
        .into_inner();
    println!("data edition: {:?}, {} bytes", start.elapsed(), bytes.len());
    let start = std::time::Instant::now();
    let fixture = &case.fixture;
    let (plan, reference, period, verdict) = (&fixture.plan, &fixture.reference, &fixture.period, &fixture.verdict);
    let frame = crate::history::rows::RunFrame { plan, reference, period, verdict, doubts: &[] };
    let packed = super::form_rows(frame, &fixture.rows[0], Vec::new()).unwrap();
    println!("parquet: {:?}, {} bytes", start.elapsed(), packed.1.len());
    let start = std::time::Instant::now();
    let out = case.write();
    println!("all: {:?}", start.elapsed());
    if let Ok(to) = std::env::var("KEEP") {
        fs::remove_dir_all(&to).ok();
        fs::rename(out, to).unwrap();
    }
}
