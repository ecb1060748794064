//! In which periods something is reported: a kind, and what is declared of its own, seasons (采暖期) and campaigns.
//!
//! A monthly or quarterly schedule may declare a season that its periods belong to (service: monthly, by season); only
//! periods that share a day with the season are then reported, and what is "to date" is counted from its first month.

use super::period::{Period, PeriodKind, civil, day, plain};
use std::sync::Arc;

/// 采暖期 from 11-15 to 03-15.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Season {
    pub name: Arc<str>,
    /// Other names (供暖季).
    pub also: Vec<String>,
    /// Month and day. `last` before `first` means the next year's. Neither is ever 29 February.
    pub first: (u32, u32),
    pub last: (u32, u32),
}

/// 百日攻坚 with its dates, days since 1970-01-01, both included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Campaign {
    pub name: Arc<str>,
    pub first: i32,
    pub last: i32,
}

/// What periods are gathered over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// The calendar year of the period's first day.
    Year,
    /// The season that the period belongs to.
    Season,
}

/// The periods of one pipeline.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Schedule {
    pub kind: PeriodKind,
    /// Of a seasonal pipeline, or the season that months or quarters belong to.
    pub season: Option<Season>,
    /// Declared campaigns, in any order; others may come from the command line.
    pub campaigns: Vec<Campaign>,
}

impl Season {
    /// The season that begins in this year.
    pub fn of(&self, year: i32) -> Option<Period> {
        let end = if self.crosses() { year + 1 } else { year };
        let (first, last) = (day(year, self.first.0, self.first.1)?, day(end, self.last.0, self.last.1)?);
        Some(Period { kind: PeriodKind::Season, first, last, name: self.name.clone() })
    }

    fn crosses(&self) -> bool {
        self.last < self.first
    }

    /// `11月15日至次年3月15日`.
    pub fn words(&self) -> String {
        let ((month, first), (last_month, last)) = (self.first, self.last);
        let next = if self.crosses() { "次年" } else { "" };
        format!("{month}月{first}日至{next}{last_month}月{last}日")
    }

    /// A season at the very start of plain text, and the rest behind it: `2025-2026年度采暖期`, `2025-26采暖期`, `2025-2026`;
    /// within one year `2026供冷期`. Two years that are not a season's are none; of a season over the turn of the year, one
    /// year alone would leave open which.
    fn at_start<'t>(&self, text: &'t str) -> Option<(Period, &'t str)> {
        let year: i32 = text.get(..4).filter(|year| year.bytes().all(|b| b.is_ascii_digit()))?.parse().ok()?;
        let mut rest = text.get(4..)?;
        if self.crosses() {
            rest = rest.strip_prefix('年').unwrap_or(rest);
            rest = rest.strip_prefix(['-', '~', '/', '至'])?;
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            let end: i32 = rest.get(..digits)?.parse().ok()?;
            let follows = matches!(digits, 4 if end == year + 1) || matches!(digits, 2 if end == (year + 1) % 100);
            if !follows {
                return None;
            }
            rest = rest.get(digits..)?;
        }
        let period = self.of(year)?;
        let bare = rest.strip_prefix('年').unwrap_or(rest);
        let bare = bare.strip_prefix('度').unwrap_or(bare);
        let names = std::iter::once(&*self.name).chain(self.also.iter().map(String::as_str));
        match names.filter_map(|name| bare.strip_prefix(plain(name).as_str())).min_by_key(|rest| rest.len()) {
            Some(rest) => Some((period, rest)),
            // Two years in a row are a season even without its name; a single year is just a year.
            None => self.crosses().then_some((period, bare)),
        }
    }
}

impl Schedule {
    /// Calendar periods of one kind.
    pub fn of(kind: PeriodKind) -> Schedule {
        Schedule { kind, ..Schedule::default() }
    }

    /// What officers and covers write, and every [`Period::key`]. A campaign that is declared nowhere is written with its
    /// dates: `百日攻坚=2026-03-01至2026-06-08`.
    pub fn parse(&self, text: &str) -> Option<Period> {
        self.parse_plain(&plain(text))
    }

    /// As [`Schedule::parse`], of a text that is [`plain`] already.
    pub(super) fn parse_plain(&self, text: &str) -> Option<Period> {
        if let Some(period) = self.campaign(text) {
            return Some(period);
        }
        if let Some((period, "")) = self.season.as_ref().and_then(|season| season.at_start(text)) {
            return Some(period);
        }
        Period::parse_plain(text)
    }

