//! What each finding is about, so that it is the same one in the next run: form, field and record of what normalisation
//! found, and at the end every finding's key as a whole.

use super::addresses::Addresses;
use super::arrived::{Arrival, Arrived};
use crate::definition::{Form, Plan, Roster};
use crate::model::kept::KeptTable;
use crate::model::normalised::{Binding, NormalisedReturn};
use crate::model::{Finding, FindingKey, Fingerprint, FormTable, Place};
use crate::rows::record;
use crate::text::hex::hex;
use std::collections::HashMap;
use std::sync::Arc;

/// Names form, field and record of a return's own findings, while its tables are still with it.
pub fn tell(plan: &Plan, roster: &Roster, addresses: &Addresses, returned: &mut NormalisedReturn) {
    let NormalisedReturn { findings, bindings, tables, sheets, .. } = returned;
    for finding in findings {
        let place = &finding.place;
        let Some(sheet) = place.sheet else { continue };
        if let Some(binding) = binding(bindings, sheet, place) {
            finding.key.form = Some(binding.form);
            finding.key.field = field(binding, place);
        }
        let form = finding.key.form;
        finding.key.record = match place.row {
            Some(_) => of_record(plan, roster, addresses, tables, form, place),
            None => {
                let name = sheets.iter().find(|account| account.sheet == sheet).map(|account| &*account.name);
                Fingerprint::of(["表", name.unwrap_or_default()])
            }
        };
    }
}

/// The table that a place is in: of those over its column the last that begins above it, else the first on its sheet.
fn binding<'b>(bindings: &'b [Arc<Binding>], sheet: u16, place: &Place) -> Option<&'b Binding> {
    let here = || bindings.iter().map(Arc::as_ref).filter(|binding| binding.sheet == sheet);
    let Some(at) = place.cells.first() else { return here().next() };
    let over = |binding: &&Binding| (binding.cols.0..=binding.cols.1).contains(&at.col);
    let above = |binding: &&Binding| binding.across || binding.header.0 <= at.row;
    here().filter(over).filter(above).max_by_key(|binding| binding.header.0).or_else(|| here().next())
}

fn field(binding: &Binding, place: &Place) -> Option<u16> {
    let at = place.cells.first()?;
    let line = if binding.across { u16::try_from(at.row).ok()? } else { at.col };
    binding.columns.iter().position(|column| *column == Some(line)).and_then(|at| u16::try_from(at).ok())
}

/// The record's identity by the values of its row; its place where nothing there tells it.
fn of_record(
    plan: &Plan,
    roster: &Roster,
    addresses: &Addresses,
    tables: &[KeptTable],
    form: Option<u16>,
    place: &Place,
) -> Fingerprint {
    let same = |table: &&KeptTable| form.is_none_or(|form| table.form == form);
    for table in tables.iter().filter(same) {
        // Rows of a table stand in the order of its sheet.
        let from = place.row.map_or(0, |row| table.origins.partition_point(|origin| origin.row < row));
        let beside =
            table.origins.iter().enumerate().skip(from).take_while(|(_, origin)| Some(origin.row) == place.row);
        let Some((at, origin)) = beside.into_iter().find(|(_, origin)| origin.holds(place)) else { continue };
        let record = plan.forms.get(usize::from(table.form)).map(|form| of_row(form, roster, table, at));
        return record.filter(|record| !record.is_nothing()).unwrap_or_else(|| addresses.fingerprint(*origin));
    }
    Fingerprint::of([place.sheet.map(u32::from), place.row].map(|part| part.unwrap_or(u32::MAX).to_le_bytes()))
}

fn of_row(form: &Form, roster: &Roster, table: &FormTable, row: usize) -> Fingerprint {
    let named = form.columns();
    let column = |field: usize| named.iter().position(|column| column.field == field);
    let columns = record::telling_fields(form).into_iter().map(|field| table.columns.get(column(field)?));
    record::fingerprint(columns, row, &roster.units)
}

/// A file as keys tell it: whose it is, and the SHA-256 of its bytes.
pub type FileIdentity = (Option<u32>, String);

/// The identity of each file before its verdict.
pub fn files(arrived: &[Arrived]) -> Vec<FileIdentity> {
    let files = arrived.iter().map(|file| {
        let sender = match &file.arrival {
            Arrival::Return(returned) => returned.sender.as_ref().map(|sender| sender.unit),
            _ => None,
        };
        (sender.or(file.named_unit), file.sha256.map(|hash| hex(&hash)).unwrap_or_default())
    });
    files.collect()
}

/// Seals every finding's key, in their order.
pub fn seal(plan: &Plan, roster: &Roster, findings: &mut [Finding], files: &[FileIdentity]) {
    let mut met: HashMap<Fingerprint, usize> = HashMap::with_capacity(findings.len());
    for finding in findings {
        let source = finding.place.source.and_then(|source| files.get(source as usize));
        let unit = finding.place.unit.or_else(|| source?.0);
        let unit = unit.and_then(|unit| roster.units.get(unit as usize)).map_or("", |unit| &unit.code);
        let FindingKey { form, field, read, .. } = finding.key;
        let form = form.and_then(|form| plan.forms.get(usize::from(form)));
        let field = field.and_then(|field| form?.fields.get(usize::from(field))).map_or("", |field| &*field.name);
        let form = form.map_or("", |form| &form.id);
        // Never by its words: said better, it would be another finding, and what was decided on it would be lost.
        if read.is_nothing()
            && let Some((_, sha256)) = source
        {
            finding.key.read = Fingerprint::of([sha256]);
        }
        finding.key.seal(unit, form, field, &finding.code, 0);
        let before = met.entry(finding.key.whole()).or_default();
        if *before > 0 {
            finding.key.seal(unit, form, field, &finding.code, *before);
        }
        *before += 1;
    }
}
