//! A fuzz target for each hand-written parser: seeds are small files of other programs, mutants are put into a valid
//! container so that they reach the parser, and whatever they are, reading ends in a value or a refusal.
//!
//! The tests run a fixed number of mutants. For a search beyond them:
//! `HUIZONG_FUZZ_ROUNDS=100000 HUIZONG_FUZZ_SEED=7 cargo test --release --lib formats::fuzz`.

use super::allowance::Allowance;
use super::archive::Archive;
use super::compound::Compound;
use super::sniff::{self, Intake};
use super::xml::{Token, Xml};
use super::{biff, bundle, delimited, html, mhtml, spreadsheetml, unlock, xlsb};
use crate::model::RawSheet;
use std::io::{Cursor, Read, Write};

/// Numbers from a seed, the same on every machine.
pub struct Dice(pub u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides.max(1)
    }

    /// One to four changes: a byte set, bytes cut, bytes said twice, a number at its bounds.
    pub fn mutant(&mut self, seed: &[u8]) -> Vec<u8> {
        let mut bytes = seed.to_vec();
        for _ in 0..=self.roll(4) {
            if bytes.is_empty() {
                break;
            }
            let at = self.roll(bytes.len());
            let end = (at + 1 + self.roll(24)).min(bytes.len());
            match self.roll(5) {
                0 => bytes[at] = self.roll(256) as u8,
                1 => drop(bytes.drain(at..end)),
                2 => {
                    let again = bytes[at..end].to_vec();
                    let to = self.roll(bytes.len());
                    bytes.splice(to..to, again);
                }
                3 => bytes[at..end].fill([0, 0xff, 0x7f, 0x80][self.roll(4)]),
                _ => bytes.truncate(at),
            }
        }
        bytes
    }
}

/// Runs a target over mutants of its seeds.
fn fuzz(seeds: &[&[u8]], target: impl Fn(&[u8])) {
    fuzz_for(400, seeds, target);
}

/// Likewise, so many rounds in the tests.
fn fuzz_for(rounds: u64, seeds: &[&[u8]], target: impl Fn(&[u8])) {
    let setting = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let rounds = setting("HUIZONG_FUZZ_ROUNDS").unwrap_or(rounds);
    let mut dice = Dice(setting("HUIZONG_FUZZ_SEED").unwrap_or(1));
    for seed in seeds {
        target(seed);
        for _ in 0..rounds {
            target(&dice.mutant(seed));
        }
    }
}

macro_rules! file {
    ($name:literal) => {
        include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/formats/", $name)) as &[u8]
    };
}

const XLSX: &[u8] = file!("seen_xlsxwriter.xlsx");
const ODS: &[u8] = file!("seen_libreoffice.ods");
const XLS: [&[u8]; 2] = [file!("seen_xlwt.xls"), file!("seen_libreoffice.xls")];
/// Encrypted under the password that opens without a question.
const VELVET: [&[u8]; 2] = [file!("velvet_libreoffice.xlsx"), file!("velvet_agile.xlsx")];
const VELVET_XLS: &[u8] = file!("velvet_libreoffice.xls");
const XLSB: &[u8] = file!("percent_by_hand.xlsb");

/// The parts of a package that are read.
fn parts(package: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = zip::ZipArchive::new(Cursor::new(package)).unwrap();
    let mut parts = Vec::new();
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).unwrap();
        let mut content = Vec::new();
        part.read_to_end(&mut content).unwrap();
        parts.push((part.name().unwrap().into_owned(), content));
    }
    parts
}

