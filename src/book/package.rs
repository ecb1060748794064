//! The parts that bind the sheets of a workbook of rows together: content types, relationships, names, styles, properties;
//! what binds other packages of ours too.
//!
//! Parts and their order follow ECMA-376 part 1, §12.3 and §18.3.

use super::excel::letters;
use super::mark::RESULTS;
use super::xml::{HEAD, escaped};

/// Index of a cell's format in [`STYLES`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum RowStyle {
    Plain = 0,
    Date = 1,
    Month = 2,
    Header = 3,
    /// The same for lists that people read: bordered, their words wrapped.
    ListText = 4,
    ListHeader = 5,
    ListCount = 6,
    ListLink = 7,
    /// 必改 in bold, so that it is seen in a black-and-white print too.
    ListStrong = 8,
    /// Left for people to fill in.
    ListInput = 9,
    /// What a list is called, above its header.
    ListTitle = 10,
    /// How it is to be read, below that.
    ListNote = 11,
}

const STYLES: &str = "<styleSheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">\
<numFmts count=\"2\"><numFmt numFmtId=\"164\" formatCode=\"yyyy\\-mm\\-dd\"/><numFmt numFmtId=\"165\" formatCode=\"yyyy\\-mm\"/></numFmts>\
<fonts count=\"6\"><font><sz val=\"10\"/><name val=\"宋体\"/><family val=\"3\"/><charset val=\"134\"/></font>\
<font><b/><sz val=\"10\"/><name val=\"黑体\"/><family val=\"3\"/><charset val=\"134\"/></font>\
<font><sz val=\"10\"/><name val=\"黑体\"/><family val=\"3\"/><charset val=\"134\"/></font>\
<font><b/><sz val=\"10\"/><color rgb=\"FF9C0006\"/><name val=\"宋体\"/><family val=\"3\"/><charset val=\"134\"/></font>\
<font><sz val=\"10\"/><color rgb=\"FF0563C1\"/><name val=\"宋体\"/><family val=\"3\"/><charset val=\"134\"/></font>\
<font><sz val=\"14\"/><name val=\"黑体\"/><family val=\"3\"/><charset val=\"134\"/></font></fonts>\
<fills count=\"4\"><fill><patternFill patternType=\"none\"/></fill><fill><patternFill patternType=\"gray125\"/></fill>\
<fill><patternFill patternType=\"solid\"><fgColor rgb=\"FFE7E6E6\"/><bgColor indexed=\"64\"/></patternFill></fill>\
<fill><patternFill patternType=\"solid\"><fgColor rgb=\"FFFFF9DB\"/><bgColor indexed=\"64\"/></patternFill></fill></fills>\
<borders count=\"2\"><border><left/><right/><top/><bottom/><diagonal/></border>\
<border><left style=\"thin\"><color auto=\"1\"/></left><right style=\"thin\"><color auto=\"1\"/></right>\
<top style=\"thin\"><color auto=\"1\"/></top><bottom style=\"thin\"><color auto=\"1\"/></bottom><diagonal/></border></borders>\
<cellStyleXfs count=\"1\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\"/></cellStyleXfs>\
<cellXfs count=\"12\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\"/>\
<xf numFmtId=\"164\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\"/>\
<xf numFmtId=\"165\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\"/>\
<xf numFmtId=\"0\" fontId=\"1\" fillId=\"2\" borderId=\"0\" xfId=\"0\" applyFont=\"1\" applyFill=\"1\"/>\
<xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"1\" xfId=\"0\" applyBorder=\"1\" applyAlignment=\"1\"><alignment vertical=\"top\" wrapText=\"1\"/></xf>\
<xf numFmtId=\"0\" fontId=\"2\" fillId=\"2\" borderId=\"1\" xfId=\"0\" applyFont=\"1\" applyFill=\"1\" applyBorder=\"1\" applyAlignment=\"1\"><alignment horizontal=\"center\" vertical=\"center\" wrapText=\"1\"/></xf>\
<xf numFmtId=\"3\" fontId=\"0\" fillId=\"0\" borderId=\"1\" xfId=\"0\" applyNumberFormat=\"1\" applyBorder=\"1\" applyAlignment=\"1\"><alignment vertical=\"top\"/></xf>\
<xf numFmtId=\"0\" fontId=\"4\" fillId=\"0\" borderId=\"1\" xfId=\"0\" applyFont=\"1\" applyBorder=\"1\" applyAlignment=\"1\"><alignment vertical=\"top\" wrapText=\"1\"/></xf>\
<xf numFmtId=\"0\" fontId=\"3\" fillId=\"0\" borderId=\"1\" xfId=\"0\" applyFont=\"1\" applyBorder=\"1\" applyAlignment=\"1\"><alignment vertical=\"top\"/></xf>\
<xf numFmtId=\"49\" fontId=\"0\" fillId=\"3\" borderId=\"1\" xfId=\"0\" applyNumberFormat=\"1\" applyFill=\"1\" applyBorder=\"1\" applyAlignment=\"1\"><alignment vertical=\"top\" wrapText=\"1\"/></xf>\
<xf numFmtId=\"0\" fontId=\"5\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyFont=\"1\" applyAlignment=\"1\"><alignment vertical=\"center\"/></xf>\
<xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyAlignment=\"1\"><alignment vertical=\"center\"/></xf></cellXfs>\
<cellStyles count=\"1\"><cellStyle name=\"Normal\" xfId=\"0\" builtinId=\"0\"/></cellStyles></styleSheet>";

