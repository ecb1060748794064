//! What a file is, by its content and never by its extension, and then the reader for it.

use super::allowance::Allowance;
use super::archive::Archive;
use super::compound::Compound;
use super::package::{Package, main_part};
use super::refusal::{self, Refusal};
use super::{bundle, compound, delimited, html, mhtml, ods, own, spreadsheetml, unlock, xls, xlsb, xlsx};
use crate::model::{RawWorkbook, Unreadable};
use memchr::memmem;

/// Beginnings of files that are readable and no tables.
const OTHERS: [(&[u8], &str); 11] = [
    (b"%PDF", "PDF 文档"),
    (b"\x89PNG", "图片（PNG）"),
    (b"\xff\xd8\xff", "图片（JPEG）"),
    (b"GIF8", "图片（GIF）"),
    (b"II*\0", "图片（TIFF）"),
    (b"MM\0*", "图片（TIFF）"),
    (b"RIFF", "图片或音视频"),
    (b"{\\rtf", "RTF 文档"),
    (b"MZ", "程序"),
    (b"\x7fELF", "程序"),
    (b"SQLite format 3", "数据库"),
];

/// Documents that may well hold a return, in formats that are not read here.
const UNREAD: [(&[u8], &str); 5] = [
    (b"L\0\0\0\x01\x14\x02\0", "是快捷方式（.lnk），不是文件本身"),
    (b"ID;P", "是 SYLK 表格（.slk）"),
    (b"b\x14#e\0\x01\x01\0E-SafeNet", "是单位加密软件（E-SafeNet）加密的文件，离开该单位打不开"),
    (b"b\x14#e", "是单位加密软件加密的文件，离开该单位打不开"),
    (b"%TSD-Header-###%", "是单位加密软件加密的文件，离开该单位打不开"),
];

/// Containers that are not opened here. Returns may be in them.
const ARCHIVES: [(&[u8], &str); 4] = [
    (b"Rar!", " RAR 压缩包"),
    (b"7z\xbc\xaf\x27\x1c", " 7z 压缩包"),
    (b"\x1f\x8b", " gzip 压缩包"),
    (b"MSCF", " CAB 压缩包"),
];

/// What is known of a file before it is read.
#[derive(Debug, Clone, Copy, Default)]
pub struct Intake {
    /// How many zips it lies in.
    pub in_bundle: usize,
    /// Text without any delimiter is a table of one column, and not plain text.
    pub lone_column: bool,
    /// Results that this program wrote itself are none of what is asked for.
    pub refuses_results: bool,
    pub allowance: Allowance,
}

/// Reads a file's bytes.
///
/// # Errors
/// Not readable as a table, and why.
pub fn read(bytes: &[u8], intake: Intake) -> Result<RawWorkbook, Refusal> {
    if bytes.is_empty() {
        return Err(refusal::empty().into());
    }
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") || bytes.starts_with(b"PK00PK") {
        return zip(bytes, intake);
    }
    if bytes.starts_with(&compound::MAGIC) {
        if intake.refuses_results && own::is_results_xls(bytes) {
            return Err(Refusal::OwnResults);
        }
        let compound = Compound::open(bytes)?;
        return match unlock::package::open(&compound, intake.allowance)? {
            // A bundle of files is nobody's workbook, encrypted or not.
            Some(package) => zip(&package, Intake { in_bundle: intake.in_bundle.max(2), ..intake }),
            None => xls::read_compound(bytes, &compound, intake.allowance),
        };
    }
    if intake.refuses_results && own::is_results_plain(bytes) {
        return Err(Refusal::OwnResults);
    }
    // BIFF2 to BIFF4, and BIFF5 without its compound file: streams of Excel before 1995.
    if bytes.first() == Some(&0x09) && matches!(bytes.get(1), Some(0 | 2 | 4 | 8)) && bytes.get(3) == Some(&0) {
        return Err(refusal::unsupported("是 Excel 95 以前的旧格式").into());
    }
    if let Some((_, what)) = ARCHIVES.iter().find(|(mark, _)| bytes.starts_with(mark)) {
        return Err(refusal::other_archive(what).into());
    }
    if let Some((_, what)) = UNREAD.iter().find(|(mark, _)| bytes.starts_with(mark)) {
        return Err(refusal::unsupported(what).into());
    }
    if bytes.get(257..262) == Some(b"ustar") {
        return Err(refusal::other_archive(" tar 压缩包").into());
    }
    if let Some((_, what)) = OTHERS.iter().find(|(mark, _)| bytes.starts_with(mark)) {
        return Err(Refusal::NotATable(format!("是{what}，不是表格")));
    }
    text(bytes, intake)
}

