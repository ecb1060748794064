//! huizong (汇总): a folder of Excel returns in, a checked and traceable province-wide workbook out.
//!
//! The floors, from the top; imports only go down (a test reads every `use crate::` and holds this table):
//!
//! ```text
//! cli ─ run ─ ingest · normalise · validate · compute · report   (stages: none imports another)
//!             history · spec · sql · model · text · domain        (floors below: no stage in sight)
//! ```

pub mod atomic;
pub mod cli;
pub mod compute;
pub mod domain;
pub mod history;
pub mod ingest;
pub mod model;
pub mod normalise;
pub mod report;
pub mod run;
pub mod samples;
pub mod spec;
pub mod sql;
pub mod text;
pub mod validate;
