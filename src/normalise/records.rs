//! The tables that count in, their typed rows out, held against what the sheet itself adds up and states.

use super::area::Area;
use super::assignment::Assignment;
use super::convert;
use super::desk::Desk;
use super::found::FoundTable;
use super::lexicon::Lexicon;
use super::roles::Roles;
use super::sink::Sink;
use super::{asides, claims, totals};
use crate::model::FormTable;
use crate::model::cell::CellRef;
use crate::model::table::Column;

/// `context`: the units that cover and folder speak for.
pub fn convert(
    run: Assignment<'_>,
    lexicon: &Lexicon<'_>,
    areas: &[Area<'_>],
    found: &[FoundTable<'_>],
    context: &[u32],
    sink: &mut Sink,
) -> Vec<FormTable> {
    let mut tables = Vec::new();
    // Rows of a form over all tables that count.
    let listed = |form: u16| {
        let same = found.iter().filter(|found| found.counts());
        same.filter(|found| found.table.header.fit.form == form).map(|found| found.table.rows.data.len()).sum()
    };
    for found in found.iter().filter(|found| found.counts()) {
        let at = usize::from(found.table.header.fit.form);
        let (Some(form), Some(index)) = (run.plan.forms.get(at), lexicon.forms.get(at)) else {
            continue;
        };
        let Some(view) = areas.get(found.view).map(|area| &area.view) else { continue };
        let from = sink.mark();
        let mut desk = Desk {
            frame: run,
            lexicon,
            view,
            sink,
            columns: Vec::new(),
            context,
            birth: None,
            last_unit: None,
            money_asked: Vec::new(),
        };
        let mut table = convert::convert(&mut desk, form, index, &found.table, &found.cover.measures);
        totals::check(&run.plan.words.headers, view, form, found, &table, sink);
        totals::look_alikes(view, form, &lexicon.rows, &found.table, &table, sink);
        asides::rows(form, &lexicon.rows, view, found, &Roles::new(form, index, &found.table.header.fit.columns), sink);
        if !form.stated.is_empty() && !view.turned {
            claims::check(form, view, found, listed(found.table.header.fit.form), sink);
        }
        if view.turned {
            sink.turn_back(from, view, found.header_rows.0);
            for origin in &mut table.origins {
                if let Some(row) = view.card_row(origin.row) {
                    origin.row = row;
                    continue;
                }
                // The view's row is the record's column.
                let col = origin.row as u16;
                (origin.row, origin.cols) = (found.header_rows.0, (col, col));
            }
        }
        tables.push(table);
    }
    tables
}

/// Where a table has no column for its unit, or names a record by nothing but a word for its figures (数量), the rows are
/// the sender's.
pub fn take_sender(
    run: Assignment<'_>,
    lexicon: &Lexicon<'_>,
    areas: &[Area<'_>],
    found: &[FoundTable<'_>],
    sender: u32,
    tables: &mut [FormTable],
) {
    for (found, table) in found.iter().filter(|found| found.counts()).zip(tables) {
        let at = usize::from(table.form);
        let (Some(form), Some(index)) = (run.plan.forms.get(at), lexicon.forms.get(at)) else { continue };
        let column = index.columns.iter().position(|column| column.field == form.unit_field);
        let Some(Column::Unit(units)) = column.and_then(|at| table.columns.get_mut(at)) else { continue };
        let Some(view) = areas.get(found.view).map(|area| &area.view) else { continue };
        let col = found.table.header.fit.columns.get(form.unit_field).copied().flatten();
        let is_senders = |line: u32| match col {
            None => true,
            Some(col) => {
                view.turned
                    && view
                        .value(CellRef { row: line, col })
                        .is_some_and(|value| run.plan.words.rows.is_figure(view.sheet.text(value)))
            }
        };
        let lines = found.table.rows.data.iter().map(|i| view.rows.get(*i).map_or(0, |row| row.row));
        let filled = units.iter().zip(lines).map(|(unit, line)| unit.or_else(|| is_senders(line).then_some(sender)));
        *units = filled.collect();
    }
}
