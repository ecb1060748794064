//! huizong (汇总): a folder of Excel returns in, a checked and traceable province-wide workbook out.
//!
//! The floors, from the top; imports only go down, between floors and between files (a test reads every file and holds
//! this drawing):
//!
//! ```text
//! main                                                     joins the faces and the samples
//! cli · samples                                            faces: arguments, words, exit codes; returns made by code
//! workspace                                                where definitions, samples, history and results are
//! run                                                      the stages in order
//! ingest · normalise · validate · compute · report · tables   stages: none imports another
//! history                                                  what earlier runs kept
//! rows                                                     rows with their units, as polars sees them
//! definition                                               TOML → checked plan; reference data
//! language                                                 the gate: expressions refused, checked, compiled
//! formats                                                  bytes → raw workbook
//! book                                                     how our workbooks look: styles, columns, rows to disk
//! model · text · domain · atomic · machine                 ground
//! ```

pub mod atomic;
pub mod book;
pub mod cli;
pub mod compute;
#[cfg(test)]
mod counted;
pub mod definition;
pub mod domain;
pub mod formats;
pub mod history;
pub mod ingest;
pub mod language;
pub mod machine;
pub mod model;
pub mod normalise;
pub mod report;
pub mod rows;
pub mod run;
pub mod samples;
pub mod tables;
pub mod text;
pub mod validate;
pub mod workspace;
