//! The history store (历史库): what earlier runs accepted, period by period, as later runs read it.
//!
//! `<history>/<pipeline>/<period>/` holds `period.json` ([`head`]), the accepted rows of each form as Parquet with unit
//! codes and origin columns, `units.json` and `figures.json`. Nothing of a period is read before it is asked for, and of
//! its rows only the columns that are asked for. What is not there, damaged, or from the future counts as absent and is
//! said ([`History::notes`]); nothing is guessed, and nothing is removed.
//!
//! Knows definitions and the roster, and nothing of returns, rules or reports.

pub mod accounts;
pub mod append;
mod append_book;
mod batches;
mod coded;
pub mod correction;
pub mod decisions;
pub mod figures;
pub mod folder;
pub mod head;
pub mod issue;
pub mod keep;
pub mod layout;
pub mod ledger;
mod not_counted;
mod parquet;
pub mod references;
pub mod remarks;
pub mod rows;
pub mod selection;
pub mod standing;
pub mod store;
pub mod stored;
pub mod survey;
mod today;
mod trace;
pub mod units;

pub use store::History;
pub use stored::{StoredForm, StoredPeriod};
