//! What the stages hand to one another: cells, workbooks, tables with their origin, findings, outcomes.
//!
//! Knows nothing of polars, of file formats, or of any one return.

pub mod amended;
pub mod cell;
pub mod codes;
pub mod conclusion;
pub mod decision;
pub mod discipline;
pub mod doubt;
pub mod drift;
pub mod effect;
pub mod finding;
pub mod finding_key;
pub mod kept;
pub mod ledger;
pub mod normalised;
pub mod outcome;
pub mod overflow;
pub mod replay;
pub mod run;
pub mod severity;
pub mod stat_rows;
pub mod stat_table;
pub mod statistic;
pub mod table;
pub mod values;
pub mod workbook;

pub use cell::{CellRef, RawCell, RawValue, SeenAs, Sight};
pub use doubt::OpenCell;
pub use effect::Effect;
pub use finding::{Amendment, Explanation, Finding, Place};
pub use finding_key::{FindingKey, Fingerprint};
pub use outcome::{Outcome, SheetAccount, SourceFile, Unreadable};
pub use severity::Severity;
pub use table::{Column, FormTable, Origin};
pub use values::{Scalar, Scalars, Texts, Value};
pub use workbook::{Merge, RawSheet, RawWorkbook};
