//! Tables held against the period of the run.

use super::assignment::Assignment;
use super::found::FoundTable;
use super::period::{self, PeriodSaid};
use super::sink::{Say, Sink};
use crate::domain::period::{Period, PeriodKind};
use crate::model::codes::FindingCode;
use crate::model::normalised::OtherPeriod;
use crate::model::{CellRef, Origin, Severity};

/// Sheets of another period are not counted. Where no sheet is of ours, the whole return is of another period, which is
/// an outcome of its own: nobody has to mend it, and it counts for the period that it says.
pub fn periods(run: Assignment<'_>, file: &str, found: &mut [FoundTable<'_>], sink: &mut Sink) -> Option<OtherPeriod> {
    let (ours, schedule) = (run.period, &run.plan.schedule);
    inherit(found);
    for table in found.iter_mut() {
        period::of_file(&mut table.told, file, table.header_at, schedule, ours);
    }
    if run.confirmed {
        confirm(found);
    }
    let fits = found.iter().any(|found| found.counts() && !matches!(found.told.said, PeriodSaid::Other(..)));
    let mut heard = PeriodsHeard::default();
    let mut whole = None;
    for found in found.iter_mut().filter(|found| found.counts()) {
        if let PeriodSaid::Other(at, text, period) = &found.told.said {
            let (at, text) = (*at, text.clone());
            found.account.not_counted = Some(format!("属于其他报告期：{text}"));
            if fits {
                sheet_of_other(found, at, &text, ours, sink);
            } else {
                let said = OtherPeriod { said: text.clone(), period: period.clone() };
                if whole.is_none() {
                    return_of_other(found, at, &said, ours, sink);
                }
                whole = whole.or(Some(said));
            }
            odds(found, &text, ours, &mut heard, sink);
            continue;
        }
        counted(found, ours, &mut heard, sink);
    }
    numbered(found, ours, &mut heard, sink);
    if let Some((sheet, at)) = heard.missing.filter(|_| !heard.said) {
        let say = Say {
            code: FindingCode::PeriodMissing,
            severity: Severity::Note,
            found: "没有写所属期".to_owned(),
            expected: format!("写明所属期：{}", ours.title()),
            next: "已按本期计入",
        };
        sink.on_return(Some(sheet), vec![at], say);
    }
    whole
}

/// Somebody decided that the return is of the run's period: so are its tables that say what the first of them says. Where
/// some say the run's own period, nothing was left to decide.
fn confirm(found: &mut [FoundTable<'_>]) {
    let of_other = |found: &FoundTable<'_>| match &found.told.said {
        PeriodSaid::Other(_, text, period) => Some((text.clone(), period.clone())),
        _ => None,
    };
    if found.iter().any(|found| found.counts() && of_other(found).is_none()) {
        return;
    }
    let Some(first) = found.iter().filter(|found| found.counts()).find_map(of_other) else { return };
    for found in found.iter_mut() {
        let same =
            of_other(found).is_some_and(|(text, period)| text == first.0 || period.is_some() && period == first.1);
        if same {
            (found.told.said, found.told.odds) = (PeriodSaid::Ours, None);
        }
    }
}

/// What was said of a return once is not said again for each of its sheets.
#[derive(Default)]
struct PeriodsHeard {
    missing: Option<(u16, CellRef)>,
    /// Some table says our period.
    said: bool,
    part: bool,
    odds: bool,
}

/// Sheets of one form called 1, 2, 3 may be months or parts, where nothing else says which: somebody is asked.
fn numbered(found: &[FoundTable<'_>], ours: &Period, heard: &mut PeriodsHeard, sink: &mut Sink) {
    if ours.kind != PeriodKind::Month || heard.said {
        return;
    }
    let number = |found: &FoundTable<'_>| {
        let name = crate::text::names::match_key(&found.sheet.name);
        name.trim_start_matches('m').parse::<u32>().ok().filter(|month| (1..=12).contains(month))
    };
    let silent = |found: &&FoundTable<'_>| found.counts() && matches!(found.told.said, PeriodSaid::Nothing);
    let mut tables = found.iter().filter(silent).filter(|found| number(found).is_some()).peekable();
    let Some(first) = tables.peek().copied() else { return };
    let form = first.table.header.fit.form;
    let names: Vec<&str> =
        tables.filter(|found| found.table.header.fit.form == form).map(|found| found.sheet.name.as_str()).collect();
    if names.len() < 2 {
        return;
    }
    heard.missing = None;
    let say = Say {
        code: FindingCode::PeriodUnclear,
        severity: Severity::Verify,
        found: format!("工作表“{}”名称只是数，看不出是各月的数还是几个部分", names.join("”“")),
        expected: format!("本次报告期是 {}，每张表写明所属期", ours.title()),
        next: "都按本期计入；请报送单位核实，是各月的写明所属期后重报",
    };
    sink.on_return(Some(first.account.sheet), vec![first.header_at], say);
}

