use super::*;
use crate::formats::allowance::Allowance;
use crate::formats::archive::Archive;
use crate::formats::fuzz::Dice;
use crate::formats::{cells, sniff};
use crate::model::CellRef;
use crate::model::RawValue;
use crate::model::cell::CellDoubt;
use std::io::{Cursor, Write};

const RELS: &str =
    "<Relationships><Relationship Id='rId1' Type='x/officeDocument' Target='xl/workbook.xml'/></Relationships>";
const BOOK_RELS: &str = "<Relationships><Relationship Id='a' Type='x/worksheet' Target='worksheets/sheet1.xml'/>\
    <Relationship Id='b' Type='x/worksheet' Target='/xl/worksheets/sheet2.xml'/>\
    <Relationship Id='s' Type='x/sharedStrings' Target='sharedStrings.xml'/>\
    <Relationship Id='t' Type='x/styles' Target='styles.xml'/></Relationships>";
const STYLES: &str = "<styleSheet><cellXfs><xf numFmtId='0'/><xf numFmtId='14'/></cellXfs></styleSheet>";
const STRINGS: &str = "<sst uniqueCount='9999999999'><si><t>单位</t></si><si><t/></si></sst>";

fn package(book: &str, first: &[u8], second: &str) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let parts: [(&str, &[u8]); 8] = [
        ("[Content_Types].xml", b"<Types/>"),
        ("_rels/.rels", RELS.as_bytes()),
        ("xl/workbook.xml", book.as_bytes()),
        ("xl/_rels/workbook.xml.rels", BOOK_RELS.as_bytes()),
        ("xl/sharedStrings.xml", STRINGS.as_bytes()),
        ("xl/styles.xml", STYLES.as_bytes()),
        ("xl/worksheets/sheet1.xml", first),
        ("xl/worksheets/sheet2.xml", second.as_bytes()),
    ];
    for (name, content) in parts {
        writer.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn book(sheets: &str) -> String {
    format!("<workbook><workbookPr date1904='1'/><sheets>{sheets}</sheets></workbook>")
}

fn sheet(rows: &str) -> String {
    format!("<worksheet><sheetData>{rows}</sheetData></worksheet>")
}

fn cells_of(rows: &str) -> Result<Vec<(String, RawValue)>, Refusal> {
    let bytes = package(&book("<sheet name='表' r:id='a'/>"), sheet(rows).as_bytes(), "");
    let workbook = sniff::read(&bytes, sniff::Intake::default())?;
    Ok(workbook.sheets[0].cells.iter().map(|cell| (cell.at.to_string(), cell.value)).collect())
}

/// What calamine takes in silence or rejects a whole sheet for is one cell's value or doubt here.
#[test]
fn odd_cells_are_doubtful_one_by_one() {
    let rows = "<row r='1'><c r='A1' t='s'><v>0</v></c><c r='B1' t='s'><v>99</v></c><c r='C1'><f>1+1</f></c>\
        <c r='D1'><v>NaN</v></c><c r='E1'><v>1e999</v></c><c r='F1' t='e'><v>#SPILL!</v></c><c r='G1' t='b'><v>2</v></c>\
        <c r='H1' t='zzz'><v>1</v></c><c r='I1' s='1'><v>100</v></c><c r='J1' t='str'><f>x</f><v></v></c><c r='K1' s='1'/>\
        <c r='L1' t='d'><v>2024-02-29</v></c><c r='M1' t='e'><v>#REF!</v></c><c r='N1' t='s'><v>1</v></c>\
        <c r='O1' t='inlineStr'><is><t>文</t></is></c></row><row><c><v>7</v></c></row>";
    let doubt = RawValue::Unreadable;
    let expected = [
        ("A1", RawValue::Text { start: 0, len: 6 }),
        ("B1", doubt(CellDoubt::DanglingString)),
        ("C1", doubt(CellDoubt::FormulaWithoutValue)),
        ("D1", doubt(CellDoubt::NotFinite)),
        ("E1", doubt(CellDoubt::NotFinite)),
        ("F1", RawValue::Error(8)),
        ("G1", doubt(CellDoubt::UnknownKind)),
        ("H1", doubt(CellDoubt::UnknownKind)),
        ("I1", RawValue::DateSerial(1562.0)),
        ("L1", RawValue::DateSerial(45351.0)),
        ("M1", RawValue::Error(3)),
        ("O1", RawValue::Text { start: 6, len: 3 }),
        ("A2", RawValue::Number(7.0)),
    ];
    assert_eq!(cells_of(rows).unwrap(), expected.map(|(at, value)| (at.to_owned(), value)));
}

#[test]
fn off_grid_cut_and_hostile_sheets_are_refused() {
    let code = |rows: &str| match cells_of(rows) {
        Err(Refusal::Unreadable(unreadable)) => unreadable.code.as_str(),
        other => panic!("{other:?}"),
    };
    assert_eq!(code("<row r='99999999'><c r='ZZZ99999999'><v>2</v></c></row>"), "file-damaged");
    assert_eq!(code("<row r='1'><c r='A1'><v>2</v></c>"), "file-damaged");
    assert_eq!(code("<!DOCTYPE x>"), "file-unsafe");
    let sparse = "<row r='1'><c r='A1'><v>1</v></c></row><row r='1048576'><c r='XFD1048576'><v>2</v></c></row>";
    assert_eq!(cells_of(sparse).unwrap().len(), 2);
}

#[test]
fn sheets_of_one_name_hidden_ones_merges_and_utf16() {
    let first = "<worksheet><cols><col min='2' max='3' hidden='1'/></cols><sheetData><row r='2' hidden='1'><c r='A2'><v>1</v></c></row>\
        </sheetData><mergeCells><mergeCell ref='A1:C1'/></mergeCells></worksheet>";
    let wide: Vec<u8> = [0xfeff].into_iter().chain(first.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let book = book("<sheet name='表' r:id='a' state='veryHidden'/><sheet name='表' r:id='b'/>");
    let bytes = package(&book, &wide, &sheet("<row r='1'><c r='A1'><v>2</v></c></row>"));
    let workbook = sniff::read(&bytes, sniff::Intake::default()).unwrap();
    let [one, two] = &workbook.sheets[..] else { panic!() };
    assert_eq!((one.cells[0].value, two.cells[0].value), (RawValue::Number(1.0), RawValue::Number(2.0)));
    assert_eq!((one.hidden, two.hidden, workbook.remarks.len()), (true, false, 1));
    assert_eq!((&one.hidden_rows[..], &one.hidden_cols[..], one.merges.len()), (&[1][..], &[1, 2][..], 1));
}

/// The parts of a workbook that hold its cells, as text.
struct CellParts {
    strings: String,
    styles: CellStyles,
    /// Name and text of each sheet's part.
    sheets: Vec<(String, String)>,
}

/// Those of every xlsx in `tests/` and `samples/` whose parts can be read at all.
fn workbooks_here() -> Vec<(std::path::PathBuf, Vec<u8>, CellParts)> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let (mut folders, mut found) = (vec![root.join("tests"), root.join("samples")], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "xlsx" || extension == "xlsm") {
                let bytes = std::fs::read(&path).unwrap();
                if let Some(parts) = cell_parts(&bytes) {
                    found.push((path, bytes, parts));
                }
            }
        }
    }
    found.sort_by(|a, b| a.0.cmp(&b.0));
    assert!(found.len() > 300, "{}", found.len());
    found
}

