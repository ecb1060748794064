//! What a run came to, as all outputs are made of it, with the names that they call things by.

use crate::definition::{Plan, Reference};
use crate::domain::period::Period;
use crate::history::correction::FigureChange;
use crate::history::decisions::register::Untaken;
use crate::history::rows::RunFrame;
use crate::model::conclusion::Conclusion;
use crate::model::discipline::ChaseList;
use crate::model::finding::{Finding, Place};
use crate::model::normalised::Contact;
use crate::model::run::{RunVerdict, SourceVerdict};
use crate::model::stat_table::StatTable;
use crate::model::{Fingerprint, OpenCell};
use crate::rows::ValidatedRows;
use crate::rows::aside::AsideRows;
use std::collections::BTreeMap;

/// Everything that is written.
#[derive(Debug, Clone, Copy)]
pub struct Results<'a> {
    pub plan: &'a Plan,
    pub reference: &'a Reference,
    pub period: &'a Period,
    pub verdict: &'a RunVerdict,
    pub rows: &'a [ValidatedRows],
    /// Rows that entered no rule.
    pub aside: &'a [AsideRows],
    /// Cells with an open 核实.
    pub doubts: &'a [OpenCell],
    pub tables: &'a [StatTable],
    /// Sentences of the first page, in its order, and its figures.
    pub conclusions: &'a [Conclusion],
    pub key_figures: &'a StatTable,
    pub chase: &'a ChaseList,
    /// What each open finding on a record moves, by the finding's key.
    pub moves: &'a BTreeMap<Fingerprint, String>,
    /// What was missing of earlier periods.
    pub history_notes: &'a [String],
    /// Where this run changes a period that was issued.
    pub correction: Option<Correction<'a>>,
    /// Answers in decisions workbooks that were not taken, and what else is to be said of those workbooks.
    pub untaken: &'a [Untaken],
    pub decision_remarks: &'a [String],
}

/// Why an issued period was run again, and every figure that is no longer what was issued.
#[derive(Debug, Clone, Copy)]
pub struct Correction<'a> {
    /// 文号 of the issued one.
    pub number: &'a str,
    pub reason: &'a str,
    pub changes: &'a [FigureChange],
}

impl<'a> Results<'a> {
    /// What the rows are told by when they are written.
    pub fn frame(&self) -> RunFrame<'a> {
        let Results { plan, reference, period, verdict, doubts, .. } = *self;
        RunFrame { plan, reference, period, verdict, doubts }
    }

    /// The verdict on a file by its index in the run's list.
    pub fn source(&self, index: u32) -> Option<&'a SourceVerdict> {
        let direct = self.verdict.sources.get(index as usize).filter(|verdict| verdict.source.index == index);
        direct.or_else(|| self.verdict.sources.iter().find(|verdict| verdict.source.index == index))
    }

    /// A file's name as officers see it; empty for an index that no file has.
    pub fn file_name(&self, index: u32) -> &'a str {
        self.source(index).map_or("", |verdict| verdict.source.name.as_str())
    }

    /// The name of a sheet, where its file tells one.
    pub fn sheet_name(&self, source: u32, sheet: u16) -> &'a str {
        self.source(source).and_then(|verdict| verdict.sheet_name(sheet)).unwrap_or_default()
    }

    /// A unit's name; empty for an index outside the roster.
    pub fn unit_name(&self, unit: u32) -> &'a str {
        self.reference.roster.units.get(unit as usize).map_or("", |unit| &*unit.name)
    }

    /// A unit's code; empty for an index outside the roster.
    pub fn unit_code(&self, unit: u32) -> &'a str {
        self.reference.roster.units.get(unit as usize).map_or("", |unit| unit.code.as_str())
    }

    /// `{报告期}{名称}`, what every output is called by.
    pub fn name(&self) -> String {
        format!("{}{}", self.period.title(), self.plan.title)
    }

    /// Whom to call: as the footer of this file says, else that of another of the unit's, else the roster.
    pub fn contact(&self, source: Option<u32>, unit: Option<u32>) -> Contact {
        let of_file = |index: u32| self.source(index).map(|file| &file.contact).filter(|contact| !contact.is_empty());
        let of_unit = || {
            let report = self.verdict.report(unit?)?;
            report.sources.iter().rev().find_map(|source| of_file(*source))
        };
        let of_roster = || self.reference.roster.units.get(unit? as usize).map(|unit| &unit.contact);
        let said = source.and_then(of_file).or_else(of_unit);
        let listed = of_roster();
        // Who filled in a form without a telephone can be reached by the roster's.
        let pick = |of: fn(&Contact) -> &String| {
            [said, listed].into_iter().flatten().map(of).find(|words| !words.is_empty()).cloned().unwrap_or_default()
        };
        Contact { person: pick(|contact| &contact.person), phone: pick(|contact| &contact.phone) }
    }

    /// The unit that a finding is about: its own, else the one its file belongs to.
    pub fn unit_of(&self, place: &Place) -> Option<u32> {
        place.unit.or_else(|| self.source(place.source?)?.unit)
    }

    /// A finding as one line: place, found, expected, next step.
    pub fn message(&self, finding: &Finding) -> String {
        finding.sentence(&self.verdict.place_words(&finding.place, |unit| self.unit_name(unit).to_owned()))
    }
}
