//! An expression's text and the places in it, and what is wrong there.

use crate::model::codes::DiagnosticCode;
use sqlparser::tokenizer::{Location, Span};
use std::ops::Range;

/// Why an expression is refused. `span` is a byte range of the expression's own text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqlProblem {
    pub code: DiagnosticCode,
    pub span: Range<usize>,
    pub message: String,
    pub help: Option<String>,
}

/// An expression's text with the byte offsets of its lines, to turn sqlparser's line and column into bytes.
pub struct SourceText<'a> {
    pub text: &'a str,
    lines: Vec<usize>,
}

impl<'a> SourceText<'a> {
    pub fn new(text: &'a str) -> SourceText<'a> {
        let lines = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        SourceText { text, lines }
    }

    /// Byte offset of a location (1-based line and column, counted in characters); the text's end where it lies beyond.
    pub fn offset(&self, location: Location) -> usize {
        let Some(start) = (location.line as usize).checked_sub(1).and_then(|line| self.lines.get(line)) else {
            return self.text.len();
        };
        let ahead = (location.column as usize).saturating_sub(1);
        let rest = self.text.get(*start..).unwrap_or("");
        rest.char_indices().nth(ahead).map_or(self.text.len(), |(at, _)| start + at)
    }

    /// Byte range of a span; the whole text where sqlparser knows none.
    pub fn range(&self, span: Span) -> Range<usize> {
        if span.start.line == 0 {
            return 0..self.text.len();
        }
        let start = self.offset(span.start);
        start..self.offset(span.end).max(start)
    }

    /// What stands at a span, for messages, shortened.
    pub fn words(&self, span: Span) -> String {
        let range = self.range(span);
        let text = self.text.get(range).unwrap_or("");
        let mut words: String = text.chars().take(30).collect();
        if text.chars().nth(30).is_some() {
            words.push('…');
        }
        words
    }
}
