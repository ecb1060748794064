//! Reporting discipline as tables: each unit, rates by city, channel and period, and the ranking by mean points.

use super::axis::Axis;
use super::facts::Facts;
use super::notes;
use super::record::{ReportingRecord, StatusTally};
use crate::definition::{DisciplineBy, Table};
use crate::domain::ranking::{self, Direction};
use crate::model::Outcome;
use crate::model::run::{SourceVerdict, UnitReport, UnitStatus};
use crate::model::stat_table::{BuiltTable, Heading};
use crate::model::statistic::{RowKind, StatCell, StatRow};
use crate::text::dates::{say_day, show_day};
use crate::text::masks::mask_within;
use std::collections::BTreeSet;

/// Computes one table of discipline.
///
/// # Errors
/// Parts that do not add up to the units expected.
pub fn table(table: &Table, by: DisciplineBy, facts: &Facts<'_>) -> Result<BuiltTable, String> {
    match by {
        DisciplineBy::Unit => Ok(by_unit(table, facts)),
        DisciplineBy::City => by_group(table, "地区", &Axis::cities(facts), facts),
        DisciplineBy::Channel => by_group(table, "渠道", &Axis::channels(facts), facts),
        DisciplineBy::Period => Ok(by_period(table, facts)),
        DisciplineBy::Ranking => Ok(by_points(table, facts)),
    }
}

fn text(words: impl Into<String>) -> StatCell {
    StatCell::Text(words.into())
}

/// Files of a unit with one of these outcomes.
pub fn files<'a>(
    unit: &'a UnitReport,
    wanted: &'a [Outcome],
    facts: &'a Facts<'_>,
) -> impl Iterator<Item = &'a SourceVerdict> {
    let sources = unit.sources.iter().filter_map(|source| facts.verdict.sources.get(*source as usize));
    sources.filter(|source| wanted.contains(&source.outcome))
}

/// Outcomes of files that stand for a return: replaced versions, litter and files of something else do not.
const RETURNS: [Outcome; 3] = [Outcome::Accepted, Outcome::Returned, Outcome::Unreadable];

/// A unit's files that are not accepted.
pub fn troubled<'a>(unit: &'a UnitReport, facts: &'a Facts<'_>) -> impl Iterator<Item = &'a SourceVerdict> {
    let wrong: &[Outcome] = match unit.status {
        // All that came is something else.
        UnitStatus::Missing => &[Outcome::Unrecognised],
        _ => &[Outcome::Returned, Outcome::Unreadable],
    };
    files(unit, wrong, facts)
}

pub fn cause(source: &SourceVerdict) -> &str {
    if source.cause.is_empty() { source.outcome.word() } else { &source.cause }
}

/// What is wrong with a unit's files, each with its cause.
fn causes(unit: &UnitReport, facts: &Facts<'_>) -> String {
    let said = troubled(unit, facts).map(|source| format!("{}：{}", source.source.name, cause(source)));
    mask_within(&said.collect::<Vec<_>>().join("；"))
}

/// 报表份数, 通过, 退回.
const KINDS: [&[Outcome]; 3] = [&RETURNS, &[Outcome::Accepted], &[Outcome::Returned]];

fn by_unit(table: &Table, facts: &Facts<'_>) -> BuiltTable {
    let rule = facts.plan.discipline.as_ref();
    let mut headings = vec!["单位", "状态", "报送时间", "迟报工作日", "报表份数", "通过", "退回"];
    headings.extend(rule.map(|_| "得分"));
    headings.push("说明");
    let mut finished = notes::empty_table(table, facts, &headings, 1);
    let mut parts = [0_i64; 3];
    for unit in &facts.verdict.units {
        let counts = KINDS.map(|outcomes| files(unit, outcomes, facts).count() as i64);
        parts.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
        let mut cells = Vec::with_capacity(headings.len());
        cells.extend([
            text(facts.unit_name(unit.unit)),
            text(unit.status.word()),
            match unit.received {
                Some(day) if unit.by_stamp => text(format!("{}（按文件时间）", show_day(day))),
                Some(day) => StatCell::Date(day),
                None => StatCell::NotApplicable,
            },
            match unit.status {
                UnitStatus::Late { days, .. } => StatCell::Integer(days),
                UnitStatus::OnTime => StatCell::Integer(0),
                _ => StatCell::NotApplicable,
            },
        ]);
        cells.extend(counts.map(StatCell::Integer));
        cells.extend(rule.map(|rule| match rule.points(unit.status).filter(|_| facts.reference.due.is_some()) {
            Some(points) => StatCell::Integer(i64::from(points)),
            None => StatCell::NotApplicable,
        }));
        let causes = causes(unit, facts);
        cells.push(if causes.is_empty() { StatCell::Empty } else { text(causes) });
        finished.rows.push(StatRow::new(RowKind::Body, cells));
    }
    // A file that several units' rows stand on counts for each of them, and once in all.
    let known: BTreeSet<u32> = facts.verdict.units.iter().flat_map(|unit| unit.sources.iter().copied()).collect();
    let sums = KINDS.map(|outcomes| {
        let all = facts.verdict.sources.iter().filter(|source| outcomes.contains(&source.outcome));
        all.filter(|source| known.contains(&source.source.index)).count() as i64
    });
    if sums != parts {
        finished.notes.push("一份报表含几个单位的，各单位分别计一份，合计只计一份。".to_string());
    }
    let mut total = vec![text("合计"), StatCell::Empty, StatCell::Empty, StatCell::Empty];
    total.extend(sums.map(StatCell::Integer));
    total.resize(headings.len(), StatCell::Empty);
    finished.rows.push(StatRow::new(RowKind::Total, total));
    finished.definitions = headings.iter().map(|heading| unit_definition(heading).to_owned()).collect();
    finished.notes.extend(rule.map(|rule| rule.sentence()));
    finished.notes.push(due_note(facts));
    finished.notes.extend(stray_note(facts));
    finished
}

