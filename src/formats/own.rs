//! Results and stores that this program wrote itself, wherever they were put and whatever they are called now: their tables
//! have the headers of returns, and they are none.

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

/// Likewise of what is neither a package nor a compound file: stores, manifests, findings, chase lists.
pub fn is_results_plain(bytes: &[u8]) -> bool {
    is_parquet(bytes) || is_record(bytes)
}

/// A Parquet file whose footer names this program as its maker.
fn is_parquet(bytes: &[u8]) -> bool {
    const FOOTER: usize = 1 << 16;
    let footer = bytes.get(bytes.len().saturating_sub(FOOTER)..).unwrap_or_default();
    bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1") && memmem::find(footer, b"huizong ").is_some()
}

/// What stands at the head of the manifests, the findings and the chase list, or within the first: words that no return has.
fn is_record(bytes: &[u8]) -> bool {
    const HEAD: usize = 1 << 16;
    let head = bytes.get(..bytes.len().min(HEAD)).unwrap_or_default();
    let within = |words: &[&str]| words.iter().all(|word| memmem::find(head, word.as_bytes()).is_some());
    if let Some(text) = head.strip_prefix("\u{feff}".as_bytes()) {
        let mut lines = text.split(|byte| *byte == b'\n').map(|line| line.trim_ascii_end());
        let titled = lines.next().is_some_and(|line| line.ends_with("催报".as_bytes()));
        return titled && lines.next().is_some_and(|line| line.starts_with("应报 ".as_bytes()));
    }
    head.starts_with(b"{")
        && (within(&["\"input_sha256\"", "\"pipeline\""])
            || within(&["\"accounts\"", "run.files.parquet"])
            || head.starts_with(b"{\"format\":")
            || within(&["\"definition_line\"", "\"effect\"", "\"severity\""]))
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
        for ours in [
            "PAR1….huizong 0.1.0…PAR1",
            "{\n \"accounts\": [{\"file\": \"run.files.parquet\"}]}",
            "{\"format\":2,\"tables\":[]}",
            "{\"input_sha256\": \"0\", \"pipeline\": \"x\"}",
            "{\"cell\":null,\"definition_line\":4,\"effect\":\"counts\",\"severity\":\"note\"}",
            "\u{feff}2026年3月月报催报\r\n应报 3 个单位，未报 1 个。\r\n",
        ] {
            assert!(is_results(ours.as_bytes()), "{ours}");
        }
        for theirs in ["PAR1…PAR1", "{\"单位\": \"甲\"}", "\u{feff}催报,应报\r\n甲,1\r\n", "单位,催报\n应报 ,1\n"]
        {
            assert!(!is_results(theirs.as_bytes()), "{theirs}");
        }
    }
}
