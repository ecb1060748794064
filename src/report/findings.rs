//! The findings workbook (审核问题): what is wrong and whose job it is, filterable, each row linked to its file;
//! the list of files, every version and what changed between them, what was done to the form's headers, names to
//! confirm, the automatic changes, and how each sheet's columns were understood.
//!
//! It is the edition for the people who mend the returns: ID numbers are not masked here.

use super::links::Links;
use super::listing::{Item, Listing, Look, remarks};
use super::wording::{day_word, short_hash, status_word};
use super::{Edition, received, style};
use crate::model::finding::{Amendment, Finding, Severity};
use crate::model::{CellRef, Outcome};
use rust_xlsxwriter::{Workbook, XlsxError};
use std::collections::{BTreeMap, HashMap};
use std::io::{Seek, Write};
use std::path::Path;

/// More automatic changes than this are hard to work with on one sheet.
const AMENDMENTS_A_SHEET: u32 = 200_000;

/// Writes the workbook to `target`; `scratch` is a folder for its temporary files.
///
/// # Errors
/// The writer refuses a cell, or the disk is full.
pub fn findings<W: Write + Seek + Send>(
    edition: &Edition<'_>,
    links: &Links,
    scratch: &Path,
    target: W,
) -> Result<(), XlsxError> {
    let title = format!("{}审核问题", edition.name());
    let mut book = style::workbook(&title)?;
    book.set_tempdir(scratch)?;
    let look = Look::default();
    let mut said = list(edition, links, &look, &title, &mut book)?;
    said.extend(by_unit(edition, &look, &title, &mut book)?);
    said.extend(files(edition, links, &look, &title, &mut book)?);
    said.extend(received::ledger::versions(edition, links, &look, &title, &mut book)?);
    said.extend(received::ledger::differences(edition, &look, &title, &mut book)?);
    said.extend(received::drift::sheet(edition, &look, &title, &mut book)?);
    said.extend(received::aliases::sheet(edition, &look, &title, &mut book)?);
    said.extend(amendments(edition, &look, &title, &mut book)?);
    said.extend(bindings(edition, &look, &title, &mut book)?);
    remarks(&mut book, &said)?;
    book.save_to_writer(target)
}

fn file_item<'a>(edition: &Edition<'a>, links: &'a Links, source: Option<u32>) -> Item<'a> {
    let Some(source) = source else { return Item::Blank };
    let text = edition.file_name(source);
    links.target(source).map_or(Item::Text(text), |target| Item::Link { text, target })
}

fn list(
    edition: &Edition<'_>,
    links: &Links,
    look: &Look,
    title: &str,
    book: &mut Workbook,
) -> Result<Vec<String>, XlsxError> {
    const COLUMNS: [(&str, f64); 11] = [
        ("序号", 6.0),
        ("级别", 6.0),
        ("单位", 20.0),
        ("文件", 28.0),
        ("工作表", 14.0),
        ("单元格", 9.0),
        ("发现的问题", 38.0),
        ("应当如何", 28.0),
        ("下一步", 28.0),
        ("规则代码", 20.0),
        ("定义行", 7.0),
    ];
    let mut sheet = Listing::new(book, look, ("审核问题", title), &COLUMNS, u32::MAX)?;
    for (number, finding) in (1u64..).zip(&edition.verdict.findings) {
        let place = &finding.place;
        let unit = edition.unit_of(place).map_or("", |unit| edition.unit_name(unit));
        let tab = place.source.zip(place.sheet).map_or("", |(source, sheet)| edition.sheet_name(source, sheet));
        let cell = address(finding);
        let items = [
            Item::Count(number),
            Item::Text(finding.severity.word()),
            Item::Text(unit),
            file_item(edition, links, place.source),
            Item::Text(tab),
            Item::Text(&cell),
            Item::Text(&finding.found),
            Item::Text(&finding.expected),
            Item::Text(&finding.next),
            Item::Text(&finding.code),
            finding.line.map_or(Item::Blank, |line| Item::Count(u64::from(line))),
        ];
        sheet.push(book, &items, (finding.severity == Severity::Block).then_some(1))?;
    }
    sheet.finish(book)
}

