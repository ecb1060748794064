use super::*;
use crate::domain::schedule::Season;

fn said(text: &str, place: SpokenPlace) -> Vec<String> {
    let shown = |days: i32| civil(days).map_or(String::new(), |(y, m, d)| format!("{y}-{m}-{d}"));
    let words = |spoken: &Spoken| match spoken {
        Spoken::Period(period) => period.key(),
        Spoken::Span(first, last) => format!("{}..{}", shown(*first), shown(*last)),
    };
    spoken(text, place, &Schedule::of(PeriodKind::Month), 2026).iter().map(words).collect()
}

#[test]
fn titles_say_years_months_and_quarters() {
    for (text, expected) in [
        ("２０２６年度省模范班组申报汇总表", &["2026"][..]),
        ("2026年3月合理化建议月报", &["2026-03"]),
        ("2026 年 第1季度台账", &["2026Q1"]),
        ("2025年度（2026年评选）", &["2025", "2026"]),
        ("2026年度合理化建议月报（3月）", &["2026", "2026-03"]),
        ("3月份合理化建议月报", &["2026-03"]),
        ("2026年上半年", &["2026H1"]),
        ("2026年1月—12月", &["2026-1-1..2026-12-31"]),
        ("2026年1-3月竞赛月报", &["2026-1-1..2026-3-31"]),
        ("2026年3月-2026年5月", &["2026-3-1..2026-5-31"]),
        ("2026年1月1日至12月31日", &["2026-1-1..2026-12-31"]),
        ("2026年3月（累计）", &["2026-1-1..2026-3-31"]),
        ("截至2026年3月31日", &["2026-1-1..2026-3-31"]),
        ("截至3月底", &["2026-1-1..2026-3-31"]),
    ] {
        assert_eq!(said(text, SpokenPlace::Title), expected, "{text}");
    }
}

#[test]
fn a_day_or_a_deadline_is_no_period() {
    for text in [
        "2026年3月5日",
        "填报日期：2026年4月8日",
        "2026.04.08",
        "20260408",
        "请于4月10日前报送",
        "2026年4月底前报送",
        "皖工发〔2026〕3号",
        "申报汇总表",
        "五月花劳模工作室",
        "本单位3月以来开展的竞赛",
        "联系电话：0551-62345678",
    ] {
        assert_eq!(said(text, SpokenPlace::Title), Vec::<String>::new(), "{text}");
    }
    for name in
        ["Sheet1", "表3", "1", "26.13", "16.02", "五月花", "2026.04.08", "合肥市总工会20260408", "4月8日报", "附件3"]
    {
        assert_eq!(said(name, SpokenPlace::Name), Vec::<String>::new(), "{name}");
    }
}

#[test]
fn names_of_sheets_and_files_say_months_without_a_year() {
    for (name, expected) in [
        ("1月", "2026-01"),
        ("一月份", "2026-01"),
        ("十二月", "2026-12"),
        ("Jan", "2026-01"),
        ("2026.03", "2026-03"),
        ("202603", "2026-03"),
        ("合肥市总工会3月月报(2)", "2026-03"),
        ("第一季度", "2026Q1"),
        ("2季度", "2026Q2"),
        ("附件3-2月报表", "2026-02"),
        ("26.02", "2026-02"),
        ("26年2月", "2026-02"),
        ("1-3月", "2026-1-1..2026-3-31"),
    ] {
        assert_eq!(said(name, SpokenPlace::Name), [expected], "{name}");
    }
}

#[test]
fn nothing_of_time_begins_with_another_character() {
    for first in ('\u{0}'..='\u{ffff}').filter(|c| !may_begin(*c)) {
        for rest in ["", "半年", "1月", "3季度", "一季度", "026年3月", "an", "-3月", "十二月", "月"] {
            let chars: Vec<char> = [first].into_iter().chain(rest.chars()).collect();
            assert_eq!((part(&chars, 0), figures(&chars, 0).0), (None, 0), "{first:?}{rest}");
        }
    }
}

#[test]
fn a_season_beside_a_month_is_told_apart() {
    let season = Season { name: "采暖期".into(), also: vec![], first: (11, 15), last: (3, 15) };
    let schedule = Schedule { kind: PeriodKind::Month, season: Some(season), campaigns: vec![] };
    let read = spoken("2025—2026年采暖期服务指标月报（2025年12月）", SpokenPlace::Title, &schedule, 2026);
    let kinds: Vec<PeriodKind> = read
        .iter()
        .filter_map(|spoken| match spoken {
            Spoken::Period(period) => Some(period.kind),
            Spoken::Span(..) => None,
        })
        .collect();
    assert_eq!(kinds, [PeriodKind::Season, PeriodKind::Month]);
}