/// A sound package with one part in place of its own.
fn package(parts: &[(String, Vec<u8>)], changed: usize, content: &[u8]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (index, (name, own)) in parts.iter().enumerate() {
        writer.start_file(name.as_str(), options).unwrap();
        writer.write_all(if index == changed { content } else { own }).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// Every part of the package whose name ends so, mutated inside a sound container.
fn fuzz_parts(of: &[u8], ends: &[&str]) {
    let parts = parts(of);
    let mut met = 0;
    for (index, (name, content)) in parts.iter().enumerate() {
        if ends.iter().any(|end| name.ends_with(end)) {
            met += 1;
            fuzz(&[content], |bytes| drop(sniff::read(&package(&parts, index, bytes), Intake::default())));
        }
    }
    assert!(met >= ends.len(), "{met} parts of {ends:?}");
}

#[test]
fn archive() {
    fuzz(&[XLSX, ODS], |bytes| {
        let Ok(archive) = Archive::open(bytes, 1_000, Allowance::default()) else { return };
        for entry in &archive.entries {
            let _ = archive.content(bytes, entry, 1 << 20);
        }
    });
}

#[test]
fn xml_tokens() {
    fuzz(&[b"<?xml version='1.0'?><a x:k=\"1>2\" j='&lt;'><!-- <b> --><x:b/>t&amp;<![CDATA[<&]]></a>"], |bytes| {
        let text = String::from_utf8_lossy(bytes);
        let mut xml = Xml::new(&text);
        while let Ok(token) = xml.next() {
            if let Token::Open { attrs, .. } = token {
                let _ = (attrs.get("k"), attrs.into_iter().count());
            }
            if token == Token::End {
                break;
            }
        }
    });
}

#[test]
fn xlsx_parts() {
    let ends = ["workbook.xml", "sheet1.xml", "sharedStrings.xml", "styles.xml", "workbook.xml.rels", "_rels/.rels"];
    fuzz_parts(XLSX, &ends);
    let parts = parts(XLSX);
    let properties = parts.iter().position(|(name, _)| name == "docProps/core.xml").unwrap();
    fuzz(&[&parts[properties].1], |bytes| {
        let intake = Intake { refuses_results: true, ..Intake::default() };
        let _ = sniff::read(&package(&parts, properties, bytes), intake);
    });
}

#[test]
fn rich_values() {
    let cell =
        "<worksheet><sheetData><row r='1'><c r='A1' t='e' vm='1'><v>#VALUE!</v></c></row></sheetData></worksheet>";
    let mut parts = vec![
        ("[Content_Types].xml", "<Types/>"),
        ("xl/workbook.xml", "<workbook><sheets><sheet name='表' r:id='a'/></sheets></workbook>"),
        (
            "xl/_rels/workbook.xml.rels",
            "<Relationships><Relationship Id='a' Type='x/worksheet' Target='sheet.xml'/><Relationship Id='m' Type='x/sheetMetadata' Target='metadata.xml'/></Relationships>",
        ),
        ("xl/sheet.xml", cell),
    ];
    let rich = [
        (
            "xl/metadata.xml",
            "<metadata><futureMetadata><bk><rvb i='0'/></bk></futureMetadata><valueMetadata><bk><rc t='1' v='0'/></bk></valueMetadata></metadata>",
        ),
        ("xl/richData/rdrichvalue.xml", "<rvData><rv s='0'><v>0</v></rv></rvData>"),
        ("xl/richData/rdrichvaluestructure.xml", "<rvStructures><s t='_localImage'><k n='a'/></s></rvStructures>"),
    ];
    parts.extend(rich);
    let parts: Vec<(String, Vec<u8>)> =
        parts.into_iter().map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec())).collect();
    let whole = sniff::read(&package(&parts, 0, &parts[0].1), Intake::default()).unwrap();
    assert!(whole.remarks.iter().any(|remark| remark.contains("图片")), "{:?}", whole.remarks);
    for at in parts.len() - rich.len()..parts.len() {
        fuzz(&[&parts[at].1], |bytes| drop(sniff::read(&package(&parts, at, bytes), Intake::default())));
    }
}

/// Files that open without a question: how they are encrypted, and what is. Turning a password into a key is dear.
#[test]
fn encrypted_files() {
    for file in VELVET {
        let compound = Compound::open(file).unwrap();
        let info = compound.stream("EncryptionInfo").unwrap();
        let from = memchr::memmem::find(file, &info[..64]).unwrap();
        fuzz_for(25, &[&info], |mutant| {
            let mut bytes = file.to_vec();
            let end = (from + mutant.len().min(info.len())).min(bytes.len());
            bytes[from..end].copy_from_slice(&mutant[..end - from]);
            let _ = sniff::read(&bytes, Intake::default());
        });
        let package = compound.stream("EncryptedPackage").unwrap();
        fuzz_for(25, &[&package], |mutant| {
            let mut same = package.clone();
            let len = mutant.len().min(same.len());
            same[..len].copy_from_slice(&mutant[..len]);
            let _ = sniff::read(&compound.with_stream("EncryptedPackage", &same).unwrap(), Intake::default());
        });
    }
    let stream = Compound::open(VELVET_XLS).unwrap().stream("Workbook").unwrap();
    fuzz(&[&stream], |bytes| drop(unlock::records::open(bytes)));
}

