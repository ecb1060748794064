//! Which period a table says it is of, and whether that is the run's.

use super::cover::Cover;
use super::view::View;
use crate::domain::period::{Period, PeriodKind};
use crate::domain::schedule::Schedule;
use crate::model::cell::CellRef;

/// What a table says of its period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    Nothing,
    /// 所属期 is there and cannot be read.
    Unclear(CellRef, String),
    Ours,
    /// 所属期 is of another length: a month within our year, or the year around our month.
    OtherKind(CellRef, String),
    Other(CellRef, String),
}

/// 所属期 first, else years in the title rows, else the sheet's name.
pub fn said(
    view: &View<'_>,
    cover: &Cover,
    title_rows: &[usize],
    header: CellRef,
    schedule: &Schedule,
    ours: &Period,
) -> Said {
    if let Some((at, text)) = cover.periods.first() {
        let read: Vec<Period> = periods(text, schedule);
        return if read.is_empty() {
            Said::Unclear(*at, text.clone())
        } else if spans(&read, ours)
            || (fits(&read, ours) && read.iter().any(|period| period.overlaps(ours) && alike(period, ours)))
        {
            Said::Ours
        } else if fits(&read, ours) {
            Said::OtherKind(*at, text.clone())
        } else {
            Said::Other(*at, text.clone())
        };
    }
    let mut other = None;
    for &i in title_rows {
        for cell in view.telling(i) {
            let text = view.sheet.text(cell.value);
            let read = periods_in_title(text, schedule);
            if fits(&read, ours) || spans(&read, ours) {
                return Said::Ours;
            }
            if !read.is_empty() && other.is_none() {
                other = Some(Said::Other(cell.at, crate::text::names::tidy(text).into_owned()));
            }
        }
    }
    if let Some(other) = other {
        return other;
    }
    match schedule.parse(&view.sheet.name) {
        Some(period) if period.overlaps(ours) => Said::Ours,
        Some(_) => Said::Other(header, format!("工作表名“{}”", view.sheet.name)),
        None => Said::Nothing,
    }
}

/// Whether two periods are of one length, where both are of those that the calendar gives. A month in the 所属期 of a
/// yearly return may be its filing date, or the month's return of something else: possible, and for someone to look at.
fn alike(a: &Period, b: &Period) -> bool {
    let of_calendar = |kind: PeriodKind| {
        matches!(kind, PeriodKind::Month | PeriodKind::Quarter | PeriodKind::HalfYear | PeriodKind::Year)
    };
    a.kind == b.kind || !of_calendar(a.kind) || !of_calendar(b.kind)
}

/// Whether two ends are named, and we lie between them: 2026年1月1日至12月31日.
fn spans(read: &[Period], ours: &Period) -> bool {
    let first = read.iter().map(|period| period.first).min();
    let last = read.iter().map(|period| period.last).max();
    let one_kind = read.windows(2).all(|pair| pair[0].kind == pair[1].kind);
    read.len() > 1
        && one_kind
        && first.is_some_and(|first| first <= ours.first)
        && last.is_some_and(|last| last >= ours.last)
}

/// A month within the year, or a year around the month, is no other period. Where a text says several, those of our own
/// kind decide: “2025–2026采暖期 2025年12月” is not January's.
fn fits(read: &[Period], ours: &Period) -> bool {
    let mut own_kind = read.iter().filter(|period| period.kind == ours.kind).peekable();
    if own_kind.peek().is_some() {
        return own_kind.any(|period| period.overlaps(ours));
    }
    read.iter().any(|period| period.overlaps(ours))
}

fn periods(text: &str, schedule: &Schedule) -> Vec<Period> {
    let text = crate::text::width::narrow(text);
    match schedule.parse(&text) {
        Some(period) => vec![period],
        None => match crate::text::dates::read(&text) {
            // 所属期 as a date cell: its month.
            crate::text::dates::Reading::Day(day) => {
                Period::parse(&crate::text::dates::show_month(day)).into_iter().collect()
            }
            _ => periods_in_title(&text, schedule),
        },
    }
}

