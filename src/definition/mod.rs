//! Definitions and reference data: TOML → checked [`Plan`], CSV or xlsx → [`Reference`].
//!
//! All problems of a definition come back at once as [`Diagnostic`]s with file, line, column and a suggestion,
//! before any return is opened. Knows nothing of returns.

pub mod diagnostic;
pub mod plan;
pub mod read;
pub mod reference;

pub use diagnostic::Diagnostic;
pub use plan::*;
pub use read::read;
pub use reference::{Reference, Roster, Unit};
