//! The data edition (数据版): accepted rows as tidy sheets for filters and pivot tables, one a form, one header row, real
//! dates and numbers; each row with who sent it, of which city and period, and the file, sheet and row it came from.
//!
//! As the UK Analysis Function has it for statistical spreadsheets: notes first, one table a sheet, no merged cells, symbols
//! and units explained. This is the second cost of a run after reading: rows go from the columns straight to the sheet.

use super::accepted::{Accepted, Values};
use super::data_columns::{ColumnContent, NONE, PENDING, SheetColumn, columns};
use super::data_notes::{self, SheetNote};
use super::results::Results;
use crate::book::cell_text;
use crate::book::excel::serial;
use crate::book::package::RowStyle;
use crate::book::row_book::{RowBook, SheetUse};
use crate::book::row_cells::{Filling, RowCells, SharedText};
use crate::definition::Unit;
use crate::model::{Scalar, Scalars};
use crate::text::dates::show_day;
use std::collections::HashMap;
use std::io::{self, Seek, Write};

/// Writes the workbook to `target`, `room` rows a sheet at most: with a million rows it is no thing to hold in memory.
///
/// # Errors
/// The target cannot be written.
pub fn data_edition<W: Write + Seek + Send>(
    results: &Results<'_>,
    forms: &[Accepted<'_>],
    room: u32,
    target: W,
) -> io::Result<W> {
    let mut book = RowBook::new(target);
    let mut notes = Vec::with_capacity(forms.len());
    for accepted in forms {
        let before = book.cells.cut;
        let mut sheet = FormSheet::new(results, accepted);
        let (rows, sheets) = sheet.write(&mut book, room)?;
        notes.push(SheetNote { accepted, columns: sheet.columns, rows, sheets, cut: book.cells.cut - before });
    }
    // They are known when all is written, and are to be read before.
    data_notes::write(results, &notes, room, &mut book)?;
    book.put_first(data_notes::SHEETS);
    book.finish(&format!("{}数据版", results.name()))
}

/// What the cells of one column were filled with so far, by what the column numbers it with.
#[derive(Default)]
struct Fillings(Vec<Option<Option<Filling>>>);

impl Fillings {
    /// Writes what is numbered `at`, which is made when it is met first; whether there is such.
    #[inline]
    fn write(
        &mut self,
        cells: &mut RowCells,
        column: usize,
        at: usize,
        make: impl FnOnce(&mut RowCells) -> Option<Filling>,
    ) -> bool {
        let known = match self.0.get(at) {
            Some(Some(known)) => known.as_ref(),
            _ => {
                let made = make(cells);
                self.keep(at, made).as_ref()
            }
        };
        known.map(|filling| cells.filled(column, filling)).is_some()
    }

    #[cold]
    fn keep(&mut self, at: usize, made: Option<Filling>) -> &Option<Filling> {
        if self.0.len() <= at {
            self.0.resize(at + 1, None);
        }
        self.0[at].insert(made)
    }
}

/// A column of a form while it is written.
struct OwnColumn<'a> {
    values: Values<'a>,
    /// Whether its values recur: then each is made into a cell once.
    recurs: bool,
    fillings: Fillings,
}

