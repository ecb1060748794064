//! Reporting discipline (RETURNS.md §7): when each return came in, how late that was, and how each expected unit stands.

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
    })
}

/// How every expected unit stands, in official order. `named` holds, per file index, the recommending units that the
/// file's rows name beside its sender; `dated` tells whether the calendar has a due date for the period.
pub fn units(
    roster: &Roster,
    dated: bool,
    sources: &[SourceVerdict],
    named: &BTreeMap<u32, BTreeSet<u32>>,
) -> Vec<UnitReport> {
    let recommenders = crate::rows::recommenders(roster);
    let mut by_unit: BTreeMap<u32, Vec<&SourceVerdict>> = BTreeMap::new();
    for source in sources {
        let own = source.unit.and_then(|unit| recommenders.get(unit as usize).copied().flatten());
        let mut units = named.get(&source.source.index).cloned().unwrap_or_default();
        units.extend(own);
        for unit in units {
            by_unit.entry(unit).or_default().push(source);
        }
    }
    let report = |unit: &u32| {
        let files = by_unit.get(unit).map_or(&[][..], Vec::as_slice);
        let status = files.iter().filter_map(|file| standing(file, dated)).min().unwrap_or(UnitStatus::Missing);
        let counted = files.iter().filter(|file| standing(file, dated).is_some());
        UnitReport {
            unit: *unit,
            status,
            sources: files.iter().map(|file| file.source.index).collect(),
            received: counted.filter_map(|file| file.received).max(),
        }
    };
    roster.expected.iter().map(report).collect()
}

/// What one file says for its unit; nothing where it was replaced or holds no form of this pipeline.
fn standing(source: &SourceVerdict, dated: bool) -> Option<UnitStatus> {
    match source.outcome {
        Outcome::Accepted if !dated || source.received.is_none() => Some(UnitStatus::Undated),
        Outcome::Accepted if source.late_days == 0 && !source.overdue => Some(UnitStatus::OnTime),
        Outcome::Accepted => Some(UnitStatus::Late { days: source.late_days, overdue: source.overdue }),
        Outcome::Returned => Some(UnitStatus::Returned),
        Outcome::Unreadable => Some(UnitStatus::Unreadable),
        Outcome::Unrecognised | Outcome::Superseded | Outcome::OtherPeriod | Outcome::Ignored => None,
    }
}
