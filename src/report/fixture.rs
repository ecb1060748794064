//! A made-up results for tests: 36 units, every kind of cell, files of every outcome.

use super::received::fixture as received;
use super::results::Results;
use crate::definition::*;
use crate::domain::period::{Period, day};
use crate::language::Literal;
use crate::model::codes::{AmendmentRule, Code, FindingCode};
use crate::model::discipline::{ChaseGroup, ChaseList, ChaseUnit};
use crate::model::finding::{Amendment, Finding, Place};
use crate::model::normalised::{Binding, Sender, SenderEvidence};
use crate::model::run::{RowAccount, RunVerdict, SourceVerdict, UnitReport, UnitStatus};
use crate::model::severity::Severity;
use crate::model::statistic::{Heading, RowKind, StatCell, StatRow, StatTable};
use crate::model::{CellRef, Column, Effect, FindingKey, Origin, Outcome, SheetAccount, SourceFile};
use crate::rows::{Grid, Rows, ValidatedRows};
use std::path::{Path, PathBuf};

/// A valid ID number of nobody (the standard's own example).
pub const ID: &str = "11010519491231002X";

const CITIES: [&str; 16] = [
    "合肥",
    "淮北",
    "亳州",
    "宿州",
    "蚌埠",
    "阜阳",
    "淮南",
    "滁州",
    "六安",
    "马鞍山",
    "芜湖",
    "宣城",
    "铜陵",
    "池州",
    "安庆",
    "黄山",
];
const OTHERS: [&str; 20] = [
    "省教育厅系统工会",
    "省卫生健康委系统工会",
    "省交通运输厅系统工会",
    "省水利厅系统工会",
    "省国资委系统工会",
    "省农林水利气象工会",
    "省机械冶金工会",
    "省财贸轻纺烟草工会",
    "省煤炭行业协会",
    "省建筑行业协会",
    "省化工行业协会",
    "省物流行业协会",
    "江岳能源控股集团有限责任公司工会",
    "皖岭煤电集团有限责任公司工会",
    "江岭（集团）控股有限公司工会",
    "铜岭有色金属集团控股有限公司工会",
    "皖岳建材集团有限责任公司工会",
    "徽远汽车集团控股有限公司工会",
    "徽澜控股集团工会",
    "皖澜电力有限公司工会",
];

/// Owns what an [`Results`] borrows.
pub struct Fixture {
    pub plan: Plan,
    pub reference: Reference,
    pub period: Period,
    pub verdict: RunVerdict,
    pub rows: Vec<ValidatedRows>,
    pub tables: Vec<StatTable>,
    pub statements: Vec<(Option<bool>, String)>,
    pub chase: ChaseList,
}

impl Fixture {
    pub fn results(&self) -> Results<'_> {
        Results {
            plan: &self.plan,
            reference: &self.reference,
            period: &self.period,
            verdict: &self.verdict,
            rows: &self.rows,
            tables: &self.tables,
            statements: &self.statements,
            chase: &self.chase,
            history_notes: &[],
            correction: None,
        }
    }
}

/// The results, its form holding `rows` rows; `returns` is a folder where some of the files lie.
pub fn fixture(rows: usize, returns: &Path) -> Fixture {
    let verdict = verdict(rows, returns);
    Fixture {
        plan: plan(),
        reference: reference(),
        period: Period::parse("2026").unwrap(),
        rows: vec![frame(rows, &verdict)],
        verdict,
        tables: tables(),
        chase: chase(),
        statements: vec![
            (Some(true), "一线占比 56.2%（一线 118 名，总数 210 名），达到“不低于 50%”的规定。".to_owned()),
            (
                Some(false),
                "蚌埠市总工会正式申报 5 个，超过名额 3 个，须自行确定撤回 2 个；省卫生健康委系统工会还差 3 名一线，备选中可以递补的有：王五（身份证号 11010519491231002X）。"
                    .to_owned(),
            ),
            (None, "未复核称号 7 个，见“称号复核”。".to_owned()),
        ],
    }
}

