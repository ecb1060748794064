//! The two leadership workbooks, of one definition and the same figures: 呈报版, which is signed, and 工作版 with all
//! tables, which is worked with.

use super::account::Account;
use super::results::Results;
use super::{front, glossary, overview, quality};
use crate::book::block::Stand;
use crate::book::cell_text;
use crate::book::long::{self, LongTable};
use crate::book::measure::single_message;
use crate::book::paper::Paper;
use crate::book::stack::{PrintedTable, long_table_sheet, share_a_page};
use crate::book::style::PrintStyles;
use crate::book::workbook::workbook;
use crate::definition::{DisciplineBy, Edition, Scope, StatisticRows, TableKind};
use crate::model::stat_table::StatTable;
use crate::model::statistic::{RowKind, StatCell, StatRow};
use rust_xlsxwriter::XlsxError;
use std::borrow::Cow;
use std::io::{Seek, Write};

/// The sheet of charts of what is signed.
const CHARTS: &str = "图";

/// Writes the workbook of an edition to `target`.
///
/// # Errors
/// The writer refuses a cell, or the target cannot be written.
pub fn leadership<W: Write + Seek + Send>(
    results: &Results<'_>,
    account: &Account,
    input_hash: &str,
    edition: Edition,
    target: W,
) -> Result<(), XlsxError> {
    // What is signed stays as it was signed.
    let mut styles = PrintStyles::default();
    styles.live = edition == Edition::Working;
    let title = results.name();
    let mut book = workbook(&format!("{title}（{}）", edition.word()))?;
    let mut sheets = Vec::new();
    let charts = edition == Edition::Signed && !overview::drawings(results, edition).is_empty();
    // The first page, and the charts where they have one of their own.
    let before = 1 + usize::from(charts);
    let mut numbers = vec![0; results.tables.len()];
    // One stand per table of the results, in its order; of those that this edition lacks an empty one.
    let mut stands = vec![Stand::default(); results.tables.len()];
    let taken = [front::NAME, CHARTS, overview::NAME, quality::NAME, glossary::NAME];
    let apart = by_sheet(results.tables, |table| holds(results, edition, table), &taken);
    let mut grouped = sentences_beside(results.tables, apart);
    let shown: Vec<Cow<'_, StatTable>> = results.tables.iter().map(|table| shown(results, edition, table)).collect();
    let printed = |tables: &[usize]| -> Vec<PrintedTable<'_>> {
        let tables = tables.iter().filter_map(|index| shown.get(*index));
        tables.map(|table| PrintedTable { table, number: results.plan.annex_number(&table.id) }).collect()
    };
    if edition == Edition::Signed {
        grouped = on_shared_pages(grouped, |tables| share_a_page(&printed(tables), &styles))?;
    }
    for (name, tables) in grouped {
        let printed = printed(&tables);
        // What is signed is signed on its first page.
        let (sheet, placed) = long_table_sheet(&name, &printed, &styles, &title, edition == Edition::Working)?;
        for (index, stand) in tables.into_iter().zip(placed) {
            if let (Some(slot), Some(number)) = (stands.get_mut(index), numbers.get_mut(index)) {
                (*slot, *number) = (stand, sheets.len() + before + 1);
            }
        }
        sheets.push(sheet);
    }
    book.push_worksheet(match edition {
        Edition::Signed => front::front(results, &styles)?,
        Edition::Working => overview::overview(results, account, &styles, &stands)?,
    });
    if charts {
        let mut paper = Paper::new(CHARTS, &title, overview::WIDTHS.to_vec(), false, &styles)?;
        overview::charts(results, edition, &stands, "", &mut paper)?;
        overview::end(&mut paper)?;
        book.push_worksheet(paper.sheet);
    }
    for sheet in sheets {
        book.push_worksheet(sheet);
    }
    if edition == Edition::Working {
        book.push_worksheet(quality::quality(results, &styles)?);
        book.push_worksheet(glossary::glossary(results, &styles, input_hash)?);
    }
    let tables = shown.iter().zip(&stands).zip(numbers);
    long::save(book, tables.map(|((table, stand), sheet)| LongTable { sheet, table, stand }), target)
}

/// Rows of units beyond which what is signed shows only the first, and how many those are.
const MANY_UNITS: usize = 60;
const UNITS: usize = 40;

