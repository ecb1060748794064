//! Whose a row is: recommending units, units that owe nothing, rows off the chain, units that another one reports for.

use super::fixture::*;
use crate::definition::Reference;
use crate::model::normalised::{Sender, SenderEvidence};
use crate::model::run::UnitStatus;
use crate::model::{Outcome, Severity};

/// As the fixture's: 甲市 and 乙市 owe, 丙县 stands under 甲市, 丁社 alone; `more` owe too.
fn with(more: &[u32], channels: &[(usize, &str)]) -> Reference {
    let mut reference = reference();
    reference.roster.expected.extend(more);
    reference.roster.expected.sort_unstable();
    for (unit, channel) in channels {
        reference.roster.units[*unit].channel = (*channel).into();
    }
    reference
}

fn row<'a>(unit: u32, team: &'a str) -> Row<'a> {
    (Some(unit), "甲厂", team, "模范", Some(9))
}

#[test]
fn a_unit_below_another_that_owes_recommends_through_it_within_one_channel() {
    let reference = with(&[2], &[]);
    assert_eq!(reference.roster.recommending(), [0, 1], "丙县 owes its return, and 甲市 recommends");
    let validated =
        run_in(&plan(vec![]), reference, vec![filed(0, "丙.xlsx", 2, vec![table(0, 0, 0, &[row(2, "一班")])])]);
    assert_eq!(validated.rows[0].rows.units, vec![Some(0)].into());
    let statuses: Vec<UnitStatus> = validated.verdict.units.iter().map(|unit| unit.status).collect();
    assert_eq!(statuses, [UnitStatus::Missing, UnitStatus::Missing, UnitStatus::OnTime], "each owes for itself");

    let other = with(&[2], &[(0, "市总工会"), (1, "市总工会"), (2, "大型企业")]);
    assert_eq!(other.roster.recommending(), [0, 1, 2], "another channel recommends by itself");
}

#[test]
fn a_recommending_unit_in_line_with_the_sender_that_owes_nothing_counts_under_the_senders() {
    // The enterprise owes, the city above it does not.
    let mut reference = with(&[2], &[]);
    reference.roster.expected.retain(|unit| *unit != 0);
    let file = || vec![filed(0, "丙.xlsx", 2, vec![table(0, 0, 0, &[row(0, "一班"), row(2, "二班")])])];
    let validated = run_in(&plan(vec![]), reference, file());
    assert_eq!(codes(&validated), []);
    assert_eq!(validated.rows[0].rows.units, vec![Some(2), Some(2)].into());
    assert_eq!(
        validated.verdict.units.iter().map(|unit| unit.status).collect::<Vec<_>>(),
        [UnitStatus::Missing, UnitStatus::OnTime]
    );
}

#[test]
fn a_row_off_the_chain_is_wrong_by_itself() {
    let rows = [row(0, "一班"), row(1, "二班"), row(2, "三班"), row(3, "四班")];
    let mut file = filed(0, "甲.xlsx", 0, vec![table(0, 0, 0, &rows)]);
    edit(&mut file).sender = Some(Sender { unit: 0, evidence: SenderEvidence::Cover });
    let validated = run(&plan(vec![]), vec![file]);
    assert_eq!(codes(&validated), [("unit-off-chain", Some(6)), ("unit-not-expected", Some(8))]);
    assert_eq!(accepted(&validated, 0), [true, false, true, false]);
    assert_eq!(validated.verdict.findings[0].found, "推荐单位“乙市”和填报单位“甲市”没有隶属关系");
    let units: Vec<UnitStatus> = validated.verdict.units.iter().map(|unit| unit.status).collect();
    assert_eq!(units, [UnitStatus::Returned, UnitStatus::Returned]);
}

#[test]
fn a_unit_whose_rows_count_in_another_units_list_has_reported() {
    let rows = [row(0, "一班"), row(2, "二班")];
    let file = || filed(0, "甲.xlsx", 0, vec![table(0, 0, 0, &rows)]);
    let validated = run_in(&plan(vec![]), with(&[2], &[]), vec![file()]);
    assert_eq!(codes(&validated), [("reported-by-another", None)]);
    let finding = &validated.verdict.findings[0];
    assert_eq!((finding.severity, finding.found.as_str()), (Severity::Note, "丙县没有单独报，由甲市代报"));
    assert_eq!(finding.place.unit, Some(2));
    assert_eq!(validated.verdict.units[2].status, UnitStatus::OnTime);

    // One that sent its own needs nobody to say so; one whose rows do not count was sent something back.
    let own = filed(1, "丙.xlsx", 2, vec![table(1, 0, 0, &[row(2, "三班")])]);
    assert_eq!(codes(&run_in(&plan(vec![]), with(&[2], &[]), vec![file(), own])), []);
    let small = [row(0, "一班"), (Some(2), "甲厂", "二班", "模范", Some(1))];
    let validated = run_in(&plan(vec![]), with(&[2], &[]), vec![filed(0, "甲.xlsx", 0, vec![table(0, 0, 0, &small)])]);
    assert_eq!(codes(&validated), [("too-small", Some(6))]);
    assert_eq!(validated.verdict.units[2].status, UnitStatus::Returned);
    // Its rows count although the list they came in was sent back for another unit's.
    let small = [(Some(0), "甲厂", "一班", "模范", Some(1)), row(2, "二班")];
    let validated = run_in(&plan(vec![]), with(&[2], &[]), vec![filed(0, "甲.xlsx", 0, vec![table(0, 0, 0, &small)])]);
    assert_eq!(validated.verdict.sources[0].outcome, Outcome::Returned);
    assert_eq!(
        validated.verdict.units.iter().map(|unit| unit.status).collect::<Vec<_>>(),
        [UnitStatus::Returned, UnitStatus::Missing, UnitStatus::OnTime]
    );
}
