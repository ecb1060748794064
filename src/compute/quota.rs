//! Seats per recommending unit (apportioned, or as issued), what was recommended against them, and who goes over.

use super::facts::Facts;
use super::seats::Seats;
use super::words;
use crate::definition::reference::ReferenceTable;
use crate::definition::{Quota, QuotaPart, UnitRule};
use crate::domain::apportion::apportion;
use crate::model::codes::FindingCode;
use crate::model::conclusion::{About, Conclusion};
use crate::model::{Column, Effect, Finding, FindingKey, Place, Severity};

/// Seats of the plan's quota; `None` where it has none.
///
/// # Errors
/// A roster or an issued table without the column that the definition names.
pub fn seats(facts: &Facts<'_>) -> Result<Option<Seats>, String> {
    let Some(quota) = &facts.plan.quota else { return Ok(None) };
    let mut findings = Vec::new();
    let issued = quota.issued.as_ref().and_then(|name| facts.reference.tables.get(name));
    let seats = match issued {
        Some(table) => issued_seats(table, quota, facts, &mut findings)?,
        None => apportioned_seats(quota, facts, &mut findings)?,
    };
    let mut all = Seats {
        formal: by_unit(facts, quota, &quota.formal, true)?,
        standby: by_unit(facts, quota, &quota.standby, true)?,
        returned: by_unit(facts, quota, &quota.formal, false)?,
        standing: facts.verdict.units.iter().map(|unit| unit.status).collect(),
        limits: seats.iter().flatten().map(|seats| standby_limit(quota, *seats)).collect(),
        issued: issued.is_some(),
        seats,
        findings,
    };
    let excess = excess(&all, quota, facts);
    all.findings.extend(excess);
    Ok(Some(all))
}

/// Units that recommended more than they have seats for.
fn excess(all: &Seats, quota: &Quota, facts: &Facts<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (position, unit) in facts.reference.roster.recommending().into_iter().enumerate() {
        let Some(seats) = all.part(QuotaPart::Seats, position) else { return findings };
        let limit = all.limits[position];
        let (formal, standby) = (all.formal[position], all.standby[position]);
        if formal > seats {
            findings.push(over(&quota.over, facts, unit, seats, formal));
        }
        if standby > limit {
            findings.push(over(&quota.over_standby, facts, unit, limit, standby));
        }
    }
    findings
}

/// What the overview says of the quota.
pub fn conclusions(all: &Seats, facts: &Facts<'_>) -> Vec<Conclusion> {
    let over = named(all, facts, QuotaPart::Excess);
    let gaps = named(all, facts, QuotaPart::Gap);
    let Some(seats) = &all.seats else {
        return vec![Conclusion::new(About::News, Some(false), "名额未能分配，原因见审核问题。".to_owned())];
    };
    let whole: u64 = seats.iter().map(|seats| u64::from(*seats)).sum();
    let news = |holds, text| Conclusion::new(About::News, holds, text);
    let mut conclusions = vec![news(None, format!("名额共 {whole} 个（{}）。", all.origin()))];
    conclusions.push(match over.as_slice() {
        [] => news(Some(true), "没有单位超名额。".to_owned()),
        names => news(Some(false), format!("{} 个单位超名额：{}。", names.len(), words::names(names, 5))),
    });
    if !gaps.is_empty() {
        let missing: i64 = (0..seats.len()).filter_map(|position| all.part(QuotaPart::Gap, position)).sum();
        let causes = [
            (QuotaPart::GapNotNominated, "未推荐"),
            (QuotaPart::GapReturned, "退回"),
            (QuotaPart::GapUnreadable, "无法读取"),
            (QuotaPart::GapMissing, "未报"),
        ];
        let causes = causes.into_iter().filter_map(|(part, word)| {
            let count: i64 = (0..seats.len()).filter_map(|position| all.part(part, position)).sum();
            (count > 0).then(|| format!("{word} {count} 个"))
        });
        let causes = causes.collect::<Vec<_>>().join("、");
        let text = format!("{} 个单位尚缺 {missing} 个名额（{causes}）：{}。", gaps.len(), words::names(&gaps, 5));
        conclusions.push(news(None, text));
    }
    conclusions
}

