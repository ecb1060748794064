//! Which period a table says it is of, and whether that is the run's.
//!
//! Said by 所属期, else the title, else the name of the sheet, else that of the file. A year around the period leaves open
//! what the next of them says.

use super::cover::Cover;
use super::view::View;
use crate::domain::period::{Period, PeriodKind, civil};
use crate::domain::schedule::Schedule;
use crate::domain::spoken::{Spoken, SpokenPlace, spoken};
use crate::model::cell::CellRef;
use crate::text::names::tidy;

/// What a table says of its period, with the cell and the words that say it, in quotation marks and with where they stand if
/// that is no cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PeriodSaid {
    Nothing,
    /// 所属期 is there and cannot be read.
    Unclear(CellRef, String),
    /// A year around our period; whether it is 所属期 that says so.
    Open {
        at: CellRef,
        text: String,
        year: i32,
        label: bool,
    },
    Ours,
    /// A part of our period: 1月 in a quarter.
    Part(CellRef, String),
    /// A span, a cumulation or a longer period that shares days with ours.
    OtherKind(CellRef, String),
    /// Another period; which one, where it is one.
    Other(CellRef, String, Option<Period>),
}

/// What a table says, and a lower source that says otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeriodTold {
    pub said: PeriodSaid,
    pub odds: Option<(CellRef, String)>,
}

/// What one source comes to, held against our period.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Judged {
    Nothing,
    Open(i32),
    Ours,
    Part,
    OtherKind,
    Other(Option<Period>),
}

/// One source: where it stands, its words, what they say.
struct PeriodSource {
    at: CellRef,
    text: String,
    judged: Judged,
}

/// Labels of days: what stands behind them says when a return was filled in, and never for which period.
const DAYS: [&str; 3] = ["日期", "填报时间", "报送时间"];

/// What 所属期, title and sheet name say.
pub fn said(
    view: &View<'_>,
    cover: &Cover,
    title_rows: &[usize],
    header: CellRef,
    schedule: &Schedule,
    ours: &Period,
) -> PeriodTold {
    let mut sources = Vec::new();
    let mut year = ours.year();
    let mut unclear = None;
    for (at, text) in cover.periods.iter().take(1) {
        let judged = judge(&of_label(text, schedule, year), ours);
        if judged == Judged::Nothing && says_something(text) {
            unclear = Some(PeriodSaid::Unclear(*at, quoted(text)));
        }
        sources.push(PeriodSource { at: *at, text: quoted(text), judged });
    }
    year = context(&sources).unwrap_or(year);
    let mut titles: Vec<(CellRef, String, Vec<Spoken>)> = Vec::new();
    for cell in title_rows.iter().flat_map(|i| view.telling(*i)) {
        let text = tidy(view.sheet.text(cell.value)).into_owned();
        let read = spoken(without_days(&text), SpokenPlace::Title, schedule, year);
        // What 所属期 says in that very cell has been heard.
        if !read.is_empty() && !cover.periods.iter().any(|(at, _)| *at == cell.at) {
            titles.push((cell.at, text, read));
        }
    }
    if let Some((at, text, _)) = titles.first().cloned() {
        let read: Vec<Spoken> = titles.into_iter().flat_map(|(.., read)| read).collect();
        sources.push(PeriodSource { at, text: quoted(&text), judged: judge(&read, ours) });
    }
    year = context(&sources).unwrap_or(year);
    let name = &view.sheet.name;
    let read = near(spoken(name, SpokenPlace::Name, schedule, year), ours);
    sources.push(PeriodSource {
        at: header,
        text: format!("{}（工作表名）", quoted(name)),
        judged: judge(&read, ours),
    });
    let labelled = !cover.periods.is_empty();
    let mut told = decide(&sources, labelled);
    if let (Some(unclear), PeriodSaid::Nothing | PeriodSaid::Open { .. } | PeriodSaid::Ours) = (unclear, &told.said) {
        told.said = unclear;
    }
    told
}

