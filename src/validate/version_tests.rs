//! Versions or parts, files that call themselves void, one record a file (RETURNS.md §9).

use super::arrived::Arrived;
use super::fixture::*;
use super::*;
use crate::definition::{Field, FieldType, Form};
use crate::domain::period::day;
use crate::model::FormTable;
use crate::model::ledger::Standing;
use crate::model::normalised::{PartName, VersionEvidence};
use crate::model::{Effect, Outcome, Severity};

fn team<'a>(name: &'a str) -> Row<'a> {
    (Some(0), "甲厂", name, "模范", Some(9))
}

fn file(source: u32, name: &str, rows: &[Row]) -> Arrived {
    filed(source, name, 0, vec![table(source, 0, 0, rows)])
}

fn outcomes(validated: &Validated) -> Vec<Outcome> {
    validated.verdict.sources.iter().map(|source| source.outcome).collect()
}

fn said<'v>(validated: &'v Validated, code: &str) -> &'v str {
    let found = validated.verdict.findings.iter().find(|finding| finding.code.as_ref() == code);
    found.map_or("", |finding| finding.found.as_str())
}

use Outcome::{Accepted, Returned, Superseded};

#[test]
fn a_later_list_of_other_records_is_another_part() {
    let mut files = vec![file(0, "甲.xlsx", &[team("一班"), team("二班")]), file(1, "甲二.xlsx", &[team("三班")])];
    edit(&mut files[1]).version.filled_on = day(2026, 3, 6);
    let validated = run(&plan(vec![]), files.clone());
    assert_eq!(outcomes(&validated), [Accepted, Accepted]);
    assert_eq!(codes(&validated), [("return-in-parts", None)]);
    assert_eq!(validated.verdict.rows.accepted, 3);
    assert!(said(&validated, "return-in-parts").contains("还有“甲.xlsx”，没有相同的记录，都计入了"));
    assert!(validated.verdict.ledger.versions.iter().all(|version| version.why.contains("几部分")));

    // The order says nothing, and neither does its lack.
    files.iter_mut().for_each(|file| edit(file).version = VersionEvidence::default());
    assert_eq!(outcomes(&run(&plan(vec![]), files.clone())), [Accepted, Accepted]);

    // One that calls itself a correction and has nothing of what it corrects.
    edit(&mut files[1]).version.mark = (1, 0);
    let validated = run(&plan(vec![]), files);
    assert_eq!(outcomes(&validated), [Returned, Returned]);
    assert!(
        said(&validated, "version-undecidable").contains("一半以上"),
        "{}",
        said(&validated, "version-undecidable")
    );
    assert!(validated.verdict.ledger.versions.iter().all(|version| version.standing == Standing::Undecided));
}

#[test]
fn a_later_list_with_records_of_the_earlier_replaces_it_and_names_what_it_lacks() {
    let old = [team("一班"), team("二班"), team("三班"), team("四班")];
    let mut files = vec![file(0, "旧.xlsx", &old), file(1, "新.xlsx", &[team("一班"), team("二班"), team("五班")])];
    edit(&mut files[1]).version.filled_on = day(2026, 3, 6);
    let validated = run(&plan(vec![]), files.clone());
    assert_eq!(outcomes(&validated), [Superseded, Accepted]);
    assert_eq!(codes(&validated), [("version-rows-dropped", None)]);
    assert!(said(&validated, "version-rows-dropped").contains("2 行（甲厂 三班；甲厂 四班）"));

    // More than half of it is gone: nobody can tell.
    files[1] = file(1, "新.xlsx", &[team("一班"), team("五班")]);
    edit(&mut files[1]).version.filled_on = day(2026, 3, 6);
    let validated = run(&plan(vec![]), files);
    assert_eq!(outcomes(&validated), [Returned, Returned]);
    assert_eq!(validated.verdict.rows.held, 6);
    assert!(said(&validated, "version-undecidable").contains("4 条里的 3 条"));
}

#[test]
fn a_corrected_name_is_the_same_record_and_its_likes_are_not() {
    let mut files = vec![file(0, "旧.xlsx", &[team("一斑")]), file(1, "新.xlsx", &[team("一班")])];
    edit(&mut files[1]).version.filled_on = day(2026, 3, 6);
    let validated = run(&plan(vec![]), files);
    assert_eq!(outcomes(&validated), [Superseded, Accepted], "one letter of one name");
    assert_eq!(codes(&validated), [("version-rows-dropped", None)], "and somebody is asked: it may be another record");
    assert!(said(&validated, "version-rows-dropped").contains("有 1 行（甲厂 一斑）在这一版里换了名称"));

    // Where a return's own records differ in no more than that, nothing follows from it.
    let mut files =
        vec![file(0, "旧.xlsx", &[team("一班"), team("二班")]), file(1, "新.xlsx", &[team("三班"), team("四班")])];
    edit(&mut files[1]).version.filled_on = day(2026, 3, 6);
    assert_eq!(outcomes(&run(&plan(vec![]), files)), [Accepted, Accepted]);
}

