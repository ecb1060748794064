//! Records whose names may be two spellings of one: who is asked about, beside whom, and who is not.

use super::fixture::*;
use super::*;
use crate::definition::Plan;
use crate::model::Severity;

const ALIKE: &str = "record-spelled-alike";

fn team(unit: u32, workplace: &'static str, name: &'static str) -> Row<'static> {
    (Some(unit), workplace, name, "模范", Some(9))
}

/// The small province where a team may be sent once, by whomever.
fn unique() -> Plan {
    plan(vec![])
}

/// The same where only its key tells a record, within what one sender sends.
fn keyed() -> Plan {
    let mut plan = plan(vec![]);
    plan.forms[0].unique.clear();
    plan.forms[0].key = vec![WORKPLACE, TEAM];
    plan
}

/// The rows that are asked about, with what is said of each.
fn asked(validated: &Validated) -> Vec<(u32, String)> {
    let findings = validated.verdict.findings.iter().filter(|one| &*one.code == ALIKE);
    findings.map(|one| (one.place.row.unwrap_or_default(), one.found.clone())).collect()
}

#[test]
fn both_are_asked_about_each_names_the_other_and_both_count() {
    let files = vec![
        filed(0, "甲.xlsx", 0, vec![table(0, 0, 0, &[team(0, "甲机械有限公司", "一班")])]),
        filed(1, "乙.xlsx", 1, vec![table(1, 0, 0, &[team(1, "甲机械有限责任公司", "一班")])]),
    ];
    let validated = run(&unique(), files);
    let said = asked(&validated);
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(
        said[0].1.starts_with("“甲机械有限公司、一班”和乙.xlsx") && said[0].1.contains("甲机械有限责任公司"),
        "{said:?}"
    );
    assert!(said[1].1.starts_with("“甲机械有限责任公司、一班”和甲.xlsx"), "{said:?}");
    let findings = &validated.verdict.findings;
    assert!(findings.iter().all(|one| one.severity == Severity::Verify), "{findings:?}");
    assert_eq!(accepted(&validated, 0), [true, true]);
}

#[test]
fn where_a_key_alone_tells_records_other_senders_say_nothing() {
    let rows = [team(0, "甲机械有限公司", "一班"), team(0, "甲机械有限责任公司", "一班")];
    let together = run(&keyed(), vec![filed(0, "甲.xlsx", 0, vec![table(0, 0, 0, &rows)])]);
    assert_eq!(asked(&together).len(), 2);
    let apart = vec![
        filed(0, "甲.xlsx", 0, vec![table(0, 0, 0, &rows[..1])]),
        filed(1, "乙.xlsx", 1, vec![table(1, 0, 0, &[team(1, "甲机械有限责任公司", "一班")])]),
    ];
    assert_eq!(asked(&run(&keyed(), apart)), []);
}

#[test]
fn an_addition_is_held_against_the_plain_name_and_not_against_another_addition() {
    let rows = [team(0, "甲厂", "装配班"), team(0, "甲厂", "装配班（机加）"), team(0, "甲厂", "装配班（焊接）")];
    let of = |rows: &[Row<'_>]| asked(&run(&unique(), vec![filed(0, "甲.xlsx", 0, vec![table(0, 0, 0, rows)])]));
    assert_eq!(of(&rows[1..]), [], "two teams with two names");
    let said = of(&rows);
    assert_eq!(said.len(), 3, "{said:?}");
    assert!(said[0].1.contains("（机加）") && said[0].1.contains("（焊接）"), "{said:?}");
    assert!(!said[1].1.contains("（焊接）") && !said[2].1.contains("（机加）"), "{said:?}");
    // What tells apart in brackets is no addition, and one name in two workplaces is two.
    assert_eq!(of(&[team(0, "甲厂", "焊工竞赛（初赛）"), team(0, "甲厂", "焊工竞赛（决赛）")]), []);
    assert_eq!(of(&[team(0, "甲厂", "装配班（机加）"), team(0, "乙厂", "装配班")]), []);
}

#[test]
fn surely_one_spelling_is_not_asked_about_here() {
    let rows = [team(0, "甲厂", "一班"), team(0, "甲厂", "1班"), team(0, "甲厂", "“一班”")];
    for plan in [unique(), keyed()] {
        let validated = run(&plan, vec![filed(0, "甲.xlsx", 0, vec![table(0, 0, 0, &rows)])]);
        assert_eq!(asked(&validated), []);
        assert!(!validated.verdict.findings.is_empty(), "others speak of them");
    }
}

#[test]
fn more_than_three_places_are_counted() {
    let rows = [
        team(0, "甲厂", "装配班"),
        team(0, "甲厂", "装配班（机加）"),
        team(0, "甲厂", "装配班（焊接）"),
        team(0, "甲厂", "装配班（钳工）"),
        team(0, "甲厂", "装配班（电气）"),
    ];
    let said = asked(&run(&unique(), vec![filed(0, "甲.xlsx", 0, vec![table(0, 0, 0, &rows)])]));
    assert_eq!(said.len(), 5, "{said:?}");
    assert!(said[0].1.contains(" 等 4 处像是同一个"), "{said:?}");
}