/// The name of the part of an xlsx that holds its first worksheet, for who adds to it.
///
/// # Errors
/// It is none, or its own parts are missing or damaged.
pub fn first_sheet(bytes: &[u8], allowance: Allowance) -> Result<String, Unreadable> {
    let archive = Archive::open(bytes, bundle::MOST_MEMBERS, allowance).map_err(|broken| broken.refusal())?;
    let package = Package::new(&archive, bytes)?;
    xlsx::first_sheet(&package, &main_part(&package)?)
}

fn zip(bytes: &[u8], intake: Intake) -> Result<RawWorkbook, Refusal> {
    let archive = Archive::open(bytes, bundle::MOST_MEMBERS, intake.allowance).map_err(|broken| broken.refusal())?;
    let has = |name: &str| archive.entries.iter().any(|entry| entry.name.eq_ignore_ascii_case(name.as_bytes()));
    let package = Package::new(&archive, bytes);
    if intake.refuses_results && package.as_ref().is_ok_and(own::is_results) {
        return Err(Refusal::OwnResults);
    }
    let under = |folder: &str| archive.entries.iter().any(|entry| entry.name.starts_with(folder.as_bytes()));
    if has("content.xml") && (has("mimetype") || has("META-INF/manifest.xml")) {
        return ods::read(&package?);
    }
    if bundle::is_package(&archive) {
        if under("word/") {
            return Err(Refusal::NotATable("是 Word 文档（.docx），不是表格".to_owned()));
        }
        if under("ppt/") {
            return Err(Refusal::NotATable("是演示文稿（.pptx），不是表格".to_owned()));
        }
        if bundle::is_numbers(&archive) {
            return Err(refusal::unsupported("是苹果电脑的 Numbers 表格").into());
        }
        if has("OFD.xml") {
            return Err(Refusal::NotATable("是 OFD 版式文档，不是表格".to_owned()));
        }
        let package = package?;
        let main = main_part(&package)?;
        if main.to_ascii_lowercase().ends_with(".bin") {
            return xlsb::read(&package, &main);
        }
        return if under("xl/") || under("xl\\") || has(&main) {
            xlsx::read(&package, &main)
        } else {
            Err(Refusal::NotATable("是文档包，里面没有工作表".to_owned()))
        };
    }
    if intake.in_bundle >= 2 {
        return Err(refusal::unsupported("压缩包套了三层以上，里面的文件没有读取，请解压后重新发送").into());
    }
    // A bundle that could be opened is never read as one file: here is why it could not.
    match bundle::members(bytes, u64::MAX, intake.allowance) {
        Err(Some(unreadable)) => Err(unreadable.into()),
        _ => Err(refusal::unsupported("是压缩包，里面的文件没有读取，请解压后重新发送").into()),
    }
}

