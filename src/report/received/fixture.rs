//! For tests: a ledger with one superseded version, headers that four units changed, and names that nobody knows.

use crate::definition::FieldType;
use crate::domain::period::day;
use crate::model::CellRef;
use crate::model::drift::{Advice, Drift, DriftCase, DriftKind, Pattern};
use crate::model::ledger::{
    ChangeCounts, ChangeKind, Difference, Ledger, Shown, Side, Standing, Version, VersionChange,
};
use crate::model::normalised::VersionEvidence;
use crate::model::run::UnknownName;
use crate::report::fixture::ID;
use crate::report::fixture::definition::plan;

/// 淮北 sent two versions; the later one counts.
pub fn ledger() -> Ledger {
    let version = |source, standing, why: &'static str| Version {
        unit: Some(1),
        form: 0,
        source,
        evidence: VersionEvidence {
            filled_on: day(2026, 3, 5),
            mark: (2, 3),
            modified: Some(1_770_000_000),
            ..VersionEvidence::default()
        },
        rows: 4,
        standing,
        why: why.into(),
    };
    let side = |source, value: &str| {
        let at = Some(CellRef { row: 6, col: 6 });
        Some(Side { source, sheet: 0, row: 6, at, value: Shown::Value(value.to_owned()) })
    };
    let id_field = plan().forms[0].fields.iter().position(|field| field.ty == FieldType::IdNumber);
    let id_field = id_field.unwrap() as u16;
    let change = |field, old, new| VersionChange {
        kind: ChangeKind::Cell,
        row: vec![(id_field, ID.to_owned())],
        field: Some(field),
        old: side(5, old),
        new: side(1, new),
    };
    Ledger {
        versions: vec![
            version(1, Standing::Counts, "填报日期较晚，代替“合肥/旧.xlsx”"),
            version(5, Standing::Superseded, "已被“淮北.xls”替代，填报日期较晚"),
        ],
        differences: vec![Difference {
            unit: 1,
            form: 0,
            earlier: 5,
            later: vec![1],
            decided: true,
            counts: ChangeCounts { cells: 2, ..ChangeCounts::default() },
            changes: vec![change(id_field, "1101051949123100", ID), change(0, "旧单位", "新单位")],
        }],
    }
}

/// Four units write 电话 beside the form's columns, and lack its last one.
pub fn drift() -> Drift {
    let case = |unit, kind, field, header: &str| DriftCase {
        unit: Some(unit),
        source: 0,
        sheet: 0,
        sheet_name: "推荐个人".into(),
        form: 0,
        kind,
        field,
        header: header.to_owned(),
        at: (!header.is_empty()).then_some(CellRef { row: 3, col: 15 }),
    };
    let pattern = |kind, field, header: &str| Pattern {
        form: 0,
        kind,
        field,
        header: header.to_owned(),
        units: vec![0, 1, 2, 3],
        sources: vec![0, 1, 2],
        advice: field.is_none().then(|| Advice { field: 1, line: 7, also: "also = [\"电话\"]".to_owned() }),
    };
    Drift {
        patterns: vec![pattern(DriftKind::MissingRequired, Some(1), ""), pattern(DriftKind::Extra, None, "电话")],
        cases: (0..4)
            .flat_map(|unit| {
                [case(unit, DriftKind::MissingRequired, Some(1), ""), case(unit, DriftKind::Extra, None, "电话")]
            })
            .collect(),
    }
}

pub fn unknown_names() -> Vec<UnknownName> {
    let place = (2, 0, CellRef { row: 6, col: 1 });
    let name = |written: &str, similar| UnknownName { written: written.to_owned(), similar, places: vec![place; 4] };
    vec![name("合淝市总工会", vec![0, 1]), name("某某集团", vec![])]
}
