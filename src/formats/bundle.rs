//! Zip bundles: which zips are containers of returns, what their members are called, and a member's bytes by its chain
//! of indices. Names are for showing only; nothing is ever written to disk under them.

use super::allowance::Allowance;
use super::archive::{Archive, Broken, ByteSource, Entry};
use super::refusal::{self, shown};
use crate::model::Unreadable;
use chrono::NaiveDate;
use std::borrow::Cow;
use std::fs::File;
use std::path::{Path, PathBuf};

/// Members of one bundle, nested ones included.
pub const MOST_MEMBERS: u64 = 10_000;

/// One member of a bundle, ready to be listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    pub name: String,
    pub chain: Vec<u32>,
    pub size: u64,
    pub modified: Option<i64>,
}

/// Whether a zip is itself one document (OOXML, OpenDocument, OFD, EPUB) and no container of files.
pub fn is_package(archive: &Archive) -> bool {
    if is_numbers(archive) {
        return true;
    }
    archive.entries.iter().any(|entry| {
        [
            "[Content_Types].xml",
            "mimetype",
            "META-INF/manifest.xml",
            "OFD.xml",
            "META-INF/container.xml",
            "xl/workbook.xml",
        ]
        .iter()
        .any(|mark| entry.name.eq_ignore_ascii_case(mark.as_bytes()))
            || entry.name == b"xl\\workbook.xml"
    })
}

/// Whether a zip is a document of Apple's programs: their pieces are `Index/*.iwa`, in a zip of their own or not.
pub fn is_numbers(archive: &Archive) -> bool {
    archive.entries.iter().any(|entry| entry.name == b"Index.zip" || entry.name.ends_with(b".iwa"))
}

/// The members of a bundle, folders left out, members of one zip inside it included; anything deeper is listed as one
/// member, which reads as unreadable. `most` bounds what is inflated to look inside.
///
/// # Errors
/// It can't be opened, or is no container: then it is one file.
pub fn members<S: ByteSource + ?Sized>(
    source: &S,
    most: u64,
    allowance: Allowance,
) -> Result<Vec<Member>, Option<Unreadable>> {
    let archive = Archive::open(source, MOST_MEMBERS, allowance).map_err(|broken| Some(broken.refusal()))?;
    if is_package(&archive) {
        return Err(None);
    }
    let mut found = Vec::new();
    for (index, entry) in (0u32..).zip(&archive.entries) {
        if entry.is_folder() {
            continue;
        }
        let name = display_name(entry, index);
        if looks_zipped(&name) && found.len() as u64 <= MOST_MEMBERS {
            // A refused or unopenable inner zip stays one member; its reading says why.
            if let Ok(bytes) = archive.content(source, entry, most)
                && let Ok(inner) = inner_members(&bytes, &name, index, allowance)
            {
                found.extend(inner);
                continue;
            }
        }
        found.push(Member { name, chain: vec![index], size: entry.size, modified: stamp(entry) });
    }
    if found.len() as u64 > MOST_MEMBERS {
        return Err(Some(Broken::TooMany(found.len() as u64).refusal()));
    }
    if found.is_empty() {
        return Err(Some(refusal::damaged("压缩包里没有文件")));
    }
    Ok(found)
}

fn inner_members(bytes: &[u8], outer: &str, index: u32, allowance: Allowance) -> Result<Vec<Member>, ()> {
    let archive = Archive::open(bytes, MOST_MEMBERS, allowance).map_err(|_| ())?;
    if is_package(&archive) {
        return Err(());
    }
    let members: Vec<Member> = (0u32..)
        .zip(&archive.entries)
        .filter(|(_, entry)| !entry.is_folder())
        .map(|(inner, entry)| Member {
            name: format!("{outer}/{}", display_name(entry, inner)),
            chain: vec![index, inner],
            size: entry.size,
            modified: stamp(entry),
        })
        .collect();
    if members.is_empty() { Err(()) } else { Ok(members) }
}

/// Only names ending in `.zip` are looked into: a workbook inside a bundle is a zip too, and is read once, later.
fn looks_zipped(name: &str) -> bool {
    name.len() >= 4 && name.as_bytes()[name.len() - 4..].eq_ignore_ascii_case(b".zip")
}

/// A member's name for showing: UTF-8 where it is that, else GB18030 (Windows, WPS and 360 write GBK without saying so);
/// drive letters, `..`, absolute roots and characters that disturb a line are neutralised.
fn display_name(entry: &Entry, index: u32) -> String {
    let decoded = decode_name(&entry.name);
    let parts: Vec<String> = decoded
        .split(['/', '\\'])
        .filter(|part| !matches!(*part, "" | "." | ".."))
        .map(|part| shown(&part.replace(':', "_")))
        .collect();
    if parts.is_empty() { format!("成员{}", index + 1) } else { parts.join("/") }
}