fn text(bytes: &[u8], intake: Intake) -> Result<RawWorkbook, Refusal> {
    let allowance = intake.allowance;
    let head = &bytes[..bytes.len().min(8192)];
    let lower = head.to_ascii_lowercase();
    let within = |word: &[u8]| memmem::find(&lower, word).is_some();
    let utf16 = bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff");
    if utf16 {
        return unicode16(bytes, intake);
    }
    if within(b"mime-version:") && within(b"content-type:") {
        if mhtml::has_attachments(bytes) {
            return Err(refusal::other_archive("邮件（.eml），附件在邮件里").into());
        }
        return mhtml::read(bytes, allowance);
    }
    let first = lower.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&lower);
    let first = &first[first.iter().position(|byte| !byte.is_ascii_whitespace()).unwrap_or(0)..];
    if first.starts_with(b"<") {
        if within(b"urn:schemas-microsoft-com:office:spreadsheet") && within(b"workbook") && !within(b"<html") {
            return spreadsheetml::read(bytes, allowance);
        }
        if within(b"schemas.uof.org") || within(b"uof:uof") || within(b"<uof") {
            return Err(refusal::unsupported("是标文通（UOF）文档").into());
        }
        if within(b"office:document") {
            return Err(refusal::unsupported("是单文件的 OpenDocument 表格").into());
        }
        let page: [&[u8]; 6] = [b"<html", b"<!doctype html", b"<table", b"<body", b"<head", b"<meta"];
        if page.iter().any(|mark| within(mark)) {
            return html::read(bytes, None, allowance);
        }
        if first.starts_with(b"<?xml") {
            return Err(Refusal::NotATable("是 XML 数据文件，不是表格".to_owned()));
        }
    }
    if head.iter().any(|byte| matches!(byte, 0..=8 | 14..=25 | 28..=31)) {
        return Err(refusal::damaged("内容不是任何已知的表格格式：或者传输不完整，或者被单位的加密软件加密了").into());
    }
    let text =
        delimited::decode(bytes).ok_or_else(|| refusal::damaged("文字编码无法确定（不是 UTF-8，也不是 GB18030）"))?;
    delimited::read(&text, intake.lone_column, allowance)
}

