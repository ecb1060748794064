//! Workbooks of results that this program wrote itself: their tables have the headers of returns, and they are none.

use super::allowance::Allowance;
use super::archive::Archive;
use super::bundle;
use super::compound;
use super::package::Package;
use crate::book::mark::RESULTS;
use memchr::memmem;

/// What is said of such a file, and of what lies beside it.
pub const CAUSE: &str = "是本程序写出的结果，不是报表";

/// Whether the properties of a document carry the mark of our results: in xlsx and ods as text, in xls, where a program
/// saved one anew, as a string of the summary stream.
pub fn is_results(bytes: &[u8], allowance: Allowance) -> bool {
    if bytes.starts_with(&compound::MAGIC) {
        return memmem::find(bytes, RESULTS.as_bytes()).is_some();
    }
    if !bytes.starts_with(b"PK\x03\x04") {
        return false;
    }
    // What is damaged here is told by whoever reads it.
    let Ok(archive) = Archive::open(bytes, bundle::MOST_MEMBERS, allowance) else { return false };
    let Ok(package) = Package::new(&archive, bytes) else { return false };
    ["docProps/core.xml", "meta.xml"].iter().any(|name| match package.part(name) {
        Ok(Some(part)) => memmem::find(&part, RESULTS.as_bytes()).is_some(),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_known_by_their_properties_alone() {
        let mut ours = crate::book::workbook::workbook("呈报版").expect("a workbook");
        ours.add_worksheet();
        assert!(is_results(&ours.save_to_buffer().expect("bytes"), Allowance::default()));
        let mut theirs = rust_xlsxwriter::Workbook::new();
        theirs.add_worksheet().write(0, 0, RESULTS).expect("a cell");
        assert!(!is_results(&theirs.save_to_buffer().expect("bytes"), Allowance::default()));
        assert!(!is_results(b"PK\x03\x04", Allowance::default()) && !is_results(b"", Allowance::default()));
    }
}