/// The name of the file, where nothing better says anything; at odds with what does, it is only doubted.
pub fn of_file(told: &mut PeriodTold, name: &str, header: CellRef, schedule: &Schedule, ours: &Period) {
    let (folders, name) = name.rsplit_once('/').unwrap_or(("", name));
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let year = match &told.said {
        PeriodSaid::Open { year, .. } => *year,
        _ => ours.year(),
    };
    let judged = judge(&near(spoken(stem, SpokenPlace::Name, schedule, year), ours), ours);
    let text = format!("{}（文件名）", quoted(stem));
    match (&told.said, judged) {
        (
            PeriodSaid::Nothing | PeriodSaid::Open { .. },
            judged @ (Judged::Ours | Judged::Part | Judged::OtherKind | Judged::Other(_)),
        ) => {
            told.said = as_said(&PeriodSource { at: header, text, judged });
        }
        (PeriodSaid::Nothing, Judged::Open(_)) => told.said = PeriodSaid::Ours,
        (PeriodSaid::Ours | PeriodSaid::Part(..), Judged::Other(_)) | (PeriodSaid::Other(..), Judged::Ours)
            if told.odds.is_none() =>
        {
            told.odds = Some((header, text));
        }
        _ => {}
    }
    of_folders(told, folders, header, schedule, ours);
}

/// The innermost folder that says a period says it for a return that nothing else does; returns are put into folders by
/// the day that they came in as well, so it is held against nothing.
fn of_folders(told: &mut PeriodTold, folders: &str, header: CellRef, schedule: &Schedule, ours: &Period) {
    for folder in folders.rsplit('/').filter(|folder| !folder.is_empty()) {
        let year = match &told.said {
            PeriodSaid::Nothing => ours.year(),
            PeriodSaid::Open { year, .. } => *year,
            _ => return,
        };
        let judged = judge(&near(spoken(folder, SpokenPlace::Name, schedule, year), ours), ours);
        if matches!(judged, Judged::Ours | Judged::Part | Judged::Other(_)) {
            told.said =
                as_said(&PeriodSource { at: header, text: format!("{}（文件夹名）", quoted(folder)), judged });
            return;
        }
    }
}

/// A text in quotation marks; its own are single ones then.
fn quoted(text: &str) -> String {
    format!("“{}”", text.replace('“', "‘").replace('”', "’"))
}

/// The first source that says something decides; those below it that say otherwise are named.
fn decide(sources: &[PeriodSource], labelled: bool) -> PeriodTold {
    let mut open = None;
    for (at, source) in sources.iter().enumerate() {
        match source.judged {
            Judged::Nothing => {}
            Judged::Open(year) => {
                let said =
                    PeriodSaid::Open { at: source.at, text: source.text.clone(), year, label: labelled && at == 0 };
                open = open.or(Some(said));
            }
            _ => {
                let lower = sources.get(at + 1..).unwrap_or(&[]).iter();
                let odds = lower.rev().find(|lower| at_odds(&source.judged, &lower.judged));
                return PeriodTold { said: as_said(source), odds: odds.map(|lower| (lower.at, lower.text.clone())) };
            }
        }
    }
    PeriodTold { said: open.unwrap_or(PeriodSaid::Nothing), odds: None }
}

fn at_odds(decided: &Judged, lower: &Judged) -> bool {
    match decided {
        Judged::Ours | Judged::Part => matches!(lower, Judged::Other(_)),
        Judged::Other(_) => *lower == Judged::Ours,
        _ => false,
    }
}

fn as_said(source: &PeriodSource) -> PeriodSaid {
    let (at, text) = (source.at, source.text.clone());
    match &source.judged {
        Judged::Nothing => PeriodSaid::Nothing,
        Judged::Open(year) => PeriodSaid::Open { at, text, year: *year, label: false },
        Judged::Ours => PeriodSaid::Ours,
        Judged::Part => PeriodSaid::Part(at, text),
        Judged::OtherKind => PeriodSaid::OtherKind(at, text),
        Judged::Other(period) => PeriodSaid::Other(at, text, period.clone()),
    }
}

