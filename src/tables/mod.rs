//! Reference tables as workbooks that officers keep them in: columns that Excel leaves as they are typed, drop-downs, filters,
//! and a note on each header. Tables as they are read in, workbooks out. Knows nothing of returns.

mod layout;
mod write;

pub use layout::{ColumnLayout, Holding, TableLayout, layouts};
pub use write::{ListedWords, Unconvertible, workbook};
