//! Each rule on three rows, versions, copies, held-out returns, discipline and the books.

use super::accounting::prove;
use super::arrived::Arrival;
use super::fixture::*;
use super::*;
use crate::definition::Count;
use crate::definition::reference::Due;
use crate::domain::period::{Period, day};
use crate::language::Type;
use crate::model::codes::{AmendmentRule, Code, FindingCode};
use crate::model::normalised::VersionEvidence;
use crate::model::run::UnitStatus;
use crate::model::{Amendment, Effect, FindingKey, Outcome, Place, Severity, Unreadable};
use std::collections::BTreeMap;

const GOOD: Row = (Some(0), "甲厂", "好班", "模范", Some(9));

#[test]
fn row_rules_point_at_cells_and_null_is_not_evaluated() {
    let rows = [
        (Some(0), "甲厂", "一班", "模范", Some(2)),
        (Some(0), "甲厂", "二班", "模范", None),
        (Some(2), "甲厂", "三班", "标杆", Some(60)),
        (Some(0), "甲厂", "四班", "", Some(60)),
        (Some(3), "丁厂", "五班", "模范", Some(5)),
    ];
    let validated = run(&plan(vec![]), vec![filed(0, "甲.xlsx", 0, vec![table(0, 0, 0, &rows)])]);
    assert_eq!(codes(&validated), [("too-small", Some(5)), ("unit-not-expected", Some(9)), ("big-star", Some(7))]);
    let finding = &validated.verdict.findings[0];
    assert_eq!(finding.found, "只有 2 人，2020-03成立");
    assert_eq!(finding.place.cells.iter().map(ToString::to_string).collect::<Vec<_>>(), ["F6", "D6"]);
    assert_eq!(finding.line, Some(7));
    // A county's row counts under its city.
    assert_eq!(validated.verdict.findings[2].place.unit, Some(0));
    assert_eq!(accepted(&validated, 0), [false, true, true, true, false]);
    let source = &validated.verdict.sources[0];
    assert_eq!((source.outcome, source.cause.as_str()), (Outcome::Returned, "有 2 处必改"));
    assert_eq!((source.rows.data, source.rows.accepted, source.rows.blocked), (5, 3, 2));
}

#[test]
fn duplicates_block_all_copies_and_name_the_other_place() {
    let first = [(Some(0), "甲 厂", "一班", "模范", Some(9)), (Some(0), "甲厂", "", "模范", Some(9))];
    let second = [(Some(1), "甲厂", "２班", "模范", Some(9)), (Some(1), "甲厂", "一 班", "模范", Some(9))];
    let empty_key = [(Some(1), "甲厂", "", "模范", Some(9))];
    let files = vec![
        filed(0, "甲.xlsx", 0, vec![table(0, 0, 0, &first)]),
        filed(1, "乙.xlsx", 1, vec![table(1, 0, 0, &second), table(1, 0, 1, &empty_key)]),
    ];
    let validated = run(&plan(vec![]), files);
    let found: Vec<&str> = validated.verdict.findings.iter().map(|f| f.found.as_str()).collect();
    assert_eq!(
        found,
        ["“一班”重复，另见乙.xlsx · 表“申报” · 第 7 行", "“一 班”重复，另见甲.xlsx · 表“申报” · 第 6 行",]
    );
    assert_eq!(accepted(&validated, 0), [false, true, true, false, true]);
}

#[test]
fn many_copies_are_named_three_at_most() {
    let rows: Vec<Row> = (9..15).map(|heads| (Some(0), "甲厂", "一班", "模范", Some(heads))).collect();
    let validated = run(&plan(vec![]), vec![filed(0, "甲.xlsx", 0, vec![table(0, 0, 0, &rows)])]);
    let found = &validated.verdict.findings[5].found;
    assert!(found.ends_with("第 8 行 等 5 处"), "{found}");
}