#[test]
fn bundles() {
    let mut inner = zip::ZipWriter::new(Cursor::new(Vec::new()));
    inner.start_file("甲.csv", zip::write::SimpleFileOptions::default()).unwrap();
    inner.write_all("单位,人数\n".as_bytes()).unwrap();
    let inner = inner.finish().unwrap().into_inner();
    let names = [("内.zip".to_owned(), inner), ("..\\C:\\乙.csv".to_owned(), b"a,b\n".to_vec())];
    fuzz(&[&package(&names, 0, &names[0].1)], |bytes| {
        for member in bundle::members(bytes, 1 << 20, Allowance::default()).into_iter().flatten() {
            assert!(!member.name.split('/').any(|part| part == ".." || part.contains(':')), "{}", member.name);
        }
    });
}

/// Whatever a file begins with. What calamine reads too is left out: it may panic, and has a process of its own for that.
#[test]
fn beginnings() {
    let wide: Vec<u8> = [0xfeff].into_iter().chain("单位\t人数\n".encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let mut seeds: Vec<&[u8]> =
        vec![&wide, b"\xef\xbb\xbf<?xml version='1.0'?><x/>", b"<html><table><tr><td>1</table>"];
    let marks: [&[u8]; 9] = [
        b"%PDF-1.4",
        b"Rar!\x1a",
        b"PK\x03\x04",
        b"PK00PK",
        b"ID;P\nC;X1;Y1;K1",
        b"\x09\x08\x10\0",
        b"{\\rtf1",
        b"MIME-Version: 1.0\nContent-Type: x\n\n",
        b"sep=;\n1;2\n",
    ];
    seeds.extend(marks);
    fuzz(&seeds, |bytes| drop(sniff::read(bytes, Intake::default())));
}

/// A file of this floor that reads bytes has its target here; a new one says by which it is searched, or that it reads none.
#[test]
fn every_parser_has_a_target() {
    let targets: [(&str, &[&str]); 11] = [
        ("archive", &["archive.rs", "package.rs"]),
        ("xml_tokens", &["xml.rs"]),
        (
            "xlsx_parts",
            &["xlsx/mod.rs", "xlsx/plain.rs", "xlsx/sheet.rs", "xlsx/strings.rs", "xlsx/styles.rs", "own.rs"],
        ),
        ("rich_values", &["xlsx/rich_values.rs"]),
        ("ods_parts", &["ods.rs", "ods/styles.rs"]),
        ("xlsb_records", &["xlsb.rs", "xlsb/parts.rs", "xlsb/sheet.rs"]),
        (
            "biff_records",
            &["biff.rs", "biff/globals.rs", "biff/records.rs", "biff/sheet.rs", "biff/strings.rs", "xls.rs"],
        ),
        ("compound_files", &["compound.rs"]),
        ("encrypted_files", &["unlock/mod.rs", "unlock/package.rs", "unlock/records.rs"]),
        ("bundles", &["bundle.rs"]),
        (
            "pages_mails_and_texts",
            &["html.rs", "html_classes.rs", "html_numbers.rs", "mhtml.rs", "spreadsheetml.rs", "delimited.rs"],
        ),
    ];
    // Number formats have a search of their own beside them.
    let others = ["number_format/mod.rs", "number_format/code.rs", "number_format/render.rs", "sniff.rs"];
    let none = [
        "mod.rs",
        "fuzz.rs",
        "xlsx/tests.rs",
        "allowance.rs",
        "cells.rs",
        "file.rs",
        "known_parts.rs",
        "looks.rs",
        "opinion.rs",
        "refusal.rs",
    ];
    let here = include_str!("fuzz.rs");
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/formats");
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
            let target = targets.iter().find(|(_, files)| files.contains(&name.as_str()));
            let listed = [&others[..], &none].iter().any(|list| list.contains(&name.as_str()));
            assert!(target.is_some() || listed, "{name} has no fuzz target");
            assert!(target.is_none_or(|(test, _)| here.contains(&format!("\nfn {test}()"))), "{name}");
        }
    }
}

