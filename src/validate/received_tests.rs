//! The ledger of returns, the cells that changed, structure drift and unknown names, on a few rows each.

use super::arrived::Arrival;
use super::fixture::*;
use super::*;
use crate::domain::period::day;
use crate::model::codes::Code;
use crate::model::drift::DriftKind;
use crate::model::ledger::{ChangeKind, Difference, Shown, Standing};
use crate::model::normalised::{NearMiss, UnknownUnit, VersionEvidence};
use crate::model::{CellRef, Effect, FindingKey, Place, Severity};
use std::sync::Arc;

fn team(name: &str, heads: Option<i64>) -> Row<'_> {
    (Some(0), "甲厂", name, "模范", heads)
}

/// (field, old, new, old cell, new cell) of the changed cells.
fn cells(difference: &Difference) -> Vec<(u16, Shown, Shown, String, String)> {
    let cells = difference.changes.iter().filter(|change| change.kind == ChangeKind::Cell);
    cells
        .map(|change| {
            let (old, new) = (change.old.clone().unwrap(), change.new.clone().unwrap());
            let at = |at: Option<CellRef>| at.unwrap().to_string();
            (change.field.unwrap(), old.value, new.value, at(old.at), at(new.at))
        })
        .collect()
}

fn value(text: &str) -> Shown {
    Shown::Value(text.into())
}

#[test]
fn changed_cells_are_found_by_the_key_however_rows_moved() {
    let old = [team("一班", Some(9)), team("二班", Some(5)), team("四班", Some(7))];
    // Another order, a space in a name that means nothing, one row gone and one new.
    let new = [team("三班", Some(4)), team("二 班", Some(6)), team("一班", Some(9))];
    let mut files =
        vec![filed(0, "旧.xlsx", 0, vec![table(0, 0, 0, &old)]), filed(1, "新.xlsx", 0, vec![table(1, 0, 0, &new)])];
    edit(&mut files[1]).version.filled_on = day(2026, 3, 6);
    let verdict = run(&plan(vec![]), files).verdict;
    let [difference] = verdict.ledger.differences.as_slice() else { panic!("{:?}", verdict.ledger.differences) };
    assert_eq!((difference.earlier, difference.later.as_slice(), difference.decided), (0, &[1][..], true));
    assert_eq!(cells(difference), [(HEADS as u16, value("5"), value("6"), "F7".into(), "F7".into())]);
    let kinds: Vec<ChangeKind> = difference.changes.iter().map(|change| change.kind).collect();
    assert_eq!(kinds, [ChangeKind::Cell, ChangeKind::RowDropped, ChangeKind::RowAdded]);
    assert_eq!(difference.changes[1].row, [(WORKPLACE as u16, "甲厂".into()), (TEAM as u16, "四班".into())]);
    assert_eq!(difference.changes[2].new.as_ref().map(|side| side.row), Some(5));

    let standing: Vec<_> = verdict.ledger.versions.iter().map(|v| (v.source, v.standing, v.why.as_ref())).collect();
    assert_eq!(
        standing,
        [
            (0, Standing::Superseded, "已被“新.xlsx”替代，填报日期较晚"),
            (1, Standing::Counts, "填报日期较晚，代替“旧.xlsx”"),
        ]
    );
    assert!(verdict.sources[0].cause.contains("少 1 行，多 1 行，1 个单元格不同"), "{}", verdict.sources[0].cause);
}

#[test]
fn undecidable_versions_list_their_differences() {
    let mut files = vec![
        filed(0, "a.xlsx", 0, vec![table(0, 0, 0, &[team("一班", Some(9))])]),
        filed(1, "b.xlsx", 0, vec![table(1, 0, 0, &[team("一班", Some(8))])]),
        filed(2, "c.xlsx", 0, vec![table(2, 0, 0, &[team("一班", None)])]),
    ];
    files.iter_mut().for_each(|file| edit(file).version = VersionEvidence::default());
    let ledger = run(&plan(vec![]), files).verdict.ledger;
    assert!(ledger.versions.iter().all(|version| version.standing == Standing::Undecided));
    assert!(ledger.versions[0].why.contains("“b.xlsx”、“c.xlsx”"), "{}", ledger.versions[0].why);
    let pairs: Vec<_> = ledger.differences.iter().map(|one| (one.earlier, one.later.clone(), one.decided)).collect();
    assert_eq!(pairs, [(0, vec![1], false), (0, vec![2], false)]);
    assert_eq!(cells(&ledger.differences[0])[0].1, value("9"));
    assert_eq!(cells(&ledger.differences[1])[0].2, Shown::Nothing);
}