    /// All seasons that a [`plain`] text names, and the text without them: what else it says of time is read apart.
    pub(super) fn seasons_in(&self, text: String) -> (Vec<Period>, String) {
        let Some(season) = &self.season else { return (Vec::new(), text) };
        let (mut found, mut other, mut rest) = (Vec::new(), String::new(), text.as_str());
        let mut after_digit = false;
        while let Some(c) = rest.chars().next() {
            let read = if after_digit { None } else { season.at_start(rest) };
            rest = match read {
                Some((period, behind)) => {
                    found.push(period);
                    other.push(' ');
                    behind
                }
                None => {
                    other.push(c);
                    &rest[c.len_utf8()..]
                }
            };
            after_digit = c.is_ascii_digit();
        }
        (found, other)
    }

    fn campaign(&self, text: &str) -> Option<Period> {
        let written = match text.split_once('=') {
            Some((name, dates)) => {
                dates.split_once("至").or_else(|| dates.split_once("..")).map(|(first, last)| (name, first, last))
            }
            // The key: 2026-03-01_2026-06-08_百日攻坚.
            None => text.split_once('_').and_then(|(first, rest)| {
                let (last, name) = rest.split_once('_')?;
                Some((name, first, last))
            }),
        };
        if let Some((name, first, last)) = written {
            let (first, last) = (written_day(first)?, written_day(last)?);
            let sound = first <= last && is_name(name);
            return sound.then(|| Period { kind: PeriodKind::Campaign, first, last, name: Arc::from(name) });
        }
        // The name alone, or with the year that it begins in; one that fits several campaigns names none of them.
        let mut fitting = self.campaigns.iter().filter(|campaign| {
            let year = civil(campaign.first).map_or(0, |(year, _, _)| year).to_string();
            let name = plain(&campaign.name);
            let bare = text.strip_prefix(&year).map(|rest| rest.strip_prefix('年').unwrap_or(rest));
            text == name || bare == Some(name.as_str())
        });
        match (fitting.next(), fitting.next()) {
            (Some(only), None) => Some(only.period()),
            _ => None,
        }
    }

    /// Whether something is reported in this period: it is of the schedule's kind and, where a season is declared for
    /// months or quarters, shares a day with one.
    pub fn reports(&self, period: &Period) -> bool {
        let calendar = !matches!(self.kind, PeriodKind::Season | PeriodKind::Campaign);
        period.kind == self.kind && (!calendar || self.season.is_none() || self.season_of(period).is_some())
    }

    /// The season that a period lies in or begins or ends; itself, if it is one.
    pub fn season_of(&self, period: &Period) -> Option<Period> {
        if period.kind == PeriodKind::Season {
            return Some(period.clone());
        }
        let season = self.season.as_ref()?;
        let year = period.year();
        [year - 1, year].into_iter().filter_map(|year| season.of(year)).find(|season| season.overlaps(period))
    }

    /// The period before that is reported: of a season's first month there is none, whatever the calendar says.
    pub fn previous(&self, period: &Period) -> Option<Period> {
        if period.kind == PeriodKind::Campaign {
            return self.same_campaign(period, |other| other.last < period.first);
        }
        period.previous().filter(|before| {
            period.kind == PeriodKind::Season
                || self.season.is_none()
                || self.season_of(before) == self.season_of(period)
        })
    }

    /// The same period a year ago; of a campaign, the one of that name that began in the year before.
    pub fn year_ago(&self, period: &Period) -> Option<Period> {
        if period.kind == PeriodKind::Campaign {
            return self.same_campaign(period, |other| other.year() == period.year() - 1);
        }
        period.year_ago()
    }

    /// The latest declared campaign of the same name that fits.
    fn same_campaign(&self, period: &Period, fits: impl Fn(&Period) -> bool) -> Option<Period> {
        let named = self.campaigns.iter().filter(|campaign| campaign.name == period.name);
        named.map(Campaign::period).filter(fits).max()
    }

    /// All periods of this one's kind within the span around it, in the order of time; empty where it has no season.
    pub fn within(&self, period: &Period, span: Span) -> Vec<Period> {
        if matches!(period.kind, PeriodKind::Season | PeriodKind::Campaign) {
            return vec![period.clone()];
        }
        let (first, last) = match span {
            Span::Year => (day(period.year(), 1, 1), day(period.year(), 12, 31)),
            Span::Season => match self.season_of(period) {
                Some(season) => (Some(season.first), Some(season.last)),
                None => return Vec::new(),
            },
        };
        let (Some(first), Some(last)) = (first, last) else { return vec![period.clone()] };
        let earlier = std::iter::successors(Some(period.clone()), Period::previous).take_while(|at| at.last >= first);
        let mut all: Vec<Period> = earlier.collect();
        all.reverse();
        all.extend(std::iter::successors(period.next(), Period::next).take_while(|at| at.first <= last));
        all
    }