fn unit_definition(heading: &str) -> &'static str {
    match heading {
        "单位" => "应报单位，按名册次序全部列出",
        "状态" => {
            "取该单位各份报表中最好的一份：按时、已报（没有截止日期或报送时间，迟早不明）、迟报、逾期（补报截止以后）、退回、无法读取、未报"
        }
        "报送时间" => {
            "填报日期，取最后一份；都没有写日期的注明“按文件时间”，文件时间会随复制改变，不据以判断迟早，也不计分"
        }
        "迟报工作日" => "截止日期之后的工作日数，节假日和调休按节假日表",
        "报表份数" => "收到的报表文件数，不含已被替代的版本、未识别的文件和系统文件",
        "通过" => "没有必改问题的报表",
        "退回" => "有必改问题的报表",
        "得分" => "按报送情况计分，计分办法见表下说明",
        _ => "未通过的文件及原因",
    }
}

/// Files that count for no expected unit.
fn stray_note(facts: &Facts<'_>) -> Option<String> {
    let mine: BTreeSet<u32> = facts.verdict.units.iter().flat_map(|unit| unit.sources.iter().copied()).collect();
    let stray = facts
        .verdict
        .sources
        .iter()
        .filter(|source| RETURNS.contains(&source.outcome) && !mine.contains(&source.source.index));
    match stray.count() {
        0 => None,
        files => Some(format!("另有 {files} 份文件不能归到应报单位，见文件清单。")),
    }
}

/// The dates that lateness is counted from, or that there are none.
pub fn due_note(facts: &Facts<'_>) -> String {
    let Some(due) = facts.reference.due else {
        let period = facts.period.title();
        return format!("截止日期表里没有本项目{period}的截止日期：通过的只说“已报”，不判断是否按时，也不计分。");
    };
    let grace = due.grace.map_or_else(String::new, |grace| format!("，补报截止 {}", say_day(grace)));
    format!("截止日期 {}{grace}；截止日期之后没有隔工作日的算按时。", say_day(due.due))
}

/// Columns of every table of rates, and how each is computed.
const RATES: [(&str, &str); 11] = [
    ("应报", "名册中本报告期应报的单位数"),
    ("按时", "截止前报送并通过的单位数"),
    ("迟报", "截止后报送并通过的单位数，含逾期"),
    ("其中逾期", "补报截止以后报送并通过的单位数"),
    ("已报", "报送并通过、但没有截止日期或报送时间、迟早不明的单位数"),
    ("退回", "报送了但没有一份通过的单位数"),
    ("无法读取", "报送的文件都打不开的单位数"),
    ("未报", "没有收到文件的单位数"),
    ("报送率", "（按时＋迟报＋已报＋退回）÷ 应报"),
    ("按时率", "按时 ÷（应报－已报）"),
    ("平均得分", "各单位得分的平均，不计迟早不明的"),
];
const UNDATED: usize = 4;
const POINTS: usize = 10;

/// Which of [`RATES`] a table shows: 已报 only where there are some, points only where they are declared.
fn shown(tallies: &[StatusTally], scored: bool) -> Vec<usize> {
    let undated = tallies.iter().any(|tally| tally.undated > 0);
    (0..RATES.len()).filter(|at| (*at != UNDATED || undated) && (*at != POINTS || scored)).collect()
}

