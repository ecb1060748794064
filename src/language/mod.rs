//! The gate between what a colleague writes and what polars evaluates.
//!
//! SQL text → sqlparser's tree → an allow-list (everything else is refused, with its position) → names resolved
//! and types checked → [`Checked`] → a polars expression. polars never sees user text. Knows nothing of unions.
//!
//! Dates are `Int32` days since 1970-01-01 inside polars: its own date type would cost minutes of build.

mod call;
pub mod compile;
mod context;
mod evaluate;
pub mod gate;
mod grammar;
mod operators;
mod source;
mod term;
mod vocabulary;
mod walk;
mod words;

pub use compile::compile;
pub use context::RunContext;
pub use gate::{Checked, admit, check};
pub use grammar::with_room;
pub use source::SqlProblem;
pub use term::{
    EARLIER, Function, Literal, Op, PREVIOUS, RUN_CONSTANTS, Term, Type, YEAR_AGO, earlier_column, split_earlier,
};
pub use vocabulary::Vocabulary;
