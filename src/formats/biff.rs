//! The records of an xls workbook. All that a person sees is read from them: values with their number formats and struck
//! runs, merges, hidden rows and columns. Ours, because calamine loses formulas of older record numbers, texts behind
//! broken tables, and knows no runs; it stays as the second opinion on every value. Of the 1.9 million instructions
//! that a return of 1,336 cells takes, hashing aside, 1.1 are that opinion's: it doubles the price of these files, and is
//! worth it where two readers of one undocumented format meet.

pub mod globals;
pub mod records;
pub mod sheet;
mod strings;
