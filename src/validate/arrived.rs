//! The files of a run as validation takes them.

use crate::model::normalised::{NearMiss, NormalisedReturn};
use crate::model::{SourceFile, Unreadable};

/// What became of one file before validation.
#[derive(Debug, Clone, PartialEq)]
pub enum Arrival {
    Return(Box<NormalisedReturn>),
    Unreadable(Unreadable),
    /// No table at all (a document, a picture), with the cause.
    Unrecognised(String),
    Ignored(String),
}

impl Arrival {
    /// Number of findings so far, a file that cannot be read being one.
    pub fn findings(&self) -> usize {
        match self {
            Arrival::Return(normalised) => normalised.findings.len(),
            Arrival::Unreadable(_) => 1,
            Arrival::Unrecognised(_) | Arrival::Ignored(_) => 0,
        }
    }
}

/// One file as validation takes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Arrived {
    pub source: SourceFile,
    pub sha256: Option<[u8; 32]>,
    pub size: u64,
    pub format: &'static str,
    pub arrival: Arrival,
    /// Sheets without a form that come near one, of returns and of unrecognised files alike.
    pub near_misses: Vec<NearMiss>,
    /// The unit that file name, else folder names, for files that say nothing themselves.
    pub named_unit: Option<u32>,
    /// Why somebody decided that nothing of it counts, in words.
    pub left_out: Option<String>,
}

impl Arrived {
    /// The return, where nobody took it out.
    pub fn taken(&self) -> Option<&NormalisedReturn> {
        match &self.arrival {
            Arrival::Return(returned) if self.left_out.is_none() => Some(returned),
            _ => None,
        }
    }
}