#[test]
fn lookups_present_absent_and_outstanding() {
    let rows = [
        // Matches 2020 through the code list's synonym and the brackets' other form.
        (Some(0), "甲厂(本部)", "一班", "标杆", Some(9)),
        // In the ledger of this very year only, which the filter takes out.
        (Some(0), "甲厂", "三班", "标杆", Some(9)),
        // Not concerned.
        (Some(0), "甲厂", "九班", "模范", Some(9)),
        (Some(0), "", "七班", "标杆", Some(9)),
    ];
    let file = || vec![filed(0, "甲.xlsx", 0, vec![table(0, 0, 0, &rows)])];
    let present = run(&plan(vec![lookup(true, true)]), file());
    assert_eq!(codes(&present), [("ledger", Some(6))]);
    assert_eq!(present.verdict.findings[0].found, "三班：台账 没有记载");
    assert_eq!(present.lookups[0].shown, BTreeMap::from([(0, "2020年十大标杆".to_string())]));
    // 2021 by the roster (a county of 甲市); 四班 by the workplace that a row of 甲市 names; 无名厂 by nobody.
    assert_eq!(present.lookups[0].outstanding, [(1, Some(0)), (3, Some(0)), (4, None)]);

    let absent = run(&plan(vec![lookup(false, false)]), file());
    assert_eq!(codes(&absent), [("ledger", Some(5))]);
    assert_eq!(absent.verdict.findings[0].found, "一班：台账 2020年十大标杆");
    assert_eq!(absent.lookups[0].outstanding, []);
}

#[test]
fn a_blocked_row_answers_nothing() {
    let rows = [(Some(0), "甲厂(本部)", "一班", "标杆", Some(1))];
    let file = vec![filed(0, "甲.xlsx", 0, vec![table(0, 0, 0, &rows)])];
    let validated = run(&plan(vec![lookup(true, true)]), file);
    assert!(validated.lookups[0].outstanding.contains(&(0, Some(0))));
}

/// (填报日期, mark, stamp) of two versions → what becomes of them.
#[test]
fn the_later_version_counts() {
    use Outcome::{Accepted, Returned, Superseded};
    let d = |dom| day(2026, 3, dom);
    let cases = [
        (((d(1), (0, 0), None), (d(2), (0, 0), None)), [Superseded, Accepted], vec![]),
        (((d(2), (0, 0), None), (d(1), (0, 0), None)), [Accepted, Superseded], vec![]),
        (((d(1), (0, 3), None), (d(1), (0, 2), None)), [Accepted, Superseded], vec![]),
        (((None, (2, 0), None), (d(1), (1, 0), None)), [Accepted, Superseded], vec![]),
        (((None, (0, 0), Some(5)), (None, (0, 0), Some(9))), [Superseded, Accepted], vec!["version-by-stamp"]),
        (((d(2), (0, 0), None), (d(1), (2, 0), None)), [Accepted, Superseded], vec!["version-evidence-conflict"]),
        (((d(1), (0, 0), Some(9)), (d(2), (0, 0), Some(5))), [Superseded, Accepted], vec!["version-evidence-conflict"]),
        (((d(1), (0, 0), None), (d(1), (0, 0), None)), [Returned, Returned], vec!["version-undecidable"; 2]),
        (((None, (0, 0), Some(5)), (d(1), (0, 0), Some(5))), [Returned, Returned], vec!["version-undecidable"; 2]),
    ];
    for ((a, b), outcomes, findings) in cases {
        let mut files = vec![
            filed(0, "甲1.xlsx", 0, vec![table(0, 0, 0, &[GOOD])]),
            filed(1, "甲2.xlsx", 0, vec![table(1, 0, 0, &[(Some(0), "甲厂", "好班", "模范", Some(8))])]),
        ];
        for (file, (filled_on, mark, modified)) in files.iter_mut().zip([a, b]) {
            edit(file).version = VersionEvidence { filled_on, mark, modified, ..VersionEvidence::default() };
        }
        let validated = run(&plan(vec![]), files);
        let got: Vec<Outcome> = validated.verdict.sources.iter().map(|s| s.outcome).collect();
        assert_eq!(got, outcomes, "{a:?} {b:?}");
        assert_eq!(codes(&validated).iter().map(|(code, _)| *code).collect::<Vec<_>>(), findings, "{a:?} {b:?}");
        let superseded = validated.verdict.sources.iter().find(|s| s.outcome == Superseded);
        if let Some(source) = superseded {
            assert_eq!(source.superseded_by, Some(1 - source.source.index));
            assert!(source.cause.contains("1 个单元格不同"), "{}", source.cause);
            assert_eq!((source.rows.data, source.rows.superseded), (1, 1));
        } else {
            assert_eq!(validated.verdict.rows.held, 2);
            assert_eq!(validated.rows[0].rows.grid.height(), 0);
        }
    }
}

