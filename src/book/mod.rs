//! How our workbooks look: paper, fonts, columns, tables as blocks, lists, rows to disk; texts as documents.
//!
//! Comes in: finished tables, rows of words and figures. Goes out: sheets and packages. Knows no definition and no stage:
//! the leadership workbook, lists for officers, forms and correction copies are all written with it.

pub mod block;
pub mod body;
pub mod cell_text;
pub mod columns;
pub mod document;
pub mod excel;
pub mod link;
pub mod listing;
pub mod live;
pub mod long;
pub mod mark;
pub mod measure;
pub mod output_file;
pub mod package;
pub mod page;
pub mod paper;
pub mod row_book;
pub mod row_cells;
mod row_paper;
pub mod stack;
pub mod style;
pub mod workbook;
pub mod xml;
