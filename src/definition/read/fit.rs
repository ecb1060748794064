//! Whether a measure fits into its table: its rows, what it is spread over, the measures that it points at.

use super::cursor::Word;
use crate::definition::plan::tables::{Basis, From, Measure, MeasureKind, StatisticRows};
use crate::definition::plan::time::When;
use crate::model::codes::DiagnosticCode;

/// What a table spreads its measures over.
#[derive(Debug, Clone, Copy)]
pub struct Spread {
    pub codes: bool,
    pub periods: bool,
}

/// What a measure needs of its table: units to hand seats to, conditions with bounds, another measure of the right kind.
pub fn rows(
    name: &Word<'_>,
    measure: &Measure,
    rows: &StatisticRows,
    spread: Spread,
    has_quota: bool,
    all: &[Option<&Measure>],
) {
    let across = spread.codes;
    let by_unit = matches!(rows, StatisticRows::Unit | StatisticRows::City);
    let by_item = matches!(rows, StatisticRows::Items(_));
    let pointed = |at: &usize| all.get(*at).copied().flatten();
    let points_at_rows = |at: &usize| pointed(at).is_none_or(|measure| measure.kind.source().is_some());
    let problem = match &measure.kind {
        kind if across && kind.source().is_none() => {
            Some("有“across”的表只能用 count、sum、average、ratio、rate、verdict")
        }
        MeasureKind::Quota(_) if !has_quota => Some("定义里没有 [quota]"),
        MeasureKind::Roster { .. } | MeasureKind::Quota(_) | MeasureKind::Outstanding { .. } if !by_unit => {
            Some("只能用在 rows = \"unit\" 或 \"city\" 的表")
        }
        MeasureKind::ItemBound | MeasureKind::ItemMargin { .. } if !by_item => {
            Some("只能用在 rows = { items = […] } 的表")
        }
        MeasureKind::Rank { of, .. }
            if pointed(of).is_some_and(|measure| matches!(measure.kind, MeasureKind::Rank { .. })) =>
        {
            Some("“rank-of”要指向一个数，不能再指向名次")
        }
        MeasureKind::Portion { of } if !points_at_rows(of) => Some("“portion-of”要指向 count 或 sum"),
        MeasureKind::ItemMargin { portion }
            if pointed(portion).is_some_and(|measure| !matches!(measure.kind, MeasureKind::Portion { .. })) =>
        {
            Some("“item-margin”要指向 portion-of")
        }
        _ => None,
    };
    if let Some(problem) = problem {
        name.report(DiagnosticCode::MeasureDoesNotFit, format!("指标“{}”放不进这张表：{problem}", name.text), None);
    }
}

/// What a measure of another period needs: rows that are stored, and measures that can be compared.
pub fn periods(name: &Word<'_>, measure: &Measure, spread: Spread, all: &[Option<&Measure>]) {
    let pointed = |at: &usize| all.get(*at).copied().flatten();
    let is = |at: &usize, wanted: fn(&MeasureKind) -> bool| pointed(at).is_none_or(|measure| wanted(&measure.kind));
    let amount = |kind: &MeasureKind| matches!(kind, MeasureKind::Count { .. } | MeasureKind::Sum { .. });
    let rate = |kind: &MeasureKind| {
        matches!(kind, MeasureKind::Ratio { .. } | MeasureKind::Rate { .. } | MeasureKind::Portion { .. })
    };
    let other = measure.period != When::This;
    let problem = match (&measure.kind, measure.kind.source()) {
        (_, None) if other => Some("“period”只能用于 count、sum、average、ratio、rate、verdict"),
        (_, Some(From::Reference { .. })) if other || spread.periods => Some("参照表没有各期的存档，不能写别的报告期"),
        (_, Some(From::Form { basis: Basis::Read, .. })) if other || spread.periods => {
            Some("存档里只有审核通过的行，别的报告期不能写 basis = \"read\"")
        }
        (_, Some(_)) if other && spread.periods => Some("有“across-periods”的表，各列就是各期，不再写“period”"),
        (MeasureKind::Growth { comparable: true, now, before }, _) if !is(now, amount) || !is(before, amount) => {
            Some("可比口径的 growth 要指向 count 或 sum")
        }
        (
            MeasureKind::Growth { comparable: true, now, before }
            | MeasureKind::Points { comparable: true, now, before }
            | MeasureKind::Difference { comparable: true, left: now, right: before },
            _,
        ) if !paired(pointed(now), pointed(before)) => {
            Some("可比口径要比较同一个表式的两个时期：this 对 previous 或 year-ago，year-to-date 对 year-ago-to-date")
        }
        (MeasureKind::Points { now, before, .. }, _) if !is(now, rate) || !is(before, rate) => {
            Some("“points”要指向 ratio、rate 或 portion-of")
        }
        (MeasureKind::Growth { .. } | MeasureKind::Points { .. }, _) if spread.periods => {
            Some("有“across-periods”的表只能用 count、sum、average、ratio、rate、verdict、portion-of、difference")
        }
        (kind, None)
            if spread.periods && !matches!(kind, MeasureKind::Portion { .. } | MeasureKind::Difference { .. }) =>
        {
            Some("有“across-periods”的表只能用 count、sum、average、ratio、rate、verdict、portion-of、difference")
        }
        _ => None,
    };
    if let Some(problem) = problem {
        name.report(DiagnosticCode::MeasureDoesNotFit, format!("指标“{}”放不进这张表：{problem}", name.text), None);
    }
}

/// Whether two measures count rows of one form in two periods that answer one another.
pub fn paired(now: Option<&Measure>, before: Option<&Measure>) -> bool {
    let (Some(now), Some(before)) = (now, before) else { return true };
    let form = |measure: &Measure| match measure.kind.source() {
        Some(From::Form { form, .. }) => Some(*form),
        _ => None,
    };
    let times = matches!(
        (now.period, before.period),
        (When::This, When::Previous | When::YearAgo) | (When::YearToDate, When::YearAgoToDate)
    );
    times && form(now).is_some() && form(now) == form(before)
}
