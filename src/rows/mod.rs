//! Rows of forms and of reference tables as the stages hold them and as polars sees them, with the units they belong to.
//!
//! Above the definition and the expression language; knows no stage.

mod alike;
pub mod aside;
pub mod computed;
mod context;
mod form;
mod frame;
mod grid;
mod held;
mod origins;
pub mod record;
pub mod subject;
pub mod words;

pub use context::context;
pub use form::{LookupResult, Rows, ValidatedRows, assemble, recommenders};
pub use grid::Grid;
pub use origins::Origins;
