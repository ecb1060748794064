//! Totals and shares of the working edition are formulas: another program computes them anew and comes to what is printed.

use super::support::{Results, saved_by_libreoffice};
use calamine::{Data, Reader, Xlsx, open_workbook};
use std::io::{Read, Write};
use std::path::Path;

/// The workbook without what its formulas came to; also how many there are.
fn without_values(from: &Path, to: &Path) -> usize {
    let mut zip = zip::ZipArchive::new(std::fs::File::open(from).expect("a file")).expect("a zip");
    let mut out = zip::ZipWriter::new(std::fs::File::create(to).expect("a file"));
    let mut formulas = 0;
    for at in 0..zip.len() {
        let mut part = zip.by_index(at).expect("a part");
        let name = part.name().expect("a name").into_owned();
        let mut bytes = Vec::new();
        part.read_to_end(&mut bytes).expect("readable");
        if name.starts_with("xl/worksheets/sheet") {
            let text = String::from_utf8(bytes).expect("UTF-8");
            let mut pieces = text.split("</f><v>");
            let mut bare = pieces.next().unwrap_or_default().to_owned();
            for piece in pieces {
                formulas += 1;
                let (_, rest) = piece.split_once("</v>").expect("the end of a value");
                bare += "</f>";
                bare += rest;
            }
            bytes = bare.into_bytes();
        }
        out.start_file(name, zip::write::SimpleFileOptions::default()).expect("a part");
        out.write_all(&bytes).expect("written");
    }
    out.finish().expect("a zip");
    formulas
}

fn cells(path: &Path) -> Vec<(String, (usize, usize), Data)> {
    let mut book: Xlsx<_> = open_workbook(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut all = Vec::new();
    for name in book.sheet_names() {
        let range = book.worksheet_range(&name).expect("a sheet");
        let (row, col) = range.start().unwrap_or_default();
        let of =
            |(r, c, cell): (usize, usize, &Data)| (name.clone(), (r + row as usize, c + col as usize), cell.clone());
        all.extend(range.used_cells().map(of));
    }
    all
}

fn alike(ours: &Data, theirs: &Data) -> bool {
    let number = |data: &Data| match data {
        Data::Float(value) => Some(*value),
        Data::Int(value) => Some(*value as f64),
        Data::DateTime(value) => Some(value.as_f64()),
        _ => None,
    };
    match (number(ours), number(theirs)) {
        (Some(ours), Some(theirs)) => (ours - theirs).abs() <= 1e-9 * ours.abs().max(1.0),
        _ => ours.to_string() == theirs.to_string(),
    }
}

#[test]
fn another_program_computes_the_working_edition_to_what_is_printed() {
    const TEST: &str = "another_program_computes_the_working_edition_to_what_is_printed";
    for (pipeline, least) in [("model-teams", 20), ("honours", 20)] {
        let results = Results::of_sample(pipeline, &[]);
        let ours = results.ending("_工作版.xlsx");
        let folder = tempfile::tempdir().expect("a folder");
        let (bare, made) = (folder.path().join("bare.xlsx"), folder.path().join("made"));
        let formulas = without_values(&ours, &bare);
        assert!(formulas >= least, "{pipeline}: {formulas} formulas");
        if !saved_by_libreoffice(TEST, &bare, "xlsx", &made) {
            return;
        }
        let theirs: std::collections::HashMap<_, _> =
            cells(&made.join("bare.xlsx")).into_iter().map(|(sheet, at, cell)| ((sheet, at), cell)).collect();
        for (sheet, at, cell) in cells(&ours) {
            let other = theirs.get(&(sheet.clone(), at)).unwrap_or(&Data::Empty);
            assert!(alike(&cell, other), "{pipeline}: {sheet} {at:?}: {cell:?}, computed {other:?}");
        }
    }
}
