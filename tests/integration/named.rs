//! Whose record it is: every finding on a record can be told by it, so that nobody has to open a file to know of whom a
//! message speaks. What is about a sheet, a return, a file or the run says so by its code.

use super::support::{finished, say};
use huizong::model::Finding;
use huizong::model::codes::{Code, Stands};
use huizong::rows::subject::Subjects;
use std::collections::BTreeSet;

const PIPELINES: [&str; 6] = ["model-teams", "honours", "studios", "innovation", "service", "shock-teams"];

#[test]
fn every_finding_on_a_record_names_it_and_the_others_are_declared() {
    let (mut named, mut nameless) = (BTreeSet::new(), BTreeSet::new());
    for pipeline in PIPELINES {
        let finished = finished(pipeline);
        let plan =
            huizong::definition::read(&super::support::root().join("pipelines").join(pipeline).join("pipeline.toml"));
        let plan = plan.expect("the shipped definition");
        let (verdict, validated) = (&finished.validated.verdict, &finished.validated);
        let rows = validated.rows.iter().map(|of| &of.rows).chain(validated.aside.iter().map(|of| &of.rows));
        let subjects = Subjects::of(&plan, verdict, rows, verdict.findings.iter());
        for finding in &verdict.findings {
            let at = format!("{pipeline} {} {}", finding.code, finding.found);
            let record = subjects.tell(finding).record;
            if !record.is_empty() {
                named.insert(finding.code.to_string());
                continue;
            }
            assert!(!is_of_record(finding), "of whom? {at}");
            nameless.insert(finding.code.to_string());
        }
    }
    // The samples break nearly every rule: what this holds is no small part.
    assert!(named.len() > 80, "{} {named:?}", named.len());
    assert!(!nameless.is_empty());
}

/// A rule of a definition is about a record where it points at a row; of the engine's findings the registry says it.
fn is_of_record(finding: &Finding) -> bool {
    match &finding.code {
        Code::Engine(code) => code.entry().stands == Stands::Row,
        Code::Rule(_) => finding.place.row.is_some(),
    }
}

/// A unit that checks its return, and whoever is chased, reads the record beside the cell, once.
#[test]
fn what_is_sent_to_units_says_whose_record_it_is() {
    let said = say(&["check", "samples/innovation/2026-03/池州/池州市总工会.xlsx"]);
    assert!(said.out.contains("Q6（池州市杏花商贸有限公司）：本年累计有负数"), "{}", said.out);
    let said = say(&["check", "samples/honours/淮北/淮北市总工会.xls"]);
    assert!(said.out.contains("G5：王永胜的身份证号"), "named already: {}", said.out);
    let chased = finished("innovation").computed.chase.groups;
    let units: Vec<_> = chased.iter().flat_map(|group| &group.units).collect();
    let one = units.iter().find(|unit| unit.name == "亳州市总工会").expect("it is chased");
    assert!(one.first_problem.starts_with("J4 亳州百草堂岭制药有限公司：本月有负数"), "{}", one.first_problem);
    assert!(one.letter.contains("J4（亳州百草堂岭制药有限公司）：本月有负数"), "{}", one.letter);
}
