//! Cells that somebody still has to vouch for: what a figure rests on while a 核实 stands open.

use super::finding::Place;
use std::sync::Arc;

/// One cell of a record with an open 核实.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenCell {
    /// Index into the plan's forms, and the row among the form's rows of this run (0-based).
    pub form: usize,
    pub row: usize,
    /// The column's name.
    pub column: Arc<str>,
    /// In no figure until someone decides; else it counts, and is marked.
    pub held: bool,
    /// Whether its record counts at all.
    pub counts: bool,
    /// As it was read, in words; and as a number, where it is one.
    pub value: String,
    pub amount: Option<f64>,
    /// Recommending unit, as an index of the roster.
    pub unit: Option<u32>,
    /// What names the record: the words of its key.
    pub record: String,
    pub place: Place,
    /// Of the finding that casts the doubt: its code, and what was found.
    pub code: Arc<str>,
    pub found: String,
}