impl<'a> OwnColumn<'a> {
    fn of(values: Values<'a>) -> OwnColumn<'a> {
        let recurs = match values {
            Values::Text(values) => values.recurs(),
            Values::Integer(values) => values.recurs(),
            Values::Number(values) => values.recurs(),
            Values::Date { days, .. } => days.recurs(),
            Values::Unit(_) | Values::Boolean(_) => true,
        };
        OwnColumn { values, recurs, fillings: Fillings::default() }
    }

    /// Writes one value; where there is nothing the cell stays empty.
    fn write(&mut self, cells: &mut RowCells, accepted: &Accepted<'_>, (row, at): (usize, usize)) {
        match self.values {
            Values::Text(values) => {
                let code = values.code(row);
                if self.recurs {
                    self.fillings.write(cells, at, code as usize, |cells| cells.share(values.word(code)?));
                } else if let Some(text) = values.word(code) {
                    cells.text(at, text, RowStyle::Plain);
                }
            }
            Values::Unit(units) => {
                if let Some(unit) = units.get(row) {
                    let make = |cells: &mut RowCells| cells.share(accepted.unit(units, row)?);
                    self.fillings.write(cells, at, unit as usize, make);
                }
            }
            Values::Boolean(values) => {
                if let Some(value) = values.get(row) {
                    let make = |cells: &mut RowCells| cells.share(if value { "是" } else { "否" });
                    self.fillings.write(cells, at, usize::from(value), make);
                }
            }
            Values::Integer(values) => {
                let make = |value| Filling::whole(value, RowStyle::Plain);
                self.number(cells, values, (row, at), make, |cells, value| cells.integer(at, value, RowStyle::Plain));
            }
            Values::Number(values) => {
                self.number(cells, values, (row, at), Filling::number, |cells, value| cells.number(at, value));
            }
            Values::Date { days, precision } => {
                let style = |day| if precision.is_month(day) { RowStyle::Month } else { RowStyle::Date };
                let make = |day| Filling::whole(serial(day)? as i64, style(day));
                self.number(cells, days, (row, at), make, |cells, day| match serial(day) {
                    Some(serial) => cells.integer(at, serial as i64, style(day)),
                    None => cells.text(at, &show_day(day), RowStyle::Plain),
                });
            }
        }
    }

    /// Writes a number: as what cells are filled with, if it can be, else as `plain` does.
    fn number<T: Scalar>(
        &mut self,
        cells: &mut RowCells,
        values: &Scalars<T>,
        (row, at): (usize, usize),
        make: impl FnOnce(T) -> Option<Filling>,
        plain: impl FnOnce(&mut RowCells, T),
    ) {
        let code = values.code(row);
        if self.recurs && self.fillings.write(cells, at, code as usize, |_| make(values.value(code)?)) {
            return;
        }
        if let Some(value) = values.value(code) {
            plain(cells, value);
        }
    }
}

/// What stands where nobody knows the unit.
const UNKNOWN: &str = "未认定";

/// The sheets of one form while they are written, with what their cells share.
struct FormSheet<'r, 'a> {
    results: &'r Results<'a>,
    accepted: &'r Accepted<'a>,
    columns: Vec<SheetColumn>,
    /// Whether any cell waits for a decision.
    waits: bool,
    own: Vec<OwnColumn<'r>>,
    codes: Vec<Fillings>,
    /// By unit, `None` for rows of nobody known: what stands before its rows. And those of the row before.
    sent: HashMap<Option<u32>, [Option<SharedText>; 4]>,
    sent_last: Option<(Option<u32>, [Option<Filling>; 4])>,
    period: Option<Filling>,
    files: Fillings,
    tabs: HashMap<&'a str, Option<Filling>>,
    /// File and sheet of the row before, with what the sheet is called.
    tab_last: Option<((u32, u16), Option<Filling>)>,
}

impl<'r, 'a> FormSheet<'r, 'a> {
    fn new(results: &'r Results<'a>, accepted: &'r Accepted<'a>) -> FormSheet<'r, 'a> {
        FormSheet {
            results,
            accepted,
            columns: columns(accepted),
            waits: accepted.holds_cells(),
            own: accepted.columns.iter().map(|named| OwnColumn::of(named.values)).collect(),
            codes: accepted.columns.iter().map(|_| Fillings::default()).collect(),
            sent: HashMap::new(),
            sent_last: None,
            period: None,
            files: Fillings::default(),
            tabs: HashMap::new(),
            tab_last: None,
        }
    }

    /// Writes the accepted rows; returns how many rows and sheets that were.
    fn write<W: Write + Seek + Send>(&mut self, book: &mut RowBook<W>, room: u32) -> io::Result<(u64, u32)> {
        self.period = book.cells.share(&self.results.period.title());
        let mut rows = self.accepted.rows().peekable();
        let (mut written, mut sheets) = (0u64, 0u32);
        // A form without rows still has its header: "none" is not "forgotten".
        while sheets == 0 || rows.peek().is_some() {
            sheets += 1;
            self.open(book, sheets)?;
            let here = rows.by_ref().take(room as usize).inspect(|_| written += 1);
            book.add_rows(here, |cells, row| self.row(cells, row))?;
            book.close()?;
        }
        Ok((written, sheets))
    }

