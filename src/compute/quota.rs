//! Seats per recommending unit (apportioned, or as issued), what was recommended against them, and who goes over.

use super::facts::Facts;
use super::groups::Axis;
use super::{Statement, words};
use crate::definition::reference::ReferenceTable;
use crate::definition::{Basis, Quota, QuotaPart, UnitRule};
use crate::domain::apportion::apportion;
use crate::model::codes::FindingCode;
use crate::model::{Column, Finding, Place, Severity};

/// Seats and their use, by position among the expected units.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Seats {
    /// `None` where seats could not be told at all; a finding says why.
    seats: Option<Vec<u32>>,
    limits: Vec<i64>,
    formal: Vec<i64>,
    standby: Vec<i64>,
    /// Whether the issued table and not the apportionment gave them.
    pub issued: bool,
    pub findings: Vec<Finding>,
}

impl Seats {
    /// Seats of the plan's quota; `None` where it has none.
    pub fn new(facts: &Facts<'_>) -> Result<Option<Seats>, String> {
        let Some(quota) = &facts.plan.quota else { return Ok(None) };
        let mut findings = Vec::new();
        let issued = quota.issued.as_ref().and_then(|name| facts.reference.tables.get(name));
        let seats = match issued {
            Some(table) => issued_seats(table, quota, facts, &mut findings)?,
            None => apportioned_seats(quota, facts, &mut findings)?,
        };
        let mut all = Seats {
            formal: accepted_by_unit(facts, quota, &quota.formal)?,
            standby: accepted_by_unit(facts, quota, &quota.standby)?,
            limits: seats.iter().flatten().map(|seats| standby_limit(quota, *seats)).collect(),
            issued: issued.is_some(),
            seats,
            findings,
        };
        all.find_excess(quota, facts);
        Ok(Some(all))
    }

    /// One part of the quota for the unit at this position; `None` where seats could not be told.
    pub fn part(&self, part: QuotaPart, position: usize) -> Option<i64> {
        let seats = i64::from(*self.seats.as_ref()?.get(position)?);
        let formal = *self.formal.get(position)?;
        Some(match part {
            QuotaPart::Seats => seats,
            QuotaPart::Gap => (seats - formal).max(0),
            QuotaPart::Excess => (formal - seats).max(0),
            QuotaPart::StandbyLimit => *self.limits.get(position)?,
        })
    }

    fn find_excess(&mut self, quota: &Quota, facts: &Facts<'_>) {
        for (position, unit) in facts.reference.roster.expected.iter().enumerate() {
            let Some(seats) = self.part(QuotaPart::Seats, position) else { return };
            let limit = self.limits[position];
            let (formal, standby) = (self.formal[position], self.standby[position]);
            if formal > seats {
                self.findings.push(over(&quota.over, facts, *unit, seats, formal));
            }
            if standby > limit {
                self.findings.push(over(&quota.over_standby, facts, *unit, limit, standby));
            }
        }
    }

    /// What the overview says of the quota.
    pub fn statements(&self, facts: &Facts<'_>) -> Vec<Statement> {
        let over = self.named(facts, QuotaPart::Excess);
        let gaps = self.named(facts, QuotaPart::Gap);
        let Some(seats) = &self.seats else {
            return vec![Statement {
                holds: Some(false), text: "名额未能分配，原因见审核问题".to_string()
            }];
        };
        let all: u64 = seats.iter().map(|seats| u64::from(*seats)).sum();
        let used: i64 = self.formal.iter().sum();
        let mut statements = vec![Statement {
            holds: None,
            text: format!("名额共 {all} 个（{}），审核通过的正式申报 {used} 个", self.origin()),
        }];
        statements.push(match over.as_slice() {
            [] => Statement { holds: Some(true), text: "没有单位超名额".to_string() },
            names => Statement {
                holds: Some(false),
                text: format!("{} 个单位超名额：{}", names.len(), words::names(names, 5)),
            },
        });
        if !gaps.is_empty() {
            let missing: i64 = (0..seats.len()).filter_map(|position| self.part(QuotaPart::Gap, position)).sum();
            let text = format!("{} 个单位尚缺 {missing} 个名额：{}", gaps.len(), words::names(&gaps, 5));
            statements.push(Statement { holds: None, text });
        }
        statements
    }