/// A table as an edition prints it: what is signed shows of very many units the first ones, and how many more there are;
/// the total is over all of them.
fn shown<'t>(results: &Results<'_>, edition: Edition, table: &'t StatTable) -> Cow<'t, StatTable> {
    let declared = results.plan.tables.iter().find(|declared| declared.id == table.id);
    let by_unit = declared.is_some_and(|declared| match &declared.kind {
        TableKind::Statistic(statistic) => {
            matches!(statistic.rows, StatisticRows::Unit) && statistic.criteria.is_empty() && statistic.top.is_none()
        }
        TableKind::ShareBy { by, .. } => *by == Scope::Unit,
        TableKind::Discipline(by) => *by == DisciplineBy::Unit,
        _ => false,
    });
    let units = results.verdict.units.len();
    let body = table.rows.iter().filter(|row| row.kind == RowKind::Body).count();
    if edition == Edition::Working || !by_unit || units <= MANY_UNITS || body < units {
        return Cow::Borrowed(table);
    }
    let mut at = 0;
    let mut rows = Vec::with_capacity(UNITS + 2);
    for row in table.rows.iter() {
        let is_unit = row.kind == RowKind::Body && at < units;
        at += usize::from(row.kind == RowKind::Body);
        if !is_unit || at <= UNITS {
            rows.push(row.into_owned());
        } else if at == UNITS + 1 {
            let words = format!("其余 {} 个单位见{}", units - UNITS, Edition::Working.word());
            let mut cells = vec![StatCell::Empty; table.headings.len()];
            cells.splice(..1, [StatCell::Text(words)]);
            rows.push(StatRow::new(RowKind::Body, cells));
        }
    }
    Cow::Owned(table.with_rows(rows.into()))
}

/// The same sheets, those that follow one another made one as long as they fit on one page together.
fn on_shared_pages(
    sheets: Vec<(String, Vec<usize>)>,
    fits: impl Fn(&[usize]) -> Result<bool, XlsxError>,
) -> Result<Vec<(String, Vec<usize>)>, XlsxError> {
    let mut shared: Vec<(String, Vec<usize>)> = Vec::with_capacity(sheets.len());
    for (name, here) in sheets {
        if let Some((first, before)) = shared.last_mut() {
            let both = [before.as_slice(), here.as_slice()].concat();
            let named = format!("{first}、{name}");
            if cell_text::sheet_name(&named) == named && fits(&both)? {
                (*first, *before) = (named, both);
                continue;
            }
        }
        shared.push((name, here));
    }
    Ok(shared)
}

/// Whether an edition prints a table; one that the definition does not know stands in the working one.
fn holds(results: &Results<'_>, edition: Edition, table: &StatTable) -> bool {
    let declared = results.plan.tables.iter().find(|declared| declared.id == table.id);
    edition.holds(declared.map_or(Edition::Working, |declared| declared.edition))
}

/// The same sheets without those that came to a sentence or two: each is said below the tables before it, and not on a page
/// of its own.
fn sentences_beside(tables: &[StatTable], sheets: Vec<(String, Vec<usize>)>) -> Vec<(String, Vec<usize>)> {
    let says_one_thing = |at: &usize| tables.get(*at).is_some_and(|table| single_message(table).is_some());
    let mut beside: Vec<(String, Vec<usize>)> = Vec::with_capacity(sheets.len());
    for (name, mut here) in sheets {
        match beside.last_mut() {
            Some((_, before)) if here.iter().all(says_one_thing) => before.append(&mut here),
            // At the front they stand above the first table that there is.
            Some((first, before)) if before.iter().all(says_one_thing) => {
                before.append(&mut here);
                *first = name;
            }
            _ => beside.push((name, here)),
        }
    }
    beside
}

/// Sheet names in order of first use, each with its tables that are wanted; names that Excel would take for the same get
/// a number.
fn by_sheet(tables: &[StatTable], wanted: impl Fn(&StatTable) -> bool, taken: &[&str]) -> Vec<(String, Vec<usize>)> {
    let mut groups: Vec<(&str, Vec<usize>)> = Vec::new();
    for (index, table) in tables.iter().enumerate().filter(|(_, table)| wanted(table)) {
        match groups.iter_mut().find(|(sheet, _)| *sheet == table.sheet) {
            Some((_, known)) => known.push(index),
            None => groups.push((&table.sheet, vec![index])),
        }
    }
    let mut used: Vec<String> = taken.iter().map(|name| (*name).to_owned()).collect();
    let mut named = Vec::with_capacity(groups.len());
    for (wanted, tables) in groups {
        let mut number = 1;
        let mut name = cell_text::sheet_name(wanted);
        while used.iter().any(|known| known.to_lowercase() == name.to_lowercase()) {
            number += 1;
            name = cell_text::numbered(wanted, number);
        }
        used.push(name.clone());
        named.push((name, tables));
    }
    named
}
