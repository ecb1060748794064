//! A text as a document of word processors (.docx), set as official papers are: A4, the type area, sizes and line grid of
//! GB/T 9704-2012, §5 and §7; the fonts are the caller's.
//!
//! Written here, since the libraries that write such documents bring a second zip, a reader of XML and derived
//! serialisation for what are seven short parts.
//!
//! Comes in: paragraphs. Goes out: a package of seven parts (ECMA-376 part 1, §11.3 and §17) whose bytes depend on them alone.

use super::cell_text::printable;
use super::package::{OFFICE, PACKAGE, properties, root};
use super::xml::{HEAD, escaped_as_markup};
use std::io::{self, Seek, Write};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// What a paragraph is; each is a style of its own name, so that a whole document is set anew in one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParagraphKind {
    /// 密级, above the title.
    Mark,
    Title,
    /// Who, when, on what ground: below the title.
    Subtitle,
    /// 一、 二、 …
    Heading,
    Text,
}

/// One paragraph; a line break in its text is a space.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paragraph {
    pub kind: ParagraphKind,
    pub text: String,
}

/// Names of typefaces.
#[derive(Debug, Clone, Copy)]
pub struct Fonts<'a> {
    pub title: &'a str,
    pub heading: &'a str,
    pub text: &'a str,
    /// Of the page numbers.
    pub number: &'a str,
}

const WORD: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
const WORD_ML: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml";
/// A4 with 37 mm above, 35 mm below, 28 mm left and 26 mm right of the type area, 22 lines of 28 characters, in twentieths
/// of a point; the page number stands 7 mm below the type area.
const SECTION: &str = "<w:sectPr><w:footerReference w:type=\"default\" r:id=\"rId2\"/><w:pgSz w:w=\"11906\" w:h=\"16838\"/>\
<w:pgMar w:top=\"2098\" w:right=\"1474\" w:bottom=\"1984\" w:left=\"1588\" w:header=\"851\" w:footer=\"1361\" w:gutter=\"0\"/>\
<w:docGrid w:type=\"lines\" w:linePitch=\"579\"/></w:sectPr>";

impl ParagraphKind {
    const ALL: [ParagraphKind; 5] = [
        ParagraphKind::Text,
        ParagraphKind::Mark,
        ParagraphKind::Title,
        ParagraphKind::Subtitle,
        ParagraphKind::Heading,
    ];

    /// Identity and name of its style; those that every word processor knows have the names that it knows.
    fn style(self) -> (&'static str, &'static str) {
        match self {
            ParagraphKind::Text => ("Normal", "Normal"),
            ParagraphKind::Mark => ("Mark", "密级"),
            ParagraphKind::Title => ("Title", "Title"),
            ParagraphKind::Subtitle => ("Subtitle", "Subtitle"),
            ParagraphKind::Heading => ("Heading1", "heading 1"),
        }
    }

    /// How it is set: typeface, size in half points, paragraph. 2 号 is 22 points, 3 号 16.
    fn set<'a>(self, fonts: Fonts<'a>) -> (&'a str, u8, &'static str) {
        const CENTRE: &str = "<w:ind w:firstLineChars=\"0\" w:firstLine=\"0\"/><w:jc w:val=\"center\"/>";
        match self {
            ParagraphKind::Text => (fonts.text, 32, "<w:ind w:firstLineChars=\"200\" w:firstLine=\"640\"/>"),
            ParagraphKind::Mark => (fonts.heading, 32, "<w:ind w:firstLineChars=\"0\" w:firstLine=\"0\"/>"),
            ParagraphKind::Title => (fonts.title, 44, CENTRE),
            ParagraphKind::Subtitle => (fonts.text, 28, CENTRE),
            ParagraphKind::Heading => (fonts.heading, 32, "<w:outlineLvl w:val=\"0\"/>"),
        }
    }
}

/// Writes the document.
///
/// # Errors
/// The target fails.
pub fn document(title: &str, paragraphs: &[Paragraph], fonts: Fonts<'_>, target: impl Write + Seek) -> io::Result<()> {
    let mut zip = ZipWriter::new(target);
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(zip::DateTime::default());
    let parts = [
        ("[Content_Types].xml", content_types()),
        ("_rels/.rels", root("word/document.xml")),
        ("word/document.xml", body(paragraphs)),
        ("word/_rels/document.xml.rels", relations()),
        ("word/styles.xml", styles(fonts)),
        ("word/footer1.xml", footer(fonts.number)),
        ("docProps/core.xml", properties(title)),
    ];
    for (name, xml) in parts {
        zip.start_file(name, options)?;
        zip.write_all(xml.as_bytes())?;
    }
    zip.finish().map(drop).map_err(io::Error::from)
}