    /// The periods of the span up to this one, itself included, in the order of time.
    pub fn to_date(&self, period: &Period, span: Span) -> Vec<Period> {
        let mut all = self.within(period, span);
        all.retain(|other| other <= period);
        all
    }

    /// What 累计 is over: the season so far where one is declared, else the year so far.
    pub fn year_to_date(&self, period: &Period) -> Vec<Period> {
        self.to_date(period, if self.season.is_some() { Span::Season } else { Span::Year })
    }

    /// Up to `count` reported periods before this one, in the order of time: over the gap between two seasons too.
    pub fn before(&self, period: &Period, count: usize) -> Vec<Period> {
        let step = |at: &Period| match at.kind {
            PeriodKind::Campaign => self.previous(at),
            _ => at.previous(),
        };
        // Between two seasons lie at most eleven months without a report.
        let far = count.saturating_mul(12).saturating_add(12);
        let earlier = std::iter::successors(step(period), step).take(far).filter(|at| self.reports(at));
        let mut all: Vec<Period> = earlier.take(count).collect();
        all.reverse();
        all
    }
}

impl Campaign {
    pub fn period(&self) -> Period {
        Period { kind: PeriodKind::Campaign, first: self.first, last: self.last, name: self.name.clone() }
    }
}

/// Whether a season or campaign may be called so: the name also names folders and files.
pub fn is_name(name: &str) -> bool {
    !name.is_empty() && name.chars().count() <= 30 && name.chars().all(char::is_alphanumeric)
}

