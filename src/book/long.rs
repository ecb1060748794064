//! Long tables of a leadership workbook: the rows that were left out of its sheets are written straight into the file.
//!
//! The workbook comes as a package whose sheets hold all but the long bodies, and of those the sample rows. How a cell is
//! set is a number in the package: the samples tell it. Every other part goes over as it is, still packed.

use super::block::{LongBody, Stand};
use super::body::{ColumnKinds, Printed, PrintedCell};
use super::excel::letters;
use super::style::CellSet;
use super::xml::{digits, escape, keeps_spaces};
use crate::model::stat_table::StatTable;
use crate::model::statistic::RowKind;
use rust_xlsxwriter::{Workbook, XlsxError};
use std::io::{self, Cursor, Read, Seek, Write};
use std::ops::Range;
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

/// Writes a workbook to `target`, its long tables whole.
///
/// # Errors
/// The writer refuses a cell, or the target fails.
pub fn save<'t, W: Write + Seek + Send>(
    mut book: Workbook,
    tables: impl IntoIterator<Item = LongTable<'t>>,
    target: W,
) -> Result<(), XlsxError> {
    let long: Vec<LongTable<'_>> = tables.into_iter().filter(|table| table.stand.long.is_some()).collect();
    if long.is_empty() {
        return book.save_to_writer(target);
    }
    let mut shell = Cursor::new(Vec::new());
    book.save_to_writer(&mut shell)?;
    drop(book);
    Ok(fill_in(shell.into_inner(), &long, target)?)
}

/// Writes the package with its long tables whole to `target`; of several on one sheet the upper comes first.
///
/// # Errors
/// The target fails, or the package is not as it was written.
fn fill_in<W: Write + Seek>(package: Vec<u8>, tables: &[LongTable<'_>], target: W) -> io::Result<()> {
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
        let bodies: Vec<_> = here().filter_map(|table| Some((table, table.stand.long.as_ref()?))).collect();
        for (table, body) in &bodies {
            rest = rows(rest, table, body, &mut to)?;
        }
        rest = merges(rest, &bodies, &mut to)?;
        to.write_all(rest.as_bytes())?;
    }
    to.finish()?.flush()
}

/// Writes what stands above a body and the body itself; returns what stands below.
fn rows<'s>(shell: &'s str, long: &LongTable<'_>, body: &LongBody, to: &mut impl Write) -> io::Result<&'s str> {
    let LongTable { table, stand, .. } = long;
    let formats = Formats::of(shell, body)?;
    let letters = Letters::of(body);
    let kinds = ColumnKinds::of(table);
    let heights = stand.lines.get(stand.filled.clone()).unwrap_or_default();
    let (mut rest, mut buffer) = (shell, Vec::with_capacity(CHUNK * 2));
    let mut samples = body.samples.iter().peekable();
    for ((row, stat), height) in (body.first..).zip(table.rows.iter()).zip(heights) {
        if samples.next_if(|sample| sample.row == row).is_some() {
            let end = row_of(rest, row).ok_or_else(lost)?.1;
            let (done, below) = rest.split_at_checked(end).ok_or_else(lost)?;
            buffer.extend_from_slice(done.as_bytes());
            rest = below;
        } else {
            write_row(&mut buffer, (row, *height), (body, &letters), (stat.kind, &kinds.print(&stat)), &formats)?;
        }
        if buffer.len() >= CHUNK {
            to.write_all(&buffer)?;
            buffer.clear();
        }
    }
    to.write_all(&buffer)?;
    Ok(rest)
}

/// The names of the columns up to the last that a body takes.
struct Letters(Vec<String>);

impl Letters {
    fn of(body: &LongBody) -> Letters {
        let columns = body.spans.last().map_or(0, |(_, last)| usize::from(*last) + 1);
        Letters((0..columns).map(letters).collect())
    }

    fn get(&self, column: u16) -> &str {
        self.0.get(usize::from(column)).map_or("", String::as_str)
    }
}