pub const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
pub const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";
const SHEET_ML: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml";

/// A sheet as the workbook knows it.
#[derive(Debug, Clone)]
pub struct SheetEntry {
    pub name: String,
    /// 1-based number of its part, wherever it stands among the others.
    pub part: usize,
    /// 1-based row of its header, which is repeated on every page.
    pub header: usize,
    /// The last cell of a list that is filtered, absolute (`$K$33`).
    pub filtered_to: Option<String>,
    /// The last cell that is printed, absolute, where columns at the right are for the screen alone.
    pub printed_to: Option<String>,
    /// Whether its columns go over several pages, each of which repeats the first one.
    pub spread: bool,
}

/// Rows under one header, marked up as a table (ECMA-376 part 1, §18.5): it filters, grows, and a pivot table finds it.
#[derive(Debug, Clone)]
pub struct DataTable {
    /// One in the workbook; letters, digits and `_`.
    pub name: String,
    /// What stands in its header cells, each different from the others.
    pub columns: Vec<String>,
}

/// The part of a table that fills a sheet down to its row `last` (1-based).
pub fn table(table: &DataTable, id: usize, last: u32) -> String {
    let to = format!("A1:{}{last}", letters(table.columns.len().saturating_sub(1)));
    let name = escaped(&table.name);
    let columns = (1..).zip(&table.columns);
    let columns: String =
        columns.map(|(at, name)| format!("<tableColumn id=\"{at}\" name=\"{}\"/>", escaped(name))).collect();
    format!(
        "{HEAD}<table xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" id=\"{id}\" name=\"{name}\" \
         displayName=\"{name}\" ref=\"{to}\" totalsRowShown=\"0\"><autoFilter ref=\"{to}\"/>\
         <tableColumns count=\"{}\">{columns}</tableColumns><tableStyleInfo name=\"TableStyleLight1\" \
         showFirstColumn=\"0\" showLastColumn=\"0\" showRowStripes=\"1\" showColumnStripes=\"0\"/></table>",
        table.columns.len()
    )
}

/// The relationships of a sheet: to its table, by number, or to the files that its links open, by their targets.
pub fn relations(table: Option<usize>, targets: &[String]) -> String {
    let mut xml = format!("{HEAD}<Relationships xmlns=\"{PACKAGE}/relationships\">");
    if let Some(number) = table {
        xml += &format!("<Relationship Id=\"rId1\" Type=\"{OFFICE}/table\" Target=\"../tables/table{number}.xml\"/>");
    }
    for (number, target) in (1..).zip(targets) {
        xml += &format!(
            "<Relationship Id=\"rId{number}\" Type=\"{OFFICE}/hyperlink\" Target=\"{}\" TargetMode=\"External\"/>",
            escaped(target)
        );
    }
    xml + "</Relationships>"
}

