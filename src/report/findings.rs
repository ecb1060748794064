//! The findings workbook (审核问题): what is wrong and whose job it is, filterable, each row linked to its file;
//! the list of files, every version and what changed between them, what was done to the form's headers, names to
//! confirm, the automatic changes, and how each sheet's columns were understood.
//!
//! It is the results for the people who mend the returns: ID numbers are not masked here.

use super::links::{Links, opening};
use super::problems;
use super::received;
use super::results::Results;
use super::wording::short_hash;
use crate::book::excel::letters;
use crate::book::listing::{ListCell, Listing, remarks};
use crate::book::row_book::RowBook;
use crate::model::codes::AmendmentRule;
use crate::model::finding::Amendment;
use crate::model::run::RowFate;
use crate::model::severity::Severity;
use crate::model::{CellRef, Outcome};
use crate::text::dates::show_day;
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::io::{self, Seek, Write};

/// More automatic changes than this are hard to work with on one sheet.
const AMENDMENTS_A_SHEET: u32 = 200_000;

/// Writes the workbook to `target`.
///
/// # Errors
/// The target cannot be written.
pub fn findings<W: Write + Seek>(results: &Results<'_>, links: &Links, target: W) -> io::Result<()> {
    let title = format!("{}审核问题", results.name());
    let mut book = RowBook::new(target);
    let mut said = problems::sheet(results, links, &title, &mut book)?;
    said.extend(by_unit(results, &title, &mut book)?);
    said.extend(files(results, links, &title, &mut book)?);
    said.extend(received::ledger::versions(results, links, &title, &mut book)?);
    said.extend(received::ledger::differences(results, &title, &mut book)?);
    said.extend(received::drift::sheet(results, &title, &mut book)?);
    said.extend(received::aliases::sheet(results, &title, &mut book)?);
    said.extend(amendments(results, &title, &mut book)?);
    said.extend(bindings(results, &title, &mut book)?);
    remarks(&mut book, &title, &said)?;
    book.finish(&title).map(drop)
}

fn by_unit<W: Write + Seek>(results: &Results<'_>, title: &str, book: &mut RowBook<W>) -> io::Result<Vec<String>> {
    const COLUMNS: [(&str, f64); 8] = [
        ("单位代码", 12.0),
        ("单位", 28.0),
        ("报送情况", 18.0),
        ("文件数", 9.0),
        ("必改", 9.0),
        ("核实", 9.0),
        ("提示", 9.0),
        ("合计", 9.0),
    ];
    let mut counts: BTreeMap<Option<u32>, [u64; 3]> = BTreeMap::new();
    for finding in &results.verdict.findings {
        let slot = match finding.severity {
            Severity::Block => 0,
            Severity::Verify => 1,
            Severity::Note => 2,
        };
        counts.entry(results.unit_of(&finding.place)).or_default()[slot] += 1;
    }
    let mut sheet = Listing::new(book, ("按单位", title), &COLUMNS, u32::MAX)?;
    let mut sum = [0u64; 3];
    let mut row = |code: &str, name: &str, status: &str, files: Option<u64>, by: [u64; 3]| {
        let items = [
            ListCell::Text(code),
            ListCell::Text(name),
            ListCell::Text(status),
            files.map_or(ListCell::Blank, ListCell::Count),
            ListCell::Count(by[0]),
            ListCell::Count(by[1]),
            ListCell::Count(by[2]),
            ListCell::Count(by.iter().sum()),
        ];
        sheet.push(&items, None)
    };
    let mut add = |by: [u64; 3]| sum.iter_mut().zip(by).for_each(|(total, part)| *total += part);
    for unit in &results.verdict.units {
        let by = counts.remove(&Some(unit.unit)).unwrap_or_default();
        add(by);
        let (code, name) = (results.unit_code(unit.unit), results.unit_name(unit.unit));
        row(code, name, &unit.status.words(), Some(unit.sources.len() as u64), by)?;
    }
    // `None` sorts first: findings on the whole run, or on files of nobody, go last on the sheet.
    let nobody = counts.remove(&None);
    for (unit, by) in counts {
        let unit = unit.unwrap_or(u32::MAX);
        add(by);
        row(results.unit_code(unit), results.unit_name(unit), "不在应报名单", None, by)?;
    }
    if let Some(by) = nobody {
        add(by);
        row("", "（全部报表，或单位未认定）", "", None, by)?;
    }
    row("", "合计", "", None, sum)?;
    sheet.finish()
}

