//! The data edition (数据版): accepted rows as tidy sheets, one a form, one header row, real dates and numbers,
//! each row with the file, sheet and row it came from.
//!
//! This is the second cost of a run after reading: rows go from the columns straight to the sheet, in one pass.

use super::accepted::{Accepted, Named, Values};
use super::results::Results;
use crate::book::excel::serial;
use crate::book::package::RowStyle;
use crate::book::row_book::{RowBook, SharedText, SheetUse};
use crate::book::{cell_text, measure};
use crate::definition::Precision;
use crate::history::decisions::register::who;
use crate::model::decision::{DecisionState, Disposition};
use crate::text::dates::show_day;
use std::collections::HashMap;
use std::io::{self, Seek, Write};

/// Columns that say where a row came from, with their widths.
const ORIGIN: [(&str, f64); 3] = [("报表文件", 36.0), ("工作表", 18.0), ("行号", 8.0)];

/// What stands in a cell that is in no figure until someone decides.
const PENDING: &str = "待核实";

/// Writes the workbook to `target`, `room` rows a sheet at most: with a million rows it is no thing to hold in memory.
///
/// # Errors
/// The target cannot be written.
pub fn data_edition<W: Write + Seek>(
    results: &Results<'_>,
    forms: &[Accepted<'_>],
    room: u32,
    target: W,
) -> io::Result<W> {
    let mut book = RowBook::new(target);
    let mut said = vec![
        "每行是一条审核通过、计入统计的记录；报表文件、工作表、行号指明它在上报件中的位置。".to_owned(),
        "本册含身份证号、姓名等个人信息，未作遮盖，请妥善保管，不要外传。".to_owned(),
    ];
    for accepted in forms {
        let title = &accepted.form.title;
        let before = book.cut;
        let (rows, sheets) = form_sheets(results, accepted, &mut book, room)?;
        said.push(format!("{title}：{rows} 行。"));
        if sheets > 1 {
            said.push(format!("{title}超过一个工作表的 {room} 行，分为 {sheets} 个工作表，按次序编号。"));
        }
        if accepted.holds_cells() {
            said.push(format!("{title}中写“{PENDING}”的单元格暂不计入，原值如下："));
            said.extend(held(results, accepted));
        }
        let decided = decided(results, accepted);
        if !decided.is_empty() {
            said.push(format!("{title}中经人工认定改动的单元格，表中是认定的值："));
            said.extend(decided);
        }
        if book.cut > before {
            said.push(format!("{title}有 {} 个单元格文字过长，已截断并在末尾注明。", book.cut - before));
        }
    }
    book.open("说明".to_owned(), SheetUse::Data { cells: 0 }, &[("说明", 100.0)])?;
    for words in said {
        book.start_row(None);
        book.text(0, &words, RowStyle::Plain);
        book.end_row()?;
    }
    book.close()?;
    book.finish(&format!("{}数据版", results.name()))
}

/// The cells of a form that are held out, each with its place and what stands there.
fn held<'r>(results: &'r Results<'_>, accepted: &Accepted<'_>) -> impl Iterator<Item = String> + 'r {
    let form = results.plan.forms.iter().position(|form| form.id == accepted.form.id);
    let held = results.doubts.iter().filter(move |doubt| doubt.held && doubt.counts && Some(doubt.form) == form);
    held.map(|doubt| {
        let place = results.verdict.place_words(&doubt.place, |unit| results.unit_name(unit).to_owned());
        format!("　　{place}：{} {}（{}）", doubt.column, doubt.value, doubt.found)
    })
}

/// The cells of a form that somebody gave another value, each with what stood there.
fn decided(results: &Results<'_>, accepted: &Accepted<'_>) -> Vec<String> {
    let form = results.plan.forms.iter().position(|form| form.id == accepted.form.id);
    let replaced = results.verdict.decisions.iter().filter(|one| {
        let of = one.finding.as_ref().and_then(|finding| finding.key.form).map(usize::from);
        one.decision.disposition == Disposition::Replaced && one.state == DecisionState::InForce && of == form
    });
    replaced
        .map(|one| {
            let (decision, on) = (&one.decision, &one.decision.taken_on);
            let raw = if on.value.is_empty() { "未填" } else { &on.value };
            let why = format!("{}；{}", who(decision), decision.reason);
            format!("　　{}：{} 原值 {raw}，认定为 {}（{why}）", on.place, on.field, decision.value)
        })
        .collect()
}

/// Texts of one column that were shared so far, by what the column numbers them with.
#[derive(Default)]
struct Sharing(Vec<Option<Option<SharedText>>>);