fn field(name: &str, ty: FieldType, required: bool) -> Field {
    Field {
        name: name.into(),
        header: name.to_owned(),
        under: None,
        also: Vec::new(),
        was: vec![],
        ty,
        required,
        absent: None,
        none_is_zero: false,
        measured_in: None,
        ordinal: name == "序号",
        line: 1,
    }
}

pub fn plan() -> Plan {
    let fields = vec![
        field("序号", FieldType::Integer, false),
        field("推荐单位", FieldType::Unit, true),
        field("姓名", FieldType::Name, true),
        field("身份证号", FieldType::IdNumber, true),
        field("出生年月", FieldType::Month, true),
        field("公示开始", FieldType::Date, true),
        field("人数", FieldType::Integer, true),
        field("得分", FieldType::Number, false),
        field("农民工", FieldType::Boolean, false),
        field("工作单位", FieldType::Text, true),
        field("职务职称", FieldType::Text, true),
        field("人员类别", FieldType::Text, true),
        field("类别", FieldType::Text, true),
        field("备注", FieldType::Text, false),
    ];
    let form = Form {
        id: "individual".to_owned(),
        title: "推荐个人汇总表".to_owned(),
        fields,
        unit_field: 1,
        line: 1,
        ..Form::default()
    };
    let share = Share {
        id: "frontline".to_owned(),
        title: "一线占比".to_owned(),
        parts: Vec::new(),
        compare: Compare::AtLeast,
        bound: Bound::Ratio { num: 1, den: 2 },
        scopes: vec![Scope::Province, Scope::Unit, Scope::Field("拟授称号".to_owned())],
        severity: Severity::Block,
        code: "share-frontline".into(),
        counted: "一线".to_owned(),
        fillers: Vec::new(),
        notice: "一线职工、班组长和班组占全部入选对象的 50% 及以上".to_owned(),
        enabled: true,
        line: 1,
    };
    let table = |id: &str, sheet: &str| Table {
        id: id.to_owned(),
        sheet: sheet.to_owned(),
        title: String::new(),
        caption: String::new(),
        notes: Vec::new(),
        landscape: false,
        kind: TableKind::Chase,
        line: 1,
    };
    let chart = |title: &str, table, series: &[&str], kind| Chart {
        title: title.to_owned(),
        table,
        series: series.iter().map(|s| (*s).to_owned()).collect(),
        kind,
    };
    Plan {
        name: "honours".to_owned(),
        title: "评先评优推荐与获奖统计".to_owned(),
        notice: "关于做好评先评优推荐工作的通知".to_owned(),
        schedule: crate::domain::schedule::Schedule::of(crate::domain::period::PeriodKind::Year),
        sample_period: "2026".to_owned(),
        sample_returns: PathBuf::from("samples/honours"),
        count: Count::Rows,
        values: vec![
            NamedValue { name: "公示工作日".to_owned(), value: Literal::Integer(5) },
            NamedValue { name: "考核下限".to_owned(), value: Literal::Number(80.5) },
        ],
        codes: Vec::new(),
        references: Vec::new(),
        forms: vec![form],
        lookups: Vec::new(),
        ledger: vec![],
        quota: None,
        shares: vec![share],
        discipline: None,
        tables: vec![table("quota", "名额执行"), table("cities", "获奖统计"), table("list", "名单")],
        charts: vec![
            chart("各单位名额与审核通过", 0, &["名额", "审核通过"], ChartKind::Column),
            chart("各市获奖合计", 1, &["本期/合计"], ChartKind::Bar),
            chart("各市占比", 1, &["占比"], ChartKind::Column),
        ],
        path: PathBuf::from("pipelines/honours/pipeline.toml"),
        sha256: "ab".repeat(32),
    }
}

fn reference() -> Reference {
    let names = CITIES.iter().map(|city| format!("{city}市总工会")).chain(OTHERS.iter().map(|name| (*name).to_owned()));
    let units = names
        .enumerate()
        .map(|(index, name)| Unit { code: format!("U{:03}", index + 1), name: name.into(), ..Unit::default() })
        .collect();
    let mut reference = Reference::default();
    reference.roster.units = units;
    reference.roster.expected = (0..36).collect();
    reference.files = vec![
        ("单位名册".to_owned(), PathBuf::from("pipelines/reference/单位名册.csv"), "12".repeat(32)),
        (
            "荣誉台账".to_owned(),
            PathBuf::from(if cfg!(windows) {
                "C:\\elsewhere\\ref\\荣誉台账.xlsx"
            } else {
                "/abs/elsewhere/ref/荣誉台账.xlsx"
            }),
            "34".repeat(32),
        ),
    ];
    reference.notes = vec!["没有节假日表".to_owned()];
    reference
}