/// Versions of one unit, each with other figures on all its rows: a template sent on with the unit filled in.
fn versions(count: u32, rows: usize) -> Vec<Arrived> {
    let names: Vec<String> = (0..rows).map(|row| format!("{row}班")).collect();
    let version = |n: u32| {
        let rows: Vec<Row<'_>> = names.iter().map(|name| team(name, Some(i64::from(n) + 10))).collect();
        let mut file = filed(n, &format!("{n}.xlsx"), 0, vec![table(n, 0, 0, &rows)]);
        edit(&mut file).version.filled_on = day(2026, 3, 6).map(|day| day + n as i32);
        file
    };
    (0..count).map(version).collect()
}

#[test]
fn every_change_is_counted_and_the_first_are_listed() {
    let verdict = run(&plan(vec![]), versions(2, 300)).verdict;
    let [difference] = verdict.ledger.differences.as_slice() else { panic!("{:?}", verdict.ledger.differences) };
    assert_eq!((difference.counts.cells, difference.counts.all()), (300, 300));
    assert_eq!((difference.changes.len(), difference.unlisted()), (200, 100));
    assert!(verdict.sources[0].cause.contains("300 个单元格不同"), "{}", verdict.sources[0].cause);
}

#[test]
fn what_is_listed_of_one_unit_does_not_grow_with_its_versions() {
    let listed = |count| -> usize {
        let differences = run(&plan(vec![]), versions(count, 150)).verdict.ledger.differences;
        assert!(differences.iter().all(|difference| difference.counts.cells == 150), "all are counted");
        differences.iter().map(|difference| difference.changes.len()).sum()
    };
    assert_eq!((listed(20), listed(40)), (2_000, 2_000));
}

/// A template sent on with other records in it each time: nothing recurs, and all count.
#[test]
fn returns_that_have_nothing_in_common_are_not_compared_each_with_each() {
    let work = |count: u32| {
        let file = |n: u32| {
            let names: Vec<String> = (0..20).map(|row| format!("{n}之{row}班")).collect();
            let works: Vec<String> = (0..20).map(|row| format!("{row}之{n}厂")).collect();
            let row = |at: usize| {
                (Some(0), works[at].as_str(), names[at].as_str(), "模范", Some(i64::from(n) * 100 + at as i64 + 10))
            };
            let rows: Vec<Row<'_>> = (0..20).map(row).collect();
            filed(n, &format!("{n}.xlsx"), 0, vec![table(n, 0, 0, &rows)])
        };
        super::kinship::work::COMPARED.with(|compared| compared.set(0));
        let verdict = run(&plan(vec![]), (0..count).map(file).collect()).verdict;
        assert_eq!(verdict.rows.accepted, u64::from(count) * 20);
        super::kinship::work::COMPARED.with(std::cell::Cell::get)
    };
    let (one, two) = (work(30), work(60));
    assert!(two * 10 <= one.max(60) * 23, "{one} comparisons, then {two}");
}

/// A template sent on with each record under another name: every two returns are alike, and a record or two tells it.
#[test]
fn that_two_returns_are_alike_is_told_by_few_of_their_records() {
    let (count, rows) = (40, 30);
    let file = |n: u32| {
        let names: Vec<String> = (0..rows).map(|row| format!("{n}之{row}班")).collect();
        let works: Vec<String> = (0..rows).map(|row| format!("{row}厂")).collect();
        let row = |at: usize| (Some(0), works[at].as_str(), names[at].as_str(), "模范", Some(at as i64 + 10));
        let rows: Vec<Row<'_>> = (0..rows).map(row).collect();
        let mut file = filed(n, &format!("{n}.xlsx"), 0, vec![table(n, 0, 0, &rows)]);
        edit(&mut file).version.filled_on = day(2026, 3, 6).map(|day| day + n as i32);
        file
    };
    super::kinship::work::RECORDS.with(|compared| compared.set(0));
    let verdict = run(&plan(vec![]), (0..count).map(file).collect()).verdict;
    assert_eq!(verdict.rows.accepted, rows as u64, "the last counts");
    let compared = super::kinship::work::RECORDS.with(std::cell::Cell::get);
    let (returns, pairs) = (count as usize, (count * (count - 1) / 2) as usize);
    // Within each return all with all, once; what the last has of each other one, twice; and of every two a few.
    let most = 3 * returns * rows * rows + 4 * pairs;
    assert!(compared <= most, "{compared} pairs of records, {most} would do");
}