#[test]
fn two_forms_replaced_by_one_file_are_said_once() {
    let other = |name| (Some(0), name, "", "", None);
    let both = |source| {
        vec![
            table(source, 0, 0, &[GOOD]),
            table(source, 1, 1, &[other("丙"), other(if source == 0 { "甲" } else { "乙" })]),
        ]
    };
    let mut files = vec![filed(0, "旧(2).xlsx", 0, both(0)), filed(1, "新.xlsx", 0, both(1))];
    edit(&mut files[0]).version.mark = (0, 2);
    edit(&mut files[1]).version.filled_on = day(2026, 3, 6);
    let validated = run(&plan(vec![]), files.clone());
    assert_eq!(codes(&validated), [("version-evidence-conflict", None), ("version-rows-dropped", None)]);
    assert!(
        validated.verdict.findings[1].found.contains("旧版有的 1 行（甲）"),
        "{}",
        validated.verdict.findings[1].found
    );
    let cause = &validated.verdict.sources[0].cause;
    assert_eq!(cause, "已被“新.xlsx”替代，填报日期较晚：《班组表》内容没有变化，《别的表》1 个单元格不同");

    // Undecidable in both forms: one finding a file.
    edit(&mut files[0]).version = VersionEvidence::default();
    edit(&mut files[1]).version = VersionEvidence::default();
    let validated = run(&plan(vec![]), files);
    assert_eq!(codes(&validated), [("version-undecidable", None); 2]);
}

#[test]
fn what_is_no_version_of_one_another_counts_beside_it() {
    let row = |unit, team| (Some(unit), "甲厂", team, "模范", Some(9));
    // Three files of one sender: another form, and another 推荐单位.
    let validated = run(
        &plan(vec![]),
        vec![
            filed(0, "a.xlsx", 0, vec![table(0, 0, 0, &[row(0, "一班")])]),
            filed(1, "b.xlsx", 0, vec![table(1, 1, 0, &[row(0, "")])]),
            filed(2, "c.xlsx", 0, vec![table(2, 0, 0, &[row(2, "二班")])]),
        ],
    );
    assert_eq!(validated.verdict.count(Outcome::Accepted), 3);
    assert_eq!(validated.verdict.rows.accepted, 3);
}