fn named(all: &Seats, facts: &Facts<'_>, part: QuotaPart) -> Vec<String> {
    let units = facts.reference.roster.recommending().into_iter().enumerate();
    let with = units.filter_map(|(position, unit)| {
        let count = all.part(part, position).filter(|count| *count > 0)?;
        Some(format!("{} {count} 个", facts.unit_name(unit)))
    });
    with.collect()
}

/// max(minimum, floor(seats × rate)).
fn standby_limit(quota: &Quota, seats: u32) -> i64 {
    let (num, den) = quota.standby_rate;
    let part = u64::from(seats) * u64::from(num) / u64::from(den.max(1));
    i64::try_from(part).unwrap_or(i64::MAX).max(i64::from(quota.standby_minimum))
}

/// Rows that a condition takes, unit by unit: those that count, or those that were sent back.
fn by_unit(
    facts: &Facts<'_>,
    quota: &Quota,
    filter: &crate::language::Checked,
    accepted: bool,
) -> Result<Vec<i64>, String> {
    let rows = facts.form(quota.form)?;
    let recommending = facts.reference.roster.recommending();
    let mut by_roster = vec![0_i64; facts.reference.roster.units.len()];
    let wanted = facts.holds(rows, &[filter])?.into_iter().zip(rows.accepted.iter());
    for ((holds, counts), unit) in wanted.zip(rows.units.iter()) {
        if let Some(count) =
            unit.filter(|_| holds && *counts == accepted).and_then(|unit| by_roster.get_mut(unit as usize))
        {
            *count += 1;
        }
    }
    Ok(recommending.iter().map(|unit| by_roster.get(*unit as usize).copied().unwrap_or(0)).collect())
}

/// A number of the roster, by its column's name.
///
/// # Errors
/// The roster has no such column of numbers.
pub fn roster_number(facts: &Facts<'_>, column: &str, unit: u32) -> Result<Option<u64>, String> {
    match column {
        "在岗职工人数" => Ok(facts.reference.roster.units.get(unit as usize).and_then(|unit| unit.workers)),
        _ => Err(format!("单位名册没有可计算的“{column}”列")),
    }
}

fn apportioned_seats(
    quota: &Quota,
    facts: &Facts<'_>,
    findings: &mut Vec<Finding>,
) -> Result<Option<Vec<u32>>, String> {
    let mut weights = Vec::new();
    let mut unknown = Vec::new();
    for unit in facts.reference.roster.recommending() {
        match roster_number(facts, &quota.weight, unit)? {
            Some(weight) => weights.push(weight),
            None => unknown.push(facts.unit_name(unit).to_string()),
        }
    }
    // A guessed weight would move everybody's seats: no seats at all until the roster is whole.
    if !unknown.is_empty() {
        findings.push(on_run(
            FindingCode::QuotaWeightMissing,
            &unknown,
            [
                format!("单位名册里 {} 没有{}", words::names(&unknown, 5), quota.weight),
                format!("每个参加分配的单位都有{}", quota.weight),
            ],
            "请在单位名册补齐后重新汇总；补齐前不分配名额",
        ));
        return Ok(None);
    }
    match apportion(quota.total, quota.minimum, &weights) {
        Ok(seats) => Ok(Some(seats)),
        Err(error) => {
            let expected = format!("{} 个名额够每个单位至少 {} 个", quota.total, quota.minimum);
            let next = "请核对单位名册和定义里的名额总数、最低名额";
            let asked = [quota.total, quota.minimum].map(|number| number.to_string());
            let read: Vec<String> = asked.into_iter().chain(weights.iter().map(u64::to_string)).collect();
            findings.push(on_run(FindingCode::QuotaNotApportioned, &read, [error.to_string(), expected], next));
            Ok(None)
        }
    }
}

