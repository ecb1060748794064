//! `period`, `season`, `campaigns` and the sample's period: in which periods a pipeline is reported.

use super::cursor::{Section, Word};
use crate::definition::plan::Count;
use crate::domain::period::PeriodKind;
use crate::domain::schedule::{Campaign, Schedule, Season, is_name, written_day};
use crate::model::codes::DiagnosticCode;
use std::path::PathBuf;
use std::sync::Arc;

/// What a 必改 holds out.
pub const COUNTS: [(&str, Count); 2] = [("rows", Count::Rows), ("whole-returns", Count::WholeReturns)];

pub const KINDS: [(&str, PeriodKind); 6] = [
    ("month", PeriodKind::Month),
    ("quarter", PeriodKind::Quarter),
    ("half-year", PeriodKind::HalfYear),
    ("year", PeriodKind::Year),
    ("season", PeriodKind::Season),
    ("campaign", PeriodKind::Campaign),
];

/// `None` where the kind is missing, or the season that it needs; that was reported.
pub fn schedule(document: &Section<'_>) -> Option<Schedule> {
    let word = document.word("period");
    let kind = document.choice("period", &KINDS);
    // Both are read whatever the kind, so that all their problems show at once.
    let season = document.get("season").map(|node| node.section().and_then(season));
    let campaigns = campaigns(document);
    let (kind, word) = (kind?, word?);
    if kind == PeriodKind::Season && season.is_none() {
        let help = "加一行 season = { name = \"采暖期\", first = \"11-15\", last = \"03-15\" }".to_owned();
        word.report(DiagnosticCode::SeasonMissing, "按季报送，却没有写“season”".to_owned(), Some(help));
        return None;
    }
    if matches!(kind, PeriodKind::HalfYear | PeriodKind::Year | PeriodKind::Campaign) && season.is_some() {
        let message = format!("“season”只能和 month、quarter、season 一起用，这里是 {}", word.text);
        word.report(DiagnosticCode::SeasonNotHere, message, Some("删去 season，或改 period".to_owned()));
    }
    if kind != PeriodKind::Campaign && !campaigns.is_empty() {
        let message = format!("“campaigns”只能和 period = \"campaign\" 一起用，这里是 {}", word.text);
        word.report(DiagnosticCode::CampaignNotHere, message, Some("删去 campaigns，或改 period".to_owned()));
    }
    // A season that is there but wrong was reported; the plan comes to nothing anyway.
    Some(Schedule { kind, season: season.flatten(), campaigns })
}

fn season(section: Section<'_>) -> Option<Season> {
    let name = called(&section);
    let also = section.texts("also");
    let (first, last) = (month_day(&section, "first"), month_day(&section, "last"));
    section.finish();
    Some(Season { name: name?, also, first: first?, last: last? })
}

/// The name of a season or campaign; folders are called by it.
fn called(section: &Section<'_>) -> Option<Arc<str>> {
    let word = section.word("name")?;
    if !is_name(word.text) {
        let help = "只用汉字、字母和数字，不超过 30 个字，不含空格和标点".to_owned();
        word.report(DiagnosticCode::BadPeriodName, format!("“{}”不能作报告期的名称", word.text), Some(help));
        return None;
    }
    Some(Arc::from(word.text))
}

fn month_day(section: &Section<'_>, key: &'static str) -> Option<(u32, u32)> {
    let word = section.word(key)?;
    let parts = word.text.split_once('-');
    let read = parts.and_then(|(month, day)| Some((month.parse().ok()?, day.parse().ok()?)));
    // 2001 is no leap year: 29 February, which most years lack, is refused.
    match read.filter(|(month, day)| crate::domain::period::day(2001, *month, *day).is_some()) {
        Some(read) => Some(read),
        None => {
            let help = "写成 月-日，例如 11-15；2 月底写 02-28".to_owned();
            word.report(DiagnosticCode::BadMonthDay, format!("“{}”不是每年都有的月、日", word.text), Some(help));
            None
        }
    }
}

fn campaigns(document: &Section<'_>) -> Vec<Campaign> {
    let mut read: Vec<Campaign> = Vec::new();
    for section in document.sections("campaigns") {
        let name = called(&section);
        let (first, last) = (date(&section, "first"), date(&section, "last"));
        let (line, span) = (section.line(), section.span());
        let log = section.log;
        section.finish();
        let (Some(name), Some(first), Some(last)) = (name, first, last) else { continue };
        if first > last {
            log.report(DiagnosticCode::DatesOrder, span, format!("“{name}”的最后一天早于第一天"), None);
            continue;
        }
        if read.iter().any(|other| other.name == name && other.first <= last && first <= other.last) {
            let message = format!("专项期“{name}”和前面同名的一个日期重叠（第 {line} 行）");
            log.report(DiagnosticCode::DuplicateCampaign, span, message, Some("改名称或日期".to_owned()));
        }
        read.push(Campaign { name, first, last });
    }
    read
}

fn date(section: &Section<'_>, key: &'static str) -> Option<i32> {
    let word = section.word(key)?;
    let read = written_day(word.text);
    if read.is_none() {
        word.report(DiagnosticCode::BadDate, format!("“{}”不是日期", word.text), Some("写成 2026-03-01".to_owned()));
    }
    read
}

/// The shipped sample's period as written, and its folder.
pub fn sample(document: &Section<'_>, schedule: Option<&Schedule>) -> Option<(String, PathBuf)> {
    let section = document.need("sample")?.section()?;
    let (period, returns) = (section.word("period"), section.word("returns"));
    section.finish();
    let (period, returns) = (period?, returns?);
    if let Some(schedule) = schedule {
        judge(&period, schedule);
    }
    Some((period.text.to_owned(), PathBuf::from(returns.text)))
}

fn judge(period: &Word<'_>, schedule: &Schedule) {
    let Some(read) = schedule.parse(period.text) else {
        let help = format!("写成{}", examples(schedule));
        return period.report(DiagnosticCode::BadPeriod, format!("“{}”不是报告期", period.text), Some(help));
    };
    if read.kind != schedule.kind {
        period.report(DiagnosticCode::BadPeriod, format!("报告期“{}”和“period”的种类不同", period.text), None);
    } else if !schedule.reports(&read) {
        period.report(DiagnosticCode::BadPeriod, format!("报告期“{}”不在“season”之内", period.text), None);
    }
}

/// How a period of this schedule is written, for help.
pub fn examples(schedule: &Schedule) -> String {
    match (schedule.kind, &schedule.season, schedule.campaigns.first()) {
        (PeriodKind::Month, ..) => " 2026-03 这样".to_owned(),
        (PeriodKind::Quarter, ..) => " 2026Q1 这样".to_owned(),
        (PeriodKind::HalfYear, ..) => " 2026H1 这样".to_owned(),
        (PeriodKind::Year, ..) => " 2026 这样".to_owned(),
        (PeriodKind::Season, Some(season), _) => {
            season.of(2025).map_or_else(String::new, |season| format!(" {} 这样", season.key()))
        }
        (PeriodKind::Campaign, _, Some(campaign)) => {
            format!(" {} 或 名称=第一天至最后一天 这样", campaign.period().title())
        }
        _ => " 名称=2026-03-01至2026-06-08 这样".to_owned(),
    }
}
