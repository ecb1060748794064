//! Long tables of a leadership workbook: the rows that were left out of its sheets are written straight into the file.
//!
//! The workbook comes as a package whose sheets hold all but the long bodies, and of those the sample rows. How a cell is
//! set is a number in the package: the samples tell it. Every other part goes over as it is, still packed.

use super::block::{LongBody, Stand};
use super::body::{ColumnKinds, Printed, PrintedCell};
use super::excel::letters;
use super::style::CellSet;
use super::xml::{digits, escape, keeps_spaces};
use crate::model::statistic::{RowKind, StatTable};
use std::io::{self, Cursor, Read, Seek, Write};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

/// A long table on a sheet of the package.
pub struct LongTable<'a> {
    /// 1-based number of the sheet in the workbook.
    pub sheet: usize,
    pub table: &'a StatTable,
    pub stand: &'a Stand,
}

/// Bytes gathered before they go to the compressor.
const CHUNK: usize = 1 << 16;

/// Writes the package with its long tables whole to `target`; of several on one sheet the upper comes first.
///
/// # Errors
/// The target fails, or the package is not as it was written.
pub fn fill_in<W: Write + Seek>(package: Vec<u8>, tables: &[LongTable<'_>], target: W) -> io::Result<()> {
    let mut from = ZipArchive::new(Cursor::new(package))?;
    let mut to = ZipWriter::new(target);
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(1))
        .last_modified_time(zip::DateTime::default());
    for at in 0..from.len() {
        let mut part = from.by_index(at)?;
        let name = part.name()?.into_owned();
        let here = || tables.iter().filter(|table| name == format!("xl/worksheets/sheet{}.xml", table.sheet));
        if here().next().is_none() {
            drop(part);
            to.raw_copy_file(from.by_index_raw(at)?)?;
            continue;
        }
        let mut shell = String::new();
        part.read_to_string(&mut shell)?;
        to.start_file(name.as_str(), options)?;
        let mut rest = shell.as_str();
        for table in here() {
            if let Some(body) = &table.stand.long {
                rest = rows(rest, table, body, &mut to)?;
            }
        }
        to.write_all(rest.as_bytes())?;
    }
    to.finish()?.flush()
}

/// Writes what stands above a body and the body itself; returns what stands below.
fn rows<'s>(shell: &'s str, long: &LongTable<'_>, body: &LongBody, to: &mut impl Write) -> io::Result<&'s str> {
    let LongTable { table, stand, .. } = long;
    let formats = Formats::of(shell, body)?;
    let letters: Vec<String> = stand.columns.iter().map(|column| letters(usize::from(*column))).collect();
    let kinds = ColumnKinds::of(table);
    let heights = stand.lines.get(stand.filled.clone()).unwrap_or_default();
    let (mut rest, mut buffer) = (shell, Vec::with_capacity(CHUNK * 2));
    let mut samples = body.samples.iter().peekable();
    for ((row, stat), height) in (body.first..).zip(&table.rows).zip(heights) {
        if samples.next_if(|sample| sample.row == row).is_some() {
            let end = row_of(rest, row).ok_or_else(lost)?.1;
            let (done, below) = rest.split_at_checked(end).ok_or_else(lost)?;
            buffer.extend_from_slice(done.as_bytes());
            rest = below;
        } else {
            write_row(&mut buffer, (row, *height), &letters, &kinds.print(stat), |set| formats.get(stat.kind, set))?;
        }
        if buffer.len() >= CHUNK {
            to.write_all(&buffer)?;
            buffer.clear();
        }
    }
    to.write_all(&buffer)?;
    Ok(rest)
}

/// The numbers under which the package knows how cells are set.
struct Formats(Vec<(RowKind, CellSet, u32)>);

impl Formats {
    fn of(shell: &str, body: &LongBody) -> io::Result<Formats> {
        let mut formats = Vec::new();
        for sample in &body.samples {
            let (from, to) = row_of(shell, sample.row).ok_or_else(lost)?;
            let cells = shell.get(from..to).unwrap_or_default().split("<c ").skip(1);
            let mut known = 0;
            for (cell, set) in cells.zip(&sample.set) {
                let number = cell.split_once("s=\"").and_then(|(_, rest)| rest.split_once('"')?.0.parse().ok());
                formats.push((sample.kind, *set, number.ok_or_else(lost)?));
                known += 1;
            }
            if known != sample.set.len() {
                return Err(lost());
            }
        }
        Ok(Formats(formats))
    }

    fn get(&self, kind: RowKind, set: CellSet) -> io::Result<u32> {
        let found = self.0.iter().find(|(of, known, _)| *of == kind && *known == set);
        found.map(|(.., number)| *number).ok_or_else(lost)
    }
}

/// Where a row (0-based) begins and ends in a sheet's XML.
fn row_of(shell: &str, row: u32) -> Option<(usize, usize)> {
    let from = shell.find(&format!("<row r=\"{}\"", u64::from(row) + 1))?;
    let length = shell.get(from..)?.find("</row>")?;
    Some((from, from + length + "</row>".len()))
}

fn lost() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "a sample row is not where it was written")
}