impl Sharing {
    /// Writes the text numbered `at`, which `word` tells when it is met first.
    fn write<W: Write + Seek>(&mut self, book: &mut RowBook<W>, column: usize, at: usize, word: Option<&str>) {
        if self.0.len() <= at {
            self.0.resize(at + 1, None);
        }
        let known = *self.0[at].get_or_insert_with(|| book.share(word.unwrap_or_default()));
        if let Some(shared) = known {
            book.shared(column, shared);
        }
    }
}

/// Writes one value; where there is nothing the cell stays empty.
fn write<W: Write + Seek>(
    book: &mut RowBook<W>,
    accepted: &Accepted<'_>,
    values: Values<'_>,
    (row, at): (usize, usize),
    sharing: &mut Sharing,
) {
    match values {
        Values::Text(values) => {
            let code = values.code(row);
            if values.recurs() {
                sharing.write(book, at, code as usize, values.word(code));
            } else if let Some(text) = values.word(code) {
                book.text(at, text, RowStyle::Plain);
            }
        }
        Values::Unit(units) => {
            if let Some(unit) = units.get(row) {
                sharing.write(book, at, unit as usize, accepted.unit(units, row));
            }
        }
        Values::Integer(values) => {
            if let Some(value) = values.get(row) {
                book.integer(at, value, RowStyle::Plain);
            }
        }
        Values::Number(values) => {
            if let Some(value) = values.get(row) {
                book.number(at, value);
            }
        }
        Values::Boolean(values) => {
            if let Some(value) = values.get(row) {
                sharing.write(book, at, usize::from(value), Some(if value { "是" } else { "否" }));
            }
        }
        Values::Date { days, precision } => match days.get(row).map(|day| (day, serial(day))) {
            Some((day, Some(serial))) => {
                book.integer(at, serial as i64, if precision.is_month(day) { RowStyle::Month } else { RowStyle::Date });
            }
            Some((day, None)) => book.text(at, &show_day(day), RowStyle::Plain),
            None => {}
        },
    }
}

/// Writes the accepted rows of a form; returns how many rows and sheets that were.
fn form_sheets<W: Write + Seek>(
    results: &Results<'_>,
    accepted: &Accepted<'_>,
    book: &mut RowBook<W>,
    room: u32,
) -> io::Result<(u64, u32)> {
    let origin = accepted.columns.len();
    let mut sharing: Vec<Sharing> = accepted.columns.iter().map(|_| Sharing::default()).collect();
    let mut files = Sharing::default();
    let mut tabs: HashMap<&str, Option<SharedText>> = HashMap::new();
    // A form without rows still has its header: "none" is not "forgotten".
    open(accepted, book, 1)?;
    let (mut rows, mut sheets, mut here) = (0u64, 1u32, 0u32);
    for row in accepted.rows() {
        if here >= room {
            book.close()?;
            sheets += 1;
            here = 0;
            open(accepted, book, sheets)?;
        }
        book.start_row(None);
        for (at, (column, sharing)) in accepted.columns.iter().zip(&mut sharing).enumerate() {
            match accepted.is_pending(row, column) {
                true => book.text(at, PENDING, RowStyle::Plain),
                false => write(book, accepted, column.values, (row, at), sharing),
            }
        }
        if let Some(from) = accepted.origins.get(row) {
            files.write(book, origin, from.source as usize, Some(results.file_name(from.source)));
            let tab = results.sheet_name(from.source, from.sheet);
            if let Some(shared) = *tabs.entry(tab).or_insert_with(|| book.share(tab)) {
                book.shared(origin + 1, shared);
            }
            book.integer(origin + 2, i64::from(from.row) + 1, RowStyle::Plain);
        }
        book.end_row()?;
        here += 1;
        rows += 1;
    }
    book.close()?;
    Ok((rows, sheets))
}

/// A new sheet with its header.
fn open<W: Write + Seek>(accepted: &Accepted<'_>, book: &mut RowBook<W>, number: u32) -> io::Result<()> {
    let width = |named: &Named<'_>| {
        let least = match named.values {
            Values::Text(_) | Values::Unit(_) => 18.0,
            Values::Date { precision: Precision::Day | Precision::DayOrMonth, .. } => 12.0,
            _ => 10.0,
        };
        f64::max(least, measure::width(measure::places(&named.name)))
    };
    let columns: Vec<(&str, f64)> =
        accepted.columns.iter().map(|named| (named.name.as_str(), width(named))).chain(ORIGIN).collect();
    let cells = accepted.mask.len() as u64 * columns.len() as u64;
    book.open(cell_text::numbered(&accepted.form.title, number), SheetUse::Data { cells }, &columns)
}
