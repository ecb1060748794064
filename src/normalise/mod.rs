//! A raw workbook in, typed rows with origin out: find the tables, bind their columns, say who sent it, convert cells.
//!
//! One file at a time, no state; nothing across files. Knows nothing of file formats or of polars.
//! A run that takes in many files builds one [`Normaliser`] and shares it among its threads.

mod bind;
mod cells;
mod convert;
mod cover;
mod figures;
mod identify;
mod layout;
mod lexicon;
mod moments;
mod period;
mod remarks;
mod rows;
mod sink;
#[cfg(test)]
mod tests;
mod totals;
mod version;
mod view;

use crate::domain::period::Period;
use crate::model::normalised::{Binding, NearMiss, NormalisedReturn};
use crate::model::table::Column;
use crate::model::{CellRef, FormTable, RawWorkbook, SheetAccount, SourceFile};
use crate::spec::{Plan, Reference};
use cells::Desk;
use cover::Cover;
use identify::{CoverUnit, Evidence};
use lexicon::Lexicon;
use rows::Table;
use sink::Sink;
use std::collections::BTreeMap;
use std::sync::Arc;
use view::View;

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

/// Normalises one workbook. For many, build one [`Normaliser`].
pub fn normalise(frame: Frame<'_>, source: &SourceFile, workbook: &RawWorkbook) -> NormalisedReturn {
    Normaliser::new(frame).normalise(source, workbook)
}

/// The unit that the file name, else the innermost telling folder names: exactly one roster match inside the name,
/// the longest name wins, an ambiguous one is none.
pub fn named_unit(frame: Frame<'_>, source: &SourceFile) -> Option<u32> {
    Normaliser::new(frame).named_unit(source)
}

/// One table found on a visible sheet, with what its surroundings say.
struct Found<'w> {
    view: usize,
    table: Table,
    cover: Cover,
    said: period::Said,
    account: SheetAccount,
    /// 0-based physical rows of the header.
    header_rows: (u32, u32),
    cover_says_nil: bool,
    /// 0-based physical rows of the data.
    data_rows: Vec<u32>,
    sheet: &'w crate::model::RawSheet,
}

