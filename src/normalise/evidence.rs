//! What cover, rows, folder and file name say of the sender, gathered from the tables that count.

use super::assignment::Assignment;
use super::found::FoundTable;
use super::identify::{self, CoverUnit, Evidence};
use super::lexicon::Lexicon;
use crate::model::table::Column;
use crate::model::{CellRef, FormTable, SourceFile};
use std::collections::{BTreeMap, HashSet};

/// What is said before any row is read.
pub fn gather(run: Assignment<'_>, lexicon: &Lexicon<'_>, source: &SourceFile, found: &[FoundTable<'_>]) -> Evidence {
    let roster = &run.reference.roster;
    let mut covers: Vec<CoverUnit> = Vec::new();
    let mut seen: HashSet<&str> = HashSet::new();
    // Of a return without a table that counts, all its covers say whose it is.
    let none = !found.iter().any(FoundTable::counts);
    let counted = || found.iter().filter(|found| none || found.counts());
    for found in counted() {
        for (at, written) in &found.cover.units {
            if seen.insert(written) {
                let candidates = roster.find(written).to_vec();
                covers.push(CoverUnit { sheet: found.cover_sheet, at: *at, written: written.clone(), candidates });
            }
        }
    }
    // A plain 单位： may be somebody else's, so it counts only where it is all there is, and a unit of the roster.
    if covers.is_empty() {
        for found in counted() {
            for (at, written) in &found.cover.plain_units {
                let candidates = roster.find(written).to_vec();
                if !candidates.is_empty() && seen.insert(written) {
                    covers.push(CoverUnit { sheet: found.cover_sheet, at: *at, written: written.clone(), candidates });
                }
            }
        }
    }
    let (folder, file) = identify::named(lexicon, source);
    Evidence { covers, rows: BTreeMap::new(), folder, file }
}

/// The units that rows name, each with its first cell.
pub fn add_rows(
    run: Assignment<'_>,
    lexicon: &Lexicon<'_>,
    found: &[FoundTable<'_>],
    tables: &[FormTable],
    evidence: &mut Evidence,
) {
    let counted = found.iter().filter(|found| found.counts());
    for (found, table) in counted.zip(tables) {
        let at = usize::from(table.form);
        let Some(form) = run.plan.forms.get(at) else { continue };
        let Some(index) = lexicon.forms.get(at) else { continue };
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

/// The units that cover and folder speak for without a doubt.
pub fn context(evidence: &Evidence) -> Vec<u32> {
    let certain = evidence.covers.iter().filter_map(|cover| match cover.candidates.as_slice() {
        [unit] => Some(*unit),
        _ => None,
    });
    certain.chain(evidence.folder).collect()
}