fn files<W: Write + Seek>(
    results: &Results<'_>,
    links: &Links,
    title: &str,
    book: &mut RowBook<W>,
) -> io::Result<Vec<String>> {
    const COLUMNS: [(&str, f64); 20] = [
        ("序号", 6.0),
        ("文件", 36.0),
        ("结果", 9.0),
        ("原因", 34.0),
        ("下一步", 28.0),
        ("报送单位", 20.0),
        ("依据", 10.0),
        ("格式", 8.0),
        ("报送时间", 11.0),
        ("迟报工作日", 8.0),
        ("被替代为", 24.0),
        ("数据行", 8.0),
        (RowFate::Accepted.word(), 8.0),
        (RowFate::Blocked.word(), 8.0),
        (RowFate::Held.word(), 8.0),
        (RowFate::Superseded.word(), 8.0),
        (RowFate::NotCounted.word(), 8.0),
        ("必改", 7.0),
        ("核实", 7.0),
        ("SHA-256（前12位）", 15.0),
    ];
    // What became of each file; how its rows were counted is for the screen.
    const PRINTED: usize = 10;
    let counts = by_file(results);
    let mut sheet = Listing::new(book, ("文件清单", title), &COLUMNS, u32::MAX)?.with_printed(PRINTED);
    for (number, file) in (1u64..).zip(&results.verdict.sources) {
        let unit = file.sender.as_ref().map(|sender| sender.unit).or(file.unit);
        let stamp = if file.by_stamp { "（按文件时间）" } else { "" };
        let received = file.received.map(|day| format!("{}{stamp}", show_day(day))).unwrap_or_default();
        let by = counts.get(&file.source.index).copied().unwrap_or_default();
        let late = if file.overdue { format!("{}（逾期）", file.late_days) } else { file.late_days.to_string() };
        let target = links.target(results, file.source.index);
        let items = [
            ListCell::Count(number),
            opening(&file.source.name, target.as_deref()),
            ListCell::Text(file.outcome.word()),
            ListCell::Text(&file.cause),
            ListCell::Text(&file.next),
            ListCell::Text(unit.map_or("", |unit| results.unit_name(unit))),
            ListCell::Text(file.sender.as_ref().map_or("", |sender| sender.evidence.word())),
            ListCell::Text(file.format),
            ListCell::Text(&received),
            if file.received.is_some() && !file.by_stamp { ListCell::Text(&late) } else { ListCell::Blank },
            ListCell::Text(file.superseded_by.map_or("", |by| results.file_name(by))),
            ListCell::Count(file.rows.data),
            ListCell::Count(file.rows.accepted),
            ListCell::Count(file.rows.blocked),
            ListCell::Count(file.rows.held),
            ListCell::Count(file.rows.superseded),
            ListCell::Count(file.rows.not_counted),
            ListCell::Count(by[0]),
            ListCell::Count(by[1]),
            ListCell::Text(short_hash(&file.sha256)),
        ];
        let strong = matches!(file.outcome, Outcome::Returned | Outcome::Unreadable | Outcome::Unrecognised);
        sheet.push(&items, strong.then_some(2))?;
    }
    sheet.finish()
}

/// 必改 and 核实 in each file, by its index.
fn by_file(results: &Results<'_>) -> BTreeMap<u32, [u64; 2]> {
    let mut counts: BTreeMap<u32, [u64; 2]> = BTreeMap::new();
    for finding in &results.verdict.findings {
        let (Some(source), severity) = (finding.place.source, finding.severity) else { continue };
        let by = counts.entry(source).or_default();
        by[0] += u64::from(severity == Severity::Block);
        by[1] += u64::from(severity == Severity::Verify);
    }
    counts
}

/// The changes of a file in order of the first of their kind; one that was made to many cells alike is one line.
fn alike(changes: &[Amendment]) -> Vec<(Amendment, Vec<CellRef>)> {
    let mut all: Vec<(Amendment, Vec<CellRef>)> = Vec::new();
    for of_sheet in changes.chunk_by(|a, b| (a.source, a.sheet) == (b.source, b.sheet)) {
        let mut places: HashMap<(&str, &str, &str, AmendmentRule), usize, foldhash::fast::RandomState> =
            HashMap::default();
        for change in of_sheet {
            let line = *places.entry((&change.field, change.raw(), change.clean(), change.rule)).or_insert(all.len());
            match all.get_mut(line) {
                Some((_, cells)) => cells.push(change.at),
                None => all.push((change.clone(), vec![change.at])),
            }
        }
    }
    all
}