#[test]
fn a_later_version_of_one_form_leaves_the_other_form_alone() {
    let old = [(Some(0), "甲厂", "一班", "模范", Some(1)), (Some(2), "甲厂", "二班", "模范", Some(9))];
    let new = [(Some(0), "甲厂", "一班", "模范", Some(9))];
    let mut files = vec![
        filed(0, "旧.xlsx", 0, vec![table(0, 0, 0, &old), table(0, 1, 1, &[(Some(0), "甲厂", "", "", None)])]),
        filed(1, "新.xlsx", 0, vec![table(1, 0, 0, &new)]),
    ];
    edit(&mut files[1]).version.filled_on = day(2026, 3, 6);
    let mut blank = Finding {
        code: Code::spelled("cell-required"),
        severity: Severity::Block,
        place: Place { source: Some(0), sheet: Some(0), row: Some(5), ..Place::default() },
        found: String::new(),
        expected: "".into(),
        next: "".into(),
        line: None,
        effect: Effect::HoldsRow,
        key: FindingKey::default(),
        rules: Vec::new(),
    };
    edit(&mut files[0]).findings.push(blank.clone());
    let validated = run(&plan(vec![]), files.clone());
    // The mended row's finding is gone with it; the lost 推荐单位 is said.
    assert_eq!(codes(&validated), [("version-rows-dropped", None)]);
    assert_eq!(validated.verdict.findings[0].severity, Severity::Verify);
    let old = &validated.verdict.sources[0];
    assert_eq!(old.outcome, Outcome::Accepted);
    assert_eq!((old.rows.superseded, old.rows.accepted), (2, 1));
    assert!(old.cause.contains("原 2 行，现 1 行"), "{}", old.cause);

    // A finding on the other sheet stays.
    blank.place.sheet = Some(1);
    edit(&mut files[0]).findings.push(blank);
    let validated = run(&plan(vec![]), files);
    assert_eq!(validated.verdict.sources[0].outcome, Outcome::Returned);
    assert_eq!(accepted(&validated, 1), [false]);
}

#[test]
fn copies_count_once_and_held_returns_not_at_all() {
    let rows = |team| [(Some(0), "甲厂", team, "模范", Some(9))];
    let mut files = vec![
        filed(0, "a.xlsx", 0, vec![table(0, 0, 0, &rows("一班"))]),
        filed(1, "b.xlsx", 0, vec![table(1, 0, 0, &rows("一班"))]),
        filed(2, "c.xlsx", 1, vec![table(2, 0, 0, &rows("三班"))]),
    ];
    files[1].sha256 = files[0].sha256;
    edit(&mut files[2]).findings.push(Finding {
        code: Code::spelled("sender-unknown"),
        severity: Severity::Block,
        place: Place { source: Some(2), sheet: Some(0), ..Place::default() },
        found: "所属期是 2025 年".into(),
        expected: "".into(),
        next: "".into(),
        line: None,
        effect: Effect::HoldsReturn,
        key: FindingKey::default(),
        rules: Vec::new(),
    });
    edit(&mut files[1]).amendments.push(Amendment {
        rule: AmendmentRule::FullWidth,
        source: 1,
        sheet: 0,
        at: crate::model::CellRef { row: 5, col: 1 },
        field: "人数".into(),
        words: crate::model::finding::RawAndClean::new("９", "9"),
    });
    let validated = run(&plan(vec![]), files);
    let got: Vec<Outcome> = validated.verdict.sources.iter().map(|s| s.outcome).collect();
    assert_eq!(got, [Outcome::Accepted, Outcome::Superseded, Outcome::Returned]);
    let rows = validated.verdict.rows;
    assert_eq!((rows.data, rows.accepted, rows.superseded, rows.held), (3, 1, 1, 1));
    assert!(validated.verdict.sources[2].cause.ends_with("整份不计：所属期是 2025 年"));
    assert!(validated.verdict.amendments.is_empty());
}

#[test]
fn whole_returns_hold_the_other_rows_out() {
    let mut plan = plan(vec![]);
    plan.count = Count::WholeReturns;
    let rows = [(Some(0), "甲厂", "一班", "模范", Some(1)), (Some(0), "甲厂", "二班", "模范", Some(9))];
    let validated = run(&plan, vec![filed(0, "a.xlsx", 0, vec![table(0, 0, 0, &rows)])]);
    let rows = validated.verdict.rows;
    assert_eq!((rows.accepted, rows.blocked, rows.held), (0, 1, 1));
}