fn cell_parts(bytes: &[u8]) -> Option<CellParts> {
    let archive = Archive::open(bytes, 1_000, Allowance::default()).ok()?;
    let package = Package::new(&archive, bytes).ok()?;
    let text = |name: &str| Some(xml::decode(&package.part(name).ok()??).ok()?.into_owned());
    let book = text("xl/workbook.xml")?;
    let relations = package.relations_of("xl/workbook.xml").ok()?;
    let listed = workbook(&book).ok()?.0.into_iter();
    let sheets = listed.filter_map(|entry| {
        let relation = relations.iter().find(|relation| relation.id == entry.relation)?;
        Some((entry.name, text(&relation.target)?))
    });
    Some(CellParts {
        strings: text("xl/sharedStrings.xml").unwrap_or_default(),
        styles: CellStyles::read(&text("xl/styles.xml").unwrap_or_default()).ok()?,
        sheets: sheets.collect(),
    })
}

fn read_sheet(
    leaps: bool,
    text: &str,
    strings: &XlsxStrings,
    styles: &CellStyles,
) -> (Result<sheet::SheetFacts, Unreadable>, RawSheet) {
    let rich_errors = HashSet::new();
    let allowance = Allowance::default();
    let context =
        sheet::SheetContext { allowance, strings, styles, rich_errors: &rich_errors, is_1904: false, unsettled: false };
    let mut sheet = RawSheet::default();
    let facts = sheet::read_by(leaps, text, &context, &mut sheet);
    (facts, sheet)
}

