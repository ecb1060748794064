//! The gate between what a colleague writes and what polars evaluates.
//!
//! SQL text → sqlparser's tree → an allow-list (everything else is refused, with its position) → names resolved
//! and types checked → [`Checked`] → polars' kernels. polars never sees user text. Knows nothing of unions.
//!
//! Dates are `Int32` days since 1970-01-01 inside polars: its own date type would cost minutes of build.

mod call;
mod context;
pub mod evaluate;
mod functions;
pub mod gate;
mod grammar;
mod operators;
mod source;
mod term;
mod vocabulary;
mod walk;
mod words;

pub use context::RunContext;
pub use evaluate::evaluate;
pub use gate::{Checked, admit, check};
pub use grammar::with_room;
pub use source::SqlProblem;
pub use term::{
    EARLIER, Function, Literal, Op, PREVIOUS, RUN_CONSTANTS, Term, Type, YEAR_AGO, earlier_column, split_earlier,
};
pub use vocabulary::Vocabulary;
