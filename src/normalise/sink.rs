//! Where the findings and amendments of one file gather, in the order in which they are met.

use super::view::{View, value_words};
use crate::model::cell::{CellRef, RawValue};
use crate::model::codes::FindingCode;
use crate::model::normalised::UnknownUnit;
use crate::model::{Amendment, Effect, Finding, FindingKey, Fingerprint, Place, RawSheet, RawWorkbook, Severity};
use crate::text::quote::bounded;

/// The parts of a finding's sentence.
pub struct Say {
    pub code: FindingCode,
    pub severity: Severity,
    pub found: String,
    pub expected: String,
    pub next: &'static str,
}

#[derive(Default)]
pub struct Sink {
    pub source: u32,
    pub findings: Vec<Finding>,
    pub amendments: Vec<Amendment>,
    pub unknown_units: Vec<UnknownUnit>,
    /// Cells that findings point at first, as they stand there, once all is found.
    pub seen: Vec<(u16, CellRef, String)>,
}

impl Sink {
    /// A finding on a record's cells.
    pub fn on_row(&mut self, sheet: u16, row: u32, cells: Vec<CellRef>, say: Say, line: u32) {
        let place = Place { source: Some(self.source), sheet: Some(sheet), row: Some(row), cells, unit: None };
        let effect = Effect::on_record(say.severity);
        self.push(place, say, Some(line), effect);
    }

    /// A finding on a line of a table that no rule of the definition makes.
    pub fn on_line(&mut self, sheet: u16, row: u32, cells: Vec<CellRef>, say: Say) {
        let place = Place { source: Some(self.source), sheet: Some(sheet), row: Some(row), cells, unit: None };
        let effect = Effect::on_record(say.severity);
        self.push(place, say, None, effect);
    }

    /// A finding on a sheet, a table or the whole return; one that blocks holds the return out.
    pub fn on_return(&mut self, sheet: Option<u16>, cells: Vec<CellRef>, say: Say) {
        let place = Place { source: Some(self.source), sheet, row: None, cells, unit: None };
        let effect = Effect::on_return(say.severity);
        self.push(place, say, None, effect);
    }

    /// A unit's name that the roster does not know, beside the finding on it: officers collect these as aliases.
    pub fn unknown_unit(&mut self, written: &str, sheet: u16, at: CellRef) {
        self.unknown_units.push(UnknownUnit { written: written.to_owned(), sheet, at });
    }

    /// How much has been said so far.
    pub fn mark(&self) -> (usize, usize, usize) {
        (self.findings.len(), self.amendments.len(), self.unknown_units.len())
    }

    /// Takes back what was said since a mark.
    pub fn forget(&mut self, (findings, amendments, units): (usize, usize, usize)) {
        self.findings.truncate(findings);
        self.amendments.truncate(amendments);
        self.unknown_units.truncate(units);
    }

    /// Makes what was said last hold its row.
    pub fn hold_last(&mut self) {
        if let Some(last) = self.findings.last_mut() {
            last.effect = Effect::HoldsRow;
        }
    }

    /// Turns the addresses of all that was said of a turned view since a mark back to the sheet's. Its records stand in
    /// columns; `row` is the physical row that stands for them.
    pub fn turn_back(&mut self, (findings, amendments, units): (usize, usize, usize), view: &View<'_>, row: u32) {
        if !view.turned {
            return;
        }
        for finding in self.findings.iter_mut().skip(findings) {
            finding.place.row = finding.place.row.map(|line| view.card_row(line).unwrap_or(row));
            finding.place.cells.iter_mut().for_each(|at| *at = view.physical(*at));
        }
        for amendment in self.amendments.iter_mut().skip(amendments) {
            amendment.at = view.physical(amendment.at);
        }
        for unit in self.unknown_units.iter_mut().skip(units) {
            unit.at = view.physical(unit.at);
        }
    }

    /// Notes what each finding was judged by, once addresses are the sheets' own: the cells that it points at.
    pub fn note_what_was_read(&mut self, workbook: &RawWorkbook) {
        for finding in &mut self.findings {
            let sheet = finding.place.sheet.and_then(|sheet| workbook.sheets.get(usize::from(sheet)));
            let Some(sheet) = sheet.filter(|_| !finding.place.cells.is_empty()) else { continue };
            // Whose period a return is of is decided of all that it says: told by its bytes.
            if finding.code != FindingCode::OtherPeriod {
                finding.key.read = Fingerprint::of(finding.place.cells.iter().map(|at| as_read(sheet, *at)));
            }
            if let (Some(index), Some(at)) = (finding.place.sheet, finding.place.cells.first()) {
                self.seen.push((index, *at, shown(sheet, *at)));
            }
        }
    }

    fn push(&mut self, place: Place, say: Say, line: Option<u32>, effect: Effect) {
        let mut finding = Finding {
            code: say.code.into(),
            severity: say.severity,
            place,
            found: say.found,
            expected: say.expected.into(),
            next: say.next.into(),
            line,
            effect,
            key: FindingKey::default(),
            rules: Vec::new(),
        };
        // Cells may hold novels, and a file many findings.
        finding.bound();
        self.findings.push(finding);
    }
}

/// What stands in a cell, in words.
fn shown(sheet: &RawSheet, at: CellRef) -> String {
    let cell = sheet.cells.binary_search_by_key(&at, |cell| cell.at).ok().and_then(|i| sheet.cells.get(i));
    cell.map(|cell| bounded(&value_words(sheet, cell.value)).into_owned()).unwrap_or_default()
}

/// A cell's value, whatever its kind, as bytes that tell it from every other.
fn as_read(sheet: &RawSheet, at: CellRef) -> Vec<u8> {
    let cell = sheet.cells.binary_search_by_key(&at, |cell| cell.at).ok().and_then(|i| sheet.cells.get(i));
    let tagged = |tag: u8, bytes: &[u8]| [&[tag], bytes].concat();
    match cell.map(|cell| cell.value) {
        None => Vec::new(),
        Some(value @ RawValue::Text { .. }) => tagged(1, sheet.text(value).as_bytes()),
        Some(RawValue::Number(number)) => tagged(2, &number.to_bits().to_le_bytes()),
        Some(RawValue::Percent(share)) => tagged(3, &share.to_bits().to_le_bytes()),
        Some(RawValue::DateSerial(serial)) => tagged(4, &serial.to_bits().to_le_bytes()),
        Some(RawValue::Boolean(yes)) => tagged(5, &[u8::from(yes)]),
        Some(RawValue::Error(kind)) => tagged(6, &[kind]),
        Some(RawValue::Unreadable(doubt)) => tagged(7, &[doubt as u8]),
    }
}
