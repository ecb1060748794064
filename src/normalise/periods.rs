//! Tables held against the period of the run.

use super::found::FoundTable;
use super::period::Said;
use super::sink::{Say, Sink};
use crate::domain::period::Period;
use crate::model::codes::FindingCode;
use crate::model::{Origin, Severity};

/// Sheets of another period: not counted where another sheet fits, else the return is held out.
pub fn periods(found: &mut [FoundTable<'_>], ours: &Period, sink: &mut Sink) {
    inherit(found);
    let visible = |found: &FoundTable<'_>| found.account.not_counted.is_none();
    let fits = found.iter().any(|found| visible(found) && !matches!(found.said, Said::Other(..)));
    let mut missing = None;
    let mut held = false;
    for found in found.iter_mut().filter(|found| visible(found)) {
        let sheet = Some(found.cover_sheet);
        let expected = format!("本次报告期是 {}", ours.title());
        match found.said.clone() {
            Said::Ours => {}
            Said::Nothing => missing = missing.or(Some((found.account.sheet, found.header_at))),
            Said::Unclear(at, text) => {
                let found = format!("所属期填的“{text}”无法识别");
                let next = "按本期计入；请报送单位核实所属期";
                sink.on_return(
                    sheet,
                    vec![at],
                    Say { code: FindingCode::PeriodUnclear, severity: Severity::Verify, found, expected, next },
                );
            }
            Said::OtherKind(at, text) => {
                let found = format!("所属期填的是“{text}”，本次报送的是{}", ours.title());
                let next = "按本期计入；请报送单位核实：把填报日期写成了所属期的改正，报错表的重报";
                sink.on_return(
                    sheet,
                    vec![at],
                    Say { code: FindingCode::PeriodOtherKind, severity: Severity::Verify, found, expected, next },
                );
            }
            Said::Other(at, text) if fits => {
                found.account.not_counted = Some(format!("属于其他报告期（{text}）"));
                let said =
                    format!("工作表“{}”的所属期是“{text}”，{} 行数据未计入", found.sheet.name, found.account.data);
                let next = "另有本期的工作表，已按那一张计入；如填错请改正";
                sink.on_return(
                    sheet,
                    vec![at],
                    Say { code: FindingCode::SheetOtherPeriod, severity: Severity::Note, found: said, expected, next },
                );
            }
            // One finding holds the whole return, however many of its sheets say the same.
            Said::Other(..) if held => {}
            Said::Other(at, text) => {
                held = true;
                let found = format!("所属期是“{text}”");
                let next = "请报送单位核对：报错期的重报，写错的改正";
                sink.on_return(
                    sheet,
                    vec![at],
                    Say { code: FindingCode::PeriodMismatch, severity: Severity::Block, found, expected, next },
                );
            }
        }
    }
    if let Some((sheet, at)) = missing
        && !found.iter().any(|found| matches!(found.said, Said::Ours | Said::OtherKind(..)))
    {
        let say = Say {
            code: FindingCode::PeriodMissing,
            severity: Severity::Note,
            found: "没有写所属期".to_owned(),
            expected: format!("写明所属期：{}", ours.title()),
            next: "已按本期计入",
        };
        sink.on_return(Some(sheet), vec![at], say);
    }
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
    if here.cover.periods.is_empty() && matches!(here.said, Said::Nothing) {
        here.said = from.said.clone();
    }
    if here.cover.measures.is_empty() {
        here.cover.measures = from.cover.measures.clone();
    }
}
