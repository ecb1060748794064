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
use super::{biff, delimited, html, mhtml, spreadsheetml, xlsb};
use crate::model::RawSheet;
use std::io::{Cursor, Read, Write};

/// Numbers from a seed, the same on every machine.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides.max(1)
    }

    /// One to four changes: a byte set, bytes cut, bytes said twice, a number at its bounds.
    fn mutant(&mut self, seed: &[u8]) -> Vec<u8> {
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
    let setting = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let rounds = setting("HUIZONG_FUZZ_ROUNDS").unwrap_or(400);
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
    fuzz_parts(XLSX, &["workbook.xml", "sheet1.xml", "sharedStrings.xml", "styles.xml", "workbook.xml.rels"]);
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
    let page = "<html><style>td{}</style><table><col width=0><tr style='display:none'><td colspan=3 rowspan='2'>总<s>工</s>会<br>&mdash;</td></tr><tr><td>=\"007\"<sup>1</sup></td></tr></table>";
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
