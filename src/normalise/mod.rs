//! A raw workbook in, typed rows with origin out: find the tables, bind their columns, say who sent it, convert cells.
//!
//! One file at a time, no state; nothing across files. Knows nothing of file formats or of polars.
//! A run that takes in many files builds one [`Normaliser`] and shares it among its threads.

mod area;
mod beside;
mod bind;
mod cells;
mod convert;
mod cover;
mod figures;
mod identify;
mod layout;
mod lexicon;
mod meter;
mod moments;
mod period;
mod remarks;
mod rows;
mod scores;
mod sink;
mod stated;
#[cfg(test)]
mod tests;
mod totals;
mod version;
mod view;

use crate::definition::{Plan, Reference};
use crate::domain::period::Period;
use crate::model::normalised::{Binding, NearMiss, NormalisedReturn};
use crate::model::table::Column;
use crate::model::{CellRef, FormTable, Origin, RawWorkbook, SheetAccount, SourceFile};
use area::Area;
use cells::Desk;
use cover::Cover;
use identify::{CoverUnit, Evidence};
use lexicon::Lexicon;
use meter::{Meter, UNLIMITED};
use rows::Table;
use sink::Sink;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use view::View;

pub use meter::{Budget, Overrun};

/// What every file is normalised against.
#[derive(Debug, Clone, Copy)]
pub struct Frame<'a> {
    pub plan: &'a Plan,
    pub reference: &'a Reference,
    pub period: &'a Period,
}

/// A frame with everything compiled that is asked of every cell: headers, code words, unit names.
#[derive(Debug)]
pub struct Normaliser<'a> {
    frame: Frame<'a>,
    lexicon: Lexicon<'a>,
}

/// A sheet that is nothing but a cover says what it says within so many rows.
const LONGEST_COVER: usize = 60;

/// One table found on a visible sheet, with what its surroundings say.
struct Found<'w> {
    /// Position of the area that it stands in.
    view: usize,
    table: Table,
    cover: Cover,
    said: period::Said,
    /// The sheet that the cover stands on.
    cover_sheet: u16,
    account: SheetAccount,
    /// First cell of the header, and its first and last row; physical.
    header_at: CellRef,
    header_rows: (u32, u32),
    /// First and last column of its area.
    cols: (u16, u16),
    cover_says_nil: bool,
    /// Data lines that the sheet hides.
    hidden: usize,
    /// Filled in across: its columns are the sheet's rows.
    turned: bool,
    sheet: &'w crate::model::RawSheet,
}

