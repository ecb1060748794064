//! Returns made by hand, cell by cell, so that a test can put one odd thing into an otherwise good one.

use super::support::{Results, say};
use std::io::Write;
use std::path::Path;
use zip::write::SimpleFileOptions;

/// The headers of 模范班组申报汇总表 on one row.
pub const HEADERS: [&str; 23] = [
    "序号",
    "推荐单位",
    "所在单位",
    "班组名称",
    "申报称号",
    "单位性质",
    "所属行业",
    "班组类型",
    "班组长",
    "人数",
    "一线人数",
    "思想政治工作",
    "完成生产工作任务",
    "科学管理",
    "劳动竞赛",
    "组织建设",
    "安全文明生产",
    "曾获荣誉",
    "公示开始",
    "公示结束",
    "类别",
    "近三年安全事故",
    "备注",
];

/// What stands in one cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    Text(String),
    Number(f64),
    /// An Excel serial formatted as a date.
    Date(f64),
    /// A share formatted as a percentage.
    Percent(f64),
    /// Attributes of `<c>` behind its place, and its content, as they shall stand in the file.
    Raw(String, String),
}

pub fn text(text: &str) -> Cell {
    Cell::Text(text.to_owned())
}

pub fn raw(attributes: &str, content: &str) -> Cell {
    Cell::Raw(attributes.to_owned(), content.to_owned())
}

/// A row in order; `number` tells the rows of one return apart.
pub fn good_row(unit: &str, number: u32) -> Vec<Cell> {
    let mut row = vec![Cell::Number(f64::from(number)), text(unit)];
    let words = [format!("{unit}第{number}厂"), format!("{number}号班组"), "省模范班组".into(), "国有".into()];
    row.extend(words.iter().map(|word| text(word)));
    row.extend(["制造业", "生产", "张三"].map(text));
    row.extend([Cell::Number(f64::from(10 + number)), Cell::Number(f64::from(8 + number))]);
    row.extend([95.0; 6].map(Cell::Number));
    row.extend(["无", "2026-03-02", "2026-03-12", "正式"].map(text));
    row.extend([Cell::Number(0.0), text("")]);
    row
}

/// Column of a header, 0-based.
pub fn column(header: &str) -> usize {
    HEADERS.iter().position(|name| *name == header).unwrap_or_else(|| panic!("no column {header}"))
}

/// One sheet: title, cover, header and rows; plus XML before and behind its rows.
#[derive(Debug, Clone)]
pub struct Page {
    pub name: String,
    pub rows: Vec<Vec<Cell>>,
    pub state: &'static str,
    /// `<cols>` and the like, before `<sheetData>`.
    pub before: String,
    /// 1-based rows that are hidden.
    pub hidden_rows: Vec<usize>,
}

/// Row of the first record, 0-based.
pub const FIRST: usize = 3;

/// A return of `unit` with `count` good rows.
pub fn page(unit: &str, count: u32) -> Page {
    let mut rows = vec![
        vec![text("模范班组申报汇总表")],
        vec![text(&format!("填报单位：{unit}    所属期：2026年    填报日期：2026-04-01"))],
        HEADERS.map(text).to_vec(),
    ];
    rows.extend((1..=count).map(|number| good_row(unit, number)));
    Page { name: "申报汇总表".into(), rows, state: "visible", before: String::new(), hidden_rows: Vec::new() }
}

impl Page {
    /// Puts something else into one cell of record `record` (0-based).
    pub fn with(mut self, record: usize, header: &str, cell: Cell) -> Page {
        self.rows[FIRST + record][column(header)] = cell;
        self
    }

