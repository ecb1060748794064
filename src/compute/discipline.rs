//! Reporting discipline: who reported, late, got returns back, is missing; and the chase list with words ready to send.

use super::facts::Facts;
use super::groups::Axis;
use super::{notes, words};
use crate::model::run::{SourceVerdict, UnitReport, UnitStatus};
use crate::model::statistic::{RowKind, StatCell, StatRow, StatTable};
use crate::model::{Outcome, Severity};
use crate::spec::{DisciplineBy, Table};
use crate::text::id_number::mask_within;
use std::collections::{BTreeMap, BTreeSet};

/// Computes one table of discipline.
///
/// # Errors
/// Parts that do not add up to the units expected.
pub fn table(table: &Table, by: DisciplineBy, facts: &Facts<'_>) -> Result<StatTable, String> {
    match by {
        DisciplineBy::Unit => Ok(by_unit(table, facts)),
        DisciplineBy::City => by_group(table, "地区", &Axis::cities(facts), facts),
        DisciplineBy::Channel => by_group(table, "渠道", &Axis::channels(facts), facts),
    }
}

fn status_word(status: UnitStatus) -> &'static str {
    match status {
        UnitStatus::OnTime => "按时",
        UnitStatus::Late { overdue: true, .. } => "逾期",
        UnitStatus::Late { overdue: false, .. } => "迟报",
        UnitStatus::Returned => "退回",
        UnitStatus::Unreadable => "无法读取",
        UnitStatus::Missing => "未报",
    }
}

fn text(words: impl Into<String>) -> StatCell {
    StatCell::Text(words.into())
}

/// Files of a unit with one of these outcomes.
fn files<'a>(
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
fn troubled<'a>(unit: &'a UnitReport, facts: &'a Facts<'_>) -> impl Iterator<Item = &'a SourceVerdict> {
    let wrong: &[Outcome] = match unit.status {
        // All that came is something else.
        UnitStatus::Missing => &[Outcome::Unrecognised],
        _ => &[Outcome::Returned, Outcome::Unreadable],
    };
    files(unit, wrong, facts)
}

fn cause(source: &SourceVerdict) -> &str {
    if source.cause.is_empty() { source.outcome.word() } else { &source.cause }
}

/// What is wrong with a unit's files, each with its cause.
fn causes(unit: &UnitReport, facts: &Facts<'_>) -> String {
    let said = troubled(unit, facts).map(|source| format!("{}：{}", source.source.name, cause(source)));
    mask_within(&said.collect::<Vec<_>>().join("；"))
}

/// How many findings a reminder quotes of each file; the rest are counted.
const QUOTED: usize = 3;

/// By file, the first few 必改 with their cells.
fn quotes(facts: &Facts<'_>) -> BTreeMap<u32, Vec<String>> {
    let mut quotes: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    for finding in facts.verdict.findings.iter().filter(|finding| finding.severity == Severity::Block) {
        let Some(source) = finding.place.source else { continue };
        let quoted = quotes.entry(source).or_default();
        if quoted.len() < QUOTED {
            let at = finding.place.cells.first().map_or_else(String::new, |cell| format!("{cell} "));
            quoted.push(format!("{at}{}", finding.found));
        }
    }
    quotes
}

/// As [`causes`], with the findings themselves, so that a unit knows what to mend.
fn troubles(unit: &UnitReport, quotes: &BTreeMap<u32, Vec<String>>, facts: &Facts<'_>) -> String {
    let said = troubled(unit, facts).map(|source| {
        let name = &source.source.name;
        let all = facts.blocks.get(source.source.index as usize).map_or(0, |(blocks, _)| *blocks);
        match quotes.get(&source.source.index) {
            Some(quoted) if all > quoted.len() => format!("{name}：{}；等 {all} 处", quoted.join("；")),
            Some(quoted) => format!("{name}：{}", quoted.join("；")),
            None => format!("{name}：{}", cause(source)),
        }
    });
    mask_within(&said.collect::<Vec<_>>().join("；"))
}

/// 报表份数, 通过, 退回.
const KINDS: [&[Outcome]; 3] = [&RETURNS, &[Outcome::Accepted], &[Outcome::Returned]];