impl<'a> Normaliser<'a> {
    /// Compiles a frame; some tens of microseconds, once per run.
    pub fn new(frame: Frame<'a>) -> Normaliser<'a> {
        Normaliser { frame, lexicon: Lexicon::new(frame) }
    }

    /// The unit that the file name, else the innermost telling folder names: exactly one roster match inside the name,
    /// the longest name wins, an ambiguous one is none.
    pub fn named_unit(&self, source: &SourceFile) -> Option<u32> {
        let (folder, file) = identify::named(&self.lexicon, source);
        file.or(folder)
    }

    /// Normalises one workbook, at whatever cost.
    pub fn normalise(&self, source: &SourceFile, workbook: &RawWorkbook) -> NormalisedReturn {
        self.measured(source, workbook, &UNLIMITED)
    }

    /// Normalises one workbook within bounds.
    ///
    /// # Errors
    /// The bound that the file goes over.
    pub fn normalise_within(
        &self,
        source: &SourceFile,
        workbook: &RawWorkbook,
        budget: Budget,
    ) -> Result<NormalisedReturn, Overrun> {
        let meter = Meter::new(budget);
        let normalised = self.measured(source, workbook, &meter);
        meter.said(normalised.findings.len(), normalised.amendments.len());
        meter.overrun().map_or(Ok(normalised), Err)
    }

    fn measured(&self, source: &SourceFile, workbook: &RawWorkbook, meter: &Meter) -> NormalisedReturn {
        let mut sink = Sink { source: source.index, ..Sink::default() };
        let sheets = workbook.sheets.iter().enumerate();
        let views: Vec<View<'_>> = sheets.map(|(index, sheet)| View::metered(sheet, index as u16, meter)).collect();
        let (areas, near) = self.areas(views);
        let (mut found, mut accounts) = self.find(&areas);
        remarks::workbook(workbook, &mut sink);
        if found.is_empty() {
            let unrecognised = Some(remarks::unrecognised(self.frame.plan, workbook, nearest(&near)));
            return self.finish(
                source,
                workbook,
                sink,
                Vec::new(),
                (found, &areas),
                accounts,
                near,
                unrecognised,
                None,
            );
        }
        self.cover_apart(&areas, &mut found);
        remarks::hidden(self.frame.plan, &mut found, &mut sink);
        remarks::near_forms(self.frame.plan, &areas, &near, &mut sink);
        remarks::periods(&mut found, self.frame.period, &mut sink);
        remarks::filing_dates(&found, &mut sink);
        for found in &found {
            if found.account.not_counted.is_none() {
                let Some(area) = areas.get(found.view) else { continue };
                let from = sink.mark();
                remarks::columns(self.frame.plan, &self.lexicon, &area.view, &found.table, &mut sink);
                remarks::cells_outside(&area.view, &found.table, &mut sink);
                sink.turn_back(from, &area.view, found.header_rows.0);
                remarks::cover_unit(self.frame.plan, found, &mut sink);
            }
        }
        let mut evidence = self.evidence(source, &found);
        let context: Vec<u32> = evidence
            .covers
            .iter()
            .filter_map(|cover| match cover.candidates.as_slice() {
                [unit] => Some(*unit),
                _ => None,
            })
            .chain(evidence.folder)
            .collect();
        let tables = self.convert(&areas, &found, &context, &mut sink);
        self.rows_units(&found, &tables, &mut evidence);
        let counted = found.iter().any(|found| found.account.not_counted.is_none());
        let sender = if counted {
            identify::sender(&self.frame.reference.roster, &evidence, meter, &mut sink)
        } else {
            identify::by_name(&evidence)
        };
        accounts.extend(found.iter().map(|found| found.account.clone()));
        accounts.sort_by_key(|account| account.sheet);
        self.finish(source, workbook, sink, tables, (found, &areas), accounts, near, None, sender)
    }

    /// The areas of all sheets, and which sheets without a form come near one.
    fn areas<'w>(&self, views: Vec<View<'w>>) -> (Vec<Area<'w>>, Vec<NearMiss>) {
        let (mut areas, mut near_misses) = (Vec::with_capacity(views.len()), Vec::new());
        for view in views {
            let (index, name) = (view.index, view.sheet.name.as_str());
            let (found, near) = area::areas(view, &self.lexicon, self.frame.plan);
            if found.iter().all(|area| area.headers.is_empty()) {
                near_misses.extend(near.map(|near| near_miss(index, name, near)));
            }
            areas.extend(found);
        }
        (areas, near_misses)
    }

