//! For tests, a small province: two cities that report, one county under the first, and one form with every kind of rule.

use super::accounting::prove;
use super::arrived::{Arrival, Arrived};
use super::yardstick::Yardstick;
use super::{Validated, validate};
use crate::definition::reference::{Due, ReferenceTable};
use crate::definition::{
    CodeList, Count, Field, FieldType, Form, Lookup, LookupRule, Plan, Reference, Roster, Rule, Template, TemplatePart,
    Unique, Unit,
};
use crate::domain::period::{Period, day};
use crate::domain::workdays::Calendar;
use crate::language::{Checked, Literal, Type, Vocabulary, check};
use crate::model::kept::KeptTable;
use crate::model::normalised::{Binding, NormalisedReturn, Sender, SenderEvidence, VersionEvidence};
use crate::model::{Column, Effect, FormTable, Origin, Severity, SheetAccount, SourceFile};

pub const UNIT: usize = 0;
pub const WORKPLACE: usize = 1;
pub const TEAM: usize = 2;
pub const TITLE: usize = 3;
pub const HEADS: usize = 4;

pub fn template(text: &str) -> Template {
    let mut parts = Vec::new();
    for piece in text.split_inclusive('}') {
        match piece.split_once('{') {
            Some((before, hole)) => {
                parts.push(TemplatePart::Text(before.into()));
                parts.push(TemplatePart::Hole(hole.trim_end_matches('}').into()));
            }
            None => parts.push(TemplatePart::Text(piece.into())),
        }
    }
    Template { parts }
}

pub fn field(name: &str, ty: FieldType) -> Field {
    Field {
        name: name.into(),
        header: name.into(),
        under: None,
        also: Vec::new(),
        was: vec![],
        ty,
        required: true,
        absent: None,
        none_is_zero: false,
        over: None,
        years: crate::definition::Years::default(),
        measured_in: None,
        ordinal: false,
        line: 1,
    }
}

pub fn sql(text: &str, columns: &[(&str, Type)]) -> Checked {
    sql_of(text, columns, Type::Boolean)
}

pub fn sql_of(text: &str, columns: &[(&str, Type)], wanted: Type) -> Checked {
    let scope = Vocabulary {
        columns: columns.iter().map(|(name, ty)| (name.to_string(), *ty)).collect(),
        values: [("人数下限".to_string(), Literal::Integer(3))].into_iter().collect(),
    };
    check(text, &scope, Some(wanted)).unwrap_or_else(|problems| panic!("{text}: {problems:?}"))
}

pub const COLUMNS: [(&str, Type); 6] = [
    ("推荐单位", Type::Text),
    ("所在单位", Type::Text),
    ("班组名称", Type::Text),
    ("称号", Type::Text),
    ("人数", Type::Integer),
    ("成立", Type::Date),
];

pub fn form() -> Form {
    let rule = |code: &str, severity, when: Option<&str>, check: &str, found: &str, cells: &[usize]| Rule {
        code: code.into(),
        severity,
        effect: Effect::on_record(severity),
        trial: false,
        when: when.map(|when| sql(when, &COLUMNS)),
        check: sql(check, &COLUMNS),
        found: template(found),
        expected: template("至少 3 人"),
        next: template("请核对"),
        cells: cells.to_vec(),
        line: 7,
    };
    Form {
        id: "team".into(),
        title: "班组表".into(),
        fields: vec![
            field("推荐单位", FieldType::Unit),
            field("所在单位", FieldType::Text),
            field("班组名称", FieldType::Text),
            field("称号", FieldType::Code { list: 0 }),
            field("人数", FieldType::Integer),
            field("成立", FieldType::Month),
        ],
        unit_field: UNIT,
        rules: vec![
            rule("too-small", Severity::Block, None, "人数 >= 人数下限", "只有 {人数} 人，{成立}成立", &[HEADS, TEAM]),
            rule("big-star", Severity::Verify, Some("称号 = '标杆'"), "人数 < 50", "有 {人数} 人", &[HEADS]),
        ],
        unique: vec![Unique {
            code: "twice".into(),
            severity: Severity::Block,
            effect: Effect::HoldsRow,
            trial: false,
            fields: vec![WORKPLACE, TEAM],
            when: None,
            found: template("“{班组名称}”重复，另见{另一处}"),
            expected: template("一次"),
            next: template("请商定"),
            line: 9,
        }],
        line: 1,
        ..Form::default()
    }
}