#[test]
fn parts_by_name_count_both_and_a_record_in_both_once() {
    let number = |number| PartName { number: Some(number), ..PartName::default() };
    let mut files = vec![
        file(0, "第一批.xlsx", &[team("一班"), team("二班")]),
        file(1, "第二批.xlsx", &[team("二班"), team("三班")]),
        file(2, "第二批修订.xlsx", &[team("二班"), team("三班"), team("四班")]),
    ];
    for (file, part) in files.iter_mut().zip([1, 2, 2]) {
        edit(file).version.part = number(part);
    }
    edit(&mut files[2]).version.mark = (1, 0);
    let validated = run(&plan(vec![]), files);
    assert_eq!(outcomes(&validated), [Accepted, Superseded, Accepted]);
    assert_eq!(codes(&validated), [("return-in-parts", None), ("record-repeated", Some(5))]);
    assert_eq!(validated.verdict.rows.accepted, 4);
    assert!(said(&validated, "return-in-parts").contains("写明是不同的部分"));
}

#[test]
fn a_void_file_replaces_nothing_and_alone_it_is_held() {
    let mut void = file(1, "甲（作废）.xlsx", &[team("一班")]);
    edit(&mut void).version =
        VersionEvidence { filled_on: day(2026, 3, 9), void: Some("作废".into()), ..Default::default() };
    let validated = run(&plan(vec![]), vec![file(0, "甲.xlsx", &[team("一班"), team("二班")]), void.clone()]);
    assert_eq!(outcomes(&validated), [Accepted, Superseded]);
    assert_eq!(codes(&validated), []);
    assert!(validated.verdict.sources[1].cause.contains("不作数"), "{}", validated.verdict.sources[1].cause);

    let mut void = file(0, "甲（作废）.xlsx", &[team("一班")]);
    edit(&mut void).version.void = Some("作废".into());
    let validated = run(&plan(vec![]), vec![void.clone()]);
    assert_eq!((outcomes(&validated), validated.verdict.rows.held), (vec![Returned], 1));
    let finding = &validated.verdict.findings[0];
    assert_eq!((finding.severity, finding.effect), (Severity::Verify, Effect::HoldsReturn));
    assert_eq!(codes(&validated), [("return-called-void", None)]);
    assert_eq!(validated.verdict.ledger.versions[0].standing, Standing::Held);

    // Of two equal files the one counts that does not call itself so, in whichever order they lie.
    let mut files = vec![void, file(1, "甲.xlsx", &[team("一班")])];
    files[1].sha256 = files[0].sha256;
    assert_eq!(outcomes(&run(&plan(vec![]), files)), [Superseded, Accepted]);
}

#[test]
fn where_one_record_stands_in_a_file_files_are_records() {
    let mut plan = plan(vec![]);
    plan.forms[0].one_record_a_file = true;
    let mut files = vec![
        file(0, "一班.xlsx", &[team("一班")]),
        file(1, "二班.xlsx", &[(Some(0), "乙厂", "二班", "标杆", Some(7))]),
    ];
    edit(&mut files[1]).version.filled_on = day(2026, 3, 6);
    let validated = run(&plan, files.clone());
    assert_eq!((outcomes(&validated), codes(&validated)), (vec![Accepted, Accepted], vec![]));
    // The same one again is a version of it.
    files.push(file(2, "一班 改.xlsx", &[(Some(0), "甲厂", "一班", "标杆", Some(10))]));
    edit(&mut files[2]).version.filled_on = day(2026, 3, 7);
    assert_eq!(outcomes(&run(&plan, files)), [Superseded, Accepted, Accepted]);
}

#[test]
fn a_form_of_one_row_a_unit_is_told_by_its_key() {
    let figures: Vec<Field> =
        [field("单位", FieldType::Unit), field("提出", FieldType::Integer), field("采纳", FieldType::Integer)].into();
    let form =
        Form { id: "m".into(), title: "月报".into(), fields: figures, key: vec![0], line: 1, ..Form::default() };
    let mut plan = plan(vec![]);
    plan.forms = vec![form];
    let month = |source, count: i64| {
        let columns = vec![
            crate::model::Column::Unit(vec![Some(0)].into()),
            crate::model::Column::Integer(vec![Some(count)].into()),
            crate::model::Column::Integer(vec![Some(count * 3)].into()),
        ];
        let origins = vec![crate::model::Origin { source, sheet: 0, row: 5, cols: crate::model::Origin::WHOLE }];
        filed(source, &format!("{source}.xlsx"), 0, vec![FormTable { form: 0, origins, columns }])
    };
    let mut files = vec![month(0, 5), month(1, 8)];
    edit(&mut files[1]).version.filled_on = day(2026, 3, 6);
    let validated = run(&plan, files.clone());
    assert_eq!((outcomes(&validated), codes(&validated)), (vec![Superseded, Accepted], vec![]), "all figures changed");
    files.iter_mut().for_each(|file| edit(file).version = VersionEvidence::default());
    assert_eq!(outcomes(&run(&plan, files.clone())), [Returned, Returned]);
    // A stamp alone decides, and is asked about.
    edit(&mut files[0]).version.file_modified = Some(5);
    edit(&mut files[1]).version.file_modified = Some(9);
    let validated = run(&plan, files);
    assert_eq!(
        (outcomes(&validated), codes(&validated)),
        (vec![Superseded, Accepted], vec![("version-by-stamp", None)])
    );
}
