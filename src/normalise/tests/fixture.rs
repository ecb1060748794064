//! Two forms, a roster of six units, and a way to write sheets down.

use crate::definition::{Band, CodeList, Count, Field, FieldType, Form, OtherForm, Plan, Reference, Roster, Unit};
use crate::domain::period::Period;
use crate::model::cell::{CellRef, RawValue};
use crate::model::normalised::NormalisedReturn;
use crate::model::table::Column;
use crate::model::workbook::{Format, Merge, RawSheet, RawWorkbook};
use crate::model::{Severity, SourceFile};
use crate::normalise::lexicon::Lexicon;
use crate::normalise::view::View;
use crate::normalise::{Assignment, Normaliser, area};
use crate::text::names::match_key;
use std::path::PathBuf;
use std::sync::Arc;

#[derive(Clone)]
pub enum V {
    /// Empty.
    E,
    T(&'static str),
    N(f64),
    D(f64),
    B(bool),
    Raw(RawValue),
}
pub use V::*;

fn field(name: &str, also: &[&str], ty: FieldType, required: bool) -> Field {
    Field {
        name: Arc::from(name),
        header: name.to_owned(),
        under: None,
        also: also.iter().map(|s| (*s).to_owned()).collect(),
        was: vec![],
        ty,
        required,
        absent: None,
        none_is_zero: false,
        over: None,
        years: crate::definition::Years::default(),
        measured_in: None,
        ordinal: name == "序号",
        line: 1,
    }
}

fn under(parent: &str, header: &str, field: Field) -> Field {
    Field { under: Some(parent.to_owned()), header: header.to_owned(), ..field }
}

fn form(id: &str, title: &str, fields: Vec<Field>) -> Form {
    let unit_field = fields.iter().position(|field| field.ty == FieldType::Unit).unwrap_or(0);
    Form { id: id.into(), title: title.into(), fields, unit_field, line: 1, ..Form::default() }
}

pub fn plan() -> Plan {
    use FieldType::*;
    let bands = || Score {
        bands: [("好", 90.0), ("较好", 75.0), ("一般", 0.0)]
            .map(|(word, from)| Band { word: word.into(), from })
            .to_vec(),
    };
    let teams = vec![
        field("序号", &[], Integer, false),
        field("推荐单位", &["申报单位"], Unit, true),
        field("班组名称", &["集体名称", "班组"], Text, true),
        field("单位性质", &["所有制"], Code { list: 0 }, true),
        field("班组长", &["负责人"], Name, true),
        Field { measured_in: Some("人".into()), ..field("人数", &["班组人数"], Integer, true) },
        Field { measured_in: Some("人".into()), ..field("一线人数", &["其中：一线"], Integer, true) },
        under("六好", "科学管理", field("科学管理", &[], bands(), true)),
        under("六好", "劳动竞赛", field("劳动竞赛", &[], bands(), true)),
        under("公示时间", "开始", field("公示开始", &["公示起"], Date, true)),
        under("公示时间", "结束", field("公示结束", &["公示止"], Date, true)),
        Field { absent: Some("正式".into()), ..field("类别", &["申报类别"], Code { list: 1 }, true) },
        Field { none_is_zero: true, ..field("安全事故", &[], Integer, true) },
        Field { measured_in: Some("元".into()), ..field("奖励", &[], Number, false) },
        field("备注", &[], Text, false),
    ];
    let people = vec![
        field("推荐单位", &["申报单位"], Unit, true),
        field("姓名", &[], Name, true),
        field("身份证号", &["身份证"], IdNumber, true),
        field("出生年月", &[], Month, true),
        field("参加工作时间", &[], DateOrMonth, false),
        field("工龄", &[], Integer, false),
        under("其中", "农民工", field("农民工", &[], Boolean, false)),
        field("文号", &[], DocumentNumber, false),
        field("占比", &[], Percent, false),
    ];
    Plan {
        name: "teams".into(),
        title: "班组".into(),
        notice: String::new(),
        schedule: crate::domain::schedule::Schedule::of(crate::domain::period::PeriodKind::Year),
        sample_period: "2026".into(),
        sample_returns: PathBuf::new(),
        count: Count::Rows,
        values: vec![],
        codes: codes(),
        references: vec![],
        forms: vec![form("teams", "班组申报汇总表", teams), form("people", "推荐个人汇总表", people)],
        lookups: vec![],
        ledger: vec![],
        quota: None,
        shares: vec![],
        discipline: None,
        tables: vec![],
        charts: vec![],
        front: crate::definition::FrontPage::default(),
        figures: vec![],
        headlines: vec![],
        words: crate::definition::read::words::shipped(),
        others: vec![OtherForm {
            title: "创新成果汇总表".into(), pipeline: "创新".into(), name: "innovation".into()
        }],
        warnings: vec![],
        conditions: std::collections::BTreeMap::new(),
        causes: std::collections::BTreeMap::new(),
        path: PathBuf::new(),
        sha256: String::new(),
    }
}

fn codes() -> Vec<CodeList> {
    let list = |id: &str, values: &[&str], also: &[(&str, &str)]| CodeList {
        id: id.into(),
        table: None,
        values: values.iter().map(|s| (*s).to_owned()).collect(),
        synonyms: also.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect(),
    };
    vec![
        list("ownership", &["国有", "集体", "私营"], &[("民营", "私营"), ("国企", "国有")]),
        list("class", &["正式", "备选"], &[]),
    ]
}

/// 0 省总 · 1 合肥市总工会 (别名 合肥市总) · 2 甲公司 and 3 乙公司, both 一公司 for short · 4 芜湖市总工会 · 5 省总下的系统.
pub fn reference() -> Reference {
    let unit = |code: &str, name: &str, aliases: &[&str], parent: Option<u32>| Unit {
        code: code.into(),
        name: Arc::from(name),
        aliases: aliases.iter().map(|s| (*s).to_owned()).collect(),
        parent,
        ..Unit::default()
    };
    let units = vec![
        unit("A00", "省总工会", &[], None),
        unit("A01", "合肥市总工会", &["合肥市总"], Some(0)),
        unit("A0101", "合肥甲公司工会", &["一公司"], Some(1)),
        unit("A0201", "芜湖乙公司工会", &["一公司"], Some(4)),
        unit("A02", "芜湖市总工会", &["芜湖市总"], Some(0)),
        unit("B01", "交通系统工会", &[], Some(0)),
    ];
    let mut roster = Roster { expected: vec![1, 4, 5], ..Roster::default() };
    for (at, unit) in units.iter().enumerate() {
        let names = [unit.name.to_string(), unit.code.clone()].into_iter().chain(unit.aliases.clone());
        for name in names {
            roster.keys.entry(match_key(&name)).or_default().push(at as u32);
        }
    }
    roster.units = units;
    Reference { roster, codes: codes(), ..Reference::default() }
}

pub fn sheet(name: &str, rows: &[Vec<V>]) -> RawSheet {
    let mut sheet = RawSheet { name: name.into(), ..RawSheet::default() };
    for (row, cells) in rows.iter().enumerate() {
        for (col, value) in cells.iter().enumerate() {
            let at = CellRef { row: row as u32, col: col as u16 };
            match value {
                E => {}
                T(text) => sheet.push_text(at, text),
                N(number) => sheet.push(at, RawValue::Number(*number)),
                D(serial) => sheet.push(at, RawValue::DateSerial(*serial)),
                B(yes) => sheet.push(at, RawValue::Boolean(*yes)),
                Raw(value) => sheet.push(at, *value),
            }
        }
    }
    sheet
}

pub fn merge(sheet: &mut RawSheet, first: (u32, u16), last: (u32, u16)) {
    let at = |(row, col)| CellRef { row, col };
    sheet.merges.push(Merge { first: at(first), last: at(last) });
}

pub fn run_named(name: &str, sheets: Vec<RawSheet>) -> NormalisedReturn {
    run_book(name, &RawWorkbook { format: Format::Xlsx, modified: None, sheets, remarks: vec![] })
}

pub fn run_book(name: &str, book: &RawWorkbook) -> NormalisedReturn {
    run_plan(&plan(), name, book)
}

/// The same under another definition.
pub fn run_plan(plan: &Plan, name: &str, book: &RawWorkbook) -> NormalisedReturn {
    let reference = reference();
    let period = Period::parse("2026").expect("a year");
    let frame = Assignment { plan, reference: &reference, period: &period, confirmed: false };
    let source =
        SourceFile { index: 7, name: name.into(), path: PathBuf::new(), member: vec![], size: 0, modified: Some(5) };
    let read = Normaliser::new(frame).normalise(&source, book);
    for account in &read.sheets {
        let sum = account.parts().iter().sum::<u32>();
        assert_eq!(account.rows, sum, "{account:?}");
    }
    for (at, sheet) in book.sheets.iter().enumerate() {
        let rows: u32 = read.sheets.iter().filter(|account| usize::from(account.sheet) == at).map(|a| a.rows).sum();
        assert_eq!(rows, lines(frame, sheet), "every occupied line of sheet {at} exactly once");
    }
    read
}

/// Each book as the first that its reader sees, and as one after all others.
pub fn run_alone_and_among(books: &[RawWorkbook]) -> Vec<[NormalisedReturn; 2]> {
    let (plan, reference) = (plan(), reference());
    let period = Period::parse("2026").expect("a year");
    let frame = Assignment { plan: &plan, reference: &reference, period: &period, confirmed: false };
    let source = SourceFile {
        index: 7,
        name: "合肥市总工会.xlsx".into(),
        path: PathBuf::new(),
        member: vec![],
        size: 0,
        modified: Some(5),
    };
    let among = Normaliser::new(frame);
    let read = |book| [Normaliser::new(frame).normalise(&source, book), among.normalise(&source, book)];
    books.iter().map(read).collect()
}

/// Occupied lines of a sheet's areas, after proving that they share its cells out without loss or repeat.
fn lines(frame: Assignment<'_>, sheet: &RawSheet) -> u32 {
    let lexicon = Lexicon::new(frame);
    let (areas, _) = area::areas(View::new(sheet, 0), &lexicon, frame.plan);
    let mut cells: Vec<CellRef> = Vec::new();
    let mut lines = 0;
    for view in areas.iter().flat_map(|area| std::iter::once(&area.view).chain(&area.around)) {
        cells.extend((0..view.rows.len()).flat_map(|i| view.cells(i)).map(|cell| view.physical(cell.at)));
        lines += view.rows.len() as u32;
    }
    cells.sort();
    assert_eq!(cells, sheet.cells.iter().map(|cell| cell.at).collect::<Vec<_>>());
    if areas.len() == 1 && areas.iter().all(|area| !area.view.turned) {
        assert_eq!(lines, sheet.occupied_rows());
    }
    lines
}

pub fn run(sheets: Vec<RawSheet>) -> NormalisedReturn {
    run_named("合肥市总工会.xlsx", sheets)
}

pub fn header() -> Vec<V> {
    [
        "推荐单位",
        "班组名称",
        "单位性质",
        "班组长",
        "人数",
        "一线人数",
        "科学管理",
        "劳动竞赛",
        "公示起",
        "公示止",
        "安全事故",
        "奖励（万元）",
        "备注",
    ]
    .map(T)
    .into()
}

/// A row as it should be.
pub fn good() -> Vec<V> {
    vec![
        T("合肥市总工会"),
        T("焊工班"),
        T("国有"),
        T("张三"),
        N(12.0),
        N(10.0),
        N(95.0),
        T("好"),
        T("2026-03-05"),
        T("2026-03-12"),
        N(0.0),
        E,
        E,
    ]
}

/// One good row, changed at one column.
pub fn with(col: usize, value: V) -> Vec<V> {
    let mut row = good();
    row[col] = value;
    row
}

pub fn cover() -> Vec<V> {
    vec![T("填报单位（盖章）：合肥市总工会  所属期：2026年  计量单位：人")]
}

/// A sheet with title, cover and header, and these rows from row 4 on.
pub fn teams(rows: Vec<Vec<V>>) -> RawSheet {
    let mut all = vec![vec![T("班组申报汇总表")], cover(), header()];
    all.extend(rows);
    sheet("Sheet1", &all)
}

pub fn codes_of(read: &NormalisedReturn) -> Vec<(&str, Severity)> {
    read.findings.iter().map(|finding| (finding.code.as_ref(), finding.severity)).collect()
}

/// A column of the first table by the name of its field or grade.
pub fn column<'r>(read: &'r NormalisedReturn, name: &str) -> &'r Column {
    let plan = plan();
    let table = read.tables.first().expect("a table");
    let columns = plan.forms[usize::from(table.form)].columns();
    let at = columns.iter().position(|column| column.name == name).expect("a column");
    &table.columns[at]
}

pub fn text(word: &str) -> Option<Box<str>> {
    Some(word.into())
}