/// On every workbook here, and on thousands of mutants of their rows: a step over a plain cell reads what the tokeniser
/// reads, the same refusals among it.
#[test]
fn leaps_and_the_tokeniser_read_the_same() {
    let both = |text: &str, strings: &XlsxStrings, styles: &CellStyles| {
        let leaping = read_sheet(true, text, strings, styles);
        assert_eq!(leaping, read_sheet(false, text, strings, styles), "{text}");
        leaping.1.cells.len()
    };
    let (mut dice, mut cells, mut mutants) = (Dice(7), 0, 0);
    for (path, _, parts) in workbooks_here() {
        let strings = |leaps, text: &str| XlsxStrings::read_by(leaps, text, Allowance::default());
        let known = strings(true, &parts.strings);
        assert_eq!(known, strings(false, &parts.strings), "{}", path.display());
        let Ok(known) = known else { continue };
        for (_, text) in &parts.sheets {
            cells += both(text, &known, &parts.styles);
            let Some(from) = text.find("<sheetData>") else { continue };
            let some: String = text[from + 11..].chars().take(1_500).collect();
            let Some((rows, _)) = some.rsplit_once("</row>") else { continue };
            for _ in 0..10 {
                let rows = dice.mutant(rows.as_bytes());
                both(&sheet(&format!("{}</row>", String::from_utf8_lossy(&rows))), &known, &parts.styles);
                mutants += 1;
            }
        }
        let head: String = parts.strings.chars().take(1_500).collect();
        for _ in 0..10 {
            let text = String::from_utf8_lossy(&dice.mutant(head.as_bytes())).into_owned();
            assert_eq!(strings(true, &text), strings(false, &text), "{text}");
            mutants += 1;
        }
    }
    assert!(cells > 20_000 && mutants > 5_000, "{cells} {mutants}");
}