#[test]
fn discipline_takes_the_best_of_a_unit() {
    let row = |unit, team| [(Some(unit), "甲厂", team, "模范", Some(9))];
    let mut files = vec![
        // Filed on the Monday after the due Friday: one working day late, within grace.
        filed(0, "a.xlsx", 0, vec![table(0, 0, 0, &row(0, "一班"))]),
        arrival(
            1,
            "乙.xlsx",
            Arrival::Unreadable(Unreadable {
                code: FindingCode::FileDamaged, cause: "坏".into(), next: "重发".into()
            }),
        ),
        arrival(2, "照片.jpg", Arrival::Unrecognised("是图片".into())),
        arrival(3, "Thumbs.db", Arrival::Ignored("系统文件".into())),
    ];
    edit(&mut files[0]).version.filled_on = day(2026, 3, 9);
    files[1].named_unit = Some(1);
    let validated = run(&plan(vec![]), files.clone());
    let units: Vec<_> = validated.verdict.units.iter().map(|u| (u.unit, u.status, u.sources.clone())).collect();
    let late = UnitStatus::Late { days: 1, overdue: false };
    assert_eq!(units, [(0, late, vec![0]), (1, UnitStatus::Unreadable, vec![1])]);
    assert_eq!(validated.verdict.sources[0].late_days, 1);

    // 甲市's file also holds a row that 乙市 recommends; no cover date, and a stamp of 00:30 on the 11th in Beijing.
    let moment = i64::from(day(2026, 3, 10).unwrap()) * 86_400 + 16 * 3600 + 1800;
    let both = [(Some(0), "甲厂", "一班", "模范", Some(9)), (Some(1), "甲厂", "二班", "模范", Some(9))];
    files[0] = filed(0, "a.xlsx", 0, vec![table(0, 0, 0, &both)]);
    edit(&mut files[0]).version = VersionEvidence { modified: Some(moment), ..VersionEvidence::default() };
    let validated = run(&plan(vec![]), files);
    // A stamp moves when a file is copied: it is told, and nobody is late by it.
    assert!(validated.verdict.units.iter().all(|unit| unit.status == UnitStatus::Undated));
    assert!(validated.verdict.units[0].by_stamp && validated.verdict.units[0].received == day(2026, 3, 11));
    assert_eq!(validated.verdict.units[1].sources, [0, 1]);
}

#[test]
fn what_is_filed_before_the_opening_is_remarked_on_and_without_a_due_date_nobody_is_in_time() {
    let mut files = vec![filed(0, "a.xlsx", 0, vec![table(0, 0, 0, &[GOOD])])];
    edit(&mut files[0]).version.filled_on = day(2026, 2, 27);
    let mut reference = reference();
    let mut standing = |opens, dated| {
        reference.due = Some(Due { opens, due: day(2026, 3, 6).unwrap(), grace: None }).filter(|_| dated);
        let period = Period::parse("2026").unwrap();
        let (plan, history) = (plan(vec![]), crate::history::History::open(None, &plan(vec![]), &reference, &period));
        let decisions = crate::model::decision::Decisions::default();
        let against =
            Yardstick { plan: &plan, reference: &reference, period: &period, history: &history, decisions: &decisions };
        let verdict = validate(against, files.clone()).verdict;
        let codes: Vec<String> = verdict.findings.iter().map(|finding| finding.code.to_string()).collect();
        (verdict.units[0].status, codes)
    };
    assert_eq!(standing(day(2026, 2, 27), true), (UnitStatus::OnTime, vec![]), "the first day is open");
    let early = standing(day(2026, 2, 28), true);
    assert_eq!(early, (UnitStatus::OnTime, vec!["filed-before-open".to_owned()]), "it counts all the same");
    assert_eq!(standing(None, true), (UnitStatus::OnTime, vec![]));
    assert_eq!(standing(day(2026, 2, 28), false), (UnitStatus::Undated, vec![]));
}