/// The year that a higher source gives to months without one.
fn context(sources: &[PeriodSource]) -> Option<i32> {
    sources.iter().rev().find_map(|source| match source.judged {
        Judged::Open(year) => Some(year),
        _ => None,
    })
}

/// A month without its year is of the year that brings it near ours: 12月 beside a January is the one before.
fn near(read: Vec<Spoken>, ours: &Period) -> Vec<Spoken> {
    const HALF_A_YEAR: i32 = 183;
    let moved = |spoken: Spoken| match spoken {
        Spoken::Period(period) if period.first > ours.last + HALF_A_YEAR && period.kind != PeriodKind::Year => {
            Spoken::Period(period.year_ago().unwrap_or(period))
        }
        spoken => spoken,
    };
    read.into_iter().map(moved).collect()
}

/// 所属期, as text or as the cell of a date: a first day stands for its month.
fn of_label(text: &str, schedule: &Schedule, year: i32) -> Vec<Spoken> {
    let first = match crate::text::dates::read(text) {
        crate::text::dates::DateReading::Day(day) => civil(day).filter(|(.., dom)| *dom == 1),
        _ => None,
    };
    match first.and_then(|(year, month, _)| Period::calendar(PeriodKind::Month, year, month)) {
        Some(month) => vec![Spoken::Period(month)],
        None => spoken(text, SpokenPlace::Label, schedule, year),
    }
}

/// Whether a 所属期 holds more than the form's own blanks: ____年__月.
fn says_something(text: &str) -> bool {
    text.chars().any(|c| !c.is_whitespace() && !"年月日季度至-—_＿期第份（）()".contains(c))
}

/// A title row up to where it names a day.
fn without_days(text: &str) -> &str {
    let at = DAYS.iter().filter_map(|label| text.find(label)).min();
    let upto = at.map_or(text.len(), |at| at);
    text.get(..upto).unwrap_or(text)
}

/// What a text says, held against our period.
fn judge(read: &[Spoken], ours: &Period) -> Judged {
    let days = |spoken: &Spoken| match spoken {
        Spoken::Period(period) => (period.first, period.last),
        Spoken::Span(first, last) => (*first, *last),
    };
    let is_ours = |spoken: &Spoken| match spoken {
        Spoken::Period(period) if period.kind == ours.kind => period.overlaps(ours),
        spoken => days(spoken) == (ours.first, ours.last),
    };
    if read.is_empty() {
        return Judged::Nothing;
    }
    if read.iter().any(is_ours) {
        return Judged::Ours;
    }
    // Where a text says several, those of our own kind decide: “2025–2026采暖期 2025年12月” is not January's.
    let own_kind = |spoken: &&Spoken| matches!(spoken, Spoken::Period(period) if period.kind == ours.kind);
    if let Some(Spoken::Period(other)) = read.iter().find(own_kind) {
        return Judged::Other(Some(other.clone()));
    }
    let mut other = None;
    let mut best = Judged::Nothing;
    for spoken in read {
        let (first, last) = days(spoken);
        let judged = if last < ours.first || first > ours.last {
            let period = match spoken {
                Spoken::Period(period) => Some(period.clone()),
                Spoken::Span(..) => None,
            };
            other = other.or(Some(Judged::Other(period)));
            continue;
        } else {
            overlapping(spoken, (first, last), ours)
        };
        if rank(&judged) > rank(&best) {
            best = judged;
        }
    }
    if best == Judged::Nothing { other.unwrap_or(best) } else { best }
}