fn by_unit(table: &Table, facts: &Facts<'_>) -> StatTable {
    let headings = ["单位", "状态", "报送时间", "迟报工作日", "报表份数", "通过", "退回", "说明"];
    let mut finished = notes::empty_table(table, facts, &headings, 1);
    let mut parts = [0_i64; 3];
    for unit in &facts.verdict.units {
        let counts = KINDS.map(|outcomes| files(unit, outcomes, facts).count() as i64);
        parts.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
        let mut cells = vec![
            text(facts.unit_name(unit.unit)),
            text(status_word(unit.status)),
            unit.received.map_or(StatCell::NotApplicable, StatCell::Date),
            match unit.status {
                UnitStatus::Late { days, .. } => StatCell::Integer(days),
                UnitStatus::OnTime => StatCell::Integer(0),
                _ => StatCell::NotApplicable,
            },
        ];
        cells.extend(counts.map(StatCell::Integer));
        let causes = causes(unit, facts);
        cells.push(if causes.is_empty() { StatCell::Empty } else { text(causes) });
        finished.rows.push(StatRow { kind: RowKind::Body, cells });
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
    total.push(StatCell::Empty);
    finished.rows.push(StatRow { kind: RowKind::Total, cells: total });
    finished.definitions = [
        "应报单位，按名册次序全部列出",
        "取该单位各份报表中最好的一份：按时、迟报、逾期（补报截止以后）、退回、无法读取、未报",
        "填报日期，没有的取文件时间，取最后一份",
        "截止日期之后的工作日数",
        "收到的报表文件数，不含已被替代的版本、未识别的文件和系统文件",
        "没有必改问题的报表",
        "有必改问题的报表",
        "未通过的文件及原因",
    ]
    .map(String::from)
    .to_vec();
    finished.notes.extend(due_note(facts));
    finished.notes.extend(stray_note(facts));
    finished
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

fn due_note(facts: &Facts<'_>) -> Option<String> {
    let due = facts.reference.due?;
    let grace = due.grace.map_or_else(String::new, |grace| format!("，补报截止 {}", words::date(grace)));
    Some(format!("截止日期 {}{grace}；截止日期之后没有隔工作日的算按时。", words::date(due.due)))
}

/// Position of a status among 按时, 迟报, 退回, 无法读取, 未报.
fn slot(status: UnitStatus) -> usize {
    match status {
        UnitStatus::OnTime => 0,
        UnitStatus::Late { .. } => 1,
        UnitStatus::Returned => 2,
        UnitStatus::Unreadable => 3,
        UnitStatus::Missing => 4,
    }
}

fn by_group(table: &Table, label: &str, axis: &Axis<'_>, facts: &Facts<'_>) -> Result<StatTable, String> {
    let headings = [label, "应报", "按时", "迟报", "退回", "无法读取", "未报", "报送率", "按时率"];
    let mut finished = notes::empty_table(table, facts, &headings, 1);
    let mut groups = vec![[0_i64; 5]; axis.groups.len() + 1];
    let mut total = [0_i64; 5];
    for unit in &facts.verdict.units {
        let group = axis.group_of(Some(unit.unit)).unwrap_or(axis.groups.len());
        groups[group][slot(unit.status)] += 1;
        total[slot(unit.status)] += 1;
    }
    let all: i64 = total.iter().sum();
    let parts: i64 = groups.iter().flatten().sum();
    if all != parts || all != facts.verdict.units.len() as i64 {
        return Err(format!(
            "表“{}”：各行应报 {parts} 个，合计 {all} 个，应报单位 {} 个",
            table.id,
            facts.verdict.units.len()
        ));
    }
    for (group, counts) in groups.iter().enumerate() {
        let label = axis.groups.get(group).map_or(axis.leftover, |group| &group.label);
        if group < axis.groups.len() || counts.iter().any(|count| *count > 0) {
            finished.rows.push(rates(RowKind::Body, label, counts));
        }
    }
    finished.rows.push(rates(RowKind::Total, "合计", &total));
    finished.definitions = [
        "按推荐单位归属，全部列出".to_string(),
        "名册中本报告期应报的单位数".to_string(),
        "截止前报送并通过的单位数".to_string(),
        "截止后报送并通过的单位数，含逾期".to_string(),
        "报送了但没有一份通过的单位数".to_string(),
        "报送的文件都打不开的单位数".to_string(),
        "没有收到文件的单位数".to_string(),
        "（按时＋迟报＋退回）÷ 应报".to_string(),
        "按时 ÷ 应报".to_string(),
    ]
    .to_vec();
    finished.notes.extend(due_note(facts));
    finished.notes.push("报送率按（按时＋迟报＋退回）÷ 应报计算，按时率按“按时 ÷ 应报”计算。".to_string());
    Ok(finished)
}

fn rates(kind: RowKind, label: &str, counts: &[i64; 5]) -> StatRow {
    let expected: i64 = counts.iter().sum();
    let mut cells = vec![text(label), StatCell::Integer(expected)];
    cells.extend(counts.iter().map(|count| StatCell::Integer(*count)));
    cells.push(StatCell::Ratio { num: counts[0] + counts[1] + counts[2], den: expected });
    cells.push(StatCell::Ratio { num: counts[0], den: expected });
    StatRow { kind, cells }
}

/// The chase list: everyone who owes something, what is wrong, and words to send.
pub fn chase(table: &Table, facts: &Facts<'_>) -> StatTable {
    let headings = ["序号", "单位", "状态", "问题", "催报文字"];
    let mut finished = notes::empty_table(table, facts, &headings, 1);
    let quotes = quotes(facts);
    for unit in &facts.verdict.units {
        let troubles = troubles(unit, &quotes, facts);
        if unit.status == UnitStatus::OnTime && troubles.is_empty() {
            continue;
        }
        let problem = match unit.status {
            UnitStatus::Missing if troubles.is_empty() => "没有收到报表".to_string(),
            UnitStatus::Missing => format!("没有收到报表；收到的不是本表：{troubles}"),
            UnitStatus::Late { days, .. } => {
                let late = format!("迟报 {days} 个工作日");
                if troubles.is_empty() { late } else { format!("{late}；{troubles}") }
            }
            _ => troubles.clone(),
        };
        finished.rows.push(StatRow {
            kind: RowKind::Body,
            cells: vec![
                StatCell::Integer(finished.rows.len() as i64 + 1),
                text(facts.unit_name(unit.unit)),
                text(status_word(unit.status)),
                text(problem),
                text(reminder(unit, &troubles, facts)),
            ],
        });
    }
    if finished.rows.is_empty() {
        let mut cells = vec![StatCell::Empty; headings.len()];
        cells[0] = text("没有需要催报的单位");
        finished.rows.push(StatRow { kind: RowKind::Body, cells });
    }
    finished.definitions = [
        "按名册次序",
        "未报、迟报、退回、无法读取或仍有退回文件的应报单位",
        "该单位最好的一份报表的状态",
        "未通过的文件及原因",
        "可直接发送",
    ]
    .map(String::from)
    .to_vec();
    finished.notes.extend(due_note(facts));
    finished
}

/// What to send to a unit. The date is the last on which a return is still taken.
fn reminder(unit: &UnitReport, troubles: &str, facts: &Facts<'_>) -> String {
    let name = facts.unit_name(unit.unit);
    let what = format!("{}“{}”报表", facts.period.title(), facts.plan.title);
    let due = facts.reference.due.map(|due| words::date(due.grace.unwrap_or(due.due)));
    let by = due.map_or_else(|| "尽快".to_string(), |due| format!("于{due}前"));
    match unit.status {
        UnitStatus::Missing => format!("请{name}{by}报送{what}。"),
        UnitStatus::Unreadable => format!("{name}：你单位{what}的文件无法读取（{troubles}），请{by}重新报送。"),
        UnitStatus::Late { days, .. } if troubles.is_empty() => {
            format!("{name}：你单位{what}迟报 {days} 个工作日，已收到，请今后按时报送。")
        }
        _ => format!("{name}：你单位{what}须改正（{troubles}），请{by}改正后重新报送。"),
    }
}