/// A table that counts.
fn counted(found: &FoundTable<'_>, ours: &Period, heard: &mut PeriodsHeard, sink: &mut Sink) {
    let sheet = Some(found.cover_sheet);
    let expected = format!("本次报告期是 {}", ours.title());
    let mut verify = |at: CellRef, code, found: String, next| {
        let say = Say { code, severity: Severity::Verify, found, expected: expected.clone(), next };
        sink.on_return(sheet, vec![at], say);
    };
    const KIND: &str = "按本期计入；请报送单位核实：把填报日期写成了所属期的改正，报错表的重报";
    match &found.told.said {
        PeriodSaid::Nothing => heard.missing = heard.missing.or(Some((found.account.sheet, found.header_at))),
        PeriodSaid::Unclear(at, text) => {
            let said = format!("所属期填的{text}无法识别");
            verify(*at, FindingCode::PeriodUnclear, said, "按本期计入；请报送单位核实所属期");
        }
        PeriodSaid::Open { at, text, label: true, .. } => {
            heard.said = true;
            let said = format!("所属期填的是{text}，本次报送的是{}", ours.title());
            verify(*at, FindingCode::PeriodOtherKind, said, KIND);
        }
        PeriodSaid::Open { .. } | PeriodSaid::Ours => heard.said = true,
        PeriodSaid::OtherKind(at, text) => {
            heard.said = true;
            let said = format!("写的报告期是{text}，本次报送的是{}", ours.title());
            verify(*at, FindingCode::PeriodOtherKind, said, KIND);
        }
        PeriodSaid::Part(at, text) => {
            heard.said = true;
            // A yearly return is often headed by the month in which it is made; its 所属期 is asked about.
            let headed = ours.kind == PeriodKind::Year && !found.cover.periods.iter().any(|(cell, _)| cell == at);
            if !headed && !std::mem::replace(&mut heard.part, true) {
                let said = format!("写的报告期是{text}，只是{}的一部分", ours.title());
                let next = "同一份里属于本期的各张表都已计入；请报送单位核实是不是报全了";
                verify(*at, FindingCode::PeriodOtherKind, said, next);
            }
        }
        PeriodSaid::Other(..) => {}
    }
    odds(found, &format!("“{}”", ours.title()), ours, heard, sink);
}

/// A lower source that says otherwise than what decides.
fn odds(found: &FoundTable<'_>, decided: &str, ours: &Period, heard: &mut PeriodsHeard, sink: &mut Sink) {
    let Some((at, text)) = &found.told.odds else { return };
    if std::mem::replace(&mut heard.odds, true) {
        return;
    }
    let say = Say {
        code: FindingCode::PeriodAtOdds,
        severity: Severity::Verify,
        found: format!("{text}和{decided}不是同一期"),
        expected: format!("本次报告期是 {}，所属期、标题、工作表名和文件名一致", ours.title()),
        next: "按所属期、标题、工作表名、文件名的先后取信；请报送单位核实是哪一期的数",
    };
    sink.on_return(Some(found.account.sheet), vec![*at], say);
}

fn sheet_of_other(found: &FoundTable<'_>, at: CellRef, text: &str, ours: &Period, sink: &mut Sink) {
    let say = Say {
        code: FindingCode::SheetOtherPeriod,
        severity: Severity::Note,
        found: format!("工作表“{}”的报告期是{text}，{} 行数据未计入", found.sheet.name, found.account.data),
        expected: format!("本次报告期是 {}", ours.title()),
        next: "另有本期的工作表，已按那一张计入；如填错请改正",
    };
    sink.on_return(Some(found.cover_sheet), vec![at], say);
}

fn return_of_other(found: &FoundTable<'_>, at: CellRef, other: &OtherPeriod, ours: &Period, sink: &mut Sink) {
    let say = Say {
        code: FindingCode::OtherPeriod,
        severity: Severity::Note,
        found: format!("是{}的报表，没有计入", other.words()),
        expected: format!("本次报告期是 {}", ours.title()),
        next: "不必退回：汇总那一期时自会计入；本期还没有报的请催报，写错报告期的请改正后重报",
    };
    sink.on_return(Some(found.cover_sheet), vec![at], say);
}

/// A later table of a sheet that says nothing of its own is of the period of the one before, and its money in the same
/// unit; of tables side by side, the cover may stand over any.
fn inherit(found: &mut [FoundTable<'_>]) {
    for at in 1..found.len() {
        let (before, rest) = found.split_at_mut(at);
        if let (Some(above), Some(here)) = (before.last(), rest.first_mut()) {
            take_over(above, here);
        }
    }
    for at in (1..found.len()).rev() {
        let (before, rest) = found.split_at_mut(at);
        if let (Some(here), Some(beside)) = (before.last_mut(), rest.first())
            && here.cols != Origin::WHOLE
            && beside.cols != here.cols
        {
            take_over(beside, here);
        }
    }
}

fn take_over(from: &FoundTable<'_>, here: &mut FoundTable<'_>) {
    if from.account.sheet != here.account.sheet {
        return;
    }
    if here.cover.periods.is_empty() && matches!(here.told.said, PeriodSaid::Nothing) {
        here.told = from.told.clone();
    }
    if here.cover.measures.is_empty() {
        here.cover.measures = from.cover.measures.clone();
    }
}
