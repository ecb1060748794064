//! What a finding does to the rows it touches.

use super::severity::Severity;

/// What a finding does to what it touches, apart from how much it weighs (RETURNS.md §9).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    /// Nothing: what it touches counts. On a unit or the run always so.
    #[default]
    Counts,
    /// So many of the cells that it points at, the first ones, are in no figure until someone decides: they are 待核实, and
    /// not 0. The rest of their record counts.
    HoldsCells(u8),
    /// The record that it stands on does not count.
    HoldsRow,
    /// No row of the return counts.
    HoldsReturn,
}

impl Effect {
    /// The English key in `findings.ndjson`.
    pub fn key(self) -> &'static str {
        match self {
            Effect::Counts => "counts",
            Effect::HoldsCells(_) => "holds-cells",
            Effect::HoldsRow => "holds-row",
            Effect::HoldsReturn => "holds-return",
        }
    }

    /// What a finding of this weight on one record does where its rule says nothing else.
    pub fn on_record(severity: Severity) -> Effect {
        if severity == Severity::Block { Effect::HoldsRow } else { Effect::Counts }
    }

    /// Likewise on a sheet, a table or the whole return.
    pub fn on_return(severity: Severity) -> Effect {
        if severity == Severity::Block { Effect::HoldsReturn } else { Effect::Counts }
    }
}