fn unicode16(bytes: &[u8], intake: Intake) -> Result<RawWorkbook, Refusal> {
    let allowance = intake.allowance;
    let text = delimited::decode(bytes).ok_or_else(|| refusal::damaged("UTF-16 文字不完整"))?;
    let lower = text.chars().take(2000).collect::<String>().to_ascii_lowercase();
    let is_workbook = lower.contains("urn:schemas-microsoft-com:office:spreadsheet") && lower.contains("<workbook");
    if is_workbook && !lower.contains("<html") {
        return spreadsheetml::read(bytes, allowance);
    }
    if lower.trim_start().starts_with('<') && (lower.contains("<html") || lower.contains("<table")) {
        return html::read_text(&text, allowance);
    }
    delimited::read(&text, intake.lone_column, allowance)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::RawValue;
    use crate::model::workbook::Format;

    fn outcome(bytes: &[u8]) -> String {
        match read(bytes, Intake::default()) {
            Ok(workbook) => workbook.format.name().to_owned(),
            Err(Refusal::Unreadable(unreadable)) => unreadable.code.to_string(),
            Err(Refusal::NotATable(cause)) => cause,
            Err(Refusal::OwnResults) => "results".to_owned(),
        }
    }

    #[test]
    fn content_decides() {
        assert_eq!(outcome(b""), "file-empty");
        assert_eq!(outcome(b"PK\x03\x04 cut off"), "file-damaged");
        assert_eq!(outcome(b"Rar!\x1a\x07\x01\x00"), "file-unsupported");
        assert_eq!(outcome(b"%PDF-1.4"), "是PDF 文档，不是表格");
        assert_eq!(outcome(b"\x00\x01\x02\x03"), "file-damaged");
        assert_eq!(outcome(b"<html><body>login</body></html>"), "是网页，里面没有表格");
        assert_eq!(outcome(b"<table><tr><td>1</td></tr></table>"), "html");
        assert_eq!(outcome("单位,人数\n甲,1\n".as_bytes()), "csv");
        assert_eq!(outcome(&encoding_rs::GB18030.encode("单位,人数\n甲,1\n").0), "csv");
        assert_eq!(outcome(&[&compound::MAGIC[..], &[0; 600]].concat()), "file-damaged");
        assert_eq!(Format::Delimited.name(), "csv");
    }

    /// Each by another program, the same cells: what a person sees in them, whatever the format.
    #[test]
    fn what_a_person_sees_is_one_notion_in_all_formats() {
        macro_rules! file {
            ($name:literal) => {
                ($name, &include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/formats/", $name))[..])
            };
        }
        use crate::model::cell::SeenAs::{self, *};
        let expected = [
            ("A1", PartStruck, "351"),
            ("A1", Superscript, "5"),
            ("B1", Struck, ""),
            ("C1", Format, "12人"),
            ("D1", Format, "000007"),
            ("E1", Format, "男"),
            ("F1", Nothing, ""),
            ("G1", Format, "运维二班"),
            ("H1", MinusHidden, ""),
            ("I1", Format, "35千"),
        ];
        for (name, bytes) in [
            file!("seen_xlsxwriter.xlsx"),
            file!("seen_libreoffice.xlsx"),
            file!("seen_xlwt.xls"),
            file!("seen_libreoffice.xls"),
            file!("seen_libreoffice.ods"),
        ] {
            let workbook = read(bytes, Intake::default()).unwrap();
            let sheet = &workbook.sheets[0];
            let sights = sheet.sights.iter().map(|sight| (sight.at.to_string(), sight.how, sheet.sight_text(sight)));
            let mut sights: Vec<(String, SeenAs, &str)> = sights.collect();
            // OpenDocument keeps the text that its cell shows, so that there is nothing else to be seen in it.
            if name.ends_with(".ods") {
                let shown =
                    sheet.cells.iter().find(|cell| cell.at.to_string() == "G1").map(|cell| sheet.text(cell.value));
                sights.insert(7, ("G1".to_owned(), Format, shown.unwrap_or_default()));
            }
            assert_eq!(sights, expected.map(|(at, how, text)| (at.to_owned(), how, text)), "{name}");
            assert_eq!(sheet.text(sheet.cells[0].value), "51", "{name}");
            assert_eq!(workbook.remarks, Vec::<String>::new(), "{name}");
        }
    }

    /// Encrypted by another program, under the password that opens without a question and under one that nobody here knows.
    #[test]
    fn what_opens_without_a_question_is_read() {
        macro_rules! file {
            ($name:literal) => {
                ($name, &include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/formats/", $name))[..])
            };
        }
        let mut read_so_far: Vec<Vec<String>> = Vec::new();
        let open = [file!("velvet_libreoffice.xlsx"), file!("velvet_agile.xlsx"), file!("velvet_libreoffice.xls")];
        for (name, bytes) in open {
            assert!(bytes.starts_with(&compound::MAGIC), "{name} is encrypted");
            let workbook = read(bytes, Intake::default()).unwrap_or_else(|why| panic!("{name}: {why:?}"));
            let sheet = &workbook.sheets[0];
            let texts = sheet.cells.iter().map(|cell| format!("{} {}", cell.at, sheet.text(cell.value)));
            read_so_far.push(texts.collect());
            assert_eq!(workbook.remarks, Vec::<String>::new(), "{name}");
        }
        assert!(read_so_far[0].len() > 80 && read_so_far[0].iter().any(|cell| cell.contains("推荐个人汇总表")));
        assert!(read_so_far.iter().all(|cells| *cells == read_so_far[0]));
        for (name, bytes) in [file!("password_libreoffice.xlsx"), file!("password_libreoffice.xls")] {
            assert_eq!(outcome(bytes), "file-encrypted", "{name}");
            // Damaged anywhere it is refused, and nothing worse.
            for at in (0..bytes.len()).step_by(997) {
                let mut damaged = bytes.to_vec();
                damaged[at] ^= 0x55;
                assert!(read(&damaged, Intake::default()).is_err(), "{name} {at}");
            }
        }
    }

    /// Each by another program, the same figures: what is shown as a percentage is one, and a % that is only written in the
    /// format is none.
    #[test]
    fn percentages_are_told_from_numbers() {
        macro_rules! file {
            ($name:literal) => {
                ($name, &include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/formats/", $name))[..])
            };
        }
        for (name, bytes) in [
            file!("percent_openpyxl.xlsx"),
            file!("percent_xlwt.xls"),
            file!("percent_libreoffice.xls"),
            file!("percent_libreoffice.ods"),
            file!("percent_by_hand.xlsb"),
        ] {
            let workbook = read(bytes, Intake::default()).unwrap();
            let cells = workbook.sheets[0].cells.iter();
            let shown: Vec<String> = cells
                .filter(|cell| cell.at.row < 2)
                .map(|cell| match cell.value {
                    RawValue::Percent(share) => format!("{share}%"),
                    RawValue::Number(number) => number.to_string(),
                    other => format!("{other:?}"),
                })
                .collect();
            let row = ["0.95%", "1%", "0.987654321%", "0.95", "1", "0.5%", "0.25%", "7", "0.3%"];
            assert_eq!(shown, [row, row].concat(), "{name}");
        }
    }
}