/// Of many returns too, those that have a record in common are found, even where it was corrected.
#[test]
fn versions_are_found_among_many_returns() {
    let file = |n: u32, heads: i64| {
        let name = format!("{n}班");
        let works = format!("{n}厂");
        let mut file =
            filed(n, &format!("{n}.xlsx"), 0, vec![table(n, 0, 0, &[(Some(0), &works, &name, "模范", Some(heads))])]);
        edit(&mut file).version.filled_on = day(2026, 3, 6).map(|day| day + n as i32);
        file
    };
    let mut files: Vec<Arrived> = (0..30).map(|n| file(n, 10 + i64::from(n))).collect();
    let mut again = file(7, 99);
    again.source.index = 30;
    edit(&mut again).version.filled_on = day(2026, 5, 6);
    edit(&mut again).source = 30;
    for table in &mut edit(&mut again).tables {
        table.change().unwrap().origins.iter_mut().for_each(|origin| origin.source = 30);
    }
    again.sha256 = Some([9; 32]);
    files.push(again);
    let ledger = run(&plan(vec![]), files).verdict.ledger;
    let superseded = ledger.versions.iter().filter(|version| version.standing == Standing::Superseded);
    assert_eq!(superseded.map(|version| version.source).collect::<Vec<_>>(), [7]);
}

#[test]
fn comparisons_look_at_the_files_concerned_and_at_no_other() {
    let work = |units: u32| {
        let pair = |unit: u32| {
            let file = |source: u32| {
                filed(source, "x.xlsx", 0, vec![table(source, 0, 0, &[team("一班", Some(source.into()))])])
            };
            let mut pair = [file(2 * unit), file(2 * unit + 1)];
            for (at, file) in pair.iter_mut().enumerate() {
                let returned = edit(file);
                returned.version.filled_on = day(2026, 3, 6).map(|day| day + at as i32);
                returned.sender.as_mut().unwrap().unit = unit;
            }
            pair
        };
        super::changes::work::LOOKED_AT.with(|looked| looked.set(0));
        run(&plan(vec![]), (0..units).flat_map(pair).collect());
        super::changes::work::LOOKED_AT.with(std::cell::Cell::get)
    };
    assert_eq!((work(20), work(40)), (40, 80));
}

#[test]
fn a_version_split_over_two_files_loses_no_rows() {
    let old = [team("一班", Some(9)), (Some(2), "乙厂", "二班", "模范", Some(9))];
    let mut files = vec![
        filed(0, "旧.xlsx", 0, vec![table(0, 0, 0, &old)]),
        filed(1, "新一.xlsx", 0, vec![table(1, 0, 0, &old[..1])]),
        filed(2, "新二.xlsx", 0, vec![table(2, 0, 0, &old[1..])]),
    ];
    edit(&mut files[1]).version.filled_on = day(2026, 3, 6);
    edit(&mut files[2]).version.filled_on = day(2026, 3, 6);
    let validated = run(&plan(vec![]), files);
    assert_eq!(codes(&validated), []);
    let ledger = &validated.verdict.ledger;
    assert_eq!(ledger.differences[0].later, [1, 2]);
    assert_eq!(ledger.differences[0].changes, []);
    assert_eq!(validated.verdict.rows.accepted, 2);
    assert!(ledger.versions[2].why.contains("各报各的推荐单位"), "{}", ledger.versions[2].why);
}

#[test]
fn cells_that_could_not_be_read_differ_by_what_was_said_of_them() {
    let unread = |source, words: &str| Finding {
        code: Code::spelled("number-unclear"),
        severity: Severity::Block,
        place: Place {
            source: Some(source),
            sheet: Some(0),
            row: Some(5),
            cells: vec![CellRef { row: 5, col: 5 }],
            unit: None,
        },
        found: words.into(),
        expected: "".into(),
        next: "".into(),
        line: None,
        effect: Effect::Counts,
        key: FindingKey::default(),
        rules: Vec::new(),
    };
    let mut files = vec![
        filed(0, "旧.xlsx", 0, vec![table(0, 0, 0, &[team("一班", None)])]),
        filed(1, "新.xlsx", 0, vec![table(1, 0, 0, &[team("一班", None)])]),
    ];
    edit(&mut files[1]).version.filled_on = day(2026, 3, 6);
    edit(&mut files[0]).findings.push(unread(0, "“人数”填的是“约9”"));
    edit(&mut files[1]).findings.push(unread(1, "“人数”填的是“近9”"));
    let ledger = run(&plan(vec![]), files).verdict.ledger;
    let cells = cells(&ledger.differences[0]);
    assert_eq!(cells.len(), 1, "both are nothing as values, and yet not the same");
    assert_eq!(cells[0].2, Shown::Unread("“人数”填的是“近9”".into()));
}

