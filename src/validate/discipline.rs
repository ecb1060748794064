//! Reporting discipline (RETURNS.md §7): when each return came in, how late that was, and how each expected unit stands.

use super::addresses::Addresses;
use super::sorted::WhoseRows;
use crate::definition::Roster;
use crate::definition::reference::Due;
use crate::domain::workdays::Calendar;
use crate::model::codes::FindingCode;
use crate::model::normalised::NormalisedReturn;
use crate::model::run::{SourceVerdict, UnitReport, UnitStatus};
use crate::model::{Effect, Finding, FindingKey, Outcome, Place, Severity, SourceFile};
use crate::text::dates::show_day;
use std::collections::{BTreeMap, BTreeSet};

/// Seconds east of UTC in Beijing, which has no summer time.
const BEIJING: i64 = 8 * 3600;

/// Day of a stamp in Beijing; `None` beyond the calendar.
pub fn beijing_day(seconds: i64) -> Option<i32> {
    i32::try_from(seconds.checked_add(BEIJING)?.div_euclid(86_400)).ok()
}

/// Working days past the due date, and whether 补报截止 has passed too. Weekends after the due date are not late.
pub fn lateness(due: Option<&Due>, calendar: &Calendar, received: Option<i32>) -> (i64, bool) {
    let (Some(due), Some(received)) = (due, received) else { return (0, false) };
    let days = if received > due.due { calendar.workdays(due.due.saturating_add(1), received) } else { 0 };
    (days, due.grace.is_some_and(|grace| received > grace))
}

/// A return that says it was filled in before 开网: more often a wrong date, or last period's form, than zeal. Judged by
/// 填报日期 alone, for a file's stamp may be that of the blank form.
pub fn early(due: Option<&Due>, source: &SourceFile, returned: &NormalisedReturn) -> Option<Finding> {
    let opens = due?.opens.filter(|_| returned.other_period.is_none())?;
    let filed = returned.version.filled_on.filter(|filed| *filed < opens)?;
    let unit = returned.sender.as_ref().map(|sender| sender.unit);
    Some(Finding {
        code: FindingCode::FiledBeforeOpen.into(),
        severity: Severity::Note,
        place: Place { source: Some(source.index), unit, ..Place::default() },
        found: format!("填报日期 {} 早于开网日期 {}", show_day(filed), show_day(opens)),
        expected: "开网以后填报本期数据".into(),
        next: "请核对填报日期是否写错、报的是不是上期的数；照常计入".into(),
        line: None,
        effect: Effect::Counts,
        key: FindingKey::reading([filed.to_string(), opens.to_string()]),
        rules: Vec::new(),
    })
}

/// How every expected unit stands, in official order. `named` tells whose rows each file holds; `dated` whether the
/// calendar has a due date for the period.
pub fn units(roster: &Roster, dated: bool, sources: &[SourceVerdict], named: &WhoseRows) -> Vec<UnitReport> {
    let mut by_unit: BTreeMap<u32, Vec<(&SourceVerdict, Option<bool>)>> = BTreeMap::new();
    for source in sources {
        let own = source.unit.and_then(|unit| roster.owing(unit));
        if let Some(own) = own {
            by_unit.entry(own).or_default().push((source, None));
        }
        let others = named.get(&source.source.index).into_iter().flatten().filter(|(unit, _)| Some(**unit) != own);
        for (unit, counts) in others {
            by_unit.entry(*unit).or_default().push((source, Some(*counts)));
        }
    }
    let report = |unit: &u32| {
        let files = by_unit.get(unit).map_or(&[][..], Vec::as_slice);
        let standings = files.iter().filter_map(|(file, counts)| standing(file, *counts, dated));
        let status = standings.min().unwrap_or(UnitStatus::Missing);
        let counted = || files.iter().filter(|(file, counts)| standing(file, *counts, dated).is_some());
        let said = counted().filter(|(file, _)| !file.by_stamp).filter_map(|(file, _)| file.received).max();
        UnitReport {
            unit: *unit,
            status,
            sources: files.iter().map(|(file, _)| file.source.index).collect(),
            received: said.or_else(|| counted().filter_map(|(file, _)| file.received).max()),
            by_stamp: said.is_none(),
        }
    };
    roster.expected.iter().map(report).collect()
}

/// What one file says for a unit; nothing where it was replaced or holds no form of this pipeline. In another unit's list
/// (`counts` tells whether any of its rows there counts) its own rows are what was sent back or not.
fn standing(source: &SourceVerdict, counts: Option<bool>, dated: bool) -> Option<UnitStatus> {
    let accepted = match source.outcome {
        Outcome::Accepted | Outcome::Returned => counts.unwrap_or(source.outcome == Outcome::Accepted),
        Outcome::Unreadable => return Some(UnitStatus::Unreadable),
        Outcome::Unrecognised | Outcome::Superseded | Outcome::OtherPeriod | Outcome::LeftOut | Outcome::Ignored => {
            return None;
        }
    };
    Some(match source {
        _ if !accepted => UnitStatus::Returned,
        source if !dated || source.received.is_none() || source.by_stamp => UnitStatus::Undated,
        source if source.late_days == 0 && !source.overdue => UnitStatus::OnTime,
        source => UnitStatus::Late { days: source.late_days, overdue: source.overdue },
    })
}

/// Units that owe a return and sent none, whose rows count in another unit's list: they have reported.
pub fn by_others(roster: &Roster, addresses: &Addresses, named: &WhoseRows) -> Vec<Finding> {
    let sent: BTreeSet<u32> = addresses.senders.values().filter_map(|unit| roster.owing(*unit)).collect();
    let name = |unit: u32| roster.units.get(unit as usize).map_or("", |unit| unit.name.as_ref());
    let mut findings = Vec::new();
    for (source, units) in named {
        let Some(sender) = addresses.senders.get(source) else { continue };
        for (unit, _) in units.iter().filter(|(unit, counts)| **counts && !sent.contains(unit)) {
            findings.push(Finding {
                code: FindingCode::ReportedByAnother.into(),
                severity: Severity::Note,
                place: Place { source: Some(*source), unit: Some(*unit), ..Place::default() },
                found: format!("{}没有单独报，由{}代报", name(*unit), name(*sender)),
                expected: "应报单位自己报送，或由上级一并报送".into(),
                next: "已算作报送，不必催报".into(),
                line: None,
                effect: Effect::Counts,
                key: FindingKey::reading([name(*unit), name(*sender)]),
                rules: Vec::new(),
            });
        }
    }
    findings
}