    /// Tables of all areas, and the accounts of those without one.
    fn find<'w>(&self, areas: &[Area<'w>]) -> (Vec<Found<'w>>, Vec<SheetAccount>) {
        let (mut found, mut accounts, mut rows) = (Vec::new(), Vec::new(), 0);
        for (at, area) in areas.iter().enumerate() {
            if area.headers.is_empty() {
                accounts.push(remarks::formless(&area.view));
                continue;
            }
            let tables = rows::tables(&area.view, self.frame.plan, area.headers.clone());
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
                found.push(self.found(at, &area.view, around, table));
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

    /// A table with what its title, its cover and its notes say.
    fn found<'w>(&self, at: usize, view: &View<'w>, around: Option<&View<'w>>, table: Table) -> Found<'w> {
        let header_at = view.physical(remarks::header_cell(view, &table));
        let mut account = table.rows.account(view, table.header.fit.form);
        let mut title: Vec<usize> = table.rows.frame.iter().copied().filter(|i| *i < table.header.rows.0).collect();
        let mut notes = table.rows.notes.clone();
        let frame = around.unwrap_or(view);
        if around.is_some() {
            (title, notes) = (0..frame.rows.len()).partition(|i| frame.rows[*i].row < header_at.row);
            account.frame += title.len() as u32;
            account.notes += notes.len() as u32;
            account.rows += frame.rows.len() as u32;
        }
        let mut cover = Cover::default();
        if around.is_some() || !view.turned {
            for &i in title.iter().chain(&notes) {
                cover::scan_row(frame, i, &mut cover);
            }
        }
        let Frame { plan, period, .. } = self.frame;
        let said = period::said(frame, &cover, &title, header_at, &plan.schedule, period);
        let row_of = |i: usize| view.rows.get(i).map_or(0, |row| row.row);
        let cover_says_nil =
            title.iter().flat_map(|i| frame.cells(*i)).any(|cell| rows::is_zero_report(view.sheet.text(cell.value)));
        let hidden_lines: HashSet<u32> = match view.turned {
            true => view.sheet.hidden_cols.iter().map(|col| u32::from(*col)).collect(),
            false => view.sheet.hidden_rows.iter().copied().collect(),
        };
        let header_rows = match view.turned {
            true => table.header.fit.span().map_or((0, 0), |(first, last)| (u32::from(first), u32::from(last))),
            false => (row_of(table.header.rows.0), row_of(table.header.rows.1)),
        };
        let hidden = table.rows.data.iter().filter(|i| hidden_lines.contains(&row_of(**i))).count();
        Found {
            view: at,
            table,
            cover,
            said,
            cover_sheet: view.index,
            account,
            header_at,
            header_rows,
            cols: view.cols,
            cover_says_nil,
            hidden,
            turned: view.turned,
            sheet: view.sheet,
        }
    }

    /// A cover on a sheet of its own speaks for tables that have none. Two such sheets that name different units say
    /// nothing.
    fn cover_apart(&self, areas: &[Area<'_>], found: &mut [Found<'_>]) {
        if found.iter().any(|found| !found.cover.units.is_empty()) {
            return;
        }
        let apart = areas.iter().filter(|area| area.headers.is_empty() && !area.view.sheet.hidden);
        let covers = apart.filter(|area| !area::explains(&area.view.sheet.name)).filter_map(|area| {
            let mut cover = Cover::default();
            for i in 0..area.view.rows.len().min(LONGEST_COVER) {
                cover::scan_row(&area.view, i, &mut cover);
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
        let Frame { plan, period, .. } = self.frame;
        for found in found {
            if matches!(found.said, period::Said::Nothing) {
                found.said = period::said(view, cover, &[], CellRef { row: 0, col: 0 }, &plan.schedule, period);
            }
            found.cover = cover.clone();
            found.cover_sheet = view.index;
        }
    }

    fn evidence(&self, source: &SourceFile, found: &[Found<'_>]) -> Evidence {
        let roster = &self.frame.reference.roster;
        let mut covers: Vec<CoverUnit> = Vec::new();
        let mut seen: HashSet<&str> = HashSet::new();
        for found in found.iter().filter(|found| found.account.not_counted.is_none()) {
            for (at, written) in &found.cover.units {
                if seen.insert(written) {
                    let candidates = roster.find(written).to_vec();
                    covers.push(CoverUnit { sheet: found.cover_sheet, at: *at, written: written.clone(), candidates });
                }
            }
        }
        let (folder, file) = identify::named(&self.lexicon, source);
        Evidence { covers, rows: BTreeMap::new(), folder, file }
    }

    fn convert(&self, areas: &[Area<'_>], found: &[Found<'_>], context: &[u32], sink: &mut Sink) -> Vec<FormTable> {
        let mut tables = Vec::new();
        // Rows of a form over all tables that count.
        let listed = |form: u16| {
            let same = found.iter().filter(|found| found.account.not_counted.is_none());
            same.filter(|found| found.table.header.fit.form == form).map(|found| found.table.rows.data.len()).sum()
        };
        for found in found.iter().filter(|found| found.account.not_counted.is_none()) {
            let at = usize::from(found.table.header.fit.form);
            let (Some(form), Some(index)) = (self.frame.plan.forms.get(at), self.lexicon.forms.get(at)) else {
                continue;
            };
            let Some(view) = areas.get(found.view).map(|area| &area.view) else { continue };
            let from = sink.mark();
            let mut desk = Desk {
                frame: self.frame,
                lexicon: &self.lexicon,
                view,
                sink,
                context,
                birth: None,
                last_unit: None,
                last_unknown: None,
            };
            let mut table = convert::convert(&mut desk, form, index, &found.table);
            totals::check(view, form, &found.table, &table, sink);
            if !form.stated.is_empty() && !view.turned {
                stated::check(form, view, found, listed(found.table.header.fit.form), sink);
            }
            if view.turned {
                sink.turn_back(from, view, found.header_rows.0);
                for origin in &mut table.origins {
                    // The view's row is the record's column.
                    let col = origin.row as u16;
                    (origin.row, origin.cols) = (found.header_rows.0, (col, col));
                }
            }
            tables.push(table);
        }
        tables
    }

    /// The units that rows name, each with its first cell.
    fn rows_units(&self, found: &[Found<'_>], tables: &[FormTable], evidence: &mut Evidence) {
        let counted = found.iter().filter(|found| found.account.not_counted.is_none());
        for (found, table) in counted.zip(tables) {
            let at = usize::from(table.form);
            let Some(form) = self.frame.plan.forms.get(at) else { continue };
            let Some(index) = self.lexicon.forms.get(at) else { continue };
            let column = index.columns.iter().position(|column| column.field == form.unit_field);
            let col = found.table.header.fit.columns.get(form.unit_field).copied().flatten();
            let (Some(Column::Unit(units)), Some(col)) = (column.and_then(|at| table.columns.get(at)), col) else {
                continue;
            };
            for (unit, origin) in units.iter().zip(&table.origins) {
                if let Some(unit) = unit {
                    let at = match origin.cols.0 == origin.cols.1 {
                        // Filled in across, the field has a row.
                        true => CellRef { row: u32::from(col), col: origin.cols.0 },
                        false => CellRef { row: origin.row, col },
                    };
                    evidence.rows.entry(unit).or_insert((origin.sheet, at));
                }
            }
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one return, put together in one place")]
    fn finish(
        &self,
        source: &SourceFile,
        workbook: &RawWorkbook,
        mut sink: Sink,
        tables: Vec<FormTable>,
        (found, areas): (Vec<Found<'_>>, &[Area<'_>]),
        sheets: Vec<SheetAccount>,
        near_misses: Vec<NearMiss>,
        unrecognised: Option<String>,
        sender: Option<crate::model::normalised::Sender>,
    ) -> NormalisedReturn {
        let nil_return = unrecognised.is_none() && remarks::nil(&found, areas, &tables, &mut sink);
        NormalisedReturn {
            source: source.index,
            tables,
            bindings: found.iter().map(|found| self.binding(found, areas)).collect(),
            near_misses,
            unknown_units: sink.unknown_units,
            sheets,
            unrecognised,
            sender,
            version: version::evidence(source, workbook, counted_covers(&found)),
            nil_return,
            findings: sink.findings,
            amendments: sink.amendments,
        }
    }

    fn binding(&self, found: &Found<'_>, areas: &[Area<'_>]) -> Binding {
        let area = areas.get(found.view);
        let header = &found.table.header;
        let fields =
            self.frame.plan.forms.get(usize::from(header.fit.form)).map_or(&[][..], |form| form.fields.as_slice());
        let (mut renamed, mut extra) = (Vec::new(), Vec::new());
        for heading in &header.headings {
            match header.fit.columns.iter().position(|col| *col == Some(heading.col)) {
                None => extra.push((heading.col, heading.text.clone())),
                Some(at) if fields.get(at).is_some_and(|field| field.header != heading.text) => {
                    renamed.push((at as u16, heading.text.clone()));
                }
                Some(_) => {}
            }
        }
        renamed.sort();
        Binding {
            form: header.fit.form,
            sheet: found.account.sheet,
            sheet_name: Arc::from(found.sheet.name.as_str()),
            header: found.header_rows,
            cols: area.map_or(Origin::WHOLE, |area| area.view.cols),
            across: area.is_some_and(|area| area.view.turned),
            columns: header.fit.columns.clone(),
            renamed,
            extra,
        }
    }
}

/// Hidden sheets and sheets of another period say nothing of this return's filing date, unless there is nothing else.
fn counted_covers<'f>(found: &'f [Found<'_>]) -> impl Iterator<Item = &'f Cover> {
    let none = found.iter().all(|found| found.account.not_counted.is_some());
    found.iter().filter(move |found| none || found.account.not_counted.is_none()).map(|found| &found.cover)
}

fn near_miss(sheet: u16, name: &str, near: layout::NearMiss) -> NearMiss {
    let layout::NearMiss { form, bound, missing, row, extra } = near;
    let extra = extra.into_iter().map(|(col, text)| (CellRef { row, col }, text)).collect();
    NearMiss { form, sheet, sheet_name: Arc::from(name), row, bound, missing, extra }
}

/// The sheet that comes nearest a form; of equals the first.
fn nearest(near: &[NearMiss]) -> Option<&NearMiss> {
    near.iter().reduce(|best, near| if near.bound > best.bound { near } else { best })
}