fn write_row(
    out: &mut Vec<u8>,
    (row, height): (u32, f64),
    letters: &[String],
    cells: &[PrintedCell],
    format: impl Fn(CellSet) -> io::Result<u32>,
) -> io::Result<()> {
    let number = u64::from(row) + 1;
    write!(out, "<row r=\"{number}\" ht=\"{height}\" customHeight=\"1\">")?;
    for (letters, cell) in letters.iter().zip(cells) {
        out.extend_from_slice(b"<c r=\"");
        out.extend_from_slice(letters.as_bytes());
        digits(out, number);
        out.extend_from_slice(b"\" s=\"");
        digits(out, u64::from(format(cell.set)?));
        match &cell.printed {
            Printed::Words(words) => text(out, words),
            Printed::State(word) => text(out, word),
            Printed::Figure(figure) => write!(out, "\"><v>{figure}</v></c>")?,
            Printed::Nothing => out.extend_from_slice(b"\"/>"),
        }
    }
    out.extend_from_slice(b"</row>");
    Ok(())
}

fn text(out: &mut Vec<u8>, words: &str) {
    out.extend_from_slice(match keeps_spaces(words) {
        true => b"\" t=\"inlineStr\"><is><t xml:space=\"preserve\">" as &[u8],
        false => b"\" t=\"inlineStr\"><is><t>",
    });
    escape(out, words);
    out.extend_from_slice(b"</t></is></c>");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::book::stack::{PrintedTable, table_sheet};
    use crate::book::style::PrintStyles;
    use crate::book::workbook::workbook;
    use crate::model::statistic::{Heading, StatCell, StatRow};
    use calamine::{Data, Reader, Xlsx};

    /// Units with a subtotal after every hundred and a total at the end; every kind of cell.
    fn table(rows: usize) -> StatTable {
        let row = |n: usize| {
            let kind = match n {
                n if n + 1 == rows => RowKind::Total,
                n if n % 100 == 99 => RowKind::Subtotal,
                _ => RowKind::Body,
            };
            let state = match n % 7 {
                0 => StatCell::NotReported,
                1 => StatCell::Empty,
                2 => StatCell::Date(20_000 + n as i32),
                _ => StatCell::Ratio { num: n as i64, den: 7 },
            };
            let words = StatCell::Text(format!(" 第{n}单位 <&> 一_x0041_"));
            let count = StatCell::Integer(if n == 5 { i64::MAX } else { n as i64 * 1_001 });
            StatRow::new(kind, vec![words, count, StatCell::Number(n as f64 / 3.0), state])
        };
        let heading = |name: &str| Heading { parents: vec!["报送".to_owned()], name: name.to_owned() };
        StatTable {
            id: "t".to_owned(),
            sheet: "按单位".to_owned(),
            title: "按单位".to_owned(),
            caption: "单位：个".to_owned(),
            headings: ["单位", "人数", "均数", "状态"].map(heading).to_vec(),
            rows: (0..rows).map(row).collect(),
            notes: vec!["一个说明".to_owned()],
            withheld: 0,
            label_columns: 1,
            private_columns: Vec::new(),
            definitions: Vec::new(),
            landscape: false,
            parts: Vec::new(),
            bounds: Vec::new(),
        }
    }

    fn written(table: &StatTable) -> (Vec<u8>, Stand) {
        let mut book = workbook("题").unwrap();
        let (sheet, stands) =
            table_sheet("按单位", &[PrintedTable { table, number: None }], &PrintStyles::default(), "题", true)
                .unwrap();
        book.push_worksheet(sheet);
        let mut bytes = Cursor::new(Vec::new());
        book.save_to_writer(&mut bytes).unwrap();
        (bytes.into_inner(), stands[0].clone())
    }

    #[test]
    fn a_long_table_reads_as_its_parts_do() {
        let whole = table(2_500);
        let (shell, stand) = written(&whole);
        let samples = &stand.long.as_ref().expect("long").samples;
        assert!(samples.len() < 30, "few rows wait in memory: {}", samples.len());
        let mut filled = Cursor::new(Vec::new());
        fill_in(shell, &[LongTable { sheet: 1, table: &whole, stand: &stand }], &mut filled).unwrap();
        let mut book: Xlsx<_> = Xlsx::new(filled).unwrap();
        let long = book.worksheet_range("按单位").unwrap();
        // The same rows as tables that are short enough to be written by the workbook's own writer.
        for first in [0, 1_300, 2_400] {
            let part = StatTable { rows: whole.rows[first..first + 100].to_vec(), ..whole.clone() };
            let (bytes, short) = written(&part);
            assert!(short.long.is_none());
            let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
            let range = book.worksheet_range("按单位").unwrap();
            let top = stand.long.as_ref().map_or(0, |long| long.first);
            for (row, col) in (0..100).flat_map(|row| (0..4).map(move |col| (row, col))) {
                let (mine, theirs) =
                    (long.get_value((top + first as u32 + row, col)), range.get_value((top + row, col)));
                assert_eq!(mine.unwrap_or(&Data::Empty), theirs.unwrap_or(&Data::Empty), "{first} {row} {col}");
            }
            assert_eq!(stand.lines[stand.filled.clone()][first..first + 100], short.lines[short.filled.clone()]);
        }
        let last = long.end().map(|(row, _)| row).unwrap_or_default();
        assert!(last > 2_500, "notes and signatures stand below the rows: {last}");
    }

    #[test]
    fn a_body_waits_in_memory_by_its_samples_and_not_by_its_rows() {
        let samples = |rows| written(&table(rows)).1.long.map_or(0, |long| long.samples.len());
        assert_eq!(samples(2_500), samples(5_000));
    }
}