    fn xml(&self) -> String {
        let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n");
        out.push_str("<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">");
        out.push_str(&self.before);
        out.push_str("<sheetData>");
        for (r, row) in self.rows.iter().enumerate() {
            let hidden = if self.hidden_rows.contains(&(r + 1)) { " hidden=\"1\"" } else { "" };
            out.push_str(&format!("<row r=\"{}\"{hidden}>", r + 1));
            for (c, cell) in row.iter().enumerate() {
                out.push_str(&cell_xml(&format!("{}{}", letters(c), r + 1), cell));
            }
            out.push_str("</row>");
        }
        out.push_str("</sheetData></worksheet>");
        out
    }
}

fn letters(column: usize) -> String {
    let last = char::from(b'A' + (column % 26) as u8);
    if column < 26 { last.to_string() } else { format!("{}{last}", letters(column / 26 - 1)) }
}

fn cell_xml(at: &str, cell: &Cell) -> String {
    let escape = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    match cell {
        Cell::Text(text) if text.is_empty() => String::new(),
        Cell::Text(text) => {
            format!("<c r=\"{at}\" t=\"inlineStr\"><is><t xml:space=\"preserve\">{}</t></is></c>", escape(text))
        }
        Cell::Number(number) => format!("<c r=\"{at}\"><v>{number}</v></c>"),
        Cell::Date(serial) => format!("<c r=\"{at}\" s=\"1\"><v>{serial}</v></c>"),
        Cell::Percent(share) => format!("<c r=\"{at}\" s=\"2\"><v>{share}</v></c>"),
        Cell::Raw(attributes, content) => format!("<c r=\"{at}\"{attributes}>{content}</c>"),
    }
}

const STYLES: &str = "<styleSheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><cellXfs count=\"3\">\
                      <xf numFmtId=\"0\"/><xf numFmtId=\"14\" applyNumberFormat=\"1\"/><xf numFmtId=\"9\"/></cellXfs></styleSheet>";
const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/// The workbook's parts by name; `calculation` is its `<calcPr/>`, or nothing.
pub fn parts(pages: &[Page], calculation: &str) -> Vec<(String, Vec<u8>)> {
    let mut sheets = String::new();
    let mut relations = format!("<Relationship Id=\"rS\" Type=\"{OFFICE}/styles\" Target=\"styles.xml\"/>");
    let mut parts = Vec::new();
    for (i, page) in pages.iter().enumerate() {
        let (id, name, state) = (i + 1, &page.name, page.state);
        sheets.push_str(&format!("<sheet name=\"{name}\" sheetId=\"{id}\" state=\"{state}\" r:id=\"r{id}\"/>"));
        let target = format!("worksheets/sheet{id}.xml");
        relations.push_str(&format!("<Relationship Id=\"r{id}\" Type=\"{OFFICE}/worksheet\" Target=\"{target}\"/>"));
        parts.push((format!("xl/{target}"), page.xml().into_bytes()));
    }
    let package = "http://schemas.openxmlformats.org/package/2006";
    let workbook = format!(
        "<workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" xmlns:r=\"{OFFICE}\"><sheets>{sheets}\
         </sheets>{calculation}</workbook>"
    );
    let root = format!("<Relationship Id=\"r1\" Type=\"{OFFICE}/officeDocument\" Target=\"xl/workbook.xml\"/>");
    let rels = |inner: &str| format!("<Relationships xmlns=\"{package}/relationships\">{inner}</Relationships>");
    let types = format!("<Types xmlns=\"{package}/content-types\"/>");
    let mut all: Vec<(String, Vec<u8>)> = vec![
        ("[Content_Types].xml".into(), types.into_bytes()),
        ("_rels/.rels".into(), rels(&root).into_bytes()),
        ("xl/workbook.xml".into(), workbook.into_bytes()),
        ("xl/_rels/workbook.xml.rels".into(), rels(&relations).into_bytes()),
        ("xl/styles.xml".into(), STYLES.into()),
    ];
    all.extend(parts);
    all
}

/// The workbook as an xlsx file.
pub fn xlsx(pages: &[Page]) -> Vec<u8> {
    zip(&parts(pages, ""))
}

/// A zip of these members, in this order.
pub fn zip(members: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in members {
        writer.start_file(name.as_str(), SimpleFileOptions::default()).expect("a member");
        writer.write_all(content).expect("in memory");
    }
    writer.finish().expect("in memory").into_inner()
}

/// Writes files into a new folder.
pub fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, bytes) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        std::fs::write(path, bytes).expect("a file");
    }
    folder
}

/// Runs `model-teams` on these returns.
pub fn run_on(returns: &Path, more: &[&str]) -> Results {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (out, returns) = (folder.path().to_str().expect("UTF-8"), returns.to_str().expect("UTF-8"));
    let mut args = vec!["run", "model-teams", "--returns", returns, "--out", out, "--quiet"];
    args.extend(more);
    let said = say(&args);
    Results { folder, said }
}

/// Runs one workbook, which lies where 合肥市总工会's return belongs.
pub fn run_book(bytes: &[u8]) -> Results {
    let returns = folder(&[("合肥/合肥市总工会.xlsx", bytes)]);
    let results = run_on(returns.path(), &[]);
    assert!(matches!(results.said.code, 0 | 1), "{}", results.said.err);
    results
}

/// Text of every cell of a workbook's sheets, for "it is in there somewhere" and "it is not".
pub fn all_cells(path: &Path) -> Vec<String> {
    use calamine::Reader;
    let mut book = calamine::open_workbook_auto(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let names = book.sheet_names();
    let mut cells = Vec::new();
    for name in names {
        let range = book.worksheet_range(&name).unwrap_or_else(|error| panic!("{name}: {error}"));
        cells.extend(range.used_cells().map(|(_, _, cell)| cell.to_string()));
    }
    cells
}

/// A column of the data edition's first form, without its header.
pub fn accepted(results: &Results, header: &str) -> Vec<String> {
    use calamine::Reader;
    let path = results.ending("_数据版.xlsx");
    let mut book = calamine::open_workbook_auto(&path).expect("the data edition");
    let range = book.worksheet_range_at(2).expect("a sheet").expect("readable");
    let column = range
        .rows()
        .next()
        .and_then(|head| head.iter().position(|cell| *cell == header))
        .unwrap_or_else(|| panic!("no column {header}"));
    range.rows().skip(1).map(|row| row[column].to_string()).collect()
}

impl Results {
    /// (severity, cell) of the findings with this code.
    pub fn found(&self, code: &str) -> Vec<(String, String)> {
        let word = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        let findings = self.findings().into_iter().filter(|finding| finding["code"] == code);
        findings.map(|finding| (word(&finding["severity"]), word(&finding["cell"]))).collect()
    }

    /// The manifest's entry of the file whose name ends so.
    pub fn input(&self, end: &str) -> serde_json::Value {
        let manifest = self.manifest();
        let inputs = manifest["inputs"].as_array().expect("inputs");
        let mut found = inputs.iter().filter(|input| input["file"].as_str().is_some_and(|file| file.ends_with(end)));
        found.next().unwrap_or_else(|| panic!("no input {end} in {inputs:#?}")).clone()
    }
}