/// "B5:B64 B70": cells below one another as one range.
fn addresses(cells: &[CellRef]) -> String {
    let mut said = String::new();
    for run in cells.chunk_by(|a, b| a.col == b.col && a.row + 1 == b.row) {
        let before = if said.is_empty() { "" } else { " " };
        // Writing to a string cannot fail.
        let _ = match run {
            [first, .., last] => write!(said, "{before}{first}:{last}"),
            [only] => write!(said, "{before}{only}"),
            [] => Ok(()),
        };
    }
    said
}

fn amendments<W: Write + Seek>(results: &Results<'_>, title: &str, book: &mut RowBook<W>) -> io::Result<Vec<String>> {
    const COLUMNS: [(&str, f64); 8] = [
        ("文件", 36.0),
        ("工作表", 16.0),
        ("单元格", 9.0),
        ("字段", 16.0),
        ("原来的内容", 30.0),
        ("规范后的内容", 30.0),
        ("认定的内容", 18.0),
        ("规则", 18.0),
    ];
    let mut sheet = Listing::new(book, ("规范化记录", title), &COLUMNS, AMENDMENTS_A_SHEET)?;
    let files = results.verdict.amendments.iter();
    for (change, cells) in files.flat_map(|file| alike(&file.read())) {
        let at = addresses(&cells);
        let decided = change.rule == AmendmentRule::Decided;
        let items = [
            ListCell::Text(results.file_name(change.source)),
            ListCell::Text(results.sheet_name(change.source, change.sheet)),
            ListCell::Text(&at),
            ListCell::Text(&change.field),
            ListCell::Text(change.raw()),
            if decided { ListCell::Blank } else { ListCell::Text(change.clean()) },
            if decided { ListCell::Text(change.clean()) } else { ListCell::Blank },
            ListCell::Text(&change.rule),
        ];
        sheet.push(&items, None)?;
    }
    sheet.finish()
}

fn bindings<W: Write + Seek>(results: &Results<'_>, title: &str, book: &mut RowBook<W>) -> io::Result<Vec<String>> {
    const COLUMNS: [(&str, f64); 7] = [
        ("文件", 36.0),
        ("工作表", 16.0),
        ("表式", 20.0),
        ("情况", 10.0),
        ("字段", 18.0),
        ("表中的列名", 24.0),
        ("列", 6.0),
    ];
    let mut sheet = Listing::new(book, ("列对应", title), &COLUMNS, u32::MAX)?;
    for file in &results.verdict.sources {
        for binding in &file.bindings {
            let Some(form) = results.plan.forms.get(usize::from(binding.form)) else { continue };
            let field_name = |index: u16| form.fields.get(usize::from(index)).map_or("", |field| &*field.name);
            let mut row = |state: &str, field: &str, header: &str, column: Option<u16>| {
                // Filled in across, a form has its fields in rows.
                let letters = match column {
                    Some(row) if binding.across => format!("第 {} 行", u32::from(row) + 1),
                    Some(column) => letters(usize::from(column)),
                    None => String::new(),
                };
                let items = [
                    ListCell::Text(file.source.name.as_str()),
                    ListCell::Text(&binding.sheet_name),
                    ListCell::Text(&form.title),
                    ListCell::Text(state),
                    ListCell::Text(field),
                    ListCell::Text(header),
                    ListCell::Text(&letters),
                ];
                sheet.push(&items, None)
            };
            for (field, header) in &binding.renamed {
                let column = binding.columns.get(usize::from(*field)).copied().flatten();
                row("别名", field_name(*field), header, column)?;
            }
            for (column, header) in &binding.extra {
                row("多余", "", header, Some(*column))?;
            }
            for (field, column) in form.fields.iter().zip(&binding.columns) {
                if column.is_none() && !field.ordinal {
                    row(if field.required { "缺少必需列" } else { "缺少" }, &field.name, "", None)?;
                }
            }
        }
    }
    sheet.finish()
}