/// Seats as the issued table gives them. A unit that it does not list has none.
fn issued_seats(
    table: &ReferenceTable,
    quota: &Quota,
    facts: &Facts<'_>,
    findings: &mut Vec<Finding>,
) -> Result<Option<Vec<u32>>, String> {
    let names = table.columns.iter().find_map(|column| match column {
        Column::Text(names) => Some(names),
        _ => None,
    });
    let counts = table.columns.iter().find_map(|column| match column {
        Column::Integer(counts) => Some(counts),
        _ => None,
    });
    let (Some(names), Some(counts)) = (names, counts) else {
        return Err(format!("“{}”须有单位和名额两列", table.name));
    };
    let roster = &facts.reference.roster;
    let units = roster.recommending();
    let mut seats = vec![0_u32; units.len()];
    let (mut wrong, mut unread) = (Vec::new(), Vec::new());
    let mut sum = 0_u64;
    for ((name, count), line) in names.iter().zip(counts.iter()).zip(&table.lines) {
        let position = match roster.find(name.unwrap_or_default()) {
            [unit] => units.binary_search(unit).ok(),
            _ => None,
        };
        let count = count.and_then(|count| u32::try_from(count).ok());
        match (position, count) {
            (Some(position), Some(count)) => {
                seats[position] = seats[position].saturating_add(count);
                sum += u64::from(count);
            }
            _ => {
                wrong.push(format!("第 {line} 行“{}”", name.unwrap_or_default()));
                unread.push(name.unwrap_or_default().to_string());
            }
        }
    }
    let next = format!("请改正“{}”后重新汇总", table.name);
    if !wrong.is_empty() {
        let found = format!("“{}”{} 认不出单位或名额", table.name, words::names(&wrong, 5));
        let said = [found, "每行是一个推荐单位和一个名额数".to_string()];
        findings.push(on_run(FindingCode::QuotaIssuedRow, &unread, said, &next));
    }
    if sum != u64::from(quota.total) {
        let found = format!("“{}”各单位名额合计 {sum} 个", table.name);
        findings.push(on_run(
            FindingCode::QuotaIssuedTotal,
            &[sum.to_string(), quota.total.to_string()],
            [found, format!("合计等于总名额 {} 个", quota.total)],
            &next,
        ));
    }
    Ok(Some(seats))
}

fn over(rule: &UnitRule, facts: &Facts<'_>, unit: u32, seats: i64, actual: i64) -> Finding {
    let hole = |name: &str| match name {
        "单位" => Some(facts.unit_name(unit).to_string()),
        "名额" => Some(seats.to_string()),
        "实报" => Some(actual.to_string()),
        "超出" => Some((actual - seats).to_string()),
        _ => None,
    };
    Finding {
        code: (&rule.code).into(),
        severity: rule.severity,
        place: Place { unit: Some(unit), ..Place::default() },
        found: words::fill(&rule.found, hole),
        expected: words::fill(&rule.expected, hole).into(),
        next: words::fill(&rule.next, hole).into(),
        line: Some(rule.line),
        effect: Effect::Counts,
        key: FindingKey::reading([seats.to_string(), actual.to_string()]),
        rules: Vec::new(),
    }
}

/// A finding on the quota as a whole: told by what was read for it, not by its words.
fn on_run(code: FindingCode, read: &[String], [found, expected]: [String; 2], next: &str) -> Finding {
    let key = FindingKey::reading(read);
    Finding {
        code: code.into(),
        severity: Severity::Block,
        place: Place::default(),
        found,
        expected: expected.into(),
        next: next.into(),
        line: None,
        effect: Effect::Counts,
        key,
        rules: Vec::new(),
    }
}

/// How a part of the quota comes about.
pub fn definition(part: QuotaPart, facts: &Facts<'_>) -> String {
    let Some(quota) = &facts.plan.quota else { return String::new() };
    let formal = quota.formal.words();
    match part {
        QuotaPart::Seats if facts.seats.as_ref().is_some_and(|seats| seats.issued) => {
            format!("下达的“{}”", quota.issued.as_deref().unwrap_or_default())
        }
        QuotaPart::Seats => format!(
            "总名额 {} 个按{}以最大余数法分配，每个单位至少 {} 个，余数相同按名册次序",
            quota.total, quota.weight, quota.minimum
        ),
        QuotaPart::Gap => format!("名额减审核通过的正式申报（{formal}），不小于 0"),
        QuotaPart::GapNotNominated => "缺额中没有人申报的".to_owned(),
        QuotaPart::GapReturned => "缺额中申报了、被退回的，含整份退回的单位的全部缺额".to_owned(),
        QuotaPart::GapUnreadable => "只收到无法读取的文件的单位的缺额".to_owned(),
        QuotaPart::GapMissing => "未报的单位的缺额".to_owned(),
        QuotaPart::Excess => format!("审核通过的正式申报（{formal}）减名额，不小于 0"),
        QuotaPart::StandbyLimit => {
            let (num, den) = quota.standby_rate;
            let rate = words::percent(u64::from(num), u64::from(den));
            format!("名额的 {rate}，去尾，至少 {} 个", quota.standby_minimum)
        }
    }
}