#[test]
fn every_way_of_not_counting_has_its_standing() {
    let mut files = vec![
        filed(0, "甲.xlsx", 0, vec![table(0, 0, 0, &[team("一班", Some(9))]), table(0, 1, 1, &[])]),
        filed(1, "甲副本.xlsx", 0, vec![table(1, 0, 0, &[team("一班", Some(9))])]),
        filed(2, "乙.xlsx", 1, vec![table(2, 0, 0, &[(Some(1), "乙厂", "三班", "模范", Some(9))])]),
        filed(3, "丙.xlsx", 2, vec![table(3, 0, 0, &[(Some(2), "丙厂", "五班", "模范", Some(9))])]),
    ];
    files[1].sha256 = files[0].sha256;
    let held = edit(&mut files[2]);
    held.findings.push(Finding {
        code: Code::spelled("sender-unknown"),
        severity: Severity::Block,
        place: Place { source: Some(2), ..Place::default() },
        found: "所属期是 2025 年".into(),
        expected: "".into(),
        next: "".into(),
        line: None,
        effect: Effect::HoldsReturn,
        key: FindingKey::default(),
        rules: Vec::new(),
    });
    let hidden = edit(&mut files[3]);
    hidden.tables.clear();
    hidden.sheets[0].not_counted = Some("隐藏的工作表".into());
    let ledger = run(&plan(vec![]), files).verdict.ledger;
    let got: Vec<_> = ledger.versions.iter().map(|v| (v.source, v.form, v.standing)).collect();
    assert_eq!(
        got,
        [
            (0, 0, Standing::Counts),
            (1, 0, Standing::Copy),
            (0, 1, Standing::Empty),
            (2, 0, Standing::Held),
            (3, 0, Standing::NotCounted),
        ]
    );
    assert!(ledger.versions[3].why.contains("所属期是 2025 年"));
}

#[test]
fn headers_that_many_units_changed_make_a_pattern() {
    let mut files: Vec<Arrived> = (0..4)
        .map(|at| {
            filed(at, &format!("{at}.xlsx"), at, vec![table(at, 0, 0, &[(Some(at), "甲厂", "一班", "模范", Some(9))])])
        })
        .collect();
    for file in &mut files[..3] {
        let binding = Arc::make_mut(&mut edit(file).bindings[0]);
        binding.columns[HEADS] = None;
        binding.extra = vec![(5, "班组人数（人）".into())];
    }
    let other = Arc::make_mut(&mut edit(&mut files[3]).bindings[0]);
    // Only a remark in brackets, and another word.
    other.renamed = vec![(HEADS as u16, "人数（人）".into()), (WORKPLACE as u16, "企业名称（全称）".into())];
    let drift = run(&plan(vec![]), files).verdict.drift;
    let got: Vec<_> = drift.patterns.iter().map(|p| (p.kind, p.field, p.header.as_str(), p.units.as_slice())).collect();
    assert_eq!(
        got,
        [
            (DriftKind::MissingRequired, Some(HEADS as u16), "", &[0, 1, 2][..]),
            (DriftKind::Extra, None, "班组人数（人）", &[0, 1, 2][..]),
            (DriftKind::Renamed, Some(WORKPLACE as u16), "企业名称（全称）", &[3][..]),
        ]
    );
    let advice = drift.patterns[1].advice.as_ref().expect("the missing field looks like it");
    assert_eq!((advice.field, advice.also.as_str()), (HEADS as u16, "also = [\"班组人数（人）\"]"));
    assert_eq!(drift.cases.len(), 7);
    // The header's last row, and the extra column.
    assert_eq!(drift.cases[1].at.map(|at| at.to_string()).as_deref(), Some("F5"));
}