/// Every season and every 20xx年… of a text, as precise as it says.
fn periods_in_title(text: &str, schedule: &Schedule) -> Vec<Period> {
    if !text.contains('年') && schedule.season.is_none() {
        return Vec::new();
    }
    let text = crate::text::width::narrow(text);
    let (mut found, text) = schedule.seasons_in(&text);
    for (at, _) in text.match_indices('年') {
        let Some(start) = at.checked_sub(4) else { continue };
        let Some(year) = text.get(start..at).filter(|year| year.bytes().all(|b| b.is_ascii_digit())) else { continue };
        if !matches!(year.get(..2), Some("19" | "20")) {
            continue;
        }
        let rest = text.get(at + '年'.len_utf8()..).unwrap_or("").trim_start_matches(['度', ' ']);
        let end = rest
            .find(['月', '季'])
            .filter(|end| *end <= 9)
            .map(|end| end + 3)
            .or_else(|| ["上半年", "下半年"].iter().find(|half| rest.starts_with(**half)).map(|half| half.len()));
        let precise = end.and_then(|end| Period::parse(&format!("{year}年{}", rest.get(..end)?)));
        let end_of_range = end.and_then(|end| month_after(rest.get(end..)?));
        found.extend(precise.or_else(|| Period::parse(year)));
        found.extend(end_of_range.and_then(|month| Period::parse(&format!("{year}年{month}月"))));
    }
    found
}

/// The month that ends a range: what follows 1月 in 2026年1月-12月 or 2026年1月1日至12月31日.
fn month_after(rest: &str) -> Option<&str> {
    let rest =
        rest.trim_start_matches(|c: char| c.is_ascii_digit() || c.is_whitespace()).trim_start_matches(['日', '号']);
    let rest = rest.trim_start();
    let rest = rest.strip_prefix(['-', '—', '–', '~', '至', '到', '－', '～'])?.trim_start_matches(['—', '-', ' ']);
    let (month, _) = rest.split_once('月')?;
    Some(month.trim()).filter(|month| (1..=2).contains(&month.len()) && month.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::schedule::Season;

    #[test]
    fn titles_say_years_months_and_quarters() {
        let years = Schedule::of(PeriodKind::Year);
        let keys = |text: &str| periods_in_title(text, &years).iter().map(Period::key).collect::<Vec<_>>();
        assert_eq!(keys("２０２６年度省模范班组申报汇总表"), ["2026"]);
        assert_eq!(keys("2026年3月合理化建议月报"), ["2026-03"]);
        assert_eq!(keys("2026年第1季度台账"), ["2026Q1"]);
        assert_eq!(keys("2025年度（2026年评选）"), ["2025", "2026"]);
        assert!(keys("申报汇总表").is_empty());
        assert_eq!(keys("2026年1月—12月"), ["2026-01", "2026-12"]);
        assert_eq!(keys("2026年1月1日至12月31日"), ["2026-01", "2026-12"]);
        assert_eq!(keys("2026年3月5日"), ["2026-03"]);
    }

    #[test]
    fn a_range_of_months_is_the_year() {
        let ours = Period::parse("2026").expect("fixture");
        for (text, whole) in [("2026年1月-12月", true), ("2026年1月1日至2026年12月31日", true), ("2026年3月", false)]
        {
            let read = periods(text, &Schedule::of(PeriodKind::Year));
            assert_eq!(spans(&read, &ours) || read.iter().any(|period| alike(period, &ours)), whole, "{text}");
        }
    }

    #[test]
    fn a_month_of_our_year_is_ours() {
        let (Some(year), Some(month), Some(last)) =
            (Period::parse("2026"), Period::parse("2026-03"), Period::parse("2025"))
        else {
            panic!("fixture")
        };
        let fits = |read: &Period, ours: &Period| fits(std::slice::from_ref(read), ours);
        assert!(fits(&year, &month) && fits(&month, &year) && !fits(&year, &last));
    }

    #[test]
    fn a_season_beside_a_month_does_not_stand_for_its_other_months() {
        let season = Season { name: "采暖期".into(), also: vec![], first: (11, 15), last: (3, 15) };
        let schedule = Schedule { kind: PeriodKind::Month, season: Some(season), campaigns: vec![] };
        let read = periods_in_title("2025—2026年采暖期服务指标月报（2025年12月）", &schedule);
        assert_eq!(read.len(), 2);
        let month = |text| Period::parse(text).unwrap();
        assert!(fits(&read, &month("2025-12")) && !fits(&read, &month("2026-01")));
        let season_alone = periods_in_title("2025-2026采暖期指标", &schedule);
        assert!(fits(&season_alone, &month("2026-01")) && !fits(&season_alone, &month("2026-04")));
    }
}