/// Every part but the sheets and the shared texts, in the order in which they are written.
pub fn parts(sheets: &[SheetEntry], tables: usize, title: &str) -> [(&'static str, String); 6] {
    [
        ("xl/workbook.xml", workbook(sheets)),
        ("xl/_rels/workbook.xml.rels", workbook_links(sheets.len())),
        ("xl/styles.xml", format!("{HEAD}{STYLES}")),
        ("docProps/core.xml", properties(title)),
        ("_rels/.rels", root("xl/workbook.xml")),
        ("[Content_Types].xml", content_types(sheets.len(), tables)),
    ]
}

fn workbook(sheets: &[SheetEntry]) -> String {
    let mut xml = format!(
        "{HEAD}<workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" xmlns:r=\"{OFFICE}\"><sheets>"
    );
    for sheet in sheets {
        let part = sheet.part;
        xml += &format!("<sheet name=\"{}\" sheetId=\"{part}\" r:id=\"rId{part}\"/>", escaped(&sheet.name));
    }
    xml += "</sheets>";
    let mut names = String::new();
    for (index, sheet) in sheets.iter().enumerate() {
        let header = sheet.header;
        let quoted = escaped(&format!("'{}'", sheet.name.replace('\'', "''")));
        if let Some(last) = &sheet.filtered_to {
            names += &format!(
                "<definedName name=\"_xlnm._FilterDatabase\" localSheetId=\"{index}\" hidden=\"1\">{quoted}!$A${header}:{last}</definedName>"
            );
        }
        if let Some(last) = &sheet.printed_to {
            names += &format!(
                "<definedName name=\"_xlnm.Print_Area\" localSheetId=\"{index}\">{quoted}!$A$1:{last}</definedName>"
            );
        }
        let beside = if sheet.spread { format!("{quoted}!$A:$A,") } else { String::new() };
        names += &format!(
            "<definedName name=\"_xlnm.Print_Titles\" localSheetId=\"{index}\">{beside}{quoted}!${header}:${header}</definedName>"
        );
    }
    if !names.is_empty() {
        xml += &format!("<definedNames>{names}</definedNames>");
    }
    xml + "</workbook>"
}

fn workbook_links(sheets: usize) -> String {
    let mut xml = format!("{HEAD}<Relationships xmlns=\"{PACKAGE}/relationships\">");
    for number in 1..=sheets {
        xml += &format!(
            "<Relationship Id=\"rId{number}\" Type=\"{OFFICE}/worksheet\" Target=\"worksheets/sheet{number}.xml\"/>"
        );
    }
    xml += &format!(
        "<Relationship Id=\"rId{}\" Type=\"{OFFICE}/styles\" Target=\"styles.xml\"/>\
         <Relationship Id=\"rId{}\" Type=\"{OFFICE}/sharedStrings\" Target=\"sharedStrings.xml\"/></Relationships>",
        sheets + 1,
        sheets + 2
    );
    xml
}

/// Title and maker of a package, with the mark of our results.
pub fn properties(title: &str) -> String {
    format!(
        "{HEAD}<cp:coreProperties xmlns:cp=\"{PACKAGE}/metadata/core-properties\" \
         xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:dcterms=\"http://purl.org/dc/terms/\" \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><dc:title>{}</dc:title><dc:creator>汇总</dc:creator>\
         <cp:keywords>{RESULTS}</cp:keywords>\
         <dcterms:created xsi:type=\"dcterms:W3CDTF\">2020-01-01T00:00:00Z</dcterms:created></cp:coreProperties>",
        escaped(title)
    )
}

/// Where a package begins: at its main part.
pub fn root(main: &str) -> String {
    format!(
        "{HEAD}<Relationships xmlns=\"{PACKAGE}/relationships\">\
         <Relationship Id=\"rId1\" Type=\"{OFFICE}/officeDocument\" Target=\"{main}\"/>\
         <Relationship Id=\"rId2\" Type=\"{PACKAGE}/relationships/metadata/core-properties\" Target=\"docProps/core.xml\"/>\
         </Relationships>"
    )
}

fn content_types(sheets: usize, tables: usize) -> String {
    let mut xml = format!(
        "{HEAD}<Types xmlns=\"{PACKAGE}/content-types\"><Default Extension=\"rels\" \
         ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
         <Default Extension=\"xml\" ContentType=\"application/xml\"/>\
         <Override PartName=\"/xl/workbook.xml\" ContentType=\"{SHEET_ML}.sheet.main+xml\"/>\
         <Override PartName=\"/xl/styles.xml\" ContentType=\"{SHEET_ML}.styles+xml\"/>\
         <Override PartName=\"/xl/sharedStrings.xml\" ContentType=\"{SHEET_ML}.sharedStrings+xml\"/>\
         <Override PartName=\"/docProps/core.xml\" ContentType=\"application/vnd.openxmlformats-package.core-properties+xml\"/>"
    );
    for number in 1..=sheets {
        xml += &format!(
            "<Override PartName=\"/xl/worksheets/sheet{number}.xml\" ContentType=\"{SHEET_ML}.worksheet+xml\"/>"
        );
    }
    for number in 1..=tables {
        xml += &format!("<Override PartName=\"/xl/tables/table{number}.xml\" ContentType=\"{SHEET_ML}.table+xml\"/>");
    }
    xml + "</Types>"
}