#[test]
fn ods_parts() {
    fuzz_parts(ODS, &["content.xml", "styles.xml"]);
}

/// The records alone: calamine, which reads the same file after them, may panic, and has a process of its own for that.
#[test]
fn xlsb_records() {
    for (name, content) in parts(XLSB).iter().filter(|(name, _)| name.ends_with(".bin")) {
        fuzz(&[content], |bytes| {
            let (strings, styles) = (xlsb::parts::XlsbStrings::read(bytes), xlsb::parts::XlsbStyles::read(bytes));
            let known = xlsb::sheet::CellTargets {
                strings: &strings,
                styles: &styles,
                is_1904: true,
                allowance: Allowance::default(),
            };
            let _ = (xlsb::parts::Book::read(bytes).map(|book| book.sheets.len()), name);
            let _ = xlsb::sheet::read(bytes, &known, RawSheet::default());
        });
    }
}

#[test]
fn biff_records() {
    let streams = XLS.map(|file| Compound::open(file).unwrap().stream("Workbook").unwrap());
    fuzz(&[&streams[0], &streams[1]], |stream| {
        let Some(book) = biff::globals::read(stream) else { return };
        for sheet in &book.sheets {
            if let Ok((sheet, told)) = biff::sheet::read(stream, sheet.at, &book, Allowance::default()) {
                assert!(sheet.cells.is_sorted_by(|a, b| a.at < b.at));
                let _ = told.area();
            }
        }
    });
}

#[test]
fn compound_files() {
    fuzz(&XLS, |bytes| {
        let Ok(compound) = Compound::open(bytes) else { return };
        let _ = (compound.stream("Workbook"), compound.position("Workbook", 600), compound.embedded_names());
    });
}

#[test]
fn pages_mails_and_texts() {
    let page = "<html><style>@media print{.a{}} td,.b{text-decoration:line-through} .c{display:none}</style><table class='b c'><col width=0><tr style='display:none'><td class=b colspan=3 rowspan='2'>总<s>工</s>会<br>&mdash;</td></tr><tr><td>=\"007\"<sup>1</sup></td></tr></table>";
    fuzz(&[page.as_bytes()], |bytes| drop(html::read(bytes, None, Allowance::default())));
    let mail = format!(
        "MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=\"b\"\r\n\r\n--b\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n{page}\r\n--b--\r\n"
    );
    fuzz(&[mail.as_bytes()], |bytes| {
        let _ = (mhtml::has_attachments(bytes), mhtml::read(bytes, Allowance::default()));
    });
    let book = "<?xml version=\"1.0\"?><Workbook xmlns:ss=\"urn:schemas-microsoft-com:office:spreadsheet\"><Styles><Style ss:ID=\"p\" ss:Parent=\"p\"><NumberFormat ss:Format=\"0!.0,&quot;万&quot;\"/></Style></Styles><Worksheet ss:Name=\"表\"><Table><Column ss:Index=\"2\" ss:Span=\"1\"/><Row ss:Index=\"3\"><Cell ss:MergeAcross=\"2\" ss:StyleID=\"p\"><Data ss:Type=\"Number\">9000</Data></Cell><Cell><Data ss:Type=\"DateTime\">2024-02-29T00:00:00.000</Data></Cell></Row></Table></Worksheet></Workbook>";
    fuzz(&[book.as_bytes()], |bytes| drop(spreadsheetml::read(bytes, Allowance::default())));
    let text = "单位,\"人,\n\"\"数\"\"\"\r\n甲,=\"007\",1\n\n,尾";
    fuzz(&[text.as_bytes()], |bytes| {
        if let Some(text) = delimited::decode(bytes) {
            let _ = delimited::read(&text, true, Allowance::default());
        }
    });
}
