//! `[discipline]`: points for how units report.

use super::cursor::Section;
use crate::definition::plan::{DisciplineRule, PERIODS};
use crate::model::codes::DiagnosticCode;

/// The best first: none may get more points than the one before it.
const STANDINGS: [&str; 5] = ["on-time", "after-grace", "returned", "unreadable", "missing"];

/// The rule, where the definition has one; every problem in it is reported.
pub fn discipline(document: &Section<'_>) -> Option<DisciplineRule> {
    let section = document.get("discipline")?.section()?;
    let points = STANDINGS.map(|key| section.need(key).and_then(|node| node.count()));
    let late_per_day = section.need("late-per-day").and_then(|node| node.count());
    let periods = section.get("periods").map_or(Some(PERIODS), |node| node.count());
    for (pair, keys) in points.windows(2).zip(STANDINGS.windows(2)) {
        let ([Some(better), Some(worse)], [better_key, worse_key]) = (pair, keys) else { continue };
        if worse > better {
            let span = section.get(worse_key).map_or_else(|| section.span(), |node| node.span());
            let message = format!("“{worse_key}”{worse} 分，比“{better_key}”的 {better} 分还多");
            let help = format!("应当 {}，前面的不少于后面的", STANDINGS.join(" ≥ "));
            section.log.report(DiagnosticCode::PointsOrder, span, message, Some(help));
        }
    }
    if let (Some(0), Some(node)) = (periods, section.get("periods")) {
        let message = "“periods”至少是 1（只看本期）".to_owned();
        section.log.report(
            DiagnosticCode::NoPeriods,
            node.span(),
            message,
            Some("写 12 就是连本期在内看 12 期".to_owned()),
        );
    }
    section.finish();
    let [on_time, after_grace, returned, unreadable, missing] = points;
    Some(DisciplineRule {
        on_time: on_time?,
        late_per_day: late_per_day?,
        after_grace: after_grace?,
        returned: returned?,
        unreadable: unreadable?,
        missing: missing?,
        periods: periods?,
    })
}