pub fn other_form() -> Form {
    let fields = vec![field("推荐单位", FieldType::Unit), field("所在单位", FieldType::Text)];
    Form { id: "other".into(), title: "别的表".into(), fields, line: 50, ..Form::default() }
}

pub fn lookup(present: bool, outstanding: bool) -> Lookup {
    let ledger = [("年度", Type::Integer), ("荣誉名称", Type::Text), ("名称", Type::Text), ("单位", Type::Text)];
    Lookup {
        id: "held".into(),
        form: 0,
        when: Some(sql("称号 = '标杆'", &COLUMNS)),
        reference: "台账".into(),
        filter: Some(sql("年度 < 本年", &ledger)),
        on: vec![(WORKPLACE, "单位".into()), (TEAM, "名称".into()), (TITLE, "荣誉名称".into())],
        expect: Some(LookupRule {
            code: "ledger".into(),
            severity: Severity::Block,
            effect: Effect::HoldsRow,
            trial: false,
            present,
            found: template("{班组名称}：台账 {台账}"),
            expected: template("台账"),
            next: template("请核对"),
            cells: vec![TEAM],
        }),
        show: template("{年度}年{荣誉名称}"),
        outstanding_by: outstanding.then(|| "单位".into()),
        line: 20,
    }
}

pub fn plan(lookups: Vec<Lookup>) -> Plan {
    Plan {
        name: "p".into(),
        title: "p".into(),
        notice: String::new(),
        schedule: crate::domain::schedule::Schedule::of(crate::domain::period::PeriodKind::Year),
        sample_period: "2026".into(),
        sample_returns: "x".into(),
        count: Count::Rows,
        values: vec![],
        codes: vec![CodeList {
            id: "title".into(),
            table: None,
            values: vec!["标杆".into(), "模范".into()],
            synonyms: vec![("十大标杆".into(), "标杆".into())],
        }],
        references: vec![],
        forms: vec![form(), other_form()],
        ledger: vec![],
        lookups,
        quota: None,
        shares: vec![],
        discipline: None,
        tables: vec![],
        charts: vec![],
        front: crate::definition::FrontPage::default(),
        figures: vec![],
        headlines: vec![],
        words: crate::definition::read::words::shipped(),
        others: vec![],
        warnings: vec![],
        conditions: std::collections::BTreeMap::new(),
        causes: std::collections::BTreeMap::new(),
        path: "x".into(),
        sha256: String::new(),
    }
}

/// 0 甲市, 1 乙市 (both owe), 2 丙县 under 甲市, 3 丁社, which nobody expects.
pub fn reference() -> Reference {
    let unit = |name: &str, parent| Unit { name: name.into(), parent, ..Unit::default() };
    let units = vec![unit("甲市", None), unit("乙市", None), unit("丙县", Some(0)), unit("丁社", None)];
    let keys = units.iter().enumerate().map(|(at, unit)| (unit.name.to_string(), vec![at as u32])).collect();
    let text = |values: &[&str]| Column::Text(values.iter().map(|v| Some(*v)).collect());
    let ledger = ReferenceTable {
        name: "台账".into(),
        column_names: ["年度", "荣誉名称", "名称", "单位"].map(String::from).to_vec(),
        columns: vec![
            Column::Integer(vec![Some(2020), Some(2021), Some(2026), Some(2022), Some(2022)].into()),
            text(&["十大标杆", "模范", "标杆", "模范", "模范"]),
            text(&["一班", "二班", "三班", "四班", "五班"]),
            text(&["甲厂（本部）", "丙县", "甲厂", "甲厂(本部)", "无名厂"]),
        ],
        lines: vec![2, 3, 4, 5, 6],
    };
    Reference {
        roster: Roster { units, expected: vec![0, 1], keys, ..Roster::default() },
        calendar: Calendar::default(),
        // 2026-03-06 is a Friday.
        due: Some(Due { opens: None, due: day(2026, 3, 6).unwrap(), grace: day(2026, 3, 10) }),
        tables: [("台账".to_string(), ledger)].into_iter().collect(),
        ..Reference::default()
    }
}

pub type Row<'a> = (Option<u32>, &'a str, &'a str, &'a str, Option<i64>);