fn verdict(rows: usize, returns: &Path) -> RunVerdict {
    let outcomes = [
        Outcome::Accepted,
        Outcome::Accepted,
        Outcome::Returned,
        Outcome::Unreadable,
        Outcome::Unrecognised,
        Outcome::Superseded,
        Outcome::Ignored,
    ];
    let mut sources = Vec::new();
    let mut total = RowAccount::default();
    for (index, outcome) in outcomes.into_iter().enumerate() {
        let mut rows_of = RowAccount::default();
        match outcome {
            // The first file holds all accepted rows but one in ten, which the third holds blocked.
            Outcome::Accepted if index == 0 => {
                rows_of.accepted = (rows - rows / 10) as u64;
            }
            Outcome::Returned => rows_of.blocked = (rows / 10) as u64,
            Outcome::Superseded => rows_of.superseded = 4,
            _ => {}
        }
        rows_of.data = rows_of.accepted + rows_of.blocked + rows_of.superseded;
        let readable = matches!(outcome, Outcome::Accepted | Outcome::Returned | Outcome::Superseded);
        total.data += rows_of.data;
        total.accepted += rows_of.accepted;
        total.blocked += rows_of.blocked;
        total.superseded += rows_of.superseded;
        sources.push(source(index as u32, outcome, rows_of, readable, returns));
    }
    let units = (0..36u32)
        .map(|unit| UnitReport {
            unit,
            status: match unit % 7 {
                0..=2 => UnitStatus::OnTime,
                3 => UnitStatus::Late { days: 3, overdue: false },
                4 => UnitStatus::Late { days: 12, overdue: true },
                5 => UnitStatus::Returned,
                _ => UnitStatus::Missing,
            },
            sources: if unit < 3 { vec![unit] } else { Vec::new() },
            received: day(2026, 3, 5),
        })
        .collect();
    let amendment = Amendment {
        rule: AmendmentRule::FullWidth,
        source: 0,
        sheet: 0,
        at: CellRef { row: 6, col: 7 },
        field: "人数".into(),
        raw: "１２".to_owned(),
        clean: "12".to_owned(),
    };
    RunVerdict {
        sources,
        findings: findings(),
        amendments: vec![amendment],
        units,
        rows: total,
        ledger: received::ledger(),
        drift: received::drift(),
        unknown_names: received::unknown_names(),
    }
}

fn source(index: u32, outcome: Outcome, rows: RowAccount, readable: bool, returns: &Path) -> SourceVerdict {
    let names = [
        "合肥/省一建 推荐表#1.xlsx",
        "淮北.xls",
        "皖岭煤电/上报 11010519491231002X.xlsx",
        "坏.xls",
        "说明.docx",
        "合肥/旧.xlsx",
        "~$旧.xlsx",
    ];
    let name = names[index as usize];
    let account = SheetAccount {
        name: "推荐个人".into(),
        sheet: 0,
        form: Some(0),
        not_counted: None,
        rows: rows.data as u32 + 6,
        frame: 4,
        data: rows.data as u32,
        totals: 1,
        repeated_headers: 0,
        notes: 1,
        aside: 0,
    };
    let binding = Binding {
        form: 0,
        sheet: 0,
        sheet_name: "推荐个人".into(),
        header: (2, 3),
        cols: crate::model::Origin::WHOLE,
        across: false,
        columns: (0..14u16).map(|column| (column != 13).then_some(column)).collect(),
        renamed: vec![(3, "公民身份号码".to_owned())],
        extra: vec![(15, "电话".to_owned())],
    };
    SourceVerdict {
        source: SourceFile {
            index,
            name: name.to_owned(),
            path: returns.join(name),
            member: Vec::new(),
            size: 1000,
            modified: Some(1_770_000_000),
        },
        outcome,
        cause: match outcome {
            Outcome::Accepted => String::new(),
            Outcome::Returned => format!("有必改问题 3 处，另有身份证号 {ID} 重复"),
            Outcome::Superseded => "同一单位后来又报了一次".to_owned(),
            _ => "不是报表，或文件已损坏".to_owned(),
        },
        next: if outcome == Outcome::Accepted { String::new() } else { "请申报单位改正后重报".to_owned() },
        sha256: if index == 3 { String::new() } else { format!("{index:02x}").repeat(32) },
        size: 1000,
        format: if readable { "xlsx" } else { "" },
        sender: readable.then_some(Sender { unit: index % 36, evidence: SenderEvidence::Cover }),
        unit: readable.then_some(index % 36),
        received: readable.then(|| day(2026, 3, 5)).flatten(),
        late_days: 0,
        overdue: false,
        sheets: if readable { vec![account] } else { Vec::new() },
        bindings: if readable { vec![binding] } else { Vec::new() },
        near_misses: vec![],
        rows,
        superseded_by: (outcome == Outcome::Superseded).then_some(0),
        code: (outcome == Outcome::Unreadable).then_some(FindingCode::FileDamaged),
    }
}