/// All cells concerned, the most telling first; else the row.
fn address(finding: &Finding) -> String {
    let cells: Vec<String> = finding.place.cells.iter().map(CellRef::to_string).collect();
    match (cells.is_empty(), finding.place.row) {
        (true, Some(row)) => format!("第 {} 行", u64::from(row) + 1),
        _ => cells.join(" "),
    }
}

fn by_unit(edition: &Edition<'_>, look: &Look, title: &str, book: &mut Workbook) -> Result<Vec<String>, XlsxError> {
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
    for finding in &edition.verdict.findings {
        let slot = match finding.severity {
            Severity::Block => 0,
            Severity::Verify => 1,
            Severity::Note => 2,
        };
        counts.entry(edition.unit_of(&finding.place)).or_default()[slot] += 1;
    }
    let mut sheet = Listing::new(book, look, ("按单位", title), &COLUMNS, u32::MAX)?;
    let mut sum = [0u64; 3];
    let mut row = |code: &str, name: &str, status: &str, files: Option<u64>, by: [u64; 3]| {
        let items = [
            Item::Text(code),
            Item::Text(name),
            Item::Text(status),
            files.map_or(Item::Blank, Item::Count),
            Item::Count(by[0]),
            Item::Count(by[1]),
            Item::Count(by[2]),
            Item::Count(by.iter().sum()),
        ];
        sheet.push(book, &items, None)
    };
    let mut add = |by: [u64; 3]| sum.iter_mut().zip(by).for_each(|(total, part)| *total += part);
    for unit in &edition.verdict.units {
        let by = counts.remove(&Some(unit.unit)).unwrap_or_default();
        add(by);
        let (code, name) = (edition.unit_code(unit.unit), edition.unit_name(unit.unit));
        row(code, name, &status_word(unit.status), Some(unit.sources.len() as u64), by)?;
    }
    // `None` sorts first: findings on the whole run, or on files of nobody, go last on the sheet.
    let nobody = counts.remove(&None);
    for (unit, by) in counts {
        let unit = unit.unwrap_or(u32::MAX);
        add(by);
        row(edition.unit_code(unit), edition.unit_name(unit), "不在应报名单", None, by)?;
    }
    if let Some(by) = nobody {
        add(by);
        row("", "（全部报表，或单位未认定）", "", None, by)?;
    }
    row("", "合计", "", None, sum)?;
    sheet.finish(book)
}

fn files(
    edition: &Edition<'_>,
    links: &Links,
    look: &Look,
    title: &str,
    book: &mut Workbook,
) -> Result<Vec<String>, XlsxError> {
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
        ("计入", 8.0),
        ("退回行", 8.0),
        ("整份未计", 8.0),
        ("已被替代", 8.0),
        ("不计表页", 8.0),
        ("必改", 7.0),
        ("核实", 7.0),
        ("SHA-256（前12位）", 15.0),
    ];
    let mut counts: BTreeMap<u32, [u64; 2]> = BTreeMap::new();
    for finding in &edition.verdict.findings {
        let (Some(source), severity) = (finding.place.source, finding.severity) else { continue };
        let by = counts.entry(source).or_default();
        by[0] += u64::from(severity == Severity::Block);
        by[1] += u64::from(severity == Severity::Verify);
    }
    let mut sheet = Listing::new(book, look, ("文件清单", title), &COLUMNS, u32::MAX)?;
    for (number, file) in (1u64..).zip(&edition.verdict.sources) {
        let unit = file.sender.as_ref().map(|sender| sender.unit).or(file.unit);
        let received = file.received.map(day_word).unwrap_or_default();
        let by = counts.get(&file.source.index).copied().unwrap_or_default();
        let late = if file.overdue { format!("{}（逾期）", file.late_days) } else { file.late_days.to_string() };
        let items = [
            Item::Count(number),
            file_item(edition, links, Some(file.source.index)),
            Item::Text(file.outcome.word()),
            Item::Text(&file.cause),
            Item::Text(&file.next),
            Item::Text(unit.map_or("", |unit| edition.unit_name(unit))),
            Item::Text(file.sender.as_ref().map_or("", |sender| sender.evidence.word())),
            Item::Text(file.format),
            Item::Text(&received),
            if file.received.is_some() { Item::Text(&late) } else { Item::Blank },
            Item::Text(file.superseded_by.map_or("", |by| edition.file_name(by))),
            Item::Count(file.rows.data),
            Item::Count(file.rows.accepted),
            Item::Count(file.rows.blocked),
            Item::Count(file.rows.held),
            Item::Count(file.rows.superseded),
            Item::Count(file.rows.not_counted),
            Item::Count(by[0]),
            Item::Count(by[1]),
            Item::Text(short_hash(&file.sha256)),
        ];
        let strong = matches!(file.outcome, Outcome::Returned | Outcome::Unreadable | Outcome::Unrecognised);
        sheet.push(book, &items, strong.then_some(2))?;
    }
    sheet.finish(book)
}