/// What a period or span that shares days with ours, and is not ours, leaves to say.
fn overlapping(spoken: &Spoken, (first, last): (i32, i32), ours: &Period) -> Judged {
    let Spoken::Period(period) = spoken else { return Judged::OtherKind };
    let of_calendar = |kind: PeriodKind| !matches!(kind, PeriodKind::Season | PeriodKind::Campaign);
    let around = first <= ours.first && last >= ours.last;
    match period.kind {
        // Seasons and campaigns are named beside the months that they hold, and by the years that hold them.
        PeriodKind::Year | PeriodKind::Season | PeriodKind::Campaign if around => Judged::Open(period.year()),
        kind if !of_calendar(kind) || !of_calendar(ours.kind) => Judged::Open(period.year()),
        _ if around => Judged::OtherKind,
        _ => Judged::Part,
    }
}

fn rank(judged: &Judged) -> u8 {
    match judged {
        Judged::Nothing => 0,
        Judged::Other(_) => 1,
        Judged::Open(_) => 2,
        Judged::OtherKind => 3,
        Judged::Part => 4,
        Judged::Ours => 5,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(text: &str, place: SpokenPlace, kind: PeriodKind, ours: &str) -> Judged {
        let ours = Period::parse(ours).expect("fixture");
        judge(&spoken(text, place, &Schedule::of(kind), ours.year()), &ours)
    }

    #[test]
    fn spans_and_cumulations_are_doubted_unless_they_are_ours() {
        use PeriodKind::{Month, Quarter, Year};
        for (text, kind, ours, expected) in [
            ("2026年3月-2026年5月", Month, "2026-03", Judged::OtherKind),
            ("2026年1-3月", Month, "2026-03", Judged::OtherKind),
            ("2026年3月（累计）", Month, "2026-03", Judged::OtherKind),
            ("截至2026年3月", Month, "2026-03", Judged::OtherKind),
            ("2026年2月份、3月份", Month, "2026-03", Judged::OtherKind),
            ("2026年3月、2026年4月", Month, "2026-03", Judged::OtherKind),
            ("截至2026年1月", Month, "2026-01", Judged::Ours),
            ("2026年1-3月", Quarter, "2026Q1", Judged::Ours),
            ("截至2026年3月", Quarter, "2026Q1", Judged::Ours),
            ("2026年1月1日至2026年12月31日", Year, "2026", Judged::Ours),
            ("2026年2月", Quarter, "2026Q1", Judged::Part),
            ("2026年", Month, "2026-03", Judged::Open(2026)),
            ("2026年第一季度", Month, "2026-03", Judged::OtherKind),
            ("2026年3月", Month, "2026-03", Judged::Ours),
        ] {
            for place in [SpokenPlace::Label, SpokenPlace::Title] {
                assert_eq!(judged(text, place, kind, ours), expected, "{text} in {ours}");
            }
        }
        for (text, kind, ours, expected) in [
            ("2026年一、二季度", Quarter, "2026Q2", Judged::OtherKind),
            ("2026年1、2季度", Quarter, "2026Q2", Judged::OtherKind),
            ("2026年2、3月", Month, "2026-03", Judged::OtherKind),
            ("2026年1、2、3月", Quarter, "2026Q1", Judged::Ours),
        ] {
            assert_eq!(judged(text, SpokenPlace::Label, kind, ours), expected, "{text} in {ours}");
        }
        let other = |text| matches!(judged(text, SpokenPlace::Label, Month, "2026-03"), Judged::Other(_));
        assert!(other("2026年2月") && other("2026年5-6月") && other("2025年") && other("2025年3月"));
    }

    #[test]
    fn a_month_of_a_name_is_of_the_year_that_brings_it_near() {
        let ours = Period::parse("2026-01").expect("fixture");
        let read = near(spoken("12月", SpokenPlace::Name, &Schedule::of(PeriodKind::Month), 2026), &ours);
        assert_eq!(judge(&read, &ours), Judged::Other(Period::parse("2025-12")));
    }

    #[test]
    fn what_is_quoted_quotes_in_its_turn() {
        assert_eq!(quoted("2026年“五小”月报"), "“2026年‘五小’月报”");
    }

    #[test]
    fn blanks_of_a_form_say_nothing() {
        assert!(!says_something("    年   月") && says_something("本期") && says_something("2026"));
    }
}