/// Writes what stands below the rows up to the merged cells, and these with those of the long bodies, in the order of rows
/// that the sheet's own writer keeps; returns what stands below.
fn merges<'s>(shell: &'s str, bodies: &[(&LongTable<'_>, &LongBody)], to: &mut impl Write) -> io::Result<&'s str> {
    const LIST: (&str, &str) = ("<mergeCells count=\"", "</mergeCells>");
    const ONE: &str = "<mergeCell ref=\"";
    let merged = |body: &LongBody| body.spans.iter().filter(|(first, last)| first != last).count();
    if bodies.iter().all(|(_, body)| merged(body) == 0) {
        return Ok(shell);
    }
    let (above, list) = shell.split_once(LIST.0).ok_or_else(lost)?;
    let (list, below) = list.split_once(LIST.1).ok_or_else(lost)?;
    let (count, list) = list.split_once("\">").ok_or_else(lost)?;
    let count: usize = count.parse().map_err(|_| lost())?;
    let more = bodies.iter().map(|(long, body)| (long.table.rows.len() - body.samples.len()) * merged(body));
    write!(to, "{above}{}{}\">", LIST.0, count + more.sum::<usize>())?;
    let mut buffer = Vec::with_capacity(CHUNK * 2);
    let mut left: Vec<_> = bodies.iter().filter(|(_, body)| merged(body) > 0).collect();
    for one in list.split(ONE).skip(1) {
        let cell = one.split([':', '"']).next().unwrap_or_default();
        let row: u32 = cell.trim_start_matches(|c: char| c.is_ascii_uppercase()).parse().map_err(|_| lost())?;
        let Some((long, body)) = bodies.iter().find(|(long, body)| rows_of(long, body).contains(&row)) else {
            buffer.extend_from_slice(ONE.as_bytes());
            buffer.extend_from_slice(one.as_bytes());
            continue;
        };
        // The first of a body stands for all: the others of it are among them.
        let before = left.len();
        left.retain(|(_, other)| other.first != body.first);
        if left.len() == before {
            continue;
        }
        let letters = Letters::of(body);
        for row in rows_of(long, body) {
            for (first, last) in body.spans.iter().filter(|(first, last)| first != last) {
                write!(buffer, "{ONE}{}{row}:{}{row}\"/>", letters.get(*first), letters.get(*last))?;
            }
            if buffer.len() >= CHUNK {
                to.write_all(&buffer)?;
                buffer.clear();
            }
        }
    }
    to.write_all(&buffer)?;
    to.write_all(LIST.1.as_bytes())?;
    if left.is_empty() { Ok(below) } else { Err(lost()) }
}

/// The rows of a body by their 1-based numbers.
fn rows_of(long: &LongTable<'_>, body: &LongBody) -> Range<u32> {
    body.first + 1..body.first + 1 + long.table.rows.len() as u32
}

/// The numbers under which the package knows how cells are set, and the further pieces of merged ones.
struct Formats {
    cells: Vec<(RowKind, CellSet, u32)>,
    pieces: Vec<(RowKind, u32)>,
}

impl Formats {
    fn of(shell: &str, body: &LongBody) -> io::Result<Formats> {
        let mut formats = Formats { cells: Vec::new(), pieces: Vec::new() };
        for sample in &body.samples {
            let (from, to) = row_of(shell, sample.row).ok_or_else(lost)?;
            let cells = shell.get(from..to).unwrap_or_default().split("<c ").skip(1);
            let mut numbers = cells.map(|cell| cell.split_once("s=\"")?.1.split_once('"')?.0.parse().ok());
            let mut next = || numbers.next().flatten().ok_or_else(lost);
            for (set, (first, last)) in sample.set.iter().zip(&body.spans) {
                formats.cells.push((sample.kind, *set, next()?));
                for _ in *first..*last {
                    formats.pieces.push((sample.kind, next()?));
                }
            }
            if sample.set.len() != body.spans.len() || numbers.next().is_some() {
                return Err(lost());
            }
        }
        Ok(formats)
    }

    fn get(&self, kind: RowKind, set: CellSet) -> io::Result<u32> {
        let found = self.cells.iter().find(|(of, known, _)| *of == kind && *known == set);
        found.map(|(.., number)| *number).ok_or_else(lost)
    }

    /// A piece behind the first of a merged cell.
    fn piece(&self, kind: RowKind) -> io::Result<u32> {
        self.pieces.iter().find(|(of, _)| *of == kind).map(|(_, number)| *number).ok_or_else(lost)
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
    (body, letters): (&LongBody, &Letters),
    (kind, cells): (RowKind, &[PrintedCell]),
    formats: &Formats,
) -> io::Result<()> {
    let number = u64::from(row) + 1;
    let begin = |out: &mut Vec<u8>, column: u16, format: u32| {
        out.extend_from_slice(b"<c r=\"");
        out.extend_from_slice(letters.get(column).as_bytes());
        digits(out, number);
        out.extend_from_slice(b"\" s=\"");
        digits(out, u64::from(format));
    };
    write!(out, "<row r=\"{number}\" ht=\"{height}\" customHeight=\"1\">")?;
    for ((first, last), cell) in body.spans.iter().zip(cells) {
        begin(out, *first, formats.get(kind, cell.set)?);
        match &cell.printed {
            Printed::Words(words) => text(out, words),
            Printed::State(word) => text(out, word),
            Printed::Figure(figure) => write!(out, "\"><v>{figure}</v></c>")?,
            Printed::Nothing => out.extend_from_slice(b"\"/>"),
        }
        for column in *first + 1..=*last {
            begin(out, column, formats.piece(kind)?);
            out.extend_from_slice(b"\"/>");
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
    use crate::book::stack::{PrintedTable, long_table_sheet};
    use crate::book::style::PrintStyles;
    use crate::book::workbook::workbook;
    use crate::model::stat_table::Heading;
    use crate::model::statistic::{StatCell, StatRow};
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
            rows: (0..rows).map(row).collect::<Vec<_>>().into(),
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
        let (bytes, mut stands) = stacked(&[table]);
        (bytes, stands.remove(0))
    }

    fn stacked(tables: &[&StatTable]) -> (Vec<u8>, Vec<Stand>) {
        let mut book = workbook("题").unwrap();
        let tables: Vec<PrintedTable<'_>> = tables.iter().map(|table| PrintedTable { table, number: None }).collect();
        let (sheet, stands) = long_table_sheet("按单位", &tables, &PrintStyles::default(), "题", true).unwrap();
        book.push_worksheet(sheet);
        let mut bytes = Cursor::new(Vec::new());
        book.save_to_writer(&mut bytes).unwrap();
        (bytes.into_inner(), stands)
    }

    /// Per row of a body, counted from its first: its cells with their numbers of format, and what is merged.
    fn rows_with_merges(package: Vec<u8>, first: u32, rows: u32) -> (Vec<(String, Vec<String>)>, usize) {
        let mut xml = String::new();
        ZipArchive::new(Cursor::new(package))
            .unwrap()
            .by_name("xl/worksheets/sheet1.xml")
            .unwrap()
            .read_to_string(&mut xml)
            .unwrap();
        let list = xml.split_once("<mergeCells count=\"").unwrap().1.split_once("</mergeCells>").unwrap().0;
        let merges: Vec<&str> = list.split("ref=\"").skip(1).map(|one| one.split('"').next().unwrap()).collect();
        assert_eq!(list.split('"').next(), Some(merges.len().to_string().as_str()), "the count is theirs");
        let of = |row: u32| {
            let number = (first + row + 1).to_string();
            let (from, to) = row_of(&xml, first + row).unwrap();
            let cells = xml[from..to].split("<c ").skip(1).map(|cell| cell.split(['>', 't']).next().unwrap());
            let cells: String = cells.map(|cell| cell.replace(&format!("{number}\""), "\"")).collect();
            let ends = |merge: &&&str| {
                merge.trim_start_matches(|c: char| c.is_ascii_uppercase()).split(':').next() == Some(&number)
            };
            (cells, merges.iter().filter(ends).map(|merge| merge.replace(&number, "")).collect())
        };
        ((0..rows).map(of).collect(), merges.len())
    }

    #[test]
    fn cells_of_long_tables_are_merged_as_those_of_short_ones_are() {
        let narrow = |rows: usize| {
            let mut table = table(rows);
            table.headings.truncate(3);
            let mut rows = table.rows.all().into_owned();
            rows.iter_mut().for_each(|row| row.cells.truncate(3));
            table.with_rows(rows.into())
        };
        let (above, below) = (table(2_200), narrow(2_500));
        let (shell, stands) = stacked(&[&above, &below, &narrow(20)]);
        let long = |at: usize, table| LongTable { sheet: 1, table, stand: &stands[at] };
        let mut filled = Cursor::new(Vec::new());
        fill_in(shell, &[long(0, &above), long(1, &below)], &mut filled).unwrap();
        let part = |table: &StatTable| table.with_rows(table.rows.all()[..150].to_vec().into());
        let (short, places) = stacked(&[&part(&above), &part(&below), &narrow(20)]);
        let mut several = 0;
        for at in [0, 1] {
            let first = |stands: &[Stand]| stands[at].headings.1 + 1;
            let (mine, all) = rows_with_merges(filled.get_ref().clone(), first(&stands), 150);
            let (theirs, few) = rows_with_merges(short.clone(), first(&places), 150);
            assert_eq!(mine, theirs);
            several += usize::from(mine[0].1.len() > 1);
            let a_row = mine[0].1.len();
            let others = if at == 0 { 2_500 - 150 } else { 2_200 - 150 };
            let other = rows_with_merges(short.clone(), places[1 - at].headings.1 + 1, 1).0[0].1.len();
            assert_eq!(all - few, ([2_200, 2_500][at] - 150) * a_row + others * other, "every row has its own");
        }
        assert!(several > 0, "some block's cells are merged");
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
            let part: StatTable = whole.with_rows(whole.rows.all()[first..first + 100].to_vec().into());
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
