//! Workbooks of results that this program wrote itself: their tables have the headers of returns, and they are none.

use super::package::Package;
use crate::book::mark::RESULTS;
use memchr::memmem;

/// What is said of such a file, and of what lies beside it.
pub const CAUSE: &str = "是本程序写出的结果，不是报表";

/// Whether the properties of a package (xlsx, ods) carry the mark of our results.
pub fn is_results(package: &Package) -> bool {
    let marked = |part: &[u8]| memmem::find(part, RESULTS.as_bytes()).is_some();
    // What is damaged here is told by whoever reads it.
    package.properties().is_some_and(marked) || matches!(package.part("meta.xml"), Ok(Some(part)) if marked(&part))
}

/// Likewise of an xls, where a program saved one anew: as a string of the summary stream.
pub fn is_results_xls(bytes: &[u8]) -> bool {
    memmem::find(bytes, RESULTS.as_bytes()).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::refusal::Refusal;
    use crate::formats::sniff;

    #[test]
    fn results_are_known_by_their_properties_alone() {
        let is_results = |bytes: &[u8]| {
            let intake = sniff::Intake { refuses_results: true, ..sniff::Intake::default() };
            matches!(sniff::read(bytes, intake), Err(Refusal::OwnResults))
        };
        let mut ours = crate::book::workbook::workbook("呈报版").expect("a workbook");
        ours.add_worksheet();
        assert!(is_results(&ours.save_to_buffer().expect("bytes")));
        let mut theirs = rust_xlsxwriter::Workbook::new();
        theirs.add_worksheet().write(0, 0, RESULTS).expect("a cell");
        assert!(!is_results(&theirs.save_to_buffer().expect("bytes")));
        assert!(!is_results(b"PK\x03\x04") && !is_results(b""));
    }
}
