//! Where the findings and amendments of one file gather, in the order in which they are met.

use super::view::View;
use crate::model::cell::CellRef;
use crate::model::codes::FindingCode;
use crate::model::normalised::UnknownUnit;
use crate::model::{Amendment, Finding, Place, Severity};

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
}

impl Sink {
    /// A finding on a record's cells.
    pub fn on_row(&mut self, sheet: u16, row: u32, cells: Vec<CellRef>, say: Say, line: u32) {
        let place = Place { source: Some(self.source), sheet: Some(sheet), row: Some(row), cells, unit: None };
        self.push(place, say, Some(line), false);
    }

    /// A finding on a line of a table that no rule of the definition makes.
    pub fn on_line(&mut self, sheet: u16, row: u32, cells: Vec<CellRef>, say: Say) {
        let place = Place { source: Some(self.source), sheet: Some(sheet), row: Some(row), cells, unit: None };
        self.push(place, say, None, false);
    }

    /// A finding on a sheet, a table or the whole return; one that blocks holds the return out.
    pub fn on_return(&mut self, sheet: Option<u16>, cells: Vec<CellRef>, say: Say) {
        let place = Place { source: Some(self.source), sheet, row: None, cells, unit: None };
        let holds = say.severity == Severity::Block;
        self.push(place, say, None, holds);
    }

    /// A unit's name that the roster does not know, beside the finding on it: officers collect these as aliases.
    pub fn unknown_unit(&mut self, written: &str, sheet: u16, at: CellRef) {
        self.unknown_units.push(UnknownUnit { written: written.to_owned(), sheet, at });
    }

    /// How much has been said so far.
    pub fn mark(&self) -> (usize, usize, usize) {
        (self.findings.len(), self.amendments.len(), self.unknown_units.len())
    }

    /// Turns the addresses of all that was said of a turned view since a mark back to the sheet's. Its records stand in
    /// columns; `row` is the physical row that stands for them.
    pub fn turn_back(&mut self, (findings, amendments, units): (usize, usize, usize), view: &View<'_>, row: u32) {
        if !view.turned {
            return;
        }
        for finding in self.findings.iter_mut().skip(findings) {
            finding.place.row = finding.place.row.map(|_| row);
            finding.place.cells.iter_mut().for_each(|at| *at = view.physical(*at));
        }
        for amendment in self.amendments.iter_mut().skip(amendments) {
            amendment.at = view.physical(amendment.at);
        }
        for unit in self.unknown_units.iter_mut().skip(units) {
            unit.at = view.physical(unit.at);
        }
    }

    fn push(&mut self, place: Place, say: Say, line: Option<u32>, holds_return: bool) {
        self.findings.push(Finding {
            code: say.code.into(),
            severity: say.severity,
            place,
            found: say.found,
            expected: say.expected,
            next: say.next.to_owned(),
            line,
            holds_return,
        });
    }
}