fn findings() -> Vec<Finding> {
    let finding = |code: &str, severity, place: Place, found: &str| Finding {
        code: Code::spelled(code),
        severity,
        place,
        found: found.to_owned(),
        expected: "一线人数不超过人数".to_owned(),
        next: "请申报单位核对后改正".to_owned(),
        line: Some(88),
        effect: Effect::Counts,
        key: FindingKey::default(),
    };
    let at = |source, row, col| Place {
        source: Some(source),
        sheet: Some(0),
        row: Some(row),
        cells: vec![CellRef { row, col }, CellRef { row, col: col + 1 }],
        unit: None,
    };
    vec![
        finding("frontline-exceeds-headcount", Severity::Block, at(2, 6, 6), "一线人数 12 大于人数 9"),
        finding("person-duplicate", Severity::Block, at(2, 7, 3), &format!("身份证号 {ID} 重复，电话 13812345678")),
        finding("quota-exceeded", Severity::Block, Place { unit: Some(4), ..Place::default() }, "=超过名额"),
        finding("service-years", Severity::Verify, at(0, 8, 11), "工龄 30 年，相差超过 1 年"),
        finding("share", Severity::Note, Place::default(), "全省占比"),
    ]
}

/// Rows with all column types, nulls among them; one in ten is blocked and stands in the third file.
fn frame(rows: usize, verdict: &RunVerdict) -> ValidatedRows {
    let blocked = |row: usize| row % 10 == 9 && row < rows / 10 * 10;
    let every = 0..rows;
    let roster = reference().roster;
    let born = day(1980, 10, 1).unwrap();
    let shown = day(2026, 3, 2).unwrap();
    let text = |of: &dyn Fn(usize) -> Option<String>| Column::Text((0..rows).map(of).collect());
    let columns = [
        ("序号", Column::Integer(every.clone().map(|row| Some(row as i64 + 1)).collect())),
        ("推荐单位", Column::Unit(every.clone().map(|row| Some((row % roster.units.len()) as u32)).collect())),
        ("姓名", text(&|row| Some(format!("王{}", row % 977)))),
        ("身份证号", text(&|_| Some(ID.to_owned()))),
        ("出生年月", Column::Date(every.clone().map(|row| (row % 5 != 4).then_some(born)).collect())),
        ("公示开始", Column::Date(every.clone().map(|row| Some(shown + (row % 20) as i32)).collect())),
        ("人数", Column::Integer(every.clone().map(|row| (row % 7 != 0).then_some(row as i64 % 50)).collect())),
        ("得分", Column::Number(every.clone().map(|row| (row % 3 != 0).then_some(90.5 + (row % 9) as f64)).collect())),
        ("农民工", Column::Boolean(every.clone().map(|row| (row % 4 != 0).then_some(row % 2 == 0)).collect())),
        ("工作单位", text(&|row| Some(format!("本省第{}建筑工程有限公司", row % 300)))),
        (
            "职务职称",
            text(&|row| {
                Some(if row == 1 { "=HYPERLINK(1)".to_owned() } else { "班组长、高级技师".to_owned() })
            }),
        ),
        ("人员类别", text(&|_| Some("一线职工".to_owned()))),
        ("类别", text(&|_| Some("正式".to_owned()))),
        ("备注", text(&|row| (row % 6 == 0).then(|| "已公示\u{1}无异议".to_owned()))),
    ];
    let (names, columns): (Vec<&str>, Vec<Column>) = columns.into_iter().unzip();
    let origin = |row: usize| Origin {
        source: if blocked(row) { 2 } else { 0 },
        sheet: 0,
        row: row as u32 + 4,
        cols: Origin::WHOLE,
    };
    let accepted: Vec<bool> = every.clone().map(|row| !blocked(row)).collect();
    let count = accepted.iter().filter(|accepted| **accepted).count() as u64;
    assert_eq!(count, verdict.rows.accepted, "the fixture's own accounting");
    let read = Rows {
        form: 0,
        grid: Grid::new(names.into_iter().map(str::to_owned).collect(), columns, accepted.len(), &roster),
        origins: every.clone().map(origin).collect(),
        units: every.map(|row| Some((row % 36) as u32)).collect(),
    };
    ValidatedRows { rows: read, accepted }
}

