//! What was received, for the officers: the ledger of returns (版本台账, 版本差异), structure drift (表样变动) and names of
//! units to confirm (别名建议), as sheets of the findings workbook and as parts of `run.json`.

pub mod aliases;
pub mod drift;
#[cfg(test)]
pub mod fixture;
pub mod ledger;
#[cfg(test)]
mod tests;
