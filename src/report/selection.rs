//! The selection workbook (入选名单): every row that a period nominates, as it would stand in the ledger, with a column in
//! which somebody says whether it was awarded.

use crate::book::listing::{ListCell, Listing};
use crate::book::row_book::RowBook;
use crate::history::ledger::Entered;
use crate::history::selection::{SELECTED, TAG, WORDS, tag};
use std::io::{self, Cursor};

/// The workbook's bytes; `held` are the rows that the ledger has already, in which 是 stands.
///
/// # Errors
/// It cannot be written.
pub fn selection(title: &str, period: &str, entered: &Entered, held: &[bool]) -> io::Result<Vec<u8>> {
    let mut book = RowBook::new(Cursor::new(Vec::new()));
    let own = entered.columns.iter().enumerate().filter(|(at, _)| Some(*at) != entered.number);
    let shown: Vec<(usize, &str)> = own.map(|(at, name)| (at, name.as_str())).collect();
    let mut columns: Vec<(&str, f64)> = vec![("序号", 6.0), (SELECTED, 8.0)];
    columns.extend(shown.iter().map(|(_, name)| (*name, 18.0)));
    columns.push((TAG, 0.0));
    let mut sheet = Listing::new(&mut book, ("入选名单", title), &columns, u32::MAX)?.with_choices(1, &WORDS);
    for (at, (number, row)) in (1u64..).zip(&entered.rows).enumerate() {
        let tag = tag(period, entered.print(row));
        let known = held.get(at).copied().unwrap_or(false);
        let mut items = vec![ListCell::Count(number), ListCell::Input(if known { WORDS[0] } else { "" })];
        items.extend(shown.iter().map(|(column, _)| ListCell::Text(row.get(*column).map_or("", String::as_str))));
        items.push(ListCell::Tag(&tag));
        sheet.push(&items, None)?;
    }
    sheet.finish()?;
    Ok(book.finish(title)?.into_inner())
}