fn heading(parents: &[&str], name: &str) -> Heading {
    Heading { parents: parents.iter().map(|p| (*p).to_owned()).collect(), name: name.to_owned() }
}

pub fn table(id: &str, sheet: &str, title: &str, headings: Vec<Heading>, rows: Vec<StatRow>) -> StatTable {
    StatTable {
        id: id.to_owned(),
        sheet: sheet.to_owned(),
        title: title.to_owned(),
        caption: "计量单位：人、个".to_owned(),
        definitions: headings
            .iter()
            .map(|h| format!("{}：从 推荐个人汇总表 计数，条件 类别 = '正式'", h.name))
            .collect(),
        headings,
        rows,
        notes: vec![
            "名额按在岗职工人数以最大余数法分配，每个单位至少 1 个；标杆班组另计。".to_owned(),
            "退回 3 行、整份未计 0 行不在本表内。".to_owned(),
        ],
        label_columns: 1,
        private_columns: Vec::new(),
        landscape: false,
    }
}

fn body(cells: Vec<StatCell>) -> StatRow {
    StatRow { kind: RowKind::Body, cells }
}

fn tables() -> Vec<StatTable> {
    use StatCell::*;
    let units = reference().roster.units;
    let words = |text: &str| Text(text.to_owned());
    let mut quota: Vec<StatRow> = units
        .iter()
        .enumerate()
        .map(|(index, unit)| {
            let reported = index % 6 != 5;
            let figure = |value: i64| if reported { Integer(value) } else { NotReported };
            let index = index as i64;
            body(vec![
                words(&unit.name),
                Integer(12_345 + index * 98_765),
                Integer(3),
                figure(index % 5),
                figure(index % 4),
                if reported { Ratio { num: index % 4, den: index % 5 } } else { NotReported },
                Points(if index % 2 == 0 { 6.25 } else { -3.1 }),
                if index == 4 { words("超过名额") } else { words("符合") },
            ])
        })
        .collect();
    quota.push(StatRow {
        kind: RowKind::Total,
        cells: vec![
            words("合计"),
            Integer(62_664_330),
            Integer(108),
            Integer(62),
            Integer(48),
            Ratio { num: 48, den: 62 },
            Points(0.0),
            NotApplicable,
        ],
    });
    let quota = table(
        "quota",
        "名额执行",
        "2026年省模范班组名额执行情况表",
        ["推荐单位", "职工人数", "名额", "正式申报", "审核通过", "占比", "高于规定（百分点）", "结论"]
            .map(|name| heading(&[], name))
            .to_vec(),
        quota,
    );
    let mut headings = vec![heading(&[], "地区")];
    for span in ["本期", "上年同期"] {
        for level in ["国家级", "省级"] {
            headings.push(heading(&[span, level], "集体"));
            headings.push(heading(&[span, level], "个人"));
        }
        headings.push(heading(&[span], "合计"));
    }
    headings.push(heading(&[], "占比"));
    let mut rows: Vec<StatRow> = CITIES
        .iter()
        .enumerate()
        .map(|(index, city)| {
            let mut cells = vec![words(city)];
            let reported = index != 2;
            for column in 0..10 {
                cells.push(if reported { Integer((index as i64 * 7 + column) % 13) } else { NotReported });
            }
            cells.push(if reported { Ratio { num: index as i64, den: 20 } } else { NotReported });
            body(cells)
        })
        .collect();
    let total = rows[0].cells.iter().skip(1).map(|_| Integer(96)).take(10);
    let mut cells = vec![words("合计")];
    cells.extend(total);
    cells.push(Ratio { num: 5, den: 0 });
    rows.push(StatRow { kind: RowKind::Total, cells });
    let cities = table("cities", "获奖统计", "2026年获奖统计（级别×对象类型）", headings, rows);
    vec![quota, cities, list_table(), empty_table()]
}