/// `2026-03-01`, `2026.3.1`, `2026年3月1日`.
pub fn written_day(text: &str) -> Option<i32> {
    let text = plain(text);
    let mut parts = text.trim_end_matches('日').split(['-', '.', '/', '年', '月']);
    let (year, month, date) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || year.len() != 4 || month.len() > 2 || date.len() > 2 {
        return None;
    }
    day(year.parse().ok()?, month.parse().ok()?, date.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heating(kind: PeriodKind) -> Schedule {
        let season =
            Season { name: "采暖期".into(), also: vec!["供暖季".to_owned()], first: (11, 15), last: (3, 15) };
        Schedule { kind, season: Some(season), campaigns: Vec::new() }
    }

    fn keys(periods: &[Period]) -> Vec<String> {
        periods.iter().map(Period::key).collect()
    }

    #[test]
    fn a_season_is_read_as_officers_write_it_and_never_guessed() {
        let schedule = heating(PeriodKind::Season);
        for text in [
            "2025-2026采暖期",
            "2025–2026采暖期",
            "２０２５—２０２６年度 采暖期",
            "2025至2026年供暖季",
            "2025年-2026年采暖期",
            "2025-26采暖期",
            "2025-2026",
        ] {
            let period = schedule.parse(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!((period.first, period.last), (day(2025, 11, 15).unwrap(), day(2026, 3, 15).unwrap()), "{text}");
            assert_eq!(period.title(), "2025–2026采暖期");
            assert_eq!(schedule.parse(&period.key()), Some(period));
        }
        for text in ["2025采暖期", "2025-2027采暖期", "2026-2025采暖期", "采暖期", "2025-2026供冷期"] {
            assert_eq!(schedule.parse(text), None, "{text}");
        }
        let season = schedule.parse("2025-2026采暖期").unwrap();
        assert_eq!(season.previous().unwrap().title(), "2024–2025采暖期");
        assert_eq!(season.next().unwrap().key(), "2026-2027采暖期");
        assert_eq!(schedule.year_ago(&season), season.previous());
    }

    #[test]
    fn a_season_within_one_year() {
        let season = Season { name: "迎峰度夏".into(), also: vec![], first: (6, 1), last: (9, 30) };
        let schedule = Schedule { kind: PeriodKind::Season, season: Some(season), campaigns: vec![] };
        let period = schedule.parse("2026年迎峰度夏").unwrap();
        assert_eq!((period.key().as_str(), period.title().as_str()), ("2026迎峰度夏", "2026年迎峰度夏"));
        assert_eq!(schedule.parse(&period.key()), Some(period));
        assert_eq!(schedule.parse("2026").unwrap().kind, PeriodKind::Year, "a year alone is a year");
    }

    #[test]
    fn months_of_a_season_end_with_it() {
        let schedule = heating(PeriodKind::Month);
        let month = |text: &str| schedule.parse(text).unwrap();
        assert_eq!(keys(&schedule.year_to_date(&month("2026-01"))), ["2025-11", "2025-12", "2026-01"]);
        assert_eq!(
            keys(&schedule.within(&month("2026-01"), Span::Season)),
            ["2025-11", "2025-12", "2026-01", "2026-02", "2026-03"]
        );
        assert_eq!(schedule.previous(&month("2025-11")), None, "October is not reported");
        assert_eq!(schedule.previous(&month("2026-01")), Some(month("2025-12")));
        assert_eq!(schedule.year_ago(&month("2026-01")), Some(month("2025-01")));
        assert!(schedule.reports(&month("2025-11")) && schedule.reports(&month("2026-03")));
        assert!(!schedule.reports(&month("2025-10")) && !schedule.reports(&month("2026-04")));
        assert_eq!(keys(&schedule.before(&month("2025-12"), 3)), ["2025-02", "2025-03", "2025-11"]);
        assert!(schedule.within(&month("2025-07"), Span::Season).is_empty());
    }

    #[test]
    fn to_date_is_the_year_without_a_season() {
        let months = Schedule::of(PeriodKind::Month);
        let march = Period::parse("2026-03").unwrap();
        assert_eq!(keys(&months.year_to_date(&march)), ["2026-01", "2026-02", "2026-03"]);
        assert_eq!(months.within(&march, Span::Year).len(), 12);
        let quarters = Schedule::of(PeriodKind::Quarter);
        let third = Period::parse("2026Q3").unwrap();
        assert_eq!(keys(&quarters.year_to_date(&third)), ["2026Q1", "2026Q2", "2026Q3"]);
        let years = Schedule::of(PeriodKind::Year);
        assert_eq!(keys(&years.year_to_date(&Period::parse("2026").unwrap())), ["2026"]);
    }

    #[test]
    fn campaigns_are_named_or_written_with_their_dates() {
        let campaign = |name: &str, first, last| Campaign { name: name.into(), first, last };
        let (spring, summer) = (day(2025, 3, 1).unwrap(), day(2025, 6, 8).unwrap());
        let schedule = Schedule {
            kind: PeriodKind::Campaign,
            season: None,
            campaigns: vec![
                campaign("百日攻坚", spring, summer),
                campaign("百日攻坚", day(2026, 3, 1).unwrap(), day(2026, 6, 8).unwrap()),
                campaign("安康杯", day(2026, 1, 1).unwrap(), day(2026, 2, 1).unwrap()),
            ],
        };
        assert_eq!(schedule.parse("百日攻坚"), None, "of which year?");
        let now = schedule.parse("2026年百日攻坚").unwrap();
        assert_eq!((now.key().as_str(), now.title().as_str()), ("2026-03-01_2026-06-08_百日攻坚", "2026年百日攻坚"));
        assert_eq!(schedule.parse(&now.key()).as_ref(), Some(&now));
        assert_eq!(schedule.previous(&now).map(|period| period.first), Some(spring), "of its own name");
        assert_eq!(schedule.year_ago(&now), schedule.previous(&now));
        assert_eq!(schedule.parse("安康杯").map(|period| period.year()), Some(2026));
        let given = schedule.parse("抢修会战=2026.7.1至2026年7月31日").unwrap();
        assert_eq!(given.key(), "2026-07-01_2026-07-31_抢修会战");
        for text in ["会战=2026-07-31至2026-07-01", "会战=2026-02-30至2026-03-01", "../x=2026-01-01至2026-01-02"]
        {
            assert_eq!(schedule.parse(text), None, "{text}");
        }
    }

    #[test]
    fn seasons_are_taken_out_of_titles() {
        let schedule = heating(PeriodKind::Month);
        let (found, rest) = schedule.seasons_in(plain("2025—2026年采暖期服务指标月报（2025年12月）"));
        assert_eq!(keys(&found), ["2025-2026采暖期"]);
        assert_eq!(rest, " 服务指标月报(2025年12月)");
        assert!(Schedule::of(PeriodKind::Month).seasons_in("2025-2026采暖期".to_owned()).0.is_empty());
    }
}
