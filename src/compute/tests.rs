//! The shipped definitions over small frames made by hand: figures that one can check with a pencil.

use super::{ComputedTables, Inputs, compute};
use crate::definition::reference::{City, Due, ReferenceTable};
use crate::definition::{ColumnType, Plan, Reference, Roster, Unit};
use crate::domain::period::{Period, day};
use crate::model::codes::Code;
use crate::model::normalised::{Sender, SenderEvidence};
use crate::model::run::{RowAccount, RunVerdict, SourceVerdict, UnitReport, UnitStatus};
use crate::model::stat_table::StatTable;
use crate::model::statistic::RowKind;
use crate::model::statistic::StatCell::{self, Alarm, Integer, NotApplicable, NotReported, Ratio, Text};
use crate::model::{
    CellRef, Column as Values, Effect, Finding, FindingKey, Origin, Outcome, Place, Scalars, Severity, SourceFile,
};
use crate::rows::LookupResult;
use crate::rows::{Grid, Rows, ValidatedRows};
use crate::text::names::match_key;
use std::collections::BTreeMap;
use std::path::Path;

mod discipline;
mod honours;

#[derive(Clone, Copy)]
enum Value {
    T(&'static str),
    D(i32),
}
use Value::{D, T};

/// One row of a form: file, unit, whether it counts, and what it says.
struct Row {
    source: u32,
    unit: Option<u32>,
    accepted: bool,
    cells: Vec<(&'static str, Value)>,
}

fn row(source: u32, unit: u32, accepted: bool, cells: &[(&'static str, Value)]) -> Row {
    Row { source, unit: Some(unit), accepted, cells: cells.to_vec() }
}

fn plan(name: &str) -> Plan {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    crate::definition::read(&root.join("pipelines").join(name).join("pipeline.toml")).expect("shipped definition")
}

fn frame(plan: &Plan, form: usize, rows: &[Row]) -> ValidatedRows {
    let find = |row: &Row, name: &str| row.cells.iter().find(|(column, _)| *column == name).map(|(_, value)| *value);
    let columns = plan.forms[form].columns();
    let values = columns.iter().map(|column| {
        let cells = || rows.iter().map(|row| find(row, &column.name));
        let text = |value| match value {
            Some(T(text)) => Some(text),
            _ => None,
        };
        let date = |value| match value {
            Some(D(day)) => Some(day),
            _ => None,
        };
        match column.ty {
            ColumnType::Text => Values::Text(cells().map(text).collect()),
            ColumnType::Unit => Values::Unit(rows.iter().map(|row| row.unit).collect()),
            ColumnType::Date => Values::Date(cells().map(date).collect()),
            // No shipped table computes with these.
            ColumnType::Integer => Values::Integer(vec![None; rows.len()].into()),
            ColumnType::Number => Values::Number(vec![None; rows.len()].into()),
            ColumnType::Boolean => Values::Boolean(vec![None; rows.len()].into()),
        }
    });
    let names = columns.iter().map(|column| column.name.clone()).collect();
    let origin =
        |(at, row): (usize, &Row)| Origin { source: row.source, sheet: 0, row: at as u32, cols: Origin::WHOLE };
    let rows_of = Rows {
        named: Scalars::default(),
        form,
        grid: Grid::new(names, values.collect(), rows.len(), &Roster::default()),
        origins: rows.iter().enumerate().map(origin).collect(),
        units: rows.iter().map(|row| row.unit).collect(),
    };
    ValidatedRows { rows: rows_of, accepted: rows.iter().map(|row| row.accepted).collect() }
}

/// 合肥 and 芜湖 with a city federation each, one provincial system and one enterprise; all four are expected.
fn reference(plan: &Plan) -> Reference {
    let unit = |code: &str, name: &str, channel: &str, city: &str, workers| Unit {
        code: code.into(),
        name: name.into(),
        channel: channel.into(),
        city: city.into(),
        workers: Some(workers),
        ..Unit::default()
    };
    let units = vec![
        unit("1", "合肥市总工会", "市总工会", "合肥", 500),
        unit("2", "芜湖市总工会", "市总工会", "芜湖", 300),
        unit("3", "省教育系统工会", "省直系统", "合肥", 150),
        unit("4", "皖江集团工会", "大型企业", "芜湖", 50),
        Unit { parent: Some(1), ..unit("5", "芜湖某厂", "市总工会", "芜湖", 9) },
    ];
    let keys = units.iter().enumerate().map(|(index, unit)| (match_key(&unit.name), vec![index as u32])).collect();
    let channels = ["市总工会", "省直系统", "行业协会", "大型企业"].map(String::from).to_vec();
    let city = |name: &str, code: &str| City { name: name.into(), unit_code: code.into() };
    Reference {
        roster: Roster { units, channels, expected: vec![0, 1, 2, 3], keys },
        cities: vec![city("合肥", "1"), city("黄山", "9"), city("芜湖", "2")],
        due: Some(Due { opens: None, due: day(2026, 4, 10).unwrap(), grace: day(2026, 4, 24) }),
        codes: plan.codes.clone(),
        ..Reference::default()
    }
}

fn source(index: u32, unit: u32, outcome: Outcome) -> SourceVerdict {
    let name = format!("{index}.xlsx");
    SourceVerdict {
        source: SourceFile { index, path: name.clone().into(), name, member: vec![], size: 1, modified: None },
        outcome,
        cause: if outcome == Outcome::Accepted { String::new() } else { "须改正".into() },
        next: String::new(),
        sha256: String::new(),
        size: 1,
        format: "xlsx",
        sender: Some(Sender { unit, evidence: SenderEvidence::Cover }),
        contact: Default::default(),
        unit: Some(unit),
        received: None,
        by_stamp: false,
        late_days: 0,
        overdue: false,
        sheets: vec![],
        bindings: vec![],
        near_misses: vec![],
        rows: RowAccount::default(),
        other_period: None,
        superseded_by: None,
        code: None,
    }
}

/// File 0 of unit 0 is sent back for a row, file 1 of unit 1 is late, unit 2 sent nothing, file 3 of unit 3 is fine.
fn verdict() -> RunVerdict {
    let report = |unit, status, sources: &[u32]| UnitReport {
        unit,
        status,
        sources: sources.to_vec(),
        received: None,
        by_stamp: false,
    };
    let late = UnitStatus::Late { days: 3, overdue: false };
    RunVerdict {
        sources: vec![
            source(0, 0, Outcome::Returned),
            source(1, 1, Outcome::Accepted),
            source(2, 3, Outcome::Superseded),
            source(3, 3, Outcome::Accepted),
        ],
        findings: vec![Finding {
            code: Code::spelled("safety-accident"),
            severity: Severity::Block,
            place: Place {
                source: Some(0),
                sheet: Some(0),
                row: Some(2),
                cells: vec![CellRef { row: 2, col: 3 }],
                unit: None,
            },
            found: "近三年安全事故 1 起".into(),
            expected: "".into(),
            next: "".into(),
            line: None,
            effect: Effect::Counts,
            key: FindingKey::default(),
            rules: Vec::new(),
        }],
        amendments: vec![],
        units: vec![
            report(0, UnitStatus::Returned, &[0]),
            report(1, late, &[1]),
            report(2, UnitStatus::Missing, &[]),
            report(3, UnitStatus::OnTime, &[2, 3]),
        ],
        rows: RowAccount::default(),
        ledger: Default::default(),
        drift: Default::default(),
        unknown_names: vec![],
        decisions: Vec::new(),
        seen: std::collections::BTreeMap::new(),
        explanations: Vec::new(),
    }
}

fn run(
    plan: &Plan,
    reference: &Reference,
    frames: &[ValidatedRows],
    lookups: &[LookupResult],
    verdict: &RunVerdict,
) -> Result<ComputedTables, String> {
    let period = Period::parse("2026").unwrap();
    let history = crate::history::History::open(None, plan, reference, &period);
    let (history, earlier, as_of) = (&history, &[][..], None);
    compute(Inputs {
        plan,
        reference,
        period: &period,
        rows: frames,
        doubts: &[],
        lookups,
        verdict,
        history,
        earlier,
        as_of,
    })
}

fn table<'a>(computed: &'a ComputedTables, id: &str) -> &'a StatTable {
    computed.tables.iter().find(|table| table.id == id).unwrap()
}

fn body(table: &StatTable, label: &str) -> Vec<StatCell> {
    let rows = table.rows.all();
    rows.iter().find(|row| row.cells[0] == Text(label.into())).unwrap_or_else(|| panic!("{label} in {table:#?}")).cells
        [1..]
        .to_vec()
}

fn integers(counts: &[i64]) -> Vec<StatCell> {
    counts.iter().map(|count| Integer(*count)).collect()
}

fn words(cells: &[StatCell]) -> String {
    let word = |cell: &StatCell| match cell {
        Text(text) | Alarm(text) => text.clone(),
        Integer(number) => number.to_string(),
        other => format!("{other:?}"),
    };
    cells.iter().map(word).collect::<Vec<_>>().join("|")
}

fn model_teams() -> (Plan, Reference, Vec<ValidatedRows>, Vec<LookupResult>) {
    let plan = plan("model-teams");
    let mut reference = reference(&plan);
    let team = |source, unit, accepted, title, class, name, good| {
        let cells = [
            ("申报称号", T(title)),
            ("类别", T(class)),
            ("班组名称", T(name)),
            ("所在单位", T("某厂")),
            ("所属行业", T("采矿业")),
            ("单位性质", T("国有")),
            ("思想政治工作等次", T(good)),
        ];
        row(source, unit, accepted, &cells)
    };
    let mut rows = vec![
        team(0, 0, true, "省模范班组", "正式", "乙班", "好"),
        team(0, 0, true, "省模范班组", "正式", "甲班", "好"),
        team(0, 0, false, "标杆班组", "正式", "丙班", "较好"),
        team(0, 0, true, "省模范班组", "备选", "丁班", "好"),
        team(1, 1, true, "标杆班组", "正式", "戊班", "好"),
    ];
    rows.extend((0..6).map(|_| team(3, 3, true, "省模范班组", "正式", "己班", "较好")));
    let ledger = |column: &str| match column {
        "年度" => Values::Integer(vec![Some(2021), Some(2022)].into()),
        "所在单位" => Values::Text(vec![Some("芜湖某厂"), Some("无人认识")].into()),
        _ => Values::Text(vec![Some("某班"), Some("某班")].into()),
    };
    let schema = plan.references.iter().find(|schema| schema.name == "荣誉台账").unwrap();
    let column_names: Vec<String> = schema.columns.iter().map(|column| column.name.clone()).collect();
    let columns = column_names.iter().map(|name| ledger(name)).collect();
    let table = ReferenceTable { name: "荣誉台账".into(), column_names, columns, lines: vec![2, 3] };
    reference.tables.insert("荣誉台账".into(), table);
    let frames = vec![frame(&plan, 0, &rows), frame(&plan, 1, &[])];
    let lookups = vec![
        LookupResult::default(),
        LookupResult { shown: BTreeMap::new(), outstanding: vec![(0, Some(1)), (1, None)] },
    ];
    (plan, reference, frames, lookups)
}

#[test]
fn quota_by_unit_shows_everyone_and_tells_silence_from_nothing() {
    let (plan, reference, frames, lookups) = model_teams();
    let computed = run(&plan, &reference, &frames, &lookups, &verdict()).unwrap();
    let quota = table(&computed, "quota");
    assert_eq!(quota.title, "2026年省模范班组名额执行情况表");
    // 职工人数 名额 正式申报 审核通过 缺额（未推荐 退回 无法读取 未报） 超额 备选限额 备选申报
    assert_eq!(body(quota, "合肥市总工会"), integers(&[500, 50, 2, 2, 48, 48, 0, 0, 0, 0, 10, 1]));
    // A benchmark team takes no seat.
    assert_eq!(body(quota, "芜湖市总工会"), integers(&[300, 30, 0, 0, 30, 30, 0, 0, 0, 0, 6, 0]));
    let silent = body(quota, "省教育系统工会");
    assert_eq!(silent[..4], [Integer(150), Integer(15), NotReported, NotReported]);
    assert_eq!(silent[4..9], integers(&[15, 0, 0, 0, 15]), "nobody of it reported");
    assert_eq!(silent[9..], [Integer(0), Integer(3), NotReported]);
    assert_eq!(body(quota, "皖江集团工会"), integers(&[50, 5, 6, 6, 0, 0, 0, 0, 0, 1, 1, 0]));
    let total = body(quota, "合计");
    assert_eq!(total[..5], integers(&[1000, 100, 8, 8, 93]));
    assert_eq!(total[5..9], integers(&[78, 0, 0, 15]), "a gap is the sum of its causes");
    assert_eq!(total[9..], integers(&[1, 20, 1]));
    assert_eq!(quota.rows.len(), 5);
    let notes = quota.notes.join("\n");
    assert!(notes.contains("本表未计入：退回的 1 行（1 份报表）；未报 1 个单位。"), "{notes}");
    assert!(notes.contains("“正式申报”“备选申报”按读到的全部行计算"), "{notes}");
    let over: Vec<_> = computed.findings.iter().map(|finding| (&*finding.code, finding.place.unit)).collect();
    assert_eq!(over, [("quota-exceeded", Some(3))]);
    assert_eq!(computed.findings[0].found, "皖江集团工会审核通过的正式申报 6 个，超过名额 5 个");
    let statements: Vec<_> = computed.conclusions.iter().map(|s| (s.holds, s.text.as_str())).collect();
    assert!(statements.contains(&(Some(false), "1 个单位超名额：皖江集团工会 1 个。")), "{statements:?}");
}

#[test]
fn an_issued_quota_overrides_and_must_add_up() {
    let (plan, mut reference, frames, lookups) = model_teams();
    let names = ["合肥市总工会", "芜湖市总工会", "不存在的单位"].map(Some).to_vec();
    let issued = ReferenceTable {
        name: "名额分配表".into(),
        column_names: vec!["推荐单位".into(), "名额".into()],
        columns: vec![Values::Text(names.into()), Values::Integer(vec![Some(1), Some(99), Some(3)].into())],
        lines: vec![2, 3, 4],
    };
    reference.tables.insert("名额分配表".into(), issued);
    let computed = run(&plan, &reference, &frames, &lookups, &verdict()).unwrap();
    let quota = table(&computed, "quota");
    assert_eq!(body(quota, "合肥市总工会")[1..5], integers(&[1, 2, 2, 0]));
    assert_eq!(body(quota, "合肥市总工会")[9], Integer(1));
    assert_eq!(body(quota, "合计")[1], Integer(100));
    let codes: Vec<&str> = computed.findings.iter().map(|finding| &*finding.code).collect();
    assert_eq!(codes, ["quota-issued-row", "quota-exceeded", "quota-exceeded"]);
}

#[test]
fn seats_that_cannot_be_apportioned_are_a_finding_and_no_guess() {
    let codes = |plan: &Plan, reference: &Reference, frames: &[ValidatedRows], lookups: &[LookupResult]| {
        let computed = run(plan, reference, frames, lookups, &verdict()).unwrap();
        computed.findings.iter().map(|finding| finding.code.to_string()).collect::<Vec<_>>()
    };
    let (plan, mut reference, frames, lookups) = model_teams();
    let first = reference.roster.expected[0] as usize;
    reference.roster.units[first].workers = None;
    assert!(codes(&plan, &reference, &frames, &lookups).contains(&"quota-weight-missing".to_string()));
    let (mut plan, reference, frames, lookups) = model_teams();
    plan.quota.as_mut().unwrap().total = 1;
    assert!(codes(&plan, &reference, &frames, &lookups).contains(&"quota-not-apportioned".to_string()));
}

#[test]
fn ratios_are_pooled_over_all_rows_read() {
    let (plan, reference, frames, lookups) = model_teams();
    let computed = run(&plan, &reference, &frames, &lookups, &verdict()).unwrap();
    let good = table(&computed, "six-good");
    assert_eq!(body(good, "合肥市总工会")[..2], [Integer(4), Ratio { num: 3, den: 4 }]);
    assert_eq!(body(good, "省教育系统工会")[1], NotReported);
    assert_eq!(body(good, "合计")[..2], [Integer(11), Ratio { num: 4, den: 11 }]);
    assert_eq!(good.headings[2].parents, ["六好"]);
}

#[test]
fn a_row_of_nobody_is_in_no_table_and_that_is_said() {
    let (plan, reference, mut frames, lookups) = model_teams();
    let lost = Row {
        unit: None, ..row(0, 0, false, &[("申报称号", T("标杆班组")), ("思想政治工作等次", T("好"))])
    };
    frames[0] = frame(&plan, 0, &[lost, row(0, 0, true, &[("思想政治工作等次", T("一般"))])]);
    let computed = run(&plan, &reference, &frames, &lookups, &verdict()).unwrap();
    let good = table(&computed, "six-good");
    assert_eq!(body(good, "合计")[..2], [Integer(1), Ratio { num: 0, den: 1 }]);
    assert_eq!(good.rows.len(), 5);
    assert_eq!(table(&computed, "benchmark").rows.all()[0].cells[0], Text("没有申报标杆班组".into()));
    assert!(table(&computed, "quota").notes.iter().any(|note| note.contains("退回的 1 行（1 份报表）")));
}

#[test]
fn crosstabs_show_every_code_and_what_lies_outside() {
    let (plan, reference, mut frames, lookups) = model_teams();
    let industry = |computed: &ComputedTables| table(computed, "industry").clone();
    let before = industry(&run(&plan, &reference, &frames, &lookups, &verdict()).unwrap());
    assert_eq!(before.rows.len(), 21);
    assert_eq!(before.headings.iter().map(|h| h.name.as_str()).next_back(), Some("合计"));
    assert_eq!(body(&before, "采矿业"), integers(&[8, 0, 0, 0, 0, 0, 0, 0, 8]));
    assert_eq!(body(&before, "教育"), integers(&[0; 9]));
    assert_eq!(before.rows.all().last().map(|row| row.kind), Some(RowKind::Total));
    let odd = [("申报称号", T("省模范班组")), ("类别", T("正式")), ("所属行业", T("采矿业")), ("单位性质", T("外星"))];
    frames[0] = frame(&plan, 0, &[row(0, 0, true, &odd)]);
    let after = industry(&run(&plan, &reference, &frames, &lookups, &verdict()).unwrap());
    assert_eq!(after.headings[9].name, "未归类");
    assert_eq!(body(&after, "采矿业")[8..], integers(&[1, 1]));
}

#[test]
fn lists_follow_units_then_codes_and_say_why_a_row_is_out() {
    let (plan, reference, frames, lookups) = model_teams();
    let computed = run(&plan, &reference, &frames, &lookups, &verdict()).unwrap();
    let roll = table(&computed, "roll");
    assert_eq!(words(&roll.rows.all()[0].cells[..5]), "1|合肥市总工会|某厂|乙班|省模范班组");
    assert_eq!(words(&roll.rows.all()[1].cells[..5]), "2|合肥市总工会|某厂|甲班|省模范班组");
    assert_eq!(words(&roll.rows.all()[2].cells[..5]), "3|芜湖市总工会|某厂|戊班|标杆班组");
    let benchmark = table(&computed, "benchmark");
    assert_eq!(benchmark.rows.all()[0].cells.last(), Some(&Alarm("退回：近三年安全事故 1 起".into())));
    assert_eq!(benchmark.rows.all()[1].cells.last(), Some(&Text("通过".into())));
    assert_eq!(benchmark.rows.all()[1].cells[6], NotApplicable);
    let unreviewed = table(&computed, "unreviewed");
    assert_eq!(words(&unreviewed.rows.all()[0].cells[..3]), "1|芜湖市总工会|芜湖某厂");
    assert_eq!(words(&unreviewed.rows.all()[1].cells[..3]), "2|未归属|无人认识");
    let review = table(&computed, "title-review");
    assert_eq!(body(review, "未归属")[3], Integer(1));
    assert_eq!(body(review, "合计")[3], Integer(2));
}

#[test]
fn no_returns_at_all_still_gives_every_table() {
    let (plan, reference, _, _) = honours::honours();
    let frames: Vec<ValidatedRows> = (0..plan.forms.len()).map(|form| frame(&plan, form, &[])).collect();
    let mut verdict = verdict();
    verdict.sources.clear();
    verdict.findings.clear();
    verdict.units.iter_mut().for_each(|unit| (unit.status, unit.sources) = (UnitStatus::Missing, vec![]));
    let computed = run(&plan, &reference, &frames, &[LookupResult::default()], &verdict).unwrap();
    assert_eq!(computed.tables.len(), plan.tables.len());
    assert!(computed.findings.is_empty());
    for table in &computed.tables {
        assert!(table.rows.iter().all(|row| row.cells.len() == table.headings.len()), "{}", table.id);
        assert_eq!(table.definitions.len(), table.headings.len(), "{}", table.id);
    }
    assert_eq!(table(&computed, "roll-individual").rows.all()[0].cells[0], Text("没有审核通过的正式推荐个人".into()));
}

/// A sum or a count, its proof and what is said of its gaps are all of the same rows.
#[test]
fn the_rows_of_a_sum_are_looked_for_once() {
    let (plan, reference, frames, lookups) = model_teams();
    // What is counted is a thread's own.
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let (sums, times) = pool.install(|| {
        super::measures::work::SUMS.with(|sums| sums.set((0, 0)));
        run(&plan, &reference, &frames, &lookups, &verdict()).unwrap();
        super::measures::work::SUMS.with(std::cell::Cell::get)
    });
    assert!(sums > 0, "the definition counts");
    assert_eq!(times, sums);
}