    /// Where the seats come from, in words.
    pub fn origin(&self) -> &'static str {
        if self.issued { "按下达的名额分配表" } else { "按最大余数法分配" }
    }

    fn named(&self, facts: &Facts<'_>, part: QuotaPart) -> Vec<String> {
        let units = facts.reference.roster.expected.iter().enumerate();
        units
            .filter_map(|(position, unit)| {
                let count = self.part(part, position).filter(|count| *count > 0)?;
                Some(format!("{} {count} 个", facts.unit_name(*unit)))
            })
            .collect()
    }
}

/// max(minimum, floor(seats × rate)).
fn standby_limit(quota: &Quota, seats: u32) -> i64 {
    let (num, den) = quota.standby_rate;
    let part = u64::from(seats) * u64::from(num) / u64::from(den.max(1));
    i64::try_from(part).unwrap_or(i64::MAX).max(i64::from(quota.standby_minimum))
}

fn accepted_by_unit(facts: &Facts<'_>, quota: &Quota, filter: &crate::language::Checked) -> Result<Vec<i64>, String> {
    let rows = facts.form(quota.form)?;
    let expected = &facts.reference.roster.expected;
    let mut by_roster = vec![0_i64; facts.reference.roster.units.len()];
    for (counts, unit) in facts.mask(rows, Basis::Accepted, &[filter])?.into_iter().zip(rows.units.iter()) {
        if let Some(count) = unit.filter(|_| counts).and_then(|unit| by_roster.get_mut(unit as usize)) {
            *count += 1;
        }
    }
    Ok(expected.iter().map(|unit| by_roster.get(*unit as usize).copied().unwrap_or(0)).collect())
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
    for unit in &facts.reference.roster.expected {
        match roster_number(facts, &quota.weight, *unit)? {
            Some(weight) => weights.push(weight),
            None => unknown.push(facts.unit_name(*unit).to_string()),
        }
    }
    // A guessed weight would move everybody's seats: no seats at all until the roster is whole.
    if !unknown.is_empty() {
        findings.push(on_run(
            FindingCode::QuotaWeightMissing,
            format!("单位名册里 {} 没有{}", words::names(&unknown, 5), quota.weight),
            format!("每个参加分配的单位都有{}", quota.weight),
            "请在单位名册补齐后重新汇总；补齐前不分配名额",
        ));
        return Ok(None);
    }
    match apportion(quota.total, quota.minimum, &weights) {
        Ok(seats) => Ok(Some(seats)),
        Err(error) => {
            let expected = format!("{} 个名额够每个单位至少 {} 个", quota.total, quota.minimum);
            let next = "请核对单位名册和定义里的名额总数、最低名额";
            findings.push(on_run(FindingCode::QuotaNotApportioned, error.to_string(), expected, next));
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
    let units = Axis::units(facts);
    let mut seats = vec![0_u32; roster.expected.len()];
    let mut wrong = Vec::new();
    let mut sum = 0_u64;
    for ((name, count), line) in names.iter().zip(counts.iter()).zip(&table.lines) {
        let position = match roster.find(name.unwrap_or_default()) {
            [unit] => units.group_of(Some(*unit)),
            _ => None,
        };
        let count = count.and_then(|count| u32::try_from(count).ok());
        match (position, count) {
            (Some(position), Some(count)) => {
                seats[position] = seats[position].saturating_add(count);
                sum += u64::from(count);
            }
            _ => wrong.push(format!("第 {line} 行“{}”", name.unwrap_or_default())),
        }
    }
    let next = format!("请改正“{}”后重新汇总", table.name);
    if !wrong.is_empty() {
        let found = format!("“{}”{} 认不出单位或名额", table.name, words::names(&wrong, 5));
        findings.push(on_run(FindingCode::QuotaIssuedRow, found, "每行是一个推荐单位和一个名额数".to_string(), &next));
    }
    if sum != u64::from(quota.total) {
        let found = format!("“{}”各单位名额合计 {sum} 个", table.name);
        findings.push(on_run(
            FindingCode::QuotaIssuedTotal,
            found,
            format!("合计等于总名额 {} 个", quota.total),
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
        expected: words::fill(&rule.expected, hole),
        next: words::fill(&rule.next, hole),
        line: Some(rule.line),
        holds_return: false,
    }
}

fn on_run(code: FindingCode, found: String, expected: String, next: &str) -> Finding {
    Finding {
        code: code.into(),
        severity: Severity::Block,
        place: Place::default(),
        found,
        expected,
        next: next.to_string(),
        line: None,
        holds_return: false,
    }
}
