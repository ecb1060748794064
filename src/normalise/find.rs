//! All sheets of a workbook in, their tables out, each row of them in one account.

use super::area::{self, Area};
use super::assignment::Assignment;
use super::cover::Cover;
use super::found::FoundTable;
use super::lexicon::Lexicon;
use super::near;
use super::period::{self, PeriodSaid};
use super::rows;
use super::view::View;
use crate::definition::Plan;
use crate::model::normalised::NearMiss;
use crate::model::{CellRef, SheetAccount};
use std::collections::HashSet;

/// A sheet that is nothing but a cover says what it says within so many rows.
const LONGEST_COVER: usize = 60;

/// The areas of all sheets, and which sheets without a form come near one.
pub fn areas<'w>(plan: &Plan, lexicon: &Lexicon<'_>, views: Vec<View<'w>>) -> (Vec<Area<'w>>, Vec<NearMiss>) {
    let (mut areas, mut near_misses) = (Vec::with_capacity(views.len()), Vec::new());
    for view in views {
        let (index, name) = (view.index, view.sheet.name.as_str());
        let (found, near) = area::areas(view, lexicon, plan);
        if found.iter().all(|area| area.headers.is_empty()) {
            near_misses.extend(near.map(|near| near::near_miss(index, name, near)));
        }
        areas.extend(found);
    }
    (areas, near_misses)
}

/// Tables of all areas, and the accounts of those without one.
pub fn tables<'w>(
    run: Assignment<'_>,
    lexicon: &Lexicon<'_>,
    areas: &[Area<'w>],
) -> (Vec<FoundTable<'w>>, Vec<SheetAccount>) {
    let (mut found, mut accounts, mut rows) = (Vec::new(), Vec::new(), 0);
    for (at, area) in areas.iter().enumerate() {
        if area.headers.is_empty() {
            accounts.push(near::formless(&area.view));
            continue;
        }
        let tables = rows::tables(&area.view, run, lexicon, area.headers.clone());
        rows += tables.iter().map(|table| table.rows.data.len()).sum::<usize>();
        if area.view.meter.held(found.len() + tables.len(), rows) {
            break;
        }
        let first = found.len();
        for (nth, table) in tables.into_iter().enumerate() {
            if area.view.meter.is_over() {
                break;
            }
            // What stands around a form that is filled in across is said once, by its first table.
            let around = area.around.as_ref().filter(|_| nth == 0);
            found.push(FoundTable::new(run, lexicon, at, &area.view, around, table));
        }
        // What the area holds is counted apart from how its rows were shared out: so the accounts prove something.
        let held = area.view.rows.len() + area.around.as_ref().map_or(0, |around| around.rows.len());
        if let Some((last, others)) = found[first..].split_last_mut() {
            let elsewhere: u32 = others.iter().map(|found| found.account.rows).sum();
            last.account.rows = (held as u32).saturating_sub(elsewhere);
        }
    }
    (found, accounts)
}

/// A cover on a sheet of its own speaks for tables that have none. Two such sheets that name different units say
/// nothing.
pub fn cover_apart(run: Assignment<'_>, lexicon: &Lexicon<'_>, areas: &[Area<'_>], found: &mut [FoundTable<'_>]) {
    if found.iter().any(|found| !found.cover.units.is_empty()) {
        return;
    }
    let apart = areas.iter().filter(|area| area.headers.is_empty() && !area.view.sheet.hidden);
    let covers = apart.filter(|area| !run.plan.words.sheets.explains(&area.view.sheet.name)).filter_map(|area| {
        let mut cover = Cover::default();
        for i in 0..area.view.rows.len().min(LONGEST_COVER) {
            lexicon.cover.scan_row(&lexicon.around, &area.view, i, &mut cover);
        }
        (!cover.units.is_empty()).then_some((&area.view, cover))
    });
    let covers: Vec<(&View<'_>, Cover)> = covers.collect();
    let Some((view, cover)) = covers.first() else { return };
    let names: HashSet<&str> =
        covers.iter().flat_map(|(_, cover)| &cover.units).map(|(_, name)| name.as_str()).collect();
    if names.len() > 1 {
        return;
    }
    let Assignment { plan, period, .. } = run;
    for found in found {
        if matches!(found.told.said, PeriodSaid::Nothing) {
            found.told = period::said(view, cover, &[], CellRef { row: 0, col: 0 }, &plan.schedule, period);
        }
        found.cover = cover.clone();
        found.cover_sheet = view.index;
    }
}