pub fn table(source: u32, form: u16, sheet: u16, rows: &[Row]) -> FormTable {
    let text = |pick: &dyn Fn(&Row) -> String| {
        Column::Text(rows.iter().map(pick).map(|v| (!v.is_empty()).then_some(v)).collect())
    };
    let mut columns = vec![Column::Unit(rows.iter().map(|row| row.0).collect()), text(&|row| row.1.to_string())];
    if form == 0 {
        columns.push(text(&|row| row.2.to_string()));
        columns.push(text(&|row| row.3.to_string()));
        columns.push(Column::Integer(rows.iter().map(|row| row.4).collect()));
        columns.push(Column::Date(vec![day(2020, 3, 1); rows.len()].into()));
    }
    let origins =
        (0..rows.len()).map(|row| Origin { source, sheet, row: 5 + row as u32, cols: Origin::WHOLE }).collect();
    FormTable { form, origins, columns }
}

pub fn filed(source: u32, name: &str, sender: u32, tables: Vec<FormTable>) -> Arrived {
    let binding = |table: &FormTable| Binding {
        form: table.form,
        sheet: table.origins.first().map_or(0, |origin| origin.sheet),
        sheet_name: "申报".into(),
        header: (3, 4),
        cols: crate::model::Origin::WHOLE,
        across: false,
        columns: (0..6).map(|col| Some(col + 1)).collect(),
        renamed: vec![],
        extra: vec![],
        cards: vec![],
    };
    let account = |table: &FormTable| SheetAccount {
        name: "申报".into(),
        sheet: 0,
        form: Some(table.form),
        not_counted: None,
        rows: 5 + table.origins.len() as u32,
        frame: 5,
        data: table.origins.len() as u32,
        totals: 0,
        repeated_headers: 0,
        notes: 0,
        aside: 0,
    };
    let returned = NormalisedReturn {
        source,
        bindings: tables.iter().map(|table| binding(table).into()).collect(),
        near_misses: vec![],
        other_period: None,
        unknown_units: vec![],
        sheets: tables.iter().map(account).collect(),
        tables: tables.into_iter().map(KeptTable::from).collect(),
        unrecognised: None,
        sender: Some(Sender { unit: sender, evidence: SenderEvidence::Folder }),
        contact: Default::default(),
        version: VersionEvidence { filled_on: day(2026, 3, 5), ..VersionEvidence::default() },
        nil_return: false,
        findings: vec![],
        pending: vec![],
        amendments: vec![],
        kept_amendments: None,
        seen: vec![],
        explanations: vec![],
    };
    arrival(source, name, Arrival::Return(Box::new(returned)))
}

pub fn arrival(source: u32, name: &str, arrival: Arrival) -> Arrived {
    let file =
        SourceFile { index: source, name: name.into(), path: name.into(), member: vec![], size: 1, modified: None };
    let mut hash = [0u8; 32];
    hash[..4].copy_from_slice(&source.to_le_bytes());
    Arrived {
        source: file,
        sha256: Some(hash),
        size: 1,
        format: "xlsx",
        arrival,
        near_misses: vec![],
        named_unit: None,
        left_out: None,
    }
}

pub fn edit(file: &mut Arrived) -> &mut NormalisedReturn {
    match &mut file.arrival {
        Arrival::Return(returned) => returned,
        _ => panic!("not a return"),
    }
}

pub fn run(plan: &Plan, arrived: Vec<Arrived>) -> Validated {
    run_in(plan, reference(), arrived)
}

pub fn run_in(plan: &Plan, reference: Reference, arrived: Vec<Arrived>) -> Validated {
    let period = Period::parse("2026").unwrap();
    let history = crate::history::History::open(None, plan, &reference, &period);
    let decisions = crate::model::decision::Decisions::default();
    let yardstick =
        Yardstick { plan, reference: &reference, period: &period, history: &history, decisions: &decisions };
    let validated = validate(yardstick, arrived);
    prove(&validated.verdict).unwrap();
    for validated in &validated.rows {
        assert_eq!(validated.rows.grid.height(), validated.accepted.len());
        assert_eq!(validated.rows.origins.len(), validated.accepted.len());
        assert_eq!(validated.rows.units.len(), validated.accepted.len());
    }
    validated
}

pub fn codes(validated: &Validated) -> Vec<(&str, Option<u32>)> {
    validated.verdict.findings.iter().map(|f| (f.code.as_ref(), f.place.row)).collect()
}

pub fn accepted(validated: &Validated, form: usize) -> Vec<bool> {
    validated.rows[form].accepted.clone()
}
