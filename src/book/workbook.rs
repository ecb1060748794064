//! A workbook as all of ours begin.

use super::cell_text::printable;
use super::mark::RESULTS;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, XlsxError};

/// A workbook whose bytes depend on its content alone.
///
/// # Errors
/// Never for the fixed date that is used.
pub fn workbook(title: &str) -> Result<Workbook, XlsxError> {
    begun(title, RESULTS)
}

/// The same with other keywords than those by which results are known again.
///
/// # Errors
/// Never for the fixed date that is used.
pub fn begun(title: &str, keywords: &str) -> Result<Workbook, XlsxError> {
    let mut workbook = Workbook::new();
    let fixed = ExcelDateTime::from_ymd(2020, 1, 1)?;
    // Measured: level 6 costs four times level 1 and makes these workbooks a quarter smaller.
    workbook.set_zip_compression_level(1);
    workbook.set_properties(
        &DocProperties::new()
            .set_title(printable(title).0)
            .set_author("汇总")
            .set_keywords(keywords)
            .set_creation_datetime(&fixed),
    );
    Ok(workbook)
}
