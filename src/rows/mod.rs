//! Rows of forms and of reference tables as the stages hold them and as polars sees them, with the units they belong to.
//!
//! Above the definition and the expression language; knows no stage.

pub mod aside;
pub mod computed;
mod grid;
mod held;
pub mod record;
pub mod subject;
pub mod words;

pub use grid::{Grid, LookupResult, Rows, ValidatedRows, assemble, context, recommenders};