    /// A new sheet with its header.
    fn open<W: Write + Seek>(&self, book: &mut RowBook<W>, number: u32) -> io::Result<()> {
        let form = &self.accepted.form;
        let columns: Vec<(&str, f64)> =
            self.columns.iter().map(|column| (column.heading.as_str(), column.width)).collect();
        let at = self.results.plan.forms.iter().position(|known| known.id == form.id).unwrap_or(0) + 1;
        let name: String = form.title.chars().filter(|c| c.is_alphanumeric()).take(60).collect();
        let table = format!("表{at}_{number}_{name}");
        let title = format!("{}{}", self.results.period.title(), form.title);
        let cells = self.accepted.mask.len() as u64 * columns.len() as u64;
        let sheet_use = SheetUse::Data { title: &title, table: &table, cells };
        book.open(cell_text::numbered(&form.title, number), sheet_use, &columns)
    }

    fn row(&mut self, cells: &mut RowCells, row: usize) {
        let FormSheet { results, accepted, .. } = *self;
        cells.start_row(None);
        // Rows of one unit, and of one sheet, follow one another.
        let unit = accepted.counted_for.get(row);
        if self.sent_last.as_ref().is_none_or(|(last, _)| *last != unit) {
            let sent = self.sent.entry(unit).or_insert_with(|| sent(results, unit).map(|word| cells.shared_text(word)));
            self.sent_last = Some((unit, sent.map(|text| text.map(Filling::text))));
        }
        let from = accepted.origins.get(row);
        for (column, SheetColumn { content, .. }) in self.columns.iter().enumerate() {
            match *content {
                ColumnContent::Sent(at) => {
                    let sent = self.sent_last.as_ref().and_then(|(_, sent)| sent.get(at));
                    if let Some(filling) = sent.unwrap_or(&self.period) {
                        cells.filled(column, filling);
                    }
                }
                ColumnContent::Own(at) => {
                    let pending = |named| self.waits && accepted.is_pending(row, named);
                    if accepted.columns.get(at).is_some_and(pending) {
                        cells.text(column, PENDING, RowStyle::Plain);
                    } else if let Some(own) = self.own.get_mut(at) {
                        own.write(cells, accepted, (row, column));
                    }
                }
                ColumnContent::Code(at) => {
                    if let (Some(Values::Unit(units)), Some(codes)) =
                        (accepted.columns.get(at).map(|named| named.values), self.codes.get_mut(at))
                        && let Some(unit) = units.get(row)
                    {
                        codes.write(cells, column, unit as usize, |cells| cells.share(results.unit_code(unit)));
                    }
                }
                ColumnContent::From(part) => {
                    let Some(from) = from else { continue };
                    match part {
                        0 => {
                            let make = |cells: &mut RowCells| cells.share(results.file_name(from.source));
                            self.files.write(cells, column, from.source as usize, make);
                        }
                        1 => {
                            let sheet = (from.source, from.sheet);
                            if self.tab_last.as_ref().is_none_or(|(last, _)| *last != sheet) {
                                let tab = results.sheet_name(from.source, from.sheet);
                                let filling = *self.tabs.entry(tab).or_insert_with(|| cells.share(tab));
                                self.tab_last = Some((sheet, filling));
                            }
                            if let Some((_, Some(filling))) = &self.tab_last {
                                cells.filled(column, filling);
                            }
                        }
                        _ => cells.integer(column, i64::from(from.row) + 1, RowStyle::Plain),
                    }
                }
            }
        }
        cells.end_row()
    }
}

/// Unit, its code, channel and city, as the roster has them.
fn sent<'r>(results: &Results<'r>, unit: Option<u32>) -> [&'r str; 4] {
    let known: Option<&'r Unit> = unit.and_then(|unit| results.reference.roster.units.get(unit as usize));
    let Some(unit) = known else { return [UNKNOWN, NONE, NONE, NONE] };
    let told = |word: &'r str| if word.is_empty() { NONE } else { word };
    [&unit.name, &unit.code, told(&unit.channel), told(&unit.city)]
}
