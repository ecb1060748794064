//! Reporting discipline and the chase list, this period and over the years.

use super::*;
use crate::definition::{DisciplineBy, DisciplineRule, Table, TableKind};
use crate::model::discipline::PastDiscipline;

#[test]
fn discipline_counts_every_unit_once_and_the_chase_list_is_ready_to_send() {
    let (plan, reference, frames, lookups) = model_teams();
    let computed = run(&plan, &reference, &frames, &lookups, &verdict()).unwrap();
    let city = table(&computed, "discipline-city");
    let rates = |num, expected: i64, on_time| [Ratio { num, den: expected }, Ratio { num: on_time, den: expected }];
    // 应报 按时 迟报 其中逾期 退回 无法读取 未报
    assert_eq!(body(city, "合肥")[..7], integers(&[1, 0, 0, 0, 1, 0, 0]));
    assert_eq!(body(city, "黄山")[7..9], rates(0, 0, 0));
    assert_eq!(body(city, "合计")[..7], integers(&[4, 1, 1, 0, 1, 0, 1]));
    assert_eq!(body(city, "合计")[7..9], rates(3, 4, 1));
    let labels = |table: &StatTable| table.rows.iter().map(|row| words(&row.cells[..1])).collect::<Vec<_>>().join(" ");
    assert_eq!(labels(city), "合肥 黄山 芜湖 省直系统 行业协会 大型企业 合计");
    assert_eq!(labels(table(&computed, "discipline-channel")), "市总工会 省直系统 行业协会 大型企业 合计");
    let unit = table(&computed, "discipline");
    assert_eq!(body(unit, "皖江集团工会")[3..6], integers(&[1, 1, 0]));
    let chase = table(&computed, "chase");
    assert_eq!(chase.rows.len(), 3);
    let words_of = |row: usize| words(&chase.rows.all()[row].cells[1..]);
    assert_eq!(words_of(0), "合肥市总工会|退回|NotApplicable|0.xlsx：D3 某厂 · 丙班：近三年安全事故 1 起");
    assert_eq!(words_of(1), "芜湖市总工会|迟报|NotApplicable|迟报 3 个工作日");
    assert_eq!(words_of(2), "省教育系统工会|未报|1|没有收到报表");
    let ask = "请省教育系统工会于2026年4月24日前报送2026年“省模范班组评选”报表。";
    let letters: Vec<&str> = computed.chase.units().map(|unit| unit.letter.as_str()).collect();
    assert_eq!(letters.last(), Some(&ask));
}

/// 2024, 2023 and 2021 are in the store, 2022 is not.
fn past() -> Vec<PastDiscipline> {
    use UnitStatus::{Late, Missing, OnTime, Returned, Unreadable};
    let late = Late { days: 2, overdue: false };
    let overdue = Late { days: 9, overdue: true };
    let of = |year: &str, standings: [UnitStatus; 4]| PastDiscipline {
        dated: true,
        period: Period::parse(year).unwrap(),
        units: ["1", "2", "3", "4"].map(String::from).into_iter().zip(standings).collect(),
    };
    let mut oldest = of("2021", [OnTime, OnTime, Missing, OnTime]);
    oldest.units.remove("4");
    vec![
        of("2023", [OnTime, late, Missing, Returned]),
        of("2025", [OnTime, overdue, Missing, late]),
        of("2024", [Unreadable, OnTime, Missing, OnTime]),
        oldest,
    ]
}

