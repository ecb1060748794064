//! Values out of line with the record's own history, or with the other records of the form; the figures that a value was
//! held against stand in the finding.

use super::history::gap;
use super::records::{StoredRecords, alone, stored_grid};
use super::rows::FormRows;
use super::weight::Weight;
use super::yardstick::Yardstick;
use crate::definition::{Against as Held, Outlier};
use crate::domain::outlier::{Judgement, PeerSpread, against_history, slip_words};
use crate::domain::period::Period;
use crate::language::{Checked, PREVIOUS, RunContext};
use crate::model::{Effect, Finding, Fingerprint};
use crate::rows::Grid;
use crate::rows::context;
use crate::text::numbers;
use polars::prelude::DataType;

/// Earlier values that a finding shows, the latest.
const SHOWN: usize = 6;

/// Findings of every `[[form.outlier]]` of the form.
pub fn check(rows: &FormRows, keys: &[Option<String>], here: &RunContext, yardstick: Yardstick<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for outlier in &rows.form.outliers {
        match outlier.against {
            Held::History { periods } => {
                findings.extend(by_history(outlier, periods as usize, rows, keys, here, yardstick));
            }
            Held::Peers => findings.extend(by_peers(outlier, rows, here)),
        }
    }
    findings
}

/// Per row, the outlier's value where the rule concerns the row.
fn values(outlier: &Outlier, grid: &Grid, context: &RunContext) -> Vec<Option<f64>> {
    let mut values = numbers(&outlier.value, grid, context);
    if let Some(when) = &outlier.when {
        for (value, concerned) in values.iter_mut().zip(grid.mask(when, context)) {
            *value = value.filter(|_| concerned);
        }
    }
    values
}

fn numbers(value: &Checked, grid: &Grid, context: &RunContext) -> Vec<Option<f64>> {
    let needs: Vec<&str> = value.columns().iter().map(String::as_str).collect();
    let stretches = grid.evaluate(&[value.node().clone()], &needs, context, |_, answers| match answers {
        [answer] => Ok(answer.cast(&DataType::Float64)?.f64()?.iter().collect::<Vec<_>>()),
        _ => Ok(Vec::new()),
    });
    // The gate typed the expression against these very columns; going on without an answer would let rows pass unexamined.
    let stretches = stretches.unwrap_or_else(|error| panic!("polars refused what the gate had typed: {error}"));
    stretches.into_iter().flatten().collect()
}

fn by_history(
    outlier: &Outlier,
    most: usize,
    rows: &FormRows,
    keys: &[Option<String>],
    here: &RunContext,
    yardstick: Yardstick<'_>,
) -> Vec<Finding> {
    let Yardstick { plan, reference, period, history, .. } = yardstick;
    let mut earlier: Vec<Period> = history.periods().filter(|other| *other < period).cloned().collect();
    let earlier = earlier.split_off(earlier.len().saturating_sub(most));
    let alone = alone(keys);
    let mut series: Vec<Vec<(usize, f64)>> = vec![Vec::new(); keys.len()];
    let mut usable = 0;
    for (at, then) in earlier.iter().enumerate() {
        let Some(records) = StoredRecords::load(rows, then, yardstick) else { continue };
        usable += 1;
        let needs = outlier.value.columns().iter().chain(outlier.when.iter().flat_map(|when| when.columns()));
        let grid = stored_grid(rows, &records, needs.cloned().collect(), yardstick);
        let values = values(outlier, &grid, &context(plan, reference, then));
        for (series, key) in series.iter_mut().zip(&alone) {
            let record = key.and_then(|key| records.find(key));
            if let Some(value) = record.and_then(|row| values.get(row as usize).copied().flatten()) {
                series.push((at, value));
            }
        }
    }
    if usable == 0 {
        let wanted = plan.schedule.previous(period);
        return wanted.map(|wanted| gap(rows.form, PREVIOUS, &wanted, yardstick)).into_iter().collect();
    }
    let mut findings = Vec::new();
    for (row, (value, series)) in values(outlier, &rows.rows.grid, here).into_iter().zip(&series).enumerate() {
        let Some(value) = value else { continue };
        let before: Vec<f64> = series.iter().map(|(_, value)| *value).collect();
        let (median, slip) = match against_history(value, &before, &outlier.bounds) {
            Judgement::Out { median } => (median, None),
            Judgement::Slip { median, up } => (median, Some(slip_words(up, outlier.money))),
            Judgement::TooFew | Judgement::InLine => continue,
        };
        let hidden = series.len().saturating_sub(SHOWN);
        let shown: Vec<String> = series
            .iter()
            .skip(hidden)
            .filter_map(|(at, value)| Some(format!("{} {}", earlier.get(*at)?.title(), number(*value))))
            .collect();
        let more = if hidden > 0 { format!("（另有更早 {hidden} 期）") } else { String::new() };
        let effect = if slip.is_some() { outlier.slip_effect } else { outlier.effect };
        let slip = slip.map(|words| format!("，{words}")).unwrap_or_default();
        let held = format!("以往：{}{more}，中位数 {}{slip}", shown.join("、"), number(median));
        findings.push(finding((outlier, effect), rows, row, value, &held));
    }
    findings
}

fn by_peers(outlier: &Outlier, rows: &FormRows, here: &RunContext) -> Vec<Finding> {
    let values = values(outlier, &rows.rows.grid, here);
    let Some(peers) = PeerSpread::of(values.iter().flatten().copied()) else { return Vec::new() };
    let mut findings = Vec::new();
    for (row, value) in values.iter().enumerate() {
        let Some(value) = value else { continue };
        if let Judgement::Out { median } = peers.judge(*value, &outlier.bounds) {
            let held = format!("同表 {} 条记录的中位数 {}", peers.count, number(median));
            findings.push(finding((outlier, outlier.effect), rows, row, *value, &held));
        }
    }
    findings
}

fn finding((outlier, effect): (&Outlier, Effect), rows: &FormRows, row: usize, value: f64, held: &str) -> Finding {
    let value = number(value);
    let more = [("值", value.as_str())];
    let Outlier { code, severity, trial, line, .. } = outlier;
    let weight = Weight { code, severity: *severity, effect, trial: *trial, line: *line };
    let [found, expected, next] =
        [&outlier.found, &outlier.expected, &outlier.next].map(|part| rows.render(part, row, &more));
    // What it is held against moves with every other record and period; the value alone is what is to be answered for.
    rows.finding(row, weight, &outlier.cells, Fingerprint::of([&value]), [format!("{found}；{held}"), expected, next])
}

/// To four figures behind the point at most: what a quotient has beyond that says nothing.
fn number(value: f64) -> String {
    numbers::show((value * 10_000.0).round() / 10_000.0)
}