/// A name's bytes as text, UTF-8 or else GB18030.
pub fn decode_name(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(name) => Cow::Borrowed(name),
        Err(_) => encoding_rs::GB18030.decode_without_bom_handling(bytes).0,
    }
}

/// MS-DOS local time, read as Beijing time.
fn stamp(entry: &Entry) -> Option<i64> {
    let (date, time) = (u32::from(entry.stamp.0), u32::from(entry.stamp.1));
    let day = NaiveDate::from_ymd_opt(1980 + (date >> 9) as i32, (date >> 5) & 15, date & 31)?;
    let at = day.and_hms_opt(time >> 11, (time >> 5) & 63, (time & 31) * 2)?;
    Some(at.and_utc().timestamp() - 8 * 3600)
}

/// Opens members one after another and keeps the zip open between them: a bundle's directory is read once, not once a
/// member.
pub struct Opener {
    allowance: Allowance,
    outer: Option<(PathBuf, File, Archive)>,
    inner: Option<(u32, Vec<u8>, Archive)>,
}

impl Opener {
    pub fn new(allowance: Allowance) -> Opener {
        Opener { allowance, outer: None, inner: None }
    }

    /// The bytes of the member at the end of `chain`.
    ///
    /// # Errors
    /// It is refused (link, encrypted, overlapping, over a limit) or damaged.
    pub fn member(&mut self, path: &Path, chain: &[u32], most: u64) -> Result<Vec<u8>, Unreadable> {
        if self.outer.as_ref().is_none_or(|(open, ..)| open != path) {
            self.inner = None;
            self.outer = None;
            let file = super::file::open_regular(path)?;
            let archive = Archive::open(&file, MOST_MEMBERS, self.allowance).map_err(Broken::refusal)?;
            self.outer = Some((path.to_owned(), file, archive));
        }
        let gone = || refusal::damaged("压缩成员不见了，压缩包可能在读取时被改动");
        let Some((_, file, archive)) = &self.outer else { return Err(gone()) };
        let (first, rest) = chain.split_first().ok_or_else(gone)?;
        let entry = archive.entries.get(*first as usize).ok_or_else(gone)?;
        let Some(second) = rest.first() else { return Ok(archive.content(file, entry, most)?.into_owned()) };
        if self.inner.as_ref().is_none_or(|(open, ..)| open != first) {
            let bytes = archive.content(file, entry, most)?.into_owned();
            let inner = Archive::open(&bytes, MOST_MEMBERS, self.allowance).map_err(Broken::refusal)?;
            self.inner = Some((*first, bytes, inner));
        }
        let Some((_, bytes, inner)) = &self.inner else { return Err(gone()) };
        let entry = inner.entries.get(*second as usize).ok_or_else(gone)?;
        Ok(inner.content(bytes, entry, most)?.into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Cursor, Write};

    fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in files {
            writer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
            writer.write_all(content).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    fn names(bytes: &[u8]) -> Vec<String> {
        members(bytes, 1 << 20, Allowance::default()).unwrap().into_iter().map(|member| member.name).collect()
    }

    #[test]
    fn one_zip_inside_another_is_opened_and_a_third_is_not() {
        let third = zip(&[("深.csv", b"1")]);
        let second = zip(&[("三层.zip", &third), ("二层.csv", b"2")]);
        let bundle = zip(&[("二层.zip", &second), ("一层.csv", b"3")]);
        assert_eq!(names(&bundle), ["二层.zip/三层.zip", "二层.zip/二层.csv", "一层.csv"]);
        assert_eq!(members(&bundle[..], 1 << 20, Allowance::default()).unwrap()[1].chain, [0, 1]);
    }

    #[test]
    fn names_are_decoded_and_made_harmless() {
        let mut bytes = zip(&[("aaaaaaaa.xlsx", b"1"), ("../../x.csv", b"2")]);
        // "花名册" in GBK, as Windows writes it, is eight bytes with the two of "表".
        let gbk = encoding_rs::GBK.encode("花名册表").0.into_owned();
        for at in 0..bytes.len() - 8 {
            if &bytes[at..at + 8] == b"aaaaaaaa" {
                bytes[at..at + 8].copy_from_slice(&gbk);
            }
        }
        assert_eq!(names(&bytes), ["花名册表.xlsx", "x.csv"]);
    }

    #[test]
    fn a_workbook_is_no_bundle() {
        let package = zip(&[("[Content_Types].xml", b"<Types/>"), ("xl/workbook.xml", b"")]);
        assert_eq!(members(&package[..], 1 << 20, Allowance::default()), Err(None));
    }
}
