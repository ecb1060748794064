//! What the tables of a definition may point at.

use super::context::Context;
use super::cursor::Word;
use crate::definition::plan::rules::{Lookup, Share};
use crate::model::codes::DiagnosticCode;

/// What tables may point at. What has a problem of its own is `None`, and nothing is judged by it.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    pub lookups: &'a [Option<Lookup>],
    pub shares: &'a [Option<Share>],
    pub has_quota: bool,
    /// The definition scores discipline.
    pub has_points: bool,
}

impl Known<'_> {
    pub fn lookup(&self, at: usize) -> Option<&Lookup> {
        self.lookups.get(at)?.as_ref()
    }

    pub fn share(&self, at: usize) -> Option<&Share> {
        self.shares.get(at)?.as_ref()
    }

    /// The lookup that leaves rows outstanding; one that says not to whom they belong is a problem.
    pub fn outstanding(&self, word: &Word<'_>, context: &Context<'_>) -> Option<usize> {
        let at = context.lookup(word)?;
        if self.lookup(at).is_some_and(|lookup| lookup.outstanding_by.is_none()) {
            let help = Some("在这个 [[lookup]] 里写 outstanding-by = \"…\"".to_owned());
            word.report(DiagnosticCode::NotOutstanding, format!("“{}”没有说未对上的记录归谁", word.text), help);
        }
        Some(at)
    }
}
