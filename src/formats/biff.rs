//! The records of an xls workbook. All that a person sees is read from them: values with their number formats and struck
//! runs, merges, hidden rows and columns. Ours, because calamine loses formulas of older record numbers, texts behind
//! broken tables, and knows no runs; it stays as the second opinion on every value.

pub mod globals;
pub mod records;
pub mod sheet;
mod strings;
