//! 定稿: the signed edition of a period as it was issued, with its document number on the first page. Made of the workbook
//! that the run wrote, in which nothing else changes.

use super::shelf::TopBook;
use super::{DETAIL, MANIFEST, front};
use crate::book::xml::escaped;
use crate::history::head::sha256_of;
use crate::text::masks::mask_within;
use serde_json::Value;
use std::io::{self, Cursor, Read, Write};
use std::path::Path;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

/// Where the words of a workbook stand.
const STRINGS: &str = "xl/sharedStrings.xml";

/// The workbook of an issued period, by its title, made of what lies in the folder of results; `None` where none lies
/// there that is of these inputs and as its run wrote it.
pub fn of_results(folder: &Path, title: &str, input_sha256: &str, number: &str) -> Option<Vec<u8>> {
    let manifest: Value = serde_json::from_slice(&std::fs::read(folder.join(DETAIL).join(MANIFEST)).ok()?).ok()?;
    let name = TopBook::Signed.name(title);
    let listed = manifest["outputs"].as_array()?.iter().find(|output| output["file"] == name.as_str())?;
    let package = std::fs::read(folder.join(name)).ok()?;
    let (hash, _) = sha256_of(package.as_slice()).ok()?;
    let same = manifest["input_sha256"] == input_sha256 && listed["sha256"] == hash.as_str();
    if same { stamped(package, number).ok() } else { None }
}

/// The workbook with the number on its first page, as 定稿.
fn stamped(package: Vec<u8>, number: &str) -> io::Result<Vec<u8>> {
    let mut from = ZipArchive::new(Cursor::new(package))?;
    let mut to = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(zip::DateTime::default());
    for at in 0..from.len() {
        let mut part = from.by_index(at)?;
        if part.name()? != STRINGS {
            drop(part);
            to.raw_copy_file(from.by_index_raw(at)?)?;
            continue;
        }
        let mut words = String::new();
        part.read_to_string(&mut words)?;
        let number = escaped(&mask_within(number));
        for standing in [front::PRELIMINARY, front::READY] {
            words = words.replacen(&format!("　　{standing}</t>"), &format!("　　{}</t>", front::ISSUED), 1);
        }
        words = words.replacen(&format!("　　文号：{}</t>", front::NO_NUMBER), &format!("　　文号：{number}</t>"), 1);
        to.start_file(STRINGS, options)?;
        to.write_all(words.as_bytes())?;
    }
    Ok(to.finish()?.into_inner())
}