/// The changes of each file in order of the first of their kind; one that was made to many cells alike is one line.
fn alike(changes: &[Amendment]) -> impl Iterator<Item = (&Amendment, Vec<CellRef>)> {
    changes.chunk_by(|a, b| (a.source, a.sheet) == (b.source, b.sheet)).flat_map(|of_sheet| {
        let mut places: HashMap<(&str, &str, &str, &str), usize> = HashMap::new();
        let mut lines: Vec<(&Amendment, Vec<CellRef>)> = Vec::new();
        for change in of_sheet {
            let line = *places.entry((&change.field, &change.raw, &change.clean, change.rule)).or_insert(lines.len());
            match lines.get_mut(line) {
                Some((_, cells)) => cells.push(change.at),
                None => lines.push((change, vec![change.at])),
            }
        }
        lines
    })
}

/// "B5:B64 B70": cells below one another as one range.
fn addresses(cells: &[CellRef]) -> String {
    let runs = cells.chunk_by(|a, b| a.col == b.col && a.row + 1 == b.row).map(|run| match run {
        [first, .., last] => format!("{first}:{last}"),
        [only] => only.to_string(),
        [] => String::new(),
    });
    runs.collect::<Vec<_>>().join(" ")
}

fn amendments(edition: &Edition<'_>, look: &Look, title: &str, book: &mut Workbook) -> Result<Vec<String>, XlsxError> {
    const COLUMNS: [(&str, f64); 7] = [
        ("文件", 36.0),
        ("工作表", 16.0),
        ("单元格", 9.0),
        ("字段", 16.0),
        ("原来的内容", 30.0),
        ("规范后的内容", 30.0),
        ("规则", 18.0),
    ];
    let mut sheet = Listing::new(book, look, ("规范化记录", title), &COLUMNS, AMENDMENTS_A_SHEET)?;
    for (change, cells) in alike(&edition.verdict.amendments) {
        let at = addresses(&cells);
        let items = [
            Item::Text(edition.file_name(change.source)),
            Item::Text(edition.sheet_name(change.source, change.sheet)),
            Item::Text(&at),
            Item::Text(&change.field),
            Item::Text(&change.raw),
            Item::Text(&change.clean),
            Item::Text(change.rule),
        ];
        sheet.push(book, &items, None)?;
    }
    sheet.finish(book)
}

fn bindings(edition: &Edition<'_>, look: &Look, title: &str, book: &mut Workbook) -> Result<Vec<String>, XlsxError> {
    const COLUMNS: [(&str, f64); 7] = [
        ("文件", 36.0),
        ("工作表", 16.0),
        ("表式", 20.0),
        ("情况", 10.0),
        ("字段", 18.0),
        ("表中的列名", 24.0),
        ("列", 6.0),
    ];
    let mut sheet = Listing::new(book, look, ("列对应", title), &COLUMNS, u32::MAX)?;
    for file in &edition.verdict.sources {
        for binding in &file.bindings {
            let Some(form) = edition.plan.forms.get(usize::from(binding.form)) else { continue };
            let field_name = |index: u16| form.fields.get(usize::from(index)).map_or("", |field| &*field.name);
            let mut row = |state: &str, field: &str, header: &str, column: Option<u16>| {
                // Filled in across, a form has its fields in rows.
                let letters = match column {
                    Some(row) if binding.across => format!("第 {} 行", u32::from(row) + 1),
                    Some(column) => super::tidy::letters(usize::from(column)),
                    None => String::new(),
                };
                let items = [
                    Item::Text(file.source.name.as_str()),
                    Item::Text(&binding.sheet_name),
                    Item::Text(&form.title),
                    Item::Text(state),
                    Item::Text(field),
                    Item::Text(header),
                    Item::Text(&letters),
                ];
                sheet.push(book, &items, None)
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
    sheet.finish(book)
}
