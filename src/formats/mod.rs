//! Bytes → [`RawWorkbook`](crate::model::RawWorkbook): every format that a sheet can arrive in, recognised by content.
//!
//! The one reading stack: returns and reference tables both pass through it. Knows nothing of forms, units, folders or
//! processes.

pub mod allowance;
pub mod archive;
mod biff;
pub mod bundle;
pub mod cells;
mod compound;
mod delimited;
pub mod file;
#[cfg(test)]
mod fuzz;
mod html;
mod html_classes;
mod html_numbers;
mod known_parts;
mod looks;
mod mhtml;
mod number_format;
mod ods;
mod opinion;
pub mod own;
mod package;
pub mod refusal;
pub mod sniff;
mod spreadsheetml;
mod unlock;
mod xls;
mod xlsb;
mod xlsx;
mod xml;