fn list_table() -> StatTable {
    use StatCell::*;
    let words = |text: &str| Text(text.to_owned());
    let headings =
        ["序号", "推荐单位", "姓名", "身份证号", "工作单位", "出生年月", "公示开始", "得分", "命名年度", "说明"];
    let rows = (1..=60)
        .map(|number| {
            body(vec![
                Integer(number),
                words(OTHERS[number as usize % 20]),
                words("王小明"),
                words(ID),
                words("本省第一建筑工程有限公司（电话 13812345678）"),
                Month(day(1980, 10, 1).unwrap()),
                Date(day(2026, 3, 2).unwrap()),
                if number % 9 == 0 { Empty } else { Number(90.0 + number as f64 / 10.0) },
                Integer(2021),
                words(if number == 3 {
                    "=1+1"
                } else {
                    "全国五一劳动奖章获得者；长期在生产一线从事焊接工作，先后完成技术革新 12 项"
                }),
            ])
        })
        .collect();
    let mut list = table("list", "名单", "2026年推荐名单", headings.map(|name| heading(&[], name)).to_vec(), rows);
    list.private_columns = vec![3];
    list.label_columns = 2;
    list.caption = String::new();
    list
}

fn empty_table() -> StatTable {
    let headings = ["序号", "推荐单位", "班组名称", "荣誉名称"].map(|name| heading(&[], name)).to_vec();
    let mut rows = vec![body(vec![StatCell::Text("台账中的称号都已复核".to_owned())])];
    rows[0].cells.resize(4, StatCell::Empty);
    let mut empty = table("empty", "获奖统计", "未复核称号", headings, rows);
    empty.notes.clear();
    empty
}

/// Two groups; a name that would break a line, and an ID number in a file's name.
fn chase() -> ChaseList {
    let unit = |name: &str, status, silent, trouble: &str| ChaseUnit {
        name: name.to_owned(),
        status,
        silent,
        missed: silent,
        late: 0,
        late_days: Some(4),
        problems: usize::from(status == UnitStatus::Returned) * 3,
        trouble: trouble.to_owned(),
        reminder: String::new(),
    };
    let group = |label: &str, units, letter: &str| ChaseGroup {
        label: label.to_owned(),
        expected: 2,
        units,
        letter: letter.to_owned(),
    };
    ChaseList {
        summary: "应报 36 个单位，未报 2 个，退回 1 个。".to_owned(),
        notes: vec!["没有2026年2月的存档。".to_owned()],
        as_of: day(2026, 4, 28),
        groups: vec![
            group(
                "合肥",
                vec![
                    unit("合肥市\n总工会", UnitStatus::Missing, 3, ""),
                    unit("合肥某厂工会", UnitStatus::Returned, 0, &format!("上报 {ID}.xlsx：G7 一线人数不符")),
                ],
                &format!("尚未收到的有：合肥市\n总工会（{ID}）。感谢支持！"),
            ),
            group("省直系统", vec![unit("省教育厅系统工会", UnitStatus::Missing, 1, "")], "尚未收到。感谢支持！"),
        ],
        looked: 6,
    }
}