fn rate(tally: &StatusTally, column: usize) -> StatCell {
    match column {
        0 => StatCell::Integer(tally.expected),
        1 => StatCell::Integer(tally.on_time),
        2 => StatCell::Integer(tally.late),
        3 => StatCell::Integer(tally.overdue),
        UNDATED => StatCell::Integer(tally.undated),
        5 => StatCell::Integer(tally.returned),
        6 => StatCell::Integer(tally.unreadable),
        7 => StatCell::Integer(tally.missing),
        8 => StatCell::Ratio { num: tally.accepted() + tally.returned, den: tally.expected },
        // Of nobody who reported is it known: a rate over those who failed alone would say 0%.
        9 if tally.undated > 0 && tally.undated < tally.expected && tally.on_time + tally.late == 0 => {
            StatCell::NotApplicable
        }
        9 => StatCell::Ratio { num: tally.on_time, den: tally.expected - tally.undated },
        _ => mean(tally),
    }
}

fn mean(tally: &StatusTally) -> StatCell {
    tally.mean().map_or(StatCell::NotApplicable, StatCell::Number)
}

/// Labels with their tallies as a table of rates, the last line the total.
fn rates(
    finished: &mut BuiltTable,
    label: &str,
    lines: Vec<(String, StatusTally)>,
    total: Option<StatusTally>,
    scored: bool,
) {
    let tallies: Vec<StatusTally> = lines.iter().map(|(_, tally)| *tally).collect();
    let columns = shown(&tallies, scored);
    let names = std::iter::once(label).chain(columns.iter().filter_map(|at| Some(RATES.get(*at)?.0)));
    finished.headings = names.map(|name| Heading { parents: Vec::new(), name: name.to_owned() }).collect();
    let said = columns.iter().filter_map(|at| Some(RATES.get(*at)?.1.to_owned()));
    finished.definitions = std::iter::once(String::new()).chain(said).collect();
    let lines = lines.into_iter().map(|(label, tally)| (RowKind::Body, label, tally));
    let total = total.map(|tally| (RowKind::Total, "合计".to_owned(), tally));
    for (kind, label, tally) in lines.chain(total) {
        let mut cells = vec![text(label)];
        cells.extend(columns.iter().map(|column| rate(&tally, *column)));
        finished.rows.push(StatRow::new(kind, cells));
    }
}

fn by_group(table: &Table, label: &str, axis: &Axis<'_>, facts: &Facts<'_>) -> Result<BuiltTable, String> {
    let mut finished = notes::empty_table(table, facts, &[label], 1);
    let rule = facts.plan.discipline.as_ref();
    // Without a due date only who failed would have points, and stand first for it.
    let points = rule.filter(|_| facts.reference.due.is_some());
    let mut groups = vec![StatusTally::default(); axis.groups.len() + 1];
    let mut total = StatusTally::default();
    for unit in &facts.verdict.units {
        let group = axis.group_of(Some(unit.unit)).unwrap_or(axis.groups.len());
        if let Some(group) = groups.get_mut(group) {
            group.add(unit.status, points);
        }
        total.add(unit.status, points);
    }
    let mut parts = StatusTally::default();
    groups.iter().for_each(|group| parts.merge(group));
    if parts != total || total.expected != facts.verdict.units.len() as i64 {
        return Err(format!(
            "表“{}”：各行应报 {} 个，合计 {} 个，应报单位 {} 个",
            table.id,
            parts.expected,
            total.expected,
            facts.verdict.units.len()
        ));
    }
    let mut lines = Vec::with_capacity(groups.len());
    for (at, tally) in groups.into_iter().enumerate() {
        match axis.groups.get(at) {
            Some(group) => lines.push((group.label.clone(), tally)),
            None if tally.expected > 0 => lines.push((axis.leftover.to_owned(), tally)),
            None => {}
        }
    }
    let places = rule.map(|_| places(&lines.iter().map(|(_, tally)| *tally).collect::<Vec<_>>()));
    rates(&mut finished, label, lines, Some(total), rule.is_some());
    if let Some(places) = places {
        ranked(&mut finished, &places);
    }
    if let Some(first) = finished.definitions.first_mut() {
        *first = "按推荐单位归属，全部列出".to_owned();
    }
    finished.notes.extend(rule.map(|rule| rule.sentence()));
    finished.notes.push(due_note(facts));
    finished.notes.push("报送率按（按时＋迟报＋退回）÷ 应报计算，按时率按“按时 ÷ 应报”计算。".to_string());
    Ok(finished)
}