fn body(paragraphs: &[Paragraph]) -> String {
    let paragraph = |one: &Paragraph| {
        let text = escaped_as_markup(&printable(&one.text).0.replace('\n', " "));
        let style = one.kind.style().0;
        format!(
            "<w:p><w:pPr><w:pStyle w:val=\"{style}\"/></w:pPr><w:r><w:t xml:space=\"preserve\">{text}</w:t></w:r></w:p>"
        )
    };
    let all: String = paragraphs.iter().map(paragraph).collect();
    format!("{HEAD}<w:document xmlns:w=\"{WORD}\" xmlns:r=\"{OFFICE}\"><w:body>{all}{SECTION}</w:body></w:document>")
}

fn styles(fonts: Fonts<'_>) -> String {
    let style = |kind: ParagraphKind| {
        let (id, name) = kind.style();
        let (font, size, set) = kind.set(fonts);
        let font = escaped_as_markup(font);
        let (base, based) = match kind {
            ParagraphKind::Text => (" w:default=\"1\"", ""),
            _ => ("", "<w:basedOn w:val=\"Normal\"/>"),
        };
        let keep = if kind == ParagraphKind::Heading { "<w:keepNext/>" } else { "" };
        // Lines keep to the grid whatever typeface stands in.
        let rule = if kind == ParagraphKind::Title { "atLeast" } else { "exact" };
        format!(
            "<w:style w:type=\"paragraph\"{base} w:styleId=\"{id}\"><w:name w:val=\"{name}\"/>{based}<w:qFormat/>\
             <w:pPr>{keep}<w:spacing w:before=\"0\" w:after=\"0\" w:line=\"579\" w:lineRule=\"{rule}\"/>{set}</w:pPr><w:rPr>\
             <w:rFonts w:ascii=\"{font}\" w:hAnsi=\"{font}\" w:eastAsia=\"{font}\" w:hint=\"eastAsia\"/>\
             <w:sz w:val=\"{size}\"/><w:szCs w:val=\"{size}\"/><w:lang w:val=\"zh-CN\" w:eastAsia=\"zh-CN\"/></w:rPr></w:style>"
        )
    };
    let all: String = ParagraphKind::ALL.into_iter().map(style).collect();
    format!("{HEAD}<w:styles xmlns:w=\"{WORD}\">{all}</w:styles>")
}

/// — 1 —, 4 号, in the middle.
fn footer(font: &str) -> String {
    let font = escaped_as_markup(font);
    let run = |inner: &str| {
        format!(
            "<w:r><w:rPr><w:rFonts w:ascii=\"{font}\" w:hAnsi=\"{font}\" w:eastAsia=\"{font}\"/><w:sz w:val=\"28\"/></w:rPr>{inner}</w:r>"
        )
    };
    let dash = |text: &str| run(&format!("<w:t xml:space=\"preserve\">{text}</w:t>"));
    format!(
        "{HEAD}<w:ftr xmlns:w=\"{WORD}\"><w:p><w:pPr><w:ind w:firstLineChars=\"0\" w:firstLine=\"0\"/>\
         <w:jc w:val=\"center\"/></w:pPr>{}<w:fldSimple w:instr=\" PAGE \">{}</w:fldSimple>{}</w:p></w:ftr>",
        dash("— "),
        dash("1"),
        dash(" —")
    )
}

fn relations() -> String {
    format!(
        "{HEAD}<Relationships xmlns=\"{PACKAGE}/relationships\">\
         <Relationship Id=\"rId1\" Type=\"{OFFICE}/styles\" Target=\"styles.xml\"/>\
         <Relationship Id=\"rId2\" Type=\"{OFFICE}/footer\" Target=\"footer1.xml\"/></Relationships>"
    )
}

fn content_types() -> String {
    format!(
        "{HEAD}<Types xmlns=\"{PACKAGE}/content-types\"><Default Extension=\"rels\" \
         ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
         <Default Extension=\"xml\" ContentType=\"application/xml\"/>\
         <Override PartName=\"/word/document.xml\" ContentType=\"{WORD_ML}.document.main+xml\"/>\
         <Override PartName=\"/word/styles.xml\" ContentType=\"{WORD_ML}.styles+xml\"/>\
         <Override PartName=\"/word/footer1.xml\" ContentType=\"{WORD_ML}.footer+xml\"/>\
         <Override PartName=\"/docProps/core.xml\" ContentType=\"application/vnd.openxmlformats-package.core-properties+xml\"/>\
         </Types>"
    )
}