#[test]
fn a_header_beside_the_field_it_resembles_is_no_alias_of_it() {
    let mut file = filed(0, "甲.xlsx", 0, vec![table(0, 0, 0, &[team("一班", Some(9))])]);
    Arc::make_mut(&mut edit(&mut file).bindings[0]).extra = vec![(9, "班组人数".into())];
    let drift = run(&plan(vec![]), vec![file]).verdict.drift;
    assert_eq!(drift.patterns.len(), 1);
    assert_eq!(drift.patterns[0].advice, None);
}

#[test]
fn near_misses_drift_and_replaced_returns_do_not() {
    let near = |bound| NearMiss {
        row: 0,
        form: 0,
        sheet: 0,
        sheet_name: "申报".into(),
        bound,
        missing: vec![TEAM as u16],
        extra: vec![(CellRef { row: 2, col: 3 }, "班组名称全称".into())],
    };
    let mut files = vec![
        arrival(0, "像.xlsx", Arrival::Unrecognised("没有找到表式".into())),
        arrival(1, "通讯录.xlsx", Arrival::Unrecognised("没有找到表式".into())),
        filed(2, "旧.xlsx", 0, vec![table(2, 0, 0, &[team("一班", Some(9))])]),
        filed(3, "新.xlsx", 0, vec![table(3, 0, 0, &[team("一班", Some(9))])]),
    ];
    (files[0].near_misses, files[1].near_misses) = (vec![near(3)], vec![near(2)]);
    Arc::make_mut(&mut edit(&mut files[2]).bindings[0]).columns[HEADS] = None;
    edit(&mut files[3]).version.filled_on = day(2026, 3, 6);
    let drift = run(&plan(vec![]), files).verdict.drift;
    let got: Vec<_> = drift.patterns.iter().map(|p| (p.kind, p.field, p.sources.as_slice())).collect();
    assert_eq!(got, [(DriftKind::NearMiss, Some(TEAM as u16), &[0][..]), (DriftKind::Extra, None, &[0][..])]);
    assert_eq!(drift.patterns[1].advice.as_ref().map(|advice| advice.field), Some(TEAM as u16));
}

#[test]
fn unknown_names_gather_over_files_without_what_was_replaced() {
    let unknown = |written: &str, row| UnknownUnit { written: written.into(), sheet: 0, at: CellRef { row, col: 1 } };
    let mut files = vec![
        filed(0, "旧.xlsx", 0, vec![table(0, 0, 0, &[team("一班", Some(9))])]),
        filed(1, "新.xlsx", 0, vec![table(1, 0, 0, &[team("一班", Some(9))])]),
        filed(2, "乙.xlsx", 1, vec![table(2, 0, 0, &[(Some(1), "乙厂", "三班", "模范", Some(9))])]),
    ];
    edit(&mut files[1]).version.filled_on = day(2026, 3, 6);
    edit(&mut files[0]).unknown_units = vec![unknown("没人", 5)];
    edit(&mut files[1]).unknown_units = vec![unknown("甲市市", 5), unknown("甲 市市", 6)];
    edit(&mut files[2]).unknown_units = vec![unknown("甲市市", 5)];
    let on = |row| Finding {
        code: crate::model::codes::FindingCode::UnitUnknown.into(),
        severity: Severity::Block,
        place: Place {
            source: Some(2),
            sheet: Some(0),
            row: Some(row),
            cells: vec![CellRef { row, col: 1 }],
            unit: None,
        },
        found: String::new(),
        expected: "填单位名册中的单位".into(),
        next: "".into(),
        line: None,
        effect: Effect::HoldsRow,
        key: FindingKey::default(),
        rules: Vec::new(),
    };
    edit(&mut files[2]).findings.extend([on(5), on(6)]);
    let verdict = run(&plan(vec![]), files).verdict;
    let names = verdict.unknown_names;
    assert_eq!(names.len(), 1);
    let expected = verdict.findings.iter().map(|finding| &*finding.expected);
    let expected: Vec<&str> = expected.filter(|expected| expected.starts_with('填')).collect();
    assert_eq!(expected, ["填单位名册中的单位，名称相近的有：甲市", "填单位名册中的单位"]);
    assert_eq!((names[0].written.as_str(), names[0].similar.first()), ("甲市市", Some(&0)));
    let places: Vec<(u32, u32)> = names[0].places.iter().map(|(source, _, at)| (*source, at.row)).collect();
    assert_eq!(places, [(1, 5), (1, 6), (2, 5)]);
}