/// Calamine finds no cell that is not found here, and where both know a value it is one and the same.
#[test]
fn agrees_with_calamine_on_every_workbook_here() {
    use calamine::{Data, Reader};
    let mut compared = 0;
    for (path, bytes, parts) in workbooks_here() {
        let Ok(mut theirs) = calamine::Xlsx::new(Cursor::new(&bytes)) else { continue };
        let strings = XlsxStrings::read(&parts.strings, Allowance::default()).unwrap();
        for (name, text) in &parts.sheets {
            let (facts, sheet) = read_sheet(true, text, &strings, &parts.styles);
            // It lays out the rectangle that two far corners span.
            let farthest = sheet.cells.iter().map(|cell| usize::from(cell.at.col)).max().unwrap_or(0);
            let last = sheet.cells.last().map_or(0, |cell| cell.at.row as usize);
            if facts.is_err() || farthest * last > 1_000_000 {
                continue;
            }
            let Ok(range) = theirs.worksheet_range(name) else { continue };
            let (top, left) = range.start().unwrap_or_default();
            for (row, col, data) in range.used_cells() {
                let at = CellRef { row: top + row as u32, col: (left as usize + col) as u16 };
                let ours = sheet.cells.binary_search_by_key(&at, |cell| cell.at).ok().map(|at| sheet.cells[at].value);
                let seen_otherwise = !sheet.sights_at(at).is_empty();
                let same = match (data, ours) {
                    (Data::Empty, _) | (_, Some(RawValue::Unreadable(_))) => true,
                    (Data::String(text), None) => text.is_empty(),
                    (Data::String(text), Some(value @ RawValue::Text { .. })) => {
                        seen_otherwise || text == sheet.text(value)
                    }
                    (Data::Int(number), Some(RawValue::Number(ours) | RawValue::Percent(ours))) => {
                        *number as f64 == ours
                    }
                    (
                        Data::Float(number),
                        Some(RawValue::Number(ours) | RawValue::Percent(ours) | RawValue::DateSerial(ours)),
                    ) => *number == ours,
                    (Data::DateTime(date), Some(RawValue::DateSerial(ours) | RawValue::Number(ours))) => {
                        date.as_f64() == ours
                    }
                    (Data::DateTimeIso(text), Some(RawValue::DateSerial(ours))) => {
                        cells::iso_serial(text) == Some(ours)
                    }
                    (Data::Bool(value), Some(RawValue::Boolean(ours))) => *value == ours,
                    (Data::Error(_), Some(RawValue::Error(_))) => true,
                    _ => false,
                };
                assert!(same, "{} {name} {at}: {data:?} and {ours:?}", path.display());
                compared += 1;
            }
        }
    }
    assert!(compared > 20_000, "{compared}");
}

/// The same cells as calamine, on a workbook that another library wrote.
#[test]
fn agrees_with_calamine_on_a_written_workbook() {
    use calamine::{DataType, Reader};
    let mut written = rust_xlsxwriter::Workbook::new();
    let sheet = written.add_worksheet();
    let date = rust_xlsxwriter::Format::new().set_num_format("yyyy\"年\"m\"月\"d\"日\"");
    for row in 0..40u32 {
        sheet.write(row, 0, format!("单位 <{}> & 其他", row % 7)).unwrap();
        sheet.write(row, 1, f64::from(row) * 1.1).unwrap();
        sheet.write_with_format(row, 2, f64::from(45_000 + row), &date).unwrap();
        sheet.write(row, 3, row % 2 == 0).unwrap();
        sheet.write_formula(row, 4, rust_xlsxwriter::Formula::new("=A1&\"x\"").set_result("文字")).unwrap();
    }
    let bytes = written.save_to_buffer().unwrap();
    let ours = sniff::read(&bytes, sniff::Intake::default()).unwrap();
    let mut theirs = calamine::Xlsx::new(Cursor::new(&bytes)).unwrap();
    let range = theirs.worksheet_range("Sheet1").unwrap();
    let sheet = &ours.sheets[0];
    assert_eq!(sheet.cells.len(), 200);
    for cell in &sheet.cells {
        let there = range.get_value((cell.at.row, u32::from(cell.at.col))).unwrap();
        let same = match cell.value {
            RawValue::Text { .. } => there.get_string() == Some(sheet.text(cell.value)),
            RawValue::Number(number) => there.get_float() == Some(number),
            RawValue::DateSerial(serial) => there.get_datetime().is_some_and(|date| date.as_f64() == serial),
            RawValue::Boolean(value) => there.get_bool() == Some(value),
            _ => false,
        };
        assert!(same, "{} {:?} {there:?}", cell.at, cell.value);
    }
}