#[test]
fn discipline_over_the_years_is_scored_ranked_and_said() {
    let (mut plan, reference, frames, lookups) = model_teams();
    let rule = DisciplineRule {
        on_time: 100,
        late_per_day: 5,
        after_grace: 60,
        returned: 40,
        unreadable: 20,
        missing: 0,
        periods: 12,
    };
    plan.discipline = Some(rule);
    let like = plan.tables.iter().find(|table| table.id == "discipline").unwrap().clone();
    for (id, by) in [("months", DisciplineBy::Period), ("ranking", DisciplineBy::Ranking)] {
        plan.tables.push(Table { id: id.into(), kind: TableKind::Discipline(by), ..like.clone() });
    }
    let (period, past) = (Period::parse("2026").unwrap(), past());
    let verdict = verdict();
    let history = crate::history::History::open(None, &plan, &reference, &period);
    let inputs = Inputs {
        plan: &plan,
        reference: &reference,
        period: &period,
        rows: &frames,
        doubts: &[],
        lookups: &lookups,
        verdict: &verdict,
        history: &history,
        earlier: &past,
        as_of: day(2026, 4, 17),
    };
    let computed = compute(inputs).unwrap();
    // Now: returned 40, late by 3 days 85, missing 0, on time 100. Before: 2025, 2024, 2023, 2021.
    // 1: 40 + 100 + 20 + 100 + 100 = 360 / 5;  2: 85 + 60 + 100 + 90 + 100 = 435 / 5;  3: nothing in five;
    // 4: 100 + 90 + 100 + 40 = 330 / 4, not expected in 2021.
    let ranking = table(&computed, "ranking");
    let lines: Vec<String> = ranking.rows.iter().map(|row| words(&row.cells)).collect();
    assert_eq!(
        lines,
        [
            "1|芜湖市总工会|Number(87.0)|5|2|3|14|0|0|0|0",
            "2|皖江集团工会|Number(82.5)|4|2|1|2|1|0|0|0",
            "3|合肥市总工会|Number(72.0)|5|3|0|0|1|1|0|0",
            // 2021 was missing too, but nobody knows of 2022.
            "4|省教育系统工会|Number(0.0)|5|0|0|0|0|0|5|4",
        ]
    );
    assert!(ranking.notes.iter().any(|note| note.contains("没有2022年的存档")), "{:?}", ranking.notes);
    let months = table(&computed, "months");
    let labels: Vec<String> = months.rows.iter().map(|row| words(&row.cells[..1])).collect();
    assert_eq!(labels, ["2021年", "2023年", "2024年", "2025年", "2026年"], "a year that is not there has no row");
    assert_eq!(body(months, "2025年")[..7], integers(&[4, 1, 2, 1, 0, 0, 1]));
    assert_eq!(body(months, "2025年")[9], StatCell::Number(62.5));
    let city = table(&computed, "discipline-city");
    assert_eq!(body(city, "合肥")[9..], [StatCell::Number(40.0), Integer(3)]);
    assert_eq!(body(city, "黄山")[9..], [NotApplicable, NotApplicable], "nobody is expected, nobody is ranked");

    let letters: String = computed.chase.groups.iter().map(|group| group.letter.clone()).collect();
    // 17 April is five working days after 10 April, and still within grace.
    let asked = "截至2026年4月17日，已超过截止日期 5 个工作日，尚未收到报表的有：省教育系统工会（连续 4 期未报）。\
                 请以上单位于2026年4月24日前报齐";
    assert!(letters.contains(asked), "{letters}");
    assert!(letters.contains("芜湖市总工会（迟报 3 个工作日，近 5 期迟报 3 期），请今后按时报送"), "{letters}");
}

#[test]
fn without_a_due_date_nobody_is_in_time_or_late() {
    let (mut plan, mut reference, frames, lookups) = model_teams();
    reference.due = None;
    plan.discipline = None;
    let mut verdict = verdict();
    for unit in &mut verdict.units {
        if matches!(unit.status, UnitStatus::OnTime | UnitStatus::Late { .. }) {
            unit.status = UnitStatus::Undated;
        }
    }
    let computed = run(&plan, &reference, &frames, &lookups, &verdict).unwrap();
    let city = table(&computed, "discipline-city");
    // 应报 按时 迟报 其中逾期 已报 退回 无法读取 未报 报送率 按时率
    assert_eq!(body(city, "芜湖")[..8], integers(&[1, 0, 0, 0, 1, 0, 0, 0]));
    assert_eq!(body(city, "芜湖")[8..], [Ratio { num: 1, den: 1 }, Ratio { num: 0, den: 0 }]);
    assert!(city.notes.iter().any(|note| note.contains("没有本项目2026年的截止日期")), "{:?}", city.notes);
    let letters: Vec<&str> = computed.chase.groups.iter().map(|group| group.letter.as_str()).collect();
    assert_eq!(letters.len(), 2, "{letters:?}");
    assert!(
        letters.iter().all(|letter| !letter.contains("截止") && letter.contains("请以上单位尽快报齐")),
        "{letters:?}"
    );
    assert!(computed.chase.notes[0].contains("不判断是否按时"), "{:?}", computed.chase.notes);
    verdict.units.iter_mut().for_each(|unit| unit.status = UnitStatus::Undated);
    verdict.sources.iter_mut().for_each(|source| source.outcome = Outcome::Accepted);
    let computed = run(&plan, &reference, &frames, &lookups, &verdict).unwrap();
    assert_eq!(computed.chase.summary, "应报 4 个单位，都已报齐，没有需要催报的单位。");
}

#[test]
fn equal_points_share_a_place_and_the_next_is_left_out() {
    let (mut plan, reference, frames, lookups) = model_teams();
    let points = |on_time| DisciplineRule {
        on_time,
        late_per_day: 0,
        after_grace: 60,
        returned: 60,
        unreadable: 0,
        missing: 0,
        periods: 1,
    };
    plan.discipline = Some(points(100));
    let ranking = plan.tables.iter_mut().find(|table| table.id == "discipline").unwrap();
    ranking.kind = TableKind::Discipline(DisciplineBy::Ranking);
    let mut verdict = verdict();
    // 60, 100 (late costs nothing), 0, 100; then 60, 60, 0, 100.
    let places = |verdict: &RunVerdict| {
        let computed = run(&plan, &reference, &frames, &lookups, verdict).unwrap();
        let table = table(&computed, "discipline");
        table.rows.iter().map(|row| words(&row.cells[..2])).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(places(&verdict), "1|芜湖市总工会 1|皖江集团工会 3|合肥市总工会 4|省教育系统工会");
    verdict.units[1].status = UnitStatus::Returned;
    assert_eq!(places(&verdict), "1|皖江集团工会 2|合肥市总工会 2|芜湖市总工会 4|省教育系统工会");
}
