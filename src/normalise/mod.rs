//! A raw workbook in, typed rows with origin out: find the tables, bind their columns, say who sent it, convert cells.
//!
//! One file at a time, no state; nothing across files. Knows nothing of file formats or of polars.
//! A run that takes in many files builds one [`Normaliser`] and shares it among its threads.

mod area;
mod around;
mod asides;
mod asked;
mod assignment;
mod beside;
mod bind;
mod binding;
mod cards;
mod cells;
mod claims;
mod classify;
mod code_index;
mod column_cells;
mod columns;
mod convert;
mod cover;
mod desk;
mod evidence;
mod example_words;
mod explained;
mod figures;
mod file_name;
mod fill;
mod find;
mod fit;
mod footer_words;
mod found;
mod header_block;
mod hidden;
mod identify;
mod known_blocks;
mod known_texts;
mod labels;
mod layout;
mod lexicon;
mod meter;
mod moments;
mod near;
mod nil;
mod period;
mod periods;
mod qualify;
mod quick;
mod records;
mod roles;
mod row_lexicon;
mod rows;
mod scores;
mod seen;
mod sheets;
mod silence;
mod sink;
mod stated;
mod table_field;
mod table_rows;
#[cfg(test)]
mod tests;
mod total_words;
mod totals;
mod version;
mod view;
mod written;

use crate::model::kept::KeptTable;
use crate::model::normalised::NormalisedReturn;
use crate::model::workbook::Format;
use crate::model::{Column, RawWorkbook, SourceFile};
use area::Area;
use found::FoundTable;
use lexicon::Lexicon;
use meter::{Meter, UNLIMITED};
use sink::Sink;
use std::sync::Arc;
use view::View;

pub use assignment::Assignment;
pub use meter::{Budget, Overrun};

/// A frame with everything compiled that is asked of every cell: headers, code words, unit names.
#[derive(Debug)]
pub struct Normaliser<'a> {
    frame: Assignment<'a>,
    lexicon: Lexicon<'a>,
}

impl<'a> Normaliser<'a> {
    /// Compiles a frame; some tens of microseconds, once per run.
    pub fn new(frame: Assignment<'a>) -> Normaliser<'a> {
        Normaliser { frame, lexicon: Lexicon::new(frame) }
    }

    /// The unit that the file name, else the innermost telling folder names: exactly one roster match inside the name,
    /// the longest name wins, an ambiguous one is none.
    pub fn named_unit(&self, source: &SourceFile) -> Option<u32> {
        let (folder, file) = identify::named(&self.lexicon, source);
        file.or(folder)
    }

    /// What a person wrote for a field, read as a cell of it would be: one column a column of the field, one row each.
    ///
    /// # Errors
    /// It cannot be read for certain, in words.
    pub fn written(&self, form: usize, field: usize, text: &str) -> Result<Vec<Column>, String> {
        written::written(self.frame, &self.lexicon, form, field, text)
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
        let (run, lexicon) = (self.frame, &self.lexicon);
        let mut sink = Sink { source: source.index, ..Sink::default() };
        let sheets = workbook.sheets.iter().enumerate();
        let views: Vec<View<'_>> =
            sheets.map(|(index, sheet)| View::metered(sheet, index as u16, meter, Some(lexicon))).collect();
        let (areas, near_misses) = find::areas(run.plan, lexicon, views);
        let (mut found, mut sheets) = find::tables(run, lexicon, &areas);
        near::workbook(workbook, &mut sink);
        let (mut tables, mut sender, mut unrecognised, mut nil_return) = (Vec::new(), None, None, false);
        let mut other_period = None;
        if found.is_empty() {
            unrecognised = Some(near::unrecognised(run.plan, lexicon, workbook, near::nearest(&near_misses)));
        } else {
            find::cover_apart(run, lexicon, &areas, &mut found);
            hidden::hidden(run.plan, &mut found, &mut sink);
            sheets::set_aside(run.plan, &areas, &mut found, &mut sink);
            sheets::copies(run.plan, &areas, &mut found, &mut sink);
            near::near_forms(run.plan, &areas, &near_misses, &mut sink);
            other_period = periods::periods(run, &source.name, &mut found, &mut sink);
            around::filing_dates(&found, &mut sink);
            self.headers(&areas, &found, workbook.format == Format::Delimited, &mut sink);
            let mut evidence = evidence::gather(run, lexicon, source, &found);
            tables = records::convert(run, lexicon, &areas, &found, &evidence::context(&evidence), &mut sink);
            evidence::add_rows(run, lexicon, &found, &tables, &mut evidence);
            sender = match found.iter().any(FoundTable::counts) {
                true => identify::sender(&run.reference.roster, &evidence, meter, &mut sink),
                // Whose it is matters for who is chased; what is doubtful about it is for the period that it is of.
                false if other_period.is_some() => {
                    identify::sender(&run.reference.roster, &evidence, meter, &mut Sink::default())
                }
                false => identify::by_name(&evidence),
            };
            if let Some(sender) = &sender {
                records::take_sender(run, lexicon, &areas, &found, sender.unit, &mut tables);
            }
            // Most have one, and it stays to the end of the run.
            sheets.reserve_exact(found.len());
            sheets.extend(found.iter().map(|found| found.account.clone()));
            sheets.sort_by_key(|account| account.sheet);
            // Of another period, it need not say why it holds nothing of ours.
            nil_return = other_period.is_none() && nil::nil(&found, &areas, &tables, &mut sink);
        }
        sink.note_what_was_read(workbook);
        NormalisedReturn {
            source: source.index,
            tables: tables.into_iter().map(KeptTable::from).collect(),
            bindings: found.iter().map(|found| Arc::new(binding::binding(run.plan, found, &areas))).collect(),
            near_misses,
            unknown_units: sink.unknown_units,
            sheets,
            unrecognised,
            other_period,
            sender,
            contact: around::contact(&found),
            version: version::evidence(run, lexicon, source, workbook, (&areas, &found)),
            nil_return,
            findings: sink.findings,
            pending: Vec::new(),
            amendments: sink.amendments,
            kept_amendments: None,
            seen: sink.seen,
            explanations: explained::explanations(run.plan, source.index, &areas, &found),
        }
    }

    /// What is said of the headers of tables that count.
    fn headers(&self, areas: &[Area<'_>], found: &[FoundTable<'_>], delimited: bool, sink: &mut Sink) {
        for found in found.iter().filter(|found| found.counts()) {
            let Some(area) = areas.get(found.view) else { continue };
            near::titled_as_other(self.frame.plan, found, sink);
            let from = sink.mark();
            columns::columns(self.frame.plan, &self.lexicon, &area.view, &found.table, sink);
            columns::qualified(self.frame.plan, &self.lexicon, &area.view, &found.table, sink);
            columns::unread(self.frame.plan, &self.lexicon, &area.view, &found.table, sink);
            columns::cells_outside(&area.view, &found.table, delimited, sink);
            sink.turn_back(from, &area.view, found.header_rows.0);
            around::cover_unit(self.frame.plan, found, sink);
        }
    }
}