#[test]
fn accounts_that_do_not_add_up_are_refused() {
    let mut verdict = run(&plan(vec![]), vec![filed(0, "a.xlsx", 0, vec![table(0, 0, 0, &[GOOD])])]).verdict;
    // Each fault alone, in accounts that hold without it.
    assert_eq!(prove(&verdict), Ok(()));
    verdict.rows.accepted += 1;
    assert!(prove(&verdict).is_err());
    verdict.rows.accepted -= 1;
    assert_eq!(prove(&verdict), Ok(()));
    verdict.sources[0].sheets[0].totals = 1;
    assert!(prove(&verdict).is_err());
    verdict.sources[0].sheets[0].totals = 0;
    assert_eq!(prove(&verdict), Ok(()));
    verdict.sources[0].sheets[0].data = 0;
    assert!(prove(&verdict).is_err());
}

#[test]
fn an_empty_run_is_a_run() {
    let validated = run(&plan(vec![lookup(true, true)]), vec![]);
    assert_eq!(validated.verdict.units.len(), 2);
    assert!(validated.verdict.units.iter().all(|unit| unit.status == UnitStatus::Missing));
    assert_eq!(validated.lookups[0].outstanding.len(), 4);
}

#[test]
fn a_group_is_judged_as_a_whole() {
    let rows = [
        (Some(0), "甲厂", "一班", "模范", Some(9)),
        (Some(0), "乙厂", "二班", "模范", Some(9)),
        (Some(0), "甲 厂", "三班", "模范", None),
        (Some(1), "甲厂", "四班", "模范", Some(12)),
        (Some(1), "", "五班", "模范", Some(99)),
        (Some(1), "丙厂", "六班", "模范", None),
    ];
    let value = |name: &str, kind, of: &str, wanted| crate::definition::GroupValue {
        name: name.into(),
        kind,
        of: sql_of(of, &COLUMNS, wanted),
    };
    let names = [("所在单位", Type::Text), ("总人数", Type::Integer), ("队数", Type::Integer)];
    let mut plan = plan(vec![]);
    let mut rule = crate::definition::GroupRule {
        code: "crowd".into(),
        severity: Severity::Block,
        effect: Effect::HoldsRow,
        trial: false,
        by: vec![WORKPLACE],
        when: None,
        values: vec![
            value("总人数", crate::definition::GroupKind::Sum, "人数", Type::Integer),
            value("队数", crate::definition::GroupKind::Count, "人数 > 0", Type::Boolean),
        ],
        check: sql("总人数 <= 20 AND 所在单位 <> '某厂'", &names),
        found: template("{所在单位}{行数}行{队数}队{总人数}人"),
        expected: template("20 人"),
        next: template("请核对"),
        cells: vec![HEADS],
        line: 9,
    };
    plan.forms[0].groups = vec![rule.clone()];
    let files = || vec![filed(0, "甲.xlsx", 0, vec![table(0, 0, 0, &rows)])];
    let blocked = run(&plan, files());
    let said = |validated: &Validated| -> Vec<String> {
        let found = validated.verdict.findings.iter().filter(|finding| &*finding.code == "crowd");
        found.map(|finding| finding.found.clone()).collect()
    };
    // Two spellings are one group; a row without a key is in none; over nothing but NULL the rule is not evaluated.
    assert_eq!(said(&blocked), ["甲厂3行2队21人", "甲 厂3行2队21人", "甲厂3行2队21人"]);
    assert_eq!(accepted(&blocked, 0), [false, true, false, false, true, true]);
    (rule.severity, rule.effect) = (Severity::Verify, Effect::Counts);
    rule.when = Some(sql("人数 > 9 OR 人数 IS NULL", &COLUMNS));
    plan.forms[0].groups = vec![rule.clone()];
    assert_eq!(said(&run(&plan, files())), Vec::<String>::new());
    rule.when = None;
    plan.forms[0].groups = vec![rule];
    let doubted = run(&plan, files());
    assert_eq!((said(&doubted).len(), accepted(&doubted, 0)), (1, vec![true; 6]));
}