impl<'a> Normaliser<'a> {
    /// Compiles a frame; some tens of microseconds, once per run.
    pub fn new(frame: Frame<'a>) -> Normaliser<'a> {
        Normaliser { frame, lexicon: Lexicon::new(frame) }
    }

    /// See [`named_unit`].
    pub fn named_unit(&self, source: &SourceFile) -> Option<u32> {
        let (folder, file) = identify::named(&self.lexicon, source);
        file.or(folder)
    }

    /// Normalises one workbook.
    pub fn normalise(&self, source: &SourceFile, workbook: &RawWorkbook) -> NormalisedReturn {
        let mut sink = Sink { source: source.index, ..Sink::default() };
        let views: Vec<View<'_>> =
            workbook.sheets.iter().enumerate().map(|(index, sheet)| View::new(sheet, index as u16)).collect();
        let (mut found, mut accounts, near) = self.find(&views);
        let nearest = nearest(&near);
        remarks::workbook(workbook, &mut sink);
        if found.is_empty() {
            let unrecognised = Some(remarks::unrecognised(self.frame.plan, &views, nearest));
            return self.finish(source, workbook, sink, Vec::new(), found, accounts, near, unrecognised, None);
        }
        remarks::hidden(&mut found, &mut sink);
        remarks::periods(&mut found, &views, self.frame.period, &mut sink);
        for found in &found {
            if found.account.not_counted.is_none() {
                remarks::columns(self.frame.plan, &self.lexicon, &views[found.view], &found.table, &mut sink);
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
        let tables = self.convert(&views, &found, &context, &mut sink);
        self.rows_units(&found, &tables, &mut evidence);
        let counted = found.iter().any(|found| found.account.not_counted.is_none());
        let sender = if counted {
            identify::sender(&self.frame.reference.roster, &evidence, &mut sink)
        } else {
            identify::by_name(&evidence)
        };
        accounts.extend(found.iter().map(|found| found.account.clone()));
        accounts.sort_by_key(|account| account.sheet);
        self.finish(source, workbook, sink, tables, found, accounts, near, None, sender)
    }

    /// Tables of all sheets, the accounts of the sheets without one, and which of those come near a form.
    fn find<'w>(&self, views: &[View<'w>]) -> (Vec<Found<'w>>, Vec<SheetAccount>, Vec<NearMiss>) {
        let (mut found, mut accounts, mut near_misses) = (Vec::new(), Vec::new(), Vec::new());
        for (at, view) in views.iter().enumerate() {
            let (headers, near) = layout::headers(view, &self.lexicon, self.frame.plan);
            if headers.is_empty() {
                near_misses.extend(near.map(|near| near_miss(view, near)));
                accounts.push(remarks::formless(view));
                continue;
            }
            for table in rows::tables(view, self.frame.plan, headers) {
                let mut cover = Cover::default();
                let title: Vec<usize> = table.rows.frame.iter().copied().filter(|i| *i < table.header.rows.0).collect();
                for &i in title.iter().chain(&table.rows.notes) {
                    cover::scan_row(view, i, &mut cover);
                }
                let header = remarks::header_cell(view, &table);
                let said = period::said(view, &cover, &title, header, self.frame.period);
                let account = table.rows.account(view, table.header.fit.form);
                let row_of = |i: usize| view.rows.get(i).map_or(0, |row| row.row);
                let header_rows = (row_of(table.header.rows.0), row_of(table.header.rows.1));
                let data_rows = table.rows.data.iter().map(|i| row_of(*i)).collect();
                let cover_says_nil = title
                    .iter()
                    .flat_map(|i| view.cells(*i))
                    .any(|cell| view.sheet.text(cell.value).contains("零报告"));
                found.push(Found {
                    view: at,
                    table,
                    cover,
                    said,
                    account,
                    header_rows,
                    cover_says_nil,
                    data_rows,
                    sheet: view.sheet,
                });
            }
        }
        (found, accounts, near_misses)
    }

    fn evidence(&self, source: &SourceFile, found: &[Found<'_>]) -> Evidence {
        let roster = &self.frame.reference.roster;
        let mut covers: Vec<CoverUnit> = Vec::new();
        for found in found.iter().filter(|found| found.account.not_counted.is_none()) {
            for (at, written) in &found.cover.units {
                if !covers.iter().any(|cover| cover.written == *written) {
                    let candidates = roster.find(written).to_vec();
                    covers.push(CoverUnit {
                        sheet: found.account.sheet,
                        at: *at,
                        written: written.clone(),
                        candidates,
                    });
                }
            }
        }
        let (folder, file) = identify::named(&self.lexicon, source);
        Evidence { covers, rows: BTreeMap::new(), folder, file }
    }

    fn convert(&self, views: &[View<'_>], found: &[Found<'_>], context: &[u32], sink: &mut Sink) -> Vec<FormTable> {
        let mut tables = Vec::new();
        for found in found.iter().filter(|found| found.account.not_counted.is_none()) {
            let at = usize::from(found.table.header.fit.form);
            let (Some(form), Some(index)) = (self.frame.plan.forms.get(at), self.lexicon.forms.get(at)) else {
                continue;
            };
            let Some(view) = views.get(found.view) else { continue };
            let mut desk =
                Desk { frame: self.frame, lexicon: &self.lexicon, view, sink, context, birth: None, last_unit: None };
            let table = convert::convert(&mut desk, form, index, &found.table);
            totals::check(view, form, &found.table, &table, sink);
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
                    evidence.rows.entry(*unit).or_insert((origin.sheet, CellRef { row: origin.row, col }));
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
        found: Vec<Found<'_>>,
        sheets: Vec<SheetAccount>,
        near_misses: Vec<NearMiss>,
        unrecognised: Option<String>,
        sender: Option<crate::model::normalised::Sender>,
    ) -> NormalisedReturn {
        let nil_return = unrecognised.is_none() && remarks::nil(&found, &tables, &mut sink);
        NormalisedReturn {
            source: source.index,
            tables,
            bindings: found.iter().map(|found| self.binding(found)).collect(),
            near_misses,
            unknown_units: sink.unknown_units,
            sheets,
            unrecognised,
            sender,
            version: version::evidence(source, workbook, found.iter().map(|found| &found.cover)),
            nil_return,
            findings: sink.findings,
            amendments: sink.amendments,
        }
    }

    fn binding(&self, found: &Found<'_>) -> Binding {
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
            columns: header.fit.columns.clone(),
            renamed,
            extra,
        }
    }
}

fn near_miss(view: &View<'_>, near: layout::NearMiss) -> NearMiss {
    let layout::NearMiss { form, bound, missing, row, extra } = near;
    NearMiss {
        form,
        sheet: view.index,
        sheet_name: Arc::from(view.sheet.name.as_str()),
        bound,
        missing,
        extra: extra.into_iter().map(|(col, text)| (CellRef { row, col }, text)).collect(),
    }
}

/// The sheet that comes nearest a form; of equals the first.
fn nearest(near: &[NearMiss]) -> Option<&NearMiss> {
    near.iter().reduce(|best, near| if near.bound > best.bound { near } else { best })
}
