//! What was taken out of a reference table, kept beside it: rows with the reason why they went.

use crate::book::listing::{ListCell, Listing};
use crate::book::row_book::RowBook;
use crate::definition::reference::table_file::{self, Datum};
use crate::formats::allowance::Allowance;
use std::io::Cursor;
use std::path::Path;

/// The trace of rows that go, after those that went before: `荣誉台账_撤出记录.xlsx` beside the table, whose ID numbers no
/// spreadsheet turns into figures.
///
/// # Errors
/// An earlier trace is there and cannot be read, or the new one cannot be made: in words.
pub fn trace<'n>(
    folder: &Path,
    table: &str,
    columns: impl Iterator<Item = &'n str>,
    rows: &[Vec<String>],
    reason: &str,
) -> Result<(String, Vec<u8>), String> {
    let stem = table.rsplit_once('.').map_or(table, |(stem, _)| stem);
    let name = format!("{stem}_撤出记录.xlsx");
    let path = folder.join(&name);
    let mut head: Vec<String> = Vec::new();
    let mut all: Vec<Vec<String>> = Vec::new();
    if path.exists() {
        let before = table_file::read(&path, Allowance::default());
        let before = before.map_err(|problem| format!("{}：{}", path.display(), problem.message))?;
        let words = |(_, cells): &(u32, Vec<Datum>)| cells.iter().map(Datum::words).collect::<Vec<String>>();
        let mut lines = before.rows.iter().map(words);
        head = lines.next().unwrap_or_default();
        all = lines.collect();
    }
    let own: Vec<String> = columns.map(str::to_owned).chain([REASON.to_owned()]).collect();
    for column in &own {
        if !head.contains(column) {
            head.push(column.clone());
        }
    }
    for row in rows {
        let cells = row.iter().map(String::as_str).chain([reason]);
        let of: Vec<(&String, &str)> = own.iter().zip(cells).collect();
        let cell = |column: &String| of.iter().find(|(own, _)| *own == column).map_or("", |(_, text)| *text).to_owned();
        all.push(head.iter().map(cell).collect());
    }
    let book = trace_book(&head, &all).map_err(|error| format!("{} 写不出来（{error}）", path.display()))?;
    Ok((name, book))
}

const REASON: &str = "撤出理由";

fn trace_book(head: &[String], rows: &[Vec<String>]) -> std::io::Result<Vec<u8>> {
    const TITLE: &str = "撤出记录";
    let mut book = RowBook::new(Cursor::new(Vec::new()));
    let columns: Vec<(&str, f64)> = head.iter().map(|name| (name.as_str(), 18.0)).collect();
    let mut list = Listing::new(&mut book, (TITLE, TITLE), &columns, u32::MAX)?;
    for row in rows {
        let items: Vec<ListCell<'_>> = row.iter().map(|text| ListCell::Text(text)).collect();
        list.push(&items, None)?;
    }
    list.finish()?;
    Ok(book.finish(TITLE)?.into_inner())
}