/// Adds the column 名次 at the right; a row without points has no place.
fn ranked(finished: &mut BuiltTable, places: &[Option<i64>]) {
    finished.headings.push(Heading { parents: Vec::new(), name: "名次".to_owned() });
    finished.definitions.push("按平均得分，同分同名次（1、2、2、4）；没有应报单位的不排".to_owned());
    let mut places = places.iter();
    for row in &mut finished.rows {
        let place = if row.kind == RowKind::Body { places.next().copied().flatten() } else { None };
        let blank = if row.kind == RowKind::Body { StatCell::NotApplicable } else { StatCell::Empty };
        row.cells.push(place.map_or(blank, StatCell::Integer));
    }
}

fn by_period(table: &Table, facts: &Facts<'_>) -> BuiltTable {
    let mut finished = notes::empty_table(table, facts, &["报告期"], 1);
    let record = ReportingRecord::new(facts);
    let mut lines = Vec::new();
    for past in record.periods() {
        let mut tally = StatusTally::default();
        past.units.values().for_each(|status| tally.add(*status, record.rule_of(past.dated)));
        lines.push((past.period.title(), tally));
    }
    let mut now = StatusTally::default();
    let points = record.rule_of(facts.reference.due.is_some());
    facts.verdict.units.iter().for_each(|unit| now.add(unit.status, points));
    lines.push((facts.period.title(), now));
    rates(&mut finished, "报告期", lines, None, record.rule().is_some());
    if let Some(first) = finished.definitions.first_mut() {
        *first = format!("有存档的各期和本期，最多 {} 期", record.most);
    }
    finished.notes.extend(record.rule().map(|rule| rule.sentence()));
    finished.notes.push("以前各期按各期最后一次运行时的情况。".to_owned());
    finished.notes.extend(record.notes());
    finished
}

/// Columns of the ranking and how each is computed.
const RANKING: [(&str, &str); 11] = [
    ("名次", "按平均得分，同分同名次（1、2、2、4）"),
    ("单位", "本期应报单位"),
    ("平均得分", "该单位应报各期得分的平均，不计迟早不明的"),
    ("应报期数", "有存档的各期和本期中该单位应报的期数"),
    ("按时", "按时的期数"),
    ("迟报", "迟报的期数，含逾期"),
    ("迟报工作日", "各期迟报的工作日数之和"),
    ("退回", "报送了但没有一份通过的期数"),
    ("无法读取", "报送的文件都打不开的期数"),
    ("未报", "没有收到文件的期数"),
    ("连续未报", "到本期为止连续没有收到文件的期数"),
];

fn by_points(table: &Table, facts: &Facts<'_>) -> BuiltTable {
    let names: Vec<&str> = RANKING.iter().map(|(name, _)| *name).collect();
    let mut finished = notes::empty_table(table, facts, &names, 2);
    let record = ReportingRecord::new(facts);
    let units = &facts.verdict.units;
    let tallies: Vec<StatusTally> =
        units.iter().map(|unit| record.of_unit(facts.unit_code(unit.unit), unit.status)).collect();
    let mut lines: Vec<(Option<i64>, &UnitReport, &StatusTally)> =
        places(&tallies).into_iter().zip(units).zip(&tallies).map(|((place, u), t)| (place, u, t)).collect();
    // Stable, so that ties keep the roster's order; who has no points stands last.
    lines.sort_by_key(|(place, _, _)| place.unwrap_or(i64::MAX));
    for (place, unit, tally) in lines {
        let silent = record.silent(facts, facts.unit_code(unit.unit), unit.status);
        let place = place.map_or(StatCell::NotApplicable, StatCell::Integer);
        let mut cells = Vec::with_capacity(names.len());
        cells.extend([place, text(facts.unit_name(unit.unit)), mean(tally)]);
        let counts = [
            tally.expected,
            tally.on_time,
            tally.late,
            tally.late_days,
            tally.returned,
            tally.unreadable,
            tally.missing,
            i64::from(silent),
        ];
        cells.extend(counts.map(StatCell::Integer));
        finished.rows.push(StatRow::new(RowKind::Body, cells));
    }
    finished.definitions = RANKING.iter().map(|(_, said)| (*said).to_owned()).collect();
    finished.notes.extend(record.rule().map(|rule| rule.sentence()));
    finished.notes.push(format!("连本期在内最多看 {} 期，这里有 {} 期；同分同名次。", record.most, record.looked()));
    finished.notes.push(due_note(facts));
    finished.notes.extend(record.notes());
    finished
}

/// 1, 2, 2, 4 by mean points; `None` where nothing was scored.
fn places(tallies: &[StatusTally]) -> Vec<Option<i64>> {
    let means: Vec<Option<f64>> = tallies.iter().map(StatusTally::mean).collect();
    ranking::places(&means, Direction::HighFirst).into_iter().map(|place| place.map(i64::from)).collect()
}
